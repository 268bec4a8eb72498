//! Reports: an answer turned into bytes. No fact is computed here, no clock is read and no file is
//! written.
//!
//! ```text
//! Findings     -> Header, shown to every tenant     -\
//! TenantImpact -> TenantView, formatted for a tenant --> report.html report.md actions.csv ...
//! Answer       -> OverviewView, for the vendor       --> index.html tenants.csv refused.csv ...
//! ```
//!
//! Files go out row by row, into whatever [`Folder`] they are for, and a customer's are searched as
//! they pass.

mod csv;
mod folder;
mod guard;
mod header;
mod html;
mod json;
mod lang;
mod language;
mod letter;
mod link;
mod local;
mod markdown;
mod out;
mod search;
mod tables;
mod template;
mod templates;
mod view;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

pub(crate) use csv::safe;
pub use folder::{Artifact, Folder};
pub use guard::{Release, Searched};
pub(crate) use link::LinkLine;
pub(crate) use tables::{ActionTold, PEOPLE_COLUMNS, people_cells};
pub use templates::{Replacement, TemplateError, Templates};

use std::{
    fmt,
    io::{self, Write},
    sync::OnceLock,
};

use crate::{
    digest::Sha256,
    findings::{Answer, Findings, TenantImpact},
};
use guard::Own;
use header::Header;
use out::Out;
use template::{Rows, Template, View};
use view::{OverviewView, PrintedActions, TenantView};

/// Writes the content of `findings.json`.
pub fn findings_json(findings: &Findings, to: &mut dyn Write) -> io::Result<()> {
    json::pretty(findings, to)
}

/// Writes the same bytes, the tenants laid out on several threads: for where these have nothing
/// else to do. The tenants are taken out of the findings meanwhile.
pub fn spread_findings_json(findings: &mut Findings, to: &mut dyn Write) -> io::Result<()> {
    let tenants = std::mem::take(&mut findings.tenants);
    let written = json::around(findings, "tenants", &tenants, to);
    findings.tenants = tenants;
    written
}

/// The file `findings.json`, which takes as long as all others of the vendor's own.
pub fn findings<F: Folder>(findings: &Findings, folder: &mut F) -> Result<(), F::Fault> {
    folder.file("findings.json", |to| findings_json(findings, to))
}

/// Everything that all reports of an answer share. Rendering borrows it, so tenants can be rendered
/// in parallel.
pub struct Reports {
    header: Header,
    templates: Templates,
    /// Lines of the enclosed files.
    enclosed: &'static str,
    /// Made when it is first needed.
    own: OnceLock<Own>,
}

impl fmt::Debug for Reports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { header, templates, .. } = self;
        let mut shown = f.debug_struct("Reports");
        shown.field("header", header).field("templates", templates);
        shown.finish_non_exhaustive()
    }
}

impl Reports {
    /// Keeps of the findings what every customer may see.
    pub fn new(findings: &Findings, templates: Templates) -> Self {
        Self {
            header: Header::new(findings),
            templates,
            enclosed: "",
            own: OnceLock::new(),
        }
    }

    /// Adds the text of enclosed files, whose lines occur in every folder and are searched once
    /// instead of once for each tenant.
    #[must_use]
    pub fn enclosing(self, enclosed: &'static str) -> Self {
        Self { enclosed, ..self }
    }

    /// The files for the vendor's own team, beside the findings: `index.html`, `tenants.csv`,
    /// `mailing.csv`, `refused.csv`, `near.csv`, `census.csv`, `isolation.csv`, `masked.jsonl`,
    /// `unattributed.jsonl`. `digest` gives the SHA-256 of a file of the bundle that was made
    /// before.
    pub fn overview<F: Folder>(
        &self,
        answer: &Answer,
        digest: &dyn Fn(&str) -> Option<Sha256>,
        folder: &mut F,
    ) -> Result<(), F::Fault> {
        let Self { header, templates, .. } = self;
        let findings = &answer.findings;
        let view = OverviewView::new(answer);
        let rows = |out: &mut Out<'_>| {
            let mut rows = view::tenants(findings);
            rows.try_for_each(|row| templates.tenant_html.row(&row, out))
        };
        folder.file("index.html", |to| page(&templates.index_html, &view, &rows, to))?;
        folder.file("tenants.csv", |to| tables::tenants(findings, to))?;
        folder.file("mailing.csv", |to| tables::mailing(findings, digest, to))?;
        folder.file("refused.csv", |to| tables::refused(findings, to))?;
        folder.file("near.csv", |to| tables::near(answer, to))?;
        folder.file("census.csv", |to| tables::census(findings, to))?;
        folder.file("isolation.csv", |to| tables::isolation(answer, to))?;
        folder.file("masked.jsonl", |to| tables::masked(answer, to))?;
        folder.file("unattributed.jsonl", |to| tables::unattributed(header, answer, to))
    }
}

/// Writes the content of `records/<slug>.jsonl`: the places of a tenant's records and the nonces of
/// their commitments. It is the vendor's, and stands outside of the tenant's folder.
pub fn records(findings: &Findings, impact: &TenantImpact, to: &mut dyn Write) -> io::Result<()> {
    tables::records(findings, impact, to)
}

/// Writes the files of one tenant: `report.html`, `report.md`, `actions.csv`, `actions.jsonl`,
/// `people.csv`, and the message to send them with, `letter.txt` and `letter.eml`. They are made
/// from what every customer may see and from this tenant's own share.
fn tenant<F: Folder>(
    header: &Header,
    templates: &Templates,
    impact: &TenantImpact,
    folder: &mut F,
) -> Result<(), F::Fault> {
    let printed = PrintedActions::new(header, impact);
    let view = TenantView::new(header, impact, &printed);
    let rows = |template: &Template, out: &mut Out<'_>| {
        let mut numbered = (1..).zip(&impact.events);
        numbered
            .try_for_each(|(number, event)| template.row(&view::action(header, impact, &printed, number, event), out))
    };
    let html = |out: &mut Out<'_>| rows(&templates.action_html, out);
    folder.file("report.html", |to| page(&templates.report_html, &view, &html, to))?;
    let markdown = |out: &mut Out<'_>| rows(&templates.action_markdown, out);
    folder.file("report.md", |to| page(&templates.report_markdown, &view, &markdown, to))?;
    folder.file("actions.csv", |to| tables::actions(header, &impact.events, to))?;
    folder.file("actions.jsonl", |to| tables::lines(header, impact, to))?;
    folder.file("people.csv", |to| tables::people(impact, to))?;
    let mut letter = Vec::new();
    page(&templates.letter, &view, &|_| Ok(()), &mut letter).expect("memory takes every write");
    let letter = String::from_utf8_lossy(&letter);
    folder.file("letter.txt", |to| to.write_all(letter.as_bytes()))?;
    let Header { case, draft, .. } = header;
    let subject = letter::subject(case, *draft, &impact.finding);
    let message = letter::message(case, &subject, impact.finding.contact.as_deref(), &letter);
    folder.file("letter.eml", |to| to.write_all(message.as_bytes()))
}

fn page(template: &Template, view: &impl View, rows: Rows<'_>, to: &mut dyn Write) -> io::Result<()> {
    let mut out = Out::new(to);
    template.page(view, rows, &mut out)?;
    out.finish()
}
