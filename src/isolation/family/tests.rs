//! Which spellings of a name mean it, and what does not.

use proptest::prelude::*;

use super::*;

fn found(names: &[&str], text: &str) -> Vec<String> {
    let is_domain = |name: &str| name.contains('.') && !name.contains(' ');
    let kind = |name| if is_domain(name) { Kind::Domain } else { Kind::Name };
    let names: Vec<_> = names.iter().map(|name| (*name, kind(name))).collect();
    found_as(&names, text)
}

fn found_as(names: &[(&str, Kind)], text: &str) -> Vec<String> {
    let mut gathered = FamilyBuilder::new(4);
    for (name, kind) in names {
        gathered.add(name, Owner::Tenant(0), *kind);
    }
    let mut patterns = Vec::new();
    let families = Families::new(gathered, &mut patterns);
    let mut found = Vec::new();
    families.each(text, |place| {
        if !patterns[place.name].doubtful {
            found.push(text[place.whole].to_owned());
        }
    });
    found.sort();
    found.dedup();
    found
}

#[test]
fn members_of_a_family_are_found() {
    let names = [
        "Otterness Pharmacy Inc.",
        "株式会社霧ヶ丘灯台",
        "Nordwind Versicherung GmbH & Co. KG",
        "Zürcher Käserei AG",
        "Müller & Söhne GmbH",
        "otterness-pharmacy.example",
    ];
    for (text, member) in [
        ("for Otterness Pharmacy today", "Otterness Pharmacy"),
        ("for Otterness Pharmacy, Inc. today", "Otterness Pharmacy, Inc."),
        ("see otterness-pharmacy now", "otterness-pharmacy"),
        ("see otternesspharmacy now", "otternesspharmacy"),
        ("see OtternessPharmacy now", "OtternessPharmacy"),
        ("see Otterness Pharmacy's users", "Otterness Pharmacy"),
        ("two Otterness Pharmacies here", "Otterness Pharmacies"),
        ("in Otterness Pharmacy Prod", "Otterness Pharmacy"),
        ("in otternesspharmacyprod", "otternesspharmacyprod"),
        ("an Otterness <b>Pharmacy</b> user", "Otterness <b>Pharmacy"),
        ("an Otterness\nPharmacy user", "Otterness\nPharmacy"),
        ("an Оttеrness Pharmacy user", "Оttеrness Pharmacy"),
        ("an 0tterness Pharmacy user", "0tterness Pharmacy"),
        ("霧ヶ丘灯台の件", "霧ヶ丘灯台"),
        ("㈱霧ケ丘灯台の件", "㈱霧ケ丘灯台"),
        ("bei Nordwind Versicherung angerufen", "Nordwind Versicherung"),
        ("bei Nordwind-Versicherung GmbH angerufen", "Nordwind-Versicherung GmbH"),
        ("von Zuercher Kaeserei gemeldet", "Zuercher Kaeserei"),
        ("von ZURCHER KASEREI gemeldet", "ZURCHER KASEREI"),
        ("von Mueller und Soehne gemeldet", "Mueller und Soehne"),
        ("von Müller+Söhne gemeldet", "Müller+Söhne"),
        (
            "mail jo[at]otterness-pharmacy[.]example now",
            "jo[at]otterness-pharmacy[.]example",
        ),
        (
            "hxxps://otterness-pharmacy(dot)example/x now",
            "hxxps://otterness-pharmacy(dot)example/x",
        ),
    ] {
        assert!(
            found(&names, text).contains(&member.to_owned()),
            "{text}: {:?}",
            found(&names, text)
        );
    }
}

/// The label of a domain is one word that is no common one, and the name has two common words.
#[test]
fn domain_of_a_name_of_common_words_hides_no_spelling() {
    let names = [("Blue Sky LLC", Kind::Name), ("bluesky.example", Kind::Domain)];
    assert_eq!(found_as(&names, "for Blue Sky today"), ["Blue Sky"]);
    assert_eq!(found_as(&names, "for bluesky today"), ["bluesky"]);
    assert!(found_as(&names, "under a blue sky").is_empty());
}

#[test]
fn ids_are_found_with_other_signs_inside() {
    let uuid = "0b7c3f1e-9d2a-4c55-8e21-77aa10bc4411";
    let names = [
        ("t-0002", Kind::Id),
        (uuid, Kind::Id),
        ("2026-01", Kind::Id),
        ("support", Kind::Id),
    ];
    let spaced = uuid.replace('-', " ");
    let cased = uuid.replace('-', "_").to_uppercase();
    for (text, id) in [
        ("see t_0002 now", "t_0002"),
        ("see T0002, now", "T0002"),
        ("see /t/0002/users", "t/0002"),
        (&format!("see {spaced} now"), &*spaced),
        (&format!("see {cased} now"), &*cased),
    ] {
        assert_eq!(found_as(&names, text), [id], "{text}");
    }
    for text in [
        "at 0002 and t 0002",
        "t.0002",
        "t00021",
        "t-0002s",
        "in 2026_01",
        "of supports",
    ] {
        assert!(
            found_as(&names, text).is_empty(),
            "{text}: {:?}",
            found_as(&names, text)
        );
    }
}

