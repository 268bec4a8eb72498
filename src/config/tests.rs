//! Tests the values that tables give, and that every fault is reported with its place.

use super::*;

fn told<T>(reading: &ParsedFile<T>) -> Vec<String> {
    reading.faults.iter().map(ToString::to_string).collect()
}

fn texts(found: Vec<Spanned<String>>) -> Vec<String> {
    found.into_iter().map(|found| found.value).collect()
}

#[test]
fn values_come_with_their_places() {
    let text = "\u{feff}name = \"日本\" # who\r\n[sub]\r\nat = 2026-01-16 00:00:00.30Z\r\nn = 0x10\r\nyes = true\r\n";
    let reading = read("f.toml", text.as_bytes(), |root| {
        let name = root.required_string("name").expect("it is there");
        let sub = root.required_table("sub", |sub| {
            let at = sub.required_time("at").map(|found| found.value.to_string());
            (
                at,
                sub.optional_integer("n", 0..=16),
                sub.optional_bool("yes"),
                sub.place().line,
            )
        });
        (name, sub.expect("it is there"))
    });
    assert_eq!(told(&reading), [""; 0]);
    let (name, (at, n, yes, line)) = reading.value.expect("it is text");
    assert_eq!((name.place.line, name.place.column, name.place.length), (1, 8, 4));
    assert_eq!(name.place.text, "name = \"日本\" # who");
    assert_eq!(at.as_deref(), Some("2026-01-16T00:00:00.30Z"));
    assert_eq!(n.map(|found| found.value), Some(16));
    assert_eq!(yes.map(|found| found.value), Some(true));
    assert_eq!(line, 2);
}

#[test]
fn one_or_many_strings_and_tables() {
    let text =
        "one = 'a'\nmany = ['a', 'b']\nmixed = ['a', { b = 'c' }]\nlone = { b = 'd' }\n[map]\n'z z' = '1'\na = '2'\n";
    let reading = read("f.toml", text.as_bytes(), |root| {
        let mut mixed = Vec::new();
        for key in ["mixed", "lone", "absent"] {
            let table = |table: &mut Table<'_>| table.required_string("b");
            mixed.extend(root.strings_or_tables(key, Some, table).into_iter().flatten());
        }
        let map = root
            .string_map("map")
            .into_iter()
            .map(|(key, value)| (key.value, value.value));
        let map: Vec<_> = map.collect();
        (
            texts(root.string_list("one")),
            texts(root.string_list("many")),
            texts(mixed),
            map,
        )
    });
    assert_eq!(told(&reading), [""; 0]);
    let (one, many, mixed, map) = reading.value.expect("it is text");
    assert_eq!(
        (one, many),
        (vec!["a".to_owned()], vec!["a".to_owned(), "b".to_owned()])
    );
    assert_eq!(mixed, ["a", "c", "d"]);
    assert_eq!(
        map,
        [("z z".to_owned(), "1".to_owned()), ("a".to_owned(), "2".to_owned())]
    );
}

#[test]
fn keys_nobody_asked_for_are_told_wherever_they_are() {
    let text = "paht = 'x'\n[[a]]\nnmae = 'y'\n[[a]]\nname = 'z'\nother = { x = 1 }\n";
    let reading = read("f.toml", text.as_bytes(), |root| {
        root.optional_string("path");
        root.tables("a", |table| table.optional_string("name"));
    });
    assert_eq!(
        told(&reading),
        [
            "f.toml:1:1: unknown key `paht` in this file [unknown-key] (hint: did you mean `path`? Known: `path`, `a`)",
            "f.toml:3:1: unknown key `nmae` in `[[a]]` [unknown-key] (hint: did you mean `name`? Known: `name`)",
            "f.toml:6:1: unknown key `other` in `[[a]]` [unknown-key] (hint: known: `name`)",
        ]
    );
}

#[test]
fn numbers_out_of_range_are_told_with_the_range() {
    let text = "a = -1\nb = 11\nc = 99999999999999999999\n";
    let reading = read("f.toml", text.as_bytes(), |root| {
        for key in ["a", "b", "c"] {
            assert_eq!(root.optional_integer(key, 1..=10), None);
        }
    });
    let range = "is out of range [out-of-range] (hint: write a whole number from 1 to 10)";
    assert_eq!(told(&reading)[0], format!("f.toml:1:5: `a` {range}"));
    assert_eq!(told(&reading)[1], format!("f.toml:2:5: `b` {range}"));
    assert_eq!(told(&reading).len(), 3);
}

#[test]
fn nothing_is_said_to_be_missing_from_a_broken_file() {
    let reader = |root: &mut Table<'_>| {
        root.required_string("id");
        root.required_string("name");
    };
    let broken = read("f.toml", b"id = x\nname = 5\n", reader);
    assert!(!broken.whole);
    assert_eq!(
        broken.faults.iter().map(|fault| fault.code).collect::<Vec<_>>(),
        ["toml-syntax", "wrong-type"]
    );
    let broken = read("f.toml", b"id = [\nname = 5\n", reader);
    assert!(
        broken.faults.iter().all(|fault| fault.code == "toml-syntax"),
        "{:?}",
        told(&broken)
    );
    let whole = read("f.toml", b"name = 5\n", reader);
    assert_eq!(
        whole.faults.iter().map(|fault| fault.code).collect::<Vec<_>>(),
        ["missing-key", "wrong-type"]
    );
}
