//! Every built-in profile against samples made for it: what a vendor's export looks like, beside
//! the events that it says. `UPDATE_EXPECTED=1` rewrites the latter, to be read as a diff. And the
//! documentation, which lists them all.

use std::{fs, path::PathBuf};

use serde_json::{Value, json, value::RawValue};
use tenant_impact::{
    events::{AccessEvent, Body, Named, Profile, Reading, Target},
    records::Header,
};

use crate::util::root;

fn folder() -> PathBuf {
    root().join("src/events/profiles/samples")
}

/// Names of the samples, without what was expected of them.
fn samples() -> Vec<String> {
    let names = fs::read_dir(folder()).expect("samples").map(|entry| {
        let name = entry.expect("an entry").file_name();
        name.into_string().expect("a plain name")
    });
    let mut names: Vec<_> = names.filter(|name| !name.ends_with(".expected.json")).collect();
    names.sort();
    names
}

/// The profile that a sample is for: `name.jsonl`, or `name--variant.jsonl` for a further form.
fn profile_of(sample: &str) -> Profile {
    let stem = sample.split_once('.').map_or(sample, |(stem, _)| stem);
    let name = stem.split("--").next().unwrap_or(stem);
    Profile::built_in(name).expect(sample)
}

/// The events of a sample, framed as simply as can be: the framings have their own tests.
fn events(sample: &str) -> Vec<Value> {
    let profile = profile_of(sample);
    let text = fs::read_to_string(folder().join(sample)).expect(sample);
    match sample.rsplit('.').next() {
        Some("jsonl") => text.lines().flat_map(|line| read(&profile, Body::Json(line))).collect(),
        Some("json") => {
            let records = unwrapped(&text, &profile.wrapper);
            records
                .iter()
                .flat_map(|record| read(&profile, Body::Json(record.get())))
                .collect()
        }
        Some("csv") => rows(&profile, &text),
        _ => panic!("{sample} is of no known kind"),
    }
}

/// The array at the wrapper's path, or the bare array.
fn unwrapped<'t>(text: &'t str, wrapper: &[String]) -> Vec<&'t RawValue> {
    let mut inner = text;
    for name in wrapper {
        let members: std::collections::BTreeMap<String, &RawValue> = match serde_json::from_str(inner) {
            Ok(members) => members,
            Err(_) => break,
        };
        inner = members[name].get();
    }
    serde_json::from_str(inner).expect("an array of records")
}

fn rows(profile: &Profile, text: &str) -> Vec<Value> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns = reader.headers().expect("a header").iter().map(str::to_owned).collect();
    let header = Header {
        columns,
        delimiter: b',',
        length: 1,
        names_columns: true,
    };
    let columns = profile.columns(&header).expect("no column twice");
    let rows = reader.records().map(|row| row.expect("a row"));
    let read = |row: csv::StringRecord| {
        let cells: Vec<&str> = row.iter().collect();
        read(
            profile,
            Body::Row {
                columns: &columns,
                cells: &cells,
            },
        )
    };
    rows.flat_map(read).collect()
}

fn read(profile: &Profile, body: Body<'_, '_>) -> Vec<Value> {
    let reading = Reading::new(profile, body).expect("a record");
    match reading.parts().expect("parts") {
        None => vec![shown(&reading)],
        Some(parts) => parts.iter().map(shown).collect(),
    }
}

fn shown(reading: &Reading<'_, '_>) -> Value {
    let (time, _) = reading.time().expect("a time");
    let actors = reading.actors().expect("an actor");
    let event = reading.event(time).expect("an event");
    as_json(&event, &actors)
}

fn as_json(event: &AccessEvent, actors: &[Named<'_, '_>]) -> Value {
    let actor = |named: &Named<'_, '_>| json!([&**named.label, named.value]);
    let target = |target: &Target| json!([target.kind, target.id, target.name]);
    json!({
        "event_id": event.event_id,
        "time": event.time,
        "actors": actors.iter().map(actor).collect::<Vec<_>>(),
        "tenants": event.tenants.iter().map(|tenant| json!([tenant.id, tenant.name])).collect::<Vec<_>>(),
        "action": event.action,
        "targets": event.targets.iter().map(target).collect::<Vec<_>>(),
        "outcome": event.outcome,
        "ip": event.ip,
        "session": event.session,
        "user_agent": event.user_agent,
        "parameters": event.parameters,
        "ticket": event.ticket,
        "justification": event.justification,
    })
}

