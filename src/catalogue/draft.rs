//! Entries of a catalogue file whose texts are still to be written.

/// Returns an entry for a code to complete.
pub fn draft_entry(code: &str) -> String {
    let code = toml::Value::from(code);
    format!(
        "[[actions]]\ncode = {code}\neffect = \"\"  # view, search, change, export, reveal_secret, delete, cover_tracks, \
         impersonate or credential\nsays = \"\"  # what the agent did: \"Reset the password of a user.\"\ncheck = \"\"  # what the \
         tenant should check\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_strings_of_toml() {
        for code in ["user.x", "a\"b\\c", "a'b\nc", "\u{202e}"] {
            let text = draft_entry(code);
            let read: toml::Table = text.parse().expect("TOML");
            assert_eq!(read["actions"][0]["code"].as_str(), Some(code));
        }
    }
}
