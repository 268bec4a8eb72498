//! Separates copies from originals, once everything is read.
//!
//! With an event id, a copy is the same id with the same content, however it was exported, or with
//! less: of two mappings of one log the richer one is kept. The same id with another body is a
//! conflict, and both stay. Without an id, a copy is the same bytes in another source; equal
//! records of one source are as many events. The events of one record are distinguished by their
//! order in it, so they are never copies of each other nor in conflict, even where they share an
//! id. Of equals the original is the first in reading order, so the answer does not depend on the
//! order of arrival.

mod copies;

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::{
    Around, DispositionCounts, InMemory, Late, NearMiss, RecordFate, Refused, Remarks, Retained, SourceTally,
    retained::in_time_order,
    spill,
    spill::Budget,
    spill::SpillError,
    totals::{Counting, Totals},
};
use crate::{coverage::Coverage, records::Locator, scope::ScopeMask, tally::ScopedEvent};

pub(super) use copies::{Classified, SharedIds, classify, in_order};

/// Everything read, in order, copies set apart.
#[derive(Debug)]
pub struct Deduplicated {
    /// In-scope events, first copies only.
    pub kept: Retained,
    /// Figures over all of them.
    pub totals: Totals,
    /// Records that are no events, in reading order.
    pub refused: Vec<Refused>,
    /// The books of each source.
    pub books: Vec<DispositionCounts>,
    /// The hours of each source.
    pub coverage: Vec<Coverage>,
    /// Records of each source that name a listed identity after the case was issued.
    pub late: Vec<Late>,
    /// Events in no scope, copies included, exactly on the end of one of their agent's: by the
    /// positions of those scopes.
    pub on_end: BTreeMap<ScopeMask, u64>,
    /// Acts of listed agents around the windows, first copies only of what lies in margins.
    pub around: Around,
    /// Fields that could not be read in the events of each source.
    pub remarks: Vec<Remarks>,
    /// Event ids with several bodies, in id order.
    pub conflicts: Vec<Conflict>,
    /// Two kinds of log, and how many events in scope have id, time and agent in common in both.
    pub shared: Vec<(String, String, u64)>,
    /// Records by others that name a listed identity, in reading order.
    pub near: Vec<NearMiss>,
}

/// An event id that names several bodies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The id.
    pub event_id: String,
    /// The events that share it, in reading order.
    pub events: Vec<Locator>,
}

/// Deduplicates the tallies of all sources. `kinds` states which sources hold the same kind of log:
/// an event id is unique within one kind only. The answer is the same whether the budget
/// had room for everything or not.
pub fn deduplicate(
    mut tallies: Vec<SourceTally>,
    kinds: &[&str],
    counting: Counting<'_>,
    budget: &Budget,
) -> Result<Deduplicated, SpillError> {
    let names = kinds;
    let kinds = assign_kind_numbers(names);
    let mut books: Vec<_> = tallies.iter().map(SourceTally::books).collect();
    let around = around(&mut tallies, &kinds);
    let (kept, state) = match spill::dedup(&mut tallies, &kinds, counting, budget)? {
        Some((stored, state)) => (Retained::Spilled(stored), state),
        None => {
            let (held, state) = in_memory(&mut tallies, &kinds, counting, budget)?;
            (Retained::InMemory(held), state)
        }
    };
    let DedupState {
        books: of_events,
        conflicts,
        totals,
        shared,
    } = state;
    let name = |number: usize| {
        let at = kinds
            .iter()
            .position(|kind| *kind == number)
            .expect("a source is of it");
        names[at].to_owned()
    };
    let shared = shared.into_iter();
    let shared = shared
        .map(|((one, other), events)| (name(one), name(other), events))
        .collect();
    of_events.into_iter().for_each(|(source, more)| books[source] += more);
    let mut refused: Vec<_> = tallies
        .iter_mut()
        .flat_map(|tally| std::mem::take(&mut tally.refused))
        .collect();
    refused.sort_unstable_by_key(|refused| refused.at);
    let near = tallies.iter_mut().flat_map(|tally| std::mem::take(&mut tally.near));
    let mut near: Vec<_> = near.collect();
    near.iter_mut().for_each(|near| {
        near.names.sort_unstable();
        near.names.dedup();
    });
    near.sort_unstable_by_key(|near| near.at);
    let mut on_end = BTreeMap::new();
    for (scopes, events) in tallies.iter().flat_map(|tally| &tally.on_end) {
        *on_end.entry(*scopes).or_default() += events;
    }
    Ok(Deduplicated {
        on_end,
        around,
        kept,
        totals,
        refused,
        books,
        conflicts,
        shared,
        remarks: tallies
            .iter_mut()
            .map(|tally| std::mem::take(&mut tally.remarks))
            .collect(),
        late: tallies.iter().map(|tally| tally.late).collect(),
        near,
        coverage: tallies.into_iter().map(|tally| tally.coverage).collect(),
    })
}

