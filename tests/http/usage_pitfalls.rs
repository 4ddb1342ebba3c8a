//! What goes wrong elsewhere with reports of usage: spreadsheets that change numbers, ids that come twice, files that were cut off.

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};

use crate::{
    support::{
        Answer, Client, World,
        world::{CHAMPIONS, MICKS, PULSE},
    },
    usage::{HEAD, ago, create, create_for, csv, id, job, period, records, row, status, submit, upload},
    usage_pitfalls_more::mapped,
};

/// A row for a time of its own.
pub fn at(key: &str, from: &str, to: &str) -> String {
    format!("{key},item.mpn,APOLLO-PULSE-HOURS,1,{from},{to},asset.external_id,SO-4702")
}

/// A file whose records bear amounts.
pub async fn rated(world: &World, apollo: &Client, name: &str) -> Answer {
    world.run(&format!("UPDATE products SET usage_schema = 'CR' WHERE id = '{PULSE}'"));
    let form = apollo.get(&format!("{CHAMPIONS}/usage-files/new")).await;
    let (from, to) = period();
    let answer = apollo.submit(&form, &[("name", name), ("from", &from), ("to", &to), ("currency", "USD")]).await;
    apollo.follow(answer).await
}

/// A report of rows, each of a record ID, an amount and a quantity.
pub fn amounts(rows: &[(&str, &str, &str)]) -> Vec<u8> {
    let line = |(key, amount, quantity): &(&str, &str, &str)| {
        row(key, quantity).replace("HOURS,", &format!("HOURS,{amount},"))
    };
    let head = HEAD.replace("quantity", "amount,quantity");
    std::iter::once(head).chain(rows.iter().map(line)).collect::<Vec<_>>().join("\r\n").into_bytes()
}

/// A workbook of records in which `fill` writes its rows.
pub fn workbook(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("records").expect("a name");
    for (at, header) in (0u16..).zip(HEAD.split(',')) {
        sheet.write_string(0, at, header).expect("a header");
    }
    fill(sheet);
    book.save_to_buffer().expect("the workbook is written")
}

/// A row of a workbook, all of it text.
pub fn write(sheet: &mut Worksheet, line: u32, row: &str) {
    for (at, value) in (0u16..).zip(row.split(',')) {
        sheet.write_string(line, at, value).expect("a cell");
    }
}

#[actix_web::test]
async fn sums_are_exact_and_rounded_nowhere() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = rated(&world, &apollo, "Thirds").await;
    let three = [("A-1", "0.005", "1"), ("A-2", "0.005", "1"), ("A-3", "0.005", "1")];
    let page = upload(&world, &apollo, &page, &amounts(&three)).await;
    page.must_say("3 records, 0.015 USD").must_not_say("0.03");
    // more digits than a row may have
    let most = "9999999999999999.99999999";
    let page = upload(&world, &apollo, &page, &amounts(&[("A-1", most, "1"), ("A-2", most, "1")])).await;
    page.must_say("2 records, 19,999,999,999,999,999.99999998 USD");
    // and a number that is too large is told with its row and its column
    let page = upload(&world, &apollo, &page, &amounts(&[("A-1", "1", "12345678901234567")])).await;
    page.must_say("Invalid").must_say("“12345678901234567” has more than 16 digits before the decimal point.");
    assert_eq!(page.texts("tbody tr td code"), ["quantity"]);
    assert_eq!(page.texts("tbody tr th[scope='row']"), ["Row 2"]);
}

#[actix_web::test]
async fn a_line_of_totals_or_of_another_currency_is_no_record() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = rated(&world, &apollo, "Totals").await;
    let rows = String::from_utf8(amounts(&[("A-1", "1.5", "1"), ("A-2", "2.5", "1")])).expect("text");
    let page = upload(&world, &apollo, &page, format!("{rows}\r\n,,,4.0,,,,,").as_bytes()).await;
    page.must_say("Invalid").must_say("If it is a total, remove it.").must_not_say("Enter a value, or remove the row.");
    assert_eq!(page.texts("tbody tr th[scope='row']"), ["Row 4"]);
    assert_eq!(records(&world, &id(&page)), 0);
    let foreign =
        rows.replace("record_id,", "currency,record_id,").replace("A-1,", "EUR,A-1,").replace("A-2,", "USD,A-2,");
    upload(&world, &apollo, &page, foreign.as_bytes()).await.must_say("The column currency is unknown.");
}

