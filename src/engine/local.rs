//! All cores of this machine: sources run side by side, and a large source is worked on by all threads.

use std::{num::NonZeroUsize, sync::Arc};

use rayon::{ThreadPoolBuilder, prelude::*};

use super::{
    Engine, EngineError, Plan,
    source::{self, Found},
};
use crate::{
    findings::{Scan, Scanned},
    progress::Progress,
    sources::{self, Anywhere, Contents, Part, Source, Stream},
    tenants::Budget,
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

fn scan(
    plan: &Plan,
    source: &Source,
    budget: &Arc<Budget>,
    progress: &dyn Progress,
) -> Result<Contents<Found>, EngineError> {
    let profile = plan.profile(source);
    let each =
        |stream: &mut Stream<'_>, file: Option<&Anywhere<'_>>| source::tally(plan, profile, budget, stream, file);
    Ok(sources::read_anywhere(source, &plan.limits, progress, each)?)
}

/// Everything in order, and every event and refusal put down to its source: how many streams a file holds is known only
/// now.
fn numbered(plan: &Plan, files: Vec<Contents<Found>>, budget: Arc<Budget>) -> Scan {
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

fn scanned(number: usize, profile: &str, part: Part<Found>) -> Scanned {
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

#[cfg(test)]
mod tests {
    use std::{
        fmt::Write as _,
        fs,
        io::Write as _,
        sync::atomic::{AtomicU64, Ordering::Relaxed},
    };

    use super::*;
    use crate::{case::Case, digest::Sha256};

    const CASE: &str = r#"
[case]
id = "CHANGING"
title = "A log that changes"
vendor = "The vendor"
tlp = "RED"
contact = "security@vendor.example"
issued = 2026-01-20T00:00:00Z
[[scopes]]
name = "possible"
from = 2026-01-16T06:00:00Z
until = 2026-01-17T00:00:00Z
basis = "Because."
agents = "all"
[[agents.list]]
id = "a1"
[[logs]]
path = "log"
profile = "superuser"
"#;

    fn lines(numbers: std::ops::Range<u32>) -> String {
        numbers.fold(String::new(), |mut log, number| {
            let record = r#"{"timestamp":"2026-01-15T00:00:00Z","actor":{"id":"a1"},"action":"user.view","event_id":"#;
            let _ = writeln!(log, "{record}\"{number}\"}}");
            log
        })
    }

    /// What another hand does, and what the file is then.
    type Change<'c> = (&'c (dyn Fn(&fs::File) + Sync), &'c str);

    /// Another hand, once so much was read.
    struct Hand<F>(AtomicU64, F);

    const SO_MUCH: u64 = 1 << 20;

    impl<F: Fn() + Sync> Progress for Hand<F> {
        fn start(&self, _bytes: u64) {}

        fn advance(&self, bytes: u64) {
            let before = self.0.fetch_add(bytes, Relaxed);
            if before < SO_MUCH && before + bytes >= SO_MUCH {
                self.1();
            }
        }

        fn finish(&self) {}
    }

    #[test]
    fn of_a_file_that_changes_what_is_hashed_is_what_is_judged() {
        let (before, after) = (lines(0..30_000), lines(70_000..90_000));
        // In the middle of a record, and where no thread is yet when the first has read so much.
        let place = 2_600_001;
        let kept = &before[..place];
        let cut = |log: &fs::File| log.set_len(place as u64).expect("it is cut");
        let append = |mut log: &fs::File| log.write_all(after.as_bytes()).expect("it is written");
        let cut_and_append = |log: &fs::File| {
            cut(log);
            append(log);
        };
        let changes: [Change<'_>; 3] = [
            (&append, &format!("{before}{after}")),
            (&cut, kept),
            (&cut_and_append, &format!("{kept}{after}")),
        ];
        for (change, then) in changes {
            for threads in [1, 2, 5] {
                let folder = tempfile::tempdir().expect("a folder");
                let path = |name: &str| folder.path().join(name);
                fs::write(path("case.toml"), CASE).expect("a case");
                fs::write(path("log"), &before).expect("a log");
                let log = fs::OpenOptions::new().append(true).open(path("log")).expect("the log");
                let case = Case::load(&path("case.toml")).expect("a case");
                let plan = Plan::new(&case).expect("a plan");
                let engine = Local {
                    threads: NonZeroUsize::new(threads),
                };
                let scan = engine
                    .run(&plan, &Hand(AtomicU64::new(0), || change(&log)))
                    .expect("a scan");
                let [source] = &scan.sources[..] else { panic!("one log") };
                assert_eq!(source.file.bytes, then.len() as u64, "{threads} threads");
                assert_eq!(source.file.sha256, Some(Sha256::of(then.as_bytes())));
                assert_eq!(source.tally.read, then.lines().count() as u64);
                assert_eq!(scan.changed.len(), 1, "it is said");
            }
        }
    }
}
