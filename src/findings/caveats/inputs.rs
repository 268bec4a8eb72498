//! Signs of incomplete or mismatched input: exports that end where a limit would end them, and
//! profiles that do not fit.

use std::collections::{BTreeMap, BTreeSet};

use super::{Findings, Scan, listed};
use crate::{
    findings::{Scanned, SourceFinding},
    records::{Said, Statement},
    text::grouped,
    time::Timestamp,
};

/// Row limits that consoles and exporters are known to stop at. A spreadsheet's count its header.
const LIMITS: [u64; 14] = [
    500, 1_000, 2_000, 5_000, 10_000, 30_000, 50_000, 65_535, 65_536, 100_000, 250_000, 500_000, 1_048_575, 1_048_576,
];

/// Under this share of records read as events, in percent, the profile is not the right one for the
/// source.
const FIT: u64 = 95;

/// A source with records in fewer clock hours says nothing about its rhythm.
const RHYTHM: u64 = 3;

/// If more than one in this many sources of a kind, and more than two, end early, files of that
/// kind differ in length and none counts as cut off.
const EARLY: usize = 4;

/// Returns the message about sources that are probably cut off.
pub(super) fn cut_off(findings: &Findings, scan: &Scan) -> Option<String> {
    let at_limit = at_limit(&findings.sources).into_iter().map(|source| {
        format!(
            "`{}` holds exactly {} records, a usual limit of exports",
            source.path,
            grouped(source.records.read)
        )
    });
    let ends = Ends::of(findings, scan);
    let early = ends
        .early
        .iter()
        .map(|(path, last)| format!("`{path}` ends at {last}, inside a window, while others like it go on"));
    let late = ends.late.iter().map(|(path, first)| {
        format!("`{path}` begins at {first}, inside a window, while others like it cover the time before")
    });
    let incomplete = incomplete(findings, scan);
    let told: Vec<_> = incomplete
        .into_iter()
        .chain(at_limit)
        .chain(early)
        .chain(late)
        .collect();
    (!told.is_empty()).then(|| {
        format!(
            "Probably cut off: {}. Export again in shorter stretches of time, or check that nothing lies beyond.",
            listed(&told, "source")
        )
    })
}

/// Sources that say themselves that they are not all. Of the pages of one export, which are files
/// of one name but for its digits, only the last can say that none follows, and a total counts the
/// records of all.
fn incomplete(findings: &Findings, scan: &Scan) -> Vec<String> {
    #[derive(Default)]
    struct Pages {
        read: u64,
        last: bool,
    }
    let says = |scanned: &&Scanned| scanned.said != Said::default();
    if !scan.sources.iter().any(|scanned| says(&scanned)) {
        return Vec::new();
    }
    let sources = || findings.sources.iter().zip(&scan.sources);
    let key = |scanned: &Scanned| {
        (
            scanned.profile.clone(),
            scanned.tenant.clone(),
            without_digits(&scanned.path),
        )
    };
    let mut series: BTreeMap<_, Pages> = BTreeMap::new();
    for (source, scanned) in sources() {
        let pages = series.entry(key(scanned)).or_default();
        pages.read += source.records.read;
        pages.last |= scanned.said.any && scanned.said.more.is_none();
    }
    let mut told = Vec::new();
    for (source, scanned) in sources().filter(|(_, scanned)| says(scanned)) {
        let (said, pages, path) = (&scanned.said, &series[&key(scanned)], &source.path);
        let stated = |statement: &Statement| format!("its `{}` is {}", statement.member, statement.value);
        let read = grouped(pages.read);
        if let Some(failed) = &said.failed {
            told.push(format!("`{path}` says that it is incomplete ({})", stated(failed)));
        }
        if let Some(more) = said.more.as_ref().filter(|_| !pages.last) {
            told.push(format!("`{path}` says that more follows ({})", stated(more)));
        }
        if let Some((total, _)) = said.total.as_ref().filter(|(_, total)| *total > pages.read) {
            told.push(format!(
                "`{path}` says that there are more records than the {read} here ({})",
                stated(total)
            ));
        }
    }
    told
}

