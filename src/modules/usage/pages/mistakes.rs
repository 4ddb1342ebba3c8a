//! What is wrong with a report, as pages list it.

use crate::{
    kit::{choice::Choice as _, words::Words},
    modules::usage::{
        read::Others,
        store::{FaultRow, Placed},
    },
    t,
};

/// A mistake as pages list it.
pub struct Mistake {
    /// None when the file as a whole is wrong.
    pub row: Option<i32>,
    /// Of one that stands in several rows, which became one.
    pub rows: Option<Words>,
    pub letters: String,
    pub header: String,
    pub raw: String,
    pub words: Words,
}

impl Mistake {
    pub(super) fn of(row: &FaultRow) -> Self {
        Self {
            row: (row.number > 0).then_some(row.number),
            rows: rows(row.number, &row.others()),
            letters: row.letters.clone(),
            header: row.header.clone(),
            raw: if row.number > 0 { row.raw.clone() } else { String::new() },
            words: row.words(),
        }
    }

    pub fn of_placed(one: &Placed) -> Self {
        Self {
            row: (one.number > 0).then_some(one.number),
            rows: rows(one.number, &one.others),
            letters: one.letters.clone(),
            header: one.fault.at.map_or("", |at| at.key()).to_owned(),
            raw: if one.number > 0 { one.fault.raw.clone() } else { String::new() },
            words: one.fault.words(),
        }
    }
}

/// "4, 9, 31 and 12 more": rows of a report that became one.
fn rows(first: i32, others: &Others) -> Option<Words> {
    if others.rows.is_empty() {
        return None;
    }
    let named: Vec<String> = std::iter::once(&first).chain(&others.rows).map(ToString::to_string).collect();
    Some(match usize::try_from(others.more) {
        Ok(more) if more > 0 => t!("{rows} and {n} more" | "{rows} and {n} more", more, rows = named.join(", ")),
        _ => Words::all_of(named),
    })
}
