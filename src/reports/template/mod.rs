//! Templates: what of handlebars they may say, resolved before anything is rendered.
//!
//! ```text
//! {{x}} {{a.b}} {{this}} {{../x}} {{@root.x}}    a text of the view, escaped for the language
//! {{code x}}                                     the text, set as code
//! {{#if x}} .. {{else}} .. {{/if}}               tests a flag, or a text or list that is not empty
//! {{#unless x}} .. {{/unless}}                   the opposite
//! {{#each x}} .. {{else}} .. {{/each}}           repeats for a list; has @first and @last
//! {{rows}}                                       the long table, a row template for each row
//! {{> style}}                                    the style sheet
//! {{! a comment }}                               nothing
//! ```
//!
//! Handlebars reads it, with its rules for blanks and comments. The rendering is our own, since
//! handlebars wants the view as a tree of JSON values, looks every name up in it anew, and gives a
//! page as a whole: that took a third of the time of a run. Here a name becomes a position once, a
//! name that the view does not have is an error before anything is rendered, nothing can be printed
//! unescaped because there is no way to say it, and a page goes out row by row.

mod parse;
mod render;
mod resolve;
mod short;
mod view;

#[cfg(test)]
mod tests;

pub(super) use render::Rows;
pub(super) use view::{Record, Shape, Value, View, view};

use super::language::Language;
use parse::Text;

/// A template whose every name is known to be in its view.
#[derive(Debug)]
pub(super) struct Template {
    language: Language,
    pieces: Vec<Piece>,
}

#[derive(Debug)]
enum Piece {
    Literal(String),
    Text(Place),
    Code(Place),
    If {
        test: Place,
        /// Content for a true condition. `{{#unless}}` exchanges the two.
        then: Vec<Piece>,
        otherwise: Vec<Piece>,
    },
    Each {
        list: Place,
        inner: Vec<Piece>,
        none: Vec<Piece>,
    },
    Rows,
}

/// Position of a value: levels outwards from the template's level, then positions of fields.
#[derive(Debug)]
struct Place {
    up: usize,
    step: Step,
}

#[derive(Debug)]
enum Step {
    Fields(Vec<usize>),
    First,
    Last,
}

impl Template {
    /// The template for a kind of view. An error says what the template may not say.
    pub(super) fn new<V: View>(text: &str, style: &str, language: Language) -> Result<Self, String> {
        let (text, style) = (Text::read(text)?, Text::read(style)?);
        let pieces = resolve::resolve(&text.nodes(Some(&style))?, V::SHAPE)?;
        Ok(Self { language, pieces })
    }

    /// Every stretch of text that it prints as it stands.
    pub(super) fn literals(&self) -> Vec<&str> {
        self.pieces.iter().flat_map(Piece::literals).collect()
    }
}

impl Piece {
    fn literals(&self) -> Vec<&str> {
        let inner = match self {
            Self::Literal(text) => return vec![text],
            Self::If { then, otherwise, .. } => [then, otherwise],
            Self::Each { inner, none, .. } => [inner, none],
            Self::Text(_) | Self::Code(_) | Self::Rows => return Vec::new(),
        };
        inner.into_iter().flatten().flat_map(Self::literals).collect()
    }
}
