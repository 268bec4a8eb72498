//! Coverage: the clock hours of the windows in which a source has records of any actor, and the
//! gaps.
//!
//! A run of hours without a record of anyone is where a log may be missing. So every record with a
//! time counts, not only those in scope.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::time::{Timestamp, Window};

/// A part of a window without a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
pub struct Gap {
    /// First instant of the gap.
    pub from: Timestamp,
    /// First instant after the gap.
    pub until: Timestamp,
}

/// The clock hours (UTC) from the start of the first window to the end of the last, and which of
/// them have a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// First hour, counted from 1970.
    start: i64,
    /// One bit per hour.
    hours: Vec<u64>,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    /// Hour in which the case was issued; the greatest hour if it was not.
    issued: i64,
    /// Number of records in later hours.
    late: u64,
}

impl Coverage {
    /// Creates the coverage of these windows, without any record.
    pub fn over(windows: impl Iterator<Item = Window> + Clone) -> Self {
        let start = windows.clone().map(|window| window.from.hour()).min().unwrap_or(0);
        let end = windows.map(|window| last_hour(&window)).max().unwrap_or(start);
        let words = usize::try_from((end - start) / 64 + 1).unwrap_or(0);
        Self {
            start,
            hours: vec![0; words],
            first: None,
            last: None,
            issued: i64::MAX,
            late: 0,
        }
    }

    /// Counts records of hours after the one in which the case was issued. An access log has none
    /// when its case is issued.
    #[must_use]
    pub fn issued(mut self, issued: Option<Timestamp>) -> Self {
        self.issued = issued.map_or(i64::MAX, Timestamp::hour);
        self
    }

    /// Returns whether a time is in an hour after the one in which the case was issued.
    pub fn is_late(&self, time: Timestamp) -> bool {
        time.hour() > self.issued
    }

    /// Returns the number of records in such hours.
    pub fn late(&self) -> u64 {
        self.late
    }

    /// Adds a record with this time.
    pub fn absorb(&mut self, time: Timestamp) {
        // Of equal instants the precision decides, so that the order of records does not.
        if self.first.is_none_or(|first| time.canonically(&first).is_lt()) {
            self.first = Some(time);
        }
        if self.last.is_none_or(|last| time.canonically(&last).is_gt()) {
            self.last = Some(time);
        }
        let hour = time.hour();
        self.late += u64::from(hour > self.issued);
        if let Some((word, bit)) = self.place(hour) {
            self.hours[word] |= bit;
        }
    }

    /// Merges two coverages of the same windows. The operation is commutative and associative.
    pub fn merge(&mut self, other: &Self) {
        debug_assert_eq!(self.start, other.start, "coverage of different windows");
        self.first = earlier(self.first, other.first);
        self.last = later(self.last, other.last);
        self.late += other.late;
        self.hours
            .iter_mut()
            .zip(&other.hours)
            .for_each(|(own, more)| *own |= more);
    }

    /// Returns the bytes of memory behind pointers.
    pub fn weight(&self) -> u64 {
        size_of_val(&self.hours[..]) as u64
    }

    /// Returns the earliest record, inside the windows or not.
    pub fn first(&self) -> Option<Timestamp> {
        self.first
    }

    /// Returns the latest record.
    pub fn last(&self) -> Option<Timestamp> {
        self.last
    }

    /// Returns how many hours touch a window.
    pub fn hours(&self, windows: &[Window]) -> u64 {
        self.window_hours(windows).count() as u64
    }

    /// Returns how many hours of the windows have a record.
    pub fn covered(&self, windows: &[Window]) -> u64 {
        self.window_hours(windows).filter(|&hour| self.has(hour)).count() as u64
    }

    /// Returns the runs of hours of the windows that have a record, clipped to the windows.
    pub fn with_records(&self, windows: &[Window]) -> Vec<Window> {
        let covered = self.window_hours(windows).filter(|&hour| self.has(hour));
        let window = |gap: Gap| Window {
            from: gap.from,
            until: gap.until,
        };
        runs(covered).filter_map(|run| clip(run, windows).map(window)).collect()
    }

    /// Returns runs of at least `least` hours of the windows without a record, clipped to the
    /// windows.
    pub fn gaps(&self, windows: &[Window], least: u32) -> Vec<Gap> {
        let empty = self.window_hours(windows).filter(|&hour| !self.has(hour));
        runs(empty)
            .filter(|(from, until)| until - from >= i64::from(least))
            .filter_map(|run| clip(run, windows))
            .collect()
    }

    /// Returns such runs between this source's own first and last covered hour. Other sources may
    /// cover the hours outside.
    pub fn inner_gaps(&self, windows: &[Window], least: u32) -> Vec<Gap> {
        let covered = || self.window_hours(windows).filter(|&hour| self.has(hour));
        let (Some(earliest), Some(latest)) = (covered().min(), covered().max()) else {
            return Vec::new();
        };
        let empty = self
            .window_hours(windows)
            .filter(|&hour| earliest < hour && hour < latest && !self.has(hour));
        runs(empty)
            .filter(|(from, until)| until - from >= i64::from(least))
            .filter_map(|run| clip(run, windows))
            .collect()
    }

