//! A scan without a case file, and the output that scripts read.

use std::fs;

use crate::util::{Dir, Run, json};

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

/// A tenant in which all attempts failed is none that was acted in, in the terminal as in the
/// overview.
#[test]
fn attempts_are_counted_apart_from_deeds() {
    let failed = |log: &str| log.replace(r#""action""#, r#""outcome":"failure","action""#);
    let lines: Vec<_> = LOG.lines().collect();
    let bolt = failed(&lines[1].replace("acme", "bolt"));
    for (log, terminal, tile) in [
        (
            format!("{}\n{bolt}\n", lines[0]),
            "Acted in 1 tenant, tried and failed in 1 more: together 1 of 1 customer, 100.0 %; 1 not in the directory",
            "<strong>1</strong><span>1 more with failed attempts only; together 1 of 1 customer",
        ),
        (
            failed(LOG),
            "Acted in no tenant, tried and failed in 1: together 1 of 1 customer, 100.0 %",
            "<strong>0</strong><span>1 more with failed attempts only; together 1 of 1 customer",
        ),
    ] {
        let dir = Dir::new();
        dir.file("log.jsonl", log).file("tenants.csv", "id,name\nacme,Acme\n");
        let args = "report --logs log.jsonl --agents key-7 ann@support.example --tenants tenants.csv --out out";
        let run = dir.run(args.split(' ').chain(WINDOW));
        let run = run.says(terminal).says("of which failed");
        assert!(run.status < 2, "{}", run.stderr);
        let index = fs::read_to_string(dir.path("out/index.html")).expect("an overview");
        assert!(index.contains(tile), "{index}");
        assert!(
            index.contains(&terminal[.."Acted in no tenant, tried and failed in 1".len()]),
            "{index}"
        );
        dir.run(["verify", "out", "--logs", "."]).ends(0);
    }
}

/// A success, a failure and an event without an outcome, which may be a deed; all in both scopes.
#[test]
fn figures_of_scopes_and_totals_tell_attempts_apart() {
    const CASE: &str = r#"[case]
id = "AT-1"
title = "Attempts"
vendor = "Larkmoor"
tlp = "AMBER"
contact = "security@larkmoor.example"
issued = 2026-01-20T00:00:00Z
[[scopes]]
name = "possible"
from = 2026-01-16T00:00:00Z
until = 2026-01-17T00:00:00Z
basis = "Because."
agents = "all"
[[scopes]]
name = "attributed"
from = 2026-01-16T00:00:00Z
until = 2026-01-16T01:00:00Z
basis = "Seen."
agents = "all"
[[agents.list]]
id = "a1"
[[logs]]
path = "a.jsonl"
profile = "superuser"
"#;
    let dir = Dir::new();
    let record = |number: usize, outcome: &str| {
        format!(
            r#"{{"event_id":"e{number}","timestamp":"2026-01-16T00:0{number}:00Z","actor":{{"id":"a1"}},"tenant":{{"id":"acme"}},"action":"user.mfa.reset"{outcome},"target":null}}"#
        )
    };
    let outcomes = [r#","outcome":"success""#, r#","outcome":"failure""#, ""];
    let lines: Vec<_> = (1..)
        .zip(outcomes)
        .map(|(number, outcome)| record(number, outcome))
        .collect();
    dir.file("case.toml", CASE).file("a.jsonl", lines.join("\n"));
    let run = dir.run(["report", "case.toml", "--out", "out"]);
    assert!(run.status < 2, "{}", run.stderr);
    let run = run.says("Evidence ties 3 actions (1 failed) in 1 tenant to the intruder (attributed)");
    assert!(run.stdout.contains("of which failed"), "{}", run.stdout);
    let findings = json(&dir.path("out/findings.json"));
    for (path, expected) in [
        ("/scopes/0/events", 3),
        ("/scopes/0/failed", 1),
        ("/scopes/1/failed", 1),
        ("/impact/failed", 1),
        ("/tenants/0/tied", 3),
        ("/tenants/0/tied_failed", 1),
        ("/tenants/0/scopes_failed/attributed", 1),
    ] {
        assert_eq!(findings.pointer(path), Some(&expected.into()), "{path}");
    }
    for (file, part) in [
        ("index.html", "evidence ties 3 actions (1 failed) to the intruder"),
        ("index.html", "<span>tenants, by 3 actions (1 failed)</span>"),
        (
            "index.html",
            "<strong>3</strong><span>1 of them failed; 0 without a tenant</span>",
        ),
        ("tenants.csv", ",events,tied,tied_failed,"),
        (
            "tenants.csv",
            ",scope possible,scope possible failed,scope attributed,scope attributed failed,",
        ),
        ("tenants.csv", ",3,1,3,1,"),
        ("tenants/acme/report.md", "Your actions in it: 3, of which 1 failed."),
        ("tenants/acme/report.html", "3, of which 1 failed"),
    ] {
        let text = fs::read_to_string(dir.path("out").join(file)).expect(file);
        assert!(text.contains(part), "`{part}` is not in {file}:\n{text}");
    }
    dir.run(["verify", "out"]).ends(0);
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

/// A log of one record of the agent, and one that is broken.
const REFUSED: &str = concat!(
    r#"{"timestamp":"2026-01-16T04:10:00Z","actor":{"email":"ann@support.example"},"tenant":{"id":"acme"},"action":"x"}"#,
    "\n{\n"
);

fn scan<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let command = ["scan", "--logs", "log.jsonl", "--agents", "ann@support.example"];
    command.iter().chain(&WINDOW).chain(more).copied().collect()
}

#[test]
fn accepted_caveats_do_not_change_the_exit_status() {
    let dir = Dir::new();
    dir.file("log.jsonl", REFUSED);
    let run = dir.run(scan(&["--json"])).ends(1);
    let found: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    let caveats = found["caveats"].as_array().expect("caveats");
    let mut codes: Vec<_> = caveats
        .iter()
        .map(|caveat| caveat["code"].as_str().expect("a code"))
        .collect();
    codes.dedup();
    assert!(codes.contains(&"refused-records"), "{codes:?}");
    let all = [&["--accept"][..], &codes].concat();
    // They are reported all the same.
    dir.run(scan(&all)).ends(0).says("refused");
    if let [_, rest @ ..] = &codes[..]
        && !rest.is_empty()
    {
        dir.run(scan(&[&["--accept"][..], rest].concat())).ends(1);
    }
    dir.run(scan(&["--accept", "refused-record"]))
        .ends(2)
        .says("refused-records");
}

#[test]
fn errors_are_json_where_json_was_asked_for() {
    let dir = Dir::new();
    dir.file("case.toml", "[case]\nid = \"x\"\nissuer = 1\n");
    let run = dir.run(["scan", "case.toml", "--json"]).ends(2);
    assert_eq!(run.stdout, "");
    let errors: serde_json::Value = serde_json::from_str(&run.stderr).expect("JSON");
    assert_eq!(errors["schema"], "tenant-impact/errors/1");
    let first = &errors["errors"][0];
    assert!(first["code"].is_string() && first["message"].is_string(), "{errors:#}");
    assert_eq!(first["place"]["file"], "case.toml");
    let run = dir.run(["verify", "nothing", "--json"]).ends(2);
    let errors: serde_json::Value = serde_json::from_str(&run.stderr).expect("JSON");
    assert_eq!(errors["errors"][0]["code"], "bundle");
    let run = dir.run(["scan", "case.toml", "--jsonl", "--json"]).ends(2);
    assert_eq!(run.stdout, "");
    let errors: serde_json::Value = serde_json::from_str(&run.stderr).expect("JSON");
    let first = &errors["errors"][0];
    assert_eq!(first["code"], "usage");
    assert_eq!(first["message"], "unexpected argument '--jsonl' found");
    assert!(
        first["hint"].as_str().is_some_and(|hint| hint.contains("'--json'")),
        "{errors:#}"
    );
    // Help that was asked for stays a text.
    dir.run(["scan", "--help", "--json"]).ends(0).says("Usage:");
}

#[test]
fn a_case_from_standard_input_is_that_of_the_file() {
    let dir = Dir::new();
    dir.file("log.jsonl", REFUSED).file(
        "case.toml",
        "[case]\nid = \"x\"\n[[scopes]]\nname = \"all\"\nfrom = \"2026-01-16T00:00:00Z\"\nuntil = \"2026-01-21T00:00:00Z\"\n\
         [[agents]]\nid = \"ann\"\nidentities = [\"ann@support.example\"]\n[[logs]]\npath = \"log.jsonl\"\nprofile = \"superuser\"\n",
    );
    let file = dir.run(["scan", "case.toml", "--json"]);
    let mut command = crate::util::program(&dir.path(""));
    let case = fs::File::open(dir.path("case.toml")).expect("a file");
    let piped = Run::of(command.args(["scan", "-", "--json"]).stdin(case));
    assert_eq!(
        (piped.status, &piped.stdout),
        (file.status, &file.stdout),
        "{}{}",
        file.stderr,
        piped.stderr
    );
}

#[test]
fn colours_follow_the_flag() {
    let dir = Dir::new();
    dir.file("log.jsonl", REFUSED);
    let has_colour = |when| dir.run(scan(&["--color", when])).stdout.contains("\u{1b}[");
    assert!(has_colour("always"));
    assert!(!has_colour("never"));
    // Output to a pipe has none.
    assert!(!has_colour("auto"));
}

#[test]
fn verbose_names_what_a_log_was_read_as_and_twice_the_stages() {
    let dir = Dir::new();
    dir.file("log.jsonl", REFUSED);
    let once = dir.run(scan(&["-v"])).stderr;
    assert!(
        once.contains("log.jsonl: json-lines, profile superuser, 2 records"),
        "{once}"
    );
    assert!(!once.contains("ms"), "{once}");
    let twice = dir.run(scan(&["-vv"])).stderr;
    assert!(
        twice.contains("rejected by their time") && twice.contains("findings: ") && twice.contains("scan: "),
        "{twice}"
    );
}

#[test]
fn every_command_that_reads_logs_names_them_and_can_be_quiet() {
    let dir = Dir::new();
    dir.file("log.jsonl", LOG)
        .file("agents.csv", "id,email\nA1,ann@support.example\n");
    let report = [
        "report",
        "--logs",
        "log.jsonl",
        "--agents",
        "agents.csv",
        "--out",
        "out",
    ];
    dir.run(report.into_iter().chain(WINDOW)).ends(0);
    let event = "unattributed:1";
    let reading = "reading `log.jsonl`";
    for command in [
        &["inspect", "log.jsonl"][..],
        &["init", "--logs", "log.jsonl", "--agents", "agents.csv"],
        &["verify", "out", "--logs", "."],
    ] {
        let run = dir.run(command).stderr;
        assert!(!run.contains(reading), "{command:?}: {run}");
        let verbose = dir.run(command.iter().copied().chain(["-v"])).stderr;
        assert!(verbose.contains(reading), "{command:?}: {verbose}");
        assert!(!verbose.contains(" ms"), "{command:?}: {verbose}");
        let twice = dir.run(command.iter().copied().chain(["-vv"])).stderr;
        assert!(
            twice.contains(&format!("{}: ", command[0])) && twice.contains(" ms"),
            "{command:?}: {twice}"
        );
    }
    for command in [
        &["inspect", "log.jsonl", "-q"][..],
        &["verify", "out", "--logs", ".", "-q"],
        &["clean", "out", "-q"],
    ] {
        let run = dir.run(command).ends(0);
        assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""), "{command:?}");
    }
    let slug = fs::read_dir(dir.path("out/tenants")).expect("a folder").next();
    let event = slug.map_or(event.to_owned(), |slug| {
        format!("{}:1", slug.expect("an entry").file_name().to_string_lossy())
    });
    let shown = dir.run(["show", "out", &event, "-q"]).ends(0);
    assert_eq!(shown.stderr, "");
    assert_eq!(shown.stdout, LOG.lines().next().expect("a line"));
}

