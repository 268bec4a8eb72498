//! Equal events give equal findings in every container and encoding, positions aside.

use super::*;

/// The findings without what a container may change: where records lie, and what the sources are.
fn core(mut findings: Value) -> Value {
    let fields = findings.as_object_mut().expect("an object");
    for source in fields["sources"].as_array_mut().expect("sources") {
        let source = source.as_object_mut().expect("an object");
        for field in [
            "path",
            "sha256",
            "bytes",
            "container",
            "encoding",
            "stated_encoding",
            "stream_sha256",
            "stream_bytes",
            "accounted",
            "commitment",
            "nonce",
        ] {
            source.remove(field).unwrap_or_else(|| panic!("`{field}` is a field"));
        }
    }
    forget_positions_on_ends(&mut findings);
    findings
}

const RECORDS: usize = 9_000;

/// Name, expected container and encoding, and bytes of a form.
type Form = (String, String, &'static str, Vec<u8>);

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2], mark: bool) -> Vec<u8> {
    let mark = mark.then_some(0xfeff);
    mark.into_iter().chain(text.encode_utf16()).flat_map(bytes).collect()
}

/// The log in every encoding.
fn encodings(text: &str) -> Vec<Form> {
    let form = |name: &str, encoding, bytes| (name.to_owned(), "plain".to_owned(), encoding, bytes);
    vec![
        form("plain", "utf-8", text.into()),
        form("bom", "utf-8", format!("\u{feff}{text}").into()),
        form("crlf", "utf-8", text.replace('\n', "\r\n").into()),
        form("cut", "utf-8", text.trim_end().into()),
        form("le-bom", "utf-16le", utf16(text, u16::to_le_bytes, true)),
        form("be-bom", "utf-16be", utf16(text, u16::to_be_bytes, true)),
        form("le", "utf-16le", utf16(text, u16::to_le_bytes, false)),
        form("be", "utf-16be", utf16(text, u16::to_be_bytes, false)),
    ]
}

/// Each of these packed by each tool that is here.
fn packings(forms: &[Form]) -> Vec<Form> {
    let tools = PACKINGS.iter().filter(|(tool, _)| has(tool));
    let pack = |(tool, container): &(&str, &str)| {
        let pack = |(name, inner, encoding, bytes): &Form| {
            let inner = if inner == "plain" {
                String::new()
            } else {
                format!("/{inner}")
            };
            (
                format!("{name}.{tool}"),
                format!("{container}{inner}"),
                *encoding,
                packed(tool, bytes),
            )
        };
        forms.iter().map(pack).collect::<Vec<_>>()
    };
    tools.flat_map(pack).collect()
}

#[test]
fn every_container_and_encoding_gives_the_same_findings() {
    // More than two blocks, so that the threads share them; and many steps of every decoder.
    let text = log(RECORDS);
    let plain = encodings(&text);
    let once = packings(&[plain[0].clone(), plain[4].clone()]);
    let twice = packings(&once[..once.len().min(1)]);
    let mut expected = None;
    for (name, container, encoding, bytes) in plain.iter().chain(&once).chain(&twice) {
        let dir = Dir::new();
        // The file has a neutral name, because the form is detected from the content.
        dir.file("log", bytes);
        let found = findings(&dir, &["log"]);
        let source = &found["sources"][0];
        assert_eq!(source["container"], **container, "{name}");
        assert_eq!(source["encoding"], **encoding, "{name}");
        assert_eq!(source["sha256"], digest(bytes), "{name}");
        assert_eq!(source["bytes"], bytes.len(), "{name}");
        assert_eq!(caveat(&found, "truncated-source"), "", "{name}");
        let core = core(found);
        assert_eq!(core["records"]["in_scope"], RECORDS, "{name}");
        assert_eq!(&core, expected.get_or_insert_with(|| core.clone()), "{name}");
    }
}

#[test]
fn the_stream_is_digested_as_it_is_parsed() {
    let text = log(50);
    for (name, _, encoding, bytes) in packings(&encodings(&text)) {
        let dir = Dir::new();
        let source = findings(dir.file("log", &bytes), &["log"])["sources"][0].clone();
        let stream = match (encoding, name.split('.').next()) {
            ("utf-8", Some("bom")) => format!("\u{feff}{text}"),
            ("utf-8", Some("crlf")) => text.replace('\n', "\r\n"),
            ("utf-8", Some("cut")) => text.trim_end().to_owned(),
            _ => text.clone(),
        };
        assert_eq!(source["stream_sha256"], digest(stream.as_bytes()), "{name}");
        assert_eq!(source["stream_bytes"], stream.len(), "{name}");
    }
}

