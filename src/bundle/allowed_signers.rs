//! Allowed signers: the keys whose signatures count, in the file format of `ssh-keygen`
//! (ssh-keygen(1), ALLOWED SIGNERS).
//!
//! A line that is not understood is an error: a restriction that is ignored is worse than none.

mod options;

use ssh_key::{PublicKey, public::KeyData};

use self::options::{SignerOptions, split, word};
use super::NAMESPACE;
use crate::time::Timestamp;

/// The keys whose signatures count.
#[derive(Debug, Clone)]
pub struct AllowedSigners(Vec<SignerEntry>);

#[derive(Debug, Clone)]
struct SignerEntry {
    line: usize,
    principals: String,
    options: SignerOptions,
    key: KeyData,
}

/// A line that is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct SignersError {
    /// Number of the line, from 1.
    pub line: usize,
    /// Fault of the line.
    pub fault: String,
}

impl AllowedSigners {
    /// Parses a file of allowed signers.
    pub fn parse(text: &str) -> Result<Self, SignersError> {
        let mut entries = Vec::new();
        for (line, text) in (1..).zip(text.lines()) {
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let entry = SignerEntry::parse(line, text);
            entries.push(entry.map_err(|fault| SignersError { line, fault })?);
        }
        Ok(Self(entries))
    }

    /// Returns the principals of the line that allows this key at this time. With a name, the line
    /// must be for that name. The error is the reason why the key is not allowed.
    pub(crate) fn judge(&self, key: &KeyData, name: Option<&str>, at: Option<Timestamp>) -> Result<&str, String> {
        let mut why = "the allowed signers do not list this key".to_owned();
        for entry in self.0.iter().filter(|entry| entry.key == *key) {
            match entry.allows(name, at) {
                Ok(()) => return Ok(&entry.principals),
                Err(fault) => why = format!("line {} of the allowed signers {fault}", entry.line),
            }
        }
        Err(why)
    }
}

impl SignerEntry {
    fn parse(line: usize, text: &str) -> Result<Self, String> {
        if text.starts_with('"') {
            return Err("principals in quotes are not supported; write them without".to_owned());
        }
        let (principals, rest) = word(text);
        let (options, key) = match key(rest) {
            Some(key) => (SignerOptions::default(), key),
            None => {
                let (written, rest) = split(rest)?;
                let parsed = SignerOptions::parse(written)?;
                let key = key(rest).ok_or("no key that is supported: write its type and its base64")?;
                (parsed, key)
            }
        };
        Ok(Self {
            line,
            principals: principals.to_owned(),
            options,
            key,
        })
    }

    fn allows(&self, name: Option<&str>, at: Option<Timestamp>) -> Result<(), String> {
        if let Some(name) = name.filter(|name| !matches_list(name, &self.principals)) {
            return Err(format!("is not for `{name}`"));
        }
        let options = &self.options;
        if options
            .namespaces
            .as_ref()
            .is_some_and(|list| !matches_list(NAMESPACE, list))
        {
            return Err(format!("does not allow the namespace `{NAMESPACE}`"));
        }
        options.valid(at)
    }
}

fn key(text: &str) -> Option<KeyData> {
    let (kind, rest) = word(text);
    let (base64, _comment) = word(rest);
    let key = PublicKey::from_openssh(&format!("{kind} {base64}")).ok()?;
    Some(key.key_data().clone())
}

/// Matches a text against a pattern list of OpenSSH: patterns separated by commas, with `*` and
/// `?`, and `!` before a pattern that excludes.
fn matches_list(text: &str, list: &str) -> bool {
    let mut found = false;
    for pattern in list.split(',') {
        match pattern.strip_prefix('!') {
            Some(excluded) if matches(text.as_bytes(), excluded.as_bytes()) => return false,
            Some(_) => {}
            None => found |= matches(text.as_bytes(), pattern.as_bytes()),
        }
    }
    found
}

/// Matches one pattern. It backtracks to the last star only, which takes one more byte each time.
fn matches(text: &[u8], pattern: &[u8]) -> bool {
    let (mut at, mut of, mut star) = (0, 0, None);
    while at < text.len() {
        match pattern.get(of) {
            Some(b'*') => {
                star = Some((at, of));
                of += 1;
            }
            Some(&byte) if byte == b'?' || byte == text[at] => {
                at += 1;
                of += 1;
            }
            _ => {
                let Some((from, star_at)) = star else { return false };
                star = Some((from + 1, star_at));
                at = from + 1;
                of = star_at + 1;
            }
        }
    }
    pattern[of..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests;
