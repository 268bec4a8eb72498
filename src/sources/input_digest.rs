//! What is known of a file's bytes as they are read: how many there were, their digest, and whether the end was met.

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use super::{Digested, limit_guard::LimitGuard};
use crate::{digest::Sum, progress::Progress};

/// The account of a file as it lies, from its first byte to the end that was met first.
pub(super) struct InputDigest<'w> {
    pub(super) guard: &'w LimitGuard<'w>,
    progress: &'w dyn Progress,
    sum: Mutex<Sum>,
    /// What is appended after the end was met is not read: it would be hashed and not parsed.
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

    /// What follows in the file.
    pub(super) fn add(&self, bytes: &[u8]) {
        self.sum().add(bytes);
        self.guard.count_in(bytes.len());
        self.progress.advance(bytes.len() as u64);
    }

    /// How many there were so far.
    pub(super) fn bytes(&self) -> u64 {
        self.sum().bytes()
    }

    /// Nothing follows.
    pub(super) fn end(&self) {
        self.ended.store(true, Relaxed);
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Relaxed)
    }

    /// Of all that was read so far.
    pub(super) fn digested(&self) -> Digested {
        self.sum().clone().finish().into()
    }

    fn sum(&self) -> MutexGuard<'_, Sum> {
        // A panic ends everything, also what it left half done.
        self.sum.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
