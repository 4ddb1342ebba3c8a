//! Statements about products. [`owned_by`] is the one tenancy condition of Master.

use chrono::{DateTime, Utc};
use diesel::{dsl::auto_type, prelude::*};

use super::{
    Category, Product, Status, UsageSchema,
    data::{Embedding, General, Link, LinkKind, Settings},
    lifecycle::Move,
};
use crate::{
    accounts::store::draw,
    kit::{
        actor::Account,
        db::{Looks, Read, Tx},
        id::Id,
        problem::{Problem, Result},
    },
    schema::{items, parameters, product_links, product_media, products, templates},
};

/// Master is its vendor's alone.
#[auto_type(no_type_alias)]
fn owned_by<'a>(account: &'a Id<Account>) -> _ {
    products::vendor_id.eq(account)
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = products)]
pub struct ProductRow {
    pub id: Id<Product>,
    pub vendor_id: Id<Account>,
    pub status: Status,
    pub name: String,
    pub short_description: String,
    pub description: String,
    pub category: Option<Category>,
    pub icon: Option<String>,
    pub tier_accounts_sync: bool,
    pub administrative_hold: bool,
    pub usage_schema: Option<UsageSchema>,
    pub usage_late: bool,
    pub usage_future: bool,
    pub usage_dynamic: bool,
    pub usage_reservations: bool,
    pub reseller_authorization: i32,
    pub editable_ordering_parameters: bool,
    pub customer_description: String,
    pub getting_started: String,
    pub provisioning_message: String,
    pub replacement_id: Option<Id<Product>>,
    pub end_of_sale_note: String,
    pub version: i32,
    pub public_version: Option<i32>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub revision: i32,
}

impl ProductRow {
    pub fn general(&self) -> General {
        General {
            name: self.name.clone(),
            category: self.category,
            short_description: self.short_description.clone(),
            description: self.description.clone(),
        }
    }

    pub fn settings(&self) -> Settings {
        Settings {
            tier_accounts_sync: self.tier_accounts_sync,
            administrative_hold: self.administrative_hold,
            usage_schema: self.usage_schema,
            usage_late: self.usage_late,
            usage_future: self.usage_future,
            usage_dynamic: self.usage_dynamic,
            usage_reservations: self.usage_reservations,
            reseller_authorization: self.reseller_authorization,
            editable_ordering_parameters: self.editable_ordering_parameters,
        }
    }

    pub fn embedding(&self) -> Embedding {
        Embedding {
            customer_description: self.customer_description.clone(),
            getting_started: self.getting_started.clone(),
            provisioning_message: self.provisioning_message.clone(),
        }
    }
}

pub fn find<P>(read: &mut Read<'_, P>, id: &Id<Product>) -> Result<ProductRow> {
    let me = &read.actor.identity.company.id;
    Ok(products::table
        .filter(products::id.eq(id))
        .filter(owned_by(me))
        .select(ProductRow::as_select())
        .first(read.conn)?)
}

/// The same with the name of what takes its place.
pub fn find_named<P>(read: &mut Read<'_, P>, id: &Id<Product>) -> Result<(ProductRow, Option<String>)> {
    let me = &read.actor.identity.company.id;
    let replacements = diesel::alias!(products as replacements);
    Ok(products::table
        .left_join(replacements.on(replacements.field(products::id).nullable().eq(products::replacement_id)))
        .filter(products::id.eq(id))
        .filter(owned_by(me))
        .select((ProductRow::as_select(), replacements.field(products::name).nullable()))
        .first(read.conn)?)
}

/// A product whose tenancy was checked elsewhere.
pub fn find_any(look: &mut impl Looks, id: &Id<Product>) -> Result<ProductRow> {
    Ok(products::table.find(id).select(ProductRow::as_select()).first(look.conn())?)
}

/// Locks a product of the actor's company: every change of it or of its parts begins so.
pub fn lock<P>(tx: &mut Tx<'_, P>, id: &Id<Product>) -> Result<ProductRow> {
    let me = &tx.account()?;
    Ok(products::table
        .filter(products::id.eq(id))
        .filter(owned_by(me))
        .select(ProductRow::as_select())
        .for_update()
        .first(tx.conn)?)
}

/// A product by its id and name, as selects offer it.
pub type Named = (Id<Product>, String);

/// Products of a company that are for sale, but for one: what may replace it.
pub fn replacements(look: &mut impl Looks, me: &Id<Account>, but: &Id<Product>) -> Result<Vec<Named>> {
    Ok(products::table
        .filter(owned_by(me))
        .filter(products::status.eq(Status::Published))
        .filter(products::id.ne(but))
        .order((products::name, products::id))
        .limit(500)
        .select((products::id, products::name))
        .load(look.conn())?)
}

/// The name of a product that a row names.
pub fn name(look: &mut impl Looks, id: &Id<Product>) -> Result<String> {
    Ok(products::table.find(id).select(products::name).first(look.conn())?)
}

pub fn insert<P>(tx: &mut Tx<'_, P>, vendor: &Id<Account>, general: &General) -> Result<Id<Product>> {
    draw("PRD", |id| insert_as(tx, id, vendor, general))
}

pub fn insert_as<P>(tx: &mut Tx<'_, P>, id: &Id<Product>, vendor: &Id<Account>, general: &General) -> Result<usize> {
    Ok(diesel::insert_into(products::table)
        .values((
            products::id.eq(id),
            products::vendor_id.eq(vendor),
            products::name.eq(&general.name),
            products::category.eq(general.category),
            products::short_description.eq(&general.short_description),
            products::description.eq(&general.description),
            products::created_at.eq(tx.at),
            products::updated_at.eq(tx.at),
        ))
        .on_conflict(products::id)
        .do_nothing()
        .execute(tx.conn)?)
}

