//! Laws that hold for any input: the books balance, and nothing but the input decides the bytes.

use std::{collections::BTreeMap, io::Write as _, path::Path};

use proptest::prelude::*;
use serde_json::{Value, json};
use tenant_impact::digest::Sha256;

use crate::util::{Dir, Run, files, json, program, root};

fn bundle(dir: &Dir, name: &str, threads: &str, environment: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
    let out = dir.path(name);
    let mut command = program(root());
    command
        .args([
            "report",
            "sample_logs/case.toml",
            "--quiet",
            "--threads",
            threads,
            "--out",
        ])
        .arg(&out);
    Run::of(command.envs(environment.iter().copied())).ends(1);
    files(&out)
}

#[test]
fn one_thread_or_eight_in_any_zone_and_language_give_the_same_bytes() {
    let dir = Dir::new();
    let one = bundle(&dir, "one", "1", &[("TZ", "UTC"), ("LANG", "C")]);
    let eight = bundle(
        &dir,
        "eight",
        "8",
        &[
            ("TZ", "Asia/Kathmandu"),
            ("LANG", "de_DE.UTF-8"),
            ("LC_ALL", "ar_EG.UTF-8"),
        ],
    );
    assert_eq!(one.keys().collect::<Vec<_>>(), eight.keys().collect::<Vec<_>>());
    for (name, bytes) in one {
        assert!(eight[&name] == bytes, "{name} differs");
    }
}

