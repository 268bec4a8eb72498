//! A census of the actions of listed agents: how often each was used in scope, and whether the same
//! agents used it before.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ActionFinding;
use crate::{
    case::Case,
    catalogue::Effect,
    scope::LOOK_BACK_DAYS,
    tally::{ActionTotals, Deduplicated, EarlierUse},
    time::Timestamp,
};

/// Actions in scope, with their use before the windows.
#[derive(Debug, Clone, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct CensusFinding {
    /// Days before each agent's first window in which its actions were counted.
    pub look_back_days: i64,
    /// True if the logs have a record before the first window. Without one, nothing is known of the
    /// use before.
    pub reaches_back: bool,
    /// True where agents used too many different actions before the windows to count them.
    pub too_many: bool,
    /// Actions not used before first, then those with the fewest events; ties in code order.
    pub actions: Vec<ActionUse>,
}

/// One action in scope.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ActionUse {
    /// Code as logged.
    pub code: String,
    /// Effect by the catalogue.
    pub effect: Effect,
    /// True where the catalogue has it.
    pub catalogued: bool,
    /// Events in scope.
    pub events: u64,
    /// Those of `events` that failed.
    pub failed: u64,
    /// Tenants with such an event.
    pub tenants: u64,
    /// Agents with such an event.
    pub agents: u64,
    /// Events that state no ticket, of listed agents and in logs whose profile reads one; none
    /// where there is no such event.
    pub without_ticket: Option<u64>,
    /// The earliest event in scope.
    pub first: Timestamp,
    /// The latest.
    pub last: Timestamp,
    /// Events of the same agents in the days before their first windows, copies included; none
    /// where that is not known.
    pub before: Option<u64>,
    /// The latest of these.
    pub last_before: Option<Timestamp>,
    /// Events of other listed agents in the days before their first windows, copies included;
    /// none where that is not known.
    pub before_by_others: Option<u64>,
}

impl ActionUse {
    /// Returns whether none of its agents used it in the days before; false if that is not known.
    pub fn is_new(&self) -> bool {
        self.before == Some(0)
    }
}

impl CensusFinding {
    pub(super) fn new(case: &Case, settled: &Deduplicated, actions: &[ActionFinding]) -> Self {
        let around = &settled.around;
        let firsts = settled.coverage.iter().filter_map(crate::coverage::Coverage::first);
        let own = case.scopes.iter().filter(|scope| !scope.open);
        let start = own.map(|scope| scope.window.from).min();
        let reaches_back = start.is_some_and(|start| firsts.min().is_some_and(|first| first < start));
        let known = reaches_back && !around.earlier_overflown;
        let each = settled.totals.actions.values().zip(actions);
        let mut actions: Vec<_> = each
            .map(|(totals, action)| action_use(action, totals, known.then_some(&around.earlier)))
            .collect();
        actions.sort_by(|a, b| {
            let key = |action: &ActionUse| (!action.is_new(), action.events);
            key(a).cmp(&key(b)).then_with(|| a.code.cmp(&b.code))
        });
        Self {
            look_back_days: LOOK_BACK_DAYS,
            reaches_back,
            too_many: around.earlier_overflown,
            actions,
        }
    }
}

type EarlierUses = std::collections::BTreeMap<(usize, String), EarlierUse>;

fn action_use(action: &ActionFinding, totals: &ActionTotals, earlier: Option<&EarlierUses>) -> ActionUse {
    let own = || {
        let agents = totals.agents.iter();
        agents.filter_map(|agent| earlier?.get(&(*agent, action.code.clone())))
    };
    let others = earlier.map(|earlier| {
        let others = earlier.iter();
        let others = others.filter(|((agent, code), _)| *code == action.code && !totals.agents.contains(agent));
        others.map(|(_, uses)| uses.events).sum()
    });
    ActionUse {
        code: action.code.clone(),
        effect: action.effect,
        catalogued: action.effect != Effect::Uncatalogued,
        events: totals.events,
        failed: totals.failed,
        tenants: action.tenants,
        agents: totals.agents.len() as u64,
        without_ticket: (totals.may_have_ticket > 0).then_some(totals.without_ticket),
        first: totals.first(),
        last: totals.last(),
        before: earlier.map(|_| own().map(|uses| uses.events).sum()),
        last_before: own().map(|uses| uses.last).max(),
        before_by_others: others,
    }
}
