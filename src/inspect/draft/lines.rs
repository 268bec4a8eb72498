//! A rule for lines of text that no known format reads: a time at the beginning, and then pairs,
//! columns or a message.

use std::sync::LazyLock;

use regex::Regex;

use crate::records::{InsideForm, TextRule, TextRuleError};

/// Lines that a rule is drawn from.
const LINES: usize = 200;

/// Forms of a time at the beginning of a line.
const TIMES: [&str; 5] = [
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?",
    r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:[.,]\d+)?",
    r"\d{1,2}[/.]\d{1,2}[/.]\d{4},? \d\d:\d\d:\d\d(?: [AP]M)?",
    r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}",
    r"\d{10}(?:\d{3})?",
];

/// Separators of columns behind the time.
const SEPARATORS: [&str; 4] = [" | ", " - ", "; ", "|"];

/// Names of columns that are not known.
const COLUMN: &str = "field";

static PAIR: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:^| )[A-Za-z_][A-Za-z0-9_.-]*=").expect("an expression"));

static LEVEL: LazyLock<Regex> = LazyLock::new(|| {
    let names = "TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL";
    Regex::new(&format!(r"^\[?(?:{names})\]? ")).expect("an expression")
});

/// A rule as a profile states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LineRule {
    /// The expression of `matches`.
    pub(super) expression: String,
    /// A field that goes on inside as pairs.
    pub(super) pairs: Option<&'static str>,
}

impl LineRule {
    /// Draws a rule from the first lines of a text. None if most do not begin with a time.
    pub(super) fn of(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .take(LINES)
            .collect();
        let most = |count: usize| count * 100 >= lines.len() * 90 && count > 0;
        TIMES.iter().find_map(|time| {
            let begins = Regex::new(&format!(r"^(\[?){time}(\]?)(:? +| *\| *| - )")).ok()?;
            let rests: Vec<(&str, &str, &str, &str)> = lines
                .iter()
                .filter_map(|line| {
                    let found = begins.captures(line)?;
                    let [open, close, between] = [1, 2, 3].map(|at| found.get(at).map_or("", |group| group.as_str()));
                    Some((open, close, between, &line[found.get(0)?.end()..]))
                })
                .collect();
            if !most(rests.len()) {
                return None;
            }
            let (open, close, between, _) = rests[0];
            let head = format!(
                "{}(?<time>{time}){}{}",
                regex::escape(open),
                regex::escape(close),
                if between.trim().is_empty() {
                    " +".to_owned()
                } else {
                    spaced(between)
                }
            );
            let rests: Vec<&str> = rests.into_iter().map(|(_, _, _, rest)| rest).collect();
            Some(Self::behind(&head, &rests))
        })
    }

    /// The rule for lines that begin so, by what stands behind the time.
    fn behind(head: &str, rests: &[&str]) -> Self {
        let most = |count: usize| count * 100 >= rests.len() * 90;
        let levels = rests.iter().filter(|rest| LEVEL.is_match(rest)).count();
        let (head, rests): (String, Vec<&str>) = if most(levels) {
            let behind = |rest: &&'_ str| LEVEL.find(rest).map_or(0, |level| level.end());
            (
                format!(r"{head}\[?(?<level>[A-Z]+)\]? +"),
                rests.iter().map(|rest| rest[behind(rest)..].trim_start()).collect(),
            )
        } else {
            (head.to_owned(), rests.to_vec())
        };
        if most(rests.iter().filter(|rest| PAIR.find_iter(rest).count() >= 2).count()) {
            let pure = rests
                .iter()
                .filter(|rest| PAIR.find(rest).is_some_and(|pair| pair.start() == 0))
                .count();
            let before = if most(pure) { "" } else { "(?<message>.*?) *" };
            return Self {
                expression: format!(r"{head}{before}(?<pairs>[A-Za-z_][A-Za-z0-9_.-]*=.*)"),
                pairs: Some("pairs"),
            };
        }
        for separator in SEPARATORS {
            let columns = rests[0].split(separator).count();
            let alike = rests
                .iter()
                .filter(|rest| rest.split(separator).count() == columns)
                .count();
            if columns > 1 && most(alike) {
                let column = |number| format!(r"(?<{COLUMN}{number}>.*?)");
                let columns: Vec<_> = (1..=columns).map(column).collect();
                let between = spaced(separator);
                return Self {
                    expression: format!("{head}{}", columns.join(&between)),
                    pairs: None,
                };
            }
        }
        Self {
            expression: format!("{head}(?<message>.*)"),
            pairs: None,
        }
    }

    /// The rule, compiled.
    pub(super) fn compiled(&self) -> Result<TextRule, TextRuleError> {
        let rule = TextRule::of_expressions(std::slice::from_ref(&self.expression))?;
        let inside = self.pairs.iter().map(|name| ((*name).to_owned(), InsideForm::Pairs));
        Ok(rule.with_inside(inside.collect()))
    }
}

/// A separator, with any number of blanks where it has one.
fn spaced(separator: &str) -> String {
    let sign = regex::escape(separator.trim());
    if separator.contains(' ') {
        format!(" *{sign} *")
    } else {
        sign
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{events::fields_by_path, records::Record};

    fn fields(text: &str) -> Vec<String> {
        let rule = LineRule::of(text).expect("a rule");
        let mut reader = Arc::new(rule.compiled().expect("an expression")).reader();
        let line = text.lines().next().expect("a line");
        let record = Record {
            bytes: line.as_bytes(),
            offset: 0,
            cells: None,
            sight: None,
            defect: None,
            header: None,
        };
        let fields = reader.read(&record).expect("it matches");
        let fields = fields_by_path(&fields).into_iter();
        fields
            .map(|(path, value)| format!("{}={value}", path.join("/")))
            .collect()
    }

    #[test]
    fn rules_are_drawn_from_lines() {
        for (text, expected) in [
            (
                "2026-01-16 04:46:33,120 INFO [admin] user=ann action=user.view tenant=\"t 1\"\n",
                &[
                    "level=INFO",
                    "message=[admin]",
                    "pairs/action=user.view",
                    "pairs/tenant=t 1",
                    "pairs/user=ann",
                    "time=2026-01-16 04:46:33,120",
                ][..],
            ),
            (
                "[2026-01-16T04:46:33Z] ann | viewed | t-1\n[2026-01-16T04:47:33Z] bob | changed | t-2\n",
                &["field1=ann", "field2=viewed", "field3=t-1", "time=2026-01-16T04:46:33Z"],
            ),
            (
                "16.01.2026 04:46:33 ann looked at t-1\n",
                &["message=ann looked at t-1", "time=16.01.2026 04:46:33"],
            ),
        ] {
            assert_eq!(fields(text), expected, "{text}");
        }
        assert_eq!(LineRule::of("a line\nand one more\n"), None);
    }
}
