//! Tests of all reports of the fixture: required and forbidden content.

use base64ct::{Base64, Encoding as _};

use super::{
    Artifact, Reports, Templates, findings_json,
    fixture::{self, HOSTILE, answer},
    spread_findings_json,
};
use crate::{
    case::AgentNaming,
    findings::{Answer, CaveatCode},
};

fn files(answer: &Answer, tenant: usize) -> Vec<Artifact> {
    let reports = Reports::new(&answer.findings, Templates::built_in());
    let mut files = Vec::new();
    super::tenant(&reports.header, &reports.templates, &answer.tenants[tenant], &mut files).expect("memory");
    files
}

fn overview(answer: &Answer) -> Vec<Artifact> {
    let reports = Reports::new(&answer.findings, Templates::built_in());
    let mut files = Vec::new();
    reports.overview(answer, &|_| None, &mut files).expect("memory");
    super::findings(&answer.findings, &mut files).expect("memory");
    files
}

fn named(files: &[Artifact], name: &str) -> String {
    let file = files.iter().find(|file| file.path.ends_with(name)).expect(name);
    String::from_utf8(file.bytes.clone()).expect("UTF-8")
}

/// The files that the contract of the bundle promises.
#[test]
fn every_promised_file_is_made() {
    let answer = answer();
    let paths = |files: Vec<Artifact>| files.into_iter().map(|file| file.path).collect::<Vec<_>>();
    let tenant = [
        "report.html",
        "report.md",
        "actions.csv",
        "actions.jsonl",
        "people.csv",
        "letter.txt",
        "letter.eml",
    ];
    assert_eq!(paths(files(&answer, 0)), tenant);
    let internal = [
        "index.html",
        "tenants.csv",
        "mailing.csv",
        "refused.csv",
        "near.csv",
        "census.csv",
        "isolation.csv",
        "masked.jsonl",
        "unattributed.jsonl",
        "findings.json",
    ];
    assert_eq!(paths(overview(&answer)), internal);
}

/// The main law of reports: a tenant's files hold nothing of others and no internal text of the
/// vendor.
#[test]
fn a_tenant_sees_nothing_of_another() {
    let answer = answer();
    for (at, tenant) in answer.tenants.iter().enumerate() {
        let own = files(&answer, at);
        for file in &own {
            let text = String::from_utf8_lossy(&file.bytes);
            let others = answer
                .tenants
                .iter()
                .filter(|other| other.finding.id != tenant.finding.id);
            let names = others
                .flat_map(|other| [Some(&other.finding.id.0), other.finding.name.as_ref()])
                .flatten();
            for name in names {
                assert!(!text.contains(name.as_str()), "{} names {name}", file.path);
            }
            for secret in [
                "SECRETNAME",
                "secretmail",
                "secretidentity",
                "agent-0",
                "VENDOR-ONLY",
                "superuser-a",
                "logs/day",
            ] {
                assert!(!text.contains(secret), "{} holds {secret}", file.path);
            }
        }
    }
}

/// The reason for a scope may concern others, so it is given only to those it is the reason for.
#[test]
fn the_basis_of_a_scope_is_for_those_in_it() {
    let answer = answer();
    assert!(named(&files(&answer, 0), "report.html").contains("ATTRIBUTED-BASIS"));
    for name in ["report.html", "report.md"] {
        let text = named(&files(&answer, 2), name);
        assert!(!text.contains("ATTRIBUTED-BASIS"), "{name}");
        assert!(text.contains("attributed"), "{name} still lists the scope");
    }
}

#[test]
fn agents_are_named_where_the_case_says_so() {
    let mut answer = answer();
    answer.findings.agent_naming = AgentNaming::Name;
    for file in files(&answer, 0)
        .iter()
        .filter(|file| file.path != "people.csv" && !file.path.starts_with("letter."))
    {
        let text = String::from_utf8_lossy(&file.bytes);
        assert!(text.contains("SECRETNAME0 Person"), "{}", file.path);
        assert!(!text.contains("secretmail"), "{}", file.path);
    }
}

/// Every field of the hostile event reaches every format; none of them acts.
#[test]
fn hostile_text_is_inert() {
    let answer = answer();
    let html = named(&files(&answer, 1), "report.html");
    assert!(html.matches("&lt;script&gt;alert(1)&lt;/script&gt;").count() >= 10);
    assert!(html.contains("{{title}}"), "log text is no template");
    for forbidden in ["<script", " onx='", "\u{202e}", "\u{1b}"] {
        assert!(!html.contains(forbidden), "{forbidden:?}");
    }
    let csv = named(&files(&answer, 1), "actions.csv");
    assert_eq!(csv.matches("\r\n").count(), 1 + answer.tenants[1].events.len());
    let index = named(&overview(&answer), "index.html");
    assert!(index.matches("<script").count() == 1 && index.contains("&lt;script&gt;"));
}

