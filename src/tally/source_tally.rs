//! Result of reading one source so far: counts, coverage, and the events that matter.

use std::{collections::BTreeMap, mem, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    Around, Budget, Chased, Closing, DispositionCounts, Opening, Refused, ScopedEvents, SpillError, spill::BudgetShare,
};
use crate::{
    coverage::Coverage,
    events::{Hits, Remark},
    records::{Accounted, Locator},
    scope::{PROVISIONAL, Relation, ScopeMask},
    time::Timestamp,
};

/// Way in which a record by others comes near to being in scope. Such records are reported, because
/// a profile that misses a field, an identity that is listed in another form, or a scope that is
/// too narrow shows there first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum NearKind {
    /// A listed identity stands somewhere in it, as a target or in a text, and not as its actor.
    Mention,
    /// Its actor's name is made of a listed identity, and is none.
    Form(Relation),
    /// A listed agent did it, whom no scope has whose window holds its time.
    OutsideScopes,
    /// An agent of a scope did it, in another session or from another address than the scopes name.
    Narrowed,
}

/// One listed identity that a record by others names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NearName {
    /// Kind of near miss.
    pub kind: NearKind,
    /// The number of the identity, those of all agents of the case counted.
    pub identity: usize,
    /// Text as logged.
    pub as_logged: String,
    /// The column, or the pointer to the member, in which a mention stands, if that is known.
    pub field: Option<String>,
}

/// A record by others that names listed identities.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NearMiss {
    /// Place of the record.
    pub at: Locator,
    /// Each identity once as each kind.
    pub names: Vec<NearName>,
}

impl NearName {
    /// About how much memory its texts take.
    fn weight(&self) -> usize {
        let field = self.field.as_ref().map_or(0, |field| field.len() + TEXT);
        self.as_logged.len() + TEXT + field
    }
}

impl NearMiss {
    /// The nearest.
    fn kind(&self) -> Option<NearKind> {
        self.names.iter().map(|name| name.kind).max()
    }

    /// Returns about the bytes that it takes until all files are written.
    pub(super) fn weight(&self) -> u64 {
        let texts: usize = self.names.iter().map(NearName::weight).sum();
        (size_of::<Self>() + size_of_val(&self.names[..]) + texts) as u64
    }
}

/// Bytes that the allocator adds to a text.
const TEXT: usize = 16;

/// Disposition of one record, before copies are separated from originals.
#[derive(Debug)]
pub enum Disposition {
    /// In no window.
    OutsideWindow(Timestamp),
    /// In a window, with no actor of a scope; with the listed identities that it names.
    OtherActor(Timestamp, Option<Box<NearMiss>>),
    /// In scope: the record's one event, or those of its events that are in scope.
    InScope(ScopedEvents),
    /// Not an event; with its time, if that could be read.
    Refused(Box<Refused>, Option<Timestamp>),
}

impl Disposition {
    /// The verdict on a record that holds several events, from theirs: the nearest to the question
    /// counts, and of the same kind the first.
    #[must_use]
    pub fn and(self, sibling: Self) -> Self {
        match (self, sibling) {
            (Self::InScope(mut events), Self::InScope(more)) => {
                events.extend(more);
                Self::InScope(events)
            }
            (Self::OtherActor(time, Some(mut near)), Self::OtherActor(_, Some(more))) => {
                near.names.extend(more.names);
                Self::OtherActor(time, Some(near))
            }
            (one, other) if one.nearness() >= other.nearness() => one,
            (_, other) => other,
        }
    }

    fn nearness(&self) -> u8 {
        match self {
            Self::OutsideWindow(_) => 0,
            Self::OtherActor(_, None) => 1,
            Self::OtherActor(_, Some(near)) if near.kind() < Some(NearKind::OutsideScopes) => 2,
            Self::OtherActor(_, Some(_)) => 3,
            Self::InScope(_) => 4,
            // One that could not be read may have been anything.
            Self::Refused(..) => 5,
        }
    }
}

/// Numbers of records by the work that their disposition took. Without effect on the answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathCounts {
    /// Only the time was looked at.
    pub time: u64,
    /// Structure, time and actors.
    pub glance: u64,
    /// Everything.
    pub full: u64,
}

impl std::ops::AddAssign for PathCounts {
    fn add_assign(&mut self, other: Self) {
        self.time += other.time;
        self.glance += other.glance;
        self.full += other.full;
    }
}

/// Remarks on the events of a source.
pub type Remarks = BTreeMap<Remark, Remarked>;

/// The events that one remark is made on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remarked {
    /// Number of events.
    pub events: u64,
    /// Offsets of their records, in no particular order; empty if they are not listed.
    pub offsets: Vec<u64>,
}

impl Remarked {
    /// Counts one more event, with the position of its record where that is to be listed.
    pub fn event(&mut self, offset: Option<u64>) {
        self.events += 1;
        self.offsets.extend(offset);
    }

    fn merge(&mut self, other: Self) {
        self.events += other.events;
        self.offsets.extend(other.offsets);
    }
}

