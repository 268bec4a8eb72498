//! Who may read what: every rule with the texts that tempt it.

use std::{collections::BTreeMap, fs};

use super::*;
use crate::{
    case::{Case, TenantId},
    digest::Sha256,
    events::{AccessEvent, Outcome, Target, TenantRef},
    records::Locator,
    scope::ScopeMask,
    tenants::ScopedEvent,
};

const TENANTS: &str = "id,name,domains\n\
    t-0001,Acme,acme.example\n\
    t-0002,Acme Logistics,acme-logistics.example\n\
    t-0003,Müller & Söhne,mueller.example\n\
    t-0004,京都電子 株式会社,\n\
    t-0005,Notion,\n\
    t-0006,Acme,\n\
    7,Bolt,\n\
    t-0008,The Vendor,vendor.example\n\
    123456,O\"\"Neill `x` \\\\ Co,\n";

fn case(more: &str) -> Case {
    let folder = tempfile::tempdir().expect("a folder");
    let text = format!(
        r#"
        [case]
        id = "C-1"
        title = "Title"
        vendor = "The Vendor"
        tlp = "RED"
        contact = "security@vendor.example"
        issued = 2026-01-20T00:00:00Z
        [[scopes]]
        name = "possible"
        from = 2026-01-16T00:00:00Z
        until = 2026-01-17T00:00:00Z
        basis = "Basis"
        agents = "all"
        [[agents.list]]
        id = "ag-01"
        email = "dana.fox@helpers.example"
        name = "Dana Fox"
        employer = "Helpers Ltd"
        [tenants]
        file = "tenants.csv"
        [[logs]]
        path = "logs"
        profile = "superuser"
        {more}
        "#
    );
    fs::write(folder.path().join("case.toml"), text).expect("a file");
    fs::write(folder.path().join("tenants.csv"), TENANTS).expect("a file");
    Case::load(&folder.path().join("case.toml")).expect("a good case")
}

fn target(kind: &str, id: &str, name: &str) -> Target {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Target {
        kind: text(kind),
        id: text(id),
        name: text(name),
    }
}

fn event(tenants: &[&str], targets: &[Target], reason: &str) -> ScopedEvent {
    let tenant = |id: &&str| TenantRef {
        id: TenantId((*id).to_owned()),
        name: None,
    };
    ScopedEvent {
        event: AccessEvent {
            event_id: None,
            time: "2026-01-16T01:00:00Z".parse().expect("a time"),
            action: "user.view".to_owned(),
            tenants: tenants.iter().map(tenant).collect(),
            targets: targets.to_vec(),
            outcome: Outcome::Success,
            ticket: None,
            justification: Some(reason.to_owned()),
            ip: None,
            session: None,
            user_agent: None,
        },
        time_original: String::new(),
        agent: 0,
        identity_matched: "actor.id".into(),
        scopes: ScopeMask(1),
        at: Locator {
            source: 0,
            offset: 0,
            length: 1,
        },
        part: 0,
        record_sha256: Sha256::of(b""),
        conflict: false,
    }
}

/// Everybody's, of the case and these events.
fn names_of<'a>(
    case: &Case,
    events: &[ScopedEvent],
    paths: impl Iterator<Item = &'a str>,
    printed: impl Iterator<Item = &'a str>,
) -> Names {
    let sighting = Sighting::new(case.reports.templates.is_none());
    let mut shares: BTreeMap<&TenantId, Vec<&ScopedEvent>> = BTreeMap::new();
    for event in events {
        sighting.words(&[event]);
        for tenant in &event.event.tenants {
            shares.entry(&tenant.id).or_default().push(event);
        }
    }
    let companies: Vec<_> = shares.iter().map(|(id, events)| sighting.company(id, events)).collect();
    Names::new(case, &sighting, &companies, paths, printed)
}

/// The text as this tenant may see it, where it is its own event's reason.
fn shown(case: &Case, tenant: &str, text: &str) -> String {
    shown_among(case, &[], tenant, text)
}

fn shown_among(case: &Case, others: &[ScopedEvent], tenant: &str, text: &str) -> String {
    let mut events = others.to_vec();
    events.push(event(&[tenant], &[], text));
    let names = names_of(case, &events, ["logs/a/b.jsonl"].into_iter(), std::iter::empty());
    let masked = names.for_reader(&TenantId(tenant.to_owned())).mask(text);
    masked
        .and_then(|masked| masked.shown)
        .unwrap_or_else(|| text.to_owned())
}

