//! The waist: the whole answer as one versioned value. Everything before computes it, everything
//! after only reads it.
//!
//! Serialised it is `findings.json`. Its JSON Schema is `docs/findings.schema.json`; a change to
//! either is a change of [`SCHEMA`] and a line in the changelog.

mod caveats;
mod close;
mod count;
mod counts;
mod draft;
mod alike;
mod busy;
mod decided;
mod difference;
mod equal;
mod isolation;
mod links;
mod mask;
mod near;
mod outages;
mod sensitivity;
mod series;
mod shares;
mod slug;
mod spans;
mod targets;
mod tenure;
mod tickets;
mod tied;
mod unmatched;
mod uses;
mod verdict;

use std::{cmp::Reverse, collections::BTreeMap, sync::Arc};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    case::{AgentId, AgentNaming, CaseHeader, Conditions, Incident, Obtained, TenantId, Tlp},
    catalogue::{Effect, Touches},
    coverage::Gap,
    digest::Sha256,
    events::Target,
    isolation::ClaimedName,
    records::{Accounted, Locator},
    scope::Relation,
    tally::{DispositionCounts, Outcomes, Retained, TenantEvent},
    text::{counted, grouped},
    time::{Timestamp, Window},
};

pub use alike::{AlikeBy, AlikeFinding, MergeFinding};
pub use busy::BusyTime;
pub(crate) use busy::{busy_hour, busy_step, by_day};
pub use close::{BooksDoNotBalance, BytesUnaccounted, CloseError, Scan, Scanned, Survey};
pub use counts::Counts;
pub use decided::DecisionFinding;
pub use difference::{BeforeAfter, DIFFERENCE_SCHEMA, Difference, ScopeDifference, TenantDifference};
pub use draft::DraftFinding;
pub use equal::EqualEventsFinding;
pub use isolation::{Isolation, IsolationFinding, Mention, MentionFinding, Question};
pub use links::{LinksFinding, OpeningFinding};
pub use near::{NearFinding, NearIdentity, NearRecords, NearestName, UnseenAgent, UnseenIdentity};
pub use outages::OutageFinding;
pub use sensitivity::{EventOnEnd, MoveFinding, ScopeSensitivity, SensitivityFinding, WindowEnd, WithoutAgent};
pub use series::MissingFile;
pub(crate) use series::missing_files;
pub(crate) use shares::in_pieces;
pub(crate) use slug::slug;
pub use spans::SpanFinding;
pub(crate) use targets::{NamedTargets, TargetGroups};
pub use targets::{TargetFinding, TargetKind};
pub use tenure::TenureFinding;
pub use tickets::{TicketCounts, TicketsFinding, TicketsOfPair};
pub use unmatched::{Examined, UnmatchedFinding};
pub use uses::{ActionUse, CensusFinding};
pub(crate) use verdict::has_ticket;
pub use verdict::{Fact, Level, Step, StepKind, TenantVerdict, steps, verdict};

/// The version of this format.
pub const SCHEMA: &str = "tenant-impact/findings/1";

/// The case as the findings are headed with it.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct CaseFinding {
    /// Header of every report.
    #[serde(flatten)]
    pub header: CaseHeader,
    /// Traffic Light Protocol 2.0 label (FIRST) of the vendor's own pages, such as the index of the
    /// reports.
    pub internal_tlp: Tlp,
    /// Facts of the incident in the vendor's words, where the case states any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<Incident>,
}

