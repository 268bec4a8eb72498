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

/// A record of a built-in profile, completed with what each of its records needs.
fn completed(profile: &str, record: &Value) -> String {
    let mut whole = match profile {
        "auth0" => json!({"date": "2026-02-10T09:00:00.000Z", "user_id": "u"}),
        "aws-cloudtrail" => {
            json!({"eventTime": "2026-02-10T09:00:00Z", "userIdentity": {"userName": "u"}, "eventName": "SwitchRole"})
        }
        "github-audit" => json!({"@timestamp": 1_770_714_000_000_i64, "actor": "u"}),
        "gitlab-audit" => json!({"created_at": "2026-02-10T09:00:00.000Z", "author_id": 5}),
        "google-workspace-admin" => {
            json!({"id": {"time": "2026-02-10T09:00:00Z", "uniqueQualifier": "1"}, "actor": {"email": "u"}})
        }
        "kubernetes-audit" => {
            json!({"requestReceivedTimestamp": "2026-02-10T09:00:00Z", "user": {"username": "u"}, "verb": "get"})
        }
        "m365-unified-audit" => {
            json!({"CreationTime": "2026-02-10T09:00:00", "UserId": "u", "Operation": "UserLoggedIn"})
        }
        "ocsf" => json!({"time": 1_770_714_000_000_i64, "actor": {"user": {"uid": "u"}}, "activity_name": "x"}),
        "slack-audit" => json!({"date_create": 1_770_714_000, "actor": {"user": {"id": "u"}}}),
        "teleport" => json!({"time": "2026-02-10T09:00:00Z", "user": "u", "event": "auth"}),
        other => panic!("{other} is not in the table"),
    };
    for (name, value) in record.as_object().expect("an object") {
        whole[name] = value.clone();
    }
    whole.to_string()
}

/// A log states a failure in a code, a name, a member that successes lack, or a text.
#[test]
fn attempts_of_built_in_profiles_are_failures() {
    let (failure, success, unknown) = ("failure", "success", "unknown");
    for (profile, record, outcome) in [
        ("auth0", json!({"type": "gd_auth_failed"}), failure),
        ("auth0", json!({"type": "fdu"}), failure),
        ("auth0", json!({"type": "gd_auth_succeed"}), success),
        ("auth0", json!({"type": "w"}), unknown),
        (
            "aws-cloudtrail",
            json!({"errorMessage": "Failed authentication"}),
            failure,
        ),
        (
            "aws-cloudtrail",
            json!({"responseElements": {"SwitchRole": "Failure"}}),
            failure,
        ),
        (
            "aws-cloudtrail",
            json!({"serviceEventDetails": {"CredentialVerification": "Failure"}}),
            failure,
        ),
        (
            "aws-cloudtrail",
            json!({"responseElements": {"SwitchRole": "Success"}}),
            success,
        ),
        ("aws-cloudtrail", json!({"responseElements": null}), success),
        ("github-audit", json!({"action": "user.failed_login"}), failure),
        ("github-audit", json!({"action": "repo.destroy"}), unknown),
        (
            "gitlab-audit",
            json!({"event_type": "login_failed_with_standard_authentication"}),
            failure,
        ),
        (
            "gitlab-audit",
            json!({"details": {"failed_login": "STANDARD"}}),
            failure,
        ),
        (
            "gitlab-audit",
            json!({"details": {"custom_message": "GITHUB login failed"}}),
            failure,
        ),
        (
            "gitlab-audit",
            json!({"details": {"custom_message": "Signed in with STANDARD authentication"}}),
            unknown,
        ),
        (
            "google-workspace-admin",
            json!({"events": [{"name": "login_failure"}]}),
            failure,
        ),
        (
            "google-workspace-admin",
            json!({"events": [{"name": "login_challenge",
                "parameters": [{"name": "login_challenge_status", "value": "Challenge Failed."}]}]}),
            failure,
        ),
        (
            "google-workspace-admin",
            json!({"events": [{"name": "login_success"}]}),
            unknown,
        ),
        ("kubernetes-audit", json!({"responseStatus": {"code": 206}}), success),
        ("kubernetes-audit", json!({"responseStatus": {"code": 302}}), success),
        ("kubernetes-audit", json!({"responseStatus": {"code": 409}}), failure),
        ("kubernetes-audit", json!({"stage": "RequestReceived"}), unknown),
        (
            "m365-unified-audit",
            json!({"ResultStatus": "Success", "LogonError": "InvalidUserNameOrPassword"}),
            failure,
        ),
        (
            "m365-unified-audit",
            json!({"ResultStatus": "Success", "ErrorNumber": "50126"}),
            failure,
        ),
        (
            "m365-unified-audit",
            json!({"ResultStatus": "Success", "ErrorNumber": "0"}),
            success,
        ),
        ("ocsf", json!({"status_id": 99, "status": "Failure"}), failure),
        ("ocsf", json!({"status_id": 2, "status": "Success"}), failure),
        ("ocsf", json!({"status_id": 99}), unknown),
        ("slack-audit", json!({"action": "user_login_failed"}), failure),
        ("slack-audit", json!({"action": "user_login"}), unknown),
        ("teleport", json!({"code": "T3007W", "error": "access denied"}), failure),
        ("teleport", json!({"code": "T3007W"}), unknown),
    ] {
        let whole = completed(profile, &record);
        let profile = Profile::built_in(profile).expect(profile);
        let events = read(&profile, Body::Json(&whole));
        assert_eq!(events[0]["outcome"], outcome, "{}: {record}", profile.name);
    }
}

/// Numbers that several applications or accounts give stand for several events.
#[test]
fn ids_of_built_in_profiles_are_of_one_event() {
    let id = |profile: &str, record: Value| {
        let text = record.to_string();
        let profile = Profile::built_in(profile).expect(profile);
        read(&profile, Body::Json(&text))[0]["event_id"].clone()
    };
    let activity = |application: &str| {
        let place = json!({"time": "2026-02-10T09:00:00Z", "uniqueQualifier": "1", "customerId": "C1", "applicationName": application});
        id(
            "google-workspace-admin",
            json!({"id": place, "actor": {"email": "u"}, "events": [{"name": "x"}]}),
        )
    };
    assert_ne!(activity("admin"), activity("drive"));
    let audit = |url: &str| {
        let record =
            json!({"id": 1, "url": url, "actor_id": 5, "created_at": "2026-02-10T09:00:00Z", "action": "update"});
        id("zendesk-audit", record)
    };
    assert_ne!(
        audit("https://a.zendesk.com/1.json"),
        audit("https://b.zendesk.com/1.json")
    );
    assert_eq!(audit("https://a.zendesk.com/1.json"), audit("https://A.zendesk.com/1"));
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
