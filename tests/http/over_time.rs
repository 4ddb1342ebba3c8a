//! Usage over time: the latest periods as bars, with the exact sums of what was reported, for those who may see them.

use crate::{
    access::Drawn,
    support::{
        Answer, World,
        world::{ACREED, CHAMPIONS, MICKS, PULSE},
    },
};

/// The cast's subscription with usage.
const GYM: &str = "(SELECT id FROM subscriptions WHERE external_id = 'SO-4702')";

/// The id of an item of the product.
fn item(name: &str) -> String {
    format!("(SELECT id FROM items WHERE product_id = '{PULSE}' AND {name})")
}

fn hours() -> String {
    item("mpn = 'APOLLO-PULSE-HOURS'")
}

/// A file for a month of a year, as it is when the distributor has decided about it; its id.
fn file(world: &World, number: usize, (year, month): (usize, usize), status: &str, schema: &str) -> String {
    let id = format!("UF-2020-01-0000-{number:04}");
    let (from, to) = (format!("{year}-{month:02}-01"), format!("{}-{:02}-01", year + month / 12, month % 12 + 1));
    world.run(&format!(
        "INSERT INTO usage_files (id, status, environment, schema, name, product_id, product_name, contract_id, marketplace_id, vendor_id, \
         owner_id, currency, period_from, period_to, billing_reference, creator_id, created_at, updated_at, submitted_at) \
         SELECT '{id}', '{status}', environment, '{schema}', '{id}', product_id, product_name, contract_id, marketplace_id, vendor_id, \
         owner_id, CASE WHEN '{schema}' <> 'QT' THEN 'USD' END, '{from} 00:00:00Z', '{to} 00:00:00Z', 'B-1', creator_id, now(), now(), \
         now() FROM usage_files WHERE name = 'First days'"
    ));
    id
}

/// What a file comes to for an item of a subscription.
fn used(world: &World, file: &str, (subscription, item): (&str, &str), quantity: &str, amount: &str) {
    world.run(&format!(
        "INSERT INTO usage_totals (file_id, subscription_id, item_id, tier, records, quantity, amount) \
         VALUES ('{file}', {subscription}, {item}, -1, 1, {quantity}, {amount})"
    ));
}

/// The bars of a page: their periods with their numbers, which are those of the table below.
fn bars(page: &Answer) -> Vec<String> {
    let drawn = |names: &str, values: &str| -> Vec<String> {
        page.texts(names).iter().zip(page.texts(values)).map(|(name, value)| format!("{name}: {value}")).collect()
    };
    let bars = drawn(".chart-name", ".chart-value");
    let open = " Not accepted yet";
    let table: Vec<String> =
        drawn(".chart-numbers tbody th", ".chart-numbers tbody td").iter().map(|row| row.replace(open, "")).collect();
    assert_eq!(bars, table);
    bars
}

/// The tab of a subscription, for a company.
fn usage(base: &str, world: &World, subscription: &str) -> String {
    format!("{base}/subscriptions/{}/usage", world.text(&format!("SELECT {subscription} AS t")))
}

