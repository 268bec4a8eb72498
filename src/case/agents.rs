//! The agents as listed, from a CSV file or from the case file, with the places that checks need.

use super::{Agent, AgentId, AgentNaming, Tenure, spreadsheet::read_rows};
use crate::{
    config::{Spanned, Table, instant},
    diag::{Diagnostic, Place},
    time::Timestamp,
};

/// The columns of a CSV file of agents, and the keys of `[[agents.list]]`.
const COLUMNS: [&str; 12] = [
    "id",
    "email",
    "identities",
    "also",
    "derived",
    "name",
    "employer",
    "role",
    "country",
    "from",
    "until",
    "reason",
];

/// An agent as listed.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    pub(super) id: Spanned<String>,
    pub(super) email: Option<Spanned<String>>,
    /// `identities`, then `also`.
    pub(super) identities: Vec<Spanned<String>>,
    /// Whether names derived from its identities count as its own, where the entry says so.
    pub(super) derived: Option<bool>,
    pub(super) name: Option<Spanned<String>>,
    pub(super) employer: Option<Spanned<String>>,
    pub(super) role: Option<Spanned<String>>,
    pub(super) country: Option<Spanned<String>>,
    pub(super) tenure: Tenure,
}

impl Listed {
    pub(super) fn new(id: Spanned<String>) -> Self {
        Self {
            id,
            email: None,
            identities: Vec::new(),
            derived: None,
            name: None,
            employer: None,
            role: None,
            country: None,
            tenure: Tenure::default(),
        }
    }

    /// Without the places.
    pub(super) fn agent(&self) -> Agent {
        let text = |found: &Option<Spanned<String>>| found.as_ref().map(|found| found.value.clone());
        Agent {
            id: AgentId(self.id.value.clone()),
            email: text(&self.email),
            identities: self.identities.iter().map(|identity| identity.value.clone()).collect(),
            name: text(&self.name),
            employer: text(&self.employer),
            role: text(&self.role),
            country: text(&self.country),
            pseudonym: String::new(),
            tenure: self.tenure.clone(),
            unlisted: false,
            user_names: Vec::new(),
            derived: self.derived.unwrap_or_default(),
            derived_names: Vec::new(),
        }
    }

    /// Returns the texts about the agent that tenants' copies show.
    pub(super) fn told(&self, naming: AgentNaming) -> impl Iterator<Item = &Spanned<String>> {
        let label = self.name.iter().chain([&self.id]);
        let label = label.filter(move |_| naming == AgentNaming::Name);
        let rest = [&self.employer, &self.role, &self.country].into_iter().flatten();
        rest.chain(label)
    }
}

/// Adds the agents of a CSV file. Returns whether the id of every row was read.
pub(super) fn read_csv(name: &str, bytes: &[u8], agents: &mut Vec<Listed>, faults: &mut Vec<Diagnostic>) -> bool {
    read_rows(name, bytes, &COLUMNS, faults, |row, faults| {
        let Some(id) = row.found("id") else { return };
        let identities = ["identities", "also"].map(|column| (column, row.found(column)));
        let written = identities.iter().filter_map(|(_, found)| found.as_ref());
        faults.extend(written.filter_map(unclear));
        let derived = row.found("derived").and_then(|found| yes_or_no(&found, faults));
        let email = row.found("email");
        faults.extend(email.as_ref().and_then(several));
        let mut time = |column| {
            let found = row.found(column)?;
            instant(column, &found, faults)
        };
        let (from, until) = (time("from"), time("until"));
        let tenure = tenure(from, until, row.found("reason"), |fault| faults.push(fault));
        let of_column = |(column, found): (&'static str, Option<Spanned<String>>)| {
            let parts = found.map(|found| (row.parts(column), found.place));
            let spanned = |(parts, place): (Vec<String>, Place)| {
                let spanned = |value| Spanned {
                    value,
                    place: place.clone(),
                };
                parts.into_iter().map(spanned).collect::<Vec<_>>()
            };
            parts.map(spanned).unwrap_or_default()
        };
        agents.push(Listed {
            id,
            email,
            identities: identities.into_iter().flat_map(of_column).collect(),
            derived,
            name: row.found("name"),
            employer: row.found("employer"),
            role: row.found("role"),
            country: row.found("country"),
            tenure,
        });
    })
}

