//! Meaning of action codes: effect, plain words, and what the tenant should check.
//!
//! A code that no entry covers is [`Effect::Uncatalogued`]: shown raw, never assumed harmless.

mod draft;
mod file;
mod pattern;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::PathBuf,
    sync::Arc,
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use draft::draft_entry;

use self::{
    file::{Action, Codes},
    pattern::Pattern,
};
use crate::{
    case::{CaseError, CaseFile, FileStore},
    config::Spanned,
};

/// A built-in file.
#[derive(Debug)]
struct BuiltIn {
    /// Without `.toml`.
    name: &'static str,
    text: &'static str,
    /// Names of the profiles that read the kind of log whose codes it describes.
    profiles: &'static [&'static str],
    /// Whether it counts also for a profile that no file is for.
    general: bool,
}

macro_rules! built_in {
    ($($name:literal of $profiles:expr, general: $general:literal;)*) => {
        &[$(BuiltIn {
            name: $name,
            text: include_str!(concat!("actions/", $name, ".toml")),
            profiles: &$profiles,
            general: $general,
        }),*]
    };
}

/// The built-in files, later ones going first. One of a kind of log is read only where a profile
/// reads that kind: a code such as `delete` means one thing in each, and reading them all would
/// take longer than a small log does.
const BUILT_IN: &[BuiltIn] = built_in![
    "common" of [], general: true;
    "superuser" of ["superuser"], general: true;
    "okta" of ["okta-system-log", "ocsf"], general: true;
    "aws" of ["aws-cloudtrail", "ocsf"], general: true;
    "atlassian" of ["atlassian-audit", "jira-cloud-audit"], general: false;
    "auth0" of ["auth0"], general: false;
    "cyberark" of ["cyberark-pas"], general: false;
    "entra" of ["entra-audit", "entra-sign-ins"], general: false;
    "gcp" of ["gcp-audit", "access-transparency"], general: false;
    "github" of ["github-audit"], general: false;
    "gitlab" of ["gitlab-audit"], general: false;
    "google-workspace" of ["google-workspace-admin"], general: false;
    "kubernetes" of ["kubernetes-audit"], general: false;
    "m365" of ["m365-unified-audit"], general: false;
    "ocsf" of ["ocsf"], general: false;
    "postgresql" of ["postgresql-csvlog"], general: false;
    "salesforce" of ["salesforce-event-log-file", "salesforce-login-history", "salesforce-setup-audit-trail"], general: false;
    "slack" of ["slack-audit"], general: false;
    "snowflake" of ["snowflake-login-history", "snowflake-query-history"], general: false;
    "teleport" of ["teleport"], general: false;
    "zendesk" of ["zendesk-audit"], general: false;
];

impl BuiltIn {
    /// Returns the files for logs that profiles of these names read.
    fn of_profiles(names: &[&str]) -> impl Iterator<Item = &'static Self> {
        let is_of = |file: &Self, name: &str| file.profiles.contains(&name);
        let unknown = names.is_empty() || names.iter().any(|name| !BUILT_IN.iter().any(|file| is_of(file, name)));
        BUILT_IN.iter().filter(move |file| {
            file.profiles.is_empty() || unknown && file.general || names.iter().any(|name| is_of(file, name))
        })
    }

    /// Name in messages and the manifest.
    fn shown(&self) -> String {
        format!("built-in:{}.toml", self.name)
    }

    fn actions(&self) -> Vec<Action> {
        let (actions, faults) = file::read(self.name, self.text.as_bytes());
        debug_assert!(faults.is_empty(), "the built-in catalogue has faults: {faults:?}");
        actions
    }
}

/// Tier of an action, the mildest first: data seen, unknown effect, data changed, taken out or
/// lost, traces removed, and access for later. An uncatalogued action ranks above a view or a
/// search, and below known harm.
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
    /// Deleted, stopped or narrowed what records activity or would show it: a log, an audit
    /// setting, an alert, a mailbox rule.
    CoverTracks,
    /// Acted as one of the customer's users.
    Impersonate,
    /// Changed how a person signs in, or what they may do.
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

    /// Returns the effect as in files: `reveal_secret`.
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

    /// Returns the effect in words: `reveal secret`.
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

