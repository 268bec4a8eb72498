//! A profile as its file writes it, and how that becomes what reads records. Every fault is found
//! while the file is read, so that it names the line.

use std::{collections::BTreeSet, sync::Arc};

use serde::{Deserialize, Deserializer, de::Error};

use super::{
    Outcome,
    capture::Paths,
    group::Group,
    links::LinkSpec,
    map::{ActorField, Fields, Matching},
    nothing::{NoTenant, Nothing},
    one_or_many::OneOrMany,
    outcome::OutcomeRule,
    path::{At, PathSpec, pointer},
    profile::{Profile, TimeRule},
    selector::{Held, Inner, Selector},
    table::TableSpec,
    text::TextSpec,
    time::TimeSpec,
};
use crate::case::{CaseFile, Wrapping};

/// A profile as its file writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProfileSpec {
    name: String,
    title: String,
    documentation: Option<String>,
    ids: Option<String>,
    #[serde(default)]
    records: At,
    #[serde(default)]
    unwrap: Vec<At>,
    explode: Option<At>,
    text: Option<TextSpec>,
    csv: Option<TableSpec>,
    #[serde(default)]
    nothing: Nothing,
    #[serde(default)]
    no_tenant: NoTenant,
    time: OneOrMany<TimeSpec>,
    #[serde(deserialize_with = "somebody")]
    actors: Vec<ActorSpec>,
    fields: FieldsSpec,
    #[serde(default)]
    outcome: OutcomeSpec,
    #[serde(default)]
    tenants: Vec<GroupSpec>,
    #[serde(default)]
    targets: Vec<GroupSpec>,
    #[serde(default)]
    links: Vec<LinkSpec>,
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
    #[serde(deserialize_with = "something")]
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
    #[serde(default)]
    parameters: Vec<PathSpec>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct OutcomeSpec {
    at: Vec<PathSpec>,
    success: BTreeSet<String>,
    failure: BTreeSet<String>,
    failure_if_present: Vec<PathSpec>,
    absent: Option<Outcome>,
    otherwise: Outcome,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupSpec {
    each: Option<At>,
    #[serde(default, rename = "type")]
    kind: Vec<PathSpec>,
    #[serde(default)]
    id: Vec<PathSpec>,
    #[serde(default)]
    name: Vec<PathSpec>,
}

impl ProfileSpec {
    /// Checks tables against each other.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.text.is_some() && self.csv.is_some() {
            return Err("`[csv]` and `[text]`: a log is read as rows or as text, so leave one out".to_owned());
        }
        Ok(())
    }

    /// Replaces what the profile says of the place of the events by what the case states.
    pub(super) fn wrap(&mut self, wrapping: &Wrapping) -> Result<(), String> {
        if let Some(records) = &wrapping.records {
            self.records = At(pointer(records)?);
        }
        if !wrapping.unwrap.is_empty() {
            let places = wrapping.unwrap.iter().map(|place| pointer(place).map(At));
            self.unwrap = places.collect::<Result<_, _>>()?;
        }
        Ok(())
    }

    /// Compiles the paths; `file` is the text they came from.
    pub(super) fn compile(self, file: CaseFile) -> Profile {
        let mut paths = Paths::default();
        let paths = &mut paths;
        let times = self.time.0.iter().map(|time| compile_time(time, paths)).collect();
        let actors: Vec<_> = self.actors.iter().flat_map(|actor| actor.compile(paths)).collect();
        let (fields, outcome) = (self.fields.compile(paths), self.outcome.compile(paths));
        let tenants: Vec<_> = self.tenants.iter().map(|group| group.compile(paths)).collect();
        let targets: Vec<_> = self.targets.iter().map(|group| group.compile(paths)).collect();
        let links = self.links.iter().map(|link| link.compile(paths)).collect();
        let unwrap = self.unwrap.iter().map(|at| paths.slot(&at.0)).collect();
        let explode = self.explode.map(|at| paths.subtree(&at.0));
        let (paths, wrapper) = (std::mem::take(paths), self.records.0);
        let text = self.text.map(|text| text.0);
        let table = self.csv.map(|csv| csv.0);
        let Self {
            name,
            title,
            documentation,
            ids,
            nothing,
            no_tenant,
            ..
        } = self;
        let mut held = held("targets", &targets);
        held.extend(self::held("tenants", &tenants));
        held.extend(fields.held());
        let held_actors = actors.iter().flat_map(|actor: &ActorField| {
            let of = |held| (actor.label.clone(), held);
            actor.selector.held().into_iter().map(of)
        });
        let held_actors = held_actors.collect();
        Profile {
            ids: ids.unwrap_or_else(|| name.clone()),
            name,
            title,
            documentation,
            file,
            wrapper,
            text,
            table,
            paths,
            unwrap,
            explode,
            nothing,
            no_tenant,
            held,
            held_actors,
            times,
            actors,
            fields,
            outcome,
            tenants,
            input_tenant: None,
            merge: Arc::default(),
            decisions: Arc::default(),
            targets,
            links,
        }
    }
}

/// Returns the values that must be JSON for these groups to have any.
fn held(field: &str, groups: &[Group]) -> Vec<(Arc<str>, Held)> {
    let label: Arc<str> = field.into();
    groups
        .iter()
        .flat_map(Group::held)
        .map(|held| (label.clone(), held))
        .collect()
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
            parameters: many(&self.parameters, paths),
        }
    }
}

impl OutcomeSpec {
    fn compile(self, paths: &mut Paths) -> OutcomeRule {
        // Where only failures are logged as such, silence is success.
        let silence = if self.failure_if_present.is_empty() {
            Outcome::Unknown
        } else {
            Outcome::Success
        };
        OutcomeRule {
            at: many(&self.at, paths),
            success: self.success,
            failure: self.failure,
            failure_if_present: many(&self.failure_if_present, paths),
            absent: self.absent.unwrap_or(silence),
            otherwise: self.otherwise,
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
                let list = paths.slot(&list.0);
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

fn compile_time(spec: &TimeSpec, paths: &mut Paths) -> TimeRule {
    TimeRule {
        at: many(&spec.at, paths),
        formats: spec.formats.clone(),
    }
}

pub(super) fn many(specs: &[PathSpec], paths: &mut Paths) -> Vec<Selector> {
    specs.iter().map(|spec| Selector::compile(spec, paths)).collect()
}

fn something<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<PathSpec>, D::Error> {
    let paths = Vec::deserialize(deserializer)?;
    if paths.is_empty() {
        let fault = "`[fields] action` names no path: nobody could be told what was done";
        return Err(D::Error::custom(fault));
    }
    Ok(paths)
}

fn somebody<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ActorSpec>, D::Error> {
    let actors = Vec::<ActorSpec>::deserialize(deserializer)?;
    let paths = |actor: &ActorSpec| actor.id.len() + actor.key.len() + actor.email.len() + actor.user_name.len();
    if actors.iter().map(paths).sum::<usize>() == 0 {
        let fault = "no `[[actors]]` names a path: nobody could be recognised";
        return Err(D::Error::custom(fault));
    }
    Ok(actors)
}
