//! The first half of the work on a source: reading it, stretch by stretch.

use std::{
    io::{self, Read},
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{self, ThreadId},
};

use super::pieces::Pieces;
use crate::sources::Anywhere;

/// Measured: what is read at once stays in the cache until it is judged, and threads seldom wait for each other. Larger reads
/// bring nothing. A fuzzer's logs are small, and are to be cut too.
pub(super) const BLOCK: usize = if cfg!(fuzzing) { 256 } else { 1 << 17 };

/// How much is read at first: the framing is told by it.
pub(super) const FIRST: usize = if cfg!(fuzzing) { 256 } else { 1 << 19 };

/// Room in front of what is read, for the beginning of a record that the block before ended with.
const HEADROOM: usize = BLOCK / 32;

/// How much is read at most to see the first line end.
const LONGEST_HEAD: usize = 32 * FIRST;

/// The first half of the work: reading. It may go on while what was read before is cut.
pub struct Reads<R> {
    pub(super) reader: R,
    pub(super) pool: Arc<Pool>,
    /// Read to tell the framing, and not handed on.
    pub(super) first: Option<Chunk>,
    at_end: bool,
}

/// Bytes as they were read.
pub struct Chunk {
    pub(super) buffer: Vec<u8>,
    pub(super) own: Range<usize>,
    /// Nothing follows it.
    pub(super) last: bool,
}

/// Buffers that were used and can be again: fresh memory costs more than what is read into it. Each with the thread that used it, in
/// whose cache it still is.
#[derive(Debug, Default)]
pub(super) struct Pool(Mutex<Vec<(ThreadId, Vec<u8>)>>);

impl Pool {
    /// A buffer for a block, full of whatever was in it.
    pub(super) fn take(&self) -> Vec<u8> {
        let mut buffers = self.buffers();
        let own = thread::current().id();
        let last = buffers.iter().rposition(|(user, _)| *user == own);
        let buffer = match last {
            Some(last) => Some(buffers.swap_remove(last)),
            None => buffers.pop(),
        };
        drop(buffers);
        buffer.map_or_else(|| vec![0; HEADROOM + BLOCK], |(_, buffer)| buffer)
    }

    /// Keeps a buffer, unless it had to hold a record longer than usual.
    pub(super) fn put(&self, buffer: Vec<u8>) {
        if buffer.len() == HEADROOM + BLOCK {
            self.buffers().push((thread::current().id(), buffer));
        }
    }

    fn buffers(&self) -> MutexGuard<'_, Vec<(ThreadId, Vec<u8>)>> {
        // Whoever panicked while holding it left whole buffers.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R: Read> Reads<R> {
    /// What is left to read, of the file that it is, from there on; none where its end was met.
    pub fn pieces<'f>(&self, file: &'f Anywhere<'f>, from: u64) -> Option<Pieces<'f>> {
        let all = self.first.is_none() && !self.at_end;
        all.then(|| Pieces::new(file, self.pool.clone(), from))
    }

    pub(super) fn new(reader: R) -> Self {
        Self {
            reader,
            pool: Arc::default(),
            first: None,
            at_end: false,
        }
    }

    /// Framing is told by lines, so at least the first should be there, within reason.
    pub(super) fn first_chunk(&mut self) -> io::Result<Chunk> {
        let mut chunk = self.chunk(vec![0; HEADROOM + FIRST])?;
        while !chunk.last && chunk.own.len() < LONGEST_HEAD && memchr::memchr(b'\n', chunk.bytes()).is_none() {
            chunk.buffer.resize(HEADROOM + 2 * chunk.own.len(), 0);
            self.fill(&mut chunk)?;
        }
        Ok(chunk)
    }

    fn chunk(&mut self, buffer: Vec<u8>) -> io::Result<Chunk> {
        let mut chunk = Chunk::in_buffer(buffer);
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
        first.or_else(|| (!self.at_end).then(|| self.chunk(self.pool.take())))
    }
}

impl Chunk {
    /// Nothing yet, with room for what is to be read.
    pub(super) fn in_buffer(buffer: Vec<u8>) -> Self {
        Self {
            buffer,
            own: HEADROOM..HEADROOM,
            last: false,
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
