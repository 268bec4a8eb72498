//! The languages that reports are written in, which say how text is escaped.

use super::{html, markdown};
use crate::text::visible;

/// The language a template is written in.
#[derive(Debug, Clone, Copy)]
pub(super) enum Language {
    Html,
    Markdown,
    /// Plain text.
    Text,
}

impl Language {
    /// Appends text, escaped.
    pub(super) fn push(self, out: &mut String, text: &str) {
        match self {
            Self::Html => html::push(out, text),
            Self::Markdown => markdown::push(out, text),
            Self::Text => out.push_str(&visible(text)),
        }
    }

    /// Appends text as code.
    pub(super) fn push_code(self, out: &mut String, text: &str) {
        match self {
            Self::Html => html::push_code(out, text),
            Self::Markdown => markdown::push_code(out, text),
            Self::Text => out.push_str(&visible(text)),
        }
    }
}
