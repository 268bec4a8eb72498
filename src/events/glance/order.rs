//! In which order the members of an object usually come: what writes a log writes them in the same order, so that a name
//! need only be compared with the one that came there before.

/// So many members of an object are learnt; more come out of order, which is slower and no less right.
const MOST: usize = 64;

/// A name takes so many bytes at most with its quotes and its colon.
const LONGEST: usize = 16;

/// The members of one object, in the order in which they were met.
#[derive(Debug, Clone, Default)]
pub(super) struct Order(Vec<Member>);

/// A name in its quotes, with the colon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Member {
    text: u128,
    /// Which bytes of a word that is.
    mask: u128,
    length: usize,
    /// The child it leads to.
    child: Option<usize>,
}

impl Order {
    /// Whether these bytes begin with the name that usually comes at this place: its length, and where it leads.
    pub(super) fn usual(&self, place: usize, bytes: &[u8]) -> Option<(usize, Option<usize>)> {
        let member = self.0.get(place)?;
        let word = u128::from_le_bytes(*bytes.first_chunk()?);
        (word & member.mask == member.text).then_some((member.length, member.child))
    }

    /// Learns that this name leads there, and tells its place. What is no name with its colon is not learnt: there may be
    /// blanks between.
    pub(super) fn learn(&mut self, name: &[u8], child: Option<usize>) -> usize {
        let Some(member) = Member::new(name, child) else {
            return self.0.len();
        };
        if let Some(place) = self.0.iter().position(|known| *known == member) {
            return place;
        }
        if self.0.len() < MOST {
            self.0.push(member);
        }
        self.0.len() - 1
    }
}

impl Member {
    fn new(name: &[u8], child: Option<usize>) -> Option<Self> {
        if name.len() > LONGEST || !name.ends_with(b"\":") {
            return None;
        }
        let (mut text, mut mask) = ([0; LONGEST], [0; LONGEST]);
        text[..name.len()].copy_from_slice(name);
        mask[..name.len()].fill(u8::MAX);
        Some(Self {
            text: u128::from_le_bytes(text),
            mask: u128::from_le_bytes(mask),
            length: name.len(),
            child,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_again_at_its_place_only() {
        let mut order = Order::default();
        assert_eq!(order.learn(b"\"id\":", Some(3)), 0);
        assert_eq!(order.learn(b"\"tool\":", None), 1);
        assert_eq!(order.learn(b"\"id\":", Some(3)), 0);
        let usual = |place, text: &[u8]| order.usual(place, text);
        assert_eq!(usual(0, b"\"id\":\"a\",\"tool\":1}"), Some((5, Some(3))));
        assert_eq!(usual(1, b"\"tool\":\"SuperUser\""), Some((7, None)));
        for text in [
            b"\"ids\":12345678901".as_slice(),
            b"\"id\" :12345678901",
            b"\"id\\\":1234567890",
            b"\"id\":1",
        ] {
            assert_eq!(usual(0, text), None, "{}", text.escape_ascii());
        }
        assert_eq!(usual(1, b"\"id\":\"a\",\"tool\":1}"), None);
        assert_eq!(usual(2, b"\"id\":\"a\",\"tool\":1}"), None);
    }

    #[test]
    fn what_is_too_long_or_has_blanks_is_not_learnt() {
        let mut order = Order::default();
        order.learn(b"\"a_name_of_14_chars\":", None);
        order.learn(b"\"id\" ", None);
        assert!(order.0.is_empty());
    }
}
