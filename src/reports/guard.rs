//! The final check: every rendered file of a tenant is searched for all names of others before it
//! is released.
//!
//! Templates and the catalogue have words too, and a tenant may be called `Export`. A name found in
//! a file is therefore compared with the same file without external text: rendered by the built-in
//! templates from the same events, with a dot for every text. A name that occurs more often in the
//! real file did not come from this program. The second rendering is made only if a name was found,
//! which is rare.

use super::{
    Artifact, Folder, Reports, Templates,
    folder::Nowhere,
    header::{DOT, Header},
    search::{Guarded, Tally},
};
use crate::{
    case::CaseHeader,
    catalogue::Catalogue,
    findings::{Mention, TenantImpact},
    isolation::{CleanLines, Hit, Names, TenantSearch, Verdict},
    tally::TenantEvent,
};

/// A tenant's folder in which every file was searched and no name of others was found. Only
/// [`Reports::release`] creates it, so a function that takes this type cannot publish an unsearched
/// folder.
#[derive(Debug)]
pub struct Searched<F>(F);

impl<F> Searched<F> {
    /// The folder.
    pub fn into_inner(self) -> F {
        self.0
    }
}

/// Result of the search of a tenant's files.
#[derive(Debug)]
pub enum Release<F> {
    /// The files name no others and may be published.
    Files(Searched<F>),
    /// The files must not be published, and their folder is dropped. Holds the names found in each.
    Stopped(Vec<Mention>),
}

/// Baseline: the text that this program itself writes into reports.
pub(super) struct Own {
    templates: Templates,
    catalogue: Catalogue,
}

impl Own {
    /// Texts for logs that profiles of these names read.
    pub(super) fn new(profiles: &[&str]) -> Self {
        Self {
            templates: Templates::built_in(),
            catalogue: Catalogue::of_profiles(profiles),
        }
    }
}

impl Reports {
    /// Renders a tenant's files into its folder, and what else goes there, searching everything as
    /// it passes. `enclosed` makes the rest, which says what the others are, headed by the case as
    /// it is given.
    pub fn release<F: Folder>(
        &self,
        names: &Names,
        impact: &TenantImpact,
        folder: F,
        enclosed: impl Fn(&F, &CaseHeader) -> Vec<Artifact>,
    ) -> Result<Release<F>, F::Fault> {
        let reader = names.for_tenant(&impact.finding.id);
        let clean_lines = names.clean_lines(|| [self.templates.literals(), vec![self.enclosed]].concat());
        let mut files = Guarded::new(&reader, clean_lines, folder);
        super::tenant(&self.header, &self.templates, impact, &mut files)?;
        enclose(enclosed(&files.folder, &self.header.case), &mut files)?;
        let Guarded { folder, found, .. } = files;
        if found.iter().all(|(_, tally)| tally.is_empty()) {
            return Ok(Release::Files(Searched(folder)));
        }
        let plain = self.plain(&reader, clean_lines, impact, |case| enclosed(&folder, case));
        let pairs = found.into_iter().zip(&plain);
        let stops: Vec<_> = pairs
            .filter_map(|((file, found), (_, own))| stop(impact, file, found, own))
            .collect();
        Ok(if stops.is_empty() {
            Release::Files(Searched(folder))
        } else {
            Release::Stopped(stops)
        })
    }

    /// Returns the names found in the same files rendered without external text.
    fn plain(
        &self,
        reader: &TenantSearch<'_>,
        clean_lines: &CleanLines,
        impact: &TenantImpact,
        enclosed: impl Fn(&CaseHeader) -> Vec<Artifact>,
    ) -> Vec<(String, Tally)> {
        let profiles = || -> Vec<_> {
            self.header
                .sources
                .iter()
                .map(|source| source.profile.as_str())
                .collect()
        };
        let own = self.own.get_or_init(|| Own::new(&profiles()));
        let header: Header = self.header.plain(&own.catalogue);
        let mut files = Guarded::new(reader, clean_lines, Nowhere);
        super::tenant(&header, &own.templates, &plain(impact, &own.catalogue), &mut files)
            .and_then(|()| enclose(enclosed(&header.case), &mut files))
            .expect("nowhere takes every write");
        files.found
    }
}

fn enclose<F: Folder>(files: Vec<Artifact>, folder: &mut F) -> Result<(), F::Fault> {
    let mut files = files.into_iter();
    files.try_for_each(|file| folder.file(&file.path, |to| to.write_all(&file.bytes)))
}

/// Returns the names that occur in the file more often than in the baseline.
fn stop(impact: &TenantImpact, file: String, found: Tally, own: &Tally) -> Option<Mention> {
    let ours = |name: &usize| own.get(name).map_or(0, |(times, _)| *times);
    let foreign = found.into_iter().filter(|(name, (times, _))| *times > ours(name));
    let hits: Vec<_> = foreign
        .map(|(_, (times, hit))| Hit {
            verdict: Verdict::Stopped,
            times,
            ..hit
        })
        .collect();
    (!hits.is_empty()).then(|| Mention {
        tenant: impact.finding.id.clone(),
        at: None,
        event_id: None,
        field: file,
        original: None,
        shown: None,
        hits,
    })
}

/// Returns the events without external text. Codes of the built-in catalogue belong to this program
/// and stay.
fn plain(impact: &TenantImpact, catalogue: &Catalogue) -> TenantImpact {
    let mut codes: Vec<&str> = impact.events.iter().map(|event| event.action.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    let events = impact.events.iter().map(|event| plain_event(event, catalogue, &codes));
    TenantImpact {
        finding: impact.finding.clone(),
        events: events.collect(),
    }
}

fn plain_event(event: &TenantEvent, catalogue: &Catalogue, codes: &[&str]) -> TenantEvent {
    let mut event = event.clone();
    if !catalogue.knows(&event.action) {
        // Each a code of its own, so that there are as many kinds of action.
        let number = codes.binary_search(&event.action.as_str()).unwrap_or_default();
        event.action = DOT.repeat(number + 1);
    }
    let texts = [
        &mut event.event_id,
        &mut event.ticket,
        &mut event.justification,
        &mut event.ip,
        &mut event.session,
        &mut event.user_agent,
        &mut event.parameters,
    ];
    let targets = event.targets.iter_mut();
    let targets = targets.flat_map(|target| [&mut target.kind, &mut target.id, &mut target.name]);
    for text in texts
        .into_iter()
        .chain(targets)
        .flatten()
        .filter(|text| !text.is_empty())
    {
        DOT.clone_into(text);
    }
    DOT.clone_into(&mut event.time_original);
    event
}
