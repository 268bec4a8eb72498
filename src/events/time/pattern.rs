//! Times by a pattern of strptime. A pattern is tried out when the profile is read, so that one
//! that could never name an instant is a fault of the profile and not of every record.

use std::fmt::Write as _;

use chrono::{
    DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone as _, Timelike as _, Utc,
    format::{Fixed, Item, Numeric, Parsed, StrftimeItems, parse},
};

use super::{
    Fault,
    local::{Local, Offsets},
};
use crate::time::Timestamp;

/// A pattern, and where the offset comes from.
#[derive(Debug, Clone)]
pub(in crate::events) struct Pattern {
    pub(super) text: String,
    items: Vec<Item<'static>>,
    offset: From,
    /// Other declared patterns that read some dates of this one as another day.
    rivals: Vec<Pattern>,
}

/// Source of the offset of a time.
#[derive(Debug, Clone)]
enum From {
    Itself,
    Zone(Local),
    Abbreviation(Offsets),
}

/// Use of the offset by a pattern, found by trying the pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// An offset in digits.
    Offset,
    /// An abbreviation.
    Abbreviation,
    /// The pattern has no offset.
    Nothing,
}

/// The items of a pattern, and what it says of the offset.
pub(super) fn read(text: &str) -> Result<(Vec<Item<'static>>, Says), String> {
    let invalid = |why: &str| format!("`{text}` is no usable time pattern: {why}");
    let items = StrftimeItems::new(text).parse_to_owned();
    let items = items.map_err(|_| invalid("it holds a specifier that chrono's strftime does not have"))?;
    let parsed = tried(&items).ok_or_else(|| invalid("what it writes cannot be read back"))?;
    if parsed.timestamp().is_some() {
        return Err(invalid("seconds since 1970 are the format \"epoch-seconds\""));
    }
    if parsed.to_naive_datetime_with_offset(0).is_err() {
        return Err(invalid(
            "it must give a whole date and a time of day (with `%p` where the hour is `%I`); where two fields hold them, \
             join the fields: `at = [{ join = [\"date\", \"time\"], with = \" \" }]`",
        ));
    }
    let abbreviated = items
        .iter()
        .any(|item| matches!(item, Item::Fixed(Fixed::TimezoneName)));
    let says = match parsed.offset() {
        Some(_) => Says::Offset,
        None if abbreviated => Says::Abbreviation,
        None => Says::Nothing,
    };
    Ok((items, says))
}

