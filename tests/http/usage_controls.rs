//! A control total: what a vendor says that its report comes to, or what the report says itself, must be what was read, or nothing counts.

use rust_xlsxwriter::Workbook;

use crate::{
    support::{
        Answer, Client, World,
        world::{CHAMPIONS, MICKS, PULSE},
    },
    usage::{ago, anyway, create, create_for, csv, id, job, records, row, status, submit},
};

/// Uploads a report with what it should come to; the page of its file.
async fn upload_as(world: &World, apollo: &Client, page: &Answer, typed: &[(&str, &str)], report: &[u8]) -> Answer {
    let form = apollo.get(&format!("{}/upload", page.path)).await;
    let answer = apollo.upload_named(&form, typed, "file", "report", report).await;
    anyway(apollo, answer).await.must_be(303);
    job(world).await;
    apollo.get(&page.path).await
}

#[actix_web::test]
async fn a_report_of_the_standard_format_comes_to_what_its_vendor_says() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let page = create(&apollo, "Controlled").await;
    let report = csv(&[row("A-1", "1.25"), row("A-2", "2.5")]);
    let wrong = [("control_rows", "3"), ("control_total", "4")];
    let page = upload_as(&world, &apollo, &page, &wrong, &report).await;
    page.must_say("Invalid")
        .must_say("The report has 2 rows, and you entered 3.")
        .must_say("The report adds up to 3.75, and you entered 4. The difference is -0.25.");
    assert_eq!(records(&world, &id(&page)), 0);
    // what is wrong with rows is told alone: the total is not yet what they come to
    let page = upload_as(&world, &apollo, &page, &wrong, &csv(&[row("A-1", "x"), row("A-2", "2.5")])).await;
    page.must_say("is not a number").must_not_say("adds up to");
    // a dry run says the same, and keeps nothing
    let form = apollo.get(&format!("{}/dry-run", page.path)).await;
    apollo
        .upload_named(&form, &wrong, "file", "report.csv", &report)
        .await
        .must_be(200)
        .must_say("The report adds up to 3.75, and you entered 4.");
    assert_eq!(world.number("SELECT count(*) AS n FROM usage_controls WHERE found_rows IS NOT NULL"), 0);
    let right = [("control_rows", "2"), ("control_total", "3.750")];
    let page = upload_as(&world, &apollo, &page, &right, &report).await;
    page.must_say("No errors found.");
    // and whoever reviews the file sees it
    submit(&apollo, &page).await;
    let seen = michael.get(&format!("{MICKS}/usage-files/{}", id(&page))).await;
    assert_eq!(seen.facts("Control total"), ["3.75, difference 0"]);
    assert_eq!(seen.facts("Control rows"), ["2, difference 0"]);
}

/// A workbook of rows, with what it says of them on another sheet.
fn invoice(lines: &[(&str, f64)], said: &[(u32, u16, f64)]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (at, header) in (0u16..).zip(["Line", "Subtotal", "Kind"]) {
        sheet.write_string(0, at, header).expect("a header");
    }
    for (at, (key, amount)) in (1u32..).zip(lines) {
        sheet.write_string(at, 0, *key).expect("a cell");
        sheet.write_number(at, 1, *amount).expect("a cell");
        sheet.write_string(at, 2, if key.starts_with('T') { "Tax" } else { "Charge" }).expect("a cell");
    }
    let summary = book.add_worksheet();
    summary.set_name("Summary").expect("a name");
    for (line, column, number) in said {
        summary.write_number(*line, *column, *number).expect("a cell");
    }
    book.save_to_buffer().expect("the workbook is written")
}

#[actix_web::test]
async fn a_report_comes_to_what_it_says_itself_where_its_mapping_knows_the_place() {
    let world = World::new().await;
    world.run(&format!("UPDATE products SET usage_schema = 'CR' WHERE id = '{PULSE}'"));
    let apollo = world.apollo().await;
    let form = apollo.get(&format!("{CHAMPIONS}/usage-mappings/new/columns")).await;
    let fields = [
        ("name", "Invoice"),
        ("product", PULSE),
        ("record_id", "{Line}"),
        ("item_search_criteria", "item.mpn"),
        ("item_search_value", "APOLLO-PULSE-HOURS"),
        ("quantity", "1"),
        ("amount", "{Subtotal}"),
        ("start_time_utc", "{file.start}"),
        ("end_time_utc", "{file.end}"),
        ("asset_search_criteria", "asset.external_id"),
        ("asset_search_value", "SO-4702"),
        ("rules", "exclude Tax: Kind = Tax\ncharge: *"),
        ("count_at", "summary!b1"),
        ("total_at", "Summary!B2"),
    ];
    let mapping = apollo.submit(&form, &fields).await;
    mapping.must_be(303);
    apollo.follow(mapping).await.must_say("Summary!B2");
    let page = create_for(&apollo, "Invoiced", (ago(8), ago(5)), "USD").await;
    // all its rows, also those that a rule leaves out
    let lines = [("L-1", 12.5), ("L-2", 0.25), ("T-1", 2.0)];
    let page = upload_as(&world, &apollo, &page, &[], &invoice(&lines, &[(0, 1, 3.0), (1, 1, 15.75)])).await;
    page.must_say("Invalid")
        .must_say("The report adds up to 14.75, but says that it adds up to 15.75. The difference is -1.");
    let page = upload_as(&world, &apollo, &page, &[], &invoice(&lines, &[(0, 1, 4.0), (1, 1, 14.75)])).await;
    page.must_say("The report has 3 rows, but says that it has 4.");
    let page = upload_as(&world, &apollo, &page, &[], &invoice(&lines, &[(1, 1, 14.75)])).await;
    page.must_say("The cell summary!B1 is empty.");
    let page = upload_as(&world, &apollo, &page, &[], &invoice(&lines, &[(0, 1, 3.0), (1, 1, 14.75)])).await;
    page.must_say("2 records, 12.75 USD");
    assert_eq!(page.facts("Control total"), ["14.75, difference 0"]);
    // what its vendor types counts as well
    let page =
        upload_as(&world, &apollo, &page, &[("control_total", "14")], &invoice(&lines, &[(0, 1, 3.0), (1, 1, 14.75)]))
            .await;
    page.must_say("The report adds up to 14.75, and you entered 14.");
    assert_eq!(status(&world, &id(&page)), "invalid");
}

#[actix_web::test]
async fn a_check_that_broke_off_comes_to_the_same_control_total() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create_for(&apollo, "Again", (ago(8), ago(5)), "").await;
    let form = apollo.get(&format!("{}/upload", page.path)).await;
    let report = csv(&[row("A-1", "1"), row("A-2", "2")]);
    let typed = [("control_rows", "2"), ("control_total", "3")];
    apollo.upload_named(&form, &typed, "file", "report.csv", &report).await.must_be(303);
    // a program that was killed in the middle leaves half of its rows
    world.run(&format!("UPDATE usage_uploads SET work = 1, attempts = 1 WHERE file_id = '{}'", id(&page)));
    world.run(&format!("UPDATE usage_files SET status = 'processing' WHERE id = '{}'", id(&page)));
    job(&world).await;
    let page = apollo.get(&page.path).await;
    assert_eq!((status(&world, &id(&page)).as_str(), records(&world, &id(&page))), ("ready", 2));
    assert_eq!(page.facts("Control total"), ["3, difference 0"]);
}
