//! A vendor's own report, as it is: a saved mapping says how it is read, which column becomes what, and what becomes of each row. Every
//! row of the report ends in one place: a record, a group of rows that is a record, what a rule leaves out, or an error.

pub mod actions;
pub mod data;
pub mod engine;
pub mod exact;
pub mod grid;
pub mod guess;
pub mod ledger;
pub mod manifest;
pub mod pages;
pub mod pattern;
pub mod preview;
pub mod ready;
pub mod rules;
pub mod source;
pub mod store;
pub mod through;

use std::{
    io::{Read, Seek},
    sync::Arc,
};

use super::{
    UsageFile,
    actions::of_file,
    fault::{Code, Fault},
    read::{self, Layout, Line},
    store::Placed,
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

/// Reads an upload, through its mapping if it has one, until `each` answers false. With a mapping it tells where all rows went.
///
/// # Errors
/// What is wrong with the file as a whole.
pub fn read(
    file: &mut (impl Read + Seek),
    schema: UsageSchema,
    through: Option<(&data::Mapping, &engine::Facts)>,
    mut each: impl FnMut(&Arc<Layout>, Found) -> bool,
) -> Result<Option<ledger::Ledger>, Vec<Fault>> {
    let Some(through) = through else {
        return read::read(file, schema, |layout, line| each(layout, Found::Line(line))).map(|_| None);
    };
    let ledger = source::read_all(file, through, |layout, outcome| match outcome {
        engine::Outcome::Made(made) => each(layout, Found::Line(made.line)),
        engine::Outcome::Wrong(faults, _) => each(layout, Found::Wrong(faults)),
        engine::Outcome::Kept => true,
    })?;
    Ok(Some(ledger))
}

/// What a report comes to beside what the vendor said that it does.
pub fn against(control: store::Control, ledger: &ledger::Ledger) -> Vec<Fault> {
    let fault = |found: String, said: String| Fault::of_row(Code::Control, found).naming(said);
    let rows = control.rows.filter(|rows| u32::try_from(*rows) != Ok(ledger.source.rows));
    let total = control.total.filter(|total| *total != ledger.source.value);
    let rows = rows.map(|rows| fault(ledger.source.rows.to_string(), format!("rows:{rows}")));
    let total = total.map(|total| fault(ledger.source.value.to_string(), format!("total:{total}")));
    rows.into_iter().chain(total).collect()
}

/// Keeps where the rows of a held file went; what does not agree with the vendor's control total stands against it.
///
/// # Errors
/// When a row is nowhere, or in two places.
pub fn settled<P>(tx: &mut Tx<'_, P>, file: &Id<UsageFile>, ledger: &ledger::Ledger) -> Result<Vec<Placed>> {
    if !ledger.adds_up() {
        return Err(Problem::internal("a row of a report is nowhere, or in two places"));
    }
    store::put_ledger(tx, file, ledger)?;
    let used = store::used(tx, file)?;
    Ok(used.map(|used| against(used.control, ledger)).unwrap_or_default().into_iter().map(of_file).collect())
}
