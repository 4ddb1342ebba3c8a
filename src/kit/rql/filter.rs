//! The allow-list of a collection: what a query may use. Nothing else reaches a statement.

use std::borrow::Cow;

use super::tree::Operator;

/// Everything that queries of one collection may use. Expressions are SQL over `r`, a row of it; put them in brackets if they are more
/// than a column or a call.
#[derive(Debug, Clone, Copy)]
pub struct Collection {
    pub filters: &'static [Filter],
    /// Old names, each with its current name. `a__b` means `a.b` without being listed.
    pub aliases: &'static [(&'static str, &'static str)],
    /// A column that holds everything `search` looks through, folded by `folded()`. Without one, each searched filter is looked through.
    pub search: Option<&'static str>,
    /// The order if the query has none.
    pub order: &'static [By],
    /// A unique expression, never NULL: every order ends with it. Of a list of one side it may be several with commas between, unique together.
    pub id: &'static str,
}

/// A name that queries may use.
#[derive(Debug, Clone, Copy)]
pub struct Filter {
    /// As published: `asset.product.name`.
    pub name: &'static str,
    pub kind: Kind,
    /// An expression over `r`, or over `f` if the filter is on a related row. Empty if the name can only be selected.
    pub column: &'static str,
    pub beside: Option<Beside>,
    pub operators: Operators,
    /// `null()` may be asked for.
    pub nullable: bool,
    /// The empty text means no value.
    pub blank: bool,
    /// Values that also mean `null()`.
    pub none: &'static [&'static str],
    pub ordered: bool,
    pub searched: bool,
    /// Published only when `select` asks for it.
    pub hidden: bool,
}

/// The type of a filter's values.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Text,
    /// Compared as text: a malformed id matches nothing.
    Id,
    /// Stored as a UUID: what is none matches nothing.
    Uid,
    /// Published words, each with the stored one. One published word may stand for several stored ones. Case does not matter.
    Words(&'static [(&'static str, &'static str)]),
    Whole,
    /// With this many decimal places; values of queries are truncated to them.
    Decimal(u32),
    Flag,
    Day,
    /// Published in whole seconds and compared by them.
    Instant,
}

/// Related rows, as `f`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Beside {
    /// The row of `table` whose `id` is `key`, an expression over `r`.
    One { key: &'static str, table: &'static str },
    /// Any number of rows: what to select from, and the condition by which they belong to `r`.
    Many { from: &'static str, on: &'static str },
}

/// The operators that a filter supports.
#[derive(Debug, Clone, Copy)]
pub struct Operators(u16);

impl Operators {
    pub const NONE: Self = Self::of(&[]);
    pub const FLAG: Self = Self::of(&[Operator::Eq, Operator::Ne]);
    pub const TEXT: Self =
        Self::of(&[Operator::Eq, Operator::Ne, Operator::In, Operator::Out, Operator::Like, Operator::Ilike]);
    /// For types with an order.
    pub const SIZE: Self = Self::of(&[
        Operator::Eq,
        Operator::Ne,
        Operator::Gt,
        Operator::Ge,
        Operator::Lt,
        Operator::Le,
        Operator::In,
        Operator::Out,
    ]);

    pub const fn of(operators: &[Operator]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < operators.len() {
            bits |= 1 << operators[at] as u16;
            at += 1;
        }
        Self(bits)
    }

    pub const fn has(self, operator: Operator) -> bool {
        self.0 & 1 << operator as u16 != 0
    }
}

impl Filter {
    const fn new(name: &'static str, column: &'static str, kind: Kind, operators: Operators) -> Self {
        Self {
            name,
            kind,
            column,
            beside: None,
            operators,
            nullable: false,
            blank: false,
            none: &[],
            ordered: false,
            searched: false,
            hidden: false,
        }
    }

    pub const fn text(name: &'static str, column: &'static str) -> Self {
        Self::new(name, column, Kind::Text, Operators::TEXT)
    }

    pub const fn id(name: &'static str, column: &'static str) -> Self {
        Self::new(name, column, Kind::Id, Operators::TEXT)
    }

    pub const fn uid(name: &'static str, column: &'static str) -> Self {
        Self::new(name, column, Kind::Uid, Operators::TEXT)
    }

