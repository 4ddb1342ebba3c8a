//! Whoever receives usage says beforehand what becomes of it: files within limits are accepted by themselves, all others wait for people, with
//! the reasons; and whatever people do meanwhile stands.

use entente::{kit::problem::Problem, modules::usage::rules::job::rule_next};

use crate::{
    comparing::{of_a_day, reported, rows, subscribe_again},
    support::{
        Answer, Client, World,
        world::{ACREED, CHAMPIONS, MICKS, PULSE},
    },
    usage::{HEAD, ago, create_for, id, job, refused, status, submit, upload},
    usage_full::{fill, make_room},
};

fn page_of_rule() -> String {
    format!("{MICKS}/usage-rules/{PULSE}")
}

/// Gives the distributor's rule for the product.
async fn set(michael: &Client, typed: &[(&str, &str)]) {
    let form = michael.get(&format!("{}/edit", page_of_rule())).await;
    michael.submit(&form, typed).await.must_be(303);
}

/// Files within so many percent.
async fn accept_within(michael: &Client, percent: &str) {
    set(michael, &[("mode", "accept"), ("most_percent", percent)]).await;
}

async fn seen(michael: &Client, file: &Answer) -> Answer {
    michael.get(&format!("{MICKS}/usage-files/{}", id(file))).await
}

async fn accept_by_hand(michael: &Client, file: &Answer) {
    let form = michael.get(&format!("{MICKS}/usage-files/{}/accept", id(file))).await;
    michael.submit(&form, &[]).await.must_be(303);
}

/// The cast with two subscriptions of a product that is rated by cost, and a first period of two days that came to 30.5 USD.
async fn with_a_first_period() -> (World, Client, Client) {
    let world = World::new().await;
    world.run(&format!("UPDATE products SET usage_schema = 'CR' WHERE id = '{PULSE}'"));
    subscribe_again(&world);
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let first = reported(&world, &apollo, 8, &[("SO-4702", "20"), ("SO-2", "10.5")]).await;
    submit(&apollo, &first).await;
    job(&world).await;
    accept_by_hand(&michael, &first).await;
    (world, apollo, michael)
}

/// The next two days, submitted; 33.5 USD are 9.8% more.
async fn next(world: &World, apollo: &Client) -> Answer {
    let file = reported(world, apollo, 6, &[("SO-4702", "22"), ("SO-2", "11.5")]).await;
    submit(apollo, &file).await;
    file
}

/// Letters of a kind to the person of the cast whom they concern: others of the company get theirs.
fn mails(world: &World, kind: &str) -> i64 {
    let to = if kind == "usage_submitted" { "michael@mightymicks.example" } else { "apollo@champions.example" };
    world.number(&format!("SELECT count(*) AS n FROM outbox WHERE kind = '{kind}' AND recipient = '{to}'"))
}

fn events(world: &World, name: &str) -> i64 {
    world.number(&format!("SELECT count(*) AS n FROM events WHERE name = '{name}'"))
}

#[actix_web::test]
async fn a_file_within_the_limits_is_accepted_by_itself() {
    let (world, apollo, michael) = with_a_first_period().await;
    accept_within(&michael, "10").await;
    let (told, decided) = (mails(&world, "usage_submitted"), mails(&world, "usage_decided"));
    let file = next(&world, &apollo).await;
    assert_eq!(status(&world, &id(&file)), "pending");
    seen(&michael, &file).await.must_say("The usage rule for this product is being applied.");
    apollo.get(&file.path).await.must_not_say("is being applied");
    job(&world).await;
    assert_eq!(status(&world, &id(&file)), "accepted");
    // who need not decide is not written to; the vendor is, as always
    assert_eq!((mails(&world, "usage_submitted"), mails(&world, "usage_decided")), (told, decided + 1));
    let page = seen(&michael, &file).await;
    page.must_say("Accepted automatically by the rule of").must_say("Files with up to 10% more per day");
    let page = apollo.get(&file.path).await;
    page.must_say("Accepted automatically by the rule of").must_not_say("up to 10%");
    let history = apollo.get(&format!("{}/history", file.path)).await;
    history.must_say("Entente accepted the file by a usage rule");

    // what the rule was stays with the file, whatever becomes of it
    set(&michael, &[("mode", "reject"), ("reason", "No longer")]).await;
    seen(&michael, &file).await.must_say("Files with up to 10% more per day").must_not_say("No longer");
    let own = michael.get(&page_of_rule()).await;
    own.must_say("set the rule to Accept automatically").must_say("set the rule to Reject automatically");
    let form = michael.get(&format!("{MICKS}/usage-files/{}/close", id(&file))).await;
    michael.submit(&form, &[("billing_reference", "INV-1")]).await.must_be(303);
}

