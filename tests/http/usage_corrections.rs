//! A record is never edited: a record of a later file takes back one of an accepted file, exactly and once, and all sums know it.

use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use entente::modules::usage::job::check_next;
use serde_json::json;

use crate::{
    api::{Program, value},
    support::{
        Answer, Client, World,
        client::selector,
        world::{CHAMPIONS, MICKS, PULSE},
    },
    usage::{HEAD, ago, create, create_for, id, row, status, submit, upload},
    usage_api::KEYS,
};

/// The times of the cast's billed records, H-1 of 48.5 hours and H-2 of 51.25.
fn first_days() -> String {
    format!("{} 00:00:00,{} 00:00:00", ago(14), ago(12))
}

/// A row that takes back another, with the times of that one.
fn takes_back(key: &str, quantity: &str, times: &str, of: &str) -> String {
    format!("{key},item.mpn,APOLLO-PULSE-HOURS,{quantity},{times},asset.external_id,SO-4702,{of}")
}

fn report(rows: &[String]) -> Vec<u8> {
    format!("{HEAD},reverses\r\n{}\r\n", rows.join("\r\n")).into_bytes()
}

/// The file that the cast's first records are in.
fn billed(world: &World) -> String {
    world.text("SELECT id AS t FROM usage_files WHERE status = 'closed'")
}

async fn accept(michael: &Client, file: &str) {
    let form = michael.get(&format!("{MICKS}/usage-files/{file}/accept")).await;
    michael.submit(&form, &[]).await.must_be(303);
}

/// The cells of a table, row by row.
fn rows(page: &Answer, label: &str) -> Vec<Vec<String>> {
    let document = page.html();
    document
        .select(&selector(&format!("[role=region][aria-label='{label}'] tbody tr")))
        .map(|row| {
            row.select(&selector("th, td"))
                .map(|cell| cell.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" "))
                .collect()
        })
        .collect()
}

#[actix_web::test]
async fn a_billed_record_is_taken_back_by_a_record_of_another_file() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let page = create(&apollo, "Correction").await;
    let again = format!("{},", row("AGAIN-2", "50"));
    let page =
        upload(&world, &apollo, &page, &report(&[takes_back("BACK-1", "-48.5", &first_days(), "H-1"), again])).await;
    page.must_say("No errors found.");
    assert_eq!((page.facts("Reported"), page.facts("Reversals")), (vec!["2 records".into()], vec!["1 record".into()]));
    assert_eq!(page.texts("[aria-label='Usage by item'] td[data-label='Quantity']"), ["1.50"]);

    // both records name each other; the distributor sees it from the submission on
    apollo.get(&format!("{}/records", page.path)).await.must_say("Reverses H-1");
    let original = format!("usage-files/{}/records", billed(&world));
    apollo.get(&format!("{CHAMPIONS}/{original}")).await.must_say("Reversed by BACK-1");
    michael.get(&format!("{MICKS}/{original}")).await.must_be(200).must_not_say("Reversed by");
    submit(&apollo, &page).await;
    let seen = michael.get(&format!("{MICKS}/{original}")).await;
    let link = seen.must_say("Reversed by BACK-1").link("BACK-1");
    michael.get(&link).await.must_say("Reverses H-1").must_not_say("AGAIN-2");
    let sheet = michael.get(&format!("{MICKS}/{original}.csv")).await;
    assert!(sheet.body_text().contains(",BACK-1"), "{}", sheet.body_text());

    // what was taken back is taken off the period in which it was reported
    let gym = world.text("SELECT id AS t FROM subscriptions WHERE external_id = 'SO-4702'");
    accept(&michael, &id(&page)).await;
    let tab = michael.get(&format!("{MICKS}/subscriptions/{gym}/usage")).await;
    let lines = rows(tab.must_be(200), "Usage by period");
    let told: Vec<(&str, bool)> = lines.iter().map(|line| (line[2].as_str(), line[4].ends_with("Reversal"))).collect();
    assert!(
        told.contains(&("-48.50", true)) && told.contains(&("50.00", false)) && told.contains(&("99.75", false)),
        "{lines:?}"
    );
    assert!(tab.texts(".chart-value").contains(&"51.25".to_owned()), "{:?}", tab.texts(".chart-value"));

    // programs read the same
    let [micks, ..] = world.tokens();
    world.run(KEYS);
    let micks = Program::of(&world, &micks);
    let one = async |key: &str| value(&micks.get(&format!("/usage/records?record_id={key}")).await)[0].clone();
    let (first, second) = (one("H-1").await, one("BACK-1").await);
    assert_eq!((&first["reversed_by"]["record_id"], &first["reversed_by"]["id"]), (&json!("BACK-1"), &second["id"]));
    assert_eq!((&second["reverses"]["id"], &second["usage"]), (&first["id"], &json!("-48.5")));
    assert!(first.get("reverses").is_none() && second.get("reversed_by").is_none());

    // a reversal stays, and so does what it took back
    let page = create_for(&apollo, "Once more", (ago(4), ago(3)), "").await;
    let twice =
        [takes_back("BACK-3", "48.5", &first_days(), "BACK-1"), takes_back("BACK-4", "-48.5", &first_days(), "H-1")];
    upload(&world, &apollo, &page, &report(&twice))
        .await
        .must_say("“BACK-1” is a reversal itself, so it cannot be reversed.")
        .must_say("“H-1” was already reversed in");
}

