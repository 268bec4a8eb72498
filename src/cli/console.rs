//! What is said on standard error. Text from files is made visible before it is shown.

use std::io::{self, Write as _};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use tenant_impact::{
    diag::{Diagnostic, Place},
    text::visible,
};

/// A reader who has seen enough, as in `| head`, is no fault.
pub(crate) fn unless_closed(fault: io::Error) -> io::Result<()> {
    match fault.kind() {
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(fault),
    }
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
    let at = |column: usize| {
        place
            .text
            .char_indices()
            .nth(column)
            .map_or(place.text.len(), |(at, _)| at)
    };
    // Where something had to be made visible the columns moved, and the whole line is marked.
    let span = if text.len() == place.text.len() {
        at(place.column - 1)..at(place.column - 1 + place.length)
    } else {
        0..text.len()
    };
    let span = span.start..span.end.max(span.start);
    Snippet::source(text)
        .path(visible(&place.file))
        .line_start(place.line)
        .annotation(AnnotationKind::Primary.span(span))
}

/// An error of the machine or of the usage.
pub(crate) fn error(error: &anyhow::Error) {
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
    say(&Renderer::styled().render(&[Group::with_title(Level::ERROR.primary_title(visible(&message)))]));
}

/// A remark.
pub(crate) fn note(text: &str) {
    say(&Renderer::styled().render(&[Group::with_title(Level::NOTE.primary_title(visible(text)))]));
}

fn say(text: &str) {
    // Where standard error is gone there is nobody to tell.
    let _ = writeln!(anstream::stderr(), "{text}");
}
