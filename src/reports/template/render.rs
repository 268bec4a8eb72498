//! A resolved template and a view to text.

use std::io;

use super::{Piece, Place, Step, Template, Value, View};
use crate::reports::out::Out;

/// Writer of all rows, for `{{rows}}`.
pub(in crate::reports) type Rows<'r> = &'r dyn Fn(&mut Out<'_>) -> io::Result<()>;

/// A value with those around it.
#[derive(Clone, Copy)]
struct Frame<'v, 'f> {
    value: Value<'v>,
    first: bool,
    last: bool,
    outer: Option<&'f Frame<'v, 'f>>,
}

impl Template {
    /// A whole page.
    pub(in crate::reports) fn page(&self, view: &impl View, rows: Rows<'_>, out: &mut Out<'_>) -> io::Result<()> {
        let frame = Frame {
            value: view.value(),
            first: true,
            last: true,
            outer: None,
        };
        self.push(&self.pieces, &frame, rows, out)
    }

    /// One row.
    pub(in crate::reports) fn row(&self, view: &impl View, out: &mut Out<'_>) -> io::Result<()> {
        self.page(view, &|_| Ok(()), out)?;
        out.row_ends()
    }

    fn push(&self, pieces: &[Piece], frame: &Frame<'_, '_>, rows: Rows<'_>, out: &mut Out<'_>) -> io::Result<()> {
        for piece in pieces {
            match piece {
                Piece::Literal(text) => out.text.push_str(text),
                Piece::Text(place) => self.language.push(&mut out.text, frame.text(place)),
                Piece::Code(place) => self.language.push_code(&mut out.text, frame.text(place)),
                Piece::If { test, then, .. } if frame.holds(test) => self.push(then, frame, rows, out)?,
                Piece::If { otherwise, .. } => self.push(otherwise, frame, rows, out)?,
                Piece::Each { list, inner, none } => self.each(frame, list, inner, none, rows, out)?,
                Piece::Rows => rows(out)?,
            }
        }
        Ok(())
    }

    fn each(
        &self,
        frame: &Frame<'_, '_>,
        list: &Place,
        inner: &[Piece],
        none: &[Piece],
        rows: Rows<'_>,
        out: &mut Out<'_>,
    ) -> io::Result<()> {
        let Value::List(list) = frame.value(list) else {
            return Ok(());
        };
        for at in 0..list.count() {
            let item = Frame {
                value: list.item(at),
                first: at == 0,
                last: at + 1 == list.count(),
                outer: Some(frame),
            };
            self.push(inner, &item, rows, out)?;
        }
        if list.count() == 0 {
            self.push(none, frame, rows, out)?;
        }
        Ok(())
    }
}

impl<'v> Frame<'v, '_> {
    fn value(&self, place: &Place) -> Value<'v> {
        let mut frame = self;
        for _ in 0..place.up {
            frame = frame.outer.expect("a path was resolved against as many levels");
        }
        match &place.step {
            Step::First => Value::Flag(frame.first),
            Step::Last => Value::Flag(frame.last),
            Step::Fields(fields) => fields.iter().fold(frame.value, |value, at| match value {
                Value::Record(record) => record.field(*at),
                // A path was resolved against the same shape.
                value => value,
            }),
        }
    }

    fn text(&self, place: &Place) -> &'v str {
        match self.value(place) {
            Value::Text(text) => text,
            _ => "",
        }
    }

    fn holds(&self, place: &Place) -> bool {
        match self.value(place) {
            Value::Text(text) => !text.is_empty(),
            Value::Flag(set) => set,
            Value::List(list) => list.count() > 0,
            Value::Record(_) => true,
        }
    }
}