/// The overview runs one script, which its policy allows by its digest.
#[test]
fn the_overview_allows_its_own_script_alone() {
    let index = named(&overview(&answer()), "index.html");
    let (_, rest) = index.split_once("<script>").expect("a script");
    let (script, _) = rest.split_once("</script>").expect("its end");
    let digest = crate::digest::Sha256::of(script.as_bytes());
    let allowed = format!("script-src 'sha256-{}'", Base64::encode_string(&digest.0));
    assert!(index.contains(&allowed), "{allowed}");
}

/// Checks the message with its headers, and the table that spreadsheets read.
#[test]
fn message_and_mailing_say_the_same() {
    let answer = answer();
    let message = named(&files(&answer, 0), "letter.eml");
    let (headers, body) = message.split_once("\r\n\r\n").expect("a body");
    let header = |name: &str| {
        headers
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap_or_default()
    };
    let subject = header("Subject: ");
    assert!(
        subject.contains("[TLP:AMBER]") && subject.contains("in your tenant"),
        "{headers}"
    );
    let mailing = named(&overview(&answer), "mailing.csv");
    assert!(
        mailing.starts_with('\u{feff}') && mailing.contains(subject),
        "{mailing}"
    );
    let text = named(&files(&answer, 0), "letter.txt");
    assert_eq!(body.replace("\r\n", "\n"), text);
    assert!(text.contains("Dear security team"));
    for event in &answer.tenants[0].events {
        for target in event
            .targets
            .iter()
            .filter_map(|target| target.name.as_deref())
            .filter(|name| name.contains('@'))
        {
            assert!(!text.contains(target), "the letter names no user");
        }
    }
}

/// The HTML report must not load or run anything, even with an edited template.
#[test]
fn pages_are_self_contained() {
    let answer = answer();
    for text in [
        named(&files(&answer, 0), "report.html"),
        named(&overview(&answer), "index.html"),
    ] {
        assert!(text.contains("default-src 'none'; style-src 'unsafe-inline'"));
        assert_eq!(text.matches("<script").count(), usize::from(text.contains("sha256-")));
        for forbidden in ["<link", "<img", "@import", "url(", "src=", "http://", "https://"] {
            let own = text.replace("http://evil.example", "");
            assert!(!own.contains(forbidden), "{forbidden}");
        }
    }
}

#[test]
fn every_event_is_in_every_form_under_one_number() {
    let answer = answer();
    let files = files(&answer, 0);
    let (html, markdown) = (named(&files, "report.html"), named(&files, "report.md"));
    let csv = named(&files, "actions.csv");
    let lines: Vec<String> = named(&files, "actions.jsonl").lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), answer.tenants[0].events.len());
    for (number, event) in (1..).zip(&answer.tenants[0].events) {
        let commitment = event.seal.expect("a seal").commitment.to_string();
        assert!(html.contains(&format!("id=\"a{number}\"")));
        assert!(markdown.contains(&format!("- **No. {number}** ")));
        let row = csv.lines().nth(number).expect("a row");
        assert!(row.starts_with(&format!("{number},{}", event.time)) && row.contains(&commitment));
        assert!(lines[number - 1].contains(&commitment));
    }
}

/// Keys and their order are a contract with every reader's scripts.
#[test]
fn lines_have_the_promised_keys_in_order() {
    let answer = answer();
    let lines = named(&files(&answer, 1), "actions.jsonl");
    let keys = "tenant case event_id time time_original agent identity_matched action effect target outcome ticket justification ip \
                session user_agent source record_commitment scopes conflict parameters link found_by";
    for line in lines.lines() {
        let mut from = 0;
        for key in keys.split_whitespace() {
            from += line[from..].find(&format!("\"{key}\":")).expect(key);
        }
        let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(
            value.as_object().expect("an object").len(),
            keys.split_whitespace().count()
        );
        assert!(value["target"].is_array());
    }
    let logged: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let hostile = logged
        .iter()
        .find(|line| line["conflict"] == true)
        .expect("the hostile event");
    assert_eq!(hostile["justification"], HOSTILE, "the evidence copy loses nothing");
    assert_eq!(hostile["target"][1]["name"], HOSTILE);
}

