//! Advice on a refused record, from the shape of its text: a text that is no JSON object, or an
//! object that lacks what an event needs.

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::value::RawValue;

use crate::text::{counted, json_pointer, shortened};

/// Levels of members at which records are searched for.
const DEPTH: usize = 3;

/// Number of members of a record without a time that are named.
const NAMES: usize = 8;

/// Members in which SIEMs and log shippers keep the event: Elasticsearch, Google Cloud Logging,
/// Vector, Windows event forwarding.
const SHIPPED: [&str; 5] = ["_source", "jsonPayload", "protoPayload", "message", "event"];

/// Characters of a member's name that are shown.
const NAME: usize = 40;

/// Returns advice on a record that is refused, where its shape is a known one.
pub fn hint(text: &[u8]) -> Option<Cow<'static, str>> {
    let text = text.trim_ascii();
    if let Some(hint) = container(text) {
        return Some(hint.into());
    }
    plain(text).map(Cow::Borrowed)
}

/// Returns the stream, the flag and the text of a container runtime's line (`<time> stdout F
/// <text>`, the format of the Kubernetes Container Runtime Interface).
fn container_line(line: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let mut parts = line.splitn(4, |byte| *byte == b' ');
    let (_, stream, flag) = (parts.next()?, parts.next()?, parts.next()?);
    let is_stream = [&b"stdout"[..], b"stderr"].contains(&stream);
    is_stream.then(|| (stream, flag, parts.next().unwrap_or_default()))
}

/// Returns whether a line has the form of a container runtime's, so that commas in it separate no
/// cells.
pub(super) fn is_container_line(line: &[u8]) -> bool {
    container_line(line).is_some_and(|(_, flag, _)| [&b"P"[..], b"F"].contains(&flag))
}

/// Returns advice on a container runtime's line, if its record is split over several.
fn container(line: &[u8]) -> Option<String> {
    let (stream, flag, part) = container_line(line)?;
    let bytes = counted(part.len() as u64, "byte", "bytes");
    let stream = String::from_utf8_lossy(stream);
    match flag {
        b"P" => Some(format!(
            "a container runtime's partial line (flag P) with {bytes} of a record; the rest is in the next lines of {stream}: join \
             them up to flag F, then read again"
        )),
        b"F" if part.ends_with(b"}") && !part.starts_with(b"{") => Some(format!(
            "a container runtime's last line (flag F) with {bytes} of a record; if lines of {stream} before it have flag P, it begins \
             there: join them, then read again"
        )),
        _ => None,
    }
}

fn plain(text: &[u8]) -> Option<&'static str> {
    let has = |needle: &[u8]| memchr::memmem::find(text, needle).is_some();
    let first = text.first().copied()?;
    if first == b'"' && text.ends_with(b"\"") && has(b"{\\\"") {
        return Some("a JSON string with the record as text in it: decode each line, as `jq -r .` does");
    }
    if has(b"{'") || has(b": None") || has(b": True") || has(b": False") {
        return Some("looks like Python's notation, not JSON: export it with json.dumps");
    }
    if has(b"NaN") || has(b"Infinity") {
        return Some("NaN and Infinity are no JSON numbers: export them as null or as texts");
    }
    if has(b"\x1b[") {
        return Some("holds terminal escape codes (colours): remove them, or export without colours");
    }
    if text.starts_with(b"HTTP/") {
        return Some("an HTTP header: save the body of the response alone");
    }
    if first == b'#' {
        return Some(
            "a comment, as logs of Zeek and W3C begin with: leave these lines out, and write the names of the `#fields` line as the header of a CSV",
        );
    }
    match first {
        b'[' if text.ends_with(b"]") => Some(
            "an array: each record must be an object; if its first items are names of columns, export objects or CSV",
        ),
        b'{' if !text.ends_with(b"}") => Some("it does not end with a brace: it was cut, or text follows the object"),
        b'{' | b'[' => None,
        _ if !text.contains(&b'{') => Some(
            "a line of text without a JSON object; if it stands before the header of a table, state `skip_lines` in `[[logs]]`; cells of a table \
             are separated by commas, semicolons, tabs or `|`",
        ),
        _ if text.ends_with(b"}") => None,
        _ => Some("text around the JSON: what is behind or before the object holds an unfinished one"),
    }
}

