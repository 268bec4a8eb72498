//! Isolation: no customer reads of another, whatever stands in the logs, the templates or the case.

mod canaries;
mod hostile;
mod merge;

use std::fs;

use serde_json::{Value, json};

use crate::util::{Dir, Run, files, json, lock, program, root};

/// A case with two scopes of agents, to which tests add.
pub(crate) const CASE: &str = r#"
[case]
id = "ISO-1"
title = "An incident"
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
[[agents.list]]
id = "ag-01"
email = "dana.fox@helpers.example"
name = "Dana Fox"
[tenants]
file = "tenants.csv"
[[logs]]
path = "logs"
profile = "superuser"
[coverage]
gap_hours = 48
"#;

/// A record with these members beside those that every event has.
pub(crate) fn record(number: usize, tenant: &str, more: &Value) -> String {
    let mut record = json!({
        "event_id": format!("e{number}"),
        "timestamp": format!("2026-01-16T{:02}:{:02}:{:02}Z", number / 3600, number / 60 % 60, number % 60),
        "actor": {"id": "ag-01"},
        "tenant": {"id": tenant},
        "action": "user.view",
        "outcome": "success",
    });
    let members = record.as_object_mut().expect("an object");
    for (key, value) in more.as_object().expect("an object") {
        members.insert(key.clone(), value.clone());
    }
    record.to_string() + "\n"
}

/// A folder with a case: its text, its tenants and its log.
pub(crate) fn folder(case: &str, tenants: &str, log: &str) -> Dir {
    let dir = Dir::new();
    dir.file("case.toml", case)
        .file("agents.lock", lock(&[("ag-01", "KTWN")]))
        .file("tenants.csv", tenants)
        .file("logs/a.jsonl", log);
    dir
}

pub(crate) fn report(dir: &Dir) -> Run {
    dir.run(["report", "case.toml", "--out", "out"])
}

fn text(dir: &Dir, name: &str) -> String {
    fs::read_to_string(dir.path(name)).unwrap_or_else(|fault| panic!("{name}: {fault}"))
}

fn codes(findings: &Value) -> Vec<&str> {
    let caveats = findings["caveats"].as_array().expect("caveats").iter();
    caveats.map(|caveat| caveat["code"].as_str().expect("a code")).collect()
}

const TENANTS: &str = "id,name,domains\n\
    t-0001,Acme Foods,acme.example\n\
    t-0002,Bolt Freight,bolt.example\n\
    t-0003,Crane Bank,\n";

/// A reader decodes JSON, so a name is no less there for being escaped.
#[test]
fn parameters_that_name_another_are_masked_also_where_they_are_escaped() {
    let line = record(1, "t-0001", &json!({"parameters": {"to": "NAME", "bucket": "plans"}}));
    let dir = folder(
        &CASE.replace("\"superuser\"", "\"own.toml\""),
        TENANTS,
        &line.replace("NAME", r"\u0042olt \u0046reight"),
    );
    let profile = tenant_impact::events::Profile::source_of("superuser").expect("built in");
    dir.file(
        "own.toml",
        profile.replace("[fields]", "[fields]\nparameters = [\"/parameters\"]"),
    );
    report(&dir)
        .ends(1)
        .says("1 text in 1 customer's copy named another customer or an agent");
    let line = text(&dir, "out/tenants/t-0001/actions.jsonl");
    let row: Value = serde_json::from_str(line.trim()).expect("JSON");
    let parameters: Value = serde_json::from_str(row["parameters"].as_str().expect("a text")).expect("JSON");
    assert_eq!(parameters, json!({"to": "[another customer]", "bucket": "plans"}));
    for name in ["report.html", "report.md", "actions.csv"] {
        let text = text(&dir, &format!("out/tenants/t-0001/{name}"));
        assert!(text.contains("plans") && text.contains("another customer"), "{name}");
        assert!(!text.to_lowercase().contains("olt "), "{name}");
    }
}

