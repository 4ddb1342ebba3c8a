//! Tests stand apart from real ones in every list of what hangs under a contract.

use crate::{
    access::Drawn,
    support::{
        World,
        world::{CHAMPIONS, MICKS},
    },
};

/// A list, its table, and a row of it that both the buyer and the vendor see.
const LISTS: [(&str, &str); 6] = [
    ("listings", "listings"),
    ("listing-requests", "listing_requests"),
    ("subscriptions", "subscriptions"),
    ("fulfillment", "fulfillment_requests"),
    ("tier-configs", "tier_configs"),
    ("tier-config-requests", "tier_config_requests"),
];

#[actix_web::test]
async fn every_list_tells_tests_from_real_ones_by_the_same_words() {
    let world = World::new().await;
    Drawn::of(&world);
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    for (list, table) in LISTS {
        let seen = match table {
            "listings" | "listing_requests" => "owner_id = 'PA-469-206'",
            _ => "buyer_id = 'PA-469-206'",
        };
        let id = world.text(&format!("SELECT min(id) AS t FROM {table} WHERE {seen}"));
        world.run(&format!(
            "BEGIN; SET LOCAL session_replication_role = replica; \
             UPDATE {table} SET environment = 'production'; UPDATE {table} SET environment = 'test' WHERE id = '{id}'; COMMIT"
        ));
        for (client, base) in [(&michael, MICKS), (&apollo, CHAMPIONS)] {
            let url = format!("{base}/{list}");
            let tests = client.get(&format!("{url}?environment=test")).await;
            tests.must_say(&id).must_say("Environment");
            assert_eq!(tests.texts("tbody tr").len(), 1, "{url}");
            assert_eq!(tests.texts("tbody th .badge"), ["Test"], "{url} marks it at its name");
            client.get(&format!("{url}?environment=production")).await.must_not_say(&id);
            let file = client.get(&format!("{url}/export.csv?environment=test")).await.body_text();
            assert!(file.lines().next().is_some_and(|head| head.contains("Environment")), "{url}: {file}");
            assert!(file.contains("Test") && file.contains(&id), "{url}: {file}");
        }
    }
}

#[actix_web::test]
async fn home_counts_no_test() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let request = crate::orders::waiting(&world);
    apollo.get(CHAMPIONS).await.must_say("Adrian").must_say("tests are not counted here");
    world.run(&format!(
        "BEGIN; SET LOCAL session_replication_role = replica; \
         UPDATE fulfillment_requests SET environment = 'test' WHERE id = '{request}'; COMMIT"
    ));
    apollo.get(CHAMPIONS).await.must_not_say("Adrian");
}

#[actix_web::test]
async fn what_is_asked_for_under_a_test_contract_is_a_test_from_the_start() {
    let world = World::new().await;
    let contract = world.text("SELECT contract_id AS t FROM listings LIMIT 1");
    world.run(&format!(
        "BEGIN; SET LOCAL session_replication_role = replica; UPDATE contracts SET kind = 'test' WHERE id = '{contract}'; COMMIT"
    ));
    // whatever is written, the contract decides
    world.run(&format!("UPDATE listings SET environment = 'production' WHERE contract_id = '{contract}'"));
    let real = format!("SELECT count(*) AS n FROM listings WHERE contract_id = '{contract}' AND environment <> 'test'");
    assert_eq!(world.number(&real), 0);
}
