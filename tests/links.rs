//! Links: what agents set in motion comes into scope under another name, with its reason, and
//! nothing else does.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    num::NonZeroUsize,
    path::Path,
    time::{Duration, SystemTime},
};

use proptest::prelude::*;
use serde_json::{Value, json};
use tenant_impact::{
    case::{AdHoc, Case},
    catalogue::Catalogue,
    engine::{Engine as _, Local, Plan},
    progress::Silent,
};

use crate::util::{Dir, Run, json};

/// Rules for a key that is issued, a session, and a user in a tenant.
pub(crate) const PROFILE: &str = r#"name = "app"
title = "An application"
[time]
at = ["/t"]
[[actors]]
role = "actor"
id = ["/who"]
key = ["/with"]
[fields]
event_id = ["/id"]
action = ["/do"]
session = ["/s"]
[outcome]
at = ["/o"]
failure = ["no"]
[[tenants]]
id = ["/in"]
[[targets]]
id = ["/on"]

[[links]]
name = "role"
present = ["/key"]
key = ["/key"]

[[links]]
name = "acting"
opens = ["act.start"]
closes = ["act.stop"]
session = ["/s"]

[[links]]
name = "visit"
opens = ["visit.start"]
closes = ["visit.stop"]
user = ["/on"]
lasts = "30m"
"#;

pub(crate) const CASE: &str = r#"[case]
id = "L-1"
title = "Unauthorised access"
vendor = "Northquay"
tlp = "AMBER"
contact = "security@northquay.example"
issued = 2026-02-20T09:00:00Z
[[scopes]]
name = "possible"
from = 2026-02-10T00:00:00Z
until = 2026-02-10T12:00:00Z
basis = "Every agent counts."
agents = "all"
[[agents.list]]
id = "sa-1"
[[agents.list]]
id = "sa-2"
[[logs]]
path = "logs"
profile = "app.toml"
[coverage]
gap_hours = 72
"#;

/// A record: its number is its event id, `time` a clock time of 10 February.
pub(crate) fn record(id: usize, time: &str, who: &str, action: &str, more: &Value) -> String {
    let mut record = json!({"id": format!("e{id}"), "t": format!("2026-02-10T{time}Z"), "who": who, "do": action});
    let more = more.as_object().expect("an object").clone();
    record.as_object_mut().expect("an object").extend(more);
    format!("{record}\n")
}

fn report(dir: &Dir, logs: &[(&str, String)]) -> Run {
    dir.file("case.toml", CASE).file("app.toml", PROFILE);
    for (name, log) in logs {
        dir.file(&format!("logs/{name}"), log);
    }
    dir.run(["report", "case.toml", "--out", "out", "--quiet"])
}

/// Each event of a tenant and why it is in scope, such as `e2 link.session e1`.
fn events(dir: &Dir, tenant: &str) -> Vec<String> {
    let findings = json(&dir.path("out/findings.json"));
    let tenants = findings["tenants"].as_array().expect("a list");
    let slug = tenants.iter().find(|own| own["id"] == tenant).expect("the tenant")["slug"]
        .as_str()
        .expect("a text");
    let lines = fs::read_to_string(dir.path(&format!("out/tenants/{slug}/actions.jsonl"))).expect("lines");
    let shown = |line: &str| {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let by = match &line["link"] {
            Value::Null => String::new(),
            opened => format!(" {} {}", text(&line["identity_matched"]), text(&opened["event_id"])),
        };
        format!("{}{by}", text(&line["event_id"]))
    };
    lines.lines().map(shown).collect()
}

fn caveats(dir: &Dir) -> Vec<(String, String)> {
    let findings = json(&dir.path("out/findings.json"));
    let caveats = findings["caveats"].as_array().expect("a list").iter();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    caveats
        .map(|caveat| (text(&caveat["code"]), text(&caveat["message"])))
        .collect()
}

fn message(dir: &Dir, code: &str) -> String {
    let found = caveats(dir).into_iter().find(|(own, _)| own == code);
    found.unwrap_or_else(|| panic!("no {code} in {:?}", caveats(dir))).1
}

