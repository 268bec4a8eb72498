//! Names of the files and folders inside a bundle.

/// List of the files in a folder, with their digests.
pub(crate) const MANIFEST: &str = "manifest.json";
/// The list that `sha256sum -c` reads. It names the manifest too.
pub(crate) const SUMS: &str = "SHA256SUMS";
/// Signature over the manifest. No list names it: it may be added later, and some kinds of key make
/// another signature each time.
pub(crate) const SIGNATURE: &str = "manifest.json.sig";
/// Instructions for checking a tenant's folder without this program.
pub(super) const INSTRUCTIONS: &str = "VERIFY.txt";
/// Folder of the files that state where each tenant's rows were cut from.
pub(crate) const RECORDS: &str = "records";
/// Folder of the tenants' folders until they are searched for leaks. No path inside a finished
/// bundle begins with a dot.
pub(super) const STAGING: &str = ".staging";

/// Returns the path of the file in [`RECORDS`] for the tenant with this slug.
pub(crate) fn records_path(slug: &str) -> String {
    format!("{RECORDS}/{slug}.jsonl")
}

/// Returns whether a path inside a bundle consists of plain parts: it cannot leave the folder, is
/// not hidden, means the same on every system and needs no escaping.
pub(crate) fn is_plain(path: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    path.split('/').all(plain)
}