#[actix_web::test]
async fn a_subscription_shows_its_latest_twelve_periods_in_the_order_of_time() {
    let world = World::new().await;
    let michael = world.michael().await;
    let tab = usage(MICKS, &world, GYM);
    world.run("DELETE FROM usage_totals");
    michael.get(&tab).await.must_say("No usage yet").must_not_say("Usage over time");

    let hours = hours();
    let of = (GYM, hours.as_str());
    for n in 0..14 {
        let of_month = file(&world, n, (2020 + n / 12, n % 12 + 1), "closed", "QT");
        used(&world, &of_month, of, &format!("{n}.5"), "NULL");
        if n == 0 {
            let page = michael.get(&tab).await;
            assert_eq!(bars(page.must_be(200)), ["Jan 2020: 0.50"]);
            assert!(page.attribute(".chart-plot", "aria-label").starts_with("Bar chart of 1 period: "));
        }
    }
    let page = michael.get(&tab).await;
    let shown = bars(&page);
    assert_eq!((shown.len(), shown[0].as_str(), shown[11].as_str()), (12, "Mar 2020: 2.50", "Feb 2021: 13.50"));
    assert_eq!(page.texts(".chart-axis span"), ["0", "5", "10", "15"]);
    assert_eq!(page.attributes(".chart-track rect", "height").last().map(String::as_str), Some("90.00%"));
    let label = page.attribute(".chart-plot[role='img']", "aria-label");
    assert!(
        label.starts_with("Bar chart of 12 periods: ") && label.ends_with("The highest value is 13.50."),
        "{label}"
    );
    // there is nothing else to show
    assert_eq!(page.texts(".tallies a"), [""; 0]);
    page.must_not_say("Hollow bars");

    // files for one period are added up, to the last digit; what was sent back or isn't submitted counts for nothing
    used(&world, &file(&world, 20, (2021, 2), "accepted", "QT"), of, "0.1", "NULL");
    used(&world, &file(&world, 21, (2021, 2), "accepted", "QT"), of, "0.2", "NULL");
    used(&world, &file(&world, 22, (2021, 2), "rejected", "QT"), of, "7", "NULL");
    used(&world, &file(&world, 23, (2021, 2), "ready", "QT"), of, "7", "NULL");
    assert_eq!(bars(&michael.get(&tab).await)[11], "Feb 2021: 13.80");

    // what waits for the distributor is told apart
    used(&world, &file(&world, 24, (2021, 3), "pending", "QT"), of, "0", "NULL");
    let page = michael.get(&tab).await;
    assert_eq!(bars(&page)[10..], ["Feb 2021: 13.80", "Mar 2021: 0.00"]);
    assert_eq!(page.texts(".chart-bar.open .chart-name"), ["Mar 2021"]);
    assert_eq!(page.attributes(".chart-track rect", "height")[11], "0.00%");
    page.must_say("Hollow bars show usage that isn't accepted yet.");
    assert_eq!(page.texts(".chart-numbers tbody th")[11], "Mar 2021 Not accepted yet");
}

#[actix_web::test]
async fn one_chooses_between_amounts_and_the_quantities_of_each_item() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    world.run("DELETE FROM usage_totals");
    let (hours, trainer) = (hours(), item("name = 'Trainer'"));
    let before = file(&world, 1, (2020, 1), "closed", "CR");
    used(&world, &before, (GYM, &hours), "1", "0.00000001");
    used(&world, &before, (GYM, &trainer), "4", "0.00000002");
    let largest = "9999999999999999.99999999";
    let now = file(&world, 2, (2020, 2), "accepted", "CR");
    used(&world, &now, (GYM, &hours), "2.5", largest);
    // of tiers only what the customer pays counts
    world.run(&format!("INSERT INTO usage_totals VALUES ('{now}', {GYM}, {hours}, 1, 1, 90, 90)"));

    let tab = usage(MICKS, &world, GYM);
    let page = michael.get(&tab).await;
    let names = [
        "Amount (USD)".to_owned(),
        world.text(&format!("SELECT name AS t FROM items WHERE id = {hours}")),
        "Trainer".to_owned(),
    ];
    assert_eq!(page.texts(".tallies a"), names);
    assert_eq!(page.texts(".tallies a[aria-current='true']"), names[..1]);
    let amounts = ["Jan 2020: 0.00000003".to_owned(), "Feb 2020: 9,999,999,999,999,999.99999999".to_owned()];
    assert_eq!(bars(&page), amounts);
    assert_eq!(page.texts(".chart-numbers thead th"), ["Period", "Amount (USD)"]);
    // numbers so long stand below each other, and what is next to nothing can still be seen
    assert_eq!(page.attributes("figure", "class"), ["chart"]);
    assert_eq!(page.attributes(".chart-track rect", "width"), ["0.50%", "100.00%"]);
    assert_eq!(page.texts(".chart-axis span").last().map(String::as_str), Some("10,000,000,000,000,000"));

    let page = michael.get(&page.link(&names[1])).await;
    assert_eq!(bars(&page), ["Jan 2020: 1.00", "Feb 2020: 2.50"]);
    assert_eq!(page.attributes("figure", "class"), ["chart columns"]);
    assert_eq!(page.texts(".tallies a[aria-current='true']"), names[1..2]);
    let page = michael.get(&page.link("Trainer")).await;
    assert_eq!(bars(&page), ["Jan 2020: 4"]);
    // what there isn't, or isn't any more, is no mistake
    assert_eq!(bars(&michael.get(&format!("{tab}?of=EUR")).await), amounts);
    assert_eq!(bars(&apollo.get(&usage(CHAMPIONS, &world, GYM)).await), amounts, "the vendor sees the same");
}

