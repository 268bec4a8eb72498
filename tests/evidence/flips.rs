//! Whatever is changed in a bundle is found, and named.

use std::{fs, path::Path};

use proptest::prelude::*;

use super::{bundle, differs, edit, has_tool, key, reseal, verified, write};
use crate::util::{Dir, files, json};

/// A signed bundle where that can be had.
fn subject() -> Dir {
    let dir = bundle(&[]);
    if has_tool("ssh-keygen") {
        key(&dir, "key", &["ed25519"], "");
        fs::remove_dir_all(dir.path("out")).expect("removed");
        write(&dir, "out", &["--sign", "key"]);
    }
    dir
}

/// Flips a bit, asks, and puts it back.
fn is_found(folder: &Path, path: &str, bytes: &[u8], at: usize, bit: u8) -> bool {
    let mut flipped = bytes.to_vec();
    flipped[at] ^= 1 << bit;
    fs::write(folder.join(path), flipped).expect("written");
    let found = differs(folder);
    fs::write(folder.join(path), bytes).expect("put back");
    // The file itself is named, whatever else follows from it.
    found.iter().any(|one| one.ends_with(&format!(" {path}")))
}

/// Every bit of the bundle's signature, every byte of the others, and as many of the rest as there
/// is time for.
#[test]
fn every_flipped_byte_of_the_proofs_is_found() {
    let dir = subject();
    let folder = dir.path("out");
    assert_eq!(differs(&folder), [""; 0]);
    let mut tried = 0;
    for (path, bytes) in files(&folder) {
        let name = path.rsplit('/').next().expect("a name");
        let step = match name {
            "manifest.json.sig" => 1,
            // Those of the customers are files of the bundle like any other, as far as it is
            // concerned.
            "manifest.json" | "SHA256SUMS" if !path.contains('/') => 3,
            _ => 97,
        };
        for at in (0..bytes.len()).step_by(step) {
            let one = u8::try_from(at % 8).expect("small");
            let bits = if path == "manifest.json.sig" {
                0..8
            } else {
                one..one + 1
            };
            for bit in bits {
                assert!(
                    is_found(&folder, &path, &bytes, at, bit),
                    "byte {at} of {path}, bit {bit}"
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 2500, "{tried}");
    assert_eq!(differs(&folder), [""; 0]);
}

/// A customer's folder that was handed out alone stands on its own proofs.
#[test]
fn every_flipped_byte_of_a_customer_s_folder_is_found() {
    let dir = subject();
    let folder = dir.path("out/tenants/bolt");
    for (path, bytes) in files(&folder) {
        let step = if bytes.len() < 2000 { 1 } else { 97 };
        for at in (0..bytes.len()).step_by(step) {
            let bit = u8::try_from(at % 8).expect("small");
            assert!(
                is_found(&folder, &path, &bytes, at, bit),
                "byte {at} of {path}, bit {bit}"
            );
        }
    }
    assert_eq!(differs(&folder), [""; 0]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bit_of_any_file_counts(file: prop::sample::Index, at: prop::sample::Index, bit in 0..8_u8) {
        thread_local!(static BUNDLE: Dir = subject());
        BUNDLE.with(|dir| {
            let folder = dir.path("out");
            let files: Vec<_> = files(&folder).into_iter().filter(|(_, bytes)| !bytes.is_empty()).collect();
            let (path, bytes) = &files[file.index(files.len())];
            let at = at.index(bytes.len());
            prop_assert!(is_found(&folder, path, bytes, at, bit), "byte {} of {}, bit {}", at, path, bit);
            Ok(())
        })?;
    }
}

#[test]
fn what_is_added_missing_or_changed_is_named() {
    let dir = bundle(&[]);
    let out = dir.path("out");
    fs::write(out.join("tenants/acme/notes.txt"), "mine").expect("a file");
    fs::create_dir_all(out.join("tenants/new/deep/er")).expect("folders");
    fs::write(out.join("tenants/new/deep/er/file"), "x").expect("a file");
    fs::remove_file(out.join("tenants/bolt/actions.csv")).expect("removed");
    fs::write(out.join("refused.csv"), "").expect("emptied");
    edit(&out.join("index.html"), "EV-1", "EV-2");
    dir.run(["verify", "out"])
        .ends(1)
        .says("added     tenants/acme/notes.txt: no part of the bundle")
        .says("added     tenants/new: a folder that is no part of the bundle")
        .says("missing   tenants/bolt/actions.csv")
        .says("changed   refused.csv: it had")
        .says("changed   index.html: its SHA-256 is another")
        .says("It does not verify");
    let told = json_of(&dir, &["verify", "out", "--json"]);
    assert_eq!(told["verifies"], false);
    assert_eq!(told["schema"], "tenant-impact/verification/1");
    assert_eq!(dir.run(["verify", "out", "--quiet"]).ends(1).stdout, "");
    // `verify out | head -0` must not say that it verifies.
    assert_eq!(dir.run_unread(&["verify", "out"]), 1);
    assert_eq!(dir.run_unread(&["verify", "out", "--json"]), 1);
    dir.run(["verify", "logs"]).ends(2).says("is not a bundle");
    let said = dir.run(["verify", "nowhere"]).ends(2).stderr;
    assert_eq!(said.matches("nowhere").count(), 1, "{said}");
}

fn json_of(dir: &Dir, args: &[&str]) -> serde_json::Value {
    serde_json::from_str(&dir.run(args).stdout).expect("JSON")
}

#[test]
#[cfg(unix)]
fn links_and_pipes_are_named_and_not_followed() {
    use std::os::unix::fs::symlink;
    let dir = bundle(&[]);
    let out = dir.path("out");
    dir.file("secret", "elsewhere");
    symlink(dir.path("secret"), out.join("link")).expect("a link");
    symlink(dir.path("logs"), out.join("tenants/logs")).expect("a link");
    // One that is in the place of a file, with the file's own bytes behind it.
    fs::rename(out.join("tenants.csv"), dir.path("tenants.csv")).expect("moved");
    symlink(dir.path("tenants.csv"), out.join("tenants.csv")).expect("a link");
    // And one that would be waited for.
    fs::remove_file(out.join("refused.csv")).expect("removed");
    if has_tool("mkfifo") {
        let made = std::process::Command::new("mkfifo")
            .arg(out.join("refused.csv"))
            .status();
        assert!(made.expect("mkfifo runs").success());
    }
    fs::rename(out.join("tenants/acme"), dir.path("acme")).expect("moved");
    symlink(dir.path("acme"), out.join("tenants/acme")).expect("a link");
    let found = differs(&out);
    for one in [
        "added link",
        "added tenants/logs",
        "added tenants.csv",
        "missing tenants.csv",
        "missing refused.csv",
        "added tenants/acme",
        "missing tenants/acme/report.md",
    ] {
        assert!(found.contains(&one.to_owned()), "{one} is not in {found:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn names_of_added_files_cannot_act_on_the_terminal() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};
    let dir = bundle(&[]);
    for name in [&b"\x1b[2Jx"[..], b"\xff\xfe", "\u{202e}gpj.exe".as_bytes()] {
        fs::write(dir.path("out").join(OsStr::from_bytes(name)), "").expect("a file");
    }
    for args in [&["verify", "out"][..], &["verify", "out", "--json"]] {
        let said = dir.run(args).ends(1).stdout;
        assert!(!said.contains(['\u{1b}', '\u{202e}']), "{said:?}");
        assert!(said.contains("\\xFF\\xFE") || said.contains("\\\\xFF\\\\xFE"), "{said}");
    }
}

/// A manifest is as hostile as the rest.
#[test]
fn hostile_manifests_are_mismatches() {
    let good = || bundle(&[]);
    let case = |edit: &dyn Fn(&Path)| {
        let dir = good();
        let out = dir.path("out");
        edit(&out);
        let found = verified(&out).mismatches;
        assert!(!found.is_empty());
        super::lines(&found)
    };
    let manifest = |text: String| move |out: &Path| fs::write(out.join("manifest.json"), &text).expect("written");
    for (text, says) in [
        ("[".repeat(5_000_000), "not JSON"),
        ("{\"a\":".repeat(200_000), "not JSON"),
        (String::new(), "not JSON"),
        ("{}".to_owned(), "it has no schema"),
        (
            "{\"schema\":\"tenant-impact/manifest/1\"}".to_owned(),
            "which this version does not know",
        ),
        ("{\"schema\":\"tenant-impact/manifest/2\"}".to_owned(), "not a manifest"),
        ("{ }".to_owned(), "not canonical"),
        ("\u{feff}{}".to_owned(), "not JSON"),
    ] {
        let found = case(&manifest(text));
        assert!(found.contains(says), "{says}: {found}");
    }
    for path in [
        "../../../../etc/passwd",
        "/etc/passwd",
        "tenants/../../x",
        ".hidden",
        "manifest.json",
        "a b",
    ] {
        let found = case(&|out| {
            let mut value = json(&out.join("manifest.json"));
            value["files"][0]["path"] = path.into();
            fs::write(out.join("manifest.json"), value.to_string()).expect("written");
        });
        assert!(
            found.contains("names a path that cannot be in a bundle"),
            "{path}: {found}"
        );
    }
    let found = case(&|out| {
        let mut value = json(&out.join("manifest.json"));
        value["files"][1] = value["files"][0].clone();
        value["files"][2]["bytes"] = ((1_u64 << 53) - 1).into();
        fs::write(out.join("manifest.json"), value.to_string()).expect("written");
    });
    assert!(found.contains("names it twice") && found.contains("it had"), "{found}");
}

/// A forger without the key seals the bundle again. The statements of the files about each other
/// must then not fit.
#[test]
fn a_folder_under_another_name_or_of_another_case_is_found() {
    let dir = bundle(&[]);
    let out = dir.path("out");
    fs::rename(out.join("tenants/acme"), out.join("tenants/zeta")).expect("renamed");
    reseal(&out);
    let found = differs(&out);
    assert!(found.contains(&"count findings.json".to_owned()), "{found:?}");
    let dir = bundle(&[]);
    let out = dir.path("out");
    edit(
        &out.join("tenants/acme/manifest.json"),
        "\"id\":\"EV-1\"",
        "\"id\":\"EV-9\"",
    );
    reseal(&out);
    assert_eq!(differs(&out), ["manifest tenants/acme/manifest.json"]);
}
