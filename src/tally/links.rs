//! Links: what agents set in motion that goes on under another name.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Refused, ScopedEvent};
use crate::{
    events::{Closed, LinkEnds, Matching, Opened},
    records::Locator,
    scope::ScopeMask,
    time::Timestamp,
};

/// Value that an event has in common with the opening of its link; the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tie {
    /// A key that the opening issued.
    Key,
    /// The session.
    Session,
    /// The user and the tenant.
    User,
}

impl Tie {
    /// Returns the tie as it is serialised.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Session => "session",
            Self::User => "user",
        }
    }
}

/// Reason why an event without a listed actor is in scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Value that ties it.
    pub tie: Tie,
    /// The rule's name.
    pub rule: String,
    /// Record of the event that opened the link.
    pub opening: Locator,
    /// Which of its record's events that is, from 0.
    pub part: u32,
    /// Time of the opening.
    pub opened: Timestamp,
    /// Openings from the agent's own event to this one: 1, or more in a chain.
    pub depth: u32,
    /// Whether its session is also the user's own: one that has records under the user at other
    /// times. Known where only the user ties.
    pub own_session: bool,
}

/// An event in scope that opens a link.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Opening {
    /// Time of the event.
    pub time: Timestamp,
    /// Its record.
    pub at: Locator,
    /// Which of its record's events it is.
    pub part: u32,
    /// Event id as logged.
    pub event_id: Option<String>,
    /// Action as logged.
    pub action: String,
    /// Position in the case's agents.
    pub agent: usize,
    /// The scopes it lies in.
    pub scopes: ScopeMask,
    /// Ids of its tenants, in order.
    pub tenants: Vec<String>,
    /// Values that tie to it.
    pub opened: Opened,
}

/// An event in scope that closes links.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Closing {
    /// Time of the event.
    pub time: Timestamp,
    /// Its record.
    pub at: Locator,
    /// Position in the case's agents.
    pub agent: usize,
    /// Which links.
    pub closed: Closed,
}

/// Event without a listed actor that ties to an opening, before it is known whether the link was
/// still open.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Candidate {
    /// The event. Whom it is put down to is not known yet; its scopes are those whose window holds
    /// it.
    pub event: Box<ScopedEvent>,
    /// Names of its actors, and how they compare.
    pub actors: Vec<(Matching, String)>,
    /// The links that it opens and closes itself.
    pub ends: LinkEnds,
    /// Whether another event of its record is in scope by its actor.
    pub beside: bool,
}

/// Result of a search for linked events in one source. In no particular order, except for the
/// numbers of openings.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Chased {
    /// Events that tie to an opening.
    pub candidates: Vec<Candidate>,
    /// Records that tie to an opening and cannot be read as an event.
    pub unreadable: Vec<Refused>,
    /// Sessions of users outside of openings, by the user's folded name.
    pub sessions: BTreeSet<(String, String)>,
    /// Records under the user of an opening that is not followed by it, by the number of the
    /// opening.
    pub under_user: BTreeMap<usize, u64>,
}

impl Chased {
    /// Brings it into an order that the threads do not decide.
    pub(super) fn canonical(&mut self) {
        let Self {
            candidates,
            unreadable,
            sessions: _,
            under_user: _,
        } = self;
        candidates.sort_by_key(|candidate| (candidate.event.at, candidate.event.part));
        unreadable.sort_by_key(|refused| refused.at);
    }

    /// Adds what another part found.
    pub fn merge(&mut self, mut other: Self) {
        self.candidates.append(&mut other.candidates);
        self.unreadable.append(&mut other.unreadable);
        self.sessions.append(&mut other.sessions);
        for (opening, records) in other.under_user {
            *self.under_user.entry(opening).or_default() += records;
        }
    }
}

/// End of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkEnd {
    /// An event ended it.
    Event,
    /// The rule's time was over before an event closed it.
    Time,
    /// Neither: it was open until the window's end.
    Window,
}

/// An opening, and what became of it.
#[derive(Debug, Clone)]
pub struct Followed {
    /// The event.
    pub opening: Opening,
    /// Whether a rule of its profile is about its action.
    pub ruled: bool,
    /// Kind of tie; `None` if nothing ties.
    pub tie: Option<Tie>,
    /// End of the link, if it is known.
    pub until: Option<Timestamp>,
    /// Kind of end.
    pub end: LinkEnd,
    /// Number of openings before it in its chain.
    pub depth: u32,
    /// Events that came into scope by it, copies included.
    pub events: u64,
    /// Events among those that also stand in a session of the user's own.
    pub own_sessions: u64,
    /// Records under the user in its time. None where the user is not known, or the user ties.
    pub under_user: Option<u64>,
}

/// A rule that ties too much of a source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
pub struct WideLink {
    /// Position in `sources`.
    pub source: usize,
    /// The rule's name.
    pub rule: String,
    /// Events that it would have brought into scope.
    pub events: u64,
    /// Records of the source in a window.
    pub of: u64,
}

/// Result of following links, besides the events.
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// Every opening, in time order.
    pub openings: Vec<Followed>,
    /// Rules that were not followed because they tie too much.
    pub wide: Vec<WideLink>,
    /// Sources that could not be read again, by position.
    pub unread: Vec<usize>,
    /// Openings at the greatest depth, which were not followed.
    pub deeper: u64,
    /// Events that tie, and were left out: others of their record were put aside for want of
    /// memory.
    pub apart: u64,
}
