//! Syndication, from the catalog to the first order: a partner enrolls, the distributor approves, and three companies see each what is theirs.

use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use entente::modules::contracts::evidence::verify;
use futures_util::future::join;

use crate::{
    catalog::offered,
    orders::{acreeds_store, act, at_vendor, order, parameter},
    support::{
        Answer, Client, World,
        world::{ACREED, CHAMPIONS, MICKS, PULSE, SIGNED, key},
    },
};

/// Where Donnie reads and accepts the agreement.
async fn up_to_submit(donnie: &Client) -> Answer {
    let page = donnie.get(&format!("{ACREED}/catalog/{PULSE}/syndication")).await;
    let page = donnie.follow(donnie.submit_to(&page, Some("/catalog/enroll"), &[]).await).await;
    page.must_say("Where will you sell it?").must_say("Creed Store");
    donnie.follow(donnie.submit(&page, &[("marketplace", "MP-00001")]).await).await
}

/// The contract that is open.
fn open(world: &World) -> String {
    world.text("SELECT contract_id AS t FROM contract_sources WHERE open")
}

/// Donnie's contract on Apollo Pulse.
async fn enrolled(world: &World, donnie: &Client) -> String {
    let page = up_to_submit(donnie).await;
    let answer = donnie.submit(&page, &[("accept", "yes")]).await;
    answer.must_be(303);
    donnie.follow(answer).await.must_say("Enrolled").must_say("Apollo Pulse").must_say("Pending");
    open(world)
}

fn status(world: &World, contract: &str) -> String {
    world.text(&format!("SELECT status AS t FROM contracts WHERE id = '{contract}'"))
}

