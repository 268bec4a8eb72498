//! The written rows of a bundle, read back: what of them is to be counted again, and no more.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, BufRead, Read as _},
    sync::Arc,
};

use serde::{Deserialize, de::DeserializeOwned};

use super::{
    Mismatch, VerifyError,
    cells::{self, COLUMNS},
    folder::Folder,
    masks::Masks,
    sums::Sums,
};
use crate::{
    bundle::{FileEntry, RECORDS, TenantManifest},
    catalogue::Effect,
    digest::Sha256,
    events::{Outcome, Target},
    findings::{Findings, TargetGroups, has_ticket},
    reports::{LinkLine, PEOPLE_COLUMNS},
    seal::Seal,
    tally::{FoundBy, Outcomes},
    time::Timestamp,
};

/// No line is longer than what a record may become, escaped.
const LONGEST_LINE: u64 = 256 << 20;

/// What was written about events.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) findings: Option<Box<Findings>>,
    /// Over all tenants' lines and those of nobody.
    pub(super) sums: Sums,
    /// What each tenant's own manifest says of it, by slug.
    pub(super) named: BTreeMap<String, Box<TenantManifest>>,
    /// `isolation.csv`: tenant, verdict, name, kind, field, times.
    pub(super) isolation: Vec<[String; 6]>,
    /// `masked.jsonl`: what is in no customer's copy yet.
    pub(super) masks: Masks,
    /// Where each tenant's rows were cut from, by slug: `records/<slug>.jsonl`.
    pub(super) places: BTreeMap<String, Vec<Arc<Place>>>,
    /// The sources' paths and digests, which many rows share.
    pub(super) texts: Texts,
    /// By slug.
    pub(super) tenants: BTreeMap<String, Share>,
    /// `unattributed.jsonl`.
    pub(super) unattributed: Lines,
    /// `tenants.csv`: slug to events.
    pub(super) listed: Vec<(String, String)>,
    /// `refused.csv`: source, offset and length.
    pub(super) refused: Vec<[String; 3]>,
    /// `near.csv`: source, offset and kind.
    pub(super) near: Vec<[String; 3]>,
}

/// One tenant's rows.
#[derive(Debug, Default)]
pub(super) struct Share {
    /// `actions.jsonl`.
    pub(super) lines: Lines,
    /// `actions.csv`: the digest of each row's cells.
    pub(super) table: Vec<Sha256>,
    /// `people.csv`, if it could be read.
    pub(super) people: Option<Vec<PersonRow>>,
}

/// Lines of events and their sums.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// In their order.
    pub(super) events: Vec<Line>,
    pub(super) actions: BTreeMap<String, u64>,
    /// Of events that did not fail.
    pub(super) effects: BTreeMap<Effect, u64>,
    /// Of events that failed.
    pub(super) attempts: BTreeMap<Effect, u64>,
    pub(super) outcomes: Outcomes,
    pub(super) scopes: BTreeMap<String, u64>,
    /// Events that failed, by scope.
    pub(super) scopes_failed: BTreeMap<String, u64>,
    /// Events by all the scopes they lie in.
    pub(super) scope_sets: BTreeMap<Arc<[String]>, u64>,
    pub(super) agents: BTreeSet<String>,
    pub(super) sessions: BTreeSet<String>,
    /// Targets of the lines, as the customer reads them.
    pub(super) targets: TargetGroups,
    pub(super) first: Option<Timestamp>,
    pub(super) last: Option<Timestamp>,
}

/// Where an event was cut from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) event_id: Option<String>,
    /// The event's id as it was logged, where the customer sees another.
    pub(super) logged_id: Option<String>,
    /// As the line names it.
    pub(super) source: Arc<str>,
    /// None where no file says where the record lies: in a tenant's folder alone.
    pub(super) place: Option<Arc<Place>>,
    pub(super) commitment: Option<Sha256>,
    /// Code of the action in the customer's copy.
    pub(super) action: Arc<str>,
    pub(super) time: Timestamp,
    pub(super) effect: Effect,
    pub(super) outcome: Outcome,
    pub(super) has_ticket: bool,
    pub(super) scopes: Arc<[String]>,
    /// Whether it is in scope by a link.
    pub(super) by_link: bool,
    /// Whether an open scope holds it, and its actor is not listed.
    pub(super) by_search: bool,
    /// Of the row that the table is to have for it.
    pub(super) cells: Sha256,
}

/// Where a record lies, and what opens its commitment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// As the findings name it.
    pub(super) source: Arc<str>,
    /// In hexadecimal digits.
    pub(super) source_sha256: Arc<str>,
    pub(super) offset: u64,
    pub(super) length: u64,
    pub(super) record_sha256: Sha256,
    /// The nonce and the commitment that it opens; none in `unattributed.jsonl`.
    pub(super) seal: Option<Seal>,
}

