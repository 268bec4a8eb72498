//! The files that the manifests name, compared with those in the folder.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    Mismatch, VerifyError,
    bundle_contents::BundleContents,
    bundle_folder::{BundleFolder, EntryKind},
};
use crate::{
    bundle::{
        FileEntry, MANIFEST, MANIFEST_SCHEMA, Manifest, SIGNATURE, SUMS, TENANT_MANIFEST_SCHEMA, TenantManifest,
        is_plain, read_canonical, sha256sums,
    },
    digest::Sha256,
    progress::Progress,
    text::counted,
};

/// Largest manifest in bytes: that of a million files.
const LARGEST: u64 = 256 << 20;

/// The manifest at the top of the folder.
#[derive(Debug)]
pub(super) enum TopManifest {
    /// Manifest of a bundle.
    Bundle(Box<Manifest>),
    /// Manifest of one tenant's folder.
    Tenant(Box<TenantManifest>),
    /// Unparsable manifest.
    Nothing,
}

/// The files that the manifest names.
#[derive(Debug)]
pub(super) struct Inventory {
    pub(super) stated: TopManifest,
    /// Bytes of the manifest, which signatures are over.
    pub(super) manifest: Vec<u8>,
    /// Files by path, without those whose path is not plain.
    pub(super) files: BTreeMap<String, FileEntry>,
}

impl Inventory {
    /// Reads the manifest at the top. A manifest that does not parse is a mismatch, not an error:
    /// it may have been changed.
    pub(super) fn read(folder: &BundleFolder, mismatches: &mut Vec<Mismatch>) -> Result<Self, VerifyError> {
        if !folder.entries.contains_key(MANIFEST) {
            return Err(VerifyError::NotABundle(folder.name()));
        }
        let mut inventory = Self {
            stated: TopManifest::Nothing,
            manifest: Vec::new(),
            files: BTreeMap::new(),
        };
        let Some(bytes) = folder.bytes(MANIFEST, LARGEST)? else {
            mismatches.push(Mismatch::new(
                "manifest",
                MANIFEST,
                "not a plain file, or far too large",
            ));
            return Ok(inventory);
        };
        match parse(&bytes) {
            Ok(stated) => inventory.stated = stated,
            Err(fault) => mismatches.push(Mismatch::new("manifest", MANIFEST, fault)),
        }
        inventory.manifest = bytes;
        let files = match &inventory.stated {
            TopManifest::Bundle(manifest) => &manifest.files,
            TopManifest::Tenant(manifest) => &manifest.files,
            TopManifest::Nothing => return Ok(inventory),
        };
        for file in files {
            let own = [MANIFEST, SUMS, SIGNATURE].contains(&file.path.as_str());
            if !is_plain(&file.path) || own {
                let detail = "the manifest names a path that cannot be in a bundle; it was not looked at";
                mismatches.push(Mismatch::new("manifest", &file.path, detail));
            } else if inventory.files.insert(file.path.clone(), file.clone()).is_some() {
                mismatches.push(Mismatch::new("manifest", &file.path, "the manifest names it twice"));
            }
        }
        Ok(inventory)
    }

    /// Returns the path prefixes of the folders that have a manifest.
    pub(super) fn prefixes(&self) -> impl Iterator<Item = &str> {
        let below = self.files.keys().filter_map(|path| path.strip_suffix(MANIFEST));
        std::iter::once("").chain(below.filter(|prefix| prefix.ends_with('/')))
    }

    /// Compares every file with the manifest, and parses those that are counted again.
    pub(super) fn compare(
        &self,
        folder: &BundleFolder,
        progress: &dyn Progress,
        mismatches: &mut Vec<Mismatch>,
    ) -> Result<BundleContents, VerifyError> {
        let mut written = BundleContents::default();
        if matches!(self.stated, TopManifest::Nothing) {
            return Ok(written);
        }
        self.foreign(folder, mismatches);
        let bytes = self.files.values().map(|file| file.bytes);
        progress.start_stage("checking files", bytes.fold(0, u64::saturating_add));
        for file in self.files.values() {
            progress.advance(file.bytes);
            match folder.entries.get(&file.path) {
                Some(EntryKind::File(size)) if *size == file.bytes => {
                    let digest = written.read(folder, file, mismatches)?;
                    if digest != file.sha256 {
                        mismatches.push(Mismatch::new("changed", &file.path, "its SHA-256 is another"));
                    }
                }
                Some(EntryKind::File(size)) => {
                    let was = counted(file.bytes, "byte", "bytes");
                    let detail = format!("it had {was} and has {}", counted(*size, "byte", "bytes"));
                    mismatches.push(Mismatch::new("changed", &file.path, detail));
                }
                // Another kind of entry at this path is reported as foreign.
                _ => mismatches.push(Mismatch::new("missing", &file.path, "the manifest names it")),
            }
        }
        self.compare_sums(folder, mismatches)?;
        self.compare_tenants(folder, &mut written, mismatches)?;
        Ok(written)
    }

