//! Reach of the logs as the case states it, and files that a regular series lacks.

use std::fs;

use serde_json::{Value, json};

use crate::util::{Dir, json as read_json};

const CASE: &str = r#"[case]
id = "R-1"
title = "Unauthorised access"
vendor = "Northquay"
tlp = "AMBER"
contact = "security@northquay.example"
issued = 2026-02-20T09:00:00Z
[[scopes]]
name = "possible"
from = 2026-02-10T00:00:00Z
until = 2026-02-15T00:00:00Z
basis = "Every agent counts."
agents = "all"
[[agents.list]]
id = "a1"
[[agents.list]]
id = "agent-22"
[coverage]
gap_hours = 240
"#;

const LOGS: &str = r#"
[[logs]]
path = "logs"
profile = "superuser"
not_recorded = ["Views of single users.", "Searches of the help pages."]
obtained = { by = "Kim Osei", at = 2026-02-14T08:00:00Z, how = "Export of the archive, as it is kept.", query = "actor = a1" }
[[outages]]
from = 2026-02-11T02:00:00Z
until = 2026-02-11T04:30:00Z
what = "The shipper of the log stood still."
profiles = "superuser"
[[outages]]
from = 2026-01-01T00:00:00Z
until = 2026-01-02T00:00:00Z
what = "An outage of an earlier time."
"#;

fn record(day: u32, hour: u32) -> String {
    format!(
        r#"{{"event_id":"e{day}-{hour}","timestamp":"2026-02-{day}T{hour:02}:00:00Z","actor":{{"id":"a1"}},"tenant":{{"id":"acme"}},"action":"user.view","outcome":{{"result":"SUCCESS"}}}}"#
    )
}

fn message(findings: &Value, code: &str) -> String {
    let caveats = findings["caveats"].as_array().expect("caveats");
    let caveat = caveats.iter().find(|caveat| caveat["code"] == code);
    caveat.map_or_else(String::new, |caveat| caveat["message"].to_string())
}

fn dir(logs: &str) -> Dir {
    let dir = Dir::new();
    dir.file("case.toml", CASE.to_owned() + logs);
    dir
}

/// Runs a report and returns its findings.
fn findings(dir: &Dir) -> Value {
    dir.run(["report", "case.toml", "--out", "out", "--quiet"]).ends(1);
    dir.run(["verify", "out", "--logs", "."]).ends(0);
    read_json(&dir.path("out/findings.json"))
}

#[test]
fn statements_on_logs_stand_in_every_report() {
    let dir = dir(LOGS);
    dir.file("logs/a.jsonl", [record(10, 8), record(11, 3), record(12, 9)].join("\n"));
    let found = findings(&dir);
    let outages = &found["coverage"]["outages"];
    assert_eq!(outages[0]["hours"], 3);
    assert_eq!(outages[0]["hours_with_records"], 1);
    assert_eq!(outages[0]["kinds"], json!(["superuser"]));
    assert_eq!(outages[1]["hours"], 0);
    let input = &found["inputs"][0];
    assert_eq!(input["obtained"]["by"], "Kim Osei");
    assert_eq!(input["not_recorded"][1], "Searches of the help pages.");
    let outage = message(&found, "declared-outage");
    assert!(outage.contains("records in 1 of 3 hours"), "{outage}");
    assert!(!outage.contains("earlier time"), "{outage}");
    let early = message(&found, "obtained-early");
    assert!(early.contains("`logs` at 2026-02-14T08:00:00Z"), "{early}");
    let manifest = read_json(&dir.path("out/manifest.json"));
    assert_eq!(manifest["case"]["logs"][0]["obtained"]["query"], "actor = a1");
    assert_eq!(manifest["case"]["outages"].as_array().map(Vec::len), Some(2));
    for file in ["report.html", "report.md"] {
        let text = fs::read_to_string(dir.path(&format!("out/tenants/acme/{file}"))).expect("a report");
        let text = text.replace("<bdi>", "").replace("</bdi>", "");
        assert!(text.contains("The shipper of the log stood still."), "{text}");
        assert!(text.contains("in the log files read as superuser"), "{text}");
        assert!(text.contains("Export of the archive, as it is kept."), "{text}");
        assert!(text.contains("Views of single users."), "{text}");
        assert!(text.contains("with a query or filter"), "{text}");
        for own in ["Kim Osei", "actor = a1", "earlier time"] {
            assert!(!text.contains(own), "{file}: {own}");
        }
    }
    let overview = fs::read_to_string(dir.path("out/index.html")).expect("an overview");
    for stated in [
        "Kim Osei",
        "actor = a1",
        "An outage of an earlier time.",
        "in no window",
    ] {
        assert!(overview.contains(stated), "{stated}");
    }
}

#[test]
fn faults_of_statements_on_logs_are_reported_at_once() {
    let dir = dir(r#"
[[logs]]
path = "logs"
profile = "superuser"
obtained = {}
[[logs]]
path = "more"
profile = "superuser"
obtained = { when = "today" }
[[outages]]
from = 2026-02-11T02:00:00Z
until = 2026-02-11T02:00:00Z
what = "No time."
profiles = ["superusr"]
[[outages]]
from = 2026-02-11T02:00:00Z
"#);
    dir.run(["scan", "case.toml"])
        .ends(2)
        .says("`obtained` says nothing")
        .says("unknown key `when`")
        .says("the outage ends at 2026-02-11T02:00:00Z")
        .says("did you mean `superuser`?")
        .says("has no `until`")
        .says("has no `what`");
}

#[test]
fn sentences_on_logs_name_no_agent() {
    let dir = dir(&LOGS.replace("Views of single users.", "Views by agent-22."));
    dir.file("logs/a.jsonl", record(10, 8));
    dir.run(["report", "case.toml", "--out", "out", "--quiet"]).ends(2);
}

/// Files of two regions, of which one lacks a day in the middle and the other its last.
#[test]
fn file_that_a_series_lacks_is_named_although_no_hour_is_empty() {
    let dir = dir("[[logs]]\npath = \"logs\"\nprofile = \"superuser\"\n");
    for day in 9..=16 {
        let records: Vec<_> = (0..24).map(|hour| record(day.clamp(10, 28), hour)).collect();
        if day != 12 {
            dir.file(&format!("logs/eu/2026-02-{day:02}.jsonl"), records.join("\n"));
        }
        if day < 14 {
            dir.file(&format!("logs/us/2026-02-{day:02}.jsonl"), records.join("\n"));
        }
    }
    let found = findings(&dir);
    assert_eq!(found["coverage"]["kinds"][0]["gaps"], json!([]));
    let missing = found["coverage"]["missing"].as_array().expect("missing files");
    let paths: Vec<_> = missing.iter().filter_map(|file| file["path"].as_str()).collect();
    assert_eq!(paths, ["logs/eu/2026-02-12.jsonl", "logs/us/2026-02-14.jsonl"]);
    assert_eq!(missing[0]["step_hours"], 24);
    assert!(message(&found, "missing-file").contains("`logs/eu/2026-02-12.jsonl` (daily, 7 there)"));
    let report = fs::read_to_string(dir.path("out/tenants/acme/report.md")).expect("a report");
    assert!(report.contains("one file of a regular series"));
    assert!(!report.contains("logs/eu"));
}
