//! Spills events in scope that do not fit into memory to a temporary file while logs are read, and
//! reads them back part by part, each small enough.
//!
//! Events go to parts by their identity, so that copies and conflicts meet in one part and are
//! found there as in memory. Events that are kept go to parts by tenant. The order of writing does
//! not reach the answer: events that are read back are sorted.

mod row;
mod dedup;
mod store;
mod wire;

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use super::{Candidate, NearMiss, Refused, ScopedEvent, SourceTally};
use crate::{events::TenantRef, scope::PROVISIONAL};
use row::SpillRow;
use store::{Batch, SpillFile};

pub use dedup::SpilledEvents;
pub(super) use dedup::dedup;
pub use store::SpillError;

/// Memory unless the case or the command line states another amount: 1 GiB.
pub const MEMORY: u64 = 1 << 30;

/// A limit below this makes events go to the disk earlier, and nothing more: it is little beside
/// what the program takes for itself.
const MIN_BUDGET: u64 = 8 << 20;

/// Events of about so much memory are encoded at a time.
const BATCH_BYTES: u64 = 16 << 20;

/// Least fraction of the allowed memory at which a part of a source is spilled: smaller ones would
/// cut the file into too many pieces.
const MIN_SPILL_FRACTION: u64 = 64;

/// About the bytes that a stream takes until all files are written, without its coverage.
const STREAM_BYTES: u64 = 4 << 10;

/// Memory for events in scope, and the folder for the rest.
#[derive(Debug)]
pub struct Budget {
    memory: u64,
    folder: PathBuf,
    /// About the bytes of events in memory.
    held: AtomicU64,
    /// About the bytes of refused records.
    refused: AtomicU64,
    /// Bytes reserved for results that are computed from the events.
    reserved: AtomicU64,
    tickets: AtomicUsize,
    store: SpillFile,
    fault: Mutex<Option<SpillError>>,
    /// The position in the case for each provisional number of an actor, once reading is over.
    actors: OnceLock<Vec<usize>>,
}

/// A tally's part in a budget.
#[derive(Debug, Clone)]
pub(super) struct BudgetShare {
    budget: Arc<Budget>,
    /// Stands for the source as long as its number is not known.
    pub(super) ticket: usize,
    /// Numbers of events, refused records, near misses and link candidates that are counted in, and
    /// the weight of the events.
    events: usize,
    refused: usize,
    near: usize,
    candidates: usize,
    weight: u64,
}

impl Default for Budget {
    /// The usual memory, and the folder where the system keeps temporary files.
    fn default() -> Self {
        Self::new(MEMORY, std::env::temp_dir())
    }
}

impl Budget {
    /// Creates a budget of this many bytes. More goes to a file without a name in this folder.
    pub fn new(memory: u64, folder: PathBuf) -> Self {
        Self {
            memory,
            held: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            reserved: AtomicU64::new(0),
            tickets: AtomicUsize::new(0),
            store: SpillFile::new(folder.clone()),
            fault: Mutex::new(None),
            actors: OnceLock::new(),
            folder,
        }
    }

    /// Stands for one more source.
    pub fn ticket(&self) -> usize {
        self.tickets.fetch_add(1, Ordering::Relaxed)
    }

    /// Fixes the position in the case for each provisional number of an actor. Events that were put
    /// aside have the number.
    pub fn settle_actors(&self, positions: Vec<usize>) {
        // Reading ends once.
        let _ = self.actors.set(positions);
    }

    /// The position in the case of an event's agent, which may have a provisional number.
    pub fn agent(&self, number: usize) -> usize {
        let provisional = number.checked_sub(PROVISIONAL);
        let positions = provisional.zip(self.actors.get());
        positions.map_or(number, |(provisional, positions)| positions[provisional])
    }

