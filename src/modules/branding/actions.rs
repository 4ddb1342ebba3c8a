//! The verbs of branding.

use super::{
    Manage,
    data::{Away, Look},
    store,
};
use crate::{
    kit::{
        db::Tx,
        done::Done,
        event::Event,
        problem::{Problem, Result},
    },
    modules::images::{self, Logo, Picture},
};

/// Changes what is said of a brand. `revision` is the one that the form was opened on.
///
/// # Errors
/// [`Problem::Overtaken`] when it was changed meanwhile.
pub fn set_look(tx: &mut Tx<'_, Manage>, revision: i32, look: &Look) -> Result<Done> {
    let row = store::lock(tx)?;
    if row.revision != revision {
        return Err(Problem::overtaken("the branding"));
    }
    if row.look() == *look {
        return Ok(Done::Same(()));
    }
    store::set_look(tx, look)?;
    let account = tx.account()?;
    tx.record(Event::new("brand.changed", account).note(&look.portal_name))?;
    Ok(Done::Changed(()))
}

/// Pictures that were sent.
#[derive(Debug, Default)]
pub struct Pictures {
    pub logo: Option<Logo>,
    pub logo_dark: Option<Logo>,
    pub icons: Option<[Picture; 2]>,
}

/// Saves the pictures that were sent, and removes those that were chosen for removal. `revision` is the one that the form was opened on.
///
/// # Errors
/// [`Problem::Overtaken`] when pictures were changed in the meantime.
pub fn set_pictures(tx: &mut Tx<'_, Manage>, revision: i32, sent: &Pictures, away: &Away) -> Result<Done> {
    let row = store::lock(tx)?;
    if row.pictures_revision != revision {
        return Err(Problem::overtaken("the branding"));
    }
    let mut changed = false;
    if let Some(logo) = &sent.logo {
        images::keep(tx, &logo.shown)?;
        images::keep(tx, &logo.plated)?;
    }
    if sent.logo.is_some() || away.no_logo && row.logo.is_some() {
        store::set_logo(tx, sent.logo.as_ref())?;
        changed = true;
    }
    if let Some(logo) = &sent.logo_dark {
        images::keep(tx, &logo.shown)?;
    }
    if sent.logo_dark.is_some() || away.no_logo_dark && row.logo_dark.is_some() {
        store::set_logo_dark(tx, sent.logo_dark.as_ref())?;
        changed = true;
    }
    for icon in sent.icons.iter().flatten() {
        images::keep(tx, icon)?;
    }
    if sent.icons.is_some() || away.no_icon && row.icon.is_some() {
        store::set_icons(tx, sent.icons.as_ref())?;
        changed = true;
    }
    if !changed {
        return Ok(Done::Same(()));
    }
    let account = tx.account()?;
    tx.record(Event::new("brand.images_changed", account))?;
    Ok(Done::Changed(()))
}
