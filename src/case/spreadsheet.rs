//! A CSV file (RFC 4180) a person made in a spreadsheet, read with the place of every cell. Cells
//! are separated by commas, or by semicolons or tabs where the header row shows it.
//!
//! Uses `csv-core`, because `csv` reports where a record starts but not where its cells do.
//! Anything that could lose a cell silently is a fault: a misspelt column, a row of another width,
//! an unclosed quotation mark.

use std::{borrow::Cow, ops::Range};

use csv_core::{ReadFieldResult, Reader, ReaderBuilder};
use fearless_simd::{Level, Simd, SimdBase, SimdMask, dispatch, u8x64};

use crate::{
    config::{Lines, Spanned, suggestion, utf8},
    diag::{Diagnostic, Place},
    text::{may_begin_hidden, trimmed},
};

/// Number of bytes that are compared together.
const TOGETHER: usize = 64;

/// The bytes of a table that matter. A directory has a hundred thousand cells, and to search for
/// the end of each anew takes longer than all else that is done with them.
#[derive(Debug)]
struct Marks<'t> {
    text: &'t [u8],
    separator: u8,
    /// Start of the bytes compared last.
    block: usize,
    /// Those of them that end cells, as bits.
    ends: u64,
    /// Behind the last byte so far that a hidden character may begin with, or that a formula or a
    /// shortened number needs.
    suspect: usize,
}

impl<'t> Marks<'t> {
    fn new(text: &'t [u8], separator: u8) -> Self {
        let mut marks = Self {
            text,
            separator,
            block: 0,
            ends: 0,
            suspect: 0,
        };
        marks.compare();
        marks
    }

    /// Returns the end of the unquoted cell that begins at `start`. Must be called in the order of
    /// cells.
    fn end_of(&mut self, start: usize) -> usize {
        self.up_to(start);
        let mut ends = self.ends & u64::MAX << (start - self.block);
        while ends == 0 {
            if self.text.len() - self.block <= TOGETHER {
                return self.text.len();
            }
            self.block += TOGETHER;
            self.compare();
            ends = self.ends;
        }
        self.block + ends.trailing_zeros() as usize
    }

    /// Compares what precedes this place, and what is beside it.
    fn up_to(&mut self, place: usize) {
        while place - self.block >= TOGETHER {
            self.block += TOGETHER;
            self.compare();
        }
    }

    fn compare(&mut self) {
        let rest = &self.text[self.block..];
        let mut padded = [b' '; TOGETHER];
        let bytes = rest.first_chunk().unwrap_or_else(|| {
            padded[..rest.len()].copy_from_slice(rest);
            &padded
        });
        // Vectors that every processor has: to choose others would take longer than they save.
        let (ends, mut unusual) = dispatch!(Level::baseline(), simd => bits(simd, bytes, self.separator));
        self.ends = ends;
        while unusual != 0 {
            let last = TOGETHER - 1 - unusual.leading_zeros() as usize;
            if matches!(bytes[last], b'=' | b'#' | b'+') || may_begin_hidden(bytes[last]) {
                self.suspect = self.block + last + 1;
                break;
            }
            unusual ^= 1 << last;
        }
    }
}

/// The bytes that end cells, and of those that end no line, the ones of formulas and those that are
/// not printable ASCII.
#[inline(always)]
#[expect(clippy::inline_always, reason = "a call would lose the processor's features")]
fn bits<S: Simd>(simd: S, bytes: &[u8; TOGETHER], separator: u8) -> (u64, u64) {
    let bytes = u8x64::from_slice(simd, bytes);
    let all = |byte: u8| u8x64::splat(simd, byte);
    let are = |byte: u8| bytes.simd_eq(all(byte));
    let lines = are(b'\n') | are(b'\r');
    let printable = bytes.simd_ge(all(b' ')) & bytes.simd_le(all(b'~'));
    let usual = (printable & !(are(b'=') | are(b'#') | are(b'+'))) | lines;
    ((lines | are(separator)).to_bitmask(), !usual.to_bitmask())
}

