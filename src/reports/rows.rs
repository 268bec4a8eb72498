//! Rows of long tables: handlebars templates with a fast path.
//!
//! A bundle holds a row of markup for each action, twice. Rendered by handlebars itself each of them costs a look-up by
//! name for every field in a tree of JSON values: 27 microseconds a row, measured, against 1.6 here. So the template of a
//! row is parsed by handlebars, then resolved once: every field becomes a position in the row, and a name that the row does not
//! have is an error before anything is rendered. Of the language, `{{x}}`, `{{code x}}`, `{{#if x}}`, `{{else}}` and
//! `{{#each parts}}` are enough here.

use handlebars::{
    Template,
    template::{HelperTemplate, TemplateElement},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{html, markdown};

/// What a row template may name.
#[derive(Debug)]
pub(super) struct Shape {
    /// The row's fields, in the order of [`Row::texts`].
    pub(super) texts: &'static [&'static str],
    /// The row's list, if it has one: its name and the fields of its parts.
    pub(super) list: Option<(&'static str, &'static [&'static str])>,
}

/// A row's values, as [`Shape`] names them.
pub(super) trait Row {
    /// What templates may name.
    const SHAPE: Shape;
    /// The fields, not yet escaped.
    fn texts(&self) -> Vec<&str>;
    /// The parts of the list.
    fn parts(&self) -> Vec<Vec<&str>> {
        Vec::new()
    }
}

/// Finished markup: made by [`RowTemplate`] alone, so everything in it that is not template is escaped.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(transparent)]
pub(super) struct Markup(String);

/// The language a template is written in, which says how text is escaped.
#[derive(Debug, Clone, Copy)]
pub(super) enum Language {
    Html,
    Markdown,
}

impl Language {
    /// The text, escaped.
    pub(super) fn text(self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 16);
        self.push(&mut out, text);
        out
    }

    /// The text as code.
    pub(super) fn code(self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 16);
        self.push_code(&mut out, text);
        out
    }

    fn push(self, out: &mut String, text: &str) {
        match self {
            Self::Html => html::push(out, text),
            Self::Markdown => markdown::push(out, text),
        }
    }

    fn push_code(self, out: &mut String, text: &str) {
        match self {
            Self::Html => html::push_code(out, text),
            Self::Markdown => markdown::push_code(out, text),
        }
    }
}

/// A row template, resolved.
#[derive(Debug)]
pub(super) struct RowTemplate {
    language: Language,
    pieces: Vec<Piece>,
}

#[derive(Debug)]
enum Piece {
    Literal(String),
    Text(usize),
    Code(usize),
    If(usize, Vec<Piece>, Vec<Piece>),
    Each(Vec<Piece>),
}

impl RowTemplate {
    /// Resolves every name against the row's shape. An error says what the template may not say.
    pub(super) fn new(template: &Template, shape: &Shape, language: Language) -> Result<Self, String> {
        let pieces = pieces(template, shape)?;
        Ok(Self { language, pieces })
    }

    /// The markup of these rows, one after the other.
    pub(super) fn rows<R: Row>(&self, rows: &[R]) -> Markup {
        let mut out = String::new();
        for row in rows {
            self.push(&mut out, &self.pieces, &row.texts(), &row.parts());
        }
        Markup(out)
    }

    fn push(&self, out: &mut String, pieces: &[Piece], texts: &[&str], parts: &[Vec<&str>]) {
        for piece in pieces {
            match piece {
                Piece::Literal(text) => out.push_str(text),
                Piece::Text(at) => self.language.push(out, texts[*at]),
                Piece::Code(at) => self.language.push_code(out, texts[*at]),
                Piece::If(at, then, _) if !texts[*at].is_empty() => self.push(out, then, texts, parts),
                Piece::If(_, _, otherwise) => self.push(out, otherwise, texts, parts),
                Piece::Each(inner) => parts.iter().for_each(|part| self.push(out, inner, part, &[])),
            }
        }
    }
}

fn pieces(template: &Template, shape: &Shape) -> Result<Vec<Piece>, String> {
    let meaningful = |element: &&TemplateElement| !matches!(element, TemplateElement::Comment(_));
    template
        .elements
        .iter()
        .filter(meaningful)
        .map(|element| piece(element, shape))
        .collect()
}

fn piece(element: &TemplateElement, shape: &Shape) -> Result<Piece, String> {
    match element {
        TemplateElement::RawString(text) => Ok(Piece::Literal(text.clone())),
        TemplateElement::Expression(call) => expression(call, shape),
        TemplateElement::HelperBlock(call) => block(call, shape),
        _ => Err("a row takes `{{x}}`, `{{code x}}`, `{{#if x}}` and `{{#each x}}` only".to_owned()),
    }
}