#[test]
fn free_text_that_names_another_is_masked_for_the_customer_and_kept_for_the_vendor() {
    let reason = "As for Bolt Freight (jo@bolt.example, u-77) yesterday; from Dana Fox";
    let agent = "curl https://bolt.example/x";
    let log = record(
        1,
        "t-0001",
        &json!({"justification": reason, "client": {"user_agent": agent}}),
    ) + &record(
        2,
        "t-0002",
        &json!({"target": {"type": "user", "id": "u-77", "name": "Jo Bloggs"}}),
    ) + &record(
        3,
        "t-0001",
        &json!({"target": {"type": "tenant", "id": "t-0003", "name": "Crane"}}),
    );
    let dir = folder(CASE, TENANTS, &log);
    report(&dir)
        .ends(1)
        .says("3 texts in 1 customer's copy named another customer or an agent");
    let told = "As for [another customer] ([another customer], [another customer]) yesterday; from [Agent KTWN]";
    let lines = text(&dir, "out/tenants/t-0001/actions.jsonl");
    let rows: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(rows[0]["justification"], told);
    assert_eq!(rows[0]["user_agent"], "curl [another customer]");
    assert_eq!(
        rows[1]["target"],
        json!([{"type": "tenant", "id": null, "name": "[another customer]"}])
    );
    for name in ["report.html", "report.md", "actions.csv", "actions.jsonl", "people.csv"] {
        let text = text(&dir, &format!("out/tenants/t-0001/{name}")).to_lowercase();
        for secret in ["bolt", "u-77", "dana", "crane", "t-0003"] {
            assert!(!text.contains(secret), "{name} holds {secret}");
        }
    }
    let report = text(&dir, "out/tenants/t-0001/report.md");
    assert!(
        report.contains("In 3 texts of the list above, what names somebody else is replaced"),
        "{report}"
    );
    let masked = text(&dir, "out/masked.jsonl");
    let masked: Vec<Value> = masked
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(
        (&masked[0]["original"], &masked[0]["shown"]),
        (&json!(reason), &json!(told))
    );
    assert_eq!(masked[0]["found"][2]["of"], json!(["t-0002"]));
    assert_eq!(masked[0]["found"][3]["kind"], "agent");
    assert_eq!(
        masked[2]["original"],
        r#"{"type":"tenant","id":"t-0003","name":"Crane"}"#
    );
    let listed = text(&dir, "out/isolation.csv");
    assert!(
        listed.contains("t-0001,masked,Bolt Freight,name,t-0002,justification,e1,logs/a.jsonl,0,1"),
        "{listed}"
    );
    let findings = json(&dir.path("out/findings.json"));
    assert_eq!(codes(&findings), ["masked-text"]);
    assert_eq!(findings["isolation"]["masked"], 3);
    assert_eq!(
        (&findings["tenants"][0]["masked"], &findings["tenants"][1]["masked"]),
        (&json!(3), &json!(0))
    );
    let index = text(&dir, "out/index.html");
    assert!(index.contains("<td>justification</td><td><bdi>Bolt Freight</bdi></td><td>name</td>"));
}

