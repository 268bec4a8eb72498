//! What became of the bytes of a source: each belongs to a record, or is named as something that is
//! no record.
//!
//! Records are counted as they are handed on, and what stands between them is named by its content
//! alone. A byte that neither holds is missing in the sum, which then differs from the length of
//! the source.

use std::{collections::BTreeMap, ops::Range};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Block, Record,
    blocks::{BOM, Spans},
};

/// What bytes of a source are that belong to no record.
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
    /// All bytes that are accounted for.
    pub fn total(&self) -> u64 {
        self.records + self.named.values().sum::<u64>()
    }

    /// All bytes that are accounted for, if there are so many: a changed bundle may state any
    /// figures.
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

    /// Names what precedes the first record: NULs, the mark, and `header` bytes of a header.
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

/// Accounts for the bytes of one block, whose records it is given in order.
pub struct Accounting<'b> {
    block: &'b Block,
    bytes: &'b [u8],
    /// Behind the last record.
    at: usize,
    records: u64,
    /// Of gaps that are one line's end.
    ends: usize,
    other: Accounted,
}

impl<'b> Accounting<'b> {
    /// For a block of which no record was seen yet.
    pub fn of(block: &'b Block) -> Self {
        Self {
            block,
            bytes: block.bytes(),
            at: 0,
            records: 0,
            ends: 0,
            other: Accounted::default(),
        }
    }

    /// Accounts for the next record, and for what stands between it and the one before.
    #[inline]
    pub fn record(&mut self, record: &Record<'_>) {
        let start = usize::try_from(record.offset - self.block.offset()).unwrap_or(usize::MAX);
        match self.bytes.get(self.at..start) {
            Some(b"\n") => self.ends += 1,
            Some(b"\r\n") => self.ends += 2,
            _ => self.gap(start),
        }
        self.at = start + record.bytes.len();
        self.records += record.bytes.len() as u64;
    }

    /// Corrects the account of the last record, which held several: so many of its bytes are
    /// punctuation between them, and so many are nothing known.
    #[inline]
    pub fn without(&mut self, punctuation: u64, unknown: u64) {
        if punctuation + unknown > 0 {
            self.records -= punctuation + unknown;
            *self.other.named.entry(NoRecord::Punctuation).or_default() += punctuation;
        }
    }

    /// The account of the block, once all its records were given.
    pub fn close(mut self) -> Accounted {
        self.gap(self.bytes.len());
        self.other.name(NoRecord::LineEnds, self.ends);
        self.other.records += self.records;
        self.other
    }

    /// Names what stands between the last record and this place. Bytes that are nothing known are
    /// left out of the account.
    #[cold]
    fn gap(&mut self, end: usize) {
        let is_array = matches!(self.block.spans, Spans::At(_));
        let known = if is_array {
            NoRecord::Wrapper
        } else {
            NoRecord::RepeatedHeader
        };
        let mut at = self.at;
        // Records that overlap have no gap; their bytes are counted twice, and the sum shows it.
        while at < end {
            if let Some(own) = self.named(at) {
                let own = own.end.min(end);
                self.other.name(known, own - at);
                at = own;
                continue;
            }
            match self.bytes[at] {
                b'\n' | b'\r' => self.ends += 1,
                b',' | b'[' | b']' if is_array => self.other.name(NoRecord::Punctuation, 1),
                byte if byte.is_ascii_whitespace() => self.other.name(NoRecord::Blanks, 1),
                _ => {}
            }
            at += 1;
        }
    }

    /// The stretch that holds this place, of those that the cutter passed over knowingly.
    fn named(&self, at: usize) -> Option<&Range<usize>> {
        let named = &self.block.passed_over;
        let next = named.partition_point(|span| span.end <= at);
        named.get(next).filter(|span| span.contains(&at))
    }
}
