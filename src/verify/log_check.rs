//! The check of the logs: they are read and hashed again, and every event's record is extracted
//! again.

mod extract;
mod locate;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    io,
    ops::Range,
    path::Path,
};

use serde::Serialize;

use self::locate::FileLookup;
pub(super) use self::{
    extract::cut,
    locate::{LogFile, LogLookup},
};
use super::{Mismatch, bundle_contents::BundleContents, event_lines::EventRef, limits};
use crate::{
    bundle::Manifest,
    case::LOCK_ROLE,
    digest::{self, Hasher, Sha256},
    findings::{Findings, SourceFinding},
    progress::{Progress, Silent},
    seal::Seal,
    sources::{Contents, Limits, SourceError, Stream, read},
    text::counted,
};

/// Result of reading the logs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LogCheck {
    /// Number of log files that were read.
    pub files: u64,
    /// Number of their bytes.
    pub bytes: u64,
    /// Number of records that were extracted and have the digest that the bundle states.
    pub records: u64,
    /// Number of other inputs (agents, profiles, ...) that are unchanged.
    pub inputs: u64,
    /// Number of the bundle's files that were made again from the logs and are equal byte by byte.
    pub remade: u64,
}

pub(super) const ANOTHER_FILE: &str = "it is not the file that was read: its SHA-256 is another";

/// Records of one source by offset, length and digest.
type ExpectedRecords = BTreeMap<(u64, u64, Sha256), ExpectedRecord>;

/// Statement of the bundle about a record.
#[derive(Debug)]
struct ExpectedRecord {
    /// Line that states it first.
    place: String,
    seal: Option<Seal>,
}

/// Reads every log below the root.
pub(super) fn check(
    root: &Path,
    manifest: &Manifest,
    written: &BundleContents,
    progress: &dyn Progress,
    mismatches: &mut Vec<Mismatch>,
) -> LogCheck {
    let mut check = LogCheck::default();
    inputs(root, manifest, &mut check, mismatches);
    let Some(findings) = &written.findings else {
        return check;
    };
    let mut records = by_stream(written, mismatches);
    let mut missing = MissingLogs::default();
    let bytes = findings
        .sources
        .iter()
        .filter(|source| !locate::is_member(source))
        .map(|source| source.bytes);
    progress.start_stage("reading logs", bytes.fold(0, u64::saturating_add));
    for (found, sources) in files(root, findings) {
        let log = match found {
            LogLookup::Log(log) => log,
            LogLookup::Missing(detail) => {
                missing.add(&detail, &sources);
                continue;
            }
        };
        let wanted = |source: &&SourceFinding| records.remove(&digest::shown(source.stream_sha256)).unwrap_or_default();
        let wanted: Vec<_> = sources.iter().map(wanted).collect();
        if let Err(fault) = log_file(
            &log,
            &sources,
            &wanted,
            (limits(manifest), progress),
            &mut check,
            mismatches,
        ) {
            mismatches.push(Mismatch::new("log", &log.shown, fault.to_string()));
        }
    }
    missing.tell(&mut records, mismatches);
    for stated in records.values().flat_map(BTreeMap::values) {
        let detail = "its source is none of the findings'";
        mismatches.push(Mismatch::new("log", &stated.place, detail));
    }
    check
}

/// Missing logs by the digest of their file, which all members of an archive share.
#[derive(Debug, Default)]
struct MissingLogs<'f>(BTreeMap<String, Vec<(String, &'f SourceFinding)>>);

