//! Events inside of what an export or a log shipper put around them: which keys of `[[logs]]` lead
//! to them.

use std::{cmp::Reverse, collections::BTreeMap, io};

use serde_json::value::RawValue;

use super::fit::{self, Fit};
use crate::{
    case::Wrapping,
    events::Profile,
    records::{Block, Blocks, Framing, Record, RowReader, json_part},
    text::json_pointer,
};

/// Records of a stream that are looked into.
const TRIED: usize = 50;

/// Levels of members of a record that are looked at.
const DEPTH: usize = 3;

/// Paths of lists in the documents of common APIs, for a document too long to be parsed whole.
const LISTS: [&[&str]; 12] = [
    &["Records"],
    &["records"],
    &["value"],
    &["data"],
    &["events"],
    &["Events"],
    &["items"],
    &["entries"],
    &["results"],
    &["logs"],
    &["hits", "hits"],
    &["data", "result"],
];

/// Returns where the events lie and the profile that fits them best, if one fits most of what lies
/// somewhere inside.
pub(super) fn find(head: &[u8], profiles: &[Profile]) -> io::Result<Option<(Wrapping, Fit)>> {
    let mut found: Vec<(Wrapping, Fit)> = Vec::new();
    for list in lists(head)? {
        let records = records(head, &list)?;
        let pointer = (!list.is_empty()).then(|| json_pointer(list.iter().map(String::as_str)));
        for (path, events) in insides(&records, pointer.is_some()) {
            let lines = events.join("\n");
            let Some(best) = fit::all(lines.as_bytes(), profiles)?.into_iter().next() else {
                continue;
            };
            if events.len() * 2 >= records.len() && best.percent() >= 50 {
                let unwrap = path.into_iter().collect();
                let wrapping = Wrapping {
                    records: pointer.clone(),
                    unwrap,
                };
                found.push((wrapping, best));
            }
        }
    }
    // Of places that fit alike the outermost, which the others lie in.
    found.sort_by_key(|(wrapping, fit)| {
        let depth = wrapping
            .unwrap
            .iter()
            .map(|path| path.matches('/').count())
            .sum::<usize>();
        (Reverse((fit.percent(), fit.whole, fit.with_tenant)), depth)
    });
    Ok(found.into_iter().next())
}

/// The paths at which a list of records may lie: none first, then the ones that lead to several
/// records.
pub(super) fn lists(head: &[u8]) -> io::Result<Vec<Vec<String>>> {
    let mut lists = vec![Vec::new()];
    let whole = records(head, &[])?;
    if let Some(document) = whole.first() {
        let mut paths = Vec::new();
        list_paths(document, &mut Vec::new(), &mut paths);
        if paths.is_empty() && whole.len() == 1 {
            let known = LISTS
                .iter()
                .map(|names| names.iter().map(|&name| name.to_owned()).collect());
            paths.extend(known);
        }
        for path in paths {
            let inside = records(head, &path)?;
            if !inside.is_empty() && inside != whole {
                lists.push(path);
            }
        }
    }
    Ok(lists)
}

/// Collects the paths of the lists whose items are objects.
fn list_paths(json: &str, path: &mut Vec<String>, paths: &mut Vec<Vec<String>>) {
    for (name, value) in members(json) {
        path.push(name);
        let value = value.get();
        let is_list = serde_json::from_str::<Vec<&RawValue>>(value)
            .is_ok_and(|items| !items.is_empty() && items.iter().all(|item| item.get().starts_with('{')));
        if is_list {
            paths.push(path.clone());
        } else if path.len() < DEPTH {
            list_paths(value, path, paths);
        }
        path.pop();
    }
}

/// The first records of a stream as JSON objects; the cells of a row are the members of one.
pub(super) fn records(head: &[u8], list: &[String]) -> io::Result<Vec<String>> {
    let mut blocks = Blocks::open_for(head, list, &[])?;
    let framing = blocks.framing().clone();
    let blocks: Vec<_> = blocks.by_ref().collect::<io::Result<_>>()?;
    let mut records: Vec<_> = blocks.iter().flat_map(Block::records).take(TRIED + 1).collect();
    if records.len() > 1 && (records.len() > TRIED || head.len() as u64 == fit::HEAD) {
        records.pop();
    }
    let mut rows = match &framing {
        Framing::Csv(header) => Some(RowReader::new(header.delimiter)),
        _ => None,
    };
    Ok(records
        .into_iter()
        .filter_map(|record| object(record, &framing, rows.as_mut()))
        .collect())
}

fn object(record: Record<'_>, framing: &Framing, rows: Option<&mut RowReader>) -> Option<String> {
    match (framing, rows) {
        (Framing::Csv(header), Some(rows)) => {
            let header = record.header.unwrap_or(header);
            let cells = rows.read(header, record.bytes).ok()?;
            let members: BTreeMap<&str, &str> = header
                .columns
                .iter()
                .enumerate()
                .filter_map(|(at, name)| Some((name.as_str(), *cells.get(at)?)))
                .collect();
            serde_json::to_string(&members).ok()
        }
        _ => std::str::from_utf8(json_part(record.bytes)).ok().map(str::to_owned),
    }
}

/// Objects, and texts of objects, that lie at each path inside of the records, in at least
/// one of them.
fn insides(records: &[String], listed: bool) -> BTreeMap<Option<String>, Vec<String>> {
    let mut insides: BTreeMap<Option<String>, Vec<String>> = BTreeMap::new();
    for record in records {
        if listed {
            insides.entry(None).or_default().push(one_line(record));
        }
        inside(record, &mut Vec::new(), &mut |path, event| {
            insides
                .entry(Some(json_pointer(path.iter().map(String::as_str))))
                .or_default()
                .push(one_line(event));
        });
    }
    insides
}

fn inside(json: &str, path: &mut Vec<String>, take: &mut impl FnMut(&[String], &str)) {
    for (name, value) in members(json) {
        path.push(name);
        let value = value.get();
        if value.starts_with('{') {
            take(path, value);
            if path.len() < DEPTH {
                inside(value, path, take);
            }
        } else if let Ok(text) = serde_json::from_str::<String>(value)
            && text.trim_start().starts_with('{')
            && serde_json::from_str::<&RawValue>(&text).is_ok()
        {
            take(path, &text);
        }
        path.pop();
    }
}

/// JSON on one line: outside of its texts line feeds are blanks, and inside of them they are
/// escaped.
fn one_line(json: &str) -> String {
    json.replace(['\n', '\r'], " ")
}

fn members(json: &str) -> BTreeMap<String, &RawValue> {
    serde_json::from_str(json).unwrap_or_default()
}
