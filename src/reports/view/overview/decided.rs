//! Decisions of the case on events that name no tenant.

use crate::{
    findings::{DecisionFinding, Findings},
    reports::template::view,
    text::grouped,
};

view! {
    pub(super) struct DecidedView {
        event: String,
        tenants: Vec<String>,
        by: String,
        why: String,
        events: String,
    }
}

impl DecidedView {
    pub(super) fn each(findings: &Findings) -> Vec<Self> {
        let row = |DecisionFinding { decision, events }: &DecisionFinding| Self {
            event: decision.event.clone(),
            tenants: decision.tenants.iter().map(|tenant| tenant.0.clone()).collect(),
            by: decision.by.clone(),
            why: decision.why.clone(),
            events: grouped(*events),
        };
        findings.decided.iter().map(row).collect()
    }
}
