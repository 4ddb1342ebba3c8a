//! Campaigns: who has signed an agreement's active version, reminders and deadlines; many contracts extended and renewed at once.

use entente::modules::campaigns::overdue;
use futures_util::future::join;

use crate::{
    renewal::ends,
    support::{
        Client, World,
        world::{ACREED, AGREEMENT, CHAMPIONS, MICKS, SIGNED},
    },
};

/// The address of the tab.
fn tab() -> String {
    format!("{MICKS}/agreements/{AGREEMENT}/signatures")
}

/// Version 3 becomes active: whoever signed before is outstanding.
async fn newer(michael: &Client) {
    let page = michael.get(&format!("{MICKS}/agreements/{AGREEMENT}/versions/new")).await;
    let typed = [("source", "link"), ("link", "https://terms.example/3"), ("activate", "yes")];
    michael.submit(&page, &typed).await.must_be(303);
}

fn reminders(world: &World) -> i64 {
    world.number(
        "SELECT count(*) AS n FROM outbox WHERE kind = 'version_offered' AND recipient = 'donnie@acreedllc.example' \
         AND (facts ->> 'reminder')::boolean",
    )
}

fn asked(world: &World) -> i64 {
    world.number(&format!(
        "SELECT count(*) AS n FROM events WHERE name = 'contract.signature_asked' AND object = '{SIGNED}'"
    ))
}

/// How many are told of deadlines that have passed.
async fn told(world: &World) -> usize {
    world.program.db.write_system("deadlines", overdue::tell).await.expect("it tells")
}

async fn set_deadline(michael: &Client, day: &str) -> crate::support::Answer {
    let page = michael.get(&format!("{}/deadline", tab())).await;
    michael.submit(&page, &[("due_on", day)]).await
}

#[actix_web::test]
async fn the_tab_says_who_has_signed_and_who_is_outstanding() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    newer(&michael).await;
    let page = michael.get(&tab()).await;
    page.must_be(200).must_say("Outstanding: 1").must_say(SIGNED).must_say("Remind all outstanding");
    michael.get(&format!("{}?show=signed", tab())).await.must_say("No contracts here").must_not_say(SIGNED);
    michael.get(&format!("{}?show=outstanding", tab())).await.must_say(SIGNED);
    let sheet = michael.get(&format!("{}/sheet.csv?show=outstanding", tab())).await;
    assert!(sheet.must_be(200).body_text().contains(SIGNED));
    michael.get(&format!("{}/sheet.xlsx", tab())).await.must_be(200);
    // once it is signed nothing is outstanding
    let contract = format!("{ACREED}/contracts/{SIGNED}");
    let sign = donnie.get(&format!("{contract}/versions/3/sign")).await;
    donnie.submit(&sign, &[("accept", "yes")]).await.must_be(303);
    let page = michael.get(&tab()).await;
    page.must_say("Outstanding: 0").must_not_say("Remind all outstanding");
    michael.get(&format!("{}?show=signed", tab())).await.must_say(SIGNED);
    michael.get(&format!("{}?show=3", tab())).await.must_say(SIGNED);
    michael.get(&format!("{}?show=2&after=nonsense", tab())).await.must_be(200);
}

#[actix_web::test]
async fn everybody_outstanding_is_reminded_at_most_once_a_day() {
    let world = World::new().await;
    let michael = world.michael().await;
    newer(&michael).await;
    let page = michael.get(&format!("{}/remind", tab())).await;
    page.must_say("We'll remind 1 partner to sign version 3.");
    assert_eq!(reminders(&world), 0, "the page asks first");
    michael.follow(michael.submit(&page, &[]).await).await.must_say("1 reminder sent");
    assert_eq!((reminders(&world), asked(&world)), (1, 1));
    let history = michael.get(&format!("{MICKS}/contracts/{SIGNED}/history")).await;
    history.must_say("Michael Goldmill").must_say("reminded the partner to sign a newer version");
    // pressed once more, and ticked as well
    michael.follow(michael.submit(&page, &[]).await).await.must_say("Nobody was reminded");
    let list = michael.get(&tab()).await;
    let (csrf, was) = (list.value("csrf"), list.value("was"));
    let ticked = [("csrf", csrf.as_str()), ("was", was.as_str()), ("id", SIGNED)];
    michael.follow(michael.post(&tab(), &ticked).await).await.must_say("Nobody was reminded");
    michael.get(&format!("{}/remind", tab())).await.must_say("There is nobody to remind");
    assert_eq!((reminders(&world), asked(&world)), (1, 1));
    world.run("UPDATE signature_reminders SET at = at - interval '25 hours'");
    michael.follow(michael.post(&tab(), &ticked).await).await.must_say("1 reminder sent");
    assert_eq!((reminders(&world), asked(&world)), (2, 2));
}

