//! A report in parts: plan, partials and merge give the bundle of one machine, or none.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::json;

use crate::{
    links::{self, record},
    util::{Dir, Run, files, json, root},
};

/// A case in a folder of its own, its bundle by `report`, and its plan.
struct Planned {
    dir: Dir,
    case: PathBuf,
    splits: usize,
}

impl Planned {
    fn of(case: &Path, args: &[&str]) -> Option<Self> {
        let dir = Dir::new();
        for (name, bytes) in files(case) {
            if !name.starts_with("expected/") {
                dir.file(&format!("case/{name}"), bytes);
            }
        }
        Self::in_folder(dir, args)
    }

    /// Returns nothing where the case has faults, which `plan` names as `report` does.
    fn in_folder(dir: Dir, args: &[&str]) -> Option<Self> {
        let case = dir.path("case/case.toml");
        let one = dir.run(["report", "case/case.toml", "--quiet", "--out", "one"]);
        let plan = ["plan", "case/case.toml", "--quiet", "--out", "plan"];
        let plan = dir.run(plan.iter().chain(args));
        assert_eq!(one.status == 2, plan.status == 2, "{}{}", one.stderr, plan.stderr);
        if plan.status == 2 {
            assert!(!dir.path("plan").exists());
            return None;
        }
        let splits = json(&dir.path("plan/plan.json"))["splits"]
            .as_array()
            .map_or(0, Vec::len);
        Some(Self { dir, case, splits })
    }

    fn partial(&self, split: usize, out: &str, threads: &str) -> Run {
        let split = split.to_string();
        let run = [
            "partial",
            "plan",
            "--quiet",
            "--split",
            &split,
            "--threads",
            threads,
            "--out",
            out,
        ];
        self.dir.run(run)
    }

    fn partials(&self) -> &Self {
        fs::create_dir_all(self.dir.path("parts")).expect("a folder");
        for split in 0..self.splits {
            let threads = ["1", "3"][split % 2];
            self.partial(split, &format!("parts/{split}.partial"), threads).ends(0);
        }
        self
    }

    fn merge(&self, out: &str) -> Run {
        self.dir.run(["merge", "plan", "parts", "--quiet", "--out", out])
    }

    /// Reads all splits, and compares the bundle with that of one machine.
    fn agrees(&self) {
        let status = self.partials().merge("many").status;
        let (one, many) = (files(&self.dir.path("one")), files(&self.dir.path("many")));
        assert_eq!(one.keys().collect::<Vec<_>>(), many.keys().collect::<Vec<_>>());
        for (name, bytes) in one {
            assert!(bytes == many[&name], "{name} of {} differs", self.case.display());
        }
        let report = self.dir.run(["report", "case/case.toml", "--quiet", "--out", "again"]);
        assert_eq!(report.status, status, "merge ends as report does");
    }
}

#[test]
fn every_case_in_parts_gives_the_bundle_of_one_machine() {
    let cases = fs::read_dir(root().join("tests/cases")).expect("cases");
    let mut cases: Vec<PathBuf> = cases.map(|entry| entry.expect("a case").path()).collect();
    cases.push(root().join("sample_logs"));
    let planned = cases.iter().filter_map(|case| Planned::of(case, &[]));
    let agreed = planned.map(|planned| planned.agrees()).count();
    assert!(agreed > 15, "{agreed} cases were compared");
}

#[test]
fn partial_is_the_same_from_any_attempt_and_number_of_threads() {
    let planned = Planned::of(&root().join("sample_logs"), &[]).expect("a case");
    for split in 0..planned.splits {
        for (at, threads) in ["1", "2", "5"].into_iter().enumerate() {
            planned.partial(split, &format!("{split}-{at}"), threads).ends(0);
        }
        let read = |at: usize| fs::read(planned.dir.path(&format!("{split}-{at}"))).expect("a partial");
        assert!(read(0) == read(1) && read(1) == read(2), "split {split}");
    }
}

