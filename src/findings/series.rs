//! Files that are missing from a regular series of log files, such as one of each day or hour.
//!
//! An hour of the coverage can hold records of other files, so that the missing one leaves no gap.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SourceFinding;
use crate::time::{Timestamp, Window};

/// A file that a regular series of log files lacks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
pub struct MissingFile {
    /// The path that it would have; `*` stands for what differs among the files of the series.
    pub path: String,
    /// Name of the profile that reads the series.
    pub profile: String,
    /// Beginning of its time by its name, taken as UTC.
    pub from: Timestamp,
    /// End of its time by its name.
    pub until: Timestamp,
    /// Hours from one file of the series to the next: 1, or 24 and multiples.
    pub step_hours: u64,
    /// Number of the files of the series that are there, each time counted once.
    pub present: u64,
}

impl MissingFile {
    /// Returns its time.
    fn window(&self) -> Window {
        Window {
            from: self.from,
            until: self.until,
        }
    }
}

/// Fewest files that make a series.
const FEWEST: usize = 3;

/// At most one file in so many may be missing. Otherwise files are written as needed, and not
/// regularly.
const REGULAR: usize = 4;

/// Paths with a time by which they form series: what stands before and behind it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct SeriesKey {
    profile: String,
    /// Path up to the last time in it, with a mark for each other.
    before: String,
    /// Extension.
    end: String,
    /// Whether the time has an hour.
    hourly: bool,
}

/// Regular series of one profile, step and depth of folders.
type SeriesGroup<'s> = Vec<(&'s SeriesKey, &'s Series)>;

/// Files of one series.
#[derive(Debug, Default)]
struct Series {
    /// Hours since 1970 at which they begin.
    times: BTreeSet<i64>,
    /// Path of the first of them in order, by which others are written.
    example: String,
    /// Text behind the last time, if it is the same in all.
    behind: Option<String>,
}

/// Returns the files that regular series lack, whose times touch a window, in the order of their
/// paths.
pub(crate) fn missing_files(sources: &[SourceFinding], windows: &[Window]) -> Vec<MissingFile> {
    let files = sources.iter();
    missing(
        files.map(|source| (source.path.as_str(), source.profile.as_str())),
        windows,
    )
}

/// Returns them of files with these paths and profiles.
fn missing<'f>(files: impl Iterator<Item = (&'f str, &'f str)>, windows: &[Window]) -> Vec<MissingFile> {
    let mut all: BTreeMap<SeriesKey, Series> = BTreeMap::new();
    for (path, profile) in files {
        let Some((key, time, behind)) = key_of(path, profile) else {
            continue;
        };
        let series = all.entry(key).or_insert_with(|| Series {
            times: BTreeSet::new(),
            example: path.to_owned(),
            behind: Some(behind.to_owned()),
        });
        series.times.insert(time);
        if series.behind.as_deref() != Some(behind) {
            series.behind = None;
        }
    }
    let mut regular: BTreeMap<_, SeriesGroup<'_>> = BTreeMap::new();
    for (key, series) in &all {
        if let Some(step) = step(&series.times, key.hourly) {
            let depth = key.before.matches('/').count();
            let group = regular.entry((key.profile.as_str(), step, depth)).or_default();
            group.push((key, series));
        }
    }
    let mut missing = Vec::new();
    for ((_, step, _), group) in regular {
        // A time that at least half of the series have is expected of each, so that the last file
        // of one region is missed.
        let mut having: BTreeMap<i64, usize> = BTreeMap::new();
        for time in group.iter().flat_map(|(_, series)| &series.times) {
            *having.entry(*time).or_default() += 1;
        }
        let common: Vec<_> = having
            .iter()
            .filter(|(_, count)| 2 * **count >= group.len())
            .map(|(time, _)| *time)
            .collect();
        for (key, series) in &group {
            let own = inner(&series.times, step);
            let expected: BTreeSet<_> = if group.len() > 1 {
                own.chain(common.iter().copied()).collect()
            } else {
                own.collect()
            };
            for time in expected.difference(&series.times) {
                let file = series.file(key, *time, step);
                missing.extend(file.filter(|file| windows.iter().any(|window| file.window().overlaps(window))));
            }
        }
    }
    missing.sort_unstable();
    missing
}

