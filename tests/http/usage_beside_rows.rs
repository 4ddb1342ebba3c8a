//! What a report has beside the rows that people see: rows that are hidden, cells where nobody looks, columns of the vendor's own.

use rust_xlsxwriter::{Workbook, Worksheet};

use crate::{
    support::{
        Answer, Client, World,
        world::{CHAMPIONS, MICKS, PULSE},
    },
    usage::{HEAD, ago, create, csv, id, records, row, submit, upload},
    usage_pitfalls::{rated, workbook, write},
    usage_pitfalls_more::mapped,
};

/// A workbook with amounts, a record for each, of which those from a line on are hidden; `more` is written beside them.
fn amounts(amounts: &[&str], hidden_from: u32, more: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("records").expect("a name");
    write(sheet, 0, &HEAD.replace("quantity", "amount,quantity"));
    for (line, amount) in (1u32..).zip(amounts) {
        write(sheet, line, &row(&format!("B-{line}"), "1").replace("HOURS,", &format!("HOURS,{amount},")));
        if line >= hidden_from {
            sheet.set_row_hidden(line).expect("a hidden row");
        }
    }
    more(sheet);
    book.save_to_buffer().expect("the workbook is written")
}

/// The last cell that a sheet has.
fn mark_the_last_cell(sheet: &mut Worksheet) {
    sheet.write_string(1_048_575, 16_383, "x").expect("a cell");
}

#[actix_web::test]
async fn hidden_rows_are_read_and_told_with_the_money_that_they_carry() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let page = rated(&world, &apollo, "Filtered").await;
    // a filter shows 20 of 34 rows
    let shown = vec!["1"; 20];
    let hidden = [vec!["6.90"; 13], vec!["6.70"]].concat();
    let report = amounts(&[shown, hidden].concat(), 21, |_| {});
    let told = "14 hidden rows were read like all others (96.40 USD).";
    let form = apollo.get(&format!("{}/dry-run", page.path)).await;
    apollo.upload_named(&form, &[], "file", "report.xlsx", &report).await.must_say(told);
    let page = upload(&world, &apollo, &page, &report).await;
    page.must_say("No errors found.").must_say("34 records, 116.40 USD").must_say(told);
    // it is told of the report that the file has, and of no other
    let page = upload(&world, &apollo, &page, &amounts(&["5"], 99, |_| {})).await;
    page.must_say("No errors found.").must_not_say("hidden row");
    // how the workbook of its vendor looks is nobody else's affair
    let page = upload(&world, &apollo, &page, &report).await;
    submit(&apollo, page.must_say(told)).await;
    michael.get(&format!("{MICKS}/usage-files/{}", id(&page))).await.must_be(200).must_not_say("hidden row");
}

#[actix_web::test]
async fn hidden_rows_of_a_report_of_the_vendors_own_are_told_with_what_they_come_to() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = rated(&world, &apollo, "Own").await;
    mapped(&apollo, &[("numbers", "point_comma")]).await;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let (from, to) = (ago(8), ago(4));
    write(sheet, 0, "Order,Subtotal,From,To");
    for (line, order, amount) in [(1, "O-1", "1.000"), (2, "O-2", "2.500"), (3, "O-3", "1.111,11")] {
        for (at, text) in (0u16..).zip([order, amount, &from.to_string(), &to.to_string()]) {
            sheet.write_string(line, at, text).expect("a cell");
        }
    }
    sheet.set_row_hidden(2).expect("a hidden row");
    sheet.set_row_hidden(3).expect("a hidden row");
    let report = book.save_to_buffer().expect("the workbook is written");
    let page = upload(&world, &apollo, &page, &report).await;
    page.must_say("3 records, 4,611.11 USD").must_say("2 hidden rows were read like all others (3,611.11 USD).");
}

#[actix_web::test]
async fn a_lone_cell_at_the_end_of_a_sheet_hides_no_record_and_is_none() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Far away").await;
    // whatever has content is read, and what is not is told with its place
    let report = workbook(|sheet| {
        write(sheet, 1, &row("F-1", "1"));
        write(sheet, 2, &row("F-2", "2"));
        mark_the_last_cell(sheet);
    });
    let beyond = "The cell XFD1048576 is beyond the 512 columns that are read, and was left out.";
    let form = apollo.get(&format!("{}/dry-run", page.path)).await;
    apollo.upload_named(&form, &[], "file", "report.xlsx", &report).await.must_say("No errors found.").must_say(beyond);
    let page = upload(&world, &apollo, &page, &report).await;
    page.must_say("No errors found.").must_say(beyond);
    assert_eq!(records(&world, &id(&page)), 2);
    // alone it is no record, and the message names it
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("records").expect("a name");
    mark_the_last_cell(sheet);
    let lonely = book.save_to_buffer().expect("the workbook is written");
    let page = upload(&world, &apollo, &page, &lonely).await;
    page.must_say("There is no record in the 512 columns that are read. The cell XFD1048576 is beyond them.");
    page.must_not_say("Add at least one record below the header.");
    let page = upload(&world, &apollo, &page, &csv(&[row("F-1", "1")])).await;
    page.must_say("No errors found.").must_not_say("XFD1048576");
}