    fn foreign(&self, folder: &BundleFolder, mismatches: &mut Vec<Mismatch>) {
        let mut known: BTreeSet<String> = self.files.keys().cloned().collect();
        known.extend([MANIFEST, SUMS].map(str::to_owned));
        known.extend(self.prefixes().map(|prefix| format!("{prefix}{SIGNATURE}")));
        let folders: BTreeSet<&str> = known
            .iter()
            .flat_map(|path| path.match_indices('/').map(|(at, _)| &path[..at]))
            .collect();
        for (path, entry) in &folder.entries {
            let detail = match entry {
                EntryKind::File(_) if known.contains(path) => continue,
                EntryKind::Folder if folders.contains(path.as_str()) => continue,
                EntryKind::File(_) => "no part of the bundle",
                EntryKind::Folder | EntryKind::TooDeep => "a folder that is no part of the bundle",
                EntryKind::Link => "a symbolic link, which was not followed",
                EntryKind::Special => "no plain file",
            };
            mismatches.push(Mismatch::new("added", path, detail));
        }
    }

    /// Compares `SHA256SUMS` with the manifest, byte for byte.
    fn compare_sums(&self, folder: &BundleFolder, mismatches: &mut Vec<Mismatch>) -> Result<(), VerifyError> {
        let files: Vec<_> = self.files.values().cloned().collect();
        let expected = sha256sums(&files, Sha256::of(&self.manifest));
        let Some(found) = folder.bytes(SUMS, LARGEST)? else {
            mismatches.push(Mismatch::new("missing", SUMS, "every bundle has it"));
            return Ok(());
        };
        if found != expected.as_bytes() {
            let detail = "it does not say what manifest.json says: one of the two was changed";
            mismatches.push(Mismatch::new("changed", SUMS, detail));
            mismatches.push(Mismatch::new(
                "changed",
                MANIFEST,
                "SHA256SUMS does not say what it says",
            ));
        }
        Ok(())
    }

    /// Compares the manifests and lists of tenants' folders with the bundle's manifest, so that
    /// each folder verifies alone.
    fn compare_tenants(
        &self,
        folder: &BundleFolder,
        written: &mut BundleContents,
        mismatches: &mut Vec<Mismatch>,
    ) -> Result<(), VerifyError> {
        let prefixes: Vec<_> = self.prefixes().filter(|prefix| !prefix.is_empty()).collect();
        for prefix in prefixes {
            let path = format!("{prefix}{MANIFEST}");
            let Some(bytes) = folder.bytes(&path, LARGEST)? else {
                continue;
            };
            let fault = match parse(&bytes) {
                Ok(TopManifest::Tenant(manifest)) => {
                    let fault = self.compare_tenant(folder, prefix, &manifest, &bytes)?;
                    let slug = prefix.trim_start_matches("tenants/").trim_end_matches('/');
                    written.named.insert(slug.to_owned(), manifest);
                    fault
                }
                Ok(_) => Some("not the manifest of a tenant's folder".to_owned()),
                Err(fault) => Some(fault),
            };
            mismatches.extend(fault.map(|fault| Mismatch::new("manifest", path, fault)));
        }
        Ok(())
    }

    fn compare_tenant(
        &self,
        folder: &BundleFolder,
        prefix: &str,
        manifest: &TenantManifest,
        bytes: &[u8],
    ) -> Result<Option<String>, VerifyError> {
        let below = self
            .files
            .range(prefix.to_owned()..)
            .take_while(|(path, _)| path.starts_with(prefix));
        let own = below.filter_map(|(path, file)| {
            let path = path[prefix.len()..].to_owned();
            (![MANIFEST, SUMS].contains(&path.as_str())).then_some(FileEntry { path, ..file.clone() })
        });
        if own.collect::<Vec<_>>() != manifest.files {
            return Ok(Some(
                "it does not say of the folder's files what the bundle's manifest says".to_owned(),
            ));
        }
        if self.stated.case().is_some_and(|case| *case != manifest.case) {
            return Ok(Some("it is of another case".to_owned()));
        }
        let expected = sha256sums(&manifest.files, Sha256::of(bytes));
        let found = folder.bytes(&format!("{prefix}{SUMS}"), LARGEST)?;
        let differs = found.is_some_and(|found| found != expected.as_bytes());
        Ok(differs.then(|| "the SHA256SUMS beside it says something else".to_owned()))
    }
}

/// Parses a manifest of either kind.
fn parse(bytes: &[u8]) -> Result<TopManifest, String> {
    let value: Value = read_canonical(bytes)?;
    match value["schema"].as_str() {
        Some(MANIFEST_SCHEMA) => typed(value).map(|manifest| TopManifest::Bundle(Box::new(manifest))),
        Some(TENANT_MANIFEST_SCHEMA) => typed(value).map(|manifest| TopManifest::Tenant(Box::new(manifest))),
        Some(other) => Err(format!("its schema is `{other}`, which this version does not know")),
        None => Err("it has no schema".to_owned()),
    }
}

fn typed<V: DeserializeOwned>(value: Value) -> Result<V, String> {
    serde_json::from_value(value).map_err(|fault| format!("not a manifest: {fault}"))
}

impl BundleContents {
    pub(super) fn checked(&self, inventory: &Inventory) -> super::Checked {
        super::Checked {
            files: inventory.files.len() as u64,
            bytes: inventory
                .files
                .values()
                .map(|file| file.bytes)
                .fold(0, u64::saturating_add),
            tenants: self.tenants.len() as u64,
            events: self.tenants.values().map(|tenant| tenant.lines.count()).sum::<u64>() + self.unattributed.count(),
        }
    }
}
