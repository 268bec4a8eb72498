//! Events: records seen through a field-mapping profile. Profiles are data; no vendor is named in
//! code.

mod builtin;
mod capture;
mod cursor;
mod prefilter;
mod group;
mod links;
mod map;
mod mapped;
mod nothing;
mod one_or_many;
mod outcome;
mod path;
mod profile;
mod selector;
mod spec;
mod table;
mod text;
mod time;
mod value;
mod wrapped;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{case::TenantId, time::Timestamp};

pub use links::{Closed, LinkEnds, Opened};
pub use map::{Body, Matching, Named, Reading, Remark, Traits};
pub use mapped::{Hits, MappedField, Says, fields_by_path, values_by_path};
pub use prefilter::{CsvPrefilter, JsonPrefilter, KeyFacts, RecordPrefixes, TimeFirst};
pub use profile::{Profile, ProfileError};
pub use time::{ReadableAs, readable_as};

/// A record seen through a profile: actor, action, target, tenant and outcome.
///
/// Two copies of one event are equal in every form of export: times compare as instants, and absent
/// values equal empty ones.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccessEvent {
    /// Id of the event, as logged.
    pub event_id: Option<String>,
    /// Time of the event.
    pub time: Timestamp,
    /// Code of the action, as logged.
    pub action: String,
    /// Tenants of the event, each once, in id order; possibly none.
    pub tenants: Vec<TenantRef>,
    /// Targets of the action.
    pub targets: Vec<Target>,
    /// Outcome of the action.
    pub outcome: Outcome,
    /// Support ticket of the action.
    pub ticket: Option<String>,
    /// Justification in the agent's words.
    pub justification: Option<String>,
    /// Address that the action came from.
    pub ip: Option<String>,
    /// Session of the actor.
    pub session: Option<String>,
    /// User agent or program.
    pub user_agent: Option<String>,
    /// Parameters as JSON as logged, without blanks. Escapes are decoded where the character may be
    /// written itself.
    pub parameters: Option<String>,
}

impl AccessEvent {
    /// Whether it names a ticket.
    pub fn has_ticket(&self) -> bool {
        self.ticket.as_deref().is_some_and(|ticket| !ticket.trim().is_empty())
    }

    /// This tenant, as the event names it.
    pub fn tenant(&self, id: &TenantId) -> Option<&TenantRef> {
        let place = self.tenants.binary_search_by(|tenant| tenant.id.cmp(id));
        place.ok().map(|place| &self.tenants[place])
    }

    /// Every text in it, but for those that name its tenants.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let Self {
            event_id,
            action,
            targets,
            ticket,
            justification,
            ip,
            session,
            user_agent,
            parameters,
            time: _,
            tenants: _,
            outcome: _,
        } = self;
        let targets = targets.iter().flat_map(|Target { kind, id, name }| [kind, id, name]);
        let texts = [event_id, ticket, justification, ip, session, user_agent, parameters];
        let texts = texts.into_iter().chain(targets).flatten().map(String::as_str);
        texts.chain([action.as_str()])
    }
}

/// A tenant as an event names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TenantRef {
    /// Exactly as logged, unless the case merges it with others.
    pub id: TenantId,
    /// Name as logged. A name in the directory takes precedence.
    pub name: Option<String>,
    /// The ids as logged, in order, each once, where the case merges one into this tenant.
    pub logged: Option<Box<[TenantId]>>,
}

impl TenantRef {
    /// Takes over what a later naming of the same tenant says.
    fn join(&mut self, later: &mut Self) {
        if self.logged.is_none() && later.logged.is_none() {
            return;
        }
        self.name = self.name.take().or(later.name.take());
        let itself = [self.id.clone()];
        let both = [&self.logged, &later.logged].map(|logged| logged.as_deref().unwrap_or(&itself));
        let mut logged = both.concat();
        logged.sort_unstable();
        logged.dedup();
        self.logged = Some(logged.into());
    }
}

/// Outcome of an action.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The tool did it.
    Success,
    /// The tool refused or failed.
    Failure,
    /// The log does not say, or in words the profile does not know.
    #[default]
    Unknown,
}

impl Outcome {
    /// Returns the serialised name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Unknown => "unknown",
        }
    }
}

/// On whom or what, as logged.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
pub struct Target {
    /// Kind of the target.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Its identifier.
    pub id: Option<String>,
    /// Its display name.
    pub name: Option<String>,
}
