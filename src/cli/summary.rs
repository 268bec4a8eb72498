//! Summary of findings on standard output: a table, or an object for scripts.

use std::{
    io::{self, Write},
    path::Path,
};

use anstyle::{AnsiColor, Color, Style};
use comfy_table::{CellAlignment, Table, presets::NOTHING};
use serde_json::json;
use tenant_impact::{
    catalogue::Effect,
    findings::{BeforeAfter, Difference, Findings, InputFinding, TenantDifference, TenantFinding, actions_with_failed},
    text::{counted, grouped, shortened, visible},
};

use super::console;

/// Number of tenants in the table.
const TOP: usize = 5;

const BOLD: Style = Style::new().bold();
const WARN: Style = Style::new().bold().fg_color(Some(Color::Ansi(AnsiColor::Yellow)));
const DIM: Style = Style::new().dimmed();

/// Prints the path of the bundle and the figures that a decision needs, as JSON. findings.json has
/// all others.
pub(super) fn json(findings: &Findings, out: &Path) -> io::Result<()> {
    let summary = json!({
        "schema": "tenant-impact/summary/1",
        "bundle": out.to_string_lossy(),
        "case": findings.case.header.id,
        "complete": findings.complete,
        "caveats": findings.caveats,
        "records": findings.records,
        "impact": findings.impact,
    });
    console::json(&summary)
}

/// Prints a table, and what to read next.
pub(super) fn table(findings: &Findings, out: &Path) -> io::Result<()> {
    scan(findings)?;
    let mut to = anstream::stdout();
    if findings.draft.is_draft() {
        let codes = counted(findings.draft.unexplained.len() as u64, "code", "codes");
        writeln!(
            to,
            "{WARN}draft{WARN:#} every report is marked DRAFT: {codes} in tenants' reports without an explanation. The index says how \
             to add one or to accept that there is none\n"
        )?;
    }
    let index = shown(&out.join("index.html"));
    match findings.tenants.len() {
        0 => writeln!(to, "Read {BOLD}{index}{BOLD:#} next; there is no customer to report to"),
        _ => {
            let tenants = shown(&out.join("tenants"));
            writeln!(
                to,
                "Read {BOLD}{index}{BOLD:#} next; each customer's report is in {tenants}"
            )
        }
    }
}

/// Prints the figures as a table.
pub(super) fn scan(findings: &Findings) -> io::Result<()> {
    let mut to = anstream::stdout();
    let case = &findings.case.header;
    writeln!(to, "{BOLD}{}{BOLD:#}  {}\n", visible(&case.id), visible(&case.title))?;
    records(&mut to, findings)?;
    impact(&mut to, findings)?;
    top(&mut to, findings)?;
    unseen(&mut to, findings)?;
    without_listed(&mut to, findings)?;
    for caveat in &findings.caveats {
        writeln!(to, "{WARN}caveat{WARN:#} {}", visible(&caveat.message))?;
    }
    if !findings.caveats.is_empty() {
        writeln!(to)?;
    }
    Ok(())
}

/// Prints what another window or other agents change.
pub(super) fn difference(difference: &Difference) -> io::Result<()> {
    let mut to = anstream::stdout();
    let change = |both: BeforeAfter| format!("{} -> {}", grouped(both.before), grouped(both.after));
    writeln!(
        to,
        "{BOLD}{}{BOLD:#}  events {}, tenants {}\n",
        visible(&difference.case),
        change(difference.events),
        change(difference.tenants)
    )?;
    for scope in &difference.scopes {
        writeln!(
            to,
            "{BOLD}{}{BOLD:#}  {} to {}: events {}, tenants {}",
            visible(&scope.name),
            scope.from,
            scope.until,
            change(scope.events),
            change(scope.tenants)
        )?;
        let row = |tenant: &TenantDifference| {
            let name = tenant.name.as_deref().unwrap_or_default();
            let what = match (tenant.events.before, tenant.events.after) {
                (0, _) => "comes in",
                (_, 0) => "drops out",
                _ => "",
            };
            vec![
                shortened(&visible(&tenant.id.0), 24).into_owned(),
                shortened(&visible(name), 28).into_owned(),
                change(tenant.events),
                what.to_owned(),
            ]
        };
        if !scope.changed.is_empty() {
            writeln!(to, "{}", columns(scope.changed.iter().map(row), &[2]).trim_fmt())?;
        }
        writeln!(to)?;
    }
    Ok(())
}

