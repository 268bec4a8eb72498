//! What the input itself gives away: exports that stop where a limit would stop them, and profiles that do not fit.

use chrono::TimeDelta;

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
    let early = findings.sources.iter().filter_map(|source| {
        let last = source.last.filter(|&last| ends_early(findings, source, last))?;
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
fn ends_early(findings: &Findings, source: &SourceFinding, last: Timestamp) -> bool {
    let patience = TimeDelta::hours(i64::from(findings.coverage.gap_hours));
    let Some(later) = last.instant().checked_add_signed(patience) else {
        return false;
    };
    let inside = findings
        .scopes
        .iter()
        .any(|scope| scope.from <= last && later < scope.until.instant());
    let mut others = findings
        .sources
        .iter()
        .filter(|other| other.profile == source.profile && other.path != source.path);
    let spans = others
        .by_ref()
        .filter_map(|other| other.first.zip(other.last))
        .collect::<Vec<_>>();
    let goes_on = spans.iter().any(|(first, end)| *first <= last && end.instant() > later);
    let taken_over = spans.iter().any(|(first, _)| *first > last && first.instant() <= later);
    inside && goes_on && !taken_over
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
