//! Field-mapping profiles: data that says where a kind of log keeps who, when, where, what, on whom and how it ended.
//!
//! The language is described in `docs/profiles.md`. Profiles built in are files beside this one; a case can bring its own.

use std::{collections::BTreeSet, fs, io, path::Path, sync::Arc};

use serde::Deserialize;

use super::{
    capture::Paths,
    map::{ActorField, Fields, Group, Matching, OutcomeRule},
    selector::{Inner, PathSpec, Selector, pointer},
    time::TimeFormat,
};
use crate::{
    case::{CaseFile, ProfileRef},
    diag::nearest,
    records::{Header, Refusal},
};

/// The profiles built in, by name.
const BUILT_IN: [(&str, &str); 2] = [
    ("aws-cloudtrail", include_str!("profiles/aws-cloudtrail.toml")),
    ("superuser", include_str!("profiles/superuser.toml")),
];

/// A profile, ready to read records with.
#[derive(Debug, Clone)]
pub struct Profile {
    /// What the case calls it.
    pub name: String,
    /// What kind of log it is for.
    pub title: String,
    /// Where the log's format is described.
    pub documentation: Option<String>,
    /// Its digest, for the manifest.
    pub file: CaseFile,
    /// The member names that lead to the array of records, where a document wraps them.
    pub wrapper: Vec<String>,
    pub(super) paths: Paths,
    pub(super) nothing: BTreeSet<String>,
    pub(super) time: Vec<Selector>,
    pub(super) time_format: TimeFormat,
    pub(super) actors: Vec<ActorField>,
    pub(super) fields: Fields,
    pub(super) outcome: OutcomeRule,
    pub(super) tenants: Vec<Group>,
    pub(super) targets: Vec<Group>,
}

/// A profile that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// None of that name is built in.
    #[error("unknown profile `{name}`: {hint}")]
    Unknown {
        /// As written.
        name: String,
        /// What to write instead.
        hint: String,
    },
    /// Its file cannot be read.
    #[error("cannot read the profile `{shown}`: {fault}")]
    Io {
        /// As written in the case.
        shown: String,
        /// The operating system's answer.
        fault: io::Error,
    },
    /// Its text is no profile.
    #[error("the profile `{shown}` is not valid: {fault}")]
    Invalid {
        /// As written in the case.
        shown: String,
        /// What is wrong, with line and column.
        fault: String,
    },
}

impl Profile {
    /// The profile that a case refers to.
    pub fn resolve(reference: &ProfileRef) -> Result<Self, ProfileError> {
        match reference {
            ProfileRef::BuiltIn(name) => Self::built_in(name),
            ProfileRef::File { shown, path } => Self::load(shown, path),
        }
    }

    /// One of those built in.
    pub fn built_in(name: &str) -> Result<Self, ProfileError> {
        let Some(text) = Self::source_of(name) else {
            return Err(ProfileError::Unknown {
                name: name.to_owned(),
                hint: hint(name),
            });
        };
        Self::parse(&format!("built-in:{name}"), text)
    }

    /// The text of one built in.
    pub fn source_of(name: &str) -> Option<&'static str> {
        BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
    }

    /// The names of those built in.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    fn load(shown: &str, path: &Path) -> Result<Self, ProfileError> {
        let text = fs::read_to_string(path).map_err(|fault| ProfileError::Io {
            shown: shown.to_owned(),
            fault,
        })?;
        Self::parse(shown, &text)
    }

    /// A profile from its text; `shown` names it in errors.
    pub fn parse(shown: &str, text: &str) -> Result<Self, ProfileError> {
        let invalid = |fault: String| ProfileError::Invalid {
            shown: shown.to_owned(),
            fault,
        };
        let spec: ProfileSpec = toml::from_str(text).map_err(|fault| invalid(fault.to_string()))?;
        spec.check().map_err(invalid)?;
        Ok(spec.compile(CaseFile::new("profile", shown, text.as_bytes())))
    }

    /// Whether some mapped path leads to the value at this path, or to one that holds it.
    pub fn reads(&self, path: &[String]) -> bool {
        self.paths.lead_to(path)
    }

    /// Where each mapped path stands in a CSV of this header.
    pub fn columns(&self, header: &Header) -> Result<Vec<Option<usize>>, Refusal> {
        self.paths.columns(header)
    }
}

fn hint(name: &str) -> String {
    match nearest(name, Profile::names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            format!(
                "write one of {}, or the path of a profile file ending in .toml",
                Profile::names().collect::<Vec<_>>().join(", ")
            )
        }
    }
}

