//! Blocks of whole records. One thread finds where records end while the others parse and judge.

use std::{
    io::{self, Read},
    num::NonZeroUsize,
    ops::Range,
    sync::Arc,
};

use super::{
    Accounted, End, Framing, Header, Layout, Needle, NoRecord, Record, Sight, TableRule,
    buffers::Buffer,
    cuts::Cuts,
    cutter::{BOM, Cutter, Later, Row, Spans},
    document, ends, lines,
    reads::Reads,
    rows::Rows,
    sights,
    text::cutter::{self as text_cutter, TextCutter, W3cCutter},
};
use crate::case::InputText;

/// A part of a source that holds whole records.
#[derive(Debug)]
pub struct Block {
    pub(super) offset: u64,
    /// Buffer with the bytes of the block, and possibly bytes outside it.
    pub(super) buffer: Buffer,
    pub(super) own: Range<usize>,
    pub(super) spans: Spans,
    /// Spans without a record that are neither blank nor punctuation, in order.
    pub(super) passed_over: Vec<Range<usize>>,
    /// True if the block begins with the rest of a line over the limit for one record.
    pub(super) begins_in_long_line: bool,
    /// Headers after the first one that apply to rows of the block, in order.
    pub(super) later: Vec<Later>,
}

impl Block {
    /// Returns the size in bytes.
    pub fn len(&self) -> usize {
        self.own.len()
    }

    /// Returns whether the block has no bytes.
    pub fn is_empty(&self) -> bool {
        self.own.is_empty()
    }

    /// Returns whether the block holds a record, including a record of length 0.
    pub(super) fn has_records(&self) -> bool {
        match &self.spans {
            Spans::Lines | Spans::Starts(_) => false,
            Spans::At(spans) => !spans.is_empty(),
            Spans::Rows(rows) => !rows.is_empty(),
        }
    }

    /// Returns the last record, and its header if that is not the first header of the source.
    pub(super) fn last(&self) -> Option<(&[u8], Option<&Arc<Header>>)> {
        let bytes = self.bytes();
        let (span, header) = match &self.spans {
            Spans::Lines => (ends::last_line(bytes)?, None),
            // Free text carries no statement of its export.
            Spans::Starts(_) => return None,
            Spans::At(spans) => (spans.last()?.clone(), None),
            Spans::Rows(rows) => {
                let row = rows.last()?;
                (row.span.clone(), self.header(row))
            }
        };
        Some((&bytes[span], header))
    }

    /// Returns the bytes of the block: its records and the gaps between them.
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[self.own.clone()]
    }

    /// Returns the byte offset of the block in the source.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Calls `with` for each record, in order. Faster than a loop over [`Self::records`].
    pub fn each(&self, mut with: impl FnMut(Record<'_>)) {
        let bytes = self.bytes();
        let record = |span: Range<usize>, cells| self.record(bytes, span, cells, None);
        match &self.spans {
            Spans::Lines => lines::spans(bytes).for_each(|span| with(record(span, None))),
            Spans::Starts(rule) => text_cutter::records(rule, bytes).for_each(|span| with(record(span, None))),
            Spans::At(spans) => spans.iter().for_each(|span| with(record(span.clone(), None))),
            Spans::Rows(rows) => rows.iter().for_each(|row| with(self.row(bytes, row))),
        }
    }

    /// Like [`Self::each`], and also passes the [`Sight`] of each line until `with` returns
    /// `false`.
    pub fn each_seen(&self, needle: Option<&Needle>, mut with: impl FnMut(Record<'_>) -> bool) {
        match (&self.spans, needle) {
            (Spans::Lines, Some(needle)) => {
                let bytes = self.bytes();
                sights::each(bytes, needle, |span, sight| with(self.record(bytes, span, None, sight)));
            }
            _ => self.each(|record| {
                let _ = with(record);
            }),
        }
    }

    /// Returns the records, in order.
    pub fn records(&self) -> impl Iterator<Item = Record<'_>> {
        let bytes = self.bytes();
        let (lines, spans, rows) = match &self.spans {
            Spans::Lines => (bytes, [].as_slice(), [].as_slice()),
            Spans::At(spans) => ([].as_slice(), spans.as_slice(), [].as_slice()),
            Spans::Rows(rows) => ([].as_slice(), [].as_slice(), rows.as_slice()),
            Spans::Starts(_) => ([].as_slice(), [].as_slice(), [].as_slice()),
        };
        let rule = match &self.spans {
            Spans::Starts(rule) => Some(rule),
            _ => None,
        };
        let starts = rule.into_iter().flat_map(move |rule| text_cutter::records(rule, bytes));
        let record = move |span, cells| self.record(bytes, span, cells, None);
        let plain = lines::spans(lines).chain(spans.iter().cloned()).chain(starts);
        let rows = rows.iter().map(move |row| self.row(bytes, row));
        plain.map(move |span| record(span, None)).chain(rows)
    }

    #[inline]
    fn row<'b>(&'b self, bytes: &'b [u8], row: &Row) -> Record<'b> {
        let header = self.header(row);
        Record {
            defect: row.defect,
            header,
            // The prefilter of rows knows the first header only.
            ..self.record(bytes, row.span.clone(), row.cells.filter(|_| header.is_none()), None)
        }
    }

    /// Returns the header that applies to a row, if that is not the first one.
    #[inline]
    fn header(&self, row: &Row) -> Option<&Arc<Header>> {
        if !row.later {
            return None;
        }
        let later = self.later.partition_point(|later| later.from <= row.span.start);
        Some(&self.later[later.checked_sub(1)?].header)
    }

    fn record<'b>(
        &self,
        bytes: &'b [u8],
        span: Range<usize>,
        cells: Option<NonZeroUsize>,
        sight: Option<Sight>,
    ) -> Record<'b> {
        Record {
            offset: self.offset + span.start as u64,
            bytes: &bytes[span],
            cells,
            sight,
            defect: None,
            header: None,
        }
    }
}

