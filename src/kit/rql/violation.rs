//! What is wrong with a query, as data.

use super::{COMPARISONS, DEEPEST, LONGEST, VALUES, tree::Operator};
use crate::kit::violation::{Why, Words};

/// A fault and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Byte offset in the decoded query.
    pub at: usize,
    pub fault: Fault,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// More bytes than [`super::LONGEST`].
    TooLong,
    /// More nested brackets than [`super::DEEPEST`].
    TooDeep,
    /// More comparisons than [`super::COMPARISONS`], or more values and names than [`super::VALUES`].
    TooMany,
    /// A syntax error: the grammar expects something else here.
    Expected(Expected),
    /// A second `ordering`, `limit` or `offset`.
    Repeated(&'static str),
    /// `limit` or `offset` with an operator other than `eq`.
    Paging(&'static str),
    /// A name in `ordering` by which the collection cannot be ordered.
    Ordering(String),
    /// A name in `select` that is no part of the collection's objects.
    Select(String),
    /// A known filter that does not support this operator, or `null()` for a filter that always has a value.
    Lookup { filter: String, operator: Operator },
    /// A value that is not of the filter's type, or not one of its words.
    Value { filter: String, operator: Operator, value: String },
}

/// What the grammar expects where it found something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// A comparison, a call or an opening bracket.
    Term,
    /// The name of a property: an ASCII letter, then letters, digits, `_`, `-`, `.`.
    Name,
    /// A value: quoted, `null()`, `empty()`, a tuple, or text that needs no quotes.
    Value,
    /// `=` or `(` after a name.
    Sign,
    /// Exactly this character.
    One(char),
    /// The closing quote.
    Quote,
    /// The name of a known function.
    Function,
    /// A single comparison, inside `not(…)` or `t(…)`.
    Single,
    /// The end of the query.
    End,
    /// Any character but U+0000, which PostgreSQL cannot store.
    Text,
}

/// The three published families of errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Parsing,
    Lookup,
    Value,
}

impl Violation {
    pub(super) const fn new(at: usize, fault: Fault) -> Self {
        Self { at, fault }
    }

    /// For the client: the published sentence of the family, then what is wrong.
    pub fn why(&self) -> Why {
        Why::new(self.fault.code(), self.fault.words().with("at", self.at))
    }
}

impl Fault {
    pub const fn family(&self) -> Family {
        match self {
            Self::Lookup { .. } => Family::Lookup,
            Self::Value { .. } => Family::Value,
            _ => Family::Parsing,
        }
    }

    /// A sentence; `{at}` is the byte of the query where it is.
    fn words(&self) -> Words {
        match self {
            Self::TooLong => {
                Words::new("RQL Parsing error. A query can have up to {most} bytes.").with("most", LONGEST)
            }
            Self::TooDeep => {
                Words::new("RQL Parsing error. Brackets can be nested up to {most} deep.").with("most", DEEPEST)
            }
            Self::TooMany => {
                Words::new("RQL Parsing error. A query can have up to {most} comparisons and {values} values.")
                    .with("most", COMPARISONS)
                    .with("values", VALUES)
            }
            Self::Expected(_) => Words::new("RQL Parsing error. Invalid query at byte {at}."),
            Self::Repeated(name) => Words::new("RQL Parsing error. {name} is used twice.").with("name", name),
            Self::Paging(name) => {
                Words::new("RQL Parsing error. {name} can only be equal to a number.").with("name", name)
            }
            Self::Ordering(name) => {
                Words::new("RQL Parsing error. This list cannot be ordered by {name}.").with("name", name)
            }
            Self::Select(name) => Words::new("RQL Parsing error. {name} cannot be selected here.").with("name", name),
            Self::Lookup { filter, operator } => {
                Words::new("RQL Lookup error. {filter} cannot be compared with {operator}.")
                    .with("filter", filter)
                    .with("operator", operator.word())
            }
            Self::Value { filter, value, .. } => {
                Words::new("RQL Value error. {filter} cannot be compared with this value: {value}.")
                    .with("filter", filter)
                    .with("value", value)
            }
        }
    }

    /// A stable word for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::TooDeep => "too_deep",
            Self::TooMany => "too_many",
            Self::Expected(_) => "syntax",
            Self::Repeated(_) => "repeated",
            Self::Paging(_) => "paging",
            Self::Ordering(_) => "ordering",
            Self::Select(_) => "select",
            Self::Lookup { .. } => "lookup",
            Self::Value { .. } => "value",
        }
    }
}
