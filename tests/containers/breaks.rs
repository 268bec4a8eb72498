//! Truncated input is read up to the break, and the break is reported.

use super::*;

#[test]
fn a_truncated_tail_is_kept_up_to_the_break() {
    let text = log(4_000);
    for (tool, _) in PACKINGS.iter().filter(|(tool, _)| has(tool)) {
        let whole = packed(tool, text.as_bytes());
        let cut = &whole[..whole.len() * 2 / 3];
        // What the tool itself gets out of it, on which it fails.
        let expected = through(tool, &["-dc"], cut);
        let dir = Dir::new();
        let found = findings(dir.file("log", cut), &["log"]);
        let source = &found["sources"][0];
        let bytes = source["stream_bytes"].as_u64().expect("a number");
        assert!(
            bytes >= expected.len() as u64,
            "{tool} itself gets {} out, not {bytes}",
            expected.len()
        );
        let stream = &text.as_bytes()[..usize::try_from(bytes).expect("it fits")];
        assert_eq!(source["stream_sha256"], digest(stream), "{tool}");
        assert_eq!(source["sha256"], digest(cut), "{tool}");
        let lines = stream
            .split(|&byte| byte == b'\n')
            .filter(|line| !line.is_empty())
            .count();
        assert_eq!(found["records"]["read"], lines, "{tool}");
        let said = caveat(&found, "truncated-source");
        assert!(
            said.contains("`log` (") && said.contains("could be read)"),
            "{tool}: {said}"
        );
    }
}

#[test]
fn padding_between_members_is_passed_over_and_anything_else_is_said() {
    let records: Vec<_> = (0..3).map(record).collect();
    for (tool, _) in PACKINGS.iter().filter(|(tool, _)| has(tool)) {
        let members: Vec<_> = records
            .iter()
            .map(|record| packed(tool, format!("{record}\n").as_bytes()))
            .collect();
        for padding in ["\n", "\r\n", " \n\n", "\0\0\0\0", "\n\0\0\0\0\n"] {
            let dir = Dir::new();
            let found = findings(dir.file("log", members.join(padding.as_bytes())), &["log"]);
            assert_eq!(
                (&found["records"]["read"], &found["records"]["refused"]),
                (&3.into(), &0.into()),
                "{tool} {padding:?}"
            );
            assert_eq!(
                found["caveats"].to_string().find("truncated-source"),
                None,
                "{tool} {padding:?}"
            );
        }
        let foreign = [&members[0][..], b"\nand some more words", &members[1]].concat();
        let follow = foreign.len() - members[0].len() - 1;
        let dir = Dir::new();
        let found = findings(dir.file("log", foreign), &["log"]);
        assert_eq!(found["records"]["read"], 1, "{tool}");
        let said = caveat(&found, "truncated-source");
        let expected = format!(
            "{follow} bytes from byte {} on are no {tool} data",
            members[0].len() + 1
        );
        assert!(said.contains(&expected), "{said}");
    }
}

/// The window is that of the content, so this takes no more memory than the text.
#[test]
fn a_zstandard_frame_with_a_wide_window_is_read() {
    if !has("zstd") {
        return;
    }
    let packed = through(
        "zstd",
        &["-c", "--ultra", "--long=31", "-1", "--no-content-size"],
        log(200).as_bytes(),
    );
    let dir = Dir::new();
    let found = findings(dir.file("log", packed), &["log"]);
    assert_eq!(
        (&found["records"]["read"], &found["sources"][0]["container"]),
        (&200.into(), &"zstd".into())
    );
}

#[test]
fn nuls_before_a_log_are_padding_that_offsets_count() {
    let text = log(50);
    let array = format!("[{}]", text.trim_end().replace('\n', ","));
    for nuls in [16, 600, 8 << 10, (8 << 10) + 5, 64 << 10, 3 << 20] {
        for text in [text.as_str(), array.as_str(), "x\n"] {
            let dir = Dir::new();
            let found = findings(dir.file("log", ["\0".repeat(nuls).as_str(), text].concat()), &["log"]);
            let source = &found["sources"][0];
            let refused = u64::from(text == "x\n");
            let read = if refused == 1 { 1 } else { 50 };
            assert_eq!(
                (&source["records"]["read"], &source["records"]["refused"]),
                (&read.into(), &refused.into()),
                "{nuls}"
            );
            assert_eq!(source["stream_bytes"], nuls + text.len());
            if refused == 1 {
                assert_eq!(found["refused"][0]["offset"], nuls);
            }
        }
    }
}