/// Records that name a listed identity at a time that cannot be, and where the first of them lies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Late {
    /// Number of such records.
    pub naming: u64,
    /// The offset of the first.
    pub first: Option<u64>,
}

impl Late {
    /// One record, at this offset.
    pub fn at(offset: u64) -> Self {
        Self {
            naming: 1,
            first: Some(offset),
        }
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            naming: self.naming + other.naming,
            first: self.first.into_iter().chain(other.first).min(),
        }
    }
}

/// The fold over one source, or a part of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SourceTally {
    /// Records framed. Counted apart from their verdicts, so that the books can fail to balance.
    pub read: u64,
    /// Accounting of the bytes that were read.
    pub accounted: Accounted,
    /// Records in a window without a listed actor.
    pub other_actor: u64,
    /// Those by others that name a listed identity, in no particular order.
    pub near: Vec<NearMiss>,
    /// In no window.
    pub outside_window: u64,
    /// Records outside every window that lie after the case was issued and name a listed identity.
    pub late: Late,
    /// Events in no scope, copies included, exactly on the end of one of their agent's: by the
    /// positions of those scopes.
    pub on_end: BTreeMap<ScopeMask, u64>,
    /// Acts of listed agents around the windows.
    pub around: Around,
    /// Fields that could not be read in records that lie in a window and were parsed in full, with
    /// counts.
    pub remarks: Remarks,
    /// Events in scope, copies included, in no particular order, except that events of one record
    /// are next to each other. Events spilled to the budget's file are not included.
    pub in_scope: ScopedEvents,
    /// Events in scope that open a link, in no particular order.
    pub openings: Vec<Opening>,
    /// Events in scope that close links, in no particular order.
    pub closings: Vec<Closing>,
    /// Result of a search for linked events.
    pub chased: Chased,
    /// Records that are no events, in no particular order.
    pub refused: Vec<Refused>,
    /// The hours of all records that have a time.
    pub coverage: Coverage,
    /// The mapped paths that led to a value in events in scope.
    pub hits: Hits,
    /// Work that the records took.
    pub path_counts: PathCounts,
    /// `None` if everything is kept in memory.
    #[serde(skip)]
    pub(super) account: Option<BudgetShare>,
}

impl SourceTally {
    /// Creates an empty tally; `coverage` has the windows.
    pub fn new(coverage: Coverage) -> Self {
        Self {
            read: 0,
            accounted: Accounted::default(),
            other_actor: 0,
            near: Vec::new(),
            outside_window: 0,
            late: Late::default(),
            on_end: BTreeMap::new(),
            around: Around::default(),
            remarks: Remarks::new(),
            in_scope: Vec::new(),
            openings: Vec::new(),
            closings: Vec::new(),
            chased: Chased::default(),
            refused: Vec::new(),
            coverage,
            hits: Hits::default(),
            path_counts: PathCounts::default(),
            account: None,
        }
    }

    /// Creates an empty tally that stays within the budget if [`Self::spill_if_needed`] is called
    /// regularly. Parts of one source have one ticket.
    pub fn within(coverage: Coverage, budget: &Arc<Budget>, ticket: usize) -> Self {
        Self {
            account: Some(BudgetShare::new(Arc::clone(budget), ticket)),
            ..Self::new(coverage)
        }
    }

    /// Returns the counts as far as they are known before copies are separated from originals.
    pub(super) fn books(&self) -> DispositionCounts {
        DispositionCounts {
            read: self.read,
            other_actor: self.other_actor,
            outside_window: self.outside_window,
            refused: self.refused.len() as u64,
            ..DispositionCounts::default()
        }
    }

    /// One record's verdict.
    pub fn absorb(&mut self, verdict: Disposition) {
        let time = match verdict {
            Disposition::OutsideWindow(time) => return self.outside(time),
            Disposition::OtherActor(time, near) => {
                self.other_actor += 1;
                self.near.extend(near.map(|near| *near));
                Some(time)
            }
            Disposition::InScope(events) => {
                events.iter().for_each(|event| self.coverage.absorb(event.event.time));
                self.in_scope.extend(events);
                None
            }
            Disposition::Refused(refused, time) => {
                self.refused.push(*refused);
                time
            }
        };
        if let Some(time) = time {
            self.coverage.absorb(time);
        }
    }

    /// One more record outside every window.
    pub fn outside(&mut self, time: Timestamp) {
        self.outside_window += 1;
        self.coverage.absorb(time);
    }

    /// More events in no scope on the end of one.
    pub fn on_end(&mut self, more: BTreeMap<ScopeMask, u64>) {
        for (scopes, events) in more {
            *self.on_end.entry(scopes).or_default() += events;
        }
    }

    /// Puts everything in memory down to the source at this position, which is known only once all
    /// files are unpacked.
    pub fn renumber(&mut self, source: usize) {
        self.in_scope.iter_mut().for_each(|event| event.at.source = source);
        self.refused.iter_mut().for_each(|refused| refused.at.source = source);
        self.near.iter_mut().for_each(|near| near.at.source = source);
        let margin = self.around.margin.iter_mut();
        margin.for_each(|event| event.at.source = source);
        self.openings.iter_mut().for_each(|opening| opening.at.source = source);
        self.closings.iter_mut().for_each(|closing| closing.at.source = source);
    }

