//! Reads archives: visits the members in the order in which they were packed.

use std::io::{self, Read, Seek};

use zip::{ZipArchive, result::ZipError};

use super::{
    decompress::ContainerReader,
    detect::Encoding,
    display_names,
    member_path::MemberPath,
    stream::{Stream, drain},
    tar::{TarReader, TarStep},
    unpack::{StreamHandler, Unpacker},
    zip::{self as zipped, SmallReads},
};

impl<T, F: StreamHandler<T>> Unpacker<'_, T, F> {
    pub(super) fn tar(&mut self, path: &MemberPath, stream: &mut Stream<'_>) -> io::Result<()> {
        let inside = path.inside("tar", self.guard)?;
        let mut tar = TarReader::new(stream);
        loop {
            match tar.next()? {
                TarStep::End(None) => return Ok(()),
                TarStep::End(Some(fault)) => {
                    self.mark_truncated(path, tar.position(), fault);
                    return Ok(());
                }
                TarStep::Member(member) => {
                    let member_path = self.member(&inside, &member.name);
                    match member.passed_over.or_else(|| hidden(&member.name)) {
                        Some(reason) => self.pass_over(&member_path, reason),
                        None => self.unpack(&member_path, &mut tar)?,
                    }
                    if let Some(bytes) = tar.cut()? {
                        self.mark_truncated(&member_path, bytes, "the archive ends inside it".to_owned());
                        return Ok(());
                    }
                }
            }
        }
    }

    pub(super) fn zip(&mut self, path: &MemberPath, file: impl Read + Seek + Send) -> io::Result<()> {
        let inside = path.inside("zip", self.guard)?;
        let mut archive = match ZipArchive::new(file) {
            Ok(archive) => archive,
            Err(fault) => return self.no_zip(path, &inside, fault),
        };
        if let Some(document) = zipped::document(&archive) {
            return self.foreign_formats(path, document);
        }
        if archive.has_duplicate_names() {
            let fault = "of several members of one name only the last can be read";
            self.mark_truncated(path, 0, fault.to_owned());
        }
        for at in 0..archive.len() {
            let Some(member) = zipped::member(&archive, at).map_err(io::Error::from)? else {
                continue;
            };
            let member_path = self.member(&inside, &member.name);
            match member.passed_over.or_else(|| hidden(&member.name)) {
                Some(reason) => self.pass_over(&member_path, reason),
                None => self.zipped(&member_path, &mut archive, at)?,
            }
        }
        Ok(())
    }

    fn zipped(
        &mut self,
        path: &MemberPath,
        archive: &mut ZipArchive<impl Read + Seek + Send>,
        at: usize,
    ) -> io::Result<()> {
        match archive.by_index(at) {
            Ok(member) => {
                let mut layer = ContainerReader::new(SmallReads(member), self.guard);
                self.unpack(path, &mut layer)?;
                drain(&mut layer)?;
                if let Some(fault) = layer.fault {
                    self.mark_truncated(path, layer.bytes, fault);
                }
                Ok(())
            }
            Err(fault) if self.guard.has_failed() => Err(fault.into()),
            Err(fault) => {
                self.mark_truncated(path, 0, fault.to_string());
                Ok(())
            }
        }
    }

    /// Keeps a zip without a readable directory as a source with no text, so that its digest is
    /// recorded.
    fn no_zip(&mut self, path: &MemberPath, inside: &MemberPath, fault: ZipError) -> io::Result<()> {
        if self.guard.has_failed() {
            return Err(fault.into());
        }
        self.mark_truncated(path, 0, fault.to_string());
        let whole = MemberPath {
            shown: path.shown.clone(),
            ..inside.clone()
        };
        self.text(&whole, Encoding::Utf8, None, &mut io::empty())
    }

    fn member(&mut self, archive: &MemberPath, name: &[u8]) -> MemberPath {
        let name = display_names::shown(name.strip_prefix(b"./").unwrap_or(name));
        let mut shown = format!("{}/{name}", archive.shown);
        let met = self.met.entry(shown.clone()).or_default();
        *met += 1;
        if *met > 1 {
            shown = format!("{shown} ({met})");
        }
        MemberPath {
            shown,
            containers: archive.containers.clone(),
            named: false,
        }
    }
}

fn hidden(name: &[u8]) -> Option<&'static str> {
    display_names::is_hidden(name).then_some("a hidden file")
}
