//! Field of a record in which a text stands, to say where others' records name a listed identity.

use serde_json::Value;

use super::record_format::RecordFormat;
use crate::{
    records::{Header, RowReader, json_part},
    text::{json_pointer, shortened},
};

/// Levels of members that are looked at.
const DEPTH: usize = 8;

/// Characters of a field's name that are kept: the author of the log may choose it.
const LONGEST: usize = 80;

/// Returns the column, or the pointer to the member, whose text has this one in it; none where it
/// stands in no text, such as in the name of a member, or is written with escapes.
pub(super) fn field_of(form: &RecordFormat<'_>, header: Option<&Header>, record: &[u8], text: &str) -> Option<String> {
    let found = match (form, header) {
        (RecordFormat::Rows { .. }, Some(header)) => {
            let mut reader = RowReader::new(header.delimiter);
            let cells = reader.read(header, record).ok()?;
            let at = cells.iter().position(|cell| cell.contains(text))?;
            header.columns.get(at)?.clone()
        }
        (RecordFormat::Text(_), _) => return None,
        _ => {
            let value: Value = serde_json::from_slice(json_part(record)).ok()?;
            let mut path = Vec::new();
            member(&value, text, &mut path).then(|| json_pointer(path.iter().map(String::as_str)))?
        }
    };
    Some(shortened(&found, LONGEST).into_owned())
}

/// Finds the first text that holds this one, and leaves the way to it.
fn member(value: &Value, text: &str, path: &mut Vec<String>) -> bool {
    if path.len() > DEPTH {
        return false;
    }
    let mut within = |name: String, value: &Value| {
        path.push(name);
        let found = member(value, text, path);
        if !found {
            path.pop();
        }
        found
    };
    match value {
        Value::String(own) => own.contains(text),
        Value::Object(members) => members.iter().any(|(name, value)| within(name.clone(), value)),
        Value::Array(items) => {
            let mut items = items.iter().enumerate();
            items.any(|(at, value)| within(at.to_string(), value))
        }
        _ => false,
    }
}
