//! An event's original bytes, out of the log again.

use std::{collections::BTreeMap, path::Path};

use super::{
    Request, VerifyError, examine, limits,
    logs::{ANOTHER_FILE, Found, LogFile, cut, streams},
    rows::{Line, Lines, Place, Written},
};
use crate::{
    bundle::{MANIFEST, Manifest, canonical},
    digest::{self, Sha256},
    findings::{Findings, SourceFinding},
    seal::Seal,
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
    /// What opens the customer's commitment; none of an event without a tenant, which no customer
    /// has.
    pub seal: Option<Seal>,
    /// Slugs of the tenants whose copies have rows of this record, in order.
    pub copies: Vec<String>,
    /// How many texts of the record are masked in these copies: the bytes show them.
    pub masked: u64,
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
    #[error(
        "no event `{0}`: write an event's id, its record's commitment or SHA-256, or SLUG:NUMBER (the row of actions.csv)"
    )]
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

/// Cuts an event's record out of its log again. The bundle must verify, and log and record must be
/// those that it states.
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
    let place = find(&written, event)?;
    let source = source(findings, place).ok_or(ShowError::Unverified)?;
    let log = match LogFile::find(logs, source) {
        Found::Log(log) => log,
        Found::Missing(fault) => {
            let path = source.path.clone();
            return Err(ShowError::NoLog { path, fault });
        }
    };
    let manifest = std::fs::read(bundle.join(MANIFEST)).map_err(|_| ShowError::Unverified)?;
    let manifest: Manifest = canonical::read(&manifest).map_err(|_| ShowError::Unverified)?;
    let original = original(&log, source, place, limits(&manifest))?;
    Ok(Original {
        copies: copies(&written, place),
        masked: written.masks.of_record(&place.source, place.offset),
        ..original
    })
}

fn source<'f>(findings: &'f Findings, place: &Place) -> Option<&'f SourceFinding> {
    let mut sources = findings.sources.iter();
    sources.find(|source| source.path == *place.source && digest::shown(source.stream_sha256) == *place.source_sha256)
}

/// The one record that is called so.
fn find<'w>(written: &'w Written, name: &str) -> Result<&'w Place, ShowError> {
    let shares = written
        .tenants
        .iter()
        .map(|(slug, share)| (slug.as_str(), &share.lines));
    let is_called = |digest: Sha256| digest.to_string().eq_ignore_ascii_case(name);
    let mut found: BTreeMap<_, (String, &Place)> = BTreeMap::new();
    for (place, line) in shares
        .chain([("unattributed", &written.unattributed)])
        .flat_map(numbered)
    {
        let is_meant = line.event_id.as_deref() == Some(name)
            || line.logged_id.as_deref() == Some(name)
            || place == name
            || line.commitment.is_some_and(is_called)
            || line.place.as_ref().is_some_and(|place| is_called(place.record_sha256));
        let Some(record) = line.place.as_ref().filter(|_| is_meant) else {
            continue;
        };
        let at = (&record.source, &record.source_sha256, record.offset, record.length);
        let (_, first) = found.entry(at).or_insert((place, record));
        // Of an event without a tenant nothing opens the commitment.
        if first.seal.is_none() {
            *first = record;
        }
    }
    let mut places = found.into_values();
    match (places.next(), places.len()) {
        (Some((_, place)), 0) => Ok(place),
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

/// The tenants whose copies have rows of this record.
fn copies(written: &Written, place: &Place) -> Vec<String> {
    let at = |place: &Place| (place.source_sha256.clone(), place.offset, place.length);
    let of = at(place);
    let copies = written.places.iter();
    let copies = copies.filter(|(_, places)| {
        let mut places = places.iter();
        places.any(|own| own.offset == place.offset && at(own) == of && own.source == place.source)
    });
    copies.map(|(slug, _)| slug.clone()).collect()
}

/// The lines with their names: `acme:3`.
fn numbered<'w>((slug, lines): (&'w str, &'w Lines)) -> impl Iterator<Item = (String, &'w Line)> {
    (1..)
        .zip(&lines.events)
        .map(move |(number, line)| (format!("{slug}:{number}"), line))
}

fn original(log: &LogFile, source: &SourceFinding, place: &Place, limits: Limits) -> Result<Original, ShowError> {
    let range = place.offset..place.offset.saturating_add(place.length);
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
    if Sha256::of(&bytes) != place.record_sha256 {
        return Err(changed("other bytes are in its place"));
    }
    let opens = |seal: Seal| Seal::commitment(seal.nonce, &bytes) == seal.commitment;
    if !place.seal.is_none_or(opens) {
        return Err(changed("its commitment does not fit the bytes in its place"));
    }
    if part.file.sha256 != source.sha256 || part.stream.sha256 != source.stream_sha256 {
        return Err(changed(ANOTHER_FILE));
    }
    Ok(Original {
        bytes,
        path: source.path.clone(),
        offset: place.offset,
        sha256: place.record_sha256,
        seal: place.seal,
        copies: Vec::new(),
        masked: 0,
    })
}