#[test]
fn every_sample_says_the_events_expected_of_it() {
    for sample in samples() {
        let stem = sample.split_once('.').map_or(&*sample, |(stem, _)| stem);
        let path = folder().join(format!("{stem}.expected.json"));
        let made = Value::Array(events(&sample));
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            let text = serde_json::to_string_pretty(&made).expect("JSON");
            fs::write(&path, text + "\n").expect("a file");
        }
        let expected = fs::read_to_string(&path).expect(&sample);
        let expected: Value = serde_json::from_str(&expected).expect(&sample);
        assert_eq!(made, expected, "{sample}");
    }
}

#[test]
fn every_profile_has_a_sample_and_every_expectation_one_too() {
    let samples = samples();
    for name in Profile::names() {
        let own =
            |sample: &&String| sample.starts_with(&format!("{name}.")) || sample.starts_with(&format!("{name}--"));
        assert!(samples.iter().any(|sample| own(&sample)), "{name} has no sample");
    }
    let expected = fs::read_dir(folder()).expect("samples").count() - samples.len();
    assert_eq!(
        expected,
        samples.len(),
        "a sample is missing, or what is expected of one"
    );
}

/// A sample that leaves half of a profile untouched would not notice a misspelt path.
#[test]
fn the_samples_of_a_profile_fill_every_field_it_maps() {
    for name in Profile::names() {
        let text = Profile::source_of(name).expect("built in");
        let events: Vec<Value> = samples()
            .iter()
            .filter(|sample| profile_of(sample).name == name)
            .flat_map(|sample| events(sample))
            .collect();
        for field in [
            "event_id",
            "ip",
            "session",
            "user_agent",
            "parameters",
            "ticket",
            "justification",
        ] {
            let mapped = text.lines().any(|line| line.starts_with(&format!("{field} =")));
            let filled = events.iter().any(|event| !event[field].is_null());
            assert_eq!(mapped, filled, "{name}: {field}");
        }
        for (table, field) in [("[[tenants]]", "tenants"), ("[[targets]]", "targets")] {
            let filled = events.iter().any(|event| event[field] != json!([]));
            assert_eq!(text.contains(table), filled, "{name}: {field}");
        }
        let roles = text
            .lines()
            .filter_map(|line| line.strip_prefix("role = \"")?.strip_suffix('"'));
        for role in roles {
            let label = format!("{role}.");
            let named = |event: &Value| {
                let actors = event["actors"].as_array().expect("actors");
                actors
                    .iter()
                    .any(|actor| actor[0].as_str().is_some_and(|own| own.starts_with(&label)))
            };
            assert!(events.iter().any(named), "{name}: nobody is {role}");
        }
    }
}

/// The rows of the table of built-in profiles, by name.
fn documented() -> Vec<(String, String)> {
    let text = fs::read_to_string(root().join("docs/profiles.md")).expect("the page");
    let table = text.split("\n## Built in\n").nth(1).expect("the section");
    let table = table.split("\n## ").next().expect("a section");
    let rows = table.lines().filter_map(|line| {
        let name = line.strip_prefix("| `")?.split_once('`')?.0;
        Some((name.to_owned(), line.to_owned()))
    });
    rows.collect()
}

#[test]
fn the_documentation_lists_exactly_the_profiles_built_in_and_their_sources() {
    let rows = documented();
    let names: Vec<_> = rows.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, Profile::names().collect::<Vec<_>>());
    for (name, row) in &rows {
        let source = Profile::built_in(name).expect(name).documentation.expect("a source");
        let shown = source.strip_prefix("docs/profiles.md").unwrap_or(&source);
        assert!(row.contains(&format!("]({shown})")), "{name}: {row}");
    }
}

/// Every TOML example of the page that stands for itself is one: put into a whole profile, it is
/// understood.
#[test]
fn the_examples_of_the_documentation_are_understood() {
    let text = fs::read_to_string(root().join("docs/profiles.md")).expect("the page");
    let examples = text
        .split("```toml\n")
        .skip(1)
        .map(|rest| rest.split("```").next().expect("an end"));
    let mut count = 0;
    for example in examples.filter(|example| !example.starts_with("offsets")) {
        let default = |header: &str, body: &str| if example.contains(header) { "" } else { body }.to_owned();
        let profile = [
            "name = \"x\"\ntitle = \"x\"\n".to_owned(),
            if example.starts_with('[') {
                String::new()
            } else {
                example.to_owned()
            },
            default("[time]", "[time]\nat = [\"/t\"]\n"),
            default("[[actors]]", "[[actors]]\nrole = \"a\"\nid = [\"/a\"]\n"),
            default("[fields]", "[fields]\naction = [\"/x\"]\n"),
            if example.starts_with('[') {
                example.to_owned()
            } else {
                String::new()
            },
        ];
        Profile::parse("example.toml", &profile.join("\n")).unwrap_or_else(|fault| panic!("{example}\n{fault}"));
        count += 1;
    }
    assert!(count >= 9, "the page has its examples");
}
