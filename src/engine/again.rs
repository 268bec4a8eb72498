//! A second look at the logs, for agents whom no record in a window has as its actor: whether one outside the windows has.
//!
//! Only sources with records outside the windows are read, without taking digests again, and only until every such agent is
//! found. A block in which none of their identities stands is passed over.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    sync::{Mutex, PoisonError},
};

use aho_corasick::AhoCorasick;
use rayon::prelude::*;

use super::{Plan, full::Full, judge::Form};
use crate::{
    case::{Agent, Scope},
    events::Profile,
    progress::Silent,
    records::{Block, Blocks},
    scope::{Actors, Census, ScopeSet},
    sources::{self, Input, Limits, Source, Stream},
    tenants::{Remarks, Verdict},
    time::Window,
};

/// What begins an escaped character in JSON: one of an identity may be written so.
const ESCAPE: &[u8] = b"\\u";

/// The agents to find.
struct Sought {
    /// One scope of these agents, of all times.
    scopes: ScopeSet,
    /// None where one of the identities is not ASCII, so that it may be written in several ways.
    finder: Option<AhoCorasick>,
    left: Mutex<BTreeSet<usize>>,
}

/// Looks in these sources for the agents of the scopes that the census has not seen. Returns for each whether a record outside
/// the windows has it, if that could be found out.
pub(super) fn look(plan: &Plan, actors: &Actors, outside: &[&Source]) -> BTreeMap<usize, bool> {
    let unseen = unseen(plan, actors);
    if unseen.is_empty() {
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
            sessions: Vec::new(),
            ips: Vec::new(),
        };
        let identities: Vec<&str> = unseen
            .iter()
            .flat_map(|agent| agents[*agent].all_identities())
            .collect();
        let finder = || {
            AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .build(&identities)
                .ok()
        };
        let ascii = identities.iter().all(|identity| identity.is_ascii());
        Some(Self {
            scopes: ScopeSet::compile(&[scope], agents),
            finder: ascii.then(finder).flatten(),
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
        let each = |stream: &mut Stream<'_>| self.stream(plan.profile(source), stream);
        sources::read(source, &limits, &Silent, each).is_ok()
    }

    /// Fails as soon as nobody is left to find: nothing else ends the reading of a source.
    fn stream(&self, profile: &Profile, stream: &mut Stream<'_>) -> io::Result<()> {
        let mut blocks = Blocks::open(stream, &profile.wrapper)?;
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
        if !self.may_stand_in(block.bytes()) {
            return;
        }
        block.each(|record| {
            if !self.may_stand_in(record.bytes) {
                return;
            }
            if let Verdict::InScope(events) = full.verdict(&record, census, &mut Remarks::new()) {
                let mut left = self.left();
                events.iter().for_each(|event| {
                    left.remove(&event.agent);
                });
            }
        });
    }

    fn may_stand_in(&self, bytes: &[u8]) -> bool {
        let Some(finder) = &self.finder else {
            return true;
        };
        finder.is_match(bytes) || memchr::memmem::find(bytes, ESCAPE).is_some()
    }

    fn left(&self) -> std::sync::MutexGuard<'_, BTreeSet<usize>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
