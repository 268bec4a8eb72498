//! Bytes because of which a text may read differently once it is decoded and folded: backslashes,
//! NULs, and characters that fold into ASCII.

/// Beginnings of such characters. Some other characters share them and are treated alike.
const ALWAYS: [&[u8]; 8] = [
    b"\\",
    b"\0",
    // The long s and the Kelvin sign.
    &[0xc5, 0xbf],
    &[0xe2, 0x84, 0xaa],
    // Ligatures of f, s and t.
    &[0xef, 0xac],
    // The Greek question mark and grave accent.
    &[0xcd, 0xbe],
    &[0xe1, 0xbf, 0xaf],
    // U+1DF95, another sharp s, which older Unicode tables do not know as a letter.
    &[0xf0, 0x9d, 0xbe],
];

/// The sharp s, small and capital, which folds into two letters. An identity that ends or begins
/// inside these two is not a whole word there.
const SHARP: [&[u8]; 2] = [&[0xc3, 0x9f], &[0xe1, 0xba, 0x9e]];

/// The bytes to search for when identities are to be found.
#[derive(Debug)]
pub(crate) struct Odd {
    each: Vec<&'static [u8]>,
    /// First bytes of these. Few letters begin with them except those of Western Europe.
    begin: [bool; 256],
}

impl Odd {
    /// Returns the bytes that may hide these identities, which are folded.
    pub(crate) fn to_find<'t>(mut identities: impl Iterator<Item = &'t str>) -> Self {
        let sharp = identities.any(|identity| identity.contains("ss"));
        let each: Vec<_> = ALWAYS.into_iter().chain(SHARP.into_iter().filter(|_| sharp)).collect();
        let mut begin = [false; 256];
        each.iter().for_each(|odd| begin[usize::from(odd[0])] = true);
        Self { each, begin }
    }

    /// Returns whether one of them may begin with this byte.
    pub(super) fn may_begin(&self, byte: u8) -> bool {
        self.begin[usize::from(byte)]
    }

    /// Returns whether one of them begins at one of these positions of a group.
    #[cold]
    pub(super) fn begins(&self, group: &[u8], mut places: u64) -> bool {
        while places != 0 {
            let behind = &group[places.trailing_zeros() as usize..];
            if self.may_begin(behind[0]) && self.each.iter().any(|odd| behind.starts_with(odd)) {
                return true;
            }
            places &= places - 1;
        }
        false
    }

    /// Returns whether bytes contain one of them that is not ASCII.
    pub(crate) fn folds_in(&self, bytes: &[u8]) -> bool {
        let folds = |(at, byte): (usize, &u8)| {
            !byte.is_ascii() && self.may_begin(*byte) && self.each.iter().any(|odd| bytes[at..].starts_with(odd))
        };
        bytes.iter().enumerate().any(folds)
    }

    /// Returns whether a text contains one of them. A text without any reads the same once it is
    /// decoded and folded, apart from the case of ASCII letters and from characters that no ASCII
    /// identity can match.
    pub(super) fn is_in(&self, text: &str) -> bool {
        let finder = |odd: &&[u8]| memchr::memmem::find(text.as_bytes(), odd).is_some();
        self.each.iter().any(finder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::fold;

    /// Tests every character of Unicode.
    #[test]
    fn whatever_folds_into_ascii_is_odd() {
        for (identity, passed) in [("strasse", None), ("sas", Some("ss"))] {
            let odd = Odd::to_find([identity].into_iter());
            let folds = |c: &char| fold(&c.to_string()).is_ascii() && !c.is_whitespace();
            let missed: Vec<_> = ('\u{80}'..=char::MAX)
                .filter(folds)
                .filter(|c| !odd.is_in(&c.to_string()))
                .map(|c| (c, fold(&c.to_string()).into_owned()))
                .filter(|(_, folded)| Some(&**folded) != passed)
                .collect();
            assert_eq!(missed, [], "{identity}");
        }
        assert!(!Odd::to_find(["sas"].into_iter()).is_in("\u{df}"));
    }
}