/// What Donnie types for an order.
fn typed(world: &World) -> [(String, &'static str); 2] {
    [(parameter(world, "trainer_email"), "donnie@acreedllc.example"), (parameter(world, "gym_size"), "s")]
}

async fn ordered(world: &World, donnie: &Client) -> String {
    let typed = typed(world);
    let typed: Vec<(&str, &str)> = typed.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    order(world, donnie, ACREED, (PULSE, "TA-0000-0000-0002", "3"), &typed).await
}

#[actix_web::test]
async fn a_reseller_enrolls_the_distributor_approves_and_the_product_can_be_ordered() {
    let world = World::new().await;
    let (michael, donnie, apollo) = (world.michael().await, world.donnie().await, world.apollo().await);
    let (_, agreement) = offered(&world, &michael).await;
    acreeds_store(&world);
    let page = up_to_submit(&donnie).await;
    page.must_say("Fitness Resale").must_say("Apollo Pulse").must_say("Creed Store").must_say("https://terms.example");
    donnie.submit(&page, &[]).await.must_be(422).must_say("Confirm that you have read and accepted the agreement");
    let contract = enrolled(&world, &donnie).await;
    assert!(contract.starts_with("CRU-"));
    let stamps = format!("SELECT count(*) AS n FROM signatures WHERE contract_id = '{contract}'");
    assert_eq!(world.number(&stamps), 1);
    donnie.get(&format!("{ACREED}/products")).await.must_not_say("Apollo Pulse");
    donnie.get(&format!("{ACREED}/contracts/{contract}/approve")).await.must_be(404);
    // the distributor's side
    assert!(michael.get(MICKS).await.waiting("Contracts to approve").contains(&"ACreed LLC".to_owned()));
    let url = format!("{MICKS}/contracts/{contract}");
    michael.get(&url).await.must_say("Approve").must_say("Apollo Pulse").must_say("Creed Store");
    let page = michael.get(&format!("{url}/approve")).await;
    page.must_say("can sell Apollo Pulse on its marketplace Creed Store");
    let refusal = michael.get(&format!("{url}/reject")).await;
    michael.follow(michael.submit(&page, &[]).await).await.must_say("Contract approved").must_say("Active");
    // two who decide at once: the second is told
    michael.submit(&refusal, &[("reason", "Too late")]).await.must_be(409).must_say("already been decided");
    assert_eq!((status(&world, &contract), world.number(&stamps)), ("active".to_owned(), 2));
    for kind in ["contract_enrolled", "contract_approved"] {
        let told = format!("SELECT count(DISTINCT recipient) - count(*) AS n FROM outbox WHERE kind = '{kind}'");
        assert_eq!(world.number(&told), 0, "no letter twice: {kind}");
    }
    let list = michael
        .get(&format!("{MICKS}/contracts?type=syndication&product=pulse&columns=product&columns=marketplace"))
        .await;
    list.must_say(&contract).must_say("Apollo Pulse").must_say("Creed Store");
    // what it sells
    donnie.get(&format!("{ACREED}/products")).await.must_say("Apollo Pulse");
    donnie.get(&format!("{ACREED}/products/{PULSE}")).await.must_say("Sold by syndication").must_say(&contract);
    let request = ordered(&world, &donnie).await;
    let id = request.replace("PR-", "AS-").rsplit_once('-').expect("a number").0.to_owned();
    let companies = format!(
        "SELECT buyer_id || distributor_id || vendor_id || contract_id AS t FROM subscriptions WHERE id = '{id}'"
    );
    assert_eq!(world.text(&companies), format!("PA-196-115PA-469-206VA-287-142{contract}"));
    for (client, base) in [(&donnie, ACREED), (&michael, MICKS), (&apollo, CHAMPIONS)] {
        client.get(&format!("{base}/subscriptions?")).await.must_say(&id);
        client.get(&format!("{base}/fulfillment?")).await.must_say(&request);
        client.get(&format!("{base}/subscriptions/{id}")).await.must_be(200);
        client.get(&format!("{base}/subscriptions/{id}/tiers")).await.must_say("Delphi");
    }
    michael.get(&format!("{MICKS}/subscriptions/{id}/change")).await.must_be(404);
    act(&apollo, &at_vendor(&request), "approve", &[(&parameter(&world, "license_key"), "CREED-1")]).await.must_be(303);
    donnie.get(&format!("{ACREED}/subscriptions/{id}")).await.must_say("CREED-1").must_say("Change");
    donnie.get(&format!("{ACREED}/catalog/{PULSE}")).await.must_say("Your company sells this product");
    donnie.get(&format!("{ACREED}/catalog/{PULSE}/syndication")).await.must_say(&agreement).must_say("Active");
}

#[actix_web::test]
async fn who_is_enrolled_is_not_enrolled_again_for_the_same_marketplace() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    offered(&world, &michael).await;
    acreeds_store(&world);
    // two wizards at once end in one contract
    let (one, other) = (up_to_submit(&donnie).await, up_to_submit(&donnie).await);
    let answer = donnie.submit(&one, &[("accept", "yes")]).await;
    answer.must_be(303);
    // pressed twice
    donnie.press(&one, &[("accept", "yes")]).await.must_be(303);
    donnie.press(&other, &[("accept", "yes")]).await.must_be(409).must_say("already has contract");
    assert_eq!(world.number("SELECT count(*) AS n FROM contracts WHERE type = 'syndication'"), 1);
    let contract = open(&world);
    act(&michael, &format!("{MICKS}/contracts/{contract}"), "reject", &[("reason", "Not this year")])
        .await
        .must_be(303);
    donnie.get(&format!("{ACREED}/contracts/{contract}")).await.must_say("Rejected").must_say("Not this year");
    assert_ne!(enrolled(&world, &donnie).await, contract, "after a rejection it may enroll again");
}

#[actix_web::test]
async fn what_changes_while_somebody_enrolls_is_said_and_nothing_is_signed() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    let (group, _) = offered(&world, &michael).await;
    acreeds_store(&world);
    let page = up_to_submit(&donnie).await;
    act(&michael, &format!("{MICKS}/product-groups/{group}"), "remove", &[("products", PULSE)]).await.must_be(303);
    donnie.press(&page, &[("accept", "yes")]).await.must_be(409).must_say("not offered by this agreement");
    act(&michael, &format!("{MICKS}/product-groups/{group}"), "add", &[("products", PULSE)]).await.must_be(303);
    let listing =
        world.text(&format!("SELECT id AS t FROM listings WHERE product_id = '{PULSE}' AND status = 'listed'"));
    act(&michael, &format!("{MICKS}/listings/{listing}"), "pause", &[]).await.must_be(303);
    donnie.press(&page, &[("accept", "yes")]).await.must_be(409).must_say("not offered by this agreement");
    act(&michael, &format!("{MICKS}/listings/{listing}"), "resume", &[]).await.must_be(303);
    act(&michael, &format!("{MICKS}/contracts/{SIGNED}"), "terminate", &[]).await.must_be(303);
    assert_ne!(donnie.press(&page, &[("accept", "yes")]).await.status, 303);
    assert_eq!(world.number("SELECT count(*) AS n FROM contracts WHERE type = 'syndication'"), 0);
}