/// One cell: its text as decoded, and where it is.
#[derive(Debug)]
struct Cell<'t> {
    text: Cow<'t, str>,
    span: Range<usize>,
}

impl Cell<'_> {
    /// Only a cell in quotes can hold a line break.
    fn is_torn(&self) -> bool {
        matches!(&self.text, Cow::Owned(text) if memchr::memchr2(b'\n', b'\r', text.as_bytes()).is_some())
    }
}

/// One row below the header that has an id.
#[derive(Debug)]
pub(super) struct Row<'r> {
    lines: &'r Lines<'r>,
    columns: &'r Columns,
    cells: &'r [Cell<'r>],
    /// Whether the row's width differs from the header's. All cells but the id may then be in a
    /// wrong column.
    slipped: bool,
    /// Whether a cell may hold a hidden character or a formula.
    suspect: bool,
}

/// The known columns of the header.
#[derive(Debug)]
struct Columns {
    /// Each that is known, and its places in a row.
    places: Vec<(&'static str, Vec<usize>)>,
    width: usize,
}

impl Columns {
    fn new(known: &[&'static str], header: &[Option<&'static str>]) -> Self {
        let places = |column: &str| {
            let places = header.iter().enumerate();
            let places = places.filter(|(_, written)| **written == Some(column));
            places.map(|(at, _)| at).collect()
        };
        Self {
            places: known.iter().map(|column| (*column, places(column))).collect(),
            width: header.len(),
        }
    }
}

impl Row<'_> {
    /// The columns whose cells may hold a hidden character, and their texts.
    pub(super) fn maybe_hidden(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let columns = self.columns.places.iter().filter(|_| self.suspect);
        let texts = columns.filter_map(|(name, places)| Some((*name, trimmed(&self.at(name, places)?.text))));
        texts.filter(|(_, text)| text.bytes().any(may_begin_hidden))
    }

    /// The cell's text without the white space around it; none if that leaves nothing or there is
    /// no such column.
    pub(super) fn text(&self, column: &str) -> Option<String> {
        self.trimmed(column).map(str::to_owned)
    }

    fn trimmed(&self, column: &str) -> Option<&str> {
        Some(trimmed(&self.cell(column)?.text)).filter(|text| !text.is_empty())
    }

    /// Like [`Self::text`], with the place of the cell.
    pub(super) fn found(&self, column: &str) -> Option<Spanned<String>> {
        let value = self.text(column)?;
        let place = self.place(column)?;
        Some(Spanned { value, place })
    }

    /// The parts of a cell that holds several, separated by `;`; a part may hold blanks.
    pub(super) fn parts(&self, column: &str) -> Vec<String> {
        let text = self.trimmed(column).unwrap_or_default();
        let parts = text.split(';').map(str::trim);
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    /// The number of the cell's line.
    pub(super) fn line(&self, column: &str) -> usize {
        self.cell(column).map_or(0, |cell| self.lines.number(cell.span.start))
    }

    /// Returns the place of the cell.
    pub(super) fn place(&self, column: &str) -> Option<Place> {
        Some(self.lines.place(self.cell(column)?.span.clone()))
    }

    /// Returns the text of a cell by the number of its column, trimmed as in [`Self::text`]. Also
    /// returns its position in the file, if the text occurs there unchanged.
    pub(super) fn standing(&self, column: usize) -> Option<(&str, Option<usize>)> {
        let (name, places) = &self.columns.places[column];
        let cell = self.at(name, places)?;
        let text = trimmed(&cell.text);
        let before = || match cell.text.len() - text.len() {
            0 => 0,
            _ => cell.text.len() - cell.text.trim_start().len(),
        };
        let start = matches!(cell.text, Cow::Borrowed(_)).then(|| cell.span.start + before());
        (!text.is_empty()).then_some((text, start))
    }

    fn cell(&self, column: &str) -> Option<&Cell<'_>> {
        let mut places = self.columns.places.iter();
        let (name, places) = places.find(|(known, _)| *known == column)?;
        self.at(name, places)
    }

