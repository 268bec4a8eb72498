//! What is read from a folder: a case, and a bundle of which a file was replaced.

use std::{
    fs,
    path::Path,
    sync::{LazyLock, OnceLock},
};

use tempfile::TempDir;
use tenant_impact::{
    case::Case,
    verify::{Request, verify},
};

/// A folder in memory where there is one: a fuzzer writes thousands of files a second.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    }
    .expect("a folder")
}

static CASE: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = folder();
    fs::write(
        folder.path().join("agents.csv"),
        include_str!("../../sample_logs/agents.csv"),
    )
    .expect("written");
    fs::write(
        folder.path().join("tenants.csv"),
        include_str!("../../sample_logs/tenants.csv"),
    )
    .expect("written");
    folder
});

/// A case file. Either it is a case, or every fault of it is told in words.
pub fn case(bytes: &[u8]) {
    // A case may name any file, and some of them never end.
    if bytes.windows(4).any(|part| part == b"/dev") || bytes.windows(5).any(|part| part == b"/proc") {
        return;
    }
    let path = CASE.path().join("case.toml");
    fs::write(&path, bytes).expect("written");
    match Case::load(&path) {
        Ok(case) => assert!(!case.scopes.is_empty() && !case.agents.is_empty(), "a question"),
        Err(fault) => assert!(!fault.to_string().is_empty()),
    }
}

/// A copy of a bundle, and the bundle's files by path.
type Copy = (TempDir, Vec<(String, Vec<u8>)>);

/// The copy that is changed. All inputs of a process use the bundle that the first one names.
static BUNDLE: OnceLock<Copy> = OnceLock::new();

fn copy_of(bundle: &Path) -> Copy {
    let folder = folder();
    let mut files = Vec::new();
    walk(bundle, "", &mut files);
    files.sort();
    for (path, bytes) in &files {
        let place = folder.path().join(path);
        fs::create_dir_all(place.parent().expect("a folder")).expect("made");
        fs::write(place, bytes).expect("written");
    }
    assert_eq!(found(folder.path()), 0, "the bundle verifies");
    (folder, files)
}

fn walk(folder: &Path, prefix: &str, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            walk(&entry.path(), &format!("{path}/"), files);
        } else {
            files.push((path, fs::read(entry.path()).expect("a file")));
        }
    }
}

fn found(folder: &Path) -> usize {
    let request = Request {
        folder,
        logs: None,
        trust: None,
    };
    verify(&request).map_or(usize::MAX, |verification| verification.mismatches.len())
}

/// Replaces a file of the bundle, which the first byte names, by the other bytes: `verify` always finds that.
pub fn manifest(bundle: &Path, bytes: &[u8]) {
    let Some((which, content)) = bytes.split_first() else {
        return;
    };
    let (folder, files) = BUNDLE.get_or_init(|| copy_of(bundle));
    let (path, original) = &files[usize::from(*which) % files.len()];
    let place = folder.path().join(path);
    fs::write(&place, content).expect("written");
    let found = found(folder.path());
    fs::write(&place, original).expect("put back");
    assert_eq!(found == 0, content == original, "{path} replaced: {found} mismatches");
}
