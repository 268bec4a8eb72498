//! Paths, compiled: from the captured values of a record to the texts that count.

use std::borrow::Cow;

use smallvec::{SmallVec, smallvec};

use super::{
    capture::{Paths, Slots},
    path::{Cut, PathSpec},
    value::Value,
};
use crate::records::{Refusal, RefusalReason};

/// Values of a path: in most records one text, or none.
pub(super) type Texts<'b> = SmallVec<[Cow<'b, str>; 1]>;

/// A path, compiled against the slots of one [`Paths`].
#[derive(Debug, Clone)]
pub(super) enum Selector {
    Slot(usize),
    Constant(String),
    Json(usize, Box<Inner>),
    Each(usize, Box<Inner>),
    Named {
        list: usize,
        name: Box<Inner>,
        is: String,
        value: Box<Inner>,
    },
    Cut(Box<Selector>, Cut),
    /// The first text of each, with this between them.
    Join(Vec<Selector>, String),
}

/// A path inside a captured value.
#[derive(Debug, Clone)]
pub(super) struct Inner {
    paths: Paths,
    selector: Selector,
}

impl Inner {
    pub(super) fn compile(spec: &PathSpec) -> Self {
        let mut paths = Paths::default();
        let selector = Selector::compile(spec, &mut paths);
        Self { paths, selector }
    }

    /// Whether it is the same text for every record.
    pub(super) fn is_constant(&self) -> bool {
        matches!(self.selector, Selector::Constant(_))
    }

    /// Whether it is the whole value, whatever that is.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self.selector, Selector::Slot(slot) if self.paths.is_whole(slot))
    }

    /// The texts in a JSON value. The empty path is the value itself; a path into what is no object
    /// and no list leads nowhere.
    pub(super) fn texts(&self, json: &str) -> Result<Vec<String>, Refusal> {
        if self.is_whole() {
            return Ok(Value::Json(Cow::Borrowed(json))
                .text()
                .map(Cow::into_owned)
                .into_iter()
                .collect());
        }
        match self.paths.capture_inside(json) {
            Ok(slots) => Ok(self.selector.texts(&slots)?.into_iter().map(Cow::into_owned).collect()),
            Err(refusal) if refusal.reason == RefusalReason::NotAnObject => Ok(Vec::new()),
            Err(refusal) => Err(refusal),
        }
    }
}

impl Selector {
    /// Compiles a path, taking the slots it needs.
    pub(super) fn compile(spec: &PathSpec, paths: &mut Paths) -> Self {
        match spec {
            PathSpec::At(at) => Self::Slot(paths.slot(&at.0)),
            PathSpec::Constant(text) => Self::Constant(text.clone()),
            PathSpec::Json { at, json } => Self::Json(paths.slot(&at.0), Box::new(Inner::compile(json))),
            PathSpec::Each { at, each } => Self::Each(paths.slot(&at.0), Box::new(Inner::compile(each))),
            PathSpec::Named { at, name, is, value } => Self::Named {
                list: paths.slot(&at.0),
                name: Box::new(Inner::compile(&PathSpec::At(name.clone()))),
                is: is.clone(),
                value: Box::new(Inner::compile(value)),
            },
            PathSpec::Cut { of, cut } => Self::Cut(Box::new(Self::compile(of, paths)), cut.clone()),
            PathSpec::Join { join, with } => Self::Join(
                join.iter().map(|spec| Self::compile(spec, paths)).collect(),
                with.clone(),
            ),
        }
    }

    /// The values of a record that it must be able to look into.
    pub(super) fn held(&self) -> Vec<Held> {
        let inside = |inner: &Inner| !inner.is_whole() && !inner.is_constant();
        let held = |slot: &usize, needs| vec![Held { slot: *slot, needs }];
        match self {
            Self::Slot(_) | Self::Constant(_) => Vec::new(),
            Self::Json(slot, inner) if inside(inner) => held(slot, Needs::Members),
            Self::Json(slot, _) => held(slot, Needs::Json),
            Self::Each(slot, inner) if inside(inner) => held(slot, Needs::Elements),
            Self::Each(slot, _) => held(slot, Needs::List),
            Self::Named { list, .. } => held(list, Needs::Elements),
            Self::Cut(of, _) => of.held(),
            Self::Join(parts, _) => parts.iter().flat_map(Self::held).collect(),
        }
    }

