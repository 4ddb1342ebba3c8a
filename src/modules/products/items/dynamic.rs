//! Items that usage files make: pay as you go, reported without ever being ordered. While a file is checked that names one, it is a draft
//! that nobody sees; the file that becomes ready publishes it.

use diesel::{
    prelude::*,
    sql_types::{Array, Int4, Text, Timestamptz},
};

use serde::{Deserialize, Serialize};

use super::{Item, Precision, Unit, store::GAP};
use crate::{
    kit::{
        choice::Choice as _,
        db::{Looks, Tx},
        event::Event,
        id::Id,
        problem::Result,
        statement::statement,
    },
    modules::products::{self, Product, lifecycle::Move},
    schema::products as table,
};

/// What a report says of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Described {
    pub mpn: String,
    pub name: String,
    pub unit: Unit,
    pub precision: Precision,
}

/// Of these items those that the product cannot get, by their part numbers: another of its items has the name or the part number.
pub fn barred(look: &mut impl Looks, product: &Id<Product>, new: &[Described]) -> Result<Vec<String>> {
    Ok(statement(
        "SELECT n.mpn FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS n (mpn, name, unit, precision) \
         WHERE EXISTS (SELECT FROM items i WHERE i.product_id = $1 \
         AND (lower(i.mpn) = lower(n.mpn) OR lower(i.name COLLATE \"default\") = lower(n.name)) \
         AND NOT (i.dynamic AND i.status = 'draft' AND (lower(i.mpn), i.name, i.unit, i.precision) = (lower(n.mpn), n.name, n.unit, n.precision)))",
    )
    .bind::<Text, _>(product)
    .bind::<Array<Text>, _>(new.iter().map(|one| one.mpn.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(new.iter().map(|one| one.name.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(new.iter().map(|one| one.unit.key()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(new.iter().map(|one| one.precision.key()).collect::<Vec<_>>())
    .values::<Text, _>(look.conn())?)
}

/// The draft of an item that a file names which is being checked: made, or found, since another file may name it too. None when another
/// item has got its name or its part number meanwhile.
pub fn draft<P>(tx: &mut Tx<'_, P>, product: &Id<Product>, new: &Described) -> Result<Option<Id<Item>>> {
    let number: i32 = diesel::update(table::table.find(product))
        .set(table::item_number.eq(table::item_number + 1))
        .returning(table::item_number)
        .get_result(tx.conn)?;
    let id: Id<Item> = Id::within(product, number);
    // what the items of every product have beside their names
    statement(
        "INSERT INTO items (id, product_id, status, type, name, mpn, description, precision, unit, period, commitment, position, dynamic, \
         created_at, updated_at) VALUES ($1, $2, 'draft', 'ppu', $3, $4, $3, $5, $6, 'monthly', 0, $7, true, $8, $8) ON CONFLICT DO NOTHING",
    )
    .bind::<Text, _>(&id)
    .bind::<Text, _>(product)
    .bind::<Text, _>(&new.name)
    .bind::<Text, _>(&new.mpn)
    .bind::<Text, _>(new.precision.key())
    .bind::<Text, _>(new.unit.key())
    .bind::<Int4, _>(number * GAP)
    .bind::<Timestamptz, _>(tx.at)
    .execute(tx.conn)?;
    Ok(statement(
        "SELECT id FROM items WHERE product_id = $1 AND lower(mpn) = lower($2) AND dynamic AND status = 'draft' \
         AND (name, unit, precision) = ($3, $4, $5)",
    )
    .bind::<Text, _>(product)
    .bind::<Text, _>(&new.mpn)
    .bind::<Text, _>(&new.name)
    .bind::<Text, _>(new.unit.key())
    .bind::<Text, _>(new.precision.key())
    .value::<Text, _>(tx.conn)
    .optional()?)
}

/// Publishes drafts of a product, which a file that became ready names.
pub fn publish<P>(tx: &mut Tx<'_, P>, product: &Id<Product>, ids: &[Id<Item>], planned: &Move) -> Result<()> {
    #[derive(QueryableByName)]
    struct Made {
        #[diesel(sql_type = Text)]
        id: Id<Item>,
        #[diesel(sql_type = Text)]
        name: String,
    }
    let made: Vec<Made> = statement(
        "UPDATE items SET status = $3, updated_at = $4 WHERE product_id = $1 AND id = ANY($2::text[]) AND status = $5 AND dynamic \
         RETURNING id, name",
    )
    .bind::<Text, _>(product)
    .bind::<Array<Text>, _>(ids.iter().map(Id::as_str).collect::<Vec<_>>())
    .bind::<Text, _>(planned.to().key())
    .bind::<Timestamptz, _>(planned.at())
    .bind::<Text, _>(planned.from().key())
    .load(tx.conn)?;
    for Made { id, name } in &made {
        tx.record(Event::new("product.item_made", product).note(format!("{name} ({id})")))?;
    }
    if made.is_empty() { Ok(()) } else { products::store::touch(tx, product) }
}
