//! What is read from a folder: a case, and a bundle of which a file was replaced.

use std::{fs, path::Path, sync::LazyLock};

use tempfile::TempDir;
use tenant_impact::{
    bundle::{Request, verify},
    case::Case,
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

/// A small bundle that the program wrote, in a folder of its own, and its files by path.
static BUNDLE: LazyLock<(TempDir, Vec<(String, Vec<u8>)>)> = LazyLock::new(|| {
    let folder = folder();
    let mut files = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("bundle"), "", &mut files);
    files.sort();
    for (path, bytes) in &files {
        let place = folder.path().join(path);
        fs::create_dir_all(place.parent().expect("a folder")).expect("made");
        fs::write(place, bytes).expect("written");
    }
    assert_eq!(
        found(folder.path()),
        0,
        "fuzz/bundle verifies; fuzz/new-bundle writes it"
    );
    (folder, files)
});

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

/// A file of a bundle, named by the first byte, replaced by the others: that is always found.
pub fn manifest(bytes: &[u8]) {
    let Some((which, content)) = bytes.split_first() else {
        return;
    };
    let (folder, files) = &*BUNDLE;
    let (path, original) = &files[usize::from(*which) % files.len()];
    let place = folder.path().join(path);
    fs::write(&place, content).expect("written");
    let found = found(folder.path());
    fs::write(&place, original).expect("put back");
    assert_eq!(found == 0, content == original, "{path} replaced: {found} mismatches");
}