/// The proof that the last search looks at what is printed and not at what should be.
#[test]
fn a_template_that_prints_another_tenant_s_id_stops_the_release_of_all_others() {
    let log = record(1, "t-0001", &json!({})) + &record(2, "t-0002", &json!({}));
    // The third has no event at all: it is known from the directory alone.
    for (leak, reader) in [
        ("t-0001", "t-0002"),
        ("Crane &amp; Bank", ""),
        ("dana.fox@helpers.example", ""),
    ] {
        let case = CASE.to_owned() + "[reports]\ntemplates = \"templates\"\n";
        let dir = folder(&case, &TENANTS.replace("Crane Bank", "Crane & Bank"), &log);
        let template = fs::read_to_string(root().join("templates/report.html.hbs")).expect("a template");
        let template = template.replace("</main>", &format!("<p>See also {leak}.</p></main>"));
        dir.file("templates/report.html.hbs", template);
        report(&dir).ends(1).says("NOT RELEASED");
        let findings = json(&dir.path("out/findings.json"));
        assert_eq!(codes(&findings)[0], "leak-stopped");
        let stopped: Vec<&str> = ["t-0001", "t-0002"]
            .into_iter()
            .filter(|id| reader.is_empty() || *id == reader)
            .collect();
        assert_eq!(findings["isolation"]["stopped"], json!(stopped), "{leak}");
        for (at, id) in ["t-0001", "t-0002"].into_iter().enumerate() {
            let released = !stopped.contains(&id);
            assert_eq!(
                dir.path(&format!("out/tenants/{id}")).exists(),
                released,
                "{leak}: {id}"
            );
            assert_eq!(findings["tenants"][at]["released"], released);
        }
        let listed = text(&dir, "out/isolation.csv");
        let rows = listed
            .lines()
            .filter(|line| line.contains(",stopped,") && line.contains(",report.html,"));
        assert_eq!(rows.count(), stopped.len(), "{listed}");
        let index = text(&dir, "out/index.html");
        assert!(index.contains("report stopped") && !index.contains(&format!("href=\"tenants/{}/", stopped[0])));
        let manifest = text(&dir, "out/manifest.json");
        assert!(
            !manifest.contains(&format!("tenants/{}/", stopped[0])),
            "what is not there is not listed"
        );
        dir.run(["verify", "out", "--logs", "."])
            .ends(0)
            .says("were not released")
            .says("It verifies");
    }
}

/// Templates, catalogue and views are full of words that a customer may be called.
#[test]
fn the_program_s_own_words_stop_nothing() {
    let names = [
        "Export",
        "Action",
        "Actions",
        "Record",
        "Agent",
        "Source",
        "Tenant",
        "Session",
        "Event",
        "user.view",
        "View",
        "None",
        "January",
        "Content",
        "Charset",
        "Color",
        "superuser",
        "Success",
        "number",
        "justification",
        "SHA-256",
        "Agents",
    ];
    let rows: Vec<String> = (0..)
        .zip(names)
        .map(|(at, name)| format!("w-{at:04},{name}\n"))
        .collect();
    let log: String = (0..names.len())
        .map(|at| {
            record(
                at,
                &format!("w-{at:04}"),
                &json!({"action": if at % 2 == 0 { "user.view" } else { "made.up" }}),
            )
        })
        .collect();
    let dir = folder(CASE, &("id,name\n".to_owned() + &rows.concat()), &log);
    report(&dir).ends(1);
    let findings = json(&dir.path("out/findings.json"));
    assert_eq!(codes(&findings), ["uncatalogued-actions"], "{}", findings["isolation"]);
    assert_eq!(findings["isolation"]["found"], json!([]));
    assert_eq!(
        fs::read_dir(dir.path("out/tenants")).expect("tenants").count(),
        names.len()
    );
}

#[test]
fn an_ordinary_word_that_drowns_the_rest_can_be_allowed() {
    let tenants = "id,name\nt-0001,Acme\nt-0002,Support\n";
    let log = record(1, "t-0001", &json!({"justification": "Asked support, t-0002"}));
    let dir = folder(CASE, tenants, &log);
    report(&dir).ends(1);
    assert!(text(&dir, "out/tenants/t-0001/report.md").contains("Asked `[another customer],` `[another customer]`"));
    let dir = folder(
        &(CASE.to_owned() + "[isolation]\nallow = [\"Support\"]\n"),
        tenants,
        &log,
    );
    report(&dir).ends(1);
    assert!(text(&dir, "out/tenants/t-0001/report.md").contains("Asked support, `[another customer]`"));
    let listed = text(&dir, "out/isolation.csv");
    assert!(
        listed.contains("t-0001,allowed,support,name,t-0002,justification"),
        "{listed}"
    );
    let dir = folder(
        &(CASE.to_owned() + "[isolation]\nallow = [\"Support\", \"t-0002\"]\n"),
        tenants,
        &log,
    );
    report(&dir).ends(0);
}

