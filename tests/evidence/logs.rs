//! Verification with the logs: they are read again, and every record is extracted from them again.

use std::{fs, process::Command};

use super::{CASE, LOG, bundle, edit, sample};
use crate::util::{Dir, Run, has, json, program, root};

const VERIFY: [&str; 4] = ["verify", "out", "--logs", "."];

#[test]
fn the_sample_s_logs_say_the_same_again() {
    let dir = Dir::new();
    let out = sample(&dir, "out");
    Run::of(program(root()).arg("verify").arg(&out).args(["--logs", "sample_logs"]))
        .ends(0)
        .says("8 logs of 2,990,141 bytes read again; 1,114 records cut out and the same; 3 other files of the case");
}

#[test]
fn a_log_that_changed_or_went_is_named_and_so_are_the_events_it_held() {
    let dir = bundle(&[]);
    dir.run(VERIFY).ends(0).says("4 records cut out and the same");
    // The record belongs to no tenant: the file differs, and all events are still in it.
    edit(&dir.path("logs/a.jsonl"), "zoe", "zoo");
    dir.run(VERIFY)
        .ends(1)
        .says("logs/a.jsonl: it is not the file that was read")
        .says("4 records cut out");
    edit(&dir.path("logs/a.jsonl"), "user.mfa.reset", "user.mfa.xeset");
    dir.run(VERIFY)
        .ends(1)
        .says("tenants/acme/actions.jsonl:2: ")
        .says("are not its record")
        .says("3 records cut out");
    fs::write(dir.path("logs/a.jsonl"), &LOG[..300]).expect("cut");
    dir.run(VERIFY).ends(1).says("unattributed.jsonl:1");
    fs::remove_file(dir.path("logs/a.jsonl")).expect("removed");
    let missing = dir
        .run(VERIFY)
        .ends(1)
        .says("log       logs/a.jsonl: not there: looked for `./logs/a.jsonl`");
    assert_eq!(missing.stdout.matches("log       ").count(), 1, "{}", missing.stdout);
    missing.says("; 4 records not cut out again").says("1 mismatch");
    edit(&dir.path("case.toml"), "Because", "By cause");
    dir.run(VERIFY)
        .ends(1)
        .says("case.toml: the case file is not the one that was used");
    dir.run(["verify", "out", "--logs", "nowhere"])
        .ends(2)
        .says("there is no folder `nowhere`");
    dir.run(["verify", "out/tenants/acme", "--logs", "."])
        .ends(1)
        .says("verify the whole bundle");
}

#[test]
fn logs_outside_of_the_case_folder_are_read_where_its_paths_lead() {
    let dir = Dir::new();
    let case = CASE.replace("path = \"logs\"", "path = \"../logs/*.jsonl\"");
    let (list, rest) = case.split_at(case.find("[[agents.list]]").expect("a list"));
    let rest = &rest[rest.find("[[logs]]").expect("logs")..];
    dir.file(
        "case/case.toml",
        format!("{list}[agents]\nfile = \"../lists/agents.csv\"\n{rest}"),
    )
    .file("lists/agents.csv", "id,email\na1,ann@support.example\na2,\n")
    .file("logs/a.jsonl", LOG)
    .file("logs/b.jsonl", LOG.replace("\"event_id\":\"e", "\"event_id\":\"f"));
    dir.run(["report", "case/case.toml", "--quiet", "--out", "out"]).ends(1);
    let verify = ["verify", "out", "--logs", "case"];
    dir.run(verify)
        .ends(0)
        .says("2 logs of")
        .says("8 records cut out")
        .says("2 other files");
    let shown = dir.run(["show", "out", "e2", "--logs", "case"]).ends(0);
    assert_eq!(shown.stdout, LOG.lines().nth(1).expect("a line"));
    // Outside of the folder, a file of another size is no log and is not opened.
    fs::write(dir.path("logs/a.jsonl"), &LOG[..300]).expect("cut");
    fs::remove_file(dir.path("logs/b.jsonl")).expect("removed");
    fs::remove_file(dir.path("lists/agents.csv")).expect("removed");
    let run = dir
        .run(verify)
        .ends(1)
        .says("log       ../lists/agents.csv: the agents file is not there: looked for `case/lists/agents.csv` and `case/../lists/agents.csv`")
        .says("log       ../logs/a.jsonl: not read again: `case/../logs/a.jsonl` has 300 bytes and had")
        .says("log       ../logs/b.jsonl: not there: looked for `case/logs/b.jsonl` and `case/../logs/b.jsonl`")
        .says("3 mismatches");
    assert_eq!(run.stdout.matches("log       ").count(), 3, "{}", run.stdout);
}

