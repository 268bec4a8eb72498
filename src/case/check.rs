//! Checks across all parts of a case: names that must be unique, and names that must exist.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    MAX_SCOPES, Scope,
    agents::Listed,
    file::{Who, WrittenScope},
    identity::fold,
};
use crate::{
    config::Spanned,
    diag::{Diagnostic, Place, nearest},
    time::Window,
};

/// A window up to the year 9999, for one without an end, would have each source keep account of 70
/// million hours.
const LONGEST_YEARS: i64 = 250;
const LONGEST_WINDOW: i64 = LONGEST_YEARS * 366 * 24;

/// Agents with an id or an identity of their own, and those who share one.
pub(super) fn agents(agents: &[Listed], faults: &mut Vec<Diagnostic>) {
    let mut ids: BTreeMap<&str, &Place> = BTreeMap::new();
    for agent in agents {
        if let Some(first) = ids.get(agent.id.value.as_str()) {
            let message = format!("agent `{}` is already listed at {}", agent.id.value, shown(first));
            let fault = Diagnostic::new("duplicate-agent", message);
            faults.push(
                fault
                    .hint("keep one entry with all identities")
                    .at(agent.id.place.clone()),
            );
        } else {
            ids.insert(&agent.id.value, &agent.id.place);
        }
    }
    shared_identities(agents, faults);
}

/// An identity under two agents would make the first one guilty of what the other did.
///
/// Ids are compared exactly among each other; wherever an e-mail address or user name is involved,
/// without case, as the logs will be.
fn shared_identities(agents: &[Listed], faults: &mut Vec<Diagnostic>) {
    let mut owners: BTreeMap<String, Vec<Owned<'_>>> = BTreeMap::new();
    for agent in agents {
        for owned in owned(agent) {
            let owners = owners.entry(fold(&owned.found.value).into_owned()).or_default();
            match owners.iter().find(|other| owned.collides(other)) {
                Some(other) => faults.push(shared(&owned, other)),
                None => owners.push(owned),
            }
        }
    }
}

/// An identity and whose it is.
struct Owned<'a> {
    agent: &'a Spanned<String>,
    found: &'a Spanned<String>,
    is_id: bool,
}

impl Owned<'_> {
    fn collides(&self, other: &Self) -> bool {
        self.agent.value != other.agent.value && (!(self.is_id && other.is_id) || self.found.value == other.found.value)
    }
}

fn owned(agent: &Listed) -> impl Iterator<Item = Owned<'_>> {
    let id = Owned {
        agent: &agent.id,
        found: &agent.id,
        is_id: true,
    };
    let others = agent.email.iter().chain(&agent.identities).map(|found| Owned {
        agent: &agent.id,
        found,
        is_id: false,
    });
    std::iter::once(id).chain(others)
}

fn shared(second: &Owned<'_>, first: &Owned<'_>) -> Diagnostic {
    let message = format!(
        "identity `{}` of agent `{}` also belongs to agent `{}` ({})",
        second.found.value,
        second.agent.value,
        first.agent.value,
        shown(&first.found.place)
    );
    Diagnostic::new("shared-identity", message)
        .hint("leave it to the agent whose it is; two entries for one person become one")
        .at(second.found.place.clone())
}

fn shown(place: &Place) -> String {
    format!("{}:{}", place.file, place.line)
}

/// The scopes with their agents looked up; `complete` says that an agent not found is really not
/// listed.
pub(super) fn scopes(
    written: Vec<WrittenScope>,
    agents: &[Listed],
    complete: bool,
    faults: &mut Vec<Diagnostic>,
) -> Vec<Scope> {
    unique_names(&written, faults);
    if let Some(extra) = written.get(MAX_SCOPES) {
        let message = format!("{} scopes are more than {MAX_SCOPES}", written.len());
        let fault = Diagnostic::new("too-many-scopes", message);
        faults.push(fault.hint("split the case in two").at(extra.place.clone()));
    }
    written
        .into_iter()
        .filter_map(|written| scope(written, agents, complete, faults))
        .collect()
}

fn unique_names(written: &[WrittenScope], faults: &mut Vec<Diagnostic>) {
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    for name in written.iter().filter_map(|scope| scope.name.as_ref()) {
        if let Some(line) = first.get(name.value.as_str()) {
            let message = format!("the scope of line {line} is already named `{}`", name.value);
            let fault = Diagnostic::new("duplicate-scope", message).hint("give every scope a name of its own");
            faults.push(fault.at(name.place.clone()));
        } else {
            first.insert(&name.value, name.place.line);
        }
    }
}

fn scope(written: WrittenScope, agents: &[Listed], complete: bool, faults: &mut Vec<Diagnostic>) -> Option<Scope> {
    let window = window(&written, faults);
    let agents = members(written.who.as_ref(), agents, complete, faults);
    Some(Scope {
        name: written.name?.value,
        window: window?,
        basis: written.basis.map(|found| found.value),
        agents: agents.into_iter().collect(),
        open: written.open,
        conditions: written.conditions,
        ties: written.ties,
    })
}

fn window(written: &WrittenScope, faults: &mut Vec<Diagnostic>) -> Option<Window> {
    let (from, until) = (written.from.as_ref()?, written.until.as_ref()?);
    if from.value >= until.value {
        let message = format!(
            "the window ends at {}, not after it begins at {}",
            until.value, from.value
        );
        let fault = Diagnostic::new("empty-window", message);
        let hint = "`until` is the first instant after the window, and must be later than `from`";
        faults.push(fault.hint(hint).at(until.place.clone()));
        return None;
    }
    if until.value.hour() - from.value.hour() > LONGEST_WINDOW {
        let message = format!("the window is longer than {LONGEST_YEARS} years");
        let hint = "write the last instant that the question is about: every hour of a window is looked at for gaps";
        faults.push(
            Diagnostic::new("long-window", message)
                .hint(hint)
                .at(until.place.clone()),
        );
        return None;
    }
    Some(Window {
        from: from.value,
        until: until.value,
    })
}

/// The positions of the agents a scope names.
fn members(who: Option<&Who>, agents: &[Listed], complete: bool, faults: &mut Vec<Diagnostic>) -> BTreeSet<usize> {
    let (names, code, of): (_, _, fn(&Listed) -> Option<&str>) = match who {
        None => return BTreeSet::new(),
        Some(Who::All) => return (0..agents.len()).collect(),
        Some(Who::Ids(ids)) => (ids, "unknown-agent", |agent| Some(&agent.id.value)),
        Some(Who::Employers(names)) => (names, "unknown-employer", |agent| {
            agent.employer.as_ref().map(|employer| employer.value.as_str())
        }),
    };
    let mut members = BTreeSet::new();
    for name in names {
        let matching = agents
            .iter()
            .enumerate()
            .filter(|(_, agent)| of(agent) == Some(&name.value));
        let matching: Vec<usize> = matching.map(|(at, _)| at).collect();
        if matching.is_empty() && complete {
            faults.push(unknown(name, code, agents.iter().filter_map(of)));
        }
        members.extend(matching);
    }
    members
}

fn unknown<'a>(name: &Spanned<String>, code: &'static str, known: impl Iterator<Item = &'a str>) -> Diagnostic {
    let what = if code == "unknown-agent" {
        "has the id"
    } else {
        "is employed by"
    };
    let fault = Diagnostic::new(code, format!("no listed agent {what} `{}`", name.value));
    let hint = match nearest(&name.value, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "add the agent to `[agents]`, or correct the name".to_owned(),
    };
    fault.hint(hint).at(name.place.clone())
}
