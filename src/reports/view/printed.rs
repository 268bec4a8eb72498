//! Blocks of the long tables, and which of their rows are printed.

use crate::{
    findings::TenantImpact,
    reports::{header::Header, lang},
    tally::TenantEvent,
    text::{counted, grouped},
};

/// Rows of one block. A browser lays out a block at a time.
const BLOCK: usize = 200;

/// Rows of one table that are printed: about 50 pages.
pub(super) const PRINTED: usize = 500;

/// Returns what the block is called that begins with this row, from 1. The first has a caption.
pub(super) fn block(what: &str, number: usize, all: usize) -> String {
    if number == 1 || number % BLOCK != 1 {
        return String::new();
    }
    let last = all.min(number + BLOCK - 1);
    format!("{what} {} to {}", grouped(number as u64), grouped(last as u64))
}

/// Actions that are printed: the tied ones first, then those in a session with such, the grave ones
/// and the others, each in order of time, up to [`PRINTED`].
#[derive(Debug)]
pub(in crate::reports) struct PrintedActions {
    /// Positions from 1, in order; empty where all are printed.
    numbers: Vec<u64>,
    counts: [u64; 4],
    all: u64,
}

impl PrintedActions {
    /// Chooses from the tenant's actions.
    pub(in crate::reports) fn new(header: &Header, impact: &TenantImpact) -> Self {
        let all = impact.events.len();
        let (mut numbers, mut counts) = (Vec::new(), [0; 4]);
        if all > PRINTED {
            let rank = |(number, event): (u64, &TenantEvent)| match event {
                event if header.is_tied(event.scopes) => 0,
                _ if impact.finding.linked.binary_search(&number).is_ok() => 1,
                event if event.effect.is_grave() => 2,
                _ => 3,
            };
            let ranks: Vec<usize> = (1..).zip(&impact.events).map(rank).collect();
            let of = |wanted: usize| (1..).zip(&ranks).filter(move |(_, rank)| **rank == wanted);
            let ranked = (0..4).flat_map(of).take(PRINTED);
            ranked.for_each(|(number, rank)| {
                counts[*rank] += 1;
                numbers.push(number);
            });
            numbers.sort_unstable();
        }
        Self {
            numbers,
            counts,
            all: all as u64,
        }
    }

    /// Whether the action at this position is printed.
    pub(super) fn holds(&self, number: u64) -> bool {
        self.numbers.is_empty() || self.numbers.binary_search(&number).is_ok()
    }

    /// Returns which actions are printed; nothing where all are.
    pub(super) fn note(&self) -> String {
        if self.numbers.is_empty() {
            return String::new();
        }
        let kinds = ["tied to the intruder", "in sessions with such", "grave", "other"];
        let parts = self.counts.iter().zip(kinds).filter(|(count, _)| **count > 0);
        let parts: Vec<String> = parts
            .map(|(count, kind)| format!("{} {kind}", grouped(*count)))
            .collect();
        format!(
            "Printed here are {} of {}, chosen in this order: {}. All are in actions.csv and on the screen.",
            grouped(self.numbers.len() as u64),
            counted(self.all, "action", "actions"),
            lang::listed(&parts),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{findings::SCHEMA, reports::fixture};

    #[test]
    fn grave_and_tied_actions_are_printed_before_others() {
        let events: Vec<_> = (0..2_000).map(fixture::event).collect();
        let impact = fixture::impact("acme", None, true, events);
        let answer = fixture::answer_of(vec![impact]);
        assert_eq!(answer.findings.schema, SCHEMA);
        let header = Header::new(&answer.findings);
        let impact = &answer.tenants[0];
        let printed = PrintedActions::new(&header, impact);
        assert_eq!(printed.numbers.len(), PRINTED);
        let tied = impact
            .events
            .iter()
            .filter(|event| header.is_tied(event.scopes))
            .count() as u64;
        assert!(tied > 0 && printed.counts[0] == tied, "{:?}", printed.counts);
        assert_eq!(printed.counts.iter().sum::<u64>(), PRINTED as u64);
        let numbered = (1..).zip(&impact.events);
        let all_tied = numbered
            .filter(|(_, event)| header.is_tied(event.scopes))
            .all(|(number, _)| printed.holds(number));
        assert!(
            all_tied && printed.note().starts_with("Printed here are 500 of 2,000 actions"),
            "{}",
            printed.note()
        );
        let few = fixture::answer();
        let all = PrintedActions::new(&Header::new(&few.findings), &few.tenants[0]);
        assert!(all.holds(1) && all.holds(42) && all.note().is_empty());
    }

    #[test]
    fn blocks_begin_after_every_200_rows() {
        for (number, expected) in [
            (1, ""),
            (200, ""),
            (201, "Actions 201 to 400"),
            (1001, "Actions 1,001 to 1,005"),
        ] {
            assert_eq!(block("Actions", number, 1_005), expected);
        }
    }
}
