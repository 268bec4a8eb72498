//! Figures over all kept events, each counted once. What is counted by tenant follows from the
//! tenants' figures.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use super::{MovedWindows, OnBound, ScopedEvent, Shifts, concerned, on_bounds, sole_agent};
use crate::{case::Scope, events::Outcome, records::Locator, scope::ScopeMask, time::Timestamp};

/// Facts of the case that events are counted by.
#[derive(Debug, Clone, Copy)]
pub struct Counting<'c> {
    /// Scopes that evidence ties to the intruder.
    pub tied: ScopeMask,
    /// Scopes of the case.
    pub scopes: &'c [Scope],
    /// Windows as each move leaves them.
    pub moved: &'c MovedWindows,
    /// True for each source whose profile reads a ticket.
    pub reads_tickets: &'c [bool],
    /// Number of hours that are counted together for an agent.
    pub busy_step: i64,
}

/// Position of an event in time; ties by source, offset and order in the record.
type Moment = (Timestamp, Locator, u32);

/// Counts that add up, in whatever order events come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Number of events.
    pub events: u64,
    /// Number of times that events name a tenant.
    pub shares: u64,
    /// Number of events that name no tenant.
    pub without_tenant: u64,
    /// Number of events that failed.
    pub failed: u64,
    /// Events of each scope, by position in the case; scopes at the end without events may be
    /// missing.
    pub scopes: Vec<ScopeTotals>,
    /// Events by action code.
    pub actions: BTreeMap<String, ActionTotals>,
    /// Scopes of the events of a session, by agent and session, of sessions with an event in more
    /// than one scope.
    sessions: BTreeMap<(usize, String), ScopeMask>,
    /// Events, and tied ones, by agent and hour.
    busy: BTreeMap<(usize, i64), (u64, u64)>,
    /// Agents with events, by position in the case.
    pub agents: BTreeMap<usize, AgentTotals>,
    /// Changes that a move of an end of each scope's window makes among events in some scope;
    /// scopes at the end without events may be missing.
    pub shifts: Vec<Shifts>,
    /// Events in a scope by one agent alone: by the positions of both.
    pub alone: BTreeMap<(usize, usize), u64>,
    /// Events exactly on an end of a window, the first of them.
    pub on_bounds: BTreeSet<OnBound>,
    /// Bytes of the codes of actions and of the sessions.
    codes: usize,
}

/// About the bytes that an action takes until all files are written, and per byte of its code.
const ACTION: (usize, usize) = (360, 5);

/// About the bytes that an hour of an agent takes until all files are written.
const BUSY: usize = 120;

/// Greatest number of events on ends of windows that are named.
const MOST_ON_BOUNDS: usize = 1000;

/// Events of one scope.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ScopeTotals {
    /// Number of events.
    pub events: u64,
    /// Number of events that failed.
    pub failed: u64,
}

/// Events of one action code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionTotals {
    /// Number of events.
    pub events: u64,
    /// Number of events that failed.
    pub failed: u64,
    /// Number of those that name no tenant.
    pub without_tenant: u64,
    /// Number of those in sources whose profile reads a ticket.
    pub may_have_ticket: u64,
    /// Number of these that state none.
    pub without_ticket: u64,
    first: Moment,
    last: Moment,
    /// Agents with such an event, by position in the case.
    pub agents: BTreeSet<usize>,
}

impl ActionTotals {
    fn of(event: &ScopedEvent, reads_tickets: bool) -> Self {
        let moment = (event.event.time, event.at, event.part);
        Self {
            events: 1,
            failed: u64::from(event.event.outcome == Outcome::Failure),
            without_tenant: u64::from(event.event.tenants.is_empty()),
            may_have_ticket: u64::from(reads_tickets),
            without_ticket: u64::from(reads_tickets && !event.event.has_ticket()),
            first: moment,
            last: moment,
            agents: BTreeSet::from([event.agent]),
        }
    }

