use proptest::prelude::*;

use super::*;
use crate::records::{
    Block, RowReader,
    cuts::Cuts,
    reads::{Chunk, HEADROOM},
};

/// Parts of rows, some longer than the bytes that are examined together.
const PIECES: [&str; 12] = [
    "a",
    ",",
    ",",
    "\n",
    "\r",
    "\r\n",
    "\"",
    "\"\"",
    ",\"b, c\",",
    "plain words of a cell",
    ",\"said \"\"no\"\"\r\n\",",
    ",\"one quoted cell that is longer than sixty-four bytes, as a browser's name is\",",
];

/// Returns the end of the first row of a text by the rules of the csv crate: cells that begin with
/// a quote may hold line ends. Returns `None` if a quoted cell is not closed.
fn end_of_row(text: &str) -> Option<usize> {
    let (mut quoted, mut may_open) = (false, true);
    for (at, c) in text.char_indices() {
        match c {
            '"' if quoted || may_open => (quoted, may_open) = (!quoted, quoted),
            _ if quoted => {}
            '\n' | '\r' => return Some(at),
            c => may_open = c == ',',
        }
    }
    (!quoted).then_some(text.len())
}

/// Returns the number of cells of a row whose quoted cells are all properly closed.
fn closed_cells(row: &str) -> Option<usize> {
    let quoted = regex::Regex::new(r#"\A(?s:"(?:[^"]|"")*"|[^",][^,]*|)(,|\z)"#).expect("a valid expression");
    let (mut rest, mut cells) = (row, 0);
    loop {
        let found = quoted.captures(rest)?;
        cells += 1;
        if found[1].is_empty() {
            return Some(cells);
        }
        rest = &rest[found[0].len()..];
    }
}

/// Returns whether a row has no more cells than a header of three columns.
fn fits(row: &str) -> bool {
    RowReader::new(b',').cells(row.as_bytes()).len() <= 3
}

/// Returns the rows of a text with their number of cells, computed one by one. The number is 0 for
/// a line of something that is no row.
fn slowly(text: &str) -> Vec<(String, usize)> {
    let (mut rows, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let row = end_of_row(rest).map(|end| &rest[..end]);
        let behind = rest.split_once(['\n', '\r']).map_or("", |(_, behind)| behind);
        let is_row = |line: &str| line.matches(',').count() == 2;
        let is_cut = !is_blank(behind.as_bytes()) && !behind.split(['\n', '\r']).any(is_row);
        if row.is_none() && is_cut && fits(rest) {
            rows.push((rest.to_owned(), 0));
            break;
        }
        let whole = row.filter(|row| !row.contains(['\n', '\r']) || closed_cells(row).is_some_and(|cells| cells <= 3));
        let row = whole.unwrap_or_else(|| rest.split(['\n', '\r']).next().expect("one at least"));
        if whole.is_some() && row.contains(['\n', '\r']) && is_of_rows(row) {
            rows.extend(row.split(['\n', '\r']).map(|line| (line.to_owned(), 0)));
        } else {
            let cells = whole.map_or(0, |row| RowReader::new(b',').cells(row.as_bytes()).len());
            rows.push((row.to_owned(), cells));
        }
        rest = rest.get(row.len() + 1..).unwrap_or_default();
    }
    rows.retain(|(row, _)| !is_blank(row.as_bytes()));
    rows
}

/// Returns whether the lines of a row look like rows, below a header of three columns.
fn is_of_rows(row: &str) -> bool {
    let lines: Vec<_> = row.split(['\n', '\r']).filter(|line| !line.is_empty()).collect();
    let alike = |lines: &[&str]| lines.iter().filter(|line| line.matches(',').count() == 2).count();
    match closed_cells(row) {
        Some(3) => alike(&lines[..1]) == 1 && 2 * alike(&lines[1..]) >= lines.len() - 1,
        _ => alike(&lines) > 0,
    }
}

/// Returns the rows of a text that arrives in chunks of this size.
fn counted(text: &[u8], size: usize, level: Level) -> Vec<(String, Option<NonZeroUsize>)> {
    let mut rows = Rows::below(b',', &["x", "y", "z"].map(str::to_owned), &[], b"x,y,z");
    rows.level = level;
    let (mut start, mut end, mut found) = (0, 0, Vec::new());
    while end < text.len() {
        end = (end + size).min(text.len());
        let cut = rows.advance(&text[start..end], end == text.len());
        if cut > 0 {
            let Spans::Rows(rows) = rows.cut(cut) else {
                panic!("not rows")
            };
            let text = |row: &Row| String::from_utf8_lossy(&text[start..end][row.span.clone()]).into_owned();
            found.extend(rows.iter().map(|row| (text(row), row.cells)));
            start += cut;
        }
    }
    found
}

/// Returns the blocks of a text that arrives in chunks of this size, with or without a scout.
fn cut(rows: Rows, text: &[u8], size: usize, scouted: bool) -> Vec<Block> {
    let mut cuts = Cuts::new(Box::new(rows), crate::records::Accounted::default(), None);
    let mut found = Vec::new();
    for (number, piece) in text.chunks(size).enumerate() {
        let scout = cuts.scout();
        let mut chunk = Chunk::of(HEADROOM + piece.len());
        chunk.buffer[HEADROOM..].copy_from_slice(piece);
        chunk.own.end += piece.len();
        chunk.last = (number + 1) * size >= text.len();
        let chunk = if scouted { scout.over(chunk) } else { chunk };
        found.extend(cuts.cut(chunk).expect("no line is too long"));
    }
    found
}

/// Returns the blocks found below a header of three columns.
fn blocks(text: &[u8], size: usize, scouted: bool) -> Vec<(u64, Vec<u8>, Spans)> {
    let rows = Rows::below(b',', &["x", "y", "z"].map(str::to_owned), &[], b"x,y,z");
    let blocks = cut(rows, text, size, scouted).into_iter();
    blocks
        .map(|block| (block.offset(), block.bytes().to_vec(), block.spans))
        .collect()
}

/// The rows of a scout are accepted if the chunk begins in a row, and rejected if it begins in a
/// quoted cell.
#[test]
fn what_a_scout_found_is_taken_over_if_it_is_so() {
    for (rest, piece, so) in [
        ("1,\"a\",", "b\n2,c,d\n3", true),
        ("1,\"a", "b\",c\n2,c,d\n3", true),
        ("1,\"a", "b\n2,c,d\n3", false),
        ("1,\"a,", "\"\"b\n2,\"\nd\n3", false),
    ] {
        let mut rows = Rows::below(b',', &["x", "y", "z"].map(str::to_owned), &[], b"x,y,z");
        rows.advance(rest.as_bytes(), false);
        let ahead = rows.ahead(piece.as_bytes()).expect("a line feed");
        let (from, text) = (rest.len() + ahead.from, format!("{rest}{piece}"));
        rows.adopt(text.as_bytes(), ahead, rest.len());
        assert_eq!(rows.place.at, if so { text.len() } else { from }, "{text}");
    }
}

fn rows(text: &[u8], size: usize) -> Vec<String> {
    let counted = counted(text, size, Level::new());
    counted.into_iter().map(|(row, _)| row).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32 * ProptestConfig::default().cases))]

    /// Examining 64 bytes at once gives the same rows as examining each byte, for every size of
    /// chunk and every kind of vectors, and the same number of cells as the csv crate.
    #[test]
    fn rows_are_those_of_the_byte_by_byte_reading(
        pieces in prop::collection::vec(0..PIECES.len(), 0..60), size in 1..300_usize,
    ) {
        let text: String = pieces.iter().map(|piece| PIECES[*piece]).collect();
        let found = counted(text.as_bytes(), size, Level::new());
        prop_assert_eq!(&found, &counted(text.as_bytes(), 4096, Level::baseline()));
        let shown = |scouted| format!("{:?}", blocks(text.as_bytes(), size, scouted));
        prop_assert_eq!(shown(true), shown(false));
        let mut reader = RowReader::new(b',');
        for (row, cells) in &found {
            let Some(cells) = cells else { continue };
            prop_assert_eq!(cells.get(), reader.cells(row.as_bytes()).len(), "{}", row);
        }
        let found: Vec<_> = found.into_iter().map(|(row, cells)| (row, cells.map_or(0, NonZeroUsize::get))).collect();
        prop_assert_eq!(found, slowly(&text));
    }
}

