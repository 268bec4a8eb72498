//! From a case file and the files it names to a case, or to everything that is wrong with them.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Case, CaseError, CaseFile, CaseHeader, Directory, FileStore, InputSpec, IsolationSettings, LimitSettings, Outage,
    ReportSettings, Tlp,
    agents::{self, Listed},
    asked, check,
    decided::Decisions,
    file::{self, WrittenAgents, WrittenScope, WrittenTenants},
    folder::Folder,
    hidden,
    incident::Incident,
    lock::Lock,
    merge::Merge,
    reach, tenants,
    tickets::TicketTable,
};
use crate::{
    config::{self, Spanned},
    diag::Diagnostic,
};

impl Case {
    /// Reads a case file and the agents and tenants it names, and checks them together. All faults
    /// are reported at once.
    pub fn load(path: &Path) -> Result<Self, CaseError> {
        Self::load_from(path, &FileStore::default())
    }

    /// Like [`Self::load`], with all files from a store.
    pub fn load_from(path: &Path, store: &FileStore) -> Result<Self, CaseError> {
        let bytes = store.read(path).map_err(|source| CaseError::Read {
            path: path.display().to_string(),
            source,
        })?;
        Self::read_from(path, &bytes, store)
    }

    /// Reads the text of a case file as if it lay at `path`: what it names is looked for beside
    /// that.
    pub fn read(path: &Path, bytes: &[u8]) -> Result<Self, CaseError> {
        Self::read_from(path, bytes, &FileStore::default())
    }

    fn read_from(path: &Path, bytes: &[u8], store: &FileStore) -> Result<Self, CaseError> {
        let shown = path.display().to_string();
        let folder = Folder::new(path.parent().map(PathBuf::from).unwrap_or_default());
        let mut folder = folder.reading_from(store);
        let name = path.file_name().unwrap_or(path.as_os_str());
        folder.files.push(CaseFile::new("case", name.to_string_lossy(), bytes));
        folder.names.push(shown.clone());
        let reading = config::read(&shown, bytes, |root| file::read(root, &folder));
        let mut faults = reading.faults;
        let Some(written) = reading.value else {
            return Err(CaseError::Faults(faults));
        };
        let needed = Needed::by(&written.scopes);
        let (agents, complete) = listed(written.agents, &needed, reading.whole, &mut folder, &mut faults);
        let merge = written.tenants.merge.clone();
        let directory = directory(written.tenants, &mut folder, &mut faults);
        let merge = Merge::of(&merge, &directory, &mut faults);
        let asked = asked::tenants(&written.asked, &directory, &merge, &mut faults);
        let decisions = Decisions::of(written.decided, (&directory, &merge), &mut faults);
        let tickets = tickets(written.tickets, (&agents, &merge), &mut folder, &mut faults);
        let outages = reach::outages(written.outages, &written.logs, &mut faults);
        let lock = Lock::read(&mut folder, &mut faults);
        Parts {
            header: written.header,
            internal_tlp: written.internal_tlp,
            incident: written.incident,
            told: written.told,
            scopes: written.scopes,
            agents,
            complete,
            directory,
            merge,
            tickets,
            decisions,
            logs: written.logs,
            outages,
            reports: ReportSettings {
                asked,
                ..written.reports
            },
            limits: written.limits,
            isolation: written.isolation,
            lock,
        }
        .assemble(folder, faults)
    }
}

/// Everything a case is made of, from a file or from the command line, before it is checked as a
/// whole.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) header: Option<CaseHeader>,
    pub(super) internal_tlp: Tlp,
    pub(super) incident: Option<Incident>,
    pub(super) told: Vec<Spanned<String>>,
    pub(super) scopes: Vec<WrittenScope>,
    pub(super) agents: Vec<Listed>,
    /// Whether every listed agent is there, so that one not found is really not listed.
    pub(super) complete: bool,
    pub(super) directory: Directory,
    pub(super) merge: Merge,
    pub(super) tickets: Option<TicketTable>,
    pub(super) decisions: Decisions,
    pub(super) logs: Vec<InputSpec>,
    pub(super) outages: Vec<Outage>,
    pub(super) reports: ReportSettings,
    pub(super) limits: LimitSettings,
    pub(super) isolation: IsolationSettings,
    pub(super) lock: Lock,
}

impl Parts {
    /// Returns the texts that tenants' copies may show, each once. Many agents may share one
    /// employer.
    fn told(&self) -> Vec<Spanned<String>> {
        let scopes = self.scopes.iter().flat_map(|scope| [&scope.basis, &scope.name]);
        let agents = self.agents.iter().flat_map(|agent| agent.told(self.reports.agents));
        let rest = scopes.flatten().chain(agents);
        let mut told: Vec<Spanned<String>> = Vec::new();
        for text in self.told.iter().chain(rest) {
            if told.iter().all(|other| other.value != text.value) {
                told.push(text.clone());
            }
        }
        told
    }

