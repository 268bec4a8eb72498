//! Decisions on events that name no tenant: `[[decided]]`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Directory, Merge, TenantId, asked};
use crate::{
    config::{Spanned, Table},
    diag::Diagnostic,
    text::visible,
};

/// The word for no tenant.
const NONE: &str = "none";

/// A decision on the tenants of an event whose record names none.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Decision {
    /// Id of the event, as logged.
    pub event: String,
    /// The tenants in id order; empty where the event concerns none.
    pub tenants: Vec<TenantId>,
    /// The person or team that decided.
    pub by: String,
    /// The reason.
    pub why: String,
}

/// The decisions of a case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decisions {
    /// The decisions in the order of the case.
    all: Vec<Decision>,
    /// Their positions by the ids of their events.
    by_event: BTreeMap<String, usize>,
}

/// `[[decided]]` as written.
#[derive(Debug, Default)]
pub(super) struct WrittenDecision {
    event: Option<Spanned<String>>,
    tenants: Vec<Spanned<String>>,
    by: Option<Spanned<String>>,
    why: Option<Spanned<String>>,
}

impl Decisions {
    /// Returns the decisions in the order of the case.
    pub fn all(&self) -> &[Decision] {
        &self.all
    }

    /// Returns the position of the decision on an event, and the decision.
    pub fn on(&self, event_id: Option<&str>) -> Option<(usize, &Decision)> {
        let at = *self.by_event.get(event_id?)?;
        Some((at, &self.all[at]))
    }

    /// Checks what the case says against the directory, and adds every fault.
    pub(super) fn of(
        written: Vec<WrittenDecision>,
        (directory, merge): (&Directory, &Merge),
        faults: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut decisions = Self::default();
        for decision in written {
            let tenants = tenants(&decision.tenants, (directory, merge), faults);
            let (Some(event), Some(by), Some(why)) = (decision.event, decision.by, decision.why) else {
                continue;
            };
            if decisions.by_event.contains_key(&event.value) {
                let message = format!("the event `{}` is decided already", visible(&event.value));
                let fault = Diagnostic::new("decided-twice", message);
                faults.push(fault.hint("keep one decision for each event").at(event.place));
                continue;
            }
            decisions.by_event.insert(event.value.clone(), decisions.all.len());
            decisions.all.push(Decision {
                event: event.value,
                tenants,
                by: by.value,
                why: why.value,
            });
        }
        decisions
    }
}

/// Reads one entry.
pub(super) fn read(table: &mut Table<'_>) -> WrittenDecision {
    let place = table.place().clone();
    let decision = WrittenDecision {
        event: table.required_string("event"),
        tenants: table.string_list("tenants"),
        by: table.required_string("by"),
        why: table.required_string("why"),
    };
    if decision.tenants.is_empty() {
        let fault = Diagnostic::new("missing-key", "this decision has no `tenants`");
        let hint = "write the ids of the tenants that the event concerns, or `tenants = \"none\"`";
        table.fault(fault.hint(hint).at(place));
    }
    decision
}

/// Returns the tenants of a decision in id order. Where the case has no directory, ids count as
/// written.
fn tenants(
    written: &[Spanned<String>],
    (directory, merge): (&Directory, &Merge),
    faults: &mut Vec<Diagnostic>,
) -> Vec<TenantId> {
    if let Some(none) = written.iter().find(|word| word.value == NONE) {
        if written.len() > 1 {
            let fault = Diagnostic::new("decided-none", "`none` stands beside tenants");
            let hint = "write `tenants = \"none\"` alone, or only the tenants";
            faults.push(fault.hint(hint).at(none.place.clone()));
        }
        return Vec::new();
    }
    if !directory.tenants.is_empty() {
        return asked::tenants(written, directory, merge, faults);
    }
    let mut tenants: Vec<_> = written
        .iter()
        .map(|id| TenantId(merge.tenant(&id.value).to_owned()))
        .collect();
    tenants.sort_unstable();
    tenants.dedup();
    tenants
}
