//! Counting: from settled events to each tenant's, each action's and each agent's figures.

use std::collections::{BTreeMap, BTreeSet};

use super::{ActionFinding, AgentFinding, Mention, TenantFinding, TenantImpact, mask::Mask, slug::slug};
use crate::{
    case::{Agent, Case, TenantId},
    catalogue::Catalogue,
    isolation::{Names, pseudonyms},
    tenants::{Outcomes, ScopedEvent, TenantEvent},
    time::Timestamp,
};

/// The events of one tenant, and the name they give it.
#[derive(Default)]
struct Share {
    name: Option<String>,
    events: Vec<TenantEvent>,
    /// Of each event, whether it names other tenants too.
    several: Vec<bool>,
}

/// Each tenant's share in id order, the events that name no tenant, and what was found of others in the shares. Events come
/// in time order and stay so.
pub(super) fn by_tenant(
    case: &Case,
    catalogue: &Catalogue,
    names: &Names,
    events: &[ScopedEvent],
) -> (Vec<TenantImpact>, Vec<TenantEvent>, Vec<Mention>) {
    let mut shares: BTreeMap<&TenantId, Share> = BTreeMap::new();
    let mut unattributed = Vec::new();
    for event in events {
        let several = event.event.tenants.len() > 1;
        for tenant in &event.event.tenants {
            let share = shares.entry(&tenant.id).or_default();
            share.name = share.name.take().or_else(|| tenant.name.clone());
            share.events.push(of_tenant(event, catalogue));
            share.several.push(several);
        }
        if event.event.tenants.is_empty() {
            unattributed.push(of_tenant(event, catalogue));
        }
    }
    let mut mentions = Vec::new();
    let impact = |(id, share)| {
        let (impact, found) = impact(case, catalogue, names, id, share);
        mentions.extend(found);
        impact
    };
    let impacts = shares.into_iter().map(impact).collect();
    (impacts, unattributed, mentions)
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
    share: Share,
) -> (TenantImpact, Vec<Mention>) {
    let Share {
        name,
        mut events,
        several,
    } = share;
    let entry = case.directory.tenants.get(id);
    let known = entry.is_some();
    let entry = entry.cloned().unwrap_or_default();
    let (first, last) = span(&events).expect("a tenant is here because an event names it");
    let in_scope = |scope: usize| events.iter().filter(|event| event.scopes.contains(scope)).count() as u64;
    let mut finding = TenantFinding {
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
        actions: tallied(events.iter().map(|event| event.action.clone())),
        effects: tallied(events.iter().map(|event| event.effect)),
        outcomes: outcomes(&events),
        agents: distinct(events.iter().map(|event| event.agent)),
        sessions: distinct(events.iter().filter_map(|event| event.session.as_deref())),
        contact: entry.contact,
        locale: entry.locale,
        time_zone: entry.time_zone,
        masked: 0,
        released: true,
    };
    let mut mask = Mask::new(names.for_reader(id), id, catalogue);
    for (event, several) in events.iter_mut().zip(several) {
        mask.event(event, several);
    }
    let mentions = mask.mentions;
    finding.masked = mentions.iter().filter(|mention| mention.shown.is_some()).count() as u64;
    (TenantImpact { finding, events }, mentions)
}

/// First and last of events in time order.
fn span(events: &[TenantEvent]) -> Option<(Timestamp, Timestamp)> {
    Some((events.first()?.time, events.last()?.time))
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

fn outcomes(events: &[TenantEvent]) -> Outcomes {
    let mut outcomes = Outcomes::default();
    events.iter().for_each(|event| outcomes.count(event.outcome));
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
