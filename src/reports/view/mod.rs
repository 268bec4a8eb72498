//! Views, from which templates are rendered: plain values in which every number, date and plural is
//! already text.
//!
//! Nothing is escaped here: text is escaped as it enters a language, by the rule of that language.
//! Every field is always present, because a missing one would be an error for a misspelt name. An
//! absent value is empty.

mod action;
mod days;
mod deeds;
mod incident;
mod kinds;
mod nothing;
mod overview;
mod people;
mod printed;
mod searched;
mod steps;
mod story;
mod tenant;
mod tied;
mod timeline;

pub(super) use action::{ActionRow, action, scopes};
pub(super) use overview::{OverviewView, TenantRow, tenants};
pub(super) use printed::PrintedActions;
pub(super) use tenant::TenantView;

use std::{borrow::Cow, fmt::Write as _};

use crate::{
    case::{CaseHeader, Tlp},
    coverage::Gap,
    events::Target,
    findings::Tool,
    reports::{lang, template::view},
    tally::TenantEvent,
    text::visible,
    time::Timestamp,
};

view! {
    /// The case as a page is headed with it.
    pub(super) struct CaseView {
        id: String,
        title: String,
        vendor: String,
        issued: String,
        contact: String,
        tlp: String,
        /// One of `RED`, `AMBER`, `GREEN`, `CLEAR`: a class name.
        tlp_color: String,
        tlp_meaning: String,
        tool: String,
        /// Reason why the page is a draft; empty where it is none.
        draft: String,
    }
}

impl CaseView {
    /// Headed with `label`: that of customers' pages differs from that of the vendor's own.
    fn new(case: &CaseHeader, label: Tlp, tool: &Tool, draft: bool) -> Self {
        let tlp = label.as_str();
        Self {
            id: case.id.clone(),
            title: case.title.clone(),
            vendor: case.vendor.clone(),
            issued: case.issued.map(Timestamp::in_words).unwrap_or_default(),
            contact: case.contact.clone().unwrap_or_default(),
            tlp: format!("TLP:{tlp}"),
            tlp_color: tlp.split('+').next().unwrap_or(tlp).to_owned(),
            tlp_meaning: lang::tlp_meaning(label).to_owned(),
            tool: format!("{} {}", tool.name, tool.version),
            draft: if draft { lang::DRAFT.to_owned() } else { String::new() },
        }
    }
}

/// Text for a string of CSS between quotation marks: everything but letters, digits and blanks as
/// its number.
fn css(text: &str) -> String {
    let mut out = String::new();
    for c in visible(text).chars() {
        if c.is_alphanumeric() || c == ' ' {
            out.push(c);
        } else {
            // A number takes one blank behind it with it.
            write!(out, "\\{:06x} ", u32::from(c)).expect("a text takes every write");
        }
    }
    out
}

view! {
    /// A stretch of a message: text, or what stands between backticks.
    pub(super) struct PieceView {
        text: String,
        quoted: String,
    }
}

view! {
    /// A sentence in which names stand between backticks.
    pub(super) struct SentenceView {
        message: Vec<PieceView>,
    }
}

impl SentenceView {
    fn new(message: &str) -> Self {
        Self {
            message: pieces(message),
        }
    }
}

/// The pieces of a message that sets names between backticks.
fn pieces(message: &str) -> Vec<PieceView> {
    let piece = |text: &str, quoted: &str| PieceView {
        text: text.to_owned(),
        quoted: quoted.to_owned(),
    };
    let (mut pieces, mut rest) = (Vec::new(), message);
    while let Some((text, behind)) = rest.split_once('`') {
        // A backtick without another one is text.
        let Some((quoted, behind)) = behind.split_once('`') else {
            break;
        };
        pieces.push(piece(text, ""));
        pieces.push(piece("", quoted));
        rest = behind;
    }
    pieces.push(piece(rest, ""));
    pieces.retain(|piece| !piece.text.is_empty() || !piece.quoted.is_empty());
    pieces
}

view! {
    /// A figure at the top of a report.
    pub(super) struct Tile {
        label: String,
        value: String,
        note: String,
        /// An effect's key, if the figure is of one.
        class: String,
    }
}

impl Tile {
    fn new(label: &str, value: impl Into<String>, note: impl Into<String>) -> Self {
        Self {
            label: label.to_owned(),
            value: value.into(),
            note: note.into(),
            class: String::new(),
        }
    }

    fn of(mut self, class: &str) -> Self {
        class.clone_into(&mut self.class);
        self
    }
}

view! {
    /// A stretch of time without records.
    pub(super) struct GapView {
        from: String,
        until: String,
    }
}

impl GapView {
    fn new(gap: &Gap) -> Self {
        Self {
            from: lang::clock(gap.from),
            until: lang::clock(gap.until),
        }
    }
}

view! {
    /// On whom or what.
    pub(super) struct TargetRow<'a> {
        kind: Cow<'a, str>,
        name: Cow<'a, str>,
        id: Cow<'a, str>,
    }
}

impl TargetRow<'_> {
    fn owned(self) -> TargetRow<'static> {
        let owned = |text: Cow<'_, str>| text.into_owned().into();
        TargetRow {
            kind: owned(self.kind),
            name: owned(self.name),
            id: owned(self.id),
        }
    }
}

/// A field's text; empty where the log has none.
fn text(field: Option<&String>) -> Cow<'_, str> {
    field.map(String::as_str).unwrap_or_default().into()
}

/// The targets of an event.
fn targets(event: &TenantEvent) -> Vec<TargetRow<'_>> {
    event.targets.iter().map(target).collect()
}

fn target(target: &Target) -> TargetRow<'_> {
    TargetRow {
        kind: text(target.kind.as_ref()),
        name: text(target.name.as_ref()),
        id: text(target.id.as_ref()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_a_string_of_css() {
        for (text, expected) in [
            ("t-1 \"", "t\\00002d 1 \\000022 "),
            ("\\</style>", "\\00005c \\00003c \\00002f style\\00003e "),
            ("\u{202e}", "\\0027e8 U\\00002b 202E\\0027e9 "),
            ("山田 1", "山田 1"),
        ] {
            assert_eq!(css(text), expected);
        }
    }

    #[test]
    fn backticks_of_messages_set_code() {
        for (message, expected) in [
            ("Not in `a b`, nor `c`.", "Not in |<a b>|, nor |<c>|."),
            ("plain", "plain"),
            ("one ` alone", "one ` alone"),
            ("`a` and `b", "<a>| and `b"),
            ("", ""),
        ] {
            let shown = |piece: &PieceView| match piece.quoted.as_str() {
                "" => piece.text.clone(),
                quoted => format!("<{quoted}>"),
            };
            let shown: Vec<String> = pieces(message).iter().map(shown).collect();
            assert_eq!(shown.join("|"), expected);
        }
    }
}
