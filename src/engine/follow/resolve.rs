//! Which candidates belong to a link: when each opening ended, and which opening each event is put
//! down to.

use std::collections::{BTreeMap, BTreeSet};

use super::chase::{Chase, Live, Ties};
use crate::{
    case::fold,
    events::{Closed, LinkEnds},
    findings::Scan,
    records::Locator,
    scope::{ScopeMask, ScopeSet},
    tally::{Candidate, Closing, Followed, Link, Opening, ScopedEvent, Tie, WideLink},
    text::trimmed,
};

/// The share of a source's records in a window, one in so many, that one rule may bring into scope.
const SHARE: u64 = 2;

/// Number of events that is never too large a part of a source, however small the source is.
const FEW: u64 = 1000;

/// An event in scope by a link.
#[derive(Debug)]
pub(super) struct Linked {
    pub(super) event: Box<ScopedEvent>,
    /// The links that it opens and closes itself.
    pub(super) ends: LinkEnds,
    /// The opening it is put down to, by its number.
    pub(super) live: usize,
    /// Whether another event of its record is in scope by its actor.
    pub(super) beside: bool,
}

/// Closings of the first pass, by rule and agent, in time order.
pub(super) struct Ends(BTreeMap<(String, usize), Vec<Closing>>);

impl Ends {
    pub(super) fn new(mut closings: Vec<Closing>) -> Self {
        closings.sort();
        let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for closing in closings {
            all.entry((closing.closed.rule.clone(), closing.agent))
                .or_default()
                .push(closing);
        }
        Self(all)
    }

    /// Ends each opening with the first closing behind it that fits.
    pub(super) fn close(&self, level: &mut [Live]) {
        for live in level {
            let Opening {
                agent, opened, time, ..
            } = &live.opening;
            let own = self.0.get(&(opened.rule.clone(), *agent));
            let own = own.map_or(&[][..], |own| {
                &own[own.partition_point(|closing| closing.time < *time)..]
            });
            if let Some(closing) = own.iter().find(|closing| fits(&live.opening, closing)) {
                live.end(closing.time);
            }
        }
    }
}

/// Whether a closing lies behind an opening, and says nothing else of session and user.
fn fits(opening: &Opening, closing: &Closing) -> bool {
    let Closed { session, users, .. } = &closing.closed;
    let opened = &opening.opened;
    let behind = closing.time > opening.time
        || (closing.at.source == opening.at.source && closing.at.offset > opening.at.offset);
    let same_session = match (session, &opened.session) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    let same_user = users.is_empty() || opened.users.is_empty() || users.iter().any(|user| opened.users.contains(user));
    behind && same_session && same_user
}

/// Links candidates to openings. An event that ties to several is put down to the surest tie, and
/// of these to the latest opening; its scopes are those of all. Events that are `known` already may
/// only close links.
pub(super) fn resolve(
    chase: &mut Chase,
    scopes: &ScopeSet,
    candidates: Vec<Candidate>,
    sessions: &BTreeSet<(String, String)>,
    known: &BTreeMap<(Locator, u32), Linked>,
    depth: u32,
) -> Vec<Linked> {
    let ties: Vec<Vec<(usize, Tie)>> = candidates
        .iter()
        .map(|candidate| {
            let event = &candidate.event.event;
            let session = event.session.as_deref().map(trimmed);
            let ties = chase.ties(session, &candidate.actors).into_iter();
            ties.filter(|tie| chase.holds(*tie, event)).collect()
        })
        .collect();
    // An end may be logged under the user's name.
    for (candidate, ties) in candidates.iter().zip(&ties) {
        for closed in &candidate.ends.closed {
            for (number, _) in ties {
                let live = &mut chase.live[*number];
                if live.opening.opened.rule == closed.rule && candidate.event.event.time > live.opening.time {
                    live.end(candidate.event.event.time);
                }
            }
        }
    }
    let mut own_sessions = sessions.clone();
    for (candidate, ties) in candidates.iter().zip(&ties) {
        let event = &candidate.event.event;
        for (number, _) in ties.iter().filter(|(_, tie)| *tie == Tie::User) {
            let live = &chase.live[*number];
            if let Some(session) = event.session.as_deref().filter(|_| !live.is_open(event.time)) {
                own_sessions.extend(users(live).map(|user| (user, trimmed(session).to_owned())));
            }
        }
    }
    let new = candidates.into_iter().zip(ties);
    let new = new.filter(|(candidate, _)| !known.contains_key(&(candidate.event.at, candidate.event.part)));
    let linked = new.filter_map(|(candidate, ties)| {
        let time = candidate.event.event.time;
        let holds = |number: usize| {
            let own = chase.live[number].opening.scopes.and(scopes.at(time));
            (chase.live[number].is_open(time) && !own.is_empty()).then_some(own)
        };
        let open: Vec<(usize, Tie, ScopeMask)> = ties
            .into_iter()
            .filter_map(|(number, tie)| Some((number, tie, holds(number)?)))
            .collect();
        let order = |(number, tie, _): &&(usize, Tie, ScopeMask)| {
            let opening = &chase.live[*number].opening;
            let content = (opening.agent, &opening.event_id);
            (*tie, std::cmp::Reverse(opening.time), content, opening.at, opening.part)
        };
        let &(number, how, _) = open.iter().min_by_key(order)?;
        let all = open.iter().fold(ScopeMask::default(), |all, (_, _, own)| all.or(*own));
        let live = &chase.live[number];
        let session = candidate.event.event.session.as_deref().map(trimmed);
        let own_session = how == Tie::User
            && session
                .is_some_and(|session| users(live).any(|user| own_sessions.contains(&(user, session.to_owned()))));
        let mut event = candidate.event;
        event.agent = live.opening.agent;
        event.identity_matched = format!("link.{}", how.as_str()).into();
        event.scopes = all;
        event.link = Some(Box::new(Link {
            tie: how,
            rule: live.opening.opened.rule.clone(),
            opening: live.opening.at,
            part: live.opening.part,
            opened: live.opening.time,
            depth: depth + 1,
            own_session,
        }));
        Some(Linked {
            event,
            ends: candidate.ends,
            live: number,
            beside: candidate.beside,
        })
    });
    linked.collect()
}

