//! Unpacking archives: folders whose files are met in the order in which they were packed.

use std::io::{self, Read, Seek};

use zip::{ZipArchive, result::ZipError};

use super::{
    inflate::Inflated,
    kind::Encoding,
    names,
    place::Place,
    stream::{Stream, drain},
    tar::{Step, Tar},
    unpack::{Each, Unpacking},
    zip::{self as zipped, Steps},
};

impl<T, F: Each<T>> Unpacking<'_, T, F> {
    pub(super) fn tar(&mut self, place: &Place, stream: &mut Stream<'_>) -> io::Result<()> {
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
                let mut layer = Inflated::new(Steps(member), self.watch);
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
        self.text(&whole, Encoding::Utf8, None, &mut io::empty())
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

fn hidden(name: &[u8]) -> Option<&'static str> {
    names::is_hidden(name).then_some("a hidden file")
}
