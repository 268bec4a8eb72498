//! A drafted profile as TOML, with comments for the person who completes it.

use std::fmt::Write as _;

use super::{
    fields::{FieldPath, SeenField, SeenFields},
    lines::LineRule,
    roles::{Roles, Things},
    shapes::OutcomeWords,
};
use crate::text::{acts, json_pointer, shortened, visible};

/// Fields without a role that are listed.
const LISTED: usize = 60;

/// Characters of an example.
const EXAMPLE: usize = 60;

/// Separation of the records, as a profile states it.
#[derive(Debug, Default)]
pub(super) struct DraftForm {
    /// Pointer to the list of records in a document.
    pub(super) records: Option<String>,
    /// Name of a format of text.
    pub(super) format: Option<&'static str>,
    /// Rule for lines.
    pub(super) lines: Option<LineRule>,
    /// Beginning of the line that is the header, where other lines stand before it.
    pub(super) header: Option<String>,
    /// Columns of rows without a header.
    pub(super) columns: Vec<String>,
    /// Whether fields are columns.
    pub(super) is_table: bool,
    /// Whether times have no year.
    pub(super) lacks_year: bool,
}

/// Returns the profile.
pub(super) fn profile(name: &str, form: &DraftForm, roles: &Roles, seen: &SeenFields) -> String {
    let mut out = ProfileWriter {
        text: String::new(),
        is_table: form.is_table,
        used: Vec::new(),
        seen,
    };
    out.line(&format!(
        "# Drafted by `tenant-impact profiles draft` from {} records of a log. Each path is a guess by names and values:\n\
         # compare it with the example behind it, and see what it reads with `tenant-impact inspect --profile FILE LOG`.\n\
         # What the keys mean: docs/profiles.md\n",
        seen.records
    ));
    out.line(&format!("name = {}", quoted(name)));
    out.line("title = \"CHANGE: what kind of log this is\"");
    if let Some(records) = &form.records {
        out.line(&format!("records = {}", quoted(records)));
    }
    out.form(form);
    out.time(roles);
    out.actors(roles);
    out.fields(roles);
    if let Some((path, words)) = &roles.outcome {
        out.outcome(path, words);
    }
    out.things("tenants", &roles.tenant, "the customer in whose space it was done");
    out.things("targets", &roles.target, "on whom or what it was done");
    out.rest();
    out.text
}

struct ProfileWriter<'s> {
    text: String,
    is_table: bool,
    used: Vec<FieldPath>,
    seen: &'s SeenFields,
}

