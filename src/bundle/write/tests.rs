use std::fs;

use super::*;
use crate::reports::Folder as _;

/// Writes a file of one byte; a path with a folder goes into a tenant's staging folder.
fn put(writer: &BundleWriter, path: &str) -> Result<FileEntry, BundleError> {
    let one = |to: &mut dyn io::Write| to.write_all(b"x");
    let Some((slug, name)) = path.rsplit_once('/') else {
        let mut files = writer.files();
        files.file(path, one)?;
        return Ok(files.entries().remove(0));
    };
    let mut staged = writer.stage(slug.strip_prefix("tenants/").unwrap_or(slug))?;
    staged.file(name, one)?;
    Ok(staged.place()?.remove(0))
}

fn left(folder: &Path) -> usize {
    fs::read_dir(folder).expect("a folder").count()
}

fn temporary(writer: &BundleWriter) -> PathBuf {
    let temporary = writer.temporary.read().expect("a lock");
    temporary.as_ref().expect("not undone").folder.path().to_owned()
}

#[test]
fn nothing_is_left_of_a_bundle_that_was_not_finished() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let writer = BundleWriter::create(&folder.path().join("out")).expect("a writer");
    put(&writer, "tenants/t-1/report.html").expect("written");
    assert_eq!(left(folder.path()), 1);
    drop(writer);
    assert_eq!(left(folder.path()), 0);
}

#[test]
fn what_is_undone_is_gone_for_good() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let writer = BundleWriter::create(&folder.path().join("out")).expect("a writer");
    put(&writer, "tenants/t-1/report.html").expect("written");
    writer.abort_handle().abort_for_exit();
    assert_eq!(left(folder.path()), 0);
    // A dropped writer would wait for the lock for ever.
    std::mem::forget(writer);
}

#[test]
fn a_temporary_folder_that_vanished_does_not_come_back_with_holes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let writer = BundleWriter::create(&folder.path().join("out")).expect("a writer");
    put(&writer, "tenants/t-1/report.html").expect("written");
    fs::remove_dir_all(temporary(&writer)).expect("removed");
    assert!(matches!(
        put(&writer, "tenants/t-2/report.html"),
        Err(BundleError::Io { .. })
    ));
    assert_eq!(left(folder.path()), 0);
}

#[test]
fn a_file_that_vanished_or_shrank_is_no_part_of_a_whole() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let writer = BundleWriter::create(&folder.path().join("out")).expect("a writer");
    let files = ["a.csv", "tenants/t-1/b.csv"].map(|path| put(&writer, path).expect("written"));
    let place = temporary(&writer);
    assert_eq!(missing(&place, &files), None);
    fs::write(place.join("a.csv"), "").expect("emptied");
    assert_eq!(missing(&place, &files), Some("a.csv"));
    fs::remove_dir_all(place.join("tenants")).expect("removed");
    assert_eq!(missing(&place, &files[1..]), Some("tenants/t-1/b.csv"));
    let temporary = writer.temporary.read().expect("a lock");
    let settled = temporary.as_ref().expect("not undone").settle(&files[1..]);
    assert!(matches!(settled, Err(BundleError::Vanished(path)) if path == "tenants/t-1/b.csv"));
}

#[test]
fn a_folder_that_exists_is_never_touched() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert!(matches!(
        BundleWriter::create(folder.path()),
        Err(BundleError::Exists(_))
    ));
    let nowhere = folder.path().join("no/where");
    assert!(matches!(BundleWriter::create(&nowhere), Err(BundleError::NoParent(_))));
}

#[test]
fn no_path_leads_out_of_the_bundle() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let writer = BundleWriter::create(&folder.path().join("out")).expect("a writer");
    for path in ["../x", "/x", "a/../../x", "a//b", ".hidden", "a\\b", "a\0b", ""] {
        assert!(matches!(put(&writer, path), Err(BundleError::Path(_))), "{path}");
    }
}

#[test]
#[cfg(unix)]
fn only_the_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let writer = BundleWriter::create(&folder.path().join("out")).expect("a writer");
    put(&writer, "tenants/t-1/report.html").expect("written");
    let mode = |path: &str| {
        let meta = fs::metadata(temporary(&writer).join(path));
        meta.expect(path).permissions().mode() & 0o777
    };
    assert_eq!(
        (mode(""), mode("tenants/t-1"), mode("tenants/t-1/report.html")),
        (0o700, 0o700, 0o600)
    );
}

#[test]
fn a_folder_that_is_not_kept_is_gone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let writer = BundleWriter::create(&folder.path().join("out")).expect("a writer");
    put(&writer, "tenants/t-1/report.html").expect("written");
    let mut staged = writer.stage("t-2").expect("a folder");
    staged.file("report.html", |to| to.write_all(b"x")).expect("written");
    let place = temporary(&writer);
    assert!(place.join(".staging/t-2/report.html").exists() && !place.join("tenants/t-2").exists());
    drop(staged);
    assert!(!place.join(".staging/t-2").exists() && place.join("tenants/t-1/report.html").exists());
    let temporary = writer.temporary.read().expect("a lock");
    temporary
        .as_ref()
        .expect("not undone")
        .unstage()
        .expect("nothing is left there");
    assert!(!place.join(".staging").exists());
}
