//! Identities that match no actor as written: near misses between a case and its logs, and the
//! caveats about them.

use std::fmt::Write as _;

use serde_json::Value;

use crate::util::{Dir, Run, json, program};

/// A record of the `superuser` profile: its time on 10 February 2026, and its actor's members.
fn record(time: &str, actor: &str, rest: &str) -> String {
    format!(
        "{{\"event_id\":\"{time}\",\"timestamp\":\"2026-02-{time}Z\",\"actor\":{{{actor}}},\"tenant\":{{\"id\":\"acme\"}},\
         \"action\":\"user.view\"{rest}}}\n"
    )
}

/// A case of these agents and this log, with a scope of all agents and further scopes; and the run
/// that reports it.
fn report(dir: &Dir, agents: &str, log: &str, scopes: &str) -> Run {
    let mut case = String::from(
        "[case]\nid = \"I-1\"\ntitle = \"Unauthorised access\"\nvendor = \"Northquay\"\ntlp = \"AMBER\"\n\
         contact = \"security@northquay.example\"\nissued = 2026-02-20T09:00:00Z\n\n",
    );
    case.push_str(scopes);
    write!(
        case,
        "[agents]\nfile = \"agents.csv\"\n\n[[logs]]\npath = \"log.jsonl\"\nprofile = \"superuser\"\n\n\
         [coverage]\ngap_hours = 72\n"
    )
    .expect("memory takes every write");
    dir.file("case.toml", case)
        .file("agents.csv", agents)
        .file("log.jsonl", log);
    dir.run(["report", "case.toml", "--out", "out", "--quiet"])
}

/// A scope of the 10th and 11th.
const ALL: &str = "[[scopes]]\nname = \"possible\"\nfrom = 2026-02-10T00:00:00Z\nuntil = 2026-02-12T00:00:00Z\n\
                   basis = \"Every agent counts.\"\nagents = \"all\"\n\n";

/// Scope of one agent.
const MIRA: &str = "[[scopes]]\nname = \"possible\"\nfrom = 2026-02-10T00:00:00Z\nuntil = 2026-02-12T00:00:00Z\n\
                    basis = \"Her account was used.\"\nagents = { ids = [\"a1\"] }\n\n";

const AGENTS: &str = "id,email,identities\na1,mira.holt@desk.example,mira.holt\na2,jon.vane@desk.example,jon.vane\n";

fn codes(findings: &Value) -> Vec<&str> {
    let caveats = findings["caveats"].as_array().expect("a list");
    caveats
        .iter()
        .map(|caveat| caveat["code"].as_str().expect("a code"))
        .collect()
}

