//! Sums over all tenants from the lines of every copy. An event of several tenants has a line in
//! each one's copy and counts once.

use std::collections::{BTreeMap, BTreeSet};

use super::event_row::{EventRow, RecordLocation};
use crate::{digest::Sha256, events::Outcome, time::Timestamp};

/// Lines of all copies, to be summed up.
#[derive(Debug, Default)]
pub(super) struct EventSums {
    events: Vec<SummedLine>,
    copies: Numbering<String>,
    actions: Numbering<String>,
    agents: Numbering<String>,
    scopes: Numbering<Vec<String>>,
    /// First and last time, by agent.
    pub(super) spans: BTreeMap<String, (Timestamp, Timestamp)>,
}

/// A line in few bytes, as there may be millions. The lines of one event differ only in `copy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct SummedLine {
    /// Half of the digest over everything that all copies of an event have in common.
    same: [u8; 16],
    /// Number of the tenant; 0 for a line without a tenant.
    copy: u32,
    action: u32,
    agent: u32,
    scopes: u32,
    failed: bool,
    /// Clock hour (UTC).
    hour: i64,
}

/// Numbers of values, from 1.
#[derive(Debug)]
struct Numbering<T>(BTreeMap<T, u32>);

/// Bounds of a number of events. Several events of one record may be equal; they cannot be
/// distinguished from one event of several tenants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct EventSum {
    pub(super) least: u64,
    pub(super) most: u64,
    /// Lines without a tenant.
    pub(super) homeless: u64,
    /// Numbers of the tenants that have such events.
    copies: BTreeSet<u32>,
}

/// Bounds of the numbers of events of one hour or day: the least and the most.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct BusySum {
    pub(super) events: (u64, u64),
    /// Events that evidence ties to the intruder.
    pub(super) tied: (u64, u64),
}

/// Sums by action, agent and scope.
#[derive(Debug, Default)]
pub(super) struct EventTotals {
    pub(super) actions: BTreeMap<String, EventSum>,
    /// Events that failed, by action.
    pub(super) actions_failed: BTreeMap<String, EventSum>,
    pub(super) agents: BTreeMap<String, EventSum>,
    pub(super) scopes: BTreeMap<String, EventSum>,
    /// Events that failed, by scope.
    pub(super) scopes_failed: BTreeMap<String, EventSum>,
    /// Failed events.
    pub(super) failed: EventSum,
}

impl<T> Default for Numbering<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Ord> Numbering<T> {
    fn of(&mut self, thing: T) -> u32 {
        let next = u32::try_from(self.0.len()).map_or(u32::MAX, |len| len.saturating_add(1));
        *self.0.entry(thing).or_insert(next)
    }
}

impl EventSum {
    /// Returns the number of tenants.
    pub(super) fn tenants(&self) -> u64 {
        self.copies.len() as u64
    }

    fn add(&mut self, least: u64, most: u64, homeless: u64, copies: impl Iterator<Item = u32>) {
        self.least += least;
        self.most += most;
        self.homeless += homeless;
        self.copies.extend(copies.filter(|&copy| copy > 0));
    }
}

impl EventSums {
    /// Adds one line as it was logged. The slug is empty for a line without a tenant.
    pub(super) fn absorb(&mut self, slug: &str, row: &EventRow, place: Option<&RecordLocation>) {
        let place = place.map(|place| (&place.source_sha256, place.offset, place.length));
        let alike = (
            (place, &row.event_id),
            (row.time.to_string(), row.outcome.as_str(), &row.action),
            (&row.agent, &row.session, &row.scopes),
        );
        let digest = Sha256::of(format!("{alike:?}").as_bytes()).0;
        let event = SummedLine {
            same: std::array::from_fn(|at| digest[at]),
            copy: if slug.is_empty() {
                0
            } else {
                self.copies.of(slug.to_owned())
            },
            action: self.actions.of(row.action.clone()),
            agent: self.agents.of(row.agent.clone()),
            scopes: self.scopes.of(row.scopes.clone()),
            failed: row.outcome == Outcome::Failure,
            hour: row.time.hour(),
        };
        self.events.push(event);
        let span = self.spans.entry(row.agent.clone()).or_insert((row.time, row.time));
        *span = (span.0.min(row.time), span.1.max(row.time));
    }

