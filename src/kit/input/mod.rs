//! Input, whatever its source: a browser's form, a row of a sheet, a JSON body, the answers of a wizard.
//!
//! A table names each field once ([`crate::input!`]). From it come reading and writing, asking, labels, and the places of what is wrong.
//! Every source is read as text: what was typed, what a cell shows, what a JSON value is written as. The table's kinds turn it into values, so the
//! same wrong value is refused with the same code at the same field, whoever sends it.

mod form;
pub mod json;
pub mod kinds;
mod question;

pub use form::Form;
pub use question::{Question, Questions};
use serde_json::Value;

use super::{
    api::Schema,
    form_page::Ask,
    violation::{Path, Violation, Violations, Why},
    words::Words,
};

/// One field, as the table has it.
pub struct Entry {
    /// In forms, in what is kept, and in violations.
    pub name: &'static str,
    /// Its place in the published object, `contact_info.postal_code`.
    pub at: &'static str,
    pub label: &'static str,
    pub hint: &'static str,
    /// The words that ask for it when it is empty. Without any it may be.
    pub missing: Option<&'static str>,
    /// The heading of the fields that belong together.
    pub group: &'static str,
    pub ask: fn() -> Ask,
    /// The text that a JSON value at its place is.
    pub json: fn(&Value) -> Result<String, Why>,
    /// What such a JSON value looks like.
    pub schema: fn() -> Schema,
}

impl Entry {
    /// How it is asked, whoever is.
    pub fn asked(&self) -> Ask {
        (self.ask)()
    }
}

/// A value with a table of its fields.
pub trait Input: Sized {
    const TABLE: &'static [Entry];

    /// Each field as text that reads back as the same, in the order of the table.
    fn texts(&self) -> Vec<String>;

    /// Each field as people read it, in the order of the table.
    fn shown(&self) -> Vec<Words>;

    /// Each field as the published object has it, in the order of the table.
    fn values(&self) -> Vec<Value>;

    /// The value that these texts mean, in the order of the table.
    ///
    /// # Errors
    /// All that is wrong, at most once for each field, in their order.
    fn read(texts: &[String]) -> Result<Self, Violations>;
}

/// What a field's text may be, and what it means.
pub trait Kind {
    /// With a default where a field may be empty.
    type Value;

    /// The text without what nobody sees and nobody means.
    fn tidy(&self, text: &str) -> String;

    /// The value of a tidied text that is not empty; `label` is its field's.
    fn value(&self, text: String, label: &Words) -> Result<Self::Value, Why>;

    fn text(&self, value: &Self::Value) -> String;

    fn shown(&self, value: &Self::Value) -> Words {
        Words::data(self.text(value))
    }

    fn ask(&self) -> Ask {
        Ask::Line
    }

    /// The text that a JSON value means.
    #[allow(clippy::wrong_self_convention, reason = "a kind reads JSON as it writes it")]
    fn from_json(&self, value: &Value) -> Result<String, Why> {
        json::text(value)
    }

    fn to_json(&self, value: &Self::Value) -> Value {
        Value::String(self.text(value))
    }

    /// What the JSON value looks like, for the description of the API.
    fn schema(&self) -> Schema {
        Schema::text()
    }
}

/// The kind of a field of this type, for the code that [`crate::input!`] makes.
pub fn of<T, K: Kind<Value = T>>(kind: K) -> K {
    kind
}

/// Reads one field, for the code that [`crate::input!`] makes; `nothing` is the value of an empty one.
pub fn one<K: Kind>(
    kind: &K,
    (entry, text): (&Entry, Option<&String>),
    nothing: impl FnOnce() -> Result<K::Value, Why>,
    wrong: &mut Violations,
) -> Option<K::Value> {
    let tidied = kind.tidy(text.map_or("", String::as_str));
    let value = if tidied.is_empty() { nothing() } else { kind.value(tidied, &Words::new(entry.label)) };
    value.map_err(|why| wrong.push(Violation::new(entry.name, why))).ok()
}

