//! Rules of structure and prose that a machine can check. First the rule of imports: a module may
//! import only modules that stand above it in `lib.rs`. Exceptions to the other rules are listed in
//! `arch/allowed.txt`, whose counts may only fall.

mod allowed;
mod circles;
mod code;
mod style;

use std::{collections::BTreeMap, fs};

use crate::util::{files, root};

/// The modules in the order of `lib.rs`.
fn order() -> Vec<String> {
    let lib = fs::read_to_string(root().join("src/lib.rs")).expect("lib.rs");
    let names = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    names.map(str::to_owned).collect()
}

/// The modules of this crate that a text names after `crate::` or inside `use crate::{...}`.
fn imports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for rest in text.split("crate::").skip(1) {
        let word = |text: &str| {
            text.chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect::<String>()
        };
        match rest.strip_prefix('{') {
            None => found.push(word(rest)),
            Some(group) => {
                let (mut depth, mut start) = (0, true);
                for (at, c) in group.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => start = true,
                        c if start && c.is_alphabetic() => {
                            found.push(word(&group[at..]));
                            start = false;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    found
}

#[test]
fn a_module_imports_only_from_those_above_it() {
    let order = order();
    assert!(order.len() > 15, "lib.rs lists the modules: {order:?}");
    let place: BTreeMap<_, _> = order.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
    let mut wrong = Vec::new();
    for (path, text) in files(&root().join("src")) {
        let module = path.split(['/', '.']).next().unwrap_or_default().to_owned();
        let Some(own) = place.get(module.as_str()) else {
            continue;
        };
        for import in imports(&String::from_utf8_lossy(&text)) {
            match place.get(import.as_str()) {
                Some(other) if other > own => {
                    wrong.push(format!("{path} imports {import}, which stands below {module}"));
                }
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_reader_of_imports_sees_both_forms() {
    let text = "use crate::{\n    case::{Case, TenantId},\n    digest::Sha256,\n};\nlet x = crate::text::visible(y);";
    assert_eq!(imports(text), ["case", "digest", "text"]);
}

/// Only `engine` may know how work is spread, only `bundle` may write, and nothing of the library
/// may print or know a terminal.
#[test]
fn each_power_has_one_room() {
    let powers = [
        ("fs::write", "bundle/"),
        ("OpenOptions", "bundle/"),
        ("indicatif", "cli/"),
        ("println!", "cli/"),
        ("anstream", "cli/"),
        ("SystemTime", "nowhere"),
        ("Instant::now", "cli/"),
    ];
    // How work is spread: over sources and blocks, also before there is a case, over events of one
    // name and parts of what has no room, and over tenants of the events and of the directory.
    let spread = [
        "engine/",
        "inspect/",
        "tally/dedup/",
        "tally/retained.rs",
        "tally/spill/dedup.rs",
        "findings/shares.rs",
        "isolation/name_collector.rs",
        "case/directory.rs",
    ];
    for (path, text) in files(&root().join("src")) {
        let spreads = String::from_utf8_lossy(&text).contains("rayon::");
        assert!(
            !spreads || spread.iter().any(|room| path.starts_with(room)),
            "{path} spreads work"
        );
        // Tests beside the code may write what they test with.
        let text = String::from_utf8_lossy(&text);
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (power, room) in powers {
            let allowed = path.starts_with(room) || path.contains("/tests");
            assert!(
                allowed || !code.contains(power),
                "{path} uses {power}, which belongs to {room}"
            );
        }
    }
}
