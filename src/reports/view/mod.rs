//! What templates are rendered with: plain values with every number, date and plural already written out.
//!
//! Nothing here is escaped: that is done as text enters a language, by the language's own rule. No field is ever left
//! out, because strict mode would take that for a misspelt name; what is absent is empty.

mod action;
mod days;
mod kinds;
mod overview;
mod searched;
mod tenant;

pub(super) use action::{ActionRow, action, scopes};
pub(super) use overview::{OverviewView, TenantRow, tenants};
pub(super) use tenant::TenantView;

use std::borrow::Cow;

use crate::{
    case::CaseHeader,
    coverage::Gap,
    events::Target,
    findings::Tool,
    reports::{lang, template::view},
    tenants::TenantEvent,
    time::Timestamp,
};

view! {
    /// The case as every report is headed with it.
    pub(super) struct CaseView {
        id: String,
        title: String,
        vendor: String,
        issued: String,
        contact: String,
        tlp: String,
        /// One of `RED`, `AMBER`, `GREEN`, `CLEAR`: a class name.
        tlp_color: String,
        tlp_meaning: String,
        tool: String,
    }
}

impl CaseView {
    fn new(case: &CaseHeader, tool: &Tool) -> Self {
        let tlp = case.tlp.as_str();
        Self {
            id: case.id.clone(),
            title: case.title.clone(),
            vendor: case.vendor.clone(),
            issued: case.issued.map(Timestamp::in_words).unwrap_or_default(),
            contact: case.contact.clone().unwrap_or_default(),
            tlp: format!("TLP:{tlp}"),
            tlp_color: tlp.split('+').next().unwrap_or(tlp).to_owned(),
            tlp_meaning: lang::tlp_meaning(case.tlp).to_owned(),
            tool: format!("{} {}", tool.name, tool.version),
        }
    }
}

view! {
    /// A figure at the top of a report.
    pub(super) struct Tile {
        label: String,
        value: String,
        note: String,
        /// An effect's key, if the figure is of one.
        class: String,
    }
}

impl Tile {
    fn new(label: &str, value: impl Into<String>, note: impl Into<String>) -> Self {
        Self {
            label: label.to_owned(),
            value: value.into(),
            note: note.into(),
            class: String::new(),
        }
    }

    fn of(mut self, class: &str) -> Self {
        class.clone_into(&mut self.class);
        self
    }
}

view! {
    /// A stretch of time without records.
    pub(super) struct GapView {
        from: String,
        until: String,
    }
}

impl GapView {
    fn new(gap: &Gap) -> Self {
        Self {
            from: lang::clock(gap.from),
            until: lang::clock(gap.until),
        }
    }
}

view! {
    /// On whom or what.
    pub(super) struct TargetRow<'a> {
        kind: Cow<'a, str>,
        name: Cow<'a, str>,
        id: Cow<'a, str>,
    }
}

/// A field's text; empty where the log has none.
fn text(field: Option<&String>) -> Cow<'_, str> {
    field.map(String::as_str).unwrap_or_default().into()
}

/// The targets of an event.
fn targets(event: &TenantEvent) -> Vec<TargetRow<'_>> {
    event.targets.iter().map(target).collect()
}

fn target(target: &Target) -> TargetRow<'_> {
    TargetRow {
        kind: text(target.kind.as_ref()),
        name: text(target.name.as_ref()),
        id: text(target.id.as_ref()),
    }
}