#[actix_web::test]
async fn of_two_who_remind_at_once_one_does() {
    let world = World::new().await;
    let (michael, other) = (world.michael().await, world.michael().await);
    newer(&michael).await;
    let at = format!("{}/remind", tab());
    let (one, two) = (michael.get(&at).await, other.get(&at).await);
    let (one, two) = join(michael.submit(&one, &[]), other.submit(&two, &[])).await;
    one.must_be(303);
    two.must_be(303);
    assert_eq!((reminders(&world), asked(&world)), (1, 1));
}

#[actix_web::test]
async fn nobody_is_reminded_of_a_version_that_is_no_longer_active() {
    let world = World::new().await;
    let michael = world.michael().await;
    newer(&michael).await;
    let remind = michael.get(&format!("{}/remind", tab())).await;
    let deadline = michael.get(&format!("{}/deadline", tab())).await;
    newer(&michael).await;
    michael.submit(&remind, &[]).await.must_be(409).must_say("The active version").must_say("Nobody was reminded");
    michael.submit(&deadline, &[("due_on", "2099-01-31")]).await.must_be(409).must_say("Nothing was saved");
    assert_eq!(reminders(&world), 0);
}

#[actix_web::test]
async fn a_deadline_is_shown_to_both_and_ends_nothing() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    newer(&michael).await;
    set_deadline(&michael, "2001-01-31").await.must_be(422).must_say("must be today or later");
    let stale = michael.get(&format!("{}/deadline", tab())).await;
    set_deadline(&michael, "2099-01-31").await.must_be(303);
    michael.submit(&stale, &[("due_on", "2098-01-31")]).await.must_be(409).must_say("The deadline changed");
    michael.get(&tab()).await.must_say("Deadline to sign: 31 Jan 2099.");
    let contract = format!("{ACREED}/contracts/{SIGNED}");
    donnie.get(&contract).await.must_say("Please sign version 3 by 31 Jan 2099.");
    donnie.get(&format!("{contract}/versions/3/sign")).await.must_say("Deadline to sign").must_say("31 Jan 2099");
    donnie.get(ACREED).await.must_say("version 3 to be signed in");
    assert_eq!(told(&world).await, 0);
    // the day passes
    world.run("UPDATE agreement_versions SET due_at = now() - interval '1 hour' WHERE due_at IS NOT NULL");
    assert_eq!((told(&world).await, told(&world).await), (1, 0), "once");
    let letters =
        |kind: &str| world.number(&format!("SELECT count(DISTINCT facts) AS n FROM outbox WHERE kind = '{kind}'"));
    assert_eq!((letters("version_overdue"), letters("signatures_overdue")), (1, 1));
    michael.get(&tab()).await.must_say("Overdue");
    donnie.get(&contract).await.must_say("You can still sign it.");
    let status = format!("SELECT status AS t FROM contracts WHERE id = '{SIGNED}'");
    assert_eq!(world.text(&status), "active");
    // another day begins anew, and none takes it away
    set_deadline(&michael, "2099-02-28").await.must_be(303);
    set_deadline(&michael, "").await.must_be(303);
    michael.get(&tab()).await.must_not_say("Deadline to sign:").must_say("Set deadline");
}

