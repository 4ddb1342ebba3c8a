//! The verbs of a company's own data.

use super::{Manage, data::Profile, store};
use crate::{
    kit::{
        db::Tx,
        done::Done,
        event::Event,
        problem::{Problem, Result},
    },
    modules::images::{self, Picture},
};

/// Changes what the company says of itself. `revision` is the one that the form was opened on; `logo`: none keeps it, none inside takes it
/// away.
///
/// # Errors
/// [`Problem::Overtaken`] when somebody saved meanwhile.
pub fn update(tx: &mut Tx<'_, Manage>, revision: i32, new: &Profile, logo: Option<Option<&Picture>>) -> Result<Done> {
    let row = store::lock(tx)?;
    let hash = match logo {
        Some(picture) => picture.map(|picture| picture.hash.clone()),
        None => row.logo.clone(),
    };
    if row.profile == *new && row.logo == hash {
        return Ok(Done::Same(()));
    }
    if row.revision != revision {
        return Err(Problem::overtaken("your company"));
    }
    store::update(tx, new)?;
    if row.logo != hash {
        if let Some(picture) = logo.flatten() {
            images::keep(tx, picture)?;
        }
        store::set_logo(tx, hash.as_deref())?;
        tx.record(Event::new("account.logo_changed", &row.id).private())?;
    }
    if row.profile.name != new.name {
        tx.record(Event::new("account.renamed", &row.id).note(format!("{} → {}", row.profile.name, new.name)))?;
    }
    if row.profile != (Profile { name: row.profile.name.clone(), ..new.clone() }) {
        tx.record(Event::new("account.changed", &row.id).note(&new.name).private())?;
    }
    Ok(Done::Changed(()))
}
