//! Time formats that a profile can declare. None is ever guessed: a value that is of none of the declared formats is
//! refused.

mod epoch;
mod local;
mod pattern;
mod spec;

use chrono::NaiveDateTime;

use crate::time::Timestamp;
use local::Local;
use pattern::Pattern;

pub(super) use spec::TimeSpec;

/// Why a text names no instant that could be written again.
const BEYOND: &str = "is not in the years 0 to 9999";

/// How a time is written.
#[derive(Debug, Clone)]
pub(super) enum TimeFormat {
    /// RFC 3339 with an explicit offset, whose colon may be missing.
    Rfc3339,
    /// RFC 3339 without the offset.
    Zoneless(Local),
    /// A count of units of 10^-scale seconds since 1970-01-01T00:00:00Z.
    Epoch(u32),
    /// An object of `epochSecond` and `nano`.
    EpochSecondNano,
    /// A pattern of strptime.
    Pattern(Pattern),
}

impl TimeFormat {
    /// The instant, or why the text names none, in words that follow it.
    fn parse(&self, text: &str) -> Result<Timestamp, String> {
        let time = self.read(text)?;
        // No other could be written again.
        time.is_writable().then_some(time).ok_or_else(|| BEYOND.to_owned())
    }

    fn read(&self, text: &str) -> Result<Timestamp, String> {
        let of = |time: Option<Timestamp>, expected: &str| time.ok_or_else(|| format!("is not {expected}"));
        match self {
            Self::Rfc3339 => of(rfc3339(text), "an RFC 3339 time with an offset"),
            Self::Zoneless(local) => zoneless(text, local),
            Self::Epoch(scale) => of(epoch::epoch(text, *scale), unit(*scale)),
            Self::EpochSecondNano => of(epoch::second_nano(text), "an object of `epochSecond` and `nano`"),
            Self::Pattern(pattern) => pattern.parse(text),
        }
    }
}

/// The instant by the first of these formats that the text is of; or why it is of none.
pub(super) fn parse(formats: &[TimeFormat], text: &str) -> Result<Timestamp, String> {
    let mut faults = Vec::new();
    for format in formats {
        match format.parse(text) {
            Ok(time) => return Ok(time),
            Err(fault) => faults.push(fault),
        }
    }
    Err(faults.join(", and "))
}

fn unit(scale: u32) -> &'static str {
    match scale {
        0 => "seconds since 1970",
        3 => "milliseconds since 1970",
        6 => "microseconds since 1970",
        _ => "nanoseconds since 1970",
    }
}

/// RFC 3339; also with a blank for the T, and with an offset without its colon, as Java and Python write it.
fn rfc3339(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    let split = text.len().checked_sub(4)?;
    let (head, minutes) = (text.get(..split + 2)?, text.get(split + 2..)?);
    let sign = text.as_bytes().get(split.checked_sub(1)?)?;
    let colonless = matches!(sign, b'+' | b'-') && text.as_bytes()[split..].iter().all(u8::is_ascii_digit);
    colonless.then(|| format!("{head}:{minutes}").parse().ok())?
}

/// A date and a time of day without an offset, T or a blank between them, and perhaps a fraction.
fn zoneless(text: &str, local: &Local) -> Result<Timestamp, String> {
    let differs = || "is not a date and time without an offset, such as 2026-01-16T00:00:00".to_owned();
    // The same parser as with an offset, so that both forms allow the same.
    let utc: Timestamp = format!("{text}Z").parse().map_err(|_| differs())?;
    let naive: NaiveDateTime = utc.instant().naive_utc();
    let instant = local.instant(naive)?;
    Ok(Timestamp::new(instant, pattern::digits(text, instant)))
}

#[cfg(test)]
mod tests;
