//! Statements about a company's own brand.

use diesel::prelude::*;

use super::{Manage, data::Look};
use crate::{
    kit::{
        constraint::Constraints,
        db::{Read, Tx},
        problem::Result,
    },
    modules::images::{Logo, Picture},
    schema::brands,
};

/// Two claims of one name at once are told apart by the primary key, and who proves it second by the other.
pub const KEYS: Constraints = super::hosts::store::KEYS;

/// A brand as its company sees it.
#[derive(Debug, Clone, Default, Queryable, Selectable)]
#[diesel(table_name = brands)]
pub struct BrandRow {
    portal_name: String,
    pub colour: String,
    footer: String,
    privacy_url: String,
    terms_url: String,
    sign_up_url: String,
    sender_name: String,
    mail_footer: String,
    pub logo: Option<String>,
    pub logo_dark: Option<String>,
    pub icon: Option<String>,
    /// 0 while there is none.
    pub revision: i32,
    /// The revision of the pictures, kept apart so that somebody who changes them and somebody who changes the rest do not collide.
    pub pictures_revision: i32,
}

impl BrandRow {
    pub fn look(&self) -> Look {
        let Self { portal_name, colour, footer, privacy_url, terms_url, sign_up_url, sender_name, mail_footer, .. } =
            self.clone();
        Look { portal_name, colour, footer, privacy_url, terms_url, sign_up_url, sender_name, mail_footer }
    }
}

/// The company's own brand; an empty one while it has none.
pub fn own(read: &mut Read<'_, Manage>) -> Result<BrandRow> {
    let me = read.actor.account().clone();
    let found = brands::table.find(&me).select(BrandRow::as_select()).first(read.conn).optional()?;
    Ok(found.unwrap_or_default())
}

/// Locks the company's own brand, which is made empty while it has none.
pub fn lock(tx: &mut Tx<'_, Manage>) -> Result<BrandRow> {
    let me = tx.account()?;
    diesel::insert_into(brands::table)
        .values((brands::account_id.eq(&me), brands::revision.eq(0), brands::updated_at.eq(tx.at)))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    Ok(brands::table.find(&me).select(BrandRow::as_select()).for_update().first(tx.conn)?)
}

/// Changes what is said of a brand that [`lock`] holds.
pub fn set_look(tx: &mut Tx<'_, Manage>, look: &Look) -> Result<()> {
    let me = tx.account()?;
    diesel::update(brands::table.find(&me))
        .set((
            brands::portal_name.eq(&look.portal_name),
            brands::colour.eq(&look.colour),
            brands::footer.eq(&look.footer),
            brands::privacy_url.eq(&look.privacy_url),
            brands::terms_url.eq(&look.terms_url),
            brands::sign_up_url.eq(&look.sign_up_url),
            brands::sender_name.eq(&look.sender_name),
            brands::mail_footer.eq(&look.mail_footer),
            brands::revision.eq(brands::revision + 1),
            brands::updated_at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Changes the logo of a brand that [`lock`] holds; none takes it away.
pub fn set_logo(tx: &mut Tx<'_, Manage>, logo: Option<&Logo>) -> Result<()> {
    let me = tx.account()?;
    diesel::update(brands::table.find(&me))
        .set((
            brands::logo.eq(logo.map(|logo| logo.shown.hash.as_str())),
            brands::logo_mail.eq(logo.map(|logo| logo.plated.hash.as_str())),
            brands::clear.eq(logo.is_some_and(|logo| logo.clear)),
            brands::pictures_revision.eq(brands::pictures_revision + 1),
            brands::updated_at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The same of the logo for dark pages.
pub fn set_logo_dark(tx: &mut Tx<'_, Manage>, logo: Option<&Logo>) -> Result<()> {
    let me = tx.account()?;
    diesel::update(brands::table.find(&me))
        .set((
            brands::logo_dark.eq(logo.map(|logo| logo.shown.hash.as_str())),
            brands::pictures_revision.eq(brands::pictures_revision + 1),
            brands::updated_at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The same of the icon.
pub fn set_icons(tx: &mut Tx<'_, Manage>, icons: Option<&[Picture; 2]>) -> Result<()> {
    let me = tx.account()?;
    diesel::update(brands::table.find(&me))
        .set((
            brands::icon.eq(icons.map(|icons| icons[0].hash.as_str())),
            brands::icon_large.eq(icons.map(|icons| icons[1].hash.as_str())),
            brands::pictures_revision.eq(brands::pictures_revision + 1),
            brands::updated_at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    Ok(())
}
