//! Who sees what of usage, and what holds when something goes wrong with a report.

use std::time::Duration;

use actix_web::http::Method;
use diesel::connection::SimpleConnection as _;
use entente::modules::{self, usage::job::check_next};

use crate::{
    support::{
        Answer, Client, World,
        world::{CHAMPIONS, MICKS, PULSE},
    },
    usage::{HEAD, create, csv, id, job, period, ready, records, row, status, submit, upload},
};

/// The files of the distributor, as its list and its download count the records of one of them.
async fn counted(michael: &Client, name: &str) -> (String, String) {
    let page = michael.get(&format!("{MICKS}/usage-files?q={name}&sort=-records")).await;
    let sheet = michael.get(&format!("{MICKS}/usage-files/export.csv?q={name}")).await;
    let line = sheet.body_text().lines().find(|line| line.contains(name)).unwrap_or_default().to_owned();
    (page.texts("td[data-label='Records']").concat(), line)
}

/// Sends a report without having it checked.
async fn send(apollo: &Client, page: &Answer, report: &[u8]) {
    let form = apollo.get(&format!("{}/upload", page.path)).await;
    apollo.upload_named(&form, &[], "file", "report.csv", report).await.must_be(303);
}

async fn reject(michael: &Client, file: &str) {
    let form = michael.get(&format!("{MICKS}/usage-files/{file}/reject")).await;
    michael.submit(&form, &[("note", "Wrong.")]).await.must_be(303);
}

#[actix_web::test]
async fn a_distributor_sees_records_that_were_submitted_to_it_and_no_others() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let page = ready(&world, &apollo, "Twice", &[row("A-1", "7.25")]).await;
    let file = id(&page);
    let seen = format!("{MICKS}/usage-files/{file}");
    submit(&apollo, &page).await;
    michael.get(&seen).await.must_say("1 record").must_say("7.25").must_say("Usage by item");
    michael.get(&format!("{seen}/records")).await.must_say("A-1");
    reject(&michael, &file).await;
    // what was submitted is seen until the vendor begins with another
    michael.get(&format!("{seen}/records.csv")).await.must_be(200);
    let hidden = async || {
        let page = michael.get(&seen).await;
        for words in ["7.25", "8.75", "1 record", "2 records", "Usage by item"] {
            page.must_not_say(words);
        }
        assert!(!page.attributes("main a", "href").iter().any(|href| href.contains("/records")));
        for at in ["records", "records?q=A-1", "records.csv", "records.xlsx"] {
            michael
                .get(&format!("{seen}/{at}"))
                .await
                .must_be(409)
                .must_say("You can see the records once the vendor submits the file again.");
        }
        let (cell, line) = counted(&michael, "Twice").await;
        assert_eq!(cell, "0");
        assert!(line.contains(",0,"), "{line}");
    };
    send(&apollo, &page, &csv(&[row("A-1", "8.75"), row("A-2", "8.75")])).await;
    let figures =
        format!("SELECT records || ' ' || coalesce(amount, 'none') AS t FROM usage_files WHERE id = '{file}'");
    assert_eq!(world.text(&figures), "0 none", "the figures were of the report before");
    hidden().await;
    job(&world).await;
    assert_eq!(status(&world, &file), "ready");
    apollo.get(&page.path).await.must_say("2 records").must_say("17.5");
    hidden().await;
    submit(&apollo, &page).await;
    michael.get(&seen).await.must_say("2 records").must_say("17.5");
    let (cell, line) = counted(&michael, "Twice").await;
    assert_eq!(cell, "2");
    assert!(line.contains(",2,"), "{line}");
}

#[actix_web::test]
async fn a_download_is_of_one_report() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let rows: Vec<String> = (0..1_100).map(|n| row(&format!("D-{n}"), "1")).collect();
    let page = ready(&world, &apollo, "Long", &rows).await;
    let sheet = format!("{}/records.xlsx", page.path);
    apollo.get(&sheet).await.must_be(200);
    // the first piece waits for a lock, and meanwhile another report comes in
    let mut sql = world.sql();
    sql.batch_execute("BEGIN; LOCK TABLE usage_records IN ACCESS EXCLUSIVE MODE").expect("the records are held");
    let change = async {
        actix_web::rt::time::sleep(Duration::from_millis(400)).await;
        let come = format!("UPDATE usage_files SET round = round + 1 WHERE id = '{}'; COMMIT", id(&page));
        sql.batch_execute(&come).expect("another report comes in");
    };
    let (answer, ()) = tokio::join!(apollo.get(&sheet), change);
    answer.must_be(409);
}

