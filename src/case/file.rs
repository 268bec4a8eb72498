//! The case file as written: what each section says, before anything is looked up elsewhere.

use std::net::IpAddr;

use bytesize::ByteSize;
use encoding_rs::Encoding;
use ipnet::IpNet;

use super::{
    AgentNaming, AgentsK, CaseHeader, Conditions, GapHours, InputSpec, InputTenant, InputText, IsolationSettings,
    LimitSettings, ReportSettings, TEXT_FIELDS, TenantId, Tlp, Word, Wrapping,
    agents::{self, Listed},
    decided::{self, WrittenDecision},
    folder::Folder,
    hidden,
    incident::{self, Incident},
    merge::{NEAR, WrittenMerge},
    reach::{self, WrittenOutage},
};
use crate::{
    config::{Spanned, Table, suggestion},
    diag::{Diagnostic, Place},
    time::Timestamp,
};

/// Beyond this, the manifest could not state the number exactly: canonical JSON (RFC 8785) has the
/// numbers of JavaScript.
const LARGEST: u64 = (1 << 53) - 1;

/// The strictest label, where the case gives none for the vendor's own pages: they name every
/// tenant and agent.
pub(super) const INTERNAL_TLP: Tlp = Tlp::Red;

/// The content of the case file.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) header: Option<CaseHeader>,
    pub(super) internal_tlp: Tlp,
    pub(super) incident: Option<Incident>,
    /// Texts of the case file that tenants' copies show, with their places; the title first.
    pub(super) told: Vec<Spanned<String>>,
    pub(super) scopes: Vec<WrittenScope>,
    pub(super) agents: WrittenAgents,
    pub(super) tenants: WrittenTenants,
    pub(super) decided: Vec<WrittenDecision>,
    /// File of the tickets.
    pub(super) tickets: Option<Spanned<String>>,
    pub(super) logs: Vec<InputSpec>,
    pub(super) outages: Vec<WrittenOutage>,
    pub(super) reports: ReportSettings,
    /// Ids or names of tenants, as written.
    pub(super) asked: Vec<Spanned<String>>,
    pub(super) limits: LimitSettings,
    pub(super) isolation: IsolationSettings,
}

/// One entry of `[[scopes]]`. What is none has a fault.
#[derive(Debug)]
pub(super) struct WrittenScope {
    pub(super) place: Place,
    pub(super) name: Option<Spanned<String>>,
    pub(super) from: Option<Spanned<Timestamp>>,
    pub(super) until: Option<Spanned<Timestamp>>,
    pub(super) basis: Option<Spanned<String>>,
    pub(super) who: Option<Who>,
    /// Whether it has no `agents`, which is no fault where it has a condition.
    pub(super) open: bool,
    pub(super) conditions: Conditions,
    pub(super) ties: Option<bool>,
}

/// Which agents a scope is about.
#[derive(Debug)]
pub(super) enum Who {
    All,
    Employers(Vec<Spanned<String>>),
    Ids(Vec<Spanned<String>>),
}

/// The section `[agents]`.
#[derive(Debug)]
pub(super) struct WrittenAgents {
    pub(super) place: Place,
    pub(super) file: Option<Spanned<String>>,
    pub(super) list: Vec<Listed>,
    /// Whether every entry has an id.
    pub(super) complete: bool,
    /// Whether derived names count as the agent's own, where an entry does not say.
    pub(super) derived: bool,
}

/// The section `[tenants]`.
#[derive(Debug, Default)]
pub(super) struct WrittenTenants {
    pub(super) file: Option<Spanned<String>>,
    pub(super) total: Option<Spanned<u64>>,
    pub(super) merge: WrittenMerge,
}