/// Parses an instant that was written with the pattern.
fn tried(items: &[Item<'static>]) -> Option<Parsed> {
    let sample = Utc.with_ymd_and_hms(2021, 11, 23, 14, 15, 16).single()?;
    let written = written(items, sample)?;
    let mut parsed = Parsed::new();
    parse(&mut parsed, &written, items.iter()).ok()?;
    Some(parsed)
}

/// An instant in the form of a pattern.
fn written(items: &[Item<'static>], instant: DateTime<Utc>) -> Option<String> {
    // `%#z` can be read only. What `%z` writes it can read.
    let permissive = StrftimeItems::new("%#z").next();
    let writable = items.iter().map(|item| match item {
        item if permissive.as_ref() == Some(item) => &Item::Fixed(Fixed::TimezoneOffset),
        item => item,
    });
    let mut text = String::new();
    write!(text, "{}", instant.format_with_items(writable)).ok()?;
    Some(text)
}

impl Pattern {
    /// A pattern that writes its offset.
    pub(super) fn with_offset(text: &str, items: Vec<Item<'static>>) -> Self {
        Self::new(text, items, From::Itself)
    }

    /// A pattern of which only the clock's reading matters.
    pub(super) fn bare(text: &str, items: Vec<Item<'static>>) -> Self {
        Self::new(text, items, From::Itself)
    }

    /// Returns the local time as if it were UTC.
    pub(super) fn wall_clock(&self, text: &str) -> Option<Timestamp> {
        Some(Timestamp::new(self.wall(text).ok()?.and_utc(), 0))
    }

    /// A pattern without an offset, in a zone.
    pub(super) fn in_zone(text: &str, items: Vec<Item<'static>>, local: Local) -> Self {
        Self::new(text, items, From::Zone(local))
    }

    /// A pattern with an abbreviation for the offset.
    pub(super) fn abbreviated(text: &str, items: Vec<Item<'static>>, offsets: Offsets) -> Self {
        Self::new(text, items, From::Abbreviation(offsets))
    }

    fn new(text: &str, items: Vec<Item<'static>>, offset: From) -> Self {
        Self {
            text: text.to_owned(),
            items,
            offset,
            rivals: Vec::new(),
        }
    }

    /// Notes which of the other patterns can read a text of this one as another day.
    pub(super) fn against(&mut self, others: &[Self]) {
        // Each of its numbers could be the day, the month or the year of two digits.
        let sample = NaiveDate::from_ymd_opt(2003, 2, 1)
            .expect("a date")
            .and_time(NaiveTime::MIN);
        let Some(text) = written(&self.items, sample.and_utc()) else {
            return;
        };
        let own = self.wall(&text).ok();
        let differs = |other: &&Self| own.is_some() && other.wall(&text).is_ok_and(|wall| Some(wall) != own);
        self.rivals = others.iter().filter(differs).cloned().collect();
    }

    /// This time, unless another declared pattern reads the text as another one.
    pub(super) fn alone(&self, time: Timestamp, text: &str) -> Result<Timestamp, String> {
        for rival in &self.rivals {
            if let Some(other) = rival
                .parse(text)
                .ok()
                .filter(|other| other.is_plausible() && *other != time)
            {
                return Err(format!(
                    "is {time} by `{}` and {other} by `{}`, so it says neither: declare the one that this log writes",
                    self.text, rival.text
                ));
            }
        }
        Ok(time)
    }

    /// Returns the local time.
    fn wall(&self, text: &str) -> Result<NaiveDateTime, String> {
        let (parsed, days) = self.parsed(text)?;
        let wall = parsed.to_naive_datetime_with_offset(0).ok();
        wall.and_then(|wall| wall.checked_add_signed(days))
            .ok_or_else(|| self.differs())
    }

    fn differs(&self) -> String {
        format!("is not of the form `{}`", self.text)
    }

    /// The fields of a text, and how long after them the instant is: a day where it says 24:00.
    fn parsed(&self, text: &str) -> Result<(Parsed, TimeDelta), String> {
        let read = |text: &str| {
            let mut parsed = Parsed::new();
            parse(&mut parsed, text, self.items.iter()).ok().map(|()| parsed)
        };
        let midnight = |parsed: &Parsed| parsed.to_naive_time().is_ok_and(|time| time == NaiveTime::MIN);
        let end_of_day = || Some(read(&text.replacen("24:00", "00:00", 1))?).filter(midnight);
        let (parsed, days) = match read(text) {
            Some(parsed) => (parsed, TimeDelta::zero()),
            None if text.contains("24:00") => (end_of_day().ok_or_else(|| self.differs())?, TimeDelta::days(1)),
            None => return Err(self.differs()),
        };
        // chrono takes fewer digits, and so the year 26.
        let whole_year = self
            .items
            .iter()
            .any(|item| matches!(item, Item::Numeric(Numeric::Year, _)));
        match parsed.year() {
            Some(year @ 0..1000) if whole_year && !text.contains(&format!("{year:04}")) => Err(format!(
                "has no year of four digits, which `%Y` in `{}` means; a year of two digits is `%y`",
                self.text
            )),
            _ => Ok((parsed, days)),
        }
    }

    /// Whether its times mean something in a zone only.
    pub(super) fn needs_zone(&self) -> bool {
        matches!(self.offset, From::Zone(_))
    }

    /// Whether its times have an abbreviation for the offset.
    pub(super) fn needs_offsets(&self) -> bool {
        matches!(self.offset, From::Abbreviation(_))
    }

    /// The instant, or why the text names none.
    pub(super) fn parse(&self, text: &str) -> Result<Timestamp, Fault> {
        let instant = match &self.offset {
            From::Itself => {
                let (parsed, days) = self.parsed(text).map_err(Fault::Form)?;
                let instant = parsed.to_datetime().ok().map(|instant| instant.to_utc());
                let later = instant.and_then(|instant| instant.checked_add_signed(days));
                later.ok_or_else(|| Fault::Form(self.differs()))?
            }
            From::Zone(local) => local
                .instant(self.wall(text).map_err(Fault::Form)?)
                .map_err(Fault::Meaning)?,
            From::Abbreviation(offsets) => {
                let wall = self.wall(text).map_err(Fault::Form)?;
                offsets.instant(wall, text).map_err(Fault::Meaning)?
            }
        };
        Ok(Timestamp::new(instant, digits(text, instant)))
    }
}

/// Returns the number of fraction digits of a text whose instant is known: the digits after the
/// last point or comma that stand for its fraction.
pub(super) fn digits(text: &str, instant: DateTime<Utc>) -> u8 {
    let nanos = format!("{:09}", instant.nanosecond() % 1_000_000_000);
    let fractions = text.split(['.', ',']).skip(1).map(|rest| {
        let end = rest.bytes().take_while(u8::is_ascii_digit).count().min(9);
        &rest[..end]
    });
    let fraction = fractions.filter(|digits| format!("{digits:0<9}") == nanos).last();
    fraction.map_or(0, |digits| u8::try_from(digits.len()).unwrap_or(9))
}
