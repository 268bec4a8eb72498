//! Reasons for which an event of an unlisted actor is in an open scope.

use serde::{Deserialize, Serialize};

/// The kinds of conditions that found an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundBy {
    /// Conditions as the case file names them: `ips`, `sessions`, `user_agents`, `keys`, `actions`.
    pub by: Vec<String>,
    /// The keys of the case among those that the event was done with.
    pub keys: Vec<String>,
}

impl FoundBy {
    /// Makes it of these conditions and keys.
    pub fn new(by: &[&str], keys: Vec<String>) -> Self {
        Self {
            by: by.iter().map(|kind| (*kind).to_owned()).collect(),
            keys,
        }
    }

    /// Returns it in words: `its address and its key AKIA-1`.
    pub fn in_words(&self) -> String {
        let word = |kind: &String| match kind.as_str() {
            "ips" => "its address".to_owned(),
            "sessions" => "its session".to_owned(),
            "user_agents" => "its program".to_owned(),
            "keys" if self.keys.len() == 1 => format!("its key {}", self.keys[0]),
            "keys" => format!("its keys {}", self.keys.join(", ")),
            _ => "its action".to_owned(),
        };
        let words: Vec<String> = self.by.iter().map(word).collect();
        match &words[..] {
            [] => String::new(),
            [one] => one.clone(),
            [first @ .., last] => format!("{} and {last}", first.join(", ")),
        }
    }
}
