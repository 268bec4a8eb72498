//! Reads one stream of a source with all threads. Each thread folds into a tally of its own, so no
//! lock guards a result.

use std::{
    ffi::OsStr,
    io, iter, mem,
    sync::{Arc, Mutex, PoisonError},
};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    Plan,
    follow::Chase,
    judge::Judge,
    ordered_work::{OrderedStep, OrderedWork},
    path_check::PathCheck,
    record_format::RecordFormat,
};
use crate::{
    case::InputText,
    events::Profile,
    records::{Block, Blocks, Chunk, Cuts, End},
    scope::{ActorNames, Actors, Census, ScopeSet, TieFilter},
    sources::{Input, RandomAccessFile, Source, SourceSet, Stream},
    tally::{Budget, SourceTally},
};

/// Result of reading one stream.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StreamResult {
    pub(super) framing: String,
    /// Facts known from the end of the stream.
    pub(super) end: End,
    /// Result for its first records.
    pub(super) looked: PathCheck,
    pub(super) tally: SourceTally,
}

impl StreamResult {
    /// Adds the result of the next part of the same stream.
    pub(super) fn and(mut self, next: Self) -> Self {
        let Self {
            framing: _,
            end: End { cut, said, head },
            looked: _,
            tally,
        } = next;
        // The statement in the last record counts, wherever that record lies.
        if tally.read > 0 {
            self.end.said = said;
        }
        self.end.cut = cut;
        self.end.head += head;
        self.tally = self.tally.merge(tally);
        self
    }
}

