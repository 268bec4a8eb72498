//! Links: which events set something in motion that goes on under another name, and by which value
//! what follows is known.
//!
//! A rule is data of a profile (`[[links]]`, see `docs/profiles.md#links`). An event *opens* a
//! link, such as the start of an impersonation or the issue of a token; later events *tie* to it by
//! a key, a session, or a user in a tenant.

use serde::{Deserialize, Deserializer, Serialize, de::Error};
use smallvec::SmallVec;

use super::{AccessEvent, Outcome, Reading, path::PathSpec, selector::Selector, spec::many};

/// A rule as a profile writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    name: String,
    #[serde(default)]
    opens: Vec<Pattern>,
    #[serde(default)]
    present: Vec<PathSpec>,
    #[serde(default)]
    closes: Vec<Pattern>,
    #[serde(default)]
    key: Vec<PathSpec>,
    #[serde(default)]
    session: Vec<PathSpec>,
    #[serde(default)]
    user: Vec<PathSpec>,
    lasts: Option<Lasts>,
    #[serde(default)]
    nothing_follows: bool,
}

/// A rule without contradictions.
#[derive(Debug)]
pub(super) struct LinkSpec(Raw);

impl<'de> Deserialize<'de> for LinkSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Raw::deserialize(deserializer)?;
        let ties = raw.key.len() + raw.session.len() + raw.user.len();
        let fault = if raw.opens.is_empty() && raw.present.is_empty() {
            "a link needs `opens` (actions) or `present` (fields): nothing could open it"
        } else if raw.nothing_follows && ties > 0 {
            "a link that is `nothing_follows` has no `key`, `session` or `user`"
        } else if !raw.nothing_follows && ties == 0 {
            "a link needs a `key`, `session` or `user`: nothing could tie to it"
        } else if !raw.user.is_empty() && raw.lasts.is_none() {
            "a link with a `user` needs `lasts`, such as \"12h\": without an end it would tie all that the user does later"
        } else {
            return Ok(Self(raw));
        };
        Err(D::Error::custom(fault))
    }
}

impl LinkSpec {
    pub(super) fn compile(&self, paths: &mut super::capture::Paths) -> LinkRule {
        let Self(raw) = self;
        LinkRule {
            name: raw.name.clone(),
            opens: raw.opens.clone(),
            present: many(&raw.present, paths),
            closes: raw.closes.clone(),
            key: many(&raw.key, paths),
            session: many(&raw.session, paths),
            user: raw.user.iter().map(|spec| Selector::compile(spec, paths)).collect(),
            lasts: raw.lasts.map(|lasts| lasts.0),
            idle: raw.nothing_follows,
        }
    }
}

/// A rule, ready to read events with.
#[derive(Debug, Clone)]
pub(super) struct LinkRule {
    name: String,
    opens: Vec<Pattern>,
    present: Vec<Selector>,
    closes: Vec<Pattern>,
    key: Vec<Selector>,
    session: Vec<Selector>,
    user: Vec<Selector>,
    /// In seconds.
    lasts: Option<i64>,
    /// Whether nothing goes on in logs of this kind.
    idle: bool,
}

/// Values that tie later events to the one that opened a link.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Opened {
    /// The rule's name.
    pub rule: String,
    /// Keys that it issued.
    pub keys: Vec<String>,
    /// The session in which it goes on.
    pub session: Option<String>,
    /// The names of the user whose name it goes on under.
    pub users: Vec<String>,
    /// Duration without an event that ends it, in seconds.
    pub lasts: Option<i64>,
    /// Whether the rule says that nothing goes on in logs of this kind.
    pub idle: bool,
}

/// The end of links of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Closed {
    /// The rule's name.
    pub rule: String,
    /// Session, as the event states it.
    pub session: Option<String>,
    /// Users, as the event states them.
    pub users: Vec<String>,
}

