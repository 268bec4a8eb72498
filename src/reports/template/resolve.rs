//! Names to places: what a template names is looked up in the shape of its view, once and before
//! there is a view.

use super::{
    Piece, Place, Shape, Step,
    parse::{Block, Kind, Node},
};
use crate::diag::nearest;

/// Resolves every name. An error says which is not there, or cannot be used like that.
pub(super) fn resolve(nodes: &[Node<'_>], shape: &'static Shape) -> Result<Vec<Piece>, String> {
    pieces(nodes, &[shape])
}

/// `levels` are the values around, the innermost last.
fn pieces(nodes: &[Node<'_>], levels: &[&'static Shape]) -> Result<Vec<Piece>, String> {
    let mut pieces: Vec<Piece> = Vec::with_capacity(nodes.len());
    for node in nodes {
        match (pieces.last_mut(), piece(node, levels)?) {
            // A style sheet goes on where the page before it ends.
            (Some(Piece::Literal(before)), Piece::Literal(text)) => before.push_str(&text),
            (_, piece) => pieces.push(piece),
        }
    }
    Ok(pieces)
}

fn piece(node: &Node<'_>, levels: &[&'static Shape]) -> Result<Piece, String> {
    match node {
        Node::Literal(text) => Ok(Piece::Literal(text.clone())),
        Node::Text(path) => Ok(Piece::Text(printed(path, levels)?)),
        Node::Code(path) => Ok(Piece::Code(printed(path, levels)?)),
        Node::Rows => Ok(Piece::Rows),
        Node::Block(block) => walked(block, levels),
    }
}

fn printed(path: &str, levels: &[&'static Shape]) -> Result<Place, String> {
    match place(path, levels)? {
        (place, Shape::Text) => Ok(place),
        _ => Err(format!("`{path}` is no text")),
    }
}

fn walked(block: &Block<'_>, levels: &[&'static Shape]) -> Result<Piece, String> {
    let (place, shape) = place(block.path, levels)?;
    let otherwise = pieces(&block.otherwise, levels)?;
    match (block.kind, shape) {
        (Kind::Each, Shape::List(item)) => Ok(Piece::Each {
            list: place,
            inner: pieces(&block.inner, &[levels, &[item]].concat())?,
            none: otherwise,
        }),
        (Kind::Each, _) => Err(format!("`{}` is no list", block.path)),
        (_, Shape::Record(_)) => Err(format!("`{}` is always there", block.path)),
        (kind, _) => {
            let (then, otherwise) = match kind {
                Kind::Unless => (otherwise, pieces(&block.inner, levels)?),
                _ => (pieces(&block.inner, levels)?, otherwise),
            };
            Ok(Piece::If {
                test: place,
                then,
                otherwise,
            })
        }
    }
}

/// Returns the place and the shape that a path leads to: `a.b`, `this`, `../a`, `@root.a`,
/// `@first`, `@last`.
fn place(path: &str, levels: &[&'static Shape]) -> Result<(Place, &'static Shape), String> {
    let mut up = 0;
    let mut rest = path;
    while let Some(outer) = rest.strip_prefix("../") {
        up += 1;
        rest = outer;
    }
    if let Some(from_root) = rest.strip_prefix("@root.") {
        (up, rest) = (levels.len() - 1, from_root);
    }
    let level = levels
        .len()
        .checked_sub(up + 1)
        .ok_or_else(|| unknown(path, &Shape::Text))?;
    let end = match rest {
        "@first" => Some(Step::First),
        "@last" => Some(Step::Last),
        _ => None,
    };
    if let Some(step) = end {
        // The outermost is no part of a list.
        return match level {
            0 => Err(unknown(path, &Shape::Text)),
            _ => Ok((Place { up, step }, &Shape::Flag)),
        };
    }
    let (mut shape, mut fields) = (levels[level], Vec::new());
    for name in rest.split('.').filter(|name| *name != "this") {
        let (at, inner) = field(shape, name).ok_or_else(|| unknown(path, shape))?;
        fields.push(at);
        shape = inner;
    }
    let step = Step::Fields(fields);
    Ok((Place { up, step }, shape))
}

fn field(shape: &'static Shape, name: &str) -> Option<(usize, &'static Shape)> {
    let Shape::Record(fields) = shape else { return None };
    let at = fields.iter().position(|(known, _)| *known == name)?;
    Some((at, fields[at].1))
}

fn unknown(path: &str, shape: &Shape) -> String {
    let names = match shape {
        Shape::Record(fields) => *fields,
        _ => &[],
    };
    let last = path.rsplit(['.', '/']).next().unwrap_or_default();
    let hint = nearest(last, names.iter().map(|(name, _)| *name));
    let hint = hint.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
    format!("the view has no `{path}`{hint}")
}
