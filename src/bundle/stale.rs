//! Temporary folders of bundles, and files of plans and partials, that killed runs left behind.
//! They contain tenants' data, so they are reported and can be removed. One that is in use has a
//! lock.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

/// Text between the name of the output and the random end.
const MIDDLE: &str = ".partial-";

/// Length of the random end that `tempfile` appends.
const RANDOM: usize = 6;

/// A temporary folder or file beside the path of an output.
#[derive(Debug)]
pub struct StaleOutput {
    /// Path of the folder or file.
    pub path: PathBuf,
    is_folder: bool,
    /// Lock on it, if no run has it. No run can use it while it is locked here.
    lock: Option<File>,
}

impl StaleOutput {
    /// Returns whether a run is using it.
    pub fn is_in_use(&self) -> bool {
        self.lock.is_none()
    }

    /// Removes the file, or the folder with its content. Fails if it is in use.
    pub fn remove(self) -> io::Result<()> {
        if self.is_in_use() {
            return Err(io::ErrorKind::ResourceBusy.into());
        }
        if self.is_folder {
            fs::remove_dir_all(&self.path)
        } else {
            fs::remove_file(&self.path)
        }
    }
}

/// Returns the beginning of the names of temporary folders and files for an output of this name.
pub(crate) fn prefix(output: &OsStr) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(output);
    prefix.push(MIDDLE);
    prefix
}

/// Finds the temporary folders and files for an output at this path, sorted by name.
pub fn stale_outputs(out: &Path) -> io::Result<Vec<StaleOutput>> {
    match out.file_name() {
        Some(name) => search(parent(out), |temporary| is_temporary_of(temporary, name)),
        None => Ok(Vec::new()),
    }
}

/// Finds the temporary folders and files for outputs of any name in this folder, sorted by name.
pub fn stale_outputs_in(folder: &Path) -> io::Result<Vec<StaleOutput>> {
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

fn search(folder: &Path, is_temporary: impl Fn(&OsStr) -> bool) -> io::Result<Vec<StaleOutput>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        // A link is nothing that a run makes.
        if is_temporary(&entry.file_name()) && (kind.is_dir() || kind.is_file()) {
            found.push((entry.path(), kind.is_dir()));
        }
    }
    found.sort();
    let leftover = |(path, is_folder): (PathBuf, bool)| StaleOutput {
        lock: lock(&path).ok().flatten(),
        path,
        is_folder,
    };
    Ok(found.into_iter().map(leftover).collect())
}

/// Returns the folder that contains a path.
pub(crate) fn parent(path: &Path) -> &Path {
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

/// Locks a temporary folder or file. Returns `None` if another process has the lock. The system
/// releases the lock when its owner ends.
#[cfg(unix)]
pub(super) fn lock(folder: &Path) -> io::Result<Option<File>> {
    let file = File::open(folder)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(fault)) => Err(fault),
    }
}

/// Returns a lock on another file: folders cannot be locked on this system, so a folder in use is
/// not recognised. The user who removes it must know.
#[cfg(not(unix))]
pub(super) fn lock(folder: &Path) -> io::Result<Option<File>> {
    tempfile::tempfile_in(parent(folder)).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_temporary_names_of_that_output_are_leftovers() {
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
        let found = stale_outputs(&folder.path().join("out")).expect("found");
        let names: Vec<_> = found.iter().map(|one| one.path.file_name().expect("a name")).collect();
        assert_eq!(names, [".out.partial-aB3xY9", ".out.partial-f1Le00"]);
        drop(found);
        let found = stale_outputs_in(folder.path()).expect("found");
        let names: Vec<_> = found.iter().map(|one| one.path.file_name().expect("a name")).collect();
        assert_eq!(
            names,
            [".other.partial-aB3xY9", ".out.partial-aB3xY9", ".out.partial-f1Le00"]
        );
        for one in found {
            one.remove().expect("removed");
        }
        assert!(stale_outputs_in(folder.path()).expect("found").is_empty());
    }

    #[test]
    #[cfg(unix)]
    fn one_in_use_is_not_removed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let partial = folder.path().join(".out.partial-aB3xY9");
        fs::create_dir(&partial).expect("a folder");
        let held = lock(&partial).expect("a lock").expect("nobody has it");
        let mut found = stale_outputs(&folder.path().join("out")).expect("found");
        assert!(found[0].is_in_use());
        assert!(found.remove(0).remove().is_err());
        drop(held);
        let mut found = stale_outputs(&folder.path().join("out")).expect("found");
        assert!(!found[0].is_in_use());
        found.remove(0).remove().expect("removed");
        assert!(!partial.exists());
    }
}
