//! The text of a template as a tree of what it says.

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

/// The parts of a template, `style` in the place of `{{> style}}`.
pub(super) fn parse<'t>(text: &'t str, style: &'t str) -> Result<Vec<Node<'t>>, String> {
    let mut reading = Reading {
        style,
        nodes: Vec::new(),
        open: Vec::new(),
    };
    let mut rest = 0;
    while let Some(at) = text[rest..].find("{{").map(|at| rest + at) {
        let fault = |fault: String| format!("line {}: {fault}", text[..at].matches('\n').count() + 1);
        let (tag, end) = tag(text, at).ok_or_else(|| fault("`{{` is never closed".to_owned()))?;
        let (from, to) = if tag.is_print() {
            (at, end)
        } else {
            alone(text, at, end).unwrap_or((at, end))
        };
        reading.literal(&text[rest..from.max(rest)]);
        reading.tag(&tag).map_err(fault)?;
        rest = to;
    }
    reading.literal(&text[rest..]);
    reading.finish()
}

/// What stands between two braces and two braces.
enum Tag<'t> {
    Comment,
    Other(&'t str),
}

impl Tag<'_> {
    /// Whether something stands in its place.
    fn is_print(&self) -> bool {
        matches!(self, Self::Other(tag) if !tag.starts_with(['#', '/', '>']) && *tag != "else")
    }
}

/// The tag that opens there, and where it ends.
fn tag(text: &str, at: usize) -> Option<(Tag<'_>, usize)> {
    let inner = at + "{{".len();
    let until = |end: &str| {
        text[inner..]
            .find(end)
            .map(|found| (inner + found, inner + found + end.len()))
    };
    if text[inner..].starts_with("!--") {
        return until("--}}").map(|(_, end)| (Tag::Comment, end));
    }
    let (close, end) = until("}}")?;
    let tag = text[inner..close].trim();
    let tag = if tag.starts_with('!') {
        Tag::Comment
    } else {
        Tag::Other(tag)
    };
    Some((tag, end))
}

/// The line that a tag stands alone in, with its end; none if there is more in it.
fn alone(text: &str, at: usize, end: usize) -> Option<(usize, usize)> {
    let blanks: &[char] = &[' ', '\t'];
    let before = text[..at].trim_end_matches(blanks);
    let after = text[end..].trim_start_matches(blanks);
    let starts = before.is_empty() || before.ends_with('\n');
    let rest = if after.is_empty() {
        Some(after)
    } else {
        after.strip_prefix("\r\n").or_else(|| after.strip_prefix('\n'))
    };
    starts.then_some((before.len(), text.len() - rest?.len()))
}

struct Reading<'t> {
    style: &'t str,
    nodes: Vec<Node<'t>>,
    /// The blocks that are not yet closed, each with what stands before it.
    open: Vec<Open<'t>>,
}

struct Open<'t> {
    kind: Kind,
    path: &'t str,
    before: Vec<Node<'t>>,
    /// What stands before `{{else}}`.
    inner: Option<Vec<Node<'t>>>,
}

impl<'t> Reading<'t> {
    fn literal(&mut self, text: &'t str) {
        if !text.is_empty() {
            self.nodes.push(Node::Literal(text));
        }
    }

    fn tag(&mut self, tag: &Tag<'t>) -> Result<(), String> {
        let Tag::Other(tag) = *tag else { return Ok(()) };
        let (name, argument) = match tag.split_once(char::is_whitespace) {
            Some((name, argument)) => (name, argument.trim()),
            None => (tag, ""),
        };
        match (name, argument) {
            ("", _) => return Err("`{{}}` says nothing".to_owned()),
            ("else", "") => self.otherwise()?,
            (">", "style") | (">style", "") => self.nodes.extend(parse(self.style, "")?),
            ("rows", "") => self.nodes.push(Node::Rows),
            ("code", path) if is_path(path) => self.nodes.push(Node::Code(path)),
            ("code", _) => return Err("`code` takes a name: `{{code x}}`".to_owned()),
            (path, "") if is_path(path) => self.nodes.push(Node::Text(path)),
            (name, path) => match (name.split_at(1), path) {
                (("#", kind), path) => self.block(kind, path)?,
                (("/", kind), "") => self.close(kind)?,
                ((">", _), _) => return Err("the one partial is `{{> style}}`".to_owned()),
                (("{" | "&", _), _) => return Err("`{{{` and `{{&` would print unescaped text".to_owned()),
                _ => return Err(format!("`{{{{{tag}}}}}` is not known here")),
            },
        }
        Ok(())
    }

