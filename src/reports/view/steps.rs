//! The steps that a tenant is asked to take, in order.

use std::{cmp::Reverse, collections::BTreeSet};

use super::kinds::{TargetView, distinct_targets};
use crate::{
    events::Target,
    findings::{Step, StepKind, TenantImpact},
    reports::{header::Header, lang, template::view},
    tally::TenantEvent,
};

/// Targets, addresses and list positions that are shown.
const SHOWN: usize = 5;

view! {
    /// One step.
    pub(in crate::reports) struct StepView {
        head: String,
        text: String,
        /// Source addresses of the actions, as logged, if the tenant's own log may show them.
        addresses: Vec<String>,
        more_addresses: String,
        targets: Vec<TargetView>,
        more_targets: String,
        /// Events of the tenant's own log to look for.
        events: Vec<String>,
        /// Codes, where it is about what these do.
        codes: Vec<String>,
        numbers: Vec<String>,
        more_numbers: String,
    }
}

/// The steps of a tenant's finding.
pub(super) fn steps(header: &Header, impact: &TenantImpact) -> Vec<StepView> {
    impact
        .finding
        .steps
        .iter()
        .map(|step| StepView::new(header, &impact.events, step))
        .collect()
}

impl StepView {
    fn new(header: &Header, events: &[TenantEvent], step: &Step) -> Self {
        let numbered: Vec<(usize, &TenantEvent)> = step
            .actions
            .iter()
            .filter_map(|number| {
                let number = usize::try_from(*number).ok()?;
                Some((number, events.get(number.checked_sub(1)?)?))
            })
            .collect();
        let first = numbered.iter().map(|(_, event)| event.time).min();
        let when = first.map(lang::minute).unwrap_or_default();
        let (head, text) = lang::step(step.kind, &header.case.vendor, &when);
        let looks = step.kind == StepKind::Look;
        // A kind alone says nothing of what to do it on.
        let is_named = |target: &Target| {
            [&target.id, &target.name]
                .into_iter()
                .flatten()
                .any(|text| !text.is_empty())
        };
        let (targets, distinct) = distinct_targets(&numbered, SHOWN, |target| !looks && is_named(target));
        let addresses = distinct_texts(&numbered, |event| event.ip.as_deref().filter(|_| looks));
        let explains = step.kind == StepKind::Explain;
        let codes = distinct_texts(&numbered, |event| Some(event.action.as_str()).filter(|_| explains));
        Self {
            head: head.to_owned(),
            text,
            more_addresses: lang::more(addresses.len(), SHOWN),
            addresses: addresses.into_iter().take(SHOWN).collect(),
            events: if looks {
                events_to_look_for(header, &numbered)
            } else {
                Vec::new()
            },
            targets,
            more_targets: lang::more(distinct, SHOWN),
            codes: codes.into_iter().take(SHOWN).collect(),
            numbers: numbered
                .iter()
                .take(SHOWN)
                .map(|(number, _)| number.to_string())
                .collect(),
            more_numbers: lang::more(numbered.len(), SHOWN),
        }
    }
}

/// The first event to look for of each code, the gravest code first, then the second ones.
fn events_to_look_for(header: &Header, numbered: &[(usize, &TenantEvent)]) -> Vec<String> {
    let mut codes: Vec<_> = numbered
        .iter()
        .map(|(_, event)| (Reverse(event.effect), event.action.as_str()))
        .collect();
    codes.sort_unstable();
    codes.dedup();
    let meanings = codes.iter().filter_map(|(_, code)| header.glossary.get(*code));
    let meanings: Vec<_> = meanings.collect();
    let most = meanings.iter().map(|meaning| meaning.look_for.len()).max().unwrap_or(0);
    let each = |at: usize| meanings.iter().filter_map(move |meaning| meaning.look_for.get(at));
    let mut seen = BTreeSet::new();
    let new = (0..most).flat_map(each).filter(|event| seen.insert(event.as_str()));
    new.take(SHOWN).cloned().collect()
}

/// In the order of the events, each once.
fn distinct_texts<'a>(
    events: &[(usize, &'a TenantEvent)],
    text: impl Fn(&'a TenantEvent) -> Option<&'a str>,
) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let texts = events.iter().filter_map(|(_, event)| text(event));
    texts.filter(|text| seen.insert(*text)).map(str::to_owned).collect()
}
