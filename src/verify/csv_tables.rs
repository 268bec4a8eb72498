//! The CSV tables of a bundle, read back.

use std::io::BufRead;

use super::expected_rows::{self, COLUMNS};
use crate::{digest::Sha256, reports::PEOPLE_COLUMNS};

/// Reads the columns with these names from a table.
pub(super) fn columns<const N: usize>(reader: &mut dyn BufRead, names: [&str; N]) -> Result<Vec<[String; N]>, String> {
    let mut reader = csv::Reader::from_reader(reader);
    let head = reader.headers().map_err(|fault| format!("not a table: {fault}"))?;
    let at = names.map(|name| head.iter().position(|column| column == name));
    let mut rows = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|fault| format!("not a table: {fault}"))?;
        rows.push(at.map(|at| at.and_then(|at| row.get(at)).unwrap_or_default().to_owned()));
    }
    Ok(rows)
}

/// Returns the digest of every row of `actions.csv`.
pub(super) fn table(reader: &mut dyn BufRead) -> Result<Vec<Sha256>, String> {
    let mut reader = csv::Reader::from_reader(reader);
    let head = reader.headers().map_err(|fault| format!("not a table: {fault}"))?;
    if !head.iter().eq(COLUMNS) {
        return Err("its columns are not those of actions".to_owned());
    }
    let mut row = csv::StringRecord::new();
    let mut rows = Vec::new();
    while reader
        .read_record(&mut row)
        .map_err(|fault| format!("not a table: {fault}"))?
    {
        rows.push(expected_rows::digest(&row));
    }
    Ok(rows)
}

/// Number of columns of `people.csv` that follow from the actions alone. A tenant's folder does not
/// state which of them are tied.
const OF_ACTIONS: usize = 8;

/// Digests of the cells of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PersonRow {
    /// Digest of the columns that follow from the actions alone.
    pub(super) of_actions: Sha256,
    pub(super) all: Sha256,
}

impl PersonRow {
    pub(super) fn new<C: AsRef<str>>(cells: &[C]) -> Self {
        let texts = || cells.iter().map(AsRef::as_ref);
        Self {
            of_actions: expected_rows::digest(texts().take(OF_ACTIONS)),
            all: expected_rows::digest(texts()),
        }
    }
}

/// Reads a table of people and objects.
pub(super) fn people(reader: &mut dyn BufRead) -> Result<Vec<PersonRow>, String> {
    let mut reader = csv::Reader::from_reader(reader);
    let fault = |fault| format!("not a table: {fault}");
    if !reader.headers().map_err(fault)?.iter().eq(PEOPLE_COLUMNS) {
        return Err("its columns are not those of people and objects".to_owned());
    }
    let rows = reader
        .records()
        .map(|row| Ok(PersonRow::new(&row.map_err(fault)?.iter().collect::<Vec<_>>())));
    rows.collect()
}

pub(super) fn pairs(rows: Vec<[String; 2]>) -> Vec<(String, String)> {
    rows.into_iter().map(<(String, String)>::from).collect()
}