/// A scope does not hold its end. Its agents' events there are counted, whatever other scope holds
/// them, or none.
#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn event_on_the_end_of_a_scope_is_counted() {
    let inner = |more: &str| {
        MIRA.replace("possible", "inner")
            .replace("-12T00", "-11T00")
            .replace("basis", &format!("{more}\nbasis"))
    };
    let mira = "\"email\":\"mira.holt@desk.example\"";
    let session = |id: &str| format!(",\"client\":{{\"session_id\":\"{id}\"}}");
    for (what, scopes, time, actor, rest, expected) in [
        (
            "the widest",
            ALL.to_owned(),
            "12T00:00:00",
            mira,
            String::new(),
            &[1][..],
        ),
        (
            "another offset",
            ALL.to_owned(),
            "12T09:00:00+09:00",
            mira,
            String::new(),
            &[1],
        ),
        (
            "an instant before",
            ALL.to_owned(),
            "11T23:59:59.999999999",
            mira,
            String::new(),
            &[0],
        ),
        (
            "an instant after",
            ALL.to_owned(),
            "12T00:00:00.000000001",
            mira,
            String::new(),
            &[0],
        ),
        (
            "nobody listed",
            ALL.to_owned(),
            "12T00:00:00",
            "\"id\":\"zoe\"",
            String::new(),
            &[0],
        ),
        (
            "of no scope",
            MIRA.to_owned(),
            "12T00:00:00",
            "\"id\":\"a2\"",
            String::new(),
            &[0],
        ),
        (
            "tied",
            format!("{ALL}{}", inner("")),
            "11T00:00:00",
            mira,
            String::new(),
            &[0, 1],
        ),
        (
            "not tied",
            format!("{ALL}{}", inner("ties = false")),
            "11T00:00:00",
            mira,
            String::new(),
            &[0, 1],
        ),
        (
            "its session",
            format!("{ALL}{}", inner("sessions = [\"s1\"]")),
            "11T00:00:00",
            mira,
            session("s1"),
            &[0, 1],
        ),
        (
            "another session",
            format!("{ALL}{}", inner("sessions = [\"s1\"]")),
            "11T00:00:00",
            mira,
            session("s2"),
            &[0, 0],
        ),
        (
            "followed without a gap",
            format!(
                "{MIRA}{}",
                MIRA.replace("possible", "later")
                    .replace("-12T", "-15T")
                    .replace("-10T", "-12T")
            ),
            "12T00:00:00",
            mira,
            String::new(),
            &[0, 0],
        ),
    ] {
        let dir = Dir::new();
        let time = if time.contains('+') {
            format!("{time}|")
        } else {
            time.to_owned()
        };
        let log = record("10T10:00:00", mira, "") + &record(&time, actor, &rest).replace("|Z", "");
        report(&dir, AGENTS, &log, &scopes);
        let findings = json(&dir.path("out/findings.json"));
        let scopes = findings["scopes"].as_array().expect("a list");
        let on_end: Vec<_> = scopes
            .iter()
            .map(|scope| scope["on_end"].as_u64().expect("a count"))
            .collect();
        assert_eq!(on_end, expected, "{what}");
        let is_told = codes(&findings).contains(&"events-on-end");
        assert_eq!(is_told, expected.iter().any(|count| *count > 0), "{what}");
    }
}

/// A refused record may be in scope only if a scope has its agent, and its window the time if that
/// can be read.
#[test]
fn refused_record_of_an_agent_of_no_scope_is_not_possibly_in_scope() {
    let mira = record("10T10:00:00", "\"email\":\"mira.holt@desk.example\"", "");
    let broken = |time: &str, who: &str| format!("{{\"timestamp\":\"2026-02-{time}Z\",\"actor\":\"{who}\",\n");
    for (scope, lines, expected) in [
        (MIRA, broken("10T11:00:00", "jon.vane@desk.example"), false),
        (ALL, broken("10T11:00:00", "jon.vane@desk.example"), true),
        (MIRA, broken("10T11:00:00", "mira.holt@desk.example"), true),
        // In the window of another scope, which has not this agent.
        (
            &format!(
                "{MIRA}{}",
                MIRA.replace("possible", "later")
                    .replace("-10T", "-14T")
                    .replace("-12T", "-15T")
                    .replace("a1", "a2")
            ),
            record("14T11:00:00", "", ",\"note\":\"mira.holt@desk.example\""),
            false,
        ),
    ] {
        let dir = Dir::new();
        report(&dir, AGENTS, &format!("{mira}{lines}"), scope).ends(1);
        let findings = json(&dir.path("out/findings.json"));
        assert_eq!(findings["records"]["refused"], 1, "{lines}");
        assert_eq!(codes(&findings).contains(&"possibly-in-scope"), expected, "{lines}");
        let names = findings["refused"][0]["names"].as_array().expect("a list");
        assert_eq!(!names.is_empty(), expected, "{lines}");
    }
}

fn message(findings: &Value, code: &str) -> String {
    let caveats = findings["caveats"].as_array().expect("a list");
    let found = caveats.iter().find(|caveat| caveat["code"] == code);
    found.map_or_else(String::new, |caveat| caveat["message"].to_string())
}

