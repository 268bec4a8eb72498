//! Writing a bundle: into a temporary folder beside the target, renamed into place when it is
//! whole.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use tempfile::TempDir;

use super::{
    FileEntry, MANIFEST, Manifest, SIGNATURE, SUMS, SignError, Signer,
    canonical::canonical,
    durable::{missing, rename, sync, sync_name},
    is_plain,
    leftover::{lock, parent, prefix},
    staged::STAGING,
    sums::sums,
};
use crate::reports::Artifact;

/// How often a temporary folder is made anew because somebody took it for a leftover before it was
/// locked.
const ATTEMPTS: usize = 100;

/// A bundle being written. Dropped without [`Self::finish`], it leaves nothing behind.
#[derive(Debug)]
pub struct Writer {
    out: PathBuf,
    /// Gone once the writing is undone.
    pub(super) temporary: Arc<RwLock<Option<Temporary>>>,
}

#[derive(Debug)]
pub(super) struct Temporary {
    folder: TempDir,
    /// Tells other runs that this one is under way.
    _lock: Option<File>,
}

/// Takes back a bundle that is being written, from another thread.
#[derive(Debug, Clone)]
pub struct Undo(Arc<RwLock<Option<Temporary>>>);

/// The bundle could not be written. Nothing is left at its place.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// Something is there already.
    #[error("`{}` exists already; name a new folder with --out: a bundle is never overwritten or mixed with another", .0.display())]
    Exists(PathBuf),
    /// The folder to put it in is not there.
    #[error("there is no folder `{}` to put the bundle in; create it first", .0.display())]
    NoParent(PathBuf),
    /// An artifact's path leads out of the bundle, or is not plain. A fault of this program.
    #[error(
        "refused to write `{0}`: not a plain path inside the bundle; this is a fault of tenant-impact, please report it"
    )]
    Path(String),
    /// The operating system refused.
    #[error("cannot write `{}`: {fault}. Nothing is left of the bundle", path.display())]
    Io {
        /// What was being written.
        path: PathBuf,
        /// Its answer.
        fault: io::Error,
    },
    /// Somebody removed or changed what was written before it was whole.
    #[error("`{0}` vanished while the bundle was being written. Nothing is left of the bundle; run again")]
    Vanished(String),
    /// The writing was undone.
    #[error("stopped: nothing is left of the bundle")]
    Undone,
    /// It could not be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
}

impl Writer {
    /// Prepares to write a bundle there, and finds out now whether that can be done.
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
        let temporary = Temporary::create(name, parent).map_err(|fault| BundleError::Io {
            path: parent.to_owned(),
            fault,
        })?;
        Ok(Self {
            out: out.to_owned(),
            temporary: Arc::new(RwLock::new(Some(temporary))),
        })
    }

    /// What takes it back.
    pub fn undo(&self) -> Undo {
        Undo(Arc::clone(&self.temporary))
    }

    /// Writes the manifest, signs it and every tenant's, and puts the whole in its place.
    pub fn finish(self, manifest: &Manifest, signer: Option<&Signer>) -> Result<PathBuf, BundleError> {
        // Nobody can undo it from here on until it is in its place.
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
            // It is no temporary folder any more, and must not be removed like one.
            let _ = temporary.folder.keep();
        }
        sync_name(parent(out));
        Ok(out.clone())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Not left to the last `Undo`, which may live as long as the program.
        drop(self.temporary.write().unwrap_or_else(PoisonError::into_inner).take());
    }
}

impl Undo {
    /// Removes what was written so far, if it is not in its place yet, and lets no thread write any
    /// more: for the last act of a program. Waits for files that are being written.
    pub fn for_good(&self) {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        drop(held.take());
        // Other threads wait for the lock until the program ends, instead of telling faults that
        // are none.
        std::mem::forget(held);
    }
}

impl Temporary {
    fn create(name: &std::ffi::OsStr, parent: &Path) -> io::Result<Self> {
        for _ in 0..ATTEMPTS {
            let folder = private_temporary(&prefix(name), parent)?;
            let lock = match lock(folder.path()) {
                // Somebody who looks for leftovers came before us and may be removing it.
                Ok(None) => continue,
                Ok(lock) => lock,
                // Where folders cannot be locked, as on some file servers, the run is as good
                // without.
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

    fn complete(&self, manifest: &Manifest, signer: Option<&Signer>) -> Result<(), BundleError> {
        self.unstage()?;
        let mut files = manifest.files.clone();
        let stated = self.put(&Artifact {
            path: MANIFEST.to_owned(),
            bytes: canonical(manifest),
        })?;
        files.push(self.put(&Artifact {
            path: SUMS.to_owned(),
            bytes: sums(&manifest.files, stated.sha256).into_bytes(),
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

    /// A signature beside every manifest.
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

    /// Nothing of a customer's whose files were not released is left.
    fn unstage(&self) -> Result<(), BundleError> {
        let staging = self.path().join(STAGING);
        match fs::remove_dir(&staging) {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(BundleError::Io { path: staging, fault }),
            _ => Ok(()),
        }
    }

    /// Everything is there, and on the disk.
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

/// A temporary folder that only its owner can read, where the system knows owners.
pub(super) fn private_temporary(prefix: &std::ffi::OsStr, parent: &Path) -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir_in(parent)
}

/// Readable by the owner only.
pub(super) fn private_folder() -> DirBuilder {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix knows modes"))]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// A new file, readable by the owner only.
pub(super) fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(test)]
mod tests;