/// The whole answer to one case.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize, Deserialize)]
#[schemars(title = "tenant-impact findings")]
pub struct Findings {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// What made it.
    pub tool: Tool,
    /// What was asked.
    pub case: CaseFinding,
    /// Whether there are no caveats.
    pub complete: bool,
    /// What a reader must know before relying on the answer.
    pub caveats: Vec<Caveat>,
    /// In the order of the case.
    pub scopes: Vec<ScopeFinding>,
    /// The books over all sources: `read` is the sum of the five dispositions.
    pub records: DispositionCounts,
    /// Every source that was read, in reading order; events refer to them by position.
    pub sources: Vec<SourceFinding>,
    /// Every tenant with an in-scope event, and those that the case asks about, in id order.
    pub tenants: Vec<TenantFinding>,
    /// Every action seen in scope, in code order.
    pub actions: Vec<ActionFinding>,
    /// Every listed agent, in the order of the case, also those without events.
    pub agents: Vec<AgentFinding>,
    /// Which hours the sources speak for.
    pub coverage: CoverageFinding,
    /// The extent in one place.
    pub impact: Impact,
    /// Reasons why the reports are drafts.
    #[serde(default)]
    pub draft: DraftFinding,
    /// What stands near to the tied scopes.
    pub linked: LinkedFinding,
    /// What agents set in motion that goes on under another name.
    #[serde(default)]
    pub links: LinksFinding,
    /// Records that could not be read as events, in source order.
    pub refused: Vec<RefusedFinding>,
    /// Event ids that name more than one body in scope; all their events are kept. In id order.
    pub conflicts: Vec<ConflictFinding>,
    /// Id spaces of profiles that share events in scope: these are counted in each.
    pub shared_ids: Vec<SharedIdsFinding>,
    /// Sources that have equal events in scope, which count in both because nothing proves them to
    /// be one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub equal_events: Vec<EqualEventsFinding>,
    /// How customers' copies name agents.
    pub agent_naming: AgentNaming,
    /// Least number of listed agents that share the role, employer and country shown of one in
    /// customers' copies.
    pub agents_k: u32,
    /// Records by others that came near to being in scope.
    pub near: NearFinding,
    /// Tenants that may be one.
    pub alike: Vec<AlikeFinding>,
    /// Ids that the case counts as one tenant's; absent where it merges none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merge: Option<MergeFinding>,
    /// Decisions of the case on events that name no tenant, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decided: Vec<DecisionFinding>,
    /// Tickets that events state, compared with the table of tickets; absent where the case names
    /// none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tickets: Option<TicketsFinding>,
    /// What each `[[logs]]` entry of the case brought, in its order. A file that two entries name
    /// is the first one's.
    pub inputs: Vec<InputFinding>,
    /// Actions in scope, with their use before the windows.
    #[serde(default)]
    pub census: CensusFinding,
    /// Changes of the answer with the ends of the windows and with each agent.
    #[serde(default)]
    pub sensitivity: SensitivityFinding,
    /// What was found of others in customers' copies, and what became of it.
    pub isolation: IsolationFinding,
}

/// The program that computed the answer.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Tool {
    /// `tenant-impact`.
    pub name: String,
    /// Semantic version.
    pub version: String,
}

/// A reason to read more closely.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Caveat {
    /// Which kind.
    pub code: CaveatCode,
    /// In a sentence, with figures.
    pub message: String,
}

