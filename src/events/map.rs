//! A record through a profile: first its time, then its actors, and only for an event in scope all
//! the rest.

use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
    iter::repeat_n,
    sync::Arc,
};

use bytesize::ByteSize;
use serde_json::value::RawValue;
use smallvec::{SmallVec, smallvec};

use serde::{Deserialize, Serialize};

use super::{
    AccessEvent, Profile, Target, TenantRef,
    capture::{Paths, Slots},
    group::Group,
    links::LinkRule,
    selector::{Held, Selector, Texts, elements},
    time,
    value::{Value, canonical_json},
    wrapped,
};
use crate::{
    case::{InputTenant, TenantId},
    records::{Refusal, RefusalReason, TextField},
    text::{shortened, trimmed},
    time::Timestamp,
};

/// The way in which a field's values are compared with listed identities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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

/// An actor that a record names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named<'p, 'b> {
    /// Kind of field: `actor.email`.
    pub label: &'p Arc<str>,
    /// Comparison with listed identities.
    pub matching: Matching,
    /// Value as logged.
    pub value: Cow<'b, str>,
}

impl Named<'_, '_> {
    /// Whether it is the identifier of a credential.
    pub fn is_key(&self) -> bool {
        self.label.ends_with(".key")
    }
}

/// Values of an event that scopes may set conditions on. Each list has every value that the record
/// has for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traits {
    /// Its sessions.
    pub sessions: Vec<String>,
    /// Addresses.
    pub ips: Vec<String>,
    /// Programs.
    pub user_agents: Vec<String>,
    /// Identifiers of the credentials used.
    pub keys: Vec<String>,
    /// Its code.
    pub actions: Vec<String>,
}

impl Traits {
    /// Returns those of an event, without the keys, which it does not have.
    pub fn of(event: &AccessEvent) -> Self {
        let one = |text: &Option<String>| text.iter().map(|text| trimmed(text).to_owned()).collect();
        Self {
            sessions: one(&event.session),
            ips: one(&event.ip),
            user_agents: one(&event.user_agent),
            keys: Vec::new(),
            actions: vec![trimmed(&event.action).to_owned()],
        }
    }
}

/// Memory for the events of one record, in bytes. It is separate from the memory for events in
/// scope, which must not affect any answer, and suffices for hundreds of thousands of usual events.
const TOGETHER: usize = 256 << 20;

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
    pub(super) parameters: Vec<Selector>,
}

impl Fields {
    /// All of them, by name.
    pub(super) fn named(&self) -> [(&'static str, &[Selector]); 8] {
        [
            ("action", &self.action),
            ("event_id", &self.event_id),
            ("ticket", &self.ticket),
            ("justification", &self.justification),
            ("ip", &self.ip),
            ("session", &self.session),
            ("user_agent", &self.user_agent),
            ("parameters", &self.parameters),
        ]
    }

    /// Returns the values that must be JSON for a field to have one, by the name of the field.
    pub(super) fn held(&self) -> Vec<(Arc<str>, Held)> {
        let held = |(name, selectors): (&str, &[Selector])| {
            let label: Arc<str> = name.into();
            let held: Vec<_> = selectors.iter().flat_map(Selector::held).collect();
            held.into_iter().map(move |held| (label.clone(), held))
        };
        self.named().into_iter().flat_map(held).collect()
    }
}

/// A value of a record that an event could not be made of, and that is no reason to refuse it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Remark {
    /// A field reads JSON inside of a value that holds none.
    Unreadable {
        /// Field of the profile: `targets`, `actor.id`.
        field: Arc<str>,
        /// Path of the value: `/details`.
        path: String,
    },
    /// A word that names no tenant stands where the tenant is expected.
    NoTenant {
        /// Word as logged.
        word: String,
    },
    /// The event names another tenant than the case states for its input.
    OtherTenant {
        /// Tenant that the case states.
        stated: TenantId,
        /// Tenants that the event names, in id order.
        named: Vec<TenantId>,
        /// Whether the tenant of the case overrules the event.
        overruled: bool,
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
    /// The fields of a record of text.
    Text(&'b [TextField<'b>]),
}

/// One record, captured; fields are decoded when they are asked for.
pub struct Reading<'p, 'b> {
    profile: &'p Profile,
    slots: Slots<'b>,
    /// Whether half a surrogate pair may have stood in what the event was unwrapped from.
    halved: bool,
    /// The words that stood for no tenant when the event was read.
    no_tenants: RefCell<Vec<String>>,
    /// That it names another tenant than the case states.
    other_tenant: Cell<Option<Box<Remark>>>,
}