/// Sources of as many records as a limit allows. Not those that are pages of one export whose last
/// page is shorter: files of one name but for its digits.
fn at_limit(sources: &[SourceFinding]) -> Vec<&SourceFinding> {
    let mut series: BTreeMap<(&str, String), BTreeSet<u64>> = BTreeMap::new();
    if !sources.iter().any(|source| LIMITS.contains(&source.records.read)) {
        return Vec::new();
    }
    let key = |source: &'_ SourceFinding| without_digits(&source.path);
    for source in sources {
        let pages = series.entry((&source.profile, key(source))).or_default();
        pages.insert(source.records.read);
    }
    let at_limit = |source: &&SourceFinding| {
        let read = source.records.read;
        let pages = &series[&(source.profile.as_str(), key(source))];
        LIMITS.contains(&read) && pages.first() == Some(&read)
    };
    sources.iter().filter(at_limit).collect()
}

/// A path with each run of digits as one `#`.
pub(super) fn without_digits(path: &str) -> String {
    let mut key = String::with_capacity(path.len());
    for char in path.chars() {
        match char {
            '0'..='9' if key.ends_with('#') => {}
            '0'..='9' => key.push('#'),
            _ => key.push(char),
        }
    }
    key
}

/// Sources that end or begin where others of their kind do not, with the path and the time.
#[derive(Default)]
struct Ends<'f> {
    early: Vec<(&'f str, Timestamp)>,
    late: Vec<(&'f str, Timestamp)>,
}

impl<'f> Ends<'f> {
    fn of(findings: &'f Findings, scan: &Scan) -> Self {
        let patience = i64::from(findings.coverage.gap_hours) * HOUR;
        let windows: Vec<_> = findings
            .scopes
            .iter()
            .map(|scope| Span::of(scope.from, scope.until))
            .collect();
        let mut kinds: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (number, (source, scanned)) in findings.sources.iter().zip(&scan.sources).enumerate() {
            if let Some((first, last)) = source.first.zip(source.last) {
                let kind = (&source.profile, &scanned.tenant);
                kinds.entry(kind).or_default().push((number, Span::of(first, last)));
            }
        }
        let mut ends = Self::default();
        for sources in kinds.values() {
            let steady = |number: usize| {
                let own = &findings.coverage.sources[number];
                own.hours >= RHYTHM.max(2 * u64::from(findings.coverage.gap_hours)) && own.gaps.is_empty()
            };
            let exceptions = |mirrored: bool| {
                let turn = |span: &Span| if mirrored { span.mirrored() } else { *span };
                let windows: Vec<_> = windows.iter().map(turn).collect();
                let neighbours = Neighbours::new(sources.iter().map(|(_, span)| turn(span)).collect());
                let found: Vec<_> = sources
                    .iter()
                    .filter(|(number, span)| steady(*number) && neighbours.outlast(&turn(span), patience, &windows))
                    .map(|(number, _)| &findings.sources[*number])
                    .collect();
                if found.len() <= 2.max(sources.len() / EARLY) {
                    found
                } else {
                    Vec::new()
                }
            };
            let path = |source: &'f SourceFinding| source.path.as_str();
            ends.early.extend(
                exceptions(false)
                    .iter()
                    .filter_map(|source| Some((path(source), source.last?))),
            );
            ends.late.extend(
                exceptions(true)
                    .iter()
                    .filter_map(|source| Some((path(source), source.first?))),
            );
        }
        ends
    }
}

/// One hour in microseconds.
const HOUR: i64 = 3_600_000_000;

/// From when to when, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Span {
    first: i64,
    last: i64,
}

impl Span {
    fn of(first: Timestamp, last: Timestamp) -> Self {
        let micros = |time: Timestamp| time.instant().timestamp_micros();
        Self {
            first: micros(first),
            last: micros(last),
        }
    }

    /// Mirrors the span in time, so that a late beginning becomes an early end.
    fn mirrored(self) -> Self {
        Self {
            first: -self.last,
            last: -self.first,
        }
    }

    fn middle(self) -> i64 {
        i64::midpoint(self.first, self.last)
    }
}

/// From when to when the sources of one kind reach. There may be hundreds of thousands, each asked
/// about all others. A source is its own neighbour too, and neither goes on after its end nor
/// begins there.
#[derive(Debug, Default)]
struct Neighbours {
    /// Beginnings of the spans, in order.
    firsts: Vec<i64>,
    /// Latest end among the spans that begin there or before.
    reach: Vec<i64>,
}

