//! The fold: verdicts in, settled events out. Associative and commutative, so that arrival order
//! does not matter.
//!
//! Only what is in scope, and what was refused, is kept; everything else is a count and an hour
//! that was logged.

mod around;
mod retained;
mod links;
mod search;
mod dedup;
mod shifts;
mod spill;
mod source_tally;
mod totals;

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    case::TicketVerdict,
    catalogue::Effect,
    digest::Sha256,
    events::{AccessEvent, Outcome, Target},
    records::{Locator, Refusal},
    scope::ScopeMask,
    seal::Seal,
    time::Timestamp,
};

pub use around::{Around, EarlierUse};
pub use dedup::{Conflict, Deduplicated, deduplicate};
pub use links::{Candidate, Chased, Closing, Followed, Link, LinkEnd, Links, Opening, Tie, WideLink};
pub use retained::{InMemory, Retained};
pub use search::FoundBy;
pub use shifts::{DISTANCES, MOVES, Move, MovedWindows, OnBound, Shifts, concerned, on_bounds, sole_agent};
pub use source_tally::{Disposition, Late, NearKind, NearMiss, NearName, PathCounts, Remarked, Remarks, SourceTally};
pub use spill::{Budget, MEMORY, OverBudget, SpillError, SpilledEvents};
pub use totals::{ActionTotals, AgentTotals, Counting, ScopeTotals, Totals};

/// Numbers of records by disposition. `read = in_scope + duplicate + other_actor + outside_window +
/// refused`.
///
/// A record that holds several events counts once, like any other: it is in scope if any of its
/// events is and is no copy, a duplicate if all of those in scope are copies, and refused if any of
/// its events cannot be read. It is without tenant if any of its events in scope names none, so
/// that no such event goes without a mention:
/// `in_scope = records all of whose events name a tenant + without_tenant`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct DispositionCounts {
    /// Records framed.
    pub read: u64,
    /// Records with an event by a listed identity in a window, or in an open scope; first copies
    /// only.
    pub in_scope: u64,
    /// Further copies: in scope, and nothing but what another record says.
    pub duplicate: u64,
    /// In a window, without a listed actor.
    pub other_actor: u64,
    /// In no window.
    pub outside_window: u64,
    /// Could not be read as an event.
    pub refused: u64,
    /// Records in scope with an event that names no tenant.
    pub without_tenant: u64,
    /// Records in scope that hold no event by a listed identity, and none that an open scope
    /// holds: an event of theirs goes on with what another set in motion.
    #[serde(default)]
    pub by_link: u64,
    /// Records in scope that hold no event by a listed identity, and one that an open scope
    /// holds.
    #[serde(default)]
    pub by_search: u64,
}

impl DispositionCounts {
    /// One record in scope, of which anything is kept or nothing.
    fn settled(fate: RecordFate) -> Self {
        Self {
            in_scope: u64::from(fate.kept),
            duplicate: u64::from(!fate.kept),
            without_tenant: u64::from(fate.without_tenant),
            by_link: u64::from(fate.why == Why::Link),
            by_search: u64::from(fate.why == Why::Search),
            ..Self::default()
        }
    }

    /// Whether every record met exactly one end.
    pub fn balance(&self) -> bool {
        self.read == self.in_scope + self.duplicate + self.other_actor + self.outside_window + self.refused
    }
}

impl std::ops::AddAssign for DispositionCounts {
    fn add_assign(&mut self, other: Self) {
        self.read += other.read;
        self.in_scope += other.in_scope;
        self.duplicate += other.duplicate;
        self.other_actor += other.other_actor;
        self.outside_window += other.outside_window;
        self.refused += other.refused;
        self.without_tenant += other.without_tenant;
        self.by_link += other.by_link;
        self.by_search += other.by_search;
    }
}

/// Dispositions of the events in scope of one record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct RecordFate {
    /// Whether any is no copy.
    kept: bool,
    /// Whether any of these names no tenant.
    without_tenant: bool,
    /// The strongest reason for which any of these is in scope.
    why: Why,
}

/// Reason for which an event is in scope, the weakest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Why {
    /// It is not, or a copy of one that is.
    #[default]
    Not,
    /// An event in scope set it in motion.
    Link,
    /// A open scope holds it.
    Search,
    /// Its actor is a listed identity.
    Actor,
}

impl Why {
    fn of(event: &ScopedEvent) -> Self {
        match (&event.link, &event.search) {
            (Some(_), _) => Self::Link,
            (None, Some(_)) => Self::Search,
            (None, None) => Self::Actor,
        }
    }
}

impl RecordFate {
    /// Returns the fate of one event, kept or not.
    fn of(event: &ScopedEvent, kept: bool) -> Self {
        Self {
            kept,
            without_tenant: kept && event.event.tenants.is_empty(),
            why: if kept { Why::of(event) } else { Why::Not },
        }
    }

