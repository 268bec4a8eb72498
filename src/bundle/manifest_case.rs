//! The case as the manifest states it: every assertion that the answer depends on. Long lists are
//! replaced by their digest.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::canonical_json::canonical;
use crate::{
    case::{
        AgentId, AgentNaming, Case, CaseFile, CaseHeader, Conditions, Decision, Incident, InputSpec, Obtained, Outage,
        Scope, Tenant, TenantId, TicketTable, Tlp, encoding_name,
    },
    digest::Sha256,
    sources::Limits,
    time::Timestamp,
};

/// The resolved case.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ManifestCase {
    /// Header of the reports.
    #[serde(flatten)]
    pub header: CaseHeader,
    /// TLP label of the vendor's own pages.
    pub internal_tlp: Tlp,
    /// Facts of the incident in the vendor's words, where the case states any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<Incident>,
    /// SHA-256 of the case file; absent where the case was given on the command line.
    pub sha256: Option<Sha256>,
    /// Scopes in the order of the case.
    pub scopes: Vec<ResolvedScope>,
    /// Agents of all files and lists together.
    pub agents: ResolvedList,
    /// The tenant directory.
    pub directory: ResolvedDirectory,
    /// Decisions on events that name no tenant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decided: Vec<Decision>,
    /// The table of tickets; absent where the case names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tickets: Option<ResolvedList>,
    /// Places where logs were looked for. `inputs` lists the logs that were found.
    pub logs: Vec<ResolvedLog>,
    /// Outages that the case states; absent where it states none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outages: Vec<Outage>,
    /// Naming of agents in tenants' copies.
    pub agent_naming: AgentNaming,
    /// Least number of listed agents that share the role, employer and country shown of one in
    /// tenants' copies.
    pub agents_k: u32,
    /// Codes of actions that reports may list although the catalogue does not know them; absent
    /// where there are none.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub accept_uncatalogued: BTreeSet<String>,
    /// Least number of whole hours without a record that count as a gap.
    pub gap_hours: u32,
    /// Most bytes that may be decompressed from one byte of a file.
    pub limit_ratio: u64,
    /// Most bytes that may be decompressed from a file.
    pub limit_unpacked: u64,
}

/// A resolved scope.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ResolvedScope {
    /// Name, as in the case.
    pub name: String,
    /// First instant inside the window.
    pub from: Timestamp,
    /// First instant after the window.
    pub until: Timestamp,
    /// Reason for the scope.
    pub basis: Option<String>,
    /// Ids of the agents, in the order of the case.
    pub agents: Vec<AgentId>,
    /// Whether the scope is open: it names no agents.
    #[serde(default)]
    pub open: bool,
    /// Conditions on its events; an empty list sets no condition.
    #[serde(flatten)]
    pub conditions: Conditions,
}

/// A list that is too long to repeat.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ResolvedList {
    /// Number of entries.
    pub listed: u64,
    /// SHA-256 of the canonical JSON of the entries as they were understood.
    pub sha256: Sha256,
}

/// The tenant directory.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ResolvedDirectory {
    /// Number of tenants listed.
    pub listed: u64,
    /// Number of all tenants, where the case states it.
    pub total: Option<u64>,
    /// SHA-256 of the canonical JSON of the entries as they were understood.
    pub sha256: Sha256,
    /// Whether an id that differs from a listed one only in how it is written counts as that one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub merge_near: bool,
    /// Groups of ids that belong to one tenant, whose id stands first; absent where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merge: Vec<Vec<TenantId>>,
}

/// A place to look for logs.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ResolvedLog {
    /// Path of a file or folder, or a glob, as written.
    pub path: String,
    /// Name of the profile, or the path of its file as written.
    pub profile: String,
    /// Tenant of the records that name none, where the case states it.
    pub tenant: Option<TenantId>,
    /// Whether that tenant replaces the one that a record names.
    pub tenant_overrules: bool,
    /// Text encoding, where the case states it.
    pub encoding: Option<String>,
    /// Number of lines before the header or the first record that the case skips.
    pub skip_lines: u64,
    /// Columns of the rows, where the case states them because there is no header.
    pub columns: Vec<String>,
    /// Pointer to the list of records, where the case states it in place of the profile.
    pub records: Option<String>,
    /// Pointers to the event in a record, where the case states them in place of the profile.
    pub unwrap: Vec<String>,
    /// The making of the export, where the case states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub obtained: Option<Obtained>,
    /// Things that the log was not configured to record, where the case states it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_recorded: Vec<String>,
}

