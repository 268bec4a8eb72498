//! A whole JSON record at a glance: that it is well-formed, that no mapped member occurs twice, its
//! time and its actors; without allocating anything.

use std::ops::Range;

use super::{Plan, Profile, Seen, Span, cursor::Cursor, order::Order, shapes::Shapes};
use crate::events::capture;

/// Looks at whole JSON records.
#[derive(Debug, Clone)]
pub struct Glance {
    plan: Plan,
    nodes: Vec<Node>,
    /// For each node, in which order its members came.
    orders: Vec<Order>,
    /// How records looked at before were made.
    shapes: Shapes,
    /// Of the record looked at last.
    texts: Vec<Span>,
}

/// One node of the tree of mapped paths, so laid out that a name is found by its length.
#[derive(Debug, Clone, Default)]
struct Node {
    /// Which of the wanted texts stands here.
    wanted: Option<usize>,
    children: Vec<(Vec<u8>, usize)>,
    /// The children whose name has this length, modulo their number, as bits.
    by_length: [u64; 32],
    /// Whether a child is an element of a list.
    indexed: bool,
}

impl Glance {
    /// For records of this profile, if a glance can be enough.
    pub fn new(profile: &Profile) -> Option<Self> {
        let plan = Plan::new(profile)?;
        let mut nodes = Vec::new();
        plant(profile.paths.root(), &plan, &mut nodes)?;
        Some(Self {
            texts: vec![Span::default(); plan.slots.len()],
            orders: vec![Order::default(); nodes.len()],
            shapes: Shapes::default(),
            plan,
            nodes,
        })
    }

    /// The record's time and actors; None where only the full reading can tell.
    pub fn look<'b>(&mut self, record: &'b str) -> Option<Seen<'_, 'b>> {
        let record = &record[beginning(record)?..];
        self.texts.fill(Span::default());
        if !self.shapes.find(record.as_bytes(), &mut self.texts) {
            self.walk(record)?;
            self.shapes.learn(record.as_bytes(), &self.texts);
        }
        self.plan.seen(record, &self.texts)
    }

    /// Over the whole record, member by member.
    fn walk(&mut self, record: &str) -> Option<()> {
        let mut walk = Walk {
            nodes: &self.nodes,
            orders: &mut self.orders,
            texts: &mut self.texts,
            cursor: Cursor::new(record.as_bytes()),
        };
        walk.object(0)?;
        walk.cursor.blanks();
        (walk.cursor.at == record.len()).then_some(())
    }
}

/// Where the object begins: a text may precede it. If what follows is an object to the end, it is
/// the one that the full reading finds; not so behind a closing brace, which may be the end of a
/// record that was cut.
fn beginning(record: &str) -> Option<usize> {
    match record.trim_ascii_start().as_bytes().first()? {
        b'[' => None,
        _ => {
            let start = memchr::memchr(b'{', record.as_bytes())?;
            memchr::memchr(b'}', &record.as_bytes()[..start])
                .is_none()
                .then_some(start)
        }
    }
}

/// Lays a tree out flat; the first node is its root. None where it has too many branches.
fn plant(tree: &capture::Node, plan: &Plan, nodes: &mut Vec<Node>) -> Option<usize> {
    let place = nodes.len();
    let mut node = Node {
        wanted: plan.slots.iter().position(|slot| tree.slot == Some(*slot)),
        ..Node::default()
    };
    // Members are ticked off in the bits of a word.
    if tree.children.len() > 64 {
        return None;
    }
    nodes.push(Node::default());
    for (bit, (name, child)) in tree.children.iter().enumerate() {
        node.by_length[name.len() % 32] |= 1 << bit;
        node.indexed |= name.parse::<usize>().is_ok();
        node.children
            .push((name.clone().into_bytes(), plant(child, plan, nodes)?));
    }
    nodes[place] = node;
    Some(place)
}

impl Node {
    /// The position of the child of this name.
    fn child(&self, name: &[u8]) -> Option<usize> {
        let mut candidates = self.by_length[name.len() % 32];
        while candidates != 0 {
            let at = candidates.trailing_zeros() as usize;
            if self.children[at].0 == name {
                return Some(at);
            }
            candidates &= candidates - 1;
        }
        None
    }
}

/// Where a member's name leads.
enum Leads {
    /// To nothing that is mapped.
    Nowhere,
    /// To the child at this position.
    To(usize),
}

impl From<Option<usize>> for Leads {
    fn from(child: Option<usize>) -> Self {
        child.map_or(Self::Nowhere, Self::To)
    }
}

/// On the way through one record.
struct Walk<'g, 'b> {
    nodes: &'g [Node],
    orders: &'g mut [Order],
    texts: &'g mut [Span],
    cursor: Cursor<'b>,
}

impl<'g> Walk<'g, '_> {
    /// Over an object, at this node of the tree.
    fn object(&mut self, at: usize) -> Option<()> {
        let nodes: &'g [Node] = self.nodes;
        let node = &nodes[at];
        let (mut seen, mut member) = (0_u64, 0);
        self.cursor.expect(b'{')?;
        if self.cursor.peek()? == b'}' {
            self.cursor.at += 1;
            return Some(());
        }
        loop {
            match self.name(at, &mut member)? {
                Leads::Nowhere => self.cursor.value()?,
                Leads::To(child) if seen & 1 << child != 0 => return None,
                Leads::To(child) => {
                    seen |= 1 << child;
                    self.mapped(node.children[child].1)?;
                }
            }
            if !self.cursor.another(b'}')? {
                return Some(());
            }
        }
    }

    /// Over a name. `member` is its place in the usual order, and moves on.
    fn name(&mut self, at: usize, member: &mut usize) -> Option<Leads> {
        let order = &mut self.orders[at];
        if let Some((length, child)) = order.usual(*member, self.cursor.rest()) {
            self.cursor.at += length;
            self.cursor.blanks();
            *member += 1;
            return Some(child.into());
        }
        let start = self.cursor.at;
        let name = self.cursor.name()?;
        let child = self.nodes[at].child(self.cursor.text(name.clone()));
        // The name in its quotes with the colon, where nothing stands between.
        *member = order.learn(self.cursor.text(start..name.end + 2), child) + 1;
        Some(child.into())
    }

    /// Over a value that some path leads to or through.
    fn mapped(&mut self, at: usize) -> Option<()> {
        let nodes: &'g [Node] = self.nodes;
        let node = &nodes[at];
        if let Some(wanted) = node.wanted {
            let Range { start, end } = self.cursor.text_value()?;
            self.texts[wanted] = Span { start, end };
            return Some(());
        }
        match self.cursor.peek()? {
            b'{' if !node.children.is_empty() => self.object(at),
            b'[' if node.indexed => None,
            _ => self.cursor.value(),
        }
    }
}