/// The kinds of caveat. Their names on the command line are those of the JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum CaveatCode {
    /// A tenant's files were not released: somebody else's name was still in them.
    LeakStopped,
    /// No record at all could be read as an event: nothing can be said.
    NothingRead,
    /// No record is in scope; says what was searched.
    NothingInScope,
    /// Some events in scope are by agents outside the time in which they were entitled to their
    /// identities.
    OutsideTenure,
    /// Some refused records name a listed identity and may be in scope.
    PossiblyInScope,
    /// Some records are by names that are made of a listed identity and are not listed.
    NearIdentities,
    /// Some listed agents or identities stand in no record.
    UnseenIdentities,
    /// Some events lie in no tied scope, and are of a session that has an event in one.
    LinkedSessions,
    /// Some actions began to act under another name, and what followed could not be taken into
    /// scope.
    ImpersonationNotFollowed,
    /// A rule for links ties too much of a log, and was not followed there.
    WideLink,
    /// Some events are in scope only because a user and a tenant tie them to an impersonation.
    LinkedByUser,
    /// Some events lie exactly on the end of a scope, which it does not hold.
    EventsOnEnd,
    /// Some records by agents of a scope lie in sessions or come from addresses that no scope
    /// names.
    NarrowedAway,
    /// Some records are by listed agents whom no scope has.
    AgentsOutsideScopes,
    /// Some records by others name a listed identity, as a target or in a text.
    MentionedIdentity,
    /// Some records have times that no record of an access log can have, or that lie after the case
    /// was issued.
    ImplausibleTimes,
    /// Some fields hold values that the profile cannot read.
    UnreadableValues,
    /// Some mapped fields that say who acted or where lead nowhere in the records of an input.
    UnmatchedFields,
    /// Some records could not be read as events.
    RefusedRecords,
    /// A source held no record that could be read.
    UnreadableSource,
    /// A source ends before it should: cut short, or damaged. What precedes the break was read.
    TruncatedSource,
    /// A source grew or shrank while it was read.
    ChangedWhileRead,
    /// A file or folder named by the case was passed over.
    SkippedInput,
    /// A source looks as if its export had been cut off.
    ProbablyCutOff,
    /// A profile reads too few of a source's records.
    IllFittingProfile,
    /// Some hours of a window have no record in any source.
    CoverageGap,
    /// The case states outages in a window, in which records may not have been written.
    DeclaredOutage,
    /// A regular series of log files, such as one of each day, lacks some that touch a window.
    MissingFile,
    /// An export was made before the end of a window, as the case states it.
    ObtainedEarly,
    /// Some events name another tenant than the case states for their input.
    TenantDiffers,
    /// Some in-scope events that can concern a tenant name none: they are in no tenant's report.
    EventsWithoutTenant,
    /// Some tenants may be one: their ids differ only in how they are written, or they have one
    /// name.
    AlikeTenants,
    /// Some decisions on events without a tenant apply to no event in scope.
    UnmatchedDecision,
    /// The case merges an id that neither an event in scope nor the directory has.
    UnmatchedMerge,
    /// Some tenants are not in the directory.
    UnknownTenants,
    /// Some words in customers' copies may name another tenant or be ordinary words, and stand.
    NearNames,
    /// Some events call a tenant by a name that belongs to another.
    ClaimedNames,
    /// Some texts in customers' copies named somebody else, and are masked there.
    MaskedText,
    /// Logs of different id spaces have events in common, which count twice.
    SharedEventIds,
    /// Two sources have equal events that nothing proves to be one, which count twice.
    EqualEvents,
    /// Some event ids name more than one body.
    EventIdConflict,
    /// Some actions are not in the catalogue.
    UncataloguedActions,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A scope of the case.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ScopeFinding {
    /// As in the case.
    pub name: String,
    /// The first instant inside.
    pub from: Timestamp,
    /// The first instant after.
    pub until: Timestamp,
    /// Its agents' ids, in the order of the case.
    pub agents: Vec<AgentId>,
    /// Why, in a sentence.
    pub basis: Option<String>,
    /// Whether it is open: it names no agents, and holds every event that meets its conditions.
    #[serde(default)]
    pub open: bool,
    /// Conditions on its events; an empty list sets no condition.
    #[serde(flatten)]
    pub conditions: Conditions,
    /// In-scope events in it.
    pub events: u64,
    /// Attempts among these, which failed.
    pub failed: u64,
    /// Tenants with an event in it.
    pub tenants: u64,
    /// Whether it lies inside a wider scope, and so is what evidence ties to the intruder.
    pub tied: bool,
    /// Events of its agents exactly at `until`, which it does not hold, in whatever other scope or
    /// in none. Of those in none, copies count.
    pub on_end: u64,
}

impl ScopeFinding {
    /// Returns its window.
    pub fn window(&self) -> Window {
        Window {
            from: self.from,
            until: self.until,
        }
    }
}

/// Returns so many actions in words, with those of them that failed: `17 actions (1 failed)`.
pub fn actions_with_failed(actions: u64, failed: u64) -> String {
    let failed = match failed {
        0 => String::new(),
        1 if actions == 1 => " (failed)".to_owned(),
        all if all == actions => " (all failed)".to_owned(),
        some => format!(" ({} failed)", grouped(some)),
    };
    counted(actions, "action", "actions") + &failed
}

/// Events that no tied scope holds, of a session that has an event in one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct LinkedFinding {
    /// Tenants with such an event.
    pub tenants: u64,
    /// Such events that name no tenant.
    pub without_tenant: u64,
}

