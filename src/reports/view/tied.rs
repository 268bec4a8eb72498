//! Events that evidence ties to the intruder, with which every report begins.

use super::deeds::Deeds;
use crate::{
    findings::TenantImpact,
    reports::{header::Header, lang, template::view},
    tally::TenantEvent,
    text::{counted, grouped},
};

/// List positions that are shown.
const SHOWN: usize = 12;

view! {
    /// The first lines of a report.
    pub(in crate::reports) struct TiedView {
        /// `tied`, `linked`, `clear`, or empty where the case does not say what evidence ties to
        /// the intruder: a class name.
        class: String,
        headline: String,
        text: String,
        numbers: Vec<String>,
        more_numbers: String,
        /// Other events of the same sessions. Empty if there are none, or if `headline` is about
        /// them.
        linked: String,
    }
}

impl TiedView {
    pub(super) fn new(header: &Header, impact: &TenantImpact) -> Self {
        let tied = |event: &TenantEvent| header.is_tied(event.scopes);
        let numbered = (1_u64..).zip(&impact.events);
        let numbers: Vec<String> = numbered
            .filter(|(_, event)| tied(event))
            .map(|(number, _)| number.to_string())
            .collect();
        let linked = &impact.finding.linked;
        if !header.has_tied() || impact.events.is_empty() {
            return Self::default();
        }
        if !numbers.is_empty() {
            let deeds = Deeds::of(impact, tied);
            return Self {
                class: "tied".to_owned(),
                headline: headline(deeds.events(), impact.finding.events, deeds.all_failed()),
                text: format!("{} {}", when(impact, tied), deeds.sentences()),
                linked: match linked.len() as u64 {
                    0 => String::new(),
                    1 => format!(
                        "1 more action is recorded in a session with such actions: no. {}.",
                        linked[0]
                    ),
                    more => format!(
                        "{} more actions are recorded in a session with such actions.",
                        grouped(more)
                    ),
                },
                ..Self::listing(&numbers)
            };
        }
        if linked.is_empty() {
            return Self {
                class: "clear".to_owned(),
                headline: headline_of_none(impact.finding.events).to_owned(),
                text: none(header),
                ..Self::default()
            };
        }
        let numbers: Vec<String> = linked.iter().map(u64::to_string).collect();
        Self {
            class: "linked".to_owned(),
            headline: headline_of_linked(linked.len() as u64),
            text: format!(
                "{} Whether the intruder took {} is not known: treat {} as the intruder's until it is.",
                none(header),
                if linked.len() == 1 { "it" } else { "them" },
                if linked.len() == 1 { "it" } else { "them" },
            ),
            ..Self::listing(&numbers)
        }
    }

    fn listing(numbers: &[String]) -> Self {
        Self {
            numbers: numbers.iter().take(SHOWN).cloned().collect(),
            more_numbers: lang::more(numbers.len(), SHOWN),
            ..Self::default()
        }
    }
}

fn headline_of_linked(linked: u64) -> String {
    let (actions, sessions) = match linked {
        1 => ("1 action is".to_owned(), "a session"),
        more => (format!("{} actions are", grouped(more)), "sessions"),
    };
    format!(
        "No action found in your tenant is tied to the intruder by evidence, but {actions} recorded in {sessions} with actions that \
         are."
    )
}

fn headline_of_none(events: u64) -> &'static str {
    match events {
        1 => "The action found in your tenant is not tied to the intruder by the evidence known so far.",
        _ => "None of the actions found in your tenant is tied to the intruder by the evidence known so far.",
    }
}

fn headline(tied: u64, all: u64, failed: bool) -> String {
    let which = match (tied, all) {
        (1, 1) => "The action found in your tenant is".to_owned(),
        (tied, all) if tied == all => format!("All {} actions found in your tenant are", grouped(all)),
        (1, all) => format!("1 of the {} actions found in your tenant is", grouped(all)),
        (tied, all) => format!(
            "{} of the {} actions found in your tenant are",
            grouped(tied),
            grouped(all)
        ),
    };
    let failed = match (failed, tied) {
        (false, _) => "",
        (true, 1) => "; it was tried and failed",
        (true, _) => "; all of them were tried and failed",
    };
    format!("{which} tied to the intruder by evidence{failed}.")
}

/// Returns the text for a tenant without tied events.
fn none(header: &Header) -> String {
    let windows: Vec<String> = header
        .scopes
        .iter()
        .filter(|scope| scope.tied)
        .map(|scope| lang::window(scope.window))
        .collect();
    format!("What evidence ties to the intruder lies {}.", lang::listed(&windows))
}

fn when(impact: &TenantImpact, tied: impl Fn(&TenantEvent) -> bool) -> String {
    let mut events = impact.events.iter().filter(|event| tied(event));
    let Some(first) = events.next() else {
        return String::new();
    };
    let last = events.last().unwrap_or(first);
    let mut agents: Vec<usize> = impact
        .events
        .iter()
        .filter(|event| tied(event))
        .map(|event| event.agent)
        .collect();
    agents.sort_unstable();
    agents.dedup();
    let agents = counted(agents.len() as u64, "agent", "agents");
    let when = lang::first_to_last(first.time, last.time);
    let (initial, rest) = when.split_at(1);
    format!("{}{rest}, by {agents}.", initial.to_uppercase())
}
