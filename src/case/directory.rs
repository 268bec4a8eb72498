//! The directory of tenants, stored compactly: the bytes of the file once, with the positions of
//! the cells of each tenant. A directory is long and few of its tenants occur in logs. Separate
//! texts for each tenant took longer to create than a hundred thousand records take to judge.

use std::{iter::zip, sync::Arc};

use rayon::prelude::*;

use super::spreadsheet::Row;

/// The columns of a directory.
pub(super) const COLUMNS: [&str; 8] = [
    "id",
    "name",
    "domains",
    "contact",
    "locale",
    "time_zone",
    "aliases",
    "slugs",
];

/// The numbers of its columns.
const ID: usize = 0;
const NAME: usize = 1;
pub(super) const DOMAINS: usize = 2;
const CONTACT: usize = 3;
pub(super) const LOCALE: usize = 4;
pub(super) const TIME_ZONE: usize = 5;
const ALIASES: usize = 6;
const SLUGS: usize = 7;

/// The vendor's customers.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    /// Empty where no directory was given.
    pub tenants: Tenants,
    /// The number of customers, where the case states it because the directory is partial.
    pub total: Option<u64>,
}

impl Directory {
    /// Returns the vendor's number of tenants, or `None` if neither a directory nor a number is
    /// given.
    pub fn customers(&self) -> Option<u64> {
        let listed = self.tenants.len() as u64;
        self.total.or((listed > 0).then_some(listed))
    }
}

/// Customers by id.
#[derive(Debug, Clone, Default)]
pub struct Tenants {
    file: Arc<Vec<u8>>,
    /// Cells that do not stand in the file as they are: their quotes are taken away.
    unquoted: Vec<u8>,
    /// In id order, each id once; while they are added, in the order of the file.
    entries: Vec<Entry>,
    /// Whether each was added behind the one before it, as nearly all are listed.
    ordered: bool,
    /// Length of the common beginning of all ids, and for each id its next eight bytes as a number,
    /// which decide most searches.
    alike: usize,
    keys: Vec<u64>,
}

/// Start and end of each cell of a tenant. Positions beyond the end of the file refer to
/// `unquoted`.
type Entry = [(usize, usize); COLUMNS.len()];

/// One customer, as the vendor's directory has it.
#[derive(Debug, Clone, Copy)]
pub struct Tenant<'d> {
    tenants: &'d Tenants,
    entry: &'d Entry,
}

impl Tenants {
    /// Creates an empty list over this file, with room for `most` tenants.
    pub(super) fn of(file: Arc<Vec<u8>>, most: usize) -> Self {
        Self {
            file,
            entries: Vec::with_capacity(most),
            ordered: true,
            ..Self::default()
        }
    }

    /// Adds the customer of a row.
    pub(super) fn add(&mut self, row: &Row<'_>) {
        let entry = std::array::from_fn(|column| match row.standing(column) {
            Some((text, Some(start))) => (start, start + text.len()),
            Some((text, None)) => self.keep(text),
            None => (0, 0),
        });
        let before = self.entries.last().map(|last| self.bytes(last[ID]));
        self.ordered &= before.is_none_or(|before| before < self.bytes(entry[ID]));
        self.entries.push(entry);
    }

    fn keep(&mut self, text: &str) -> (usize, usize) {
        let start = self.file.len() + self.unquoted.len();
        self.unquoted.extend_from_slice(text.as_bytes());
        (start, start + text.len())
    }

    /// Adds a customer, or replaces the one of this id.
    #[cfg(test)]
    pub(crate) fn insert(&mut self, [id, name, domains, contact, locale, time_zone]: [&str; 6]) {
        self.insert_named([id, name, domains, contact, locale, time_zone, "", ""]);
    }

    /// Like [`Self::insert`], with aliases and slugs.
    #[cfg(test)]
    pub(crate) fn insert_named(&mut self, cells: [&str; COLUMNS.len()]) {
        let entry = cells.map(|text| self.keep(text));
        let own = self
            .entries
            .iter()
            .position(|other| self.bytes(other[ID]) == cells[ID].as_bytes());
        own.map(|own| self.entries.remove(own));
        self.entries.push(entry);
        self.ordered = false;
        self.in_order();
    }