#[test]
fn partials_that_are_not_those_of_the_plan_make_no_bundle() {
    let planned = Planned::of(&root().join("sample_logs"), &[]).expect("a case");
    planned.partials();
    let dir = &planned.dir;
    let path = |name: &str| dir.path(&format!("parts/{name}.partial"));
    let none = |said: &[&str]| {
        let run = planned.merge("many");
        assert!(run.status == 2 && !dir.path("many").exists(), "{}", run.stderr);
        for part in said {
            assert!(run.stderr.contains(part), "`{part}` is not in {}", run.stderr);
        }
    };
    let second = fs::read(path("1")).expect("a partial");
    let shown = json(&dir.path("plan/plan.json"))["sources"][1]["shown"].to_string();
    let shown = shown.trim_matches('"');

    fs::remove_file(path("1")).expect("it is there");
    none(&["no partial of split 1", shown, "bytes 0 to"]);

    fs::write(path("1"), &second[..second.len() - 1]).expect("a partial");
    none(&["1.partial", "read its split again"]);

    let mut changed = second.clone();
    *changed.last_mut().expect("a body") ^= 1;
    fs::write(path("1"), &changed).expect("a partial");
    none(&["1.partial", "digest"]);

    // The same split twice with the same bytes is no fault.
    fs::write(path("1"), &second).expect("a partial");
    fs::write(path("again"), &second).expect("a partial");
    planned.merge("twice").ends(1);

    let text = |bytes: &[u8]| String::from_utf8_lossy(&bytes[..600]).into_owned();
    let records = text(&second);
    let (_, rest) = records.split_once("\"records\":").expect("a head");
    let count = rest.split(',').next().expect("a number").to_owned();
    let head_end = second.iter().position(|byte| *byte == b'\n').expect("a head");
    let other = records[..head_end].replace(&format!("\"records\":{count}"), "\"records\":7");
    fs::write(path("again"), [other.as_bytes(), &second[head_end..]].concat()).expect("a partial");
    none(&["1.partial", "again.partial", "differ", shown]);
    fs::remove_file(path("again")).expect("it is there");

    let foreign = Planned::of(&root().join("tests/cases/edges-of-the-window"), &[]).expect("a case");
    foreign.partial(0, "foreign", "1").ends(0);
    fs::copy(foreign.dir.path("foreign"), path("foreign")).expect("a partial");
    none(&["foreign.partial", "another plan"]);
    fs::remove_file(path("foreign")).expect("it is there");
    planned.merge("many").ends(1);
}

#[test]
fn log_that_changed_since_the_plan_is_not_read() {
    let planned = Planned::of(&root().join("sample_logs"), &[]).expect("a case");
    let plan = json(&planned.dir.path("plan/plan.json"));
    let log = PathBuf::from(plan["sources"][1]["path"].as_str().expect("a path"));
    let (bytes, modified) = (
        fs::read(&log).expect("a log"),
        fs::metadata(&log).and_then(|meta| meta.modified()),
    );
    let modified = modified.expect("a time");
    let write = |bytes: &[u8], modified| {
        fs::write(&log, bytes).expect("a log");
        let file = fs::File::options().write(true).open(&log).expect("a log");
        file.set_modified(modified).expect("a time");
    };
    write(&bytes[1..], modified);
    planned.partial(1, "p", "1").ends(2).says("in the plan; restore it");
    write(&bytes, modified + std::time::Duration::from_micros(1));
    planned.partial(1, "p", "1").ends(2).says("was written to since");
    assert!(!planned.dir.path("p").exists());
    write(&bytes, modified);
    planned.partial(1, "p", "1").ends(0);
    planned.partial(99, "q", "1").ends(2).says("no split 99");
}

#[test]
fn plan_of_another_build_is_not_read() {
    let planned = Planned::of(&root().join("tests/cases/edges-of-the-window"), &[]).expect("a case");
    let path = planned.dir.path("plan/plan.json");
    let text = fs::read_to_string(&path).expect("a plan");
    let sources = json(&path)["tool"]["sources_sha256"]
        .as_str()
        .expect("a digest")
        .to_owned();
    fs::write(&path, text.replace(&sources, &"0".repeat(64))).expect("a plan");
    planned.partial(0, "p", "1").ends(2).says("another build");
}

