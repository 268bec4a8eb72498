//! Instants as they were logged, and half-open windows of them.
//!
//! A timestamp keeps how many fraction digits its source wrote, so that it is shown with that
//! precision and no more; it compares by the instant alone, in nanoseconds, never as text: `…33.3Z`
//! equals `…33.300Z`.

mod fraction;
mod hour;

use std::{
    cmp::Ordering,
    fmt::{self, Write as _},
    ops::Range,
    str::FromStr,
};

use chrono::{DateTime, SecondsFormat, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use fraction::Fraction;
pub use hour::Hour;

/// An instant in UTC and the number of fraction digits it was written with.
///
/// Serialised as RFC 3339 in UTC. Comparison ignores the precision.
#[derive(Debug, Clone, Copy, JsonSchema)]
#[schemars(with = "String")]
pub struct Timestamp {
    /// Since 1970-01-01T00:00:00Z, without leap seconds.
    seconds: i64,
    /// Beyond those; a leap second has more than a second of it, as chrono writes it.
    fraction: Fraction,
}

/// In nanoseconds.
const SECOND: u32 = 1_000_000_000;

/// The text is not an RFC 3339 date-time with an explicit offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time with an offset, such as 2026-01-16T00:00:00Z")]
pub struct TimeError;

impl Timestamp {
    /// An instant shown with `digits` fraction digits (0 to 9).
    pub fn new(instant: DateTime<Utc>, digits: u8) -> Self {
        let (mut seconds, mut nanos) = (instant.timestamp(), instant.timestamp_subsec_nanos());
        // A leap second stands at the end of a minute of UTC. Local mean times before 1972 have
        // offsets with seconds, so their second 60 is the next second.
        if nanos >= SECOND && seconds.rem_euclid(60) != 59 {
            (seconds, nanos) = (seconds + 1, nanos - SECOND);
        }
        Self {
            seconds,
            fraction: Fraction::new(nanos, digits.min(9)),
        }
    }

    /// The instant itself.
    pub fn instant(self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.seconds, self.fraction.nanos())
            .expect("it was one, or a date of the years 0 to 9999")
    }

    /// Whether it can be written and read again: RFC 3339 has four digits for the year.
    pub fn is_writable(self) -> bool {
        WRITABLE.contains(&self.seconds)
    }

    /// Whether a record of an access log can have it: from 1990 and before 2100. What lies beyond
    /// is a count read in the wrong unit, a default such as 0001-01-01 or 1970-01-01, or a limit
    /// such as 9999-12-31.
    pub fn is_plausible(self) -> bool {
        PLAUSIBLE.contains(&self.seconds)
    }

    /// Number of fraction digits that it is printed with, 0 to 9.
    pub fn digits(self) -> u8 {
        self.fraction.digits()
    }

    /// Compares by instant, and equal instants by the precision that they are written with.
    pub fn canonically(&self, other: &Self) -> Ordering {
        (self.seconds, self.fraction).cmp(&(other.seconds, other.fraction))
    }

    /// The start of the clock hour (UTC) that holds it, in hours since 1970-01-01T00:00:00Z.
    pub fn hour(self) -> i64 {
        self.seconds.div_euclid(3600)
    }

    /// The first instant of a clock hour, counted as by [`Self::hour`].
    pub fn of_hour(hour: i64) -> Option<Self> {
        DateTime::from_timestamp(hour.checked_mul(3600)?, 0).map(|instant| Self::new(instant, 0))
    }

    /// The calendar date and the time of day in UTC, for prose: `16 January 2026, 00:00 UTC`.
    pub fn in_words(self) -> String {
        let seconds = if self.seconds % 60 == 0 { "" } else { ":%S" };
        self.instant()
            .format(&format!("%-d %B %Y, %H:%M{seconds} UTC"))
            .to_string()
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;

    /// RFC 3339 section 5.6, `T` and `Z` in either case; the offset is mandatory.
    fn from_str(text: &str) -> Result<Self, TimeError> {
        if let Some(time) = Self::usual(text.as_bytes()) {
            return Ok(time);
        }
        let instant = DateTime::parse_from_rfc3339(text)
            .map_err(|_| TimeError)?
            .with_timezone(&Utc);
        let fraction = text.split_once('.').map_or("", |(_, rest)| rest);
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        let time = Self::new(instant, u8::try_from(digits).unwrap_or(9));
        time.is_writable().then_some(time).ok_or(TimeError)
    }
}

/// The years 1990 to 2099, in seconds since 1970.
const PLAUSIBLE: Range<i64> = 631_152_000..4_102_444_800;

/// The years that RFC 3339 can write, in seconds since 1970.
const WRITABLE: Range<i64> = -62_167_219_200..253_402_300_800;

impl Timestamp {
    /// The forms that nearly all logs write, at a fraction of the price of chrono's parser:
    /// `2026-01-16T04:46:33.300Z`, also without a fraction or with an offset. Anything else, valid
    /// or not, is the full parser's.
    pub fn usual(text: &[u8]) -> Option<Self> {
        let (head, rest) = text.split_first_chunk::<19>()?;
        let [
            y0,
            y1,
            y2,
            y3,
            b'-',
            m0,
            m1,
            b'-',
            d0,
            d1,
            b'T',
            h0,
            h1,
            b':',
            n0,
            n1,
            b':',
            s0,
            s1,
        ] = *head
        else {
            return None;
        };
        let day = day(two(y0, y1)? * 100 + two(y2, y3)?, two(m0, m1)?, two(d0, d1)?)?;
        let (hour, minute, second) = (two(h0, h1)?, two(n0, n1)?, two(s0, s1)?);
        // A leap second, 60, is the full parser's as well.
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let (nanos, digits, zone) = fraction(rest)?;
        let local = day * 86_400 + hour * 3600 + minute * 60 + second;
        let seconds = local - offset(zone)?;
        let time = Self {
            seconds,
            fraction: Fraction::new(nanos, digits),
        };
        time.is_writable().then_some(time)
    }
}

/// Days since 1970-01-01 in the Gregorian calendar, for a year from 0.
fn day(year: i64, month: i64, day: i64) -> Option<i64> {
    const BEFORE: [i64; 13] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];
    let leap = i64::from(year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
    let index = usize::try_from(month - 1).ok()?;
    let (before, until) = (BEFORE.get(index)?, BEFORE.get(index + 1)?);
    let length = until - before + if month == 2 { leap } else { 0 };
    if !(1..=length).contains(&day) {
        return None;
    }
    let years = year - 1;
    let leaps = years.div_euclid(4) - years.div_euclid(100) + years.div_euclid(400);
    Some(years * 365 + leaps + before + if month > 2 { leap } else { 0 } + day - 719_163)
}

/// Seconds east of UTC.
fn offset(zone: &[u8]) -> Option<i64> {
    match *zone {
        [b'Z'] => Some(0),
        [sign @ (b'+' | b'-'), h0, h1, b':', n0, n1] => {
            let (hours, minutes) = (two(h0, h1)?, two(n0, n1)?);
            let seconds = hours * 3600 + minutes * 60;
            (hours < 24 && minutes < 60).then_some(if sign == b'-' { -seconds } else { seconds })
        }
        _ => None,
    }
}

/// Nanoseconds, how many digits they were written with, and what follows.
fn fraction(text: &[u8]) -> Option<(u32, u8, &[u8])> {
    // Most logs have milliseconds.
    if let [b'.', a, b, c, rest @ ..] = text
        && rest.first().is_some_and(|byte| !byte.is_ascii_digit())
        && [a, b, c].iter().all(|byte| byte.is_ascii_digit())
    {
        let value = |digit: &u8| u32::from(digit - b'0');
        return Some(((value(a) * 100 + value(b) * 10 + value(c)) * 1_000_000, 3, rest));
    }
    let Some(text) = text.strip_prefix(b".") else {
        return Some((0, 0, text));
    };
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let value = text[..digits]
        .iter()
        .take(9)
        .fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
    let count = u8::try_from(digits).ok().filter(|count| (1..=9).contains(count))?;
    Some((value * 10_u32.pow(9 - u32::from(count)), count, &text[digits..]))
}

/// The number that two digits are.
fn two(tens: u8, ones: u8) -> Option<i64> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i64::from(tens * 10 + ones))
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.is_writable() {
            return self.shown_by_chrono(f);
        }
        let text = self.digits_of_all();
        let text = str::from_utf8(&text).expect("digits and signs");
        let end = match self.digits() {
            0 => WHOLE,
            digits => WHOLE + 1 + usize::from(digits),
        };
        f.write_str(&text[..end])?;
        f.write_str("Z")
    }
}