    /// Returns why reading was stopped, if memory was the reason.
    pub fn fault(&self) -> Option<SpillError> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Whether reading was stopped for want of room.
    pub fn has_fault(&self) -> bool {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Reserves memory for a result that cannot be spilled. Returns an error if it does not fit,
    /// and then reserves nothing: otherwise another thread's smaller reservation could fail for it.
    pub fn reserve(&self, what: &'static str, bytes: u64) -> Result<(), SpillError> {
        let more = |reserved| self.allows(what, reserved + bytes).is_ok().then_some(reserved + bytes);
        let reserved = self.reserved.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        reserved
            .map(drop)
            .or_else(|reserved| self.allows(what, reserved + bytes))
    }

    fn allows(&self, what: &'static str, needed: u64) -> Result<(), SpillError> {
        let limit = self.memory.max(MIN_BUDGET);
        if needed <= limit {
            return Ok(());
        }
        Err(SpillError::Limit { what, needed, limit })
    }

    /// Returns the memory for events: one half; the other is for results computed from them.
    fn room(&self) -> u64 {
        self.memory / 2
    }

    /// Hands on every event of these tallies that was put aside.
    pub(crate) fn each_spilled(
        &self,
        tallies: &[&SourceTally],
        with: impl FnMut(ScopedEvent),
    ) -> Result<(), SpillError> {
        dedup::each_spilled(self, tallies, with)
    }

    fn spill(&self, ticket: usize, events: &[Box<ScopedEvent>]) -> Result<(), SpillError> {
        let mut batch = Batch::default();
        // The events of one record stand beside each other.
        for record in events.chunk_by(|a, b| a.at == b.at) {
            for event in record {
                batch.push(
                    dedup::part_of(event),
                    &SpillRow::new(event, ticket, record.len() == 1),
                    weight(event),
                );
            }
            if batch.weight() > BATCH_BYTES {
                self.store.put(std::mem::take(&mut batch))?;
            }
        }
        self.store.put(batch)
    }
}

impl BudgetShare {
    pub(super) fn new(budget: Arc<Budget>, ticket: usize) -> Self {
        Self {
            budget,
            ticket,
            events: 0,
            refused: 0,
            near: 0,
            candidates: 0,
            weight: 0,
        }
    }

    /// Two parts of one source.
    pub(super) fn merge(&mut self, other: &Self) {
        self.events += other.events;
        self.refused += other.refused;
        self.near += other.near;
        self.candidates += other.candidates;
        self.weight += other.weight;
    }

    /// Accounts for what is new.
    fn weigh(
        &mut self,
        in_scope: &[Box<ScopedEvent>],
        refused: &[Refused],
        near: &[NearMiss],
        candidates: &[Candidate],
    ) -> Result<u64, SpillError> {
        let more = candidates[self.candidates..].iter();
        let more: u64 = more.map(|candidate| weight(&candidate.event)).sum();
        self.candidates = candidates.len();
        self.budget
            .reserve("records by others that tie to what an agent set in motion", more)?;
        let more: u64 = near[self.near..].iter().map(NearMiss::weight).sum();
        self.near = near.len();
        self.budget.reserve(
            "records by others that name a listed identity, each of which is told,",
            more,
        )?;
        let new: u64 = in_scope[self.events..].iter().map(|event| weight_shared(event)).sum();
        (self.events, self.weight) = (in_scope.len(), self.weight + new);
        let more: u64 = refused[self.refused..].iter().map(weight_refused).sum();
        self.refused = refused.len();
        let refused = self.budget.refused.fetch_add(more, Ordering::Relaxed) + more;
        // Each is written to several files.
        self.budget.allows(
            "records that could not be read as events, each of which is told,",
            2 * refused,
        )?;
        Ok(self.budget.held.fetch_add(new, Ordering::Relaxed) + new)
    }
}

impl SourceTally {
    /// Spills if all tallies together hold too much. `done` states that nothing more is added to
    /// this one.
    pub fn spill_if_needed(&mut self, done: bool) -> Result<(), OverBudget> {
        let stream = if done { STREAM_BYTES + self.coverage.weight() } else { 0 };
        self.make_room(done, stream)
    }

    /// Makes room after a part of a source that is done.
    pub(super) fn spill_part(&mut self) -> Result<(), OverBudget> {
        self.make_room(true, 0)
    }

    fn make_room(&mut self, done: bool, stream: u64) -> Result<(), OverBudget> {
        let Some(account) = &mut self.account else {
            return Ok(());
        };
        let told = account
            .budget
            .reserve("logs and members of archives, each of which is told,", stream);
        let held =
            told.and_then(|()| account.weigh(&self.in_scope, &self.refused, &self.near, &self.chased.candidates));
        let (room, weight) = (account.budget.room(), account.weight);
        let spilled = held.and_then(|held| {
            let due = if done {
                held > room / 2
            } else {
                held > room && weight >= room / MIN_SPILL_FRACTION
            };
            if due && weight > 0 { self.spill() } else { Ok(()) }
        });
        spilled.map_err(|fault| self.stop(fault))
    }

