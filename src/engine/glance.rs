//! Records of which a glance shows that they are not in scope.

use super::judge::Form;
use crate::{
    events::{Beginnings, Glance, Profile, RowGlance, Seen, TimeFirst},
    records::{Needle, Record},
    scope::{Census, ScopeSet},
    tally::Disposition,
    time::Timestamp,
};

/// Of so many records of a block the time is looked for first, to find out whether that pays.
const TRIED: u32 = 16;

/// A verdict that a glance was enough for.
pub(super) enum Told {
    /// It lies in no window, whatever else it says.
    ByTime(Timestamp),
    /// It is well-formed, and in no window or by nobody listed.
    ByActors(Disposition),
}

/// Looks at records of one source.
pub(super) struct Glances<'p> {
    scopes: &'p ScopeSet,
    form: Looks<'p>,
}

enum Looks<'p> {
    Json(Option<&'p TimeFirst>, Beginnings, Option<Glance>),
    Row(Option<RowGlance>),
}

impl<'p> Glances<'p> {
    pub(super) fn new(profile: &Profile, scopes: &'p ScopeSet, form: &'p Form<'p>) -> Self {
        let form = match form {
            Form::Json { first } => Looks::Json(first.as_ref(), Beginnings::default(), Glance::new(profile)),
            Form::Rows { glance, .. } => Looks::Row(glance.as_deref().cloned()),
        };
        Self { scopes, form }
    }

    /// Blind ones, with which every record is read in full.
    #[cfg(test)]
    pub(super) fn none(scopes: &'p ScopeSet) -> Self {
        let form = Looks::Row(None);
        Self { scopes, form }
    }

    /// For the records of one block, in order.
    pub(super) fn over(&mut self) -> InBlock<'_, 'p> {
        InBlock {
            scopes: self.scopes,
            looks: &mut self.form,
            tried: 0,
            told: 0,
        }
    }
}

/// Looks at the records of one block.
pub(super) struct InBlock<'g, 'p> {
    scopes: &'p ScopeSet,
    looks: &'g mut Looks<'p>,
    /// How many times were looked for first, and how many of those were enough.
    tried: u32,
    told: u32,
}

impl<'p> InBlock<'_, 'p> {
    /// What is to be looked for in passing.
    pub(super) fn needle(&self) -> Option<&'p Needle> {
        match &*self.looks {
            Looks::Json(first, ..) => first.and_then(TimeFirst::needle),
            Looks::Row(_) => None,
        }
    }

    /// Whether times are looked for first. In an export cut to the window that is always in vain.
    pub(super) fn pays(&self) -> bool {
        self.tried < TRIED || self.told >= TRIED / 4
    }

    /// What a glance tells; None where the record must be read in full.
    pub(super) fn verdict(&mut self, record: &Record<'_>, census: &mut Census) -> Option<Told> {
        if let Some(time) = self.outside(record) {
            return Some(Told::ByTime(time));
        }
        let text = simdutf8::basic::from_utf8(record.bytes).ok()?;
        let seen = match &mut self.looks {
            Looks::Json(.., whole) => whole.as_mut()?.look(text)?,
            Looks::Row(row) => row.as_mut()?.look(text, record.cells)?,
        };
        not_in_scope(self.scopes, census, &seen, text).map(Told::ByActors)
    }

    /// The time, if it alone keeps the record out of scope.
    pub(super) fn outside(&mut self, record: &Record<'_>) -> Option<Timestamp> {
        if !self.pays() {
            return None;
        }
        let time = match &mut self.looks {
            Looks::Json(first, known, _) => first.as_ref()?.time(record, known),
            Looks::Row(row) => row.as_mut()?.time(record),
        };
        let outside = time.filter(|time| self.scopes.at(*time).is_empty());
        if self.tried < TRIED {
            self.tried += 1;
            self.told += u32::from(outside.is_some());
        }
        outside
    }
}

/// None also where the record names a listed identity in any other way: the full reading tells how.
fn not_in_scope(scopes: &ScopeSet, census: &mut Census, seen: &Seen<'_, '_>, text: &str) -> Option<Disposition> {
    if scopes.at(seen.time).is_empty() {
        return Some(Disposition::OutsideWindow(seen.time));
    }
    let identities = scopes.identities();
    for (_, name) in seen.named() {
        let hash = identities.hash_of_other(name)?;
        census.ties.add_hash(hash);
        if seen.is_something(name) && census.other((identities, scopes.forms()), name, Some(hash)).is_some() {
            return None;
        }
    }
    if identities.any_named_in_text(text) {
        return None;
    }
    seen.sessions().for_each(|session| census.ties.add(session));
    Some(Disposition::OtherActor(seen.time, None))
}
