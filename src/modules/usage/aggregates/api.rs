//! The published operations of aggregates.

use actix_web::{HttpResponse, web};
use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{Bool, Text},
};

use super::published;
use crate::{
    access::call::Call,
    kit::{
        actor::Role,
        api::{self, Operation, Schema, table::Table},
        db::{Db, Read},
        grid::Side,
        id::Id,
        problem::{Problem, Result},
        rql::{Beside, By, Collection, Filter},
        statement::statement,
    },
    modules::{
        ids::Subscription,
        usage::{View, api::GROUP},
    },
};

pub fn operations() -> Vec<Operation> {
    let each = || (&AGGREGATES, published::aggregate_schema());
    let about = "One row for each subscription and item that usage was submitted of. Vendors and owners of marketplaces see the files they are a \
                 party of. Reservations have `consumed`, pay-as-you-go items have `accepted`.";
    vec![
        GROUP.list("/usage/aggregates", list, "List usage aggregates", each()).about(about),
        GROUP
            .list("/assets/{id}/usage/aggregates", of_asset, "List usage aggregates of a subscription", each())
            .about(about)
            .part("id", Schema::id::<Subscription>()),
    ]
}

const ITEM: Beside = Beside::One { key: "r.item_id", table: "items" };
const SUBSCRIPTION: Beside = Beside::One { key: "r.subscription_id", table: "subscriptions" };

static AGGREGATES: Collection = Collection {
    filters: &[
        Filter::id("asset.id", "r.subscription_id").ordered().searched(),
        Filter::text("asset.external_id", "f.external_id").beside(SUBSCRIPTION).searched(),
        Filter::uid("asset.external_uid", "f.external_uid").beside(SUBSCRIPTION),
        Filter::id("item.id", "r.item_id").ordered().searched(),
        Filter::id("item.local_id", "replace(r.item_id, '-', '_')"),
        Filter::text("item.mpn", "f.mpn").beside(ITEM).searched(),
        Filter::words("item.type", "f.type", &[("reservation", "reservation"), ("ppu", "ppu")]).beside(ITEM),
        Filter::id("product.id", "f.product_id").beside(ITEM),
        Filter::part("consumed"),
        Filter::part("accepted"),
        Filter::part("amount"),
        Filter::part("currency"),
        Filter::part("events"),
        Filter::part("item"),
        Filter::part("asset"),
    ],
    aliases: &[("asset_id", "asset.id"), ("item_id", "item.id"), ("product_id", "product.id")],
    search: None,
    order: &[By::up("r.subscription_id")],
    id: "r.id",
};

/// Subscriptions and items that usage was submitted of, for one of the parties of files.
macro_rules! submitted_to {
    ($party:literal) => {
        concat!(
            "(SELECT t.subscription_id || '/' || t.item_id AS id, t.subscription_id, t.item_id, f.",
            $party,
            " FROM usage_totals t JOIN usage_files f ON f.id = t.file_id WHERE f.status IN ('pending', 'accepted', 'closed') \
             AND f.submitted_at IS NOT NULL GROUP BY f.",
            $party,
            ", t.subscription_id, t.item_id)"
        )
    };
}

fn sides(role: Role) -> &'static [Side] {
    const OF_VENDORS: &[Side] = &[Side::new(submitted_to!("vendor_id"), |_| "vendor_id")];
    const OF_OWNERS: &[Side] = &[Side::new(submitted_to!("owner_id"), |_| "owner_id")];
    if role == Role::Vendor { OF_VENDORS } else { OF_OWNERS }
}

async fn list(call: Call<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    answer(call, &db, None).await
}

async fn of_asset(call: Call<View>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let subscription: Id<Subscription> = path.parse().map_err(|_| Problem::NotFound)?;
    answer(call, &db, Some(subscription)).await
}

async fn answer(call: Call<View>, db: &Db, subscription: Option<Id<Subscription>>) -> Result<HttpResponse> {
    let asked = api::asked(&call.query, &AGGREGATES)?;
    let page = db
        .read(&call.actor, move |read| {
            if let Some(id) = &subscription {
                seen(read, id)?;
            }
            let of = subscription.as_ref().map(|id| ("r.subscription_id", id.as_str()));
            let table = Table { sides: sides(read.actor.identity.company.role), of, collection: &AGGREGATES };
            api::table::answer(read, &table, &asked, published::aggregates)
        })
        .await?;
    Ok(page.respond())
}

/// Fails when a subscription is none of the company's: as subscriptions themselves are seen.
fn seen(read: &mut Read<'_, View>, id: &Id<Subscription>) -> Result<()> {
    #[derive(QueryableByName)]
    struct Seen {
        #[diesel(sql_type = Bool)]
        seen: bool,
    }
    let found: Seen = statement(
        "SELECT EXISTS (SELECT FROM subscriptions s WHERE s.id = $1 AND $2 IN (s.vendor_id, s.buyer_id, s.distributor_id)) AS seen",
    )
    .bind::<Text, _>(id)
    .bind::<Text, _>(&read.actor.identity.company.id)
    .get_result(read.conn)?;
    if found.seen { Ok(()) } else { Err(Problem::NotFound) }
}
