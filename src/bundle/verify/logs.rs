//! The logs at hand: read again, hashed again, and every event's record cut out of them again.

mod cut;
mod place;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    io,
    ops::Range,
    path::Path,
};

use serde::Serialize;
use sha2::Digest as _;

use self::place::Place;
pub(super) use self::{
    cut::cut,
    place::{Found, LogFile},
};
use super::{
    Mismatch, limits,
    rows::{Line, Written},
};
use crate::{
    bundle::Manifest,
    case::LOCK_ROLE,
    digest::{self, Sha256},
    findings::{Findings, SourceFinding},
    progress::Silent,
    seal::Seal,
    sources::{Contents, Limits, SourceError, Stream, read},
    text::counted,
};

/// What was found in the logs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LogCheck {
    /// Log files that were read again.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Records of events that were cut out again and have the digest that the bundle states.
    pub records: u64,
    /// Other inputs of the case (agents, profiles, ...) that lie there and are the same.
    pub inputs: u64,
    /// Files of the bundle that were made again of the logs, and are the same byte by byte.
    pub remade: u64,
}

pub(super) const ANOTHER_FILE: &str = "it is not the file that was read: its SHA-256 is another";

/// The records of one source (offset, length, digest).
type Records = BTreeMap<(u64, u64, Sha256), Stated>;

/// What the bundle states of a record.
#[derive(Debug)]
struct Stated {
    /// Where it does so first.
    place: String,
    seal: Option<Seal>,
}

