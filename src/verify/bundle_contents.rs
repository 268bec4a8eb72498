//! The files of a bundle, read for their digests, and those of their rows that are counted again.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, BufRead},
    sync::Arc,
};

use super::{
    Mismatch, VerifyError,
    bundle_folder::BundleFolder,
    csv_tables::{PersonRow, columns, pairs, people, table},
    event_lines::EventLines,
    event_row::{LineOwner, RecordLocation, RecordRow, SharedTexts, each_line},
    event_sums::EventSums,
    masked_originals::MaskedOriginals,
};
use crate::{
    bundle::{FileEntry, RECORDS, TenantManifest},
    digest::Sha256,
    findings::Findings,
};

/// The files of a bundle, parsed.
#[derive(Debug, Default)]
pub(super) struct BundleContents {
    pub(super) findings: Option<Box<Findings>>,
    /// Sums over all tenants' lines and the lines without a tenant.
    pub(super) sums: EventSums,
    /// Manifest of each tenant's folder, by slug.
    pub(super) named: BTreeMap<String, Box<TenantManifest>>,
    /// `isolation.csv`: tenant, verdict, name, kind, field, times.
    pub(super) isolation: Vec<[String; 6]>,
    /// `masked.jsonl`, without the originals that were matched with a line already.
    pub(super) masks: MaskedOriginals,
    /// `records/<slug>.jsonl` by slug: location of the record of each row.
    pub(super) places: BTreeMap<String, Vec<Arc<RecordLocation>>>,
    /// Tenants and cases that the lines of `records/<slug>.jsonl` name, by slug.
    pub(super) owners: BTreeMap<String, BTreeSet<LineOwner>>,
    /// Paths and digests of sources, shared by many rows.
    pub(super) texts: SharedTexts,
    /// Files of each tenant, by slug.
    pub(super) tenants: BTreeMap<String, TenantFolder>,
    /// `unattributed.jsonl`.
    pub(super) unattributed: EventLines,
    /// `tenants.csv`: slug and number of events.
    pub(super) listed: Vec<(String, String)>,
    /// `refused.csv`: source, offset and length.
    pub(super) refused: Vec<[String; 3]>,
    /// `near.csv`: source, offset and kind.
    pub(super) near: Vec<[String; 3]>,
}

/// One tenant's rows.
#[derive(Debug, Default)]
pub(super) struct TenantFolder {
    /// The files of one tenant.
    pub(super) lines: EventLines,
    /// `actions.csv`: the digest of each row's cells.
    pub(super) table: Vec<Sha256>,
    /// `actions.csv`: digest of each row's cells.
    pub(super) people: Option<Vec<PersonRow>>,
}

impl BundleContents {
    /// `people.csv`, if it was readable.
    pub(super) fn read(
        &mut self,
        folder: &BundleFolder,
        file: &FileEntry,
        mismatches: &mut Vec<Mismatch>,
    ) -> Result<Sha256, VerifyError> {
        let path = file.path.as_str();
        let below = path.strip_prefix("tenants/").and_then(|path| path.split_once('/'));
        let (fault, digest, _) = folder.read(path, file.bytes, |reader| match (below, path) {
            // A tenant's folder that is verified alone has these files at its top.
            (Some((slug, name)), _) => self.share(slug, name, reader),
            (None, "actions.jsonl" | "actions.csv" | "people.csv") => self.share("", path, reader),
            // The manifest is in the order of paths, so that these files precede the tenants'
            // files.
            (None, _) if path.starts_with(RECORDS) => self.records(path, reader),
            (None, "findings.json") => Ok(keep(parsed(reader), &mut self.findings)),
            // This file precedes the tenants' files too.
            (None, "masked.jsonl") => Ok(keep(MaskedOriginals::read(reader)?, &mut self.masks)),
            (None, "unattributed.jsonl") => {
                let whole = (&mut MaskedOriginals::default(), &mut self.sums, &mut self.texts);
                let lines = EventLines::read(reader, "", None, whole)?;
                Ok(keep(lines, &mut self.unattributed))
            }
            (None, "tenants.csv") => Ok(keep(columns(reader, ["slug", "events"]).map(pairs), &mut self.listed)),
            (None, "refused.csv") => Ok(keep(columns(reader, ["source", "offset", "length"]), &mut self.refused)),
            (None, "near.csv") => Ok(keep(columns(reader, ["source", "offset", "kind"]), &mut self.near)),
            (None, "isolation.csv") => {
                let names = ["tenant", "verdict", "found", "kind", "field", "times"];
                Ok(keep(columns(reader, names), &mut self.isolation))
            }
            _ => Ok(None),
        })?;
        mismatches.extend(fault.map(|fault| Mismatch::new("count", path, fault)));
        Ok(digest)
    }

    fn records(&mut self, path: &str, reader: &mut dyn BufRead) -> io::Result<Option<String>> {
        let (mut places, mut owners) = (Vec::new(), BTreeSet::new());
        let mut wrong = None;
        let read = each_line(reader, "record", |row: RecordRow| {
            if row.number != places.len() + 1 {
                wrong.get_or_insert(places.len() + 1);
            }
            owners.insert(row.owner(&mut self.texts));
            places.push(Arc::new(RecordLocation::new(&row, &mut self.texts)));
        })?;
        let slug = path.strip_prefix(RECORDS).and_then(|path| path.strip_prefix('/'));
        let slug = slug.and_then(|path| path.strip_suffix(".jsonl")).unwrap_or_default();
        self.places.insert(slug.to_owned(), places);
        self.owners.insert(slug.to_owned(), owners);
        let wrong = wrong.map(|number| format!("line {number} has another number"));
        Ok(read.err().or(wrong))
    }

    fn share(&mut self, slug: &str, name: &str, reader: &mut dyn BufRead) -> io::Result<Option<String>> {
        let share = self.tenants.entry(slug.to_owned()).or_default();
        Ok(match name {
            "actions.jsonl" => keep(
                EventLines::read(
                    reader,
                    slug,
                    self.places.get(slug).cloned().or_else(|| Some(Vec::new())),
                    (&mut self.masks, &mut self.sums, &mut self.texts),
                )?,
                &mut share.lines,
            ),
            "actions.csv" => keep(table(reader), &mut share.table),
            "people.csv" => keep(people(reader), &mut share.people),
            _ => None,
        })
    }
}

/// Stores a parsed value, or returns the fault.
fn keep<V>(read: Result<V, String>, place: &mut impl From<V>) -> Option<String> {
    match read {
        Ok(value) => {
            *place = value.into();
            None
        }
        Err(fault) => Some(fault),
    }
}

fn parsed(reader: &mut dyn BufRead) -> Result<Box<Findings>, String> {
    serde_json::from_reader(reader).map_err(|fault| format!("no findings that this version can read: {fault}"))
}
