//! Rules of prose and of names: how a doc comment opens, which words a comment uses, how wide it
//! is, how long the name of a test is, and that a type name means one thing.

use super::{
    allowed::{Counts, check},
    code::{self, is_test},
};
use crate::util::{files, root};

/// First words of a doc comment that make a riddle of it. A verb in the third person or a noun
/// phrase opens it instead.
const OPENINGS: [&str; 20] = [
    "What", "Who", "Whose", "Whom", "Where", "How", "Why", "When", "So many", "So much", "None", "No", "Of", "For",
    "With", "By", "As", "The same", "Nothing", "Nobody",
];

/// Words of a private style, and figures of speech that put people into the machine.
const WORDS: [&str; 24] = [
    "told",
    "tells",
    "tell",
    "held",
    "glance",
    "glances",
    "glanced",
    "somebody",
    "nobody",
    "anybody",
    "whoever",
    "whomever",
    "sights",
    "odd",
    "oddity",
    "whim",
    "beds",
    "sings",
    "in vain",
    "wit's end",
    "at hand",
    "by heart",
    "meddle",
    "mere",
];

/// Columns of a comment.
const WIDTH: usize = 100;

/// Characters of the name of a test.
const TEST_NAME: usize = 60;

/// Every file of the program and of its tests: its path from the root, and its text.
fn sources() -> Vec<(String, String)> {
    let of = |folder: &'static str| {
        files(&root().join(folder))
            .into_iter()
            .filter(|(path, _)| path.strip_suffix(".rs").is_some())
            .map(move |(path, bytes)| (format!("{folder}/{path}"), String::from_utf8_lossy(&bytes).into_owned()))
    };
    of("src").chain(of("tests")).collect()
}

/// The comment of a line, without its slashes: a line that is nothing else, or one of
/// documentation.
fn comment(line: &str) -> Option<&str> {
    let comment = line.trim_start().strip_prefix("//")?;
    Some(comment.trim_start_matches(['/', '!']).trim())
}

fn is_doc(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("///") || line.starts_with("//!")
}

/// Whether a text begins with a word or words, followed by something else than a letter.
fn begins(text: &str, words: &str) -> bool {
    text.strip_prefix(words)
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '\''))
}

/// Whether a text holds a word or words, outside of `code`.
fn holds(text: &str, words: &str) -> bool {
    let prose: Vec<_> = text.split('`').step_by(2).collect();
    let prose = prose.join("`").to_lowercase();
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    prose.match_indices(words).any(|(at, _)| {
        let before = prose[..at].chars().next_back();
        let after = prose[at + words.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

/// Counts the lines that a rule finds in each file; `rule` is given the line before too.
fn lines(rule: impl Fn(&str, &str) -> bool) -> (Counts, Vec<String>) {
    let (mut counts, mut places) = (Counts::new(), Vec::new());
    for (path, text) in sources()
        .iter()
        .filter(|(path, _)| !path.starts_with("tests/arch/style"))
    {
        let mut before = "";
        for (at, line) in text.lines().enumerate() {
            if rule(before, line) {
                *counts.entry(path.clone()).or_default() += 1;
                places.push(format!("{path}: {}: {}", at + 1, line.trim()));
            }
            before = line;
        }
    }
    (counts, places)
}

#[test]
fn doc_comments_open_with_a_verb_or_a_noun() {
    let (counts, places) = lines(|before, line| {
        let text = comment(line).unwrap_or_default();
        is_doc(line) && !is_doc(before) && OPENINGS.iter().any(|words| begins(text, words))
    });
    check(
        "opening",
        "open with a verb in the third person or a noun phrase",
        &counts,
        &places,
    );
}

#[test]
fn comments_are_plain_english() {
    let (counts, places) =
        lines(|_, line| comment(line).is_some_and(|text| WORDS.iter().any(|words| holds(text, words))));
    check(
        "word",
        "say it in plain words, without people in the machine",
        &counts,
        &places,
    );
}

#[test]
fn comments_end_at_column_100() {
    let (counts, places) = lines(|_, line| comment(line).is_some() && line.chars().count() > WIDTH);
    check("width", "wrap the comment at 100 columns", &counts, &places);
}

#[test]
fn test_names_are_short() {
    let name = |line: &str| {
        line.trim_start()
            .strip_prefix("fn ")?
            .split(['(', '<'])
            .next()
            .map(str::len)
    };
    let (counts, places) = lines(|_, line| name(line).is_some_and(|length| length > TEST_NAME));
    check(
        "test-name",
        "name a test `subject_condition_result`, in at most 60 characters",
        &counts,
        &places,
    );
}

#[test]
fn a_type_name_means_one_thing() {
    let mut counts = Counts::new();
    let mut places = Vec::new();
    for (path, text) in sources()
        .iter()
        .filter(|(path, _)| path.starts_with("src/") && !is_test(path))
    {
        for name in code::types(&code::product(text)) {
            *counts.entry(name.clone()).or_default() += 1;
            places.push(format!("{name}: {path}"));
        }
    }
    counts.retain(|name, count| *count > 1 && name != "Error");
    check(
        "type",
        "put the noun of the room in front of the name",
        &counts,
        &places,
    );
}

#[test]
fn style_rules_see_what_they_forbid() {
    assert!(begins("What it is.", "What") && !begins("Whatever", "What") && !begins("Who's", "Who"));
    assert!(holds("It is told so", "told") && !holds("retold `told` told-name", "told"));
    assert_eq!(comment("    /// A doc"), Some("A doc"));
    assert_eq!(
        code::types("pub(crate) struct A<T>;\n    struct B;\nenum C {"),
        ["A", "C"]
    );
}