/// The links that one event opens and closes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkEnds {
    /// Those it opens, in the order of the rules.
    pub opened: Vec<Opened>,
    /// Those it closes, in the order of the rules.
    pub closed: Vec<Closed>,
}

impl LinkRule {
    /// Values that a rule reads, each once.
    fn texts(reading: &Reading<'_, '_>, selectors: &[Selector]) -> Vec<String> {
        let mut all = Vec::new();
        for selector in selectors {
            all.extend(reading.all(std::slice::from_ref(selector)).unwrap_or_default());
        }
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl Reading<'_, '_> {
    /// Returns whether the profile has rules for links.
    pub fn has_links(&self) -> bool {
        !self.links().is_empty()
    }

    /// Returns the links that this record's event opens and closes. An attempt that failed does
    /// neither. A value that cannot be read ties nothing: the event itself can be read, and the
    /// opening counts as one that could not be followed.
    pub fn link_ends(&self, event: &AccessEvent) -> LinkEnds {
        let mut ends = LinkEnds::default();
        if event.outcome == Outcome::Failure {
            return ends;
        }
        for rule in self.links() {
            let is = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.matches(&event.action));
            let (opens, closes) = (is(&rule.opens), is(&rule.closes));
            let present = || matches!(self.first(&rule.present), Ok(Some(_)) | Err(_));
            let opens = opens || present();
            if !opens && !closes {
                continue;
            }
            let session = self.text(&rule.session).unwrap_or_default();
            let users = LinkRule::texts(self, &rule.user);
            let name = rule.name.clone();
            if closes {
                ends.closed.push(Closed {
                    rule: name,
                    session,
                    users,
                });
                continue;
            }
            let keys = LinkRule::texts(self, &rule.key);
            ends.opened.push(Opened {
                rule: name,
                keys,
                session,
                users,
                lasts: rule.lasts,
                idle: rule.idle,
            });
        }
        ends
    }
}

/// An action code, or a pattern in which `*` stands for any characters. ASCII letters match in
/// either case.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern(String);

impl Pattern {
    fn matches(&self, text: &str) -> bool {
        let text = text.to_ascii_lowercase();
        let parts: SmallVec<[&str; 4]> = self.0.split('*').collect();
        let [first, middle @ .., last] = &*parts else {
            return text == self.0;
        };
        let Some(mut rest) = text.strip_prefix(first).and_then(|rest| rest.strip_suffix(last)) else {
            return false;
        };
        // The earliest place of each part leaves the most for those behind it.
        middle.iter().all(|part| match rest.find(part) {
            Some(at) => {
                rest = &rest[at + part.len()..];
                true
            }
            None => false,
        })
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.trim_matches('*').is_empty() {
            return Err(D::Error::custom(
                "an action that opens or closes a link is a code, or has a `*` in it",
            ));
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

/// A time in whole minutes, hours or days, in seconds: `90m`, `12h`, `2d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lasts(i64);

/// Longest duration of a link: ten years.
const LONGEST: i64 = 10 * 366 * 86_400;

impl<'de> Deserialize<'de> for Lasts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let parsed = || {
            let (unit, seconds) = [('m', 60), ('h', 3600), ('d', 86_400)]
                .into_iter()
                .find(|(unit, _)| text.ends_with(*unit))?;
            let count = text.strip_suffix(unit)?;
            let count: i64 = count
                .bytes()
                .all(|byte| byte.is_ascii_digit())
                .then(|| count.parse().ok())??;
            count.checked_mul(seconds).filter(|all| (1..=LONGEST).contains(all))
        };
        let fault = || format!("`{text}` is no time such as \"90m\", \"12h\" or \"2d\"");
        parsed().map(Self).ok_or_else(|| D::Error::custom(fault()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{Body, Profile};

    fn profile(links: &str) -> Result<Profile, String> {
        let text = format!(
            "name = \"t\"\ntitle = \"t\"\n[time]\nat = [\"/t\"]\n[[actors]]\nrole = \"actor\"\nid = [\"/who\"]\n\
             [fields]\naction = [\"/do\"]\nsession = [\"/s\"]\n[outcome]\nat = [\"/o\"]\nfailure = [\"no\"]\n{links}"
        );
        Profile::parse("t.toml", &text).map_err(|fault| fault.to_string())
    }

    fn ends(profile: &Profile, json: &str) -> LinkEnds {
        let reading = Reading::new(profile, Body::Json(json)).expect("a record");
        let (time, _) = reading.time().expect("a time");
        reading.link_ends(&reading.event(time).expect("an event"))
    }

    #[test]
    fn rule_reads_what_opens_and_what_closes() {
        let profile = profile(
            "[[links]]\nname = \"acting\"\nopens = [\"*.act.START\"]\ncloses = [\"*.act.stop\"]\nsession = [\"/s\"]\n\
             user = [\"/id\", \"/mail\"]\nlasts = \"2h\"\n[[links]]\nname = \"token\"\npresent = [\"/key\"]\nkey = [\"/key\"]\n",
        )
        .expect("a profile");
        let record = |action: &str, more: &str| {
            ends(
                &profile,
                &format!(r#"{{"t":"2026-01-16T00:00:00Z","who":"a","do":"{action}"{more}}}"#),
            )
        };
        let acting = record("x.act.start", r#","s":"s1","id":"u1","mail":"u@x""#);
        let opened = Opened {
            rule: "acting".to_owned(),
            session: Some("s1".to_owned()),
            users: vec!["u1".to_owned(), "u@x".to_owned()],
            lasts: Some(7200),
            ..Opened::default()
        };
        assert_eq!(acting.opened, [opened]);
        assert_eq!(
            record("x.act.stop", r#","s":"s1""#).closed[0].session.as_deref(),
            Some("s1")
        );
        let issued = record("issue", r#","key":"K1""#);
        assert_eq!(
            (issued.opened[0].rule.as_str(), &issued.opened[0].keys[..]),
            ("token", &["K1".to_owned()][..])
        );
        assert_eq!(record("x.act.start", r#","o":"no""#), LinkEnds::default(), "it failed");
        assert_eq!(record("x.view", r#","s":"s1""#), LinkEnds::default());
    }

    #[test]
    fn rule_that_cannot_work_is_refused_with_its_reason() {
        for (rule, told) in [
            ("key = [\"/k\"]", "needs `opens`"),
            ("opens = [\"a\"]", "nothing could tie"),
            ("opens = [\"a\"]\nuser = [\"/u\"]", "needs `lasts`"),
            ("opens = [\"a\"]\nuser = [\"/u\"]\nlasts = \"12\"", "no time such as"),
            ("opens = [\"a\"]\nuser = [\"/u\"]\nlasts = \"0h\"", "no time such as"),
            ("opens = [\"**\"]\nsession = [\"/s\"]", "is a code"),
            (
                "opens = [\"a\"]\nnothing_follows = true\nsession = [\"/s\"]",
                "nothing_follows",
            ),
            ("opens = [\"a\"]\nsesion = [\"/s\"]", "sesion"),
        ] {
            let fault = profile(&format!("[[links]]\nname = \"x\"\n{rule}\n")).expect_err(rule);
            assert!(fault.contains(told), "{rule}: {fault}");
        }
    }

    #[test]
    fn pattern_matches_whole_codes() {
        for (pattern, text, expected) in [
            ("a.b", "A.B", true),
            ("a.b", "a.b.c", false),
            ("a*", "a.b", true),
            ("*b", "a.b", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*bc", "abc", true),
            ("ab*bc", "abc", false),
            ("*x*", "a.b", false),
        ] {
            assert_eq!(Pattern(pattern.to_owned()).matches(text), expected, "{pattern} {text}");
        }
    }
}
