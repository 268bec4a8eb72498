//! Identities that name nobody as written: what a case and its logs say of whom, and what is said where they differ.

use std::fmt::Write as _;

use serde_json::Value;

use crate::util::{Dir, Run, json};

/// A record of the `superuser` profile: its time on 10 February 2026, and its actor's members.
fn record(time: &str, actor: &str, rest: &str) -> String {
    format!(
        "{{\"event_id\":\"{time}{}\",\"timestamp\":\"2026-02-{time}Z\",\"actor\":{{{actor}}},\"tenant\":{{\"id\":\"acme\"}},\
         \"action\":\"user.view\"{rest}}}\n",
        actor.replace(['"', '\\'], "")
    )
}

/// A case of these agents and this log, with a scope of all agents and further scopes; and the run that reports it.
fn report(dir: &Dir, agents: &str, log: &str, scopes: &str) -> Run {
    let mut case = String::from(
        "[case]\nid = \"I-1\"\ntitle = \"Unauthorised access\"\nvendor = \"Northquay\"\ntlp = \"AMBER\"\n\
         contact = \"security@northquay.example\"\nissued = 2026-02-20T09:00:00Z\n\n",
    );
    case.push_str(scopes);
    write!(
        case,
        "[agents]\nfile = \"agents.csv\"\n\n[[logs]]\npath = \"log.jsonl\"\nprofile = \"superuser\"\n\n\
         [coverage]\ngap_hours = 72\n"
    )
    .expect("memory takes every write");
    dir.file("case.toml", case)
        .file("agents.csv", agents)
        .file("log.jsonl", log);
    dir.run(["report", "case.toml", "--out", "out", "--quiet"])
}

/// A scope of the 10th and 11th.
const ALL: &str = "[[scopes]]\nname = \"possible\"\nfrom = 2026-02-10T00:00:00Z\nuntil = 2026-02-12T00:00:00Z\n\
                   basis = \"Every agent counts.\"\nagents = \"all\"\n\n";

/// The same of one agent.
const MIRA: &str = "[[scopes]]\nname = \"possible\"\nfrom = 2026-02-10T00:00:00Z\nuntil = 2026-02-12T00:00:00Z\n\
                    basis = \"Her account was used.\"\nagents = { ids = [\"a1\"] }\n\n";

const AGENTS: &str = "id,email,identities\na1,mira.holt@desk.example,mira.holt\na2,jon.vane@desk.example,jon.vane\n";

fn codes(findings: &Value) -> Vec<&str> {
    let caveats = findings["caveats"].as_array().expect("a list");
    caveats
        .iter()
        .map(|caveat| caveat["code"].as_str().expect("a code"))
        .collect()
}

/// A refused record may be in scope only if a scope has its agent, and its window the time if that can be read.
#[test]
fn refused_record_of_an_agent_of_no_scope_is_not_possibly_in_scope() {
    let mira = record("10T10:00:00", "\"email\":\"mira.holt@desk.example\"", "");
    let broken = |time: &str, who: &str| format!("{{\"timestamp\":\"2026-02-{time}Z\",\"actor\":\"{who}\",\n");
    for (scope, lines, expected) in [
        (MIRA, broken("10T11:00:00", "jon.vane@desk.example"), false),
        (ALL, broken("10T11:00:00", "jon.vane@desk.example"), true),
        (MIRA, broken("10T11:00:00", "mira.holt@desk.example"), true),
        // In the window of another scope, which has not this agent.
        (
            &format!(
                "{MIRA}{}",
                MIRA.replace("possible", "later")
                    .replace("-10T", "-14T")
                    .replace("-12T", "-15T")
                    .replace("a1", "a2")
            ),
            record("14T11:00:00", "", ",\"note\":\"mira.holt@desk.example\""),
            false,
        ),
    ] {
        let dir = Dir::new();
        report(&dir, AGENTS, &format!("{mira}{lines}"), scope).ends(1);
        let findings = json(&dir.path("out/findings.json"));
        assert_eq!(findings["records"]["refused"], 1, "{lines}");
        assert_eq!(codes(&findings).contains(&"possibly-in-scope"), expected, "{lines}");
        let names = findings["refused"][0]["names"].as_array().expect("a list");
        assert_eq!(!names.is_empty(), expected, "{lines}");
    }
}
