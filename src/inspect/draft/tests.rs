use super::*;

fn drafted(log: &str) -> (String, Vec<&'static str>, u64) {
    let (text, missing) = of(log.as_bytes(), "own").expect("memory is read").expect("records");
    let profile = Profile::parse("own", &text);
    if !missing.is_empty() {
        assert!(profile.is_err(), "{text}");
        return (text, missing, 0);
    }
    let profile = profile.unwrap_or_else(|fault| panic!("{fault}\n{text}"));
    let fits = fit::measured(log.as_bytes(), &[profile]).expect("memory is read");
    (text, missing, fits[0].percent())
}

/// The lines of the draft that are no comments.
fn stated(text: &str) -> Vec<&str> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(|line| line.split("  #").next().unwrap_or(line)).collect()
}

/// Logs of shapes that no built-in profile knows: what must be found in each.
#[test]
fn drafts_read_logs_of_many_shapes() {
    for (log, expected) in [
        (
            // A table of a helpdesk.
            "When,Staff member,Staff email,What,Customer id,Customer,IP address,Result,Case\n\
             16/01/2026 04:46:33,Ann Lee,ann@desk.example,view_user,c-1,Acme,192.0.2.1,ok,T-1\n\
             17/01/2026 05:46:33,Bob Ray,bob@desk.example,reset_mfa,c-2,Beta,192.0.2.2,denied,T-2\n",
            &[
                r#"at = ["When"]"#,
                r#"format = "%d/%m/%Y %H:%M:%S""#,
                r#"email = ["Staff email"]"#,
                r#"action = ["What"]"#,
                r#"ip = ["IP address"]"#,
                r#"id = ["Customer id"]"#,
                r#"success = ["ok"]"#,
                r#"failure = ["denied"]"#,
                r#"ticket = ["Case"]"#,
            ][..],
        ),
        (
            // A document around its records, nested.
            r#"{"meta":{"n":2},"entries":[
               {"ts":1768538793,"performedBy":{"userId":"ann","email":"ann@x.example"},"eventName":"user.view","org":{"id":"o-1"},"uuid":"a-1"},
               {"ts":1768538893,"performedBy":{"userId":"bob","email":"bob@x.example"},"eventName":"user.edit","org":{"id":"o-2"},"uuid":"a-2"}]}"#,
            &[
                r#"records = "/entries""#,
                r#"at = ["/ts"]"#,
                r#"format = "epoch-seconds""#,
                r#"email = ["/performedBy/email"]"#,
                r#"action = ["/eventName"]"#,
                r#"event_id = ["/uuid"]"#,
                r#"id = ["/org/id"]"#,
            ],
        ),
        (
            // Lines with a level and pairs.
            "2026-01-16 04:46:33,120 INFO admin: user=ann action=user.view tenant=t-1 ip=192.0.2.1\n\
             2026-01-16 04:47:33,120 WARN admin: user=bob action=user.edit tenant=t-2 ip=192.0.2.2\n",
            &[
                r#"inside.pairs = "kv""#,
                r#"at = ["/time"]"#,
                r#"format = "zoneless""#,
                r#"user_name = ["/pairs/user"]"#,
                r#"action = ["/pairs/action"]"#,
                r#"id = ["/pairs/tenant"]"#,
            ],
        ),
        (
            // JSON in a text.
            "{\"time\":\"2026-01-16T04:46:33Z\",\"event\":\"view\",\"payload\":\"{\\\"agent\\\":\\\"ann\\\",\\\"tenant\\\":\\\"t-1\\\"}\"}\n\
             {\"time\":\"2026-01-16T04:47:33Z\",\"event\":\"edit\",\"payload\":\"{\\\"agent\\\":\\\"bob\\\",\\\"tenant\\\":\\\"t-2\\\"}\"}\n",
            &[
                r#"action = ["/event"]"#,
                r#"user_name = [{ at = "/payload", json = "/agent" }]"#,
                r#"id = [{ at = "/payload", json = "/tenant" }]"#,
            ],
        ),
        (
            // A table below a title, in German.
            "Export Helpdesk;;;;\nDatum;Bearbeiter;Aktion;Kunde;Ergebnis\n\
             16.01.2026 04:46:33;ann;user.view;acme;ok\n17.01.2026 04:46:33;bob;user.edit;beta;ok\n",
            &[
                r#"header = "Datum;Bearbeiter;Aktion;Kunde;Ergebnis""#,
                r#"at = ["Datum"]"#,
                r#"user_name = ["Bearbeiter"]"#,
                r#"action = ["Aktion"]"#,
                r#"id = ["Kunde"]"#,
            ],
        ),
        (
            // Columns without names.
            "1\t1768538793\tann@x.example\tuser.view\t192.0.2.1\n2\t1768538893\tbob@x.example\tuser.view\t192.0.2.2\n",
            &[
                r#"at = ["column 2"]"#,
                r#"format = "epoch-seconds""#,
                r#"email = ["column 3"]"#,
                r#"action = ["column 4"]"#,
            ],
        ),
        (
            // CEF.
            "CEF:0|V|P|1|100|user view|3|rt=1768538793000 suser=ann act=view cs1=t-1 cs1Label=Tenant src=192.0.2.1\n\
             CEF:0|V|P|1|101|user edit|3|rt=1768538893000 suser=bob act=edit cs1=t-2 cs1Label=Tenant src=192.0.2.2\n",
            &[
                r#"format = "cef""#,
                r#"at = ["/rt"]"#,
                r#"format = "epoch-milliseconds""#,
                r#"user_name = ["/suser"]"#,
                r#"id = ["/custom/Tenant"]"#,
            ],
        ),
    ] {
        let (text, missing, percent) = drafted(log);
        assert_eq!(missing, [""; 0], "{text}");
        assert!(percent >= FITS, "{percent} %\n{text}");
        for line in expected {
            assert!(stated(&text).contains(line), "{line} is not in\n{text}");
        }
    }
}

