//! What is said on standard error, and JSON on standard output. Text from files is made visible
//! before it is shown.

use std::io::{self, Write as _};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde::Serialize;
use serde_json::{Value, json};
use tenant_impact::{
    diag::{Diagnostic, Place},
    text::{acts, visible},
};

/// A reader who has seen enough, as in `| head`, is no fault.
pub(crate) fn unless_closed(fault: io::Error) -> io::Result<()> {
    match fault.kind() {
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(fault),
    }
}

/// An object for scripts. What acts on a terminal is escaped in its strings: a log, or a file that
/// someone added, may have any name.
pub(crate) fn json(value: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    writeln!(io::stdout(), "{}", harmless(&text))
}

/// The only line breaks of indented JSON are its layout, and outside of strings nothing else can
/// act.
fn harmless(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c != '\n' && acts(c) {
            out.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    out
}

/// A fault, with the line it stands in and what to do about it.
pub(crate) fn fault(fault: &Diagnostic) {
    let message = visible(&fault.message);
    let title = Level::ERROR.primary_title(message).id(fault.code);
    let mut group = Group::with_title(title);
    if let Some(place) = &fault.place {
        group = group.element(snippet(place));
    }
    if let Some(hint) = &fault.hint {
        group = group.element(Level::HELP.message(visible(hint)));
    }
    say(&Renderer::styled().render(&[group]));
}

fn snippet(place: &Place) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    let text = visible(&place.text);
    // What had to be made visible takes more columns.
    let at = |column: usize| {
        let mut places = place.text.char_indices();
        let end = places.nth(column).map_or(place.text.len(), |(at, _)| at);
        visible(&place.text[..end]).len()
    };
    let span = at(place.column - 1)..at(place.column - 1 + place.length);
    let span = span.start..span.end.max(span.start);
    Snippet::source(text)
        .path(visible(&place.file))
        .line_start(place.line)
        .annotation(AnnotationKind::Primary.span(span))
}

/// The errors that ended the program, as one object on standard error: `schema`, and `errors` with
/// `code`, `message` and, where they are known, `place` and `hint`.
pub(crate) fn errors_as_json(error: &anyhow::Error, faults: Option<&[Diagnostic]>) {
    let errors: Vec<Value> = match faults {
        Some(faults) => faults.iter().map(fault_as_json).collect(),
        None => vec![json!({"code": "failed", "message": message(error)})],
    };
    let value = json!({"schema": "tenant-impact/errors/1", "errors": errors});
    // Where standard error is gone there is nobody to tell.
    let _ = writeln!(anstream::stderr(), "{}", harmless(&format!("{value:#}")));
}

fn fault_as_json(fault: &Diagnostic) -> Value {
    let mut value = json!({"code": fault.code, "message": fault.message});
    if let Some(place) = &fault.place {
        value["place"] = json!({"file": place.file, "line": place.line, "column": place.column});
    }
    if let Some(hint) = &fault.hint {
        value["hint"] = json!(hint);
    }
    value
}

/// An error of the machine or of the usage.
pub(crate) fn error(error: &anyhow::Error) {
    let message = message(error);
    say(&Renderer::styled().render(&[Group::with_title(Level::ERROR.primary_title(visible(&message)))]));
}

/// The error with its causes.
fn message(error: &anyhow::Error) -> String {
    let mut message = String::new();
    for cause in error.chain().map(ToString::to_string) {
        // Many errors end with their cause already.
        if !message.ends_with(&cause) {
            message = if message.is_empty() {
                cause
            } else {
                format!("{message}: {cause}")
            };
        }
    }
    message
}

/// A remark.
pub(crate) fn note(text: &str) {
    say(&Renderer::styled().render(&[Group::with_title(Level::NOTE.primary_title(visible(text)))]));
}

fn say(text: &str) {
    // Where standard error is gone there is nobody to tell.
    let _ = writeln!(anstream::stderr(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_loses_nothing_and_does_not_act() {
        let value = serde_json::json!({"a\u{9b}31m": "\u{202e}\u{1b}[2J\u{e0041}\n山"});
        let shown = harmless(&format!("{value:#}"));
        assert!(!shown.chars().any(|c| c != '\n' && acts(c)), "{shown}");
        assert_eq!(serde_json::from_str::<Value>(&shown).expect("JSON"), value);
    }
}