/// Reads a source as blocks, in order.
pub struct Blocks<R> {
    reads: Reads<R>,
    cuts: Cuts,
    framing: Framing,
}

impl<R: Read> Blocks<R> {
    /// Reads the beginning of the source and detects the framing from it. `wrapper` is the path of
    /// member names to the array of records, where the profile states one.
    pub fn open(reader: R, wrapper: &[String]) -> io::Result<Self> {
        Self::open_for(reader, wrapper, &[])
    }

    /// Like [`Self::open`], for a profile that maps these columns of a CSV. A first row that names
    /// none of them is an ordinary record. Without mapped columns, any first row is a header.
    pub fn open_for(reader: R, wrapper: &[String], columns: &[String]) -> io::Result<Self> {
        let columns = columns.to_vec();
        Self::open_by(
            reader,
            &Layout {
                wrapper,
                columns,
                ..Layout::default()
            },
        )
    }

    /// Opens a source with this layout.
    pub fn open_by(reader: R, layout: &Layout<'_>) -> io::Result<Self> {
        Self::open_as(reader, layout, &InputText::default())
    }

    /// Like [`Self::open_by`], with what the case states about the text. With a rule of the profile
    /// the source is text, unless the case names columns.
    pub fn open_as(reader: R, layout: &Layout<'_>, text: &InputText) -> io::Result<Self> {
        let Layout { wrapper, columns, .. } = layout;
        let mut reads = Reads::new(reader);
        let (mut first, nuls) = reads.first_chunk()?;
        let is_marked = first.bytes().starts_with(BOM);
        if is_marked {
            first.skip(BOM.len());
        }
        let table = TableRule::of(layout.table, text);
        let passed_over = first.skip(table.before(first.bytes()));
        let framing = match layout.text {
            Some(rule) if text.columns.is_empty() => Framing::of_text(first.bytes(), rule),
            None if table.columns.is_empty() => Framing::of(first.bytes(), first.last, wrapper, columns),
            _ => Framing::of_rows(first.bytes(), first.last, &table.columns),
        };
        let cutter: Box<dyn Cutter> = match &framing {
            Framing::Empty | Framing::JsonLines => Box::new(lines::Lines::default()),
            Framing::JsonDocument => Box::new(document::Document::new(wrapper)),
            Framing::Text(rule) if rule.has_directives() => Box::new(W3cCutter::default()),
            Framing::Text(rule) => Box::new(TextCutter::new(Arc::clone(rule))),
            Framing::Csv(header) => {
                let rows = Rows::below(
                    header.delimiter,
                    &header.columns,
                    columns,
                    &header.written(first.bytes()),
                );
                first.skip(header.length);
                Box::new(rows)
            }
        };
        let header = match &framing {
            Framing::Csv(header) => Some(Arc::clone(header)),
            _ => None,
        };
        let length = header.as_ref().map_or(0, |header| header.length);
        let mut head = Accounted::head(nuls, is_marked, length);
        head.name(NoRecord::StatedLines, passed_over);
        let cuts = Cuts::new(cutter, head, header);
        reads.first = Some(first);
        Ok(Self { reads, cuts, framing })
    }

    /// Continues at the start of a record further below in the same source, with a reader at that
    /// position. The first record then has no head before it.
    #[must_use]
    pub fn resumed<O: Read>(self, reader: O, from: u64) -> Blocks<O> {
        let Self { cuts, framing, .. } = self;
        Blocks {
            reads: Reads::new(reader),
            cuts: cuts.resumed(from),
            framing,
        }
    }

    /// Returns whether another reader can continue from the end of the last block, that is, whether
    /// the first header applies there.
    pub fn can_be_resumed(&self) -> bool {
        self.cuts.can_be_resumed()
    }

