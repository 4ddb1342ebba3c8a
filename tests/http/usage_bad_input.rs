//! Reports of nothing, of very many errors, of money that does not exist, and of what a spreadsheet would run.

use std::io::{Cursor, Read as _};

use rust_xlsxwriter::Workbook;
use zip::ZipArchive;

use crate::{
    support::{
        World,
        world::{CHAMPIONS, PULSE},
    },
    usage::{HEAD, create, csv, id, period, records, row, upload},
};

#[actix_web::test]
async fn of_very_many_errors_the_first_are_listed_and_all_are_counted() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Errors").await;
    let rows: Vec<String> = (0..1_250).map(|at| row(&format!("E-{at}"), "much")).collect();
    let page = upload(&world, &apollo, &page, &csv(&rows)).await;
    page.must_say("Invalid").must_say("The first 200 of").must_say("Download the report with its errors for more.");
    let of = |what: &str| {
        world.number(&format!("SELECT {what} AS n FROM usage_fault_counts WHERE file_id = '{}'", id(&page)))
    };
    assert_eq!((of("sum(faults)"), of("count(*)")), (1_250, 1), "all are counted");
    let kept = format!("SELECT count(*) AS n FROM usage_faults WHERE file_id = '{}'", id(&page));
    assert_eq!((world.number(&kept), records(&world, &id(&page))), (1_000, 0));
    apollo.get(&format!("{}/errors.xlsx", page.path)).await.must_be(200);
}

/// A workbook of the sheet `records` that has these cells in its first row.
fn book(head: &[&str]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("records").expect("a name");
    for (at, header) in (0u16..).zip(head) {
        sheet.write_string(0, at, *header).expect("a header");
    }
    book.save_to_buffer().expect("the workbook is written")
}

#[actix_web::test]
async fn a_report_of_nothing_is_told_to_be_one() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Nothing").await;
    let form = apollo.get(&format!("{}/upload", page.path)).await;
    apollo.upload_named(&form, &[], "file", "report.csv", b"").await.must_be(422);
    apollo
        .upload_named(&form, &[], "file", "report.csv", b" \r\n \r\n")
        .await
        .must_be(422)
        .must_say("The file is empty");
    let head: Vec<&str> = HEAD.split(',').collect();
    for nothing in [csv::<&str>(&[]), format!("{HEAD}\r\n,,,,,,,\r\n\r\n").into_bytes(), book(&head), book(&[])] {
        let page = upload(&world, &apollo, &page, &nothing).await;
        page.must_say("Invalid").must_say("Add at least one record below the header.");
        assert_eq!(records(&world, &id(&page)), 0);
    }
    upload(&world, &apollo, &page, &csv(&[row("A-1", "1")])).await.must_say("No errors found.");
}

#[actix_web::test]
async fn money_that_does_not_exist_is_in_no_file() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    world.run(&format!("UPDATE products SET usage_schema = 'CR' WHERE id = '{PULSE}'"));
    let before = world.number("SELECT count(*) AS n FROM usage_files");
    let form = apollo.get(&format!("{CHAMPIONS}/usage-files/new")).await;
    let (from, to) = period();
    let typed = [("name", "Money"), ("from", from.as_str()), ("to", to.as_str()), ("currency", "ZZZ")];
    apollo.submit(&form, &typed).await.must_be(422).must_say("Choose a currency");
    assert_eq!(world.number("SELECT count(*) AS n FROM usage_files"), before);
}

#[actix_web::test]
async fn what_a_spreadsheet_would_run_leaves_as_text() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Formulas").await;
    let note = "=HYPERLINK(1+1)";
    let report = |quantity: &str| format!("{HEAD},record_note\r\n{},{note}\r\n", row("@A-1", quantity)).into_bytes();
    let page = upload(&world, &apollo, &page, &report("1")).await;
    page.must_say("No errors found.");
    let sheet = apollo.get(&format!("{}/records.csv", page.path)).await.body_text();
    assert!(sheet.contains(&format!(",'@A-1,'{note},")), "{sheet}");
    let book = apollo.get(&format!("{}/records.xlsx", page.path)).await;
    let page = upload(&world, &apollo, &page, &report("much")).await;
    let errors = apollo.get(&format!("{}/errors.xlsx", page.path)).await;
    for file in [&book, &errors] {
        let bytes = file.must_be(200).body.as_slice();
        let mut package = ZipArchive::new(Cursor::new(bytes)).expect("a package");
        let mut sheet = String::new();
        let mut part = package.by_name("xl/worksheets/sheet1.xml").expect("its sheet");
        part.read_to_string(&mut sheet).expect("its text");
        assert!(!sheet.contains("<f>"), "a cell is a formula: {sheet}");
    }
}
