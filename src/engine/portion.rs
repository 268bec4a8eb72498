//! One source read on its own, on any machine, and the sum of all: a scan in parts.
//!
//! A portion holds the state of the engine itself, so that a fact that the engine adds is in every
//! portion, too. A portion is the same whatever number of threads read it.

use std::{collections::BTreeMap, mem, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    EngineError, Local, Plan, again, local, looks,
    source::{Found, Pool},
};
use crate::{
    catalogue::Catalogue,
    findings::Scan,
    progress::Progress,
    scope::{ActorNames, Actors, DerivedName, MetActor},
    sources::{Contents, Digested, Source},
    tally::Budget,
};

/// Result of reading one source, before copies are set apart.
#[derive(Debug, Serialize, Deserialize)]
pub struct Portion {
    contents: Contents<Found>,
    names: ActorNames,
    /// Actors that are not listed, by their keys; events refer to them by their places.
    unlisted: Vec<(String, MetActor)>,
    /// Names that are derived from listed identities and count as the agent's own.
    derived: Vec<DerivedName>,
}

/// The portions make no scan.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AssembleError {
    /// The machine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A source has to be read again, and cannot be.
    #[error(
        "`{shown}` has to be read again {reason}, and is not here as it was read: run `merge` where the planned logs can be read, \
         unchanged"
    )]
    Again {
        /// Its path.
        shown: String,
        /// Reason, from `to` on.
        reason: &'static str,
    },
}

impl Portion {
    /// Returns length and digest of the file as it lies.
    pub fn file(&self) -> Option<Digested> {
        self.contents.parts.first().map(|part| part.file)
    }

    /// Returns whether the file grew or shrank while it was read.
    pub fn is_changed(&self) -> bool {
        self.contents.changed.is_some()
    }

    /// Returns how many records it holds.
    pub fn records(&self) -> u64 {
        self.contents.parts.iter().map(|part| part.value.tally.read).sum()
    }

    fn canonical(mut self, numbers: &[usize]) -> Self {
        for part in &mut self.contents.parts {
            part.value.tally.renumber_actors(numbers);
            part.value.tally.canonical();
        }
        self
    }
}

impl Local {
    /// Reads the source at this position of the plan alone.
    pub fn portion(self, plan: &Plan, input: usize, progress: &dyn Progress) -> Result<Portion, EngineError> {
        let source = &plan.sources.sources[input];
        progress.start(source.bytes);
        // A portion is needed whole, so nothing of it is put aside.
        let budget = Arc::new(Budget::new(u64::MAX, plan.memory.folder.clone()));
        let pool = Pool::default();
        let looks = looks::quotas(&plan.sources.sources)[input];
        let contents = self.install(|| local::scan(plan, (source, looks), &budget, &pool, progress))?;
        progress.finish();
        if let Some(fault) = budget.fault() {
            return Err(fault.into());
        }
        let (unlisted, numbers) = plan.scopes.roster.export();
        let portion = Portion {
            contents: contents?,
            names: pool.names(&plan.scopes),
            unlisted,
            derived: plan.scopes.derived_names(),
        };
        Ok(portion.canonical(&numbers))
    }

    /// Adds up the portions of all sources of a plan, in its order. The scan is the one that
    /// [`super::Engine::run`] gives. Before a source is read again, `is_planned` says whether it is
    /// still the one of the plan.
    pub fn assemble<E: From<AssembleError>>(
        self,
        plan: &Plan,
        portions: impl Iterator<Item = Result<Portion, E>>,
        is_planned: impl Fn(&Source) -> bool,
    ) -> Result<Scan, E> {
        let failed = |fault: EngineError| E::from(AssembleError::Engine(fault));
        let budget = Arc::new(plan.memory.budget());
        let (mut files, mut names) = (Vec::new(), ActorNames::default());
        for portion in portions {
            let Portion {
                mut contents,
                names: own,
                unlisted,
                derived,
            } = portion?;
            plan.scopes.derived.import(derived);
            let numbers = plan.scopes.roster.import(unlisted);
            for part in &mut contents.parts {
                let tally = &mut part.value.tally;
                tally.renumber_actors(&numbers);
                let own = mem::replace(tally, crate::tally::SourceTally::new(plan.coverage.clone()));
                *tally = own.charge(&budget).map_err(|fault| failed(fault.into()))?;
            }
            names = ActorNames::merged(plan.scopes.identities(), [names, own]);
            files.push(contents);
        }
        let mut actors = Actors::from(names);
        self.look_outside(plan, &files, &mut actors, is_planned)?;
        Ok(local::numbered(plan, files, budget, (actors, Vec::new())))
    }

    /// Looks outside the windows for agents whom no record in a window has.
    fn look_outside(
        self,
        plan: &Plan,
        files: &[Contents<Found>],
        actors: &mut Actors,
        is_planned: impl Fn(&Source) -> bool,
    ) -> Result<(), AssembleError> {
        let outside = local::with_outside(plan, files);
        let sought = again::sought(plan, actors);
        if sought == 0 {
            return Ok(());
        }
        if let Some(source) = outside.iter().find(|source| !is_planned(source)) {
            return Err(AssembleError::Again {
                shown: source.shown.clone(),
                reason: "to look outside the windows for agents who did nothing in them",
            });
        }
        let found: BTreeMap<usize, bool> = self.install(|| again::look(plan, actors, &outside))?;
        if let Some(source) = outside.first().filter(|_| found.len() < sought) {
            return Err(AssembleError::Again {
                shown: source.shown.clone(),
                reason: "to look outside the windows for agents who did nothing in them",
            });
        }
        actors.outside = found;
        Ok(())
    }

    /// Follows links as [`Local::follow`] does, and fails where a source that may hold what ties
    /// cannot be read again.
    pub fn follow_all(self, plan: &Plan, catalogue: &Catalogue, scan: &mut Scan) -> Result<(), AssembleError> {
        self.follow(plan, catalogue, scan)?;
        match scan.links.unread.first() {
            Some(number) => Err(AssembleError::Again {
                shown: scan.sources[*number].path.clone(),
                reason: "to follow what events in scope set in motion",
            }),
            None => Ok(()),
        }
    }
}
