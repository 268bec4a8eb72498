//! A record on trial: between two good ones in a log of its own, judged by the library as every
//! other log is.

use std::fmt::Write as _;

use tenant_impact::{
    case::Case,
    engine::{Engine as _, Local, Plan},
    progress::Silent,
    tally::SourceTally,
};

use crate::util::Dir;

const CASE: &str = r#"
[case]
id = "S-1"
title = "A suite"
vendor = "Larkmoor"
tlp = "AMBER"
contact = "security@larkmoor.example"
issued = 2026-01-20T00:00:00Z
[[scopes]]
name = "possible"
from = FROM
until = UNTIL
basis = "The texts of a standard."
agents = "all"
[[agents.list]]
id = "sp-001"
email = "ann.lee@support.example"
[[logs]]
path = "logs/*"
profile = "superuser"
"#;

/// Disposition of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// In scope, with its time and its justification as read.
    InScope(String, Option<String>),
    OtherActor,
    OutsideWindow,
    /// Refused for this reason.
    Refused(&'static str),
    /// It is no record, or no file of the log is read at all.
    None,
}

/// The five days of the incident.
pub(crate) const INCIDENT: (&str, &str) = ("2026-01-16T00:00:00Z", "2026-01-21T00:00:00Z");

/// Returns the tallies of these logs.
pub(crate) fn tallies(window: (&str, &str), logs: &[Vec<u8>]) -> Vec<Option<SourceTally>> {
    let dir = Dir::new();
    dir.file("case.toml", CASE.replace("FROM", window.0).replace("UNTIL", window.1));
    for (number, log) in logs.iter().enumerate() {
        dir.file(&format!("logs/{number:06}"), log);
    }
    let case = Case::load(&dir.path("case.toml")).expect("a case");
    let plan = Plan::new(&case).expect("a plan");
    let scan = Local::default().run(&plan, &Silent).expect("logs that can be read");
    let mut tallies = vec![None; logs.len()];
    for source in scan.sources {
        let number: usize = source.path.trim_start_matches("logs/").parse().expect("its number");
        tallies[number] = Some(source.tally);
    }
    tallies
}

/// The ends of the records found, in the order of the ways to end: no order of theirs is kept.
pub(crate) fn ends(tally: &SourceTally) -> Vec<End> {
    let mut events: Vec<_> = tally.in_scope.iter().map(Box::as_ref).collect();
    events.sort_by_key(|event| event.at);
    let in_scope = |event: &&tenant_impact::tally::ScopedEvent| {
        End::InScope(event.event.time.to_string(), event.event.justification.clone())
    };
    let mut ends: Vec<_> = events.iter().map(in_scope).collect();
    let many = |end: End, count: u64| std::iter::repeat_n(end, usize::try_from(count).expect("few"));
    ends.extend(many(End::OtherActor, tally.other_actor));
    ends.extend(many(End::OutsideWindow, tally.outside_window));
    ends.extend(
        tally
            .refused
            .iter()
            .map(|one| End::Refused(one.refusal.reason.as_str())),
    );
    assert_eq!(tally.read, ends.len() as u64, "the books balance");
    ends
}

/// Returns the disposition of each of these lines, of one record at most, between two good ones,
/// which must not be affected.
pub(crate) fn lines(window: (&str, &str), lines: &[Vec<u8>]) -> Vec<End> {
    let one = |mut ends: Vec<End>| {
        assert!(ends.len() < 2, "one line is one record: {ends:?}");
        ends.pop().unwrap_or(End::None)
    };
    records(window, lines).into_iter().map(one).collect()
}

/// Returns the dispositions of the records of each of these lines, which may hold several.
pub(crate) fn records(window: (&str, &str), lines: &[Vec<u8>]) -> Vec<Vec<End>> {
    let logs: Vec<_> = lines.iter().map(|line| between(line)).collect();
    let judged = tallies(window, &logs).into_iter().zip(lines);
    judged.map(|(tally, line)| middle(tally.as_ref(), line)).collect()
}

fn between(line: &[u8]) -> Vec<u8> {
    // Data with a NUL in its first 8 KiB is no log; behind it, it is a log with a broken line.
    let padding = if line.contains(&0) {
        "-".repeat(9000)
    } else {
        String::new()
    };
    let good = |more: &str| good().replace("\"action\"", &format!("\"x\":\"{more}\",\"action\""));
    [good(&padding).as_bytes(), line, good("").as_bytes(), b""].join(&b'\n')
}

fn good() -> String {
    let mut text = String::new();
    write!(
        text,
        r#"{{"timestamp":"{GOOD}","actor":{{"id":"sp-001"}},"action":"good","justification":"good"}}"#
    )
    .expect("memory");
    text
}

const GOOD: &str = "2026-01-18T08:00:00.125Z";

fn middle(tally: Option<&SourceTally>, line: &[u8]) -> Vec<End> {
    let mut ends = ends(tally.expect("a log that was read"));
    let good = End::InScope(GOOD.to_owned(), Some("good".to_owned()));
    for _ in 0..2 {
        let at = ends.iter().position(|end| *end == good);
        let shown = String::from_utf8_lossy(&line[..line.len().min(100)]).into_owned();
        ends.remove(at.unwrap_or_else(|| panic!("a neighbour of {shown} was lost: {ends:?}")));
    }
    ends
}