    /// Puts everything in memory down to agents' positions in the case, which are known only once
    /// all logs are read.
    pub fn settle_actors(&mut self, budget: &Budget) {
        self.agents_mut().for_each(|agent| *agent = budget.agent(*agent));
    }

    /// Gives each provisional number of an actor another one.
    pub fn renumber_actors(&mut self, numbers: &[usize]) {
        let own = |agent: &mut usize| {
            if let Some(number) = agent.checked_sub(PROVISIONAL).and_then(|at| numbers.get(at)) {
                *agent = *number;
            }
        };
        self.agents_mut().for_each(own);
    }

    fn agents_mut(&mut self) -> impl Iterator<Item = &mut usize> {
        let events = self.in_scope.iter_mut().map(|event| &mut event.agent);
        let openings = self.openings.iter_mut().map(|opening| &mut opening.agent);
        let closings = self.closings.iter_mut().map(|closing| &mut closing.agent);
        events.chain(openings).chain(closings)
    }

    /// Brings what came in no particular order into one that the threads do not decide, and leaves
    /// out what depends on them.
    pub fn canonical(&mut self) {
        // Taken apart by name, so that a field that is added cannot be forgotten here.
        let Self {
            read: _,
            accounted: _,
            other_actor: _,
            near,
            outside_window: _,
            late: _,
            on_end: _,
            around,
            remarks,
            in_scope,
            openings,
            closings,
            chased,
            refused,
            coverage: _,
            hits: _,
            path_counts,
            account,
        } = self;
        near.iter_mut().for_each(|near| {
            near.names.sort_unstable();
            near.names.dedup();
        });
        near.sort_unstable();
        remarks
            .values_mut()
            .for_each(|remarked| remarked.offsets.sort_unstable());
        in_scope.sort_by_key(|event| (event.at, event.part));
        around.margin.sort_by_key(|event| (event.at, event.part));
        openings.sort_unstable();
        closings.sort_unstable();
        chased.canonical();
        refused.sort_by_key(|refused| refused.at);
        *path_counts = PathCounts::default();
        *account = None;
    }

    /// Counts what is in memory towards a budget, and puts aside what has no room. Parts of one
    /// source have one ticket.
    pub fn charge(mut self, budget: &Arc<Budget>, ticket: usize, first: bool) -> Result<Self, SpillError> {
        self.account = Some(BudgetShare::new(Arc::clone(budget), ticket));
        let charged = if first {
            self.spill_if_needed(true)
        } else {
            self.spill_part()
        };
        let fault = charged.err().and_then(|_| budget.fault());
        fault.map_or(Ok(self), Err)
    }

    /// Both parts of a source together.
    #[must_use]
    pub fn merge(mut self, mut other: Self) -> Self {
        self.read += other.read;
        self.accounted += other.accounted;
        self.hits |= other.hits;
        self.other_actor += other.other_actor;
        self.near.append(&mut other.near);
        self.outside_window += other.outside_window;
        self.late = self.late.and(other.late);
        self.on_end(mem::take(&mut other.on_end));
        self.around.merge(mem::take(&mut other.around));
        for (remark, count) in other.remarks {
            self.remarks.entry(remark).or_default().merge(count);
        }
        self.in_scope.append(&mut other.in_scope);
        self.refused.append(&mut other.refused);
        self.openings.append(&mut other.openings);
        self.closings.append(&mut other.closings);
        self.chased.merge(other.chased);
        self.coverage.merge(&other.coverage);
        self.path_counts += other.path_counts;
        match (&mut self.account, other.account) {
            (Some(own), Some(other)) => own.merge(&other),
            (own, other) => *own = own.take().or(other),
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_events_the_nearest_decides_in_whatever_order() {
        let time: Timestamp = "2026-01-16T00:00:00Z".parse().expect("a time");
        let near = |kind| {
            let name = NearName {
                kind,
                identity: 0,
                as_logged: String::new(),
                field: None,
            };
            let at = Locator {
                source: 0,
                offset: 0,
                length: 1,
            };
            let names = vec![name];
            Disposition::OtherActor(time, Some(Box::new(NearMiss { at, names })))
        };
        let kind = |verdict: Disposition| match verdict {
            Disposition::OtherActor(_, Some(near)) => near.kind(),
            _ => None,
        };
        let others = || {
            [
                Disposition::OutsideWindow(time),
                Disposition::OtherActor(time, None),
                near(NearKind::Mention),
            ]
        };
        for other in others() {
            assert_eq!(kind(near(NearKind::Narrowed).and(other)), Some(NearKind::Narrowed));
        }
        for other in others() {
            assert_eq!(kind(other.and(near(NearKind::Narrowed))), Some(NearKind::Narrowed));
        }
    }
}
