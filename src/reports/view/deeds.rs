//! Deeds and failed attempts of a tenant's events, or of some of them, in words.

use std::collections::BTreeMap;

use crate::{
    catalogue::Effect,
    events::Outcome,
    findings::{SpanFinding, TenantImpact},
    reports::lang,
    tally::{Outcomes, TenantEvent},
};

/// Durations of so many actions are written out in a sentence.
const DURATIONS: usize = 3;

/// Counts of deeds and of failed attempts. Both ends of an action that lasts are one deed.
pub(super) struct Deeds<'a> {
    pub(super) done: BTreeMap<Effect, u64>,
    pub(super) tried: BTreeMap<Effect, u64>,
    /// Those of `done` without an outcome in the log.
    unknown: BTreeMap<Effect, u64>,
    pub(super) outcomes: Outcomes,
    /// Actions that last and begin or end in these events.
    spans: Vec<&'a SpanFinding>,
}

/// The event at a position of the tenant's list, from 1.
fn at(events: &[TenantEvent], number: u64) -> Option<&TenantEvent> {
    events.get(usize::try_from(number).ok()?.checked_sub(1)?)
}

impl<'a> Deeds<'a> {
    /// Counts those of a tenant's events that are inside.
    pub(super) fn of(impact: &'a TenantImpact, inside: impl Fn(&TenantEvent) -> bool) -> Self {
        let mut deeds = Self {
            done: BTreeMap::new(),
            tried: BTreeMap::new(),
            unknown: BTreeMap::new(),
            outcomes: Outcomes::default(),
            spans: Vec::new(),
        };
        for event in impact.events.iter().filter(|event| inside(event)) {
            deeds.outcomes.count(event.outcome);
            let counts = match event.outcome {
                Outcome::Failure => &mut deeds.tried,
                Outcome::Success | Outcome::Unknown => &mut deeds.done,
            };
            *counts.entry(event.effect).or_default() += 1;
            if event.outcome == Outcome::Unknown {
                *deeds.unknown.entry(event.effect).or_default() += 1;
            }
        }
        for span in &impact.finding.spans {
            let here = |number: Option<u64>| {
                number
                    .and_then(|number| at(&impact.events, number))
                    .is_some_and(&inside)
            };
            let (start, end) = (here(span.start), here(span.end));
            if start && end {
                deeds.done.entry(span.effect).and_modify(|count| *count -= 1);
            }
            if start || end {
                deeds.spans.push(span);
            }
        }
        deeds
    }

    /// Returns the number of events.
    pub(super) fn events(&self) -> u64 {
        let Outcomes {
            success,
            failure,
            unknown,
        } = self.outcomes;
        success + failure + unknown
    }

    /// Whether all of them failed.
    pub(super) fn all_failed(&self) -> bool {
        self.done.is_empty()
    }

    /// `Done: 2 deletions and 1 view. Tried and failed: 1 export of data.`
    pub(super) fn sentences(&self) -> String {
        let mut sentences = Vec::new();
        let Outcomes { success, unknown, .. } = self.outcomes;
        let is_mixed = success > 0 && unknown > 0;
        let known = |(effect, count): (&Effect, &u64)| {
            let unknown = self.unknown.get(effect).filter(|_| is_mixed).copied().unwrap_or(0);
            let known = count.saturating_sub(unknown);
            (known > 0).then(|| self.deed(*effect, known))
        };
        let done: Vec<String> = self.done.iter().rev().filter_map(known).collect();
        let done = lang::listed(&done);
        match (success, unknown) {
            (0, 0) => sentences.push("Nothing is recorded as done.".to_owned()),
            (0, 1) => sentences.push(format!("Done or tried: {done}; the log does not tell the outcome.")),
            (0, _) => sentences.push(format!("Done or tried: {done}; the log tells no outcome of any.")),
            (_, 0) => sentences.push(format!("Done: {done}.")),
            (..) => {
                let open = self.unknown.iter().rev();
                let open: Vec<String> = open.map(|(effect, count)| lang::deed(*effect, *count)).collect();
                let open = lang::listed(&open);
                if !done.is_empty() {
                    sentences.push(format!("Done: {done}."));
                }
                sentences.push(format!("Done or tried, as the log does not tell the outcome: {open}."));
            }
        }
        if !self.tried.is_empty() {
            let tried = self.tried.iter().rev();
            let tried: Vec<String> = tried.map(|(effect, count)| lang::deed(*effect, *count)).collect();
            sentences.push(format!("Tried and failed: {}.", lang::listed(&tried)));
        }
        sentences.join(" ")
    }

    /// `1 impersonation of a user (2 min 53 s)`.
    fn deed(&self, effect: Effect, count: u64) -> String {
        let text = lang::deed(effect, count);
        let spans: Vec<String> = self
            .spans
            .iter()
            .filter(|span| span.effect == effect)
            .map(|span| lasted(span))
            .collect();
        if spans.is_empty() || spans.len() > DURATIONS {
            return text;
        }
        format!("{text} ({})", spans.join("; "))
    }
}

/// Returns the duration of an action, or states which of its ends is not logged.
pub(super) fn lasted(span: &SpanFinding) -> String {
    match (span.from, span.until) {
        (Some(from), Some(until)) => lang::lasted(from, until),
        (Some(_), None) => "no end is logged".to_owned(),
        (None, _) => "no start is logged".to_owned(),
    }
}
