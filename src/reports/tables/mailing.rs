//! `mailing.csv`: whom to send which report, in the order in which to send them.

use std::io::{self, Write};

use chrono::Days;

use super::super::{csv::Sheet, letter};
use crate::{
    digest::Sha256,
    findings::{Findings, Level, TenantFinding},
};

/// The byte order mark, without which some spreadsheet programs do not read UTF-8.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// Writes a row for each tenant. `digest` gives the SHA-256 of a file of the bundle.
pub(in crate::reports) fn mailing(
    findings: &Findings,
    digest: &dyn Fn(&str) -> Option<Sha256>,
    to: &mut dyn Write,
) -> io::Result<()> {
    to.write_all(MARK)?;
    let head = [
        "priority",
        "tenant",
        "name",
        "contact",
        "language",
        "subject",
        "deadline",
        "state",
        "folder",
        "report",
        "report_sha256",
        "letter",
    ];
    let mut sheet = Sheet::new(to, head)?;
    for (priority, tenant) in (1_u64..).zip(findings.ranked()) {
        let folder = format!("tenants/{}", tenant.slug);
        let report = format!("{folder}/report.html");
        let case = &findings.case.header;
        let draft = findings.draft.is_draft();
        let known = digest(&report).filter(|_| tenant.released);
        let there = |path: String| if tenant.released { path } else { String::new() };
        sheet.row([
            priority.to_string(),
            tenant.id.0.clone(),
            tenant.name.clone().unwrap_or_default(),
            letter::addresses(tenant.contact.as_deref().unwrap_or_default()).join(" "),
            tenant.locale.clone().unwrap_or_default(),
            letter::subject(case, draft, tenant),
            deadline(findings, tenant),
            state(findings, tenant).to_owned(),
            there(folder.clone()),
            there(report),
            known.map(|digest| digest.to_string()).unwrap_or_default(),
            there(format!("{folder}/letter.eml")),
        ])?;
    }
    sheet.finish()
}

/// The day by which the customer is asked to act: that of issue, or a week later.
fn deadline(findings: &Findings, tenant: &TenantFinding) -> String {
    let days = match tenant.level {
        Level::ActNow => 0,
        Level::Check => 7,
        Level::Information => return String::new(),
    };
    let issued = findings.case.header.issued.map(|issued| issued.instant().date_naive());
    let day = issued.and_then(|day| day.checked_add_days(Days::new(days)));
    day.map(|day| day.to_string()).unwrap_or_default()
}

/// Returns the state of a message: what it waits for.
fn state(findings: &Findings, tenant: &TenantFinding) -> &'static str {
    match &tenant.contact {
        _ if !tenant.released => "stopped",
        _ if findings.draft.is_draft() => "draft",
        Some(contact) if !letter::addresses(contact).is_empty() => "ready",
        _ => "no contact",
    }
}
