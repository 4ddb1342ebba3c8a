//! Records outside of their file's period: refused, unless the product allows them; then they are told apart.

use crate::{
    support::{
        World,
        world::{CHAMPIONS, PULSE},
    },
    usage::{HEAD, ago, create, create_for, csv, row, upload},
};

/// A row of two days, the first of them so many days ago.
fn of_days(key: &str, first: u64) -> String {
    let times = format!("{} 00:00:00,{} 23:59:59", ago(first), ago(first - 1));
    format!("{key},item.mpn,APOLLO-PULSE-HOURS,2,{times},asset.external_id,SO-4702")
}

#[actix_web::test]
async fn a_product_says_whether_records_may_be_late_or_early() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Outside").await;
    // the file is for the days from 8 to 5 days ago
    let report = csv(&[
        row("WITHIN", "1"),
        of_days("BEFORE", 10),
        of_days("ACROSS", 9),
        of_days("BEYOND", 5),
        of_days("AFTER", 3),
    ]);
    let refused = |first: u64| format!("{} 00:00:00 is outside the file's period", ago(first));
    let page = upload(&world, &apollo, &page, &report).await;
    page.must_say(&refused(10)).must_say(&refused(9)).must_say(&refused(3));

    let form = apollo.get(&format!("{CHAMPIONS}/products/{PULSE}/settings/edit")).await;
    apollo.submit(&form, &[("usage_late", "on")]).await.must_be(303);
    apollo
        .get(&format!("{CHAMPIONS}/products/{PULSE}/settings"))
        .await
        .must_say("Late charges")
        .must_say("Future charges");
    let page = upload(&world, &apollo, &page, &report).await;
    page.must_say(&refused(3)).must_not_say(&refused(10)).must_not_say(&refused(9));

    let form = apollo.get(&format!("{CHAMPIONS}/products/{PULSE}/settings/edit")).await;
    apollo.submit(&form, &[("usage_future", "on")]).await.must_be(303);
    let page = upload(&world, &apollo, &page, &report).await;
    page.must_say("No errors found.");
    assert_eq!(page.facts("Reported"), ["5 records"]);
    assert_eq!((page.facts("Late"), page.facts("Future")), (vec!["2 records".into()], vec!["2 records".into()]));
    let late = apollo.get(&format!("{}/records?aside=late", page.path)).await;
    late.must_say("BEFORE").must_say("ACROSS").must_not_say("WITHIN").must_not_say("BEYOND").must_not_say("AFTER");
    let sheet = apollo.get(&format!("{}/records.csv?aside=future", page.path)).await.body_text();
    assert!(sheet.contains("BEYOND") && sheet.contains("AFTER") && !sheet.contains("WITHIN"), "{sheet}");
    apollo.get(&format!("{}/records?aside=what", page.path)).await.must_say("WITHIN").must_say("BEFORE");
}

#[actix_web::test]
async fn what_is_outside_is_summed_up_and_a_reversal_is_neither_late_nor_early() {
    let world = World::new().await;
    world.run(&format!("UPDATE products SET usage_schema = 'CR', usage_late = true WHERE id = '{PULSE}'"));
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let head = format!("{},reverses", HEAD.replace("quantity", "amount,quantity"));
    let with =
        |line: String, amount: &str, of: &str| format!("{},{of}", line.replace("HOURS,", &format!("HOURS,{amount},")));
    let first = create_for(&apollo, "First", (ago(10), ago(9)), "USD").await;
    let report = format!("{head}\r\n{}", with(of_days("BILLED", 10), "5.5", ""));
    let first = upload(&world, &apollo, &first, report.as_bytes()).await;
    crate::usage::submit(&apollo, &first).await;
    let seen = format!("{}/usage-files/{}", crate::support::world::MICKS, crate::usage::id(&first));
    let form = michael.get(&format!("{seen}/accept")).await;
    michael.submit(&form, &[]).await.must_be(303);

    let second = create_for(&apollo, "Second", (ago(6), ago(5)), "USD").await;
    let taken_back = with(of_days("TURNED", 10), "-5.5", "BILLED").replace(",2,", ",-2,");
    let lines = [with(of_days("PLAIN", 6), "7", ""), with(of_days("EARLIER", 8), "340", ""), taken_back];
    let report = format!("{head}\r\n{}", lines.join("\r\n"));
    let page = upload(&world, &apollo, &second, report.as_bytes()).await;
    page.must_say("No errors found.");
    assert_eq!(page.facts("Reported"), ["3 records, 341.50 USD"]);
    assert_eq!(page.facts("Late"), ["1 record, 340.00 USD"]);
    assert_eq!(page.facts("Reversals"), ["1 record, -5.50 USD"]);
    apollo.get(&page.link("-5.50 USD")).await.must_say("TURNED").must_not_say("EARLIER");
}

#[actix_web::test]
async fn a_late_record_says_by_how_many_months() {
    let world = World::new().await;
    world.run(&format!("UPDATE products SET usage_late = true WHERE id = '{PULSE}'"));
    world.run("UPDATE subscriptions SET activated_at = '2021-01-01Z' WHERE external_id = 'SO-4702'");
    let apollo = world.apollo().await;
    let day = |text: &str| text.parse().expect("a day");
    let page = create_for(&apollo, "May", (day("2026-05-01"), day("2026-05-31")), "").await;
    let line = |key: &str, from: &str, to: &str| {
        format!("{key},item.mpn,APOLLO-PULSE-HOURS,2,{from},{to},asset.external_id,SO-4702")
    };
    let report = csv(&[
        line("IN-MAY", "2026-05-02", "2026-05-03"),
        line("OF-MARCH", "2026-03-30", "2026-03-31"),
        line("OF-APRIL", "2026-04-30", "2026-05-02"),
    ]);
    let page = upload(&world, &apollo, &page, &report).await;
    page.must_say("No errors found.");
    let records = apollo.get(&format!("{}/records", page.path)).await;
    assert_eq!(records.texts("tbody th .badge"), ["2 months late", "1 month late"]);
    // and of twelve months at most
    let report = csv(&[line("OF-LAST-MAY", "2025-05-01", "2025-05-02"), line("OF-APRIL", "2025-04-30", "2025-05-01")]);
    let page = upload(&world, &apollo, &page, &report).await;
    page.must_say("2025-04-30 00:00:00 is more than 12 months before the file's period");
    assert_eq!(page.texts("[aria-label='Errors'] tbody th"), ["Row 3"]);
}
