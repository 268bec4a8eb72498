//! Openings to chase: which of a record's values tie it to one, and whether that one was open at
//! the record's time.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use super::needles::Needles;
use crate::{
    case::fold,
    events::{AccessEvent, Matching, Named, Opened, Profile, Reading},
    scope::TieFilter,
    tally::{Chased, LinkEnd, Opening, Tie},
    text::trimmed,
    time::Timestamp,
};

/// Values that tie to an opening: kind, keys, session, users and tenants.
pub(super) type Ties<'l> = (Option<Tie>, &'l [String], Option<&'l str>, &'l [String], &'l [String]);

/// An opening that is looked for.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Live {
    pub(super) opening: Opening,
    /// Whether a rule of its profile is about its action.
    pub(super) ruled: bool,
    /// Kind of tie; `None` if records of the opened user are only counted.
    pub(super) tie: Option<Tie>,
    pub(super) depth: u32,
    /// The last instant at which it was open, if that is known.
    pub(super) until: Option<Timestamp>,
    pub(super) end: LinkEnd,
}

impl Live {
    pub(super) fn new(opening: Opening, ruled: bool, depth: u32) -> Self {
        let opened = &opening.opened;
        let tie = if !ruled {
            None
        } else if !opened.keys.is_empty() {
            Some(Tie::Key)
        } else if opened.session.is_some() {
            Some(Tie::Session)
        } else {
            // A user is one in a tenant only.
            (!opened.users.is_empty() && !opening.tenants.is_empty()).then_some(Tie::User)
        };
        let lasts = opened.lasts.or((!ruled).then_some(WATCHED));
        let until = lasts.and_then(|seconds| later(opening.time, seconds));
        let end = if until.is_some() {
            LinkEnd::Time
        } else {
            LinkEnd::Window
        };
        Self {
            opening,
            ruled,
            tie,
            depth,
            until,
            end,
        }
    }

    /// Whether it was open.
    pub(super) fn is_open(&self, time: Timestamp) -> bool {
        self.opening.time <= time && self.until.is_none_or(|until| time <= until)
    }

    /// Ends it, unless it ended before.
    pub(super) fn end(&mut self, time: Timestamp) {
        if self.until.is_none_or(|until| time <= until) {
            (self.until, self.end) = (Some(time), LinkEnd::Event);
        }
    }

    /// Whether all that ties to another opening ties to this one too.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let (own, others) = (&self.opening, &other.opening);
        let lasts = match (self.until, other.until) {
            (None, _) => true,
            (Some(own), Some(others)) => others <= own,
            (Some(_), None) => false,
        };
        self.tie == other.tie
            && own.time <= others.time
            && lasts
            && self.ties_by() == other.ties_by()
            && own.scopes == others.scopes
    }

    /// Returns the values that tie to it.
    pub(super) fn ties_by(&self) -> Ties<'_> {
        let Opening { opened, tenants, .. } = &self.opening;
        let Opened {
            keys, session, users, ..
        } = opened;
        (self.tie, keys, session.as_deref(), users, tenants)
    }

    /// Whether something is to be looked for.
    pub(super) fn is_sought(&self) -> bool {
        self.tie.is_some() || !self.opening.opened.users.is_empty()
    }

    /// Whether its user and one of these tenants are its own.
    fn has_tenant(&self, event: &AccessEvent) -> bool {
        let own = &self.opening.tenants;
        let of_nobody = own.is_empty() && self.tie != Some(Tie::User);
        of_nobody
            || event
                .tenants
                .iter()
                .any(|tenant| own.binary_search(&tenant.id.0).is_ok())
    }
}

/// Seconds for which records of an opened user are counted if no rule states how long it lasts: a
/// day.
const WATCHED: i64 = 86_400;

fn later(time: Timestamp, seconds: i64) -> Option<Timestamp> {
    let instant = time
        .instant()
        .checked_add_signed(chrono::TimeDelta::try_seconds(seconds)?)?;
    Some(Timestamp::new(instant, time.digits())).filter(|time| time.is_writable())
}