#[actix_web::test]
async fn a_rule_that_finds_no_space_is_applied_once_there_is_some_however_often_it_takes() {
    let (world, apollo, michael) = with_a_first_period().await;
    accept_within(&michael, "10").await;
    let file = next(&world, &apollo).await;
    fill(&world, "events");
    // more often than a comparison may break off
    for _ in 0..7 {
        let ruled = rule_next(&world.program.db).await;
        assert!(matches!(ruled, Err(Problem::NoSpace(_))), "{ruled:?}");
        // until its pause is over nobody takes it
        assert!(!rule_next(&world.program.db).await.expect("nothing waits"));
        world.run("UPDATE usage_rulings SET leased_until = now() - interval '1 second' WHERE leased_until IS NOT NULL");
    }
    assert_eq!(status(&world, &id(&file)), "pending");
    make_room(&world);
    job(&world).await;
    assert_eq!(status(&world, &id(&file)), "accepted");
}

#[actix_web::test]
async fn a_file_above_a_limit_waits_and_says_why() {
    let (world, apollo, michael) = with_a_first_period().await;
    set(&michael, &[("mode", "accept"), ("most_percent", "9.7"), ("most_sum", "33.49")]).await;
    let told = mails(&world, "usage_submitted");
    let file = next(&world, &apollo).await;
    assert_eq!(mails(&world, "usage_submitted"), told);
    job(&world).await;
    assert_eq!((status(&world, &id(&file)), mails(&world, "usage_submitted")), ("pending".into(), told + 1));
    let page = seen(&michael, &file).await;
    page.must_say("so you decide:")
        .must_say("9.8% more per day than")
        .must_say("The rule allows 9.7%.")
        .must_say("The period's total is 33.50 USD. The rule allows 33.49 USD.");
    apollo.get(&file.path).await.must_not_say("The rule allows").must_not_say("9.7");
    accept_by_hand(&michael, &file).await;
    seen(&michael, &file).await.must_say("did not accept this file:");
    assert_eq!(events(&world, "usage_file.accepted_by_rule"), 0);
}

#[actix_web::test]
async fn the_first_file_waits_for_people() {
    let world = World::new().await;
    world.run(&format!("UPDATE products SET usage_schema = 'CR' WHERE id = '{PULSE}'"));
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    accept_within(&michael, "9999").await;
    let file = reported(&world, &apollo, 8, &[("SO-4702", "20")]).await;
    submit(&apollo, &file).await;
    job(&world).await;
    assert_eq!(status(&world, &id(&file)), "pending");
    seen(&michael, &file).await.must_say("No earlier period of this length has been accepted");
}

