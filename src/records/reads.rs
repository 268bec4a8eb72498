//! Reading a source in chunks.

use std::{
    io::{self, Read},
    ops::Range,
};

use super::{buffers::Buffer, pieces::Pieces, rows::Ahead};
use crate::sources::RandomAccessFile;

/// Bytes of a chunk. Measured: this many bytes stay in the cache until they are judged, and threads
/// rarely wait for their turn. The logs of a fuzzer are small, and must be cut too.
pub(super) const BLOCK: usize = if cfg!(fuzzing) { 256 } else { 1 << 18 };

/// Bytes that are read at first, from which the framing is detected.
pub(crate) const FIRST: usize = if cfg!(fuzzing) { 256 } else { 1 << 19 };

/// Room before the bytes of a chunk, for the beginning of a record whose end the chunk holds.
pub(super) const HEADROOM: usize = BLOCK / 32;

/// Most bytes that are read to find the end of the first line.
const LONGEST_HEAD: usize = 32 * FIRST;

/// Reads a source in chunks.
pub struct Reads<R> {
    pub(super) reader: R,
    /// Chunk read to detect the framing, and not yet returned.
    pub(super) first: Option<Chunk>,
    at_end: bool,
}

/// Bytes as they were read.
pub struct Chunk {
    pub(super) buffer: Buffer,
    pub(super) own: Range<usize>,
    /// Whether no chunk follows.
    pub(super) last: bool,
    /// Records found in the chunk before its turn.
    pub(super) ahead: Option<Ahead>,
}

impl<R: Read> Reads<R> {
    /// Returns the rest of the source as pieces of this file, from offset `from`, or `None` if it
    /// cannot be read so.
    pub(crate) fn pieces<'f>(&self, file: &'f RandomAccessFile<'f>, from: u64) -> Option<Pieces<'f>> {
        let on = self.first.is_none() && !self.at_end && file.goes_on(from);
        on.then(|| Pieces::new(file, from))
    }

    pub(super) fn new(reader: R) -> Self {
        Self {
            reader,
            first: None,
            at_end: false,
        }
    }

    /// Reads the first chunk, with at least its first line if that is within [`LONGEST_HEAD`],
    /// because the framing is detected from lines. Skips leading NULs, the padding left where a log
    /// was truncated while a program wrote at its old end, and returns their number.
    pub(super) fn first_chunk(&mut self) -> io::Result<(Chunk, usize)> {
        let mut chunk = self.chunk(HEADROOM + FIRST)?;
        let mut nuls = 0;
        while chunk.bytes().first() == Some(&0) {
            let padding = chunk.bytes().iter().take_while(|&&byte| byte == 0).count();
            nuls += chunk.skip(padding);
            let rest = chunk.own.clone();
            chunk.own = HEADROOM..HEADROOM + rest.len();
            chunk.buffer.copy_within(rest, HEADROOM);
            self.fill(&mut chunk)?;
        }
        while !chunk.last && chunk.own.len() < LONGEST_HEAD && memchr::memchr(b'\n', chunk.bytes()).is_none() {
            chunk.buffer.resize(HEADROOM + 2 * chunk.own.len(), 0);
            self.fill(&mut chunk)?;
        }
        Ok((chunk, nuls))
    }

    fn chunk(&mut self, length: usize) -> io::Result<Chunk> {
        let mut chunk = Chunk::of(length);
        self.fill(&mut chunk)?;
        Ok(chunk)
    }

    /// Reads until the buffer is full, or to the end.
    fn fill(&mut self, chunk: &mut Chunk) -> io::Result<()> {
        while chunk.own.end < chunk.buffer.len() && !self.at_end {
            match self.reader.read(&mut chunk.buffer[chunk.own.end..]) {
                Ok(read) => {
                    chunk.own.end += read;
                    self.at_end = read == 0;
                }
                Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
                Err(fault) => {
                    // Nothing after the fault is read.
                    self.at_end = true;
                    return Err(fault);
                }
            }
        }
        chunk.last = self.at_end;
        Ok(())
    }
}

impl<R: Read> Iterator for Reads<R> {
    type Item = io::Result<Chunk>;

    fn next(&mut self) -> Option<Self::Item> {
        let first = self.first.take().map(Ok);
        first.or_else(|| (!self.at_end).then(|| self.chunk(HEADROOM + BLOCK)))
    }
}

impl Chunk {
    /// Creates an empty chunk with a buffer of this length.
    pub(super) fn of(length: usize) -> Self {
        Self {
            buffer: Buffer::of(length),
            own: HEADROOM..HEADROOM,
            last: false,
            ahead: None,
        }
    }

    /// Returns whether no chunk follows.
    pub fn is_last(&self) -> bool {
        self.last
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.own.clone()]
    }

    /// Leaves out the first `length` bytes, and returns `length`.
    pub(super) fn skip(&mut self, length: usize) -> usize {
        self.own.start += length;
        length
    }
}
