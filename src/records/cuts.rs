//! The other half of the work on a source: finding where its records end.

use std::{io, mem, ops::Range, sync::Arc};

use bytesize::ByteSize;

use super::{
    Accounted, End, RowDefect,
    blocks::Block,
    buffers::Buffer,
    csv::Header,
    cutter::{Cutter, Row, Spans},
    ends::Last,
    lines,
    reads::Chunk,
    rows::Rows,
};

/// No log has a line as long as this, which would take several times as much memory. An unclosed
/// value or cell costs less.
const LONGEST: usize = 128 << 20;

/// The other half: finding where records end in what was read, in its order.
pub struct Cuts {
    cutter: Box<dyn Cutter>,
    /// The beginning of a record whose end was not read yet.
    rest: Vec<u8>,
    /// Where that is in the source.
    offset: u64,
    /// What tells rows that are cut.
    header: Option<Arc<Header>>,
    /// What precedes the first block.
    head: Accounted,
    /// Of the blocks so far.
    last: Last,
    /// The beginning of the record that the source ends inside of.
    cut: Option<u64>,
    /// Whether the last block ends inside a line that is too long.
    in_long_line: bool,
}

impl Cuts {
    /// By this cutter, of a source behind its head.
    pub(super) fn new(cutter: Box<dyn Cutter>, head: Accounted, header: Option<Arc<Header>>) -> Self {
        Self {
            cutter,
            rest: Vec::new(),
            offset: head.total(),
            header,
            head,
            last: Last::default(),
            cut: None,
            in_long_line: false,
        }
    }

    /// Begins at a record further below, behind nothing.
    pub(super) fn resumed(self, from: u64) -> Self {
        Self {
            offset: from,
            head: Accounted::default(),
            ..self
        }
    }

    /// Returns whether the source can be read on from the end of the last block.
    pub(super) fn can_be_resumed(&self) -> bool {
        !self.in_long_line && self.cutter.can_be_resumed()
    }

    /// How many bytes of the source it was given.
    pub fn given(&self) -> u64 {
        self.offset + self.rest.len() as u64
    }

    /// What is known at the end, once the last chunk was cut.
    pub fn end(&mut self) -> End {
        let mut said = self.cutter.said();
        // Of a cut one the end is not here, and that is told already.
        if self.cut.is_none() {
            self.last.say(self.header.as_deref(), &mut said);
        }
        End {
            cut: self.cut,
            said,
            head: self.head.clone(),
        }
    }

    /// What can be done with a chunk before its turn comes.
    pub fn scout(&self) -> Scout {
        Scout(self.cutter.scout())
    }

    /// The whole records up to the end of this chunk, if there are any.
    pub fn cut(&mut self, chunk: Chunk) -> io::Result<Option<Block>> {
        let before = self.rest.len();
        let mut chunk = self.with_rest(chunk);
        if let Some(ahead) = chunk.ahead.take().filter(|_| chunk.bytes().len() < LONGEST) {
            self.cutter.adopt(chunk.bytes(), ahead, before);
        }
        let (bytes, start) = (chunk.bytes(), chunk.own.start);
        // A line as long as that is none, though its end be in the same stretch.
        let within = bytes
            .get(..LONGEST)
            .map_or(0, |bytes| self.cutter.advance(bytes, false));
        let too_long = bytes.len() >= LONGEST && within == 0;
        if too_long && !self.cutter.is_by_line() {
            return Err(io::Error::other(TooLong { offset: self.offset }));
        }
        let mut length = self.cutter.advance(bytes, chunk.last).max(within);
        if too_long && length == 0 {
            length = bytes.len();
        }
        if chunk.last {
            self.cut = self.cutter.cut_short(bytes).map(|at| self.offset + at as u64);
        }
        if length == 0 && !chunk.last {
            self.keep(chunk);
            return Ok(None);
        }
        self.rest.extend_from_slice(&bytes[length..]);
        let (passed_over, later) = (self.cutter.passed_over(length), self.cutter.later());
        let mut spans = self.cutter.cut(length);
        if too_long && self.cutter.is_by_start() {
            let whole = lines::kept(&bytes[..length], 0..length);
            let row = |span| Row {
                span,
                cells: None,
                defect: Some(RowDefect::TooLong),
                later: false,
            };
            spans = Spans::Rows(whole.map(row).into_iter().collect());
        } else if too_long || self.in_long_line {
            let rows = refused_first(&bytes[..length]);
            self.in_long_line = bytes[..length].last() != Some(&b'\n');
            spans = Spans::Rows(rows);
        }
        let block = Block {
            offset: self.offset,
            own: start..start + length,
            buffer: chunk.buffer,
            passed_over,
            later,
            spans,
        };
        self.offset += length as u64;
        if let Some((record, header)) = block.last() {
            self.last.keep(record, header);
        }
        // The end may bring a record without a byte: the missing end of a document.
        Ok((length > 0 || block.has_records()).then_some(block))
    }

