//! Events of agents outside the time in which they were entitled to their identities.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    case::{Case, Outside, Tenure},
    records::Locator,
    tally::ScopedEvent,
    time::Timestamp,
};

/// The time in which an agent was entitled to its identities, and its events in scope outside it.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct TenureFinding {
    /// The first instant inside; none where the case does not say.
    pub from: Option<Timestamp>,
    /// The first instant after; none where the case does not say.
    pub until: Option<Timestamp>,
    /// The reason for which it began or ended, as the case says.
    pub reason: Option<String>,
    /// Events in scope before its beginning.
    pub before: u64,
    /// Events in scope at its end or later.
    pub after: u64,
    /// Tenants with an event outside it.
    pub tenants: u64,
    /// The earliest event at its end or later.
    pub first_after: Option<Timestamp>,
    /// The latest event at its end or later.
    pub last_after: Option<Timestamp>,
}

/// An event in scope outside its agent's tenure: the agent, the side, the time, the record and the
/// event's place in it.
pub(super) type Stray = (usize, Outside, Timestamp, Locator, u32);

/// Returns the event as a stray one, if it is.
pub(super) fn stray(case: &Case, event: &ScopedEvent) -> Option<Stray> {
    let time = event.event.time;
    let side = case.agents[event.agent].tenure.side(time)?;
    Some((event.agent, side, time, event.at, event.part))
}

/// Whether any agent has a tenure.
pub(super) fn any(case: &Case) -> bool {
    case.agents.iter().any(|agent| !agent.tenure.is_empty())
}

/// Stray events of each agent.
#[derive(Debug, Default)]
pub(super) struct Strays {
    /// An event of several tenants counts once.
    events: BTreeSet<Stray>,
    tenants: BTreeMap<usize, u64>,
}

impl Strays {
    /// Adds those of one tenant.
    pub(super) fn tenant(&mut self, own: &[Stray]) {
        let agents: BTreeSet<usize> = own.iter().map(|stray| stray.0).collect();
        agents
            .into_iter()
            .for_each(|agent| *self.tenants.entry(agent).or_default() += 1);
        self.others(own);
    }

    /// Adds those without a tenant.
    pub(super) fn others(&mut self, own: &[Stray]) {
        self.events.extend(own);
    }

    /// Returns what is known of an agent's tenure, if the case says anything of it.
    pub(super) fn finding(&self, agent: usize, tenure: &Tenure) -> Option<TenureFinding> {
        if tenure.is_empty() {
            return None;
        }
        let times = |side: Outside| {
            let own = self
                .events
                .iter()
                .filter(move |stray| stray.0 == agent && stray.1 == side);
            own.map(|stray| stray.2)
        };
        Some(TenureFinding {
            from: tenure.from,
            until: tenure.until,
            reason: tenure.reason.clone(),
            before: times(Outside::Before).count() as u64,
            after: times(Outside::After).count() as u64,
            tenants: self.tenants.get(&agent).copied().unwrap_or_default(),
            first_after: times(Outside::After).min(),
            last_after: times(Outside::After).max(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenure_is_half_open() {
        let time = |text: &str| text.parse::<Timestamp>().expect("a time");
        let tenure = |from: Option<&str>, until: Option<&str>| Tenure {
            from: from.map(time),
            until: until.map(time),
            reason: None,
        };
        let (first, last) = ("2026-01-16T00:00:00Z", "2026-01-17T00:00:00Z");
        for (from, until, at, side) in [
            (
                Some(first),
                Some(last),
                "2026-01-15T23:59:59.999Z",
                Some(Outside::Before),
            ),
            (Some(first), Some(last), first, None),
            (Some(first), Some(last), "2026-01-16T23:59:59.999Z", None),
            (Some(first), Some(last), last, Some(Outside::After)),
            (None, Some(last), "1999-01-01T00:00:00Z", None),
            (Some(first), None, "2099-01-01T00:00:00Z", None),
            (None, None, first, None),
        ] {
            assert_eq!(tenure(from, until).side(time(at)), side, "{at}");
        }
    }
}
