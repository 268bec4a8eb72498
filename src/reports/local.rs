//! Times on the clocks of a tenant's time zone.

use jiff::tz::TimeZone;

use crate::time::Timestamp;

/// Clock of an IANA time zone.
#[derive(Debug)]
pub(super) struct LocalClock {
    name: String,
    zone: TimeZone,
}

impl LocalClock {
    /// Returns the clock of a zone, `None` for UTC and for a name that the database does not have.
    pub(super) fn new(name: &str) -> Option<Self> {
        let zone = TimeZone::get(name).ok().filter(|zone| *zone != TimeZone::UTC)?;
        let name = name.to_owned();
        Some(Self { name, zone })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Returns a time to the second: `2026-01-20 18:49:35`. Seconds below one are cut.
    pub(super) fn second(&self, time: Timestamp) -> String {
        let instant = jiff::Timestamp::from_second(time.instant().timestamp());
        let local = instant.map(|instant| self.zone.to_datetime(instant));
        local.map_or_else(
            |_| String::new(),
            |local| local.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_follow_the_clocks_of_the_zone() {
        for (zone, time, expected) in [
            ("Asia/Kolkata", "2026-01-20T13:19:35.9Z", "2026-01-20 18:49:35"),
            ("Asia/Tokyo", "2026-01-20T22:31:00Z", "2026-01-21 07:31:00"),
            // The clocks go forward at 01:00 UTC.
            ("Europe/Madrid", "2026-03-29T00:59:59Z", "2026-03-29 01:59:59"),
            ("Europe/Madrid", "2026-03-29T01:00:00Z", "2026-03-29 03:00:00"),
        ] {
            let clock = LocalClock::new(zone).expect("a zone");
            assert_eq!(clock.second(time.parse().expect("a time")), expected);
        }
        assert!(LocalClock::new("UTC").is_none() && LocalClock::new("Mars/Olympus").is_none());
    }
}
