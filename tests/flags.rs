//! The same job without a case file, and what scripts read.

use crate::util::{Dir, json};

const LOG: &str = r#"{"event_id":"e1","timestamp":"2026-01-16T04:00:00Z","actor":{"id":"x","email":"Ann@Support.example"},"tenant":{"id":"acme"},"action":"user.view"}
{"event_id":"e2","timestamp":"2026-01-16T05:00:00+01:00","actor":{"id":"key-7"},"tenant":{"id":"acme"},"action":"user.mfa.reset"}
{"event_id":"e3","timestamp":"2026-01-16T04:30:00Z","actor":{"id":"somebody"},"tenant":{"id":"acme"},"action":"user.view"}
"#;

const WINDOW: [&str; 4] = ["--from", "2026-01-16T04:00:00Z", "--until", "2026-01-16T05:00:00Z"];

#[test]
fn flags_do_what_a_case_file_does() {
    let dir = Dir::new();
    dir.file("log.jsonl", LOG);
    let args = [
        "report",
        "--logs",
        "log.jsonl",
        "--agents",
        "ann@support.example",
        "key-7",
        "--out",
        "out",
    ];
    dir.run(args.into_iter().chain(WINDOW))
        .ends(0)
        .says("Acted in 1 tenant");
    let findings = json(&dir.path("out/findings.json"));
    assert_eq!(findings["tenants"][0]["events"], 2);
    assert_eq!(
        findings["case"]["issued"],
        serde_json::Value::Null,
        "no clock stands in for an issue date"
    );
}

#[test]
fn a_scan_says_who_writes_the_files_that_its_caveats_name() {
    let dir = Dir::new();
    dir.file(
        "log.jsonl",
        LOG.replace("}\n{\"event_id\":\"e3", "}\nbroken\n{\"event_id\":\"e3"),
    );
    let args = ["scan", "--logs", "log.jsonl", "--agents", "key-7"];
    dir.run(args.into_iter().chain(WINDOW))
        .ends(1)
        .says("refused.csv")
        .says("`tenant-impact report` writes the files that are named here");
    assert_eq!(dir.names(), ["log.jsonl"]);
}

/// A tenant that the directory does not have is no part of the share.
#[test]
fn tenants_outside_the_directory_are_no_part_of_the_share() {
    let dir = Dir::new();
    dir.file("log.jsonl", LOG.replacen("acme", "bolt", 1))
        .file("tenants.csv", "id,name\nacme,Acme\n");
    let args = [
        "report",
        "--logs",
        "log.jsonl",
        "--agents",
        "key-7",
        "ann@support.example",
    ];
    let args = args.into_iter().chain(["--tenants", "tenants.csv", "--out", "out"]);
    let run = dir.run(args.chain(WINDOW)).ends(1);
    run.says("Acted in 2 tenants: 1 of 1 customer, 100.0 %; 1 not in the directory");
    assert_eq!(json(&dir.path("out/findings.json"))["impact"]["share"], 1.0);
}

#[test]
fn json_is_for_scripts_and_quiet_says_nothing() {
    let dir = Dir::new();
    dir.file("log.jsonl", LOG)
        .file("agents.csv", "id,email\nA1,ann@support.example\n");
    let args = |out: &'static str, how: &'static str| {
        [
            "report",
            "--logs",
            "log.jsonl",
            "--agents",
            "agents.csv",
            "--out",
            out,
            how,
        ]
        .into_iter()
        .chain(WINDOW)
    };
    let run = dir.run(args("a", "--json")).ends(0);
    let summary: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(summary["records"]["in_scope"], 1);
    assert_eq!(run.stderr, "");
    let run = dir.run(args("b", "--quiet")).ends(0);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
}

#[test]
fn nobody_found_is_no_quiet_success() {
    let dir = Dir::new();
    dir.file("log.jsonl", LOG);
    let args = [
        "report",
        "--logs",
        "log.jsonl",
        "--agents",
        "nobody@support.example",
        "--out",
        "out",
    ];
    let run = dir.run(args.into_iter().chain(WINDOW)).ends(1);
    run.says("No event by the listed agent was found in `log.jsonl`, covering 2026-01-16T04:00:00Z to");
}

#[test]
fn nothing_readable_is_not_nothing_found() {
    let dir = Dir::new();
    dir.file("log.jsonl", "\u{1}\u{2}binary\nmore\n");
    let args = [
        "report",
        "--logs",
        "log.jsonl",
        "--agents",
        "ann@support.example",
        "--out",
        "out",
    ];
    let run = dir.run(args.into_iter().chain(WINDOW)).ends(1);
    assert!(!run.stdout.contains("No event by"), "{}", run.stdout);
    run.says("No record could be read as an event")
        .says("this is no finding that nothing happened");
}

#[test]
fn the_manual_and_the_completions_come_from_the_definitions() {
    let dir = Dir::new();
    dir.run(["man"])
        .ends(0)
        .says(".TH tenant-impact 1")
        .says("impact\\-report")
        .says("\\-\\-agents");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        dir.run(["completions", shell]).ends(0).says("tenant-impact");
    }
    dir.run(["report", "--help"])
        .ends(0)
        .says("Examples:")
        .says("Without a case file");
    dir.run(["--version"]).ends(0).says(env!("CARGO_PKG_VERSION"));
}

#[test]
fn profiles_can_be_listed_shown_and_checked() {
    let dir = Dir::new();
    let list = dir.run(["profiles", "list"]).ends(0).stdout;
    for name in list.lines().filter_map(|line| line.split_whitespace().next()) {
        let shown = dir.run(["profiles", "show", name]).ends(0).stdout;
        dir.file("own.toml", shown);
        dir.run(["profiles", "check", "own.toml"])
            .ends(0)
            .says("is a valid profile");
    }
    dir.file("own.toml", "name = 1");
    dir.run(["profiles", "check", "own.toml"]).ends(2).says("own.toml");
}

#[test]
fn a_reader_who_leaves_does_not_change_the_outcome() {
    use std::process::Stdio;
    let dir = Dir::new();
    dir.file("log.jsonl", format!("{LOG}broken\n"));
    let args = [
        "report",
        "--logs",
        "log.jsonl",
        "--agents",
        "ann@support.example",
        "--out",
        "out",
    ];
    let mut command = crate::util::program(&dir.path(""));
    command
        .args(args)
        .args(WINDOW)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(
        output.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(dir.path("out/manifest.json").is_file());
}
