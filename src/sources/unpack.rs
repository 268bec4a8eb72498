//! Unpacking: visits every text stream of a file at any depth, once, in stream order.

use std::{
    collections::BTreeMap,
    io::{self, Read as _},
};

use super::{
    Changed, Contents, Digested, RandomAccessFile, Skipped, TextStream, Truncated,
    decompress::{ContainerReader, MemberReader},
    detect::{Archive, Compression, Encoding, HEAD, StreamKind},
    foreign_formats::{self, BINARY, ForeignFormat, NULS},
    limit_guard::{Fatal, LimitGuard, retried},
    member_path::MemberPath,
    one_shot::OneShotGzip,
    stream::{Peeked, Stream, drain},
    transcode::Transcoder,
    zip::read_whole,
};
use crate::digest::{HashingReader, Sha256};

/// Callback for each text stream. It also receives the file itself where the stream is the whole
/// file and random access is possible.
pub(super) trait StreamHandler<T>:
    FnMut(&mut Stream<'_>, Option<&RandomAccessFile<'_>>) -> io::Result<T>
{
}

impl<T, F: FnMut(&mut Stream<'_>, Option<&RandomAccessFile<'_>>) -> io::Result<T>> StreamHandler<T> for F {}

/// A stream that was read: location, encoding, detected format, digest, and computed value.
type Streamed<T> = (MemberPath, Encoding, Option<ForeignFormat>, Option<Digested>, T);

/// State of unpacking one file.
pub(super) struct Unpacker<'w, T, F> {
    pub(super) guard: &'w LimitGuard<'w>,
    /// The file itself, for reading out of order.
    random_access: Option<&'w RandomAccessFile<'w>>,
    /// Encoding that the case states for the file's text.
    stated: Option<&'static encoding_rs::Encoding>,
    each: F,
    parts: Vec<Streamed<T>>,
    skipped: Vec<Skipped>,
    truncated: Vec<Truncated>,
    /// Occurrences of each member name: tar allows several.
    pub(super) met: BTreeMap<String, u32>,
}

impl<'w, T, F: StreamHandler<T>> Unpacker<'w, T, F> {
    pub(super) fn new(
        guard: &'w LimitGuard<'_>,
        random_access: Option<&'w RandomAccessFile<'_>>,
        stated: Option<&'static encoding_rs::Encoding>,
        each: F,
    ) -> Self {
        Self {
            guard,
            random_access,
            stated,
            each,
            parts: Vec::new(),
            skipped: Vec::new(),
            truncated: Vec::new(),
            met: BTreeMap::new(),
        }
    }

    pub(super) fn close(mut self, file: Digested, changed: Option<Changed>) -> Contents<T> {
        // The order within an archive is arbitrary.
        self.parts.sort_by(|(one, ..), (other, ..)| one.shown.cmp(&other.shown));
        self.skipped.sort_by(|one, other| one.shown.cmp(&other.shown));
        self.truncated.sort_by(|one, other| one.shown.cmp(&other.shown));
        let part = |(path, encoding, looks, stream, value): Streamed<T>| TextStream {
            looks_like: looks.map(|looks| looks.to_string()),
            container: path.container(),
            shown: path.shown,
            encoding: encoding.name(),
            stream: stream.unwrap_or(file),
            file,
            value,
        };
        Contents {
            parts: self.parts.into_iter().map(part).collect(),
            skipped: self.skipped,
            truncated: self.truncated,
            changed,
            stamps: [None, None],
        }
    }

    /// Unpacks a stream of any kind. An error stops the run; the guard has its cause.
    pub(super) fn unpack(&mut self, path: &MemberPath, stream: &mut Stream<'_>) -> io::Result<()> {
        let mut stream = Peeked::new(stream, HEAD)?;
        let kind = StreamKind::of(stream.head(), self.stated);
        if matches!(kind, StreamKind::Unread(NULS | BINARY)) && stream.head().starts_with(&[0; 16]) {
            return self.behind_nuls(path, &mut stream);
        }
        match kind {
            StreamKind::Packed(compression) => self.decompress(path, compression, &mut stream),
            StreamKind::Archive(Archive::TarReader) => self.tar(path, &mut stream),
            StreamKind::Archive(Archive::Zip) => {
                let bytes = read_whole(&mut stream, self.guard)?;
                self.zip(path, io::Cursor::new(bytes))
            }
            StreamKind::Text(encoding) => {
                let looks = foreign_formats::text(stream.head());
                self.text(path, encoding, looks, &mut stream)
            }
            StreamKind::Unread(kind) => self.foreign_formats(path, kind),
        }
    }

