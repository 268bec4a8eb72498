//! Who signed: every manifest of a bundle by itself, and either all of them or none.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Mismatch, Trust, VerifyError, folder::Folder, inventory::Inventory};
use crate::bundle::{
    MANIFEST, SIGNATURE,
    signature::{fingerprint, signed_by},
};

/// No signature is larger.
const LARGEST: u64 = 64 << 10;

/// No manifest is larger.
const LARGEST_MANIFEST: u64 = 256 << 20;

/// A key that signed manifests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignedBy {
    /// As `ssh-keygen -l` prints it.
    pub fingerprint: String,
    /// In whose name, by the allowed signers; none if nobody vouches for the key.
    pub principals: Option<String>,
    /// How many manifests.
    pub manifests: u64,
}

/// Checks the signature of every manifest.
pub(super) fn check(
    folder: &Folder,
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
    let at = trust.and_then(|trust| trust.at);
    let at = at.or_else(|| inventory.stated.case().and_then(|case| case.issued));
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
        let signed = match folder.bytes(&signature, LARGEST)? {
            Some(bytes) => signed_by(&bytes, &message),
            None => Err("far too large for a signature".to_owned()),
        };
        let key = match signed {
            Ok(key) => key,
            Err(fault) => {
                mismatches.push(Mismatch::new("signature", signature, fault));
                continue;
            }
        };
        let mut principals = None;
        if let Some(trust) = trust {
            match trust.signers.judge(&key, trust.name.as_deref(), at) {
                Ok(names) => principals = Some(names.to_owned()),
                Err(fault) => {
                    let detail = format!("{fault} ({})", fingerprint(&key));
                    mismatches.push(Mismatch::new("signature", signature, detail));
                }
            }
        }
        let signer = found.entry(fingerprint(&key)).or_insert_with_key(|print| SignedBy {
            fingerprint: print.clone(),
            principals,
            manifests: 0,
        });
        signer.manifests += 1;
    }
    Ok(found.into_values().collect())
}
