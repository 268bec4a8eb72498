//! What an action code means: its effect, in plain words, and what a customer should check.
//!
//! A code that no entry covers is [`Effect::Uncatalogued`]: shown raw, never assumed harmless.

mod file;
mod pattern;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::PathBuf,
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::{
    file::{Action, Codes},
    pattern::Pattern,
};
use crate::case::{CaseError, CaseFile};

/// The built-in files: how faults in them would name them, and their text.
const BUILT_IN: [(&str, &str); 4] = [
    ("common.toml", include_str!("actions/common.toml")),
    ("superuser.toml", include_str!("actions/superuser.toml")),
    ("okta.toml", include_str!("actions/okta.toml")),
    ("aws.toml", include_str!("actions/aws.toml")),
];

/// Tier of an action, the mildest first: what is seen, what is not known, what is altered, taken out or lost, what
/// removes traces, and what lets somebody come back. What is not catalogued ranks above a view or a search, and below what is known to do harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Read one thing.
    View,
    /// Looked for things.
    Search,
    /// Not in the catalogue.
    Uncatalogued,
    /// Altered settings or data.
    Change,
    /// Took data out in bulk.
    Export,
    /// Showed a secret in clear.
    RevealSecret,
    /// Removed something.
    Delete,
    /// Deleted, stopped or narrowed what records activity or would show it: a log, an audit setting, an alert, a mailbox rule.
    CoverTracks,
    /// Acted as one of the customer's users.
    Impersonate,
    /// Altered how somebody proves who they are, or what they may do.
    Credential,
}

impl Effect {
    /// Every tier, the mildest first.
    pub const ALL: [Self; 10] = [
        Self::View,
        Self::Search,
        Self::Uncatalogued,
        Self::Change,
        Self::Export,
        Self::RevealSecret,
        Self::Delete,
        Self::CoverTracks,
        Self::Impersonate,
        Self::Credential,
    ];

    /// Whether it does more than show something.
    pub fn is_grave(self) -> bool {
        !matches!(self, Self::View | Self::Search)
    }

    /// As in files: `reveal_secret`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Search => "search",
            Self::Export => "export",
            Self::RevealSecret => "reveal_secret",
            Self::Change => "change",
            Self::Credential => "credential",
            Self::Impersonate => "impersonate",
            Self::Delete => "delete",
            Self::CoverTracks => "cover_tracks",
            Self::Uncatalogued => "uncatalogued",
        }
    }

    /// As people read it: `reveal secret`.
    pub fn label(self) -> &'static str {
        match self {
            Self::RevealSecret => "reveal secret",
            Self::CoverTracks => "cover tracks",
            other => other.as_str(),
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether an action concerns a tenant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Touches {
    /// It can concern a tenant, also where the record names none: a search across tenants.
    #[default]
    Tenant,
    /// It concerns no tenant by its nature: an agent's own sign-in.
    None,
}

/// What is known of an action code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'c> {
    /// Its tier.
    pub effect: Effect,
    /// What the agent did, in a sentence without its subject; none if the code is not catalogued.
    pub says: Option<&'c str>,
    /// What the customer's security team should check.
    pub check: Option<&'c str>,
    /// What a record of it does not tell.
    pub not_logged: Option<&'c str>,
    /// The code of the action that this one ends.
    pub ends: Option<&'c str>,
    /// Whether it can concern a tenant.
    pub touches: Touches,
}

/// What is told of a code or of all codes of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Meaning {
    effect: Effect,
    says: String,
    check: Option<String>,
    not_logged: Option<String>,
    ends: Option<String>,
    touches: Touches,
}

/// Meanings by code: the built-in ones, and those of the case before them.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    exact: BTreeMap<String, Meaning>,
    /// The first that matches counts: those of later files first, and of one file the longer first.
    patterns: Vec<(Pattern, Meaning)>,
}

