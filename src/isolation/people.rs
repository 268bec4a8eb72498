//! People of a tenant, as its events name them among what was acted on.

use super::Kind;
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

/// Whether the target is somebody.
pub(super) fn is_person(target: &Target) -> bool {
    let kind = target.kind.as_deref().unwrap_or_default().to_ascii_lowercase();
    PEOPLE.iter().any(|word| kind.contains(word))
}

/// What names somebody in a target: the id and the name of a person, and an e-mail address wherever it stands.
pub(super) fn names(target: &Target) -> impl Iterator<Item = (&str, Kind)> {
    let person = is_person(target);
    let id = target.id.as_deref().filter(move |id| person && is_particular(id));
    let name = target.name.as_deref().filter(move |name| person && is_full(name));
    let texts = [&target.id, &target.name].into_iter().flatten();
    let addresses = texts
        .map(String::as_str)
        .filter(move |text| !person && is_address(text));
    let people = id.into_iter().chain(name).map(|name| (name, Kind::User));
    people.chain(addresses.map(|name| (name, Kind::Address)))
}

/// Whether it can name one person alone: `admin` and `Alice` are names of many.
fn is_particular(id: &str) -> bool {
    id.contains(|c: char| !c.is_alphabetic())
}

/// A name of several words, or an address.
fn is_full(name: &str) -> bool {
    name.trim().contains([' ', '\u{3000}', '@'])
}

/// Whether it looks like an e-mail address and nothing else.
pub(super) fn is_address(text: &str) -> bool {
    let parts = text.trim().split_once('@');
    parts.is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && !text.trim().contains(char::is_whitespace)
    })
}