#[actix_web::test]
async fn a_service_contract_takes_along_what_is_sold_and_ordered_under_it() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    offered(&world, &michael).await;
    acreeds_store(&world);
    let contract = enrolled(&world, &donnie).await;
    act(&michael, &format!("{MICKS}/contracts/{contract}"), "approve", &[]).await.must_be(303);
    let request = ordered(&world, &donnie).await;
    act(&michael, &format!("{MICKS}/contracts/{SIGNED}"), "terminate", &[]).await.must_be(303);
    assert_eq!(status(&world, &contract), "terminated");
    assert_eq!(world.number("SELECT count(*) AS n FROM sight WHERE viewer_id = 'PA-196-115'"), 0);
    assert_eq!(world.text(&format!("SELECT status AS t FROM fulfillment_requests WHERE id = '{request}'")), "failed");
}

#[actix_web::test]
async fn when_the_listing_is_paused_the_contract_stays_and_nothing_new_is_ordered() {
    let world = World::new().await;
    let (michael, donnie, apollo) = (world.michael().await, world.donnie().await, world.apollo().await);
    offered(&world, &michael).await;
    acreeds_store(&world);
    let contract = enrolled(&world, &donnie).await;
    act(&michael, &format!("{MICKS}/contracts/{contract}"), "approve", &[]).await.must_be(303);
    let page = donnie.get(&format!("{ACREED}/subscriptions/new")).await;
    donnie.follow(donnie.submit(&page, &[]).await).await.must_say("Apollo Pulse");
    let listing = world.text("SELECT listing_id AS t FROM contract_sources");
    let url = format!("{MICKS}/listings/{listing}");
    let page = michael.get(&format!("{url}/pause")).await;
    page.must_say("nothing new can be ordered").must_say("Champions LLC");
    let answer = michael.submit(&page, &[("reason", "The warehouse moves")]).await;
    michael.follow(answer).await.must_say("Listing paused").must_say("Paused").must_say("The warehouse moves");
    michael.submit(&page, &[("reason", "")]).await.must_be(409).must_say("is paused already");
    let page = donnie.get(&format!("{ACREED}/subscriptions/new")).await;
    donnie.follow(donnie.submit(&page, &[]).await).await.must_not_say("Apollo Pulse");
    donnie.get(&format!("{ACREED}/products/{PULSE}")).await.must_say("has paused it").must_say("The warehouse moves");
    donnie.get(&format!("{ACREED}/catalog/{PULSE}")).await.must_be(404);
    apollo.get(&format!("{CHAMPIONS}/listings/{listing}")).await.must_say("The warehouse moves").must_not_say("Resume");
    assert_eq!(status(&world, &contract), "active");
    let told = |kind: &str| world.number(&format!("SELECT count(*) AS n FROM outbox WHERE kind = '{kind}'"));
    let (partners, vendors) = (told("sale_stopped"), told("listing_paused"));
    assert!(partners >= 2 && vendors >= 1, "{partners} {vendors}");
    act(&michael, &url, "resume", &[]).await.must_be(303);
    assert_eq!(told("sale_stopped"), partners, "no letter twice");
    assert!(told("sale_resumed") >= 2);
    donnie.get(&format!("{ACREED}/catalog/{PULSE}")).await.must_be(200);
}

#[actix_web::test]
async fn nobody_else_enrolls_decides_or_sees() {
    let world = World::new().await;
    let (michael, donnie, tony) = (world.michael().await, world.donnie().await, world.tony().await);
    offered(&world, &michael).await;
    acreeds_store(&world);
    let contract = enrolled(&world, &donnie).await;
    const FRONT: &str = "/vendor/VA-610-774";
    tony.get(&format!("{FRONT}/contracts/{contract}")).await.must_be(404);
    let csrf = donnie.get("/profile").await.value("csrf");
    for verb in ["approve", "reject", "terminate"] {
        let url = format!("{ACREED}/contracts/{contract}/{verb}");
        donnie.get(&url).await.must_be(404);
        donnie.post(&url, &[("csrf", &csrf), ("reason", "x"), ("shown", "")]).await.must_be(404);
    }
    let csrf = michael.get("/profile").await.value("csrf");
    let answer = michael.post(&format!("{MICKS}/catalog/enroll"), &[("csrf", &csrf), ("id", PULSE)]).await;
    assert!([403, 404].contains(&answer.status), "{}", answer.status);
    assert_eq!(status(&world, &contract), "pending");
}

