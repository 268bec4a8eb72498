//! Unpacking: every text stream of a file, however deep it lies, once, in the order it streams by.

use std::{
    collections::BTreeMap,
    io::{self, Read, Seek},
};

use zip::{ZipArchive, result::ZipError};

use super::{
    Broken, Changed, Contents, Digested, Part, Skipped,
    inflate::{Inflated, Members},
    kind::{Archive, Encoding, HEAD, Kind, Packing},
    names,
    place::Place,
    stream::{Peeked, Stream, drain},
    tar::{Step, Tar},
    utf16::Utf16,
    watch::{Fatal, Watch},
    zip as zipped,
};
use crate::digest::{HashingReader, Sha256};

/// The work on one file.
pub(super) struct Unpacking<'w, T, F> {
    pub(super) watch: &'w Watch<'w>,
    each: F,
    parts: Vec<(Place, Encoding, Option<Digested>, T)>,
    skipped: Vec<Skipped>,
    broken: Vec<Broken>,
    /// How often a member of this name was met: tar allows several.
    met: BTreeMap<String, u32>,
}

impl<'w, T, F: FnMut(&mut Stream<'_>) -> io::Result<T>> Unpacking<'w, T, F> {
    pub(super) fn new(watch: &'w Watch<'_>, each: F) -> Self {
        Self {
            watch,
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
        let part = |(place, encoding, stream, value): (Place, Encoding, Option<Digested>, T)| Part {
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

    /// Whatever it is.
    pub(super) fn unpack(&mut self, place: &Place, stream: &mut Stream<'_>) -> io::Result<()> {
        let mut stream = Peeked::new(stream, HEAD)?;
        match Kind::of(stream.head()) {
            Kind::Packed(packing) => self.inflate(place, packing, &mut stream),
            Kind::Archive(Archive::Tar) => self.tar(place, &mut stream),
            Kind::Archive(Archive::Zip) => {
                let bytes = zipped::hold(&mut stream, self.watch)?;
                self.zip(place, io::Cursor::new(bytes))
            }
            Kind::Text(encoding) => self.text(place, encoding, &mut stream),
            Kind::Unread(kind) => self.unread(place, kind),
        }
    }

    fn text(&mut self, place: &Place, encoding: Encoding, stream: &mut Stream<'_>) -> io::Result<()> {
        let (value, digest) = match encoding {
            // The file's own digest is this one.
            Encoding::Utf8 if place.containers.is_empty() => ((self.each)(stream)?, None),
            Encoding::Utf8 => self.hashed(stream)?,
            _ => self.hashed(&mut Utf16::new(encoding, stream)?)?,
        };
        self.parts.push((place.clone(), encoding, digest, value));
        Ok(())
    }

    fn hashed(&mut self, stream: &mut Stream<'_>) -> io::Result<(T, Option<Digested>)> {
        let mut hashing = HashingReader::new(stream);
        let value = (self.each)(&mut hashing)?;
        Ok((value, Some(hashing.finish().into())))
    }

    fn unread(&mut self, place: &Place, kind: &'static str) -> io::Result<()> {
        if place.named {
            return Err(self.watch.fail(Fatal::Unread(kind.to_owned())));
        }
        self.pass_over(place, kind);
        Ok(())
    }

    fn pass_over(&mut self, place: &Place, reason: &str) {
        self.skipped.push(Skipped {
            shown: place.shown.clone(),
            reason: reason.to_owned(),
        });
    }

    fn is_broken(&mut self, place: &Place, bytes: u64, fault: String) {
        let shown = place.shown.clone();
        self.broken.push(Broken { shown, bytes, fault });
    }

    fn inflate(&mut self, place: &Place, packing: Packing, stream: &mut Stream<'_>) -> io::Result<()> {
        let inside = place.inside(packing.name(), self.watch)?;
        let mut layer = Inflated::new(Members::new(packing, stream), self.watch);
        self.unpack(&inside, &mut layer)?;
        // What a broken archive inside did not want may be broken too.
        drain(&mut layer)?;
        if let Some(fault) = layer.fault {
            self.is_broken(place, layer.bytes, fault);
        }
        Ok(())
    }

    fn tar(&mut self, place: &Place, stream: &mut Stream<'_>) -> io::Result<()> {
        let inside = place.inside("tar", self.watch)?;
        let mut tar = Tar::new(stream);
        loop {
            match tar.next()? {
                Step::End(None) => return Ok(()),
                Step::End(Some(fault)) => {
                    self.is_broken(place, tar.position(), fault);
                    return Ok(());
                }
                Step::Member(member) => {
                    let member_place = self.member(&inside, &member.name);
                    match member.passed_over.or_else(|| hidden(&member.name)) {
                        Some(reason) => self.pass_over(&member_place, reason),
                        None => self.unpack(&member_place, &mut tar)?,
                    }
                    if let Some(bytes) = tar.cut()? {
                        self.is_broken(&member_place, bytes, "the archive ends inside it".to_owned());
                        return Ok(());
                    }
                }
            }
        }
    }

    pub(super) fn zip(&mut self, place: &Place, file: impl Read + Seek + Send) -> io::Result<()> {
        let inside = place.inside("zip", self.watch)?;
        let mut archive = match ZipArchive::new(file) {
            Ok(archive) => archive,
            Err(fault) => return self.no_zip(place, &inside, fault),
        };
        if let Some(document) = zipped::document(&archive) {
            return self.unread(place, document);
        }
        if archive.has_duplicate_names() {
            let fault = "of several members of one name only the last can be read";
            self.is_broken(place, 0, fault.to_owned());
        }
        for at in 0..archive.len() {
            let Some(member) = zipped::member(&archive, at).map_err(io::Error::from)? else {
                continue;
            };
            let member_place = self.member(&inside, &member.name);
            match member.passed_over.or_else(|| hidden(&member.name)) {
                Some(reason) => self.pass_over(&member_place, reason),
                None => self.zipped(&member_place, &mut archive, at)?,
            }
        }
        Ok(())
    }

    fn zipped(
        &mut self,
        place: &Place,
        archive: &mut ZipArchive<impl Read + Seek + Send>,
        at: usize,
    ) -> io::Result<()> {
        match archive.by_index(at) {
            Ok(member) => {
                let mut layer = Inflated::new(member, self.watch);
                self.unpack(place, &mut layer)?;
                drain(&mut layer)?;
                if let Some(fault) = layer.fault {
                    self.is_broken(place, layer.bytes, fault);
                }
                Ok(())
            }
            Err(fault) if self.watch.has_failed() => Err(fault.into()),
            Err(fault) => {
                self.is_broken(place, 0, fault.to_string());
                Ok(())
            }
        }
    }

    /// Nothing can be read of a zip without its directory; it stays a source, so that its digest is on record.
    fn no_zip(&mut self, place: &Place, inside: &Place, fault: ZipError) -> io::Result<()> {
        if self.watch.has_failed() {
            return Err(fault.into());
        }
        self.is_broken(place, 0, fault.to_string());
        let whole = Place {
            shown: place.shown.clone(),
            ..inside.clone()
        };
        self.text(&whole, Encoding::Utf8, &mut io::empty())
    }

    fn member(&mut self, archive: &Place, name: &[u8]) -> Place {
        let name = names::shown(name.strip_prefix(b"./").unwrap_or(name));
        let mut shown = format!("{}/{name}", archive.shown);
        let met = self.met.entry(shown.clone()).or_default();
        *met += 1;
        if *met > 1 {
            shown = format!("{shown} ({met})");
        }
        Place {
            shown,
            containers: archive.containers.clone(),
            named: false,
        }
    }
}

impl From<(Sha256, u64)> for Digested {
    fn from((sha256, bytes): (Sha256, u64)) -> Self {
        Self { sha256, bytes }
    }
}

fn hidden(name: &[u8]) -> Option<&'static str> {
    names::is_hidden(name).then_some("a hidden file")
}