/// A record as some exporter may have left it, or what is left of one.
fn line() -> impl Strategy<Value = String> {
    let whole = (0..4_u8, 0..3_u8, 0..30_u8, 0..4_u8, any::<bool>()).prop_map(|(id, agent, hour, tenant, doubled)| {
        let tenant = if tenant == 0 {
            Value::Null
        } else {
            json!({"id": format!("t-{tenant}")})
        };
        let record = json!({
            "event_id": (id > 0).then(|| format!("e{id}")),
            "timestamp": format!("2026-01-{:02}T{:02}:00:00Z", 16 + hour / 24, hour % 24),
            "actor": {"id": format!("a{agent}")}, "tenant": tenant, "action": "user.view",
        });
        let text = record.to_string();
        if doubled {
            text.replacen('{', r#"{"action":"x","#, 1)
        } else {
            text
        }
    });
    prop_oneof![
        8 => whole.clone(),
        1 => (whole, any::<prop::sample::Index>()).prop_map(|(text, at)| text[..at.index(text.len())].to_owned()),
        1 => "[ -~]{0,20}",
        1 => Just(r#"{"timestamp":"yesterday","actor":{"id":"a1"}}"#.to_owned()),
    ]
}

const CASE: &str = r#"
[case]
id = "LAW-1"
title = "A law"
vendor = "The vendor"
tlp = "RED"
contact = "security@vendor.example"
issued = 2026-01-20T00:00:00Z
[[scopes]]
name = "possible"
from = 2026-01-16T06:00:00Z
until = 2026-01-17T00:00:00Z
basis = "Because."
agents = "all"
[[agents.list]]
id = "a1"
[[agents.list]]
id = "a2"
[[logs]]
path = "logs"
profile = "superuser"
"#;

fn findings(dir: &Dir, out: &str, threads: &str) -> Value {
    let run = dir.run(["report", "case.toml", "--quiet", "--threads", threads, "--out", out]);
    assert!(run.status < 2, "{}", run.stderr);
    json(&dir.path(out).join("findings.json"))
}

fn number(of: &Value, key: &str) -> u64 {
    of[key].as_u64().unwrap_or_else(|| panic!("{key} in {of}"))
}

fn balances(books: &Value) -> bool {
    let ends = ["in_scope", "duplicate", "other_actor", "outside_window", "refused"];
    number(books, "read") == ends.iter().map(|end| number(books, end)).sum::<u64>()
}

fn lines_of(path: &Path) -> u64 {
    std::fs::read_to_string(path).expect("a file").lines().count() as u64
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_books_balance_and_every_event_is_written_where_it_belongs(
        logs in prop::collection::vec(prop::collection::vec(line(), 0..20), 1..4),
    ) {
        let dir = Dir::new();
        dir.file("case.toml", CASE);
        let mut lines = 0;
        for (at, log) in logs.iter().enumerate() {
            lines += log.iter().filter(|line| !line.trim().is_empty()).count() as u64;
            // A first line that is JSON keeps what follows from being taken for CSV.
            dir.file(&format!("logs/{at}.jsonl"), format!("{{\"timestamp\":\"2026-02-01T00:00:00Z\"}}\n{}\n", log.join("\n")));
            lines += 1;
        }
        let found = findings(&dir, "out", "1");
        prop_assert_eq!(number(&found["records"], "read"), lines);
        prop_assert!(balances(&found["records"]), "{}", found["records"]);
        for source in found["sources"].as_array().expect("sources") {
            prop_assert!(balances(&source["records"]), "{}", source);
        }
        let tenants = found["tenants"].as_array().expect("tenants");
        let attributed: u64 = tenants.iter().map(|tenant| number(tenant, "events")).sum();
        let without = number(&found["records"], "without_tenant");
        prop_assert_eq!(number(&found["records"], "in_scope"), attributed + without);
        prop_assert_eq!(lines_of(&dir.path("out/unattributed.jsonl")), without);
        for tenant in tenants {
            let rows = dir.path("out/tenants").join(tenant["slug"].as_str().expect("a slug")).join("actions.jsonl");
            prop_assert_eq!(lines_of(&rows), number(tenant, "events"));
        }
        prop_assert_eq!(findings(&dir, "again", "8"), found);
        let flags = ["--quiet", "--threads", "4", "--memory", "1B", "--out", "spilled"];
        dir.run([["report", "case.toml"].as_slice(), &flags].concat());
        prop_assert!(files(&dir.path("spilled")) == files(&dir.path("out")), "with no room it is the same");
    }
}

/// Writes a bundle and returns offset, length and digest of the record of every event in it.
fn records_of(dir: &Dir, out: &str) -> Vec<(usize, usize, String)> {
    findings(dir, out, "1");
    let all = files(&dir.path(out));
    std::fs::remove_dir_all(dir.path(out)).expect("a bundle");
    let lists = all
        .iter()
        .filter(|(name, _)| name.starts_with("records/") || *name == "unattributed.jsonl");
    let lines = lists.flat_map(|(_, bytes)| bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()));
    let place = |line: &[u8]| {
        let row: Value = serde_json::from_slice(line).expect("a line of JSON");
        let place = |key| usize::try_from(number(&row, key)).expect("a small log");
        let sha256 = row["record_sha256"].as_str().expect("a digest");
        (place("offset"), place("length"), sha256.to_owned())
    };
    lines.map(place).collect()
}

/// The log in another encoding or packed.
fn forms(text: &str) -> [(&'static str, Vec<u8>); 4] {
    let gzip = {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(text.as_bytes()).expect("memory takes every write");
        packer.finish().expect("memory takes every write")
    };
    let units = |mark: u16| [mark].into_iter().chain(text.encode_utf16()).collect::<Vec<_>>();
    [
        (
            "utf-16le",
            units(0xfeff).into_iter().flat_map(u16::to_le_bytes).collect(),
        ),
        (
            "utf-16be",
            units(0xfeff).into_iter().flat_map(u16::to_be_bytes).collect(),
        ),
        ("gzip", gzip),
        (
            "zstd",
            zstd::encode_all(text.as_bytes(), 1).expect("memory takes every write"),
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    /// Every byte that can be decoded from a damaged file is accounted for, and an intact file is
    /// read like its plain text.
    #[test]
    fn every_decoded_byte_is_accounted_for(
        log in prop::collection::vec(line(), 1..20),
        damages in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let text = format!("{{\"timestamp\":\"2026-02-01T00:00:00Z\"}}\n{}\n", log.join("\n"));
        let dir = Dir::new();
        dir.file("case.toml", CASE);
        let scan = |bytes: &[u8]| -> Value {
            dir.file("logs/log", bytes);
            let run = dir.run(["scan", "case.toml", "--json"]);
            assert!(run.status < 2, "{}", run.stderr);
            serde_json::from_str(&run.stdout).expect("JSON")
        };
        let accounted = |found: &Value| {
            for source in found["sources"].as_array().expect("sources") {
                assert!(balances(&source["records"]), "{source}");
                let named = source["accounted"]["named"].as_object().expect("names").values();
                let named: u64 = named.map(|bytes| bytes.as_u64().expect("a number")).sum();
                let records = number(&source["accounted"], "records");
                assert_eq!(records + named, number(source, "stream_bytes"), "{source}");
            }
        };
        let plain = scan(text.as_bytes());
        accounted(&plain);
        for (name, bytes) in forms(&text) {
            let whole = scan(&bytes);
            accounted(&whole);
            prop_assert_eq!(&whole["records"], &plain["records"], "{}", name);
            prop_assert_eq!(&whole["refused"], &plain["refused"], "{}", name);
            let cut_out = records_of(&dir, name);
            for (offset, length, sha256) in &cut_out {
                let record = text.as_bytes().get(*offset..*offset + *length);
                let record = record.map(|record| Sha256::of(record).to_string());
                prop_assert_eq!(record.as_ref(), Some(sha256), "{}: {} bytes from {}", name, length, offset);
            }
            // An event of several tenants is one of each.
            prop_assert!(cut_out.len() as u64 >= number(&whole["records"], "in_scope"), "{}", name);
            let mut damaged = bytes;
            for (at, byte) in &damages {
                let at = at.index(damaged.len());
                damaged[at] ^= byte;
            }
            if let Some(cut) = cut {
                damaged.truncate(cut.index(damaged.len() + 1));
            }
            accounted(&scan(&damaged));
        }
    }
}
