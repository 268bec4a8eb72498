//! Writing a bundle: into a temporary folder beside the target, renamed into place when it is whole.

use std::{
    fs::{DirBuilder, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::{FileEntry, Manifest};
use crate::{digest::Sha256, reports::Artifact};

/// A bundle being written. Dropped without [`Self::finish`], it leaves nothing behind.
#[derive(Debug)]
pub struct Writer {
    out: PathBuf,
    temporary: TempDir,
}

/// The bundle could not be written. Nothing is left at its place.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// Something is there already.
    #[error("`{}` exists already; name a new folder with --out: a bundle is never overwritten or mixed with another", .0.display())]
    Exists(PathBuf),
    /// The folder to put it in is not there.
    #[error("there is no folder `{}` to put the bundle in; create it first", .0.display())]
    NoParent(PathBuf),
    /// An artifact's path leads out of the bundle, or is not plain. A fault of this program.
    #[error(
        "refused to write `{0}`: not a plain path inside the bundle; this is a fault of tenant-impact, please report it"
    )]
    Path(String),
    /// The operating system refused.
    #[error("cannot write `{}`: {fault}", path.display())]
    Io {
        /// What was being written.
        path: PathBuf,
        /// Its answer.
        fault: io::Error,
    },
}

impl Writer {
    /// Prepares to write a bundle there, and finds out now whether that can be done.
    pub fn create(out: &Path) -> Result<Self, BundleError> {
        if out.symlink_metadata().is_ok() {
            return Err(BundleError::Exists(out.to_owned()));
        }
        let parent = match out.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let Some(name) = out.file_name() else {
            return Err(BundleError::Exists(out.to_owned()));
        };
        if !parent.is_dir() {
            return Err(BundleError::NoParent(parent.to_owned()));
        }
        let prefix = format!(".{}.partial-", name.to_string_lossy());
        let temporary = private_temporary(&prefix, parent);
        let temporary = temporary.map_err(|fault| BundleError::Io {
            path: parent.to_owned(),
            fault,
        })?;
        Ok(Self {
            out: out.to_owned(),
            temporary,
        })
    }

    /// Writes one file. Threads may write different files at the same time.
    pub fn put(&self, artifact: &Artifact) -> Result<FileEntry, BundleError> {
        let path = self.place(&artifact.path)?;
        let written = self.write(&path, &artifact.bytes);
        written.map_err(|fault| BundleError::Io { path, fault })?;
        let Artifact { path, bytes } = artifact;
        Ok(FileEntry {
            path: path.clone(),
            sha256: Sha256::of(bytes),
            bytes: bytes.len() as u64,
        })
    }

    /// Writes the manifest, and puts the whole in its place.
    pub fn finish(self, manifest: &Manifest) -> Result<PathBuf, BundleError> {
        let mut bytes = serde_json::to_vec_pretty(manifest).expect("a manifest has string keys only");
        bytes.push(b'\n');
        self.put(&Artifact {
            path: "manifest.json".to_owned(),
            bytes,
        })?;
        let Self { out, temporary } = self;
        match rename(temporary.path(), &out) {
            Ok(()) => {
                // It is no temporary folder any more, and must not be removed like one.
                let _ = temporary.keep();
                Ok(out)
            }
            Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists => Err(BundleError::Exists(out)),
            Err(fault) => Err(BundleError::Io { path: out, fault }),
        }
    }

    /// Where an artifact goes. Paths are made of plain parts, so that none can leave the bundle.
    fn place(&self, path: &str) -> Result<PathBuf, BundleError> {
        let plain = |part: &str| {
            !part.is_empty()
                && !part.starts_with('.')
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        };
        if path.split('/').all(plain) {
            Ok(path
                .split('/')
                .fold(self.temporary.path().to_owned(), |place, part| place.join(part)))
        } else {
            Err(BundleError::Path(path.to_owned()))
        }
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let parent = path.parent().unwrap_or(self.temporary.path());
        private_folder().create(parent)?;
        private_file().open(path)?.write_all(bytes)
    }
}

/// A temporary folder that only its owner can read, where the system knows owners.
fn private_temporary(prefix: &str, parent: &Path) -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir_in(parent)
}

/// Readable by the owner only.
fn private_folder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// A new file, readable by the owner only.
fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Renames, and never onto anything that has come to stand there meanwhile.
#[cfg(target_os = "linux")]
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // Some file systems (NFS, some FUSE) cannot promise it.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => rename_checked(from, to),
        done => Ok(done?),
    }
}

#[cfg(not(target_os = "linux"))]
fn rename(from: &Path, to: &Path) -> io::Result<()> {
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

    fn artifact(path: &str) -> Artifact {
        Artifact {
            path: path.to_owned(),
            bytes: b"x".to_vec(),
        }
    }

    fn left(folder: &Path) -> usize {
        fs::read_dir(folder).expect("a folder").count()
    }

    #[test]
    fn nothing_is_left_of_a_bundle_that_was_not_finished() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let writer = Writer::create(&folder.path().join("out")).expect("a writer");
        writer.put(&artifact("tenants/t-1/report.html")).expect("written");
        assert_eq!(left(folder.path()), 1);
        drop(writer);
        assert_eq!(left(folder.path()), 0);
    }

    #[test]
    fn a_folder_that_exists_is_never_touched() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(matches!(Writer::create(folder.path()), Err(BundleError::Exists(_))));
        let nowhere = folder.path().join("no/where");
        assert!(matches!(Writer::create(&nowhere), Err(BundleError::NoParent(_))));
    }

    #[test]
    fn a_folder_that_came_to_exist_meanwhile_is_not_replaced() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::create_dir(&from).expect("a folder");
        fs::create_dir(&to).expect("a folder");
        let fault = rename(&from, &to).expect_err("it exists");
        assert_eq!(fault.kind(), io::ErrorKind::AlreadyExists);
    }

    #[test]
    fn no_path_leads_out_of_the_bundle() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let writer = Writer::create(&folder.path().join("out")).expect("a writer");
        for path in ["../x", "/x", "a/../../x", "a//b", ".hidden", "a\\b", "a\0b", ""] {
            assert!(
                matches!(writer.put(&artifact(path)), Err(BundleError::Path(_))),
                "{path}"
            );
        }
    }

    #[test]
    #[cfg(unix)]
    fn only_the_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let writer = Writer::create(&folder.path().join("out")).expect("a writer");
        writer.put(&artifact("tenants/t-1/report.html")).expect("written");
        let mode = |path: &str| {
            fs::metadata(writer.temporary.path().join(path))
                .expect(path)
                .permissions()
                .mode()
                & 0o777
        };
        assert_eq!(
            (mode(""), mode("tenants/t-1"), mode("tenants/t-1/report.html")),
            (0o700, 0o700, 0o600)
        );
    }
}
