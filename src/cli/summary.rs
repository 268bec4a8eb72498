//! What a run found, on standard output: a table for people, one object for scripts.

use std::{
    io::{self, Write},
    path::Path,
};

use anstyle::{AnsiColor, Style};
use comfy_table::{CellAlignment, Table, presets::NOTHING};
use serde_json::json;
use tenant_impact::{
    findings::{Findings, TenantFinding},
    text::{counted, grouped, shortened, visible},
};

/// How many tenants the table names.
const TOP: usize = 5;

const BOLD: Style = Style::new().bold();
const WARN: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow)));
const DIM: Style = Style::new().dimmed();

/// For scripts: where the bundle is, and the figures that a decision needs. The rest is in findings.json.
pub(super) fn json(findings: &Findings, out: &Path) -> io::Result<()> {
    let summary = json!({
        "schema": "tenant-impact/summary/1",
        "bundle": out.to_string_lossy(),
        "case": findings.case.id,
        "complete": findings.complete,
        "caveats": findings.caveats,
        "records": findings.records,
        "impact": findings.impact,
    });
    writeln!(io::stdout(), "{summary:#}")
}

/// For people.
pub(super) fn table(findings: &Findings, out: &Path) -> io::Result<()> {
    let mut to = anstream::stdout();
    writeln!(to, "{BOLD}{}{BOLD:#}  {}\n", visible(&findings.case.id), visible(&findings.case.title))?;
    records(&mut to, findings)?;
    impact(&mut to, findings)?;
    top(&mut to, findings)?;
    for caveat in &findings.caveats {
        writeln!(to, "{WARN}caveat{WARN:#} {}", visible(&caveat.message))?;
    }
    let spaced = if findings.caveats.is_empty() { "" } else { "\n" };
    let open = out.join("index.html");
    writeln!(to, "{spaced}Read {BOLD}{}{BOLD:#} next; each customer's report is in {}", shown(&open), shown(&out.join("tenants")))
}

fn shown(path: &Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}

fn records(to: &mut impl Write, findings: &Findings) -> io::Result<()> {
    let books = findings.records;
    let sources = counted(findings.sources.len() as u64, "source", "sources");
    let mut table = columns([CellAlignment::Right, CellAlignment::Left]);
    table.add_row([grouped(books.read), format!("records read in {sources}")]);
    for (count, what) in [
        (books.in_scope, "in scope"),
        (books.duplicate, "further copies of those"),
        (books.other_actor, "in a window, by others"),
        (books.outside_window, "outside every window"),
        (books.refused, "refused: not readable as events"),
    ] {
        table.add_row([grouped(count), what.to_owned()]);
    }
    writeln!(to, "{table}\n")
}

fn impact(to: &mut impl Write, findings: &Findings) -> io::Result<()> {
    let impact = findings.impact;
    let tenants = counted(impact.tenants, "tenant", "tenants");
    let share = impact.share.zip(impact.customers).map(|(share, customers)| {
        format!(", {:.1} % of {}", share * 100.0, counted(customers, "customer", "customers"))
    });
    let unknown = impact.tenants - impact.known_tenants;
    let unknown = (unknown > 0 && impact.customers.is_some()).then(|| format!(", {} not in the directory", grouped(unknown)));
    writeln!(to, "{BOLD}{tenants} affected{BOLD:#}{}{}\n", share.unwrap_or_default(), unknown.unwrap_or_default())
}

/// The tenants with the gravest effects, then the most events.
fn top(to: &mut impl Write, findings: &Findings) -> io::Result<()> {
    if findings.tenants.is_empty() {
        return Ok(());
    }
    let mut ranked: Vec<_> = findings.tenants.iter().collect();
    ranked.sort_by_key(|tenant| (std::cmp::Reverse(rank(tenant)), &tenant.id));
    let mut table = columns([CellAlignment::Left, CellAlignment::Left, CellAlignment::Right, CellAlignment::Left, CellAlignment::Left]);
    let dim = |text: &str| format!("{DIM}{text}{DIM:#}");
    table.add_row(["tenant", "", "actions", "gravest", "first to last"].map(dim));
    for tenant in ranked.iter().take(TOP) {
        let name = tenant.name.as_deref().unwrap_or_default();
        let gravest = rank(tenant).0.map(tenant_impact::catalogue::Effect::label).unwrap_or_default();
        table.add_row([
            shortened(&visible(&tenant.id.0), 24).into_owned(),
            shortened(&visible(name), 28).into_owned(),
            grouped(tenant.events),
            gravest.to_owned(),
            format!("{} to {}", tenant.first, tenant.last),
        ]);
    }
    writeln!(to, "{table}")?;
    match ranked.len().saturating_sub(TOP) {
        0 => writeln!(to),
        more => writeln!(to, "{DIM}and {} more{DIM:#}\n", grouped(more as u64)),
    }
}

fn rank(tenant: &TenantFinding) -> (Option<tenant_impact::catalogue::Effect>, u64) {
    (tenant.effects.keys().next_back().copied(), tenant.events)
}

fn columns<const N: usize>(alignments: [CellAlignment; N]) -> Table {
    let mut table = Table::new();
    table.load_preset(NOTHING);
    // The header row makes the columns, so that they can be aligned.
    table.set_header([""; N]);
    for (at, alignment) in alignments.into_iter().enumerate() {
        if let Some(column) = table.column_mut(at) {
            column.set_cell_alignment(alignment);
        }
    }
    table
}
