//! Separates copies from originals among events in memory.
//!
//! Nearly every event has an id of its own. So ids are compared by their hash first, and events
//! only if hashes are equal; no event is moved.

use std::{
    cmp::Ordering,
    collections::BTreeMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use rayon::prelude::*;

use super::Conflict;
use crate::{
    events::{Outcome, Target, TenantRef},
    records::Locator,
    tally::ScopedEvent,
};

/// Result for each event.
#[derive(Debug)]
pub(in crate::tally) struct Classified {
    /// Whether it is kept, by place.
    pub(in crate::tally) kept: Vec<bool>,
    /// Event ids with several bodies, in id order.
    pub(in crate::tally) conflicts: Vec<Conflict>,
    /// Numbers of events that two kinds of log have in common.
    pub(in crate::tally) shared: SharedIds,
}

/// Numbers of ids that two kinds, the lower number first, share at the same time and by the same
/// agent.
pub(in crate::tally) type SharedIds = BTreeMap<(usize, usize), u64>;

/// Result for events of one id.
#[derive(Default)]
struct DuplicateGroups {
    copies: Vec<usize>,
    /// Each a few events that share an id and no body.
    conflicting: Vec<Vec<usize>>,
}

/// Sets copies apart, and marks events in conflict. `kinds` has a number for each source: an event
/// id means something among sources of one number only.
pub(in crate::tally) fn classify(events: &mut [Box<ScopedEvent>], kinds: &[usize]) -> Classified {
    let names = events.par_iter().enumerate();
    let mut names: Vec<_> = names.map(|(place, event)| (name(event, kinds), place)).collect();
    names.par_sort_unstable();
    let several = names.par_chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1);
    let found = several.fold(DuplicateGroups::default, |found, same| found.among(same, events, kinds));
    let DuplicateGroups { copies, conflicting } = found.reduce(DuplicateGroups::default, DuplicateGroups::merge);
    let mut kept = vec![true; events.len()];
    copies.into_iter().for_each(|place| kept[place] = false);
    let mut conflicts: Vec<_> = conflicting
        .iter()
        .filter_map(|places| conflict(places, events))
        .collect();
    in_order(&mut conflicts);
    let shared = shared(events, kinds);
    Classified {
        kept,
        conflicts,
        shared,
    }
}

/// Counts what kinds share. With one kind no event is examined.
fn shared(events: &[Box<ScopedEvent>], kinds: &[usize]) -> SharedIds {
    let mut shared = SharedIds::new();
    let kind = |event: &ScopedEvent| kinds[event.at.source];
    if kinds.windows(2).all(|pair| pair[0] == pair[1]) {
        return shared;
    }
    let key = |place: usize| {
        let event = &events[place];
        (&event.event.event_id, event.event.time, event.agent, kind(event))
    };
    let with_id = (0..events.len())
        .into_par_iter()
        .filter(|&place| events[place].event.event_id.is_some());
    let mut places: Vec<usize> = with_id.collect();
    places.par_sort_unstable_by(|&a, &b| key(a).cmp(&key(b)));
    places.dedup_by(|a, b| key(*a) == key(*b));
    let same = |a: &usize, b: &usize| {
        let ((id, time, agent, _), (other, other_time, other_agent, _)) = (key(*a), key(*b));
        (id, time, agent) == (other, other_time, other_agent)
    };
    for one in places.chunk_by(same).filter(|one| one.len() > 1) {
        for (at, &a) in one.iter().enumerate() {
            for &b in &one[at + 1..] {
                *shared.entry((kind(&events[a]), kind(&events[b]))).or_default() += 1;
            }
        }
    }
    shared
}

/// A record whose events share an id is one conflict, not one for each.
pub(in crate::tally) fn in_order(conflicts: &mut Vec<Conflict>) {
    conflicts.sort_unstable_by(|a, b| (&a.event_id, &a.events).cmp(&(&b.event_id, &b.events)));
    conflicts.dedup();
}

/// Stands for what an event goes by. Events of one name have the same; of no consequence for the
/// answer otherwise.
fn name(event: &ScopedEvent, kinds: &[usize]) -> u64 {
    let mut name = DefaultHasher::new();
    kinds[event.at.source].hash(&mut name);
    event.part.hash(&mut name);
    match &event.event.event_id {
        Some(id) => id.hash(&mut name),
        None => event.record_sha256.hash(&mut name),
    }
    name.finish()
}

