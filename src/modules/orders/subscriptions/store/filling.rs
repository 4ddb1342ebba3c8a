//! What an approved request leaves in its subscription, and what is in use of it.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, Nullable, Numeric, Text, Timestamptz},
};
use rust_decimal::Decimal;

use crate::{
    kit::{
        db::{Looks, Tx},
        id::Id,
        problem::{Problem, Result},
        statement::statement,
    },
    modules::{
        orders::{
            message::Message,
            subscriptions::{Subscription, orderable::InUse, quantity::Quantity},
            tiers::Tiers,
        },
        products::{items::Item, parameters::values::Values},
    },
    schema::{subscription_items, subscriptions},
};

/// What an approved request leaves in its subscription.
pub struct Filled<'a> {
    pub values: &'a Values,
    pub message: Option<&'a Message>,
    /// A purchase and a change say also what was ordered, at which version, for whom.
    pub ordered: Option<(i32, &'a Tiers, Vec<InUse>)>,
}

pub fn fill<P>(tx: &mut Tx<'_, P>, id: &Id<Subscription>, filled: &Filled<'_>) -> Result<()> {
    diesel::update(subscriptions::table.find(id))
        .set((subscriptions::parameter_values.eq(filled.values.json()?), subscriptions::updated_at.eq(tx.at)))
        .execute(tx.conn)?;
    if let Some(message) = filled.message {
        let json = serde_json::to_value(message).map_err(Problem::internal)?;
        diesel::update(subscriptions::table.find(id)).set(subscriptions::template.eq(json)).execute(tx.conn)?;
    }
    let Some((version, tiers, items)) = &filled.ordered else { return Ok(()) };
    diesel::update(subscriptions::table.find(id))
        .set((
            subscriptions::version.eq(version),
            subscriptions::customer_id.eq(&tiers.customer.id),
            subscriptions::tier1_id.eq(&tiers.tier1.id),
            subscriptions::tier2_id.eq(tiers.tier2.as_ref().map(|tier| &tier.id)),
            subscriptions::customer_name.eq(&tiers.customer.data.name),
        ))
        .execute(tx.conn)?;
    diesel::delete(subscription_items::table.filter(subscription_items::subscription_id.eq(id))).execute(tx.conn)?;
    let kept: Vec<&InUse> = items.iter().filter(|one| !one.quantity.is_none()).collect();
    statement(
        "INSERT INTO subscription_items (subscription_id, item_id, quantity, committed_until) \
         SELECT $1, n.item, n.quantity, n.until FROM unnest($2, $3, $4) AS n (item, quantity, until)",
    )
    .bind::<Text, _>(id)
    .bind::<Array<Text>, _>(kept.iter().map(|one| &one.item).collect::<Vec<_>>())
    .bind::<Array<Numeric>, _>(kept.iter().map(|one| one.quantity.kept()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Timestamptz>>, _>(kept.iter().map(|one| one.committed_until).collect::<Vec<_>>())
    .execute(tx.conn)?;
    Ok(())
}

/// What is in use of a subscription whose sight was checked.
pub fn in_use(look: &mut impl Looks, id: &Id<Subscription>) -> Result<Vec<InUse>> {
    let rows: Vec<(Id<Item>, Decimal, Option<DateTime<Utc>>)> = subscription_items::table
        .filter(subscription_items::subscription_id.eq(id))
        .order(subscription_items::item_id)
        .select((subscription_items::item_id, subscription_items::quantity, subscription_items::committed_until))
        .load(look.conn())?;
    let one = |(item, quantity, committed_until)| InUse { item, quantity: Quantity::of(quantity), committed_until };
    Ok(rows.into_iter().map(one).collect())
}
