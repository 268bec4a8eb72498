use std::{borrow::Cow, sync::Arc};

use super::*;
use crate::{
    case::{AgentId, Tenure},
    events::Matching,
};

fn agent(id: &str, email: &str, identities: &[&str]) -> Agent {
    Agent {
        id: AgentId(id.to_owned()),
        email: Some(email.to_owned()),
        identities: identities.iter().map(|&one| one.to_owned()).collect(),
        name: None,
        employer: None,
        role: None,
        country: None,
        pseudonym: String::new(),
        tenure: Tenure::default(),
        unlisted: false,
        user_names: Vec::new(),
        derived: false,
        derived_names: Vec::new(),
    }
}

fn scope(name: &str, hours: std::ops::Range<u32>, agents: &[usize]) -> Scope {
    let at = |hour: u32| format!("2026-01-16T{hour:02}:00:00Z").parse().expect("a time");
    let window = Window {
        from: at(hours.start),
        until: at(hours.end),
    };
    Scope {
        name: name.to_owned(),
        window,
        basis: None,
        agents: agents.to_vec(),
        open: false,
        conditions: Conditions::default(),
        ties: None,
    }
}

fn set() -> ScopeSet {
    let agents = [
        agent("A-1", "ann@x.example", &["Straße"]),
        agent("A-2", "bob@x.example", &["key-1"]),
    ];
    ScopeSet::compile(
        &[scope("possible", 0..10, &[0, 1]), scope("attributed", 4..5, &[1])],
        &agents,
    )
}

fn attribute(set: &ScopeSet, within: u64, named: &[(Matching, &str)]) -> Option<(usize, usize, u64)> {
    let label: Arc<str> = "actor".into();
    let named: Vec<_> = named
        .iter()
        .map(|&(matching, value)| Named {
            label: &label,
            matching,
            value: Cow::Borrowed(value),
        })
        .collect();
    set.attribute(ScopeMask(within), &set.listed(&named))
        .map(|found| (found.agent, found.named, found.scopes.0))
}

#[test]
fn windows_come_first_and_are_half_open() {
    let at = |text: &str| set().at(text.parse().expect("a time")).0;
    assert_eq!(at("2026-01-16T00:00:00Z"), 0b01);
    assert_eq!(at("2026-01-16T04:00:00.000000000Z"), 0b11);
    assert_eq!(at("2026-01-16T05:00:00Z"), 0b01);
    assert_eq!(at("2026-01-16T10:00:00Z"), 0b00);
}

#[test]
fn addresses_match_without_case_and_ids_exactly() {
    let set = set();
    assert_eq!(
        attribute(&set, 0b11, &[(Matching::Folded, "ANN@X.example")]),
        Some((0, 0, 0b01))
    );
    assert_eq!(
        attribute(&set, 0b11, &[(Matching::Folded, "STRASSE")]),
        Some((0, 0, 0b01))
    );
    assert_eq!(attribute(&set, 0b11, &[(Matching::Exact, "a-1")]), None);
    assert_eq!(attribute(&set, 0b11, &[(Matching::Exact, "key-1")]), Some((1, 0, 0b11)));
    assert_eq!(attribute(&set, 0b11, &[(Matching::Exact, "KEY-1")]), None);
    assert_eq!(
        attribute(&set, 0b11, &[(Matching::Exact, " key-1 ")]),
        Some((1, 0, 0b11))
    );
    assert_eq!(
        attribute(&set, 0b11, &[(Matching::Exact, "ANN@x.example")]),
        Some((0, 0, 0b01))
    );
}