#[actix_web::test]
async fn a_reversal_repeats_its_record_to_the_last_digit() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Wrong").await;
    let waiting = world.text("SELECT id AS t FROM usage_files WHERE status = 'pending'");
    let other_times = format!("{} 00:00:00,{} 00:00:00", ago(14), ago(13));
    let wrong = [
        takes_back("W-1", "-1", &first_days(), "NONE"),
        takes_back("W-2", "-160.75", &first_days(), "H-3"),
        takes_back("W-3", "-48", &other_times, "H-1"),
        takes_back("W-4", "51.25", &first_days(), "H-2"),
        takes_back("W-5", "-51.25", &first_days(), "H-2"),
        format!("{},", row("W-6", "-1")),
    ];
    upload(&world, &apollo, &page, &report(&wrong))
        .await
        .must_say("No accepted record of this product has the ID “NONE”.")
        .must_say(&format!("“H-3” is in {waiting}, which has not been accepted."))
        .must_say(&format!("must be {} 00:00:00.", ago(12)))
        .must_say("“51.25” must be -51.25. A reversal repeats its record")
        .must_say("“-1” is negative. Report only what was used.");
    assert_eq!(world.number("SELECT count(*) AS n FROM usage_reversals"), 0);
}

#[actix_web::test]
async fn a_record_is_taken_back_in_parts_that_come_to_no_more_than_it_has() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let part = |key: &str, quantity: &str| takes_back(key, quantity, &first_days(), "H-1");
    let first = create_for(&apollo, "A part", (ago(8), ago(7)), "").await;
    upload(&world, &apollo, &first, &report(&[part("P-1", "-20"), part("P-2", "-8.5")]))
        .await
        .must_say("No errors found.");
    // another file has what is left, and no more
    let second = create_for(&apollo, "The rest", (ago(6), ago(5)), "").await;
    upload(&world, &apollo, &second, &report(&[part("P-3", "-20.25")]))
        .await
        .must_say("“-20.25” takes back more than is left of the record: 20.");
    upload(&world, &apollo, &second, &report(&[part("P-3", "-15"), part("P-4", "-6")]))
        .await
        .must_say("“-6” takes back more than is left of the record: 5.");
    upload(&world, &apollo, &second, &report(&[part("P-3", "-15"), part("P-4", "-5"), part("P-5", "-1")]))
        .await
        .must_say("“H-1” is also reversed in row 2, and nothing of it is left.");
    upload(&world, &apollo, &second, &report(&[part("P-3", "-15"), part("P-4", "-5")]))
        .await
        .must_say("No errors found.");
    // the record names all of them, and what they leave
    let original = apollo.get(&format!("{CHAMPIONS}/usage-files/{}/records?q=H-1", billed(&world))).await;
    for key in ["P-1", "P-2", "P-3", "P-4"] {
        original.must_say(&format!("Reversed by {key}"));
    }
    original.must_say("Nothing is left of it.");
    upload(&world, &apollo, &second, &report(&[part("P-3", "-15")])).await.must_say("No errors found.");
    apollo.get(&original.path).await.must_say("Reversed by P-3").must_not_say("Reversed by P-4").must_say("5.00 left.");
    let sheet = apollo.get(&original.path.replace("/records?", "/records.csv?")).await;
    assert!(sheet.body_text().contains("\"P-1, P-2, P-3\""), "{}", sheet.body_text());
    upload(&world, &apollo, &second, &report(&[part("P-3", "-15"), part("P-4", "-5")])).await;
    let third = create_for(&apollo, "Too late", (ago(4), ago(3)), "").await;
    upload(&world, &apollo, &third, &report(&[part("P-6", "-1")])).await.must_say("“H-1” was already reversed in ");
}

