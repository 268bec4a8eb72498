//! Blocks: about a mebibyte of whole records at a time, in order, so that one thread reads and hashes while the others
//! work on what was read before.

use std::{
    io::{self, Read},
    mem,
    num::NonZeroUsize,
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytesize::ByteSize;

use super::{Framing, Needle, Record, document, lines, rows, sights};

/// Measured: beyond this, bigger reads bring nothing and cost cache. A fuzzer's logs are small, and are to be cut too.
const BLOCK: usize = if cfg!(fuzzing) { 256 } else { 1 << 19 };

/// How much is read at most to see the first line end.
const LONGEST_HEAD: usize = 32 * BLOCK;

/// No log has a line as long as this, which would take several times as much memory. An unclosed value or cell costs less.
const LONGEST: usize = 128 << 20;

/// The UTF-8 byte order mark.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Finds where records end. It sees a growing buffer and never looks at a byte twice.
pub(super) trait Cutter: Send {
    /// Goes on from where it stopped; says up to where the buffer holds whole records. At the end that is all of it.
    fn advance(&mut self, buffer: &[u8], at_end: bool) -> usize;

    /// The records found in the part that is cut off now, if finding them is this cutter's work.
    fn cut(&mut self, length: usize) -> Spans;
}

/// Where the records of a block are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Spans {
    /// One a line; whoever reads the block finds the line ends.
    Lines,
    /// Here, in order.
    At(Vec<Range<usize>>),
    /// The same, of rows.
    Rows(Vec<Row>),
}

/// A row of a block, and its cells as far as they were counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) span: Range<usize>,
    pub(super) cells: Option<NonZeroUsize>,
}

/// A stretch of a source that holds whole records.
#[derive(Debug)]
pub struct Block {
    offset: u64,
    /// The block and perhaps more, which is not its own.
    buffer: Vec<u8>,
    length: usize,
    spans: Spans,
    /// Where the buffer goes when the block is done with.
    pool: Arc<Pool>,
}

/// Buffers that were used and can be again: fresh memory costs more than what is read into it.
#[derive(Debug, Default)]
struct Pool(Mutex<Vec<Vec<u8>>>);

impl Pool {
    /// A buffer of at least a block, full of whatever was in it.
    fn take(&self) -> Vec<u8> {
        self.buffers().pop().unwrap_or_else(|| vec![0; BLOCK])
    }

    /// Keeps a buffer, unless it had to hold a record longer than usual.
    fn put(&self, buffer: Vec<u8>) {
        if buffer.len() == BLOCK {
            self.buffers().push(buffer);
        }
    }

    fn buffers(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        // Whoever panicked while holding it left whole buffers.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        self.pool.put(mem::take(&mut self.buffer));
    }
}

impl Block {
    /// Its size.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether it holds no byte.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Whether it holds a record, be it one without a byte.
    fn has_records(&self) -> bool {
        match &self.spans {
            Spans::Lines => false,
            Spans::At(spans) => !spans.is_empty(),
            Spans::Rows(rows) => !rows.is_empty(),
        }
    }

    /// Its bytes: the records, and what stands between them.
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[..self.length]
    }

    /// Where it starts in the source.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Does this with each record, in order. The same as a loop over [`Self::records`], and faster.
    pub fn each(&self, mut with: impl FnMut(Record<'_>)) {
        match &self.spans {
            Spans::Lines => lines::spans(self.bytes()).for_each(|span| with(self.record(span, None))),
            Spans::At(spans) => spans.iter().for_each(|span| with(self.record(span.clone(), None))),
            Spans::Rows(rows) => rows
                .iter()
                .for_each(|row| with(self.record(row.span.clone(), row.cells))),
        }
    }

    /// The same; with what is seen of lines in passing while that is wanted, as each call tells.
    pub fn each_seen(&self, needle: Option<&Needle>, mut with: impl FnMut(Record<'_>) -> bool) {
        match (&self.spans, needle) {
            (Spans::Lines, Some(needle)) => sights::each(self.bytes(), needle, |span, sight| {
                let record = self.record(span, None);
                with(Record { sight, ..record })
            }),
            _ => self.each(|record| {
                let _ = with(record);
            }),
        }
    }

    /// Its records, in order.
    pub fn records(&self) -> impl Iterator<Item = Record<'_>> {
        let (lines, spans, rows) = match &self.spans {
            Spans::Lines => (self.bytes(), [].as_slice(), [].as_slice()),
            Spans::At(spans) => ([].as_slice(), spans.as_slice(), [].as_slice()),
            Spans::Rows(rows) => ([].as_slice(), [].as_slice(), rows.as_slice()),
        };
        let plain = lines::spans(lines)
            .chain(spans.iter().cloned())
            .map(|span| self.record(span, None));
        plain.chain(rows.iter().map(|row| self.record(row.span.clone(), row.cells)))
    }

    fn record(&self, span: Range<usize>, cells: Option<NonZeroUsize>) -> Record<'_> {
        Record {
            offset: self.offset + span.start as u64,
            bytes: &self.buffer[span],
            cells,
            sight: None,
        }
    }
}

/// A source as blocks, in order.
pub struct Blocks<R> {
    reader: R,
    cutter: Box<dyn Cutter>,
    framing: Framing,
    /// What is read and not handed on, and room for more.
    buffer: Vec<u8>,
    /// How much of the buffer that is.
    filled: usize,
    pool: Arc<Pool>,
    /// Where the buffer starts in the source.
    offset: u64,
    at_end: bool,
}

