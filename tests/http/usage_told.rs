//! What the page of a usage file tells of its report, which may be right and should be looked at.

use rust_xlsxwriter::{Format, Workbook};

use crate::{
    support::{Answer, World, world::MICKS},
    usage::{ago, create, csv, id, job, records, row, status, submit, upload},
    usage_pitfalls::{rated, workbook, write},
    usage_pitfalls_more::{mapped, orders},
};

const SAME: &str = "has the very same report.";

#[actix_web::test]
async fn a_report_that_another_file_has_is_told_with_where_it_is() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let first = create(&apollo, "First").await;
    let report = csv(&[row("S-1", "x")]);
    let first = upload(&world, &apollo, &first, &report).await;
    first.must_not_say(SAME);
    let second = create(&apollo, "Second").await;
    let second = upload(&world, &apollo, &second, &report).await;
    assert_eq!(second.must_say(SAME).link(&id(&first)), first.path);
    // one byte less, and it is another report
    let page = upload(&world, &apollo, &second, &csv(&[row("S-1", "")])).await;
    page.must_not_say(SAME);
}

#[actix_web::test]
async fn whoever_reviews_a_report_is_told_of_another_file_once_it_was_submitted() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let first = rated(&world, &apollo, "First").await;
    let mapping = mapped(&apollo, &[]).await;
    let report = orders(&[("O-1", "1.5"), ("O-2", "2.5")]);
    let first = upload(&world, &apollo, &first, &report).await;
    // with other IDs nothing collides
    let form = apollo.get(&format!("{mapping}/edit")).await;
    apollo.submit(&form, &[("record_id", "{Order}-b")]).await.must_be(303);
    let second = rated(&world, &apollo, "Second").await;
    let second = upload(&world, &apollo, &second, &report).await;
    assert_eq!((status(&world, &id(&second)).as_str(), records(&world, &id(&second))), ("ready", 2));
    assert_eq!(second.must_say(SAME).link(&id(&first)), first.path);
    submit(&apollo, &second).await;
    let seen = |page: &str| format!("{MICKS}/usage-files/{page}");
    michael.get(&seen(&id(&second))).await.must_be(200).must_not_say(SAME);
    submit(&apollo, &first).await;
    let page = michael.get(&seen(&id(&second))).await;
    assert_eq!(page.must_say(SAME).link(&id(&first)), seen(&id(&first)));
}

#[actix_web::test]
async fn numbers_that_were_rounded_are_counted() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Noise").await;
    let report = workbook(|sheet| {
        for (line, number) in [(1, 67.04_f64.next_up()), (2, 938.56_f64.next_down()), (3, 7.5)] {
            write(sheet, line, &row(&format!("R-{line}"), "1"));
            sheet.write_number(line, 3, number).expect("a number");
        }
    });
    let page = upload(&world, &apollo, &page, &report).await;
    page.must_say("No errors found.").must_say("2 numbers were rounded to 15 digits").must_not_say("formatted as");
    // what was told of a report goes with it
    let page = upload(&world, &apollo, &page, &csv(&[row("R-1", "67.04")])).await;
    page.must_say("No errors found.").must_not_say("rounded to 15 digits");

    // and the same where a mapping reads it
    let page = rated(&world, &apollo, "Mapped noise").await;
    mapped(&apollo, &[]).await;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    write(sheet, 0, "Order,Subtotal,From,To");
    write(sheet, 1, &format!("M-1,1,{},{}", ago(8), ago(4)));
    sheet.write_number(1, 1, 67.04_f64.next_up()).expect("a number");
    let report = book.save_to_buffer().expect("the workbook is written");
    let page = upload(&world, &apollo, &page, &report).await;
    page.must_say("1 record, 67.04 USD").must_say("1 number was rounded to 15 digits");
}

#[actix_web::test]
async fn a_quantity_that_is_formatted_as_a_date_is_the_number_that_its_cell_holds() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Dated").await;
    let report = workbook(|sheet| {
        let day = Format::new().set_num_format("yyyy-mm-dd");
        for (line, number) in [(1, 46_143.0), (2, 0.25), (3, 1.5)] {
            write(sheet, line, &row(&format!("D-{line}"), "1"));
            sheet.write_number_with_format(line, 3, number, &day).expect("a number");
        }
    });
    let page = upload(&world, &apollo, &page, &report).await;
    page.must_say("No errors found.").must_say("3 numbers are formatted as dates.");
    let sum = format!("SELECT trim_scale(sum(quantity))::text AS t FROM usage_records WHERE file_id = '{}'", id(&page));
    assert_eq!(world.text(&sum), "46144.75");
    // what is wrong with such a number is told of the number
    let report = workbook(|sheet| {
        let day = Format::new().set_num_format("yyyy-mm-dd");
        write(sheet, 1, &row("D-1", "1"));
        sheet.write_number_with_format(1, 3, -5.0, &day).expect("a number");
    });
    upload(&world, &apollo, &page, &report).await.must_say("“-5” is negative.");
}

