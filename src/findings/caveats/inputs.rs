//! What the input itself gives away: exports that stop where a limit would stop them, and profiles that do not fit.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Findings, listed};
use crate::{findings::SourceFinding, text::grouped, time::Timestamp};

/// Row limits that consoles and exporters are known to stop at.
const LIMITS: [u64; 5] = [1_000, 5_000, 10_000, 50_000, 100_000];

/// Under this share of records read as events, in percent, the profile is not the right one for the source.
const FIT: u64 = 95;

/// Sources that are probably cut off.
pub(super) fn cut_off(findings: &Findings) -> Option<String> {
    let at_limit = findings
        .sources
        .iter()
        .filter(|source| LIMITS.contains(&source.records.read))
        .map(|source| {
            format!(
                "`{}` holds exactly {} records, as an export does that met its limit",
                source.path,
                grouped(source.records.read)
            )
        });
    let neighbours = Neighbours::by_profile(&findings.sources);
    let early = findings.sources.iter().filter_map(|source| {
        let neighbours = neighbours.get(source.profile.as_str())?;
        let last = source.last.filter(|&last| ends_early(findings, neighbours, last))?;
        Some(format!(
            "`{}` ends at {last}, inside a window, while others like it go on",
            source.path
        ))
    });
    let told: Vec<_> = at_limit.chain(early).collect();
    (!told.is_empty()).then(|| format!("Probably cut off: {}.", listed(&told, "source")))
}

/// Whether a source stops well inside a window, its neighbours go on through that moment, and none of them takes over
/// from it. Files that are rotated every hour or day end inside windows too, but the next begins where they end.
fn ends_early(findings: &Findings, neighbours: &Neighbours, last: Timestamp) -> bool {
    let patience = TimeDelta::hours(i64::from(findings.coverage.gap_hours));
    let Some(later) = last.instant().checked_add_signed(patience) else {
        return false;
    };
    let mut scopes = findings.scopes.iter();
    let inside = scopes.any(|scope| scope.from <= last && later < scope.until.instant());
    inside && neighbours.go_on(last, later) && !neighbours.take_over(last, later)
}

/// From when to when the sources of one profile reach. There may be hundreds of thousands, each asked about all others. A source is
/// its own neighbour too, and neither goes on after its end nor begins there.
#[derive(Debug, Default)]
struct Neighbours {
    /// Where each begins, in order.
    firsts: Vec<Timestamp>,
    /// How far those reach that begin there or before.
    reach: Vec<Timestamp>,
}

impl Neighbours {
    fn by_profile(sources: &[SourceFinding]) -> BTreeMap<&str, Self> {
        let mut spans: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for source in sources {
            let span = source.first.zip(source.last);
            spans.entry(&source.profile).or_default().extend(span);
        }
        let each = spans.into_iter();
        each.map(|(profile, spans)| (profile, Self::new(spans))).collect()
    }

    fn new(mut spans: Vec<(Timestamp, Timestamp)>) -> Self {
        spans.sort_unstable();
        let mut furthest = None;
        let reach = spans.iter().map(|(_, last)| {
            furthest = furthest.max(Some(*last));
            furthest.unwrap_or(*last)
        });
        Self {
            reach: reach.collect(),
            firsts: spans.into_iter().map(|(first, _)| first).collect(),
        }
    }

    /// Whether one begins at this moment or before and ends after the later one.
    fn go_on(&self, moment: Timestamp, later: DateTime<Utc>) -> bool {
        let begun = self.firsts.partition_point(|first| *first <= moment);
        begun > 0 && self.reach[begun - 1].instant() > later
    }

    /// Whether one begins after this moment, and at the later one at the latest.
    fn take_over(&self, moment: Timestamp, later: DateTime<Utc>) -> bool {
        let next = self.firsts.partition_point(|first| *first <= moment);
        self.firsts.get(next).is_some_and(|first| first.instant() <= later)
    }
}

/// Sources that their profile does not fit.
pub(super) fn ill_fitting(findings: &Findings) -> Option<String> {
    let fits = |source: &&SourceFinding| {
        let (read, refused) = (source.records.read, source.records.refused);
        refused < read && u128::from(read - refused) * 100 < u128::from(read) * u128::from(FIT)
    };
    let told = findings.sources.iter().filter(fits).map(|source| {
        let (read, refused) = (source.records.read, source.records.refused);
        format!(
            "`{}` reads {} of {} records of `{}`",
            source.profile,
            grouped(read - refused),
            grouped(read),
            source.path
        )
    });
    let told: Vec<_> = told.collect();
    (!told.is_empty()).then(|| {
        format!(
            "A profile that fits less than {FIT} % of a source may be the wrong one: {}.",
            listed(&told, "source")
        )
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::new(DateTime::from_timestamp(minute * 60, 0).expect("a time"), 0)
    }

    proptest! {
        /// The same as asking each of all others.
        #[test]
        fn neighbours_are_those_of_all_others(
            spans in prop::collection::vec((0..40_i64, 0..20_i64), 1..12),
            patience in 0..10_i64,
        ) {
            let spans: Vec<_> = spans.into_iter().map(|(first, length)| (at(first), at(first + length))).collect();
            let neighbours = Neighbours::new(spans.clone());
            for (asked, &(_, last)) in spans.iter().enumerate() {
                let later = last.instant() + TimeDelta::minutes(patience);
                let others = || spans.iter().enumerate().filter(|(other, _)| *other != asked).map(|(_, span)| span);
                let on = others().any(|(first, end)| *first <= last && end.instant() > later);
                let over = others().any(|(first, _)| *first > last && first.instant() <= later);
                prop_assert_eq!(neighbours.go_on(last, later), on);
                prop_assert_eq!(neighbours.take_over(last, later), over);
            }
        }
    }
}
