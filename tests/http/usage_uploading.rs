//! A vendor hands in a report: it goes on with its work while the report is checked, or only tries the report out first.

use entente::modules::usage::trial;

use crate::{
    support::{
        Answer, Client, World,
        world::{CHAMPIONS, MICKS},
    },
    usage::{create, csv, id, job, records, row, status, submit, upload},
};

/// Sends a report that is only tried out; the page of what comes of it.
async fn try_out(apollo: &Client, page: &Answer, report: &[u8]) -> Answer {
    let form = apollo.get(&format!("{}/dry-run", page.path)).await;
    let answer = apollo.upload_named(&form, &[], "file", "report.csv", report).await;
    answer.must_be(303);
    apollo.follow(answer).await
}

/// So many good rows.
fn many(rows: usize) -> Vec<String> {
    (0..rows).map(|n| row(&format!("M-{n}"), "1")).collect()
}

fn trials(world: &World) -> i64 {
    world.number("SELECT count(*) AS n FROM usage_trials")
}

#[actix_web::test]
async fn whoever_uploaded_a_report_is_told_once_it_is_checked() {
    let world = World::new().await;
    world.run("DELETE FROM notifications; DELETE FROM outbox");
    let apollo = world.apollo().await;
    let page = create(&apollo, "The week").await;
    upload(&world, &apollo, &page, &csv(&[row("T-1", "x")])).await.must_say("“x” is not a number.");
    upload(&world, &apollo, &page, &csv(&[row("T-1", "1")])).await.must_say("No errors found.");
    let told = world.text(
        "SELECT string_agg(u.email || ' ' || (n.facts->>'outcome'), ', ' ORDER BY n.at) AS t FROM notifications n \
         JOIN users u ON u.id = n.user_id WHERE n.kind = 'usage_checked'",
    );
    assert_eq!(told, "apollo@champions.example Invalid, apollo@champions.example Ready");
    assert_eq!(world.number("SELECT count(*) AS n FROM outbox WHERE kind = 'usage_checked'"), 0, "the bell is enough");
    let list = apollo.get(&format!("{CHAMPIONS}/notifications")).await;
    list.must_say("The week is checked: invalid").must_say("The week is checked: ready");
    assert_eq!(list.texts("a.bell .waits-n"), ["2"]);
}

