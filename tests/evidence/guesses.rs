//! Guessing: nothing in customers' folders confirms what is masked in them, or who an agent is.

use std::{collections::BTreeSet, fmt::Write as _, fs};

use serde_json::Value;
use tenant_impact::{
    digest::Sha256,
    seal::{Nonces, Seal},
};

use crate::util::{Dir, files};

const AGENTS: usize = 30;
const COMPANIES: usize = 40;
const RECORDS: usize = 120;

fn company(number: usize) -> String {
    format!("Quillmoor{number:02} Trading")
}

/// Returns a record as the admin tool writes it. An attacker who knows the format can make it from
/// a row and two guesses.
fn record(event: &str, time: &str, tenant: &str, agent: usize, named: &str) -> String {
    format!(
        "{{\"event_id\":\"{event}\",\"timestamp\":\"{time}\",\"actor\":{{\"id\":\"agent-{agent:02}\"}},\
         \"tenant\":{{\"id\":\"{tenant}\"}},\"action\":\"user.view\",\"justification\":\"as for {named}\"}}"
    )
}

fn bundle() -> Dir {
    let dir = Dir::new();
    let mut tenants = "id,name\n".to_owned();
    let mut agents = "id\n".to_owned();
    for number in 0..COMPANIES {
        writeln!(tenants, "tenant-{number:02},{}", company(number)).expect("memory");
    }
    for number in 0..AGENTS {
        writeln!(agents, "agent-{number:02}").expect("memory");
    }
    for number in 0..RECORDS {
        let time = format!("2026-01-16T{:02}:{:02}:00Z", number / 60, number % 60);
        let tenant = format!("tenant-{:02}", number % 5);
        let named = company(5 + number % (COMPANIES - 5));
        let record = record(&format!("e{number}"), &time, &tenant, number * 7 % AGENTS, &named);
        // A log of one record: its digest is as good as the record's.
        dir.file(&format!("logs/{number:03}.jsonl"), record);
    }
    let args = [
        "report",
        "--logs",
        "logs",
        "--agents",
        "agents.csv",
        "--tenants",
        "tenants.csv",
        "--from",
        "2026-01-16T00:00:00Z",
        "--until",
        "2026-01-17T00:00:00Z",
        "--out",
        "out",
    ];
    dir.file("tenants.csv", tenants).file("agents.csv", agents);
    dir.run(args).ends(1).says("named another customer");
    dir
}

/// Every digest that a text holds, whatever stands around it.
fn digests(text: &str, found: &mut BTreeSet<Sha256>) {
    let words = text.split(|c: char| !c.is_ascii_hexdigit());
    found.extend(words.filter_map(|word| word.parse::<Sha256>().ok()));
}

/// Whether one of these digests is of these bytes, as a record or as a log that holds them alone:
/// bare, or under nonces that everybody can derive. Each record is the first of its log, whose
/// position is known.
fn holds(known: &BTreeSet<Sha256>, bytes: &[u8]) -> bool {
    let digest = Sha256::of(bytes);
    let zeros = Nonces::new(&[0; 32]);
    let guesses = [
        digest,
        Sha256::of(&digest.0),
        Seal::commitment(Sha256([0; 32]), bytes),
        Seal::commitment(Sha256([0; 32]), &digest.0),
        zeros.record(0, bytes, digest).commitment,
        zeros.source(digest).commitment,
    ];
    guesses.iter().any(|guess| known.contains(guess))
}

/// Returns the number of rows of which a digest or a length confirms a guess at the agent and the
/// masked name.
fn recovered(dir: &Dir, more: &str) -> (usize, usize) {
    let folders = files(&dir.path("out/tenants"));
    let mut known = BTreeSet::new();
    digests(more, &mut known);
    let mut rows: Vec<Value> = Vec::new();
    for (path, bytes) in &folders {
        let text = String::from_utf8_lossy(bytes);
        digests(&text, &mut known);
        if path.ends_with("actions.jsonl") {
            rows.extend(
                text.lines()
                    .map(|line| serde_json::from_str::<Value>(line).expect("a row")),
            );
        }
    }
    let confirmed = |row: &Value| {
        let text = |key: &str| row[key].as_str().expect("a text").to_owned();
        let (event, time) = (text("event_id"), text("time_original"));
        let own: usize = event[1..].parse().expect("a number");
        let tenant = format!("tenant-{:02}", own % 5);
        let guesses = (0..AGENTS).flat_map(|agent| (0..COMPANIES).map(move |named| (agent, company(named))));
        let mut guesses = guesses.map(|(agent, named)| record(&event, &time, &tenant, agent, &named));
        guesses.any(|guess| {
            let lines = [guess.clone(), format!("{guess}\n")];
            let length = row.get("length").and_then(Value::as_u64);
            length == Some(guess.len() as u64) || lines.iter().any(|line| holds(&known, line.as_bytes()))
        })
    };
    (rows.iter().filter(|row| confirmed(row)).count(), rows.len())
}

