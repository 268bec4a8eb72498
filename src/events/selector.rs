//! The profile language's paths: where a value is, in a form that JSON and CSV share.
//!
//! A path is a JSON Pointer (RFC 6901), `"/actor/email"`; in a CSV the same path is the column `actor.email`. A path
//! that does not begin with a slash is one name as it stands: a member or column with blanks, dots or brackets in it.
//! Beyond pointers there are constants, JSON held in a string, name/value lists, and all elements of a list.

use std::borrow::Cow;

use serde::Deserialize;

use super::{
    capture::{Paths, Pointer, Slots},
    value::Value,
};
use crate::records::{Refusal, RefusalReason};

/// A path as a profile writes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a path such as \"/actor/email\", or { constant = \"...\" }, \
    { at = \"/path\", json = PATH }, { at = \"/path\", each = PATH } or { at = \"/list\", name = \"/Name\", is = \"...\", value = PATH }"
)]
pub(super) enum PathSpec {
    /// A JSON Pointer, or one name.
    At(String),
    /// Always this text.
    Constant(ConstantSpec),
    /// JSON in a string.
    Json(JsonSpec),
    /// Every element of a list, or the one value where there is no list.
    Each(EachSpec),
    /// An element of a list of names and values.
    Named(NamedSpec),
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConstantSpec {
    constant: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JsonSpec {
    at: String,
    json: Box<PathSpec>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EachSpec {
    at: String,
    each: Box<PathSpec>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NamedSpec {
    at: String,
    name: String,
    is: String,
    value: Box<PathSpec>,
}

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
            PathSpec::At(at) => Self::Slot(paths.slot(&pointer(at))),
            PathSpec::Constant(spec) => Self::Constant(spec.constant.clone()),
            PathSpec::Json(spec) => Self::Json(paths.slot(&pointer(&spec.at)), Box::new(Inner::compile(&spec.json))),
            PathSpec::Each(spec) => Self::Each(paths.slot(&pointer(&spec.at)), Box::new(Inner::compile(&spec.each))),
            PathSpec::Named(spec) => Self::Named {
                list: paths.slot(&pointer(&spec.at)),
                name: Box::new(Inner::compile(&PathSpec::At(spec.name.clone()))),
                is: spec.is.clone(),
                value: Box::new(Inner::compile(&spec.value)),
            },
        }
    }

    /// Every text it leads to, in order; JSON `null` is none. Refused where a member on the way occurs twice.
    pub(super) fn texts<'b>(&self, slots: &Slots<'b>) -> Result<Vec<Cow<'b, str>>, Refusal> {
        let held = |slot: &usize| slots[*slot].as_ref();
        let found = match self {
            Self::Slot(slot) => return Ok(held(slot).and_then(Value::text).into_iter().collect()),
            Self::Constant(text) => vec![text.clone()],
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
pub(super) fn elements<T>(
    list: Option<&Value<'_>>,
    find: impl Fn(&str) -> Result<Vec<T>, Refusal>,
) -> Result<Vec<T>, Refusal> {
    let json = list.and_then(Value::json).unwrap_or(Cow::Borrowed("null"));
    let found: Vec<_> = split(&json)
        .iter()
        .map(|json| find(json.get()))
        .collect::<Result<_, _>>()?;
    Ok(found.into_iter().flatten().collect())
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

/// A JSON Pointer's tokens (RFC 6901 section 4), or the one name as it stands.
pub(super) fn pointer(text: &str) -> Pointer {
    match text.strip_prefix('/') {
        Some(rest) => rest
            .split('/')
            .map(|token| token.replace("~1", "/").replace("~0", "~"))
            .collect(),
        None if text.is_empty() => Vec::new(),
        None => vec![text.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(path: &str, json: &str) -> Vec<String> {
        #[derive(Deserialize)]
        struct Holder {
            path: PathSpec,
        }
        let holder: Holder = toml::from_str(&format!("path = {path}")).expect("a path");
        Inner::compile(&holder.path).texts(json).expect("no doubled member")
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
        let inner = Inner::compile(&PathSpec::Each(EachSpec {
            at: "/p".to_owned(),
            each: Box::new(PathSpec::At("/id".to_owned())),
        }));
        let refusal = inner.texts(r#"{"p":[{"id":1,"id":2}]}"#).expect_err("doubled");
        assert_eq!(refusal.reason, RefusalReason::DuplicateKey);
        assert_eq!(inner.texts(r#"{"p":["no object"]}"#), Ok(Vec::new()));
    }

    #[test]
    fn a_misspelt_key_of_a_path_is_an_error() {
        let fault = PathSpec::deserialize(misspelt()).expect_err("key");
        assert!(fault.to_string().contains("expected a path"), "{fault}");
    }

    fn misspelt() -> toml::Value {
        toml::Value::Table(toml::toml! { at = "/a" jsn = "/b" })
    }
}
