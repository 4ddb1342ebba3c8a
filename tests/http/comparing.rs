//! Who reviews usage sees it beside the period before: what changed, what is missing, and what should not be there.

use crate::{
    support::{
        Answer, Client, World,
        world::{CHAMPIONS, MICKS, PULSE},
    },
    usage::{HEAD, ago, create_for, id, job, submit, upload},
};

pub const SECOND: &str = "AS-7777-7777-7777";

/// Another subscription like the cast's, `SO-2`.
pub fn subscribe_again(world: &World) {
    world.run(&format!(
        "DO $$ DECLARE columns text; BEGIN \
         SELECT string_agg(quote_ident(attname), ', ') INTO columns FROM pg_attribute WHERE attrelid = 'subscriptions'::regclass \
             AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attname NOT IN ('id', 'external_id', 'external_uid'); \
         EXECUTE format('INSERT INTO subscriptions (id, external_id, external_uid, %1$s) SELECT ''{SECOND}'', ''SO-2'', gen_random_uuid(), %1$s \
             FROM subscriptions WHERE external_id = ''SO-4702''', columns); END $$"
    ));
}

/// A file of two days, the first of them so many days ago, with an amount for each subscription; its page.
pub async fn reported(world: &World, apollo: &Client, first: u64, amounts: &[(&str, &str)]) -> Answer {
    let page = create_for(apollo, &format!("From day {first}"), (ago(first), ago(first - 1)), "USD").await;
    let mut report = HEAD.replace("quantity", "amount,quantity");
    for (subscription, amount) in amounts {
        report += &format!(
            "\r\n{first}-{subscription},item.mpn,APOLLO-PULSE-HOURS,{amount},2,{} 00:00:00,{} 23:59:59,asset.external_id,{subscription}",
            ago(first),
            ago(first - 1)
        );
    }
    let page = upload(world, apollo, &page, report.as_bytes()).await;
    page.must_say("No errors found.");
    page
}

/// A file of one day with an amount for each subscription, uploaded with what is typed besides; its page.
pub async fn of_a_day(
    world: &World,
    apollo: &Client,
    day: u64,
    amounts: &[(&str, &str)],
    typed: &[(&str, &str)],
) -> Answer {
    let page = create_for(apollo, &format!("Day {day}"), (ago(day), ago(day)), "USD").await;
    let mut report = HEAD.replace("quantity", "amount,quantity");
    for (subscription, amount) in amounts {
        report += &format!(
            "\r\nday-{day}-{subscription},item.mpn,APOLLO-PULSE-HOURS,{amount},2,{0} 00:00:00,{0} 23:59:59,asset.external_id,{subscription}",
            ago(day)
        );
    }
    let form = apollo.get(&format!("{}/upload", page.path)).await;
    apollo.upload_named(&form, typed, "file", "report.csv", report.as_bytes()).await.must_be(303);
    job(world).await;
    let page = apollo.get(&page.path).await;
    page.must_say("No errors found.");
    page
}

/// The cells of a table, row by row.
pub fn rows(page: &Answer, label: &str) -> Vec<Vec<String>> {
    let document = page.html();
    document
        .select(&crate::support::client::selector(&format!("[role=region][aria-label='{label}'] tbody tr")))
        .map(|row| {
            let cells = crate::support::client::selector("th, td");
            row.select(&cells)
                .map(|cell| cell.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" "))
                .collect()
        })
        .collect()
}

