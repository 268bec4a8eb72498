//! Differences between a case and its logs about tenants and event ids, and the scopes that tie
//! events to the intruder.

use serde_json::{Value, json};

use crate::util::{Dir, json as read};

const SCOPE: &str = "[[scopes]]\nname = \"possible\"\nfrom = 2026-02-10T00:00:00Z\nuntil = 2026-02-12T00:00:00Z\n\
                     basis = \"Every agent counts.\"\nagents = \"all\"\n";

/// The findings of these logs, which are sections `[[logs]]` of the case.
fn findings(dir: &Dir, scopes: &str, logs: &str) -> Value {
    let case = format!(
        "[case]\nid = \"D-1\"\ntitle = \"Unauthorised access\"\nvendor = \"Northquay\"\ntlp = \"AMBER\"\n\
         contact = \"security@northquay.example\"\nissued = 2026-02-20T09:00:00Z\n\n{scopes}\n\
         [[agents.list]]\nid = \"a1\"\n\n{logs}\n[coverage]\ngap_hours = 72\n"
    );
    dir.file("case.toml", case);
    // The status is 0 or 1, by whether there is something to warn of.
    dir.run(["report", "case.toml", "--out", "out", "--quiet"]);
    read(&dir.path("out/findings.json"))
}

fn event(id: &str, time: &str, tenant: &str) -> String {
    format!(
        "{{\"event_id\":\"{id}\",\"timestamp\":\"2026-02-{time}Z\",\"actor\":{{\"id\":\"a1\"}},\
         \"tenant\":{{\"id\":\"{tenant}\"}},\"action\":\"user.view\"}}\n"
    )
}

fn message(findings: &Value, code: &str) -> String {
    let caveats = findings["caveats"].as_array().expect("a list");
    let found = caveats.iter().find(|caveat| caveat["code"] == code);
    found.map_or(String::new(), |caveat| {
        caveat["message"].as_str().expect("a text").to_owned()
    })
}

fn events_by_tenant(findings: &Value) -> Value {
    let tenants = findings["tenants"].as_array().expect("a list");
    tenants
        .iter()
        .map(|tenant| json!([tenant["id"], tenant["events"]]))
        .collect()
}

#[test]
fn tenant_that_differs_from_the_stated_one_goes_by_the_record() {
    let log =
        event("e1", "10T10:00:00", "acme") + &event("e2", "10T11:00:00", "bolt") + &event("e3", "10T12:00:00", "bolt");
    let second = event("e1", "10T10:00:00", "acme").len();
    for (overrules, tenants, says) in [
        (
            "",
            json!([["acme", 1], ["bolt", 2]]),
            "in the report of the tenant named",
        ),
        (
            "tenant_overrules = true\n",
            json!([["acme", 3]]),
            "in the stated one's report, as `tenant_overrules` says",
        ),
    ] {
        let dir = Dir::new();
        dir.file("log.jsonl", &log);
        let logs = format!("[[logs]]\npath = \"log.jsonl\"\nprofile = \"superuser\"\ntenant = \"acme\"\n{overrules}");
        let findings = findings(&dir, SCOPE, &logs);
        assert_eq!(events_by_tenant(&findings), tenants, "{overrules}");
        let other = &findings["sources"][0]["other_tenants"];
        assert_eq!(other[0]["stated"], "acme");
        assert_eq!(other[0]["named"], json!(["bolt"]));
        assert_eq!(other[0]["events"], 2);
        assert_eq!(other[0]["overruled"], !overrules.is_empty());
        let message = message(&findings, "tenant-differs");
        let place = format!("`bolt` in place of `acme` in `log.jsonl` (2 events, the first at byte {second})");
        assert!(
            message.starts_with("2 events name another tenant") && message.contains(&place),
            "{message}"
        );
        assert!(message.contains(says), "{message}");
    }
}

#[test]
fn event_ids_that_two_profiles_share_are_a_caveat_unless_declared_one_space() {
    const PROFILE: &str = "name = \"siem\"\ntitle = \"A copy\"\n[time]\nat = [\"/t\"]\n[[actors]]\nrole = \"actor\"\n\
                           id = [\"/who\"]\n[fields]\nevent_id = [\"/id\"]\naction = [\"/what\"]\n[[tenants]]\nid = [\"/of\"]\n";
    let copy = |id: &str, time: &str| {
        format!("{{\"id\":\"{id}\",\"t\":\"2026-02-{time}Z\",\"who\":\"a1\",\"what\":\"user.view\",\"of\":\"acme\"}}\n")
    };
    for (ids, events, duplicate, told) in [("", 5, 0, true), ("ids = \"superuser\"\n", 3, 2, false)] {
        let dir = Dir::new();
        dir.file(
            "raw.jsonl",
            event("e1", "10T10:00:00", "acme") + &event("e2", "10T11:00:00", "acme"),
        )
        .file(
            "copy.jsonl",
            copy("e1", "10T10:00:00") + &copy("e2", "10T11:00:00") + &copy("e3", "10T12:00:00"),
        )
        .file("siem.toml", PROFILE.replace("[time]", &format!("{ids}[time]")));
        let logs = "[[logs]]\npath = \"raw.jsonl\"\nprofile = \"superuser\"\n\
                    [[logs]]\npath = \"copy.jsonl\"\nprofile = \"siem.toml\"\n";
        let findings = findings(&dir, SCOPE, logs);
        assert_eq!(findings["records"]["in_scope"], events, "{ids}");
        assert_eq!(findings["records"]["duplicate"], duplicate, "{ids}");
        let message = message(&findings, "shared-event-ids");
        assert_eq!(!message.is_empty(), told, "{message}");
        if told {
            assert_eq!(findings["shared_ids"].as_array().map(Vec::len), Some(1));
            assert_eq!(findings["shared_ids"][0]["events"], 2);
            assert!(message.contains("(2 events; add `ids = "), "{message}");
        }
    }
}