#[actix_web::test]
async fn record_ids_are_compared_as_they_are_written() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Ids").await;
    let page = upload(&world, &apollo, &page, &csv(&[row("A1", "1"), row("a1", "1"), row("A1 ", "1")])).await;
    page.must_say("The record ID “A1” is also in row 2.");
    assert_eq!(page.texts("tbody tr th[scope='row']"), ["Row 4"]);
    // whatever else two rows have in common: that is told, and forbids nothing
    let page = upload(&world, &apollo, &page, &csv(&[row("A1", "2"), row("a1", "2"), row("B1", "3")])).await;
    page.must_say("No errors found.").must_say("2 records are identical except for their IDs.");
    assert_eq!(records(&world, &id(&page)), 3);
    upload(&world, &apollo, &page, &csv(&[row("A1", "2"), row("B1", "3")])).await.must_not_say("alike");
    let rated = rated(&world, &apollo, "Alike").await;
    let twice = [("R-1", "1.5", "1"), ("R-2", "1.5", "1"), ("R-3", "1.5", "2")];
    upload(&world, &apollo, &rated, &amounts(&twice))
        .await
        .must_say("2 records are identical except for their IDs (3.00 USD).");
}

#[actix_web::test]
async fn a_report_that_is_sent_twice_at_once_is_checked_once() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Twice").await;
    let form = apollo.get(&format!("{}/upload", page.path)).await;
    let report = csv(&[row("A-1", "1")]);
    let send = || apollo.upload_named(&form, &[], "file", "report.csv", &report);
    let (one, other) = tokio::join!(send(), send());
    let mut answers = [one.status, other.status];
    answers.sort_unstable();
    assert_eq!(answers, [303, 409]);
    job(&world).await;
    assert_eq!((status(&world, &id(&page)).as_str(), records(&world, &id(&page))), ("ready", 1));
}

#[actix_web::test]
async fn times_are_half_open_and_within_the_period() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Times").await;
    let (first, second, last) = (ago(8), ago(7), ago(5));
    let good = [
        at("A-1", &first.to_string(), &format!("{first} 23:59:59")),
        at("A-2", &second.to_string(), &format!("{last} 23:59:59")),
        at("A-3", &second.to_string(), &ago(4).to_string()),
    ];
    let page = upload(&world, &apollo, &page, &csv(&good)).await;
    page.must_say("No errors found.");
    let ends = format!(
        "SELECT string_agg(to_char(end_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), ' ' ORDER BY number) AS t FROM usage_records \
         WHERE file_id = '{}'",
        id(&page)
    );
    assert_eq!(world.text(&ends), format!("{second} 00:00:00 {0} 00:00:00 {0} 00:00:00", ago(4)));
    let wrong = [
        at("A-1", &first.to_string(), &first.to_string()),
        at("A-2", &second.to_string(), &first.to_string()),
        at("A-3", "05/06/2026", &last.to_string()),
        at("A-4", &ago(12).to_string(), &ago(11).to_string()),
        at("A-5", &second.to_string(), &format!("{} 00:00:01", ago(4))),
    ];
    let page = upload(&world, &apollo, &page, &csv(&wrong)).await;
    page.must_say("which is not after its start")
        .must_say("“05/06/2026” is not a time.")
        .must_say(&format!("{} 00:00:00 is outside the file's period", ago(12)))
        .must_say(&format!("{} 00:00:01 is outside the file's period", ago(4)));
    assert_eq!(page.texts("tbody tr th[scope='row']"), ["Row 2", "Row 3", "Row 4", "Row 5", "Row 6"]);
}

