//! Digest and length of a file's bytes as they are read, and whether the end was reached.

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use super::{Digested, limit_guard::LimitGuard};
use crate::{digest::Sum, progress::Progress};

/// Running digest of the raw file, up to the end that was reached first.
pub(super) struct InputDigest<'w> {
    pub(super) guard: &'w LimitGuard<'w>,
    progress: &'w dyn Progress,
    sum: Mutex<Sum>,
    /// Whether the end was reached. Bytes appended later are not read: they would be hashed and not
    /// parsed.
    ended: AtomicBool,
}

impl<'w> InputDigest<'w> {
    pub(super) fn new(guard: &'w LimitGuard<'_>, progress: &'w dyn Progress) -> Self {
        Self {
            guard,
            progress,
            sum: Mutex::new(Sum::new(guard.limits.hashed)),
            ended: AtomicBool::new(false),
        }
    }

    /// Adds the next bytes of the file.
    pub(super) fn add(&self, bytes: &[u8]) {
        self.sum().add(bytes);
        self.guard.count_in(bytes.len());
        self.progress.advance(bytes.len() as u64);
    }

    /// Returns the bytes added so far.
    pub(super) fn bytes(&self) -> u64 {
        self.sum().bytes()
    }

    /// Records that the end was reached.
    pub(super) fn end(&self) {
        self.ended.store(true, Relaxed);
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Relaxed)
    }

    /// Returns the digest of all bytes so far.
    pub(super) fn digested(&self) -> Digested {
        self.sum().clone().finish().into()
    }

    fn sum(&self) -> MutexGuard<'_, Sum> {
        // A panic ends the run, so a half-done update is never used.
        self.sum.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
