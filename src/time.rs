//! Instants as they were logged, and half-open windows of them.
//!
//! A timestamp keeps how many fraction digits its source wrote, so that it is shown with that precision and no more;
//! it compares by the instant alone, in nanoseconds, never as text: `…33.3Z` equals `…33.300Z`.

use std::{cmp::Ordering, fmt, str::FromStr};

use chrono::{DateTime, Datelike as _, NaiveDate, SecondsFormat, TimeDelta, Timelike as _, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An instant in UTC and the number of fraction digits it was written with.
///
/// Serialised as RFC 3339 in UTC. Comparison ignores the precision.
#[derive(Debug, Clone, Copy, JsonSchema, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String")]
pub struct Timestamp {
    instant: DateTime<Utc>,
    digits: u8,
}

/// The text is not an RFC 3339 date-time with an explicit offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time with an offset, such as 2026-01-16T00:00:00Z")]
pub struct TimeError;

impl Timestamp {
    /// An instant shown with `digits` fraction digits (0 to 9).
    pub fn new(instant: DateTime<Utc>, digits: u8) -> Self {
        Self {
            instant,
            digits: digits.min(9),
        }
    }

    /// The instant itself.
    pub fn instant(self) -> DateTime<Utc> {
        self.instant
    }

    /// How many fraction digits it is shown with, 0 to 9.
    pub fn digits(self) -> u8 {
        self.digits
    }

    /// The start of the clock hour (UTC) that holds it, in hours since 1970-01-01T00:00:00Z.
    pub fn hour(self) -> i64 {
        self.instant.timestamp().div_euclid(3600)
    }

    /// The first instant of a clock hour, counted as by [`Self::hour`].
    pub fn of_hour(hour: i64) -> Option<Self> {
        DateTime::from_timestamp(hour.checked_mul(3600)?, 0).map(|instant| Self::new(instant, 0))
    }

    /// The calendar date and the time of day in UTC, for prose: `16 January 2026, 00:00 UTC`.
    pub fn in_words(self) -> String {
        let seconds = if self.instant.second() == 0 { "" } else { ":%S" };
        self.instant
            .format(&format!("%-d %B %Y, %H:%M{seconds} UTC"))
            .to_string()
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;

    /// RFC 3339 section 5.6, `T` and `Z` in either case; the offset is mandatory.
    fn from_str(text: &str) -> Result<Self, TimeError> {
        if let Some(time) = usual(text.as_bytes()) {
            return Ok(time);
        }
        let instant = DateTime::parse_from_rfc3339(text)
            .map_err(|_| TimeError)?
            .with_timezone(&Utc);
        // RFC 3339 has four digits for the year, and so must the instant in UTC to be written again.
        if !(0..=9999).contains(&instant.year()) {
            return Err(TimeError);
        }
        let fraction = text.split_once('.').map_or("", |(_, rest)| rest);
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        Ok(Self::new(instant, u8::try_from(digits).unwrap_or(9)))
    }
}

/// The forms that nearly all logs write, at half the price of chrono's parser: `2026-01-16T04:46:33.300Z`, also without a
/// fraction or with an offset. Anything else, valid or not, is chrono's.
fn usual(text: &[u8]) -> Option<Timestamp> {
    let (head, rest) = text.split_first_chunk::<19>()?;
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T', h0, h1, b':', n0, n1, b':', s0, s1] = *head else {
        return None;
    };
    let year = i32::from(two(y0, y1)?) * 100 + i32::from(two(y2, y3)?);
    let date = NaiveDate::from_ymd_opt(year, two(m0, m1)?.into(), two(d0, d1)?.into())?;
    let (nanos, digits, zone) = fraction(rest)?;
    // A leap second, 60, is chrono's as well.
    let time = date.and_hms_nano_opt(two(h0, h1)?.into(), two(n0, n1)?.into(), two(s0, s1)?.into(), nanos)?;
    let offset = match *zone {
        [b'Z'] => return Some(Timestamp::new(time.and_utc(), digits)),
        [sign @ (b'+' | b'-'), h0, h1, b':', n0, n1] => {
            let (hours, minutes) = (two(h0, h1)?, two(n0, n1)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let offset = i64::from(hours) * 60 + i64::from(minutes);
            if sign == b'-' { -offset } else { offset }
        }
        _ => return None,
    };
    let instant = time.checked_sub_signed(TimeDelta::minutes(offset))?.and_utc();
    (0..=9999)
        .contains(&instant.year())
        .then(|| Timestamp::new(instant, digits))
}

/// Nanoseconds, how many digits they were written with, and what follows.
fn fraction(text: &[u8]) -> Option<(u32, u8, &[u8])> {
    let Some(text) = text.strip_prefix(b".") else {
        return Some((0, 0, text));
    };
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let value = text[..digits].iter().take(9).fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
    let count = u8::try_from(digits).ok().filter(|count| (1..=9).contains(count))?;
    Some((value * 10_u32.pow(9 - u32::from(count)), count, &text[digits..]))
}

/// The number that two digits are.
fn two(tens: u8, ones: u8) -> Option<u8> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| tens * 10 + ones)
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = usize::from(self.digits);
        let text = self.instant.to_rfc3339_opts(SecondsFormat::Nanos, true);
        // to_rfc3339_opts writes exactly nine digits and a Z.
        let whole = text.len() - ".000000000Z".len();
        f.write_str(&text[..whole])?;
        if digits > 0 {
            f.write_str(&text[whole..=whole + digits])?;
        }
        f.write_str("Z")
    }
}