#[test]
fn equal_events_of_two_exports_without_ids_are_a_caveat() {
    let json = |time: &str, tenant: &str, target: &str| {
        format!(
            "{{\"timestamp\":\"2026-02-10T{time}Z\",\"actor\":{{\"id\":\"a1\"}},\"tenant\":{tenant},\"action\":\"user.view\",\
             \"target\":{{\"id\":\"{target}\"}},\"outcome\":\"success\"}}\n"
        )
    };
    let acme = "{\"id\":\"acme\"}";
    let log = json("10:00:00.250", acme, "u1")
        + &json("10:00:00.750", acme, "u2")
        + &json("11:00:00.000", "null", "u3")
        + &json("12:00:00.000", acme, "u4");
    let header = "timestamp,actor.id,tenant.id,action,target.id,target.name";
    let row = |time: &str, tenant: &str, target: &str| format!("2026-02-10T{time}Z,a1,{tenant},user.view,{target}\n");
    let copy = row("10:00:00", "acme", "u1,") + &row("10:00:00", "acme", "u2,") + &row("11:00:00", "", "u3,");
    let other = row("10:00:01", "acme", "u1,") + &row("10:00:00", "bolt", "u1,") + &row("12:00:00", "acme", "u5,");
    for (rows, ids, events) in [(&copy, false, Some(3)), (&other, false, None), (&copy, true, None)] {
        let dir = Dir::new();
        let row = |(at, row): (usize, &str)| if ids { format!("e{at},{row}") } else { row.to_owned() };
        let rows = rows.lines().enumerate().map(row).collect::<Vec<_>>().join("\n");
        let id = if ids {
            "{\"event_id\":\"x\",\"timestamp"
        } else {
            "{\"timestamp"
        };
        let log = log.replace("{\"timestamp", id);
        dir.file("a.jsonl", log).file(
            "b.csv",
            format!("{}{header}\n{rows}", if ids { "event_id," } else { "" }),
        );
        let logs = "[[logs]]\npath = \"a.jsonl\"\nprofile = \"superuser\"\n[[logs]]\npath = \"b.csv\"\nprofile = \"superuser\"\n";
        let findings = findings(&dir, SCOPE, logs);
        assert_eq!(findings["records"]["in_scope"], 7);
        let message = message(&findings, "equal-events");
        match events {
            Some(events) => {
                assert_eq!(findings["equal_events"], json!([{"sources": [0, 1], "events": events}]));
                assert!(message.contains("`a.jsonl` and `b.csv` (3 events)"), "{message}");
            }
            None => assert_eq!((&findings["equal_events"], message.as_str()), (&Value::Null, "")),
        }
    }
}

#[test]
fn ties_of_a_scope_says_what_is_tied_to_the_intruder() {
    let inner = SCOPE.replace("possible", "inner").replace("-12T00", "-11T00");
    let ties = |scope: &str, ties: &str| format!("{scope}{ties}");
    for (what, scopes, tied, events) in [
        ("one scope", SCOPE.to_owned(), json!([false]), 0),
        ("one scope that says so", ties(SCOPE, "ties = true\n"), json!([true]), 2),
        ("a narrower one", format!("{SCOPE}{inner}"), json!([false, true]), 1),
        (
            "a narrower one that does not",
            format!("{SCOPE}{}", ties(&inner, "ties = false\n")),
            json!([false, false]),
            0,
        ),
    ] {
        let dir = Dir::new();
        dir.file(
            "log.jsonl",
            event("e1", "10T10:00:00", "acme") + &event("e2", "11T10:00:00", "acme"),
        );
        let logs = "[[logs]]\npath = \"log.jsonl\"\nprofile = \"superuser\"\n";
        let findings = findings(&dir, &scopes, logs);
        let scopes = findings["scopes"].as_array().expect("a list");
        let found: Value = scopes.iter().map(|scope| scope["tied"].clone()).collect();
        assert_eq!(found, tied, "{what}");
        assert_eq!(findings["tenants"][0]["tied"], events, "{what}");
    }
}

