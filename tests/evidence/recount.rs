//! The books balance again, from the written files: a change that is covered by new digests is
//! found by counting.

use std::{fs, path::Path};

use super::{bundle, edit, reseal, verified};
use crate::util::Dir;

/// Checks every mismatch of a bundle that was changed and sealed again.
#[track_caller]
fn told(change: impl Fn(&Path), says: &[&str]) {
    let dir = bundle(&[]);
    let out = dir.path("out");
    reseal(&out);
    assert!(verified(&out).mismatches.is_empty(), "sealing again is no change");
    change(&out);
    reseal(&out);
    let found = verified(&out).mismatches;
    let text = super::lines(&found);
    for part in says {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
}

fn without_line(path: &Path, at: usize) {
    let text = fs::read_to_string(path).expect("a text");
    let kept: String = text
        .split_inclusive('\n')
        .enumerate()
        .filter(|(line, _)| *line != at)
        .map(|(_, line)| line)
        .collect();
    assert_ne!(kept, text);
    fs::write(path, kept).expect("written");
}

#[test]
fn a_line_that_is_left_out_of_the_evidence_is_missed() {
    told(
        |out| without_line(&out.join("tenants/acme/actions.jsonl"), 0),
        &[
            "count tenants/acme/actions.jsonl: events: 1 by counting, 2 as stated",
            "count tenants/acme/actions.csv: 2 rows, but actions.jsonl has 1 line",
            "count findings.json: records in scope: 3 by counting, 4 as stated",
        ],
    );
    told(
        |out| without_line(&out.join("unattributed.jsonl"), 0),
        &["count unattributed.jsonl: records: 0 by counting, 1 as stated"],
    );
}

#[test]
fn a_row_that_is_left_out_of_a_table_is_missed() {
    told(
        |out| without_line(&out.join("tenants/acme/actions.csv"), 1),
        &["count tenants/acme/actions.csv: 1 row, but actions.jsonl has 2 lines"],
    );
    told(
        |out| {
            let path = out.join("tenants/acme/people.csv");
            let row = "person,user,Jo,u-1,1,,,1 user.view,0,,\r\n";
            fs::write(&path, fs::read_to_string(&path).expect("a table") + row).expect("written");
        },
        &["count tenants/acme/people.csv: 1 row, but actions.jsonl names 0"],
    );
    told(|out| without_line(&out.join("refused.csv"), 1), &["count refused.csv"]);
    told(|out| without_line(&out.join("tenants.csv"), 2), &["count tenants.csv"]);
}

#[test]
fn a_field_that_is_counted_cannot_be_changed() {
    let line = |from: &'static str, to: &'static str| {
        move |out: &Path| edit(&out.join("tenants/acme/actions.jsonl"), from, to)
    };
    told(line("user.mfa.reset", "user.view"), &["actions: "]);
    told(line("\"effect\":\"view\"", "\"effect\":\"delete\""), &["effects: "]);
    told(
        line("\"outcome\":\"unknown\"", "\"outcome\":\"failure\""),
        &["attempts: "],
    );
    told(
        line("\"outcome\":\"unknown\"", "\"outcome\":\"success\""),
        &["outcomes: "],
    );
    told(line("[\"possible\"]", "[]"), &["scopes: "]);
    told(
        line("Agent BDFH", "Agent KTWN"),
        &["agents: 1 by counting, 2 as stated"],
    );
    told(
        line("\"time\":\"2026-01-16T00:10", "\"time\":\"2026-01-16T00:09"),
        &["first: "],
    );
    told(
        line("\"session\":null", "\"session\":\"s\""),
        &["sessions: 1 by counting, 0 as stated"],
    );
    told(line("\"action\":", "\"action\":9"), &["line 1 is no event"]);
}

#[test]
fn line_of_another_tenant_or_case_is_reported() {
    let file =
        |file: &'static str, from: &'static str, to: &'static str| move |out: &Path| edit(&out.join(file), from, to);
    for name in ["tenants/acme/actions.jsonl", "records/acme.jsonl"] {
        told(
            file(name, "\"tenant\":\"acme\"", "\"tenant\":\"bolt\""),
            &[&format!(
                "count {name}: the tenant of a line: Some(\"bolt\") by counting, Some(\"acme\")"
            )],
        );
        told(
            file(name, "\"case\":\"", "\"case\":\"9"),
            &[&format!("count {name}: the case of a line")],
        );
    }
    let unattributed = "unattributed.jsonl";
    told(
        file(unattributed, "\"tenant\":null", "\"tenant\":\"acme\""),
        &["count unattributed.jsonl: the tenant of a line: Some(\"acme\") by counting, None"],
    );
    told(
        file(unattributed, "\"case\":\"", "\"other\":\""),
        &["count unattributed.jsonl: the case of a line: None by counting"],
    );
}

#[test]
fn commitment_that_fits_no_record_is_reported() {
    let file =
        |file: &'static str, from: &'static str, to: &'static str| move |out: &Path| edit(&out.join(file), from, to);
    let actions = "tenants/acme/actions.jsonl";
    told(
        file(actions, "\"record_commitment\":\"", "\"record_commitment\":\"00"),
        &["line 1 is no event"],
    );
    told(
        |out| {
            let path = out.join("records/acme.jsonl");
            let text = fs::read_to_string(&path).expect("a text");
            let at = text.find("\"record_commitment\":\"").expect("it is there") + 21;
            let digit = if text.as_bytes()[at] == b'0' { "1" } else { "0" };
            fs::write(&path, [&text[..at], digit, &text[at + 1..]].concat()).expect("written");
        },
        &["`record_commitment` of line 1"],
    );
    told(
        file("findings.json", "\"nonce\": \"", "\"nonce\": null, \"once\": \""),
        &["the commitment of `logs/a.jsonl`"],
    );
    told(
        file(actions, "\"source\":\"", "\"source\":\"0"),
        &["`source` of line 1 is not the one of records/acme.jsonl"],
    );
    told(
        |out| without_line(&out.join("records/acme.jsonl"), 1),
        &["count records/acme.jsonl: lines: 1 by counting, 2 as stated"],
    );
    told(
        |out| without_line(&out.join("records/acme.jsonl"), 0),
        &["line 1 has another number"],
    );
    told(
        |out| fs::remove_file(out.join("records/acme.jsonl")).expect("removed"),
        &["the places of the tenant's records are missing"],
    );
    told(
        |out| {
            fs::copy(out.join("records/acme.jsonl"), out.join("records/other.jsonl"))
                .map(drop)
                .expect("copied");
        },
        &["there is no such tenant's folder"],
    );
}

#[test]
fn figures_that_do_not_add_up_are_told() {
    let findings = |from: &'static str, to: &'static str| move |out: &Path| edit(&out.join("findings.json"), from, to);
    told(findings("\"read\": 6", "\"read\": 7"), &["the sources' books"]);
    told(
        findings("\"other_actor\": 1", "\"other_actor\": 2"),
        &["the sources' books"],
    );
    told(findings("\"complete\": false", "\"complete\": true"), &["`complete`"]);
    told(
        findings("\"tenants\": 2", "\"tenants\": 3"),
        &["tenants in the scope `possible`: 2 by counting, 3 as stated"],
    );
    told(
        findings("\"schema\"", "\"schemo\""),
        &["no findings that this version can read"],
    );
    told(findings("\"slug\": \"acme\"", "\"slug\": \"bolt\""), &["count "]);
    let failed = "failed events in the scope `possible`: 0 by counting, 1 as stated";
    told(
        findings("\"failed\": 0,\n      \"tenants\"", "\"failed\": 1,\n      \"tenants\""),
        &[failed],
    );
    told(
        findings("\"failed\": 0,\n    \"share\"", "\"failed\": 1,\n    \"share\""),
        &["failed events: 0 by counting, 1 as stated"],
    );
    told(
        findings("\"tied_failed\": 0", "\"tied_failed\": 1"),
        &["tied events that failed: 0 by counting, 1 as stated"],
    );
    // Both figures of a source, in the same direction.
    told(
        |out| {
            let path = out.join("findings.json");
            let text = fs::read_to_string(&path).expect("a text");
            let max = format!("\"read\": {}", u64::MAX);
            fs::write(&path, text.replace("\"read\": 6", &max)).expect("written");
        },
        &["do not balance"],
    );
}

/// A lone folder says how many events it holds.
#[test]
fn a_lone_folder_is_counted_too() {
    let dir = bundle(&[]);
    let folder = dir.path("out/tenants/acme");
    without_line(&folder.join("actions.jsonl"), 1);
    without_line(&folder.join("actions.csv"), 2);
    reseal(&folder);
    let found = verified(&folder).mismatches;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].detail, "lines: 1 by counting, 2 as stated");
}

/// Every golden case is a bundle that verifies, also with its logs.
#[test]
fn the_bundle_of_every_case_verifies() {
    let cases = fs::read_dir(crate::util::root().join("tests/cases")).expect("cases");
    let mut verified = 0;
    for case in cases.map(|case| case.expect("a case").path()) {
        let dir = Dir::new();
        let out = dir.path("out");
        let args = ["report", "case.toml", "--quiet", "--out"];
        let run = crate::util::Run::of(crate::util::program(&case).args(args).arg(&out));
        if run.status == 2 {
            continue;
        }
        let mut command = crate::util::program(&case);
        let run = crate::util::Run::of(command.arg("verify").arg(&out).args(["--logs", "."]));
        assert_eq!(run.status, 0, "{}\n{}{}", case.display(), run.stdout, run.stderr);
        verified += 1;
    }
    assert!(verified > 10, "{verified}");
}
