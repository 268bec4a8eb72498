//! The time around the windows: a margin in which events are kept to show what a moved window
//! changes, and a longer time before it in which the actions of listed agents are counted.

use chrono::TimeDelta;
use smallvec::SmallVec;

use super::{ScopeMask, ScopeSet};
use crate::{
    case::Scope,
    time::{Timestamp, Window},
};

/// The margin on both sides of each window, in hours.
pub const MARGIN_HOURS: i64 = 24;

/// Days before each window in which the actions of listed agents are counted.
pub const LOOK_BACK_DAYS: i64 = 7;

/// The time around the windows of a case.
#[derive(Debug, Default)]
pub(super) struct Margins {
    /// Windows of the scopes with their margins.
    wide: Vec<Window>,
    /// Time in which records outside the windows are examined, as disjoint windows in order.
    watched: SmallVec<[Window; 4]>,
    /// Beginning of the earliest window of each agent.
    starts: Vec<Option<Timestamp>>,
    /// Whether derived names count. They need not occur in a record's bytes as listed.
    derives: bool,
}

impl Margins {
    pub(super) fn new(scopes: &[Scope], agents: usize, derives: bool) -> Self {
        let margin = TimeDelta::hours(MARGIN_HOURS);
        let each = |before: TimeDelta| {
            scopes.iter().map(move |scope| Window {
                from: moved(scope.window.from, -before),
                until: moved(scope.window.until, margin),
            })
        };
        let mut starts: Vec<Option<Timestamp>> = vec![None; agents];
        for scope in scopes {
            for &agent in &scope.agents {
                let start = &mut starts[agent];
                *start = Some(start.map_or(scope.window.from, |start| start.min(scope.window.from)));
            }
        }
        Self {
            wide: each(margin).collect(),
            watched: joined(each(TimeDelta::days(LOOK_BACK_DAYS)).collect()),
            starts,
            derives,
        }
    }
}

/// Returns the time moved by `by`, or the same time if the result is out of range.
pub fn moved(time: Timestamp, by: TimeDelta) -> Timestamp {
    let instant = time.instant().checked_add_signed(by);
    let moved = instant.map(|instant| Timestamp::new(instant, time.digits()));
    moved.filter(|moved| moved.is_writable()).unwrap_or(time)
}

fn joined(mut windows: Vec<Window>) -> SmallVec<[Window; 4]> {
    windows.sort_unstable();
    let mut joined: SmallVec<[Window; 4]> = SmallVec::new();
    for window in windows {
        match joined.last_mut() {
            Some(last) if window.from <= last.until => last.until = last.until.max(window.until),
            _ => joined.push(window),
        }
    }
    joined
}

impl ScopeSet {
    /// Returns whether records of this time in no window are examined for listed identities.
    pub fn is_watched(&self, time: Timestamp) -> bool {
        self.margins.watched.iter().any(|window| window.contains(time))
    }

    /// Returns whether a listed agent may be an actor of a record.
    pub fn may_be_listed_in(&self, bytes: &[u8]) -> bool {
        self.margins.derives || self.identities.any_named_in(bytes)
    }

    /// Returns the scopes in whose margins the instant lies, and not in their windows.
    pub fn beside(&self, time: Timestamp) -> ScopeMask {
        let beside =
            |&scope: &usize| self.margins.wide[scope].contains(time) && !self.scopes[scope].window.contains(time);
        (0..self.scopes.len()).filter(beside).collect()
    }

    /// Returns whether the instant lies in the time before an agent's first window in which its
    /// actions are counted.
    pub fn precedes(&self, agent: usize, time: Timestamp) -> bool {
        self.margins.starts[agent].is_some_and(|start| time < start) && self.is_watched(time)
    }

    /// Returns the beginning of an agent's first window.
    pub fn start(&self, agent: usize) -> Option<Timestamp> {
        self.margins.starts[agent]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Conditions;

    #[test]
    fn margins_and_look_back_are_half_open() {
        let time = |text: &str| text.parse::<Timestamp>().expect("a time");
        let scope = |from: &str, until: &str, agents: Vec<usize>| Scope {
            name: String::new(),
            window: Window {
                from: time(from),
                until: time(until),
            },
            basis: None,
            agents,
            open: false,
            conditions: Conditions::default(),
            ties: None,
        };
        let scopes = [
            scope("2026-01-16T00:00:00Z", "2026-01-21T00:00:00Z", vec![0, 1]),
            scope("2026-01-18T00:00:00Z", "2026-01-18T01:00:00Z", vec![1]),
        ];
        let set = ScopeSet {
            margins: Margins::new(&scopes, 3, false),
            scopes: scopes.into(),
            ..ScopeSet::compile(&[], &[])
        };
        for (at, watched, beside) in [
            ("2026-01-08T23:59:59Z", false, 0),
            ("2026-01-09T00:00:00Z", true, 0),
            ("2026-01-14T23:59:59Z", true, 0),
            ("2026-01-15T00:00:00Z", true, 0b01),
            ("2026-01-16T00:00:00Z", true, 0),
            ("2026-01-17T00:00:00Z", true, 0b10),
            ("2026-01-18T00:59:59Z", true, 0),
            ("2026-01-18T01:00:00Z", true, 0b10),
            ("2026-01-21T00:00:00Z", true, 0b01),
            ("2026-01-21T23:59:59.9Z", true, 0b01),
            ("2026-01-22T00:00:00Z", false, 0),
        ] {
            assert_eq!(set.is_watched(time(at)), watched, "{at}");
            assert_eq!(set.beside(time(at)), ScopeMask(beside), "{at}");
        }
        let before = time("2026-01-15T23:59:59Z");
        assert!(set.precedes(0, before) && set.precedes(1, before) && !set.precedes(2, before));
        assert!(
            !set.precedes(1, time("2026-01-17T00:00:00Z")),
            "it is in its wide scope"
        );
        let limit = time("9999-12-31T23:59:59Z");
        assert_eq!(moved(limit, TimeDelta::hours(1)), limit);
    }
}