/// One entry of `[[agents.list]]`; none if it has no id.
pub(super) fn read_entry(table: &mut Table<'_>) -> Option<Listed> {
    let id = table.required_string("id").map(trimmed);
    let email = table.optional_string("email").map(trimmed);
    if let Some(fault) = email.as_ref().and_then(several) {
        table.fault(fault);
    }
    let identities = ["identities", "also"].map(|key| table.string_list(key));
    let identities = identities.into_iter().flatten().map(trimmed).collect();
    let derived = table.optional_bool("derived").map(|found| found.value);
    let mut text = |key| table.optional_string(key).map(trimmed);
    let (name, employer, role, country) = (text("name"), text("employer"), text("role"), text("country"));
    let reason = text("reason");
    let (from, until) = (table.optional_time("from"), table.optional_time("until"));
    let tenure = tenure(from, until, reason, |fault| table.fault(fault));
    Some(Listed {
        id: id?,
        email,
        identities,
        derived,
        name,
        employer,
        role,
        country,
        tenure,
    })
}

/// An agent's tenure, unless it ends before it begins.
fn tenure(
    from: Option<Spanned<Timestamp>>,
    until: Option<Spanned<Timestamp>>,
    reason: Option<Spanned<String>>,
    fault: impl FnOnce(Diagnostic),
) -> Tenure {
    if let (Some(from), Some(until)) = (&from, &until)
        && until.value <= from.value
    {
        let message = format!(
            "the agent's time ends at {}, not after it begins at {}",
            until.value, from.value
        );
        let hint = "`until` is the first instant at which the agent is no longer entitled to its identities";
        fault(
            Diagnostic::new("empty-tenure", message)
                .hint(hint)
                .at(until.place.clone()),
        );
    }
    Tenure {
        from: from.map(|found| found.value),
        until: until.map(|found| found.value),
        reason: reason.map(|found| found.value),
    }
}

/// Reads the cell of `derived`, and adds a fault if it is neither yes nor no.
fn yes_or_no(found: &Spanned<String>, faults: &mut Vec<Diagnostic>) -> Option<bool> {
    match found.value.to_ascii_lowercase().as_str() {
        "true" | "yes" => Some(true),
        "false" | "no" => Some(false),
        _ => {
            let fault = Diagnostic::new(
                "not-a-truth-value",
                format!("`{}` is neither true nor false", found.value),
            );
            let hint =
                "write `true` where names derived from the agent's identities are its own, `false` where they are not";
            faults.push(fault.hint(hint).at(found.place.clone()));
            None
        }
    }
}

/// White space around an identity would make it match nothing.
pub(super) fn trimmed(found: Spanned<String>) -> Spanned<String> {
    found.map(|text| text.trim().to_owned())
}

/// Two addresses in one would match nothing, without a word.
fn several(email: &Spanned<String>) -> Option<Diagnostic> {
    let separator = |c: char| c.is_whitespace() || matches!(c, ',' | ';');
    email.value.contains(separator).then(|| {
        Diagnostic::new(
            "several-emails",
            format!("`{}` is more than one e-mail address", email.value),
        )
        .hint("keep one here and list the others under `identities`")
        .at(email.place.clone())
    })
}

/// Identities are separated by `;` and by nothing else. A comma, or a blank where no `;` stands,
/// may have been meant to separate too, and an identity read as half of one, or two as one, would
/// match wrongly without a word.
fn unclear(identities: &Spanned<String>) -> Option<Diagnostic> {
    let blank = identities.value.contains(char::is_whitespace) && !identities.value.contains(';');
    (blank || identities.value.contains(',')).then(|| {
        Diagnostic::new(
            "unclear-identities",
            "identities are separated by `;`, not by blanks or commas",
        )
        .hint("write `a;b`; end a single identity that holds a blank with `;`, and list one that holds a comma in `[[agents.list]]` of the case file")
        .at(identities.place.clone())
    })
}
