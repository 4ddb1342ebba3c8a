//! A list that is read by its status has an index for it: else a rare one is looked for among all that a large company has.

use entente::{
    kit::{actor::Role, grid::Listing},
    modules::{
        agreements::grid::Agreements,
        catalog::grid::Catalog,
        contracts::grid::Contracts,
        customers::{self, grid::Customers},
        directory::grid::Partners,
        listings::{self, grid::Listings, offered::grid::Offered},
        marketplaces::{grid::Marketplaces, hubs::grid::Hubs},
        orders::{self, Subscriptions, TierConfigs, TierRequests},
        products::grid::Products,
    },
};

use crate::support::World;

/// Table, company's column, status, day.
type Claim = (&'static str, &'static str, &'static str, &'static str);

fn claims<L: Listing>() -> Vec<Claim> {
    let mut claims = Vec::new();
    for role in [Role::Distributor, Role::Vendor, Role::Reseller] {
        let shape = L::shape(role);
        let sides = shape.sides.iter();
        claims.extend(
            shape
                .status
                .into_iter()
                .flat_map(|status| sides.clone().map(move |side| (side.rows, (side.own)(role), status, shape.since))),
        );
    }
    claims
}

#[actix_web::test]
async fn every_list_that_is_read_by_its_status_has_an_index_for_it() {
    let world = World::new().await;
    let lists = [
        ("agreements", claims::<Agreements>()),
        ("catalog", claims::<Catalog>()),
        ("contracts", claims::<Contracts>()),
        ("customers", claims::<Customers>()),
        ("directory", claims::<Partners>()),
        ("fulfillment", claims::<orders::Requests>()),
        ("hubs", claims::<Hubs>()),
        ("listings", claims::<Listings>()),
        ("listing requests", claims::<listings::requests::Requests>()),
        ("marketplaces", claims::<Marketplaces>()),
        ("products", claims::<Products>()),
        ("offered products", claims::<Offered>()),
        ("subscriptions", claims::<Subscriptions>()),
        ("tier configurations", claims::<TierConfigs>()),
        ("requests of tier configurations", claims::<TierRequests>()),
        ("changes of customers", claims::<customers::requests::grid::Requests>()),
    ];
    for (list, claims) in lists {
        for (table, own, status, since) in claims {
            let begins = format!(
                "SELECT count(*) AS n FROM pg_indexes WHERE tablename = '{table}' AND indexdef LIKE '%({own}, {status}, {since}%'"
            );
            assert!(world.number(&begins) > 0, "{list}: no index of {table} begins with {own}, {status}, {since}");
        }
    }
}
