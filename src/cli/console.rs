//! Messages on standard error, and JSON on standard output. Text from files is escaped before it is
//! shown.

use std::io::{self, Write as _};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde::Serialize;
use serde_json::{Value, json};
use tenant_impact::{
    diag::{Diagnostic, Place},
    text::{acts, visible},
};

/// Ignores the error of a closed pipe: `| head` closes it when it has read enough.
pub(crate) fn ignore_broken_pipe(fault: io::Error) -> io::Result<()> {
    match fault.kind() {
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(fault),
    }
}

/// Prints an object for scripts. Characters that act on a terminal are escaped in its strings,
/// because logs and files may have any name.
pub(crate) fn json(value: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    writeln!(io::stdout(), "{}", harmless(&text))
}

/// Escapes characters that act on a terminal. Outside of strings, indented JSON contains line
/// breaks only.
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

/// Prints a fault with its line and a hint.
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
    // Escaped characters take more columns.
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

/// Prints the errors that ended the program as one object on standard error: `schema`, and `errors`
/// with `code`, `message` and, where they are known, `place` and `hint`.
pub(crate) fn errors_as_json(error: &anyhow::Error, code: &str, faults: Option<&[Diagnostic]>) {
    print_errors(&match faults {
        Some(faults) => faults.iter().map(fault_as_json).collect(),
        None => vec![json!({"code": code, "message": message(error)})],
    });
}

/// Prints the answer of the argument parser in the same form, with the code `usage`. Its first
/// paragraph is the message, the others are the hint.
pub(crate) fn usage_as_json(answer: &str) {
    let (message, hint) = answer.trim().split_once("\n\n").unwrap_or((answer.trim(), ""));
    let message = message.strip_prefix("error: ").unwrap_or(message);
    let mut value = json!({"code": "usage", "message": message});
    if !hint.is_empty() {
        value["hint"] = hint.into();
    }
    print_errors(&[value]);
}

fn print_errors(errors: &[Value]) {
    let value = json!({"schema": "tenant-impact/errors/1", "errors": errors});
    // If standard error is closed, there is no way to report.
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

/// Prints an error.
pub(crate) fn error(error: &anyhow::Error) {
    let message = message(error);
    say(&Renderer::styled().render(&[Group::with_title(Level::ERROR.primary_title(visible(&message)))]));
}

/// Returns an error's message with its causes.
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

/// Prints a note.
pub(crate) fn note(text: &str) {
    say(&Renderer::styled().render(&[Group::with_title(Level::NOTE.primary_title(visible(text)))]));
}

fn say(text: &str) {
    // If standard error is closed, there is no way to report.
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
