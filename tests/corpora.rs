//! Runs the findings of the fuzzer so far: every input of `fuzz/corpus` passes its target.
//! `fuzz/run` searches for more.

use std::fs;

use crate::util::{Dir, root};

#[expect(unreachable_pub, reason = "a crate of its own where the fuzzer runs it")]
#[path = "../fuzz/src/lib.rs"]
mod targets;

/// Runs a target on every input of its corpus, by name.
#[expect(clippy::print_stderr, reason = "names the input where the target panics")]
fn replay(target: &str, run: impl Fn(&[u8])) {
    let folder = root().join("fuzz/corpus").join(target);
    let mut inputs: Vec<_> = fs::read_dir(&folder)
        .expect("the corpus is kept")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    inputs.sort();
    assert!(!inputs.is_empty(), "{target} has a corpus");
    for input in inputs {
        // The harness shows what a failed test printed.
        eprintln!("{target}: {}", input.display());
        run(&fs::read(&input).expect("a file"));
    }
}

#[test]
fn case_files_pass_their_target() {
    replay("case", targets::case);
}

#[test]
fn csv_rows_pass_their_target() {
    replay("csv", targets::csv);
}

#[test]
fn framings_pass_their_target() {
    replay("framing", targets::framing);
}

#[test]
fn json_lines_pass_their_target() {
    replay("json", targets::json);
}

#[test]
fn profiles_pass_their_target() {
    replay("profile", targets::profile);
}

#[test]
fn times_pass_their_target() {
    replay("time", targets::time);
}

#[test]
fn changed_bundles_pass_their_target() {
    let dir = Dir::new();
    let case = root().join("tests/cases/several-tenants/case.toml");
    let bundle = dir.path("bundle");
    let run = dir.run([
        "report".as_ref(),
        case.as_os_str(),
        "--quiet".as_ref(),
        "--out".as_ref(),
        bundle.as_os_str(),
    ]);
    // 1: finished, with the caveats that the case is made to have.
    assert_eq!(run.status, 1, "{}", run.stderr);
    replay("manifest", |bytes| targets::manifest(&bundle, bytes));
}
