//! Text by rule: what a record of text is, and which fields it has.
//!
//! A rule is a format known by name or a list of regular expressions, one of which must match the
//! whole record. A record is a line; with an expression for its first line it goes on up to the
//! next such line. Nothing that does not fit the rule is read in part: it is refused as a whole.

mod cef;
pub(super) mod cutter;
mod escapes;
mod expressions;
pub(super) mod known;
mod pairs;
mod postgres;
mod syslog;
mod tokens;

use std::{borrow::Cow, sync::Arc};

use bytesize::ByteSize;
use regex::Regex;

use self::expressions::TextExpressions;
use super::{Record, Refusal, RefusalReason, RowReader};

/// Limit for one record where the rule states none, in bytes.
const LONGEST: u64 = 1 << 20;

/// Limit for the memory of one compiled expression, in bytes.
pub(super) const EXPRESSION: usize = 4 << 20;

/// One field of a record of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextField<'b> {
    /// Its name.
    pub name: Cow<'b, str>,
    /// Its text, without quotes and escapes of the format.
    pub text: Cow<'b, str>,
    /// The fields in that text, if it goes on inside.
    pub inside: Option<TextInside<'b>>,
}

/// The form in which the text of a field goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextInside<'b> {
    /// The text is JSON.
    Json,
    /// It has these fields.
    Fields(Vec<TextField<'b>>),
}

impl<'b> TextField<'b> {
    /// Creates a field without anything inside.
    pub(super) fn new(name: impl Into<Cow<'b, str>>, text: impl Into<Cow<'b, str>>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
            inside: None,
        }
    }

    /// Returns the field with these fields inside.
    pub(super) fn with(self, inside: Vec<Self>) -> Self {
        Self {
            inside: Some(TextInside::Fields(inside)),
            ..self
        }
    }
}

/// The form of what a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InsideForm {
    /// A JSON object or list.
    Json,
    /// Pairs of names and values, as in logfmt.
    Pairs,
    /// Cells separated by commas, which are named `0`, `1` and so on.
    Cells,
}

/// A format known by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFormat {
    /// Pairs `name=value` (<https://pkg.go.dev/github.com/kr/logfmt>).
    Logfmt,
    /// Common Event Format (CEF).
    Cef,
    /// Log Event Extended Format (LEEF).
    Leef,
    /// Syslog, RFC 5424 or RFC 3164.
    Syslog,
    /// Access log of Apache or nginx, combined or common.
    Combined,
    /// Extended Log File Format of the W3C.
    W3c,
    /// Access log of an Application Load Balancer of AWS.
    Alb,
    /// Log of `PostgreSQL` on standard error, with the entries of `pgAudit`.
    Pgaudit,
}

impl TextFormat {
    /// All of them, by name.
    pub const NAMES: [(&'static str, Self); 8] = [
        ("logfmt", Self::Logfmt),
        ("cef", Self::Cef),
        ("leef", Self::Leef),
        ("syslog", Self::Syslog),
        ("combined", Self::Combined),
        ("w3c", Self::W3c),
        ("alb", Self::Alb),
        ("pgaudit", Self::Pgaudit),
    ];

    /// Returns its name.
    pub fn name(self) -> &'static str {
        let known = Self::NAMES.iter().find(|(_, format)| *format == self);
        known.expect("NAMES lists every format").0
    }
}

/// The form of records of text, and the way to read them.
#[derive(Debug, Clone)]
pub struct TextRule {
    way: TextWay,
    start: Option<Regex>,
    longest: usize,
    /// Names of fields that go on inside, and as what.
    inside: Vec<(String, InsideForm)>,
    /// Stands before times of syslog, CEF and LEEF that have no year.
    year: Option<u16>,
}

#[derive(Debug, Clone)]
enum TextWay {
    Known(TextFormat),
    Expressions(TextExpressions),
    /// A log of `PostgreSQL`, with the expression of its prefix.
    Postgres(postgres::Prefix),
}

