//! Handling of bad input: an error names the fault and the remedy, the exit status is 2, and
//! nothing is written.

use crate::util::{Dir, Run, program};

const CASE: &str = r#"[case]
id = "F-1"
title = "A fault"
vendor = "The vendor"
tlp = "RED"
contact = "security@vendor.example"
issued = 2026-01-20T00:00:00Z

[[scopes]]
name = "possible"
from = 2026-01-16T00:00:00Z
until = 2026-01-17T00:00:00Z
basis = "Because."
agents = "all"

[[agents.list]]
id = "a1"
email = "ann@support.example"

[[logs]]
path = "log.jsonl"
profile = "superuser"
"#;

const LOG: &str = r#"{"event_id":"e1","timestamp":"2026-01-16T04:00:00Z","actor":{"id":"a1"},"tenant":{"id":"t"},"action":"user.view"}"#;

/// Runs the case with one part of it replaced, and expects all of these to be said.
#[track_caller]
fn told(from: &str, to: &str, said: &[&str]) {
    assert!(CASE.contains(from), "{from}");
    let dir = Dir::new();
    dir.file("case.toml", CASE.replacen(from, to, 1)).file("log.jsonl", LOG);
    let mut run = dir.run(["report", "case.toml", "--out", "out"]).ends(2);
    for part in said {
        run = run.says(part);
    }
    assert_eq!(run.stdout, "");
    assert_eq!(dir.names(), ["case.toml", "log.jsonl"], "nothing was written");
}

#[test]
fn a_case_without_a_fault_runs() {
    let dir = Dir::new();
    dir.file("case.toml", CASE).file("log.jsonl", LOG);
    // Twenty-three hours without a record are a gap worth telling.
    dir.run(["report", "case.toml", "--out", "out"])
        .ends(1)
        .says("logs may be missing there");
}

#[test]
fn a_wrong_path_is_named_as_written_and_as_resolved() {
    told("log.jsonl", "lgo.jsonl", &["no such log file or folder", "`lgo.jsonl`"]);
    told("path = \"log.jsonl\"", "path = \"*.csv\"", &["no log file in `*.csv`"]);
    let dir = Dir::new();
    dir.run(["report", "nowhere.toml", "--out", "out"])
        .ends(2)
        .says("cannot read the case file `nowhere.toml`");
}

#[test]
#[cfg(unix)]
fn an_unreadable_log_stops_before_anything_is_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = Dir::new();
    dir.file("case.toml", CASE).file("log.jsonl", LOG);
    let locked = std::fs::Permissions::from_mode(0o000);
    std::fs::set_permissions(dir.path("log.jsonl"), locked).expect("permissions");
    let mut command = crate::util::program(&dir.path(""));
    command.args(["report", "case.toml", "--out", "out"]);
    if std::fs::File::open(dir.path("log.jsonl")).is_ok() {
        // Root can read everything, so the program runs as the user `nobody`, who needs read
        // access.
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(dir.path(""), open).expect("permissions");
        std::os::unix::process::CommandExt::uid(&mut command, 65_534);
        if command.output().is_err() {
            crate::util::skipped("nobody may not start the program where it lies");
            return;
        }
    }
    Run::of(&mut command)
        .ends(2)
        .says("cannot read `log.jsonl`")
        .says("permissions");
    assert_eq!(dir.names(), ["case.toml", "log.jsonl"]);
}

#[test]
fn agents_must_be_listed_and_be_one_person_each() {
    told(
        "[[agents.list]]\nid = \"a1\"\nemail = \"ann@support.example\"\n",
        "",
        &["lists no agent", "list at least one agent"],
    );
    told(
        "[[logs]]",
        "[[agents.list]]\nid = \"a2\"\nemail = \"ANN@Support.example\"\n\n[[logs]]",
        &["ANN@Support.example", "a1"],
    );
}

#[test]
fn times_need_an_offset_and_an_order() {
    told(
        "2026-01-17T00:00:00Z",
        "2026-01-17T00:00:00",
        &["case.toml:12", "explicit offset"],
    );
    told(
        "2026-01-17T00:00:00Z",
        "2026-01-15T00:00:00Z",
        &["case.toml:12", "until"],
    );
}

#[test]
fn an_unknown_profile_is_told_the_nearest() {
    told(
        "superuser",
        "superusr",
        &["unknown profile `superusr`", "did you mean `superuser`"],
    );
    told("superuser", "mine.toml", &["cannot read the profile `mine.toml`"]);
}

#[test]
fn all_faults_are_told_at_once() {
    let said = [
        "case.toml:3",
        "tilte",
        "did you mean `title`",
        "case.toml:12",
        "explicit offset",
        "case.toml:22",
        "profle",
    ];
    let dir = Dir::new();
    let case = CASE
        .replace("title =", "tilte =")
        .replace("2026-01-17T00:00:00Z", "2026-01-17T00:00:00")
        .replace("profile =", "profle =");
    dir.file("case.toml", case).file("log.jsonl", LOG);
    let run = dir.run(["report", "case.toml", "--out", "out"]).ends(2);
    said.into_iter().fold(run, |run, part| run.says(part));
}

