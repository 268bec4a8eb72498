//! Memory is bounded, and the bound makes no difference to the answer: what has no room goes to a
//! temporary file, and what is needed whole and has none is an error that names the limit.

use std::{fs, io::Write as _, path::Path};

use crate::util::{Dir, Run, files, program, root};

/// So little that everything goes to the file, after every block.
const NONE: &str = "1B";

fn report(case: &Path, out: &Path, more: &[&str]) -> Run {
    let mut command = program(case);
    command.args(["report", "case.toml", "--out"]).arg(out).args(more);
    let mut run = Run::of(&mut command);
    for said in [&mut run.stdout, &mut run.stderr] {
        *said = said.replace(&out.display().to_string(), "OUT");
    }
    run
}

#[test]
fn with_no_room_the_bundle_is_the_same_byte_for_byte() {
    let cases = fs::read_dir(root().join("tests/cases")).expect("cases");
    let mut cases: Vec<_> = cases.map(|entry| entry.expect("a case").path()).collect();
    cases.push(root().join("sample_logs"));
    assert!(cases.len() > 10, "the cases are there");
    for case in cases {
        let dir = Dir::new();
        let usual = report(&case, &dir.path("usual"), &[]);
        for threads in ["1", "4"] {
            let out = dir.path(threads);
            let spilled = report(&case, &out, &["--memory", NONE, "--threads", threads]);
            let ends = |run: &Run| (run.status, run.stdout.clone(), run.stderr.clone());
            assert_eq!(ends(&spilled), ends(&usual), "{}", case.display());
            if usual.status < 2 {
                let same = files(&out) == files(&dir.path("usual"));
                assert!(same, "{} with {threads} threads", case.display());
            }
            fs::remove_dir_all(&out).ok();
        }
        fs::remove_dir_all(dir.path("usual")).ok();
        assert!(dir.names().is_empty(), "nothing else is left: {:?}", dir.names());
    }
}

const CASE: &str = r#"
[case]
id = "ROOM"
title = "Room"
vendor = "The vendor"
tlp = "RED"
contact = "security@vendor.example"
issued = 2026-01-20T00:00:00Z
[[scopes]]
name = "possible"
from = 2026-01-16T00:00:00Z
until = 2026-01-17T00:00:00Z
basis = "Because."
agents = "all"
[[agents.list]]
id = "agent-1"
[[logs]]
path = "log.jsonl"
profile = "superuser"
[limits]
memory = "1MiB"
"#;

/// Writes a case and a log with this many records, each made from its number.
fn log(dir: &Dir, records: usize, record: impl Fn(usize) -> String) {
    dir.file("case.toml", CASE);
    dir.file("log.jsonl", (0..records).map(record).collect::<String>());
}

fn event(number: usize, tenant: usize, target: &str, reason: &str) -> String {
    format!(
        r#"{{"event_id":"e{number}","timestamp":"2026-01-16T10:00:00.001Z","actor":{{"id":"agent-1"}},"tenant":{{"id":"t-{tenant}"}},"action":"user.view","target":{{"type":"user","id":"{target}"}},"justification":"{reason}"}}
"#
    )
}

#[test]
fn many_events_of_many_tenants_have_room_and_all_in_one_millisecond_too() {
    let dir = Dir::new();
    log(&dir, 40_000, |number| event(number, number % 500, "u-1", "because"));
    let bounded = dir.run(["scan", "case.toml", "--json"]).ends(1);
    let usual = dir.run(["scan", "case.toml", "--json", "--memory", "1GiB"]).ends(1);
    assert_eq!(bounded.stdout, usual.stdout);
}

#[test]
fn what_is_needed_whole_and_has_no_room_is_an_error_that_names_the_limit() {
    let dir = Dir::new();
    let ends = |run: Run, what: &str| {
        run.ends(2).says(what).says("8.0 MiB").says("--memory");
        assert_eq!(dir.names(), ["case.toml", "log.jsonl"], "nothing is left");
    };
    let report = |what: &str| ends(dir.run(["report", "case.toml", "--out", "out"]), what);
    log(&dir, 20_000, |number| event(number, 1, "u-1", "because"));
    report("events of one customer");
    log(&dir, 20_000, |number| event(1, number, "u-1", &number.to_string()));
    report("the same event id");
    log(&dir, 20_000, |number| {
        event(number, 1, "u-1", "because").replace("\"t-1\"", "\"\"")
    });
    report("events that name no customer");
    log(&dir, 20_000, |number| {
        event(number, number % 9, &format!("user-{number:040}"), "x")
    });
    report("names of customers' people");
    let named = format!("for agent-1 {}", "x".repeat(300));
    log(&dir, 20_000, |number| event(number, number % 900, "u-1", &named));
    report("texts that name others");
    log(&dir, 40_000, |number| match number {
        0 => event(0, 1, "u-1", ""),
        number => format!("{{no record {number}\n"),
    });
    report("records that could not be read");
    log(&dir, 40_000, |number| {
        event(number, number % 900, "u-1", "").replace("user.view", &format!("no.such.action.{number}"))
    });
    report("different actions");
    log(&dir, 40_000, |number| {
        event(number / 2, number % 900, "u-1", &number.to_string())
    });
    report("events that share an id");
    log(&dir, 40_000, |number| {
        let session = r#""client":{"session_id":"s-1"},"actor""#;
        let event = event(number, number % 900, "u-1", "because").replace("\"actor\"", session);
        match number {
            0 => event.replace("user.view", "user.impersonate.start"),
            _ => event.replace("agent-1", "u-1"),
        }
    });
    report("tie to what an agent set in motion");
    log(&dir, 20_000, |number| event(number, number, "u-1", "because"));
    ends(dir.run(["scan", "case.toml"]), "figures of customers");
    let long = "x".repeat(12 << 20);
    log(&dir, 1, |number| event(number, 1, "u-1", &long));
    report("events in scope");
    // The same with room.
    dir.run(["scan", "case.toml", "--quiet", "--memory", "1GiB"]).ends(1);
}

