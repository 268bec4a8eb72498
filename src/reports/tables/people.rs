//! `people.csv`: every person and object that a tenant's actions name, a row each.

use std::io::{self, Write};

use crate::{
    events::{Outcome, Target},
    findings::{TargetFinding, TenantImpact},
    reports::{csv::Sheet, lang},
    time::Timestamp,
};

/// The columns of `people.csv`. The last is empty, to be ticked.
pub(crate) const PEOPLE_COLUMNS: [&str; 11] = [
    "kind", "type", "name", "id", "actions", "first", "last", "what", "tied", "check", "checked",
];

/// Most actions in one cell: a spreadsheet cuts a cell after 32,767 characters.
const WRITTEN: usize = 100;

/// Fields of an action that a row of people and objects states.
pub(crate) struct ActionTold<'a> {
    pub(crate) time: Timestamp,
    pub(crate) code: &'a str,
    pub(crate) outcome: Outcome,
}

/// The cells of a row. `action` gives the action at a position of the tenant's list, from 1.
pub(crate) fn people_cells<'a>(
    entry: &TargetFinding,
    named: &Target,
    action: impl Fn(u64) -> Option<ActionTold<'a>>,
) -> [String; 11] {
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    let time = |number: Option<&u64>| {
        let told = number.and_then(|number| action(*number));
        told.map(|told| told.time.to_string()).unwrap_or_default()
    };
    let what = entry.actions.iter().take(WRITTEN).filter_map(|number| {
        let told = action(*number)?;
        let ended = match told.outcome {
            Outcome::Success => "",
            Outcome::Failure => " (tried and failed)",
            Outcome::Unknown => " (outcome not logged)",
        };
        Some(format!("{number} {}{ended}", told.code))
    });
    let mut what: Vec<String> = what.collect();
    what.extend(Some(lang::more(entry.actions.len(), WRITTEN)).filter(|more| !more.is_empty()));
    let checks = entry.check.iter().map(|check| lang::check(*check, entry.kind));
    [
        entry.kind.as_str().to_owned(),
        text(&named.kind),
        text(&named.name),
        text(&named.id),
        entry.actions.len().to_string(),
        time(entry.actions.first()),
        time(entry.actions.last()),
        what.join("; "),
        entry.tied.to_string(),
        checks.collect::<Vec<_>>().join(" "),
        String::new(),
    ]
}

/// Writes `people.csv`, in the order of the findings.
pub(in crate::reports) fn people(impact: &TenantImpact, to: &mut dyn Write) -> io::Result<()> {
    let mut sheet = Sheet::new(to, PEOPLE_COLUMNS)?;
    let action = |number| {
        let event = impact.event(number)?;
        Some(ActionTold {
            time: event.time,
            code: &event.action,
            outcome: event.outcome,
        })
    };
    for entry in &impact.finding.targets {
        if let Some(named) = impact.target(entry) {
            sheet.row(people_cells(entry, named, action))?;
        }
    }
    sheet.finish()
}