#[actix_web::test]
async fn what_the_parties_downloaded_is_turned_into_its_reversal() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Turned").await;
    let sheet = apollo.get(&format!("{CHAMPIONS}/usage-files/{}/records.csv?q=H-1", billed(&world))).await;
    let mut rows = csv::Reader::from_reader(sheet.body.as_slice());
    let head = rows.headers().expect("a header").clone();
    let record = rows.records().next().expect("a row").expect("it reads");
    let changed = head.iter().zip(&record).map(|(header, cell)| match header {
        "record_id" => "T-1",
        "quantity" => "-48.5",
        "reverses" => "H-1",
        _ => cell,
    });
    let mut turned = csv::Writer::from_writer(Vec::new());
    turned.write_record(&head).expect("the header is written");
    turned.write_record(changed).expect("the row is written");
    let turned = turned.into_inner().expect("all is written");
    upload(&world, &apollo, &page, &turned).await.must_say("No errors found.");
    assert_eq!(world.text("SELECT of_key AS t FROM usage_reversals"), "H-1");
}

#[actix_web::test]
async fn of_two_files_that_take_back_one_record_only_one_becomes_ready() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let mut files = Vec::new();
    for (key, days) in [("A-1", (ago(8), ago(7))), ("A-2", (ago(6), ago(5)))] {
        let page = create_for(&apollo, key, days, "").await;
        let form = apollo.get(&format!("{}/upload", page.path)).await;
        let report = report(&[takes_back(key, "-48.5", &first_days(), "H-1")]);
        apollo.upload_named(&form, &[], "file", "report.csv", &report).await.must_be(303);
        files.push(id(&page));
    }
    // both are checked before either may become ready
    let mut sql = world.sql();
    let lock = format!("BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('usage {PULSE}', 0))");
    sql.batch_execute(&lock).expect("the product is held");
    let db = &world.program.db;
    let free = async {
        actix_web::rt::time::sleep(Duration::from_millis(800)).await;
        sql.batch_execute("COMMIT").expect("the product is free");
    };
    let (one, other, ()) = tokio::join!(check_next(db), check_next(db), free);
    assert!(one.expect("it is checked") && other.expect("it is checked"));
    let mut now: Vec<String> = files.iter().map(|file| status(&world, file)).collect();
    now.sort_unstable();
    assert_eq!(now, ["invalid", "ready"]);
    // the other can once the first is sent back
    let (ready, other) = if status(&world, &files[0]) == "ready" { (0, 1) } else { (1, 0) };
    let at = |place: usize| format!("{CHAMPIONS}/usage-files/{}", files[place]);
    let page = apollo.get(&at(other)).await;
    page.must_say(&format!("“H-1” was already reversed in {}, and nothing of it is left.", files[ready]));
    submit(&apollo, &apollo.get(&at(ready)).await).await;
    let michael = world.michael().await;
    let form = michael.get(&format!("{MICKS}/usage-files/{}/reject", files[ready])).await;
    michael.submit(&form, &[("note", "Not this one.")]).await.must_be(303);
    let again = report(&[takes_back("A-3", "-48.5", &first_days(), "H-1")]);
    upload(&world, &apollo, &page, &again).await.must_say("No errors found.");
}

