//! Copies told from originals, once everything is read.
//!
//! With an event id, a copy is the same id with the same content, however it was exported; the same id with another
//! body is a conflict, and both stay. Without an id, a copy is the same bytes. The events of one record are told apart by
//! their order in it, so they are never copies of each other nor in conflict, even where they share an id. The original is the one that comes first
//! in reading order, so the answer does not depend on the order of arrival.

use std::cmp::Ordering;

use super::{Books, Refused, ScopedEvent, SourceTally};
use crate::{coverage::Coverage, records::Locator};

/// Everything read, in order, copies set apart.
#[derive(Debug)]
pub struct Settled {
    /// In-scope events, first copies only, in time order, ties by source, position and order in the record.
    pub events: Vec<ScopedEvent>,
    /// Records that are no events, in reading order.
    pub refused: Vec<Refused>,
    /// The books of each source.
    pub books: Vec<Books>,
    /// The hours of each source.
    pub coverage: Vec<Coverage>,
    /// Event ids with several bodies, in id order.
    pub conflicts: Vec<Conflict>,
    /// Records by others that mention a listed identity.
    pub mentions: u64,
    /// Records by listed agents that no scope's sessions or addresses allow.
    pub narrowed: u64,
}

/// An event id that names several bodies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The id.
    pub event_id: String,
    /// The events that share it, in reading order.
    pub events: Vec<Locator>,
}

/// Settles the tallies of all sources. `kinds` tells which sources hold the same kind of log: an event id means
/// something within one kind only.
pub fn settle(tallies: Vec<SourceTally>, kinds: &[&str]) -> Settled {
    let mut settled = Settled {
        events: vec![],
        refused: vec![],
        books: vec![],
        coverage: vec![],
        conflicts: vec![],
        mentions: 0,
        narrowed: 0,
    };
    for tally in tallies {
        settled.books.push(Books {
            read: tally.read,
            other_actor: tally.other_actor,
            outside_window: tally.outside_window,
            refused: tally.refused.len() as u64,
            ..Books::default()
        });
        settled.mentions += tally.mentions;
        settled.narrowed += tally.narrowed;
        settled.coverage.push(tally.coverage);
        settled.events.extend(tally.in_scope);
        settled.refused.extend(tally.refused);
    }
    settled.refused.sort_unstable_by_key(|refused| refused.at);
    settled.set_copies_apart(kinds);
    settled
        .events
        .sort_unstable_by_key(|event| (event.event.time, event.at, event.part));
    settled
}

impl Settled {
    fn set_copies_apart(&mut self, kinds: &[&str]) {
        self.events.sort_unstable_by(|a, b| {
            by_name(a, b, kinds)
                .then_with(|| by_body(a, b))
                .then_with(|| (a.at, a.part).cmp(&(b.at, b.part)))
        });
        let mut kept: Vec<ScopedEvent> = Vec::with_capacity(self.events.len());
        let mut fates = Vec::with_capacity(self.events.len());
        for event in std::mem::take(&mut self.events) {
            let copy = kept
                .last()
                .is_some_and(|last| by_name(last, &event, kinds).is_eq() && by_body(last, &event).is_eq());
            let homeless = !copy && event.event.tenants.is_empty();
            fates.push((event.at, !copy, homeless));
            if !copy {
                kept.push(event);
            }
        }
        self.count(fates);
        for same in kept.chunk_by_mut(|a, b| a.event.event_id.is_some() && by_name(a, b, kinds).is_eq()) {
            self.conflicts.extend(conflict(same));
        }
        self.conflicts
            .sort_unstable_by(|a, b| (&a.event_id, &a.events).cmp(&(&b.event_id, &b.events)));
        self.events = kept;
        // A record whose events share an id is one conflict, not one for each.
        self.conflicts.dedup();
    }

    /// Counts records: of each in-scope event where it lies, whether it is kept, and whether it is kept without a tenant.
    fn count(&mut self, mut fates: Vec<(Locator, bool, bool)>) {
        fates.sort_unstable();
        for record in fates.chunk_by(|a, b| a.0 == b.0) {
            let books = &mut self.books[record[0].0.source];
            let kept = record.iter().any(|&(_, kept, _)| kept);
            books.in_scope += u64::from(kept);
            books.duplicate += u64::from(!kept);
            books.without_tenant += u64::from(record.iter().any(|&(.., homeless)| homeless));
        }
    }
}

