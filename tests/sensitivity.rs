//! Statements of the answer on other windows and on the use of actions before them.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::util::Dir;

const CASE: &str = r#"[case]
id = "S-1"
title = "Unauthorised access"
vendor = "Northquay"
tlp = "AMBER"
contact = "security@northquay.example"
issued = 2026-02-20T09:00:00Z
[[agents.list]]
id = "sa-1"
[[agents.list]]
id = "sa-2"
[[agents.list]]
id = "sa-3"
[[logs]]
path = "logs"
profile = "app.toml"
[coverage]
gap_hours = 200
"#;

const PROFILE: &str = r#"name = "app"
title = "An application"
[time]
at = ["/t"]
[[actors]]
role = "actor"
id = ["/who"]
[[actors]]
role = "for"
id = ["/for"]
[fields]
event_id = ["/id"]
action = ["/do"]
session = ["/s"]
ticket = ["/ticket"]
[outcome]
at = ["/o"]
failure = ["no"]
[[tenants]]
id = ["/in"]
"#;

/// One scope: its name, window, agents and sessions.
#[derive(Clone)]
struct Scoped {
    name: &'static str,
    from: i64,
    until: i64,
    agents: Vec<&'static str>,
    sessions: &'static str,
}

/// Seconds since 10 February as a time.
fn time(seconds: i64) -> String {
    let start = chrono::DateTime::from_timestamp(1_770_681_600, 0).expect("a time");
    (start + chrono::TimeDelta::seconds(seconds))
        .format("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}

fn scopes() -> [Scoped; 2] {
    let hour = 3600;
    [
        Scoped {
            name: "possible",
            from: 0,
            until: 30 * hour,
            agents: vec!["sa-1", "sa-2"],
            sessions: "",
        },
        Scoped {
            name: "attributed",
            from: 10 * hour,
            until: 11 * hour,
            agents: vec!["sa-1", "sa-3"],
            sessions: "sessions = [\"x\"]\n",
        },
    ]
}

/// The findings of a scan with these scopes.
fn scan(dir: &Dir, scopes: &[Scoped]) -> Value {
    let scope = |scope: &Scoped| {
        format!(
            "[[scopes]]\nname = \"{}\"\nfrom = {}\nuntil = {}\nbasis = \"So it is.\"\nagents = {{ ids = {:?} }}\n{}",
            scope.name,
            time(scope.from),
            time(scope.until),
            scope.agents,
            scope.sessions
        )
    };
    let scopes: String = scopes.iter().map(scope).collect();
    dir.file("case.toml", format!("{CASE}{scopes}"))
        .file("app.toml", PROFILE);
    let run = dir.run(["scan", "case.toml", "--json"]);
    serde_json::from_str(&run.stdout).unwrap_or_else(|fault| panic!("{fault}: {}", run.stderr))
}

/// Events and tenants of a scope.
fn inside(findings: &Value, name: &str) -> (u64, BTreeSet<String>) {
    let scopes = findings["scopes"].as_array().expect("a list");
    let scope = scopes.iter().find(|scope| scope["name"] == name).expect("the scope");
    let tenants = findings["tenants"].as_array().expect("a list").iter();
    let own = tenants.filter(|tenant| tenant["scopes"][name].as_u64().is_some_and(|events| events > 0));
    let ids = own.map(|tenant| tenant["id"].as_str().expect("a text").to_owned());
    (scope["events"].as_u64().expect("a number"), ids.collect())
}

/// Fails unless a change is what a scan with the changed scopes finds.
fn same(stated: &Value, base: &(u64, BTreeSet<String>), again: &(u64, BTreeSet<String>), wider: bool) {
    let (less, more) = if wider { (base, again) } else { (again, base) };
    let tenants: Vec<&String> = more.1.difference(&less.1).collect();
    let expected = json!({"events": more.0 - less.0, "tenants": tenants.len(), "first_tenants": tenants});
    for key in ["events", "tenants", "first_tenants"] {
        assert_eq!(stated[key], expected[key], "{key} of {stated}");
    }
    assert!(less.1.is_subset(&more.1));
}

/// Times near an end of a window, often exactly at a distance from it.
fn near_end() -> impl Strategy<Value = i64> {
    let hour = 3600;
    let ends = prop::sample::select(vec![0, 30 * hour, 10 * hour, 11 * hour]);
    let distances = prop::sample::select(vec![0, 900, hour, 6 * hour, 24 * hour]);
    (ends, distances, any::<bool>(), -1..=1_i64)
        .prop_map(|(end, distance, later, more)| end + if later { distance } else { -distance } + more)
}

type Event = (i64, usize, usize, usize, usize);

fn event() -> impl Strategy<Value = Event> {
    (near_end(), 0..5_usize, 0..5_usize, 0..6_usize, 0..3_usize)
}

fn line(number: usize, (at, who, other, tenants, session): Event) -> String {
    let identities = ["sa-1", "sa-2", "sa-3", "cu-1", "cu-2"];
    let named: Value = match tenants {
        0 => Value::Null,
        5 => json!(["t-1", "t-4"]),
        number => json!(format!("t-{number}")),
    };
    let record = json!({
        "id": format!("e{number}"), "t": time(at), "who": identities[who], "for": identities[other], "do": "user.view",
        "in": named, "s": (["x", "y", ""][session]), "o": "yes",
    });
    format!("{record}\n")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn sensitivity_equals_a_scan_with_that_window(events in prop::collection::vec(event(), 1..40), copied in 0..8_usize) {
        let dir = Dir::new();
        let lines: Vec<String> = events.iter().enumerate().map(|(number, event)| line(number, *event)).collect();
        dir.file("logs/a.jsonl", lines.concat()).file("logs/b.jsonl", lines[..copied.min(lines.len())].concat());
        let base = scan(&dir, &scopes());
        for (at, scope) in scopes().iter().enumerate() {
            let stated = &base["sensitivity"]["scopes"][at];
            let own = inside(&base, scope.name);
            for change in stated["moves"].as_array().expect("a list") {
                let mut moved = scopes();
                let by = change["minutes"].as_i64().expect("a number") * 60;
                match change["end"].as_str() {
                    Some("from") => moved[at].from += by,
                    _ => moved[at].until += by,
                }
                assert_eq!(change["to"], time(if change["end"] == "from" { moved[at].from } else { moved[at].until }));
                let again = inside(&scan(&dir, &moved), scope.name);
                same(change, &own, &again, change["wider"].as_bool().expect("a truth value"));
            }
            for agent in scope.agents.iter().copied() {
                let mut left = scopes();
                left[at].agents.retain(|own| *own != agent);
                let again = inside(&scan(&dir, &left), scope.name);
                let nothing = json!({"events": 0, "tenants": 0, "first_tenants": []});
                let all = stated["without_agent"].as_array().expect("a list");
                same(all.iter().find(|one| one["agent"] == agent).unwrap_or(&nothing), &own, &again, false);
            }
        }
    }
}

/// The narrow scope's window is one hour: to move an end by an hour or more to the inside leaves
/// nothing of it.
#[test]
fn moves_without_a_window_are_missing_events_on_ends_named() {
    let dir = Dir::new();
    let hour = 3600;
    let lines = [
        (10 * hour, 0, 3, 1, 0),
        (11 * hour, 0, 3, 2, 0),
        (30 * hour, 1, 3, 3, 1),
        (30 * hour, 3, 4, 3, 1),
    ];
    let lines: String = lines
        .into_iter()
        .enumerate()
        .map(|(number, event)| line(number, event))
        .collect();
    dir.file("logs/a.jsonl", lines);
    let found = scan(&dir, &scopes());
    let count = |at: usize| found["sensitivity"]["scopes"][at]["moves"].as_array().map(Vec::len);
    assert_eq!((count(0), count(1)), (Some(16), Some(10)));
    let ends = |at: usize| {
        let ends = found["sensitivity"]["scopes"][at]["on_ends"]
            .as_array()
            .expect("a list");
        ends.iter()
            .map(|end| format!("{} {}", end["end"], end["time"]))
            .collect::<Vec<_>>()
    };
    assert_eq!(ends(0), [format!("\"until\" \"{}\"", time(30 * hour))]);
    assert_eq!(
        ends(1),
        [
            format!("\"from\" \"{}\"", time(10 * hour)),
            format!("\"until\" \"{}\"", time(11 * hour)),
        ]
    );
}

#[test]
fn census_names_what_the_same_agents_had_not_used_before() {
    let dir = Dir::new();
    let (hour, day) = (3600, 86400);
    let record = |id: &str, at: i64, who: &str, action: &str, ticket: &str| {
        let record = json!({
            "id": id, "t": time(at), "who": who, "do": action, "in": "t-1", "o": "yes", "ticket": ticket,
        });
        format!("{record}\n")
    };
    let logs = [
        // By another agent, by a stranger, by the same agent too early, and by the same agent.
        record("b1", -hour, "sa-2", "user.export", ""),
        record("b2", -hour, "cu-1", "user.export", ""),
        record("b3", -8 * day, "sa-1", "user.export", ""),
        record("b4", -7 * day, "sa-1", "user.view", ""),
        record("b5", -2 * hour, "sa-1", "user.view", ""),
        // The narrow scope's agent has its first window later.
        record("b6", 2 * hour, "sa-3", "user.reset", ""),
        record("w1", hour, "sa-1", "user.export", "T-1"),
        record("w2", 2 * hour, "sa-1", "user.view", " "),
        record("w3", 3 * hour, "sa-1", "user.view", ""),
        record("w4", 3 * hour, "sa-2", "user.view", "T-2"),
    ];
    dir.file("logs/a.jsonl", logs.concat());
    let found = scan(&dir, &scopes());
    let census = &found["census"];
    assert_eq!(
        (&census["reaches_back"], &census["look_back_days"]),
        (&json!(true), &json!(7))
    );
    let shown = |action: &Value| {
        let part = |key: &str| action[key].to_string();
        let keys = [
            "code",
            "events",
            "agents",
            "without_ticket",
            "before",
            "last_before",
            "before_by_others",
        ];
        keys.map(part).join(" ")
    };
    let actions: Vec<String> = census["actions"]
        .as_array()
        .expect("a list")
        .iter()
        .map(shown)
        .collect();
    assert_eq!(
        actions,
        [
            "\"user.export\" 1 1 0 0 null 1".to_owned(),
            format!("\"user.view\" 3 2 2 2 \"{}\" 0", time(-2 * hour)),
        ]
    );
    dir.file("logs/a.jsonl", logs[6..].concat());
    let found = scan(&dir, &scopes());
    assert_eq!(found["census"]["reaches_back"], false);
    assert_eq!(found["census"]["actions"][0]["before"], Value::Null);
}

#[test]
fn scan_states_what_other_windows_and_agents_change() {
    let dir = Dir::new();
    let hour = 3600;
    // In scope by sa-1 and sa-2, before the window by sa-1, in it by an agent who is not listed.
    let events = [
        (hour, 0, 3, 1, 1),
        (2 * hour, 1, 3, 2, 1),
        (-hour, 0, 3, 3, 1),
        (hour, 4, 3, 4, 1),
    ];
    let lines: String = events
        .into_iter()
        .enumerate()
        .map(|(number, event)| line(number, event))
        .collect();
    dir.file("logs/a.jsonl", lines);
    scan(&dir, &scopes());
    let difference = |flags: &[&str]| {
        let run = dir.run([&["scan", "case.toml", "--json"], flags].concat());
        let found: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|fault| panic!("{fault}: {}", run.stderr));
        let changed = found["scopes"][0]["changed"].as_array().expect("a list").iter();
        let shown = changed.map(|one| {
            let events = &one["events"];
            format!(
                "{} {}-{}",
                one["id"].as_str().expect("a text"),
                events["before"],
                events["after"]
            )
        });
        shown.collect::<Vec<_>>()
    };
    let early = time(-2 * hour);
    let late = time(2 * hour);
    for (flags, expected) in [
        (&["--scope", "possible", "--from", &early][..], &["t-3 0-1"][..]),
        (&["--scope", "possible", "--until", &late], &["t-2 1-0"]),
        (&["--scope", "possible", "--without", "sa-1"], &["t-1 1-0"]),
        (&["--with", "cu-2"], &["t-4 0-1"]),
        (
            &["--scope", "possible", "--from", &early, "--with", "cu-2"],
            &["t-3 0-1", "t-4 0-1"],
        ),
    ] {
        assert_eq!(difference(flags), expected, "{flags:?}");
    }
    dir.run(["scan", "case.toml", "--without", "sa-1"]).says("drops out");
    for (flags, says) in [
        (&["--from", &early][..], "--scope"),
        (&["--scope", "posible", "--from", &early], "no scope `posible`"),
        (&["--scope", "possible", "--from", &time(99 * hour)], "must be later"),
        (&["--without", "sa-9"], "the nearest is `sa-"),
        (&["--scope", "possible", "--without", "sa-1", "sa-2"], "no agent left"),
        (&["--scope", "possible"], "state the change with"),
    ] {
        dir.run([&["scan", "case.toml"], flags].concat()).ends(2).says(says);
    }
    let report = ["report", "case.toml", "--out", "out", "--from", &early];
    dir.run(report).ends(2).says("tenant-impact scan");
}
