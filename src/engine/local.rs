//! All cores of this machine. The only place that knows of rayon.
//!
//! Sources run side by side, and a large source is worked on by all threads: one at a time reads and hashes the next
//! block while the others judge the records of those before. Each part folds into a tally of its own; no lock guards a
//! result.

use std::{fs::File, num::NonZeroUsize};

use rayon::{ThreadPoolBuilder, prelude::*};

use super::{Engine, EngineError, Plan, judge::Judge};
use crate::{
    digest::HashingReader,
    findings::{Scan, Scanned},
    progress::Progress,
    records::{Block, Blocks},
    sources::Source,
    tenants::SourceTally,
};

/// This machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Local {
    /// How many threads; none means one for each core.
    pub threads: Option<NonZeroUsize>,
}

impl Local {
    /// Runs work on this many threads.
    pub fn install<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T, EngineError> {
        let threads = self.threads.map_or(0, NonZeroUsize::get);
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|fault| EngineError::Threads {
            fault: fault.to_string(),
        })?;
        Ok(pool.install(work))
    }
}

impl Engine for Local {
    fn run(&self, plan: &Plan, progress: &dyn Progress) -> Result<Scan, EngineError> {
        progress.start(plan.sources.bytes());
        let scanned = self.install(|| {
            let sources = plan.sources.sources.par_iter().enumerate();
            sources
                .map(|(at, source)| scan(plan, at, source, progress))
                .collect::<Result<Vec<_>, _>>()
        })?;
        progress.finish();
        Ok(Scan {
            sources: scanned?,
            skipped: plan.sources.skipped.clone(),
        })
    }
}

fn scan(plan: &Plan, at: usize, source: &Source, progress: &dyn Progress) -> Result<Scanned, EngineError> {
    let failed = |fault| EngineError::Read {
        shown: source.shown.clone(),
        fault,
    };
    let profile = plan.profile(source);
    let file = File::open(&source.path).map_err(failed)?;
    let mut blocks = Blocks::open(HashingReader::new(file), &profile.wrapper).map_err(failed)?;
    let framing = blocks.framing().clone();
    let nothing = || SourceTally::new(plan.coverage.clone());
    let judged = |mut tally: SourceTally, block: std::io::Result<Block>| {
        let block = block?;
        let mut judge = Judge::new(at, profile, &plan.scopes, &framing);
        for record in block.records() {
            tally.read += 1;
            tally.absorb(judge.verdict(record));
        }
        progress.advance(block.len() as u64);
        Ok(tally)
    };
    let tally = blocks.by_ref().par_bridge().try_fold(nothing, judged);
    let tally = tally
        .try_reduce(nothing, |one, other| Ok(one.merge(other)))
        .map_err(failed)?;
    let (sha256, bytes) = blocks.into_reader().finish();
    let (path, profile, framing) = (source.shown.clone(), profile.name.clone(), framing.to_string());
    Ok(Scanned {
        path,
        sha256,
        bytes,
        profile,
        framing,
        tally,
    })
}
