//! Every figure of `findings.json` is counted again, but for those that are named here and in
//! `docs/verify.md`.

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::{lines, reseal, verified};
use crate::{
    isolation::{CASE, folder, record, report},
    util::{Dir, json as read},
};

/// Fields that no written event determines: their faults can be found in the logs only.
const UNCOUNTED: [&str; 24] = [
    "/agents/*/tenure/",
    "/census/",
    "/conflicts/*/events/*/length",
    "/conflicts/*/events/*/offset",
    "/conflicts/*/events/*/source",
    "/coverage/hours",
    "/coverage/sources/*/hours",
    "/coverage/sources/*/source",
    "/inputs/*/by_listed",
    "/inputs/*/examined",
    "/isolation/names",
    "/isolation/short",
    "/linked/without_tenant",
    "/links/",
    "/near/identities/",
    "/near/in_names",
    "/near/mentioned_in/",
    "/near/unseen",
    "/scopes/*/on_end",
    "/sensitivity/",
    "/sources/*/implausible/",
    "/sources/*/remarks/",
    "/tenants/*/linked/",
    "/tenants/*/outside_tenure",
];

/// More than what an event of several customers leaves open in a sum over all of them.
const MORE: u64 = 2;

/// Something of everything that findings have figures of.
pub(super) fn bundle() -> Dir {
    let dir = case_of(CASE, "");
    report(&dir).ends(1);
    dir
}

/// The folder of a case with these records behind the others.
pub(super) fn case_of(case: &str, more: &str) -> Dir {
    let both = json!([{"id": "t-0001"}, {"id": "t-0002"}]);
    let log = record(
        1,
        "t-0001",
        &json!({"client": {"session_id": "t-0002"}, "justification": "for bolt.example"}),
    ) + &record(2, "t-0002", &json!({"outcome": "failure"}))
        + &record(3, "", &json!({"tenant": null, "tenants": both}))
        + &record(4, "", &json!({"tenant": null}))
        + &record(5, "t-0001", &json!({"actor": {"id": "somebody"}}))
        + &record(6, "t-0001", &json!({"timestamp": "2026-01-18T00:00:00Z"}))
        + &record(7, "t-0001", &json!({"event_id": "twice"}))
        + &record(8, "t-0001", &json!({"event_id": "twice"}))
        + &record(9, "t-0001", &json!({"action": "user.impersonate.start"}))
        + &record(10, "t-0001", &json!({"action": "user.impersonate.end"}))
        + more
        + "{\"event_id\":\n";
    let tenants = "id,name,domains\nt-0001,Acme Foods,\nt-0002,Bolt Freight,bolt.example\nt-0003,Crane Bank,\n";
    folder(case, tenants, &log)
}

/// The places of all numbers.
fn numbers(value: &Value, place: &str, found: &mut Vec<String>) {
    match value {
        Value::Number(_) => found.push(place.to_owned()),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(at, item)| numbers(item, &format!("{place}/{at}"), found)),
        Value::Object(members) => members
            .iter()
            .for_each(|(key, member)| numbers(member, &format!("{place}/{}", key.replace('/', "~1")), found)),
        _ => {}
    }
}

fn uncounted(place: &str) -> bool {
    let any = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let general: Vec<_> = place
        .split('/')
        .map(|part| if any(part) && !part.is_empty() { "*" } else { part })
        .collect();
    let general = general.join("/");
    UNCOUNTED.iter().any(|uncounted| general.starts_with(uncounted))
}

fn put(out: &Path, findings: &Value) -> String {
    fs::write(out.join("findings.json"), findings.to_string()).expect("written");
    reseal(out);
    lines(&verified(out).mismatches)
}

#[test]
fn no_figure_of_the_findings_can_be_changed_unnoticed() {
    let dir = bundle();
    let out = dir.path("out");
    let findings = read(&out.join("findings.json"));
    assert_eq!(put(&out, &findings), "", "sealing again is no change");
    let mut places = Vec::new();
    numbers(&findings, "", &mut places);
    for place in &places {
        let mut changed = findings.clone();
        let leaf = changed.pointer_mut(place).expect("it is there");
        *leaf = match (leaf.as_u64(), leaf.as_i64()) {
            (Some(number), _) => json!(number + MORE),
            (None, Some(number)) => json!(number - 2),
            (None, None) => json!(0.5),
        };
        let told = put(&out, &changed);
        assert_eq!(told.is_empty(), uncounted(place), "{place}: {told}");
    }
    let counted = places.iter().filter(|place| !uncounted(place)).count();
    assert!(counted > 50, "{counted} of {}", places.len());
}

