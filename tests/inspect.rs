//! What a log is, before there is a case; and a case that runs, written from it.

use serde_json::Value;

use crate::util::{Dir, Run, files, json, program, root};

#[test]
fn every_sample_is_recognised_by_its_own_profile() {
    let folder = root().join("src/events/profiles/samples");
    let samples = files(&folder);
    assert!(samples.len() > 36, "a sample for each profile, and what it says");
    for name in samples.keys().filter(|name| !name.ends_with(".expected.json")) {
        let run = Run::of(program(&folder).args(["inspect", "--json", name])).ends(0);
        let found: Value = serde_json::from_str(&run.stdout).expect("JSON");
        let best = &found["kinds"][0]["fits"][0];
        // `name--variant.ext` is a further form of the same kind of log.
        let stem = name.split('.').next().expect("a name");
        let expected = stem.split("--").next().expect("a name");
        assert_eq!(best["profile"], expected, "{name}: {}", run.stdout);
        assert_eq!(best["whole"], best["tried"], "{name}: {}", run.stdout);
    }
}

#[test]
fn the_sample_is_told_by_kind_with_what_is_in_it() {
    let run = Run::of(program(root()).args(["inspect", "sample_logs/logs"])).ends(0);
    run.says("json-lines, 3,348 records")
        .says("csv, 2,652 records")
        .says("superuser: 99 % of 2,500")
        .says("/tool");
}

#[test]
fn what_no_profile_fits_is_said_and_ends_with_1() {
    let dir = Dir::new();
    dir.file("notes.txt", "nothing to see\nhere\n");
    dir.run(["inspect", "notes.txt"]).ends(1).says("none fits");
    assert_eq!(dir.run_unread(&["inspect", "notes.txt"]), 1);
    dir.run(["inspect", "nowhere"])
        .ends(2)
        .says("no such log file or folder");
}

#[test]
fn init_writes_a_case_that_runs() {
    let dir = Dir::new();
    for (name, bytes) in files(&root().join("sample_logs")) {
        dir.file(&name, bytes);
    }
    let written = dir
        .run([
            "init",
            "--logs",
            "logs/superuser-a",
            "logs/superuser-b/*.csv",
            "--agents",
            "agents.csv",
        ])
        .ends(0);
    dir.file("written.toml", written.stdout);
    dir.run(["report", "written.toml", "--quiet", "--out", "out"]).ends(1);
    let findings = json(&dir.path("out/findings.json"));
    assert_eq!(findings["records"]["read"], 6000);
    // The window is all that the logs span, so nothing lies outside it.
    assert_eq!(findings["records"]["outside_window"], 0);
}

#[test]
fn init_gives_each_file_of_a_mixed_folder_its_profile() {
    let dir = Dir::new();
    dir.file("agents.csv", "id\nann\n")
        .file(
            "logs/admin.jsonl",
            r#"{"timestamp":"2026-01-16T04:00:00Z","actor":{"id":"ann"},"action":"user.view"}"#,
        )
        .file(
            "logs/trail.json",
            r#"{"Records":[{"eventTime":"2026-01-16T04:00:00Z","eventName":"X","userIdentity":{"userName":"ann"}}]}"#,
        );
    let written = dir
        .run(["init", "--logs", "logs", "--agents", "agents.csv"])
        .ends(0)
        .stdout;
    let entry = |path: &str, profile: &str| format!("path = \"{path}\"\nprofile = \"{profile}\"");
    assert!(written.contains(&entry("logs/admin.jsonl", "superuser")), "{written}");
    assert!(
        written.contains(&entry("logs/trail.json", "aws-cloudtrail")),
        "{written}"
    );
    dir.file("case.toml", written);
    dir.run(["report", "case.toml", "--quiet", "--out", "out"]).ends(1);
    assert_eq!(json(&dir.path("out/findings.json"))["records"]["in_scope"], 2);
}