#[actix_web::test]
async fn a_comparison_takes_reversals_off_the_period_of_what_they_take_back() {
    let world = World::new().await;
    world.run(&format!("UPDATE products SET usage_schema = 'CR' WHERE id = '{PULSE}'"));
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let head = format!("{},reverses", HEAD.replace("quantity", "amount,quantity"));
    let line = |key: &str, amount: &str, quantity: &str, first: u64, of: &str| {
        let times = format!("{} 00:00:00,{} 23:59:59", ago(first), ago(first - 1));
        format!("{key},item.mpn,APOLLO-PULSE-HOURS,{amount},{quantity},{times},asset.external_id,SO-4702,{of}")
    };
    let reported = async |first: u64, lines: &[String]| {
        let page = create_for(&apollo, &format!("From day {first}"), (ago(first), ago(first - 1)), "USD").await;
        let page = upload(&world, &apollo, &page, format!("{head}\r\n{}", lines.join("\r\n")).as_bytes()).await;
        page.must_say("No errors found.");
        submit(&apollo, &page).await;
        page
    };
    let before = reported(8, &[line("C-1", "20", "2", 8, ""), line("C-2", "10.5", "1", 8, "")]).await;
    accept(&michael, &id(&before)).await;
    let now = reported(6, &[line("C-3", "33", "3", 6, ""), line("C-4", "-20", "-2", 8, "C-1")]).await;
    assert_eq!(now.facts("Reported"), ["2 records, 13.00 USD"]);
    assert_eq!(now.facts("Reversals"), ["1 record, -20.00 USD"]);
    let page = michael.get(&format!("{MICKS}/usage-files/{}/compare", id(&now))).await;
    let totals = rows(page.must_be(200), "Totals");
    assert_eq!(totals[0], ["Amount", "10.50", "33.00", "+22.50"]);
    assert_eq!(totals[1], ["Reversals", "-20.00", "", ""]);
    // a file that only takes back reports nothing for its own period
    accept(&michael, &id(&now)).await;
    let only = reported(4, &[line("C-5", "-33", "-3", 6, "C-3")]).await;
    let page = michael.get(&format!("{MICKS}/usage-files/{}/compare", id(&only))).await;
    let totals = rows(page.must_be(200), "Totals");
    assert_eq!(totals[0], ["Amount", "0.00", "", "0.00"]);
    assert_eq!(totals[1], ["Reversals", "-33.00", "", ""]);
    assert_eq!(totals[2], ["Subscriptions", "1", "0", ""]);
}

#[actix_web::test]
async fn a_vendors_own_report_takes_back_what_a_column_of_it_names() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let report = format!(
        "Reference ID,Customer,SKU,Qty,From,To,Line Type,Original\r\n\
         M-1,SO-4702,APOLLO-PULSE-HOURS,48.5,{},{},Credit,H-1\r\nM-2,SO-4702,APOLLO-PULSE-HOURS,2,{},{},Usage,\r\n",
        ago(14),
        ago(12),
        ago(8),
        ago(7)
    );
    let form = apollo.get(&format!("{CHAMPIONS}/usage-mappings/new")).await;
    let answer = apollo.upload_named(&form, &[], "file", "sample.csv", report.as_bytes()).await;
    let form = apollo.follow(answer).await;
    let typed = [
        ("name", "With credits"),
        ("product", PULSE),
        ("rules", "charge: Line Type = Usage\nreversal: Line Type = Credit"),
        ("reverses", "{Original}"),
    ];
    let grouped = [&typed[..], &[("group_by", "Reference ID")]].concat();
    apollo.submit(&form, &grouped).await.must_be(422).must_say("Leave this empty when rows are grouped");
    apollo.submit(&form, &typed).await.must_be(303);
    let page = create(&apollo, "Own report").await;
    let page = upload(&world, &apollo, &page, report.as_bytes()).await;
    page.must_say("No errors found.").must_say("With credits").must_not_say("Reversals, which are not billed");
    assert_eq!((page.facts("Reported"), page.facts("Reversals")), (vec!["2 records".into()], vec!["1 record".into()]));
    apollo.get(&format!("{}/records", page.path)).await.must_say("Reverses H-1").must_say("-48.5");
}