#[actix_web::test]
async fn what_a_spreadsheet_did_to_a_value_is_told_or_undone() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Spreadsheet").await;
    let good = workbook(|sheet| {
        // a day that is a number, noise behind fifteen digits, and a row that is hidden
        let day = Format::new().set_num_format("yyyy-mm-dd");
        for (line, key) in [(1, "S-1"), (2, "S-2"), (3, "S-3")] {
            write(sheet, line, &row(key, "1"));
            sheet.write_number(line, 3, 67.04_f64.next_up()).expect("a number");
            let from = ExcelDateTime::parse_from_str(&ago(8).to_string()).expect("a day");
            sheet.write_datetime_with_format(line, 4, &from, &day).expect("a day");
        }
        sheet.set_row_hidden(2).expect("a hidden row");
    });
    let page = upload(&world, &apollo, &page, &good).await;
    page.must_say("No errors found.").must_say("201.12").must_say("1 hidden row was read like all others.");
    assert_eq!(records(&world, &id(&page)), 3, "hiding is how it looks, not what it says");
    let wrong = workbook(|sheet| {
        for (line, key) in [(1, "S-1"), (2, "S-2"), (3, "S-3"), (4, "S-4")] {
            write(sheet, line, &row(key, "1"));
        }
        sheet.write_number(1, 7, 12_345_678_901.0).expect("an id without its zero");
        sheet.write_string(2, 7, "5.54028E+11").expect("an id that was shortened");
        sheet.write_string(3, 3, "0.30000000000000004").expect("a text");
        sheet.write_string(4, 3, "1.111,11").expect("a text");
    });
    upload(&world, &apollo, &page, &wrong)
        .await
        .must_say("No subscription of this product on this marketplace has “12345678901”.")
        .must_say("A spreadsheet program shortened this number.")
        .must_say("“0.30000000000000004” has 17 decimals.")
        .must_say("“1.111,11” is not a number.");
    // shared cells, and the zero of a program that computes no formulas
    let merged = workbook(|sheet| {
        write(sheet, 1, &row("S-1", "1"));
        write(sheet, 2, &row("S-2", "1"));
        sheet.merge_range(1, 7, 2, 7, "SO-4702", &Format::new()).expect("merged cells");
    });
    upload(&world, &apollo, &page, &merged).await.must_say("The cells H2:H3 are merged.");
    let formula = |result: &'static str| {
        workbook(|sheet| {
            write(sheet, 1, &row("S-1", "1"));
            sheet.write_formula(1, 3, Formula::new("=6*7").set_result(result)).expect("a formula");
        })
    };
    upload(&world, &apollo, &page, &formula("0")).await.must_say("This formula has no result.");
    upload(&world, &apollo, &page, &formula("42")).await.must_say("No errors found.").must_say("42");
    // nothing but the last cell that a sheet has
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("records").expect("a name");
    sheet.write_string(1_048_575, 16_383, "x").expect("a cell");
    let lonely = book.save_to_buffer().expect("the workbook is written");
    upload(&world, &apollo, &page, &lonely).await.must_say("The cell XFD1048576 is beyond them.");
}

#[actix_web::test]
async fn headers_are_known_however_they_are_spelled_and_none_comes_twice() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Headers").await;
    let report = |head: &str| format!("\u{feff}{head}\r\n{}", row("A-1", "1")).into_bytes();
    let spelled = HEAD.replace("start_time_utc", "Start Time UTC").replace("record_id", "RECORD-ID");
    upload(&world, &apollo, &page, &report(&spelled)).await.must_say("No errors found.");
    let twice = format!("{HEAD},Quantity");
    upload(&world, &apollo, &page, &report(&twice)).await.must_say("Two columns are named quantity.");
    // an unknown one says which was probably meant, of those that are not there
    let mistyped = HEAD.replace("quantity", "Qty").replace("asset_search_value", "asset serch value");
    upload(&world, &apollo, &page, &report(&mistyped))
        .await
        .must_say("The column Qty is unknown. Did you mean quantity?")
        .must_say("The column asset serch value is unknown. Did you mean asset_search_value?")
        .must_say("The column quantity is missing.");
    upload(&world, &apollo, &page, &report(&format!("{HEAD},Colour")))
        .await
        .must_say("The column Colour is unknown. Rename it");
    // a file that has more lines, or columns, than what goes back with its errors
    let wide: String = (0..600).map(|n| format!(",v.{n}")).collect();
    upload(&world, &apollo, &page, &report(&format!("{HEAD}{wide}")))
        .await
        .must_say("A file can have up to 512 columns.");
    let late = format!("{HEAD}{}{}", "\r\n".repeat(1_048_577), row("A-1", "1"));
    upload(&world, &apollo, &page, late.as_bytes()).await.must_say("A file can have up to 1,048,576 lines.");
}

