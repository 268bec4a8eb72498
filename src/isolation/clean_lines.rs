//! Lines of the templates that every report has and that hold no name. They are searched once, not
//! for every tenant.

/// Runs of whole lines that hold no name of any tenant or agent.
#[derive(Debug, Clone, Default)]
pub struct CleanLines {
    /// In the order of their bytes.
    clean_lines: Vec<String>,
    /// The head of each, beside each other in memory.
    heads: Vec<u64>,
}

impl CleanLines {
    pub(super) fn new(mut clean_lines: Vec<String>) -> Self {
        clean_lines.sort_unstable();
        clean_lines.dedup();
        Self {
            heads: clean_lines.iter().map(|passage| head(passage.as_bytes())).collect(),
            clean_lines,
        }
    }

    /// Returns the number of bytes at the beginning of a text that are one of the runs. The text
    /// begins a line. Bytes are compared, so their origin does not matter.
    pub fn clean_prefix_len(&self, text: &[u8]) -> usize {
        let passage = self
            .not_behind(text)
            .checked_sub(1)
            .map_or("", |last| &self.clean_lines[last]);
        if text.starts_with(passage.as_bytes()) {
            passage.len()
        } else {
            0
        }
    }

    /// Returns the number of runs that are not behind the text in order.
    fn not_behind(&self, text: &[u8]) -> usize {
        let head = head(text);
        let before = self.heads.partition_point(|other| *other < head);
        let alike = self.heads[before..].partition_point(|other| *other == head);
        before + self.clean_lines[before..before + alike].partition_point(|passage| passage.as_bytes() <= text)
    }
}

/// The first eight bytes as a number that is in order as they are.
fn head(text: &[u8]) -> u64 {
    let mut head = [0; 8];
    let length = text.len().min(head.len());
    head[..length].copy_from_slice(&text[..length]);
    u64::from_be_bytes(head)
}