#[test]
fn tenants_whose_ids_or_names_do_not_tell_them_apart_are_alike() {
    let dir = Dir::new();
    let log = event("e1", "10T10:00:00", "ab-1")
        + &event("e2", "10T11:00:00", "AB1")
        + &event("e3", "10T12:00:00", "bolt")
        + &event("e4", "10T13:00:00", "crane")
        + &event("e5", "10T14:00:00", "v1.1");
    // Of those that only the directory has, one is like a tenant with events and another is like
    // none. `v11` is another number.
    let tenants = "id,name\nab-1,Acme\n{Ab 1},Acme Sub\nab-2,Acme Two\nbolt,Same Ltd\ncrane,same ltd\ndale,\"SAME, Ltd.\"\nv1.1,Vier\nv11,Elf\n";
    dir.file("log.jsonl", log).file("tenants.csv", tenants);
    let logs = "[[logs]]\npath = \"log.jsonl\"\nprofile = \"superuser\"\n[tenants]\nfile = \"tenants.csv\"\n";
    let findings = findings(&dir, SCOPE, logs);
    let alike = json!([
        {"by": "id", "ids": ["AB1", "ab-1", "{Ab 1}"]},
        {"by": "name", "ids": ["bolt", "crane", "dale"]},
    ]);
    assert_eq!(findings["alike"], alike);
    let message = message(&findings, "alike-tenants");
    assert!(message.contains("`AB1` and `ab-1` and `{Ab 1}`"), "{message}");
    assert!(message.contains("`bolt` and `crane` and `dale`"), "{message}");
}

/// A record of an action, in a session of its own choice.
fn change(id: &str, time: &str, tenant: &str, session: &str, more: &str) -> String {
    format!(
        "{{\"event_id\":\"{id}\",\"timestamp\":\"2026-02-{time}Z\",\"actor\":{{\"id\":\"a1\"}},\
         \"tenant\":{{\"id\":\"{tenant}\"}},\"action\":\"user.mfa.reset\",\"client\":{{\"session_id\":\"{session}\"}}{more}}}\n"
    )
}

fn verdicts(findings: &Value) -> Value {
    let tenants = findings["tenants"].as_array().expect("a list");
    tenants
        .iter()
        .map(|tenant| json!([tenant["id"], tenant["verdict"], tenant["linked"]]))
        .collect()
}

#[test]
fn session_of_a_tied_scope_is_linked_in_a_scope_beside_it() {
    let scope = |name: &str, from: u8, until: u8, more: &str| {
        format!(
            "[[scopes]]\nname = \"{name}\"\nfrom = 2026-02-{from}T00:00:00Z\nuntil = 2026-02-{until}T00:00:00Z\n\
             basis = \"Basis.\"\nagents = \"all\"\n{more}"
        )
    };
    let scopes = scope("seen", 10, 11, "ties = true\n") + &scope("after", 11, 12, "ties = false\n");
    let dir = Dir::new();
    let log = change("e1", "10T10:00:00", "acme", "s-1", "")
        + &change("e2", "11T10:00:00", "bolt", "s-1", "")
        + &change("e3", "11T11:00:00", "cedar", "s-2", ",\"ticket\":\"T-1\"");
    dir.file("log.jsonl", log);
    let findings = findings(
        &dir,
        &scopes,
        "[[logs]]\npath = \"log.jsonl\"\nprofile = \"superuser\"\n",
    );
    assert_eq!(
        verdicts(&findings),
        json!([
            ["acme", "tied-action", []],
            ["bolt", "linked-session", [1]],
            ["cedar", "nothing-tied", []]
        ])
    );
}

#[test]
fn ticket_is_missed_only_in_logs_that_state_tickets() {
    let log = change("e1", "10T10:00:00", "acme", "s-1", "")
        + &change("e2", "10T11:00:00", "bolt", "s-2", ",\"ticket\":\" \"");
    let profile = "name = \"bare\"\ntitle = \"T\"\n[time]\nat = [\"/timestamp\"]\nformat = \"rfc3339\"\n\
                   [[actors]]\nrole = \"actor\"\nid = [\"/actor/id\"]\n[fields]\nevent_id = [\"/event_id\"]\n\
                   action = [\"/action\"]\n[[tenants]]\nid = [\"/tenant/id\"]\n";
    for (kind, verdict) in [
        ("profile = \"superuser\"", "without-ticket"),
        ("profile = \"bare.toml\"", "nothing-tied"),
    ] {
        let dir = Dir::new();
        dir.file("log.jsonl", &log);
        dir.file("bare.toml", profile);
        let findings = findings(&dir, SCOPE, &format!("[[logs]]\npath = \"log.jsonl\"\n{kind}\n"));
        assert_eq!(
            verdicts(&findings),
            json!([["acme", verdict, []], ["bolt", verdict, []]]),
            "{kind}"
        );
    }
}