/// The index names every tenant and agent: it wears the vendor's own label, and customers' files
/// wear only theirs.
#[test]
fn the_index_wears_its_own_label() {
    let answer = answer();
    let index = named(&overview(&answer), "index.html");
    assert!(index.contains(r#"<span class="tlp RED">TLP:RED</span>"#));
    assert!(index.contains("INTERNAL · TLP:RED") && !index.contains("TLP:AMBER"));
    for file in files(&answer, 0) {
        let text = String::from_utf8(file.bytes).expect("UTF-8");
        assert!(
            !text.contains("TLP:RED") && !text.contains("internal_tlp"),
            "{}",
            file.path
        );
        if file.path.contains("report.") {
            assert!(text.contains("TLP:AMBER"), "{}", file.path);
        }
    }
}

#[test]
fn findings_survive_their_file() {
    let answer = answer();
    let text = named(&overview(&answer), "findings.json");
    assert!(text.starts_with("{\n  \"schema\": ") && text.ends_with("}\n"));
    assert_eq!(
        serde_json::from_str::<crate::findings::Findings>(&text).expect("findings"),
        answer.findings
    );
}

#[test]
fn findings_spread_over_threads_are_the_same() {
    let mut findings = answer().findings;
    let tenants = findings.tenants.clone();
    for count in [0, 1, 63, 64, 65, 1500] {
        findings.tenants = tenants.iter().cycle().take(count).cloned().collect();
        let (mut one, mut several) = (Vec::new(), Vec::new());
        findings_json(&findings, &mut one).expect("memory");
        spread_findings_json(&mut findings, &mut several).expect("memory");
        assert!(one == several && findings.tenants.len() == count, "{count} tenants");
    }
}

#[test]
fn an_unknown_code_is_never_called_harmless() {
    let answer = answer();
    for name in ["report.html", "report.md"] {
        let text = named(&files(&answer, 0), name);
        assert_eq!(
            text.matches("tenant.flag.set_x9").count(),
            7,
            "under its kind, in two rows, at two persons and in two lines of the story of {name}"
        );
        assert!(text.contains("do not assume that it is harmless"), "{name}");
    }
}

/// A caveat reaches the customers it concerns, in words made for them.
#[test]
fn customers_read_the_caveats_that_concern_them() {
    let mut answer = answer();
    let with = named(&files(&answer, 0), "report.md");
    let further = |text: &str| text.contains("may be further actions") || text.contains("may be a further action");
    assert!(further(&with) && with.contains("shares its event id"));
    let other = named(&files(&answer, 2), "report.md");
    assert!(
        !other.contains("shares its event id"),
        "the conflict is in another tenant"
    );
    answer
        .findings
        .caveats
        .retain(|caveat| caveat.code != CaveatCode::PossiblyInScope);
    let without = named(&files(&answer, 0), "report.md");
    assert!(!further(&without) && without.contains("bytes show"));
}

/// A customer who reads "some records" where there is one cannot weigh it.
#[test]
fn caveat_about_one_record_says_one() {
    let mut answer = answer();
    let naming = answer
        .findings
        .refused
        .iter()
        .position(|refused| !refused.names.is_empty());
    let one = answer
        .findings
        .refused
        .swap_remove(naming.expect("a refused record that names an agent"));
    answer
        .findings
        .refused
        .retain(|refused| !refused.is_possibly_in_scope());
    answer.findings.refused.push(one.clone());
    let single = named(&files(&answer, 0), "report.md");
    assert!(
        single.contains("One record that could not be read holds the name of an agent"),
        "{single}"
    );
    answer.findings.refused.push(one);
    let two = named(&files(&answer, 0), "report.md");
    assert!(
        two.contains("Some records that could not be read hold the name"),
        "{two}"
    );
}

/// A gap of one kind of log is no gap of all of them.
#[test]
fn gap_names_the_kinds_of_log_it_is_of() {
    let mut answer = answer();
    let gap = "2026-01-17 02:00:00 to 2026-01-17 05:00:00 UTC";
    let all = named(&files(&answer, 0), "report.md");
    assert!(all.contains(&format!("- {gap}\n")), "every kind of log has it");
    answer.findings.coverage.kinds.push(crate::findings::KindCoverage {
        profile: "okta-system-log".to_owned(),
        gaps: Vec::new(),
    });
    for name in ["report.md", "report.html"] {
        let one = named(&files(&answer, 0), name);
        assert!(
            one.contains(&format!("{gap}: nothing in the log files read as superuser")),
            "{name}"
        );
        assert!(!one.contains("no log file holds"), "{name}");
    }
}

/// The smallest answer there can be: nothing optional is there, no tenant at all.
#[test]
fn a_bare_answer_renders() {
    let mut answer = fixture::answer_of(vec![fixture::impact("t", None, true, vec![fixture::event(0)])]);
    let findings = &mut answer.findings;
    findings.case.header.issued = None;
    findings.case.header.contact = None;
    findings.caveats.clear();
    findings.scopes.truncate(1);
    findings.scopes[0].basis = None;
    findings.actions.clear();
    findings.coverage.gaps.clear();
    findings.coverage.kinds.clear();
    findings.refused.clear();
    findings.conflicts.clear();
    findings.impact.share = None;
    findings.impact.customers = None;
    assert!(named(&files(&answer, 0), "report.html").contains("not yet issued"));
    answer.findings.tenants.clear();
    answer.findings.agents.clear();
    answer.unattributed.clear();
    assert!(named(&overview(&answer), "index.html").contains("There are no caveats"));
}

#[test]
fn tenants_are_ranked_by_the_gravest_effect() {
    let answer = answer();
    let index = named(&overview(&answer), "index.html");
    let at = |slug: &str| index.find(&format!("href=\"tenants/{slug}/report.html\"")).expect(slug);
    assert!(at("acme") < at("z-77"), "more actions of the gravest effect come first");
    assert!(at("z-77") < at("kyoto"), "an uncatalogued action outranks a view");
}