/// Reads the whole file.
pub(super) fn read(root: &mut Table<'_>, folder: &Folder) -> Written {
    let (mut told, header, internal_tlp) = root.required_table("case", header).unwrap_or_default();
    let incident = root.optional_table("incident", incident::read);
    let incident = incident.map(|(incident, texts)| {
        told.extend(texts);
        incident
    });
    let hint = "add `[[scopes]]` with `name`, `from`, `until`, `basis`, and `agents` or a condition such as `ips`";
    let scopes = some(
        root,
        "scopes",
        Diagnostic::new("no-scopes", "the case has no scope").hint(hint),
        scope,
    );
    let agents = root.optional_table("agents", agents_section);
    let tenants = root.optional_table("tenants", |table| WrittenTenants {
        file: table.optional_string("file"),
        total: table.optional_integer("total", 1..=LARGEST),
        merge: merge(table),
    });
    let tickets = root.optional_table("tickets", |table| table.required_string("file"));
    let decided = root.tables("decided", decided::read);
    let (logs, origins) = logs(root, folder);
    told.extend(origins);
    let outages = root.tables("outages", reach::read_outage);
    told.extend(outages.iter().filter_map(WrittenOutage::told).cloned());
    let (reports, asked) = reports(root, folder);
    let limits = root.optional_table("limits", limits).unwrap_or_default();
    let isolation = root.optional_table("isolation", isolation).unwrap_or_default();
    Written {
        header,
        internal_tlp: internal_tlp.unwrap_or(INTERNAL_TLP),
        incident,
        told,
        scopes,
        agents: agents.unwrap_or_else(|| no_agents(root.place().clone())),
        tenants: tenants.unwrap_or_default(),
        decided,
        tickets: tickets.flatten(),
        logs,
        outages,
        reports,
        asked,
        limits,
        isolation,
    }
}

/// Reads the header. The texts that tenants' copies show are also returned with their places,
/// because names in them can be checked only when all names are known.
fn header(table: &mut Table<'_>) -> (Vec<Spanned<String>>, Option<CaseHeader>, Option<Tlp>) {
    let mut text = |key| table.required_string(key);
    let (id, title, vendor, contact) = (text("id"), text("title"), text("vendor"), text("contact"));
    let told = [&title, &id, &vendor, &contact]
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    let tlp = table.required_string("tlp").and_then(|found| label(table, found));
    let internal_tlp = table
        .optional_string("internal_tlp")
        .and_then(|found| label(table, found));
    let issued = table.required_time("issued").map(|found| found.value);
    let header = || {
        Some(CaseHeader {
            id: id?.value,
            title: title?.value,
            vendor: vendor?.value,
            tlp: tlp?,
            issued: Some(issued?),
            contact: Some(contact?.value),
        })
    };
    (told, header(), internal_tlp)
}

/// Parses a label of TLP, with or without the prefix `TLP:` of the standard.
fn label(table: &Table<'_>, found: Spanned<String>) -> Option<Tlp> {
    let word = found.value.strip_prefix("TLP:").unwrap_or(&found.value);
    let label = Tlp::ALL.into_iter().find(|label| label.as_str() == word);
    if label.is_none() {
        let fault = Diagnostic::new("unknown-tlp", format!("`{}` is no label of TLP 2.0", found.value));
        let hint = suggestion(&word.to_ascii_uppercase(), &Tlp::ALL.map(Tlp::as_str));
        table.fault(fault.hint(hint).at(found.place));
    }
    label
}

fn scope(table: &mut Table<'_>) -> WrittenScope {
    let conditions = conditions(table);
    let open = !table.has("agents");
    if open && conditions.is_empty() {
        let fault = Diagnostic::new("open-scope", "the scope says neither whose events it holds nor which");
        let hint = "add `agents = \"all\"` for the listed agents, or at least one of `ips`, `sessions`, `keys`, `user_agents` and \
                    `actions`, for events of whoever acted";
        table.absence(fault.hint(hint).at(table.place().clone()));
    }
    WrittenScope {
        place: table.place().clone(),
        name: table.required_string("name").and_then(|name| word(table, name)),
        from: table.required_time("from"),
        until: table.required_time("until"),
        basis: table.required_string("basis"),
        who: if open { None } else { who(table) },
        open,
        conditions,
        ties: table.optional_bool("ties").map(|found| found.value),
    }
}