impl<'p, 'b> Reading<'p, 'b> {
    /// Captures all mapped values. Refused where the body is no JSON object or a mapped member
    /// occurs twice.
    pub fn new(profile: &'p Profile, body: Body<'_, 'b>) -> Result<Self, Refusal> {
        let slots = match body {
            Body::Json(json) => profile.paths.capture(json)?,
            Body::Row { columns, cells } => Paths::pick(columns, cells),
            Body::Text(fields) => profile.paths.capture_fields(fields)?,
        };
        let reading = Self {
            profile,
            slots,
            halved: false,
            no_tenants: RefCell::default(),
            other_tenant: Cell::default(),
        };
        if profile.unwrap.is_empty() {
            return Ok(reading);
        }
        reading.unwrapped()
    }

    /// Returns the captured values.
    pub(super) fn slots(&self) -> &Slots<'b> {
        &self.slots
    }

    /// The event inside the record, where it is wrapped; what should be an object there and is none
    /// is a refusal.
    fn unwrapped(self) -> Result<Self, Refusal> {
        let held = |&slot: &usize| Some((slot, self.slots[slot].as_ref()?.text()?));
        let mut held = self.profile.unwrap.iter().filter_map(held);
        let Some((slot, text)) = held.find(|(_, text)| self.is_something(text.trim())) else {
            return self.not_wrapped();
        };
        let paths = &self.profile.paths;
        let inside =
            |refusal: Refusal| Refusal::new(refusal.reason, format!("in `{}`: {}", paths.name(slot), refusal.detail));
        let text = match wrapped::of_bytes(&text) {
            Some(decoded) => decoded.map_err(inside)?.into(),
            None => text,
        };
        let inside = |refusal: Refusal| {
            let is_member = matches!(self.slots[slot], Some(Value::Json(_)));
            let broken = matches!(
                refusal.reason,
                RefusalReason::MalformedJson | RefusalReason::NotAnObject
            );
            let advice = (is_member && broken)
                .then(|| wrapped::advice(&text, paths.pointer(slot)))
                .flatten();
            inside(match advice {
                Some(advice) => Refusal::new(refusal.reason, format!("{}; {advice}", refusal.detail)),
                None => refusal,
            })
        };
        let slots = match &text {
            Cow::Borrowed(json) => paths.capture(json).map_err(inside)?,
            Cow::Owned(json) => paths
                .capture(json)
                .map_err(inside)?
                .into_iter()
                .map(|slot| slot.map(Value::into_owned))
                .collect(),
        };
        let halved = self.slots[slot].as_ref().is_some_and(Value::may_hold_half_a_pair);
        Ok(Self { slots, halved, ..self })
    }

    /// A record that is itself the event. A row whose cell for the event is empty is none: the cell
    /// was lost.
    fn not_wrapped(self) -> Result<Self, Refusal> {
        let empty = |slot: &&usize| matches!(self.slots[**slot], Some(Value::Cell(_)));
        match self.profile.unwrap.iter().find(empty) {
            None => Ok(self),
            Some(&slot) => Err(Refusal::new(
                RefusalReason::MalformedJson,
                format!(
                    "the cell `{}`, which holds the event, is empty",
                    self.profile.paths.name(slot)
                ),
            )),
        }
    }

    /// The events of a record that holds several, in order; each with an element of the list in the
    /// list's place. None for a record that is itself its one event, also where the list is missing
    /// or empty.
    pub fn parts(&self) -> Result<Option<Vec<Self>>, Refusal> {
        let Some(explode) = &self.profile.explode else {
            return Ok(None);
        };
        // Each event has what the whole record says, so a record may hold far more than its bytes.
        let whole: usize = self.slots.iter().flatten().map(Value::len).sum();
        let list = self.slots[explode.list].as_ref().map_or(0, Value::len);
        let shared = whole - list + size_of_val(&self.slots[..]);
        let taken = Cell::new(0);
        let part = |element: &str| {
            taken.set(taken.get() + shared + element.len());
            if taken.get() > TOGETHER {
                let detail = format!(
                    "the events in it would take more than {} together",
                    ByteSize::b(TOGETHER as u64)
                );
                return Err(Refusal::new(RefusalReason::TooManyEvents, detail));
            }
            let slots = explode.replaced(&self.slots, element)?;
            Ok(vec![Self {
                profile: self.profile,
                slots,
                halved: self.halved,
                no_tenants: RefCell::default(),
                other_tenant: Cell::default(),
            }])
        };
        let parts = elements(self.slots[explode.list].as_ref(), part)?;
        Ok((!parts.is_empty()).then_some(parts))
    }

    /// The rules for links of its profile.
    pub(super) fn links(&self) -> &'p [LinkRule] {
        &self.profile.links
    }

    /// Returns the values that scopes may set conditions on: every value of the fields, and the
    /// keys among those named.
    pub fn traits(&self, named: &[Named<'_, '_>]) -> Result<Traits, Refusal> {
        let fields = &self.profile.fields;
        let values = |selectors: &[Selector]| -> Result<Vec<String>, Refusal> {
            let mut values = Vec::new();
            for selector in selectors {
                let texts = selector.texts(&self.slots)?.into_iter();
                let texts = texts.filter(|text| self.is_something(text));
                for text in texts {
                    // Each element of a list counts. What is no list of values counts as it stands.
                    let elements = scalars(Cow::Borrowed(&*text)).unwrap_or_else(|_| smallvec![Cow::Borrowed(&*text)]);
                    values.extend(elements.iter().map(|text| trimmed(text).to_owned()));
                }
            }
            Ok(values)
        };
        let keys = named.iter().filter(|name| name.is_key());
        Ok(Traits {
            sessions: values(&fields.session)?,
            ips: values(&fields.ip)?,
            user_agents: values(&fields.user_agent)?,
            keys: keys.map(|name| trimmed(&name.value).to_owned()).collect(),
            // An event has one action.
            actions: self
                .text(&fields.action)?
                .iter()
                .map(|action| trimmed(action).to_owned())
                .collect(),
        })
    }

    /// The session alone.
    pub fn session(&self) -> Result<Option<String>, Refusal> {
        self.text(&self.profile.fields.session)
    }

    /// Returns the time of the event, and the text that states it.
    pub fn time(&self) -> Result<(Timestamp, Cow<'b, str>), Refusal> {
        for rule in &self.profile.times {
            let Some(text) = self.first(&rule.at)? else {
                continue;
            };
            return match time::parse(&rule.formats, &text) {
                Ok(time) => Ok((time, text)),
                Err(fault) => {
                    let hint = match fault {
                        time::Fault::Meaning(_) => String::new(),
                        time::Fault::Form(_) | time::Fault::Implausible(_) => time::hint(&text),
                    };
                    let reason = match fault {
                        time::Fault::Form(_) | time::Fault::Meaning(_) => RefusalReason::InvalidTime,
                        time::Fault::Implausible(_) => RefusalReason::ImplausibleTime,
                    };
                    let words = fault.into_words();
                    Err(Refusal::new(
                        reason,
                        format!("`{}` {words}{hint}", shortened(&text, 60)),
                    ))
                }
            };
        }
        let missing = "no mapped time field has a value";
        let is_null = |slot: &&usize| self.slots[**slot].as_ref().is_some_and(|value| value.text().is_none());
        let detail = match self.profile.unwrap.iter().find(is_null) {
            Some(slot) => format!(
                "{missing}; `{}`, which holds the event, is null: export it whole (from journald with `journalctl --all -o json`)",
                self.profile.paths.name(*slot)
            ),
            None => missing.to_owned(),
        };
        Err(Refusal::new(RefusalReason::MissingTime, detail))
    }

    /// Everybody named as an actor, in the order of the profile.
    pub fn actors(&self) -> Result<Vec<Named<'p, 'b>>, Refusal> {
        let mut named = Vec::new();
        // A constant applies only where the log names no actor. It comes last, wherever the profile
        // has it.
        let is_constant = |field: &&ActorField| matches!(field.selector, Selector::Constant(_));
        let fields = self.profile.actors.iter();
        for field in fields
            .clone()
            .filter(|field| !is_constant(field))
            .chain(fields.filter(is_constant))
        {
            if is_constant(&field) && !named.is_empty() {
                continue;
            }
            for text in field.selector.texts(&self.slots)? {
                let texts = scalars(text)?.into_iter().filter(|text| self.is_something(text));
                named.extend(texts.map(|value| Named {
                    label: &field.label,
                    matching: field.matching,
                    value,
                }));
            }
        }
        self.distinct(named.iter().map(|named| &*named.value))?;
        if named.is_empty() {
            return Err(Refusal::new(
                RefusalReason::MissingActor,
                "no mapped actor field has a value",
            ));
        }
        Ok(named)
    }

    /// Returns whether a mapped action field has a value.
    pub fn has_action(&self) -> bool {
        matches!(self.text(&self.profile.fields.action), Ok(Some(_)))
    }

    /// Returns the action alone.
    pub fn action(&self) -> Result<Option<String>, Refusal> {
        self.text(&self.profile.fields.action)
    }

    /// The whole event.
    pub fn event(&self, time: Timestamp) -> Result<AccessEvent, Refusal> {
        let fields = &self.profile.fields;
        let text = |selectors: &[Selector]| self.text(selectors);
        let missing = || Refusal::new(RefusalReason::MissingAction, "no mapped action field has a value");
        let event_id = text(&fields.event_id)?;
        self.distinct(event_id.as_deref().into_iter())?;
        let mut tenants = self.tenants()?;
        if tenants.is_empty() {
            tenants = self.profile.decided(event_id.as_deref());
        }
        Ok(AccessEvent {
            event_id,
            time,
            action: text(&fields.action)?.ok_or_else(missing)?,
            tenants,
            targets: self.things(&self.profile.targets)?,
            outcome: self.profile.outcome.outcome(self)?,
            ticket: text(&fields.ticket)?,
            justification: text(&fields.justification)?,
            ip: text(&fields.ip)?,
            session: text(&fields.session)?,
            user_agent: text(&fields.user_agent)?,
            parameters: text(&fields.parameters)?.map(|json| canonical_json(&json)),
        })
    }

    /// The tenants of the event: those that it names, else the one that the case states. Where that
    /// overrules, it alone.
    fn tenants(&self) -> Result<Vec<TenantRef>, Refusal> {
        let named = self.named_tenants()?;
        let Some(InputTenant { id, overrules }) = &self.profile.input_tenant else {
            return Ok(named);
        };
        if named.iter().any(|tenant| tenant.id != *id) {
            self.other_tenant.set(Some(Box::new(Remark::OtherTenant {
                stated: id.clone(),
                named: named.iter().map(|tenant| tenant.id.clone()).collect(),
                overruled: *overrules,
            })));
        }
        if *overrules || named.is_empty() {
            let own = named.into_iter().find(|tenant| tenant.id == *id);
            return Ok(vec![own.unwrap_or_else(|| TenantRef {
                id: id.clone(),
                name: None,
                logged: None,
            })]);
        }
        Ok(named)
    }

    /// The tenants it names, each once, in id order; of several names for one the first. One
    /// without an id goes by its name, in a form that no id has: customers choose their names, and
    /// one must not be able to take another's id for it.
    fn named_tenants(&self) -> Result<Vec<TenantRef>, Refusal> {
        let things = self.things(&self.profile.tenants)?;
        let mut tenants: Vec<TenantRef> = Vec::with_capacity(things.len());
        for Target { id, name, .. } in things {
            let name = name.filter(|name| self.is_tenant(name));
            let ids = match (id, &name) {
                (Some(id), _) if !self.is_tenant(&id) => match &name {
                    Some(name) => smallvec![Cow::Owned(format!("name:{name}"))],
                    None => Texts::new(),
                },
                (Some(id), _) => scalars(Cow::Owned(id))?
                    .into_iter()
                    .filter(|id| self.is_tenant(id))
                    .collect(),
                (None, Some(name)) => smallvec![Cow::Owned(format!("name:{name}"))],
                (None, None) => Texts::new(),
            };
            let names = repeat_n(name, ids.len());
            let ids = ids.into_iter().map(|id| TenantId(id.into_owned()));
            tenants.extend(ids.zip(names).map(|(id, name)| self.profile.tenant(id, name)));
        }
        self.distinct(tenants.iter().map(|tenant| &*tenant.id.0))?;
        // A record may name a million tenants, so the duplicates are found by sorting.
        tenants.sort_by(|a, b| a.id.cmp(&b.id));
        tenants.dedup_by(|later, first| {
            let same = later.id == first.id;
            if same {
                first.join(later);
            }
            same
        });
        // Millions of events are kept, each with room for what it holds and no more.
        tenants.shrink_to_fit();
        Ok(tenants)
    }

    /// Whether a text names a tenant. A word that does not is remembered.
    fn is_tenant(&self, text: &str) -> bool {
        let word = self.profile.no_tenant.has(text);
        if word {
            self.no_tenants.borrow_mut().push(text.to_owned());
        }
        !word
    }

    /// Returns the values that could not be read: those of the actors, and those of the event if it
    /// was read.
    pub fn remarks(&self, event: bool) -> Vec<Remark> {
        let of_event = self.profile.held.iter().filter(|_| event);
        let held = of_event.chain(&self.profile.held_actors);
        let unreadable = held.filter(|(_, held)| {
            let value = self.slots[held.slot].as_ref();
            let something = value.filter(|value| value.text().is_some_and(|text| self.is_something(&text)));
            something.is_some_and(|value| held.is_unreadable(value))
        });
        let mut remarks: Vec<_> = unreadable
            .map(|(field, held)| Remark::Unreadable {
                field: field.clone(),
                path: format!("/{}", self.profile.paths.name(held.slot)),
            })
            .collect();
        remarks.extend(self.no_tenants.take().into_iter().map(|word| Remark::NoTenant { word }));
        remarks.extend(self.other_tenant.take().map(|remark| *remark));
        remarks.sort_unstable();
        remarks.dedup();
        remarks
    }

    fn things(&self, groups: &[Group]) -> Result<Vec<Target>, Refusal> {
        let mut things = Vec::new();
        for group in groups {
            let more = group.things(self, &self.slots)?;
            // As with tenants.
            things.reserve_exact(more.len());
            things.extend(more);
        }
        Ok(things)
    }

    /// The first value that is not nothing.
    pub(super) fn first(&self, selectors: &[Selector]) -> Result<Option<Cow<'b, str>>, Refusal> {
        for selector in selectors {
            // The usual path, at once.
            if let Selector::Slot(slot) = selector {
                let text = self.slots[*slot].as_ref().and_then(Value::text);
                match text.filter(|text| self.is_something(text)) {
                    None => continue,
                    some => return Ok(some),
                }
            }
            let mut texts = selector.texts(&self.slots)?.into_iter();
            if let Some(text) = texts.find(|text| self.is_something(text)) {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    /// Every value of the first selector that has one that is not nothing.
    pub(super) fn all(&self, selectors: &[Selector]) -> Result<SmallVec<[String; 1]>, Refusal> {
        for selector in selectors {
            let texts = selector.texts(&self.slots)?.into_iter();
            let texts: SmallVec<[String; 1]> = texts
                .filter(|text| self.is_something(text))
                .map(Cow::into_owned)
                .collect();
            if !texts.is_empty() {
                return Ok(texts);
            }
        }
        Ok(SmallVec::new())
    }

    /// Like [`Self::first`], as an owned text.
    pub(super) fn text(&self, selectors: &[Selector]) -> Result<Option<String>, Refusal> {
        Ok(self.first(selectors)?.map(Cow::into_owned))
    }

    /// Refuses identities where half a surrogate pair may stand: replaced, one would be the same as
    /// another.
    fn distinct<'t>(&self, mut identities: impl Iterator<Item = &'t str>) -> Result<(), Refusal> {
        let is_replaced = |identity: &&str| !identity.is_ascii() && identity.contains(char::REPLACEMENT_CHARACTER);
        let Some(replaced) = identities.find(is_replaced) else {
            return Ok(());
        };
        if !self.halved && !self.slots.iter().flatten().any(Value::may_hold_half_a_pair) {
            return Ok(());
        }
        let detail = format!(
            "`{}` may hold half a surrogate pair, and could not be told from others",
            shortened(replaced, 60)
        );
        Err(Refusal::new(RefusalReason::NotAName, detail))
    }

    /// Whether a text is a value: not empty, and not one of those that mean nothing in this kind of
    /// log.
    pub(super) fn is_something(&self, text: &str) -> bool {
        self.profile.nothing.is_not(text)
    }
}

/// First characters of a text that may be a list or an object.
pub(super) const HOLDS_OTHERS: [char; 2] = ['[', '{'];

/// Returns the name, or each element of a list of names. An object is no name, since it is unknown
/// which of its members would be one.
fn scalars(text: Cow<'_, str>) -> Result<Texts<'_>, Refusal> {
    if !text.starts_with(HOLDS_OTHERS) {
        return Ok(smallvec![text]);
    }
    // The elements stay as written: as a float, a long number would be another one.
    let json = Value::Json(Cow::Borrowed(&text));
    let names = match serde_json::from_str::<Vec<&RawValue>>(&text) {
        Ok(names) if names.iter().all(|name| !name.get().starts_with(['[', '{'])) => names,
        Err(_) if json.parsed().is_none() => return Ok(smallvec![text]),
        _ => {
            let detail = format!("`{}` stands where a name is expected", shortened(&text, 60));
            return Err(Refusal::new(RefusalReason::NotAName, detail));
        }
    };
    let own = |name: &RawValue| Value::Json(Cow::Borrowed(name.get())).text().map(Cow::into_owned);
    Ok(names.into_iter().filter_map(own).map(Cow::Owned).collect())
}

#[cfg(test)]
mod tests;
