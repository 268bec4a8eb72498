//! Parses a record in full, and decodes its fields as far as its disposition needs them.

use std::{collections::BTreeMap, mem, ops::Range, sync::Arc};

use serde::de::IgnoredAny;

use super::{
    follow::{Chase, Values},
    named_in::field_of,
    record_format::RecordFormat,
};
use crate::{
    digest::Sha256,
    events::{AccessEvent, Body, Hits, Named, Profile, Reading, Remark, Traits},
    records::{
        Header, Locator, Record, Refusal, RefusalReason, RowReader, TextReader, hint, is_punctuation, json_part,
        pieces, shape,
    },
    scope::{Attribution, Census, Listed, ScopeMask, ScopeSet},
    seal::{Nonces, Seal},
    tally::{
        Around, Candidate, Chased, Closing, Disposition, FoundBy, NearKind, NearMiss, NearName, Opening, Refused,
        Remarks, ScopedEvent, SourceTally,
    },
    text::shortened,
    time::Timestamp,
};

/// Characters of a refused record that are kept as an excerpt.
const EXCERPT: usize = 200;

/// Evaluates the records of one source. The number of the source is assigned later.
pub(super) struct Evaluator<'p> {
    profile: &'p Profile,
    scopes: &'p ScopeSet,
    form: &'p RecordFormat<'p>,
    /// Reader of rows; `None` for JSON.
    rows: Option<Box<RowReader>>,
    /// Reader of text; `None` for rows and JSON.
    text: Option<Box<TextReader>>,
    /// Latest header that is not the first of the source, and the positions of the mapped paths
    /// below it.
    later: Option<(Arc<Header>, Columns)>,
    /// Events in no scope that lie exactly on the end of one of their agent's scopes, by the
    /// positions of those scopes.
    on_end: BTreeMap<ScopeMask, u64>,
    /// Actions of listed agents around the windows.
    around: Around,
    /// Mapped paths that led to a value in events in scope.
    pub(super) in_scope: Hits,
    /// Openings whose linked records are searched for.
    chase: Option<&'p Chase>,
    links: FoundLinks,
}

/// Links that records open and close, and records that tie to openings that are searched for.
#[derive(Default)]
struct FoundLinks {
    openings: Vec<Opening>,
    closings: Vec<Closing>,
    chased: Chased,
}

impl FoundLinks {
    /// Returns the length of each list.
    fn counts(&self) -> [usize; 4] {
        let Self {
            openings,
            closings,
            chased,
        } = self;
        [
            openings.len(),
            closings.len(),
            chased.candidates.len(),
            chased.unreadable.len(),
        ]
    }

    /// Truncates each list to an earlier length.
    fn truncate(&mut self, [openings, closings, candidates, unreadable]: [usize; 4]) {
        self.openings.truncate(openings);
        self.closings.truncate(closings);
        self.chased.candidates.truncate(candidates);
        self.chased.unreadable.truncate(unreadable);
    }
}

/// Refusal with the record's time, if that was read before.
struct TimedRefusal(Refusal, Option<Timestamp>);

impl From<Refusal> for TimedRefusal {
    fn from(refusal: Refusal) -> Self {
        Self(refusal, None)
    }
}

impl<'p> Evaluator<'p> {
    pub(super) fn new(profile: &'p Profile, scopes: &'p ScopeSet, form: &'p RecordFormat<'p>) -> Self {
        let rows = match form {
            RecordFormat::Rows { header, .. } => Some(Box::new(RowReader::new(header.delimiter))),
            RecordFormat::Json { .. } | RecordFormat::Text(_) => None,
        };
        let text = match form {
            RecordFormat::Text(rule) => Some(Box::new(rule.reader())),
            _ => None,
        };
        Self {
            profile,
            scopes,
            form,
            rows,
            text,
            later: None,
            on_end: BTreeMap::new(),
            around: Around::default(),
            in_scope: Hits::default(),
            chase: None,
            links: FoundLinks::default(),
        }
    }