    /// Whether each text it leads to stands in the record in one piece.
    pub(super) fn stands_whole(&self) -> bool {
        match self {
            Self::Slot(_) | Self::Constant(_) => true,
            Self::Json(_, inner) | Self::Each(_, inner) | Self::Named { value: inner, .. } => {
                inner.selector.stands_whole()
            }
            Self::Cut(_, Cut::Strip(_)) | Self::Join(..) => false,
            Self::Cut(of, _) => of.stands_whole(),
        }
    }

    /// Whether what it leads to stands in the record, and stands whole: no constant, and nothing
    /// put together.
    pub(super) fn is_logged(&self) -> bool {
        match self {
            Self::Slot(_) => true,
            Self::Constant(_) | Self::Join(..) => false,
            Self::Json(_, inner) | Self::Each(_, inner) | Self::Named { value: inner, .. } => {
                inner.selector.is_logged()
            }
            Self::Cut(of, _) => self.stands_whole() && of.is_logged(),
        }
    }

    /// Every text it leads to, in order; JSON `null` is none. Refused where a member on the way
    /// occurs twice.
    pub(super) fn texts<'b>(&self, slots: &Slots<'b>) -> Result<Texts<'b>, Refusal> {
        let held = |slot: &usize| slots[*slot].as_ref();
        let found = match self {
            Self::Slot(slot) => return Ok(held(slot).and_then(Value::text).into_iter().collect()),
            Self::Cut(of, cut) => {
                return Ok(of
                    .texts(slots)?
                    .into_iter()
                    .filter_map(|text| cut.apply(text))
                    .collect());
            }
            Self::Constant(text) => return Ok(smallvec![Cow::Owned(text.clone())]),
            Self::Join(parts, with) => return joined(parts, with, slots),
            Self::Json(slot, inner) => match held(slot).and_then(Value::parsed) {
                Some(json) => inner.texts(&json)?,
                None => Vec::new(),
            },
            Self::Each(slot, inner) => elements(held(slot), |json| inner.texts(json))?,
            Self::Named { list, name, is, value } => elements(held(list), |json| {
                if name.texts(json)?.contains(is) {
                    value.texts(json)
                } else {
                    Ok(Vec::new())
                }
            })?,
        };
        Ok(found.into_iter().map(Cow::Owned).collect())
    }
}

/// The first text of each part, in one; nothing where a part has none.
fn joined<'b>(parts: &[Selector], with: &str, slots: &Slots<'b>) -> Result<Texts<'b>, Refusal> {
    let mut all = Vec::with_capacity(parts.len());
    for part in parts {
        let mut texts = part.texts(slots)?.into_iter();
        match texts.find(|text| !text.trim().is_empty()) {
            Some(text) => all.push(text),
            None => return Ok(Texts::new()),
        }
    }
    Ok(smallvec![Cow::Owned(all.join(with))])
}

/// A value that a path looks into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Held {
    /// Which value.
    pub(super) slot: usize,
    pub(super) needs: Needs,
}

/// Form that a value must have to be searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// A text that is JSON.
    Json,
    /// A text that is a JSON object or list.
    Members,
    /// A list, or one value.
    List,
    /// A list of objects or lists, or one of them.
    Elements,
}

impl Held {
    /// Whether the value is there and cannot be read so.
    pub(super) fn is_unreadable(self, value: &Value<'_>) -> bool {
        let is_scalar = |json: &str| !json.starts_with(['[', '{']) && json != "null" && json != "\"\"";
        match self.needs {
            Needs::Json => value.parsed().is_none(),
            Needs::Members => value.parsed().is_none_or(|json| is_scalar(&json)),
            Needs::List => list(value).is_none(),
            Needs::Elements => {
                list(value).is_none_or(|json| split(&json).iter().any(|element| is_scalar(element.get())))
            }
        }
    }
}