/// Without this the comparison above would prove nothing.
#[test]
fn bytes_are_taken_together_where_no_quote_is_stray() {
    let taken = |text: &str, inside: u64, fresh: u64| {
        let mut rows = Rows::new(b',');
        let mut place = Place {
            inside,
            fresh,
            ..Place::default()
        };
        let bytes = text.as_bytes().first_chunk().expect("as many");
        let marks = dispatch!(rows.level, simd => Marks::of(simd, bytes, b','));
        let taken = rows.take(&mut place, text.as_bytes(), marks);
        taken.then_some((place.inside & 1, place.fresh, rows.found.len(), place.delimiters))
    };
    let text = |head: &str| format!("{head:x<64}");
    assert_eq!(taken(&text("a,\"b\",\n\"c\",\"\""), 0, 1), Some((0, 0, 1, 1)));
    assert_eq!(taken(&text("\"b,\n"), 0, 1), Some((1, 0, 0, 0)));
    assert_eq!(taken(&text("b,\n\",\"c"), u64::MAX, 0), Some((1, 0, 0, 1)));
    assert_eq!(taken(&format!("{:x<63},", ""), 0, 0), Some((0, 1, 0, 1)));
    assert_eq!(taken(&format!("{:x<63}\"", ""), u64::MAX, 0), Some((0, 1, 0, 0)));
    for (stray, fresh) in [("\"b\"", 0), ("5\" disk", 1), ("\"b\"c\"", 1)] {
        assert_eq!(taken(&text(stray), 0, fresh), None, "{stray}");
    }
}