/// One log file, or one member of an archive of them.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct SourceFinding {
    /// As reached from the case file, with `/`; a member's behind its archive's
    /// (`logs.tar.gz/a.jsonl`). The vendor's own: customers see the digest.
    pub path: String,
    /// Over the file as it lies. The members of an archive all have that of the archive. None only
    /// in a scan that takes no digests; never in a bundle.
    pub sha256: Option<Sha256>,
    /// How many bytes the file has.
    pub bytes: u64,
    /// Name of the profile that read it.
    pub profile: String,
    /// Whether that profile reads a ticket.
    pub reads_tickets: bool,
    /// How its records were framed: `json-lines`, `json-document`, `csv`, `empty`.
    pub framing: String,
    /// Its books.
    pub records: DispositionCounts,
    /// Time of its earliest record of any actor.
    pub first: Option<Timestamp>,
    /// Time of its latest.
    pub last: Option<Timestamp>,
    /// Records whose times cannot be.
    pub implausible: ImplausibleFinding,
    /// Fields of records in a window that could not be read, or name no tenant, though a value
    /// stands there.
    pub remarks: Vec<RemarkFinding>,
    /// Events of listed agents in a window that name another tenant than the case states for this
    /// input.
    pub other_tenants: Vec<OtherTenantFinding>,
    /// What it was unpacked from, the outermost first: `gzip`, `zip/gzip`; `plain` if nothing was.
    pub container: String,
    /// How its text was encoded: `utf-8`, `utf-16le`, `utf-16be`, or as the case states.
    pub encoding: String,
    /// The encoding that the case states for text without a byte order mark.
    pub stated_encoding: Option<String>,
    /// Over the bytes that were parsed: unpacked, and in UTF-8. Offsets of records are offsets in
    /// these. Equal to `sha256` where nothing was unpacked or decoded, and none where that is.
    pub stream_sha256: Option<Sha256>,
    /// How many.
    pub stream_bytes: u64,
    /// What became of these: `stream_bytes` is the sum of `records` and of all in `named`.
    pub accounted: Accounted,
    /// What customers' copies name the source by: SHA-256 over `nonce` and the 32 bytes of
    /// `stream_sha256`. None where no digest was taken, and in a scan without `agents.lock`.
    pub commitment: Option<Sha256>,
    /// Opens the commitment. No customer's copy holds it.
    pub nonce: Option<Sha256>,
}

/// What one `[[logs]]` entry of the case brought.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct InputFinding {
    /// The file, folder or glob, as written.
    pub path: String,
    /// Name of the profile that read it.
    pub profile: String,
    /// How many sources there are below it.
    pub sources: u64,
    /// The books of all of them.
    pub records: DispositionCounts,
    /// Of the records in a window, how many have a listed agent as their actor, whether in scope or
    /// not.
    pub by_listed: u64,
    /// Whether the profile is a file of the case's own, and not built in.
    pub own_profile: bool,
    /// How many of the first records of the first sources were examined for fields without a value.
    pub examined: u64,
    /// The fields of the profile that have no value in any of these, nor in any event in scope of
    /// those sources. Time, action and outcome are left out: without the first two a record is
    /// refused.
    pub unmatched: Vec<UnmatchedFinding>,
    /// The making of the export, where the case states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub obtained: Option<Obtained>,
    /// Things that the log was not configured to record, where the case states it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_recorded: Vec<String>,
}

impl InputFinding {
    /// Returns how many records in a window could be read, if none of them has a listed agent as
    /// its actor.
    pub fn without_listed(&self) -> Option<u64> {
        let in_window = self.records.in_scope + self.records.duplicate + self.records.other_actor;
        (self.by_listed == 0 && in_window > 0).then_some(in_window)
    }

    /// Returns a sentence on the fields without a value.
    pub fn says_unmatched(&self) -> Option<String> {
        let field = |field: &UnmatchedFinding| {
            let nearest = field.nearest.as_ref().map(|path| format!("; nearest there: `{path}`"));
            format!(
                "`{}` (`{}`{})",
                field.field,
                field.paths.join("`, `"),
                nearest.unwrap_or_default()
            )
        };
        let fields: Vec<_> = self.unmatched.iter().map(field).collect();
        (!fields.is_empty()).then(|| {
            format!(
                "In the {} examined of `{}` profile `{}` finds nothing for {}.",
                counted(self.examined, "record", "records"),
                self.path,
                self.profile,
                fields.join(", ")
            )
        })
    }

    /// Returns a sentence on that, which claims no more than was looked at.
    pub fn says_without_listed(&self) -> Option<String> {
        let in_window = self.without_listed()?;
        let records = match in_window {
            1 => "the one record".to_owned(),
            several => format!("any of the {} records", grouped(several)),
        };
        let refused = match self.records.refused {
            0 => String::new(),
            refused => format!("; {} could not be read", counted(refused, "record", "records")),
        };
        Some(format!(
            "No listed agent is the actor of {records} in a window that could be read of `{}` ({}, profile `{}`){refused}.",
            self.path,
            counted(self.sources, "source", "sources"),
            self.profile,
        ))
    }
}

/// Events that name other tenants than the one that the case states for their input.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct OtherTenantFinding {
    /// By the case.
    pub stated: TenantId,
    /// By the events, in id order.
    pub named: Vec<TenantId>,
    /// Whether the stated tenant counts, as `tenant_overrules` says; else those that are named do.
    pub overruled: bool,
    /// How many events, copies included.
    pub events: u64,
    /// Where their records start, in bytes from 0, in order; one that holds several such events
    /// stands here once.
    pub offsets: Vec<u64>,
}

