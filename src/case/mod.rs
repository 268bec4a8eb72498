//! The question, as plain values: what the investigator asserts. No log is opened and nothing is
//! compiled here.

mod adhoc;
mod agents;
mod asked;
mod check;
mod decided;
mod directory;
mod error;
mod file;
mod folder;
mod hidden;
mod identity;
mod incident;
mod load;
mod lock;
mod merge;
mod reach;
mod spreadsheet;
mod store;
mod variation;
mod tenants;
mod tickets;

use std::{collections::BTreeSet, fmt, path::PathBuf, sync::Arc};

use encoding_rs::Encoding;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::{
    adhoc::AdHoc,
    decided::{Decision, Decisions},
    directory::{Directory, Tenant, Tenants},
    error::CaseError,
    identity::fold,
    lock::{LOCK_FILE, LOCK_ROLE, Lock, LockError},
    merge::{Merge, NEAR, id_key},
    reach::{LogOrigin, Obtained, Outage},
    store::FileStore,
    tickets::{TicketTable, TicketVerdict},
    variation::{Variation, VariationError},
};
use crate::{
    config::Spanned,
    digest::Sha256,
    seal::Nonces,
    time::{Timestamp, Window},
};
pub use incident::Incident;

/// Scopes are bits of one word in the verdict on an event.
pub const MAX_SCOPES: usize = 64;

/// Everything the investigator asserts, checked.
#[derive(Debug, Clone)]
pub struct Case {
    /// The head of every report.
    pub header: CaseHeader,
    /// Label of what only the vendor's own team reads: the index of the reports.
    pub internal_tlp: Tlp,
    /// Facts of the incident in the vendor's words, where the case states any.
    pub incident: Option<Incident>,
    /// In the order written; at least one, at most [`MAX_SCOPES`].
    pub scopes: Vec<Scope>,
    /// Every listed agent, in the order written, at least one if a scope is about agents; behind
    /// them the actors that [`Case::admit`] adds.
    pub agents: Vec<Agent>,
    /// The vendor's customers, where a directory was given.
    pub directory: Directory,
    /// Ids that are one tenant's.
    pub merge: Arc<Merge>,
    /// The vendor's support tickets, where the case names a table of them.
    pub tickets: Option<Arc<TicketTable>>,
    /// Decisions on events that name no tenant.
    pub decisions: Arc<Decisions>,
    /// Logs to read.
    pub logs: Vec<InputSpec>,
    /// Times in which records may not have been written, as the case states them.
    pub outages: Vec<Outage>,
    /// Settings of the reports.
    pub reports: ReportSettings,
    /// Limits on the unpacked size of a log file, where the case states any.
    pub limits: LimitSettings,
    /// Names and words that are searched for in tenants' copies, and exceptions.
    pub isolation: IsolationSettings,
    /// Texts of the case that tenants' copies show, with their places: title, reasons, number,
    /// vendor, contact, names of scopes, facts about agents, and the sentences of the catalogues
    /// once they are read. Each text once.
    pub told: Vec<Spanned<String>>,
    /// The agents' pseudonyms, pinned or drawn.
    pub lock: Lock,
    /// The files the case is made of, with their digests, in the order read.
    pub files: Vec<CaseFile>,
    /// Store that further files of the case are read from.
    pub store: FileStore,
}

/// An actor that is not listed and has an event in an open scope.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnlistedActor {
    /// The name it goes by, as logged.
    pub id: String,
    /// Its further names in the records, as logged.
    pub identities: Vec<String>,
    /// Those of the further names that are user names or addresses, and no types or roles.
    pub user_names: Vec<String>,
}

impl Case {
    /// Returns the names that the directory has of a tenant, under each of its ids.
    pub fn listed_names<'c>(&'c self, tenant: &'c str) -> impl Iterator<Item = &'c str> {
        let others = self.merge.others(tenant).iter().map(|id| id.0.as_str());
        let rows = std::iter::once(tenant).chain(others);
        let rows = rows.filter_map(|id| self.directory.tenants.get(id));
        rows.flat_map(Tenant::names)
    }

    /// Adds the actors that a scan found by open scopes, in this order. Draws no
    /// pseudonym: see [`Case::pin`].
    pub fn admit(&mut self, actors: &[UnlistedActor]) {
        self.agents.extend(actors.iter().map(|actor| Agent {
            id: AgentId(actor.id.clone()),
            email: None,
            identities: actor.identities.clone(),
            name: None,
            employer: None,
            role: None,
            country: None,
            pseudonym: String::new(),
            tenure: Tenure::default(),
            unlisted: true,
            user_names: actor.user_names.clone(),
            derived: false,
            derived_names: Vec::new(),
        }));
        self.label();
    }

