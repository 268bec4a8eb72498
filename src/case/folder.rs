//! The folder a case speaks from, and the files it names there.

use std::{fs, io, path::PathBuf, sync::Arc};

use super::{CaseFile, FileStore, ProfileRef};
use crate::{
    config::Spanned,
    diag::{Diagnostic, nearest},
};

/// The folder that paths of a case are relative to, and the files read so far.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) base: PathBuf,
    pub(super) files: Vec<CaseFile>,
    /// Names of the read files in faults, in the order read, in which faults are sorted.
    pub(super) names: Vec<String>,
    pub(super) store: FileStore,
}

impl Folder {
    /// An empty base, the parent of a bare file name, is the current folder.
    pub(super) fn new(base: PathBuf) -> Self {
        let base = if base.as_os_str().is_empty() {
            PathBuf::from(".")
        } else {
            base
        };
        Self {
            base,
            files: Vec::new(),
            names: Vec::new(),
            store: FileStore::default(),
        }
    }

    /// Reads files from this store.
    pub(super) fn reading_from(self, store: &FileStore) -> Self {
        Self {
            store: store.clone(),
            ..self
        }
    }

    /// Returns the path to open. Omits a leading `./`, which is not part of the path as typed.
    pub(super) fn resolve(&self, written: &str) -> PathBuf {
        if self.base.as_os_str() == "." {
            PathBuf::from(written)
        } else {
            self.base.join(written)
        }
    }

    /// Returns the path as written and as resolved.
    pub(super) fn pair(&self, written: &str) -> (String, PathBuf) {
        (written.to_owned(), self.resolve(written))
    }

    /// A name ending in `.toml` is a file of the case, any other a built-in profile.
    pub(super) fn profile(&self, written: &str) -> ProfileRef {
        if written.to_ascii_lowercase().ends_with(".toml") {
            let (shown, path) = self.pair(written);
            return ProfileRef::File { shown, path };
        }
        ProfileRef::BuiltIn(written.to_owned())
    }

    /// The bytes of a file the case names, in UTF-8 where it is in UTF-16, and how to name it in
    /// faults.
    pub(super) fn read(
        &mut self,
        role: &'static str,
        written: &Spanned<String>,
        faults: &mut Vec<Diagnostic>,
    ) -> Option<(String, Arc<Vec<u8>>)> {
        let path = self.resolve(&written.value);
        let fault = |error| faults.push(self.unreadable(role, written, &error));
        let bytes = Arc::new(self.store.read(&path).map_err(fault).ok()?);
        let name = path.display().to_string();
        let file = CaseFile::sharing(role, written.value.clone(), Arc::clone(&bytes));
        self.files.push(file);
        self.names.push(name.clone());
        Some((name, utf8(bytes)))
    }

    fn unreadable(&self, role: &str, written: &Spanned<String>, error: &io::Error) -> Diagnostic {
        let (shown, path) = self.pair(&written.value);
        let message = format!("cannot read the file of {role} `{shown}` ({}): {error}", path.display());
        let hint = match neighbour(&path) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("paths are relative to `{}`", self.base.display()),
        };
        Diagnostic::new("unreadable-file", message)
            .hint(hint)
            .at(written.place.clone())
    }
}

/// Converts UTF-16 text with a byte order mark to UTF-8, such as the "Unicode text" of a
/// spreadsheet. Other bytes are returned unchanged; the reader reports where they are not text.
fn utf8(bytes: Arc<Vec<u8>>) -> Arc<Vec<u8>> {
    let encoding = match bytes[..] {
        [0xff, 0xfe, ..] => encoding_rs::UTF_16LE,
        [0xfe, 0xff, ..] => encoding_rs::UTF_16BE,
        _ => return bytes,
    };
    let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes[2..]);
    let text = text.map(|text| text.into_owned().into_bytes());
    match text {
        Some(text) => Arc::new(text),
        None => bytes,
    }
}

/// The file in the same folder whose name is nearest.
fn neighbour(path: &std::path::Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let entries = fs::read_dir(folder.unwrap_or(".".as_ref())).ok()?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.retain(|other| other != name);
    // The order of files in a folder depends on the file system.
    names.sort();
    nearest(name, names.iter().map(String::as_str)).map(str::to_owned)
}
