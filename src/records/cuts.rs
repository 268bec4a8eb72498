//! Finding the ends of records in the bytes of a source, in order.

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

/// Longest line, in bytes. No known log has longer lines, and one would need several times its size
/// in memory. An unclosed JSON value or CSV cell has a lower limit of its own.
const LONGEST: usize = 128 << 20;

/// Finds the ends of records in what was read, in order.
pub struct Cuts {
    cutter: Box<dyn Cutter>,
    /// Beginning of a record whose end is not read yet.
    rest: Vec<u8>,
    /// Byte offset of `rest` in the source.
    offset: u64,
    /// Header of a CSV, against which the last row is checked.
    header: Option<Arc<Header>>,
    /// Account of the bytes before the first block.
    head: Accounted,
    /// Last record of the blocks so far.
    last: Last,
    /// Offset of the record in which the source ends, if it was cut.
    cut: Option<u64>,
    /// Whether the last block ends inside a line that is too long.
    in_long_line: bool,
}

impl Cuts {
    /// Creates the splitter of a source whose bytes before the first record are `head`.
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

    /// Continues at a record further below, without a head.
    pub(super) fn resumed(self, from: u64) -> Self {
        Self {
            offset: from,
            head: Accounted::default(),
            ..self
        }
    }

    /// Returns whether another reader can continue from the end of the last block.
    pub(super) fn can_be_resumed(&self) -> bool {
        !self.in_long_line && self.cutter.can_be_resumed()
    }

    /// Returns the number of bytes of the source received so far.
    pub fn given(&self) -> u64 {
        self.offset + self.rest.len() as u64
    }

    /// Returns the facts known at the end of the source. Must be called after the last chunk.
    pub fn end(&mut self) -> End {
        let mut said = self.cutter.said();
        // A cut record lacks its end, and the cut is already reported.
        if self.cut.is_none() {
            self.last.say(self.header.as_deref(), &mut said);
        }
        End {
            cut: self.cut,
            said,
            head: self.head.clone(),
        }
    }

    /// Returns the scout that examines chunks before their turn.
    pub fn scout(&self) -> Scout {
        Scout(self.cutter.scout())
    }

    /// Returns the whole records up to the end of this chunk, if there are any.
    pub fn cut(&mut self, chunk: Chunk) -> io::Result<Option<Block>> {
        let before = self.rest.len();
        let mut chunk = self.with_rest(chunk);
        if let Some(ahead) = chunk.ahead.take().filter(|_| chunk.bytes().len() < LONGEST) {
            self.cutter.adopt(chunk.bytes(), ahead, before);
        }
        let (bytes, start) = (chunk.bytes(), chunk.own.start);
        // A line of this length is refused even if its end is in the same chunk.
        let within = bytes
            .get(..LONGEST)
            .map_or(0, |bytes| self.cutter.advance(bytes, false));
        let too_long = bytes.len() >= LONGEST && within == 0;
        if too_long && !self.cutter.is_by_line() {
            if !self.cutter.may_be_lines() || self.offset != self.head.total() {
                return Err(io::Error::other(TooLong { offset: self.offset }));
            }
            // The beginning of the first line made the source a document, but the line is too
            // long for one value.
            self.cutter = Box::new(lines::Lines::default());
        }
        let mut length = self.cutter.advance(bytes, chunk.last).max(within);
        if (too_long || self.in_long_line) && length == 0 {
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
        let (mut passed_over, later) = (self.cutter.passed_over(length), self.cutter.later());
        let begins_in_long_line = self.in_long_line;
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
            let mut rows = refused_first(&bytes[..length]);
            if begins_in_long_line {
                // One line is one refused record: the beginning, which has the offset.
                let rest = rows.iter().position(|row| row.defect.is_some());
                passed_over.extend(rest.map(|rest| rows.remove(rest).span));
            }
            self.in_long_line = bytes[..length].last() != Some(&b'\n');
            spans = Spans::Rows(rows);
        }
        let block = Block {
            offset: self.offset,
            own: start..start + length,
            buffer: chunk.buffer,
            passed_over,
            begins_in_long_line,
            later,
            spans,
        };
        self.offset += length as u64;
        if let Some((record, header)) = block.last() {
            self.last.keep(record, header);
        }
        // The end may add a record without bytes: the missing end of a document.
        Ok((length > 0 || block.has_records()).then_some(block))
    }

    /// Prepends the rest of the last chunk: in the headroom of the buffer if it fits, else in a
    /// buffer that grows.
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

    /// Stores a chunk in which no record ends.
    fn keep(&mut self, chunk: Chunk) {
        if chunk.own == (0..chunk.buffer.len()) {
            self.rest = chunk.buffer.into_grown();
        } else {
            self.rest.extend_from_slice(chunk.bytes());
        }
    }
}

/// Returns the lines of a block whose first line is too long, or continues one that is. A line
/// without an end in this block continues in the next one.
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

/// Examines chunks in any order. A result is valid if the chunk begins as nearly all do, which is
/// verified in order.
#[derive(Debug)]
pub struct Scout(Option<Rows>);

impl Scout {
    /// Returns the chunk with the records found in it.
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

    /// Returns each record's offset, length and whether it is refused as too long, and the number
    /// of accounted bytes.
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
            assert_eq!(refused.len(), 1, "one line is one record");
            assert_eq!(refused[0].0, first.len() as u64, "its offset");
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
        for beginning in ["{\"a\":\"", "text "] {
            let text = [beginning, &"x".repeat(LONGEST + (1 << 20)), "\"}\n", first, last].concat();
            let (found, total) = read(text.as_bytes());
            assert_eq!(total, text.len() as u64, "{beginning}");
            let at = (text.len() - last.len()) as u64;
            let offsets: Vec<_> = found.iter().map(|record| (record.0, record.2)).collect();
            let rest = [(0, true), (at - first.len() as u64, false), (at, false)];
            assert_eq!(offsets, rest, "{beginning}: as the first line");
        }
        let (found, _) = read(&long(LONGEST - 1, "\n"));
        assert!(
            found.iter().all(|(_, _, too_long)| !too_long),
            "one byte less is a record"
        );
    }
}
