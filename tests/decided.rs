//! Decisions of the case on events that name no tenant.

use std::fs;

use serde_json::Value;

use crate::util::{Dir, json};

const CASE: &str = r#"[case]
id = "D-1"
title = "Unauthorised access"
vendor = "Northquay"
tlp = "AMBER"
contact = "security@northquay.example"
issued = 2026-02-20T09:00:00Z
[[scopes]]
name = "possible"
from = 2026-02-10T00:00:00Z
until = 2026-02-11T00:00:00Z
basis = "Every agent counts."
agents = "all"
[[agents.list]]
id = "a1"
[[logs]]
path = "logs"
profile = "superuser"
[coverage]
gap_hours = 72
"#;

const DECIDED: &str = r#"
[[decided]]
event = "e1"
tenants = ["birch", "acme"]
by = "Jo"
why = "Opened from their pages."
[[decided]]
event = "e2"
tenants = "none"
by = "Jo"
why = "An own setting."
[[decided]]
event = "e4"
tenants = "none"
by = "Jo"
why = "Names a tenant, so does not apply."
"#;

fn record(id: &str, hour: u32, tenant: &str) -> String {
    let tenant = match tenant {
        "" => String::new(),
        tenant => format!(r#""tenant":{{"id":"{tenant}"}},"#),
    };
    format!(
        r#"{{"event_id":"{id}","timestamp":"2026-02-10T{hour:02}:00:00Z","actor":{{"id":"a1"}},{tenant}"action":"user.search","outcome":{{"result":"SUCCESS"}}}}"#
    )
}

fn dir(case: &str) -> Dir {
    let log = [
        record("e1", 8, ""),
        record("e2", 9, ""),
        record("e3", 10, ""),
        record("e4", 11, "acme"),
    ];
    let dir = Dir::new();
    dir.file("case.toml", case).file("logs/a.jsonl", log.join("\n"));
    dir
}

fn ids(dir: &Dir, file: &str) -> Vec<String> {
    let lines = fs::read_to_string(dir.path(file)).expect("lines");
    let id = |line: &str| {
        let line: Value = serde_json::from_str(line).expect("JSON");
        line["event_id"].as_str().expect("an id").to_owned()
    };
    lines.lines().map(id).collect()
}

fn message(findings: &Value, code: &str) -> String {
    let caveats = findings["caveats"].as_array().expect("caveats");
    let caveat = caveats.iter().find(|caveat| caveat["code"] == code);
    caveat.map_or_else(String::new, |caveat| caveat["message"].to_string())
}

#[test]
fn decided_event_is_in_the_reports_of_its_tenants() {
    let dir = dir(&(CASE.to_owned() + DECIDED));
    dir.run(["report", "case.toml", "--out", "out", "--quiet"]).ends(1);
    assert_eq!(ids(&dir, "out/tenants/acme/actions.jsonl"), ["e1", "e4"]);
    assert_eq!(ids(&dir, "out/tenants/birch/actions.jsonl"), ["e1"]);
    assert_eq!(ids(&dir, "out/unattributed.jsonl"), ["e2", "e3"]);
    let findings = json(&dir.path("out/findings.json"));
    assert_eq!(findings["records"]["without_tenant"], 2);
    let decided = findings["decided"].as_array().expect("decisions");
    let events: Vec<_> = decided.iter().map(|decision| decision["events"].as_u64()).collect();
    assert_eq!(events, [Some(1), Some(1), Some(0)]);
    assert_eq!(decided[0]["tenants"], serde_json::json!(["acme", "birch"]));
    let open = message(&findings, "events-without-tenant");
    assert!(open.contains("1 in-scope event names"), "{open}");
    assert!(message(&findings, "unmatched-decision").contains("`e4`"));
    let acme = fs::read_to_string(dir.path("out/tenants/acme/report.html")).expect("a report");
    assert!(!acme.contains("birch") && !acme.contains("Opened from"), "{acme}");
    assert!(
        acme.contains("The record of action 1 names no customer. The vendor decided"),
        "{acme}"
    );
    assert!(acme.contains("Actions that may concern every customer"), "{acme}");
    assert_eq!(findings["tenants"][0]["decided"], serde_json::json!([1]));
    assert_eq!(findings["tenants"][1]["decided"], serde_json::json!([1]));
    let overview = fs::read_to_string(dir.path("out/index.html")).expect("an overview");
    assert!(overview.contains("Opened from their pages."));
    dir.run(["verify", "out", "--logs", "."]).ends(0);
    dir.run(["plan", "case.toml", "--quiet", "--out", "plan"]).ends(0);
    fs::create_dir_all(dir.path("parts")).expect("a folder");
    dir.run(["partial", "plan", "--quiet", "--split", "0", "--out", "parts/0.partial"])
        .ends(0);
    dir.run(["merge", "plan", "parts", "--quiet", "--out", "many"]).ends(1);
    assert_eq!(json(&dir.path("many/findings.json")), findings);
}

#[test]
fn faults_of_decisions_are_reported_at_once() {
    let wrong = r#"
[[decided]]
event = "e1"
tenants = ["none", "acme"]
by = "Jo"
why = "w"
[[decided]]
event = "e1"
tenants = "acme"
by = "Jo"
why = "w"
[[decided]]
event = "e2"
by = "Jo"
"#;
    let dir = dir(&(CASE.to_owned() + wrong));
    let run = dir.run(["scan", "case.toml"]);
    run.ends(2)
        .says("`none` stands beside tenants")
        .says("is decided already")
        .says("has no `tenants`")
        .says("why");
}
