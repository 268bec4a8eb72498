//! `people.csv` and what the findings say of people and objects, by the lines of `actions.jsonl`.

use super::rows::{Line, Lines, PersonRow};
use crate::{
    findings::{Fact, NamedTargets},
    reports::{ActionTold, people_cells, safe},
    text::counted,
};

fn told(line: &Line) -> ActionTold<'_> {
    ActionTold {
        time: line.time,
        code: &line.action,
        outcome: line.outcome,
    }
}

/// The rows that are to be there.
fn expected(named: &NamedTargets, lines: &Lines) -> Vec<PersonRow> {
    let line = |number: u64| lines.events.get(usize::try_from(number).ok()?.checked_sub(1)?);
    let row = |(entry, text)| {
        let cells = people_cells(entry, text, |number| line(number).map(told));
        PersonRow::new(&cells.each_ref().map(|cell| safe(cell)))
    };
    named.targets.iter().zip(&named.texts).map(row).collect()
}

/// Returns what is wrong with a table. A tenant's folder by itself does not state which actions are
/// tied, so the order of its rows is not compared.
pub(super) fn fault(
    named: &NamedTargets,
    lines: &Lines,
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

/// Facts of lines of which it is not known what is tied.
pub(super) fn untied(lines: &Lines) -> Vec<Fact> {
    let fact = |line: &Line| Fact {
        effect: line.effect,
        outcome: line.outcome,
        lacks_ticket: false,
        tied: false,
        linked: false,
    };
    lines.events.iter().map(fact).collect()
}
