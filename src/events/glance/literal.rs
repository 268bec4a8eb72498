//! Bytes that are expected to come again. Most are shorter than sixteen, and then comparing them as one word costs less than
//! calling somebody to compare them.

const WORD: usize = 16;

/// Bytes to compare others with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Literal {
    /// The first of them.
    word: u128,
    /// Which bytes of the word those are.
    mask: u128,
    rest: Box<[u8]>,
    length: usize,
}

impl Literal {
    pub(super) fn new(bytes: &[u8]) -> Self {
        let (first, rest) = bytes.split_at(bytes.len().min(WORD));
        let (mut word, mut mask) = ([0; WORD], [0; WORD]);
        word[..first.len()].copy_from_slice(first);
        mask[..first.len()].fill(u8::MAX);
        Self {
            word: u128::from_le_bytes(word),
            mask: u128::from_le_bytes(mask),
            rest: rest.into(),
            length: bytes.len(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// Whether the text begins so. Of a text shorter than a word it says no, which is not always true.
    #[inline]
    pub(super) fn begins(&self, text: &[u8]) -> bool {
        let Some((first, rest)) = text.split_first_chunk::<WORD>() else {
            return false;
        };
        u128::from_le_bytes(*first) & self.mask == self.word && (self.rest.is_empty() || rest.starts_with(&self.rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_counts() {
        let text = b"{\"event_id\":\"01KBMKQHG0X42A7YT2MEW5WXBV\"";
        for length in 0..text.len() - WORD {
            let literal = Literal::new(&text[..length]);
            assert!(literal.begins(text) && literal.len() == length);
            for at in 0..length {
                let mut other = *text;
                other[at] ^= 1;
                assert!(!literal.begins(&other), "{at} of {length}");
            }
        }
        assert!(!Literal::new(b"{").begins(b"{\"a\":1}"), "too short to be sure");
    }
}
