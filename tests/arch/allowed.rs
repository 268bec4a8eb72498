//! The list of exceptions, `allowed.txt`: a line `RULE SUBJECT COUNT` for each. A count may only
//! fall.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::PathBuf};

use crate::util::root;

/// Counts by subject: a file, a room or a name.
pub(super) type Counts = BTreeMap<String, usize>;

/// Compares what a rule finds with its lines of the list. A count above the list is a fault of the
/// change, a count below it asks for a smaller number in the list, which `UPDATE_EXPECTED=1`
/// writes; a larger one is never written.
pub(super) fn check(rule: &str, remedy: &str, found: &Counts, places: &[String]) {
    let mut listed = read();
    let allowed = listed.remove(rule).unwrap_or_default();
    let of = |counts: &Counts, subject: &str| counts.get(subject).copied().unwrap_or(0);
    let rises: Vec<_> = found
        .iter()
        .filter(|(subject, count)| **count > of(&allowed, subject))
        .map(|(subject, count)| format!("{subject}: {count}, allowed {}", of(&allowed, subject)))
        .collect();
    let shown: Vec<_> = places
        .iter()
        .filter(|place| {
            rises
                .iter()
                .any(|rise| place.starts_with(rise.split(": ").next().unwrap_or_default()))
        })
        .take(40)
        .map(String::as_str)
        .collect();
    assert!(
        rises.is_empty(),
        "{rule}: {remedy}\n{}\n{}",
        rises.join("\n"),
        shown.join("\n")
    );
    let falls: Vec<_> = allowed
        .iter()
        .filter(|(subject, count)| **count > of(found, subject))
        .map(|(subject, count)| format!("{rule} {subject}: {}, listed {count}", of(found, subject)))
        .collect();
    if !falls.is_empty() && std::env::var_os("UPDATE_EXPECTED").is_some() {
        write(rule, found);
    } else {
        assert!(
            falls.is_empty(),
            "lower these counts in tests/arch/allowed.txt (UPDATE_EXPECTED=1 does it)\n{}",
            falls.join("\n")
        );
    }
}

fn path() -> PathBuf {
    root().join("tests/arch/allowed.txt")
}

/// Returns the counts of each rule.
fn read() -> BTreeMap<String, Counts> {
    let text = fs::read_to_string(path()).expect("the list of exceptions");
    let mut rules = BTreeMap::<String, Counts>::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let [rule, subject, count] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("a line of the list is `RULE SUBJECT COUNT`: {line}");
        };
        let count = count.parse().expect("a count");
        rules
            .entry(rule.to_owned())
            .or_default()
            .insert(subject.to_owned(), count);
    }
    rules
}

/// Replaces the lines of one rule.
fn write(rule: &str, found: &Counts) {
    static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().expect("no other rule failed while it wrote");
    let mut rules = read();
    rules.insert(rule.to_owned(), found.clone());
    let mut text = String::from(
        "# Exceptions to the rules of tests/arch: rule, file or room or name, count. A count may only fall.\n",
    );
    for (rule, counts) in &rules {
        for (subject, count) in counts.iter().filter(|(_, count)| **count > 0) {
            writeln!(text, "{rule} {subject} {count}").expect("memory takes every write");
        }
    }
    fs::write(path(), text).expect("the list is written");
}
