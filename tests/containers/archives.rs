//! Archives are folders: each member a source of its own, in the order of their names.

use super::*;

/// A folder `in` of logs, and things that are none.
fn folder() -> Dir {
    let dir = Dir::new();
    dir.file("in/z.jsonl", format!("{}\n", record(0)))
        .file("in/a/b.jsonl", format!("{}\n{}\n", record(1), record(2)))
        .file("in/a/.hidden", "x")
        .file("in/a/picture", b"\x89PNG\r\n\x1a\n\0\0");
    dir
}

/// Checks what is found in an archive of that folder.
#[track_caller]
fn holds_the_folder(dir: &Dir, name: &str, container: &str) {
    let found = findings(dir, &[name]);
    assert_eq!(paths(&found), [format!("{name}/a/b.jsonl"), format!("{name}/z.jsonl")]);
    let file = fs::read(dir.path(name)).expect("the archive");
    for (source, records, path) in [(0, 2, "in/a/b.jsonl"), (1, 1, "in/z.jsonl")] {
        let source = &found["sources"][source];
        assert_eq!(source["container"], *container);
        assert_eq!(source["records"]["in_scope"], records);
        assert_eq!(
            (&source["sha256"], &source["bytes"]),
            (&digest(&file).into(), &file.len().into())
        );
        let member = fs::read(dir.path(path)).expect("the member");
        assert_eq!(source["stream_sha256"], digest(&member));
    }
    let said = caveat(&found, "skipped-input");
    assert!(said.contains(&format!("`{name}/a/picture` (a PNG image)")), "{said}");
    assert!(said.contains(&format!("`{name}/a/.hidden` (a hidden file)")), "{said}");
    assert_eq!(caveat(&found, "truncated-source"), "");
}

