//! Changes of the answer with the ends of the windows and with each agent.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    case::{AgentId, Case, TenantId},
    tally::{
        Around, Deduplicated, MOVES, Move, MovedWindows, OnBound, ScopedEvent, Shifts, concerned, on_bounds, sole_agent,
    },
    time::Timestamp,
};

/// Events and tenants that come in or drop out where an end of a window moves or an agent is left
/// out.
#[derive(Debug, Clone, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct SensitivityFinding {
    /// True if more events lie beside the windows than are kept, so that none is counted there: no
    /// move to a wider window is stated, and no event on an end outside every window.
    pub too_many: bool,
    /// Scopes in the order of the case.
    pub scopes: Vec<ScopeSensitivity>,
}

/// Changes of one scope.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ScopeSensitivity {
    /// Name of the scope.
    pub name: String,
    /// Moves of each end, earlier and later. A move that leaves nothing of the window is missing.
    pub moves: Vec<MoveFinding>,
    /// Its agents with events in it, each left out, in the order of the case.
    pub without_agent: Vec<WithoutAgent>,
    /// Events exactly on an end of its window, in time order; of many, the first.
    pub on_ends: Vec<EventOnEnd>,
}

/// An end of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WindowEnd {
    /// The first instant inside.
    From,
    /// The first instant after.
    Until,
}

/// One end moved.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct MoveFinding {
    /// End that moves.
    pub end: WindowEnd,
    /// Distance in minutes; negative where it moves to an earlier time.
    pub minutes: i64,
    /// The time to which it moves.
    pub to: Timestamp,
    /// True where the window becomes wider, so that events come in, not narrower, so that they
    /// drop out.
    pub wider: bool,
    /// Events that come into the scope or drop out of it.
    pub events: u64,
    /// Tenants that come into it or drop out of it.
    pub tenants: u64,
    /// The first of these tenants, in id order.
    pub first_tenants: Vec<TenantId>,
}

/// A scope without one of its agents.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct WithoutAgent {
    /// Id of the agent.
    pub agent: AgentId,
    /// Events that drop out: no other agent of the scope is named in them.
    pub events: u64,
    /// Tenants that drop out.
    pub tenants: u64,
    /// The first of these tenants, in id order.
    pub first_tenants: Vec<TenantId>,
}

/// An event exactly on an end of a window.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct EventOnEnd {
    /// End on which it lies: the scope holds an event on its beginning, and none on its end.
    pub end: WindowEnd,
    /// Time of the event.
    pub time: Timestamp,
    /// Position in `sources`.
    pub source: usize,
    /// Start of its record, in bytes from 0.
    pub offset: u64,
    /// Length of the record in bytes.
    pub length: u64,
}

/// Greatest number of tenants that are named for one change.
const NAMED_TENANTS: usize = 20;

/// Changes that moves make for one tenant, by scope.
pub(super) type TenantShifts = Vec<TenantShift>;

/// Changes that moves and agents make for one tenant in one scope.
#[derive(Debug, Clone, Copy)]
pub(super) struct TenantShift {
    scope: usize,
    /// The moves by which it comes in or drops out, as bits in the order of [`Move::all`].
    moves: u32,
    /// The agent without whom it drops out.
    agent: Option<usize>,
}

/// The windows and the events in their margins.
#[derive(Debug)]
pub(super) struct Beside {
    moved: MovedWindows,
    /// Events of each tenant in the margins: places in [`Around::margin`].
    by_tenant: BTreeMap<TenantId, Vec<usize>>,
}

impl Beside {
    pub(super) fn new(moved: MovedWindows, around: &Around) -> Self {
        let mut by_tenant: BTreeMap<TenantId, Vec<usize>> = BTreeMap::new();
        for (place, event) in around.margin.iter().enumerate() {
            for tenant in &event.event.tenants {
                by_tenant.entry(tenant.id.clone()).or_default().push(place);
            }
        }
        Self { moved, by_tenant }
    }

    /// Counts what changes for a tenant with these events in scope.
    pub(super) fn tenant(&self, case: &Case, around: &Around, id: &TenantId, events: &[&ScopedEvent]) -> TenantShifts {
        let margin = self.by_tenant.get(id).map_or(&[][..], Vec::as_slice);
        let margin = margin.iter().map(|place| &*around.margin[*place]);
        let mut counts: BTreeMap<usize, (Shifts, Agents)> = BTreeMap::new();
        for event in events.iter().copied().chain(margin) {
            for scope in concerned(event) {
                let (shifts, agents) = counts.entry(scope).or_default();
                self.moved.count(scope, event, shifts);
                if event.scopes.contains(scope) {
                    agents.add(sole_agent(event, &case.scopes[scope]));
                }
            }
        }
        let shift = |(scope, (shifts, agents)): (usize, (Shifts, Agents))| {
            let mut moves = 0;
            for (at, (each, changed)) in Move::all().zip(shifts.changed).enumerate() {
                let whole = if each.wider {
                    shifts.inside == 0
                } else {
                    shifts.inside == changed
                };
                moves |= u32::from(changed > 0 && whole) << at;
            }
            let agent = agents.only();
            TenantShift { scope, moves, agent }
        };
        let shifts = counts.into_iter().map(shift);
        shifts
            .filter(|shift| shift.moves != 0 || shift.agent.is_some())
            .collect()
    }

