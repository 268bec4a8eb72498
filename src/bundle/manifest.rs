//! The manifest: what went in and what came out, each by digest. `manifest.json` in the bundle.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    case::CaseFile,
    digest::Sha256,
    findings::{Findings, Tool},
};

/// The version of this format.
pub const MANIFEST_SCHEMA: &str = "tenant-impact/manifest/1";

/// What went in and what came out.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[schemars(title = "tenant-impact manifest")]
pub struct Manifest {
    /// Always [`MANIFEST_SCHEMA`].
    pub schema: String,
    /// What made the bundle.
    pub tool: Tool,
    /// The question.
    pub case: ManifestCase,
    /// Every file that was read: the case and the files it names, profiles, catalogues, templates, and then the logs.
    pub inputs: Vec<InputEntry>,
    /// Every file of the bundle but this one, by path.
    pub files: Vec<FileEntry>,
}

/// Which question was answered.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ManifestCase {
    /// The vendor's own number of the incident.
    pub id: String,
    /// Over the case file's bytes; none where the case was given on the command line.
    pub sha256: Option<Sha256>,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct InputEntry {
    /// `case`, `agents`, `tenants`, `profile`, `catalogue`, `template` or `log`.
    pub role: String,
    /// As written in the case, or reached from it; `built-in:NAME` for what came with the program.
    pub path: String,
    /// Over its bytes; of a log over the very bytes that were parsed.
    pub sha256: Sha256,
    /// Its size.
    pub bytes: u64,
}

/// A file of the bundle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
pub struct FileEntry {
    /// Inside the bundle, with `/`.
    pub path: String,
    /// Over its bytes.
    pub sha256: Sha256,
    /// Its size.
    pub bytes: u64,
}

impl Manifest {
    /// For these findings, made from these files of the case, written as these files.
    pub fn new<'f>(
        findings: &Findings,
        inputs: impl IntoIterator<Item = &'f CaseFile>,
        mut files: Vec<FileEntry>,
    ) -> Self {
        let mut inputs: Vec<_> = inputs.into_iter().map(InputEntry::from).collect();
        let case = inputs
            .iter()
            .find(|input| input.role == "case")
            .map(|input| input.sha256);
        // A bundle is made of hashed logs only.
        inputs.extend(findings.sources.iter().filter_map(|source| {
            Some(InputEntry {
                role: "log".to_owned(),
                path: source.path.clone(),
                sha256: source.sha256?,
                bytes: source.bytes,
            })
        }));
        files.sort_unstable();
        Self {
            schema: MANIFEST_SCHEMA.to_owned(),
            tool: findings.tool.clone(),
            case: ManifestCase {
                id: findings.case.id.clone(),
                sha256: case,
            },
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
            sha256: file.sha256,
            bytes: file.bytes,
        }
    }
}