#[actix_web::test]
async fn strangers_see_no_campaign() {
    let world = World::new().await;
    let (michael, donnie, apollo, paulie) =
        (world.michael().await, world.donnie().await, world.apollo().await, world.paulie().await);
    newer(&michael).await;
    for end in ["", "/remind", "/deadline", "/sheet.csv"] {
        donnie.get(&format!("{ACREED}/agreements/{AGREEMENT}/signatures{end}")).await.must_be(404);
        apollo.get(&format!("{CHAMPIONS}/agreements/{AGREEMENT}/signatures{end}")).await.must_be(404);
    }
    let csrf = donnie.get(ACREED).await.value("csrf");
    let forged = [("csrf", csrf.as_str()), ("id", SIGNED), ("was", "x")];
    donnie.post(&format!("{ACREED}/agreements/{AGREEMENT}/signatures"), &forged).await.must_be(404);
    paulie.get(&format!("{}/deadline", tab())).await.must_be(403);
    assert_eq!(reminders(&world), 0);
}

/// Ticks a contract in the list and presses a button that leads there.
async fn ticked(michael: &Client, act: &str, ids: &[&str]) -> crate::support::Answer {
    let list = michael.get(&format!("{MICKS}/contracts?ends=90")).await;
    let csrf = list.value("csrf");
    let mut fields = vec![("csrf", csrf.as_str())];
    fields.extend(ids.iter().map(|id| ("id", *id)));
    michael.post(&format!("{MICKS}/contracts/{act}?ends=90"), &fields).await
}

#[actix_web::test]
async fn what_ends_soon_is_a_list_and_is_extended_at_once() {
    let world = World::new().await;
    ends(&world, SIGNED, "now() + interval '20 days'");
    let michael = world.michael().await;
    michael.get(&format!("{MICKS}/contracts")).await.must_say("Ending soon");
    michael.get(&format!("{MICKS}/contracts?ends=7")).await.must_not_say(SIGNED);
    let list = michael.get(&format!("{MICKS}/contracts?ends=30")).await;
    list.must_say(SIGNED).must_say("Extend").must_say("Renew");
    let asked = ticked(&michael, "extend", &[SIGNED]).await;
    asked.must_be(200).must_say("1 contract selected");
    michael.submit(&asked, &[("ends_on", "")]).await.must_be(422).must_say("Enter a date");
    let shown = michael.submit(&asked, &[("ends_on", "2001-01-31")]).await;
    shown.must_say("1 will not change").must_say("The new date must be");
    let shown = michael.submit(&asked, &[("ends_on", "2099-01-31")]).await;
    shown.must_say("1 will change").must_say("Until 31 Jan 2099, once your partner accepts");
    let offers = "SELECT count(*) AS n FROM contract_extensions WHERE status = 'offered'";
    assert_eq!(world.number(offers), 0, "the page asks first");
    michael.follow(michael.submit_to(&shown, Some("/extend"), &[]).await).await.must_say("1 new expiry date offered");
    assert_eq!(world.number(offers), 1);
    // pressed once more, nothing is offered twice
    let again = michael.submit_to(&shown, Some("/extend"), &[]).await;
    again.must_be(200).must_say("0 new expiry dates offered").must_say("hasn't answered yet");
    assert_eq!(world.number(offers), 1);
}

#[actix_web::test]
async fn many_are_renewed_on_the_active_version_that_was_shown() {
    let world = World::new().await;
    ends(&world, SIGNED, "now() + interval '20 days'");
    let michael = world.michael().await;
    let asked = ticked(&michael, "renew", &[SIGNED]).await;
    let shown = michael.submit(&asked, &[("ends_on", "")]).await;
    shown.must_say("Renewal on version 2 without an expiry date, once your partner signs");
    newer(&michael).await;
    let renewals = format!("SELECT count(*) AS n FROM contracts WHERE predecessor_id = '{SIGNED}'");
    let refused = michael.submit_to(&shown, Some("/renew"), &[]).await;
    refused.must_be(200).must_say("0 renewals offered").must_say("Nothing was offered");
    assert_eq!(world.number(&renewals), 0);
    let shown = michael.submit(&asked, &[("ends_on", "2099-01-31")]).await;
    shown.must_say("Renewal on version 3 until 31 Jan 2099");
    michael.follow(michael.submit_to(&shown, Some("/renew"), &[]).await).await.must_say("1 renewal offered");
    assert_eq!(world.number(&renewals), 1);
    let again = michael.submit_to(&shown, Some("/renew"), &[]).await;
    again.must_be(200).must_say("0 renewals offered").must_say("Its renewal");
    assert_eq!(world.number(&renewals), 1);
}
