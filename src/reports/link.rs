//! The reason why an event is in scope whose actor is no listed agent. It refers only to events
//! that the tenant can see.

use serde::{Deserialize, Serialize};

use crate::{
    tally::{Link, TenantEvent, Tie},
    time::Timestamp,
};

/// `link` of a line. The event that opened the link is named only where it is among the reader's
/// own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LinkLine {
    /// The rule's name.
    rule: String,
    /// Tie of the event.
    tie: Tie,
    /// Time of the opening.
    opened: Timestamp,
    /// The opening's number in the same list, from 1.
    number: Option<u64>,
    /// The opening's event id, as it stands in the same list.
    event_id: Option<String>,
    /// Openings from the agent's own event to this one.
    depth: u32,
    /// Whether its session is also the user's own.
    own_session: bool,
}

impl LinkLine {
    /// Returns the link of an event of this list, which is in time order.
    pub(super) fn of(event: &TenantEvent, events: &[TenantEvent]) -> Option<Self> {
        let Link {
            tie,
            rule,
            opening,
            part: _,
            opened,
            depth,
            own_session,
        } = &**event.link.as_ref()?;
        let first = events.partition_point(|event| event.time < *opened);
        let same_time = events[first..].iter().take_while(|event| event.time == *opened);
        let found = (first..).zip(same_time).find(|(_, event)| event.at == *opening);
        Some(Self {
            rule: rule.clone(),
            tie: *tie,
            opened: *opened,
            number: found.map(|(place, _)| place as u64 + 1),
            event_id: found.and_then(|(_, event)| event.event_id.clone()),
            depth: *depth,
            own_session: *own_session,
        })
    }

    /// Returns it in words:
    /// `impersonation begun 2026-02-10T09:00:00Z in No. 1, tied by the session`.
    pub(crate) fn in_words(&self) -> String {
        let opening = match self.number {
            Some(number) => format!(" in No. {number}"),
            None => " outside this list".to_owned(),
        };
        let tie = match self.tie {
            Tie::Key => "the key that it issued",
            Tie::Session => "the session",
            Tie::User if self.own_session => "the user, in a session that the user also has at other times",
            Tie::User => "the user",
        };
        let chain = if self.depth > 1 {
            ", by a chain of such links"
        } else {
            ""
        };
        format!("{} begun {}{opening}, tied by {tie}{chain}", self.rule, self.opened)
    }
}
