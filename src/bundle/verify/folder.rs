//! A folder that may hold anything: what is in it, and its plain files.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufRead, BufReader, Read as _},
    path::{Path, PathBuf},
};

use walkdir::{DirEntry, WalkDir};

use super::VerifyError;
use crate::digest::{HashingReader, Sha256};

/// How deep a bundle is: `tenants/<slug>/<file>`.
const DEPTH: usize = 3;

/// A folder and what is in it.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    /// By path with `/`. A name that is not UTF-8 cannot be one that a manifest names; it is shown
    /// with its bytes.
    pub(super) entries: BTreeMap<String, Entry>,
}

/// What lies there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    /// A plain file of this size.
    File(u64),
    /// A folder, which may hold more.
    Folder,
    /// A folder as deep as only files lie. What it holds is not looked at.
    TooDeep,
    /// A symbolic link.
    Link,
    /// A pipe, a device, a socket.
    Special,
}

impl Folder {
    /// Everything in it, without following a link.
    pub(super) fn open(root: &Path) -> Result<Self, VerifyError> {
        let mut entries = BTreeMap::new();
        for entry in WalkDir::new(root).follow_links(false).min_depth(1).max_depth(DEPTH) {
            let entry = entry.map_err(|fault| VerifyError::Io {
                path: fault.path().unwrap_or(root).display().to_string(),
                // The system's own words: walkdir's name the path once more.
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

    /// How the folder is named in messages.
    pub(super) fn name(&self) -> String {
        self.root.display().to_string()
    }

    /// The size of a plain file; none if something else lies there, or nothing.
    pub(super) fn size(&self, path: &str) -> Option<u64> {
        match self.entries.get(path) {
            Some(Entry::File(size)) => Some(*size),
            _ => None,
        }
    }

    /// A plain file that is there: what is made of its bytes, and their digest. At most so many are
    /// read.
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

    /// A plain file, to be read; none if something else lies there, or nothing.
    pub(super) fn plain(&self, path: &str) -> io::Result<Option<File>> {
        self.size(path).map(|_| File::open(self.root.join(path))).transpose()
    }

    /// Whether a path leads into this folder.
    pub(super) fn holds(&self, path: &Path) -> bool {
        let real = |path: &Path| path.canonicalize();
        real(&self.root).is_ok_and(|root| real(path).is_ok_and(|path| path.starts_with(root)))
    }

    /// All bytes of a plain file, if they are not more than this.
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

fn kind(entry: &DirEntry) -> io::Result<Entry> {
    let kind = entry.file_type();
    Ok(match () {
        () if kind.is_symlink() => Entry::Link,
        () if kind.is_dir() && entry.depth() == DEPTH => Entry::TooDeep,
        () if kind.is_dir() => Entry::Folder,
        () if kind.is_file() => Entry::File(entry.metadata()?.len()),
        () => Entry::Special,
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
            // No manifest can name a path with a backslash.
            name.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02X}")));
        }
    }
    name
}
