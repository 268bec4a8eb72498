//! The shape of `truth.json`: figures that a correct program must find. Those that the program's
//! findings have too stand under the same keys.

use std::collections::BTreeMap;

use serde::Serialize;

/// Records by verdict. The five verdicts add up to `read`.
#[derive(Clone, Copy, Default, Serialize)]
pub(crate) struct Records {
    /// All of them.
    pub(crate) read: u64,
    /// Acts of an agent within a scope.
    pub(crate) in_scope: u64,
    /// Copies of an event that was recorded before.
    pub(crate) duplicate: u64,
    /// Records within the window, of actors whom no scope has.
    pub(crate) other_actor: u64,
    /// Before or after.
    pub(crate) outside_window: u64,
    /// Unreadable.
    pub(crate) refused: u64,
    /// Records in scope without a tenant.
    pub(crate) without_tenant: u64,
}

/// The records of one file.
#[derive(Serialize)]
pub(crate) struct SourceTruth {
    /// Relative to the case file.
    pub(crate) path: String,
    /// Its records by verdict.
    pub(crate) records: Records,
}

/// Figures of one scope.
#[derive(Serialize)]
pub(crate) struct ScopeTruth {
    /// The name in the case.
    pub(crate) name: &'static str,
    /// Acts in it.
    pub(crate) events: u64,
    /// Attempts among these, which failed.
    pub(crate) failed: u64,
    /// Tenants with one.
    pub(crate) tenants: u64,
    /// Acts of its agents on its end, which it does not hold.
    pub(crate) on_end: u64,
}

/// Figures of one tenant.
#[derive(Serialize)]
pub(crate) struct TenantTruth {
    /// The logged text.
    pub(crate) id: String,
    /// The name in the directory, else the logged one.
    pub(crate) name: String,
    /// True if the directory has it.
    pub(crate) known: bool,
    /// Acts in scope that name it.
    pub(crate) events: u64,
    /// The earliest, in UTC with the digits of the record.
    pub(crate) first: String,
    /// The latest.
    pub(crate) last: String,
    /// Acts by scope; every scope is named, also with none.
    pub(crate) scopes: BTreeMap<&'static str, u64>,
    /// Attempts among these, which failed.
    pub(crate) scopes_failed: BTreeMap<&'static str, u64>,
    /// Acts by code.
    pub(crate) actions: BTreeMap<&'static str, u64>,
    /// Acts by outcome.
    pub(crate) outcomes: Outcomes,
    /// Impersonations, each once, in the order in which they began.
    pub(crate) spans: Vec<SpanTruth>,
    /// Number of different agents.
    pub(crate) agents: usize,
    /// Texts of its acts that name another customer.
    pub(crate) masked: u64,
}

/// One impersonation.
#[derive(Serialize)]
pub(crate) struct SpanTruth {
    /// Time of the start, absent if the start failed.
    pub(crate) from: Option<String>,
    /// Time of the end, absent if no end is logged.
    pub(crate) until: Option<String>,
    /// Whole seconds from the one to the other.
    pub(crate) seconds: Option<i64>,
}

/// Acts by outcome.
#[derive(Default, Serialize)]
pub(crate) struct Outcomes {
    /// It worked.
    pub(crate) success: u64,
    /// It did not.
    pub(crate) failure: u64,
    /// The log has null, or nothing.
    pub(crate) unknown: u64,
}

/// Figures of one listed agent.
#[derive(Serialize)]
pub(crate) struct AgentTruth {
    /// The listed text.
    pub(crate) id: String,
    /// The agent's name in customers' copies.
    pub(crate) pseudonym: String,
    /// Acts in scope.
    pub(crate) events: u64,
    /// Number of different tenants.
    pub(crate) tenants: usize,
    /// The earliest and the latest; none where there is no act.
    pub(crate) first: Option<String>,
    pub(crate) last: Option<String>,
}

