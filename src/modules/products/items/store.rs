//! Statements about the items of a product whose sight was checked, or that is locked.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Bool, Text},
};

use super::{Item, Period, Precision, Type, Unit, data::NewItem};
use crate::{
    kit::{
        constraint::{Constraints, named},
        db::{Looks, Tx},
        id::Id,
        problem::{Problem, Result},
        statement::statement,
        violation::{Violation, Why, none_left},
        words::Words,
    },
    modules::products::{Product, Status, lifecycle::Move},
    schema::{items, products},
};

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = items)]
pub struct ItemRow {
    pub id: Id<Item>,
    pub product_id: Id<Product>,
    pub status: Status,
    pub type_: Type,
    pub name: String,
    pub mpn: String,
    pub description: String,
    pub precision: Precision,
    pub unit: Unit,
    pub period: Period,
    pub commitment: i32,
    pub position: i32,
    /// Whether usage files made it.
    pub dynamic: bool,
    pub replacement_id: Option<Id<Item>>,
    pub end_of_sale_note: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub revision: i32,
}

impl ItemRow {
    pub fn committed(&self) -> Words {
        super::commitment(self.commitment)
    }
}

/// All items of a product, in their order; without what files name that are still being checked.
pub fn all(look: &mut impl Looks, product: &Id<Product>) -> Result<Vec<ItemRow>> {
    Ok(items::table
        .filter(items::product_id.eq(product))
        .filter(items::dynamic.eq(false).or(items::status.ne(Status::Draft)))
        .order((items::type_.desc(), items::position, items::id))
        .select(ItemRow::as_select())
        .load(look.conn())?)
}

pub fn find(look: &mut impl Looks, product: &Id<Product>, id: &Id<Item>) -> Result<ItemRow> {
    Ok(items::table
        .filter(items::id.eq(id))
        .filter(items::product_id.eq(product))
        .select(ItemRow::as_select())
        .first(look.conn())?)
}

/// Whether no other item of the product has this name or part number, as the indexes compare them, which have the last word.
///
/// # Errors
/// [`Problem::Invalid`] for each that is taken.
pub fn free<P>(tx: &mut Tx<'_, P>, product: &Id<Product>, new: &NewItem, but: Option<&Id<Item>>) -> Result<()> {
    #[derive(QueryableByName)]
    struct Taken {
        #[diesel(sql_type = Bool)]
        name: bool,
        #[diesel(sql_type = Bool)]
        mpn: bool,
    }
    let taken: Taken = statement(
        "SELECT coalesce(bool_or(lower(name COLLATE \"default\") = lower($3)), false) AS name, \
         coalesce(bool_or(lower(mpn) = lower($4)), false) AS mpn FROM items WHERE product_id = $1 AND id <> $2",
    )
    .bind::<Text, _>(product.as_str())
    .bind::<Text, _>(but.map_or("", Id::as_str))
    .bind::<Text, _>(&new.name)
    .bind::<Text, _>(&new.mpn)
    .get_result(tx.conn)?;
    none_left(taken.name.then(name_taken).into_iter().chain(taken.mpn.then(mpn_taken)).collect())
}

/// The keys of names, and what is told who breaks one.
pub const KEYS: Constraints = &[("items_name", || name_taken().into()), ("items_mpn", || mpn_taken().into())];

fn name_taken() -> Violation {
    Violation::new("name", Why::new("taken", "Another item of this product already has this name"))
}

fn mpn_taken() -> Violation {
    Violation::new("mpn", Why::new("taken", "Another item of this product already has this part number"))
}

/// Items of the product that are for sale, but for one: what may replace it.
pub fn replacements(look: &mut impl Looks, product: &Id<Product>, but: &Id<Item>) -> Result<Vec<(Id<Item>, String)>> {
    let others = all(look, product)?.into_iter();
    let others = others.filter(|other| other.id != *but && other.status == Status::Published && !other.dynamic);
    Ok(others.map(|other| (other.id, other.name)).collect())
}