#[actix_web::test]
async fn columns_of_the_vendors_own_stand_beside_their_records_for_both_sides() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let page = create(&apollo, "Gyms").await;
    let report = format!("{HEAD},v.invoice,p.code\r\n{},INV-7,<b>\r\n{},,\r\n", row("A-1", "1"), row("A-2", "2"));
    let page = upload(&world, &apollo, &page, report.as_bytes()).await;
    submit(&apollo, page.must_say("No errors found.")).await;
    for (client, base) in [(&apollo, CHAMPIONS), (&michael, MICKS)] {
        let shown = client.get(&format!("{base}/usage-files/{}/records", id(&page))).await;
        shown.must_say("Own columns").must_say("v.invoice").must_say("INV-7").must_say("p.code").must_say("<b>");
        // only beside the record that has some
        assert_eq!(shown.texts("td details summary"), ["Show own columns of A-1"]);
    }
    // and where no record has any there is no column of them
    let form = michael.get(&format!("{MICKS}/usage-files/{}/reject", id(&page))).await;
    michael.submit(&form, &[("note", "Once more.")]).await.must_be(303);
    let page = upload(&world, &apollo, &page, &csv(&[row("A-1", "1")])).await;
    apollo.get(&format!("{}/records", page.path)).await.must_say("A-1").must_not_say("Own columns");
}

/// The page on which a mapping is made from a sample.
async fn sampled(apollo: &Client, sample: &str) -> Answer {
    let form = apollo.get(&format!("{CHAMPIONS}/usage-mappings/new")).await;
    let answer = apollo.upload_named(&form, &[], "file", "sample.csv", sample.as_bytes()).await;
    answer.must_be(303);
    apollo.follow(answer).await
}

#[actix_web::test]
async fn a_number_format_is_proposed_where_no_other_can_be_meant_and_asked_elsewhere() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let head = "Reference ID;Customer;SKU;Qty;Cost";
    let line = |n: u32, cost: &str| format!("R-{n};SO-4702;APOLLO-PULSE-HOURS;1;{cost}");
    let sample = |costs: &[&str]| {
        let lines = (1..).zip(costs).map(|(n, cost)| line(n, cost));
        std::iter::once(head.to_owned()).chain(lines).collect::<Vec<_>>().join("\r\n")
    };
    let named = |name| {
        [
            ("name", name),
            ("product", PULSE),
            ("start_time_utc", "{file.start}"),
            ("end_time_utc", "{file.end}"),
            ("rules", "charge: *"),
        ]
    };
    let formats = "SELECT string_agg(definition ->> 'numbers', ' ' ORDER BY name) AS t FROM usage_mappings WHERE name LIKE 'Sample %'";
    // one cell tells how the others are meant
    let form = sampled(&apollo, &sample(&["1.000", "2.500", "1.111,11"])).await;
    form.must_say("Proposed from your sample: 1.000 is 1000, 1.111,11 is 1111.11 and 2.500 is 2500.");
    apollo.submit(&form, &named("Sample 1")).await.must_be(303);
    // it could be one or a thousand, so that nothing is chosen for anybody
    let form = sampled(&apollo, &sample(&["1.000", "2.500"])).await;
    form.must_say("Your sample can be read in several ways: 1.000 is 1 or 1000").must_say("2.500 is 2.5 or 2500");
    let again = apollo.submit(&form, &named("Sample 2")).await;
    again.must_be(422).must_say("Choose a number format").must_say("1.000 is 1 or 1000");
    let chosen = [named("Sample 2").as_slice(), &[("numbers", "comma_point")]].concat();
    apollo.submit(&form, &chosen).await.must_be(303);
    // nor do whole numbers say how decimals are written
    sampled(&apollo, &sample(&["5", "12"])).await.must_say("does not show how decimals are written");
    // decimals do
    let form = sampled(&apollo, &sample(&["12.50", "3"])).await;
    form.must_say("Proposed from your sample: 12.50 is 12.5");
    apollo.submit(&form, &named("Sample 3")).await.must_be(303);
    assert_eq!(world.text(formats), "point_comma comma_point point");
}