#[test]
fn sentences_of_the_case_that_name_somebody_are_faults_before_the_scan() {
    let case = CASE
        .replace("An incident", "What Dana Fox did to Bolt Freight")
        .replace("Because.", "She was seen in acme.example.");
    let dir = folder(&case, TENANTS, "");
    report(&dir)
        .ends(2)
        .says("`Dana Fox` names an agent, and every customer may read this")
        .says("`Bolt Freight` names a customer")
        .says("`acme.example` names a customer");
    assert!(!dir.path("out").exists());
}

/// A customer of the directory in any spelling is a fault, one of the logs alone is listed, and so
/// is a part of an agent's name.
#[test]
fn sentences_of_a_catalogue_are_searched_in_every_spelling() {
    let tenants = "id,name\nt-0001,Acme\nt-0002,Otterness Pharmacy Inc.\n";
    let case = |more: &str| CASE.to_owned() + "[reports]\ncatalogue = \"own.toml\"\n" + more;
    let log = record(1, "t-0001", &json!({"action": "own.act"}))
        + &record(
            2,
            "",
            &json!({"tenant": {"id": "t-0009", "name": "Fjordmark Versicherung AG"}}),
        );
    let said = [
        ("says", "Opened the otterness-pharmacy page", "otterness-pharmacy"),
        ("check", "Ask the 0tterness Pharmacy team", "0tterness Pharmacy"),
        (
            "not_logged",
            "Which page of OtternessPharmacy it was",
            "OtternessPharmacy",
        ),
    ];
    for (key, sentence, name) in said {
        let says = if key == "says" { "" } else { "says = \"Did it\"\n" };
        let own = format!("[[actions]]\ncode = \"other.act\"\neffect = \"view\"\n{says}{key} = \"{sentence}\"\n");
        let dir = folder(&case(""), tenants, &log);
        dir.file("own.toml", &own);
        report(&dir)
            .ends(2)
            .says(&format!("`{name}` names a customer, and every customer may read this"))
            .says("own.toml:");
        assert!(!dir.path("out").exists());
    }
    let dir = folder(&case("[isolation]\nallow = [\"Otterness Pharmacy\"]\n"), tenants, &log);
    let own = "[[actions]]\ncode = \"own.act\"\neffect = \"view\"\nsays = \"Asked Dana for fjordmark-versicherung, not Otterness Pharmacy\"\n";
    dir.file("own.toml", own);
    report(&dir).ends(1);
    let near = &json(&dir.path("out/findings.json"))["isolation"]["case_words"];
    let near: Vec<_> = near.as_array().expect("words").iter().collect();
    let word = |text, of| json!({"place": "own.toml:4:8", "text": text, "of": [of]});
    assert_eq!(
        near,
        [&word("Dana", "ag-01"), &word("fjordmark-versicherung", "t-0009")]
    );
}

/// Reports state the name of the profile by which each log was read.
#[test]
fn profile_name_that_names_a_customer_is_a_fault() {
    let profile = tenant_impact::events::Profile::source_of("superuser").expect("built in");
    for (name, says) in [
        ("log of bolt-freight", "`bolt-freight` names a customer"),
        ("BoltFreight", "`BoltFreight` names a customer"),
        ("of Dana Fox", "`Dana Fox` names an agent"),
    ] {
        let dir = folder(&CASE.replace("\"superuser\"", "\"own.toml\""), TENANTS, "");
        dir.file(
            "own.toml",
            profile.replace("name = \"superuser\"", &format!("name = \"{name}\"")),
        );
        report(&dir).ends(2).says(says).says("own.toml");
    }
}

