//! The vendor's support tickets, from a CSV file, and what a ticket that an event states is to the
//! event.

use std::collections::{BTreeMap, btree_map::Entry};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Merge,
    agents::Listed,
    identity::fold,
    spreadsheet::{Row, read_rows},
};
use crate::{
    config::{Spanned, instant},
    diag::{Diagnostic, Place},
    text::visible,
    time::Timestamp,
};

/// The columns of a table of tickets.
const COLUMNS: [&str; 6] = ["id", "tenant", "agent", "opened", "closed", "approval"];

/// The vendor's tickets, by id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TicketTable {
    by_id: BTreeMap<String, Ticket>,
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Ticket {
    /// Id of the tenant, as the case merges it; `None` for a ticket of no tenant.
    tenant: Option<String>,
    agent: TicketAgent,
    opened: Timestamp,
    closed: Option<Timestamp>,
    approved: bool,
}

/// The agent to whom a ticket is assigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
enum TicketAgent {
    /// The row has no agent.
    Any,
    /// A listed agent, by position in the case.
    Listed(usize),
    /// An agent whom the case does not list.
    Unlisted,
}

/// Relation of an event to the ticket that it states. The first that holds counts, from below: a
/// ticket of another tenant may also be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TicketVerdict {
    /// The ticket is of the tenant and the agent, and was open at the event's time.
    Fits,
    /// The ticket was not open at the event's time.
    Closed,
    /// The ticket is assigned to another agent.
    OtherAgent,
    /// The ticket is another tenant's, or no tenant's.
    OtherTenant,
    /// The table has no ticket of this id.
    Unknown,
    /// The event states no ticket.
    None,
}

impl TicketVerdict {
    /// Every verdict, the best first.
    pub const ALL: [Self; 6] = [
        Self::Fits,
        Self::Closed,
        Self::OtherAgent,
        Self::OtherTenant,
        Self::Unknown,
        Self::None,
    ];

    /// Returns the name in files: `other-tenant`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fits => "fits",
            Self::Closed => "closed",
            Self::OtherAgent => "other-agent",
            Self::OtherTenant => "other-tenant",
            Self::Unknown => "unknown",
            Self::None => "none",
        }
    }
}

impl TicketTable {
    /// Returns how many tickets there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Returns the entries as canonical values, in the order of their ids.
    pub fn entries(&self) -> impl Iterator<Item = serde_json::Value> {
        let entry = |(id, ticket): (&String, &Ticket)| serde_json::json!({ "id": id, "ticket": ticket });
        self.by_id.iter().map(entry)
    }

    /// Returns what the ticket that an event states is to it, for one of its tenants or for none.
    /// Of several tickets in one field the best counts.
    pub fn verdict(&self, stated: Option<&str>, tenant: Option<&str>, agent: usize, time: Timestamp) -> TicketVerdict {
        let stated = stated.map(str::trim).filter(|stated| !stated.is_empty());
        let Some(stated) = stated else {
            return TicketVerdict::None;
        };
        let verdicts = self.stated(stated).map(|ticket| ticket.verdict(tenant, agent, time));
        verdicts.min().unwrap_or(TicketVerdict::Unknown)
    }

    /// Returns whether a ticket that an event states, and that the table has, states an approval.
    pub fn is_approved(&self, stated: Option<&str>) -> bool {
        stated.is_some_and(|stated| self.stated(stated.trim()).any(|ticket| ticket.approved))
    }

    /// Returns the tickets of a field: the one of the whole text, or of its parts.
    fn stated<'t>(&'t self, text: &'t str) -> impl Iterator<Item = &'t Ticket> {
        let whole = self.get(text);
        let parts = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'));
        let parts = parts.filter(|part| !part.is_empty()).filter_map(|part| self.get(part));
        whole
            .into_iter()
            .chain(parts.take(if whole.is_some() { 0 } else { PARTS }))
    }

    fn get(&self, id: &str) -> Option<&Ticket> {
        let bare = || id.strip_prefix('#').and_then(|bare| self.by_id.get(bare));
        self.by_id.get(id).or_else(bare)
    }

