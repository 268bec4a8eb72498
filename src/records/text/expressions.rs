//! Records read by regular expressions: each matches a whole record, and what its named groups
//! capture are the fields.

use regex::{Regex, RegexBuilder};

use super::{EXPRESSION, TextField, TextRuleError};
use crate::{
    records::{Refusal, RefusalReason},
    text::shortened,
};

/// Characters of an expression that a refusal shows.
const SHOWN: usize = 60;

/// Regular expressions, tried in order.
#[derive(Debug, Clone)]
pub(super) struct TextExpressions(Vec<TextExpression>);

#[derive(Debug, Clone)]
struct TextExpression {
    /// Anchored at both ends.
    regex: Regex,
    /// The named groups, by their numbers.
    names: Vec<(usize, String)>,
}

/// Returns the expression, or why it is none.
pub(super) fn compiled(text: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(text)
        .size_limit(EXPRESSION)
        .dfa_size_limit(EXPRESSION)
        .build();
    built.map_err(|fault| format!("`{text}` is no regular expression: {fault}"))
}

impl TextExpressions {
    pub(super) fn new(expressions: &[String]) -> Result<Self, TextRuleError> {
        let each = |text: &String| {
            // Alone, so that an expression cannot close the group that is put around it.
            compiled(text)?;
            let regex = compiled(&format!(
                r"\A(?:{text}{}\z",
                if text.contains("(?x") { "\n)" } else { ")" }
            ))?;
            let names: Vec<_> = regex
                .capture_names()
                .enumerate()
                .filter_map(|(at, name)| Some((at, name?.to_owned())))
                .collect();
            if names.is_empty() {
                return Err(format!(
                    "`{text}` has no named group, such as (?<time>\\S+): the fields of a record are what its named groups capture"
                ));
            }
            Ok(TextExpression { regex, names })
        };
        if expressions.is_empty() {
            return Err(TextRuleError("`matches` has no expression".to_owned()));
        }
        let all: Result<_, String> = expressions.iter().map(each).collect();
        all.map(Self).map_err(TextRuleError)
    }

    /// Returns the fields by the first expression that matches.
    pub(super) fn fields<'r>(&'r self, text: &'r str, start: Option<&Regex>) -> Result<Vec<TextField<'r>>, Refusal> {
        for TextExpression { regex, names } in &self.0 {
            let mut places = regex.capture_locations();
            if regex.captures_read(&mut places, text).is_some() {
                let field = |(at, name): &'r (usize, String)| {
                    let (start, end) = places.get(*at)?;
                    Some(TextField::new(name.as_str(), &text[start..end]))
                };
                return Ok(names.iter().filter_map(field).collect());
            }
        }
        let first_line = text.lines().next().unwrap_or_default();
        let expressions = match self.0.len() {
            1 => "the expression of the profile's `[text]` does".to_owned(),
            count => format!("none of the {count} expressions of the profile's `[text]` does"),
        };
        let not = if self.0.len() == 1 { " not" } else { "" };
        let detail = if start.is_some_and(|start| !start.is_match(first_line)) {
            "lines before the first one that `start` of the profile's `[text]` matches: what they belong to is not here"
                .to_owned()
        } else {
            format!(
                "{expressions}{not} match the whole of `{}`",
                shortened(first_line, SHOWN)
            )
        };
        Err(Refusal::new(RefusalReason::MalformedText, detail))
    }
}
