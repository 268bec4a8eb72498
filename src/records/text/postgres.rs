//! The log of `PostgreSQL` as it writes it to standard error, with the entries of `pgAudit`.
//!
//! A line begins with what `log_line_prefix` of its configuration says
//! (<https://www.postgresql.org/docs/current/runtime-config-logging.html>), a severity, a colon and
//! two blanks. Lines of one message but the first begin with a tab. An entry of `pgAudit` is CSV
//! behind `AUDIT: ` (<https://github.com/pgaudit/pgaudit#format>).

use std::fmt::Write as _;

use regex::Regex;

use super::{TextField, expressions::compiled, malformed};
use crate::records::Refusal;

/// The prefix where nothing else is configured.
const USUAL: &str = "%m [%p] ";

/// Fields of an entry of `pgAudit`, in their order. The last is there where it is configured.
const ENTRY: [&str; 10] = [
    "audit_type",
    "statement_id",
    "substatement_id",
    "class",
    "command",
    "object_type",
    "object_name",
    "statement",
    "parameter",
    "rows",
];

/// The beginning of a line, as an expression.
#[derive(Debug, Clone)]
pub(super) struct Prefix {
    regex: Regex,
    names: Vec<(usize, String)>,
}

/// Returns the name and the expression of an escape of `log_line_prefix`. A name that a client
/// chooses may hold anything but a line's end.
fn escape(letter: char) -> Option<(&'static str, &'static str)> {
    Some(match letter {
        'a' => ("application_name", r".*?"),
        'u' => ("user", r".*?"),
        'd' => ("database", r".*?"),
        'r' => ("remote", r"(?:\[local\]|[0-9A-Fa-f.:%\w-]+(?:\(\d+\))?)?"),
        'h' => ("remote_host", r"(?:\[local\]|[0-9A-Fa-f.:%\w-]+)?"),
        'L' => ("local_host", r"(?:\[local\]|[0-9A-Fa-f.:%\w-]+)?"),
        'b' => ("backend_type", r"[^\n]*?"),
        'p' => ("pid", r"\d+"),
        'P' => ("leader_pid", r"\d*"),
        't' => ("time", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [A-Za-z0-9+:_/-]+"),
        'm' => ("time", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [A-Za-z0-9+:_/-]+"),
        'n' => ("epoch", r"\d+\.\d{3}"),
        'i' => ("command_tag", r"[A-Z ]*?"),
        'e' => ("sqlstate", r"[0-9A-Z]{5}"),
        'c' => ("session_id", r"[0-9a-f]+\.[0-9a-f]+"),
        'l' => ("line", r"\d+"),
        's' => ("session_start", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [A-Za-z0-9+:_/-]+"),
        'v' => ("virtual_transaction", r"(?:-?\d+/\d+)?"),
        'x' => ("transaction", r"\d+"),
        'Q' => ("query_id", r"-?\d+"),
        _ => return None,
    })
}

impl Prefix {
    /// Returns that of the default configuration.
    pub(super) fn usual() -> Self {
        Self::of(USUAL).expect("the default is a prefix")
    }

    /// Returns that of a `log_line_prefix`.
    pub(super) fn of(prefix: &str) -> Result<Self, String> {
        let (mut text, mut optional) = (r"\A".to_owned(), false);
        let mut names: Vec<&str> = Vec::new();
        let mut letters = prefix.chars();
        while let Some(letter) = letters.next() {
            if letter != '%' {
                text.push_str(&regex::escape(letter.encode_utf8(&mut [0; 4])));
                continue;
            }
            // A number between the two is a width, filled with blanks.
            let mut padded = false;
            let escaped = loop {
                match letters.next() {
                    Some('-' | '0'..='9') => padded = true,
                    other => break other,
                }
            };
            match escaped {
                Some('%') => text.push('%'),
                // Processes without a session stop here.
                Some('q') if !optional => {
                    optional = true;
                    text.push_str("(?:");
                }
                Some(letter) => {
                    let Some((name, expression)) = escape(letter) else {
                        return Err(format!("`%{letter}` is no escape of PostgreSQL's log_line_prefix"));
                    };
                    let blanks = if padded { " *" } else { "" };
                    if names.contains(&name) {
                        let _ = write!(text, "{blanks}(?:{expression}){blanks}");
                    } else {
                        let _ = write!(text, "{blanks}(?<{name}>{expression}){blanks}");
                        names.push(name);
                    }
                }
                None => return Err("a log_line_prefix ends with `%`".to_owned()),
            }
        }
        if optional {
            text.push_str(")?");
        }
        text.push_str(r"(?<severity>[A-Z]+[0-9]?):  ");
        let regex = compiled(&text)?;
        let names = regex.capture_names().enumerate();
        let names = names.filter_map(|(at, name)| Some((at, name?.to_owned()))).collect();
        Ok(Self { regex, names })
    }
}

/// Returns the expression for the first line of a message.
pub(super) fn start() -> Regex {
    compiled(r"\A[^\t]").expect("a class of one character")
}

/// Returns the fields of a message: those of the prefix, its severity and text, and those of an
/// entry of `pgAudit`. `split` gives the cells of a row of CSV.
pub(super) fn fields<'r>(
    prefix: &'r Prefix,
    text: &'r str,
    split: impl FnOnce(&str) -> Vec<String>,
) -> Result<Vec<TextField<'r>>, Refusal> {
    let mut places = prefix.regex.capture_locations();
    let Some(whole) = prefix.regex.captures_read(&mut places, text) else {
        return Err(malformed(
            "log of PostgreSQL",
            0,
            "the line does not begin as `prefix` of the profile's `[text]` says, with a severity behind: state the server's \
             `log_line_prefix` there",
        ));
    };
    let field = |(at, name): &'r (usize, String)| {
        let (start, end) = places.get(*at)?;
        Some(TextField::new(name.as_str(), &text[start..end]))
    };
    let mut fields: Vec<_> = prefix.names.iter().filter_map(field).collect();
    let message = &text[whole.end()..];
    // Each further line of a message has a tab before it.
    let message = message.replace("\n\t", "\n");
    if let Some(entry) = message.strip_prefix("AUDIT: ") {
        let cells = split(entry);
        let count = cells.len();
        if !(ENTRY.len() - 1..=ENTRY.len()).contains(&count) {
            return Err(malformed(
                "entry of pgAudit",
                whole.end(),
                &format!("{count} cells, and it has {} or {}", ENTRY.len() - 1, ENTRY.len()),
            ));
        }
        for (name, cell) in ENTRY.iter().zip(cells) {
            let is_none = ["<none>", "<not logged>"].contains(&cell.as_str());
            if !is_none {
                fields.push(TextField::new(*name, cell));
            }
        }
    }
    fields.push(TextField::new("message", message));
    Ok(fields)
}
