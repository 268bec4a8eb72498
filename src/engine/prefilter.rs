//! Rejects records that are certainly not in scope, before they are parsed in full.

use super::record_format::RecordFormat;
use crate::{
    events::{CsvPrefilter, JsonPrefilter, KeyFacts, Profile, RecordPrefixes, TimeFirst},
    records::{Needle, Record},
    scope::{Census, ScopeSet},
    tally::Disposition,
    time::Timestamp,
};

/// Records of a block whose time is read first on trial, to see whether enough are rejected by it.
const TRIAL_RECORDS: u32 = 16;

/// A disposition that needed no full parse.
pub(super) enum Precheck {
    /// The time lies in no window; the rest of the record does not matter.
    ByTime(Timestamp),
    /// The record is well-formed, and lies in no window or has no listed actor.
    ByActors(Disposition),
}

/// Prefilter for the records of one source.
pub(super) struct Prefilter<'p> {
    scopes: &'p ScopeSet,
    form: FormatPrefilter<'p>,
}

enum FormatPrefilter<'p> {
    Json(Option<&'p TimeFirst>, RecordPrefixes, Option<JsonPrefilter>),
    Row(Option<CsvPrefilter>),
}

impl<'p> Prefilter<'p> {
    pub(super) fn new(profile: &Profile, scopes: &'p ScopeSet, form: &'p RecordFormat<'p>) -> Self {
        let form = match form {
            RecordFormat::Json { first } => {
                FormatPrefilter::Json(first.as_ref(), RecordPrefixes::default(), JsonPrefilter::new(profile))
            }
            RecordFormat::Rows { prefilter, .. } => FormatPrefilter::Row(prefilter.as_deref().cloned()),
            // A record of text has to be split into fields before its time is known.
            RecordFormat::Text(_) => FormatPrefilter::Row(None),
        };
        Self { scopes, form }
    }

    /// Creates a prefilter that rejects nothing, so that every record is parsed in full.
    #[cfg(test)]
    pub(super) fn none(scopes: &'p ScopeSet) -> Self {
        let form = FormatPrefilter::Row(None);
        Self { scopes, form }
    }

    /// Starts a block, whose records follow in order.
    pub(super) fn over(&mut self) -> BlockPrefilter<'_, 'p> {
        BlockPrefilter {
            scopes: self.scopes,
            format: &mut self.form,
            tried: 0,
            enough: 0,
        }
    }
}

/// Prefilter for the records of one block.
pub(super) struct BlockPrefilter<'g, 'p> {
    scopes: &'p ScopeSet,
    format: &'g mut FormatPrefilter<'p>,
    /// Times read first on trial, and how many of those rejected the record.
    tried: u32,
    enough: u32,
}

impl<'p> BlockPrefilter<'_, 'p> {
    /// Returns the text that the scan for line ends also searches for.
    pub(super) fn needle(&self) -> Option<&'p Needle> {
        match &*self.format {
            FormatPrefilter::Json(first, ..) => first.and_then(TimeFirst::needle),
            FormatPrefilter::Row(_) => None,
        }
    }

    /// Returns whether times are read first. In an export cut to the window no time rejects
    /// anything.
    pub(super) fn worth_trying(&self) -> bool {
        self.tried < TRIAL_RECORDS || self.enough >= TRIAL_RECORDS / 4
    }

    /// Returns the disposition of a record, or `None` if it must be parsed in full.
    pub(super) fn check(&mut self, record: &Record<'_>, census: &mut Census) -> Option<Precheck> {
        if let Some(time) = self.outside(record) {
            return Some(Precheck::ByTime(time));
        }
        let text = simdutf8::basic::from_utf8(record.bytes).ok()?;
        let seen = match &mut self.format {
            FormatPrefilter::Json(.., whole) => whole.as_mut()?.look(text)?,
            FormatPrefilter::Row(row) => row.as_mut()?.look(text, record.cells)?,
        };
        not_in_scope(self.scopes, census, &seen, text).map(Precheck::ByActors)
    }

    /// Returns the time of a record that lies in no window.
    pub(super) fn outside(&mut self, record: &Record<'_>) -> Option<Timestamp> {
        if !self.worth_trying() {
            return None;
        }
        let time = match &mut self.format {
            FormatPrefilter::Json(first, known, _) => first.as_ref()?.time(record, known),
            FormatPrefilter::Row(row) => row.as_mut()?.time(record),
        };
        let outside = time.filter(|time| self.scopes.at(*time).is_empty());
        if self.tried < TRIAL_RECORDS {
            self.tried += 1;
            self.enough += u32::from(outside.is_some());
        }
        outside
    }
}

/// Returns `None` also if the record names a listed identity elsewhere: only a full parse shows
/// where.
fn not_in_scope(scopes: &ScopeSet, census: &mut Census, seen: &KeyFacts<'_, '_>, text: &str) -> Option<Disposition> {
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
