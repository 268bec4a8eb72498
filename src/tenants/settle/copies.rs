//! Copies told from originals among events of which no other has the same name as any of them.
//!
//! Nearly every event's name is its own. So names are compared by their hash first, and events themselves only where
//! hashes are equal; nothing moves.

use std::{
    cmp::Ordering,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use rayon::prelude::*;

use super::Conflict;
use crate::{records::Locator, tenants::ScopedEvent};

/// What became of each event.
#[derive(Debug)]
pub(in crate::tenants) struct Apart {
    /// Whether it is kept, by place.
    pub(in crate::tenants) kept: Vec<bool>,
    /// Event ids with several bodies, in id order.
    pub(in crate::tenants) conflicts: Vec<Conflict>,
}

/// What events of one name came to.
#[derive(Default)]
struct Same {
    copies: Vec<usize>,
    /// Each a few events that share an id and no body.
    conflicting: Vec<Vec<usize>>,
}

/// Sets copies apart, and marks events in conflict. `kinds` has a number for each source: an event id means something
/// among sources of one number only.
pub(in crate::tenants) fn apart(events: &mut [Box<ScopedEvent>], kinds: &[usize]) -> Apart {
    let names = events.par_iter().enumerate();
    let mut names: Vec<_> = names.map(|(place, event)| (name(event, kinds), place)).collect();
    names.par_sort_unstable();
    let several = names.par_chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1);
    let found = several.fold(Same::default, |found, same| found.among(same, events, kinds));
    let Same { copies, conflicting } = found.reduce(Same::default, Same::merge);
    let mut kept = vec![true; events.len()];
    copies.into_iter().for_each(|place| kept[place] = false);
    let mut conflicts: Vec<_> = conflicting
        .iter()
        .filter_map(|places| conflict(places, events))
        .collect();
    in_order(&mut conflicts);
    Apart { kept, conflicts }
}

/// A record whose events share an id is one conflict, not one for each.
pub(in crate::tenants) fn in_order(conflicts: &mut Vec<Conflict>) {
    conflicts.sort_unstable_by(|a, b| (&a.event_id, &a.events).cmp(&(&b.event_id, &b.events)));
    conflicts.dedup();
}

/// Stands for what an event goes by. Events of one name have the same; of no consequence for the answer otherwise.
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

impl Same {
    /// Of events whose names' hashes are the same.
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
            let bodies = name.chunk_by(|&a, &b| by_body(&events[a], &events[b]).is_eq());
            let firsts: Vec<usize> = bodies.clone().map(|body| body[0]).collect();
            self.copies.extend(bodies.flat_map(|body| &body[1..]));
            if firsts.len() > 1 && events[firsts[0]].event.event_id.is_some() {
                self.conflicting.push(firsts);
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

/// What an event goes by: the kind of log, the event id, and its order in the record; without an id, the record's bytes.
fn by_name(a: &ScopedEvent, b: &ScopedEvent, kinds: &[usize]) -> Ordering {
    let bytes = |event: &ScopedEvent| event.event.event_id.is_none().then_some(event.record_sha256);
    kinds[a.at.source]
        .cmp(&kinds[b.at.source])
        .then_with(|| a.event.event_id.cmp(&b.event.event_id))
        .then_with(|| bytes(a).cmp(&bytes(b)))
        .then(a.part.cmp(&b.part))
}

/// What it says, and whom it is put down to.
fn by_body(a: &ScopedEvent, b: &ScopedEvent) -> Ordering {
    (&a.event, a.agent, a.scopes).cmp(&(&b.event, b.agent, b.scopes))
}
