//! Events of SIEMs: CEF and LEEF. Both have a header of parts between vertical bars, and pairs
//! behind it; a syslog header may stand before.
//!
//! CEF: "Implementing `ArcSight` Common Event Format". In the header a bar and a
//! backslash are escaped by a backslash; in a value of the extension an equals sign and a backslash
//! are, and `\n` and `\r` stand for line ends. Another backslash is a character like others. A
//! value ends before the blank in front of the next name.
//!
//! LEEF: IBM, "LEEF event components". Version 1.0 separates pairs by tabs, 2.0 by the
//! character that the header states, itself or in hexadecimal digits behind `x`. There is no
//! escape.

use super::{
    TextField,
    escapes::{find_plain, is_escaped, unescaped},
    malformed, syslog,
};
use crate::records::Refusal;

/// Parts of the header of CEF, behind its version.
const CEF: [&str; 6] = [
    "device_vendor",
    "device_product",
    "device_version",
    "device_event_class_id",
    "name",
    "severity",
];

/// Parts of the header of LEEF, behind its version.
const LEEF: [&str; 4] = ["vendor", "product", "product_version", "event_id"];

/// Returns the fields of a record of CEF: the extension's by their names, the header's inside of
/// `header`, those of a syslog header inside of `syslog`, and custom fields by their labels inside
/// of `custom`. `year` stands before times that have none.
pub(super) fn cef(text: &str, year: Option<u16>) -> Result<Vec<TextField<'_>>, Refusal> {
    let (start, version) = begin("CEF", text)?;
    let mut header = vec![TextField::new("version", version)];
    let mut at = start + "CEF:".len() + version.len() + 1;
    let bytes = text.as_bytes();
    for name in CEF {
        let end = find_plain(bytes, b'|', at);
        let Some(end) = end else {
            return Err(malformed(
                "CEF",
                at,
                &format!("a bar is expected behind `{name}` of the header"),
            ));
        };
        header.push(TextField::new(
            name,
            unescaped(&text[at..end], |behind| one_of(behind, &['|', '\\'])),
        ));
        at = end + 1;
    }
    let mut fields = extension(text, at)?;
    if let Some(year) = year {
        fields.iter_mut().for_each(|field| add_year(field, year));
    }
    if let Some(custom) = custom(&fields) {
        fields.push(custom);
    }
    let written = &text[start..at];
    fields.push(TextField::new("header", written).with(header));
    fields.extend(syslog_header(&text[..start], year));
    Ok(fields)
}

/// Returns where the format begins and its version.
fn begin<'t>(format: &str, text: &'t str) -> Result<(usize, &'t str), Refusal> {
    let mark = format!("{format}:");
    let places = memchr::memmem::find_iter(text.as_bytes(), mark.as_bytes());
    for start in places {
        let behind = &text[start + mark.len()..];
        let version = behind.split('|').next().unwrap_or_default();
        let is_version = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let alone = start == 0 || text[..start].ends_with([' ', '\t']);
        if is_version && alone && version.len() < behind.len() {
            return Ok((start, version));
        }
    }
    Err(malformed(
        format,
        0,
        &format!("`{mark}`, a version and a bar are expected"),
    ))
}

/// An escape of one of these characters.
fn one_of(behind: &str, characters: &[char]) -> Option<(char, usize)> {
    let next = behind.chars().next()?;
    characters.contains(&next).then_some((next, next.len_utf8()))
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'[' | b']')
}

/// The pairs of an extension, which begins at this byte.
fn extension(text: &str, from: usize) -> Result<Vec<TextField<'_>>, Refusal> {
    let bytes = text.as_bytes();
    let mut fields: Vec<TextField<'_>> = Vec::with_capacity(24);
    // Name and the beginning of the value that is open.
    let mut open: Option<(&str, usize)> = None;
    let value = |start: usize, end: usize| {
        unescaped(&text[start..end], |behind| match behind.as_bytes().first()? {
            b'=' => Some(('=', 1)),
            b'\\' => Some(('\\', 1)),
            b'n' => Some(('\n', 1)),
            b'r' => Some(('\r', 1)),
            _ => None,
        })
    };
    let first = bytes[from..].iter().take_while(|byte| **byte == b' ').count() + from;
    for equals in memchr::memchr_iter(b'=', &bytes[from..]).map(|at| from + at) {
        let least = open.map_or(first, |(_, start)| start);
        if is_escaped(&bytes[..equals], equals) && open.is_some() {
            continue;
        }
        let length = bytes[least..equals]
            .iter()
            .rev()
            .take_while(|byte| is_name(**byte))
            .count();
        let name = equals - length;
        let begins = length > 0 && (name == first || name > least && bytes[name - 1] == b' ');
        if !begins {
            // An equals sign inside of a value that no name precedes.
            continue;
        }
        if open.is_none() && name != first {
            // What stands before the first name would be lost.
            break;
        }
        if let Some((known, start)) = open {
            fields.push(TextField::new(known, value(start, name - 1)));
        }
        open = Some((&text[name..equals], equals + 1));
    }
    match open {
        Some((name, start)) => fields.push(TextField::new(name, value(start, bytes.len()))),
        None if first < bytes.len() => {
            return Err(malformed(
                "CEF",
                first,
                "a name and `=` are expected at the beginning of the extension",
            ));
        }
        None => {}
    }
    Ok(fields)
}