    /// Counts one more event.
    fn absorb(&mut self, event: &ScopedEvent, reads_tickets: bool) {
        let moment = (event.event.time, event.at, event.part);
        self.events += 1;
        self.failed += u64::from(event.event.outcome == Outcome::Failure);
        self.without_tenant += u64::from(event.event.tenants.is_empty());
        self.may_have_ticket += u64::from(reads_tickets);
        self.without_ticket += u64::from(reads_tickets && !event.event.has_ticket());
        self.first = self.first.min(moment);
        self.last = self.last.max(moment);
        self.agents.insert(event.agent);
    }

    fn merge(&mut self, other: Self) {
        self.events += other.events;
        self.failed += other.failed;
        self.without_tenant += other.without_tenant;
        self.may_have_ticket += other.may_have_ticket;
        self.without_ticket += other.without_ticket;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.agents.extend(other.agents);
    }

    /// Returns the time of the earliest.
    pub fn first(&self) -> Timestamp {
        self.first.0
    }

    /// Returns the time of the latest.
    pub fn last(&self) -> Timestamp {
        self.last.0
    }
}

/// One agent's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgentTotals {
    /// Number of events.
    pub events: u64,
    first: Moment,
    last: Moment,
}

impl Totals {
    /// Counts one more event. Its session is kept if a tied scope holds it.
    pub(super) fn absorb(&mut self, scoped: &ScopedEvent, counting: Counting<'_>) {
        let event = &scoped.event;
        self.events += 1;
        self.shares += event.tenants.len() as u64;
        self.without_tenant += u64::from(event.tenants.is_empty());
        let failed = u64::from(event.outcome == Outcome::Failure);
        self.failed += failed;
        let mut mask = scoped.scopes.0;
        while mask != 0 {
            self.scope(mask.trailing_zeros() as usize, ScopeTotals { events: 1, failed });
            mask &= mask - 1;
        }
        self.shift(scoped, counting);
        let reads_tickets = counting.reads_tickets.get(scoped.at.source) == Some(&true)
            && scoped.link.is_none()
            && scoped.search.is_none();
        match self.actions.get_mut(&event.action) {
            Some(own) => own.absorb(scoped, reads_tickets),
            None => self.action(event.action.clone(), ActionTotals::of(scoped, reads_tickets)),
        }
        if let Some(session) = event
            .session
            .as_ref()
            .filter(|_| !scoped.scopes.and(counting.tied).is_empty())
        {
            self.join((scoped.agent, session.clone()), scoped.scopes);
        }
        let hour = event.time.hour().div_euclid(counting.busy_step) * counting.busy_step;
        let is_tied = !scoped.scopes.and(counting.tied).is_empty();
        self.busy((scoped.agent, hour), (1, u64::from(is_tied)));
        let moment = (event.time, scoped.at, scoped.part);
        self.agent(
            scoped.agent,
            AgentTotals {
                events: 1,
                first: moment,
                last: moment,
            },
        );
    }

    /// Counts what moving an end of a window or leaving out an agent changes of an event.
    fn shift(&mut self, scoped: &ScopedEvent, counting: Counting<'_>) {
        for at in concerned(scoped) {
            if self.shifts.len() <= at {
                self.shifts.resize(at + 1, Shifts::default());
            }
            counting.moved.count(at, scoped, &mut self.shifts[at]);
            let sole = || sole_agent(scoped, &counting.scopes[at]);
            if let Some(agent) = scoped.scopes.contains(at).then(sole).flatten() {
                *self.alone.entry((at, agent)).or_default() += 1;
            }
        }
        self.bounds(on_bounds(scoped, counting.scopes));
    }

    /// Keeps the first events on ends of windows.
    pub fn bounds(&mut self, more: impl IntoIterator<Item = OnBound>) {
        for bound in more {
            self.on_bounds.insert(bound);
            if self.on_bounds.len() > MOST_ON_BOUNDS {
                self.on_bounds.pop_last();
            }
        }
    }

