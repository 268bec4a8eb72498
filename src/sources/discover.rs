//! Discovery of log files: a file as it is, a folder recursively, a glob by its matches; always in
//! the same order.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

use globset::{GlobBuilder, GlobMatcher};
use walkdir::{DirEntry, WalkDir};

use super::{
    Input, Skipped, Source, SourceError, SourceSet,
    display_names::{is_hidden, tidy, under},
};
use crate::case::{InputSpec, LOCK_FILE};

/// Finds every file of these inputs, or returns everything that is wrong with them.
pub fn discover(specs: &[InputSpec]) -> Result<SourceSet, Vec<SourceError>> {
    let mut found = Discovery::default();
    for (entry, spec) in specs.iter().enumerate() {
        found.entry = entry;
        if let Err(fault) = found.add(spec) {
            found.faults.push(fault);
        }
    }
    if found.faults.is_empty() {
        Ok(found.set)
    } else {
        Err(found.faults)
    }
}

#[derive(Default)]
struct Discovery {
    set: SourceSet,
    faults: Vec<SourceError>,
    /// Position of the input being processed.
    entry: usize,
    /// Real path to position, so that a file named by two inputs is read once.
    taken: BTreeMap<OsString, usize>,
    /// Folder resolved last, with its real path: thousands of files lie in a few folders.
    folder: Option<(PathBuf, PathBuf)>,
}

impl Discovery {
    fn add(&mut self, spec: &InputSpec) -> Result<(), SourceError> {
        if spec.path == "-" {
            return self.standard_input(spec);
        }
        let path = spec.base.join(&spec.path);
        match fs::metadata(&path) {
            Ok(meta) if meta.is_dir() => self.walk(spec, &path, &tidy(&spec.path), None),
            Ok(_) => self.take(spec, path, tidy(&spec.path), true),
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => self.expand(spec, path),
            Err(fault) => Err(SourceError::Io {
                shown: spec.path.clone(),
                fault,
            }),
        }
    }

    fn expand(&mut self, spec: &InputSpec, path: PathBuf) -> Result<(), SourceError> {
        if !spec.path.contains(['*', '?', '[', '{']) {
            return Err(SourceError::Missing {
                shown: spec.path.clone(),
                path,
            });
        }
        let pattern = tidy(&spec.path);
        let glob = GlobBuilder::new(&pattern).literal_separator(true).build();
        let matcher = glob.map_err(|fault| SourceError::Glob {
            shown: spec.path.clone(),
            fault: fault.to_string(),
        })?;
        let fixed = fixed_part(&pattern);
        let root = spec.base.join(&fixed);
        if !root.is_dir() {
            return Err(SourceError::Missing {
                shown: spec.path.clone(),
                path: root,
            });
        }
        self.walk(spec, &root, &fixed, Some(&matcher.compile_matcher()))
    }

    fn walk(
        &mut self,
        spec: &InputSpec,
        root: &Path,
        shown: &str,
        glob: Option<&GlobMatcher>,
    ) -> Result<(), SourceError> {
        let mut files = 0;
        for entry in WalkDir::new(root).follow_links(true).sort_by_file_name() {
            let (path, shown) = match &entry {
                Ok(entry) => (entry.path(), under(shown, root, entry.path())),
                Err(fault) => (
                    fault.path().unwrap_or(root),
                    under(shown, root, fault.path().unwrap_or(root)),
                ),
            };
            if glob.is_some_and(|glob| !asks_for(glob, &shown)) {
                continue;
            }
            match &entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) if is_lock(spec, entry) => {}
                Ok(entry) => match passed_over(entry, glob.is_some()) {
                    Some(reason) => self.set.skipped.push(Skipped {
                        shown,
                        reason: reason.to_owned(),
                    }),
                    None => {
                        files += 1;
                        self.take(spec, path.to_owned(), shown, false)?;
                    }
                },
                Err(fault) if fault.loop_ancestor().is_some() => {
                    self.set.skipped.push(Skipped {
                        shown,
                        reason: "a symbolic link to a folder above it".to_owned(),
                    });
                }
                Err(fault) => {
                    return Err(SourceError::Io {
                        shown,
                        fault: io::Error::other(fault.to_string()),
                    });
                }
            }
        }
        if files == 0 {
            return Err(SourceError::Empty {
                shown: spec.path.clone(),
                path: root.to_owned(),
            });
        }
        Ok(())
    }

    fn standard_input(&mut self, spec: &InputSpec) -> Result<(), SourceError> {
        if self.set.sources.iter().any(|source| source.input == Input::Standard) {
            return Err(SourceError::StandardTwice);
        }
        self.set.sources.push(Source {
            shown: "-".to_owned(),
            input: Input::Standard,
            path: PathBuf::from("-"),
            bytes: 0,
            profile: spec.profile.clone(),
            tenant: spec.tenant.clone(),
            entry: self.entry,
            text: spec.text.clone(),
            named: true,
        });
        Ok(())
    }

    fn take(&mut self, spec: &InputSpec, path: PathBuf, shown: String, named: bool) -> Result<(), SourceError> {
        let refused = |fault| SourceError::Io {
            shown: shown.clone(),
            fault,
        };
        let mut meta = fs::symlink_metadata(&path).map_err(refused)?;
        let linked = meta.is_symlink();
        if linked {
            meta = fs::metadata(&path).map_err(refused)?;
        }
        let real = self.real(&path, &meta, linked).map_err(refused)?.into_os_string();
        if let Some(&at) = self.taken.get(&real) {
            let source = &mut self.set.sources[at];
            source.named |= named;
            let read_alike =
                (&source.profile, &source.tenant, &source.text) == (&spec.profile, &spec.tenant, &spec.text);
            return if read_alike {
                Ok(())
            } else {
                Err(SourceError::ConflictingInput { shown })
            };
        }
        self.taken.insert(real, self.set.sources.len());
        self.set.sources.push(Source {
            shown,
            input: Input::File,
            path,
            bytes: meta.len(),
            profile: spec.profile.clone(),
            tenant: spec.tenant.clone(),
            entry: self.entry,
            text: spec.text.clone(),
            named,
        });
        Ok(())
    }

    /// Resolves links. A pipe (`<(zcat log.gz)`) has no real path and keeps its own.
    fn real(&mut self, path: &Path, meta: &fs::Metadata, linked: bool) -> io::Result<PathBuf> {
        if !meta.is_file() {
            return Ok(path.to_owned());
        }
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return fs::canonicalize(path);
        };
        if linked || folder.as_os_str().is_empty() {
            return fs::canonicalize(path);
        }
        match &self.folder {
            Some((known, real)) if known == folder => Ok(real.join(name)),
            _ => {
                let real = fs::canonicalize(folder)?;
                self.folder = Some((folder.to_owned(), real.clone()));
                Ok(real.join(name))
            }
        }
    }
}

