//! What rows come to, held against the records that they name.

use std::collections::HashMap;

use super::{
    Fault, Outcome,
    sheet::{Column, Layout, Row, Wrong},
    store::Known,
};
use crate::{
    kit::id::Id,
    modules::usage::{UsageFile, UsageRecord, record_of},
};

/// A row with what becomes of it.
#[derive(Debug, Clone)]
pub struct Judged {
    pub row: Row,
    /// Of the record in its file, if there is one.
    pub number: Option<i32>,
    pub outcome: Outcome,
    pub wrong: Option<Wrong>,
}

/// The record of the file that a row names.
pub fn named(file: &Id<UsageFile>, row: &Row) -> Result<i32, Fault> {
    match row.record.parse::<Id<UsageRecord>>().ok().and_then(|id| record_of(&id)) {
        Some((of, number)) if of == *file => Ok(number),
        Some(_) => Err(Fault::Elsewhere),
        None => Err(Fault::Unknown),
    }
}

/// Judges all rows of a file; `known` are the records that they name, by their numbers.
pub fn judge(file: &Id<UsageFile>, layout: &Layout, rows: Vec<Row>, known: &HashMap<i32, Known>) -> Vec<Judged> {
    let mut met: HashMap<i32, i32> = HashMap::new();
    rows.into_iter()
        .map(|mut row| {
            let number = named(file, &row).ok().filter(|number| known.contains_key(number));
            let wrong = row.wrong.take().or_else(|| against(file, layout, &row, known, &mut met));
            let outcome = match (&wrong, number.and_then(|number| known.get(&number))) {
                (None, Some(known)) => known.becomes(&row),
                _ => Outcome::Error,
            };
            Judged { row, number, outcome, wrong }
        })
        .collect()
}

/// What is wrong with a row whose cells can be read.
fn against(
    file: &Id<UsageFile>,
    layout: &Layout,
    row: &Row,
    known: &HashMap<i32, Known>,
    met: &mut HashMap<i32, i32>,
) -> Option<Wrong> {
    let of_record = |fault, detail: String| Some(layout.wrong(Column::Record, fault, &row.record, detail));
    let number = match named(file, row) {
        Ok(number) => number,
        Err(fault) => return of_record(fault, String::new()),
    };
    let Some(record) = known.get(&number) else { return of_record(Fault::Unknown, String::new()) };
    if let Some(line) = met.get(&number) {
        return of_record(Fault::Twice, line.to_string());
    }
    met.insert(number, row.line);
    if let Some(found) = row.quantity.filter(|found| *found != record.quantity) {
        let detail = record.quantity.normalize().to_string();
        return Some(layout.wrong(Column::Quantity, Fault::Quantity, &found.to_string(), detail));
    }
    if let Some(found) = row.amount.filter(|found| Some(*found) != record.amount) {
        let detail = record.amount.unwrap_or_default().normalize().to_string();
        return Some(layout.wrong(Column::Amount, Fault::Amount, &found.to_string(), detail));
    }
    if record.closed && !record.own && record.differs(row) {
        return Some(layout.wrong(Column::Reference, Fault::Whole, &row.reference, String::new()));
    }
    None
}

impl Known {
    /// Whether a row says otherwise how the record was billed. One without a reference says nothing.
    fn differs(&self, row: &Row) -> bool {
        !row.reference.is_empty() && (self.billing_reference != row.reference || self.billing_note != row.note)
    }

    fn becomes(&self, row: &Row) -> Outcome {
        match (row.reference.is_empty(), self.closed) {
            (false, false) => Outcome::Close,
            (false, true) if self.differs(row) => Outcome::Change,
            _ => Outcome::Same,
        }
    }
}