/// So long is a time to the second.
const WHOLE: usize = "2026-01-18T03:12:44".len();

impl Timestamp {
    /// A year that RFC 3339 has no room for.
    fn shown_by_chrono(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.instant().to_rfc3339_opts(SecondsFormat::Nanos, true);
        // to_rfc3339_opts writes exactly nine digits and a Z.
        let whole = text.len() - ".000000000Z".len();
        f.write_str(&text[..whole])?;
        if self.digits() > 0 {
            f.write_str(&text[whole..=whole + usize::from(self.digits())])?;
        }
        f.write_str("Z")
    }

    /// Everything down to the nanosecond, at a fraction of the price of chrono's writer: every row
    /// of a report has its time, in each of its forms. For a time that can be written.
    fn digits_of_all(self) -> [u8; WHOLE + ".000000000".len()] {
        let mut text = *b"0000-00-00T00:00:00.000000000";
        let (days, second) = (self.seconds.div_euclid(86_400), self.seconds.rem_euclid(86_400));
        let (year, month, day) = date(days);
        // A leap second has more than a second of nanoseconds.
        let leap = i64::from(self.fraction.nanos() / SECOND);
        let figures = [
            (0, 4, year),
            (5, 2, month),
            (8, 2, day),
            (11, 2, second / 3600),
            (14, 2, second / 60 % 60),
            (17, 2, second % 60 + leap),
            (20, 9, i64::from(self.fraction.nanos() % SECOND)),
        ];
        for (at, digits, figure) in figures {
            let mut rest = figure;
            for place in text[at..at + digits].iter_mut().rev() {
                *place = b'0' + u8::try_from(rest % 10).unwrap_or_default();
                rest /= 10;
            }
        }
        text
    }
}

