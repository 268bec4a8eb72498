//! Keeps the books while the files are laid out, from what the story meant and not from what was written.

use std::collections::{BTreeMap, BTreeSet};

use crate::agents::INTRUDED;
use crate::cast::Cast;
use crate::event::{Event, Outcome};
use crate::exports::{Line, Source};
use crate::tenants::Tenant;
use crate::time::{ATTRIBUTED, POSSIBLE, Stamp};
use crate::truth::{AgentTruth, Outcomes, Records, SourceTruth, TenantTruth, Truth};

/// The earliest and the latest of some acts, as the kept record spells them.
#[derive(Default)]
struct Span {
    first: Option<(i64, String)>,
    last: Option<(i64, String)>,
}

impl Span {
    fn add(&mut self, at: i64, stamp: Stamp) {
        let spelt = || Some((at, stamp.in_utc().write(at)));
        if self.first.as_ref().is_none_or(|(first, _)| at < *first) {
            self.first = spelt();
        }
        if self.last.as_ref().is_none_or(|(last, _)| at >= *last) {
            self.last = spelt();
        }
    }

    fn into_texts(self) -> (Option<String>, Option<String>) {
        (self.first.map(|(_, text)| text), self.last.map(|(_, text)| text))
    }
}

/// The account of one tenant.
struct TenantAccount<'e> {
    tenant: &'e Tenant,
    events: u64,
    span: Span,
    attributed: u64,
    actions: BTreeMap<&'static str, u64>,
    outcomes: Outcomes,
    agents: BTreeSet<usize>,
}

/// The account of one listed agent.
#[derive(Default)]
struct AgentAccount<'e> {
    events: u64,
    tenants: BTreeSet<&'e str>,
    span: Span,
}

/// The books.
pub(crate) struct Ledger<'e> {
    cast: &'e Cast,
    sources: Vec<SourceTruth>,
    /// Numbers of the events already counted: a second copy is a duplicate.
    seen: BTreeSet<usize>,
    tenants: BTreeMap<&'e str, TenantAccount<'e>>,
    agents: Vec<AgentAccount<'e>>,
    conflicts: u64,
    possibly_in_scope: u64,
}

impl<'e> Ledger<'e> {
    /// Empty books.
    pub(crate) fn new(cast: &'e Cast) -> Self {
        let agents = cast.agents.iter().map(|_| AgentAccount::default()).collect();
        let (sources, seen, tenants) = Default::default();
        Self {
            cast,
            sources,
            seen,
            tenants,
            agents,
            conflicts: 0,
            possibly_in_scope: 0,
        }
    }

    /// Enters one file, in the order of the case.
    pub(crate) fn read(&mut self, source: &Source<'e>) {
        let mut records = Records::default();
        for line in &source.lines {
            match line {
                Line::Blank => continue,
                Line::Broken(broken) => {
                    records.refused += 1;
                    self.possibly_in_scope += u64::from(broken.names_agent);
                }
                Line::Event(number, event, stamp) => self.judge(*number, event, *stamp, &mut records),
            }
            records.read += 1;
        }
        self.sources.push(SourceTruth {
            path: source.path.clone(),
            records,
        });
    }

    /// The verdicts in their order: window, actor, seen before.
    fn judge(&mut self, number: usize, event: &'e Event<'e>, stamp: Stamp, records: &mut Records) {
        if !POSSIBLE.holds(event.at) {
            records.outside_window += 1;
            return;
        }
        let Some(agent) = event.agent() else {
            records.other_actor += 1;
            return;
        };
        if !self.seen.insert(number) {
            records.duplicate += 1;
            return;
        }
        records.in_scope += 1;
        records.without_tenant += u64::from(event.place.tenants().is_empty());
        self.conflicts += u64::from(event.contested);
        self.enter(agent, event, stamp);
    }

    fn enter(&mut self, agent: usize, event: &'e Event<'e>, stamp: Stamp) {
        let account = &mut self.agents[agent];
        account.events += 1;
        account.span.add(event.at, stamp);
        for tenant in event.place.tenants() {
            account.tenants.insert(&tenant.id);
            self.tenants
                .entry(&tenant.id)
                .or_insert_with(|| TenantAccount::of(tenant))
                .enter(agent, event, stamp);
        }
    }

    /// The truth.
    pub(crate) fn close(self) -> Truth {
        let mut records = Records::default();
        for source in &self.sources {
            records.add(&source.records);
        }
        let agents = self.cast.agents.iter().zip(self.agents);
        Truth {
            records,
            sources: self.sources,
            tenants: self.tenants.into_values().map(TenantAccount::close).collect(),
            agents: agents.map(|(agent, account)| account.close(agent.id.clone())).collect(),
            conflicts: self.conflicts,
            possibly_in_scope: self.possibly_in_scope,
        }
    }
}

impl<'e> TenantAccount<'e> {
    fn of(tenant: &'e Tenant) -> Self {
        let (span, actions, outcomes, agents) = Default::default();
        Self {
            tenant,
            events: 0,
            span,
            attributed: 0,
            actions,
            outcomes,
            agents,
        }
    }

    fn enter(&mut self, agent: usize, event: &Event, stamp: Stamp) {
        self.events += 1;
        self.span.add(event.at, stamp);
        self.attributed += u64::from(agent == INTRUDED && ATTRIBUTED.holds(event.at));
        *self.actions.entry(event.action).or_default() += 1;
        self.agents.insert(agent);
        match event.outcome {
            Outcome::Success => self.outcomes.success += 1,
            Outcome::Failure => self.outcomes.failure += 1,
            Outcome::Null | Outcome::Absent => self.outcomes.unknown += 1,
        }
    }

    fn close(self) -> TenantTruth {
        let (first, last) = self.span.into_texts();
        TenantTruth {
            id: self.tenant.id.clone(),
            known: self.tenant.known,
            events: self.events,
            first: first.expect("an account has an event"),
            last: last.expect("an account has an event"),
            scopes: BTreeMap::from([("possible", self.events), ("attributed", self.attributed)]),
            actions: self.actions,
            outcomes: self.outcomes,
            agents: self.agents.len(),
        }
    }
}

impl AgentAccount<'_> {
    fn close(self, id: String) -> AgentTruth {
        let (first, last) = self.span.into_texts();
        AgentTruth {
            id,
            events: self.events,
            tenants: self.tenants.len(),
            first,
            last,
        }
    }
}

impl Records {
    fn add(&mut self, other: &Self) {
        self.read += other.read;
        self.in_scope += other.in_scope;
        self.duplicate += other.duplicate;
        self.other_actor += other.other_actor;
        self.outside_window += other.outside_window;
        self.refused += other.refused;
        self.without_tenant += other.without_tenant;
    }
}
