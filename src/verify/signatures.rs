//! The check of signatures: each manifest has its own, and either all manifests are signed or none.

use std::collections::BTreeMap;

use serde::Serialize;
use ssh_key::public::KeyData;

use super::{Mismatch, Trust, VerifyError, bundle_folder::BundleFolder, inventory::Inventory};
use crate::{
    bundle::{MANIFEST, SIGNATURE, fingerprint, signed_by},
    time::Timestamp,
};

/// Largest signature in bytes.
const LARGEST: u64 = 64 << 10;

/// Largest manifest in bytes.
const LARGEST_MANIFEST: u64 = 256 << 20;

/// A key that signed manifests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignedBy {
    /// Fingerprint in the form of `ssh-keygen -l`.
    pub fingerprint: String,
    /// Principals of the key in the allowed signers; absent if the key is not trusted.
    pub principals: Option<String>,
    /// Number of manifests.
    pub manifests: u64,
}

/// Checks the signature of every manifest.
pub(super) fn check(
    folder: &BundleFolder,
    inventory: &Inventory,
    trust: Option<&Trust>,
    mismatches: &mut Vec<Mismatch>,
) -> Result<Vec<SignedBy>, VerifyError> {
    let paths: Vec<_> = inventory
        .prefixes()
        .map(|prefix| (format!("{prefix}{MANIFEST}"), format!("{prefix}{SIGNATURE}")))
        .collect();
    let is_signed = paths.iter().any(|(_, signature)| folder.size(signature).is_some());
    if !is_signed && trust.is_none() {
        return Ok(Vec::new());
    }
    let issued = inventory.stated.case().and_then(|case| case.issued);
    let mut found: BTreeMap<String, SignedBy> = BTreeMap::new();
    for (manifest, signature) in paths {
        if folder.size(&signature).is_none() {
            let detail = if is_signed {
                "other manifests of the bundle are signed"
            } else {
                "the bundle is not signed"
            };
            mismatches.push(Mismatch::new("missing", signature, detail));
            continue;
        }
        let Some(message) = folder.bytes(&manifest, LARGEST_MANIFEST)? else {
            continue;
        };
        let judged = match folder.bytes(&signature, LARGEST)? {
            Some(bytes) => signed_by(&bytes, &message).map(|key| judge(&key, trust, issued)),
            None => Err("far too large for a signature".to_owned()),
        };
        let fault = match judged {
            Ok((by, fault)) => {
                found.entry(by.fingerprint.clone()).or_insert(by).manifests += 1;
                fault
            }
            Err(fault) => Some(fault),
        };
        mismatches.extend(fault.map(|fault| Mismatch::new("signature", signature, fault)));
    }
    if trust.is_none() && found.len() > 1 {
        // Each signature is valid, and nothing says which one counts.
        let keys: Vec<_> = found.keys().map(String::as_str).collect();
        let detail = format!("the manifests are signed by different keys: {}", keys.join(", "));
        mismatches.push(Mismatch::new("signature", SIGNATURE, detail));
    }
    Ok(found.into_values().collect())
}

/// Describes a key. The second value is the reason why its signature does not count.
fn judge(key: &KeyData, trust: Option<&Trust>, issued: Option<Timestamp>) -> (SignedBy, Option<String>) {
    let mut by = SignedBy {
        fingerprint: fingerprint(key),
        principals: None,
        manifests: 0,
    };
    let Some(trust) = trust else { return (by, None) };
    match trust.signers.judge(key, trust.name.as_deref(), trust.at.or(issued)) {
        Ok(principals) => {
            by.principals = Some(principals.to_owned());
            (by, None)
        }
        Err(fault) => {
            let fault = format!("{fault} ({})", by.fingerprint);
            (by, Some(fault))
        }
    }
}