/// Rows of near.csv: kind, relation, agent, identity and name as logged, with the record at the
/// offset.
fn rows(dir: &Dir, log: &str) -> Vec<[String; 6]> {
    let mut reader = csv::Reader::from_path(dir.path("out/near.csv")).expect("near.csv");
    let rows = reader.records().map(|row| {
        let row = row.expect("a row");
        let (offset, length): (usize, usize) = (row[2].parse().expect("a number"), row[3].parse().expect("a number"));
        let record = log[offset..offset + length].to_owned();
        [&row[4], &row[5], &row[6], &row[7], &row[8], &record].map(str::to_owned)
    });
    rows.collect()
}

/// A listed agent's own actions are no mentions, nor are names made of an identity; each kind
/// counts apart.
#[test]
fn each_kind_of_near_record_is_counted_and_listed() {
    let dir = Dir::new();
    let agents =
        "id,email,identities\na1,mira.holt@desk.example,mira.holt\na2,jon.vane@desk.example,jon.vane;key-8F3A\n";
    let own = record("10T10:00:00", "\"email\":\"mira.holt@desk.example\"", "");
    let by_jon = record("10T11:00:00", "\"email\":\"jon.vane@desk.example\"", "");
    let key = record("10T12:00:00", "\"id\":\"key-8f3a\"", "");
    let mention = record(
        "10T13:00:00",
        "\"email\":\"zed@acme.example\"",
        ",\"target\":{\"id\":\"jon.vane\"}",
    );
    let display = record("10T14:00:00", "\"email\":\"Mira Holt <mira.holt@desk.example>\"", "");
    let encoded = record("10T14:30:00", "\"email\":\"mira.holt%40desk.example\"", "");
    let both = record(
        "10T15:00:00",
        "\"id\":\"key-8f3a\"",
        ",\"justification\":\"for mira.holt\"",
    );
    let log = [&own, &by_jon, &key, &mention, &display, &encoded, &both]
        .map(String::as_str)
        .concat();
    report(&dir, agents, &log, MIRA).ends(1);
    let findings = json(&dir.path("out/findings.json"));
    assert_eq!(findings["records"]["in_scope"], 1);
    assert_eq!(findings["records"]["other_actor"], 6);
    let near = &findings["near"];
    for (figure, expected) in [
        ("mentions", 2),
        ("in_names", 2),
        ("outside_scopes", 1),
        ("forms", 4),
        ("narrowed", 0),
    ] {
        assert_eq!(near[figure], expected, "{figure}");
    }
    let line = |record: &str| record.trim_end().to_owned();
    let row = |kind: &str, relation: &str, agent: &str, identity: &str, as_logged: &str, record: &str| {
        [kind, relation, agent, identity, as_logged, &line(record)].map(str::to_owned)
    };
    assert_eq!(
        rows(&dir, &log),
        [
            row(
                "agent-outside-scopes",
                "",
                "a2",
                "jon.vane@desk.example",
                "jon.vane@desk.example",
                &by_jon
            ),
            row("near-identity", "other-case", "a2", "key-8F3A", "key-8f3a", &key),
            row("mention", "", "a2", "jon.vane", "jon.vane", &mention),
            row(
                "near-identity",
                "display-name",
                "a1",
                "mira.holt@desk.example",
                "Mira Holt <mira.holt@desk.example>",
                &display
            ),
            row(
                "near-identity",
                "percent-encoded",
                "a1",
                "mira.holt@desk.example",
                "mira.holt%40desk.example",
                &encoded
            ),
            row("mention", "", "a1", "mira.holt", "mira.holt", &both),
            row("near-identity", "other-case", "a2", "key-8F3A", "key-8f3a", &both),
        ]
    );
    let said = message(&findings, "near-identities");
    assert!(
        said.contains("4 records")
            && said.contains("`key-8f3a` (2 records;")
            && said.contains("`also`")
            && said.contains("`derived = true`"),
        "{said}"
    );
    let said = message(&findings, "mentioned-identity");
    assert!(said.matches("2 records of others").count() == 2, "{said}");
    assert!(message(&findings, "agents-outside-scopes").contains("1 record "));
    dir.run(["verify", "out"]).ends(0);
    let table = std::fs::read_to_string(dir.path("out/near.csv")).expect("near.csv");
    let fewer: String = table.split_inclusive('\n').take(3).collect();
    std::fs::write(dir.path("out/near.csv"), fewer).expect("a file");
    dir.run(["verify", "out"]).ends(1).says("near.csv");
}

