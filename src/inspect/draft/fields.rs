//! Fields of the first records of a log: how often each has a value, and which values those are.

use std::collections::{BTreeMap, BTreeSet};

use crate::events::values_by_path;

/// Distinct values that are kept for a field.
const VALUES: usize = 500;

/// Bytes up to which a value is kept.
const LONGEST: usize = 400;

/// Place of a field in a record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FieldPath {
    /// Member names, `*` for any element of a list.
    pub(super) names: Vec<String>,
    /// Member names inside of the JSON that the field holds as a text.
    pub(super) inside: Vec<String>,
}

impl FieldPath {
    /// The words of all names in lower case: `actorEmail` has `actor` and `email`.
    pub(super) fn words(&self) -> Vec<String> {
        self.names
            .iter()
            .chain(&self.inside)
            .flat_map(|name| words(name))
            .collect()
    }

    /// The path to what holds the field.
    pub(super) fn parent(&self) -> Self {
        let mut parent = self.clone();
        if parent.inside.pop().is_none() {
            parent.names.pop();
        }
        parent
    }

    /// Number of names in it.
    pub(super) fn depth(&self) -> usize {
        self.names.len() + self.inside.len()
    }

    /// Number of lists that it leads through.
    pub(super) fn lists(&self) -> usize {
        self.names
            .iter()
            .chain(&self.inside)
            .filter(|name| *name == "*")
            .count()
    }
}

/// The words of a name, split at signs and where a capital follows a small letter.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small = false;
    for character in name.chars() {
        if !character.is_alphanumeric() || small && character.is_uppercase() {
            words.push(String::new());
        }
        small = character.is_lowercase();
        if let (true, Some(word)) = (character.is_alphanumeric(), words.last_mut()) {
            word.extend(character.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A field and its values.
#[derive(Debug, Default)]
pub(super) struct SeenField {
    /// Records that have a value for it.
    pub(super) count: u64,
    /// Distinct values, as far as they are kept.
    pub(super) values: BTreeSet<String>,
    /// Values that were not kept because there are too many.
    pub(super) more: bool,
    /// The first value.
    pub(super) first: String,
}

/// The fields of several records.
#[derive(Debug, Default)]
pub(super) struct SeenFields {
    /// Records.
    pub(super) records: u64,
    pub(super) fields: BTreeMap<FieldPath, SeenField>,
}

impl SeenFields {
    /// Adds a record: its values by path.
    pub(super) fn add(&mut self, values: BTreeMap<Vec<String>, String>) {
        self.records += 1;
        for (names, value) in values {
            let trimmed = value.trim();
            if trimmed.is_empty() || trimmed == "-" {
                continue;
            }
            if trimmed.starts_with('{') {
                for (inside, value) in values_by_path(trimmed.as_bytes()) {
                    self.value(
                        FieldPath {
                            names: names.clone(),
                            inside,
                        },
                        &value,
                    );
                }
            }
            let path = FieldPath {
                names,
                inside: Vec::new(),
            };
            self.value(path, trimmed);
        }
    }

    fn value(&mut self, path: FieldPath, value: &str) {
        let field = self.fields.entry(path).or_default();
        if field.count == 0 {
            value.clone_into(&mut field.first);
        }
        field.count += 1;
        if value.len() > LONGEST || field.values.len() >= VALUES && !field.values.contains(value) {
            field.more = true;
        } else {
            field.values.insert(value.to_owned());
        }
    }

    /// Whether a field has a value in nearly every record.
    pub(super) fn is_usual(&self, field: &SeenField) -> bool {
        field.count * 100 >= self.records * 95
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_words() {
        for (name, expected) in [
            ("actorEmail", &["actor", "email"][..]),
            ("Performed By", &["performed", "by"]),
            ("event_id", &["event", "id"]),
            ("@timestamp", &["timestamp"]),
            ("IP", &["ip"]),
            ("clientIP", &["client", "ip"]),
        ] {
            assert_eq!(words(name), expected, "{name}");
        }
    }

    #[test]
    fn json_in_a_text_has_fields() {
        let mut seen = SeenFields::default();
        let record = |text: &str| BTreeMap::from([(vec!["details".to_owned()], text.to_owned())]);
        seen.add(record(r#"{"user":{"id":"ann"}}"#));
        seen.add(record("-"));
        let inside: Vec<_> = seen.fields.keys().map(|path| path.inside.join("/")).collect();
        assert_eq!(inside, ["", "user/id"]);
        assert_eq!(seen.records, 2);
    }
}
