//! Census of actions, and the changes that moved windows make.

use super::moment;
use crate::{
    findings::{ActionUse, Findings, MoveFinding, ScopeSensitivity, WindowEnd, WithoutAgent},
    reports::{lang, template::view},
    text::{counted, grouped},
};

/// Greatest number of rows of one table; the rest is in the files that it names.
const MOST_ROWS: usize = 30;

view! {
    /// The census of actions.
    pub(super) struct CensusView {
        /// Sentence on the use before.
        before: String,
        more: String,
        rows: Vec<ActionUseView>,
    }
}

view! {
    struct ActionUseView {
        action: String,
        class: String,
        label: String,
        events: String,
        failed: String,
        tenants: String,
        agents: String,
        without_ticket: String,
        first: String,
        last: String,
        before: String,
        is_new: bool,
    }
}

view! {
    /// Changes that moved windows and agents left out make for one scope.
    pub(super) struct SensitivityView {
        name: String,
        moves: Vec<ChangeView>,
        agents: Vec<ChangeView>,
        more_agents: String,
        on_ends: Vec<OnEndView>,
        more_on_ends: String,
    }
}

view! {
    struct ChangeView {
        what: String,
        agent: String,
        events: String,
        tenants: String,
        names: String,
    }
}

view! {
    struct OnEndView {
        end: String,
        time: String,
        path: String,
        offset: String,
    }
}

impl CensusView {
    pub(super) fn new(findings: &Findings) -> Self {
        let census = &findings.census;
        let days = counted(census.look_back_days.unsigned_abs(), "day", "days");
        let before = if !census.reaches_back {
            "The logs have no record before the first window, so that nothing is known of the use before it.".to_owned()
        } else if census.too_many {
            "The agents used too many different actions before the windows to compare.".to_owned()
        } else {
            format!(
                "“Before” counts events of the same agents in the {days} before their first window, as far as the logs reach, copies \
                 included."
            )
        };
        Self {
            before,
            more: more(census.actions.len(), "census.csv"),
            rows: census.actions.iter().take(MOST_ROWS).map(ActionUseView::new).collect(),
        }
    }
}

fn more(rows: usize, file: &str) -> String {
    match rows.saturating_sub(MOST_ROWS) {
        0 => String::new(),
        more => format!("{} more are in {file}.", grouped(more as u64)),
    }
}

impl ActionUseView {
    fn new(action: &ActionUse) -> Self {
        let words = lang::effect(action.effect);
        let before = match (action.before, action.last_before) {
            (Some(0), _) => "none".to_owned(),
            (Some(before), Some(last)) => format!("{}, last {}", grouped(before), lang::clock(last)),
            (Some(before), None) => grouped(before),
            (None, _) => "not known".to_owned(),
        };
        Self {
            action: action.code.clone(),
            class: words.key.to_owned(),
            label: words.label.to_owned(),
            events: grouped(action.events),
            failed: grouped(action.failed),
            tenants: grouped(action.tenants),
            agents: grouped(action.agents),
            without_ticket: action.without_ticket.map(grouped).unwrap_or_default(),
            first: lang::clock(action.first),
            last: lang::clock(action.last),
            before,
            is_new: action.is_new(),
        }
    }
}

impl SensitivityView {
    /// One for each scope.
    pub(super) fn each(findings: &Findings) -> Vec<Self> {
        let scopes = findings.sensitivity.scopes.iter();
        scopes.map(|scope| Self::new(findings, scope)).collect()
    }

    fn new(findings: &Findings, scope: &ScopeSensitivity) -> Self {
        let on_end = |event: &crate::findings::EventOnEnd| OnEndView {
            end: match event.end {
                WindowEnd::From => "on its beginning, in scope".to_owned(),
                WindowEnd::Until => "on its end, not in scope".to_owned(),
            },
            time: moment(Some(event.time)),
            path: findings.sources[event.source].path.clone(),
            offset: grouped(event.offset),
        };
        // Agents without whom no tenant drops out are left to findings.json.
        let mut agents: Vec<&WithoutAgent> = scope.without_agent.iter().filter(|one| one.tenants > 0).collect();
        agents.sort_by_key(|one| std::cmp::Reverse((one.tenants, one.events)));
        Self {
            name: scope.name.clone(),
            moves: scope.moves.iter().map(ChangeView::of_move).collect(),
            more_agents: more(agents.len(), "findings.json"),
            agents: agents.into_iter().take(MOST_ROWS).map(ChangeView::of_agent).collect(),
            on_ends: scope.on_ends.iter().take(MOST_ROWS).map(on_end).collect(),
            more_on_ends: more(scope.on_ends.len(), "findings.json"),
        }
    }
}

impl ChangeView {
    fn of_move(each: &MoveFinding) -> Self {
        let end = match each.end {
            WindowEnd::From => "begins",
            WindowEnd::Until => "ends",
        };
        let way = if each.minutes < 0 { "earlier" } else { "later" };
        let minutes = each.minutes.unsigned_abs();
        let distance = match minutes % 60 {
            0 => counted(minutes / 60, "hour", "hours"),
            _ => counted(minutes, "minute", "minutes"),
        };
        let sign = if each.wider { "+" } else { "−" };
        Self {
            what: format!("{end} {distance} {way}"),
            agent: String::new(),
            events: signed(sign, each.events),
            tenants: signed(sign, each.tenants),
            names: names(&each.first_tenants, each.tenants),
        }
    }

    fn of_agent(one: &WithoutAgent) -> Self {
        Self {
            what: String::new(),
            agent: one.agent.0.clone(),
            events: signed("−", one.events),
            tenants: signed("−", one.tenants),
            names: names(&one.first_tenants, one.tenants),
        }
    }
}

fn signed(sign: &str, number: u64) -> String {
    match number {
        0 => "0".to_owned(),
        number => format!("{sign}{}", grouped(number)),
    }
}

fn names(first: &[crate::case::TenantId], all: u64) -> String {
    /// Tenants named in a cell.
    const NAMED: usize = 5;
    let named: Vec<&str> = first.iter().take(NAMED).map(|id| id.0.as_str()).collect();
    let more = match all.saturating_sub(named.len() as u64) {
        0 => String::new(),
        more => format!(" and {} more", grouped(more)),
    };
    named.join(", ") + &more
}
