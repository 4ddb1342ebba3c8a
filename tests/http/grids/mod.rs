//! What holds for every list of every portal. The lists are found from the routes, so that a new one is held to it by itself.

mod fill;
mod fuzz;
mod indexes;
mod paging;
mod search;
mod tests_apart;

use actix_web::http::Method;
use entente::{kit::actor::Role, portals};

use crate::support::{
    Client, World,
    world::{ACREED, CHAMPIONS, MICKS},
};

/// The lists of a portal, by their addresses below it: where rows can be had as a file, there is a list.
fn lists(role: Role) -> Vec<String> {
    portals::screens(role)
        .into_iter()
        .filter(|mount| mount.method == Method::GET)
        .filter_map(|mount| mount.path.strip_suffix("/export.csv").map(str::to_owned))
        // the cast's distributor has signed no service contract, and its reseller has not been given the Service right
        .filter(|list| role != Role::Distributor || list != "/catalog/all")
        .filter(|list| role != Role::Reseller || list != "/product-groups")
        .collect()
}

/// Each portal with somebody at home in it.
async fn portals_with_people(world: &World) -> [(Role, &'static str, Client); 3] {
    [
        (Role::Distributor, MICKS, world.michael().await),
        (Role::Vendor, CHAMPIONS, world.apollo().await),
        (Role::Reseller, ACREED, world.donnie().await),
    ]
}
