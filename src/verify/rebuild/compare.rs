//! A folder that compares each file with the bundle's as it is made, and stores none.

use std::{
    fs::File,
    io::{self, BufReader, Read as _, Write},
};

use serde_json::{Map, Value};

use super::super::{Mismatch, bundle_folder::BundleFolder};
use crate::{
    bundle::FileEntry,
    digest::{Hasher, Sha256},
    reports::Folder,
    text::shortened,
};

/// Longest line whose differing field is named, in bytes.
const LINE: usize = 4 << 20;
/// Longest value in a message, in characters.
const SHOWN: usize = 120;
/// Bytes of a line before the difference that a message shows.
const BEFORE: usize = 40;

/// Compares files with those of a bundle below a path.
#[derive(Debug)]
pub(super) struct ComparedFolder<'b> {
    bundle: &'b BundleFolder,
    /// Empty, or a path that ends in `/`.
    below: String,
    /// Files made, by their paths below.
    pub(super) made: Vec<FileEntry>,
    pub(super) mismatches: Vec<Mismatch>,
}

impl<'b> ComparedFolder<'b> {
    pub(super) fn new(bundle: &'b BundleFolder, below: impl Into<String>) -> Self {
        Self {
            bundle,
            below: below.into(),
            made: Vec::new(),
            mismatches: Vec::new(),
        }
    }

    /// Returns the digests of the files made, by their paths in the bundle.
    pub(super) fn digests(&self) -> impl Iterator<Item = (String, Sha256)> {
        let digest = |file: &FileEntry| (format!("{}{}", self.below, file.path), file.sha256);
        self.made.iter().map(digest)
    }

    /// Returns the paths in the bundle of the files made.
    pub(super) fn paths(&self) -> impl Iterator<Item = String> {
        self.made.iter().map(|file| format!("{}{}", self.below, file.path))
    }
}

impl Folder for ComparedFolder<'_> {
    type Fault = io::Error;

    fn file(&mut self, path: &str, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let place = format!("{}{path}", self.below);
        let mut making = ComparedFile::new(self.bundle.plain(&place)?);
        content(&mut making)?;
        let is_there = making.theirs.is_some();
        let (entry, difference) = making.finish(path)?;
        self.made.push(entry);
        if !is_there {
            let detail = "the logs give such a file, and the bundle has none";
            self.mismatches.push(Mismatch::new("log", place, detail));
        } else if let Some(difference) = difference {
            let detail = difference.told(path);
            self.mismatches.push(Mismatch::new("log", place, detail));
        }
        Ok(())
    }
}

/// A file that is being made, beside the bundle's.
struct ComparedFile {
    theirs: Option<BufReader<File>>,
    hasher: Hasher,
    bytes: u64,
    /// First line, the header of a table.
    head: Vec<u8>,
    /// Number of the current line, from 1.
    number: u64,
    /// Bytes of the current line that both files have.
    line: Vec<u8>,
    buffer: Vec<u8>,
    /// Set at the first difference.
    difference: Option<FirstDifference>,
}

/// The first line in which two files differ.
#[derive(Debug, Default)]
struct FirstDifference {
    number: u64,
    head: Vec<u8>,
    /// Line without its end; `None` where the file ends before.
    made: Option<Vec<u8>>,
    found: Option<Vec<u8>>,
    /// Whether `made` is complete.
    whole: bool,
    /// Offset of the difference in the line.
    at: usize,
}

impl ComparedFile {
    fn new(theirs: Option<File>) -> Self {
        Self {
            theirs: theirs.map(|file| BufReader::with_capacity(64 << 10, file)),
            hasher: Hasher::new(),
            bytes: 0,
            head: Vec::new(),
            number: 1,
            line: Vec::new(),
            buffer: Vec::new(),
            difference: None,
        }
    }

    /// Compares more bytes.
    fn compare(&mut self, ours: &[u8]) -> io::Result<()> {
        if let Some(difference) = &mut self.difference {
            difference.add(ours);
            return Ok(());
        }
        let Some(theirs) = &mut self.theirs else { return Ok(()) };
        self.buffer.clear();
        theirs.by_ref().take(ours.len() as u64).read_to_end(&mut self.buffer)?;
        let same = ours
            .iter()
            .zip(&self.buffer)
            .take_while(|(one, other)| one == other)
            .count();
        for byte in &ours[..same] {
            if *byte == b'\n' {
                if self.number == 1 {
                    self.head.clone_from(&self.line);
                }
                self.number += 1;
                self.line.clear();
            } else if self.line.len() < LINE {
                self.line.push(*byte);
            }
        }
        if same < ours.len() {
            let mut rest = self.buffer[same..].to_vec();
            if !rest.contains(&b'\n') {
                read_line(theirs, &mut rest)?;
            }
            self.differ(Some(&ours[same..]), Some(&rest));
        }
        Ok(())
    }