#[actix_web::test]
async fn who_is_no_party_of_a_file_sees_accepted_quantities_and_no_amounts() {
    let world = World::new().await;
    Drawn::of(&world);
    let donnie = world.donnie().await;
    let (hours, theirs) = (hours(), "'AS-0000-0000-0001'");
    let tab = usage(ACREED, &world, theirs);
    let waits = file(&world, 1, (2020, 2), "pending", "CR");
    used(&world, &waits, (theirs, &hours), "8", "80.75");
    donnie.get(&tab).await.must_say("No usage yet").must_not_say("80.75");
    used(&world, &file(&world, 2, (2020, 1), "closed", "CR"), (theirs, &hours), "3", "30.25");
    let page = donnie.get(&tab).await;
    assert_eq!(bars(&page), ["Jan 2020: 3.00"]);
    page.must_not_say("30.25").must_not_say("USD").must_not_say("80.75");
    assert_eq!(bars(&donnie.get(&format!("{tab}?of=USD")).await), ["Jan 2020: 3.00"]);
    world.run(&format!("UPDATE usage_files SET status = 'accepted' WHERE id = '{waits}'"));
    assert_eq!(bars(&donnie.get(&tab).await), ["Jan 2020: 3.00", "Feb 2020: 8.00"]);
}

#[actix_web::test]
async fn a_comparison_shows_the_periods_up_to_the_files_own() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let hours = hours();
    let compare = |base: &str, file: &str| format!("{base}/usage-files/{file}/compare");
    let amount = |number: usize, month: usize, status: &str, amount: &str| {
        let one = file(&world, number, (2020, month), status, "CR");
        used(&world, &one, (GYM, &hours), "1", amount);
        one
    };
    let first = amount(1, 1, "closed", "10.5");
    // alone it says nothing
    michael.get(&compare(MICKS, &first)).await.must_be(200).must_not_say("Usage over time");
    amount(2, 2, "accepted", "20");
    amount(3, 2, "accepted", "0.00000001");
    amount(4, 3, "rejected", "999");
    let now = amount(5, 4, "pending", "33.25");
    amount(6, 5, "accepted", "40");
    // half a year is nothing to compare with a month
    let long = amount(7, 1, "accepted", "500");
    world.run(&format!(
        "UPDATE usage_files SET period_from = '2019-07-01Z', period_to = '2020-01-01Z' WHERE id = '{long}'"
    ));
    for (client, base) in [(&michael, MICKS), (&apollo, CHAMPIONS)] {
        let page = client.get(&compare(base, &now)).await;
        assert_eq!(bars(page.must_be(200)), ["Jan 2020: 10.50", "Feb 2020: 20.00000001", "Apr 2020: 33.25"]);
        assert_eq!(page.texts(".chart-bar.open .chart-name"), ["Apr 2020"]);
        assert_eq!(page.texts(".chart-caption"), ["Amount per period (USD)"]);
    }

    // quantities are added up when all are counted in one unit
    for (number, month) in [(11, 6), (12, 7)] {
        used(&world, &file(&world, number, (2020, month), "accepted", "QT"), (GYM, &hours), "2.5", "NULL");
    }
    let page = michael.get(&compare(MICKS, "UF-2020-01-0000-0012")).await;
    assert_eq!(bars(&page), ["Jun 2020: 2.5", "Jul 2020: 2.5"]);
    page.must_say("Quantity per period (");
    used(&world, "UF-2020-01-0000-0011", (GYM, &item("name = 'Trainer'")), "1", "NULL");
    michael.get(&compare(MICKS, "UF-2020-01-0000-0012")).await.must_be(200).must_not_say("Usage over time");
}
