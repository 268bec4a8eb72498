//! A file as it lies, which several threads may read at once, each in another place.

use std::{fs::File, io, sync::OnceLock};

use super::{stream::retried, watch::Watch};
use crate::progress::Progress;

/// A file whose text is its bytes as they lie, and of which no digest is taken: nothing has to be read in order.
pub struct Anywhere<'f> {
    file: &'f File,
    watch: &'f Watch<'f>,
    progress: &'f dyn Progress,
    end: OnceLock<u64>,
}

impl<'f> Anywhere<'f> {
    pub(super) fn new(file: &'f File, watch: &'f Watch<'_>, progress: &'f dyn Progress) -> Self {
        Self {
            file,
            watch,
            progress,
            end: OnceLock::new(),
        }
    }

    /// Reads from there on until the buffer is full, or to the end.
    pub fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut read = 0;
        while read < buffer.len() {
            let free = &mut buffer[read..];
            match retried(|| read_at(self.file, free, offset + read as u64), self.watch)? {
                0 => break,
                more => read += more,
            }
        }
        self.progress.advance(read as u64);
        Ok(read)
    }

    /// Says that all of it was read, up to there. What is appended later is not read, and what lies behind a place where it
    /// ended once does not count.
    pub fn ends(&self, at: u64) {
        // Whoever came to the end first saw where it is.
        let _ = self.end.set(at);
    }

    /// Where it ended, if it was read so.
    pub(super) fn end(&self) -> Option<u64> {
        self.end.get().copied()
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
