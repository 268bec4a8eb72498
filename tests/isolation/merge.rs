//! Ids of one tenant: the case merges them, and the answer says under which ids each tenant was
//! logged.

use serde_json::{Value, json};

use super::{CASE, codes, folder, record, report, text};
use crate::util::{Dir, json};

/// Ids of Acme in three writings, one of which the directory has, and two of a customer that it
/// does not have.
const TENANTS: &str = "id,name\nT-0001,Acme Logistics\nt-0009,Bolt Freight\n";

fn log() -> String {
    [
        record(
            1,
            "t0001",
            &json!({"justification": "asked by T-0001 and Bolt Freight"}),
        ),
        record(2, "T-0001", &json!({})),
        record(3, "{t-0001}", &json!({})),
        record(4, "Q77", &json!({})),
        record(5, "q-77", &json!({"justification": "the same as Q77"})),
        record(6, "t-0009", &json!({"justification": "like t0001"})),
    ]
    .concat()
}

fn merging(merge: &str) -> Dir {
    let case = CASE.replace("[[logs]]", &format!("{merge}\n[[logs]]"));
    folder(&case, TENANTS, &log())
}

fn string(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// The text of a file of a tenant's folder.
fn of(dir: &Dir, findings: &Value, tenant: &str, name: &str) -> String {
    let mut tenants = findings["tenants"].as_array().expect("tenants").iter();
    let found = tenants.find(|found| found["id"] == tenant).expect("the tenant");
    text(dir, &format!("out/tenants/{}/{name}", string(&found["slug"])))
}

/// Each tenant with its number of events and the ids under which they were logged.
fn tenants(findings: &Value) -> Vec<(&str, u64, Vec<&str>)> {
    let mut all = Vec::new();
    for tenant in findings["tenants"].as_array().expect("tenants") {
        let logged = tenant["logged_as"].as_array().into_iter().flatten();
        let events = tenant["events"].as_u64().expect("a number");
        all.push((string(&tenant["id"]), events, logged.map(string).collect()));
    }
    all
}

fn message<'f>(findings: &'f Value, code: &str) -> &'f str {
    let mut caveats = findings["caveats"].as_array().expect("caveats").iter();
    let found = caveats.find(|caveat| caveat["code"] == code);
    found.and_then(|caveat| caveat["message"].as_str()).unwrap_or_default()
}

#[test]
fn line_of_the_caveat_merges_ids_of_one_tenant() {
    let dir = merging("");
    report(&dir).ends(1);
    let findings = json(&dir.path("out/findings.json"));
    assert_eq!(tenants(&findings).len(), 6);
    let told = message(&findings, "alike-tenants").to_owned();
    let line = told
        .split('`')
        .find(|part| part.starts_with("merge = "))
        .expect("the line");
    assert_eq!(
        line, r#"merge = [["Q77", "q-77"], ["T-0001", "t0001", "{t-0001}"]]"#,
        "{told}"
    );

    let dir = merging(line);
    report(&dir).ends(1);
    let findings = json(&dir.path("out/findings.json"));
    let acme = ("T-0001", 3, vec!["T-0001", "t0001", "{t-0001}"]);
    let own = ("t-0009", 1, vec![]);
    assert_eq!(tenants(&findings), [("Q77", 2, vec!["Q77", "q-77"]), acme, own]);
    assert!(!codes(&findings).contains(&"alike-tenants") && !codes(&findings).contains(&"unmatched-merge"));
    let manifest = json(&dir.path("out/manifest.json"));
    assert_eq!(manifest["case"]["directory"]["merge"][0], json!(["Q77", "q-77"]));
    let page = of(&dir, &findings, "T-0001", "report.html");
    assert!(
        page.contains(
            "<bdi>T-0001</bdi></code>, also logged as <code><bdi>t0001</bdi></code>, <code><bdi>{t-0001}</bdi>"
        ),
        "{page}"
    );
    let page = of(&dir, &findings, "T-0001", "report.md");
    assert!(
        page.contains("- Tenant id: `T-0001`, also logged as `t0001`, `{t-0001}`"),
        "{page}"
    );
    // Each writing of an id names its tenant alone.
    let own = of(&dir, &findings, "T-0001", "actions.jsonl");
    assert!(own.contains("asked by T-0001 and [another customer]"), "{own}");
    assert!(of(&dir, &findings, "Q77", "actions.jsonl").contains("the same as Q77"));
    assert!(of(&dir, &findings, "t-0009", "actions.jsonl").contains("like [another customer]"));
    dir.run(["verify", "out", "--logs", "."]).ends(0);
}

#[test]
fn near_ids_count_as_those_of_the_directory() {
    let dir = merging(r#"merge = "near""#);
    report(&dir).ends(1);
    let findings = json(&dir.path("out/findings.json"));
    let found = tenants(&findings);
    assert_eq!(found.len(), 4, "{found:?}");
    assert_eq!(found[1], ("T-0001", 3, vec!["T-0001", "t0001", "{t-0001}"]));
    assert_eq!(findings["merge"], json!({"near": true, "groups": [], "unseen": []}));
    // The directory does not say how the other is written.
    let told = message(&findings, "alike-tenants");
    assert!(
        told.contains(r#"add what is missing of the line `merge = [["Q77", "q-77"]]`"#),
        "{told}"
    );

    let dir = merging(r#"merge = ["near", ["q-77", "Q77"]]"#);
    report(&dir).ends(1);
    let findings = json(&dir.path("out/findings.json"));
    assert_eq!(tenants(&findings)[1], ("q-77", 2, vec!["Q77", "q-77"]));
    dir.run(["verify", "out", "--logs", "."]).ends(0);
}

#[test]
fn merged_id_that_stands_nowhere_is_a_caveat() {
    let dir = merging(r#"merge = [["T-0001", "t0001", "{t-0001}", "t_0001"], ["Q-77", "Q77", "q-77"]]"#);
    report(&dir).ends(1);
    let findings = json(&dir.path("out/findings.json"));
    assert_eq!(findings["merge"]["unseen"], json!(["t_0001", "Q-77"]));
    let told = message(&findings, "unmatched-merge");
    assert!(told.contains("`t_0001`, `Q-77`"), "{told}");
}

#[test]
fn faults_of_merge_are_told_at_once() {
    let dir = merging(r#"merge = [["T-0001", "t0001"], ["x", "T-0001", "x"], ["y"], "z"]"#);
    let told = report(&dir).ends(2).stderr;
    for part in [
        "`T-0001` stands in two groups",
        "`x` stands twice in one group",
        "`y` stands alone in its group",
        "`z` is no group of ids",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let case = CASE.replace("[[logs]]", "merge = \"near\"\n[[logs]]");
    let alike = folder(&case, "id,name\nt-1,Acme\nT1,Acme\n", &log());
    let told = report(&alike).ends(2).stderr;
    assert!(told.contains("the directory lists `T1` and `t-1`"), "{told}");
    let bare = folder(&case.replace("file = \"tenants.csv\"", ""), "", &log());
    let told = report(&bare).ends(2).stderr;
    assert!(told.contains("there is no directory"), "{told}");
}
