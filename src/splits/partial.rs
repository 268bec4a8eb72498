//! A partial: the result of one split, in a file. A line of JSON states its plan and split; a
//! canonical body follows.

use std::{fs, path::Path};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Split, SplitWork, SplitsError, plan_file::Planned, write_whole};
use crate::{
    digest::Sha256,
    engine::{AssembleError, Local, Portion},
    progress::Progress,
    text::grouped,
};

/// The format of a partial.
pub const PARTIAL_SCHEMA: &str = "tenant-impact/partial/1";

/// Most bytes of a head.
const LONGEST_HEAD: usize = 64 << 10;

/// The first line of a partial.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartialHead {
    /// `tenant-impact/partial/1`.
    pub schema: String,
    /// SHA-256 of the plan.
    pub plan_sha256: Sha256,
    /// Position in the plan's splits.
    pub split: usize,
    /// The split as the plan has it.
    pub read: Split,
    /// The source's path.
    pub source: String,
    /// SHA-256 of the source, where it was read whole.
    pub source_sha256: Option<Sha256>,
    /// Records in it.
    pub records: u64,
    /// Length of the body in bytes.
    pub body_bytes: u64,
    /// SHA-256 of the body.
    pub body_sha256: Sha256,
}

/// Reads a split of a plan and writes its partial.
pub fn write_partial(
    planned: &Planned,
    split: usize,
    engine: Local,
    progress: &dyn Progress,
    out: &Path,
) -> Result<PartialHead, SplitsError> {
    let file = &planned.file;
    let Some(read) = file.splits.get(split).copied() else {
        return Err(SplitsError::Unplannable(format!(
            "the plan has no split {split}: its {} splits are numbered from 0",
            file.splits.len()
        )));
    };
    let source = &file.sources[read.source];
    source.check()?;
    let portion = match read.reads {
        SplitWork::Whole => engine.portion(&planned.plan, read.source, progress),
        SplitWork::Records => engine.part(&planned.plan, read.source, (read.from, read.until), progress),
        SplitWork::Digest => engine.digest(&planned.plan, read.source),
    };
    let portion = portion.map_err(AssembleError::from)?;
    if let Some(at) = portion.too_long().filter(|_| read.reads == SplitWork::Records) {
        return Err(SplitsError::Unplannable(format!(
            "`{}` has a line from byte {} on that is too long to be a record, so it cannot be cut: plan again with `--split-size 0`",
            source.shown,
            grouped(at)
        )));
    }
    // The bytes that were read are those of the plan only if the file is still the same.
    source.check()?;
    if portion.is_changed() {
        return Err(SplitsError::Changed {
            shown: source.shown.clone(),
            fault: "its size changed while it was read".to_owned(),
        });
    }
    let body = postcard::to_stdvec(&portion).expect("memory can be written to, and every length is known");
    let head = PartialHead {
        schema: PARTIAL_SCHEMA.to_owned(),
        plan_sha256: planned.sha256,
        split,
        read,
        source: source.shown.clone(),
        source_sha256: portion.read().and_then(|read| read.sha256),
        records: portion.records(),
        body_bytes: body.len() as u64,
        body_sha256: Sha256::of(&body),
    };
    let line = serde_json_canonicalizer::to_vec(&head).expect("a head has string keys and whole numbers only");
    write_whole(out, &[&line, b"\n", &body])?;
    Ok(head)
}

/// Reads the head of a partial.
pub(super) fn head(path: &Path) -> Result<PartialHead, SplitsError> {
    use std::io::Read as _;
    let failed = |fault| SplitsError::read(path, fault);
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(failed)?;
    file.take(LONGEST_HEAD as u64).read_to_end(&mut bytes).map_err(failed)?;
    split_off_head(path, &bytes).map(|(head, _)| head)
}

/// Reads a partial whole.
pub(super) fn read(path: &Path) -> Result<(PartialHead, Portion), SplitsError> {
    let bytes = fs::read(path).map_err(|fault| SplitsError::read(path, fault))?;
    let (head, body) = split_off_head(path, &bytes)?;
    let form = |fault: &str| SplitsError::form(path, "partial", format!("{fault}: read its split again"));
    if body.len() as u64 != head.body_bytes {
        let fault = format!("its body has {} bytes, and should have {}", body.len(), head.body_bytes);
        return Err(form(&fault));
    }
    if Sha256::of(body) != head.body_sha256 {
        return Err(form("its body does not have its digest"));
    }
    let portion = postcard::from_bytes(body).map_err(|fault| form(&fault.to_string()))?;
    Ok((head, portion))
}

fn split_off_head<'b>(path: &Path, bytes: &'b [u8]) -> Result<(PartialHead, &'b [u8]), SplitsError> {
    let form = |fault: String| SplitsError::form(path, "partial", fault);
    let end = memchr::memchr(b'\n', bytes).filter(|end| *end < LONGEST_HEAD);
    let end = end.ok_or_else(|| form("its first line is no head".to_owned()))?;
    let head: PartialHead = serde_json::from_slice(&bytes[..end]).map_err(|fault| form(fault.to_string()))?;
    if head.schema != PARTIAL_SCHEMA {
        return Err(form(format!(
            "it has the schema `{}`, not `{PARTIAL_SCHEMA}`",
            head.schema
        )));
    }
    Ok((head, &bytes[end + 1..]))
}