    /// Once all are there: puts them in order. Returns whether no id was there twice.
    pub(super) fn in_order(&mut self) -> bool {
        let mut entries = std::mem::take(&mut self.entries);
        let rows = entries.len();
        if !self.ordered {
            entries.sort_by(|a, b| self.bytes(a[ID]).cmp(self.bytes(b[ID])));
            entries.dedup_by(|a, b| self.bytes(a[ID]) == self.bytes(b[ID]));
        }
        self.entries = entries;
        let id = |entry: Option<&Entry>| entry.map_or(&[][..], |entry| self.bytes(entry[ID]));
        let ends = zip(id(self.entries.first()), id(self.entries.last()));
        self.alike = ends.take_while(|(first, last)| first == last).count();
        let keys = self
            .entries
            .iter()
            .map(|entry| key(&self.bytes(entry[ID])[self.alike..]));
        self.keys = keys.collect();
        self.entries.len() == rows
    }

    /// Returns the number of tenants.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The customer of this id.
    pub fn get(&self, id: &str) -> Option<Tenant<'_>> {
        let key = key(id.as_bytes().get(self.alike..)?);
        let first = self.keys.partition_point(|other| *other < key);
        let count = self.keys[first..].partition_point(|other| *other == key);
        let own = |entry: &Entry| self.bytes(entry[ID]).cmp(id.as_bytes());
        let among = &self.entries[first..first + count];
        let at = among.binary_search_by(own).ok()?;
        Some(self.tenant(&among[at]))
    }

    /// In id order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Tenant<'_>> {
        self.entries.iter().map(|entry| self.tenant(entry))
    }

    /// Returns the same for several threads.
    pub fn par_iter(&self) -> impl IndexedParallelIterator<Item = Tenant<'_>> {
        self.entries.par_iter().map(|entry| self.tenant(entry))
    }

    fn tenant<'d>(&'d self, entry: &'d Entry) -> Tenant<'d> {
        Tenant { tenants: self, entry }
    }

    fn bytes(&self, (from, to): (usize, usize)) -> &[u8] {
        match from.checked_sub(self.file.len()) {
            Some(from) => &self.unquoted[from..to - self.file.len()],
            None => &self.file[from..to],
        }
    }
}

impl<'d> Tenant<'d> {
    /// Exactly as the logs have it.
    pub fn id(self) -> &'d str {
        self.cell(ID).unwrap_or_default()
    }

    /// The customer's name.
    pub fn name(self) -> Option<&'d str> {
        self.cell(NAME)
    }

    /// Further names that people call it by.
    pub fn aliases(self) -> impl Iterator<Item = &'d str> {
        let names = self.cell(ALIASES).unwrap_or_default().split(';').map(str::trim);
        names.filter(|name| !name.is_empty())
    }

    /// Returns the short names of the tenant in addresses and paths.
    pub fn slugs(self) -> impl Iterator<Item = &'d str> {
        words(self.cell(SLUGS).unwrap_or_default())
    }

    /// Its name, its aliases and its slugs.
    pub fn names(self) -> impl Iterator<Item = &'d str> {
        self.name().into_iter().chain(self.aliases()).chain(self.slugs())
    }

    /// Domains that belong to it.
    pub fn domains(self) -> impl Iterator<Item = &'d str> {
        words(self.cell(DOMAINS).unwrap_or_default())
    }

    /// Returns the recipient of the report.
    pub fn contact(self) -> Option<&'d str> {
        self.cell(CONTACT)
    }

    /// BCP 47 language tag.
    pub fn locale(self) -> Option<&'d str> {
        self.cell(LOCALE)
    }

    /// IANA time zone name.
    pub fn time_zone(self) -> Option<&'d str> {
        self.cell(TIME_ZONE)
    }

    fn cell(self, column: usize) -> Option<&'d str> {
        let bytes = self.tenants.bytes(self.entry[column]);
        (!bytes.is_empty()).then(|| str::from_utf8(bytes).expect("the file was read as text"))
    }
}