    fn spill(&mut self) -> Result<(), SpillError> {
        let Some(account) = &mut self.account else {
            return Ok(());
        };
        account.budget.spill(account.ticket, &self.in_scope)?;
        account.budget.held.fetch_sub(account.weight, Ordering::Relaxed);
        (account.events, account.weight) = (0, 0);
        self.in_scope = Vec::new();
        Ok(())
    }

    /// The first fault is reported; the others follow from it.
    fn stop(&self, fault: SpillError) -> OverBudget {
        if let Some(account) = &self.account {
            let mut first = account.budget.fault.lock().unwrap_or_else(PoisonError::into_inner);
            first.get_or_insert(fault);
        }
        OverBudget
    }
}

/// Reading has to stop; the budget knows why.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("there is no room for what is in scope")]
pub struct OverBudget;

/// About how many bytes of memory an event takes.
fn weight(scoped: &ScopedEvent) -> u64 {
    weight_naming(scoped, scoped.event.tenants.iter())
}

/// Returns the weight as if the event named these tenants.
fn weight_naming<'t>(scoped: &ScopedEvent, tenants: impl Iterator<Item = &'t TenantRef>) -> u64 {
    let tenant = |tenant: &TenantRef| size_of_val(tenant) + text(&tenant.id.0) + tenant.name.as_deref().map_or(0, text);
    let event = &scoped.event;
    let texts = size_of_val(event.targets.as_slice()) + event.texts().map(text).sum::<usize>();
    let link = scoped
        .link
        .as_ref()
        .map_or(0, |link| size_of_val(&**link) + text(&link.rule));
    let search = scoped.search.as_ref().map_or(0, |search| {
        let texts = search
            .by
            .iter()
            .chain(&search.keys)
            .map(|own| size_of_val(own) + text(own));
        size_of_val(&**search) + texts.sum::<usize>()
    });
    let itself = link + search + size_of_val(scoped) + text(&scoped.time_original) + texts;
    (itself + tenants.map(tenant).sum::<usize>()) as u64
}

/// Returns the weight of an event that stays in memory, where each tenant that it names has a copy.
fn weight_shared(scoped: &ScopedEvent) -> u64 {
    let further = scoped.event.tenants.len().saturating_sub(1) as u64;
    weight(scoped) + further * weight_naming(scoped, std::iter::empty())
}

fn weight_refused(refused: &Refused) -> u64 {
    let terms = refused
        .terms
        .iter()
        .map(|term| size_of_val(term) + text(term))
        .sum::<usize>();
    let names = size_of_val(refused.names.as_slice()) + terms;
    (size_of_val(refused) + text(&refused.refusal.detail) + text(&refused.excerpt) + names) as u64
}

/// Returns the bytes of a text, with what the allocator adds.
fn text(text: &str) -> usize {
    if text.is_empty() { 0 } else { text.len() + 16 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_without_a_place_names_it_and_one_with_has_no_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut batch = Batch::default();
        batch.push(3, &"a customer's", 1);
        let store = SpillFile::new(folder.path().to_owned());
        store.put(batch).expect("room");
        let names = || std::fs::read_dir(folder.path()).expect("a folder").count();
        // Elsewhere the system deletes it when it is closed.
        assert!(cfg!(not(unix)) || names() == 0, "somebody could open it");
        let mut found = String::new();
        let read = |bytes: &[u8]| postcard::from_bytes(bytes).map(|text| found = text);
        store.each_piece(3, read).expect("it was put there");
        assert_eq!(found, "a customer's");
        let mut batch = Batch::default();
        batch.push(0, &0, 1);
        let nowhere = folder.path().join("none");
        let fault = SpillFile::new(nowhere.clone()).put(batch).expect_err("no folder");
        assert!(fault.to_string().contains(&nowhere.display().to_string()), "{fault}");
    }

    #[test]
    fn what_is_claimed_adds_up_and_a_limit_is_told() {
        let budget = Budget::new(MIN_BUDGET, std::env::temp_dir());
        budget.reserve("names", MIN_BUDGET - 1).expect("room");
        let fault = budget
            .reserve("mentions", 2)
            .expect_err("one byte too many")
            .to_string();
        assert!(
            fault.contains("mentions") && fault.contains("8.0 MiB") && fault.contains("--memory"),
            "{fault}"
        );
        budget.reserve("figures", 1).expect("the one without room took none");
        budget.reserve("figures", 1).expect_err("now there is none");
    }
}
