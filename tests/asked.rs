//! Reports of tenants that the case asks about, with and without actions.

use std::fs;

use crate::util::{Dir, Run, json};

const CASE: &str = r#"[case]
id = "A-1"
title = "Unauthorised access"
vendor = "Northquay"
tlp = "AMBER"
contact = "security@northquay.example"
issued = 2026-02-20T09:00:00Z
[[scopes]]
name = "possible"
from = 2026-02-10T08:00:00Z
until = 2026-02-10T12:00:00Z
basis = "What forensics found."
agents = "all"
[[agents.list]]
id = "ann"
[tenants]
file = "tenants.csv"
[[logs]]
path = "logs"
profile = "superuser"
"#;

const TENANTS: &str = "id,name,contact\nt-1,Acme Mills,sec@acme.example\nt-2,Borealis Freight,sec@borealis.example\n\
                       t-3,Twin,\nt-4,Twin,\n";

const LOG: &str = r#"{"event_id":"e1","timestamp":"2026-02-10T09:10:00Z","actor":{"id":"ann"},"tenant":{"id":"t-1"},"action":"user.view"}
{"event_id":"e2","timestamp":"2026-02-10T10:10:00Z","actor":{"id":"bob"},"tenant":{"id":"t-2"},"action":"user.view"}
"#;

fn folder(asked: &str) -> Dir {
    let dir = Dir::new();
    dir.file("case.toml", format!("{CASE}[reports]\nasked = {asked}\n"))
        .file("tenants.csv", TENANTS)
        .file("logs/a.jsonl", LOG);
    dir
}

fn report(dir: &Dir, out: &str, more: &[&str]) -> Run {
    let arguments = ["report", "case.toml", "--out", out, "--quiet"];
    dir.run(arguments.iter().chain(more).copied())
}