/// Whatever is printed in every report: what is said of agents, the contact, the vendor, a scope's
/// name.
#[test]
fn what_is_said_of_an_agent_or_of_the_case_itself_names_no_customer() {
    let said =
        "role = \"Engineer for Bolt Freight (Dana Fox team)\"\nemployer = \"Crane Bank\"\ncountry = \"Acme Foods\"\n";
    let case = CASE
        .replace("name = \"Dana Fox\"\n", &format!("name = \"Dana Fox\"\n{said}"))
        .replace("security@larkmoor.example", "larkmoor@bolt.example")
        .replace("\"Larkmoor\"", "\"Larkmoor, a friend of t-0001\"")
        .replace("\"possible\"", "\"t-0003\"")
        .replace("ISO-1", "t-0002 leak");
    let dir = folder(&case, TENANTS, "");
    let names = [
        "Bolt Freight",
        "Crane Bank",
        "Acme Foods",
        "bolt.example",
        "t-0001",
        "t-0002",
        "t-0003",
    ];
    let run = report(&dir).ends(2).says("`Dana Fox` names an agent");
    names
        .into_iter()
        .fold(run, |run, name| run.says(&format!("`{name}` names a customer")));
    let allow = "[isolation]\nallow = [\"Bolt Freight\", \"Dana Fox\", \"Crane Bank\", \"Acme Foods\", \"bolt.example\", \"t-0001\", \"t-0002\", \"t-0003\"]\n";
    let log = record(1, "t-0001", &json!({}));
    report(&folder(&(case + allow), TENANTS, &log)).ends(0);
}

/// A customer that only the logs have is known after the scan, and what every report would print of
/// it stops them.
#[test]
fn a_role_that_names_a_customer_out_of_the_logs_stops_the_others() {
    let log =
        record(1, "t-0001", &json!({})) + &record(2, "", &json!({"tenant": {"id": "t-0009", "name": "Unlisted Ltd"}}));
    for said in ["role", "employer", "country"] {
        let said = format!("name = \"Dana Fox\"\n{said} = \"Keeper of Unlisted Ltd\"\n");
        let case = CASE.replace("name = \"Dana Fox\"\n", &said) + "[reports]\nagents_k = 1\n";
        let dir = folder(&case, TENANTS, &log);
        report(&dir).ends(1).says("NOT RELEASED");
        let findings = json(&dir.path("out/findings.json"));
        assert_eq!(findings["isolation"]["stopped"], json!(["t-0001"]), "{said}");
    }
}

/// A customer that the directory does not have is known only after the scan.
#[test]
fn a_title_that_names_a_customer_out_of_the_logs_stops_the_others() {
    let log = record(1, "t-0001", &json!({}))
        + &record(
            2,
            "t-0002",
            &json!({"tenant": {"id": "t-0009", "name": "Unlisted Ltd"}}),
        );
    let dir = folder(&CASE.replace("An incident", "The Unlisted Ltd incident"), TENANTS, &log);
    report(&dir).ends(1).says("NOT RELEASED");
    let findings = json(&dir.path("out/findings.json"));
    assert_eq!(findings["isolation"]["stopped"], json!(["t-0001"]));
    // The manifest holds the title too, and is searched as well.
    let found = findings["isolation"]["found"].as_array().expect("finds").iter();
    let fields: Vec<_> = found.map(|found| found["field"].as_str().expect("a file")).collect();
    assert_eq!(
        fields,
        ["letter.eml", "letter.txt", "manifest.json", "report.html", "report.md"]
    );
    assert!(!dir.path("out/tenants/t-0001").exists() && dir.path("out/tenants/t-0009/report.html").exists());
    assert!(!dir.path("out/.staging").exists());
}

#[test]
fn what_belongs_to_one_customer_is_masked_in_the_reasons_of_others() {
    let file = json!({"target": {"type": "file", "id": "Budget-2026.xlsx"}});
    let log = record(1, "t-0001", &file) + &record(2, "t-0002", &json!({"justification": "as in Budget-2026.xlsx"}));
    let dir = folder(CASE, TENANTS, &log);
    assert!(!report(&dir).stdout.contains("NOT RELEASED"));
    let (own, other) = (
        text(&dir, "out/tenants/t-0001/actions.jsonl"),
        text(&dir, "out/tenants/t-0002/actions.jsonl"),
    );
    assert!(own.contains("Budget-2026.xlsx") && !other.contains("Budget"));
    assert!(text(&dir, "out/isolation.csv").contains("t-0002,masked,Budget-2026.xlsx,thing,t-0001,justification"));
    dir.run(["verify", "out", "--logs", "."]).says("It verifies");
}