    /// The faults of cells whose values a spreadsheet has replaced.
    fn spoilt(&self) -> Vec<Diagnostic> {
        let mut faults: Vec<_> = self.cells.iter().filter_map(|cell| formula(self.lines, cell)).collect();
        for column in ["id", "identities"] {
            let shortened = |cell: &&Cell<'_>| cell.text.split(';').any(|part| is_shortened(trimmed(part)));
            if let Some(cell) = self.cell(column).filter(shortened) {
                let message = format!("`{}` is a number that a spreadsheet has shortened", trimmed(&cell.text));
                let hint = "its last digits are lost in this file: format the column as text in the spreadsheet, enter \
                            the numbers again from their origin, and save it anew";
                let fault = Diagnostic::new("shortened-number", message).hint(hint);
                faults.push(fault.at(self.lines.place(cell.span.clone())));
            }
        }
        faults
    }

    fn at(&self, column: &str, places: &[usize]) -> Option<&Cell<'_>> {
        // A column that is there twice is a fault of its own.
        let cell = places.iter().rev().find_map(|&at| self.cells.get(at));
        cell.filter(|_| !self.slipped || column == "id")
    }
}

/// Reads a file with these columns, of which `id` must be there and filled, and hands each row to
/// `take`. Returns whether every row's id was read, so that an id not seen is really not there.
pub(super) fn read_rows(
    name: &str,
    bytes: &[u8],
    columns: &[&'static str],
    faults: &mut Vec<Diagnostic>,
    mut take: impl FnMut(&Row<'_>, &mut Vec<Diagnostic>),
) -> bool {
    if let Some(kind) = workbook(bytes).or_else(|| markup(bytes)) {
        let fault = Diagnostic::new("no-csv", format!("`{name}` is {kind}, not a CSV file"));
        let hint = if workbook(bytes).is_some() {
            "open it in a spreadsheet program, save its sheet as CSV UTF-8, and name that file"
        } else {
            "save it as CSV UTF-8, and name that file"
        };
        faults.push(fault.hint(hint).at(Lines::new(name, "").place(0..0)));
        return false;
    }
    let Some(text) = utf8(name, bytes, faults) else {
        return false;
    };
    let lines = Lines::new(name, text);
    let mut records = Records::new(text, columns);
    // One for all rows.
    let mut cells = Vec::new();
    records.next(&mut cells);
    let header = header(&lines, &cells, columns, faults);
    if !header.contains(&Some("id")) {
        let fault = Diagnostic::new("csv-no-id", format!("`{name}` has no column `id`"));
        let hint = format!(
            "begin with a header line, columns separated by commas, semicolons, tabs or `|`: {}",
            columns.join(",")
        );
        faults.push(fault.hint(hint).at(lines.place(0..0)));
        return false;
    }
    let columns = Columns::new(columns, &header);
    let mut complete = true;
    while records.next(&mut cells) {
        if cells.iter().all(|cell| trimmed(&cell.text).is_empty()) {
            continue;
        }
        let start = cells.first().map_or(text.len(), |cell| cell.span.start);
        let suspect = records.marks.suspect > start;
        match row(&lines, &columns, &cells, suspect, faults) {
            Some(row) => {
                if suspect {
                    faults.extend(row.spoilt());
                }
                take(&row, faults);
            }
            None => complete = false,
        }
    }
    complete
}

/// Which column each cell of the header names; none where it names no known one.
fn header(
    lines: &Lines<'_>,
    record: &[Cell<'_>],
    columns: &[&'static str],
    faults: &mut Vec<Diagnostic>,
) -> Vec<Option<&'static str>> {
    let mut header: Vec<Option<&'static str>> = Vec::new();
    for cell in record {
        let written = cell.text.trim();
        let known = columns
            .iter()
            .copied()
            .find(|column| column.eq_ignore_ascii_case(written));
        let fault = match known {
            None => Some(
                Diagnostic::new("csv-unknown-column", format!("unknown column `{written}`")).hint(
                    match usual(written).filter(|column| columns.contains(column)) {
                        Some(column) => format!("did you mean `{column}`? rename the column, or remove it"),
                        None => suggestion(&written.to_ascii_lowercase(), columns),
                    },
                ),
            ),
            Some(column) if header.contains(&Some(column)) => Some(
                Diagnostic::new("csv-duplicate-column", format!("column `{column}` is there twice"))
                    .hint("keep one of them"),
            ),
            Some(_) => None,
        };
        faults.extend(fault.map(|fault| fault.at(lines.place(cell.span.clone()))));
        header.push(known);
    }
    header
}

/// Checks a row. Returns `None` if its agent or tenant cannot be identified.
fn row<'r>(
    lines: &'r Lines<'r>,
    columns: &'r Columns,
    cells: &'r [Cell<'r>],
    suspect: bool,
    faults: &mut Vec<Diagnostic>,
) -> Option<Row<'r>> {
    let start = || cells.first().map_or(0..0, |cell| cell.span.clone());
    if let Some(cell) = cells.iter().find(|cell| cell.is_torn()) {
        let fault = Diagnostic::new("csv-line-break", "a cell runs over the end of its line");
        let fault = fault.hint("close its quotation mark on the same line, or remove the one that opens it");
        faults.push(fault.at(lines.place(cell.span.clone())));
        return None;
    }
    let slipped = cells.len() != columns.width;
    if slipped {
        let message = format!("this row has {} cells, the header {}", cells.len(), columns.width);
        let fault = Diagnostic::new("csv-row-width", message);
        let fault = fault.hint("give every row as many cells as the header, and quote cells that hold the separator");
        faults.push(fault.at(lines.place(start())));
    }
    let row = Row {
        lines,
        columns,
        cells,
        slipped,
        suspect,
    };
    if row.trimmed("id").is_none() {
        let fault = Diagnostic::new("empty-value", "this row has no `id`").hint("give it one, or remove the row");
        faults.push(fault.at(row.place("id").unwrap_or_else(|| lines.place(start()))));
        return None;
    }
    Some(row)
}

