//! The manifest of a bundle, `manifest.json`: inputs and outputs, each with its digest.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ManifestCase;
use crate::{case::CaseFile, digest::Sha256, findings::Findings, reports::Artifact};

/// Version of this format.
pub const MANIFEST_SCHEMA: &str = "tenant-impact/manifest/2";

/// Inputs and outputs of one run. The file is canonical JSON (RFC 8785): equal values are equal
/// bytes.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[schemars(title = "tenant-impact manifest")]
pub struct Manifest {
    /// `tenant-impact/manifest/2`.
    pub schema: String,
    /// The program that wrote the bundle.
    pub tool: Build,
    /// Whether every report is marked as a draft, because some list actions that the catalogue does
    /// not explain; absent where not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub draft: bool,
    /// The resolved case.
    pub case: ManifestCase,
    /// The command and the arguments that are part of the question, as typed; the case file without
    /// its folder. Arguments that cannot change the answer are left out: output folder, number of
    /// threads, signing key, output format.
    pub command: Vec<String>,
    /// Every file that was read: the case and the files it names, profiles, catalogues, templates,
    /// and then the logs.
    pub inputs: Vec<InputEntry>,
    /// Every file of the bundle in the order of paths, except this one, `SHA256SUMS` and the
    /// signatures.
    pub files: Vec<FileEntry>,
}

/// Exact version of the program.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Build {
    /// `tenant-impact`.
    pub name: String,
    /// Semantic version.
    pub version: String,
    /// Digest of the compiled sources: SHA-256 of the output of `find src templates Cargo.lock
    /// -type f | LC_ALL=C sort | xargs sha256sum`.
    pub sources_sha256: String,
    /// Target triple.
    pub target: String,
    /// `release` or `debug`.
    pub profile: String,
    /// Version of the compiler.
    pub compiler: String,
}

impl Build {
    /// Returns the description of the running program.
    pub fn this() -> Self {
        Self {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            sources_sha256: env!("TENANT_IMPACT_SOURCES").to_owned(),
            target: env!("TENANT_IMPACT_TARGET").to_owned(),
            profile: env!("TENANT_IMPACT_PROFILE").to_owned(),
            compiler: env!("TENANT_IMPACT_COMPILER").to_owned(),
        }
    }
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct InputEntry {
    /// `case`, `agents`, `tenants`, `lock`, `profile`, `catalogue`, `template` or `log`.
    pub role: String,
    /// Path as written in the case, or derived from it; `built-in:NAME` for files that are part of
    /// the program.
    pub path: String,
    /// SHA-256 of the file's bytes; of a log, of the bytes that were read.
    pub sha256: Sha256,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// SHA-256 of the bytes that were parsed, of a log only. It equals `sha256` where nothing was
    /// decompressed or decoded.
    pub stream_sha256: Option<Sha256>,
    /// Number of bytes that were parsed.
    pub stream_bytes: Option<u64>,
}

/// A file of the bundle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
pub struct FileEntry {
    /// Path inside the folder of the manifest, with `/`.
    pub path: String,
    /// SHA-256 of the file's bytes.
    pub sha256: Sha256,
    /// Size in bytes.
    pub bytes: u64,
}

impl FileEntry {
    /// Describes a file in memory.
    pub(super) fn of(file: &Artifact) -> Self {
        Self {
            path: file.path.clone(),
            sha256: Sha256::of(&file.bytes),
            bytes: file.bytes.len() as u64,
        }
    }
}

impl Manifest {
    /// Builds the manifest. `inputs` are the files besides the logs, which `findings` lists.
    pub fn new(
        case: ManifestCase,
        command: Vec<String>,
        findings: &Findings,
        mut inputs: Vec<InputEntry>,
        mut files: Vec<FileEntry>,
    ) -> Self {
        // Findings of a bundle state the digest of every source.
        inputs.extend(findings.sources.iter().filter_map(|source| {
            Some(InputEntry {
                role: "log".to_owned(),
                path: source.path.clone(),
                sha256: source.sha256?,
                bytes: source.bytes,
                stream_sha256: source.stream_sha256,
                stream_bytes: Some(source.stream_bytes),
            })
        }));
        files.sort_unstable();
        Self {
            schema: MANIFEST_SCHEMA.to_owned(),
            tool: Build::this(),
            draft: findings.draft.is_draft(),
            case,
            command,
            inputs,
            files,
        }
    }
}

impl From<&CaseFile> for InputEntry {
    fn from(file: &CaseFile) -> Self {
        Self {
            role: file.role.to_owned(),
            path: file.path.clone(),
            sha256: file.sha256(),
            bytes: file.size(),
            stream_sha256: None,
            stream_bytes: None,
        }
    }
}
