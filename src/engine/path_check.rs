//! Parses the first records of some sources of each `[[logs]]` entry, to see which mapped paths
//! lead nowhere. The choice of records depends on the sources alone, so the thread count does not
//! change the result.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{evaluate::Evaluator, record_format::RecordFormat};
use crate::{
    events::{Hits, Profile, fields_by_path, values_by_path},
    records::{Block, Framing, json_part, recognized},
    scope::ScopeSet,
    sources::Source,
    text::json_pointer,
};

/// Records of one entry that are examined, and the most sources that they are taken from.
const RECORDS: u64 = 400;
const SOURCES: u64 = 8;

/// Bytes at the beginning of a source by which a format of text is recognised.
const HEAD: usize = 64 << 10;

/// Records whose other fields are listed, to find what a path may have meant.
const LISTED: usize = 50;

/// Result for the first records of a source.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct PathCheck {
    pub(super) records: u64,
    pub(super) hits: Hits,
    /// JSON Pointers to values that the profile does not read. Empty if every path leads to a
    /// value.
    pub(super) present: BTreeSet<String>,
    /// Name of the format of text that the first records have, if the profile reads none of them.
    pub(super) text_format: Option<String>,
}

/// Returns how many records of each source are examined.
pub(super) fn quotas(sources: &[Source]) -> Vec<u64> {
    let mut counts: BTreeMap<usize, u64> = BTreeMap::new();
    for source in sources {
        *counts.entry(source.entry).or_default() += 1;
    }
    let mut taken: BTreeMap<usize, u64> = BTreeMap::new();
    let quota = |source: &Source| {
        let taken = taken.entry(source.entry).or_default();
        *taken += 1;
        let from = counts[&source.entry].min(SOURCES);
        if *taken <= from { RECORDS.div_ceil(from) } else { 0 }
    };
    sources.iter().map(quota).collect()
}

impl PathCheck {
    /// Examines at most `most` of the first records of a block.
    pub(super) fn at(
        (profile, scopes): (&Profile, &ScopeSet),
        (form, framing): (&RecordFormat<'_>, &Framing),
        block: &Block,
        most: u64,
    ) -> Self {
        let mut looked = Self::default();
        if most == 0 {
            return looked;
        }
        let mut evaluator = Evaluator::new(profile, scopes, form);
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let mut read = Vec::new();
        for record in block.records().take(most) {
            if let Some(hits) = evaluator.hits(&record) {
                looked.records += 1;
                looked.hits |= hits;
                read.push(record);
            }
        }
        if looked.records == 0 && !matches!(framing, Framing::Text(_)) {
            let head = &block.bytes()[..block.len().min(HEAD)];
            looked.text_format = recognized(head).map(|format| format.name().to_owned());
        }
        if profile.unmatched(looked.hits).is_empty() {
            return looked;
        }
        let paths: BTreeSet<Vec<String>> = match framing {
            Framing::Csv(header) => header
                .columns
                .iter()
                .map(|column| column.split('.').map(str::to_owned).collect())
                .collect(),
            Framing::Text(rule) => {
                let mut reader = rule.reader();
                let mut paths = BTreeSet::new();
                for record in read.iter().take(LISTED) {
                    let fields = reader.read(record).unwrap_or_default();
                    paths.extend(fields_by_path(&fields).into_keys());
                }
                paths
            }
            _ => read
                .iter()
                .take(LISTED)
                .flat_map(|record| values_by_path(json_part(record.bytes)).into_keys())
                .collect(),
        };
        let unread = paths.into_iter().filter(|path| !profile.reads(path));
        looked.present = unread
            .map(|path| json_pointer(path.iter().map(String::as_str)))
            .collect();
        looked
    }
}