/// The date that so many days after 1970-01-01 is, in the Gregorian calendar: year, month, day; the
/// inverse of [`day`]. Years of 400 are counted from a first of March, so that a leap day is the
/// last of its year.
fn date(days: i64) -> (i64, i64, i64) {
    const ERA: i64 = 146_097;
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / (ERA - 1)) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    // Months from March on have 153 days in every five.
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, later) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + later, month, day)
}

impl From<Timestamp> for String {
    fn from(time: Timestamp) -> Self {
        // In one piece: a text that grows moves twice.
        let mut text = String::with_capacity(WHOLE + ".000000000Z".len());
        write!(text, "{time}").expect("memory takes every write");
        text
    }
}

impl TryFrom<String> for Timestamp {
    type Error = TimeError;

    fn try_from(text: String) -> Result<Self, TimeError> {
        text.parse()
    }
}

/// A text in formats for people; in others three numbers, so that years of more than four digits
/// come back, too.
impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if to.is_human_readable() {
            return String::from(*self).serialize(to);
        }
        (self.seconds, self.fraction.nanos(), self.digits()).serialize(to)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        if from.is_human_readable() {
            return String::deserialize(from)?.parse().map_err(D::Error::custom);
        }
        let (seconds, nanos, digits) = <(i64, u32, u8)>::deserialize(from)?;
        let instant = DateTime::from_timestamp(seconds, nanos).ok_or_else(|| D::Error::custom(TimeError))?;
        Ok(Self::new(instant, digits))
    }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
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
        (self.seconds, self.fraction.nanos()).cmp(&(other.seconds, other.fraction.nanos()))
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

    /// Returns whether the two have an instant in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.from < other.until && other.from < self.until
    }
}

