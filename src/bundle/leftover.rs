//! Temporary folders of runs that were killed. They hold customers' data, so they are told and can
//! be removed; a folder of a run that is still under way is told apart by the lock that it holds.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

/// Between the bundle's name and the random end.
const MIDDLE: &str = ".partial-";

/// Length of the random end that `tempfile` appends.
const RANDOM: usize = 6;

/// A temporary folder beside the place of a bundle.
#[derive(Debug)]
pub struct Leftover {
    /// Where it lies.
    pub path: PathBuf,
    /// The lock of a killed run, taken over: no run can be using it.
    lock: Option<File>,
}

impl Leftover {
    /// Whether a run is using it.
    pub fn is_in_use(&self) -> bool {
        self.lock.is_none()
    }

    /// Removes it with everything in it. One that is in use stays.
    pub fn remove(self) -> io::Result<()> {
        if self.is_in_use() {
            return Err(io::ErrorKind::ResourceBusy.into());
        }
        fs::remove_dir_all(&self.path)
    }
}

/// What the name of a temporary folder for a bundle of this name begins with.
pub(super) fn prefix(bundle: &OsStr) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(bundle);
    prefix.push(MIDDLE);
    prefix
}

/// The temporary folders of runs that were to write a bundle there, by name.
pub fn leftovers(out: &Path) -> io::Result<Vec<Leftover>> {
    match out.file_name() {
        Some(name) => search(parent(out), |temporary| is_temporary_of(temporary, name)),
        None => Ok(Vec::new()),
    }
}

/// The temporary folders of runs that were to write a bundle of any name into this folder, by name.
pub fn leftovers_in(folder: &Path) -> io::Result<Vec<Leftover>> {
    search(folder, |name| {
        let bytes = name.as_encoded_bytes();
        let bundle = bytes.len().checked_sub(MIDDLE.len() + RANDOM);
        let Some((start, end)) = bundle.and_then(|at| bytes.split_at_checked(at)) else {
            return false;
        };
        start.len() > 1
            && start.starts_with(b".")
            && end.starts_with(MIDDLE.as_bytes())
            && is_random(&end[MIDDLE.len()..])
    })
}

fn search(folder: &Path, is_temporary: impl Fn(&OsStr) -> bool) -> io::Result<Vec<Leftover>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if is_temporary(&entry.file_name()) && entry.file_type()?.is_dir() {
            found.push(entry.path());
        }
    }
    found.sort();
    let leftover = |path: PathBuf| Leftover {
        lock: lock(&path).ok().flatten(),
        path,
    };
    Ok(found.into_iter().map(leftover).collect())
}

/// The folder that a path lies in.
pub(super) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn is_temporary_of(name: &OsStr, bundle: &OsStr) -> bool {
    let prefix = prefix(bundle);
    let random = name.as_encoded_bytes().strip_prefix(prefix.as_encoded_bytes());
    random.is_some_and(is_random)
}

fn is_random(end: &[u8]) -> bool {
    end.len() == RANDOM && end.iter().all(u8::is_ascii_alphanumeric)
}

/// The lock on a temporary folder; none if somebody has it. It goes with its holder, however that
/// ends.
#[cfg(unix)]
pub(super) fn lock(folder: &Path) -> io::Result<Option<File>> {
    let file = File::open(folder)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(fault)) => Err(fault),
    }
}

/// Folders cannot be locked here, and one in use is not told apart: whoever removes it must know.
#[cfg(not(unix))]
pub(super) fn lock(folder: &Path) -> io::Result<Option<File>> {
    tempfile::tempfile_in(parent(folder)).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_temporary_folders_of_that_bundle_are_leftovers() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in [
            ".out.partial-aB3xY9",
            ".out.partial-",
            ".out.partial-aB3xY9.bak",
            ".other.partial-aB3xY9",
            ".partial-aB3xY9",
            "..partial-aB3xY",
            "seen.partial-aB3xY9",
            "out",
        ] {
            fs::create_dir(folder.path().join(name)).expect("a folder");
        }
        fs::write(folder.path().join(".out.partial-f1Le00"), "").expect("a file");
        let found = leftovers(&folder.path().join("out")).expect("found");
        let names: Vec<_> = found.iter().map(|one| one.path.file_name().expect("a name")).collect();
        assert_eq!(names, [".out.partial-aB3xY9"]);
        let found = leftovers_in(folder.path()).expect("found");
        let names: Vec<_> = found.iter().map(|one| one.path.file_name().expect("a name")).collect();
        assert_eq!(names, [".other.partial-aB3xY9", ".out.partial-aB3xY9"]);
    }

    #[test]
    #[cfg(unix)]
    fn one_in_use_is_not_removed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let partial = folder.path().join(".out.partial-aB3xY9");
        fs::create_dir(&partial).expect("a folder");
        let held = lock(&partial).expect("a lock").expect("nobody has it");
        let mut found = leftovers(&folder.path().join("out")).expect("found");
        assert!(found[0].is_in_use());
        assert!(found.remove(0).remove().is_err());
        drop(held);
        let mut found = leftovers(&folder.path().join("out")).expect("found");
        assert!(!found[0].is_in_use());
        found.remove(0).remove().expect("removed");
        assert!(!partial.exists());
    }
}
