//! A vendor's own report, as it is: a saved mapping says how it is read, which column becomes what, and what becomes of each row. Every
//! row of the report ends in one place: a record, a group of rows that is a record, what a rule leaves out, or an error.

pub mod actions;
pub mod api;
pub mod data;
pub mod engine;
pub mod exact;
pub mod grid;
pub mod guess;
pub mod keyed;
pub mod ledger;
pub mod manifest;
pub mod pages;
pub mod pattern;
pub mod preview;
pub mod published;
pub mod ready;
pub mod rules;
pub mod sample;
pub mod source;
pub mod store;
pub mod through;

use std::{
    io::{Read, Seek},
    sync::Arc,
};

use super::{
    UsageFile,
    fault::Fault,
    read::{self, Beside, Categories, Layout, Line},
    store::{Placed, keep_read_control},
};
use crate::{
    kit::{
        db::Tx,
        id::Id,
        problem::{Problem, Result},
    },
    modules::products::UsageSchema,
};

pub use crate::modules::ids::UsageMapping;

/// What a report holds, in the order of its rows.
pub enum Found {
    /// A row of the standard format, as it stands there or as a mapping made it.
    Line(Line),
    /// A row that the mapping cannot read.
    Wrong(Vec<Placed>),
}

/// What is known of a report once it is read.
#[derive(Debug, Default)]
pub struct Seen {
    /// With a mapping: where all rows went.
    pub ledger: Option<ledger::Ledger>,
    pub beside: Beside,
    /// What a workbook of the standard format says of categories.
    pub categories: Option<Categories>,
}

/// Reads an upload, through its mapping if it has one, until `each` answers false.
///
/// # Errors
/// What is wrong with the file as a whole.
pub fn read(
    file: &mut (impl Read + Seek),
    schema: UsageSchema,
    through: Option<(&data::Mapping, &engine::Facts)>,
    mut each: impl FnMut(&Arc<Layout>, Found) -> bool,
) -> Result<Seen, Vec<Fault>> {
    let Some(through) = through else {
        return read::read(file, schema, |layout, line| each(layout, Found::Line(line))).map(|(layout, beside)| Seen {
            ledger: None,
            beside,
            categories: layout.categories.clone(),
        });
    };
    let ledger = source::read_all(file, through, |layout, outcome| match outcome {
        engine::Outcome::Made(made) => each(layout, Found::Line(made.line)),
        engine::Outcome::Wrong(faults, _) => each(layout, Found::Wrong(faults)),
        // parts of a row come one by one
        engine::Outcome::Split(_) | engine::Outcome::Kept => true,
    })?;
    Ok(Seen { beside: ledger.beside, ledger: Some(ledger), categories: None })
}

/// Keeps where the rows of a held file went.
///
/// # Errors
/// When a row is nowhere, or in two places.
pub fn settled<P>(tx: &mut Tx<'_, P>, file: &Id<UsageFile>, ledger: &ledger::Ledger) -> Result<()> {
    if !ledger.adds_up() {
        return Err(Problem::internal("a row of a report is nowhere, or in two places"));
    }
    store::put_ledger(tx, file, ledger)?;
    keep_read_control(tx, file, ledger.said)
}
