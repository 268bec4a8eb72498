//! The first half of the work where it need not be done in order: each piece of a file is read by whoever has its number.

use std::io;

use super::reads::{BLOCK, Chunk, HEADROOM};
use crate::sources::Anywhere;

/// What is left of a file, in pieces.
pub struct Pieces<'f> {
    file: &'f Anywhere<'f>,
    /// Where the first one begins.
    start: u64,
}

impl<'f> Pieces<'f> {
    pub(super) fn new(file: &'f Anywhere<'f>, start: u64) -> Self {
        Self { file, start }
    }

    /// Reads one of them. Those behind the last are empty and last ones too.
    pub fn read(&self, number: u64) -> io::Result<Chunk> {
        let mut chunk = Chunk::of(HEADROOM + BLOCK);
        let free = &mut chunk.buffer[chunk.own.start..];
        let read = self.file.read(self.start + number * BLOCK as u64, free)?;
        chunk.own.end += read;
        chunk.last = read < BLOCK;
        Ok(chunk)
    }

    /// Counts one that is cut now, from this offset on.
    pub fn count(&self, offset: u64, chunk: &Chunk) {
        self.file.count(offset, chunk.bytes());
        if chunk.last {
            self.file.end();
        }
    }
}
