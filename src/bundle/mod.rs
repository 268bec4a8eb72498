//! The bundle: the folder written for one run, and the proof that it is still that. The only writer
//! of files; what is in an artifact is not its business, but to count it again.
//!
//! ```text
//! artifacts -> manifest.json -> SHA256SUMS -> manifest.json.sig    one such chain for each tenant's folder,
//!              digest of each   of each and    by --sign           and one for the whole
//!                               manifest.json
//! ```
//!
//! Everything goes into a temporary folder beside the target, and the whole is renamed into place.
//! So at any moment there is either no bundle or a whole one.

mod canonical;
mod durable;
mod leftover;
mod manifest;
mod instructions;
mod resolved;
mod sign;
mod signature;
mod signers;
mod staged;
mod sums;
mod tenant;
mod verify;
mod write;

pub use instructions::INSTRUCTIONS_TEXT;
pub use leftover::{Leftover, leftovers, leftovers_in};
pub use manifest::{Build, FileEntry, InputEntry, MANIFEST_SCHEMA, Manifest};
pub use resolved::{ManifestCase, ResolvedDirectory, ResolvedList, ResolvedLog, ResolvedScope};
pub use sign::{SignError, Signer};
pub use signature::NAMESPACE;
pub use signers::{AllowedSigners, SignersError};
pub use staged::{Files, Staged};
pub use tenant::{TENANT_MANIFEST_SCHEMA, TenantManifest, TenantName};
pub use verify::{
    Checked, LogCheck, Mismatch, Original, Request, ShowError, SignedBy, Trust, Verification, VerifyError, show, verify,
};
pub use write::{BundleError, Undo, Writer};

/// The file that says what is in a folder.
const MANIFEST: &str = "manifest.json";
/// The same for `sha256sum -c`, the manifest included.
const SUMS: &str = "SHA256SUMS";
/// The signature over the manifest. In no list: it may be added later, and not all kinds of key
/// sign the same way twice.
const SIGNATURE: &str = "manifest.json.sig";
/// How a reader without this program checks a tenant's folder.
const INSTRUCTIONS: &str = "VERIFY.txt";
/// The folder of the files that say where each tenant's rows were cut from.
const RECORDS: &str = "records";

/// The file of the tenant with this slug in [`RECORDS`].
fn records_path(slug: &str) -> String {
    format!("{RECORDS}/{slug}.jsonl")
}

/// Whether a path inside a bundle is made of plain parts, so that it cannot leave the folder, is no
/// hidden file, means the same on every system, and needs no escaping anywhere.
fn is_plain(path: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    path.split('/').all(plain)
}
