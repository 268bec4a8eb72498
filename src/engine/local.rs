//! All cores of this machine. The only place that knows of rayon, beside the plan.
//!
//! Sources run side by side, and a large source is worked on by all threads, which take turns at unpacking and hashing
//! its next block, and at finding the records in it. Each thread's part folds into a tally of its own; no lock guards a result.

use std::{io, iter, num::NonZeroUsize, sync::Arc};

use rayon::{ThreadPoolBuilder, prelude::*};

use super::{
    Engine, EngineError, Plan,
    judge::{Form, Judge},
    tickets::{Cut, Tickets},
    turns::Turns,
};
use crate::{
    events::Profile,
    findings::{Scan, Scanned},
    progress::Progress,
    records::{Block, Blocks, Chunk},
    sources::{self, Anywhere, Contents, Part, Source, Stream},
    tenants::{Budget, SourceTally},
};

/// This machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Local {
    /// How many threads; none means one for each core.
    pub threads: Option<NonZeroUsize>,
}

/// As much as the program's first thread has: templates of a case may be nested as deeply here as there.
const STACK: usize = 8 << 20;

impl Local {
    /// Runs work on this many threads; on those there are, if one of them asks.
    pub fn install<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T, EngineError> {
        let threads = self.threads.map_or(0, NonZeroUsize::get);
        if rayon::current_thread_index().is_some() && [0, rayon::current_num_threads()].contains(&threads) {
            return Ok(work());
        }
        let pool = ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK).build();
        let pool = pool.map_err(|fault| EngineError::Threads {
            fault: fault.to_string(),
        })?;
        Ok(pool.install(work))
    }

    /// Does both, side by side if another of the threads is free.
    pub fn both<A: Send, B: Send>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
        rayon::join(one, other)
    }
}

impl Engine for Local {
    fn run(&self, plan: &Plan, progress: &dyn Progress) -> Result<Scan, EngineError> {
        progress.start(plan.sources.bytes());
        let budget = Arc::new(plan.memory.budget());
        let files = self.install(|| {
            let files = plan.sources.sources.par_iter();
            files
                .map(|source| scan(plan, source, &budget, progress))
                .collect::<Result<Vec<_>, _>>()
        })?;
        progress.finish();
        if let Some(fault) = budget.fault() {
            return Err(fault.into());
        }
        Ok(numbered(plan, files?, budget))
    }
}

/// What reading one stream brought: its framing, and what was found.
type Read = (String, SourceTally);

fn scan(
    plan: &Plan,
    source: &Source,
    budget: &Arc<Budget>,
    progress: &dyn Progress,
) -> Result<Contents<Read>, EngineError> {
    let profile = plan.profile(source);
    let each = |stream: &mut Stream<'_>, file: Option<&Anywhere<'_>>| tally(plan, profile, budget, stream, file);
    Ok(sources::read_anywhere(source, &plan.limits, progress, each)?)
}

/// Everything in order, and every event and refusal put down to its source: how many streams a file holds is known only
/// now.
fn numbered(plan: &Plan, files: Vec<Contents<Read>>, budget: Arc<Budget>) -> Scan {
    let mut scan = Scan {
        sources: Vec::new(),
        skipped: plan.sources.skipped.clone(),
        broken: Vec::new(),
        changed: Vec::new(),
        budget,
    };
    for (source, contents) in plan.sources.sources.iter().zip(files) {
        let profile = &plan.profile(source).name;
        for part in contents.parts {
            let number = scan.sources.len();
            scan.sources.push(scanned(number, profile, part));
        }
        scan.skipped.extend(contents.skipped);
        scan.broken.extend(contents.broken);
        scan.changed.extend(contents.changed);
    }
    scan
}

fn scanned(number: usize, profile: &str, part: Part<Read>) -> Scanned {
    let (framing, mut tally) = part.value;
    tally.renumber(number);
    Scanned {
        path: part.shown,
        container: part.container,
        encoding: part.encoding.to_owned(),
        file: part.file,
        stream: part.stream,
        profile: profile.to_owned(),
        framing,
        tally,
    }
}

fn tally(
    plan: &Plan,
    profile: &Profile,
    budget: &Arc<Budget>,
    stream: &mut Stream<'_>,
    file: Option<&Anywhere<'_>>,
) -> io::Result<Read> {
    let mut blocks = Blocks::open(stream, &profile.wrapper)?;
    let framing = blocks.framing().clone();
    let form = Form::new(profile, &framing);
    let ticket = budget.ticket();
    let share = || Share {
        judge: Judge::new(profile, &plan.scopes, &form),
        tally: SourceTally::within(plan.coverage.clone(), budget, ticket),
    };
    // A source of one block stays on its thread. Sharing it would bring nothing, and a thread that waits for its share
    // begins another source meanwhile: of thousands of small files, that many would be open at once.
    let first: Vec<_> = blocks.by_ref().take(2).collect();
    let mut tally = if first.len() < 2 {
        first.into_iter().try_fold(share(), Share::with)?.tally
    } else {
        shared(plan, first, blocks, file, share)?
    };
    tally.make_room(true).map_err(io::Error::other)?;
    Ok((framing.to_string(), tally))
}

/// All threads take the blocks as they come.
fn shared<'p>(
    plan: &Plan,
    first: Vec<io::Result<Block>>,
    rest: Blocks<impl io::Read + Send>,
    file: Option<&Anywhere<'_>>,
    share: impl Fn() -> Share<'p> + Send + Sync,
) -> io::Result<SourceTally> {
    let (reads, mut cuts) = rest.split();
    let nothing = || SourceTally::new(plan.coverage.clone());
    let Some((file, pieces)) = file.and_then(|file| Some((file, reads.pieces(file, cuts.given())?))) else {
        let cut = |chunk: io::Result<Chunk>| chunk.and_then(|chunk| cuts.cut(chunk)).transpose();
        let turns = Turns::new(first, reads, cut, rayon::current_num_threads());
        return by_all(|| turns.next(), || turns.end(), share, nothing);
    };
    let cut = |chunk: io::Result<Chunk>| Cut {
        last: chunk.as_ref().map_or(true, Chunk::is_last),
        block: chunk.and_then(|chunk| cuts.cut(chunk)).transpose(),
    };
    let tickets = Tickets::new(first, |number| pieces.read(number), cut);
    let tally = by_all(|| tickets.next(), || tickets.end(), share, nothing)?;
    drop(tickets);
    file.ends(cuts.given());
    Ok(tally)
}

/// Each thread judges what comes next, and folds what it found into what it has.
fn by_all<'p>(
    next: impl Fn() -> Option<io::Result<Block>> + Sync,
    end: impl Fn() + Sync,
    share: impl Fn() -> Share<'p> + Send + Sync,
    nothing: impl Fn() -> SourceTally + Send + Sync,
) -> io::Result<SourceTally> {
    let judge = |_| {
        let judged = iter::from_fn(&next).try_fold(share(), Share::with);
        judged.map(|share| share.tally).inspect_err(|_| end())
    };
    let each = (0..rayon::current_num_threads()).into_par_iter().with_max_len(1);
    each.map(judge).try_reduce(nothing, |one, other| Ok(one.merge(other)))
}

/// What one thread has of a source: how it reads it, and what it found.
struct Share<'p> {
    judge: Judge<'p>,
    tally: SourceTally,
}

impl Share<'_> {
    fn with(mut self, block: io::Result<Block>) -> io::Result<Self> {
        self.judge.block(&block?, &mut self.tally);
        self.tally.make_room(false).map_err(io::Error::other)?;
        Ok(self)
    }
}