/// Returns each time of a series from its first to its last.
fn inner(times: &BTreeSet<i64>, step: i64) -> impl Iterator<Item = i64> {
    let last = times.last().copied();
    std::iter::successors(times.first().copied(), move |time| Some(time + step))
        .take_while(move |time| Some(*time) <= last)
}

/// Returns the hours from one file of a series to the next, if it is regular.
fn step(times: &BTreeSet<i64>, hourly: bool) -> Option<i64> {
    let steps: Vec<i64> = times.iter().zip(times.iter().skip(1)).map(|(a, b)| b - a).collect();
    let step = *steps.iter().min()?;
    let known = step % 24 == 0 || step == 1 && hourly;
    if times.len() < FEWEST || !known || steps.iter().any(|other| other % step != 0) {
        return None;
    }
    let expected = usize::try_from((times.last()? - times.first()?) / step).ok()? + 1;
    ((expected - times.len()) * REGULAR <= expected).then_some(step)
}

impl Series {
    /// Returns the file of this time that the series lacks.
    fn file(&self, key: &SeriesKey, time: i64, step: i64) -> Option<MissingFile> {
        let from = Timestamp::of_hour(time)?;
        let mut path = String::new();
        let mut end = 0;
        let tokens = tokens(&self.example);
        for token in &tokens {
            path.push_str(self.example.get(end..token.span.start)?);
            path.push_str(&token.written(&self.example, from));
            end = token.span.end;
        }
        match &self.behind {
            Some(behind) => path.push_str(behind),
            None => path = path + "*" + &key.end,
        }
        Some(MissingFile {
            path,
            profile: key.profile.clone(),
            from,
            until: Timestamp::of_hour(time + step)?,
            step_hours: u64::try_from(step).ok()?,
            present: self.times.len() as u64,
        })
    }
}

/// Returns the series that a source belongs to, its time in it, and what its path has behind that.
fn key_of<'p>(path: &'p str, profile: &str) -> Option<(SeriesKey, i64, &'p str)> {
    let tokens = tokens(path);
    let last = tokens.last()?;
    let mut before = String::new();
    let mut end = 0;
    for token in &tokens {
        before.push_str(path.get(end..token.span.start)?);
        before.push('\0');
        end = token.span.end;
    }
    let behind = path.get(end..)?;
    let name = behind.rsplit('/').next()?;
    let key = SeriesKey {
        profile: profile.to_owned(),
        before,
        end: name.find('.').map_or_else(String::new, |dot| name[dot..].to_owned()),
        hourly: last.hour.is_some(),
    };
    Some((key, last.time(), behind))
}

/// A date in a path, with an hour or without.
#[derive(Debug, Clone, PartialEq, Eq)]
struct PathDate {
    span: Range<usize>,
    date: NaiveDate,
    hour: Option<u32>,
}

impl PathDate {
    /// Returns the hours since 1970 at which it begins.
    fn time(&self) -> i64 {
        let days = self.date.signed_duration_since(NaiveDate::default()).num_days();
        24 * days + i64::from(self.hour.unwrap_or(0))
    }

    /// Returns the text for another time in the same form. Minutes and seconds become zero.
    fn written(&self, path: &str, time: Timestamp) -> String {
        let time = time.to_string();
        let mut digits = time.chars().filter(char::is_ascii_digit);
        let text = path[self.span.clone()].chars();
        text.map(|c| {
            if c.is_ascii_digit() {
                digits.next().unwrap_or('0')
            } else {
                c
            }
        })
        .collect()
    }
}

/// Returns the dates in a path: `2026-01-16`, `2026/01/16`, `2026_01_16`, `2026.01.16` or
/// `20260116`, each with an hour behind it where there is one: `T14`, `-14`, `/14`, `_14` or
/// `T1405Z`.
fn tokens(path: &str) -> Vec<PathDate> {
    let bytes = path.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let begins =
            bytes[at].is_ascii_digit() && !at.checked_sub(1).is_some_and(|before| bytes[before].is_ascii_digit());
        match begins.then(|| token(bytes, at)).flatten() {
            Some(token) => {
                at = token.span.end;
                tokens.push(token);
            }
            None => at += 1,
        }
    }
    tokens
}

