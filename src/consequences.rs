//! When X happens, then Y: the one table of what acts cause in modules that they do not know.
//!
//! Functions run in the order in which everybody locks: contracts, what is listed, what is ordered, and last the catalogs that follow from all
//! of it.

use diesel::PgConnection;

use crate::{
    kit::{
        consequence::{Consequences, Foretold},
        db::{System, Tx},
        problem::Result,
    },
    modules::{catalog, contracts::ending::Ended, customers::requests, distribution, listings, orders, syndication},
};

pub fn table() -> Consequences {
    Consequences::default()
        // a contract ends
        .foretold(listings_that_end)
        .when(end_listings)
        .foretold(orders_that_end)
        .when(end_orders)
        .when(catalog::sight::ended)
        // a contract is succeeded by another
        .foretold(listings::succession::look)
        .when(listings::succession::carry_out)
        .foretold(orders::succession::look)
        .when(orders::succession::carry_out)
        .when(catalog::sight::succeeded)
        // a service or syndication contract begins; what is listed changes
        .when(syndication::stopping::listed)
        .when(catalog::sight::began)
        .when(catalog::sight::listed)
        // the sale of a product, or of an item, ends; a setting is switched off; a version is hidden or shown
        .foretold(listings::touched::by_end_of_sale)
        .foretold(orders::touched::by_end_of_sale)
        .when(listings::touched::tell)
        .foretold(orders::touched::by_end_of_items_sale)
        .foretold(requests::touched::by_end_of_sync)
        .foretold(orders::touched::by_end_of_hold)
        .foretold(orders::touched::by_fixed_values)
        .foretold(orders::touched::by_turning)
        // a vendor signs a program; a version of a distribution agreement becomes active, or the active one goes
        .when(distribution::actions::welcome)
        .foretold(distribution::actions::effects_of_activating)
        .when(distribution::actions::version_activated)
        .foretold(distribution::actions::effects_of_closing)
        // somebody stops working for a company
        .foretold(listings::leaving::look)
        .foretold(orders::leaving::look)
        .when(listings::leaving::hand_on)
        .when(orders::leaving::hand_on)
}

fn listed_under(ended: &Ended) -> listings::ending::Under<'_> {
    match &ended.closed {
        Some(owner) => listings::ending::Under::Owner(owner),
        None => listings::ending::Under::Contracts(&ended.carrying),
    }
}

fn listings_that_end(conn: &mut PgConnection, _: &Consequences, ended: &Ended) -> Result<Foretold> {
    Ok(listings::ending::look(conn, listed_under(ended))?.effects(Some("")).into())
}

fn end_listings(tx: &mut Tx<'_, System>, ended: &Ended) -> Result<()> {
    listings::ending::find(tx, listed_under(ended))?.carry_out(tx, ended.cause, &ended.why())
}

fn ordered_under(ended: &Ended) -> orders::ending::Under<'_> {
    match &ended.barred {
        Some(buyer) if ended.carrying.is_empty() => orders::ending::Under::Buyer(buyer),
        Some(buyer) => orders::ending::Under::Both(buyer, &ended.carrying),
        None => orders::ending::Under::Contracts(&ended.carrying),
    }
}

fn orders_that_end(conn: &mut PgConnection, _: &Consequences, ended: &Ended) -> Result<Foretold> {
    Ok(orders::ending::look(conn, ordered_under(ended))?.effects(Some("")).into())
}

fn end_orders(tx: &mut Tx<'_, System>, ended: &Ended) -> Result<()> {
    orders::ending::find(tx, ordered_under(ended))?.carry_out(tx, ended.cause, &ended.why())
}
