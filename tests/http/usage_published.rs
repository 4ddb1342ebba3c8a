//! Reports are read as they are published. The samples are made here anew, cell by cell as they are written and with as many rows, but with
//! names of our own.

use std::io::{Cursor, Write as _};

use rust_xlsxwriter::Workbook;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{
    comparing::{SECOND, rows, subscribe_again},
    support::{World, world::PULSE},
    usage::{create_for, id, records},
    usage_reports::{amounts, item, parameter, total},
};

/// May, in which the samples lie, is within the life of the cast's subscription.
fn may(world: &World, settings: &str) {
    world.run(&format!(
        "UPDATE products SET usage_schema = 'CR', {settings} WHERE id = '{PULSE}'; \
         UPDATE subscriptions SET activated_at = '2021-01-01Z' WHERE external_id = 'SO-4702'"
    ));
}

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";

/// A cell as the sample has it: a number behind `=`, a text where it stands, or a text that is not there.
fn cell(line: usize, column: char, text: &str) -> String {
    match text.strip_prefix('=') {
        Some(number) => format!("<c r=\"{column}{line}\" t=\"n\"><v>{number}</v></c>"),
        None if text.is_empty() => format!("<c r=\"{column}{line}\" t=\"inlineStr\"></c>"),
        None => format!("<c r=\"{column}{line}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
    }
}

/// A sheet whose rows have their cells between bars.
fn sheet(rows: &[String]) -> String {
    let mut lines = String::new();
    for (line, row) in (1..).zip(rows) {
        let cells: String = ('A'..='Z').zip(row.split('|')).map(|(column, text)| cell(line, column, text)).collect();
        lines += &format!("<row r=\"{line}\">{cells}</row>");
    }
    format!(
        "<worksheet xmlns=\"{MAIN}\"><sheetPr><outlinePr summaryBelow=\"1\" summaryRight=\"1\"/><pageSetUpPr/></sheetPr>\
         <dimension ref=\"A1:W6\"/><sheetViews><sheetView workbookViewId=\"0\"/></sheetViews>\
         <sheetFormatPr baseColWidth=\"8\" defaultRowHeight=\"15\"/><sheetData>{lines}</sheetData></worksheet>"
    )
}

/// A workbook as the library writes it that made the sample: without shared texts, and with targets from the root of the package.
fn package(records: &str, categories: &str) -> Vec<u8> {
    let relation = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Type=\"{OFFICE}/{kind}\" Target=\"{target}\" Id=\"{id}\"/>")
    };
    let relations =
        |all: &[String]| format!("<Relationships xmlns=\"{PACKAGE}/relationships\">{}</Relationships>", all.concat());
    let named = |name: &str, number: usize| {
        format!(
            "<sheet xmlns:r=\"{OFFICE}\" name=\"{name}\" sheetId=\"{number}\" state=\"visible\" r:id=\"rId{number}\"/>"
        )
    };
    let parts = [
        (
            "[Content_Types].xml",
            format!(
                "<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"
            ),
        ),
        ("_rels/.rels", relations(&[relation("rId1", "officeDocument", "xl/workbook.xml")])),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{MAIN}\"><workbookPr/><workbookProtection/><sheets>{}{}</sheets><definedNames/>\
                 <calcPr calcId=\"124519\" fullCalcOnLoad=\"1\"/></workbook>",
                named("records", 1),
                named("categories", 2)
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            relations(&[
                relation("rId1", "worksheet", "/xl/worksheets/sheet1.xml"),
                relation("rId2", "worksheet", "/xl/worksheets/sheet2.xml"),
                relation("rId3", "styles", "styles.xml"),
            ]),
        ),
        ("xl/styles.xml", format!("<styleSheet xmlns=\"{MAIN}\"/>")),
        ("xl/worksheets/sheet1.xml", records.to_owned()),
        ("xl/worksheets/sheet2.xml", categories.to_owned()),
    ];
    let mut book = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        book.start_file(name, SimpleFileOptions::default()).expect("a part");
        book.write_all(text.as_bytes()).expect("its bytes");
    }
    book.finish().expect("the package").into_inner()
}

