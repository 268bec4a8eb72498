//! The manifest: what went in and what came out, each by digest. `manifest.json` in the bundle.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ManifestCase;
use crate::{case::CaseFile, digest::Sha256, findings::Findings, reports::Artifact};

/// The version of this format.
pub const MANIFEST_SCHEMA: &str = "tenant-impact/manifest/2";

/// What went in and what came out. The file is canonical JSON (RFC 8785): the same value is the
/// same bytes.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[schemars(title = "tenant-impact manifest")]
pub struct Manifest {
    /// `tenant-impact/manifest/2`.
    pub schema: String,
    /// What made the bundle.
    pub tool: Build,
    /// The question, as it was resolved.
    pub case: ManifestCase,
    /// The command and those of its arguments that are part of the question, as typed; the case
    /// file by its name. What cannot change the answer is left out: where to write, how many
    /// threads, which key signs, what to print.
    pub command: Vec<String>,
    /// Every file that was read: the case and the files it names, profiles, catalogues, templates,
    /// and then the logs.
    pub inputs: Vec<InputEntry>,
    /// Every file of the bundle by path, but this one, `SHA256SUMS` and the signatures.
    pub files: Vec<FileEntry>,
}

/// The program, exactly.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Build {
    /// `tenant-impact`.
    pub name: String,
    /// Semantic version.
    pub version: String,
    /// Of what was compiled: over the output of
    /// `find src templates Cargo.lock -type f | LC_ALL=C sort | xargs sha256sum`.
    pub sources_sha256: String,
    /// For which machine, as Rust names it.
    pub target: String,
    /// `release` or `debug`.
    pub profile: String,
    /// What compiled it.
    pub compiler: String,
}

impl Build {
    /// This one.
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
    /// As written in the case, or reached from it; `built-in:NAME` for what came with the program.
    pub path: String,
    /// Over its bytes as they lie; of a log, over the very bytes that were read.
    pub sha256: Sha256,
    /// How many.
    pub bytes: u64,
    /// Of a log: over the bytes that were parsed, which is the same where nothing had to be
    /// unpacked or decoded.
    pub stream_sha256: Option<Sha256>,
    /// How many.
    pub stream_bytes: Option<u64>,
}

/// A file of the bundle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
pub struct FileEntry {
    /// Inside the folder of the manifest, with `/`.
    pub path: String,
    /// Over its bytes.
    pub sha256: Sha256,
    /// Its size.
    pub bytes: u64,
}

impl FileEntry {
    /// Of a file in memory.
    pub(super) fn of(file: &Artifact) -> Self {
        Self {
            path: file.path.clone(),
            sha256: Sha256::of(&file.bytes),
            bytes: file.bytes.len() as u64,
        }
    }
}

impl Manifest {
    /// For this question, asked by this command, with these findings, made from these files,
    /// written as these files.
    pub fn new(
        case: ManifestCase,
        command: Vec<String>,
        findings: &Findings,
        mut inputs: Vec<InputEntry>,
        mut files: Vec<FileEntry>,
    ) -> Self {
        // A bundle is made of hashed logs only.
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