    /// Searches for records that tie to these openings, too.
    pub(super) fn chasing(self, chase: &'p Chase) -> Self {
        let chase = Some(chase);
        Self { chase, ..self }
    }

    /// Moves links, and actions around the windows, to the tally.
    pub(super) fn give_links(&mut self, tally: &mut SourceTally) {
        tally.around.merge(mem::take(&mut self.around));
        let FoundLinks {
            openings,
            closings,
            chased,
        } = std::mem::take(&mut self.links);
        tally.openings.extend(openings);
        tally.closings.extend(closings);
        tally.chased.merge(chased);
    }

    /// Returns the scopes of the case.
    pub(super) fn scopes(&self) -> &'p ScopeSet {
        self.scopes
    }

    /// Returns events in no scope on the end of one, seen since the last call.
    pub(super) fn take_on_end(&mut self) -> BTreeMap<ScopeMask, u64> {
        mem::take(&mut self.on_end)
    }

    /// Returns the mapped paths that lead to a value in a record, if it can be read.
    pub(super) fn hits(&mut self, record: &Record<'_>) -> Option<Hits> {
        self.note(record);
        if let Some(text) = &mut self.text {
            let fields = text.read(record).ok()?;
            return Reading::new(self.profile, Body::Text(&fields)).ok()?.hits().ok();
        }
        let body = match (self.form, &mut self.rows) {
            (RecordFormat::Rows { header, columns, .. }, Some(reader)) if record.defect.is_none() => {
                let (header, columns) = header_of(record, self.later.as_ref(), (header, columns));
                let (columns, cells) = (columns.as_deref().ok()?, reader.read(header, record.bytes).ok()?);
                return Reading::new(self.profile, Body::Row { columns, cells: &cells })
                    .ok()?
                    .hits()
                    .ok();
            }
            (RecordFormat::Json { .. }, _) if record.defect.is_none() => Body::Json(json(record.bytes).ok()?),
            _ => return None,
        };
        Reading::new(self.profile, body).ok()?.hits().ok()
    }

    /// Passes the disposition of a framed record to `with`. A framed record that cannot be parsed
    /// because it holds several records gives one disposition for each. Returns how many those are.
    pub(super) fn each<'r>(
        &mut self,
        record: &Record<'r>,
        census: &mut Census,
        remarks: &mut Remarks,
        mut with: impl FnMut(Record<'r>, Disposition),
    ) -> Pieces {
        let verdict = self.verdict(record, census, remarks);
        let Some(spans) = self.pieces(record, &verdict) else {
            with(*record, verdict);
            return Pieces {
                records: 1,
                punctuation: 0,
                lost: 0,
            };
        };
        let mut found = Pieces::default();
        let mut end = 0;
        for span in spans {
            found.between(record.bytes.get(end..span.start));
            end = span.end;
            let piece = Record {
                offset: record.offset + span.start as u64,
                bytes: &record.bytes[span],
                cells: None,
                sight: None,
                defect: None,
                header: None,
            };
            found.records += 1;
            let verdict = self.verdict(&piece, census, remarks);
            with(piece, verdict);
        }
        found.between(record.bytes.get(end..));
        found
    }

    fn pieces(&self, record: &Record<'_>, verdict: &Disposition) -> Option<Vec<Range<usize>>> {
        use RefusalReason::{InvalidUtf8, MalformedJson, NotAnObject};
        let Disposition::Refused(refused, None) = verdict else {
            return None;
        };
        // An object whose fields are at fault is one record, so only text that is no JSON object is
        // split.
        let json = matches!(self.form, RecordFormat::Json { .. });
        let broken = matches!(refused.refusal.reason, InvalidUtf8 | MalformedJson | NotAnObject);
        if !json || !broken || is_object(record.bytes) {
            return None;
        }
        // Pieces of a damaged record that hold no object are one refused record.
        pieces(record.bytes).filter(|spans| {
            spans
                .iter()
                .any(|span| is_object(json_part(&record.bytes[span.clone()])))
        })
    }

    /// Returns the disposition of a record. Parts of its event that could not be read are added to
    /// the remarks.
    pub(super) fn verdict(&mut self, record: &Record<'_>, census: &mut Census, remarks: &mut Remarks) -> Disposition {
        let at = Locator {
            source: 0,
            offset: record.offset,
            length: record.bytes.len() as u64,
        };
        if let Some(defect) = record.defect {
            return Disposition::Refused(Box::new(self.refused(at, defect.refusal(), None, record.bytes)), None);
        }
        match self.judge(at, record, census, remarks) {
            Ok(Disposition::OtherActor(time, near)) if self.scopes.identities().any_named_in(record.bytes) => {
                Disposition::OtherActor(time, self.mentions(at, record, near))
            }
            Ok(verdict) => verdict,
            Err(TimedRefusal(refusal, None)) => match self.time_of_broken(record) {
                Some(time) if self.scopes.at(time).is_empty() => Disposition::OutsideWindow(time),
                time => Disposition::Refused(Box::new(self.refused(at, refusal, time, record.bytes)), None),
            },
            Err(TimedRefusal(refusal, time)) => {
                Disposition::Refused(Box::new(self.refused(at, refusal, time, record.bytes)), time)
            }
        }
    }

    /// Adds identities that the record has elsewhere than in the names of its actors.
    fn mentions(&self, at: Locator, record: &Record<'_>, near: Option<Box<NearMiss>>) -> Option<Box<NearMiss>> {
        let identities = self.scopes.identities();
        let mut near = near.unwrap_or_else(|| Box::new(NearMiss { at, names: Vec::new() }));
        let mut as_actors: BTreeMap<usize, usize> = BTreeMap::new();
        for name in &near.names {
            for standing in identities.standing_in(&name.as_logged) {
                *as_actors.entry(standing.identity).or_default() += standing.times;
            }
        }
        let mentioned = identities
            .standing_in(&String::from_utf8_lossy(record.bytes))
            .into_iter();
        let mentioned = mentioned.filter(|found| found.times > as_actors.get(&found.identity).copied().unwrap_or(0));
        let header = match self.form {
            RecordFormat::Rows { header, columns, .. } => {
                Some(header_of(record, self.later.as_ref(), (header, columns)).0)
            }
            RecordFormat::Json { .. } | RecordFormat::Text(_) => None,
        };
        near.names.extend(mentioned.map(|found| NearName {
            kind: NearKind::Mention,
            identity: found.identity,
            field: field_of(self.form, header, record.bytes, &found.as_logged),
            as_logged: found.as_logged,
        }));
        (!near.names.is_empty()).then_some(near)
    }

    fn judge(
        &mut self,
        at: Locator,
        record: &Record<'_>,
        census: &mut Census,
        remarks: &mut Remarks,
    ) -> Result<Disposition, TimedRefusal> {
        let is_text = self.text.is_some();
        if !is_text {
            self.note(record);
        }
        let bytes = record.bytes;
        let (cells, fields);
        let body = match (self.form, &mut self.rows) {
            (RecordFormat::Text(_), _) => {
                let reader = self.text.as_mut().expect("records of text have a reader");
                fields = reader.read(record)?;
                Body::Text(&fields)
            }
            (RecordFormat::Rows { header, columns, .. }, Some(reader)) => {
                let (header, columns) = header_of(record, self.later.as_ref(), (header, columns));
                let columns = columns.as_deref().map_err(Refusal::clone)?;
                cells = reader.read(header, bytes)?;
                Body::Row { columns, cells: &cells }
            }
            _ => Body::Json(json(bytes)?),
        };
        let scopes = self.scopes;
        let before = self.links.counts();
        let beside = self.around.margin.len();
        let verdict = Judging {
            scopes,
            census,
            remarks,
            on_end: &mut self.on_end,
            around: &mut self.around,
            hits: &mut self.in_scope,
            at,
            bytes,
            digest: None,
            chase: self.chase,
            links: &mut self.links,
        }
        .record(&Reading::new(self.profile, body)?);
        match &verdict {
            Ok(Disposition::InScope(_)) => {
                let [_, _, candidates, unreadable] = before;
                self.links.chased.unreadable.truncate(unreadable);
                let own = &mut self.links.chased.candidates[candidates..];
                own.iter_mut().for_each(|candidate| candidate.beside = true);
            }
            Ok(_) => {}
            // A refused record counts nowhere else.
            Err(_) => {
                self.links.truncate(before);
                self.around.margin.truncate(beside);
            }
        }
        verdict
    }

    /// Finds the positions of the mapped paths for a row below another header than the first.
    fn note(&mut self, record: &Record<'_>) {
        let Some(header) = record.header else { return };
        if self.later.as_ref().is_none_or(|(known, _)| !Arc::ptr_eq(known, header)) {
            self.later = Some((Arc::clone(header), self.profile.columns(header)));
        }
    }

    /// Returns the time of a record that cannot be parsed, if its time can.
    fn time_of_broken(&mut self, record: &Record<'_>) -> Option<Timestamp> {
        let bytes = record.bytes;
        match (self.form, &mut self.rows) {
            // Below a later header the time may be in another cell.
            (RecordFormat::Rows { .. }, _) if record.header.is_some() => None,
            (RecordFormat::Rows { prefilter, .. }, Some(reader)) => {
                prefilter.as_ref()?.time_of_broken(reader.cells(bytes))
            }
            (RecordFormat::Json { first }, _) => first.as_ref()?.of_broken(json_part(bytes)),
            _ => None,
        }
    }

    fn refused(&self, at: Locator, mut refusal: Refusal, time: Option<Timestamp>, bytes: &[u8]) -> Refused {
        let is_json = matches!(self.form, RecordFormat::Json { .. });
        let broken = matches!(
            refusal.reason,
            RefusalReason::MalformedJson | RefusalReason::NotAnObject
        );
        if let Some(hint) = hint(bytes).filter(|_| broken && is_json) {
            refusal.detail = format!("{}; {hint}", refusal.detail);
        }
        if let Some(shape) = (is_json && refusal.reason == RefusalReason::MissingTime)
            .then(|| shape(json(bytes).ok()?))
            .flatten()
        {
            refusal.detail = format!("{}; {shape}", refusal.detail);
        }
        if let RecordFormat::Rows { header, .. } = self.form
            && refusal.reason != RefusalReason::UnknownHeader
            && header.is_named_in(bytes)
        {
            refusal.detail = format!(
                "{}; it looks like a second header, and the rows below it were read by the first: cut the source in two before it",
                refusal.detail
            );
        }
        let mut names = self.scopes.identities().named_in(bytes);
        self.scopes.add_derived_in(bytes, &mut names);
        // An agent has no event in scope here if none of its scopes may hold the time.
        names.retain(|agent| self.scopes.may_hold(*agent, time));
        // A character takes at most four bytes, so this is enough of the record.
        let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4 * EXCERPT + 4)]);
        Refused {
            at,
            refusal,
            names,
            terms: self.scopes.terms_in(bytes, time),
            excerpt: shortened(&head, EXCERPT).into_owned(),
        }
    }
}

