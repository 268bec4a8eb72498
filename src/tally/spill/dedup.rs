//! Deduplicates spilled events part by part, and writes those that are kept to another file, by
//! tenant.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use rayon::prelude::*;

use super::{
    BATCH_BYTES, Budget, MIN_BUDGET, SourceTally,
    row::SpillRow,
    store::{Batch, PARTS, SpillError, SpillFile},
    weight_naming,
};
use crate::{
    case::TenantId,
    events::TenantRef,
    records::Locator,
    tally::{
        Counting, RecordFate, ScopedEvent, ScopedEvents,
        dedup::{Classified, DedupState, classify, in_order},
        retained::{InMemory, tenant_hash},
    },
};

/// Part for events without a tenant.
const WITHOUT_TENANT: usize = PARTS;

/// Bytes in memory for the result of one event of a record that has several.
const FATE: u64 = 48;

/// Kept events in a temporary file, by tenant.
#[derive(Debug)]
pub struct SpilledEvents {
    shares: SpillFile,
    memory: u64,
}

/// Returns the part for an event, by its identity. The kind of log is left out: it is compared
/// within the part.
pub(super) fn part_of(event: &ScopedEvent) -> usize {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut name = DefaultHasher::new();
    match &event.event.event_id {
        Some(id) => id.hash(&mut name),
        None => event.record_sha256.hash(&mut name),
    }
    place(name.finish())
}

fn place(number: u64) -> usize {
    usize::try_from(number % PARTS as u64).expect("a few hundred")
}

/// Settles what the budget's file holds together with what the tallies still do. None if the file
/// holds nothing.
pub(in crate::tally) fn dedup(
    tallies: &mut [SourceTally],
    kinds: &[usize],
    counting: Counting<'_>,
    budget: &Budget,
) -> Result<Option<(SpilledEvents, DedupState)>, SpillError> {
    if budget.store.is_empty() {
        return Ok(None);
    }
    let mut sources = BTreeMap::new();
    for (number, tally) in tallies.iter_mut().enumerate() {
        sources.extend(tally.account.as_ref().map(|account| (account.ticket, number)));
        tally.spill()?;
    }
    let to = Stores::new(budget);
    let what = "events in scope that have the same event id, or are copies of each other,";
    let settled = |part| {
        let mut rows = load(&budget.store, part, &|ticket| sources.get(&ticket).copied())?;
        rows.settle_actors(budget);
        to.dedup(rows, kinds, counting)
    };
    let merge = |all: DedupState, more| all.merge(more, budget);
    let all = each_part(
        &budget.store,
        PARTS,
        budget.memory,
        what,
        settled,
        DedupState::default(),
        merge,
    )?;
    let what = "records in scope that hold several events";
    let several = |part| records(&to.fates, part);
    let mut all = each_part(&to.fates, PARTS, budget.memory, what, several, all, merge)?;
    in_order(&mut all.conflicts);
    let shares = SpilledEvents {
        shares: to.shares,
        memory: budget.memory,
    };
    Ok(Some((shares, all)))
}

/// Hands on every event of these tallies that the budget's file holds, and leaves it there.
pub(super) fn each_spilled(
    budget: &Budget,
    tallies: &[&SourceTally],
    mut with: impl FnMut(ScopedEvent),
) -> Result<(), SpillError> {
    if budget.store.is_empty() {
        return Ok(());
    }
    let numbered = tallies.iter().enumerate();
    let sources: BTreeMap<usize, usize> = numbered
        .filter_map(|(number, tally)| Some((tally.account.as_ref()?.ticket, number)))
        .collect();
    for part in 0..PARTS {
        let mut rows = load(&budget.store, part, &|ticket| sources.get(&ticket).copied())?;
        rows.settle_actors(budget);
        rows.events.into_iter().for_each(|event| with(*event));
    }
    Ok(())
}

/// Store of deduplicated events, and of records that hold several.
struct Stores {
    shares: SpillFile,
    fates: SpillFile,
}

