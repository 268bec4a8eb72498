use proptest::prelude::*;

use super::*;
use crate::records::{
    RowReader,
    cuts::Cuts,
    reads::{Chunk, HEADROOM},
};

/// What a row is made of, some of it longer than what is looked at together.
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

/// What a byte was.
#[derive(PartialEq)]
enum Was {
    Start,
    Plain,
    Quoted,
    /// A quote in a quoted cell: its end, or the first half of a doubled one.
    Quote,
}

/// The rows of a text with their cells, told byte by byte. None where a quote is lost, which is another matter.
fn slowly(text: &str) -> Option<Vec<(String, usize)>> {
    let (mut rows, mut row, mut cells, mut was) = (Vec::new(), String::new(), 1, Was::Start);
    for c in text.chars() {
        was = match (was, c) {
            (Was::Quoted, '"') => Was::Quote,
            (Was::Quoted, _) | (Was::Start | Was::Quote, '"') => Was::Quoted,
            (_, '\n' | '\r') => {
                rows.push((mem::take(&mut row), mem::replace(&mut cells, 1)));
                was = Was::Start;
                continue;
            }
            (_, ',') => {
                cells += 1;
                Was::Start
            }
            _ => Was::Plain,
        };
        row.push(c);
    }
    rows.push((row, cells));
    rows.retain(|(row, _)| !is_blank(row.as_bytes()));
    (was != Was::Quoted).then_some(rows)
}

/// The rows of a text that comes in pieces of this size.
fn counted(text: &[u8], size: usize, level: Level) -> Vec<(String, Option<NonZeroUsize>)> {
    let mut rows = Rows::new(b',', b"x,y,z");
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

/// The blocks of a text that comes in chunks of this size, each looked at before its turn or not.
fn blocks(text: &[u8], size: usize, scouted: bool) -> Vec<(u64, Vec<u8>, Spans)> {
    let mut cuts = Cuts::new(Box::new(Rows::new(b',', b"x,y,z")), 0, None);
    let scout = cuts.scout();
    let mut found = Vec::new();
    for (number, piece) in text.chunks(size).enumerate() {
        let mut chunk = Chunk::of(HEADROOM + piece.len());
        chunk.buffer[HEADROOM..].copy_from_slice(piece);
        chunk.own.end += piece.len();
        chunk.last = (number + 1) * size >= text.len();
        let chunk = if scouted { scout.over(chunk) } else { chunk };
        let block = cuts.cut(chunk).expect("no line is too long");
        found.extend(block.map(|block| (block.offset(), block.bytes().to_vec(), block.spans)));
    }
    found
}

/// Nothing is left to look at where a piece begins in a row, and all of it where it begins in a quoted cell.
#[test]
fn what_a_scout_found_is_taken_over_if_it_is_so() {
    for (rest, piece, so) in [
        ("1,\"a\",", "b\n2,c,d\n3", true),
        ("1,\"a", "b\",c\n2,c,d\n3", true),
        ("1,\"a", "b\n2,c,d\n3", false),
        ("1,\"a,", "\"\"b\n2,\"\nd\n3", false),
    ] {
        let mut rows = Rows::new(b',', b"x,y,z");
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

    /// Sixty-four bytes at once show what looking at each does, however the text comes in and whatever vectors there
    /// are; and the cells are as many as the csv crate finds.
    #[test]
    fn rows_are_those_of_the_byte_by_byte_reading(
        pieces in prop::collection::vec(0..PIECES.len(), 0..60), size in 1..300_usize,
    ) {
        let text: String = pieces.iter().map(|piece| PIECES[*piece]).collect();
        let found = counted(text.as_bytes(), size, Level::new());
        prop_assert_eq!(&found, &counted(text.as_bytes(), 4096, Level::baseline()));
        prop_assert_eq!(blocks(text.as_bytes(), size, true), blocks(text.as_bytes(), size, false));
        let mut reader = RowReader::new(b',');
        for (row, cells) in &found {
            let Some(cells) = cells else { continue };
            prop_assert_eq!(cells.get(), reader.cells(row.as_bytes()).len(), "{}", row);
        }
        if let Some(expected) = slowly(&text) {
            let found: Vec<_> = found.into_iter().map(|(row, cells)| (row, cells.map_or(0, NonZeroUsize::get))).collect();
            prop_assert_eq!(found, expected);
        }
    }
}

/// Otherwise the comparison above would say nothing.
#[test]
fn bytes_are_taken_together_where_no_quote_is_stray() {
    let taken = |text: &str, inside: u64, fresh: u64| {
        let mut rows = Rows::new(b',', b"");
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
    assert_eq!(
        rows(text, text.len())[..1],
        ["a,\"b\nc,d\ne,\"f"],
        "closed later, as it may have been meant"
    );
    assert_eq!(rows(b"\"a,b\nc,d\ne,f\n", 3), ["\"a,b", "c,d", "e,f"]);
}

/// Its end is looked for no further than a row can be, and then every quote behind it opens a cell of its own.
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
