//! The manifest of one tenant's folder: what its reader needs to check it alone, and no word about
//! anybody else.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::FileEntry;
use crate::{
    case::{CaseHeader, TenantId},
    findings::{Findings, TenantFinding, Tool},
};

/// The version of this format.
pub const TENANT_MANIFEST_SCHEMA: &str = "tenant-impact/tenant-manifest/2";

/// What is in one tenant's folder. It is the customer's: it names no log by its path, no agent and
/// no other tenant. The file is canonical JSON (RFC 8785).
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[schemars(title = "tenant-impact tenant manifest")]
pub struct TenantManifest {
    /// `tenant-impact/tenant-manifest/2`.
    pub schema: String,
    /// What made the folder.
    pub tool: Tool,
    /// What the report is headed with.
    pub case: CaseHeader,
    /// Whose folder it is.
    pub tenant: TenantName,
    /// How many events are in it.
    pub events: u64,
    /// Every file of the folder by path, but this one, `SHA256SUMS` and the signature.
    pub files: Vec<FileEntry>,
}

/// Whose folder it is.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct TenantName {
    /// Exactly as logged.
    pub id: TenantId,
    /// From the directory, else as first logged.
    pub name: Option<String>,
}

impl TenantManifest {
    /// Of this tenant, its files still to be added. The case is given as the customer may read it.
    pub(super) fn new(findings: &Findings, case: &CaseHeader, tenant: &TenantFinding) -> Self {
        Self {
            schema: TENANT_MANIFEST_SCHEMA.to_owned(),
            tool: findings.tool.clone(),
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