impl From<Timestamp> for String {
    fn from(time: Timestamp) -> Self {
        time.to_string()
    }
}

impl TryFrom<String> for Timestamp {
    type Error = TimeError;

    fn try_from(text: String) -> Result<Self, TimeError> {
        text.parse()
    }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.instant == other.instant
    }
}

impl Eq for Timestamp {}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timestamp {
    fn cmp(&self, other: &Self) -> Ordering {
        self.instant.cmp(&other.instant)
    }
}

/// A half-open interval `[from, until)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
pub struct Window {
    /// The first instant inside.
    pub from: Timestamp,
    /// The first instant after.
    pub until: Timestamp,
}

impl Window {
    /// Whether the instant lies inside.
    pub fn contains(&self, time: Timestamp) -> bool {
        self.from <= time && time < self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect(text)
    }

    #[test]
    fn precision_is_kept_and_not_compared() {
        assert_eq!(at("2026-01-16T04:46:33.3Z"), at("2026-01-16T04:46:33.300Z"));
        assert_eq!(
            at("2026-01-16T13:46:33.30+09:00").to_string(),
            "2026-01-16T04:46:33.30Z"
        );
        assert_eq!(at("2026-01-16t04:46:33z").to_string(), "2026-01-16T04:46:33Z");
        assert_eq!(
            at("2026-01-16T04:46:33.123456789Z").to_string(),
            "2026-01-16T04:46:33.123456789Z"
        );
    }

    #[test]
    fn a_time_without_offset_is_no_time() {
        for text in [
            "2026-01-16T04:46:33",
            "2026-01-16",
            "",
            "2026-01-18 25:61",
            "2026-01-16T04:46:33.Z",
            "9999-12-31T23:59:59-23:59",
            "0000-01-01T00:00:00+23:59",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(TimeError), "{text}");
        }
    }

    /// By chrono alone.
    fn slowly(text: &str) -> Option<String> {
        let instant = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
        (0..=9999).contains(&instant.year()).then(|| instant.to_rfc3339_opts(SecondsFormat::Nanos, true))
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config::with_cases(20_000))]

        /// What is read at half the price is what chrono reads.
        #[test]
        fn the_usual_forms_are_what_chrono_reads(
            text in "[0-2][09][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,11})?(Z|[+-][0-2][0-9]:[0-6][0-9]|z|)"
        ) {
            if let Some(time) = usual(text.as_bytes()) {
                let full = time.instant().to_rfc3339_opts(SecondsFormat::Nanos, true);
                proptest::prop_assert_eq!(Some(full), slowly(&text), "{}", text);
            }
        }
    }

    #[test]
    fn the_usual_forms_are_read_without_chrono() {
        for text in ["2026-01-16T04:46:33Z", "2026-01-16T04:46:33.300Z", "2024-02-29T23:59:59.123456789-09:30"] {
            let time = usual(text.as_bytes()).expect(text);
            assert_eq!(Some(time.instant().to_rfc3339_opts(SecondsFormat::Nanos, true)), slowly(text));
        }
    }

    #[test]
    fn windows_are_half_open_to_the_nanosecond() {
        let window = Window {
            from: at("2026-01-16T00:00:00Z"),
            until: at("2026-01-21T00:00:00Z"),
        };
        assert!(window.contains(at("2026-01-16T00:00:00.000Z")));
        assert!(!window.contains(at("2026-01-15T23:59:59.999999999Z")));
        assert!(window.contains(at("2026-01-20T23:59:59.999999999Z")));
        assert!(!window.contains(at("2026-01-21T09:00:00+09:00")));
    }

    #[test]
    fn hours_before_1970_round_down() {
        assert_eq!(at("1969-12-31T23:30:00Z").hour(), -1);
        assert_eq!(
            Timestamp::of_hour(-1).map(|t| t.to_string()).as_deref(),
            Some("1969-12-31T23:00:00Z")
        );
    }
}
