use super::*;
use crate::records::Header;

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
            name: Some("T 日".into())
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
        length: 0,
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
