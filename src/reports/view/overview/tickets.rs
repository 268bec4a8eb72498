//! Events by the relation to their tickets, for each agent and tenant.

use std::cmp::Reverse;

use crate::{
    findings::{Findings, TicketsOfPair},
    reports::{lang, template::view},
    text::{counted, grouped},
};

/// Most pairs that are shown; findings.json has them all.
const SHOWN: usize = 100;

view! {
    /// The whole section; empty rows where the case names no table of tickets.
    pub(super) struct TicketsView {
        listed: String,
        rows: Vec<TicketsRow>,
        more: String,
    }
}

view! {
    struct TicketsRow {
        agent: String,
        tenant: String,
        without: String,
        judged: String,
        share: String,
        none: String,
        unknown: String,
        other_tenant: String,
        other_agent: String,
        closed: String,
        approved: String,
    }
}

impl TicketsView {
    pub(super) fn new(findings: &Findings) -> Self {
        let mut pairs: Vec<&TicketsOfPair> = findings.tickets.iter().flat_map(|tickets| &tickets.pairs).collect();
        pairs.sort_by_key(|pair| Reverse(pair.counts.unfitting()));
        let listed = findings.tickets.as_ref().map(|tickets| tickets.listed);
        Self {
            listed: listed.map_or_else(String::new, |listed| counted(listed, "ticket", "tickets")),
            rows: pairs.iter().take(SHOWN).map(|pair| TicketsRow::new(pair)).collect(),
            more: match pairs.len().saturating_sub(SHOWN) {
                0 => String::new(),
                more => format!("{} more are in findings.json.", grouped(more as u64)),
            },
        }
    }
}

impl TicketsRow {
    fn new(pair: &TicketsOfPair) -> Self {
        let counts = &pair.counts;
        let (without, judged) = (counts.unfitting(), counts.judged());
        #[allow(clippy::cast_precision_loss, reason = "a share for people")]
        let share = || lang::percent(without as f64 / judged as f64);
        Self {
            agent: pair.agent.0.clone(),
            tenant: pair.tenant.as_ref().map_or_else(String::new, |tenant| tenant.0.clone()),
            without: grouped(without),
            judged: grouped(judged),
            share: if judged > 0 {
                share()
            } else {
                "no ticket logged".to_owned()
            },
            none: grouped(counts.none),
            unknown: grouped(counts.unknown),
            other_tenant: grouped(counts.other_tenant),
            other_agent: grouped(counts.other_agent),
            closed: grouped(counts.closed),
            approved: grouped(counts.approved),
        }
    }
}
