//! Judges records by their time first: most records of a log lie outside every window, and of those
//! only the time matters.
//!
//! The rule, for JSON: where the time is one plain member, a record is judged by its time alone if
//!
//! 1. the member's name, in its quotes, stands once in the record's bytes, and `\u`, which could
//!    hide another one, nowhere;
//! 2. the record ends with `}`;
//! 3. from its beginning up to the end of the time's value it reads as JSON, with the time in its
//!    place; and
//! 4. that value is a time of the first declared format that allows it.
//!
//! If such a record lies in no window, nothing else about it matters, not even whether the rest of
//! it is well-formed. The rule has two forms: [`TimeFirst::of_broken`] is the definition, for
//! records that the full parser refuses, and [`TimeFirst::time`] is the fast form, which may miss a
//! record that the rule allows and never takes one that it does not.

use std::ops::Range;

use memchr::memmem::Finder;
use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{Profile, RecordPrefixes, Times, cursor::Cursor, record_prefixes::LONGEST, time_path};
use crate::{
    events::value::Value,
    records::{Needle, Record},
    time::Timestamp,
};

/// The rule for one profile.
#[derive(Debug, Clone)]
pub struct TimeFirst {
    path: Vec<String>,
    times: Times,
    /// Searcher for the member's name, in its quotes.
    name: Box<Finder<'static>>,
    escape: Box<Finder<'static>>,
    /// The name again, to be seen in passing.
    needle: Option<Needle>,
}

impl TimeFirst {
    /// Creates it for a profile whose time is one plain member. Returns `None` if a name on the
    /// path could be written in several ways without `\u`.
    pub fn new(profile: &Profile) -> Option<Self> {
        let (path, times) = time_path(profile)?;
        let plain = |name: &String| !name.contains(['/', '"', '\\', '{', '}']) && !name.contains(char::is_control);
        let last = path.last().filter(|_| path.iter().all(plain))?;
        Some(Self {
            path: path.clone(),
            times,
            name: Box::new(Finder::new(&format!("\"{last}\"")).into_owned()),
            escape: Box::new(Finder::new("\\u").into_owned()),
            needle: Needle::new(format!("\"{last}\"").as_bytes()),
        })
    }

    /// Returns the text that the scan for line ends also searches for.
    pub fn needle(&self) -> Option<&Needle> {
        self.needle.as_ref()
    }

    /// The time of this record, if the rule allows to judge it by that and shows it plainly.
    pub fn time(&self, record: &Record<'_>, known: &mut RecordPrefixes) -> Option<Timestamp> {
        let bytes = record.bytes;
        let (once, backslash) = match record.sight {
            Some(sight) => (sight.once, sight.backslash),
            None => (self.name.find_iter(bytes).take(2).count() == 1, true),
        };
        if !once || backslash && self.escape.find(bytes).is_some() || !bytes.trim_ascii_end().ends_with(b"}") {
            return None;
        }
        let text = &bytes[known.time(bytes).or_else(|| self.walk(bytes, known))?];
        let next = self.times.next(&mut known.hour, text);
        next.or_else(|| self.times.parse_bytes(text))
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

    /// Finds the range of the time's text, member by member.
    fn walk(&self, record: &[u8], known: &mut RecordPrefixes) -> Option<Range<usize>> {
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
            // Of what is longer nothing is learnt.
            bodies.extend((body.plain && body.span.end <= LONGEST).then_some(body.span));
        } else {
            cursor.value()?;
        }
        if !cursor.another(b'}')? {
            return None;
        }
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

/// A member's name, which need not be UTF-8: nothing before the time matters but that it can be
/// passed over.
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