/// Position of each mapped path among the cells of a row, or why it is unknown.
type Columns = Result<Vec<Option<usize>>, Refusal>;

/// Returns the header of a record and the positions of the mapped paths below it: the first header
/// of the source, unless the record has another.
fn header_of<'h>(
    record: &Record<'_>,
    later: Option<&'h (Arc<Header>, Columns)>,
    first: (&'h Header, &'h Columns),
) -> (&'h Header, &'h Columns) {
    match later {
        Some((header, columns)) if record.header.is_some() => (header, columns),
        _ => first,
    }
}

/// Records found inside one framed record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Pieces {
    pub(super) records: u64,
    /// Bytes between those records that are punctuation.
    pub(super) punctuation: u64,
    /// Bytes that are neither, or belong to two records. Anything but 0 is a defect of this
    /// program.
    pub(super) lost: u64,
}

impl Pieces {
    /// Adds the text between two records, if they do not overlap.
    fn between(&mut self, text: Option<&[u8]>) {
        match text {
            Some(text) if is_punctuation(text) => self.punctuation += text.len() as u64,
            Some(text) => self.lost += text.len() as u64,
            None => self.lost += 1,
        }
    }
}

fn is_object(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"{") && serde_json::from_slice::<IgnoredAny>(bytes).is_ok()
}