/// A value that no event could be made of, and that is no reason to refuse its record.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct RemarkFinding {
    /// Which kind.
    pub kind: RemarkKind,
    /// The field of the profile, such as `targets` or `actor.id`; none where it is the tenant's.
    pub field: Option<String>,
    /// Where the value is, as a path; or the word that names no tenant, as logged.
    pub value: String,
    /// In how many events.
    pub events: u64,
}

/// What is the matter with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemarkKind {
    /// The profile reads JSON inside of it, or members of it, and there are none.
    Unreadable,
    /// It is a word that stands for no tenant, such as `None` or `*`.
    NoTenant,
}

/// Records of a source whose times cannot be those of an access log: as a rule a count read in the
/// wrong unit, a default or a limit that stands for no time, or day and month exchanged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ImplausibleFinding {
    /// Refused, because they lie before 1990 or after 2099 (reason `implausible-time`).
    pub refused: u64,
    /// Of those, how many name a listed identity.
    pub refused_naming: u64,
    /// Read, and in an hour after that in which the case was issued.
    pub after_issue: u64,
    /// Of those in no window, how many name a listed identity.
    pub after_issue_naming: u64,
    /// Where the first of these starts, in bytes from 0.
    pub after_issue_first: Option<u64>,
}

/// One customer's share of the answer.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct TenantFinding {
    /// Exactly as logged, or as `merge` of the case has it.
    pub id: TenantId,
    /// The ids under which its events were logged, in order, where the case merges ids of it;
    /// absent where it does not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub logged_as: Vec<TenantId>,
    /// From the directory, else as first logged.
    pub name: Option<String>,
    /// Whether the directory has it.
    pub known: bool,
    /// Its folder under `tenants/`.
    pub slug: String,
    /// Whether the case asks for a report of it even if it has no event in scope.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asked: bool,
    /// In-scope events; none only in a tenant that the case asks about.
    pub events: u64,
    /// The earliest of them.
    pub first: Option<Timestamp>,
    /// The latest of them.
    pub last: Option<Timestamp>,
    /// Events by day (UTC), of days that have any.
    #[serde(default)]
    pub days: Vec<BusyTime>,
    /// Events that evidence ties to the intruder: those in a tied scope.
    pub tied: u64,
    /// Attempts among these, which failed.
    pub tied_failed: u64,
    /// Positions in the tenant's list of actions, from 1, of events that no tied scope holds, of a
    /// session that has an event in one, in this tenant or elsewhere.
    pub linked: Vec<u64>,
    /// Positions in the list of actions, from 1, of events whose record names no tenant and that
    /// the case decided to concern this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decided: Vec<u64>,
    /// Events whose actor is no listed agent: they go on with what one set in motion, such as
    /// acting as a user.
    #[serde(default)]
    pub by_link: u64,
    /// Events whose actor is not listed and that an open scope holds.
    #[serde(default)]
    pub by_search: u64,
    /// Events outside the time in which their agents were entitled to their identities.
    #[serde(default)]
    pub outside_tenure: u64,
    /// How soon the tenant has to act.
    pub level: Level,
    /// What is to be said first.
    pub verdict: TenantVerdict,
    /// Grave deeds of listed agents for which a log that states tickets states none: events that
    /// did not fail and are neither views nor searches.
    pub without_ticket: u64,
    /// What the tenant is asked to do, in the order in which it should be done.
    pub steps: Vec<Step>,
    /// Persons and accounts that its actions name.
    pub people: u64,
    /// Other things that its actions name, but for the tenant itself.
    pub objects: u64,
    /// People and objects that its actions name, one entry each: people, objects, the tenant,
    /// then what is withheld; in each the tied ones first, then those of the gravest deed. They are
    /// taken from the tenant's copy, so that what is withheld there is withheld here.
    pub targets: Vec<TargetFinding>,
    /// Positions in the list of actions, from 1, of those that name no person and no object.
    pub untargeted: Vec<u64>,
    /// Events by scope, every scope of the case.
    #[schemars(with = "BTreeMap<String, u64>")]
    pub scopes: Counts<String>,
    /// Attempts among these, which failed; every scope of the case.
    #[schemars(with = "BTreeMap<String, u64>")]
    pub scopes_failed: Counts<String>,
    /// Events by action code.
    #[schemars(with = "BTreeMap<String, u64>")]
    pub actions: Counts<String>,
    /// Deeds by effect: events that did not fail, those without an outcome in the log included. One
    /// of `spans` is one deed.
    #[schemars(with = "BTreeMap<Effect, u64>")]
    pub effects: Counts<Effect>,
    /// Attempts by effect: events that failed. They are in no other count by effect.
    #[schemars(with = "BTreeMap<Effect, u64>")]
    pub attempts: Counts<Effect>,
    /// Actions that last, such as acting as a user, in the order of their beginning.
    pub spans: Vec<SpanFinding>,
    /// Events by outcome.
    pub outcomes: Outcomes,
    /// Distinct agents.
    pub agents: u64,
    /// Distinct sessions.
    pub sessions: u64,
    /// Whom to send the report to, from the directory.
    pub contact: Option<String>,
    /// BCP 47 language tag, from the directory.
    pub locale: Option<String>,
    /// IANA time zone name, from the directory.
    pub time_zone: Option<String>,
    /// Texts in its copy in which somebody else's name is masked.
    pub masked: u64,
    /// Whether its files were written; not where somebody else's name was still in them.
    pub released: bool,
}

