//! A file as it lies, which several threads may read together, each in another place.

use std::{
    fs::File,
    io::{self, Seek as _},
};

use super::{
    input_digest::InputDigest,
    limit_guard::{Fatal, retried},
};

/// A file whose text is its bytes as they lie, so that they can be read out of order. The account of them is kept in order all
/// the same: whoever reads so must count every piece that is parsed, in order, and say where the end was met.
pub(crate) struct RandomAccessFile<'f> {
    file: &'f File,
    length: u64,
    digest: &'f InputDigest<'f>,
}

impl<'f> RandomAccessFile<'f> {
    /// None where a place in the file may be another than the place in what is read: of a descriptor that was read before, or
    /// of a file that can only be read on.
    pub(super) fn new(mut file: &'f File, length: u64, digest: &'f InputDigest<'_>) -> Option<Self> {
        let at_start = file.stream_position().is_ok_and(|place| place == 0);
        at_start.then_some(Self { file, length, digest })
    }

    /// Whether more of it follows there, and all before that was counted already.
    pub(crate) fn goes_on(&self, from: u64) -> bool {
        self.digest.bytes() == from && from < self.length
    }

    /// Reads from there on until the buffer is full, or to the end. Neither that nor a fault counts before its turn comes.
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

    /// Counts and hashes what follows.
    pub(crate) fn count(&self, bytes: &[u8]) {
        self.digest.add(bytes);
    }

    /// What follows could not be read, which ends everything.
    pub(crate) fn fail(&self, fault: io::Error) -> io::Error {
        self.digest.guard.fail(Fatal::Io(fault))
    }

    /// Says that the end was met. What is appended later is not read, and what lies behind a place where the file ended once
    /// does not count.
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
