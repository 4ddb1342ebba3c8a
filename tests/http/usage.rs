//! Usage is reported in a file, checked row by row, accepted or sent back, and closed once it is billed; and nothing of it is counted twice,
//! lost, or seen too early.

use chrono::{Days, NaiveDate, Utc};
use diesel::{PgConnection, connection::SimpleConnection as _};
use entente::{kit::choice::Choice as _, modules::usage::Status};
use rust_xlsxwriter::Workbook;

use crate::support::{
    Answer, Client, World,
    world::{ACREED, CHAMPIONS, MICKS, PULSE},
};

pub const HEAD: &str = "record_id,item_search_criteria,item_search_value,quantity,start_time_utc,end_time_utc,asset_search_criteria,\
    asset_search_value";

pub fn ago(days: u64) -> NaiveDate {
    Utc::now().date_naive() - Days::new(days)
}

/// A period of four days in which the cast's subscription lives.
pub fn period() -> (String, String) {
    (ago(8).to_string(), ago(5).to_string())
}

/// Its first and its last instant.
pub fn window() -> String {
    format!("{} 00:00:00,{} 23:59:59", ago(8), ago(5))
}

pub fn row(key: &str, quantity: &str) -> String {
    format!("{key},item.mpn,APOLLO-PULSE-HOURS,{quantity},{},asset.external_id,SO-4702", window())
}

pub fn csv<S: AsRef<str>>(rows: &[S]) -> Vec<u8> {
    let rows: Vec<&str> = std::iter::once(HEAD).chain(rows.iter().map(AsRef::as_ref)).collect();
    rows.join("\r\n").into_bytes()
}

/// A new file of the vendor; its page.
pub async fn create(apollo: &Client, name: &str) -> Answer {
    create_for(apollo, name, (ago(8), ago(5)), "").await
}

/// A new file for these days; its page.
pub async fn create_for(apollo: &Client, name: &str, (from, to): (NaiveDate, NaiveDate), currency: &str) -> Answer {
    let page = apollo.get(&format!("{CHAMPIONS}/usage-files/new")).await;
    let (from, to) = (from.to_string(), to.to_string());
    let typed = [("name", name), ("from", from.as_str()), ("to", to.as_str()), ("currency", currency)];
    let answer = apollo.submit(&page, &typed).await;
    answer.must_be(303);
    apollo.follow(answer).await
}

pub async fn job(world: &World) {
    entente::jobs::catch_up(&world.program).await.expect("the job runs");
}

/// Uploads a report and has it checked; the page of its file.
pub async fn upload(world: &World, apollo: &Client, page: &Answer, report: &[u8]) -> Answer {
    let form = apollo.get(&format!("{}/upload", page.path)).await;
    let answer = apollo.upload_named(&form, &[], "file", "report.csv", report).await;
    let answer = anyway(apollo, answer).await;
    answer.must_be(303);
    apollo.follow(answer).await.must_say("Waiting to be checked.");
    job(world).await;
    apollo.get(&page.path).await
}

/// What is said when another file has the same report.
pub const REPEATED: &str = "This report was already uploaded";

/// Goes on where an upload is asked about because another file has the same report; the answer.
pub async fn anyway(apollo: &Client, answer: Answer) -> Answer {
    if answer.says(REPEATED) { apollo.submit(&answer, &[]).await } else { answer }
}

/// A file of good rows that is ready to be submitted.
pub async fn ready(world: &World, apollo: &Client, name: &str, rows: &[String]) -> Answer {
    let page = create(apollo, name).await;
    let page = upload(world, apollo, &page, &csv(rows)).await;
    page.must_say("No errors found.");
    page
}

pub async fn submit(apollo: &Client, page: &Answer) {
    let form = apollo.get(&format!("{}/submit", page.path)).await;
    apollo.submit(&form, &[]).await.must_be(303);
}

pub fn id(page: &Answer) -> String {
    page.path.rsplit('/').next().unwrap_or_default().to_owned()
}

pub fn records(world: &World, file: &str) -> i64 {
    world.number(&format!("SELECT count(*) AS n FROM usage_records WHERE file_id = '{file}'"))
}