#[actix_web::test]
async fn what_the_tiers_pay_for_the_same_usage_is_never_added_up() {
    let world = World::new().await;
    world.run(&format!("UPDATE products SET usage_schema = 'TR' WHERE id = '{PULSE}'"));
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let form = apollo.get(&format!("{CHAMPIONS}/usage-files/new")).await;
    let (from, to) = period();
    let answer = apollo.submit(&form, &[("name", "Tiers"), ("from", &from), ("to", &to), ("currency", "USD")]).await;
    let page = apollo.follow(answer).await;
    let of_tier = |key: &str, tier: &str, amount: &str| {
        format!("{},{tier}", row(key, "10").replace("HOURS,", &format!("HOURS,{amount},")))
    };
    let head = format!("{},tier", HEAD.replace("quantity", "amount,quantity"));
    let rows = [
        of_tier("T-0", "0", "100"),
        of_tier("T-1", "1", "90"),
        of_tier("T-2", "2", "80.5"),
        of_tier("T-3", "1", "0.5"),
    ];
    let page = upload(&world, &apollo, &page, [&[head][..], &rows[..]].concat().join("\r\n").as_bytes()).await;
    page.must_say("4 records").must_say("USD").must_not_say("271");
    let cells = |page: &Answer, label: &str| page.texts(&format!("td[data-label='{label}']")).join(" ");
    // once by item, once by subscription
    assert_eq!(cells(&page, "Tier"), "0 1 2 0 1 2");
    assert_eq!(cells(&page, "Quantity"), "10.00 20.00 10.00 10.00 20.00 10.00");
    assert_eq!(cells(&page, "Amount"), "100.00 90.50 80.50 100.00 90.50 80.50");
    let file = id(&page);
    assert_eq!(
        world.text(&format!("SELECT coalesce(amount, 'none') AS t FROM usage_files WHERE id = '{file}'")),
        "none"
    );
    let mut sql = world.sql();
    let sum = sql.batch_execute(&format!("UPDATE usage_files SET amount = '271' WHERE id = '{file}'"));
    assert!(sum.unwrap_err().to_string().contains("usage_files_amount_of_schema"));
    apollo.get(&format!("{}/records", page.path)).await.must_say("80.5");
    submit(&apollo, &page).await;
    let page = michael.get(&format!("{MICKS}/usage-files/{file}")).await;
    assert_eq!(cells(&page, "Amount"), "100.00 90.50 80.50 100.00 90.50 80.50");
    michael.get(&format!("{MICKS}/usage-files/{file}/accept")).await.must_say("4 records").must_not_say("271");
}

#[actix_web::test]
async fn a_report_that_ends_the_program_is_given_up_without_being_read_again() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Deadly").await;
    send(&apollo, &page, &csv(&[row("A-1", "1")])).await;
    world.run("UPDATE usage_uploads SET attempts = 5");
    // whoever looked at what its rows are held against would wait here until it is refused
    let mut sql = world.sql();
    sql.batch_execute("BEGIN; LOCK TABLE items IN ACCESS EXCLUSIVE MODE").expect("the items are held");
    check_next(&world.program.db).await.expect("the report is given up");
    sql.batch_execute("ROLLBACK").expect("the items are free");
    assert_eq!(status(&world, &id(&page)), "invalid");
    let page = apollo.get(&page.path).await;
    page.must_say("The file could not be checked. Split it, or save it as CSV, and upload it again");
    // and the vendor goes on with another
    upload(&world, &apollo, &page, &csv(&[row("A-1", "1")])).await.must_say("No errors found.");
}

#[actix_web::test]
async fn a_dry_run_holds_nothing_and_is_refused_where_an_upload_is() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = ready(&world, &apollo, "Tried", &[row("A-1", "1")]).await;
    let form = apollo.get(&format!("{}/dry-run", page.path)).await;
    let report = csv(&[row("A-1", "1")]);
    let mut sql = world.sql();
    sql.batch_execute("BEGIN; SELECT FROM usage_files FOR UPDATE").expect("the files are held");
    let tried = apollo.upload_named(&form, &[], "file", "report.csv", &report).await;
    sql.batch_execute("ROLLBACK").expect("the files are free");
    tried.must_be(200).must_say("No errors found. Nothing was saved.");
    // a report of which nothing can be read
    apollo
        .upload_named(&form, &[], "file", "report.csv", b"record_id\r\nA-1")
        .await
        .must_be(200)
        .must_say("The column quantity is missing.")
        .must_say("Nothing was saved");
    submit(&apollo, &page).await;
    apollo.get(&format!("{}/dry-run", page.path)).await.must_say("It is pending.");
    apollo
        .upload_named(&form, &[], "file", "report.csv", &report)
        .await
        .must_be(409)
        .must_say("Nothing was checked")
        .must_say("It is pending.");
}

/// Somebody who may look at what Champions reports, and no more.
async fn reader(world: &World) -> Client {
    world.run(
        "INSERT INTO memberships (account_id, user_id, joined_at) SELECT 'VA-287-142', id, now() FROM users WHERE name = 'Paulie Pennino'; \
         INSERT INTO groups (id, account_id, name, permissions, created_at) VALUES ('UG-999-999-001', 'VA-287-142', 'Readers', \
         '{usage.view}', now()); \
         INSERT INTO group_members (group_id, account_id, user_id) SELECT 'UG-999-999-001', 'VA-287-142', id FROM users \
         WHERE name = 'Paulie Pennino'",
    );
    world.paulie().await
}