/// Openings, by what ties to them.
#[derive(Debug)]
pub(in crate::engine) struct Chase {
    pub(super) live: Vec<Live>,
    keys: BTreeMap<String, Vec<usize>>,
    sessions: BTreeMap<String, Vec<usize>>,
    /// Users by folded name, each with the name as logged.
    users: BTreeMap<String, Vec<(usize, String)>>,
    /// The users' names, as logged and folded, that may stand in records by others in a window.
    names: BTreeSet<String>,
    /// These, and the keys and sessions that may.
    needles: Needles,
    /// These, and all keys and sessions.
    all_needles: OnceLock<Needles>,
    /// Whether a user and a tenant may tie to any, so that sessions outside the windows count.
    by_user: bool,
}

/// The values of a record that may tie it to an opening.
#[derive(Debug)]
pub(in crate::engine) struct Values {
    pub(in crate::engine) session: Option<String>,
    pub(in crate::engine) actors: Vec<(Matching, String)>,
}

impl Values {
    pub(in crate::engine) fn new(session: Option<&str>, named: &[Named<'_, '_>]) -> Self {
        let actor = |named: &Named<'_, '_>| (named.matching, trimmed(&named.value).to_owned());
        Self {
            session: session.map(|session| trimmed(session).to_owned()),
            actors: named.iter().map(actor).collect(),
        }
    }
}

impl Chase {
    /// Prepares a search for these openings; `ties` has the values of others' records in windows.
    pub(super) fn new(live: Vec<Live>, ties: &[TieFilter]) -> Self {
        let (mut keys, mut sessions, mut users) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for (number, live) in live.iter().enumerate() {
            let opened = &live.opening.opened;
            let own = |text: &String| trimmed(text).to_owned();
            match live.tie {
                Some(Tie::Key) => {
                    for key in &opened.keys {
                        keys.entry(own(key)).or_insert_with(Vec::new).push(number);
                    }
                }
                Some(Tie::Session) => {
                    if let Some(session) = &opened.session {
                        sessions.entry(own(session)).or_insert_with(Vec::new).push(number);
                    }
                }
                Some(Tie::User) | None => {}
            }
            for user in &opened.users {
                let user = own(user);
                let folded = fold(&user).into_owned();
                users.entry(folded).or_insert_with(Vec::new).push((number, user));
            }
        }
        let may_hold = |text: &str| ties.is_empty() || ties.iter().any(|ties| ties.may_hold(text));
        let occur = |users: &[(usize, String)]| users.iter().any(|(_, user)| may_hold(user));
        let ties_alone = |own: &[(usize, String)]| own.iter().any(|(number, _)| live[*number].tie == Some(Tie::User));
        // Where a user ties, sessions outside the windows count under any name of the user.
        let by_user = users.values().any(|own: &Vec<_>| ties_alone(own) && occur(own));
        let sought = users.iter().filter(|(_, own)| occur(own) || by_user && ties_alone(own));
        let names = sought.flat_map(|(folded, own)| own.iter().map(|(_, user)| user).chain([folded]));
        let names: BTreeSet<String> = names.cloned().collect();
        let values = keys.keys().chain(sessions.keys()).map(String::as_str);
        let needles = Needles::new(
            values
                .filter(|text| may_hold(text))
                .chain(names.iter().map(String::as_str)),
        );
        Self {
            live,
            keys,
            sessions,
            users,
            names,
            needles,
            all_needles: OnceLock::new(),
            by_user,
        }
    }

    /// Returns the texts to look for in records of a profile.
    pub(in crate::engine) fn needles(&self, profile: &Profile) -> &Needles {
        // The first pass reads only such sessions of records that it does not read in full.
        if profile.session_stands_plainly() {
            return &self.needles;
        }
        self.all_needles.get_or_init(|| {
            let values = self.keys.keys().chain(self.sessions.keys());
            Needles::new(values.chain(&self.names).map(String::as_str))
        })
    }

    /// Returns whether records outside the windows count: a user may tie, whose own sessions are
    /// compared.
    pub(in crate::engine) fn is_by_user(&self) -> bool {
        self.by_user
    }