    /// Returns the hours that touch a window, in ascending order.
    fn window_hours(&self, windows: &[Window]) -> impl Iterator<Item = i64> + use<> {
        let touched = |window: &Window| window.from.hour()..=last_hour(window);
        let touched: Vec<_> = windows.iter().map(touched).collect();
        let hours = self.start..self.start + 64 * i64::try_from(self.hours.len()).unwrap_or(0);
        hours.filter(move |hour| touched.iter().any(|window| window.contains(hour)))
    }

    fn has(&self, hour: i64) -> bool {
        self.place(hour).is_some_and(|(word, bit)| self.hours[word] & bit != 0)
    }

    fn place(&self, hour: i64) -> Option<(usize, u64)> {
        let at = usize::try_from(hour.checked_sub(self.start)?).ok()?;
        (at / 64 < self.hours.len()).then_some((at / 64, 1 << (at % 64)))
    }
}

/// Returns the last hour that contains an instant of the half-open window.
fn last_hour(window: &Window) -> i64 {
    let instant = window.until.instant() - chrono::TimeDelta::nanoseconds(1);
    Timestamp::new(instant, 9).hour()
}

/// Joins ascending hours to runs `[from, until)`.
fn runs(hours: impl Iterator<Item = i64>) -> impl Iterator<Item = (i64, i64)> {
    let mut runs: Vec<(i64, i64)> = Vec::new();
    for hour in hours {
        match runs.last_mut() {
            Some((_, until)) if *until == hour => *until += 1,
            _ => runs.push((hour, hour + 1)),
        }
    }
    runs.into_iter()
}

/// Converts a run of hours to instants, clipped to the windows.
fn clip((from, until): (i64, i64), windows: &[Window]) -> Option<Gap> {
    let (from, until) = (Timestamp::of_hour(from)?, Timestamp::of_hour(until)?);
    let touched = || {
        windows
            .iter()
            .filter(|window| window.from < until && from < window.until)
    };
    let earliest = touched().map(|window| window.from).min()?;
    let latest = touched().map(|window| window.until).max()?;
    Some(Gap {
        from: from.max(earliest),
        until: until.min(latest),
    })
}

fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min_by(Timestamp::canonically)
}

fn later(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).max_by(Timestamp::canonically)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("2026-01-16T{text}Z").parse().expect("a time")
    }

    fn window(from: &str, until: &str) -> Window {
        Window {
            from: at(from),
            until: at(until),
        }
    }

    fn coverage(windows: &[Window], times: &[&str]) -> Coverage {
        let mut coverage = Coverage::over(windows.iter().copied());
        times.iter().for_each(|time| coverage.absorb(at(time)));
        coverage
    }

    fn shown(gaps: &[Gap]) -> Vec<String> {
        gaps.iter()
            .map(|gap| format!("{}-{}", &gap.from.to_string()[11..16], &gap.until.to_string()[11..16]))
            .collect()
    }

    #[test]
    fn gaps_are_whole_empty_hours_clipped_to_the_window() {
        let windows = [window("02:30:00", "09:00:00")];
        let seen = coverage(&windows, &["00:10:00", "04:59:59.999", "07:00:00", "09:00:00"]);
        assert_eq!(
            shown(&seen.gaps(&windows, 1)),
            ["02:30-04:00", "05:00-07:00", "08:00-09:00"]
        );
        assert_eq!(shown(&seen.gaps(&windows, 2)), ["02:30-04:00", "05:00-07:00"]);
        assert_eq!(shown(&seen.inner_gaps(&windows, 1)), ["05:00-07:00"]);
        assert_eq!((seen.covered(&windows), seen.hours(&windows)), (2, 7));
        assert_eq!(
            seen.first().map(|time| time.to_string()).as_deref(),
            Some("2026-01-16T00:10:00Z")
        );
    }

    #[test]
    fn hours_between_windows_are_no_gap() {
        let windows = [window("01:00:00", "02:00:00"), window("04:00:00", "05:00:00")];
        assert_eq!(
            shown(&coverage(&windows, &["01:30:00"]).gaps(&windows, 1)),
            ["04:00-05:00"]
        );
        assert_eq!(
            shown(&coverage(&windows, &[]).gaps(&windows, 1)),
            ["01:00-02:00", "04:00-05:00"]
        );
    }

    #[test]
    fn records_after_the_case_was_issued_are_counted() {
        let windows = [window("00:00:00", "01:00:00")];
        let mut one = Coverage::over(windows.iter().copied()).issued(Some(at("05:00:00")));
        let mut other = one.clone();
        ["04:00:00", "05:59:59", "06:00:00"]
            .iter()
            .for_each(|time| one.absorb(at(time)));
        other.absorb(at("07:00:00"));
        one.merge(&other);
        assert_eq!(one.late(), 2);
        assert_eq!(coverage(&windows, &["23:00:00"]).late(), 0);
    }

    #[test]
    fn merging_is_commutative() {
        let windows = [window("00:00:00", "09:00:00")];
        let (a, b) = (
            coverage(&windows, &["01:00:00.0"]),
            coverage(&windows, &["01:00:00", "08:00:00"]),
        );
        let merged = |one: &Coverage, other: &Coverage| {
            let mut one = one.clone();
            one.merge(other);
            (one.first().map(|time| time.to_string()), one.gaps(&windows, 1))
        };
        assert_eq!(merged(&a, &b), merged(&b, &a));
    }
}
