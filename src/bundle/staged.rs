//! Files under way into a bundle. A customer's are written beside their place, and come to stand in
//! it once they are searched; whatever is not put there is gone with the [`Staged`] folder.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use sha2::Digest as _;

use super::{
    BundleError, FileEntry, INSTRUCTIONS, MANIFEST, RECORDS, SUMS, TenantManifest, Writer,
    canonical::canonical,
    instructions::instructions,
    is_plain, records_path,
    sums::sums,
    write::{Temporary, private_file, private_folder},
};
use crate::{
    case::CaseHeader,
    digest::Sha256,
    findings::{Findings, TenantFinding},
    reports::{Artifact, Folder, Searched},
};

/// Where customers' folders stand until they are searched. No path inside a bundle begins with a
/// dot.
pub(super) const STAGING: &str = ".staging";

/// A folder of a bundle that is being written, and what was written into it so far.
#[derive(Debug)]
pub struct Files {
    temporary: Arc<RwLock<Option<Temporary>>>,
    /// Where it is in the temporary folder.
    place: PathBuf,
    entries: Vec<FileEntry>,
}

/// One customer's folder before it is searched. Dropped, it is removed with everything in it.
#[derive(Debug)]
pub struct Staged {
    files: Files,
    slug: String,
    kept: bool,
}

impl Writer {
    /// The bundle's own folder, for files that are nobody's but the vendor's.
    pub fn files(&self) -> Files {
        Files {
            temporary: Arc::clone(&self.temporary),
            place: PathBuf::new(),
            entries: Vec::new(),
        }
    }

    /// Writes the file that says where the rows of the tenant with this slug were cut from, and
    /// what opens their commitments. It stands outside of the tenant's folder.
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
                // By another thread, or for another tenant.
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

    /// A folder for the tenant that goes by this name, not yet in its place.
    pub fn stage(&self, slug: &str) -> Result<Staged, BundleError> {
        if !is_plain(slug) || slug.contains('/') {
            return Err(BundleError::Path(slug.to_owned()));
        }
        let mut files = self.files();
        files.place = [STAGING, slug].iter().collect();
        files.with(|temporary| {
            let staging = temporary.path().join(STAGING);
            within(&staging, || private_folder().create(staging.join(slug)))
        })?;
        Ok(Staged {
            files,
            slug: slug.to_owned(),
            kept: false,
        })
    }
}

/// Does something in a folder, which is made for the first that is done there.
fn within(folder: &Path, act: impl Fn() -> io::Result<()>) -> io::Result<()> {
    match act() {
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => {}
        done => return done,
    }
    match private_folder().create(folder) {
        // By another thread meanwhile.
        Err(fault) if fault.kind() != io::ErrorKind::AlreadyExists => Err(fault),
        _ => act(),
    }
}

impl Staged {
    /// Puts a searched folder in its place, and says what is in it.
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

    /// What a customer checks its folder with: how to, the manifest of its files, and their
    /// digests. The case is given as the customer may read it.
    pub fn enclosed(&self, findings: &Findings, case: &CaseHeader, tenant: &TenantFinding) -> Vec<Artifact> {
        enclosed(&self.files.entries, findings, case, tenant)
    }
}

/// What a customer checks these files with.
pub(super) fn enclosed(
    entries: &[FileEntry],
    findings: &Findings,
    case: &CaseHeader,
    tenant: &TenantFinding,
) -> Vec<Artifact> {
    let mut manifest = TenantManifest::new(findings, case, tenant);
    let artifact = |path: &str, bytes| Artifact {
        path: path.to_owned(),
        bytes,
    };
    let how = artifact(INSTRUCTIONS, instructions(&manifest).into_bytes());
    // What it makes itself may be there already.
    let made = [INSTRUCTIONS, MANIFEST, SUMS];
    let rendered = entries.iter().filter(|entry| !made.contains(&&*entry.path));
    manifest.files = rendered.cloned().chain([FileEntry::of(&how)]).collect();
    manifest.files.sort_unstable();
    let stated = artifact(MANIFEST, canonical(&manifest));
    let sums = sums(&manifest.files, Sha256::of(&stated.bytes));
    vec![how, stated, artifact(SUMS, sums.into_bytes())]
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.kept {
            // What cannot be removed keeps the bundle from being finished.
            let place = &self.files.place;
            let _ = self
                .files
                .with(|temporary| fs::remove_dir_all(temporary.path().join(place)));
        }
    }
}

impl Folder for Staged {
    type Fault = BundleError;

    fn file(&mut self, path: &str, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), BundleError> {
        self.files.file(path, content)
    }
}

impl Files {
    /// What was written.
    pub fn entries(self) -> Vec<FileEntry> {
        self.entries
    }

    /// Does something in the temporary folder, which nobody takes back meanwhile.
    fn with<T>(&self, act: impl FnOnce(&Temporary) -> io::Result<T>) -> Result<T, BundleError> {
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

impl Folder for Files {
    type Fault = BundleError;

    fn file(&mut self, path: &str, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), BundleError> {
        if !is_plain(path) || path.contains('/') {
            return Err(BundleError::Path(path.to_owned()));
        }
        let place = self.place.join(path);
        let file = self.with(|temporary| private_file().open(temporary.path().join(place)))?;
        let mut hashing = Hashing {
            temporary: &self.temporary,
            file,
            hasher: sha2::Sha256::new(),
            bytes: 0,
        };
        content(&mut hashing).map_err(|fault| self.fault(fault, path))?;
        let entry = FileEntry {
            path: path.to_owned(),
            sha256: Sha256(hashing.hasher.finalize().into()),
            bytes: hashing.bytes,
        };
        self.entries.push(entry);
        Ok(())
    }
}

/// What is written is what is hashed.
struct Hashing<'a> {
    temporary: &'a RwLock<Option<Temporary>>,
    file: File,
    hasher: sha2::Sha256,
    bytes: u64,
}

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        // Whoever takes the bundle back waits for this piece, and not for the whole file.
        let _held = self.temporary.read().unwrap_or_else(PoisonError::into_inner);
        self.file.write_all(bytes)?;
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