#[actix_web::test]
async fn what_is_missing_and_what_is_not_active_is_left_to_people_when_the_rule_says_so() {
    let (world, apollo, michael) = with_a_first_period().await;
    set(&michael, &[("mode", "accept"), ("most_percent", "50"), ("complete", "yes"), ("active_only", "yes")]).await;
    let file = reported(&world, &apollo, 6, &[("SO-4702", "33")]).await;
    submit(&apollo, &file).await;
    world.run("UPDATE subscriptions SET status = 'suspended' WHERE external_id = 'SO-4702'");
    job(&world).await;
    assert_eq!(status(&world, &id(&file)), "pending");
    seen(&michael, &file)
        .await
        .must_say("1 subscription item that was reported before is missing (10.50 USD).")
        .must_say("1 subscription item is reported although its subscription is not active (33.00 USD).")
        .must_not_say("The rule allows");

    // without these limits nothing of it matters
    let form = michael.get(&format!("{}/edit", page_of_rule())).await;
    let tried = michael.submit(&form, &[("complete", ""), ("active_only", ""), ("preview", "yes")]).await;
    tried.must_be(200).must_say("Would have accepted 1 of");
    assert_eq!(tried.value("revision"), "1", "nothing was saved");
    michael.get(&page_of_rule()).await.must_say("Would have accepted 0 of").must_say("Nothing may be missing");
}

#[actix_web::test]
async fn a_rule_decides_about_what_its_company_receives_and_nothing_else() {
    let (world, apollo, michael) = with_a_first_period().await;
    world.run(&format!(
        "INSERT INTO usage_rules (owner_id, product_id, mode, reason, revision, created_at, updated_at) \
         VALUES ('PA-196-115', '{PULSE}', 'reject', 'Not ours', 1, now(), now())"
    ));
    let file = next(&world, &apollo).await;
    job(&world).await;
    assert_eq!(status(&world, &id(&file)), "pending");
    seen(&michael, &file).await.must_not_say("Not ours").must_say("Rule for this product");
    let (donnie, paulie) = (world.donnie().await, world.paulie().await);
    donnie.get(&format!("{ACREED}/usage-rules/{PULSE}")).await.must_be(404);
    donnie.get(&format!("{MICKS}/usage-rules/{PULSE}")).await.must_be(404);
    apollo.get(&format!("{CHAMPIONS}/usage-rules")).await.must_be(404);
    // who may look sees the rule, and changes nothing
    let page = paulie.get(&page_of_rule()).await;
    page.must_say("You accept or reject each file.").must_not_say("Edit");
    paulie.get(&format!("{}/edit", page_of_rule())).await.must_be(403);
}

#[actix_web::test]
async fn whoever_decides_before_the_rule_has_decided() {
    let (world, apollo, michael) = with_a_first_period().await;
    accept_within(&michael, "50").await;
    let file = next(&world, &apollo).await;
    let form = michael.get(&format!("{MICKS}/usage-files/{}/reject", id(&file))).await;
    michael.submit(&form, &[("note", "An hour is missing")]).await.must_be(303);
    job(&world).await;
    assert_eq!(status(&world, &id(&file)), "rejected");
    assert_eq!((events(&world, "usage_file.accepted_by_rule"), events(&world, "usage_file.rejected")), (0, 1));

    // a decision that can still be taken back stands as well
    upload(&world, &apollo, &file, &report("22", "11.5")).await;
    submit(&apollo, &apollo.get(&file.path).await).await;
    let page = seen(&michael, &file).await;
    michael.submit_to(&page, Some("/accept"), &[("note", "Looked at")]).await.must_be(303);
    job(&world).await;
    assert_eq!((status(&world, &id(&file)), events(&world, "usage_file.accepted_by_rule")), ("pending".into(), 0));
    world.seconds_later().await;
    assert_eq!(status(&world, &id(&file)), "accepted");
    apollo.get(&file.path).await.must_say("Looked at").must_not_say("automatically");
}

/// What the two subscriptions come to on the two days of [`next`].
fn report(one: &str, other: &str) -> Vec<u8> {
    let row = |order: &str, amount: &str| {
        format!(
            "again-{order},item.mpn,APOLLO-PULSE-HOURS,{amount},2,{} 00:00:00,{} 23:59:59,asset.external_id,{order}",
            ago(6),
            ago(5)
        )
    };
    let head = HEAD.replace("quantity", "amount,quantity");
    [head, row("SO-4702", one), row("SO-2", other)].join("\r\n").into_bytes()
}

