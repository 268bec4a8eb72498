//! A record in full: captured whole, its fields decoded as far as its verdict needs them.

use super::judge::Form;
use crate::{
    digest::Sha256,
    events::{Body, Profile, Reading},
    records::{Locator, Record, Refusal, RefusalReason, RowReader, json_part},
    scope::ScopeSet,
    tenants::{Near, Refused, ScopedEvent, Verdict},
    text::shortened,
    time::Timestamp,
};

/// How much of a refused record is kept for people, in characters.
const EXCERPT: usize = 200;

/// Reads the records of one source. Their source's number is given later.
pub(super) struct Full<'p> {
    profile: &'p Profile,
    scopes: &'p ScopeSet,
    form: &'p Form<'p>,
    /// Where records are rows.
    rows: Option<Box<RowReader>>,
}

/// A refusal, and the record's time if that could be read before.
struct Refusing(Refusal, Option<Timestamp>);

impl From<Refusal> for Refusing {
    fn from(refusal: Refusal) -> Self {
        Self(refusal, None)
    }
}

impl<'p> Full<'p> {
    pub(super) fn new(profile: &'p Profile, scopes: &'p ScopeSet, form: &'p Form<'p>) -> Self {
        let rows = match form {
            Form::Rows { header, .. } => Some(Box::new(RowReader::new(header.delimiter))),
            Form::Json { .. } => None,
        };
        Self {
            profile,
            scopes,
            form,
            rows,
        }
    }

    /// The end this record meets.
    pub(super) fn verdict(&mut self, record: &Record<'_>) -> Verdict {
        let at = Locator {
            source: 0,
            offset: record.offset,
            length: record.bytes.len() as u64,
        };
        match self.judge(at, record.bytes) {
            Ok(Verdict::OtherActor(time, Near::No)) if self.scopes.identities().any_named_in(record.bytes) => {
                Verdict::OtherActor(time, Near::Mention)
            }
            Ok(verdict) => verdict,
            Err(Refusing(refusal, None)) => match self.time_of_broken(record.bytes) {
                Some(time) if self.scopes.at(time).is_empty() => Verdict::OutsideWindow(time),
                time => Verdict::Refused(Box::new(self.refused(at, refusal, time, record.bytes)), None),
            },
            Err(Refusing(refusal, time)) => {
                Verdict::Refused(Box::new(self.refused(at, refusal, time, record.bytes)), time)
            }
        }
    }

    fn judge(&mut self, at: Locator, bytes: &[u8]) -> Result<Verdict, Refusing> {
        let cells;
        let body = match (self.form, &mut self.rows) {
            (Form::Rows { header, columns, .. }, Some(reader)) => {
                let columns = columns.as_deref().map_err(Refusal::clone)?;
                cells = reader.read(header, bytes)?;
                Body::Row { columns, cells: &cells }
            }
            _ => Body::Json(json(bytes)?),
        };
        judge(&Reading::new(self.profile, body)?, self.scopes, at, bytes)
    }

    /// The time of a record that cannot be read, where that much of it can.
    fn time_of_broken(&mut self, bytes: &[u8]) -> Option<Timestamp> {
        match (self.form, &mut self.rows) {
            (Form::Rows { glance, .. }, Some(reader)) => glance.as_ref()?.time_of_broken(reader.cells(bytes)),
            (Form::Json { first }, _) => first.as_ref()?.of_broken(json_part(bytes)),
            _ => None,
        }
    }

    fn refused(&self, at: Locator, refusal: Refusal, time: Option<Timestamp>, bytes: &[u8]) -> Refused {
        let mut names = self.scopes.identities().named_in(bytes);
        // An agent of no scope that holds the time, if it can be read, has no event in scope whatever the record says.
        names.retain(|agent| self.scopes.may_hold(*agent, time));
        // A character takes at most four bytes, so more of the record is not looked at.
        let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4 * EXCERPT + 4)]);
        Refused {
            at,
            refusal,
            names,
            excerpt: shortened(&head, EXCERPT).into_owned(),
        }
    }
}

fn json(bytes: &[u8]) -> Result<&str, Refusal> {
    let invalid = |fault: std::str::Utf8Error| {
        Refusal::new(
            RefusalReason::InvalidUtf8,
            format!("not UTF-8 at byte {}", fault.valid_up_to()),
        )
    };
    let json = json_part(bytes);
    // The usual check tells where it fails, and takes three times as long.
    simdutf8::basic::from_utf8(json).or_else(|_| std::str::from_utf8(json).map_err(invalid))
}

/// The verdict on a record, be it one event or several. If one of several cannot be read, none of them counts, and the
/// record is shown as refused: nothing is half read.
fn judge(reading: &Reading<'_, '_>, scopes: &ScopeSet, at: Locator, bytes: &[u8]) -> Result<Verdict, Refusing> {
    let Some(parts) = reading.parts()? else {
        return judge_part(reading, 0, scopes, at, bytes);
    };
    let mut verdicts = (0..)
        .zip(&parts)
        .map(|(part, reading)| judge_part(reading, part, scopes, at, bytes));
    let first = verdicts.next().expect("a record that is exploded has a part")?;
    verdicts.try_fold(first, |verdict, sibling| Ok(verdict.and(sibling?)))
}

fn judge_part(
    reading: &Reading<'_, '_>,
    part: u32,
    scopes: &ScopeSet,
    at: Locator,
    bytes: &[u8],
) -> Result<Verdict, Refusing> {
    let (time, time_original) = reading.time()?;
    let within = scopes.at(time);
    if within.is_empty() {
        return Ok(Verdict::OutsideWindow(time));
    }
    let timed = |refusal| Refusing(refusal, Some(time));
    let named = reading.actors().map_err(timed)?;
    let Some(found) = scopes.attribute(within, &named) else {
        return Ok(Verdict::OtherActor(time, Near::No));
    };
    let event = reading.event(time).map_err(timed)?;
    let scopes = scopes.narrowed(found.scopes, event.session.as_deref(), event.ip.as_deref());
    if scopes.is_empty() {
        return Ok(Verdict::OtherActor(time, Near::Narrowed));
    }
    Ok(Verdict::InScope(vec![Box::new(ScopedEvent {
        event,
        time_original: time_original.into_owned(),
        agent: found.agent,
        identity_matched: named[found.named].label.clone(),
        scopes,
        at,
        part,
        record_sha256: Sha256::of(bytes),
        conflict: false,
    })]))
}
