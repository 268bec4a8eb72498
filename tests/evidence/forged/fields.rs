//! Each field of every written file forged by itself in an unsigned bundle that is sealed anew.

use std::{collections::BTreeMap, fs, ops::Range, path::Path};

use serde_json::json;
use tenant_impact::verify::{Mismatch, Request, verify};

use super::super::{leaves, lines, reseal};
use crate::{
    isolation::{CASE, record, report},
    util::{Dir, files},
};

/// A file with one field forged.
struct Forgery {
    place: String,
    /// Expected text of the mismatch. Empty if files of this kind have no named fields.
    says: String,
    text: String,
}

/// Fields of which there must be one to forge.
const FIELDS: [(&str, &str); 16] = [
    ("findings.json", "unexplained"),
    ("findings.json", "failed"),
    ("findings.json", "decided"),
    ("findings.json", "tickets"),
    ("findings.json", "near"),
    ("manifest.json", "draft"),
    ("manifest.json", "decided"),
    ("tenants/t-0001/manifest.json", "draft"),
    ("tenants/t-0001/actions.jsonl", "tenant"),
    ("tenants/t-0001/actions.jsonl", "case"),
    ("tenants/t-0001/actions.jsonl", "ticket_verdict"),
    ("tenants/t-0001/actions.csv", "outcome"),
    ("unattributed.jsonl", "case"),
    ("unattributed.jsonl", "ticket_verdict"),
    ("near.csv", "field"),
    ("isolation.csv", "field"),
];

/// Tickets, a decision, an action without an explanation and near misses besides.
fn bundle() -> Dir {
    let more = "[tickets]\nfile = \"tickets.csv\"\n\
                [[decided]]\nevent = \"e4\"\ntenants = [\"t-0002\"]\nby = \"A. Person\"\nwhy = \"Seen there.\"\n";
    let log = record(20, "t-0001", &json!({"action": "odd.code", "outcome": "failure"}))
        + &record(21, "t-0001", &json!({"actor": {"id": "AG-01"}}))
        + &record(22, "t-0001", &json!({"ticket": "SUP-1"}))
        + &record(23, "t-0001", &json!({"ticket": "SUP-9"}))
        + &record(24, "", &json!({"tenant": null}));
    let dir = leaves::case_of(&(CASE.to_owned() + more), &log);
    dir.file(
        "tickets.csv",
        "id,tenant,agent,opened,closed\nSUP-1,t-0001,ag-01,2026-01-15T00:00:00Z,2026-01-18T00:00:00Z\n",
    );
    report(&dir).ends(1);
    dir
}

#[test]
fn every_field_of_every_file_is_named_when_forged() {
    let dir = bundle();
    let out = dir.path("out");
    let whole = files(&out);
    let judged = || {
        let request = Request {
            folder: &out,
            logs: Some(&dir.path("")),
            trust: None,
        };
        verify(&request).expect("it can be looked at")
    };
    reseal(&out);
    assert_eq!(lines(&judged().mismatches), "");
    let mut forgeries = BTreeMap::new();
    for (path, bytes) in &whole {
        let text = String::from_utf8(bytes.clone()).expect("UTF-8");
        let found = forged(path, &text);
        assert_eq!(found.is_empty(), path.ends_with("SHA256SUMS"), "{path}");
        forgeries.insert(path.clone(), found);
    }
    for (path, field) in FIELDS {
        let is_field = |forgery: &Forgery| forgery.place.split(['/', '`']).any(|part| part == field);
        assert!(forgeries[path].iter().any(is_field), "{path} has no `{field}`");
    }
    // What the others are compared with is forged by itself.
    let apart = ["findings.json", "manifest.json"].map(|path| forgeries.remove_entry(path).expect("it is there"));
    let mut runs: Vec<Vec<(&str, &Forgery)>> = Vec::new();
    for (path, forgeries) in &forgeries {
        for (at, forgery) in forgeries.iter().enumerate() {
            if runs.len() == at {
                runs.push(Vec::new());
            }
            runs[at].push((path, forgery));
        }
    }
    for (path, forgeries) in &apart {
        runs.extend(forgeries.iter().map(|forgery| vec![(path.as_str(), forgery)]));
    }
    let mut unnamed = Vec::new();
    for run in &runs {
        for (path, forgery) in run {
            fs::write(out.join(path), &forgery.text).expect("written");
        }
        reseal(&out);
        let found = judged();
        for (path, forgery) in run {
            let named = |one: &Mismatch| {
                let judged = one.kind == "log" && one.path == *path && one.detail.contains(&forgery.says);
                // Without findings or the question nothing can be made anew; then what is wrong
                // with these is said.
                judged || apart.iter().any(|(apart, _)| apart == path)
            };
            let build = forgery.place.starts_with("/tool/") && found.uncounted.iter().any(|one| one.contains("build"));
            if !build && !found.mismatches.iter().any(named) {
                unnamed.push(format!("{path}: {}\n{}", forgery.place, lines(&found.mismatches)));
            }
        }
        for (path, bytes) in &whole {
            if run.iter().any(|(forged, _)| forged == path) || Path::new(path).ends_with("manifest.json") {
                fs::write(out.join(path), bytes).expect("written");
            }
        }
    }
    assert!(unnamed.is_empty(), "{}", unnamed.join("\n"));
    let counts: Vec<_> = forgeries
        .values()
        .chain(apart.iter().map(|(_, found)| found))
        .map(Vec::len)
        .collect();
    assert!(counts.iter().sum::<usize>() > 400, "{counts:?}");
}