/// Not a figure, and no less a statement.
#[test]
fn what_the_findings_say_of_the_case_and_its_customers_is_what_the_manifests_say() {
    let dir = bundle();
    let out = dir.path("out");
    let findings = read(&out.join("findings.json"));
    for (place, value, says) in [
        ("/case/title", json!("Another"), "the case: "),
        ("/tool/version", json!("0.0.0"), "the program: "),
        ("/scopes/0/basis", json!("Whatever."), "the scopes: "),
        ("/tenants/0/id", json!("t-0009"), "a tenant's folder: "),
        ("/tenants/0/name", json!("Bolt"), "the tenant: "),
        ("/tenants/0/released", json!(false), "tenants not released: "),
        ("/sources/0/path", json!("logs/b.jsonl"), "its logs are not those"),
        (
            "/agents/0/first",
            json!("2026-01-16T00:00:00Z"),
            "first of `Agent KTWN`: ",
        ),
        (
            "/actions/2/code",
            json!("user.vieww"),
            "the action `user.view` is in the copies only",
        ),
        (
            "/isolation/found/0/text",
            json!("acme"),
            "isolation.csv: its rows are not",
        ),
    ] {
        let mut changed = findings.clone();
        *changed.pointer_mut(place).expect("it is there") = value;
        let told = put(&out, &changed);
        assert!(told.contains(says), "{place}: `{says}` is not in\n{told}");
    }
}

/// Forges the findings and each manifest.
#[test]
fn forged_draft_is_named() {
    let dir = case_of(CASE, &record(20, "t-0001", &json!({"action": "odd.code"})));
    report(&dir).ends(1);
    let out = dir.path("out");
    assert_eq!(lines(&verified(&out).mismatches), "");
    let not_draft = |file: &str, from: &str, to: &str| {
        let path = out.join(file);
        let whole = fs::read_to_string(&path).expect("a text");
        assert!(whole.contains(from), "{file}");
        fs::write(&path, whole.replace(from, to)).expect("written");
        reseal(&out);
        let told = lines(&verified(&out).mismatches);
        fs::write(&path, whole).expect("written");
        told
    };
    for (file, from, to, says) in [
        ("manifest.json", "\"draft\":true,", "", "manifest.json: being a draft"),
        (
            "tenants/t-0001/manifest.json",
            "\"draft\":true,",
            "",
            "tenants/t-0001/manifest.json: being a draft",
        ),
        (
            "findings.json",
            "\"unexplained\": [\n      \"odd.code\"\n    ]",
            "\"unexplained\": []",
            "codes that are not explained",
        ),
    ] {
        let told = not_draft(file, from, to);
        assert!(told.contains(says), "{file}: `{says}` is not in\n{told}");
    }
}

#[test]
fn every_cell_of_the_reading_copy_is_that_of_the_evidence() {
    let dir = bundle();
    let out = dir.path("out");
    let table = out.join("tenants/t-0001/actions.csv");
    let whole = fs::read_to_string(&table).expect("a table");
    let head: Vec<&str> = whole.lines().next().expect("a head").split(',').collect();
    for at in 0..head.len() {
        let mut rows = whole.lines();
        let first = rows.by_ref().nth(1).expect("a row");
        let mut cells: Vec<_> = first.split(',').collect();
        assert_eq!(cells.len(), head.len(), "no cell of the row holds a comma");
        let changed = format!("{}x", cells[at]);
        cells[at] = &changed;
        fs::write(&table, whole.replacen(first, &cells.join(","), 1)).expect("written");
        reseal(&out);
        let told = lines(&verified(&out).mismatches);
        assert!(
            told.contains("row 1 is not what actions.jsonl says there"),
            "{}: {told}",
            head[at]
        );
    }
}