/// Returns advice on where the records of an object may be that has no time where the profile reads
/// one.
pub fn shape(json: &str) -> Option<String> {
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(json).ok()?;
    let is = |value: &RawValue, begin: char| value.get().starts_with(begin);
    if let [(action, target)] = members.iter().collect::<Vec<_>>()[..]
        && ["index", "create", "update", "delete"].contains(&action.as_str())
        && target.get().contains("\"_i")
    {
        return Some("an action line of Elasticsearch's bulk format, which is no event".to_owned());
    }
    if let Some(path) = table(&members, "", DEPTH) {
        return Some(format!(
            "it is a table, with the names of columns in `{path}` and rows that are lists: export objects or CSV"
        ));
    }
    if let Some((path, count)) = list(&members, "", DEPTH) {
        return Some(format!(
            "its member `{path}` is a list of {}: if those are the records, state `records = \"{path}\"` in its \
             `[[logs]]`",
            counted(count, "object", "objects")
        ));
    }
    if let Some(path) = text_of_object(&members, "", DEPTH) {
        return Some(format!(
            "its member `{path}` is the text of an object: if that is the event, state `unwrap = [\"{path}\"]` in its `[[logs]]`"
        ));
    }
    let (first, value) = members.first_key_value()?;
    if members.len() > 1 && members.values().all(|value| is(value, '{')) {
        return Some(format!(
            "each of its {} members is an object, as `{}`: if those are the records, write them one a line, as `jq -c '.[]'` does",
            members.len(),
            shortened(first, NAME)
        ));
    }
    let shipped = SHIPPED
        .iter()
        .find(|name| members.get(**name).is_some_and(|value| is(value, '{')));
    if let Some(name) = shipped
        .copied()
        .or_else(|| (members.len() == 1 && is(value, '{')).then_some(first.as_str()))
    {
        let path = below("", name);
        return Some(format!(
            "its member `{path}` is an object: if that is the event, state `unwrap = [\"{path}\"]` in its `[[logs]]`"
        ));
    }
    let names: Vec<_> = members
        .keys()
        .take(NAMES)
        .map(|name| format!("`{}`", shortened(name, NAME)))
        .collect();
    let more = members.len().saturating_sub(NAMES);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    (!names.is_empty()).then(|| format!("its members are {}{more}", names.join(", ")))
}

/// Returns the path of the first member whose text is an object.
fn text_of_object(members: &BTreeMap<String, &RawValue>, path: &str, depth: usize) -> Option<String> {
    let is_object = |value: &RawValue| {
        value.get().starts_with("\"{\\\"")
            && serde_json::from_str::<String>(value.get()).is_ok_and(|text| {
                serde_json::from_str::<BTreeMap<String, &RawValue>>(&text).is_ok_and(|inner| inner.len() > 1)
            })
    };
    let found = members.iter().find(|(_, value)| is_object(value));
    let found = found.map(|(name, _)| below(path, name));
    found.or_else(|| inside(members, path, depth, text_of_object))
}

/// Returns the path of the member with the names of columns, beside one that holds rows.
fn table(members: &BTreeMap<String, &RawValue>, path: &str, depth: usize) -> Option<String> {
    let rows = ["rows", "data", "values"].iter().find_map(|name| members.get(*name));
    let is_list = |value: &&RawValue| value.get().starts_with('[');
    for name in ["columns", "fields", "headers", "schema"] {
        let has_names = members
            .get(name)
            .is_some_and(|value| is_list(value) || name == "schema");
        if has_names
            && rows
                .is_some_and(|rows| first_item(rows).is_some_and(|row| row.get().starts_with('[') || name == "schema"))
        {
            return Some(format!("{path}/{name}"));
        }
    }
    inside(members, path, depth, table)
}

/// Returns the path of the first member that is a list of objects, and its length.
fn list(members: &BTreeMap<String, &RawValue>, path: &str, depth: usize) -> Option<(String, u64)> {
    for (name, value) in members {
        let items: Vec<&RawValue> = serde_json::from_str(value.get()).unwrap_or_default();
        if !items.is_empty() && items.iter().all(|item| item.get().starts_with('{')) {
            return Some((below(path, name), items.len() as u64));
        }
    }
    inside(members, path, depth, list)
}

