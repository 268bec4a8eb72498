use super::*;
use crate::{events::Outcome, records::Header};

fn superuser() -> Profile {
    Profile::built_in("superuser").expect("built in")
}

fn event(profile: &Profile, json: &str) -> Result<AccessEvent, RefusalReason> {
    let reading = Reading::new(profile, Body::Json(json)).map_err(|refusal| refusal.reason)?;
    let (time, _) = reading.time().map_err(|refusal| refusal.reason)?;
    reading.actors().map_err(|refusal| refusal.reason)?;
    reading.event(time).map_err(|refusal| refusal.reason)
}

const WHOLE: &str = r#"{"event_id":"e1","timestamp":"2026-01-16T13:46:33.30+09:00","actor":{"id":"a1","email":"A@x.example"},
    "tenant":{"id":"t1","name":"T \u65e5"},"action":"user.view","target":{"type":"user","id":7,"name":null},
    "outcome":"Success","client":{"ip":"192.0.2.1","user_agent":"curl","session_id":"s"},"ticket":"","justification":"-"}"#;

#[test]
fn every_field_of_the_admin_tool_is_mapped() {
    let event = event(&superuser(), WHOLE).expect("an event");
    assert_eq!(event.event_id.as_deref(), Some("e1"));
    assert_eq!(event.time.to_string(), "2026-01-16T04:46:33.30Z");
    assert_eq!(
        event.tenants,
        [TenantRef {
            id: TenantId("t1".into()),
            name: Some("T 日".into()),
            logged: None,
        }]
    );
    assert_eq!(
        event.targets,
        [Target {
            kind: Some("user".into()),
            id: Some("7".into()),
            name: None
        }]
    );
    assert_eq!(
        (event.outcome, event.ip.as_deref()),
        (Outcome::Success, Some("192.0.2.1"))
    );
    assert_eq!(
        (event.ticket, event.justification),
        (None, None),
        "empty, and a dash that means nothing"
    );
}

#[test]
fn a_row_of_the_flattened_form_is_the_same_event() {
    let profile = superuser();
    let names = "event_id,timestamp,actor.id,actor.email,tenant.id,tenant.name,action,target.type,target.id,outcome,\
        client.ip,client.user_agent,client.session_id";
    let header = Header {
        columns: names.split(',').map(str::to_owned).collect(),
        delimiter: b',',
        length: 1,
        names_columns: true,
    };
    let cells = [
        "e1",
        "2026-01-16T04:46:33.3Z",
        "a1",
        "A@x.example",
        "t1",
        "T 日",
        "user.view",
        "user",
        "7",
        "Success",
        "192.0.2.1",
        "curl",
        "s",
    ];
    let columns = profile.columns(&header).expect("no column twice");
    let reading = Reading::new(
        &profile,
        Body::Row {
            columns: &columns,
            cells: &cells,
        },
    )
    .expect("a row");
    let (time, _) = reading.time().expect("a time");
    assert_eq!(
        reading.event(time).expect("an event"),
        event(&profile, WHOLE).expect("an event")
    );
}