/// The extent.
#[derive(Serialize)]
pub(crate) struct ImpactTruth {
    /// Tenants with an act in scope.
    pub(crate) tenants: u64,
    /// Tenants among these that the directory has.
    pub(crate) known_tenants: u64,
    /// Tenants in which every act failed.
    pub(crate) attempts_only: u64,
    /// Acts in scope that failed.
    pub(crate) failed: u64,
    /// Size of the directory.
    pub(crate) customers: u64,
    /// Known tenants among the customers, to six decimals.
    pub(crate) share: f64,
}

/// Records of actors whom no scope has, and that come near a scope.
#[derive(Default, Serialize)]
pub(crate) struct NearTruth {
    /// Records in which a target or a text names a listed agent.
    pub(crate) mentions: u64,
    /// Records of listed agents.
    pub(crate) outside_scopes: u64,
    /// Records of a name that is a listed one in other capitals.
    pub(crate) forms: u64,
    /// Identities of agents of a scope that none of their acts in the window shows.
    pub(crate) unseen: Vec<UnseenTruth>,
    /// Agents of a scope without an act in the window.
    pub(crate) unseen_agents: Vec<UnseenAgentTruth>,
}

/// An identity that no record has.
#[derive(Serialize)]
pub(crate) struct UnseenTruth {
    /// The listed text.
    pub(crate) identity: String,
    /// The agent that it is listed for.
    pub(crate) agent: String,
    /// The right spelling, if it is misspelt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) nearest: Option<NearestTruth>,
}

/// A name that logs have.
#[derive(Serialize)]
pub(crate) struct NearestTruth {
    /// The logged text.
    pub(crate) name: &'static str,
    /// Its records in the window.
    pub(crate) records: u64,
}

/// An agent without an act.
#[derive(Serialize)]
pub(crate) struct UnseenAgentTruth {
    /// The listed text.
    pub(crate) agent: String,
    /// Whether there is one at another time.
    pub(crate) outside_windows: bool,
}

/// Acts outside the narrower scope in sessions that it has acts of.
#[derive(Serialize)]
pub(crate) struct LinkedTruth {
    /// Tenants with one.
    pub(crate) tenants: u64,
    /// Those that name no tenant.
    pub(crate) without_tenant: u64,
}

/// Hours in which the files have records.
#[derive(Serialize)]
pub(crate) struct CoverageTruth {
    /// Hours of the window without a record.
    pub(crate) gaps: Vec<String>,
    /// File by file.
    pub(crate) sources: Vec<HoursTruth>,
}

/// The hours of one file.
#[derive(Serialize)]
pub(crate) struct HoursTruth {
    /// Hours of the window with a record in it.
    pub(crate) hours: usize,
}

/// The whole.
#[derive(Serialize)]
pub(crate) struct Truth {
    /// Over all files.
    pub(crate) records: Records,
    /// File by file, in the order of the case.
    pub(crate) sources: Vec<SourceTruth>,
    /// In the order of the case.
    pub(crate) scopes: Vec<ScopeTruth>,
    /// Tenants with events in scope, by id.
    pub(crate) tenants: Vec<TenantTruth>,
    /// Every listed agent, in the order of the list.
    pub(crate) agents: Vec<AgentTruth>,
    /// The extent.
    pub(crate) impact: ImpactTruth,
    /// Records and identities near a scope.
    pub(crate) near: NearTruth,
    /// Acts linked to the narrower scope.
    pub(crate) linked: LinkedTruth,
    /// The hours.
    pub(crate) coverage: CoverageTruth,
    /// Hours of the window in which all files together have one record.
    pub(crate) hours_with_one_record: usize,
    /// Tenants with acts in the narrower scope, in descending order of these acts.
    pub(crate) tied_first: Vec<String>,
    /// Present and former name of the renamed customer.
    pub(crate) renamed: [String; 2],
    /// Events in scope that share their id with another body.
    pub(crate) conflicts: u64,
    /// Refused records that name an agent of a scope.
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
