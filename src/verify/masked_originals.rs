//! The originals of masked texts, from `masked.jsonl`.
//!
//! Findings count texts as logged, and two texts may be masked alike. So the original of a masked
//! text is restored before the text is counted.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    io::{self, BufRead},
};

use serde::Deserialize;

use super::event_row::{EventRow, RecordLocation, each_line};
use crate::{case::TenantId, findings::slug};

/// Fields that are counted, or by which an event is found.
const FIELDS: [&str; 3] = ["action", "event_id", "session"];

/// A masked text: slug of the tenant, path of the log, offset of the record, field, and the text
/// that is shown.
type MaskedPlace = (String, String, u64, String, String);

/// Originals of masked texts.
#[derive(Debug, Default)]
pub(super) struct MaskedOriginals {
    /// Originals in the order of the tenants' lines, because a record may contain several events.
    originals: BTreeMap<MaskedPlace, VecDeque<String>>,
    /// Cases that the lines name.
    pub(super) cases: BTreeSet<Option<String>>,
    /// Number of masked texts in each tenant's copy, by slug.
    pub(super) counts: BTreeMap<String, u64>,
    /// Number of masked texts of each record in all copies, by path of the log and offset.
    records: BTreeMap<String, BTreeMap<u64, u64>>,
}

/// The members of a line that are used.
#[derive(Deserialize)]
struct MaskedRow {
    tenant: TenantId,
    case: Option<String>,
    source: String,
    offset: u64,
    field: String,
    original: String,
    shown: String,
}

impl MaskedOriginals {
    /// Reads `masked.jsonl`, which names logs by their paths.
    pub(super) fn read(reader: &mut dyn BufRead) -> io::Result<Result<Self, String>> {
        let mut masks = Self::default();
        Ok(each_line(reader, "masked text", |row: MaskedRow| masks.absorb(row))?.map(|()| masks))
    }

    fn absorb(&mut self, row: MaskedRow) {
        let slug = slug(&row.tenant.0);
        self.cases.insert(row.case);
        *self.counts.entry(slug.clone()).or_default() += 1;
        let offsets = self.records.entry(row.source.clone()).or_default();
        *offsets.entry(row.offset).or_default() += 1;
        if FIELDS.contains(&row.field.as_str()) {
            let place = (slug, row.source, row.offset, row.field, row.shown);
            self.originals.entry(place).or_default().push_back(row.original);
        }
    }

    /// Returns the original of a text in a tenant's copy; `None` if the text is not masked. Each
    /// original is returned once.
    fn original(&mut self, slug: &str, (source, offset): (&str, u64), field: &str, shown: &str) -> Option<String> {
        if self.originals.is_empty() {
            return None;
        }
        let place = (
            slug.to_owned(),
            source.to_owned(),
            offset,
            field.to_owned(),
            shown.to_owned(),
        );
        let left = self.originals.get_mut(&place)?;
        let original = left.pop_front();
        if left.is_empty() {
            self.originals.remove(&place);
        }
        original
    }

    /// Restores the texts that are counted. Returns the event's id as the tenant reads it.
    pub(super) fn unmask(&mut self, slug: &str, row: &mut EventRow, place: Option<&RecordLocation>) -> Option<String> {
        let mut original = |field, shown: &str| {
            let place = place?;
            self.original(slug, (&place.source, place.offset), field, shown)
        };
        let id = row.event_id.as_ref().and_then(|id| original("event_id", id));
        let action = original("action", &row.action);
        let session = row.session.as_ref().and_then(|session| original("session", session));
        row.action = action.unwrap_or_else(|| std::mem::take(&mut row.action));
        row.session = session.or_else(|| row.session.take());
        match id {
            Some(logged) => row.event_id.replace(logged),
            None => row.event_id.clone(),
        }
    }

    /// Returns the number of masked texts of a record, over all copies.
    pub(super) fn of_record(&self, source: &str, offset: u64) -> u64 {
        let offsets = self.records.get(source);
        offsets
            .and_then(|offsets| offsets.get(&offset))
            .copied()
            .unwrap_or_default()
    }

    /// Returns the slugs of tenants whose copies lack a text that `masked.jsonl` lists.
    pub(super) fn left(&self) -> BTreeSet<&str> {
        self.originals.keys().map(|(slug, ..)| slug.as_str()).collect()
    }
}
