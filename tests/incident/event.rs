//! An event of the incident, before any log records it.

use std::borrow::Cow;

use crate::faces::{Client, Face};
use crate::rng::Rng;
use crate::targets::Target;
use crate::tenants::Tenant;

/// The tenant in which an event happened.
#[derive(Clone, Copy)]
pub(crate) enum Place<'c> {
    /// Outside any tenant: the agent's own session, or a search over all tenants.
    Nowhere,
    /// One customer's.
    One(&'c Tenant),
    /// Two customers' at once.
    Two([&'c Tenant; 2]),
}

impl<'c> Place<'c> {
    /// The customers, none to two.
    pub(crate) fn tenants(&self) -> &[&'c Tenant] {
        match self {
            Self::Nowhere => &[],
            Self::One(tenant) => std::slice::from_ref(tenant),
            Self::Two(both) => both,
        }
    }
}

/// The outcome of an action.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It worked.
    Success,
    /// It did not.
    Failure,
    /// The log says null.
    Null,
    /// The log does not say.
    Absent,
}

impl Outcome {
    /// Returns the logged text of the outcome, if it is logged.
    pub(crate) const fn text(self) -> Option<&'static str> {
        match self {
            Self::Success => Some("success"),
            Self::Failure => Some("failure"),
            Self::Null | Self::Absent => None,
        }
    }
}

/// Which export jobs saw an event.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Jobs {
    /// Each one that covers its day.
    All,
    /// Only the JSON Lines job.
    Jsonl,
    /// Only the CSV job.
    Csv,
    /// The JSON Lines job alone, which inserts it by its time into the finished order of lines.
    Placed,
}

/// Third parties that a target or a text names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// Third parties are not named.
    Nobody,
    /// A listed agent who did not do it.
    Agent,
    /// Another customer than the one it happened to.
    Customer,
}

/// An event of the incident.
#[derive(Clone)]
pub(crate) struct Event<'c> {
    /// A ULID.
    pub(crate) id: String,
    /// Time of the event.
    pub(crate) at: i64,
    /// Actor as logged. During an impersonation this is the tenant's user.
    pub(crate) actor: Cow<'c, Face>,
    /// Person who performed an impersonation.
    pub(crate) impersonator: Option<&'c Face>,
    /// Tenant of the event.
    pub(crate) place: Place<'c>,
    /// Code of the action.
    pub(crate) action: &'static str,
    /// To whom or what.
    pub(crate) target: Option<Target>,
    /// Outcome of the action.
    pub(crate) outcome: Outcome,
    /// From where.
    pub(crate) client: Client,
    /// The support case.
    pub(crate) ticket: Option<String>,
    /// Justification in the agent's words.
    pub(crate) justification: Option<String>,
    /// Export jobs that recorded the event.
    pub(crate) jobs: Jobs,
    /// Whether another event bears the same id.
    pub(crate) contested: bool,
    /// Third parties that its target and texts name.
    pub(crate) names: Names,
    /// Id of the event that began the impersonation, on its start and its end.
    pub(crate) impersonation: Option<String>,
    /// Whether the JSON form writes the `@` of the actor's address as an escape.
    pub(crate) escaped: bool,
}

impl Event<'_> {
    /// The person at the keyboard.
    pub(crate) fn face(&self) -> &Face {
        self.impersonator.unwrap_or(&self.actor)
    }

    /// The agent of a scope who did it.
    pub(crate) fn agent(&self) -> Option<usize> {
        self.impersonator.and_then(|face| face.agent).or(self.actor.agent)
    }

    /// The impersonation that the event begins or ends; `begun` is the one that lasts.
    pub(crate) fn tie(&self, begun: &mut Option<String>) -> Option<String> {
        match self.action {
            "user.impersonate.start" => {
                *begun = Some(self.id.clone());
                begun.clone()
            }
            "user.impersonate.end" => begun.take(),
            _ => None,
        }
    }

    /// Whether the CSV form has columns for it.
    pub(crate) fn fits_csv(&self) -> bool {
        self.impersonator.is_none() && !matches!(self.place, Place::Two(_))
    }
}

/// A ULID: ten characters of time, sixteen of chance.
pub(crate) fn ulid(at: i64, rng: &mut Rng) -> String {
    const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut time = [0; 10];
    let mut left = at;
    for digit in time.iter_mut().rev() {
        *digit = CROCKFORD[usize::try_from(left % 32).expect("after 1970")];
        left /= 32;
    }
    rng.text(std::str::from_utf8(&time).expect("ASCII"), 16, CROCKFORD)
}
