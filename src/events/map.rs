//! A record through a profile: first its time, then its actors, and only for an event in scope all the rest.

use std::{borrow::Cow, collections::BTreeSet, sync::Arc};

use super::{
    AccessEvent, Outcome, Profile, Target, TenantRef,
    capture::{Paths, Slots},
    selector::{Inner, Selector, elements},
};
use crate::{
    case::TenantId,
    records::{Refusal, RefusalReason},
    text::shortened,
    time::Timestamp,
};

/// How a field's values are compared with listed identities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matching {
    /// Identifiers and keys: byte for byte.
    Exact,
    /// E-mail addresses and user names: without case.
    Folded,
}

/// A field that names an actor.
#[derive(Debug, Clone)]
pub(super) struct ActorField {
    pub(super) label: Arc<str>,
    pub(super) matching: Matching,
    pub(super) selector: Selector,
}

/// Somebody whom a record names as an actor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named<'p, 'b> {
    /// Which kind of field: `actor.email`.
    pub label: &'p Arc<str>,
    /// How to compare it.
    pub matching: Matching,
    /// As logged.
    pub value: Cow<'b, str>,
}

/// The simple fields.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    pub(super) action: Vec<Selector>,
    pub(super) event_id: Vec<Selector>,
    pub(super) ticket: Vec<Selector>,
    pub(super) justification: Vec<Selector>,
    pub(super) ip: Vec<Selector>,
    pub(super) session: Vec<Selector>,
    pub(super) user_agent: Vec<Selector>,
}

/// What tells success from failure.
#[derive(Debug, Clone)]
pub(super) struct OutcomeRule {
    pub(super) at: Vec<Selector>,
    pub(super) success: BTreeSet<String>,
    pub(super) failure: BTreeSet<String>,
    pub(super) failure_if_present: Vec<Selector>,
}

/// Things with a type, an id and a name: at fixed places, or one for every element of a list.
#[derive(Debug, Clone)]
pub(super) enum Group {
    Once {
        kind: Vec<Selector>,
        id: Vec<Selector>,
        name: Vec<Selector>,
    },
    Each {
        list: usize,
        kind: Vec<Inner>,
        id: Vec<Inner>,
        name: Vec<Inner>,
    },
}

/// A record's body, decoded as far as its framing goes.
#[derive(Debug, Clone, Copy)]
pub enum Body<'r, 'b> {
    /// JSON text.
    Json(&'b str),
    /// The cells of a row, and where each mapped path stands among them.
    Row {
        /// From [`Profile::columns`].
        columns: &'r [Option<usize>],
        /// In the order of the header.
        cells: &'r [&'b str],
    },
}

/// One record, captured; fields are decoded when they are asked for.
pub struct Reading<'p, 'b> {
    profile: &'p Profile,
    slots: Slots<'b>,
}

impl<'p, 'b> Reading<'p, 'b> {
    /// Captures all mapped values. Refused where the body is no JSON object or a mapped member occurs twice.
    pub fn new(profile: &'p Profile, body: Body<'_, 'b>) -> Result<Self, Refusal> {
        let slots = match body {
            Body::Json(json) => profile.paths.capture(json)?,
            Body::Row { columns, cells } => Paths::pick(columns, cells),
        };
        Ok(Self { profile, slots })
    }

    /// When it happened, and the text that says so.
    pub fn time(&self) -> Result<(Timestamp, Cow<'b, str>), Refusal> {
        let Some(text) = self.first(&self.profile.time)? else {
            return Err(Refusal::new(
                RefusalReason::MissingTime,
                "no mapped time field has a value",
            ));
        };
        match self.profile.time_format.parse(&text) {
            Some(time) => Ok((time, text)),
            None => {
                let expected = self.profile.time_format.expected();
                Err(Refusal::new(
                    RefusalReason::InvalidTime,
                    format!("`{}` is not {expected}", shortened(&text, 60)),
                ))
            }
        }
    }