/// A list as JSON text, also one that a text holds; any other text is a string. Returns `None` for
/// a text that begins like a list or an object and is none.
fn list<'v>(value: &'v Value<'_>) -> Option<Cow<'v, str>> {
    let text = match value {
        Value::Json(json) if !json.starts_with('"') => return Some(Cow::Borrowed(json)),
        value => value.text()?,
    };
    if text.trim_start().starts_with(['[', '{']) {
        return value.parsed().map(Cow::Owned);
    }
    match value {
        Value::Json(json) => Some(Cow::Borrowed(json)),
        // Numbers and words such as `true` are the same as texts.
        Value::Cell(text) if text.trim().is_empty() => None,
        Value::Cell(text) => serde_json::to_string(text).ok().map(Cow::Owned),
    }
}

/// Returns what is found in every element of a list; a value that is no list is its own only
/// element. A text that holds a list counts as one.
pub(super) fn elements<T, F: IntoIterator<Item = T>>(
    list: Option<&Value<'_>>,
    find: impl Fn(&str) -> Result<F, Refusal>,
) -> Result<Vec<T>, Refusal> {
    let json = list.and_then(self::list).unwrap_or(Cow::Borrowed("null"));
    let mut found = Vec::new();
    for element in split(&json) {
        found.extend(find(element.get())?);
    }
    Ok(found)
}

/// The elements of a JSON array, or the one value that is none; nothing for `null`.
fn split(json: &str) -> Vec<&serde_json::value::RawValue> {
    if json == "null" {
        return Vec::new();
    }
    serde_json::from_str(json)
        .or_else(|_| serde_json::from_str(json).map(|one| vec![one]))
        .unwrap_or_default()
}

