//! Bytes that are expected to occur again. Nearly all are shorter than 32 bytes, and comparing them
//! as one or two words costs less than a call to a comparison.

const WORD: usize = 16;

/// Bytes to compare others with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Literal {
    /// The first of them.
    word: u128,
    /// Which bytes of the word those are.
    mask: u128,
    /// The last of them, where there are more than one word has.
    last: u128,
    /// Bytes between the first and the last word.
    between: Box<[u8]>,
    length: usize,
}

impl Literal {
    pub(super) fn new(bytes: &[u8]) -> Self {
        let (mut word, mut mask) = ([0; WORD], [0; WORD]);
        let first = bytes.len().min(WORD);
        word[..first].copy_from_slice(&bytes[..first]);
        mask[..first].fill(u8::MAX);
        Self {
            word: u128::from_le_bytes(word),
            mask: u128::from_le_bytes(mask),
            last: bytes.last_chunk().copied().map_or(0, u128::from_le_bytes),
            between: bytes
                .get(WORD..bytes.len().saturating_sub(WORD))
                .unwrap_or_default()
                .into(),
            length: bytes.len(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// Whether the text begins so.
    #[inline]
    pub(super) fn begins(&self, text: &[u8]) -> bool {
        let Some(first) = text.first_chunk() else {
            return self.begins_short(text);
        };
        u128::from_le_bytes(*first) & self.mask == self.word && (self.length <= WORD || self.goes_on(text))
    }

    /// Compares the bytes after the first word.
    fn goes_on(&self, text: &[u8]) -> bool {
        let last = text.get(..self.length).and_then(|text| text.last_chunk());
        last.is_some_and(|last| u128::from_le_bytes(*last) == self.last)
            && (self.between.is_empty() || text[WORD..].starts_with(&self.between))
    }

    /// Compares a literal that is shorter than a word.
    #[cold]
    fn begins_short(&self, text: &[u8]) -> bool {
        let mut word = [0; WORD];
        word[..text.len()].copy_from_slice(text);
        self.length <= text.len() && u128::from_le_bytes(word) & self.mask == self.word
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_counts() {
        let text = b"{\"event_id\":\"01KBMKQHG0X42A7YT2MEW5WXBV\"";
        for length in 0..=text.len() {
            let literal = Literal::new(&text[..length]);
            assert_eq!(literal.len(), length);
            for end in 0..=text.len() {
                assert_eq!(literal.begins(&text[..end]), end >= length, "{length} of {end}");
            }
            for at in 0..length {
                let mut other = *text;
                other[at] ^= 1;
                assert!(
                    !literal.begins(&other) && !literal.begins(&other[..length]),
                    "{at} of {length}"
                );
            }
        }
    }
}
