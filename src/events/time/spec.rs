//! A profile's times as its file writes them, and what must go together: a format without an offset
//! needs a zone, and a zone that no format needs is a mistake.

use serde::Deserialize;

use super::{
    TimeFormat,
    local::{Fold, Local, Offsets, Zone},
    pattern::{Pattern, Says, read},
};
use crate::events::{one_or_many::OneOrMany, path::PathSpec};

/// Positions and formats of times, as written.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Table")]
pub(in crate::events) struct TimeSpec {
    pub(in crate::events) at: Vec<PathSpec>,
    pub(in crate::events) formats: Vec<TimeFormat>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    at: Vec<PathSpec>,
    format: Option<OneOrMany<String>>,
    zone: Option<Zone>,
    fold: Option<Fold>,
    offsets: Option<Offsets>,
}

impl TryFrom<Table> for TimeSpec {
    type Error = String;

    fn try_from(table: Table) -> Result<Self, String> {
        if table.at.is_empty() {
            return Err("`[time] at` names no path: without a time nothing can be judged".to_owned());
        }
        let texts = match &table.format {
            Some(OneOrMany(texts)) if texts.is_empty() => return Err("`format` names none".to_owned()),
            Some(OneOrMany(texts)) => texts.clone(),
            None => vec!["rfc3339".to_owned()],
        };
        let mut formats = texts
            .iter()
            .map(|text| table.format(text))
            .collect::<Result<Vec<_>, _>>()?;
        table.all_used(&formats)?;
        let patterns: Vec<_> = formats.iter().filter_map(TimeFormat::pattern).cloned().collect();
        for format in &mut formats {
            if let TimeFormat::Pattern(pattern) = format {
                pattern.against(&patterns);
            }
        }
        Ok(Self { at: table.at, formats })
    }
}

impl Table {
    fn format(&self, text: &str) -> Result<TimeFormat, String> {
        Ok(match text {
            "rfc3339" => TimeFormat::Rfc3339,
            "zoneless" => TimeFormat::Zoneless(self.local(text)?),
            "epoch-seconds" => TimeFormat::Epoch(0),
            "epoch-milliseconds" => TimeFormat::Epoch(3),
            "epoch-microseconds" => TimeFormat::Epoch(6),
            "epoch-nanoseconds" => TimeFormat::Epoch(9),
            "epoch-second-nano" => TimeFormat::EpochSecondNano,
            pattern if pattern.contains('%') => TimeFormat::Pattern(self.pattern(pattern)?),
            other => {
                return Err(format!(
                    "`{other}` is no time format: write rfc3339, zoneless, epoch-seconds, epoch-milliseconds, \
                     epoch-microseconds, epoch-nanoseconds, epoch-second-nano, or a pattern such as \
                     \"%Y-%m-%d %H:%M:%S %z\""
                ));
            }
        })
    }

    fn local(&self, text: &str) -> Result<Local, String> {
        let missing = || format!("times of the format `{text}` have no offset, so `zone` must name their time zone");
        let zone = self.zone.clone().ok_or_else(missing)?;
        Ok(Local { zone, fold: self.fold })
    }

    fn pattern(&self, text: &str) -> Result<Pattern, String> {
        let (items, says) = read(text)?;
        Ok(match says {
            Says::Offset => Pattern::with_offset(text, items),
            Says::Nothing => Pattern::in_zone(text, items, self.local(text)?),
            Says::Abbreviation => {
                let missing = "`%Z` abbreviations mean different offsets in different places, so `offsets` must say \
                     what each means, such as { PST = \"-08:00\" }";
                Pattern::abbreviated(text, items, self.offsets.clone().ok_or(missing)?)
            }
        })
    }

    /// Rejects a setting that no format needs, since it would mislead readers of the profile.
    fn all_used(&self, formats: &[TimeFormat]) -> Result<(), String> {
        let zoned = |format: &TimeFormat| match format {
            TimeFormat::Zoneless(_) => true,
            TimeFormat::Pattern(pattern) => pattern.needs_zone(),
            _ => false,
        };
        let abbreviated =
            |format: &TimeFormat| matches!(format, TimeFormat::Pattern(pattern) if pattern.needs_offsets());
        let unused = |key: &str| Err(format!("`{key}` is declared, and no format of these times needs it"));
        match (formats.iter().any(zoned), formats.iter().any(abbreviated)) {
            (false, _) if self.zone.is_some() => unused("zone"),
            (false, _) if self.fold.is_some() => unused("fold"),
            (_, false) if self.offsets.is_some() => unused("offsets"),
            _ => Ok(()),
        }
    }
}
