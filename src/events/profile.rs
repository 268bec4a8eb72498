//! Field-mapping profiles: data that says where a kind of log keeps who, when, where, what, on whom
//! and how it ended.
//!
//! The language is described in `docs/profiles.md`. Profiles built in are files beside this one; a
//! case can bring its own.

use std::{io, path::Path, sync::Arc};

use super::{
    TenantRef,
    builtin::BUILT_IN,
    capture::{Paths, Subtree},
    group::Group,
    links::LinkRule,
    map::{ActorField, Fields},
    nothing::{NoTenant, Nothing},
    outcome::OutcomeRule,
    selector::{Held, Selector},
    spec::ProfileSpec,
    time::TimeFormat,
};
use crate::{
    case::{CaseFile, Decisions, FileStore, InputTenant, Merge, ProfileRef, TenantId, Wrapping},
    config::Lines,
    diag::nearest,
    records::{Header, Layout, Refusal, TableRule, TextRule},
};

/// A profile, ready to read records with.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Name of the profile in the case.
    pub name: String,
    /// Kind of log that the profile is for.
    pub title: String,
    /// Address of the log format's description.
    pub documentation: Option<String>,
    /// The id space: event ids of profiles that name the same one, their own name if they name
    /// none, are compared.
    pub ids: String,
    /// Its digest, for the manifest.
    pub file: CaseFile,
    /// The member names that lead to the array of records, where a document wraps them.
    pub wrapper: Vec<String>,
    /// Rule for its records, where they are text.
    pub text: Option<Arc<TextRule>>,
    /// Form of its rows, where the profile states it.
    pub table: Option<TableRule>,
    pub(super) paths: Paths,
    /// Positions of the event inside the record, if it is not the record itself: an object, or the
    /// text of one.
    pub(super) unwrap: Vec<usize>,
    /// The list whose elements are an event each.
    pub(super) explode: Option<Subtree>,
    pub(super) nothing: Nothing,
    /// Texts that name no tenant.
    pub(super) no_tenant: NoTenant,
    /// Fields of an event that read JSON inside of a value, by name.
    pub(super) held: Vec<(Arc<str>, Held)>,
    /// Values of actors that must be JSON, by label.
    pub(super) held_actors: Vec<(Arc<str>, Held)>,
    pub(super) times: Vec<TimeRule>,
    pub(super) actors: Vec<ActorField>,
    pub(super) fields: Fields,
    pub(super) outcome: OutcomeRule,
    pub(super) tenants: Vec<Group>,
    pub(super) input_tenant: Option<InputTenant>,
    /// Ids that are one tenant's.
    pub(super) merge: Arc<Merge>,
    /// Decisions on events that name no tenant.
    pub(super) decisions: Arc<Decisions>,
    pub(super) targets: Vec<Group>,
    pub(super) links: Vec<LinkRule>,
}

/// Positions and formats of times.
#[derive(Debug, Clone)]
pub(super) struct TimeRule {
    pub(super) at: Vec<Selector>,
    pub(super) formats: Vec<TimeFormat>,
}

/// A profile that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// Unknown name of a built-in profile.
    #[error("unknown profile `{name}`: {hint}")]
    Unknown {
        /// Name as written.
        name: String,
        /// Suggested name.
        hint: String,
    },
    /// Its file cannot be read.
    #[error("cannot read the profile `{shown}`: {fault}")]
    Io {
        /// Path as written in the case.
        shown: String,
        /// The operating system's answer.
        fault: io::Error,
    },
    /// Its text is no profile.
    #[error("the profile `{shown}` is not valid: {fault}")]
    Invalid {
        /// Path as written in the case.
        shown: String,
        /// Description of the fault, with line and column.
        fault: String,
    },
    /// The case states a path that is no JSON Pointer.
    #[error("`records` and `unwrap` of `[[logs]]`: {0}")]
    Wrapping(String),
}

impl Profile {
    /// Returns the profile that a case refers to, for events that lie where the case says.
    pub fn resolve(reference: &ProfileRef, wrapping: &Wrapping) -> Result<Self, ProfileError> {
        Self::resolve_from(&FileStore::default(), reference, wrapping)
    }

    /// Like [`Self::resolve`], with files from a store.
    pub fn resolve_from(store: &FileStore, reference: &ProfileRef, wrapping: &Wrapping) -> Result<Self, ProfileError> {
        match reference {
            ProfileRef::BuiltIn(name) => Self::built_in_wrapped(name, wrapping),
            ProfileRef::File { shown, path } => Self::load(store, shown, path, wrapping),
        }
    }

    /// One of those built in.
    pub fn built_in(name: &str) -> Result<Self, ProfileError> {
        Self::built_in_wrapped(name, &Wrapping::default())
    }

    fn built_in_wrapped(name: &str, wrapping: &Wrapping) -> Result<Self, ProfileError> {
        let Some(text) = Self::source_of(name) else {
            return Err(ProfileError::Unknown {
                name: name.to_owned(),
                hint: hint(name),
            });
        };
        Self::parse_wrapped(&format!("built-in:{name}"), text, wrapping)
    }

