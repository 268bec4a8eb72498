//! Deeds and failed attempts of a tenant's events, or of some of them, in words.

use std::collections::BTreeMap;

use crate::{
    catalogue::Effect,
    events::Outcome,
    findings::{SpanFinding, TenantImpact},
    reports::lang,
    tally::{Outcomes, TenantEvent},
    text::grouped,
};

/// Durations of so many actions are written out in a sentence.
const DURATIONS: usize = 3;

/// Counts of deeds and of failed attempts. Both ends of an action that lasts are one deed.
pub(super) struct Deeds<'a> {
    pub(super) done: BTreeMap<Effect, u64>,
    pub(super) tried: BTreeMap<Effect, u64>,
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

    /// How many events they are.
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
        let done: Vec<String> = self
            .done
            .iter()
            .rev()
            .map(|(effect, count)| self.deed(*effect, *count))
            .collect();
        let done = lang::listed(&done);
        match (self.outcomes.success, self.outcomes.unknown) {
            (0, 0) => sentences.push("Nothing is recorded as done.".to_owned()),
            (0, 1) => sentences.push(format!("Done or tried: {done}; the log does not tell the outcome.")),
            (0, _) => sentences.push(format!("Done or tried: {done}; the log tells no outcome of any.")),
            (_, unknown) => {
                sentences.push(format!("Done: {done}."));
                match unknown {
                    0 => {}
                    1 => sentences.push("For 1 of these the log does not tell the outcome.".to_owned()),
                    some => sentences.push(format!(
                        "For {} of these the log does not tell the outcome.",
                        grouped(some)
                    )),
                }
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

/// How long an action lasted, or which of its ends is not logged.
pub(super) fn lasted(span: &SpanFinding) -> String {
    match (span.from, span.until) {
        (Some(from), Some(until)) => lang::lasted(from, until),
        (Some(_), None) => "no end is logged".to_owned(),
        (None, _) => "no start is logged".to_owned(),
    }
}