    /// Computes all sums.
    pub(super) fn totals(&self) -> EventTotals {
        let mut events = self.events.clone();
        events.sort_unstable();
        let [
            mut actions,
            mut actions_failed,
            mut agents,
            mut scopes,
            mut scopes_failed,
        ] = [const { BTreeMap::<u32, EventSum>::new() }; 5];
        let mut failed = EventSum::default();
        for alike in events.chunk_by(|one, other| one.same == other.same) {
            let by_copy = || alike.chunk_by(|one, other| one.copy == other.copy);
            let least = by_copy().map(<[_]>::len).max().unwrap_or_default() as u64;
            let homeless = alike.iter().filter(|line| line.copy == 0).count() as u64;
            let copies = || by_copy().map(|lines| lines[0].copy);
            for (sums, of) in [
                (&mut actions, alike[0].action),
                (&mut agents, alike[0].agent),
                (&mut scopes, alike[0].scopes),
            ] {
                sums.entry(of)
                    .or_default()
                    .add(least, alike.len() as u64, homeless, copies());
            }
            if alike[0].failed {
                for sum in [
                    &mut failed,
                    actions_failed.entry(alike[0].action).or_default(),
                    scopes_failed.entry(alike[0].scopes).or_default(),
                ] {
                    sum.add(least, alike.len() as u64, homeless, copies());
                }
            }
        }
        EventTotals {
            actions: named(&self.actions, &actions),
            actions_failed: named(&self.actions, &actions_failed),
            agents: named(&self.agents, &agents),
            scopes: self.by_scope(&scopes),
            scopes_failed: self.by_scope(&scopes_failed),
            failed,
        }
    }

    /// Computes the sums of each agent by hour, or by what `begin` makes of an hour.
    pub(super) fn busy(
        &self,
        begin: impl Fn(i64) -> i64,
        is_tied: impl Fn(&String) -> bool,
    ) -> BTreeMap<(&str, i64), BusySum> {
        let mut events = self.events.clone();
        events.sort_unstable();
        let scopes = self.scopes.0.iter();
        let tied: BTreeSet<u32> = scopes
            .filter(|(scopes, _)| scopes.iter().any(&is_tied))
            .map(|(_, number)| *number)
            .collect();
        let agents: BTreeMap<u32, &str> = self
            .agents
            .0
            .iter()
            .map(|(name, number)| (*number, name.as_str()))
            .collect();
        let mut sums: BTreeMap<(&str, i64), BusySum> = BTreeMap::new();
        for alike in events.chunk_by(|one, other| one.same == other.same) {
            let by_copy = alike.chunk_by(|one, other| one.copy == other.copy);
            let bounds = (
                by_copy.map(<[_]>::len).max().unwrap_or_default() as u64,
                alike.len() as u64,
            );
            let first = alike[0];
            let agent = agents.get(&first.agent).copied().unwrap_or_default();
            let sum = sums.entry((agent, begin(first.hour))).or_default();
            sum.events = (sum.events.0 + bounds.0, sum.events.1 + bounds.1);
            if tied.contains(&first.scopes) {
                sum.tied = (sum.tied.0 + bounds.0, sum.tied.1 + bounds.1);
            }
        }
        sums
    }

    fn by_scope(&self, sums: &BTreeMap<u32, EventSum>) -> BTreeMap<String, EventSum> {
        let mut totals: BTreeMap<String, EventSum> = BTreeMap::new();
        for (names, sum) in named(&self.scopes, sums) {
            for name in names {
                let total = totals.entry(name).or_default();
                total.add(sum.least, sum.most, sum.homeless, sum.copies.iter().copied());
            }
        }
        totals
    }
}

fn named<T: Ord + Clone>(numbers: &Numbering<T>, sums: &BTreeMap<u32, EventSum>) -> BTreeMap<T, EventSum> {
    let sum = |(thing, number): (&T, &u32)| (thing.clone(), sums.get(number).cloned().unwrap_or_default());
    numbers.0.iter().map(sum).collect()
}
