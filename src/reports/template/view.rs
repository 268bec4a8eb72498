//! Values that a template can be rendered from: texts, flags, lists, and records of these, whose
//! names are known in advance.

use std::borrow::Cow;

/// A kind of value that a template can name.
pub(in crate::reports) trait View {
    /// Names that the value offers.
    const SHAPE: &'static Shape;
    /// Returns the content.
    fn value(&self) -> Value<'_>;
}

/// The use that a template can make of a value.
#[derive(Debug)]
pub(in crate::reports) enum Shape {
    /// Print it.
    Text,
    /// Ask whether it is set.
    Flag,
    /// Walk it.
    List(&'static Shape),
    /// Name its fields.
    Record(&'static [(&'static str, &'static Shape)]),
}

/// A value, as its [`Shape`] says.
#[derive(Clone, Copy)]
pub(in crate::reports) enum Value<'v> {
    Text(&'v str),
    Flag(bool),
    List(&'v dyn List),
    Record(&'v dyn Record),
}

/// Values of one shape.
pub(in crate::reports) trait List {
    /// Returns the number of elements.
    fn count(&self) -> usize;
    /// The value there.
    fn item(&self, at: usize) -> Value<'_>;
}

/// Values by the position of their names.
pub(in crate::reports) trait Record {
    /// The value there.
    fn field(&self, at: usize) -> Value<'_>;
}

impl View for String {
    const SHAPE: &'static Shape = &Shape::Text;

    fn value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl View for Cow<'_, str> {
    const SHAPE: &'static Shape = &Shape::Text;

    fn value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl View for bool {
    const SHAPE: &'static Shape = &Shape::Flag;

    fn value(&self) -> Value<'_> {
        Value::Flag(*self)
    }
}

impl<V: View> View for Vec<V> {
    const SHAPE: &'static Shape = &Shape::List(V::SHAPE);

    fn value(&self) -> Value<'_> {
        Value::List(self)
    }
}

impl<V: View> List for Vec<V> {
    fn count(&self) -> usize {
        self.len()
    }

    fn item(&self, at: usize) -> Value<'_> {
        self[at].value()
    }
}

/// A struct that templates can name the fields of, so that names and values cannot fall apart.
macro_rules! view {
    ($(#[$doc:meta])* $vis:vis struct $name:ident $(<$life:lifetime>)? {
        $($(#[$field_doc:meta])* $field_vis:vis $field:ident: $kind:ty,)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        $vis struct $name $(<$life>)? {
            $($(#[$field_doc])* $field_vis $field: $kind,)*
        }

        impl $(<$life>)? $crate::reports::template::View for $name $(<$life>)? {
            const SHAPE: &'static $crate::reports::template::Shape = &$crate::reports::template::Shape::Record(&[
                $((stringify!($field), <$kind as $crate::reports::template::View>::SHAPE)),*
            ]);

            fn value(&self) -> $crate::reports::template::Value<'_> {
                $crate::reports::template::Value::Record(self)
            }
        }

        impl $(<$life>)? $crate::reports::template::Record for $name $(<$life>)? {
            fn field(&self, at: usize) -> $crate::reports::template::Value<'_> {
                let mut places = 0..;
                $(if places.next() == Some(at) {
                    return $crate::reports::template::View::value(&self.$field);
                })*
                unreachable!("no field {at}: places are those of the shape")
            }
        }
    };
}
pub(in crate::reports) use view;
