//! Finds the disposition of each record: framing, then the event as far as it is needed, then
//! window, then actor.
//!
//! A record that is not well-formed is refused. Of a well-formed record the time is read first: if
//! it lies in no window, nothing else of the record matters. Other missing fields count for records
//! in a window only. If the time can be read by `events::TimeFirst`, a record that lies in no
//! window need not even be well-formed.
//!
//! The prefilter rejects most records. All others are parsed in full, and so is every record that
//! may be in scope.

use std::mem;

use super::{
    evaluate::Evaluator,
    follow::{Chase, Needles},
    open_scopes::Search,
    prefilter::{Precheck, Prefilter},
    record_format::RecordFormat,
};
use crate::{
    events::{Hits, Profile},
    records::{Accounting, Block, Record},
    scope::{Census, ScopeSet},
    tally::{Disposition, Late, Remarks, SourceTally},
    time::Timestamp,
};

/// Judges the records of one source.
pub(super) struct Judge<'p> {
    /// Which records to read where only those are judged that may tie to an opening.
    chase: Option<MayTie<'p>>,
    /// The search for records of open scopes, and whether values stand in the records of this
    /// source as they are read.
    search: Option<(&'p Search, bool)>,
    profile: &'p Profile,
    evaluator: Evaluator<'p>,
    prefilter: Prefilter<'p>,
    scopes: &'p ScopeSet,
    census: Census,
}

/// The records that may tie to an opening.
#[derive(Clone, Copy)]
struct MayTie<'p> {
    /// Texts of which a record must hold one; `None` if a search for them could miss a record that
    /// ties.
    needles: Option<&'p Needles>,
    /// Whether records outside the windows count.
    outside: bool,
}

impl<'p> Judge<'p> {
    /// Creates a judge that continues the thread's census. With openings to chase, it judges only
    /// records that may tie to one, and counts only links.
    pub(super) fn new(
        profile: &'p Profile,
        scopes: &'p ScopeSet,
        form: &'p RecordFormat<'p>,
        census: Census,
        chase: Option<&'p Chase>,
    ) -> Self {
        let evaluator = Evaluator::new(profile, scopes, form);
        Self {
            chase: chase.map(|chase| MayTie {
                needles: profile.values_stand_whole().then(|| chase.needles(profile)),
                outside: chase.is_by_user(),
            }),
            search: None,
            profile,
            evaluator: match chase {
                Some(chase) => evaluator.chasing(chase),
                None => evaluator,
            },
            prefilter: Prefilter::new(profile, scopes, form),
            scopes,
            census,
        }
    }

    /// Adds a search for open scopes: records that it may find are parsed in full.
    pub(super) fn searching(self, search: Option<&'p Search>) -> Self {
        let search = search.map(|search| (search, self.profile.traits_stand_whole()));
        Self { search, ..self }
    }

    /// Creates a judge that parses every record in full.
    #[cfg(test)]
    fn thorough(profile: &'p Profile, scopes: &'p ScopeSet, form: &'p RecordFormat<'p>) -> Self {
        Self {
            chase: None,
            search: None,
            profile,
            evaluator: Evaluator::new(profile, scopes, form),
            prefilter: Prefilter::none(scopes),
            scopes,
            census: Census::new(scopes.identities()),
        }
    }

    /// Returns the mapped paths that led to a value in events in scope.
    pub(super) fn hits(&self) -> Hits {
        self.evaluator.in_scope
    }

    /// Returns the thread's census.
    pub(super) fn into_census(self) -> Census {
        self.census
    }

    /// Counts all records of a block.
    pub(super) fn block(&mut self, block: &Block, tally: &mut SourceTally) {
        if let Some(may_tie) = self.chase {
            self.chase(block, may_tie);
            self.evaluator.give_links(tally);
            return;
        }
        // Choosing once for each block spares cases without open scopes a check for each record.
        match self.search {
            Some((search, whole)) => self.records(block, tally, |record| search.may_find(record.bytes, whole)),
            None => self.records(block, tally, |_| false),
        }
    }

