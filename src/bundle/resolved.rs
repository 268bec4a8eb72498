//! The case as the manifest states it: every assertion that the answer depends on, long lists by
//! their digest.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::canonical::canonical;
use crate::{
    case::{
        AgentId, AgentNaming, Case, CaseFile, CaseHeader, Conditions, InputSpec, Scope, Tenant, TenantId, Tlp,
        encoding_name,
    },
    digest::Sha256,
    sources::Limits,
    time::Timestamp,
};

/// Which question was answered.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ManifestCase {
    /// What the reports are headed with.
    #[serde(flatten)]
    pub header: CaseHeader,
    /// Label of the vendor's own pages.
    pub internal_tlp: Tlp,
    /// Over the case file's bytes; none where the case was given on the command line.
    pub sha256: Option<Sha256>,
    /// In the order of the case.
    pub scopes: Vec<ResolvedScope>,
    /// The agents, from all files and lists together.
    pub agents: ResolvedList,
    /// The customers.
    pub directory: ResolvedDirectory,
    /// Where logs were looked for; what was found is in `inputs`.
    pub logs: Vec<ResolvedLog>,
    /// How customers' copies name agents.
    pub agent_naming: AgentNaming,
    /// Least number of listed agents that share the role, employer and country shown of one in
    /// customers' copies.
    pub agents_k: u32,
    /// A run of so many whole hours without a record is a gap.
    pub gap_hours: u32,
    /// How many bytes may come out of a file for each that went in.
    pub limit_ratio: u64,
    /// How many bytes may come out of a file.
    pub limit_unpacked: u64,
}

/// A scope as it was judged by.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ResolvedScope {
    /// As in the case.
    pub name: String,
    /// The first instant inside.
    pub from: Timestamp,
    /// The first instant after.
    pub until: Timestamp,
    /// Why.
    pub basis: Option<String>,
    /// Ids, in the order of the case.
    pub agents: Vec<AgentId>,
    /// Whether it is open: it names no agents.
    #[serde(default)]
    pub open: bool,
    /// Conditions on its events; an empty list sets no condition.
    #[serde(flatten)]
    pub conditions: Conditions,
}

/// A list that is too long to repeat.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ResolvedList {
    /// How many entries.
    pub listed: u64,
    /// Over the canonical JSON of the entries as they were understood.
    pub sha256: Sha256,
}

/// The vendor's customers.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ResolvedDirectory {
    /// How many are listed.
    pub listed: u64,
    /// How many there are, where the case states it.
    pub total: Option<u64>,
    /// Over the canonical JSON of the entries as they were understood.
    pub sha256: Sha256,
    /// Whether an id that differs from a listed one only in how it is written counts as that one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub merge_near: bool,
    /// Ids that are one tenant's, whose id stands first; absent where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merge: Vec<Vec<TenantId>>,
}

/// A place to look for logs.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ResolvedLog {
    /// A file, a folder or a glob, as written.
    pub path: String,
    /// What reads it: a name, or a file's path as written.
    pub profile: String,
    /// The tenant of its records that name none, where the case says so.
    pub tenant: Option<TenantId>,
    /// Whether that tenant counts in place of what a record names.
    pub tenant_overrules: bool,
    /// The encoding of its text, where the case says so.
    pub encoding: Option<String>,
    /// How many lines before its header or its first record the case has passed over.
    pub skip_lines: u64,
    /// The columns of its rows, where the case says so because they have no header.
    pub columns: Vec<String>,
    /// The pointer to the list of its records, where the case states it in place of the profile.
    pub records: Option<String>,
    /// The pointers to the event in a record, where the case states them in place of the profile.
    pub unwrap: Vec<String>,
}

impl ManifestCase {
    /// Of this case, read within these limits.
    pub fn new(case: &Case, limits: Limits) -> Self {
        let file = case.files.iter().find(|file| file.role == "case");
        Self {
            header: case.header.clone(),
            internal_tlp: case.internal_tlp,
            sha256: file.map(CaseFile::sha256),
            scopes: case
                .scopes
                .iter()
                .map(|scope| ResolvedScope::new(case, scope))
                .collect(),
            agents: agents(case),
            directory: directory(case),
            logs: case.logs.iter().map(ResolvedLog::from).collect(),
            agent_naming: case.reports.agents,
            agents_k: case.reports.agents_k.0,
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
        }
    }
}

fn agents(case: &Case) -> ResolvedList {
    let entries: Vec<_> = case
        .listed()
        .map(|agent| {
            json!({
                "id": agent.id, "email": agent.email, "identities": agent.identities, "name": agent.name,
                "employer": agent.employer, "role": agent.role, "country": agent.country,
                "from": agent.tenure.from, "until": agent.tenure.until, "reason": agent.tenure.reason,
            })
        })
        .collect();
    ResolvedList {
        listed: entries.len() as u64,
        sha256: Sha256::of(&canonical(&entries)),
    }
}

fn directory(case: &Case) -> ResolvedDirectory {
    let entries: Vec<_> = case.directory.tenants.iter().map(Customer::new).collect();
    let json = serde_json::to_vec(&entries).expect("texts serialise into memory");
    ResolvedDirectory {
        listed: entries.len() as u64,
        total: case.directory.total,
        sha256: Sha256::of(&json),
        merge_near: case.merge.is_near(),
        merge: case.merge.groups().to_vec(),
    }
}

/// An entry of the directory. Its fields stand in the order of their names and it holds nothing but
/// texts, so that JSON as it is usually written is canonical; sorting the fields of each of many
/// thousands took a twentieth of a run.
#[derive(Debug, Serialize)]
struct Customer<'c> {
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

impl<'c> Customer<'c> {
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
        let full = Customer {
            aliases: vec![&every, ""],
            contact: Some(""),
            domains: vec![&every, ""],
            id: &every,
            locale: None,
            name: Some(&every),
            slugs: vec![""],
            time_zone: Some("Asia/Tokyo"),
        };
        let bare = Customer {
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
