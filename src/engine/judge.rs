//! One record to its verdict: framed bytes, then an event as far as it is needed, then window, then actor.
//!
//! What is no well-formed record is refused. Of a well-formed one only the time is looked at first: if that lies in no
//! window, nothing else about it matters. What else is missing counts for records in a window only. And where the time
//! stands plainly, as `events::TimeFirst` defines it, a record that lies in no window need not even be well-formed.
//!
//! A glance settles most records. All others are read in full, and so is every one that may be in scope.

use super::{
    full::Full,
    glance::{Glances, Told},
};
use crate::{
    events::{Profile, RowGlance, TimeFirst},
    records::{Block, Framing, Header, Refusal},
    scope::ScopeSet,
    tenants::SourceTally,
};

/// Judges the records of one source.
pub(super) struct Judge<'p> {
    full: Full<'p>,
    glances: Glances<'p>,
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
    pub(super) fn new(profile: &'p Profile, scopes: &'p ScopeSet, form: &'p Form<'p>) -> Self {
        Self {
            full: Full::new(profile, scopes, form),
            glances: Glances::new(profile, scopes, form),
        }
    }

    /// One that reads every record in full.
    #[cfg(test)]
    fn thorough(profile: &'p Profile, scopes: &'p ScopeSet, form: &'p Form<'p>) -> Self {
        Self {
            full: Full::new(profile, scopes, form),
            glances: Glances::none(scopes),
        }
    }

    /// Counts all records of a block.
    pub(super) fn block(&mut self, block: &Block, tally: &mut SourceTally) {
        let Self { full, glances } = self;
        let mut glances = glances.over();
        block.each_seen(glances.needle(), |record| {
            tally.read += 1;
            match glances.verdict(&record) {
                Some(Told::ByTime(time)) => {
                    tally.efforts.time += 1;
                    tally.outside(time);
                }
                Some(Told::ByActors(verdict)) => {
                    tally.efforts.glance += 1;
                    tally.absorb(verdict);
                }
                None => {
                    tally.efforts.full += 1;
                    tally.absorb(full.verdict(record));
                }
            }
            glances.pays()
        });
    }
}

#[cfg(test)]
mod oracle;