#[test]
fn needed_fields_that_nothing_looks_like_are_told_and_stay_out() {
    let (text, missing, _) =
        drafted("{\"a\":\"x\",\"b\":\"2026-01-16T04:46:33Z\"}\n{\"a\":\"y\",\"b\":\"2026-01-16T04:47:33Z\"}\n");
    assert_eq!(missing, ["actor", "action"], "{text}");
    assert!(text.contains("# [[actors]]") && text.contains("# action = "), "{text}");
    let (_, missing, _) = drafted("Jan 16 04:46:33 host app: user=ann did\nJan 16 04:47:33 host app: user=bob did\n");
    assert!(missing.contains(&"year"), "{missing:?}");
}

/// A date that may have the day or the month first is drafted as both, and the records that both
/// read are refused.
#[test]
fn an_ambiguous_date_is_not_decided() {
    let (text, missing, percent) =
        drafted("time,user,action\n01/02/2026 04:46:33,ann,view\n02/03/2026 04:46:33,bob,edit\n");
    assert!(missing.is_empty() && percent == 0, "{percent} %\n{text}");
    assert!(text.contains("CHANGE: each reads some"), "{text}");
}

#[test]
fn texts_of_a_log_cannot_leave_their_place() {
    let hostile = "a\\\"\n[[actors]]\nrole = \"x\u{202e}\u{7f}";
    let record =
        |time: &str| serde_json::json!({"time": time, "user": hostile, hostile: "v", "action": hostile}).to_string();
    let log = format!(
        "{}\n{}\n",
        record("2026-01-16T04:46:33Z"),
        record("2026-01-17T04:46:33Z")
    );
    let (text, _, _) = drafted(&log);
    assert!(
        !text.contains('\u{202e}') && !text.lines().any(|line| line.starts_with("role = \"x")),
        "{text}"
    );
}
