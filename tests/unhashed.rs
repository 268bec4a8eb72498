//! Without digests a file is read by all threads at once, each in another place. What is found must be the same, position by
//! position, as when it is read from its beginning to its end.

use std::fmt::Write as _;

use serde_json::Value;

use crate::util::Dir;

/// What is read at first, and the pieces that follow.
const FIRST: usize = 512 << 10;
const PIECE: usize = 128 << 10;

/// Every kind of end that a record may meet, now and then one that is longer than a piece.
fn record(number: usize) -> String {
    let (agent, hour) = (number % 7, number % 48);
    let time = format!("2026-01-{:02}T{:02}:00:00Z", 16 + hour / 24, hour % 24);
    let why = if number == 9_000 { 3 * PIECE } else { number % 300 };
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
    (0..20_000).fold(String::new(), |mut log, number| {
        let _ = writeln!(log, "{}", record(number));
        log
    })
}

/// Rows with line ends and quotes inside of them.
fn rows() -> String {
    let header = "event_id,timestamp,actor.id,tenant.id,action,justification\n".to_owned();
    (0..20_000).fold(header, |mut log, number| {
        let (agent, hour) = (number % 7, number % 24);
        let why = "\n\"\"".repeat(number % 60);
        let _ = writeln!(
            log,
            "e{number},2026-01-16T{hour:02}:00:00Z,a{agent},t-{agent},user.view,\"{why}\""
        );
        log
    })
}

/// Long enough for three pieces to be read, and exactly that.
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
        ("rows", rows),
    ]
}

/// What a scan finds, and how many digests of files it tells.
fn found(dir: &Dir, more: &[&str]) -> (Value, usize) {
    let question = [
        "scan",
        "--logs",
        "log",
        "--agents",
        "a1",
        "a2",
        "--json",
        "--from",
        "2026-01-16T06:00:00Z",
        "--until",
        "2026-01-16T18:00:00Z",
    ];
    let run = dir.run(question.iter().chain(more));
    assert!(run.status < 2, "{}", run.stderr);
    let mut found: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let mut digests = 0;
    for source in found["sources"].as_array_mut().expect("sources") {
        for key in ["sha256", "stream_sha256"] {
            digests += usize::from(source[key].take() != Value::Null);
        }
    }
    (found, digests)
}

#[test]
fn read_by_all_threads_at_once_a_file_says_the_same() {
    for (name, log) in forms() {
        let dir = Dir::new();
        dir.file("log", &log);
        let (in_order, digests) = found(&dir, &["--threads", "1"]);
        assert!(
            digests > 0 && in_order["records"]["read"].as_u64() > Some(1000),
            "{name}"
        );
        assert_eq!(
            in_order["sources"][0]["bytes"].as_u64(),
            Some(log.len() as u64),
            "{name}"
        );
        for threads in ["1", "2", "5"] {
            let at_once = found(&dir, &["--no-hash", "--threads", threads]);
            assert_eq!(at_once, (in_order.clone(), 0), "{name}, {threads} threads");
        }
    }
}
