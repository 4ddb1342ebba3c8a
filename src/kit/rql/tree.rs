//! What a query says, before its names are looked up in a collection.

use std::fmt;

/// A part of a query. Chains are flat: no `All` is directly inside an `All`, and no `Any` inside an `Any`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term<'q> {
    All(Vec<Term<'q>>),
    Any(Vec<Term<'q>>),
    Not(Box<Term<'q>>),
    Test(Test<'q>),
    /// `t(…)`: conditions on the same row.
    Tuple(Vec<Test<'q>>),
    Ordering(Names<'q>),
    Select(Names<'q>),
}

/// A property compared with values: several for [`Operator::In`] and [`Operator::Out`], one for all others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test<'q> {
    pub name: Name<'q>,
    pub operator: Operator,
    pub values: Vec<Value<'q>>,
}

/// The name of a property as written, and its first byte in the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name<'q> {
    pub at: usize,
    pub text: &'q str,
}

/// The arguments of `ordering` and `select`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names<'q> {
    pub at: usize,
    pub names: Vec<Signed<'q>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed<'q> {
    pub sign: Option<Sign>,
    pub name: Name<'q>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Plus,
    Minus,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value<'q> {
    pub at: usize,
    pub said: Said<'q>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said<'q> {
    Plain(&'q str),
    /// The text between the quotes, and the quote character.
    Quoted(&'q str, char),
    Null,
    Empty,
    Tuple(Vec<Test<'q>>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
    In,
    Out,
    Like,
    Ilike,
}

impl Operator {
    pub const ALL: [Self; 10] =
        [Self::Eq, Self::Ne, Self::Gt, Self::Ge, Self::Lt, Self::Le, Self::In, Self::Out, Self::Like, Self::Ilike];

    /// As written in a query.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::Lt => "lt",
            Self::Le => "le",
            Self::In => "in",
            Self::Out => "out",
            Self::Like => "like",
            Self::Ilike => "ilike",
        }
    }
}

impl<'q> Term<'q> {
    /// All of `terms`.
    pub(super) fn all(terms: Vec<Self>) -> Self {
        Self::flat(terms, Self::All, |term| match term {
            Self::All(inner) => Ok(inner),
            other => Err(other),
        })
    }

    /// At least one of `terms`.
    pub(super) fn any(terms: Vec<Self>) -> Self {
        Self::flat(terms, Self::Any, |term| match term {
            Self::Any(inner) => Ok(inner),
            other => Err(other),
        })
    }

    fn flat(
        mut terms: Vec<Self>,
        whole: impl FnOnce(Vec<Self>) -> Self,
        open: impl Fn(Self) -> Result<Vec<Self>, Self>,
    ) -> Self {
        if terms.len() == 1 {
            return terms.remove(0);
        }
        let mut flat = Vec::with_capacity(terms.len());
        for term in terms {
            match open(term) {
                Ok(inner) => flat.extend(inner),
                Err(term) => flat.push(term),
            }
        }
        whole(flat)
    }
}

impl Value<'_> {
    /// As written, without quotes; `t()` for any tuple.
    pub fn written(&self) -> &str {
        match self.said {
            Said::Plain(text) | Said::Quoted(text, _) => text,
            Said::Null => "null()",
            Said::Empty => "empty()",
            Said::Tuple(_) => "t()",
        }
    }
}

/// Everything as a call, without redundant brackets: queries with the same text here are the same query.
impl fmt::Display for Term<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(terms) => call(f, "and", terms),
            Self::Any(terms) => call(f, "or", terms),
            Self::Not(term) => call(f, "not", [term]),
            Self::Test(test) => test.fmt(f),
            Self::Tuple(tests) => call(f, "t", tests),
            Self::Ordering(names) => call(f, "ordering", &names.names),
            Self::Select(names) => call(f, "select", &names.names),
        }
    }
}

impl fmt::Display for Test<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({},", self.operator.word(), self.name.text)?;
        match self.operator {
            Operator::In | Operator::Out => call(f, "", &self.values)?,
            _ => self.values.iter().try_for_each(|value| value.fmt(f))?,
        }
        f.write_str(")")
    }
}

impl fmt::Display for Signed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.sign {
            Some(Sign::Plus) => "+",
            Some(Sign::Minus) => "-",
            None => "",
        })?;
        f.write_str(self.name.text)
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.said {
            Said::Quoted(text, quote) => write!(f, "{quote}{text}{quote}"),
            Said::Tuple(tests) => call(f, "t", tests),
            _ => f.write_str(self.written()),
        }
    }
}

fn call<T: fmt::Display>(f: &mut fmt::Formatter<'_>, name: &str, of: impl IntoIterator<Item = T>) -> fmt::Result {
    write!(f, "{name}(")?;
    for (at, one) in of.into_iter().enumerate() {
        write!(f, "{}{one}", if at == 0 { "" } else { "," })?;
    }
    f.write_str(")")
}
