//! Texts that mean nothing in a kind of log: `-`, `N/A`.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::text::trimmed;

/// Texts that stand for an absent value.
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

/// Words that exporters and templates write where a record names no tenant, and wildcards. Compared
/// without case.
const NO_TENANT: [&str; 34] = [
    "-",
    "*",
    "%",
    "all",
    "all tenants",
    "any",
    "n/a",
    "n.a.",
    "#n/a",
    "nan",
    "nil",
    "none",
    "null",
    "undefined",
    "\\n",
    "[object object]",
    "(null)",
    "<null>",
    "(none)",
    "<none>",
    "(empty)",
    "(blank)",
    "(not set)",
    "(unknown)",
    "<unknown>",
    "unknown",
    "unknown tenant",
    "unspecified",
    "(unspecified)",
    "not available",
    "not applicable",
    "not set",
    "no tenant",
    "<empty>",
];

/// Texts that name no tenant: those of the profile, or the usual ones.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "BTreeSet<String>")]
pub(super) struct NoTenant(BTreeSet<String>);

impl From<BTreeSet<String>> for NoTenant {
    fn from(texts: BTreeSet<String>) -> Self {
        Self(texts.iter().map(|text| text.to_ascii_lowercase()).collect())
    }
}

impl Default for NoTenant {
    fn default() -> Self {
        Self(NO_TENANT.iter().map(|&text| text.to_owned()).collect())
    }
}

impl NoTenant {
    /// Whether a text is one of these.
    pub(super) fn has(&self, text: &str) -> bool {
        let text = trimmed(text);
        self.0.iter().any(|word| word.eq_ignore_ascii_case(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_no_tenant_have_no_case_and_are_whole() {
        let usual = NoTenant::default();
        for word in [
            "None",
            "NULL",
            "null",
            "nil",
            "undefined",
            "NaN",
            "N/A",
            "-",
            r"\N",
            "[object Object]",
            "*",
            "All",
            "(none)",
            "#N/A",
            "(not set)",
            "Any",
            "Unknown",
            "n/a",
        ] {
            assert!(usual.has(word), "{word}");
        }
        for id in [
            "nonesuch",
            "t-0",
            "allied",
            "0",
            "**",
            "n",
            "unknown-1",
            "default",
            "none of us",
        ] {
            assert!(!usual.has(id), "{id}");
        }
        let own = NoTenant::from(BTreeSet::from(["nobody".to_owned()]));
        assert!(own.has("Nobody") && !own.has("all"));
    }

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
