//! Consequences are said before they are caused: what a confirm page counts is what its act records, no more and no less.

mod acts;
mod keeps;

use keeps::keeps;

use crate::support::{
    World,
    world::{ACREED, MICKS, PULSE, SIGNED},
};

const CARRIES: &str = "CRD-40293-21272-66678";

#[actix_web::test]
async fn the_end_of_a_distribution_contract_is_counted_first() {
    let world = World::new().await;
    let michael = world.michael().await;
    let counts =
        keeps(&world, &michael, &format!("{MICKS}/contracts/{CARRIES}/terminate"), &["contract.terminated"], &[]).await;
    assert_eq!(counts.get("listing.unlisted"), Some(&1));
    assert!(counts.get("listing_request.cancelled").is_some_and(|count| *count > 0), "{counts:?}");
    assert!(counts.get("fulfillment_request.failed").is_some_and(|count| *count > 0), "{counts:?}");
}

#[actix_web::test]
async fn the_end_of_a_program_contract_is_counted_first() {
    let world = World::new().await;
    let michael = world.michael().await;
    let program = world.text(
        "SELECT id AS t FROM contracts WHERE type = 'program' AND signee_id = 'VA-287-142' AND status = 'active'",
    );
    let counts =
        keeps(&world, &michael, &format!("{MICKS}/contracts/{program}/terminate"), &["contract.terminated"], &[]).await;
    assert_eq!((counts.get("contract.ended_with_program"), counts.get("listing.unlisted")), (Some(&1), Some(&1)));
}

/// ACreed runs a marketplace of its own, on which Apollo Pulse is listed and asked for.
fn acreed_runs_a_marketplace(world: &World) {
    world.run(&format!(
        "INSERT INTO marketplaces (id, owner_id, name, currency, countries, prices, created_at, updated_at) \
         VALUES ('MP-00001', 'PA-196-115', 'Creed Market', 'USD', '{{US}}', '{{price}}', now(), now()); \
         INSERT INTO listings (id, status, product_id, contract_id, marketplace_id, vendor_id, owner_id, created_at, updated_at) \
         SELECT 'LST-000-000-001', 'listed', product_id, (SELECT id FROM contracts WHERE type = 'distribution' AND id <> contract_id \
         LIMIT 1), 'MP-00001', vendor_id, 'PA-196-115', now(), now() FROM listings WHERE product_id = '{PULSE}' LIMIT 1"
    ));
}

#[actix_web::test]
async fn the_end_of_a_service_contract_takes_what_its_partners_marketplaces_list() {
    let world = World::new().await;
    let michael = world.michael().await;
    acreed_runs_a_marketplace(&world);
    let page = michael.get(&format!("{MICKS}/contracts/{SIGNED}/terminate")).await;
    page.must_say("can no longer create program agreements");
    let counts =
        keeps(&world, &michael, &format!("{MICKS}/contracts/{SIGNED}/terminate"), &["contract.terminated"], &[]).await;
    assert_eq!(counts.get("listing.unlisted"), Some(&1));
    let why = world.text("SELECT note AS t FROM events WHERE name = 'listing.unlisted' ORDER BY at DESC LIMIT 1");
    assert_eq!(why, format!("{SIGNED} has ended"), "the cause is named");
}

#[actix_web::test]
async fn a_day_that_comes_does_what_a_termination_does() {
    let world = World::new().await;
    world.run(&format!("UPDATE contracts SET expire_at = now() - interval '1 minute' WHERE id = '{CARRIES}'"));
    let db = world.program.db.clone();
    db.write_system("expiry", entente::modules::contracts::expiry::terminate_due).await.expect("it ends");
    assert_eq!(world.number("SELECT count(*) AS n FROM listings WHERE status = 'listed'"), 0);
    assert!(world.number("SELECT count(*) AS n FROM events WHERE name = 'fulfillment_request.failed'") > 0);
}

#[actix_web::test]
async fn auto_accept_counts_whom_it_binds() {
    let world = World::new().await;
    let michael = world.michael().await;
    let url = format!("{MICKS}/agreements/AGD-284-437-563/auto-accept");
    let counts = keeps(&world, &michael, &url, &["agreement.auto_accept_on"], &[]).await;
    assert!(counts.values().sum::<i64>() > 0, "{counts:?}");
}

#[actix_web::test]
async fn nobody_is_bound_while_the_issuer_lacks_the_right_and_all_revives_with_it() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    let page = donnie.get(&format!("{ACREED}/agreements/new")).await;
    let link = ("link", "https://terms.example/program");
    let typed =
        [("type", "program"), ("name", "Vendors"), ("description", "x"), ("source", "link"), link, ("activate", "yes")];
    donnie.submit(&page, &typed).await.must_be(303);
    let (id, link) = crate::contracts::invite(&donnie, ACREED, "program", "Welcome").await;
    let guest = world.stranger();
    let confirm = crate::activation::up_to_activate(&guest, &link, "drago@example.com", "Drago Works").await;
    world.run(&format!("UPDATE contracts SET status = 'terminated', ended_at = now() WHERE id = '{SIGNED}'"));
    guest.submit(&confirm, &[]).await.must_be(409).must_say("cannot be activated right now");
    world.stranger().follow(world.stranger().get(&link).await).await;
    donnie.get(&format!("{ACREED}/contracts/{id}")).await.must_say("this contract cannot be activated");
    assert_eq!(world.number("SELECT count(*) AS n FROM users WHERE email LIKE 'drago%'"), 0);
    // the contract is renewed: the same link works again
    let page = michael.get(&format!("{MICKS}/contracts/{SIGNED}/renewal")).await;
    let made = michael
        .submit(&page, &[("note", "Welcome back")])
        .await
        .location()
        .rsplit('/')
        .next()
        .expect("an id")
        .to_owned();
    let page = donnie.get(&format!("{ACREED}/contracts/{made}/accept")).await;
    donnie.submit(&page, &[("accept", "yes")]).await.must_be(303);
    let page = guest.get(&format!("/activate/{id}/confirm")).await;
    guest.submit(&page, &[]).await.must_be(303);
}