    /// Reads a table, with every fault of it.
    pub(super) fn read_csv(
        (name, bytes): (&str, &[u8]),
        agents: &[Listed],
        merge: &Merge,
        faults: &mut Vec<Diagnostic>,
    ) -> Self {
        let agents = Owners::of(agents);
        let mut lines: BTreeMap<String, usize> = BTreeMap::new();
        let mut tickets = Self::default();
        let mut lacking = Vec::new();
        read_rows(name, bytes, &COLUMNS, faults, |row, faults| {
            let Some(id) = row.found("id") else { return };
            lacking = ["tenant", "agent", "opened", "closed"]
                .into_iter()
                .filter(|column| row.place(column).is_none())
                .collect();
            if lacking.contains(&"opened") {
                return;
            }
            match lines.entry(id.value.clone()) {
                Entry::Vacant(free) => {
                    free.insert(id.place.line);
                }
                Entry::Occupied(first) => {
                    let (id_shown, line) = (visible(&id.value), first.get());
                    let message = format!("ticket `{id_shown}` is already listed on line {line}");
                    let fault = Diagnostic::new("duplicate-ticket", message);
                    faults.push(fault.hint("keep one row for each ticket").at(id.place.clone()));
                }
            }
            if let Some(ticket) = ticket(row, &agents, merge, faults) {
                tickets.by_id.insert(id.value, ticket);
            }
        });
        if !lacking.is_empty() {
            let message = format!("`{name}` has no column {}", named(&lacking));
            let hint = format!(
                "write all of `{}`; a cell of `closed` may be empty",
                COLUMNS[..5].join(",")
            );
            let place = Place {
                file: name.to_owned(),
                line: 1,
                column: 1,
                text: head(bytes),
                length: 1,
            };
            faults.push(Diagnostic::new("missing-column", message).hint(hint).at(place));
        }
        tickets
    }
}

/// Parts of a field that are looked up: a text of any length may stand there.
const PARTS: usize = 32;

/// Returns the first line of a table, for showing.
fn head(bytes: &[u8]) -> String {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    visible(&String::from_utf8_lossy(line)).into_owned()
}

fn named(columns: &[&str]) -> String {
    let columns: Vec<_> = columns.iter().map(|column| format!("`{column}`")).collect();
    columns.join(", ")
}

fn ticket(row: &Row<'_>, agents: &Owners, merge: &Merge, faults: &mut Vec<Diagnostic>) -> Option<Ticket> {
    let time = |column, faults: &mut Vec<Diagnostic>| {
        let found = row.found(column)?;
        instant(column, &found, faults)
    };
    let (opened, closed) = (time("opened", faults), time("closed", faults));
    if row.text("opened").is_none() {
        let fault = Diagnostic::new("empty-value", "this ticket has no time of opening");
        let fault = fault.hint("write when it was opened, with its offset, such as 2026-01-16T09:00:00Z");
        faults.extend(row.place("opened").map(|place| fault.at(place)));
    }
    if let (Some(opened), Some(closed)) = (&opened, &closed)
        && closed.value < opened.value
    {
        let message = format!(
            "the ticket is closed at {}, before it is opened at {}",
            closed.value, opened.value
        );
        let fault = Diagnostic::new("closed-before-opened", message).hint("correct one of the two times");
        faults.push(fault.at(closed.place.clone()));
    }
    Some(Ticket {
        tenant: row.text("tenant").map(|tenant| merge.tenant(&tenant).to_owned()),
        agent: agents.find(row.found("agent").as_ref()),
        opened: opened?.value,
        closed: closed.map(|closed| closed.value),
        approved: row.text("approval").is_some(),
    })
}

/// Positions of agents by their identities.
struct Owners {
    exact: BTreeMap<String, usize>,
    folded: BTreeMap<String, usize>,
}

impl Owners {
    fn of(agents: &[Listed]) -> Self {
        let (mut exact, mut folded) = (BTreeMap::new(), BTreeMap::new());
        for (at, agent) in agents.iter().enumerate() {
            exact.insert(agent.id.value.clone(), at);
            for identity in agent.email.iter().chain(&agent.identities) {
                folded.insert(fold(&identity.value).into_owned(), at);
            }
        }
        Self { exact, folded }
    }

    fn find(&self, written: Option<&Spanned<String>>) -> TicketAgent {
        let Some(written) = written else {
            return TicketAgent::Any;
        };
        let found = self.exact.get(&written.value);
        let found = found.or_else(|| self.folded.get(&*fold(&written.value)));
        found.map_or(TicketAgent::Unlisted, |at| TicketAgent::Listed(*at))
    }
}

