//! Counting: from settled events to each tenant's, each action's and each agent's figures.

use std::collections::BTreeMap;

use super::{ActionFinding, AgentFinding, Mention, TenantFinding, mask::Mask, slug::slug};
use crate::{
    case::{Agent, Case, Tenant, TenantId},
    catalogue::Catalogue,
    isolation::{Names, pseudonyms},
    tenants::{AgentTotals, Outcomes, ScopedEvent, TenantEvent, Totals},
    time::Timestamp,
};

/// One tenant's figures, and what they leave out that figures over all tenants need.
#[derive(Debug)]
pub(super) struct Figures {
    pub(super) finding: TenantFinding,
    /// By position in the case, in order.
    agents: Vec<usize>,
}

/// The event without the tenants it names: what a tenant may see names no other.
pub(super) fn of_tenant(scoped: &ScopedEvent, catalogue: &Catalogue) -> TenantEvent {
    // The tenants are not even copied, as there may be a million of them.
    let event = &scoped.event;
    TenantEvent {
        at: scoped.at,
        record_sha256: scoped.record_sha256,
        event_id: event.event_id.clone(),
        time: event.time,
        time_original: scoped.time_original.clone(),
        agent: scoped.agent,
        identity_matched: scoped.identity_matched.clone(),
        effect: catalogue.lookup(&event.action).effect,
        action: event.action.clone(),
        targets: event.targets.clone(),
        outcome: event.outcome,
        ticket: event.ticket.clone(),
        justification: event.justification.clone(),
        ip: event.ip.clone(),
        session: event.session.clone(),
        user_agent: event.user_agent.clone(),
        scopes: scoped.scopes,
        conflict: scoped.conflict,
    }
}

/// A tenant's copy of its events, masked; and what was found of others in it.
pub(super) fn copies(
    catalogue: &Catalogue,
    names: &Names,
    id: &TenantId,
    events: &[&ScopedEvent],
) -> (Vec<TenantEvent>, Vec<Mention>) {
    let mut mask = Mask::new(names, id, catalogue, events);
    let copy = |scoped: &&ScopedEvent| {
        let mut event = of_tenant(scoped, catalogue);
        mask.event(&mut event, scoped.event.tenants.len() > 1);
        event
    };
    let copies = events.iter().map(copy).collect();
    (copies, mask.mentions)
}

/// One tenant's figures, counted as logged: what the vendor reads is what happened.
pub(super) fn figures(case: &Case, catalogue: &Catalogue, id: &TenantId, events: &[&ScopedEvent]) -> Figures {
    let mut agents = distinct(events.iter().map(|event| event.agent));
    // It stays in memory, and had room for every event.
    agents.shrink_to_fit();
    let finding = finding(case, catalogue, id, events, agents.len() as u64);
    Figures { finding, agents }
}

fn finding(case: &Case, catalogue: &Catalogue, id: &TenantId, events: &[&ScopedEvent], agents: u64) -> TenantFinding {
    let entry = case.directory.tenants.get(&id.0);
    let text = |cell: Option<&str>| cell.map(str::to_owned);
    let as_logged = || {
        let mut named = events.iter().filter_map(|event| event.event.tenant(id));
        named.find_map(|tenant| tenant.name.clone())
    };
    let (first, last) = span(events).expect("a tenant is here because an event names it");
    let in_scope = |scope: usize| events.iter().filter(|event| event.scopes.contains(scope)).count() as u64;
    let actions = tallied(events.iter().map(|event| event.event.action.as_str()));
    let mut effects = BTreeMap::new();
    for (action, count) in &actions {
        *effects.entry(catalogue.lookup(action).effect).or_default() += count;
    }
    TenantFinding {
        id: id.clone(),
        name: text(entry.and_then(Tenant::name)).or_else(as_logged),
        known: entry.is_some(),
        slug: slug(&id.0),
        events: events.len() as u64,
        first,
        last,
        scopes: case
            .scopes
            .iter()
            .zip(0..)
            .map(|(scope, at)| (scope.name.clone(), in_scope(at)))
            .collect(),
        actions: actions
            .into_iter()
            .map(|(code, count)| (code.to_owned(), count))
            .collect(),
        effects,
        outcomes: outcomes(events),
        agents,
        sessions: distinct(events.iter().filter_map(|event| event.event.session.as_deref())).len() as u64,
        contact: text(entry.and_then(Tenant::contact)),
        locale: text(entry.and_then(Tenant::locale)),
        time_zone: text(entry.and_then(Tenant::time_zone)),
        masked: 0,
        released: true,
    }
}