#[actix_web::test]
async fn evidence_says_which_product_is_sold_and_where() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    offered(&world, &michael).await;
    acreeds_store(&world);
    let contract = enrolled(&world, &donnie).await;
    act(&michael, &format!("{MICKS}/contracts/{contract}"), "approve", &[]).await.must_be(303);
    let stamps = format!(
        "SELECT count(*) AS n FROM signatures WHERE contract_id = '{contract}' \
         AND evidence LIKE '%\"product\":\"{PULSE}\"%\"target\":\"MP-00001\"%'"
    );
    assert_eq!(world.number(&stamps), 2, "both sides say it");
    let certificate = michael.get(&format!("{MICKS}/contracts/{contract}/versions/1/certificate")).await;
    certificate.must_say("Apollo Pulse").must_say("Sold on").must_say("Creed Store");
    let broken = || verify::run(&mut world.sql(), &key(), &[]).expect("the check runs").broken;
    assert_eq!(broken(), Vec::<String>::new());
    world.run("SET session_replication_role = replica; UPDATE contract_sources SET target_id = 'MP-99999'");
    assert_eq!(broken(), [format!("{contract}: it is not about what was signed")]);
}

#[actix_web::test]
async fn a_renewal_of_a_contract_that_has_ended_is_not_signed() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    offered(&world, &michael).await;
    acreeds_store(&world);
    let contract = enrolled(&world, &donnie).await;
    let url = format!("{MICKS}/contracts/{contract}");
    act(&michael, &url, "approve", &[]).await.must_be(303);
    act(&michael, &url, "renewal", &[("note", "Another year")]).await.must_be(303);
    let renewal = world.text(&format!("SELECT id AS t FROM contracts WHERE predecessor_id = '{contract}'"));
    let accept = format!("{ACREED}/contracts/{renewal}/accept");
    let page = donnie.get(&accept).await;
    page.must_be(200);
    act(&michael, &url, "terminate", &[]).await.must_be(303);
    assert_ne!(enrolled(&world, &donnie).await, contract, "it enrolls again");
    donnie.press(&page, &[("accept", "yes")]).await.must_be(409).must_say("can enroll again from its catalog");
    donnie.get(&accept).await.must_be(409).must_say("can enroll again from its catalog");
    assert_eq!((status(&world, &contract), status(&world, &renewal)), ("terminated".into(), "pending".into()));
}

#[actix_web::test]
async fn who_pauses_a_listing_and_who_ends_a_contract_on_it_do_not_wait_for_each_other() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    offered(&world, &michael).await;
    acreeds_store(&world);
    let contract = enrolled(&world, &donnie).await;
    act(&michael, &format!("{MICKS}/contracts/{contract}"), "approve", &[]).await.must_be(303);
    let listing = world.text("SELECT listing_id AS t FROM contract_sources");
    let page = michael.get(&format!("{MICKS}/listings/{listing}/pause")).await;
    // who ends the contract holds what it is about, and settles its partner's catalogs then
    let mut ends = world.sql();
    ends.batch_execute(&format!("BEGIN; UPDATE contract_sources SET open = open WHERE contract_id = '{contract}'"))
        .expect("what it is about");
    let waits =
        "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let settles = async {
        for _ in 0..200 {
            if world.number(waits) > 0 {
                break;
            }
            actix_web::rt::time::sleep(Duration::from_millis(10)).await;
        }
        ends.batch_execute("SELECT pg_advisory_xact_lock(hashtextextended('catalog of PA-196-115', 0)); ROLLBACK")
    };
    let (paused, settled) = join(michael.submit(&page, &[("reason", "The warehouse moves")]), settles).await;
    settled.expect("nobody is in the way");
    paused.must_be(303);
}
