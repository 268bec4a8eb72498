//! `SHA256SUMS`: the digests of a folder's files in the form that `sha256sum -c` and `shasum -a 256
//! -c` read.

use super::{FileEntry, layout::MANIFEST};
use crate::digest::Sha256;

/// Renders the list for these files and their manifest. Paths are plain, so none needs escaping.
pub(crate) fn sha256sums(files: &[FileEntry], manifest: Sha256) -> String {
    let mut lines: Vec<_> = files.iter().map(|file| (file.path.as_str(), file.sha256)).collect();
    lines.push((MANIFEST, manifest));
    lines.sort_unstable();
    let line = |(path, sha256): (&str, Sha256)| format!("{sha256}  {path}\n");
    lines.into_iter().map(line).collect()
}