/// A fault of a rule.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TextRuleError(String);

impl TextRule {
    /// Creates the rule for a format known by name.
    pub fn known(format: TextFormat) -> Self {
        let way = match format {
            TextFormat::Pgaudit => TextWay::Postgres(postgres::Prefix::usual()),
            format => TextWay::Known(format),
        };
        Self {
            start: (format == TextFormat::Pgaudit).then(postgres::start),
            way,
            longest: usize::try_from(LONGEST).unwrap_or(usize::MAX),
            inside: Vec::new(),
            year: None,
        }
    }

    /// Creates the rule of these expressions, tried in order. Each matches a whole record, and what
    /// its named groups capture are the fields.
    pub fn of_expressions(expressions: &[String]) -> Result<Self, TextRuleError> {
        let way = TextWay::Expressions(TextExpressions::new(expressions)?);
        Ok(Self {
            way,
            ..Self::known(TextFormat::Logfmt)
        })
    }

    /// A record begins with a line that this expression matches somewhere.
    pub fn starting(self, start: &str) -> Result<Self, TextRuleError> {
        let start = expressions::compiled(start).map_err(TextRuleError)?;
        Ok(Self {
            start: Some(start),
            ..self
        })
    }

    /// A record takes no more than so many bytes.
    #[must_use]
    pub fn up_to(self, longest: u64) -> Self {
        let longest = usize::try_from(longest).unwrap_or(usize::MAX);
        Self { longest, ..self }
    }

    /// These fields go on inside.
    #[must_use]
    pub fn with_inside(self, inside: Vec<(String, InsideForm)>) -> Self {
        Self { inside, ..self }
    }

    /// Times without a year are of this one.
    #[must_use]
    pub fn of_year(self, year: u16) -> Self {
        Self {
            year: Some(year),
            ..self
        }
    }

    /// Lines of a log of `PostgreSQL` begin with this `log_line_prefix`.
    pub fn with_prefix(self, prefix: &str) -> Result<Self, TextRuleError> {
        let TextWay::Postgres(_) = self.way else {
            return Err(TextRuleError(
                "`prefix` goes with `format = \"pgaudit\"` alone".to_owned(),
            ));
        };
        let prefix = postgres::Prefix::of(prefix).map_err(TextRuleError)?;
        Ok(Self {
            way: TextWay::Postgres(prefix),
            ..self
        })
    }

    /// Returns what the framing is called: the format's name, `text` for expressions.
    pub fn name(&self) -> &'static str {
        match &self.way {
            TextWay::Known(format) => format.name(),
            TextWay::Postgres(_) => TextFormat::Pgaudit.name(),
            TextWay::Expressions(_) => "text",
        }
    }

    /// Returns whether the columns of the records stand in lines before them.
    pub(super) fn has_directives(&self) -> bool {
        matches!(self.way, TextWay::Known(TextFormat::W3c))
    }

    /// The expression for the first line of a record.
    pub(super) fn start(&self) -> Option<&Regex> {
        self.start.as_ref()
    }

    /// Returns whether each value stands in a record as it is read.
    pub fn values_stand_whole(&self) -> bool {
        matches!(self.way, TextWay::Expressions(_)) && self.inside.is_empty()
    }

    /// Returns one that reads records, for one thread.
    pub fn reader(self: &Arc<Self>) -> TextReader {
        TextReader {
            rule: Arc::clone(self),
            // A copy of an expression shares its program, and no memory for matching with others.
            way: self.way.clone(),
            cells: RowReader::new(b','),
        }
    }
}

/// Reads records of text.
pub struct TextReader {
    rule: Arc<TextRule>,
    way: TextWay,
    cells: RowReader,
}