impl Neighbours {
    fn new(mut spans: Vec<Span>) -> Self {
        spans.sort_unstable();
        let mut furthest = i64::MIN;
        let reach = spans.iter().map(|span| {
            furthest = furthest.max(span.last);
            furthest
        });
        Self {
            reach: reach.collect(),
            firsts: spans.into_iter().map(|span| span.first).collect(),
        }
    }

    /// Whether a source stops well inside a window, a neighbour that ran beside it for half its
    /// length goes on, and none takes over. Files that are rotated every hour or day end inside
    /// windows too, but the next begins where they end, or shortly before.
    fn outlast(&self, span: &Span, patience: i64, windows: &[Span]) -> bool {
        let later = span.last.saturating_add(patience);
        let inside = windows
            .iter()
            .any(|window| window.first <= span.last && later < window.last);
        inside && self.go_on(span.middle(), later) && !self.take_over(span.last, later)
    }

    /// Whether one begins at this moment or before and ends after the later one.
    fn go_on(&self, moment: i64, later: i64) -> bool {
        let begun = self.firsts.partition_point(|first| *first <= moment);
        begun > 0 && self.reach[begun - 1] > later
    }

    /// Whether one begins after this moment, and at the later one at the latest.
    fn take_over(&self, moment: i64, later: i64) -> bool {
        let next = self.firsts.partition_point(|first| *first <= moment);
        self.firsts.get(next).is_some_and(|first| *first <= later)
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

    fn span((first, length): (i64, i64)) -> Span {
        Span {
            first,
            last: first + length,
        }
    }

    proptest! {
        /// Compares the result with a query of all other spans.
        #[test]
        fn neighbours_are_those_of_all_others(
            spans in prop::collection::vec((0..40_i64, 0..20_i64), 1..12),
            patience in 0..10_i64,
        ) {
            let spans: Vec<_> = spans.into_iter().map(span).collect();
            let neighbours = Neighbours::new(spans.clone());
            for (asked, own) in spans.iter().enumerate() {
                let later = own.last + patience;
                let others = || spans.iter().enumerate().filter(|(other, _)| *other != asked).map(|(_, span)| span);
                let on = others().any(|other| other.first <= own.middle() && other.last > later);
                let over = others().any(|other| other.first > own.last && other.first <= later);
                prop_assert_eq!(neighbours.go_on(own.middle(), later), on);
                prop_assert_eq!(neighbours.take_over(own.last, later), over);
            }
        }
    }

    #[test]
    fn pages_of_one_export_differ_in_digits_only() {
        assert_eq!(
            without_digits("logs/page-001.json"),
            without_digits("logs/page-12.json")
        );
        assert_ne!(without_digits("logs/east.json"), without_digits("logs/west.json"));
    }

    #[test]
    fn early_end_beside_parallel_source_only() {
        let window = [span((0, 100))];
        for (spans, expected) in [
            // One of two that run in parallel stops.
            (vec![(0, 40), (0, 95)], true),
            // The next begins where it ends, behind it or before.
            (vec![(0, 40), (41, 50)], false),
            (vec![(0, 40), (38, 60)], false),
            // Another takes over, whatever else goes on.
            (vec![(0, 40), (0, 95), (41, 20)], false),
            // All end together.
            (vec![(0, 40), (0, 41)], false),
        ] {
            let spans: Vec<_> = spans.into_iter().map(span).collect();
            let neighbours = Neighbours::new(spans.clone());
            assert_eq!(neighbours.outlast(&spans[0], 5, &window), expected, "{spans:?}");
            // A late beginning is an early end with time running backwards.
            let mirrored: Vec<_> = spans
                .iter()
                .map(|span| Span {
                    first: 100 - span.last,
                    last: 100 - span.first,
                })
                .collect();
            let backwards: Vec<_> = mirrored.iter().map(|span| span.mirrored()).collect();
            let neighbours = Neighbours::new(backwards.clone());
            assert_eq!(
                neighbours.outlast(&backwards[0], 5, &[window[0].mirrored()]),
                expected,
                "{mirrored:?}"
            );
        }
    }
}
