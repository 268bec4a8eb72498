//! Tests each rule of isolation with texts that could break it.

use std::{collections::BTreeMap, fs};

use super::*;
use crate::{
    case::{Case, TenantId},
    digest::Sha256,
    events::{AccessEvent, Outcome, Target, TenantRef},
    records::Locator,
    scope::ScopeMask,
    seal::Nonces,
    tally::ScopedEvent,
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

pub(super) fn case(more: &str) -> Case {
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
    let lock = format!(
        "version = 1\nkey = \"{}\"\n[agents]\nag-01 = \"KTWN\"\n",
        "0".repeat(64)
    );
    fs::write(folder.path().join("agents.lock"), lock).expect("a file");
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

pub(super) fn event(tenants: &[&str], targets: &[Target], reason: &str) -> ScopedEvent {
    let tenant = |id: &&str| TenantRef {
        id: TenantId((*id).to_owned()),
        name: None,
        logged: None,
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
            parameters: None,
        },
        time_original: String::new(),
        agent: 0,
        identity_matched: "actor.id".into(),
        also_by: Box::default(),
        scopes: ScopeMask(1),
        beyond: ScopeMask::default(),
        at: Locator {
            source: 0,
            offset: 0,
            length: 1,
        },
        part: 0,
        record_sha256: Sha256::of(b""),
        seal: Some(Nonces::new(&[0; 32]).record(0, b"", Sha256::of(b""))),
        conflict: false,
        link: None,
        search: None,
    }
}

/// Everybody's, of the case and these events.
pub(super) fn names_of<'a>(
    case: &Case,
    events: &[ScopedEvent],
    paths: impl Iterator<Item = &'a str>,
    printed: impl Iterator<Item = &'a str>,
) -> Names {
    let observed = ObservedText::new(case);
    let mut shares: BTreeMap<&TenantId, Vec<&ScopedEvent>> = BTreeMap::new();
    for event in events {
        observed.words(&[event]);
        for tenant in &event.event.tenants {
            shares.entry(&tenant.id).or_default().push(event);
        }
    }
    let observed_tenants: Vec<_> = shares
        .iter()
        .map(|(id, events)| observed.observed_tenant(id, events))
        .collect();
    Names::new(case, &observed, &observed_tenants, paths, printed)
}

/// The text as this tenant may see it, where it is its own event's reason.
fn shown(case: &Case, tenant: &str, text: &str) -> String {
    shown_among(case, &[], tenant, text)
}