const HEAD: &str = "record_id|record_note|item_search_criteria|item_search_value|quantity|start_time_utc|end_time_utc|\
    asset_search_criteria|asset_search_value|category_id|amount|tier|item_name|item_unit|item_mpn|item_precision|v.invoice_number|\
    v.reseller_mpn|v.customer_id|v.partner_margin|v.ri_margin|v.from_exchange_rate|v.to_exchange_rate";

/// Three vendors' rows: those of two clouds describe their items, one of them without a precision, and the third gives a name alone. Months
/// end at their last second here and at the next midnight there.
fn sample() -> Vec<u8> {
    let month = "2026-05-01 00:00:00|2026-05-31 23:59:59";
    let cloud = |key: &str, mpn: &str, amount: &str, name: &str| {
        format!(
            "{key}|cloud-210987654321-{mpn}|item.mpn|{mpn}|=1|{month}|parameter.account_id|210987654321|CLOUD.{name}|={amount}|=0|\
             {name}|Unit|{mpn}|Decimal(8)|||||||"
        )
    };
    let licence = |key: &str, mpn: &str, window: &str, amount: &str, name: &str| {
        format!(
            "{key}|#  {name} - from 2026-04-27T00:00:00Z through 2026-05-27T00:00:00Z|item.mpn|{mpn}|=1|{window}|asset.id|{SECOND}|\
             {mpn}|={amount}||{mpn} {name}|unit|{mpn}||G000000815|1234567|c0ffee00-0000-4000-8000-000000000002|=0|=0|=1|=1"
        )
    };
    let rows = [
        HEAD.to_owned(),
        cloud("7d8f0e2a-0000-4000-8000-000000000001", "CloudServers", "11.7162", "Servers"),
        cloud("f1c2a4b6-0000-4000-8000-000000000002", "CloudStore", "4.305", "Room for files"),
        licence(
            "3a2e1d9c-0000-4000-8000-000000000003",
            "LICENCE:0021:TEAMS",
            "2026-05-01 00:00:00|2026-05-27 00:00:00",
            "83.25",
            "Mail for teams",
        ),
        licence("5b8d7e4a-0000-4000-8000-000000000004", "LICENCE:0001:ONE", month, "171.35", "Mail for one"),
        "ORD00004702-2|COTERM, Education|item.mpn|65300001CA01A12|=28|2026-05-02 00:00:00|2026-06-01 00:00:00|\
         parameter.subscription_id|1ED0004702||=562.24||Pictures for teams||||||||||"
            .to_owned(),
    ];
    let kinds = [
        "category_id|category_name|category_description".to_owned(),
        "CLOUD.Servers|Servers|Usage of servers".to_owned(),
        "CLOUD.Room for files|Room for files|Usage of room for files".to_owned(),
        "LICENCE:0021:TEAMS|Mail for teams|Mail for teams".to_owned(),
        "LICENCE:0001:ONE|Mail for one|Mail for one".to_owned(),
    ];
    package(&sheet(&rows), &sheet(&kinds))
}

