//! Out of the temporary name: onto the disk, and then renamed, never onto anything.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use super::FileEntry;

/// Brings every byte below a folder to the disk, so that a power cut after the rename cannot leave
/// a hollow bundle.
///
/// One call for the whole file system: a call for each of hundreds of files takes many times as
/// long (measured on ext4: docs/verify.md), because each waits for the journal.
#[cfg(target_os = "linux")]
pub(super) fn sync(folder: &Path, _files: &[PathBuf]) -> io::Result<()> {
    Ok(rustix::fs::syncfs(File::open(folder)?)?)
}

/// Brings every file to the disk, and where folders can be opened, the folder too.
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

/// Brings a folder's own entries to the disk: the bundle's name in its parent. Some file systems
/// cannot, and the bundle is whole all the same.
pub(super) fn sync_name(parent: &Path) {
    #[cfg(unix)]
    let _ = File::open(parent).and_then(|folder| folder.sync_all());
    let _ = parent;
}

/// Whether every file that is listed is still there in its size. What someone else took away
/// meanwhile must not be renamed into something that looks like a bundle.
pub(super) fn missing<'f>(folder: &Path, files: &'f [FileEntry]) -> Option<&'f str> {
    let there = |file: &&FileEntry| {
        let meta = folder.join(&file.path).symlink_metadata();
        meta.is_ok_and(|meta| meta.is_file() && meta.len() == file.bytes)
    };
    files.iter().find(|file| !there(file)).map(|file| file.path.as_str())
}

/// Renames, and never onto anything that has come to stand there meanwhile.
#[cfg(target_os = "linux")]
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // Some file systems (NFS, some FUSE) cannot promise it.
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
