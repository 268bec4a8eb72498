//! Inspection of a log before there is a case, and the working case that is written from it.

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

/// Each of these ships the event inside of something else: the keys that `inspect` states read it.
#[test]
fn wrapped_events_are_found_and_the_stated_keys_read_them() {
    let event = |actor: &str| {
        serde_json::json!({
            "id": actor, "timestamp": "2026-01-16T04:00:00Z", "actor": {"id": actor}, "action": "user.view",
            "tenant": {"id": "t-1"},
        })
    };
    let (ann, bob) = (event("ann"), event("bob"));
    let lines = |wrap: &dyn Fn(&Value) -> Value| format!("{}\n{}\n", wrap(&ann), wrap(&bob));
    let text = |event: &Value| event.to_string();
    for (name, log, keys) in [
        (
            "splunk.json",
            lines(&|event| serde_json::json!({"preview": false, "result": {"_raw": text(event)}})),
            r#"unwrap = ["/result/_raw"]"#,
        ),
        (
            "elastic.json",
            serde_json::json!({"hits": {"hits": [{"_source": ann}, {"_source": bob}]}}).to_string(),
            r#"records = "/hits/hits", unwrap = ["/_source"]"#,
        ),
        (
            "gcp.jsonl",
            lines(&|event| serde_json::json!({"insertId": "1", "jsonPayload": event})),
            r#"unwrap = ["/jsonPayload"]"#,
        ),
        (
            "pages.jsonl",
            lines(&|event| serde_json::json!({"Records": [event]})),
            r#"records = "/Records""#,
        ),
        (
            "export.csv",
            format!(
                "_time,_raw\n1,\"{}\"\n2,\"{}\"\n",
                text(&ann).replace('"', "\"\""),
                text(&bob).replace('"', "\"\"")
            ),
            r#"unwrap = ["/_raw"]"#,
        ),
    ] {
        let dir = Dir::new();
        dir.file("agents.csv", "id\nann\n").file(name, log);
        dir.run(["inspect", name])
            .ends(0)
            .says(&format!("state in its [[logs]]: {keys}\n"));
        let written = dir
            .run(["init", "--logs", name, "--agents", "agents.csv"])
            .ends(0)
            .stdout;
        dir.file("case.toml", written);
        dir.run(["report", "case.toml", "--quiet", "--out", "out"]).ends(0);
        let records = json(&dir.path("out/findings.json"))["records"].clone();
        assert_eq!(
            (&records["read"], &records["in_scope"]),
            (&2.into(), &1.into()),
            "{name}: {records}"
        );
        dir.run(["verify", "out", "--logs", "."]).ends(0);
    }
}

#[test]
fn unknown_log_shows_fields_nearest_profile_and_records() {
    let dir = Dir::new();
    let line = r#"{"when":"2026-01-16T04:00:00Z","actor":{"id":"ann"},"action":"user.view"}"#;
    dir.file("own.jsonl", format!("{line}\n{line}\n"));
    dir.run(["inspect", "own.jsonl"])
        .ends(1)
        .says("of 2 records it finds a time in 0, an actor in 2, an action in 2")
        .says("/when  in 2: 2026-01-16T04:00:00Z")
        .says(&format!("as logged   {line}"));
    dir.file("notes.log", "GET /admin 200\nGET /login 200\n");
    dir.run(["inspect", "notes.log"])
        .ends(1)
        .says("lines of text, 2 records");
}

/// Names the format of text, whatever table the lines could be taken for.
#[test]
fn format_of_text_is_named_with_the_rule_that_reads_it() {
    for (format, line) in [
        (
            "cef",
            "Feb 10 09:01:00 vault CEF:0|Vendor|Vault|12|295|Retrieve|5|suser=ana cs2=acme",
        ),
        (
            "logfmt",
            "ts=2026-02-10T09:00:00Z level=info actor=ana tenant=acme action=user.view",
        ),
        (
            "leef",
            "LEEF:1.0|Vendor|Vault|12|295|usrName=ana\tcat=Retrieve, x\tsrc=203.0.113.7",
        ),
    ] {
        let dir = Dir::new();
        dir.file("tool.log", format!("{line}\n{line}\n"));
        dir.run(["inspect", "tool.log"])
            .ends(1)
            .says(&format!("`format = \"{format}\"`"));
    }
}

const HELPDESK: &str = "When,Staff member,Staff email,What,Customer id,IP address,Result,Case\n\
                        16/01/2026 04:46:33,Ann Lee,ann@desk.example,view_user,c-1,192.0.2.1,ok,T-1\n\
                        17/01/2026 05:46:33,Bob Ray,bob@desk.example,reset_mfa,c-2,192.0.2.2,denied,T-2\n\
                        18/01/2026 05:46:33,Ann Lee,ann@desk.example,reset_mfa,c-2,192.0.2.1,ok,T-3\n";

