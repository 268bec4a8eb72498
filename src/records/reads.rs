//! The first half of the work on a source: reading it, stretch by stretch.

use std::{
    io::{self, Read},
    ops::Range,
};

use super::{buffers::Buffer, pieces::Pieces, rows::Ahead};
use crate::sources::RandomAccessFile;

/// Measured: so much stays in the cache until it is judged, and threads seldom wait for a turn. A
/// fuzzer's logs are small, and are to be cut too.
pub(super) const BLOCK: usize = if cfg!(fuzzing) { 256 } else { 1 << 18 };

/// How much is read at first: the framing is told by it.
pub(crate) const FIRST: usize = if cfg!(fuzzing) { 256 } else { 1 << 19 };

/// Room in front of what is read, for the beginning of a record that the block before ended with.
pub(super) const HEADROOM: usize = BLOCK / 32;

/// How much is read at most to see the first line end.
const LONGEST_HEAD: usize = 32 * FIRST;

/// The first half of the work: reading.
pub struct Reads<R> {
    pub(super) reader: R,
    /// Read to tell the framing, and not handed on.
    pub(super) first: Option<Chunk>,
    at_end: bool,
}

/// Bytes as they were read.
pub struct Chunk {
    pub(super) buffer: Buffer,
    pub(super) own: Range<usize>,
    /// Nothing follows it.
    pub(super) last: bool,
    /// What was found in it before its turn.
    pub(super) ahead: Option<Ahead>,
}

impl<R: Read> Reads<R> {
    /// What is left to read, of the file that it is, from there on; none where it cannot be read
    /// so.
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

    /// Framing is told by lines, so at least the first should be there, within reason. NULs before
    /// it are padding, as a log has them that was truncated while a program wrote at its old end;
    /// returns how many.
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
                    // Nothing behind it is read.
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
    /// Nothing yet, in a buffer of this length.
    pub(super) fn of(length: usize) -> Self {
        Self {
            buffer: Buffer::of(length),
            own: HEADROOM..HEADROOM,
            last: false,
            ahead: None,
        }
    }

    /// Whether nothing follows it.
    pub fn is_last(&self) -> bool {
        self.last
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.own.clone()]
    }

    /// Leaves so many bytes out, and tells how many.
    pub(super) fn skip(&mut self, length: usize) -> usize {
        self.own.start += length;
        length
    }
}
