//! A case made on the command line, without a case file: one scope, the agents named there.

use std::path::{Path, PathBuf};

use super::{
    Case, CaseError, CaseHeader, Conditions, Directory, InputSpec, InputText, IsolationSettings, LimitSettings,
    LogOrigin, ReportSettings, Tlp,
    agents::{self, Listed},
    decided::Decisions,
    file::INTERNAL_TLP,
    file::{Who, WrittenScope},
    folder::Folder,
    load::Parts,
    lock::Lock,
    merge::Merge,
    spreadsheet, tenants,
};
use crate::{
    config::{self, Spanned, utf8},
    diag::{Diagnostic, Place},
};

/// The flags as typed. A fault names its flag in place of a file, with one value to a line.
#[derive(Debug, Clone, Default)]
pub struct AdHoc {
    /// Files, folders or globs; at least one.
    pub logs: Vec<String>,
    /// Each a file of agents, or else an identity. A file is a CSV as in a case, or a plain list of
    /// identities, one to a line.
    pub agents: Vec<String>,
    /// RFC 3339 with an offset.
    pub from: String,
    /// RFC 3339 with an offset.
    pub until: String,
    /// A built-in profile, or a file that ends in `.toml`.
    pub profile: String,
    /// A CSV file of the vendor's customers.
    pub tenants: Option<String>,
    /// Folder that relative paths refer to: the current folder.
    pub base: PathBuf,
}

impl Case {
    /// The case the flags describe: one scope named `possible`, classified TLP:AMBER, not issued.
    pub fn ad_hoc(flags: &AdHoc) -> Result<Self, CaseError> {
        let mut folder = Folder::new(flags.base.clone());
        folder.names = ["--logs", "--agents", "--from", "--until", "--tenants"]
            .map(str::to_owned)
            .to_vec();
        let mut faults = Vec::new();
        let (agents, complete) = listed(&flags.agents, &mut folder, &mut faults);
        if flags.logs.is_empty() {
            let fault = Diagnostic::new("no-logs", "no log is named");
            faults.push(
                fault
                    .hint("name at least one file, folder or glob")
                    .at(flag("--logs", 1, "")),
            );
        }
        let scope = WrittenScope {
            place: flag("--from", 1, &flags.from),
            name: Some(value("the command line", 1, "possible")),
            from: config::instant("--from", &value("--from", 1, flags.from.trim()), &mut faults),
            until: config::instant("--until", &value("--until", 1, flags.until.trim()), &mut faults),
            basis: None,
            who: Some(Who::All),
            open: false,
            conditions: Conditions::default(),
            ties: None,
        };
        let header = header();
        let directory = directory(flags.tenants.as_deref(), &mut folder, &mut faults);
        let lock = Lock::read(&mut folder, &mut faults);
        Parts {
            header: Some(header),
            internal_tlp: INTERNAL_TLP,
            incident: None,
            told: Vec::new(),
            scopes: vec![scope],
            agents,
            complete,
            directory,
            merge: Merge::default(),
            tickets: None,
            decisions: Decisions::default(),
            logs: logs(flags, &folder),
            outages: Vec::new(),
            reports: ReportSettings::default(),
            limits: LimitSettings::default(),
            isolation: IsolationSettings::default(),
            lock,
        }
        .assemble(folder, faults)
    }
}

fn header() -> CaseHeader {
    CaseHeader {
        id: "ad-hoc".to_owned(),
        title: "Scan from the command line".to_owned(),
        vendor: "the vendor".to_owned(),
        tlp: Tlp::Amber,
        issued: None,
        contact: None,
    }
}

fn logs(flags: &AdHoc, folder: &Folder) -> Vec<InputSpec> {
    let input = |path: &String| InputSpec {
        path: path.clone(),
        base: folder.base.clone(),
        profile: folder.profile(&flags.profile),
        tenant: None,
        text: InputText::default(),
        origin: LogOrigin::default(),
    };
    flags.logs.iter().map(input).collect()
}

fn directory(file: Option<&str>, folder: &mut Folder, faults: &mut Vec<Diagnostic>) -> Directory {
    let mut directory = Directory::default();
    if let Some((name, bytes)) = file.and_then(|file| folder.read("tenants", &value("--tenants", 1, file), faults)) {
        directory.tenants = tenants::read_csv(&name, &bytes, faults);
    }
    directory
}

fn listed(entries: &[String], folder: &mut Folder, faults: &mut Vec<Diagnostic>) -> (Vec<Listed>, bool) {
    let mut agents = Vec::new();
    let mut complete = true;
    for (at, entry) in entries.iter().enumerate() {
        let written = value("--agents", at + 1, entry.trim());
        if !is_file(entry, folder) {
            agents.extend(identity(written));
            continue;
        }
        complete &= match folder.read("agents", &written, faults) {
            Some((name, bytes)) => read(&name, &bytes, &mut agents, faults),
            None => false,
        };
    }
    if agents.is_empty() && complete {
        let fault = Diagnostic::new("no-agents", "no agent is listed");
        let hint = "list at least one agent: a file with a row or a line for each, or an identity";
        let first = entries.first().map_or("", String::as_str);
        faults.push(fault.hint(hint).at(flag("--agents", 1, first)));
    }
    (agents, complete)
}

/// Whether an entry means a file: one that exists, or whose spelling is that of a file. A mistyped
/// `agents.csv` must not become an agent of that name, whom no log knows.
fn is_file(entry: &str, folder: &Folder) -> bool {
    let path = Path::new(entry.trim());
    let extension = path
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("csv") || end.eq_ignore_ascii_case("txt"));
    let spelt_so = path.is_absolute() || entry.starts_with("./") || entry.starts_with("../");
    // A folder of that name is no identity either; reading it says so.
    extension || spelt_so || !entry.trim().is_empty() && folder.resolve(entry.trim()).exists()
}

/// A CSV by its name or by its header, otherwise one identity to a line.
fn read(name: &str, bytes: &[u8], agents: &mut Vec<Listed>, faults: &mut Vec<Diagnostic>) -> bool {
    let csv = Path::new(name)
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("csv"));
    if csv || spreadsheet::workbook(bytes).is_some() {
        return agents::read_csv(name, bytes, agents, faults);
    }
    let Some(text) = utf8(name, bytes, faults) else {
        return false;
    };
    let text = text.trim_start_matches('\u{feff}');
    let header = text.lines().next().unwrap_or_default();
    let mut columns = header
        .split([',', ';', '\t'])
        .map(|column| column.trim().trim_matches('"'));
    if columns.any(|column| column.eq_ignore_ascii_case("id")) {
        return agents::read_csv(name, bytes, agents, faults);
    }
    let lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with('#'));
    agents.extend(lines.filter_map(|(at, line)| identity(value(name, at + 1, line.trim()))));
    true
}

/// The agent known by nothing but one identity: an e-mail address if it holds an `@`.
fn identity(found: Spanned<String>) -> Option<Listed> {
    if found.value.is_empty() {
        return None;
    }
    let mut agent = Listed::new(found.clone());
    if found.value.contains('@') {
        agent.email = Some(found);
    } else {
        agent.identities.push(found);
    }
    Some(agent)
}

fn value(file: &str, line: usize, text: &str) -> Spanned<String> {
    Spanned {
        value: text.to_owned(),
        place: flag(file, line, text),
    }
}

fn flag(name: &str, line: usize, text: &str) -> Place {
    Place {
        file: name.to_owned(),
        line,
        column: 1,
        text: text.to_owned(),
        length: text.chars().count().max(1),
    }
}
