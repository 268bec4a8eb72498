//! Scopes without agents: which records they hold, and what customers read of the actors.

use std::fs;

use crate::util::{Dir, json};

const PROFILE: &str = r#"name = "app"
title = "An application"
[time]
at = ["/t"]
[[actors]]
role = "actor"
id = ["/who"]
user_name = ["/login"]
key = ["/key"]
[fields]
action = ["/do"]
ip = ["/ip"]
justification = ["/why"]
[[tenants]]
id = ["/in"]
"#;

fn case(scope: &str) -> String {
    format!(
        r#"[case]
id = "O-1"
title = "Unauthorised access"
vendor = "Northquay"
tlp = "AMBER"
contact = "security@northquay.example"
issued = 2026-02-20T09:00:00Z
[[scopes]]
name = "possible"
from = 2026-02-10T00:00:00Z
until = 2026-02-11T00:00:00Z
basis = "What forensics found."
{scope}
[[logs]]
path = "logs"
profile = "app.toml"
"#
    )
}

fn report(scope: &str, records: &[&str]) -> Dir {
    let dir = Dir::new();
    let log: Vec<String> = records
        .iter()
        .map(|rest| format!(r#"{{"t":"2026-02-10T09:00:00Z","do":"view","in":"acme",{rest}}}"#))
        .collect();
    dir.file("case.toml", case(scope))
        .file("app.toml", PROFILE)
        .file("logs/a.jsonl", log.join("\n"));
    dir.run(["report", "case.toml", "--out", "out", "--quiet"]).ends(1);
    dir
}

fn copies(dir: &Dir) -> String {
    let folder = dir.path("out/tenants/acme");
    ["report.html", "report.md", "actions.csv", "actions.jsonl", "people.csv"]
        .map(|name| fs::read_to_string(folder.join(name)).expect("a customer's file"))
        .concat()
}

#[test]
fn each_address_of_a_list_meets_the_condition() {
    let dir = report(
        r#"ips = ["203.0.113.0/24"]"#,
        &[
            r#""who":"u-1","ip":["10.0.0.1","203.0.113.5"]"#,
            r#""who":"u-2","ip":"/203.0.113.7:443""#,
            r#""who":"u-3","ip":"10.0.0.1; 203.0.113.8""#,
            r#""who":"u-4","ip":"10.0.0.1""#,
        ],
    );
    assert_eq!(json(&dir.path("out/findings.json"))["records"]["in_scope"], 3);
    dir.run(["verify", "out", "--logs", "."]).ends(0);
}

#[test]
fn letters_only_user_name_of_an_unlisted_actor_is_masked() {
    let dir = report(
        r#"ips = ["203.0.113.5"]"#,
        &[r#""who":"u-77012","login":"miraholt","ip":"203.0.113.5","why":"miraholt looked""#],
    );
    let copies = copies(&dir);
    assert!(!copies.contains("miraholt") && !copies.contains("u-77012"), "{copies}");
    assert!(copies.contains("[Unlisted actor "), "{copies}");
}

/// A scope that names agents shows no identity of theirs for having it as a condition.
#[test]
fn key_of_a_scope_of_agents_stays_masked() {
    let agents = r#"agents = "all"
keys = ["svc-holt-key7"]
[[agents.list]]
id = "sa-1001"
identities = ["svc-holt-key7"]"#;
    let dir = report(
        agents,
        &[r#""who":"sa-1001","key":"svc-holt-key7","why":"used svc-holt-key7""#],
    );
    assert!(!copies(&dir).contains("svc-holt-key7"), "{}", copies(&dir));
}
