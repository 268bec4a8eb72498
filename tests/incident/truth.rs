//! The shape of `truth.json`: what a correct program must find.

use std::collections::BTreeMap;

use serde::Serialize;

/// What became of records. The five verdicts add up to `read`.
#[derive(Clone, Copy, Default, Serialize)]
pub(crate) struct Records {
    /// All of them.
    pub(crate) read: u64,
    /// Acts of a listed agent within a scope.
    pub(crate) in_scope: u64,
    /// The same act, recorded before.
    pub(crate) duplicate: u64,
    /// Within the window, by nobody on the list.
    pub(crate) other_actor: u64,
    /// Before or after.
    pub(crate) outside_window: u64,
    /// Unreadable.
    pub(crate) refused: u64,
    /// Of those in scope, the ones without a tenant.
    pub(crate) without_tenant: u64,
}

/// The records of one file.
#[derive(Serialize)]
pub(crate) struct SourceTruth {
    /// Relative to the case file.
    pub(crate) path: String,
    /// What became of them.
    pub(crate) records: Records,
}

/// What was done in one tenant.
#[derive(Serialize)]
pub(crate) struct TenantTruth {
    /// As logged.
    pub(crate) id: String,
    /// Whether the directory has it.
    pub(crate) known: bool,
    /// Acts in scope that name it.
    pub(crate) events: u64,
    /// The earliest, in UTC with the digits of the record.
    pub(crate) first: String,
    /// The latest.
    pub(crate) last: String,
    /// Acts by scope; every scope is named, also with none.
    pub(crate) scopes: BTreeMap<&'static str, u64>,
    /// Acts by code.
    pub(crate) actions: BTreeMap<&'static str, u64>,
    /// How they ended.
    pub(crate) outcomes: Outcomes,
    /// How many different agents.
    pub(crate) agents: usize,
}

/// How the acts ended.
#[derive(Default, Serialize)]
pub(crate) struct Outcomes {
    /// It worked.
    pub(crate) success: u64,
    /// It did not.
    pub(crate) failure: u64,
    /// The log has null, or nothing.
    pub(crate) unknown: u64,
}

/// What one listed agent did.
#[derive(Serialize)]
pub(crate) struct AgentTruth {
    /// As listed.
    pub(crate) id: String,
    /// Acts in scope.
    pub(crate) events: u64,
    /// In how many different tenants.
    pub(crate) tenants: usize,
    /// The earliest and the latest; none where there is no act.
    pub(crate) first: Option<String>,
    pub(crate) last: Option<String>,
}

/// The whole.
#[derive(Serialize)]
pub(crate) struct Truth {
    /// Over all files.
    pub(crate) records: Records,
    /// File by file, in the order of the case.
    pub(crate) sources: Vec<SourceTruth>,
    /// Tenants with events in scope, by id.
    pub(crate) tenants: Vec<TenantTruth>,
    /// Every listed agent, in the order of the list.
    pub(crate) agents: Vec<AgentTruth>,
    /// Events in scope that share their id with another body.
    pub(crate) conflicts: u64,
    /// Refused records that name a listed identity.
    pub(crate) possibly_in_scope: u64,
}

impl Truth {
    /// The size of the thing in one line.
    pub(crate) fn headline(&self) -> String {
        headline(&self.records, self.tenants.len())
    }
}

/// Records and tenants in one line.
pub(crate) fn headline(records: &Records, tenants: usize) -> String {
    format!(
        "{} records, {} in scope, {tenants} tenants",
        records.read, records.in_scope
    )
}