#[test]
fn thousands_of_logs_are_counted_too() {
    let dir = Dir::new();
    dir.file("case.toml", CASE.replace("log.jsonl", "logs"));
    for number in 0..2_100 {
        dir.file(&format!("logs/{number}.jsonl"), event(number, 1, "u-1", "because"));
    }
    let run = dir.run(["scan", "case.toml"]).ends(2);
    run.says("logs and members of archives")
        .says("8.0 MiB")
        .says("--memory");
    dir.run(["scan", "case.toml", "--quiet", "--memory", "1GiB"]).ends(1);
}

#[test]
fn an_event_of_many_customers_is_the_same_to_each_of_them_without_room() {
    let dir = Dir::new();
    let tenants: Vec<String> = (0..60).map(|tenant| format!(r#""t-{}""#, 59 - tenant)).collect();
    let several = format!(r#""tenants":[{}]"#, tenants.join(","));
    log(&dir, 8, |number| {
        // Some name one customer, some few, some all.
        let one = format!(r#""tenant":{{"id":"t-{number}"}}"#);
        let named = match number % 4 {
            0 => one.clone(),
            1 => r#""tenants":["t-1","t-2","t-1"]"#.to_owned(),
            _ => several.clone(),
        };
        event(number, number, "ann@customer.example", &"why ".repeat(200)).replace(&one, &named)
    });
    let case = dir.path("");
    let usual = report(&case, &dir.path("usual"), &["--memory", "1GiB"]);
    assert_eq!(usual.status, 1, "{}", usual.stderr);
    assert_eq!(report(&case, &dir.path("spilled"), &["--memory", NONE]).status, 1);
    assert!(
        files(&dir.path("usual")) == files(&dir.path("spilled")),
        "the same bytes"
    );
}

#[test]
fn a_record_whose_events_would_take_too_much_is_refused_whole() {
    let dir = Dir::new();
    dir.file("case.toml", CASE.replace("superuser", "google-workspace-admin"));
    let record = |events: usize| {
        let events = vec![r#"{"name":"CHANGE_PASSWORD","type":"USER_SETTINGS"}"#; events].join(",");
        let address = "1".repeat(1 << 20);
        format!(
            r#"{{"id":{{"time":"2026-01-16T10:00:00Z","customerId":"C1"}},"actor":{{"profileId":"agent-1"}},"ipAddress":"{address}","events":[{events}]}}
"#
        )
    };
    dir.file("log.jsonl", record(3) + &record(300));
    let run = dir.run(["scan", "case.toml", "--json", "--memory", "1GiB"]).ends(1);
    let findings: serde_json::Value = serde_json::from_str(&run.stdout).expect("findings");
    assert_eq!(findings["records"]["in_scope"], 1);
    assert_eq!(findings["refused"][0]["reason"], "too-many-events");
    assert_eq!(findings["refused"][0]["names"][0], "agent-1");
}

#[test]
fn a_line_without_an_end_is_one_refused_record() {
    let dir = Dir::new();
    log(&dir, 1, |_| format!(r#"{{"action":"{}"#, "x".repeat(16 << 10)));
    // Nothing of it takes room on the disk.
    let whole = fs::OpenOptions::new().append(true).open(dir.path("log.jsonl"));
    whole.and_then(|log| log.set_len(130 << 20)).expect("a sparse file");
    let run = dir.run(["scan", "case.toml", "--json"]).ends(1);
    let findings: serde_json::Value = serde_json::from_str(&run.stdout).expect("findings");
    let refused = &findings["refused"];
    assert_eq!(refused.as_array().map(Vec::len), Some(1), "{refused}");
    assert_eq!(
        (&refused[0]["offset"], &refused[0]["reason"]),
        (&0.into(), &"too-long".into())
    );
    let accounted = &findings["sources"][0]["accounted"];
    assert_eq!(
        (&accounted["records"], &accounted["named"]["long-line"]),
        (&(128 << 20).into(), &(2 << 20).into())
    );
}

/// A reader that continues after the fault is reported gets no partial record.
#[test]
fn what_follows_a_line_without_an_end_changes_nothing() {
    let records = || (0..4000).map(|number| event(number, 1, "user-1", "because"));
    let begun = format!(r#"{{"action":"{}"#, "x".repeat(16 << 10));
    for (before, threads) in [(0, "4"), (4000, "1"), (4000, "4")] {
        let dir = Dir::new();
        dir.file("case.toml", CASE);
        dir.file(
            "log.jsonl",
            records().take(before).chain([begun.clone()]).collect::<String>(),
        );
        let log = fs::OpenOptions::new().append(true).open(dir.path("log.jsonl"));
        let grow = |mut log: fs::File| {
            let begins = log.metadata()?.len();
            log.set_len(begins + (140 << 20))?;
            log.write_all(format!("\"}}\n{}", records().collect::<String>()).as_bytes())
        };
        log.and_then(grow).expect("a sparse file");
        let run = dir.run(["scan", "case.toml", "--json", "--threads", threads]);
        let run = run.ends(1);
        let findings: serde_json::Value = serde_json::from_str(&run.stdout).expect("findings");
        let records = &findings["records"];
        let refused: Vec<_> = findings["refused"].as_array().expect("a list").iter().collect();
        assert!(
            refused.len() == 1 && refused[0]["reason"] == "too-long",
            "{before}: {refused:?}"
        );
        assert_eq!(records["read"], before + 4000 + 1);
    }
}

#[test]
fn a_size_has_its_unit_and_is_not_nothing() {
    let dir = Dir::new();
    dir.file("log.jsonl", "");
    dir.file("case.toml", CASE.replace("1MiB", "much"));
    dir.run(["scan", "case.toml"])
        .ends(2)
        .says("`much` is no size")
        .says("512MiB");
    dir.file("case.toml", CASE);
    for size in ["much", "0", "-1"] {
        let run = dir.run(["scan", "case.toml", &format!("--memory={size}")]);
        run.ends(2).says("a size with its unit");
    }
}

/// Under whatever limit of the system, there is a whole bundle or none, and nothing else: status 2
/// says what to do.
#[test]
#[cfg(target_os = "linux")]
fn memory_refused_by_the_system_leaves_no_folder() {
    let dir = Dir::new();
    for (name, bytes) in files(&root().join("sample_logs")) {
        dir.file(&name, bytes);
    }
    let names = dir.names();
    let run = |limit: &str| {
        let program = env!("CARGO_BIN_EXE_tenant-impact");
        let script =
            format!("ulimit -v {limit} || exit 99; exec {program} report case.toml --threads 2 --quiet --out out");
        let mut command = std::process::Command::new("sh");
        Run::of(command.args(["-c", &script]).current_dir(dir.path("")).env_clear())
    };
    if run("unlimited").status == 99 {
        assert!(!crate::util::in_ci(), "`ulimit -v` must be there in CI");
        return crate::util::skipped("this shell has no `ulimit -v`");
    }
    let usual = files(&dir.path("out"));
    let (mut refused, mut whole) = (0, 0);
    for limit in ["60000", "80000", "100000", "1000000"] {
        fs::remove_dir_all(dir.path("out")).ok();
        let run = run(limit);
        if run.status == 2 {
            run.says("the system refused memory").says("raise the limit");
            assert_eq!(dir.names(), names, "{limit}");
            refused += 1;
        } else {
            assert_eq!(run.ends(1).stderr, "", "{limit}");
            assert!(files(&dir.path("out")) == usual, "{limit}");
            whole += 1;
        }
    }
    assert!(refused > 0 && whole > 0, "{refused} refused, {whole} whole");
}

/// A run that is killed while it writes the lock leaves a file; the next one removes it, but not
/// that of a run under way.
#[test]
#[cfg(unix)]
fn lock_of_a_killed_run_is_removed() {
    let dir = Dir::new();
    log(&dir, 1, |number| event(number, 1, "u-1", "because"));
    dir.file(".agents.lock.aB3xY9", "")
        .file(".agents.lock.inUse0", "")
        .file(".agents.lock.old", "");
    let held = fs::File::open(dir.path(".agents.lock.inUse0")).expect("a file");
    held.lock().expect("a lock");
    dir.run(["report", "case.toml", "--quiet", "--out", "out"]).ends(1);
    let names = [
        ".agents.lock.inUse0",
        ".agents.lock.old",
        "agents.lock",
        "case.toml",
        "log.jsonl",
        "out",
    ];
    assert_eq!(dir.names(), names);
}
