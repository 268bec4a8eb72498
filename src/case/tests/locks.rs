//! `agents.lock`: pinned codes stay, drawn codes depend on the key and not on the order, and faults
//! have their places.

use std::collections::BTreeMap;

use super::*;

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// A case that lists these agents, in this order, and a customer. With a lock, its codes are
/// completed as for a report.
fn files(ids: &[&str], lock: Option<&str>) -> (TempDir, Result<Case, CaseError>) {
    let case = CASE
        .replace("agents = { employer = \"Sub Ltd\" }", "agents = \"all\"")
        .replace("agents = { ids = [\"ag-03\", \"ag-01\"] }", "agents = \"all\"")
        .replace("[[agents.list]]\nid = \"svc-01\"\nidentities = [\"api key 7\"]\n", "");
    let agents = format!("id\n{}\n", ids.join("\n"));
    let mut files = vec![
        ("case.toml", case.as_str()),
        ("agents.csv", &agents),
        ("tenants.csv", TENANTS),
    ];
    files.extend(lock.map(|text| (LOCK_FILE, text)));
    let (folder, mut case) = load(&files);
    if let (Some(_), Ok(case)) = (lock, &mut case) {
        case.pin().expect("no random bytes are needed");
    }
    (folder, case)
}

fn lock(key: &str, agents: &str) -> String {
    format!("version = 1\nkey = \"{key}\"\n\n[agents]\n{agents}")
}

fn pseudonyms(case: &Case) -> BTreeMap<&str, &str> {
    let agents = case.agents.iter();
    agents
        .map(|agent| (agent.id.0.as_str(), agent.pseudonym.as_str()))
        .collect()
}

/// Pins the case, as a report does, and reads the folder again.
fn pinned(folder: &TempDir) -> Case {
    let path = folder.path().join("case.toml");
    let mut case = Case::load(&path).expect("a good case");
    case.pin().expect("random bytes");
    case.write_lock().expect("a writable folder");
    let again = Case::load(&path).expect("a good lock");
    assert_eq!(pseudonyms(&case), pseudonyms(&again));
    assert_eq!(
        case.files, again.files,
        "the manifest of the first run lists the same bytes as the next"
    );
    again
}

#[test]
fn rows_that_go_come_and_move_leave_every_other_pseudonym() {
    let (folder, case) = files(&["a", "b", "c", "d"], None);
    case.expect("a good case");
    let first = pinned(&folder);
    let before = pseudonyms(&first);
    let codes: std::collections::BTreeSet<_> = before.values().collect();
    assert_eq!(codes.len(), 4);
    for code in codes {
        let code = code.strip_prefix("Agent ").expect("a prefix");
        assert!(
            code.len() == 4 && code.bytes().all(|c| b"BCDFHJKMNPRTVWXZ".contains(&c)),
            "{code}"
        );
    }
    for ids in ["a\nc\nd", "d\nc\nb\na", "new\na\nb\nc\nd", "b\nnewer"] {
        fs::write(folder.path().join("agents.csv"), format!("id\n{ids}\n")).expect("a file");
        let case = pinned(&folder);
        let after = pseudonyms(&case);
        for (id, pseudonym) in &before {
            assert!(after.get(id).is_none_or(|other| other == pseudonym), "{ids:?}: {id}");
        }
    }
    let text = fs::read_to_string(folder.path().join(LOCK_FILE)).expect("a lock");
    let ids: Vec<_> = text
        .lines()
        .filter_map(|line| line.split_once(" = \"")?.0.into())
        .collect();
    assert_eq!(
        ids,
        ["key", "a", "b", "c", "d", "new", "newer"],
        "removed agents stay, in id order"
    );
    fs::write(folder.path().join("agents.csv"), "id\na\nb\nc\nd\n").expect("a file");
    let case = pinned(&folder);
    assert_eq!(
        pseudonyms(&case),
        before,
        "an agent that is listed again is the same one"
    );
}

#[test]
fn codes_are_drawn_by_the_key_and_not_by_the_order() {
    let of = |ids: &[&str], key: &str| {
        let (_folder, case) = files(ids, Some(&lock(key, "")));
        let case = case.expect("a good case");
        case.agents
            .iter()
            .map(|agent| (agent.id.0.clone(), agent.pseudonym.clone()))
            .collect::<BTreeMap<_, _>>()
    };
    let one = of(&["a", "b", "c"], KEY);
    assert_eq!(one, of(&["c", "a", "b"], KEY));
    let other = of(&["a", "b", "c"], &KEY.replace("00", "ff"));
    assert!(
        one.iter().all(|(id, pseudonym)| other[id] != *pseudonym),
        "{one:?} {other:?}"
    );
    // Two folders without a lock get two keys.
    let keys = [(); 2].map(|()| {
        let (folder, _) = files(&["a"], None);
        pinned(&folder);
        fs::read_to_string(folder.path().join(LOCK_FILE)).expect("a lock")
    });
    assert_ne!(keys[0], keys[1]);
}

