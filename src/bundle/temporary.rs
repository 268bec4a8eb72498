//! The temporary folder that a bundle is written into.

use std::{ffi::OsStr, fs::File, io, path::Path};

use tempfile::TempDir;

use super::{
    private_files::private_temporary,
    stale::{lock, prefix},
};

/// Attempts at creating a temporary folder. An attempt fails where another run takes the folder for
/// a stale one before it is locked.
const ATTEMPTS: usize = 100;

/// A temporary folder beside the target, locked so that no other run takes it for a stale one.
#[derive(Debug)]
pub(super) struct TemporaryFolder {
    pub(super) folder: TempDir,
    /// Kept for as long as the run writes.
    _lock: Option<File>,
}

impl TemporaryFolder {
    /// Creates the temporary folder of a bundle with this name.
    pub(super) fn create(name: &OsStr, parent: &Path) -> io::Result<Self> {
        for _ in 0..ATTEMPTS {
            let folder = private_temporary(&prefix(name), parent)?;
            let lock = match lock(folder.path()) {
                // A run that looks for stale folders locked it first and may be removing it.
                Ok(None) => continue,
                Ok(lock) => lock,
                // Some file servers cannot lock folders. The run goes on without a lock.
                Err(_) => None,
            };
            if folder.path().exists() {
                return Ok(Self { folder, _lock: lock });
            }
        }
        Err(io::ErrorKind::ResourceBusy.into())
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}