    /// Adds sentences that customers read in reports of this case.
    pub fn add_sentences<'s>(&mut self, sentences: impl Iterator<Item = &'s Spanned<String>>) {
        let mut known: BTreeSet<String> = self.told.iter().map(|text| text.value.clone()).collect();
        let new = sentences.filter(|text| known.insert(text.value.clone()));
        self.told.extend(new.cloned());
    }

    /// Adds names that a scan found as derived from an agent's identities, each with the agent's
    /// position. They are the agent's own, and are masked in tenants' copies like its identities.
    pub fn derive<'n>(&mut self, names: impl IntoIterator<Item = (usize, &'n str)>) {
        for (agent, name) in names {
            self.agents[agent].derived_names.push(name.to_owned());
        }
    }

    /// The agents that the case lists.
    pub fn listed(&self) -> impl Iterator<Item = &Agent> {
        self.agents.iter().filter(|agent| !agent.unlisted)
    }

    /// Whether a text is an address, session or key that a scope without agents searches by.
    pub fn searches_by(&self, text: &str) -> bool {
        let of = |scope: &Scope| {
            let Conditions {
                sessions, ips, keys, ..
            } = &scope.conditions;
            [sessions, ips, keys]
                .into_iter()
                .flatten()
                .any(|term| term.trim() == text.trim())
        };
        self.scopes.iter().filter(|scope| scope.open).any(of)
    }

    /// The nonces of the case, derived from the key of its lock; `None` until there is one.
    pub fn nonces(&self) -> Option<Nonces> {
        self.lock.key().map(Nonces::new)
    }
}

/// The head of every report.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct CaseHeader {
    /// The vendor's own number of the incident.
    pub id: String,
    /// One line saying what the incident is.
    pub title: String,
    /// The vendor in whose name the reports are sent.
    pub vendor: String,
    /// Traffic Light Protocol 2.0 label (FIRST): who may be shown the reports.
    pub tlp: Tlp,
    /// When the reports were issued: the only clock in them. None for a scan made from the command
    /// line.
    pub issued: Option<Timestamp>,
    /// Whom a customer asks.
    pub contact: Option<String>,
}

/// Traffic Light Protocol 2.0, <https://www.first.org/tlp/>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub enum Tlp {
    /// For the eyes of the individual recipients only.
    #[serde(rename = "RED")]
    Red,
    /// Within the recipient's organisation only.
    #[serde(rename = "AMBER+STRICT")]
    AmberStrict,
    /// Within the recipient's organisation and its clients, where they need to know.
    #[serde(rename = "AMBER")]
    Amber,
    /// Within the community.
    #[serde(rename = "GREEN")]
    Green,
    /// No limit.
    #[serde(rename = "CLEAR")]
    Clear,
}

impl Tlp {
    /// Every label, the strictest first.
    pub const ALL: [Self; 5] = [Self::Red, Self::AmberStrict, Self::Amber, Self::Green, Self::Clear];

    /// The label without its `TLP:` prefix.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Red => "RED",
            Self::AmberStrict => "AMBER+STRICT",
            Self::Amber => "AMBER",
            Self::Green => "GREEN",
            Self::Clear => "CLEAR",
        }
    }
}

/// A named set of agents and a window, and the reason for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Unique in the case: `possible`, `attributed`.
    pub name: String,
    /// Time window.
    pub window: Window,
    /// Reason for this scope, in a sentence that reports print.
    pub basis: Option<String>,
    /// Positions in [`Case::agents`], ascending; at least one, unless it is open.
    pub agents: Vec<usize>,
    /// Whether it is open: it names no agents, and every event that meets its conditions is in it.
    pub open: bool,
    /// Conditions on its events.
    pub conditions: Conditions,
    /// Whether evidence ties what lies in it to the intruder, where the case says so. None: if it
    /// lies inside a wider scope.
    pub ties: Option<bool>,
}

/// Conditions of a scope beside window and agents. A list that is empty sets no
/// condition; of one that is not, an event has one of the values.
#[derive(Debug, Clone, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Conditions {
    /// Sessions, compared exactly.
    pub sessions: Vec<String>,
    /// Addresses and networks, compared as such; what is neither is compared exactly.
    pub ips: Vec<String>,
    /// Programs, compared exactly.
    #[serde(default)]
    pub user_agents: Vec<String>,
    /// Identifiers of credentials, compared exactly.
    #[serde(default)]
    pub keys: Vec<String>,
    /// Codes of actions, compared exactly.
    #[serde(default)]
    pub actions: Vec<String>,
}

