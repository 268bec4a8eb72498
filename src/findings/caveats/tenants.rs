//! Events that name no tenant.

use super::listed;
use crate::{
    catalogue::Touches,
    findings::{ActionFinding, Findings},
    text::{counted, grouped, visible},
};

/// Warns of events without a tenant whose action can concern one. Those that concern none by their
/// nature, such as sign-ins, leave nothing open.
pub(super) fn without_tenant(findings: &Findings) -> Option<String> {
    let (open, by_nature): (Vec<_>, Vec<_>) = findings
        .actions
        .iter()
        .filter(|action| action.undecided() > 0)
        .partition(|action| action.touches == Touches::Tenant);
    let events = |actions: &[&ActionFinding]| actions.iter().map(|action| action.undecided()).sum::<u64>();
    let codes = |actions: &[&ActionFinding]| {
        let code = |action: &&ActionFinding| format!("`{}` {}", action.code, grouped(action.undecided()));
        listed(&actions.iter().map(code).collect::<Vec<_>>(), "action")
    };
    (!open.is_empty()).then(|| {
        let by_nature_too = match events(&by_nature) {
            0 => String::new(),
            count => format!(
                " {} no tenant by nature: {}.",
                counted(count, "further event concerns", "further events concern"),
                codes(&by_nature)
            ),
        };
        format!(
            "{} no tenant and may concern any; no tenant's report lists {}. Read them in unattributed.jsonl, and state in `[[decided]]` of the case which tenants each concerns: {}.{by_nature_too}",
            counted(events(&open), "in-scope event names", "in-scope events name"),
            if events(&open) == 1 { "it" } else { "them" },
            codes(&open),
        )
    })
}

/// Warns of decisions that apply to no event.
pub(super) fn unmatched_decision(findings: &Findings) -> Option<String> {
    let idle = findings.decided.iter().filter(|decision| decision.events == 0);
    let idle: Vec<_> = idle
        .map(|idle| format!("`{}`", visible(&idle.decision.event)))
        .collect();
    (!idle.is_empty()).then(|| {
        format!(
            "`[[decided]]` in the case has ids of which no event in scope without a tenant is: {}. Write them as `event_id` in \
             unattributed.jsonl has them; an event whose record names a tenant needs no decision.",
            listed(&idle, "id")
        )
    })
}

/// Returns whether an id is one of an organisation at Salesforce without the three characters that
/// its long form ends in.
pub(super) fn is_short_salesforce_id(id: &str) -> bool {
    id.len() == 15 && id.starts_with("00D") && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_ids_of_salesforce_have_15_letters_and_digits() {
        assert!(is_short_salesforce_id("00D000000000062"));
        for other in ["00D0000000000622AA", "00E000000000062", "00D-00000000062", "00D"] {
            assert!(!is_short_salesforce_id(other), "{other}");
        }
    }
}
