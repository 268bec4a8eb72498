//! One pass over a record that captures the values at all mapped paths, and sees every duplicate on
//! the way.
//!
//! The paths form a tree; the record is walked along it and everything beside it is only checked to
//! be JSON. Captured values are slices of the record.

use std::{borrow::Cow, cell::Cell, fmt};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::value::Value;
use crate::{
    records::{Header, Refusal, RefusalReason},
    text::shortened,
};

/// Number of column names that a refusal lists.
const NAMES: usize = 8;

/// A JSON Pointer (RFC 6901) as its reference tokens.
pub(super) type Pointer = Vec<String>;

/// The captured value of every slot.
pub(super) type Slots<'b> = Vec<Option<Value<'b>>>;

/// The tree of all paths that are captured together, a slot for each.
#[derive(Debug, Clone, Default)]
pub(super) struct Paths {
    root: Node,
    pointers: Vec<Pointer>,
}

/// Node of a path: the value at its end, or a step on the way.
#[derive(Debug, Clone, Default)]
pub(super) struct Node {
    pub(super) slot: Option<usize>,
    pub(super) children: Vec<(String, Node)>,
}

impl Paths {
    /// The slot that captures this path.
    pub(super) fn slot(&mut self, pointer: &Pointer) -> usize {
        let mut node = &mut self.root;
        for token in pointer {
            let at = node
                .children
                .iter()
                .position(|(name, _)| name == token)
                .unwrap_or_else(|| {
                    node.children.push((token.clone(), Node::default()));
                    node.children.len() - 1
                });
            node = &mut node.children[at].1;
        }
        *node.slot.get_or_insert_with(|| {
            self.pointers.push(pointer.clone());
            self.pointers.len() - 1
        })
    }

    /// Returns the captures at a path and below it, separated from the others.
    pub(super) fn subtree(&mut self, pointer: &Pointer) -> Subtree {
        let list = self.slot(pointer);
        let below = |slot: &usize| self.pointers[*slot].starts_with(pointer);
        let node = pointer.iter().fold(&self.root, |node, token| {
            let child = node.children.iter().find(|(name, _)| name == token);
            &child.expect("the slot was made above").1
        });
        Subtree {
            list,
            node: node.clone(),
            slots: (0..self.len()).filter(below).collect(),
        }
    }

    /// Returns the number of slots.
    pub(super) fn len(&self) -> usize {
        self.pointers.len()
    }

    /// Captures from one JSON object.
    pub(super) fn capture<'b>(&self, json: &'b str) -> Result<Slots<'b>, Refusal> {
        if !json.trim_ascii_start().starts_with('{') {
            return Err(not_an_object(json));
        }
        self.root.capture(json, self.len())
    }

    /// Captures from one JSON object or list.
    pub(super) fn capture_inside<'b>(&self, json: &'b str) -> Result<Slots<'b>, Refusal> {
        if !json.trim_ascii_start().starts_with(['{', '[']) {
            return Err(not_an_object(json));
        }
        self.root.capture(json, self.len())
    }

    /// The column of each slot in a CSV of this header: the path's tokens joined by dots, as
    /// flattening exporters do.
    pub(super) fn columns(&self, header: &Header) -> Result<Vec<Option<usize>>, Refusal> {
        if !header.names_columns {
            return Err(self.unknown_header(header));
        }
        let position = |name: String| header.position(&name);
        self.column_names().map(position).collect()
    }

    /// The name of the column of each slot.
    pub(super) fn column_names(&self) -> impl Iterator<Item = String> + '_ {
        self.pointers.iter().map(|pointer| pointer.join("."))
    }

    fn unknown_header(&self, header: &Header) -> Refusal {
        let listed = |names: &mut dyn Iterator<Item = String>| {
            let names: Vec<_> = names
                .take(NAMES)
                .map(|name| format!("`{}`", shortened(&name, 40)))
                .collect();
            names.join(", ")
        };
        let comment = match header.columns.first() {
            Some(first) if first.starts_with('#') => {
                " It begins with a comment, as logs of Zeek and W3C do: pass the comment lines over with `skip_lines` \
                 and give the names of their `#fields` line as `columns`, both in `[[logs]]`."
            }
            Some(first) if first.starts_with("sep=") => {
                " It is a line for Excel: pass it over with `skip_lines = 1` in `[[logs]]`."
            }
            _ => "",
        };
        let detail = format!(
            "the first line names no column that the profile maps, so no row can be read: it has {}; the profile maps {}.{comment} \
             Where rows have no header, state their `columns` in `[[logs]]`; where lines stand before it, `skip_lines`; else write a \
             profile for the columns that are there.",
            listed(&mut header.columns.iter().cloned()),
            listed(&mut self.column_names()),
        );
        Refusal::new(RefusalReason::UnknownHeader, detail)
    }

    /// Captures from the cells of a row.
    pub(super) fn pick<'b>(columns: &[Option<usize>], cells: &[&'b str]) -> Slots<'b> {
        columns
            .iter()
            .map(|column| column.map(|at| Value::Cell(Cow::Borrowed(cells[at]))))
            .collect()
    }

    /// Whether a path leads to a captured value or into one; `*` in it stands for any element of a
    /// list.
    pub(super) fn lead_to(&self, path: &[String]) -> bool {
        let same = |(token, step): (&String, &String)| token == step || step == "*" && token.parse::<usize>().is_ok();
        self.pointers
            .iter()
            .any(|pointer| pointer.len() <= path.len() && pointer.iter().zip(path).all(same))
    }

    /// The tree.
    pub(super) fn root(&self) -> &Node {
        &self.root
    }

    /// The path of a slot.
    pub(super) fn pointer(&self, slot: usize) -> &Pointer {
        &self.pointers[slot]
    }

    /// The path of a slot, for a refusal.
    pub(super) fn name(&self, slot: usize) -> String {
        self.pointers[slot].join("/")
    }

    /// Whether the slot captures the whole value.
    pub(super) fn is_whole(&self, slot: usize) -> bool {
        self.pointers[slot].is_empty()
    }
}