impl<'f> MissingLogs<'f> {
    fn add(&mut self, detail: &str, sources: &[&'f SourceFinding]) {
        for source in sources {
            // Equal files are two logs: only members share the line of their archive.
            let key = if locate::is_member(source) {
                digest::shown(source.sha256)
            } else {
                source.path.clone()
            };
            self.0.entry(key).or_default().push((detail.to_owned(), source));
        }
    }

    /// Adds one mismatch for each file, and removes the records that no other file contains.
    fn tell(self, records: &mut BTreeMap<String, ExpectedRecords>, mismatches: &mut Vec<Mismatch>) {
        for sources in self.0.into_values() {
            let unchecked = |(_, source): &(String, &SourceFinding)| {
                let records = records.remove(&digest::shown(source.stream_sha256));
                records.map_or(0, |records| records.len() as u64)
            };
            let unchecked: u64 = sources.iter().map(unchecked).sum();
            let (detail, first) = &sources[0];
            let mut detail = detail.clone();
            if sources.len() > 1 {
                let others = sources.len() as u64 - 1;
                let are = if others == 1 { "is" } else { "are" };
                let others = counted(others, "other member", "other members");
                let _ = write!(detail, "; nor {are} {others} of its archive");
            }
            if unchecked > 0 {
                let records = counted(unchecked, "record", "records");
                let _ = write!(detail, "; {records} not cut out again");
            }
            mismatches.push(Mismatch::new("log", &first.path, detail));
        }
    }
}

/// Compares the case's files besides the logs.
fn inputs(root: &Path, manifest: &Manifest, check: &mut LogCheck, mismatches: &mut Vec<Mismatch>) {
    // Files of the program have no path; the manifest states the program. The lock is not compared:
    // it grows with the agents, and the findings state every pseudonym.
    let listed = manifest
        .inputs
        .iter()
        .filter(|input| !["log", LOCK_ROLE].contains(&input.role.as_str()) && !input.path.starts_with("built-in:"));
    for input in listed {
        let fault = match locate::place(root, &input.path, input.bytes) {
            FileLookup::Here(path) => match std::fs::read(path) {
                Ok(bytes) if Sha256::of(&bytes) == input.sha256 => {
                    check.inputs += 1;
                    continue;
                }
                Ok(_) => "is not the one that was used".to_owned(),
                Err(fault) => format!("cannot be read: {fault}"),
            },
            FileLookup::OfAnotherSize(..) => "is not the one that was used".to_owned(),
            FileLookup::Nowhere => format!("is {}", locate::not_there(root, &input.path)),
        };
        let detail = format!("the {} file {fault}", input.role);
        mismatches.push(Mismatch::new("log", &input.path, detail));
    }
}

/// Returns every record that the bundle states, by the digest of its source's stream.
fn by_stream(written: &BundleContents, mismatches: &mut Vec<Mismatch>) -> BTreeMap<String, ExpectedRecords> {
    let mut streams: BTreeMap<String, ExpectedRecords> = BTreeMap::new();
    let mut add = |path: &str, lines: &[EventRef]| {
        let placed = (1..)
            .zip(lines)
            .filter_map(|(number, line)| Some((number, line.place.as_ref()?)));
        for (number, place) in placed {
            let records = streams.entry(place.source_sha256.to_string()).or_default();
            let key = (place.offset, place.length, place.record_sha256);
            let stated = records.entry(key).or_insert_with(|| ExpectedRecord {
                place: format!("{path}:{number}"),
                seal: place.seal,
            });
            // An event without a tenant has no nonce.
            stated.seal = stated.seal.or(place.seal);
            if place.seal.is_some() && place.seal != stated.seal {
                let detail = format!(
                    "its nonce is not the one of {}, though the record is the same",
                    stated.place
                );
                mismatches.push(Mismatch::new("log", format!("{path}:{number}"), detail));
            }
        }
    };
    for (slug, share) in &written.tenants {
        add(&format!("tenants/{slug}/actions.jsonl"), &share.lines.events);
    }
    add("unattributed.jsonl", &written.unattributed.events);
    streams
}

/// Groups the sources by their file, so that an archive is read once for all its members.
fn files<'f>(root: &Path, findings: &'f Findings) -> Vec<(LogLookup, Vec<&'f SourceFinding>)> {
    let mut files: BTreeMap<_, (LogLookup, Vec<_>)> = BTreeMap::new();
    for source in &findings.sources {
        let found = LogFile::find(root, source);
        let key = match &found {
            LogLookup::Log(log) => log.shown.clone(),
            LogLookup::Missing(_) => source.path.clone(),
        };
        files.entry(key).or_insert_with(|| (found, Vec::new())).1.push(source);
    }
    files.into_values().collect()
}

