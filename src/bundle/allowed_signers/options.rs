//! Options of a line of allowed signers: namespaces and times.

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::time::Timestamp;

/// Restrictions on a key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SignerOptions {
    /// Pattern list of namespaces.
    pub(super) namespaces: Option<String>,
    after: Option<DateTime<Utc>>,
    before: Option<DateTime<Utc>>,
}

impl SignerOptions {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut options = Self::default();
        for (name, value) in parts(text)? {
            match (name.to_ascii_lowercase().as_str(), value) {
                ("namespaces", Some(list)) => once(&mut options.namespaces, list.to_owned(), name)?,
                ("valid-after", Some(time)) => once(&mut options.after, instant(time)?, name)?,
                ("valid-before", Some(time)) => once(&mut options.before, instant(time)?, name)?,
                ("cert-authority", None) => {
                    return Err("`cert-authority` is not supported: list the signers' own keys".to_owned());
                }
                _ => return Err(format!("`{name}` is no option that is supported")),
            }
        }
        Ok(options)
    }

    /// Checks whether the key may sign at this time. Both bounds are inclusive, as in OpenSSH.
    pub(super) fn valid(&self, at: Option<Timestamp>) -> Result<(), String> {
        if self.after.is_none() && self.before.is_none() {
            return Ok(());
        }
        let Some(at) = at.map(Timestamp::instant) else {
            return Err("limits the time, and the case has no `issued`: say with --at when it was signed".to_owned());
        };
        if self.after.is_some_and(|after| at < after) {
            return Err("does not hold yet at the time of signing".to_owned());
        }
        if self.before.is_some_and(|before| at > before) {
            return Err("does not hold any more at the time of signing".to_owned());
        }
        Ok(())
    }
}

fn once<V>(place: &mut Option<V>, value: V, name: &str) -> Result<(), String> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(format!("`{name}` is given twice")),
    }
}

/// Parses `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, followed by `Z`. A time without `Z` is
/// rejected: OpenSSH reads it in the local zone of the machine.
fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let digits = text
        .strip_suffix(['Z', 'z'])
        .ok_or_else(|| format!("the time `{text}` must end with Z (UTC), or it would depend on the reader's zone"))?;
    let full = match digits.len() {
        8 => format!("{digits}000000"),
        12 => format!("{digits}00"),
        _ => digits.to_owned(),
    };
    let plain = full.len() == 14 && full.bytes().all(|byte| byte.is_ascii_digit());
    let time = plain.then(|| NaiveDateTime::parse_from_str(&full, "%Y%m%d%H%M%S").ok());
    let time = time.flatten();
    time.map(|time| time.and_utc())
        .ok_or_else(|| format!("`{text}` is no time such as 20260127Z or 20260127093000Z"))
}

/// Splits off the text before the first blank. Returns it and the text behind the blanks.
pub(super) fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let end = text.find([' ', '\t']).unwrap_or(text.len());
    (&text[..end], text[end..].trim_start())
}

/// Splits like [`word`], but ignores blanks between quotes.
pub(super) fn split(text: &str) -> Result<(&str, &str), String> {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ' ' | '\t' if !quoted => return Ok((&text[..at], text[at..].trim_start())),
            _ => {}
        }
    }
    Err("no key: a line is principals, options if any, the key's type and its base64".to_owned())
}

/// Splits options at their commas. Returns each name with its quoted value.
fn parts(text: &str) -> Result<Vec<(&str, Option<&str>)>, String> {
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        let end = rest.find(['=', ',']).unwrap_or(rest.len());
        let name = &rest[..end];
        rest = &rest[end..];
        let mut value = None;
        if let Some(quoted) = rest.strip_prefix('=') {
            let quoted = quoted.strip_prefix('"').and_then(|quoted| quoted.split_once('"'));
            let (inner, after) = quoted.ok_or_else(|| format!("the value of `{name}` must be in double quotes"))?;
            if inner.contains('\\') {
                return Err(format!("a backslash in `{name}` is not supported"));
            }
            value = Some(inner);
            rest = after;
        }
        parts.push((name, value));
        match rest.strip_prefix(',') {
            Some(more) => rest = more,
            None if rest.is_empty() => return Ok(parts),
            None => return Err(format!("`{rest}` is not understood")),
        }
    }
}
