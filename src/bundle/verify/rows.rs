//! The written rows of a bundle, read back: what of them is to be counted again, and no more.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, BufRead, Read as _},
};

use serde::Deserialize;

use super::{Mismatch, VerifyError, folder::Folder};
use crate::{
    bundle::FileEntry, catalogue::Effect, digest::Sha256, events::Outcome, findings::Findings, tenants::Outcomes,
    time::Timestamp,
};

/// No line is longer than what a record may become, escaped.
const LONGEST_LINE: u64 = 256 << 20;

/// What was written about events.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) findings: Option<Box<Findings>>,
    /// By slug.
    pub(super) tenants: BTreeMap<String, Share>,
    /// `unattributed.jsonl`.
    pub(super) unattributed: Lines,
    /// `tenants.csv`: slug to events.
    pub(super) listed: Vec<(String, String)>,
    /// `refused.csv`: offset and length.
    pub(super) refused: Vec<(String, String)>,
}

/// One tenant's rows.
#[derive(Debug, Default)]
pub(super) struct Share {
    /// `actions.jsonl`.
    pub(super) lines: Lines,
    /// `actions.csv`: source, offset, length and digest of each row.
    pub(super) table: Vec<[String; 4]>,
}

/// Lines of events and their sums.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// In their order.
    pub(super) events: Vec<Line>,
    pub(super) actions: BTreeMap<String, u64>,
    pub(super) effects: BTreeMap<Effect, u64>,
    pub(super) outcomes: Outcomes,
    pub(super) scopes: BTreeMap<String, u64>,
    pub(super) agents: BTreeSet<String>,
    pub(super) sessions: BTreeSet<String>,
    pub(super) first: Option<Timestamp>,
    pub(super) last: Option<Timestamp>,
}

/// Where an event was cut from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) event_id: Option<String>,
    pub(super) source: String,
    pub(super) offset: u64,
    pub(super) length: u64,
    pub(super) record_sha256: Sha256,
}

/// Those members of a line that are counted.
#[derive(Deserialize)]
struct Row {
    event_id: Option<String>,
    time: Timestamp,
    agent: String,
    action: String,
    effect: Effect,
    outcome: Outcome,
    session: Option<String>,
    source: String,
    offset: u64,
    record_sha256: Sha256,
    scopes: Vec<String>,
    length: u64,
}

impl Lines {
    pub(super) fn count(&self) -> u64 {
        self.events.len() as u64
    }

    fn absorb(&mut self, row: Row) {
        *self.actions.entry(row.action).or_default() += 1;
        *self.effects.entry(row.effect).or_default() += 1;
        self.outcomes.count(row.outcome);
        for scope in row.scopes {
            *self.scopes.entry(scope).or_default() += 1;
        }
        self.agents.insert(row.agent);
        self.sessions.extend(row.session);
        self.first = Some(self.first.map_or(row.time, |first| first.min(row.time)));
        self.last = Some(self.last.map_or(row.time, |last| last.max(row.time)));
        self.events.push(Line {
            event_id: row.event_id,
            source: row.source,
            offset: row.offset,
            length: row.length,
            record_sha256: row.record_sha256,
        });
    }

    fn read(reader: &mut dyn BufRead) -> io::Result<Result<Self, String>> {
        let mut lines = Self::default();
        let mut line = Vec::new();
        loop {
            line.clear();
            if reader.take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
                return Ok(Ok(lines));
            }
            match serde_json::from_slice(&line) {
                Ok(row) => lines.absorb(row),
                Err(fault) => return Ok(Err(format!("line {} is no event: {fault}", lines.count() + 1))),
            }
        }
    }
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
            (None, "actions.jsonl" | "actions.csv") => self.share("", path, reader),
            (None, "findings.json") => Ok(keep(parsed(reader), &mut self.findings)),
            (None, "unattributed.jsonl") => Ok(keep(Lines::read(reader)?, &mut self.unattributed)),
            (None, "tenants.csv") => Ok(keep(columns(reader, ["slug", "events"]).map(pairs), &mut self.listed)),
            (None, "refused.csv") => Ok(keep(
                columns(reader, ["offset", "length"]).map(pairs),
                &mut self.refused,
            )),
            _ => Ok(None),
        })?;
        mismatches.extend(fault.map(|fault| Mismatch::new("count", path, fault)));
        Ok(digest)
    }

    fn share(&mut self, slug: &str, name: &str, reader: &mut dyn BufRead) -> io::Result<Option<String>> {
        let share = self.tenants.entry(slug.to_owned()).or_default();
        Ok(match name {
            "actions.jsonl" => keep(Lines::read(reader)?, &mut share.lines),
            "actions.csv" => {
                let table = columns(reader, ["source", "offset", "length", "record_sha256"]);
                keep(table, &mut share.table)
            }
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

fn pairs(rows: Vec<[String; 2]>) -> Vec<(String, String)> {
    rows.into_iter().map(<(String, String)>::from).collect()
}
