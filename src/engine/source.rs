//! One stream of a source, by all threads. Each thread's part folds into a tally of its own; no
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
    judge::{Form, Judge},
    looks::Looked,
    tickets::{Served, Tickets},
};
use crate::{
    case::InputText,
    events::Profile,
    records::{Block, Blocks, Chunk, Cuts, End},
    scope::{ActorNames, Actors, Census, ScopeSet, TieFilter},
    sources::{Input, RandomAccessFile, Source, SourceSet, Stream},
    tally::{Budget, SourceTally},
};

/// What reading one stream brought.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Found {
    pub(super) framing: String,
    /// What its end gives away.
    pub(super) end: End,
    /// Of its first records.
    pub(super) looked: Looked,
    pub(super) tally: SourceTally,
}

impl Found {
    /// Adds what the next part of the same stream brought.
    pub(super) fn and(mut self, next: Self) -> Self {
        let Self {
            framing: _,
            end: End { cut, said, head },
            looked: _,
            tally,
        } = next;
        // The last record says what it says, wherever it lies.
        if tally.read > 0 {
            self.end.said = said;
        }
        self.end.cut = cut;
        self.end.head += head;
        self.tally = self.tally.merge(tally);
        self
    }
}

/// Reads a stream, the rest of it out of order where it is such a file. `looks`: how many of its
/// first records are examined for paths that lead nowhere.
pub(super) fn tally(
    plan: &Plan,
    profile: &Profile,
    budget: &Arc<Budget>,
    pool: &Pool,
    (stream, text): (&mut Stream<'_>, &InputText),
    (file, looks): (Option<&RandomAccessFile<'_>>, u64),
    chase: Option<&Chase>,
) -> io::Result<Found> {
    let blocks = Blocks::open_as(stream, &profile.wrapper, &profile.column_names(), text)?;
    tally_blocks(plan, profile, budget, pool, blocks, (file, looks), chase)
}

/// Reads a stream whose beginning is known.
pub(super) fn tally_blocks(
    plan: &Plan,
    profile: &Profile,
    budget: &Arc<Budget>,
    pool: &Pool,
    mut blocks: Blocks<impl io::Read + Send>,
    (file, looks): (Option<&RandomAccessFile<'_>>, u64),
    chase: Option<&Chase>,
) -> io::Result<Found> {
    let framing = blocks.framing().clone();
    let form = Form::new(profile, &framing);
    let ticket = budget.ticket();
    let share = || Share {
        judge: Judge::new(profile, &plan.scopes, &form, pool.take(&plan.scopes), chase).searching(plan.search.as_ref()),
        tally: SourceTally::within(plan.coverage.clone(), budget, ticket),
        pool,
    };
    // A source of one block stays on its thread. Sharing it would bring nothing, and a thread that
    // waits for its share begins another source meanwhile: of thousands of small files, that many
    // would be open at once.
    let first: Vec<_> = blocks.by_ref().take(2).collect::<Result<_, _>>()?;
    let looked = first.first().map_or_else(Looked::default, |block| {
        Looked::at((profile, &plan.scopes), (&form, &framing), block, looks)
    });
    let (mut tally, end) = if first.len() < 2 {
        let tally = first.into_iter().map(Ok).try_fold(share(), Share::with)?.done();
        (tally, blocks.end())
    } else {
        shared(plan, first, blocks, file, share)?
    };
    tally.spill_if_needed(true).map_err(io::Error::other)?;
    Ok(Found {
        framing: framing.to_string(),
        end,
        looked,
        tally,
    })
}

/// All threads take the blocks as they come.
fn shared<'p>(
    plan: &Plan,
    first: Vec<Block>,
    rest: Blocks<impl io::Read + Send>,
    file: Option<&RandomAccessFile<'_>>,
    share: impl Fn() -> Share<'p> + Send + Sync,
) -> io::Result<(SourceTally, End)> {
    let first = first.into_iter().map(Ok).collect();
    let (mut reads, mut cuts) = rest.split();
    let nothing = || SourceTally::new(plan.coverage.clone());
    if let Some(pieces) = file.and_then(|file| reads.pieces(file, cuts.given())) {
        let scout = cuts.scout();
        let read = |number| pieces.read(number);
        let meanwhile = |chunk: io::Result<Chunk>| chunk.map(|chunk| scout.over(chunk));
        let serve = |chunk: io::Result<Chunk>| served(&mut cuts, pieces.count(chunk));
        let tickets = Tickets::new(first, read, meanwhile, serve);
        let tally = by_all(&tickets, share, nothing)?;
        drop(tickets);
        return Ok((tally, cuts.end()));
    }
    let serve = |()| match reads.next() {
        Some(chunk) => served(&mut cuts, chunk),
        None => Served {
            block: None,
            last: true,
        },
    };
    let tally = by_all(&Tickets::new(first, |_| (), |()| (), serve), share, nothing)?;
    Ok((tally, cuts.end()))
}

fn served(cuts: &mut Cuts, chunk: io::Result<Chunk>) -> Served<io::Result<Block>> {
    let last = chunk.as_ref().is_ok_and(Chunk::is_last);
    let block = chunk.and_then(|chunk| cuts.cut(chunk)).transpose();
    // Behind a fault the place in the source is lost.
    let last = last || matches!(block, Some(Err(_)));
    Served { block, last }
}

/// Each thread judges what comes next, and folds what it found into what it has.
fn by_all<'p, T>(
    tickets: &Tickets<
        impl Fn(u64) -> T + Sync,
        impl Fn(T) -> T + Sync,
        impl FnMut(T) -> Served<io::Result<Block>> + Send,
        io::Result<Block>,
    >,
    share: impl Fn() -> Share<'p> + Send + Sync,
    nothing: impl Fn() -> SourceTally + Send + Sync,
) -> io::Result<SourceTally> {
    let judge = |_| {
        let judged = iter::from_fn(|| tickets.next()).try_fold(share(), Share::with);
        judged.map(Share::done).inspect_err(|_| tickets.end())
    };
    let each = (0..rayon::current_num_threads()).into_par_iter().with_max_len(1);
    each.map(judge).try_reduce(nothing, |one, other| Ok(one.merge(other)))
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
    /// Where values that may tie are wanted, the size of the logs.
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

    /// Returns the names that all of them saw.
    pub(super) fn names(self, scopes: &ScopeSet) -> ActorNames {
        let all = self.free.into_inner().unwrap_or_else(PoisonError::into_inner);
        ActorNames::of(scopes.identities(), all)
    }

    /// Returns what all of them saw, and the values that may tie.
    pub(super) fn actors(self, scopes: &ScopeSet) -> (Actors, Vec<TieFilter>) {
        let mut all = self.free.into_inner().unwrap_or_else(PoisonError::into_inner);
        let ties = all.iter_mut().map(|census| mem::take(&mut census.ties)).collect();
        (Actors::of(scopes.identities(), all), ties)
    }
}

/// What one thread has of a source: how it reads it, and what it found.
struct Share<'p> {
    judge: Judge<'p>,
    tally: SourceTally,
    pool: &'p Pool,
}

impl Share<'_> {
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
