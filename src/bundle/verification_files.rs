//! The files that a tenant checks its folder with: `VERIFY.txt`, `manifest.json`, `SHA256SUMS`.

use super::{
    FileEntry, TenantManifest,
    canonical_json::canonical,
    layout::{INSTRUCTIONS, MANIFEST, SUMS},
    sha256sums::sha256sums,
    verify_instructions::instructions,
};
use crate::{
    case::CaseHeader,
    digest::Sha256,
    findings::{Findings, TenantFinding},
    reports::Artifact,
};

/// Returns the files that the tenant checks `entries` with.
pub(crate) fn verification_files(
    entries: &[FileEntry],
    findings: &Findings,
    case: &CaseHeader,
    tenant: &TenantFinding,
) -> Vec<Artifact> {
    let mut manifest = TenantManifest::new(findings, case, tenant);
    let artifact = |path: &str, bytes| Artifact {
        path: path.to_owned(),
        bytes,
    };
    let how = artifact(INSTRUCTIONS, instructions(&manifest).into_bytes());
    // The entries may already contain files that are made here.
    let made = [INSTRUCTIONS, MANIFEST, SUMS];
    let rendered = entries.iter().filter(|entry| !made.contains(&&*entry.path));
    manifest.files = rendered.cloned().chain([FileEntry::of(&how)]).collect();
    manifest.files.sort_unstable();
    let stated = artifact(MANIFEST, canonical(&manifest));
    let sums = sha256sums(&manifest.files, Sha256::of(&stated.bytes));
    vec![how, stated, artifact(SUMS, sums.into_bytes())]
}
