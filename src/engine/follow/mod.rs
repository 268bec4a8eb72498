//! Follows links: actions that an agent started and that continue under another name. Each step is
//! a further pass over the logs.
//!
//! The first pass notes the events in scope that open a link. If there is one, a second pass
//! searches the logs for the few texts that tie to it (a key, a session, a user), and parses in
//! full only the records that hold one. An event that ties while the link was open is in scope. It
//! may open a link itself, which takes a further pass, up to [`DEPTH`]. The logs are read again
//! only if an event opens a link, and if a record by others in a window has a value that ties: the
//! first pass keeps a filter of these values.

mod chase;
mod needles;
mod resolve;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, mem,
    sync::Arc,
};

use rayon::prelude::*;

use self::{
    chase::Live,
    resolve::{Ends, Linked},
};
use super::{EngineError, Plan, source};
use crate::{
    catalogue::{Catalogue, Effect},
    events::{Closed, Opened, Outcome},
    findings::{Scan, Scanned},
    progress::Silent,
    records::Locator,
    sources::{self, Input, Limits, RandomAccessFile, Source, Stream},
    tally::{Budget, Candidate, Chased, Closing, Followed, Links, Opening, Refused, ScopedEvent, SourceTally},
    time::Timestamp,
};

pub(super) use chase::{Chase, Values};
pub(super) use needles::Needles;

/// Chains of openings are followed so far. Each further one takes a pass over the logs.
pub(super) const DEPTH: u32 = 3;

/// Follows the links that events in scope open.
pub(super) fn follow(plan: &Plan, catalogue: &Catalogue, scan: &mut Scan) -> Result<(), EngineError> {
    let ties = mem::take(&mut scan.ties);
    let (openings, closings) = ends(catalogue, scan)?;
    if openings.is_empty() {
        return Ok(());
    }
    let ends = Ends::new(closings);
    let mut links = Links::default();
    let mut linked: BTreeMap<(Locator, u32), Linked> = BTreeMap::new();
    let mut unreadable = BTreeMap::new();
    let mut unread = BTreeSet::new();
    let mut level: Vec<Live> = openings;
    for depth in 0..DEPTH {
        ends.close(&mut level);
        let (sought, idle): (Vec<_>, Vec<_>) = level.into_iter().partition(Live::is_sought);
        links.openings.extend(idle.into_iter().map(Followed::from));
        if sought.is_empty() {
            level = Vec::new();
            break;
        }
        let mut chase = Chase::new(sought, &ties);
        let chased = pass(plan, scan, &chase, &mut unread)?;
        unreadable.extend(chased.unreadable.into_iter().map(|refused| (refused.at, refused)));
        let found = resolve::resolve(
            &mut chase,
            &plan.scopes,
            chased.candidates,
            &chased.sessions,
            &linked,
            depth,
        );
        let (found, wide) = resolve::within_shares(&chase, found, scan);
        links.wide.extend(wide);
        level = resolve::openings(&chase, &found, depth + 1);
        links
            .openings
            .extend(resolve::followed(&chase, &found, &chased.under_user));
        linked.extend(found.into_iter().map(|linked| (place(&linked.event), linked)));
    }
    links.deeper = level.iter().filter(|live| live.tie.is_some()).count() as u64;
    links.openings.sort_by(|a, b| a.opening.cmp(&b.opening));
    links.unread = unread.into_iter().collect();
    let refused = unreadable.into_values();
    take_in(scan, linked.into_values(), refused, &mut links)?;
    scan.links = links;
    Ok(())
}

/// An event's place in all sources.
fn place(event: &ScopedEvent) -> (Locator, u32) {
    (event.at, event.part)
}

