//! Judgement: pure functions that compare one event with the windows and agents of every scope at
//! once. Nothing is counted or stored here.
//!
//! The order is window, then actor, then conditions. The tenant and the ticket of an event never
//! decide.

mod addresses;
mod borders;
mod census;
mod derived;
mod filter;
mod forms;
mod fragments;
mod identities;
mod lookup;
mod margins;
mod mentions;
mod odd;
mod roster;
mod shapes;
mod terms;
mod ties;

use smallvec::SmallVec;

use serde::{Deserialize, Serialize};

use crate::{
    case::{Agent, Conditions, Scope},
    events::{Named, Traits},
    seal::Nonces,
    time::{Timestamp, Window},
};

pub use addresses::needles_of;
pub use census::{ActorNames, Actors, Census};
pub use derived::{DerivedName, DerivedNames};
pub use forms::{Form, Forms, Relation};
pub use identities::{Identities, Standing};
pub use margins::{LOOK_BACK_DAYS, MARGIN_HOURS, moved};
pub(crate) use odd::Odd;
pub use roster::{MetActor, PROVISIONAL, Roster};
pub use ties::TieFilter;

/// The scopes that an event is in, as bits in the order of the case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ScopeMask(pub u64);

impl ScopeMask {
    /// Returns whether the scope at this position of the case is in the mask.
    pub fn contains(self, scope: usize) -> bool {
        scope < 64 && self.0 & (1 << scope) != 0
    }

    /// Returns whether the mask is empty.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the scopes in either mask.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns the scopes in both masks.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl FromIterator<usize> for ScopeMask {
    fn from_iter<I: IntoIterator<Item = usize>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |mask, scope| mask | (1 << scope)))
    }
}

/// The listed agent to whom an event is attributed, and the scopes that contain it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribution {
    /// Position in the case's agents.
    pub agent: usize,
    /// Position of the matching field among the named actors.
    pub named: usize,
    /// Scopes that contain the event, at least one.
    pub scopes: ScopeMask,
}

/// The number of the listed identity that each named actor is. Few records name more than four.
pub type Listed = SmallVec<[Option<usize>; 4]>;

/// The scopes of a case, ready to judge.
#[derive(Debug)]
pub struct ScopeSet {
    scopes: Vec<Scope>,
    /// Scopes of each agent.
    by_agent: Vec<ScopeMask>,
    identities: Identities,
    forms: Forms,
    /// Whether, for each agent, names derived from its identities count as its own.
    derives: Vec<bool>,
    /// Derived names in records.
    pub derived: DerivedNames,
    /// Time from the beginning of the first window to the end of the last one.
    hull: Option<Window>,
    /// The time around the windows.
    margins: margins::Margins,
    /// Instants at which a window ends.
    ends: SmallVec<[Timestamp; 4]>,
    /// Open scopes.
    open: ScopeMask,
    /// Whether any scope sets a condition.
    conditional: bool,
    /// Actors of events in open scopes.
    pub roster: Roster,
    /// Keys by which records in scope are sealed. `None` in a scan without `agents.lock`, which
    /// states no commitment.
    pub nonces: Option<Nonces>,
}

impl ScopeSet {
    /// Prepares the scopes over these agents.
    pub fn compile(scopes: &[Scope], agents: &[Agent]) -> Self {
        let has = |scope: usize, agent: usize| scopes[scope].agents.binary_search(&agent).is_ok();
        let of = |agent: usize| (0..scopes.len()).filter(|&scope| has(scope, agent)).collect();
        let identities = Identities::new(agents);
        Self {
            scopes: scopes.to_vec(),
            by_agent: (0..agents.len()).map(of).collect(),
            forms: Forms::new(&identities),
            derives: agents.iter().map(|agent| agent.derived).collect(),
            derived: DerivedNames::default(),
            identities,
            hull: hull(scopes),
            margins: margins::Margins::new(scopes, agents.len(), agents.iter().any(|agent| agent.derived)),
            ends: ends(scopes),
            open: (0..scopes.len()).filter(|&scope| scopes[scope].open).collect(),
            conditional: scopes.iter().any(|scope| !scope.conditions.is_empty()),
            roster: Roster::default(),
            nonces: None,
        }
    }

    /// Seals the records in scope under these nonces.
    #[must_use]
    pub fn sealing(self, nonces: Option<Nonces>) -> Self {
        Self { nonces, ..self }
    }

    /// Returns the window of every scope.
    pub fn windows(&self) -> impl Iterator<Item = Window> {
        self.scopes.iter().map(|scope| scope.window)
    }

    /// Returns the scopes.
    pub fn each(&self) -> &[Scope] {
        &self.scopes
    }

    /// Returns the open scopes.
    pub fn open(&self) -> ScopeMask {
        self.open
    }

    /// Returns whether any scope sets a condition.
    pub fn is_conditional(&self) -> bool {
        self.conditional
    }

    /// Returns the listed identities.
    pub fn identities(&self) -> &Identities {
        &self.identities
    }

    /// Returns the detection of names made of listed identities.
    pub fn forms(&self) -> &Forms {
        &self.forms
    }

    /// Returns whether any scope has this agent.
    pub fn has(&self, agent: usize) -> bool {
        !self.by_agent[agent].is_empty()
    }

    /// Returns the scopes whose window contains the instant.
    pub fn at(&self, time: Timestamp) -> ScopeMask {
        if !self.hull.is_some_and(|hull| hull.contains(time)) {
            return ScopeMask::default();
        }
        (0..self.scopes.len())
            .filter(|&scope| self.scopes[scope].window.contains(time))
            .collect()
    }

    /// Returns whether a window ends at the instant. A window does not contain its end.
    pub fn is_end(&self, time: Timestamp) -> bool {
        self.ends.contains(&time)
    }

