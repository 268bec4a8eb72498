//! An event's original bytes, out of the log again.

use std::{collections::BTreeMap, path::Path};

use super::{
    Request, VerifyError, examine, limits,
    logs::{ANOTHER_FILE, Found, LogFile, cut, streams},
    rows::{Line, Lines, Written},
};
use crate::{
    bundle::{MANIFEST, Manifest, canonical},
    digest::{self, Sha256},
    findings::{Findings, SourceFinding},
    sources::{Limits, SourceError},
};

/// How many of several events are named.
const NAMED: usize = 8;

/// The bytes of an event's record, and where they lie.
#[derive(Debug)]
pub struct Original {
    /// As logged. Hostile.
    pub bytes: Vec<u8>,
    /// The log, as the findings name it.
    pub path: String,
    /// In the unpacked log.
    pub offset: u64,
    /// Over the bytes; the bundle states the same.
    pub sha256: Sha256,
}

/// The bytes cannot be shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShowError {
    /// The bundle cannot be looked at.
    #[error(transparent)]
    Bundle(#[from] VerifyError),
    /// It is not what was written.
    #[error("the bundle does not verify: `tenant-impact verify` says why")]
    Unverified,
    /// One tenant's folder does not name the logs' paths.
    #[error("this is one tenant's folder, which does not name the logs; name the whole bundle")]
    TenantOnly,
    /// There is no such event.
    #[error("no event `{0}`: write an event's id, its record's SHA-256, or SLUG:NUMBER (the row of actions.csv)")]
    Unknown(String),
    /// There are several.
    #[error("several records are called `{name}`; write one of {}", places.join(", "))]
    Ambiguous {
        /// What was asked for.
        name: String,
        /// Some of them.
        places: Vec<String>,
    },
    /// The log is not at hand.
    #[error("the log `{path}` is {fault}")]
    NoLog {
        /// As the findings name it.
        path: String,
        /// Where it was looked for.
        fault: String,
    },
    /// The log cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The log is not what it was.
    #[error("the log `{path}` does not hold this record: {fault}")]
    Changed {
        /// As the findings name it.
        path: String,
        /// How it differs.
        fault: String,
    },
}

impl ShowError {
    /// Whether everything was at hand, and does not agree.
    pub fn is_mismatch(&self) -> bool {
        matches!(self, Self::Unverified | Self::Changed { .. })
    }
}

/// Cuts an event's record out of its log again. The bundle must verify, and log and record must be those that it states.
pub fn show(bundle: &Path, event: &str, logs: &Path) -> Result<Original, ShowError> {
    let (verification, written) = examine(&Request {
        folder: bundle,
        logs: None,
        trust: None,
    })?;
    if !verification.mismatches.is_empty() {
        return Err(ShowError::Unverified);
    }
    let findings = written.findings.as_ref().ok_or(ShowError::TenantOnly)?;
    let line = find(&written, event)?;
    let source = source(findings, line).ok_or(ShowError::Unverified)?;
    let log = match LogFile::find(logs, source) {
        Found::Log(log) => log,
        Found::Missing(fault) => {
            let path = source.path.clone();
            return Err(ShowError::NoLog { path, fault });
        }
    };
    let manifest = std::fs::read(bundle.join(MANIFEST)).map_err(|_| ShowError::Unverified)?;
    let manifest: Manifest = canonical::read(&manifest).map_err(|_| ShowError::Unverified)?;
    original(&log, source, line, limits(&manifest))
}

fn source<'f>(findings: &'f Findings, line: &Line) -> Option<&'f SourceFinding> {
    let sources = &findings.sources;
    sources
        .iter()
        .find(|source| digest::shown(source.stream_sha256) == line.source)
}

/// The one record that is called so.
fn find<'w>(written: &'w Written, name: &str) -> Result<&'w Line, ShowError> {
    let shares = written
        .tenants
        .iter()
        .map(|(slug, share)| (slug.as_str(), &share.lines));
    let mut found: BTreeMap<_, (String, &Line)> = BTreeMap::new();
    for (place, line) in shares
        .chain([("unattributed", &written.unattributed)])
        .flat_map(numbered)
    {
        let is_meant = line.event_id.as_deref() == Some(name)
            || line.logged_id.as_deref() == Some(name)
            || place == name
            || line.record_sha256.to_string().eq_ignore_ascii_case(name);
        if is_meant {
            found
                .entry((&line.source, line.offset, line.length))
                .or_insert((place, line));
        }
    }
    let mut places = found.into_values();
    match (places.next(), places.len()) {
        (Some((_, line)), 0) => Ok(line),
        (None, _) => Err(ShowError::Unknown(name.to_owned())),
        (Some(first), _) => Err(ShowError::Ambiguous {
            name: name.to_owned(),
            places: std::iter::once(first)
                .chain(places)
                .map(|(place, _)| place)
                .take(NAMED)
                .collect(),
        }),
    }
}

/// The lines with their names: `acme:3`.
fn numbered<'w>((slug, lines): (&'w str, &'w Lines)) -> impl Iterator<Item = (String, &'w Line)> {
    (1..)
        .zip(&lines.events)
        .map(move |(number, line)| (format!("{slug}:{number}"), line))
}

fn original(log: &LogFile, source: &SourceFinding, line: &Line, limits: Limits) -> Result<Original, ShowError> {
    let range = line.offset..line.offset.saturating_add(line.length);
    let contents = streams(log, &[source], limits, |at, stream| {
        let mut bytes = Vec::new();
        let wanted = if at.is_some() {
            std::slice::from_ref(&range)
        } else {
            &[]
        };
        cut(stream, wanted, |_, piece| bytes.extend_from_slice(piece))?;
        Ok(bytes)
    })?;
    let changed = |fault: &str| ShowError::Changed {
        path: source.path.clone(),
        fault: fault.to_owned(),
    };
    let part = contents.parts.into_iter().find(|part| part.value.0.is_some());
    let part = part.ok_or_else(|| changed("it has no such member"))?;
    let bytes = part.value.1;
    if Sha256::of(&bytes) != line.record_sha256 {
        return Err(changed("other bytes are in its place"));
    }
    if part.file.sha256 != source.sha256 || part.stream.sha256 != source.stream_sha256 {
        return Err(changed(ANOTHER_FILE));
    }
    Ok(Original {
        bytes,
        path: source.path.clone(),
        offset: line.offset,
        sha256: line.record_sha256,
    })
}