    /// What was left before, and the chunk: in front of it, or where there is no room, in memory
    /// that grows.
    fn with_rest(&mut self, mut chunk: Chunk) -> Chunk {
        if let Some(start) = chunk.own.start.checked_sub(self.rest.len()) {
            chunk.buffer[start..chunk.own.start].copy_from_slice(&self.rest);
            chunk.own.start = start;
            self.rest.clear();
            return chunk;
        }
        let mut buffer = mem::take(&mut self.rest);
        buffer.extend_from_slice(chunk.bytes());
        let own = 0..buffer.len();
        let buffer = Buffer::grown(buffer);
        Chunk { buffer, own, ..chunk }
    }

    /// No record ends in all of this.
    fn keep(&mut self, chunk: Chunk) {
        if chunk.own == (0..chunk.buffer.len()) {
            self.rest = chunk.buffer.into_grown();
        } else {
            self.rest.extend_from_slice(chunk.bytes());
        }
    }
}

/// Returns the lines of a block whose first one is too long, or goes on with one that is. The next
/// block holds the rest of a line that has no end here.
fn refused_first(bytes: &[u8]) -> Vec<Row> {
    let row = |span: Range<usize>, defect| Row {
        span,
        cells: None,
        defect,
        later: false,
    };
    let end = memchr::memchr(b'\n', bytes).unwrap_or(bytes.len());
    let first = lines::kept(bytes, 0..end).map(|span| row(span, Some(RowDefect::TooLong)));
    let rest = end.min(bytes.len())..bytes.len();
    let others = lines::spans(&bytes[rest]).map(|span| row(span.start + end..span.end + end, None));
    first.into_iter().chain(others).collect()
}

/// Looks at chunks in any order. What it finds holds if a chunk begins as nearly all do, and is
/// looked at when that is known.
#[derive(Debug)]
pub struct Scout(Option<Rows>);

impl Scout {
    /// The chunk, with what was found in it.
    #[must_use]
    pub fn over(&self, mut chunk: Chunk) -> Chunk {
        chunk.ahead = self.0.as_ref().and_then(|rows| rows.ahead(chunk.bytes()));
        chunk
    }
}

#[derive(Debug, thiserror::Error)]
#[error(
    "the line or row that begins at byte {offset} has no end within {}, the limit for one record: cut it out of the source, or \
     write the source as JSON Lines, of which such a line is refused alone",
    ByteSize::b(LONGEST as u64)
)]
struct TooLong {
    offset: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::{Accounting, Blocks};

    /// Each record's offset, length and whether it is refused for its length; and all bytes that
    /// are accounted for.
    fn read(text: &[u8]) -> (Vec<(u64, usize, bool)>, u64) {
        let mut blocks = Blocks::open(text, &[]).expect("bytes in memory");
        let (mut found, mut total) = (Vec::new(), 0);
        for block in &mut blocks {
            let block = block.expect("no error");
            let mut accounting = Accounting::of(&block);
            block.each(|record| {
                accounting.record(&record);
                found.push((
                    record.offset,
                    record.bytes.len(),
                    record.defect == Some(RowDefect::TooLong),
                ));
            });
            total += accounting.close().total();
        }
        (found, total + blocks.end().head.total())
    }

    #[test]
    fn a_line_over_the_limit_is_refused_and_the_lines_around_it_are_read() {
        let (first, last) = ("{\"a\":1}\n", "{\"b\":2}");
        let long = |length: usize, end: &str| {
            let mut text = first.as_bytes().to_vec();
            text.resize(first.len() + length, b'x');
            text.extend_from_slice(end.as_bytes());
            text
        };
        for (length, end) in [
            (LONGEST, "\n"),
            (LONGEST + (3 << 20), "\r\n"),
            (LONGEST + (1 << 20), ""),
        ] {
            let text = long(length, end);
            let text = if end.is_empty() {
                text
            } else {
                [text, last.as_bytes().to_vec()].concat()
            };
            let (found, total) = read(&text);
            assert_eq!(total, text.len() as u64);
            assert_eq!(found[0], (0, 7, false));
            let is_refused = |record: &&(u64, usize, bool)| record.2;
            let refused: Vec<_> = found.iter().filter(is_refused).collect();
            assert_eq!(refused[0].0, first.len() as u64, "its offset");
            assert_eq!(refused.iter().map(|record| record.1).sum::<usize>(), length);
            let rest: Vec<_> = found[1..].iter().filter(|record| !record.2).copied().collect();
            let after = (text.len() - last.len()) as u64;
            assert_eq!(
                rest,
                if end.is_empty() {
                    vec![]
                } else {
                    vec![(after, last.len(), false)]
                }
            );
        }
        let (found, _) = read(&long(LONGEST - 1, "\n"));
        assert!(
            found.iter().all(|(_, _, too_long)| !too_long),
            "one byte less is a record"
        );
    }
}