impl Stores {
    fn new(budget: &Budget) -> Self {
        Self {
            shares: SpillFile::new(budget.folder.clone()),
            fates: SpillFile::new(budget.folder.clone()),
        }
    }

    fn dedup(&self, rows: LoadedPart, kinds: &[usize], counting: Counting<'_>) -> Result<DedupState, SpillError> {
        let LoadedPart { mut events, alone } = rows;
        let Classified {
            kept,
            conflicts,
            shared,
        } = classify(&mut events, kinds);
        let mut done = DedupState {
            conflicts,
            shared,
            ..DedupState::default()
        };
        let (mut shares, mut fates) = (Batch::default(), Batch::default());
        for ((event, alone), kept) in events.iter().zip(alone).zip(kept) {
            let fate = RecordFate::of(event, kept);
            if alone {
                done.record(event.at.source, fate);
            } else {
                let Locator { source, offset, .. } = event.at;
                let part = place(offset ^ (source as u64) << 48);
                fates.push(part, &(source, offset, fate), FATE);
            }
            if kept {
                done.totals.absorb(event, counting);
                share(&mut shares, event);
            }
            // One event of thousands of customers goes to hundreds of parts.
            if shares.weight() > BATCH_BYTES {
                self.shares.put(std::mem::take(&mut shares))?;
            }
        }
        self.shares.put(shares)?;
        self.fates.put(fates)?;
        Ok(done)
    }
}

/// Once to each part that has one of its tenants, with those of that part: an event may name a
/// million.
fn share(shares: &mut Batch, event: &ScopedEvent) {
    let tenants = &event.event.tenants;
    let mut push = |part: usize, own: &[&TenantRef]| {
        let row = SpillRow::naming(event, own, event.at.source, true);
        shares.push(part, &row, weight_naming(event, own.iter().copied()));
    };
    let mut parts: Vec<_> = tenants
        .iter()
        .map(|tenant| (place(tenant_hash(&tenant.id)), tenant))
        .collect();
    if parts.is_empty() {
        push(WITHOUT_TENANT, &[]);
    }
    parts.sort_unstable();
    for own in parts.chunk_by(|a, b| a.0 == b.0) {
        let part = own[0].0;
        let mut own: Vec<_> = own.iter().map(|(_, tenant)| *tenant).collect();
        // An event of several tenants names another one, so that it is recognized as shared: one of
        // the others stays in it.
        let other = tenants.iter().find(|other| own.len() == 1 && other.id != own[0].id);
        own.extend(other);
        own.sort_unstable();
        push(part, &own);
    }
}

/// The ends of the records whose events' fates are in this part.
fn records(fates: &SpillFile, part: usize) -> Result<DedupState, SpillError> {
    let mut all: Vec<(usize, u64, RecordFate)> = Vec::new();
    fates.each_piece(part, |mut bytes| {
        while !bytes.is_empty() {
            let (fate, rest) = postcard::take_from_bytes(bytes)?;
            all.push(fate);
            bytes = rest;
        }
        Ok(())
    })?;
    all.sort_unstable();
    let mut done = DedupState::default();
    for record in all.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let fates = record.iter().map(|(_, _, fate)| *fate);
        done.record(record[0].0, fates.fold(RecordFate::default(), RecordFate::and));
    }
    Ok(done)
}

impl SpilledEvents {
    /// Calls a function with each tenant's events, in no particular order of tenants.
    pub(in crate::tally) fn for_each_tenant<T, E>(
        &self,
        work: &(impl Fn(&TenantId, &[&ScopedEvent]) -> Result<T, E> + Sync),
    ) -> Result<Vec<(TenantId, T)>, E>
    where
        T: Send,
        E: From<SpillError> + Send,
    {
        let what = "events of one customer, whose report is made of all of them,";
        let shares = |part| {
            let held = self.held(part)?;
            let by_tenant = held.by_tenant(|tenant| place(tenant) == part);
            let made = by_tenant
                .par_iter()
                .map(|(id, events)| Ok(((*id).clone(), work(id, events)?)));
            made.collect::<Result<Vec<_>, E>>()
        };
        let all = |mut all: Vec<_>, more| {
            all.extend(more);
            Ok(all)
        };
        each_part(&self.shares, PARTS, self.memory, what, shares, Vec::new(), all)
    }

