//! Unreadable input: records, sources, or everything, with the reasons and advice.

use std::collections::BTreeMap;

use super::{Findings, LONGEST, NAMED, Scan, listed};
use crate::{
    findings::SourceFinding,
    text::{counted, grouped, shortened},
};

/// Number of reasons for refusals that a message lists.
const REASONS: usize = 4;

/// Returns the message for a case in which no record is an event.
pub(super) fn nothing(findings: &Findings, scan: &Scan) -> Option<String> {
    let records = findings.records;
    (records.read == records.refused).then(|| {
        let read = counted(records.read, "record", "records");
        let refused = match records.refused {
            0 => String::new(),
            _ => format!(", all refused: {}", reasons(findings, |_| true)),
        };
        let skipped = match scan.skipped.len() as u64 {
            0 => String::new(),
            skipped => format!("; {} passed over", counted(skipped, "file was", "files were")),
        };
        format!(
            "No record could be read as an event ({read} found{refused}{skipped}): this is no finding that nothing happened. \
             `tenant-impact inspect` on the logs says what they are and which profile fits; refused.csv lists each record.{}",
            formats(scan)
        )
    })
}

/// Names the formats of text that sources have, with what reads them.
fn formats(scan: &Scan) -> String {
    let mut paths: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for source in &scan.sources {
        if let Some(format) = &source.text_format {
            let path = format!("`{}`", shortened(&source.path, LONGEST));
            paths.entry(format).or_default().push(path);
        }
    }
    let says = |(format, paths): (&str, Vec<String>)| format!(" {}", text_format(&listed(&paths, "source"), format));
    paths.into_iter().map(says).collect()
}

/// Says which format of text sources have, and what reads it.
fn text_format(paths: &str, format: &str) -> String {
    format!(
        "The lines of {paths} have the format `{format}`: write a profile with `format = \"{format}\"` under `[text]` \
         (docs/profiles.md), and run again."
    )
}

/// Returns the message about refused records.
pub(super) fn records(findings: &Findings, scan: &Scan) -> Option<String> {
    let count = findings.records.refused;
    (count > 0).then(|| {
        let records = counted(count, "record", "records");
        let hints = hints(findings, scan, |source| !is_unreadable(source));
        format!("{records} could not be read as events; each is listed with its position in refused.csv.{hints}")
    })
}

/// Returns the message about sources without any readable record.
pub(super) fn sources(findings: &Findings, scan: &Scan) -> Option<String> {
    let unreadable = findings.sources.iter().filter(|source| is_unreadable(source));
    let names: Vec<_> = unreadable.map(|source| format!("`{}`", source.path)).collect();
    (!names.is_empty()).then(|| {
        let hints = hints(findings, scan, is_unreadable);
        format!("No event could be read in {}.{hints}", listed(&names, "source"))
    })
}

/// Whether a source has records and none of them is an event. One without any is shown as such and
/// is no fault: exports of quiet hours are empty.
fn is_unreadable(source: &SourceFinding) -> bool {
    source.records.read > 0 && source.records.read == source.records.refused
}

/// The reasons for refusals in some sources, the most frequent first, with counts.
fn reasons(findings: &Findings, of: impl Fn(usize) -> bool) -> String {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for refused in findings.refused.iter().filter(|refused| of(refused.source)) {
        *counts.entry(&refused.reason).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|&(reason, count)| (std::cmp::Reverse(count), reason));
    let shown: Vec<_> = counts
        .iter()
        .take(REASONS)
        .map(|(reason, count)| format!("{} {reason}", grouped(*count)))
        .collect();
    let more = if counts.len() > REASONS { ", and others" } else { "" };
    format!("{}{more}", shown.join(", "))
}

/// Returns descriptions of refused sources of some kind, with advice.
fn hints(findings: &Findings, scan: &Scan, of: impl Fn(&SourceFinding) -> bool) -> String {
    let mut not_utf8 = vec![0_u64; findings.sources.len()];
    for refused in findings
        .refused
        .iter()
        .filter(|refused| refused.reason == "invalid-utf8")
    {
        not_utf8[refused.source] += 1;
    }
    let sources = findings.sources.iter().zip(&scan.sources).zip(not_utf8);
    let hints: Vec<_> = sources
        .filter(|((source, _), _)| source.records.refused > 0 && of(source))
        .filter_map(|((source, scanned), not_utf8)| {
            let path = shortened(&source.path, LONGEST);
            match (&scanned.looks_like, not_utf8) {
                (Some(looks_like), _) => Some(format!(" `{path}` is {looks_like}.")),
                (None, 0) => {
                    let format = scanned.text_format.as_ref();
                    format.map(|format| format!(" {}", text_format(&format!("`{path}`"), format)))
                }
                (None, records) if source.encoding == "utf-8" => Some(format!(
                    " `{path}` is not UTF-8 throughout ({}): if it was saved in another encoding, add \
                     `encoding = \"windows-1252\"` to its `[[logs]]` (`shift_jis`, `gb18030` or `euc-kr` instead where it \
                     comes from East Asia).",
                    counted(records, "record", "records")
                )),
                (None, records) => Some(format!(
                    " `{path}` is not `{}` throughout ({}): check that it is the source's encoding, and that the source is \
                     not damaged.",
                    source.encoding,
                    counted(records, "record", "records")
                )),
            }
        })
        .collect();
    let more = match hints.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" And {} more.", counted(more as u64, "source", "sources")),
    };
    hints[..hints.len().min(NAMED)].concat() + &more
}