#[test]
fn tenant_asked_about_gets_a_bounded_negative() {
    let dir = folder(r#"["Borealis Freight", "t-1", " t-2 "]"#);
    report(&dir, "out", &[]).ends(1);
    let findings = json(&dir.path("out/findings.json"));
    let tenants = findings["tenants"].as_array().expect("tenants");
    let told = tenants.iter().map(|tenant| {
        [&tenant["id"], &tenant["asked"], &tenant["events"], &tenant["verdict"]].map(ToString::to_string)
    });
    assert_eq!(
        told.map(|cells| cells.join(" ")).collect::<Vec<_>>(),
        [r#""t-1" true 1 "nothing-tied""#, r#""t-2" true 0 "nothing-found""#]
    );
    // It was not acted in.
    assert_eq!(
        (&findings["impact"]["tenants"], &findings["impact"]["known_tenants"]),
        (&1.into(), &1.into())
    );
    assert_eq!(
        (
            &findings["coverage"]["hours"],
            &findings["coverage"]["hours_with_records"]
        ),
        (&4.into(), &2.into())
    );
    for name in ["report.html", "report.md"] {
        let text = fs::read_to_string(dir.path("out/tenants/t-2").join(name)).expect(name);
        for sentence in [
            "The logs searched show no action by support agents in your tenant",
            "2 records in 1 log file, of which 2 lie in the time searched.",
            "2 of the 4 hours (UTC) that the time searched touches hold a record, 2 hold none.",
            "Every record could be read.",
            "What would not show",
        ] {
            assert!(text.contains(sentence), "{name}: {sentence}");
        }
        assert!(!text.contains("Acme") && !text.contains("All actions"), "{name}");
    }
    let lines = |name: &str| {
        fs::read_to_string(dir.path("out/tenants/t-2").join(name))
            .expect(name)
            .lines()
            .count()
    };
    assert_eq!(["actions.csv", "people.csv", "actions.jsonl"].map(lines), [1, 1, 0]);
    let rows = fs::read_to_string(dir.path("out/tenants.csv")).expect("tenants.csv");
    let row = rows.lines().find(|row| row.contains("t-2")).expect("a row");
    assert!(row.contains("information,nothing-found,0,"), "{row}");
    dir.run(["verify", "out", "--logs", "."]).ends(0);
    dir.run(["verify", "out/tenants/t-2"]).ends(0);
}

/// Events that do not fit into memory are read again by tenant.
#[test]
fn tenants_asked_about_are_the_same_from_disk() {
    let dir = folder(r#"["t-2"]"#);
    report(&dir, "held", &[]).ends(1);
    report(&dir, "spilled", &["--memory", "1B"]).ends(1);
    for name in ["report.html", "actions.csv"] {
        let read = |out: &str| fs::read(dir.path(out).join("tenants/t-2").join(name)).expect(name);
        assert!(read("held") == read("spilled"), "{name}");
    }
}

#[test]
fn verify_names_a_tenant_without_action_or_question() {
    let dir = folder(r#"["t-2"]"#);
    report(&dir, "out", &[]).ends(1);
    let path = dir.path("out/findings.json");
    let text = fs::read_to_string(&path).expect("findings");
    let forged = text.replacen("\"asked\": true", "\"asked\": false", 1);
    assert!(forged != text);
    fs::write(&path, forged).expect("findings");
    crate::evidence::reseal(&dir.path("out"));
    let run = dir.run(["verify", "out"]).ends(1);
    assert!(run.stdout.contains("the case does not ask about it"), "{}", run.stdout);
}

#[test]
fn unknown_and_ambiguous_tenants_are_faults() {
    for (asked, fault) in [
        (r#"["t-9"]"#, "the directory has no tenant `t-9`"),
        (r#"["Borealis Fright"]"#, "did you mean `Borealis Freight`?"),
        (r#"["Twin"]"#, "`Twin` is the name of the tenants `t-3` and `t-4`"),
    ] {
        let run = report(&folder(asked), "out", &[]).ends(2);
        assert!(run.stderr.contains(fault), "{asked}: {}", run.stderr);
    }
}

#[test]
fn incident_is_printed_in_the_words_of_the_case() {
    let dir = folder(r#"["t-2"]"#);
    let case = fs::read_to_string(dir.path("case.toml")).expect("a case");
    let incident = "[incident]\naware = 2026-02-12T08:30:00Z\nnature = \"A <b>laptop</b> was taken over.\"\n\
                    measures = \"Access was cut off.\"\ndata_protection_officer = \"Ida Lund, dpo@northquay.example\"\n\
                    next_word = 2026-02-27T09:00:00Z\n";
    fs::write(dir.path("case.toml"), format!("{case}{incident}")).expect("a case");
    report(&dir, "out", &[]).ends(1);
    for (tenant, people) in [
        ("t-1", "0 persons and accounts and 0 other objects"),
        ("t-2", "no action recorded as done"),
    ] {
        let read = |name: &str| fs::read_to_string(dir.path("out/tenants").join(tenant).join(name)).expect(name);
        let (html, markdown) = (read("report.html"), read("report.md"));
        assert!(html.contains("A &lt;b&gt;laptop&lt;/b&gt; was taken over."), "{html}");
        for text in [
            "12 February 2026, 08:30 UTC",
            "Access was cut off.",
            "27 February 2026, 09:00 UTC, also if nothing has changed by then.",
            people,
        ] {
            assert!(html.contains(text) && markdown.contains(text), "{tenant}: {text}");
        }
        // The case does not state them.
        assert!(
            !html.contains("Likely consequences") && !markdown.contains("Urgent questions"),
            "{tenant}"
        );
    }
    assert_eq!(
        json(&dir.path("out/manifest.json"))["case"]["incident"],
        json(&dir.path("out/findings.json"))["case"]["incident"]
    );
    dir.run(["verify", "out", "--logs", "."]).ends(0);
}

/// Texts of the case are in every report, so that they may name no tenant.
#[test]
fn incident_that_names_a_tenant_releases_no_other_report() {
    let dir = folder(r#"["t-2"]"#);
    let case = fs::read_to_string(dir.path("case.toml")).expect("a case");
    fs::write(
        dir.path("case.toml"),
        format!("{case}[incident]\nnature = \"It began at Acme Mills.\"\n"),
    )
    .expect("a case");
    let run = report(&dir, "out", &[]);
    assert!(run.status != 0);
    let other = fs::read_to_string(dir.path("out/tenants/t-2/report.html")).unwrap_or_default();
    assert!(!other.contains("Acme Mills"), "{}", run.stderr);
}
