//! The sample: the answer equals what the generator, which knows nothing of the library, says is true.

use std::path::Path;

use serde_json::{Value, json};

use crate::util::{Dir, Run, files, json, program, root};

fn report(case: &Path, dir: &Dir) -> Value {
    let out = dir.path("out");
    let mut command = program(root());
    Run::of(command.arg("report").arg(case).arg("--out").arg(&out)).ends(1);
    json(&out.join("findings.json"))
}

/// Those members of a value that the truth speaks of.
fn only(value: &Value, like: &Value) -> Value {
    match (value, like) {
        (Value::Object(found), Value::Object(expected)) => expected
            .iter()
            .map(|(key, like)| (key.clone(), only(&found[key], like)))
            .collect(),
        (Value::Array(found), Value::Array(expected)) if found.len() == expected.len() => found
            .iter()
            .zip(expected)
            .map(|(found, like)| only(found, like))
            .collect(),
        _ => value.clone(),
    }
}

fn agrees(findings: &Value, truth: &Value) {
    for key in ["records", "sources", "tenants", "agents"] {
        let found = only(&findings[key], &truth[key]);
        assert_eq!(
            found.as_array().map(Vec::len),
            truth[key].as_array().map(Vec::len),
            "{key}"
        );
        if let (Some(found), Some(truth)) = (found.as_array(), truth[key].as_array()) {
            for (found, truth) in found.iter().zip(truth) {
                assert_eq!(found, truth, "{key}");
            }
        }
        assert_eq!(found, truth[key], "{key}");
    }
    let events = |conflict: &Value| conflict["events"].as_array().map_or(0, Vec::len);
    let conflicts: usize = findings["conflicts"]
        .as_array()
        .expect("conflicts")
        .iter()
        .map(events)
        .sum();
    assert_eq!(json!(conflicts), truth["conflicts"]);
    let naming = |refused: &&Value| refused["names"].as_array().is_some_and(|names| !names.is_empty());
    let possibly = findings["refused"]
        .as_array()
        .expect("refused")
        .iter()
        .filter(naming)
        .count();
    assert_eq!(json!(possibly), truth["possibly_in_scope"]);
}

#[test]
fn the_answer_to_the_sample_is_the_generator_s_truth() {
    let sample = root().join("sample_logs");
    agrees(
        &report(&sample.join("case.toml"), &Dir::new()),
        &json(&sample.join("truth.json")),
    );
}

/// Objects compare by key, so a tenant's actions and scopes are compared whole, not only those the truth names.
#[test]
fn no_action_or_scope_is_there_that_the_truth_does_not_know() {
    let findings = report(&root().join("sample_logs/case.toml"), &Dir::new());
    let truth = json(&root().join("sample_logs/truth.json"));
    let pairs = findings["tenants"]
        .as_array()
        .expect("tenants")
        .iter()
        .zip(truth["tenants"].as_array().expect("tenants"));
    for (found, truth) in pairs {
        for key in ["actions", "scopes", "outcomes"] {
            assert_eq!(found[key], truth[key], "{key} of {}", truth["id"]);
        }
    }
}

#[test]
fn the_committed_sample_is_what_the_generator_writes() {
    let dir = Dir::new();
    generate(incident::Size::Sample, &dir.path("sample"));
    let (made, committed) = (files(&dir.path("sample")), files(&root().join("sample_logs")));
    assert_eq!(made.keys().collect::<Vec<_>>(), committed.keys().collect::<Vec<_>>());
    for (name, bytes) in made {
        assert!(
            committed[&name] == bytes,
            "sample_logs/{name} is not what the generator writes"
        );
    }
}

#[test]
fn the_public_incident_s_size_agrees_with_its_truth_too() {
    let dir = Dir::new();
    generate(incident::Size::Incident, &dir.path("incident"));
    let truth = json(&dir.path("incident/truth.json"));
    assert_eq!(truth["records"]["read"], json!(125_000));
    assert_eq!(truth["tenants"].as_array().map(Vec::len), Some(366));
    agrees(&report(&dir.path("incident/case.toml"), &dir), &truth);
}

/// Writes an incident of a size.
fn generate(size: incident::Size, out: &Path) {
    let args = incident::Args {
        size,
        out: out.to_owned(),
        records: None,
        format: incident::Format::Jsonl,
        files: 1,
    };
    incident::write(&args).expect("written");
}