#[actix_web::test]
async fn the_rule_of_the_moment_decides() {
    let (world, apollo, michael) = with_a_first_period().await;
    accept_within(&michael, "50").await;
    let told = mails(&world, "usage_submitted");
    let file = next(&world, &apollo).await;
    set(&michael, &[("mode", "manual")]).await;
    job(&world).await;
    assert_eq!((status(&world, &id(&file)), mails(&world, "usage_submitted")), ("pending".into(), told + 1));
    seen(&michael, &file).await.must_say("Your decision").must_not_say("automatically");
}

#[actix_web::test]
async fn a_file_is_rejected_by_itself_with_a_reason_each_time() {
    let (world, apollo, michael) = with_a_first_period().await;
    set(&michael, &[("mode", "reject"), ("reason", "Report to the new marketplace")]).await;
    let file = next(&world, &apollo).await;
    job(&world).await;
    assert_eq!(status(&world, &id(&file)), "rejected");
    let page = apollo.get(&file.path).await;
    page.must_say("Rejected automatically by the rule of").must_say("Report to the new marketplace");
    upload(&world, &apollo, &file, &report("1", "1")).await;
    submit(&apollo, &apollo.get(&file.path).await).await;
    job(&world).await;
    assert_eq!((status(&world, &id(&file)), events(&world, "usage_file.rejected_by_rule")), ("rejected".into(), 2));
}

#[actix_web::test]
async fn parts_of_a_period_are_held_to_its_limits_together() {
    let (world, apollo, michael) = with_a_first_period().await;
    set(&michael, &[("mode", "accept"), ("most_percent", "9999"), ("most_sum", "34")]).await;
    let file = next(&world, &apollo).await;
    let second = create_for(&apollo, "The rest", (ago(6), ago(5)), "USD").await;
    upload(&world, &apollo, &second, &report("0.5", "0.1")).await.must_say("No errors found.");
    submit(&apollo, &second).await;
    job(&world).await;
    assert_eq!((status(&world, &id(&file)), status(&world, &id(&second))), ("accepted".into(), "pending".into()));
    seen(&michael, &second).await.must_say("The period's total is 34.10 USD. The rule allows 34.00 USD.");
}

#[actix_web::test]
async fn a_program_that_was_killed_leaves_the_file_to_the_next() {
    let (world, apollo, michael) = with_a_first_period().await;
    accept_within(&michael, "50").await;
    let file = next(&world, &apollo).await;
    // as the killed program left it
    let held = |lease: &str, attempts: u8| {
        world.run(&format!(
            "UPDATE usage_rulings SET leased_until = now() + interval '{lease}', attempts = {attempts} WHERE ruled_at IS NULL"
        ));
    };
    held("1 hour", 1);
    job(&world).await;
    assert_eq!(status(&world, &id(&file)), "pending", "nobody else takes what is held");
    held("-1 second", 1);
    job(&world).await;
    assert_eq!((status(&world, &id(&file)), events(&world, "usage_file.accepted_by_rule")), ("accepted".into(), 1));

    // what ends the program again and again is left to people
    let file = reported(&world, &apollo, 4, &[("SO-4702", "22"), ("SO-2", "11.5")]).await;
    submit(&apollo, &file).await;
    held("-1 second", 5);
    job(&world).await;
    assert_eq!(status(&world, &id(&file)), "pending");
    seen(&michael, &file).await.must_say("The file could not be compared with the period before.");
    // and what was found stays
    let changed = refused(&mut world.sql(), "UPDATE usage_rulings SET outcome = 'accepted'");
    assert!(changed.contains("keeps what was written"), "{changed}");
}

