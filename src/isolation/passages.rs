//! Lines that stand in every report and name nobody: they are searched once, and not for every
//! reader.

use super::{Names, form::Form};

/// Whole lines, one behind the other, in which nobody is named, whoever reads them.
#[derive(Debug, Clone, Default)]
pub struct Passages {
    /// In the order of their bytes.
    passages: Vec<String>,
    /// The head of each, beside each other in memory.
    heads: Vec<u64>,
}

impl Passages {
    fn new(mut passages: Vec<String>) -> Self {
        passages.sort_unstable();
        passages.dedup();
        Self {
            heads: passages.iter().map(|passage| head(passage.as_bytes())).collect(),
            passages,
        }
    }

    /// How many bytes at the beginning of a text are one of them. The text begins a line. What is
    /// passed over is compared byte for byte, so it does not matter where it comes from.
    pub fn passed(&self, text: &[u8]) -> usize {
        let passage = self
            .not_behind(text)
            .checked_sub(1)
            .map_or("", |last| &self.passages[last]);
        if text.starts_with(passage.as_bytes()) {
            passage.len()
        } else {
            0
        }
    }

    /// How many are not behind the text in order.
    fn not_behind(&self, text: &[u8]) -> usize {
        let head = head(text);
        let before = self.heads.partition_point(|other| *other < head);
        let alike = self.heads[before..].partition_point(|other| *other == head);
        before + self.passages[before..before + alike].partition_point(|passage| passage.as_bytes() <= text)
    }
}

/// The first eight bytes as a number that is in order as they are.
fn head(text: &[u8]) -> u64 {
    let mut head = [0; 8];
    let length = text.len().min(head.len());
    head[..length].copy_from_slice(&text[..length]);
    u64::from_be_bytes(head)
}

impl Names {
    /// The lines of these texts that name nobody. They are looked at when this is first asked, and
    /// what is then found is true of these names for good.
    pub fn passages<'t>(&self, texts: impl FnOnce() -> Vec<&'t str>) -> &Passages {
        self.passages.get_or_init(|| {
            let passages = texts().into_iter().flat_map(|text| self.nameless(text));
            Passages::new(passages.collect())
        })
    }

    /// As many lines together as name nobody. Before its first line's end a text may go on with a
    /// line that began elsewhere, and after its last one it may not be at the end.
    fn nameless(&self, text: &str) -> Vec<String> {
        let lines = text.split_inclusive('\n').skip(1).filter(|line| line.ends_with('\n'));
        let mut passages = vec![String::new()];
        for line in lines {
            match passages.last_mut() {
                Some(passage) if !self.names_anybody(line.trim()) => passage.push_str(line),
                _ => passages.push(String::new()),
            }
        }
        passages.retain(|passage| !passage.is_empty());
        passages
    }

    /// Whether any name at all stands in the text, in any form in which it is searched.
    fn names_anybody(&self, text: &str) -> bool {
        let mut any = false;
        Form::each(text).for_each(|form| self.finder.each(&form, |_, _| any = true));
        any
    }
}
