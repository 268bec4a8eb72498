//! Paths, compiled: from the captured values of a record to the texts that count.

use std::borrow::Cow;

use smallvec::{SmallVec, smallvec};

use super::{
    capture::{Paths, Slots},
    path::{Cut, PathSpec},
    value::Value,
};
use crate::records::{Refusal, RefusalReason};

/// What a path leads to: in most records one text, or none.
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

    /// The texts in a JSON value. The empty path is the value itself; a path into what is no object leads nowhere.
    pub(super) fn texts(&self, json: &str) -> Result<Vec<String>, Refusal> {
        if matches!(self.selector, Selector::Slot(slot) if self.paths.is_whole(slot)) {
            return Ok(Value::Json(Cow::Borrowed(json))
                .text()
                .map(Cow::into_owned)
                .into_iter()
                .collect());
        }
        match self.paths.capture(json) {
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
        }
    }

    /// Every text it leads to, in order; JSON `null` is none. Refused where a member on the way occurs twice.
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

/// What is found in every element of a list; a value that is no list is its own only element.
pub(super) fn elements<T, F: IntoIterator<Item = T>>(
    list: Option<&Value<'_>>,
    find: impl Fn(&str) -> Result<F, Refusal>,
) -> Result<Vec<T>, Refusal> {
    let json = list.and_then(Value::json).unwrap_or(Cow::Borrowed("null"));
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
