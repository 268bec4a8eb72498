//! Classes of characters: letters of words, marks on other characters, unseen characters.

use icu_normalizer::{
    DecomposingNormalizer, DecomposingNormalizerBorrowed,
    properties::{CanonicalCombiningClassMap, CanonicalCombiningClassMapBorrowed},
};

use crate::text::acts;

/// Compatibility decomposition.
pub(in crate::isolation) const NORMALIZER: DecomposingNormalizerBorrowed<'static> = DecomposingNormalizer::new_nfkd();
const CLASSES: CanonicalCombiningClassMapBorrowed<'static> = CanonicalCombiningClassMap::new();

/// Whether a character makes one word with its like. The scripts that do not separate words make
/// none, so that a name is found between other words of theirs.
pub(super) fn joins(c: char) -> bool {
    !is_spaceless(c) && !is_raised(c) && (c.is_alphabetic() || c.is_numeric())
}

/// A small figure above or below the line: the sign of a footnote, or of a trade mark.
fn is_raised(c: char) -> bool {
    matches!(c, '\u{b2}' | '\u{b3}' | '\u{b9}' | '\u{2070}'..='\u{209c}')
}

/// Han, kana, Hangul with their particles, Thai, Lao, Khmer, Myanmar.
pub(in crate::isolation) fn is_spaceless(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1100}'..='\u{11ff}' | '\u{1780}'..='\u{17ff}'
        | '\u{2e80}'..='\u{30ff}' | '\u{3100}'..='\u{318f}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

/// Returns the keyboard's character for a quotation mark or a dash: programs replace them by
/// others.
pub(super) fn typed(c: char) -> char {
    match c {
        '‘' | '’' | '‚' | '‛' | '′' | 'ʼ' => '\'',
        '“' | '”' | '„' | '‟' => '"',
        '\u{2010}'..='\u{2015}' | '−' => '-',
        c => c,
    }
}

/// Takes room in memory and none on a page.
pub(in crate::isolation) fn unseen(c: char) -> bool {
    acts(c) || matches!(c, '\u{34f}' | '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0f}')
}

const FIRST_MARK: char = '\u{300}';

/// Whether a character sits on the one before it.
pub(in crate::isolation) fn is_mark(c: char) -> bool {
    if c < FIRST_MARK {
        return false;
    }
    let mut decomposed = NORMALIZER.normalize_iter(std::iter::once(c));
    decomposed.next().is_some_and(|first| CLASSES.get_u8(first) != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_mark_stands_before_the_first() {
        let is_mark = |c: char| CLASSES.get_u8(NORMALIZER.normalize_iter(std::iter::once(c)).next().unwrap_or(c)) != 0;
        assert!(!('\0'..FIRST_MARK).any(is_mark) && is_mark(FIRST_MARK));
    }
}
