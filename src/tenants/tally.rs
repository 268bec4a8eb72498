//! What is known of one source while it is read: counts, the hours it speaks for, and the few events that matter.

use super::{Refused, ScopedEvent};
use crate::{coverage::Coverage, time::Timestamp};

/// The end that one record met, before copies are told from originals.
#[derive(Debug)]
pub enum Verdict {
    /// In no window.
    OutsideWindow(Timestamp),
    /// In a window, by nobody listed.
    OtherActor(Timestamp),
    /// By a listed identity in a window.
    InScope(Box<ScopedEvent>),
    /// No event; with its time, if that could be read.
    Refused(Box<Refused>, Option<Timestamp>),
}

/// The fold over one source, or a part of it.
#[derive(Debug, Clone)]
pub struct SourceTally {
    /// Records framed. Counted apart from their verdicts, so that the books can fail to balance.
    pub read: u64,
    /// In a window, by nobody listed.
    pub other_actor: u64,
    /// In no window.
    pub outside_window: u64,
    /// By a listed identity in a window, copies included, in no particular order.
    pub in_scope: Vec<ScopedEvent>,
    /// No events, in no particular order.
    pub refused: Vec<Refused>,
    /// The hours of all records that have a time.
    pub coverage: Coverage,
}

impl SourceTally {
    /// Of nothing yet; `coverage` says over which windows.
    pub fn new(coverage: Coverage) -> Self {
        Self {
            read: 0,
            other_actor: 0,
            outside_window: 0,
            in_scope: Vec::new(),
            refused: Vec::new(),
            coverage,
        }
    }

    /// One record's verdict.
    pub fn absorb(&mut self, verdict: Verdict) {
        let time = match verdict {
            Verdict::OutsideWindow(time) => {
                self.outside_window += 1;
                Some(time)
            }
            Verdict::OtherActor(time) => {
                self.other_actor += 1;
                Some(time)
            }
            Verdict::InScope(event) => {
                let time = event.event.time;
                self.in_scope.push(*event);
                Some(time)
            }
            Verdict::Refused(refused, time) => {
                self.refused.push(*refused);
                time
            }
        };
        if let Some(time) = time {
            self.coverage.absorb(time);
        }
    }

    /// Puts everything down to the source at this position, which is known only once all files are unpacked.
    pub fn renumber(&mut self, source: usize) {
        self.in_scope.iter_mut().for_each(|event| event.at.source = source);
        self.refused.iter_mut().for_each(|refused| refused.at.source = source);
    }

    /// Both parts of a source together.
    #[must_use]
    pub fn merge(mut self, mut other: Self) -> Self {
        self.read += other.read;
        self.other_actor += other.other_actor;
        self.outside_window += other.outside_window;
        self.in_scope.append(&mut other.in_scope);
        self.refused.append(&mut other.refused);
        self.coverage.merge(&other.coverage);
        self
    }
}