#[test]
fn ticket_given_as_the_reason_is_shown_whomever_it_is_of() {
    let viewed = json!({"target": {"type": "ticket", "id": "CASE-41606"}});
    let log = record(1, "t-0001", &viewed)
        + &record(2, "t-0002", &json!({"ticket": "CASE-41606"}))
        + &record(3, "t-0002", &json!({"ticket": "as CASE-41606"}));
    let dir = folder(CASE, TENANTS, &log);
    report(&dir);
    let lines = text(&dir, "out/tenants/t-0002/actions.jsonl");
    let tickets: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("a line")["ticket"].clone())
        .collect();
    assert_eq!(tickets, ["CASE-41606", "as [another customer]"]);
}

/// The answer releases all of them or none, so it is asked once.
#[test]
fn a_name_that_stops_many_reports_is_one_question() {
    let all = (10..20).map(|number| record(number, &format!("t-{number}"), &json!({})));
    let log = all.collect::<String>() + &record(2, "", &json!({"tenant": {"id": "t-0009", "name": "Unlisted Ltd"}}));
    let case = CASE.replace("An incident", "The Unlisted Ltd incident");
    let dir = folder(&case, TENANTS, &log);
    report(&dir)
        .ends(1)
        .says("NOT RELEASED until one question is answered: may `Unlisted Ltd` stand");
    let findings = json(&dir.path("out/findings.json"));
    let message = findings["caveats"][0]["message"].as_str().expect("a message");
    assert!(
        message
            .contains("a name of `t-0009`? 10 reports have it in `letter.eml`, `letter.txt`, `manifest.json`, `report.html`, `report.md` and wait"),
        "{message}"
    );
    assert_eq!(message.matches("NOT RELEASED").count(), 1);
    assert_eq!(findings["isolation"]["stopped"].as_array().map(Vec::len), Some(10));
    let index = text(&dir, "out/index.html");
    let isolation = index.split("<h2 id=\"isolation\">").nth(1).expect("a section");
    assert_eq!(isolation.matches("<td><bdi>Unlisted Ltd</bdi></td>").count(), 1);
    dir.run(["verify", "out", "--logs", "."])
        .ends(0)
        .says("were not released");
    let allowed = case + "[isolation]\nallow = \"Unlisted Ltd\"\n";
    let dir = folder(&allowed, TENANTS, &log);
    assert!(!report(&dir).stdout.contains("NOT RELEASED"));
}

#[test]
fn of_an_event_of_several_customers_each_reads_its_own_part() {
    let both = json!([{"id": "t-0001"}, {"id": "t-0002"}]);
    let user = |id: &str| json!({"type": "user", "id": id, "name": ""});
    let log = record(1, "t-0001", &json!({"target": user("u-1111")}))
        + &record(
            2,
            "",
            &json!({"tenant": null, "tenants": both, "target": user("u-1111")}),
        )
        + &record(
            3,
            "",
            &json!({"tenant": null, "tenants": both, "target": user("u-9999")}),
        )
        + &record(
            4,
            "",
            &json!({"tenant": null, "tenants": both, "target": {"type": "policy", "name": "Default"}}),
        );
    let dir = folder(CASE, TENANTS, &log);
    report(&dir).ends(1);
    let of = |tenant: &str| text(&dir, &format!("out/tenants/{tenant}/actions.jsonl"));
    let (one, two) = (of("t-0001"), of("t-0002"));
    assert_eq!((one.matches("u-1111").count(), two.matches("u-1111").count()), (2, 0));
    assert_eq!(
        (one.matches("u-9999").count(), two.matches("u-9999").count()),
        (0, 0),
        "nobody knows whose it is"
    );
    assert_eq!((one.matches("Default").count(), two.matches("Default").count()), (1, 1));
    assert_eq!(one.matches("t-0002").count() + two.matches("t-0001").count(), 0);
    assert!(two.contains("[not shown: an action in several tenants]"));
}

