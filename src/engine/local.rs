//! Engine for one machine: sources are read side by side, and all threads work on a large source.

use std::{num::NonZeroUsize, sync::Arc};

use rayon::{ThreadPoolBuilder, prelude::*};

use super::{
    Engine, EngineError, Plan, follow, outside_windows, path_check,
    source::{self, Pool, StreamResult},
};
use crate::{
    case::encoding_name,
    catalogue::Catalogue,
    events::{Hits, Profile},
    findings::{Examined, Scan, Scanned},
    progress::Progress,
    scope::{Actors, TieFilter},
    sources::{self, Contents, RandomAccessFile, Source, Stream, TextStream, Truncated},
    tally::{Budget, Links},
    text::grouped,
};

/// Runs a plan with the threads of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Local {
    /// Number of threads; `None` for one per core.
    pub threads: Option<NonZeroUsize>,
}

/// Stack of a thread: as much as the main thread has, so that templates of a case may be nested as
/// deeply.
const STACK: usize = 8 << 20;

impl Local {
    /// Runs `work` on this many threads; called on a thread of the pool, on those of the pool.
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

    /// Follows links that events in scope open, if there are any: reads the logs again for events
    /// under another name.
    pub fn follow(&self, plan: &Plan, catalogue: &Catalogue, scan: &mut Scan) -> Result<(), EngineError> {
        self.install(|| follow::follow(plan, catalogue, scan))?
    }

    /// Runs both, side by side if another thread is free.
    pub fn join<A: Send, B: Send>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
        rayon::join(one, other)
    }
}

impl Engine for Local {
    fn run(&self, plan: &Plan, progress: &dyn Progress) -> Result<Scan, EngineError> {
        progress.start(plan.sources.bytes());
        let budget = Arc::new(plan.memory.budget());
        let pool = Pool::with_ties(&plan.sources);
        let quotas = path_check::quotas(&plan.sources.sources);
        let files = self.install(|| {
            let files = plan.sources.sources.par_iter().zip(&quotas);
            files
                .map(|(source, quota)| scan(plan, (source, *quota), &budget, &pool, progress))
                .collect::<Result<Vec<_>, _>>()
        })?;
        let failed = files.is_err() || budget.has_fault();
        let (mut actors, ties) = pool.actors(&plan.scopes);
        if let Some(files) = files.as_ref().ok().filter(|_| !failed) {
            actors.outside = self.install(|| outside_windows::look(plan, &actors, &with_outside(plan, files)))?;
        }
        progress.finish();
        if let Some(fault) = budget.fault() {
            return Err(fault.into());
        }
        Ok(assign_source_numbers(plan, files?, budget, (actors, ties)))
    }
}

/// Returns the sources that hold records outside the windows.
pub(super) fn with_outside<'p>(plan: &'p Plan, files: &[Contents<StreamResult>]) -> Vec<&'p Source> {
    let outside =
        |contents: &Contents<StreamResult>| contents.parts.iter().any(|part| part.value.tally.outside_window > 0);
    let sources = plan.sources.sources.iter().zip(files);
    let sources = sources.filter(|(_, contents)| outside(contents));
    sources.map(|(source, _)| source).collect()
}

pub(super) fn scan(
    plan: &Plan,
    (source, quota): (&Source, u64),
    budget: &Arc<Budget>,
    pool: &Pool,
    progress: &dyn Progress,
) -> Result<Contents<StreamResult>, EngineError> {
    let profile = plan.profile(source);
    let mut left = quota;
    let each = |stream: &mut Stream<'_>, file: Option<&RandomAccessFile<'_>>| {
        let found = source::tally(plan, profile, budget, pool, (stream, &source.text), (file, left), None)?;
        left = left.saturating_sub(found.looked.records);
        Ok(found)
    };
    Ok(sources::read_with_random_access(source, &plan.limits, progress, each)?)
}

/// Assigns numbers to sources, and puts each event and refusal to its source. The number of streams
/// in a file is known only after reading.
pub(super) fn assign_source_numbers(
    plan: &Plan,
    files: Vec<Contents<StreamResult>>,
    budget: Arc<Budget>,
    (actors, ties): (Actors, Vec<TieFilter>),
) -> Scan {
    let mut scan = Scan {
        sources: Vec::new(),
        skipped: plan.sources.skipped.clone(),
        broken: Vec::new(),
        changed: Vec::new(),
        budget,
        actors,
        ties,
        links: Links::default(),
        unlisted: Vec::new(),
        derived: plan.scopes.derived_names(),
    };
    for (input, (source, contents)) in plan.sources.sources.iter().zip(files).enumerate() {
        let profile = plan.profile(source);
        for part in contents.parts {
            let number = scan.sources.len();
            let is_broken = contents.truncated.iter().any(|broken| broken.shown == part.shown);
            if let Some(offset) = part.value.end.cut.filter(|_| !is_broken) {
                scan.broken.push(Truncated {
                    shown: part.shown.clone(),
                    bytes: part.stream.bytes,
                    fault: format!("it ends inside the record that begins at byte {}", grouped(offset)),
                });
            }
            let stamp = contents.stamps[0];
            scan.sources.push(Scanned {
                stamp,
                ..scanned((number, input), profile, source, part)
            });
        }
        scan.skipped.extend(contents.skipped);
        scan.broken.extend(contents.truncated);
        scan.changed.extend(contents.changed);
    }
    settle_actors(plan, &mut scan);
    scan
}

/// Numbers the unlisted actors behind the agents of the case.
fn settle_actors(plan: &Plan, scan: &mut Scan) {
    if plan.scopes.open().is_empty() {
        return;
    }
    let (unlisted, places) = plan.scopes.roster.settled();
    let positions = places.into_iter().map(|place| plan.agents.len() + place);
    scan.budget.settle_actors(positions.collect());
    for source in &mut scan.sources {
        source.tally.settle_actors(&scan.budget);
    }
    scan.unlisted = unlisted;
}

fn scanned(
    (number, input): (usize, usize),
    profile: &Profile,
    source: &Source,
    part: TextStream<StreamResult>,
) -> Scanned {
    let StreamResult {
        framing,
        end,
        looked,
        mut tally,
    } = part.value;
    let mut hits = looked.hits;
    hits |= tally.hits;
    let unmatched = profile.unmatched(hits).into_iter();
    let examined = Examined {
        any: looked.records > 0 || hits != Hits::default(),
        records: looked.records,
        unmatched: unmatched.map(|mapped| (mapped.field.clone(), mapped)).collect(),
        present: looked.present,
    };
    tally.renumber(number);
    Scanned {
        path: part.shown,
        input,
        container: part.container,
        encoding: part.encoding,
        stated_encoding: source.text.encoding.map(encoding_name),
        entry: source.entry,
        examined,
        looks_like: part.looks_like,
        text_format: looked.text_format,
        tenant: source.tenant.as_ref().map(|tenant| tenant.id.clone()),
        said: end.said,
        accounted: end.head.and(std::mem::take(&mut tally.accounted)),
        stamp: None,
        file: part.file,
        stream: part.stream,
        profile: profile.name.clone(),
        ids: profile.ids.clone(),
        reads_tickets: profile.reads_tickets(),
        framing,
        tally,
    }
}

#[cfg(test)]
mod tests;
