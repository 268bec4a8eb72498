//! The fraction of a second and its written precision, in one word.

use std::num::NonZeroU64;

/// Nanoseconds and the number of digits that were written. The word is never zero, so that the
/// compiler passes an optional time in two registers; passing it through memory was measurable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fraction(NonZeroU64);

/// Position of the nanoseconds. The digits are in the lowest byte, so that fractions are ordered by
/// nanoseconds first.
const DIGITS: u32 = 8;

impl Fraction {
    pub(super) fn new(nanos: u32, digits: u8) -> Self {
        let word = u64::from(nanos) << DIGITS | u64::from(digits);
        Self(NonZeroU64::MIN | word << 1)
    }

    /// Two seconds of them at most: in a leap second.
    #[expect(clippy::cast_possible_truncation, reason = "no more than that was put there")]
    pub(super) fn nanos(self) -> u32 {
        (self.0.get() >> (DIGITS + 1)) as u32
    }

    #[expect(clippy::cast_possible_truncation, reason = "one byte is meant")]
    pub(super) fn digits(self) -> u8 {
        (self.0.get() >> 1) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_parts_are_kept_and_nanoseconds_come_first() {
        let parts = [(0, 0), (0, 9), (1, 0), (999_999_999, 3), (1_999_999_999, 9)];
        let fractions = parts.map(|(nanos, digits)| Fraction::new(nanos, digits));
        assert_eq!(fractions.map(|fraction| (fraction.nanos(), fraction.digits())), parts);
        assert!(fractions.is_sorted());
        assert_eq!(size_of::<Option<super::super::Timestamp>>(), 16);
    }
}
