//! The row that `actions.csv` must have for a line of `actions.jsonl`.

use super::event_row::EventRow;
use crate::{
    digest::{Hasher, Sha256},
    events::Target,
    reports::{LinkLine, safe},
    tally::FoundBy,
};

/// Columns of a row, in order.
pub(super) const COLUMNS: [&str; 24] = [
    "number",
    "time",
    "agent",
    "effect",
    "action",
    "target_type",
    "target_name",
    "target_id",
    "outcome",
    "ticket",
    "justification",
    "ip",
    "session",
    "user_agent",
    "scopes",
    "conflict",
    "event_id",
    "time_original",
    "identity_matched",
    "source",
    "record_commitment",
    "parameters",
    "link",
    "found_by",
];

/// Returns the digest of a row's cells. Digests are compared because there may be millions of rows
/// with long texts.
pub(super) fn digest<C: AsRef<str>>(cells: impl IntoIterator<Item = C>) -> Sha256 {
    let mut hasher = Hasher::new();
    for cell in cells {
        let cell = cell.as_ref();
        // The length goes first, so that different rows never give the same bytes.
        hasher.add(&(cell.len() as u64).to_le_bytes());
        hasher.add(cell.as_bytes());
    }
    hasher.finish()
}

/// Returns the digest of the expected row.
pub(super) fn of(number: usize, row: &EventRow) -> Sha256 {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let targets = |field: fn(&Target) -> &Option<String>| {
        let texts: Vec<_> = row
            .target
            .iter()
            .map(|target| field(target).as_deref().unwrap_or_default())
            .collect();
        texts.join("; ")
    };
    let effect = serde_json::to_value(row.effect).unwrap_or_default();
    let cells = [
        number.to_string(),
        row.time.to_string(),
        row.agent.clone(),
        effect.as_str().unwrap_or_default().to_owned(),
        row.action.clone(),
        targets(|target| &target.kind),
        targets(|target| &target.name),
        targets(|target| &target.id),
        row.outcome.as_str().to_owned(),
        text(&row.ticket),
        text(&row.justification),
        text(&row.ip),
        text(&row.session),
        text(&row.user_agent),
        row.scopes.join("; "),
        row.conflict.to_string(),
        text(&row.event_id),
        row.time_original.clone(),
        row.identity_matched.clone(),
        row.source.clone(),
        row.record_commitment
            .map(|digest| digest.to_string())
            .unwrap_or_default(),
        text(&row.parameters),
        row.link.as_ref().map(LinkLine::in_words).unwrap_or_default(),
        row.found_by.as_ref().map(FoundBy::in_words).unwrap_or_default(),
    ];
    digest(cells.iter().map(|cell| safe(cell)))
}
