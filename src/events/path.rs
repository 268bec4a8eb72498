//! The paths of the profile language as written in a profile. They state the position of a value in
//! a form that JSON and CSV share.
//!
//! A path is a JSON Pointer (RFC 6901), `"/actor/email"`; in a CSV the same path is the column
//! `actor.email`. A path that does not begin with a slash is one name as it stands: a member or
//! column with blanks, dots or brackets in it. Beyond pointers there are tables: constants, JSON
//! stored in a string, name/value lists, all elements of a list, and parts of a text. Every fault
//! is reported with its place in the file, so each is found while the file is read.

use std::fmt;

use regex::Regex;
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::capture::Pointer;

/// A path as a profile writes it.
#[derive(Debug, Clone)]
pub(super) enum PathSpec {
    /// A JSON Pointer, or one name.
    At(At),
    /// Always this text.
    Constant(String),
    /// JSON in a string.
    Json { at: At, json: Box<PathSpec> },
    /// Every element of a list, or the one value where there is no list.
    Each { at: At, each: Box<PathSpec> },
    /// An element of a list of names and values.
    Named {
        at: At,
        name: At,
        is: String,
        value: Box<PathSpec>,
    },
    /// A part of each text that another path leads to.
    Cut { of: Box<PathSpec>, cut: Cut },
    /// The first text of each path, with a text between them.
    Join { join: Vec<PathSpec>, with: String },
}

/// Which part of a text counts.
#[derive(Debug, Clone)]
pub(super) enum Cut {
    /// Text that the expression's one group captures; no value if it does not match.
    Matches(Regex),
    /// Without this in front, if it is there.
    StripPrefix(String),
    /// Without the expression's first match, if it matches.
    Strip(Regex),
    /// In lower case, for names that have none, such as those of hosts.
    Lower,
}

/// A JSON Pointer's tokens, or one name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct At(pub(super) Pointer);

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        pointer(&String::deserialize(deserializer)?)
            .map(Self)
            .map_err(Error::custom)
    }
}

/// A JSON Pointer's tokens (RFC 6901 section 4), or the one name as it stands.
pub(super) fn pointer(text: &str) -> Result<Pointer, String> {
    match text.strip_prefix('/') {
        None if text.is_empty() => Ok(Vec::new()),
        None => Ok(vec![text.to_owned()]),
        Some(rest) => rest.split('/').map(token).collect(),
    }
}

fn token(text: &str) -> Result<String, String> {
    let escapes = text.split('~').skip(1);
    if escapes.into_iter().any(|rest| !rest.starts_with(['0', '1'])) {
        return Err(format!(
            "in a path a tilde is written `~0` and a slash inside a name `~1`, so `{text}` leads nowhere"
        ));
    }
    Ok(text.replace("~1", "/").replace("~0", "~"))
}

const EXPECTED: &str = "a path such as \"/actor/email\", or a table: { constant = \"...\" }, { at = PATH, json = PATH }, \
    { at = PATH, each = PATH }, { at = PATH, name = PATH, is = \"...\", value = PATH }, { at = PATH, matches = \"...\" }, \
    { at = PATH, strip_prefix = \"...\" }, { at = PATH, strip = \"...\" }, { at = PATH, lower = true } or { join = [PATH, PATH], with = \"...\" }";

impl<'de> Deserialize<'de> for PathSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PathVisitor)
    }
}

struct PathVisitor;

