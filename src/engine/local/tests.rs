//! A file that another hand changes while all threads read it.

use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    path::Path,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use super::*;
use crate::{
    case::{AdHoc, Case},
    digest::Sha256,
};

fn lines(numbers: std::ops::Range<u32>) -> String {
    numbers.fold(String::new(), |mut log, number| {
        let record = r#"{"timestamp":"2026-01-15T00:00:00Z","actor":{"id":"a1"},"action":"user.view","event_id":"#;
        let _ = writeln!(log, "{record}\"{number}\"}}");
        log
    })
}

fn question(folder: &Path) -> AdHoc {
    AdHoc {
        logs: vec!["log".to_owned()],
        agents: vec!["a1".to_owned()],
        from: "2026-01-16T06:00:00Z".to_owned(),
        until: "2026-01-17T00:00:00Z".to_owned(),
        profile: "superuser".to_owned(),
        tenants: None,
        base: folder.to_owned(),
    }
}

/// Change that another process makes to a file, and the expected result.
type Change<'c> = (&'c (dyn Fn(&fs::File, Read) + Sync), &'c str);

/// Bytes that were read before, and that are read now.
#[derive(Clone, Copy)]
struct Read(u64, u64);

impl Read {
    /// Whether it has just come so far.
    fn reaches(self, place: u64) -> bool {
        self.0 < place && self.1 >= place
    }
}

/// Another hand, whenever something was read.
struct Hand<F>(AtomicU64, F);

const SO_MUCH: u64 = 1 << 20;

impl<F: Fn(Read) + Sync> Progress for Hand<F> {
    fn start(&self, _bytes: u64) {}

    fn advance(&self, bytes: u64) {
        let before = self.0.fetch_add(bytes, Relaxed);
        self.1(Read(before, before + bytes));
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
    let changes: [Change<'_>; 4] = [
        (
            &|log, read| {
                if read.reaches(SO_MUCH) {
                    append(log);
                }
            },
            &format!("{before}{after}"),
        ),
        (
            &|log, read| {
                if read.reaches(SO_MUCH) {
                    cut(log);
                }
            },
            kept,
        ),
        (
            &|log, read| {
                if read.reaches(SO_MUCH) {
                    cut(log);
                    append(log);
                }
            },
            &format!("{kept}{after}"),
        ),
        // What lies behind a place where it ended once does not count.
        (
            &|log, read| {
                if read.reaches(SO_MUCH) {
                    cut(log);
                }
                if read.reaches(place as u64) {
                    append(log);
                }
            },
            kept,
        ),
    ];
    for (change, then) in changes {
        for threads in [1, 2, 5] {
            let folder = tempfile::tempdir().expect("a folder");
            let path = |name: &str| folder.path().join(name);
            fs::write(path("log"), &before).expect("a log");
            let log = fs::OpenOptions::new().append(true).open(path("log")).expect("the log");
            let case = Case::ad_hoc(&question(folder.path())).expect("a case");
            let plan = Plan::new(&case).expect("a plan");
            let engine = Local {
                threads: NonZeroUsize::new(threads),
            };
            let scan = engine
                .run(&plan, &Hand(AtomicU64::new(0), |read| change(&log, read)))
                .expect("a scan");
            let [source] = &scan.sources[..] else { panic!("one log") };
            assert_eq!(source.file.bytes, then.len() as u64, "{threads} threads");
            assert_eq!(source.file.sha256, Some(Sha256::of(then.as_bytes())));
            assert_eq!(source.tally.read, then.lines().count() as u64);
            assert_eq!(scan.changed.len(), 1, "it is said");
        }
    }
}
