//! RFC 4180, and what writers of CSV do besides: each file's rows, and what becomes of them.

use super::log::{End, INCIDENT, ends, tallies};

const HEADER: &str = "event_id,timestamp,actor.id,action,justification";

/// Beginning of a row, up to its last cell.
const ROW: &str = "e,2026-01-17T00:00:00Z,sp-001,a,";
const LATE: &str = "e,2026-02-17T00:00:00Z,sp-001,a,";

/// Expected result of a row: in scope with this justification, refused for a reason, or outside the
/// window.
#[derive(Debug, Clone, Copy)]
enum Row {
    Says(&'static str),
    /// In scope, and its last cell is empty.
    Silent,
    Refused(&'static str),
    Outside,
}

use Row::{Outside, Refused, Says, Silent};

/// Files below the header; `R,` begins a row in the window, `L,` one outside.
const FILES: &[(&str, &str, &[Row])] = &[
    // RFC 4180, section 2
    ("1 rows end with CRLF", "R,x\r\nR,y\r\n", &[Says("x"), Says("y")]),
    ("2 the last row need not end", "R,x\r\nR,y", &[Says("x"), Says("y")]),
    ("4 blanks are part of a cell", "R, x  y \r\n", &[Says(" x  y ")]),
    (
        "4 the last cell has no comma behind it, but exporters write one",
        "R,x,\r\n",
        &[Says("x")],
    ),
    ("5 cells may be quoted", "R,\"x\"\r\n", &[Says("x")]),
    (
        "5 every cell may be quoted",
        "\"e\",\"2026-01-17T00:00:00Z\",\"sp-001\",\"a\",\"x\"\r\n",
        &[Says("x")],
    ),
    ("6 a quoted cell holds commas", "R,\"x,y,\"\r\n", &[Says("x,y,")]),
    (
        "6 a quoted cell holds CRLF",
        "R,\"x\r\ny\"\r\nR,z\r\n",
        &[Says("x\r\ny"), Says("z")],
    ),
    (
        "6 a quoted cell holds line feeds",
        "R,\"\nx\n\n\"\r\nR,z\r\n",
        &[Says("\nx\n\n"), Says("z")],
    ),
    (
        "6 a quoted cell holds a carriage return",
        "R,\"x\ry\"\r\n",
        &[Says("x\ry")],
    ),
    ("7 a doubled quote stands for one", "R,\"x\"\"y\"\r\n", &[Says("x\"y")]),
    (
        "7 only quotes",
        "R,\"\"\"\"\r\nR,\"\"\"\"\"\"\r\n",
        &[Says("\""), Says("\"\"")],
    ),
    ("7 quotes at both ends", "R,\"\"\"x\"\"\"\r\n", &[Says("\"x\"")]),
    (
        "7 a quoted cell that looks like rows",
        "R,\"x\"\"\r\ne,2026-01-17T00:00:00Z,sp-001,a,\"\"y\"\r\n",
        &[Refused("ambiguous-quotes"), Refused("ambiguous-quotes")],
    ),
    ("an empty cell, bare and quoted", "R,\r\nR,\"\"\r\n", &[Silent, Silent]),
    // Line ends that are not the RFC's
    ("line feeds", "R,x\nR,y\n", &[Says("x"), Says("y")]),
    ("carriage returns", "R,x\rR,y\r", &[Says("x"), Says("y")]),
    (
        "all of them",
        "R,x\rR,y\nR,z\r\nR,end",
        &[Says("x"), Says("y"), Says("z"), Says("end")],
    ),
    (
        "blank rows are none",
        "\r\nR,x\r\n\r\n\n  \r\nR,y\r\n\r\n",
        &[Says("x"), Says("y")],
    ),
    (
        "a line separator of Unicode is text",
        "R,x\u{2028}y\u{85}z\u{b}\u{c}\r\n",
        &[Says("x\u{2028}y\u{85}z\u{b}\u{c}")],
    ),
    // Quotes where the RFC has none
    (
        "a quote inside a bare cell",
        "R,5\" disk\r\nR,y\r\n",
        &[Says("5\" disk"), Says("y")],
    ),
    (
        "quotes inside bare cells of two rows, which enclose nothing",
        "R,5\" disk\r\nR,6\" disk\r\n",
        &[Says("5\" disk"), Says("6\" disk")],
    ),
    (
        "a quote at a bare cell's end",
        "R,x\"\r\nR,y\r\n",
        &[Says("x\""), Says("y")],
    ),
    (
        "a quote behind a blank",
        "R, \"x\"\r\nR,y\r\n",
        &[Says(" \"x\""), Says("y")],
    ),
    (
        "text behind a closing quote",
        "R,\"x\"y\r\nR,z\r\n",
        &[Says("\"x\"y"), Says("z")],
    ),
    (
        "a backslash escapes nothing",
        "R,\"x\\\"\r\nR,y\r\n",
        &[Says("x\\"), Says("y")],
    ),
    ("an apostrophe quotes nothing", "R,'x,y'\r\n", &[Refused("row-width")]),
    (
        "a quote that never closes costs its row",
        "R,\"x\r\nR,y\r\nR,z\r\n",
        &[Says("\"x"), Says("y"), Says("z")],
    ),
    (
        "a quote that never closes, in the last row",
        "R,x\r\nR,\"y",
        &[Says("x"), Says("\"y")],
    ),
    // Widths
    (
        "a cell too few",
        "e,2026-01-17T00:00:00Z,sp-001,a\r\nR,y\r\n",
        &[Refused("row-width"), Says("y")],
    ),
    (
        "a cell too many",
        "R,x,y\r\nR,z\r\n",
        &[Refused("row-width"), Says("z")],
    ),
    (
        "empty cells only",
        ",,,,\r\nR,y\r\n",
        &[Refused("missing-time"), Says("y")],
    ),
    ("one cell", "x\r\nR,y\r\n", &[Refused("row-width"), Says("y")]),
    (
        "the header again",
        "R,x\r\nevent_id,timestamp,actor.id,action,justification\r\nR,y\r\n",
        &[Says("x"), Says("y")],
    ),
    // Outside the window: a row of the right width goes by its time, another one has none
    ("a row outside", "L,x\r\n", &[Outside]),
    (
        "a row outside, with every kind of quote",
        "L,\"x\"\"\r\ny\"z\r\n",
        &[Outside, Refused("row-width")],
    ),
    ("a row outside of another width", "L,x,y\r\n", &[Refused("row-width")]),
    (
        "a row outside, a cell too few, with text behind a closing quote",
        "e,2026-02-17T00:00:00Z,sp-001,\"a\"bc\r\n",
        &[Refused("row-width")],
    ),
    // Other separators are no separators
    ("semicolons are text", "R,x;y\r\n", &[Says("x;y")]),
    ("tabs are text", "R,x\ty\r\n", &[Says("x\ty")]),
    // What is no value
    ("blanks are no value", "R,   \r\n", &[Silent]),
    ("what the profile calls nothing", "R,-\r\nR,null\r\n", &[Silent, Silent]),
    (
        "formulas are text here",
        "R,=1+1\r\nR,@x\r\n",
        &[Says("=1+1"), Says("@x")],
    ),
    ("JSON is text", "R,\"{\"\"a\"\":1}\"\r\n", &[Says("{\"a\":1}")]),
];

fn log(rows: &str) -> String {
    let rows = format!("\n{rows}");
    // A row begins where another ended.
    let begin = |rows: String, mark: &str, row: &str| {
        let rows = rows.replace(&format!("\n{mark}"), &format!("\n{row}"));
        rows.replace(&format!("\r{mark}"), &format!("\r{row}"))
    };
    let rows = begin(begin(rows, "R,", ROW), "L,", LATE);
    format!("{HEADER}\r{rows}")
}

fn end(row: Row) -> End {
    let in_scope = |said: Option<&str>| End::InScope("2026-01-17T00:00:00Z".to_owned(), said.map(str::to_owned));
    match row {
        Says(text) => in_scope(Some(text)),
        Silent => in_scope(None),
        Refused(reason) => End::Refused(reason),
        Outside => End::OutsideWindow,
    }
}

/// The ends by kind; events in order.
fn by_kind(mut ends: Vec<End>) -> Vec<End> {
    ends.sort_by_key(|end| match end {
        End::InScope(..) => 0,
        End::OtherActor => 1,
        End::OutsideWindow => 2,
        End::Refused(_) => 3,
        End::None => 4,
    });
    ends
}

#[test]
fn rows_are_what_rfc_4180_says() {
    let logs: Vec<_> = FILES.iter().map(|(_, rows, _)| log(rows).into_bytes()).collect();
    for ((what, rows, expected), tally) in FILES.iter().zip(tallies(INCIDENT, &logs)) {
        let found = ends(&tally.expect("a log that was read"));
        let expected = by_kind(expected.iter().map(|row| end(*row)).collect());
        assert_eq!(found, expected, "{what}: {rows:?}");
    }
}

#[test]
fn the_header_may_be_quoted_marked_and_separated_otherwise() {
    let row = "e,2026-01-17T00:00:00Z,sp-001,a,x";
    let quoted = "\"event_id\",\"timestamp\",\"actor.id\",\"action\",\"justification\"";
    for (what, log) in [
        ("plain", format!("{HEADER}\n{row}\n")),
        ("a byte order mark", format!("\u{feff}{HEADER}\n{row}\n")),
        ("quoted", format!("{quoted}\r\n{row}\r\n")),
        ("quoted, with a mark", format!("\u{feff}{quoted}\r\n{row}\r\n")),
        ("blank lines before", format!("\r\n\n{HEADER}\n{row}")),
        ("carriage returns", format!("{HEADER}\r{row}\r")),
        ("tabs", format!("{HEADER}\n{row}\n").replace(',', "\t")),
        ("semicolons", format!("{HEADER}\n{row}\n").replace(',', ";")),
        (
            "columns that no profile reads",
            format!("{HEADER},one,\"two\r\nlines\"\n{row},1,2\n"),
        ),
        (
            "another order",
            "justification,action,actor.id,timestamp\nx,a,sp-001,2026-01-17T00:00:00Z".to_owned(),
        ),
    ] {
        let tally = tallies(INCIDENT, &[log.into_bytes()]).remove(0);
        assert_eq!(ends(&tally.expect("read")), [end(Says("x"))], "{what}");
    }
    let doubled = format!("{HEADER},action\n{row},b\n").into_bytes();
    let tally = tallies(INCIDENT, &[doubled]).remove(0);
    assert_eq!(ends(&tally.expect("read")), [End::Refused("duplicate-key")]);
}

#[test]
fn cells_that_are_no_text_are_refused() {
    for cell in [&b"\xe9"[..], b"\"\xc3\"", b"\xed\xa0\x80", b"x\xff"] {
        let log = [log("R,").as_bytes(), cell, b"\r\n", ROW.as_bytes(), b"y\r\n"].concat();
        let tally = tallies(INCIDENT, &[log]).remove(0);
        assert_eq!(
            ends(&tally.expect("read")),
            [end(Says("y")), End::Refused("invalid-utf8")],
            "{cell:?}"
        );
    }
}
