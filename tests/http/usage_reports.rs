//! Reports as vendors send them are read as they are: in whatever text they are written, and through the mapping that knows their columns.

use std::io::{Cursor, Write as _};

use rust_xlsxwriter::Workbook;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{
    support::{Answer, Client, World, world::PULSE},
    usage::{ago, anyway, create, csv, id, job, records, row, status, upload},
    usage_pitfalls::rated,
};

#[actix_web::test]
async fn a_report_is_read_however_its_text_is_written() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Written").await;
    let head = format!("{},v.city", String::from_utf8(csv::<&str>(&[])).expect("text"));
    let report = format!("{head}\r\n{},K\u{f6}ln\r\n", row("A-1", "12.5"));
    let marked = format!("\u{feff}{report}");
    let western: Vec<u8> = report.chars().filter_map(|sign| u8::try_from(u32::from(sign)).ok()).collect();
    for bytes in [
        marked.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        marked.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        report.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        western,
        report.clone().into_bytes(),
    ] {
        let page = upload(&world, &apollo, &page, &bytes).await;
        page.must_say("No errors found.").must_say("12.5");
        let extra = format!("SELECT extra ->> 'v.city' AS t FROM usage_records WHERE file_id = '{}'", id(&page));
        assert_eq!(world.text(&extra), "K\u{f6}ln");
        // a guess is told as one
        let one_byte_each = bytes.len() < report.len();
        assert_eq!(page.says("Read as Windows-1252"), one_byte_each);
        // and it leaves as it came
        assert_eq!(apollo.get(&format!("{}/original", page.path)).await.must_be(200).body, bytes);
    }
    // half a sign, and a text in which UTF-8 was damaged
    let mut cut: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
    cut.pop();
    let form = apollo.get(&format!("{}/upload", page.path)).await;
    let answer = apollo.upload_named(&form, &[], "file", "report.csv", &cut).await;
    answer.must_be(422).must_say("This text in UTF-16 ends in the middle of a character.");
    let damaged = [report.as_bytes(), b"A-2,K\xf6ln\r\n"].concat();
    upload(&world, &apollo, &page, &damaged).await.must_say("Line 3 is not in UTF-8.");
    assert_eq!(records(&world, &id(&page)), 0);
}

/// Another item whose usage is reported, under this part number.
pub fn item(world: &World, number: usize, mpn: &str) {
    world.run(&format!(
        "INSERT INTO items (id, product_id, status, type, name, mpn, description, precision, unit, period, commitment, position, \
         created_at, updated_at) SELECT '{PULSE}-09{number:02}', product_id, status, type, 'Item {number}', '{mpn}', description, \
         precision, unit, period, commitment, 90000 + {number}, now(), now() FROM items WHERE mpn = 'APOLLO-PULSE-HOURS'"
    ));
}

/// Another parameter of the product, in which the cast's subscription has this value.
pub fn parameter(world: &World, number: usize, name: &str, value: &str) {
    let id = format!("{}-09{number:02}", PULSE.replace("PRD", "PRM"));
    world.run(&format!(
        "INSERT INTO parameters (id, product_id, phase, scope, type, name, title, position, created_at, updated_at) \
         VALUES ('{id}', '{PULSE}', 'fulfillment', 'asset', 'text', '{name}', '{name}', 900 + {number}, now(), now()); \
         UPDATE subscriptions SET parameter_values = parameter_values || \
         jsonb_build_object('{id}', jsonb_build_object('value', '{value}')) WHERE external_id = 'SO-4702'"
    ));
}

/// Uploads a report with the control total of its vendor; the page of its file.
pub async fn total(world: &World, apollo: &Client, page: &Answer, report: &[u8], total: &str) -> Answer {
    let form = apollo.get(&format!("{}/upload", page.path)).await;
    let answer = apollo.upload_named(&form, &[("control_total", total)], "file", "report", report).await;
    anyway(apollo, answer).await.must_be(303);
    job(world).await;
    apollo.get(&page.path).await
}

/// The records of a file: what each names, and its amount.
pub fn amounts(world: &World, page: &Answer) -> String {
    world.text(&format!(
        "SELECT string_agg(concat_ws(' ', i.mpn, trim_scale(r.quantity), trim_scale(r.amount)), ', ' ORDER BY r.number) AS t \
         FROM usage_records r JOIN items i ON i.id = r.item_id WHERE r.file_id = '{}'",
        id(page)
    ))
}