/// The openings and closings of the first pass: those of rules, and actions that the catalogue
/// knows to act as another user and no rule is about.
fn ends(catalogue: &Catalogue, scan: &mut Scan) -> Result<(Vec<Live>, Vec<Closing>), EngineError> {
    let (mut openings, mut closings) = (Vec::new(), Vec::new());
    for source in &mut scan.sources {
        openings.append(&mut source.tally.openings);
        closings.append(&mut source.tally.closings);
    }
    let ruled: BTreeSet<(Locator, u32)> = openings
        .iter()
        .map(|opening: &Opening| (opening.at, opening.part))
        .collect();
    let closing: BTreeSet<Locator> = closings.iter().map(|closing| closing.at).collect();
    let followed = openings.into_iter().filter(|opening| !opening.opened.idle);
    let mut live: Vec<Live> = followed.map(|opening| Live::new(opening, true, 0)).collect();
    let unruled = |event: &ScopedEvent| {
        let entry = catalogue.lookup(&event.event.action);
        let acts = entry.effect == Effect::Impersonate && event.event.outcome != Outcome::Failure;
        let known = acts && (ruled.contains(&place(event)) || closing.contains(&event.at));
        (acts && !known).then(|| {
            entry
                .ends
                .filter(|start| *start != event.event.action)
                .map(str::to_owned)
        })
    };
    let mut others: Vec<(ScopedEvent, Option<String>)> = scan
        .sources
        .par_iter()
        .flat_map(|source| source.tally.in_scope.par_iter())
        .filter_map(|event| unruled(event).map(|ends| ((**event).clone(), ends)))
        .collect();
    scan.each_spilled(|event| others.extend(unruled(&event).map(|ends| (event, ends))))?;
    for (event, ends) in others {
        let users = event.event.targets.iter().flat_map(|target| [&target.id, &target.name]);
        let users: Vec<String> = users
            .flatten()
            .filter(|user| !user.trim().is_empty())
            .cloned()
            .collect();
        let (time, at, agent, part) = (event.event.time, event.at, event.agent, event.part);
        match ends {
            Some(rule) => closings.push(Closing {
                time,
                at,
                agent,
                closed: Closed {
                    rule,
                    session: event.event.session,
                    users,
                },
            }),
            None => live.push(Live::new(
                Opening {
                    time,
                    at,
                    part,
                    event_id: event.event.event_id,
                    action: event.event.action.clone(),
                    agent,
                    scopes: event.scopes,
                    tenants: event.event.tenants.into_iter().map(|tenant| tenant.id.0).collect(),
                    opened: Opened {
                        rule: event.event.action,
                        session: event.event.session,
                        users,
                        ..Opened::default()
                    },
                },
                false,
                0,
            )),
        }
    }
    live.sort_by(|a, b| a.opening.cmp(&b.opening));
    Ok((originals(live), closings))
}

/// Leaves out openings that other sources repeat: the same event opens the same link once, and one
/// that no rule is about where a rule of another profile is. The first in reading order stays.
fn originals(mut live: Vec<Live>) -> Vec<Live> {
    type Event = (Timestamp, usize, String, Option<String>);
    let event = |live: &Live| -> Event {
        let opening = &live.opening;
        (
            opening.time,
            opening.agent,
            opening.action.clone(),
            opening.event_id.clone(),
        )
    };
    let ruled: BTreeSet<Event> = live
        .iter()
        .filter(|live| live.ruled && live.opening.event_id.is_some())
        .map(event)
        .collect();
    let mut seen = BTreeMap::new();
    live.sort_by_key(|live| (live.opening.at, live.opening.part));
    live.retain(|live| {
        let Opening {
            at,
            event_id,
            tenants,
            opened,
            ..
        } = &live.opening;
        let event = event(live);
        if !live.ruled && ruled.contains(&event) {
            return false;
        }
        // Without an id, equal events of one source are as many events.
        let first = *seen.entry((event, tenants.clone(), opened.clone())).or_insert(*at);
        first == *at || (event_id.is_none() && first.source == at.source)
    });
    live.sort_by(|a, b| a.opening.cmp(&b.opening));
    live
}

/// Reads every source again that holds records of others, and returns what ties to the openings,
/// numbered by source. Sources that cannot be read again are noted.
fn pass(plan: &Plan, scan: &Scan, chase: &Chase, unread: &mut BTreeSet<usize>) -> Result<Chased, EngineError> {
    let budget = Arc::new(plan.memory.budget());
    let mut numbers: Vec<Vec<usize>> = vec![Vec::new(); plan.sources.sources.len()];
    for (number, source) in scan.sources.iter().enumerate() {
        numbers[source.input].push(number);
    }
    let worth = |source: &Source, own: &[usize]| {
        // Where a user ties, the user's own sessions outside the windows count, too.
        let others = own.iter().any(|number| {
            let tally = &scan.sources[*number].tally;
            tally.other_actor > 0 || chase.is_by_user() && tally.outside_window > 0
        });
        // What cannot be read again is noted, whatever it holds.
        others && (chase.may_tie_in(plan.profile(source)) || is_pipe(source))
    };
    let files = plan.sources.sources.par_iter().zip(&numbers);
    let found: Vec<Option<(&[usize], Vec<SourceTally>)>> = files
        .filter(|(source, own)| worth(source, own))
        .map(|(source, own)| (&own[..], again(plan, source, &budget, chase, own, scan)))
        .map(|(own, tallies)| {
            tallies
                .map(|tallies| Some((own, tallies)))
                .unwrap_or(Some((own, Vec::new())))
        })
        .collect();
    if let Some(fault) = budget.fault() {
        return Err(fault.into());
    }
    let mut all = Chased::default();
    for (own, tallies) in found.into_iter().flatten() {
        if tallies.len() != own.len() {
            unread.extend(own);
            continue;
        }
        for (number, tally) in own.iter().zip(tallies) {
            let mut chased = tally.chased;
            chased
                .candidates
                .iter_mut()
                .for_each(|candidate| candidate.event.at.source = *number);
            chased
                .unreadable
                .iter_mut()
                .for_each(|refused| refused.at.source = *number);
            all.merge(chased);
        }
    }
    all.candidates
        .sort_by_key(|candidate: &Candidate| place(&candidate.event));
    Ok(all)
}