impl<'de> Visitor<'de> for PathVisitor {
    type Value = PathSpec;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(EXPECTED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<PathSpec, E> {
        pointer(text).map(At).map(PathSpec::At).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PathSpec, A::Error> {
        let table = Table::deserialize(MapAccessDeserializer::new(map))?;
        table
            .path()
            .ok_or_else(|| A::Error::custom(format!("expected {EXPECTED}")))
    }
}

/// Every key that a path's table can have; which go together is decided by [`Table::path`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    join: Option<Vec<PathSpec>>,
    with: Option<String>,
    constant: Option<String>,
    at: Option<PathSpec>,
    json: Option<Box<PathSpec>>,
    each: Option<Box<PathSpec>>,
    name: Option<At>,
    is: Option<String>,
    value: Option<Box<PathSpec>>,
    matches: Option<Capturing>,
    strip_prefix: Option<String>,
    strip: Option<Expression>,
    lower: Option<bool>,
}

impl Table {
    /// The path, if the keys are those of exactly one kind.
    fn path(self) -> Option<PathSpec> {
        let cut = |of, cut| PathSpec::Cut { of: Box::new(of), cut };
        let keys = (self.constant, self.at, self.json, self.each);
        let list = (self.name, self.is, self.value);
        let cuts = (self.matches, self.strip_prefix, self.strip);
        if self.join.is_some() || self.with.is_some() {
            let alone = matches!(
                (&keys, &list, &cuts),
                ((None, None, None, None), (None, None, None), (None, None, None))
            );
            return match (self.join, self.with) {
                (Some(join), Some(with)) if alone && join.len() > 1 => Some(PathSpec::Join { join, with }),
                _ => None,
            };
        }
        if let Some(lower) = self.lower {
            return match (keys, list, cuts) {
                ((None, Some(of), None, None), (None, None, None), (None, None, None)) if lower => {
                    Some(cut(of, Cut::Lower))
                }
                _ => None,
            };
        }
        Some(match (keys, list, cuts) {
            ((Some(text), None, None, None), (None, None, None), (None, None, None)) => PathSpec::Constant(text),
            ((None, Some(PathSpec::At(at)), Some(json), None), (None, None, None), (None, None, None)) => {
                PathSpec::Json { at, json }
            }
            ((None, Some(PathSpec::At(at)), None, Some(each)), (None, None, None), (None, None, None)) => {
                PathSpec::Each { at, each }
            }
            ((None, Some(PathSpec::At(at)), None, None), (Some(name), Some(is), Some(value)), (None, None, None)) => {
                PathSpec::Named { at, name, is, value }
            }
            ((None, Some(of), None, None), (None, None, None), (Some(matches), None, None)) => {
                cut(of, Cut::Matches(matches.0))
            }
            ((None, Some(of), None, None), (None, None, None), (None, Some(prefix), None)) => {
                cut(of, Cut::StripPrefix(prefix))
            }
            ((None, Some(of), None, None), (None, None, None), (None, None, Some(strip))) => {
                cut(of, Cut::Strip(strip.0))
            }
            _ => return None,
        })
    }
}

/// A regular expression.
struct Expression(Regex);

impl<'de> Deserialize<'de> for Expression {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let fault = |fault| D::Error::custom(format!("`{text}` is no regular expression: {fault}"));
        Regex::new(&text).map(Self).map_err(fault)
    }
}

/// A regular expression with the one group that counts.
struct Capturing(Regex);

impl<'de> Deserialize<'de> for Capturing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Expression(regex) = Expression::deserialize(deserializer)?;
        match regex.captures_len() - 1 {
            1 => Ok(Self(regex)),
            groups => Err(D::Error::custom(format!(
                "`{regex}` must have exactly one group, the part that counts, and has {groups}; \
                 groups for order alone are written (?:...)"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(path: &str) -> String {
        #[derive(Debug, Deserialize)]
        struct Holder {
            #[expect(dead_code, reason = "only the fault matters")]
            path: PathSpec,
        }
        toml::from_str::<Holder>(&format!("path = {path}"))
            .expect_err(path)
            .to_string()
    }

    #[test]
    fn every_fault_of_a_path_names_it_and_its_line() {
        let faults = [
            (r#"{ at = "/a", jsn = "/b" }"#, "unknown field `jsn`"),
            (r#"{ at = "/a" }"#, "expected a path"),
            (r#"{ at = "/a", each = "/b", json = "/c" }"#, "expected a path"),
            (r#"{ at = "/a", name = "/n", is = "x" }"#, "expected a path"),
            (r#"{ at = "/a", lower = false }"#, "expected a path"),
            (r#"{ join = ["/a"], with = " " }"#, "expected a path"),
            (r#"{ join = ["/a", "/b"] }"#, "expected a path"),
            (r#"{ at = "/a", join = ["/a", "/b"], with = " " }"#, "expected a path"),
            (r#"{ at = "/a", matches = "(" }"#, "`(` is no regular expression"),
            (r#"{ at = "/a", matches = "a" }"#, "`a` must have exactly one group"),
            (r#"{ at = "/a", matches = "(a)(b)" }"#, "and has 2"),
            (r#"{ at = "/a", strip = "[" }"#, "`[` is no regular expression"),
            (r#""/a~2b""#, "`a~2b` leads nowhere"),
            ("7", "expected a path"),
        ];
        for (path, expected) in faults {
            let said = fault(path);
            assert!(said.contains(expected), "{path}: {said}");
            assert!(said.contains("line 1"), "{path}: {said}");
        }
    }
}