    /// Calls a function with each event without a tenant, in time order.
    pub(in crate::tally) fn without_tenant<T: Send>(
        &self,
        work: impl Fn(&ScopedEvent) -> T + Sync,
    ) -> Result<Vec<T>, SpillError> {
        let needed = self.shares.weights().get(WITHOUT_TENANT).copied().unwrap_or_default();
        within(
            needed,
            self.memory,
            "events that name no customer, which go into one file,",
        )?;
        Ok(self.held(WITHOUT_TENANT)?.events().map(work).collect())
    }

    fn held(&self, part: usize) -> Result<InMemory, SpillError> {
        let LoadedPart { events, .. } = load(&self.shares, part, &Some)?;
        let kept = vec![true; events.len()];
        Ok(InMemory::new(events, &kept))
    }
}

/// The events of a part, and whether each is alone in its record.
struct LoadedPart {
    events: ScopedEvents,
    alone: Vec<bool>,
}

impl LoadedPart {
    /// Puts events down to their agents' positions in the case.
    fn settle_actors(&mut self, budget: &Budget) {
        self.events
            .iter_mut()
            .for_each(|event| event.agent = budget.agent(event.agent));
    }
}

/// The events of a part. Those of no source belong to a stream that was left out of the answer.
fn load(store: &SpillFile, part: usize, source: &impl Fn(usize) -> Option<usize>) -> Result<LoadedPart, SpillError> {
    let count = store.count(part);
    // Room that is taken at once comes back at once: what grows step by step leaves holes.
    let (mut events, mut alone) = (Vec::with_capacity(count), Vec::with_capacity(count));
    let mut labels = BTreeSet::<Arc<str>>::new();
    store.each_piece(part, |mut bytes| {
        while !bytes.is_empty() {
            let (row, rest) = postcard::take_from_bytes::<SpillRow<'_>>(bytes)?;
            bytes = rest;
            let single = row.alone;
            let mut event = row.event(&mut labels).ok_or(postcard::Error::DeserializeBadEncoding)?;
            if let Some(number) = source(event.at.source) {
                event.at.source = number;
                events.push(Box::new(event));
                alone.push(single);
            }
        }
        Ok(())
    })?;
    Ok(LoadedPart { events, alone })
}

/// Works on every part, on as many at a time as there is room for, and puts together what is made
/// of them.
fn each_part<T: Send, A, E: From<SpillError> + Send>(
    store: &SpillFile,
    parts: usize,
    memory: u64,
    what: &'static str,
    work: impl Fn(usize) -> Result<T, E> + Sync,
    mut done: A,
    and: impl Fn(A, T) -> Result<A, E>,
) -> Result<A, E> {
    let weights: Vec<_> = store.weights().into_iter().take(parts).enumerate().collect();
    let mut rest = &weights[..];
    while !rest.is_empty() {
        let (now, later) = rest.split_at(fitting(rest, memory.max(MIN_BUDGET) / 2));
        for (_, weight) in now {
            within(*weight, memory, what)?;
        }
        // A thread that waits for a share of its part's work begins another part meanwhile, so all
        // of them must fit.
        let made: Result<Vec<_>, _> = now.par_iter().map(|(part, _)| work(*part)).collect();
        done = made?.into_iter().try_fold(done, &and)?;
        rest = later;
    }
    Ok(done)
}

/// Returns the number of parts that fit into `room`, from the first on; at least one.
fn fitting(parts: &[(usize, u64)], room: u64) -> usize {
    let mut total = 0;
    let fits = parts.iter().take_while(|(_, weight)| {
        total += weight;
        total <= room
    });
    fits.count().max(1)
}

fn within(needed: u64, memory: u64, what: &'static str) -> Result<(), SpillError> {
    let limit = memory.max(MIN_BUDGET);
    if needed <= limit {
        return Ok(());
    }
    Err(SpillError::Limit { what, needed, limit })
}
