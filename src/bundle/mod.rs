//! The bundle: the folder written for one run. The only writer of files; what is in an artifact is not its business.
//!
//! Everything goes into a temporary folder beside the target, the manifest last, and the whole is renamed into place. So
//! at any moment there is either no bundle or a whole one.

mod manifest;
mod write;

pub use manifest::{FileEntry, InputEntry, MANIFEST_SCHEMA, Manifest, ManifestCase};
pub use write::{BundleError, Writer};
