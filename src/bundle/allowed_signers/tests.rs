use super::*;

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAbTAVEsvK2yLpWNzxIV4YgzFlMKVIsmKyqCl1Z5yB2e";

fn judge(line: &str, name: Option<&str>, at: Option<&str>) -> Result<(), String> {
    let signers = AllowedSigners::parse(&format!("# who\n\n{line}\n")).map_err(|fault| fault.to_string())?;
    let key = key(KEY).expect("a key");
    signers
        .judge(&key, name, at.map(|at| at.parse().expect("a time")))
        .map(drop)
}

fn says(result: Result<(), String>, part: &str) {
    let fault = result.expect_err(part);
    assert!(fault.contains(part), "`{part}` is not in `{fault}`");
}

#[test]
fn a_key_is_allowed_for_its_principals() {
    let line = format!("ir@vendor.example,*@ir.example,!eve@ir.example {KEY} a comment");
    assert_eq!(judge(&line, None, None), Ok(()));
    assert_eq!(judge(&line, Some("ir@vendor.example"), None), Ok(()));
    assert_eq!(judge(&line, Some("ann@ir.example"), None), Ok(()));
    says(
        judge(&line, Some("eve@ir.example"), None),
        "is not for `eve@ir.example`",
    );
    says(judge(&line, Some("ir@vendor.exampl"), None), "is not for");
}

#[test]
fn a_key_is_allowed_for_its_namespaces_and_its_time() {
    let line = format!("v namespaces=\"git,tenant-*\",valid-after=\"20260101Z\",valid-before=\"202602010000Z\" {KEY}");
    assert_eq!(judge(&line, None, Some("2026-01-01T00:00:00Z")), Ok(()));
    assert_eq!(judge(&line, None, Some("2026-02-01T00:00:00Z")), Ok(()));
    says(judge(&line, None, Some("2025-12-31T23:59:59Z")), "not hold yet");
    says(judge(&line, None, Some("2026-02-01T00:00:01Z")), "not hold any more");
    says(judge(&line, None, None), "--at");
    says(
        judge(&format!("v namespaces=\"git\" {KEY}"), None, None),
        "does not allow the namespace",
    );
}

#[test]
fn what_is_not_understood_is_told_with_its_line() {
    for (line, part) in [
        (
            format!("v cert-authority {KEY}"),
            "line 3: `cert-authority` is not supported",
        ),
        (format!("v valid-after=\"20260101\" {KEY}"), "must end with Z"),
        (format!("v valid-after=\"20261301Z\" {KEY}"), "is no time"),
        (format!("v namespaces=git {KEY}"), "double quotes"),
        (format!("v namespaces=\"a\",namespaces=\"b\" {KEY}"), "twice"),
        (format!("v sometimes {KEY}"), "`sometimes` is no option"),
        (format!("\"v w\" {KEY}"), "quotes"),
        ("v".to_owned(), "no key"),
        ("v ssh-ed25519 AAAA".to_owned(), "no "),
    ] {
        says(judge(&line, None, None), part);
    }
}

#[test]
fn patterns_are_those_of_openssh() {
    for (text, list, yes) in [
        ("abc", "a*c", true),
        ("abbbc", "a*b*c", true),
        ("ab", "a*c", false),
        ("ab", "a?", true),
        ("a", "a?", false),
        ("", "*", true),
        ("a", "", false),
        ("a", "!b", false),
        ("a", "!b,*", true),
        ("a", "*,!a", false),
    ] {
        assert_eq!(matches_list(text, list), yes, "{text} {list}");
    }
}