    /// Returns the scopes whose window ends at the instant.
    pub fn ending_at(&self, time: Timestamp) -> ScopeMask {
        if !self.is_end(time) {
            return ScopeMask::default();
        }
        (0..self.scopes.len())
            .filter(|&scope| self.scopes[scope].window.until == time)
            .collect()
    }

    /// Returns whether an event of an agent may be in scope, that is, whether a scope has the agent
    /// and its window contains the time, if the time is known.
    pub fn may_hold(&self, agent: usize, time: Option<Timestamp>) -> bool {
        let scopes = self.by_agent[agent];
        !time.map_or(scopes, |time| scopes.and(self.at(time))).is_empty()
    }

    /// Returns for each named actor the number of the listed identity that it is.
    pub fn listed(&self, named: &[Named<'_, '_>]) -> Listed {
        let find = |actor: &Named<'_, '_>| self.identities.find(actor.matching, &actor.value);
        named.iter().map(find).collect()
    }

    /// Attributes the event to the first named actor who is listed and belongs to one of these
    /// scopes. The scopes are those of all named agents, so that an agent who acts through another
    /// agent's account loses no scope. `listed` is the result of [`Self::listed`].
    pub fn attribute(&self, within: ScopeMask, listed: &[Option<usize>]) -> Option<Attribution> {
        let mut found: Option<Attribution> = None;
        for (at, identity) in listed.iter().enumerate() {
            let Some(agent) = identity.map(|identity| self.identities.agent(identity)) else {
                continue;
            };
            let scopes = self.by_agent[agent].and(within);
            if scopes.is_empty() {
                continue;
            }
            let first = found.get_or_insert(Attribution {
                agent,
                named: at,
                scopes,
            });
            first.scopes.0 |= scopes.0;
        }
        found
    }

    /// Returns those of these scopes, which are scopes by agents, whose conditions do not rule out
    /// the event.
    pub fn narrowed(&self, scopes: ScopeMask, traits: &Traits) -> ScopeMask {
        let stays = |&scope: &usize| scopes.contains(scope) && allows(&self.scopes[scope].conditions, traits);
        (0..self.scopes.len()).filter(stays).collect()
    }

    /// Returns the open ones of these scopes of which the event meets all conditions.
    pub fn met(&self, scopes: ScopeMask, traits: &Traits) -> ScopeMask {
        let open = scopes.and(self.open);
        let met = |&scope: &usize| open.contains(scope) && meets(&self.scopes[scope].conditions, traits);
        (0..self.scopes.len()).filter(met).collect()
    }

    /// Returns the conditions by which these scopes contain an event that meets them, each once, in
    /// the order of [`Conditions::lists`], and the listed keys that the event has.
    pub fn met_by(&self, scopes: ScopeMask, traits: &Traits) -> (Vec<&'static str>, Vec<String>) {
        let own = || (0..self.scopes.len()).filter(|&scope| scopes.contains(scope));
        let lists = Conditions::default();
        let given = |name: &str| own().any(|scope| is_given(&self.scopes[scope].conditions, name));
        let by = lists.lists().into_iter().map(|(name, _)| name);
        let mut keys: Vec<String> = own()
            .flat_map(|scope| &self.scopes[scope].conditions.keys)
            .map(|key| key.trim())
            .filter(|key| traits.keys.iter().any(|own| own == key))
            .map(str::to_owned)
            .collect();
        keys.sort_unstable();
        keys.dedup();
        (by.filter(|name| given(name)).collect(), keys)
    }
}

fn is_given(conditions: &Conditions, name: &str) -> bool {
    let lists = conditions.lists();
    lists.iter().any(|(own, list)| *own == name && !list.is_empty())
}

/// Returns whether conditions allow an event. A value that is not logged rules nothing out.
pub fn allows(conditions: &Conditions, traits: &Traits) -> bool {
    verdicts(conditions, traits).all(|verdict| verdict != Some(false))
}

/// Returns whether an event meets all conditions. A value that is not logged does not meet one.
pub fn meets(conditions: &Conditions, traits: &Traits) -> bool {
    verdicts(conditions, traits).all(|verdict| verdict == Some(true))
}

/// Returns for each condition that is set whether the event meets it, or `None` if the log does not
/// say.
fn verdicts(conditions: &Conditions, traits: &Traits) -> impl Iterator<Item = Option<bool>> {
    let Conditions {
        sessions,
        ips,
        user_agents,
        keys,
        actions,
    } = conditions;
    let verdict = |listed: &[String], own: &[String], same: fn(&str, &str) -> bool| {
        let any = |own: &String| listed.iter().any(|one| same(one, own));
        (!listed.is_empty()).then(|| (!own.is_empty()).then(|| own.iter().any(any)))
    };
    let exactly = |listed: &str, own: &str| listed.trim() == own;
    [
        verdict(sessions, &traits.sessions, exactly),
        verdict(ips, &traits.ips, addresses::same),
        verdict(user_agents, &traits.user_agents, exactly),
        verdict(keys, &traits.keys, exactly),
        verdict(actions, &traits.actions, exactly),
    ]
    .into_iter()
    .flatten()
}

fn ends(scopes: &[Scope]) -> SmallVec<[Timestamp; 4]> {
    let mut ends: SmallVec<[Timestamp; 4]> = scopes.iter().map(|scope| scope.window.until).collect();
    ends.sort_unstable();
    ends.dedup();
    ends
}

fn hull(scopes: &[Scope]) -> Option<Window> {
    let windows = || scopes.iter().map(|scope| scope.window);
    Some(Window {
        from: windows().map(|window| window.from).min()?,
        until: windows().map(|window| window.until).max()?,
    })
}

#[cfg(test)]
mod tests;