#[actix_web::test]
async fn the_published_sample_loads_as_it_is_and_makes_the_items_that_it_names() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    may(&world, "usage_dynamic = true");
    // the parameters are those of the first subscription alone
    subscribe_again(&world);
    parameter(&world, 1, "account_id", "210987654321");
    parameter(&world, 2, "subscription_id", "1ED0004702");
    let day = |text: &str| text.parse().expect("a day");
    let page = create_for(&apollo, "Sample", (day("2026-05-01"), day("2026-05-31")), "USD").await;
    let page = total(&world, &apollo, &page, &sample(), "832.8612").await;
    page.must_say("No errors found.").must_say("5 records, 832.8612 USD");
    assert_eq!(page.facts("Control total"), ["832.8612, difference 0"]);
    assert_eq!(
        amounts(&world, &page),
        "CloudServers 1 11.7162, CloudStore 1 4.305, LICENCE:0021:TEAMS 1 83.25, LICENCE:0001:ONE 1 171.35, 65300001CA01A12 28 562.24"
    );
    let made = "SELECT string_agg(concat_ws(' ', unit, precision), ', ' ORDER BY mpn) AS t FROM items WHERE dynamic";
    assert_eq!(world.text(made), ["unit decimal_8"; 5].join(", "));
    let of = |column: &str| {
        world.text(&format!(
            "SELECT string_agg({column}, ' ' ORDER BY number) AS t FROM usage_records WHERE file_id = '{}'",
            id(&page)
        ))
    };
    assert_eq!(of("to_char(end_at AT TIME ZONE 'UTC', 'MM-DD')"), "06-01 06-01 05-27 06-01 06-01");
    assert_eq!(of("coalesce(extra ->> 'v.invoice_number', 'none')"), "none none G000000815 G000000815 none");
    apollo.get(&format!("{}/records", page.path)).await.must_say("Room for files").must_say("ORD00004702-2");
}

/// The sixteen columns that the published kits write, in the sheet as they name it, with the category that they make up where none is given.
fn of_a_kit(item: &str) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("categories").expect("a name");
    let kinds = [
        ["category_id", "category_name", "category_description"],
        ["generic_category", "Generic Category", "Generic autogenerated category"],
    ];
    for (line, cells) in (0u32..).zip(kinds) {
        sheet.write_row(line, 0, cells).expect("a row");
    }
    let local = item.replace('-', "_");
    let cells = [
        ("record_id", "KIT-1"),
        ("item_search_criteria", "item.local_id"),
        ("item_search_value", local.as_str()),
        ("amount", "12.5"),
        ("quantity", "4.0000"),
        ("start_time_utc", "2026-05-01 9:21:39"),
        ("end_time_utc", "2026-05-31 23:59:59"),
        ("asset_search_criteria", "asset.external_id"),
        ("asset_search_value", "SO-4702"),
        ("item_name", ""),
        ("item_mpn", ""),
        ("item_unit", ""),
        ("item_precision", ""),
        ("category_id", "generic_category"),
        ("asset_recon_id", "R-1"),
        ("tier", "0"),
    ];
    let sheet = book.add_worksheet();
    sheet.set_name("usage_records").expect("a name");
    for (at, (header, text)) in (0u16..).zip(cells) {
        sheet.write_string(0, at, header).expect("a header");
        if !text.is_empty() {
            sheet.write_string(1, at, text).expect("a cell");
        }
    }
    book.save_to_buffer().expect("the workbook is written")
}

#[actix_web::test]
async fn a_workbook_of_the_published_kits_is_read() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    may(&world, "usage_dynamic = false");
    let hours = world.text("SELECT id AS t FROM items WHERE mpn = 'APOLLO-PULSE-HOURS'");
    let day = |text: &str| text.parse().expect("a day");
    let page = create_for(&apollo, "Kit", (day("2026-05-01"), day("2026-05-31")), "USD").await;
    let page = total(&world, &apollo, &page, &of_a_kit(&hours), "").await;
    page.must_say("No errors found.").must_say("1 record, 12.50 USD");
    assert_eq!(amounts(&world, &page), "APOLLO-PULSE-HOURS 4 12.5");
    // what reconciles a subscription is kept as it stands
    let kept = format!("SELECT extra ->> 'asset_recon_id' AS t FROM usage_records WHERE file_id = '{}'", id(&page));
    assert_eq!(world.text(&kept), "R-1");
    apollo.get(&format!("{}/records", page.path)).await.must_say("Generic Category");
}

