//! The last steps of writing a bundle: sync its files to the disk, and rename its folder without
//! replacing anything.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use super::FileEntry;

/// Syncs every byte below a folder to the disk, so that a power cut after the rename cannot leave a
/// bundle with empty files.
///
/// It syncs the whole file system with one call. A call for each of hundreds of files takes many
/// times as long, because each waits for the journal (measured on ext4: docs/verify.md).
#[cfg(target_os = "linux")]
pub(super) fn sync(folder: &Path, _files: &[PathBuf]) -> io::Result<()> {
    Ok(rustix::fs::syncfs(File::open(folder)?)?)
}

/// Syncs every file to the disk, and the folder where folders can be opened.
#[cfg(not(target_os = "linux"))]
pub(super) fn sync(folder: &Path, files: &[PathBuf]) -> io::Result<()> {
    for file in files {
        File::options().write(true).open(file)?.sync_all()?;
    }
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    let _ = folder;
    Ok(())
}

/// Syncs the entries of the bundle's parent folder. Some file systems cannot, and the bundle is
/// complete all the same.
pub(super) fn sync_name(parent: &Path) {
    #[cfg(unix)]
    let _ = File::open(parent).and_then(|folder| folder.sync_all());
    let _ = parent;
}

/// Returns the first listed file that does not exist with its size. A folder that lost a file must
/// not be renamed to a bundle.
pub(super) fn missing<'f>(folder: &Path, files: &'f [FileEntry]) -> Option<&'f str> {
    let there = |file: &&FileEntry| {
        let meta = folder.join(&file.path).symlink_metadata();
        meta.is_ok_and(|meta| meta.is_file() && meta.len() == file.bytes)
    };
    files.iter().find(|file| !there(file)).map(|file| file.path.as_str())
}

/// Renames a folder. Fails if the target exists.
#[cfg(target_os = "linux")]
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // Some file systems (NFS, some FUSE) cannot do it atomically.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => rename_checked(from, to),
        done => Ok(done?),
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    rename_checked(from, to)
}

fn rename_checked(from: &Path, to: &Path) -> io::Result<()> {
    if to.symlink_metadata().is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    std::fs::rename(from, to)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_folder_that_came_to_exist_meanwhile_is_not_replaced() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::create_dir(&from).expect("a folder");
        fs::create_dir(&to).expect("a folder");
        for rename in [rename, rename_checked] {
            let fault = rename(&from, &to).expect_err("it exists");
            assert_eq!(fault.kind(), io::ErrorKind::AlreadyExists);
        }
    }
}
