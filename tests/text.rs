//! Text by rule of a profile, from the file to the report.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::util::{Dir, files, json};

/// Agent, hour, tenant, and a text with all that a format could take for its own.
type Event = (u8, u8, u8, String);

const FIELDS: [&str; 5] = ["event_id", "ts", "actor", "tenant", "why"];

fn values((number, (agent, hour, tenant, text)): (usize, &Event)) -> [String; 5] {
    [
        format!("e{number}"),
        format!("2026-01-16T{hour:02}:00:{number:02}Z"),
        format!("a{agent}"),
        format!("t-{tenant}"),
        format!("x{text}x"),
    ]
}

fn profile(text: &str) -> String {
    let path = |name: &str| format!(r#"["/{name}", "/structured_data/tool@1/{name}", "/message/{name}"]"#);
    let [id, ts, actor, tenant, why] = FIELDS.map(path);
    format!(
        "name = \"tool\"\ntitle = \"a tool\"\n[text]\n{text}\n[time]\nat = {ts}\n[[actors]]\nrole = \"actor\"\nid = {actor}\n\
         [fields]\naction = [{{ constant = \"view\" }}]\nevent_id = {id}\njustification = {why}\n[[tenants]]\nid = {tenant}\n"
    )
}

/// A format: its name, its `[text]`, and a record of it.
type Format = (&'static str, &'static str, fn(&[String; 5]) -> String);

fn formats() -> Vec<Format> {
    fn each(values: &[String; 5], pair: impl Fn(&str, &str) -> String) -> Vec<String> {
        FIELDS
            .iter()
            .zip(values)
            .map(|(name, value)| pair(name, value))
            .collect()
    }
    vec![
        (
            "json",
            "matches = '(?<message>.*)'\ninside.message = \"json\"",
            |values| {
                let object: serde_json::Map<_, _> = FIELDS
                    .iter()
                    .zip(values)
                    .map(|(name, value)| ((*name).to_owned(), json!(value)))
                    .collect();
                Value::Object(object).to_string()
            },
        ),
        ("logfmt", "format = \"logfmt\"", |values| {
            each(values, |name, value| format!("{name}={}", json!(value))).join(" ")
        }),
        (
            "pairs inside",
            "matches = '(?<level>[A-Z]+) (?<message>.*)'\ninside.message = \"kv\"",
            |values| "INFO ".to_owned() + &each(values, |name, value| format!("{name}={}", json!(value))).join(" "),
        ),
        ("cef", "format = \"cef\"", |values| {
            let escaped = |value: &str| value.replace('\\', "\\\\").replace('=', "\\=").replace('\n', "\\n");
            let all = each(values, |name, value| format!("{name}={}", escaped(value)));
            format!(
                "<14>Jan 16 04:46:33 host CEF:0|tool|a\\|b|1|view|name|3|{}",
                all.join(" ")
            )
        }),
        ("leef", "format = \"leef\"\nstart = '^LEEF:'", |values| {
            format!(
                "LEEF:2.0|tool|a|1|view|0x1f|{}",
                each(values, |name, value| format!("{name}={value}")).join("\u{1f}")
            )
        }),
        ("syslog", "format = \"syslog\"\nstart = '^<[0-9]+>'", |values| {
            let escaped = |value: &str| value.replace('\\', "\\\\").replace(']', "\\]").replace('"', "\\\"");
            let all = each(values, |name, value| format!("{name}=\"{}\"", escaped(value)));
            format!(
                "<14>1 2026-01-16T00:00:00Z host app - - [tool@1 {}] done",
                all.join(" ")
            )
        }),
        (
            "lines",
            r"matches = '(?s)(?<ts>\S+) (?<event_id>\w+) (?<actor>\w+) (?<tenant>[\w-]+) (?<why>x.*x)'
start = '^[0-9]{4}-'",
            |values| {
                let [id, ts, actor, tenant, why] = values;
                format!("{ts} {id} {actor} {tenant} {why}")
            },
        ),
    ]
}

/// The answer, positions aside, and the rows of all tenants.
fn answer(text: &str, log: &[u8], threads: &str) -> (Value, Vec<Value>) {
    answer_by(&profile(text), log, threads)
}

fn answer_by(profile: &str, log: &[u8], threads: &str) -> (Value, Vec<Value>) {
    let dir = Dir::new();
    dir.file("log", log)
        .file("tool.toml", profile)
        .file("agents.lock", crate::util::lock(&[("a1", "KTWN"), ("a2", "BDFH")]));
    let args = [
        "report",
        "--logs",
        "log",
        "--profile",
        "tool.toml",
        "--agents",
        "a1",
        "a2",
        "--quiet",
        "--threads",
        threads,
        "--out",
        "out",
        "--from",
        "2026-01-16T06:00:00Z",
        "--until",
        "2026-01-16T18:00:00Z",
    ];
    let run = dir.run(args);
    assert!(run.status < 2, "{}", run.stderr);
    let findings = json(&dir.path("out/findings.json"));
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
    dir.run(["verify", "out", "--logs", "."]).ends(0);
    (
        json!([
            findings["records"],
            findings["tenants"],
            findings["agents"],
            findings["actions"]
        ]),
        rows,
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_format_of_text_gives_the_same_findings(
        events in prop::collection::vec((0..3_u8, 0..24_u8, 0..3_u8, "[a-z,;\t\"'{}\\[\\]:\\\\日é|=^ \n]{0,12}"), 1..10),
    ) {
        let all: Vec<_> = events.iter().enumerate().map(values).collect();
        let mut expected = None;
        for (name, text, record) in formats() {
            let log = all.iter().map(record).collect::<Vec<_>>().join("\r\n") + "\n";
            let found = answer(text, log.as_bytes(), "1");
            prop_assert_eq!(found.0[0]["read"].as_u64(), Some(all.len() as u64), "{}: {}", name, log);
            prop_assert_eq!(found.0[0]["refused"].as_u64(), Some(0), "{}: {}", name, log);
            match &expected {
                Some(expected) => prop_assert_eq!(&found, expected, "{}: {}", name, log),
                None => expected = Some(found),
            }
        }
    }
}

/// Asserts the records read, in scope and refused of tables by the `[csv]` of a profile.
#[test]
fn rows_are_read_by_the_form_that_the_profile_states() {
    let columns = "columns = [\"ts\", \"event_id\", \"actor\", \"tenant\", \"why\"]";
    let header = "header = 'ts,'";
    let rows = "2026-01-16T07:00:00Z,e1,a1,t-1,x\n2026-01-16T08:00:00Z,e2,o1,t-1,x\n";
    let named = format!("ts,event_id,actor,tenant,why\n{rows}");
    let skipped = format!("skip_lines = 2\n{columns}");
    for (csv, log, expected) in [
        (columns, rows.to_owned(), [2, 1, 0]),
        // A header in spite of `columns` is no record.
        (columns, named.clone(), [2, 1, 0]),
        (skipped.as_str(), format!("Export\n\n{rows}"), [2, 1, 0]),
        (header, format!("Export of 2026, by a1\r\n\r\n{named}"), [2, 1, 0]),
        (header, named.clone(), [2, 1, 0]),
        // Without the header nothing is known of the cells, and the first row is not lost.
        (header, rows.to_owned(), [2, 0, 2]),
        ("skip_lines = 1", rows.to_owned(), [1, 0, 1]),
    ] {
        let profile = profile(csv).replace("[text]", "[csv]");
        let (counts, _) = answer_by(&profile, log.as_bytes(), "1");
        let of = |key: &str| counts[0][key].as_u64().expect("a count");
        assert_eq!([of("read"), of("in_scope"), of("refused")], expected, "{csv}: {log}");
    }
}

/// Gzip, Zstandard and UTF-16, by one thread and by four, with records across blocks.
#[test]
fn containers_and_threads_change_no_answer() {
    let record = |number: usize| {
        let actor = if number.is_multiple_of(100) { "a1" } else { "o1" };
        let trace = "\n\tat a.b.C".repeat(number % 7);
        format!(
            "2026-01-16T{:02}:{:02}:00Z e{number} {actor} t-{} x{trace}x\n",
            6 + number % 12,
            number / 12 % 60,
            number % 3
        )
    };
    let log: String = (0..30_000).map(record).collect();
    let (_, text, _) = formats().pop().expect("lines");
    let expected = answer(text, log.as_bytes(), "1");
    assert_eq!(
        (
            &expected.0[0]["read"],
            &expected.0[0]["in_scope"],
            &expected.0[0]["refused"]
        ),
        (&json!(30_000), &json!(300), &json!(0))
    );
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(log.as_bytes()).expect("memory");
    let utf16 = log.encode_utf16().fold(vec![0xff, 0xfe], |mut bytes, unit| {
        bytes.extend(unit.to_le_bytes());
        bytes
    });
    for (name, bytes) in [
        ("plain", log.as_bytes().to_vec()),
        ("gzip", gzip.finish().expect("memory")),
        ("zstd", zstd::encode_all(log.as_bytes(), 1).expect("memory")),
        ("utf-16", utf16),
    ] {
        assert_eq!(answer(text, &bytes, "4"), expected, "{name}");
    }
}

#[test]
fn text_that_does_not_fit_is_refused_with_its_place() {
    let dir = Dir::new();
    let log = "\tat the.end(of.another)\n2026-01-16T07:00:00Z e1 a1 t-1 xx\n2026-01-16T07:00:00Z by a1 in words\n2026-01-16T07:01:00Z e2 a1 t-1 xx\n2026-01-16T07:02:00Z e3 a";
    let (_, text, _) = formats().pop().expect("lines");
    dir.file("log", log)
        .file("tool.toml", profile(text))
        .file("agents.lock", crate::util::lock(&[("a1", "KTWN")]));
    dir.run([
        "report",
        "--logs",
        "log",
        "--profile",
        "tool.toml",
        "--agents",
        "a1",
        "--quiet",
        "--out",
        "out",
        "--from",
        "2026-01-16T06:00:00Z",
        "--until",
        "2026-01-16T18:00:00Z",
    ])
    .ends(1);
    let findings = json(&dir.path("out/findings.json"));
    assert_eq!(
        (&findings["records"]["in_scope"], &findings["records"]["refused"]),
        (&json!(2), &json!(3))
    );
    let refused: Vec<_> = findings["refused"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (one["offset"].as_u64(), one["reason"].as_str()))
        .collect();
    assert_eq!(
        refused,
        [
            (Some(0), Some("malformed-text")),
            (Some(58), Some("malformed-text")),
            (Some(128), Some("malformed-text"))
        ]
    );
    let codes: Vec<_> = findings["caveats"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|caveat| caveat["code"].as_str())
        .collect();
    assert!(codes.contains(&Some("truncated-source")), "{codes:?}");
    let table = std::fs::read_to_string(dir.path("out/refused.csv")).expect("a file");
    for said in [
        "lines before the first one that `start`",
        "does not match the whole of `2026-01-16T07:00:00Z by a1 in words`",
    ] {
        assert!(table.contains(said), "{table}");
    }
}

#[test]
fn format_that_no_rule_reads_is_named_with_the_remedy() {
    for (format, line) in [
        ("logfmt", "time=2026-01-16T07:00:00Z user=a1 tenant=t-1 action=view"),
        ("cef", "CEF:0|Vendor|Vault|12|7|Logon|5|suser=a1 act=view"),
        (
            "combined",
            r#"203.0.113.7 - a1 [16/Jan/2026:07:00:00 +0000] "GET /x HTTP/1.1" 200 5 "-" "curl/8""#,
        ),
    ] {
        let dir = Dir::new();
        dir.file("log", format!("{line}\n").repeat(3));
        let args = [
            "scan",
            "--logs",
            "log",
            "--profile",
            "superuser",
            "--agents",
            "a1",
            "--json",
        ];
        let window = ["--from", "2026-01-16T06:00:00Z", "--until", "2026-01-16T18:00:00Z"];
        let run = dir.run([&args[..], &window].concat());
        let answer: Value = serde_json::from_str(&run.stdout).expect("JSON");
        let caveats = answer["caveats"].as_array().expect("caveats");
        let nothing = caveats.iter().find(|caveat| caveat["code"] == "nothing-read");
        let message = nothing.expect("nothing was read")["message"]
            .as_str()
            .expect("a message");
        assert!(
            message.contains(&format!("`log` have the format `{format}`")),
            "{message}"
        );
        assert!(
            message.contains(&format!("`format = \"{format}\"` under `[text]`")),
            "{message}"
        );
    }
}

#[test]
fn faulty_rule_is_named_with_its_line() {
    let dir = Dir::new();
    for (text, said) in [
        ("format = \"ceff\"", "did you mean `cef`?"),
        ("format = \"cef\"\nmatches = '(?<a>x)'", "either `format` or `matches`"),
        ("matches = '(?<a>['", "is no regular expression"),
        ("matches = 'a'", "no named group"),
        (
            "format = \"logfmt\"\nyear = 2026",
            "`year` goes with the formats `syslog`, `cef` and `leef` alone",
        ),
        (
            "format = \"cef\"\nprefix = '%m '",
            "`prefix` goes with `format = \"pgaudit\"` alone",
        ),
        ("format = \"cef\"\nmax_bytes = 0", "`max_bytes` is from 1 to"),
        ("format = \"cef\"\ninside.msg = \"xml\"", "write json, kv or csv"),
        ("format = \"cef\"\nstrat = 'x'", "unknown field `strat`"),
    ] {
        dir.file("tool.toml", profile(text));
        let run = dir.run(["profiles", "check", "tool.toml"]).ends(2);
        assert!(
            run.stderr.contains(said) && run.stderr.contains("line "),
            "{text}: {}",
            run.stderr
        );
    }
}