#[test]
fn members_and_frames_one_behind_the_other_are_all_read() {
    let (first, second) = (lines(0..3), lines(3..7));
    for (tool, container) in PACKINGS.iter().filter(|(tool, _)| has(tool)) {
        let both = [
            packed(tool, first.as_bytes()),
            packed(tool, b""),
            packed(tool, second.as_bytes()),
        ]
        .concat();
        let dir = Dir::new();
        let found = findings(dir.file("log", &both), &["log"]);
        assert_eq!(found["records"]["in_scope"], 7, "{tool}");
        assert_eq!(found["sources"][0]["container"], **container);
        assert_eq!(
            found["sources"][0]["stream_sha256"],
            digest(log(7).as_bytes()),
            "{tool}"
        );
        assert_eq!(caveat(&found, "truncated-source"), "", "{tool}");
    }
}

#[test]
fn offsets_lead_to_the_record_in_the_stream() {
    if !has("gzip") {
        return;
    }
    let text = format!("{}oops\n{}", log(1), log(1));
    let dir = Dir::new();
    let found = findings(dir.file("log", packed("gzip", text.as_bytes())), &["log"]);
    let refused = &found["refused"][0];
    let (offset, length) = (refused["offset"].as_u64(), refused["length"].as_u64());
    let start = text.find("oops").expect("it is there") as u64;
    assert_eq!((offset, length), (Some(start), Some(4)));
}

#[test]
fn broken_utf_16_is_refused_and_not_mended() {
    let mut bytes = utf16(&log(2), u16::to_le_bytes, true);
    let mut lone = utf16(&log(3)[log(2).len()..], u16::to_le_bytes, false);
    // Half of a pair in the place of the `t` of the tenant.
    let at = lone.len() / 2 / 2 * 2;
    lone[at..at + 2].copy_from_slice(&[0x00, 0xd8]);
    bytes.extend(lone);
    bytes.push(b'x');
    let dir = Dir::new();
    let found = findings(dir.file("log", &bytes), &["log"]);
    assert_eq!(found["records"]["in_scope"], 2);
    assert_eq!(
        found["records"]["refused"], 2,
        "the record with half a pair, and half a character at the end"
    );
    let reasons: Vec<_> = found["refused"]
        .as_array()
        .expect("refused")
        .iter()
        .map(|one| &one["reason"])
        .collect();
    assert_eq!(reasons, ["invalid-utf8", "invalid-utf8"]);
}

#[test]
fn standard_input_is_a_source_like_any_other() {
    let text = log(5);
    let mut forms = vec![text.clone().into_bytes()];
    if has("gzip") {
        forms.push(packed("gzip", text.as_bytes()));
    }
    for bytes in forms {
        let dir = Dir::new();
        dir.file("log", &bytes);
        let mut command = program(&dir.path(""));
        command.args([
            "report",
            "--quiet",
            "--out",
            "out",
            "--agents",
            "a1",
            "--from",
            "2026-01-16T00:00:00Z",
        ]);
        command.args(["--until", "2026-01-17T00:00:00Z", "--logs", "-"]);
        command.stdin(fs::File::open(dir.path("log")).expect("the log"));
        let run = Run::of(&mut command);
        assert!(run.status < 2, "{}", run.stderr);
        let found = json(&dir.path("out/findings.json"));
        assert_eq!(paths(&found), ["-"]);
        assert_eq!(found["records"]["in_scope"], 5);
        assert_eq!(found["sources"][0]["sha256"], digest(&bytes));
    }
    let dir = Dir::new();
    dir.file("log", log(2));
    let mut command = program(&dir.path(""));
    command
        .args(["inspect", "-"])
        .stdin(fs::File::open(dir.path("log")).expect("the log"));
    Run::of(&mut command).ends(0).says("json-lines, 2 records");
    run(&dir, &["-", "-"])
        .ends(2)
        .says("standard input (`-`) is given twice");
}

#[test]
#[cfg(unix)]
fn a_pipe_is_read_once_and_as_a_whole() {
    let dir = Dir::new();
    let fifo = dir.path("pipe");
    if !Command::new("mkfifo")
        .arg(&fifo)
        .status()
        .is_ok_and(|status| status.success())
    {
        skipped("`mkfifo` is not installed");
        return;
    }
    let writing = std::thread::spawn(move || fs::write(fifo, log(4)));
    let found = findings(&dir, &["pipe"]);
    writing.join().expect("it ends").expect("all is written");
    assert_eq!(found["records"]["in_scope"], 4);
    assert_eq!(found["sources"][0]["bytes"], log(4).len());
}