/// Marks the events that share an id, if they are several.
fn conflict(same: &mut [ScopedEvent]) -> Option<Conflict> {
    if same.len() < 2 {
        return None;
    }
    same.iter_mut().for_each(|event| event.conflict = true);
    let mut events: Vec<_> = same.iter().map(|event| event.at).collect();
    events.sort_unstable();
    Some(Conflict {
        event_id: same[0].event.event_id.clone()?,
        events,
    })
}

/// What an event goes by: the kind of log, the event id, and its order in the record; without an id, the record's bytes.
fn by_name(a: &ScopedEvent, b: &ScopedEvent, kinds: &[&str]) -> Ordering {
    let bytes = |event: &ScopedEvent| event.event.event_id.is_none().then_some(event.record_sha256);
    kinds[a.at.source]
        .cmp(kinds[b.at.source])
        .then_with(|| a.event.event_id.cmp(&b.event.event_id))
        .then_with(|| bytes(a).cmp(&bytes(b)))
        .then(a.part.cmp(&b.part))
}

/// What it says, and whom it is put down to.
fn by_body(a: &ScopedEvent, b: &ScopedEvent) -> Ordering {
    (&a.event, a.agent, a.scopes).cmp(&(&b.event, b.agent, b.scopes))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        case::TenantId,
        digest::Sha256,
        events::{AccessEvent, Outcome, TenantRef},
        scope::ScopeMask,
        time::{Timestamp, Window},
    };

    fn time(second: u32) -> Timestamp {
        format!("2026-01-16T00:00:{second:02}Z").parse().expect("a time")
    }

    fn coverage() -> Coverage {
        Coverage::over(
            [Window {
                from: time(0),
                until: time(59),
            }]
            .into_iter(),
        )
    }

    fn event(source: usize, offset: u64, id: Option<&str>, second: u32, action: &str) -> ScopedEvent {
        ScopedEvent {
            event: AccessEvent {
                event_id: id.map(str::to_owned),
                time: time(second),
                action: action.to_owned(),
                tenants: vec![],
                targets: vec![],
                outcome: Outcome::Success,
                ticket: None,
                justification: None,
                ip: None,
                session: None,
                user_agent: None,
            },
            time_original: String::new(),
            agent: 0,
            identity_matched: "actor.id".into(),
            scopes: ScopeMask(1),
            at: Locator {
                source,
                offset,
                length: 1,
            },
            part: 0,
            record_sha256: Sha256::of(format!("{id:?}{second}{action}").as_bytes()),
            conflict: false,
        }
    }

    fn tallied(events: Vec<ScopedEvent>) -> Vec<SourceTally> {
        let mut tallies = vec![SourceTally::new(coverage()), SourceTally::new(coverage())];
        for event in events {
            let tally = &mut tallies[event.at.source];
            tally.read += u64::from(event.part == 0);
            tally.in_scope.push(event);
        }
        tallies
    }

    fn offsets(settled: &Settled) -> Vec<(usize, u64)> {
        settled
            .events
            .iter()
            .map(|event| (event.at.source, event.at.offset))
            .collect()
    }

    #[test]
    fn a_copy_is_the_same_id_and_content_and_the_first_read_is_kept() {
        let events = vec![
            event(1, 0, Some("a"), 5, "x"),
            event(0, 9, Some("a"), 5, "x"),
            event(0, 5, Some("b"), 1, "x"),
        ];
        let settled = settle(tallied(events), &["log", "log"]);
        assert_eq!(offsets(&settled), [(0, 5), (0, 9)]);
        assert_eq!((settled.books[0].in_scope, settled.books[1].duplicate), (2, 1));
        assert!(settled.conflicts.is_empty());
    }

    #[test]
    fn the_same_id_with_another_body_is_kept_and_shown() {
        let events = vec![
            event(0, 0, Some("a"), 5, "x"),
            event(1, 0, Some("a"), 5, "y"),
            event(1, 4, Some("a"), 5, "x"),
        ];
        let settled = settle(tallied(events), &["log", "log"]);
        assert_eq!(offsets(&settled), [(0, 0), (1, 0)]);
        assert!(settled.events.iter().all(|event| event.conflict));
        assert_eq!(settled.conflicts[0].event_id, "a");
        assert_eq!(settled.conflicts[0].events.len(), 2);
    }

    #[test]
    fn ids_mean_something_within_one_kind_of_log_only() {
        let events = vec![event(0, 0, Some("1"), 5, "x"), event(1, 0, Some("1"), 5, "x")];
        let settled = settle(tallied(events), &["one", "other"]);
        assert_eq!(offsets(&settled), [(0, 0), (1, 0)]);
        assert!(settled.conflicts.is_empty());
    }

    #[test]
    fn without_an_id_only_the_same_bytes_are_a_copy() {
        let mut other_bytes = event(1, 0, None, 5, "x");
        other_bytes.record_sha256 = Sha256::of(b"spaced differently");
        let events = vec![event(0, 0, None, 5, "x"), event(0, 3, None, 5, "x"), other_bytes];
        let settled = settle(tallied(events), &["log", "log"]);
        assert_eq!(offsets(&settled), [(0, 0), (1, 0)]);
        assert!(settled.conflicts.is_empty());
    }

    /// The events of one record, in order.
    fn siblings(source: usize, offset: u64, id: Option<&str>, actions: &[&str]) -> Vec<ScopedEvent> {
        let record_sha256 = Sha256::of(actions.concat().as_bytes());
        let part = |(part, action): (u32, &&str)| ScopedEvent {
            part,
            record_sha256,
            ..event(source, offset, id, 5, action)
        };
        (0..).zip(actions).map(part).collect()
    }

    #[test]
    fn events_of_one_record_are_neither_copies_nor_conflicts_and_count_as_one_record() {
        for id in [Some("a"), None] {
            let settled = settle(tallied(siblings(0, 0, id, &["x", "x", "y"])), &["log", "log"]);
            assert_eq!(
                settled.events.iter().map(|event| event.part).collect::<Vec<_>>(),
                [0, 1, 2]
            );
            assert!(settled.conflicts.is_empty());
            assert_eq!((settled.books[0].in_scope, settled.books[0].without_tenant), (1, 1));
            assert!(settled.books[0].balance());
        }
    }

    #[test]
    fn a_record_is_a_copy_if_all_its_events_are() {
        let mut events = siblings(0, 0, Some("a"), &["x", "y"]);
        events.extend(siblings(1, 0, Some("a"), &["x", "y"]));
        events.extend(siblings(1, 7, Some("a"), &["x", "z"]));
        let settled = settle(tallied(events), &["log", "log"]);
        assert_eq!(offsets(&settled), [(0, 0), (0, 0), (1, 7)]);
        assert_eq!((settled.books[1].in_scope, settled.books[1].duplicate), (1, 1));
        assert_eq!(settled.conflicts.len(), 1, "of y and z");
        assert!(settled.books.iter().all(Books::balance));
    }

    #[test]
    fn a_record_with_one_homeless_event_is_without_tenant() {
        let mut events = siblings(0, 0, Some("a"), &["x", "y"]);
        events[0].event.tenants.push(TenantRef {
            id: TenantId("t".into()),
            name: None,
        });
        let settled = settle(tallied(events), &["log", "log"]);
        assert_eq!((settled.books[0].in_scope, settled.books[0].without_tenant), (1, 1));
    }

    proptest! {
        /// The order of arrival, and how a source was cut into parts, make no difference; and the books balance.
        #[test]
        fn merging_in_any_order_settles_the_same(
            records in prop::collection::vec(
                (0..2_usize, prop::option::of(0..4_u8), 0..3_u32, prop::collection::vec(0..2_u8, 1..4)), 0..30
            ),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        ) {
            let total = records.len() as u64;
            let events: Vec<_> = records.into_iter().zip(0..).flat_map(|((source, id, second, actions), offset)| {
                let record_sha256 = Sha256::of(format!("{id:?}{second}{actions:?}").as_bytes());
                (0..).zip(actions).map(move |(part, action)| {
                    let id = id.map(|id| id.to_string());
                    let event = event(source, offset, id.as_deref(), second, &action.to_string());
                    ScopedEvent { part, record_sha256, ..event }
                }).collect::<Vec<_>>()
            }).collect();
            let straight = settle(tallied(events.clone()), &["log", "log"]);
            let mut parts: Vec<Vec<ScopedEvent>> = vec![events];
            for cut in cuts {
                let at = cut.index(parts.len());
                let half = parts[at].len() / 2;
                let tail = parts[at].split_off(half);
                parts.insert(0, tail);
            }
            let merged = parts.into_iter().map(tallied).reduce(|one, other| {
                other.into_iter().zip(one).map(|(one, other)| one.merge(other)).collect()
            }).expect("one part at least");
            let merged = settle(merged, &["log", "log"]);
            prop_assert_eq!(&straight.events, &merged.events);
            prop_assert_eq!(&straight.conflicts, &merged.conflicts);
            prop_assert_eq!(&straight.books, &merged.books);
            prop_assert!(straight.books.iter().all(Books::balance));
            prop_assert_eq!(straight.books.iter().map(|books| books.in_scope + books.duplicate).sum::<u64>(), total);
        }
    }
}
