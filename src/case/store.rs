//! The files of a case: on this machine, or as a plan locked them.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// Reads the files that a case names: agents, tenants, profiles, catalogues, templates and the
/// lock.
#[derive(Debug, Clone, Default)]
pub struct FileStore(StoreKind);

#[derive(Debug, Clone, Default)]
enum StoreKind {
    /// Files of this machine.
    #[default]
    Disk,
    /// Files of this machine, each kept as it was read.
    Recording(Arc<Mutex<BTreeMap<PathBuf, Vec<u8>>>>),
    /// These files alone.
    Locked(Arc<BTreeMap<PathBuf, Vec<u8>>>),
}

impl FileStore {
    /// Creates a store that reads this machine's files and keeps their bytes.
    pub fn recording() -> Self {
        Self(StoreKind::Recording(Arc::default()))
    }

    /// Creates a store of these files alone.
    pub fn locked(files: BTreeMap<PathBuf, Vec<u8>>) -> Self {
        Self(StoreKind::Locked(Arc::new(files)))
    }

    /// Returns the bytes of a file.
    pub fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match &self.0 {
            StoreKind::Disk => fs::read(path),
            StoreKind::Recording(files) => {
                let bytes = fs::read(path)?;
                let mut files = files.lock().unwrap_or_else(PoisonError::into_inner);
                files.insert(path.to_owned(), bytes.clone());
                Ok(bytes)
            }
            StoreKind::Locked(files) => files.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into()),
        }
    }

    /// Returns the text of a file.
    pub fn read_to_string(&self, path: &Path) -> io::Result<String> {
        let text = String::from_utf8(self.read(path)?);
        text.map_err(|fault| io::Error::new(io::ErrorKind::InvalidData, fault.utf8_error()))
    }

    /// Returns the names of the files in a folder, in order; of a locked folder those that were
    /// read.
    pub fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        let mut names: Vec<String> = match &self.0 {
            StoreKind::Disk | StoreKind::Recording(_) => {
                let entries: io::Result<Vec<_>> = fs::read_dir(folder)?.collect();
                let names = entries?.into_iter().map(|entry| entry.file_name());
                names.map(|name| name.to_string_lossy().into_owned()).collect()
            }
            StoreKind::Locked(files) => {
                let own = files.keys().filter(|path| path.parent() == Some(folder));
                own.filter_map(|path| path.file_name())
                    .map(|name| name.to_string_lossy().into_owned())
                    .collect()
            }
        };
        names.sort();
        Ok(names)
    }

    /// Returns every file that was read, by its path. Of a store that does not record, none.
    pub fn recorded(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        match &self.0 {
            StoreKind::Recording(files) => files.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            StoreKind::Locked(files) => BTreeMap::clone(files),
            StoreKind::Disk => BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locked_store_reads_what_was_recorded_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let (one, other) = (folder.path().join("a.hbs"), folder.path().join("b.hbs"));
        fs::write(&one, b"one").expect("a file");
        fs::write(&other, b"other").expect("a file");
        let recording = FileStore::recording();
        assert_eq!(recording.read_to_string(&one).expect("it is there"), "one");
        assert_eq!(recording.names(folder.path()).expect("a folder"), ["a.hbs", "b.hbs"]);
        let locked = FileStore::locked(recording.recorded());
        fs::write(&one, b"changed").expect("a file");
        assert_eq!(locked.read(&one).expect("it was read"), b"one");
        assert_eq!(locked.names(folder.path()).expect("a folder"), ["a.hbs"]);
        let fault = locked.read(&other).expect_err("it was not read");
        assert_eq!(fault.kind(), io::ErrorKind::NotFound);
    }
}