impl<R: Read> Blocks<R> {
    /// Reads the beginning and tells the framing by it. `wrapper` leads to the array of records where the profile says
    /// that a document wraps them, one member name a step.
    pub fn open(reader: R, wrapper: &[String]) -> io::Result<Self> {
        let nothing = Box::new(lines::Lines::default());
        let mut blocks = Self {
            reader,
            cutter: nothing,
            framing: Framing::Empty,
            buffer: vec![0; BLOCK],
            filled: 0,
            pool: Arc::default(),
            offset: 0,
            at_end: false,
        };
        blocks.fill()?;
        // Framing is told by lines, so at least the first should be there, within reason.
        while !blocks.at_end && blocks.filled < LONGEST_HEAD && memchr::memchr(b'\n', blocks.held()).is_none() {
            blocks.fill()?;
        }
        if blocks.held().starts_with(BOM) {
            blocks.discard(BOM.len());
        }
        blocks.framing = Framing::of(blocks.held(), blocks.at_end, wrapper);
        let start = match &blocks.framing {
            Framing::Empty | Framing::JsonLines => 0,
            Framing::JsonDocument => {
                blocks.cutter = Box::new(document::Document::new(wrapper));
                0
            }
            Framing::Csv(header) => {
                blocks.cutter = Box::new(rows::Rows::new(header.delimiter, &blocks.held()[..header.length]));
                header.length
            }
        };
        blocks.discard(start);
        Ok(blocks)
    }

    /// How the records are framed.
    pub fn framing(&self) -> &Framing {
        &self.framing
    }

    /// Gives the reader back, for its digest.
    pub fn into_reader(self) -> R {
        self.reader
    }

    fn held(&self) -> &[u8] {
        &self.buffer[..self.filled]
    }

    fn discard(&mut self, length: usize) {
        self.buffer.copy_within(length..self.filled, 0);
        self.filled -= length;
        self.offset += length as u64;
    }

    /// Reads until the buffer is full, or to the end. A full buffer that holds no whole record is made larger, up to a limit.
    fn fill(&mut self) -> io::Result<()> {
        if self.filled >= LONGEST {
            return Err(io::Error::other(TooLong));
        }
        if self.filled == self.buffer.len() {
            self.buffer.resize(2 * self.filled, 0);
        }
        while self.filled < self.buffer.len() && !self.at_end {
            match self.reader.read(&mut self.buffer[self.filled..]) {
                Ok(read) => {
                    self.filled += read;
                    self.at_end = read == 0;
                }
                Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }

    fn next_block(&mut self) -> io::Result<Option<Block>> {
        loop {
            if self.filled < self.buffer.len() {
                self.fill()?;
            }
            let end = self.cutter.advance(&self.buffer[..self.filled], self.at_end);
            if end > 0 {
                return Ok(Some(self.cut(end)));
            }
            if self.at_end {
                // The end may bring a record without a byte: the missing end of a document.
                let last = self.cut(0);
                return Ok(last.has_records().then_some(last));
            }
            self.fill()?;
        }
    }

    fn cut(&mut self, end: usize) -> Block {
        let rest = self.filled - end;
        let mut next = self.pool.take();
        if next.len() <= rest {
            next.resize(rest + BLOCK, 0);
        }
        next[..rest].copy_from_slice(&self.buffer[end..self.filled]);
        let block = Block {
            offset: self.offset,
            buffer: mem::replace(&mut self.buffer, next),
            length: end,
            spans: self.cutter.cut(end),
            pool: self.pool.clone(),
        };
        self.filled = rest;
        self.offset += end as u64;
        block
    }
}

#[derive(Debug, thiserror::Error)]
#[error("a line has no end within {}, the limit for one record", ByteSize::b(LONGEST as u64))]
struct TooLong;

impl<R: Read> Iterator for Blocks<R> {
    type Item = io::Result<Block>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_block().transpose()
    }
}

/// The records found so far in a buffer that is cut off piece by piece.
#[derive(Debug, Default)]
pub(super) struct Found {
    spans: Vec<Range<usize>>,
}

impl Found {
    pub(super) fn push(&mut self, span: Range<usize>) {
        self.spans.push(span);
    }

    pub(super) fn any(&self) -> bool {
        !self.spans.is_empty()
    }

    /// Every span found lies before the cut, because a cutter hands on whole records only.
    pub(super) fn cut(&mut self, length: usize) -> Spans {
        debug_assert!(
            self.spans.iter().all(|span| span.end <= length),
            "a record is cut in two"
        );
        Spans::At(mem::take(&mut self.spans))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &[u8]) -> Vec<(u64, usize)> {
        let blocks = Blocks::open(text, &[]).expect("bytes in memory");
        let mut found = Vec::new();
        for block in blocks {
            found.extend(
                block
                    .expect("bytes in memory")
                    .records()
                    .map(|record| (record.offset, record.bytes.len())),
            );
        }
        found
    }

    /// A transfer in parts ends at such sizes.
    #[test]
    fn a_missing_bracket_is_told_at_the_very_end_of_a_block() {
        for size in [BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK] {
            let mut text = b"[\n{\"a\":1},{\"b\":2},".to_vec();
            text.resize(size, b' ');
            assert_eq!(records(&text), [(2, 7), (10, 7), (size as u64, 0)], "{size} bytes");
        }
    }

    #[test]
    fn a_first_line_longer_than_a_block_does_not_hide_that_lines_follow() {
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(BLOCK));
        let text = format!("{long}\n{{\"b\":\n{{\"c\":3}}\n");
        let start = long.len() as u64 + 1;
        assert_eq!(records(text.as_bytes()), [(0, long.len()), (start, 5), (start + 6, 7)]);
    }

    #[test]
    fn records_longer_than_a_block_are_whole() {
        let row = format!("1,\"{}\"", "y\n".repeat(BLOCK));
        let text = format!("a,b\n{row}\n2,z\n");
        assert_eq!(records(text.as_bytes()), [(4, row.len()), (5 + row.len() as u64, 3)]);
    }
}
