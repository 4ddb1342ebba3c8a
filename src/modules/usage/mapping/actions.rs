//! The verbs of mappings.

use super::{
    UsageMapping,
    data::Mapping,
    store::{self, Chosen},
};
use crate::{
    kit::{
        db::Tx,
        done::Done,
        event::Event,
        id::Id,
        problem::{Problem, Result},
        violation::{Violation, Why},
    },
    modules::{
        ids::Product,
        usage::{
            Report, UsageFile,
            actions::{self as files, Sent},
        },
    },
};

/// Saves a mapping for reports of a product.
///
/// # Errors
/// [`Problem::Invalid`] for a product of which no usage is reported, and for a name that another mapping of it bears.
pub fn create(tx: &mut Tx<'_, Report>, product: &Id<Product>, name: &str, new: &Mapping) -> Result<Id<UsageMapping>> {
    if !store::is_reported(tx, product)? {
        return Err(
            Violation::new("product", Why::new("closed", "Choose one of your products with a usage schema")).into()
        );
    }
    let id = store::insert(tx, product, name, new)?;
    tx.record(Event::new("usage_mapping.created", &id).note(name))?;
    Ok(id)
}

/// Changes a mapping. `version` is the version the form was opened with. Files that were read with it stay as they are.
///
/// # Errors
/// As [`create`].
pub fn update(tx: &mut Tx<'_, Report>, id: &Id<UsageMapping>, version: i32, name: &str, new: &Mapping) -> Result<Done> {
    let row = store::lock(tx, id)?;
    if row.name == name && row.mapping == *new {
        return Ok(Done::Same(()));
    }
    if row.version != version {
        return Err(Problem::overtaken("this mapping"));
    }
    store::update(tx, id, name, new)?;
    tx.record(Event::new("usage_mapping.updated", id).note(name))?;
    Ok(Done::Changed(()))
}

/// Takes a mapping away. Files remember what they were read with.
pub fn delete(tx: &mut Tx<'_, Report>, id: &Id<UsageMapping>) -> Result<()> {
    let row = store::lock(tx, id)?;
    store::delete(tx, id)?;
    tx.record(Event::new("usage_mapping.deleted", id).note(&row.name))
}

/// Keeps an upload that is read through a mapping; the job checks it.
///
/// # Errors
/// As [`files::upload`].
pub fn upload(tx: &mut Tx<'_, Report>, file: &Id<UsageFile>, sent: &Sent, chosen: &Chosen) -> Result<()> {
    files::upload(tx, file, sent)?;
    store::keep(tx, file, chosen)
}
