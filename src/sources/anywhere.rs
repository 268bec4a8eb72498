//! A file as it lies, which several threads may read at once, each in another place.

use std::{fs::File, io};

use super::stream::{Account, retried};

/// A file whose text is its bytes as they lie, so that they can be read out of order. The account of them is kept in order all
/// the same: what is hashed is what was read.
pub struct Anywhere<'f> {
    file: &'f File,
    account: &'f Account<'f>,
}

impl<'f> Anywhere<'f> {
    pub(super) fn new(file: &'f File, account: &'f Account<'_>) -> Self {
        Self { file, account }
    }

    /// Reads from there on until the buffer is full, or to the end. That does not count yet.
    pub fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut read = 0;
        while read < buffer.len() {
            let free = &mut buffer[read..];
            match retried(|| read_at(self.file, free, offset + read as u64), self.account.watch)? {
                0 => break,
                more => read += more,
            }
        }
        Ok(read)
    }

    /// Counts and hashes what stands there, in its order. What was read ahead to see what the file is counts already.
    pub fn count(&self, offset: u64, bytes: &[u8]) {
        let known = self.account.bytes().saturating_sub(offset);
        let known = usize::try_from(known).map_or(bytes.len(), |known| known.min(bytes.len()));
        self.account.add(&bytes[known..]);
    }

    /// Says that the end was met. What is appended later is not read, and what lies behind a place where the file ended once
    /// does not count.
    pub fn end(&self) {
        self.account.end();
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}
