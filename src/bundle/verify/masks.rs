//! What customers do not see as it was logged: the vendor's originals, out of `masked.jsonl`.
//!
//! The figures are of what was logged, and two texts may be masked alike. So what is counted is put
//! back before it is.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    io::{self, BufRead},
};

use serde::Deserialize;

use super::rows::each_line;
use crate::{case::TenantId, findings::slug};

/// The fields that are counted, or by which an event is found.
const FIELDS: [&str; 3] = ["action", "event_id", "session"];

/// A text of a customer's copy: the tenant's slug, the log's path, the record's offset, the field,
/// and what is shown.
type Place = (String, String, u64, String, String);

/// The originals.
#[derive(Debug, Default)]
pub(super) struct Masks {
    /// In the order of the customers' lines: a record may hold several events.
    originals: BTreeMap<Place, VecDeque<String>>,
    /// How many texts are masked in each tenant's copy, by slug.
    pub(super) counts: BTreeMap<String, u64>,
    /// How many texts of a record are masked in copies, by the log's path and the record's offset.
    records: BTreeMap<String, BTreeMap<u64, u64>>,
}

/// Those members of a line that are used.
#[derive(Deserialize)]
struct Row {
    tenant: TenantId,
    source: String,
    offset: u64,
    field: String,
    original: String,
    shown: String,
}

impl Masks {
    /// Reads `masked.jsonl`, in which logs go by their paths.
    pub(super) fn read(reader: &mut dyn BufRead) -> io::Result<Result<Self, String>> {
        let mut masks = Self::default();
        Ok(each_line(reader, "masked text", |row: Row| masks.absorb(row))?.map(|()| masks))
    }

    fn absorb(&mut self, row: Row) {
        let slug = slug(&row.tenant.0);
        *self.counts.entry(slug.clone()).or_default() += 1;
        let offsets = self.records.entry(row.source.clone()).or_default();
        *offsets.entry(row.offset).or_default() += 1;
        if FIELDS.contains(&row.field.as_str()) {
            let place = (slug, row.source, row.offset, row.field, row.shown);
            self.originals.entry(place).or_default().push_back(row.original);
        }
    }

    /// The text of a customer's copy as it was logged; none if it stands there as it was. Each
    /// original is given once.
    pub(super) fn original(
        &mut self,
        slug: &str,
        (source, offset): (&str, u64),
        field: &str,
        shown: &str,
    ) -> Option<String> {
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

    /// How many texts of a record are masked, over all copies of it.
    pub(super) fn of_record(&self, source: &str, offset: u64) -> u64 {
        let offsets = self.records.get(source);
        offsets
            .and_then(|offsets| offsets.get(&offset))
            .copied()
            .unwrap_or_default()
    }

    /// Whose copies do not show what was masked in them.
    pub(super) fn left(&self) -> BTreeSet<&str> {
        self.originals.keys().map(|(slug, ..)| slug.as_str()).collect()
    }
}
