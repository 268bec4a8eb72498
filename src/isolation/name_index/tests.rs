//! Compares the index with a plain search for every name at every position.

use proptest::prelude::*;

use super::*;
use crate::isolation::normalized::searched;

fn index(names: &[impl AsRef<str>]) -> NameIndex {
    let mut names: Vec<_> = names.iter().map(|name| searched(name.as_ref())).collect();
    names.retain(|name| !name.is_empty());
    names.sort();
    names.dedup();
    NameIndex::new(names)
}

type Places = Vec<(Range<usize>, usize)>;

fn sorted(mut places: Places) -> Places {
    places.sort_by_key(|(range, name)| (range.start, range.end, *name));
    places
}

fn found(index: &NameIndex, form: &NormalizedText<'_>) -> Places {
    let mut places = Vec::new();
    index.each(form, |range, name| places.push((range, name)));
    sorted(places)
}

/// Every name at every place, by comparing.
fn reference(index: &NameIndex, form: &NormalizedText<'_>) -> Places {
    let text = form.text.to_ascii_lowercase();
    let mut places = Vec::new();
    for (number, name) in index.names.iter().enumerate() {
        let starts = (0..text.len()).filter(|at| text.as_bytes()[*at..].starts_with(name.as_bytes()));
        places.extend(starts.filter_map(|at| Some((form.whole(at..at + name.len())?, number))));
    }
    sorted(places)
}

fn texts(index: &NameIndex, text: &str) -> Vec<String> {
    let form = NormalizedText::plain(text);
    let found = found(index, &form);
    found.into_iter().map(|(range, _)| text[range].to_owned()).collect()
}

#[test]
fn names_inside_each_other_are_all_found() {
    let index = index(&["Acme", "Acme Logistics", "acme logistics gmbh", "logistics", "bolt"]);
    assert_eq!(
        texts(&index, "the ACME Logistics Ltd, Bolts, bolt"),
        ["ACME", "ACME Logistics", "Logistics", "bolt"]
    );
}

#[test]
fn a_name_of_one_letter_is_found_at_the_end() {
    let index = index(&["é", "x", "abcdefgh"]);
    assert_eq!(texts(&index, "a x ab É, abcdefgh x"), ["x", "É", "abcdefgh", "x"]);
    assert_eq!(texts(&index, "x"), ["x"]);
    assert!(texts(&index, "").is_empty());
}

#[test]
fn nobody_is_found_where_there_is_nobody() {
    assert!(texts(&index(&[""; 0]), "anybody").is_empty());
}

/// A text that takes too many steps is searched by the automaton, and only then is it built.
#[test]
fn hostile_names_are_found_by_the_automaton() {
    let long = "a ".repeat(2000);
    let index = index(&[&format!("{long}b"), &format!("{long}c"), "a a", "x y"]);
    let text = format!("x y {long}b x y");
    assert_eq!(texts(&index, "x y").len(), 1);
    assert!(index.automaton.get().is_none(), "not needed yet");
    let form = NormalizedText::plain(&text);
    assert_eq!(found(&index, &form), reference(&index, &form));
    assert!(index.automaton.get().is_some(), "the steps ran out");
}

/// Few letters, so that names lie inside each other and inside the text; characters that join words
/// and others, characters of several bytes, marks, blanks and escapes.
const LETTERS: &str = "(a|b|A|á|a\u{301}|Ａ|ß|ss|ガ|京| |  |-|@|\\.|[0-9]|&amp;|%41|\\\\u0061|`|™|\u{200b}){1,12}";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn every_name_is_found_wherever_it_stands(
        names in prop::collection::vec(LETTERS, 1..12),
        segments in prop::collection::vec((LETTERS, any::<prop::sample::Index>()), 1..6),
    ) {
        let index = index(&names);
        let text: String = segments.iter().flat_map(|(text, name)| [text.as_str(), names[name.index(names.len())].as_str()]).collect();
        let forms: Vec<_> = NormalizedText::each(&text).collect();
        for form in &forms {
            prop_assert_eq!(found(&index, form), reference(&index, form), "{:?} in {:?}", names, form.text);
        }
    }
}
