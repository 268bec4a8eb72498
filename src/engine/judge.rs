//! One record to its verdict: framed bytes, then an event as far as it is needed, then window, then
//! actor.
//!
//! What is no well-formed record is refused. Of a well-formed one only the time is looked at first:
//! if that lies in no window, nothing else about it matters. What else is missing counts for
//! records in a window only. And where the time stands plainly, as `events::TimeFirst` defines it,
//! a record that lies in no window need not even be well-formed.
//!
//! A glance settles most records. All others are read in full, and so is every one that may be in
//! scope.

use std::mem;

use super::{
    follow::{Chase, Needles},
    full::Full,
    glance::{Glances, Told},
    search::Search,
};
use crate::{
    events::{Hits, Profile, RowGlance, TimeFirst},
    records::{Accounting, Block, Framing, Header, Record, Refusal},
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
    full: Full<'p>,
    glances: Glances<'p>,
    scopes: &'p ScopeSet,
    census: Census,
}

/// The records that may tie to an opening.
#[derive(Clone, Copy)]
struct MayTie<'p> {
    /// Those that hold one of these texts, unless a search for them could miss a record that ties.
    needles: Option<&'p Needles>,
    /// Whether records outside the windows count.
    outside: bool,
}

/// How the records of a source are decoded, and what a glance needs to know of that.
pub(super) enum Form<'p> {
    Json {
        first: Option<TimeFirst>,
    },
    Rows {
        header: &'p Header,
        columns: Result<Vec<Option<usize>>, Refusal>,
        glance: Option<Box<RowGlance>>,
    },
}

impl<'p> Form<'p> {
    pub(super) fn new(profile: &Profile, framing: &'p Framing) -> Self {
        let Framing::Csv(header) = framing else {
            let first = TimeFirst::new(profile);
            return Self::Json { first };
        };
        let columns = profile.columns(header);
        let glance = columns
            .as_ref()
            .ok()
            .and_then(|columns| RowGlance::new(profile, header, columns))
            .map(Box::new);
        Self::Rows {
            header,
            columns,
            glance,
        }
    }
}

impl<'p> Judge<'p> {
    /// With the census that the thread has so far. With openings to chase, only records that may
    /// tie to one are judged, and only links are counted.
    pub(super) fn new(
        profile: &'p Profile,
        scopes: &'p ScopeSet,
        form: &'p Form<'p>,
        census: Census,
        chase: Option<&'p Chase>,
    ) -> Self {
        let full = Full::new(profile, scopes, form);
        Self {
            chase: chase.map(|chase| MayTie {
                needles: profile.values_stand_whole().then(|| chase.needles(profile)),
                outside: chase.is_by_user(),
            }),
            search: None,
            profile,
            full: match chase {
                Some(chase) => full.chasing(chase),
                None => full,
            },
            glances: Glances::new(profile, scopes, form),
            scopes,
            census,
        }
    }

    /// Adds the search: records that it may find are read in full.
    pub(super) fn searching(self, search: Option<&'p Search>) -> Self {
        let search = search.map(|search| (search, self.profile.traits_stand_whole()));
        Self { search, ..self }
    }

    /// One that reads every record in full.
    #[cfg(test)]
    fn thorough(profile: &'p Profile, scopes: &'p ScopeSet, form: &'p Form<'p>) -> Self {
        Self {
            chase: None,
            search: None,
            profile,
            full: Full::new(profile, scopes, form),
            glances: Glances::none(scopes),
            scopes,
            census: Census::new(scopes.identities()),
        }
    }

    /// Returns the mapped paths that led to a value in events in scope.
    pub(super) fn hits(&self) -> Hits {
        self.full.in_scope
    }

    /// The thread's census, with what was seen here.
    pub(super) fn into_census(self) -> Census {
        self.census
    }

    /// Counts all records of a block.
    pub(super) fn block(&mut self, block: &Block, tally: &mut SourceTally) {
        if let Some(may_tie) = self.chase {
            self.chase(block, may_tie);
            self.full.give_links(tally);
            return;
        }
        // Decided here for the whole block, so that a case without such scopes pays nothing for
        // each record.
        match self.search {
            Some((search, whole)) => self.records(block, tally, |record| search.may_find(record.bytes, whole)),
            None => self.records(block, tally, |_| false),
        }
    }

    /// Counts all records of a block; those of which `found` holds are read in full unless their
    /// time keeps them out of every window.
    fn records(&mut self, block: &Block, tally: &mut SourceTally, found: impl Fn(&Record<'_>) -> bool) {
        let Self {
            full,
            glances,
            scopes,
            census,
            ..
        } = self;
        let mut glances = glances.over();
        let mut accounting = Accounting::of(block);
        block.each_seen(glances.needle(), |record| {
            tally.read += 1;
            accounting.record(&record);
            census.begin();
            let told = glances.verdict(&record, census);
            let told =
                told.filter(|told| !matches!(told, Told::ByActors(Disposition::OtherActor(..))) || !found(&record));
            match told {
                Some(Told::ByTime(time)) => {
                    tally.path_counts.time += 1;
                    outside(full, &record, time, &found, census, tally);
                    tally.outside(time);
                }
                Some(Told::ByActors(verdict)) => {
                    tally.path_counts.glance += 1;
                    if let Disposition::OutsideWindow(time) = verdict {
                        outside(full, &record, time, &found, census, tally);
                    }
                    tally.absorb(verdict);
                }
                None => {
                    tally.path_counts.full += 1;
                    let mut remarks = mem::take(&mut tally.remarks);
                    let found = full.each(&record, census, &mut remarks, |record, verdict| {
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
            glances.pays()
        });
        tally.accounted += accounting.close();
        tally.on_end(full.take_on_end());
        full.give_links(tally);
    }

    /// Judges the records of a block that may tie to an opening. Records outside the windows are
    /// passed over by their time, unless a user ties: the user's own sessions outside count.
    fn chase(&mut self, block: &Block, may_tie: MayTie<'_>) {
        let MayTie { needles, outside } = may_tie;
        let Self {
            full, glances, census, ..
        } = self;
        let mut remarks = Remarks::new();
        let mut glances = glances.over();
        block.each_seen(glances.needle().filter(|_| !outside), |record| {
            let passed_over = !outside && glances.outside(&record).is_some();
            if !passed_over && needles.is_none_or(|needles| needles.may_be_in(record.bytes)) {
                full.each(&record, census, &mut remarks, |_, _| ());
            }
            glances.pays()
        });
    }
}

/// Notes a record that a glance found outside every window. On the end of one, it is read in full
/// for its actors; around the windows, if it may be a listed agent's or an open scope's.
#[inline]
fn outside(
    full: &mut Full<'_>,
    record: &Record<'_>,
    time: Timestamp,
    found: &impl Fn(&Record<'_>) -> bool,
    census: &mut Census,
    tally: &mut SourceTally,
) {
    let scopes = full.scopes();
    if scopes.is_watched(time) {
        let is_beside_open = || !scopes.beside(time).and(scopes.open()).is_empty();
        let may_count =
            scopes.is_end(time) || scopes.may_be_listed_in(record.bytes) || is_beside_open() && found(record);
        if may_count {
            full.verdict(record, census, &mut Remarks::new());
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
