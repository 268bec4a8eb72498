//! Texts that were masked or withheld from tenants are still counted as logged, or reported as not
//! counted.

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::{edit, lines, reseal, verified};
use crate::{
    isolation::{CASE, folder, record, report},
    util::Dir,
};

const TENANTS: &str = "id,name,domains\nt-0001,Acme Foods,acme.example\nt-0002,Bolt Freight,bolt.example\n";

/// Returns the bundle of these events in the first tenant, beside one event of the second.
fn bundle(own: &[Value]) -> Dir {
    let mut log = record(1, "t-0002", &json!({}));
    for (number, more) in (2..).zip(own) {
        log += &record(number, "t-0001", more);
    }
    let dir = folder(CASE, TENANTS, &log);
    report(&dir).ends(1).says("named another customer");
    dir.run(["verify", "out", "--logs", "."]).ends(0);
    dir
}

fn session(id: &str) -> Value {
    json!({"client": {"session_id": id}})
}

#[test]
fn an_action_that_was_masked_is_counted_as_it_was_logged() {
    let own = ["bolt.example.do", "t-0002.do", "user.view"].map(|action| json!({"action": action}));
    let dir = bundle(&own);
    let copy = fs::read_to_string(dir.path("out/tenants/t-0001/actions.jsonl")).expect("actions");
    assert!(!copy.contains("bolt.example"), "{copy}");
}

#[test]
fn sessions_that_are_masked_alike_are_still_two() {
    // The third was logged as the others are shown.
    bundle(&["t-0002", "bolt.example", "[another customer]", "t-0002"].map(session));
}

/// The vendor's originals are proof only as long as each is of a text that is masked.
#[test]
fn an_original_that_was_added_changed_or_taken_away_is_missed() {
    let told = |change: &dyn Fn(&Path)| {
        let dir = bundle(&["t-0002", "bolt.example"].map(session));
        change(&dir.path("out"));
        reseal(&dir.path("out"));
        lines(&verified(&dir.path("out")).mismatches)
    };
    let found = told(&|out| {
        edit(
            &out.join("masked.jsonl"),
            "\"original\":\"t-0002\"",
            "\"original\":\"bolt.example\"",
        );
    });
    assert!(found.contains("sessions: 1 by counting, 2 as stated"), "{found}");
    let found = told(&|out| {
        edit(
            &out.join("masked.jsonl"),
            "\"field\":\"session\"",
            "\"field\":\"action\"",
        );
    });
    assert!(
        found.contains("masked.jsonl: not all that it masks is masked"),
        "{found}"
    );
    let found = told(&|out| fs::write(out.join("masked.jsonl"), "{}\n").expect("written"));
    assert!(found.contains("masked.jsonl: line 1 is no masked text"), "{found}");
}

#[test]
fn an_event_is_shown_by_the_id_that_was_logged_and_by_the_one_that_its_customer_reads() {
    let own = [json!({"event_id": "t-0002 7"}), json!({"event_id": "e9"})];
    let dir = bundle(&own);
    for name in ["t-0002 7", "[another customer] 7"] {
        let shown = dir.run(["show", "out", name]).ends(0);
        assert!(shown.stdout.contains("t-0002 7"), "{name}: {}", shown.stdout);
    }
    dir.run(["show", "out", "t-0002 8"]).ends(2).says("no event");
}