#[test]
fn any_named_actor_may_match_and_the_first_in_scope_is_the_agent() {
    let set = set();
    let customer = (Matching::Folded, "user@customer.example");
    assert_eq!(
        attribute(&set, 0b11, &[customer, (Matching::Exact, "A-2")]),
        Some((1, 1, 0b11))
    );
    assert_eq!(
        attribute(&set, 0b10, &[(Matching::Exact, "A-1"), (Matching::Exact, "A-2")]),
        Some((1, 1, 0b10))
    );
    assert_eq!(
        attribute(&set, 0b11, &[(Matching::Exact, "A-1"), (Matching::Exact, "A-2")]),
        Some((0, 0, 0b11))
    );
    assert_eq!(
        attribute(&set, 0b10, &[(Matching::Exact, "A-1")]),
        None,
        "listed, and not in this scope"
    );
}

fn session(sessions: &[&str]) -> Traits {
    Traits {
        sessions: sessions.iter().map(|session| (*session).to_owned()).collect(),
        ..Traits::default()
    }
}

#[test]
fn sessions_and_addresses_narrow_a_scope_where_given() {
    let mut scopes = [scope("possible", 0..10, &[0]), scope("attributed", 0..10, &[0])];
    scopes[1].conditions.sessions = vec!["s1".to_owned()];
    let set = ScopeSet::compile(&scopes, &[agent("A-1", "ann@x.example", &[])]);
    assert_eq!(set.narrowed(ScopeMask(0b11), &session(&["s1"])).0, 0b11);
    assert_eq!(set.narrowed(ScopeMask(0b11), &session(&["s2"])).0, 0b01);
    assert_eq!(
        set.narrowed(ScopeMask(0b11), &session(&[])).0,
        0b11,
        "a session that is not logged rules nothing out"
    );
    assert_eq!(set.narrowed(ScopeMask(0b10), &session(&["s2"])).0, 0);
    let both = session(&["s2", "s1"]);
    assert_eq!(set.narrowed(ScopeMask(0b10), &both).0, 0b10, "any of several is enough");
}

#[test]
fn addresses_compare_as_addresses() {
    assert!(addresses::same("2001:db8::1", "2001:DB8:0::1"));
    assert!(addresses::same("192.0.2.1", "::ffff:192.0.2.1"));
    assert!(!addresses::same("192.0.2.1", "192.0.2.10"));
    assert!(addresses::same("AWS Internal", "AWS Internal"));
}

