//! Events in scope that stand in two sources, and that no common id or bytes prove to be one.
//!
//! A log that was exported once as CSV and once as JSON without ids of events counts twice. Nothing
//! in it proves that, since two equal events may both have happened, so the answer names the
//! sources.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    case::TenantId,
    events::{Outcome, Target},
    tally::ScopedEvent,
    time::Timestamp,
};

/// Two sources that have equal events in scope, which count in both.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct EqualEventsFinding {
    /// Positions of both in `sources`, in that order.
    pub sources: [usize; 2],
    /// Events of the first of which the second has one of the same time, agent, action, tenant and
    /// target, and not by an event id another.
    pub events: u64,
}

/// Counts of equal events by two sources, the earlier one first.
pub(super) type EqualEvents = BTreeMap<(usize, usize), u64>;

/// Events of one source in one second that are compared with those of another. More are not
/// counted, so that the comparison of a burst has a bound.
const MOST: usize = 500;

/// Parts of an event that are compared.
#[derive(Debug, Clone)]
pub(super) struct Act {
    source: usize,
    has_id: bool,
    time: Timestamp,
    agent: usize,
    action: String,
    outcome: Outcome,
    targets: Vec<Target>,
}

impl Act {
    pub(super) fn of(scoped: &ScopedEvent) -> Self {
        Self {
            source: scoped.at.source,
            has_id: scoped.event.event_id.is_some(),
            time: scoped.event.time,
            agent: scoped.agent,
            action: scoped.event.action.clone(),
            outcome: scoped.event.outcome,
            targets: scoped.event.targets.clone(),
        }
    }

    fn second(&self) -> i64 {
        self.time.instant().timestamp()
    }

    /// Returns whether both may be one event. A time without a fraction is that of its second, and
    /// a field that one of them lacks is no difference.
    fn may_be(&self, other: &Self, spaces: &[&str]) -> bool {
        let told_apart = self.has_id && other.has_id && spaces[self.source] == spaces[other.source];
        let same_time = self.time == other.time
            || self.time.digits().min(other.time.digits()) == 0 && self.second() == other.second();
        let outcome = |outcome| outcome == Outcome::Unknown;
        !told_apart
            && same_time
            && (self.agent, &self.action) == (other.agent, &other.action)
            && (self.outcome == other.outcome || outcome(self.outcome) || outcome(other.outcome))
            && may_be_on_one(&self.targets, &other.targets)
    }
}

/// Returns whether two lists of targets may be of one event.
fn may_be_on_one(one: &[Target], other: &[Target]) -> bool {
    let same = |a: &Target, b: &Target| (a.id.is_some() && a.id == b.id) || (a.name.is_some() && a.name == b.name);
    one.is_empty() || other.is_empty() || one.iter().any(|a| other.iter().any(|b| same(a, b)))
}

/// Counts the equal events of one tenant, which come in time order. An event of several tenants
/// counts with its first. `spaces` holds the id space of each source.
pub(super) fn of_tenant(id: &TenantId, events: &[&ScopedEvent], spaces: &[&str]) -> EqualEvents {
    let mut found = EqualEvents::new();
    let second = |event: &ScopedEvent| event.event.time.instant().timestamp();
    for same in events.chunk_by(|a, b| second(a) == second(b)) {
        if same.iter().all(|event| event.at.source == same[0].at.source) {
            continue;
        }
        let own = same
            .iter()
            .filter(|event| event.event.tenants.first().is_some_and(|tenant| tenant.id == *id));
        count(own.map(|event| Act::of(event)).collect(), spaces, &mut found);
    }
    found
}

/// Counts the equal events among these, which name no tenant.
pub(super) fn without_tenant(mut acts: Vec<Act>, spaces: &[&str]) -> EqualEvents {
    let mut found = EqualEvents::new();
    acts.sort_by_key(Act::second);
    for same in acts.chunk_by(|a, b| a.second() == b.second()) {
        if same.iter().any(|act| act.source != same[0].source) {
            count(same.to_vec(), spaces, &mut found);
        }
    }
    found
}

/// Counts equal events of one second. Each fits one of another source at most.
fn count(acts: Vec<Act>, spaces: &[&str], found: &mut EqualEvents) {
    let mut by_source: BTreeMap<usize, Vec<Act>> = BTreeMap::new();
    for act in acts {
        let own = by_source.entry(act.source).or_default();
        if own.len() < MOST {
            own.push(act);
        }
    }
    let sources: Vec<_> = by_source.keys().copied().collect();
    for (at, one) in sources.iter().enumerate() {
        for other in &sources[at + 1..] {
            let mut free: Vec<&Act> = by_source[other].iter().collect();
            let mut equal = 0;
            for act in &by_source[one] {
                if let Some(at) = free.iter().position(|other| act.may_be(other, spaces)) {
                    free.swap_remove(at);
                    equal += 1;
                }
            }
            if equal > 0 {
                *found.entry((*one, *other)).or_default() += equal;
            }
        }
    }
}