#[actix_web::test]
async fn rows_without_a_subscription_are_summed_up_by_their_values() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Unknown customers").await;
    let of = |key: &str, quantity: &str, value: &str| row(key, quantity).replace("SO-4702", value);
    let report = csv(&[
        of("U-1", "1.5", "SO-GONE"),
        of("U-2", "20", "SO-LOST"),
        of("U-3", "2.25", "SO-GONE"),
        of("U-4", "7", "SO-4702"),
    ]);
    let page = upload(&world, &apollo, &page, &report).await;
    let cells = |page: &Answer| {
        let column = |label: &str| page.texts(&format!("[aria-label='Rows without a subscription'] {label}"));
        (column("th[scope='row']"), column("td[data-label='Rows']"), column("td[data-label='Quantity']"))
    };
    let texts = |all: [&str; 2]| all.map(str::to_owned).to_vec();
    let summed = (texts(["SO-LOST", "SO-GONE"]), texts(["1", "2"]), texts(["20", "3.75"]));
    assert_eq!(cells(page.must_say("These values match no subscription, or several.")), summed);
    assert_eq!(records(&world, &id(&page)), 0, "no row is left out");
    page.must_not_say("Shows the");
    // of another sort of error there are none
    let other = apollo.get(&format!("{}?code=USG_016", page.path)).await;
    other.must_not_say("These values match no subscription");
    // and another upload forgets them
    let page = upload(&world, &apollo, &page, &csv(&[row("U-1", "x")])).await;
    page.must_say("is not a number").must_not_say("These values match no subscription");
}

#[actix_web::test]
async fn values_without_a_subscription_that_are_not_listed_are_told() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Many unknown customers").await;
    let of = |n: usize, value: &str| row(&format!("U-{n}"), "1").replace("SO-4702", value);
    let many = |values: usize| csv(&(0..values).map(|n| of(n, &format!("SO-GONE-{n}"))).collect::<Vec<_>>());
    let listed = |page: &Answer| page.texts("[aria-label='Rows without a subscription'] th[scope='row']").len();
    let page = upload(&world, &apollo, &page, &many(201)).await;
    assert_eq!(listed(page.must_say("Shows the 200 largest of 201 values.")), 200);
    let page = upload(&world, &apollo, &page, &many(200)).await;
    assert_eq!(listed(page.must_not_say("Shows the")), 200);
    let page = upload(&world, &apollo, &page, &many(1_001)).await;
    assert_eq!(listed(page.must_say("Shows the 200 largest of the first 1,000 values.")), 200);
    // what is given back comes to as much as what is charged
    world.run("UPDATE usage_unmatched SET worth = -5 WHERE value = 'SO-GONE-7'");
    let first = apollo.get(&page.path).await.texts("[aria-label='Rows without a subscription'] th[scope='row']");
    assert_eq!(first.first().map(String::as_str), Some("SO-GONE-7"));
}

#[actix_web::test]
async fn a_dry_run_tells_what_an_upload_tells() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Tried").await;
    let report = |rows: u32| {
        workbook(|sheet| {
            let day = Format::new().set_num_format("yyyy-mm-dd");
            for line in 1..=rows {
                write(sheet, line, &row(&format!("T-{line}"), "1"));
            }
            sheet.write_number(1, 3, 67.04_f64.next_up()).expect("a number");
            sheet.write_number_with_format(2, 3, 1.5, &day).expect("a number");
            sheet.set_row_hidden(2).expect("a hidden row");
        })
    };
    let tells = |page: &Answer| {
        page.must_be(200).must_say("No errors found.").must_say("1 hidden row was read like all others.");
        page.must_say("1 number was rounded to 15 digits").must_say("1 number is formatted as a date.");
    };
    let form = apollo.get(&format!("{}/dry-run", page.path)).await;
    tells(&apollo.upload_named(&form, &[], "file", "report.xlsx", &report(3)).await);
    // and so does one that is too long to wait for
    let form = apollo.get(&format!("{}/dry-run", page.path)).await;
    let answer = apollo.upload_named(&form, &[], "file", "report.xlsx", &report(1_001)).await;
    answer.must_be(303);
    let running = apollo.follow(answer).await;
    job(&world).await;
    tells(&apollo.get(&running.path).await);
    tells(&upload(&world, &apollo, &page, &report(3)).await);
}
