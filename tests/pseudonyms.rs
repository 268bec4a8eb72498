//! `agents.lock` as a run of the program writes and uses it.

use std::{fs, process::Stdio};

use tenant_impact::digest::Sha256;

use crate::util::{Dir, Run, files, json, lock, program, skipped};

const CASE: &str = r#"[case]
id = "PS-1"
title = "An incident"
vendor = "Larkmoor"
tlp = "AMBER"
contact = "security@larkmoor.example"
issued = 2026-01-20T00:00:00Z
[[scopes]]
name = "possible"
from = 2026-01-16T00:00:00Z
until = 2026-01-16T01:00:00Z
basis = "Because."
agents = "all"
[agents]
file = "agents.csv"
[[logs]]
path = "."
profile = "superuser"
"#;

const AGENTS: [&str; 4] = [
    "a1,Engineer,Sub,JP",
    "a2,Engineer,Sub,JP",
    "a3,Engineer,Sub,JP",
    "a4,Lead,Sub,PT",
];

fn folder(rows: &[&str]) -> Dir {
    let dir = Dir::new();
    let record = |number: usize| {
        format!(
            r#"{{"event_id":"e{number}","timestamp":"2026-01-16T00:0{number}:00Z","actor":{{"id":"a{number}"}},"tenant":{{"id":"acme"}},"action":"user.view","outcome":"success"}}"#
        ) + "\n"
    };
    dir.file("case.toml", CASE.replace("path = \".\"", "path = \"logs\""))
        .file("logs/a.jsonl", (1..=4).map(record).collect::<String>());
    list(&dir, rows);
    dir
}

fn list(dir: &Dir, rows: &[&str]) {
    dir.file("agents.csv", format!("id,role,employer,country\n{}\n", rows.join("\n")));
}

fn report(dir: &Dir, out: &str) {
    dir.run(["report", "case.toml", "--quiet", "--out", out]).ends(0);
}

#[test]
fn reports_say_the_same_whatever_the_order_of_the_agents() {
    let dir = folder(&AGENTS);
    report(&dir, "a");
    let pinned = fs::read_to_string(dir.path("agents.lock")).expect("the first report writes the lock");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(dir.path("agents.lock"))
            .expect("a lock")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    report(&dir, "b");
    assert_eq!(
        files(&dir.path("a")),
        files(&dir.path("b")),
        "the lock of the first run is the one of the second"
    );
    let mut sorted = AGENTS;
    sorted.reverse();
    list(&dir, &sorted);
    report(&dir, "c");
    let kept = |out: &str| {
        let mut kept = files(&dir.path(out).join("tenants"));
        // What names the case's files and their digests differs as they do.
        kept.retain(|name, _| !name.ends_with("manifest.json") && !name.ends_with("SHA256SUMS"));
        kept
    };
    assert_eq!(kept("a"), kept("c"));
    assert_eq!(fs::read_to_string(dir.path("agents.lock")).expect("a lock"), pinned);
    // A new first row moves nothing, and is added.
    list(&dir, &[["a0,Engineer,Sub,JP"].as_slice(), &AGENTS].concat());
    report(&dir, "d");
    let events = |out: &str| fs::read_to_string(dir.path(out).join("tenants/acme/actions.jsonl")).expect("events");
    assert_eq!(events("a"), events("d"));
    let added = fs::read_to_string(dir.path("agents.lock")).expect("a lock");
    assert!(added.len() > pinned.len() && added.contains("\na0 = \""), "{added}");
    let key = added
        .lines()
        .find_map(|line| line.strip_prefix("key = \""))
        .expect("a key");
    let bundle = files(&dir.path("d"));
    let copies = bundle
        .values()
        .filter(|bytes| String::from_utf8_lossy(bytes).contains(&key[..64]));
    assert_eq!(copies.count(), 0, "the key is in no file of a bundle");
    assert!(bundle.keys().all(|name| !name.ends_with("agents.lock")));
    // The lock has grown since; the first bundle verifies all the same.
    list(&dir, &AGENTS);
    dir.run(["verify", "a", "--logs", "."]).ends(0);
}

#[test]
fn customers_tables_are_in_the_order_of_pseudonyms_and_tell_what_several_share() {
    let dir = folder(&AGENTS);
    let codes = [("a1", "WXZK"), ("a2", "KTWN"), ("a3", "RPNM"), ("a4", "BDFH")];
    dir.file("agents.lock", lock(&codes));
    report(&dir, "out");
    let page = fs::read_to_string(dir.path("out/tenants/acme/report.md")).expect("a report");
    let rows: Vec<_> = page
        .lines()
        .filter(|line| line.starts_with("| Agent ") && !line.starts_with("| Agent |"))
        .collect();
    let starts: Vec<_> = rows
        .iter()
        .map(|row| row.split('|').take(5).map(str::trim).collect::<Vec<_>>())
        .collect();
    assert_eq!(
        starts,
        [
            ["", "Agent BDFH", "", "", ""],
            ["", "Agent KTWN", "Engineer", "Sub", "JP"],
            ["", "Agent RPNM", "Engineer", "Sub", "JP"],
            ["", "Agent WXZK", "Engineer", "Sub", "JP"],
        ],
        "{page}"
    );
    let manifest = json(&dir.path("out/manifest.json"));
    assert_eq!(manifest["case"]["agents_k"], 3);
    let inputs = manifest["inputs"].as_array().expect("inputs");
    assert!(
        inputs
            .iter()
            .any(|input| input["role"] == "lock" && input["path"] == "agents.lock")
    );
    dir.file(
        "case.toml",
        CASE.replace("path = \".\"", "path = \"logs\"") + "[reports]\nagents_k = 1\n",
    );
    report(&dir, "all");
    let page = fs::read_to_string(dir.path("all/tenants/acme/report.md")).expect("a report");
    assert!(page.contains("| Agent BDFH | Lead | Sub | PT |"), "{page}");
}

