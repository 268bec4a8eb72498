//! Patterns of action codes, in which `*` stands for any text, including none.

/// A pattern, split at its stars.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pattern {
    start: String,
    /// Parts between the first star and the last, in order.
    middle: Vec<String>,
    end: String,
}

impl Pattern {
    /// Parses a pattern. Returns `None` for a text without a star, which is a code, and for a text
    /// of stars alone, which would catalogue everything.
    pub(super) fn new(text: &str) -> Option<Self> {
        let mut parts = text.split('*').map(str::to_owned);
        let start = parts.next()?;
        let mut middle: Vec<String> = parts.collect();
        let end = middle.pop()?;
        middle.retain(|part| !part.is_empty());
        let pattern = Self { start, middle, end };
        (pattern.length() > 0).then_some(pattern)
    }

    /// Returns the number of bytes that the pattern fixes.
    pub(super) fn length(&self) -> usize {
        self.start.len() + self.end.len() + self.middle.iter().map(String::len).sum::<usize>()
    }

    /// Returns whether the pattern matches a code.
    pub(super) fn matches(&self, code: &str) -> bool {
        let inner = code
            .strip_prefix(&self.start)
            .and_then(|rest| rest.strip_suffix(&self.end));
        // The first position of each part leaves the most room for the parts after it.
        let after = |rest: &'_ str, part: &String| rest.find(part.as_str()).map(|at| at + part.len());
        let Some(mut rest) = inner else { return false };
        for part in &self.middle {
            match after(rest, part) {
                Some(end) => rest = &rest[end..],
                None => return false,
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_run() {
        for (pattern, code, expected) in [
            ("List*", "ListUsers", true),
            ("List*", "List", true),
            ("List*", "GetListUsers", false),
            ("*.view", "tenant.view", true),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("a*bc*c", "abcc", true),
            ("a*bc*c", "abc", false),
            ("Get*Policy*", "GetRolePolicyX", true),
            ("日*本", "日x本", true),
        ] {
            let pattern = Pattern::new(pattern).expect("it has a star and more");
            assert_eq!(pattern.matches(code), expected, "{pattern:?} {code}");
        }
    }

    #[test]
    fn codes_and_stars_alone_are_no_patterns() {
        assert_eq!(Pattern::new("ListUsers"), None);
        assert_eq!(Pattern::new(""), None);
        assert_eq!(Pattern::new("**"), None);
    }
}