fn json(bytes: &[u8]) -> Result<&str, Refusal> {
    let invalid = |fault: std::str::Utf8Error| {
        Refusal::new(
            RefusalReason::InvalidUtf8,
            format!("not UTF-8 at byte {}", fault.valid_up_to()),
        )
    };
    let json = json_part(bytes);
    // The standard check finds the position of the fault, and takes three times as long.
    simdutf8::basic::from_utf8(json).or_else(|_| std::str::from_utf8(json).map_err(invalid))
}

/// Agent or actor that an event is attributed to, and the reason.
struct By {
    agent: usize,
    identity_matched: Arc<str>,
    search: Option<Box<FoundBy>>,
}

/// Returns the listed agents among those named, except the one that the event is attributed to.
fn also_by(scopes: &ScopeSet, listed: &Listed, agent: usize) -> Box<[usize]> {
    let agents = listed
        .iter()
        .flatten()
        .map(|identity| scopes.identities().agent(*identity));
    let mut others: Vec<usize> = agents.filter(|other| *other != agent).collect();
    others.sort_unstable();
    others.dedup();
    others.into()
}

/// Evaluation of one record, which may hold several events.
struct Judging<'j> {
    scopes: &'j ScopeSet,
    census: &'j mut Census,
    remarks: &'j mut Remarks,
    on_end: &'j mut BTreeMap<ScopeMask, u64>,
    around: &'j mut Around,
    hits: &'j mut Hits,
    at: Locator,
    bytes: &'j [u8],
    /// Digest and seal of the record, once an event of it is in scope. They are the same for all
    /// its events: to hash the record for each would take the square of its length.
    digest: Option<(Sha256, Option<Seal>)>,
    chase: Option<&'j Chase>,
    links: &'j mut FoundLinks,
}