/// Takes what lies around the windows out of all sources, and sets copies apart. A copy has the
/// time of its original, so that none of an event in scope is among them.
fn around(tallies: &mut [SourceTally], kinds: &[usize]) -> Around {
    let mut around = Around::default();
    for tally in tallies {
        around.merge(std::mem::take(&mut tally.around));
    }
    let mut kept = classify(&mut around.margin, kinds).kept.into_iter();
    around.margin.retain(|_| kept.next().unwrap_or(true));
    around
        .margin
        .sort_by_key(|event| (event.event.time, event.at, event.part));
    around
}

/// A number for each source, the same for the same kind.
fn assign_kind_numbers(kinds: &[&str]) -> Vec<usize> {
    let mut sorted = kinds.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let number = |kind| sorted.binary_search(kind).expect("every kind is there");
    kinds.iter().map(number).collect()
}

/// Result of deduplication besides the events.
#[derive(Debug, Default)]
pub(super) struct DedupState {
    /// Counts by source, as far as deduplication decides them.
    pub(super) books: BTreeMap<usize, DispositionCounts>,
    pub(super) conflicts: Vec<Conflict>,
    pub(super) totals: Totals,
    pub(super) shared: SharedIds,
}

impl DedupState {
    /// One more record.
    pub(super) fn record(&mut self, source: usize, fate: RecordFate) {
        *self.books.entry(source).or_default() += DispositionCounts::settled(fate);
    }

    /// Merges both, if there is room for the result.
    pub(super) fn merge(mut self, mut other: Self, budget: &Budget) -> Result<Self, SpillError> {
        for (source, more) in other.books {
            *self.books.entry(source).or_default() += more;
        }
        let conflicts = other.conflicts.iter().map(Conflict::weight).sum();
        budget.reserve(
            "events that share an id with another, all of which are told,",
            conflicts,
        )?;
        self.conflicts.append(&mut other.conflicts);
        for (pair, events) in other.shared {
            *self.shared.entry(pair).or_default() += events;
        }
        let before = self.totals.weight();
        self.totals = self.totals.merge(other.totals);
        budget.reserve(
            "different actions, each of which is told,",
            self.totals.weight() - before,
        )?;
        Ok(self)
    }
}

impl Conflict {
    /// Returns about the bytes that it takes until all files are written.
    fn weight(&self) -> u64 {
        (CONFLICT + 4 * self.event_id.len() + CONFLICTING * self.events.len()) as u64
    }
}

/// About how many bytes of memory a conflict takes in all, beside its id, and each event of it.
const CONFLICT: usize = 320;
const CONFLICTING: usize = 240;

fn in_memory(
    tallies: &mut [SourceTally],
    kinds: &[usize],
    counting: Counting<'_>,
    budget: &Budget,
) -> Result<(InMemory, DedupState), SpillError> {
    let mut events = Vec::new();
    for tally in tallies {
        // Nothing moves where there is one source.
        if events.is_empty() {
            events = std::mem::take(&mut tally.in_scope);
        } else {
            events.append(&mut tally.in_scope);
        }
    }
    let Classified {
        kept,
        conflicts,
        shared,
    } = classify(&mut events, kinds);
    // Each is a look at every event, and none needs another.
    let (books, (totals, order)) = rayon::join(
        || books(&events, &kept),
        || rayon::join(|| totals(&events, &kept, counting), || in_time_order(&events, &kept)),
    );
    let state = DedupState {
        books,
        conflicts,
        totals,
        shared,
    };
    let state = DedupState::default().merge(state, budget)?;
    Ok((InMemory::in_order(events, order), state))
}

