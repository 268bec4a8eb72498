//! Times as counts since 1970-01-01T00:00:00Z. Kept in integers: a float would lose the last digits.

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
    if !plain || second.contains(['.', '-']) {
        return None;
    }
    epoch(&format!("{second}.{nano:0>9}"), 0)
}

/// A count of units of 10^-scale seconds; seconds may have a decimal fraction.
pub(super) fn epoch(text: &str, scale: u32) -> Option<Timestamp> {
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

    fn shown(scale: u32, text: &str) -> Option<String> {
        epoch(text, scale).map(|time| time.to_string())
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
        assert_eq!(shown(3, "1.5"), None);
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
