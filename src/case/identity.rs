//! When two strings name the same person although they are typed differently.

use std::borrow::Cow;

use icu_casemap::{CaseMapper, CaseMapperBorrowed};
use icu_normalizer::{DecomposingNormalizer, DecomposingNormalizerBorrowed};

const NORMALIZER: DecomposingNormalizerBorrowed<'static> = DecomposingNormalizer::new_nfd();
const CASES: CaseMapperBorrowed<'static> = CaseMapper::new();

/// The form in which e-mail addresses and user names are compared: canonical caseless matching, Unicode 3.13 D145
/// (NFD, full case folding, NFD again), without the white space around it.
///
/// Not `to_lowercase`: that leaves `STRASSE` and `straße` apart, and an address composed by one system and decomposed
/// by another. Not the Turkic folding either, in which `I` would no longer be `i`.
pub fn fold(identity: &str) -> Cow<'_, str> {
    let identity = identity.trim();
    if identity.is_ascii() {
        return if identity.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(identity.to_ascii_lowercase())
        } else {
            Cow::Borrowed(identity)
        };
    }
    let decomposed = NORMALIZER.normalize(identity);
    let folded = CASES.fold_string(&decomposed);
    Cow::Owned(NORMALIZER.normalize(&folded).into_owned())
}

#[cfg(test)]
mod tests {
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
            // Folding makes a letter of U+0345, which no longer moves past the accent: hence NFD before it too.
            ("α\u{345}\u{301}", "α\u{301}\u{345}"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} {other}");
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