/// Returns the counts of each source, as far as deduplication decides them.
fn books(events: &[Box<ScopedEvent>], kept: &[bool]) -> BTreeMap<usize, DispositionCounts> {
    let mut state = DedupState::default();
    let mut place = 0;
    // The events of one record stand beside each other.
    for record in events.chunk_by(|a, b| a.at == b.at) {
        let fates = kept[place..].iter().zip(record);
        let fates = fates.map(|(kept, event)| RecordFate::of(event, *kept));
        state.record(record[0].at.source, fates.fold(RecordFate::default(), RecordFate::and));
        place += record.len();
    }
    state.books
}

/// Over those that are kept.
fn totals(events: &[Box<ScopedEvent>], kept: &[bool], counting: Counting<'_>) -> Totals {
    let fold = |mut totals: Totals, (event, kept): (&ScopedEvent, &bool)| {
        if *kept {
            totals.absorb(event, counting);
        }
        totals
    };
    let totals = events
        .par_iter()
        .map(Box::as_ref)
        .zip(kept)
        .with_min_len(SHARE)
        .fold(Totals::default, fold);
    totals.reduce(Totals::default, Totals::merge)
}

/// Fewer events are not worth counting apart.
const SHARE: usize = 4096;

#[cfg(test)]
mod tests {
    use std::sync::{Arc, OnceLock};

    use proptest::prelude::*;

    use super::*;
    use crate::{
        case::{Conditions, Scope, TenantId},
        digest::Sha256,
        events::{AccessEvent, Outcome, Target, TenantRef},
        scope::ScopeMask,
        seal::Nonces,
        tally::{MovedWindows, spill::BudgetShare},
        time::{Timestamp, Window},
    };

    fn time(second: u32) -> Timestamp {
        format!("2026-01-16T00:00:{second:02}Z").parse().expect("a time")
    }

