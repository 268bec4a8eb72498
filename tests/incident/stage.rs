//! The state of the generation: keeps instants unique, assigns ids and counts the records still to
//! write.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::event::{Event, Jobs, Names, Outcome, Place, ulid};
use crate::exports::Plan;
use crate::faces::{Client, Face};
use crate::rng::Rng;
use crate::time::DAY;

/// The events so far.
pub(crate) struct Stage<'c> {
    /// Chance for everything that happens on it.
    pub(crate) rng: Rng,
    /// The records that the events so far will become.
    pub(crate) records: usize,
    plan: &'c Plan,
    taken: BTreeSet<i64>,
    events: Vec<Event<'c>>,
}

impl<'c> Stage<'c> {
    /// An empty stage.
    pub(crate) fn new(plan: &'c Plan) -> Self {
        Self {
            rng: Rng::for_purpose("story"),
            records: 0,
            plan,
            taken: BTreeSet::new(),
            events: Vec::new(),
        }
    }

    /// An event of `face` with nothing else to it yet.
    pub(crate) fn event(&mut self, at: i64, face: &'c Face, action: &'static str) -> Event<'c> {
        Event {
            id: ulid(at, &mut self.rng),
            at,
            actor: Cow::Borrowed(face),
            impersonator: None,
            place: Place::Nowhere,
            action,
            target: None,
            outcome: self.outcome(),
            client: Client::on_day(face, at / DAY),
            ticket: None,
            justification: None,
            jobs: Jobs::All,
            contested: false,
            names: Names::Nobody,
            impersonation: None,
            escaped: false,
        }
    }

    /// Mostly things work; sometimes the log does not say.
    pub(crate) fn outcome(&mut self) -> Outcome {
        match self.rng.below(1000) {
            0..940 => Outcome::Success,
            940..990 => Outcome::Failure,
            990..995 => Outcome::Null,
            _ => Outcome::Absent,
        }
    }

    /// Adds an event at the first free instant from its time on: two things never happen at once,
    /// so that first and last of anything are never in doubt. One that no job records is dropped,
    /// as it leaves no trace: the CSV job has no column for an impersonator, and on some days it
    /// runs alone.
    pub(crate) fn add(&mut self, mut event: Event<'c>) {
        while !self.taken.insert(event.at) {
            event.at += 1;
        }
        let copies = self.plan.copies(&event);
        if copies > 0 {
            self.records += copies;
            self.events.push(event);
        }
    }

    /// Adds an event that shares its instant and id with the one added before: the same thing,
    /// recorded otherwise.
    pub(crate) fn add_twin(&mut self, event: Event<'c>) {
        self.records += self.plan.copies(&event);
        self.events.push(event);
    }

    /// All events in time order.
    pub(crate) fn close(mut self) -> Vec<Event<'c>> {
        self.events.sort_by_key(|event| event.at);
        self.events
    }
}