/// A profile as its file writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileSpec {
    name: String,
    title: String,
    documentation: Option<String>,
    #[serde(default)]
    records: String,
    #[serde(default)]
    nothing: BTreeSet<String>,
    time: TimeSpec,
    actors: Vec<ActorSpec>,
    fields: FieldsSpec,
    #[serde(default)]
    outcome: OutcomeSpec,
    #[serde(default)]
    tenants: Vec<GroupSpec>,
    #[serde(default)]
    targets: Vec<GroupSpec>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TimeSpec {
    at: Vec<PathSpec>,
    #[serde(default)]
    format: TimeFormat,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ActorSpec {
    role: String,
    #[serde(default)]
    id: Vec<PathSpec>,
    #[serde(default)]
    key: Vec<PathSpec>,
    #[serde(default)]
    email: Vec<PathSpec>,
    #[serde(default)]
    user_name: Vec<PathSpec>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldsSpec {
    action: Vec<PathSpec>,
    #[serde(default)]
    event_id: Vec<PathSpec>,
    #[serde(default)]
    ticket: Vec<PathSpec>,
    #[serde(default)]
    justification: Vec<PathSpec>,
    #[serde(default)]
    ip: Vec<PathSpec>,
    #[serde(default)]
    session: Vec<PathSpec>,
    #[serde(default)]
    user_agent: Vec<PathSpec>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct OutcomeSpec {
    at: Vec<PathSpec>,
    success: BTreeSet<String>,
    failure: BTreeSet<String>,
    failure_if_present: Vec<PathSpec>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupSpec {
    each: Option<String>,
    #[serde(default, rename = "type")]
    kind: Vec<PathSpec>,
    #[serde(default)]
    id: Vec<PathSpec>,
    #[serde(default)]
    name: Vec<PathSpec>,
}

impl ProfileSpec {
    fn check(&self) -> Result<(), String> {
        if self.time.at.is_empty() {
            return Err("`[time] at` names no path: without a time nothing can be judged".to_owned());
        }
        if self.fields.action.is_empty() {
            return Err("`[fields] action` names no path: nobody could be told what was done".to_owned());
        }
        let named = |actor: &ActorSpec| {
            !(actor.id.is_empty() && actor.key.is_empty() && actor.email.is_empty() && actor.user_name.is_empty())
        };
        if !self.actors.iter().any(named) {
            return Err("no `[[actors]]` names a path: nobody could be recognised".to_owned());
        }
        Ok(())
    }

    fn compile(self, file: CaseFile) -> Profile {
        let mut paths = Paths::default();
        let paths = &mut paths;
        let time = many(&self.time.at, paths);
        let actors = self.actors.iter().flat_map(|actor| actor.compile(paths)).collect();
        let (fields, outcome) = (self.fields.compile(paths), self.outcome.compile(paths));
        let tenants = self.tenants.iter().map(|group| group.compile(paths)).collect();
        let targets = self.targets.iter().map(|group| group.compile(paths)).collect();
        let paths = std::mem::take(paths);
        let (wrapper, time_format) = (pointer(&self.records), self.time.format);
        let Self {
            name,
            title,
            documentation,
            nothing,
            ..
        } = self;
        Profile {
            name,
            title,
            documentation,
            file,
            wrapper,
            paths,
            nothing,
            time,
            time_format,
            actors,
            fields,
            outcome,
            tenants,
            targets,
        }
    }
}

impl ActorSpec {
    fn compile(&self, paths: &mut Paths) -> Vec<ActorField> {
        let kinds = [
            ("id", Matching::Exact, &self.id),
            ("key", Matching::Exact, &self.key),
            ("email", Matching::Folded, &self.email),
            ("user_name", Matching::Folded, &self.user_name),
        ];
        let mut field = |(kind, matching, specs): (&str, Matching, &Vec<PathSpec>)| {
            let label: Arc<str> = format!("{}.{kind}", self.role).into();
            let one = |spec: &PathSpec| ActorField {
                label: label.clone(),
                matching,
                selector: Selector::compile(spec, paths),
            };
            specs.iter().map(one).collect::<Vec<_>>()
        };
        kinds.into_iter().flat_map(&mut field).collect()
    }
}

impl FieldsSpec {
    fn compile(&self, paths: &mut Paths) -> Fields {
        Fields {
            action: many(&self.action, paths),
            event_id: many(&self.event_id, paths),
            ticket: many(&self.ticket, paths),
            justification: many(&self.justification, paths),
            ip: many(&self.ip, paths),
            session: many(&self.session, paths),
            user_agent: many(&self.user_agent, paths),
        }
    }
}

impl OutcomeSpec {
    fn compile(self, paths: &mut Paths) -> OutcomeRule {
        OutcomeRule {
            at: many(&self.at, paths),
            success: self.success,
            failure: self.failure,
            failure_if_present: many(&self.failure_if_present, paths),
        }
    }
}

impl GroupSpec {
    fn compile(&self, paths: &mut Paths) -> Group {
        let inner = |specs: &[PathSpec]| specs.iter().map(Inner::compile).collect();
        match &self.each {
            None => Group::Once {
                kind: many(&self.kind, paths),
                id: many(&self.id, paths),
                name: many(&self.name, paths),
            },
            Some(list) => {
                let list = paths.slot(&pointer(list));
                Group::Each {
                    list,
                    kind: inner(&self.kind),
                    id: inner(&self.id),
                    name: inner(&self.name),
                }
            }
        }
    }
}

fn many(specs: &[PathSpec], paths: &mut Paths) -> Vec<Selector> {
    specs.iter().map(|spec| Selector::compile(spec, paths)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_profile_compiles_under_its_own_name() {
        for name in Profile::names() {
            let profile = Profile::built_in(name).expect(name);
            assert_eq!(profile.name, name);
            assert!(
                profile.documentation.is_some(),
                "{name} says where its format is described"
            );
        }
    }

    #[test]
    fn a_misspelt_name_is_told_the_nearest() {
        let fault = Profile::built_in("cloudtrail").expect_err("unknown").to_string();
        assert!(fault.contains("aws-cloudtrail"), "{fault}");
        let fault = Profile::built_in("zzz").expect_err("unknown").to_string();
        assert!(fault.contains("aws-cloudtrail, superuser"), "{fault}");
    }

    #[test]
    fn an_unknown_key_or_a_profile_without_a_time_is_an_error() {
        let text = Profile::source_of("superuser").expect("built in");
        let fault = Profile::parse("x.toml", &text.replace("justification =", "justifcation =")).expect_err("a key");
        assert!(fault.to_string().contains("justifcation"), "{fault}");
        let fault = Profile::parse("x.toml", &text.replace("at = [\"/timestamp\"]", "at = []")).expect_err("a time");
        assert!(fault.to_string().contains("[time]"), "{fault}");
    }
}