/// Returns whether a source can be read only once.
fn is_pipe(source: &Source) -> bool {
    source.input == Input::Standard || fs::metadata(&source.path).map_or(true, |meta| !meta.is_file())
}

/// Reads one file again. None if that is not possible, or if it is not what was read before.
fn again(
    plan: &Plan,
    source: &Source,
    budget: &Arc<Budget>,
    chase: &Chase,
    own: &[usize],
    scan: &Scan,
) -> Option<Vec<SourceTally>> {
    if is_pipe(source) {
        return None;
    }
    let stamp = own.first().and_then(|number| scan.sources[*number].stamp);
    let contents = contents(plan, source, budget, chase, stamp.is_none())?;
    // A file of the same stamp was not written to since the first pass, so its bytes need no second
    // digest.
    let contents = match (stamp, contents.stamps[1]) {
        (Some(before), now) if now != Some(before) => self::contents(plan, source, budget, chase, true)?,
        _ => contents,
    };
    let same = |(part, number): (&sources::TextStream<source::StreamResult>, &usize)| {
        let before: &Scanned = &scan.sources[*number];
        let digest = part.stream.sha256.or(before.stream.sha256);
        part.shown == before.path && part.stream.bytes == before.stream.bytes && digest == before.stream.sha256
    };
    let is_same = contents.parts.len() == own.len() && contents.parts.iter().zip(own).all(same);
    is_same.then(|| contents.parts.into_iter().map(|part| part.value.tally).collect())
}

/// Reads one file again, with or without digests.
fn contents(
    plan: &Plan,
    source: &Source,
    budget: &Arc<Budget>,
    chase: &Chase,
    hashed: bool,
) -> Option<sources::Contents<source::StreamResult>> {
    let pool = source::Pool::default();
    let profile = plan.profile(source);
    let each = |stream: &mut Stream<'_>, file: Option<&RandomAccessFile<'_>>| {
        source::tally(
            plan,
            profile,
            budget,
            &pool,
            (stream, &source.text),
            (file, 0),
            Some(chase),
        )
    };
    let limits = Limits {
        hashed: hashed && plan.limits.hashed,
        ..plan.limits
    };
    sources::read_with_random_access(source, &limits, &Silent, each).ok()
}

/// Puts linked events into their sources' tallies, whose books then say so.
fn take_in(
    scan: &mut Scan,
    linked: impl Iterator<Item = Linked>,
    unreadable: impl Iterator<Item = Refused>,
    links: &mut Links,
) -> Result<(), EngineError> {
    let mut records: BTreeMap<Locator, Vec<Linked>> = BTreeMap::new();
    for one in linked {
        records.entry(one.event.at).or_default().push(one);
    }
    let mut unreadable: BTreeMap<Locator, _> = unreadable.map(|refused| (refused.at, refused)).collect();
    unreadable.retain(|at, _| !records.contains_key(at));
    for (number, source) in scan.sources.iter_mut().enumerate() {
        let tally = &mut source.tally;
        let whole = |at: Locator| at.source == number;
        let taken: BTreeSet<Locator> = records
            .keys()
            .chain(unreadable.keys())
            .copied()
            .filter(|at| whole(*at))
            .collect();
        if taken.is_empty() {
            continue;
        }
        let beside = |linked: &[Linked]| linked.iter().any(|linked| linked.beside);
        let held: BTreeSet<Locator> = if records.values().any(|linked| beside(linked)) {
            tally.in_scope.iter().map(|event| event.at).collect()
        } else {
            BTreeSet::new()
        };
        tally.near.retain(|near| !taken.contains(&near.at));
        let mut mixed = false;
        for at in taken {
            if let Some(refused) = unreadable.remove(&at) {
                tally.other_actor -= 1;
                tally.refused.push(refused);
                continue;
            }
            let linked = records.remove(&at).unwrap_or_default();
            if beside(&linked) {
                if !held.contains(&at) {
                    links.apart += linked.len() as u64;
                    continue;
                }
                mixed = true;
            } else {
                tally.other_actor -= 1;
            }
            tally.in_scope.extend(linked.into_iter().map(|linked| linked.event));
        }
        if mixed {
            // The events of one record stand beside each other.
            tally.in_scope.sort_by_key(|event| place(event));
        }
        if tally.spill_if_needed(false).is_err() {
            break;
        }
    }
    scan.budget.fault().map_or(Ok(()), |fault| Err(fault.into()))
}

/// A followed opening without anything found.
impl From<Live> for Followed {
    fn from(live: Live) -> Self {
        Self {
            ruled: live.ruled,
            tie: live.tie,
            until: live.until,
            end: live.end,
            depth: live.depth,
            events: 0,
            own_sessions: 0,
            under_user: None,
            opening: live.opening,
        }
    }
}
