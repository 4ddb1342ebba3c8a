//! More of what goes wrong elsewhere with reports of usage: docs/pitfalls-usage.md lists all of it.

use std::io::{Cursor, Read as _, Write as _};

use chrono::NaiveDate;
use rust_xlsxwriter::{Formula, Workbook};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::{
    comparing::subscribe_again,
    support::{
        Answer, Client, World,
        world::{CHAMPIONS, PULSE},
    },
    usage::{HEAD, ago, create, create_for, csv, id, period, records, row, status, submit, sums, upload},
    usage_pitfalls::{at, rated, workbook, write},
};

/// A mapping whose reports have the columns Order, Subtotal, From and To; its page.
pub async fn mapped(apollo: &Client, more: &[(&str, &str)]) -> String {
    let form = apollo.get(&format!("{CHAMPIONS}/usage-mappings/new/columns")).await;
    let fields = [
        ("name", "Orders"),
        ("product", PULSE),
        ("record_id", "{Order}"),
        ("item_search_criteria", "item.mpn"),
        ("item_search_value", "APOLLO-PULSE-HOURS"),
        ("quantity", "1"),
        ("amount", "{Subtotal}"),
        ("start_time_utc", "{From}"),
        ("end_time_utc", "{To}"),
        ("asset_search_criteria", "asset.external_id"),
        ("asset_search_value", "SO-4702"),
        ("rules", "charge: *"),
    ];
    let answer = apollo.submit(&form, &[fields.as_slice(), more].concat()).await;
    answer.must_be(303).location().to_owned()
}

/// Lines of such a report, each of an order and what it came to, for all of the file's period.
pub fn orders(lines: &[(&str, &str)]) -> Vec<u8> {
    let line = |(order, amount): &(&str, &str)| format!("{order};{amount};{};{}", ago(8), ago(4));
    let head = "Order;Subtotal;From;To".to_owned();
    std::iter::once(head).chain(lines.iter().map(line)).collect::<Vec<_>>().join("\r\n").into_bytes()
}

#[actix_web::test]
async fn numbers_are_taken_as_they_are_meant_and_with_ornaments_they_are_none() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Spellings").await;
    let good = ["83.25000000000000000000", "0E-20", "+5", " 12.5\u{a0}", "\u{202f}1.50", "1E+3", "35.2E-1"];
    let rows: Vec<String> = (1..).zip(good).map(|(n, number)| row(&format!("N-{n}"), number)).collect();
    let page = upload(&world, &apollo, &page, &csv(&rows)).await;
    assert_eq!(sums(page.must_say("No errors found.")), ["1,105.77"]);
    let wrong = ["1E-7", "1E400", "(12.50)", "12.50-", "\u{2212}5", "$32", "\"3,432,342\"", "-7"];
    let rows: Vec<String> = (1..).zip(wrong).map(|(n, number)| row(&format!("N-{n}"), number)).collect();
    let page = upload(&world, &apollo, &page, &csv(&rows)).await;
    page.must_say("“1E-7” has 7 decimals.").must_say("“1E400” has more than 16 digits before the decimal point.");
    for number in ["(12.50)", "12.50-", "\u{2212}5", "$32", "3,432,342"] {
        page.must_say(&format!("“{number}” is not a number."));
    }
    page.must_say("“-7” is negative.");
    for (number, plain) in [("(12.50)", "-12.50"), ("12.50-", "-12.50"), ("\u{2212}5", "-5"), ("$32", "32")] {
        page.must_say(&format!("“{number}” is not a number. Write {plain}."));
    }
    page.must_say("“3,432,342” is not a number. Use digits and a decimal point, such as 1234.5.");
    assert_eq!(records(&world, &id(&page)), 0);
}

#[actix_web::test]
async fn a_decimal_comma_is_read_as_the_mapping_says_and_never_guessed() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = rated(&world, &apollo, "Commas").await;
    let mapping = mapped(&apollo, &[("numbers", "point_comma")]).await;
    let report = orders(&[("C-1", "1.000"), ("C-2", "2.500"), ("C-3", "1.111,11")]);
    let page = upload(&world, &apollo, &page, &report).await;
    page.must_say("3 records, 4,611.11 USD");
    // by another number format the same report is wrong, and no cell of it is read by its looks
    let form = apollo.get(&format!("{mapping}/edit")).await;
    apollo.submit(&form, &[("numbers", "point")]).await.must_be(303);
    let page = upload(&world, &apollo, &page, &report).await;
    page.must_say("“1.111,11” is not a number that is written like 1234.56, as the mapping says.");
    assert_eq!(status(&world, &id(&page)), "invalid");
}