impl Judging<'_> {
    /// If one of several events cannot be read, none of them counts, and the record is shown as
    /// refused: nothing is half read.
    fn record(&mut self, reading: &Reading<'_, '_>) -> Result<Disposition, TimedRefusal> {
        let Some(parts) = reading.parts()? else {
            return self.part(reading, 0);
        };
        let mut verdicts = (0..).zip(&parts).map(|(part, reading)| self.part(reading, part));
        let first = verdicts.next().expect("a record that is exploded has a part")?;
        verdicts.try_fold(first, |verdict, sibling| Ok(verdict.and(sibling?)))
    }

    fn digest(&mut self) -> (Sha256, Option<Seal>) {
        let Self { scopes, at, bytes, .. } = *self;
        *self.digest.get_or_insert_with(|| {
            let digest = Sha256::of(bytes);
            let seal = |nonces: &Nonces| nonces.record(at.offset, bytes, digest);
            (digest, scopes.nonces.as_ref().map(seal))
        })
    }

    fn part(&mut self, reading: &Reading<'_, '_>, part: u32) -> Result<Disposition, TimedRefusal> {
        let Self { scopes, at, .. } = *self;
        let (time, time_original) = reading.time()?;
        let within = scopes.at(time);
        if within.is_empty() {
            self.on_end(reading, time);
            self.around(reading, (time, &time_original), part, None);
            if let Some(chase) = self.chase {
                chase.outside(reading, time, &mut self.links.chased);
            }
            return Ok(Disposition::OutsideWindow(time));
        }
        let timed = |refusal| TimedRefusal(refusal, Some(time));
        let open = within.and(scopes.open());
        let (named, nobody) = match reading.actors() {
            Ok(named) => (named, None),
            // An open scope may hold an event without an actor.
            Err(refusal) if !open.is_empty() && refusal.reason == RefusalReason::MissingActor => {
                (Vec::new(), Some(refusal))
            }
            Err(refusal) => return Err(timed(refusal)),
        };
        let mut listed = scopes.listed(&named);
        let forms = self.count(&named, &mut listed);
        let found = scopes.attribute(within, &listed);
        let traits = if open.is_empty() && (found.is_none() || !scopes.is_conditional()) {
            Traits::default()
        } else {
            reading.traits(&named).map_err(timed)?
        };
        let met = if open.is_empty() {
            open
        } else {
            scopes.met(open, &traits)
        };
        if found.is_none() && met.is_empty() {
            if let Some(refusal) = nobody {
                return Err(timed(refusal));
            }
            self.remark(reading, false);
            self.on_end(reading, time);
            self.around(reading, (time, &time_original), part, Some((&named, &listed)));
            self.may_tie(reading, &named);
            self.chase(reading, &named, (time, &time_original), within, part);
            return Ok(Disposition::OtherActor(
                time,
                self.near(NearKind::OutsideScopes, &named, &listed, forms),
            ));
        }
        let event = reading.event(time).map_err(timed)?;
        self.remark(reading, true);
        *self.hits |= reading.own_hits();
        let own = found.map_or_else(ScopeMask::default, |found| scopes.narrowed(found.scopes, &traits));
        let allowed = own.or(met);
        if allowed.is_empty() {
            self.on_end(reading, time);
            self.around(reading, (time, &time_original), part, Some((&named, &listed)));
            return Ok(Disposition::OtherActor(
                time,
                self.near(NearKind::Narrowed, &named, &listed, forms),
            ));
        }
        let by = self.pick_actor(found, &named, &listed, (met, &traits));
        if reading.has_links() {
            self.links_of(reading, &event, by.agent, allowed, part);
        }
        let beside = scopes.beside(time).and(ScopeMask(!allowed.0));
        let beyond = self.would_hold(reading, beside, &named, &listed);
        let (record_sha256, seal) = self.digest();
        Ok(Disposition::InScope(vec![Box::new(ScopedEvent {
            event,
            time_original: time_original.into_owned(),
            agent: by.agent,
            also_by: also_by(scopes, &listed, by.agent),
            identity_matched: by.identity_matched,
            scopes: allowed,
            beyond,
            at,
            part,
            record_sha256,
            seal,
            conflict: false,
            link: None,
            search: by.search,
        })]))
    }

    /// Picks the actor of an event in scope: an agent of a scope, else any listed agent, else an
    /// unlisted actor whose event meets all conditions of an open scope.
    fn pick_actor(
        &self,
        found: Option<Attribution>,
        named: &[Named<'_, '_>],
        listed: &Listed,
        (met, traits): (ScopeMask, &Traits),
    ) -> By {
        let scopes = self.scopes;
        let anyhow = || {
            let mut listed = listed.iter().enumerate();
            listed.find_map(|(at, identity)| Some((at, scopes.identities().agent((*identity)?))))
        };
        match found.map(|found| (found.named, found.agent)).or_else(anyhow) {
            Some((at, agent)) => By {
                agent,
                identity_matched: named[at].label.clone(),
                search: None,
            },
            None => {
                let (by, keys) = scopes.met_by(met, traits);
                By {
                    agent: scopes.roster.number(named),
                    identity_matched: "scope".into(),
                    search: Some(Box::new(FoundBy::new(&by, keys))),
                }
            }
        }
    }

    /// Counts an event in no scope that lies exactly on the end of one of its agent's.
    fn on_end(&mut self, reading: &Reading<'_, '_>, time: Timestamp) {
        let ending = self.scopes.ending_at(time);
        if ending.is_empty() {
            return;
        }
        // Outside every window, an event that cannot be read whole is no fault of the record.
        let Ok(named) = reading.actors() else { return };
        let found = self.scopes.attribute(ending, &self.scopes.listed_or_derived(&named));
        if found.is_none() && ending.and(self.scopes.open()).is_empty() {
            return;
        }
        let traits = reading.traits(&named).unwrap_or_default();
        let own = found.map_or_else(ScopeMask::default, |found| self.scopes.narrowed(found.scopes, &traits));
        let ended = own.or(self.scopes.met(ending, &traits));
        if !ended.is_empty() {
            *self.on_end.entry(ended).or_default() += 1;
        }
    }

    /// Keeps an event in no scope that lies in the margin of one, and counts the action of a listed
    /// agent before its windows. `known`: those named, and who of them is listed.
    fn around(
        &mut self,
        reading: &Reading<'_, '_>,
        (time, time_original): (Timestamp, &str),
        part: u32,
        known: Option<(&[Named<'_, '_>], &Listed)>,
    ) {
        let scopes = self.scopes;
        let beside = scopes.beside(time);
        if self.chase.is_some() || beside.is_empty() && !scopes.is_watched(time) {
            return;
        }
        let own;
        let (named, listed) = match known {
            Some(known) => known,
            None => {
                // Outside every window, an event that cannot be read whole is no fault of the
                // record.
                let Ok(named) = reading.actors() else { return };
                let listed = scopes.listed_or_derived(&named);
                own = (named, listed);
                (&own.0[..], &own.1)
            }
        };
        let mut agents = listed
            .iter()
            .flatten()
            .map(|identity| scopes.identities().agent(*identity));
        if let Some(agent) = agents.find(|agent| scopes.precedes(*agent, time))
            && let Ok(Some(action)) = reading.action()
        {
            self.around.earlier(agent, action, time);
        }
        let held = self.would_hold(reading, beside, named, listed);
        if held.is_empty() {
            return;
        }
        let Ok(event) = reading.event(time) else { return };
        let agent = scopes.attribute(beside, listed).map_or(0, |found| found.agent);
        let (record_sha256, seal) = self.digest();
        self.around.event(ScopedEvent {
            event,
            time_original: time_original.to_owned(),
            agent,
            identity_matched: "margin".into(),
            also_by: Box::default(),
            scopes: ScopeMask::default(),
            beyond: held,
            at: self.at,
            part,
            record_sha256,
            seal,
            conflict: false,
            link: None,
            search: None,
        });
    }

    /// Returns those of these scopes in which an event would lie if their windows had its time.
    fn would_hold(
        &self,
        reading: &Reading<'_, '_>,
        scopes: ScopeMask,
        named: &[Named<'_, '_>],
        listed: &Listed,
    ) -> ScopeMask {
        let set = self.scopes;
        let open = scopes.and(set.open());
        let found = set.attribute(scopes, listed);
        if scopes.is_empty() || found.is_none() && open.is_empty() {
            return ScopeMask::default();
        }
        let traits = if set.is_conditional() {
            // An event that cannot be read is in no scope.
            match reading.traits(named) {
                Ok(traits) => traits,
                Err(_) => return ScopeMask::default(),
            }
        } else {
            Traits::default()
        };
        let own = found.map_or_else(ScopeMask::default, |found| set.narrowed(found.scopes, &traits));
        own.or(set.met(open, &traits))
    }

    /// Notes the links that an event in scope opens and closes.
    fn links_of(&mut self, reading: &Reading<'_, '_>, event: &AccessEvent, agent: usize, scopes: ScopeMask, part: u32) {
        let ends = reading.link_ends(event);
        let at = self.at;
        self.links
            .openings
            .extend(ends.opened.into_iter().map(|opened| Opening {
                time: event.time,
                at,
                part,
                event_id: event.event_id.clone(),
                action: event.action.clone(),
                agent,
                scopes,
                tenants: event.tenants.iter().map(|tenant| tenant.id.0.clone()).collect(),
                opened,
            }));
        self.links
            .closings
            .extend(ends.closed.into_iter().map(|closed| Closing {
                time: event.time,
                at,
                agent,
                closed,
            }));
    }

    /// Notes the values of an event by others by which it may tie to an opening.
    fn may_tie(&mut self, reading: &Reading<'_, '_>, named: &[Named<'_, '_>]) {
        let ties = &mut self.census.ties;
        if !ties.learns() {
            return;
        }
        named.iter().for_each(|named| ties.add(&named.value));
        // A session that cannot be read ties nothing.
        if let Ok(Some(session)) = reading.session() {
            ties.add(&session);
        }
    }

    /// Notes an event without a listed actor that ties to an opening that is looked for.
    fn chase(
        &mut self,
        reading: &Reading<'_, '_>,
        named: &[Named<'_, '_>],
        (time, time_original): (Timestamp, &str),
        within: ScopeMask,
        part: u32,
    ) {
        let Some(chase) = self.chase else { return };
        // A session that cannot be read makes the event unreadable below, if an actor ties it.
        let values = Values::new(reading.session().ok().flatten().as_deref(), named);
        if !chase.may_tie(&values) {
            return;
        }
        let event = match reading.event(time) {
            Ok(event) => event,
            Err(refusal) => {
                // A record that cannot be read counts as refused only if it ties without its
                // tenants.
                if let Some(agent) = chase.agent(&values, time) {
                    self.links.chased.unreadable.push(Refused {
                        at: self.at,
                        refusal,
                        names: vec![agent],
                        terms: Vec::new(),
                        excerpt: shortened(&String::from_utf8_lossy(self.bytes), EXCERPT).into_owned(),
                    });
                }
                return;
            }
        };
        if !chase.note(&values, &event, &mut self.links.chased) {
            return;
        }
        let ends = reading.link_ends(&event);
        let (record_sha256, seal) = self.digest();
        let event = ScopedEvent {
            event,
            time_original: time_original.to_owned(),
            agent: 0,
            identity_matched: "link".into(),
            also_by: Box::default(),
            scopes: within,
            beyond: ScopeMask::default(),
            at: self.at,
            part,
            record_sha256,
            seal,
            conflict: false,
            link: None,
            search: None,
        };
        self.links.chased.candidates.push(Candidate {
            event: Box::new(event),
            actors: values.actors,
            ends,
            beside: false,
        });
    }

    /// Counts what could not be read of a record's actors, or of its event as well.
    fn remark(&mut self, reading: &Reading<'_, '_>, event: bool) {
        for remark in reading.remarks(event) {
            let of_tenant = matches!(remark, Remark::OtherTenant { .. });
            let at = of_tenant.then_some(self.at.offset);
            self.remarks.entry(remark).or_default().event(at);
        }
    }

    /// Puts the actors down in the census, and those whose names are derived from a listed identity
    /// and count as it among the listed. Returns those whose names are otherwise made of one.
    fn count(&mut self, named: &[Named<'_, '_>], listed: &mut Listed) -> Vec<NearName> {
        let identities = self.scopes.identities();
        let mut forms = Vec::new();
        let mut derived = BTreeMap::new();
        for (actor, listed) in named.iter().zip(listed.iter_mut()) {
            if let Some(identity) = *listed {
                self.census.listed(identity);
                continue;
            }
            let hash = identities.hash_of_other(&actor.value);
            let form = self.census.other((identities, self.scopes.forms()), &actor.value, hash);
            if let Some(form) = form.filter(|form| self.scopes.takes(*form)) {
                self.census.listed(form.identity);
                *listed = Some(form.identity);
                derived.insert(&*actor.value, form);
                continue;
            }
            forms.extend(form.map(|form| NearName {
                kind: NearKind::Form(form.relation),
                identity: form.identity,
                as_logged: actor.value.clone().into_owned(),
                field: None,
            }));
        }
        // A second reading counts nothing again.
        if self.chase.is_none() {
            derived
                .into_iter()
                .for_each(|(name, form)| self.scopes.derived.note(form, name));
        }
        forms
    }

    /// Returns the listed identities among the actors as near misses of this kind.
    fn near(
        &self,
        kind: NearKind,
        named: &[Named<'_, '_>],
        listed: &Listed,
        mut forms: Vec<NearName>,
    ) -> Option<Box<NearMiss>> {
        let own = named.iter().zip(listed);
        forms.extend(own.filter_map(|(actor, identity)| {
            Some(NearName {
                kind,
                identity: (*identity)?,
                as_logged: actor.value.clone().into_owned(),
                field: None,
            })
        }));
        (!forms.is_empty()).then(|| {
            Box::new(NearMiss {
                at: self.at,
                names: forms,
            })
        })
    }
}
