//! Time first: most records of a log lie outside every window, and of those only the time matters.
//!
//! The rule, for JSON: where the time is one plain member, a record is judged by its time alone if
//!
//! 1. the member's name, in its quotes, stands once in the record's bytes, and `\u`, which could hide another one, nowhere;
//! 2. the record ends with `}`;
//! 3. from its beginning up to the end of the time's value it reads as JSON, with the time in its place; and
//! 4. that value is a time of the first declared format that allows it.
//!
//! If such a record lies in no window, nothing else about it matters, not even whether the rest of it is well-formed. The
//! rule is told twice: [`TimeFirst::of_broken`] is the definition, for records that the full parser refuses, and
//! [`Sightings`] is the fast way, which may miss a record that the rule allows and never takes one that it does not.

use std::ops::Range;

use memchr::memmem::{FindIter, Finder};
use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{Beginnings, Profile, Times, cursor::Cursor, time_path};
use crate::{events::value::Value, time::Timestamp};

/// The rule for one profile.
#[derive(Debug, Clone)]
pub struct TimeFirst {
    path: Vec<String>,
    times: Times,
    /// Of the member's name, in its quotes.
    name: Box<Finder<'static>>,
    escape: Box<Finder<'static>>,
}

impl TimeFirst {
    /// For a profile whose time is one plain member. None where a name on the path could be written in several ways
    /// without `\u`.
    pub fn new(profile: &Profile) -> Option<Self> {
        let (path, times) = time_path(profile)?;
        let plain = |name: &String| !name.contains(['/', '"', '\\', '{', '}']) && !name.contains(char::is_control);
        let last = path.last().filter(|_| path.iter().all(plain))?;
        Some(Self {
            path: path.clone(),
            times,
            name: Box::new(Finder::new(&format!("\"{last}\"")).into_owned()),
            escape: Box::new(Finder::new("\\u").into_owned()),
        })
    }

    /// Looks for the times of the records that lie in these bytes.
    pub fn over<'t, 'b>(&'t self, bytes: &'b [u8], known: &'t mut Beginnings) -> Sightings<'t, 'b> {
        Sightings {
            first: self,
            bytes,
            known,
            names: Next::new(self.name.find_iter(bytes)),
            // Most logs hold no backslash at all, and to look for one byte is cheaper than for two.
            escapes: Next::new(
                self.escape
                    .find_iter(memchr::memchr(b'\\', bytes).map_or(&[], |_| bytes)),
            ),
        }
    }

    /// The time of a record that is refused, if the rule allows to judge it by that.
    pub fn of_broken(&self, json: &[u8]) -> Option<Timestamp> {
        let json = json.trim_ascii();
        if self.name.find_iter(json).count() != 1 || self.escape.find(json).is_some() || !json.ends_with(b"}") {
            return None;
        }
        let mut found = None;
        let lead = Lead {
            path: &self.path,
            found: &mut found,
        };
        // It ends with an error on purpose, once the time is found.
        let _ = lead.deserialize(&mut serde_json::Deserializer::from_slice(json));
        let text = Value::Json(found?.into()).text()?;
        self.times.parse(&text)
    }

    /// The fast way, for a record with one such name.
    fn of(&self, record: &[u8], known: &mut Beginnings) -> Option<Timestamp> {
        if !record.trim_ascii_end().ends_with(b"}") {
            return None;
        }
        let text = known.time(record).or_else(|| self.walk(record, known))?;
        self.times.parse_bytes(&record[text])
    }

    /// Where the time's text is, found member by member.
    fn walk(&self, record: &[u8], known: &mut Beginnings) -> Option<Range<usize>> {
        let mut cursor = Cursor::new(record);
        let mut bodies = Vec::new();
        cursor.blanks();
        for token in &self.path {
            lead(&mut cursor, token.as_bytes(), &mut bodies)?;
        }
        let text = cursor.text_value()?;
        known.learn(record, &bodies, &text);
        Some(text)
    }
}

/// Into an object, to the value of its first member of this name. The texts on the way are noted.
fn lead(cursor: &mut Cursor<'_>, name: &[u8], bodies: &mut Vec<Range<usize>>) -> Option<()> {
    cursor.expect(b'{')?;
    loop {
        let found = cursor.name()?;
        if cursor.text(found) == name {
            return Some(());
        }
        if cursor.peek()? == b'"' {
            let body = cursor.string()?;
            bodies.extend(body.plain.then_some(body.span));
        } else {
            cursor.value()?;
        }
        if !cursor.another(b'}')? {
            return None;
        }
    }
}

/// The search for names and escapes in a block: once over all of it instead of once a record.
pub struct Sightings<'t, 'b> {
    first: &'t TimeFirst,
    bytes: &'b [u8],
    known: &'t mut Beginnings,
    names: Next<FindIter<'b, 't>>,
    escapes: Next<FindIter<'b, 't>>,
}

impl Sightings<'_, '_> {
    /// The time of the record that lies here, if the rule allows it and shows it plainly. Records are asked for in order.
    pub fn time(&mut self, record: Range<usize>) -> Option<Timestamp> {
        let name = self.names.in_or_behind(record.start)?;
        if name >= record.end
            || self
                .escapes
                .in_or_behind(record.start)
                .is_some_and(|at| at < record.end)
        {
            return None;
        }
        if self.names.in_or_behind(name + 1).is_some_and(|at| at < record.end) {
            return None;
        }
        self.first.of(&self.bytes[record], self.known)
    }
}

/// Ascending positions, the next of which is known.
struct Next<I> {
    positions: I,
    next: Option<usize>,
}

impl<I: Iterator<Item = usize>> Next<I> {
    fn new(mut positions: I) -> Self {
        let next = positions.next();
        Self { positions, next }
    }

    /// The first one that is not before this.
    fn in_or_behind(&mut self, start: usize) -> Option<usize> {
        while self.next? < start {
            self.next = self.positions.next();
        }
        self.next
    }
}

/// The full parser on its way to the value at a path, and no further.
struct Lead<'t, 'f, 'b> {
    path: &'t [String],
    found: &'f mut Option<&'b str>,
}

impl<'b> DeserializeSeed<'b> for Lead<'_, '_, 'b> {
    type Value = ();

    fn deserialize<D: Deserializer<'b>>(self, deserializer: D) -> Result<(), D::Error> {
        if !self.path.is_empty() {
            return deserializer.deserialize_map(self);
        }
        let raw: &'b RawValue = serde::Deserialize::deserialize(deserializer)?;
        *self.found = Some(raw.get());
        Ok(())
    }
}

impl<'b> Visitor<'b> for Lead<'_, '_, 'b> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object on the way to the time")
    }

    fn visit_map<A: MapAccess<'b>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Name(name)) = map.next_key()? {
            if name == self.path[0].as_bytes() {
                return map.next_value_seed(Lead {
                    path: &self.path[1..],
                    found: self.found,
                });
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

/// A member's name, which need not be UTF-8: nothing before the time matters but that it can be passed over.
struct Name(Vec<u8>);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(Bytes).map(Self)
    }
}

struct Bytes;

impl Visitor<'_> for Bytes {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_bytes<E>(self, name: &[u8]) -> Result<Vec<u8>, E> {
        Ok(name.to_vec())
    }

    fn visit_str<E>(self, name: &str) -> Result<Vec<u8>, E> {
        Ok(name.as_bytes().to_vec())
    }
}