/// Reads every log below the root again.
pub(super) fn check(root: &Path, manifest: &Manifest, written: &Written, mismatches: &mut Vec<Mismatch>) -> LogCheck {
    let mut check = LogCheck::default();
    inputs(root, manifest, &mut check, mismatches);
    let Some(findings) = &written.findings else {
        return check;
    };
    let mut records = by_stream(written, mismatches);
    let mut missing = Missing::default();
    for (found, sources) in files(root, findings) {
        let log = match found {
            Found::Log(log) => log,
            Found::Missing(detail) => {
                missing.add(&detail, &sources);
                continue;
            }
        };
        let wanted = |source: &&SourceFinding| records.remove(&digest::shown(source.stream_sha256)).unwrap_or_default();
        let wanted: Vec<_> = sources.iter().map(wanted).collect();
        if let Err(fault) = log_file(&log, &sources, &wanted, limits(manifest), &mut check, mismatches) {
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

/// Logs that are not at hand, by the digest of their file: the members of an archive are one.
#[derive(Debug, Default)]
struct Missing<'f>(BTreeMap<String, Vec<(String, &'f SourceFinding)>>);

impl<'f> Missing<'f> {
    fn add(&mut self, detail: &str, sources: &[&'f SourceFinding]) {
        for source in sources {
            // Equal files are two logs: only members share the line of their archive.
            let key = if place::is_member(source) {
                digest::shown(source.sha256)
            } else {
                source.path.clone()
            };
            self.0.entry(key).or_default().push((detail.to_owned(), source));
        }
    }

    /// Adds one line for each, and takes away the records that only they hold.
    fn tell(self, records: &mut BTreeMap<String, Records>, mismatches: &mut Vec<Mismatch>) {
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

/// The files of the case besides its logs.
fn inputs(root: &Path, manifest: &Manifest, check: &mut LogCheck, mismatches: &mut Vec<Mismatch>) {
    // What came with the program has no path: the manifest states the program. A lock grows with
    // the agents and is not needed: the findings state every pseudonym.
    let listed = manifest
        .inputs
        .iter()
        .filter(|input| !["log", LOCK_ROLE].contains(&input.role.as_str()) && !input.path.starts_with("built-in:"));
    for input in listed {
        let fault = match place::place(root, &input.path, input.bytes) {
            Place::Here(path) => match std::fs::read(path) {
                Ok(bytes) if Sha256::of(&bytes) == input.sha256 => {
                    check.inputs += 1;
                    continue;
                }
                Ok(_) => "is not the one that was used".to_owned(),
                Err(fault) => format!("cannot be read: {fault}"),
            },
            Place::OfAnotherSize(..) => "is not the one that was used".to_owned(),
            Place::Nowhere => format!("is {}", place::not_there(root, &input.path)),
        };
        let detail = format!("the {} file {fault}", input.role);
        mismatches.push(Mismatch::new("log", &input.path, detail));
    }
}

/// Every record that the bundle speaks of, by the digest of its source's stream.
fn by_stream(written: &Written, mismatches: &mut Vec<Mismatch>) -> BTreeMap<String, Records> {
    let mut streams: BTreeMap<String, Records> = BTreeMap::new();
    let mut add = |path: &str, lines: &[Line]| {
        let placed = (1..)
            .zip(lines)
            .filter_map(|(number, line)| Some((number, line.place.as_ref()?)));
        for (number, place) in placed {
            let records = streams.entry(place.source_sha256.to_string()).or_default();
            let key = (place.offset, place.length, place.record_sha256);
            let stated = records.entry(key).or_insert_with(|| Stated {
                place: format!("{path}:{number}"),
                seal: place.seal,
            });
            // Of an event without a tenant there is none.
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

/// The sources by the file that they came from: an archive is read once for all its members.
fn files<'f>(root: &Path, findings: &'f Findings) -> Vec<(Found, Vec<&'f SourceFinding>)> {
    let mut files: BTreeMap<_, (Found, Vec<_>)> = BTreeMap::new();
    for source in &findings.sources {
        let found = LogFile::find(root, source);
        let key = match &found {
            Found::Log(log) => log.shown.clone(),
            Found::Missing(_) => source.path.clone(),
        };
        files.entry(key).or_insert_with(|| (found, Vec::new())).1.push(source);
    }
    files.into_values().collect()
}

fn log_file(
    log: &LogFile,
    sources: &[&SourceFinding],
    wanted: &[Records],
    limits: Limits,
    check: &mut LogCheck,
    mismatches: &mut Vec<Mismatch>,
) -> Result<(), SourceError> {
    let contents = streams(log, sources, limits, |at, stream| {
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

/// Reads a file; `each` is given every stream of it with the source that it is, if it is one of
/// these.
pub(super) fn streams<T>(
    log: &LogFile,
    sources: &[&SourceFinding],
    limits: Limits,
    mut each: impl FnMut(Option<usize>, &mut Stream<'_>) -> io::Result<T>,
) -> Result<Contents<(Option<usize>, T)>, SourceError> {
    let order = match sources {
        [only] if !place::is_member(only) => vec![Some(0)],
        // In which order an archive's members stream by is known only once it has been read.
        _ => order(&read_in_order(log, &limits)?, sources),
    };
    let mut next = order.into_iter();
    read(&log.source(), &limits, &Silent, |stream| {
        let at = next.next().flatten();
        Ok((at, each(at, stream)?))
    })
}

/// The streams of a file, each with its place in the order in which they stream by.
fn read_in_order(log: &LogFile, limits: &Limits) -> Result<Contents<usize>, SourceError> {
    let mut met = 0..;
    read(&log.source(), limits, &Silent, |stream| {
        io::copy(stream, &mut io::sink())?;
        Ok(met.next().unwrap_or_default())
    })
}

/// For each stream in its order, the source that it is.
fn order(contents: &Contents<usize>, sources: &[&SourceFinding]) -> Vec<Option<usize>> {
    let mut order = vec![None; contents.parts.len()];
    for part in &contents.parts {
        order[part.value] = sources.iter().position(|source| source.path == part.shown);
    }
    order
}

/// Where the records lie, in order. One that lies across the one before it cannot be a record, and
/// becomes nothing, whose digest is nobody's.
fn ranges(wanted: &Records) -> Vec<Range<u64>> {
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

/// The digest of a record, and the commitment to it under its nonce.
type Digests = (Sha256, Option<Sha256>);

/// The digests of these ranges of a stream, and the commitments under these nonces; none where it
/// ends before.
fn digests(stream: &mut Stream<'_>, ranges: &[Range<u64>], seals: &[Option<Seal>]) -> io::Result<Vec<Option<Digests>>> {
    let seeded = |seal: &Seal| sha2::Sha256::new().chain_update(seal.nonce.0);
    let sealing = seals.iter().map(|seal| seal.as_ref().map(seeded));
    let mut hashers: Vec<_> = sealing.map(|sealing| (sha2::Sha256::new(), sealing, 0_u64)).collect();
    cut(stream, ranges, |at, piece| {
        let (hasher, sealing, length) = &mut hashers[at];
        hasher.update(piece);
        if let Some(sealing) = sealing {
            sealing.update(piece);
        }
        *length += piece.len() as u64;
    })?;
    let finished = |hasher: sha2::Sha256| Sha256(hasher.finalize().into());
    let digest = |((hasher, sealing, length), range): ((_, Option<_>, u64), &Range<u64>)| {
        (length == range.end - range.start).then(|| (finished(hasher), sealing.map(finished)))
    };
    Ok(hashers.into_iter().zip(ranges).map(digest).collect())
}