/// The number that the first eight bytes are, in the order of texts.
fn key(text: &[u8]) -> u64 {
    let mut first = [0; 8];
    zip(&mut first, text).for_each(|(to, byte)| *to = *byte);
    u64::from_be_bytes(first)
}

/// The words of a cell that holds several, separated by blanks or `;`.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| c == ';' || c.is_whitespace());
    words.filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::{super::tenants::read_csv, *};

    type Cells = [String; COLUMNS.len()];

    /// Writes cells as a program does that quotes all of them, or only those that need it.
    fn written(cells: &Cells, all: bool) -> String {
        let cell = |text: &String| {
            if all || text.contains(['"', ',']) {
                format!("\"{}\"", text.replace('"', "\"\""))
            } else {
                text.clone()
            }
        };
        cells.each_ref().map(cell).join(",")
    }

    fn told(tenant: Tenant<'_>) -> Cells {
        let domains: Vec<_> = tenant.domains().collect();
        let text = |cell: Option<&str>| cell.unwrap_or_default().to_owned();
        [
            tenant.id().to_owned(),
            text(tenant.name()),
            domains.join(" "),
            text(tenant.contact()),
            text(tenant.locale()),
            text(tenant.time_zone()),
            tenant.aliases().collect::<Vec<_>>().join("; "),
            tenant.slugs().collect::<Vec<_>>().join(" "),
        ]
    }

    /// More than their first eight bytes are the same, and not of all of them.
    #[test]
    fn ids_that_begin_alike_are_told_apart() {
        let ids = [
            "a-long-customer-1",
            "a-long-customer-2",
            "a-long-customer-3",
            "b",
            "a-long-c",
        ];
        let mut tenants = Tenants::default();
        ids.iter().for_each(|id| tenants.insert([id, id, "", "", "", ""]));
        for id in ids {
            assert_eq!(tenants.get(id).and_then(Tenant::name), Some(id));
        }
        assert!(tenants.get("a-long-customer-4").is_none() && tenants.get("a").is_none());
    }

    proptest! {
        /// Every cell is as it was written, without the white space around it; and everybody is
        /// found, in id order.
        #[test]
        fn customers_are_told_as_they_are_listed(
            rows in prop::collection::vec((prop::array::uniform8("[ab \",;é日]{0,5}"), any::<bool>()), 0..9),
            end in "(\r\n|\n)",
            alike in "(x-|long prefix )?",
            other_ids in prop::collection::vec("(x-|long prefix )?[0-9]?[ab ]{0,2}", 9),
        ) {
            let mut text = COLUMNS.join(",") + &end;
            let mut expected = BTreeMap::new();
            for (number, (mut cells, all)) in rows.into_iter().enumerate() {
                (cells[LOCALE], cells[TIME_ZONE]) = ("ja-JP ".to_owned(), " Asia/Tokyo".to_owned());
                // A comma in a domain is a fault, which other tests cover.
                cells[DOMAINS] = cells[DOMAINS].replace(',', "");
                cells[ID] = format!(" {alike}{}{}", number * 7 % 10, cells[ID]);
                text += &(written(&cells, all) + &end);
                cells = cells.map(|cell| cell.trim().to_owned());
                for several in [DOMAINS, SLUGS] {
                    cells[several] = words(&cells[several]).collect::<Vec<_>>().join(" ");
                }
                let aliases = cells[ALIASES].split(';').map(str::trim).filter(|alias| !alias.is_empty());
                cells[ALIASES] = aliases.collect::<Vec<_>>().join("; ");
                expected.insert(cells[ID].clone(), cells);
            }
            let mut faults = Vec::new();
            let tenants = read_csv("f", &Arc::new(text.into_bytes()), &mut faults);
            prop_assert_eq!(faults, []);
            prop_assert!(tenants.iter().map(told).eq(expected.values().cloned()));
            for (id, cells) in &expected {
                prop_assert_eq!(&told(tenants.get(id).expect("it is listed")), cells);
            }
            for id in other_ids {
                prop_assert_eq!(tenants.get(&id).map(told), expected.get(&id).cloned());
            }
        }
    }
}
