//! Products, listings, the catalog, customers and orders, as the pages of these tasks say.

use super::guide::Guide;
use crate::{
    catalog::offered,
    listings,
    orders::{self, GYMS, account, acreeds_store, parameter},
    support::{
        World,
        world::{ACREED, CHAMPIONS, CORNER, MICKS, PULSE},
    },
};

#[actix_web::test]
async fn a_product_is_listed() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    listings::published(&world, &apollo).await;
    let mut guide = Guide::begin(&apollo, CHAMPIONS, "list-a-product").await;
    guide.open().await.must_say("Apollo Corner");
    let page = guide.open().await;
    let page = guide.send(&page, &[]).await;
    guide.on(&page);
    let page = guide.send(&page, &[("product", CORNER)]).await;
    guide.on(&page);
    let page = guide.send(&page, &[("distributor", "PA-469-206")]).await;
    guide.on(&page);
    let page = guide.send(&page, &[("marketplace", "CRD-40293-21272-66678")]).await;
    guide.on(&page);
    guide.send(&page, &[("note", "It sells itself")]).await.must_say("Request submitted");
    let all = guide.open().await;
    apollo.get(&all.link("Waiting for the distributor")).await.must_say("Apollo Corner");
    guide.done();
}

#[actix_web::test]
async fn a_listing_request_is_reviewed() {
    let world = World::new().await;
    let michael = world.michael().await;
    let request = listings::waiting(&world);
    let mut guide = Guide::begin(&michael, MICKS, "review-a-listing-request").await;
    guide.open().await.must_say("Apollo Ring");
    let page = guide.at(&format!("listing-requests/{request}")).await;
    guide.on(&page);
    let page = guide.at(&format!("listing-requests/{request}/deploy")).await;
    guide.on(&page);
    let page = guide.send(&page, &[]).await;
    guide.on(&page);
    let page = guide.at(&format!("listing-requests/{request}/complete")).await;
    guide.on(&page);
    guide.send(&page, &[]).await.must_say("Request completed");
    guide.done();
}

#[actix_web::test]
async fn what_the_catalog_offers_is_sold_on() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    offered(&world, &michael).await;
    acreeds_store(&world);
    let mut guide = Guide::begin(&donnie, ACREED, "sell-from-the-catalog").await;
    guide.open().await.must_say("Creed Store");
    guide.open().await.must_say("Apollo Pulse");
    let page = guide.at(&format!("catalog/{PULSE}/syndication")).await;
    guide.on(&page);
    let page = guide.send_to(&page, Some("/catalog/enroll"), &[]).await;
    guide.on(&page);
    let page = guide.send(&page, &[("marketplace", "MP-00001")]).await;
    guide.on(&page);
    let page = guide.send(&page, &[("accept", "yes")]).await;
    guide.on(&page);
    guide.done();
}

#[actix_web::test]
async fn a_customer_is_added() {
    let world = World::new().await;
    let michael = world.michael().await;
    let mut guide = Guide::begin(&michael, MICKS, "add-a-customer").await;
    let page = guide.open().await;
    let page = guide.send(&page, &[("type", "customer")]).await;
    guide.on(&page);
    let page = guide.send(&page, &[("parent", &account(&world, "Delphi Gyms"))]).await;
    guide.on(&page);
    let typed = [
        ("name", "Mickey's Gym"),
        ("country", "US"),
        ("city", "Philadelphia"),
        ("postal_code", "19125"),
        ("address_line1", "2147 North Front Street"),
        ("first_name", "Mickey"),
        ("last_name", "Goldmill"),
        ("email", "mickey@gym.example"),
    ];
    let page = guide.send(&page, &typed).await;
    guide.on(&page);
    page.must_say("Customer created");
    // the tree opens level by level
    guide.open().await.must_be(200);
    guide.done();
}

#[actix_web::test]
async fn a_customer_change_is_accepted() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let change = world.text(
        "SELECT min(id) AS t FROM tier_account_requests WHERE vendor_id = 'VA-287-142' AND status = 'pending' \
         AND environment = 'production'",
    );
    let mut guide = Guide::begin(&apollo, CHAMPIONS, "accept-a-customer-change").await;
    guide.open().await;
    let page = guide.at(&format!("customer-requests/{change}")).await;
    guide.on(&page);
    guide.send_to(&page, Some("/accept"), &[]).await.must_say("Accepted");
    guide.done();
}

#[actix_web::test]
async fn a_subscription_is_ordered() {
    let world = World::new().await;
    let michael = world.michael().await;
    let mut guide = Guide::begin(&michael, MICKS, "order-a-subscription").await;
    let page = guide.open().await;
    let page = guide.send(&page, &[("environment", "production")]).await;
    guide.on(&page);
    let page = guide.send(&page, &[("product", PULSE)]).await;
    guide.on(&page);
    let page = guide.send(&page, &[("customer", &account(&world, "Adrian's Restaurant"))]).await;
    guide.on(&page);
    let page = guide.send(&page, &[(GYMS, "5")]).await;
    guide.on(&page);
    let (email, size) = (parameter(&world, "trainer_email"), parameter(&world, "gym_size"));
    let page = guide.send(&page, &[(&email, "rocky@adrians.example"), (&size, "l")]).await;
    guide.on(&page);
    let page = guide.send(&page, &[]).await;
    guide.on(&page);
    page.must_say("Subscription ordered");
    guide.open().await;
    guide.done();
}

#[actix_web::test]
async fn an_order_is_fulfilled() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let order = orders::waiting(&world);
    let mut guide = Guide::begin(&apollo, CHAMPIONS, "fulfil-an-order").await;
    guide.open().await.must_say("Adrian's Restaurant");
    let page = guide.at(&format!("fulfillment/{order}")).await;
    guide.on(&page);
    let page = guide.at(&format!("fulfillment/{order}/approve")).await;
    guide.on(&page);
    let page = guide.send(&page, &[(&parameter(&world, "license_key"), "LICENCE-1")]).await;
    guide.on(&page);
    guide.done();
}