pub fn status(world: &World, file: &str) -> String {
    world.text(&format!("SELECT status AS t FROM usage_files WHERE id = '{file}'"))
}

/// The sums that a file's page shows of its items.
pub fn sums(page: &Answer) -> Vec<String> {
    page.must_be(200).texts("[aria-label='Usage by item'] td[data-label='Quantity']")
}

#[actix_web::test]
async fn usage_is_reported_sent_back_mended_accepted_and_billed() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let page = create(&apollo, "Usage of the week").await;
    assert_eq!(page.must_say("Upload a report.").facts("Status"), ["Draft"]);
    let file = id(&page);
    assert!(file.starts_with("UF-"), "{file}");

    // the template has what is in use, and only quantities are missing
    let template = apollo.get(&format!("{}/template.csv", page.path)).await;
    let template = String::from_utf8_lossy(&template.body).trim_start_matches('\u{feff}').to_owned();
    assert_eq!(template.lines().count(), 2, "{template}");
    assert!(template.contains("item.mpn,APOLLO-PULSE-HOURS,,"), "{template}");
    let filled = template.replace("APOLLO-PULSE-HOURS,,", "APOLLO-PULSE-HOURS,12.5,");
    let workbook = apollo.get(&format!("{}/template.xlsx", page.path)).await;
    assert!(workbook.must_be(200).body.starts_with(b"PK"));

    // three mistakes are told at their cells, and nothing counts
    let wrong =
        csv(&[row("A-1", "1.005"), row("A-1", "-2"), row("A-3", "3").replace("SO-4702", "SO-0000"), row("A-4", "4")]);
    let page = upload(&world, &apollo, &page, &wrong).await;
    assert_eq!(page.facts("Status"), ["Invalid"]);
    page.must_say("“1.005” has 3 decimals. Up to 2 are allowed.")
        .must_say("The record ID “A-1” is also in row 2.")
        .must_say("“-2” is negative.")
        .must_say("No subscription of this product on this marketplace has “SO-0000”.");
    assert_eq!(records(&world, &file), 0);
    let errors = apollo.get(&format!("{}/errors.xlsx", page.path)).await;
    assert!(errors.must_be(200).body.starts_with(b"PK"));
    apollo.get(&format!("{}?code=USG_018", page.path)).await.must_be(200).must_not_say("“-2” is negative.");
    assert_eq!(apollo.get(&format!("{}/original", page.path)).await.must_be(200).body, wrong);

    // the distributor sees nothing of it before it is submitted
    let seen = format!("{MICKS}/usage-files/{file}");
    michael.get(&seen).await.must_be(404);
    michael.get(&format!("{seen}/records.csv")).await.must_be(404);
    michael.get(&format!("{MICKS}/usage-files")).await.must_be(200).must_not_say("Usage of the week");

    let page = upload(&world, &apollo, &page, filled.as_bytes()).await;
    assert_eq!((page.facts("Status"), sums(&page)), (vec!["Ready".to_owned()], vec!["12.50".to_owned()]));
    submit(&apollo, &page).await;
    apollo.get(&format!("{}/upload", page.path)).await.must_say("It is pending.");
    apollo.get(&format!("{}/edit", page.path)).await.must_be(409);

    let week = "Usage of the week".to_owned();
    assert!(michael.get(MICKS).await.waiting("Usage to review").contains(&week));
    let list = michael.get(&format!("{MICKS}/usage-files")).await;
    assert!(list.texts("tbody th .cell-name").contains(&week), "{}", list.text());
    let page_of_owner = michael.get(&seen).await;
    assert_eq!((page_of_owner.facts("Status"), sums(&page_of_owner)), (vec!["Pending".into()], vec!["12.50".into()]));
    assert_eq!(page_of_owner.must_say("Accept the file").facts("Reported"), ["1 record"]);
    michael.get(&format!("{seen}/upload")).await.must_be(404);
    apollo.get(&format!("{}/accept", page.path)).await.must_be(404);

    // it is sent back with a reason, and comes again
    let form = michael.get(&format!("{seen}/reject")).await;
    michael.submit(&form, &[]).await.must_be(422).must_say("Enter a reason");
    michael.submit(&form, &[("note", "One hour is missing.")]).await.must_be(303);
    let page = apollo.get(&page.path).await;
    assert_eq!(page.must_say("One hour is missing.").facts("Status"), ["Rejected"]);
    assert_eq!(apollo.get(CHAMPIONS).await.waiting("Usage sent back to you"), [week.as_str()]);
    assert!(!michael.get(MICKS).await.waiting("Usage to review").contains(&week));
    apollo.get(&format!("{}/delete", page.path)).await.must_say("The distributor has seen it, so it must be kept.");
    let page = upload(&world, &apollo, &page, filled.replace("12.5", "13.5").as_bytes()).await;
    submit(&apollo, &page).await;

    let form = michael.get(&format!("{seen}/accept")).await;
    form.must_say("1 record");
    michael.submit(&form, &[("note", "Fine.")]).await.must_be(303);
    let form = michael.get(&format!("{seen}/close")).await;
    michael.submit(&form, &[]).await.must_be(422).must_say("Enter the external billing ID");
    michael.submit(&form, &[("billing_reference", "INV-1")]).await.must_be(303);
    let closed = michael.get(&seen).await;
    assert_eq!(
        (closed.facts("Status"), closed.facts("External billing ID")),
        (vec!["Closed".into()], vec!["INV-1".into()])
    );
    let form = michael.get(&format!("{seen}/billing")).await;
    michael.submit(&form, &[("billing_reference", "INV-2")]).await.must_be(303);
    let billed = apollo.get(&page.path).await;
    assert_eq!((billed.facts("External billing ID"), sums(&billed)), (vec!["INV-2".into()], vec!["13.50".into()]));
    apollo.get(&format!("{}/history", page.path)).await.must_say("closed the file").must_say("rejected the file");
    let mails = |kind: &str, to: &str| {
        world.number(&format!("SELECT count(*) AS n FROM outbox WHERE kind = '{kind}' AND recipient = '{to}'"))
    };
    assert_eq!(mails("usage_submitted", "michael@mightymicks.example"), 2);
    assert_eq!(mails("usage_decided", "apollo@champions.example"), 3);
}