/// Found by the law of the canaries: one customer's event is about an address of another's, and was
/// logged with its quotation marks.
#[test]
fn quotation_marks_around_a_name_in_one_customer_s_log_stop_nobody_else_s_folder() {
    let quoted = |text: &str| json!({"target": {"type": "page", "id": format!("\"{text}\"")}});
    let user = json!({"target": {"type": "user", "id": "\"u-77\"", "name": "[Jo Bloggs]"}});
    let log = record(1, "t-0001", &json!({"justification": "jo@acme.example"}))
        + &record(2, "t-0002", &quoted("jo@acme.example"))
        + &record(3, "t-0002", &quoted("j\u{200b}o@acme\u{ad}.example"))
        + &record(4, "t-0002", &user)
        + &record(5, "t-0003", &json!({"justification": "u-77", "ticket": "Jo Bloggs"}));
    let dir = folder(CASE, TENANTS, &log);
    let run = report(&dir).ends(1);
    assert!(!run.stdout.contains("NOT RELEASED"), "{}", run.stdout);
    let of = |tenant: &str| text(&dir, &format!("out/tenants/{tenant}/actions.jsonl"));
    assert!(
        of("t-0001").contains("\"justification\":\"jo@acme.example\""),
        "its own address"
    );
    assert!(!of("t-0002").contains("acme.example"));
    assert!(!of("t-0003").contains("u-77") && !of("t-0003").contains("Bloggs"));
}

/// A log's author may call a user like a piece of every file.
#[test]
fn a_user_who_is_called_like_a_piece_of_a_file_stops_nobody_s_folder() {
    let user = |id: &str, name: &str| json!({"target": {"type": "user", "id": id, "name": name}});
    let log = record(1, "t-0001", &user("u-1", "Kim"))
        + &record(2, "t-0002", &user("user\",\"id\":\"u-1", "Agent KTWN,user.view"));
    let dir = folder(CASE, TENANTS, &log);
    let run = report(&dir).ends(0);
    assert!(!run.stdout.contains("NOT RELEASED"), "{}", run.stdout);
}

/// A target that is known to belong to another tenant from that tenant's own events is not shown,
/// with enough memory and without.
#[test]
fn of_an_event_of_several_customers_nobody_reads_what_is_known_to_be_another_s() {
    let page = |id: &str, name: &str| json!({"type": "document", "id": id, "name": name});
    let both = |page: Value| json!({"tenant": null, "tenants": [{"id": "t-0001"}, {"id": "t-0002"}], "target": page});
    let log = record(1, "t-0002", &json!({"target": page("d-77", "Merger plan")}))
        + &record(2, "", &both(page("d-77", "")))
        + &record(3, "", &both(page("", "Merger Plan")))
        + &record(4, "", &both(page("d-99", "Handbook")));
    let dir = folder(CASE, TENANTS, &log);
    report(&dir).ends(1);
    let of = |tenant: &str| text(&dir, &format!("out/tenants/{tenant}/actions.jsonl"));
    let (one, two) = (of("t-0001"), of("t-0002"));
    assert!(!one.contains("d-77") && !one.contains("Merger"), "{one}");
    assert_eq!(one.matches("[not shown: an action in several tenants]").count(), 2);
    assert!(one.contains("d-99") && two.contains("d-99"), "nobody's own");
    assert_eq!((two.matches("d-77").count(), two.matches("not shown").count()), (2, 0));
    let listed = text(&dir, "out/isolation.csv");
    assert!(
        listed.contains("t-0001,masked,d-77,thing,t-0002,target,e2,"),
        "{listed}"
    );
    dir.run(["report", "case.toml", "--memory", "1B", "--out", "spilt"])
        .ends(1);
    for name in [
        "tenants/t-0001/actions.jsonl",
        "tenants/t-0002/actions.jsonl",
        "isolation.csv",
    ] {
        assert_eq!(text(&dir, &format!("out/{name}")), text(&dir, &format!("spilt/{name}")));
    }
    dir.run(["verify", "out", "--logs", "."]).ends(0);
}