#[cfg(test)]
mod tests {
    use chrono::Datelike as _;

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

    /// Formats a time through chrono only.
    fn slowly(text: &str) -> Option<String> {
        let instant = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
        (0..=9999)
            .contains(&instant.year())
            .then(|| instant.to_rfc3339_opts(SecondsFormat::Nanos, true))
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config::with_cases(20_000))]

        /// The fast parser returns what chrono returns.
        #[test]
        fn the_usual_forms_are_what_chrono_reads(
            text in "[0-2][09][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,11})?(Z|[+-][0-2][0-9]:[0-6][0-9]|z|)"
        ) {
            if let Some(time) = Timestamp::usual(text.as_bytes()) {
                let full = time.instant().to_rfc3339_opts(SecondsFormat::Nanos, true);
                proptest::prop_assert_eq!(Some(full), slowly(&text), "{}", text);
            }
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config::with_cases(5_000))]

        #[test]
        fn a_time_is_shown_as_chrono_shows_it(seconds in WRITABLE, nanos in 0..SECOND, leap: bool, digits in 0..=9_u8) {
            let leap = leap && seconds.rem_euclid(60) == 59;
            let fraction = Fraction::new(nanos + if leap { SECOND } else { 0 }, digits);
            let time = Timestamp { seconds, fraction };
            let mut full = time.instant().to_rfc3339_opts(SecondsFormat::Nanos, true);
            full.truncate(WHOLE + if digits == 0 { 0 } else { 1 + usize::from(digits) });
            proptest::prop_assert_eq!(time.to_string(), full + "Z");
        }
    }

    #[test]
    fn every_day_of_four_hundred_years_has_its_date() {
        // After so many the calendar begins anew.
        for day in -80_000..-80_000 + 146_097 {
            let instant = DateTime::from_timestamp(day * 86_400, 0).expect("a day");
            let parts = (
                i64::from(instant.year()),
                i64::from(instant.month()),
                i64::from(instant.day()),
            );
            assert_eq!(date(day), parts);
        }
    }

    #[test]
    fn the_usual_forms_are_read_without_chrono() {
        for text in [
            "2026-01-16T04:46:33Z",
            "2026-01-16T04:46:33.300Z",
            "2024-02-29T23:59:59.123456789-09:30",
        ] {
            let time = Timestamp::usual(text.as_bytes()).expect(text);
            assert_eq!(
                Some(time.instant().to_rfc3339_opts(SecondsFormat::Nanos, true)),
                slowly(text)
            );
        }
    }

    /// Found by the fuzzer: chrono makes no instant again of what it had made itself.
    #[test]
    fn a_sixtieth_second_of_a_zone_with_odd_seconds_is_the_next_one() {
        let los_angeles = chrono::FixedOffset::west_opt(7 * 3600 + 52 * 60 + 58).expect("before 1883");
        let local =
            chrono::NaiveDate::from_ymd_opt(1013, 5, 2).and_then(|day| day.and_hms_nano_opt(0, 0, 59, 1_500_000_000));
        let instant = local.and_then(|local| local.and_local_timezone(los_angeles).single());
        let time = Timestamp::new(instant.expect("a time").to_utc(), 1);
        assert_eq!(time.to_string(), "1013-05-02T07:53:58.5Z");
        assert_eq!(time, at("1013-05-02T07:53:58.5Z"));
        assert_eq!(at("2016-12-31T23:59:60.5Z").to_string(), "2016-12-31T23:59:60.5Z");
        let beyond = DateTime::from_timestamp(253_402_300_800, 0).expect("chrono has it");
        assert!(!Timestamp::new(beyond, 0).is_writable());
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
