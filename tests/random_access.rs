//! A file is read by all threads together, each in another place. What is found must be the same,
//! position by position, and so must be its digest, as when it comes on standard input and is read
//! from its beginning to its end.

use std::{fmt::Write as _, fs::File};

use serde_json::Value;

use crate::util::{Dir, Run, program};

/// Sizes of the first read and of the pieces that follow.
const FIRST: usize = 512 << 10;
const PIECE: usize = 256 << 10;

/// Every kind of end that a record may meet; one is longer than a piece.
fn record(number: usize) -> String {
    let (agent, hour) = (number % 7, number % 48);
    let time = format!("2026-01-{:02}T{:02}:00:00Z", 16 + hour / 24, hour % 24);
    let why = if number == 5_000 { 3 * PIECE } else { number % 300 };
    let why = "y".repeat(why);
    match number % 97 {
        13 => format!(r#"{{"timestamp":"{time}","actor":"#),
        14 => format!(r#"{{"timestamp":"on {number}","actor":{{"id":"a1"}}}}"#),
        _ => format!(
            r#"{{"event_id":"e{number}","timestamp":"{time}","actor":{{"id":"a{agent}"}},"tenant":{{"id":"t-{agent}"}},"action":"user.view","justification":"{why}"}}"#
        ),
    }
}

fn lines() -> String {
    (0..9_000).fold(String::new(), |mut log, number| {
        let _ = writeln!(log, "{}", record(number));
        log
    })
}

/// Rows with line ends and quotes inside of them.
fn rows() -> String {
    let header = "event_id,timestamp,actor.id,tenant.id,action,justification\n".to_owned();
    (0..9_000).fold(header, |mut log, number| {
        let (agent, hour) = (number % 7, number % 24);
        let why = "\n\"\"".repeat(number % 60);
        let _ = writeln!(
            log,
            "e{number},2026-01-16T{hour:02}:00:00Z,a{agent},t-{agent},user.view,\"{why}\""
        );
        log
    })
}

/// Cut off, perhaps just where a piece ends.
fn until(mut log: String, length: usize) -> String {
    log.truncate(length);
    log
}

fn forms() -> Vec<(&'static str, String)> {
    let (lines, rows) = (lines(), rows());
    let array = format!("[\n{}", lines.replace('\n', ",\n"));
    vec![
        (
            "carriage returns and a mark",
            format!("\u{feff}{}", lines.replace('\n', "\r\n")),
        ),
        ("as long as what is read at first", until(lines.clone(), FIRST)),
        ("a byte more", until(lines.clone(), FIRST + 1)),
        ("whole pieces", until(lines.clone(), FIRST + 3 * PIECE)),
        (
            "one record for all pieces",
            format!("{}{}", until(lines.clone(), FIRST), "z".repeat(9 * PIECE)),
        ),
        ("lines", lines),
        ("an array that is not closed", until(array, FIRST + 7 * PIECE)),
        ("an open quote", until(rows.clone(), FIRST + 2 * PIECE) + "\""),
        ("rows behind a mark", format!("\u{feff}{rows}")),
        ("rows", rows),
    ]
}

/// Returns the findings of a scan of the file or of standard input, with the path and the digests
/// of what was read.
fn found(dir: &Dir, log: &str, more: &[&str]) -> (Value, [Value; 3]) {
    let mut scan = program(&dir.path(""));
    scan.args(["scan", "--logs", log, "--agents", "a1", "a2", "--json"])
        .args(["--from", "2026-01-16T06:00:00Z", "--until", "2026-01-16T18:00:00Z"])
        .args(more)
        .stdin(File::open(dir.path("log")).expect("the log"));
    let run = Run::of(&mut scan);
    assert!(run.status < 2, "{}", run.stderr);
    // The caveats name it too.
    let text = run.stdout.replace("`log`", "`-`");
    let mut found: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(found["inputs"][0]["path"].take(), log);
    let source = &mut found["sources"][0];
    // A scan without a lock has no key to commit by.
    assert!(source["commitment"].is_null() && source["nonce"].is_null());
    let named = ["path", "sha256", "stream_sha256"].map(|key| source[key].take());
    (found, named)
}

#[test]
fn read_by_all_threads_together_a_file_says_the_same() {
    for (name, log) in forms() {
        let dir = Dir::new();
        dir.file("log", &log);
        let (in_order, [path, digest, stream]) = found(&dir, "-", &["--threads", "1"]);
        assert_eq!((path, &stream), ("-".into(), &digest));
        assert!(in_order["records"]["read"].as_u64() > Some(1000), "{name}");
        assert_eq!(
            in_order["sources"][0]["bytes"].as_u64(),
            Some(log.len() as u64),
            "{name}"
        );
        for threads in ["1", "2", "5"] {
            for (hash, digest) in [(None, &digest), (Some("--no-hash"), &Value::Null)] {
                let more: Vec<_> = ["--threads", threads].into_iter().chain(hash).collect();
                for (from, path) in [("log", "log"), ("-", "-")] {
                    let expected = (in_order.clone(), [path.into(), digest.clone(), digest.clone()]);
                    assert!(
                        found(&dir, from, &more) == expected,
                        "{name} from {from} by {threads} threads, {hash:?}"
                    );
                }
            }
        }
    }
}
