//! Prefilters: they see that a record lies in no window, or that it has no listed actor, without
//! capturing the whole of it. Most records of a log are one or the other.
//!
//! A prefilter never decides otherwise than the full parse would; if it is not sure, it decides
//! nothing. Tests run both side by side on every golden case and on generated records.

mod record_prefixes;
mod time_first;
mod literal;
mod byte_marks;
mod key_order;
mod csv_prefilter;
mod record_templates;
mod json_prefilter;

use super::{
    capture::Pointer,
    cursor,
    map::{HOLDS_OTHERS, Matching},
    nothing::Nothing,
    profile::Profile,
    selector::Selector,
    time::{self, TimeFormat},
};
use crate::time::{Hour, Timestamp};

pub use csv_prefilter::CsvPrefilter;
pub use json_prefilter::JsonPrefilter;
pub use record_prefixes::RecordPrefixes;
pub use time_first::TimeFirst;

/// The time of a record and everybody it names as an actor: nothing else decides whether it is in
/// scope.
#[derive(Debug)]
pub struct KeyFacts<'g, 'b> {
    /// Time of the event.
    pub time: Timestamp,
    plan: &'g PrefilterPlan,
    texts: &'g [TextSpan],
    record: &'b str,
}

impl<'b> KeyFacts<'_, 'b> {
    /// Everybody named, as logged; at least one.
    pub fn named(&self) -> impl Iterator<Item = (Matching, &'b str)> {
        let named = |actor: &Actor| Some((actor.matching, self.texts[actor.text].of(self.record)?));
        self.plan.actors.iter().filter_map(named)
    }

    /// Every text that may be the session, where [`Profile::session_stands_plainly`].
    pub fn sessions(&self) -> impl Iterator<Item = &'b str> {
        self.plan
            .sessions
            .iter()
            .filter_map(|text| self.texts[*text].of(self.record))
    }

    /// Whether a text is none of those that stand for nothing.
    pub fn is_something(&self, text: &str) -> bool {
        self.plan.times.nothing.is_not(text)
    }
}

/// Texts to look for: a time at one path, and actors at some. The texts are numbered; the time is
/// 0.
#[derive(Debug, Clone)]
struct PrefilterPlan {
    /// Slot of the profile for each text.
    slots: Vec<usize>,
    times: Times,
    actors: Vec<Actor>,
    /// Which of the wanted texts may be the session.
    sessions: Vec<usize>,
}

/// A field that names an actor.
#[derive(Debug, Clone)]
struct Actor {
    matching: Matching,
    /// Which of the wanted texts.
    text: usize,
}

/// Forms of times, and texts that are not times.
#[derive(Debug, Clone)]
struct Times {
    formats: Vec<TimeFormat>,
    nothing: Nothing,
    /// Whether a text of the usual form of RFC 3339 is a time at once.
    usual: bool,
}

/// Range of a text in its record; absent if it ends at 0.
#[derive(Debug, Clone, Copy, Default)]
struct TextSpan {
    start: usize,
    end: usize,
}

impl TextSpan {
    fn of(self, record: &str) -> Option<&str> {
        record.get(self.start..self.end).filter(|_| self.end > 0)
    }
}

impl PrefilterPlan {
    /// Creates a plan for records that are one event each, with all actors at plain paths.
    fn new(profile: &Profile) -> Option<Self> {
        let (time, times) = time_of(profile)?;
        if profile.explode.is_some() {
            return None;
        }
        let mut plan = Self {
            slots: vec![time],
            times,
            actors: Vec::new(),
            sessions: Vec::new(),
        };
        for field in &profile.actors {
            match field.selector {
                Selector::Slot(slot) => {
                    let (matching, text) = (field.matching, plan.text(slot));
                    plan.actors.push(Actor { matching, text });
                }
                // A constant counts only if no other actor is named, which the full parse decides.
                Selector::Constant(_) => {}
                _ => return None,
            }
        }
        for selector in &profile.fields.session {
            if let Selector::Slot(slot) = selector {
                let text = plan.text(*slot);
                plan.sessions.push(text);
            }
        }
        Some(plan)
    }

    /// Which of the wanted texts a slot holds: several fields may be read from one place.
    fn text(&mut self, slot: usize) -> usize {
        self.slots.iter().position(|known| *known == slot).unwrap_or_else(|| {
            self.slots.push(slot);
            self.slots.len() - 1
        })
    }

    /// Returns the facts if they are plain: a time, and an actor.
    fn seen<'g, 'b>(&'g self, record: &'b str, texts: &'g [TextSpan]) -> Option<KeyFacts<'g, 'b>> {
        let time = self.times.parse_bytes(texts[0].of(record)?.as_bytes())?;
        let seen = KeyFacts {
            time,
            plan: self,
            texts,
            record,
        };
        // A text may hold a list of names, or an object that is none.
        if seen.named().any(|(_, text)| text.starts_with(HOLDS_OTHERS)) {
            return None;
        }
        let somebody = seen.named().any(|(_, text)| self.times.nothing.is_not(text));
        somebody.then_some(seen)
    }
}

/// The slot of the time, where the first place that may hold it is a plain path of the record
/// itself.
fn time_of(profile: &Profile) -> Option<(usize, Times)> {
    let rule = profile.times.first()?;
    let &Selector::Slot(slot) = rule.at.first()? else {
        return None;
    };
    if !profile.unwrap.is_empty() {
        return None;
    }
    Some((slot, Times::new(&rule.formats, &profile.nothing)))
}

/// The path of the time, where it is the same for all events of a record.
fn time_path(profile: &Profile) -> Option<(&Pointer, Times)> {
    let (slot, times) = time_of(profile)?;
    let inside = |list: usize| profile.paths.pointer(slot).starts_with(profile.paths.pointer(list));
    if profile.explode.as_ref().is_some_and(|explode| inside(explode.list)) {
        return None;
    }
    Some((profile.paths.pointer(slot), times))
}

impl Times {
    fn new(formats: &[TimeFormat], nothing: &Nothing) -> Self {
        // No time of that form is so short.
        let short = nothing.longest() < 20;
        Self {
            formats: formats.to_vec(),
            nothing: nothing.clone(),
            usual: short && matches!(formats.first(), Some(TimeFormat::Rfc3339)),
        }
    }

    /// Returns a time in the usual form.
    fn at_once(&self, text: &[u8]) -> Option<Timestamp> {
        let time = self.usual.then(|| Timestamp::usual(text)).flatten();
        time.filter(|time| time.is_plausible())
    }

    /// Returns a time in the usual form, in a log in order of time.
    fn next(&self, hour: &mut Hour, text: &[u8]) -> Option<Timestamp> {
        let time = self.usual.then(|| hour.usual(text)).flatten();
        time.filter(|time| time.is_plausible())
    }

    fn parse_bytes(&self, text: &[u8]) -> Option<Timestamp> {
        self.at_once(text)
            .or_else(|| self.parse(std::str::from_utf8(text).ok()?))
    }

    fn parse(&self, text: &str) -> Option<Timestamp> {
        let is_time = self.nothing.is_not(text);
        time::parse(&self.formats, text).ok().filter(|_| is_time)
    }
}
