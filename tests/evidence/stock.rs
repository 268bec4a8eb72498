//! Verification with stock tools alone, as `VERIFY.txt` describes it to a tenant.

use std::{fs, path::Path, process::Command};

use super::{CASE, LOG, allowed, bundle, differs, edit, has_tool, key, verified, write};
use crate::util::{Dir, has};

/// Runs a command from a text. Returns whether it succeeded, and its output.
fn shell(folder: &Path, command: &str) -> (bool, String) {
    let output = Command::new("sh").args(["-c", command]).current_dir(folder).output();
    let output = output.expect("a shell");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// The commands of `VERIFY.txt` for Linux, in their order.
fn told(folder: &Path) -> Vec<String> {
    let text = fs::read_to_string(folder.join("VERIFY.txt")).expect("it is there");
    let mut commands = Vec::new();
    for after in text.split("   Linux").skip(1) {
        let block = after.lines().skip(1).take_while(|line| !line.is_empty());
        commands.extend(block.map(|line| line.trim().to_owned()));
    }
    assert_eq!(commands.len(), 4, "{text}");
    commands
}

/// In whatever encoding the log is: what is handed out is the record as it was parsed.
#[test]
fn customer_checks_an_opened_record_by_the_commands_of_its_folder() {
    if !has("sha256sum") || !has_tool("xxd") || !has_tool("perl") {
        return;
    }
    let utf16: Vec<u8> = format!("\u{feff}{LOG}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for log in [LOG.as_bytes(), utf16.as_slice()] {
        let dir = Dir::new();
        dir.file("case.toml", CASE).file("logs/a.jsonl", log);
        write(&dir, "out", &[]);
        let folder = dir.path("out/tenants/acme");
        let actions = fs::read_to_string(folder.join("actions.jsonl")).expect("actions");
        let action: serde_json::Value = serde_json::from_str(actions.lines().last().expect("a line")).expect("JSON");
        let commitment = action["record_commitment"].as_str().expect("a commitment");
        let run = dir.run(["show", "out", "--open", "acme:2"]).ends(0).says(commitment);
        fs::write(folder.join("RECORD"), &run.stdout).expect("written");
        let nonce = run.stderr.split_once("nonce ").expect("a nonce").1;
        let command = told(&folder)[3].replace("NONCE", &nonce[..64]);
        assert_eq!(
            shell(&folder, &command),
            (true, format!("{commitment}  -\n")),
            "{command}"
        );
        let perl = r#"(perl -e 'print pack "H*", "NONCE"'; cat RECORD) | sha256sum"#.replace("NONCE", &nonce[..64]);
        assert_eq!(shell(&folder, &perl), (true, format!("{commitment}  -\n")), "{perl}");
        assert!(!run.stderr.contains("before you hand"), "{}", run.stderr);
        // Another record does not fit.
        fs::write(folder.join("RECORD"), run.stdout.replace("e2", "e3")).expect("written");
        assert!(!shell(&folder, &command).1.contains(commitment));
        fs::remove_file(folder.join("RECORD")).expect("removed");
        dir.run(["show", "out", "--open", "unattributed:1"])
            .ends(2)
            .says("no customer holds a commitment");
    }
}

#[test]
fn a_customer_verifies_its_folder_by_the_commands_that_the_folder_tells() {
    if !has("sha256sum") || !has_tool("ssh-keygen") {
        return;
    }
    let dir = bundle(&[]);
    let key = key(&dir, "key", &["ed25519"], "");
    write(&dir, "signed", &["--sign", "key"]);
    let signers = allowed(&dir, &key, "namespaces=\"tenant-impact\"");
    // One folder handed out alone.
    let folder = dir.path("handed-out");
    fs::rename(dir.path("signed/tenants/bolt"), &folder).expect("moved");
    fs::copy(signers, folder.join("allowed_signers")).expect("copied");
    let mut commands = told(&folder);
    commands.truncate(3);
    let all = |folder: &Path| {
        commands
            .iter()
            .map(|command| shell(folder, command))
            .collect::<Vec<_>>()
    };
    let found = all(&folder);
    assert!(found.iter().all(|(success, _)| *success), "{found:?}");
    assert!(
        found[1].1.contains("Good \"tenant-impact\" signature for vendor"),
        "{found:?}"
    );
    // Every file is checked against what was signed, and hostile names bring no file into it.
    let checked = found[2].1.lines().map(str::to_owned).collect::<Vec<_>>();
    let files = [
        "VERIFY.txt",
        "actions.csv",
        "actions.jsonl",
        "letter.eml",
        "letter.txt",
        "people.csv",
        "report.html",
        "report.md",
    ];
    assert_eq!(checked, files.map(|file| format!("{file}: OK")));
    // One who changes a report and the sums with it is found by the third.
    edit(&folder.join("report.md"), "bolt", "volt");
    let (success, said) = shell(&folder, "sha256sum * | grep -v SHA256SUMS > ../s; mv ../s SHA256SUMS");
    assert!(success, "{said}");
    let found = all(&folder);
    assert_eq!(
        found.iter().map(|(success, _)| *success).collect::<Vec<_>>(),
        [true, true, false]
    );
    // And one who changes the manifest, by the second.
    edit(&folder.join("manifest.json"), "\"events\":1", "\"events\":2");
    assert!(!all(&folder)[1].0);
}

#[test]
fn sha256sum_checks_the_whole_bundle_and_every_folder() {
    if !has("sha256sum") {
        return;
    }
    let dir = Dir::new();
    let out = super::sample(&dir, "out");
    let strict = "sha256sum --check --strict --quiet SHA256SUMS";
    assert_eq!(shell(&out, strict), (true, String::new()));
    let (success, said) = shell(
        &out,
        &format!("for t in tenants/*/; do (cd $t && {strict}) || exit 1; done"),
    );
    assert!(success, "{said}");
    let listed = fs::read_to_string(out.join("SHA256SUMS"))
        .expect("sums")
        .lines()
        .count();
    assert_eq!(listed + 1, crate::util::files(&out).len(), "all but itself are listed");
}

#[test]
fn a_tenant_s_folder_verifies_alone_and_names_nobody_else() {
    let dir = bundle(&[]);
    let folder = dir.path("alone");
    fs::rename(dir.path("out/tenants/acme"), &folder).expect("moved");
    let found = verified(&folder);
    assert!(found.mismatches.is_empty(), "{found:?}");
    assert_eq!((found.tenant.as_deref(), found.checked.events), (Some("acme"), 2));
    for name in ["manifest.json", "SHA256SUMS", "VERIFY.txt"] {
        let text = fs::read_to_string(folder.join(name)).expect("it is there");
        // Digests may hold anything short.
        let words = text.split(['"', ' ', '\n']).filter(|word| word.len() != 64);
        let text = words.collect::<Vec<_>>().join(" ");
        for secret in ["bolt", "logs/", "/a.jsonl", "ann@", "a1", "case.toml"] {
            assert!(!text.contains(secret), "{name} names {secret}");
        }
    }
    // One who covers a track may drop the commitments, and with them every way to dispute a row.
    let (line, table) = (folder.join("actions.jsonl"), folder.join("actions.csv"));
    let whole = [&line, &table].map(|path| fs::read_to_string(path).expect("a text"));
    let rows = whole[0].lines().map(|line| serde_json::from_str(line).expect("a row"));
    let rows: Vec<serde_json::Value> = rows.collect();
    let forged = |from: &dyn Fn(&serde_json::Value) -> String, to: [&str; 2], says: &str| {
        let from = from(&rows[1]);
        fs::write(&line, whole[0].replace(&format!("\"{from}\""), to[0])).expect("written");
        fs::write(&table, whole[1].replace(&from, to[1])).expect("written");
        super::reseal(&folder);
        assert_eq!(super::lines(&verified(&folder).mismatches), says);
    };
    let text = |key: &'static str| move |row: &serde_json::Value| row[key].as_str().expect("a text").to_owned();
    forged(
        &text("record_commitment"),
        ["null", ""],
        "count actions.jsonl: line 2 holds no `record_commitment`",
    );
    forged(
        &text("source"),
        ["\"a\"", "a"],
        "count actions.jsonl: `source` of line 1 is no commitment\ncount actions.jsonl: `source` of line 2 is no commitment",
    );
    fs::write(&line, &whole[0]).expect("written");
    fs::write(&table, &whole[1]).expect("written");
    super::reseal(&folder);
    assert_eq!(super::lines(&verified(&folder).mismatches), "");
    fs::remove_file(&table).expect("removed");
    assert!(differs(&folder).contains(&"missing actions.csv".to_owned()));
}

/// Displayed text must not control the display, and braces in a name must not be taken for
/// placeholders.
#[test]
fn the_text_is_harmless_whatever_the_names_are() {
    let dir = bundle(&[]);
    let text = fs::read_to_string(dir.path("out/tenants/bolt/VERIFY.txt")).expect("it is there");
    assert!(
        text.contains("1 action in the tenant B⟨U+202E⟩\"},{\"path\":\"x, as The \"vendor\" {case} found"),
        "{text}"
    );
    assert!(!text.contains('\u{202e}'));
}