/// Searches the members that are objects, and the first objects of lists.
fn inside<T>(
    members: &BTreeMap<String, &RawValue>,
    path: &str,
    depth: usize,
    look: impl Fn(&BTreeMap<String, &RawValue>, &str, usize) -> Option<T>,
) -> Option<T> {
    if depth <= 1 {
        return None;
    }
    members.iter().find_map(|(name, value)| {
        let path = below(path, name);
        let (value, path) = match first_item(value) {
            Some(first) => (first, format!("{path}/0")),
            None => (*value, path),
        };
        look(&serde_json::from_str(value.get()).ok()?, &path, depth - 1)
    })
}

fn first_item(list: &RawValue) -> Option<&RawValue> {
    serde_json::from_str::<Vec<&RawValue>>(list.get())
        .ok()?
        .first()
        .copied()
}

/// Returns the JSON pointer to a member below `path`.
fn below(path: &str, name: &str) -> String {
    path.to_owned() + &json_pointer([&*shortened(name, NAME)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_shapes_are_named() {
        for (text, word) in [
            (
                r#"2026-01-16T00:00:00Z stdout P {"a":"#,
                "with 5 bytes of a record; the rest is in the next lines of stdout",
            ),
            (
                "2026-01-16T00:00:00Z stderr F 1}",
                "if lines of stderr before it have flag P",
            ),
            (r#""{\"a\":1}""#, "JSON string"),
            ("{'a': None}", "Python"),
            (r#"{"a":NaN}"#, "NaN"),
            ("\u{1b}[0mx", "escape"),
            ("HTTP/2 200", "HTTP"),
            ("#fields\tts\tid", "comment"),
            ("[1,2]", "array"),
            ("Audit export", "`skip_lines`"),
            ("x stdout F started", "a line of text"),
            (r#"{"a":"#, "cut"),
        ] {
            assert!(hint(text.as_bytes()).is_some_and(|hint| hint.contains(word)), "{text}");
        }
        for text in [r#"{"a":1 "b"}"#, r#"x {"a":1}"#] {
            assert_eq!(hint(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn places_of_records_are_named() {
        for (json, said) in [
            (
                r#"{"e1":{"a":1},"e2":{"a":2}}"#,
                Some("each of its 2 members is an object, as `e1`"),
            ),
            (
                r#"{"tables":[{"columns":[{"name":"a"}],"rows":[["b"]]}]}"#,
                Some("columns in `/tables/0/columns`"),
            ),
            (
                r#"{"columns":["a"],"index":[0],"data":[["b"]]}"#,
                Some("columns in `/columns`"),
            ),
            (
                r#"{"schema":{"fields":[]},"rows":[{"f":[{"v":"b"}]}]}"#,
                Some("columns in `/schema`"),
            ),
            (
                r#"{"result":{"a/b":[{"x":1},{"x":2}]}}"#,
                Some("`/result/a~1b` is a list of 2 objects"),
            ),
            (r#"{"index":{"_index":"audit","_id":"e1"}}"#, Some("bulk format")),
            (
                r#"{"preview":false,"result":{"_raw":"{\"a\":1,\"b\":2}"}}"#,
                Some("state `unwrap = [\"/result/_raw\"]`"),
            ),
            (
                r#"{"_id":"1","_source":{"a":1}}"#,
                Some("state `unwrap = [\"/_source\"]`"),
            ),
            (
                r#"{"actor":{"id":"a"},"action":"view"}"#,
                Some("its members are `action`, `actor`"),
            ),
            (r#"{"rows":[["a"]]}"#, Some("its members are `rows`")),
            ("{}", None),
            ("[1]", None),
        ] {
            let found = shape(json);
            assert_eq!(found.is_some(), said.is_some(), "{json}: {found:?}");
            assert!(
                found.as_deref().unwrap_or_default().contains(said.unwrap_or_default()),
                "{json}: {found:?}"
            );
        }
    }
}
