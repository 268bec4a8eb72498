//! `people.csv` and the findings about people and objects, compared with the lines of
//! `actions.jsonl`.

use super::{
    csv_tables::PersonRow,
    event_lines::{EventLines, EventRef},
};
use crate::{
    findings::{Fact, NamedTargets},
    reports::{ActionTold, people_cells, safe},
    text::counted,
};

fn told(line: &EventRef) -> ActionTold<'_> {
    ActionTold {
        time: line.time,
        code: &line.action,
        outcome: line.outcome,
    }
}

/// Returns the expected rows.
fn expected(named: &NamedTargets, lines: &EventLines) -> Vec<PersonRow> {
    let line = |number: u64| lines.events.get(usize::try_from(number).ok()?.checked_sub(1)?);
    let row = |(entry, text)| {
        let cells = people_cells(entry, text, |number| line(number).map(told));
        PersonRow::new(&cells.each_ref().map(|cell| safe(cell)))
    };
    named.targets.iter().zip(&named.texts).map(row).collect()
}

/// Returns the fault of a table. The order of rows is not compared in a tenant's folder that is
/// verified alone, which does not state which actions are tied.
pub(super) fn fault(
    named: &NamedTargets,
    lines: &EventLines,
    found: Option<&[PersonRow]>,
    is_alone: bool,
) -> Option<String> {
    let expected = expected(named, lines);
    let found = found?;
    if found.len() != expected.len() {
        let rows = counted(found.len() as u64, "row", "rows");
        return Some(format!("{rows}, but actions.jsonl names {}", expected.len()));
    }
    if is_alone {
        let sorted = |rows: &[PersonRow]| {
            let mut digests: Vec<_> = rows.iter().map(|row| row.of_actions).collect();
            digests.sort_unstable();
            digests
        };
        return (sorted(found) != sorted(&expected)).then(|| "its rows are not what actions.jsonl names".to_owned());
    }
    let differs = found
        .iter()
        .zip(&expected)
        .position(|(found, expected)| found != expected)?;
    Some(format!("row {} is not what actions.jsonl says there", differs + 1))
}

/// Returns the facts of lines for which tied actions are unknown.
pub(super) fn untied(lines: &EventLines) -> Vec<Fact> {
    let fact = |line: &EventRef| Fact {
        effect: line.effect,
        outcome: line.outcome,
        lacks_ticket: false,
        tied: false,
        linked: false,
    };
    lines.events.iter().map(fact).collect()
}
