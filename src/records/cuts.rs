//! The other half of the work on a source: finding where its records end.

use std::{io, mem, sync::Arc};

use bytesize::ByteSize;

use super::{
    Accounted, End,
    blocks::{Block, Cutter},
    buffers::Buffer,
    csv::Header,
    ends::Last,
    reads::Chunk,
    rows::Rows,
};

/// No log has a line as long as this, which would take several times as much memory. An unclosed value or cell costs less.
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
        }
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
        if bytes.len() >= LONGEST && within == 0 {
            return Err(io::Error::other(TooLong));
        }
        let length = self.cutter.advance(bytes, chunk.last).max(within);
        if chunk.last {
            self.cut = self.cutter.cut_short(bytes).map(|at| self.offset + at as u64);
        }
        if length == 0 && !chunk.last {
            self.keep(chunk);
            return Ok(None);
        }
        self.rest.extend_from_slice(&bytes[length..]);
        let block = Block {
            offset: self.offset,
            own: start..start + length,
            buffer: chunk.buffer,
            passed_over: self.cutter.passed_over(length),
            later: self.cutter.later(),
            spans: self.cutter.cut(length),
        };
        self.offset += length as u64;
        if let Some((record, header)) = block.last() {
            self.last.keep(record, header);
        }
        // The end may bring a record without a byte: the missing end of a document.
        Ok((length > 0 || block.has_records()).then_some(block))
    }

    /// What was left before, and the chunk: in front of it, or where there is no room, in memory that grows.
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

/// Looks at chunks in any order. What it finds holds if a chunk begins as nearly all do, and is looked at when that is known.
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
#[error("a line has no end within {}, the limit for one record", ByteSize::b(LONGEST as u64))]
struct TooLong;
