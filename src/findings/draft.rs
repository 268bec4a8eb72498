//! Whether reports are drafts: they list actions that the catalogue does not explain, and the case
//! does not accept that.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ActionFinding;
use crate::catalogue::Effect;

/// Reasons why the reports are drafts.
#[derive(Debug, Clone, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct DraftFinding {
    /// Codes that some tenant's report lists, the catalogue does not know and the case does not
    /// accept, in code order. While there is one, every report is marked as a draft.
    pub unexplained: Vec<String>,
    /// Codes that the case accepts without an explanation (`accept_uncatalogued`), in code order.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub accepted: BTreeSet<String>,
}

impl DraftFinding {
    /// Derives it from the actions in scope and from what the case accepts.
    pub fn new(actions: &[ActionFinding], accepted: &BTreeSet<String>) -> Self {
        let is_unexplained = |action: &&ActionFinding| {
            action.effect == Effect::Uncatalogued && action.tenants > 0 && !accepted.contains(&action.code)
        };
        let unexplained = actions.iter().filter(is_unexplained);
        Self {
            unexplained: unexplained.map(|action| action.code.clone()).collect(),
            accepted: accepted.clone(),
        }
    }

    /// Returns whether every report is marked as a draft.
    pub fn is_draft(&self) -> bool {
        !self.unexplained.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Touches;

    #[test]
    fn a_draft_needs_an_unknown_code_in_a_report() {
        let action = |code: &str, effect, tenants| ActionFinding {
            code: code.to_owned(),
            effect,
            events: 3,
            failed: 0,
            tenants,
            says: None,
            check: None,
            look_for: Vec::new(),
            in_order_if: None,
            not_logged: None,
            without_tenant: 3 - tenants,
            decided_none: 0,
            touches: Touches::Tenant,
            ends: None,
        };
        let unknown = Effect::Uncatalogued;
        for (actions, accepted, unexplained) in [
            (vec![action("a", Effect::Delete, 1)], &[][..], &[][..]),
            (vec![action("a", unknown, 1)], &[], &["a"]),
            (vec![action("a", unknown, 0)], &[], &[]),
            (vec![action("a", unknown, 1), action("b", unknown, 2)], &["a"], &["b"]),
            (vec![action("a", unknown, 1)], &["a", "z"], &[]),
            (vec![action("a", unknown, 1)], &["A"], &["a"]),
        ] {
            let accepted = accepted.iter().map(|code| (*code).to_owned()).collect();
            let found = DraftFinding::new(&actions, &accepted);
            assert_eq!(found.unexplained, unexplained, "{accepted:?}");
            assert_eq!(found.is_draft(), !unexplained.is_empty());
        }
    }
}
