//! The Catalog: exactly what service contracts offer, by category, found by words, and with the agreements by which it may be sold.

use crate::{
    orders::{acreeds_store, act},
    support::{
        Client, World,
        world::{ACREED, MICKS, PULSE, SIGNED},
    },
};

/// The id at the end of where an answer leads.
fn last(location: &str) -> String {
    location.rsplit('/').next().unwrap_or_default().to_owned()
}

/// The agreement by which Donnie's company came.
fn service(world: &World) -> String {
    world.text(&format!("SELECT agreement_id AS t FROM contracts WHERE id = '{SIGNED}'"))
}

/// A group with Apollo Pulse, which the agreement that Donnie signed carries. Answers with its id.
pub async fn carried(world: &World, michael: &Client) -> String {
    let page = michael.get(&format!("{MICKS}/product-groups/new")).await;
    let group = last(michael.submit(&page, &[("name", "Fitness")]).await.must_be(303).location());
    let page = michael.get(&format!("{MICKS}/product-groups/{group}/add")).await;
    michael.submit(&page, &[("products", PULSE)]).await.must_be(303);
    let page = michael.get(&format!("{MICKS}/agreements/{}/catalog/groups", service(world))).await;
    michael.submit(&page, &[("groups", &group)]).await.must_be(303);
    group
}

/// The same, with a syndication agreement on it. Answers with the ids of both.
pub async fn offered(world: &World, michael: &Client) -> (String, String) {
    let group = carried(world, michael).await;
    let page = michael.get(&format!("{MICKS}/agreements/{}/syndication/new", service(world))).await;
    let typed = [
        ("name", "Fitness Resale"),
        ("description", "For **resellers**"),
        ("link", "https://terms.example/resale.pdf"),
        ("activate", "yes"),
    ];
    let agreement = last(michael.submit(&page, &typed).await.must_be(303).location());
    assert!(agreement.starts_with("AGU-"));
    (group, agreement)
}

#[actix_web::test]
async fn a_catalog_says_what_is_missing_before_it_is_of_use() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    let page = donnie.get(&format!("{ACREED}/catalog")).await;
    page.must_be(200).must_say("No products yet").must_say("Ask your distributor to add some");
    carried(&world, &michael).await;
    let page = donnie.get(&format!("{ACREED}/catalog")).await;
    page.must_say("Apollo Pulse").must_say("Create marketplace").must_say("Register hub");
    acreeds_store(&world);
    donnie.get(&format!("{ACREED}/catalog")).await.must_say("Apollo Pulse").must_not_say("Create marketplace");
    donnie.get(&format!("{ACREED}/catalog/{PULSE}/syndication")).await.must_say("No syndication agreements yet");
    donnie.get(&format!("{ACREED}/catalog/{PULSE}/direct")).await.must_say("No direct agreements yet");
}

#[actix_web::test]
async fn a_product_is_found_by_category_and_by_words_and_shows_what_it_is() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    let (_, agreement) = offered(&world, &michael).await;
    let category =
        world.text(&format!("SELECT category AS t FROM sight WHERE product_id = '{PULSE}' AND why = 'catalog'"));
    let list = format!("{ACREED}/catalog/all");
    donnie.get(&format!("{list}?category={category}")).await.must_say("Apollo Pulse").must_say("Champions LLC");
    let other = if category == "sales" { "backup" } else { "sales" };
    donnie.get(&format!("{list}?category={other}")).await.must_not_say("Apollo Pulse");
    donnie.get(&format!("{list}?q=pulse")).await.must_say("Apollo Pulse");
    donnie.get(&format!("{list}?q=nothing-like-it")).await.must_say("No matches");
    let product = format!("{ACREED}/catalog/{PULSE}");
    donnie.get(&product).await.must_say("Overview").must_say("About the vendor").must_say("Champions LLC");
    donnie.get(&format!("{product}/versions")).await.must_say("What changed");
    let page = donnie.get(&format!("{product}/syndication")).await;
    page.must_say("Fitness Resale").must_say(&agreement).must_say("Tutorial Marketplace").must_say("Enroll");
    // what is only offered is not sold yet
    donnie.get(&format!("{ACREED}/products/{PULSE}")).await.must_be(404);
    donnie.get(&format!("{ACREED}/products")).await.must_not_say("Apollo Pulse");
    // who has no service contract has no catalog, and nobody finds what is not offered
    assert_ne!(michael.get(&format!("{MICKS}/catalog")).await.status, 200);
    donnie.get(&format!("{ACREED}/catalog/PRD-418-902-117")).await.must_be(404);
}

#[actix_web::test]
async fn what_is_no_longer_offered_is_gone_at_once() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    let (group, _) = offered(&world, &michael).await;
    let product = format!("{ACREED}/catalog/{PULSE}");
    donnie.get(&product).await.must_be(200);
    act(&michael, &format!("{MICKS}/product-groups/{group}"), "remove", &[("products", PULSE)]).await.must_be(303);
    donnie.get(&product).await.must_be(404);
    act(&michael, &format!("{MICKS}/product-groups/{group}"), "add", &[("products", PULSE)]).await.must_be(303);
    donnie.get(&product).await.must_be(200);
    act(&michael, &format!("{MICKS}/contracts/{SIGNED}"), "terminate", &[]).await.must_be(303);
    assert_ne!(donnie.get(&product).await.status, 200);
    assert_eq!(world.number("SELECT count(*) AS n FROM sight WHERE why = 'catalog'"), 0);
}
