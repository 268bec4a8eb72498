//! The comparison of names of one person that are typed differently.

use std::{borrow::Cow, sync::LazyLock};

use icu_casemap::{CaseMapper, CaseMapperBorrowed};
use icu_normalizer::{DecomposingNormalizer, DecomposingNormalizerBorrowed};

use crate::text::{Letters, trimmed};

const NORMALIZER: DecomposingNormalizerBorrowed<'static> = DecomposingNormalizer::new_nfd();
const CASES: CaseMapperBorrowed<'static> = CaseMapper::new();

/// The form in which e-mail addresses and user names are compared: canonical caseless matching,
/// Unicode 3.13 D145 (NFD, full case folding, NFD again), without the white space around it.
///
/// Not `to_lowercase`: that leaves `STRASSE` and `straße` apart, and an address composed by one
/// system and decomposed by another. Not the Turkic folding either, in which `I` would no longer be
/// `i`.
pub fn fold(identity: &str) -> Cow<'_, str> {
    let identity = trimmed(identity);
    if identity.is_ascii() {
        return if identity.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(identity.to_ascii_lowercase())
        } else {
            Cow::Borrowed(identity)
        };
    }
    // No letter of ASCII has to do with what stands beside it: most of a text need not be looked
    // up.
    let mut folded = String::with_capacity(2 * identity.len());
    let mut rest = identity;
    while !rest.is_empty() {
        let (ascii, behind) = split(rest, |byte| !byte.is_ascii());
        let (others, behind) = split(behind, u8::is_ascii);
        let start = folded.len();
        folded.push_str(ascii);
        folded[start..].make_ascii_lowercase();
        push_folded(others, &mut folded);
        rest = behind;
    }
    Cow::Owned(folded)
}

/// In two, before the first such byte, which is one where ASCII begins or ends.
fn split(text: &str, so: impl Fn(&u8) -> bool) -> (&str, &str) {
    text.split_at(text.bytes().position(|byte| so(&byte)).unwrap_or(text.len()))
}

fn push_folded(others: &str, folded: &mut String) {
    static LETTERS: LazyLock<Letters> = LazyLock::new(|| Letters::by(folded_by_table));
    let start = folded.len();
    for c in others.chars() {
        let Some(letter) = LETTERS.get(c) else {
            // A mark may change places with those before it.
            folded.truncate(start);
            return folded.push_str(&folded_by_table(others));
        };
        folded.push_str(letter);
    }
}

fn folded_by_table(text: &str) -> String {
    let decomposed = NORMALIZER.normalize(text);
    let folded = CASES.fold_string(&decomposed);
    NORMALIZER.normalize(&folded).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_same_person_typed_differently() {
        for (one, other) in [
            ("  K.Abe@Support.Example ", "k.abe@support.example"),
            ("STRASSE@x.example", "straße@x.example"),
            ("Jos\u{e9}", "JOSE\u{301}"),
            ("ΑΣ", "ας"),
            ("\u{212a}elvin", "kelvin"),
            ("\u{1f80}", "\u{1f00}\u{3b9}"),
            ("\u{345}", "\u{399}"),
            // Folding makes a letter of U+0345, which no longer moves past the accent: hence NFD
            // before it too.
            ("α\u{345}\u{301}", "α\u{301}\u{345}"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} {other}");
        }
    }

    proptest! {
        /// Letters, accents that change places, and what folds into several letters, before and
        /// behind ASCII.
        #[test]
        fn in_pieces_a_text_folds_as_it_does_whole(
            text in "([a-zA-Z@. ]|[éßẞﬃſÅ\u{212a}\u{1f80}İ山]|[\u{c0}-\u{17f}]|[\u{300}\u{301}\u{323}\u{345}\u{5b0}]|\\PC){0,12}",
        ) {
            prop_assert_eq!(&*fold(&text), folded_by_table(text.trim()));
        }
    }

    #[test]
    fn folding_is_idempotent_and_keeps_others_apart() {
        for text in ["İstanbul", "ﬃ", "ß", "ΐ", "Å", "山田"] {
            assert_eq!(fold(&fold(text)), fold(text), "{text}");
        }
        assert_ne!(fold("I"), fold("ı"));
        assert_ne!(fold("山田"), fold("山口"));
        assert!(matches!(fold("already.plain"), Cow::Borrowed(_)));
    }
}