#[actix_web::test]
async fn a_period_is_compared_with_the_one_before() {
    let world = World::new().await;
    world.run(&format!("UPDATE products SET usage_schema = 'CR' WHERE id = '{PULSE}'"));
    subscribe_again(&world);
    let (apollo, michael) = (world.apollo().await, world.michael().await);

    let before = reported(&world, &apollo, 8, &[("SO-4702", "20"), ("SO-2", "10.5")]).await;
    apollo
        .get(&format!("{}/compare", before.path))
        .await
        .must_say("No earlier period of this length has been accepted, so there is nothing to compare with.");
    submit(&apollo, &before).await;
    let form = michael.get(&format!("{MICKS}/usage-files/{}/accept", id(&before))).await;
    michael.submit(&form, &[]).await.must_be(303);

    let now = reported(&world, &apollo, 6, &[("SO-4702", "33")]).await;
    let seen = format!("{MICKS}/usage-files/{}/compare", id(&now));
    michael.get(&seen).await.must_be(404);
    submit(&apollo, &now).await;
    let page = michael.get(&seen).await;
    page.must_be(200).must_say("33.00 USD, 8.2% more per day than");
    let totals = rows(&page, "Totals");
    assert_eq!(totals[0], ["Amount", "30.50", "33.00", "+2.50"]);
    assert_eq!(totals[1], ["Subscriptions", "2", "1", ""]);
    let movers = rows(&page, "Largest changes");
    let changes: Vec<&[String]> = movers.iter().map(|row| &row[1..]).collect();
    assert_eq!(changes, [["20.00", "33.00", "+13.00"].as_slice(), ["10.50", "Not reported", "-10.50"].as_slice()]);
    assert_eq!(rows(&page, "Changes by item")[0][1..], ["30.50", "33.00", "+2.50"]);
    page.must_say("1 subscription item that was reported before is missing (10.50 USD).");
    assert_eq!(
        rows(&page, "Why the amount changed"),
        [["The price of a unit changed", "+13.00"], ["No longer reported", "-10.50"], ["Total", "+2.50"]]
    );

    // the subscription that is still there and was not reported
    let missing = rows(&page, "Missing since the period before");
    assert_eq!(missing.len(), 1);
    assert!(missing[0][0].contains(SECOND), "{missing:?}");
    assert_eq!(missing[0].last().map(String::as_str), Some("10.50"));
    page.must_say("1 in all, 10.50 USD.").must_not_say("Subscriptions that are not active");

    // once it has ended nothing is missing, and usage of what is suspended is pointed out
    world.run(&format!("UPDATE subscriptions SET status = 'terminated' WHERE id = '{SECOND}'"));
    world.run("UPDATE subscriptions SET status = 'suspended' WHERE external_id = 'SO-4702'");
    let page = michael.get(&seen).await;
    page.must_not_say("Missing since the period before");
    let inactive = rows(&page, "Subscriptions that are not active");
    assert_eq!(inactive.len(), 1);
    assert_eq!(inactive[0].last().map(String::as_str), Some("33.00"));

    // a second file for the same days is counted with what was accepted
    let form = michael.get(&format!("{MICKS}/usage-files/{}/accept", id(&now))).await;
    michael.submit(&form, &[]).await.must_be(303);
    world.run("UPDATE subscriptions SET status = 'active' WHERE external_id = 'SO-4702'");
    let second = create_for(&apollo, "The rest", (ago(6), ago(5)), "USD").await;
    let report = format!(
        "{}\r\nrest,item.mpn,APOLLO-PULSE-HOURS,0.25,0,{} 00:00:00,{} 23:59:59,asset.external_id,SO-4702",
        HEAD.replace("quantity", "amount,quantity"),
        ago(6),
        ago(5)
    );
    upload(&world, &apollo, &second, report.as_bytes()).await.must_say("No errors found.");
    let page = apollo.get(&format!("{}/compare", second.path)).await;
    page.must_say("Includes 1 other accepted file for the same period.").must_say("33.25 USD, 9.0% more per day than");
}

/// A file of two days, the first of them so many days ago, that was accepted: amount and quantity of each subscription.
async fn accepted(
    world: &World,
    (apollo, michael): (&Client, &Client),
    first: u64,
    used: &[(&str, &str, &str)],
) -> Answer {
    let page = create_for(apollo, &format!("From day {first}"), (ago(first), ago(first - 1)), "USD").await;
    let mut report = HEAD.replace("quantity", "amount,quantity");
    for (subscription, amount, quantity) in used {
        report += &format!(
            "\r\n{first}-{subscription},item.mpn,APOLLO-PULSE-HOURS,{amount},{quantity},{} 00:00:00,{} 23:59:59,asset.external_id,{subscription}",
            ago(first),
            ago(first - 1)
        );
    }
    let page = upload(world, apollo, &page, report.as_bytes()).await;
    submit(apollo, page.must_say("No errors found.")).await;
    let form = michael.get(&format!("{MICKS}/usage-files/{}/accept", id(&page))).await;
    michael.submit(&form, &[]).await.must_be(303);
    page
}

