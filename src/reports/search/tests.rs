//! Skipping known lines changes no result: a page is reported as if every byte had been searched.

use std::fs;

use proptest::prelude::*;

use super::*;
use crate::{
    case::{Case, TenantId},
    isolation::{Names, ObservedText},
};

/// Literal texts of two templates. Some lines hold names of tenants.
const LITERALS: [&str; 2] = [
    "<p>\n.list { width: 50% }\n\nwho can be called Exporvia?\n<b>fine &amp; well</b>\nof \n",
    " on\nfine\nAcme\nlast line · of the page\n<td>",
];

fn names() -> Names {
    let folder = tempfile::tempdir().expect("a folder");
    let case = "[case]\nid = \"C-1\"\ntitle = \"Title\"\nvendor = \"Vendor\"\ntlp = \"RED\"\n\
                contact = \"x\"\nissued = 2026-01-20T00:00:00Z\n\
                [[scopes]]\nname = \"possible\"\nfrom = 2026-01-16T00:00:00Z\nuntil = 2026-01-17T00:00:00Z\nbasis = \"Basis\"\n\
                agents = \"all\"\n[[agents.list]]\nid = \"ag-01\"\n[tenants]\nfile = \"tenants.csv\"\n\
                [[logs]]\npath = \"logs\"\nprofile = \"superuser\"\n";
    let tenants =
        "id,name\nt-0001,Acme\nt-0002,Exporvia\nt-0003,Acme Logistics\nt-0004,well of fine\nt-0005,page begun\n";
    fs::write(folder.path().join("case.toml"), case).expect("a file");
    fs::write(folder.path().join("tenants.csv"), tenants).expect("a file");
    let case = Case::load(&folder.path().join("case.toml")).expect("a good case");
    // So that each is looked for.
    let printed = std::iter::once(tenants);
    Names::new(&case, &ObservedText::new(&case), &[], std::iter::empty(), printed)
}

fn found(names: &Names, clean_lines: &CleanLines, pieces: &[&[u8]], table: bool) -> Tally {
    let reader = names.for_tenant(&TenantId("t-0001".to_owned()));
    let mut lines = Lines {
        reader: &reader,
        clean: clean_lines,
        table,
        begun: Vec::new(),
        tally: Tally::new(),
    };
    pieces.iter().for_each(|piece| lines.take(piece));
    lines.finish();
    lines.tally
}

#[test]
fn whole_lines_that_name_nobody_are_passed_over() {
    let names = names();
    let clean_lines = names.clean_lines(|| LITERALS.to_vec());
    let clean_prefix_len = |text: &str| clean_lines.clean_prefix_len(text.as_bytes());
    assert_eq!(
        clean_prefix_len(".list { width: 50% }\n\nwho"),
        ".list { width: 50% }\n\n".len()
    );
    assert_eq!(clean_prefix_len("fine\nmore"), "fine\n".len());
    for text in [
        "",
        "who can be called Exporvia?\n",
        "Acme\n",
        "<p>\n",
        "fine",
        "fine \n",
        "last line · of the page",
        "<td>",
    ] {
        assert_eq!(clean_prefix_len(text), 0, "{text}");
    }
    let page = LITERALS.concat();
    let told = found(&names, clean_lines, &[page.as_bytes()], false);
    assert_eq!(
        told.values()
            .map(|(times, hit)| (hit.text.as_str(), *times))
            .collect::<Vec<_>>(),
        [("Exporvia", 1)]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Pages of whole literals, of parts of them, and of values that go on where these end, in
    /// pieces of any size.
    #[test]
    fn what_is_told_is_what_a_search_of_every_byte_tells(
        parts in prop::collection::vec((0..2_usize, any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<bool>(),
            "(Acme|Exporvia|Log| Logistics|istics|Ex|port|well|\n|of fine| begun|page|&#65;cme|%41cme| |\"|,){0,4}"), 1..8),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        table: bool,
    ) {
        let names = names_once();
        let mut page = Vec::new();
        for (literal, from, until, whole, value) in parts {
            let literal = LITERALS[literal].as_bytes();
            let (from, until) = (from.index(literal.len()), until.index(literal.len()));
            page.extend_from_slice(if whole { literal } else { &literal[from.min(until)..from.max(until)] });
            page.extend_from_slice(value.as_bytes());
        }
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(page.len() + 1)).collect();
        cuts.extend([0, page.len()]);
        cuts.sort_unstable();
        let pieces: Vec<_> = cuts.windows(2).map(|cut| &page[cut[0]..cut[1]]).collect();
        let clean_lines = names.clean_lines(|| LITERALS.to_vec());
        let all = found(names, &CleanLines::default(), &[&page], table);
        prop_assert_eq!(found(names, clean_lines, &pieces, table), all);
    }
}

fn names_once() -> &'static Names {
    static NAMES: std::sync::OnceLock<Names> = std::sync::OnceLock::new();
    NAMES.get_or_init(names)
}