#[actix_web::test]
async fn a_file_has_a_time_zone_of_its_own() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let form = apollo.get(&format!("{CHAMPIONS}/usage-files/new")).await;
    let (first, last) = (ago(8).to_string(), ago(5).to_string());
    let typed = [("name", "In Kolkata"), ("from", first.as_str()), ("to", last.as_str()), ("currency", "")];
    let wrong = [&typed[..], &[("zone", "Middle/Earth")]].concat();
    apollo.submit(&form, &wrong).await.must_be(422).must_say("Enter a time zone such as Europe/Berlin");
    let answer = apollo.submit(&form, &[&typed[..], &[("zone", "Asia/Kolkata")]].concat()).await;
    let page = apollo.follow(answer).await;
    assert_eq!(page.facts("Time zone"), ["Asia/Kolkata"]);
    // the period begins at midnight there, and the template has the times of there
    let begins = world.text(&format!(
        "SELECT (period_from AT TIME ZONE 'UTC')::text AS t FROM usage_files WHERE id = '{}'",
        id(&page)
    ));
    assert_eq!(begins, format!("{} 18:30:00", ago(9)));
    let template = apollo.get(&format!("{}/template.csv", page.path)).await.body_text();
    assert!(template.contains(",start_time,end_time,"), "{template}");
    // a time is that of the column that it stands in, unless it says how far it is from UTC
    let head = HEAD.replace("_utc", "");
    let line = |key: &str, from: &str, to: &str| {
        format!("{key},item.mpn,APOLLO-PULSE-HOURS,1,{from},{to},asset.external_id,SO-4702")
    };
    let rows =
        [line("Z-1", &first, &ago(7).to_string()), line("Z-2", &format!("{}T18:30:00Z", ago(9)), &ago(7).to_string())];
    let report = format!("{head}\r\n{}\r\n", rows.join("\r\n"));
    upload(&world, &apollo, &page, report.as_bytes()).await.must_say("No errors found.");
    let starts = "SELECT count(DISTINCT start_at) AS n FROM usage_records WHERE key IN ('Z-1', 'Z-2')";
    assert_eq!(world.number(starts), 1);
    let early = csv(&[line("Z-3", &format!("{} 18:00:00", ago(9)), &first)]);
    upload(&world, &apollo, &page, &early).await.must_say("is outside the file's period");
    // and wherever the period is named, it is named in days of there
    upload(&world, &apollo, &page, report.as_bytes()).await.must_say("No errors found.");
    submit(&apollo, &page).await;
    let gym = world.text("SELECT id AS t FROM subscriptions WHERE external_id = 'SO-4702'");
    let days = |from: u32| {
        let words = |day: NaiveDate| day.format("%-d %b %Y").to_string();
        format!("{} to {}", words(ago(from.into())), words(ago(5)))
    };
    let used = apollo.get(&format!("{CHAMPIONS}/subscriptions/{gym}/usage")).await;
    used.must_be(200).must_say(&days(8)).must_not_say(&days(9));
}

#[actix_web::test]
async fn the_same_report_in_another_file_is_told_to_be_reported_before() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let first = rated(&world, &apollo, "First").await;
    mapped(&apollo, &[]).await;
    let report = orders(&[("O-1", "1.5"), ("O-2", "2.5")]);
    let first = upload(&world, &apollo, &first, &report).await;
    first.must_say("2 records, 4.00 USD");
    // the IDs come from the report, so that they are the same each time
    let second = rated(&world, &apollo, "Second").await;
    let second = upload(&world, &apollo, &second, &report).await;
    second.must_say(&format!("The record ID “O-1” was already reported in {}.", id(&first)));
    assert_eq!((status(&world, &id(&second)).as_str(), records(&world, &id(&second))), ("invalid", 0));
}

/// The same workbook with one of its parts as `change` makes it.
fn changed(workbook: &[u8], part: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let mut from = ZipArchive::new(Cursor::new(workbook)).expect("a package");
    let mut to = ZipWriter::new(Cursor::new(Vec::new()));
    for place in 0..from.len() {
        let mut file = from.by_index(place).expect("a part");
        let name = file.name().expect("a name").into_owned();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("its bytes");
        if name == part {
            bytes = change(String::from_utf8(bytes).expect("text")).into_bytes();
        }
        to.start_file(name, SimpleFileOptions::default()).expect("a part");
        to.write_all(&bytes).expect("its bytes");
    }
    to.finish().expect("the package").into_inner()
}

