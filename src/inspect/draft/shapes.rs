//! Shapes of values: what most texts of a field look like.

use std::{collections::BTreeMap, net::IpAddr};

use super::fields::SeenField;
use crate::events::{ReadableAs, readable_as};

/// Values that are looked at.
const TRIED: usize = 100;

/// Words for an action that was done.
const SUCCESS: [&str; 14] = [
    "success",
    "succeeded",
    "successful",
    "ok",
    "allowed",
    "allow",
    "granted",
    "true",
    "pass",
    "passed",
    "completed",
    "done",
    "accepted",
    "yes",
];

/// Words for an action that was not done.
const FAILURE: [&str; 16] = [
    "failure",
    "failed",
    "fail",
    "error",
    "denied",
    "deny",
    "refused",
    "rejected",
    "false",
    "blocked",
    "forbidden",
    "unauthorized",
    "invalid",
    "unsuccessful",
    "aborted",
    "no",
];

/// Words of an outcome as logged.
#[derive(Debug, Default)]
pub(super) struct OutcomeWords {
    pub(super) success: Vec<String>,
    pub(super) failure: Vec<String>,
    /// Those that this list does not know.
    pub(super) unknown: Vec<String>,
}

/// Returns how many of the values in a hundred have a shape.
fn share(field: &SeenField, has: impl Fn(&str) -> bool) -> usize {
    let tried = field.values.iter().take(TRIED);
    let has = tried.filter(|value| has(value)).count();
    has * 100 / field.values.len().clamp(1, TRIED)
}

pub(super) fn is_email(field: &SeenField) -> bool {
    let email = |text: &str| {
        text.split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !text.contains([' ', ',', '/', '=']))
    };
    share(field, email) >= 80
}

pub(super) fn is_address(field: &SeenField) -> bool {
    let is_address = |text: &str| {
        let bare = text.split_once(':').filter(|(_, port)| !port.contains(':'));
        let bare = bare.map_or(text, |(address, _)| address);
        bare.parse::<IpAddr>().is_ok()
    };
    share(field, is_address) >= 80
}

/// Whether the values are numbers alone.
pub(super) fn is_number(field: &SeenField) -> bool {
    share(field, |text| {
        text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    }) == 100
}

/// Whether the values are words without blanks between them, such as codes.
pub(super) fn is_code(field: &SeenField) -> bool {
    let code = |text: &str| text.len() <= 80 && text.split(' ').count() <= 6;
    share(field, code) >= 95
}

/// Whether the values are texts of several words.
pub(super) fn is_prose(field: &SeenField) -> bool {
    share(field, |text| text.contains(' ')) >= 60
}

/// Returns the formats of `[time]` that read all values.
pub(super) fn times(field: &SeenField) -> Vec<ReadableAs> {
    let mut counts: BTreeMap<ReadableAs, usize> = BTreeMap::new();
    let tried: Vec<&String> = field.values.iter().take(TRIED).collect();
    for value in &tried {
        for format in readable_as(value) {
            *counts.entry(format).or_default() += 1;
        }
    }
    let all: Vec<_> = counts.iter().filter(|(_, count)| **count == tried.len()).collect();
    if !all.is_empty() {
        return all.into_iter().map(|(format, _)| format.clone()).collect();
    }
    // Of a few forms, such as with and without a fraction, each reads a part.
    let read = |value: &&&String| counts.keys().any(|format| readable_as(value).contains(format));
    if !tried.is_empty() && tried.iter().filter(read).count() * 100 >= tried.len() * 95 && counts.len() <= 3 {
        return counts.into_keys().collect();
    }
    Vec::new()
}

/// Returns the words of an outcome, if at least one value is one.
pub(super) fn outcome(field: &SeenField) -> Option<OutcomeWords> {
    if field.more || field.values.len() > 20 {
        return None;
    }
    let mut words = OutcomeWords::default();
    for value in &field.values {
        let lower = value.to_lowercase();
        let list = if SUCCESS.contains(&lower.as_str()) {
            &mut words.success
        } else if FAILURE.contains(&lower.as_str()) {
            &mut words.failure
        } else {
            &mut words.unknown
        };
        list.push(value.clone());
    }
    (!words.success.is_empty() || !words.failure.is_empty()).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(values: &[&str]) -> SeenField {
        SeenField {
            count: values.len() as u64,
            values: values.iter().map(|&value| value.to_owned()).collect(),
            more: false,
            first: String::new(),
        }
    }

    #[test]
    fn times_are_of_the_formats_that_read_all() {
        for (values, formats) in [
            (&["2026-01-16T04:46:33Z"][..], &["rfc3339"][..]),
            (&["2026-01-16 04:46:33", "2026-01-17 04:46:33.5"], &["zoneless"]),
            (&["1768538793"], &["epoch-seconds"]),
            (&["1768538793300"], &["epoch-milliseconds"]),
            (&["31/01/2026 04:46:33", "01/02/2026 04:46:33"], &["%d/%m/%Y %H:%M:%S"]),
            (&["01/02/2026 04:46:33"], &["%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S"]),
            (&["16/Jan/2026:04:46:33 +0000"], &["%d/%b/%Y:%H:%M:%S %z"]),
            (&["ann", "2026-01-16T04:46:33Z"], &[]),
        ] {
            let found: Vec<_> = times(&field(values)).into_iter().map(|format| format.format).collect();
            assert_eq!(found, formats, "{values:?}");
        }
    }

    #[test]
    fn shapes_are_those_of_most_values() {
        assert!(is_email(&field(&["ann@x.example"])) && !is_email(&field(&["ann"])));
        assert!(is_address(&field(&["192.0.2.1", "2001:db8::1", "192.0.2.1:443"])));
        assert!(!is_address(&field(&["10.2"])));
        let words = outcome(&field(&["OK", "denied", "odd"])).expect("an outcome");
        assert_eq!(
            (words.success, words.failure, words.unknown),
            (vec!["OK".to_owned()], vec!["denied".to_owned()], vec!["odd".to_owned()])
        );
        assert!(outcome(&field(&["odd"])).is_none());
    }
}