fn token(bytes: &[u8], start: usize) -> Option<PathDate> {
    let (year, at) = (number(bytes, start, 4)?, start + 4);
    let separator = bytes.get(at).copied().filter(|byte| b"-_./".contains(byte));
    let skip = usize::from(separator.is_some());
    let (month, at) = (number(bytes, at + skip, 2)?, at + skip + 2);
    if separator.is_some_and(|separator| bytes.get(at) != Some(&separator)) {
        return None;
    }
    let (day, at) = (number(bytes, at + skip, 2)?, at + skip + 2);
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    if !(1990..2100).contains(&year) {
        return None;
    }
    let digits = |from: usize| {
        bytes[from.min(bytes.len())..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let mark = usize::from(bytes.get(at).is_some_and(|byte| b"T-_/. tH".contains(byte)));
    let glued = digits(at);
    let run = digits(at + mark);
    let hour = match (glued, mark, run) {
        // `2026011614` and `20260116140500`.
        (2 | 4 | 6, ..) => Some((at, glued)),
        (0, 1, 2 | 4 | 6) => Some((at + 1, run)),
        (0, ..) => None,
        // A number that only begins like a date.
        _ => return None,
    };
    let hour = hour.and_then(|(from, length)| Some((number(bytes, from, 2).filter(|hour| *hour < 24)?, from, length)));
    Some(PathDate {
        span: start..hour.map_or(at, |(_, from, length)| from + length),
        date,
        hour: hour.map(|(hour, ..)| hour),
    })
}

fn number(bytes: &[u8], from: usize, length: usize) -> Option<u32> {
    let digits = bytes.get(from..from + length)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windows() -> [Window; 1] {
        let at = |text: &str| text.parse().expect("a time");
        [Window {
            from: at("2026-01-10T00:00:00Z"),
            until: at("2026-01-20T00:00:00Z"),
        }]
    }

    fn lacking(paths: impl IntoIterator<Item = String>) -> Vec<String> {
        let paths: Vec<String> = paths.into_iter().collect();
        let files = paths.iter().map(|path| (path.as_str(), "superuser"));
        missing(files, &windows()).into_iter().map(|file| file.path).collect()
    }

    #[test]
    fn file_of_a_day_or_an_hour_is_missed() {
        let daily = |day: &u32| format!("a/su-2026-01-{day:02}.log.gz");
        assert_eq!(lacking([11, 12, 14, 15].iter().map(daily)), ["a/su-2026-01-13.log.gz"]);
        let hourly = |hour: &u32| {
            format!(
                "2026/01/12/{hour:02}/1_CloudTrail_20260112T{hour:02}05Z_{}x.json.gz",
                hour * 7919
            )
        };
        assert_eq!(
            lacking([0, 1, 3, 4].iter().map(hourly)),
            ["2026/01/12/02/1_CloudTrail_20260112T0200*.json.gz"]
        );
        let folders = |hour: &u32| format!("y/2026/01/12/{hour:02}/part.json");
        assert_eq!(lacking([0, 1, 3, 4].iter().map(folders)), ["y/2026/01/12/02/part.json"]);
        let weekly = |day: &u32| format!("w.202601{day:02}.csv");
        assert_eq!(lacking([1, 8, 22, 29].iter().map(weekly)), ["w.20260115.csv"]);
    }

    #[test]
    fn files_that_are_not_regular_miss_none() {
        for days in [&[11, 13, 19][..], &[11, 12], &[1, 2, 4, 5], &[11, 12, 13, 14]] {
            assert_eq!(
                lacking(days.iter().map(|day| format!("2026-01-{day:02}.log"))),
                [""; 0],
                "{days:?}"
            );
        }
        // A number that only begins like a date.
        let numbers = [11, 12, 14, 15].map(|day| format!("x-202601{day:02}7.log"));
        assert_eq!(lacking(numbers), [""; 0]);
    }

    #[test]
    fn last_file_of_one_region_is_missed() {
        let of = |region: &'static str, days: &'static [u32]| {
            days.iter().map(move |day| format!("{region}/2026-01-{day:02}.log"))
        };
        let three = of("a", &[11, 12, 13, 14])
            .chain(of("b", &[11, 12, 13]))
            .chain(of("c", &[12, 13, 14]));
        assert_eq!(lacking(three), ["b/2026-01-14.log", "c/2026-01-11.log"]);
    }
}
