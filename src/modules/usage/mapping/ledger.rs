//! Where every row of a report went: none is dropped in silence. What became a record, what went into a group, what a rule left out and
//! what is wrong add up to the rows and the sum of the report.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use super::exact::Exact;
use crate::modules::usage::{read::Beside, store::Control};

/// Rows, and what they come to: their amounts, or their quantities where the report has no amounts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    pub rows: u32,
    pub value: Exact,
}

impl Sum {
    pub fn one(value: Exact) -> Self {
        Self { rows: 1, value }
    }
}

impl AddAssign for Sum {
    fn add_assign(&mut self, other: Self) {
        *self = Self { rows: self.rows + other.rows, value: self.value + other.value };
    }
}

/// What one rule left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The reason that the rule gives; none for reversals.
    pub reason: Option<String>,
    pub sum: Sum,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// All rows, counted when they are read.
    pub source: Sum,
    /// Rows that became a record each.
    pub records: Sum,
    /// Rows that became records together.
    pub grouped: Sum,
    pub left_out: Vec<LeftOut>,
    pub errors: Sum,
    /// Records, and the amounts that they have: rounded, so they may differ from what went into them.
    pub made: Sum,
    /// What the report says of itself.
    #[serde(skip)]
    pub said: Control,
    #[serde(skip)]
    pub beside: Beside,
}

impl Ledger {
    pub fn leave_out(&mut self, reason: Option<&str>, sum: Sum) {
        match self.left_out.iter_mut().find(|one| one.reason.as_deref() == reason) {
            Some(one) => one.sum += sum,
            None => self.left_out.push(LeftOut { reason: reason.map(str::to_owned), sum }),
        }
    }

    /// What rules left out, all together.
    pub fn all_left_out(&self) -> Sum {
        let mut all = Sum::default();
        for one in &self.left_out {
            all += one.sum;
        }
        all
    }

    /// What became a record, or a part of one, is wrong after all.
    pub fn refuse(&mut self, sum: Sum, grouped: bool) {
        let from = if grouped { &mut self.grouped } else { &mut self.records };
        *from = Sum { rows: from.rows.saturating_sub(sum.rows), value: from.value + -sum.value };
        self.errors += sum;
    }

    /// Whether every row is somewhere, once.
    pub fn adds_up(&self) -> bool {
        let mut all = self.records;
        all += self.grouped;
        all += self.all_left_out();
        all += self.errors;
        all == self.source
    }
}