    /// The text of one built in.
    pub fn source_of(name: &str) -> Option<&'static str> {
        BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
    }

    /// The names of those built in.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    fn load(store: &FileStore, shown: &str, path: &Path, wrapping: &Wrapping) -> Result<Self, ProfileError> {
        let text = store.read_to_string(path).map_err(|fault| ProfileError::Io {
            shown: shown.to_owned(),
            fault,
        })?;
        Self::parse_wrapped(shown, &text, wrapping)
    }

    /// A profile from its text; `shown` names it in errors.
    pub fn parse(shown: &str, text: &str) -> Result<Self, ProfileError> {
        Self::parse_wrapped(shown, text, &Wrapping::default())
    }

    fn parse_wrapped(shown: &str, text: &str, wrapping: &Wrapping) -> Result<Self, ProfileError> {
        let invalid = |fault: String| ProfileError::Invalid {
            shown: shown.to_owned(),
            fault,
        };
        let mut spec: ProfileSpec = toml::from_str(text).map_err(|fault| {
            let place = Lines::new(shown, text).place(fault.span().unwrap_or_default());
            invalid(format!(
                "line {}, column {}: {}",
                place.line,
                place.column,
                fault.message()
            ))
        })?;
        spec.check().map_err(invalid)?;
        spec.wrap(wrapping).map_err(ProfileError::Wrapping)?;
        Ok(spec.compile(CaseFile::new("profile", shown, text.as_bytes())))
    }

    /// Whether some mapped path leads to the value at this path, or to one that holds it.
    pub fn reads(&self, path: &[String]) -> bool {
        self.paths.lead_to(path)
    }

    /// Applies the tenant that the case states for the log. Events that name no tenant get it, and
    /// all events if it overrules.
    #[must_use]
    pub fn with_tenant(mut self, tenant: InputTenant) -> Self {
        self.input_tenant = Some(tenant);
        self
    }

    /// Counts ids that the case merges as one tenant's.
    #[must_use]
    pub fn merging(mut self, merge: Arc<Merge>) -> Self {
        if let Some(stated) = &mut self.input_tenant
            && let Some(tenant) = merge.other(&stated.id.0)
        {
            stated.id = tenant.clone();
        }
        self.merge = merge;
        self
    }

    /// Gives events that name no tenant those that the case decided.
    #[must_use]
    pub fn deciding(mut self, decisions: Arc<Decisions>) -> Self {
        self.decisions = decisions;
        self
    }

    /// Returns the tenants that the case decided for an event.
    pub(super) fn decided(&self, event_id: Option<&str>) -> Vec<TenantRef> {
        let decision = self.decisions.on(event_id);
        let tenants = decision.into_iter().flat_map(|(_, decision)| &decision.tenants);
        let tenant = |id: &TenantId| TenantRef {
            id: id.clone(),
            name: None,
            logged: None,
        };
        tenants.map(tenant).collect()
    }

    /// Returns the tenant that a logged id counts as.
    pub(super) fn tenant(&self, id: TenantId, name: Option<String>) -> TenantRef {
        match self.merge.other(&id.0) {
            None => TenantRef { id, name, logged: None },
            Some(tenant) => TenantRef {
                id: tenant.clone(),
                name,
                logged: Some(Box::new([id])),
            },
        }
    }

    /// The names of the columns of a CSV that it maps.
    pub fn column_names(&self) -> Vec<String> {
        self.paths.column_names().collect()
    }

    /// Whether sessions and names of actors stand in records as they are read: none is put together
    /// or has a part taken out.
    pub fn values_stand_whole(&self) -> bool {
        let text = self.text.as_ref().is_none_or(|text| text.values_stand_whole());
        let actors = self.actors.iter().map(|actor| &actor.selector);
        text && actors.chain(&self.fields.session).all(Selector::stands_whole)
    }

    /// Whether all that scopes set conditions on stands in records as it is read.
    pub fn traits_stand_whole(&self) -> bool {
        let Fields {
            ip,
            session,
            user_agent,
            action,
            ..
        } = &self.fields;
        let fields = [ip, session, user_agent, action].into_iter().flatten();
        let keys = self.actors.iter().filter(|actor| actor.label.ends_with(".key"));
        // What a record wraps may be encoded.
        let text = self.text.as_ref().is_none_or(|text| text.values_stand_whole());
        text && self.unwrap.is_empty() && fields.chain(keys.map(|actor| &actor.selector)).all(Selector::is_logged)
    }

    /// Returns whether the session is the value of a member or column as it stands.
    pub fn session_stands_plainly(&self) -> bool {
        let is_plain = |selector: &Selector| matches!(selector, Selector::Slot(_));
        self.fields.session.iter().all(is_plain)
    }

    /// Returns whether a field of the records is read as the ticket.
    pub fn reads_tickets(&self) -> bool {
        !self.fields.ticket.is_empty()
    }

    /// Returns how the records of a source are separated.
    pub fn layout(&self) -> Layout<'_> {
        Layout {
            wrapper: &self.wrapper,
            columns: self.column_names(),
            text: self.text.as_ref(),
            table: self.table.as_ref(),
        }
    }

    /// Returns the column of each mapped path in a CSV with this header.
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
        assert!(fault.contains("aws-cloudtrail, "), "{fault}");
    }

    #[test]
    fn an_unknown_key_or_a_profile_without_a_time_is_an_error() {
        let text = Profile::source_of("superuser").expect("built in");
        let fault = Profile::parse("x.toml", &text.replace("justification =", "justifcation =")).expect_err("a key");
        assert!(fault.to_string().contains("justifcation"), "{fault}");
        assert!(fault.to_string().contains("line "), "{fault}");
        let fault = Profile::parse("x.toml", &text.replace("at = [\"/timestamp\"]", "at = []")).expect_err("a time");
        assert!(fault.to_string().contains("[time]"), "{fault}");
    }
}
