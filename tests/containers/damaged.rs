//! Characters that no text should have cost the record they are in, and no other.

use super::*;

/// Returns the number of records of each disposition, which must add up to those read.
#[track_caller]
fn books(found: &Value) -> [u64; 3] {
    let counts = &found["records"];
    let count = |name: &str| counts[name].as_u64().expect("a number");
    let outside = count("outside_window") + count("other_actor");
    let ends = [count("in_scope"), outside, count("refused")];
    assert_eq!(count("read"), ends.iter().sum::<u64>(), "{counts}");
    ends
}

#[test]
fn a_nul_in_a_line_refuses_that_line_alone() {
    let lines: Vec<_> = (0..100).map(record).collect();
    for hostile in ["a\0b".to_owned(), "\0".repeat(20 << 10)] {
        let damaged = lines[3].replace("a1", &hostile);
        let log = log(100).replace(&lines[3], &damaged);
        let dir = Dir::new();
        let found = findings(dir.file("in/log.jsonl", log), &["in"]);
        assert_eq!(books(&found), [99, 0, 1]);
        assert_eq!(found["refused"][0]["reason"], "malformed-json");
        assert_eq!(found["refused"][0]["length"], damaged.len());
        assert_eq!(caveat(&found, "skipped-input"), "");
    }
}

#[test]
fn a_nul_in_a_cell_is_a_character_of_it() {
    let row = |at: usize| {
        format!(
            "e{at},2026-01-16T{:02}:00:00Z,a1,t{},user.view,why {at}.\n",
            at % 24,
            at % 3
        )
    };
    let rows: String = (0..200).map(row).collect();
    for (from, to, ends) in [
        ("why 3.", "a\0b".to_owned(), [200, 0, 0]),
        ("why 3.", "\0".repeat(20 << 10), [200, 0, 0]),
        (
            "e3,2026-01-16T03:00:00Z,a1",
            "e3,2026-01-16T03:00:00Z,a\0".to_owned(),
            [199, 1, 0],
        ),
        ("e3,2026-01-16T03", "e3,2026\0-01-16T03".to_owned(), [199, 0, 1]),
    ] {
        let log = format!(
            "event_id,timestamp,actor.id,tenant.id,action,justification\n{}",
            rows.replacen(from, &to, 1)
        );
        let dir = Dir::new();
        let found = findings(dir.file("in/log.csv", log), &["in"]);
        assert_eq!(books(&found), ends, "{to:.20?}");
        assert_eq!(caveat(&found, "skipped-input"), "");
    }
}

#[test]
fn halves_of_surrogate_pairs_make_no_customer_of_two() {
    let half = |at: usize| record(at).replace(&format!("t-é{}", at % 3), &format!(r"x\ud80{}", at % 3));
    let log = [half(0), half(1), record(2), half(3)].join("\n");
    let dir = Dir::new();
    let found = findings(dir.file("log.jsonl", log), &["log.jsonl"]);
    assert_eq!(books(&found), [1, 0, 3]);
    assert_eq!(found["refused"][0]["reason"], "not-a-name");
    let tenants = found["tenants"].as_array().expect("tenants");
    assert_eq!(tenants.len(), 1, "{tenants:?}");
}
