//! `docs/threat-model.md` names a test for each claim. One that is renamed or goes must not leave
//! its claim behind.

use std::{collections::BTreeSet, fs, path::Path};

use crate::util::{files, root};

/// The names of all tests of the library and of this binary.
fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for folder in ["src", "tests"] {
        for (path, bytes) in files(&root().join(folder)) {
            if Path::new(&path).extension().is_some_and(|extension| extension == "rs") {
                names.extend(tests_of(&String::from_utf8_lossy(&bytes)));
            }
        }
    }
    names
}

fn tests_of(text: &str) -> BTreeSet<String> {
    let bodies = text.split("#[test]").skip(1);
    // Between the attribute and the name stand other attributes at most.
    let names = bodies.filter_map(|body| body.split_once("fn ")?.1.split('(').next());
    names.map(str::to_owned).collect()
}

/// The names in the last column of the page's tables, row by row.
fn claims(page: &str) -> Vec<BTreeSet<&str>> {
    let rows = page.lines().filter_map(|line| line.strip_suffix(" |"));
    let proofs = rows
        .filter_map(|row| Some(row.rsplit_once(" | ")?.1))
        .filter(|cell| *cell != "shown by");
    proofs.map(|cell| cell.split(", ").collect()).collect()
}

#[test]
fn the_threat_model_names_tests_that_exist() {
    let page = fs::read_to_string(root().join("docs/threat-model.md")).expect("the page");
    let tests = tests();
    let claims = claims(&page);
    assert!(claims.len() > 30, "{}", claims.len());
    for name in claims.into_iter().flatten() {
        let known = name.strip_prefix('`').and_then(|name| name.strip_suffix('`'));
        assert!(known.is_some_and(|name| tests.contains(name)), "{name} is no test");
    }
}

/// `std::net` has addresses, which are compared; what would use one has another name.
#[test]
fn nothing_opens_a_connection() {
    for (path, bytes) in files(&root().join("src")) {
        let code = String::from_utf8_lossy(&bytes);
        for word in [
            "TcpStream",
            "TcpListener",
            "UdpSocket",
            "UnixStream",
            "ToSocketAddrs",
            "reqwest",
            "ureq",
            "hyper::",
        ] {
            assert!(!code.contains(word), "{path} names {word}");
        }
    }
}