#[test]
fn rows_end_outside_quotes_only() {
    let text = b"a,\"b\nc\",d\r\n\nx,y,z\r\n5\" disk,x,\"say \"\"hi\"\"\n\"\nlast,row,";
    let expected = ["a,\"b\nc\",d", "5\" disk,x,\"say \"\"hi\"\"\n\"", "last,row,"];
    for size in 1..=text.len() {
        assert_eq!(rows(text, size), expected, "in pieces of {size}");
    }
}

#[test]
fn a_carriage_return_alone_ends_a_row() {
    assert_eq!(rows(b"a,b\rc,d\r\ne,f", 1), ["a,b", "c,d", "e,f"]);
}

#[test]
fn a_lost_quote_costs_one_row() {
    let text = b"a,\"b\nc,d\ne,\"f\n\"\ng,h";
    assert_eq!(rows(text, text.len()), ["a,\"b", "c,d", "e,\"f\n\"", "g,h"]);
    assert_eq!(rows(b"\"a,b,c\nd,e,f\ng,h,i\n", 3), ["\"a,b,c", "d,e,f", "g,h,i"]);
}

/// The end of a cell is searched for up to the longest row only; after that every quote opens a
/// cell of its own.
#[test]
fn a_quote_that_is_closed_too_late_is_lost() {
    let text = format!("a,\"b\n{}\nlast\",row\n{:x<99}", "x".repeat(LONGEST), "");
    let found = counted(text.as_bytes(), text.len(), Level::new());
    let told: Vec<_> = found
        .iter()
        .map(|(row, cells)| (row.len(), cells.map(NonZeroUsize::get)))
        .collect();
    assert_eq!(told, [(4, None), (LONGEST, Some(1)), (9, Some(2)), (99, Some(1))]);
}

#[test]
fn empty_cells_are_a_row_and_blanks_are_none() {
    assert_eq!(rows(b",,\n  \n,\n", 2), [",,", ","]);
}

/// In a text without quoting, below a header of three columns, each line is a row.
#[test]
fn stray_quotes_swallow_no_row() {
    let lines = [
        "1,a,\"urgent",
        "2,b,",
        "3,\"c,x",
        "4,d,said \"no\"",
        "5,e,\"see mail",
        "6,f,3.5\" disk",
        "7,\"g\",x",
    ];
    for first in 0..lines.len() {
        let text = lines[first..].join("\n");
        assert_eq!(rows(text.as_bytes(), 7), lines[first..], "from line {first}");
    }
}

/// Below a header of three columns. The first line of the open cell looks like a row, because the
/// cell is the last one.
#[test]
fn source_cut_in_a_cell_of_lines_ends_with_one_row() {
    let lines = "line of a text\n".repeat(60);
    for (open, is_one) in [
        ("2,b,\"first\nsecond".to_owned(), true),
        ("2,b,\"first\nsecond\n".to_owned(), true),
        (format!("2,\"b, or c\n{lines}"), true),
        (format!("2,b,\"first\n{lines}half a li"), true),
        ("2,b,\"urgent\n".to_owned(), false),
        ("2,b,\"urgent\n3,c,d\n".to_owned(), false),
    ] {
        let text = format!("1,a,x\n{open}");
        let mut rows = Rows::below(b',', &["x", "y", "z"].map(str::to_owned), &[], b"x,y,z");
        rows.advance(text.as_bytes(), true);
        let last = rows.found.last().map(|row| &text[row.span.clone()]);
        assert_eq!(last == Some(open.as_str()), is_one, "{open}");
        assert_eq!(rows.cut_short(text.as_bytes()), is_one.then_some(6), "{open}");
    }
}

