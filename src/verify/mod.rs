//! Verification of a bundle or of one tenant's folder: its files are unchanged, its signatures are
//! valid, and its figures add up.
//!
//! A bundle is hostile input. Links are not followed, no path leaves the folder, and no more is
//! read than the manifest states. A fault of the folder is a value of the answer; only what
//! prevents the check is an error.

mod bundle_contents;
mod bundle_folder;
mod claims;
mod csv_tables;
mod event_lines;
mod event_row;
mod event_sums;
mod expected_rows;
mod inventory;
mod log_check;
mod masked_originals;
mod people_table;
mod rebuild;
mod recount;
mod show_record;
mod signatures;

use std::{io, path::Path};

use serde::Serialize;

use self::{
    bundle_contents::BundleContents,
    bundle_folder::BundleFolder,
    inventory::{Inventory, TopManifest},
};
use crate::{
    bundle::{AllowedSigners, Build, Manifest},
    case::CaseHeader,
    progress::{Progress, Silent},
    sources::Limits,
    text::{shortened, visible},
    time::Timestamp,
};

pub use log_check::LogCheck;
pub use show_record::{OriginalRecord, ShowError, show};
pub use signatures::SignedBy;

/// A request to verify a folder.
#[derive(Debug)]
pub struct Request<'r> {
    /// A bundle, or the folder of one tenant.
    pub folder: &'r Path,
    /// Folder of the case file, if the logs are to be read again.
    pub logs: Option<&'r Path>,
    /// Signers that are trusted. Without them, any valid signature counts and its signer is
    /// unknown.
    pub trust: Option<Trust>,
}

/// Signers that are trusted.
#[derive(Debug)]
pub struct Trust {
    /// Keys of the signers.
    pub signers: AllowedSigners,
    /// Name of the signer, if a certain one is required.
    pub name: Option<String>,
    /// Time of the signature, for keys with a limited time; by default the time when the case was
    /// issued.
    pub at: Option<Timestamp>,
}

/// Result of a verification. Without a mismatch, the folder verifies.
#[derive(Debug, Serialize)]
pub struct Verification {
    /// Id of the case.
    pub case: String,
    /// Tenant of the folder; absent for a bundle.
    pub tenant: Option<String>,
    /// Amount of data that was checked.
    pub checked: Checked,
    /// Signers by fingerprint.
    pub signatures: Vec<SignedBy>,
    /// Result of reading the logs, if it was requested.
    pub logs: Option<LogCheck>,
    /// Sentences about figures that cannot be counted again, because files were not released. They
    /// are not mismatches.
    pub uncounted: Vec<String>,
    /// Mismatches in the order of paths.
    pub mismatches: Vec<Mismatch>,
}

/// Amount of data that was checked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Number of files.
    pub files: u64,
    /// Number of their bytes.
    pub bytes: u64,
    /// Number of tenants whose files were counted again.
    pub tenants: u64,
    /// Number of event lines that were counted again.
    pub events: u64,
}

/// A difference between the folder and what it states.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Mismatch {
    /// Path inside the folder, or of a log as the manifest names it. It is text of the bundle and
    /// must be escaped for display.
    pub path: String,
    /// `added`, `missing`, `changed`, `manifest`, `signature`, `count` or `log`.
    pub kind: &'static str,
    /// Description, fit for display.
    pub detail: String,
}

impl Mismatch {
    fn new(kind: &'static str, path: impl Into<String>, detail: impl AsRef<str>) -> Self {
        Self {
            path: path.into(),
            kind,
            detail: visible(detail.as_ref()).into_owned(),
        }
    }
}

/// Reason why a folder cannot be verified.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The folder has no manifest.
    #[error(
        "`{0}` is not a bundle: it has no manifest.json; name the folder that `report` wrote, or one customer's in it"
    )]
    NotABundle(String),
    /// The operating system refused.
    #[error("cannot read `{path}`: {fault}")]
    Io {
        /// Path that was to be read.
        path: String,
        /// Answer of the system.
        fault: io::Error,
    },
}

