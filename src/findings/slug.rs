//! A tenant's folder name. Tenant ids are log text, so a name is made that is safe on every file
//! system, differs from every other tenant's, and depends on nothing but the id.

use std::borrow::Cow;

use crate::digest::Sha256;

/// Longest part of a folder name that is taken from the id.
const LONGEST: usize = 48;

/// Names that Windows reserves for devices.
const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// The folder name of a tenant: the id itself where it is plain, else its plain part and a digest
/// of the whole id. A plain id never looks like the latter, so two ids share a name only if 64 bits
/// of their SHA-256 are the same.
pub(crate) fn slug(id: &str) -> String {
    // Nearly all ids are plain, and a copy of each need not be made to see that.
    let stays = id.len() <= LONGEST && id.chars().all(|c| plain(c) == Some(c));
    let plain: Cow<'_, str> = if stays {
        Cow::Borrowed(id)
    } else {
        id.chars().filter_map(plain).take(LONGEST).collect()
    };
    let plain = plain.trim_matches('-');
    if plain == id && !is_reserved(id) && !looks_digested(id) {
        return id.to_owned();
    }
    let digest = &Sha256::of(id.as_bytes()).to_string()[..16];
    if plain.is_empty() {
        format!("tenant-{digest}")
    } else {
        format!("{plain}-{digest}")
    }
}

/// Lower-case ASCII letters, digits and hyphens stay; separators become hyphens; anything else
/// goes.
fn plain(c: char) -> Option<char> {
    match c {
        'a'..='z' | '0'..='9' | '-' => Some(c),
        'A'..='Z' => Some(c.to_ascii_lowercase()),
        ' ' | '_' | '.' | '/' | '\\' | ':' => Some('-'),
        _ => None,
    }
}

fn is_reserved(id: &str) -> bool {
    id.is_empty() || RESERVED.contains(&id.trim_end_matches(|c: char| c.is_ascii_digit()))
}

fn looks_digested(id: &str) -> bool {
    id.rsplit_once('-')
        .is_some_and(|(_, end)| end.len() == 16 && end.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn plain_ids_name_their_own_folder() {
        assert_eq!(slug("t-0143"), "t-0143");
        assert_eq!(slug("123837392027"), "123837392027");
    }

    #[test]
    fn hostile_ids_stay_in_their_folder_and_apart() {
        let long = "a".repeat(5000);
        let hostile = [
            "",
            ".",
            "..",
            "../../etc",
            "CON",
            "con",
            "com1",
            "Acme",
            "acme ",
            "ac/me",
            "ac\\me",
            "日本",
            "日木",
            "-",
            "--x",
            "a\0b",
            "a\nb",
            "acme-0123456789abcdef",
            "é",
            "e\u{301}",
            &long,
            "<script>",
            "a:b",
            "acme.",
            "nul.txt",
        ];
        let slugs: BTreeSet<_> = hostile.iter().map(|id| slug(id)).collect();
        assert_eq!(slugs.len(), hostile.len(), "{slugs:?}");
        for slug in slugs {
            assert!(slug.len() <= LONGEST + 17, "{slug}");
            assert!(
                slug.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-')),
                "{slug}"
            );
            assert!(!slug.starts_with('-') && !is_reserved(&slug), "{slug}");
        }
    }

    #[test]
    fn a_plain_id_cannot_pose_as_another_one_s_digest() {
        let victim = slug("Acme");
        assert_ne!(slug(&victim), victim);
    }
}
