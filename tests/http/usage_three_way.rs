//! Reconciliation: what was ordered, active, reported and billed stands side by side and agrees with its records to the last digit.

use crate::{
    orders,
    support::{
        Answer, World,
        world::{ACREED, CHAMPIONS, MICKS, PULSE},
    },
    usage::{HEAD, ago, create_for, id, submit, upload},
};

/// The cast's subscription with usage.
const GYM: &str = "(SELECT id FROM subscriptions WHERE external_id = 'SO-4702')";

/// That one alone.
const ONLY: &str = "&q=SO-4702";

/// A page over the days from one to another.
fn page_of(base: &str, (from, to): (u64, u64), more: &str) -> String {
    format!("{base}/usage-reconciliation?product={PULSE}&from={}&to={}{more}", ago(from), ago(to))
}

/// Cells of the rows, by their labels.
fn cells(page: &Answer, labels: &[&str]) -> Vec<Vec<String>> {
    let columns: Vec<Vec<String>> = labels
        .iter()
        .map(|label| page.texts(&format!("[aria-label='Reconciliation'] tbody td[data-label='{label}']")))
        .collect();
    let rows = columns.first().map_or(0, Vec::len);
    (0..rows).map(|at| columns.iter().map(|column| column[at].clone()).collect()).collect()
}

const USAGE: [&str; 4] = ["Item", "Reported", "Billed", "Reported less billed"];
const MONEY: [&str; 4] = ["Currency", "Amount reported", "Amount billed", "Amount not billed"];
const ORDERS: [&str; 4] = ["Item", "Ordered", "Active", "Ordered less active"];

/// What the cast has reported was sent back, so that it counts for nothing.
pub fn forget(world: &World) {
    world.run(
        "BEGIN; SET LOCAL session_replication_role = replica; \
         UPDATE usage_files SET status = 'rejected' WHERE status IN ('pending', 'accepted', 'closed'); COMMIT",
    );
}

/// A rated row of so many days.
fn rated(key: &str, quantity: &str, amount: &str, (from, to): (u64, u64)) -> String {
    let window = format!("{} 00:00:00,{} 23:59:59", ago(from), ago(to));
    format!("{key},item.mpn,APOLLO-PULSE-HOURS,{quantity},{window},asset.external_id,SO-4702,{amount}")
}