    /// Both together.
    #[must_use]
    pub(super) fn merge(mut self, other: Self) -> Self {
        self.events += other.events;
        self.shares += other.shares;
        self.without_tenant += other.without_tenant;
        self.failed += other.failed;
        other
            .scopes
            .into_iter()
            .enumerate()
            .for_each(|(at, more)| self.scope(at, more));
        if self.shifts.len() < other.shifts.len() {
            self.shifts.resize(other.shifts.len(), Shifts::default());
        }
        for (own, more) in self.shifts.iter_mut().zip(&other.shifts) {
            own.merge(more);
        }
        for (key, more) in other.alone {
            *self.alone.entry(key).or_default() += more;
        }
        self.bounds(other.on_bounds);
        if self.actions.is_empty() {
            self.actions = other.actions;
            self.codes += other.codes - other.sessions.keys().map(|(_, session)| session.len()).sum::<usize>();
        } else {
            other
                .actions
                .into_iter()
                .for_each(|(code, more)| self.action(code, more));
        }
        other
            .sessions
            .into_iter()
            .for_each(|(session, scopes)| self.join(session, scopes));
        other.busy.into_iter().for_each(|(at, more)| self.busy(at, more));
        other.agents.into_iter().for_each(|(at, agent)| self.agent(at, agent));
        self
    }

    /// About how much memory its actions and sessions take.
    pub(super) fn weight(&self) -> u64 {
        let maps = ACTION.0 * (self.actions.len() + self.sessions.len()) + BUSY * self.busy.len();
        (maps + ACTION.1 * self.codes) as u64
    }

    /// Returns the scopes of those events of a session that a tied scope holds.
    pub fn session(&self, agent: usize, session: &str) -> ScopeMask {
        self.sessions
            .get(&(agent, session.to_owned()))
            .copied()
            .unwrap_or_default()
    }

    fn join(&mut self, session: (usize, String), scopes: ScopeMask) {
        let length = session.1.len();
        let own = self.sessions.entry(session).or_insert_with(|| {
            self.codes += length;
            ScopeMask::default()
        });
        *own = own.or(scopes);
    }

    fn action(&mut self, code: String, more: ActionTotals) {
        match self.actions.entry(code) {
            Entry::Occupied(mut own) => own.get_mut().merge(more),
            Entry::Vacant(place) => {
                self.codes += place.key().len();
                place.insert(more);
            }
        }
    }

    fn scope(&mut self, at: usize, more: ScopeTotals) {
        if self.scopes.len() <= at {
            self.scopes.resize(at + 1, ScopeTotals::default());
        }
        self.scopes[at].events += more.events;
        self.scopes[at].failed += more.failed;
    }

    fn busy(&mut self, at: (usize, i64), more: (u64, u64)) {
        let own = self.busy.entry(at).or_default();
        own.0 += more.0;
        own.1 += more.1;
    }

    /// Returns an agent's events, and tied ones, by hour.
    pub fn busy_hours(&self, agent: usize) -> impl Iterator<Item = (i64, (u64, u64))> {
        let own = self.busy.range((agent, i64::MIN)..=(agent, i64::MAX));
        own.map(|((_, hour), numbers)| (*hour, *numbers))
    }

    fn agent(&mut self, at: usize, more: AgentTotals) {
        let merge = |agent: &mut AgentTotals| {
            agent.events += more.events;
            agent.first = agent.first.min(more.first);
            agent.last = agent.last.max(more.last);
        };
        self.agents.entry(at).and_modify(merge).or_insert(more);
    }
}

impl AgentTotals {
    /// Returns the time of the earliest.
    pub fn first(&self) -> Timestamp {
        self.first.0
    }

    /// Returns the time of the latest.
    pub fn last(&self) -> Timestamp {
        self.last.0
    }
}
