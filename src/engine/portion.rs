//! One source read on its own, on any machine, and the sum of all: a scan in parts.
//!
//! A portion holds the state of the engine itself, so that a fact that the engine adds is in every
//! portion, too. A portion is the same whatever number of threads read it.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    mem,
    sync::Arc,
};

use encoding_rs::UTF_8;
use serde::{Deserialize, Serialize};

use super::{
    EngineError, Local, Plan, local, outside_windows, path_check,
    source::{Pool, StreamResult, tally_blocks},
};
use crate::{
    case::encoding_name,
    catalogue::Catalogue,
    findings::Scan,
    progress::Progress,
    records::{Blocks, RefusalReason},
    scope::{ActorNames, Actors, DerivedName, MetActor},
    sources::{self, Contents, Digested, Source, SourceError, TextStream},
    tally::{Budget, SourceTally},
};

/// Result of reading one source or a part of it, before copies are set apart.
#[derive(Debug, Serialize, Deserialize)]
pub struct Portion {
    contents: Contents<StreamResult>,
    names: ActorNames,
    /// Actors that are not listed, by their keys; events refer to them by their places.
    unlisted: Vec<(String, MetActor)>,
    /// Names that are derived from listed identities and count as the agent's own.
    derived: Vec<DerivedName>,
    /// Digest of the whole file, if this is the portion of it.
    digest: Option<Digested>,
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
    /// Returns length and digest of the bytes that were read.
    pub fn read(&self) -> Option<Digested> {
        let part = self.contents.parts.first();
        self.digest.or_else(|| part.map(|part| part.file))
    }

    /// Returns whether the file grew or shrank while it was read.
    pub fn is_changed(&self) -> bool {
        self.contents.changed.is_some()
    }

    /// Returns how many records it holds.
    pub fn records(&self) -> u64 {
        self.contents.parts.iter().map(|part| part.value.tally.read).sum()
    }

    /// Returns where a line lies that is too long to be a record.
    pub fn too_long(&self) -> Option<u64> {
        let tallies = self.contents.parts.iter().map(|part| &part.value.tally);
        let mut refused = tallies.flat_map(|tally| &tally.refused);
        let found = refused.find(|refused| refused.refusal.reason == RefusalReason::TooLong);
        found.map(|refused| refused.at.offset)
    }

    fn new(plan: &Plan, contents: Contents<StreamResult>, pool: Pool) -> Self {
        let (unlisted, numbers) = plan.scopes.roster.export();
        let mut portion = Self {
            contents,
            names: pool.names(&plan.scopes),
            unlisted,
            derived: plan.scopes.derived_names(),
            digest: None,
        };
        for part in &mut portion.contents.parts {
            part.value.tally.renumber_actors(&numbers);
            part.value.tally.canonical();
        }
        portion
    }
}

/// Number of lists of names that are merged at once, each of which may hold all names.
const NAMES_AT_ONCE: usize = 64;

/// Empty contents.
fn nothing() -> Contents<StreamResult> {
    Contents {
        parts: Vec::new(),
        skipped: Vec::new(),
        truncated: Vec::new(),
        changed: None,
        stamps: [None, None],
    }
}

impl Local {
    /// Reads the source at this position of the plan alone.
    pub fn portion(self, plan: &Plan, input: usize, progress: &dyn Progress) -> Result<Portion, EngineError> {
        let source = &plan.sources.sources[input];
        progress.start(source.bytes);
        let quota = path_check::quotas(&plan.sources.sources)[input];
        let (budget, pool) = (whole(plan), Pool::default());
        let contents = self.install(|| local::scan(plan, (source, quota), &budget, &pool, progress))?;
        progress.finish();
        match budget.fault() {
            Some(fault) => Err(fault.into()),
            None => Ok(Portion::new(plan, contents?, pool)),
        }
    }

    /// Reads the bytes of a source that is plain text, from the beginning of a record, or from 0,
    /// to the end of another.
    pub fn part(
        self,
        plan: &Plan,
        input: usize,
        (from, until): (u64, u64),
        progress: &dyn Progress,
    ) -> Result<Portion, EngineError> {
        let source = &plan.sources.sources[input];
        progress.start(until - from);
        let (budget, pool) = (whole(plan), Pool::default());
        let quota = if from == 0 {
            path_check::quotas(&plan.sources.sources)[input]
        } else {
            0
        };
        let found = self.install(|| part(plan, (source, quota), (from, until), &budget, &pool))?;
        progress.advance(until - from);
        progress.finish();
        if let Some(fault) = budget.fault() {
            return Err(fault.into());
        }
        let value = found.map_err(|fault| SourceError::Io {
            shown: source.shown.clone(),
            fault,
        })?;
        let read = Digested {
            sha256: None,
            bytes: until - from,
        };
        let part = TextStream {
            shown: source.shown.clone(),
            container: "plain".to_owned(),
            encoding: encoding_name(UTF_8),
            looks_like: None,
            file: read,
            stream: read,
            value,
        };
        let parts = vec![part];
        Ok(Portion::new(plan, Contents { parts, ..nothing() }, pool))
    }

