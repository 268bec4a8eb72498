//! Figures over all kept events, each counted once. What is counted by tenant follows from the
//! tenants' figures.

use std::collections::BTreeMap;

use super::ScopedEvent;
use crate::{events::Outcome, records::Locator, scope::ScopeMask, time::Timestamp};

/// Where an event stands in time; ties by source, position and order in the record.
type Moment = (Timestamp, Locator, u32);

/// Counts that add up, in whatever order events come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many events.
    pub events: u64,
    /// How many times events name a tenant.
    pub shares: u64,
    /// How many events name none.
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
    /// Agents with events, by position in the case.
    pub agents: BTreeMap<usize, AgentTotals>,
    /// How many bytes the codes of actions and the sessions have.
    codes: usize,
}

/// About how many bytes of memory an action takes until it is told in every file, and how many for
/// each of its code's.
const ACTION: (usize, usize) = (360, 5);

/// Events of one scope.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ScopeTotals {
    /// Number of events.
    pub events: u64,
    /// Number of events that failed.
    pub failed: u64,
}

/// Events of one action code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ActionTotals {
    /// How many.
    pub events: u64,
    /// How many of them name no tenant.
    pub without_tenant: u64,
}

impl std::ops::AddAssign for ActionTotals {
    fn add_assign(&mut self, other: Self) {
        self.events += other.events;
        self.without_tenant += other.without_tenant;
    }
}

/// One agent's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgentTotals {
    /// How many events.
    pub events: u64,
    first: Moment,
    last: Moment,
}

impl Totals {
    /// Counts one more event. Its session is kept if a tied scope holds it.
    pub(super) fn absorb(&mut self, scoped: &ScopedEvent, tied: ScopeMask) {
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
        let one = ActionTotals {
            events: 1,
            without_tenant: u64::from(event.tenants.is_empty()),
        };
        match self.actions.get_mut(&event.action) {
            Some(own) => *own += one,
            None => self.action(event.action.clone(), one),
        }
        if let Some(session) = event.session.as_ref().filter(|_| !scoped.scopes.and(tied).is_empty()) {
            self.join((scoped.agent, session.clone()), scoped.scopes);
        }
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
        other.agents.into_iter().for_each(|(at, agent)| self.agent(at, agent));
        self
    }

    /// About how much memory its actions and sessions take.
    pub(super) fn weight(&self) -> u64 {
        (ACTION.0 * (self.actions.len() + self.sessions.len()) + ACTION.1 * self.codes) as u64
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
        let length = code.len();
        let own = self.actions.entry(code).or_insert_with(|| {
            self.codes += length;
            ActionTotals::default()
        });
        *own += more;
    }

    fn scope(&mut self, at: usize, more: ScopeTotals) {
        if self.scopes.len() <= at {
            self.scopes.resize(at + 1, ScopeTotals::default());
        }
        self.scopes[at].events += more.events;
        self.scopes[at].failed += more.failed;
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
    /// When the earliest was.
    pub fn first(&self) -> Timestamp {
        self.first.0
    }

    /// When the latest was.
    pub fn last(&self) -> Timestamp {
        self.last.0
    }
}
