//! The vendor's directory of customers, from a CSV file.

use std::collections::{BTreeMap, btree_map::Entry};

use super::{Tenant, TenantId, spreadsheet::read_rows};
use crate::diag::Diagnostic;

const COLUMNS: [&str; 6] = ["id", "name", "domains", "contact", "locale", "time_zone"];

/// The tenants of a CSV file by id.
pub(super) fn read_csv(name: &str, bytes: &[u8], faults: &mut Vec<Diagnostic>) -> BTreeMap<TenantId, Tenant> {
    let mut tenants = BTreeMap::new();
    let mut first_lines = BTreeMap::new();
    read_rows(name, bytes, &COLUMNS, faults, |row, faults| {
        let Some(id) = row.found("id") else { return };
        match first_lines.entry(id.value.clone()) {
            Entry::Vacant(free) => {
                free.insert(id.place.line);
            }
            Entry::Occupied(first) => {
                let message = format!("tenant `{}` is already listed on line {}", id.value, first.get());
                let fault = Diagnostic::new("duplicate-tenant", message);
                faults.push(fault.hint("keep one of the two rows").at(id.place));
                return;
            }
        }
        let tenant = Tenant {
            name: row.text("name"),
            domains: row.words("domains"),
            contact: row.text("contact"),
            locale: row.text("locale"),
            time_zone: row.text("time_zone"),
        };
        tenants.insert(TenantId(id.value), tenant);
    });
    tenants
}
