//! Values in a temporary file, in so many parts that each fits into memory.
//!
//! The file has no name (it is unlinked as soon as it is made, or deleted by the system when it is
//! closed) and only its owner can read it: a run that is killed leaves nothing of customers'
//! behind.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use bytesize::ByteSize;
use serde::Serialize;

/// Number of parts: of events twenty times the default limit, each part is a twenty-fifth of the
/// limit.
pub(super) const PARTS: usize = 512;

/// Events in scope do not fit.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpillError {
    /// The disk is full, or cannot be written or read.
    #[error(
        "cannot keep in `{}` what is in scope and does not fit into memory: {fault}; make room there, or allow more memory \
         with --memory or `memory` under [limits]",
        folder.display()
    )]
    Io {
        /// Folder of the temporary file.
        folder: PathBuf,
        /// The system's answer.
        fault: io::Error,
    },
    /// Something that is needed whole is too large.
    #[error(
        "{what} take about {} of memory, and the limit is {}: allow more with --memory or `memory` under [limits]",
        ByteSize::b(*needed),
        ByteSize::b(*limit)
    )]
    Limit {
        /// In the plural.
        what: &'static str,
        /// In bytes.
        needed: u64,
        /// In bytes.
        limit: u64,
    },
}

/// A temporary file of values in parts. Made when it is first written to.
#[derive(Debug)]
pub(super) struct SpillFile {
    folder: PathBuf,
    part_file: Mutex<PartFile>,
}

#[derive(Debug, Default)]
struct PartFile {
    file: Option<File>,
    end: u64,
    parts: Vec<PartIndex>,
}

#[derive(Debug, Clone, Default)]
struct PartIndex {
    /// Bytes that its values take in memory.
    weight: u64,
    /// Number of values.
    count: usize,
    /// Offset and length of its pieces.
    pieces: Vec<(u64, usize)>,
}

/// Values on their way into a store.
#[derive(Debug, Default)]
pub(super) struct Batch {
    parts: Vec<PartBatch>,
    weight: u64,
}

/// Values on their way into one part.
#[derive(Debug, Default)]
struct PartBatch {
    bytes: Vec<u8>,
    weight: u64,
    count: usize,
}

impl Batch {
    /// Adds a value that takes so much memory.
    pub(super) fn push(&mut self, part: usize, value: &impl Serialize, weight: u64) {
        if self.parts.len() <= part {
            self.parts.resize_with(part + 1, Default::default);
        }
        let part = &mut self.parts[part];
        let whole = postcard::to_extend(value, std::mem::take(&mut part.bytes));
        part.bytes = whole.expect("memory can be written to, and every length is known");
        part.weight += weight;
        part.count += 1;
        self.weight += weight;
    }

    pub(super) fn weight(&self) -> u64 {
        self.weight
    }
}

impl SpillFile {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            part_file: Mutex::default(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.part_file().parts.is_empty()
    }

    /// Returns the bytes that each part takes in memory.
    pub(super) fn weights(&self) -> Vec<u64> {
        self.part_file().parts.iter().map(|part| part.weight).collect()
    }

    /// Returns the number of values in a part.
    pub(super) fn count(&self, part: usize) -> usize {
        self.part_file().parts.get(part).map_or(0, |part| part.count)
    }

    pub(super) fn put(&self, batch: Batch) -> Result<(), SpillError> {
        self.part_file()
            .put(&self.folder, batch)
            .map_err(|fault| self.fault(fault))
    }

    /// Hands on the bytes of a part, in pieces of whole values.
    pub(super) fn each_piece(
        &self,
        part: usize,
        mut read: impl FnMut(&[u8]) -> postcard::Result<()>,
    ) -> Result<(), SpillError> {
        let pieces = self.part_file().parts.get(part).cloned().unwrap_or_default().pieces;
        let mut bytes = Vec::new();
        for (from, length) in pieces {
            bytes.resize(length, 0);
            self.part_file()
                .get(from, &mut bytes)
                .map_err(|fault| self.fault(fault))?;
            read(&bytes).map_err(|fault| self.fault(io::Error::new(io::ErrorKind::InvalidData, fault)))?;
        }
        Ok(())
    }

    fn part_file(&self) -> std::sync::MutexGuard<'_, PartFile> {
        self.part_file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fault(&self, fault: io::Error) -> SpillError {
        SpillError::Io {
            folder: self.folder.clone(),
            fault,
        }
    }
}

impl PartFile {
    fn put(&mut self, folder: &std::path::Path, batch: Batch) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile_in(folder)?),
        };
        file.seek(SeekFrom::Start(self.end))?;
        let mut to = io::BufWriter::with_capacity(1 << 20, file);
        if self.parts.len() < batch.parts.len() {
            self.parts.resize(batch.parts.len(), PartIndex::default());
        }
        for (part, coming) in self.parts.iter_mut().zip(batch.parts) {
            if coming.count == 0 {
                continue;
            }
            to.write_all(&coming.bytes)?;
            part.pieces.push((self.end, coming.bytes.len()));
            part.weight += coming.weight;
            part.count += coming.count;
            self.end += coming.bytes.len() as u64;
        }
        to.flush()
    }

    fn get(&mut self, from: u64, bytes: &mut [u8]) -> io::Result<()> {
        let file = self.file.as_mut().ok_or(io::ErrorKind::UnexpectedEof)?;
        file.seek(SeekFrom::Start(from))?;
        file.read_exact(bytes)
    }
}
