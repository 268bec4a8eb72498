//! Actions that last: one action begins them and another ends them, such as acting as a user. Each
//! is one deed.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    catalogue::{Catalogue, Effect},
    events::{Outcome, Target},
    tally::ScopedEvent,
    time::Timestamp,
};

/// An action that lasts, such as acting as a user. Its beginning and its end are two events and one
/// deed.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct SpanFinding {
    /// Code of the action that begins it, also where only the end is logged.
    pub action: String,
    /// From the catalogue.
    pub effect: Effect,
    /// Position of the beginning in the tenant's list of actions, from 1; null where no beginning
    /// is logged.
    pub start: Option<u64>,
    /// Position of the end in the tenant's list of actions, from 1; null where no end is logged.
    pub end: Option<u64>,
    /// When it began.
    pub from: Option<Timestamp>,
    /// When it ended.
    pub until: Option<Timestamp>,
}

impl SpanFinding {
    /// Whether both its beginning and its end are logged, so that two events are one deed.
    pub fn is_closed(&self) -> bool {
        self.start.is_some() && self.end.is_some()
    }
}

/// The part that an action code plays in an action that lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part<'c> {
    /// It neither begins nor ends one.
    Whole,
    /// It begins one.
    Start,
    /// It ends one that the action of this code began.
    End(&'c str),
}

impl<'c> Part<'c> {
    /// Returns the part of every code in order.
    pub(super) fn of_codes(catalogue: &'c Catalogue, codes: impl Iterator<Item = &'c String>) -> Vec<Self> {
        let begun = catalogue.begun();
        let part = |code: &'c String| match catalogue.lookup(code).ends {
            Some(start) if start != code => Self::End(start),
            _ if begun.contains(code.as_str()) => Self::Start,
            _ => Self::Whole,
        };
        codes.map(part).collect()
    }
}

/// Identities of the targets of an event: type, whether it has no id, and the id or else the name.
type Targets<'e> = Vec<(&'e str, bool, &'e str)>;

/// Beginnings without an end yet, of one action by one agent in one session.
#[derive(Default)]
struct Open<'e> {
    all: BTreeMap<usize, Targets<'e>>,
    by_targets: BTreeMap<Targets<'e>, BTreeSet<usize>>,
}

impl<'e> Open<'e> {
    fn insert(&mut self, at: usize, targets: Targets<'e>) {
        self.by_targets.entry(targets.clone()).or_default().insert(at);
        self.all.insert(at, targets);
    }

    /// Takes the earliest beginning on these targets. An end or a beginning without targets fits
    /// all of its session.
    fn take(&mut self, targets: &Targets<'e>) -> Option<usize> {
        let on = |targets: &[_]| self.by_targets.get(targets).and_then(BTreeSet::first).copied();
        let at = if targets.is_empty() {
            self.all.keys().next().copied()
        } else {
            on(targets).or_else(|| on(&[]))
        }?;
        let targets = self.all.remove(&at)?;
        if let Some(left) = self.by_targets.get_mut(&targets) {
            left.remove(&at);
        }
        Some(at)
    }
}

/// Pairs beginnings with ends in events in time order. A beginning takes the next end of the same
/// session, agent and target. An attempt that failed neither begins nor ends anything.
pub(super) fn spans<'e>(events: &[&'e ScopedEvent], part: impl Fn(&'e str) -> (Part<'e>, Effect)) -> Vec<SpanFinding> {
    let mut open: BTreeMap<(&str, usize, Option<&str>, Effect), Open<'_>> = BTreeMap::new();
    let mut spans: Vec<SpanFinding> = Vec::new();
    for (number, scoped) in (1..).zip(events) {
        let event = &scoped.event;
        let (part, effect) = part(&event.action);
        if part == Part::Whole || event.outcome == Outcome::Failure {
            continue;
        }
        let (code, ends) = match part {
            Part::End(start) => (start, true),
            Part::Start | Part::Whole => (event.action.as_str(), false),
        };
        let key = (code, scoped.agent, event.session.as_deref(), effect);
        let targets = targets(&event.targets);
        let open = open.entry(key).or_default();
        let begun = if ends { open.take(&targets) } else { None };
        if let Some(begun) = begun.and_then(|begun| spans.get_mut(begun)) {
            (begun.end, begun.until) = (Some(number), Some(event.time));
            continue;
        }
        if !ends {
            open.insert(spans.len(), targets);
        }
        let place = |own: bool| own.then_some(number);
        let time = |own: bool| own.then_some(event.time);
        spans.push(SpanFinding {
            action: code.to_owned(),
            effect,
            start: place(!ends),
            end: place(ends),
            from: time(!ends),
            until: time(ends),
        });
    }
    spans
}

/// Targets without id and name identify nothing.
fn targets(targets: &[Target]) -> Targets<'_> {
    targets.iter().filter_map(target).collect()
}