#[actix_web::test]
async fn who_may_only_look_sees_how_far_a_check_is_and_nothing_to_do() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let paulie = reader(&world).await;
    let page = create(&apollo, "Looked at").await;
    paulie.get(&page.path).await.must_say("Looked at").must_not_say("Upload a report").must_not_say("template");
    send(&apollo, &page, &csv(&[row("A-1", "1")])).await;
    let running = paulie.get(&page.path).await;
    running.must_say("Waiting to be checked.").must_say("You can leave this page. The check will continue.");
    running.must_say("report.csv");
    let links = |page: &Answer| page.attributes("a", "href").into_iter().filter(|to| to.ends_with("/original")).count();
    assert_eq!((links(&running), links(&apollo.get(&page.path).await)), (0, 1));
    paulie.get(&format!("{}/original", page.path)).await.must_be(403);
    let asked = running.attribute("live-progress", "src");
    assert_eq!(
        paulie.get(&asked).await.body_text(),
        r#"{"state":"uploading","words":"Waiting to be checked.","finished":0,"work":0}"#
    );
    // and the open page hears of it
    let hear = paulie.get_as(Method::GET, &asked, &[("accept", "text/event-stream")]);
    let check = async {
        actix_web::rt::time::sleep(Duration::from_millis(200)).await;
        job(&world).await;
    };
    let (events, ()) = tokio::join!(hear, check);
    assert_eq!(events.header("content-type"), Some("text/event-stream; charset=utf-8"));
    let told = events.body_text();
    assert!(told.contains("Waiting to be checked.") && told.contains("\"state\":\"ready\""), "{told}");
    paulie.get(&page.path).await.must_say("Ready").must_not_say("Submit the file");
    apollo.get(&page.path).await.must_say("Submit the file");
    // the distributor is not told how a report comes about
    submit(&apollo, &page).await;
    world.michael().await.get(&format!("{MICKS}/usage-files/{}/progress", id(&page))).await.must_be(404);
}

#[actix_web::test]
async fn since_when_a_file_waits_is_when_it_was_moved() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let page = ready(&world, &apollo, "Moved", &[row("A-1", "1")]).await;
    let file = id(&page);
    submit(&apollo, &page).await;
    reject(&michael, &file).await;
    let long_ago = "2026-01-01 00:00:00+00";
    let age = || world.run(&format!("UPDATE usage_files SET updated_at = '{long_ago}' WHERE id = '{file}'"));
    let moved = format!("SELECT (updated_at > '{long_ago}')::text AS t FROM usage_files WHERE id = '{file}'");
    age();
    let form = apollo.get(&format!("{}/edit", page.path)).await;
    apollo.submit(&form, &[("name", "Renamed")]).await.must_be(303);
    assert_eq!(world.text(&moved), "false");
    send(&apollo, &page, &csv(&[row("A-1", "1")])).await;
    assert_eq!(world.text(&moved), "true");
    job(&world).await;
    submit(&apollo, &page).await;
    let seen = format!("{MICKS}/usage-files/{file}");
    let form = michael.get(&format!("{seen}/accept")).await;
    michael.submit(&form, &[]).await.must_be(303);
    let form = michael.get(&format!("{seen}/close")).await;
    michael.submit(&form, &[("billing_reference", "INV-1")]).await.must_be(303);
    age();
    let form = michael.get(&format!("{seen}/billing")).await;
    michael.submit(&form, &[("billing_reference", "INV-2")]).await.must_be(303);
    assert_eq!(world.text(&moved), "false");
    // what Home counts is what its list shows
    let queues = modules::ALL.iter().flat_map(|module| module.queues).filter(|queue| queue.section == "usage-files");
    let lists: Vec<&str> = queues.map(|queue| queue.list).collect();
    assert_eq!(lists.len(), 2);
    assert!(lists.iter().all(|list| list.contains("environment=production")), "{lists:?}");
}

#[actix_web::test]
async fn whatever_a_cell_says_it_is_answered() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Absurd").await;
    let long = "x".repeat(40_000);
    let absurd = [
        row("A-1", "1e-2147483648"),
        row("A-2", "1e2147483647"),
        row("A-3", "'+5"),
        row("A-4", "'-5"),
        format!("{long},item.mpn,APOLLO-PULSE-HOURS,1,,,asset.external_id,SO-4702"),
    ];
    let page = upload(&world, &apollo, &page, &csv(&absurd)).await;
    page.must_say("Invalid")
        .must_say("“1e-2147483648” has 2147483648 decimals.")
        .must_say("“1e2147483647” has more than 16 digits before the decimal point.")
        .must_say("is negative")
        .must_not_say("is not a number");
    // a cell of a sheet holds 32,767 characters
    let errors = apollo.get(&format!("{}/errors.xlsx", page.path)).await;
    errors.must_be(200);
    // what our own sheets quote is read as it was
    let page = upload(&world, &apollo, &page, &csv(&[row("A-3", "'+5")])).await;
    page.must_say("No errors found.");
    assert_eq!(records(&world, &id(&page)), 1);
}
