//! A second look at the logs, for agents whom no record in a window has as its actor: whether one
//! outside the windows has.
//!
//! Only sources with records outside the windows are read, without taking digests again, and only
//! until every such agent is found. A record in which none of their identities stands is passed
//! over.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    sync::{Mutex, PoisonError},
};

use rayon::prelude::*;

use super::{Plan, full::Full, judge::Form};
use crate::{
    case::{Agent, Conditions, InputText, Scope},
    events::Profile,
    progress::Silent,
    records::{Block, Blocks},
    scope::{Actors, Census, ScopeSet},
    sources::{self, Input, Limits, Source, Stream},
    tally::{Disposition, Remarks},
    time::Window,
};

/// More agents are not looked for. Where so many do nothing in the windows, none stands out by it,
/// and each record of theirs outside the windows would be read in full.
const MOST: usize = 64;

/// The agents to find.
struct Sought {
    /// One scope of these agents, of all times.
    scopes: ScopeSet,
    /// Those of these agents alone.
    finder: ScopeSet,
    left: Mutex<BTreeSet<usize>>,
}

/// Looks in these sources for the agents of the scopes that the census has not seen. Returns for
/// each whether a record outside the windows has it, if that could be found out.
pub(super) fn look(plan: &Plan, actors: &Actors, outside: &[&Source]) -> BTreeMap<usize, bool> {
    let unseen = unseen(plan, actors);
    if unseen.is_empty() || unseen.len() > MOST {
        return BTreeMap::new();
    }
    let Some(sought) = Sought::new(&plan.agents, &unseen) else {
        return BTreeMap::new();
    };
    let whole: Vec<bool> = outside.par_iter().map(|source| sought.source(plan, source)).collect();
    let left = sought.left.into_inner().unwrap_or_else(PoisonError::into_inner);
    let all = whole.into_iter().all(|whole| whole);
    let known = unseen.into_iter().filter(|agent| all || !left.contains(agent));
    known.map(|agent| (agent, !left.contains(&agent))).collect()
}

/// Returns how many agents are looked for.
pub(super) fn sought(plan: &Plan, actors: &Actors) -> usize {
    let unseen = unseen(plan, actors).len();
    if unseen > MOST { 0 } else { unseen }
}

fn unseen(plan: &Plan, actors: &Actors) -> BTreeSet<usize> {
    let identities = plan.scopes.identities();
    let seen: BTreeSet<usize> = (0..identities.count())
        .filter(|identity| actors.seen[*identity])
        .map(|identity| identities.agent(identity))
        .collect();
    let agents = (0..plan.agents.len()).filter(|agent| plan.scopes.has(*agent));
    agents.filter(|agent| !seen.contains(agent)).collect()
}

impl Sought {
    fn new(agents: &[Agent], unseen: &BTreeSet<usize>) -> Option<Self> {
        let time = |text: &str| text.parse().ok();
        let window = Window {
            from: time("0000-01-01T00:00:00Z")?,
            until: time("9999-12-31T23:59:59Z")?,
        };
        let scope = Scope {
            name: String::new(),
            window,
            basis: None,
            agents: unseen.iter().copied().collect(),
            open: false,
            conditions: Conditions::default(),
            ties: None,
        };
        let sought: Vec<Agent> = unseen.iter().map(|agent| agents[*agent].clone()).collect();
        Some(Self {
            scopes: ScopeSet::compile(&[scope], agents),
            finder: ScopeSet::compile(&[], &sought),
            left: Mutex::new(unseen.clone()),
        })
    }

    /// Returns whether the source could be read again.
    fn source(&self, plan: &Plan, source: &Source) -> bool {
        let pipe = source.input == Input::Standard || fs::metadata(&source.path).map_or(true, |meta| !meta.is_file());
        if pipe {
            return false;
        }
        let limits = Limits {
            hashed: false,
            ..plan.limits
        };
        let each = |stream: &mut Stream<'_>| self.stream(plan.profile(source), &source.text, stream);
        sources::read(source, &limits, &Silent, each).is_ok()
    }

    /// Fails as soon as nobody is left to find: nothing else ends the reading of a source.
    fn stream(&self, profile: &Profile, text: &InputText, stream: &mut Stream<'_>) -> io::Result<()> {
        let mut blocks = Blocks::open_as(stream, &profile.wrapper, &profile.column_names(), text)?;
        let framing = blocks.framing().clone();
        let form = Form::new(profile, &framing);
        let mut full = Full::new(profile, &self.scopes, &form);
        let mut census = Census::new(self.scopes.identities());
        for block in &mut blocks {
            self.block(&block?, &mut full, &mut census);
            if self.left().is_empty() {
                return Err(io::Error::other("every agent is found"));
            }
        }
        Ok(())
    }

    fn block(&self, block: &Block, full: &mut Full<'_>, census: &mut Census) {
        block.each(|record| {
            if !self.finder.identities().any_named_in(record.bytes) {
                return;
            }
            full.each(&record, census, &mut Remarks::new(), |_, verdict| {
                let Disposition::InScope(events) = verdict else { return };
                let mut left = self.left();
                events.iter().for_each(|event| {
                    left.remove(&event.agent);
                });
            });
        });
    }

    fn left(&self) -> std::sync::MutexGuard<'_, BTreeSet<usize>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