fn conditions(table: &mut Table<'_>) -> Conditions {
    let mut list = |key| {
        let found = table.string_list(key);
        for fault in hidden::keys(&found) {
            table.fault(fault);
        }
        found
    };
    let [sessions, ips, user_agents, keys, actions] =
        ["sessions", "ips", "user_agents", "keys", "actions"].map(&mut list);
    for found in ips.iter().filter(|found| is_broken_network(&found.value)) {
        let fault = Diagnostic::new("network", format!("`{}` is no network", found.value));
        let hint =
            "write an address and the number of its leading bits that count, such as `192.0.2.0/24` or `2001:db8::/32`";
        table.fault(fault.hint(hint).at(found.place.clone()));
    }
    Conditions {
        sessions: values(sessions),
        ips: values(ips),
        user_agents: values(user_agents),
        keys: values(keys),
        actions: values(actions),
    }
}

/// Returns whether a text means a network and is none: an address with something else than a
/// number of its bits behind it.
fn is_broken_network(text: &str) -> bool {
    let text = text.trim();
    let address = text.split_once('/').map(|(address, _)| address.parse::<IpAddr>());
    matches!(address, Some(Ok(_))) && text.parse::<IpNet>().is_err()
}

/// Names of scopes are keys of the findings and stand in tables: one word each.
fn word(table: &Table<'_>, name: Spanned<String>) -> Option<Spanned<String>> {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    if name.value.chars().all(fits) {
        return Some(name);
    }
    let fault = Diagnostic::new("scope-name", format!("`{}` is no name of a scope", name.value));
    let fault = fault.hint("use letters, digits, `-` and `_`, such as `possible` or `attributed-phase-2`");
    table.fault(fault.at(name.place));
    None
}

fn who(table: &mut Table<'_>) -> Option<Who> {
    if table.is_table("agents") {
        return table.optional_table("agents", chosen).flatten();
    }
    let all = table.required_one_of("agents", &[("all", ())]);
    all.map(|_| Who::All)
}

fn chosen(table: &mut Table<'_>) -> Option<Who> {
    let place = table.place().clone();
    let given = (table.has("employer"), table.has("ids"));
    let employers: Vec<_> = table.string_list("employer").into_iter().map(agents::trimmed).collect();
    let ids: Vec<_> = table.string_list("ids").into_iter().map(agents::trimmed).collect();
    match given {
        (true, false) if !employers.is_empty() => Some(Who::Employers(employers)),
        (false, true) if !ids.is_empty() => Some(Who::Ids(ids)),
        // A misspelt key is reported as such.
        (false, false) if table.has_unread() => None,
        _ => {
            let fault = Diagnostic::new("scope-agents", "say which agents this scope is about, in one way");
            let hint = "write \"all\", or { employer = \"…\" }, or { ids = [\"…\"] }";
            table.fault(fault.hint(hint).at(place));
            None
        }
    }
}

fn agents_section(table: &mut Table<'_>) -> WrittenAgents {
    let place = table.place().clone();
    let file = table.optional_string("file");
    let derived = table.optional_bool("derived").is_some_and(|found| found.value);
    let entries = table.tables("list", agents::read_entry);
    WrittenAgents {
        place,
        file,
        complete: entries.iter().all(Option::is_some),
        list: entries.into_iter().flatten().collect(),
        derived,
    }
}

fn no_agents(place: Place) -> WrittenAgents {
    WrittenAgents {
        place,
        file: None,
        list: Vec::new(),
        complete: true,
        derived: false,
    }
}