impl TenantFinding {
    /// Drops the name if it is a logged one that belongs to another tenant.
    fn without_claimed_name(&mut self, claimed: &[ClaimedName]) {
        let is_own = |claim: &ClaimedName| claim.tenant == self.id && Some(&claim.name) == self.name.as_ref();
        if claimed.iter().any(is_own) {
            self.name = None;
        }
    }

    /// Sets the people and objects that its actions name.
    fn name_targets(&mut self, named: NamedTargets) {
        self.people = named.count(TargetKind::Person);
        self.objects = named.count(TargetKind::Object);
        self.targets = named.targets;
        self.untargeted = named.untargeted;
    }

    /// Returns the gravest effect of its deeds, `None` if all that was done failed.
    pub fn gravest(&self) -> Option<Effect> {
        self.effects.keys().next_back().copied()
    }
}

impl Findings {
    /// Returns the tenants with an in-scope event, in id order.
    pub fn acted_in(&self) -> impl Iterator<Item = &TenantFinding> + Clone {
        self.tenants.iter().filter(|tenant| tenant.events > 0)
    }

    /// Returns the tenants that the case asks about and in which no event is in scope, in id order.
    pub fn asked_in_vain(&self) -> impl Iterator<Item = &TenantFinding> + Clone {
        self.tenants.iter().filter(|tenant| tenant.events == 0)
    }

    /// Returns the tenants in the order of reports: by level, tied events, linked events, grave
    /// deeds without a ticket, gravest deed and number of events, then id.
    pub fn ranked(&self) -> Vec<&TenantFinding> {
        let mut ranked: Vec<_> = self.tenants.iter().collect();
        ranked.sort_by_key(|tenant| {
            (
                Reverse((tenant.level, tenant.tied, tenant.linked.len())),
                Reverse((tenant.without_ticket, tenant.gravest(), tenant.events)),
                &tenant.id,
            )
        });
        ranked
    }
}

impl ActionFinding {
    /// Returns the number of its events without a tenant on which the case has no decision.
    pub fn undecided(&self) -> u64 {
        self.without_tenant.saturating_sub(self.decided_none)
    }

    /// Returns the number of these that can concern any tenant.
    pub fn concerning_any(&self) -> u64 {
        match self.touches {
            Touches::Tenant => self.undecided(),
            Touches::None => 0,
        }
    }
}

/// One action code, over all in-scope events.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ActionFinding {
    /// As logged.
    pub code: String,
    /// From the catalogue.
    pub effect: Effect,
    /// In-scope events of it, those without a tenant included.
    pub events: u64,
    /// Those of `events` that failed: attempts, and no deeds.
    pub failed: u64,
    /// Tenants with an event of it, attempts included.
    pub tenants: u64,
    /// What it does, in plain words, from the catalogue.
    pub says: Option<String>,
    /// What a customer should check, from the catalogue.
    pub check: Option<String>,
    /// Events of the customer's own log to look for, from the catalogue.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub look_for: Vec<String>,
    /// What holds where it was legitimate, from the catalogue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_order_if: Option<String>,
    /// What a record of it does not tell, from the catalogue.
    pub not_logged: Option<String>,
    /// In-scope events of it that name no tenant.
    pub without_tenant: u64,
    /// Those of them that the case decided to concern no tenant.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub decided_none: u64,
    /// Whether it can concern a tenant, from the catalogue.
    pub touches: Touches,
    /// Code of the action that it ends, from the catalogue.
    pub ends: Option<String>,
}