fn shown_among(case: &Case, others: &[ScopedEvent], tenant: &str, text: &str) -> String {
    let mut events = others.to_vec();
    events.push(event(&[tenant], &[], text));
    let names = names_of(case, &events, ["logs/a/b.jsonl"].into_iter(), std::iter::empty());
    let masked = names.for_tenant(&TenantId(tenant.to_owned())).mask(text);
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
    for text in ["The Vendor called", "write to security@vendor.example", "Agent KTWN"] {
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
        "Notioń",
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
    let replacement_for =
        |tenant: &str, target: &Target| names.for_tenant(&TenantId(tenant.to_owned())).replacement_for(target);
    let (replacement, hit) = replacement_for("t-0005", &target("tenant", "7", "x")).expect("another's id");
    assert_eq!(
        (replacement.as_str(), hit.of),
        ("[another customer]", vec!["7".to_owned()])
    );
    assert!(replacement_for("7", &target("tenant", "7", "x")).is_none());
    assert!(replacement_for("t-0005", &target("tenant", "77", "x")).is_none());
}

/// The customers of the other tests, and some whose names are short.
fn case_of_short_names(more: &str) -> Case {
    let mut case = case(more);
    let tenants = [
        ("t-0010", "IBM"),
        ("t-0011", "SAP"),
        ("t-0012", "3M"),
        ("t-0013", "\"Sky\""),
        ("t-0014", "IBM Research"),
        ("a1", "X"),
        ("42", "99"),
    ];
    let list = &mut case.directory.tenants;
    tenants
        .iter()
        .for_each(|(id, name)| list.insert([id, name, "", "", "", ""]));
    case
}

/// Covers tenants with and without events: the filter of directory names must not drop these.
#[test]
fn aliases_and_slugs_are_names_of_their_tenant() {
    let mut case = case("");
    let list = &mut case.directory.tenants;
    let aliases = "Quillhaven Stores Ltd; QHS; Ziegelhütte";
    list.insert_named([
        "t-0010",
        "Maplewick Holding",
        "",
        "",
        "",
        "",
        aliases,
        "qh-stores maplewick-eu",
    ]);
    for (text, told) in [
        ("for Quillhaven Stores Ltd", "for [another customer]"),
        ("for quillhaven-stores", "for [another customer]"),
        ("for QHS, qhs", "for [another customer], qhs"),
        ("in Ziegelhuette", "in [another customer]"),
        ("https://x/QH-Stores/y", "https://x/[another customer]/y"),
        ("see maplewick_eu", "see [another customer]"),
    ] {
        assert_eq!(shown(&case, "t-0001", text), told, "{text}");
        assert_eq!(shown(&case, "t-0010", text), text, "one's own");
    }
    let text = "Ziegelhuette, qh-stores";
    let own = event(&["t-0010"], &[], text);
    let told = shown_among(&case, &[own], "t-0001", text);
    assert_eq!(
        told, "[another customer], [another customer]",
        "of a tenant with an event"
    );
}

#[test]
fn a_short_name_in_a_sentence_is_masked_where_it_is_typed_exactly() {
    let case = case_of_short_names("");
    let another = "[another customer]";
    for (text, told) in [
        ("same as IBM", "same as [another customer]"),
        (
            "(IBM)/SAP, 3M's",
            "([another customer])/[another customer], [another customer]'s",
        ),
        ("I\u{200b}BM I&#66;M", "[another customer] [another customer]"),
        ("for Sky", "for [another customer]"),
        ("a1", another),
    ] {
        assert_eq!(shown(&case, "t-0001", text), told, "{text}");
    }
    for text in [
        "ibm, Ibm, sap, 3m, sky, SKY",
        "IBMs, xSAP, 13M, 3MB",
        "A1",
        "X, 42 of 99",
    ] {
        assert_eq!(shown(&case, "t-0001", text), text);
    }
    let user = event(&["t-0003"], &[target("user", "u1", "J B")], "");
    assert_eq!(
        shown_among(&case, &[user], "t-0001", "u1 J B"),
        "u1 J B",
        "not people's"
    );
}

#[test]
fn a_short_name_is_shielded_like_any_other_and_told() {
    let case = case_of_short_names("[isolation]\nallow = [\"SAP\", \"X 3M Y\"]");
    assert_eq!(shown(&case, "t-0010", "IBM here"), "IBM here", "one's own");
    let text = "IBM Research, IBM";
    assert_eq!(shown(&case, "t-0014", text), "IBM Research, [another customer]");
    let text = "SAP, sap, X 3M Y, 3M";
    let events = [event(&["t-0001"], &[target("tenant", "ibm", "SAP")], text)];
    let names = names_of(&case, &events, std::iter::empty(), std::iter::empty());
    let reader = names.for_tenant(&TenantId("t-0001".to_owned()));
    let masked = reader.mask(text).expect("found");
    assert_eq!(masked.shown.as_deref(), Some("SAP, sap, X 3M Y, [another customer]"));
    let told: Vec<_> = masked
        .hits
        .iter()
        .map(|hit| (hit.text.as_str(), hit.kind, hit.verdict, hit.of.join(" ")))
        .collect();
    assert_eq!(
        told,
        [
            ("SAP", Kind::Name, Verdict::Allowed, "t-0011".to_owned()),
            ("3M", Kind::Name, Verdict::Allowed, "t-0012".to_owned()),
            ("3M", Kind::Name, Verdict::Masked, "t-0012".to_owned()),
        ]
    );
    assert!(reader.replacement_for(&target("tenant", "", "SAP")).is_none());
    assert!(
        reader.replacement_for(&target("tenant", "", "ibm")).is_some(),
        "as a whole"
    );
}

/// Templates have words such as `ID`.
#[test]
fn rendered_lines_are_not_searched_for_short_names() {
    let case = case_of_short_names("");
    let names = names_of(&case, &[], std::iter::empty(), ["IBM, a1, t-0010"].into_iter());
    let reader = names.for_tenant(&TenantId("t-0001".to_owned()));
    assert!(reader.search("IBM, a1").is_empty());
    assert!(!reader.search("t-0010").is_empty());
}

#[test]
fn a_short_name_in_the_case_s_own_sentences_is_a_fault() {
    let mut case = case_of_short_names("");
    case.told[0].value = "What happened at IBM and sap".to_owned();
    let faults = check(&case).expect_err("a short name").to_string();
    assert!(faults.contains("`IBM` names a customer"), "{faults}");
    assert_eq!(faults.lines().count(), 1, "{faults}");
    case.isolation.allow = vec!["IBM".into()];
    assert!(check(&case).is_ok());
}

#[test]
fn names_of_several_words_are_found_however_they_are_joined() {
    let mut case = case("");
    let tenants = [
        ("t-0010", "Bolt Freight"),
        ("t-0011", "Coca-Cola"),
        ("t-0012", "Müller Bau"),
        ("t-0013", "At Home"),
    ];
    let list = &mut case.directory.tenants;
    tenants
        .iter()
        .for_each(|(id, name)| list.insert([id, name, "", "", "", ""]));
    for text in [
        "bolt-freight",
        "Bolt_Freight",
        "bolt.freight",
        "BoltFreight",
        "BOLTFREIGHT",
        "%42olt%2dfreight",
        "coca cola",
        "CocaCola",
        "müller-bau",
        "Mu\u{308}llerBau",
        "at-home",
    ] {
        let told = shown(&case, "t-0001", &format!("https://x/{text}/y"));
        assert_eq!(told, "https://x/[another customer]/y", "{text}");
    }
    for (text, told) in [
        ("dana.fox", "[Agent KTWN]"),
        ("Dana_Fox@free.example", "[Agent KTWN]@free.example"),
        (
            "danafox1, athome, boltfreights, ag.01, t.0001",
            "[Agent KTWN]1, athome, [another customer], ag.01, t.0001",
        ),
    ] {
        assert_eq!(shown(&case, "t-0005", text), told);
    }
    let own = "acme-logistics, ACME_LOGISTICS, acmelogistics";
    assert_eq!(shown(&case, "t-0002", own), own, "one's own");
    assert_eq!(shown(&case, "t-0001", "acme_logistics"), "[another customer]");
    case.isolation.allow = vec!["Bolt Freight".into()];
    assert_eq!(shown(&case, "t-0001", "bolt-freight"), "bolt-freight", "allowed");
}

/// Otherwise a tenant called `Notion Prod` could read about another one called `notion-prod`.
#[test]
fn what_is_somebody_s_name_exactly_is_nobody_else_s_in_another_writing() {
    let mut case = case("");
    let tenants = [("t-0010", "Big Data"), ("t-0011", "big-data")];
    let list = &mut case.directory.tenants;
    tenants
        .iter()
        .for_each(|(id, name)| list.insert([id, name, "", "", "", ""]));
    let text = "Big Data, big-data, big_data";
    assert_eq!(shown(&case, "t-0010", text), "Big Data, [another customer], big_data");
    assert_eq!(shown(&case, "t-0011", text), "[another customer], big-data, big_data");
    // A user's does not make it one's own.
    let users = ["dana.fox", "big_data"].map(|id| event(&["t-0001"], &[target("user", id, "")], ""));
    assert_eq!(
        shown_among(&case, &users, "t-0001", "dana.fox big_data"),
        "[Agent KTWN] [another customer]"
    );
    // Nor is another's user one's own because of one's name.
    let another_s = [event(&["t-0001"], &[target("user", "big_data", "")], "")];
    assert_eq!(
        shown_among(&case, &another_s, "t-0010", "big_data"),
        "[another customer]"
    );
    let both = ["t-0001", "t-0010"].map(|tenant| event(&[tenant], &[target("user", "big_data", "")], ""));
    assert_eq!(shown_among(&case, &both, "t-0010", "big_data"), "big_data");
}

#[test]
fn what_is_short_without_its_marks_is_looked_for_with_them() {
    let case = case("");
    let users = ["[u7]", "\"q-9\"", "u.k.", "(1234)"].map(|id| event(&["t-0003"], &[target("user", id, "")], ""));
    for text in ["see [u7]", "and \"q-9\"", "the u.k. man", "(1234)"] {
        assert!(
            shown_among(&case, &users, "t-0001", text).contains("[another customer]"),
            "{text}"
        );
    }
    let names = names_of(&case, &users, std::iter::empty(), std::iter::empty());
    let reader = names.for_tenant(&TenantId("t-0001".to_owned()));
    assert!(
        reader.search("{\"id\":\"q-9\",\"x\":[u7]} (1234)").is_empty(),
        "formats have such marks"
    );
}

#[test]
fn ids_with_a_bar_are_looked_for_in_files_too() {
    let case = case("");
    let users = [event(&["t-0003"], &[target("user", "auth0|5f7c8ec7", "")], "")];
    let names = names_of(&case, &users, std::iter::empty(), std::iter::empty());
    let reader = names.for_tenant(&TenantId("t-0001".to_owned()));
    assert_eq!(reader.search("| view | auth0|5f7c8ec7 |").len(), 1);
}

/// In an event of several customers.
#[test]
fn whatever_holds_an_address_is_somebody() {
    for name in [
        "ann@acme.example,bob@bolt.example",
        "mailto:cat@acme.example?subject=Hi",
        "dan@acme.example/inbox",
        "eve@acme.example;fay@acme.example",
        "gil@acme.example:25",
        "minutes for hal@acme.example",
    ] {
        assert!(TenantSearch::is_person(&target("message", "", name)), "{name}");
    }
    assert!(!TenantSearch::is_person(&target("message", "m-1", "Minutes @ 10.30")));
}

#[test]
fn other_writings_are_no_further_names() {
    let mut case = case("");
    let counts = |case: &Case| names_of(case, &[], std::iter::empty(), ["Zeta-Works zetaworks"].into_iter()).counts();
    let (before, short) = counts(&case);
    let zeta = ["t-0010", "Zeta Works", "", "", "", ""];
    case.directory.tenants.insert(zeta);
    assert_eq!(counts(&case), (before + 1, short));
}

#[test]
fn a_minimum_of_the_case_s_own_counts() {
    let case = case("[isolation]\nmin_length = 7");
    assert_eq!(shown(&case, "t-0001", "NOTION T-0005"), "NOTION T-0005");
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
        .for_tenant(&TenantId("t-0001".to_owned()))
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
    let masked = "Handed over from [Agent KTWN] ([Agent KTWN], [Agent KTWN]), log [log file]";
    assert_eq!(shown(&case(""), "t-0001", text), masked);
    let lookup_form = case("[reports]\nagents = \"name\"");
    let text = "from Dana Fox, dana.fox@helpers.example";
    assert_eq!(
        shown(&lookup_form, "t-0001", text),
        "from Dana Fox, [Agent KTWN]",
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

/// An address in others' logs makes it theirs only if no tenant has its domain.
#[test]
fn an_address_of_one_s_own_domain_is_one_s_own_whoever_mentions_it() {
    let case = case("");
    let page = |tenant: &str, id: &str| event(&[tenant], &[target("page", id, "")], "");
    let others = [
        page("t-0001", "\"jo@mueller.example\""),
        page("t-0001", "<ann@eu.mueller.example>,"),
        page("t-0001", "kim@free.example"),
        event(&["t-0005"], &[target("user", "guest@mueller.example", "")], ""),
    ];
    let text = "\"jo@mueller.example\" ann@eu.mueller.example";
    assert_eq!(shown_among(&case, &others, "t-0003", text), text);
    assert_eq!(
        shown_among(&case, &others, "t-0003", "kim@free.example guest@mueller.example"),
        "[another customer] [another customer]"
    );
    assert_eq!(
        shown_among(&case, &others, "t-0005", "jo@mueller.example"),
        "[another customer]"
    );
    let mut shared_objects = case.clone();
    let vendor = ["t-0008", "The Vendor", "vendor.example mueller.example", "", "", ""];
    shared_objects.directory.tenants.insert(vendor);
    assert_eq!(
        shown_among(&shared_objects, &others, "t-0003", "jo@mueller.example"),
        "[another customer]",
        "the domain of two"
    );
}

/// A format sets quotation marks and brackets around what is the reader's own.
#[test]
fn names_are_looked_for_without_what_surrounds_them() {
    let case = case("");
    let others = [
        event(&["t-0003"], &[target("user", "\"u-4711\"", "[Jo Bloggs]")], ""),
        event(&["t-0003"], &[target("user", "\": \"", "\", \"")], ""),
    ];
    let names = names_of(&case, &others, std::iter::empty(), std::iter::empty());
    let reader = names.for_tenant(&TenantId("t-0001".to_owned()));
    assert!(reader.search("{\"id\": \"u-1\", \"name\": \"x\"}").is_empty());
    assert_eq!(
        shown_among(&case, &others, "t-0001", "u-4711 of Jo Bloggs"),
        "[another customer] of [another customer]"
    );
}

/// The writer of a log may give a user a name that looks like a part of every file.
#[test]
fn what_holds_the_signs_of_a_format_is_looked_for_in_texts_alone() {
    let case = case("");
    let segment = "user\",\"id\":\"u-1";
    let names = ["Agent KTWN,user.view", segment, "Bloggs, Jo"];
    let others = names.map(|name| event(&["t-0003"], &[target("user", name, "")], ""));
    let names = names_of(&case, &others, std::iter::empty(), std::iter::empty());
    let reader = names.for_tenant(&TenantId("t-0001".to_owned()));
    assert!(
        reader
            .search(&format!("{{\"type\":\"{segment}\"}} Agent KTWN,user.view"))
            .is_empty()
    );
    assert_eq!(reader.search("Bloggs, Jo").len(), 1, "a comma in a name");
    assert!(reader.mask(segment).is_some_and(|masked| masked.shown.is_some()));
}

#[test]
fn a_thing_in_an_event_of_several_tenants_is_shown_to_those_who_have_it_or_if_nobody_is_known_to() {
    let case = case("[isolation]\nallow = [\"Settings\"]");
    let page = |id: &str, name: &str| target("page", id, name);
    let events = [
        event(
            &["t-0003", "t-0005", "t-0006"],
            &[page("d-1", "Plan"), page("d-2", "")],
            "",
        ),
        event(&["t-0003", "t-0005"], &[page("", "Settings"), page("", "Notion")], ""),
        event(&["t-0003", "t-0005"], &[page("d-3", "Common")], ""),
        event(&["t-0003"], &[page("D-1", "Common")], ""),
        event(&["t-0006"], &[page("d-1", "Common")], ""),
        event(&["t-0003"], &[page("", "Settings"), page("", "Notion")], ""),
        event(&["t-0006"], &[page("d-9", "\"plan\"")], ""),
    ];
    let observed = ObservedText::new(&case);
    let of = |tenant: &str| {
        let id = TenantId(tenant.to_owned());
        let own: Vec<_> = events
            .iter()
            .filter(|event| event.event.tenant(&id).is_some())
            .collect();
        (id, own)
    };
    let shares = ["t-0003", "t-0005", "t-0006"].map(of);
    let observed_tenants: Vec<_> = shares
        .iter()
        .map(|(id, events)| observed.observed_tenant(id, events))
        .collect();
    let mut object_keys = SharedObjects::of(&observed_tenants);
    let own = shares.each_ref().map(|(_, events)| object_keys.own(events));
    observed_tenants
        .iter()
        .zip(&own)
        .for_each(|(observed_tenant, own)| object_keys.owned(observed_tenant, own));
    let names = Names::new(
        &case,
        &observed,
        &observed_tenants,
        std::iter::empty(),
        std::iter::empty(),
    )
    .with_shared_objects(object_keys);
    let replacement = |at: usize, target: &Target| {
        let (replacement, hit) = names.for_tenant(&shares[at].0).foreign_object(target, &own[at])?;
        assert_eq!((replacement.as_str(), hit.kind), (SEVERAL, Kind::Thing));
        Some(hit.of.join(" "))
    };
    assert_eq!(replacement(0, &page("d-1", "Plan")), None, "its own");
    assert_eq!(replacement(1, &page("d-1", "Plan")).as_deref(), Some("t-0003 t-0006"));
    assert_eq!(replacement(1, &page("d-3", "Common")), None, "the name of several");
    assert_eq!(replacement(1, &page("", "Plan")).as_deref(), Some("t-0006"));
    assert_eq!(replacement(2, &page("d-3", "Plan")), None, "one of both is its own");
    assert_eq!(replacement(1, &page("d-2", "")), None, "nobody's own");
    assert_eq!(replacement(1, &page("", "Settings")), None, "allowed");
    assert_eq!(replacement(1, &page("", "Notion")), None, "its own name");
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
    let own = |tenant: &str, target: &Target| names.for_tenant(&TenantId(tenant.to_owned())).is_own_person(target);
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
    case.isolation.allow = vec!["Dana Fox".into(), "Helpers of Müller & Söhne".into()];
    assert!(check(&case).is_ok());
}

/// The text that states an agent's role hides no name inside it.
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

/// Programs set quotation marks and dashes in the place of those that were typed, in names and in
/// texts.
#[test]
fn quotation_marks_and_dashes_are_as_typed() {
    let mut case = case("");
    let tenants = [
        ("t-0010", "O'Neil Ltd"),
        ("t-0011", "Foo-Bar"),
        ("t-0012", "Baz — Qux"),
        ("t-0013", "D’Arc"),
    ];
    let list = &mut case.directory.tenants;
    tenants
        .iter()
        .for_each(|(id, name)| list.insert([id, name, "", "", "", ""]));
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

/// Names may be `a a a a a`, `a a a a a a` and so on, and a text may hold nothing but that letter.
#[test]
fn names_made_of_each_other_are_found_once_at_each_word() {
    let case = case("");
    let names = |tenant: &'static str| {
        (5..70).map(move |words| event(&[tenant], &[target("user", "", &"a ".repeat(words))], ""))
    };
    let events: Vec<_> = names("t-0003").collect();
    let names = names_of(&case, &events, std::iter::empty(), std::iter::empty());
    let text = "a ".repeat(10_000);
    let found = names.for_tenant(&TenantId("t-0001".to_owned())).search(&text);
    assert!(found.len() < 10_000, "{} places", found.len());
    let masked = names
        .for_tenant(&TenantId("t-0001".to_owned()))
        .mask(&text)
        .expect("found");
    assert_eq!(masked.shown.as_deref(), Some("[another customer] "));
    assert!(
        names
            .for_tenant(&TenantId("t-0003".to_owned()))
            .search(&text)
            .is_empty()
    );
}

/// Tenants whose names have a legal form, and one whose core is a common word.
fn case_of_families(more: &str) -> Case {
    let mut case = case(more);
    let tenants = [
        ("t-0020", "Otterness Pharmacy Inc.", "otterness-pharmacy.example"),
        ("t-0021", "株式会社霧ヶ丘灯台", ""),
        ("t-0022", "Nordwind Versicherung GmbH & Co. KG", ""),
        ("t-0023", "Apple Inc.", ""),
        ("t-0024", "Otterness Holding AG", ""),
    ];
    let list = &mut case.directory.tenants;
    tenants
        .iter()
        .for_each(|(id, name, domains)| list.insert([id, name, domains, "", "", ""]));
    case
}

#[test]
fn a_name_without_its_legal_form_is_masked() {
    let case = case_of_families("");
    for text in [
        "Otterness Pharmacy",
        "Otterness Pharmacy, Inc.",
        "otterness-pharmacy",
        "OtternessPharmacy",
        "Оtterness Pharmacy",
        "otterness-pharmacy[.]example",
        "霧ヶ丘灯台",
        "㈱霧ヶ丘灯台",
        "Nordwind Versicherung",
        "Nordwind Versicherung GmbH",
        "NORDWIND_VERSICHERUNG",
    ] {
        let told = shown(&case, "t-0001", &format!("as {text} said"));
        assert_eq!(told, "as [another customer] said", "{text}");
    }
    let own = "as Otterness Pharmacy said of otterness-pharmacy[.]example";
    assert_eq!(shown(&case, "t-0020", own), own);
}

#[test]
fn a_family_is_shielded_like_a_name() {
    let mut case = case_of_families("");
    let text = "as Otterness Pharmacy, apple and Apple said";
    assert_eq!(
        shown(&case, "t-0001", text),
        "as [another customer], apple and Apple said"
    );
    case.isolation.allow = vec!["Otterness Pharmacy".into()];
    assert_eq!(shown(&case, "t-0001", text), text, "allowed");
    // The exact name of another is not the reader's for being a spelling of it.
    let list = &mut case.directory.tenants;
    list.insert(["t-0030", "Zelenka Doprava", "", "", "", ""]);
    list.insert(["t-0031", "Zelenka Doprava s.r.o.", "", "", "", ""]);
    assert_eq!(shown(&case, "t-0031", "Zelenka Doprava"), "[another customer]");
    assert_eq!(shown(&case, "t-0030", "zelenka-doprava"), "zelenka-doprava");
}

/// Returns what is masked in a text, and what is left to a person.
fn verdicts(case: &Case, tenant: &str, text: &str) -> Vec<(String, Verdict, Rule)> {
    let events = [event(&[tenant], &[], text)];
    let names = names_of(case, &events, std::iter::empty(), std::iter::empty());
    let masked = names.for_tenant(&TenantId(tenant.to_owned())).mask(text);
    let hits = masked.into_iter().flat_map(|masked| masked.hits);
    hits.map(|hit| (hit.text, hit.verdict, hit.rule)).collect()
}

#[test]
fn a_common_word_is_left_to_a_person() {
    let mut case = case_of_families("");
    let text = "an apple for Apple";
    let near = [("Apple".to_owned(), Verdict::Near, Rule::CommonWords)];
    assert_eq!(verdicts(&case, "t-0001", text), near);
    assert!(verdicts(&case, "t-0023", text).is_empty(), "its own name");
    case.isolation.deny = vec!["apple".into()];
    assert_eq!(
        shown(&case, "t-0001", text),
        "an [another customer] for [another customer]"
    );
    assert_eq!(shown(&case, "t-0023", text), text, "its own name");
    case.isolation = crate::case::IsolationSettings {
        allow: vec!["Apple".into()],
        ..Default::default()
    };
    let allowed = verdicts(&case, "t-0001", text)
        .into_iter()
        .map(|(_, verdict, _)| verdict);
    assert!(
        allowed
            .collect::<Vec<_>>()
            .iter()
            .all(|verdict| *verdict == Verdict::Allowed)
    );
}

/// Returns an event that calls its tenant so.
fn called(tenant: &str, name: &str) -> ScopedEvent {
    let mut called = event(&[tenant], &[], "");
    called.event.tenants[0].name = Some(name.to_owned());
    called
}

#[test]
fn a_logged_name_of_another_tenant_is_not_one_s_own() {
    let case = case_of_families("");
    let another = "[another customer]";
    for name in [
        "Otterness Pharmacy Inc.",
        "Otterness Pharmacy",
        "OTTERNESS PHARMACY LLC",
    ] {
        let others = [called("t-0005", name)];
        assert_eq!(shown_among(&case, &others, "t-0005", name), another, "{name}");
        assert_eq!(shown_among(&case, &others, "t-0020", name), name, "the owner's");
        let names = names_of(&case, &others, std::iter::empty(), std::iter::empty());
        let claims = names
            .claimed()
            .iter()
            .map(|claim| (claim.tenant.0.as_str(), claim.of[0].0.as_str()));
        assert_eq!(claims.collect::<Vec<_>>(), [("t-0005", "t-0020")], "{name}");
    }
    // What holds an id, a domain, a contact or a name of several words, however it is written.
    for name in [
        "t-0020",
        "%4Ftterness Pharmacy",
        "Bolt / Otterness Pharmacy",
        "O\u{200b}tterness Pharmacy Prod",
        "{\"n\":\"\\\\u004ftterness Pharmacy\"}",
    ] {
        let others = [called("t-0005", name)];
        let told = shown_among(&case, &others, "t-0005", name);
        assert!(told.contains(another), "{name}: {told}");
        let names = names_of(&case, &others, std::iter::empty(), std::iter::empty());
        assert_eq!(names.claimed()[0].of[0].0, "t-0020", "{name}");
    }
    // A longer name with a word of another's is one's own.
    let longer = [called("x-3", "Acme Trading")];
    assert_eq!(shown_among(&case, &longer, "x-3", "Acme Trading"), "Acme Trading");
    let renamed = [called("t-0005", "Notion Labs")];
    assert_eq!(shown_among(&case, &renamed, "t-0005", "Notion Labs"), "Notion Labs");
    let unlisted = [called("x-1", "Gaunt Hollow Ltd"), called("x-2", "Gaunt Hollow")];
    for tenant in ["x-1", "x-2"] {
        assert_eq!(
            shown_among(&case, &unlisted, tenant, "Gaunt Hollow"),
            another,
            "of neither"
        );
    }
}

#[test]
fn what_is_withheld_of_an_event_is_withheld_in_its_texts() {
    let replacement_for = Withheld::new(["u-4711", "José Núñez", "Plan 2026.xlsx", "12"].into_iter());
    let (shown, hits) = replacement_for
        .mask("reset u-4711 (Jose Nunez, jose.nunez) in plan 2026.xlsx, 12 times")
        .expect("found");
    let not_shown = SEVERAL;
    assert_eq!(
        shown,
        format!("reset {not_shown} ({not_shown}, {not_shown}) in {not_shown}, 12 times")
    );
    assert_eq!(hits.len(), 4);
    assert!(replacement_for.mask("nothing of it").is_none());
    let person = Withheld::new(["petra.lund@x.example", "Petronella Quistgaard"].into_iter());
    for text in [
        "Quistgaard, Petronella",
        "P. Quistgaard",
        "asked petronella",
        "petra.lund asked",
        "Petronella M. Quistgaard's",
        "QUISTGAARD",
    ] {
        let (shown, _) = person.mask(text).expect(text);
        let shown = shown.to_lowercase();
        for word in ["quistgaard", "petronella", "lund"] {
            assert!(!shown.contains(word), "{text}: {shown}");
        }
    }
    // A common word says nothing by itself.
    assert!(Withheld::new(["Plan Budget"].into_iter()).mask("the plan").is_none());
}

#[test]
fn the_contact_of_another_tenant_is_masked() {
    let mut case = case("");
    let list = &mut case.directory.tenants;
    list.insert(["t-0040", "Fjordlys A/S", "", "kari.nord@mail.example", "", ""]);
    assert_eq!(
        shown(&case, "t-0001", "write to kari.nord@mail.example"),
        "write to [another customer]"
    );
    assert_eq!(
        shown(&case, "t-0040", "write to kari.nord@mail.example"),
        "write to kari.nord@mail.example"
    );
}

/// A user and an address of a domain are the tenant's own, whichever tenant lists the contact.
#[test]
fn mentioned_contact_of_another_tenant_is_masked() {
    let mut case = case("");
    let list = &mut case.directory.tenants;
    list.insert(["t-0040", "Fjordlys A/S", "", "kari.nord@mail.example", "", ""]);
    list.insert(["t-0041", "Kverndal", "kverndal.example", "", "", ""]);
    list.insert(["t-0042", "Brottum", "", "help@kverndal.example", "", ""]);
    for (address, kind, reader, masked) in [
        ("kari.nord@mail.example", "page", "t-0001", true),
        ("kari.nord@mail.example", "page", "t-0040", false),
        ("kari.nord@mail.example", "user", "t-0001", false),
        ("help@kverndal.example", "page", "t-0041", false),
        ("help@kverndal.example", "page", "t-0042", false),
        ("help@kverndal.example", "page", "t-0001", true),
    ] {
        let others = [event(&[reader], &[target(kind, address, "")], "")];
        let told = shown_among(&case, &others, reader, address);
        assert_eq!(told == "[another customer]", masked, "{reader}: {told}");
    }
}

#[test]
fn names_are_found_in_escapes_that_were_escaped_again() {
    let mut case = case("");
    let list = &mut case.directory.tenants;
    list.insert(["t-0040", "Zürcher Käserei AG", "", "", "", ""]);
    list.insert(["t-0041", "Otterness Pharmacy", "", "", "", ""]);
    for text in [
        r#"{"k":"{\"x\":[\"Z\\u00fcrcher K\\u00e4serei\"]}"}"#,
        r#"{"k":"{\"x\":\"Otterness\\nPharmacy\"}"}"#,
        r"Z\xc3\xbcrcher K\xc3\xa4serei",
        r"\u{4f}tterness Pharmacy",
        "%254Ftterness%2520Pharmacy",
        "&amp;#79;tterness Pharmacy",
        "&#79tterness Pharmacy",
        "Otter<!-- x -->ness Pharmacy",
    ] {
        let told = shown(&case, "t-0001", text).to_lowercase();
        assert!(!told.contains("tterness") && !told.contains("rcher"), "{text}: {told}");
    }
}

#[test]
fn identities_of_agents_are_found_in_other_spellings() {
    let mut case = case("");
    case.agents[0].identities = vec!["danafox9".to_owned(), "AKIAQZ7XVOY".to_owned()];
    for text in [
        "d\u{430}n\u{430}fox9",
        "DanaFox9",
        "dana-fox-9",
        "see AKIA-QZ7XVOY",
        "ag_01",
        "danafox9s",
    ] {
        let told = shown(&case, "t-0001", text);
        assert!(told.contains("[Agent KTWN]"), "{text}: {told}");
    }
}

#[test]
fn a_uuid_is_found_in_every_spelling() {
    let mut case = case("");
    let id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
    case.directory.tenants.insert([id, "", "", "", "", ""]);
    for text in [
        id,
        "3F2504E0-4F89-41D3-9A0C-0305E82C3301",
        "3f2504e04f8941d39a0c0305e82c3301",
        "{3F2504E04F8941D39A0C0305E82C3301}",
    ] {
        let told = shown(&case, "t-0001", &format!("of {text}, x"));
        assert!(told.contains("[another customer]") && !told.contains("3301"), "{told}");
    }
    let mut unmarked = case_of_short_names("");
    unmarked
        .directory
        .tenants
        .insert([&id.replace('-', ""), "", "", "", "", ""]);
    assert_eq!(shown(&unmarked, "t-0001", id), "[another customer]");
}

/// Templates, catalogue and case have such words, and so have fields that programs fill.
#[test]
fn a_common_word_of_the_directory_stops_no_file() {
    let mut case = case("");
    let list = &mut case.directory.tenants;
    list.insert(["t-0010", "Chrome", "", "", "", ""]);
    list.insert(["t-0011", "Otterness Data", "", "", "", ""]);
    let texts = ["Chrome/120, a chrome wheel, Otterness Data"];
    let names = names_of(&case, &[], std::iter::empty(), texts.into_iter());
    let reader = names.for_tenant(&TenantId("t-0001".to_owned()));
    assert!(reader.search("Mozilla/5.0 Chrome/120").is_empty());
    assert_eq!(reader.search("Otterness Data").len(), 1);
    let agent = reader.in_field("user_agent");
    assert_eq!(agent.mask("Mozilla/5.0 Chrome/120"), None);
    assert!(
        agent
            .mask("Otterness-Data/1.0")
            .is_some_and(|masked| masked.shown.is_some())
    );
    let reason = reader.in_field("justification").mask("a chrome wheel").expect("found");
    assert_eq!(reason.shown.as_deref(), Some("a [another customer] wheel"));
}

#[test]
fn what_belongs_to_one_tenant_alone_is_masked_for_others() {
    let case = case("[isolation]\nallow = \"shared-kiosk-7\"");
    let object_keys = [
        ("file", "Budget-2026.xlsx"),
        ("device", "LAPTOP-OTQ-0042"),
        ("group", "arn:aws:iam::123456789012:group/ops"),
        ("phone", "+44 20 7946 0958"),
        ("file", "Q3 Forecast Aurora.xlsx"),
        ("group", "Finance Leads Kverndal"),
        ("group", "Finance Leads"),
        ("host", "203.0.113.77"),
        ("host", "10.0.0.7"),
        ("card", "00:1B:44:11:3A:B7"),
        ("iban", "DE89 3704 0044 0532 0130 00"),
        ("kiosk", "shared-kiosk-7"),
        ("policy", "default-policy"),
        ("page", "page-00017"),
    ];
    let mut events: Vec<_> = object_keys
        .iter()
        .map(|(kind, id)| event(&["t-0003"], &[target(kind, id, "")], ""))
        .collect();
    // An object of two tenants has no owner.
    events.push(event(&["t-0001"], &[target("page", "page-00017", "")], ""));
    let names = names_of(&case, &events, std::iter::empty(), std::iter::empty());
    let shown = |tenant: &str, text: &str| {
        let reader = names.for_tenant(&TenantId(tenant.to_owned())).in_field("justification");
        reader
            .without_tenant_objects(text)
            .map_or(text.to_owned(), |(shown, _)| shown)
    };
    for (text, told) in [
        ("opened \"budget-2026.xlsx\".", "opened \"[another customer]\"."),
        ("id=laptop-otq-0042;", "id=[another customer];"),
        ("in (arn:aws:iam::123456789012:group/ops)", "in ([another customer])"),
        (
            "call +44-20-7946-0958 or +44 20 7946 0958!",
            "call [another customer] or [another customer]!",
        ),
        (
            "the shared-kiosk-7, the default-policy",
            "the shared-kiosk-7, the default-policy",
        ),
        ("see page-00017", "see page-00017"),
        (
            "opened q3 forecast aurora.xlsx, twice",
            "opened [another customer], twice",
        ),
        (
            "in Finance Finance Leads Kverndal (Q3 Forecast)",
            "in Finance [another customer] (Q3 Forecast)",
        ),
        ("the Finance Leads of all", "the Finance Leads of all"),
        (
            "from 203.0.113.77:443 and 10.0.0.7",
            "from [another customer] and 10.0.0.7",
        ),
        ("card 00:1b:44:11:3a:b7", "card [another customer]"),
        ("to DE89 3704 0044 0532 0130 00 now", "to [another customer] now"),
        (
            "https://x.example/d/Budget-2026.xlsx?dl=1",
            "https://x.example/d/[another customer]?dl=1",
        ),
        (r"C:\data\budget-2026.xlsx", r"C:\data\[another customer]"),
        ("/d/Q3%20Forecast%20Aurora.xlsx opened", "/d/[another customer] opened"),
        ("**Budget-2026.xlsx**", "**[another customer]**"),
        ("B\u{200b}udget-2026.xlsx", "[another customer]"),
        ("&#66;udget-2026.xlsx", "[another customer]"),
        ("“Q3\u{a0}Forecast\nAurora.xlsx”", "“[another customer]”"),
        (r#"{\"f\":\"LAPTOP-OTQ-0042\"}"#, r#"{\"f\":\"[another customer]\"}"#),
    ] {
        assert_eq!(shown("t-0005", text), told, "{text}");
        assert_eq!(shown("t-0003", text), text, "one's own");
    }
    let reader = names.for_tenant(&TenantId("t-0005".to_owned()));
    let (_, hits) = reader.without_tenant_objects("budget-2026.xlsx").expect("found");
    assert_eq!(
        (hits[0].kind, hits[0].of.clone()),
        (Kind::Thing, vec!["t-0003".to_owned()])
    );
}

#[test]
fn what_is_allowed_or_denied_in_a_field_is_so_in_no_other() {
    let mut case = case(
        "[isolation]\nallow = [{ text = \"Mozilla\", fields = [\"user_agent\"] }, { text = \"BSL\", fields = [\"ticket\"] }]\n\
         deny = [\"Falcon\", { text = \"apple\", fields = [\"justification\"] }]",
    );
    let list = &mut case.directory.tenants;
    for (id, name) in [
        ("t-0010", "Mozilla Otterness"),
        ("t-0011", "Mozilla"),
        ("t-0012", "BSL"),
        ("t-0013", "Apple Inc."),
    ] {
        list.insert([id, name, "", "", "", ""]);
    }
    let printed = "Mozilla BSL apple apples Falcon";
    let names = names_of(&case, &[], std::iter::empty(), [printed].into_iter());
    let another = "[another customer]";
    for (field, text, expected) in [
        ("user_agent", "Mozilla", "Mozilla"),
        ("justification", "Mozilla", another),
        ("ticket", "BSL", "BSL"),
        ("target.name", "BSL", another),
        ("justification", "an apple", "an [another customer]"),
        ("justification", "two apples", "two [another customer]"),
        ("target.name", "an apple", "an apple"),
        ("user_agent", "Falcon x", "[another customer] x"),
        ("target.type", "falcon", another),
        ("", "Mozilla apple", "[another customer] apple"),
    ] {
        let reader = names.for_tenant(&TenantId("t-0001".to_owned())).in_field(field);
        let shown = reader.mask(text).and_then(|masked| masked.shown);
        assert_eq!(shown.as_deref().unwrap_or(text), expected, "{field}: {text}");
    }
    let reader = names
        .for_tenant(&TenantId("t-0013".to_owned()))
        .in_field("justification");
    assert_eq!(reader.mask("an apple"), None, "one's own");
    let reader = names.for_tenant(&TenantId("t-0001".to_owned()));
    let target = target("ticket", "BSL", "");
    assert!(
        reader.replacement_for(&target).is_some(),
        "the id of a target is no ticket"
    );
}

#[test]
fn a_common_word_that_only_logs_have_stops_no_file() {
    let case = case("");
    let others = [called("support", "Support Engineer"), called("t-0003", "Gaunt Hollow")];
    let names = names_of(&case, &others, std::iter::empty(), std::iter::empty());
    let reader = names.for_tenant(&TenantId("t-0001".to_owned()));
    assert!(reader.search("a Support Engineer of support").is_empty());
    assert_eq!(reader.search("Gaunt Hollow").len(), 1);
    assert!(
        reader
            .mask("asked support")
            .is_some_and(|masked| masked.shown.is_some())
    );
}
