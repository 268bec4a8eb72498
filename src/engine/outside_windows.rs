//! Reads logs again for agents that no record in a window has as its actor, to see whether a record
//! outside the windows has.
//!
//! Only sources with records outside the windows are read, without digests, and only until every
//! such agent is found. A record that holds none of their identities is skipped.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    sync::{Mutex, PoisonError},
};

use rayon::prelude::*;

use super::{Plan, evaluate::Evaluator, record_format::RecordFormat};
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

/// Most agents that are looked for. If more do nothing in the windows, that says nothing of any one
/// of them, and each of their records outside the windows would be parsed in full.
const MOST: usize = 64;

/// Agents to find.
struct Sought {
    /// One scope of these agents, over all times.
    scopes: ScopeSet,
    /// Identities of these agents only.
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

    /// Fails as soon as no agent is left to find: nothing else ends the reading of a source.
    fn stream(&self, profile: &Profile, text: &InputText, stream: &mut Stream<'_>) -> io::Result<()> {
        let mut blocks = Blocks::open_as(stream, &profile.layout(), text)?;
        let framing = blocks.framing().clone();
        let form = RecordFormat::new(profile, &framing);
        let mut evaluator = Evaluator::new(profile, &self.scopes, &form);
        let mut census = Census::new(self.scopes.identities());
        for block in &mut blocks {
            self.block(&block?, &mut evaluator, &mut census);
            if self.left().is_empty() {
                return Err(io::Error::other("every agent is found"));
            }
        }
        Ok(())
    }

    fn block(&self, block: &Block, evaluator: &mut Evaluator<'_>, census: &mut Census) {
        block.each(|record| {
            if !self.finder.identities().any_named_in(record.bytes) {
                return;
            }
            evaluator.each(&record, census, &mut Remarks::new(), |_, verdict| {
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