#[test]
fn records_of_packed_logs_are_cut_out_again() {
    if !has("tar") || !has("gzip") {
        return;
    }
    let dir = Dir::new();
    dir.file("case.toml", CASE.replace("path = \"logs\"", "path = \"packed\""));
    // The second member comes first by name, and one is compressed again inside.
    dir.file("in/b/z.jsonl", LOG)
        .file("in/a.jsonl", LOG.replace("\"event_id\":\"e", "\"event_id\":\"f"));
    let packed = "gzip -c in/b/z.jsonl > in/c.jsonl.gz && rm in/b/z.jsonl && mkdir packed && \
                  tar -czf packed/logs.tar.gz -C in c.jsonl.gz a.jsonl && rm -r in";
    let made = Command::new("sh")
        .args(["-c", packed])
        .current_dir(dir.path(""))
        .status();
    assert!(made.expect("a shell").success());
    super::write(&dir, "out", &[]);
    dir.run(VERIFY)
        .ends(0)
        .says("1 log of")
        .says("8 records cut out and the same");
    let shown = dir.run(["show", "out", "f2"]).ends(0);
    assert_eq!(
        shown.stdout,
        LOG.lines().nth(1).expect("a line").replace("\"e2", "\"f2")
    );
    let bytes = fs::read(dir.path("packed/logs.tar.gz")).expect("the archive");
    fs::write(dir.path("packed/logs.tar.gz"), &bytes[..bytes.len() / 2]).expect("cut");
    dir.run(VERIFY).ends(1).says("packed/logs.tar.gz/");
    fs::remove_file(dir.path("packed/logs.tar.gz")).expect("removed");
    let run = dir
        .run(VERIFY)
        .ends(1)
        .says("; nor is 1 other member of its archive; 8 records not cut out again")
        .says("1 mismatch");
    assert_eq!(run.stdout.matches("log       ").count(), 1, "{}", run.stdout);
}

#[test]
fn an_event_s_original_bytes_are_shown() {
    let dir = bundle(&[]);
    let line = LOG.lines().nth(1).expect("a line");
    for name in ["e2", "acme:2"] {
        let run = dir.run(["show", "out", name]).ends(0).says("bytes at offset");
        assert_eq!(run.stdout, line, "the very bytes, and no line's end");
    }
    dir.run(["show", "out", "unattributed:1"]).ends(0).says("e4");
    dir.run(["show", "out", "e5"]).ends(2).says("no event `e5`");
    dir.run(["show", "out", "acme:3"]).ends(2).says("no event");
    dir.run(["show", "out", "e1", "--logs", "out"])
        .ends(2)
        .says("looked for `out/logs/a.jsonl`");
    dir.run(["show", "out/tenants/acme", "e1"])
        .ends(2)
        .says("name the whole bundle");
    if has("sha256sum") {
        let command = format!(
            "'{}' show out e2 2>/dev/null | sha256sum",
            env!("CARGO_BIN_EXE_tenant-impact")
        );
        let output = Command::new("sh")
            .args(["-c", &command])
            .current_dir(dir.path(""))
            .output();
        let digest = String::from_utf8(output.expect("a shell").stdout).expect("text");
        let actions = fs::read_to_string(dir.path("out/tenants/acme/actions.jsonl")).expect("actions");
        let records = fs::read_to_string(dir.path("out/records/acme.jsonl")).expect("records");
        assert!(
            records.contains(&digest[..64]) && !actions.contains(&digest[..64]),
            "{digest}"
        );
    }
}