#[actix_web::test]
async fn four_numbers_stand_side_by_side_and_agree_with_their_records_to_the_last_digit() {
    let world = World::new().await;
    world.run(&format!("UPDATE products SET usage_schema = 'CR' WHERE id = '{PULSE}'"));
    forget(&world);
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let report = async |name: &str, days: (u64, u64), rows: &[String]| {
        let page = create_for(&apollo, name, (ago(days.0), ago(days.1)), "USD").await;
        let text = std::iter::once(format!("{HEAD},amount")).chain(rows.iter().cloned()).collect::<Vec<_>>();
        let page = upload(&world, &apollo, &page, text.join("\r\n").as_bytes()).await;
        page.must_say("No errors found.");
        submit(&apollo, &page).await;
        id(&page)
    };
    let decide = async |file: &str, verb: &str, typed: &[(&str, &str)]| {
        let form = michael.get(&format!("{MICKS}/usage-files/{file}/{verb}")).await;
        michael.submit(&form, typed).await.must_be(303);
    };
    let period = (10, 5);
    // one is billed, one waits, one was sent back, and one reaches beyond the period
    let billed =
        report("Billed", (10, 8), &[rated("B-1", "1.25", "0.1", (10, 9)), rated("B-2", "2.5", "0.00000002", (8, 8))])
            .await;
    decide(&billed, "accept", &[]).await;
    decide(&billed, "close", &[("billing_reference", "INV-1")]).await;
    let waits = report("Waits", (7, 6), &[rated("W-1", "4", "9999999999999999.99999999", (7, 6))]).await;
    let back = report("Back", (7, 6), &[rated("R-1", "100", "100", (7, 6))]).await;
    decide(&back, "reject", &[("note", "No.")]).await;
    let beyond = report(
        "Beyond",
        (6, 3),
        &[rated("E-1", "8", "0.3", (6, 4)), rated("E-2", "16", "0.7", (4, 3)), rated("E-3", "32", "1.1", (5, 5))],
    )
    .await;

    for (client, base) in [(&michael, MICKS), (&apollo, CHAMPIONS)] {
        let page = client.get(&page_of(base, period, ONLY)).await;
        // 1.25 + 2.5 are billed; 4 waits, and of the file beyond 8 and 32 begin within
        let item = world.text("SELECT name AS t FROM items WHERE mpn = 'APOLLO-PULSE-HOURS'");
        assert_eq!(cells(page.must_be(200), &USAGE), [[item.as_str(), "47.75", "3.75", "+44.00"]]);
        let money = ["USD", "10,000,000,000,000,001.50000001", "0.10000002", "+10,000,000,000,000,001.39999999"];
        assert_eq!(cells(&page, &MONEY), [money]);
        let total = |label: &str| page.texts(&format!("[aria-label='Totals by currency'] td[data-label='{label}']"));
        assert_eq!(total("Amount reported"), ["10,000,000,000,000,001.50000001"]);
        assert_eq!(total("Amount not billed"), ["10,000,000,000,000,001.39999999"]);
        page.must_say("differs.").must_say("Pay-as-you-go items have no ordered quantity.");
        // the files say the same
        let file = client.get(&page_of(base, period, ONLY).replace("?", "/sheet.csv?")).await;
        let text = file.must_be(200).body_text();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(
            lines[1].contains(",unlimited,unlimited,,47.75,3.75,44,USD,10000000000000001.50000001,0.10000002,"),
            "{text}"
        );
        let book = client.get(&page_of(base, period, ONLY).replace("?", "/sheet.xlsx?")).await;
        assert!(book.must_be(200).body.starts_with(b"PK"));
    }
    // the sums are those of the records
    let records = world.text(&format!(
        "SELECT trim_scale(sum(r.quantity)) || ' ' || trim_scale(sum(r.amount)) AS t FROM usage_records r \
         JOIN usage_files f ON f.id = r.file_id AND f.status <> 'rejected' WHERE r.start_at >= '{} 00:00Z' AND r.start_at < '{} 00:00Z'",
        ago(10),
        ago(4)
    ));
    assert_eq!(records, "47.75 10000000000000001.50000001");
    // two periods that touch come to the whole, and each record is in one of them
    let parts = [(10, 7), (6, 5)];
    let mut reported = Vec::new();
    for part in parts {
        let page = michael.get(&page_of(MICKS, part, ONLY)).await;
        reported.extend(cells(&page, &["Reported"]).concat());
    }
    assert_eq!(reported, ["7.75", "40.00"]);
    // once all of it is billed, nothing differs
    for file in [&waits, &beyond] {
        decide(file, "accept", &[]).await;
        decide(file, "close", &[("billing_reference", "INV-2")]).await;
    }
    let page = michael.get(&page_of(MICKS, period, ONLY)).await;
    page.must_say("No differences");
    let page = michael.get(&page.link("Show all")).await;
    let all = cells(page.must_be(200), &USAGE);
    assert!(all.iter().any(|row| row[1..] == ["47.75", "47.75", "0.00"]), "{all:?}");
    page.must_say("agree");
}

