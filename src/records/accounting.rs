//! The account of one block: which of its bytes belong to records, and what the others are.

use std::ops::Range;

use super::{Accounted, Block, NoRecord, Record, cutter::Spans};

/// Accounts for the bytes of one block, whose records it is given in order.
pub struct Accounting<'b> {
    block: &'b Block,
    bytes: &'b [u8],
    /// End of the last record, from the start of the block.
    at: usize,
    records: u64,
    /// Bytes of gaps that are a single line end.
    ends: usize,
    other: Accounted,
}

impl<'b> Accounting<'b> {
    /// Creates the account of a block of which no record was seen yet.
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

    /// Accounts for the next record and for the gap before it.
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

    /// Corrects the last record, which holds several records: `punctuation` of its bytes separate
    /// them, and `unknown` of its bytes are unclassified.
    #[inline]
    pub fn without(&mut self, punctuation: u64, unknown: u64) {
        if punctuation + unknown > 0 {
            self.records -= punctuation + unknown;
            *self.other.named.entry(NoRecord::Punctuation).or_default() += punctuation;
        }
    }

    /// Returns the account of the block. Must be called after the last record.
    pub fn close(mut self) -> Accounted {
        self.gap(self.bytes.len());
        self.other.name(NoRecord::LineEnds, self.ends);
        self.other.records += self.records;
        self.other
    }

    /// Classifies the bytes between the last record and `end`. Bytes of no known kind are left out
    /// of the account.
    #[cold]
    fn gap(&mut self, end: usize) {
        let is_array = matches!(self.block.spans, Spans::At(_));
        let known = if self.block.begins_in_long_line {
            NoRecord::LongLine
        } else if is_array {
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

    /// Returns the passed-over span that contains this position.
    fn named(&self, at: usize) -> Option<&Range<usize>> {
        let named = &self.block.passed_over;
        let next = named.partition_point(|span| span.end <= at);
        named.get(next).filter(|span| span.contains(&at))
    }
}