#[test]
fn bytes_that_are_not_the_event_s_are_not_shown() {
    let dir = bundle(&[]);
    edit(&dir.path("logs/a.jsonl"), "user.mfa.reset", "user.mfa.xeset");
    let run = dir
        .run(["show", "out", "e2"])
        .ends(1)
        .says("other bytes are in its place");
    assert_eq!(run.stdout, "");
    let run = dir
        .run(["show", "out", "e1"])
        .ends(1)
        .says("it is not the file that was read");
    assert_eq!(run.stdout, "");
    edit(&dir.path("out/tenants/acme/actions.jsonl"), "e1", "e9");
    dir.run(["show", "out", "e9"]).ends(1).says("does not verify");
}

#[test]
fn an_id_of_several_records_is_not_guessed() {
    let dir = Dir::new();
    let twice = format!(
        "{LOG}{}",
        LOG.lines().next().expect("a line").replace("user.view", "user.delete")
    );
    dir.file("case.toml", CASE).file("logs/a.jsonl", twice);
    super::write(&dir, "out", &[]);
    dir.run(["show", "out", "e1"])
        .ends(2)
        .says("several records")
        .says("acme:1")
        .says("acme:2");
    dir.run(["show", "out", "acme:1"]).ends(0);
}

/// Text on a terminal must not control it. `script` gives the program a terminal.
#[test]
#[cfg(target_os = "linux")]
fn on_a_terminal_bytes_are_made_visible() {
    if !has("script") {
        return;
    }
    let dir = Dir::new();
    dir.file("case.toml", CASE)
        .file("logs/a.jsonl", LOG.replace("\\u001b", "\u{9b}"));
    super::write(&dir, "out", &[]);
    let command = format!("'{}' show out e2", env!("CARGO_BIN_EXE_tenant-impact"));
    let output = Command::new("script")
        .args(["-qec", &command, "/dev/null"])
        .current_dir(dir.path(""))
        .stdin(std::process::Stdio::null())
        .output()
        .expect("script runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("⟨U+009B⟩") && !said.contains('\u{9b}'), "{said:?}");
}

/// Text of an encoding that the case states is read, shown and read again, whatever characters it
/// holds.
#[test]
fn a_stated_encoding_is_read_and_verified() {
    for (label, name, word) in [
        ("windows-1252", "windows-1252", "Größe"),
        ("latin1", "windows-1252", "Größe"),
        ("Shift_JIS", "shift_jis", "表示ソ"),
        ("gb18030", "gb18030", "操作"),
        ("EUC-KR", "euc-kr", "열람"),
        ("utf-16le", "utf-16le", "操作"),
        ("utf-16be", "utf-16be", "操作"),
    ] {
        let text = format!(
            "{word},event_id,timestamp,actor.id,tenant.id,action\n\
             {word},e1,2026-01-16T00:10:00Z,a1,{word},user.view\n\
             {word},e2,2026-01-16T01:10:00Z,zoe,acme,user.view\n"
        );
        let bytes: Vec<u8> = match name {
            "utf-16le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            "utf-16be" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            _ => encoding_rs::Encoding::for_label(label.as_bytes())
                .expect("a label")
                .encode(&text)
                .0
                .into_owned(),
        };
        let dir = Dir::new();
        dir.file("case.toml", format!("{CASE}encoding = \"{label}\"\n"))
            .file("logs/a.csv", &bytes)
            // A byte order mark overrules what is stated.
            .file(
                "logs/b.csv",
                format!("\u{feff}{}", text.replace("e1", "e3").replace("e2", "e4")),
            );
        super::write(&dir, "out", &[]);
        let findings = json(&dir.path("out/findings.json"));
        let books = |source: &serde_json::Value| {
            let count = |key: &str| source["records"][key].as_u64();
            (count("read"), count("in_scope"), count("refused"))
        };
        for (source, encoding) in [(0, name), (1, "utf-8")] {
            let source = &findings["sources"][source];
            assert_eq!(books(source), (Some(2), Some(1), Some(0)), "{label}");
            assert_eq!(
                (&source["encoding"], &source["stated_encoding"]),
                (&encoding.into(), &name.into())
            );
        }
        let sha256 = tenant_impact::digest::Sha256::of(&bytes).to_string();
        assert_eq!(findings["sources"][0]["sha256"], sha256);
        let tenants = findings["tenants"].as_array().expect("tenants");
        assert_eq!((tenants.len(), &tenants[0]["id"]), (1, &word.into()));
        dir.run(VERIFY).ends(0).says("2 records cut out and the same");
        dir.run(["show", "out", "e1", "--logs", "."]).ends(0).says(word);
    }
}

#[test]
fn bytes_that_are_no_character_of_the_stated_encoding_refuse_their_record() {
    let dir = Dir::new();
    let mut log = LOG.as_bytes().to_vec();
    let at = LOG.find("zoe").expect("it is there");
    // A second byte that Shift_JIS does not have.
    log.splice(at..at + 3, [0x81, 0x20, b'e']);
    for (encoding, said) in [
        (
            "encoding = \"shift_jis\"\n",
            "of the decoded text: what stands there in the source is no `shift_jis`",
        ),
        ("", "state it as `encoding` in its `[[logs]]`"),
    ] {
        dir.file("case.toml", format!("{CASE}{encoding}"))
            .file("logs/a.jsonl", &log);
        let _ = fs::remove_dir_all(dir.path("out"));
        super::write(&dir, "out", &[]);
        let findings = json(&dir.path("out/findings.json"));
        let refused = findings["refused"].as_array().expect("refused");
        let detail: Vec<_> = refused
            .iter()
            .filter(|one| one["reason"] == "invalid-utf8")
            .filter_map(|one| one["detail"].as_str())
            .collect();
        assert!(detail.len() == 1 && detail[0].contains(said), "{detail:?}");
    }
    dir.file("case.toml", format!("{CASE}encoding = \"utf-7\"\n"));
    dir.run(["scan", "case.toml"]).ends(2).says("`utf-7` is no encoding");
}

/// Names each `[[logs]]` entry, and not each file of it.
#[test]
fn logs_without_a_listed_agent_are_named() {
    let dir = Dir::new();
    let other = "\n[[logs]]\npath = \"other/*.jsonl\"\nprofile = \"superuser\"\n\
                 [[logs]]\npath = \"old\"\nprofile = \"superuser\"\n";
    let zoe = LOG.lines().last().expect("a line");
    dir.file("case.toml", format!("{CASE}{other}"))
        .file("logs/a.jsonl", LOG)
        .file("logs/b.jsonl", zoe.replace("e6", "e7"))
        .file("other/a.jsonl", zoe.replace("e6", "e8"))
        .file("other/b.jsonl", zoe.replace("e6", "e9"))
        .file("old/a.jsonl", zoe.replace("2026-01-16T05", "2026-01-15T05"));
    super::write(&dir, "out", &[]);
    let findings = json(&dir.path("out/findings.json"));
    let input = |number: usize| {
        let input = &findings["inputs"][number];
        let count = |value: &serde_json::Value| value.as_u64().expect("a number");
        (
            count(&input["sources"]),
            count(&input["records"]["read"]),
            count(&input["by_listed"]),
        )
    };
    assert_eq!([input(0), input(1), input(2)], [(2, 7, 4), (2, 2, 0), (1, 1, 0)]);
    let says = "No listed agent is the actor of any of the 2 records in a window that could be read of `other/*.jsonl` \
                (2 sources, profile `superuser`).";
    let scan = dir.run(["scan", "case.toml"]).ends(1).says(says);
    assert_eq!(scan.stdout.matches("No listed agent").count(), 1);
    let overview = fs::read_to_string(dir.path("out/index.html")).expect("the overview");
    assert_eq!(overview.matches("No listed agent is the actor").count(), 1);
}

/// A path beside the one that is there says so, with what is there; alternatives and optional
/// fields do not.
#[test]
fn mapped_fields_that_lead_nowhere_are_named() {
    let built_in =
        include_str!("../../src/events/profiles/superuser.toml").replace("name = \"superuser\"", "name = \"own\"");
    let caveat = |own: &str, log: &str| {
        let dir = Dir::new();
        dir.file(
            "case.toml",
            CASE.replace(
                "\"superuser\"",
                if own.is_empty() {
                    "\"superuser\""
                } else {
                    "\"own.toml\""
                },
            ),
        )
        .file("own.toml", own)
        .file("logs/a.jsonl", log);
        let status = dir.run(["report", "case.toml", "--quiet", "--out", "out"]).status;
        assert!(status < 2);
        let findings = json(&dir.path("out/findings.json"));
        let caveats = findings["caveats"].as_array().expect("caveats").clone();
        let own = caveats.iter().find(|caveat| caveat["code"] == "unmatched-fields");
        let fields = findings["inputs"][0]["unmatched"].as_array().expect("fields").iter();
        let fields: Vec<_> = fields
            .filter_map(|field| field["field"].as_str().map(str::to_owned))
            .collect();
        (
            own.and_then(|own| own["message"].as_str()).map(str::to_owned),
            fields.join(" "),
        )
    };
    let email = LOG.replace("\"actor\":{", "\"actor\":{\"mail\":\"x@support.example\",");
    let (said, fields) = caveat("", &email);
    let said = said.expect("a letter is missing");
    assert!(
        said.contains("`actor.email` (`/actor/email`) of profile `superuser` in none of the 5 records examined of `logs`; nearest there: `/actor/mail`"),
        "{said}"
    );
    assert!(
        fields.contains("ticket") && !fields.contains("tenants") && !fields.contains("actor.id"),
        "{fields}"
    );
    // Fields that this log does not have are no fault of a profile for many logs.
    assert_eq!(caveat("", LOG).0, None);
    // One of the case's own maps what is there.
    let (said, _) = caveat(&built_in, LOG);
    assert!(said.is_some_and(|said| said.contains("`actor.email`") && !said.contains("impersonator")));
    let mended = built_in
        .replace("email = [\"/actor/email\"]", "")
        .replace("user_name = [\"/actor/user_name\"]", "");
    assert_eq!(caveat(&mended, LOG).0, None);
    let alternatives = mended.replace("id = [\"/actor/id\"]", "id = [\"/who\", \"/actor/id\"]");
    assert_eq!(caveat(&alternatives, LOG).0, None);
    // A field that occurs in scope only, behind all records that are examined, has a value.
    let zoe = LOG.lines().last().expect("a line");
    let mut long = String::new();
    for at in 0..500 {
        long += &zoe.replace("e6", &format!("x{at}"));
        long.push('\n');
    }
    let ticket = LOG.replacen("\"action\"", "\"ticket\":\"T-1\",\"action\"", 1);
    assert!(!caveat("", &(long + &ticket)).1.contains("ticket"));
}

/// Title lines and missing headers, as the case states them.
#[test]
fn tables_with_lines_before_the_header_and_without_one_are_read() {
    let rows = "e1,2026-01-16T00:10:00Z,a1,acme,user.view\ne2,2026-01-16T01:10:00Z,zoe,acme,user.view\n";
    let names = "event_id,timestamp,actor.id,tenant.id,action";
    let quoted: Vec<_> = names.split(',').map(|name| format!("\"{name}\"")).collect();
    for (stated, log) in [
        (
            "skip_lines = 3".to_owned(),
            format!("Export of 16 January\r\nby: a1\r\n\r\n{names}\n{rows}"),
        ),
        (format!("columns = [{}]", quoted.join(", ")), rows.to_owned()),
        (
            format!(
                "skip_lines = 2\ncolumns = [{}]\nencoding = \"utf-16le\"",
                quoted.join(", ")
            ),
            format!("#separator\n#fields\n{}", rows.replace(',', "\t")),
        ),
    ] {
        let dir = Dir::new();
        let bytes: Vec<u8> = if stated.contains("utf-16le") {
            log.encode_utf16().flat_map(u16::to_le_bytes).collect()
        } else {
            log.into_bytes()
        };
        dir.file("case.toml", format!("{CASE}{stated}\n"))
            .file("logs/a.csv", bytes);
        super::write(&dir, "out", &[]);
        let records = &json(&dir.path("out/findings.json"))["records"];
        let count = |key: &str| records[key].as_u64().expect("a number");
        assert_eq!(
            [count("read"), count("in_scope"), count("other_actor")],
            [2, 1, 1],
            "{stated}"
        );
        dir.run(VERIFY).ends(0).says("1 record cut out and the same");
    }
}
