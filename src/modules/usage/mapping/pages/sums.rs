//! What a file was read with, and where the rows of its report went, for both sides.

use super::super::{ledger::Ledger, ready::Ready, store::Used};
use crate::{
    kit::{
        actor::Permission,
        choice::{Choice as _, labelled},
        typed::apart,
        viewer::Viewer,
        words::{Figure, Words},
    },
    modules::usage::store::FileRow,
    t,
};

/// A mapping by its name, and which version of it.
pub struct Named {
    pub name: Words,
    pub version: i32,
}

impl Named {
    pub fn of(name: &str, version: i32) -> Self {
        // those that are always there are called in the reader's language
        Self { name: labelled::<Ready>(name).apart(), version }
    }
}

/// Where some rows went.
pub struct Gone {
    pub what: Words,
    pub rows: u32,
    pub value: String,
    /// All rows, to which the others add up.
    pub all: bool,
}

impl Gone {
    pub fn all(ledger: &Ledger) -> Vec<Self> {
        let left_out = ledger.left_out.iter().map(|one| match &one.reason {
            Some(reason) => (t!("Left out: {reason}", reason = apart(reason)), one.sum),
            None => (t!("Reversals, which are not billed"), one.sum),
        });
        let made =
            [(t!("Rows that are a record each"), ledger.records), (t!("Rows grouped into records"), ledger.grouped)];
        let errors = (t!("Rows with errors"), ledger.errors);
        let parts = made.into_iter().chain(left_out).chain([errors]).filter(|(_, sum)| sum.rows > 0);
        let all = (t!("All rows"), ledger.source);
        parts
            .map(|part| (part, false))
            .chain([(all, true)])
            .map(|((what, sum), all)| Self { what, rows: sum.rows, value: sum.value.to_string(), all })
            .collect()
    }
}

/// What a file was read with, as its page shows it.
pub struct ReadWith {
    pub name: Named,
    /// Where its vendor finds it.
    pub href: Option<String>,
    pub gone: Vec<Gone>,
    /// What the sums are of, and of amounts their currency.
    pub measure: &'static str,
    pub currency: Option<String>,
    pub rules: Vec<String>,
    /// What the records come to, when they were multiplied or rounded.
    pub rounded: Option<Words>,
}

impl ReadWith {
    /// `good` is whether the records count: while rows are wrong, those that the check refused stand in no sum.
    pub fn of<P: Permission>(actor: &Viewer<P>, (vendor, good): (bool, bool), used: Used, file: &FileRow) -> Self {
        let currency = used.mapping.measured_in(file.currency.as_ref());
        let ledger = used.ledger.as_ref().filter(|_| good);
        let rounded = ledger.and_then(|ledger| {
            let before = ledger.records.value + ledger.grouped.value;
            let after = ledger.made.value;
            // quantities of groups may be counted otherwise, and reversals turned below zero, which is no rounding
            let amounts =
                !used.mapping.amount.is_empty() && used.mapping.reverses.is_empty() && ledger.errors.rows == 0;
            if !used.mapping.rate.is_empty() {
                let rate = used.mapping.rate.to_string();
                // what the report has above zero may be below it in the records
                if !used.mapping.reverses.is_empty() {
                    return Some(t!("Amounts are multiplied by the rate {rate}.", rate = apart(&rate)));
                }
                return Some(t!(
                    "Multiplied by the rate {rate}, {before} is {after}.",
                    rate = apart(&rate),
                    before = Figure::of(before),
                    after = Figure::money(after, file.currency.as_ref())
                ));
            }
            (amounts && before != after).then(|| {
                t!(
                    "Rounded to the records' decimals, {before} is {after}.",
                    before = Figure::money(before, &currency),
                    after = Figure::money(after, &currency)
                )
            })
        });
        Self {
            name: Named::of(&used.name, used.version),
            href: used.id.filter(|_| vendor).map(|id| super::url(actor, &id)),
            gone: ledger.map(Gone::all).unwrap_or_default(),
            measure: used.mapping.measure().label(),
            currency,
            rules: used.mapping.rules.iter().map(ToString::to_string).collect(),
            rounded,
        }
    }
}
