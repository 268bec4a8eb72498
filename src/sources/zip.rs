//! Zip archives. Their directory is at the end, so the archive must be in memory as a whole, or be
//! a file that is hashed before and after.

use std::io::{self, Read, Seek};

use zip::{CompressionMethod, ZipArchive, result::ZipError};

use super::{
    foreign_formats::{ForeignFormat, JAVA, OFFICE},
    limit_guard::{Fatal, LimitGuard},
    stream::Stream,
};

/// Compression methods that are supported.
const METHODS: [CompressionMethod; 5] = [
    CompressionMethod::Stored,
    CompressionMethod::Deflated,
    CompressionMethod::Deflate64,
    CompressionMethod::Bzip2,
    CompressionMethod::Zstd,
];

/// Reads a whole stream into memory, up to the limit.
pub(super) fn read_whole(stream: &mut Stream<'_>, guard: &LimitGuard<'_>) -> io::Result<Vec<u8>> {
    let most = guard.limits.held;
    let mut bytes = Vec::new();
    stream.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(guard.fail(Fatal::Limit("holds a zip archive of too many bytes", "held", most)));
    }
    Ok(bytes)
}

/// A file whose read errors stop the run, at any depth.
pub(super) struct GuardedReader<'w, R>(pub(super) R, pub(super) &'w LimitGuard<'w>);

impl<R: Read> Read for GuardedReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1.read(|| self.0.read(buffer))
    }
}

impl<R: Seek> Seek for GuardedReader<'_, R> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

/// Reader that returns at most 4 KiB a call: a decoder that fails does not report its output of
/// that call, so no more than this is lost before a fault.
pub(super) struct SmallReads<R>(pub(super) R);

impl<R: Read> Read for SmallReads<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let pool = buffer.len().min(4 << 10);
        self.0.read(&mut buffer[..pool])
    }
}

/// One entry of the directory.
pub(super) struct ZipMember {
    pub(super) name: Vec<u8>,
    /// Reason to skip it, if any.
    pub(super) passed_over: Option<&'static str>,
}

/// Returns the directory entry at a position; `None` for a folder.
pub(super) fn member<R: Read + Seek>(archive: &ZipArchive<R>, at: usize) -> Result<Option<ZipMember>, ZipError> {
    let entry = archive.by_index_data(at)?;
    if entry.is_dir() {
        return Ok(None);
    }
    let passed_over = match () {
        () if entry.encrypted() => Some("encrypted"),
        () if !METHODS.contains(&entry.compression()) => Some("compressed by a method that is not read"),
        () if entry.is_symlink() => Some("a symbolic link in an archive"),
        () => None,
    };
    Ok(Some(ZipMember {
        name: entry.name_raw().to_owned(),
        passed_over,
    }))
}

/// Returns the document format whose parts these are, if any.
pub(super) fn document<R: Read + Seek>(archive: &ZipArchive<R>) -> Option<ForeignFormat> {
    let has = |name: &[u8]| archive.file_names_raw().any(|other| other == name);
    if has(b"[Content_Types].xml") {
        Some(OFFICE)
    } else if has(b"META-INF/MANIFEST.MF") {
        Some(JAVA)
    } else {
        None
    }
}
