//! Writing of files into a bundle. A tenant's files are written into a staging folder, which is
//! moved to its place once the files are searched for leaks. [`TenantStaging`] removes the folder
//! otherwise.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use super::{
    BundleError, BundleWriter, FileEntry,
    layout::{RECORDS, STAGING, is_plain, records_path},
    private_files::{private_file, private_folder},
    temporary::TemporaryFolder,
    verification_files::verification_files,
};
use crate::{
    case::CaseHeader,
    digest::Hasher,
    findings::{Findings, TenantFinding},
    reports::{Artifact, Folder, Searched},
};

/// Writes files into one folder of a bundle, and lists them.
#[derive(Debug)]
pub struct FolderWriter {
    temporary: Arc<RwLock<Option<TemporaryFolder>>>,
    /// Path of the folder below the temporary folder.
    place: PathBuf,
    entries: Vec<FileEntry>,
}

/// Folder of one tenant before it is searched. It is removed on drop unless it was kept.
#[derive(Debug)]
pub struct TenantStaging {
    files: FolderWriter,
    slug: String,
    kept: bool,
}

impl BundleWriter {
    /// Returns the writer of the bundle's top folder, whose files are the vendor's.
    pub fn files(&self) -> FolderWriter {
        FolderWriter {
            temporary: Arc::clone(&self.temporary),
            place: PathBuf::new(),
            entries: Vec::new(),
        }
    }

    /// Writes the file that states where the rows of the tenant with this slug were cut from, with
    /// the nonces that open their commitments. The file lies outside of the tenant's folder.
    pub fn records(
        &self,
        slug: &str,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<FileEntry, BundleError> {
        let mut files = self.files();
        files.place = PathBuf::from(RECORDS);
        files.with(|temporary| {
            let folder = temporary.path().join(RECORDS);
            match private_folder().create(&folder) {
                // Another thread created it, or it was created for another tenant.
                Err(fault) if fault.kind() != io::ErrorKind::AlreadyExists => Err(fault),
                _ => Ok(()),
            }
        })?;
        files.file(&records_path(slug)[RECORDS.len() + 1..], content)?;
        let entry = files.entries.pop().expect("it was written above");
        Ok(FileEntry {
            path: records_path(slug),
            ..entry
        })
    }

    /// Creates the staging folder of the tenant with this slug.
    pub fn stage(&self, slug: &str) -> Result<TenantStaging, BundleError> {
        if !is_plain(slug) || slug.contains('/') {
            return Err(BundleError::Path(slug.to_owned()));
        }
        let mut files = self.files();
        files.place = [STAGING, slug].iter().collect();
        files.with(|temporary| {
            let staging = temporary.path().join(STAGING);
            within(&staging, || private_folder().create(staging.join(slug)))
        })?;
        Ok(TenantStaging {
            files,
            slug: slug.to_owned(),
            kept: false,
        })
    }
}

/// Runs an operation in a folder, which is created if it does not exist.
fn within(folder: &Path, act: impl Fn() -> io::Result<()>) -> io::Result<()> {
    match act() {
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => {}
        done => return done,
    }
    match private_folder().create(folder) {
        // Another thread created it meanwhile.
        Err(fault) if fault.kind() != io::ErrorKind::AlreadyExists => Err(fault),
        _ => act(),
    }
}

impl TenantStaging {
    /// Moves a searched folder to its place. Returns the files in it.
    pub fn keep(searched: Searched<Self>) -> Result<Vec<FileEntry>, BundleError> {
        searched.into_inner().place()
    }

    pub(super) fn place(mut self) -> Result<Vec<FileEntry>, BundleError> {
        let place = format!("tenants/{}", self.slug);
        self.files.with(|temporary| {
            let root = temporary.path();
            within(&root.join("tenants"), || {
                fs::rename(root.join(&self.files.place), root.join(&place))
            })
        })?;
        self.kept = true;
        let entries = std::mem::take(&mut self.files.entries).into_iter();
        let placed = |entry: FileEntry| FileEntry {
            path: format!("{place}/{}", entry.path),
            ..entry
        };
        Ok(entries.map(placed).collect())
    }

    /// Returns the files that the tenant checks its folder with. `case` is the header as the tenant
    /// may read it.
    pub fn verification_files(&self, findings: &Findings, case: &CaseHeader, tenant: &TenantFinding) -> Vec<Artifact> {
        verification_files(&self.files.entries, findings, case, tenant)
    }
}

impl Drop for TenantStaging {
    fn drop(&mut self) {
        if !self.kept {
            // A staging folder that remains prevents the bundle from being finished.
            let place = &self.files.place;
            let _ = self
                .files
                .with(|temporary| fs::remove_dir_all(temporary.path().join(place)));
        }
    }
}

impl Folder for TenantStaging {
    type Fault = BundleError;

    fn file(&mut self, path: &str, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), BundleError> {
        self.files.file(path, content)
    }
}

impl FolderWriter {
    /// Returns the files that were written.
    pub fn entries(self) -> Vec<FileEntry> {
        self.entries
    }

    /// Runs an operation in the temporary folder, which cannot be aborted meanwhile.
    fn with<T>(&self, act: impl FnOnce(&TemporaryFolder) -> io::Result<T>) -> Result<T, BundleError> {
        let held = self.temporary.read().unwrap_or_else(PoisonError::into_inner);
        let temporary = held.as_ref().ok_or(BundleError::Undone)?;
        act(temporary).map_err(|fault| self.fault(fault, ""))
    }

    fn fault(&self, fault: io::Error, path: &str) -> BundleError {
        BundleError::Io {
            path: self.place.join(path),
            fault,
        }
    }
}

impl Folder for FolderWriter {
    type Fault = BundleError;

    fn file(&mut self, path: &str, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), BundleError> {
        if !is_plain(path) || path.contains('/') {
            return Err(BundleError::Path(path.to_owned()));
        }
        let place = self.place.join(path);
        let file = self.with(|temporary| private_file().open(temporary.path().join(place)))?;
        let mut hashing = HashingFile {
            temporary: &self.temporary,
            file,
            hasher: Hasher::new(),
            bytes: 0,
        };
        content(&mut hashing).map_err(|fault| self.fault(fault, path))?;
        let entry = FileEntry {
            path: path.to_owned(),
            sha256: hashing.hasher.finish(),
            bytes: hashing.bytes,
        };
        self.entries.push(entry);
        Ok(())
    }
}

/// A file that is hashed as it is written.
struct HashingFile<'a> {
    temporary: &'a RwLock<Option<TemporaryFolder>>,
    file: File,
    hasher: Hasher,
    bytes: u64,
}

impl Write for HashingFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        // An abort waits for this write only, not for the whole file.
        let _held = self.temporary.read().unwrap_or_else(PoisonError::into_inner);
        self.file.write_all(bytes)?;
        self.hasher.add(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