impl Node {
    /// Captures from a JSON object or list; `slots` is how many slots there are in all.
    pub(super) fn inside<'b>(&self, json: &'b str, slots: usize) -> Result<Slots<'b>, Refusal> {
        self.capture(json, slots)
    }

    /// Captures from any JSON value; `slots` is how many slots there are in all.
    fn capture<'b>(&self, json: &'b str, slots: usize) -> Result<Slots<'b>, Refusal> {
        let mut slots = vec![None; slots];
        if plain::capture(self, json, &mut slots).is_some() {
            return Ok(slots);
        }
        slots.fill(None);
        let mut walked = self.walk(json, Way::Direct, &mut slots);
        if walked
            .as_ref()
            .is_err_and(|refusal| refusal.reason == RefusalReason::MalformedJson)
        {
            // Or it only holds a number that no float can, where an object was looked for.
            slots.fill(None);
            walked = self.walk(json, Way::Raw, &mut slots);
        }
        walked.map(|()| slots)
    }

    fn walk<'b>(&self, json: &'b str, way: Way, slots: &mut Slots<'b>) -> Result<(), Refusal> {
        let doubled = Cell::new(None);
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let walk = Walk {
            node: self,
            way,
            slots,
            doubled: &doubled,
        };
        let walked = walk.deserialize(&mut deserializer).and_then(|()| deserializer.end());
        match (walked, doubled.take()) {
            (_, Some(name)) => Err(Refusal::new(
                RefusalReason::DuplicateKey,
                format!("member `{name}` occurs twice"),
            )),
            (Err(fault), None) => Err(Refusal::new(RefusalReason::MalformedJson, fault.to_string())),
            (Ok(()), None) => Ok(()),
        }
    }
}

/// The way in which the values on a path to a slot are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Read as any type. A number becomes a float, which fails for values such as `1e400`.
    Direct,
    /// Read as text first, and parsed only if that is a list or an object. Slower, and correct for
    /// every number.
    Raw,
}

/// The part of the tree at a list and below it, where each element takes the list's place.
#[derive(Debug, Clone)]
pub(super) struct Subtree {
    /// The slot of the list itself.
    pub(super) list: usize,
    node: Node,
    /// The slots at the list and below it.
    slots: Vec<usize>,
}

impl Subtree {
    /// The slots with this element in the place of the list.
    pub(super) fn replaced<'b>(&self, slots: &Slots<'b>, element: &str) -> Result<Slots<'b>, Refusal> {
        let mut captured = self.node.capture(element, slots.len())?;
        let mut replaced = slots.clone();
        for &slot in &self.slots {
            replaced[slot] = captured[slot].take().map(Value::into_owned);
        }
        Ok(replaced)
    }
}

fn not_an_object(json: &str) -> Refusal {
    match serde_json::from_str::<IgnoredAny>(json) {
        Ok(_) => Refusal::new(RefusalReason::NotAnObject, "a JSON value that is no object"),
        Err(fault) => Refusal::new(RefusalReason::MalformedJson, fault.to_string()),
    }
}

/// The walk at one node of the tree.
struct Walk<'t, 's, 'b> {
    node: &'t Node,
    way: Way,
    slots: &'s mut Slots<'b>,
    doubled: &'s Cell<Option<String>>,
}

impl<'b> DeserializeSeed<'b> for Walk<'_, '_, 'b> {
    type Value = ();

    fn deserialize<D: Deserializer<'b>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.node.slot.is_none() && self.way == Way::Direct {
            return deserializer.deserialize_any(self);
        }
        let raw: &'b RawValue = serde::Deserialize::deserialize(deserializer)?;
        if let Some(slot) = self.node.slot {
            self.slots[slot] = Some(Value::Json(Cow::Borrowed(raw.get())));
        }
        if self.node.children.is_empty() || !raw.get().starts_with(['{', '[']) {
            return Ok(());
        }
        let mut inner = serde_json::Deserializer::from_str(raw.get());
        inner.deserialize_any(self).map_err(serde::de::Error::custom)
    }
}