/// HMAC-SHA-256 of `a` and four zero bytes by this key begins with 0xbebb (computed with Python's
/// `hmac`).
#[test]
fn code_is_the_beginning_of_a_keyed_digest() {
    let (_folder, case) = files(&["a"], Some(&lock(KEY, "")));
    assert_eq!(case.expect("a good case").agents[0].pseudonym, "Agent TXTT");
}

#[test]
fn code_that_is_taken_or_names_an_agent_or_a_customer_is_drawn_again() {
    let (_folder, case) = files(&["a"], Some(&lock(KEY, "")));
    let drawn = case.expect("a good case").agents[0].pseudonym.clone();
    let code = drawn.strip_prefix("Agent ").expect("a prefix").to_owned();
    let other = |ids: &[&str], agents: &str| {
        let (_folder, case) = files(ids, Some(&lock(KEY, agents)));
        let case = case.expect("a good case");
        let agent = case.agents.iter().find(|agent| agent.id.0 == "a").expect("listed");
        assert_ne!(agent.pseudonym, drawn, "{ids:?} {agents:?}");
        let code = agent.pseudonym.strip_prefix("Agent ").expect("a prefix");
        assert_eq!(code.len(), 4);
        for id in ids.iter().filter(|id| id.len() > 1) {
            assert!(!code.contains(&id.to_uppercase()), "{code} {id}");
        }
    };
    other(&["a"], &format!("gone = \"{code}\""));
    other(&["a", &format!("x-{}-1", code.to_lowercase())], "");
    other(&["a", &code], "");
    other(&["a", &code[..2].to_lowercase()], "");
    other(&["a", &code[1..]], "");
    for tenant in [
        format!("{code}-1,Bank,"),
        format!("t-1,{code} Bank,"),
        format!("t-1,Bank,{code}.example"),
    ] {
        let (folder, _) = files(&["a"], Some(&lock(KEY, "")));
        fs::write(
            folder.path().join("tenants.csv"),
            format!("id,name,domains\n{tenant}\n"),
        )
        .expect("a file");
        let case = Case::load(&folder.path().join("case.toml")).expect("a good case");
        assert_ne!(case.agents[0].pseudonym, drawn, "{tenant}");
    }
}

/// Every code of four letters holds one of these ids, so that they cannot be avoided.
#[test]
fn codes_are_drawn_even_if_each_holds_an_id() {
    let letters = "BCDFHJKMNPRTVWXZ";
    let pairs = letters
        .chars()
        .flat_map(|one| letters.chars().map(move |two| format!("{one}{two}")));
    let pairs: Vec<_> = pairs.collect();
    let ids: Vec<_> = pairs.iter().map(String::as_str).collect();
    let (_folder, case) = files(&ids, Some(&lock(KEY, "")));
    let case = case.expect("a good case");
    let codes: std::collections::BTreeSet<_> = pseudonyms(&case).into_values().collect();
    assert_eq!(codes.len(), ids.len());
}

#[test]
fn ids_that_toml_quotes_keep_their_codes() {
    let ids = ["a b", "é@x.example", "dotted.id", "'", "\"\"\"\"", "#1"];
    let (folder, case) = files(&ids, None);
    assert_eq!(case.expect("a good case").agents.len(), ids.len());
    pinned(&folder);
}

#[test]
fn faulty_locks_are_located() {
    let faulty = [
        lock(KEY, "a = \"KTWN\"\nb = \"BDFH\"\nc = \"KTWN\"\n"),
        lock(KEY, "a = \"KTW\"\nb = \"KTW7\"\nc = \"KTWA\"\n"),
        lock(&KEY[1..], "a = \"KTWN\"\n"),
        "version = 2\nkey = 7\nagent = 1\n".to_owned(),
        String::new(),
    ];
    let told: Vec<_> = faulty
        .iter()
        .map(|lock| {
            let (folder, result) = files(&["a", "b", "c"], Some(lock));
            super::told(folder.path(), result)
        })
        .collect();
    bad::expect_told("faulty locks", &told.join("\n"));
}

#[test]
fn lock_that_another_run_wrote_meanwhile_is_left_as_it_is() {
    let (folder, _) = files(&["a"], None);
    let path = folder.path().join("case.toml");
    let mut case = Case::load(&path).expect("a good case");
    case.pin().expect("random bytes");
    let theirs = lock(KEY, "a = \"KTWN\"\n");
    fs::write(folder.path().join(LOCK_FILE), &theirs).expect("a file");
    assert!(matches!(case.write_lock(), Err(LockError::Changed { .. })));
    fs::write(folder.path().join("agents.csv"), "id\na\nb\n").expect("a file");
    let mut case = Case::load(&path).expect("a good case");
    case.pin().expect("a writable folder");
    let theirs = theirs + "b = \"BDFH\"\n";
    fs::write(folder.path().join(LOCK_FILE), &theirs).expect("a file");
    assert!(matches!(case.write_lock(), Err(LockError::Changed { .. })));
    assert_eq!(
        fs::read_to_string(folder.path().join(LOCK_FILE)).expect("a lock"),
        theirs
    );
}