/// Positions leave gaps, as published.
pub(super) const GAP: i32 = 10_000;

pub fn insert<P>(tx: &mut Tx<'_, P>, product: &Id<Product>, new: &NewItem) -> Result<Id<Item>> {
    let number: i32 = diesel::update(products::table.find(product))
        .set(products::item_number.eq(products::item_number + 1))
        .returning(products::item_number)
        .get_result(tx.conn)?;
    let id = Id::within(product, number);
    diesel::insert_into(items::table)
        .values((
            items::id.eq(&id),
            items::product_id.eq(product),
            new,
            items::position.eq(number * GAP),
            items::created_at.eq(tx.at),
            items::updated_at.eq(tx.at),
        ))
        .execute(tx.conn)
        .map_err(named(KEYS))?;
    Ok(id)
}

/// Changes an item: of one that is no draft the database lets only name, MPN and description change.
pub fn update<P>(tx: &mut Tx<'_, P>, id: &Id<Item>, new: &NewItem) -> Result<()> {
    diesel::update(items::table.find(id))
        .set((new, items::updated_at.eq(tx.at), items::revision.eq(items::revision + 1)))
        .execute(tx.conn)
        .map_err(named(KEYS))?;
    Ok(())
}

pub fn delete<P>(tx: &mut Tx<'_, P>, id: &Id<Item>) -> Result<()> {
    diesel::delete(items::table.find(id)).execute(tx.conn)?;
    Ok(())
}

pub fn advance<P>(
    tx: &mut Tx<'_, P>,
    id: &Id<Item>,
    planned: &Move,
    replacement: Option<&Id<Item>>,
    note: &str,
) -> Result<()> {
    let moved = diesel::update(items::table.find(id).filter(items::status.eq(planned.from())))
        .set((
            items::status.eq(planned.to()),
            items::replacement_id.eq(replacement),
            items::end_of_sale_note.eq(note),
            items::updated_at.eq(planned.at()),
            items::revision.eq(items::revision + 1),
        ))
        .execute(tx.conn)?;
    if moved == 1 { Ok(()) } else { Err(Problem::internal("a locked item moved under its lock")) }
}

/// The first version that contains them makes drafts Published; dynamic ones are in none.
pub fn publish_drafts<P>(tx: &mut Tx<'_, P>, product: &Id<Product>, planned: &Move) -> Result<()> {
    let drafts = items::table
        .filter(items::product_id.eq(product))
        .filter(items::status.eq(planned.from()))
        .filter(items::dynamic.eq(false));
    diesel::update(drafts)
        .set((items::status.eq(planned.to()), items::updated_at.eq(planned.at())))
        .execute(tx.conn)?;
    Ok(())
}

/// Changes places with the item before or behind it of its type.
pub fn swap<P>(tx: &mut Tx<'_, P>, item: &ItemRow, earlier: bool) -> Result<()> {
    let mut all = all(tx, &item.product_id)?;
    all.retain(|one| one.type_ == item.type_);
    let Some(at) = all.iter().position(|one| one.id == item.id) else { return Ok(()) };
    let other = if earlier { at.checked_sub(1) } else { Some(at + 1) };
    let Some(other) = other.and_then(|other| all.get(other)) else { return Ok(()) };
    for (id, position) in [(&item.id, other.position), (&other.id, item.position)] {
        diesel::update(items::table.find(id)).set(items::position.eq(position)).execute(tx.conn)?;
    }
    Ok(())
}

/// Whether the product has pay-as-you-go items.
pub fn any_ppu<P>(tx: &mut Tx<'_, P>, product: &Id<Product>) -> Result<bool> {
    let ppu = items::table.filter(items::product_id.eq(product)).filter(items::type_.eq(Type::Ppu));
    Ok(diesel::select(diesel::dsl::exists(ppu)).get_result(tx.conn)?)
}