impl Catalogue {
    /// The catalogue without a case.
    pub fn built_in() -> Self {
        let mut catalogue = Self::default();
        for (name, text) in BUILT_IN {
            let (actions, faults) = file::read(name, text.as_bytes());
            debug_assert!(faults.is_empty(), "the built-in catalogue has faults: {faults:?}");
            catalogue.extend(actions);
        }
        catalogue
    }

    /// The built-in catalogue extended by files of the case (as written and resolved), of which later ones win; and
    /// what all those files were. Every fault of all of them is told at once.
    pub fn load(files: &[(String, PathBuf)]) -> Result<(Self, Vec<CaseFile>), CaseError> {
        let own = OwnActions::read(files)?;
        Ok(Self::built_in().extended(own))
    }

    /// The built-in catalogue extended by what the case's own files say; and what all those files were.
    pub fn extended(mut self, own: OwnActions) -> (Self, Vec<CaseFile>) {
        let built_in =
            |(name, text): (&str, &str)| CaseFile::new("catalogue", format!("built-in:{name}"), text.as_bytes());
        own.actions.into_iter().for_each(|actions| self.extend(actions));
        let files = BUILT_IN.map(built_in).into_iter().chain(own.files);
        (self, files.collect())
    }

    /// What is known of a code. An exact entry beats every pattern, because it was written for this very code.
    pub fn lookup(&self, code: &str) -> Entry<'_> {
        let by_pattern = || self.patterns.iter().find(|(pattern, _)| pattern.matches(code));
        let meaning = self
            .exact
            .get(code)
            .or_else(|| by_pattern().map(|(_, meaning)| meaning));
        Entry {
            effect: meaning.map_or(Effect::Uncatalogued, |meaning| meaning.effect),
            says: meaning.map(|meaning| meaning.says.as_str()),
            check: meaning.and_then(|meaning| meaning.check.as_deref()),
            not_logged: meaning.and_then(|meaning| meaning.not_logged.as_deref()),
            ends: meaning.and_then(|meaning| meaning.ends.as_deref()),
            touches: meaning.map_or(Touches::Tenant, |meaning| meaning.touches),
        }
    }

    /// Codes of actions that another action ends.
    pub fn begun(&self) -> BTreeSet<&str> {
        let patterns = self.patterns.iter().map(|(_, meaning)| meaning);
        let meanings = self.exact.values().chain(patterns);
        meanings.filter_map(|meaning| meaning.ends.as_deref()).collect()
    }

    /// Whether this very code is catalogued: it is then no text that anybody could have made up.
    pub fn knows(&self, code: &str) -> bool {
        self.exact.contains_key(code)
    }

    /// Adds the actions of one file, before those there are.
    fn extend(&mut self, actions: Vec<Action>) {
        let mut patterns = Vec::new();
        for action in actions {
            match action.codes {
                Codes::Exact(code) => {
                    self.exact.insert(code, action.meaning);
                }
                Codes::Pattern(pattern) => patterns.push((pattern, action.meaning)),
            }
        }
        patterns.sort_by(|(a, _), (b, _)| b.length().cmp(&a.length()).then_with(|| a.cmp(b)));
        self.patterns.splice(0..0, patterns);
    }
}

/// What the case's own catalogue files say.
#[derive(Debug)]
pub struct OwnActions {
    /// By file.
    actions: Vec<Vec<Action>>,
    files: Vec<CaseFile>,
}

impl OwnActions {
    /// Reads these files (as written and resolved). Every fault of all of them is told at once.
    pub fn read(files: &[(String, PathBuf)]) -> Result<Self, CaseError> {
        let mut own = Self {
            actions: Vec::new(),
            files: Vec::new(),
        };
        let mut faults = Vec::new();
        for (shown, path) in files {
            let Some(bytes) = file::open(shown, path, &mut faults) else {
                continue;
            };
            let (actions, found) = file::read(&path.display().to_string(), &bytes);
            faults.extend(found);
            own.actions.push(actions);
            own.files.push(CaseFile::new("catalogue", shown.clone(), &bytes));
        }
        if faults.is_empty() {
            return Ok(own);
        }
        Err(CaseError::Faults(faults))
    }
}

#[cfg(test)]
mod tests;