impl Conditions {
    /// The lists by their names in the case file.
    pub fn lists(&self) -> [(&'static str, &[String]); 5] {
        let Self {
            sessions,
            ips,
            user_agents,
            keys,
            actions,
        } = self;
        [
            ("sessions", sessions),
            ("ips", ips),
            ("user_agents", user_agents),
            ("keys", keys),
            ("actions", actions),
        ]
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lists().iter().all(|(_, list)| list.is_empty())
    }
}

/// A support person or service account, as the vendor lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Unique in the case; compared exactly.
    pub id: AgentId,
    /// Compared without case.
    pub email: Option<String>,
    /// Further identities: user names and addresses (compared without case where the log's field is
    /// one), API key ids.
    pub identities: Vec<String>,
    /// Known to the vendor's own overview only.
    pub name: Option<String>,
    /// The vendor or its sub-processor.
    pub employer: Option<String>,
    /// Role of the agent, which tenants' copies show.
    pub role: Option<String>,
    /// Country of the agent, which tenants' copies show.
    pub country: Option<String>,
    /// Its name in customers' copies: `Agent KTWN`. Empty until [`Case::pin`], if `agents.lock`
    /// does not state it.
    pub pseudonym: String,
    /// Time in which the agent was entitled to its identities, as far as the case says so.
    pub tenure: Tenure,
    /// Whether it is not listed: an actor that a scope without agents found in the logs.
    pub unlisted: bool,
    /// Those of its identities that logs have as a user name or an address, if it is unlisted.
    pub user_names: Vec<String>,
    /// Whether names derived from its identities count as its own.
    pub derived: bool,
    /// Such names as a scan found them in logs, empty before.
    pub derived_names: Vec<String>,
}

/// The time in which an agent was entitled to its identities: employed, or with a valid credential.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tenure {
    /// The first instant inside.
    pub from: Option<Timestamp>,
    /// The first instant after.
    pub until: Option<Timestamp>,
    /// Reason for its beginning or end, for the vendor's own pages.
    pub reason: Option<String>,
}

/// A side of a tenure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outside {
    /// Before its beginning.
    Before,
    /// At its end or later.
    After,
}

impl Tenure {
    /// Whether the case says nothing of it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// On which side of it an instant lies, unless it lies inside.
    pub fn side(&self, time: Timestamp) -> Option<Outside> {
        if self.until.is_some_and(|until| until <= time) {
            return Some(Outside::After);
        }
        self.from.is_some_and(|from| time < from).then_some(Outside::Before)
    }
}

impl Agent {
    /// Every string that names the agent in a log.
    pub fn all_identities(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.id.0.as_str())
            .chain(self.email.as_deref())
            .chain(self.identities.iter().map(String::as_str))
    }
}

/// A place to look for logs, and the profile that reads them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputSpec {
    /// A file, a folder or a glob, as written.
    pub path: String,
    /// Folder that a relative path refers to.
    pub base: PathBuf,
    /// The field-mapping profile.
    pub profile: ProfileRef,
    /// The tenant of those events of this input that name none.
    pub tenant: Option<InputTenant>,
    /// Facts about its text.
    pub text: InputText,
    /// Statements about its export.
    pub origin: LogOrigin,
}

/// Facts about the text of an input, as far as the case says so; the rest is found out from its
/// beginning.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InputText {
    /// Encoding of text without a byte order mark.
    pub encoding: Option<&'static Encoding>,
    /// Lines before its header or its first record.
    pub skip_lines: u64,
    /// The columns of rows that have no header; if not empty, it is a table whose first row is a
    /// record.
    pub columns: Vec<String>,
    /// Position of the events inside a wrapping.
    pub wrapping: Wrapping,
}

/// Position of the events of an input inside what an export or a log shipper put around them. A
/// stated value replaces that of the profile.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Wrapping {
    /// The pointer to the list of records in a document.
    pub records: Option<String>,
    /// The pointers to the event in a record, the first with a value first; empty where the case
    /// states none.
    pub unwrap: Vec<String>,
}

impl Wrapping {
    /// Returns whether the case states nothing.
    pub fn is_empty(&self) -> bool {
        self.records.is_none() && self.unwrap.is_empty()
    }
}

impl InputText {
    /// Returns the encoding of this label of the WHATWG Encoding Standard, if it has one.
    pub fn encoding(label: &str) -> Option<&'static Encoding> {
        Encoding::for_label_no_replacement(label.as_bytes())
    }
}

/// Returns the name of an encoding as the findings and the case write it.
pub fn encoding_name(encoding: &'static Encoding) -> String {
    encoding.name().to_ascii_lowercase()
}

/// The tenant that the case states for an input.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InputTenant {
    /// Id of the tenant.
    pub id: TenantId,
    /// Whether it counts in place of what a record names.
    pub overrules: bool,
}

/// Which field-mapping profile.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProfileRef {
    /// One of those built in, by name.
    BuiltIn(String),
    /// A file given by the case: the path as written (for showing) and resolved (for opening).
    File {
        /// Path as written in the case.
        shown: String,
        /// Resolved against the case's folder.
        path: PathBuf,
    },
}

