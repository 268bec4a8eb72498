//! Single values: what type they must have, and what to write where they have another.

use std::ops::Range;

use toml::de::DeValue;

use super::{ParsedText, Spanned};
use crate::{
    diag::Diagnostic,
    time::{TimeError, Timestamp},
};

/// A value under its key, not yet looked at.
pub(super) struct Item<'d> {
    pub(super) key: &'static str,
    pub(super) span: Range<usize>,
    pub(super) value: DeValue<'d>,
}

impl ParsedText<'_> {
    pub(super) fn fault(&self, fault: Diagnostic) {
        self.faults.borrow_mut().push(fault);
    }

    pub(super) fn found<T>(&self, span: &Range<usize>, value: T) -> Spanned<T> {
        Spanned {
            value,
            place: self.lines.place(span.clone()),
        }
    }

    /// A fault that shows what was written and an example of what to write.
    pub(super) fn wrong_type(&self, item: &Item<'_>, wanted: &str, example: &str) {
        let message = format!("`{}` must be {wanted}, not {}", item.key, kind(&item.value));
        let fault = Diagnostic::new("wrong-type", message).hint(format!("write {example}"));
        self.fault(fault.at(self.lines.place(item.span.clone())));
    }

    /// A string with something in it.
    pub(super) fn text(&self, item: &Item<'_>) -> Option<Spanned<String>> {
        let Some(text) = item.value.as_str() else {
            let written = scalar(&item.value).unwrap_or_else(|| "…".to_owned());
            self.wrong_type(item, "a string", &format!("`\"{written}\"`"));
            return None;
        };
        if text.trim().is_empty() {
            let fault = Diagnostic::new("empty-value", format!("`{}` is empty", item.key));
            let fault =
                fault.hint("write something between the quotation marks; a key that is not needed may be left out");
            self.fault(fault.at(self.lines.place(item.span.clone())));
            return None;
        }
        Some(self.found(&item.span, text.to_owned()))
    }

    /// A TOML offset date-time, or the same as a string.
    pub(super) fn time(&self, item: &Item<'_>) -> Option<Spanned<Timestamp>> {
        let written = match &item.value {
            // The text and not the parsed value: it has as many fraction digits as were written.
            DeValue::Datetime(_) => self.lines.slice(item.span.clone()).replacen(' ', "T", 1),
            DeValue::String(text) => text.to_string(),
            _ => {
                self.wrong_type(item, "a time", &format!("`{} = 2026-01-16T00:00:00Z`", item.key));
                return None;
            }
        };
        instant(
            item.key,
            &self.found(&item.span, written),
            &mut self.faults.borrow_mut(),
        )
    }
}

/// The instant written as RFC 3339 under this name; or a fault, most often that there is no offset.
pub fn instant(name: &str, written: &Spanned<String>, faults: &mut Vec<Diagnostic>) -> Option<Spanned<Timestamp>> {
    let place = written.place.clone();
    let fault = |TimeError| not_an_instant(name, &written.value).at(place.clone());
    let value = written.value.parse().map_err(|error| faults.push(fault(error))).ok()?;
    Some(Spanned { value, place })
}

fn not_an_instant(name: &str, written: &str) -> Diagnostic {
    let written = written.replacen(' ', "T", 1);
    let completions = ["", "T00:00:00", ":00"].map(|rest| format!("{written}{rest}"));
    let naive = completions
        .iter()
        .find(|text| format!("{text}Z").parse::<Timestamp>().is_ok());
    match naive {
        Some(text) => Diagnostic::new("naive-time", format!("`{name}` needs an explicit offset"))
            .hint(format!("write {text}Z for UTC, or the offset meant: {text}+01:00")),
        None => Diagnostic::new("bad-time", format!("`{name}` is not a time: `{written}`"))
            .hint("write date, time and offset, such as 2026-01-16T00:00:00Z or 2026-01-16T01:00:00+01:00"),
    }
}

/// The type in words, with its article.
fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// The text of a value that only lacks quotation marks.
fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Float(number) => Some(number.to_string()),
        DeValue::Boolean(answer) => Some(answer.to_string()),
        DeValue::Datetime(time) => Some(time.to_string()),
        _ => None,
    }
}
