//! A table of a TOML file: asked for its keys one by one, it reports what is missing, wrong, or was
//! never asked for.

use std::ops::{Range, RangeInclusive};

use toml::de::{DeTable, DeValue};

use super::{ParsedText, Spanned, value::Item};
use crate::{
    diag::{Diagnostic, Place, nearest},
    time::Timestamp,
};

/// A table under reading. Every accessor takes the value out and makes its key a known one.
#[derive(Debug)]
pub struct Table<'d> {
    sheet: &'d ParsedText<'d>,
    entries: DeTable<'d>,
    known: Vec<&'static str>,
    name: String,
    place: Place,
}

impl<'d> Table<'d> {
    pub(super) fn root(sheet: &'d ParsedText<'d>, entries: DeTable<'d>) -> Self {
        Self::new(sheet, entries, "this file".to_owned(), 0..0)
    }

    fn new(sheet: &'d ParsedText<'d>, entries: DeTable<'d>, name: String, span: Range<usize>) -> Self {
        Self {
            sheet,
            entries,
            known: Vec::new(),
            name,
            place: sheet.lines.place(span),
        }
    }

    /// The place of the table's header, or of the braces of an inline one.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Reports a fault of the caller's own finding.
    pub fn fault(&self, fault: Diagnostic) {
        self.sheet.fault(fault);
    }

    /// Reports a missing value, unless a fault of syntax hid a part of the file.
    pub fn absence(&self, fault: Diagnostic) {
        self.sheet.absences.borrow_mut().push(fault);
    }

    /// Whether the key's value is a table, for keys that take a string or a table.
    pub fn is_table(&self, key: &str) -> bool {
        self.entries.get(key).is_some_and(|value| value.get_ref().is_table())
    }

    /// Whether the key is there at all.
    pub fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Returns whether keys are left that were not read so far.
    pub fn has_unread(&self) -> bool {
        !self.entries.is_empty()
    }

    /// A string that must be there and not be blank.
    pub fn required_string(&mut self, key: &'static str) -> Option<Spanned<String>> {
        self.require(key, &format!("`{key} = \"…\"`"));
        self.optional_string(key)
    }

    /// A string that must not be blank where it is there.
    pub fn optional_string(&mut self, key: &'static str) -> Option<Spanned<String>> {
        let item = self.take(key)?;
        self.sheet.text(&item)
    }

    /// A list of strings, none blank; empty where the key is absent. One string alone stands for a
    /// list of one.
    pub fn string_list(&mut self, key: &'static str) -> Vec<Spanned<String>> {
        let Some(item) = self.take(key) else {
            return Vec::new();
        };
        let sheet = self.sheet;
        match item.value {
            DeValue::String(_) => sheet.text(&item).into_iter().collect(),
            DeValue::Array(array) => items(key, array).filter_map(|item| sheet.text(&item)).collect(),
            _ => {
                sheet.wrong_type(&item, "a list of strings", &format!("`{key} = [\"…\", \"…\"]`"));
                Vec::new()
            }
        }
    }

    /// An instant that must be there: an offset date-time, or the same as a string.
    pub fn required_time(&mut self, key: &'static str) -> Option<Spanned<Timestamp>> {
        self.require(key, &format!("`{key} = 2026-01-16T00:00:00Z`"));
        self.optional_time(key)
    }

    /// An instant, where it is there.
    pub fn optional_time(&mut self, key: &'static str) -> Option<Spanned<Timestamp>> {
        let item = self.take(key)?;
        self.sheet.time(&item)
    }

    /// A whole number within bounds.
    pub fn optional_integer(&mut self, key: &'static str, bounds: RangeInclusive<u64>) -> Option<Spanned<u64>> {
        let item = self.take(key)?;
        let Some(number) = item.value.as_integer() else {
            self.sheet
                .wrong_type(&item, "a whole number", &format!("`{key} = {}`", bounds.start()));
            return None;
        };
        let value = u64::from_str_radix(number.as_str(), number.radix()).ok();
        let Some(value) = value.filter(|value| bounds.contains(value)) else {
            let fault = Diagnostic::new("out-of-range", format!("`{key}` is out of range"));
            self.fault(fault.hint(within(&bounds)).at(self.sheet.lines.place(item.span)));
            return None;
        };
        Some(self.sheet.found(&item.span, value))
    }

