//! The lines of a request: how much is wanted of each item, and how much there was.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, Int4, Nullable, Numeric, Text, Timestamptz},
};
use rust_decimal::Decimal;

use crate::{
    kit::{
        db::{Looks, Tx},
        id::Id,
        problem::Result,
        statement::statement,
        words::Words,
    },
    modules::{
        orders::{
            fulfillment::{Request, Type},
            subscriptions::{
                orderable::{InUse, Orderable},
                quantity::Quantity,
            },
        },
        products::items::{Item, Period, Type as ItemType, Unit},
    },
    schema::request_items,
    t,
};

/// A line of a request.
#[derive(Debug, Clone)]
pub struct Line {
    pub item: Id<Item>,
    pub name: String,
    pub mpn: String,
    pub type_: ItemType,
    pub unit: Unit,
    pub period: Period,
    /// Years for which who has it is bound.
    pub commitment: i32,
    pub quantity: Quantity,
    pub old: Quantity,
    /// Until when the customer was bound when this was asked for.
    pub committed_until: Option<DateTime<Utc>>,
}

impl Line {
    /// How much is wanted of an item, and how much there was.
    pub fn of(item: &Orderable, quantity: Quantity) -> Self {
        let line = &item.line;
        Self {
            item: line.id.clone(),
            name: line.name.clone(),
            mpn: line.mpn.clone(),
            type_: line.type_,
            unit: line.unit,
            period: line.period,
            commitment: line.commitment,
            quantity,
            old: item.held,
            committed_until: item.committed_until,
        }
    }

    /// Whether a request of this type, made at this time, wants less than the customer was bound to have.
    pub fn is_early(&self, type_: Type, made: DateTime<Utc>) -> bool {
        let less = type_ == Type::Cancel || self.quantity.is_less(self.old);
        less && self.committed_until.is_some_and(|until| until > made)
    }

    /// What is in use once this is approved: a commitment begins on the day from which the item is there, and stays as it is when
    /// the quantity changes.
    pub fn in_use(&self, since: DateTime<Utc>) -> InUse {
        let begins = || {
            let months = u32::try_from(self.commitment).ok().filter(|years| *years > 0)? * 12;
            since.checked_add_months(chrono::Months::new(months))
        };
        let committed_until = if self.old.is_none() { begins() } else { self.committed_until };
        InUse { item: self.item.clone(), quantity: self.quantity, committed_until }
    }

    /// Whether there is any of it: requests list every item of the product.
    pub fn counts(&self) -> bool {
        !(self.old.is_none() && self.quantity.is_none())
    }

    /// "New", "Changed", "Removed", or nothing.
    pub fn change(&self) -> Words {
        match (self.old.is_none(), self.quantity.is_none()) {
            _ if self.old == self.quantity => Words::default(),
            (true, false) => t!("New"),
            (false, true) => t!("Removed"),
            _ => t!("Changed"),
        }
    }
}

pub(super) fn insert_lines<P>(tx: &mut Tx<'_, P>, id: &Id<Request>, lines: &[Line]) -> Result<()> {
    statement(
        "INSERT INTO request_items (request_id, position, item_id, name, mpn, type, unit, period, quantity, old_quantity, \
         commitment, committed_until) SELECT $1, n.position, n.item, n.name, n.mpn, n.type, n.unit, n.period, n.quantity, n.old, \
         n.commitment, n.until FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11) WITH ORDINALITY \
         AS n (item, name, mpn, type, unit, period, quantity, old, commitment, until, position)",
    )
    .bind::<Text, _>(id)
    .bind::<Array<Text>, _>(lines.iter().map(|line| &line.item).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(lines.iter().map(|line| line.name.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(lines.iter().map(|line| line.mpn.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(lines.iter().map(|line| line.type_).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(lines.iter().map(|line| line.unit).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(lines.iter().map(|line| line.period).collect::<Vec<_>>())
    .bind::<Array<Numeric>, _>(lines.iter().map(|line| line.quantity.kept()).collect::<Vec<_>>())
    .bind::<Array<Numeric>, _>(lines.iter().map(|line| line.old.kept()).collect::<Vec<_>>())
    .bind::<Array<Int4>, _>(lines.iter().map(|line| line.commitment).collect::<Vec<_>>())
    .bind::<Array<Nullable<Timestamptz>>, _>(lines.iter().map(|line| line.committed_until).collect::<Vec<_>>())
    .execute(tx.conn)?;
    Ok(())
}

type LineColumns = (Id<Item>, String, String, ItemType, Unit, Period, Decimal, Decimal, i32, Option<DateTime<Utc>>);

/// The lines of a request whose sight was checked, or that is locked.
pub fn lines(look: &mut impl Looks, id: &Id<Request>) -> Result<Vec<Line>> {
    let rows = request_items::table
        .filter(request_items::request_id.eq(id))
        .order(request_items::position)
        .select((
            request_items::item_id,
            request_items::name,
            request_items::mpn,
            request_items::type_,
            request_items::unit,
            request_items::period,
            request_items::quantity,
            request_items::old_quantity,
            request_items::commitment,
            request_items::committed_until,
        ))
        .load::<LineColumns>(look.conn())?;
    Ok(rows
        .into_iter()
        .map(|(item, name, mpn, type_, unit, period, quantity, old, commitment, committed_until)| Line {
            item,
            name,
            mpn,
            type_,
            unit,
            period,
            quantity: Quantity::of(quantity),
            old: Quantity::of(old),
            commitment,
            committed_until,
        })
        .collect())
}