#[actix_web::test]
async fn half_a_file_is_no_file() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Cut").await;
    let quoted = |row: String| row.replace("SO-4702", "\"SO-4702\"");
    let whole = csv(&[quoted(row("A-1", "1")), quoted(row("A-2", "1"))]);
    let page = upload(&world, &apollo, &page, &whole[..whole.len() - 3]).await;
    page.must_say("Invalid").must_say("Row 3: the quotation marks of cell H3 do not match");
    let plain = csv(&[row("A-1", "1"), row("A-2", "1")]);
    let page = upload(&world, &apollo, &page, &plain[..plain.len() - 30]).await;
    page.must_say("Invalid").must_say("The file may be cut off");
    assert_eq!(records(&world, &id(&page)), 0);
    upload(&world, &apollo, &page, &whole).await.must_say("No errors found.");
}

#[actix_web::test]
async fn whatever_touches_a_period_is_found_for_it() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let day = |key: &str, (first, behind): (u64, u64)| at(key, &ago(first).to_string(), &ago(behind).to_string());
    // the file is for the days from 8 to 5 days ago
    let rows = [day("SPANS", (8, 4)), day("BEFORE", (8, 7)), day("WITHIN", (7, 6)), day("BEHIND", (6, 4))];
    let page = upload(&world, &apollo, &create(&apollo, "Spans").await, &csv(&rows)).await;
    page.must_say("No errors found.");
    submit(&apollo, &page).await;
    let list = |query: &str| format!("{MICKS}/usage-records?file={}&{query}", id(&page));
    let keys = |page: &Answer| page.must_be(200).texts("[aria-label='Usage records'] tbody th a");
    // on one day, neither the first nor the last of what spans it
    let touched = michael.get(&list(&format!("used={0}&to={0}", ago(7)))).await;
    assert_eq!(keys(&touched), ["SPANS", "WITHIN"]);
    touched.must_say("Used on or after");
    assert_eq!(keys(&michael.get(&list(&format!("from={0}&to={0}", ago(7)))).await), ["WITHIN"]);
    let totals = michael.get(&touched.link("Totals")).await;
    assert_eq!(totals.texts("[aria-label='Totals by item'] td[data-label='Quantity']"), ["2.00"]);
    let all = michael.get(&list(&format!("used={}&to={}", ago(8), ago(5)))).await;
    assert_eq!(keys(&all).len(), 4);
}

#[actix_web::test]
async fn times_and_amounts_are_kept_as_they_are_reported() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    world.run(&format!("UPDATE products SET usage_late = true, usage_future = true WHERE id = '{PULSE}'"));
    let page = rated(&world, &apollo, "Unclipped").await;
    let line = at("A-1", &ago(11).to_string(), &ago(3).to_string()).replace("HOURS,", "HOURS,10.00,");
    let report = format!("{}\r\n{line}", HEAD.replace("quantity", "amount,quantity"));
    let page = upload(&world, &apollo, &page, report.as_bytes()).await;
    page.must_say("No errors found.");
    // the file is for four of its days: nobody cuts off the others and keeps their money
    let kept = "SELECT to_char(start_at AT TIME ZONE 'UTC', 'YYYY-MM-DD ') || to_char(end_at AT TIME ZONE 'UTC', 'YYYY-MM-DD ') || \
                trim_scale(amount) AS t FROM usage_records WHERE key = 'A-1'";
    assert_eq!(world.text(kept), format!("{} {} 10", ago(11), ago(3)));
    assert_eq!(page.facts("Late"), ["1 record, 10.00 USD"]);
}