/// Values of custom fields by their labels: `cs1=acme cs1Label=Tenant` is `acme` for `Tenant`.
fn custom<'t>(fields: &[TextField<'t>]) -> Option<TextField<'t>> {
    let labels = fields.iter().filter_map(|label| {
        let name = label.name.strip_suffix("Label")?;
        let value = fields.iter().find(|field| field.name == name)?;
        Some(TextField::new(label.text.clone(), value.text.clone()))
    });
    let custom: Vec<_> = labels.collect();
    (!custom.is_empty()).then(|| TextField::new("custom", "").with(custom))
}

/// A syslog header before an event, with its fields if it is one.
fn syslog_header(text: &str, year: Option<u16>) -> Option<TextField<'_>> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let field = TextField::new("syslog", text);
    Some(match syslog::header(text, year) {
        Some(header) => field.with(header),
        None => field,
    })
}

/// Returns the fields of a record of LEEF: the attributes by their names, the header's inside of
/// `header`, those of a syslog header inside of `syslog`.
pub(super) fn leef(text: &str, year: Option<u16>) -> Result<Vec<TextField<'_>>, Refusal> {
    let (start, version) = begin("LEEF", text)?;
    let mut header = vec![TextField::new("version", version)];
    let mut at = start + "LEEF:".len() + version.len() + 1;
    for name in LEEF {
        let Some(length) = text[at..].find('|') else {
            return Err(malformed(
                "LEEF",
                at,
                &format!("a bar is expected behind `{name}` of the header"),
            ));
        };
        header.push(TextField::new(name, &text[at..at + length]));
        at += length + 1;
    }
    let mut delimiter = '\t';
    if version.starts_with('2')
        && let Some((stated, length)) = text[at..]
            .find('|')
            .and_then(|length| Some((stated(&text[at..at + length])?, length)))
    {
        delimiter = stated;
        at += length + 1;
    }
    let mut fields = Vec::with_capacity(24);
    let mut from = at;
    for attribute in text[at..].split(delimiter) {
        match attribute.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => fields.push(TextField::new(name.trim(), value)),
            None if attribute.trim().is_empty() => {}
            _ => return Err(malformed("LEEF", from, "an attribute without a name and `=`")),
        }
        from += attribute.len() + delimiter.len_utf8();
    }
    if let Some(year) = year {
        fields.iter_mut().for_each(|field| add_year(field, year));
    }
    let written = &text[start..at];
    fields.push(TextField::new("header", written).with(header));
    fields.extend(syslog_header(&text[..start], year));
    Ok(fields)
}

/// Names of fields that hold times: those of CEF, and `devTime` of LEEF.
const TIMES: [&str; 11] = [
    "rt",
    "start",
    "end",
    "art",
    "deviceCustomDate1",
    "deviceCustomDate2",
    "fileCreateTime",
    "fileModificationTime",
    "oldFileModificationTime",
    "flexDate1",
    "devTime",
];

/// Puts the year before the text of a field that is a time without one.
fn add_year(field: &mut TextField<'_>, year: u16) {
    if TIMES.contains(&field.name.as_ref())
        && let Some(time) = syslog::with_year(&field.text, year)
    {
        field.text = time.into();
    }
}

/// The delimiter that a header states: one character, or its number in hexadecimal digits. An empty
/// part states the tab.
fn stated(part: &str) -> Option<char> {
    if part.is_empty() {
        return Some('\t');
    }
    let mut characters = part.chars();
    if let (Some(only), None) = (characters.next(), characters.next()) {
        return Some(only);
    }
    let digits = part.strip_prefix("0x").or_else(|| part.strip_prefix('x'))?;
    let is_hex = digits.len() <= 4 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| char::from_u32(u32::from_str_radix(digits, 16).ok()?))?
}
