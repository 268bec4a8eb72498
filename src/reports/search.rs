//! A file on its way out, searched for names line by line, which is how every format here is
//! written: a line break in a text is made visible. The search itself reads entities, escapes and
//! the marks of code spans as what they stand for.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    io::{self, Write},
};

use super::Folder;
use crate::{
    isolation::{CleanLines, FoundName, Hit, TenantSearch},
    text::trimmed,
};

/// Names in a file: how often each stands there, and where it does first.
pub(super) type Tally = BTreeMap<usize, (u64, Hit)>;

/// A folder, and what is found in the files that go into it.
pub(super) struct Guarded<'r, 'n, F> {
    pub(super) reader: &'r TenantSearch<'n>,
    /// Lines that need no second search.
    clean_lines: &'n CleanLines,
    pub(super) folder: F,
    /// Names found, by the name of the file.
    pub(super) found: Vec<(String, Tally)>,
}

impl<'r, 'n, F: Folder> Guarded<'r, 'n, F> {
    pub(super) fn new(reader: &'r TenantSearch<'n>, clean_lines: &'n CleanLines, folder: F) -> Self {
        Self {
            reader,
            clean_lines,
            folder,
            found: Vec::new(),
        }
    }
}

impl<F: Folder> Folder for Guarded<'_, '_, F> {
    type Fault = F::Fault;

    fn file(&mut self, path: &str, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), F::Fault> {
        let mut lines = Lines {
            reader: self.reader,
            clean: self.clean_lines,
            table: path.rsplit_once('.').is_some_and(|(_, kind)| kind == "csv"),
            begun: Vec::new(),
            tally: Tally::new(),
        };
        self.folder.file(path, |to| {
            content(&mut Both { to, lines: &mut lines })?;
            lines.finish();
            Ok(())
        })?;
        self.found.push((path.to_owned(), lines.tally));
        Ok(())
    }
}

/// Writes text on, and searches it.
struct Both<'a, 'r, 'n> {
    to: &'a mut dyn Write,
    lines: &'a mut Lines<'r, 'n>,
}

impl Write for Both<'_, '_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.to.write_all(bytes)?;
        self.lines.take(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

struct Lines<'r, 'n> {
    reader: &'r TenantSearch<'n>,
    clean: &'n CleanLines,
    /// Whether cells may stand in quotation marks.
    table: bool,
    /// The line that has not ended yet.
    begun: Vec<u8>,
    tally: Tally,
}

impl Lines<'_, '_> {
    fn take(&mut self, mut bytes: &[u8]) {
        loop {
            if self.begun.is_empty() && !self.table {
                bytes = self.unknown(bytes);
            }
            let Some(end) = memchr::memchr(b'\n', bytes) else { break };
            let line = &bytes[..end];
            bytes = &bytes[end + 1..];
            if self.begun.is_empty() {
                self.line(line);
            } else {
                self.begun.extend_from_slice(line);
                self.finish();
            }
        }
        self.begun.extend_from_slice(bytes);
    }

    /// Returns the rest from the first line that may hold a name.
    fn unknown<'b>(&self, mut bytes: &'b [u8]) -> &'b [u8] {
        loop {
            match self.clean.clean_prefix_len(bytes) {
                0 => return bytes,
                clean_prefix_len => bytes = &bytes[clean_prefix_len..],
            }
        }
    }

    fn finish(&mut self) {
        let line = std::mem::take(&mut self.begun);
        self.line(&line);
    }

    fn line(&mut self, line: &[u8]) {
        let line = match simdutf8::basic::from_utf8(line) {
            Ok(line) => Cow::Borrowed(trimmed(line)),
            Err(_) => String::from_utf8_lossy(line),
        };
        let line = if self.table { cells(&line) } else { line };
        let mut end = 0;
        for found in self.reader.search(&line) {
            // A name inside a longer one is reported with it.
            if found.range.end > end {
                end = found.range.end;
                self.count(&found, &line);
            }
        }
    }

    fn count(&mut self, found: &FoundName, line: &str) {
        if found.allowed {
            return;
        }
        let first = || (0, self.reader.hit(found, line));
        self.tally.entry(found.name).or_insert_with(first).0 += 1;
    }
}

/// A row of CSV without its quotation marks.
fn cells(line: &str) -> Cow<'_, str> {
    if memchr::memchr(b'"', line.as_bytes()).is_some() {
        Cow::Owned(line.replace("\"\"", "\u{0}").replace('"', "").replace('\u{0}', "\""))
    } else {
        Cow::Borrowed(line)
    }
}

#[cfg(test)]
mod tests;
