//! Statements about the media of a product whose sight was checked, or that is locked.

use diesel::prelude::*;
use rand::RngExt as _;

use super::{Medium, Type, data::NewMedium};
use crate::{
    kit::{
        db::{Looks, Tx},
        id::Id,
        problem::{Problem, Result},
    },
    modules::products::Product,
    schema::product_media,
};

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = product_media)]
pub struct MediumRow {
    pub id: Id<Medium>,
    pub position: i32,
    pub type_: Type,
    /// The hash of the picture, or of the video's thumbnail.
    pub image: String,
    pub alt: String,
    pub url: Option<String>,
}

/// All media of a product, the main one first.
pub fn all(look: &mut impl Looks, product: &Id<Product>) -> Result<Vec<MediumRow>> {
    Ok(product_media::table
        .filter(product_media::product_id.eq(product))
        .order(product_media::position)
        .select(MediumRow::as_select())
        .load(look.conn())?)
}

pub fn find(look: &mut impl Looks, product: &Id<Product>, id: &Id<Medium>) -> Result<MediumRow> {
    Ok(product_media::table
        .filter(product_media::id.eq(id))
        .filter(product_media::product_id.eq(product))
        .select(MediumRow::as_select())
        .first(look.conn())?)
}

/// Puts a medium at `position`.
pub fn insert<P>(
    tx: &mut Tx<'_, P>,
    product: &Id<Product>,
    position: i32,
    new: &NewMedium,
    image: &str,
) -> Result<Id<Medium>> {
    for _ in 0..50 {
        // numbered at random, as published
        let id = Id::within(product, rand::rng().random_range(0..100_000));
        let made = diesel::insert_into(product_media::table)
            .values((
                product_media::id.eq(&id),
                product_media::product_id.eq(product),
                product_media::position.eq(position),
                product_media::image.eq(image),
                new,
            ))
            .on_conflict(product_media::id)
            .do_nothing()
            .execute(tx.conn)?;
        if made == 1 {
            return Ok(id);
        }
    }
    Err(Problem::internal("no free id was drawn"))
}

/// Changes a medium; `image`: none keeps the picture.
pub fn update<P>(tx: &mut Tx<'_, P>, id: &Id<Medium>, new: &NewMedium, image: Option<&str>) -> Result<()> {
    diesel::update(product_media::table.find(id)).set(new).execute(tx.conn)?;
    if let Some(image) = image {
        diesel::update(product_media::table.find(id)).set(product_media::image.eq(image)).execute(tx.conn)?;
    }
    Ok(())
}

pub fn delete<P>(tx: &mut Tx<'_, P>, id: &Id<Medium>) -> Result<()> {
    diesel::delete(product_media::table.find(id)).execute(tx.conn)?;
    Ok(())
}

/// Numbers the media 1, 2, 3 in this order; the database looks at the end of the transaction.
pub fn renumber<P>(tx: &mut Tx<'_, P>, order: &[Id<Medium>]) -> Result<()> {
    for (at, id) in order.iter().enumerate() {
        diesel::update(product_media::table.find(id))
            .set(product_media::position.eq(i32::try_from(at).unwrap_or(i32::MAX - 1) + 1))
            .execute(tx.conn)?;
    }
    Ok(())
}
