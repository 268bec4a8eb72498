//! The vendor's directory of customers, from a CSV file.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

use super::{
    directory::{COLUMNS, DOMAINS, Tenants, words},
    hidden,
    spreadsheet::{Row, read_rows},
};
use crate::{diag::Diagnostic, text::visible};

/// The tenants of a CSV file by id.
pub(super) fn read_csv(name: &str, bytes: &Arc<Vec<u8>>, faults: &mut Vec<Diagnostic>) -> Tenants {
    // A line is a row at most, and a list that grows moves.
    let lines = memchr::memchr_iter(b'\n', bytes).count() + 1;
    let mut tenants = Tenants::of(Arc::clone(bytes), lines);
    read_rows(name, bytes, &COLUMNS, faults, |row, faults| {
        tenants.add(row);
        let fault = |(column, text)| hidden::tenant(column, text, || row.place(column));
        faults.extend(row.maybe_hidden().filter_map(fault));
        faults.extend(no_domain(row));
    });
    if !tenants.in_order() {
        listed_again(name, bytes, faults);
    }
    tenants
}

/// Returns a fault if a cell of domains holds what is no domain: it would match nothing.
fn no_domain(row: &Row<'_>) -> Option<Diagnostic> {
    let (cell, _) = row.standing(DOMAINS)?;
    if !cell.bytes().any(|byte| matches!(byte, b'*' | b'/' | b':' | b'@')) && !cell.starts_with('.') {
        return None;
    }
    let wrong = words(cell).find(|word| word.contains(['*', '/', ':', '@']) || word.starts_with('.'))?;
    let host = wrong.rsplit_once("://").map_or(wrong, |(_, host)| host);
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = host.split(['/', ':']).next().unwrap_or_default();
    let host = host.trim_start_matches(['*', '.']);
    let message = format!("`{}` is no domain, and would be found in no text", visible(wrong));
    let hint = if host.is_empty() {
        "write a domain, such as `example.com`".to_owned()
    } else {
        format!("write `{}`: what is below a domain belongs to it", visible(host))
    };
    Some(
        Diagnostic::new("not-a-domain", message)
            .hint(hint)
            .at(row.place("domains")?),
    )
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Wherever they stand, as bytes are compared many at a time.
    #[test]
    fn hidden_characters_and_formulas_are_found_in_every_place() {
        for before in 0..140 {
            let name = "x".repeat(before);
            for (bad, quote, expected) in [
                ("\u{200b}y", "", "hidden-character"),
                ("\u{1}", "\"", "hidden-character"),
                ("a\ty", "", "hidden-character"),
                ("\u{7f}z", "", "hidden-character"),
                ("é", "", ""),
                (",=1+1", "", "formula"),
                ("\",\"#REF!", "\"", "formula"),
                ("x=", "", ""),
            ] {
                let cells = if bad.contains(',') { "" } else { "," };
                let row = format!("t-2,{quote}{name}{bad}{quote}{cells},,,");
                let text = format!("id,name,domains,contact,locale,time_zone\nt-1,Ö,,,,\n{row}\r\nt-3,a,b,c,,\n");
                let mut faults = Vec::new();
                let tenants = read_csv("f", &Arc::new(text.into_bytes()), &mut faults);
                let found: Vec<_> = faults
                    .iter()
                    .map(|fault| (fault.code, fault.place.as_ref().map_or(0, |place| place.line)))
                    .collect();
                let expected: Vec<_> = Some((expected, 3))
                    .filter(|_| !expected.is_empty())
                    .into_iter()
                    .collect();
                assert_eq!((found, tenants.len()), (expected, 3), "{row}");
            }
        }
    }
}