/// Services of a cloud: how many rows each has in a month, and what they come to in hundredths of a cent.
const SERVICES: [(&str, u64, u64); 7] = [
    ("AWSLambda", 15, 635_936),
    ("AmazonCloudWatch", 17, 914_726),
    ("AmazonDynamoDB", 15, 1_096_498),
    ("AmazonEC2", 12, 820_882),
    ("AmazonRDS", 13, 744_428),
    ("AmazonRoute53", 14, 1_029_295),
    ("AmazonS3", 15, 912_437),
];

/// A whole month of a Cost and Usage Report: a hundred and one rows of usage, ten of taxes, six credits and three refunds, one after another
/// by their hours.
fn costs() -> String {
    let mut lines: Vec<(u64, String)> = Vec::new();
    let mut add = |code: &str, kind: &str, count: u64, sum: u64| {
        for at in 0..count {
            // what does not divide evenly is in the last row
            let cost = sum / count + if at + 1 == count { sum % count } else { 0 };
            let (hour, of) = ((at * 53 + count * 7 + sum) % 744, format!("{}.{:04}", cost / 10_000, cost % 10_000));
            lines.push((
                hour,
                format!(
                    "\"{code}\",\"{code} by name\",\"AWS\",\"210987654321\",\"210987654321\",\"2026-05-{:02} {:02}:00:00.000\",\"{of}\",\
                     \"{kind}\",\"Row {at} of {code}, $0.10 each\",\"210987654321\",\"2026\",\"5\"",
                    hour / 24 + 1,
                    hour % 24
                ),
            ));
        }
    };
    for (code, count, sum) in SERVICES {
        add(code, "Usage", count, sum);
    }
    add("AmazonEC2", "Tax", 10, 60_514);
    add("AmazonS3", "Credit", 6, 24_341);
    add("AmazonRDS", "Refund", 3, 24_189);
    lines.sort();
    let head = "\"line_item_product_code\",\"product_product_name\",\"bill_billing_entity\",\"bill_payer_account_id\",\
        \"line_item_usage_account_id\",\"line_item_usage_start_date\",\"line_item_unblended_cost\",\"line_item_line_item_type\",\
        \"line_item_line_item_description\",\"customer_id\",\"year\",\"month\"";
    std::iter::once(head.to_owned()).chain(lines.into_iter().map(|(_, line)| line)).collect::<Vec<_>>().join("\n")
}

#[actix_web::test]
async fn a_months_cost_report_becomes_a_record_for_each_service_and_ties_out() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    may(&world, "usage_dynamic = false");
    for (number, (code, _, _)) in (1..).zip(SERVICES) {
        item(&world, number, code);
    }
    parameter(&world, 1, "account_id", "210987654321");
    let day = |text: &str| text.parse().expect("a day");
    let page = create_for(&apollo, "May", (day("2026-05-01"), day("2026-05-31")), "USD").await;
    let page = total(&world, &apollo, &page, costs().as_bytes(), "626.3246").await;
    page.must_say("No errors found.").must_say("AWS Cost and Usage Report").must_say("7 records, 615.4202 USD");
    assert_eq!(page.facts("Control total"), ["626.3246, difference 0"]);
    assert_eq!(
        rows(&page, "Where the rows went"),
        [
            ["Rows grouped into records", "101", "615.4202"],
            ["Left out: Tax", "10", "6.0514"],
            ["Reversals, which are not billed", "9", "4.853"],
            ["All rows", "120", "626.3246"]
        ]
    );
    let kept = world.text(&format!(
        "SELECT string_agg(concat_ws(' ', key, trim_scale(quantity), trim_scale(amount)), ', ' ORDER BY key COLLATE \"C\") AS t \
         FROM usage_records WHERE file_id = '{}' AND start_at = '2026-05-01Z' AND end_at = '2026-06-01Z'",
        id(&page)
    ));
    let wanted = SERVICES.map(|(code, _, sum)| {
        let amount = format!("{}.{:04}", sum / 10_000, sum % 10_000);
        format!("2026-05/210987654321/{code} 1 {amount}")
    });
    assert_eq!((records(&world, &id(&page)), kept), (7, wanted.join(", ")));
}
