//! Every file of a folder is accounted for.

use super::*;

#[test]
fn what_is_no_log_is_passed_over_in_a_folder_and_an_error_by_name() {
    let strange: [(&str, &[u8], &str); 6] = [
        ("picture", b"\x89PNG\r\n\x1a\n\0\0", "a PNG image"),
        ("table", b"PAR1\x15\x04\x15\x00", "Parquet, which is not read yet"),
        ("base", b"SQLite format 3\0\x10\0", "an SQLite database"),
        ("program", b"\x7fELF\x02\x01\x01\0", "an executable"),
        ("data", b"some text\0 and a NUL", "binary data"),
        ("wide", b"\xff\xfe\0\0{\0\0\0", "UTF-32 text, which is not read"),
    ];
    let dir = Dir::new();
    dir.file("in/log.jsonl", log(2));
    for (name, bytes, _) in strange {
        dir.file(&format!("in/{name}.jsonl"), bytes);
    }
    // Six are more than a caveat lists, so each is looked at alone as well.
    let found = findings(&dir, &["in"]);
    assert!(caveat(&found, "skipped-input").contains("6 files in all"));
    for (name, bytes, kind) in strange {
        let dir = Dir::new();
        dir.file("in/log.jsonl", log(2)).file(&format!("in/{name}"), bytes);
        let found = findings(&dir, &["in"]);
        assert_eq!(paths(&found), ["in/log.jsonl"]);
        let said = caveat(&found, "skipped-input");
        assert!(said.contains(&format!("`in/{name}` ({kind}")), "{said}");
        fs::remove_dir_all(dir.path("out")).expect("the bundle");
        let named = format!("in/{name}");
        run(&dir, &[&named]).ends(2).says(&format!("`{named}` is {kind}"));
        assert_eq!(dir.names(), ["agents.lock", "in"], "nothing was written");
    }
}

#[test]
fn an_empty_file_is_read_and_has_no_record() {
    let dir = Dir::new();
    let found = findings(dir.file("in/a.jsonl", "").file("in/b.jsonl", log(1)), &["in"]);
    assert_eq!(paths(&found), ["in/a.jsonl", "in/b.jsonl"]);
    assert_eq!(found["sources"][0]["framing"], "empty");
}

#[test]
fn thousands_of_small_files_are_read_in_order_with_few_open_at_once() {
    let dir = Dir::new();
    let files = 3_000;
    for at in 0..files {
        dir.file(&format!("in/{:02}/{at:04}.jsonl", at % 40), record(at));
    }
    // A limit that opening them all would meet.
    let script = r#"ulimit -n 40 && exec "$@""#;
    let mut command = Command::new("sh");
    command.args(["-c", script, "sh", env!("CARGO_BIN_EXE_tenant-impact")]);
    command.current_dir(dir.path("")).env_clear();
    command.args([
        "report",
        "--quiet",
        "--threads",
        "8",
        "--out",
        "out",
        "--agents",
        "a1",
        "--logs",
        "in",
    ]);
    command.args(["--from", "2026-01-16T00:00:00Z", "--until", "2026-01-17T00:00:00Z"]);
    let run = Run::of(&mut command);
    assert!(run.status < 2, "{}", run.stderr);
    let found = json(&dir.path("out/findings.json"));
    assert_eq!(found["records"]["in_scope"], files);
    assert!(paths(&found).is_sorted());
}

#[test]
#[cfg(target_os = "linux")]
fn names_that_are_no_text_are_shown_apart() {
    use std::os::unix::ffi::OsStrExt as _;
    let dir = Dir::new();
    dir.file("in/z.jsonl", log(1));
    for name in [b"a\xff.jsonl", b"a\xfe.jsonl"] {
        let path = dir.path("in").join(std::ffi::OsStr::from_bytes(name));
        fs::write(path, log(2)).expect("a file");
    }
    let found = findings(&dir, &["in"]);
    assert_eq!(paths(&found), ["in/a\\xFE.jsonl", "in/a\\xFF.jsonl", "in/z.jsonl"]);
}

#[test]
#[cfg(unix)]
fn a_file_reached_by_several_ways_is_read_once() {
    let dir = Dir::new();
    dir.file("in/a.jsonl", log(3));
    std::os::unix::fs::symlink("a.jsonl", dir.path("in/b.jsonl")).expect("a link");
    std::os::unix::fs::symlink("in", dir.path("also")).expect("a link");
    std::os::unix::fs::symlink("..", dir.path("in/up")).expect("a link");
    let found = findings(&dir, &["in", "also", "in/a.jsonl", "./in/../in/*.jsonl"]);
    assert_eq!(paths(&found), ["in/a.jsonl"]);
    assert!(caveat(&found, "skipped-input").contains("a symbolic link to a folder above it"));
}
