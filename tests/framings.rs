//! Equal events give equal findings in every framing and encoding, positions aside. Containers have
//! a test of their own.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::util::{Dir, files, forget_positions_on_ends, json};

/// Content of a record: agent, hour, tenant, action, text.
type Event = (u8, u8, u8, u8, String);

fn events() -> impl Strategy<Value = Vec<Event>> {
    // Text with everything that a framing could stumble over; surrounding blanks would be nothing
    // to a profile.
    let text = prop_oneof![3 => "[a-z,;\t\"'{}\\[\\]:\\\\日é\n]{0,12}", 1 => Just(String::new())];
    prop::collection::vec((0..3_u8, 0..24_u8, 0..3_u8, 0..3_u8, text), 1..12)
}

/// Every record has an id of its own and a time of its own, so that no order is left to its
/// position.
fn record(number: usize, event: &Event) -> Value {
    let (agent, hour, tenant, action, text) = event;
    let (text, action) = (
        format!("x{text}x"),
        ["user.view", "user.mfa.reset", "made.up"][usize::from(*action)],
    );
    json!({
        "event_id": format!("e{number}"),
        "timestamp": format!("2026-01-16T{hour:02}:00:{number:02}Z"),
        "actor": {"id": format!("a{agent}")},
        "tenant": {"id": format!("t-{tenant}")},
        "action": action,
        "justification": text,
    })
}

const COLUMNS: [&str; 6] = [
    "event_id",
    "timestamp",
    "actor.id",
    "tenant.id",
    "action",
    "justification",
];

/// The records as rows, each cell quoted.
fn rows(records: &[Value], delimiter: &str) -> String {
    let cell = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let value = |record: &Value, column: &str| {
        let pointer = format!("/{}", column.replace('.', "/"));
        cell(record.pointer(&pointer).and_then(Value::as_str).expect("a text"))
    };
    let row = |record: &Value| COLUMNS.map(|column| value(record, column)).join(delimiter);
    let header = COLUMNS.join(delimiter);
    std::iter::once(header)
        .chain(records.iter().map(row))
        .collect::<Vec<_>>()
        .join("\n")
        + "\n"
}

fn forms(records: &[Value]) -> Vec<(&'static str, Vec<u8>)> {
    let joined = |by: &str, show: &dyn Fn(&Value) -> String| records.iter().map(show).collect::<Vec<_>>().join(by);
    let plain = |record: &Value| record.to_string();
    let pretty = |record: &Value| serde_json::to_string_pretty(record).expect("JSON");
    let lines = joined("\n", &plain);
    vec![
        ("lines", lines.clone().into_bytes()),
        (
            "carriage returns and a mark",
            format!("\u{feff}{}\r\n", joined("\r\n\r\n", &plain)).into_bytes(),
        ),
        (
            "utf-16",
            lines.encode_utf16().fold(vec![0xff, 0xfe], |mut bytes, unit| {
                bytes.extend(unit.to_le_bytes());
                bytes
            }),
        ),
        (
            "behind a header",
            joined("\n", &|record| format!("<14>Jan 16 host app[7]: {record}")).into_bytes(),
        ),
        ("array", format!("[{}]", joined(",", &plain)).into_bytes()),
        (
            "array over lines",
            format!("[\n{}\n]\n", joined(",\n", &plain)).into_bytes(),
        ),
        ("pretty array", format!("[{}]", joined(", ", &pretty)).into_bytes()),
        ("one after the other", joined("", &plain).into_bytes()),
        ("pretty, one after the other", joined("\n", &pretty).into_bytes()),
        ("commas", rows(records, ",").into_bytes()),
        ("tabs", rows(records, "\t").into_bytes()),
        ("semicolons", rows(records, ";").into_bytes()),
    ]
}

/// The answer without what a framing may change: what the sources are, and where records lie.
fn answer(log: &[u8]) -> (Value, Vec<Value>) {
    let dir = Dir::new();
    dir.file("log", log)
        .file("agents.lock", crate::util::lock(&[("a1", "KTWN"), ("a2", "BDFH")]));
    let window = ["--from", "2026-01-16T06:00:00Z", "--until", "2026-01-16T18:00:00Z"];
    let args = [
        "report", "--logs", "log", "--agents", "a1", "a2", "--quiet", "--out", "out",
    ];
    let run = dir.run(args.into_iter().chain(window));
    assert!(run.status < 2, "{}", run.stderr);
    let mut findings = json(&dir.path("out/findings.json"));
    findings["sources"].take();
    forget_positions_on_ends(&mut findings);
    let mut rows = Vec::new();
    let copies = files(&dir.path("out"));
    for (_, bytes) in copies.into_iter().filter(|(name, _)| name.ends_with("/actions.jsonl")) {
        for line in String::from_utf8(bytes).expect("UTF-8").lines() {
            let mut row: Value = serde_json::from_str(line).expect("a row");
            for key in ["source", "record_commitment"] {
                row[key].take();
            }
            rows.push(row);
        }
    }
    (findings, rows)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_framing_gives_the_same_findings(events in events()) {
        let records: Vec<_> = events.iter().enumerate().map(|(number, event)| record(number, event)).collect();
        let forms = forms(&records);
        let expected = answer(&forms[0].1);
        prop_assert_eq!(expected.0["records"]["read"].as_u64(), Some(records.len() as u64));
        for (name, log) in &forms[1..] {
            prop_assert_eq!(&answer(log), &expected, "{}", name);
        }
    }
}

