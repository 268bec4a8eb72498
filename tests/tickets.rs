//! Events compared with the vendor's table of support tickets.

use std::fs;

use crate::util::{Dir, json};

const CASE: &str = r#"[case]
id = "T-1"
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
email = "mira@desk.example"
[[agents.list]]
id = "a2"
[tickets]
file = "tickets.csv"
[[logs]]
path = "logs"
profile = "superuser"
[coverage]
gap_hours = 72
"#;

const TICKETS: &str = "id,tenant,agent,opened,closed,approval\n\
    S-1,acme,mira@desk.example,2026-02-09T00:00:00Z,2026-02-10T12:00:00Z,Jo\n\
    S-2,birch,,2026-02-09T00:00:00Z,,\n\
    S-3,acme,a2,2026-02-09T00:00:00Z,,\n";

fn record(time: &str, tenant: &str, ticket: &str) -> String {
    let tenant = if tenant.is_empty() {
        String::new()
    } else {
        format!(r#""tenant":{{"id":"{tenant}"}},"#)
    };
    format!(
        r#"{{"event_id":"{time}","timestamp":"2026-02-10T{time}Z","actor":{{"id":"a1"}},{tenant}"action":"user.mfa.reset","outcome":{{"result":"SUCCESS"}},"ticket":{ticket}}}"#
    )
}

fn verdicts(dir: &Dir, file: &str) -> Vec<String> {
    let lines = fs::read_to_string(dir.path(file)).expect("lines");
    let verdict = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
        line["ticket_verdict"].as_str().unwrap_or("-").to_owned()
    };
    lines.lines().map(verdict).collect()
}

#[test]
fn each_event_has_a_verdict_on_its_ticket() {
    let dir = Dir::new();
    let log = [
        record("08:00:00", "acme", "\"S-1\""),
        record("09:00:00", "acme", "\"S-2\""),
        record("10:00:00", "acme", "\"S-3\""),
        record("11:00:00", "acme", "\"S-7\""),
        record("12:00:00", "acme", "\"S-1\""),
        record("13:00:00", "acme", "null"),
        record("14:00:00", "birch", "\"S-2\""),
        record("15:00:00", "", "\"S-2\""),
    ];
    dir.file("case.toml", CASE)
        .file("tickets.csv", TICKETS)
        .file("logs/a.jsonl", log.join("\n"));
    dir.run(["report", "case.toml", "--out", "out", "--quiet"]).ends(1);
    assert_eq!(
        verdicts(&dir, "out/tenants/acme/actions.jsonl"),
        ["fits", "other-tenant", "other-agent", "unknown", "closed", "none"]
    );
    assert_eq!(verdicts(&dir, "out/tenants/birch/actions.jsonl"), ["fits"]);
    assert_eq!(verdicts(&dir, "out/unattributed.jsonl"), ["fits"]);
    let findings = json(&dir.path("out/findings.json"));
    let pairs = findings["tickets"]["pairs"].as_array().expect("pairs");
    assert_eq!((&findings["tickets"]["listed"], pairs.len()), (&3.into(), 3));
    let acme = &pairs[0];
    assert_eq!((&acme["agent"], &acme["tenant"]), (&"a1".into(), &"acme".into()));
    for count in [
        "fits",
        "other_tenant",
        "other_agent",
        "unknown",
        "closed",
        "none",
        "approved",
    ] {
        assert_eq!(acme[count], 1, "{count}");
    }
    assert_eq!(pairs[2]["tenant"], serde_json::Value::Null);
    let tenants = &findings["tenants"];
    assert_eq!(
        (&tenants[0]["verdict"], &tenants[0]["without_ticket"]),
        (&"without-ticket".into(), &5.into())
    );
    assert_eq!(
        (&tenants[1]["verdict"], &tenants[1]["without_ticket"]),
        (&"nothing-tied".into(), &0.into())
    );
    let acme = fs::read_to_string(dir.path("out/tenants/acme/report.html")).expect("a report");
    assert!(acme.contains("No support ticket that fits is known") && acme.contains("the ticket is not of your tenant"));
    assert!(!acme.contains("birch"), "a ticket names no other tenant");
    dir.run(["verify", "out", "--logs", "."]).ends(0);
    dir.run(["plan", "case.toml", "--quiet", "--out", "plan"]).ends(0);
    fs::create_dir_all(dir.path("parts")).expect("a folder");
    dir.run(["partial", "plan", "--quiet", "--split", "0", "--out", "parts/0.partial"])
        .ends(0);
    dir.run(["merge", "plan", "parts", "--quiet", "--out", "many"]).ends(1);
    assert_eq!(json(&dir.path("many/findings.json")), findings);
}

#[test]
fn faults_of_a_table_of_tickets_are_reported_at_once() {
    let dir = Dir::new();
    let tickets = format!("{TICKETS}S-1,acme,,2026-02-09T00:00:00Z,,\nS-9,acme,,2026-02-09,,\n");
    dir.file("case.toml", CASE)
        .file("tickets.csv", tickets)
        .file("logs/a.jsonl", record("08:00:00", "acme", "null"));
    let run = dir.run(["report", "case.toml", "--out", "out", "--quiet"]);
    run.ends(2).says("tickets.csv:5:1").says("tickets.csv:6:11");
}
