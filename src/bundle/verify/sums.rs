//! Sums over all tenants, from the lines of every copy. An event of several tenants stands in each
//! one's and counts once.

use std::collections::{BTreeMap, BTreeSet};

use super::rows::{Place, Row};
use crate::{digest::Sha256, events::Outcome, time::Timestamp};

/// Everything that is summed up.
#[derive(Debug, Default)]
pub(super) struct Sums {
    events: Vec<Event>,
    copies: Numbers<String>,
    actions: Numbers<String>,
    agents: Numbers<String>,
    scopes: Numbers<Vec<String>>,
    /// First and last, by agent.
    pub(super) spans: BTreeMap<String, (Timestamp, Timestamp)>,
}

/// A line, small: there may be millions. Lines of one event are equal but for whose copy they stand
/// in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    /// Half the digest of everything that every copy of it says alike.
    same: [u8; 16],
    /// Nobody's is 0.
    copy: u32,
    action: u32,
    agent: u32,
    scopes: u32,
    failed: bool,
}

/// Each thing's number, from 1.
#[derive(Debug)]
struct Numbers<T>(BTreeMap<T, u32>);

/// How many events. A record may hold several that are alike, which cannot be told from one event
/// of several tenants: then they are at least so many, and at most.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) least: u64,
    pub(super) most: u64,
    /// Lines of no tenant.
    pub(super) homeless: u64,
    /// Numbers of the tenants that have them.
    copies: BTreeSet<u32>,
}

/// The sums, by what they are of.
#[derive(Debug, Default)]
pub(super) struct Totals {
    pub(super) actions: BTreeMap<String, Sum>,
    pub(super) agents: BTreeMap<String, Sum>,
    pub(super) scopes: BTreeMap<String, Sum>,
    /// Events that failed, by scope.
    pub(super) scopes_failed: BTreeMap<String, Sum>,
    /// Events that failed.
    pub(super) failed: Sum,
}

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Ord> Numbers<T> {
    fn of(&mut self, thing: T) -> u32 {
        let next = u32::try_from(self.0.len()).map_or(u32::MAX, |len| len.saturating_add(1));
        *self.0.entry(thing).or_insert(next)
    }
}

impl Sum {
    /// How many tenants.
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

impl Sums {
    /// One more line, as it was logged, of this tenant; of nobody if the slug is empty.
    pub(super) fn absorb(&mut self, slug: &str, row: &Row, place: Option<&Place>) {
        let place = place.map(|place| (&place.source_sha256, place.offset, place.length));
        let alike = (
            (place, &row.event_id),
            (row.time.to_string(), row.outcome.as_str(), &row.action),
            (&row.agent, &row.session, &row.scopes),
        );
        let digest = Sha256::of(format!("{alike:?}").as_bytes()).0;
        let event = Event {
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
        };
        self.events.push(event);
        let span = self.spans.entry(row.agent.clone()).or_insert((row.time, row.time));
        *span = (span.0.min(row.time), span.1.max(row.time));
    }

    /// Adds everything up.
    pub(super) fn totals(&self) -> Totals {
        let mut events = self.events.clone();
        events.sort_unstable();
        let [mut actions, mut agents, mut scopes, mut scopes_failed] = [const { BTreeMap::<u32, Sum>::new() }; 4];
        let mut failed = Sum::default();
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
                for sum in [&mut failed, scopes_failed.entry(alike[0].scopes).or_default()] {
                    sum.add(least, alike.len() as u64, homeless, copies());
                }
            }
        }
        Totals {
            actions: named(&self.actions, &actions),
            agents: named(&self.agents, &agents),
            scopes: self.by_scope(&scopes),
            scopes_failed: self.by_scope(&scopes_failed),
            failed,
        }
    }

    fn by_scope(&self, sums: &BTreeMap<u32, Sum>) -> BTreeMap<String, Sum> {
        let mut totals: BTreeMap<String, Sum> = BTreeMap::new();
        for (names, sum) in named(&self.scopes, sums) {
            for name in names {
                let total = totals.entry(name).or_default();
                total.add(sum.least, sum.most, sum.homeless, sum.copies.iter().copied());
            }
        }
        totals
    }
}

fn named<T: Ord + Clone>(numbers: &Numbers<T>, sums: &BTreeMap<u32, Sum>) -> BTreeMap<T, Sum> {
    let sum = |(thing, number): (&T, &u32)| (thing.clone(), sums.get(number).cloned().unwrap_or_default());
    numbers.0.iter().map(sum).collect()
}
