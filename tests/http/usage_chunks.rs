//! An accepted file is billed by hubs: each has its records, its download and its bill.

use actix_web::http::Method;
use serde_json::json;

use crate::{
    api::{Program, value},
    support::{World, world::MICKS},
    usage::{id, ready, row, status, submit},
    usage_api::KEYS,
    usage_closing::{accepted_rows, close, file_of},
};

/// Another subscription of the cast's product that was ordered through no hub, beside the one that was ordered through one.
fn two_hubs(world: &World) {
    world.run(
        "UPDATE subscriptions SET hub_id = (SELECT min(id) FROM hubs WHERE owner_id = 'PA-469-206') WHERE external_id = 'SO-4702'; \
         INSERT INTO subscriptions (id, status, environment, external_id, external_uid, product_id, version, vendor_id, buyer_id, \
         distributor_id, marketplace_id, contract_id, customer_id, tier1_id, tier2_id, customer_name, activated_at, created_at, updated_at) \
         SELECT 'AS-9999-9999-0002', status, environment, 'SO-9999', gen_random_uuid(), product_id, version, vendor_id, buyer_id, \
         distributor_id, marketplace_id, contract_id, customer_id, tier1_id, tier2_id, customer_name, activated_at, created_at, updated_at \
         FROM subscriptions WHERE external_id = 'SO-4702'",
    );
}

/// A file with two records of the hub, and one without.
async fn reported(world: &World) -> String {
    two_hubs(world);
    let rows = [row("HUB-1", "1"), row("NONE-1", "2").replace("SO-4702", "SO-9999"), row("HUB-2", "3")];
    accepted_rows(world, "Hubs", &rows).await
}

fn chunks(world: &World, here: &str) -> String {
    world.text(&format!(
        "SELECT string_agg(concat_ws(' ', number, coalesce(hub_id, 'none'), status, records, closed), ', ' ORDER BY number) AS t \
         FROM usage_chunks WHERE file_id = '{}'",
        file_of(here)
    ))
}

#[actix_web::test]
async fn a_file_that_is_accepted_has_a_chunk_for_each_hub() {
    let world = World::new().await;
    let michael = world.michael().await;
    let here = reported(&world).await;
    let hub = world.text("SELECT min(id) AS t FROM hubs WHERE owner_id = 'PA-469-206'");
    assert_eq!(chunks(&world, &here), format!("1 {hub} ready 2 0, 2 none ready 1 0"));
    let page = michael.get(&michael.get(&here).await.link("Billing")).await;
    assert_eq!(page.must_say("Billing by hub").texts("td[data-label='Closed records']"), ["0 of 2", "0 of 1"]);
    page.must_say("Without a hub").must_say(&format!("UFC-{}-001", file_of(&here).trim_start_matches("UF-")));
    // each is downloaded, and read, apart
    for (asked, wanted) in [(hub.as_str(), ["HUB-1", "HUB-2"].as_slice()), ("none", ["NONE-1"].as_slice())] {
        let sheet = michael.get(&format!("{here}/records.csv?hub={asked}")).await.body_text();
        let keys: Vec<&str> = sheet.lines().skip(1).filter_map(|line| line.split(',').nth(1)).collect();
        assert_eq!(keys, wanted);
        michael.get(&format!("{here}/records.xlsx?hub={asked}")).await.must_be(200);
        let list = michael.get(&format!("{here}/records?hub={asked}")).await;
        assert_eq!(list.must_be(200).texts("tbody th .cell-name"), wanted);
    }
    // its name elsewhere
    let form = michael.get(&format!("{here}/chunks/1/edit")).await;
    michael.submit(&form, &[("external_id", "BATCH-7")]).await.must_be(303);
    michael.get(&format!("{here}/chunks")).await.must_say("BATCH-7");
    // a vendor is not told through which hub its customers come
    let apollo = world.apollo().await;
    apollo.get(&here.replace(MICKS, crate::support::world::CHAMPIONS)).await.must_be(200).must_not_say("Billing");
}

#[actix_web::test]
async fn the_last_chunk_closes_the_file() {
    let world = World::new().await;
    let michael = world.michael().await;
    let here = reported(&world).await;
    close(&michael, &here, 2, "INV-0").await;
    let form = michael.get(&format!("{here}/chunks/1/close")).await;
    form.must_say("1 open record of Hubs will count as billed.").must_not_say("No other record is open");
    michael.submit(&form, &[]).await.must_be(422).must_say("Enter the external billing ID");
    michael.submit(&form, &[("billing_reference", "INV-1")]).await.must_be(303);
    michael.press(&form, &[("billing_reference", "INV-1")]).await.must_be(409);
    assert_eq!(michael.get(&here).await.facts("Closed records"), ["2 of 3"]);
    // a record's own bill holds before that of its hub
    let records = michael.get(&format!("{here}/records?billing=closed")).await;
    records.must_say("INV-0").must_say("INV-1").must_not_say("NONE-1");
    michael.get(&format!("{here}/records/4/close")).await.must_be(409);
    let form = michael.get(&format!("{here}/chunks/1/billing")).await;
    michael.submit(&form, &[("billing_reference", "INV-2")]).await.must_be(303);
    michael.get(&format!("{here}/records?billing=closed")).await.must_say("INV-0").must_say("INV-2");

    let form = michael.get(&format!("{here}/chunks/2/close")).await;
    form.must_say("No other record is open, so the file will be closed.");
    michael.submit(&form, &[("billing_reference", "INV-3")]).await.must_be(303);
    assert_eq!(status(&world, file_of(&here)), "closed");
    let closed = chunks(&world, &here);
    assert!(closed.contains("closed 2 2") && closed.contains("closed 1 1"), "{closed}");
}

