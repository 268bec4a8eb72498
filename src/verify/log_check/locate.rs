//! Search for the file of a source, from the folder that the user names.

use std::path::{Component, Path, PathBuf};

use encoding_rs::Encoding;

use crate::{
    case::{InputText, ProfileRef},
    findings::SourceFinding,
    sources::{Input, Source},
    text::counted,
};

/// A log file that was found.
#[derive(Debug)]
pub(in crate::verify) struct LogFile {
    /// Path as the findings name it; of a member, the path of its archive.
    pub(in crate::verify) shown: String,
    path: PathBuf,
    /// Text encoding, where the case states it.
    encoding: Option<&'static Encoding>,
}

/// Result of looking for a source's file.
#[derive(Debug)]
pub(in crate::verify) enum LogLookup {
    /// The file exists.
    Log(LogFile),
    /// The file is missing; the sentence says where it was looked for.
    Missing(String),
}

impl LogFile {
    /// Looks for the file of a source: the path itself, or a prefix of it that is an archive.
    pub(in crate::verify) fn find(root: &Path, source: &SourceFinding) -> LogLookup {
        if source.path == "-" {
            return LogLookup::Missing("standard input, which cannot be read again".to_owned());
        }
        let ends = source
            .path
            .match_indices('/')
            .map(|(at, _)| at)
            .filter(|_| is_member(source));
        for shown in ends.chain([source.path.len()]).map(|end| &source.path[..end]) {
            match place(root, shown, source.bytes) {
                FileLookup::Here(path) => {
                    let shown = shown.to_owned();
                    let encoding = source.stated_encoding.as_deref().and_then(InputText::encoding);
                    return LogLookup::Log(Self { shown, path, encoding });
                }
                FileLookup::OfAnotherSize(path, bytes) => {
                    return LogLookup::Missing(format!(
                        "not read again: `{}` has {} and had {}",
                        path.display(),
                        counted(bytes, "byte", "bytes"),
                        counted(source.bytes, "byte", "bytes")
                    ));
                }
                FileLookup::Nowhere => {}
            }
        }
        LogLookup::Missing(not_there(root, &source.path))
    }

    /// Returns the source that reads the file as it was read for the bundle.
    pub(super) fn source(&self) -> Source {
        Source {
            shown: self.shown.clone(),
            input: Input::File,
            path: self.path.clone(),
            bytes: 0,
            // Bytes are extracted and hashed; no profile is needed.
            profile: ProfileRef::BuiltIn(String::new()),
            tenant: None,
            entry: 0,
            text: InputText {
                encoding: self.encoding,
                ..InputText::default()
            },
            named: false,
        }
    }
}

/// Returns whether a source is a member of an archive.
pub(super) fn is_member(source: &SourceFinding) -> bool {
    source
        .container
        .split('/')
        .any(|container| matches!(container, "tar" | "zip"))
}

/// Result of looking for a file of the case.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FileLookup {
    /// A plain file.
    Here(PathBuf),
    /// A plain file outside of the root whose size differs from the stated one.
    OfAnotherSize(PathBuf, u64),
    /// Absent: all candidate paths lack a file.
    Nowhere,
}

/// Looks for a file of the case: below the root, then at its own path. The path is text of the
/// bundle, so a file outside of the root must be plain and have the stated size, and only its
/// digest is used.
pub(super) fn place(root: &Path, path: &str, bytes: u64) -> FileLookup {
    if let Some(inside) = below(root, path).filter(|inside| inside.is_file()) {
        return FileLookup::Here(inside);
    }
    let outside = outside(root, path).and_then(|outside| Some((outside.metadata().ok()?, outside)));
    match outside {
        Some((found, outside)) if found.is_file() && found.len() == bytes => FileLookup::Here(outside),
        Some((found, outside)) if found.is_file() => FileLookup::OfAnotherSize(outside, found.len()),
        _ => FileLookup::Nowhere,
    }
}

/// Returns the sentence for a missing file.
pub(super) fn not_there(root: &Path, path: &str) -> String {
    let mut looked: Vec<_> = below(root, path).into_iter().collect();
    looked.extend(outside(root, path));
    let looked: Vec<_> = looked.iter().map(|path| format!("`{}`", path.display())).collect();
    format!(
        "not there: looked for {}; name the case file's folder, or a copy of it, with --logs",
        looked.join(" and ")
    )
}

/// Returns a path of the case below the root. `..` and whatever makes a path absolute are left out.
fn below(root: &Path, path: &str) -> Option<PathBuf> {
    let plain = Path::new(path).components().filter_map(|part| match part {
        Component::Normal(name) => Some(name),
        _ => None,
    });
    let below: PathBuf = plain.collect();
    (!below.as_os_str().is_empty()).then(|| root.join(below))
}

/// Returns a path of the case relative to the root; `None` if it does not lead out of the root.
fn outside(root: &Path, path: &str) -> Option<PathBuf> {
    let leads_out = |part| matches!(part, Component::ParentDir | Component::RootDir | Component::Prefix(_));
    Path::new(path).components().any(leads_out).then(|| root.join(path))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_is_looked_for_below_the_root_and_then_where_its_path_leads() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path().join("case");
        fs::create_dir_all(root.join("logs")).expect("a folder");
        fs::create_dir_all(folder.path().join("logs")).expect("a folder");
        fs::write(root.join("logs/a.jsonl"), "inside").expect("a file");
        fs::write(folder.path().join("logs/a.jsonl"), "out").expect("a file");
        fs::write(folder.path().join("logs/b.jsonl"), "out").expect("a file");
        let absolute = folder.path().join("logs/b.jsonl");
        let up = root.join("../logs/b.jsonl");
        for (path, bytes, expected) in [
            ("logs/a.jsonl", 999, FileLookup::Here(root.join("logs/a.jsonl"))),
            ("../logs/a.jsonl", 3, FileLookup::Here(root.join("logs/a.jsonl"))),
            ("../logs/b.jsonl", 3, FileLookup::Here(up.clone())),
            ("../logs/b.jsonl", 4, FileLookup::OfAnotherSize(up, 3)),
            (absolute.to_str().expect("text"), 3, FileLookup::Here(absolute.clone())),
            ("../logs/c.jsonl", 3, FileLookup::Nowhere),
            ("../logs", 0, FileLookup::Nowhere),
            ("..", 0, FileLookup::Nowhere),
            ("/", 0, FileLookup::Nowhere),
            ("/dev/null", 0, FileLookup::Nowhere),
        ] {
            assert_eq!(place(&root, path, bytes), expected, "{path}");
        }
    }

    #[test]
    fn a_missing_file_is_named_with_every_place_looked_at() {
        let root = Path::new("/evidence");
        assert!(not_there(root, "a.jsonl").contains("looked for `/evidence/a.jsonl`;"));
        let outside = not_there(root, "../logs/a.jsonl");
        assert!(outside.contains("looked for `/evidence/logs/a.jsonl` and `/evidence/../logs/a.jsonl`;"));
    }
}
