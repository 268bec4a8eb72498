//! Invisible characters in the case, which make two texts differ although they look the same.

use super::agents::Listed;
use crate::{
    config::Spanned,
    diag::{Diagnostic, Place},
    text::{hidden, is_blank_of_its_own, printable_ascii, visible},
};

/// Columns of the directory whose texts are compared with those of logs.
const TENANT_KEYS: [&str; 6] = ["id", "domains", "contact", "locale", "time_zone", "slugs"];

/// Which characters a text must not hold.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// An agent's, which can also be listed with an escape.
    Identity,
    /// Compared with other texts: no invisible character is allowed.
    Key,
    /// Only shown: joiners and marks of direction are part of some scripts, and no-break spaces of
    /// some names.
    Name,
}

/// Reports hidden characters in what the case says of agents.
pub(super) fn agents(agents: &[Listed], faults: &mut Vec<Diagnostic>) {
    for agent in agents {
        let identities = agent.email.iter().chain([&agent.id]).chain(&agent.identities);
        faults.extend(identities.filter_map(|found| fault(Kind::Identity, &found.value, &found.place)));
        let employer = agent.employer.iter();
        faults.extend(employer.filter_map(|found| fault(Kind::Key, &found.value, &found.place)));
        let names = [&agent.name, &agent.role, &agent.country].into_iter().flatten();
        faults.extend(names.filter_map(|found| fault(Kind::Name, &found.value, &found.place)));
    }
}

/// Reports hidden characters in texts that are compared with those of logs.
pub(super) fn keys(found: &[Spanned<String>]) -> impl Iterator<Item = Diagnostic> {
    found
        .iter()
        .filter_map(|found| fault(Kind::Key, found.value.trim(), &found.place))
}

/// Reports a hidden character in a cell of the directory.
pub(super) fn tenant(column: &str, text: &str, place: impl FnOnce() -> Option<Place>) -> Option<Diagnostic> {
    let kind = if TENANT_KEYS.contains(&column) {
        Kind::Key
    } else {
        Kind::Name
    };
    // Names in other scripts are usual, and to find the place of each takes long.
    text.contains(|c| kind.forbids(c))
        .then(|| fault(kind, text, &place()?))?
}

impl Kind {
    fn forbids(self, c: char) -> bool {
        match self {
            Self::Identity | Self::Key => hidden(c),
            Self::Name => hidden(c) && !is_of_a_script(c) && !is_blank_of_its_own(c),
        }
    }
}

fn fault(kind: Kind, text: &str, place: &Place) -> Option<Diagnostic> {
    if printable_ascii(text) {
        return None;
    }
    let found = text.chars().find(|c| kind.forbids(*c))?;
    // An escape of TOML (`\u00AD`) is seen, so it is meant.
    let line = place.text.chars().enumerate().skip(place.column - 1);
    let (at, _) = line.take(place.length).find(|(_, c)| *c == found)?;
    let name = named(found);
    let message = format!(
        "`{}` holds U+{:04X}{name}, which cannot be seen",
        shown(text),
        u32::from(found)
    );
    let hint = match kind {
        Kind::Identity => {
            "delete it: with it the text matches no other that looks the same; where a log does write it, list the \
             identity in `[[agents.list]]` with an escape such as \"\\u00AD\""
        }
        Kind::Key => "delete it: with it the text matches no other that looks the same",
        Kind::Name => "delete it",
    };
    Some(Diagnostic::new("hidden-character", message).hint(hint).at(Place {
        column: at + 1,
        length: 1,
        ..place.clone()
    }))
}

/// Joiners, marks of direction, and isolates.
fn is_of_a_script(c: char) -> bool {
    matches!(c, '\u{200c}'..='\u{200f}' | '\u{61c}' | '\u{2066}'..='\u{2069}' | '\u{e0020}'..='\u{e007f}')
}

/// The text with every hidden character as its code point.
fn shown(text: &str) -> String {
    let blank = |c: char| {
        if is_blank_of_its_own(c) {
            format!("⟨U+{:04X}⟩", u32::from(c))
        } else {
            c.to_string()
        }
    };
    visible(text).chars().map(blank).collect()
}

fn named(c: char) -> &'static str {
    match c {
        '\u{a0}' => " (a no-break space)",
        '\u{ad}' => " (a soft hyphen)",
        '\u{200b}' => " (a zero-width space)",
        '\u{200c}' | '\u{200d}' => " (a zero-width joiner)",
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => " (a mark of direction)",
        '\u{2060}' => " (a word joiner)",
        '\u{feff}' => " (a byte order mark)",
        _ => "",
    }
}
