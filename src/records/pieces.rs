//! Reading a file in pieces of fixed size, in any order, by several threads.

use std::io;

use super::reads::{BLOCK, Chunk, HEADROOM};
use crate::sources::RandomAccessFile;

/// The unread rest of a file, in pieces.
pub(crate) struct Pieces<'f> {
    file: &'f RandomAccessFile<'f>,
    /// Offset of the first piece.
    start: u64,
}

impl<'f> Pieces<'f> {
    pub(super) fn new(file: &'f RandomAccessFile<'f>, start: u64) -> Self {
        Self { file, start }
    }

    /// Reads the piece with this number. Pieces after the last one must not be counted.
    pub(crate) fn read(&self, number: u64) -> io::Result<Chunk> {
        let mut chunk = Chunk::of(HEADROOM + BLOCK);
        let free = &mut chunk.buffer[chunk.own.start..];
        let read = self.file.read(self.start + number * BLOCK as u64, free)?;
        chunk.own.end += read;
        chunk.last = read < BLOCK;
        Ok(chunk)
    }

    /// Counts the next piece, given the result of reading it.
    pub(crate) fn count(&self, chunk: io::Result<Chunk>) -> io::Result<Chunk> {
        let chunk = chunk.map_err(|fault| self.file.fail(fault))?;
        self.file.count(chunk.bytes());
        if chunk.last {
            self.file.end();
        }
        Ok(chunk)
    }
}
