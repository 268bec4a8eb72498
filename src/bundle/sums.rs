//! `SHA256SUMS`: the files of a folder in the form that `sha256sum -c` and `shasum -a 256 -c` read.

use super::{FileEntry, MANIFEST};
use crate::digest::Sha256;

/// The list for a folder with these files and this manifest. Paths are plain, so none needs
/// escaping.
pub(super) fn sums(files: &[FileEntry], manifest: Sha256) -> String {
    let mut lines: Vec<_> = files.iter().map(|file| (file.path.as_str(), file.sha256)).collect();
    lines.push((MANIFEST, manifest));
    lines.sort_unstable();
    let line = |(path, sha256): (&str, Sha256)| format!("{sha256}  {path}\n");
    lines.into_iter().map(line).collect()
}
