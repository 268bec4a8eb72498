//! A folder of unknown content: its entries, and access to its plain files.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufRead, BufReader, Read as _},
    path::{Path, PathBuf},
};

use walkdir::{DirEntry, WalkDir};

use super::VerifyError;
use crate::digest::{HashingReader, Sha256};

/// Depth of a bundle: `tenants/<slug>/<file>`.
const DEPTH: usize = 3;

/// A folder and its entries.
#[derive(Debug)]
pub(super) struct BundleFolder {
    root: PathBuf,
    /// Kind of each entry by its path with `/`. A name that is not UTF-8 is written with its bytes
    /// escaped; no manifest can name it.
    pub(super) entries: BTreeMap<String, EntryKind>,
}

/// Kind of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntryKind {
    /// A plain file of this size.
    File(u64),
    /// A folder, whose entries are listed too.
    Folder,
    /// A folder at the depth of files. Its content is not listed.
    TooDeep,
    /// A symbolic link.
    Link,
    /// A pipe, a device, a socket.
    Special,
}

impl BundleFolder {
    /// Lists all entries without following links.
    pub(super) fn open(root: &Path) -> Result<Self, VerifyError> {
        let mut entries = BTreeMap::new();
        for entry in WalkDir::new(root).follow_links(false).min_depth(1).max_depth(DEPTH) {
            let entry = entry.map_err(|fault| VerifyError::Io {
                path: fault.path().unwrap_or(root).display().to_string(),
                // Take the system's error: walkdir's repeats the path.
                fault: fault
                    .into_io_error()
                    .unwrap_or_else(|| io::Error::other("links in a circle")),
            })?;
            let name = shown(root, entry.path());
            let kind = kind(&entry).map_err(|fault| VerifyError::Io {
                path: name.clone(),
                fault,
            })?;
            entries.insert(name, kind);
        }
        Ok(Self {
            root: root.to_owned(),
            entries,
        })
    }

    /// Returns the folder's name for messages.
    pub(super) fn name(&self) -> String {
        self.root.display().to_string()
    }

    /// Returns the size of a plain file, or `None` for anything else.
    pub(super) fn size(&self, path: &str) -> Option<u64> {
        match self.entries.get(path) {
            Some(EntryKind::File(size)) => Some(*size),
            _ => None,
        }
    }

    /// Reads at most `most` bytes of a plain file. Returns the value that `make` builds from them,
    /// their digest and their number.
    pub(super) fn read<T>(
        &self,
        path: &str,
        most: u64,
        make: impl FnOnce(&mut dyn BufRead) -> io::Result<T>,
    ) -> Result<(T, Sha256, u64), VerifyError> {
        let refused = |fault| VerifyError::Io {
            path: path.to_owned(),
            fault,
        };
        let file = File::open(self.root.join(path)).map_err(refused)?;
        let mut reader = BufReader::with_capacity(64 << 10, HashingReader::new(file.take(most), true));
        let value = make(&mut reader).map_err(refused)?;
        io::copy(&mut reader, &mut io::sink()).map_err(refused)?;
        let (digest, bytes) = reader.into_inner().finish();
        Ok((value, digest.expect("it was asked for above"), bytes))
    }

    /// Opens a plain file. Returns `None` if there is none at this path.
    pub(super) fn plain(&self, path: &str) -> io::Result<Option<File>> {
        self.size(path).map(|_| File::open(self.root.join(path))).transpose()
    }

    /// Returns whether a path leads into this folder.
    pub(super) fn holds(&self, path: &Path) -> bool {
        let real = |path: &Path| path.canonicalize();
        real(&self.root).is_ok_and(|root| real(path).is_ok_and(|path| path.starts_with(root)))
    }

    /// Returns all bytes of a plain file of at most `most` bytes.
    pub(super) fn bytes(&self, path: &str, most: u64) -> Result<Option<Vec<u8>>, VerifyError> {
        if self.size(path).is_none_or(|size| size > most) {
            return Ok(None);
        }
        let all = |reader: &mut dyn BufRead| {
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes).map(|_| bytes)
        };
        self.read(path, most, all).map(|(bytes, ..)| Some(bytes))
    }
}

fn kind(entry: &DirEntry) -> io::Result<EntryKind> {
    let kind = entry.file_type();
    Ok(match () {
        () if kind.is_symlink() => EntryKind::Link,
        () if kind.is_dir() && entry.depth() == DEPTH => EntryKind::TooDeep,
        () if kind.is_dir() => EntryKind::Folder,
        () if kind.is_file() => EntryKind::File(entry.metadata()?.len()),
        () => EntryKind::Special,
    })
}

fn shown(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    let mut name = String::new();
    for part in below {
        if !name.is_empty() {
            name.push('/');
        }
        for chunk in part.as_encoded_bytes().utf8_chunks() {
            name.push_str(chunk.valid());
            // A manifest cannot name a path with a backslash.
            name.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02X}")));
        }
    }
    name
}