fn expression(call: &HelperTemplate, shape: &Shape) -> Result<Piece, String> {
    match (call.name.as_name(), argument(call)) {
        (Some("code"), Some(field)) => position(field, shape).map(Piece::Code),
        (Some(field), None) => position(field, shape).map(Piece::Text),
        (name, _) => Err(format!("a row has no helper `{}`", name.unwrap_or_default())),
    }
}

fn block(call: &HelperTemplate, shape: &Shape) -> Result<Piece, String> {
    let inner = |shape| {
        call.template
            .as_ref()
            .map_or(Ok(Vec::new()), |inner| pieces(inner, shape))
    };
    let inverse = || {
        call.inverse
            .as_ref()
            .map_or(Ok(Vec::new()), |inner| pieces(inner, shape))
    };
    match (call.name.as_name(), argument(call), shape.list) {
        (Some("if"), Some(field), _) => Ok(Piece::If(position(field, shape)?, inner(shape)?, inverse()?)),
        (Some("each"), Some(list), Some((name, texts))) if list == name => {
            Ok(Piece::Each(inner(&Shape { texts, list: None })?))
        }
        (Some("each"), Some(list), _) => Err(format!("a row has no list `{list}`")),
        (name, ..) => Err(format!("a row has no block `{}`", name.unwrap_or_default())),
    }
}

fn argument(call: &HelperTemplate) -> Option<&str> {
    call.params.first().and_then(|parameter| parameter.as_name())
}

fn position(field: &str, shape: &Shape) -> Result<usize, String> {
    shape
        .texts
        .iter()
        .position(|name| *name == field)
        .ok_or_else(|| format!("a row has no field `{field}`; it has {}", shape.texts.join(", ")))
}

/// A row type whose fields are texts, and its [`Row`] implementation, so that names and values cannot fall apart.
macro_rules! row {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident),* $(,)? } $($list:ident: $part:ident)?) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub(in crate::reports) struct $name<'a> {
            $($(#[$field_doc])* pub(in crate::reports) $field: std::borrow::Cow<'a, str>,)*
            $(pub(in crate::reports) $list: Vec<$part<'a>>,)?
        }

        impl $crate::reports::rows::Row for $name<'_> {
            const SHAPE: $crate::reports::rows::Shape = $crate::reports::rows::Shape {
                texts: &[$(stringify!($field)),*],
                list: $crate::reports::rows::row!(@list $($list $part)?),
            };

            fn texts(&self) -> Vec<&str> {
                vec![$(&*self.$field),*]
            }

            $(fn parts(&self) -> Vec<Vec<&str>> {
                self.$list.iter().map($crate::reports::rows::Row::texts).collect()
            })?
        }
    };
    (@list $list:ident $part:ident) => {
        Some((stringify!($list), <$part as $crate::reports::rows::Row>::SHAPE.texts))
    };
    (@list) => { None };
}
pub(super) use row;

#[cfg(test)]
mod tests {
    use super::*;

    row! {
        /// Inner.
        Inner { name }
    }
    row! {
        /// Outer.
        Outer { a, b } inner: Inner
    }

    fn compile(text: &str, language: Language) -> Result<RowTemplate, String> {
        RowTemplate::new(&Template::compile(text).expect(text), &Outer::SHAPE, language)
    }

    fn render(text: &str, language: Language) -> String {
        let row = Outer {
            a: "<a|".into(),
            inner: ["x", "_"].map(|name| Inner { name: name.into() }).into(),
            ..Outer::default()
        };
        compile(text, language).expect(text).rows(&[row]).0
    }

    #[test]
    fn rows_are_escaped_in_their_language() {
        let text = "{{! none }}{{a}} {{#if b}}b{{else}}no b{{/if}}{{#each inner}},{{name}}{{/each}}";
        assert_eq!(render(text, Language::Html), "&lt;a| no b,x,_");
        assert_eq!(render(text, Language::Markdown), "`<a`&#124; no b,x,`_`");
        assert_eq!(render("{{code a}}", Language::Markdown), "`<a`&#124;");
    }

    #[test]
    fn names_a_row_does_not_have_are_refused() {
        for text in [
            "{{c}}",
            "{{#if c}}{{/if}}",
            "{{#each c}}{{/each}}",
            "{{#each inner}}{{a}}{{/each}}",
            "{{{a}}}",
            "{{upper a}}",
        ] {
            assert!(compile(text, Language::Html).is_err(), "{text}");
        }
    }
}