/// A key that is issued in one log and used in two others, twice in a chain.
fn chain() -> Dir {
    let dir = Dir::new();
    let with = |key: &str, tenant: &str| json!({"with": key, "in": tenant});
    let chained = json!({"with": "K1", "key": "K2", "in": "bolt"});
    let first = [
        record(2, "09:01:00", "role", "put", &with("K1", "bolt")),
        record(3, "09:02:00", "role", "assume", &chained),
        record(4, "08:59:59", "role", "put", &with("K1", "bolt")),
        record(5, "12:00:00", "role", "put", &with("K1", "bolt")),
    ];
    let opening = record(1, "09:00:00", "sa-1", "assume", &json!({"key": "K1", "in": "acme"}));
    let last = record(7, "09:02:00", "role-2", "put", &with("K2", "core")).repeat(2);
    dir.file("case/case.toml", links::CASE)
        .file("case/app.toml", links::PROFILE)
        .file("case/logs/a.jsonl", first.concat())
        .file("case/logs/b.jsonl", opening)
        .file("case/logs/c.jsonl", last);
    dir
}

#[test]
fn links_lead_from_one_split_to_another() {
    Planned::in_folder(chain(), &[]).expect("a case").agrees();
}

/// Without the logs nothing can be looked for again, and that is no answer.
#[test]
fn merge_says_which_log_it_has_to_read_again() {
    let idle = Planned::of(&root().join("tests/cases/copies-and-conflicts"), &[]);
    let linked = Planned::in_folder(chain(), &[]);
    for planned in [idle, linked].map(|planned| planned.expect("a case")) {
        planned.partials();
        let (here, elsewhere) = (planned.dir.path("case"), planned.dir.path("elsewhere"));
        fs::rename(&here, &elsewhere).expect("the case");
        planned.merge("many").ends(2).says("has to be read again");
        assert!(!planned.dir.path("many").exists());
        fs::rename(&elsewhere, &here).expect("the case");
        planned.merge("many").ends(1);
    }
}

/// A log of about 4 MB with lines of all lengths, blank and broken ones, and events in scope in
/// every part of it; `text` writes one record.
fn long_log(text: impl Fn(usize, &str, &str) -> String) -> String {
    let mut log = String::new();
    for number in 0.. {
        let who = if number % 50 == 7 { "sa-1" } else { "u-1" };
        let filler = "x\ny, ".repeat(number * 7919 % 60);
        log.push_str(&text(number, who, &filler));
        if number % 977 == 0 {
            log.push_str("\r\n\nbroken {\n");
        }
        if log.len() > 4 << 20 {
            return log;
        }
    }
    log
}

fn cut(log: &str, size: &str) -> Planned {
    let dir = Dir::new();
    dir.file("case/case.toml", links::CASE)
        .file("case/app.toml", links::PROFILE)
        .file("case/logs/a.log", log);
    let planned = Planned::in_folder(dir, &["--split-size", size]).expect("a case");
    assert!(planned.splits > 3, "{} splits of {size}", planned.splits);
    planned
}

#[test]
fn lines_cut_anywhere_give_the_bundle_of_one_machine() {
    let line = |number: usize, who: &str, filler: &str| {
        record(number, "09:00:00", who, "view", &json!({"in": "acme", "s": filler}))
    };
    let log = long_log(line);
    for size in ["64KiB", "1234567B"] {
        cut(&log, size).agrees();
    }
}

#[test]
fn rows_cut_anywhere_give_the_bundle_of_one_machine() {
    let row = |number: usize, who: &str, filler: &str| {
        let head = if number == 0 { "id,t,who,do,in,s\n" } else { "" };
        let stray = if number % 1501 == 3 { "a\"b" } else { "view" };
        format!("{head}e{number},2026-02-10T09:00:00Z,{who},{stray},acme,\"{filler}\"\n")
    };
    let log = long_log(row);
    for size in ["64KiB", "1234567B"] {
        cut(&log, size).agrees();
    }
}
