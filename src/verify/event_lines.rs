//! The lines of one file of events, and counts of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, BufRead},
    sync::Arc,
};

use super::{
    event_row::{EventRow, LineOwner, RecordLocation, SharedTexts, each_line},
    event_sums::EventSums,
    expected_rows,
    masked_originals::MaskedOriginals,
};
use crate::{
    case::TicketVerdict,
    catalogue::Effect,
    digest::Sha256,
    events::Outcome,
    findings::{TargetGroups, has_ticket},
    tally::Outcomes,
    time::Timestamp,
};

/// Lines of events, with the counts that findings state.
#[derive(Debug, Default)]
pub(super) struct EventLines {
    /// Events in the order of the lines.
    pub(super) events: Vec<EventRef>,
    /// Tenants and cases that the lines name.
    pub(super) owners: BTreeSet<LineOwner>,
    pub(super) actions: BTreeMap<String, u64>,
    /// Events that did not fail, by effect.
    pub(super) effects: BTreeMap<Effect, u64>,
    /// Events that failed, by effect.
    pub(super) attempts: BTreeMap<Effect, u64>,
    pub(super) outcomes: Outcomes,
    pub(super) scopes: BTreeMap<String, u64>,
    /// Events that failed, by scope.
    pub(super) scopes_failed: BTreeMap<String, u64>,
    /// Events by the set of scopes that they lie in.
    pub(super) scope_sets: BTreeMap<Arc<[String]>, u64>,
    pub(super) agents: BTreeSet<String>,
    pub(super) sessions: BTreeSet<String>,
    /// Targets of the lines, as the tenant reads them.
    pub(super) targets: TargetGroups,
    pub(super) first: Option<Timestamp>,
    pub(super) last: Option<Timestamp>,
}

/// The members of a line that are compared with other files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EventRef {
    pub(super) event_id: Option<String>,
    /// Id of the event as logged, where the tenant sees another.
    pub(super) logged_id: Option<String>,
    /// Source, as the line names it.
    pub(super) source: Arc<str>,
    /// Location of the record; absent in a tenant's folder that is verified alone.
    pub(super) place: Option<Arc<RecordLocation>>,
    pub(super) commitment: Option<Sha256>,
    /// Code of the action in the tenant's copy.
    pub(super) action: Arc<str>,
    pub(super) time: Timestamp,
    pub(super) effect: Effect,
    pub(super) outcome: Outcome,
    pub(super) has_ticket: bool,
    pub(super) ticket_verdict: Option<TicketVerdict>,
    pub(super) scopes: Arc<[String]>,
    /// Whether the event is in scope by a link.
    pub(super) by_link: bool,
    /// Whether the event is in an open scope and its actor is not listed.
    pub(super) by_search: bool,
    /// Digest of the cells that `actions.csv` must have for the line.
    pub(super) cells: Sha256,
}

impl EventRef {
    /// Returns the effect of an event that did not fail.
    pub(super) fn deed(&self) -> Option<Effect> {
        (self.outcome != Outcome::Failure).then_some(self.effect)
    }
}

/// Values that are collected over all files.
pub(super) type Accumulators<'w> = (&'w mut MaskedOriginals, &'w mut EventSums, &'w mut SharedTexts);

impl EventLines {
    pub(super) fn count(&self) -> u64 {
        self.events.len() as u64
    }

    /// Counts one line as it was logged.
    fn absorb(
        &mut self,
        mut row: EventRow,
        place: Option<Arc<RecordLocation>>,
        slug: &str,
        (masks, sums, texts): Accumulators<'_>,
    ) {
        self.owners.insert(row.owner(texts));
        let cells = expected_rows::of(self.events.len() + 1, &row);
        let action = texts.of(&row.action);
        self.targets.add(&row.target);
        let event_id = masks.unmask(slug, &mut row, place.as_deref());
        sums.absorb(slug, &row, place.as_deref());
        let logged_id = (row.event_id != event_id).then_some(row.event_id).flatten();
        *self.actions.entry(row.action).or_default() += 1;
        let effects = match row.outcome {
            Outcome::Failure => &mut self.attempts,
            Outcome::Success | Outcome::Unknown => &mut self.effects,
        };
        *effects.entry(row.effect).or_default() += 1;
        self.outcomes.count(row.outcome);
        for scope in &row.scopes {
            *self.scopes.entry(scope.clone()).or_default() += 1;
            if row.outcome == Outcome::Failure {
                *self.scopes_failed.entry(scope.clone()).or_default() += 1;
            }
        }
        let scopes: Arc<[String]> = match self.scope_sets.get_key_value(&row.scopes[..]) {
            Some((known, _)) => Arc::clone(known),
            None => row.scopes.into(),
        };
        *self.scope_sets.entry(Arc::clone(&scopes)).or_default() += 1;
        self.agents.insert(row.agent);
        self.sessions.extend(row.session);
        self.first = Some(self.first.map_or(row.time, |first| first.min(row.time)));
        self.last = Some(self.last.map_or(row.time, |last| last.max(row.time)));
        self.events.push(EventRef {
            event_id,
            logged_id,
            source: texts.of(&row.source),
            place,
            commitment: row.record_commitment,
            action,
            time: row.time,
            by_link: row.link.is_some(),
            by_search: row.found_by.is_some(),
            effect: row.effect,
            outcome: row.outcome,
            has_ticket: has_ticket(row.ticket.as_deref()),
            ticket_verdict: row.ticket_verdict,
            scopes,
            cells,
        });
    }

    /// Reads a file of events. `places` are the locations of the records; without it the lines name
    /// them.
    pub(super) fn read(
        reader: &mut dyn BufRead,
        slug: &str,
        places: Option<Vec<Arc<RecordLocation>>>,
        (masks, sums, texts): Accumulators<'_>,
    ) -> io::Result<Result<Self, String>> {
        let mut lines = Self::default();
        let mut places = places.map(Vec::into_iter);
        let read = each_line(reader, "event", |row: EventRow| {
            let place = match &mut places {
                Some(places) => places.next(),
                None => row.place(texts).map(Arc::new),
            };
            lines.absorb(row, place, slug, (&mut *masks, &mut *sums, &mut *texts));
        })?;
        Ok(read.map(|()| lines))
    }
}