fn target(target: &Target) -> Option<(&str, bool, &str)> {
    fn text(field: Option<&String>) -> Option<&str> {
        field.map(String::as_str).filter(|text| !text.is_empty())
    }
    let id = text(target.id.as_ref());
    let known_by = id.or_else(|| text(target.name.as_ref()))?;
    Some((text(target.kind.as_ref()).unwrap_or_default(), id.is_none(), known_by))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{digest::Sha256, events::AccessEvent, records::Locator, scope::ScopeMask, seal::Nonces};

    fn event(second: usize, action: &str, session: Option<&str>, targets: &[&str], outcome: Outcome) -> ScopedEvent {
        let target = |id: &&str| Target {
            kind: Some("user".to_owned()),
            id: Some((*id).to_owned()),
            name: Some(format!("name at {second}")),
        };
        ScopedEvent {
            event: AccessEvent {
                event_id: None,
                time: format!("2026-01-16T00:00:{second:02}Z").parse().expect("a time"),
                tenants: Vec::new(),
                action: action.to_owned(),
                targets: targets.iter().map(target).collect(),
                outcome,
                ticket: None,
                justification: None,
                ip: None,
                session: session.map(str::to_owned),
                user_agent: None,
                parameters: None,
            },
            time_original: String::new(),
            agent: usize::from(session == Some("of another agent")),
            identity_matched: Arc::from("actor.id"),
            also_by: Box::default(),
            scopes: ScopeMask(1),
            beyond: ScopeMask::default(),
            at: Locator {
                source: 0,
                offset: second as u64,
                length: 1,
            },
            part: 0,
            record_sha256: Sha256::of(b""),
            seal: Some(Nonces::new(&[0; 32]).record(0, b"", Sha256::of(b""))),
            conflict: false,
            link: None,
            search: None,
        }
    }

    /// Positions of beginnings and ends: `3-5`, `3-` without an end, `-5` without a beginning.
    fn paired(events: &[(&str, Option<&str>, &[&str], Outcome)]) -> Vec<String> {
        let catalogue = Catalogue::built_in();
        let numbered = events.iter().enumerate();
        let events: Vec<_> = numbered
            .map(|(at, (action, session, targets, outcome))| event(at + 1, action, *session, targets, *outcome))
            .collect();
        let events: Vec<&ScopedEvent> = events.iter().collect();
        let part = |code: &str| {
            let part = match code {
                "user.impersonate.start" => Part::Start,
                "user.impersonate.end" => Part::End("user.impersonate.start"),
                _ => Part::Whole,
            };
            (part, catalogue.lookup(code).effect)
        };
        let number = |place: Option<u64>| place.map(|place| place.to_string()).unwrap_or_default();
        let spans = spans(&events, part);
        for span in &spans {
            assert_eq!(span.action, "user.impersonate.start");
            let second = |time: Option<Timestamp>| time.map(|time| time.to_string());
            let time = |place: Option<u64>| place.map(|place| format!("2026-01-16T00:00:{place:02}Z"));
            assert_eq!(
                (second(span.from), second(span.until)),
                (time(span.start), time(span.end))
            );
        }
        spans
            .iter()
            .map(|span| format!("{}-{}", number(span.start), number(span.end)))
            .collect()
    }

    #[test]
    fn a_beginning_takes_the_next_end_of_its_session_agent_and_target() {
        use Outcome::{Failure, Success, Unknown};
        let (start, end) = ("user.impersonate.start", "user.impersonate.end");
        let (one, two, none): (&[&str], &[&str], &[&str]) = (&["u-1"], &["u-2"], &[]);
        let s = Some("s");
        for (events, expected) in [
            (
                vec![
                    (start, s, one, Success),
                    ("user.view", s, one, Success),
                    (end, s, one, Success),
                ],
                vec!["1-3"],
            ),
            (
                vec![(start, None, one, Unknown), (end, None, one, Unknown)],
                vec!["1-2"],
            ),
            (
                vec![
                    (start, s, one, Success),
                    (start, s, two, Success),
                    (end, s, one, Success),
                    (end, s, two, Success),
                ],
                vec!["1-3", "2-4"],
            ),
            (vec![(start, s, one, Success), (end, s, two, Success)], vec!["1-", "-2"]),
            (
                vec![(start, s, one, Success), (end, Some("t"), one, Success)],
                vec!["1-", "-2"],
            ),
            (
                vec![(start, s, one, Success), (end, Some("of another agent"), one, Success)],
                vec!["1-", "-2"],
            ),
            (vec![(end, s, one, Success), (start, s, one, Success)], vec!["-1", "2-"]),
            (
                vec![
                    (start, s, one, Success),
                    (start, s, one, Success),
                    (end, s, one, Success),
                ],
                vec!["1-3", "2-"],
            ),
            // An attempt neither begins nor ends anything.
            (vec![(start, s, one, Failure), (end, s, one, Success)], vec!["-2"]),
            (
                vec![(start, s, one, Success), (end, s, one, Failure), (end, s, one, Success)],
                vec!["1-3"],
            ),
            // An end, or a beginning, without a target fits its session.
            (
                vec![
                    (start, s, two, Success),
                    (start, s, one, Success),
                    (end, s, none, Success),
                ],
                vec!["1-3", "2-"],
            ),
            (
                vec![
                    (start, s, none, Success),
                    (end, s, one, Success),
                    (end, s, none, Success),
                ],
                vec!["1-2", "-3"],
            ),
        ] {
            assert_eq!(paired(&events), expected, "{events:?}");
        }
    }

    #[test]
    fn codes_have_their_part_from_the_catalogue() {
        let codes = [
            "user.impersonate.end",
            "user.impersonate.start",
            "user.session.impersonation.initiate",
            "user.view",
        ];
        let codes = codes.map(str::to_owned);
        let catalogue = Catalogue::built_in();
        let parts = Part::of_codes(&catalogue, codes.iter());
        assert_eq!(
            parts,
            [
                Part::End("user.impersonate.start"),
                Part::Start,
                Part::Start,
                Part::Whole
            ]
        );
    }
}
