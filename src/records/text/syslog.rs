//! Syslog: RFC 5424 with structured data, and RFC 3164 as daemons write it, also without the
//! priority, as it stands in files, and with a time of RFC 3339.
//!
//! In a value of structured data `\"`, `\\` and `\]` are escapes (RFC 5424 section 6.3.3); another
//! backslash is a character like others. `-` is no value.

use super::{
    TextField,
    escapes::{find_plain, unescaped},
    malformed,
};
use crate::records::Refusal;

const BOM: char = '\u{feff}';

/// Names of the months in times of RFC 3164.
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Returns the fields of a record. `year` stands before times that have none.
pub(super) fn fields(text: &str, year: Option<u16>) -> Result<Vec<TextField<'_>>, Refusal> {
    let (mut fields, message) = parsed(text, year, false).map_err(|(at, fault)| malformed("syslog", at, fault))?;
    if let Some(message) = message {
        fields.push(TextField::new("message", message));
    }
    Ok(fields)
}

/// Returns the fields of a header that a record of another format has before it.
pub(super) fn header(text: &str, year: Option<u16>) -> Option<Vec<TextField<'_>>> {
    let (mut fields, message) = parsed(text, year, true).ok()?;
    if let Some(message) = message.filter(|message| !message.is_empty()) {
        fields.push(TextField::new("message", message));
    }
    Some(fields)
}

type Parsed<'t> = (Vec<TextField<'t>>, Option<&'t str>);

/// `partial`: a header may end behind any of its parts.
fn parsed(text: &str, year: Option<u16>, partial: bool) -> Result<Parsed<'_>, (usize, &'static str)> {
    let mut fields = Vec::with_capacity(12);
    let priority = text.strip_prefix('<').and_then(|rest| rest.split_once('>'));
    let mut rest = text;
    if let Some((number, behind)) = priority {
        let is_number = (1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
        let number: u16 = number
            .parse()
            .ok()
            .filter(|_| is_number)
            .ok_or((1, "a priority of up to three digits is expected"))?;
        fields.push(TextField::new("priority", number.to_string()));
        fields.push(TextField::new("facility", (number / 8).to_string()));
        fields.push(TextField::new("severity", (number % 8).to_string()));
        rest = behind;
    }
    if priority.is_some()
        && let Some(behind) = rest.strip_prefix("1 ")
    {
        fields.push(TextField::new("version", "1"));
        return new(text, behind, fields, partial);
    }
    old(text, rest, year, fields)
}

/// A record of RFC 5424 behind its version.
fn new<'t>(
    text: &'t str,
    rest: &'t str,
    mut fields: Vec<TextField<'t>>,
    partial: bool,
) -> Result<Parsed<'t>, (usize, &'static str)> {
    let mut at = text.len() - rest.len();
    for name in ["timestamp", "hostname", "app_name", "procid", "msgid"] {
        if partial && at == text.len() {
            return Ok((fields, None));
        }
        let end = text[at..].find(' ').map_or(text.len(), |length| at + length);
        let value = &text[at..end];
        if value.is_empty() {
            return Err((at, "a part of the header is empty"));
        }
        if value != "-" {
            fields.push(TextField::new(name, value));
        }
        at = (end + 1).min(text.len());
    }
    let data = at;
    if text[at..].starts_with('-') {
        at += 1;
    } else {
        let mut elements = Vec::new();
        while text[at..].starts_with('[') {
            let (element, end) = element(text, at)?;
            elements.push(element);
            at = end;
        }
        if elements.is_empty() && !(partial && at == text.len()) {
            return Err((at, "structured data or `-` is expected"));
        }
        if !elements.is_empty() {
            fields.push(TextField::new("structured_data", &text[data..at]).with(elements));
        }
    }
    match text[at..].strip_prefix(' ') {
        Some(message) => Ok((fields, Some(message.strip_prefix(BOM).unwrap_or(message)))),
        None if at == text.len() => Ok((fields, None)),
        None => Err((at, "a blank is expected behind the structured data")),
    }
}