    /// Both together.
    fn and(self, other: Self) -> Self {
        Self {
            kept: self.kept || other.kept,
            without_tenant: self.without_tenant || other.without_tenant,
            why: self.why.max(other.why),
        }
    }
}

/// Events by how they ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Outcomes {
    /// The tool did it.
    pub success: u64,
    /// The tool refused or failed.
    pub failure: u64,
    /// The log does not say.
    pub unknown: u64,
}

impl Outcomes {
    /// One more.
    pub fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Success => self.success += 1,
            Outcome::Failure => self.failure += 1,
            Outcome::Unknown => self.unknown += 1,
        }
    }
}

/// An event by a listed identity in a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopedEvent {
    /// The event.
    pub event: AccessEvent,
    /// Time as logged.
    pub time_original: String,
    /// Position in the case's agents.
    pub agent: usize,
    /// Which kind of field named the agent: `actor.email`.
    pub identity_matched: Arc<str>,
    /// Further listed agents that it names as its actors, by position in the case.
    pub also_by: Box<[usize]>,
    /// The scopes it lies in.
    pub scopes: ScopeMask,
    /// The scopes in whose margins it lies: they would hold it if their windows were wider.
    pub beyond: ScopeMask,
    /// Place of its record.
    pub at: Locator,
    /// Which of its record's events it is, from 0; more than 0 only where one record holds several.
    pub part: u32,
    /// Over the bytes of its record.
    pub record_sha256: Sha256,
    /// Commitment to its record that tenants get instead of it; `None` in a scan without
    /// `agents.lock`.
    pub seal: Option<Seal>,
    /// Its event id also names another body. Known only once everything is read.
    pub conflict: bool,
    /// Reason for which it is in scope where its actor is no listed identity, and what an agent set
    /// in motion goes on.
    pub link: Option<Box<Link>>,
    /// Reason for which it is in scope where its actor is no listed identity, and an open scope
    /// holds it.
    pub search: Option<Box<FoundBy>>,
}

/// Events in scope as they gather. Each in a place of its own: a list of a million that grows and
/// is joined with others would otherwise move, and take fresh memory for, all of them several
/// times.
pub type ScopedEvents = Vec<Box<ScopedEvent>>;

/// A record that could not be read as an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Place of the record.
    pub at: Locator,
    /// Reason of the refusal.
    pub refusal: Refusal,
    /// The agents whose identities its bytes hold and of whom a scope may hold the record, by
    /// position in the case.
    pub names: Vec<usize>,
    /// The addresses, sessions and keys by which an open scope searches that may stand in
    /// its bytes.
    pub terms: Vec<String>,
    /// Its first bytes as text.
    pub excerpt: String,
}

/// One in-scope event as its tenant may see it: no other tenant is named in its structure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantEvent {
    /// Place of its record.
    pub at: Locator,
    /// Over the bytes of its record.
    pub record_sha256: Sha256,
    /// Commitment to its record that tenants get instead of it; `None` in a scan without
    /// `agents.lock`.
    pub seal: Option<Seal>,
    /// Event id as logged.
    pub event_id: Option<String>,
    /// Time of the event.
    pub time: Timestamp,
    /// Time as logged.
    pub time_original: String,
    /// Position in `findings.agents`.
    pub agent: usize,
    /// Which kind of field named the agent: `actor.email`.
    pub identity_matched: Arc<str>,
    /// The code, as logged.
    pub action: String,
    /// From the catalogue.
    pub effect: Effect,
    /// On whom or what.
    pub targets: Vec<Target>,
    /// Outcome of the action.
    pub outcome: Outcome,
    /// The support case it was done for, as logged.
    pub ticket: Option<String>,
    /// Relation of the event to its ticket, where the case has a table of tickets and the log
    /// states tickets.
    pub ticket_verdict: Option<TicketVerdict>,
    /// Reason in the agent's words, as logged.
    pub justification: Option<String>,
    /// From where, as logged.
    pub ip: Option<String>,
    /// In which session, as logged.
    pub session: Option<String>,
    /// Client, as logged.
    pub user_agent: Option<String>,
    /// Parameters, as logged.
    pub parameters: Option<String>,
    /// The scopes it lies in.
    pub scopes: ScopeMask,
    /// Its event id also names another body.
    pub conflict: bool,
    /// Reason for which it is in scope where its actor is no listed identity, and what an agent set
    /// in motion goes on.
    pub link: Option<Box<Link>>,
    /// Reason for which it is in scope where its actor is no listed identity, and an open scope
    /// holds it.
    pub search: Option<Box<FoundBy>>,
}