#[test]
fn usage_is_told_by_the_flags_themselves() {
    let dir = Dir::new();
    dir.run(["report", "--out", "out"]).ends(2).says("<CASE>");
    dir.run(["report", "case.toml"]).ends(2).says("--out");
    dir.run([
        "report",
        "case.toml",
        "--logs",
        "x",
        "--agents",
        "y",
        "--from",
        "a",
        "--until",
        "b",
        "--out",
        "o",
    ])
    .ends(2)
    .says("cannot be used with");
    let flags = [
        "report",
        "--logs",
        "x",
        "--agents",
        "y",
        "--from",
        "16 January",
        "--until",
        "2026-01-17T00:00:00Z",
        "--out",
        "o",
    ];
    dir.run(flags).ends(2).says("--from");
    for threads in ["0", "1025", "-1", "many"] {
        let flag = format!("--threads={threads}");
        let run = dir.run(["scan", "case.toml", &flag]).ends(2);
        run.says("write a whole number from 1 to 1024");
    }
}

/// Scans with these tables of agents and tenants.
fn with_tables(agents: &[u8], tenants: &[u8]) -> Run {
    let dir = Dir::new();
    dir.file("log.jsonl", LOG)
        .file("agents.csv", agents)
        .file("tenants.csv", tenants);
    let window = ["--from", "2026-01-16T04:00:00Z", "--until", "2026-01-16T05:00:00Z"];
    let tables = ["--agents", "agents.csv", "--tenants", "tenants.csv"];
    dir.run(
        ["scan", "--json", "--logs", "log.jsonl"]
            .into_iter()
            .chain(tables)
            .chain(window),
    )
}

#[test]
fn tables_are_read_as_spreadsheets_write_them() {
    let wide = |text: &str| {
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        [0xff, 0xfe].into_iter().chain(units).collect::<Vec<u8>>()
    };
    for (agents, tenants) in [
        (
            b"id;identities;name\na1;\"x;y\";Ann, B.\n".to_vec(),
            b"id;name\nt;Tee, Ltd\n".to_vec(),
        ),
        (
            b"\xef\xbb\xbfsep=;\r\nid;name\r\na1;Ann\r\n;\r\n".to_vec(),
            b"sep=\t\nid\tname\nt\tTee, Ltd\n".to_vec(),
        ),
        (wide("id\tname\r\na1\tAnn, B.\r\n"), wide("name\tid\r\nTee, Ltd\tt\r\n")),
        (b"id|name\na1|Ann, B.\n".to_vec(), b"id|name\nt|Tee, Ltd\n".to_vec()),
    ] {
        let run = with_tables(&agents, &tenants);
        let findings: serde_json::Value = serde_json::from_str(&run.stdout).expect(&run.stderr);
        let tenant = &findings["tenants"][0];
        assert_eq!(
            (&tenant["id"], &tenant["name"], &tenant["events"]),
            (&"t".into(), &"Tee, Ltd".into(), &1.into())
        );
    }
}

/// A profile that maps the column refuses every row, so none fits.
#[test]
fn inspect_and_init_name_a_doubled_column() {
    let dir = Dir::new();
    let header = "timestamp,event_id,actor.id,actor.id,tenant.id,action";
    dir.file(
        "log.csv",
        format!("{header}\n2026-01-16T04:00:00Z,e1,a1,a2,t,user.view\n"),
    )
    .file("agents.csv", "id\na1\n");
    dir.run(["inspect", "log.csv"])
        .ends(1)
        .says("`actor.id`: named more than once in the header")
        .says("rename all but one");
    dir.run(["init", "--logs", "log.csv", "--agents", "agents.csv"])
        .ends(1)
        .says("`log.csv` is left out: no profile fits")
        .says("`actor.id`: named more than once in the header");
}

/// They would be found in no text.
#[test]
fn domains_with_more_than_labels_are_faults() {
    for (domain, hint) in [
        ("https://tee.example/login", "write `tee.example`"),
        ("*.tee.example", "write `tee.example`"),
        ("tee.example:443", "write `tee.example`"),
        ("ann@tee.example", "write `tee.example`"),
        ("other.example;.tee.example", "write `tee.example`"),
        ("\"a.example,b.example\"", "separate domains by blanks"),
        ("tee..example", "separate domains by blanks"),
        ("https://", "write a domain, such as"),
    ] {
        with_tables(b"id\na1\n", format!("id,domains\nt,{domain}\n").as_bytes())
            .ends(2)
            .says("not-a-domain")
            .says(hint);
    }
}

