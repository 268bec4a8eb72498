//! The texts of RFC 8259: each as a whole line, as a member that no profile reads and as one that
//! it reads, before and behind the time, inside and outside the window.

mod texts;

use super::log::{End, INCIDENT, lines, records};
use texts::{ACCEPTED, ENCODINGS, NAMES, RECORDS, REFUSED, STRINGS};

const INSIDE: &str = "2026-01-17T00:00:00Z";
const OUTSIDE: &str = "2026-02-17T00:00:00Z";

/// A whole record with this text as a member.
fn record(time: &str, name: &str, text: &[u8], behind: bool) -> Vec<u8> {
    let time = format!(r#""timestamp":"{time}","#);
    let member = [format!("\"{name}\":").as_bytes(), text, b","].concat();
    let both = if behind {
        [time.as_bytes(), &member]
    } else {
        [&member, time.as_bytes()]
    };
    [b"{", both[0], both[1], br#""actor":{"id":"sp-001"},"action":"a"}"#].concat()
}

/// The texts of a table, with those that would be long to write out.
fn accepted() -> Vec<Vec<u8>> {
    let mut texts: Vec<_> = ACCEPTED.iter().map(|text| text.as_bytes().to_vec()).collect();
    texts.extend(STRINGS.iter().map(|(text, _)| text.as_bytes().to_vec()));
    texts.push(nested("[", "1", "]", 100_000));
    texts.push(nested("{\"a\":", "1", "}", 100_000));
    texts.push("1".repeat(10_000).into_bytes());
    texts.push(format!("\"{}\"", "é".repeat(100_000)).into_bytes());
    texts
}

fn refused() -> Vec<Vec<u8>> {
    let mut texts: Vec<_> = REFUSED.iter().map(|text| text.as_bytes().to_vec()).collect();
    texts.push(nested("[", "", "", 100_000));
    texts.push(nested("[{\"\":", "", "", 50_000));
    texts.push(nested("[", "1", "]", 100_000)[1..].to_vec());
    // Every control character, bare in a string.
    texts.extend(
        (0..0x20)
            .filter(|byte| *byte != b'\n')
            .map(|byte| vec![b'"', b'a', byte, b'"']),
    );
    texts
}

fn nested(open: &str, core: &str, close: &str, depth: usize) -> Vec<u8> {
    format!("{}{core}{}", open.repeat(depth), close.repeat(depth)).into_bytes()
}

/// Each text in one place, and what must become of the record.
fn check(texts: &[Vec<u8>], placed: impl Fn(&[u8]) -> Vec<u8>, expected: impl Fn(&[u8], &End) -> bool) {
    let records: Vec<_> = texts.iter().map(|text| placed(text)).collect();
    let wrong: Vec<_> = texts
        .iter()
        .zip(lines(INCIDENT, &records))
        .filter(|(text, end)| !expected(text, end))
        .map(|(text, end)| format!("{} {end:?}", String::from_utf8_lossy(&text[..text.len().min(60)])))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn is_in_scope(end: &End) -> bool {
    matches!(end, End::InScope(time, _) if time == INSIDE)
}

#[test]
fn json_texts_get_the_disposition_that_rfc_8259_gives_them() {
    let (accepted, refused) = (accepted(), refused());
    assert!(
        accepted.len() + refused.len() > 250,
        "{}",
        accepted.len() + refused.len()
    );
    for name in ["no profile reads this", "justification"] {
        for behind in [true, false] {
            check(
                &accepted,
                |text| record(INSIDE, name, text, behind),
                |_, end| is_in_scope(end),
            );
            check(
                &accepted,
                |text| record(OUTSIDE, name, text, behind),
                |_, end| *end == End::OutsideWindow,
            );
            let malformed = End::Refused("malformed-json");
            check(
                &refused,
                |text| record(INSIDE, name, text, behind),
                |_, end| *end == malformed,
            );
        }
    }
}

/// The rule of `src/events/glance/first.rs`: what reads up to its time, and lies in no window, is
/// outside, whatever follows. What is broken before the time has none.
#[test]
fn a_record_that_is_broken_behind_its_time_is_judged_by_that_time_alone() {
    let refused = refused();
    for name in ["no profile reads this", "justification"] {
        check(
            &refused,
            |text| record(OUTSIDE, name, text, true),
            // An escape could hide another member of the time's name.
            |text, end| {
                let hides = text.windows(2).any(|pair| pair == b"\\u");
                *end == if hides {
                    End::Refused("malformed-json")
                } else {
                    End::OutsideWindow
                }
            },
        );
        check(
            &refused,
            |text| record(OUTSIDE, name, text, false),
            |_, end| *end == End::Refused("malformed-json"),
        );
    }
}

#[test]
fn a_text_alone_on_a_line_is_refused_for_what_it_is() {
    let object = |text: &[u8]| text.trim_ascii().starts_with(b"{");
    check(&accepted(), <[u8]>::to_vec, |text, end| {
        *end == End::Refused(if object(text) { "missing-time" } else { "not-an-object" })
    });
    for (text, found) in refused().iter().zip(records(INCIDENT, &refused())) {
        let shown = String::from_utf8_lossy(&text[..text.len().min(60)]);
        let reasons: Vec<_> = found
            .iter()
            .map(|end| if let End::Refused(reason) = end { *reason } else { "" })
            .collect();
        let expected: &[&[&str]] = if text.iter().all(|byte| b" \t\r".contains(byte)) {
            &[&[]]
        } else if object(text) {
            // An object may stand before what makes the line no JSON: it is a record, and so is
            // other text behind it.
            &[
                &["malformed-json"],
                &["missing-time"],
                &["missing-time", "malformed-json"],
            ]
        } else {
            &[&["malformed-json"]]
        };
        assert!(expected.contains(&&reasons[..]), "{shown}: {found:?}");
    }
}

#[test]
fn strings_are_decoded_as_rfc_8259_says() {
    for (text, expected) in STRINGS {
        let end = lines(INCIDENT, &[record(INSIDE, "justification", text.as_bytes(), true)]);
        assert_eq!(
            end,
            [End::InScope(INSIDE.to_owned(), Some((*expected).to_owned()))],
            "{text}"
        );
    }
}

#[test]
fn members_of_one_name_are_refused_where_they_are_read() {
    for (members, reason) in NAMES {
        let line = format!(r#"{{"timestamp":"{INSIDE}","actor":{{"id":"sp-001"}},"action":"a",{members}}}"#);
        let end = lines(INCIDENT, &[line.into_bytes()]).remove(0);
        match reason {
            Some(reason) => assert_eq!(end, End::Refused(reason), "{members}"),
            None => assert!(is_in_scope(&end), "{members}: {end:?}"),
        }
    }
}

#[test]
fn bytes_that_are_no_utf_8_are_refused_as_such() {
    for (bytes, what) in ENCODINGS {
        let text = [b"\"", *bytes, b"\""].concat();
        for behind in [true, false] {
            for name in ["no profile reads this", "justification"] {
                let end = lines(INCIDENT, &[record(INSIDE, name, &text, behind)]);
                assert_eq!(end, [End::Refused("invalid-utf8")], "{what}");
            }
        }
    }
}

#[test]
fn what_stands_around_a_record_decides_whether_it_is_one() {
    let good = String::from_utf8(record(INSIDE, "x", b"1", true)).expect("text");
    let forms: Vec<_> = RECORDS
        .iter()
        .map(|(form, ..)| form.replace("RECORD", &good).into_bytes())
        .collect();
    for ((form, whole, refused), found) in RECORDS.iter().zip(records(INCIDENT, &forms)) {
        let in_scope = found.iter().filter(|end| is_in_scope(end)).count();
        let others: Vec<_> = found.iter().filter(|end| !is_in_scope(end)).cloned().collect();
        let expected: Vec<_> = refused.iter().map(|reason| End::Refused(reason)).collect();
        assert_eq!((in_scope, others), (*whole, expected), "{form:?}");
    }
}

/// Wherever a record is cut, it is refused: a part of it is never read as the whole.
#[test]
fn a_record_that_is_cut_anywhere_is_refused() {
    let good = record(
        INSIDE,
        "justification",
        r#""a\u00e9\n\\ é",    "n":[-1.5e+3,true,null]"#.as_bytes(),
        true,
    );
    let cuts: Vec<_> = (1..good.len()).map(|at| good[..at].to_vec()).collect();
    for (cut, end) in cuts.iter().zip(lines(INCIDENT, &cuts)) {
        let shown = String::from_utf8_lossy(cut);
        assert!(
            matches!(end, End::Refused("malformed-json" | "invalid-utf8")),
            "{shown}: {end:?}"
        );
    }
}

/// A record is rejected by its time alone only if it ends like a record. A cut record may end so
/// too.
#[test]
fn a_record_outside_that_is_cut_is_refused_unless_it_ends_like_one() {
    let good = record(OUTSIDE, "justification", r#""a\n","n":[1]"#.as_bytes(), true);
    let cuts: Vec<_> = (1..good.len()).map(|at| good[..at].to_vec()).collect();
    for (cut, end) in cuts.iter().zip(lines(INCIDENT, &cuts)) {
        let expected = if cut.ends_with(b"}") {
            End::OutsideWindow
        } else {
            End::Refused("malformed-json")
        };
        assert_eq!(end, expected, "{}", String::from_utf8_lossy(cut));
    }
}

#[test]
fn a_time_that_stands_twice_is_refused_wherever_either_lies() {
    for (first, second) in [(INSIDE, OUTSIDE), (OUTSIDE, INSIDE), (OUTSIDE, OUTSIDE)] {
        let line = record(first, "timestamp", format!("\"{second}\"").as_bytes(), true);
        assert_eq!(
            lines(INCIDENT, &[line]),
            [End::Refused("duplicate-key")],
            "{first} {second}"
        );
    }
}