fn log_file(
    log: &LogFile,
    sources: &[&SourceFinding],
    wanted: &[ExpectedRecords],
    (limits, progress): (Limits, &dyn Progress),
    check: &mut LogCheck,
    mismatches: &mut Vec<Mismatch>,
) -> Result<(), SourceError> {
    let contents = streams(log, sources, (limits, progress), |at, stream| {
        let Some(at) = at else {
            return digests(stream, &[], &[]);
        };
        let seals: Vec<_> = wanted[at].values().map(|record| record.seal).collect();
        digests(stream, &ranges(&wanted[at]), &seals)
    })?;
    check.files += 1;
    check.bytes += contents.parts.first().map_or(0, |part| part.file.bytes);
    let mut there = BTreeSet::new();
    for part in contents.parts {
        let (Some(at), found) = part.value else { continue };
        there.insert(at);
        let stated = sources[at];
        if part.file.sha256 != stated.sha256 || part.stream.sha256 != stated.stream_sha256 {
            mismatches.push(Mismatch::new("log", &stated.path, ANOTHER_FILE));
        }
        for (((offset, length, sha256), record), found) in wanted[at].iter().zip(found) {
            let detail = if found.is_none_or(|(digest, _)| digest != *sha256) {
                format!("{length} bytes at {offset} of `{}` are not its record", stated.path)
            } else if found.and_then(|(_, commitment)| commitment) != record.seal.map(|seal| seal.commitment) {
                format!(
                    "its commitment does not fit the {length} bytes at {offset} of `{}`",
                    stated.path
                )
            } else {
                check.records += 1;
                continue;
            };
            mismatches.push(Mismatch::new("log", &record.place, detail));
        }
    }
    for (at, source) in sources.iter().enumerate().filter(|(at, _)| !there.contains(at)) {
        let detail = format!("no such member; {} records were not found", wanted[at].len());
        mismatches.push(Mismatch::new("log", &source.path, detail));
    }
    Ok(())
}

/// Reads a file. `each` receives every stream, with the index of its source in `sources` if it is
/// one of these.
pub(super) fn streams<T>(
    log: &LogFile,
    sources: &[&SourceFinding],
    (limits, progress): (Limits, &dyn Progress),
    mut each: impl FnMut(Option<usize>, &mut Stream<'_>) -> io::Result<T>,
) -> Result<Contents<(Option<usize>, T)>, SourceError> {
    let order = match sources {
        [only] if !locate::is_member(only) => vec![Some(0)],
        // The order of an archive's members is known only after it has been read.
        _ => order(&read_in_order(log, &limits)?, sources),
    };
    let mut next = order.into_iter();
    read(&log.source(), &limits, progress, |stream| {
        let at = next.next().flatten();
        Ok((at, each(at, stream)?))
    })
}

/// Returns the streams of a file, each with its index in the order of reading.
fn read_in_order(log: &LogFile, limits: &Limits) -> Result<Contents<usize>, SourceError> {
    let mut met = 0..;
    read(&log.source(), limits, &Silent, |stream| {
        io::copy(stream, &mut io::sink())?;
        Ok(met.next().unwrap_or_default())
    })
}

/// Returns the index of the source of each stream, in the order of the streams.
fn order(contents: &Contents<usize>, sources: &[&SourceFinding]) -> Vec<Option<usize>> {
    let mut order = vec![None; contents.parts.len()];
    for part in &contents.parts {
        order[part.value] = sources.iter().position(|source| source.path == part.shown);
    }
    order
}

/// Returns the ranges of the records, in order. A range that overlaps the one before it cannot be a
/// record; it becomes empty, so that its digest does not match.
fn ranges(wanted: &ExpectedRecords) -> Vec<Range<u64>> {
    let mut free = 0;
    let range = |(offset, length, _): &(u64, u64, Sha256)| {
        let range = *offset..offset.saturating_add(*length);
        if range.start < free {
            return 0..0;
        }
        free = range.end;
        range
    };
    wanted.keys().map(range).collect()
}

/// Digest of a record, and the commitment to it under its nonce.
type Digests = (Sha256, Option<Sha256>);

/// Returns the digests of these ranges of a stream and the commitments under these nonces; `None`
/// for a range that the stream does not contain.
fn digests(stream: &mut Stream<'_>, ranges: &[Range<u64>], seals: &[Option<Seal>]) -> io::Result<Vec<Option<Digests>>> {
    let seeded = |seal: &Seal| Hasher::new().chain(&seal.nonce.0);
    let sealing = seals.iter().map(|seal| seal.as_ref().map(seeded));
    let mut hashers: Vec<_> = sealing.map(|sealing| (Hasher::new(), sealing, 0_u64)).collect();
    cut(stream, ranges, |at, piece| {
        let (hasher, sealing, length) = &mut hashers[at];
        hasher.add(piece);
        if let Some(sealing) = sealing {
            sealing.add(piece);
        }
        *length += piece.len() as u64;
    })?;
    let digest = |((hasher, sealing, length), range): ((Hasher, Option<Hasher>, u64), &Range<u64>)| {
        (length == range.end - range.start).then(|| (hasher.finish(), sealing.map(Hasher::finish)))
    };
    Ok(hashers.into_iter().zip(ranges).map(digest).collect())
}
