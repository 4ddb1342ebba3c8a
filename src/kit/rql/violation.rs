//! What is wrong with a query, as data. Whoever answers the request finds the words.

use super::tree::Operator;

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
}

impl Fault {
    pub const fn family(&self) -> Family {
        match self {
            Self::Lookup { .. } => Family::Lookup,
            Self::Value { .. } => Family::Value,
            _ => Family::Parsing,
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
