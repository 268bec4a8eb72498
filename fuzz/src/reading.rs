//! Records: what a glance tells is what the full reading finds, whatever the record; and no profile breaks the reader.

use std::{str, sync::LazyLock};

use tenant_impact::{
    events::{Body, CsvPrefilter, JsonPrefilter, KeyFacts, Matching, Profile, Reading, RecordPrefixes, TimeFirst},
    records::{Blocks, Framing, Record, Refusal, RowReader, json_part},
    time::Timestamp,
};

type Compiled = (Profile, Option<TimeFirst>, Option<JsonPrefilter>);

static PROFILES: LazyLock<Vec<Compiled>> = LazyLock::new(|| {
    let compiled = |name| {
        let profile = Profile::built_in(name).expect("it is built in");
        let (first, glance) = (TimeFirst::new(&profile), JsonPrefilter::new(&profile));
        (profile, first, glance)
    };
    Profile::names().map(compiled).collect()
});

/// What decides of a record whether it is in scope: when, and who.
type Facts = (Timestamp, Vec<(Matching, String)>);

fn facts(reading: &Reading<'_, '_>) -> Result<Facts, Refusal> {
    let (time, _) = reading.time()?;
    let actors = reading.actors()?;
    let _ = reading.event(time);
    Ok((
        time,
        actors
            .into_iter()
            .map(|one| (one.matching, one.value.into_owned()))
            .collect(),
    ))
}

/// Lines of JSON, each by a profile that the first byte names.
pub fn json(bytes: &[u8]) {
    let Some((which, log)) = bytes.split_first() else {
        return;
    };
    let (profile, first, glance) = &PROFILES[usize::from(*which) % PROFILES.len()];
    let mut glance = glance.clone();
    let mut known = RecordPrefixes::default();
    for line in log.split(|byte| *byte == b'\n') {
        let record = Record {
            bytes: line,
            offset: 0,
            cells: None,
            sight: None,
            defect: None,
            header: None,
        };
        let text = str::from_utf8(line).ok();
        let full = text.map(|_| {
            Reading::new(
                profile,
                Body::Json(str::from_utf8(json_part(line)).expect("a part of text")),
            )
        });
        if let Some(time) = first.as_ref().and_then(|first| first.time(&record, &mut known)) {
            let read = full
                .as_ref()
                .and_then(|full| full.as_ref().ok())
                .and_then(|full| full.time().ok());
            let broken = || first.as_ref().and_then(|first| first.of_broken(json_part(line)));
            assert_eq!(
                read.map(|(time, _)| time).or_else(broken),
                Some(time),
                "{}",
                line.escape_ascii()
            );
        }
        let seen = text.and_then(|text| glance.as_mut()?.look(text));
        let facts = full.map(|full| full.and_then(|full| walk(&full)));
        if let Some(seen) = seen {
            agrees(
                &seen,
                &facts.expect("text").expect("a glance sees nothing in what is refused"),
                line,
            );
        }
    }
    if let Some(first) = first {
        sighted(first, log);
    }
}

/// What is seen of lines in passing says no more of their times than what is searched for.
fn sighted(first: &TimeFirst, log: &[u8]) {
    let mut known = RecordPrefixes::default();
    for block in Blocks::open(log, &[]).expect("memory") {
        block.expect("memory").each_seen(first.needle(), |record| {
            if let Some(time) = first.time(&record, &mut known) {
                let searched = Record { sight: None, ..record };
                assert_eq!(
                    first.time(&searched, &mut known),
                    Some(time),
                    "{}",
                    record.bytes.escape_ascii()
                );
            }
            true
        });
    }
}

/// The facts of a record of one event; of several, all are read.
fn walk(reading: &Reading<'_, '_>) -> Result<Facts, Refusal> {
    if let Some(parts) = reading.parts()? {
        for part in &parts {
            let _ = facts(part);
        }
    }
    facts(reading)
}

fn agrees(seen: &KeyFacts<'_, '_>, (time, actors): &Facts, record: &[u8]) {
    assert_eq!(seen.time, *time, "{}", record.escape_ascii());
    for (matching, value) in actors {
        let found = seen
            .named()
            .any(|(kind, name)| kind == *matching && name.trim() == value.trim());
        assert!(found, "{value:?} is not seen in {}", record.escape_ascii());
    }
}

const HEADER: &[u8] = b"event_id,timestamp,actor.id,actor.email,impersonator.id,tenant.id,action,justification\n";

/// Rows under a header of the sample's tool.
pub fn csv(bytes: &[u8]) {
    let (profile, ..) = PROFILES
        .iter()
        .find(|(profile, ..)| profile.name == "superuser")
        .expect("built in");
    let log = [HEADER, bytes].concat();
    let mut blocks = Blocks::open(&log[..], &[]).expect("memory");
    let Framing::Csv(header) = blocks.framing().clone() else {
        return;
    };
    let Ok(columns) = profile.columns(&header) else { return };
    let mut glance = CsvPrefilter::new(profile, &header, &columns).expect("its time is a column");
    let mut reader = RowReader::new(header.delimiter);
    for block in &mut blocks {
        block.expect("memory").each(|record| {
            let row = record.bytes;
            if let Some(cells) = record.cells {
                assert_eq!(cells.get(), reader.cells(row).len(), "{}", row.escape_ascii());
            }
            let full = reader.read(&header, row).and_then(|cells| {
                let columns = &columns[..];
                facts(&Reading::new(profile, Body::Row { columns, cells: &cells })?)
            });
            if let Some(time) = glance.time(&record) {
                let broken = || glance.time_of_broken(reader.cells(row));
                let read = full.as_ref().ok().map(|(time, _)| *time).or_else(broken);
                assert_eq!(read, Some(time), "{}", row.escape_ascii());
            }
            if let Some(seen) = str::from_utf8(row)
                .ok()
                .and_then(|text| glance.look(text, record.cells))
            {
                agrees(&seen, &full.expect("a glance sees nothing in what is refused"), row);
            }
        });
    }
}

/// A profile, then behind a NUL records to read with it.
pub fn profile(bytes: &[u8]) {
    let (text, records) = bytes.split_at(bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len()));
    let (Ok(text), Ok(records)) = (str::from_utf8(text), str::from_utf8(records)) else {
        return;
    };
    let Ok(profile) = Profile::parse("fuzz.toml", text) else {
        return;
    };
    let mut glance = JsonPrefilter::new(&profile);
    for record in records.trim_start_matches('\0').lines() {
        let json = str::from_utf8(json_part(record.as_bytes())).expect("a part of text");
        let full = Reading::new(&profile, Body::Json(json)).and_then(|reading| walk(&reading));
        if let Some(seen) = glance.as_mut().and_then(|glance| glance.look(record)) {
            agrees(
                &seen,
                &full.expect("a glance sees nothing in what is refused"),
                record.as_bytes(),
            );
        }
    }
}
