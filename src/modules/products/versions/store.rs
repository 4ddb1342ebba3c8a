//! Statements about versions of a product whose sight was checked, or that is locked.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{auto_type, case_when},
    prelude::*,
};

use super::{Line, Medium, Snapshot, Template};
use crate::{
    kit::{
        actor::User,
        db::{Looks, Read, Tx},
        id::Id,
        problem::{Problem, Result},
    },
    modules::products::{
        Category, Product, Status,
        items::{self, Item},
        media,
        store::ProductRow,
        templates,
    },
    schema::{agreements, contracts, product_versions, products, users},
};

/// A version as lists show it.
#[derive(Debug, Clone, Queryable)]
pub struct VersionRow {
    pub number: i32,
    pub public: bool,
    pub changes: String,
    pub author: String,
    pub created_at: DateTime<Utc>,
}

/// What a [`VersionRow`] is read from.
const COLUMNS: (
    product_versions::number,
    product_versions::public,
    product_versions::changes,
    users::name,
    product_versions::created_at,
) = (
    product_versions::number,
    product_versions::public,
    product_versions::changes,
    users::name,
    product_versions::created_at,
);

/// The versions of a product, the newest first.
pub fn all(look: &mut impl Looks, product: &Id<Product>) -> Result<Vec<VersionRow>> {
    Ok(product_versions::table
        .inner_join(users::table.on(users::id.eq(product_versions::author_id)))
        .filter(product_versions::product_id.eq(product))
        .order(product_versions::number.desc())
        .limit(500)
        .select(COLUMNS)
        .load(look.conn())?)
}

/// The versions of a product, what the newest of them froze, and whether a distributor carries what its vendor makes.
pub struct Versions {
    pub rows: Vec<VersionRow>,
    pub newest: Option<Snapshot>,
    pub distributed: bool,
}

/// The same as [`all`], with what the list of versions says besides; in one statement, which has a row also while there is none.
pub fn listed<P>(read: &mut Read<'_, P>, product: &Id<Product>) -> Result<Versions> {
    type Found = (Option<VersionRow>, Option<serde_json::Value>, bool);
    let found = products::table
        .left_join(
            product_versions::table
                .inner_join(users::table.on(users::id.eq(product_versions::author_id)))
                .on(product_versions::product_id.eq(products::id)),
        )
        .filter(products::id.eq(product))
        .order(product_versions::number.desc())
        .limit(500)
        .select((
            COLUMNS.nullable(),
            case_when(
                product_versions::number.nullable().eq(products::version.nullable()),
                product_versions::snapshot.nullable(),
            ),
            distributed(),
        ))
        .load::<Found>(read.conn)?;
    let distributed = found.first().is_some_and(|(.., distributed)| *distributed);
    let (mut rows, mut newest) = (Vec::new(), None);
    for (row, snapshot, _) in found {
        rows.extend(row);
        newest = newest.or(snapshot);
    }
    let newest = newest.map(serde_json::from_value).transpose().map_err(Problem::internal)?;
    Ok(Versions { rows, newest, distributed })
}

/// A version with what it froze.
pub fn find(look: &mut impl Looks, product: &Id<Product>, number: i32) -> Result<(VersionRow, Snapshot)> {
    let (row, snapshot) = product_versions::table
        .inner_join(users::table.on(users::id.eq(product_versions::author_id)))
        .filter(product_versions::product_id.eq(product))
        .filter(product_versions::number.eq(number))
        .select((
            (
                product_versions::number,
                product_versions::public,
                product_versions::changes,
                users::name,
                product_versions::created_at,
            ),
            product_versions::snapshot,
        ))
        .first::<(VersionRow, serde_json::Value)>(look.conn())?;
    Ok((row, serde_json::from_value(snapshot).map_err(Problem::internal)?))
}

