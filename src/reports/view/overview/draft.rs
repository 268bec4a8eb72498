//! Codes without an explanation: they make every report a draft.

use crate::{
    catalogue::draft_entry,
    findings::{ActionFinding, Findings},
    reports::{lang, template::view},
    text::{counted, grouped},
};

/// Number of codes for which an entry is written out.
const SHOWN: usize = 20;

view! {
    /// Reasons why the reports are drafts.
    pub(super) struct DraftView {
        /// Number of codes, in words; empty where the reports are no draft.
        codes: String,
        rows: Vec<CodeView>,
        /// Number of codes beyond the rows, in words.
        more: String,
        /// Entries of a catalogue file to complete, one for each row.
        entries: String,
        /// A line of the case that accepts the codes of the rows instead.
        accept: String,
        /// Codes that the case accepts and reports list; empty where there is none.
        accepted: String,
    }
}

view! {
    struct CodeView {
        code: String,
        events: String,
        tenants: String,
    }
}

impl DraftView {
    pub(super) fn new(findings: &Findings) -> Self {
        let draft = &findings.draft;
        let unexplained: Vec<&ActionFinding> = findings
            .actions
            .iter()
            .filter(|action| draft.unexplained.binary_search(&action.code).is_ok())
            .collect();
        let shown = &unexplained[..unexplained.len().min(SHOWN)];
        let quoted: Vec<String> = shown.iter().map(|action| quoted(&action.code)).collect();
        let listed = |action: &&ActionFinding| action.tenants > 0 && draft.accepted.contains(&action.code);
        Self {
            codes: match unexplained.len() as u64 {
                0 => String::new(),
                codes => counted(codes, "code needs a sentence", "codes need a sentence"),
            },
            rows: shown.iter().map(|action| CodeView::new(action)).collect(),
            more: lang::more(unexplained.len(), SHOWN),
            entries: shown
                .iter()
                .map(|action| draft_entry(&action.code))
                .collect::<Vec<_>>()
                .join("\n"),
            accept: format!("[reports]\naccept_uncatalogued = [{}]", quoted.join(", ")),
            accepted: match findings.actions.iter().filter(listed).count() as u64 {
                0 => String::new(),
                accepted => counted(accepted, "code is", "codes are"),
            },
        }
    }
}

impl CodeView {
    fn new(action: &ActionFinding) -> Self {
        Self {
            code: action.code.clone(),
            events: grouped(action.events),
            tenants: grouped(action.tenants),
        }
    }
}

/// A text as a basic string of TOML.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}
