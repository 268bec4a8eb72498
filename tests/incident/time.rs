//! Instants and how a logger writes them down. An instant is milliseconds since 1970; a stamp is
//! the spelling.

use chrono::{DateTime, FixedOffset, SecondsFormat};

/// Milliseconds in a minute.
pub(crate) const MINUTE: i64 = 60_000;
/// Milliseconds in an hour.
pub(crate) const HOUR: i64 = 60 * MINUTE;
/// Milliseconds in a day.
pub(crate) const DAY: i64 = 24 * HOUR;

/// Midnight UTC of a day in January 2026.
pub(crate) const fn january(day: i64) -> i64 {
    // 1 January 2026 is day 20,454 after 1 January 1970.
    (20_453 + day) * DAY
}

/// A half-open stretch of time.
#[derive(Clone, Copy)]
pub(crate) struct Window {
    /// The first instant inside.
    pub(crate) from: i64,
    /// The first instant after it.
    pub(crate) until: i64,
}

impl Window {
    /// Whether `at` lies inside.
    pub(crate) const fn holds(self, at: i64) -> bool {
        self.from <= at && at < self.until
    }
}

/// The worst case: every listed agent, five days.
pub(crate) const POSSIBLE: Window = Window {
    from: january(16),
    until: january(21),
};

/// Window that forensics ties to the intruder: one agent, 25 minutes.
pub(crate) const ATTRIBUTED: Window = Window {
    from: january(20) + 13 * HOUR + 18 * MINUTE,
    until: january(20) + 13 * HOUR + 43 * MINUTE,
};

/// The format of an instant in one program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Stamp {
    /// Digits after the second: 0, 1, 3 or 6.
    pub(crate) digits: u8,
    /// Minutes east of Greenwich; none is written `Z`.
    pub(crate) offset: i32,
}

impl Stamp {
    /// Usual format of the tool: milliseconds and `Z`.
    pub(crate) const PLAIN: Self = Self { digits: 3, offset: 0 };

    /// Returns the format with the same precision in UTC, which the ground truth uses.
    pub(crate) const fn in_utc(self) -> Self {
        Self { offset: 0, ..self }
    }

    /// The instant in this spelling. Fewer digits than the instant needs would change it; callers
    /// see to that.
    pub(crate) fn write(self, at: i64) -> String {
        let zone = FixedOffset::east_opt(self.offset * 60).expect("offsets are less than a day");
        let time = DateTime::from_timestamp_millis(at)
            .expect("instants are in this century")
            .with_timezone(&zone);
        match self.digits {
            0 => time.to_rfc3339_opts(SecondsFormat::Secs, true),
            1 => {
                // `2026-01-16T04:46:33.300Z` without the two zeros; all of it is ASCII.
                let text = time.to_rfc3339_opts(SecondsFormat::Millis, true);
                format!("{}{}", &text[..21], &text[23..])
            }
            3 => time.to_rfc3339_opts(SecondsFormat::Millis, true),
            _ => time.to_rfc3339_opts(SecondsFormat::Micros, true),
        }
    }
}
