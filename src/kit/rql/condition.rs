//! A condition and how it is written: every value is bound, none is part of the text.

use super::filter::Beside;
use crate::kit::sql::{Bind, Sql};

/// What a query asks of a row. A row matches if it is TRUE; FALSE and NULL both mean that it does not.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    /// On a column.
    Column(&'static str, Is),
    /// On a related row: the whole inner condition must hold for the same one.
    Beside(Beside, Box<Condition>),
}

/// A test of one expression.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Is {
    Null,
    /// NULL or the empty text.
    NullOrEmpty,
    Equal(Bind),
    /// One of an array.
    OneOf(Bind),
    Above(Bind),
    AtLeast(Bind),
    Below(Bind),
    AtMost(Bind),
    /// From the first until before the second.
    Within(Bind, Bind),
    /// In one of the seconds of an array.
    OneSecondOf(Bind),
    /// A pattern of `LIKE`.
    Like(String),
    /// A pattern of `LIKE` for the column as text.
    Written(String),
    /// A pattern of `LIKE`, in any case.
    Ilike(String),
    /// A text in any case.
    Same(String),
    /// On a folded column: contains the text, however it is typed.
    Holds(String),
    /// On a folded column: matches a pattern of `LIKE`, however it is typed.
    HoldsLike(String),
}

impl Condition {
    /// All of `conditions`, if there are any. Those on the same related rows must hold for the same row.
    pub(super) fn all(conditions: impl IntoIterator<Item = Self>) -> Option<Self> {
        Self::together(conditions, Self::All)
    }

    /// At least one of `conditions`, if there are any.
    pub(super) fn any(conditions: impl IntoIterator<Item = Self>) -> Option<Self> {
        Self::together(conditions, Self::Any)
    }

    pub(super) fn not(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    fn together(conditions: impl IntoIterator<Item = Self>, whole: fn(Vec<Self>) -> Self) -> Option<Self> {
        let mut groups: Vec<(Option<Beside>, Vec<Self>)> = Vec::new();
        for condition in conditions {
            match condition {
                Self::Beside(beside, inner) => match groups.iter_mut().find(|(known, _)| *known == Some(beside)) {
                    Some((_, group)) => group.push(*inner),
                    None => groups.push((Some(beside), vec![*inner])),
                },
                other => groups.push((None, vec![other])),
            }
        }
        let one = |mut conditions: Vec<Self>| match conditions.len() {
            0 | 1 => conditions.pop(),
            _ => Some(whole(conditions)),
        };
        let written = groups.into_iter().filter_map(|(beside, group)| {
            let inner = one(group)?;
            Some(match beside {
                Some(beside) => Self::Beside(beside, Box::new(inner)),
                None => inner,
            })
        });
        one(written.collect())
    }

    /// Whether a missing related row matches, as if all its columns were NULL.
    fn holds_of_nothing(&self) -> bool {
        match self {
            Self::All(conditions) => conditions.iter().all(Self::holds_of_nothing),
            Self::Any(conditions) => conditions.iter().any(Self::holds_of_nothing),
            Self::Not(inner) => !inner.holds_of_nothing(),
            Self::Column(_, is) => matches!(is, Is::Null | Is::NullOrEmpty),
            Self::Beside(..) => false,
        }
    }

    /// Writes it as an expression. Its text depends on the client, so the statement is not kept prepared.
    pub fn write(&self, sql: &mut Sql) {
        sql.plan_anew();
        match self {
            Self::All(conditions) => series(sql, conditions, " AND "),
            Self::Any(conditions) => series(sql, conditions, " OR "),
            Self::Not(inner) => {
                sql.push("(");
                inner.write(sql);
                sql.push(") IS NOT TRUE");
            }
            Self::Column(column, is) => is.write(sql, column),
            Self::Beside(beside, inner) => {
                let nothing = inner.holds_of_nothing();
                match beside {
                    Beside::One { key, table } => {
                        sql.push(&if nothing { format!("({key} IS NULL OR ") } else { String::new() });
                        sql.push(&format!("{key} IN (SELECT f.id FROM {table} f WHERE "));
                    }
                    Beside::Many { from, on } => {
                        let none = format!("(NOT EXISTS (SELECT FROM {from} WHERE {on}) OR ");
                        sql.push(if nothing { &none } else { "" });
                        sql.push(&format!("EXISTS (SELECT FROM {from} WHERE {on} AND "));
                    }
                }
                inner.write(sql);
                sql.push(if nothing { "))" } else { ")" });
            }
        }
    }
}

fn series(sql: &mut Sql, conditions: &[Condition], sign: &str) {
    for (at, condition) in conditions.iter().enumerate() {
        sql.push(if at == 0 { "(" } else { sign });
        condition.write(sql);
    }
    sql.push(")");
}

impl Is {
    fn write(&self, sql: &mut Sql, x: &str) {
        let mut sign = |sign: &str, bind: &Bind, end: &str| {
            sql.push(&format!("{x}{sign}"));
            sql.bind(bind.clone());
            sql.push(end);
        };
        let text = |text: &String| Bind::Text(text.clone());
        match self {
            Self::Null => sql.push(&format!("{x} IS NULL")),
            Self::NullOrEmpty => sql.push(&format!("coalesce({x}, '') = ''")),
            Self::Equal(bind) => sign(" = ", bind, ""),
            Self::OneOf(binds) => sign(" = ANY(", binds, ")"),
            Self::Above(bind) => sign(" > ", bind, ""),
            Self::AtLeast(bind) => sign(" >= ", bind, ""),
            Self::Below(bind) => sign(" < ", bind, ""),
            Self::AtMost(bind) => sign(" <= ", bind, ""),
            Self::Within(from, until) => {
                sql.push("(");
                Self::AtLeast(from.clone()).write(sql, x);
                sql.push(" AND ");
                Self::Below(until.clone()).write(sql, x);
                sql.push(")");
            }
            Self::OneSecondOf(ats) => Self::OneOf(ats.clone()).write(sql, &format!("date_trunc('second', {x})")),
            Self::Like(pattern) => sign(" LIKE ", &text(pattern), ""),
            Self::Written(pattern) => sign("::text LIKE ", &text(pattern), ""),
            Self::Ilike(pattern) => {
                sql.push(&format!("lower({x}) LIKE lower("));
                sql.text(pattern);
                sql.push(")");
            }
            Self::Same(same) => {
                sql.push(&format!("lower({x}) = lower("));
                sql.text(same);
                sql.push(")");
            }
            Self::Holds(part) => sign(" LIKE holding(", &text(part), ")"),
            Self::HoldsLike(pattern) => sign(" LIKE folded(", &text(pattern), ")"),
        }
    }
}