    /// Counts all records of a block. Records for which `found` returns true are parsed in full
    /// unless their time lies in no window.
    fn records(&mut self, block: &Block, tally: &mut SourceTally, found: impl Fn(&Record<'_>) -> bool) {
        let Self {
            evaluator,
            prefilter,
            scopes,
            census,
            ..
        } = self;
        let mut prefilter = prefilter.over();
        let mut accounting = Accounting::of(block);
        block.each_seen(prefilter.needle(), |record| {
            tally.read += 1;
            accounting.record(&record);
            census.begin();
            let precheck = prefilter.check(&record, census);
            let precheck = precheck.filter(|precheck| {
                !matches!(precheck, Precheck::ByActors(Disposition::OtherActor(..))) || !found(&record)
            });
            match precheck {
                Some(Precheck::ByTime(time)) => {
                    tally.path_counts.time += 1;
                    outside(evaluator, &record, time, &found, census, tally);
                    tally.outside(time);
                }
                Some(Precheck::ByActors(verdict)) => {
                    tally.path_counts.glance += 1;
                    if let Disposition::OutsideWindow(time) = verdict {
                        outside(evaluator, &record, time, &found, census, tally);
                    }
                    tally.absorb(verdict);
                }
                None => {
                    tally.path_counts.full += 1;
                    let mut remarks = mem::take(&mut tally.remarks);
                    let found = evaluator.each(&record, census, &mut remarks, |record, verdict| {
                        if let Disposition::OutsideWindow(time) = verdict {
                            late(scopes, &record, time, tally);
                        }
                        tally.absorb(verdict);
                    });
                    tally.remarks = remarks;
                    tally.read = tally.read + found.records - 1;
                    accounting.without(found.punctuation, found.lost);
                }
            }
            prefilter.worth_trying()
        });
        tally.accounted += accounting.close();
        tally.on_end(evaluator.take_on_end());
        evaluator.give_links(tally);
    }

    /// Judges the records of a block that may tie to an opening. Records outside the windows are
    /// passed over by their time, unless a user ties: the user's own sessions outside count.
    fn chase(&mut self, block: &Block, may_tie: MayTie<'_>) {
        let MayTie { needles, outside } = may_tie;
        let Self {
            evaluator,
            prefilter,
            census,
            ..
        } = self;
        let mut remarks = Remarks::new();
        let mut prefilter = prefilter.over();
        block.each_seen(prefilter.needle().filter(|_| !outside), |record| {
            let passed_over = !outside && prefilter.outside(&record).is_some();
            if !passed_over && needles.is_none_or(|needles| needles.may_be_in(record.bytes)) {
                evaluator.each(&record, census, &mut remarks, |_, _| ());
            }
            prefilter.worth_trying()
        });
    }
}

/// Notes a record that the prefilter found outside every window. It is parsed in full for its
/// actors if it lies on the end of a window, or if it lies around the windows and may have a listed
/// agent or lie in an open scope.
#[inline]
fn outside(
    evaluator: &mut Evaluator<'_>,
    record: &Record<'_>,
    time: Timestamp,
    found: &impl Fn(&Record<'_>) -> bool,
    census: &mut Census,
    tally: &mut SourceTally,
) {
    let scopes = evaluator.scopes();
    if scopes.is_watched(time) {
        let is_beside_open = || !scopes.beside(time).and(scopes.open()).is_empty();
        let may_count =
            scopes.is_end(time) || scopes.may_be_listed_in(record.bytes) || is_beside_open() && found(record);
        if may_count {
            evaluator.verdict(record, census, &mut Remarks::new());
        }
    }
    late(scopes, record, time, tally);
}

/// Notes a record outside every window that names a listed identity at a time after the case was
/// issued.
fn late(scopes: &ScopeSet, record: &Record<'_>, time: Timestamp, tally: &mut SourceTally) {
    if tally.coverage.is_late(time) && scopes.identities().any_named_in(record.bytes) {
        tally.late = tally.late.and(Late::at(record.offset));
    }
}

#[cfg(test)]
mod oracle;