/// Two exports joined, the second with its columns in another order: report, inspect and show read
/// each row below its own header.
#[test]
fn rows_below_a_later_header_are_read_by_it() {
    let dir = Dir::new();
    let hours = |of: std::ops::Range<usize>, row: &dyn Fn(&str, &str) -> String| -> String {
        of.map(|at| {
            row(
                &format!("e{at:05}"),
                &format!("2026-01-16T{:02}:{:02}:00Z", 6 + at % 12, at / 12 % 60),
            )
        })
        .collect()
    };
    // More than a block of each, so that threads look at pieces before they know which header
    // holds.
    let text = "x".repeat(150);
    let actor = |id: &str| if id.ends_with("00") { "a1" } else { "o1" };
    let (first, second) = (
        hours(0..20_000, &|id, time| {
            format!("{id},{time},{},acme,user.view,{text}\n", actor(id))
        }),
        hours(20_000..40_000, &|id, time| {
            format!("{id},{time},bolt,{},\"user.view\",{text}\n", actor(id))
        }),
    );
    let log = format!(
        "event_id,timestamp,actor.id,tenant.id,action,justification\n{first}\
         \u{feff}event_id,Timestamp,Tenant.ID,actor.id,action,justification\r\n{second}"
    );
    dir.file("log.csv", &log)
        .file("agents.lock", crate::util::lock(&[("a1", "KTWN")]));
    for threads in ["1", "4"] {
        let args = [
            "report",
            "--logs",
            "log.csv",
            "--agents",
            "a1",
            "--threads",
            threads,
            "--out",
            threads,
        ];
        let window = ["--from", "2026-01-16T06:00:00Z", "--until", "2026-01-16T18:00:00Z"];
        dir.run(args.into_iter().chain(window)).ends(0);
        let found = json(&dir.path(threads).join("findings.json"));
        let tenants: Vec<_> = found["tenants"]
            .as_array()
            .expect("tenants")
            .iter()
            .map(|tenant| (&tenant["id"], &tenant["events"]))
            .collect();
        assert_eq!(json!(tenants), json!([["acme", 200], ["bolt", 200]]));
    }
    assert_eq!(files(&dir.path("1")), files(&dir.path("4")));
    dir.run(["verify", "1", "--logs", "."]).ends(0);
    let inspected: Value =
        serde_json::from_str(&dir.run(["inspect", "--json", "log.csv"]).ends(0).stdout).expect("JSON");
    let survey = &inspected["kinds"][0]["survey"];
    assert_eq!(
        (&survey["tenants"], &survey["refused"]),
        (&json!({"acme": 20_000, "bolt": 20_000}), &json!(0)),
        "{survey}"
    );
}

/// A header that lacks a mapped column, or whose first cell is none that is known, is refused with
/// what to do.
#[test]
fn later_header_of_other_columns_is_refused_with_a_next_step() {
    let dir = Dir::new();
    for (second, said) in [
        (
            "event_id,timestamp,tenant.id,action",
            "a second header that lacks columns of the first: cut the source in two",
        ),
        (
            "id,timestamp,tenant.id,actor.id,action",
            "it looks like a second header, and the rows below it were read by the first",
        ),
    ] {
        dir.file(
            "log.csv",
            format!("event_id,timestamp,actor.id,tenant.id,action\ne1,2026-01-16T06:00:00Z,a1,acme,x\n{second}\n"),
        );
        let args = ["scan", "--logs", "log.csv", "--agents", "a1", "--json"];
        let window = ["--from", "2026-01-16T06:00:00Z", "--until", "2026-01-16T18:00:00Z"];
        let run = dir.run(args.into_iter().chain(window)).ends(1);
        let found: Value = serde_json::from_str(&run.stdout).expect("JSON");
        assert!(found["records"]["refused"] == 1, "{found}");
        let args = [
            "report", "--logs", "log.csv", "--agents", "a1", "--quiet", "--out", "out",
        ];
        dir.run(args.into_iter().chain(window)).ends(1);
        let refused = std::fs::read_to_string(dir.path("out/refused.csv")).expect("a file");
        assert!(refused.contains(said), "{refused}");
        std::fs::remove_dir_all(dir.path("out")).expect("a folder");
    }
}