    fn differ(&mut self, ours: Option<&[u8]>, theirs: Option<&[u8]>) {
        let begun = |rest: Option<&[u8]>| {
            let rest = rest?;
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            let nothing = self.line.is_empty() && rest.is_empty();
            (!nothing).then(|| [&self.line, &rest[..end]].concat())
        };
        self.difference = Some(FirstDifference {
            number: self.number,
            head: self.head.clone(),
            made: begun(ours),
            found: begun(theirs),
            whole: ours.is_none_or(|rest| rest.contains(&b'\n')),
            at: self.line.len(),
        });
    }

    fn finish(mut self, path: &str) -> io::Result<(FileEntry, Option<FirstDifference>)> {
        if let (None, Some(theirs)) = (&self.difference, &mut self.theirs) {
            let mut rest = Vec::new();
            read_line(theirs, &mut rest)?;
            if !rest.is_empty() {
                self.differ(None, Some(&rest));
            }
        }
        let entry = FileEntry {
            path: path.to_owned(),
            sha256: self.hasher.finish(),
            bytes: self.bytes,
        };
        Ok((entry, self.difference))
    }
}

/// Appends the rest of a line, up to [`LINE`] bytes.
fn read_line(from: &mut BufReader<File>, line: &mut Vec<u8>) -> io::Result<()> {
    use io::BufRead as _;
    from.by_ref().take(LINE as u64).read_until(b'\n', line).map(drop)
}

impl Write for ComparedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hasher.add(bytes);
        self.bytes += bytes.len() as u64;
        self.compare(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl FirstDifference {
    fn add(&mut self, ours: &[u8]) {
        if self.whole {
            return;
        }
        let end = ours.iter().position(|byte| *byte == b'\n');
        let made = self.made.get_or_insert_default();
        made.extend_from_slice(&ours[..end.unwrap_or(ours.len())]);
        self.whole = end.is_some() || made.len() > LINE;
    }

    /// Describes the difference: row, field, value by the logs, value in the bundle.
    fn told(&self, path: &str) -> String {
        let extension = path.rsplit('.').next().unwrap_or_default();
        let (row, number) = match extension {
            "csv" => ("row", self.number - 1),
            _ => ("line", self.number),
        };
        let place = format!("{row} {number}");
        let (made, found) = match (&self.made, &self.found) {
            (Some(made), Some(found)) => (made, found),
            (Some(_), None) => return format!("{place} is missing: the logs give one"),
            (None, _) => return format!("{place} is one too many: the logs give none"),
        };
        let fields = match extension {
            "jsonl" => members(made, found),
            "csv" => cells(&self.head, made, found),
            _ => None,
        };
        match fields {
            Some((field, made, found)) => format!(
                "{place}, `{field}`: the logs give {}, the bundle says {}",
                quoted(&made),
                quoted(&found)
            ),
            None => format!(
                "{place}: the logs give {}, the bundle says {}",
                quoted(&self.around(made)),
                quoted(&self.around(found))
            ),
        }
    }

    /// Returns the part of a line around the difference.
    fn around(&self, line: &[u8]) -> String {
        let from = self.at.saturating_sub(BEFORE).min(line.len());
        String::from_utf8_lossy(&line[from..]).into_owned()
    }
}

fn quoted(text: &str) -> String {
    format!("`{}`", shortened(text, SHOWN))
}

/// Returns the first member of a JSON line that differs, with both values.
fn members(made: &[u8], found: &[u8]) -> Option<(String, String, String)> {
    let parse = |line: &[u8]| serde_json::from_slice::<Map<String, Value>>(line).ok();
    let (made, found) = (parse(made)?, parse(found)?);
    let shown = |line: &Map<String, Value>, key: &str| {
        line.get(key)
            .map_or_else(|| "no such field".to_owned(), Value::to_string)
    };
    let mut keys = made.keys().chain(found.keys());
    let key = keys.find(|key| made.get(*key) != found.get(*key))?;
    Some((key.clone(), shown(&made, key), shown(&found, key)))
}

/// Returns the column of the first cell that differs, with both values.
fn cells(head: &[u8], made: &[u8], found: &[u8]) -> Option<(String, String, String)> {
    let row = |line: &[u8]| {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line);
        reader.records().next()?.ok()
    };
    let (head, made, found) = (row(head)?, row(made)?, row(found)?);
    let at = (0..made.len().max(found.len())).find(|at| made.get(*at) != found.get(*at))?;
    let cell = |row: &csv::StringRecord| row.get(at).unwrap_or("no such cell").to_owned();
    let column = head.get(at).unwrap_or("beyond the columns").to_owned();
    Some((column, cell(&made), cell(&found)))
}