    /// Reads a source for its digest alone.
    pub fn digest(self, plan: &Plan, input: usize) -> Result<Portion, EngineError> {
        let source = &plan.sources.sources[input];
        let digest = sources::digest_of(source).map_err(|fault| SourceError::Io {
            shown: source.shown.clone(),
            fault,
        })?;
        Ok(Portion {
            contents: nothing(),
            names: ActorNames::default(),
            unlisted: Vec::new(),
            derived: Vec::new(),
            digest: Some(digest),
        })
    }

    /// Adds up the portions of all sources of a plan, in its order, each with the position of its
    /// source. The scan is the one that [`super::Engine::run`] gives. Before a source is read
    /// again, `is_planned` says whether it is still the one of the plan.
    pub fn assemble<E: From<AssembleError>>(
        self,
        plan: &Plan,
        portions: impl Iterator<Item = Result<(usize, Portion), E>>,
        is_planned: impl Fn(&Source) -> bool,
    ) -> Result<Scan, E> {
        let failed = |fault: EngineError| E::from(AssembleError::Engine(fault));
        let budget = Arc::new(plan.memory.budget());
        let (mut files, mut names): (Vec<Contents<StreamResult>>, Vec<ActorNames>) = (Vec::new(), Vec::new());
        let mut ticket = 0;
        for portion in portions {
            let (input, portion) = portion?;
            let first = files.len() == input;
            if first {
                ticket = budget.ticket();
            }
            let Portion {
                mut contents,
                names: own,
                unlisted,
                derived,
                digest,
            } = portion;
            plan.scopes.derived.import(derived);
            let numbers = plan.scopes.roster.import(unlisted);
            for (place, part) in contents.parts.iter_mut().enumerate() {
                // Each further member of an archive is a source of its own.
                let ticket = if place == 0 { ticket } else { budget.ticket() };
                let tally = &mut part.value.tally;
                tally.renumber_actors(&numbers);
                let own = mem::replace(tally, SourceTally::new(plan.coverage.clone()));
                *tally = own
                    .charge(&budget, ticket, first)
                    .map_err(|fault| failed(fault.into()))?;
            }
            names.push(own);
            if names.len() == NAMES_AT_ONCE {
                names = vec![ActorNames::merged(plan.scopes.identities(), names)];
            }
            match files.last_mut().filter(|_| !first) {
                Some(file) => join(file, contents, digest),
                None => files.push(contents),
            }
        }
        let mut actors = Actors::from(ActorNames::merged(plan.scopes.identities(), names));
        self.look_outside(plan, &files, &mut actors, is_planned)?;
        Ok(local::assign_source_numbers(plan, files, budget, (actors, Vec::new())))
    }

    /// Looks outside the windows for agents whom no record in a window has.
    fn look_outside(
        self,
        plan: &Plan,
        files: &[Contents<StreamResult>],
        actors: &mut Actors,
        is_planned: impl Fn(&Source) -> bool,
    ) -> Result<(), AssembleError> {
        let outside = local::with_outside(plan, files);
        let sought = outside_windows::sought(plan, actors);
        if sought == 0 {
            return Ok(());
        }
        if let Some(source) = outside.iter().find(|source| !is_planned(source)) {
            return Err(AssembleError::Again {
                shown: source.shown.clone(),
                reason: "to look outside the windows for agents who did nothing in them",
            });
        }
        let found: BTreeMap<usize, bool> = self.install(|| outside_windows::look(plan, actors, &outside))?;
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

/// A budget that puts nothing aside: a portion is needed whole.
fn whole(plan: &Plan) -> Arc<Budget> {
    Arc::new(Budget::new(u64::MAX, plan.memory.folder.clone()))
}

fn part(
    plan: &Plan,
    (source, quota): (&Source, u64),
    (from, until): (u64, u64),
    budget: &Arc<Budget>,
    pool: &Pool,
) -> io::Result<StreamResult> {
    let profile = plan.profile(source);
    let mut file = File::open(&source.path)?;
    let open = |file: File, until: u64| {
        let head = file.take(until);
        Blocks::open_as(head, &profile.layout(), &source.text)
    };
    let tally = |blocks| tally_blocks(plan, profile, budget, pool, blocks, (None, quota), None);
    if from == 0 {
        return tally(open(file, until)?);
    }
    let blocks = open(File::open(&source.path)?, source.bytes)?;
    file.seek(SeekFrom::Start(from))?;
    tally(blocks.resumed(file.take(until - from), from))
}

/// Adds the next portion of a file, which is cut.
fn join(file: &mut Contents<StreamResult>, next: Contents<StreamResult>, digest: Option<Digested>) {
    let Some(mut whole) = file.parts.pop() else { return };
    for next in next.parts {
        whole.file.bytes += next.file.bytes;
        whole.value = whole.value.and(next.value);
    }
    whole.file = digest.unwrap_or(whole.file);
    whole.stream = whole.file;
    file.parts.push(whole);
}