#[actix_web::test]
async fn a_long_dry_run_checks_every_row_and_keeps_none() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Tried").await;
    let running = try_out(&apollo, &page, &csv(&many(2_500))).await;
    running.must_be(200).must_say("Waiting to be checked.");
    let heard = running.attribute("live-progress", "src");
    assert!(apollo.get(&heard).await.body_text().contains(r#""state":"runs""#));
    job(&world).await;
    assert!(apollo.get(&heard).await.body_text().contains(r#""state":"over""#));
    let over = apollo.get(&running.path).await;
    assert_eq!(over.must_say("No errors found. Nothing was saved.").facts("Rows"), ["2,500"]);
    assert_eq!(over.facts("Records"), ["2,500 records"]);
    assert_eq!((status(&world, &id(&page)), records(&world, &id(&page))), ("draft".to_owned(), 0));
    apollo.get(&format!("{}/dry-run", page.path)).await.must_say("Last dry run");
}

#[actix_web::test]
async fn a_long_dry_run_names_the_mistakes_that_an_upload_would() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Tried").await;
    let mut rows = many(1_998);
    // one wrong by itself, and one that another repeats, a thousand rows before
    rows.push(row("W-1", "x"));
    rows.push(row("M-0", "1"));
    let running = try_out(&apollo, &page, &csv(&rows)).await;
    job(&world).await;
    let over = apollo.get(&running.path).await;
    over.must_say("“x” is not a number.").must_say("The record ID “M-0” is also in row 2.");
    assert_eq!((over.facts("Rows with errors"), over.facts("Records")), (vec!["2".to_owned()], Vec::new()));
    let kept = format!("SELECT count(*) AS n FROM usage_faults WHERE file_id = '{}'", id(&page));
    assert_eq!(world.number(&kept), 0, "none is kept");
    let uploaded = upload(&world, &apollo, &page, &csv(&rows)).await;
    uploaded.must_say("“x” is not a number.").must_say("The record ID “M-0” is also in row 2.");
}

#[actix_web::test]
async fn a_dry_run_that_was_killed_begins_anew_once_its_lease_is_over() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Killed").await;
    let running = try_out(&apollo, &page, &csv(&many(1_500))).await;
    world.run(
        "UPDATE usage_trials SET leased_by = gen_random_uuid(), leased_until = now() + interval '1 hour', work = 1000, attempts = 1",
    );
    job(&world).await;
    apollo.get(&running.path).await.must_say("1,000 rows checked so far.");
    world.run("UPDATE usage_trials SET leased_until = now() - interval '1 second'");
    job(&world).await;
    assert_eq!(apollo.get(&running.path).await.must_say("No errors found.").facts("Rows"), ["1,500"]);
    // one that breaks off again and again is given up
    world.run("UPDATE usage_trials SET outcome = NULL, attempts = 5");
    job(&world).await;
    apollo.get(&running.path).await.must_say("The file could not be checked.");
}

#[actix_web::test]
async fn a_dry_run_is_gone_with_the_next_the_upload_and_the_day() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Gone").await;
    let kept = || world.number("SELECT count(*) AS n FROM file_uploads WHERE kept");
    let before = kept();
    try_out(&apollo, &page, &csv(&many(1_001))).await;
    let running = try_out(&apollo, &page, &csv(&many(1_002))).await;
    assert_eq!((trials(&world), kept()), (1, before + 1));
    job(&world).await;
    assert_eq!(apollo.get(&running.path).await.facts("Rows"), ["1,002"]);
    upload(&world, &apollo, &page, &csv(&[row("A-1", "1")])).await.must_say("No errors found.");
    assert_eq!((trials(&world), kept()), (0, before + 1), "its report is gone, too");
    apollo.get(&running.path).await.must_be(404);
    try_out(&apollo, &page, &csv(&many(1_001))).await;
    let sweep = || world.program.db.open(trial::sweep);
    assert_eq!(sweep().await.expect("the sweep"), 0);
    world.run("UPDATE usage_trials SET sent_at = now() - interval '25 hours'");
    assert_eq!(sweep().await.expect("the sweep"), 1);
    assert_eq!((trials(&world), kept()), (0, before + 1));
}

#[actix_web::test]
async fn a_dry_run_offers_no_upload_to_a_file_that_takes_none() {
    const SHUT: &str = "The file is pending. No report can be uploaded now.";
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Handed in").await;
    upload(&world, &apollo, &page, &csv(&[row("T-1", "1")])).await.must_say("No errors found.");
    let running = try_out(&apollo, &page, &csv(&many(1_001))).await;
    job(&world).await;
    let over = apollo.get(&running.path).await;
    assert_eq!(over.must_not_say(SHUT).texts(".heading-actions a"), ["Upload", "Check another file"]);
    submit(&apollo, &page).await;
    let over = apollo.get(&running.path).await;
    assert!(over.must_say(SHUT).must_not_say("Upload the report to submit it.").texts(".heading-actions a").is_empty());

    // one that waits still is not begun
    let page = create(&apollo, "Handed in before").await;
    upload(&world, &apollo, &page, &csv(&[row("T-2", "1")])).await.must_say("No errors found.");
    let running = try_out(&apollo, &page, &csv(&many(1_001))).await;
    let heard = running.attribute("live-progress", "src");
    assert!(apollo.get(&heard).await.body_text().contains(r#""state":"runs""#));
    submit(&apollo, &page).await;
    // an open page hears of it at once, and says what becomes of it
    assert!(apollo.get(&heard).await.body_text().contains(r#""state":"shut""#));
    job(&world).await;
    let waits = apollo.get(&running.path).await;
    waits.must_say(SHUT).must_say("This dry run will not be done, unless the file is rejected within a day.");
    waits.must_not_say("You can leave this page.");
    assert_eq!(world.number("SELECT count(*) AS n FROM usage_trials WHERE outcome IS NULL AND attempts = 0"), 1);
}

#[actix_web::test]
async fn nobody_else_sees_a_dry_run() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let page = create(&apollo, "Own").await;
    let running = try_out(&apollo, &page, &csv(&many(1_001))).await;
    let there = running.path.replace(CHAMPIONS, MICKS);
    michael.get(&there).await.must_be(404);
    michael.get(&running.path).await.must_be(404);
}
