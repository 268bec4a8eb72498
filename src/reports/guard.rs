//! The last look: every rendered file of a tenant is searched for every name of everybody else, before it is released.
//!
//! Templates and catalogue have words too, and a customer may be called `Export`. So what is found in a file is held against
//! the same file without anything that came from outside: rendered by the built-in templates from the same events, in which
//! every text is a dot. What stands more often in the real file than in that one did not come from this program. The second
//! rendering is made only where something was found, which is seldom.
//!
//! A file is searched line by line, which is how every format here is written: a line break in a text is made visible. The
//! search itself reads entities, escapes and the marks of code spans as what they stand for.

use std::{borrow::Cow, collections::BTreeMap};

use super::{Artifact, ReportError, Reports, Templates, header::Header};
use crate::{
    catalogue::Catalogue,
    findings::{Mention, TenantImpact},
    isolation::{Found, Hit, Names, Reader, Verdict},
    tenants::TenantEvent,
};

/// What became of a tenant's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Release {
    /// They name nobody else, and may be written.
    Files(Vec<Artifact>),
    /// They are not to be seen by anybody: this is what was found in each.
    Stopped(Vec<Mention>),
}

/// What this program itself writes into reports.
pub(super) struct Own {
    templates: Templates,
    catalogue: Catalogue,
}

impl Own {
    pub(super) fn new() -> Self {
        Self {
            templates: Templates::built_in(),
            catalogue: Catalogue::built_in(),
        }
    }
}

/// Names in a file: how often each stands there, and where it does first.
type Tally = BTreeMap<usize, (u64, Hit)>;

impl Reports {
    /// A tenant's files, if nothing in them names anybody else.
    pub fn release(&self, names: &Names, impact: &TenantImpact) -> Result<Release, ReportError> {
        let reader = names.for_reader(&impact.finding.id);
        let files = self.tenant(impact)?;
        let found: Vec<Tally> = files.iter().map(|file| tally(&reader, file)).collect();
        if found.iter().all(Tally::is_empty) {
            return Ok(Release::Files(files));
        }
        let own = self.own.get_or_init(Own::new);
        let plain = render(
            &self.header.plain(&own.catalogue),
            &own.templates,
            &plain(impact, &own.catalogue),
        )?;
        let pairs = files.iter().zip(found).zip(&plain);
        let stops: Vec<_> = pairs
            .filter_map(|((file, found), plain)| stop(impact, file, found, &tally(&reader, plain)))
            .collect();
        Ok(if stops.is_empty() {
            Release::Files(files)
        } else {
            Release::Stopped(stops)
        })
    }
}

fn render(header: &Header, templates: &Templates, impact: &TenantImpact) -> Result<Vec<Artifact>, ReportError> {
    super::tenant(header, templates, impact)
}

fn tally(reader: &Reader<'_>, file: &Artifact) -> Tally {
    let text = match str::from_utf8(&file.bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(&file.bytes),
    };
    let mut tally = Tally::new();
    let table = file.path.rsplit_once('.').is_some_and(|(_, kind)| kind == "csv");
    let mut from = 0;
    for end in memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]) {
        let line = text[from..end].trim();
        from = (end + 1).min(text.len());
        let line = if table { cells(line) } else { Cow::Borrowed(line) };
        for found in reader.search(&line) {
            count(&mut tally, reader, &found, &line);
        }
    }
    tally
}

fn count(tally: &mut Tally, reader: &Reader<'_>, found: &Found, line: &str) {
    if found.allowed {
        return;
    }
    let first = || (0, reader.hit(found, line));
    tally.entry(found.name).or_insert_with(first).0 += 1;
}

/// A row of CSV without its quotation marks.
fn cells(line: &str) -> Cow<'_, str> {
    if line.contains('"') {
        Cow::Owned(line.replace("\"\"", "\u{0}").replace('"', "").replace('\u{0}', "\""))
    } else {
        Cow::Borrowed(line)
    }
}

/// What stands in the file more often than this program itself writes it.
fn stop(impact: &TenantImpact, file: &Artifact, found: Tally, own: &Tally) -> Option<Mention> {
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
        field: file.path.rsplit('/').next().unwrap_or_default().to_owned(),
        original: None,
        shown: None,
        hits,
    })
}

/// What stands for a text: nobody can be called that.
pub(super) const DOT: &str = "·";

/// The same events without a word from outside. A code of the built-in catalogue is a word of this program.
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