/// Every identifier of everybody, in every file as it stands, by nothing but their bytes.
#[test]
fn no_file_of_the_sample_holds_a_name_of_another() {
    let dir = Dir::new();
    let out = dir.path("out");
    let mut command = program(root());
    Run::of(
        command
            .args(["report", "sample_logs/case.toml", "--quiet", "--out"])
            .arg(&out),
    )
    .ends(1);
    let mut directory = csv::Reader::from_path(root().join("sample_logs/tenants.csv")).expect("tenants");
    let rows: Vec<csv::StringRecord> = directory.records().map(|row| row.expect("a row")).collect();
    let of = |row: &csv::StringRecord| {
        let domains = row[2].split(' ').map(str::to_owned).collect::<Vec<_>>();
        [row[0].to_owned(), row[1].to_owned()].into_iter().chain(domains)
    };
    let names: Vec<(&str, String)> = rows
        .iter()
        .flat_map(|row| of(row).map(|name| (&row[0], name)))
        .filter(|(_, name)| !name.is_empty())
        .collect();
    let finder = aho_corasick::AhoCorasick::new(names.iter().map(|(_, name)| name)).expect("an automaton");
    let findings = json(&out.join("findings.json"));
    let mut looked = 0;
    for tenant in findings["tenants"].as_array().expect("tenants") {
        let own = tenant["id"].as_str().expect("an id");
        let known = rows.iter().find(|row| &row[0] == own).map_or("", |row| &row[1]);
        for (file, bytes) in files(&out.join("tenants").join(tenant["slug"].as_str().expect("a slug"))) {
            let text = String::from_utf8(bytes).expect("UTF-8");
            for found in finder.find_overlapping_iter(&text) {
                let (id, name) = &names[found.pattern().as_usize()];
                assert!(*id == own || known.contains(name.as_str()), "{own}/{file} names {name}");
            }
            looked += text.len();
        }
    }
    assert!(looked > 1_000_000);
}

/// A part of an agent's name and a common word that is a tenant's name are a person's to decide,
/// with the place of the sentence and the key that decides.
#[test]
fn near_words_of_the_case_are_told_with_their_places() {
    let tenants = "id,name\nt-1,Apple Inc.\nt-2,Bolt Freight\n";
    let log = record(1, "t-2", &json!({}));
    let case = CASE.replace("An incident", "Dana's laptop with Apple and fox stickers");
    let dir = folder(&case, tenants, &log);
    report(&dir).ends(1);
    let findings = json(&dir.path("out/findings.json"));
    assert_eq!(
        findings["isolation"]["case_words"],
        json!([
            {"place": "case.toml:4:9", "text": "Apple", "of": ["t-1"]},
            {"place": "case.toml:4:9", "text": "Dana", "of": ["ag-01"]},
        ])
    );
    let caveats = findings["caveats"].as_array().expect("caveats");
    let near = caveats.iter().find(|caveat| caveat["code"] == "near-names");
    let told = near.and_then(|caveat| caveat["message"].as_str()).expect("it is told");
    assert!(
        told.contains("`Dana` at case.toml:4:9 (`ag-01`)") && told.contains("`allow`"),
        "{told}"
    );
    for decided in [
        case.clone() + "[isolation]\nallow = [\"Dana\", \"Apple\"]\n",
        case.replace("[coverage]", "[reports]\nagents = \"name\"\n[coverage]") + "[isolation]\nallow = [\"Apple\"]\n",
    ] {
        let dir = folder(&decided, tenants, &log);
        report(&dir).ends(0);
        assert!(json(&dir.path("out/findings.json"))["isolation"]["case_words"].is_null());
    }
}
