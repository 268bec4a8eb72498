//! Diagnostics about a case: each fault with its place and a remedy.
//!
//! They are separate from their display, so that modules that find faults need no terminal.

use std::fmt;

/// A fault in the case or in a file it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable code in kebab case, for scripts and for documentation.
    pub code: &'static str,
    /// Message that names the faulty thing.
    pub message: String,
    /// Remedy.
    pub hint: Option<String>,
    /// Place in a file, if there is one.
    pub place: Option<Place>,
}

/// A range within one line of a text file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Path as the user wrote it.
    pub file: String,
    /// Line number, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Text of the line.
    pub text: String,
    /// Length of the range in characters, at least 1.
    pub length: usize,
}

impl Diagnostic {
    /// Creates a fault without place or hint. [`Self::at`] and [`Self::hint`] add them.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
            place: None,
        }
    }

    /// Adds a remedy.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds a place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{}:{}:{}: ", place.file, place.line, place.column)?;
        }
        write!(f, "{} [{}]", self.message, self.code)?;
        match &self.hint {
            Some(hint) => write!(f, " (hint: {hint})"),
            None => Ok(()),
        }
    }
}

/// Returns the known word nearest to a misspelt one, if any is near enough.
///
/// Signs that are read for each other, such as `0` and `O`, count as equal; of candidates that are
/// then as near, the nearer as written is returned.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let read = as_read(word);
    known
        .into_iter()
        .map(|candidate| {
            let likeness = strsim::jaro_winkler(&read, &as_read(candidate));
            (likeness, strsim::jaro_winkler(word, candidate), candidate)
        })
        .filter(|(likeness, ..)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)))
        .map(|(.., candidate)| candidate)
}

/// Returns a word with one sign for those that are read for each other.
fn as_read(word: &str) -> String {
    let sign = |char: char| match char {
        '0' | 'O' => 'o',
        '1' | 'l' | 'I' | '|' => 'i',
        '5' | 'S' => 's',
        '2' | 'Z' => 'z',
        '8' | 'B' => 'b',
        '_' | '\u{2010}'..='\u{2015}' => '-',
        char => char.to_ascii_lowercase(),
    };
    word.chars().map(sign).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_word_has_signs_that_are_read_for_each_other() {
        let tenants = || (0..200).map(|number| format!("t-{number:04}")).collect::<Vec<_>>();
        for (word, expected) in [
            ("t-003O", Some("t-0030")),
            ("t-OO93", Some("t-0093")),
            ("T-0l15", Some("t-0115")),
            ("t_0030", Some("t-0030")),
            ("somebody", None),
        ] {
            let tenants = tenants();
            let found = nearest(word, tenants.iter().map(String::as_str));
            assert_eq!(found, expected, "{word}");
        }
        assert_eq!(nearest("untill", ["from", "until", "unit"]), Some("until"));
    }
}