/// One listed agent. This is the vendor's key from pseudonym to person.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct AgentFinding {
    /// As listed.
    pub id: AgentId,
    /// In-scope events.
    pub events: u64,
    /// Tenants touched.
    pub tenants: u64,
    /// The earliest event.
    pub first: Option<Timestamp>,
    /// The latest event.
    pub last: Option<Timestamp>,
    /// Events by clock hour (UTC), of hours that have any; by day where the windows of the case
    /// together span more than 14 days.
    #[serde(default)]
    pub busy: Vec<BusyTime>,
    /// Its name in customers' copies, pinned in `agents.lock`. Empty in a scan of an agent without
    /// a pinned one.
    pub pseudonym: String,
    /// As listed.
    pub name: Option<String>,
    /// As listed.
    pub email: Option<String>,
    /// As listed.
    pub identities: Vec<String>,
    /// As listed.
    pub employer: Option<String>,
    /// As listed.
    pub role: Option<String>,
    /// As listed.
    pub country: Option<String>,
    /// The time in which it was entitled to its identities, where the case says so, and its events
    /// outside that time.
    #[serde(default)]
    pub tenure: Option<TenureFinding>,
    /// Whether it is not listed: an actor that an open scope found. Its identities are its
    /// names in the records, as logged.
    #[serde(default)]
    pub unlisted: bool,
    /// Names in records that are derived from its identities and count as its own; absent where
    /// there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub derived: Vec<DerivedFinding>,
}

/// A name that is derived from a listed identity, and counts as its agent's own because the case
/// says so.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct DerivedFinding {
    /// The name, as logged.
    pub name: String,
    /// The identity that it is derived from, as listed.
    pub identity: String,
    /// Form of the name.
    pub relation: Relation,
    /// Records in a window that have it.
    pub records: u64,
}

/// Which hours of the windows the sources speak for, by records of any actor.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct CoverageFinding {
    /// A run of at least this many whole clock hours (UTC) without a record is a gap.
    pub gap_hours: u32,
    /// Number of clock hours (UTC) that touch a window.
    #[serde(default)]
    pub hours: u64,
    /// Number of these that hold at least one record of any source.
    #[serde(default)]
    pub hours_with_records: u64,
    /// Gaps that no source fills, one list over all windows.
    pub gaps: Vec<Gap>,
    /// The same for each kind of log: a quiet log of one kind is not excused by a busy one of
    /// another.
    pub kinds: Vec<KindCoverage>,
    /// Each source alone, in the order of `sources`.
    pub sources: Vec<SourceCoverage>,
    /// Outages that the case states, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outages: Vec<OutageFinding>,
    /// Files that regular series of log files lack and whose times touch a window, by path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<MissingFile>,
}

/// The gaps that no source of one kind of log fills.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct KindCoverage {
    /// The profile that reads it.
    pub profile: String,
    /// Its gaps, one list over all windows.
    pub gaps: Vec<Gap>,
}

/// The hours that one source speaks for.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct SourceCoverage {
    /// Position in `sources`.
    pub source: usize,
    /// Clock hours (UTC) inside the windows that hold at least one of its records.
    pub hours: u64,
    /// The runs of these hours.
    #[serde(default)]
    pub with_records: Vec<Window>,
    /// Its own gaps, between its first and its last record inside the windows.
    pub gaps: Vec<Gap>,
}

/// The extent of the incident.
#[derive(Debug, Clone, Copy, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct Impact {
    /// Tenants with an in-scope event.
    pub tenants: u64,
    /// Of those, how many the directory knows.
    pub known_tenants: u64,
    /// Of `tenants`, those in which every in-scope event is an attempt that failed: nothing was
    /// done there.
    pub attempts_only: u64,
    /// In-scope events that failed.
    pub failed: u64,
    /// Known tenants over `customers`, from 0, rounded to six decimals: tenants that the directory
    /// does not have are no part of either. Without a directory, `tenants` over `customers`. None
    /// where the number of customers is not known, or is the smaller one.
    pub share: Option<f64>,
    /// How many customers the vendor has: stated by the case, else the size of the directory.
    pub customers: Option<u64>,
    /// How many customers the directory lists; 0 where there is none.
    pub listed: u64,
}

impl Impact {
    /// Returns the tenants that are counted among the customers: the known ones, or all where there
    /// is no directory.
    pub fn of_customers(&self) -> u64 {
        if self.listed > 0 {
            self.known_tenants
        } else {
            self.tenants
        }
    }