#[test]
fn a_name_inside_a_longer_one_is_the_longer_one_s() {
    let case = case("");
    let text = "ACME Logistics asked, Acme did not";
    assert_eq!(
        shown(&case, "t-0002", text),
        "ACME Logistics asked, [another customer] did not"
    );
    assert_eq!(shown(&case, "t-0001", text), "[another customer] asked, Acme did not");
    assert_eq!(
        shown(&case, "t-0005", text),
        "[another customer] asked, [another customer] did not"
    );
    assert_eq!(
        shown(&case, "t-0006", text),
        "[another customer] asked, Acme did not",
        "two of one name"
    );
}

#[test]
fn what_the_vendor_states_of_itself_is_no_leak() {
    let case = case("");
    for text in ["The Vendor called", "write to security@vendor.example", "Agent 01"] {
        assert_eq!(shown(&case, "t-0005", text), text);
    }
    let text = "jo@vendor.example";
    assert_eq!(
        shown(&case, "t-0005", text),
        "[another customer]",
        "an address of the vendor's tenant"
    );
}

#[test]
fn only_whole_words_are_names() {
    let case = case("");
    for text in [
        "Notional",
        "unnotion",
        "xt-0005",
        "t-00051",
        "01KFT0005NOTIONX",
        "bolted",
        "éNotion",
        "Notioń",
    ] {
        assert_eq!(shown(&case, "t-0001", text), text);
    }
    for text in [
        "(Notion)",
        "Notion's",
        "notion_prod",
        "x:t-0005:y",
        "日本Notion様",
        "Notion™",
        "Notion²",
        "\"NOTION\"",
    ] {
        assert!(shown(&case, "t-0001", text).contains("[another customer]"), "{text}");
    }
}

#[test]
fn names_are_found_however_they_are_written() {
    let case = case("");
    for text in [
        "MÜLLER & SÖHNE",
        "Mu\u{308}ller  &\tSo\u{308}hne",
        "M\u{fc}ller &amp; S&#246;hne",
        "M&Uuml;ller&nbsp;&amp; S&ouml;hne",
        "M%C3%BCller%20%26%20S%C3%B6hne",
        "M%C3%BCller+%26+S%C3%B6hne",
        "M\\u00fcller \\u0026 S\\u00f6hne",
        "Ｍüller ＆ Söhne",
        "M\u{200b}üller & Söh\u{ad}ne",
        "M⟨U+00FC⟩ller & Söhne",
        "ACME",
        "a\u{2060}cme",
        "京都電子 株式会社",
        "京都電子\u{3000}株式会社",
        "O\"\"neill `x` \\\\ co",
    ] {
        let told = shown(&case, "t-0005", &format!("von {text}様、x"));
        assert_eq!(told, "von [another customer]様、x", "{text}");
    }
}

/// In an address of a user's of one's own the name of a tenant may be a word by itself.
#[test]
fn an_address_of_one_s_own_user_stays_whole() {
    let case = case("");
    let user = event(&["7"], &[target("user", "ann@acme.example", "Ann")], "");
    let told = shown_among(&case, &[user], "7", "ann@acme.example, acme");
    assert_eq!(told, "ann@acme.example, [another customer]");
}

/// Marks of code go with the letter before them.
#[test]
fn marks_inside_a_name_hide_nothing() {
    let told = shown(&case(""), "t-0005", "von `Müller` & `Söhne`, x");
    assert_eq!(told, "von `[another customer], x");
}

#[test]
fn an_address_goes_as_a_whole() {
    let case = case("");
    let text = "mail <jo.bloggs@eu.mueller.example>, see https://mueller.example/users/jo?x=1";
    let told = "mail <[another customer]>, see [another customer]";
    assert_eq!(shown(&case, "t-0005", text), told);
    assert_eq!(shown(&case, "t-0003", text), text);
}

#[test]
fn short_names_and_numbers_are_looked_for_as_whole_values_only() {
    let case = case("");
    assert_eq!(shown(&case, "t-0005", "7 users, 12345 rows"), "7 users, 12345 rows");
    assert_eq!(shown(&case, "t-0005", "account 123456"), "account [another customer]");
    let events = [event(&["t-0005"], &[target("tenant", "7", "")], "7")];
    let names = names_of(&case, &events, std::iter::empty(), std::iter::empty());
    let withheld = |tenant: &str, target: &Target| names.for_reader(&TenantId(tenant.to_owned())).withheld(target);
    let (instead, hit) = withheld("t-0005", &target("tenant", "7", "x")).expect("another's id");
    assert_eq!((instead.as_str(), hit.of), ("[another customer]", vec!["7".to_owned()]));
    assert!(withheld("7", &target("tenant", "7", "x")).is_none());
    assert!(withheld("t-0005", &target("tenant", "77", "x")).is_none());
}