#[test]
fn identities_are_found_in_bytes_that_are_no_event() {
    let set = set();
    let names = |text: &str| set.identities().named_in(text.as_bytes());
    assert_eq!(names(r#"{"email":"ann@x.example","#), [0]);
    assert_eq!(names(r#"{"email":"ANN\u0040x.example","#), [0]);
    assert_eq!(names("A-1 and key-1"), [0, 1]);
    assert_eq!(names(r#""user":"stra\u00dfe\/A-2\"#), [0, 1]);
    assert_eq!(names("b\0o\0b\0@\0x\0.\0e\0x\0a\0m\0p\0l\0e\0"), [1]);
    assert_eq!(names("joann@x.example, A-11, monkey-1"), [0_usize; 0]);
    assert_eq!(set.identities().named_in(b"\xff\xfe bob@x.example \xff"), [1]);
    // One identity that is too short for a fragment, or not ASCII, makes the search use the
    // automaton.
    let sets = ["andre", "xy", "\u{65e5}\u{672c}\u{4eba}"].map(|other| {
        let identities = ["strasse@x.example", "andre", "fi@x.example", other];
        ScopeSet::compile(&[], &[agent("A-1", "kim@x.example", &identities)])
    });
    for (text, named) in [
        ("日本 KIM@x.example", true),
        ("\u{212a}im@x.example", true),
        ("日本 akim@x.example", false),
        ("for stra\u{df}e@x.example", true),
        ("for STRA\u{1e9e}E@x.example", true),
        ("to \u{fb01}@x.example", true),
        // An accent belongs to its letter, even though folding removes it.
        ("by Andr\u{e9}", false),
        ("by andre\u{301}", false),
        ("by andre", true),
        ("がkim@x.example", false),
        ("\u{439}kim@x.example", false),
        ("\u{2260}kim@x.example", true),
        ("k\0im@x.example", true),
        ("kim@x.example\0", true),
    ] {
        // A backslash makes the search decode the text, which must not change the result.
        let decoded = format!("{text} {}\\\\", "x".repeat(99));
        for identities in sets.iter().map(ScopeSet::identities) {
            for text in [text, &decoded] {
                assert_eq!(identities.any_named_in(text.as_bytes()), named, "{text}");
                assert_eq!(!identities.named_in(text.as_bytes()).is_empty(), named, "{text}");
            }
        }
    }
}

mod both_ways {
    use proptest::prelude::*;

    use super::*;

    /// Identities with little in common, and texts made of parts of them.
    const IDENTITY: &str = "[a-ds]{2,3}[-.@]?[a-es1-3]{1,3}";

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        /// One identity that is too short for a fragment makes the search use the automaton, which
        /// changes nothing else.
        #[test]
        fn identities_are_found_by_fragments_as_by_an_automaton(
            identities in prop::collection::btree_set(IDENTITY, 1..70),
            pieces in prop::collection::vec((any::<prop::sample::Index>(), "[ -@.a1é\u{df}\\\\\"]{0,2}", any::<bool>()), 0..9),
        ) {
            let identities: Vec<_> = identities.iter().map(String::as_str).collect();
            let mut text = String::new();
            for (which, between, capital) in pieces {
                let identity = identities[which.index(identities.len())];
                text += &if capital { identity.to_uppercase() } else { identity.to_owned() };
                text += &between;
            }
            let agents = identities.iter().map(|identity| agent(identity, identity, &[]));
            let fragments = ScopeSet::compile(&[], &agents.clone().collect::<Vec<_>>());
            let automaton = ScopeSet::compile(&[], &agents.chain([agent("zz", "zz", &[])]).collect::<Vec<_>>());
            let named = automaton.identities().named_in(text.as_bytes());
            prop_assert_eq!(fragments.identities().named_in(text.as_bytes()), named.clone());
            for set in [&fragments, &automaton] {
                prop_assert_eq!(set.identities().any_named_in(text.as_bytes()), !named.is_empty(), "{}", text);
            }
        }
    }
}

#[test]
fn addresses_compare_as_addresses_and_networks_hold_them() {
    for (listed, logged) in [
        ("203.0.113.7", "203.0.113.7:51234"),
        ("203.0.113.7", "::ffff:203.0.113.7"),
        ("203.0.113.7", "[::ffff:203.0.113.7]:443"),
        ("203.0.113.7:1", "203.0.113.7"),
        ("2001:db8::1", "[2001:0db8:0::1]:443"),
        ("2001:db8::1", "[2001:db8::1]"),
        ("fe80::1", "fe80::1%eth0"),
        ("203.0.113.0/24", "203.0.113.7:51234"),
        ("203.0.113.7/32", "203.0.113.7"),
        ("0.0.0.0/0", "203.0.113.7"),
        ("2001:db8::/32", "[2001:db8:1::9]:22"),
        ("::/0", "2001:db8::1"),
        ("relay-7", "relay-7"),
        ("a/b", "a/b"),
        ("a,b", "a,b"),
        ("203.0.113.7", "203.0.113.7, 10.0.0.1"),
        ("203.0.113.7", "10.0.0.1,203.0.113.7:8080"),
    ] {
        assert!(addresses::same(listed, logged), "{listed} {logged}");
    }
    for (listed, logged) in [
        ("203.0.113.7", "203.0.113.70"),
        ("203.0.113.7", "203.0.113.7.example"),
        ("203.0.113.0/24", "203.0.114.7"),
        ("203.0.113.0/33", "203.0.113.7"),
        ("0.0.0.0/0", "2001:db8::1"),
        ("2001:db8::1", "[2001:db8::1]x"),
        ("relay-7", "203.0.113.7"),
    ] {
        assert!(!addresses::same(listed, logged), "{listed} {logged}");
    }
}