/// First and last of events in time order.
fn span(events: &[&ScopedEvent]) -> Option<(Timestamp, Timestamp)> {
    Some((events.first()?.event.time, events.last()?.event.time))
}

fn tallied<K: Ord>(keys: impl Iterator<Item = K>) -> BTreeMap<K, u64> {
    let mut counts = BTreeMap::new();
    for key in keys {
        *counts.entry(key).or_default() += 1;
    }
    counts
}

fn distinct<T: Ord>(things: impl Iterator<Item = T>) -> Vec<T> {
    let mut things: Vec<T> = things.collect();
    things.sort_unstable();
    things.dedup();
    things
}

fn outcomes(events: &[&ScopedEvent]) -> Outcomes {
    let mut outcomes = Outcomes::default();
    events.iter().for_each(|event| outcomes.count(event.event.outcome));
    outcomes
}

impl Figures {
    /// About how much memory they take.
    pub(super) fn weight(&self) -> u64 {
        let TenantFinding { id, name, slug, .. } = &self.finding;
        let texts = id.0.len() + name.as_ref().map_or(0, String::len) + slug.len();
        let codes = self.finding.actions.keys().map(|code| code.len() + ENTRY);
        let scopes = self.finding.scopes.keys().map(|name| name.len() + ENTRY);
        let maps = codes.chain(scopes).sum::<usize>() + size_of_val(&self.agents[..]);
        // Twice, as long as they are put in order.
        (2 * size_of::<Self>() + NODES + texts + maps) as u64
    }
}

/// What an entry of a map takes beside its text, about; and what three small maps take in any case.
const ENTRY: usize = 48;
const NODES: usize = 900;

/// Every action seen, in code order.
pub(super) fn actions(catalogue: &Catalogue, totals: &Totals, tenants: &[Figures]) -> Vec<ActionFinding> {
    let codes = tenants.iter().flat_map(|tenant| tenant.finding.actions.keys());
    let touched = tallied(codes.map(String::as_str));
    let finding = |(code, events): (&String, &u64)| {
        let entry = catalogue.lookup(code);
        ActionFinding {
            code: code.clone(),
            effect: entry.effect,
            events: *events,
            tenants: touched.get(code.as_str()).copied().unwrap_or_default(),
            says: entry.says.map(str::to_owned),
            check: entry.check.map(str::to_owned),
        }
    };
    totals.actions.iter().map(finding).collect()
}

/// Every listed agent in the order of the case, also those without events.
pub(super) fn agents(listed: &[Agent], totals: &Totals, tenants: &[Figures]) -> Vec<AgentFinding> {
    let mut touched = vec![0; listed.len()];
    let each = tenants.iter().flat_map(|tenant| &tenant.agents);
    each.for_each(|&agent| touched[agent] += 1);
    let finding = |((at, agent), pseudonym): ((usize, &Agent), String)| {
        let own = totals.agents.get(&at);
        AgentFinding {
            id: agent.id.clone(),
            events: own.map_or(0, |own| own.events),
            tenants: touched[at],
            first: own.map(AgentTotals::first),
            last: own.map(AgentTotals::last),
            pseudonym,
            name: agent.name.clone(),
            email: agent.email.clone(),
            identities: agent.identities.clone(),
            employer: agent.employer.clone(),
            role: agent.role.clone(),
            country: agent.country.clone(),
        }
    };
    let listed = listed.iter().enumerate();
    let names = pseudonyms(listed.len());
    listed.zip(names).map(finding).collect()
}