#[test]
fn source_that_ends_inside_a_record_is_one_refused_record_and_said() {
    let pretty = |number| {
        let value: Value = serde_json::from_str(&record(number)).expect("JSON");
        serde_json::to_string_pretty(&value).expect("JSON")
    };
    let rows = "event_id,timestamp,actor.email,tenant.id,action\n\
                e1,2026-01-16T00:00:00Z,a1,t1,user.view\ne2,2026-01-16T00:00:00Z,a1,t1,user.view";
    for (name, whole) in [
        ("lines", log(3)),
        (
            "prefixed",
            log(3).replace("{\"event_id\"", "<14>host app: {\"event_id\""),
        ),
        ("array", format!("[{}]", [record(0), record(1), record(2)].join(","))),
        (
            "pretty",
            format!("[\n{}\n]", [pretty(0), pretty(1), pretty(2)].join(",\n")),
        ),
        ("objects", [pretty(0), pretty(1), pretty(2)].join("\n")),
        ("rows", rows.to_owned()),
    ] {
        let whole = whole.trim_end();
        for missing in [12, 30] {
            let cut = &whole[..whole.len() - missing];
            let dir = Dir::new();
            let found = findings(dir.file("log", cut), &["log"]);
            assert_eq!(found["records"]["refused"], 1, "{name}: {}", found["refused"]);
            let said = caveat(&found, "truncated-source");
            let offset = &found["refused"][0]["offset"];
            let expected = format!("`log` (it ends inside the record that begins at byte {offset}; ");
            assert!(said.contains(&expected), "{name}: {said}, not {expected}");
        }
        // A last record without a line's end is whole.
        let dir = Dir::new();
        let found = findings(dir.file("log", whole), &["log"]);
        assert_eq!(
            (&found["records"]["refused"], caveat(&found, "truncated-source")),
            (&0.into(), String::new()),
            "{name}"
        );
    }
    if has("gzip") {
        let dir = Dir::new();
        let text = log(3);
        let found = findings(
            dir.file("log", packed("gzip", &text.as_bytes()[..text.len() - 9])),
            &["log"],
        );
        assert!(
            caveat(&found, "truncated-source").contains("it ends inside the record"),
            "behind gzip"
        );
    }
}

