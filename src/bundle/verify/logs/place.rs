//! Finding a source's file from the folder that the reader names.

use std::path::{Component, Path, PathBuf};

use encoding_rs::Encoding;

use crate::{
    case::{InputText, ProfileRef},
    findings::SourceFinding,
    sources::{Input, Source},
    text::counted,
};

/// A log file at hand.
#[derive(Debug)]
pub(in crate::bundle::verify) struct LogFile {
    /// As the findings name it: an archive without its member.
    pub(in crate::bundle::verify) shown: String,
    path: PathBuf,
    /// The encoding that the case states for its text.
    encoding: Option<&'static Encoding>,
}

/// A source's file, or why it is not at hand.
#[derive(Debug)]
pub(in crate::bundle::verify) enum Found {
    /// It is read.
    Log(LogFile),
    /// It is not; the sentence says where it was looked for.
    Missing(String),
}

impl LogFile {
    /// Looks for the file that a source came from: itself, or the archive whose path is the
    /// beginning of the source's.
    pub(in crate::bundle::verify) fn find(root: &Path, source: &SourceFinding) -> Found {
        if source.path == "-" {
            return Found::Missing("standard input, which cannot be read again".to_owned());
        }
        let ends = source
            .path
            .match_indices('/')
            .map(|(at, _)| at)
            .filter(|_| is_member(source));
        for shown in ends.chain([source.path.len()]).map(|end| &source.path[..end]) {
            match place(root, shown, source.bytes) {
                Place::Here(path) => {
                    let shown = shown.to_owned();
                    let encoding = source.stated_encoding.as_deref().and_then(InputText::encoding);
                    return Found::Log(Self { shown, path, encoding });
                }
                Place::OfAnotherSize(path, bytes) => {
                    return Found::Missing(format!(
                        "not read again: `{}` has {} and had {}",
                        path.display(),
                        counted(bytes, "byte", "bytes"),
                        counted(source.bytes, "byte", "bytes")
                    ));
                }
                Place::Nowhere => {}
            }
        }
        Found::Missing(not_there(root, &source.path))
    }

    /// For reading it as it was read for the bundle.
    pub(super) fn source(&self) -> Source {
        Source {
            shown: self.shown.clone(),
            input: Input::File,
            path: self.path.clone(),
            bytes: 0,
            // Bytes are cut and hashed, and nothing is understood.
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

/// Whether a source is one of perhaps several in a file.
pub(super) fn is_member(source: &SourceFinding) -> bool {
    source
        .container
        .split('/')
        .any(|container| matches!(container, "tar" | "zip"))
}

/// Where a file of the case lies.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A plain file.
    Here(PathBuf),
    /// Outside of the root, a plain file that cannot be the one that was read.
    OfAnotherSize(PathBuf, u64),
    /// In none of the candidates.
    Nowhere,
}

/// Looks for a file of the case: below the root, and then where its path leads from there. The path
/// comes from the bundle, so outside of the root only a plain file of the stated size is opened,
/// and only its digests are compared.
pub(super) fn place(root: &Path, path: &str, bytes: u64) -> Place {
    if let Some(inside) = below(root, path).filter(|inside| inside.is_file()) {
        return Place::Here(inside);
    }
    let outside = outside(root, path).and_then(|outside| Some((outside.metadata().ok()?, outside)));
    match outside {
        Some((found, outside)) if found.is_file() && found.len() == bytes => Place::Here(outside),
        Some((found, outside)) if found.is_file() => Place::OfAnotherSize(outside, found.len()),
        _ => Place::Nowhere,
    }
}

/// The sentence for a file that is in none of the candidates.
pub(super) fn not_there(root: &Path, path: &str) -> String {
    let mut looked: Vec<_> = below(root, path).into_iter().collect();
    looked.extend(outside(root, path));
    let looked: Vec<_> = looked.iter().map(|path| format!("`{}`", path.display())).collect();
    format!(
        "not there: looked for {}; name the case file's folder, or a copy of it, with --logs",
        looked.join(" and ")
    )
}

/// A path of the case below the root: what leads up, and what makes a path absolute, is left out.
fn below(root: &Path, path: &str) -> Option<PathBuf> {
    let plain = Path::new(path).components().filter_map(|part| match part {
        Component::Normal(name) => Some(name),
        _ => None,
    });
    let below: PathBuf = plain.collect();
    (!below.as_os_str().is_empty()).then(|| root.join(below))
}

/// A path of the case as it leads from the root; `None` if it does not lead out of it.
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
            ("logs/a.jsonl", 999, Place::Here(root.join("logs/a.jsonl"))),
            ("../logs/a.jsonl", 3, Place::Here(root.join("logs/a.jsonl"))),
            ("../logs/b.jsonl", 3, Place::Here(up.clone())),
            ("../logs/b.jsonl", 4, Place::OfAnotherSize(up, 3)),
            (absolute.to_str().expect("text"), 3, Place::Here(absolute.clone())),
            ("../logs/c.jsonl", 3, Place::Nowhere),
            ("../logs", 0, Place::Nowhere),
            ("..", 0, Place::Nowhere),
            ("/", 0, Place::Nowhere),
            ("/dev/null", 0, Place::Nowhere),
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
