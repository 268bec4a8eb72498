//! Events that remain without their copies: each once, and each tenant's part of them.

use std::{
    borrow::Cow,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::atomic::{AtomicBool, Ordering},
};

use rayon::prelude::*;

use super::{
    ScopedEvent, ScopedEvents,
    spill::{SpillError, SpilledEvents},
};
use crate::case::TenantId;

/// The events that are no copies, wherever they are.
#[derive(Debug)]
pub enum Retained {
    /// In memory.
    InMemory(InMemory),
    /// In a temporary file, each as often as it names tenants.
    Spilled(SpilledEvents),
}

impl Retained {
    /// Works on each tenant's events, which come in time order, ties by source, position and order
    /// in the record. What is made of them comes in the order of the tenants' ids. With the first
    /// fault it stops: there may be millions to come.
    pub fn for_each_tenant<T, E>(
        &self,
        work: impl Fn(&TenantId, &[&ScopedEvent]) -> Result<T, E> + Sync,
    ) -> Result<Vec<T>, E>
    where
        T: Send,
        E: From<SpillError> + Send,
    {
        let stored = match self {
            Self::InMemory(held) => {
                let mut by_tenant = held.by_tenant(|_| true);
                by_tenant.par_sort_unstable_by_key(|(id, _)| *id);
                return each(&by_tenant, |(id, events)| work(id, events));
            }
            Self::Spilled(stored) => stored,
        };
        let mut done = stored.for_each_tenant(&work)?;
        done.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        Ok(done.into_iter().map(|(_, made)| made).collect())
    }

    /// Frees the memory on another thread: there may be millions of events.
    pub fn drop_in_background(self) {
        rayon::spawn(|| drop(self));
    }

    /// Works on the events that name no tenant, in time order.
    pub fn without_tenant<T: Send>(&self, work: impl Fn(&ScopedEvent) -> T + Sync) -> Result<Vec<T>, SpillError> {
        match self {
            Self::InMemory(held) => {
                let without_tenant = held.events().filter(|event| event.event.tenants.is_empty());
                Ok(without_tenant.map(work).collect())
            }
            Self::Spilled(stored) => stored.without_tenant(work),
        }
    }
}

/// Works on each, several at a time, and stops with the first fault. What is made is large, so it
/// is written where it stays: there is a place for each from the start, and `filter_map` takes the
/// faults out of the list without another.
fn each<O, T, E>(by_tenant: &[O], work: impl Fn(&O) -> Result<T, E> + Sync) -> Result<Vec<T>, E>
where
    O: Sync,
    T: Send,
    E: Send,
{
    let failed = AtomicBool::new(false);
    let one = |owner: &O| {
        if failed.load(Ordering::Relaxed) {
            return Err(None);
        }
        let made = work(owner);
        if made.is_err() {
            failed.store(true, Ordering::Relaxed);
        }
        made.map_err(Some)
    };
    let made: Vec<Result<T, Option<E>>> = by_tenant
        .par_iter()
        .with_max_len(MAX_TENANTS_PER_JOB)
        .map(one)
        .collect();
    if failed.into_inner() {
        let fault = made.into_iter().find_map(|made| made.err().flatten());
        return Err(fault.expect("it is there where it failed"));
    }
    Ok(made.into_iter().filter_map(Result::ok).collect())
}

/// Most tenants of one job: some have many more events than others, and the last thread decides the
/// time.
const MAX_TENANTS_PER_JOB: usize = 16;

/// Events in memory.
#[derive(Debug, Default)]
pub struct InMemory {
    events: ScopedEvents,
    /// Places of those that are kept, in time order.
    order: Vec<usize>,
}

/// The places of the kept events in time order, ties by source, position and order in the record.
pub(super) fn in_time_order(events: &[Box<ScopedEvent>], kept: &[bool]) -> Vec<usize> {
    let places = (0..events.len()).into_par_iter().filter(|&place| kept[place]);
    let moment = |place: usize| {
        let event = &events[place];
        (event.event.time, event.at.source, event.at.offset, event.part, place)
    };
    let mut order: Vec<_> = places.map(moment).collect();
    order.par_sort_unstable();
    order.into_iter().map(|(.., place)| place).collect()
}

/// An event of a tenant's: what stands for the tenant, the event's place among the kept, and both
/// themselves.
#[derive(Clone, Copy)]
struct Share<'h> {
    number: u64,
    at: usize,
    id: &'h TenantId,
    event: &'h ScopedEvent,
}

impl InMemory {
    /// Keeps those of these events that are marked.
    pub(super) fn new(events: ScopedEvents, kept: &[bool]) -> Self {
        let order = in_time_order(&events, kept);
        Self::in_order(events, order)
    }

    /// Keeps the events at these positions, which are in time order.
    pub(super) fn in_order(events: ScopedEvents, order: Vec<usize>) -> Self {
        Self { events, order }
    }

    /// Each once, in time order, ties by source, position and order in the record.
    pub fn events(&self) -> impl Iterator<Item = &ScopedEvent> + Clone {
        self.order.iter().map(|&place| &*self.events[place])
    }

    /// Each of these tenants and its events in time order; the tenants in no particular order.
    pub(super) fn by_tenant(&self, whose: impl Fn(u64) -> bool + Sync) -> Vec<(&TenantId, Vec<&ScopedEvent>)> {
        let shares = self.shares(whose);
        let each = shares.par_chunk_by(|a, b| a.number == b.number);
        each.flat_map_iter(split_by_tenant).collect()
    }

    /// Returns each tenant's events, each in time order.
    fn shares(&self, whose: impl Fn(u64) -> bool + Sync) -> Vec<Share<'_>> {
        let of = |(at, place): (usize, &usize)| {
            let event = &*self.events[*place];
            event.event.tenants.iter().map(move |tenant| Share {
                number: tenant_hash(&tenant.id),
                at,
                id: &tenant.id,
                event,
            })
        };
        let each = self.order.par_iter().enumerate().flat_map_iter(of);
        let mut shares: Vec<Share<'_>> = each.filter(|share| whose(share.number)).collect();
        shares.par_sort_unstable_by_key(|share| (share.number, share.at));
        shares
    }
}

/// Splits the events that share one hash of a tenant by tenant: one, unless ids were made to
/// collide.
fn split_by_tenant<'h>(shares: &[Share<'h>]) -> Vec<(&'h TenantId, Vec<&'h ScopedEvent>)> {
    let mut shares = Cow::Borrowed(shares);
    if shares.iter().any(|share| share.id != shares[0].id) {
        shares.to_mut().sort_by_key(|share| share.id);
    }
    let each = shares.chunk_by(|a, b| a.id == b.id);
    each.map(|own| (own[0].id, own.iter().map(|share| share.event).collect()))
        .collect()
}

/// Stands for a tenant where ids are compared often; of no consequence for the answer.
pub(super) fn tenant_hash(tenant: &TenantId) -> u64 {
    let mut number = DefaultHasher::new();
    tenant.0.hash(&mut number);
    number.finish()
}