#[test]
fn legal_form_makes_a_common_word_a_name() {
    let names = [("Apple Inc.", Kind::Name)];
    assert_eq!(found_as(&names, "at Apple, Inc. today"), ["Apple, Inc."]);
    assert_eq!(found_as(&names, "at Apple Limited today"), ["Apple Limited"]);
    for text in ["Apple limited it", "apple Inc", "Apple AS 7", "Apple INC-12"] {
        assert!(
            found_as(&names, text).is_empty(),
            "{text}: {:?}",
            found_as(&names, text)
        );
    }
}

#[test]
fn ordinary_sentences_name_nobody() {
    let names = [
        "Apple Inc.",
        "Support Ltd",
        "Blue Sky LLC",
        "Check In GmbH",
        "Hereto AG",
        "東京株式会社",
        "Müller GmbH",
    ];
    for text in [
        "the apple was red and support was asked",
        "under a blue sky we check in here to see",
        "東京の件",
        "Frau Müller rief an",
    ] {
        assert!(found(&names, text).is_empty(), "{text}: {:?}", found(&names, text));
    }
    assert_eq!(found(&names, "for Blue Sky, bluesky.example"), ["Blue Sky"]);
}

const PARTS: &str = "(Foly|ruby|Südtal|Gießerei|Łódź|ООО|Ромашка|АСМЕ|株式会社|星|ΟΔΟΣ|Zuerich|Alder|alderquay|Mae|Kaaden|Blue|Otterness|The|UAB|of|y|Co|Group|GmbH|Ltd|X1|illy|&| |-|, |\\.|\\(North\\)|e|A){1,6}";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// A name that is passed over by its beginning has no key that the texts could hold.
    #[test]
    fn every_key_begins_with_the_beginning(name in PARTS) {
        if let Some(beginning) = beginning(&name) {
            for key in keys::of_name(&name) {
                assert!(key.text.starts_with(beginning.text()), "{name}: {key:?}");
            }
        }
        if let Some(letters) = keys::first_letters(&name) {
            for key in keys::of_name(&name) {
                assert!(key.text.as_bytes().starts_with(&letters), "{name}: {key:?}");
            }
        }
        if let Some(beginnings) = keys::beginnings(&name) {
            for key in keys::of_name(&name) {
                let begins = |one: &Vec<u8>| key.text.as_bytes().starts_with(one);
                assert!(beginnings.iter().any(begins), "{name}: {key:?}");
            }
        }
        if let Some(beginnings) = first_label(&name).and_then(keys::beginnings) {
            for (key, _) in keys::of_domain(&name) {
                let begins = |one: &Vec<u8>| key.text.as_bytes().starts_with(one);
                assert!(beginnings.iter().any(begins), "{name}: {key:?}");
            }
        }
        if let Some(beginning) = first_label(&name).and_then(beginning) {
            for (key, _) in keys::of_domain(&name) {
                assert!(key.text.starts_with(beginning.text()), "{name}: {key:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Whatever the search would find in a text is not passed over before it.
    #[test]
    fn what_is_found_of_a_family_is_held(name in PARTS, before in PARTS, after in "[ .a星]?", small in any::<bool>()) {
        let name = name.trim();
        let typed = if small { name.to_lowercase() } else { name.to_owned() };
        for kind in [Kind::Name, Kind::Domain, Kind::Id] {
            let mut gathered = FamilyBuilder::new(4);
            gathered.add(name, Owner::Tenant(0), kind);
            let families = Families::new(gathered, &mut Vec::new());
            for text in [format!("{before} {typed}{after}"), format!("{before}{}", typed.replace(' ', "-"))] {
                let beginnings = SkeletonPrefixes::new();
                beginnings.add(&text);
                families.each(&text, |_| assert!(beginnings.may_hold(name, kind), "{name:?} in {text:?}"));
            }
        }
    }
}

#[test]
fn beginnings_are_as_long_as_is_certain() {
    for (name, expected) in [
        ("Otterness Pharmacy Inc.", Some("otternesspharmac")),
        ("NORDWIND Versicherung AG", Some("nordwlndverslche")),
        ("Otterness and Sons", Some("otterness")),
        ("Alder Group", Some("alder")),
        ("Illner", Some("lllner")),
        ("Illyria", Some("lllyrla")),
        ("Ruby Inc.", None),
        ("ACMELogistics", None),
        ("Nordwind & Co. KG", Some("nordwlnd")),
        ("Nordwind (Nord) Handel", Some("nordwlnd")),
        ("Nordwind Kaese", Some("nordwlnd")),
        ("Nordwind 4", Some("nordwlnd")),
        ("Nordwind4", None),
        ("The Foods", None),
        ("Mueller GmbH", None),
        ("Kölner Bank", None),
    ] {
        let found = beginning(name);
        assert_eq!(found.as_ref().map(NameStart::text), expected, "{name}");
    }
    assert_eq!(first_label("otterness.example"), Some("otterness"));
    assert_eq!(first_label("www.otterness.example"), None);
}
