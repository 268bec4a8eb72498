//! File formats that an export folder may contain and that are not logs, or not read yet. Each is
//! recognised by its first bytes, so that a skipped file is named and the reader learns what to do.

use std::fmt;

/// A format that is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ForeignFormat {
    /// Name of the format, with its article.
    pub(super) what: &'static str,
    /// Instruction that makes a log in it readable, in the imperative; `None` where it contains
    /// none.
    pub(super) remedy: Option<&'static str>,
}

impl ForeignFormat {
    const fn without_remedy(what: &'static str) -> Self {
        Self { what, remedy: None }
    }

    const fn with_remedy(what: &'static str, remedy: &'static str) -> Self {
        let remedy = Some(remedy);
        Self { what, remedy }
    }
}

impl fmt::Display for ForeignFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)?;
        self.remedy.map_or(Ok(()), |remedy| write!(f, ": {remedy}"))
    }
}

/// Binary data of no known format.
pub(super) const BINARY: ForeignFormat = ForeignFormat::with_remedy(
    "binary data",
    "export the log as CSV or JSON; of text in another encoding, state it as `encoding` in `[[logs]]`",
);

/// Probable UTF-16 text, little endian, without a byte order mark.
pub(super) const UTF16_LE: ForeignFormat = ForeignFormat::with_remedy(
    "UTF-16 text without a byte order mark, which is read only where the case says so",
    "add `encoding = \"utf-16le\"` to its `[[logs]]`",
);

/// Probable UTF-16 text, big endian, without a byte order mark.
pub(super) const UTF16_BE: ForeignFormat = ForeignFormat::with_remedy(
    "UTF-16 text without a byte order mark, which is read only where the case says so",
    "add `encoding = \"utf-16be\"` to its `[[logs]]`",
);

/// A file that was allocated and never written, or a log truncated while a program wrote at its old
/// end.
pub(super) const NULS: ForeignFormat = ForeignFormat::with_remedy(
    "nothing but NUL bytes",
    "take the log from where it was collected: this copy holds none of it",
);

/// An Office document that is a zip archive.
pub(super) const OFFICE: ForeignFormat = ForeignFormat::with_remedy(
    "an Office document, which is not read",
    "save its sheet as CSV UTF-8, and give that",
);

/// A Java archive, which is a zip archive.
pub(super) const JAVA: ForeignFormat = ForeignFormat::without_remedy("a Java archive");

const PAPER: &str = "ask for the log as CSV or JSON";
const COLUMNS: &str = "turn it into CSV first, as `duckdb -c \"COPY (FROM 'log.parquet') TO 'log.csv'\"` does";
const PACKED: &str = "unpack it, and give what was inside";
const SEALED: &str = "decrypt it, and give what was inside";
const UNPACK_OTHERWISE: &str = "unpack it, or pack it as gzip or zstd";

/// First bytes of each format.
const KINDS: [(&[u8], ForeignFormat); 32] = [
    (b"\x89PNG\r\n\x1a\n", ForeignFormat::without_remedy("a PNG image")),
    (b"\xff\xd8\xff", ForeignFormat::without_remedy("a JPEG image")),
    (b"GIF87a", ForeignFormat::without_remedy("a GIF image")),
    (b"GIF89a", ForeignFormat::without_remedy("a GIF image")),
    (b"%PDF-", ForeignFormat::with_remedy("a PDF document", PAPER)),
    (b"{\\rtf", ForeignFormat::with_remedy("an RTF document", PAPER)),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        ForeignFormat::with_remedy("an old Office document", "save its sheet as CSV UTF-8, and give that"),
    ),
    (
        b"SQLite format 3\0",
        ForeignFormat::with_remedy(
            "an SQLite database",
            "export the table as CSV first, as `sqlite3 -header -csv log.db 'SELECT * FROM log'` does",
        ),
    ),
    (
        b"PAR1\x15",
        ForeignFormat::with_remedy("Parquet, which is not read yet", COLUMNS),
    ),
    (
        b"Obj\x01",
        ForeignFormat::with_remedy(
            "Avro, which is not read yet",
            "turn it into JSON Lines first, as `avro-tools tojson` does",
        ),
    ),
    (
        b"ARROW1\0\0",
        ForeignFormat::with_remedy("Arrow, which is not read yet", "turn it into CSV or JSON Lines first"),
    ),
    (
        b"ElfFile\0",
        ForeignFormat::with_remedy(
            "a Windows event log, which is not read yet",
            "export it as JSON Lines first, as `evtx_dump -o jsonl` does",
        ),
    ),
    (b"\x7fELF", ForeignFormat::without_remedy("an executable")),
    (b"\xfe\xed\xfa\xce", ForeignFormat::without_remedy("an executable")),
    (b"\xfe\xed\xfa\xcf", ForeignFormat::without_remedy("an executable")),
    (b"\xce\xfa\xed\xfe", ForeignFormat::without_remedy("an executable")),
    (b"\xcf\xfa\xed\xfe", ForeignFormat::without_remedy("an executable")),
    (b"\xca\xfe\xba\xbe", ForeignFormat::without_remedy("an executable")),
    (b"\xd4\xc3\xb2\xa1", ForeignFormat::without_remedy("a packet capture")),
    (b"\xa1\xb2\xc3\xd4", ForeignFormat::without_remedy("a packet capture")),
    (b"\x0a\x0d\x0d\x0a", ForeignFormat::without_remedy("a packet capture")),
    (
        b"7z\xbc\xaf\x27\x1c",
        ForeignFormat::with_remedy("a 7z archive, which is not read", PACKED),
    ),
    (
        b"Rar!\x1a\x07",
        ForeignFormat::with_remedy("a RAR archive, which is not read", PACKED),
    ),
    (
        b"MSCF\0\0\0\0",
        ForeignFormat::with_remedy("a cabinet archive, which is not read", PACKED),
    ),
    (
        b"\x1f\x9d",
        ForeignFormat::with_remedy("compress (.Z), which is not read", UNPACK_OTHERWISE),
    ),
    (
        b"\x04\x22\x4d\x18",
        ForeignFormat::with_remedy("LZ4, which is not read", UNPACK_OTHERWISE),
    ),
    (
        b"\xff\x06\x00\x00sNaPpY",
        ForeignFormat::with_remedy("Snappy, which is not read", UNPACK_OTHERWISE),
    ),
    (
        b"LZIP\x01",
        ForeignFormat::with_remedy("lzip, which is not read", UNPACK_OTHERWISE),
    ),
    (
        b"-----BEGIN PGP MESSAGE",
        ForeignFormat::with_remedy("an encrypted message", SEALED),
    ),
    (
        b"age-encryption.org/v1",
        ForeignFormat::with_remedy("an encrypted file", SEALED),
    ),
    // Before UTF-16, whose byte order mark is a prefix of this one.
    (
        b"\xff\xfe\0\0",
        ForeignFormat::with_remedy(
            "UTF-32 text, which is not read",
            "convert it first, as `iconv -f UTF-32 -t UTF-8` does",
        ),
    ),
    (
        b"\0\0\xfe\xff",
        ForeignFormat::with_remedy(
            "UTF-32 text, which is not read",
            "convert it first, as `iconv -f UTF-32 -t UTF-8` does",
        ),
    ),
];