/// Verifies a folder.
pub fn verify(request: &Request<'_>) -> Result<Verification, VerifyError> {
    verify_observed(request, &Silent)
}

/// Verifies a folder, and reports progress.
pub fn verify_observed(request: &Request<'_>, progress: &dyn Progress) -> Result<Verification, VerifyError> {
    examine(request, progress).map(|(verification, _)| verification)
}

/// Verifies a folder. Returns the parsed files too.
fn examine(request: &Request<'_>, progress: &dyn Progress) -> Result<(Verification, BundleContents), VerifyError> {
    let folder = BundleFolder::open(request.folder)?;
    let mut mismatches = Vec::new();
    let inventory = Inventory::read(&folder, &mut mismatches)?;
    let mut written = inventory.compare(&folder, progress, &mut mismatches)?;
    let checked = written.checked(&inventory);
    let mut uncounted = recount::recount(&inventory, &written, &mut mismatches);
    let signatures = signatures::check(&folder, &inventory, request.trust.as_ref(), &mut mismatches)?;
    let logs = match (request.logs, &inventory.stated) {
        (Some(root), TopManifest::Bundle(manifest)) => {
            uncounted.extend(of_another_build(&manifest.tool));
            let known = mismatches.len();
            let mut check = log_check::check(root, manifest, &written, progress, &mut mismatches);
            // With another log or another case every file differs, and the reason is stated
            // already.
            let of_bundle = |path: &str| {
                let file = path.rsplit_once(':').map_or("", |(file, _)| file);
                inventory.files.contains_key(file)
            };
            let same = mismatches[known..].iter().all(|mismatch| of_bundle(&mismatch.path));
            // Free the rows before those of the logs are read.
            written = BundleContents {
                findings: written.findings,
                ..BundleContents::default()
            };
            if let Some(findings) = written.findings.as_deref().filter(|_| same) {
                check.remade = rebuild::check(root, &folder, manifest, findings, progress, &mut mismatches);
            }
            Some(check)
        }
        (Some(_), TopManifest::Tenant(_)) => {
            let detail = "a tenant's folder does not name the logs' paths; verify the whole bundle with them";
            mismatches.push(Mismatch::new("log", "", detail));
            None
        }
        _ => None,
    };
    progress.finish();
    mismatches.sort();
    mismatches.dedup();
    let verification = Verification {
        case: inventory.stated.case().map(|case| case.id.clone()).unwrap_or_default(),
        tenant: match &inventory.stated {
            TopManifest::Tenant(manifest) => Some(manifest.tenant.id.0.clone()),
            _ => None,
        },
        checked,
        signatures,
        logs,
        uncounted,
        mismatches,
    };
    Ok((verification, written))
}

/// Returns a sentence if the bundle states that another build wrote it. Builds that give the same
/// files cannot be distinguished by them.
fn of_another_build(tool: &Build) -> Option<String> {
    let this = Build::this();
    let said = |build: &Build| {
        let sources = shortened(&build.sources_sha256, 12);
        format!(
            "{} (sources {sources}, {}, {}, {})",
            build.version, build.target, build.profile, build.compiler
        )
    };
    (this != *tool).then(|| {
        let sentence = format!(
            "which build wrote the bundle: it says {}, and this is {}; where both give the same files, nothing shows it",
            said(tool),
            said(&this)
        );
        // The text of the bundle may be hostile.
        visible(&sentence).into_owned()
    })
}

/// Returns the limits that the logs were read with.
fn limits(manifest: &Manifest) -> Limits {
    Limits {
        ratio: manifest.case.limit_ratio,
        unpacked: manifest.case.limit_unpacked,
        ..Limits::default()
    }
}

impl TopManifest {
    fn case(&self) -> Option<&CaseHeader> {
        match self {
            Self::Bundle(manifest) => Some(&manifest.case.header),
            Self::Tenant(manifest) => Some(&manifest.case),
            Self::Nothing => None,
        }
    }
}