    /// Returns the framing of the records.
    pub fn framing(&self) -> &Framing {
        &self.framing
    }

    /// Returns the facts known at the end of the source. Must be called after the last block.
    pub fn end(&mut self) -> End {
        self.cuts.end()
    }

    /// Returns the reader, so that its digest can be taken.
    pub fn into_reader(self) -> R {
        self.reads.reader
    }

    /// Splits the remaining work into reading and cutting, for several threads.
    pub fn split(self) -> (Reads<R>, Cuts) {
        (self.reads, self.cuts)
    }
}

impl<R: Read> Iterator for Blocks<R> {
    type Item = io::Result<Block>;

    fn next(&mut self) -> Option<Self::Item> {
        let Self { reads, cuts, .. } = self;
        reads.find_map(|chunk| chunk.and_then(|chunk| cuts.cut(chunk)).transpose())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::reads::{BLOCK, FIRST};

    fn records(text: &[u8]) -> Vec<(u64, usize)> {
        let blocks = Blocks::open(text, &[]).expect("bytes in memory");
        let mut found = Vec::new();
        for block in blocks {
            found.extend(
                block
                    .expect("bytes in memory")
                    .records()
                    .map(|record| (record.offset, record.bytes.len())),
            );
        }
        found
    }

    /// Sizes around the block boundaries, at which a chunked transfer may stop.
    #[test]
    fn a_missing_bracket_is_told_at_the_very_end_of_a_block() {
        for size in [FIRST - 1, FIRST, FIRST + 1, FIRST + BLOCK, FIRST + 2 * BLOCK + 1] {
            let mut text = b"[\n{\"a\":1},{\"b\":2},".to_vec();
            text.resize(size, b' ');
            assert_eq!(records(&text), [(2, 7), (10, 7), (size as u64, 0)], "{size} bytes");
        }
    }

    #[test]
    fn lines_that_the_case_passes_over_are_no_records_and_offsets_count_them() {
        let rows = |text: &str, skip_lines, columns: &[&str]| {
            let stated = InputText {
                skip_lines,
                columns: columns.iter().map(|&column| column.to_owned()).collect(),
                ..InputText::default()
            };
            let layout = Layout {
                columns: vec!["time".to_owned(), "who".to_owned()],
                ..Layout::default()
            };
            let blocks = Blocks::open_as(text.as_bytes(), &layout, &stated).expect("bytes in memory");
            let of = |block: io::Result<Block>| {
                let block = block.expect("bytes in memory");
                block
                    .records()
                    .map(|record| (record.offset, record.bytes.len()))
                    .collect::<Vec<_>>()
            };
            let (framing, delimiter) = match blocks.framing() {
                Framing::Csv(header) => (header.columns.join(" "), char::from(header.delimiter)),
                other => (other.to_string(), ' '),
            };
            (framing, delimiter, blocks.flat_map(of).collect::<Vec<_>>())
        };
        let (names, none) = ("time who".to_owned(), Vec::new());
        for (text, skip, columns, expected) in [
            (
                "Export, 2026\n\ntime,who\n1,a\n",
                2,
                &[][..],
                (names.clone(), ',', vec![(23, 3)]),
            ),
            (
                "sep=;\r\ntime;who\r\n1;a\r\n",
                1,
                &[],
                (names.clone(), ';', vec![(17, 3)]),
            ),
            (
                "1\ta\n2\tb\n",
                0,
                &["time", "who"],
                (names.clone(), '\t', vec![(0, 3), (4, 3)]),
            ),
            (
                "#a\r1|2\r2|3\r",
                1,
                &["time", "who"],
                (names.clone(), '|', vec![(3, 3), (7, 3)]),
            ),
            (
                "title\n{\"a\":1}\n",
                1,
                &[],
                ("json-lines".to_owned(), ' ', vec![(6, 7)]),
            ),
            ("one line", 9, &["time", "who"], (names.clone(), ',', none)),
        ] {
            assert_eq!(rows(text, skip, columns), expected, "{text:?}");
        }
    }

    #[test]
    fn a_first_line_longer_than_a_block_does_not_hide_that_lines_follow() {
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(FIRST));
        let text = format!("{long}\n{{\"b\":\n{{\"c\":3}}\n");
        let start = long.len() as u64 + 1;
        assert_eq!(records(text.as_bytes()), [(0, long.len()), (start, 5), (start + 6, 7)]);
    }

    #[test]
    fn records_longer_than_a_block_are_whole() {
        let row = format!("1,\"{}\"", "y\n".repeat(FIRST));
        let text = format!("a,b\n{row}\n2,z\n");
        assert_eq!(records(text.as_bytes()), [(4, row.len()), (5 + row.len() as u64, 3)]);
    }
}