/// Brings violations into the order of the table; those of no field go last.
pub fn in_order(table: &[Entry], wrong: &mut Violations) {
    wrong.sort_by_key(|one| table.iter().position(|entry| entry.name == one.at).unwrap_or(usize::MAX));
}

/// The entry of a field that a violation names.
pub fn entry<I: Input>(at: &Path) -> Option<&'static Entry> {
    I::TABLE.iter().find(|entry| entry.name == at)
}

/// Declares a struct that is an [`Input`], its table, and a draft of it: each field once.
///
/// A field is `name: Type = kind, "Label", at "place", missing "Words that ask for it", hint "…";`, where `missing` and `hint` may be left
/// out; `name as "type": …` gives forms another name than the struct. `settled by`, which may be left out too, names a function that looks at
/// fields beside each other: it may change the draft and say what is wrong.
#[macro_export]
macro_rules! input {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident, $draft:ident $(settled by $settle:path)? {
            $(
                $group:literal {
                    $(
                        $(#[$field_meta:meta])*
                        $field:ident $(as $form:literal)?: $type:ty = $kind:expr, $label:literal, at $at:literal
                            $(, missing $missing:literal)? $(, hint $hint:literal)?;
                    )+
                }
            )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        $vis struct $name { $($($(#[$field_meta])* pub $field: $type,)+)+ }

        /// What could be read of it so far.
        #[derive(Debug)]
        struct $draft { $($($field: Option<$type>,)+)+ }

        impl $crate::kit::input::Input for $name {
            const TABLE: &'static [$crate::kit::input::Entry] = &[$($($crate::kit::input::Entry {
                name: $crate::input!(@name $field $($form)?),
                at: $at,
                label: $label,
                hint: concat!($($hint)?),
                missing: $crate::input!(@missing $($missing)?),
                group: $group,
                ask: || $crate::kit::input::Kind::ask(&$crate::kit::input::of::<$type, _>($kind)),
                json: |value| $crate::kit::input::Kind::from_json(&$crate::kit::input::of::<$type, _>($kind), value),
                schema: || $crate::kit::input::Kind::schema(&$crate::kit::input::of::<$type, _>($kind)),
            },)+)+];

            fn texts(&self) -> Vec<String> {
                vec![$($($crate::kit::input::Kind::text(&$crate::kit::input::of::<$type, _>($kind), &self.$field),)+)+]
            }

            fn shown(&self) -> Vec<$crate::kit::words::Words> {
                vec![$($($crate::kit::input::Kind::shown(&$crate::kit::input::of::<$type, _>($kind), &self.$field),)+)+]
            }

            fn values(&self) -> Vec<serde_json::Value> {
                vec![$($($crate::kit::input::Kind::to_json(&$crate::kit::input::of::<$type, _>($kind), &self.$field),)+)+]
            }

            fn read(texts: &[String]) -> Result<Self, $crate::kit::violation::Violations> {
                let mut wrong = Vec::new();
                let mut places = Self::TABLE.iter().zip(texts.iter().map(Some).chain(std::iter::repeat(None)));
                #[allow(unused_mut, reason = "without `settled by` nothing changes it")]
                let mut draft = $draft {
                    $($($field: places.next().and_then(|given| {
                        let nothing = || $crate::input!(@nothing $($missing)?);
                        $crate::kit::input::one(&$crate::kit::input::of::<$type, _>($kind), given, nothing, &mut wrong)
                    }),)+)+
                };
                $($settle(&mut draft, &mut wrong);)?
                match draft {
                    $draft { $($($field: Some($field),)+)+ } if wrong.is_empty() => Ok(Self { $($($field,)+)+ }),
                    _ => {
                        $crate::kit::input::in_order(Self::TABLE, &mut wrong);
                        Err(wrong)
                    }
                }
            }
        }
    };
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $form:literal) => { $form };
    (@missing) => { None };
    (@missing $words:literal) => { Some($words) };
    (@nothing) => { Ok(Default::default()) };
    (@nothing $words:literal) => { Err($crate::kit::violation::Why::missing($words)) };
}