/// Thirty-four lines as a Cost and Usage Report has them: seven services, taxes, credits and a refund.
const AWS: &[u8] = include_bytes!("../fixtures/aws-cur.csv");
/// Four charges as a reconciliation file of Microsoft's new commerce has them.
const NCE: &[u8] = include_bytes!("../fixtures/microsoft-nce.csv");

#[actix_web::test]
async fn a_cost_and_usage_report_ties_out_with_what_rules_left_out() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let services = ["EC2", "S3", "RDS", "DynamoDB", "CloudWatch", "Route53"].map(|name| format!("Amazon{name}"));
    for (number, mpn) in (1..).zip(services.iter().map(String::as_str).chain(["AWSLambda"])) {
        item(&world, number, mpn);
    }
    parameter(&world, 1, "account_id", "210987654321");
    let page = rated(&world, &apollo, "Costs of a cloud").await;
    let page = total(&world, &apollo, &page, AWS, "626.3246").await;
    page.must_say("No errors found.")
        .must_say("AWS Cost and Usage Report")
        .must_say("7 records, 615.4202 USD")
        .must_say("Left out: Tax")
        .must_say("6.0514")
        .must_say("Reversals, which are not billed")
        .must_say("4.853");
    assert_eq!(page.facts("Control total"), ["626.3246, difference 0"]);
    let sum = format!("SELECT trim_scale(sum(amount))::text AS t FROM usage_records WHERE file_id = '{}'", id(&page));
    assert_eq!((records(&world, &id(&page)), world.text(&sum).as_str()), (7, "615.4202"));
    let page = total(&world, &apollo, &page, AWS, "620.2732").await;
    page.must_say("Invalid").must_say("The report adds up to 626.3246, and you entered 620.2732.");
}

#[actix_web::test]
async fn an_invoice_of_licences_keeps_when_they_run() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    item(&world, 1, "CFQ7TEST:0001:CFQ7PART");
    let subscription = "5f0c2a7e-1111-4a2b-9c3d-000000004702";
    world.run(&format!("UPDATE subscriptions SET external_id = '{subscription}' WHERE external_id = 'SO-4702'"));
    let page = rated(&world, &apollo, "Licences").await;
    let page = total(&world, &apollo, &page, NCE, "117.5").await;
    page.must_say("No errors found.").must_say("Microsoft NCE reconciliation").must_say("3 records, 105.50 USD");
    let mpn = "CFQ7TEST:0001:CFQ7PART";
    assert_eq!(amounts(&world, &page), format!("{mpn} 9 83.25, {mpn} 2.5 10.25, {mpn} 1 12"));
    let kept = "SELECT string_agg(DISTINCT concat_ws(' ', extra ->> 'v.charge_start', extra ->> 'v.customer'), '') AS t \
        FROM usage_records WHERE file_id = ";
    assert_eq!(world.text(&format!("{kept}'{}'", id(&page))), "2026-04-27T00:00:00.000Z Adrian's Restaurant, Ltd");
}

/// A workbook of invoice lines: each with its number, its kind and its price, some with the noise of a program that adds.
fn invoice(lines: &[(f64, &str, f64)]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("Line Items").expect("a name");
    let head = [
        "Order Number",
        "Line Item",
        "SKU",
        "Product Description",
        "Quantity",
        "Ext Price",
        "Tax",
        "Currency",
        "Charge Type",
        "Subscription ID",
        "Charge Start Date",
        "Charge End Date",
        "Market Segment",
        "Billing Cycle",
    ];
    for (at, header) in (0u16..).zip(head) {
        sheet.write_string(0, at, header).expect("a header");
    }
    for (line, (number, kind, price)) in (1u32..).zip(lines) {
        let texts = [
            (0, "P000815"),
            (2, "65300001CA01A12"),
            (3, "Pictures\nfor teams"),
            (7, "USD"),
            (8, *kind),
            (9, "1ED0004702"),
            (10, "2026-05-01"),
            (11, "2027-04-30"),
            (12, "COM"),
            (13, "Annual"),
        ];
        for (at, text) in texts {
            sheet.write_string(line, at, text).expect("a cell");
        }
        for (at, value) in [(1, *number), (4, 2.0), (5, *price), (6, 73.43_f64.next_up())] {
            sheet.write_number(line, at, value).expect("a cell");
        }
    }
    let summary = book.add_worksheet();
    summary.set_name("Summary").expect("a name");
    summary.write_string(0, 0, "Invoice Number").expect("a cell");
    book.save_to_buffer().expect("the workbook is written")
}