    /// Returns the number of tenants in which something was done, or may have been, if the log does
    /// not state the outcome.
    pub fn acted_in(&self) -> u64 {
        self.tenants.saturating_sub(self.attempts_only)
    }

    /// Describes the number of tenants with actions, and separately of those in which all attempts
    /// failed: `3 tenants, tried and failed in 1 more`.
    pub fn says_tenants(&self) -> String {
        let acted = match self.acted_in() {
            0 if self.attempts_only > 0 => "no tenant".to_owned(),
            some => counted(some, "tenant", "tenants"),
        };
        match self.attempts_only {
            0 => acted,
            some if some == self.tenants => format!("{acted}, tried and failed in {}", grouped(some)),
            some => format!("{acted}, tried and failed in {} more", grouped(some)),
        }
    }

    /// Returns the tenants that the directory does not have, where there is one.
    pub fn unknown(&self) -> u64 {
        self.tenants - self.of_customers()
    }
}

/// A record that could not be read as an event.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct RefusedFinding {
    /// Position in `sources`.
    pub source: usize,
    /// Where it starts, in bytes from 0.
    pub offset: u64,
    /// How many bytes.
    pub length: u64,
    /// Which kind of fault, kebab-case.
    pub reason: String,
    /// What exactly.
    pub detail: String,
    /// The agents whose identities its bytes hold, of a scope whose window holds its time as far as
    /// that can be read; not empty means possibly in scope.
    pub names: Vec<AgentId>,
    /// The addresses, sessions and keys by which an open scope searches that may stand in
    /// its bytes, if a window of one holds its time as far as that can be read; not empty means
    /// possibly in scope.
    #[serde(default)]
    pub terms: Vec<String>,
    /// Its first bytes as text, for people.
    pub excerpt: String,
}

impl Findings {
    /// The agents that the case lists.
    pub fn listed_agents(&self) -> impl Iterator<Item = &AgentFinding> {
        self.agents.iter().filter(|agent| !agent.unlisted)
    }
}

impl RefusedFinding {
    /// Whether it may be in scope.
    pub fn is_possibly_in_scope(&self) -> bool {
        !self.names.is_empty() || !self.terms.is_empty()
    }
}

/// Two id spaces whose logs have events in common.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct SharedIdsFinding {
    /// Both, in alphabetical order: `ids` of a profile, or its name.
    pub ids: [String; 2],
    /// Events in scope of which each has one with the same id, time and agent.
    pub events: u64,
}

/// An event id with several bodies.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ConflictFinding {
    /// The id.
    pub event_id: String,
    /// The events that share it, in source order.
    pub events: Vec<Locator>,
}

/// The findings together with the events they count: what the reports are views of.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The answer in figures.
    pub findings: Findings,
    /// Each tenant's share, in id order; none where they do not fit into memory.
    /// [`Self::each_tenant`] has them in any case.
    pub tenants: Vec<TenantImpact>,
    /// Events from which they are made again, if they are not kept.
    pub stored: Option<Arc<Retained>>,
    /// In-scope events that name no tenant, in time order.
    pub unattributed: Vec<TenantEvent>,
    /// Names to search for in tenants' copies, with the results. For the vendor only.
    pub isolation: Isolation,
    /// Records by others that name a listed identity: the vendor's own.
    pub near: NearRecords,
    /// Table that tickets are compared with, where the case names one.
    pub(crate) tickets: Option<tickets::TicketBook>,
}

/// One tenant's share of the answer: all that its reports are made of, beside the case's header.
#[derive(Debug, Clone)]
pub struct TenantImpact {
    /// In figures; equal to the entry in [`Findings::tenants`].
    pub finding: TenantFinding,
    /// Its events in time order, ties by source and position.
    pub events: Vec<TenantEvent>,
}

impl TenantImpact {
    /// Makes the share of a tenant without an event.
    pub(crate) fn empty(finding: TenantFinding) -> Self {
        Self {
            finding,
            events: Vec::new(),
        }
    }

    /// Returns the event at a position of the tenant's list, from 1.
    pub fn event(&self, number: u64) -> Option<&TenantEvent> {
        self.events.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }

    /// Returns the target by which the first of its actions names a person or an object.
    pub fn target(&self, entry: &TargetFinding) -> Option<&Target> {
        let event = self.event(*entry.actions.first()?)?;
        event.targets.get(usize::try_from(entry.target).ok()?.checked_sub(1)?)
    }
}