#[actix_web::test]
async fn days_are_counted_as_their_workbook_counts_them() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Serials").await;
    let since = |first: (i32, u32, u32), day: NaiveDate| {
        let first = NaiveDate::from_ymd_opt(first.0, first.1, first.2).expect("a day");
        (day - first).num_days() as f64
    };
    let of = |begin: (i32, u32, u32), noise: f64| {
        workbook(|sheet| {
            write(sheet, 1, &row("D-1", "1"));
            sheet.write_number(1, 4, since(begin, ago(8)) - noise).expect("a number");
            sheet.write_number(1, 5, since(begin, ago(7)) - noise).expect("a number");
        })
    };
    let kept = |page: &Answer| {
        world.text(&format!(
            "SELECT to_char(start_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS ') || \
             to_char(end_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS t FROM usage_records WHERE file_id = '{}'",
            id(page)
        ))
    };
    let wanted = format!("{} 00:00:00 {} 00:00:00", ago(8), ago(7));
    // a ten-millionth of a day before midnight is midnight
    let page = upload(&world, &apollo, &page, &of((1899, 12, 30), 0.000_000_1)).await;
    assert_eq!(kept(page.must_say("No errors found.")), wanted);
    let later = changed(&of((1904, 1, 1), 0.0), "xl/workbook.xml", |text| {
        assert!(text.contains("<workbookPr "), "{text}");
        text.replace("<workbookPr ", "<workbookPr date1904=\"true\" ")
    });
    let page = upload(&world, &apollo, &page, &later).await;
    assert_eq!(kept(page.must_say("No errors found.")), wanted);
    // numbers that are no days
    let none = workbook(|sheet| {
        write(sheet, 1, &row("D-1", "1"));
        sheet.write_number(1, 4, 12.0).expect("a number");
    });
    let page = upload(&world, &apollo, &page, &none).await;
    page.must_say("“12” is not a time.");
}

#[actix_web::test]
async fn times_are_those_of_utc_and_one_that_the_clocks_leave_out_is_none() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Offsets").await;
    let good = at("Z-1", &format!("{}T02:00:00+02:00", ago(8)), &ago(7).to_string());
    let early = at("Z-2", &format!("{}T01:59:59+02:00", ago(8)), &ago(7).to_string());
    let page = upload(&world, &apollo, &page, &csv(&[good.clone(), early])).await;
    page.must_say(&format!("{} 23:59:59 is outside the file's period", ago(9)));
    assert_eq!(page.texts("tbody tr th[scope='row']"), ["Row 3"]);
    upload(&world, &apollo, &page, &csv(&[good])).await.must_say("No errors found.");

    // the month in which Berlin puts its clocks forward: its first hour is in the file's period, its last one is not
    world.run(&format!("UPDATE products SET usage_schema = 'CR' WHERE id = '{PULSE}'"));
    world.run("UPDATE subscriptions SET activated_at = '2021-01-01Z' WHERE external_id = 'SO-4702'");
    mapped(&apollo, &[("zone", "Europe/Berlin")]).await;
    let day = |text: &str| text.parse().expect("a day");
    let page = create_for(&apollo, "March", (day("2026-03-01"), day("2026-03-31")), "USD").await;
    let report = "Order;Subtotal;From;To\r\nM-1;1;2026-03-01 01:00;2026-04-01 02:00\r\n";
    let page = upload(&world, &apollo, &page, report.as_bytes()).await;
    let hours =
        "SELECT (extract(epoch FROM end_at - start_at) / 3600)::bigint AS n FROM usage_records WHERE key = 'M-1'";
    page.must_say("No errors found.");
    assert_eq!(world.number(hours), 744);
    let report =
        "Order;Subtotal;From;To\r\nM-1;1;2026-03-29 02:30;2026-03-29 04:00\r\nM-2;1;2026-03-01 00:30;2026-03-02\r\n";
    let page = upload(&world, &apollo, &page, report.as_bytes()).await;
    page.must_say("“2026-03-29 02:30” does not exist in Europe/Berlin")
        .must_say("2026-02-28 23:30:00 is outside the file's period");
}

#[actix_web::test]
async fn of_two_subscriptions_with_one_id_the_one_that_lived_then_is_meant() {
    let world = World::new().await;
    subscribe_again(&world);
    world.run("UPDATE subscriptions SET external_id = 'SHARED' WHERE external_id IN ('SO-4702', 'SO-2')");
    let apollo = world.apollo().await;
    let page = create(&apollo, "Two lives").await;
    let of = |key: &str, (from, to): (u64, u64)| {
        at(key, &ago(from).to_string(), &ago(to).to_string()).replace("SO-4702", "SHARED")
    };
    let both = "“SHARED” matches several subscriptions:";
    let page = upload(&world, &apollo, &page, &csv(&[of("T-1", (8, 7)), of("T-2", (8, 5))])).await;
    page.must_say(both).must_say("Use asset.id instead.");
    assert_eq!(records(&world, &id(&page)), 0, "no row is left out, and none is guessed");
    // once one ends where the other begins, each finds its own, and what spans both is neither's
    let switch = ago(7);
    world.run(&format!(
        "UPDATE subscriptions SET status = 'terminated', updated_at = '{switch} 00:00Z' \
         WHERE external_id = 'SHARED' AND id <> 'AS-7777-7777-7777'; \
         UPDATE subscriptions SET activated_at = '{switch} 00:00Z' WHERE id = 'AS-7777-7777-7777'"
    ));
    let page = upload(&world, &apollo, &page, &csv(&[of("T-1", (8, 5))])).await;
    page.must_say(both);
    let page = upload(&world, &apollo, &page, &csv(&[of("T-1", (8, 7)), of("T-2", (7, 5))])).await;
    page.must_say("No errors found.");
    let second = "SELECT count(*) AS n FROM usage_records WHERE key = 'T-2' AND subscription_id = 'AS-7777-7777-7777'";
    assert_eq!((world.number(second), records(&world, &id(&page))), (1, 2));
}

