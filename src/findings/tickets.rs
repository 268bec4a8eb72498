//! Tickets that events state, compared with the vendor's table of them.

use std::{collections::BTreeMap, sync::Arc};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Findings;
use crate::{
    case::{AgentId, Case, TenantId, TicketTable, TicketVerdict},
    tally::ScopedEvent,
};

/// Events in scope by the relation to their tickets.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct TicketsFinding {
    /// Number of tickets in the table.
    pub listed: u64,
    /// Sums for each agent and tenant, in the order of tenants, then agents; events without a
    /// tenant come last.
    pub pairs: Vec<TicketsOfPair>,
}

/// Events of one agent in one tenant.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct TicketsOfPair {
    /// The tenant; null for events without one.
    pub tenant: Option<TenantId>,
    /// The agent, as listed.
    pub agent: AgentId,
    /// Counts.
    #[serde(flatten)]
    pub counts: TicketCounts,
}

/// Numbers of events by the relation to their tickets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct TicketCounts {
    /// Events whose ticket is of the tenant and the agent, and was open at the time.
    pub fits: u64,
    /// Events whose ticket was not open at the time.
    pub closed: u64,
    /// Events whose ticket is assigned to another agent.
    pub other_agent: u64,
    /// Events whose ticket is another tenant's, or no tenant's.
    pub other_tenant: u64,
    /// Events whose ticket is not in the table.
    pub unknown: u64,
    /// Events that state no ticket, of logs that state tickets.
    pub none: u64,
    /// Events of logs that state no tickets.
    pub unlogged: u64,
    /// Events among `fits` whose ticket states an approval.
    pub approved: u64,
}

impl TicketCounts {
    /// Adds an event with this verdict; `None` is an event of a log that states no tickets.
    pub fn add(&mut self, verdict: Option<TicketVerdict>) {
        let count = match verdict {
            Some(TicketVerdict::Fits) => &mut self.fits,
            Some(TicketVerdict::Closed) => &mut self.closed,
            Some(TicketVerdict::OtherAgent) => &mut self.other_agent,
            Some(TicketVerdict::OtherTenant) => &mut self.other_tenant,
            Some(TicketVerdict::Unknown) => &mut self.unknown,
            Some(TicketVerdict::None) => &mut self.none,
            None => &mut self.unlogged,
        };
        *count += 1;
    }

    /// Adds other sums.
    pub(super) fn plus(&mut self, other: Self) {
        let TicketCounts {
            fits,
            closed,
            other_agent,
            other_tenant,
            unknown,
            none,
            unlogged,
            approved,
        } = other;
        self.fits += fits;
        self.closed += closed;
        self.other_agent += other_agent;
        self.other_tenant += other_tenant;
        self.unknown += unknown;
        self.none += none;
        self.unlogged += unlogged;
        self.approved += approved;
    }

    /// Returns the number of events of logs that state tickets.
    pub fn judged(&self) -> u64 {
        self.fits + self.unfitting()
    }

    /// Returns the number of those without a fitting ticket.
    pub fn unfitting(&self) -> u64 {
        self.closed + self.other_agent + self.other_tenant + self.unknown + self.none
    }
}

/// The table of tickets and the logs that state tickets, as far as verdicts need them.
#[derive(Debug, Clone)]
pub(crate) struct TicketBook {
    tickets: Arc<TicketTable>,
    /// Whether each source states tickets.
    read: Arc<[bool]>,
}

impl TicketBook {
    /// Returns the book of a case that names a table.
    pub(super) fn of(case: &Case, reads_tickets: impl Iterator<Item = bool>) -> Option<Self> {
        Some(Self {
            tickets: Arc::clone(case.tickets.as_ref()?),
            read: reads_tickets.collect(),
        })
    }

    /// Returns the verdict on an event, for one of its tenants or for none; `None` where its log
    /// states no tickets.
    pub(super) fn verdict(&self, event: &ScopedEvent, tenant: Option<&TenantId>) -> Option<TicketVerdict> {
        let stated = event.event.ticket.as_deref();
        let verdict = || {
            let tenant = tenant.map(|tenant| tenant.0.as_str());
            self.tickets.verdict(stated, tenant, event.agent, event.event.time)
        };
        self.read[event.at.source].then(verdict)
    }

    /// Returns the sums of a tenant's events by agent.
    pub(super) fn counts<'e>(
        &self,
        tenant: Option<&TenantId>,
        events: impl IntoIterator<Item = &'e ScopedEvent>,
    ) -> BTreeMap<usize, TicketCounts> {
        let mut counts: BTreeMap<usize, TicketCounts> = BTreeMap::new();
        for event in events {
            let own = counts.entry(event.agent).or_default();
            let verdict = self.verdict(event, tenant);
            own.add(verdict);
            let fits = verdict == Some(TicketVerdict::Fits);
            own.approved += u64::from(fits && self.tickets.is_approved(event.event.ticket.as_deref()));
        }
        counts
    }
}

impl TicketsFinding {
    /// Puts the sums of all tenants together.
    pub(super) fn new<'c>(
        case: &Case,
        counts: impl IntoIterator<Item = (Option<&'c TenantId>, &'c BTreeMap<usize, TicketCounts>)>,
    ) -> Option<Self> {
        let tickets = case.tickets.as_ref()?;
        let pairs = |(tenant, counts): (Option<&TenantId>, &BTreeMap<usize, TicketCounts>)| {
            let tenant = tenant.cloned();
            let pair = |(agent, counts): (&usize, &TicketCounts)| TicketsOfPair {
                tenant: tenant.clone(),
                agent: case.agents[*agent].id.clone(),
                counts: *counts,
            };
            counts.iter().map(pair).collect::<Vec<_>>()
        };
        Some(Self {
            listed: tickets.len() as u64,
            pairs: counts.into_iter().flat_map(pairs).collect(),
        })
    }
}

impl Findings {
    /// Returns the sums of tickets of a tenant, or of events without one, over all agents.
    pub fn tickets_of(&self, tenant: Option<&TenantId>) -> TicketCounts {
        let pairs = self.tickets.iter().flat_map(|tickets| &tickets.pairs);
        let mut sum = TicketCounts::default();
        for pair in pairs.filter(|pair| pair.tenant.as_ref() == tenant) {
            sum.plus(pair.counts);
        }
        sum
    }
}
