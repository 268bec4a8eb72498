//! Measures how well each profile fits the beginning of a log: the share of its records that have
//! every required field.

use std::{borrow::Cow, cmp::Reverse, io};

use serde::Serialize;

use crate::{
    events::{Body, Profile, Reading},
    records::{Block, Blocks, Framing, Record, Refusal, RowReader, TextReader, json_part},
};

/// Records of a source that are tried.
const TRIED: usize = 500;

/// The fit of one profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fit {
    /// Its name.
    pub profile: String,
    /// Records tried.
    pub tried: u64,
    /// Those of them that have a time, an actor and an action.
    pub whole: u64,
    /// Those of the whole ones that name a tenant.
    pub with_tenant: u64,
}

impl Fit {
    /// The whole records in a hundred, rounded down.
    pub fn percent(&self) -> u64 {
        (self.whole * 100).checked_div(self.tried).unwrap_or(0)
    }
}

/// Fields that an event must have, and the records in which a profile finds them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundFields {
    /// Its name.
    pub profile: String,
    /// Records tried.
    pub tried: u64,
    /// Those of them that have a time that can be read.
    pub time: u64,
    /// Those that have an actor.
    pub actor: u64,
    /// Those that have an action.
    pub action: u64,
}

impl FoundFields {
    /// Returns how many of the three are found in most records.
    fn found(&self) -> usize {
        let is_usual = |count: &&u64| **count * 2 > self.tried;
        [self.time, self.actor, self.action].iter().filter(is_usual).count()
    }
}

/// Bytes of a stream that are looked at.
pub(super) const HEAD: u64 = 1 << 20;

/// Every profile that fits some record of this beginning of a stream, the best first.
pub(super) fn all(head: &[u8], profiles: &[Profile]) -> io::Result<Vec<Fit>> {
    let mut fits = measured(head, profiles)?;
    fits.retain(|fit| fit.whole > 0);
    rank(&mut fits);
    Ok(fits)
}

/// The fit of each profile, in their order.
pub(super) fn measured(head: &[u8], profiles: &[Profile]) -> io::Result<Vec<Fit>> {
    let mut fits = Vec::new();
    for profile in profiles {
        let mut blocks = Blocks::open_by(head, &profile.layout())?;
        let framing = blocks.framing().clone();
        let blocks: Vec<_> = blocks.by_ref().collect::<io::Result<_>>()?;
        fits.push(of(profile, &framing, &blocks, head.len() as u64 == HEAD));
    }
    Ok(fits)
}

/// The profile of whose required fields most are there, the first of several; none if no profile
/// finds any.
pub(super) fn nearest(head: &[u8], profiles: &[Profile]) -> io::Result<Option<FoundFields>> {
    let mut nearest: Option<FoundFields> = None;
    for profile in profiles {
        let mut blocks = Blocks::open_by(head, &profile.layout())?;
        let framing = blocks.framing().clone();
        let blocks: Vec<_> = blocks.by_ref().collect::<io::Result<_>>()?;
        let mut reader = Reader::new(profile, &framing);
        let mut found = FoundFields {
            profile: profile.name.clone(),
            tried: 0,
            time: 0,
            actor: 0,
            action: 0,
        };
        for record in blocks.iter().flat_map(Block::records).take(TRIED) {
            found.tried += 1;
            let fields = reader.read(record, |reading| {
                Ok((reading.time().is_ok(), reading.actors().is_ok(), reading.has_action()))
            });
            let (time, actor, action) = fields.unwrap_or_default();
            found.time += u64::from(time);
            found.actor += u64::from(actor);
            found.action += u64::from(action);
        }
        if found.found() > nearest.as_ref().map_or(0, FoundFields::found) {
            nearest = Some(found);
        }
    }
    Ok(nearest)
}

/// Returns the columns of a table that its header names more than once, each once: a profile that
/// reads one refuses every row.
pub(super) fn doubled(head: &[u8], profile: &Profile) -> io::Result<Vec<String>> {
    let blocks = Blocks::open_by(head, &profile.layout())?;
    let Framing::Csv(header) = blocks.framing() else {
        return Ok(Vec::new());
    };
    let mut columns: Vec<_> = header.columns.iter().map(|column| column.trim()).collect();
    columns.sort_unstable();
    let several = columns.chunk_by(|one, other| one == other);
    let several = several.filter(|same| same.len() > 1 && !same[0].is_empty());
    Ok(several.map(|same| same[0].to_owned()).collect())
}