    /// `words`: pairs of published and stored words.
    pub const fn words(
        name: &'static str,
        column: &'static str,
        words: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self::new(name, column, Kind::Words(words), Operators::TEXT)
    }

    pub const fn whole(name: &'static str, column: &'static str) -> Self {
        Self::new(name, column, Kind::Whole, Operators::SIZE)
    }

    /// With `scale` decimal places.
    pub const fn decimal(name: &'static str, column: &'static str, scale: u32) -> Self {
        Self::new(name, column, Kind::Decimal(scale), Operators::SIZE)
    }

    pub const fn flag(name: &'static str, column: &'static str) -> Self {
        Self::new(name, column, Kind::Flag, Operators::FLAG)
    }

    pub const fn day(name: &'static str, column: &'static str) -> Self {
        Self::new(name, column, Kind::Day, Operators::SIZE)
    }

    pub const fn instant(name: &'static str, column: &'static str) -> Self {
        Self::new(name, column, Kind::Instant, Operators::SIZE)
    }

    /// A part of the published object that can be selected but not compared: `asset.params`.
    pub const fn part(name: &'static str) -> Self {
        Self::new(name, "", Kind::Text, Operators::NONE)
    }

    /// The column belongs to `f`, a related row.
    pub const fn beside(self, beside: Beside) -> Self {
        assert!(!self.ordered, "call `ordered` after `beside`");
        Self { beside: Some(beside), ..self }
    }

    /// There may be no value: `null()` asks for that.
    pub const fn nullable(self) -> Self {
        Self { nullable: true, ..self }
    }

    /// A text that is stored empty if the published object lacks it: `null()` matches both.
    pub const fn blank(self) -> Self {
        Self { nullable: true, blank: true, ..self }
    }

    /// As [`Self::nullable`], and these values also mean `null()`.
    pub const fn none(self, none: &'static [&'static str]) -> Self {
        Self { nullable: true, none, ..self }
    }

    /// `ordering` may use it.
    pub const fn ordered(self) -> Self {
        assert!(!matches!(self.beside, Some(Beside::Many { .. })), "a value of many rows cannot be ordered by");
        Self { ordered: true, ..self }
    }

    /// `search` looks through it: texts, ids and words only.
    pub const fn searched(self) -> Self {
        assert!(matches!(self.kind, Kind::Text | Kind::Id | Kind::Words(_)), "only texts can be searched");
        Self { searched: true, ..self }
    }

    /// Left out of the published object unless `select` asks for it.
    pub const fn hidden(self) -> Self {
        Self { hidden: true, ..self }
    }

    /// Supports these operators only.
    pub const fn only(self, operators: &[Operator]) -> Self {
        Self { operators: Operators::of(operators), ..self }
    }

    /// An expression over `r`, if the collection can be ordered by it.
    pub(super) fn sorts_by(&self) -> Option<Cow<'static, str>> {
        match self.beside {
            _ if !self.ordered => None,
            None => Some(Cow::Borrowed(self.column)),
            Some(Beside::One { key, table }) => {
                Some(Cow::Owned(format!("(SELECT {} FROM {table} f WHERE f.id = {key})", self.column)))
            }
            Some(Beside::Many { .. }) => None,
        }
    }
}

impl Collection {
    /// The filter of that current or old name.
    pub(super) fn find(&self, name: &str) -> Option<&'static Filter> {
        let named = |name: &str| self.filters.iter().find(|filter| filter.name == name);
        named(name).or_else(|| named(&self.current(name)))
    }

    /// The current name for an old one.
    pub(super) fn current<'n>(&self, name: &'n str) -> Cow<'n, str> {
        match self.aliases.iter().find(|(old, _)| *old == name) {
            Some((_, name)) => Cow::Borrowed(*name),
            None if name.contains("__") => Cow::Owned(name.replace("__", ".")),
            None => Cow::Borrowed(name),
        }
    }
}

/// An expression to order by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct By {
    pub expression: Cow<'static, str>,
    pub descending: bool,
}

impl By {
    pub const fn up(expression: &'static str) -> Self {
        Self { expression: Cow::Borrowed(expression), descending: false }
    }

    pub const fn down(expression: &'static str) -> Self {
        Self { expression: Cow::Borrowed(expression), descending: true }
    }
}