#[actix_web::test]
async fn an_invoice_that_is_a_workbook_is_read_without_the_noise_of_its_numbers() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    item(&world, 1, "65300001CA01A12");
    parameter(&world, 1, "subscription_id", "1ED0004702");
    let lines = [
        (10.0, "NEW", 67.04_f64.next_up()),
        (20.0, "RENEWAL", 938.56_f64.next_down()),
        (30.0, "COTERM", 0.4),
        (40.0, "CANCELLATION", 67.04),
    ];
    let page = rated(&world, &apollo, "Invoice").await;
    let page = total(&world, &apollo, &page, &invoice(&lines), "1073.04").await;
    page.must_say("No errors found.").must_say("Adobe invoice").must_say("3 records, 1,006.00 USD");
    let mpn = "65300001CA01A12";
    assert_eq!(amounts(&world, &page), format!("{mpn} 2 67.04, {mpn} 2 938.56, {mpn} 2 0.4"));
    let note = format!("SELECT min(note) AS t FROM usage_records WHERE file_id = '{}'", id(&page));
    assert_eq!(world.text(&note), "Pictures for teams");
    // a kind that no rule names is asked about, and nothing of the invoice counts
    let page = total(&world, &apollo, &page, &invoice(&[(10.0, "UPGRADE", 1.0)]), "").await;
    page.must_say("Invalid").must_say("No rule of the mapping fits “UPGRADE” in the column Charge Type.");
}

const KINDS: [&str; 3] = ["category_id", "category_name", "category_description"];
const HALL: [&str; 3] = ["SCREENS.Hall", "The hall", "Screens in the hall"];

/// A workbook as the published format has it, with all of its columns, and its sheets in another order.
fn published(sheet: &str, kinds: &[[&str; 3]]) -> Vec<u8> {
    let mut book = Workbook::new();
    let categories = book.add_worksheet();
    categories.set_name("categories").expect("a name");
    for (line, row) in (0u32..).zip(kinds) {
        for (at, text) in (0u16..).zip(*row) {
            categories.write_string(line, at, text).expect("a cell");
        }
    }
    let page = book.add_worksheet();
    page.set_name(sheet).expect("a name");
    let cells = [
        ("record_id", "7d8f0e2a-0000-4000-8000-000000004702"),
        ("record_note", "screens-4702-0001"),
        ("item_search_criteria", "item.mpn"),
        ("item_search_value", "APOLLO-PULSE-HOURS"),
        ("quantity", "4.0000"),
        ("start_time_utc", ""),
        ("end_time_utc", ""),
        ("asset_search_criteria", "asset.external_id"),
        ("asset_search_value", "SO-4702"),
        ("category_id", "SCREENS.Hall"),
        ("amount", "11.7162"),
        ("tier", "0"),
        ("item_name", "Screen hours"),
        ("item_unit", "Unit"),
        ("item_mpn", "APOLLO-PULSE-HOURS"),
        ("item_precision", "Decimal(8)"),
        ("v.invoice_number", "INV-1"),
    ];
    for (at, (header, text)) in (0u16..).zip(cells) {
        page.write_string(0, at, header).expect("a header");
        let text = match header {
            // hours without a zero before them
            "start_time_utc" => format!("{} 0:00:00", ago(8)),
            "end_time_utc" => format!("{} 23:59:59", ago(5)),
            _ => text.to_owned(),
        };
        page.write_string(1, at, text).expect("a cell");
    }
    book.save_to_buffer().expect("the workbook is written")
}

#[actix_web::test]
async fn a_workbook_of_the_published_format_is_read_by_the_name_of_its_sheet() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = rated(&world, &apollo, "Published").await;
    for sheet in ["records", "usage_records"] {
        let page = total(&world, &apollo, &page, &published(sheet, &[KINDS, HALL]), "11.7162").await;
        page.must_say("No errors found.").must_say("1 record, 11.7162 USD");
        apollo.get(&format!("{}/records", page.path)).await.must_say("The hall");
        let category = format!("SELECT category AS t FROM usage_records WHERE file_id = '{}'", id(&page));
        assert_eq!(world.text(&category), "SCREENS.Hall");
    }
    let page = total(&world, &apollo, &page, &published("Data", &[KINDS, HALL]), "").await;
    page.must_say("Invalid").must_say("The workbook has no sheet named records");
}

