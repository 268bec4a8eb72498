//! One record to its verdict: framed bytes, then an event as far as it is needed, then window, then actor.
//!
//! What is no well-formed record is refused. Of a well-formed one only the time is looked at first: if that lies in no
//! window, nothing else about it matters. What else is missing counts for records in a window only.

use crate::{
    digest::Sha256,
    events::{Body, Profile, Reading},
    records::{Framing, Header, Locator, Record, Refusal, RefusalReason, RowReader, json_part},
    scope::ScopeSet,
    tenants::{Near, Refused, ScopedEvent, Verdict},
    text::shortened,
    time::Timestamp,
};

/// How much of a refused record is kept for people, in characters.
const EXCERPT: usize = 200;

/// Judges the records of one source.
pub(super) struct Judge<'p> {
    source: usize,
    profile: &'p Profile,
    scopes: &'p ScopeSet,
    form: Form<'p>,
}

/// What it takes to decode a record's body.
enum Form<'p> {
    Json,
    Rows {
        header: &'p Header,
        columns: Result<Vec<Option<usize>>, Refusal>,
        reader: Box<RowReader>,
    },
}

/// A refusal, and the record's time if that could be read before.
struct Refusing(Refusal, Option<Timestamp>);

impl From<Refusal> for Refusing {
    fn from(refusal: Refusal) -> Self {
        Self(refusal, None)
    }
}

impl<'p> Judge<'p> {
    pub(super) fn new(source: usize, profile: &'p Profile, scopes: &'p ScopeSet, framing: &'p Framing) -> Self {
        let form = match framing {
            Framing::Csv(header) => Form::Rows {
                header,
                columns: profile.columns(header),
                reader: Box::new(RowReader::new(header.delimiter)),
            },
            Framing::Empty | Framing::JsonLines | Framing::JsonDocument => Form::Json,
        };
        Self {
            source,
            profile,
            scopes,
            form,
        }
    }

    /// The end this record meets.
    pub(super) fn verdict(&mut self, record: Record<'_>) -> Verdict {
        let at = Locator {
            source: self.source,
            offset: record.offset,
            length: record.bytes.len() as u64,
        };
        match self.judge(at, record.bytes) {
            Ok(Verdict::OtherActor(time, Near::No)) if self.scopes.identities().any_named_in(record.bytes) => {
                Verdict::OtherActor(time, Near::Mention)
            }
            Ok(verdict) => verdict,
            Err(Refusing(refusal, time)) => Verdict::Refused(Box::new(self.refused(at, refusal, record.bytes)), time),
        }
    }

    fn judge(&mut self, at: Locator, bytes: &[u8]) -> Result<Verdict, Refusing> {
        match &mut self.form {
            Form::Json => judge(
                &Reading::new(self.profile, Body::Json(json(bytes)?))?,
                self.scopes,
                at,
                bytes,
            ),
            Form::Rows {
                header,
                columns,
                reader,
            } => {
                let columns = columns.as_deref().map_err(Refusal::clone)?;
                let cells = reader.read(header, bytes)?;
                judge(
                    &Reading::new(self.profile, Body::Row { columns, cells: &cells })?,
                    self.scopes,
                    at,
                    bytes,
                )
            }
        }
    }

    fn refused(&self, at: Locator, refusal: Refusal, bytes: &[u8]) -> Refused {
        let names = self.scopes.identities().named_in(bytes);
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
    std::str::from_utf8(json_part(bytes)).map_err(invalid)
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
    Ok(Verdict::InScope(vec![ScopedEvent {
        event,
        time_original: time_original.into_owned(),
        agent: found.agent,
        identity_matched: named[found.named].label.clone(),
        scopes,
        at,
        part,
        record_sha256: Sha256::of(bytes),
        conflict: false,
    }]))
}