/// A line of `records/<slug>.jsonl`.
#[derive(Deserialize)]
struct RecordRow {
    number: usize,
    source: String,
    source_sha256: String,
    offset: u64,
    length: u64,
    record_sha256: Sha256,
    record_commitment: Sha256,
    nonce: Sha256,
}

/// A line of `actions.jsonl`, or of `unattributed.jsonl`, which names the place of its record.
#[derive(Deserialize)]
pub(super) struct Row {
    pub(super) event_id: Option<String>,
    pub(super) time: Timestamp,
    pub(super) time_original: String,
    pub(super) agent: String,
    pub(super) identity_matched: String,
    pub(super) action: String,
    pub(super) effect: Effect,
    pub(super) target: Vec<Target>,
    pub(super) outcome: Outcome,
    pub(super) ticket: Option<String>,
    pub(super) justification: Option<String>,
    pub(super) ip: Option<String>,
    pub(super) session: Option<String>,
    pub(super) user_agent: Option<String>,
    pub(super) source: String,
    pub(super) record_commitment: Option<Sha256>,
    pub(super) scopes: Vec<String>,
    pub(super) conflict: bool,
    pub(super) parameters: Option<String>,
    pub(super) link: Option<LinkLine>,
    pub(super) found_by: Option<FoundBy>,
    source_sha256: Option<String>,
    offset: Option<u64>,
    length: Option<u64>,
    record_sha256: Option<Sha256>,
}

impl Line {
    /// Its tier, if it did not fail.
    pub(super) fn deed(&self) -> Option<Effect> {
        (self.outcome != Outcome::Failure).then_some(self.effect)
    }
}

/// Texts that stand in many rows, each once.
#[derive(Debug, Default)]
pub(super) struct Texts(BTreeSet<Arc<str>>);

impl Texts {
    fn of(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let text: Arc<str> = text.into();
        self.0.insert(Arc::clone(&text));
        text
    }
}

impl Place {
    fn new(row: &RecordRow, texts: &mut Texts) -> Self {
        Self {
            source: texts.of(&row.source),
            source_sha256: texts.of(&row.source_sha256),
            offset: row.offset,
            length: row.length,
            record_sha256: row.record_sha256,
            seal: Some(Seal {
                nonce: row.nonce,
                commitment: row.record_commitment,
            }),
        }
    }
}

impl Row {
    /// Puts back what is counted as it was logged. Gives the event's id as the customer reads it.
    fn unmask(&mut self, slug: &str, place: Option<&Place>, masks: &mut Masks) -> Option<String> {
        let mut original = |field, shown: &str| {
            let place = place?;
            masks.original(slug, (&place.source, place.offset), field, shown)
        };
        let id = self.event_id.as_ref().and_then(|id| original("event_id", id));
        let action = original("action", &self.action);
        let session = self.session.as_ref().and_then(|session| original("session", session));
        self.action = action.unwrap_or_else(|| std::mem::take(&mut self.action));
        self.session = session.or_else(|| self.session.take());
        match id {
            Some(logged) => self.event_id.replace(logged),
            None => self.event_id.clone(),
        }
    }
}

impl Row {
    /// The place of its record, where the line itself names it.
    fn place(&self, texts: &mut Texts) -> Option<Place> {
        Some(Place {
            source: texts.of(&self.source),
            source_sha256: texts.of(self.source_sha256.as_ref()?),
            offset: self.offset?,
            length: self.length?,
            record_sha256: self.record_sha256?,
            seal: None,
        })
    }
}

/// What is gathered over all files.
type Whole<'w> = (&'w mut Masks, &'w mut Sums, &'w mut Texts);

impl Lines {
    pub(super) fn count(&self) -> u64 {
        self.events.len() as u64
    }

