//! Times as counts since 1970-01-01T00:00:00Z. Kept in integers: a float would lose the last
//! digits.

use chrono::DateTime;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::time::Timestamp;

/// An object of whole seconds and the nanoseconds beyond them.
#[derive(Deserialize)]
struct SecondNano<'b> {
    #[serde(rename = "epochSecond", borrow)]
    second: &'b RawValue,
    #[serde(borrow)]
    nano: &'b RawValue,
}

/// `{"epochSecond":1768538793,"nano":300000000}`, either number also as a string.
pub(super) fn second_nano(json: &str) -> Option<Timestamp> {
    let SecondNano { second, nano } = serde_json::from_str(json).ok()?;
    let nano = nano.get().trim_matches('"');
    let plain = (1..=9).contains(&nano.len()) && nano.bytes().all(|byte| byte.is_ascii_digit());
    let second = second.get().trim_matches('"');
    if !plain || second.contains(['.', '-', 'e', 'E']) {
        return None;
    }
    epoch(&format!("{second}.{nano:0>9}"), 0).ok()
}

/// A text that is no count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is no decimal number.
    Form,
    /// Its last digit stands for more than a second.
    Rounded,
    /// The instant lies outside the calendar.
    Beyond,
}

/// Longer numbers are beyond every calendar, or their digits beyond a nanosecond.
const LONGEST: usize = 64;

/// A count of units of 10^-scale seconds, as a decimal number, with an exponent or without. Digits
/// beyond a nanosecond are cut. A number whose last digit stands for more than a second was
/// rounded, so it names no second.
pub(super) fn epoch(text: &str, scale: u32) -> Result<Timestamp, Fault> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    let plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if digits.is_empty() || !plain(digits) || !plain(fraction) || mantissa.ends_with('.') || text.len() > LONGEST {
        return Err(Fault::Form);
    }
    let power: i32 = match exponent {
        None => 0,
        Some(exponent) => exponent.parse().map_err(|_| Fault::Form)?,
    };
    let scale = i32::try_from(scale).unwrap_or(9);
    let written = i32::try_from(fraction.len()).unwrap_or(i32::MAX);
    // The last digit stands for 10^-last seconds.
    let last = written.saturating_sub(power).saturating_add(scale);
    if exponent.is_some() && last < 0 {
        return Err(Fault::Rounded);
    }
    let count = nanoseconds(&format!("{digits}{fraction}"), last).ok_or(Fault::Beyond)?;
    let count = if whole.starts_with('-') { -count } else { count };
    let seconds = i64::try_from(count.div_euclid(1_000_000_000)).map_err(|_| Fault::Beyond)?;
    let rest = u32::try_from(count.rem_euclid(1_000_000_000)).map_err(|_| Fault::Beyond)?;
    let instant = DateTime::from_timestamp(seconds, rest).ok_or(Fault::Beyond)?;
    Ok(Timestamp::new(instant, u8::try_from(last.clamp(0, 9)).unwrap_or(9)))
}

/// A number of units of 10^-last seconds in nanoseconds; digits beyond them are cut. Returns `None`
/// if there are too many.
fn nanoseconds(digits: &str, last: i32) -> Option<i128> {
    let beyond = usize::try_from(last - 9).unwrap_or(0);
    let kept = &digits[..digits.len().saturating_sub(beyond)];
    let kept: i128 = if kept.is_empty() { 0 } else { kept.parse().ok()? };
    kept.checked_mul(10_i128.checked_pow(u32::try_from((9 - last).max(0)).ok()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(scale: u32, text: &str) -> Option<String> {
        epoch(text, scale).ok().map(|time| time.to_string())
    }

    #[test]
    fn epochs_keep_every_digit_and_their_unit_s_precision() {
        let cases = [
            (3, "1768538793300", "2026-01-16T04:46:33.300Z"),
            (0, "1768538793.300", "2026-01-16T04:46:33.300Z"),
            (0, "1768538793", "2026-01-16T04:46:33Z"),
            (6, "1768538793123456", "2026-01-16T04:46:33.123456Z"),
            (9, "1768538793123456789", "2026-01-16T04:46:33.123456789Z"),
            (0, "-0.5", "1969-12-31T23:59:59.5Z"),
            (0, "1.7685387933e9", "2026-01-16T04:46:33.3Z"),
            (0, "1.768538793E+09", "2026-01-16T04:46:33Z"),
            (0, "17685387933e-1", "2026-01-16T04:46:33.3Z"),
            (3, "1.7685387933e12", "2026-01-16T04:46:33.3Z"),
            (3, "1768538793300.25", "2026-01-16T04:46:33.30025Z"),
            (0, "1768538793.300000190734863", "2026-01-16T04:46:33.300000190Z"),
            (9, "1768538793123456789.75", "2026-01-16T04:46:33.123456789Z"),
        ];
        for (scale, text, expected) in cases {
            assert_eq!(shown(scale, text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_not_of_the_format_is_no_time() {
        let huge = "99999999999999999999999999999999999999999";
        for text in ["", "-", "12a", "1.5e9", "1e9", ".5", "5.", " 5", "+5", huge] {
            assert_eq!(shown(0, text), None, "{text}");
        }
        for text in ["1e", "e9", "1e+", "1.e9", "1e9.5", "0x10", "1_000"] {
            assert_eq!(epoch(text, 0), Err(Fault::Form), "{text}");
        }
        // As `%g` and spreadsheets write it: it may be any of 10,000 seconds.
        for (scale, text) in [(0, "1.77071e9"), (0, "1.7707149E9"), (3, "1.77e12"), (0, "1e300000")] {
            assert_eq!(epoch(text, scale), Err(Fault::Rounded), "{text}");
        }
        assert_eq!(epoch("99999999999999999", 0), Err(Fault::Beyond));
    }

    #[test]
    fn seconds_and_nanoseconds_in_an_object() {
        let expected = Some("2026-01-16T04:46:33.000000007Z".to_owned());
        for json in [
            r#"{"epochSecond":1768538793,"nano":7}"#,
            r#"{ "nano": "7", "epochSecond": "1768538793", "more": [] }"#,
        ] {
            assert_eq!(second_nano(json).map(|time| time.to_string()), expected, "{json}");
        }
        for json in [
            "1768538793",
            r#"{"epochSecond":1768538793}"#,
            r#"{"epochSecond":1768538793,"nano":1000000000}"#,
            r#"{"epochSecond":1768538793,"nano":-1}"#,
            r#"{"epochSecond":1.5,"nano":0}"#,
            r#"{"epochSecond":1,"epochSecond":2,"nano":0}"#,
        ] {
            assert_eq!(second_nano(json), None, "{json}");
        }
    }
}
