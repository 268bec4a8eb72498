//! Records of texts between blanks, some in quotes: access logs of Apache, nginx and AWS, and the
//! Extended Log File Format of the W3C.

use std::borrow::Cow;

use super::{TextField, escapes::find_plain, malformed};
use crate::records::Refusal;

/// Fields of an access log entry of an Application Load Balancer, in their order. AWS adds new ones
/// at the end.
const ALB: [&str; 33] = [
    "type",
    "time",
    "elb",
    "client:port",
    "target:port",
    "request_processing_time",
    "target_processing_time",
    "response_processing_time",
    "elb_status_code",
    "target_status_code",
    "received_bytes",
    "sent_bytes",
    "request",
    "user_agent",
    "ssl_cipher",
    "ssl_protocol",
    "target_group_arn",
    "trace_id",
    "domain_name",
    "chosen_cert_arn",
    "matched_rule_priority",
    "request_creation_time",
    "actions_executed",
    "redirect_url",
    "error_reason",
    "target:port_list",
    "target_status_code_list",
    "classification",
    "classification_reason",
    "conn_trace_id",
    "transformed_host",
    "transformed_uri",
    "request_transform_status",
];

/// Entries had as many fields when the format was published.
const ALB_LEAST: usize = 17;

/// The escapes of Apache (`mod_log_config`) and nginx (`log_format`): `\"`, `\\`, C's letters for
/// blanks, and bytes in two hexadecimal digits. Bytes that are no UTF-8 together stay as written.
fn of_server(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let (mut plain, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some((&first, behind)) = rest.split_first() {
        let escape = (first == b'\\').then(|| behind.first()).flatten();
        let simple = match escape {
            Some(b'"') => Some(b'"'),
            Some(b'\\') => Some(b'\\'),
            Some(b'n') => Some(b'\n'),
            Some(b'r') => Some(b'\r'),
            Some(b't') => Some(b'\t'),
            Some(b'b') => Some(8),
            Some(b'v') => Some(11),
            _ => None,
        };
        let hex = || {
            let digits = behind
                .get(1..3)
                .filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
            u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
        };
        let (byte, length) = match (simple, escape) {
            (Some(byte), _) => (byte, 2),
            (None, Some(b'x')) => hex().map_or((first, 1), |byte| (byte, 4)),
            _ => (first, 1),
        };
        plain.push(byte);
        rest = &rest[length..];
    }
    String::from_utf8(plain).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Returns the fields of a line of the combined or common log format.
pub(super) fn combined(text: &str) -> Result<Vec<TextField<'_>>, Refusal> {
    let fault = |at: usize, fault: &str| malformed("combined log format", at, fault);
    let mut fields = Vec::with_capacity(12);
    let mut at = 0;
    for name in ["host", "ident"] {
        let length = text[at..].find(' ').ok_or_else(|| fault(at, "a blank is expected"))?;
        fields.push(TextField::new(name, &text[at..at + length]));
        at += length + 1;
    }
    // A user's name may have blanks and brackets, and no quotation mark that is not escaped.
    let (bracket, end) = time(text, at).ok_or_else(|| fault(at, "a user and a time in brackets are expected"))?;
    fields.push(TextField::new("user", of_server(&text[at..bracket - 1])));
    fields.push(TextField::new("time", &text[bracket + 1..end]));
    at = end + 2;
    let request = quoted(text, &mut at).ok_or_else(|| fault(at, "the request in quotation marks is expected"))?;
    let request = of_server(request);
    let parts: Vec<String> = request.splitn(3, ' ').map(str::to_owned).collect();
    fields.push(TextField::new("request", request));
    if let [method, target, protocol] = <[String; 3]>::try_from(parts).unwrap_or_default()
        && !method.is_empty()
    {
        fields.push(TextField::new("method", method));
        fields.push(TextField::new("target", target));
        fields.push(TextField::new("protocol", protocol));
    }
    for name in ["status", "bytes"] {
        let rest = text[at..]
            .strip_prefix(' ')
            .ok_or_else(|| fault(at, "a blank is expected"))?;
        let length = rest.find(' ').unwrap_or(rest.len());
        let value = &rest[..length];
        if value != "-" && (value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_digit())) {
            return Err(fault(at + 1, "a number is expected"));
        }
        fields.push(TextField::new(name, value));
        at += 1 + length;
    }
    if at == text.len() {
        return Ok(fields);
    }
    for name in ["referer", "user_agent"] {
        at += usize::from(text[at..].starts_with(' '));
        let value = quoted(text, &mut at).ok_or_else(|| fault(at, "a text in quotation marks is expected"))?;
        fields.push(TextField::new(name, of_server(value)));
    }
    if at < text.len() {
        return Err(fault(
            at,
            "more than the format has: for a log of your own format write `matches` with an expression of named groups",
        ));
    }
    Ok(fields)
}