#[test]
fn whole_guess_list_confirms_nothing_in_customers_folders() {
    let dir = bundle();
    assert_eq!(recovered(&dir, ""), (0, RECORDS));
    // The guesses are good: what the vendor keeps to itself confirms all of them.
    let findings = fs::read_to_string(dir.path("out/findings.json")).expect("findings");
    assert_eq!(recovered(&dir, &findings), (RECORDS, RECORDS));
    let records: String = files(&dir.path("out/records"))
        .into_values()
        .map(|bytes| String::from_utf8(bytes).expect("UTF-8"))
        .collect();
    assert_eq!(recovered(&dir, &records), (RECORDS, RECORDS));
}

/// A recipient of one case that knows its key learns nothing of another.
#[test]
fn commitments_of_two_keys_are_all_different() {
    let found = [bundle(), bundle()].map(|dir| {
        let mut found = BTreeSet::new();
        for (path, bytes) in files(&dir.path("out/tenants")) {
            if path.ends_with("actions.jsonl") {
                digests(&String::from_utf8_lossy(&bytes), &mut found);
            }
        }
        found
    });
    // One for each record and one for each log.
    assert_eq!(found.each_ref().map(BTreeSet::len), [2 * RECORDS; 2]);
    assert!(found[0].is_disjoint(&found[1]));
}

#[test]
fn nonces_and_places_stand_in_no_customer_s_folder() {
    let dir = bundle();
    let folders = files(&dir.path("out/tenants"));
    let all: String = folders
        .values()
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        .collect();
    let mut secrets = 0;
    for bytes in files(&dir.path("out/records")).into_values() {
        for line in String::from_utf8(bytes).expect("UTF-8").lines() {
            let record: Value = serde_json::from_str(line).expect("a record");
            for key in ["nonce", "record_sha256", "source_sha256", "source"] {
                let secret = record[key].as_str().expect("a text");
                assert!(!all.contains(secret), "{key}");
                secrets += 1;
            }
            assert!(all.contains(record["record_commitment"].as_str().expect("a commitment")));
        }
    }
    assert_eq!(secrets, 4 * RECORDS);
    let sources = crate::util::json(&dir.path("out/findings.json"));
    for source in sources["sources"].as_array().expect("sources") {
        assert!(!all.contains(source["nonce"].as_str().expect("a nonce")));
    }
}

/// The bytes of a record show what is masked in one copy, and what another tenant's copy says: it
/// says so before they go out.
#[test]
fn opening_a_record_warns_of_what_it_gives_away() {
    let dir = Dir::new();
    let of = |event: &str, tenants: &str, reason: &str| {
        format!(
            "{{\"event_id\":\"{event}\",\"timestamp\":\"2026-01-16T00:10:00Z\",\"actor\":{{\"id\":\"a1\"}},{tenants},\
             \"action\":\"user.view\",\"justification\":\"{reason}\"}}\n"
        )
    };
    let acme = "\"tenant\":{\"id\":\"acme\"}";
    let bolt = "\"tenant\":{\"id\":\"bolt\"}";
    let both = "\"tenants\":[{\"id\":\"acme\"},{\"id\":\"bolt\"}]";
    let log = [
        of("e1", acme, "as asked"),
        of("e2", bolt, "as for acme"),
        of("e3", both, "as asked"),
    ];
    dir.file("case.toml", super::CASE).file("logs/a.jsonl", log.concat());
    super::write(&dir, "out", &[]);
    let said = |event: &str| dir.run(["show", "out", "--open", event]).ends(0).stderr;
    assert!(!said("e1").contains("before you hand"), "{}", said("e1"));
    let masked = "it shows 1 text that the customer's copy masks";
    assert!(said("e2").contains(masked), "{}", said("e2"));
    let several = "it shows what it says of each of the tenants `acme`, `bolt`";
    assert!(said("e3").contains(several), "{}", said("e3"));
    let run = dir.run(["show", "out", "e3"]).ends(0);
    assert!(!run.stderr.contains("nonce"), "{}", run.stderr);
}