/// Every field of a file, forged by itself.
fn forged(path: &str, text: &str) -> Vec<Forgery> {
    let (name, extension) = path.rsplit_once('.').unwrap_or((path, ""));
    let put = |place: &str, says: &str, range: &Range<usize>, with: &str| Forgery {
        place: place.to_owned(),
        says: says.to_owned(),
        text: [&text[..range.start], with, &text[range.end..]].concat(),
    };
    match extension {
        "jsonl" | "json" => {
            let mut found = BTreeMap::new();
            let (mut at, mut lines) = (0, 0);
            while at < text.trim_end().len() {
                values(text, &mut at, "", &mut found);
                lines += 1;
            }
            // The seal is put on these again.
            found.retain(|field, _| !(name.ends_with("manifest") && field.starts_with("/files")));
            let key = |field: &str| {
                field
                    .split('/')
                    .nth(1)
                    .map_or_else(String::new, |key| format!("`{key}`"))
            };
            let is_rows = extension == "jsonl" && lines > 0;
            let named = |field: &str| if is_rows { key(field) } else { String::new() };
            found
                .iter()
                .map(|(field, range)| put(field, &named(field), range, &another(&text[range.clone()])))
                .collect()
        }
        "csv" => {
            let mut rows = text.split_inclusive('\n');
            let head = rows.next().expect("a head");
            let Some(first) = rows.next() else {
                return vec![put("", "", &(0..0), "x")];
            };
            let start = head.len();
            // The mark by which spreadsheets know the encoding is no part of a column's name.
            let head = head.trim_start_matches('\u{feff}');
            let (head, first) = (head.trim_end(), first.trim_end());
            let cells = cells(first).into_iter().zip(head.split(','));
            let cells =
                cells.map(|(end, column)| put(column, &format!("`{column}`"), &(start + end..start + end), "x"));
            cells.collect()
        }
        "" => Vec::new(),
        // Of a text every line that says something.
        _ => {
            let mut at = 0;
            let mut found = Vec::new();
            for line in text.split_inclusive('\n') {
                let end = at + line.trim_end().len();
                if !line.trim().is_empty() {
                    found.push(put(line, "line ", &(end..end), "x"));
                }
                at += line.len();
            }
            // As many as other files have fields, from all over it.
            let step = found.len().div_ceil(24);
            found.into_iter().step_by(step).collect()
        }
    }
}

/// The places of all values without values inside, by what leads to them; one of those that are
/// alike.
fn values(text: &str, at: &mut usize, place: &str, found: &mut BTreeMap<String, Range<usize>>) {
    let skip = |at: &mut usize| *at += text[*at..].len() - text[*at..].trim_start().len();
    let string = |from: usize| {
        let mut escaped = false;
        let end = text[from + 1..].bytes().position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        });
        from + end.expect("the end of a text") + 2
    };
    skip(at);
    let start = *at;
    match text.as_bytes()[start] {
        open @ (b'{' | b'[') => {
            *at += 1;
            skip(at);
            let mut empty = true;
            while !matches!(text.as_bytes()[*at], b'}' | b']') {
                let mut below = format!("{place}/*");
                if open == b'{' {
                    let end = string(*at);
                    below = format!("{place}/{}", &text[*at + 1..end - 1]);
                    *at = end;
                    skip(at);
                    assert_eq!(text.as_bytes()[*at], b':');
                    *at += 1;
                }
                values(text, at, &below, found);
                empty = false;
                skip(at);
                if text.as_bytes()[*at] == b',' {
                    *at += 1;
                    skip(at);
                }
            }
            *at += 1;
            if !empty {
                return;
            }
        }
        b'"' => *at = string(start),
        _ => *at += text[start..].find([',', '}', ']', '\n']).unwrap_or(text.len() - start),
    }
    // One that says something, if there is one.
    let says = |range: &Range<usize>| !["null", "[]", "{}", "\"\""].contains(&&text[range.clone()]);
    let range = start..*at;
    let known = found.entry(place.to_owned()).or_insert_with(|| range.clone());
    if !says(known) && says(&range) {
        *known = range;
    }
}

/// Another value of the same kind, which can be read as far as the kind is known.
fn another(value: &str) -> String {
    let other = |digit: &str| if digit == "1" { "2" } else { "1" };
    let inner = value.trim_matches('"');
    let is_digest = inner.len() == 64 && inner.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_time = inner.starts_with("2026-") && inner.ends_with('Z');
    let at = value.len() - 1;
    match value {
        "null" => "\"x\"".to_owned(),
        "true" => "false".to_owned(),
        "false" => "true".to_owned(),
        "[]" => "[0]".to_owned(),
        "{}" => "{\"x\":0}".to_owned(),
        _ if is_digest => format!("{}{}\"", &value[..at - 1], other(&value[at - 1..at])),
        _ if is_time => format!("{}{}Z\"", &value[..at - 2], other(&value[at - 2..at - 1])),
        _ if value.starts_with('"') => format!("{}x\"", &value[..at]),
        _ => format!("{}{}", &value[..at], other(&value[at..])),
    }
}

/// Returns the positions in a row at which a cell can be extended.
fn cells(row: &str) -> Vec<usize> {
    let mut quoted = false;
    let mut ends = Vec::new();
    for (at, byte) in row.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => ends.push(at),
            _ => {}
        }
    }
    ends.push(row.len());
    let inside = |end: usize| end - usize::from(row[..end].ends_with('"'));
    ends.into_iter().map(inside).collect()
}
