//! Actions of listed agents, and whether the same agents used them before.

use std::io::{self, Write};

use crate::{
    findings::{ActionUse, Findings},
    reports::{csv::Sheet, lang},
    time::Timestamp,
};

const COLUMNS: [&str; 14] = [
    "action",
    "effect",
    "catalogued",
    "events",
    "failed",
    "tenants",
    "agents",
    "without_ticket",
    "first",
    "last",
    "new",
    "before",
    "last_before",
    "before_by_others",
];

/// Every action in scope, those not used before first. A cell of what is not known is empty.
pub(in crate::reports) fn census(findings: &Findings, to: &mut dyn Write) -> io::Result<()> {
    let mut sheet = Sheet::new(to, COLUMNS)?;
    for action in &findings.census.actions {
        sheet.row(cells(action))?;
    }
    sheet.finish()
}

fn cells(action: &ActionUse) -> [String; 14] {
    let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    let time = |time: Option<Timestamp>| time.map(|time| time.to_string()).unwrap_or_default();
    [
        action.code.clone(),
        lang::effect(action.effect).key.to_owned(),
        action.catalogued.to_string(),
        action.events.to_string(),
        action.failed.to_string(),
        action.tenants.to_string(),
        action.agents.to_string(),
        number(action.without_ticket),
        action.first.to_string(),
        action.last.to_string(),
        action
            .before
            .map(|before| (before == 0).to_string())
            .unwrap_or_default(),
        number(action.before),
        time(action.last_before),
        number(action.before_by_others),
    ]
}
