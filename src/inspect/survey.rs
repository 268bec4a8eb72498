//! One pass over a whole source: how many records, from when to when, by whom, where and what, and
//! which fields the profile never looks at.

use std::{
    collections::BTreeMap,
    io::{self, Read},
};

use serde::Serialize;

use super::fit::Reader;
use crate::{
    events::{AccessEvent, Named, Outcome, Profile, Reading, fields_by_path, values_by_path},
    records::{Blocks, Framing, Record, Refusal, RowReader, json_part},
    text::{json_pointer, shortened},
    time::Timestamp,
};

/// Most distinct values that are counted. Of a log with more, the most frequent among the first of
/// them are reported.
const DISTINCT: usize = 100_000;

/// Records whose fields are listed one by one.
const FIELDS: u64 = 500;

/// Characters of a record shown as it stands.
const SHOWN: usize = 160;

/// Characters of a value shown as an example.
const VALUE: usize = 40;

/// Records shown through the profile.
const SAMPLES: usize = 3;

/// Contents of the sources of one kind.
#[derive(Debug, Default, Serialize)]
pub struct Survey {
    /// Records framed.
    pub records: u64,
    /// Records among those that the profile could not read as events.
    pub refused: u64,
    /// The earliest time.
    pub first: Option<Timestamp>,
    /// The latest time.
    pub last: Option<Timestamp>,
    /// The first identity of each record.
    pub actors: Counts,
    /// The tenants.
    pub tenants: Counts,
    /// The action codes.
    pub actions: Counts,
    /// Fields that the profile does not read; without a profile that fits, all of them.
    pub unmapped: Vec<Field>,
    /// Events that have a value, for each field that the profile maps; empty unless a profile was
    /// asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hits: Vec<FieldHits>,
    /// The first records as the profile sees them.
    pub samples: Vec<Sample>,
    /// The first records that were refused, and why, if a profile was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refusals: Vec<String>,
    /// Without a profile that fits, the first records as they stand, each up to 160 characters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub beginnings: Vec<String>,
}

/// Values and how often each occurs.
#[derive(Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Counts(BTreeMap<String, u64>);

/// A value and how often it occurs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// Value as logged.
    pub value: String,
    /// Number of records.
    pub count: u64,
}

/// A field that no path of the profile leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// JSON Pointer with `*` for any element of a list; in a CSV the column.
    pub path: String,
    /// In how many of the first records it has a value.
    pub count: u64,
    /// The first of these values, up to 40 characters.
    pub example: String,
}

/// A field of the profile, and the events that have a value for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldHits {
    /// `time`, `actor.email`, `tenants`, `ticket`.
    pub field: String,
    /// Events that have a value.
    pub events: u64,
}

/// A record as the profile sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// Time.
    pub time: Timestamp,
    /// Actors: kind of field, and value.
    pub actors: Vec<(String, String)>,
    /// Tenants.
    pub tenants: Vec<String>,
    /// Action.
    pub action: String,
    /// Outcome.
    pub outcome: String,
}

impl Counts {
    fn add(&mut self, value: &str, count: u64) {
        let room = self.0.len() < DISTINCT;
        match self.0.get_mut(value) {
            Some(known) => *known += count,
            None if room => drop(self.0.insert(value.to_owned(), count)),
            None => {}
        }
    }

    /// Returns the number of distinct values.
    pub fn distinct(&self) -> usize {
        self.0.len()
    }

    /// The most frequent, ties in order of the value.
    pub fn top(&self, most: usize) -> Vec<Counted> {
        let counted = |(value, count): (&String, &u64)| Counted {
            value: value.clone(),
            count: *count,
        };
        let mut all: Vec<_> = self.0.iter().map(counted).collect();
        all.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
        all.truncate(most);
        all
    }

    fn merge(&mut self, other: &Self) {
        other.0.iter().for_each(|(value, count)| self.add(value, *count));
    }
}

/// The framing of a stream and what is in it; without a profile what is there to be mapped.
pub(super) fn of(stream: impl Read, profile: Option<&Profile>, counts_hits: bool) -> io::Result<(String, Survey)> {
    let mut blocks = Blocks::open_by(stream, &profile.map(Profile::layout).unwrap_or_default())?;
    let framing = blocks.framing().clone();
    let mut survey = Survey::default();
    if let (Some(profile), true) = (profile, counts_hits) {
        let hits = profile.mapped_names().into_iter();
        survey.hits = hits
            .map(|field| FieldHits {
                field: field.to_string(),
                events: 0,
            })
            .collect();
    }
    let mut unmapped: BTreeMap<Vec<String>, (u64, String)> = BTreeMap::new();
    let mut rows = match &framing {
        Framing::Csv(header) => Some(RowReader::new(header.delimiter)),
        _ => None,
    };
    let mut text = match &framing {
        Framing::Text(rule) => Some(rule.reader()),
        _ => None,
    };
    let mut reader = profile.map(|profile| Reader::new(profile, &framing));
    for block in blocks.by_ref() {
        for record in block?.records() {
            survey.records += 1;
            if survey.records <= FIELDS {
                let values = match &mut text {
                    Some(text) => text
                        .read(&record)
                        .map(|fields| fields_by_path(&fields))
                        .unwrap_or_default(),
                    None => values(&framing, record, rows.as_mut()),
                };
                let values = values.into_iter();
                let is_mapped = |path: &[String]| profile.is_some_and(|profile| profile.reads(path));
                for (path, value) in values.filter(|(path, _)| !is_mapped(path)) {
                    unmapped.entry(path).or_insert((0, value)).0 += 1;
                }
            }
            match &mut reader {
                Some(reader) => match reader.read(record, seen) {
                    Ok(events) => events
                        .into_iter()
                        .for_each(|(named, event)| survey.absorb(named, &event)),
                    Err(refusal) => {
                        survey.refused += 1;
                        if counts_hits && survey.refusals.len() < SAMPLES {
                            survey
                                .refusals
                                .push(format!("at byte {}: {}", record.offset, refusal.detail));
                        }
                    }
                },
                None if survey.beginnings.len() < SAMPLES => {
                    let text = String::from_utf8_lossy(record.bytes);
                    survey.beginnings.push(shortened(&text, SHOWN).into_owned());
                }
                None => {}
            }
        }
    }
    let is_text =
        matches!(framing, Framing::JsonLines) && survey.records > 0 && profile.is_none() && unmapped.is_empty();
    survey.unmapped = unmapped
        .into_iter()
        .map(|(path, (count, example))| Field {
            path: json_pointer(path.iter().map(String::as_str)),
            count,
            example: shortened(&example, VALUE).into_owned(),
        })
        .collect();
    let framing = if is_text {
        "text".to_owned()
    } else {
        framing.to_string()
    };
    Ok((framing, survey))
}