#[test]
fn cells_that_a_spreadsheet_spoilt_are_faults() {
    for (agents, said) in [
        (&b"id,name\n1.23E+11,Ann\n"[..], "shortened-number"),
        (b"id;name\n\"1,23E+11\";Ann\n", "shortened-number"),
        (b"id,identities\na1,x;1E+12\n", "shortened-number"),
        (b"id,name\n=A2,Ann\n", "formula"),
        (b"id,name\na1,#N/A\n", "formula"),
        (b"PK\x03\x04\x14\0", "save its sheet as CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "(.xls)"),
        (b"<html><table><tr><td>id</td></tr></table>", "HTML or XML"),
        (b"[\n {\"id\": \"a1\"}]", "is JSON, not a CSV file"),
        (b"Employee ID,name\na1,Ann\n", "did you mean `id`?"),
        (b"Mitarbeiter-Nr;E-mail\na1;ann@support.example\n", "did you mean `id`?"),
        (b"Emp No,Mail\na1,ann@support.example\n", "did you mean `id`?"),
        ("社員番号,氏名\na1,Ann\n".as_bytes(), "did you mean `id`?"),
        (b"id,E-mail\na1,ann@support.example\n", "did you mean `email`?"),
        (b"id,E-Mail-Adresse\na1,ann@support.example\n", "did you mean `email`?"),
        (b"id;Work E-mail\na1;ann@support.example\n", "did you mean `email`?"),
    ] {
        with_tables(agents, b"id\nt\n").ends(2).says(said);
    }
}

/// Every command that writes to standard output, and its exit status if the reader is gone.
const WRITING: &[(&str, i32)] = &[
    ("--help", 0),
    ("--version", 0),
    ("report --help", 0),
    ("completions bash", 0),
    ("completions powershell", 0),
    ("man", 0),
    ("schema findings", 0),
    ("schema manifest", 0),
    ("schema tenant-manifest", 0),
    ("profiles list", 0),
    ("profiles list --json", 0),
    ("profiles show superuser", 0),
    ("profiles check own.toml", 0),
    ("inspect log.jsonl", 0),
    ("inspect log.jsonl --json", 0),
    ("inspect doubled.csv", 1),
    ("inspect doubled.csv --json", 1),
    ("init --logs log.jsonl --agents agents.csv", 0),
    ("init --logs doubled.csv --agents agents.csv", 1),
    ("catalogue draft log.jsonl", 0),
    ("catalogue show okta", 0),
    ("scan case.toml", 1),
    ("scan case.toml --json", 1),
    ("verify whole", 0),
    ("verify whole --json", 0),
    ("show whole e1", 0),
    ("clean whole", 0),
];

#[test]
fn a_closed_pipe_is_an_ordinary_end_and_a_full_device_is_none() {
    let dir = Dir::new();
    dir.file("case.toml", CASE)
        .file("log.jsonl", LOG)
        .file("agents.csv", "id\na1\n");
    let doubled = "timestamp,actor.id,actor.id,action\n2026-01-16T04:00:00Z,a1,a1,user.view\n";
    dir.file("doubled.csv", doubled);
    dir.file("own.toml", dir.run(["profiles", "show", "superuser"]).ends(0).stdout);
    dir.run(["report", "case.toml", "--quiet", "--out", "whole"]).ends(1);
    let help = dir.run(["--help"]).ends(0).stdout;
    let (_, commands) = help.split_once("Commands:\n").expect("a list of commands");
    let commands = commands.lines().take_while(|line| !line.is_empty());
    for command in commands.filter_map(|line| line.strip_prefix("  ")?.split(' ').next()) {
        let is_listed = WRITING.iter().any(|(args, _)| args.split(' ').next() == Some(command));
        assert!(
            is_listed || ["", "help", "report", "plan", "partial", "merge"].contains(&command),
            "{command} is not tried"
        );
    }
    for (args, status) in WRITING {
        let args: Vec<&str> = args.split(' ').collect();
        assert_eq!(dir.run(&args).status, *status, "{args:?}");
        assert_eq!(dir.run_unread(&args), *status, "{args:?}");
        if cfg!(target_os = "linux") {
            let run = Run::of(program(&dir.path("")).args(&args).stdout(full_device()));
            // With `--json` an error is an object.
            let error = if args.contains(&"--json") {
                "{\n  \"errors\""
            } else {
                "error: "
            };
            assert!(
                run.status == 2 && run.stderr.starts_with(error),
                "{args:?}: {} {}",
                run.status,
                run.stderr
            );
        }
    }
}

fn full_device() -> std::fs::File {
    let device = std::fs::File::options().write(true).open("/dev/full");
    device.expect("a device")
}

/// The bundle is written before its summary is printed, so that a summary that cannot be is no
/// failure.
#[test]
fn report_ends_alike_whoever_reads_its_summary() {
    let dir = Dir::new();
    dir.file("case.toml", CASE).file("log.jsonl", LOG);
    for json in [None, Some("--json")] {
        let args: Vec<_> = ["report", "case.toml", "--out", "out"]
            .into_iter()
            .chain(json)
            .collect();
        let again = || std::fs::remove_dir_all(dir.path("out")).expect("a bundle");
        assert_eq!(dir.run_unread(&args), 1);
        again();
        if cfg!(target_os = "linux") {
            let run = Run::of(program(&dir.path("")).args(&args).stdout(full_device()));
            run.ends(1)
                .says("the bundle is written; its summary could not be shown");
            again();
        }
    }
}
