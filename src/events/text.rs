//! `[text]` of a profile: what its records of text are and which fields they have.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Deserializer, de::Error};

use super::{capture::Paths, one_or_many::OneOrMany, value::Value};
use crate::{
    diag::nearest,
    records::{InsideForm, Refusal, RefusalReason, TextField, TextFormat, TextInside, TextRule},
};

/// Bytes that a record may have at most, whatever the profile states.
const MOST: u64 = 64 << 20;

/// A rule, compiled while the file is read, so that a fault names its line.
#[derive(Debug, Clone)]
pub(super) struct TextSpec(pub(super) Arc<TextRule>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextTable {
    format: Option<NamedFormat>,
    matches: Option<OneOrMany<String>>,
    start: Option<String>,
    max_bytes: Option<u64>,
    #[serde(default)]
    inside: BTreeMap<String, NamedForm>,
    year: Option<u16>,
    prefix: Option<String>,
}

struct NamedFormat(TextFormat);

impl<'de> Deserialize<'de> for NamedFormat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let names = || TextFormat::NAMES.iter().map(|(name, _)| *name);
        let known = TextFormat::NAMES.iter().find(|(name, _)| *name == text);
        known.map(|(_, format)| Self(*format)).ok_or_else(|| {
            let hint = match nearest(&text, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write one of {}", names().collect::<Vec<_>>().join(", ")),
            };
            D::Error::custom(format!("`{text}` is no format of text: {hint}"))
        })
    }
}

struct NamedForm(InsideForm);

impl<'de> Deserialize<'de> for NamedForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = match String::deserialize(deserializer)?.as_str() {
            "json" => InsideForm::Json,
            "kv" => InsideForm::Pairs,
            "csv" => InsideForm::Cells,
            other => {
                let fault = format!("`{other}` is no form that a field may have inside: write json, kv or csv");
                return Err(D::Error::custom(fault));
            }
        };
        Ok(Self(form))
    }
}

impl<'de> Deserialize<'de> for TextSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let table = TextTable::deserialize(deserializer)?;
        let rule = table.rule().map_err(D::Error::custom)?;
        Ok(Self(Arc::new(rule)))
    }
}

impl TextTable {
    fn rule(self) -> Result<TextRule, String> {
        let said = |fault: crate::records::TextRuleError| fault.to_string();
        let mut rule = match (self.format, self.matches) {
            (Some(NamedFormat(format)), None) => TextRule::known(format),
            (None, Some(expressions)) => TextRule::of_expressions(&expressions.0).map_err(said)?,
            _ => return Err("`[text]` needs either `format` or `matches`".to_owned()),
        };
        if let Some(start) = self.start {
            if rule.name() == TextFormat::W3c.name() {
                return Err("`start` does not go with `format = \"w3c\"`, whose records are lines".to_owned());
            }
            rule = rule.starting(&start).map_err(said)?;
        }
        if let Some(prefix) = self.prefix {
            rule = rule.with_prefix(&prefix).map_err(said)?;
        }
        if let Some(year) = self.year {
            let dated = [TextFormat::Syslog, TextFormat::Cef, TextFormat::Leef].map(TextFormat::name);
            if !dated.contains(&rule.name()) {
                return Err("`year` goes with the formats `syslog`, `cef` and `leef` alone".to_owned());
            }
            rule = rule.of_year(year);
        }
        if let Some(most) = self.max_bytes {
            if !(1..=MOST).contains(&most) {
                return Err(format!("`max_bytes` is from 1 to {MOST}"));
            }
            rule = rule.up_to(most);
        }
        let inside = self.inside.into_iter();
        Ok(rule.with_inside(inside.map(|(name, NamedForm(form))| (name, form)).collect()))
    }
}

impl Paths {
    /// Captures from the fields of a record of text.
    pub(super) fn capture_fields<'b>(&self, fields: &'b [TextField<'_>]) -> Result<Vec<Option<Value<'b>>>, Refusal> {
        let mut slots = vec![None; self.len()];
        self.root().fields(fields, &mut slots)?;
        Ok(slots)
    }
}

impl super::capture::Node {
    fn fields<'b>(&self, fields: &'b [TextField<'_>], slots: &mut Vec<Option<Value<'b>>>) -> Result<(), Refusal> {
        for (token, node) in &self.children {
            let mut named = fields.iter().filter(|field| field.name == *token);
            let Some(field) = named.next() else { continue };
            if named.next().is_some() {
                return Err(Refusal::new(
                    RefusalReason::DuplicateKey,
                    format!("field `{token}` occurs twice"),
                ));
            }
            match &field.inside {
                Some(TextInside::Json) if !node.children.is_empty() => {
                    let inside = node
                        .inside(&field.text, slots.len())
                        .map_err(|refusal| Refusal::new(refusal.reason, format!("in `{token}`: {}", refusal.detail)))?;
                    let found = inside.into_iter().enumerate().filter(|(_, value)| value.is_some());
                    found.for_each(|(slot, value)| slots[slot] = value);
                }
                Some(TextInside::Fields(inside)) => node.fields(inside, slots)?,
                _ => {}
            }
            if let Some(slot) = node.slot {
                slots[slot] = Some(Value::Cell(field.text.as_ref().into()));
            }
        }
        Ok(())
    }
}
