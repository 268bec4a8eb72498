//! Reports: an answer turned into bytes. No fact is computed here, no clock is read and no file is written.
//!
//! ```text
//! Findings     -> Header      what every customer may see      -\
//! TenantImpact -> TenantView  one customer's share, formatted  --> report.html report.md actions.csv actions.jsonl
//! Answer       -> OverviewView, for the vendor's own team      --> index.html tenants.csv refused.csv ...
//! ```

mod csv;
mod guard;
mod header;
mod html;
mod json;
mod lang;
mod markdown;
mod rows;
mod tables;
mod templates;
mod view;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

pub use guard::Release;
pub use templates::{Replacement, TemplateError, Templates};

use std::{fmt, sync::OnceLock};

use handlebars::RenderError;

use crate::findings::{Answer, Findings, TenantImpact};
use guard::Own;
use header::Header;
use view::{OverviewView, TenantView};

/// One file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Where in the bundle, with `/`: `tenants/acme/report.html`.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// The content of `findings.json`.
pub fn findings_json(findings: &Findings) -> String {
    json::pretty(findings)
}

/// A report could not be rendered.
#[derive(Debug, thiserror::Error)]
#[error("template `{template}` cannot be rendered")]
pub struct ReportError {
    template: &'static str,
    source: Box<RenderError>,
}

impl ReportError {
    fn of(template: &'static str) -> impl FnOnce(RenderError) -> Self {
        move |source| Self {
            template,
            source: Box::new(source),
        }
    }
}

/// Everything that all reports of an answer share. Rendering borrows it, so tenants can be rendered in parallel.
pub struct Reports {
    header: Header,
    templates: Templates,
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
            own: OnceLock::new(),
        }
    }

    /// The four files of one tenant, not yet searched: nobody else may have them.
    fn tenant(&self, impact: &TenantImpact) -> Result<Vec<Artifact>, ReportError> {
        tenant(&self.header, &self.templates, impact)
    }

    /// The files for the vendor's own team: `index.html`, `tenants.csv`, `refused.csv`, `isolation.csv`, `masked.jsonl`,
    /// `unattributed.jsonl`, `findings.json`.
    pub fn overview(&self, answer: &Answer) -> Result<Vec<Artifact>, ReportError> {
        let Self { header, templates, .. } = self;
        let findings = &answer.findings;
        let mut view = OverviewView::new(answer);
        view.rows = templates.tenant_html.rows(&view::tenants(findings));
        let html = templates.index_html(&view).map_err(ReportError::of("index.html.hbs"))?;
        let artifact = |path: &str, bytes| Artifact {
            path: path.to_owned(),
            bytes,
        };
        Ok(vec![
            artifact("index.html", html.into_bytes()),
            artifact("tenants.csv", tables::tenants(findings)),
            artifact("refused.csv", tables::refused(findings)),
            artifact("isolation.csv", tables::isolation(answer)),
            artifact("masked.jsonl", tables::masked(answer)),
            artifact("unattributed.jsonl", tables::lines(header, &answer.unattributed)),
            artifact("findings.json", findings_json(findings).into_bytes()),
        ])
    }
}

/// The four files of one tenant: `report.html`, `report.md`, `actions.csv`, `actions.jsonl` in its folder. Made from what every
/// customer may see and from this tenant's own share; nothing else is within reach.
fn tenant(header: &Header, templates: &Templates, impact: &TenantImpact) -> Result<Vec<Artifact>, ReportError> {
    let actions = view::actions(header, &impact.events);
    let mut view = TenantView::new(header, impact);
    view.rows = templates.action_html.rows(&actions);
    let html = templates
        .report_html(&view)
        .map_err(ReportError::of("report.html.hbs"))?;
    view.rows = templates.action_markdown.rows(&actions);
    let markdown = templates
        .report_markdown(&view)
        .map_err(ReportError::of("report.md.hbs"))?;
    let slug = &impact.finding.slug;
    let artifact = |name: &str, bytes| Artifact {
        path: format!("tenants/{slug}/{name}"),
        bytes,
    };
    Ok(vec![
        artifact("report.html", html.into_bytes()),
        artifact("report.md", markdown.into_bytes()),
        artifact("actions.csv", tables::actions(header, &impact.events)),
        artifact("actions.jsonl", tables::lines(header, &impact.events)),
    ])
}
