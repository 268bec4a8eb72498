//! The fast way through what is plainly well-formed: no escape in a name on the way, no mapped
//! member twice, no list that a path leads into. Whatever else it meets is the full parser's.

use std::borrow::Cow;

use super::{Node, Slots};
use crate::events::{cursor::Cursor, value::Value};

/// Captures values from JSON text. Returns `None`, with some slots filled, if it cannot decide.
pub(super) fn capture<'b>(node: &Node, json: &'b str, slots: &mut Slots<'b>) -> Option<()> {
    let mut walk = Walk {
        json,
        cursor: Cursor::new(json.as_bytes()),
        slots,
    };
    walk.cursor.blanks();
    walk.value(node)?;
    walk.cursor.blanks();
    (walk.cursor.at == json.len()).then_some(())
}

struct Walk<'s, 'b> {
    json: &'b str,
    cursor: Cursor<'b>,
    slots: &'s mut Slots<'b>,
}

impl Walk<'_, '_> {
    fn value(&mut self, node: &Node) -> Option<()> {
        let start = self.cursor.at;
        match self.cursor.peek()? {
            b'{' if !node.children.is_empty() => self.members(node)?,
            b'[' if !node.children.is_empty() => return None,
            _ => self.cursor.value()?,
        }
        if let Some(slot) = node.slot {
            self.slots[slot] = Some(Value::Json(Cow::Borrowed(self.json.get(start..self.cursor.at)?)));
        }
        Some(())
    }

    fn members(&mut self, node: &Node) -> Option<()> {
        let mut seen = 0_u64;
        self.cursor.expect(b'{')?;
        if self.cursor.peek()? == b'}' {
            self.cursor.at += 1;
            return Some(());
        }
        loop {
            let name = self.cursor.name()?;
            let name = self.cursor.text(name);
            match node.children.iter().position(|(known, _)| known.as_bytes() == name) {
                None => self.cursor.value()?,
                Some(at) => {
                    let bit = 1_u64.checked_shl(u32::try_from(at).ok()?)?;
                    if seen & bit != 0 {
                        return None;
                    }
                    seen |= bit;
                    self.value(&node.children[at].1)?;
                }
            }
            if !self.cursor.another(b'}')? {
                return Some(());
            }
        }
    }
}