/// What Master would freeze now.
pub fn master(look: &mut impl Looks, row: &ProductRow) -> Result<Snapshot> {
    let media = media::store::all(look, &row.id)?;
    let lines = items::store::all(look, &row.id)?;
    let templates = templates::store::all(look, &row.id)?;
    Ok(Snapshot {
        general: row.general(),
        icon: row.icon.clone(),
        media: media
            .into_iter()
            .map(|one| Medium { id: Some(one.id), type_: one.type_, image: one.image, alt: one.alt, url: one.url })
            .collect(),
        items: lines
            .into_iter()
            .filter(|one| !one.dynamic)
            .map(|one| Line {
                id: one.id,
                type_: one.type_,
                name: one.name,
                mpn: one.mpn,
                description: one.description,
                precision: one.precision,
                unit: one.unit,
                period: one.period,
                commitment: one.commitment,
            })
            .collect(),
        templates: templates
            .into_iter()
            .map(|one| Template {
                id: Some(one.id),
                scope: one.scope,
                type_: one.type_,
                name: one.name,
                body: one.body,
            })
            .collect(),
    })
}

/// Where the items of a product stand now.
pub fn standing<P>(read: &mut Read<'_, P>, product: &Id<Product>) -> Result<Vec<(Id<Item>, Status)>> {
    Ok(items::store::all(read, product)?.into_iter().map(|one| (one.id, one.status)).collect())
}

/// Freezes a snapshot as the version `number`.
pub fn insert<P>(
    tx: &mut Tx<'_, P>,
    product: &Id<Product>,
    number: i32,
    (category, snapshot): (Category, &Snapshot),
    (public, changes): (bool, &str),
    author: &Id<User>,
) -> Result<()> {
    let json = serde_json::to_value(snapshot).map_err(Problem::internal)?;
    diesel::insert_into(product_versions::table)
        .values((
            product_versions::product_id.eq(product),
            product_versions::number.eq(number),
            product_versions::public.eq(public),
            product_versions::changes.eq(changes),
            product_versions::name.eq(&snapshot.general.name),
            product_versions::category.eq(category),
            product_versions::icon.eq(&snapshot.icon),
            product_versions::snapshot.eq(json),
            product_versions::author_id.eq(author),
            product_versions::created_at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn set_public<P>(tx: &mut Tx<'_, P>, product: &Id<Product>, number: i32, public: bool) -> Result<()> {
    diesel::update(product_versions::table.find((product, number)))
        .set(product_versions::public.eq(public))
        .execute(tx.conn)?;
    Ok(())
}

/// Notes on the product which version is the newest, which the newest public one, and where it stands.
pub fn settle<P>(tx: &mut Tx<'_, P>, product: &Id<Product>, status: Status) -> Result<()> {
    let of_product = || product_versions::table.filter(product_versions::product_id.eq(product));
    let newest: Option<i32> = of_product().select(diesel::dsl::max(product_versions::number)).first(tx.conn)?;
    let public: Option<i32> = of_product()
        .filter(product_versions::public)
        .select(diesel::dsl::max(product_versions::number))
        .first(tx.conn)?;
    diesel::update(products::table.find(product))
        .set((
            products::status.eq(status),
            products::version.eq(newest.unwrap_or(0)),
            products::public_version.eq(public),
            products::updated_at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Whether the vendor of a product, whose row is read, has an Active distribution contract with anybody.
#[auto_type(no_type_alias)]
fn distributed() -> _ {
    diesel::dsl::exists(
        contracts::table
            .inner_join(agreements::table.on(agreements::id.eq(contracts::agreement_id)))
            .filter(contracts::signee_id.eq(products::vendor_id.nullable()))
            .filter(contracts::status.eq("active"))
            .filter(agreements::marketplace_id.is_not_null()),
    )
}

/// Whether a distributor carries what its vendor makes, and whether there are media and items: what a version needs besides what
/// stands in the product's own row.
pub fn parts(look: &mut impl Looks, product: &Id<Product>) -> Result<(bool, bool, bool)> {
    use crate::schema::{items, product_media};
    let media = product_media::table.filter(product_media::product_id.eq(products::id));
    let items = items::table.filter(items::product_id.eq(products::id)).filter(items::dynamic.eq(false));
    Ok(products::table
        .find(product)
        .select((distributed(), diesel::dsl::exists(media), diesel::dsl::exists(items)))
        .first(look.conn())?)
}
