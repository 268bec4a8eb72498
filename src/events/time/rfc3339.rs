//! RFC 3339, and the forms of ISO 8601 and RFC 9557 in which other programs write the same
//! instants.

use std::sync::LazyLock;

use chrono::TimeDelta;
use jiff::tz::TimeZoneDatabase;

use crate::time::Timestamp;

/// Zones by name. What the system has installed would make the answer depend on the machine.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// RFC 3339, also with what [`with_offset`] allows, and with the zone in brackets behind it that
/// RFC 9557 adds (`+01:00[Europe/Berlin]`). Returns `None` where the zone has another offset at
/// that instant.
pub(super) fn rfc3339(text: &str) -> Option<Timestamp> {
    if let Some(time) = with_offset(text) {
        return Some(time);
    }
    let (written, zone) = text.strip_suffix(']')?.split_once('[')?;
    let is_part = |c: char| c.is_ascii_alphanumeric() || "/_+-.=!:".contains(c);
    if zone.is_empty()
        || !zone
            .split("][")
            .all(|part| !part.is_empty() && part.chars().all(is_part))
    {
        return None;
    }
    let time = with_offset(written)?;
    agrees(written, zone, time).then_some(time)
}

/// Whether the offset written is that of the zone. `Z` says nothing of local time (RFC 9557 section
/// 2), and a name that is no zone contradicts nothing.
fn agrees(written: &str, zone: &str, time: Timestamp) -> bool {
    let zone = zone.split("][").next().unwrap_or(zone).trim_start_matches('!');
    let (false, Ok(zone)) = (written.ends_with(['Z', 'z']), ZONES.get(zone)) else {
        return true;
    };
    let Ok(instant) = jiff::Timestamp::from_second(time.instant().timestamp()) else {
        return true;
    };
    let local = time.instant().naive_utc() + TimeDelta::seconds(zone.to_offset(instant).seconds().into());
    local.format("%H:%M").to_string() == written.get(11..16).unwrap_or_default().replace("24:", "00:")
}

/// RFC 3339; also with a blank for the T, a comma for the point, without seconds, with an offset of
/// hours alone or without its colon, and with 24:00 for the end of a day.
pub(super) fn with_offset(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    let (date, rest) = text.split_at_checked("2026-01-16".len())?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, offset) = rest.split_at(rest.find(['Z', 'z', '+', '-', '\u{2212}'])?);
    let clock = clock.replacen(',', ".", 1);
    let seconds = if clock.len() == "04:46".len() { ":00" } else { "" };
    let (clock, later) = match clock.strip_prefix("24:00") {
        Some(zeros) if zeros.bytes().all(|byte| b":.0".contains(&byte)) => (format!("00:00{zeros}"), 1),
        _ => (clock, 0),
    };
    let digits = offset.trim_start_matches(['+', '-', '\u{2212}']);
    let sign = &offset[..offset.len() - digits.len()];
    let offset = match (sign.chars().count(), digits.len()) {
        (0, _) | (1, 5) => offset.to_owned(),
        (1, 2) => format!("{sign}{digits}:00"),
        (1, 4) => format!("{sign}{}:{}", digits.get(..2)?, digits.get(2..)?),
        _ => return None,
    };
    let time: Timestamp = format!("{date}T{clock}{seconds}{offset}").parse().ok()?;
    let instant = time.instant().checked_add_signed(TimeDelta::days(later))?;
    Some(Timestamp::new(instant, time.digits()))
}
