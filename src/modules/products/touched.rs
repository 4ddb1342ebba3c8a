//! What rests on a product, a version or an item: counted for the pages of acts that end something of it.

use diesel::{
    PgConnection, QueryableByName, RunQueryDsl as _,
    sql_types::{BigInt, Integer, Text},
};

use super::{Product, items::Item, sight, store::ProductRow};
use crate::{
    kit::{
        actor::{Actor, Permission},
        effect::Effect,
        id::Id,
        problem::{Problem, Result},
        statement::statement,
    },
    modules::{customers, listings, orders},
    t,
};

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

impl Count {
    fn number(&self) -> Result<usize> {
        usize::try_from(self.n).map_err(Problem::internal)
    }
}

/// What rests on a product.
#[derive(Debug, Clone, Copy)]
pub struct Resting {
    /// Companies that see it: who is told is found by the same function.
    pub viewers: usize,
    pub listed: usize,
    /// Requests to list it anew that came back to the vendor.
    pub drafts: usize,
    pub live: usize,
    pub suspended: usize,
    /// Changes of customers that wait for the vendor.
    pub changes: usize,
}

const LIVE: &str = "status IN ('active', 'suspended', 'terminating')";

/// Counts what rests on a product of the actor's company.
pub fn of_product(conn: &mut PgConnection, product: &Id<Product>) -> Result<Resting> {
    #[derive(QueryableByName)]
    struct Counts {
        #[diesel(sql_type = BigInt)]
        listed: i64,
        #[diesel(sql_type = BigInt)]
        drafts: i64,
        #[diesel(sql_type = BigInt)]
        live: i64,
        #[diesel(sql_type = BigInt)]
        suspended: i64,
        #[diesel(sql_type = BigInt)]
        changes: i64,
    }
    let counts: Counts = statement(format!(
        "SELECT (SELECT count(*) FROM listings WHERE product_id = $1 AND status = 'listed') AS listed, \
         (SELECT count(*) FROM listing_requests WHERE product_id = $1 AND type = 'new' AND status = 'draft') AS drafts, \
         count(*) AS live, count(*) FILTER (WHERE status = 'suspended') AS suspended, \
         (SELECT count(*) FROM tier_account_requests WHERE product_id = $1 AND status = 'pending') AS changes \
         FROM subscriptions WHERE product_id = $1 AND {LIVE}"
    ))
    .bind::<Text, _>(product)
    .get_result(conn)?;
    let number = |count: i64| usize::try_from(count).map_err(Problem::internal);
    Ok(Resting {
        viewers: sight::viewers(conn, product)?.len(),
        listed: number(counts.listed)?,
        drafts: number(counts.drafts)?,
        live: number(counts.live)?,
        suspended: number(counts.suspended)?,
        changes: number(counts.changes)?,
    })
}

/// How many subscriptions in use are of a version.
pub fn of_version(conn: &mut PgConnection, product: &Id<Product>, number: i32) -> Result<usize> {
    statement(format!("SELECT count(*) AS n FROM subscriptions WHERE product_id = $1 AND version = $2 AND {LIVE}"))
        .bind::<Text, _>(product.as_str())
        .bind::<Integer, _>(number)
        .get_result::<Count>(conn)?
        .number()
}

/// How many subscriptions in use have some of an item.
pub fn of_item(conn: &mut PgConnection, product: &Id<Product>, item: &Id<Item>) -> Result<usize> {
    statement(format!(
        "SELECT count(*) AS n FROM subscriptions s WHERE product_id = $1 AND {LIVE} \
         AND EXISTS (SELECT FROM subscription_items i WHERE i.subscription_id = s.id AND i.item_id = $2 AND i.quantity <> 0)"
    ))
    .bind::<Text, _>(product.as_str())
    .bind::<Text, _>(item.as_str())
    .get_result::<Count>(conn)?
    .number()
}

/// The list of a product's subscriptions in use, for who may look at it.
pub fn subscriptions_of<P: Permission>(actor: &Actor<P>, product: &Id<Product>) -> Option<String> {
    actor.leads::<orders::View>(&format!(
        "subscriptions?status=active&status=suspended&status=terminating&product={product}"
    ))
}

impl Resting {
    /// What the end of the sale touches.
    pub fn at_end_of_sale<P: Permission>(self, actor: &Actor<P>, product: &Id<Product>) -> Vec<Effect> {
        let listings = |path: String| actor.leads::<listings::View>(&path);
        let effects = [
            Effect::touched(
                self.viewers,
                "{n} company that sees it is told by email",
                "{n} companies that see it are told by email",
            ),
            Effect::touched(self.listed, "{n} listing stays as it is", "{n} listings stay as they are")
                .map(|effect| effect.at_if(listings(format!("listings?status=listed&q={product}")))),
            Effect::touched(
                self.drafts,
                "{n} request to list it cannot be submitted again",
                "{n} requests to list it cannot be submitted again",
            )
            .map(|effect| effect.at_if(listings(format!("listing-requests?status=draft&type=new&q={product}")))),
            Effect::touched(self.live, "{n} subscription continues", "{n} subscriptions continue")
                .map(|effect| effect.at_if(subscriptions_of(actor, product))),
        ];
        std::iter::once(Effect::from("It can no longer be listed on other marketplaces."))
            .chain(effects.into_iter().flatten())
            .collect()
    }

    /// What switching a setting off touches, for each that is on.
    pub fn at_switching_off<P: Permission>(self, actor: &Actor<P>, row: &ProductRow) -> Vec<Effect> {
        let mut effects = Vec::new();
        if row.tier_accounts_sync {
            let changes =
                actor.leads::<customers::View>(&format!("customer-requests?status=pending&product={}", row.id));
            effects.push(t!("Without Tier Accounts Sync you are no longer asked about changes of customers.").into());
            effects.extend(
                Effect::touched(
                    self.changes,
                    "{n} request that waits for you stays open",
                    "{n} requests that wait for you stay open",
                )
                .map(|effect| effect.at_if(changes)),
            );
        }
        if row.administrative_hold {
            effects.push(t!("Without Administrative Hold subscriptions can no longer be suspended.").into());
            let suspended = actor.leads::<orders::View>(&format!("subscriptions?status=suspended&product={}", row.id));
            effects.extend(
                Effect::touched(
                    self.suspended,
                    "{n} suspended subscription can still be resumed",
                    "{n} suspended subscriptions can still be resumed",
                )
                .map(|effect| effect.at_if(suspended)),
            );
        }
        if row.editable_ordering_parameters {
            effects.extend(
                Effect::touched(
                    self.live,
                    "{n} subscription can change the values of its ordering parameters only while they are editable",
                    "{n} subscriptions can change the values of their ordering parameters only while they are editable",
                )
                .map(|effect| effect.at_if(subscriptions_of(actor, &row.id))),
            );
        }
        effects
    }
}