    /// Returns whether a record of a profile by others in a window may tie to an opening.
    pub(super) fn may_tie_in(&self, profile: &Profile) -> bool {
        self.needles(profile).any()
    }

    /// Whether the values tie to any opening, whenever that was open.
    pub(in crate::engine) fn may_tie(&self, values: &Values) -> bool {
        !self.ties(values.session.as_deref(), &values.actors).is_empty()
    }

    /// The openings that these values tie to, whenever they were open, and how. Each once as each
    /// tie.
    pub(super) fn ties(&self, session: Option<&str>, actors: &[(Matching, String)]) -> BTreeSet<(usize, Tie)> {
        let mut ties = BTreeSet::new();
        let mut add = |found: Option<&Vec<usize>>, tie| {
            ties.extend(found.into_iter().flatten().map(|number| (*number, tie)));
        };
        if let Some(session) = session {
            add(self.keys.get(session), Tie::Key);
            add(self.sessions.get(session), Tie::Session);
        }
        for (_, actor) in actors {
            add(self.keys.get(actor), Tie::Key);
        }
        if self.users.is_empty() {
            return ties;
        }
        for (matching, actor) in actors {
            let own = self.users.get(&*fold(actor)).into_iter().flatten();
            let folded = *matching == Matching::Folded || actor.contains('@');
            let same = own.filter(|(_, user)| folded || user == actor);
            ties.extend(same.map(|(number, _)| (*number, Tie::User)));
        }
        ties
    }

    /// The agent of an opening that a record ties to without its tenants.
    pub(in crate::engine) fn agent(&self, values: &Values, time: Timestamp) -> Option<usize> {
        let ties = self.ties(values.session.as_deref(), &values.actors);
        let open = |(number, tie): &(usize, Tie)| *tie != Tie::User && self.live[*number].is_open(time);
        ties.iter()
            .find(|tie| open(tie))
            .map(|(number, _)| self.live[*number].opening.agent)
    }

    /// Whether an event that ties so belongs to an opening, be it open or not.
    pub(super) fn holds(&self, (number, tie): (usize, Tie), event: &AccessEvent) -> bool {
        let live = &self.live[number];
        live.tie == Some(tie) && (tie != Tie::User || live.has_tenant(event))
    }

    /// Notes what an event says of users; returns whether it ties to an opening that may have been
    /// open.
    pub(in crate::engine) fn note(&self, values: &Values, event: &AccessEvent, chased: &mut Chased) -> bool {
        let mut is_candidate = false;
        for (number, tie) in self.ties(values.session.as_deref(), &values.actors) {
            let live = &self.live[number];
            if self.holds((number, tie), event) {
                if live.is_open(event.time) {
                    is_candidate = true;
                } else if tie == Tie::User {
                    self.sighted(number, values, chased);
                }
            } else if tie == Tie::User
                && live.tie != Some(Tie::User)
                && live.has_tenant(event)
                && live.is_open(event.time)
            {
                *chased.under_user.entry(number).or_default() += 1;
            }
        }
        is_candidate
    }

    /// Notes the session of an event under the user of an opening that was not open.
    fn sighted(&self, number: usize, values: &Values, chased: &mut Chased) {
        let Some(session) = &values.session else { return };
        for user in &self.live[number].opening.opened.users {
            chased
                .sessions
                .insert((fold(trimmed(user)).into_owned(), session.clone()));
        }
    }

    /// Notes the session of an event outside the windows that is under the user of an opening.
    pub(in crate::engine) fn outside(&self, reading: &Reading<'_, '_>, time: Timestamp, chased: &mut Chased) {
        if !self.by_user {
            return;
        }
        // What cannot be read is no user's session.
        let (Ok(Some(session)), Ok(named)) = (reading.session(), reading.actors()) else {
            return;
        };
        let values = Values::new(Some(&session), &named);
        if !self.may_tie(&values) {
            return;
        }
        let Ok(event) = reading.event(time) else { return };
        for (number, tie) in self.ties(values.session.as_deref(), &values.actors) {
            if tie == Tie::User && self.holds((number, tie), &event) {
                self.sighted(number, &values, chased);
            }
        }
    }
}