#[test]
fn several_tenants_are_named_each_once_and_none_is_fine() {
    let profile = superuser();
    let with = |tenants: &str| {
        event(
            &profile,
            &WHOLE.replace(r#""tenant":{"id":"t1","name":"T \u65e5"}"#, tenants),
        )
    };
    let ids = |event: AccessEvent| event.tenants.into_iter().map(|tenant| tenant.id.0).collect::<Vec<_>>();
    let several = with(r#""tenant":{"id":"t1"},"tenants":[{"id":"t2"},{"id":"t1"},{"id":"t3"}]"#);
    assert_eq!(ids(several.expect("an event")), ["t1", "t2", "t3"]);
    assert!(ids(with(r#""tenant":null"#).expect("an event")).is_empty());
}

#[test]
fn actors_come_with_the_kind_of_field_and_impersonators_count() {
    let profile = superuser();
    let json = WHOLE.replace(
        r#""tenant""#,
        r#""impersonator":{"id":"a9","email":"z@x.example"},"tenant""#,
    );
    let reading = Reading::new(&profile, Body::Json(&json)).expect("an object");
    let named = reading.actors().expect("actors");
    let labels: Vec<_> = named
        .iter()
        .map(|named| (&**named.label, &*named.value, named.matching))
        .collect();
    assert!(
        labels.contains(&("actor.email", "A@x.example", Matching::Folded)),
        "{labels:?}"
    );
    assert!(
        labels.contains(&("impersonator.id", "a9", Matching::Exact)),
        "{labels:?}"
    );
}

#[test]
fn what_lacks_its_time_actor_or_action_says_so() {
    let profile = superuser();
    let without = |part: &str, other: &str| event(&profile, &WHOLE.replace(part, other)).expect_err(part);
    assert_eq!(without("timestamp", "x"), RefusalReason::MissingTime);
    assert_eq!(without("+09:00", ""), RefusalReason::InvalidTime);
    assert_eq!(
        without(r#"{"id":"a1","email":"A@x.example"}"#, "{}"),
        RefusalReason::MissingActor
    );
    assert_eq!(
        without(r#""action":"user.view""#, r#""action":null"#),
        RefusalReason::MissingAction
    );
    assert_eq!(
        without(r#""ticket":"""#, r#""action":"x""#),
        RefusalReason::DuplicateKey
    );
}

#[test]
fn silence_is_success_where_only_failures_are_logged() {
    let profile = Profile::built_in("aws-cloudtrail").expect("built in");
    let with = |more: &str| {
        let json = format!(
            r#"{{"eventTime":"2023-07-10T12:00:00Z","eventName":"X","userIdentity":{{"userName":"u"}}{more}}}"#
        );
        event(&profile, &json).expect("an event").outcome
    };
    assert_eq!(with(""), Outcome::Success);
    assert_eq!(with(r#","errorCode":null"#), Outcome::Success);
    assert_eq!(with(r#","errorCode":"AccessDenied""#), Outcome::Failure);
    assert_eq!(
        with(r#","responseElements":{"ConsoleLogin":"Failure"}"#),
        Outcome::Failure
    );
}

/// A small profile with these keys in front.
fn profile(keys: &str) -> Profile {
    let text = format!(
        "name = \"x\"\ntitle = \"x\"\n{keys}\n[time]\nat = [\"/time\", \"/e/time\"]\n[[actors]]\nrole = \"actor\"\n\
         id = [\"/actor\", \"/e/actor\"]\n[fields]\naction = [\"/e/name\", \"/action\"]\nip = [\"/ip\"]\n\
         [[targets]]\neach = \"/e/items\"\nid = [\"/id\"]\n[[tenants]]\nid = [\"/tenant\"]\n"
    );
    Profile::parse("x.toml", &text).expect("a profile")
}

fn parts(profile: &Profile, json: &str) -> Option<Vec<(String, String, usize)>> {
    let reading = Reading::new(profile, Body::Json(json)).expect("an object");
    let part = |reading: Reading<'_, '_>| {
        let (time, _) = reading.time().expect("a time");
        let actor = reading.actors().expect("an actor")[0].value.clone().into_owned();
        let event = reading.event(time).expect("an event");
        (event.action, actor, event.targets.len())
    };
    Some(reading.parts().expect("parts")?.into_iter().map(part).collect())
}

#[test]
fn each_event_of_a_record_stands_in_the_place_of_the_list() {
    let profile = profile("explode = \"/e\"");
    let json = r#"{"time":"2026-01-16T00:00:00Z","actor":"a","action":"whole",
        "e":[{"name":"one","items":[{"id":1},{"id":2}]},{"name":"two\u0021","actor":"b"},7]}"#;
    let own = |action: &str, actor: &str, targets| (action.to_owned(), actor.to_owned(), targets);
    let expected = vec![own("one", "a", 2), own("two!", "a", 0), own("whole", "a", 0)];
    assert_eq!(parts(&profile, json), Some(expected));
    let one = r#"{"time":"2026-01-16T00:00:00Z","actor":"a","e":{"name":"only"}}"#;
    assert_eq!(parts(&profile, one), Some(vec![own("only", "a", 0)]));
    for none in ["", r#","e":null"#, r#","e":[]"#] {
        let json = format!(r#"{{"time":"2026-01-16T00:00:00Z","actor":"a","action":"x"{none}}}"#);
        assert_eq!(parts(&profile, &json), None, "{none}");
    }
    let doubled = r#"{"e":[{"name":"a","name":"b"}]}"#;
    let fault = Reading::new(&profile, Body::Json(doubled)).and_then(|reading| reading.parts().map(drop));
    assert_eq!(fault.expect_err("doubled").reason, RefusalReason::DuplicateKey);
}

#[test]
fn a_wrapped_event_is_unwrapped_and_a_bare_one_read_as_it_is() {
    let profile = profile("unwrap = [\"/data\", \"Audit Data\"]");
    let bare = r#"{"time":"2026-01-16T00:00:00Z","actor":"a","action":"\"x\""}"#;
    let expected = event(&profile, bare).expect("an event");
    let text = serde_json::to_string(bare).expect("a text");
    for wrapped in [
        format!(r#"{{"data":{bare}}}"#),
        format!(r#"{{"data":{text},"time":"other"}}"#),
        format!(r#"{{"data":null,"Audit Data":{text}}}"#),
        format!(r#"{{"data":{:?}}}"#, bare.as_bytes()),
    ] {
        assert_eq!(event(&profile, &wrapped), Ok(expected.clone()), "{wrapped}");
    }
    for (broken, reason) in [
        (r#"{"data":"{\"time\""}"#, RefusalReason::MalformedJson),
        (r#"{"data":[1,"x"]}"#, RefusalReason::NotAnObject),
        (r#"{"data":[49]}"#, RefusalReason::NotAnObject),
        (r#"{"data":[123,255]}"#, RefusalReason::InvalidUtf8),
        (r#"{"data":{"time":1,"time":2}}"#, RefusalReason::DuplicateKey),
    ] {
        assert_eq!(event(&profile, broken), Err(reason), "{broken}");
    }
}

#[test]
fn the_tenant_of_an_input_fills_in_and_overrules_only_if_it_says_so() {
    let with = |overrules: bool, tenant: &str| {
        let id = TenantId("acme".to_owned());
        let profile = profile("").with_tenant(InputTenant { id, overrules });
        let json = format!(r#"{{"time":"2026-01-16T00:00:00Z","actor":"a","action":"x"{tenant}}}"#);
        let reading = Reading::new(&profile, Body::Json(&json)).expect("an object");
        let (time, _) = reading.time().expect("a time");
        let tenants = reading.event(time).expect("an event").tenants;
        let ids: Vec<String> = tenants.into_iter().map(|tenant| tenant.id.0).collect();
        let remarks = reading.remarks(true);
        let differs = remarks
            .iter()
            .any(|remark| matches!(remark, Remark::OtherTenant { .. }));
        (ids.join(" "), differs)
    };
    for (overrules, tenant, expected, differs) in [
        (false, "", "acme", false),
        (false, r#","tenant":"""#, "acme", false),
        (false, r#","tenant":"acme""#, "acme", false),
        (false, r#","tenant":"bolt""#, "bolt", true),
        (true, "", "acme", false),
        (true, r#","tenant":"acme""#, "acme", false),
        (true, r#","tenant":"bolt""#, "acme", true),
    ] {
        assert_eq!(
            with(overrules, tenant),
            (expected.to_owned(), differs),
            "{overrules} {tenant}"
        );
    }
}

#[test]
fn outcomes_without_a_word_or_in_another_one_are_as_declared() {
    let text = Profile::source_of("superuser").expect("built in");
    let declared = |keys: &str| text.replace("[outcome]", &format!("[outcome]\n{keys}"));
    let outcome = |keys: &str, word: &str| {
        let profile = Profile::parse("x.toml", &declared(keys)).expect("a profile");
        event(&profile, &WHOLE.replace("\"Success\"", word))
            .expect("an event")
            .outcome
    };
    assert_eq!(outcome("", "null"), Outcome::Unknown);
    assert_eq!(outcome("absent = \"success\"", "null"), Outcome::Success);
    assert_eq!(outcome("absent = \"success\"", "7"), Outcome::Unknown);
    assert_eq!(outcome("otherwise = \"failure\"", "7"), Outcome::Failure);
    assert_eq!(outcome("otherwise = \"failure\"", "\"OK\""), Outcome::Success);
}

#[test]
fn one_time_field_after_another_each_with_its_own_formats() {
    let text = Profile::source_of("superuser").expect("built in").replace(
        "[time]\nat = [\"/timestamp\"]\nformat = \"rfc3339\"",
        "[[time]]\nat = [\"/ms\"]\nformat = \"epoch-milliseconds\"\n[[time]]\nat = [\"/timestamp\"]",
    );
    let profile = Profile::parse("x.toml", &text).expect("a profile");
    let time = |json: &str| event(&profile, json).map(|event| event.time.to_string());
    assert_eq!(time(WHOLE).as_deref(), Ok("2026-01-16T04:46:33.30Z"));
    let both = |ms: &str| WHOLE.replacen('{', &format!("{{\"ms\":{ms},"), 1);
    assert_eq!(time(&both("1768538793300")).as_deref(), Ok("2026-01-16T04:46:33.300Z"));
    assert_eq!(
        time(&both("\"soon\"")),
        Err(RefusalReason::InvalidTime),
        "the other is not tried"
    );
}

#[test]
fn a_constant_actor_stands_in_only_where_nobody_is_named() {
    let text = Profile::source_of("superuser").expect("built in").replace(
        "[fields]",
        "[[actors]]\nrole = \"nobody\"\nid = [{ constant = \"(nobody)\" }]\n[fields]",
    );
    let profile = Profile::parse("x.toml", &text).expect("a profile");
    let labels = |json: &str| -> Vec<String> {
        let reading = Reading::new(&profile, Body::Json(json)).expect("an object");
        let named = reading.actors().expect("somebody");
        named.iter().map(|named| named.label.to_string()).collect()
    };
    assert_eq!(labels(WHOLE), ["actor.id", "actor.email"]);
    assert_eq!(labels("{}"), ["nobody.id"]);
}

/// Found by the fuzzer: the prefilter defers constants to full parsing only if no actor is named.
#[test]
fn a_constant_actor_that_a_profile_has_first_still_stands_in_last() {
    let text = Profile::source_of("superuser").expect("built in").replace(
        "role = \"impersonator\"\nid = [\"/impersonator/id\"]",
        "role = \"impersonator\"\nid = [{ constant = \"sp-001\" }]",
    );
    let profile = Profile::parse("x.toml", &text).expect("a profile");
    let reading = Reading::new(&profile, Body::Json(r#"{"actor":{"id":"sp-900"}}"#)).expect("an object");
    let named = reading.actors().expect("somebody");
    assert_eq!(named.iter().map(|one| &*one.value).collect::<Vec<_>>(), ["sp-900"]);
}

#[test]
fn names_in_a_list_stay_as_written_and_an_object_is_no_name() {
    let profile = profile("");
    let actors = |actor: &str| {
        let json = format!(r#"{{"actor":{actor}}}"#);
        let reading = Reading::new(&profile, Body::Json(&json)).expect("an object");
        let named = reading.actors().map_err(|refusal| refusal.reason)?;
        Ok(named
            .into_iter()
            .map(|named| named.value.into_owned())
            .collect::<Vec<_>>())
    };
    let long = actors(r#"[12345678901234567890123, "a\u0040b", null, 1.50]"#);
    let expected = ["12345678901234567890123", "a@b", "1.50"].map(str::to_owned).to_vec();
    assert_eq!(long, Ok(expected));
    assert_eq!(actors(r#"{"id":1}"#), Err(RefusalReason::NotAName));
    assert_eq!(actors(r#"[["a"]]"#), Err(RefusalReason::NotAName));
    assert_eq!(actors(r#""[bracketed] name""#), Ok(vec!["[bracketed] name".to_owned()]));
}

/// Replaced, two would be one customer, one agent, one event.
#[test]
fn identities_with_half_a_surrogate_pair_are_refused_and_free_text_is_not() {
    let json = |field: &str, value: &str| {
        let json = r#"{"event_id":ID,"timestamp":"2026-01-17T10:00:00Z","actor":{"id":ACTOR},"tenant":TENANT,"action":"v","justification":WHY}"#;
        ["ID", "ACTOR", "TENANT", "WHY"]
            .into_iter()
            .fold(json.to_owned(), |json, name| {
                let own = if name == "TENANT" { r#"{"id":"t"}"# } else { r#""x""# };
                json.replace(name, if name == field { value } else { own })
            })
    };
    let profile = superuser();
    let halves = [
        ("ID", r#""\ud800""#),
        ("ACTOR", r#""x\uDFFF""#),
        ("ACTOR", r#"["a","\udc00\ud800"]"#),
        ("TENANT", r#"{"id":"\ud800x"}"#),
        ("TENANT", r#"{"name":"x\ud800\ud800\udc00"}"#),
        ("TENANT", r#"{"id":"[\"x\\ud800\"]"}"#),
    ];
    for (field, half) in halves {
        assert_eq!(
            event(&profile, &json(field, half)),
            Err(RefusalReason::NotAName),
            "{half}"
        );
    }
    for (field, fine) in [("WHY", r#""half \ud83d a pair""#), ("ID", r#""\ud83d\ude00\ufffd""#)] {
        let event = event(&profile, &json(field, fine)).expect("an event");
        let text = [event.event_id, event.justification]
            .map(Option::unwrap_or_default)
            .concat();
        assert!(text.contains('\u{fffd}'), "{text}");
    }
}

#[test]
fn half_a_surrogate_pair_in_a_wrapped_event_is_told() {
    let profile = profile("unwrap = [\"/data\"]");
    for half in [r"\ud800", r"\\ud800"] {
        let inner = format!(r#"{{\"time\":\"2026-01-16T00:00:00Z\",\"actor\":\"{half}\",\"action\":\"x\"}}"#);
        let wrapped = format!(r#"{{"data":"{inner}"}}"#);
        assert_eq!(event(&profile, &wrapped), Err(RefusalReason::NotAName), "{wrapped}");
    }
}

/// The tenants of an event, and what was remarked on it.
fn remarked(profile: &Profile, json: &str) -> (Vec<String>, Vec<String>) {
    let reading = Reading::new(profile, Body::Json(json)).expect("an object");
    let (time, _) = reading.time().expect("a time");
    let event = reading.event(time).expect("an event");
    let remark = |remark: &Remark| match remark {
        Remark::Unreadable { field, path } => format!("{field} {path}"),
        Remark::NoTenant { word } => format!("no tenant {word}"),
        Remark::OtherTenant { .. } => "other tenant".to_owned(),
    };
    (
        event.tenants.into_iter().map(|tenant| tenant.id.0).collect(),
        reading.remarks(true).iter().map(remark).collect(),
    )
}

#[test]
fn a_word_for_no_tenant_is_none_and_is_remarked() {
    let profile = superuser();
    let with = |tenant: &str| {
        let json = format!(r#"{{"timestamp":"2026-01-16T04:46:33Z","actor":{{"id":"a"}},"action":"x",{tenant}}}"#);
        remarked(&profile, &json)
    };
    for (tenant, tenants, remarks) in [
        (r#""tenant":{"id":"None"}"#, &[][..], &["no tenant None"][..]),
        (
            r#""tenant":{"id":"*","name":"all"}"#,
            &[],
            &["no tenant *", "no tenant all"],
        ),
        (
            r#""tenant":{"id":"N/A","name":"Acme"}"#,
            &["name:Acme"],
            &["no tenant N/A"],
        ),
        (
            r#""tenant":{"id":["t-1","undefined"]}"#,
            &["t-1"],
            &["no tenant undefined"],
        ),
        (
            r#""tenants":["t-1","[object Object]"]"#,
            &["t-1"],
            &["no tenant [object Object]"],
        ),
        (r#""tenant":{"id":"allied"}"#, &["allied"], &[]),
        (r#""tenant":{"id":"-"}"#, &[], &[]),
    ] {
        let (found, remarked) = with(tenant);
        assert_eq!(
            (&found[..], &remarked[..]),
            (
                &tenants.iter().map(|&t| t.to_owned()).collect::<Vec<_>>()[..],
                &remarks.iter().map(|&r| r.to_owned()).collect::<Vec<_>>()[..]
            ),
            "{tenant}"
        );
    }
    let text = Profile::source_of("superuser").expect("built in");
    let own = Profile::parse("own", &format!("no_tenant = [\"Internal\"]\n{text}")).expect("a profile");
    let json = |id: &str| format!(r#"{{"timestamp":"2026-01-16T04:46:33Z","action":"x","tenant":{{"id":"{id}"}}}}"#);
    assert_eq!(remarked(&own, &json("all")).0, ["all"]);
    assert!(remarked(&own, &json("internal")).0.is_empty());
}

#[test]
fn a_value_that_a_path_cannot_look_into_is_remarked() {
    let text = r#"
        name = "own"
        title = "Texts that hold JSON"
        time = { at = ["/t"] }
        actors = [{ role = "user", id = [{ at = "/who", json = "/0/id" }] }]
        fields = { action = ["/a"], ip = [{ at = "/where", json = "/ip" }] }
        targets = [{ each = "/on", id = ["/id"] }]
    "#;
    let profile = Profile::parse("own", text).expect("a profile");
    for (members, remarks) in [
        (
            r#""who":"[{\"id\":\"u\"}]","where":"{\"ip\":1}","on":"[{\"id\":\"x\"}]""#,
            &[][..],
        ),
        (r#""on":[{"id":"x"},null]"#, &[]),
        (r#""who":"u""#, &["user.id /who"]),
        (r#""who":"[{\"id\":""#, &["user.id /who"]),
        (r#""who":"7""#, &["user.id /who"]),
        (r#""where":"10.0.0.1","on":["x"]"#, &["ip /where", "targets /on"]),
        (r#""on":"x""#, &["targets /on"]),
        (r#""on":"[{\"id\"","who":"""#, &["targets /on"]),
    ] {
        let (_, remarked) = remarked(
            &profile,
            &format!(r#"{{"t":"2026-01-16T04:46:33Z","a":"x",{members}}}"#),
        );
        assert_eq!(remarked, remarks, "{members}");
    }
}

/// The columns beside it name neither tenant nor target, so they are no event.
#[test]
fn a_row_whose_cell_for_the_event_is_empty_is_refused() {
    let profile = Profile::built_in("m365-unified-audit").expect("built in");
    let read = |columns: &[&str], cells: &[&str]| {
        let header = Header {
            columns: columns.iter().map(|&name| name.to_owned()).collect(),
            delimiter: b',',
            length: 1,
            names_columns: true,
        };
        let columns = profile.columns(&header).expect("no column twice");
        let reading = Reading::new(
            &profile,
            Body::Row {
                columns: &columns,
                cells,
            },
        );
        reading.and_then(|reading| reading.time().map(|(time, _)| time.to_string()))
    };
    let columns = ["CreationDate", "UserIds", "Operations", "AuditData"];
    let cells = ["2026-01-16T04:46:33", "a@x.example", "UserLoggedIn", ""];
    let refusal = read(&columns, &cells).expect_err("an empty cell");
    assert!(refusal.detail.contains("`AuditData`"), "{}", refusal.detail);
    assert_eq!(read(&columns[..3], &cells[..3]).as_deref(), Ok("2026-01-16T04:46:33Z"));
}
