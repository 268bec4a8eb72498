//! What is watched while one file is read: how much went in and came out, and the fault that ends it all.
//!
//! Readers lie inside each other, and those from other crates may wrap or replace an error on its way out. So the first
//! fault is kept here, and whoever sees an error asks here whether it is the file's contents or the end of the run.

use std::{
    io,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use super::{Limits, SourceError, foreign_formats::ForeignFormat};
use crate::text::grouped;

/// Shared by all readers of one file.
#[derive(Debug)]
pub(super) struct LimitGuard<'l> {
    pub(super) limits: &'l Limits,
    count_in: AtomicU64,
    count_out: AtomicU64,
    fatal: OnceLock<Fatal>,
}

/// What no caveat can mend.
#[derive(Debug)]
pub(super) enum Fatal {
    /// The operating system's refusal.
    Io(io::Error),
    /// A limit: what it was about to do, the limit's name and value.
    Limit(&'static str, &'static str, u64),
    /// Named by the case, and nothing that is read.
    Unread(ForeignFormat),
    /// Two readings of one file differ.
    Changed,
}

impl<'l> LimitGuard<'l> {
    pub(super) fn new(limits: &'l Limits) -> Self {
        Self {
            limits,
            count_in: AtomicU64::new(0),
            count_out: AtomicU64::new(0),
            fatal: OnceLock::new(),
        }
    }

    /// Bytes of the file as it lies.
    pub(super) fn count_in(&self, bytes: usize) {
        self.count_in.fetch_add(bytes as u64, Relaxed);
    }

    /// Bytes out of any container inside it.
    pub(super) fn count_out(&self, bytes: usize) -> io::Result<()> {
        let out = self.count_out.fetch_add(bytes as u64, Relaxed) + bytes as u64;
        let limits = self.limits;
        if out > limits.unpacked {
            return Err(self.fail(Fatal::Limit("unpacks to too many bytes", "unpacked", limits.unpacked)));
        }
        let earned = self.count_in.load(Relaxed).saturating_mul(limits.ratio);
        if out > limits.ratio_from.max(earned) {
            return Err(self.fail(Fatal::Limit(
                "unpacks to too many times its size",
                "ratio",
                limits.ratio,
            )));
        }
        Ok(())
    }

    /// Whether no limit can be reached by so many bytes more, however they come.
    pub(super) fn is_harmless(&self, bytes: u64) -> bool {
        let out = self.count_out.load(Relaxed).saturating_add(bytes);
        out <= self.limits.unpacked.min(self.limits.ratio_from)
    }

    /// Reads from the operating system, whose refusal ends everything.
    pub(super) fn read(&self, read: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
        retried(read).map_err(|fault| self.fail(Fatal::Io(fault)))
    }

    /// Ends everything. The error is only the way out; what it was stays here.
    pub(super) fn fail(&self, fatal: Fatal) -> io::Error {
        // The first one is the cause, later ones its echo.
        let _ = self.fatal.set(fatal);
        io::Error::other("reading has failed")
    }

    pub(super) fn has_failed(&self) -> bool {
        self.fatal.get().is_some()
    }

    /// The fault behind an error that came out.
    pub(super) fn cause(self, shown: &str, error: io::Error) -> SourceError {
        let shown = shown.to_owned();
        match self.fatal.into_inner() {
            Some(Fatal::Limit(does, limit, value)) => SourceError::Limit {
                shown,
                does,
                limit,
                value: grouped(value),
            },
            Some(Fatal::Unread(kind)) => SourceError::Unread {
                shown,
                kind: kind.what.to_owned(),
                remedy: kind
                    .remedy
                    .unwrap_or("name a log file, or the folder it lies in")
                    .to_owned(),
            },
            Some(Fatal::Changed) => SourceError::Changed { shown },
            Some(Fatal::Io(fault)) => SourceError::Io { shown, fault },
            None => SourceError::Io { shown, fault: error },
        }
    }
}

/// Reads until it is not interrupted.
pub(super) fn retried(mut read: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match read() {
            Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}
