//! What is kept once copies are set apart: each event once, and each tenant's share of them.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use rayon::prelude::*;

use super::{
    ScopedEvent, ScopedEvents,
    spool::{Spooled, StoreError},
};
use crate::case::TenantId;

/// The events that are no copies, wherever they are.
#[derive(Debug)]
pub enum Kept {
    /// In memory.
    Held(Held),
    /// In a temporary file, each as often as it names tenants.
    Stored(Spooled),
}

impl Kept {
    /// Works on each tenant's events, which come in time order, ties by source, position and order in the record. What is
    /// made of them comes in the order of the tenants' ids. With the first fault it stops: there may be millions to come.
    pub fn each_share<T, E>(
        &self,
        work: impl Fn(&TenantId, &[&ScopedEvent]) -> Result<T, E> + Sync,
    ) -> Result<Vec<T>, E>
    where
        T: Send,
        E: From<StoreError> + Send,
    {
        let stored = match self {
            Self::Held(held) => {
                let mut owners = held.owners(|_| true);
                owners.sort_unstable_by_key(|(id, _)| *id);
                // What is made is large, and is written where it stays. One at a time, as some have many more events than others.
                return owners
                    .par_iter()
                    .with_max_len(1)
                    .map(|(id, events)| work(id, events))
                    .collect();
            }
            Self::Stored(stored) => stored,
        };
        let mut done = stored.each_share(&work)?;
        done.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        Ok(done.into_iter().map(|(_, made)| made).collect())
    }

    /// Gives back its memory, for which nobody need wait: there may be millions of events.
    pub fn leave(self) {
        rayon::spawn(|| drop(self));
    }

    /// Works on the events that name no tenant, in time order.
    pub fn homeless<T: Send>(&self, work: impl Fn(&ScopedEvent) -> T + Sync) -> Result<Vec<T>, StoreError> {
        match self {
            Self::Held(held) => {
                let homeless = held.events().filter(|event| event.event.tenants.is_empty());
                Ok(homeless.map(work).collect())
            }
            Self::Stored(stored) => stored.homeless(work),
        }
    }
}

/// Events in memory.
#[derive(Debug, Default)]
pub struct Held {
    events: ScopedEvents,
    /// Places of those that are kept, in time order.
    order: Vec<usize>,
}

/// What stands for a tenant, a place among the kept, and which of its event's tenants is meant.
type Share = (u64, usize, usize);

impl Held {
    /// Of these events, those that are kept.
    pub(super) fn new(events: ScopedEvents, kept: &[bool]) -> Self {
        let places = (0..events.len()).into_par_iter().filter(|&place| kept[place]);
        let moment = |place: usize| {
            let event = &events[place];
            (event.event.time, event.at.source, event.at.offset, event.part, place)
        };
        let mut order: Vec<_> = places.map(moment).collect();
        order.par_sort_unstable();
        let order = order.into_iter().map(|(.., place)| place).collect();
        Self { events, order }
    }

    /// Each once, in time order, ties by source, position and order in the record.
    pub fn events(&self) -> impl Iterator<Item = &ScopedEvent> + Clone {
        self.order.iter().map(|&place| &*self.events[place])
    }

    /// Each of these tenants and its events in time order; the tenants in no particular order.
    pub(super) fn owners(&self, whose: impl Fn(u64) -> bool + Sync) -> Vec<(&TenantId, Vec<&ScopedEvent>)> {
        let shares = self.shares(whose);
        let each = shares.par_chunk_by(|a, b| a.0 == b.0);
        each.flat_map_iter(|shares| self.told_apart(shares)).collect()
    }

    /// By tenant, each in time order.
    fn shares(&self, whose: impl Fn(u64) -> bool + Sync) -> Vec<Share> {
        let of = |at: usize| {
            let tenants = self.at(at).event.tenants.iter().enumerate();
            tenants.map(move |(which, tenant)| (number(&tenant.id), at, which))
        };
        let each = (0..self.order.len()).into_par_iter().flat_map_iter(of);
        let mut shares: Vec<Share> = each.filter(|(tenant, ..)| whose(*tenant)).collect();
        shares.par_sort_unstable();
        shares
    }

    /// The shares of all tenants that one number stands for: one, unless somebody made up ids to that end.
    fn told_apart(&self, shares: &[Share]) -> Vec<(&TenantId, Vec<&ScopedEvent>)> {
        let event = |&(_, at, which): &Share| {
            let event = self.at(at);
            (&event.event.tenants[which].id, event)
        };
        let mut events: Vec<_> = shares.iter().map(event).collect();
        if events.iter().any(|(id, _)| *id != events[0].0) {
            events.sort_by_key(|(id, _)| *id);
        }
        let each = events.chunk_by(|a, b| a.0 == b.0);
        each.map(|own| (own[0].0, own.iter().map(|(_, event)| *event).collect()))
            .collect()
    }

    fn at(&self, at: usize) -> &ScopedEvent {
        &self.events[self.order[at]]
    }
}

/// Stands for a tenant where ids are compared often; of no consequence for the answer.
pub(super) fn number(tenant: &TenantId) -> u64 {
    let mut number = DefaultHasher::new();
    tenant.0.hash(&mut number);
    number.finish()
}