    /// The case, if nothing was or is found wrong.
    pub(super) fn assemble(self, folder: Folder, mut faults: Vec<Diagnostic>) -> Result<Case, CaseError> {
        let told = self.told();
        check::agents(&self.agents, &mut faults);
        hidden::agents(&self.agents, &mut faults);
        let scopes = check::scopes(self.scopes, &self.agents, self.complete, &mut faults);
        match self.header {
            Some(header) if faults.is_empty() => {
                let mut case = Case {
                    header,
                    internal_tlp: self.internal_tlp,
                    incident: self.incident,
                    scopes,
                    agents: self.agents.iter().map(Listed::agent).collect(),
                    directory: self.directory,
                    merge: Arc::new(self.merge),
                    tickets: self.tickets.map(Arc::new),
                    decisions: Arc::new(self.decisions),
                    logs: self.logs,
                    outages: self.outages,
                    reports: self.reports,
                    limits: self.limits,
                    isolation: self.isolation,
                    told,
                    lock: self.lock,
                    files: folder.files,
                    store: folder.store,
                };
                case.label();
                Ok(case)
            }
            _ => Err(CaseError::Faults(in_order(faults, &folder.names))),
        }
    }
}

/// Sorts faults by file in the order read, then by line and column.
fn in_order(mut faults: Vec<Diagnostic>, files: &[String]) -> Vec<Diagnostic> {
    faults.sort_by_key(|fault| {
        let place = fault.place.as_ref();
        place.map(|place| {
            (
                files.iter().position(|file| *file == place.file),
                place.line,
                place.column,
            )
        })
    });
    // An agent whose id and e-mail both collide is one mistake.
    faults.dedup();
    faults
}

/// Whether a case has to list agents: only one all of whose scopes are open does not.
enum Needed {
    No,
    /// A scope of this name needs them, as far as the name is known.
    By(Option<String>),
}

impl Needed {
    fn by(scopes: &[WrittenScope]) -> Self {
        match scopes.iter().find(|scope| !scope.open) {
            Some(scope) => Self::By(scope.name.as_ref().map(|name| name.value.clone())),
            None if scopes.is_empty() => Self::By(None),
            None => Self::No,
        }
    }

    /// The fault of a case that lists none, if it has to.
    fn fault(&self) -> Option<Diagnostic> {
        let Self::By(scope) = self else { return None };
        let message = match scope {
            Some(name) => format!("the case lists no agent, and its scope `{name}` is about agents"),
            None => "the case lists no agent".to_owned(),
        };
        let hint = "list at least one agent: `[agents]` with `file = \"agents.csv\"`, or `[[agents.list]]` with `id`; for \
                    events of whoever acted, give the scope `ips`, `sessions` or `keys` and no `agents`";
        Some(Diagnostic::new("no-agents", message).hint(hint))
    }
}

/// The agents of the file and then those listed in the case itself.
fn listed(
    written: WrittenAgents,
    needed: &Needed,
    whole: bool,
    folder: &mut Folder,
    faults: &mut Vec<Diagnostic>,
) -> (Vec<Listed>, bool) {
    let mut agents = Vec::new();
    let mut complete = whole && written.complete;
    if let Some(file) = &written.file {
        complete &= match folder.read("agents", file, faults) {
            Some((name, bytes)) => agents::read_csv(&name, &bytes, &mut agents, faults),
            None => false,
        };
    }
    agents.extend(written.list);
    for agent in &mut agents {
        agent.derived.get_or_insert(written.derived);
    }
    if let Some(fault) = needed.fault().filter(|_| agents.is_empty() && complete) {
        faults.push(fault.at(written.place));
        complete = false;
    }
    (agents, complete)
}

fn tickets(
    file: Option<Spanned<String>>,
    (agents, merge): (&[Listed], &Merge),
    folder: &mut Folder,
    faults: &mut Vec<Diagnostic>,
) -> Option<TicketTable> {
    let (name, bytes) = folder.read("tickets", &file?, faults)?;
    Some(TicketTable::read_csv((&name, &bytes), agents, merge, faults))
}

fn directory(written: WrittenTenants, folder: &mut Folder, faults: &mut Vec<Diagnostic>) -> Directory {
    let mut directory = Directory {
        total: written.total.as_ref().map(|total| total.value),
        ..Directory::default()
    };
    if let Some((name, bytes)) = written.file.and_then(|file| folder.read("tenants", &file, faults)) {
        directory.tenants = tenants::read_csv(&name, &bytes, faults);
    }
    let rows = directory.tenants.len();
    if let Some(total) = written.total.filter(|total| total.value < rows as u64) {
        let message = format!("`total` is {}, but the directory lists {rows} tenants", total.value);
        let fault = Diagnostic::new("total-too-small", message);
        faults.push(
            fault
                .hint("write the number of all customers, listed or not")
                .at(total.place),
        );
    }
    directory
}