    /// Reads a log that begins with NULs, as one does that was truncated while a program wrote at
    /// its old end. It is text if the bytes behind the NULs are. Offsets include the NULs.
    fn behind_nuls(&mut self, path: &MemberPath, stream: &mut Stream<'_>) -> io::Result<()> {
        let (nuls, next) = leading_nuls(stream)?;
        let mut rest = next.as_slice().chain(stream);
        let rest = Peeked::new(&mut rest, HEAD)?;
        match StreamKind::of(rest.head(), None) {
            StreamKind::Text(Encoding::Utf8) if !next.is_empty() => {
                let looks = foreign_formats::text(rest.head());
                self.text(path, Encoding::Utf8, looks, &mut io::repeat(0).take(nuls).chain(rest))
            }
            _ if next.is_empty() => self.foreign_formats(path, NULS),
            _ => self.foreign_formats(path, BINARY),
        }
    }

    pub(super) fn text(
        &mut self,
        path: &MemberPath,
        encoding: Encoding,
        looks: Option<ForeignFormat>,
        stream: &mut Stream<'_>,
    ) -> io::Result<()> {
        let (value, digest) = match encoding {
            // The digest of the file is the digest of the stream.
            Encoding::Utf8 if path.containers.is_empty() => ((self.each)(stream, self.random_access)?, None),
            Encoding::Utf8 => self.hashed(stream)?,
            Encoding::Other(encoding, mark) => self.hashed(&mut Transcoder::new(encoding, mark, stream)?)?,
        };
        self.parts.push((path.clone(), encoding, looks, digest, value));
        Ok(())
    }

    fn hashed(&mut self, stream: &mut Stream<'_>) -> io::Result<(T, Option<Digested>)> {
        let mut hashing = HashingReader::new(stream, self.guard.limits.hashed);
        let value = (self.each)(&mut hashing, None)?;
        Ok((value, Some(hashing.finish().into())))
    }

    pub(super) fn foreign_formats(&mut self, path: &MemberPath, kind: ForeignFormat) -> io::Result<()> {
        if path.named {
            return Err(self.guard.fail(Fatal::Unread(kind)));
        }
        self.pass_over(path, &kind.to_string());
        Ok(())
    }

    pub(super) fn pass_over(&mut self, path: &MemberPath, reason: &str) {
        self.skipped.push(Skipped {
            shown: path.shown.clone(),
            reason: reason.to_owned(),
        });
    }

    pub(super) fn mark_truncated(&mut self, path: &MemberPath, bytes: u64, fault: String) {
        let shown = path.shown.clone();
        self.truncated.push(Truncated { shown, bytes, fault });
    }

    fn decompress(&mut self, path: &MemberPath, compression: Compression, stream: &mut Stream<'_>) -> io::Result<()> {
        let inside = path.inside(compression.name(), self.guard)?;
        let one_shot = OneShotGzip::read(compression, stream)?;
        if let Some(piece) = one_shot.unpack(compression, self.guard) {
            // Returns the buffer to the pool before the next layer needs one.
            drop(one_shot);
            self.guard.count_out(piece.bytes().len())?;
            return self.unpack(&inside, &mut piece.bytes());
        }
        let mut packed = one_shot.bytes().chain(stream);
        let mut layer = ContainerReader::new(MemberReader::new(compression, &mut packed), self.guard);
        self.unpack(&inside, &mut layer)?;
        // A damaged archive inside may leave the rest unread.
        drain(&mut layer)?;
        if let Some(fault) = layer.fault {
            self.mark_truncated(path, layer.bytes, fault);
        }
        Ok(())
    }
}

/// Reads up to the first byte that is not NUL. Returns the number of NULs, and the bytes read from
/// there.
fn leading_nuls(stream: &mut Stream<'_>) -> io::Result<(u64, Vec<u8>)> {
    let mut nuls = 0;
    let mut block = vec![0; HEAD];
    loop {
        let read = retried(|| stream.read(&mut block))?;
        let zeros = block[..read].iter().take_while(|&&byte| byte == 0).count();
        nuls += zeros as u64;
        if zeros < read || read == 0 {
            return Ok((nuls, block[zeros..read].to_vec()));
        }
    }
}

impl From<(Option<Sha256>, u64)> for Digested {
    fn from((sha256, bytes): (Option<Sha256>, u64)) -> Self {
        Self { sha256, bytes }
    }
}
