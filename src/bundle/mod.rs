//! The folder that one run writes, and its proof of integrity. This module and the case's lock are
//! the only writers of files.
//!
//! ```text
//! artifacts -> manifest.json -> SHA256SUMS -> manifest.json.sig    one chain for each tenant's
//!              digest of each   of each and    by --sign           folder, one for the bundle
//!                               manifest.json
//! ```
//!
//! All files are written into a temporary folder beside the target, which is renamed into place at
//! the end. So at any moment there is either no bundle or a complete one.

mod allowed_signers;
mod canonical_json;
mod layout;
mod manifest;
mod manifest_case;
mod private_files;
mod sha256sums;
mod signer;
mod sshsig;
mod staging;
mod stale;
mod sync_and_rename;
mod temporary;
mod tenant_manifest;
mod verification_files;
mod verify_instructions;
mod write;

pub use allowed_signers::{AllowedSigners, SignersError};
pub(crate) use canonical_json::read as read_canonical;
pub(crate) use layout::{MANIFEST, RECORDS, SIGNATURE, SUMS, is_plain, records_path};
pub use manifest::{Build, FileEntry, InputEntry, MANIFEST_SCHEMA, Manifest};
pub use manifest_case::{ManifestCase, ResolvedDirectory, ResolvedList, ResolvedLog, ResolvedScope};
pub(crate) use sha256sums::sha256sums;
pub use signer::{SignError, Signer};
pub use sshsig::NAMESPACE;
pub(crate) use sshsig::{fingerprint, signed_by};
pub use staging::{FolderWriter, TenantStaging};
pub use stale::{StaleOutput, stale_outputs, stale_outputs_in};
pub(crate) use stale::{parent, prefix as stale_prefix};
pub use tenant_manifest::{TENANT_MANIFEST_SCHEMA, TenantManifest, TenantName};
pub(crate) use verification_files::verification_files;
pub use verify_instructions::INSTRUCTIONS_TEXT;
pub use write::{AbortHandle, BundleError, BundleWriter};
