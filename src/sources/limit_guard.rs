//! Limits and fatal faults while one file is read: bytes in, bytes out, and the fault that stops
//! the run.
//!
//! Readers are nested, and those of other crates may wrap or replace an error on its way out. So
//! the first fatal fault is kept here, and code that sees an error asks here whether it is a defect
//! of the file or the end of the run.

use std::{
    io,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use super::{Limits, SourceError, foreign_formats::ForeignFormat};
use crate::text::grouped;

/// State shared by all readers of one file.
#[derive(Debug)]
pub(super) struct LimitGuard<'l> {
    pub(super) limits: &'l Limits,
    count_in: AtomicU64,
    count_out: AtomicU64,
    fatal: OnceLock<Fatal>,
}

/// Faults that stop the run.
#[derive(Debug)]
pub(super) enum Fatal {
    /// Refusal of the operating system.
    Io(io::Error),
    /// Exceeded limit: the act, the limit's name and value.
    Limit(&'static str, &'static str, u64),
    /// A file that the case names, in a format that is not read.
    Unread(ForeignFormat),
    /// Two reads of one file differ.
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

    /// Counts bytes of the raw file.
    pub(super) fn count_in(&self, bytes: usize) {
        self.count_in.fetch_add(bytes as u64, Relaxed);
    }

    /// Counts bytes out of any container, and fails where a limit is exceeded.
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

    /// Returns whether no limit can be exceeded by `bytes` more bytes.
    pub(super) fn is_harmless(&self, bytes: u64) -> bool {
        let out = self.count_out.load(Relaxed).saturating_add(bytes);
        out <= self.limits.unpacked.min(self.limits.ratio_from)
    }

    /// Reads from the operating system, whose refusal stops the run.
    pub(super) fn read(&self, read: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
        retried(read).map_err(|fault| self.fail(Fatal::Io(fault)))
    }

    /// Records a fatal fault. The returned error only unwinds the readers.
    pub(super) fn fail(&self, fatal: Fatal) -> io::Error {
        // The first fault is the cause; later ones follow from it.
        let _ = self.fatal.set(fatal);
        io::Error::other("reading has failed")
    }

    pub(super) fn has_failed(&self) -> bool {
        self.fatal.get().is_some()
    }

    /// Returns the fault behind an error that reached the outermost reader.
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

/// Reads again as long as the call is interrupted.
pub(super) fn retried(mut read: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match read() {
            Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}
