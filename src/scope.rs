//! Judgement: pure, one event against windows and agents, every scope at once.

/// The scopes an event lies in, as bits in the order of the case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeMask(pub u64);

impl ScopeMask {
    /// Whether the scope at this position of the case is among them.
    pub fn contains(self, scope: usize) -> bool {
        scope < 64 && self.0 & (1 << scope) != 0
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}