    /// Counts a line of a tenant's as it was logged.
    fn absorb(&mut self, mut row: Row, place: Option<Arc<Place>>, slug: &str, (masks, sums, texts): Whole<'_>) {
        let cells = cells::of(self.events.len() + 1, &row);
        let action = texts.of(&row.action);
        self.targets.add(&row.target);
        let event_id = row.unmask(slug, place.as_deref(), masks);
        sums.absorb(slug, &row, place.as_deref());
        let logged_id = (row.event_id != event_id).then_some(row.event_id).flatten();
        *self.actions.entry(row.action).or_default() += 1;
        let effects = match row.outcome {
            Outcome::Failure => &mut self.attempts,
            Outcome::Success | Outcome::Unknown => &mut self.effects,
        };
        *effects.entry(row.effect).or_default() += 1;
        self.outcomes.count(row.outcome);
        for scope in &row.scopes {
            *self.scopes.entry(scope.clone()).or_default() += 1;
            if row.outcome == Outcome::Failure {
                *self.scopes_failed.entry(scope.clone()).or_default() += 1;
            }
        }
        let scopes: Arc<[String]> = match self.scope_sets.get_key_value(&row.scopes[..]) {
            Some((known, _)) => Arc::clone(known),
            None => row.scopes.into(),
        };
        *self.scope_sets.entry(Arc::clone(&scopes)).or_default() += 1;
        self.agents.insert(row.agent);
        self.sessions.extend(row.session);
        self.first = Some(self.first.map_or(row.time, |first| first.min(row.time)));
        self.last = Some(self.last.map_or(row.time, |last| last.max(row.time)));
        self.events.push(Line {
            event_id,
            logged_id,
            source: texts.of(&row.source),
            place,
            commitment: row.record_commitment,
            action,
            time: row.time,
            by_link: row.link.is_some(),
            by_search: row.found_by.is_some(),
            effect: row.effect,
            outcome: row.outcome,
            has_ticket: has_ticket(row.ticket.as_deref()),
            scopes,
            cells,
        });
    }

    /// Reads lines whose records lie in these places, or in those that the lines name themselves.
    fn read(
        reader: &mut dyn BufRead,
        slug: &str,
        places: Option<Vec<Arc<Place>>>,
        (masks, sums, texts): Whole<'_>,
    ) -> io::Result<Result<Self, String>> {
        let mut lines = Self::default();
        let mut places = places.map(Vec::into_iter);
        let read = each_line(reader, "event", |row: Row| {
            let place = match &mut places {
                Some(places) => places.next(),
                None => row.place(texts).map(Arc::new),
            };
            lines.absorb(row, place, slug, (&mut *masks, &mut *sums, &mut *texts));
        })?;
        Ok(read.map(|()| lines))
    }
}

/// Hands on the value of every line; or which line is none.
pub(super) fn each_line<R: DeserializeOwned>(
    reader: &mut dyn BufRead,
    what: &str,
    mut take: impl FnMut(R),
) -> io::Result<Result<(), String>> {
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if reader.take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        match serde_json::from_slice(&line) {
            Ok(row) => take(row),
            Err(fault) => return Ok(Err(format!("line {number} is no {what}: {fault}"))),
        }
    }
    Ok(Ok(()))
}

impl Written {
    /// Reads one file of the bundle for its digest, and keeps what is to be counted again.
    pub(super) fn read(
        &mut self,
        folder: &Folder,
        file: &FileEntry,
        mismatches: &mut Vec<Mismatch>,
    ) -> Result<Sha256, VerifyError> {
        let path = file.path.as_str();
        let below = path.strip_prefix("tenants/").and_then(|path| path.split_once('/'));
        let (fault, digest, _) = folder.read(path, file.bytes, |reader| match (below, path) {
            // A tenant's folder by itself has its files at the top.
            (Some((slug, name)), _) => self.share(slug, name, reader),
            (None, "actions.jsonl" | "actions.csv" | "people.csv") => self.share("", path, reader),
            // Before any tenant's files, too.
            (None, _) if path.starts_with(RECORDS) => self.records(path, reader),
            (None, "findings.json") => Ok(keep(parsed(reader), &mut self.findings)),
            // Before any tenant's files: those of a bundle come in the order of their names.
            (None, "masked.jsonl") => Ok(keep(Masks::read(reader)?, &mut self.masks)),
            (None, "unattributed.jsonl") => {
                let whole = (&mut Masks::default(), &mut self.sums, &mut self.texts);
                let lines = Lines::read(reader, "", None, whole)?;
                Ok(keep(lines, &mut self.unattributed))
            }
            (None, "tenants.csv") => Ok(keep(columns(reader, ["slug", "events"]).map(pairs), &mut self.listed)),
            (None, "refused.csv") => Ok(keep(columns(reader, ["source", "offset", "length"]), &mut self.refused)),
            (None, "near.csv") => Ok(keep(columns(reader, ["source", "offset", "kind"]), &mut self.near)),
            (None, "isolation.csv") => {
                let names = ["tenant", "verdict", "found", "kind", "field", "times"];
                Ok(keep(columns(reader, names), &mut self.isolation))
            }
            _ => Ok(None),
        })?;
        mismatches.extend(fault.map(|fault| Mismatch::new("count", path, fault)));
        Ok(digest)
    }