impl ProfileWriter<'_> {
    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{line}");
    }

    fn form(&mut self, form: &DraftForm) {
        if let Some(format) = form.format {
            self.line(&format!("\n[text]\nformat = {}", quoted(format)));
            if form.lacks_year {
                self.line("# CHANGE: the times have no year; write that of the first record and remove the `#`.");
                self.line("# year = 2026");
            }
        }
        if let Some(rule) = &form.lines {
            self.line(
                "\n# One expression for a line; its named groups are the fields. Name them as the log means them.",
            );
            self.line(&format!("[text]\nmatches = {}", literal(&rule.expression)));
            if let Some(pairs) = rule.pairs {
                self.line(&format!("inside.{pairs} = \"kv\""));
            }
        }
        if let Some(header) = &form.header {
            self.line("\n# Lines stand before the header, which begins so.");
            self.line(&format!("[csv]\nheader = {}", quoted(header)));
        }
        if !form.columns.is_empty() {
            let columns: Vec<_> = form.columns.iter().map(|column| quoted(column)).collect();
            self.line("\n# The file has no header. CHANGE: name the columns as the log means them, here and below.");
            self.line(&format!("[csv]\ncolumns = [{}]", columns.join(", ")));
        }
    }

    fn time(&mut self, roles: &Roles) {
        let Some((path, formats)) = &roles.time else {
            self.line("\n# CHANGE: no field that every record has looks like the time. Needed:");
            self.line("# [time]\n# at = [\"/timestamp\"]\n# format = \"rfc3339\"");
            return;
        };
        self.line("\n[time]");
        let path_text = self.path(path);
        let example = self.example(path);
        self.line(&format!("at = [{path_text}]{example}"));
        let names: Vec<_> = formats.iter().map(|format| quoted(&format.format)).collect();
        let several = if names.len() > 1 {
            "  # CHANGE: each reads some; a date that two of them read as two days is refused, so remove those the log has not"
        } else {
            ""
        };
        match &names[..] {
            [one] => self.line(&format!("format = {one}")),
            all => self.line(&format!("format = [{}]{several}", all.join(", "))),
        }
        if formats.iter().any(|format| format.needs_zone) {
            self.line("zone = \"Etc/UTC\"  # CHANGE: the log does not say in which time zone its clock is");
        }
    }

    fn actors(&mut self, roles: &Roles) {
        if roles.actor.is_empty() && roles.impersonator.is_empty() {
            self.line("\n# CHANGE: no field looks like who acted. Needed, with the path of an id, email or user_name:");
            self.line("# [[actors]]\n# role = \"actor\"\n# user_name = [\"/user\"]");
        }
        for (role, things) in [("actor", &roles.actor), ("impersonator", &roles.impersonator)] {
            if things.is_empty() {
                continue;
            }
            self.line(&format!("\n# Who did it.\n[[actors]]\nrole = {}", quoted(role)));
            for (key, path) in things {
                let key = match *key {
                    "id" | "email" => key,
                    "type" => continue,
                    _ => "user_name",
                };
                self.key(key, path);
            }
        }
    }

    fn fields(&mut self, roles: &Roles) {
        self.line("\n[fields]");
        if !roles.fields.contains_key("action") {
            self.line("# CHANGE: no field looks like what was done. Needed:\n# action = [\"/action\"]");
        }
        for (key, path) in &roles.fields {
            self.key(key, path);
        }
    }

    fn outcome(&mut self, path: &FieldPath, words: &OutcomeWords) {
        self.line("\n# How it ended. Words that are in neither list mean that it is unknown.\n[outcome]");
        self.key("at", path);
        for (key, words) in [("success", &words.success), ("failure", &words.failure)] {
            let words: Vec<_> = words.iter().map(|word| quoted(word)).collect();
            if !words.is_empty() {
                self.line(&format!("{key} = [{}]", words.join(", ")));
            }
        }
        if !words.unknown.is_empty() {
            let unknown: Vec<_> = words.unknown.iter().map(|word| quoted(word)).collect();
            self.line(&format!("# CHANGE: say what these mean: {}", unknown.join(", ")));
        }
    }

    fn things(&mut self, table: &str, things: &Things, what: &str) {
        let named: Vec<(&str, &FieldPath)> = things
            .iter()
            .filter(|(key, _)| **key != "email" || things.len() == 1)
            .map(|(key, path)| (*key, path))
            .collect();
        if !named.iter().any(|(key, _)| *key != "type") {
            if table == "tenants" {
                self.line(&format!(
                    "\n# CHANGE: no field looks like {what}. Map one, or state `tenant` in the [[logs]] of the case:"
                ));
                self.line("# [[tenants]]\n# id = [\"/tenant/id\"]");
            }
            return;
        }
        self.line(&format!("\n# {}.\n[[{table}]]", capital(what)));
        let has_id = things.contains_key("id");
        for (key, path) in named {
            let key = match key {
                "type" | "id" => key,
                _ if has_id => "name",
                _ => "id",
            };
            if key != "type" || table == "targets" {
                self.key(key, path);
            }
        }
    }

    /// The fields without a role, each as a comment.
    fn rest(&mut self) {
        let used = std::mem::take(&mut self.used);
        let rest: Vec<(&FieldPath, &SeenField)> = self
            .seen
            .fields
            .iter()
            .filter(|(path, _)| !used.contains(path))
            .collect();
        if rest.is_empty() {
            return;
        }
        self.line("\n# Not mapped, with the first value of each:");
        for (path, field) in rest.iter().take(LISTED) {
            let share = if self.seen.is_usual(field) {
                String::new()
            } else {
                format!(" (in {} of {})", field.count, self.seen.records)
            };
            let line = format!("#   {}{share}: {}", self.path(path), example(&field.first));
            self.line(&line);
        }
        if rest.len() > LISTED {
            self.line(&format!("#   and {} more", rest.len() - LISTED));
        }
    }

    fn key(&mut self, key: &str, path: &FieldPath) {
        let line = format!("{key} = [{}]{}", self.path(path), self.example(path));
        self.line(&line);
        self.used.push(path.clone());
    }

    fn example(&mut self, path: &FieldPath) -> String {
        self.used.push(path.clone());
        let first = self.seen.fields.get(path).map(|field| example(&field.first));
        first.map(|first| format!("  # {first}")).unwrap_or_default()
    }

    /// The path as a profile writes it.
    fn path(&self, path: &FieldPath) -> String {
        let outer = self.plain(&path.names);
        if path.inside.is_empty() {
            return outer;
        }
        let inside = match path.inside.iter().position(|name| name == "*") {
            Some(list) => each(&path.inside, list),
            None => quoted(&pointer(&path.inside)),
        };
        format!("{{ at = {outer}, json = {inside} }}")
    }

    fn plain(&self, names: &[String]) -> String {
        if self.is_table {
            let column = names.join(".");
            if !column.starts_with('/') {
                return quoted(&column);
            }
        }
        match names.iter().position(|name| name == "*") {
            Some(list) => each(names, list),
            None => quoted(&pointer(names)),
        }
    }
}

/// A path through a list.
fn each(names: &[String], list: usize) -> String {
    let (at, inside) = (pointer(&names[..list]), pointer(&names[list + 1..]));
    format!("{{ at = {}, each = {} }}", quoted(&at), quoted(&inside))
}

fn pointer(names: &[String]) -> String {
    json_pointer(names.iter().map(String::as_str))
}

/// A text as a basic string of TOML on one line, in which no character acts on a terminal.
pub(super) fn quoted(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    let mut quoted = String::with_capacity(json.len());
    for character in json.chars() {
        match u32::from(character) {
            code if !acts(character) => quoted.extend(char::from_u32(code)),
            code => {
                let _ = write!(quoted, "\\U{code:08X}");
            }
        }
    }
    quoted
}

/// An expression in single quotes, if it has none itself.
fn literal(expression: &str) -> String {
    if expression.contains('\'') {
        return quoted(expression);
    }
    format!("'{expression}'")
}

/// A value as a comment: on one line, without what acts on a terminal.
fn example(value: &str) -> String {
    shortened(&visible(value).replace(['\n', '\r'], " "), EXAMPLE).into_owned()
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + characters.as_str()
}