/// The name of a spreadsheet program's own format; none for other bytes.
pub(super) fn workbook(bytes: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 2] = [
        (b"PK\x03\x04", "a workbook or another ZIP file (.xlsx, .ods, .zip)"),
        (b"\xd0\xcf\x11\xe0", "a workbook of an old Excel (.xls)"),
    ];
    let kind = KINDS.iter().find(|(magic, _)| bytes.starts_with(magic));
    kind.map(|(_, name)| *name)
}

/// The name of a format of texts with a structure of their own, by its first signs, which begin no
/// heading.
fn markup(bytes: &[u8]) -> Option<&'static str> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    match text {
        [b'<', ..] => Some("a page or another document of HTML or XML"),
        [b'{', ..] | [b'[', b'{' | b'[' | b'\n' | b'\r' | b' ', ..] => Some("JSON"),
        _ => None,
    }
}

/// Usual headings of HR and CRM exports, without case, signs and blanks, and the columns that they
/// stand for.
const USUAL: [(&str, &[&str]); 12] = [
    (
        "id",
        &[
            "employeeid",
            "employeeno",
            "employeenumber",
            "employee",
            "empid",
            "userid",
            "uid",
            "agentid",
            "agent",
            "staffid",
            "staffno",
            "staffnumber",
            "personid",
            "personnelnumber",
            "personnelno",
            "personnumber",
            "employeecode",
            "empno",
            "empnumber",
            "payrollnumber",
            "personalnummer",
            "personalnr",
            "mitarbeiter",
            "mitarbeiterid",
            "mitarbeiternr",
            "mitarbeiternummer",
            "benutzerid",
            "matricule",
            "matricola",
            "numeroempleado",
            "idempleado",
            "medarbejdernummer",
            "anstallningsnummer",
            "kundennummer",
            "kundennr",
            "kundenid",
            "社員番号",
            "従業員番号",
            "顧客id",
            "顧客番号",
            "workerid",
            "tenantid",
            "tenant",
            "customerid",
            "accountid",
            "orgid",
            "organizationid",
            "organisationid",
            "clientid",
            "identifier",
            "objectid",
        ],
    ),
    (
        "email",
        &[
            "mail",
            "emailaddress",
            "workemail",
            "userprincipalname",
            "upn",
            "primaryemail",
            "mailaddress",
            "emailadresse",
            "mailadresse",
            "correo",
            "correoelectronico",
            "courriel",
            "adresseemail",
            "メールアドレス",
        ],
    ),
    (
        "identities",
        &[
            "aliases",
            "alias",
            "username",
            "usernames",
            "login",
            "logins",
            "accounts",
            "samaccountname",
            "benutzername",
            "anmeldename",
            "loginname",
            "nickname",
            "apikeys",
        ],
    ),
    (
        "name",
        &[
            "fullname",
            "vollername",
            "nombre",
            "nom",
            "nomcomplet",
            "navn",
            "氏名",
            "名前",
            "kundenname",
            "firmenname",
            "会社名",
            "顧客名",
            "displayname",
            "employeename",
            "agentname",
            "customername",
            "tenantname",
            "accountname",
            "companyname",
            "organizationname",
        ],
    ),
    (
        "employer",
        &[
            "company",
            "organization",
            "organisation",
            "vendor",
            "supplier",
            "firma",
            "arbeitgeber",
            "empresa",
            "entreprise",
        ],
    ),
    (
        "role",
        &[
            "jobtitle",
            "title",
            "position",
            "function",
            "department",
            "abteilung",
            "funktion",
            "stelle",
        ],
    ),
    (
        "country",
        &[
            "location", "site", "office", "region", "land", "pais", "pays", "standort", "国",
        ],
    ),
    (
        "aliases",
        &[
            "aka",
            "alternatename",
            "alternatenames",
            "othernames",
            "knownas",
            "tradename",
            "tradenames",
            "tradingname",
            "tradingas",
            "dba",
            "brand",
            "brands",
            "shortname",
            "formername",
            "formernames",
        ],
    ),
    (
        "slugs",
        &[
            "subdomain",
            "subdomains",
            "handle",
            "urlname",
            "urlkey",
            "workspace",
            "orgslug",
            "tenantslug",
        ],
    ),
    (
        "domains",
        &[
            "website",
            "emaildomain",
            "emaildomains",
            "domainname",
            "domainnames",
            "url",
        ],
    ),
    ("locale", &["language", "lang"]),
    ("time_zone", &["timezone", "tz"]),
];

