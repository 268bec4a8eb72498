//! Texts by which open scopes search records before they are read, or records that cannot be read.

use super::{ScopeSet, needles_of};
use crate::{
    case::{Conditions, Scope, fold},
    time::Timestamp,
};

impl ScopeSet {
    /// Returns texts one of which occurs in every record whose event is in an open scope, if values
    /// occur in records as they are read. Returns `None` if an open scope sets no condition that
    /// can be searched for, and an empty list if no scope is open.
    pub fn search_texts(&self) -> Option<Vec<String>> {
        let open = self.scopes.iter().filter(|scope| scope.open);
        let texts: Vec<Vec<String>> = open.map(|scope| texts(&scope.conditions)).collect::<Option<_>>()?;
        Some(texts.concat())
    }

    /// Returns the addresses, sessions and keys of open scopes that may occur in bytes that cannot
    /// be read as an event. If the time is known, only scopes whose window contains it count.
    pub fn terms_in(&self, bytes: &[u8], time: Option<Timestamp>) -> Vec<String> {
        if self.open.is_empty() {
            return Vec::new();
        }
        let within = time.map_or(self.open, |time| self.at(time).and(self.open));
        let text = fold(&String::from_utf8_lossy(bytes)).into_owned();
        let scopes = (0..self.scopes.len()).filter(|scope| within.contains(*scope));
        let terms = scopes.flat_map(|scope| terms(&self.scopes[scope]));
        let stands = |(needles, _): &(Vec<String>, &String)| {
            let mut needles = needles.iter().filter(|needle| *needle != MAPPED);
            needles.any(|needle| text.contains(&*fold(needle)))
        };
        let mut found: Vec<String> = terms.filter(stands).map(|(_, term)| term.clone()).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The prefix of every IPv4-mapped IPv6 address, which therefore identifies none of them.
const MAPPED: &str = "ffff:";

/// Returns the texts of one condition of a scope: of the conditions that can be searched for, the
/// most selective one.
fn texts(conditions: &Conditions) -> Option<Vec<String>> {
    let Conditions {
        sessions,
        ips,
        user_agents,
        keys,
        actions,
    } = conditions;
    let literal = |list: &[String]| {
        let list: Vec<String> = list.iter().map(|term| term.trim().to_owned()).collect();
        (!list.is_empty()).then_some(list)
    };
    let addresses = || {
        let needles: Option<Vec<_>> = ips.iter().map(|ip| needles_of(ip)).collect();
        needles
            .map(|needles| needles.concat())
            .filter(|needles| !needles.is_empty())
    };
    literal(keys)
        .or_else(|| literal(sessions))
        .or_else(addresses)
        .or_else(|| literal(user_agents))
        .or_else(|| literal(actions))
}

/// Returns the selective terms of a scope, each with the texts by which it is found.
fn terms(scope: &Scope) -> impl Iterator<Item = (Vec<String>, &String)> {
    let Conditions {
        sessions, ips, keys, ..
    } = &scope.conditions;
    let literal = sessions
        .iter()
        .chain(keys)
        .map(|term| (vec![term.trim().to_owned()], term));
    let addresses = ips.iter().filter_map(|ip| Some((needles_of(ip)?, ip)));
    literal.chain(addresses)
}