/// Adds up the nearest profiles of two sources; of different ones the one that finds more is kept.
pub(super) fn merge_found_fields(one: Option<FoundFields>, other: Option<FoundFields>) -> Option<FoundFields> {
    match (one, other) {
        (Some(one), Some(other)) if one.profile == other.profile => Some(FoundFields {
            profile: one.profile,
            tried: one.tried + other.tried,
            time: one.time + other.time,
            actor: one.actor + other.actor,
            action: one.action + other.action,
        }),
        (Some(one), Some(other)) => Some(if other.found() > one.found() { other } else { one }),
        (one, other) => one.or(other),
    }
}

/// Adds up the fits of sources that are alike.
pub(super) fn merge(fits: &mut Vec<Fit>, others: Vec<Fit>) {
    for other in others {
        match fits.iter_mut().find(|fit| fit.profile == other.profile) {
            Some(fit) => {
                fit.tried += other.tried;
                fit.whole += other.whole;
                fit.with_tenant += other.with_tenant;
            }
            None => fits.push(other),
        }
    }
}

fn rank(fits: &mut [Fit]) {
    fits.sort_by(|a, b| {
        let key = |fit: &Fit| Reverse((fit.percent(), fit.with_tenant));
        key(a).cmp(&key(b)).then_with(|| a.profile.cmp(&b.profile))
    });
}

/// `cut` says whether the beginning ends where the stream does not.
fn of(profile: &Profile, framing: &Framing, blocks: &[Block], cut: bool) -> Fit {
    let mut fit = Fit {
        profile: profile.name.clone(),
        tried: 0,
        whole: 0,
        with_tenant: 0,
    };
    let mut reader = Reader::new(profile, framing);
    let mut records: Vec<_> = blocks.iter().flat_map(Block::records).take(TRIED + 1).collect();
    // The last one may be cut off by the end of the beginning.
    if records.len() > 1 && cut || records.len() > TRIED {
        records.pop();
    }
    for record in records {
        fit.tried += 1;
        if let Ok(tenants) = reader.read(record, whole) {
            fit.whole += 1;
            fit.with_tenant += u64::from(tenants > 0);
        }
    }
    fit
}

/// Returns how many tenants a record names, if it has every required field.
fn whole(reading: &Reading<'_, '_>) -> Result<usize, Refusal> {
    let parts = reading.parts()?.unwrap_or_default();
    let reading = parts.first().unwrap_or(reading);
    let (time, _) = reading.time()?;
    reading.actors()?;
    Ok(reading.event(time)?.tenants.len())
}

/// Reads the records of one source through one profile.
pub(super) struct Reader<'p> {
    profile: &'p Profile,
    framing: &'p Framing,
    columns: Result<Vec<Option<usize>>, Refusal>,
    /// Set where records are rows.
    rows: Option<Box<RowReader>>,
    /// Set where they are text.
    text: Option<Box<TextReader>>,
}

impl<'p> Reader<'p> {
    pub(super) fn new(profile: &'p Profile, framing: &'p Framing) -> Self {
        let (columns, rows) = match framing {
            Framing::Csv(header) => {
                let rows = RowReader::new(header.delimiter);
                (profile.columns(header), Some(Box::new(rows)))
            }
            _ => (Ok(Vec::new()), None),
        };
        Self {
            profile,
            framing,
            columns,
            rows,
            text: match framing {
                Framing::Text(rule) => Some(Box::new(rule.reader())),
                _ => None,
            },
        }
    }

    pub(super) fn read<T>(
        &mut self,
        record: Record<'_>,
        look: impl FnOnce(&Reading<'_, '_>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        if let Some(defect) = record.defect {
            return Err(defect.refusal());
        }
        if let Some(text) = &mut self.text {
            let fields = text.read(&record)?;
            return look(&Reading::new(self.profile, Body::Text(&fields))?);
        }
        match (self.framing, &mut self.rows) {
            (Framing::Csv(header), Some(rows)) => {
                let own = record.header.map(|header| self.profile.columns(header));
                let columns = own.as_ref().unwrap_or(&self.columns);
                let columns = columns.as_deref().map_err(Refusal::clone)?;
                let cells = rows.read(record.header.unwrap_or(header), record.bytes)?;
                look(&Reading::new(self.profile, Body::Row { columns, cells: &cells })?)
            }
            _ => {
                let bytes = json_part(record.bytes);
                let text = match simdutf8::basic::from_utf8(bytes) {
                    Ok(text) => Cow::Borrowed(text),
                    Err(_) => String::from_utf8_lossy(bytes),
                };
                look(&Reading::new(self.profile, Body::Json(&text))?)
            }
        }
    }
}