/// Meaning of an action code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'c> {
    /// Its tier.
    pub effect: Effect,
    /// Action of the agent, in a sentence without its subject; `None` if the code is not
    /// catalogued.
    pub says: Option<&'c str>,
    /// Check for the tenant's security team.
    pub check: Option<&'c str>,
    /// Events of the tenant's own log that show whether it was used, the most useful first.
    pub look_for: &'c [String],
    /// Condition under which it was legitimate, in a sentence.
    pub in_order_if: Option<&'c str>,
    /// Facts that a record of it does not hold.
    pub not_logged: Option<&'c str>,
    /// The code of the action that this one ends.
    pub ends: Option<&'c str>,
    /// Whether it can concern a tenant.
    pub touches: Touches,
}

/// Meaning of a code or of all codes of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Meaning {
    effect: Effect,
    says: String,
    check: Option<String>,
    look_for: Vec<String>,
    in_order_if: Option<String>,
    not_logged: Option<String>,
    ends: Option<String>,
    touches: Touches,
}

impl Meaning {
    /// Returns what holds of a code that two kinds of log have in common: the graver effect, and
    /// what each says.
    fn or(&self, other: &Self) -> Self {
        let both = |a: &str, b: &str, between: &str| {
            if a == b {
                return a.to_owned();
            }
            format!("{a}{between}{b}")
        };
        let either = |a: &Option<String>, b: &Option<String>| match (a, b) {
            (Some(a), Some(b)) => Some(both(a, b, " ")),
            (a, b) => a.clone().or_else(|| b.clone()),
        };
        let new = |event: &&String| !self.look_for.contains(event);
        Self {
            effect: self.effect.max(other.effect),
            says: both(&self.says, &other.says, " Or, in another kind of log: "),
            check: either(&self.check, &other.check),
            look_for: self
                .look_for
                .iter()
                .chain(other.look_for.iter().filter(new))
                .cloned()
                .collect(),
            in_order_if: either(&self.in_order_if, &other.in_order_if),
            not_logged: either(&self.not_logged, &other.not_logged),
            ends: self.ends.clone().filter(|_| self.ends == other.ends),
            touches: match (self.touches, other.touches) {
                (Touches::None, Touches::None) => Touches::None,
                _ => Touches::Tenant,
            },
        }
    }
}

/// Meanings by code: the built-in ones, and those of the case before them.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    exact: BTreeMap<String, Arc<Meaning>>,
    /// The first that matches counts: those of later files first, and of one file the longer
    /// first.
    patterns: Vec<(Pattern, Arc<Meaning>)>,
    /// Those that were read.
    built_in: Vec<&'static BuiltIn>,
}

impl Catalogue {
    /// The catalogue without a case, for a log whose kind no built-in file is about.
    pub fn built_in() -> Self {
        Self::of_profiles(&[])
    }

    /// The catalogue without a case, for logs that profiles of these names read.
    pub fn of_profiles(names: &[&str]) -> Self {
        let mut catalogue = Self::default();
        for file in BuiltIn::of_profiles(names) {
            let of_a_kind = names.is_empty() || names.iter().any(|name| file.profiles.contains(name));
            catalogue.add(file, of_a_kind);
        }
        catalogue
    }

    /// Adds a built-in file. What it says of a code that another one has too is said beside what
    /// that says. The events to look for are those of the product whose log it describes, and are
    /// left out where the case's log is not known to be of that kind.
    fn add(&mut self, file: &'static BuiltIn, of_a_kind: bool) {
        let mut actions = file.actions();
        if !of_a_kind {
            for action in actions.iter_mut().filter(|action| !action.meaning.look_for.is_empty()) {
                Arc::make_mut(&mut action.meaning).look_for.clear();
            }
        }
        for action in &mut actions {
            for codes in &action.codes {
                let Codes::Exact(code) = codes else { continue };
                if let Some(other) = self.exact.get(code).filter(|other| **other != action.meaning) {
                    let both = Arc::new(other.or(&action.meaning));
                    self.exact.insert(code.clone(), both);
                } else {
                    self.exact.insert(code.clone(), Arc::clone(&action.meaning));
                }
            }
            action.codes.retain(|codes| matches!(codes, Codes::Pattern(_)));
        }
        self.extend(actions);
        self.built_in.push(file);
    }

