//! Times of day without an offset, in a zone that the profile names. Clocks that go back say an hour twice, and clocks
//! that go forward leave one out; neither is ever guessed away.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, MappedLocalTime, NaiveDateTime, TimeZone as _, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use serde::{Deserialize, Deserializer, de::Error};

use crate::diag::nearest;

/// A zone of the IANA database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::events) struct Zone(Tz);

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(|_| {
            let near = nearest(&text, TZ_VARIANTS.iter().map(|zone| zone.name()));
            let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            D::Error::custom(format!("`{text}` is no zone of the IANA time zone database{hint}"))
        })
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::events) struct Local {
    pub(super) zone: Zone,
    pub(super) fold: Option<Fold>,
}

impl Local {
    /// The instant, or why there is none.
    pub(super) fn instant(self, time: NaiveDateTime) -> Result<DateTime<Utc>, String> {
        let Zone(zone) = self.zone;
        let instant = match (zone.from_local_datetime(&time), self.fold) {
            (MappedLocalTime::Single(only), _) => only,
            (MappedLocalTime::Ambiguous(first, _), Some(Fold::Earlier)) => first,
            (MappedLocalTime::Ambiguous(_, second), Some(Fold::Later)) => second,
            (MappedLocalTime::Ambiguous(..), None) => {
                return Err(format!(
                    "is twice in {zone}, where clocks went back, and the profile declares no `fold`"
                ));
            }
            (MappedLocalTime::None, _) => {
                return Err(format!("is never in {zone}, where clocks went forward"));
            }
        };
        Ok(instant.with_timezone(&Utc))
    }
}

/// What the abbreviations mean that stand for an offset in a log: `{ PST = "-08:00" }`.
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
