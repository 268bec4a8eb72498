//! The message that a tenant's report is sent with, as text and as a draft for a mail program.

use std::{borrow::Cow, fmt::Write as _};

use base64ct::{Base64, Encoding as _};

use crate::{
    case::CaseHeader,
    findings::{Level, TenantFinding},
    text::{shortened, visible},
};

/// Most characters of a tenant's id in a subject.
const ID: usize = 60;

/// Most bytes of a line of a message; RFC 5322 allows 998.
const LINE: usize = 900;

/// Returns the subject of a tenant's message: label, case, and what is asked of the reader.
pub(super) fn subject(case: &CaseHeader, draft: bool, tenant: &TenantFinding) -> String {
    let id = shortened(&tenant.id.0, ID);
    let asks = match (tenant.events, tenant.level) {
        (0, _) => format!("no action found in your tenant {id}"),
        (_, Level::ActNow) => format!("actions in your tenant {id}, please act today"),
        (_, Level::Check) => format!("actions in your tenant {id}, please check this week"),
        (_, Level::Information) => format!("actions in your tenant {id}, for your information"),
    };
    let draft = if draft { "DRAFT " } else { "" };
    visible(&format!("{draft}[TLP:{}] {}: {asks}", case.tlp.as_str(), case.id)).into_owned()
}

/// Returns the addresses in what the directory states as a tenant's contact.
pub(super) fn addresses(contact: &str) -> Vec<&str> {
    if contact.chars().any(char::is_control) {
        return Vec::new();
    }
    contact
        .split([',', ';', ' '])
        .map(|part| part.trim_matches(['<', '>']))
        .filter(|part| is_address(part))
        .collect()
}

/// Whether a header can name it as it is.
fn is_address(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~.-".contains(&byte);
    text.split_once('@').is_some_and(|(local, host)| {
        !local.is_empty() && !host.is_empty() && [local, host].iter().all(|part| part.bytes().all(plain))
    })
}

/// Returns a message that a mail program opens as a draft. Its date is the case's, so that its
/// bytes are the same each time.
pub(super) fn message(case: &CaseHeader, subject: &str, contact: Option<&str>, body: &str) -> String {
    let mut message = String::new();
    let mut header = |name: &str, value: &str| {
        if !value.is_empty() {
            write!(message, "{name}: {value}\r\n").expect("a text takes every write");
        }
    };
    let from = case.contact.as_deref().map(addresses).unwrap_or_default();
    header("From", from.first().copied().unwrap_or_default());
    header("To", &contact.map(addresses).unwrap_or_default().join(", "));
    header("Subject", &encoded(subject));
    let date = case.issued.map(|issued| issued.instant().to_rfc2822());
    header("Date", &date.unwrap_or_default());
    header("MIME-Version", "1.0");
    header("Content-Type", "text/plain; charset=utf-8");
    header("Content-Transfer-Encoding", "8bit");
    header("X-Unsent", "1");
    message.push_str("\r\n");
    for line in body.lines() {
        let mut rest = line;
        while rest.len() > LINE {
            let end = rest.floor_char_boundary(LINE);
            let end = rest[..end].rfind(' ').map_or(end, |blank| blank + 1);
            message.push_str(&rest[..end]);
            message.push_str("\r\n");
            rest = &rest[end..];
        }
        message.push_str(rest);
        message.push_str("\r\n");
    }
    message
}

/// A text in a header: as it is where it is ASCII, else in encoded words (RFC 2047).
fn encoded(text: &str) -> Cow<'_, str> {
    if text.is_ascii() && text.len() <= LINE {
        return Cow::Borrowed(text);
    }
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (word, more) = rest.split_at(rest.floor_char_boundary(45));
        words.push(format!("=?utf-8?B?{}?=", Base64::encode_string(word.as_bytes())));
        rest = more;
    }
    words.join("\r\n ").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_are_addresses_or_none() {
        for (contact, expected) in [
            ("security@acme.example", "security@acme.example"),
            ("a@x.example; <b@y.example>, c", "a@x.example|b@y.example"),
            ("Jane Doe <jane@x.example>", "jane@x.example"),
            ("a@x.example\r\nBcc: evil@y.example", ""),
            ("a@x.example\u{2028}b", ""),
            ("@x", ""),
            ("", ""),
        ] {
            assert_eq!(addresses(contact).join("|"), expected, "{contact:?}");
        }
    }

    #[test]
    fn text_beyond_ascii_is_encoded_in_words() {
        assert_eq!(encoded("plain"), "plain");
        assert_eq!(encoded("é"), "=?utf-8?B?w6k=?=");
        let long = encoded(&"日本".repeat(40)).into_owned();
        assert!(long.split("\r\n ").count() > 4 && long.split("\r\n ").all(|word| word.len() <= 75));
    }

    #[test]
    fn long_lines_are_broken_and_nothing_is_lost() {
        let case = crate::reports::fixture::answer().findings.case.header;
        let body = format!("{}\n\nend", "wörd ".repeat(700));
        let message = message(&case, "s", None, &body);
        assert!(
            message
                .split("\r\n")
                .all(|line| line.len() <= 998 && !line.contains('\n'))
        );
        let (_, text) = message.split_once("\r\n\r\n").expect("a body");
        assert_eq!(text.matches("wörd ").count(), 700);
        assert!(text.ends_with("\r\n\r\nend\r\n"));
    }
}