#[actix_web::test]
async fn a_file_is_somebodys_and_no_stranger_finds_it() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = ready(&world, &apollo, "Ours", &[row("A-1", "1")]).await;
    submit(&apollo, &page).await;
    let file = id(&page);
    let (tony, donnie, paulie) = (world.tony().await, world.donnie().await, world.paulie().await);
    tony.get(&format!("/vendor/VA-610-774/usage-files/{file}")).await.must_be(404);
    donnie.get(&format!("{ACREED}/usage-files/{file}")).await.must_be(404);
    // a reader may look, and decides nothing
    paulie.get(&format!("{MICKS}/usage-files/{file}")).await.must_say("Ours").must_not_say("Reject");
    paulie.get(&format!("{MICKS}/usage-files/{file}/accept")).await.must_be(403);
}

#[actix_web::test]
async fn sums_agree_with_the_rows_to_the_last_digit() {
    let world = World::new().await;
    world.run(&format!("UPDATE products SET usage_schema = 'CR' WHERE id = '{PULSE}'"));
    let apollo = world.apollo().await;
    let form = apollo.get(&format!("{CHAMPIONS}/usage-files/new")).await;
    let (from, to) = period();
    let typed = [("name", "Rated"), ("from", from.as_str()), ("to", to.as_str()), ("currency", "")];
    apollo.submit(&form, &typed).await.must_be(422).must_say("Choose the currency of the amounts");
    let answer = apollo.submit(&form, &[("name", "Rated"), ("from", &from), ("to", &to), ("currency", "USD")]).await;
    let page = apollo.follow(answer).await;
    let page = upload(&world, &apollo, &page, &csv(&[row("A-1", "1")])).await;
    page.must_say("The column amount is missing.");
    let head = HEAD.replace("quantity", "amount,quantity");
    let rows: Vec<String> =
        (0..2_500).map(|n| row(&format!("A-{n}"), "0.01").replace("HOURS,", "HOURS,0.00000003,")).collect();
    let report = format!("{head}\r\n{}", rows.join("\r\n"));
    let page = upload(&world, &apollo, &page, report.as_bytes()).await;
    assert_eq!(
        (page.facts("Reported"), sums(&page)),
        (vec!["2,500 records, 0.000075 USD".into()], vec!["25.00".into()])
    );
    let records = "SELECT trim_scale(sum(quantity)) || ' ' || trim_scale(sum(amount)) || ' ' || count(*) AS t FROM usage_records \
        WHERE file_id = ";
    let totals = "SELECT trim_scale(sum(quantity)) || ' ' || trim_scale(sum(amount)) || ' ' || sum(records) AS t FROM usage_totals \
        WHERE file_id = ";
    let file = id(&page);
    assert_eq!(world.text(&format!("{records}'{file}'")), "25 0.000075 2500");
    assert_eq!(world.text(&format!("{totals}'{file}'")), "25 0.000075 2500");
    // what leaves as records comes back as the same records
    let sheet = apollo.get(&format!("{}/records.csv", page.path)).await;
    assert_eq!(String::from_utf8_lossy(&sheet.body).lines().count(), 2_501);
    let page = upload(&world, &apollo, &page, &sheet.body).await;
    assert_eq!(page.facts("Reported"), ["2,500 records, 0.000075 USD"]);
    // and page by page
    let first = apollo.get(&format!("{}/records", page.path)).await;
    first.must_say("1–100 of 2,500");
    let second = apollo.get(&first.link("Next")).await;
    second.must_say("101–200 of 2,500");
    apollo.get(&second.link("Previous")).await.must_say("1–100 of 2,500");
    let found = apollo.get(&format!("{}/records?q=a-2499", page.path)).await;
    found.must_say("A-2499").must_not_say("A-2498").must_say("1–1 of 1");
    apollo.get(&format!("{}/records?q=a-", page.path)).await.must_say("1–100 of 100+");
}