impl Ticket {
    fn verdict(&self, tenant: Option<&str>, agent: usize, time: Timestamp) -> TicketVerdict {
        let is_other = |tenant: &str| self.tenant.as_deref() != Some(tenant);
        if tenant.is_some_and(is_other) {
            TicketVerdict::OtherTenant
        } else if !matches!(self.agent, TicketAgent::Any) && self.agent != TicketAgent::Listed(agent) {
            TicketVerdict::OtherAgent
        } else if time < self.opened || self.closed.is_some_and(|closed| closed <= time) {
            TicketVerdict::Closed
        } else {
            TicketVerdict::Fits
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(id: &str, email: &str) -> Listed {
        let place = Place {
            file: "agents".to_owned(),
            line: 1,
            column: 1,
            text: String::new(),
            length: 1,
        };
        let spanned = |text: &str| Spanned {
            value: text.to_owned(),
            place: place.clone(),
        };
        Listed {
            email: Some(spanned(email)),
            ..Listed::new(spanned(id))
        }
    }

    fn read(table: &str) -> (TicketTable, Vec<String>) {
        let agents = [listed("a1", "mira@desk.example"), listed("a2", "jon@desk.example")];
        let mut faults = Vec::new();
        let tickets = TicketTable::read_csv(("t.csv", table.as_bytes()), &agents, &Merge::default(), &mut faults);
        let shown = |fault: &Diagnostic| {
            let place = fault.place.as_ref().expect("a place");
            format!("{}:{} {}", place.line, place.column, fault.code)
        };
        (tickets, faults.iter().map(shown).collect())
    }

    #[test]
    fn ticket_is_judged_by_tenant_agent_and_time() {
        let (tickets, faults) = read(
            "id,tenant,agent,opened,closed,approval\n\
             T-1,acme,Mira@desk.example,2026-01-10T00:00:00Z,2026-01-11T00:00:00Z,yes\n\
             T-2,acme,,2026-01-10T00:00:00Z,,\n\
             T-3,acme,zoe,2026-01-10T00:00:00Z,,\n\
             T-4,,a1,2026-01-10T00:00:00Z,,\n",
        );
        assert_eq!(faults, [""; 0]);
        let day = "2026-01-10T12:00:00Z";
        for (stated, tenant, agent, time, expected) in [
            (None, Some("acme"), 0, day, TicketVerdict::None),
            (Some(" "), Some("acme"), 0, day, TicketVerdict::None),
            (Some("T-9"), Some("acme"), 0, day, TicketVerdict::Unknown),
            (Some("t-1"), Some("acme"), 0, day, TicketVerdict::Unknown),
            (Some("T-1"), Some("acme"), 0, day, TicketVerdict::Fits),
            (Some("#T-1 "), Some("acme"), 0, day, TicketVerdict::Fits),
            (
                Some("T-1"),
                Some("acme"),
                0,
                "2026-01-10T00:00:00Z",
                TicketVerdict::Fits,
            ),
            (
                Some("T-1"),
                Some("acme"),
                0,
                "2026-01-11T00:00:00Z",
                TicketVerdict::Closed,
            ),
            (
                Some("T-1"),
                Some("acme"),
                0,
                "2026-01-09T23:59:59Z",
                TicketVerdict::Closed,
            ),
            (Some("T-1"), Some("acme"), 1, day, TicketVerdict::OtherAgent),
            (Some("T-1"), Some("Acme"), 0, day, TicketVerdict::OtherTenant),
            (Some("T-1"), None, 0, day, TicketVerdict::Fits),
            (Some("T-2"), Some("acme"), 1, day, TicketVerdict::Fits),
            (Some("T-3"), Some("acme"), 1, day, TicketVerdict::OtherAgent),
            (Some("T-4"), Some("acme"), 0, day, TicketVerdict::OtherTenant),
            (Some("T-4"), None, 0, day, TicketVerdict::Fits),
            (Some("T-9, T-1"), Some("acme"), 0, day, TicketVerdict::Fits),
            (Some("T-3;T-9"), Some("acme"), 0, day, TicketVerdict::OtherAgent),
        ] {
            let time = time.parse().expect("a time");
            assert_eq!(
                tickets.verdict(stated, tenant, agent, time),
                expected,
                "{stated:?} {tenant:?} {agent}"
            );
        }
        assert!(tickets.is_approved(Some("T-1")) && !tickets.is_approved(Some("T-2")));
    }

    #[test]
    fn every_fault_of_a_table_is_reported_with_its_line() {
        let (_, faults) = read(
            "id,tenant,agent,opened,closed\n\
             T-1,acme,,2026-01-10,\n\
             T-2,acme,,,\n\
             ,acme,,2026-01-10T00:00:00Z,\n\
             T-1,acme,,2026-01-10T00:00:00Z,2026-01-09T00:00:00Z\n\
             T-5,acme,,2026-01-10T00:00:00Z,soon\n",
        );
        assert_eq!(
            faults,
            [
                "2:11 naive-time",
                "3:11 empty-value",
                "4:1 empty-value",
                "5:1 duplicate-ticket",
                "5:32 closed-before-opened",
                "6:32 bad-time",
            ]
        );
        assert_eq!(read("id,tenant\nT-1,acme\n").1, ["1:1 missing-column"]);
    }
}