#[test]
fn session_ties_from_its_opening_to_its_end() {
    let dir = Dir::new();
    let s = json!({"s": "s-1", "in": "acme"});
    let log = [
        record(0, "08:00:00", "u-7", "view", &s),
        record(1, "09:00:00", "sa-1", "act.start", &s),
        record(2, "09:00:00", "u-7", "view", &s),
        record(3, "09:05:00", "u-7", "view", &json!({"s": "s-2", "in": "acme"})),
        record(4, "09:06:00", "u-8", "export", &json!({"s": "s-1", "in": "bolt"})),
        record(5, "09:10:00", "sa-2", "act.stop", &s),
        record(6, "09:15:00", "u-7", "act.stop", &s),
        record(7, "09:16:00", "u-7", "view", &s),
    ];
    report(&dir, &[("a.jsonl", log.concat())]);
    assert_eq!(
        events(&dir, "acme"),
        ["e1", "e2 link.session e1", "e5", "e6 link.session e1"]
    );
    assert_eq!(
        events(&dir, "bolt"),
        ["e4 link.session -"],
        "another's event is not named"
    );
    let findings = json(&dir.path("out/findings.json"));
    let books = &findings["records"];
    assert_eq!(
        (&books["in_scope"], &books["by_link"], &books["other_actor"]),
        (&json!(5), &json!(3), &json!(3))
    );
    assert_eq!(findings["links"]["openings"][0]["end"], "event");
    let overview = fs::read_to_string(dir.path("out/index.html")).expect("an overview");
    assert!(
        overview.contains("3 records are in scope under another name"),
        "{overview}"
    );
    let slug = findings["tenants"][0]["slug"].as_str().expect("a text");
    let report = fs::read_to_string(dir.path(&format!("out/tenants/{slug}/report.md"))).expect("a report");
    assert!(
        report.contains("Under another name: acting begun 2026-02-10T09:00:00Z in No. 1, tied by the session"),
        "{report}"
    );
    assert!(
        report.contains("2 of these actions stand in the logs under another name"),
        "{report}"
    );
    dir.run(["verify", "out", "--logs", "."]).ends(0);
}

#[test]
fn issued_key_ties_in_other_logs_and_tenants_by_a_chain() {
    let dir = Dir::new();
    let with = |key: &str, tenant: &str| json!({"with": key, "in": tenant});
    let opening = record(1, "09:00:00", "sa-1", "assume", &json!({"key": "K1", "in": "acme"}));
    // Before its opening in reading order, and in another log.
    let first = [
        record(2, "09:01:00", "role", "put", &with("K1", "bolt")),
        record(
            3,
            "09:02:00",
            "role",
            "assume",
            &json!({"with": "K1", "key": "K2", "in": "bolt"}),
        ),
        record(4, "08:59:59", "role", "put", &with("K1", "bolt")),
        record(5, "12:00:00", "role", "put", &with("K1", "bolt")),
        record(6, "09:03:00", "role", "put", &with("k1", "bolt")),
    ];
    let last = [
        record(7, "09:02:00", "role-2", "put", &with("K2", "core")),
        record(7, "09:02:00", "role-2", "put", &with("K2", "core")),
    ];
    report(
        &dir,
        &[
            ("a.jsonl", first.concat()),
            ("b.jsonl", opening),
            ("c.jsonl", last.concat()),
        ],
    );
    assert_eq!(events(&dir, "acme"), ["e1"]);
    assert_eq!(events(&dir, "bolt"), ["e2 link.key -", "e3 link.key -"]);
    assert_eq!(events(&dir, "core"), ["e7 link.key -"]);
    let books = &json(&dir.path("out/findings.json"))["records"];
    let figure = |name: &str| books[name].as_u64().expect("a figure");
    assert_eq!(
        ["in_scope", "duplicate", "other_actor", "outside_window"].map(figure),
        [4, 1, 2, 1]
    );
}

