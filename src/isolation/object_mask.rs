//! Masks objects of other tenants in the texts of a tenant's events.

use std::{collections::VecDeque, ops::Range};

use super::{
    ANOTHER, Hit, Kind, TenantSearch,
    normalized::NormalizedText,
    object_key::{is_particular, number, parts, surrounds},
};

/// Words of a thing that is looked for, at most.
const WORDS: usize = 8;

/// Parts of one word that are looked at: a path has fewer.
const PARTS: usize = 24;

/// Whether a character stands between the parts of a path or of an address.
fn inside(c: char) -> bool {
    matches!(c, '/' | '\\' | '?' | '&' | '#' | '*')
}

/// Longest telephone number in bytes, with the signs in it.
const LONGEST_NUMBER: usize = 32;

/// Stretches of a text that may be a thing: words, the parts of those that are paths or addresses,
/// runs of words without letters, as telephone numbers are written, and runs of words that begin
/// with the first of a thing, also where that is the last part of a path.
fn stretches(text: &str, begins: impl Fn(&str) -> bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // Where runs begin, and how many words more each may have.
    let mut runs: VecDeque<(usize, usize)> = VecDeque::new();
    let mut number: Option<Range<usize>> = None;
    let mut at = 0;
    for word in text.split(parts) {
        let range = at..at + word.len();
        at = range.end + text[range.end..].chars().next().map_or(0, char::len_utf8);
        if word.is_empty() {
            continue;
        }
        found.push(range.clone());
        let mut last = range.start;
        for (sign, _) in word.match_indices(inside).take(PARTS) {
            found.push(last..range.start + sign);
            last = range.start + sign + 1;
            // The end of a path may hold signs itself.
            found.push(last..range.end);
        }
        if last > range.start && last < range.end {
            found.push(last..range.end);
        }
        runs.retain_mut(|(start, left)| {
            found.push(*start..range.end);
            *left -= 1;
            *left > 0
        });
        for start in [range.start, last] {
            if begins(text[start..range.end].trim_matches(surrounds)) {
                runs.push_back((start, WORDS - 1));
            }
            if last == range.start {
                break;
            }
        }
        let digits = !word.contains(char::is_alphabetic) && word.contains(|c: char| c.is_ascii_digit());
        match &mut number {
            Some(number) if digits && range.end - number.start <= LONGEST_NUMBER => {
                number.end = range.end;
                found.push(number.clone());
            }
            _ => number = digits.then_some(range),
        }
    }
    found
}

/// Whether a text is the number of a ticket and nothing more: `4711`, `SUP-4711`, `INC0004711`.
fn is_ticket(text: &str) -> bool {
    let number = text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let number = number.strip_prefix(['-', '#', '_', ' ']).unwrap_or(number);
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

impl TenantSearch<'_> {
    /// Returns the text without what belongs to another tenant alone, and what was found; none if
    /// nothing was.
    pub fn without_tenant_objects(&self, text: &str) -> Option<(String, Vec<Hit>)> {
        // The ticket that an agent gave is a fact of the event, whichever tenant it is of: the
        // tenant compares it with its own.
        if self.names.tenant_objects.is_empty() || self.is_in_field("ticket") && is_ticket(text) {
            return None;
        }
        let mut places: Vec<(Range<usize>, usize)> = Vec::new();
        for form in NormalizedText::each(text) {
            let read = &*form.text;
            for range in stretches(read, |word| self.names.tenant_objects.begins(word)) {
                let found = read[range.clone()].trim_matches(surrounds);
                let Some(owner) = number(found).and_then(|key| self.names.tenant_objects.owner(key)) else {
                    continue;
                };
                if Some(owner) == self.own || !is_particular(found) || self.may_stand(found) {
                    continue;
                }
                let start = range.start + read[range.clone()].find(found).unwrap_or_default();
                places.extend(form.original(start..start + found.len()).map(|range| (range, owner)));
            }
        }
        places.sort_by_key(|(range, _)| (range.start, usize::MAX - range.end));
        let (mut shown, mut hits, mut from) = (String::new(), Vec::new(), 0);
        for (range, owner) in places {
            if range.start < from {
                continue;
            }
            let found = &text[range.clone()];
            shown.push_str(&text[from..range.start]);
            shown.push_str(ANOTHER);
            hits.push(Hit::masked(
                found,
                Kind::Thing,
                vec![self.names.tenant(owner).to_owned()],
            ));
            from = range.end;
        }
        shown.push_str(&text[from..]);
        (!hits.is_empty()).then_some((shown, hits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_are_numbers_with_a_prefix() {
        for ticket in ["4711", "SUP-4711", "INC0004711", "#4711", "Case 4711"] {
            assert!(is_ticket(ticket), "{ticket}");
        }
        for other in [
            "",
            "SUP",
            "Budget-2026.xlsx",
            "SUP-47-11",
            "+44 20 7946 0958",
            "a-b-1",
            "SUP-4711 and more",
        ] {
            assert!(!is_ticket(other), "{other}");
        }
    }

    #[test]
    fn stretches_are_words_and_numbers_in_groups() {
        let text = "call +44 20 7946 0958, x=y";
        let found: Vec<_> = stretches(text, |_| false)
            .into_iter()
            .map(|range| &text[range])
            .collect();
        assert!(
            found.contains(&"+44 20 7946 0958") && found.contains(&"call") && found.contains(&"y"),
            "{found:?}"
        );
    }
}
