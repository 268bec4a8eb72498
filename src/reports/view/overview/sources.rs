//! The sources, and the parts of them that could not be read or distinguished.

use super::{BooksView, moment, people::ids};
use crate::{
    digest,
    findings::{ConflictFinding, Findings, InputFinding, RefusedFinding, SourceFinding},
    reports::{
        template::view,
        view::{GapView, PieceView, SentenceView, pieces},
    },
    text::grouped,
};

/// Refused records that are shown. `refused.csv` holds all.
const REFUSED: usize = 50;

view! {
    pub(super) struct SourceView {
        path: String,
        sha256: String,
        bytes: String,
        profile: String,
        framing: String,
        books: BooksView,
        first: String,
        last: String,
        hours: String,
        gaps: Vec<GapView>,
    }
}

view! {
    pub(super) struct RefusedView {
        path: String,
        offset: String,
        length: String,
        reason: String,
        detail: Vec<PieceView>,
        names: String,
        excerpt: String,
    }
}

view! {
    pub(super) struct ConflictView {
        event_id: String,
        places: Vec<PlaceView>,
    }
}

view! {
    struct PlaceView {
        path: String,
        offset: String,
    }
}

pub(super) fn sources(findings: &Findings) -> Vec<SourceView> {
    let view = |(at, source): (usize, &SourceFinding)| {
        let coverage = findings.coverage.sources.iter().find(|coverage| coverage.source == at);
        SourceView {
            path: source.path.clone(),
            sha256: digest::shown(source.sha256),
            bytes: grouped(source.bytes),
            profile: source.profile.clone(),
            framing: source.framing.clone(),
            books: BooksView::new(&source.records),
            first: moment(source.first),
            last: moment(source.last),
            hours: coverage.map(|coverage| grouped(coverage.hours)).unwrap_or_default(),
            gaps: coverage
                .map(|coverage| coverage.gaps.iter().map(GapView::new).collect())
                .unwrap_or_default(),
        }
    };
    findings.sources.iter().enumerate().map(view).collect()
}

/// Inputs that are listed, of those without a listed agent and of those with fields without a
/// value. findings.json holds all.
const INPUTS: usize = 50;

pub(super) fn without_listed(findings: &Findings) -> Vec<SentenceView> {
    let told = findings.inputs.iter().filter_map(InputFinding::says_without_listed);
    told.take(INPUTS).map(|told| SentenceView::new(&told)).collect()
}

pub(super) fn unmatched(findings: &Findings) -> Vec<SentenceView> {
    let told = findings.inputs.iter().filter_map(InputFinding::says_unmatched);
    told.take(INPUTS).map(|told| SentenceView::new(&told)).collect()
}

pub(super) fn more_refused(findings: &Findings) -> String {
    match findings.refused.len().saturating_sub(REFUSED) {
        0 => String::new(),
        rest => format!("{} more are not shown here.", grouped(rest as u64)),
    }
}

/// Those that may be in scope first; within, in source order.
pub(super) fn refused(findings: &Findings) -> Vec<RefusedView> {
    let mut records: Vec<&RefusedFinding> = findings.refused.iter().collect();
    records.sort_by_key(|record| record.names.is_empty());
    let view = |record: &RefusedFinding| RefusedView {
        path: findings.sources[record.source].path.clone(),
        offset: grouped(record.offset),
        length: grouped(record.length),
        reason: record.reason.clone(),
        detail: pieces(&record.detail),
        names: ids(&record.names),
        excerpt: record.excerpt.clone(),
    };
    records.into_iter().take(REFUSED).map(view).collect()
}

impl ConflictView {
    pub(super) fn new(conflict: &ConflictFinding, findings: &Findings) -> Self {
        let place = |at: &crate::records::Locator| PlaceView {
            path: findings.sources[at.source].path.clone(),
            offset: grouped(at.offset),
        };
        Self {
            event_id: conflict.event_id.clone(),
            places: conflict.events.iter().map(place).collect(),
        }
    }
}
