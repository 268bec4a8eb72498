//! Changes that a moved end of a window makes: events that come in or drop out, counted for a few
//! distances at once.

use chrono::TimeDelta;

use crate::{
    case::Scope,
    records::Locator,
    scope::{ScopeMask, moved},
    tally::ScopedEvent,
    time::{Timestamp, Window},
};

/// Distances by which an end is moved, in minutes.
pub const DISTANCES: [i64; 4] = [15, 60, 360, 1440];

/// Number of the ways in which an end can be moved.
pub const MOVES: usize = 4 * DISTANCES.len();

/// One end of a window moved by some distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// True where the end of the window moves, and not its beginning.
    pub until: bool,
    /// True where the window becomes wider.
    pub wider: bool,
    /// Distance in minutes.
    pub minutes: i64,
}

impl Move {
    /// Every move, in the order in which they are counted.
    pub fn all() -> impl Iterator<Item = Self> {
        let ends = [(false, true), (false, false), (true, false), (true, true)];
        ends.into_iter()
            .flat_map(|(until, wider)| DISTANCES.map(|minutes| Self { until, wider, minutes }))
    }

    /// Returns the time to which the end moves.
    pub fn time(self, window: Window) -> Timestamp {
        let end = if self.until { window.until } else { window.from };
        let later = self.until == self.wider;
        moved(
            end,
            TimeDelta::minutes(if later { self.minutes } else { -self.minutes }),
        )
    }

    /// Returns the window with the end moved; none if nothing is left of it.
    pub fn window(self, window: Window) -> Option<Window> {
        let time = self.time(window);
        let moved = if self.until {
            Window { until: time, ..window }
        } else {
            Window { from: time, ..window }
        };
        (moved.from < moved.until).then_some(moved)
    }
}

/// Events of one scope that each move changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shifts {
    /// Events in the scope.
    pub inside: u64,
    /// Events that come in where the window becomes wider, else those that drop out; in the order
    /// of [`Move::all`].
    pub changed: [u64; MOVES],
}

impl Shifts {
    /// Adds those of other events.
    pub fn merge(&mut self, other: &Self) {
        self.inside += other.inside;
        for (own, more) in self.changed.iter_mut().zip(other.changed) {
            *own += more;
        }
    }
}

/// The windows of a case as each move leaves them.
#[derive(Debug, Clone, Default)]
pub struct MovedWindows(Vec<[Option<Window>; MOVES]>);

impl MovedWindows {
    /// Moves the windows of these scopes.
    pub fn new(scopes: &[Scope]) -> Self {
        let moved = |scope: &Scope| {
            let mut windows = Move::all().map(|each| each.window(scope.window));
            std::array::from_fn(|_| windows.next().flatten())
        };
        Self(scopes.iter().map(moved).collect())
    }

    /// Counts an event for one scope that holds it, or would hold it if its window did.
    pub fn count(&self, scope: usize, event: &ScopedEvent, shifts: &mut Shifts) {
        let inside = event.scopes.contains(scope);
        shifts.inside += u64::from(inside);
        for (window, changed) in self.0[scope].iter().zip(&mut shifts.changed) {
            let holds = window.is_some_and(|window| window.contains(event.event.time));
            *changed += u64::from(window.is_some() && holds != inside);
        }
    }
}

/// Returns the positions of the scopes that hold an event or would hold it if their windows did.
pub fn concerned(event: &ScopedEvent) -> impl Iterator<Item = usize> + use<> {
    let mut mask = event.scopes.or(event.beyond).0;
    std::iter::from_fn(move || {
        let scope = mask.trailing_zeros() as usize;
        (mask != 0).then(|| {
            mask &= mask - 1;
            scope
        })
    })
}

/// Returns the agent by whom alone an event is in a scope: the one agent of the scope that is named
/// in it.
pub fn sole_agent(event: &ScopedEvent, scope: &Scope) -> Option<usize> {
    let named = event.also_by.iter().copied().chain([event.agent]);
    let mut own = named.filter(|agent| scope.agents.binary_search(agent).is_ok());
    own.next().filter(|_| own.next().is_none())
}

/// An event exactly on an end of a scope's window: the scope, whether on its end and not on its
/// beginning, and the event. The window holds its beginning and not its end.
pub type OnBound = (usize, bool, Timestamp, Locator, u32);

/// Returns the ends of windows on which an event lies exactly.
pub fn on_bounds<'s>(event: &ScopedEvent, scopes: &'s [Scope]) -> impl Iterator<Item = OnBound> + use<'s> {
    let (time, at, part) = (event.event.time, event.at, event.part);
    let mask: ScopeMask = event.scopes.or(event.beyond);
    let each = scopes
        .iter()
        .enumerate()
        .filter(move |(scope, _)| mask.contains(*scope));
    each.flat_map(move |(scope, own)| {
        let ends = [(false, own.window.from), (true, own.window.until)];
        let on = ends.into_iter().filter(move |(_, end)| *end == time);
        on.map(move |(until, _)| (scope, until, time, at, part))
    })
}
