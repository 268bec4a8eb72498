//! Where a source lies below the folder that its reader names.

use std::path::{Component, Path, PathBuf};

use crate::{
    case::ProfileRef,
    findings::SourceFinding,
    sources::{Input, Source},
};

/// A log file at hand.
#[derive(Debug)]
pub(in crate::bundle::verify) struct LogFile {
    /// As the findings name it: an archive without its member.
    pub(in crate::bundle::verify) shown: String,
    path: PathBuf,
}

impl LogFile {
    /// The file that a source came from: itself, or the archive whose path is the beginning of the source's.
    pub(in crate::bundle::verify) fn find(root: &Path, source: &SourceFinding) -> Option<Self> {
        let ends = source
            .path
            .match_indices('/')
            .map(|(at, _)| at)
            .filter(|_| is_member(source));
        let mut shown = ends.chain([source.path.len()]).map(|end| &source.path[..end]);
        shown.find_map(|shown| {
            let path = below(root, shown)?;
            path.is_file().then(|| Self {
                shown: shown.to_owned(),
                path,
            })
        })
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

/// A path of the case below another folder than the case's. It comes from the bundle, so it does not lead out of there:
/// what leads up, and what makes a path absolute, is left out.
pub(super) fn below(root: &Path, path: &str) -> Option<PathBuf> {
    let plain = Path::new(path).components().filter_map(|part| match part {
        Component::Normal(name) => Some(name),
        _ => None,
    });
    let below: PathBuf = plain.collect();
    (!below.as_os_str().is_empty()).then(|| root.join(below))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_of_the_root() {
        let root = Path::new("/evidence");
        for (path, found) in [
            ("logs/a.jsonl", Some("/evidence/logs/a.jsonl")),
            ("../../etc/passwd", Some("/evidence/etc/passwd")),
            ("/etc/passwd", Some("/evidence/etc/passwd")),
            ("..", None),
            ("/", None),
        ] {
            assert_eq!(below(root, path), found.map(PathBuf::from));
        }
    }
}
