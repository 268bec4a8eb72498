//! The text of a template as a tree of what it says. Handlebars reads it; what is more than a
//! template may say here is a fault.

use handlebars::{
    Template,
    template::{HelperTemplate, TemplateElement},
};

use super::short::Short;

/// A part of a template.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Node<'t> {
    Literal(String),
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
    /// Without any mark: the usual style sheet.
    Plain(String),
    Marked(Vec<Template>, Option<Short>),
}

impl Text {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        if !text.contains("{{") {
            return Ok(Self::Plain(text.to_owned()));
        }
        if let Some(short) = Short::of(text)
            && let Ok(templates) = short.parts.iter().map(|part| Template::compile(part)).collect()
        {
            return Ok(Self::Marked(templates, Some(short)));
        }
        // Compiled unchanged, so that a fault is reported at its place.
        let template = Template::compile(text).map_err(|fault| fault.to_string())?;
        Ok(Self::Marked(vec![template], None))
    }

    /// Its parts, `style` in the place of `{{> style}}`.
    pub(super) fn nodes<'t>(&'t self, style: Option<&'t Self>) -> Result<Vec<Node<'t>>, String> {
        match self {
            Self::Plain(text) => Ok(vec![Node::Literal(text.clone())]),
            Self::Marked(templates, short) => {
                let short = short.as_ref();
                Parts { short, style }.nodes(templates)
            }
        }
    }
}

/// Inputs from which the parts of a template are made.
#[derive(Clone, Copy)]
struct Parts<'t> {
    short: Option<&'t Short>,
    style: Option<&'t Text>,
}

impl<'t> Parts<'t> {
    fn nodes(self, templates: impl IntoIterator<Item = &'t Template>) -> Result<Vec<Node<'t>>, String> {
        let elements = templates.into_iter().flat_map(|template| &template.elements);
        let parts: Result<Vec<_>, _> = elements.map(|element| self.part(element)).collect();
        Ok(parts?.into_iter().flatten().collect())
    }

    fn part(self, element: &'t TemplateElement) -> Result<Vec<Node<'t>>, String> {
        match element {
            TemplateElement::RawString(text) => Ok(vec![Node::Literal(self.literal(text))]),
            TemplateElement::Comment(_) => Ok(Vec::new()),
            TemplateElement::Expression(call) => Ok(vec![print(call)?]),
            TemplateElement::HelperBlock(call) => Ok(vec![Node::Block(self.block(call)?)]),
            TemplateElement::PartialExpression(call) => match (call.name.as_name(), self.style) {
                (Some("style"), Some(style)) => style.nodes(None),
                _ => Err("the one partial is `{{> style}}`".to_owned()),
            },
            TemplateElement::HtmlExpression(_) => Err("`{{{` and `{{&` would print unescaped text".to_owned()),
            _ => Err("decorators and block partials are not known here".to_owned()),
        }
    }

    fn literal(self, text: &str) -> String {
        self.short.map_or_else(|| text.to_owned(), |short| short.full(text))
    }

    fn block(self, call: &'t HelperTemplate) -> Result<Block<'t>, String> {
        let kind = Kind::named(name(call)).ok_or_else(|| format!("there is no block `{}`", name(call)))?;
        let path = argument(call)?.ok_or_else(|| format!("`{{{{#{}}}}}` takes a name", kind.name()))?;
        Ok(Block {
            kind,
            path,
            inner: self.nodes(&call.template)?,
            otherwise: self.nodes(&call.inverse)?,
        })
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
        assert_eq!(joined(nodes), [Node::Literal("<style>\nb { }\n</style>".to_owned())]);
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

    /// Literals beside each other as one, which they become later.
    fn joined(nodes: Vec<Node<'_>>) -> Vec<Node<'_>> {
        let mut joined: Vec<Node<'_>> = Vec::new();
        for node in nodes {
            match (joined.last_mut(), node) {
                (_, Node::Literal(text)) if text.is_empty() => {}
                (Some(Node::Literal(before)), Node::Literal(text)) => before.push_str(&text),
                (_, Node::Block(block)) => joined.push(Node::Block(Block {
                    inner: self::joined(block.inner),
                    otherwise: self::joined(block.otherwise),
                    ..block
                })),
                (_, node) => joined.push(node),
            }
        }
        joined
    }

    fn in_full(text: &str) -> Result<Text, String> {
        let template = Template::compile(text).map_err(|fault| fault.to_string())?;
        Ok(Text::Marked(vec![template], None))
    }

    /// Whether the text could be shortened and says the same as before.
    fn says_the_same(text: &str) -> bool {
        if !text.contains("{{") {
            return false;
        }
        let style = Text::Plain("S".to_owned());
        let nodes =
            |read: Result<Text, String>| read.and_then(|read| Ok(format!("{:?}", joined(read.nodes(Some(&style))?))));
        let read = Text::read(text);
        let short = matches!(read, Ok(Text::Marked(_, Some(_))));
        assert_eq!(nodes(read), nodes(in_full(text)), "{text:?}");
        short
    }

    #[test]
    fn a_short_template_says_what_the_long_one_says() {
        for name in [
            "report.html",
            "report.md",
            "action.html",
            "action.md",
            "index.html",
            "tenant.html",
        ] {
            let path = format!("{}/templates/{name}.hbs", env!("CARGO_MANIFEST_DIR"));
            let text = std::fs::read_to_string(path).expect(name);
            assert!(says_the_same(&text), "{name}");
        }
        for text in [
            "\\{{a}} b {{c}}",
            "{{a}}\u{f0000}{{b}}",
            "{{{a}}} x",
            "{{a \"}}\"}} x",
            "x {{#if a}}",
            "{{!-- a }} b",
        ] {
            assert!(!says_the_same(text), "{text}");
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config::with_cases(2_000))]

        #[test]
        fn whatever_a_template_says_it_says_short(
            text in "(a|b c|\n|  \n|\t| |\u{a0}|\\{\\{x\\}\\}|\\{\\{~x~\\}\\}|\\{\\{#if x\\}\\}|\\{\\{else\\}\\}|\\{\\{/if\\}\\}|\\{\\{~/if~\\}\\}|\\{\\{> style\\}\\}|\\{\\{! c \\}\\}|\\{\\{!-- \\{\\{c\\}\\} --\\}\\}|\\}\\}|\\}|\\{|\\\\|\"){0,14}"
        ) {
            says_the_same(&text);
        }

        #[test]
        fn blocks_too(
            pieces in proptest::collection::vec("(a|b c|\n|  \n| |\\{\\{x\\}\\}|\\{\\{~x~\\}\\}|\\{\\{! c \\}\\}){0,6}", 4)
        ) {
            let [a, b, c, d] = pieces.try_into().expect("four");
            says_the_same(&format!("{a}{{{{#if x}}}}{b}{{{{else}}}}{c}{{{{/if}}}}{d}"));
            says_the_same(&format!("{a}{{{{#each x}}}}{b}{{{{#unless y~}}}}{c}{{{{/unless}}}}{{{{~/each}}}}{d}"));
        }
    }
}
