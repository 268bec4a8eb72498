//! Texts that mean nothing in a kind of log: `-`, `N/A`.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::text::trimmed;

/// What stands where there is no value, besides nothing at all.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(from = "BTreeSet<String>")]
pub(super) struct Nothing {
    texts: BTreeSet<String>,
    longest: usize,
}

impl From<BTreeSet<String>> for Nothing {
    fn from(texts: BTreeSet<String>) -> Self {
        let longest = texts.iter().map(String::len).max().unwrap_or(0);
        Self { texts, longest }
    }
}

impl Nothing {
    /// The length of the longest of them.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// Whether a text is a value: not empty, and none of these.
    pub(super) fn is_not(&self, text: &str) -> bool {
        let text = trimmed(text);
        !text.is_empty() && (text.len() > self.longest || !self.texts.contains(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_the_texts_of_the_profile_are_nothing() {
        let nothing = Nothing::from(BTreeSet::from(["-".to_owned(), "N/A".to_owned()]));
        for (text, something) in [
            ("", false),
            (" \t", false),
            (" - ", false),
            ("N/A", false),
            ("n/a", true),
            ("--", true),
        ] {
            assert_eq!(nothing.is_not(text), something, "{text:?}");
        }
        assert!(Nothing::default().is_not("-"));
    }
}
