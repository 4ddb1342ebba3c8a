//! Usage under a contract for tests is test usage wherever it stands: in lists, sums, charts, comparisons, reconciliations, files that leave, and
//! for programs.

use serde_json::{Value, json};

use crate::{
    api::{Program, value},
    comparing::{SECOND, subscribe_again},
    support::{
        Answer, Client, World,
        world::{CHAMPIONS, MICKS, PULSE},
    },
    usage::{HEAD, ago, create_for, id, submit, upload},
    usage_api::KEYS,
};

/// A file of two days with one record, which the distributor accepted; its id.
async fn accepted(world: &World, (apollo, michael): (&Client, &Client), name: &str, first: u64, row: &str) -> String {
    let page = create_for(apollo, name, (ago(first), ago(first - 1)), "USD").await;
    let times = format!("{} 00:00:00,{} 23:59:59", ago(first), ago(first - 1));
    let report = format!("{HEAD},amount\r\n{}", row.replace("TIMES", &times));
    let page = upload(world, apollo, &page, report.as_bytes()).await;
    submit(apollo, page.must_say("No errors found.")).await;
    let form = michael.get(&format!("{MICKS}/usage-files/{}/accept", id(&page))).await;
    michael.submit(&form, &[]).await.must_be(303);
    id(&page)
}

/// The names of the rows of a list.
fn names(page: &Answer) -> Vec<String> {
    page.must_be(200).texts("tbody th .cell-name")
}

/// A real file of SO-4702 and, under a contract that is for tests by then, a trial of SO-2.
async fn real_and_trial(world: &World, clients: (&Client, &Client)) -> (String, String) {
    world.run(&format!("UPDATE products SET usage_schema = 'CR' WHERE id = '{PULSE}'"));
    subscribe_again(world);
    let row = "item.mpn,APOLLO-PULSE-HOURS";
    let real = format!("REAL-1,{row},3,TIMES,asset.external_id,SO-4702,30.5");
    let real = accepted(world, clients, "Real", 8, &real).await;
    world.run(&format!(
        "BEGIN; SET LOCAL session_replication_role = replica; \
         UPDATE subscriptions SET environment = 'test' WHERE id = '{SECOND}'; \
         UPDATE contracts SET kind = 'test' WHERE id IN (SELECT contract_id FROM listings WHERE product_id = '{PULSE}'); COMMIT"
    ));
    // of a real subscription nothing is reported there
    let page = create_for(clients.0, "Mixed", (ago(6), ago(5)), "USD").await;
    let mixed = format!("{HEAD},amount\r\nMIXED-1,{row},1,{},{},asset.external_id,SO-4702,1", ago(6), ago(5));
    let page = upload(world, clients.0, &page, mixed.as_bytes()).await;
    page.must_say("No subscription of this product on this marketplace has “SO-4702”.");
    let trial = format!("TRIAL-1,{row},7,TIMES,asset.external_id,SO-2,70.25");
    (real, accepted(world, clients, "Trial", 6, &trial).await)
}

