//! Extraction of an event's original bytes from its log.

use std::{collections::BTreeMap, path::Path};

use super::{
    Request, VerifyError,
    bundle_contents::BundleContents,
    event_lines::{EventLines, EventRef},
    event_row::RecordLocation,
    examine, limits,
    log_check::{ANOTHER_FILE, LogFile, LogLookup, cut, streams},
};
use crate::{
    bundle::{MANIFEST, Manifest, read_canonical},
    digest::{self, Sha256},
    findings::{Findings, SourceFinding},
    progress::Progress,
    seal::Seal,
    sources::{Limits, SourceError},
};

/// Number of candidates that an ambiguous name lists.
const NAMED: usize = 8;

/// The bytes of an event's record, and their location.
#[derive(Debug)]
pub struct OriginalRecord {
    /// Bytes as logged. They are hostile.
    pub bytes: Vec<u8>,
    /// Path of the log, as the findings name it.
    pub path: String,
    /// Offset in the decompressed log.
    pub offset: u64,
    /// SHA-256 of the bytes, equal to the one in the bundle.
    pub sha256: Sha256,
    /// Nonce that opens the tenant's commitment; absent for an event without a tenant.
    pub seal: Option<Seal>,
    /// Slugs of the tenants whose copies have rows of this record, in order.
    pub copies: Vec<String>,
    /// Number of texts of the record that these copies mask and the bytes show.
    pub masked: u64,
}

/// Reason why the bytes cannot be shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShowError {
    /// The bundle cannot be verified.
    #[error(transparent)]
    Bundle(#[from] VerifyError),
    /// The bundle does not verify.
    #[error("the bundle does not verify: `tenant-impact verify` says why")]
    Unverified,
    /// The folder is one tenant's, which does not name the paths of logs.
    #[error("this is one tenant's folder, which does not name the logs; name the whole bundle")]
    TenantOnly,
    /// Unknown name of an event.
    #[error(
        "no event `{0}`: write an event's id, its record's commitment or SHA-256, or SLUG:NUMBER (the row of actions.csv)"
    )]
    Unknown(String),
    /// Several records have events with this name.
    #[error("several records are called `{name}`; write one of {}", places.join(", "))]
    Ambiguous {
        /// Name that was asked for.
        name: String,
        /// Names that are unambiguous.
        places: Vec<String>,
    },
    /// The log is missing.
    #[error("the log `{path}` is {fault}")]
    NoLog {
        /// Path as the findings name it.
        path: String,
        /// Places where it was looked for.
        fault: String,
    },
    /// The log cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The log was changed.
    #[error("the log `{path}` does not hold this record: {fault}")]
    Changed {
        /// Path as the findings name it.
        path: String,
        /// Difference.
        fault: String,
    },
}

impl ShowError {
    /// Returns whether all files were found and do not agree.
    pub fn is_mismatch(&self) -> bool {
        matches!(self, Self::Unverified | Self::Changed { .. })
    }
}

/// Extracts an event's record from its log. The bundle must verify, and log and record must have
/// the stated digests.
pub fn show(bundle: &Path, event: &str, logs: &Path, progress: &dyn Progress) -> Result<OriginalRecord, ShowError> {
    let (verification, written) = examine(
        &Request {
            folder: bundle,
            logs: None,
            trust: None,
        },
        progress,
    )?;
    if !verification.mismatches.is_empty() {
        return Err(ShowError::Unverified);
    }
    let findings = written.findings.as_ref().ok_or(ShowError::TenantOnly)?;
    let place = find(&written, event)?;
    let source = source(findings, place).ok_or(ShowError::Unverified)?;
    let log = match LogFile::find(logs, source) {
        LogLookup::Log(log) => log,
        LogLookup::Missing(fault) => {
            let path = source.path.clone();
            return Err(ShowError::NoLog { path, fault });
        }
    };
    let manifest = std::fs::read(bundle.join(MANIFEST)).map_err(|_| ShowError::Unverified)?;
    let manifest: Manifest = read_canonical(&manifest).map_err(|_| ShowError::Unverified)?;
    let original = original(&log, source, place, (limits(&manifest), progress))?;
    progress.finish();
    Ok(OriginalRecord {
        copies: copies(&written, place),
        masked: written.masks.of_record(&place.source, place.offset),
        ..original
    })
}

fn source<'f>(findings: &'f Findings, place: &RecordLocation) -> Option<&'f SourceFinding> {
    let mut sources = findings.sources.iter();
    sources.find(|source| source.path == *place.source && digest::shown(source.stream_sha256) == *place.source_sha256)
}

/// Finds the only record with this name.
fn find<'w>(written: &'w BundleContents, name: &str) -> Result<&'w RecordLocation, ShowError> {
    let shares = written
        .tenants
        .iter()
        .map(|(slug, share)| (slug.as_str(), &share.lines));
    let is_called = |digest: Sha256| digest.to_string().eq_ignore_ascii_case(name);
    let mut found: BTreeMap<_, (String, &RecordLocation)> = BTreeMap::new();
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
        // An event without a tenant has no nonce.
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

/// Returns the slugs of tenants whose copies have rows of this record.
fn copies(written: &BundleContents, place: &RecordLocation) -> Vec<String> {
    let at = |place: &RecordLocation| (place.source_sha256.clone(), place.offset, place.length);
    let of = at(place);
    let copies = written.places.iter();
    let copies = copies.filter(|(_, places)| {
        let mut places = places.iter();
        places.any(|own| own.offset == place.offset && at(own) == of && own.source == place.source)
    });
    copies.map(|(slug, _)| slug.clone()).collect()
}

/// Names the lines, as in `acme:3`.
fn numbered<'w>((slug, lines): (&'w str, &'w EventLines)) -> impl Iterator<Item = (String, &'w EventRef)> {
    (1..)
        .zip(&lines.events)
        .map(move |(number, line)| (format!("{slug}:{number}"), line))
}

fn original(
    log: &LogFile,
    source: &SourceFinding,
    place: &RecordLocation,
    reading: (Limits, &dyn Progress),
) -> Result<OriginalRecord, ShowError> {
    let range = place.offset..place.offset.saturating_add(place.length);
    let contents = streams(log, &[source], reading, |at, stream| {
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
    Ok(OriginalRecord {
        bytes,
        path: source.path.clone(),
        offset: place.offset,
        sha256: place.record_sha256,
        seal: place.seal,
        copies: Vec::new(),
        masked: 0,
    })
}
