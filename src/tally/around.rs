//! Acts of listed agents around the windows: events in the margins of scopes, by which the answer
//! says what a moved window changes, and the actions that they used before.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ScopedEvent, ScopedEvents};
use crate::time::Timestamp;

/// Events in the margins of scopes and in no scope, and actions before the windows.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Around {
    /// Events that a scope would hold if its window were wider by its margin; `scopes` has those
    /// scopes. Copies are included until they are set apart. In no particular order.
    pub margin: ScopedEvents,
    /// Actions of listed agents in the time before their first windows, copies included: by the
    /// agent's position in the case and the action.
    pub earlier: BTreeMap<(usize, String), EarlierUse>,
    /// True where there were more events in margins than are kept.
    pub margin_overflown: bool,
    /// True where there were more different actions than are kept.
    pub earlier_overflown: bool,
}

/// Uses of an action before the windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierUse {
    /// Number of events.
    pub events: u64,
    /// The latest of them.
    pub last: Timestamp,
}

/// Greatest number of events in margins that are kept: about 100 MB.
const MOST_EVENTS: usize = 100_000;

/// Greatest number of pairs of agent and action that are kept.
const MOST_USES: usize = 100_000;

impl Around {
    /// Adds an event in the margin of a scope.
    pub fn event(&mut self, event: ScopedEvent) {
        if !self.margin_overflown {
            self.margin.push(Box::new(event));
            self.limit();
        }
    }

    /// Counts a use of an action before the windows.
    pub fn earlier(&mut self, agent: usize, action: String, time: Timestamp) {
        let one = EarlierUse { events: 1, last: time };
        self.uses((agent, action), one);
    }

    /// Adds what another part found. Both together are kept or neither: a part never has more than
    /// the whole, so that no division of the work changes what is kept.
    pub fn merge(&mut self, other: Self) {
        self.margin_overflown |= other.margin_overflown;
        self.earlier_overflown |= other.earlier_overflown;
        self.margin.extend(other.margin);
        for (key, uses) in other.earlier {
            self.uses(key, uses);
        }
        self.limit();
    }

    fn uses(&mut self, key: (usize, String), more: EarlierUse) {
        let merge = |own: &mut EarlierUse| {
            own.events += more.events;
            if own.last.canonically(&more.last).is_lt() {
                own.last = more.last;
            }
        };
        self.earlier.entry(key).and_modify(merge).or_insert(more);
        self.limit();
    }

    fn limit(&mut self) {
        self.margin_overflown |= self.margin.len() > MOST_EVENTS;
        if self.margin_overflown {
            self.margin = Vec::new();
        }
        self.earlier_overflown |= self.earlier.len() > MOST_USES;
        if self.earlier_overflown {
            self.earlier.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_count_as_the_whole_does() {
        let time = |second: u32| -> Timestamp { format!("2026-01-16T00:00:{second:02}Z").parse().expect("a time") };
        let used = |seconds: &[u32]| {
            let mut around = Around::default();
            for second in seconds {
                around.earlier(0, "user.view".to_owned(), time(*second));
            }
            around
        };
        let (mut one, other) = (used(&[3, 9]), used(&[5]));
        one.merge(other);
        let kept = one.earlier[&(0, "user.view".to_owned())];
        assert_eq!((kept.events, kept.last), (3, time(9)));
        let mut many = Around::default();
        for number in 0..=MOST_USES {
            many.earlier(0, number.to_string(), time(0));
        }
        assert!(many.earlier_overflown && many.earlier.is_empty());
        one.merge(many);
        assert!(one.earlier_overflown && one.earlier.is_empty());
    }
}