impl TextReader {
    /// Returns the fields of a record, or why it is not of the rule's form.
    pub fn read<'r>(&'r mut self, record: &'r Record<'_>) -> Result<Vec<TextField<'r>>, Refusal> {
        if let Some(defect) = record.defect {
            return Err(defect.refusal());
        }
        let columns = record.header.map(|header| header.columns.as_slice());
        self.fields(record.bytes, columns)
    }

    fn fields<'r>(&'r mut self, bytes: &'r [u8], columns: Option<&'r [String]>) -> Result<Vec<TextField<'r>>, Refusal> {
        let Self { rule, way, cells } = self;
        if bytes.len() > rule.longest {
            let limit = ByteSize::b(rule.longest as u64);
            return Err(Refusal::new(
                RefusalReason::TooLong,
                format!(
                    "it has {} bytes, and `max_bytes` of the profile's `[text]` is {limit}",
                    bytes.len()
                ),
            ));
        }
        let text = simdutf8::basic::from_utf8(bytes)
            .or_else(|_| std::str::from_utf8(bytes))
            .map_err(|fault| {
                let detail = format!("not UTF-8 at byte {}", fault.valid_up_to());
                Refusal::new(RefusalReason::InvalidUtf8, detail)
            })?;
        let mut fields = match way {
            TextWay::Expressions(expressions) => expressions.fields(text, rule.start.as_ref())?,
            TextWay::Postgres(prefix) => postgres::fields(prefix, text, |row| row_cells(cells, row))?,
            TextWay::Known(format) => match format {
                TextFormat::Logfmt => pairs::fields(text)?,
                TextFormat::Cef => cef::cef(text, rule.year)?,
                TextFormat::Leef => cef::leef(text, rule.year)?,
                TextFormat::Syslog => syslog::fields(text, rule.year)?,
                TextFormat::Combined => tokens::combined(text)?,
                TextFormat::W3c => tokens::w3c(text, columns)?,
                TextFormat::Alb => tokens::alb(text)?,
                TextFormat::Pgaudit => unreachable!("it is read as PostgreSQL's log"),
            },
        };
        for (name, form) in &rule.inside {
            let inside = fields.iter_mut().filter(|field| field.name == *name);
            inside.for_each(|field| go_inside(field, *form));
        }
        Ok(fields)
    }
}

/// Adds what the text of a field holds, if it is of this form. A text that is not has nothing
/// inside, and stays what it is.
fn go_inside(field: &mut TextField<'_>, form: InsideForm) {
    let text = field.text.trim();
    let owned = |fields: Vec<TextField<'_>>| fields.into_iter().map(into_owned).collect();
    field.inside = match form {
        InsideForm::Json => text.starts_with(['{', '[']).then_some(TextInside::Json),
        InsideForm::Pairs => pairs::fields(text).ok().map(owned).map(TextInside::Fields),
        InsideForm::Cells => {
            let cells = row_cells(&mut RowReader::new(b','), text).into_iter().enumerate();
            let cell = |(at, cell): (usize, String)| TextField::new(at.to_string(), cell);
            Some(TextInside::Fields(cells.map(cell).collect()))
        }
    };
}

/// The cells of a row of CSV.
fn row_cells(reader: &mut RowReader, row: &str) -> Vec<String> {
    let cells = reader.cells(row.as_bytes());
    cells.map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()
}

/// Copies a field, apart from the record.
fn into_owned(field: TextField<'_>) -> TextField<'static> {
    TextField {
        name: Cow::Owned(field.name.into_owned()),
        text: Cow::Owned(field.text.into_owned()),
        inside: field.inside.map(|inside| match inside {
            TextInside::Json => TextInside::Json,
            TextInside::Fields(fields) => TextInside::Fields(fields.into_iter().map(into_owned).collect()),
        }),
    }
}

/// A refusal of text that is not of a format, with the byte where that shows.
fn malformed(format: &str, at: usize, fault: &str) -> Refusal {
    Refusal::new(
        RefusalReason::MalformedText,
        format!("no {format} from byte {at} on: {fault}"),
    )
}

#[cfg(test)]
mod tests;
