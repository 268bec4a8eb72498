//! Verifying: is this folder still what was written, who signed it, and do its files add up?
//!
//! A bundle is hostile input here. Links are not followed, no path leaves the folder, what is read
//! is bounded by what is stated, and every fault of the folder is a value that is told; only what
//! keeps from looking is an error.

mod again;
mod cells;
mod folder;
mod inventory;
mod logs;
mod masks;
mod original;
mod people;
mod recount;
mod rows;
mod signatures;
mod stated;
mod sums;

use std::{io, path::Path};

use serde::Serialize;

use self::{
    folder::Folder,
    inventory::{Inventory, Stated},
    rows::Written,
};
use super::{AllowedSigners, Build, Manifest};
use crate::{
    case::CaseHeader,
    sources::Limits,
    text::{shortened, visible},
    time::Timestamp,
};

pub use logs::LogCheck;
pub use original::{Original, ShowError, show};
pub use signatures::SignedBy;

/// What is to be verified.
#[derive(Debug)]
pub struct Request<'r> {
    /// A bundle, or the folder of one tenant.
    pub folder: &'r Path,
    /// Where the logs lie, if they are to be read again: the folder of the case file.
    pub logs: Option<&'r Path>,
    /// Whose signatures count; without it, any sound one does, and the signer is unknown.
    pub trust: Option<Trust>,
}

/// Whose signatures count.
#[derive(Debug)]
pub struct Trust {
    /// Their keys.
    pub signers: AllowedSigners,
    /// In this name, where one is asked for.
    pub name: Option<String>,
    /// When it was signed, for keys that are limited in time; else when the case was issued.
    pub at: Option<Timestamp>,
}

/// What verifying found. Without a mismatch, the folder verifies.
#[derive(Debug, Serialize)]
pub struct Verification {
    /// The vendor's number of the incident.
    pub case: String,
    /// Whose folder it is; none of a whole bundle.
    pub tenant: Option<String>,
    /// What was looked at.
    pub checked: Checked,
    /// Who signed, by fingerprint.
    pub signatures: Vec<SignedBy>,
    /// What the logs say, if they were asked.
    pub logs: Option<LogCheck>,
    /// What cannot be counted again, in a sentence each: what was not released is in no file. No
    /// mismatch.
    pub uncounted: Vec<String>,
    /// Everything that is not as it should be, by path.
    pub mismatches: Vec<Mismatch>,
}

/// What was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Files of the folder.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Tenants whose files were counted again.
    pub tenants: u64,
    /// Lines of events that were counted again.
    pub events: u64,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Mismatch {
    /// Inside the folder; of a log, as the manifest names it. Text of the bundle: make it visible
    /// before showing it.
    pub path: String,
    /// `added`, `missing`, `changed`, `manifest`, `signature`, `count` or `log`.
    pub kind: &'static str,
    /// In a few words, fit to be shown.
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

/// The folder cannot be verified at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// There is no manifest.
    #[error(
        "`{0}` is not a bundle: it has no manifest.json; name the folder that `report` wrote, or one customer's in it"
    )]
    NotABundle(String),
    /// The operating system refused.
    #[error("cannot read `{path}`: {fault}")]
    Io {
        /// What was to be read.
        path: String,
        /// Its answer.
        fault: io::Error,
    },
}

/// Looks at everything in a folder.
pub fn verify(request: &Request<'_>) -> Result<Verification, VerifyError> {
    examine(request).map(|(verification, _)| verification)
}

/// What verifying found, and what was read meanwhile.
fn examine(request: &Request<'_>) -> Result<(Verification, Written), VerifyError> {
    let folder = Folder::open(request.folder)?;
    let mut mismatches = Vec::new();
    let inventory = Inventory::read(&folder, &mut mismatches)?;
    let mut written = inventory.compare(&folder, &mut mismatches)?;
    let checked = written.checked(&inventory);
    let mut uncounted = recount::recount(&inventory, &written, &mut mismatches);
    let signatures = signatures::check(&folder, &inventory, request.trust.as_ref(), &mut mismatches)?;
    let logs = match (request.logs, &inventory.stated) {
        (Some(root), Stated::Bundle(manifest)) => {
            uncounted.extend(of_another_build(&manifest.tool));
            let known = mismatches.len();
            let mut check = logs::check(root, manifest, &written, &mut mismatches);
            // With another log or another case every file is another, and the reason is stated.
            let of_bundle = |path: &str| {
                let file = path.rsplit_once(':').map_or("", |(file, _)| file);
                inventory.files.contains_key(file)
            };
            let same = mismatches[known..].iter().all(|mismatch| of_bundle(&mismatch.path));
            // The rows are not needed for that, and would be held beside those of the logs.
            written = Written {
                findings: written.findings,
                ..Written::default()
            };
            if let Some(findings) = written.findings.as_deref().filter(|_| same) {
                check.remade = again::check(root, &folder, manifest, findings, &mut mismatches);
            }
            Some(check)
        }
        (Some(_), Stated::Tenant(_)) => {
            let detail = "a tenant's folder does not name the logs' paths; verify the whole bundle with them";
            mismatches.push(Mismatch::new("log", "", detail));
            None
        }
        _ => None,
    };
    mismatches.sort();
    mismatches.dedup();
    let verification = Verification {
        case: inventory.stated.case().map(|case| case.id.clone()).unwrap_or_default(),
        tenant: match &inventory.stated {
            Stated::Tenant(manifest) => Some(manifest.tenant.id.0.clone()),
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

/// Says that another build wrote the bundle, by its own account: builds that give the same files
/// cannot be told apart by these.
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
        // The bundle's own words may be hostile.
        visible(&sentence).into_owned()
    })
}

/// The limits that the logs were read within.
fn limits(manifest: &Manifest) -> Limits {
    Limits {
        ratio: manifest.case.limit_ratio,
        unpacked: manifest.case.limit_unpacked,
        ..Limits::default()
    }
}

impl Stated {
    fn case(&self) -> Option<&CaseHeader> {
        match self {
            Self::Bundle(manifest) => Some(&manifest.case.header),
            Self::Tenant(manifest) => Some(&manifest.case),
            Self::Nothing => None,
        }
    }
}