    /// Everybody named as an actor, in the order of the profile.
    pub fn actors(&self) -> Result<Vec<Named<'p, 'b>>, Refusal> {
        let mut named = Vec::new();
        for field in &self.profile.actors {
            let texts = field
                .selector
                .texts(&self.slots)?
                .into_iter()
                .filter(|text| self.is_something(text));
            named.extend(texts.map(|value| Named {
                label: &field.label,
                matching: field.matching,
                value,
            }));
        }
        if named.is_empty() {
            return Err(Refusal::new(
                RefusalReason::MissingActor,
                "no mapped actor field has a value",
            ));
        }
        Ok(named)
    }

    /// The whole event.
    pub fn event(&self, time: Timestamp) -> Result<AccessEvent, Refusal> {
        let fields = &self.profile.fields;
        let text = |selectors: &[Selector]| self.first(selectors).map(|text| text.map(Cow::into_owned));
        let missing = || Refusal::new(RefusalReason::MissingAction, "no mapped action field has a value");
        Ok(AccessEvent {
            event_id: text(&fields.event_id)?,
            time,
            action: text(&fields.action)?.ok_or_else(missing)?,
            tenants: self.tenants()?,
            targets: self.things(&self.profile.targets)?,
            outcome: self.outcome()?,
            ticket: text(&fields.ticket)?,
            justification: text(&fields.justification)?,
            ip: text(&fields.ip)?,
            session: text(&fields.session)?,
            user_agent: text(&fields.user_agent)?,
        })
    }

    /// The tenants it names, each once, in the order named. One without an id goes by its name.
    fn tenants(&self) -> Result<Vec<TenantRef>, Refusal> {
        let mut tenants: Vec<TenantRef> = Vec::new();
        for Target { id, name, .. } in self.things(&self.profile.tenants)? {
            let Some(id) = id.or_else(|| name.clone()) else {
                continue;
            };
            if tenants.iter().all(|tenant| tenant.id.0 != id) {
                tenants.push(TenantRef { id: TenantId(id), name });
            }
        }
        Ok(tenants)
    }

    fn things(&self, groups: &[Group]) -> Result<Vec<Target>, Refusal> {
        let mut things = Vec::new();
        for group in groups {
            match group {
                Group::Once { kind, id, name } => {
                    let text = |selectors: &[Selector]| self.first(selectors).map(|text| text.map(Cow::into_owned));
                    things.push(Target {
                        kind: text(kind)?,
                        id: text(id)?,
                        name: text(name)?,
                    });
                }
                Group::Each { list, kind, id, name } => things.extend(elements(self.slots[*list].as_ref(), |json| {
                    let text = |inners: &[Inner]| self.first_inside(inners, json);
                    Ok(vec![Target {
                        kind: text(kind)?,
                        id: text(id)?,
                        name: text(name)?,
                    }])
                })?),
            }
        }
        things.retain(|thing| *thing != Target::default());
        Ok(things)
    }

    fn outcome(&self) -> Result<Outcome, Refusal> {
        let rule = &self.profile.outcome;
        if self.first(&rule.failure_if_present)?.is_some() {
            return Ok(Outcome::Failure);
        }
        let said = |words: &BTreeSet<String>, text: &str| words.iter().any(|word| word.eq_ignore_ascii_case(text));
        Ok(match self.first(&rule.at)? {
            Some(text) if said(&rule.success, &text) => Outcome::Success,
            Some(text) if said(&rule.failure, &text) => Outcome::Failure,
            // Where only failures are logged as such, silence is success.
            None if !rule.failure_if_present.is_empty() => Outcome::Success,
            _ => Outcome::Unknown,
        })
    }

    /// The first value that is not nothing.
    fn first(&self, selectors: &[Selector]) -> Result<Option<Cow<'b, str>>, Refusal> {
        for selector in selectors {
            if let Some(text) = selector
                .texts(&self.slots)?
                .into_iter()
                .find(|text| self.is_something(text))
            {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    fn first_inside(&self, inners: &[Inner], json: &str) -> Result<Option<String>, Refusal> {
        for inner in inners {
            if let Some(text) = inner.texts(json)?.into_iter().find(|text| self.is_something(text)) {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    /// Whether a text is a value: not empty, and not one of those that mean nothing in this kind of log.
    fn is_something(&self, text: &str) -> bool {
        !text.is_empty() && !self.profile.nothing.contains(text)
    }
}

#[cfg(test)]
mod tests;