fn users(live: &Live) -> impl Iterator<Item = String> {
    live.opening
        .opened
        .users
        .iter()
        .map(|user| fold(trimmed(user)).into_owned())
}

/// Leaves out rules that tie too large a part of a source, and reports them.
pub(super) fn within_shares(chase: &Chase, linked: Vec<Linked>, scan: &Scan) -> (Vec<Linked>, Vec<WideLink>) {
    let rule = |linked: &Linked| {
        (
            linked.event.at.source,
            chase.live[linked.live].opening.opened.rule.clone(),
        )
    };
    let mut counts: BTreeMap<(usize, String), u64> = BTreeMap::new();
    for one in &linked {
        *counts.entry(rule(one)).or_default() += 1;
    }
    let mut wide = Vec::new();
    for ((source, rule), events) in counts {
        let tally = &scan.sources[source].tally;
        let of = tally.read - tally.outside_window - tally.refused.len() as u64;
        if events > FEW.max(of / SHARE) {
            wide.push(WideLink {
                source,
                rule,
                events,
                of,
            });
        }
    }
    let is_wide = |one: &Linked| {
        let (source, rule) = rule(one);
        wide.iter().any(|wide| wide.source == source && wide.rule == rule)
    };
    let linked = linked.into_iter().filter(|one| !is_wide(one)).collect();
    (linked, wide)
}

/// The openings among linked events.
pub(super) fn openings(chase: &Chase, linked: &[Linked], depth: u32) -> Vec<Live> {
    let of = |one: &Linked| {
        let event = &one.event;
        let tenants: Vec<String> = event.event.tenants.iter().map(|tenant| tenant.id.0.clone()).collect();
        let own = one.ends.opened.iter().filter(|opened| !opened.idle);
        let own = own.map(move |opened| Opening {
            time: event.event.time,
            at: event.at,
            part: event.part,
            event_id: event.event.event_id.clone(),
            action: event.event.action.clone(),
            agent: event.agent,
            scopes: event.scopes,
            tenants: tenants.clone(),
            opened: opened.clone(),
        });
        own.map(|opening| Live::new(opening, true, depth)).collect::<Vec<_>>()
    };
    // One that another covers would bring nothing that this one did not.
    let mut before: BTreeMap<Ties<'_>, Vec<&Live>> = BTreeMap::new();
    for live in &chase.live {
        before.entry(live.ties_by()).or_default().push(live);
    }
    let known = |live: &Live| {
        before
            .get(&live.ties_by())
            .is_some_and(|before| before.iter().any(|before| before.covers(live)))
    };
    let mut openings: Vec<Live> = linked.iter().flat_map(of).filter(|live| !known(live)).collect();
    openings.sort_by(|a, b| a.opening.cmp(&b.opening));
    openings
}

/// The openings with what came of them.
pub(super) fn followed(chase: &Chase, linked: &[Linked], under_user: &BTreeMap<usize, u64>) -> Vec<Followed> {
    let mut all: Vec<Followed> = chase.live.iter().cloned().map(Followed::from).collect();
    for one in linked {
        let followed = &mut all[one.live];
        followed.events += 1;
        followed.own_sessions += u64::from(one.event.link.as_ref().is_some_and(|link| link.own_session));
    }
    for (number, followed) in all.iter_mut().enumerate() {
        let counted = followed.tie != Some(Tie::User) && !followed.opening.opened.users.is_empty();
        followed.under_user = counted.then(|| under_user.get(&number).copied().unwrap_or_default());
    }
    all
}