    fn block(&mut self, kind: &str, path: &'t str) -> Result<(), String> {
        let kind = Kind::named(kind).ok_or_else(|| format!("there is no block `{kind}`"))?;
        if !is_path(path) {
            return Err(format!("`{{{{#{}}}}}` takes a name", kind.name()));
        }
        let before = std::mem::take(&mut self.nodes);
        self.open.push(Open {
            kind,
            path,
            before,
            inner: None,
        });
        Ok(())
    }

    fn otherwise(&mut self) -> Result<(), String> {
        let open = self.open.last_mut().filter(|open| open.inner.is_none());
        let open = open.ok_or("`{{else}}` belongs to no block")?;
        open.inner = Some(std::mem::take(&mut self.nodes));
        Ok(())
    }

    fn close(&mut self, kind: &str) -> Result<(), String> {
        let open = self.open.pop_if(|open| open.kind.name() == kind);
        let open = open.ok_or_else(|| format!("`{{{{/{kind}}}}}` closes nothing"))?;
        let last = std::mem::replace(&mut self.nodes, open.before);
        let (inner, otherwise) = match open.inner {
            Some(inner) => (inner, last),
            None => (last, Vec::new()),
        };
        self.nodes.push(Node::Block(Block {
            kind: open.kind,
            path: open.path,
            inner,
            otherwise,
        }));
        Ok(())
    }

    fn finish(self) -> Result<Vec<Node<'t>>, String> {
        match self.open.last() {
            None => Ok(self.nodes),
            Some(open) => Err(format!("`{{{{#{}}}}}` is never closed", open.kind.name())),
        }
    }
}

fn is_path(text: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"_@./".contains(&byte);
    // A slash before a name closes a block.
    !text.is_empty() && !text.starts_with('/') && text.bytes().all(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_alone_takes_its_line_with_it() {
        let nodes = parse("a\n  {{#if x}} \nb\n{{else}}\r\n{{! no }}\n{{y}}\n{{/if}}", "").expect("a template");
        let block = Block {
            kind: Kind::If,
            path: "x",
            inner: vec![Node::Literal("b\n")],
            otherwise: vec![Node::Text("y"), Node::Literal("\n")],
        };
        assert_eq!(nodes, [Node::Literal("a\n"), Node::Block(block)]);
        let nodes = parse("{{#if x}}{{/if}}\n", "").expect("a template");
        assert_eq!(nodes[1], Node::Literal("\n"), "two tags in a line are not alone");
    }

    #[test]
    fn comments_may_hold_braces() {
        let nodes = parse("a{{!-- }} {{x}} --}}b{{! {{ }}c", "").expect("a template");
        assert_eq!(nodes, ["a", "b", "c"].map(Node::Literal));
    }

    #[test]
    fn the_style_sheet_stands_where_it_is_named() {
        let nodes = parse("<style>\n{{> style}}\n</style>", "b { }\n").expect("a template");
        assert_eq!(nodes, ["<style>\n", "b { }\n", "</style>"].map(Node::Literal));
    }

    #[test]
    fn faults_name_their_line() {
        for (text, fault) in [
            ("a\n{{x", "line 2: `{{` is never closed"),
            ("{{#if x}}\n{{else}}{{else}}", "line 2: `{{else}}` belongs to no block"),
            ("{{#if x}}{{/each}}", "line 1: `{{/each}}` closes nothing"),
            ("{{#if x}}", "`{{#if}}` is never closed"),
            ("{{#with x}}{{/with}}", "line 1: there is no block `with`"),
            ("{{> other}}", "line 1: the one partial is `{{> style}}`"),
            ("{{~x}}", "line 1: `{{~x}}` is not known here"),
            ("{{upper x}}", "line 1: `{{upper x}}` is not known here"),
            ("{{#if}}{{/if}}", "line 1: `{{#if}}` takes a name"),
            ("{{code}}", "line 1: `code` takes a name: `{{code x}}`"),
            ("{{}}", "line 1: `{{}}` says nothing"),
        ] {
            assert_eq!(parse(text, "").expect_err(text), fault);
        }
    }
}