impl ManifestCase {
    /// Resolves a case whose logs are read within these limits.
    pub fn new(case: &Case, limits: Limits) -> Self {
        let file = case.files.iter().find(|file| file.role == "case");
        Self {
            header: case.header.clone(),
            internal_tlp: case.internal_tlp,
            incident: case.incident.clone(),
            sha256: file.map(CaseFile::sha256),
            scopes: case
                .scopes
                .iter()
                .map(|scope| ResolvedScope::new(case, scope))
                .collect(),
            agents: agents(case),
            directory: directory(case),
            decided: case.decisions.all().to_vec(),
            tickets: case.tickets.as_deref().map(tickets),
            logs: case.logs.iter().map(ResolvedLog::from).collect(),
            outages: case.outages.clone(),
            agent_naming: case.reports.agents,
            agents_k: case.reports.agents_k.0,
            accept_uncatalogued: case.reports.accepted.clone(),
            gap_hours: case.reports.gap_hours.0,
            limit_ratio: limits.ratio,
            limit_unpacked: limits.unpacked,
        }
    }
}

impl ResolvedScope {
    fn new(case: &Case, scope: &Scope) -> Self {
        let agents = scope.agents.iter().map(|&at| case.agents[at].id.clone());
        Self {
            name: scope.name.clone(),
            from: scope.window.from,
            until: scope.window.until,
            basis: scope.basis.clone(),
            agents: agents.collect(),
            open: scope.open,
            conditions: scope.conditions.clone(),
        }
    }
}

impl From<&InputSpec> for ResolvedLog {
    fn from(input: &InputSpec) -> Self {
        Self {
            path: input.path.clone(),
            profile: input.profile.shown().to_owned(),
            tenant: input.tenant.as_ref().map(|tenant| tenant.id.clone()),
            tenant_overrules: input.tenant.as_ref().is_some_and(|tenant| tenant.overrules),
            encoding: input.text.encoding.map(encoding_name),
            skip_lines: input.text.skip_lines,
            columns: input.text.columns.clone(),
            records: input.text.wrapping.records.clone(),
            unwrap: input.text.wrapping.unwrap.clone(),
            obtained: input.origin.obtained.clone(),
            not_recorded: input.origin.not_recorded.clone(),
        }
    }
}

fn agents(case: &Case) -> ResolvedList {
    let entries: Vec<_> = case
        .listed()
        .map(|agent| {
            let mut entry = json!({
                "id": agent.id, "email": agent.email, "identities": agent.identities, "name": agent.name,
                "employer": agent.employer, "role": agent.role, "country": agent.country,
                "from": agent.tenure.from, "until": agent.tenure.until, "reason": agent.tenure.reason,
            });
            if agent.derived {
                entry["derived"] = true.into();
            }
            entry
        })
        .collect();
    ResolvedList {
        listed: entries.len() as u64,
        sha256: Sha256::of(&canonical(&entries)),
    }
}

fn tickets(tickets: &TicketTable) -> ResolvedList {
    let entries: Vec<_> = tickets.entries().collect();
    ResolvedList {
        listed: tickets.len() as u64,
        sha256: Sha256::of(&canonical(&entries)),
    }
}

fn directory(case: &Case) -> ResolvedDirectory {
    let entries: Vec<_> = case.directory.tenants.iter().map(DirectoryEntry::new).collect();
    let json = serde_json::to_vec(&entries).expect("texts serialise into memory");
    ResolvedDirectory {
        listed: entries.len() as u64,
        total: case.directory.total,
        sha256: Sha256::of(&json),
        merge_near: case.merge.is_near(),
        merge: case.merge.groups().to_vec(),
    }
}

/// An entry of the directory. Its fields are in the order of their names and hold texts only, so
/// that the usual JSON writer gives canonical JSON. Sorting the fields of thousands of entries took
/// 5 % of a run.
#[derive(Debug, Serialize)]
struct DirectoryEntry<'c> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<&'c str>,
    contact: Option<&'c str>,
    domains: Vec<&'c str>,
    id: &'c str,
    locale: Option<&'c str>,
    name: Option<&'c str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    slugs: Vec<&'c str>,
    time_zone: Option<&'c str>,
}

impl<'c> DirectoryEntry<'c> {
    fn new(tenant: Tenant<'c>) -> Self {
        Self {
            aliases: tenant.aliases().collect(),
            contact: tenant.contact(),
            domains: tenant.domains().collect(),
            id: tenant.id(),
            locale: tenant.locale(),
            name: tenant.name(),
            slugs: tenant.slugs().collect(),
            time_zone: tenant.time_zone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_of_the_directory_is_canonical_as_it_stands() {
        let every: String = ('\0'..='\u{300}')
            .chain("\u{2028}\u{fdd0}\u{10ffff}😀山".chars())
            .collect();
        let full = DirectoryEntry {
            aliases: vec![&every, ""],
            contact: Some(""),
            domains: vec![&every, ""],
            id: &every,
            locale: None,
            name: Some(&every),
            slugs: vec![""],
            time_zone: Some("Asia/Tokyo"),
        };
        let bare = DirectoryEntry {
            aliases: Vec::new(),
            contact: None,
            domains: Vec::new(),
            id: &every,
            locale: None,
            name: None,
            slugs: Vec::new(),
            time_zone: None,
        };
        for entry in [[full], [bare]] {
            assert_eq!(serde_json::to_vec(&entry).expect("JSON"), canonical(&entry));
        }
    }
}