type Seen = (Vec<(String, String)>, AccessEvent);

/// The events of a record: one, or its several parts.
fn seen(reading: &Reading<'_, '_>) -> Result<Vec<Seen>, Refusal> {
    match reading.parts()? {
        None => Ok(vec![one(reading)?]),
        Some(parts) => parts.iter().map(one).collect(),
    }
}

fn one(reading: &Reading<'_, '_>) -> Result<Seen, Refusal> {
    let (time, _) = reading.time()?;
    let actors = reading
        .actors()?
        .into_iter()
        .map(|Named { label, value, .. }| (label.to_string(), value.into_owned()));
    Ok((actors.collect(), reading.event(time)?))
}

impl Survey {
    fn absorb(&mut self, actors: Vec<(String, String)>, event: &AccessEvent) {
        self.first = Some(self.first.map_or(event.time, |first| first.min(event.time)));
        self.last = Some(self.last.map_or(event.time, |last| last.max(event.time)));
        for FieldHits { field, events } in &mut self.hits {
            let has = match field.as_str() {
                "time" | "action" => true,
                "tenants" => !event.tenants.is_empty(),
                "targets" => !event.targets.is_empty(),
                "outcome" => event.outcome != Outcome::Unknown,
                "event_id" => event.event_id.is_some(),
                "ticket" => event.ticket.is_some(),
                "justification" => event.justification.is_some(),
                "ip" => event.ip.is_some(),
                "session" => event.session.is_some(),
                "user_agent" => event.user_agent.is_some(),
                "parameters" => event.parameters.is_some(),
                label => actors.iter().any(|(own, _)| own == label),
            };
            *events += u64::from(has);
        }
        if let Some((_, actor)) = actors.first() {
            self.actors.add(actor, 1);
        }
        event
            .tenants
            .iter()
            .for_each(|tenant| self.tenants.add(&tenant.id.0, 1));
        self.actions.add(&event.action, 1);
        if self.samples.len() < SAMPLES {
            self.samples.push(Sample {
                time: event.time,
                actors,
                tenants: event.tenants.iter().map(|tenant| tenant.id.0.clone()).collect(),
                action: event.action.clone(),
                outcome: event.outcome.as_str().to_owned(),
            });
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.records += other.records;
        self.refused += other.refused;
        self.first = self.first.into_iter().chain(other.first).min();
        self.last = self.last.into_iter().chain(other.last).max();
        self.actors.merge(&other.actors);
        self.tenants.merge(&other.tenants);
        self.actions.merge(&other.actions);
        for field in other.unmapped {
            match self.unmapped.iter_mut().find(|known| known.path == field.path) {
                Some(known) => known.count += field.count,
                None => self.unmapped.push(field),
            }
        }
        for hits in other.hits {
            match self.hits.iter_mut().find(|known| known.field == hits.field) {
                Some(known) => known.events += hits.events,
                None => self.hits.push(hits),
            }
        }
        self.refusals.extend(other.refusals);
        self.refusals.truncate(SAMPLES);
        self.samples.extend(other.samples);
        self.samples.truncate(SAMPLES);
        self.beginnings.extend(other.beginnings);
        self.beginnings.truncate(SAMPLES);
    }
}

/// The fields of a record that have a value, and the value.
pub(super) fn values(
    framing: &Framing,
    record: Record<'_>,
    rows: Option<&mut RowReader>,
) -> BTreeMap<Vec<String>, String> {
    match (framing, rows) {
        (Framing::Csv(header), Some(rows)) => {
            let header = record.header.unwrap_or(header);
            let cells = rows.read(header, record.bytes).unwrap_or_default();
            let path = |column: &String| column.split('.').map(str::to_owned).collect();
            let columns = header.columns.iter().map(path);
            let cells = cells.into_iter().map(str::to_owned);
            columns.zip(cells.chain(std::iter::repeat(String::new()))).collect()
        }
        _ => values_by_path(json_part(record.bytes)),
    }
}