#[actix_web::test]
async fn a_chunk_is_closed_with_its_last_record_and_with_its_file() {
    let world = World::new().await;
    let michael = world.michael().await;
    let here = reported(&world).await;
    close(&michael, &here, 3, "INV-1").await;
    assert!(chunks(&world, &here).ends_with("2 none closed 1 1"), "{}", chunks(&world, &here));
    michael.get(&format!("{here}/chunks/2/billing")).await.must_be(409);
    let seen = michael.get(&format!("{here}/chunks/1/close")).await;
    let form = michael.get(&format!("{here}/close")).await;
    michael.submit(&form, &[("billing_reference", "INV-9")]).await.must_be(303);
    assert!(!chunks(&world, &here).contains("ready"));
    michael.press(&seen, &[("billing_reference", "INV-2")]).await.must_be(409);
    // what was closed with the file has the file's bill, also when that is said otherwise
    let form = michael.get(&format!("{here}/billing")).await;
    michael.submit(&form, &[("billing_reference", "INV-10")]).await.must_be(303);
    michael.get(&format!("{here}/chunks")).await.must_say("INV-10").must_not_say("INV-9");
    michael.get(&format!("{here}/records")).await.must_say("INV-10").must_say("INV-1");
}

#[actix_web::test]
async fn a_chunk_that_changed_since_it_was_shown_is_not_closed() {
    let world = World::new().await;
    let michael = world.michael().await;
    let here = reported(&world).await;
    let form = michael.get(&format!("{here}/chunks/1/close")).await;
    close(&michael, &here, 2, "INV-0").await;
    let refused = michael.press(&form, &[("billing_reference", "INV-1")]).await;
    refused.must_be(409).must_say("The closed records changed");
}

#[actix_web::test]
async fn an_acceptance_that_is_undone_leaves_no_chunk() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let page = ready(&world, &apollo, "Undone", &[row("A-1", "1")]).await;
    submit(&apollo, &page).await;
    let here = format!("{MICKS}/usage-files/{}", id(&page));
    let made = || world.number(&format!("SELECT count(*) AS n FROM usage_chunks WHERE file_id = '{}'", file_of(&here)));
    let form = michael.get(&here).await;
    let answer = michael.submit_to(&form, Some("/accept"), &[]).await;
    let next = michael.follow(answer).await;
    assert_eq!(made(), 0, "tried, and not done yet");
    michael.submit_to(&next, Some(&format!("{}/undo", file_of(&here))), &[]).await.must_be(303);
    world.seconds_later().await;
    assert_eq!((status(&world, file_of(&here)), made()), ("pending".into(), 0));
    let form = michael.get(&here).await;
    michael.submit_to(&form, Some("/accept"), &[]).await.must_be(303);
    world.seconds_later().await;
    assert_eq!((status(&world, file_of(&here)), made()), ("accepted".into(), 1));
}

#[actix_web::test]
async fn a_program_bills_by_hubs() {
    let world = World::new().await;
    let here = reported(&world).await;
    let [micks, _, champions, acreed] = world.tokens();
    world.run(KEYS);
    let [micks, champions, acreed] = [micks, champions, acreed].map(|key| Program::of(&world, &key));
    let query = format!("/usage/chunks?usagefile.id={}&status=ready&ordering(id)", file_of(&here));
    let found = value(&micks.get(&query).await);
    let ids: Vec<&str> = found.as_array().expect("a list").iter().filter_map(|one| one["id"].as_str()).collect();
    assert_eq!(ids.len(), 2, "{found}");
    assert_eq!(
        (&found[0]["records"], &found[1]["binding"]["hub"]["id"], &found[0]["usagefile"]["id"]),
        (&json!({ "valid": 2, "closed": 0 }), &json!("HB-0000-0000"), &json!(file_of(&here)))
    );
    let hub = found[0]["binding"]["hub"]["id"].as_str().expect("a hub");
    let of_hub = value(&micks.get(&format!("{query}&binding.hub.id={hub}")).await);
    assert_eq!(of_hub.as_array().map(Vec::len), Some(1));
    for other in [&champions, &acreed] {
        assert_eq!(value(&other.get(&query).await), json!([]));
        assert_eq!(other.get(&format!("/usage/chunks/{}", ids[0])).await.status, 404);
    }
    let one = format!("/usage/chunks/{}", ids[0]);
    let named = micks.send(Method::PUT, &one, &json!({ "external_id": "PROCESSING" }), &[]).await;
    assert_eq!((named.status, &value(&named)["external_id"]), (200, &json!("PROCESSING")));
    let close = format!("{one}/close");
    let bill = json!({ "external_billing_id": "BATCH-1" });
    assert_eq!(micks.send(Method::POST, &close, &bill, &[("if-match", "\"1\"")]).await.status, 412);
    for _ in 0..2 {
        let closed = micks.send(Method::POST, &close, &bill, &[("idempotency-key", "batch")]).await;
        assert_eq!((closed.status, &value(&closed)["status"]), (200, &json!("closed")));
    }
    assert_eq!(micks.send(Method::POST, &close, &bill, &[]).await.status, 400, "it is closed once");
    assert_eq!(status(&world, file_of(&here)), "accepted");
    micks.send(Method::POST, &format!("/usage/chunks/{}/close", ids[1]), &bill, &[]).await;
    assert_eq!(status(&world, file_of(&here)), "closed");
}
