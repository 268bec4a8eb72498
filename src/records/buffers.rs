//! Pool of reusable buffers. Allocating fresh memory costs more than reading into it, and clearing
//! a buffer costs more than reading a small file. A thread gets back the buffer it used last, which
//! is still in its cache.

use std::{
    mem,
    ops::{Deref, DerefMut},
    sync::{Mutex, MutexGuard, PoisonError},
    thread::{self, ThreadId},
};

/// Unused buffers; there are never more than were in use at the same time.
static SPARE: Mutex<Vec<(ThreadId, Vec<u8>)>> = Mutex::new(Vec::new());

/// A buffer with arbitrary old content.
#[derive(Debug)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    /// Length at creation. A buffer that had to grow does not return to the pool.
    length: usize,
}

impl Buffer {
    pub(super) fn of(length: usize) -> Self {
        let fits = |(_, bytes): &&(ThreadId, Vec<u8>)| bytes.len() == length;
        let own = thread::current().id();
        let mut spare = spare();
        let last = spare.iter().rposition(|one| fits(&one) && one.0 == own);
        let last = last.or_else(|| spare.iter().rposition(|one| fits(&one)));
        let bytes = last.map(|last| spare.swap_remove(last).1);
        drop(spare);
        let bytes = bytes.unwrap_or_else(|| vec![0; length]);
        Self { bytes, length }
    }

    /// Wraps a buffer that does not return to the pool.
    pub(super) fn grown(bytes: Vec<u8>) -> Self {
        Self { bytes, length: 0 }
    }

    pub(super) fn into_grown(mut self) -> Vec<u8> {
        self.length = 0;
        mem::take(&mut self.bytes)
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if self.length > 0 && self.bytes.len() == self.length {
            spare().push((thread::current().id(), mem::take(&mut self.bytes)));
        }
    }
}

impl Deref for Buffer {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.bytes
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }
}

fn spare() -> MutexGuard<'static, Vec<(ThreadId, Vec<u8>)>> {
    // A thread that panicked under this lock left complete buffers.
    SPARE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A length that no other test uses.
    const LENGTH: usize = 77_777;

    #[test]
    fn one_is_used_again_unless_it_grew() {
        let mut buffer = Buffer::of(LENGTH);
        buffer[0] = 1;
        drop(buffer);
        let mut again = Buffer::of(LENGTH);
        assert_eq!((again[0], again.len()), (1, LENGTH));
        again.push(2);
        drop(again);
        let fresh = Buffer::of(LENGTH);
        assert_eq!((fresh[0], fresh.len()), (0, LENGTH));
        assert_eq!(Buffer::of(LENGTH + 1)[0], 0, "what grew is gone");
        assert_eq!(fresh.into_grown().len(), LENGTH);
        assert_eq!(Buffer::of(LENGTH)[0], 0);
    }
}
