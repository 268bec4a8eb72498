//! A column for each day (UTC) of the time that was searched.

use chrono::{Days, NaiveDate};

use crate::{reports::template::view, tally::TenantEvent, text::grouped, time::Window};

/// Beyond this many days columns become too thin to read, and none are drawn.
const MOST: usize = 31;

view! {
    /// One day.
    pub(in crate::reports) struct DayView {
        label: String,
        count: String,
        /// In percent of the busiest day.
        height: String,
        none: bool,
    }
}

/// Every day of the window in order, also those without actions; nothing for one day or for too
/// many.
pub(super) fn days(window: Window, events: &[TenantEvent]) -> Vec<DayView> {
    let first = window.from.instant().date_naive();
    let dates: Vec<NaiveDate> = (0..)
        .map_while(|day| first.checked_add_days(Days::new(day)))
        .take_while(|date| {
            date.and_hms_opt(0, 0, 0)
                .is_some_and(|start| start < window.until.instant().naive_utc())
        })
        .take(MOST + 1)
        .collect();
    if dates.len() < 2 || dates.len() > MOST {
        return Vec::new();
    }
    let mut counts = vec![0_usize; dates.len()];
    for event in events {
        let day = (event.time.instant().date_naive() - first).num_days();
        let count = usize::try_from(day).ok().and_then(|day| counts.get_mut(day));
        count.into_iter().for_each(|count| *count += 1);
    }
    let busiest = counts.iter().copied().max().unwrap_or(0).max(1);
    let column = |(date, count): (&NaiveDate, &usize)| DayView {
        label: date.format("%-d %b").to_string(),
        count: grouped(*count as u64),
        height: (count * 100).div_ceil(busiest).to_string(),
        none: *count == 0,
    };
    dates.iter().zip(&counts).map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(from: &str, until: &str) -> Vec<String> {
        let time = |text: &str| text.parse().expect("a time");
        let window = Window {
            from: time(from),
            until: time(until),
        };
        days(window, &[]).into_iter().map(|day| day.label).collect()
    }

    #[test]
    fn the_last_day_is_the_one_before_the_window_ends() {
        let days = labels("2026-01-30T12:00:00Z", "2026-02-02T00:00:00Z");
        assert_eq!(days, ["30 Jan", "31 Jan", "1 Feb"]);
        let days = labels("2026-01-30T12:00:00Z", "2026-01-31T00:00:01Z");
        assert_eq!(days, ["30 Jan", "31 Jan"]);
    }

    #[test]
    fn one_day_and_a_year_are_not_drawn() {
        assert!(labels("2026-01-30T00:00:00Z", "2026-01-31T00:00:00Z").is_empty());
        assert!(labels("2025-01-30T00:00:00Z", "2026-01-31T00:00:00Z").is_empty());
    }
}
