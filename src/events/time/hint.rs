//! Which format of a profile would read a time that the declared formats do not.

use std::{iter, sync::LazyLock};

use chrono::{DateTime, TimeDelta};

use super::{
    epoch,
    pattern::{self, Pattern},
    rfc3339::{rfc3339, with_offset},
    unit,
};
use crate::{text::shortened, time::Timestamp};

/// Forms that programs are known to write, beside those that have a name.
const PATTERNS: [&str; 27] = [
    "%Y-%m-%d %H:%M:%S%.f %z",
    "%Y-%m-%d %H:%M:%S%.f UTC",
    "%Y-%m-%d %I:%M:%S %p",
    "%Y/%m/%d %H:%M:%S%.f",
    "%d.%m.%Y %H:%M:%S%.f",
    "%d.%m.%y %H:%M:%S",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%d/%m/%Y, %H:%M:%S",
    "%m/%d/%Y, %H:%M:%S",
    "%d/%m/%y %H:%M:%S",
    "%m/%d/%y %H:%M:%S",
    "%d/%m/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y, %I:%M:%S %p",
    "%m/%d/%y, %I:%M:%S %p",
    "%a, %d %b %Y %H:%M:%S GMT",
    "%a, %d %b %Y %H:%M:%S %z",
    "%a %b %e %H:%M:%S %Y",
    "%d/%b/%Y:%H:%M:%S %z",
    "%d %b %Y %H:%M:%S",
    "%d-%b-%Y %H:%M:%S",
    "%b %e, %Y %I:%M:%S %p",
    "%Y%m%dT%H%M%SZ",
    "%b %e %Y %H:%M:%S%.f",
    "%b %e, %Y %H:%M:%S",
    "%Y %b %e %H:%M:%S%.f",
];

/// A declaration of a profile's `[time]` that reads a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReadableAs {
    /// The value of `format`.
    pub format: String,
    /// Whether `zone` must say what the time of day means.
    pub needs_zone: bool,
}

/// Returns every declaration that reads a text as a time of an access log, the plainest first.
pub(in crate::events) fn readable_as(text: &str) -> Vec<ReadableAs> {
    let text = text.trim();
    let of = |format: &str, needs_zone: bool| ReadableAs {
        format: format.to_owned(),
        needs_zone,
    };
    if let Some((scale, _)) = count(text) {
        return vec![of(name(scale), false)];
    }
    let plausible = |time: Option<Timestamp>| time.is_some_and(Timestamp::is_plausible);
    if plausible(rfc3339(text)) {
        return vec![of("rfc3339", false)];
    }
    if plausible(with_offset(&format!("{text}Z"))) {
        return vec![of("zoneless", true)];
    }
    let patterns = COMPILED.iter().filter(|pattern| plausible(pattern.wall_clock(text)));
    let is_offset = |text: &str| text.ends_with("%z");
    patterns
        .map(|pattern| of(&pattern.text, !is_offset(&pattern.text)))
        .collect()
}

static COMPILED: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    PATTERNS
        .iter()
        .filter_map(|text| Some(Pattern::bare(text, pattern::read(text).ok()?.0)))
        .collect()
});

/// Days from the epoch of spreadsheets, 1899-12-30, to 1970-01-01.
const SERIAL_OF_1970: i64 = 25_569;

/// The declaration, as `; the format \"epoch-seconds\" would read it`; empty where none is known.
pub(super) fn hint(text: &str) -> String {
    let text = text.trim();
    let structure = match text.as_bytes() {
        [b'{', ..] => "an object; map the time to the member that holds it, as `/timestamp/$date`",
        [b'[', b'"', ..] => "a list; map the time to one of its elements, as `/timestamp/0`",
        _ => "",
    };
    if !structure.is_empty() {
        return format!("; it is {structure}");
    }
    if let Some((since, time)) = hundreds_of_nanoseconds(text) {
        return format!(
            "; as hundreds of nanoseconds since {since} it would be {time}: export it as text, which a profile can read"
        );
    }
    if let Some((scale, time)) = count(text) {
        return format!("; {} would be {time} (format \"{}\")", unit(scale), name(scale));
    }
    if let Some(time) = serial(text) {
        return format!(
            "; as a spreadsheet's serial it would be {time}, in the spreadsheet's time zone: export it as text"
        );
    }
    let plausible = |time: Option<Timestamp>| time.is_some_and(Timestamp::is_plausible);
    let names = [
        (plausible(rfc3339(text)), "\"rfc3339\"".to_owned()),
        (
            plausible(with_offset(&format!("{text}Z"))),
            "\"zoneless\" with a `zone`".to_owned(),
        ),
    ];
    let patterns = COMPILED.iter().filter(|pattern| plausible(pattern.wall_clock(text)));
    let names = names.into_iter().filter_map(|(reads, name)| reads.then_some(name));
    let names: Vec<_> = names
        .chain(patterns.map(|pattern| format!("\"{}\"", pattern.text)))
        .take(3)
        .collect();
    if names.is_empty() {
        return String::new();
    }
    format!("; the format {} would read it", shortened(&names.join(" or "), 120))
}

/// The unit in which a number is a time of an access log: for numbers of today there is at most
/// one.
fn count(text: &str) -> Option<(u32, Timestamp)> {
    let plausible = |scale| epoch::epoch(text, scale).ok().filter(|time| time.is_plausible());
    [0, 3, 6, 9]
        .into_iter()
        .find_map(|scale| Some((scale, plausible(scale)?)))
}

/// The time that a spreadsheet means by a number of days, to the second.
fn serial(text: &str) -> Option<Timestamp> {
    let (days, fraction) = text.split_once('.').unwrap_or((text, ""));
    if days.len() > 6 || fraction.len() > 15 || !days.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    let part: i128 = iter::once("0").chain([fraction]).collect::<String>().parse().ok()?;
    let whole = 10_i128.pow(u32::try_from(fraction.len()).ok()?);
    let second = i64::try_from((part * 86_400 * 2 + whole) / (whole * 2)).ok()?;
    let midnight = DateTime::from_timestamp((days.parse::<i64>().ok()? - SERIAL_OF_1970) * 86_400, 0)?;
    let time = Timestamp::new(midnight + TimeDelta::seconds(second), 0);
    time.is_plausible().then_some(time)
}

/// Seconds from 1601-01-01, where times of Windows begin, and from 0001-01-01, where those of .NET
/// do, to 1970-01-01. Both count hundreds of nanoseconds.
const EPOCHS: [(&str, i64); 2] = [
    ("1601-01-01 (Windows)", 11_644_473_600),
    ("0001-01-01 (.NET)", 62_135_596_800),
];

/// Returns the beginning by which a count of hundreds of nanoseconds is a time of an access log.
fn hundreds_of_nanoseconds(text: &str) -> Option<(&'static str, Timestamp)> {
    let count: i64 = text.parse().ok().filter(|count| *count > 0)?;
    EPOCHS.iter().find_map(|(since, before)| {
        let moment = DateTime::from_timestamp(count / 10_000_000 - before, 0)?;
        let time = Timestamp::new(moment, 0);
        time.is_plausible().then_some((*since, time))
    })
}

fn name(scale: u32) -> &'static str {
    match scale {
        0 => "epoch-seconds",
        3 => "epoch-milliseconds",
        6 => "epoch-microseconds",
        _ => "epoch-nanoseconds",
    }
}
