//! Things with a type, an id and a name: tenants and targets.

use super::{
    Target,
    capture::Slots,
    map::Reading,
    selector::{Inner, Selector, elements},
};
use crate::records::Refusal;

/// Things at fixed places, or one for every element of a list.
#[derive(Debug, Clone)]
pub(super) enum Group {
    Once {
        kind: Vec<Selector>,
        id: Vec<Selector>,
        name: Vec<Selector>,
    },
    Each {
        list: usize,
        kind: Vec<Inner>,
        id: Vec<Inner>,
        name: Vec<Inner>,
    },
}

impl Group {
    /// One thing that is always there.
    pub(super) fn constant(id: &str) -> Self {
        Self::Once {
            kind: Vec::new(),
            id: vec![Selector::Constant(id.to_owned())],
            name: Vec::new(),
        }
    }

    /// Its things in a record, with at least one of type, id and name each.
    pub(super) fn things(&self, reading: &Reading<'_, '_>, slots: &Slots<'_>) -> Result<Vec<Target>, Refusal> {
        let thing = |kind, id, name| Target { kind, id, name };
        let (mut things, constant) = match self {
            Self::Once { kind, id, name } => (
                vec![thing(reading.text(kind)?, reading.text(id)?, reading.text(name)?)],
                matches!(kind[..], [Selector::Constant(_)]),
            ),
            Self::Each { list, kind, id, name } => (
                elements(slots[*list].as_ref(), |json| {
                    let text = |inners: &[Inner]| first_inside(inners, json, reading);
                    Ok(vec![thing(text(kind)?, text(id)?, text(name)?)])
                })?,
                matches!(&kind[..], [only] if only.is_constant()),
            ),
        };
        // A type that is always the same says nothing by itself.
        things.retain(|thing| thing.id.is_some() || thing.name.is_some() || (thing.kind.is_some() && !constant));
        Ok(things)
    }
}

fn first_inside(inners: &[Inner], json: &str, reading: &Reading<'_, '_>) -> Result<Option<String>, Refusal> {
    for inner in inners {
        if let Some(text) = inner.texts(json)?.into_iter().find(|text| reading.is_something(text)) {
            return Ok(Some(text));
        }
    }
    Ok(None)
}
