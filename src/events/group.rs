//! Things with a type, an id and a name: tenants and targets.

use smallvec::SmallVec;

use super::{
    Target,
    capture::Slots,
    map::Reading,
    selector::{Held, Inner, Needs, Selector, elements},
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
    /// Returns the values that must be JSON for the group to have any.
    pub(super) fn held(&self) -> Vec<Held> {
        match self {
            Self::Once { kind, id, name } => [kind, id, name]
                .into_iter()
                .flatten()
                .flat_map(Selector::held)
                .collect(),
            Self::Each { list, id, name, .. } => {
                let whole = id.iter().chain(name).any(Inner::is_whole);
                let needs = if whole { Needs::List } else { Needs::Elements };
                vec![Held { slot: *list, needs }]
            }
        }
    }

    /// Its things in a record, with at least one of type, id and name each.
    pub(super) fn things(
        &self,
        reading: &Reading<'_, '_>,
        slots: &Slots<'_>,
    ) -> Result<SmallVec<[Target; 1]>, Refusal> {
        let thing = |kind, id, name| Target { kind, id, name };
        // A type that is always the same says nothing by itself.
        let says = |thing: &Target, constant: bool| {
            thing.id.is_some() || thing.name.is_some() || (thing.kind.is_some() && !constant)
        };
        match self {
            Self::Once { kind, id, name } => {
                let constant = matches!(kind[..], [Selector::Constant(_)]);
                let (kind, name) = (reading.text(kind)?, reading.text(name)?);
                let mut ids = reading.all(id)?.into_iter();
                let (first, more) = (ids.next(), ids);
                let first = thing(kind.clone(), first, name);
                // One name is not that of several things.
                let more = more.map(|id| thing(kind.clone(), Some(id), None));
                let mut things: SmallVec<[Target; 1]> = Some(first).into_iter().chain(more).collect();
                if things.len() > 1 {
                    things[0].name = None;
                }
                things.retain(|thing| says(thing, constant));
                Ok(things)
            }
            Self::Each { list, kind, id, name } => {
                let constant = matches!(&kind[..], [only] if only.is_constant());
                let each = elements(slots[*list].as_ref(), |json| {
                    let text = |inners: &[Inner]| first_inside(inners, json, reading);
                    let each = thing(text(kind)?, text(id)?, text(name)?);
                    // A list may have millions that say nothing.
                    Ok(Some(each).filter(|thing| says(thing, constant)))
                })?;
                Ok(each.into())
            }
        }
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