#[test]
fn completions_offer_profiles_and_caveats() {
    let dir = Dir::new();
    let script = dir.run(["completions", "bash"]).ends(0).stdout;
    for value in ["aws-cloudtrail", "refused-records", "always"] {
        assert!(script.contains(value), "{value}");
    }
    // A profile's own file is no name of the list, and is read all the same.
    dir.file("log.jsonl", LOG);
    dir.run(scan(&["--profile", "own.toml"])).ends(2).says("own.toml");
}

#[test]
fn the_version_tells_builds_apart() {
    let dir = Dir::new();
    let long = dir.run(["--version"]).ends(0).stdout;
    for part in ["revision: ", "sources:  ", "target:   ", "compiler: rustc "] {
        assert!(long.contains(part), "{long}");
    }
    assert_eq!(dir.run(["-V"]).ends(0).stdout.lines().count(), 1);
}

#[test]
fn manual_pages_are_files_where_a_folder_is_named() {
    let dir = Dir::new();
    dir.run(["man", "--out", "man1"]).ends(0);
    for page in [
        "tenant-impact.1",
        "tenant-impact-report.1",
        "tenant-impact-profiles-list.1",
    ] {
        let text = fs::read_to_string(dir.path("man1").join(page)).expect("a page");
        assert!(text.contains(".TH"), "{page}");
    }
}

#[test]
fn profiles_are_listed_as_json() {
    let dir = Dir::new();
    let run = dir.run(["profiles", "list", "--json"]).ends(0);
    let listed: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    let names: Vec<_> = listed["profiles"].as_array().expect("a list").iter().collect();
    assert!(
        names
            .iter()
            .any(|profile| profile["name"] == "superuser" && profile["title"].is_string())
    );
}