/// Lists the agents of each scope without a record in a window, so that a negative names its
/// agents.
fn unseen(to: &mut impl Write, findings: &Findings) -> io::Result<()> {
    let unseen = &findings.near.unseen_agents;
    if unseen.is_empty() || findings.records.read == findings.records.refused {
        return Ok(());
    }
    let place = |outside: Option<bool>| match outside {
        Some(true) => " (seen outside the windows)",
        Some(false) => " (in no log)",
        None => "",
    };
    let names = unseen.iter().take(TOP).map(|agent| {
        let id = visible(&agent.agent.0);
        format!("{}{}", shortened(&id, 40), place(agent.outside_windows))
    });
    let names = names.collect::<Vec<_>>().join(", ");
    let more = match unseen.len().saturating_sub(TOP) {
        0 => String::new(),
        more => format!(" and {} more", grouped(more as u64)),
    };
    let agents = counted(unseen.len() as u64, "agent", "agents");
    writeln!(to, "{DIM}{agents} without a record in a window: {names}{more}{DIM:#}\n")
}

/// Lists the inputs without a listed agent in a window. If no input has one, a caveat says so.
fn without_listed(to: &mut impl Write, findings: &Findings) -> io::Result<()> {
    let told: Vec<_> = match findings.records.in_scope {
        0 => Vec::new(),
        _ => findings
            .inputs
            .iter()
            .filter_map(InputFinding::says_without_listed)
            .collect(),
    };
    for sentence in told.iter().take(TOP) {
        writeln!(to, "{DIM}{}{DIM:#}", visible(sentence))?;
    }
    match told.len().saturating_sub(TOP) {
        0 if told.is_empty() => Ok(()),
        0 => writeln!(to),
        more => writeln!(
            to,
            "{DIM}{} more such inputs are in the findings{DIM:#}\n",
            grouped(more as u64)
        ),
    }
}

/// Explains that files which caveats name are files of a bundle, which a scan does not write.
pub(super) fn where_files_are(findings: &Findings) -> io::Result<()> {
    if findings.caveats.is_empty() {
        return Ok(());
    }
    writeln!(
        anstream::stdout(),
        "`tenant-impact report` writes the files that are named here"
    )
}

fn shown(path: &Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}

fn records(to: &mut impl Write, findings: &Findings) -> io::Result<()> {
    let books = findings.records;
    let sources = counted(findings.sources.len() as u64, "source", "sources");
    let others = [
        (books.by_search, "by actors that are not listed, in an open scope"),
        (books.by_link, "under another name, by what an agent set in motion"),
    ];
    let others = others.into_iter().filter(|(records, _)| *records > 0);
    let others = others.map(|(records, why)| format!(", {} of them {why}", grouped(records)));
    let in_scope = std::iter::once("in scope".to_owned()).chain(others).collect::<String>();
    let lines = [
        (books.read, format!("records read in {sources}, of which")),
        (books.in_scope, in_scope),
        (books.duplicate, "further copies of those".to_owned()),
        (books.other_actor, "in a window, by others".to_owned()),
        (books.outside_window, "outside every window".to_owned()),
        (books.refused, "refused: not readable as events".to_owned()),
    ];
    let table = columns(lines.map(|(count, what)| vec![grouped(count), what]), &[0]);
    writeln!(to, "{}\n", table.trim_fmt())
}

