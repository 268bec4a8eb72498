//! Judgement: pure, one event against windows and agents, every scope at once. Nothing is counted or kept here.
//!
//! The order is window, then actor; nothing is ever judged by what was done, in which tenant, or for which ticket.

mod borders;
mod census;
mod filter;
mod forms;
mod fragments;
mod identities;
mod lookup;
mod mentions;
mod odd;
mod shapes;

use std::net::{IpAddr, SocketAddr};

use smallvec::SmallVec;

use crate::{
    case::{Agent, Scope},
    events::Named,
    seal::Nonces,
    time::{Timestamp, Window},
};

pub use census::{Actors, Census};
pub use forms::{Form, Forms, Relation};
pub use identities::{Identities, Standing};
pub(crate) use odd::Odd;

/// The scopes an event lies in, as bits in the order of the case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeMask(pub u64);

impl ScopeMask {
    /// Whether the scope at this position of the case is among them.
    pub fn contains(self, scope: usize) -> bool {
        scope < 64 && self.0 & (1 << scope) != 0
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those in either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those in both.
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

/// Who of those listed did it, and in which scopes that lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribution {
    /// Position in the case's agents.
    pub agent: usize,
    /// Position of the matching field among the named actors.
    pub named: usize,
    /// At least one.
    pub scopes: ScopeMask,
}

/// For each of those whom a record names, the number of the listed identity that it is. Few records name more.
pub type Listed = SmallVec<[Option<usize>; 4]>;

/// The scopes of a case, ready to judge.
#[derive(Debug)]
pub struct ScopeSet {
    scopes: Vec<Scope>,
    /// The scopes each agent belongs to.
    by_agent: Vec<ScopeMask>,
    identities: Identities,
    forms: Forms,
    /// From the first window's beginning to the last one's end.
    hull: Option<Window>,
    /// Each instant at which a window ends.
    ends: SmallVec<[Timestamp; 4]>,
    /// Seal the records of what is in scope; none in a scan without `agents.lock`, which states no commitment.
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
            identities,
            hull: hull(scopes),
            ends: ends(scopes),
            nonces: None,
        }
    }

    /// The same with the records of what is in scope sealed under these nonces.
    #[must_use]
    pub fn sealing(self, nonces: Option<Nonces>) -> Self {
        Self { nonces, ..self }
    }

    /// Every scope's window.
    pub fn windows(&self) -> impl Iterator<Item = Window> {
        self.scopes.iter().map(|scope| scope.window)
    }

    /// The listed identities.
    pub fn identities(&self) -> &Identities {
        &self.identities
    }

    /// What looks like one of them.
    pub fn forms(&self) -> &Forms {
        &self.forms
    }

    /// Whether any scope has this agent.
    pub fn has(&self, agent: usize) -> bool {
        !self.by_agent[agent].is_empty()
    }

    /// The scopes whose window holds the instant.
    pub fn at(&self, time: Timestamp) -> ScopeMask {
        if !self.hull.is_some_and(|hull| hull.contains(time)) {
            return ScopeMask::default();
        }
        (0..self.scopes.len())
            .filter(|&scope| self.scopes[scope].window.contains(time))
            .collect()
    }

    /// Whether a window ends at the instant, which it does not hold.
    pub fn is_end(&self, time: Timestamp) -> bool {
        self.ends.contains(&time)
    }

    /// The scopes whose window ends at the instant.
    pub fn ending_at(&self, time: Timestamp) -> ScopeMask {
        if !self.is_end(time) {
            return ScopeMask::default();
        }
        (0..self.scopes.len())
            .filter(|&scope| self.scopes[scope].window.until == time)
            .collect()
    }

    /// Whether an event of an agent may be in scope: whether a scope has the agent, and holds the time if that is known.
    pub fn may_hold(&self, agent: usize, time: Option<Timestamp>) -> bool {
        let scopes = self.by_agent[agent];
        !time.map_or(scopes, |time| scopes.and(self.at(time))).is_empty()
    }

    /// For each of those named, the number of the listed identity that it is.
    pub fn listed(&self, named: &[Named<'_, '_>]) -> Listed {
        let find = |actor: &Named<'_, '_>| self.identities.find(actor.matching, &actor.value);
        named.iter().map(find).collect()
    }

    /// The first of those named who is listed and belongs to one of these scopes. Its scopes are those of everybody
    /// named, so that an agent acting through another one's account is not narrowed away. `listed` as [`Self::listed`]
    /// has it.
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

    /// Of these scopes, those that also allow the session and the address, or that the event gives no reason to rule out.
    pub fn narrowed(&self, scopes: ScopeMask, session: Option<&str>, ip: Option<&str>) -> ScopeMask {
        let stays = |&scope: &usize| scopes.contains(scope) && allows(&self.scopes[scope], session, ip);
        (0..self.scopes.len()).filter(stays).collect()
    }
}

/// Whether a scope's sessions and addresses allow these. What the log does not say cannot rule an event out.
pub fn allows(scope: &Scope, session: Option<&str>, ip: Option<&str>) -> bool {
    let allows = |listed: &[String], value: Option<&str>, same: fn(&str, &str) -> bool| {
        listed.is_empty() || value.is_none_or(|value| listed.iter().any(|one| same(one, value)))
    };
    allows(&scope.sessions, session, |a, b| a == b) && allows(&scope.ips, ip, same_address)
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

/// Addresses compare as addresses, since IPv6 has many spellings (RFC 5952), and without the port or the brackets that a log
/// adds. One that is listed may be a network (`192.0.2.0/24`). Of several that a proxy logged, separated by commas, any
/// counts. What is no address compares as text.
fn same_address(listed: &str, logged: &str) -> bool {
    if logged.contains(',') && logged.split(',').any(|one| same_address(listed, one)) {
        return true;
    }
    let (listed, logged) = (listed.trim(), logged.trim());
    let Some(logged_ip) = address(logged) else {
        return listed == logged;
    };
    match listed.split_once('/') {
        Some((network, length)) => within(network, length, logged_ip).unwrap_or(listed == logged),
        None => address(listed).map_or(listed == logged, |listed| listed == logged_ip),
    }
}

/// The address in a text: `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1`, `[2001:db8::1]:443`, `fe80::1%eth0`. An IPv4 address
/// inside of IPv6 is itself.
fn address(text: &str) -> Option<IpAddr> {
    let plain = |text: &str| text.parse::<IpAddr>().ok();
    let socket = || text.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    let bracketed = || plain(text.strip_prefix('[')?.strip_suffix(']')?);
    let zoned = || text.split_once('%').and_then(|(address, _)| plain(address));
    let address = plain(text).or_else(socket).or_else(bracketed).or_else(zoned)?;
    Some(address.to_canonical())
}

/// Whether an address lies in a network. Returns `None` if the text is no network.
fn within(network: &str, length: &str, address: IpAddr) -> Option<bool> {
    let length: u32 = length.parse().ok()?;
    let same = |one: u128, other: u128, bits: u32| match bits.checked_sub(length)? {
        // All bits are free.
        128 => Some(true),
        free => Some(one >> free == other >> free),
    };
    match (network.parse::<IpAddr>().ok()?, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => same(network.to_bits().into(), address.to_bits().into(), 32),
        (IpAddr::V6(network), IpAddr::V6(address)) => same(network.to_bits(), address.to_bits(), 128),
        _ => Some(false),
    }
}

#[cfg(test)]
mod tests;