impl<'b> Visitor<'b> for Walk<'_, '_, 'b> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_map<A: MapAccess<'b>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = vec![false; self.node.children.len()];
        while let Some(child) = map.next_key_seed(Name(self.node))? {
            let Some(at) = child else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let (name, node) = &self.node.children[at];
            if std::mem::replace(&mut seen[at], true) {
                self.doubled.set(Some(name.clone()));
            }
            map.next_value_seed(Walk {
                node,
                way: self.way,
                slots: self.slots,
                doubled: self.doubled,
            })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'b>>(self, mut seq: A) -> Result<(), A::Error> {
        for index in 0_usize.. {
            let token = index.to_string();
            let child = self.node.children.iter().find(|(name, _)| *name == token);
            let more = match child {
                Some((_, node)) => seq
                    .next_element_seed(Walk {
                        node,
                        way: self.way,
                        slots: self.slots,
                        doubled: self.doubled,
                    })?
                    .is_some(),
                None => seq.next_element::<IgnoredAny>()?.is_some(),
            };
            if !more {
                break;
            }
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// A member's name, as the position of the child it leads to.
struct Name<'t>(&'t Node);

impl<'b> DeserializeSeed<'b> for Name<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'b>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.children.iter().position(|(child, _)| child == name))
    }
}

mod plain;

#[cfg(test)]
mod oracle;

#[cfg(test)]
mod tests {
    use super::*;

    fn capture(pointers: &[&[&str]], json: &str) -> Result<Vec<Option<String>>, RefusalReason> {
        let mut paths = Paths::default();
        for pointer in pointers {
            paths.slot(&pointer.iter().map(|&token| token.to_owned()).collect());
        }
        let slots = paths.capture(json).map_err(|refusal| refusal.reason)?;
        Ok(slots
            .iter()
            .map(|value| value.as_ref().and_then(Value::text).map(Cow::into_owned))
            .collect())
    }

    #[test]
    fn values_are_found_at_any_depth_and_in_arrays() {
        let json = r#"{"x":{"a":0},"a":{"b":[10,{"c":"\u0064"}],"a":1},"e f.g":true}"#;
        let found = capture(
            &[&["a", "b", "1", "c"], &["e f.g"], &["a", "a"], &["a", "z"], &["x"]],
            json,
        );
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            found,
            Ok(vec![some("d"), some("true"), some("1"), None, some(r#"{"a":0}"#)])
        );
    }

    #[test]
    fn a_path_and_one_below_it_are_both_captured() {
        let found = capture(&[&["a"], &["a", "b"]], r#"{"a":{"b":1}}"#);
        assert_eq!(found, Ok(vec![Some(r#"{"b":1}"#.into()), Some("1".into())]));
    }

    #[test]
    fn a_doubled_mapped_member_is_refused_however_it_is_written() {
        assert_eq!(
            capture(&[&["a"]], r#"{"a":1,"\u0061":2}"#),
            Err(RefusalReason::DuplicateKey)
        );
        assert_eq!(
            capture(&[&["a", "b"]], r#"{"a":{"b":1},"a":{}}"#),
            Err(RefusalReason::DuplicateKey)
        );
        assert_eq!(
            capture(&[&["a", "b"], &["a"]], r#"{"a":{"b":1,"b":1}}"#),
            Err(RefusalReason::DuplicateKey)
        );
        assert!(
            capture(&[&["a"]], r#"{"b":1,"b":2,"a":3}"#).is_ok(),
            "an unmapped one does no harm"
        );
    }

    #[test]
    fn a_number_that_no_float_holds_is_no_reason_to_refuse() {
        let found = capture(&[&["a", "b"], &["c"]], r#"{"a":1e400,"c":-1e999}"#);
        assert_eq!(found, Ok(vec![None, Some("-1e999".into())]));
    }

    #[test]
    fn what_is_no_object_is_refused_and_deep_nesting_is_not() {
        assert_eq!(capture(&[&["a"]], "[1]"), Err(RefusalReason::NotAnObject));
        assert_eq!(capture(&[&["a"]], "oops"), Err(RefusalReason::MalformedJson));
        assert_eq!(capture(&[&["a"]], r#"{"a":1} x"#), Err(RefusalReason::MalformedJson));
        assert_eq!(capture(&[&["a"]], r#"{"a":1"#), Err(RefusalReason::MalformedJson));
        let deep = format!(r#"{{"x":{}1{},"a":2}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(capture(&[&["a"]], &deep), Ok(vec![Some("2".into())]));
    }
}
