//! Numbers of events by hour or by day, for each actor and each tenant.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::time::{Timestamp, Window};

/// Windows that together span more hours than this are counted by days.
const MOST_HOURS: i64 = 14 * 24;

/// Events of one clock hour or day (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct BusyTime {
    /// Its first instant.
    pub from: Timestamp,
    /// Events in scope, failed ones too.
    pub events: u64,
    /// Those of them that evidence ties to the intruder.
    pub tied: u64,
}

/// Returns how many hours one number counts: 1, or 24 where the windows span more than 14 days.
pub(crate) fn busy_step(windows: impl Iterator<Item = Window> + Clone) -> i64 {
    let from = windows.clone().map(|window| window.from.hour()).min();
    let until = windows.map(|window| window.until.hour()).max();
    let span = until.zip(from).map_or(0, |(until, from)| until.saturating_sub(from));
    if span > MOST_HOURS { 24 } else { 1 }
}

/// Returns the hour in which the hours that are counted together with this one begin.
pub(crate) fn busy_hour(hour: i64, step: i64) -> i64 {
    hour.div_euclid(step) * step
}

/// Counts events by their day.
pub(crate) fn by_day(events: impl Iterator<Item = (Timestamp, bool)>) -> Vec<BusyTime> {
    let mut days: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
    for (time, tied) in events {
        let own = days.entry(busy_hour(time.hour(), 24)).or_default();
        own.0 += 1;
        own.1 += u64::from(tied);
    }
    busy_times(days)
}

/// Numbers of events, and of tied ones, by the hour in which they begin.
pub(crate) fn busy_times(numbers: impl IntoIterator<Item = (i64, (u64, u64))>) -> Vec<BusyTime> {
    let busy = |(hour, (events, tied))| {
        Some(BusyTime {
            from: Timestamp::of_hour(hour)?,
            events,
            tied,
        })
    };
    numbers.into_iter().filter_map(busy).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_counted_by_day() {
        let time = |text: &str| text.parse().expect("a time");
        let events = [
            (time("2026-01-16T00:00:00Z"), false),
            (time("2026-01-16T23:59:59.999Z"), true),
            (time("2026-01-18T12:00:00Z"), false),
            (time("1969-12-31T23:00:00Z"), true),
        ];
        let told: Vec<_> = by_day(events.into_iter())
            .iter()
            .map(|day| format!("{} {} {}", day.from, day.events, day.tied))
            .collect();
        let expected = [
            "1969-12-31T00:00:00Z 1 1",
            "2026-01-16T00:00:00Z 2 1",
            "2026-01-18T00:00:00Z 1 0",
        ];
        assert_eq!(told, expected);
    }
}
