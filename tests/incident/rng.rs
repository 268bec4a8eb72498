//! The one source of chance: `SplitMix64`, spelled out here rather than taken from a crate.
//!
//! The committed sample must come out byte for byte the same for years, and the generators of the
//! `rand` crates are free to change their stream between versions. These few lines cannot.

/// The seed of every run. Changing it changes the committed sample.
const SEED: u64 = 0x5EED_2026_0116_0121;

/// A stream of numbers that depends on nothing but what it was seeded with.
pub(crate) struct Rng(u64);

impl Rng {
    /// A stream of its own for each purpose, so that one more draw in one part leaves all other
    /// parts as they were.
    pub(crate) fn for_purpose(purpose: &str) -> Self {
        // FNV-1a: short, and fixed for good.
        let hash = purpose.bytes().fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
        });
        Self(SEED ^ hash)
    }

    /// A stream for a thing with a number, such as user 3 of tenant 12: asking again gives the same
    /// answer.
    pub(crate) fn for_key(kind: u64, a: usize, b: usize) -> Self {
        let mut rng = Self(SEED ^ kind.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        rng.0 ^= rng.next().wrapping_mul(a as u64 | 1).rotate_left(29) ^ (a as u64);
        rng.0 ^= rng.next().wrapping_mul(b as u64 | 1).rotate_left(17) ^ (b as u64);
        rng
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number smaller than `n`, the same on 32 and 64 bits.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        let scaled = (u128::from(self.next()) * n as u128) >> 64;
        usize::try_from(scaled).expect("smaller than n")
    }

    /// A number of milliseconds in `0..span`.
    pub(crate) fn millis(&mut self, span: i64) -> i64 {
        let span = usize::try_from(span).expect("spans are positive and short");
        i64::try_from(self.below(span)).expect("smaller than span")
    }

    /// True `n` times in a thousand.
    pub(crate) fn per_mille(&mut self, n: usize) -> bool {
        self.below(1000) < n
    }

    /// A number smaller than `n`, the small ones far likelier: a few busy customers, many quiet
    /// ones.
    pub(crate) fn skewed(&mut self, n: usize) -> usize {
        let inner = self.below(n) + 1;
        self.below(inner)
    }

    /// One of `items`.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// `length` characters of `alphabet`, which must have 32 or 64 characters: one draw serves
    /// several.
    pub(crate) fn text(&mut self, prefix: &str, length: usize, alphabet: &[u8]) -> String {
        let bits = alphabet.len().trailing_zeros();
        let mut text = String::with_capacity(prefix.len() + length);
        text.push_str(prefix);
        let mut pool = 0;
        let mut left = 0;
        for _ in 0..length {
            if left < bits {
                pool = self.next();
                left = 64;
            }
            let index = usize::try_from(pool & (alphabet.len() as u64 - 1)).expect("within the alphabet");
            text.push(char::from(alphabet[index]));
            pool >>= bits;
            left -= bits;
        }
        text
    }
}
