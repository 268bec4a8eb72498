//! What is found at a glance is what is found by looking at everything.

use proptest::prelude::*;

use super::*;
use crate::isolation::form::searched;

fn finder(names: &[impl AsRef<str>]) -> Finder {
    let mut names: Vec<_> = names.iter().map(|name| searched(name.as_ref())).collect();
    names.retain(|name| !name.is_empty());
    names.sort();
    names.dedup();
    Finder::new(names)
}

type Places = Vec<(Range<usize>, usize)>;

fn sorted(mut places: Places) -> Places {
    places.sort_by_key(|(range, name)| (range.start, range.end, *name));
    places
}

fn found(finder: &Finder, form: &Form<'_>) -> Places {
    let mut places = Vec::new();
    finder.each(form, |range, name| places.push((range, name)));
    sorted(places)
}

/// Every name at every place, by comparing.
fn looked_at(finder: &Finder, form: &Form<'_>) -> Places {
    let text = form.text.to_ascii_lowercase();
    let mut places = Vec::new();
    for (number, name) in finder.names.iter().enumerate() {
        let starts = (0..text.len()).filter(|at| text.as_bytes()[*at..].starts_with(name.as_bytes()));
        places.extend(starts.filter_map(|at| Some((form.whole(at..at + name.len())?, number))));
    }
    sorted(places)
}

fn texts(finder: &Finder, text: &str) -> Vec<String> {
    let form = Form::plain(text);
    let found = found(finder, &form);
    found.into_iter().map(|(range, _)| text[range].to_owned()).collect()
}

#[test]
fn names_inside_each_other_are_all_found() {
    let finder = finder(&["Acme", "Acme Logistics", "acme logistics gmbh", "logistics", "bolt"]);
    assert_eq!(
        texts(&finder, "the ACME Logistics Ltd, Bolts, bolt"),
        ["ACME", "ACME Logistics", "Logistics", "bolt"]
    );
}

#[test]
fn a_name_of_one_letter_is_found_at_the_end() {
    let finder = finder(&["é", "x", "abcdefgh"]);
    assert_eq!(texts(&finder, "a x ab É, abcdefgh x"), ["x", "É", "abcdefgh", "x"]);
    assert_eq!(texts(&finder, "x"), ["x"]);
    assert!(texts(&finder, "").is_empty());
}

#[test]
fn nobody_is_found_where_there_is_nobody() {
    assert!(texts(&finder(&[""; 0]), "anybody").is_empty());
}

/// What takes too many steps is found all the same, by the automaton, and only then is there one.
#[test]
fn hostile_names_are_found_by_the_automaton() {
    let long = "a ".repeat(2000);
    let finder = finder(&[&format!("{long}b"), &format!("{long}c"), "a a", "x y"]);
    let text = format!("x y {long}b x y");
    assert_eq!(texts(&finder, "x y").len(), 1);
    assert!(finder.automaton.get().is_none(), "not needed yet");
    let form = Form::plain(&text);
    assert_eq!(found(&finder, &form), looked_at(&finder, &form));
    assert!(finder.automaton.get().is_some(), "the steps ran out");
}

/// Of few letters, so that names are inside of each other and of the text; with what joins words
/// and what does not, and with characters of several bytes, marks, blanks and escapes.
const LETTERS: &str = "(a|b|A|á|a\u{301}|Ａ|ß|ss|ガ|京| |  |-|@|\\.|[0-9]|&amp;|%41|\\\\u0061|`|™|\u{200b}){1,12}";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn every_name_is_found_wherever_it_stands(
        names in prop::collection::vec(LETTERS, 1..12),
        pieces in prop::collection::vec((LETTERS, any::<prop::sample::Index>()), 1..6),
    ) {
        let finder = finder(&names);
        let text: String = pieces.iter().flat_map(|(text, name)| [text.as_str(), names[name.index(names.len())].as_str()]).collect();
        let forms: Vec<_> = Form::each(&text).collect();
        for form in &forms {
            prop_assert_eq!(found(&finder, form), looked_at(&finder, form), "{:?} in {:?}", names, form.text);
        }
    }
}
