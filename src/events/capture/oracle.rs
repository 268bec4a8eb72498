//! Compares the fast extractor with a slow, obviously correct one: both must find the same in
//! generated JSON, with escapes in names and values, duplicate members, blanks, nesting, and
//! numbers of any size.

use proptest::prelude::*;

use super::*;

/// JSON that keeps doubled members, the order of members, and numbers as written.
#[derive(Debug, Clone)]
enum Tree {
    /// `null`, `true`, `false` or a number, as written.
    Plain(String),
    Text(String),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

impl Tree {
    /// Writes JSON. `style` picks blanks and escapes, so that one tree has many spellings.
    fn write(&self, style: &mut impl FnMut() -> u8, out: &mut String) {
        blank(style(), out);
        match self {
            Self::Plain(text) => out.push_str(text),
            Self::Text(text) => quote(text, style(), out),
            Self::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    item.write(style, out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (at, (name, value)) in members.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    blank(style(), out);
                    quote(name, style(), out);
                    blank(style(), out);
                    out.push(':');
                    value.write(style, out);
                }
                out.push('}');
            }
        }
        blank(style(), out);
    }

    /// Returns the value at the end of a path, and whether a member on the way, or beside it on
    /// another mapped path, occurs twice.
    fn at(&self, path: &[String]) -> Option<&Self> {
        let Some((token, rest)) = path.split_first() else {
            return Some(self);
        };
        match self {
            Self::Object(members) => members.iter().find(|(name, _)| name == token)?.1.at(rest),
            Self::List(items) => {
                let index: usize = token.parse().ok().filter(|index: &usize| index.to_string() == *token)?;
                items.get(index)?.at(rest)
            }
            Self::Plain(_) | Self::Text(_) => None,
        }
    }

    /// Whether a mapped member occurs twice. Doubled members on the way are all walked, as a reader
    /// meets them all.
    fn doubled(&self, paths: &[Pointer]) -> bool {
        let heads = |token: &str| -> Vec<Pointer> {
            let below = paths
                .iter()
                .filter(|path| path.first().is_some_and(|first| first == token));
            below.map(|path| path[1..].to_vec()).collect()
        };
        let children: Vec<(String, &Self)> = match self {
            Self::Object(members) => members.iter().map(|(name, value)| (name.clone(), value)).collect(),
            Self::List(items) => (0..)
                .zip(items)
                .map(|(at, item): (usize, _)| (at.to_string(), item))
                .collect(),
            Self::Plain(_) | Self::Text(_) => return false,
        };
        children.iter().enumerate().any(|(at, (name, value))| {
            let below = heads(name);
            let again = || children[..at].iter().any(|(other, _)| other == name);
            !below.is_empty() && (again() || value.doubled(&below))
        })
    }

    /// The text of what was found: strings without quotes and escapes, `null` as nothing, numbers
    /// as written.
    fn text(&self) -> Option<String> {
        match self {
            Self::Plain(text) => (text != "null").then(|| text.clone()),
            Self::Text(text) => Some(text.clone()),
            Self::List(_) | Self::Object(_) => Some(canonical(&self.json())),
        }
    }

    fn json(&self) -> String {
        let mut out = String::new();
        self.write(&mut || 0, &mut out);
        out
    }
}

fn blank(style: u8, out: &mut String) {
    out.push_str(["", " ", "\t", "\r\n  "][usize::from(style) % 4]);
}

fn quote(text: &str, style: u8, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '/' if style % 3 == 1 => out.push_str("\\/"),
            '\n' if style.is_multiple_of(2) => out.push_str("\\n"),
            c if c < ' ' || style % 3 == 2 => {
                let mut units = [0; 2];
                out.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04X}")));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// A list or an object compared as a value: captured text keeps the record's blanks and escapes.
fn canonical(json: &str) -> String {
    fn tree(json: &str) -> Tree {
        let raw = json.trim();
        if raw.starts_with('"') {
            return Tree::Text(serde_json::from_str(raw).expect("a string"));
        }
        if raw.starts_with('[') {
            let items: Vec<&RawValue> = serde_json::from_str(raw).expect("a list");
            return Tree::List(items.iter().map(|item| tree(item.get())).collect());
        }
        if raw.starts_with('{') {
            let Members(members) = serde_json::from_str(raw).expect("an object");
            return Tree::Object(
                members
                    .into_iter()
                    .map(|(name, value)| (name, tree(value.get())))
                    .collect(),
            );
        }
        Tree::Plain(raw.to_owned())
    }
    tree(json).json()
}

/// An object's members, doubled ones too.
struct Members<'b>(Vec<(String, &'b RawValue)>);

impl<'de: 'b, 'b> serde::Deserialize<'de> for Members<'b> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'b> Visitor<'b> for All {
            type Value = Members<'b>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'b>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(All)
    }
}

/// Few names, so that members are doubled and paths are hit; some need escapes, some look like
/// indices.
fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "é\"\\/", "0", "1", "01", "", "日 本.x[0]", "\n😀"]).prop_map(str::to_owned)
}

fn plain() -> impl Strategy<Value = Tree> {
    let words = prop::sample::select(vec!["null", "true", "false", "-0", "1.50", "1e400", "-2.5E-7"]);
    let numbers = "-?[1-9][0-9]{0,40}(\\.[0-9]{1,30})?";
    prop_oneof![words.prop_map(str::to_owned), numbers].prop_map(Tree::Plain)
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![plain(), ".{0,6}".prop_map(Tree::Text), name().prop_map(Tree::Text)];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Tree::List),
            prop::collection::vec((name(), inner), 0..4).prop_map(Tree::Object),
        ]
    })
}

fn object() -> impl Strategy<Value = Tree> {
    prop::collection::vec((name(), tree()), 0..5).prop_map(Tree::Object)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_fast_extractor_finds_what_the_slow_one_finds(
        tree in object(),
        pointers in prop::collection::vec(prop::collection::vec(name(), 0..4), 1..5),
        style in prop::collection::vec(any::<u8>(), 1..40),
    ) {
        let (mut json, mut styles) = (String::new(), style.iter().cycle());
        tree.write(&mut || *styles.next().expect("a cycle has no end"), &mut json);
        let mut paths = Paths::default();
        let slots: Vec<_> = pointers.iter().map(|pointer| paths.slot(pointer)).collect();
        let found = paths.capture(&json);
        if tree.doubled(&pointers) {
            prop_assert_eq!(found.expect_err("a mapped member is doubled").reason, RefusalReason::DuplicateKey);
            return Ok(());
        }
        let found = found.expect("no mapped member is doubled");
        for (pointer, slot) in pointers.iter().zip(slots) {
            let expected = tree.at(pointer);
            let text = found[slot].as_ref().and_then(Value::text).map(|text| match expected {
                Some(Tree::List(_) | Tree::Object(_)) => canonical(&text),
                _ => text.into_owned(),
            });
            prop_assert_eq!(text, expected.and_then(Tree::text), "{:?} in {}", pointer, json);
        }
    }
}