    /// The names of the built-in files.
    pub fn file_names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|file| file.name)
    }

    /// The text of a built-in file.
    pub fn source_of(name: &str) -> Option<&'static str> {
        BUILT_IN.iter().find(|file| file.name == name).map(|file| file.text)
    }

    /// Extends the built-in catalogue by files of the case (as written and resolved), of which
    /// later ones win, and returns them. All faults of all files are reported together.
    pub fn load(files: &[(String, PathBuf)]) -> Result<(Self, Vec<CaseFile>), CaseError> {
        let own = OwnActions::read(files)?;
        Ok(Self::built_in().extended(own))
    }

    /// Returns the built-in catalogue extended by what the case's own files say, and all those
    /// files.
    pub fn extended(mut self, own: OwnActions) -> (Self, Vec<CaseFile>) {
        for file in own.built_in {
            if !self.built_in.iter().any(|read| read.name == file.name) {
                self.add(file, true);
            }
        }
        own.actions.into_iter().for_each(|actions| self.extend(actions));
        let built_in = |file: &&BuiltIn| CaseFile::new("catalogue", file.shown(), file.text.as_bytes());
        let files = self.built_in.iter().map(built_in).chain(own.files).collect();
        (self, files)
    }

    /// Returns the meaning of a code. An exact entry beats every pattern, because it was written
    /// for this code.
    pub fn lookup(&self, code: &str) -> Entry<'_> {
        let by_pattern = || self.patterns.iter().find(|(pattern, _)| pattern.matches(code));
        let meaning = self
            .exact
            .get(code)
            .or_else(|| by_pattern().map(|(_, meaning)| meaning))
            .map(Arc::as_ref);
        Entry {
            effect: meaning.map_or(Effect::Uncatalogued, |meaning| meaning.effect),
            says: meaning.map(|meaning| meaning.says.as_str()),
            check: meaning.and_then(|meaning| meaning.check.as_deref()),
            look_for: meaning.map_or(&[], |meaning| &meaning.look_for),
            in_order_if: meaning.and_then(|meaning| meaning.in_order_if.as_deref()),
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

    /// Returns whether this exact code is catalogued: it is then not a text from a log's writer.
    pub fn knows(&self, code: &str) -> bool {
        self.exact.contains_key(code)
    }

    /// Adds the actions of one file, before those there are.
    fn extend(&mut self, actions: Vec<Action>) {
        let mut patterns = Vec::new();
        for action in actions {
            for codes in action.codes {
                match codes {
                    Codes::Exact(code) => {
                        self.exact.insert(code, Arc::clone(&action.meaning));
                    }
                    Codes::Pattern(pattern) => patterns.push((pattern, Arc::clone(&action.meaning))),
                }
            }
        }
        patterns.sort_by(|(a, _), (b, _)| b.length().cmp(&a.length()).then_with(|| a.cmp(b)));
        self.patterns.splice(0..0, patterns);
    }
}

/// Entries of the case's own catalogue files.
#[derive(Debug)]
pub struct OwnActions {
    /// Those that it names as `built-in:NAME`.
    built_in: Vec<&'static BuiltIn>,
    /// Actions by file.
    actions: Vec<Vec<Action>>,
    files: Vec<CaseFile>,
}

impl OwnActions {
    /// Reads these files (as written and resolved). All faults of all files are reported together.
    pub fn read(files: &[(String, PathBuf)]) -> Result<Self, CaseError> {
        Self::read_from(&FileStore::default(), files)
    }

    /// Like [`Self::read`], with files from a store.
    pub fn read_from(store: &FileStore, files: &[(String, PathBuf)]) -> Result<Self, CaseError> {
        let mut own = Self {
            built_in: Vec::new(),
            actions: Vec::new(),
            files: Vec::new(),
        };
        let mut faults = Vec::new();
        for (shown, path) in files {
            if let Some(name) = shown.strip_prefix("built-in:") {
                own.built_in.extend(file::built_in(name, &mut faults));
                continue;
            }
            let Some(bytes) = file::open(store, shown, path, &mut faults) else {
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

    /// Returns what customers read of the actions of these files, with its place.
    pub fn sentences(&self) -> impl Iterator<Item = &Spanned<String>> {
        self.actions.iter().flatten().flat_map(|action| &action.sentences)
    }
}

#[cfg(test)]
mod tests;