#[actix_web::test]
async fn an_order_that_waits_differs_until_it_is_approved() {
    let world = World::new().await;
    forget(&world);
    let michael = world.michael().await;
    // a reservation is ordered, and its vendor has not answered
    let request = orders::waiting(&world);
    let subscription =
        world.text(&format!("SELECT subscription_id AS t FROM fulfillment_requests WHERE id = '{request}'"));
    let line = world.text(&format!(
        "SELECT i.name || '|' || trim_scale(l.quantity) AS t FROM request_items l JOIN items i ON i.id = l.item_id \
         WHERE l.request_id = '{request}' AND i.type = 'reservation' AND l.quantity > 0 LIMIT 1"
    ));
    let (item, quantity) = line.split_once('|').expect("an item and its quantity");
    let address = page_of(MICKS, (3, 0), &format!("&q={subscription}"));
    let page = michael.get(&address).await;
    let waits = [item.to_owned(), quantity.to_owned(), "0".to_owned(), format!("+{quantity}")];
    assert!(cells(page.must_be(200), &ORDERS).contains(&waits.to_vec()), "{}", page.text());
    // before it was asked for, there was nothing
    world.run(&format!(
        "BEGIN; SET LOCAL session_replication_role = replica; \
         UPDATE fulfillment_requests SET created_at = now() - interval '20 days' WHERE subscription_id = '{subscription}'; COMMIT"
    ));
    michael.get(&page_of(MICKS, (40, 30), &format!("&q={subscription}&show=all"))).await.must_say("No matches");
    let then = page_of(MICKS, (19, 10), &format!("&q={subscription}"));
    assert!(cells(&michael.get(&then).await, &ORDERS).contains(&waits.to_vec()));
    // as the vendor approved it, by a day within the period
    let approved = |effective: &str| {
        world.run(&format!(
            "BEGIN; SET LOCAL session_replication_role = replica; \
             UPDATE fulfillment_requests SET status = 'approved', effective_at = {effective} WHERE id = '{request}'; \
             UPDATE subscriptions SET status = 'active', activated_at = now() WHERE id = '{subscription}'; \
             INSERT INTO subscription_items (subscription_id, item_id, quantity) SELECT '{subscription}', item_id, quantity \
             FROM request_items WHERE request_id = '{request}' AND quantity <> 0 ON CONFLICT DO NOTHING; COMMIT"
        ));
    };
    approved("now() - interval '15 days'");
    for address in [&address, &then] {
        michael.get(address).await.must_say("No differences");
    }
    // what took effect behind the period was not active in it
    approved("now() - interval '5 days'");
    assert!(cells(&michael.get(&then).await, &ORDERS).contains(&waits.to_vec()));
    // what a subscription has is read from itself: where it has something else than was ordered, that is seen
    world.run(&format!(
        "UPDATE subscription_items u SET quantity = u.quantity + 2 FROM items i WHERE i.id = u.item_id AND i.type = 'reservation' \
         AND u.subscription_id = '{subscription}'"
    ));
    let found = cells(&michael.get(&address).await, &["Ordered less active"]).concat();
    assert!(found.contains(&"-2".to_owned()), "{found:?}");
}

#[actix_web::test]
async fn who_is_no_party_sees_nothing_and_an_address_that_means_nothing_is_the_month_before() {
    let world = World::new().await;
    let (michael, donnie, tony, paulie) =
        (world.michael().await, world.donnie().await, world.tony().await, world.paulie().await);
    let gym = world.text(&format!("SELECT {GYM} AS t"));
    let all = |base: &str| page_of(base, (40, 0), "&show=all");
    michael.get(&all(MICKS)).await.must_say(&gym).must_say("260.5");
    // a reader may look
    paulie.get(&all(MICKS)).await.must_say(&gym);
    for (client, base) in [(&donnie, ACREED), (&tony, "/vendor/VA-610-774")] {
        client.get(&all(base)).await.must_be(200).must_not_say(&gym).must_not_say("260.5");
        let file = client.get(&all(base).replace("?", "/sheet.csv?")).await;
        assert_eq!(file.must_be(200).body_text().lines().count(), 1, "{base}");
    }
    donnie.get(&all(ACREED)).await.must_say("Nothing to reconcile yet");
    // odd addresses
    for query in [
        "",
        "?product=x&from=x&to=9999-99-99&page=-1&show=&environment=preview",
        "?from=2026-05-02&to=2026-05-01&page=999999999999999999999",
    ] {
        let page = michael.get(&format!("{MICKS}/usage-reconciliation{query}")).await;
        page.must_be(200).must_say("Next period");
        assert!(page.value("from").ends_with("-01"), "{query}");
    }
    // without days it opens where something was reported last, in whole months
    let last = "SELECT to_char(max(period_from) AT TIME ZONE 'UTC', 'YYYY-MM-01') AS t FROM usage_files WHERE status IN ('pending', 'accepted', 'closed')";
    let page = michael.get(&format!("{MICKS}/usage-reconciliation?product={PULSE}")).await;
    assert_eq!(page.value("from"), world.text(last));
    page.must_not_say("Nothing was ordered, active or reported in this period.");
    // tests are reconciled apart
    michael.get(&page_of(MICKS, (40, 0), "&show=all&environment=test")).await.must_not_say(&gym);
    // names that look like formulas stay names in files
    world.run(&format!("UPDATE subscriptions SET customer_name = '=1+1' WHERE id = '{gym}'"));
    let text = michael.get(&all(MICKS).replace("?", "/sheet.csv?")).await.body_text();
    assert!(text.contains("'=1+1"), "{text}");
}