/// The column that a usual heading of HR and CRM exports stands for.
fn usual(heading: &str) -> Option<&'static str> {
    let letters = heading.chars().filter(|c| c.is_alphanumeric());
    let letters: String = letters.flat_map(char::to_lowercase).collect();
    let column = USUAL.iter().find(|(_, names)| names.contains(&letters.as_str()));
    column.map(|(column, _)| *column)
}

/// Reports a cell that holds a formula or the error of one in place of its result.
fn formula(lines: &Lines<'_>, cell: &Cell<'_>) -> Option<Diagnostic> {
    const ERRORS: [&str; 8] = [
        "#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!",
    ];
    let text = trimmed(&cell.text);
    let is_error = text.starts_with('#') && ERRORS.contains(&text);
    (text.starts_with('=') || is_error).then(|| {
        let message = format!("`{text}` is a formula of a spreadsheet or its error, not a value");
        Diagnostic::new("formula", message)
            .hint("write the value itself: in the spreadsheet, paste the column as values and save it anew")
            .at(lines.place(cell.span.clone()))
    })
}

/// Whether this is a number as spreadsheets shorten long ones: `1.23E+11`, or `1,23E+11` in other
/// countries.
fn is_shortened(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some((number, exponent)) = text.split_once("E+") else {
        return false;
    };
    let (whole, fraction) = number.split_once(['.', ',']).unwrap_or((number, "0"));
    whole.len() == 1 && digits(whole) && digits(fraction) && digits(exponent)
}