/// Returns the format that `head` begins.
pub(super) fn magic(head: &[u8]) -> Option<ForeignFormat> {
    let known = KINDS.iter().find(|(magic, _)| head.starts_with(magic));
    known.map(|(_, kind)| *kind).or_else(|| windows_executable(head))
}

/// Detects Windows executables. Their two letters alone could be text; the header behind them
/// contains NULs.
fn windows_executable(head: &[u8]) -> Option<ForeignFormat> {
    let is_executable = head.starts_with(b"MZ") && head.iter().take(64).any(|&byte| byte == 0);
    is_executable.then_some(ForeignFormat::without_remedy("an executable"))
}

/// Text that is not a log as it stands: its beginning in lower case, without leading blanks. It is
/// still read line by line, so that no identity in it goes unnoticed; the format explains the
/// refusals.
const TEXTS: [(&str, ForeignFormat); 16] = [
    ("<!doctype html", HTML),
    ("<html", HTML),
    ("<table", HTML),
    ("<?xml", XML),
    ("<event", XML),
    ("%yaml", YAML),
    ("---\n", YAML),
    ("---\r\n", YAML),
    ("version https://git-lfs", LFS),
    ("http/1.", HTTP),
    ("http/2", HTTP),
    ("http/3", HTTP),
    ("-- mysqldump", SQL),
    ("-- mysql dump", SQL),
    ("-- mariadb dump", SQL),
    ("--\n-- postgresql database dump", SQL),
];

const HTML: ForeignFormat = ForeignFormat::with_remedy(
    "an HTML page",
    "if it is an export called `.xls`, open it and save it as CSV UTF-8; if it is a login or error page, export again",
);
const XML: ForeignFormat = ForeignFormat::with_remedy("XML, which is not read", "export the log as CSV or JSON");
const YAML: ForeignFormat = ForeignFormat::with_remedy(
    "YAML, which is not read",
    "turn it into JSON Lines first, as `yq -o=json -I=0` does",
);
const LFS: ForeignFormat =
    ForeignFormat::with_remedy("a Git LFS pointer", "fetch the log it stands for with `git lfs pull`");
const HTTP: ForeignFormat = ForeignFormat::with_remedy(
    "an HTTP response with its header",
    "remove the header, or fetch it again without `curl -i`",
);
const SQL: ForeignFormat = ForeignFormat::with_remedy("an SQL dump", "export the table as CSV instead");

/// Returns the format of a text that is not a log as it stands.
pub(super) fn text(head: &[u8]) -> Option<ForeignFormat> {
    /// Upper bound of the lengths of all beginnings.
    const LONGEST: usize = 64;
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let head = head[..head.len().min(LONGEST)].to_ascii_lowercase();
    let known = TEXTS
        .iter()
        .find(|(beginning, _)| head.starts_with(beginning.as_bytes()));
    known.map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_is_recognised_and_text_is_not() {
        for (magic_bytes, kind) in KINDS {
            assert_eq!(magic(magic_bytes), Some(kind));
        }
        assert_eq!(
            magic(b"MZ\x90\0\x03"),
            Some(ForeignFormat::without_remedy("an executable"))
        );
        for (head, kind) in [
            ("\u{feff}<HTML>\n<body>", Some(HTML)),
            ("\n<!DOCTYPE html>", Some(HTML)),
            ("---\nevent_id: e1\n", Some(YAML)),
            ("--- a,b\n", None),
            ("version https://git-lfs.github.com/spec/v1\noid", Some(LFS)),
            ("version,time\n", None),
            ("HTTP/1.1 200 OK\r\n", Some(HTTP)),
            ("-- MySQL dump 10.13", Some(SQL)),
            ("--\n-- PostgreSQL database dump\n--\n", Some(SQL)),
            ("{\"html\":1}", None),
            ("<14>1 2026-01-16", None),
        ] {
            assert_eq!(text(head.as_bytes()), kind, "{head}");
        }
        for text in ["MZ is a name\n", "PAR1,time\n", "{\"a\":1}", "time,action\n"] {
            assert_eq!(magic(text.as_bytes()), None, "{text}");
        }
    }
}