fn impact(to: &mut impl Write, findings: &Findings) -> io::Result<()> {
    let impact = findings.impact;
    write!(to, "{BOLD}Acted in {}{BOLD:#}", impact.says_tenants())?;
    let together = if impact.attempts_only > 0 { "together " } else { "" };
    if let Some((share, customers)) = impact.share.zip(impact.customers) {
        let customers = counted(customers, "customer", "customers");
        let known = grouped(impact.of_customers());
        write!(to, ": {together}{known} of {customers}, {:.1} %", share * 100.0)?;
    }
    match impact.unknown() {
        0 => writeln!(to)?,
        unknown => writeln!(to, "; {} not in the directory", grouped(unknown))?,
    }
    for scope in findings.scopes.iter().filter(|scope| scope.tied) {
        let events = actions_with_failed(scope.events, scope.failed);
        let tenants = counted(scope.tenants, "tenant", "tenants");
        let name = visible(&scope.name);
        writeln!(
            to,
            "{BOLD}Evidence ties {events} in {tenants} to the intruder{BOLD:#} ({name})"
        )?;
    }
    writeln!(to)
}

/// Prints the tenants that the case asks about and in which nothing was found.
fn asked(to: &mut impl Write, findings: &Findings) -> io::Result<()> {
    let ids: Vec<_> = findings
        .asked_in_vain()
        .map(|tenant| visible(&tenant.id.0).into_owned())
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    let more = match ids.len().saturating_sub(TOP) {
        0 => String::new(),
        more => format!(" and {} more", grouped(more as u64)),
    };
    let shown = ids.iter().take(TOP).map(|id| shortened(id, 24)).collect::<Vec<_>>();
    writeln!(
        to,
        "{} asked about without an action: {}{more}\n",
        counted(ids.len() as u64, "tenant", "tenants"),
        shown.join(", ")
    )
}

/// Prints the first tenants in the order of reports.
fn top(to: &mut impl Write, findings: &Findings) -> io::Result<()> {
    asked(to, findings)?;
    if findings.acted_in().next().is_none() {
        return Ok(());
    }
    let mut ranked = findings.ranked();
    ranked.retain(|tenant| tenant.events > 0);
    let has_tied = findings.scopes.iter().any(|scope| scope.tied);
    let has_failed = ranked.iter().take(TOP).any(|tenant| tenant.outcomes.failure > 0);
    let mut heading = vec!["tenant", "", "level", "actions"];
    heading.extend(has_failed.then_some("of which failed"));
    heading.extend(has_tied.then_some("tied"));
    heading.extend(["gravest", "first to last"]);
    let heading: Vec<String> = heading.into_iter().map(str::to_owned).collect();
    let rows = ranked.iter().take(TOP).map(|tenant| row(tenant, has_failed, has_tied));
    let figures = 3..=3 + usize::from(has_failed) + usize::from(has_tied);
    let table = columns(std::iter::once(heading).chain(rows), &figures.collect::<Vec<_>>());
    writeln!(to, "{}", table.trim_fmt())?;
    match ranked.len().saturating_sub(TOP) {
        0 => writeln!(to),
        more => writeln!(to, "{DIM} and {} more{DIM:#}\n", grouped(more as u64)),
    }
}

fn row(tenant: &TenantFinding, has_failed: bool, has_tied: bool) -> Vec<String> {
    let name = tenant.name.as_deref().unwrap_or_default();
    let mut cells = vec![
        shortened(&visible(&tenant.id.0), 24).into_owned(),
        shortened(&visible(name), 28).into_owned(),
        tenant.level.label().to_owned(),
        grouped(tenant.events),
    ];
    cells.extend(has_failed.then(|| grouped(tenant.outcomes.failure)));
    cells.extend(has_tied.then(|| grouped(tenant.tied)));
    cells.push(tenant.gravest().map_or("attempts only", Effect::label).to_owned());
    let times = tenant.first.zip(tenant.last);
    cells.extend(times.map(|(first, last)| format!("{first} to {last}")));
    cells
}

/// Prints columns without lines between them, some of them aligned to the right.
fn columns(rows: impl IntoIterator<Item = Vec<String>>, right: &[usize]) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).add_rows(rows);
    for &number in right {
        if let Some(column) = table.column_mut(number) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}
