//! Texts that open scopes search by, found in records before they are read, or that cannot be
//! read.

use super::{ScopeSet, needles_of};
use crate::{
    case::{Conditions, Scope, fold},
    time::Timestamp,
};

impl ScopeSet {
    /// Texts of which every record holds one whose event is in an open scope, if its values
    /// stand in it as they are read. None where a scope sets no condition by which records can be
    /// searched; empty where no scope is open.
    pub fn search_texts(&self) -> Option<Vec<String>> {
        let open = self.scopes.iter().filter(|scope| scope.open);
        let texts: Vec<Vec<String>> = open.map(|scope| texts(&scope.conditions)).collect::<Option<_>>()?;
        Some(texts.concat())
    }

    /// The addresses, sessions and keys by which an open scope searches that may stand in
    /// bytes that cannot be read as an event; of scopes whose window holds the time, if that is
    /// known.
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

/// Stands before any IPv4 address inside of IPv6, and is no sign of one of them.
const MAPPED: &str = "ffff:";

/// Texts by one of a scope's conditions: of those that can be searched by, the one that fewest
/// records meet.
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

/// The terms of a scope that are particular, each with the texts by which it is found.
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
