//! The text of a template as a tree of what it says. Handlebars reads it; what is more than a template may say here is a
//! fault.

use handlebars::{
    Template,
    template::{HelperTemplate, TemplateElement},
};

/// A part of a template.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Node<'t> {
    Literal(&'t str),
    Text(&'t str),
    Code(&'t str),
    Rows,
    Block(Block<'t>),
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block<'t> {
    pub(super) kind: Kind,
    pub(super) path: &'t str,
    pub(super) inner: Vec<Node<'t>>,
    pub(super) otherwise: Vec<Node<'t>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    If,
    Unless,
    Each,
}

impl Kind {
    fn named(name: &str) -> Option<Self> {
        [Self::If, Self::Unless, Self::Each]
            .into_iter()
            .find(|kind| kind.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::If => "if",
            Self::Unless => "unless",
            Self::Each => "each",
        }
    }
}

/// The text of a template, read.
#[derive(Debug)]
pub(super) enum Text {
    /// Without any mark: the usual style sheet, which is long, and for which handlebars would take longest.
    Plain(String),
    Marked(Box<Template>),
}

impl Text {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        if !text.contains("{{") {
            return Ok(Self::Plain(text.to_owned()));
        }
        let template = Template::compile(text).map_err(|fault| fault.to_string())?;
        Ok(Self::Marked(Box::new(template)))
    }

    /// Its parts, `style` in the place of `{{> style}}`.
    pub(super) fn nodes<'t>(&'t self, style: Option<&'t Self>) -> Result<Vec<Node<'t>>, String> {
        match self {
            Self::Plain(text) => Ok(vec![Node::Literal(text)]),
            Self::Marked(template) => nodes(Some(template), style),
        }
    }
}

fn nodes<'t>(template: Option<&'t Template>, style: Option<&'t Text>) -> Result<Vec<Node<'t>>, String> {
    let elements = template.iter().flat_map(|template| &template.elements);
    let parts: Result<Vec<_>, _> = elements.map(|element| part(element, style)).collect();
    Ok(parts?.into_iter().flatten().collect())
}

fn part<'t>(element: &'t TemplateElement, style: Option<&'t Text>) -> Result<Vec<Node<'t>>, String> {
    match element {
        TemplateElement::RawString(text) => Ok(vec![Node::Literal(text)]),
        TemplateElement::Comment(_) => Ok(Vec::new()),
        TemplateElement::Expression(call) => Ok(vec![print(call)?]),
        TemplateElement::HelperBlock(call) => Ok(vec![Node::Block(block(call, style)?)]),
        TemplateElement::PartialExpression(call) => match (call.name.as_name(), style) {
            (Some("style"), Some(style)) => style.nodes(None),
            _ => Err("the one partial is `{{> style}}`".to_owned()),
        },
        TemplateElement::HtmlExpression(_) => Err("`{{{` and `{{&` would print unescaped text".to_owned()),
        _ => Err("decorators and block partials are not known here".to_owned()),
    }
}

fn print(call: &HelperTemplate) -> Result<Node<'_>, String> {
    match (name(call), argument(call)?) {
        ("rows", None) => Ok(Node::Rows),
        ("code", Some(path)) => Ok(Node::Code(path)),
        ("code", None) => Err("`code` takes a name: `{{code x}}`".to_owned()),
        (path, None) => Ok(Node::Text(path)),
        (name, Some(_)) => Err(format!("there is no helper `{name}`")),
    }
}

fn block<'t>(call: &'t HelperTemplate, style: Option<&'t Text>) -> Result<Block<'t>, String> {
    let kind = Kind::named(name(call)).ok_or_else(|| format!("there is no block `{}`", name(call)))?;
    let path = argument(call)?.ok_or_else(|| format!("`{{{{#{}}}}}` takes a name", kind.name()))?;
    Ok(Block {
        kind,
        path,
        inner: nodes(call.template.as_ref(), style)?,
        otherwise: nodes(call.inverse.as_ref(), style)?,
    })
}

fn name(call: &HelperTemplate) -> &str {
    call.name.as_name().unwrap_or_default()
}

/// The one name that a helper or a block may take.
fn argument(call: &HelperTemplate) -> Result<Option<&str>, String> {
    let more = call.params.len() > 1 || !call.hash.is_empty() || call.block_param.is_some();
    match call.params.first().map(|parameter| parameter.as_name()) {
        None if !more => Ok(None),
        Some(Some(name)) if !more => Ok(Some(name)),
        _ => Err(format!("`{}` takes one name and nothing else", name(call))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_sheet_stands_where_it_is_named() {
        let page = Text::read("<style>\n{{> style}}\n</style>").expect("a template");
        let style = Text::read("b { }\n").expect("a style sheet");
        let nodes = page.nodes(Some(&style)).expect("nodes");
        assert_eq!(nodes, ["<style>\n", "b { }\n", "</style>"].map(Node::Literal));
    }

    #[test]
    fn faults_say_what_is_not_known() {
        for (text, fault) in [
            ("{{#with x}}{{/with}}", "there is no block `with`"),
            ("{{> other}}", "the one partial is `{{> style}}`"),
            ("{{upper x}}", "there is no helper `upper`"),
            ("{{#if}}{{/if}}", "`{{#if}}` takes a name"),
            ("{{#if x y}}{{/if}}", "`if` takes one name and nothing else"),
            (
                "{{#if x includeZero=true}}{{/if}}",
                "`if` takes one name and nothing else",
            ),
            ("{{code \"x\"}}", "`code` takes one name and nothing else"),
            ("{{rows}}{{code}}", "`code` takes a name: `{{code x}}`"),
            ("{{{x}}}", "`{{{` and `{{&` would print unescaped text"),
        ] {
            let read = Text::read(text).expect(text);
            assert_eq!(read.nodes(None).expect_err(text), fault);
        }
        assert!(Text::read("a\n{{x").is_err() && Text::read("{{#if x}}").is_err());
    }
}