    fn counting() -> Counting<'static> {
        static SCOPES: OnceLock<(Vec<Scope>, MovedWindows)> = OnceLock::new();
        let (scopes, moved) = SCOPES.get_or_init(|| {
            let scope = |from, until| Scope {
                name: String::new(),
                window: Window {
                    from: time(from),
                    until: time(until),
                },
                basis: None,
                agents: vec![0],
                open: false,
                conditions: Conditions::default(),
                ties: None,
            };
            let scopes = vec![scope(0, 30), scope(5, 10)];
            let moved = MovedWindows::new(&scopes);
            (scopes, moved)
        });
        Counting {
            tied: ScopeMask(0b10),
            scopes,
            moved,
            reads_tickets: &[true],
            busy_step: 1,
        }
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
                parameters: None,
            },
            time_original: String::new(),
            agent: 0,
            identity_matched: "actor.id".into(),
            also_by: Box::default(),
            scopes: ScopeMask(1),
            beyond: ScopeMask::default(),
            at: Locator {
                source,
                offset,
                length: 1,
            },
            part: 0,
            record_sha256: Sha256::of(format!("{id:?}{second}{action}").as_bytes()),
            seal: Some(Nonces::new(&[0; 32]).record(offset, b"", Sha256::of(b""))),
            conflict: false,
            link: None,
            search: None,
        }
    }

    fn tallied(events: Vec<ScopedEvent>) -> Vec<SourceTally> {
        let mut tallies = vec![SourceTally::new(coverage()), SourceTally::new(coverage())];
        for event in events {
            let tally = &mut tallies[event.at.source];
            tally.read += u64::from(event.part == 0);
            tally.in_scope.push(Box::new(event));
        }
        tallies
    }

    /// Result of deduplication, wherever the events are.
    #[derive(Debug, PartialEq)]
    struct Told {
        /// Without their tenants: of those of others no more is kept than that there are some.
        events: Vec<ScopedEvent>,
        /// Each tenant, whether its event has others, and which event that is.
        shares: Vec<(TenantRef, bool, Locator, u32)>,
        totals: Totals,
        books: Vec<DispositionCounts>,
        conflicts: Vec<Conflict>,
        shared: Vec<(String, String, u64)>,
    }

    fn told(settled: Deduplicated) -> Told {
        let own = |id: &TenantId, events: &[&ScopedEvent]| {
            let own = events.iter().map(|scoped| {
                let own = scoped.event.tenant(id).cloned().expect("it is this tenant's");
                let share = (own, scoped.event.tenants.len() > 1, scoped.at, scoped.part);
                let mut alone = (*scoped).clone();
                alone.event.tenants.clear();
                (share, alone)
            });
            Ok::<_, SpillError>(own.collect::<Vec<_>>())
        };
        let each = settled.kept.for_each_tenant(own).expect("room");
        let (shares, once): (Vec<_>, Vec<_>) = each.into_iter().flatten().unzip();
        let mut events = settled.kept.without_tenant(ScopedEvent::clone).expect("room");
        events.extend(once);
        events.sort_by_key(|event| (event.event.time, event.at, event.part));
        events.dedup_by_key(|event| (event.at, event.part));
        Told {
            events,
            shares,
            totals: settled.totals,
            books: settled.books,
            conflicts: settled.conflicts,
            shared: settled.shared,
        }
    }

    /// Deduplicates in memory and by way of a file; both must agree.
    fn settled(tallies: Vec<SourceTally>, kinds: &[&str]) -> Told {
        let in_memory = deduplicate(tallies.clone(), kinds, counting(), &Budget::default()).expect("room");
        let budget = Arc::new(Budget::new(1, std::env::temp_dir()));
        let any = tallies.iter().any(|tally| !tally.in_scope.is_empty());
        let stored = tallies.into_iter().enumerate().map(|(number, mut tally)| {
            // Numbers are given later, in another order.
            tally.account = Some(BudgetShare::new(Arc::clone(&budget), 7 - number));
            for record in std::mem::take(&mut tally.in_scope).chunk_by(|a, b| a.at == b.at) {
                tally.in_scope.extend_from_slice(record);
                tally.spill_if_needed(false).expect("room");
                assert!(tally.in_scope.is_empty(), "nothing is held");
            }
            tally
        });
        let stored = deduplicate(stored.collect(), kinds, counting(), &budget).expect("room");
        assert_eq!(matches!(stored.kept, Retained::Spilled(_)), any);
        let (in_memory, stored) = (told(in_memory), told(stored));
        assert_eq!(in_memory, stored);
        in_memory
    }

    fn offsets(settled: &Told) -> Vec<(usize, u64)> {
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
        let settled = settled(tallied(events), &["log", "log"]);
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
        let settled = settled(tallied(events), &["log", "log"]);
        assert_eq!(offsets(&settled), [(0, 0), (1, 0)]);
        assert!(settled.events.iter().all(|event| event.conflict));
        assert_eq!(settled.conflicts[0].event_id, "a");
        assert_eq!(settled.conflicts[0].events.len(), 2);
    }

    #[test]
    fn ids_mean_something_within_one_kind_of_log_only() {
        let events = vec![event(0, 0, Some("1"), 5, "x"), event(1, 0, Some("1"), 5, "x")];
        let settled = settled(tallied(events), &["one", "other"]);
        assert_eq!(offsets(&settled), [(0, 0), (1, 0)]);
        assert!(settled.conflicts.is_empty());
        assert_eq!(settled.shared, [("one".to_owned(), "other".to_owned(), 1)]);
        let later = vec![event(0, 0, Some("1"), 5, "x"), event(1, 0, Some("1"), 6, "x")];
        assert_eq!(super::tests::settled(tallied(later), &["one", "other"]).shared, []);
    }

    #[test]
    fn without_an_id_only_the_same_bytes_are_a_copy() {
        let mut other_bytes = event(1, 0, None, 5, "x");
        other_bytes.record_sha256 = Sha256::of(b"spaced differently");
        let events = vec![event(0, 0, None, 5, "x"), event(1, 3, None, 5, "x"), other_bytes];
        let settled = settled(tallied(events), &["log", "log"]);
        assert_eq!(offsets(&settled), [(0, 0), (1, 0)]);
        assert!(settled.conflicts.is_empty());
    }

    #[test]
    fn equal_records_without_an_id_are_as_many_events_as_one_source_has() {
        for (first, second) in [(2, 0), (2, 1), (1, 2), (2, 2), (0, 3)] {
            let of = |source, count| (0..count).map(move |at| event(source, at, None, 5, "x"));
            let settled = settled(tallied(of(0, first).chain(of(1, second)).collect()), &["log", "log"]);
            let figures = (settled.books[0].in_scope, settled.books[1].in_scope);
            assert_eq!(figures, (first, second.saturating_sub(first)), "{first} and {second}");
            assert!(settled.books.iter().all(DispositionCounts::balance));
        }
    }

    #[test]
    fn a_copy_that_maps_fewer_fields_is_a_copy_wherever_it_stands() {
        let rich = |source| {
            let mut rich = event(source, 0, Some("a"), 5, "x");
            rich.event.session = Some("s".to_owned());
            rich.event.targets = vec![Target {
                kind: None,
                id: Some("u".to_owned()),
                name: Some("U".to_owned()),
            }];
            rich
        };
        let poor = |source, target: Option<&str>| {
            let mut poor = event(source, 0, Some("a"), 5, "x");
            poor.event.outcome = Outcome::Unknown;
            poor.event.targets.extend(target.map(|id| Target {
                kind: None,
                id: Some(id.to_owned()),
                name: None,
            }));
            poor
        };
        for (events, kept, conflicts) in [
            (vec![rich(0), poor(1, None)], vec![(0, 0)], 0),
            (vec![poor(0, Some("u")), rich(1)], vec![(1, 0)], 0),
            (vec![poor(0, Some("v")), rich(1)], vec![(0, 0), (1, 0)], 1),
        ] {
            let settled = settled(tallied(events), &["log", "log"]);
            assert_eq!(offsets(&settled), kept);
            assert_eq!(settled.conflicts.len(), conflicts);
        }
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
            let settled = settled(tallied(siblings(0, 0, id, &["x", "x", "y"])), &["log", "log"]);
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
        let settled = settled(tallied(events), &["log", "log"]);
        assert_eq!(offsets(&settled), [(0, 0), (0, 0), (1, 7)]);
        assert_eq!((settled.books[1].in_scope, settled.books[1].duplicate), (1, 1));
        assert_eq!(settled.conflicts.len(), 1, "of y and z");
        assert!(settled.books.iter().all(DispositionCounts::balance));
    }

    #[test]
    fn a_record_with_one_homeless_event_is_without_tenant() {
        let mut events = siblings(0, 0, Some("a"), &["x", "y"]);
        events[0].event.tenants.push(TenantRef {
            id: TenantId("t".into()),
            name: None,
            logged: None,
        });
        let settled = settled(tallied(events), &["log", "log"]);
        assert_eq!((settled.books[0].in_scope, settled.books[0].without_tenant), (1, 1));
    }

    proptest! {
        /// The order of arrival, and how a source was cut into parts, make no difference; and the
        /// books balance.
        #[test]
        fn merging_in_any_order_settles_the_same(
            records in prop::collection::vec(
                (
                    0..2_usize,
                    prop::option::of(0..4_u8),
                    0..3_u32,
                    prop::collection::vec((0..2_u8, prop::collection::btree_set(0..3_u8, 0..3)), 1..4),
                ),
                0..30,
            ),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        ) {
            let total = records.len() as u64;
            let events: Vec<_> = records.into_iter().zip(0..).flat_map(|((source, id, second, actions), offset)| {
                let record_sha256 = Sha256::of(format!("{id:?}{second}{actions:?}").as_bytes());
                (0..).zip(actions).map(move |(part, (action, tenants))| {
                    let id = id.map(|id| id.to_string());
                    let mut event = event(source, offset, id.as_deref(), second, &action.to_string());
                    let tenant = |tenant: u8| TenantRef { id: TenantId(format!("t-{tenant}")), name: None, logged: None };
                    event.event.tenants = tenants.into_iter().map(tenant).collect();
                    ScopedEvent { part, record_sha256, ..event }
                }).collect::<Vec<_>>()
            }).collect();
            let straight = settled(tallied(events.clone()), &["log", "log"]);
            let mut parts: Vec<Vec<ScopedEvent>> = vec![events];
            for cut in cuts {
                let at = cut.index(parts.len());
                // Records are never cut in two.
                let part = &parts[at];
                let half = (part.len() / 2..part.len()).find(|&place| part[place].part == 0).unwrap_or(part.len());
                let tail = parts[at].split_off(half);
                parts.insert(0, tail);
            }
            let merged = parts.into_iter().map(tallied).reduce(|one, other| {
                other.into_iter().zip(one).map(|(one, other)| one.merge(other)).collect()
            }).expect("one part at least");
            let merged = settled(merged, &["log", "log"]);
            prop_assert_eq!(&straight.events, &merged.events);
            prop_assert_eq!(&straight.conflicts, &merged.conflicts);
            prop_assert_eq!(&straight.books, &merged.books);
            prop_assert!(straight.books.iter().all(DispositionCounts::balance));
            prop_assert_eq!(straight.books.iter().map(|books| books.in_scope + books.duplicate).sum::<u64>(), total);
        }
    }
}
