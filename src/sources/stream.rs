//! Readers inside readers: the file at the bottom, whose bytes are hashed as they lie, and the means to look ahead.

use std::{
    fs::File,
    io::{self, Read, Seek as _},
};

use super::{
    Anywhere, Input, Source,
    kind::{HEAD, Kind},
    watch::{Fatal, Watch},
};
use crate::{
    digest::{HashingReader, Sha256},
    progress::Progress,
};

/// A reader at any depth.
pub type Stream<'s> = dyn Read + Send + 's;

/// The file as it lies, from its first byte to the end that was met first.
pub(super) struct Raw<'w> {
    inner: HashingReader<Box<Stream<'w>>>,
    watch: &'w Watch<'w>,
    progress: &'w dyn Progress,
    /// What is appended after the end was met is not read: it would be hashed and not parsed.
    ended: bool,
}

impl<'w> Raw<'w> {
    pub(super) fn new(inner: Box<Stream<'w>>, watch: &'w Watch<'_>, progress: &'w dyn Progress) -> Self {
        Self {
            inner: HashingReader::new(inner, watch.limits.hashed),
            watch,
            progress,
            ended: false,
        }
    }

    /// Reads what nobody asked for, behind a break, so that the digest is of all of it.
    pub(super) fn finish(mut self) -> io::Result<(Option<Sha256>, u64)> {
        drain(&mut self)?;
        Ok(self.inner.finish())
    }
}

impl Read for Raw<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ended || buffer.is_empty() {
            return Ok(0);
        }
        let inner = &mut self.inner;
        let read = retried(|| inner.read(buffer), self.watch)?;
        self.ended = read == 0;
        self.watch.went_in(read);
        self.progress.advance(read as u64);
        Ok(read)
    }
}

/// Reads from the operating system, whose refusal ends everything.
pub(super) fn retried(mut read: impl FnMut() -> io::Result<usize>, watch: &Watch<'_>) -> io::Result<usize> {
    loop {
        match read() {
            Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
            read => return read.map_err(|fault| watch.fail(Fatal::Io(fault))),
        }
    }
}

/// Reads to the end.
pub(super) fn drain(stream: &mut Stream<'_>) -> io::Result<u64> {
    io::copy(stream, &mut io::sink())
}

/// A source once opened, and its length where that means something.
pub(super) struct Opened {
    pub(super) file: Option<File>,
    pub(super) length: Option<u64>,
}

impl Opened {
    pub(super) fn new(source: &Source) -> io::Result<Self> {
        let file = match source.input {
            Input::Standard => None,
            Input::File => Some(File::open(&source.path)?),
        };
        let mut opened = Self { file, length: None };
        opened.length = opened.length_now()?;
        Ok(opened)
    }

    /// None for pipes and devices.
    pub(super) fn length_now(&self) -> io::Result<Option<u64>> {
        let meta = self.file.as_ref().map(File::metadata).transpose()?;
        Ok(meta.filter(std::fs::Metadata::is_file).map(|meta| meta.len()))
    }

    /// What the file is. Only of a file, which can be read from its beginning again.
    pub(super) fn kind(&self) -> io::Result<Kind> {
        let mut reader = self.reader();
        let kind = Kind::of(Peeked::new(&mut reader, HEAD)?.head());
        drop(reader);
        self.file.as_ref().map_or(Ok(()), |mut file| file.rewind())?;
        Ok(kind)
    }

    /// If it is a file, and nothing has to be read in order.
    pub(super) fn anywhere<'f>(&'f self, watch: &'f Watch<'_>, progress: &'f dyn Progress) -> Option<Anywhere<'f>> {
        let file = self
            .file
            .as_ref()
            .filter(|_| self.length.is_some() && !watch.limits.hashed)?;
        Some(Anywhere::new(file, watch, progress))
    }

    pub(super) fn reader(&self) -> Box<Stream<'_>> {
        match &self.file {
            Some(file) => Box::new(file),
            None => Box::new(io::stdin()),
        }
    }
}

/// A stream whose beginning is known, and still to be read.
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