#[actix_web::test]
async fn a_charge_is_split_by_days_only_where_its_mapping_says_so() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    world.run(&format!("UPDATE products SET usage_late = true WHERE id = '{PULSE}'"));
    let page = rated(&world, &apollo, "Terms").await;
    mapped(&apollo, &[("decimals", "2"), ("split", "yes")]).await;
    // the file is for the days from 8 to 5 days ago: four days before it, and four within
    let report = format!("Order,Subtotal,From,To\r\nT-1,10.00,{},{}", ago(12), ago(4));
    let page = upload(&world, &apollo, &page, report.as_bytes()).await;
    page.must_say("2 records, 10.00 USD");
    assert_eq!(page.facts("Late"), ["1 record, 5.00 USD"]);
    let kept = "SELECT string_agg(key || ' ' || trim_scale(amount) || ' ' || trim_scale(quantity), ', ' ORDER BY start_at) AS t \
                FROM usage_records WHERE key LIKE 'T-1%'";
    assert_eq!(world.text(kept), format!("T-1/{} 5 1, T-1/{} 5 1", ago(12), ago(8)));
    apollo.get(&format!("{}/records", page.path)).await.must_say("1–2 of 2");
    // what is wrong with a part stands in its row
    world.run(&format!("UPDATE products SET usage_late = false WHERE id = '{PULSE}'"));
    let page = upload(&world, &apollo, &page, report.as_bytes()).await;
    page.must_say("is outside the file's period");
    assert_eq!(page.texts("tbody tr th[scope='row']"), ["Row 2"]);
}

#[actix_web::test]
async fn what_goes_on_after_a_subscription_ended_is_told_and_what_begins_then_is_refused() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Ended").await;
    world.run(&format!(
        "UPDATE subscriptions SET status = 'terminated', updated_at = '{} 15:00Z' WHERE external_id = 'SO-4702'",
        ago(7)
    ));
    let day = |key: &str, first: u64| at(key, &ago(first).to_string(), &ago(first - 1).to_string());
    let page = upload(&world, &apollo, &page, &csv(&[day("BEFORE", 8), day("ACROSS", 7), day("AFTER", 6)])).await;
    page.must_say("Invalid").must_say("ended before this record starts.");
    assert_eq!(page.texts("tbody tr th[scope='row']"), ["Row 4"]);
    let page = upload(&world, &apollo, &page, &csv(&[day("BEFORE", 8), day("ACROSS", 7)])).await;
    page.must_say("No errors found.").must_say("1 record continues after its subscription ended, for 0.38 days.");
    assert_eq!(page.facts("Beyond the subscription"), ["1 record"]);
    apollo.get(&format!("{}/records?aside=beyond", page.path)).await.must_say("ACROSS").must_not_say("BEFORE");
}

#[actix_web::test]
async fn an_item_is_known_by_its_name_of_before_and_reported_until_it_is_given_up() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Items").await;
    // a part number that changes, after the version in which it was another
    world.run("UPDATE items SET mpn = 'PULSE-2' WHERE mpn = 'APOLLO-PULSE-HOURS'");
    let page = upload(
        &world,
        &apollo,
        &page,
        &csv(&[row("OLD", "1"), row("NEW", "1").replace("APOLLO-PULSE-HOURS", "PULSE-2")]),
    )
    .await;
    page.must_say("No errors found.");
    assert_eq!(world.number("SELECT count(DISTINCT item_id) AS n FROM usage_records WHERE key IN ('OLD', 'NEW')"), 1);
    // and an item that its subscription no longer has
    world.run(&format!(
        "BEGIN; SET LOCAL session_replication_role = replica; \
         UPDATE fulfillment_requests SET effective_at = '{} 00:00Z' WHERE status = 'approved' AND type IN ('purchase', 'change') \
             AND subscription_id = (SELECT id FROM subscriptions WHERE external_id = 'SO-4702'); \
         UPDATE request_items l SET quantity = 0, old_quantity = -1 FROM fulfillment_requests r WHERE r.id = l.request_id AND l.type = 'ppu' \
             AND r.subscription_id = (SELECT id FROM subscriptions WHERE external_id = 'SO-4702'); COMMIT",
        ago(6)
    ));
    let day = |key: &str, first: u64| {
        at(key, &ago(first).to_string(), &ago(first - 1).to_string()).replace("APOLLO-PULSE-HOURS", "PULSE-2")
    };
    let page = upload(&world, &apollo, &page, &csv(&[day("HAD", 7), day("LOST", 5)])).await;
    page.must_say("no longer had PULSE-2 when this record starts.");
    assert_eq!(page.texts("tbody tr th[scope='row']"), ["Row 3"]);
    upload(&world, &apollo, &page, &csv(&[day("HAD", 7)])).await.must_say("No errors found.");
    // one that was published stays, so its records always say what was used
    let id = world.text("SELECT id AS t FROM items WHERE mpn = 'PULSE-2'");
    apollo
        .get(&format!("{CHAMPIONS}/products/{PULSE}/items/{id}/delete"))
        .await
        .must_say("You can end its sale instead.");
}