#[actix_web::test]
async fn people_read_amounts_as_their_language_writes_them_and_files_have_the_numbers_themselves() {
    let world = World::new().await;
    world.run(&format!("UPDATE products SET usage_schema = 'CR' WHERE id = '{PULSE}'"));
    let apollo = world.apollo().await;
    let page = create_for(&apollo, "Large", (ago(8), ago(5)), "USD").await;
    let head = HEAD.replace("quantity", "amount,quantity");
    let report = format!("{head}\r\n{}", row("A-1", "1234.5").replace("HOURS,", "HOURS,1234580.3,"));
    let page = upload(&world, &apollo, &page, report.as_bytes()).await;
    assert_eq!(
        (page.facts("Reported"), sums(&page)),
        (vec!["1 record, 1,234,580.30 USD".into()], vec!["1,234.50".into()])
    );
    assert_eq!(page.texts("[aria-label='Usage by item'] td[data-label='Amount']"), ["1,234,580.30"]);
    let sheet = apollo.get(&format!("{}/records.csv", page.path)).await.body_text();
    assert!(sheet.contains(",1234580.3,") && sheet.contains(",1234.5,") && !sheet.contains("1,234"), "{sheet}");
    world.run("UPDATE users SET language = 'de'");
    let german = world.apollo().await.get(&page.path).await;
    german.must_say("1.234.580,30 USD").must_say("1.234,50").must_not_say("1,234");
}

