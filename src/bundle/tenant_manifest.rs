//! The manifest of one tenant's folder. It contains all that is needed to check the folder alone,
//! and nothing about another tenant.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::FileEntry;
use crate::{
    case::{CaseHeader, TenantId},
    findings::{Findings, TenantFinding, Tool},
};

/// Version of this format.
pub const TENANT_MANIFEST_SCHEMA: &str = "tenant-impact/tenant-manifest/2";

/// Content of one tenant's folder. The tenant receives the file: it names no path of a log, no
/// agent and no other tenant. The file is canonical JSON (RFC 8785).
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[schemars(title = "tenant-impact tenant manifest")]
pub struct TenantManifest {
    /// `tenant-impact/tenant-manifest/2`.
    pub schema: String,
    /// The program that wrote the folder.
    pub tool: Tool,
    /// Whether the report is marked as a draft and not to be sent; absent where not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub draft: bool,
    /// Header of the report.
    pub case: CaseHeader,
    /// Tenant of the folder.
    pub tenant: TenantName,
    /// Number of events in the folder.
    pub events: u64,
    /// Every file of the folder in the order of paths, except this one, `SHA256SUMS` and the
    /// signature.
    pub files: Vec<FileEntry>,
}

/// Id and name of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct TenantName {
    /// Id exactly as logged.
    pub id: TenantId,
    /// Name from the directory, else as first logged.
    pub name: Option<String>,
}

impl TenantManifest {
    /// Builds the manifest without its files. `case` is the header as the tenant may read it.
    pub(super) fn new(findings: &Findings, case: &CaseHeader, tenant: &TenantFinding) -> Self {
        Self {
            schema: TENANT_MANIFEST_SCHEMA.to_owned(),
            tool: findings.tool.clone(),
            draft: findings.draft.is_draft(),
            case: case.clone(),
            tenant: TenantName {
                id: tenant.id.clone(),
                name: tenant.name.clone(),
            },
            events: tenant.events,
            files: Vec::new(),
        }
    }
}
