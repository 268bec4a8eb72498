//! Counting: from settled events to each tenant's, each action's and each agent's figures.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::{ActionFinding, AgentFinding, Mention, TenantFinding, TenantImpact, mask::Mask, slug::slug};
use crate::{
    case::{Agent, Case, TenantId},
    catalogue::Catalogue,
    isolation::{Names, pseudonyms},
    tenants::{Outcomes, ScopedEvent, TenantEvent},
    time::Timestamp,
};

/// Each tenant's events, in id order. Events come in time order and stay so.
pub(super) type Shares<'e> = BTreeMap<&'e TenantId, Vec<&'e ScopedEvent>>;

/// The events of each tenant that they name.
pub(super) fn shares(events: &[ScopedEvent]) -> Shares<'_> {
    let mut shares = Shares::new();
    for event in events {
        for tenant in &event.event.tenants {
            shares.entry(&tenant.id).or_default().push(event);
        }
    }
    shares
}

/// What each tenant is shown: its figures, and its copy of its events; and what was found of others in the copies.
pub(super) fn impacts(
    case: &Case,
    catalogue: &Catalogue,
    names: &Names,
    shares: &Shares<'_>,
) -> (Vec<TenantImpact>, Vec<Mention>) {
    let shares: Vec<_> = shares.iter().collect();
    let impact = |(id, events): &(&&TenantId, &Vec<&ScopedEvent>)| impact(case, catalogue, names, id, events);
    let (impacts, mentions): (Vec<_>, Vec<_>) = shares.par_iter().map(impact).unzip();
    (impacts, mentions.into_iter().flatten().collect())
}

/// The events that name no tenant, as logged.
pub(super) fn unattributed(catalogue: &Catalogue, events: &[ScopedEvent]) -> Vec<TenantEvent> {
    let homeless = events.iter().filter(|event| event.event.tenants.is_empty());
    homeless.map(|event| of_tenant(event, catalogue)).collect()
}

/// The event without the tenants it names: what a tenant may see names no other.
fn of_tenant(scoped: &ScopedEvent, catalogue: &Catalogue) -> TenantEvent {
    let event = scoped.event.clone();
    TenantEvent {
        at: scoped.at,
        record_sha256: scoped.record_sha256,
        event_id: event.event_id,
        time: event.time,
        time_original: scoped.time_original.clone(),
        agent: scoped.agent,
        identity_matched: scoped.identity_matched.clone(),
        effect: catalogue.lookup(&event.action).effect,
        action: event.action,
        targets: event.targets,
        outcome: event.outcome,
        ticket: event.ticket,
        justification: event.justification,
        ip: event.ip,
        session: event.session,
        user_agent: event.user_agent,
        scopes: scoped.scopes,
        conflict: scoped.conflict,
    }
}

/// Counted as logged, then masked: what the vendor reads in figures is what happened.
fn impact(
    case: &Case,
    catalogue: &Catalogue,
    names: &Names,
    id: &TenantId,
    events: &[&ScopedEvent],
) -> (TenantImpact, Vec<Mention>) {
    let mut finding = figures(case, catalogue, id, events);
    let mut mask = Mask::new(names.for_reader(id), id, catalogue);
    let copy = |scoped: &&ScopedEvent| {
        let mut event = of_tenant(scoped, catalogue);
        mask.event(&mut event, scoped.event.tenants.len() > 1);
        event
    };
    let events = events.iter().map(copy).collect();
    let mentions = mask.mentions;
    finding.masked = mentions.iter().filter(|mention| mention.shown.is_some()).count() as u64;
    (TenantImpact { finding, events }, mentions)
}

/// One tenant's figures.
pub(super) fn figures(case: &Case, catalogue: &Catalogue, id: &TenantId, events: &[&ScopedEvent]) -> TenantFinding {
    let entry = case.directory.tenants.get(id);
    let known = entry.is_some();
    let entry = entry.cloned().unwrap_or_default();
    let named = events.iter().flat_map(|event| &event.event.tenants);
    let name = named
        .filter(|tenant| tenant.id == *id)
        .find_map(|tenant| tenant.name.clone());
    let (first, last) = span(events).expect("a tenant is here because an event names it");
    let in_scope = |scope: usize| events.iter().filter(|event| event.scopes.contains(scope)).count() as u64;
    let actions = tallied(events.iter().map(|event| event.event.action.as_str()));
    let mut effects = BTreeMap::new();
    for (action, count) in &actions {
        *effects.entry(catalogue.lookup(action).effect).or_default() += count;
    }
    TenantFinding {
        id: id.clone(),
        name: entry.name.or(name),
        known,
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
        agents: distinct(events.iter().map(|event| event.agent)),
        sessions: distinct(events.iter().filter_map(|event| event.event.session.as_deref())),
        contact: entry.contact,
        locale: entry.locale,
        time_zone: entry.time_zone,
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

fn distinct<T: Ord>(things: impl Iterator<Item = T>) -> u64 {
    things.collect::<BTreeSet<_>>().len() as u64
}

fn outcomes(events: &[&ScopedEvent]) -> Outcomes {
    let mut outcomes = Outcomes::default();
    events.iter().for_each(|event| outcomes.count(event.event.outcome));
    outcomes
}

/// Every action seen, in code order.
pub(super) fn actions(catalogue: &Catalogue, events: &[ScopedEvent]) -> Vec<ActionFinding> {
    let mut seen: BTreeMap<&str, (u64, BTreeSet<&TenantId>)> = BTreeMap::new();
    for event in events {
        let (count, tenants) = seen.entry(&event.event.action).or_default();
        *count += 1;
        tenants.extend(event.event.tenants.iter().map(|tenant| &tenant.id));
    }
    let finding = |(code, (events, tenants)): (&str, (u64, BTreeSet<_>))| {
        let entry = catalogue.lookup(code);
        ActionFinding {
            code: code.to_owned(),
            effect: entry.effect,
            events,
            tenants: tenants.len() as u64,
            says: entry.says.map(str::to_owned),
            check: entry.check.map(str::to_owned),
        }
    };
    seen.into_iter().map(finding).collect()
}

/// Every listed agent in the order of the case, also those without events.
pub(super) fn agents(listed: &[Agent], events: &[ScopedEvent]) -> Vec<AgentFinding> {
    let mut own: Vec<Vec<&ScopedEvent>> = vec![Vec::new(); listed.len()];
    events.iter().for_each(|event| own[event.agent].push(event));
    let finding = |((agent, events), pseudonym): ((&Agent, Vec<&ScopedEvent>), String)| AgentFinding {
        id: agent.id.clone(),
        events: events.len() as u64,
        tenants: distinct(
            events
                .iter()
                .flat_map(|event| event.event.tenants.iter().map(|tenant| &tenant.id)),
        ),
        first: events.first().map(|event| event.event.time),
        last: events.last().map(|event| event.event.time),
        pseudonym,
        name: agent.name.clone(),
        email: agent.email.clone(),
        identities: agent.identities.clone(),
        employer: agent.employer.clone(),
        role: agent.role.clone(),
        country: agent.country.clone(),
    };
    listed
        .iter()
        .zip(own)
        .zip(pseudonyms(listed.len()))
        .map(finding)
        .collect()
}
