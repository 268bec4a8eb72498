//! Raw file that several threads read at different offsets.

use std::{
    fs::File,
    io::{self, Seek as _},
};

use super::{
    input_digest::InputDigest,
    limit_guard::{Fatal, retried},
};

/// A file whose text is its raw bytes, readable out of order. The digest is still computed in
/// order: the caller counts every block that is parsed, in order, and reports where the end was
/// reached.
pub(crate) struct RandomAccessFile<'f> {
    file: &'f File,
    length: u64,
    digest: &'f InputDigest<'f>,
}

impl<'f> RandomAccessFile<'f> {
    /// Returns `None` where an offset in the file may differ from the offset in what is read: for a
    /// descriptor that was read before, or one that cannot seek.
    pub(super) fn new(mut file: &'f File, length: u64, digest: &'f InputDigest<'_>) -> Option<Self> {
        let at_start = file.stream_position().is_ok_and(|place| place == 0);
        at_start.then_some(Self { file, length, digest })
    }

    /// Returns whether the file continues at `from`, and all bytes before are counted.
    pub(crate) fn goes_on(&self, from: u64) -> bool {
        self.digest.bytes() == from && from < self.length
    }

    /// Reads from `offset` until the buffer is full or the file ends. Neither the bytes nor a fault
    /// are counted yet.
    pub(crate) fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut read = 0;
        while read < buffer.len() {
            let free = &mut buffer[read..];
            match retried(|| read_at(self.file, free, offset + read as u64))? {
                0 => break,
                more => read += more,
            }
        }
        Ok(read)
    }

    /// Counts and hashes the next bytes.
    pub(crate) fn count(&self, bytes: &[u8]) {
        self.digest.add(bytes);
    }

    /// Records that the next bytes could not be read, which stops the run.
    pub(crate) fn fail(&self, fault: io::Error) -> io::Error {
        self.digest.guard.fail(Fatal::Io(fault))
    }

    /// Records that the end was reached. Bytes appended later, or behind a place where the file
    /// once ended, do not count.
    pub(crate) fn end(&self) {
        self.digest.end();
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