/// Names made by rule are the agent's own where the case says so, wherever they stand; others stay
/// near misses, and those of an agent of whom the case says otherwise.
#[test]
fn derived_names_count_where_the_case_takes_them_in() {
    let agents = "id,email,also,derived\n\
                  a1,mira.holt@desk.example,Mira Holt <mira.holt@desk.example>;,true\n\
                  a2,jon.vane@desk.example,,false\n";
    let guest = "mira.holt_desk.example#EXT#@acme.example";
    let log = [
        record("10T10:00:00", "\"email\":\"mira.holt@desk.example\"", ""),
        record("10T11:00:00", &format!("\"id\":\"{guest}\""), ""),
        record(
            "10T12:00:00",
            "\"email\":\"MIRA.HOLT+zd@desk.example\"",
            &format!(",\"justification\":\"as {guest}\""),
        ),
        record("10T12:30:00", "\"email\":\"Mira Holt <mira.holt@desk.example>\"", ""),
        record("10T13:00:00", "\"email\":\"jon.vane%40desk.example\"", ""),
        record("10T14:00:00", "\"email\":\"mira.holt@partner.example\"", ""),
        // The end of the window, which needs a reading in full.
        record("12T00:00:00", &format!("\"id\":\"{guest}\""), ""),
        format!("{{\"timestamp\":\"2026-02-10T15:00:00Z\",\"actor\":{{\"id\":\"{guest}\"}},\n"),
    ]
    .concat();
    for (agents, in_scope, forms, derived) in [
        (agents.to_owned(), 4, 2, 2),
        (agents.replace("true", "no"), 2, 4, 0),
        (agents.replace("true", "").replace("false", "yes"), 3, 3, 1),
    ] {
        let dir = Dir::new();
        report(&dir, &agents, &log, ALL).ends(1);
        let findings = json(&dir.path("out/findings.json"));
        let records = &findings["records"];
        assert_eq!(
            (&records["in_scope"], &records["other_actor"]),
            (&in_scope.into(), &(6 - in_scope).into())
        );
        assert_eq!(findings["near"]["forms"], forms);
        assert_eq!(findings["scopes"][0]["on_end"], u64::from(derived == 2));
        assert_eq!(codes(&findings).contains(&"possibly-in-scope"), derived == 2);
        let own = findings["agents"].as_array().expect("a list").iter();
        let own: Vec<_> = own.filter_map(|agent| agent["derived"].as_array()).flatten().collect();
        assert_eq!(own.len(), derived);
        assert!(own.iter().all(|name| name["records"] == 1), "{own:?}");
        dir.run(["verify", "out", "--logs", "."]).ends(0);
        dir.run(["plan", "case.toml", "--quiet", "--out", "plan"]).ends(0);
        std::fs::create_dir_all(dir.path("p")).expect("a folder");
        dir.run(["partial", "plan", "--quiet", "--split", "0", "--out", "p/0.partial"])
            .ends(0);
        dir.run(["merge", "plan", "p", "--quiet", "--out", "many"]).ends(1);
        assert_eq!(json(&dir.path("many/findings.json")), findings);
        // The name is the agent's, and no customer reads it.
        let copy = std::fs::read_to_string(dir.path("out/tenants/acme/actions.jsonl")).expect("a copy");
        assert_eq!(copy.contains("EXT"), derived == 0 && copy.contains("as mira"), "{copy}");
    }
    let dir = Dir::new();
    report(&dir, &agents.replace("true", "maybe"), &log, ALL)
        .ends(2)
        .says("agents.csv:2");
}

