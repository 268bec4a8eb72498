//! Nested readers: the raw file at the bottom, whose bytes are hashed, and a reader that looks
//! ahead.

use std::{
    fs::{File, Metadata},
    io::{self, Read, Seek as _},
};

use super::{
    Input, RandomAccessFile, Source,
    detect::{HEAD, StreamKind},
    input_digest::InputDigest,
};

/// A record that the system keeps of a file and that changes with every write to it: device, inode,
/// length, and the times of the last change of its contents and of its own. A program can set the
/// former time, and not the latter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    #[cfg(unix)]
    inode: (u64, u64),
    #[cfg(unix)]
    length: u64,
    #[cfg(unix)]
    times: [(i64, i64); 2],
}

impl Stamp {
    /// Returns the stamp of a file; `None` where the system keeps no time that programs cannot set.
    #[cfg(unix)]
    fn of(meta: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        meta.is_file().then(|| Self {
            inode: (meta.dev(), meta.ino()),
            length: meta.len(),
            times: [(meta.mtime(), meta.mtime_nsec()), (meta.ctime(), meta.ctime_nsec())],
        })
    }

    /// Returns the stamp of a file; `None` where the system keeps no time that programs cannot set.
    #[cfg(not(unix))]
    fn of(_: &Metadata) -> Option<Self> {
        None
    }
}

/// A reader at any depth.
pub type Stream<'s> = dyn Read + Send + 's;

/// The raw file, read from its beginning to its end.
pub(super) struct RawReader<'w> {
    inner: Box<Stream<'w>>,
    digest: &'w InputDigest<'w>,
}

impl<'w> RawReader<'w> {
    pub(super) fn new(inner: Box<Stream<'w>>, digest: &'w InputDigest<'_>) -> Self {
        Self { inner, digest }
    }
}

impl Read for RawReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() || self.digest.has_ended() {
            return Ok(0);
        }
        let read = self.digest.guard.read(|| self.inner.read(buffer))?;
        match read {
            0 => self.digest.end(),
            _ => self.digest.add(&buffer[..read]),
        }
        Ok(read)
    }
}

/// Reads to the end and discards the bytes.
pub(super) fn drain(stream: &mut Stream<'_>) -> io::Result<u64> {
    io::copy(stream, &mut io::sink())
}

/// An opened source, with its length if it is a regular file.
pub(super) struct OpenedSource {
    pub(super) file: Option<File>,
    pub(super) length: Option<u64>,
}

impl OpenedSource {
    pub(super) fn new(source: &Source) -> io::Result<Self> {
        let file = match source.input {
            Input::Standard => None,
            Input::File => Some(File::open(&source.path)?),
        };
        let mut opened = Self { file, length: None };
        opened.length = opened.length_now()?;
        Ok(opened)
    }

    /// Returns the present length; `None` for pipes and devices.
    pub(super) fn length_now(&self) -> io::Result<Option<u64>> {
        let meta = self.file.as_ref().map(File::metadata).transpose()?;
        Ok(meta.filter(Metadata::is_file).map(|meta| meta.len()))
    }

    /// Returns the file's present stamp, if it has one.
    pub(super) fn stamp(&self) -> Option<Stamp> {
        Stamp::of(&self.file.as_ref()?.metadata().ok()?)
    }

    /// Detects the kind of a regular file, which is then rewound.
    pub(super) fn kind(&self) -> io::Result<StreamKind> {
        let mut reader = self.reader();
        let kind = StreamKind::of(Peeked::new(&mut reader, HEAD)?.head(), None);
        drop(reader);
        self.file.as_ref().map_or(Ok(()), |mut file| file.rewind())?;
        Ok(kind)
    }

    /// Returns random access if the source is a regular file.
    pub(super) fn random_access<'f>(&'f self, digest: &'f InputDigest<'_>) -> Option<RandomAccessFile<'f>> {
        RandomAccessFile::new(self.file.as_ref()?, self.length?, digest)
    }

    pub(super) fn reader(&self) -> Box<Stream<'_>> {
        match &self.file {
            Some(file) => Box::new(file),
            None => Box::new(io::stdin()),
        }
    }
}

/// A stream whose first bytes are known and still to be read.
pub(super) struct Peeked<'s, 'r> {
    head: io::Cursor<Vec<u8>>,
    rest: &'s mut Stream<'r>,
}

impl<'s, 'r> Peeked<'s, 'r> {
    pub(super) fn new(rest: &'s mut Stream<'r>, bytes: usize) -> io::Result<Self> {
        let mut head = Vec::with_capacity(bytes);
        rest.take(bytes as u64).read_to_end(&mut head)?;
        let head = io::Cursor::new(head);
        Ok(Self { head, rest })
    }

    pub(super) fn head(&self) -> &[u8] {
        self.head.get_ref()
    }
}

impl Read for Peeked<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.head.read(buffer)? {
            0 => self.rest.read(buffer),
            read => Ok(read),
        }
    }
}