#[actix_web::test]
async fn usage_of_before_an_activation_is_refused() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Too early").await;
    world.run(&format!("UPDATE subscriptions SET activated_at = '{} 00:00Z' WHERE external_id = 'SO-4702'", ago(7)));
    let day = |key: &str, first: u64| at(key, &ago(first).to_string(), &ago(first - 1).to_string());
    let page = upload(&world, &apollo, &page, &csv(&[day("E-1", 8), day("E-2", 7)])).await;
    page.must_say("was activated after this record ends.");
    assert_eq!(page.texts("tbody tr th[scope='row']"), ["Row 2"]);
    upload(&world, &apollo, &page, &csv(&[day("E-2", 7)])).await.must_say("No errors found.");
}

#[actix_web::test]
async fn a_hidden_sheet_is_read_and_a_cell_with_an_error_has_no_value() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Hidden").await;
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Instructions").expect("a name");
    let sheet = book.add_worksheet();
    sheet.set_name("records").expect("a name");
    sheet.set_hidden(true);
    write(sheet, 0, HEAD);
    write(sheet, 1, &row("HIDDEN-1", "2.5"));
    let hidden = book.save_to_buffer().expect("the workbook is written");
    let page = upload(&world, &apollo, &page, &hidden).await;
    assert_eq!(sums(page.must_say("No errors found.")), ["2.50"]);
    let errors = workbook(|sheet| {
        write(sheet, 1, &row("HIDDEN-1", "1"));
        sheet.write_formula(1, 3, Formula::new("=NA()").set_result("#N/A")).expect("a formula");
    });
    let page = upload(&world, &apollo, &page, &errors).await;
    page.must_say("“#N/A” is not a value.");
    assert_eq!(records(&world, &id(&page)), 0);
}

#[actix_web::test]
async fn columns_that_differ_in_a_number_stay_two() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Taxes").await;
    let report = |columns: &str| format!("{HEAD},{columns}\r\n{},1,2", row("X-1", "1")).into_bytes();
    let page = upload(&world, &apollo, &page, &report("v.Taxes,v.Taxes 2")).await;
    page.must_say("No errors found.");
    let both =
        "SELECT concat(extra ->> 'v.Taxes', ' ', extra ->> 'v.Taxes 2') AS t FROM usage_records WHERE key = 'X-1'";
    assert_eq!(world.text(both), "1 2");
    let page = upload(&world, &apollo, &page, &report("v.Taxes,v.taxes")).await;
    page.must_say("Two columns are named v.taxes.");
}

#[actix_web::test]
async fn a_workbook_that_unpacks_to_too_much_or_was_cut_off_is_told_so() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Bombs").await;
    let good = workbook(|sheet| write(sheet, 1, &row("B-1", "1")));
    // a small file whose one text has many megabytes
    let long = changed(&good, "xl/sharedStrings.xml", |_| {
        format!("<sst><si><t>{}</t></si></sst>", "a".repeat(64 * 1024 * 1024))
    });
    assert!(long.len() < 200_000, "{}", long.len());
    let page = upload(&world, &apollo, &page, &long).await;
    page.must_say("Invalid");
    let page = upload(&world, &apollo, &page, &good[..good.len() / 2]).await;
    page.must_say("Invalid").must_say("cannot be read as XLSX");
    assert_eq!(records(&world, &id(&page)), 0);
    upload(&world, &apollo, &page, &good).await.must_say("No errors found.");
}

#[actix_web::test]
async fn one_kind_of_money_is_in_a_file() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = rated(&world, &apollo, "Money").await;
    mapped(&apollo, &[("currency_column", "Currency")]).await;
    let (from, to) = period();
    let report = format!("Order;Subtotal;From;To;Currency\r\nK-1;1;{from};{to};USD\r\nK-2;1;{from};{to};EUR\r\n");
    let page = upload(&world, &apollo, &page, report.as_bytes()).await;
    page.must_say("“EUR” is not the currency of the file, USD.");
    assert_eq!(page.texts("tbody tr th[scope='row']"), ["Row 3"]);
    assert_eq!(records(&world, &id(&page)), 0, "nothing is converted one to one");
}