/// From a log that no profile reads, by drafts of the profile and of the catalogue and by the case
/// that `init` writes, to a report.
#[test]
fn an_unknown_log_comes_to_a_report_by_drafts() {
    let dir = Dir::new();
    dir.file("helpdesk.csv", HELPDESK)
        .file("agents.csv", "id,email\nann,ann@desk.example\n")
        .file("tenants.csv", "id,name\nc-1,Acme\nc-2,Beta\n");
    let drafted = dir.run(["profiles", "draft", "helpdesk.csv"]).ends(0);
    let drafted = drafted.says("it reads 3 of 3 records tried");
    dir.file("mine.toml", drafted.stdout);
    dir.run(["profiles", "check", "mine.toml"]).ends(0);
    let inspected = dir.run(["inspect", "--profile", "mine.toml", "helpdesk.csv"]).ends(0);
    inspected
        .says("own: 100 % of 3")
        .says("with a value, of 3 records read:")
        .says("actor.email              3")
        .says("outcome                  3")
        .says("2026-01-16T04:46:33Z  view_user in c-1: success, by");
    let catalogue = dir
        .run(["catalogue", "draft", "helpdesk.csv", "--profile", "mine.toml"])
        .ends(0)
        .stdout;
    let order = [
        "# 2 events\n[[actions]]\ncode = \"reset_mfa\"",
        "# 1 event\n[[actions]]\ncode = \"view_user\"",
    ];
    let places = order.map(|entry| catalogue.find(entry).unwrap_or_else(|| panic!("{entry}\n{catalogue}")));
    assert!(places[0] < places[1], "the most frequent is first: {catalogue}");
    let case = dir.run([
        "init",
        "--logs",
        "helpdesk.csv",
        "--profile",
        "mine.toml",
        "--agents",
        "agents.csv",
        "--tenants",
        "tenants.csv",
    ]);
    let case = case.ends(0).stdout;
    assert!(case.contains("# name = \"attributed\""), "{case}");
    dir.file("case.toml", case);
    dir.run(["report", "case.toml", "--quiet", "--out", "out"]).ends(1);
    let findings = json(&dir.path("out/findings.json"));
    assert_eq!(findings["records"]["in_scope"], 2);
    assert_eq!(findings["records"]["refused"], 0);
    assert_eq!(findings["impact"]["known_tenants"], 2);
}

#[test]
fn what_a_named_profile_does_not_read_is_said() {
    let dir = Dir::new();
    let broken = HELPDESK.replace("17/01/2026", "yesterday");
    dir.file("helpdesk.csv", HELPDESK).file("broken.csv", broken);
    let draft = dir.run(["profiles", "draft", "helpdesk.csv"]).ends(0).stdout;
    dir.file("mine.toml", draft);
    let run = dir.run(["inspect", "--profile", "mine.toml", "broken.csv"]).ends(1);
    run.says("1 of all 3").says("refused     at byte ");
    dir.run(["inspect", "--profile", "none.toml", "broken.csv"]).ends(2);
    dir.file("notes.txt", "nothing to see\nhere\n");
    dir.run(["profiles", "draft", "notes.txt"])
        .ends(2)
        .says("no record with a field");
}

#[test]
fn init_states_what_it_leaves_out() {
    let dir = Dir::new();
    let event = r#"{"timestamp":"2026-01-16T04:00:00Z","actor":{"id":"ann"},"action":"user.view"}"#;
    let trail = r#"{"eventTime":"2026-01-16T04:00:00Z","eventName":"X","userIdentity":{"userName":"ann"}}"#;
    let poor = format!("{event}\n{}", "{\"timestamp\":\"x\"}\n".repeat(3));
    dir.file("agents.csv", "id\nann\n")
        .file("logs/a.jsonl", event)
        .file("logs/b.jsonl", event)
        .file("logs/trail.json", format!("{{\"Records\":[{trail}]}}"))
        .file("logs/notes.log", "nothing to see\nhere\n")
        .file("poor/c.jsonl", poor);
    let run = dir.run(["init", "--logs", "logs", "--agents", "agents.csv"]).ends(1);
    let run = run.says("`logs/notes.log` is left out: no profile fits");
    let entries: Vec<_> = run.stdout.lines().filter(|line| line.contains("path = ")).collect();
    assert_eq!(
        entries,
        [
            "path = \"logs/*.jsonl\"",
            "path = \"logs/trail.json\"",
            "# path = \"logs/notes.log\""
        ]
    );
    dir.file("case.toml", &run.stdout);
    dir.run(["report", "case.toml", "--quiet", "--out", "out"]).ends(1);
    assert_eq!(json(&dir.path("out/findings.json"))["records"]["read"], 3);
    // A profile that reads too few of the records is not used as if it fitted.
    let run = dir.run(["init", "--logs", "poor", "--agents", "agents.csv"]).ends(1);
    let run = run.says("`superuser` reads only 25 % of its records");
    assert!(run.stdout.contains("\n# profile = \"superuser\""), "{}", run.stdout);
    assert!(!run.stdout.contains("\nprofile = "), "{}", run.stdout);
    for args in [
        &["init", "--logs", "logs", "--agents", "none.csv"][..],
        &["init", "--logs", "none", "--agents", "agents.csv"],
    ] {
        let run = dir.run(args).ends(2);
        assert!(
            run.stdout.starts_with("# `tenant-impact init` wrote no case: "),
            "{}",
            run.stdout
        );
    }
}
