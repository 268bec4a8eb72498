//! Accounting for the bytes of a source: each byte belongs to a record or to a named kind of other
//! content.
//!
//! Records are counted as they are passed on. The bytes between them are classified by their
//! content alone. A byte in neither group is missing from the sum, so the sum then differs from the
//! length of the source.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cutter::BOM;

/// A kind of bytes of a source that belong to no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoRecord {
    /// Line feeds and carriage returns.
    LineEnds,
    /// Blanks, tabs and form feeds between records.
    Blanks,
    /// Commas and brackets of an array; on a line of several objects also empty objects and colour
    /// codes between them.
    Punctuation,
    /// The wrapper around an array of records, such as `{"Records": [` and what follows the array.
    Wrapper,
    /// The row of CSV that names the columns, with its line's end and blank lines before it.
    Header,
    /// Such a row again, further below, with the columns in the same order or in another.
    RepeatedHeader,
    /// The mark at the beginning of a text in UTF-8.
    ByteOrderMark,
    /// NUL bytes before the first record, left where a log was truncated while a program wrote to
    /// it.
    NulPadding,
    /// The rest of a line over the limit for one record, whose beginning is a refused record.
    LongLine,
    /// Lines before the header or the first record that `skip_lines` of the case passes over.
    StatedLines,
}

/// How many bytes belong to records, and how many to what else.
#[derive(Debug, Clone, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Accounted {
    /// Bytes of records, refused ones included.
    pub records: u64,
    /// The others, by what they are.
    pub named: BTreeMap<NoRecord, u64>,
}

impl Accounted {
    /// Returns the number of all accounted bytes.
    pub fn total(&self) -> u64 {
        self.records + self.named.values().sum::<u64>()
    }

    /// Returns the number of all accounted bytes, or `None` on overflow: a changed bundle may state
    /// any figures.
    pub fn checked_total(&self) -> Option<u64> {
        let mut named = self.named.values();
        named.try_fold(self.records, |sum, bytes| sum.checked_add(*bytes))
    }

    /// Adds bytes that belong to no record.
    pub fn name(&mut self, what: NoRecord, bytes: usize) {
        if bytes > 0 {
            *self.named.entry(what).or_default() += bytes as u64;
        }
    }

    /// Adds a part of a source.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self += other;
        self
    }

    /// Accounts for the bytes before the first record: NUL padding, the byte order mark, and
    /// `header` bytes of a header.
    pub(super) fn head(nuls: usize, marked: bool, header: usize) -> Self {
        let mut head = Self::default();
        head.name(NoRecord::NulPadding, nuls);
        head.name(NoRecord::ByteOrderMark, usize::from(marked) * BOM.len());
        head.name(NoRecord::Header, header);
        head
    }
}

impl std::ops::AddAssign for Accounted {
    fn add_assign(&mut self, other: Self) {
        self.records += other.records;
        for (what, bytes) in other.named {
            *self.named.entry(what).or_default() += bytes;
        }
    }
}
