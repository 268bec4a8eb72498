//! The vendor's directory of customers, from a CSV file.

use std::collections::{BTreeMap, btree_map::Entry};

use super::{
    Tenant, TenantId,
    spreadsheet::{Row, read_rows},
};
use crate::diag::Diagnostic;

const COLUMNS: [&str; 6] = ["id", "name", "domains", "contact", "locale", "time_zone"];

/// The tenants of a CSV file by id.
pub(super) fn read_csv(name: &str, bytes: &[u8], faults: &mut Vec<Diagnostic>) -> BTreeMap<TenantId, Tenant> {
    let mut tenants: BTreeMap<TenantId, (Tenant, usize)> = BTreeMap::new();
    read_rows(name, bytes, &COLUMNS, faults, |row, faults| {
        let Some(id) = row.text("id") else { return };
        match tenants.entry(TenantId(id)) {
            Entry::Vacant(free) => {
                free.insert((tenant(row), row.line("id")));
            }
            Entry::Occupied(first) => {
                let message = format!("tenant `{}` is already listed on line {}", first.key().0, first.get().1);
                let fault = Diagnostic::new("duplicate-tenant", message).hint("keep one of the two rows");
                faults.extend(row.place("id").map(|place| fault.at(place)));
            }
        }
    });
    tenants.into_iter().map(|(id, (tenant, _))| (id, tenant)).collect()
}

fn tenant(row: &Row<'_>) -> Tenant {
    Tenant {
        name: row.text("name"),
        domains: row.words("domains"),
        contact: row.text("contact"),
        locale: row.text("locale"),
        time_zone: row.text("time_zone"),
    }
}