    /// True or false.
    pub fn optional_bool(&mut self, key: &'static str) -> Option<Spanned<bool>> {
        let item = self.take(key)?;
        let Some(value) = item.value.as_bool() else {
            self.sheet
                .wrong_type(&item, "true or false", &format!("`{key} = true`"));
            return None;
        };
        Some(self.sheet.found(&item.span, value))
    }

    /// One of a closed set of words that must be there.
    pub fn required_one_of<T: Clone>(&mut self, key: &'static str, words: &[(&str, T)]) -> Option<Spanned<T>> {
        self.require(
            key,
            &format!("`{key} = \"{}\"`", words.first().map_or("…", |word| word.0)),
        );
        self.optional_one_of(key, words)
    }

    /// One of a closed set of words, where it is there.
    pub fn optional_one_of<T: Clone>(&mut self, key: &'static str, words: &[(&str, T)]) -> Option<Spanned<T>> {
        let found = self.optional_string(key)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == found.value) {
            return Some(found.map(|_| value.clone()));
        }
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let fault = Diagnostic::new("unknown-value", format!("`{key}` cannot be `{}`", found.value));
        self.fault(fault.hint(suggestion(&found.value, &names)).at(found.place));
        None
    }

    /// The table under the key, which must be there.
    pub fn required_table<T>(&mut self, key: &'static str, reader: impl FnOnce(&mut Table<'d>) -> T) -> Option<T> {
        self.require(key, &format!("a section `[{key}]`"));
        self.optional_table(key, reader)
    }

    /// The table under the key, where it is there.
    pub fn optional_table<T>(&mut self, key: &'static str, reader: impl FnOnce(&mut Table<'d>) -> T) -> Option<T> {
        let item = self.take(key)?;
        self.read_table(item, format!("`[{key}]`"), reader)
    }

    /// Every table of an array of tables, in the order written; empty where the key is absent.
    pub fn tables<T>(&mut self, key: &'static str, mut reader: impl FnMut(&mut Table<'d>) -> T) -> Vec<T> {
        let Some(item) = self.take(key) else {
            return Vec::new();
        };
        let DeValue::Array(array) = item.value else {
            self.sheet.wrong_type(
                &item,
                "a list of tables",
                &format!("`[[{key}]]` with two brackets on each side"),
            );
            return Vec::new();
        };
        let read = |item| self.read_table(item, format!("`[[{key}]]`"), &mut reader);
        items(key, array).filter_map(read).collect()
    }

    /// Returns the strings and tables under the key: one, or a list of them mixed; empty if the key
    /// is absent.
    pub fn strings_or_tables<T>(
        &mut self,
        key: &'static str,
        mut text: impl FnMut(Spanned<String>) -> T,
        mut table: impl FnMut(&mut Table<'d>) -> T,
    ) -> Vec<T> {
        let Some(item) = self.take(key) else {
            return Vec::new();
        };
        let written = match item.value {
            DeValue::Array(array) => items(key, array).collect(),
            DeValue::String(_) | DeValue::Table(_) => vec![item],
            _ => {
                let sheet = self.sheet;
                sheet.wrong_type(
                    &item,
                    "a string, a table or a list of them",
                    &format!("`{key} = [\"…\", \"…\"]`"),
                );
                return Vec::new();
            }
        };
        let mut read = |item: Item<'d>| match item.value {
            DeValue::Table(_) => self.read_table(item, format!("`{key}`"), &mut table),
            _ => self.sheet.text(&item).map(&mut text),
        };
        written.into_iter().filter_map(&mut read).collect()
    }

    /// Reads strings and lists of strings: one string, or a list of both mixed; empty where the key
    /// is absent.
    pub fn strings_or_lists<T>(
        &mut self,
        key: &'static str,
        mut text: impl FnMut(Spanned<String>) -> T,
        mut list: impl FnMut(Vec<Spanned<String>>) -> T,
    ) -> Vec<T> {
        let Some(item) = self.take(key) else {
            return Vec::new();
        };
        let sheet = self.sheet;
        let written = match item.value {
            DeValue::Array(array) => items(key, array).collect(),
            DeValue::String(_) => vec![item],
            _ => {
                let example = format!("`{key} = [[\"…\", \"…\"]]`");
                sheet.wrong_type(&item, "a string or a list of lists", &example);
                return Vec::new();
            }
        };
        let mut read = |item: Item<'d>| match item.value {
            DeValue::Array(array) => Some(list(items(key, array).filter_map(|item| sheet.text(&item)).collect())),
            _ => sheet.text(&item).map(&mut text),
        };
        written.into_iter().filter_map(&mut read).collect()
    }

    /// A table of free keys, each with a string: pairs in the order of the file.
    pub fn string_map(&mut self, key: &'static str) -> Vec<(Spanned<String>, Spanned<String>)> {
        let pairs = self.optional_table(key, |table| {
            let sheet = table.sheet;
            let entries = std::mem::take(&mut table.entries)
                .into_iter()
                .filter_map(|(name, value)| {
                    let text = sheet.text(&item(key, value))?;
                    Some((
                        name.span().start,
                        sheet.found(&name.span(), name.into_inner().into_owned()),
                        text,
                    ))
                });
            entries.collect::<Vec<_>>()
        });
        let mut pairs = pairs.unwrap_or_default();
        pairs.sort_by_key(|(start, ..)| *start);
        pairs.into_iter().map(|(_, name, text)| (name, text)).collect()
    }

    fn read_table<T>(&self, item: Item<'d>, name: String, reader: impl FnOnce(&mut Table<'d>) -> T) -> Option<T> {
        let DeValue::Table(entries) = item.value else {
            let example = format!("{name} on a line of its own and its keys below");
            self.sheet.wrong_type(&item, "a table", &example);
            return None;
        };
        let mut table = Table::new(self.sheet, entries, name, item.span);
        let value = reader(&mut table);
        table.finish();
        Some(value)
    }

    fn take(&mut self, key: &'static str) -> Option<Item<'d>> {
        self.know(key);
        self.entries.remove(key).map(|value| item(key, value))
    }

    fn know(&mut self, key: &'static str) {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
    }

    fn require(&mut self, key: &'static str, example: &str) {
        if !self.has(key) {
            let fault = Diagnostic::new("missing-key", format!("{} has no `{key}`", self.name));
            self.absence(fault.hint(format!("add {example}")).at(self.place.clone()));
        }
    }

    /// Reports the keys that were not read.
    pub(super) fn finish(self) {
        for key in self.entries.keys() {
            let message = format!("unknown key `{}` in {}", key.get_ref(), self.name);
            let fault = Diagnostic::new("unknown-key", message).hint(suggestion(key.get_ref(), &self.known));
            self.sheet.fault(fault.at(self.sheet.lines.place(key.span())));
        }
    }
}

fn within(bounds: &RangeInclusive<u64>) -> String {
    format!("write a whole number from {} to {}", bounds.start(), bounds.end())
}

/// Suggests a known word in place of an unknown one.
pub fn suggestion(word: &str, known: &[&str]) -> String {
    let list = known
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ");
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`? Known: {list}"),
        None => format!("known: {list}"),
    }
}

fn item<'d>(key: &'static str, value: toml::Spanned<DeValue<'d>>) -> Item<'d> {
    Item {
        key,
        span: value.span(),
        value: value.into_inner(),
    }
}

fn items<'d>(key: &'static str, array: toml::de::DeArray<'d>) -> impl Iterator<Item = Item<'d>> {
    array.into_iter().map(move |value| item(key, value))
}
