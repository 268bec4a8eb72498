//! Writing of a bundle into a temporary folder beside the target, which is renamed when it is
//! complete.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use super::{
    FileEntry, Manifest, SignError, Signer,
    canonical_json::canonical,
    layout::{MANIFEST, SIGNATURE, STAGING, SUMS, is_plain},
    private_files::private_file,
    sha256sums::sha256sums,
    stale::parent,
    sync_and_rename::{missing, rename, sync, sync_name},
    temporary::TemporaryFolder,
};
use crate::reports::Artifact;

/// A bundle that is being written. Dropped without [`Self::finish`], it removes its files.
#[derive(Debug)]
pub struct BundleWriter {
    out: PathBuf,
    /// Absent after an abort.
    pub(super) temporary: Arc<RwLock<Option<TemporaryFolder>>>,
}

/// Aborts the writing of a bundle from another thread.
#[derive(Debug, Clone)]
pub struct AbortHandle(Arc<RwLock<Option<TemporaryFolder>>>);

/// Reason why the bundle was not written. No file of it is left.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// The target exists already.
    #[error("`{}` exists already; name a new folder with --out: a bundle is never overwritten or mixed with another", .0.display())]
    Exists(PathBuf),
    /// The parent folder of the target does not exist.
    #[error("there is no folder `{}` to put the bundle in; create it first", .0.display())]
    NoParent(PathBuf),
    /// The path of an artifact leads out of the bundle, or is not plain. It is a fault of this
    /// program.
    #[error(
        "refused to write `{0}`: not a plain path inside the bundle; this is a fault of tenant-impact, please report it"
    )]
    Path(String),
    /// The operating system refused an operation.
    #[error("cannot write `{}`: {fault}. Nothing is left of the bundle", path.display())]
    Io {
        /// Path of the operation.
        path: PathBuf,
        /// Answer of the system.
        fault: io::Error,
    },
    /// Another program removed or changed a file before the bundle was complete.
    #[error("`{0}` vanished while the bundle was being written. Nothing is left of the bundle; run again")]
    Vanished(String),
    /// The writing was aborted.
    #[error("stopped: nothing is left of the bundle")]
    Undone,
    /// The bundle could not be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
}

impl BundleWriter {
    /// Creates the temporary folder for a bundle at this path. Fails at once if the bundle cannot
    /// be written there.
    pub fn create(out: &Path) -> Result<Self, BundleError> {
        if out.symlink_metadata().is_ok() {
            return Err(BundleError::Exists(out.to_owned()));
        }
        let Some(name) = out.file_name() else {
            return Err(BundleError::Exists(out.to_owned()));
        };
        let parent = parent(out);
        if !parent.is_dir() {
            return Err(BundleError::NoParent(parent.to_owned()));
        }
        let temporary = TemporaryFolder::create(name, parent).map_err(|fault| BundleError::Io {
            path: parent.to_owned(),
            fault,
        })?;
        Ok(Self {
            out: out.to_owned(),
            temporary: Arc::new(RwLock::new(Some(temporary))),
        })
    }

    /// Returns a handle that aborts the writing.
    pub fn abort_handle(&self) -> AbortHandle {
        AbortHandle(Arc::clone(&self.temporary))
    }

    /// Writes the manifest, signs it and every tenant's manifest, and renames the folder to its
    /// target.
    pub fn finish(self, manifest: &Manifest, signer: Option<&Signer>) -> Result<PathBuf, BundleError> {
        // No abort is possible from here on.
        let mut held = self.temporary.write().unwrap_or_else(PoisonError::into_inner);
        let temporary = held.as_ref().ok_or(BundleError::Undone)?;
        temporary.complete(manifest, signer)?;
        let out = &self.out;
        rename(temporary.folder.path(), out).map_err(|fault| match fault.kind() {
            io::ErrorKind::AlreadyExists => BundleError::Exists(out.clone()),
            _ => BundleError::Io {
                path: out.clone(),
                fault,
            },
        })?;
        if let Some(temporary) = held.take() {
            // The renamed folder must not be removed as a temporary one.
            let _ = temporary.folder.keep();
        }
        sync_name(parent(out));
        Ok(out.clone())
    }
}

impl Drop for BundleWriter {
    fn drop(&mut self) {
        // Remove the folder now: an `AbortHandle` may live as long as the program.
        drop(self.temporary.write().unwrap_or_else(PoisonError::into_inner).take());
    }
}

impl AbortHandle {
    /// Removes the files if the bundle is not complete, and blocks all further writes. It is meant
    /// for the end of the program. It waits for writes under way.
    pub fn abort_for_exit(&self) {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        drop(held.take());
        // Other threads wait for the lock until the program ends, so that they report no fault.
        std::mem::forget(held);
    }
}

impl TemporaryFolder {
    fn complete(&self, manifest: &Manifest, signer: Option<&Signer>) -> Result<(), BundleError> {
        self.unstage()?;
        let mut files = manifest.files.clone();
        let stated = self.put(&Artifact {
            path: MANIFEST.to_owned(),
            bytes: canonical(manifest),
        })?;
        files.push(self.put(&Artifact {
            path: SUMS.to_owned(),
            bytes: sha256sums(&manifest.files, stated.sha256).into_bytes(),
        })?);
        files.push(stated);
        if let Some(signer) = signer {
            files.extend(self.sign(signer, &files)?);
        }
        self.settle(&files)
    }

    fn put(&self, artifact: &Artifact) -> Result<FileEntry, BundleError> {
        let Artifact { path, bytes } = artifact;
        if !is_plain(path) {
            return Err(BundleError::Path(path.clone()));
        }
        let written = private_file()
            .open(self.path().join(path))
            .and_then(|mut file| file.write_all(bytes));
        written.map_err(|fault| BundleError::Io {
            path: path.into(),
            fault,
        })?;
        Ok(FileEntry::of(artifact))
    }

    /// Writes a signature beside every manifest.
    fn sign(&self, signer: &Signer, files: &[FileEntry]) -> Result<Vec<FileEntry>, BundleError> {
        let is_manifest = |file: &&FileEntry| file.path.rsplit('/').next() == Some(MANIFEST);
        let manifests: Vec<_> = files.iter().filter(is_manifest).map(|file| file.path.clone()).collect();
        let signatures = signer.sign(self.folder.path(), &manifests)?;
        let put = |(path, signature): (String, String)| {
            let path = format!("{}{SIGNATURE}", path.strip_suffix(MANIFEST).unwrap_or_default());
            let bytes = signature.into_bytes();
            self.put(&Artifact { path, bytes })
        };
        manifests.into_iter().zip(signatures).map(put).collect()
    }

    /// Removes the staging folder. Fails if a tenant's files are left in it.
    fn unstage(&self) -> Result<(), BundleError> {
        let staging = self.path().join(STAGING);
        match fs::remove_dir(&staging) {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(BundleError::Io { path: staging, fault }),
            _ => Ok(()),
        }
    }

    /// Syncs all files to the disk and checks that they exist.
    fn settle(&self, files: &[FileEntry]) -> Result<(), BundleError> {
        let folder = self.folder.path();
        let paths: Vec<_> = files.iter().map(|file| folder.join(&file.path)).collect();
        sync(folder, &paths).map_err(|fault| BundleError::Io {
            path: folder.to_owned(),
            fault,
        })?;
        match missing(folder, files) {
            Some(path) => Err(BundleError::Vanished(path.to_owned())),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