#[actix_web::test]
async fn a_program_that_was_killed_in_the_middle_doubles_no_record() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Killed").await;
    let file = id(&page);
    let rows: Vec<String> = (0..1_200).map(|n| row(&format!("K-{n}"), "1")).collect();
    let form = apollo.get(&format!("{}/upload", page.path)).await;
    apollo.upload_named(&form, &[], "file", "report.csv", &csv(&rows)).await.must_be(303);
    // as the killed program left it: held, and with its first piece done
    world.run(&format!(
        "UPDATE usage_files SET status = 'processing' WHERE id = '{file}'; \
         UPDATE usage_uploads SET leased_by = gen_random_uuid(), leased_until = now() + interval '1 hour', work = 1, attempts = 1 \
         WHERE file_id = '{file}'; \
         INSERT INTO usage_records (file_id, number, product_id, key, note, item_id, subscription_id, quantity, start_at, end_at, category) \
         SELECT '{file}', 2, product_id, 'K-0', '', item_id, subscription_id, 1, start_at, end_at, '' FROM usage_records LIMIT 1"
    ));
    job(&world).await;
    assert_eq!(status(&world, &file), "processing", "nobody else takes what is held");
    apollo.get(&page.path).await.must_say("1 row checked so far.");
    world.run("UPDATE usage_uploads SET leased_until = now() - interval '1 second'");
    job(&world).await;
    assert_eq!(status(&world, &file), "ready");
    assert_eq!(records(&world, &file), 1_200);
}

#[actix_web::test]
async fn a_record_is_reported_once() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let first = ready(&world, &apollo, "First", &[row("A-1", "1")]).await;
    let second = create(&apollo, "Second").await;
    let second = upload(&world, &apollo, &second, &csv(&[row("A-1", "1"), row("A-2", "1")])).await;
    assert_eq!(second.facts("Status"), ["Invalid"]);
    second.must_say(&format!("The record ID “A-1” was already reported in {}.", id(&first)));
    // a file that is sent back claims nothing
    submit(&apollo, &first).await;
    let form = michael.get(&format!("{MICKS}/usage-files/{}/reject", id(&first))).await;
    michael.submit(&form, &[("note", "Twice.")]).await.must_be(303);
    upload(&world, &apollo, &second, &csv(&[row("A-1", "1"), row("A-2", "1")])).await.must_say("No errors found.");
    // and cannot take back what another has claimed meanwhile
    let first = upload(&world, &apollo, &first, &csv(&[row("A-1", "1")])).await;
    assert_eq!(first.facts("Status"), ["Invalid"]);
    first.must_say(&format!("The record ID “A-1” was already reported in {}.", id(&second)));
}

#[actix_web::test]
async fn a_dry_run_tells_the_same_and_keeps_nothing() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Tried").await;
    let form = apollo.get(&format!("{}/dry-run", page.path)).await;
    let tried = apollo.upload_named(&form, &[], "file", "report.csv", &csv(&[row("A-1", "1"), row("A-2", "x")])).await;
    tried.must_be(200).must_say("“x” is not a number.").must_say("Rows with errors").must_say("Nothing was saved");
    let form = apollo.get(&format!("{}/dry-run", page.path)).await;
    form.must_say("Nothing is saved.");
    apollo.upload_named(&form, &[], "file", "report.csv", &csv(&[row("A-1", "1")])).await.must_say("No errors found.");
    assert_eq!(status(&world, &id(&page)), "draft");
    assert_eq!(records(&world, &id(&page)), 0);
    assert_eq!(world.number(&format!("SELECT count(*) AS n FROM usage_faults WHERE file_id = '{}'", id(&page))), 0);
}

#[actix_web::test]
async fn a_workbook_is_read_by_the_names_of_its_sheet_and_columns() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Instructions").expect("a name");
    let sheet = book.add_worksheet();
    sheet.set_name("usage_records").expect("a name");
    for (at, header) in (0u16..).zip(HEAD.split(',')) {
        sheet.write_string(0, at, header).expect("a header");
    }
    let values = ["W-1", "item.mpn", "APOLLO-PULSE-HOURS"];
    for (at, value) in (0u16..).zip(values) {
        sheet.write_string(1, at, value).expect("a cell");
    }
    sheet.write_number(1, 3, 0.1 + 0.2).expect("a number with noise");
    let (start, end) = (ago(8).to_string(), ago(5).to_string());
    for (at, value) in (4u16..).zip([start.as_str(), end.as_str(), "asset.external_id", "SO-4702"]) {
        sheet.write_string(1, at, value).expect("a cell");
    }
    let bytes = book.save_to_buffer().expect("the workbook is written");
    let page = create(&apollo, "Workbook").await;
    let page = upload(&world, &apollo, &page, &bytes).await;
    assert_eq!(sums(page.must_say("No errors found.")), ["0.30"]);
    // a workbook without the sheet is told so
    let mut other = Workbook::new();
    other.add_worksheet();
    let bytes = other.save_to_buffer().expect("the workbook is written");
    upload(&world, &apollo, &page, &bytes).await.must_say("The workbook has no sheet named records");
    assert_eq!(records(&world, &id(&page)), 0, "the records before are gone with their report");
}