impl Cut {
    /// The part that counts, if there is one.
    fn apply<'b>(&self, text: Cow<'b, str>) -> Option<Cow<'b, str>> {
        let part = |range: Option<std::ops::Range<usize>>| match &text {
            Cow::Borrowed(text) => range.map(|range| Cow::Borrowed(&text[range])),
            Cow::Owned(text) => range.map(|range| Cow::Owned(text[range].to_owned())),
        };
        match self {
            Self::Matches(regex) => part(regex.captures(&text).and_then(|found| Some(found.get(1)?.range()))),
            Self::StripPrefix(prefix) if text.starts_with(prefix) => part(Some(prefix.len()..text.len())),
            Self::Strip(regex) if regex.is_match(&text) => Some(Cow::Owned(regex.replace(&text, "").into_owned())),
            Self::Lower => Some(Cow::Owned(text.to_lowercase())),
            Self::StripPrefix(_) | Self::Strip(_) => Some(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    fn compiled(path: &str) -> Inner {
        #[derive(Deserialize)]
        struct Holder {
            path: PathSpec,
        }
        let holder: Holder = toml::from_str(&format!("path = {path}")).expect("a path");
        Inner::compile(&holder.path)
    }

    fn texts(path: &str, json: &str) -> Vec<String> {
        compiled(path).texts(json).expect("no doubled member")
    }

    #[test]
    fn pointers_and_names_with_dots_and_blanks() {
        assert_eq!(texts(r#""/a/b""#, r#"{"a":{"b":"x"}}"#), ["x"]);
        assert_eq!(texts(r#""Display Name [x.y]""#, r#"{"Display Name [x.y]":1}"#), ["1"]);
        assert_eq!(texts(r#""/a~1b/c~0d""#, r#"{"a/b":{"c~d":"x"}}"#), ["x"]);
        assert_eq!(texts(r#"{ constant = "always" }"#, "{}"), ["always"]);
    }

    #[test]
    fn json_inside_a_string() {
        let json = r#"{"AuditData":"{\"UserId\":\"a@b\",\"n\":[1,2]}"}"#;
        assert_eq!(texts(r#"{ at = "/AuditData", json = "/UserId" }"#, json), ["a@b"]);
        assert_eq!(
            texts(r#"{ at = "/AuditData", json = { at = "/n", each = "" } }"#, json),
            ["1", "2"]
        );
        assert!(
            texts(
                r#"{ at = "/AuditData", json = "/UserId" }"#,
                r#"{"AuditData":"no json"}"#
            )
            .is_empty()
        );
    }

    #[test]
    fn a_list_inside_a_string_is_read_by_index_and_by_element() {
        let json = r#"{"t":"[{\"id\":\"a\"},{\"id\":\"b\"}]","u":["{\"id\":\"c\"}","d"]}"#;
        for (path, expected) in [
            (r#"{ at = "/t", json = "/0/id" }"#, &["a"][..]),
            (r#"{ at = "/t", json = "/1/id" }"#, &["b"]),
            (r#"{ at = "/t", json = "/2/id" }"#, &[]),
            (r#"{ at = "/t", json = { at = "", each = "/id" } }"#, &["a", "b"]),
            (r#"{ at = "/t", each = "/id" }"#, &["a", "b"]),
            (r#"{ at = "/t", name = "/id", is = "b", value = "/id" }"#, &["b"]),
            (r#"{ at = "/u", each = "" }"#, &[r#"{"id":"c"}"#, "d"]),
        ] {
            assert_eq!(texts(path, json), expected, "{path}");
        }
    }

    #[test]
    fn texts_are_joined_where_all_are_there() {
        let path = r#"{ join = ["/d", "/t"], with = " " }"#;
        assert_eq!(
            texts(path, r#"{"d":"2026-01-16","t":"04:46:33"}"#),
            ["2026-01-16 04:46:33"]
        );
        for json in [r#"{"d":"2026-01-16"}"#, r#"{"d":"2026-01-16","t":" "}"#, "{}"] {
            assert!(texts(path, json).is_empty(), "{json}");
        }
    }

    #[test]
    fn lists_of_names_and_values_that_may_be_one_object_or_absent() {
        let path = r#"{ at = "/p", name = "/Name", is = "UA", value = "/Value" }"#;
        assert_eq!(
            texts(path, r#"{"p":[{"Name":"x","Value":1},{"Name":"UA","Value":"curl"}]}"#),
            ["curl"]
        );
        assert_eq!(texts(path, r#"{"p":{"Name":"UA","Value":"curl"}}"#), ["curl"]);
        assert!(texts(path, r#"{"p":null}"#).is_empty());
        assert!(texts(path, "{}").is_empty());
    }

    #[test]
    fn a_doubled_member_inside_a_list_is_refused() {
        let inner = compiled(r#"{ at = "/p", each = "/id" }"#);
        let refusal = inner.texts(r#"{"p":[{"id":1,"id":2}]}"#).expect_err("doubled");
        assert_eq!(refusal.reason, RefusalReason::DuplicateKey);
        assert_eq!(inner.texts(r#"{"p":["no object"]}"#), Ok(Vec::new()));
    }

    #[test]
    fn a_part_of_a_text() {
        let host = r#"{ at = "/url", matches = '^https://([a-z0-9-]+)\.app\.example/' }"#;
        assert_eq!(texts(host, r#"{"url":"https://acme.app.example/x"}"#), ["acme"]);
        assert!(texts(host, r#"{"url":"https://elsewhere.example/"}"#).is_empty());
        let user = r#"{ at = "/p", strip_prefix = "user:" }"#;
        assert_eq!(texts(user, r#"{"p":"user:a@x.example"}"#), ["a@x.example"]);
        assert_eq!(texts(user, r#"{"p":"a@x.example"}"#), ["a@x.example"]);
        let lower = r#"{ at = "/p", lower = true }"#;
        assert_eq!(texts(lower, r#"{"p":"Acme.Example"}"#), ["acme.example"]);
        let tail = r#"{ at = "/p", strip = ' \(SSO\)$' }"#;
        assert_eq!(texts(tail, r#"{"p":"ann (SSO)"}"#), ["ann"]);
        let nested = r#"{ at = { at = "/l", each = "/u" }, matches = "^(.)" }"#;
        assert_eq!(texts(nested, r#"{"l":[{"u":"ab"},{"u":"日本"}]}"#), ["a", "日"]);
    }

    #[test]
    fn a_group_that_takes_no_part_in_a_match_is_no_value() {
        assert!(texts(r#"{ at = "/p", matches = "x|(y)" }"#, r#"{"p":"x"}"#).is_empty());
    }
}
