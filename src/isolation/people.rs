//! People of a tenant, as its events name them among what was acted on.

use super::{Kind, lookup_form::unmarked, normalized::searched};
use crate::events::Target;

/// Words in the type of a target that say that it is a person or an account of one.
const PEOPLE: [&str; 9] = [
    "user",
    "person",
    "member",
    "employee",
    "account",
    "login",
    "mailbox",
    "identity",
    "principal",
];

/// Returns whether the target is a person.
pub(super) fn is_person(target: &Target) -> bool {
    let kind = target.kind.as_deref().unwrap_or_default().to_ascii_lowercase();
    PEOPLE.iter().any(|word| kind.contains(word))
}

/// Role of a text in its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TargetText {
    /// Id of a person.
    Id,
    /// Name of a person.
    Name,
    /// Either, of what is not said to be a person.
    Other,
}

/// Returns the texts of a target that may name a person. A cheap filter, because the same texts
/// stand in many events.
pub(super) fn texts(target: &Target) -> impl Iterator<Item = (&str, TargetText)> {
    let (id, name) = if is_person(target) {
        (TargetText::Id, TargetText::Name)
    } else {
        (TargetText::Other, TargetText::Other)
    };
    let texts = [(&target.id, id), (&target.name, name)].into_iter();
    let texts = texts.filter_map(|(text, part)| Some((text.as_deref()?, part)));
    texts.filter(|(text, part)| match part {
        TargetText::Id => is_particular(text),
        TargetText::Name => text.contains(|c: char| !c.is_ascii() || c.is_whitespace() || c == '@'),
        TargetText::Other => text.contains(['@', '＠', '﹫']),
    })
}

/// The id and the name of a target.
pub(super) fn both(target: &Target) -> impl Iterator<Item = &str> {
    [&target.id, &target.name].into_iter().flatten().map(String::as_str)
}

/// Returns the names in such a text, in lookup form: id and name of a person, and e-mail addresses
/// in texts that hold nothing else. An address with text behind it (`/inbox`, `?subject=Hi`) is
/// taken as it is, and a person with the marks around the name, which make a short name more
/// particular.
pub(super) fn names(text: &str, part: TargetText) -> Vec<(String, Kind)> {
    let marked = searched(text);
    let name = unmarked(&marked);
    match part {
        TargetText::Id if is_particular(name) => vec![(marked, Kind::User)],
        TargetText::Name if is_full(name) => vec![(marked, Kind::User)],
        TargetText::Id | TargetText::Name => Vec::new(),
        TargetText::Other => match &addresses(name)[..] {
            [] if holds_address(name) && !name.contains(' ') => vec![(name.to_owned(), Kind::Address)],
            addresses => addresses
                .iter()
                .map(|address| ((*address).to_owned(), Kind::Address))
                .collect(),
        },
    }
}

/// Whether it can name one person alone: `admin` and `Alice` are names of many.
pub(super) fn is_particular(id: &str) -> bool {
    id.contains(|c: char| !c.is_alphabetic())
}

/// A name of several words, or an address.
fn is_full(name: &str) -> bool {
    name.contains([' ', '@'])
}

/// The addresses that a text is made of; none if anything else stands in it.
fn addresses(text: &str) -> Vec<&str> {
    let segments = text.split([' ', ',', ';', '|']).map(unmarked);
    let segments = segments.map(|segment| segment.strip_prefix("mailto:").unwrap_or(segment));
    let segments: Vec<_> = segments.filter(|segment| !segment.is_empty()).collect();
    if segments.iter().all(|segment| is_address(segment)) {
        segments
    } else {
        Vec::new()
    }
}

/// Whether a name, in the form in which it is looked for, looks like an e-mail address and nothing
/// else.
pub(super) fn is_address(name: &str) -> bool {
    let no_host = |c: char| c.is_whitespace() || c.is_ascii_punctuation() && !matches!(c, '-' | '.' | '_');
    name.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !local.contains(char::is_whitespace) && domain.contains('.') && !domain.contains(no_host)
    })
}

/// Whether an address stands in a name, in the form in which it is looked for, whatever is around
/// it.
pub(super) fn holds_address(name: &str) -> bool {
    let holds = |segment: &str| {
        let parts = segment.split_once('@');
        parts.is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
    };
    name.split([' ', ',', ';', '|']).any(holds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named_in(kind: &str, id: &str, name: &str) -> Vec<String> {
        let target = Target {
            kind: Some(kind.to_owned()),
            id: Some(id.to_owned()),
            name: Some(name.to_owned()),
        };
        let names = texts(&target).flat_map(|(text, part)| names(text, part));
        names.map(|(name, _)| unmarked(&name).to_owned()).collect()
    }

    #[test]
    fn an_address_is_itself_without_what_surrounds_it() {
        for text in [
            "\"Jo@x.example\"",
            "<jo@x.example>",
            "mailto:jo@x.example",
            "[jo@x.example],",
            "J\u{200b}o＠x.example.",
        ] {
            assert_eq!(named_in("page", text, ""), ["jo@x.example"], "{text}");
        }
        assert_eq!(
            named_in("page", "", "a@x.example, <b@x.example>"),
            ["a@x.example", "b@x.example"]
        );
        for text in ["jo@x", "@x.example", "from jo@x.example"] {
            assert!(named_in("page", text, "").is_empty(), "{text}");
        }
        for text in [
            "jo@x.example/y",
            "a@b@x.example",
            "sip:jo@x.example;transport=tls",
            "mailto:jo@x.example?subject=hi",
        ] {
            assert_eq!(named_in("page", text, ""), [text], "what is behind it stays");
        }
    }

    /// Marks around an id or a name make it no more particular.
    #[test]
    fn names_of_many_are_nobody_s_in_quotation_marks_either() {
        assert!(named_in("user", "\"admin\"", "[Alice]").is_empty());
        assert!(named_in("user", "\": \"", " , ").is_empty());
        assert_eq!(named_in("user", "\"u-77\"", "'Jo Bloggs'"), ["u-77", "jo bloggs"]);
    }
}
