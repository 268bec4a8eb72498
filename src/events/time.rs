//! Time formats that a profile can declare. None is ever guessed.

use chrono::DateTime;
use serde::Deserialize;

use crate::time::Timestamp;

/// How a profile's times are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum TimeFormat {
    /// RFC 3339 with an explicit offset.
    #[default]
    Rfc3339,
    /// Seconds since 1970-01-01T00:00:00Z, with or without a decimal fraction.
    EpochSeconds,
    /// Whole milliseconds since then.
    EpochMilliseconds,
    /// Whole microseconds since then.
    EpochMicroseconds,
    /// Whole nanoseconds since then.
    EpochNanoseconds,
}

impl TimeFormat {
    /// The instant, or none where the text is not of this format.
    pub(super) fn parse(self, text: &str) -> Option<Timestamp> {
        match self {
            Self::Rfc3339 => text.parse().ok(),
            Self::EpochSeconds => epoch(text, 0),
            Self::EpochMilliseconds => epoch(text, 3),
            Self::EpochMicroseconds => epoch(text, 6),
            Self::EpochNanoseconds => epoch(text, 9),
        }
    }

    /// In words, for a refusal.
    pub(super) fn expected(self) -> &'static str {
        match self {
            Self::Rfc3339 => "an RFC 3339 time with an offset",
            Self::EpochSeconds => "seconds since 1970",
            Self::EpochMilliseconds => "milliseconds since 1970",
            Self::EpochMicroseconds => "microseconds since 1970",
            Self::EpochNanoseconds => "nanoseconds since 1970",
        }
    }
}

/// A count of units of 10^-scale seconds. Kept in integers: a float would lose the last digits.
fn epoch(text: &str, scale: u32) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    let plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if digits.is_empty() || !plain(digits) || !plain(fraction) || text.ends_with('.') || fraction.len() > 9 {
        return None;
    }
    if scale > 0 && !fraction.is_empty() {
        return None;
    }
    let units: i128 = whole.parse().ok()?;
    let nanos = units.checked_mul(10_i128.pow(9 - scale))?;
    let fraction_nanos: i128 = format!("{fraction:0<9}").parse().ok()?;
    let nanos = if whole.starts_with('-') {
        nanos - fraction_nanos
    } else {
        nanos + fraction_nanos
    };
    let seconds = i64::try_from(nanos.div_euclid(1_000_000_000)).ok()?;
    let rest = u32::try_from(nanos.rem_euclid(1_000_000_000)).ok()?;
    let shown = if scale == 0 {
        u8::try_from(fraction.len()).ok()?
    } else {
        u8::try_from(scale).ok()?
    };
    Some(Timestamp::new(DateTime::from_timestamp(seconds, rest)?, shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(format: TimeFormat, text: &str) -> Option<String> {
        format.parse(text).map(|time| time.to_string())
    }

    #[test]
    fn epochs_keep_every_digit_and_their_unit_s_precision() {
        let expected = Some("2026-01-16T04:46:33.300Z".to_owned());
        assert_eq!(shown(TimeFormat::EpochMilliseconds, "1768538793300"), expected);
        assert_eq!(shown(TimeFormat::EpochSeconds, "1768538793.300"), expected);
        assert_eq!(
            shown(TimeFormat::EpochSeconds, "1768538793").as_deref(),
            Some("2026-01-16T04:46:33Z")
        );
        let nanos = shown(TimeFormat::EpochNanoseconds, "1768538793123456789");
        assert_eq!(nanos.as_deref(), Some("2026-01-16T04:46:33.123456789Z"));
        assert_eq!(
            shown(TimeFormat::EpochSeconds, "-0.5").as_deref(),
            Some("1969-12-31T23:59:59.5Z")
        );
    }

    #[test]
    fn what_is_not_of_the_format_is_no_time() {
        for text in [
            "",
            "-",
            "12a",
            "1.5e9",
            "1e9",
            ".5",
            "5.",
            "99999999999999999999999999999999999999999",
        ] {
            assert_eq!(shown(TimeFormat::EpochSeconds, text), None, "{text}");
        }
        assert_eq!(shown(TimeFormat::EpochMilliseconds, "1.5"), None);
    }
}