/// Groups of ids of one tenant, and the word that merges those near to the directory's.
fn merge(table: &mut Table<'_>) -> WrittenMerge {
    let items = table.strings_or_lists("merge", Err, Ok);
    let mut merge = WrittenMerge::default();
    for item in items {
        match item {
            Ok(group) => merge.groups.push(group),
            Err(word) if word.value == NEAR => merge.near = Some(word.place),
            Err(word) => {
                let message = format!("`{}` is no group of ids", word.value);
                let hint =
                    "write each group in brackets of its own, `merge = [[\"A0B1\", \"a0b1\"]]`, or `merge = \"near\"`";
                table.fault(Diagnostic::new("merge", message).hint(hint).at(word.place));
            }
        }
    }
    merge
}

/// Reads the places of logs. The second value is every text that customers read.
fn logs(root: &mut Table<'_>, folder: &Folder) -> (Vec<InputSpec>, Vec<Spanned<String>>) {
    let hint = "add `[[logs]]` with `path = \"logs/\"` and `profile = \"superuser\"`";
    let none = Diagnostic::new("no-logs", "the case names no log").hint(hint);
    let mut told = Vec::new();
    let logs = some(root, "logs", none, |table| {
        let (path, profile) = (table.required_string("path"), table.required_string("profile"));
        let tenant = input_tenant(table);
        let text = InputText {
            encoding: encoding(table),
            skip_lines: table
                .optional_integer("skip_lines", 1..=MOST_SKIPPED)
                .map_or(0, |found| found.value),
            columns: values(table.string_list("columns")),
            wrapping: Wrapping {
                records: table.optional_string("records").map(|found| found.value),
                unwrap: values(table.string_list("unwrap")),
            },
        };
        let (origin, texts) = reach::origin(table);
        told.extend(texts);
        Some(InputSpec {
            path: path?.value,
            base: folder.base.clone(),
            profile: folder.profile(profile?.value.trim()),
            tenant,
            text,
            origin,
        })
    });
    (logs.into_iter().flatten().collect(), told)
}

/// More lines before a header are no title, and would be records.
const MOST_SKIPPED: u64 = 1_000;