/// A misspelt agent among others loses every event of his; an agent who does nothing in the windows
/// and is known outside them does not.
#[test]
fn unseen_agents_are_told_with_the_nearest_name() {
    let mut agents = String::from("id,email\n");
    for number in 1..=9 {
        let name = if number == 7 { "bd-agnet" } else { "bd-agent" };
        writeln!(agents, "a{number},{name}-0{number}@desk.example").expect("memory takes every write");
    }
    let mut log = String::new();
    for minute in 0..40 {
        let number = [1, 2, 3, 4, 5, 7, 7, 7][minute % 8];
        let actor = format!("\"email\":\"bd-agent-0{number}@desk.example\"");
        log += &record(&format!("10T10:{minute:02}:00"), &actor, "");
    }
    log += &record("01T10:00:00", "\"email\":\"BD-Agent-06@desk.example\"", "");
    log += &record(
        "01T11:00:00",
        "\"email\":\"zed@acme.example\"",
        ",\"note\":\"bd-agent-08@desk.example\"",
    );
    let dir = Dir::new();
    report(&dir, &agents, &log, ALL).ends(1);
    let findings = json(&dir.path("out/findings.json"));
    assert_eq!(findings["records"]["in_scope"], 25);
    let unseen: Vec<_> = findings["near"]["unseen_agents"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|agent| {
            (
                agent["agent"].as_str().expect("an id"),
                agent["outside_windows"].as_bool(),
            )
        })
        .collect();
    let expected = [
        ("a6", Some(true)),
        ("a7", Some(false)),
        ("a8", Some(false)),
        ("a9", Some(false)),
    ];
    assert_eq!(unseen, expected);
    let said = message(&findings, "unseen-identities");
    assert!(
        said.contains("`a7`: in no log; nearest: `bd-agent-07@desk.example`, 15 records"),
        "{said}"
    );
    assert!(said.contains("`a8`: in no log") && !said.contains("`a6`"), "{said}");
}

/// Standard input cannot be read again.
#[test]
fn agents_outside_the_windows_are_not_looked_for_in_standard_input() {
    let log = record("10T10:00:00", "\"email\":\"ann@desk.example\"", "")
        + &record("01T10:00:00", "\"email\":\"bob@desk.example\"", "");
    let dir = Dir::new();
    dir.file("log.jsonl", &log);
    for (path, expected) in [("log.jsonl", Some(true)), ("-", None)] {
        let mut command = program(&dir.path(""));
        command.args([
            "scan",
            "--json",
            "--logs",
            path,
            "--agents",
            "ann@desk.example",
            "bob@desk.example",
        ]);
        command.args(["--from", "2026-02-10T00:00:00Z", "--until", "2026-02-11T00:00:00Z"]);
        command.stdin(std::fs::File::open(dir.path("log.jsonl")).expect("a file"));
        let run = Run::of(&mut command);
        let findings: Value = serde_json::from_str(&run.stdout).expect("JSON");
        assert_eq!(
            findings["near"]["unseen_agents"][0]["outside_windows"].as_bool(),
            expected,
            "{path}"
        );
        assert!(!codes(&findings).contains(&"unseen-identities"), "{path}");
    }
}

/// The mark stands under the character, also where others before it had to be made visible.
#[test]
fn hidden_character_is_marked_in_its_line() {
    let dir = Dir::new();
    let agents = "id,email,identities\na1,mira@desk.example,mira.\u{ad}holt\n";
    report(&dir, agents, "", ALL)
        .ends(2)
        .says("agents.csv:2:27")
        .says("\n  |                           ^^^^^^^^\n");
}