/// Reads a stream; if it is a plain file, its blocks in any order. `examined` is the number of
/// first records in which mapped paths are checked.
pub(super) fn tally(
    plan: &Plan,
    profile: &Profile,
    budget: &Arc<Budget>,
    pool: &Pool,
    (stream, text): (&mut Stream<'_>, &InputText),
    (file, examined): (Option<&RandomAccessFile<'_>>, u64),
    chase: Option<&Chase>,
) -> io::Result<StreamResult> {
    let blocks = Blocks::open_as(stream, &profile.layout(), text)?;
    tally_blocks(plan, profile, budget, pool, blocks, (file, examined), chase)
}

/// Reads a stream whose framing is known.
pub(super) fn tally_blocks(
    plan: &Plan,
    profile: &Profile,
    budget: &Arc<Budget>,
    pool: &Pool,
    mut blocks: Blocks<impl io::Read + Send>,
    (file, examined): (Option<&RandomAccessFile<'_>>, u64),
    chase: Option<&Chase>,
) -> io::Result<StreamResult> {
    let framing = blocks.framing().clone();
    let form = RecordFormat::new(profile, &framing);
    let ticket = budget.ticket();
    let worker = || Worker {
        judge: Judge::new(profile, &plan.scopes, &form, pool.take(&plan.scopes), chase).searching(plan.search.as_ref()),
        tally: SourceTally::within(plan.coverage.clone(), budget, ticket),
        pool,
    };
    // A source of one block stays on its thread. Distributing it would gain nothing, and a thread
    // that waits for its part would begin another source: of thousands of small files, too many
    // would be open at once.
    let first: Vec<_> = blocks.by_ref().take(2).collect::<Result<_, _>>()?;
    let looked = first.first().map_or_else(PathCheck::default, |block| {
        PathCheck::at((profile, &plan.scopes), (&form, &framing), block, examined)
    });
    let (mut tally, end) = if first.len() < 2 {
        let tally = first.into_iter().map(Ok).try_fold(worker(), Worker::with)?.done();
        (tally, blocks.end())
    } else {
        tally_on_all_threads(plan, first, blocks, file, worker)?
    };
    tally.spill_if_needed(true).map_err(io::Error::other)?;
    Ok(StreamResult {
        framing: framing.to_string(),
        end,
        looked,
        tally,
    })
}

/// Reads the remaining blocks with all threads.
fn tally_on_all_threads<'p>(
    plan: &Plan,
    first: Vec<Block>,
    rest: Blocks<impl io::Read + Send>,
    file: Option<&RandomAccessFile<'_>>,
    worker: impl Fn() -> Worker<'p> + Send + Sync,
) -> io::Result<(SourceTally, End)> {
    let first = first.into_iter().map(Ok).collect();
    let (mut reads, mut cuts) = rest.split();
    let empty = || SourceTally::new(plan.coverage.clone());
    if let Some(pieces) = file.and_then(|file| reads.pieces(file, cuts.given())) {
        let speculation = cuts.scout();
        let read = |number| pieces.read(number);
        let speculate = |chunk: io::Result<Chunk>| chunk.map(|chunk| speculation.over(chunk));
        let step_of = |chunk: io::Result<Chunk>| step(&mut cuts, pieces.count(chunk));
        let work = OrderedWork::new(first, read, speculate, step_of);
        let tally = fold_on_all_threads(&work, worker, empty)?;
        drop(work);
        return Ok((tally, cuts.end()));
    }
    let step_of = |()| match reads.next() {
        Some(chunk) => step(&mut cuts, chunk),
        None => OrderedStep {
            block: None,
            last: true,
        },
    };
    let tally = fold_on_all_threads(&OrderedWork::new(first, |_| (), |()| (), step_of), worker, empty)?;
    Ok((tally, cuts.end()))
}

fn step(cuts: &mut Cuts, chunk: io::Result<Chunk>) -> OrderedStep<io::Result<Block>> {
    let last = chunk.as_ref().is_ok_and(Chunk::is_last);
    let block = chunk.and_then(|chunk| cuts.cut(chunk)).transpose();
    // After a fault the position in the source is unknown.
    let last = last || matches!(block, Some(Err(_)));
    OrderedStep { block, last }
}

/// Folds the blocks on all threads, each into its own tally, and merges the tallies.
fn fold_on_all_threads<'p, T>(
    work: &OrderedWork<
        impl Fn(u64) -> T + Sync,
        impl Fn(T) -> T + Sync,
        impl FnMut(T) -> OrderedStep<io::Result<Block>> + Send,
        io::Result<Block>,
    >,
    worker: impl Fn() -> Worker<'p> + Send + Sync,
    empty: impl Fn() -> SourceTally + Send + Sync,
) -> io::Result<SourceTally> {
    let judge = |_| {
        let judged = iter::from_fn(|| work.next()).try_fold(worker(), Worker::with);
        judged.map(Worker::done).inspect_err(|_| work.end())
    };
    let each = (0..rayon::current_num_threads()).into_par_iter().with_max_len(1);
    each.map(judge).try_reduce(empty, |one, other| Ok(one.merge(other)))
}

/// Estimates the bytes of text in a source by its size and the ending of its name.
fn text_bytes(source: &Source) -> u64 {
    if source.input == Input::Standard {
        return u64::MAX;
    }
    let packed = ["gz", "zst", "bz2", "xz", "zip", "tgz"];
    let ending = source.path.extension().and_then(OsStr::to_str);
    if ending.is_some_and(|ending| packed.contains(&ending)) {
        source.bytes.saturating_mul(PACKED)
    } else {
        source.bytes
    }
}

/// Ratio of a log's size to its packed size: gzip makes the logs of benches/peers 12 times smaller.
const PACKED: u64 = 12;

/// Censuses that no thread works with: one is made for each thread, and not for each source.
#[derive(Debug, Default)]
pub(super) struct Pool {
    free: Mutex<Vec<Census>>,
    /// Size of the logs, if values that may tie are wanted.
    logs: Option<u64>,
}

impl Pool {
    /// Creates a pool whose censuses keep the values that may tie, too.
    pub(super) fn with_ties(sources: &SourceSet) -> Self {
        Self {
            free: Mutex::default(),
            logs: Some(sources.sources.iter().map(text_bytes).fold(0, u64::saturating_add)),
        }
    }

    fn take(&self, scopes: &ScopeSet) -> Census {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        free.unwrap_or_else(|| {
            let ties = self.logs.map(TieFilter::for_logs);
            Census::with_ties(scopes.identities(), ties.unwrap_or_default())
        })
    }

    fn give(&self, census: Census) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(census);
    }

    /// Returns the names in all censuses.
    pub(super) fn names(self, scopes: &ScopeSet) -> ActorNames {
        let all = self.free.into_inner().unwrap_or_else(PoisonError::into_inner);
        ActorNames::of(scopes.identities(), all)
    }

    /// Returns the actors in all censuses, and the values that may tie.
    pub(super) fn actors(self, scopes: &ScopeSet) -> (Actors, Vec<TieFilter>) {
        let mut all = self.free.into_inner().unwrap_or_else(PoisonError::into_inner);
        let ties = all.iter_mut().map(|census| mem::take(&mut census.ties)).collect();
        (Actors::of(scopes.identities(), all), ties)
    }
}

/// State of one thread for a source: how it reads, and its tally.
struct Worker<'p> {
    judge: Judge<'p>,
    tally: SourceTally,
    pool: &'p Pool,
}

impl Worker<'_> {
    fn done(mut self) -> SourceTally {
        self.tally.hits |= self.judge.hits();
        self.pool.give(self.judge.into_census());
        self.tally
    }

    fn with(mut self, block: io::Result<Block>) -> io::Result<Self> {
        self.judge.block(&block?, &mut self.tally);
        self.tally.spill_if_needed(false).map_err(io::Error::other)?;
        Ok(self)
    }
}
