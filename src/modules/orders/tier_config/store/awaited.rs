//! Which orders wait for which configurations.

use diesel::{
    prelude::*,
    sql_types::{Array, Text},
};

use crate::{
    kit::{
        db::{Looks, Tx},
        environment::Environment,
        id::{Id, Kind},
        problem::{Problem, Result},
        statement::statement,
    },
    modules::{
        customers::TierAccount,
        orders::{fulfillment, tier_config::Request},
        products::Product,
    },
    schema::tier_configs,
};

/// Whether `r`, an order in Tiers Setup, waits for the configuration `c`.
const WAITS: &str = "r.status = 'tiers_setup' AND r.product_id = c.product_id AND r.environment = c.environment \
    AND c.tier_account_id = CASE c.level WHEN 2 THEN r.tier2_id ELSE r.tier1_id END";

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    id: String,
}

fn ids<K: Kind>(found: Vec<Found>) -> Result<Vec<Id<K>>> {
    found.into_iter().map(|found| found.id.parse().map_err(Problem::internal)).collect()
}

/// Locks the configurations that these orders wait for, tier 2 before tier 1: before the orders themselves, as everybody does.
pub fn hold_awaited<P>(tx: &mut Tx<'_, P>, orders: &[Id<fulfillment::Request>]) -> Result<()> {
    let orders: Vec<&str> = orders.iter().map(Id::as_str).collect();
    statement(format!(
        "SELECT c.id FROM tier_configs c WHERE EXISTS (SELECT FROM fulfillment_requests r WHERE r.id = ANY($1) AND {WAITS}) \
         ORDER BY c.level DESC, c.id FOR UPDATE"
    ))
    .bind::<Array<Text>, _>(&orders)
    .load::<Found>(tx.conn)?;
    Ok(())
}

/// Open set-ups that only these orders wait for, tier 1 before tier 2: whoever ends the orders ends them too.
pub fn unneeded(conn: &mut PgConnection, orders: &[Id<fulfillment::Request>]) -> Result<Vec<Id<Request>>> {
    let orders: Vec<&str> = orders.iter().map(Id::as_str).collect();
    let others = format!("EXISTS (SELECT FROM fulfillment_requests r WHERE r.id <> ALL($1) AND {WAITS})");
    // tier 1 may wait for a tier 2 that its own order does not name any more
    let below = format!(
        "EXISTS (SELECT FROM tier_configs c JOIN tier_config_requests b ON b.tier_config_id = c.id \
         AND b.status = 'tiers_setup' WHERE c.upper_id = q.tier_config_id AND {others})"
    );
    let found = statement(format!(
        "SELECT q.id FROM tier_config_requests q JOIN tier_configs c ON c.id = q.tier_config_id WHERE q.type = 'setup' \
         AND q.status IN ('draft', 'tiers_setup', 'pending', 'inquiring') \
         AND EXISTS (SELECT FROM fulfillment_requests r WHERE r.id = ANY($1) AND {WAITS}) AND NOT {others} AND NOT {below} \
         ORDER BY c.level, q.id"
    ))
    .bind::<Array<Text>, _>(&orders)
    .load(conn)?;
    ids(found)
}

/// Whether every configuration that an order of these tiers needs was set up once.
pub fn ready(
    look: &mut impl Looks,
    product: &Id<Product>,
    environment: Environment,
    wanted: &[(i32, &Id<TierAccount>)],
) -> Result<bool> {
    for (level, account) in wanted {
        let done = tier_configs::table
            .filter(tier_configs::tier_account_id.eq(account))
            .filter(tier_configs::product_id.eq(product))
            .filter(tier_configs::level.eq(level))
            .filter(tier_configs::environment.eq(environment))
            .filter(tier_configs::activated_at.is_not_null());
        if !diesel::select(diesel::dsl::exists(done)).get_result::<bool>(look.conn())? {
            return Ok(false);
        }
    }
    Ok(true)
}
