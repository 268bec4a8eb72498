//! What a row of `actions.csv` must say, by its line of `actions.jsonl`.

use sha2::Digest as _;

use super::rows::Row;
use crate::{
    digest::Sha256,
    events::Target,
    reports::{LinkLine, safe},
    tally::FoundBy,
};

/// The columns that a row has, in this order.
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

/// The digest of a row's cells: there may be millions of rows, and their texts are long.
pub(super) fn digest<C: AsRef<str>>(cells: impl IntoIterator<Item = C>) -> Sha256 {
    let mut hasher = sha2::Sha256::new();
    for cell in cells {
        let cell = cell.as_ref();
        // Its length first, so that no two rows are one text.
        hasher.update((cell.len() as u64).to_le_bytes());
        hasher.update(cell);
    }
    Sha256(hasher.finalize().into())
}

/// The digest of the row that is to be there.
pub(super) fn of(number: usize, row: &Row) -> Sha256 {
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