/// Returns the places of the bracket before the time and of the one behind it: the first that holds
/// a time and that the request's quotation mark follows.
fn time(text: &str, from: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let is_time = |at: usize| {
        let time = bytes.get(at + 1..at + 27)?;
        let colons = [11, 14, 17].iter().all(|at| time[*at] == b':');
        let bars = time[2] == b'/' && time[6] == b'/' && time[20] == b' ';
        (colons && bars && bytes[at + 27..].starts_with(b"] \"")).then_some(())
    };
    let mut brackets = memchr::memchr_iter(b'[', &bytes[from..]).map(|at| from + at);
    let bracket = brackets.find(|at| *at > from && bytes[at - 1] == b' ' && is_time(*at).is_some())?;
    Some((bracket, bracket + 27))
}

/// The text in quotation marks that begins here; moves behind it.
fn quoted<'t>(text: &'t str, at: &mut usize) -> Option<&'t str> {
    if !text[*at..].starts_with('"') {
        return None;
    }
    let end = find_plain(text.as_bytes(), b'"', *at + 1)?;
    let inside = &text[*at + 1..end];
    *at = end + 1;
    Some(inside)
}

/// Returns the fields of an access log entry of an Application Load Balancer. The documentation
/// states no escape, so a text is as it was logged; a quotation mark behind a backslash ends none.
pub(super) fn alb(text: &str) -> Result<Vec<TextField<'_>>, Refusal> {
    let fault = |at: usize, fault: &str| malformed("access log of a load balancer", at, fault);
    let mut fields = Vec::with_capacity(ALB.len());
    let mut names = ALB.iter();
    let mut at = 0;
    loop {
        let value = if text[at..].starts_with('"') {
            let start = at;
            quoted(text, &mut at).ok_or_else(|| fault(start, "the quotation mark is not closed"))?
        } else {
            let length = text[at..].find(' ').unwrap_or(text.len() - at);
            at += length;
            &text[at - length..at]
        };
        if value.is_empty() && text.as_bytes()[..at].last() != Some(&b'"') {
            return Err(fault(at, "a field is expected"));
        }
        // Fields that are newer than this list have no name.
        if let Some(name) = names.next() {
            fields.push(TextField::new(*name, value));
        }
        match text[at..].strip_prefix(' ') {
            Some(_) => at += 1,
            None if at == text.len() => break,
            None => return Err(fault(at, "a blank is expected")),
        }
    }
    if fields.len() < ALB_LEAST {
        return Err(fault(
            text.len(),
            &format!("{} fields, and an entry has {ALB_LEAST} and more", fields.len()),
        ));
    }
    Ok(fields)
}

/// Returns the fields of an entry of the Extended Log File Format, with the names that the last
/// `#Fields:` line before it gives. A text in quotes has each quotation mark doubled.
pub(super) fn w3c<'t>(text: &'t str, columns: Option<&'t [String]>) -> Result<Vec<TextField<'t>>, Refusal> {
    let fault = |at: usize, fault: &str| malformed("W3C extended log", at, fault);
    let columns = columns.ok_or_else(|| fault(0, "no `#Fields:` line stands before it"))?;
    let bytes = text.as_bytes();
    let mut fields = Vec::with_capacity(columns.len());
    let mut count = 0;
    let mut at = 0;
    loop {
        while matches!(bytes.get(at), Some(b' ' | b'\t')) {
            at += 1;
        }
        if at == bytes.len() {
            break;
        }
        let value = if bytes[at] == b'"' {
            let (value, end) = doubled(text, at + 1).ok_or_else(|| fault(at, "the quotation mark is not closed"))?;
            at = end;
            value
        } else {
            let length = bytes[at..].iter().position(|byte| matches!(byte, b' ' | b'\t'));
            let end = length.map_or(bytes.len(), |length| at + length);
            let value = Cow::Borrowed(&text[at..end]);
            at = end;
            value
        };
        if bytes.get(at).is_some_and(|byte| !matches!(byte, b' ' | b'\t')) {
            return Err(fault(at, "a blank is expected"));
        }
        if let Some(name) = columns.get(count) {
            // A hyphen is no value.
            if value != "-" {
                fields.push(TextField::new(name.as_str(), value));
            }
        }
        count += 1;
    }
    if count != columns.len() {
        return Err(fault(
            text.len(),
            &format!(
                "it has {count} fields, and the `#Fields:` line before it names {}",
                columns.len()
            ),
        ));
    }
    Ok(fields)
}

/// The text up to the quotation mark that ends it, in which two stand for one; and where it ends.
fn doubled(text: &str, start: usize) -> Option<(Cow<'_, str>, usize)> {
    let bytes = text.as_bytes();
    let mut at = start;
    loop {
        let quote = at + memchr::memchr(b'"', &bytes[at..])?;
        if bytes.get(quote + 1) != Some(&b'"') {
            let inside = &text[start..quote];
            let inside = if inside.contains('"') {
                Cow::Owned(inside.replace("\"\"", "\""))
            } else {
                Cow::Borrowed(inside)
            };
            return Some((inside, quote + 1));
        }
        at = quote + 2;
    }
}

/// Returns the names of a `#Fields:` line.
pub(super) fn columns(line: &str) -> Option<Vec<String>> {
    let names = line
        .strip_prefix("#Fields:")
        .or_else(|| line.strip_prefix("#fields:"))?;
    Some(names.split_ascii_whitespace().map(str::to_owned).collect())
}