#[actix_web::test]
async fn what_was_submitted_stays_as_it_is() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = ready(&world, &apollo, "Fixed", &[row("A-1", "1")]).await;
    let file = id(&page);
    submit(&apollo, &page).await;
    let mut sql = world.sql();
    for statement in [
        format!("UPDATE usage_records SET quantity = 2 WHERE file_id = '{file}'"),
        format!("DELETE FROM usage_records WHERE file_id = '{file}'"),
        format!(
            "INSERT INTO usage_records SELECT (r.another).* FROM (SELECT jsonb_populate_record(o, '{{\"number\": 9}}') AS another \
            FROM usage_records o WHERE file_id = '{file}') r"
        ),
    ] {
        assert!(sql.batch_execute(&statement).is_err(), "{statement}");
    }
    assert_eq!(records(&world, &file), 1);
}

/// The words of the database's refusal; the rows stay as they were.
pub fn refused(sql: &mut PgConnection, statements: &str) -> String {
    let tried = sql.batch_execute(&format!("BEGIN; {statements}"));
    sql.batch_execute("ROLLBACK").expect("all is taken back");
    tried.err().map(|error| error.to_string()).unwrap_or_default()
}

#[actix_web::test]
async fn the_database_itself_keeps_what_was_submitted_wherever_it_stands() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let file = id(&create(&apollo, "Kept").await);
    let mut sql = world.sql();
    for status in Status::ALL {
        let (status, here) = (status.key(), format!("WHERE id = '{file}'"));
        let moved = format!("UPDATE usage_files SET status = '{status}', billing_reference = 'x', submitted_at = ");
        let delete = format!("DELETE FROM usage_files {here}");
        let submitted = format!("{moved} now() {here}");
        assert!(refused(&mut sql, &format!("{submitted}; {delete}")).contains("was submitted"), "{status}");
        // nor does it become one that was not
        for other in ["NULL", "now() - interval '1 day'"] {
            let turned = format!("{submitted}; UPDATE usage_files SET status = 'draft', submitted_at = {other} {here}");
            assert!(refused(&mut sql, &turned).contains("keeps what was written"), "{status} {other}");
        }
        if !["pending", "rejected", "accepted", "closed"].contains(&status) {
            assert_eq!(refused(&mut sql, &format!("{moved} NULL {here}; {delete}")), "", "{status}");
        }
    }
    assert_eq!(status(&world, &file), "draft");
}

#[actix_web::test]
async fn a_file_that_nobody_saw_can_be_deleted_and_edited() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = ready(&world, &apollo, "Short", &[row("A-1", "1")]).await;
    let form = apollo.get(&format!("{}/edit", page.path)).await;
    apollo
        .submit(&form, &[("from", &ago(7).to_string())])
        .await
        .must_be(422)
        .must_say("The records were checked against this period");
    let before = apollo.get(&format!("{}/delete", page.path)).await;
    before.must_say("1 record will be deleted with it");
    apollo.submit(&form, &[("name", "Renamed")]).await.must_be(303);
    assert_eq!(apollo.get(&page.path).await.texts("h1"), ["Renamed"]);
    // what goes is what was shown
    apollo.submit(&before, &[]).await.must_be(409).must_say("This page has changed").must_say("Nothing was deleted");
    let before = apollo.get(&format!("{}/delete", page.path)).await;
    upload(&world, &apollo, &page, &csv(&[row("A-2", "1")])).await.must_say("No errors found.");
    apollo.submit(&before, &[]).await.must_be(409).must_say("This page has changed");
    let form = apollo.get(&format!("{}/delete", page.path)).await;
    apollo.submit(&form, &[]).await.must_be(303);
    apollo.get(&page.path).await.must_be(404);
    assert_eq!(records(&world, &id(&page)), 0);
}