#[actix_web::test]
async fn the_sheet_of_categories_says_which_may_be_named() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = rated(&world, &apollo, "Categories of screens").await;
    let door = ["SCREENS.Door", "The door", ""];
    for (kinds, words) in [
        (&[KINDS, door][..], "The sheet categories has no category “SCREENS.Hall”."),
        (&[KINDS, HALL, HALL], "Row 3 of the sheet categories: the category “SCREENS.Hall” is there twice"),
        (&[KINDS, ["", "The hall", ""]], "Row 2 of the sheet categories: enter a category_id, or remove the row"),
        (&[["category_id", "", ""], HALL], "The sheet categories has no column category_name."),
    ] {
        let page = total(&world, &apollo, &page, &published("records", kinds), "").await;
        page.must_say("Invalid").must_say(words);
        assert_eq!(world.number("SELECT count(*) AS n FROM usage_records WHERE category <> ''"), 0);
    }
    // the workbook with its errors has its categories still, and a sheet that says nothing forbids nothing
    total(&world, &apollo, &page, &published("records", &[KINDS, door]), "").await;
    let errors = apollo.get(&format!("{}/errors.xlsx", page.path)).await;
    total(&world, &apollo, &page, &errors.must_be(200).body, "").await.must_say("has no category “SCREENS.Hall”.");
    total(&world, &apollo, &page, &published("records", &[KINDS]), "").await.must_say("No errors found.");
    assert_eq!(world.number("SELECT count(*) AS n FROM usage_categories"), 0);
    // nor does a sheet of the vendor's own that has the same name
    let own = [["Category", "Colour", ""], ["Hall", "red", ""]];
    total(&world, &apollo, &page, &published("records", &own), "").await.must_say("No errors found.");
}

#[actix_web::test]
async fn semicolons_line_breaks_and_many_columns_are_read_as_they_stand() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Wide").await;
    let head = String::from_utf8(csv::<&str>(&[])).expect("text").replace(',', ";");
    let names: String = (0..292).map(|at| format!(";v.column {at}")).collect();
    let values = ";\"two\r\nlines; and more\"".to_owned() + &";x".repeat(291);
    let line = |key: &str, quantity: &str| row(key, quantity).replace(',', ";") + &values;
    // a point is a point, and three digits behind it are decimals
    let report = format!("{head}{names}\r\n{}\r\n{}\r\n", line("S-1", "1.000"), line("S-2", "2.5"));
    let page = upload(&world, &apollo, &page, report.as_bytes()).await;
    page.must_say("No errors found.").must_say("3.5");
    let kept = "SELECT concat(extra ->> 'v.column 0', ' ', extra ->> 'v.column 291') AS t FROM usage_records WHERE key = 'S-2'";
    assert_eq!(world.text(kept), "two lines; and more x");
    let page = upload(&world, &apollo, &page, report.replace(";1.000;", ";1,000;").as_bytes()).await;
    page.must_say("“1,000” is not a number. Use digits and a decimal point");
    assert_eq!(page.texts("tbody tr th[scope='row']"), ["Row 2"]);
}

#[actix_web::test]
async fn a_workbook_that_reaches_for_others_is_refused() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Linked").await;
    let mut book = ZipWriter::new_append(Cursor::new(published("records", &[KINDS, HALL]))).expect("a package");
    book.start_file("xl/externalLinks/externalLink1.xml", SimpleFileOptions::default()).expect("a part");
    book.write_all(b"<externalLink/>").expect("its bytes");
    let linked = book.finish().expect("the package").into_inner();
    let page = upload(&world, &apollo, &page, &linked).await;
    page.must_say("Invalid").must_say("must not have macros or links to other files");
    assert_eq!(records(&world, &id(&page)), 0);
}

#[actix_web::test]
async fn a_report_is_not_replaced_while_it_is_checked() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Replaced").await;
    let form = apollo.get(&format!("{}/upload", page.path)).await;
    let send = async |key: &str| apollo.upload_named(&form, &[], "file", "report.csv", &csv(&[row(key, "1")])).await;
    send("R-1").await.must_be(303);
    let file = id(&page);
    // as it is while a program checks it
    world.run(&format!(
        "UPDATE usage_files SET status = 'processing' WHERE id = '{file}'; \
         UPDATE usage_uploads SET leased_by = gen_random_uuid(), leased_until = now() + interval '1 hour', attempts = 1 \
         WHERE file_id = '{file}'"
    ));
    send("R-2").await.must_be(409);
    world.run("UPDATE usage_uploads SET leased_until = now() - interval '1 second'");
    job(&world).await;
    assert_eq!(status(&world, &file), "ready");
    let keys = format!("SELECT string_agg(key, ' ') AS t FROM usage_records WHERE file_id = '{file}'");
    assert_eq!(world.text(&keys), "R-1");
    // once it is checked another takes its place
    let page = upload(&world, &apollo, &page, &csv(&[row("R-3", "1")])).await;
    page.must_say("No errors found.");
    assert_eq!(world.text(&keys), "R-3");
}