fn encoding(table: &mut Table<'_>) -> Option<&'static Encoding> {
    let found = table.optional_string("encoding")?;
    let encoding = InputText::encoding(found.value.trim());
    if encoding.is_none() {
        let fault = Diagnostic::new("unknown-encoding", format!("`{}` is no encoding", found.value));
        let hint = "use a label of the WHATWG Encoding Standard, such as `windows-1252`, `shift_jis`, `gb18030`, `euc-kr` \
                    or `utf-16le`";
        table.fault(fault.hint(hint).at(found.place));
    }
    encoding
}

/// The tenant of an input; that it overrules its records is said of a tenant only.
fn input_tenant(table: &mut Table<'_>) -> Option<InputTenant> {
    let tenant = table.optional_string("tenant");
    let overrules = table.optional_bool("tenant_overrules");
    match (tenant, overrules) {
        (Some(tenant), overrules) => Some(InputTenant {
            id: TenantId(tenant.value),
            overrules: overrules.is_some_and(|found| found.value),
        }),
        (None, Some(overrules)) => {
            let fault = Diagnostic::new("tenant-overrules", "`tenant_overrules` stands without a `tenant`");
            table.fault(
                fault
                    .hint("add `tenant`, or remove `tenant_overrules`")
                    .at(overrules.place),
            );
            None
        }
        (None, None) => None,
    }
}

/// The tables under a key that must hold at least one.
fn some<T>(
    root: &mut Table<'_>,
    key: &'static str,
    none: Diagnostic,
    reader: impl FnMut(&mut Table<'_>) -> T,
) -> Vec<T> {
    if !root.has(key) {
        root.absence(none.at(root.place().clone()));
    }
    root.tables(key, reader)
}

fn limits(table: &mut Table<'_>) -> LimitSettings {
    let mut number = |key| table.optional_integer(key, 1..=LARGEST).map(|found| found.value);
    LimitSettings {
        ratio: number("ratio"),
        unpacked: number("unpacked_bytes"),
        memory: table.optional_string("memory").and_then(|found| size(table, &found)),
    }
}

/// A size as people write it.
fn size(table: &Table<'_>, found: &Spanned<String>) -> Option<u64> {
    let size: Option<ByteSize> = found.value.parse().ok().filter(|size: &ByteSize| size.as_u64() > 0);
    if size.is_none() {
        let fault = Diagnostic::new("unknown-size", format!("`{}` is no size", found.value));
        table.fault(
            fault
                .hint("write it with its unit: \"512MiB\", \"4GiB\"")
                .at(found.place.clone()),
        );
    }
    size.map(|size| size.as_u64())
}

/// A minimum that no name reaches would switch the search off.
const LONGEST_MINIMUM: u64 = 32;

fn isolation(table: &mut Table<'_>) -> IsolationSettings {
    IsolationSettings {
        allow: words(table, "allow"),
        deny: words(table, "deny"),
        min_length: table
            .optional_integer("min_length", 1..=LONGEST_MINIMUM)
            .and_then(|found| u32::try_from(found.value).ok()),
    }
}

/// Words that count everywhere, as strings, and in some fields, as tables.
fn words(table: &mut Table<'_>, key: &'static str) -> Vec<Word> {
    let everywhere = |text: Spanned<String>| Some(Word::from(text.value.as_str()));
    let somewhere = |table: &mut Table<'_>| {
        let place = table.place().clone();
        let (text, written) = (table.required_string("text"), table.string_list("fields"));
        if written.is_empty() && !table.has_unread() {
            let fault = Diagnostic::new("missing-key", "`fields` is missing");
            table.absence(
                fault
                    .hint("add `fields = [\"user_agent\"]`, or write the word alone to have it count everywhere")
                    .at(place),
            );
        }
        let fields = written.into_iter().filter_map(|field| {
            let known = TEXT_FIELDS.into_iter().find(|known| *known == field.value);
            if known.is_none() {
                let fault = Diagnostic::new("unknown-field", format!("`{}` is no field of an event", field.value));
                table.fault(fault.hint(suggestion(&field.value, &TEXT_FIELDS)).at(field.place));
            }
            known
        });
        let fields: Vec<_> = fields.collect();
        Some(Word {
            text: text?.value,
            fields,
        })
        .filter(|word| !word.fields.is_empty())
    };
    table
        .strings_or_tables(key, everywhere, somewhere)
        .into_iter()
        .flatten()
        .collect()
}

fn reports(root: &mut Table<'_>, folder: &Folder) -> (ReportSettings, Vec<Spanned<String>>) {
    let mut asked = Vec::new();
    let mut settings = root
        .optional_table("reports", |table| ReportSettings {
            agents: naming(table),
            agents_k: table
                .optional_integer("agents_k", 1..=u64::from(u32::MAX))
                .and_then(|found| u32::try_from(found.value).ok())
                .map_or_else(AgentsK::default, AgentsK),
            templates: table
                .optional_string("templates")
                .map(|found| folder.pair(&found.value)),
            catalogues: table
                .string_list("catalogue")
                .iter()
                .map(|found| folder.pair(&found.value))
                .collect(),
            gap_hours: GapHours::default(),
            asked: {
                asked = table.string_list("asked");
                Vec::new()
            },
            accepted: values(table.string_list("accept_uncatalogued")).into_iter().collect(),
        })
        .unwrap_or_default();
    let hours = root.optional_table("coverage", |table| {
        table.optional_integer("gap_hours", 1..=u64::from(u32::MAX))
    });
    if let Some(hours) = hours.flatten().and_then(|found| u32::try_from(found.value).ok()) {
        settings.gap_hours = GapHours(hours);
    }
    (settings, asked)
}

fn naming(table: &mut Table<'_>) -> AgentNaming {
    let words = [("pseudonym", AgentNaming::Pseudonym), ("name", AgentNaming::Name)];
    table
        .optional_one_of("agents", &words)
        .map_or(AgentNaming::default(), |found| found.value)
}

fn values(found: Vec<Spanned<String>>) -> Vec<String> {
    found.into_iter().map(|found| found.value).collect()
}