#[actix_web::test]
async fn a_rule_is_tried_before_it_is_saved() {
    let (world, apollo, michael) = with_a_first_period().await;
    let file = next(&world, &apollo).await;
    job(&world).await;
    let form = michael.get(&format!("{}/edit", page_of_rule())).await;
    // the two of the cast and two of our own
    form.must_say("You would have decided about 4 files.");
    michael
        .submit(&form, &[("mode", "accept")])
        .await
        .must_be(422)
        .must_say("Enter how much more is allowed, such as 10");
    michael.submit(&form, &[("mode", "reject")]).await.must_be(422).must_say("Enter a reason");
    let typed = [("mode", "accept"), ("most_percent", "9.7"), ("preview", "yes")];
    let tried = michael.submit(&form, &typed).await;
    tried.must_be(200).must_say("Would have accepted 0 of 4 files.");
    let lines = rows(&tried, "What it would have done");
    assert!(lines[0][0].contains(&id(&file)) && lines[0][4].contains("The rule allows 9.7%."), "{lines:?}");
    assert!(lines[1][4].contains("No earlier period of this length has been accepted"), "{lines:?}");
    let tried = michael.submit(&tried, &[("most_percent", "9.8"), ("preview", "yes")]).await;
    tried.must_say("Would have accepted 1 of 4 files.");
    michael.submit(&tried, &[]).await.must_be(303);
    let page = michael.get(&page_of_rule()).await;
    page.must_say("Files with up to 9.8% more per day").must_say("Would have accepted 1 of 4 files.");
    michael.get(&format!("{MICKS}/usage-rules?rule=accept")).await.must_say("9.8%").must_say(PULSE);
    michael.get(&format!("{MICKS}/products/{PULSE}")).await.must_say("Usage rule");
    // what is not accepted now waits as before: a rule looks at what is submitted from now on
    assert_eq!(status(&world, &id(&file)), "pending");

    // who saves second sees what was saved meanwhile
    michael
        .submit(&form, &[("mode", "accept"), ("most_percent", "20")])
        .await
        .must_be(409)
        .must_say("Saved by someone else: 9.8");
}

#[actix_web::test]
async fn what_is_unusual_and_what_has_no_control_total_is_left_to_people_when_the_rule_says_so() {
    let world = World::new().await;
    world.run(&format!("UPDATE products SET usage_schema = 'CR' WHERE id = '{PULSE}'"));
    subscribe_again(&world);
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    for (day, amount) in (7..=12).rev().zip(["100", "101", "99", "100", "102", "98"]) {
        let file = of_a_day(&world, &apollo, day, &[("SO-4702", amount), ("SO-2", "50")], &[]).await;
        submit(&apollo, &file).await;
        job(&world).await;
        accept_by_hand(&michael, &file).await;
    }
    set(&michael, &[("mode", "accept"), ("most_percent", "9999"), ("usual", "yes"), ("controlled", "yes")]).await;
    michael
        .get(&page_of_rule())
        .await
        .must_say("Nothing may differ much from its last 12 periods.")
        .must_say("The vendor must give a control total.");
    // 150 after a median of 100, from which half of the periods are 1 away; 59 after 50 each time is not far enough
    let file = of_a_day(&world, &apollo, 6, &[("SO-4702", "150"), ("SO-2", "59")], &[]).await;
    submit(&apollo, &file).await;
    job(&world).await;
    assert_eq!(status(&world, &id(&file)), "pending");
    seen(&michael, &file)
        .await
        .must_say("1 subscription item differs a lot from its last periods (150.00 USD).")
        .must_say("The vendor gave no control total.");
    let page = michael.get(&format!("{MICKS}/usage-files/{}/compare", id(&file))).await;
    let unusual = rows(page.must_be(200), "Unusual usage");
    assert_eq!(unusual.len(), 1, "{unusual:?}");
    assert_eq!(unusual[0][2..], ["6", "100.00", "150.00"]);
    let prices = rows(&page, "Unit prices");
    assert_eq!((prices[0][1..4].join(" "), prices[0][5].as_str()), ("29.50 52.25 75.00".into(), "0"));
    accept_by_hand(&michael, &file).await;
    // and what is as usual, with a control total, is accepted at once
    let file = of_a_day(&world, &apollo, 5, &[("SO-4702", "103"), ("SO-2", "59")], &[("control_total", "162")]).await;
    submit(&apollo, &file).await;
    job(&world).await;
    assert_eq!(status(&world, &id(&file)), "accepted");
}