#[test]
fn a_minimum_of_the_case_s_own_counts() {
    let case = case("[isolation]\nmin_length = 7");
    assert_eq!(shown(&case, "t-0001", "Notion t-0005"), "Notion t-0005");
}

#[test]
fn what_the_case_allows_stands_and_is_told() {
    let case = case("[isolation]\nallow = [\"notion\", \"Müller & Söhne & Partner\"]");
    let text = "Notion, Müller & Söhne & Partner, Müller & Söhne";
    assert_eq!(
        shown(&case, "t-0001", text),
        "Notion, Müller & Söhne & Partner, [another customer]"
    );
    let names = names_of(
        &case,
        &[event(&["t-0001"], &[], text)],
        std::iter::empty(),
        std::iter::empty(),
    );
    let masked = names
        .for_reader(&TenantId("t-0001".to_owned()))
        .mask(text)
        .expect("found");
    let told: Vec<_> = masked
        .hits
        .iter()
        .map(|hit| (hit.text.as_str(), hit.verdict, hit.of.join(" ")))
        .collect();
    assert_eq!(
        told,
        [
            ("Notion", Verdict::Allowed, "t-0005".to_owned()),
            ("Müller & Söhne", Verdict::Allowed, "t-0003".to_owned()),
            ("Müller & Söhne", Verdict::Masked, "t-0003".to_owned()),
        ]
    );
}

#[test]
fn agents_are_masked_by_their_pseudonym_unless_the_case_names_them() {
    let text = "Handed over from dana.fox@helpers.example (DANA FOX, ag-01), log logs/a/b.jsonl";
    let masked = "Handed over from [Agent 01] ([Agent 01], [Agent 01]), log [log file]";
    assert_eq!(shown(&case(""), "t-0001", text), masked);
    let named = case("[reports]\nagents = \"name\"");
    let text = "from Dana Fox, dana.fox@helpers.example";
    assert_eq!(
        shown(&named, "t-0001", text),
        "from Dana Fox, [Agent 01]",
        "the address is not told even then"
    );
}

#[test]
fn people_are_their_tenant_s() {
    let case = case("");
    let others = [
        event(
            &["t-0003"],
            &[target("user", "u-4711", "Jo Bloggs"), target("user", "admin", "Alice")],
            "",
        ),
        event(&["t-0005"], &[target("User", "u-4712", "jo@mueller.example")], ""),
        event(&["t-0003"], &[target("report", "r", "ann@free.example")], ""),
        event(&["t-0003"], &[target("Employee", "e-4713", "")], ""),
        event(&["t-0003"], &[target("service_account", "sa-4714", "")], ""),
    ];
    let text = "as for u-4711, JO BLOGGS, ann@free.example, e-4713, sa-4714, admin, Alice";
    let another = "[another customer]";
    let told = format!("as for {another}, {another}, {another}, {another}, {another}, admin, Alice");
    assert_eq!(shown_among(&case, &others, "t-0001", text), told);
    assert_eq!(shown_among(&case, &others, "t-0003", text), text);
    // A guest of one customer in the tenant of another is that one's user too.
    assert_eq!(
        shown_among(&case, &others, "t-0005", "jo@mueller.example"),
        "jo@mueller.example"
    );
    assert_eq!(
        shown_among(&case, &others, "t-0005", "an@mueller.example"),
        "[another customer]"
    );
}

#[test]
fn a_user_s_name_does_not_make_another_tenant_s_name_one_s_own() {
    let case = case("");
    let events = [event(&["t-0005"], &[target("user", "t-0003", "Acme Logistics")], "")];
    assert_eq!(
        shown_among(&case, &events, "t-0005", "t-0003 Acme Logistics"),
        "[another customer] [another customer]"
    );
}

#[test]
fn of_several_tenants_nobody_s_people_are_known() {
    let case = case("");
    let both = event(&["t-0001", "t-0003"], &[target("user", "u-1", "Jo Bloggs")], "");
    let own = event(&["t-0001"], &[target("user", "u-2", "Ann Other")], "");
    let names = names_of(&case, &[both, own], std::iter::empty(), std::iter::empty());
    let own = |tenant: &str, target: &Target| names.for_reader(&TenantId(tenant.to_owned())).is_own_person(target);
    assert!(!own("t-0001", &target("user", "u-1", "Jo Bloggs")));
    assert!(own("t-0001", &target("user", "u-2", "")) && !own("t-0003", &target("user", "u-2", "")));
    assert!(
        own("t-0003", &target("user", "jo@mueller.example", "")),
        "an address of its own"
    );
}