#[test]
fn user_ties_in_the_tenant_only_and_own_sessions_are_counted() {
    let dir = Dir::new();
    let on = |session: &str, tenant: &str| json!({"s": session, "in": tenant});
    let log = [
        record(
            1,
            "09:00:00",
            "sa-1",
            "visit.start",
            &json!({"on": "u-7", "in": "acme", "s": "agent"}),
        ),
        record(2, "08:00:00", "u-7", "view", &on("own", "acme")),
        record(3, "09:01:00", "u-7", "view", &on("own", "acme")),
        record(4, "09:02:00", "u-7", "view", &on("new", "acme")),
        record(5, "09:03:00", "u-7", "view", &on("new", "bolt")),
        record(6, "09:30:00", "u-7", "view", &on("new", "acme")),
        record(7, "09:30:01", "u-7", "view", &on("late", "acme")),
    ];
    report(&dir, &[("a.jsonl", log.concat())]).ends(1);
    assert_eq!(
        events(&dir, "acme"),
        ["e1", "e3 link.user e1", "e4 link.user e1", "e6 link.user e1"]
    );
    let told = message(&dir, "linked-by-user");
    assert!(
        told.starts_with("3 events are") && told.contains("Of these, 1 is"),
        "{told}"
    );
}

/// A log of another day has only records outside the windows, and the user's session in it counts.
#[test]
fn own_session_in_a_log_of_another_time_counts() {
    let dir = Dir::new();
    let on = |session: &str| json!({"s": session, "in": "acme"});
    let start = json!({"on": "u-7", "in": "acme", "s": "agent"});
    let log = record(1, "09:00:00", "sa-1", "visit.start", &start) + &record(2, "09:01:00", "u-7", "view", &on("own"));
    let later = record(3, "13:00:00", "u-7", "view", &on("own"));
    report(&dir, &[("a.jsonl", log), ("b.jsonl", later)]).ends(1);
    let told = message(&dir, "linked-by-user");
    assert!(
        told.starts_with("1 event is") && told.contains("Of these, 1 is"),
        "{told}"
    );
}