/// The byte that separates cells, and where the header begins: behind a line `sep=;` as Excel
/// writes it. Otherwise the separator with which most cells of the first line are known columns; a
/// comma where that decides nothing.
fn separator(text: &str, start: usize, columns: &[&str]) -> (u8, usize) {
    const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];
    let rest = text[start..].trim_start_matches(['\r', '\n']);
    let first = rest.split(['\r', '\n']).next().unwrap_or_default();
    let stated = first.strip_prefix("sep=").or_else(|| first.strip_prefix("SEP="));
    if let Some(stated) = stated.and_then(|stated| SEPARATORS.into_iter().find(|own| stated.starts_with(*own))) {
        return (stated as u8, text.len() - rest.len() + first.len());
    }
    let known = |separator: &char| {
        let cells = first.split(*separator).map(|cell| cell.trim().trim_matches('"'));
        let known =
            |cell: &&str| columns.iter().any(|column| column.eq_ignore_ascii_case(cell)) || usual(cell).is_some();
        cells.filter(known).count()
    };
    // The last of equals is the greatest one.
    let best = SEPARATORS.into_iter().rev().max_by_key(known);
    (best.map_or(b',', |separator| separator as u8), start)
}

/// Every record of the text; blank lines are none.
struct Records<'t> {
    text: &'t str,
    /// Start of the next field.
    at: usize,
    separator: u8,
    marks: Marks<'t>,
    reader: Reader,
    /// Room for a field without its quotes, as much as one has taken so far.
    decoded: Vec<u8>,
}

impl<'t> Records<'t> {
    fn new(text: &'t str, columns: &[&str]) -> Self {
        let mark = '\u{feff}';
        let start = if text.starts_with(mark) { mark.len_utf8() } else { 0 };
        let (separator, at) = separator(text, start, columns);
        Self {
            text,
            at,
            separator,
            marks: Marks::new(text.as_bytes(), separator),
            reader: ReaderBuilder::new().delimiter(separator).build(),
            decoded: Vec::new(),
        }
    }

    /// The field that begins here, and whether it is its record's last. One without quotes is the
    /// text as it stands.
    fn field(&mut self) -> (Cell<'t>, bool) {
        let start = self.at;
        let bytes = self.text.as_bytes();
        if bytes.get(start) == Some(&b'"') {
            return self.quoted();
        }
        let end = self.marks.end_of(start);
        let behind = bytes.get(end);
        self.at = end + usize::from(behind.is_some());
        let cell = Cell {
            text: Cow::Borrowed(&self.text[start..end]),
            span: start..end,
        };
        (cell, behind != Some(&self.separator))
    }

    fn quoted(&mut self) -> (Cell<'t>, bool) {
        let (start, text) = (self.at, self.text);
        let mut length = 0;
        self.reader.reset();
        let last = loop {
            let (result, read, written) = self
                .reader
                .read_field(&text.as_bytes()[self.at..], &mut self.decoded[length..]);
            self.at += read;
            length += written;
            match result {
                ReadFieldResult::Field { record_end } => break record_end,
                // All is read; the next call, with no input, closes the field.
                ReadFieldResult::InputEmpty => {}
                ReadFieldResult::OutputFull => self.decoded.resize(2 * length + 64, 0),
                ReadFieldResult::End => break true,
            }
        };
        let cell = Cell {
            text: Cow::Owned(String::from_utf8_lossy(&self.decoded[..length]).into_owned()),
            span: start
                ..start
                    + text[start..self.at]
                        .trim_end_matches(['\r', '\n', self.separator.into()])
                        .len(),
        };
        (cell, last)
    }

    /// The next record's cells, in the place of those of the last; false at the end.
    fn next(&mut self, record: &mut Vec<Cell<'t>>) -> bool {
        record.clear();
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches(['\r', '\n']).len();
        if self.at == self.text.len() {
            return false;
        }
        loop {
            let (cell, last) = self.field();
            record.push(cell);
            if last {
                self.marks.up_to(self.at);
                return true;
            }
        }
    }
}
