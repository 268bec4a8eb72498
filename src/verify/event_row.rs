//! Lines of `actions.jsonl`, `unattributed.jsonl` and `records/<slug>.jsonl`, parsed.

use std::{
    collections::BTreeSet,
    io::{self, BufRead, Read as _},
    sync::Arc,
};

use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    case::TicketVerdict,
    catalogue::Effect,
    digest::Sha256,
    events::{Outcome, Target},
    reports::LinkLine,
    seal::Seal,
    tally::FoundBy,
    time::Timestamp,
};

/// Longest line in bytes: the longest record, escaped.
const LONGEST_LINE: u64 = 256 << 20;

/// Location of a record, and what opens its commitment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RecordLocation {
    /// Path of the source, as the findings name it.
    pub(super) source: Arc<str>,
    /// SHA-256 of the source in hexadecimal digits.
    pub(super) source_sha256: Arc<str>,
    pub(super) offset: u64,
    pub(super) length: u64,
    pub(super) record_sha256: Sha256,
    /// Nonce and commitment of the record; absent in `unattributed.jsonl`.
    pub(super) seal: Option<Seal>,
}

/// The tenant and the case that a line names, each absent where the line lacks it or has null.
pub(super) type LineOwner = (Option<Arc<str>>, Option<Arc<str>>);

/// A line of `records/<slug>.jsonl`.
#[derive(Deserialize)]
pub(super) struct RecordRow {
    tenant: Option<String>,
    case: Option<String>,
    pub(super) number: usize,
    source: String,
    source_sha256: String,
    offset: u64,
    length: u64,
    record_sha256: Sha256,
    record_commitment: Sha256,
    nonce: Sha256,
}

/// A line of `actions.jsonl`, or of `unattributed.jsonl`, which names the location of its record.
#[derive(Deserialize)]
pub(super) struct EventRow {
    tenant: Option<String>,
    case: Option<String>,
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
    #[serde(default)]
    pub(super) ticket_verdict: Option<TicketVerdict>,
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

/// Texts that many rows share, each stored once.
#[derive(Debug, Default)]
pub(super) struct SharedTexts(BTreeSet<Arc<str>>);

impl SharedTexts {
    pub(super) fn of(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let text: Arc<str> = text.into();
        self.0.insert(Arc::clone(&text));
        text
    }
}

impl RecordRow {
    /// Returns the tenant and the case that the line names.
    pub(super) fn owner(&self, texts: &mut SharedTexts) -> LineOwner {
        (
            self.tenant.as_deref().map(|tenant| texts.of(tenant)),
            self.case.as_deref().map(|case| texts.of(case)),
        )
    }
}

impl RecordLocation {
    pub(super) fn new(row: &RecordRow, texts: &mut SharedTexts) -> Self {
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

impl EventRow {
    /// Returns the tenant and the case that the line names.
    pub(super) fn owner(&self, texts: &mut SharedTexts) -> LineOwner {
        (
            self.tenant.as_deref().map(|tenant| texts.of(tenant)),
            self.case.as_deref().map(|case| texts.of(case)),
        )
    }

    /// Returns the location of the record, if the line names it.
    pub(super) fn place(&self, texts: &mut SharedTexts) -> Option<RecordLocation> {
        Some(RecordLocation {
            source: texts.of(&self.source),
            source_sha256: texts.of(self.source_sha256.as_ref()?),
            offset: self.offset?,
            length: self.length?,
            record_sha256: self.record_sha256?,
            seal: None,
        })
    }
}

/// Parses every line and passes its value on. The error names the first line that does not parse.
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
