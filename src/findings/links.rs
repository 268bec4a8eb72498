//! Links: what agents set in motion, how far it was followed, and what could not be.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    case::{AgentId, Case},
    records::Locator,
    tally::{Followed, LinkEnd, Links, Tie, WideLink},
    time::Timestamp,
};

/// What agents set in motion that goes on under another name, and how far that was followed.
#[derive(Debug, Clone, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct LinksFinding {
    /// Every event in scope that opens a link, in time order; copies are told apart.
    pub openings: Vec<OpeningFinding>,
    /// Rules that tie so much of a source that none of it was taken into scope.
    pub wide: Vec<WideLink>,
    /// Positions in `sources` of those that could not be read a second time, so that nothing was
    /// followed there.
    pub unread: Vec<usize>,
    /// Openings at the end of the longest chain that is followed, which were not.
    pub deeper: u64,
    /// Events that tie to an opening and were left out, because other events of their record were
    /// put aside for want of memory.
    pub apart: u64,
}

/// An event in scope that opens a link: it begins an impersonation, or issues a key.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct OpeningFinding {
    /// As logged.
    pub event_id: Option<String>,
    /// Its record.
    pub at: Locator,
    /// When it was opened.
    pub from: Timestamp,
    /// The last instant at which it was open; none where that is the window's end.
    pub until: Option<Timestamp>,
    /// How it ended.
    pub end: LinkEnd,
    /// As logged.
    pub action: String,
    /// The agent whom what follows is put down to.
    pub agent: AgentId,
    /// The profile's rule; none where it has none, and the catalogue knows the action.
    pub rule: Option<String>,
    /// What ties later events to it; none where nothing was followed.
    pub tie: Option<Tie>,
    /// The user under whose name it goes on, as far as the event names one.
    pub users: Vec<String>,
    /// Openings before it in a chain.
    pub depth: u32,
    /// Events that came into scope by it, copies included.
    pub events: u64,
    /// Of those, how many also stand in a session of the user's own. Counted where only the user
    /// ties.
    pub own_sessions: u64,
    /// Records of others under the user in that time, in scope by another link or not at all.
    /// Counted where the user is known, and does not tie.
    pub under_user: Option<u64>,
}

impl LinksFinding {
    pub(super) fn new(case: &Case, links: &Links) -> Self {
        Self {
            openings: links.openings.iter().map(|followed| opening(case, followed)).collect(),
            wide: links.wide.clone(),
            unread: links.unread.clone(),
            deeper: links.deeper,
            apart: links.apart,
        }
    }
}

impl OpeningFinding {
    /// Whether what it set in motion may have gone on unseen: nothing ties to it, or nothing came
    /// by its tie.
    pub fn is_open_question(&self) -> bool {
        self.events == 0
            && (self.tie.is_none() && self.under_user.is_none() || self.under_user.is_some_and(|records| records > 0))
    }
}

fn opening(case: &Case, followed: &Followed) -> OpeningFinding {
    let opening = &followed.opening;
    OpeningFinding {
        event_id: opening.event_id.clone(),
        at: opening.at,
        from: opening.time,
        until: followed.until,
        end: followed.end,
        action: opening.action.clone(),
        agent: case.agents[opening.agent].id.clone(),
        rule: followed.ruled.then(|| opening.opened.rule.clone()),
        tie: followed.tie,
        users: opening.opened.users.clone(),
        depth: followed.depth,
        events: followed.events,
        own_sessions: followed.own_sessions,
        under_user: followed.under_user,
    }
}
