//! Events that evidence ties to the intruder, in scopes inside a wider one, and the events near
//! them.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    case::{Case, Scope},
    events::Traits,
    records::Locator,
    scope::{ScopeMask, allows, meets},
    tally::{ScopedEvent, Totals},
};

/// An event that a scope does not hold because it lies exactly on its end: which scope, and which
/// event.
pub(super) type OnEnd = (usize, Locator, u32);

/// The scopes of a case that it says are tied, or of which it says nothing and that lie inside a
/// wider one: the widest is the worst case and ties nothing.
pub(super) fn tied_scopes(case: &Case) -> ScopeMask {
    let narrower = |scope: &Scope| case.scopes.iter().any(|wide| lies_inside(scope, wide));
    (0..case.scopes.len())
        .filter(|&at| case.scopes[at].ties.unwrap_or_else(|| narrower(&case.scopes[at])))
        .collect()
}

fn lies_inside(scope: &Scope, wide: &Scope) -> bool {
    let chooses = |scope: &Scope| !scope.conditions.is_empty();
    let agents = !scope.open
        && scope
            .agents
            .iter()
            .all(|agent| wide.agents.binary_search(agent).is_ok());
    let inside = wide.window.from <= scope.window.from && scope.window.until <= wide.window.until;
    let smaller = wide.window != scope.window || scope.agents.len() < wide.agents.len() || chooses(scope);
    inside && agents && smaller && !chooses(wide)
}

/// The tied scopes, prepared for queries about events.
#[derive(Debug)]
pub(super) struct Tied<'c> {
    case: &'c Case,
    scopes: ScopeMask,
    totals: &'c Totals,
}

impl<'c> Tied<'c> {
    pub(super) fn new(case: &'c Case, totals: &'c Totals) -> Self {
        let scopes = tied_scopes(case);
        Self { case, scopes, totals }
    }

    /// Whether an event in scope can be linked to a tied one or lie on the end of a scope.
    pub(super) fn can_stand_near(&self) -> bool {
        let scopes = &self.case.scopes;
        let inside = |scope: &Scope| scopes.iter().any(|other| other.window.contains(scope.window.until));
        !self.scopes.is_empty() || scopes.iter().any(inside)
    }

    /// Whether evidence ties the event to the intruder.
    pub(super) fn holds(&self, event: &ScopedEvent) -> bool {
        !event.scopes.and(self.scopes).is_empty()
    }

    /// Whether the event is not tied, and of a session of which an event is, in whatever tenant.
    pub(super) fn links(&self, event: &ScopedEvent) -> bool {
        if self.scopes.is_empty() || self.holds(event) {
            return false;
        }
        let session = event.event.session.as_ref();
        session.is_some_and(|session| !self.totals.session(event.agent, session).and(self.scopes).is_empty())
    }

    /// The scopes that do not hold an event of an agent of theirs because it lies exactly on their
    /// end, and that no scope of the event follows without a gap.
    pub(super) fn on_end<'e>(&'e self, event: &'e ScopedEvent) -> impl Iterator<Item = OnEnd> + 'e {
        let scopes = self.case.scopes.iter().enumerate();
        let time = event.event.time;
        let follows = move |(at, scope): (usize, &Scope)| scope.window.from == time && event.scopes.contains(at);
        let ended = move |(_, scope): &(usize, &Scope)| {
            scope.window.until == time && ends(scope, event) && !self.case.scopes.iter().enumerate().any(follows)
        };
        let place = move |(at, _)| (at, event.at, event.part);
        scopes.filter(ended).map(place)
    }
}

/// Whether a scope would hold an event but for its time.
fn ends(scope: &Scope, event: &ScopedEvent) -> bool {
    let mut traits = Traits::of(&event.event);
    if scope.open {
        traits.keys = event.search.iter().flat_map(|search| search.keys.clone()).collect();
        return meets(&scope.conditions, &traits);
    }
    scope.agents.binary_search(&event.agent).is_ok() && allows(&scope.conditions, &traits)
}

/// Counts events on the end of each scope, those in scope and those in none. An event of several
/// tenants counts once.
pub(super) fn count_on_end(
    scopes: usize,
    events: impl Iterator<Item = OnEnd>,
    in_none: &BTreeMap<ScopeMask, u64>,
) -> Vec<u64> {
    let events: BTreeSet<OnEnd> = events.collect();
    let of_none = |at| in_none.iter().filter(move |(ended, _)| ended.contains(at));
    let mut counts: Vec<u64> = (0..scopes)
        .map(|at| of_none(at).map(|(_, events)| events).sum())
        .collect();
    events.iter().for_each(|(at, ..)| counts[*at] += 1);
    counts
}
