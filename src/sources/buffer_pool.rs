//! Buffers for files that are unpacked in memory, bounded over all threads. Buffers are reused:
//! allocating fresh memory costs more than unpacking into it.

use std::{
    mem,
    ops::{Deref, DerefMut},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Bytes of all buffers, in use and spare. Beyond this, files are unpacked in steps.
const CAPACITY: u64 = 224 << 20;

static POOL: Mutex<BufferPool> = Mutex::new(BufferPool {
    taken: 0,
    spare: Vec::new(),
});

#[derive(Debug)]
struct BufferPool {
    taken: u64,
    spare: Vec<Vec<u8>>,
}

/// A buffer with arbitrary content, which returns to the pool when it is dropped.
#[derive(Debug)]
pub(super) struct PooledBuffer(Vec<u8>);

impl PooledBuffer {
    /// Takes a buffer of at least `bytes` bytes. Returns `None` if the pool is exhausted.
    pub(super) fn take(bytes: u64) -> Option<Self> {
        pool().take(bytes).map(Self)
    }
}

impl Deref for PooledBuffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl DerefMut for PooledBuffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

impl Drop for PooledBuffer {
    fn drop(&mut self) {
        pool().spare.push(mem::take(&mut self.0));
    }
}

fn pool() -> MutexGuard<'static, BufferPool> {
    // No code that could panic with a half-done change runs under this lock.
    POOL.lock().unwrap_or_else(PoisonError::into_inner)
}

impl BufferPool {
    /// Returns the smallest spare buffer that is large enough, or a new one.
    fn take(&mut self, bytes: u64) -> Option<Vec<u8>> {
        self.spare.sort_unstable_by_key(Vec::len);
        let fits = self.spare.partition_point(|spare| (spare.len() as u64) < bytes);
        if fits < self.spare.len() {
            return Some(self.spare.remove(fits));
        }
        // Spare buffers that are too small are freed, the largest first.
        while self.taken.checked_add(bytes)? > CAPACITY {
            self.taken -= self.spare.pop()?.len() as u64;
        }
        let length = usize::try_from(bytes).ok()?;
        self.taken += bytes;
        // Zeroed pages cost nothing until they are touched.
        Some(vec![0; length])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pool_is_bounded_and_reuses_buffers() {
        let mut pool = BufferPool {
            taken: 0,
            spare: Vec::new(),
        };
        let first = pool.take(CAPACITY - 1).expect("room");
        assert_eq!(pool.take(2), None);
        let place = first.as_ptr();
        pool.spare.push(first);
        let again = pool.take(5).expect("the spare one");
        assert_eq!((again.as_ptr(), pool.taken), (place, CAPACITY - 1));
        pool.spare.push(again);
        assert_eq!(
            pool.take(CAPACITY).expect("the spare one makes room").len() as u64,
            CAPACITY
        );
        assert_eq!(pool.take(u64::MAX), None);
    }
}