#[test]
fn export_that_says_that_it_is_incomplete_is_said() {
    let page = |id: u32, rest: &str| {
        format!(
            r#"{{"audit_logs":[{{"url":"https://t1.zendesk.com/api/v2/audit_logs/{id}.json","id":{id},"action":"update","actor_id":5,"actor_name":"a1","created_at":"2026-01-16T09:00:0{id}Z","source_id":9,"source_type":"user"}}]{rest}}}"#
        )
    };
    let said = |pages: &[(&str, &str)]| {
        let dir = Dir::new();
        for (id, (name, rest)) in (1..).zip(pages) {
            dir.file(&format!("in/{name}"), page(id, rest));
        }
        let mut command = program(&dir.path(""));
        command.args([
            "report",
            "--quiet",
            "--out",
            "out",
            "--agents",
            "a1",
            "--profile",
            "zendesk-audit",
        ]);
        command.args([
            "--from",
            "2026-01-16T00:00:00Z",
            "--until",
            "2026-01-17T00:00:00Z",
            "--logs",
            "in",
        ]);
        let run = Run::of(&mut command);
        assert!(run.status < 2, "{}", run.stderr);
        let found = json(&dir.path("out/findings.json"));
        assert_eq!(found["records"]["read"], pages.len());
        caveat(&found, "probably-cut-off")
    };
    let more = r#","meta":{"has_more":true}"#;
    let none = r#","meta":{"has_more":false}"#;
    let first = said(&[("z.json", more)]);
    assert!(
        first.contains("`in/z.json` says that more follows (its `/meta/has_more` is true)"),
        "{first}"
    );
    let counted = said(&[("z.json", r#","count":7"#)]);
    assert!(
        counted.contains("more records than the 1 here (its `/count` is 7)"),
        "{counted}"
    );
    let failed = said(&[("z.json", r#","timed_out":true"#)]);
    assert!(
        failed.contains("says that it is incomplete (its `/timed_out` is true)"),
        "{failed}"
    );
    for whole in [
        [("z-1.json", more), ("z-2.json", none)],
        [("z-1.json", r#","count":2"#), ("z-2.json", r#","count":2"#)],
        [("a.json", none), ("b.json", "")],
    ] {
        assert_eq!(said(&whole), "", "{whole:?}");
    }
}

#[test]
fn a_file_of_nuls_is_called_so() {
    let dir = Dir::new();
    dir.file("in/log.jsonl", log(2)).file("in/holes", vec![0; 20_000]);
    let said = caveat(&findings(&dir, &["in"]), "skipped-input");
    assert!(
        said.contains("`in/holes` (nothing but NUL bytes: take the log from where it was collected"),
        "{said}"
    );
}

#[test]
fn text_that_is_no_log_is_called_what_it_is() {
    let array = format!("[{},{}]", record(0), record(1));
    for (name, text, expected) in [
        (
            "page.xls",
            "<html><body>\n<p>Log in</p></body></html>\n".to_owned(),
            "is an HTML page: if it is an export called `.xls`",
        ),
        (
            "log.yaml",
            "---\nid: 1\n".to_owned(),
            "is YAML, which is not read: turn it into JSON Lines first",
        ),
        (
            "log.jsonl",
            "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n".to_owned(),
            "is a Git LFS pointer: fetch the log",
        ),
        (
            "page.json",
            format!("HTTP/2 200 \ndate: x\n\n{array}"),
            "is an HTTP response with its header: remove the header",
        ),
        (
            "dump.sql",
            "-- MySQL dump 10.13\nINSERT INTO `log` VALUES (1);\n".to_owned(),
            "is an SQL dump: export the table as CSV",
        ),
        (
            "latin.csv",
            String::new(),
            "is not UTF-8 throughout (1 record): if it was saved in another encoding",
        ),
    ] {
        let dir = Dir::new();
        let bytes = if text.is_empty() {
            b"{\"name\":\"Jos\xe9\"}\n".to_vec()
        } else {
            text.into_bytes()
        };
        dir.file("in/good.jsonl", log(2)).file(&format!("in/{name}"), &bytes);
        let found = findings(&dir, &["in"]);
        let said = caveat(&found, "refused-records") + &caveat(&found, "unreadable-source");
        assert!(said.contains(&format!("`in/{name}` {expected}")), "{said}");
        if name == "page.json" {
            // The array behind the header is read.
            assert_eq!(found["records"]["in_scope"], 2, "copies of the good ones");
            continue;
        }
        // Alone, nothing is read, and that says why and what next.
        let dir = Dir::new();
        let found = findings(dir.file(name, &bytes), &[name]);
        let said = caveat(&found, "nothing-read");
        let reasons = [" malformed-json", " invalid-utf8"];
        assert!(
            reasons.iter().any(|reason| said.contains(reason)) && said.contains("tenant-impact inspect"),
            "{said}"
        );
    }
}

#[test]
fn the_tail_of_a_gzip_is_kept_to_the_last_byte() {
    if !has("gzip") {
        return;
    }
    // Only the check is cut off: everything is there.
    let whole = packed("gzip", log(9).as_bytes());
    for cut in 1..8 {
        let dir = Dir::new();
        let found = findings(dir.file("log", &whole[..whole.len() - cut]), &["log"]);
        assert_eq!(found["sources"][0]["stream_sha256"], digest(log(9).as_bytes()));
        assert_ne!(caveat(&found, "truncated-source"), "", "{cut}");
    }
}

#[test]
fn garbage_behind_a_member_is_said_and_padding_is_none() {
    for (tool, _) in PACKINGS.iter().filter(|(tool, _)| has(tool)) {
        let mut bytes = packed(tool, log(6).as_bytes());
        bytes.extend(b"and something else");
        let dir = Dir::new();
        let found = findings(dir.file("log", &bytes), &["log"]);
        assert_eq!(found["records"]["in_scope"], 6, "{tool}");
        assert_eq!(found["sources"][0]["sha256"], digest(&bytes), "{tool}");
        assert!(caveat(&found, "truncated-source").contains("`log`"), "{tool}");
    }
    if has("gzip") {
        let mut bytes = packed("gzip", log(6).as_bytes());
        bytes.extend([0; 700]);
        let dir = Dir::new();
        assert_eq!(
            caveat(&findings(dir.file("log", &bytes), &["log"]), "truncated-source"),
            ""
        );
    }
}

#[test]
fn a_wrong_checksum_is_said() {
    if !has("gzip") {
        return;
    }
    let mut bytes = packed("gzip", log(6).as_bytes());
    let at = bytes.len() - 6;
    bytes[at] ^= 1;
    let dir = Dir::new();
    let found = findings(dir.file("log", &bytes), &["log"]);
    assert_eq!(found["records"]["in_scope"], 6);
    assert!(caveat(&found, "truncated-source").contains("checksum"));
}

#[test]
fn what_unpacks_to_too_much_is_an_error_that_names_the_limit() {
    if !has("gzip") {
        return;
    }
    // Sixteen mebibytes of blanks in eight members, packed twice: many thousands to one. Blank
    // lines cost no time.
    let member = packed("gzip", format!("{:65535}\n", "").repeat(256).as_bytes());
    let bomb = packed("gzip", &member.repeat(8));
    let dir = Dir::new();
    dir.file("log", bomb);
    run(&dir, &["log"])
        .ends(2)
        .says("`log` unpacks to too many times its size: the limit `ratio` is 1,000");
    assert_eq!(dir.names(), ["agents.lock", "log"], "nothing was written");
}

#[test]
fn containers_inside_each_other_have_an_end() {
    if !has("gzip") {
        return;
    }
    let packed_times = |times| (0..times).fold(log(2).into_bytes(), |bytes, _| packed("gzip", &bytes));
    let dir = Dir::new();
    let found = findings(dir.file("log", packed_times(4)), &["log"]);
    assert_eq!(found["sources"][0]["container"], "gzip/gzip/gzip/gzip");
    let dir = Dir::new();
    run(dir.file("log", packed_times(5)), &["log"])
        .ends(2)
        .says("the limit `depth` is 4");
}

/// A line is kept whole in memory, so one that unpacks without end must meet a limit first.
#[test]
fn one_line_that_never_ends_meets_the_limit() {
    if !has("gzip") {
        return;
    }
    let case = |limits: &str| {
        format!(
            r#"[case]
id = "L-1"
title = "A line"
vendor = "The vendor"
tlp = "RED"
contact = "security@vendor.example"
issued = 2026-01-20T00:00:00Z
[[scopes]]
name = "possible"
from = 2026-01-16T00:00:00Z
until = 2026-01-17T00:00:00Z
basis = "Because."
agents = "all"
[[agents.list]]
id = "a1"
[[logs]]
path = "log"
profile = "superuser"
{limits}"#
        )
    };
    // Forty mebibytes, which is hundreds of blocks, in one line.
    let line = format!("{}{}\n{}", log(2), "x".repeat(40 << 20), record(2));
    let dir = Dir::new();
    dir.file("log", packed("gzip", line.as_bytes()));
    dir.file("case.toml", case("[limits]\nunpacked_bytes = 4194304\n"));
    dir.run(["report", "case.toml", "--out", "out"])
        .ends(2)
        .says("`log` unpacks to too many bytes: the limit `unpacked` is 4,194,304");
    assert_eq!(dir.names(), ["case.toml", "log"], "nothing was written");
    // And within the limit it is one refused record among others.
    dir.file("case.toml", case(""));
    dir.run(["report", "case.toml", "--out", "out"]).ends(1);
    let found = json(&dir.path("out/findings.json"));
    assert_eq!(found["records"]["in_scope"], 3);
    assert_eq!(found["refused"][0]["length"], 40 << 20);
}