    fn records(&mut self, path: &str, reader: &mut dyn BufRead) -> io::Result<Option<String>> {
        let mut places = Vec::new();
        let mut wrong = None;
        let read = each_line(reader, "record", |row: RecordRow| {
            if row.number != places.len() + 1 {
                wrong.get_or_insert(places.len() + 1);
            }
            places.push(Arc::new(Place::new(&row, &mut self.texts)));
        })?;
        let slug = path.strip_prefix(RECORDS).and_then(|path| path.strip_prefix('/'));
        let slug = slug.and_then(|path| path.strip_suffix(".jsonl")).unwrap_or_default();
        self.places.insert(slug.to_owned(), places);
        let wrong = wrong.map(|number| format!("line {number} has another number"));
        Ok(read.err().or(wrong))
    }

    fn share(&mut self, slug: &str, name: &str, reader: &mut dyn BufRead) -> io::Result<Option<String>> {
        let share = self.tenants.entry(slug.to_owned()).or_default();
        Ok(match name {
            "actions.jsonl" => keep(
                Lines::read(
                    reader,
                    slug,
                    self.places.get(slug).cloned().or_else(|| Some(Vec::new())),
                    (&mut self.masks, &mut self.sums, &mut self.texts),
                )?,
                &mut share.lines,
            ),
            "actions.csv" => keep(table(reader), &mut share.table),
            "people.csv" => keep(people(reader), &mut share.people),
            _ => None,
        })
    }
}

/// Puts what was read in its place, or hands on the fault.
fn keep<V>(read: Result<V, String>, place: &mut impl From<V>) -> Option<String> {
    match read {
        Ok(value) => {
            *place = value.into();
            None
        }
        Err(fault) => Some(fault),
    }
}

fn parsed(reader: &mut dyn BufRead) -> Result<Box<Findings>, String> {
    serde_json::from_reader(reader).map_err(|fault| format!("no findings that this version can read: {fault}"))
}

/// Some columns of a table, by their names.
fn columns<const N: usize>(reader: &mut dyn BufRead, names: [&str; N]) -> Result<Vec<[String; N]>, String> {
    let mut reader = csv::Reader::from_reader(reader);
    let head = reader.headers().map_err(|fault| format!("not a table: {fault}"))?;
    let at = names.map(|name| head.iter().position(|column| column == name));
    let mut rows = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|fault| format!("not a table: {fault}"))?;
        rows.push(at.map(|at| at.and_then(|at| row.get(at)).unwrap_or_default().to_owned()));
    }
    Ok(rows)
}

/// The digest of every row of `actions.csv`.
fn table(reader: &mut dyn BufRead) -> Result<Vec<Sha256>, String> {
    let mut reader = csv::Reader::from_reader(reader);
    let head = reader.headers().map_err(|fault| format!("not a table: {fault}"))?;
    if !head.iter().eq(COLUMNS) {
        return Err("its columns are not those of actions".to_owned());
    }
    let mut row = csv::StringRecord::new();
    let mut rows = Vec::new();
    while reader
        .read_record(&mut row)
        .map_err(|fault| format!("not a table: {fault}"))?
    {
        rows.push(cells::digest(&row));
    }
    Ok(rows)
}

/// Number of columns of `people.csv` that follow from the actions alone. A tenant's folder does not
/// state which of them are tied.
const OF_ACTIONS: usize = 8;

/// The digests of a row's cells.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PersonRow {
    /// Digest of the columns that follow from the actions alone.
    pub(super) of_actions: Sha256,
    pub(super) all: Sha256,
}

impl PersonRow {
    pub(super) fn new<C: AsRef<str>>(cells: &[C]) -> Self {
        let texts = || cells.iter().map(AsRef::as_ref);
        Self {
            of_actions: cells::digest(texts().take(OF_ACTIONS)),
            all: cells::digest(texts()),
        }
    }
}

/// Reads a table of people and objects.
fn people(reader: &mut dyn BufRead) -> Result<Vec<PersonRow>, String> {
    let mut reader = csv::Reader::from_reader(reader);
    let fault = |fault| format!("not a table: {fault}");
    if !reader.headers().map_err(fault)?.iter().eq(PEOPLE_COLUMNS) {
        return Err("its columns are not those of people and objects".to_owned());
    }
    let rows = reader
        .records()
        .map(|row| Ok(PersonRow::new(&row.map_err(fault)?.iter().collect::<Vec<_>>())));
    rows.collect()
}

fn pairs(rows: Vec<[String; 2]>) -> Vec<(String, String)> {
    rows.into_iter().map(<(String, String)>::from).collect()
}