/// Logs may lie in the folder of the case: the lock that the first report writes there is no log of
/// the second.
#[test]
fn lock_is_no_log() {
    let (dir, elsewhere) = (folder(&AGENTS), Dir::new());
    dir.file("case.toml", CASE);
    for out in ["a", "b"] {
        let out = elsewhere.path(out);
        dir.run(["report", "case.toml", "--quiet", "--out", out.to_str().expect("UTF-8")])
            .ends(1);
        let findings = json(&out.join("findings.json"));
        let sources = findings["sources"].as_array().expect("sources").iter();
        let paths: Vec<_> = sources.map(|source| source["path"].as_str().expect("a path")).collect();
        assert_eq!(paths, ["agents.csv", "case.toml", "logs/a.jsonl"]);
    }
}

#[test]
fn scan_writes_no_lock_and_flags_use_the_one_of_the_current_folder() {
    let dir = folder(&AGENTS);
    let pseudonyms = |text: &str| {
        let findings: serde_json::Value = serde_json::from_str(text).expect("JSON");
        let agents = findings["agents"].as_array().expect("agents").iter();
        agents.map(|agent| agent["pseudonym"].to_string()).collect::<Vec<_>>()
    };
    let scan = |dir: &Dir| pseudonyms(&dir.run(["scan", "case.toml", "--json"]).ends(0).stdout);
    assert_eq!(scan(&dir), ["\"\""; 4], "an unpinned code would differ in the report");
    assert!(!dir.path("agents.lock").exists());
    dir.file("agents.lock", lock(&[("a1", "KTWN")]));
    assert_eq!(scan(&dir), ["\"Agent KTWN\"", "\"\"", "\"\"", "\"\""]);
    let flags =
        "report --logs logs --agents a1 a9 --from 2026-01-16T00:00:00Z --until 2026-01-16T01:00:00Z --quiet --out out";
    dir.run(flags.split(' ')).ends(0);
    let findings = json(&dir.path("out/findings.json"));
    assert_eq!(findings["agents"][0]["pseudonym"], "Agent KTWN");
    let text = fs::read_to_string(dir.path("agents.lock")).expect("a lock");
    assert!(text.contains("\na1 = \"KTWN\"\na9 = \""), "{text}");
}

#[cfg(unix)]
#[test]
fn unwritable_folder_ends_before_the_logs_are_read() {
    use std::os::unix::{fs::PermissionsExt as _, process::CommandExt as _};
    let (dir, elsewhere) = (folder(&AGENTS), Dir::new());
    let mode = |path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("its owner");
    mode(elsewhere.path(""), 0o777);
    mode(dir.path("logs"), 0o755);
    mode(dir.path(""), 0o555);
    let out = elsewhere.path("out");
    let mut command = program(&dir.path(""));
    command.args(["report", "case.toml", "--quiet", "--out"]).arg(&out);
    if fs::write(dir.path("probe"), "").is_ok() {
        // Root can write everywhere, so the program runs as the user `nobody` (65534).
        command.uid(65_534);
        if command.output().is_err() {
            mode(dir.path(""), 0o755);
            return skipped("nobody may not start the program where it lies");
        }
    }
    let run = Run::of(&mut command);
    mode(dir.path(""), 0o755);
    run.ends(2)
        .says("cannot write `agents.lock`, which keeps the agents' pseudonyms the same in every run")
        .says("allow writing in its folder for this run");
    assert!(!out.exists());
    let codes = [("a1", "KTWN"), ("a2", "BDFH"), ("a3", "CJMP"), ("a4", "RTVW")];
    dir.file("agents.lock", lock(&codes));
    mode(dir.path(""), 0o555);
    let run = Run::of(&mut command);
    mode(dir.path(""), 0o755);
    run.ends(0);
}

/// Reports that start together agree on one key: those that lose write no bundle.
#[test]
fn concurrent_first_reports_leave_one_key() {
    let dir = folder(&AGENTS);
    let runs: Vec<_> = (0..4)
        .map(|number| {
            let mut command = program(&dir.path(""));
            command.args(["report", "case.toml", "--quiet", "--out", &format!("out{number}")]);
            command.stderr(Stdio::null()).spawn().expect("the program")
        })
        .collect();
    let ends: Vec<_> = runs
        .into_iter()
        .map(|mut run| run.wait().expect("an end").code())
        .collect();
    assert!(ends.contains(&Some(0)), "{ends:?}");
    let digest = Sha256::of(&fs::read(dir.path("agents.lock")).expect("a lock")).to_string();
    for (number, end) in ends.iter().enumerate() {
        let out = dir.path(&format!("out{number}"));
        assert_eq!(out.exists(), *end == Some(0), "{ends:?}");
        if !out.exists() {
            assert_eq!(*end, Some(2));
            continue;
        }
        let manifest = json(&out.join("manifest.json"));
        let inputs = manifest["inputs"].as_array().expect("inputs");
        let lock = inputs.iter().find(|input| input["role"] == "lock").expect("a lock");
        assert_eq!(lock["sha256"], digest.as_str());
    }
    let names = dir.names();
    assert!(names.iter().all(|name| !name.starts_with(".agents")), "{names:?}");
}