impl ProfileRef {
    /// Returns its name, or its file as written.
    pub fn shown(&self) -> &str {
        let (Self::BuiltIn(shown) | Self::File { shown, .. }) = self;
        shown
    }
}

/// Limits on the unpacked size of a log file and on memory. `None` stands for the default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LimitSettings {
    /// Highest number of bytes unpacked for each byte read.
    pub ratio: Option<u64>,
    /// Bytes that may come out of one file.
    pub unpacked: Option<u64>,
    /// Memory for events in scope, in bytes.
    pub memory: Option<u64>,
}

/// Names and words that are searched for in tenants' copies, and exceptions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IsolationSettings {
    /// Words that may stand in every customer's copy although they name another customer or an
    /// agent.
    pub allow: Vec<Word>,
    /// Words that are masked in the copy of every tenant whose name they are not.
    pub deny: Vec<Word>,
    /// Shorter identifiers are looked for inside of texts as they are typed, if at all; none is
    /// [`MIN_LENGTH`].
    pub min_length: Option<u32>,
}

/// A word that the case allows or denies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Word {
    /// Text as written.
    pub text: String,
    /// The fields of events in which it counts, of [`TEXT_FIELDS`]; everywhere if there is none.
    pub fields: Vec<&'static str>,
}

impl From<&str> for Word {
    fn from(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            fields: Vec::new(),
        }
    }
}

/// The fields of events that are searched for names.
pub const TEXT_FIELDS: [&str; 11] = [
    "action",
    "event_id",
    "ticket",
    "justification",
    "ip",
    "session",
    "user_agent",
    "parameters",
    "target.type",
    "target.id",
    "target.name",
];

/// Identifiers of fewer characters stand in texts by chance, but for those in their own writing.
pub const MIN_LENGTH: u32 = 4;

impl IsolationSettings {
    /// The fewest characters of an identifier that is looked for inside of texts in any writing.
    pub fn least(&self) -> usize {
        self.min_length.unwrap_or(MIN_LENGTH) as usize
    }
}

/// Settings of the reports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportSettings {
    /// The form in which customers see agents.
    pub agents: AgentNaming,
    /// Least number of listed agents that share what customers see of one beside its pseudonym.
    pub agents_k: AgentsK,
    /// A folder whose templates replace the built-in ones of the same name: as written and
    /// resolved.
    pub templates: Option<(String, PathBuf)>,
    /// Catalogue files that extend or replace the built-in action catalogue, later ones winning: as
    /// written and resolved.
    pub catalogues: Vec<(String, PathBuf)>,
    /// A run of this many whole hours of the window without any record is a gap. At least 1.
    pub gap_hours: GapHours,
    /// Tenants of the directory that get a report even if nothing is found of them, in id order.
    pub asked: Vec<TenantId>,
    /// Codes of actions that reports may list although the catalogue does not know them.
    pub accepted: BTreeSet<String>,
}

/// A run of this many whole hours without any record is a gap; 1 unless the case says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GapHours(pub u32);

impl Default for GapHours {
    fn default() -> Self {
        Self(1)
    }
}

/// Least number of listed agents that share the role, employer and country that customers see of
/// one; 3 by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgentsK(pub u32);

impl Default for AgentsK {
    fn default() -> Self {
        Self(3)
    }
}

/// The form in which customers see agents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AgentNaming {
    /// `Agent KTWN`, with role, employer and country as far as several agents share them.
    #[default]
    Pseudonym,
    /// By name and id.
    Name,
}

/// A file the case is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFile {
    /// Role of the file: `case`, `agents`, `tenants`, `lock`, `profile`, `catalogue`, `template`.
    pub role: &'static str,
    /// Path as written in the case. The case file itself has its file name only.
    pub path: String,
    /// The very bytes that were read as the case.
    bytes: Arc<Vec<u8>>,
}

impl CaseFile {
    /// The entry for a file of these bytes.
    pub fn new(role: &'static str, path: impl Into<String>, bytes: &[u8]) -> Self {
        Self::sharing(role, path, Arc::new(bytes.to_vec()))
    }

    /// Like [`Self::new`], for bytes that the case continues to use.
    fn sharing(role: &'static str, path: impl Into<String>, bytes: Arc<Vec<u8>>) -> Self {
        let path = path.into();
        Self { role, path, bytes }
    }

    /// Returns the digest of its bytes. Computed on demand, because a scan does not need it.
    pub fn sha256(&self) -> Sha256 {
        Sha256::of(&self.bytes)
    }

    /// Its length in bytes.
    pub fn size(&self) -> u64 {
        self.bytes.len() as u64
    }
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identifier! {
    /// A customer's tenant, exactly as logged.
    TenantId
}

identifier! {
    /// An agent, exactly as listed.
    AgentId
}

#[cfg(test)]
mod tests;