/// The first pass keeps the values of all records, read in full or not.
#[test]
fn session_ties_however_its_record_is_read() {
    let plain = r#"session = ["/s"]"#;
    let inside = r#"session = [{ at = "/s", json = "/id" }]"#;
    let s = json!({"s": "s-1", "in": "acme"});
    let held = json!({"s": r#"{"id":"s-1"}"#, "in": "acme"});
    let view = |more: &Value| record(2, "09:01:00", "u-7", "view", more);
    for (session, opening, tied) in [
        (plain, &s, view(&s)),
        (plain, &s, view(&s).replace("s-1", r"s\u002d1")),
        (plain, &s, view(&s).replace("s-1", " s-1\u{a0}")),
        (plain, &s, view(&s).replace("u-7", "Zo\u{eb}")),
        (plain, &s, view(&s).replace("\"u-7\"", r#"["u-7","u-8"]"#)),
        (inside, &held, view(&held)),
    ] {
        let dir = Dir::new();
        dir.file("case.toml", CASE)
            .file("app.toml", PROFILE.replace(plain, session));
        let log = record(1, "09:00:00", "sa-1", "act.start", opening) + &tied;
        dir.file("logs/a.jsonl", log);
        dir.run(["report", "case.toml", "--out", "out", "--quiet"]);
        assert_eq!(events(&dir, "acme"), ["e1", "e2 link.session e1"], "{tied}");
    }
}

#[test]
fn own_session_counts_under_any_name_of_the_user() {
    let dir = Dir::new();
    let user = r#"user = ["/on", "/mail"]"#;
    dir.file("case.toml", CASE)
        .file("app.toml", PROFILE.replace(r#"user = ["/on"]"#, user));
    let opening = json!({"on": "u-7", "mail": "pat@acme.example", "in": "acme"});
    let own = json!({"s": "own", "in": "acme"});
    let log = [
        record(1, "09:00:00", "sa-1", "visit.start", &opening),
        record(2, "09:01:00", "Pat@acme.example", "view", &own),
        record(3, "13:00:00", "u-7", "view", &own),
    ];
    dir.file("logs/a.jsonl", log.concat());
    dir.run(["report", "case.toml", "--out", "out", "--quiet"]).ends(1);
    assert_eq!(events(&dir, "acme"), ["e1", "e2 link.user e1"]);
    let told = message(&dir, "linked-by-user");
    assert!(
        told.starts_with("1 event is") && told.contains("Of these, 1 is"),
        "{told}"
    );
}

#[test]
fn impersonation_without_a_rule_is_counted_under_its_user() {
    for (on, expected) in [
        (json!({"on": "u-7"}), "2 records of others under `u-7`"),
        (json!({}), "does not say as whom"),
    ] {
        let dir = Dir::new();
        let mut start = json!({"in": "acme"});
        start
            .as_object_mut()
            .expect("an object")
            .extend(on.as_object().expect("an object").clone());
        let log = [
            record(1, "09:00:00", "sa-1", "user.impersonate", &start),
            record(2, "09:01:00", "u-7", "view", &json!({"in": "acme"})),
            record(3, "11:01:00", "u-7", "view", &json!({"in": "acme"})),
            record(4, "08:59:00", "u-7", "view", &json!({"in": "acme"})),
            record(5, "09:01:00", "u-7", "view", &json!({"in": "bolt"})),
        ];
        report(&dir, &[("a.jsonl", log.concat())]).ends(1);
        let told = message(&dir, "impersonation-not-followed");
        assert!(told.contains(expected), "{told}");
        assert_eq!(events(&dir, "acme"), ["e1"]);
    }
}

#[test]
fn rule_that_ties_most_of_a_log_stops_there() {
    let dir = Dir::new();
    let s = json!({"s": "0", "in": "acme"});
    let mut log = record(0, "09:00:00", "sa-1", "act.start", &s);
    for id in 1..=1001 {
        log += &record(id, "09:01:00", "u-7", "view", &s);
    }
    report(&dir, &[("a.jsonl", log)]).ends(1);
    let told = message(&dir, "wide-link");
    assert!(told.contains("(1,001 of 1,002 records in a window)"), "{told}");
    assert_eq!(events(&dir, "acme"), ["e0"]);
}

#[test]
fn record_that_ties_and_cannot_be_read_is_refused_and_named() {
    let dir = Dir::new();
    let start = record(1, "09:00:00", "sa-1", "act.start", &json!({"s": "s-1", "in": "acme"}));
    let broken = "{\"id\":\"e2\",\"t\":\"2026-02-10T09:01:00Z\",\"who\":\"u-7\",\"s\":\"s-1\"}\n";
    report(&dir, &[("a.jsonl", start + broken)]).ends(1);
    assert!(message(&dir, "possibly-in-scope").starts_with("1 refused record"));
    let findings = json(&dir.path("out/findings.json"));
    assert_eq!(findings["refused"][0]["names"], json!(["sa-1"]));
    assert_eq!(findings["records"]["refused"], 1);
}

#[test]
fn opening_of_a_copied_log_is_one() {
    let dir = Dir::new();
    let s = json!({"s": "s-1", "in": "acme", "on": "u-7"});
    let log = [
        record(1, "09:00:00", "sa-1", "act.start", &s),
        record(2, "09:01:00", "u-7", "view", &s),
        record(
            3,
            "09:02:00",
            "sa-1",
            "impersonate",
            &json!({"on": "u-7", "in": "acme"}),
        ),
        record(4, "09:03:00", "sa-1", "act.stop", &s),
    ];
    let profile = PROFILE.replacen(
        "session = [\"/s\"]\n\n[[links]]",
        "session = [\"/s\"]\nuser = [\"/on\"]\nlasts = \"2h\"\n\n[[links]]",
        1,
    );
    dir.file("case.toml", CASE).file("app.toml", &profile);
    dir.file("logs/a.jsonl", log.concat())
        .file("logs/b.jsonl", log.concat());
    dir.run(["report", "case.toml", "--out", "out", "--quiet"]);
    assert_eq!(events(&dir, "acme"), ["e1", "e2 link.session e1", "e3", "e4"]);
    let findings = json(&dir.path("out/findings.json"));
    let openings = findings["links"]["openings"].as_array().expect("a list");
    let figures: Vec<_> = openings
        .iter()
        .map(|own| [&own["event_id"], &own["events"], &own["under_user"]])
        .collect();
    assert_eq!(
        json!(figures),
        json!([["e1", 2, 2], ["e3", 0, 0]]),
        "e3 has a day of its own, in which `u-7` does nothing"
    );
    assert_eq!(findings["records"]["duplicate"], 4);
    assert!(
        !caveats(&dir)
            .iter()
            .any(|(code, _)| code == "impersonation-not-followed")
    );
    dir.run(["verify", "out", "--logs", "."]).ends(0);
}

#[test]
fn value_that_cannot_be_read_refuses_what_ties_and_not_what_opens() {
    let doubled = r#"{"id":"A","id":"B"}"#;
    let dir = Dir::new();
    let log = [
        record(1, "09:00:00", "sa-1", "assume", &json!({"key": "K1", "in": "acme"})),
        record(2, "09:01:00", "sa-1", "assume", &json!({"key": doubled, "in": "acme"})),
        record(3, "09:02:00", "role", "put", &json!({"with": "K1", "s": doubled})),
        record(4, "09:02:00", "role", "put", &json!({"with": "K9", "s": doubled})),
    ];
    let profile = PROFILE
        .replace(r#"["/key"]"#, r#"["/key", { at = "/key", json = "/id" }]"#)
        .replace(r#"session = ["/s"]"#, r#"session = [{ at = "/s", json = "/id" }]"#);
    dir.file("case.toml", CASE).file("app.toml", &profile);
    dir.file("logs/a.jsonl", log.concat());
    dir.run(["report", "case.toml", "--out", "out", "--quiet"]).ends(1);
    assert_eq!(events(&dir, "acme"), ["e1", "e2"]);
    let findings = json(&dir.path("out/findings.json"));
    let refused = findings["refused"].as_array().expect("a list").iter();
    let refused: Vec<_> = refused.map(|own| (&own["record"], &own["names"])).collect();
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!(refused[0].1, &json!(["sa-1"]));
    dir.run(["verify", "out", "--logs", "."]).ends(0);
}

/// A record of a generated log.
#[derive(Debug, Clone)]
struct Made {
    minute: u32,
    who: usize,
    action: usize,
    session: usize,
    with: usize,
    key: usize,
    on: usize,
    tenant: usize,
    file: usize,
}

const WHO: [&str; 5] = ["sa-1", "sa-2", "u-1", "u-2", "role"];
const ACTIONS: [&str; 6] = ["view", "view", "act.start", "act.stop", "visit.start", "visit.stop"];
const SESSIONS: [Option<&str>; 4] = [None, Some("s-1"), Some("s-2"), Some("s-3")];
const TENANTS: [&str; 2] = ["acme", "bolt"];
const KEYS: [Option<&str>; 4] = [None, None, Some("K1"), Some("K2")];

fn made() -> impl Strategy<Value = Made> {
    (
        0..9_u32,
        0..5_usize,
        0..6_usize,
        0..4_usize,
        0..4_usize,
        0..4_usize,
        2..4_usize,
        0..2_usize,
        0..2_usize,
    )
        .prop_map(|(minute, who, action, session, with, key, on, tenant, file)| Made {
            minute: minute * 7,
            who,
            action,
            session,
            with,
            key,
            on,
            tenant,
            file,
        })
}

impl Made {
    fn line(&self, id: usize) -> String {
        let mut more = json!({"in": TENANTS[self.tenant], "on": WHO[self.on]});
        let fields = [
            ("s", SESSIONS[self.session]),
            ("with", KEYS[self.with]),
            ("key", KEYS[self.key]),
        ];
        for (name, value) in fields {
            if let Some(value) = value {
                more[name] = json!(value);
            }
        }
        record(
            id,
            &format!("09:{:02}:00", self.minute),
            WHO[self.who],
            ACTIONS[self.action],
            &more,
        )
    }

    fn is_agent(&self) -> bool {
        self.who < 2
    }
}

/// An opened session: the identity that continues it, the rule, the agent and the time.
#[derive(Debug, Clone)]
struct Open {
    by: usize,
    rule: &'static str,
    agent: usize,
    from: u32,
    until: u32,
}

/// The events in scope by the definition alone: every record against every opening, three times.
fn oracle(records: &[Made]) -> BTreeSet<usize> {
    let ties = |open: &Open, one: &Made| {
        let opening = &records[open.by];
        match open.rule {
            "role" => KEYS[opening.key] == KEYS[one.with],
            "acting" => SESSIONS[opening.session] == SESSIONS[one.session],
            _ => opening.on == one.who && opening.tenant == one.tenant,
        }
    };
    let opens = |by: usize, agent: usize| {
        let one = &records[by];
        let open = |rule, until| Open {
            by,
            rule,
            agent,
            from: one.minute,
            until,
        };
        let mut all = Vec::new();
        if KEYS[one.key].is_some() {
            all.push(open("role", u32::MAX));
        }
        if ACTIONS[one.action] == "act.start" && SESSIONS[one.session].is_some() {
            all.push(open("acting", u32::MAX));
        }
        if ACTIONS[one.action] == "visit.start" {
            all.push(open("visit", one.minute + 30));
        }
        all
    };
    let agents = (0..records.len()).filter(|at| records[*at].is_agent());
    let mut openings: Vec<Open> = agents.clone().flat_map(|at| opens(at, records[at].who)).collect();
    let mut found: BTreeSet<usize> = agents.collect();
    for _ in 0..3 {
        // The end of each opening: the first closing behind it.
        for open in &mut openings {
            let closes = match open.rule {
                "acting" => "act.stop",
                "visit" => "visit.stop",
                _ => continue,
            };
            let opening = &records[open.by];
            let fits = |(at, one): &(usize, &Made)| {
                let fits = if one.is_agent() {
                    let session = SESSIONS[one.session].is_none() || SESSIONS[one.session] == SESSIONS[opening.session];
                    let behind = one.minute > open.from || (one.file == opening.file && *at > open.by);
                    let own = match open.rule {
                        "acting" => session,
                        _ => one.on == opening.on,
                    };
                    one.who == open.agent && behind && one.minute >= open.from && own
                } else {
                    one.minute > open.from && ties(open, one)
                };
                ACTIONS[one.action] == closes && fits
            };
            let end = records.iter().enumerate().filter(fits).map(|(_, one)| one.minute).min();
            open.until = end.map_or(open.until, |end| end.min(open.until));
        }
        let holds = |open: &&Open, one: &Made| (open.from..=open.until).contains(&one.minute) && ties(open, one);
        let others = records.iter().enumerate().filter(|(_, one)| !one.is_agent());
        let new: Vec<(usize, usize)> = others
            .filter(|(at, _)| !found.contains(at))
            .filter_map(|(at, one)| {
                let open = openings.iter().filter(|open| holds(open, one));
                // The surest tie, then the latest, then the first in reading order.
                let rank = |open: &&Open| {
                    let tie = ["role", "acting", "visit"].iter().position(|rule| *rule == open.rule);
                    (tie, u32::MAX - open.from, open.agent, format!("e{}", open.by))
                };
                open.min_by_key(rank).map(|open| (at, open.agent))
            })
            .collect();
        found.extend(new.iter().map(|(at, _)| *at));
        openings = new.into_iter().flat_map(|(at, agent)| opens(at, agent)).collect();
    }
    found
}

/// A question about two agents and a day, asked of the logs of a folder.
fn question(dir: &Dir) -> Case {
    Case::ad_hoc(&AdHoc {
        logs: vec!["logs".to_owned()],
        agents: vec!["sa-1".to_owned(), "sa-2".to_owned()],
        from: "2026-02-10T00:00:00Z".to_owned(),
        until: "2026-02-11T00:00:00Z".to_owned(),
        profile: "app.toml".to_owned(),
        tenants: None,
        base: dir.path(""),
    })
    .expect("a case")
}

/// The event ids in scope, by the engine.
fn scanned(records: &[Made], names: [&str; 2], threads: usize) -> BTreeSet<usize> {
    let dir = Dir::new();
    dir.file("app.toml", PROFILE);
    for (file, name) in names.iter().enumerate() {
        let mut log = String::new();
        for (id, one) in records.iter().enumerate().filter(|(_, one)| one.file == file) {
            write!(log, "{}", one.line(id)).expect("memory takes every write");
        }
        dir.file(&format!("logs/{name}"), log);
    }
    let plan = Plan::new(&question(&dir)).expect("a plan");
    let engine = Local {
        threads: NonZeroUsize::new(threads),
    };
    let mut scan = engine.run(&plan, &Silent).expect("a scan");
    engine
        .follow(&plan, &Catalogue::built_in(), &mut scan)
        .expect("a second pass");
    let sources = scan.sources.iter();
    let events = sources.flat_map(|source| &source.tally.in_scope);
    let number = |id: &str| id.trim_start_matches('e').parse().expect("a number");
    events
        .map(|event| number(event.event.event_id.as_deref().expect("an id")))
        .collect()
}

type Change<'c> = &'c dyn Fn(&Path);

/// A log is followed only as it was when it was read first, be its bytes compared or what the
/// system keeps of them.
#[test]
fn log_that_changed_before_it_is_read_again_is_not_followed() {
    let session = json!({"s": "session-0001", "in": "acme"});
    let log = [
        record(1, "09:00:00", "sa-1", "act.start", &session),
        record(2, "09:01:00", "u-7", "view", &session),
    ]
    .concat();
    let other = log.replace("\"e2\"", "\"e3\"");
    let was = SystemTime::UNIX_EPOCH + Duration::from_hours(400_000);
    let touch = |path: &Path, time| {
        let file = fs::OpenOptions::new().append(true).open(path).expect("the log");
        file.set_modified(time).expect("a time");
    };
    let changes: [(Change<'_>, &[&str], usize); 3] = [
        (&|_| (), &["e1", "e2"], 0),
        // The same bytes at another time.
        (&|path| touch(path, was + Duration::from_secs(1)), &["e1", "e2"], 0),
        // Other bytes at the same time.
        (
            &|path| {
                fs::write(path, &other).expect("another log");
                touch(path, was);
            },
            &["e1"],
            1,
        ),
    ];
    for (number, (change, expected, unread)) in changes.into_iter().enumerate() {
        let dir = Dir::new();
        dir.file("app.toml", PROFILE).file("logs/a.jsonl", &log);
        let path = dir.path("logs/a.jsonl");
        touch(&path, was);
        let plan = Plan::new(&question(&dir)).expect("a plan");
        let engine = Local::default();
        let mut scan = engine.run(&plan, &Silent).expect("a scan");
        change(&path);
        engine
            .follow(&plan, &Catalogue::built_in(), &mut scan)
            .expect("a second pass");
        let events = scan.sources.iter().flat_map(|source| &source.tally.in_scope);
        let ids: Vec<_> = events.filter_map(|event| event.event.event_id.as_deref()).collect();
        assert_eq!(
            (&ids[..], scan.links.unread.len()),
            (expected, unread),
            "change {number}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn links_are_followed_as_they_are_defined(records in prop::collection::vec(made(), 1..14)) {
        let expected = oracle(&records);
        prop_assert_eq!(&scanned(&records, ["a.jsonl", "b.jsonl"], 1), &expected);
        prop_assert_eq!(&scanned(&records, ["b.jsonl", "a.jsonl"], 2), &expected, "files in another order");
    }
}

/// Records of GitLab under a user's name, while an administrator acts as that user.
#[test]
fn impersonation_of_gitlab_goes_on_under_the_user_s_name() {
    let event = |id: u32, time: &str, author: u32, message: Option<&str>, kind: &str| {
        let details = json!({"custom_message": message, "target_id": 901, "target_type": "User"});
        let event = json!({
            "id": id, "author_id": author, "entity_path": "northwind", "created_at": format!("2026-02-10T{time}.000Z"),
            "event_type": kind, "target_id": 901, "details": details,
        });
        format!("{event}\n")
    };
    let log = [
        event(1, "07:00:00", 901, None, "project_archived"),
        event(2, "08:00:00", 17, Some("Started Impersonation"), "user_impersonation"),
        event(3, "08:10:00", 901, None, "project_archived"),
        event(4, "08:20:00", 17, Some("Stopped Impersonation"), "user_impersonation"),
        event(5, "09:00:00", 901, None, "project_archived"),
    ];
    let dir = Dir::new();
    let case = CASE.replace("\"sa-1\"", "\"17\"").replace("app.toml", "gitlab-audit");
    dir.file("case.toml", case).file("logs/a.jsonl", log.concat());
    dir.run(["report", "case.toml", "--out", "out", "--quiet"]).ends(1);
    let lines = fs::read_to_string(dir.path("out/tenants/northwind/actions.jsonl")).expect("lines");
    let lines = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let ids: Vec<_> = lines.map(|line| line["event_id"].as_str().map(str::to_owned)).collect();
    assert_eq!(ids, ["2", "3", "4"].map(|id| Some(id.to_owned())));
    let findings = json(&dir.path("out/findings.json"));
    assert_eq!(findings["tenants"][0]["by_link"], 1);
    assert_eq!(
        findings["tenants"][0]["spans"].as_array().map(Vec::len),
        Some(1),
        "{}",
        findings["tenants"][0]
    );
}
