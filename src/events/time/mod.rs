//! Time formats that a profile can declare. None is ever guessed: a value that is of none of the
//! declared formats is refused.

mod epoch;
mod hint;
mod local;
mod pattern;
mod rfc3339;
mod spec;

use chrono::NaiveDateTime;

use crate::time::Timestamp;
use local::Local;
use pattern::Pattern;
use rfc3339::{rfc3339, with_offset};

pub use hint::ReadableAs;
pub(super) use spec::TimeSpec;

/// Message for an instant that could not be written again.
const BEYOND: &str = "is not in the years 0 to 9999";

/// Form of a time.
#[derive(Debug, Clone)]
pub(super) enum TimeFormat {
    /// RFC 3339 with an explicit offset, and forms of ISO 8601 that mean one instant.
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

/// A text that names no time of a record, in words that follow it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is of none of the declared formats.
    Form(String),
    /// It is of a declared format, and names no instant or one of several.
    Meaning(String),
    /// It is of a declared format, and names an instant that no record of an access log can have.
    Implausible(String),
}

impl Fault {
    /// The words.
    pub(super) fn into_words(self) -> String {
        let (Self::Form(words) | Self::Meaning(words) | Self::Implausible(words)) = self;
        words
    }
}

impl TimeFormat {
    /// The instant, or why the text names none.
    fn parse(&self, text: &str) -> Result<Timestamp, Fault> {
        let time = self.read(text).map_err(|fault| match fault {
            Fault::Meaning(words) if words == BEYOND => Fault::Implausible(format!("{words} as {}", self.name())),
            fault => fault,
        })?;
        if time.is_plausible() {
            return Ok(time);
        }
        // An instant that cannot be written cannot be shown either.
        let said = if time.is_writable() {
            format!("is {time} as {}, which is no time of an access log", self.name())
        } else {
            format!("{BEYOND} as {}", self.name())
        };
        Err(Fault::Implausible(said))
    }

    fn read(&self, text: &str) -> Result<Timestamp, Fault> {
        let of =
            |time: Option<Timestamp>, expected: &str| time.ok_or_else(|| Fault::Form(format!("is not {expected}")));
        match self {
            Self::Rfc3339 => of(rfc3339(text), "an RFC 3339 time with an offset"),
            Self::Zoneless(local) => zoneless(text, local),
            Self::Epoch(scale) => epoch::epoch(text, *scale).map_err(|fault| match fault {
                epoch::Fault::Form => Fault::Form(format!("is not {}", unit(*scale))),
                epoch::Fault::Rounded => Fault::Meaning(format!(
                    "is rounded: its exponent leaves no digit for the second, so it is no exact count of {}",
                    unit(*scale)
                )),
                epoch::Fault::Beyond => Fault::Meaning(BEYOND.to_owned()),
            }),
            Self::EpochSecondNano => of(epoch::second_nano(text), "an object of `epochSecond` and `nano`"),
            Self::Pattern(pattern) => pattern.parse(text),
        }
    }

    /// The pattern, if it is one.
    fn pattern(&self) -> Option<&Pattern> {
        match self {
            Self::Pattern(pattern) => Some(pattern),
            _ => None,
        }
    }

    /// Returns the name of the format in messages.
    fn name(&self) -> String {
        match self {
            Self::Rfc3339 => "`rfc3339`".to_owned(),
            Self::Zoneless(_) => "`zoneless`".to_owned(),
            Self::Epoch(scale) => unit(*scale).to_owned(),
            Self::EpochSecondNano => "`epoch-second-nano`".to_owned(),
            Self::Pattern(pattern) => format!("`{}`", pattern.text),
        }
    }
}

/// The instant by the first of these formats that the text is of; or why it is of none. A text that
/// two patterns read as two instants is of neither.
pub(super) fn parse(formats: &[TimeFormat], text: &str) -> Result<Timestamp, Fault> {
    let mut faults = Vec::new();
    for format in formats {
        match format.parse(text) {
            Ok(time) => {
                return match format {
                    TimeFormat::Pattern(pattern) => pattern.alone(time, text).map_err(Fault::Meaning),
                    _ => Ok(time),
                };
            }
            Err(fault) => faults.push(fault),
        }
    }
    // A text that was read and cannot be says more than one that was not read.
    let implausible = faults.iter().any(|fault| matches!(fault, Fault::Implausible(_)));
    let read = faults.iter().any(|fault| matches!(fault, Fault::Meaning(_)));
    let words: Vec<_> = faults.into_iter().map(Fault::into_words).collect();
    let words = words.join(", and ");
    Err(match (implausible, read) {
        (true, _) => Fault::Implausible(words),
        (_, true) => Fault::Meaning(words),
        _ => Fault::Form(words),
    })
}

/// Which declaration would read a text that [`parse`] refused, in words that follow the fault;
/// empty where none is known.
pub(super) fn hint(text: &str) -> String {
    hint::hint(text)
}

/// Returns every declaration of `[time]` that reads a text as a time of an access log.
pub fn readable_as(text: &str) -> Vec<ReadableAs> {
    hint::readable_as(text)
}

fn unit(scale: u32) -> &'static str {
    match scale {
        0 => "seconds since 1970",
        3 => "milliseconds since 1970",
        6 => "microseconds since 1970",
        _ => "nanoseconds since 1970",
    }
}

/// A date and a time of day without an offset, T or a blank between them, and perhaps a fraction.
fn zoneless(text: &str, local: &Local) -> Result<Timestamp, Fault> {
    let differs = || Fault::Form("is not a date and time without an offset, such as 2026-01-16T00:00:00".to_owned());
    // The same parser as with an offset, so that both forms allow the same.
    let utc = with_offset(&format!("{text}Z")).ok_or_else(differs)?;
    let naive: NaiveDateTime = utc.instant().naive_utc();
    let instant = local.instant(naive).map_err(Fault::Meaning)?;
    Ok(Timestamp::new(instant, pattern::digits(text, instant)))
}

#[cfg(test)]
mod tests;