/// Returns the rows, each with the columns of its header if that is not the first one, or `!` if
/// that header lacks some.
fn held(text: &[u8], columns: &[&str], mapped: &[&str], size: usize, scouted: bool) -> Vec<(String, String)> {
    let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let (columns, mapped) = (owned(columns), owned(mapped));
    let rows = Rows::below(b',', &columns, &mapped, columns.join(",").as_bytes());
    let of = |record: crate::records::Record<'_>| {
        let row = String::from_utf8_lossy(record.bytes).into_owned();
        let columns = record.header.map(|header| header.columns.join(","));
        (
            row,
            record.defect.map_or(columns.unwrap_or_default(), |_| "!".to_owned()),
        )
    };
    let blocks = cut(rows, text, size, scouted);
    blocks
        .iter()
        .flat_map(|block| block.records().map(of).collect::<Vec<_>>())
        .collect()
}

#[test]
fn later_header_holds_for_the_rows_below_it() {
    for (second, holds) in [
        ("y,x1,z", "y,x1,z"),
        ("\"x1\",\"z\",\"y\"", "x1,z,y"),
        ("\u{feff}Z,X1,Y", "Z,X1,Y"),
        ("x1,more,z,y", "x1,more,z,y"),
        ("w,x1,y", "w,x1,y"),
        ("x1,w", "!"),
        ("x1,y,w,q,r", "!"),
        ("y,y,z,x1", "!"),
        ("x1,4,5", ""),
    ] {
        let first = "1,2,3\nx1,y,z\n4,5,6\n";
        let last = "\"X1\",\"y\",\"z\"\n0,0,0\n";
        let text = format!("{first}{second}\r\n7,8,9\n{last}");
        let mut expected = vec![
            ("1,2,3", ""),
            ("4,5,6", ""),
            (second, holds),
            ("7,8,9", holds),
            ("0,0,0", ""),
        ];
        if !["!", ""].contains(&holds) {
            expected.remove(2);
        }
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(row, header)| (row.to_owned(), header.to_owned()))
            .collect();
        for (size, scouted) in [(1, false), (9, true), (16, true), (999, false)] {
            let found = held(
                text.as_bytes(),
                &["x1", "y", "z"],
                &["w", "v", "x1", "y"],
                size,
                scouted,
            );
            assert_eq!(found, expected, "{second} in pieces of {size}");
        }
    }
}

proptest! {
    /// The header that applies does not depend on the size of the chunks.
    #[test]
    fn header_that_holds_is_the_one_above(
        lines in prop::collection::vec(0..7_usize, 0..40), size in 1..200_usize, scouted: bool,
    ) {
        let kinds = ["x,y,z", "z,y,x", "y,z,x", "x,q,y,z", "1,2,3", "4,\"two\n lines\",5", "x,w"];
        let text: String = lines.iter().flat_map(|kind| [kinds[*kind], "\n"]).collect();
        let mut holds = "";
        let mut expected = Vec::new();
        for kind in lines {
            match kind {
                0 => holds = "",
                1..=3 => holds = kinds[kind],
                6 => holds = "!",
                _ => {}
            }
            if kind > 3 {
                expected.push((kinds[kind].to_owned(), holds.to_owned()));
            }
        }
        prop_assert_eq!(held(text.as_bytes(), &["x", "y", "z"], &["w"], size, scouted), expected);
    }
}

/// An attacker may write a row into a text, so the content of a cell is never read as a row.
#[test]
fn lines_of_a_quoted_cell_that_look_like_rows_are_marked() {
    let text = b"1,a,\"see\n2,b,forged\"\n3,c,x\n4,d,\"two\nlines\"\n";
    let mut rows = Rows::below(b',', &["x", "y", "z"].map(str::to_owned), &[], b"x,y,z");
    rows.advance(text, true);
    let marked: Vec<_> = rows
        .found
        .iter()
        .map(|row| (&text[row.span.clone()], row.defect))
        .collect();
    let expected: [(&[u8], _); 4] = [
        (b"1,a,\"see", Some(RowDefect::LineOfCell)),
        (b"2,b,forged\"", Some(RowDefect::LineOfCell)),
        (b"3,c,x", None),
        (b"4,d,\"two\nlines\"", None),
    ];
    assert_eq!(marked, expected);
}