#[test]
fn tar_and_packed_tar() {
    if !has("tar") {
        return;
    }
    let dir = folder();
    tar(&dir.path("in"), &["-cf", "../logs", "z.jsonl", "a"]);
    holds_the_folder(&dir, "logs", "tar");
    for (tool, container) in PACKINGS.iter().filter(|(tool, _)| has(tool)) {
        let dir = folder();
        tar(&dir.path("in"), &["-cf", "../logs", "./z.jsonl", "./a"]);
        let bytes = packed(tool, &fs::read(dir.path("logs")).expect("the archive"));
        holds_the_folder(dir.file("logs", bytes), "logs", &format!("{container}/tar"));
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    if !has("tar") || !has("gzip") {
        return;
    }
    let dir = folder();
    dir.file("in/large.jsonl", log(30_000));
    tar(&dir.path("in"), &["-czf", "../logs", "z.jsonl", "large.jsonl", "a"]);
    let bundle = |threads| {
        let mut command = program(&dir.path(""));
        command.args([
            "report",
            "--quiet",
            "--agents",
            "a1",
            "--logs",
            "logs",
            "--threads",
            threads,
            "--out",
            threads,
        ]);
        command.args(["--from", "2026-01-16T00:00:00Z", "--until", "2026-01-17T00:00:00Z"]);
        Run::of(&mut command).ends(1);
        files(&dir.path(threads))
    };
    assert!(bundle("1") == bundle("8"));
}

#[test]
fn inspect_looks_into_archives() {
    if !has("tar") || !has("gzip") {
        return;
    }
    let dir = folder();
    tar(&dir.path("in"), &["-czf", "../logs", "z.jsonl", "a"]);
    let run = dir.run(["inspect", "logs"]).ends(1);
    run.says("logs/a/b.jsonl and 1 more")
        .says("json-lines in gzip/tar, 3 records")
        .says("superuser: 100 %")
        .says("passed over  logs/a/picture: a PNG image");
}

#[test]
fn tar_in_every_format() {
    for format in ["v7", "ustar", "gnu", "pax"] {
        if has("tar") {
            let dir = folder();
            tar(&dir.path("in"), &["-cf", "../logs", "--format", format, "z.jsonl", "a"]);
            holds_the_folder(&dir, "logs", "tar");
        }
    }
}

#[test]
fn long_names_are_whole() {
    let name = format!("{}/{}.jsonl", "ö".repeat(60), "x".repeat(180));
    for format in ["gnu", "pax"] {
        if has("tar") {
            let dir = Dir::new();
            dir.file(&format!("in/{name}"), log(2)).file("in/z.jsonl", log(3));
            tar(&dir.path("in"), &["-cf", "../logs", "--format", format, "."]);
            let found = findings(&dir, &["logs"]);
            assert_eq!(paths(&found), ["logs/z.jsonl".to_owned(), format!("logs/{name}")]);
        }
    }
}

#[test]
fn links_and_holes_are_passed_over_and_said() {
    if !has("tar") {
        return;
    }
    let dir = Dir::new();
    dir.file("in/a.jsonl", log(2)).file("in/z.jsonl", log(3));
    fs::hard_link(dir.path("in/a.jsonl"), dir.path("in/b.jsonl")).expect("a link");
    fs::File::create(dir.path("in/holes"))
        .and_then(|file| file.set_len(1 << 20))
        .expect("a file with holes");
    tar(
        &dir.path("in"),
        &["-cSf", "../logs", "a.jsonl", "b.jsonl", "holes", "z.jsonl"],
    );
    let found = findings(&dir, &["logs"]);
    assert_eq!(paths(&found), ["logs/a.jsonl", "logs/z.jsonl"]);
    let said = caveat(&found, "skipped-input");
    assert!(said.contains("`logs/b.jsonl` (a link to another member)"), "{said}");
    assert!(
        said.contains("`logs/holes` (a file with holes, which is not read)"),
        "{said}"
    );
}

#[test]
fn archives_behind_each_other_and_names_given_twice_are_all_read() {
    if !has("tar") {
        return;
    }
    let dir = Dir::new();
    dir.file("in/a.jsonl", log(2));
    tar(&dir.path("in"), &["-cf", "../one", "a.jsonl"]);
    tar(&dir.path("in"), &["-rf", "../one", "a.jsonl"]);
    let one = fs::read(dir.path("one")).expect("the archive");
    dir.file("logs", [one.clone(), one].concat());
    let found = findings(&dir, &["logs"]);
    let twice = ["", " (2)", " (3)", " (4)"].map(|again| format!("logs/a.jsonl{again}"));
    assert_eq!(paths(&found), twice);
    assert_eq!(found["records"]["duplicate"], 6);
}

#[test]
fn a_tar_that_is_cut_keeps_what_precedes_the_break() {
    if !has("tar") {
        return;
    }
    let dir = Dir::new();
    dir.file("in/a.jsonl", log(2)).file("in/b.jsonl", log(30));
    tar(&dir.path("in"), &["-cf", "../whole", "a.jsonl", "b.jsonl"]);
    let whole = fs::read(dir.path("whole")).expect("the archive");
    // Header, padded content, header, and some of the second.
    let some = 3 * 512 + log(4).len();
    let found = findings(dir.file("logs", &whole[..some]), &["logs"]);
    assert_eq!(paths(&found), ["logs/a.jsonl", "logs/b.jsonl"]);
    assert_eq!(found["sources"][1]["stream_sha256"], digest(log(4).as_bytes()));
    let said = caveat(&found, "truncated-source");
    assert!(said.contains("`logs/b.jsonl` (the archive ends inside it; "), "{said}");

    let dir = Dir::new();
    let found = findings(dir.file("logs", &whole[..1024]), &["logs"]);
    let said = caveat(&found, "truncated-source");
    assert_eq!(found["records"]["in_scope"], 2);
    assert!(
        said.contains("`logs` (the mark of its end is missing; 1,024 bytes"),
        "{said}"
    );
}

/// Packs the folder as a zip by Python, which writes every kind.
fn zip(dir: &Dir, script: &str) -> bool {
    if !has("python3") {
        return false;
    }
    let script = format!("import zipfile, io\n{script}");
    let run = Command::new("python3")
        .current_dir(dir.path(""))
        .args(["-c", &script])
        .output();
    let out = run.expect("Python starts");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    true
}

const PACK: &str = "
z = zipfile.ZipFile('logs', 'w', METHOD)
for name in ['z.jsonl', 'a/', 'a/b.jsonl', 'a/.hidden', 'a/picture']:
    z.write('in/' + name, name)
z.close()";

#[test]
fn zip_by_every_method() {
    for method in ["ZIP_STORED", "ZIP_DEFLATED", "ZIP_BZIP2"] {
        let dir = folder();
        if zip(&dir, &PACK.replace("METHOD", &format!("zipfile.{method}"))) {
            holds_the_folder(&dir, "logs", "zip");
        }
    }
    let dir = folder();
    if zip(&dir, &PACK.replace("METHOD", "zipfile.ZIP_LZMA")) {
        let found = findings(&dir, &["logs"]);
        let said = caveat(&found, "skipped-input");
        assert!(said.contains("compressed by a method that is not read"), "{said}");
    }
}

#[test]
fn containers_inside_containers() {
    if !has("tar") || !has("gzip") {
        return;
    }
    let dir = Dir::new();
    dir.file("in/a.jsonl.gz", packed("gzip", log(5).as_bytes()));
    if zip(
        &dir,
        "z = zipfile.ZipFile('in/b.zip', 'w'); z.write('in/a.jsonl.gz', 'deep/a.jsonl.gz'); z.close()",
    ) {
        tar(&dir.path("in"), &["-czf", "../logs.tgz", "b.zip"]);
        let found = findings(&dir, &["logs.tgz"]);
        assert_eq!(paths(&found), ["logs.tgz/b.zip/deep/a.jsonl.gz"]);
        assert_eq!(found["sources"][0]["container"], "gzip/tar/zip/gzip");
        assert_eq!(found["sources"][0]["stream_sha256"], digest(log(5).as_bytes()));
    }
}

#[test]
fn a_zip_without_its_directory_is_said_and_stays_on_record() {
    let dir = folder();
    if !zip(&dir, &PACK.replace("METHOD", "zipfile.ZIP_DEFLATED")) {
        return;
    }
    let whole = fs::read(dir.path("logs")).expect("the archive");
    let cut = &whole[..whole.len() / 2];
    let found = findings(dir.file("logs", cut), &["logs"]);
    assert_eq!(found["sources"][0]["sha256"], digest(cut));
    assert!(caveat(&found, "truncated-source").contains("`logs` ("));
}

#[test]
fn a_damaged_member_of_a_zip_is_said_and_the_others_are_read() {
    let dir = Dir::new();
    dir.file("in/a.jsonl", log(3)).file("in/b.jsonl", log(4));
    let script = "z = zipfile.ZipFile('logs', 'w'); z.write('in/a.jsonl', 'a.jsonl'); z.write('in/b.jsonl', 'b.jsonl')";
    if !zip(&dir, &format!("{script}; z.close()")) {
        return;
    }
    let mut bytes = fs::read(dir.path("logs")).expect("the archive");
    // The records are stored uncompressed, so that only the checksum reveals the change.
    let at = bytes
        .windows(9)
        .position(|part| part == b"user.view")
        .expect("a record");
    bytes[at] = b'U';
    let found = findings(dir.file("logs", &bytes), &["logs"]);
    assert_eq!(found["records"]["read"], 7);
    let said = caveat(&found, "truncated-source");
    assert!(said.contains("`logs/a.jsonl` (") && !said.contains("b.jsonl"), "{said}");
}

#[test]
fn an_encrypted_member_is_passed_over_and_said() {
    if !has("zip") {
        return;
    }
    let dir = Dir::new();
    dir.file("a.jsonl", log(3)).file("b.jsonl", log(4));
    for args in [
        ["-q", "-P", "secret", "logs.zip", "a.jsonl"].as_slice(),
        &["-q", "logs.zip", "b.jsonl"],
    ] {
        let status = Command::new("zip").current_dir(dir.path("")).args(args).status();
        assert!(status.expect("zip starts").success());
    }
    let found = findings(&dir, &["logs.zip"]);
    assert_eq!(paths(&found), ["logs.zip/b.jsonl"]);
    assert!(caveat(&found, "skipped-input").contains("`logs.zip/a.jsonl` (encrypted)"));
}

#[test]
fn a_document_that_is_a_zip_is_no_folder() {
    let dir = Dir::new();
    dir.file("in/a.jsonl", log(1));
    let script = "z = zipfile.ZipFile('in/report.xlsx', 'w'); z.writestr('[Content_Types].xml', '<x/>'); z.close()";
    if zip(&dir, script) {
        let found = findings(&dir, &["in"]);
        assert_eq!(paths(&found), ["in/a.jsonl"]);
        let said = caveat(&found, "skipped-input");
        assert!(
            said.contains(
                "`in/report.xlsx` (an Office document, which is not read: save its sheet as CSV UTF-8, and give that)"
            ),
            "{said}"
        );
    }
}