/// Changes a product that [`lock`] holds. `icon`: none keeps it.
pub fn set_general<P>(
    tx: &mut Tx<'_, P>,
    id: &Id<Product>,
    general: &General,
    icon: Option<Option<&str>>,
) -> Result<()> {
    diesel::update(products::table.find(id)).set(general).execute(tx.conn)?;
    if let Some(icon) = icon {
        diesel::update(products::table.find(id)).set(products::icon.eq(icon)).execute(tx.conn)?;
    }
    touch(tx, id)
}

pub fn set_settings<P>(tx: &mut Tx<'_, P>, id: &Id<Product>, settings: &Settings) -> Result<()> {
    diesel::update(products::table.find(id)).set(settings).execute(tx.conn)?;
    touch(tx, id)
}

pub fn set_embedding<P>(tx: &mut Tx<'_, P>, id: &Id<Product>, embedding: &Embedding) -> Result<()> {
    diesel::update(products::table.find(id)).set(embedding).execute(tx.conn)?;
    touch(tx, id)
}

/// Master changed, in itself or in a part.
pub fn touch<P>(tx: &mut Tx<'_, P>, id: &Id<Product>) -> Result<()> {
    diesel::update(products::table.find(id))
        .set((products::updated_at.eq(tx.at), products::revision.eq(products::revision + 1)))
        .execute(tx.conn)?;
    Ok(())
}

pub fn advance<P>(tx: &mut Tx<'_, P>, id: &Id<Product>, planned: &Move) -> Result<()> {
    let moved = diesel::update(products::table.find(id).filter(products::status.eq(planned.from())))
        .set((products::status.eq(planned.to()), products::updated_at.eq(planned.at())))
        .execute(tx.conn)?;
    if moved == 1 { Ok(()) } else { Err(Problem::internal("a locked product moved under its lock")) }
}

/// What a vendor says when sale ends; forgotten when it is restored.
pub fn set_sale_words<P>(
    tx: &mut Tx<'_, P>,
    id: &Id<Product>,
    replacement: Option<&Id<Product>>,
    note: &str,
) -> Result<()> {
    diesel::update(products::table.find(id))
        .set((products::replacement_id.eq(replacement), products::end_of_sale_note.eq(note)))
        .execute(tx.conn)?;
    Ok(())
}

/// Deletes a draft with all its parts; the database refuses anything else.
pub fn delete<P>(tx: &mut Tx<'_, P>, id: &Id<Product>) -> Result<()> {
    diesel::delete(parameters::table.filter(parameters::product_id.eq(id))).execute(tx.conn)?;
    diesel::delete(items::table.filter(items::product_id.eq(id))).execute(tx.conn)?;
    diesel::delete(templates::table.filter(templates::product_id.eq(id))).execute(tx.conn)?;
    diesel::delete(product_media::table.filter(product_media::product_id.eq(id))).execute(tx.conn)?;
    diesel::delete(product_links::table.filter(product_links::product_id.eq(id))).execute(tx.conn)?;
    diesel::delete(products::table.find(id)).execute(tx.conn)?;
    Ok(())
}

/// The links of a product whose sight was checked, with their places.
pub fn links<P>(read: &mut Read<'_, P>, id: &Id<Product>) -> Result<Vec<(i32, Link)>> {
    let rows = product_links::table
        .filter(product_links::product_id.eq(id))
        .order(product_links::position)
        .select((product_links::position, product_links::kind, product_links::title, product_links::url))
        .load::<(i32, LinkKind, String, String)>(read.conn)?;
    Ok(rows.into_iter().map(|(place, kind, title, url)| (place, Link { kind, title, url })).collect())
}

/// Puts a link behind the others; `false` when there are as many as there may be.
pub fn insert_link<P>(tx: &mut Tx<'_, P>, id: &Id<Product>, link: &Link) -> Result<bool> {
    let last: Option<i32> = product_links::table
        .filter(product_links::product_id.eq(id))
        .select(diesel::dsl::max(product_links::position))
        .first(tx.conn)?;
    let place = last.unwrap_or(0) + 1;
    if place > super::data::MOST_LINKS {
        return Ok(false);
    }
    diesel::insert_into(product_links::table)
        .values((
            product_links::product_id.eq(id),
            product_links::position.eq(place),
            product_links::kind.eq(link.kind),
            product_links::title.eq(&link.title),
            product_links::url.eq(&link.url),
        ))
        .execute(tx.conn)?;
    Ok(true)
}

/// Takes a link out and closes the gap; its title, if there was one.
pub fn delete_link<P>(tx: &mut Tx<'_, P>, id: &Id<Product>, place: i32) -> Result<Option<String>> {
    let title: Option<String> = diesel::delete(product_links::table.find((id, place)))
        .returning(product_links::title)
        .get_result(tx.conn)
        .optional()?;
    let behind: Vec<i32> = product_links::table
        .filter(product_links::product_id.eq(id))
        .filter(product_links::position.gt(place))
        .order(product_links::position)
        .select(product_links::position)
        .load(tx.conn)?;
    for at in behind {
        diesel::update(product_links::table.find((id, at))).set(product_links::position.eq(at - 1)).execute(tx.conn)?;
    }
    Ok(title)
}
