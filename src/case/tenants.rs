//! The vendor's directory of customers, from a CSV file.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    ops::Range,
    sync::Arc,
    thread,
};

use super::{
    directory::{COLUMNS, Tenants},
    spreadsheet::{Sheet, read_rows},
};
use crate::diag::Diagnostic;

/// The tenants of a CSV file by id.
pub(super) fn read_csv(name: &str, bytes: &Arc<Vec<u8>>, faults: &mut Vec<Diagnostic>) -> Tenants {
    let Some(sheet) = Sheet::open(name, bytes, &COLUMNS, faults) else {
        return Tenants::default();
    };
    // A line is a row at most, and a list that grows moves.
    let lines = memchr::memchr_iter(b'\n', bytes).count() + 1;
    let part = |stretch: Range<usize>| {
        let (mut tenants, mut faults) = (Tenants::of(Arc::clone(bytes), lines), Vec::new());
        sheet.rows(stretch, &mut faults, |row, _| tenants.add(row));
        (tenants, faults)
    };
    let (mut tenants, found) = match sheet.halves() {
        Some(halves) => side_by_side(part, halves),
        None => part(sheet.all()),
    };
    faults.extend(found);
    if !tenants.in_order() {
        listed_again(name, bytes, faults);
    }
    tenants
}

/// What is read of both, in their order. A directory is long, and nothing else can be done before it is read.
fn side_by_side(
    part: impl Fn(Range<usize>) -> (Tenants, Vec<Diagnostic>) + Sync,
    [first, second]: [Range<usize>; 2],
) -> (Tenants, Vec<Diagnostic>) {
    let ((mut tenants, mut faults), (others, found)) = thread::scope(|threads| {
        let behind = thread::Builder::new().spawn_scoped(threads, || part(second.clone()));
        let before = part(first);
        match behind {
            Ok(behind) => (before, behind.join().expect("reading does not panic")),
            // There was no thread for it.
            Err(_) => (before, part(second.clone())),
        }
    });
    tenants.append(others);
    faults.extend(found);
    (tenants, faults)
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
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Customers and faults, side by side or one behind the other.
        #[test]
        fn halves_say_what_the_whole_says(
            rows in prop::collection::vec("( ?[a-c]{0,2},[a-z]{0,9},[a-z]{0,9}|[a-c],é|,|[a-c],\"x, y\",z|)(\n|\r\n)", 0..20),
        ) {
            let text = "id,name,domains\n".to_owned() + &rows.concat();
            let bytes = Arc::new(text.clone().into_bytes());
            let (mut faults, mut expected) = (Vec::new(), Vec::new());
            let tenants = read_csv("f", &bytes, &mut faults);
            let mut whole = Tenants::of(Arc::clone(&bytes), 0);
            read_rows("f", &bytes, &COLUMNS, &mut expected, |row, _| whole.add(row));
            if !whole.in_order() {
                listed_again("f", &bytes, &mut expected);
            }
            prop_assert_eq!(faults, expected);
            let told = |tenants: &Tenants| -> Vec<_> {
                let each = tenants.iter().map(|tenant| (tenant.id().to_owned(), tenant.name().map(str::to_owned)));
                each.collect()
            };
            prop_assert_eq!(told(&tenants), told(&whole));
            let halves = Sheet::open("f", &bytes, &COLUMNS, &mut Vec::new()).and_then(|sheet| sheet.halves());
            prop_assert_eq!(halves.is_some(), !text.contains('"') && text.len() >= 16 + 64 && text[16 + (text.len() - 16) / 2..].contains('\n'));
        }
    }
}
