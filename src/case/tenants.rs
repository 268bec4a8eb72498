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
    // A line is a row at most. All are listed before a map is made of them, which would be torn again and again if it grew.
    let mut tenants = Vec::with_capacity(memchr::memchr_iter(b'\n', bytes).count());
    read_rows(name, bytes, &COLUMNS, faults, |row, _| {
        tenants.extend(row.text("id").map(|id| (TenantId(id), tenant(row))));
    });
    tenants.sort_by(|(a, _), (b, _)| a.cmp(b));
    if tenants.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        listed_again(name, bytes, faults);
    }
    tenants.into_iter().collect()
}

/// Every row whose id an earlier row has is a fault.
fn listed_again(name: &str, bytes: &[u8], faults: &mut Vec<Diagnostic>) {
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    let others = &mut Vec::new();
    read_rows(name, bytes, &COLUMNS, others, |row, _| {
        let Some(id) = row.text("id") else { return };
        match lines.entry(id) {
            Entry::Vacant(free) => {
                free.insert(row.line("id"));
            }
            Entry::Occupied(first) => {
                let message = format!("tenant `{}` is already listed on line {}", first.key(), first.get());
                let fault = Diagnostic::new("duplicate-tenant", message).hint("keep one of the two rows");
                faults.extend(row.place("id").map(|place| fault.at(place)));
            }
        }
    });
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