    /// Returns the tenants in margins that have no event in scope, and what changes for each.
    fn others<'b>(
        &'b self,
        case: &'b Case,
        around: &'b Around,
        known: &'b BTreeSet<&TenantId>,
    ) -> impl Iterator<Item = (&'b TenantId, TenantShifts)> {
        let others = self.by_tenant.keys().filter(|id| !known.contains(id));
        others.map(|id| (id, self.tenant(case, around, id, &[])))
    }
}

/// The agents of a tenant's events in a scope.
#[derive(Debug, Default)]
enum Agents {
    #[default]
    None,
    One(usize),
    Several,
}

impl Agents {
    /// Adds an event that is in the scope by this agent alone, or by several.
    fn add(&mut self, sole: Option<usize>) {
        *self = match (&*self, sole) {
            (Self::None, Some(sole)) => Self::One(sole),
            (Self::One(agent), Some(sole)) if *agent == sole => Self::One(sole),
            _ => Self::Several,
        };
    }

    fn only(self) -> Option<usize> {
        match self {
            Self::One(agent) => Some(agent),
            Self::None | Self::Several => None,
        }
    }
}

/// Tenants that one change concerns.
#[derive(Debug, Default)]
struct ChangedTenants {
    tenants: u64,
    first: Vec<TenantId>,
}

impl ChangedTenants {
    /// Adds a tenant, in id order.
    fn add(&mut self, id: &TenantId) {
        self.tenants += 1;
        if self.first.len() < NAMED_TENANTS {
            self.first.push(id.clone());
        }
    }
}

impl SensitivityFinding {
    /// Puts together what was counted for each tenant, in id order.
    pub(super) fn new<'t>(
        case: &Case,
        settled: &Deduplicated,
        beside: &Beside,
        tenants: impl Iterator<Item = (&'t TenantId, &'t [TenantShift])> + Clone,
    ) -> Self {
        let (around, totals) = (&settled.around, &settled.totals);
        let known: BTreeSet<&TenantId> = tenants.clone().map(|(id, _)| id).collect();
        let mut all: BTreeMap<&TenantId, TenantShifts> = beside.others(case, around, &known).collect();
        all.extend(tenants.map(|(id, shifts)| (id, shifts.to_vec())));
        let mut moves: BTreeMap<(usize, usize), ChangedTenants> = BTreeMap::new();
        let mut agents: BTreeMap<(usize, usize), ChangedTenants> = BTreeMap::new();
        for (id, shifts) in &all {
            for shift in shifts {
                for at in (0..MOVES).filter(|at| shift.moves & 1 << at != 0) {
                    moves.entry((shift.scope, at)).or_default().add(id);
                }
                if let Some(agent) = shift.agent {
                    agents.entry((shift.scope, agent)).or_default().add(id);
                }
            }
        }
        let mut events = totals.shifts.clone();
        events.resize(case.scopes.len(), Shifts::default());
        for event in &around.margin {
            for scope in concerned(event) {
                beside.moved.count(scope, event, &mut events[scope]);
            }
        }
        let mut bounds: BTreeSet<OnBound> = totals.on_bounds.clone();
        bounds.extend(around.margin.iter().flat_map(|event| on_bounds(event, &case.scopes)));
        let scope = |(at, scope): (usize, &crate::case::Scope)| ScopeSensitivity {
            name: scope.name.clone(),
            moves: Move::all()
                .enumerate()
                .filter(|(_, each)| each.window(scope.window).is_some())
                .filter(|(_, each)| !(each.wider && around.margin_overflown))
                .map(|(number, each)| {
                    let changed = moves.remove(&(at, number)).unwrap_or_default();
                    move_finding(each, each.time(scope.window), events[at].changed[number], changed)
                })
                .collect(),
            without_agent: totals
                .alone
                .range((at, 0)..(at + 1, 0))
                .map(|((_, agent), events)| {
                    let ChangedTenants { tenants, first } = agents.remove(&(at, *agent)).unwrap_or_default();
                    WithoutAgent {
                        agent: case.agents[*agent].id.clone(),
                        events: *events,
                        tenants,
                        first_tenants: first,
                    }
                })
                .collect(),
            on_ends: bounds
                .iter()
                .filter(|(scope, ..)| *scope == at)
                .map(|(_, until, time, at, _)| EventOnEnd {
                    end: if *until { WindowEnd::Until } else { WindowEnd::From },
                    time: *time,
                    source: at.source,
                    offset: at.offset,
                    length: at.length,
                })
                .collect(),
        };
        Self {
            too_many: around.margin_overflown,
            scopes: case.scopes.iter().enumerate().map(scope).collect(),
        }
    }
}

fn move_finding(each: Move, to: Timestamp, events: u64, changed: ChangedTenants) -> MoveFinding {
    let later = each.until == each.wider;
    MoveFinding {
        end: if each.until { WindowEnd::Until } else { WindowEnd::From },
        minutes: if later { each.minutes } else { -each.minutes },
        to,
        wider: each.wider,
        events,
        tenants: changed.tenants,
        first_tenants: changed.first,
    }
}
