//! Times of day without an offset, in a zone that the profile names. Clocks that go back say an
//! hour twice, and clocks that go forward leave one out; neither is ever guessed away.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, FixedOffset, NaiveDateTime, Timelike as _, Utc};
use jiff::{
    civil,
    tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase, TimeZoneName},
};
use serde::{Deserialize, Deserializer, de::Error};

use super::BEYOND;
use crate::diag::nearest;

/// A zone of the IANA database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::events) struct Zone(TimeZone);

/// Zone of the database for a machine whose place is not set.
const NO_ZONE: &str = "Factory";

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // What this system has installed is not asked: the same log is to be read alike everywhere.
        let database = TimeZoneDatabase::bundled();
        match database.get(&text) {
            Ok(zone) if zone.iana_name() == Some(&text) && text != NO_ZONE => Ok(Self(zone)),
            _ => {
                let names: Vec<_> = database.available().collect();
                let names = names.iter().map(TimeZoneName::as_str);
                let near = nearest(&text, names.filter(|name| *name != NO_ZONE));
                let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                let message = format!("`{text}` is no zone of the IANA time zone database{hint}");
                Err(D::Error::custom(message))
            }
        }
    }
}

impl Zone {
    /// Returns the possible offsets of a local time; `None` outside the years -9999 to 9999.
    fn offset(&self, time: NaiveDateTime) -> Option<AmbiguousOffset> {
        let two = |number: u32| i8::try_from(number).ok();
        // Clocks change at a whole second, so its fraction does not matter.
        let time = civil::DateTime::new(
            time.year().try_into().ok()?,
            two(time.month())?,
            two(time.day())?,
            two(time.hour())?,
            two(time.minute())?,
            two(time.second())?,
            0,
        );
        Some(self.0.to_ambiguous_timestamp(time.ok()?).offset())
    }
}

/// Which of two instants is meant by an hour that clocks say twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::events) enum Fold {
    /// The first, before clocks go back.
    Earlier,
    /// The second.
    Later,
}

/// A zone, and what to do with an hour that it has twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::events) struct Local {
    pub(super) zone: Zone,
    pub(super) fold: Option<Fold>,
}

impl Local {
    /// The instant, or why there is none.
    pub(super) fn instant(&self, time: NaiveDateTime) -> Result<DateTime<Utc>, String> {
        let zone = self.zone.0.iana_name().unwrap_or_default();
        let beyond = || BEYOND.to_owned();
        let offset = match (self.zone.offset(time).ok_or_else(beyond)?, self.fold) {
            (AmbiguousOffset::Unambiguous { offset }, _) => offset,
            (AmbiguousOffset::Fold { before, .. }, Some(Fold::Earlier)) => before,
            (AmbiguousOffset::Fold { after, .. }, Some(Fold::Later)) => after,
            (AmbiguousOffset::Fold { .. }, None) => {
                return Err(format!(
                    "is twice in {zone}, where clocks went back, and the profile declares no `fold`"
                ));
            }
            (AmbiguousOffset::Gap { .. }, _) => {
                return Err(format!("is never in {zone}, where clocks went forward"));
            }
        };
        // Not by a difference of seconds, which a sixtieth second would not survive.
        let offset = FixedOffset::east_opt(offset.seconds());
        let instant = offset.and_then(|offset| time.checked_sub_offset(offset));
        instant.map(|instant| instant.and_utc()).ok_or_else(beyond)
    }
}

/// Offsets of the abbreviations in a log: `{ PST = "-08:00" }`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Offsets(pub(super) BTreeMap<String, Offset>);

/// An offset from UTC, as RFC 3339 writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Offset(pub(super) FixedOffset);

impl<'de> Deserialize<'de> for Offset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let epoch = DateTime::parse_from_rfc3339(&format!("1970-01-01T00:00:00{text}"));
        epoch
            .map(|epoch| Self(*epoch.offset()))
            .map_err(|_| D::Error::custom(format!("`{text}` is no offset such as \"-08:00\" or \"Z\"")))
    }
}

impl Offsets {
    /// The instant of a time with one of the abbreviations behind it or in it.
    pub(super) fn instant(&self, time: NaiveDateTime, text: &str) -> Result<DateTime<Utc>, String> {
        let known = text.split_ascii_whitespace().find_map(|word| self.0.get(word));
        let Some(Offset(offset)) = known else {
            return Err("has none of the abbreviations that the profile declares in `offsets`".to_owned());
        };
        let instant = time.and_local_timezone(*offset).single();
        instant
            .map(|instant| instant.to_utc())
            .ok_or_else(|| "is out of range".to_owned())
    }
}