#[actix_web::test]
async fn a_rise_is_told_by_whom_and_why() {
    let world = World::new().await;
    world.run(&format!("UPDATE products SET usage_schema = 'CR' WHERE id = '{PULSE}'"));
    subscribe_again(&world);
    world.run(&format!(
        "SET session_replication_role = replica; UPDATE subscriptions SET customer_name = 'Delphi Gyms', \
         customer_id = (SELECT id FROM tier_accounts WHERE name = 'Delphi Gyms') WHERE id = '{SECOND}'"
    ));
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let both = (&apollo, &michael);
    let first = accepted(&world, both, 12, &[("SO-4702", "20", "2"), ("SO-2", "10", "2")]).await;
    let page = michael.get(&format!("{MICKS}/usage-files/{}/compare", id(&first))).await;
    page.must_not_say("Why the amount changed")
        .must_say("accounts for 66.7% of the amount.")
        .must_not_say("All quantities");

    let second = accepted(&world, both, 10, &[("SO-4702", "21", "2"), ("SO-2", "30", "4")]).await;
    let page = michael.get(&format!("{MICKS}/usage-files/{}/compare", id(&second))).await;
    page.must_say("51.00 USD, 70.0% more per day than").must_say("1 customer accounts for 95% of the increase.");
    page.must_say("accounts for 58.8% of the amount.");
    // two more hours at 5, four that cost 2.50 more each, and one dollar more for the same two
    assert_eq!(
        rows(&page, "Why the amount changed"),
        [["More or less was used", "+10.00"], ["The price of a unit changed", "+11.00"], ["Total", "+21.00"]]
    );

    // what is missing once is listed; what stays away is counted
    let third = accepted(&world, both, 8, &[("SO-4702", "21", "1")]).await;
    let page = michael.get(&format!("{MICKS}/usage-files/{}/compare", id(&third))).await;
    page.must_say("(30.00 USD)").must_not_say("more than one period ago");
    let fourth = accepted(&world, both, 6, &[("SO-4702", "21", "1")]).await;
    let page = michael.get(&format!("{MICKS}/usage-files/{}/compare", id(&fourth))).await;
    page.must_say("1 item of an active subscription was last reported more than one period ago.")
        .must_not_say("is missing")
        .must_not_say("of the increase");
}

#[actix_web::test]
async fn quantities_are_compared_item_by_item() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let of = |first: u64, quantity: &str| {
        format!(
            "{HEAD}\r\n{first},item.mpn,APOLLO-PULSE-HOURS,{quantity},{} 00:00:00,{} 23:59:59,asset.external_id,SO-4702",
            ago(first),
            ago(first - 1)
        )
    };
    let before = create_for(&apollo, "Before", (ago(8), ago(7)), "").await;
    let before = upload(&world, &apollo, &before, of(8, "4").as_bytes()).await;
    submit(&apollo, &before).await;
    let form = michael.get(&format!("{MICKS}/usage-files/{}/accept", id(&before))).await;
    michael.submit(&form, &[]).await.must_be(303);
    let now = create_for(&apollo, "Now", (ago(6), ago(5)), "").await;
    let now = upload(&world, &apollo, &now, of(6, "3.5").as_bytes()).await;
    let page = apollo.get(&format!("{CHAMPIONS}/usage-files/{}/compare", id(&now))).await;
    page.must_say("Quantities compared with");
    let movers = rows(&page, "Largest changes");
    assert_eq!(movers.len(), 1);
    assert_eq!(movers[0][2..5], ["4.00", "3.50", "-0.50"]);
}

#[actix_web::test]
async fn a_subscription_shows_what_was_used_of_it() {
    let world = World::new().await;
    world.run(&format!("UPDATE products SET usage_schema = 'CR' WHERE id = '{PULSE}'"));
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let subscription = world.text("SELECT id AS t FROM subscriptions WHERE external_id = 'SO-4702'");
    let (vendor, owner) =
        (format!("{CHAMPIONS}/subscriptions/{subscription}"), format!("{MICKS}/subscriptions/{subscription}"));
    world.run("DELETE FROM usage_totals");
    michael.get(&owner).await.must_say("Usage");
    michael.get(&format!("{owner}/usage")).await.must_say("No usage yet");
    let file = reported(&world, &apollo, 6, &[("SO-4702", "33.5")]).await;
    apollo.get(&format!("{vendor}/usage")).await.must_say("No usage yet");
    submit(&apollo, &file).await;
    let page = michael.get(&format!("{owner}/usage")).await;
    let used = rows(&page, "Usage by period");
    assert_eq!(used.len(), 1);
    assert_eq!((used[0][2].as_str(), used[0][4].as_str(), used[0][6].as_str()), ("2.00", "33.50 USD", "Pending"));
    page.must_say("From day 6");
    // a product without usage has no such tab
    world.run(&format!("UPDATE products SET usage_schema = NULL WHERE id = '{PULSE}'"));
    michael.get(&format!("{owner}/usage")).await.must_be(404);
}
