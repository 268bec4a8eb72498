//! Names as people see them: lossless text where it is text, and distinct where it is not.

use std::path::{Component, Path, PathBuf};

/// A file name's bytes. What is not UTF-8 is shown as `\xFF`, so that two names that differ are never shown as one.
pub(super) fn shown(name: &[u8]) -> String {
    let mut text = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02X}")));
    }
    text
}

/// The path of a walked file as reached from the case: the written root, then what lies below it.
pub(super) fn under(root_shown: &str, root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path).components();
    let below: Vec<_> = below.map(|part| shown(part.as_os_str().as_encoded_bytes())).collect();
    match (root_shown.is_empty(), below.is_empty()) {
        (true, _) => below.join("/"),
        (false, true) => root_shown.to_owned(),
        (false, false) => format!("{}/{}", root_shown.trim_end_matches('/'), below.join("/")),
    }
}

/// A written path without `.` parts and trailing separators.
pub(super) fn tidy(written: &str) -> String {
    let parts: Vec<_> = Path::new(written)
        .components()
        .filter(|part| *part != Component::CurDir)
        .collect();
    parts.iter().collect::<PathBuf>().to_string_lossy().into_owned()
}

/// Whether a file of this name is litter of desktops and editors (`.DS_Store`, `.swp`, `._log.jsonl`).
pub(super) fn is_hidden(name: &[u8]) -> bool {
    name.rsplit(|&byte| byte == b'/')
        .next()
        .is_some_and(|last| last.starts_with(b"."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_are_shown_apart() {
        assert_eq!(shown("日誌.jsonl".as_bytes()), "日誌.jsonl");
        assert_eq!(shown(b"a\xff.jsonl"), "a\\xFF.jsonl");
        assert_ne!(shown(b"a\xff.jsonl"), shown(b"a\xfe.jsonl"));
    }

    #[test]
    fn hidden_is_told_by_the_last_part() {
        assert!(is_hidden(b"__MACOSX/._a.jsonl"));
        assert!(!is_hidden(b".git/a.jsonl"));
        assert!(!is_hidden(b"./a.jsonl"));
    }
}