/// An element of structured data, and where it ends.
fn element(text: &str, start: usize) -> Result<(TextField<'_>, usize), (usize, &'static str)> {
    let bytes = text.as_bytes();
    let ends = |byte: &u8| matches!(byte, b' ' | b']' | b'=' | b'"');
    let length = bytes[start + 1..].iter().position(ends);
    let mut at = length
        .map(|length| start + 1 + length)
        .ok_or((start, "an element of structured data is not closed"))?;
    let id = &text[start + 1..at];
    let mut parameters = Vec::new();
    loop {
        match bytes.get(at) {
            Some(b']') => {
                let element = TextField::new(id, &text[start..=at]).with(parameters);
                return Ok((element, at + 1));
            }
            Some(b' ') => at += 1,
            _ => return Err((at, "a blank or `]` is expected in structured data")),
        }
        let Some(quote) = text[at..].find("=\"").map(|length| at + length) else {
            return Err((at, "a name, `=` and a quoted value are expected in structured data"));
        };
        let name = &text[at..quote];
        if name.is_empty() || name.bytes().any(|byte| ends(&byte)) {
            return Err((at, "a name, `=` and a quoted value are expected in structured data"));
        }
        let Some(end) = find_plain(bytes, b'"', quote + 2) else {
            return Err((quote + 1, "a value of structured data is not closed"));
        };
        let value = unescaped(&text[quote + 2..end], |behind| {
            let next = behind.chars().next()?;
            ['"', '\\', ']'].contains(&next).then_some((next, 1))
        });
        parameters.push(TextField::new(name, value));
        at = end + 1;
    }
}

/// A record of RFC 3164 behind its priority: time, host, tag, message.
fn old<'t>(
    text: &'t str,
    rest: &'t str,
    year: Option<u16>,
    mut fields: Vec<TextField<'t>>,
) -> Result<Parsed<'t>, (usize, &'static str)> {
    let at = text.len() - rest.len();
    let (time, behind) = if let Some(length) = old_time(rest) {
        (&rest[..length], &rest[length..])
    } else {
        let (time, _) = rest.split_once(' ').unwrap_or((rest, ""));
        let is_time = time.len() >= 19 && time.as_bytes()[10] == b'T' && time.as_bytes()[4] == b'-';
        if !is_time {
            return Err((at, "a time such as `Jan 16 04:46:33` or one of RFC 3339 is expected"));
        }
        (time, &rest[time.len()..])
    };
    let is_old = time.len() == 15;
    match year.filter(|_| is_old) {
        Some(year) => fields.push(TextField::new("timestamp", format!("{year} {time}"))),
        None => fields.push(TextField::new("timestamp", time)),
    }
    let Some(behind) = behind.strip_prefix(' ') else {
        return if behind.is_empty() {
            Ok((fields, None))
        } else {
            Err((text.len() - behind.len(), "a blank is expected behind the time"))
        };
    };
    let (host, content) = behind.split_once(' ').unwrap_or((behind, ""));
    fields.push(TextField::new("hostname", host));
    let Some((tag, message)) = tag(content) else {
        return Ok((fields, Some(content)));
    };
    fields.extend(tag);
    Ok((fields, Some(message)))
}

/// Returns the year and a time such as `Jan 16 04:46:33.120`, if the text is one that has no year.
pub(super) fn with_year(text: &str, year: u16) -> Option<String> {
    let rest = &text[old_time(text)?..];
    let fraction = rest.strip_prefix('.').unwrap_or(rest);
    let is_fraction = fraction.bytes().all(|byte| byte.is_ascii_digit());
    (rest.is_empty() || is_fraction && fraction.len() < rest.len() && !fraction.is_empty())
        .then(|| format!("{year} {text}"))
}

/// The length of a time such as `Jan 16 04:46:33`, if the text begins with one.
fn old_time(text: &str) -> Option<usize> {
    let time = text.as_bytes().get(..15)?;
    let digit = |at: usize| time[at].is_ascii_digit();
    let month = MONTHS.iter().any(|month| time.starts_with(month.as_bytes()));
    let day = (time[4] == b' ' || digit(4)) && digit(5);
    let clock = [7, 8, 10, 11, 13, 14].into_iter().all(digit) && time[9] == b':' && time[12] == b':';
    (month && time[3] == b' ' && day && time[6] == b' ' && clock).then_some(15)
}

/// The tag of a message, such as `sshd[42]:`, and what follows it.
fn tag(content: &str) -> Option<(Vec<TextField<'_>>, &str)> {
    let end = content.find(|c: char| c == ':' || c == '[' || c.is_whitespace())?;
    let name = &content[..end];
    if name.is_empty() {
        return None;
    }
    let mut fields = vec![TextField::new("app_name", name)];
    let mut rest = &content[end..];
    if let Some((id, behind)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        fields.push(TextField::new("procid", id));
        rest = behind;
    }
    let rest = rest.strip_prefix(':')?;
    Some((fields, rest.strip_prefix(' ').unwrap_or(rest)))
}
