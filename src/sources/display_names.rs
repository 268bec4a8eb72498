//! Names for display: lossless where they are UTF-8, and distinct where they are not.

use std::path::{Component, Path, PathBuf};

/// Formats a file name. Bytes that are not UTF-8 become `\xFF`, so that different names are never
/// shown as one.
pub(super) fn shown(name: &[u8]) -> String {
    let mut text = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02X}")));
    }
    text
}

/// Returns the path of a walked file as reached from the case: the written root, then the part
/// below it.
pub(super) fn under(root_shown: &str, root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path).components();
    let below: Vec<_> = below.map(|part| shown(part.as_os_str().as_encoded_bytes())).collect();
    match (root_shown.is_empty(), below.is_empty()) {
        (true, _) => below.join("/"),
        (false, true) => root_shown.to_owned(),
        (false, false) => format!("{}/{}", root_shown.trim_end_matches('/'), below.join("/")),
    }
}

/// Removes `.` parts and trailing separators from a written path.
pub(super) fn tidy(written: &str) -> String {
    let parts: Vec<_> = Path::new(written)
        .components()
        .filter(|part| *part != Component::CurDir)
        .collect();
    parts.iter().collect::<PathBuf>().to_string_lossy().into_owned()
}

/// Returns whether a name is litter of desktops and editors (`.DS_Store`, `.swp`, `._log.jsonl`).
pub(super) fn is_hidden(name: &[u8]) -> bool {
    name.rsplit(|&byte| byte == b'/')
        .next()
        .is_some_and(|last| last.starts_with(b"."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_names_are_shown_differently() {
        assert_eq!(shown("日誌.jsonl".as_bytes()), "日誌.jsonl");
        assert_eq!(shown(b"a\xff.jsonl"), "a\\xFF.jsonl");
        assert_ne!(shown(b"a\xff.jsonl"), shown(b"a\xfe.jsonl"));
    }

    #[test]
    fn hidden_depends_on_last_path_part() {
        assert!(is_hidden(b"__MACOSX/._a.jsonl"));
        assert!(!is_hidden(b".git/a.jsonl"));
        assert!(!is_hidden(b"./a.jsonl"));
    }
}