#[actix_web::test]
async fn pages_and_files_keep_test_usage_apart() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let (real, trial) = real_and_trial(&world, (&apollo, &michael)).await;
    for (client, base) in [(&apollo, CHAMPIONS), (&michael, MICKS)] {
        // files, as a list, a page and a sheet
        let list = |environment: &str| format!("{base}/usage-files?environment={environment}&status=accepted");
        assert_eq!(names(&client.get(&list("test")).await), ["Trial"], "{base}");
        let production = names(&client.get(&list("production")).await);
        assert!(production.contains(&"Real".into()) && !production.contains(&"Trial".into()), "{production:?}");
        let badges = client.get(&format!("{base}/usage-files/{trial}")).await.texts("main .badge");
        assert!(badges.contains(&"Test".into()), "{badges:?}");
        let badges = client.get(&format!("{base}/usage-files/{real}")).await.texts("main .badge");
        assert!(!badges.contains(&"Test".into()), "{badges:?}");
        let sheet = client.get(&format!("{base}/usage-files/export.csv?environment=test")).await.body_text();
        assert!(sheet.contains(&trial) && !sheet.contains(&real), "{sheet}");

        // records, as a list, a sheet and sums
        let records = |query: &str| format!("{base}/usage-records{query}");
        assert_eq!(names(&client.get(&records("?environment=test")).await)[0], "TRIAL-1");
        let production = names(&client.get(&records("?environment=production")).await);
        assert!(production.contains(&"REAL-1".into()) && !production.contains(&"TRIAL-1".into()), "{production:?}");
        let sheet = client.get(&records("/sheet.csv")).await.body_text();
        let line = |key: &str| sheet.lines().find(|line| line.contains(key)).unwrap_or_default().to_owned();
        assert!(line("TRIAL-1").contains(",test,") && line("REAL-1").contains(",production,"), "{sheet}");
        let totals = client.get(&records("/totals?status=accepted")).await;
        for table in ["Totals by tier", "Totals by item", "Totals by subscription"] {
            let rows = format!("[aria-label='{table}'] tbody tr");
            let amounts = totals.must_be(200).texts(&format!("{rows} td[data-label='Amount']"));
            assert!(
                amounts.contains(&"70.25 USD".into()) && amounts.contains(&"30.50 USD".into()),
                "{table}: {amounts:?}"
            );
            assert_eq!(totals.texts(&format!("{rows} th .badge")), ["Test"], "{table}");
        }
        let of_tests = totals.attribute("[aria-label='Totals by item'] tbody tr:has(.badge) th a", "href");
        assert_eq!(names(&client.get(&of_tests).await)[0], "TRIAL-1");

        // the reconciliation, and its sheet
        let gym = world.text("SELECT id AS t FROM subscriptions WHERE external_id = 'SO-4702'");
        for at in ["usage-reconciliation", "usage-reconciliation/sheet.csv"] {
            let of = |more: &str| format!("{base}/{at}?product={PULSE}&from={}&to={}&show=all{more}", ago(8), ago(5));
            let (production, tests) =
                (client.get(&of("")).await.body_text(), client.get(&of("&environment=test")).await.body_text());
            assert!(production.contains(&gym) && !production.contains(SECOND), "{at}");
            assert!(tests.contains(SECOND) && !tests.contains(&gym), "{at}");
        }

        // a chart is of one subscription, and a trial is compared with trials
        let tab = |subscription: &str| format!("{base}/subscriptions/{subscription}/usage");
        client.get(&tab(SECOND)).await.must_say("7.00").must_not_say("30.50");
        client.get(&tab(&gym)).await.must_say("3.00").must_not_say("70.25");
        let compared = client.get(&format!("{base}/usage-files/{trial}/compare")).await;
        compared.must_say("No earlier period of this length has been accepted");
    }
}

/// Some field of what a query finds.
async fn found(program: &Program, path: &str, field: &str) -> Vec<Value> {
    let answer = program.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body_text());
    let Value::Array(rows) = value(&answer) else { panic!("{path}: a list") };
    rows.into_iter().map(|row| row[field].clone()).collect()
}

#[actix_web::test]
async fn programs_read_test_usage_apart() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let (real, trial) = real_and_trial(&world, (&apollo, &michael)).await;
    let [micks, _, champions, _] = world.tokens();
    world.run(KEYS);
    for program in [micks, champions].map(|key| Program::of(&world, &key)) {
        let accepted = |environment: &str| format!("/usage/files?status=accepted&environment={environment}");
        assert_eq!(found(&program, &accepted("test"), "id").await, [json!(trial)]);
        let production = found(&program, &accepted("production"), "id").await;
        assert!(production.contains(&json!(real)) && !production.contains(&json!(trial)), "{production:?}");
        let records = |environment: &str| format!("/usage/records?usagefile.environment={environment}");
        let tests = found(&program, &records("test"), "record_id").await;
        assert!(tests.contains(&json!("TRIAL-1")) && !tests.contains(&json!("REAL-1")), "{tests:?}");
        let production = found(&program, &records("production"), "record_id").await;
        assert!(production.contains(&json!("REAL-1")) && !production.contains(&json!("TRIAL-1")), "{production:?}");
        // an aggregate is of one subscription
        let of_trial = format!("/assets/{SECOND}/usage/aggregates");
        assert_eq!(found(&program, &of_trial, "accepted").await, [json!("7")]);
        assert_eq!(found(&program, &of_trial, "amount").await, [json!("70.25")]);
    }
}
