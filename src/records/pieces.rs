//! The first half of the work where it need not be done in order: each piece of a file is read by
//! whoever has its number.

use std::io;

use super::reads::{BLOCK, Chunk, HEADROOM};
use crate::sources::RandomAccessFile;

/// What is left of a file, in pieces.
pub(crate) struct Pieces<'f> {
    file: &'f RandomAccessFile<'f>,
    /// Where the first one begins.
    start: u64,
}

impl<'f> Pieces<'f> {
    pub(super) fn new(file: &'f RandomAccessFile<'f>, start: u64) -> Self {
        Self { file, start }
    }

    /// Reads one of them. Those behind the last are not to be counted.
    pub(crate) fn read(&self, number: u64) -> io::Result<Chunk> {
        let mut chunk = Chunk::of(HEADROOM + BLOCK);
        let free = &mut chunk.buffer[chunk.own.start..];
        let read = self.file.read(self.start + number * BLOCK as u64, free)?;
        chunk.own.end += read;
        chunk.last = read < BLOCK;
        Ok(chunk)
    }

    /// Counts the next one, of which that came.
    pub(crate) fn count(&self, chunk: io::Result<Chunk>) -> io::Result<Chunk> {
        let chunk = chunk.map_err(|fault| self.file.fail(fault))?;
        self.file.count(chunk.bytes());
        if chunk.last {
            self.file.end();
        }
        Ok(chunk)
    }
}
