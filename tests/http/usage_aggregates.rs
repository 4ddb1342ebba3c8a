//! What has been used of a subscription in all, as programs read it: exact, by subscription and item, for the parties of its files.

use serde_json::{Value, json};

use crate::{
    api::{Program, value},
    support::{
        World,
        world::{MICKS, PULSE},
    },
    usage::{HEAD, ago, create_for, id, submit, upload, window},
    usage_api::KEYS,
};

const AGGREGATES: &str = "/usage/aggregates";

/// Programs of the distributor, the vendor, and a reseller that has to do with neither's usage.
fn cast(world: &World) -> [Program; 3] {
    let [micks, _, champions, acreed] = world.tokens();
    world.run(KEYS);
    [micks, champions, acreed].map(|key| Program::of(world, &key))
}

/// What a query finds, and which rows of all these are.
async fn found(program: &Program, path: &str) -> (Vec<Value>, String) {
    let answer = program.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
    let range = answer.header("content-range").expect("a range").to_owned();
    let Value::Array(rows) = value(&answer) else { panic!("{path}: a list") };
    (rows, range)
}

#[actix_web::test]
async fn each_item_of_a_subscription_has_one_row_with_what_was_accepted() {
    let world = World::new().await;
    let [micks, champions, acreed] = cast(&world);
    let (asset, uid, item) = (
        world.text("SELECT id AS t FROM subscriptions WHERE external_id = 'SO-4702'"),
        world.text("SELECT external_uid::text AS t FROM subscriptions WHERE external_id = 'SO-4702'"),
        world.text(&format!("SELECT id AS t FROM items WHERE product_id = '{PULSE}' AND mpn = 'APOLLO-PULSE-HOURS'")),
    );
    let of_asset = format!("/assets/{asset}/usage/aggregates");
    for program in [&micks, &champions] {
        let (rows, range) = found(program, AGGREGATES).await;
        assert_eq!(range, "items 0-0/1");
        let row = &rows[0];
        // what waits is not accepted yet
        assert_eq!((&row["accepted"], &row["consumed"]), (&json!("99.75"), &json!(null)));
        assert_eq!((&row["amount"], &row["currency"]), (&json!(null), &json!(null)));
        assert_eq!(
            (&row["asset"]["id"], &row["asset"]["external_id"], &row["asset"]["external_uid"]),
            (&json!(asset), &json!("SO-4702"), &json!(uid))
        );
        assert_eq!(
            (&row["item"]["id"], &row["item"]["local_id"], &row["item"]["type"]),
            (&json!(item), &json!(item.replace('-', "_")), &json!("ppu"))
        );
        assert!(row["events"]["last_reported"]["at"].is_string(), "{row}");
        assert_eq!(found(program, &of_asset).await, (rows.clone(), range));
        for (query, wanted) in [
            (format!("asset.id={asset}"), 1),
            (format!("asset.external_uid={uid}&item.type=PPU"), 1),
            (format!("in(item.local_id,({}))", item.replace('-', "_")), 1),
            (format!("item.id={item}&product.id={PULSE}&item.mpn=APOLLO-PULSE-HOURS"), 1),
            ("item.type=reservation".to_owned(), 0),
            ("asset.id=AS-0000-0000-0000".to_owned(), 0),
            ("asset.external_id=SO-4702&ordering(-asset.id,item.id)".to_owned(), 1),
            (format!("search={}", &asset[3..]), 1),
            ("limit=0".to_owned(), 0),
        ] {
            assert_eq!(found(program, &format!("{AGGREGATES}?{query}")).await.0.len(), wanted, "{query}");
        }
        for query in ["item.type=x", "ordering(accepted)", "gt(asset.id,A)"] {
            assert_eq!(program.get(&format!("{AGGREGATES}?{query}")).await.status, 400, "{query}");
        }
    }
    // who is no party has none, and does not find the subscription of others
    assert_eq!(found(&acreed, AGGREGATES).await, (Vec::new(), "items 0-0/0".to_owned()));
    for other in [of_asset.as_str(), "/assets/AS-0000-0000-0000/usage/aggregates", "/assets/x/usage/aggregates"] {
        assert_eq!(acreed.get(other).await.status, 404, "{other}");
    }
    assert_eq!(micks.get("/assets/AS-0000-0000-0000/usage/aggregates").await.status, 404);
}

#[actix_web::test]
async fn amounts_are_exact_and_those_of_the_customers_tier() {
    let world = World::new().await;
    world.run(&format!("UPDATE products SET usage_schema = 'TR' WHERE id = '{PULSE}'"));
    let [micks, champions, _] = cast(&world);
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let page = create_for(&apollo, "Rated", (ago(8), ago(5)), "USD").await;
    let line = |key: &str, quantity: &str, amount: &str, tier: usize| {
        format!("{key},item.mpn,APOLLO-PULSE-HOURS,{quantity},{},asset.external_id,SO-4702,{amount},{tier}", window())
    };
    let report = [
        format!("{HEAD},amount,tier"),
        line("N-1", "9007199254740993.25", "9999999999999999.00000001", 0),
        line("N-2", "9007199254740993.25", "9999.5", 1),
        line("N-3", "0.5", "0.1", 0),
    ];
    let page = upload(&world, &apollo, &page, report.join("\r\n").as_bytes()).await;
    page.must_say("No errors found.");
    submit(&apollo, &page).await;
    let form = michael.get(&format!("{MICKS}/usage-files/{}/accept", id(&page))).await;
    michael.submit(&form, &[]).await.must_be(303);
    for program in [&micks, &champions] {
        let (rows, _) = found(program, AGGREGATES).await;
        // 99.75 of before, which had no amounts
        assert_eq!(rows[0]["accepted"], json!("9007199254741093.5"));
        assert_eq!((&rows[0]["amount"], &rows[0]["currency"]), (&json!("9999999999999999.10000001"), &json!("USD")));
    }
    // amounts of two currencies have no sum
    world.run(
        "BEGIN; SET LOCAL session_replication_role = replica; UPDATE usage_totals t SET amount = 1 FROM usage_files f \
         WHERE f.id = t.file_id AND f.status = 'closed'; \
         UPDATE usage_files SET schema = 'TR', currency = 'EUR' WHERE status = 'closed'; COMMIT",
    );
    let (rows, _) = found(&micks, AGGREGATES).await;
    assert_eq!((&rows[0]["amount"], &rows[0]["currency"]), (&json!(null), &json!(null)));
    assert_eq!(rows[0]["accepted"], json!("9007199254741093.5"));
    // consumption of a reservation is no usage to be accepted
    world.run(
        "BEGIN; SET LOCAL session_replication_role = replica; ALTER TABLE items DROP CONSTRAINT IF EXISTS items_check; \
         UPDATE items SET type = 'reservation' WHERE mpn = 'APOLLO-PULSE-HOURS'; COMMIT",
    );
    let (rows, _) = found(&micks, &format!("{AGGREGATES}?item.type=Reservation")).await;
    assert_eq!(rows[0]["accepted"], json!(null));
    // with what waits: 160.75
    assert_eq!(rows[0]["consumed"], json!("9007199254741254.25"));
}
