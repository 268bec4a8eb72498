//! Reads one source: opens it once, reads it to its end, and compares its size with that before.

use std::io::{self, Seek as _};

use super::{
    Changed, Contents, Digested, Limits, RandomAccessFile, Source, SourceError,
    detect::{Archive, Encoding, HEAD, StreamKind},
    foreign_formats,
    input_digest::InputDigest,
    limit_guard::{Fatal, LimitGuard},
    member_path::MemberPath,
    stream::{OpenedSource, Peeked, RawReader, Stream, drain},
    unpack::{StreamHandler, Unpacker},
    zip::GuardedReader,
};
use crate::{
    digest::HashingReader,
    progress::{Progress, Silent},
};

/// Reads a source once. `each` receives every text stream in it, and must read it to its end.
pub fn read<T>(
    source: &Source,
    limits: &Limits,
    progress: &dyn Progress,
    mut each: impl FnMut(&mut Stream<'_>) -> io::Result<T>,
) -> Result<Contents<T>, SourceError> {
    read_with_random_access(source, limits, progress, |stream, _| each(stream))
}

/// Like [`read`], and also hands out random access where the stream is a plain file.
pub(crate) fn read_with_random_access<T>(
    source: &Source,
    limits: &Limits,
    progress: &dyn Progress,
    each: impl FnMut(&mut Stream<'_>, Option<&RandomAccessFile<'_>>) -> io::Result<T>,
) -> Result<Contents<T>, SourceError> {
    let guard = LimitGuard::new(limits);
    progress.opened(&source.shown);
    whole(source, &guard, progress, each).map_err(|error| guard.cause(&source.shown, error))
}

fn whole<T>(
    source: &Source,
    guard: &LimitGuard<'_>,
    progress: &dyn Progress,
    each: impl StreamHandler<T>,
) -> io::Result<Contents<T>> {
    let refused = |fault| guard.fail(Fatal::Io(fault));
    let opened = OpenedSource::new(source).map_err(refused)?;
    let before = opened.stamp();
    let digest = InputDigest::new(guard, progress);
    let random_access = opened.random_access(&digest);
    let mut unpacker = Unpacker::new(guard, random_access.as_ref(), source.text.encoding, each);
    let path = MemberPath {
        shown: source.shown.clone(),
        containers: Vec::new(),
        named: source.named,
    };
    let large = opened.length.is_some_and(|length| length > guard.limits.held);
    let file = if large && matches!(opened.kind().map_err(refused)?, StreamKind::Archive(Archive::Zip)) {
        large_zip(&path, &opened, &mut unpacker, progress)?
    } else {
        let mut raw = RawReader::new(opened.reader(), &digest);
        unpacker.unpack(&path, &mut raw)?;
        // The digest covers the bytes behind a break too.
        drain(&mut raw)?;
        digest.digested()
    };
    let now = opened.length_now().map_err(refused)?;
    let differs = |&(before, after): &(u64, u64)| before != after || after != file.bytes;
    let changed = opened.length.zip(now).filter(differs).map(|(before, after)| Changed {
        shown: source.shown.clone(),
        before,
        after,
        read: file.bytes,
    });
    let stamps = [before, opened.stamp()];
    Ok(Contents {
        stamps,
        ..unpacker.close(file, changed)
    })
}

/// Returns the outermost container of a source by its beginning; `plain` where it is text.
pub(crate) fn codec_of(source: &Source) -> io::Result<String> {
    Ok(match OpenedSource::new(source)?.kind()? {
        StreamKind::Packed(compression) => compression.name().to_owned(),
        StreamKind::Archive(Archive::TarReader) => "tar".to_owned(),
        StreamKind::Archive(Archive::Zip) => "zip".to_owned(),
        StreamKind::Text(_) => "plain".to_owned(),
        StreamKind::Unread(kind) => kind.to_string(),
    })
}

/// Returns whether a source is a file of text in UTF-8 whose bytes are those of its records, so
/// that a part of it can be read alone.
pub(crate) fn is_plain_text(source: &Source) -> io::Result<bool> {
    let opened = OpenedSource::new(source)?;
    let mut reader = opened.reader();
    let peeked = Peeked::new(&mut reader, HEAD)?;
    let head = peeked.head();
    let is_text = StreamKind::of(head, source.text.encoding) == StreamKind::Text(Encoding::Utf8);
    Ok(is_text && head.first() != Some(&0) && foreign_formats::text(head).is_none())
}

/// Returns the digest of a whole file.
pub(crate) fn digest_of(source: &Source) -> io::Result<Digested> {
    let opened = OpenedSource::new(source)?;
    let mut reader = HashingReader::new(opened.reader(), true);
    drain(&mut reader)?;
    Ok(reader.finish().into())
}

/// Reads a zip that is too large for memory from its file. The digest before and after must be
/// equal.
fn large_zip<T, F: StreamHandler<T>>(
    path: &MemberPath,
    opened: &OpenedSource,
    unpacker: &mut Unpacker<'_, T, F>,
    progress: &dyn Progress,
) -> io::Result<Digested> {
    let guard = unpacker.guard;
    let mut file = opened.file.as_ref().expect("only a file has a length");
    let before = digested(opened, guard, progress)?;
    unpacker.zip(path, GuardedReader(file, guard))?;
    file.rewind().map_err(|fault| guard.fail(Fatal::Io(fault)))?;
    let after = digested(opened, guard, &Silent)?;
    if before != after {
        return Err(guard.fail(Fatal::Changed));
    }
    Ok(before)
}

/// Computes the digest of the rest of the file.
fn digested(opened: &OpenedSource, guard: &LimitGuard<'_>, progress: &dyn Progress) -> io::Result<Digested> {
    let digest = InputDigest::new(guard, progress);
    drain(&mut RawReader::new(opened.reader(), &digest))?;
    Ok(digest.digested())
}