#[actix_web::test]
async fn many_rows_are_paged_and_none_is_lost() {
    let world = World::new().await;
    let michael = world.michael().await;
    // copies of the subscription, each with usage of its own that waits
    world.run(&format!(
        "BEGIN; SET LOCAL session_replication_role = replica; \
         INSERT INTO subscriptions (id, status, environment, external_id, external_uid, product_id, version, vendor_id, buyer_id, distributor_id, \
         marketplace_id, contract_id, customer_id, tier1_id, customer_name, activated_at, created_at, updated_at) \
         SELECT 'AS-8000-0000-' || lpad(n::text, 4, '0'), status, environment, external_id || n, gen_random_uuid(), product_id, version, vendor_id, \
         buyer_id, distributor_id, marketplace_id, contract_id, customer_id, tier1_id, 'Copy ' || n, activated_at, created_at, updated_at \
         FROM subscriptions, generate_series(1, 300) n WHERE id = {GYM}; \
         INSERT INTO usage_totals (file_id, subscription_id, item_id, tier, records, quantity, amount) \
         SELECT t.file_id, 'AS-8000-0000-' || lpad(n::text, 4, '0'), t.item_id, t.tier, 1, n, NULL FROM usage_totals t \
         JOIN usage_files f ON f.id = t.file_id AND f.status = 'pending', generate_series(1, 300) n; COMMIT"
    ));
    let address = page_of(MICKS, (40, 0), "&q=copy");
    let mut page = michael.get(&address).await;
    let mut met = cells(page.must_say("1–100 of 300"), &["Reported"]).concat();
    for said in ["101–200 of 300", "201–300 of 300"] {
        page = michael.get(&page.attribute("a[rel='next']", "href")).await;
        met.extend(cells(page.must_say(said), &["Reported"]).concat());
    }
    // the largest difference first
    assert_eq!(met, (1..=300).rev().map(|n| format!("{n}.00")).collect::<Vec<_>>());
    michael.get(&page.attribute("a[rel='prev']", "href")).await.must_say("101–200 of 300");
    let file = michael.get(&address.replace("?", "/sheet.csv?")).await.body_text();
    assert_eq!(file.lines().count(), 301);
}

#[actix_web::test]
async fn a_subscription_shows_what_was_reported_accepted_and_billed_of_each_item() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let gym = world.text(&format!("SELECT {GYM} AS t"));
    for (client, base) in [(&michael, MICKS), (&apollo, CHAMPIONS)] {
        let page = client.get(&format!("{base}/subscriptions/{gym}/usage")).await;
        let told =
            |label: &str| page.texts(&format!("[aria-label='Reported, accepted and billed'] td[data-label='{label}']"));
        assert_eq!(told("Reported"), ["260.50", "160.75", "99.75"]);
        assert_eq!(told("Accepted"), ["99.75", "0.00", "99.75"]);
        assert_eq!(told("Billed"), ["99.75", "0.00", "99.75"]);
        assert_eq!(told("Period").first().map(String::as_str), Some("All periods"));
    }
    // accepted is not billed yet
    let file = world.text("SELECT id AS t FROM usage_files WHERE status = 'pending'");
    let form = michael.get(&format!("{MICKS}/usage-files/{file}/accept")).await;
    michael.submit(&form, &[]).await.must_be(303);
    let page = michael.get(&format!("{MICKS}/subscriptions/{gym}/usage")).await;
    let told =
        |label: &str| page.texts(&format!("[aria-label='Reported, accepted and billed'] td[data-label='{label}']"));
    assert_eq!(
        (told("Accepted"), told("Billed")),
        (
            vec!["260.50".to_owned(), "160.75".to_owned(), "99.75".to_owned()],
            vec!["99.75".to_owned(), "0.00".to_owned(), "99.75".to_owned()],
        )
    );
}
