//! Unpacking: every text stream of a file, however deep it lies, once, in the order it streams by.

use std::{
    collections::BTreeMap,
    io::{self, Read as _},
};

use super::{
    Anywhere, Broken, Changed, Contents, Digested, Part, Skipped,
    decoded::Decoded,
    held::Held,
    inflate::{Inflated, Members},
    kind::{Archive, Encoding, HEAD, Kind, Packing},
    place::Place,
    stream::{Peeked, Stream, drain},
    unread::{self, BINARY, Foreign, NULS},
    watch::{Fatal, Watch, retried},
    zip::hold,
};
use crate::digest::{HashingReader, Sha256};

/// What is done with every stream; with the file itself where the stream is nothing else, and it may be read out of order.
pub(super) trait Each<T>: FnMut(&mut Stream<'_>, Option<&Anywhere<'_>>) -> io::Result<T> {}

impl<T, F: FnMut(&mut Stream<'_>, Option<&Anywhere<'_>>) -> io::Result<T>> Each<T> for F {}

/// A stream that was read: where it lies, its encoding, what it looks like, its digest, and what was made of it.
type Streamed<T> = (Place, Encoding, Option<Foreign>, Option<Digested>, T);

/// The work on one file.
pub(super) struct Unpacking<'w, T, F> {
    pub(super) watch: &'w Watch<'w>,
    /// The file itself, for whoever may read it out of order.
    anywhere: Option<&'w Anywhere<'w>>,
    /// The encoding that the case states for the file's text.
    stated: Option<&'static encoding_rs::Encoding>,
    each: F,
    parts: Vec<Streamed<T>>,
    skipped: Vec<Skipped>,
    broken: Vec<Broken>,
    /// How often a member of this name was met: tar allows several.
    pub(super) met: BTreeMap<String, u32>,
}

impl<'w, T, F: Each<T>> Unpacking<'w, T, F> {
    pub(super) fn new(
        watch: &'w Watch<'_>,
        anywhere: Option<&'w Anywhere<'_>>,
        stated: Option<&'static encoding_rs::Encoding>,
        each: F,
    ) -> Self {
        Self {
            watch,
            anywhere,
            stated,
            each,
            parts: Vec::new(),
            skipped: Vec::new(),
            broken: Vec::new(),
            met: BTreeMap::new(),
        }
    }

    pub(super) fn close(mut self, file: Digested, changed: Option<Changed>) -> Contents<T> {
        // The order of an archive is the whim of whoever packed it.
        self.parts.sort_by(|(one, ..), (other, ..)| one.shown.cmp(&other.shown));
        self.skipped.sort_by(|one, other| one.shown.cmp(&other.shown));
        self.broken.sort_by(|one, other| one.shown.cmp(&other.shown));
        let part = |(place, encoding, looks, stream, value): Streamed<T>| Part {
            looks_like: looks.map(|looks| looks.to_string()),
            container: place.container(),
            shown: place.shown,
            encoding: encoding.name(),
            stream: stream.unwrap_or(file),
            file,
            value,
        };
        Contents {
            parts: self.parts.into_iter().map(part).collect(),
            skipped: self.skipped,
            broken: self.broken,
            changed,
        }
    }

    /// Whatever it is. An error ends everything; what it was, the watch knows.
    pub(super) fn unpack(&mut self, place: &Place, stream: &mut Stream<'_>) -> io::Result<()> {
        let mut stream = Peeked::new(stream, HEAD)?;
        let kind = Kind::of(stream.head(), self.stated);
        if matches!(kind, Kind::Unread(NULS | BINARY)) && stream.head().starts_with(&[0; 16]) {
            return self.behind_nuls(place, &mut stream);
        }
        match kind {
            Kind::Packed(packing) => self.inflate(place, packing, &mut stream),
            Kind::Archive(Archive::Tar) => self.tar(place, &mut stream),
            Kind::Archive(Archive::Zip) => {
                let bytes = hold(&mut stream, self.watch)?;
                self.zip(place, io::Cursor::new(bytes))
            }
            Kind::Text(encoding) => {
                let looks = unread::text(stream.head());
                self.text(place, encoding, looks, &mut stream)
            }
            Kind::Unread(kind) => self.unread(place, kind),
        }
    }

    /// A log that begins with NULs, as one does that was truncated while a program wrote at its old end: text if what follows
    /// them is, whose offsets count them.
    fn behind_nuls(&mut self, place: &Place, stream: &mut Stream<'_>) -> io::Result<()> {
        let (nuls, next) = leading_nuls(stream)?;
        let mut rest = next.as_slice().chain(stream);
        let rest = Peeked::new(&mut rest, HEAD)?;
        match Kind::of(rest.head(), None) {
            Kind::Text(Encoding::Utf8) if !next.is_empty() => {
                let looks = unread::text(rest.head());
                self.text(place, Encoding::Utf8, looks, &mut io::repeat(0).take(nuls).chain(rest))
            }
            _ if next.is_empty() => self.unread(place, NULS),
            _ => self.unread(place, BINARY),
        }
    }

    pub(super) fn text(
        &mut self,
        place: &Place,
        encoding: Encoding,
        looks: Option<Foreign>,
        stream: &mut Stream<'_>,
    ) -> io::Result<()> {
        let (value, digest) = match encoding {
            // The file's own digest is this one.
            Encoding::Utf8 if place.containers.is_empty() => ((self.each)(stream, self.anywhere)?, None),
            Encoding::Utf8 => self.hashed(stream)?,
            Encoding::Other(encoding, mark) => self.hashed(&mut Decoded::new(encoding, mark, stream)?)?,
        };
        self.parts.push((place.clone(), encoding, looks, digest, value));
        Ok(())
    }

    fn hashed(&mut self, stream: &mut Stream<'_>) -> io::Result<(T, Option<Digested>)> {
        let mut hashing = HashingReader::new(stream, self.watch.limits.hashed);
        let value = (self.each)(&mut hashing, None)?;
        Ok((value, Some(hashing.finish().into())))
    }

    pub(super) fn unread(&mut self, place: &Place, kind: Foreign) -> io::Result<()> {
        if place.named {
            return Err(self.watch.fail(Fatal::Unread(kind)));
        }
        self.pass_over(place, &kind.to_string());
        Ok(())
    }

    pub(super) fn pass_over(&mut self, place: &Place, reason: &str) {
        self.skipped.push(Skipped {
            shown: place.shown.clone(),
            reason: reason.to_owned(),
        });
    }

    pub(super) fn is_broken(&mut self, place: &Place, bytes: u64, fault: String) {
        let shown = place.shown.clone();
        self.broken.push(Broken { shown, bytes, fault });
    }

    fn inflate(&mut self, place: &Place, packing: Packing, stream: &mut Stream<'_>) -> io::Result<()> {
        let inside = place.inside(packing.name(), self.watch)?;
        let held = Held::read(packing, stream)?;
        if let Some(piece) = held.unpack(packing, self.watch) {
            // Whoever comes next may have the room.
            drop(held);
            self.watch.came_out(piece.bytes().len())?;
            return self.unpack(&inside, &mut piece.bytes());
        }
        let mut packed = held.bytes().chain(stream);
        let mut layer = Inflated::new(Members::new(packing, &mut packed), self.watch);
        self.unpack(&inside, &mut layer)?;
        // What a broken archive inside did not want may be broken too.
        drain(&mut layer)?;
        if let Some(fault) = layer.fault {
            self.is_broken(place, layer.bytes, fault);
        }
        Ok(())
    }
}

/// Reads up to the first byte that is none: how many there were, and what was read from that byte on.
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