impl DuplicateGroups {
    /// Adds events whose ids have the same hash.
    fn among(mut self, same: &[(u64, usize)], events: &[Box<ScopedEvent>], kinds: &[usize]) -> Self {
        let mut places: Vec<usize> = same.iter().map(|(_, place)| *place).collect();
        places.sort_unstable_by(|&a, &b| {
            let (a, b) = (&events[a], &events[b]);
            by_name(a, b, kinds)
                .then_with(|| by_body(a, b))
                .then_with(|| (a.at, a.part).cmp(&(b.at, b.part)))
        });
        let is_name = |a: &usize, b: &usize| by_name(&events[*a], &events[*b], kinds).is_eq();
        for name in places.chunk_by(is_name) {
            if events[name[0]].event.event_id.is_none() {
                self.copies.extend(repeated(name, events));
                continue;
            }
            let bodies = name.chunk_by(|&a, &b| by_body(&events[a], &events[b]).is_eq());
            let firsts: Vec<usize> = bodies.clone().map(|body| body[0]).collect();
            self.copies.extend(bodies.flat_map(|body| &body[1..]));
            let (poorer, richest): (Vec<_>, Vec<_>) = firsts.iter().partition(|&&one| {
                let is_copy = |&other: &usize| other != one && is_extract(&events[one], &events[other]);
                firsts.iter().any(is_copy)
            });
            self.copies.extend(poorer);
            if richest.len() > 1 {
                self.conflicting.push(richest);
            }
        }
        self
    }

    fn merge(mut self, mut other: Self) -> Self {
        self.copies.append(&mut other.copies);
        self.conflicting.append(&mut other.conflicting);
        self
    }
}

/// The copies among events without an id and of the same bytes, in reading order. Equal records of
/// one source are as many events; those of another source are copies as far as the sources before
/// it have as many: `n` in one and `m` in another are `max(n, m)` events, so that exports may
/// overlap.
fn repeated(same: &[usize], events: &[Box<ScopedEvent>]) -> Vec<usize> {
    let mut same = same.to_vec();
    same.sort_unstable_by_key(|&place| (events[place].at, events[place].part));
    let mut known = 0;
    let mut copies = Vec::new();
    for source in same.chunk_by(|&a, &b| events[a].at.source == events[b].at.source) {
        copies.extend(source.iter().take(known));
        known = known.max(source.len());
    }
    copies
}

/// Whether an event is a copy of the other one that maps fewer fields: the other has all that this
/// one has. Of two that each have all of the other, the later in reading order is the copy.
fn is_extract(poor: &ScopedEvent, rich: &ScopedEvent) -> bool {
    let later = (rich.at, rich.part) < (poor.at, poor.part);
    says_all(rich, poor) && (later || !says_all(poor, rich))
}

/// Returns whether every field of `poor` is absent or the same in `rich`. Their scopes may differ:
/// a field that a record does not state cannot rule it out.
fn says_all(rich: &ScopedEvent, poor: &ScopedEvent) -> bool {
    let (a, b) = (&poor.event, &rich.event);
    let within = |a: &Option<String>, b: &Option<String>| a.is_none() || a == b;
    let target = |a: &Target| {
        let of = |b: &Target| within(&a.kind, &b.kind) && within(&a.id, &b.id) && within(&a.name, &b.name);
        b.targets.iter().any(of)
    };
    let tenant = |a: &TenantRef| b.tenant(&a.id).is_some_and(|b| within(&a.name, &b.name));
    // All of the tenants or none: an event that names fewer belongs in fewer reports.
    let tenants = a.tenants.is_empty() || (a.tenants.len() == b.tenants.len() && a.tenants.iter().all(tenant));
    (a.time, &a.action, poor.agent) == (b.time, &b.action, rich.agent)
        && (a.outcome == Outcome::Unknown || a.outcome == b.outcome)
        && tenants
        && a.targets.iter().all(target)
        && within(&a.ticket, &b.ticket)
        && within(&a.justification, &b.justification)
        && within(&a.ip, &b.ip)
        && within(&a.session, &b.session)
        && within(&a.user_agent, &b.user_agent)
}

/// Marks the events that share an id.
fn conflict(places: &[usize], events: &mut [Box<ScopedEvent>]) -> Option<Conflict> {
    places.iter().for_each(|&place| events[place].conflict = true);
    let mut found: Vec<Locator> = places.iter().map(|&place| events[place].at).collect();
    found.sort_unstable();
    Some(Conflict {
        event_id: events[places[0]].event.event_id.clone()?,
        events: found,
    })
}

/// Orders events by their identity: the kind of log, the event id, and the order in the record;
/// without an id, the record's bytes.
fn by_name(a: &ScopedEvent, b: &ScopedEvent, kinds: &[usize]) -> Ordering {
    let bytes = |event: &ScopedEvent| event.event.event_id.is_none().then_some(event.record_sha256);
    kinds[a.at.source]
        .cmp(&kinds[b.at.source])
        .then_with(|| a.event.event_id.cmp(&b.event.event_id))
        .then_with(|| bytes(a).cmp(&bytes(b)))
        .then(a.part.cmp(&b.part))
}

/// Orders events by content and agent.
fn by_body(a: &ScopedEvent, b: &ScopedEvent) -> Ordering {
    (&a.event, a.agent, a.scopes).cmp(&(&b.event, b.agent, b.scopes))
}