#[actix_web::test]
async fn a_report_with_errors_is_checked_again_for_another_period() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create_for(&apollo, "Early", (ago(20), ago(15)), "").await;
    let page = upload(&world, &apollo, &page, &csv(&[row("A-1", "1")])).await;
    page.must_say("Invalid").must_say("is outside the file's period");
    // another name changes nothing about the findings
    let form = apollo.get(&format!("{}/edit", page.path)).await;
    apollo.submit(&form, &[("name", "On time")]).await.must_be(303);
    apollo.get(&page.path).await.must_say("is outside the file's period");
    let form = apollo.get(&format!("{}/edit", page.path)).await;
    let (from, to) = period();
    let answer = apollo.submit(&form, &[("from", &from), ("to", &to)]).await;
    answer.must_be(303);
    apollo.follow(answer).await.must_say("Waiting to be checked.");
    job(&world).await;
    apollo.get(&page.path).await.must_say("No errors found.").must_say("1 record");
    assert_eq!((status(&world, &id(&page)), records(&world, &id(&page))), ("ready".into(), 1));
}

#[actix_web::test]
async fn an_id_without_its_zeros_is_proposed_and_never_taken() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    world.run("UPDATE subscriptions SET external_id = '012345678901' WHERE external_id = 'SO-4702'");
    let page = create(&apollo, "Zeros").await;
    let shortened = row("A-1", "1").replace("SO-4702", "12345678901");
    let page = upload(&world, &apollo, &page, &csv(&[shortened])).await;
    page.must_say("Invalid").must_say("has “12345678901”. Did you mean “012345678901”?");
    let whole = row("A-1", "1").replace("SO-4702", "012345678901");
    upload(&world, &apollo, &page, &csv(&[whole])).await.must_say("No errors found.");
}

/// Written by LibreOffice 7.4.7 from our template: shared texts, a formula with its result, days and times as numbers, a number typed as
/// text, and a blank row.
const FROM_LIBREOFFICE: &[u8] = include_bytes!("../fixtures/libreoffice-7.4.xlsx");

#[actix_web::test]
async fn a_workbook_that_libreoffice_wrote_is_read() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    world.run("UPDATE subscriptions SET activated_at = '2021-01-01Z' WHERE external_id = 'SO-4702'");
    let day = |text: &str| text.parse().expect("a day");
    let page = create_for(&apollo, "By LibreOffice", (day("2021-05-01"), day("2021-05-31")), "").await;
    let page = upload(&world, &apollo, &page, FROM_LIBREOFFICE).await;
    page.must_say("No errors found.").must_say("4 records");
    let at = |column: &str| format!("to_char({column} AT TIME ZONE 'UTC', 'MM-DD HH24:MI:SS')");
    let rows = world.text(&format!(
        "SELECT string_agg(concat_ws(' ', key, trim_scale(quantity), {}, {}), ', ' ORDER BY number) AS t FROM usage_records WHERE file_id = '{}'",
        at("start_at"),
        at("end_at"),
        id(&page)
    ));
    assert_eq!(
        rows,
        "LO-1 12.5 05-01 00:00:00 06-01 00:00:00, LO-2 0.3 05-04 08:30:00 05-04 17:00:00, LO-3 7.25 05-11 00:00:00 05-12 00:00:00, \
         LO-4 3 05-18 00:00:00 05-19 00:00:00"
    );
}
