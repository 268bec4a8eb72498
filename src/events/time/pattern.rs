//! Times by a pattern of strptime. A pattern is tried out when the profile is read, so that one that could never name
//! an instant is a fault of the profile and not of every record.

use std::fmt::Write as _;

use chrono::{
    DateTime, TimeZone as _, Timelike as _, Utc,
    format::{Fixed, Item, Parsed, StrftimeItems, parse},
};

use super::local::{Local, Offsets};
use crate::time::Timestamp;

/// A pattern, and where the offset comes from.
#[derive(Debug, Clone)]
pub(in crate::events) struct Pattern {
    pub(super) text: String,
    items: Vec<Item<'static>>,
    offset: From,
}

/// Where the offset of a time comes from.
#[derive(Debug, Clone)]
enum From {
    Itself,
    Zone(Local),
    Abbreviation(Offsets),
}

/// What a pattern says of the offset, found by trying it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// An offset in digits.
    Offset,
    /// An abbreviation.
    Abbreviation,
    /// Nothing.
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
            "it must give a whole date and a time of day (with `%p` where the hour is `%I`)",
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

/// What comes back of an instant written with the pattern.
fn tried(items: &[Item<'static>]) -> Option<Parsed> {
    let sample = Utc.with_ymd_and_hms(2021, 11, 23, 14, 15, 16).single()?;
    let mut written = String::new();
    write!(written, "{}", sample.format_with_items(items.iter())).ok()?;
    let mut parsed = Parsed::new();
    parse(&mut parsed, &written, items.iter()).ok()?;
    Some(parsed)
}

impl Pattern {
    /// A pattern that writes its offset.
    pub(super) fn with_offset(text: &str, items: Vec<Item<'static>>) -> Self {
        Self::new(text, items, From::Itself)
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
    pub(super) fn parse(&self, text: &str) -> Result<Timestamp, String> {
        let differs = || format!("is not of the form `{}`", self.text);
        let mut parsed = Parsed::new();
        parse(&mut parsed, text, self.items.iter()).map_err(|_| differs())?;
        let naive = || parsed.to_naive_datetime_with_offset(0).map_err(|_| differs());
        let instant = match &self.offset {
            From::Itself => parsed.to_datetime().map_err(|_| differs())?.to_utc(),
            From::Zone(local) => local.instant(naive()?)?,
            From::Abbreviation(offsets) => offsets.instant(naive()?, text)?,
        };
        Ok(Timestamp::new(instant, digits(text, instant)))
    }
}

/// How many fraction digits a text has, the fraction of its instant being known: those behind the last point or comma
/// that stand for it.
pub(super) fn digits(text: &str, instant: DateTime<Utc>) -> u8 {
    let nanos = format!("{:09}", instant.nanosecond() % 1_000_000_000);
    let fractions = text.split(['.', ',']).skip(1).map(|rest| {
        let end = rest.bytes().take_while(u8::is_ascii_digit).count().min(9);
        &rest[..end]
    });
    let fraction = fractions.filter(|digits| format!("{digits:0<9}") == nanos).last();
    fraction.map_or(0, |digits| u8::try_from(digits.len()).unwrap_or(9))
}