#[test]
fn names_of_others_in_the_case_s_own_sentences_are_faults() {
    let mut case = case("");
    assert!(check(&case).is_ok());
    case.told[0].value = "What Dana Fox did".to_owned();
    case.told.last_mut().expect("an employer").value = "Helpers of MÜLLER &amp; söhne".to_owned();
    let faults = check(&case).expect_err("two names").to_string();
    assert!(faults.contains("case.toml:4:17: `Dana Fox` names an agent"), "{faults}");
    assert!(
        faults.contains("case.toml:19:20: `MÜLLER &amp; söhne` names a customer"),
        "{faults}"
    );
    assert_eq!(faults.lines().count(), 2, "{faults}");
    case.isolation.allow = vec!["Dana Fox".to_owned(), "Helpers of Müller & Söhne".to_owned()];
    assert!(check(&case).is_ok());
}

/// What is stated of an agent hides no name inside it.
#[test]
fn a_role_or_employer_is_nobody_s_own_name() {
    let mut case = case("");
    case.agents[0].role = Some("Engineer for Notion".to_owned());
    case.agents[0].employer = Some("Notion".to_owned());
    let text = "Engineer for Notion, of Notion";
    let told = "Engineer for [another customer], of [another customer]";
    assert_eq!(shown(&case, "t-0001", text), told);
}

/// The vendor may be its own customer, and its contact an address of that tenant's.
#[test]
fn the_vendor_s_own_tenant_is_no_fault() {
    let mut case = case("");
    assert!(check(&case).is_ok());
    case.header.vendor = "Another Vendor".to_owned();
    let faults = check(&case).expect_err("a customer's name and domain").to_string();
    assert!(
        faults.contains("`The Vendor` names a customer") && faults.contains("`vendor.example` names a customer"),
        "{faults}"
    );
}

/// Programs set quotation marks and dashes in the place of those that were typed, in names and in texts.
#[test]
fn quotation_marks_and_dashes_are_as_typed() {
    let mut case = case("");
    let tenant = |name: &str| crate::case::Tenant {
        name: Some(name.to_owned()),
        ..Default::default()
    };
    let tenants = [
        ("t-0010", "O'Neil Ltd"),
        ("t-0011", "Foo-Bar"),
        ("t-0012", "Baz — Qux"),
        ("t-0013", "D’Arc"),
    ];
    let tenants = tenants.map(|(id, name)| (TenantId(id.to_owned()), tenant(name)));
    case.directory.tenants.extend(tenants);
    for text in [
        "O’Neil Ltd",
        "O%E2%80%99Neil Ltd",
        "Foo‑Bar",
        "Foo–Bar",
        "FOO−BAR",
        "baz - qux",
        "D'Arc",
        "d&#8216;arc",
    ] {
        let told = shown(&case, "t-0001", &format!("as {text}, x"));
        assert_eq!(told, "as [another customer], x", "{text}");
    }
}

#[test]
fn a_text_full_of_names_takes_no_longer_than_its_length() {
    let case = case("");
    let text = "Notion t-0005 ".repeat(100_000);
    let told = shown(&case, "t-0001", &text);
    assert_eq!(told.matches("[another customer]").count(), 200_000);
}

/// Somebody may be called `a a a a a`, and another `a a a a a a`, and so on, and a text may be nothing but that letter.
#[test]
fn names_made_of_each_other_are_found_once_at_each_word() {
    let case = case("");
    let names = |tenant: &'static str| {
        (5..70).map(move |words| event(&[tenant], &[target("user", "", &"a ".repeat(words))], ""))
    };
    let events: Vec<_> = names("t-0003").collect();
    let names = names_of(&case, &events, std::iter::empty(), std::iter::empty());
    let text = "a ".repeat(10_000);
    let found = names.for_reader(&TenantId("t-0001".to_owned())).search(&text);
    assert!(found.len() < 10_000, "{} places", found.len());
    let masked = names
        .for_reader(&TenantId("t-0001".to_owned()))
        .mask(&text)
        .expect("found");
    assert_eq!(masked.shown.as_deref(), Some("[another customer] "));
    assert!(
        names
            .for_reader(&TenantId("t-0003".to_owned()))
            .search(&text)
            .is_empty()
    );
}