/// Returns whether a glob matches a file or a folder above it.
fn asks_for(glob: &GlobMatcher, shown: &str) -> bool {
    Path::new(shown).ancestors().any(|path| glob.is_match(path))
}

/// Returns whether a file is the case's own lock, which the first report writes among the logs that
/// the second one reads.
fn is_lock(spec: &InputSpec, entry: &DirEntry) -> bool {
    let same = || Some(fs::canonicalize(entry.path()).ok()? == fs::canonicalize(spec.base.join(LOCK_FILE)).ok()?);
    entry.file_name() == LOCK_FILE && same() == Some(true)
}

/// Returns why a file met on a walk is not read; `None` if it is a log.
fn passed_over(entry: &DirEntry, globbed: bool) -> Option<&'static str> {
    if !entry.file_type().is_file() {
        return Some("not a regular file");
    }
    // A glob that matches hidden files asks for them.
    (!globbed && is_hidden(entry.file_name().as_encoded_bytes())).then_some("a hidden file")
}

/// Returns the leading folders of a glob that have no wildcard.
fn fixed_part(pattern: &str) -> String {
    let parts: Vec<_> = pattern.split('/').collect();
    let fixed = parts
        .iter()
        .take_while(|part| !part.contains(['*', '?', '[', '{']))
        .count();
    let joined = parts[..fixed].join("/");
    if joined.is_empty() && pattern.starts_with('/') {
        "/".to_owned()
    } else {
        joined
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{InputText, LogOrigin, ProfileRef};

    fn spec(base: &Path, path: &str, profile: &str) -> InputSpec {
        InputSpec {
            path: path.to_owned(),
            base: base.to_owned(),
            profile: ProfileRef::BuiltIn(profile.to_owned()),
            tenant: None,
            text: InputText::default(),
            origin: LogOrigin::default(),
        }
    }

    fn folder() -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a temporary folder");
        for name in ["b/2.log", "b/1.log", "a.log", "b/.hidden", "b/note.txt"] {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().expect("has a parent")).expect("a folder");
            fs::write(path, name).expect("a file");
        }
        dir
    }

    fn shown(set: &SourceSet) -> Vec<&str> {
        set.sources.iter().map(|source| source.shown.as_str()).collect()
    }

    #[test]
    fn inputs_keep_written_order_then_path_order() {
        let dir = folder();
        let set = discover(&[spec(dir.path(), "b", "x"), spec(dir.path(), "./a.log", "x")]).expect("found");
        assert_eq!(shown(&set), ["b/1.log", "b/2.log", "b/note.txt", "a.log"]);
        assert_eq!(
            set.skipped,
            [Skipped {
                shown: "b/.hidden".into(),
                reason: "a hidden file".into()
            }]
        );
        let set = discover(&[spec(dir.path(), "b/*.log", "x")]).expect("found");
        assert_eq!(shown(&set), ["b/1.log", "b/2.log"]);
        let set = discover(&[spec(dir.path(), "**/*.log", "x")]).expect("found");
        assert_eq!(shown(&set), ["a.log", "b/1.log", "b/2.log"]);
    }

    #[test]
    fn file_named_twice_is_read_once_by_one_profile() {
        let dir = folder();
        let set = discover(&[spec(dir.path(), "a.log", "x"), spec(dir.path(), "*.log", "x")]).expect("found");
        assert_eq!(shown(&set), ["a.log"]);
        let faults = discover(&[spec(dir.path(), "a.log", "x"), spec(dir.path(), "*.log", "y")]).expect_err("two");
        assert!(matches!(faults[..], [SourceError::ConflictingInput { .. }]));
    }

    #[test]
    fn discover_reports_every_wrong_path() {
        let dir = folder();
        let faults = discover(&[spec(dir.path(), "nowhere", "x"), spec(dir.path(), "b/*.gone", "x")]).expect_err("two");
        assert!(
            matches!(faults[..], [SourceError::Missing { .. }, SourceError::Empty { .. }]),
            "{faults:?}"
        );
    }

    #[test]
    #[cfg(unix)]
    fn link_to_parent_folder_is_skipped() {
        let dir = folder();
        std::os::unix::fs::symlink(dir.path().join("b"), dir.path().join("b/up")).expect("a link");
        let set = discover(&[spec(dir.path(), "b", "x")]).expect("found");
        assert!(set.skipped.iter().any(|skipped| skipped.shown == "b/up"), "{set:?}");
    }
}
