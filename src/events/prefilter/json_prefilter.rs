//! Prefilter for a JSON record: checks that it is well-formed and that no mapped member occurs
//! twice, and reads its time and actors, without allocating.

use std::ops::Range;

use super::{
    KeyFacts, PrefilterPlan, Profile, TextSpan, cursor::Cursor, key_order::KeyOrder, record_templates::RecordTemplates,
};
use crate::events::capture;

/// Looks at whole JSON records.
#[derive(Debug, Clone)]
pub struct JsonPrefilter {
    plan: PrefilterPlan,
    nodes: Vec<Node>,
    /// Order of members, for each node.
    key_orders: Vec<KeyOrder>,
    /// Templates learnt from earlier records.
    templates: RecordTemplates,
    /// Texts of the latest record.
    texts: Vec<TextSpan>,
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

impl JsonPrefilter {
    /// Creates the prefilter for records of this profile, if one is possible.
    pub fn new(profile: &Profile) -> Option<Self> {
        let plan = PrefilterPlan::new(profile)?;
        let mut nodes = Vec::new();
        plant(profile.paths.root(), &plan, &mut nodes)?;
        Some(Self {
            texts: vec![TextSpan::default(); plan.slots.len()],
            key_orders: vec![KeyOrder::default(); nodes.len()],
            templates: RecordTemplates::default(),
            plan,
            nodes,
        })
    }

    /// Returns the record's time and actors; `None` if only the full parse can.
    pub fn look<'b>(&mut self, record: &'b str) -> Option<KeyFacts<'_, 'b>> {
        let record = &record[beginning(record)?..];
        self.texts.fill(TextSpan::default());
        if !self.templates.find(record.as_bytes(), &mut self.texts) {
            self.walk(record)?;
            self.templates.learn(record.as_bytes(), &self.texts);
        }
        self.plan.seen(record, &self.texts)
    }

    /// Over the whole record, member by member.
    fn walk(&mut self, record: &str) -> Option<()> {
        let mut walk = Walk {
            nodes: &self.nodes,
            key_orders: &mut self.key_orders,
            texts: &mut self.texts,
            cursor: Cursor::new(record.as_bytes()),
        };
        walk.object(0)?;
        walk.cursor.blanks();
        (walk.cursor.at == record.len()).then_some(())
    }
}

/// Finds the start of the object, which may follow other text. If an object extends to the end, it
/// is the one that the full parse finds; except after a closing brace, which may be the end of a
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
fn plant(tree: &capture::Node, plan: &PrefilterPlan, nodes: &mut Vec<Node>) -> Option<usize> {
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

/// Node of a member's name.
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
    key_orders: &'g mut [KeyOrder],
    texts: &'g mut [TextSpan],
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
        let order = &mut self.key_orders[at];
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
            self.texts[wanted] = TextSpan { start, end };
            return Some(());
        }
        match self.cursor.peek()? {
            b'{' if !node.children.is_empty() => self.object(at),
            b'[' if node.indexed => None,
            _ => self.cursor.value(),
        }
    }
}
