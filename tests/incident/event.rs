//! One thing that somebody did, before any log writes it down.

use std::borrow::Cow;

use crate::faces::{Client, Face};
use crate::rng::Rng;
use crate::targets::Target;
use crate::tenants::Tenant;

/// Whose space an event happened in.
#[derive(Clone, Copy)]
pub(crate) enum Place<'c> {
    /// Nobody's: the agent's own session, or a search over all customers.
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

/// How an action ended.
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
    /// What the log says, if it says anything.
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

/// One thing that somebody did.
#[derive(Clone)]
pub(crate) struct Event<'c> {
    /// A ULID.
    pub(crate) id: String,
    /// When.
    pub(crate) at: i64,
    /// Who, as the log has it: by way of impersonation that is the customer's user.
    pub(crate) actor: Cow<'c, Face>,
    /// Who sat at the keyboard then.
    pub(crate) impersonator: Option<&'c Face>,
    /// Where.
    pub(crate) place: Place<'c>,
    /// What.
    pub(crate) action: &'static str,
    /// To whom or what.
    pub(crate) target: Option<Target>,
    /// How it ended.
    pub(crate) outcome: Outcome,
    /// From where.
    pub(crate) client: Client,
    /// The support case.
    pub(crate) ticket: Option<String>,
    /// Why, in the agent's words.
    pub(crate) justification: Option<String>,
    /// Who recorded it.
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
