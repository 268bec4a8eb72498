//! In which order the members of an object usually come: what writes a log writes them in the same
//! order, so that a name need only be compared with the one that came there before.

use super::literal::Literal;

/// Most members of an object that are learnt; further ones count as out of order, which is slower
/// and as correct.
const MOST: usize = 64;

/// The members of one object, in the order in which they were met.
#[derive(Debug, Clone, Default)]
pub(super) struct KeyOrder(Vec<Member>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Member {
    /// The name in its quotes, with the colon.
    name: Literal,
    /// The child it leads to.
    child: Option<usize>,
}

impl KeyOrder {
    /// Whether these bytes begin with the name that usually comes at this place: its length, and
    /// where it leads.
    pub(super) fn usual(&self, place: usize, bytes: &[u8]) -> Option<(usize, Option<usize>)> {
        let Member { name, child } = self.0.get(place)?;
        name.begins(bytes).then_some((name.len(), *child))
    }

    /// Learns the node of this name, and returns its position. A name that does not end with its
    /// colon is not learnt: there may be blanks between.
    pub(super) fn learn(&mut self, name: &[u8], child: Option<usize>) -> usize {
        if !name.ends_with(b"\":") {
            return self.0.len();
        }
        let name = Literal::new(name);
        let known = self.0.iter().position(|known| known.name == name);
        if known.is_none() && self.0.len() < MOST {
            self.0.push(Member { name, child });
        }
        known.unwrap_or(self.0.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_again_at_its_place_only() {
        let mut order = KeyOrder::default();
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
            b"\"id\"",
        ] {
            assert_eq!(usual(0, text), None, "{}", text.escape_ascii());
        }
        assert_eq!(usual(1, b"\"id\":\"a\",\"tool\":1}"), None);
        assert_eq!(usual(2, b"\"id\":\"a\",\"tool\":1}"), None);
    }

    #[test]
    fn a_name_apart_from_its_colon_is_not_learnt() {
        let mut order = KeyOrder::default();
        order.learn(b"\"id\" ", None);
        assert!(order.0.is_empty());
    }
}
