//! Contracts that go on: a new expiry date that both sides stamp, and successors that take over what hangs on the contract before them.

use diesel::connection::SimpleConnection as _;
use entente::modules::contracts::{evidence::verify, expiry};

use crate::support::{
    Answer, Client, World,
    world::{ACREED, AGREEMENT, CHAMPIONS, MICKS, PENDING, SIGNED, key},
};

/// Approved, with Champions; Apollo Pulse is listed and ordered under it.
const CARRIES: &str = "CRD-40293-21272-66678";
const DISTRIBUTION: &str = "AGD-284-437-563";

pub fn ends(world: &World, contract: &str, when: &str) {
    world.run(&format!("UPDATE contracts SET expire_at = {when} WHERE id = '{contract}'"));
}

fn end_of(world: &World, contract: &str) -> String {
    world.text(&format!(
        "SELECT coalesce(to_char(expire_at, 'YYYY-MM-DD'), 'never') AS t FROM contracts WHERE id = '{contract}'"
    ))
}

fn status(world: &World, contract: &str) -> String {
    world.text(&format!("SELECT status AS t FROM contracts WHERE id = '{contract}'"))
}

fn events(world: &World, name: &str) -> i64 {
    world.number(&format!("SELECT count(*) AS n FROM events WHERE name = '{name}'"))
}

fn sound(world: &World) {
    let report = verify::run(&mut world.sql(), &key(), &[]).unwrap();
    assert_eq!(report.broken, Vec::<String>::new());
}

pub async fn offer_end(michael: &Client, contract: &str, day: &str) -> Answer {
    let page = michael.get(&format!("{MICKS}/contracts/{contract}/extend")).await;
    michael.submit(&page, &[("ends_on", day)]).await
}

#[actix_web::test]
async fn a_later_end_holds_once_both_sides_have_stamped_it() {
    let world = World::new().await;
    ends(&world, SIGNED, "'2027-01-31 12:00Z'");
    world.run(&format!("UPDATE contracts SET reminded_days = 30 WHERE id = '{SIGNED}'"));
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    offer_end(&michael, SIGNED, "2027-01-30").await.must_be(422).must_say("must be after 31 Jan 2027");
    offer_end(&michael, SIGNED, "soon").await.must_be(422).must_say("Enter a date");
    offer_end(&michael, SIGNED, "2028-01-31").await.must_be(303);
    assert_eq!(end_of(&world, SIGNED), "2027-01-31", "until it is accepted the old day holds");
    michael
        .get(&format!("{MICKS}/contracts/{SIGNED}/extend"))
        .await
        .must_be(409)
        .must_say("There is already an open offer");
    michael.get(&format!("{MICKS}/contracts/{SIGNED}")).await.must_say("Your partner hasn't answered yet");
    donnie.get(ACREED).await.must_say("Contracts to sign 2");
    let contract = donnie.get(&format!("{ACREED}/contracts/{SIGNED}")).await;
    contract.must_say("Mighty Mick's LLC offers a new expiry date, 31 Jan 2028");
    let page = donnie.get(&contract.link("Accept new expiry date")).await;
    page.must_say("31 Jan 2028 instead of 31 Jan 2027");
    donnie.follow(donnie.submit(&page, &[]).await).await.must_say("New expiry date accepted").must_say("31 Jan 2028");
    assert_eq!(end_of(&world, SIGNED), "2028-01-31");
    let reminded = format!("SELECT count(*) AS n FROM contracts WHERE id = '{SIGNED}' AND reminded_days IS NULL");
    assert_eq!(world.number(&reminded), 1, "both sides are reminded anew");
    let stamps = format!("SELECT count(*) AS n FROM signatures WHERE contract_id = '{SIGNED}' AND extension = 1");
    assert_eq!(world.number(&stamps), 2);
    assert_eq!((events(&world, "contract.extension_offered"), events(&world, "contract.extended")), (1, 1));
    sound(&world);
    // pressed once more, the same form leads where it led
    donnie.follow(donnie.submit(&page, &[]).await).await.must_say("New expiry date accepted");
    assert_eq!(world.number(&stamps), 2);
    offer_end(&michael, SIGNED, "2029-01-31").await.must_be(303);
    let other = donnie.get(&format!("{ACREED}/contracts/{SIGNED}/extension")).await;
    let withdraw = michael.get(&format!("{MICKS}/contracts/{SIGNED}/extension/withdraw")).await;
    michael.submit(&withdraw, &[]).await.must_be(303);
    donnie.submit(&other, &[]).await.must_be(409).must_say("There is no open offer");
}

#[actix_web::test]
async fn an_offered_end_is_withdrawn_declined_or_lapses() {
    let world = World::new().await;
    ends(&world, SIGNED, "'2027-01-31 12:00Z'");
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    offer_end(&michael, SIGNED, "2028-01-31").await.must_be(303);
    let stale = donnie.get(&format!("{ACREED}/contracts/{SIGNED}/extension")).await;
    let page = michael.get(&format!("{MICKS}/contracts/{SIGNED}/extension/withdraw")).await;
    michael.submit(&page, &[]).await.must_be(303);
    donnie.submit(&stale, &[]).await.must_be(409);
    offer_end(&michael, SIGNED, "").await.must_be(303);
    // the page of the first offer does not accept the second
    donnie.submit(&stale, &[]).await.must_be(409).must_say("The new expiry date changed");
    let page = donnie.get(&format!("{ACREED}/contracts/{SIGNED}/extension/decline")).await;
    page.must_say("31 Jan 2027");
    donnie.submit(&page, &[("reason", "We want to talk first")]).await.must_be(303);
    assert_eq!(end_of(&world, SIGNED), "2027-01-31");
    offer_end(&michael, SIGNED, "2029-01-31").await.must_be(303);
    let page = michael.get(&format!("{MICKS}/contracts/{SIGNED}/terminate")).await;
    michael.submit(&page, &[]).await.must_be(303);
    let statuses = world.text("SELECT string_agg(status, ' ' ORDER BY number) AS t FROM contract_extensions");
    assert_eq!(statuses, "withdrawn declined lapsed");
    assert_eq!(events(&world, "contract.extended"), 0);
    sound(&world);
}

#[actix_web::test]
async fn nobody_but_the_two_sides_extends_and_each_only_its_part() {
    let world = World::new().await;
    ends(&world, SIGNED, "'2027-01-31 12:00Z'");
    let (michael, donnie, apollo, paulie) =
        (world.michael().await, world.donnie().await, world.apollo().await, world.paulie().await);
    offer_end(&michael, SIGNED, "2028-01-31").await.must_be(303);
    michael.get(&format!("{MICKS}/contracts/{SIGNED}/extension")).await.must_be(404);
    donnie.get(&format!("{ACREED}/contracts/{SIGNED}/extend")).await.must_be(404);
    apollo.get(&format!("{CHAMPIONS}/contracts/{SIGNED}/extension")).await.must_be(404);
    paulie.get(&format!("{MICKS}/contracts/{SIGNED}/extend")).await.must_be(403);
    let csrf = michael.get(MICKS).await.value("csrf");
    michael.post(&format!("{MICKS}/contracts/{SIGNED}/extension"), &[("csrf", &csrf)]).await.must_be(404);
}

/// Offers a renewal and returns its id.
async fn offer(michael: &Client, contract: &str) -> String {
    let page = michael.get(&format!("{MICKS}/contracts/{contract}/renewal")).await;
    page.must_say("it replaces");
    let answer = michael.submit(&page, &[("note", "Another year together")]).await;
    answer.must_be(303).location().rsplit('/').next().expect("an id").to_owned()
}

#[actix_web::test]
async fn a_service_contract_is_renewed_without_a_gap() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    let made = offer(&michael, SIGNED).await;
    michael.get(&format!("{MICKS}/contracts/{SIGNED}")).await.must_say(&made);
    let stays = format!("The renewal {made} stays open");
    michael.get(&format!("{MICKS}/contracts/{SIGNED}/terminate")).await.must_say(&stays);
    michael.get(&format!("{MICKS}/contracts/{made}")).await.must_say("sign or decline it").must_say("Renewal of");
    michael.get(&format!("{MICKS}/contracts/{SIGNED}/renewal")).await.must_be(409).must_say(&made);
    let contract = donnie.get(&format!("{ACREED}/contracts/{made}")).await;
    let page = donnie.get(&contract.link("Review and sign")).await;
    page.must_say("Another year together").must_say("version 2");
    donnie.submit(&page, &[]).await.must_be(422).must_say("Confirm that you have read and accepted the agreement");
    donnie
        .follow(donnie.submit(&page, &[("accept", "yes")]).await)
        .await
        .must_say("Contract signed")
        .must_say("Active");
    assert_eq!((status(&world, SIGNED), status(&world, &made)), ("terminated".into(), "active".into()));
    donnie.get(&format!("{ACREED}/agreements")).await.must_be(200);
    assert_eq!(events(&world, "contract.succeeded"), 1);
    michael.get(&format!("{MICKS}/contracts/{SIGNED}/history")).await.must_say("because its renewal was signed");
    sound(&world);
    // pressed once more, it leads where the first press led
    donnie.submit(&page, &[("accept", "yes")]).await.must_be(303);
    assert_eq!(events(&world, "contract.succeeded"), 1);
    sound(&world);
}

#[actix_web::test]
pub async fn a_distribution_contracts_successor_takes_over_listings_and_subscriptions() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let hanging = |contract: &str| {
        (
            world.number(&format!("SELECT count(*) AS n FROM listings WHERE contract_id = '{contract}'")),
            world.number(&format!("SELECT count(*) AS n FROM subscriptions WHERE contract_id = '{contract}'")),
        )
    };
    let before = hanging(CARRIES);
    assert!(before.0 > 0 && before.1 > 0, "the cast lists and orders");
    let made = offer(&michael, CARRIES).await;
    let page = apollo.get(&format!("{CHAMPIONS}/contracts/{made}/accept")).await;
    page.must_say("What moves to this contract").must_say("move to the new contract");
    apollo.submit(&page, &[("accept", "yes")]).await.must_be(303);
    assert_eq!((hanging(CARRIES), hanging(&made)), ((0, 0), before));
    assert_eq!((events(&world, "listing.taken_over"), events(&world, "subscription.taken_over")), before);
    assert_eq!(world.number("SELECT count(*) AS n FROM listings WHERE status = 'listed'"), 1, "it stays listed");
    let subscription = world.text("SELECT id AS t FROM subscriptions WHERE status = 'active' LIMIT 1");
    michael.get(&format!("{MICKS}/subscriptions/{subscription}/history")).await.must_say(CARRIES).must_say(&made);
    michael.get(&format!("{MICKS}/subscriptions/{subscription}/change")).await.must_be(200);
    sound(&world);
}

#[actix_web::test]
async fn what_was_ordered_under_a_contract_that_ended_lives_on_under_the_next_enrolment() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let page = michael.get(&format!("{MICKS}/contracts/{CARRIES}/terminate")).await;
    michael.submit(&page, &[]).await.must_be(303);
    let subscription = world.text("SELECT id AS t FROM subscriptions WHERE status = 'active' LIMIT 1");
    michael.get(&format!("{MICKS}/subscriptions/{subscription}/change")).await.must_be(409);
    let page = apollo.get(&format!("{CHAMPIONS}/agreements/{DISTRIBUTION}")).await;
    let enrolled = apollo.submit(&page, &[("accept", "yes")]).await;
    let made = enrolled.must_be(303).location().rsplit('/').next().expect("an id").to_owned();
    let page = michael.get(&format!("{MICKS}/contracts/{made}/approve")).await;
    page.must_say(CARRIES).must_say("moves to the new contract");
    michael.submit(&page, &[]).await.must_be(303);
    michael.get(&format!("{MICKS}/subscriptions/{subscription}/change")).await.must_be(200);
    michael.get(&format!("{MICKS}/contracts/{made}")).await.must_say("Renewal of").must_say(CARRIES);
    sound(&world);
}

#[actix_web::test]
async fn a_program_contract_is_renewed_and_its_distribution_contracts_go_on() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let program = world.text(
        "SELECT id AS t FROM contracts WHERE type = 'program' AND signee_id = 'VA-287-142' AND status = 'active'",
    );
    let made = offer(&michael, &program).await;
    let page = apollo.get(&format!("{CHAMPIONS}/contracts/{made}/accept")).await;
    page.must_say("distribution contract moves to the new contract");
    apollo.submit(&page, &[("accept", "yes")]).await.must_be(303);
    assert_eq!((status(&world, &program), status(&world, &made)), ("terminated".into(), "active".into()));
    assert_eq!(status(&world, CARRIES), "active");
    assert_eq!(world.number("SELECT count(*) AS n FROM listings WHERE status = 'listed'"), 1);
    apollo.get(&format!("{CHAMPIONS}/agreements")).await.must_say("Tutorial Distribution");
}

#[actix_web::test]
async fn a_successor_is_declined_or_deleted_and_the_contract_goes_on() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    let made = offer(&michael, SIGNED).await;
    let page = donnie.get(&format!("{ACREED}/contracts/{made}/decline")).await;
    page.must_say(SIGNED);
    donnie.submit(&page, &[("reason", "Not on version 2")]).await.must_be(303);
    assert_eq!((status(&world, SIGNED), status(&world, &made)), ("active".into(), "rejected".into()));
    donnie.get(&format!("{ACREED}/contracts/{made}")).await.must_say("This renewal was not signed");
    let made = offer(&michael, SIGNED).await;
    let stale = donnie.get(&format!("{ACREED}/contracts/{made}/accept")).await;
    let page = michael.get(&format!("{MICKS}/contracts/{made}/delete")).await;
    michael.submit(&page, &[]).await.must_be(303);
    donnie.submit(&stale, &[("accept", "yes")]).await.must_be(404);
    assert_eq!(status(&world, SIGNED), "active");
    // and a distribution contract's successor can be taken back as well
    let made = offer(&michael, CARRIES).await;
    michael.get(&format!("{MICKS}/contracts/{made}/approve")).await.must_be(404);
    let page = michael.get(&format!("{MICKS}/contracts/{made}/delete")).await;
    michael.submit(&page, &[]).await.must_be(303);
    assert_eq!(status(&world, CARRIES), "active");
}

#[actix_web::test]
async fn a_successor_is_signed_as_it_was_shown() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let made = offer(&michael, CARRIES).await;
    let page = apollo.get(&format!("{CHAMPIONS}/contracts/{made}/accept")).await;
    let note = michael.get(&format!("{MICKS}/contracts/{made}/note")).await;
    michael.submit(&note, &[("note", "And twice the fee")]).await.must_be(303);
    apollo
        .submit(&page, &[("accept", "yes")])
        .await
        .must_be(409)
        .must_say("The note changed")
        .must_say("Nothing was signed");
    assert_eq!(status(&world, CARRIES), "active");
}

/// The program contract under which Champions works with Mighty Mick's.
fn program(world: &World) -> String {
    world
        .text("SELECT id AS t FROM contracts WHERE type = 'program' AND signee_id = 'VA-287-142' AND status = 'active'")
}

#[actix_web::test]
async fn contracts_of_all_three_types_get_a_new_expiry_date_and_are_reminded_of_it() {
    let world = World::new().await;
    let (michael, donnie, apollo) = (world.michael().await, world.donnie().await, world.apollo().await);
    let program = program(&world);
    let all = [(SIGNED, &donnie, ACREED), (CARRIES, &apollo, CHAMPIONS), (program.as_str(), &apollo, CHAMPIONS)];
    for (contract, signee, portal) in all {
        // a contract without an expiry date can get one, and must name it
        offer_end(&michael, contract, "").await.must_be(422).must_say("Enter a date such as");
        offer_end(&michael, contract, "2001-01-31").await.must_be(422).must_say("must be today or later");
        offer_end(&michael, contract, "2031-01-31").await.must_be(303);
        let page = signee.get(&format!("{portal}/contracts/{contract}/extension")).await;
        page.must_say("offers an expiry date: 31 Jan 2031. The contract currently has none.");
        signee.submit(&page, &[]).await.must_be(303);
        assert_eq!(end_of(&world, contract), "2031-01-31");
        sound(&world);
        let signed = world.text(&format!("SELECT expire_at::text AS t FROM contracts WHERE id = '{contract}'"));
        for (left, days) in [("29 days", 30), ("6 days", 7), ("12 hours", 1)] {
            ends(&world, contract, &format!("now() + interval '{left}'"));
            for told in [1, 0] {
                let count = world.program.db.write_system("reminders", expiry::remind).await.expect("it reminds");
                assert_eq!(count, told, "{contract} at {left}");
            }
            let reminded = format!("SELECT reminded_days::bigint AS n FROM contracts WHERE id = '{contract}'");
            assert_eq!(world.number(&reminded), days);
        }
        ends(&world, contract, &format!("'{signed}'"));
    }
}

#[actix_web::test]
async fn both_stamps_of_a_new_expiry_date_are_shown_and_certified() {
    let world = World::new().await;
    ends(&world, SIGNED, "'2027-01-31 12:00Z'");
    let (michael, donnie, apollo) = (world.michael().await, world.donnie().await, world.apollo().await);
    offer_end(&michael, SIGNED, "2028-01-31").await.must_be(303);
    let versions = format!("{ACREED}/contracts/{SIGNED}/versions");
    let certificate = |portal: &str| format!("{portal}/contracts/{SIGNED}/extensions/1/certificate");
    donnie.get(&versions).await.must_say("Expiry dates").must_say("31 Jan 2028 Offered").must_say("Not signed");
    donnie.get(&certificate(ACREED)).await.must_be(404);
    let page = donnie.get(&format!("{ACREED}/contracts/{SIGNED}/extension")).await;
    donnie.submit(&page, &[]).await.must_be(303);
    let page = donnie.get(&versions).await;
    page.must_say("31 Jan 2028 Accepted");
    for (client, portal) in [(&donnie, ACREED), (&michael, MICKS)] {
        let page = client.get(&certificate(portal)).await;
        page.must_say(&format!("Both companies signed the new expiry date of {SIGNED}, 31 Jan 2028."));
        page.must_say("Michael Goldmill").must_say("Adonis Creed").must_say("2027-01-31T12:00:00.000000Z");
    }
    apollo.get(&certificate(CHAMPIONS)).await.must_be(404);
    // the certificate of the version says no more than it did
    donnie
        .get(&format!("{versions}/1/certificate"))
        .await
        .must_say("Both companies signed Tutorial Agreement, version 1.");
}

#[actix_web::test]
async fn a_new_expiry_date_that_has_passed_is_not_accepted() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    offer_end(&michael, SIGNED, "2031-01-31").await.must_be(303);
    world.run("UPDATE contract_extensions SET to_at = now() - interval '1 minute'");
    let page = donnie.get(&format!("{ACREED}/contracts/{SIGNED}/extension")).await;
    donnie.submit(&page, &[]).await.must_be(409).must_say("has passed");
    // nor once the contract itself is over, before the program has ended it
    world.run("UPDATE contract_extensions SET to_at = now() + interval '1 year'");
    ends(&world, SIGNED, "now() - interval '1 minute'");
    let page = donnie.get(&format!("{ACREED}/contracts/{SIGNED}/extension")).await;
    donnie.submit(&page, &[]).await.must_be(409).must_say("has passed");
    assert_eq!(events(&world, "contract.extended"), 0);
}

#[actix_web::test]
async fn a_successors_document_is_read_on_the_page_that_signs_it() {
    let world = World::new().await;
    let (michael, donnie, apollo) = (world.michael().await, world.donnie().await, world.apollo().await);
    let page = michael.get(&format!("{MICKS}/contracts/{CARRIES}/renewal")).await;
    assert_eq!(page.texts("textarea[name=note]"), [""], "the program's own note is not the partner's");
    let made = offer(&michael, CARRIES).await;
    apollo.get(&format!("{CHAMPIONS}/contracts/{made}")).await.must_say("Another year together");
    let page = apollo.get(&format!("{CHAMPIONS}/contracts/{made}/accept")).await;
    page.must_say("The vendor may list its products on the marketplace");
    let made = offer(&michael, SIGNED).await;
    let page = donnie.get(&format!("{ACREED}/contracts/{made}/accept")).await;
    page.must_say("You pay within 14 days").must_say("Create and manage program agreements");
}

#[actix_web::test]
async fn a_partner_has_one_active_contract_on_an_agreement_however_it_came_about() {
    let world = World::new().await;
    let (michael, donnie, apollo) = (world.michael().await, world.donnie().await, world.apollo().await);
    for contract in [SIGNED, CARRIES] {
        let page = michael.get(&format!("{MICKS}/contracts/{contract}/terminate")).await;
        michael.submit(&page, &[]).await.must_be(303);
    }
    // whoever has a successor to sign gets no second contract from Auto Accept
    let made = offer(&michael, CARRIES).await;
    let page = michael.get(&format!("{MICKS}/agreements/{DISTRIBUTION}/auto-accept")).await;
    michael.submit(&page, &[]).await.must_be(303);
    let running = "SELECT count(*) AS n FROM contracts WHERE type = 'distribution' AND signee_id = 'VA-287-142' \
                   AND status IN ('pending', 'active')";
    assert_eq!(world.number(running), 1);
    let page = apollo.get(&format!("{CHAMPIONS}/contracts/{made}/accept")).await;
    apollo.submit(&page, &[("accept", "yes")]).await.must_be(303);
    // a company that was invited anew meanwhile has no use for the successor
    let made = offer(&michael, SIGNED).await;
    let page = donnie.get(&format!("{ACREED}/contracts/{made}/accept")).await;
    world.run(&format!(
        "UPDATE contracts SET status = 'active', activated_at = now(), signee_id = 'PA-196-115' WHERE id = '{PENDING}'"
    ));
    donnie.submit(&page, &[("accept", "yes")]).await.must_be(409).must_say(PENDING);
    assert_eq!(status(&world, &made), "pending");
    let page = donnie.get(&format!("{ACREED}/contracts/{made}/decline")).await;
    donnie.submit(&page, &[]).await.must_be(303);
    michael.get(&format!("{MICKS}/contracts/{SIGNED}/renewal")).await.must_be(409).must_say(PENDING);
    assert_eq!(world.number(&format!("SELECT count(*) AS n FROM agreements WHERE id = '{AGREEMENT}'")), 1);
}

#[actix_web::test]
async fn home_says_what_is_offered_and_leads_to_where_it_is_answered() {
    let world = World::new().await;
    let (michael, donnie, apollo) = (world.michael().await, world.donnie().await, world.apollo().await);
    world.run(&format!("UPDATE contracts SET version = 2 WHERE id = '{SIGNED}'"));
    offer_end(&michael, SIGNED, "2031-01-31").await.must_be(303);
    let home = donnie.get(ACREED).await;
    home.must_say(&format!("{SIGNED}, new expiry date offered")).must_not_say("version 2 offered");
    assert!(home.attributes("a", "href").contains(&format!("{ACREED}/contracts/{SIGNED}/extension")));
    let made = offer(&michael, CARRIES).await;
    let home = apollo.get(CHAMPIONS).await;
    home.must_say(&format!("{made}, renewal offered"));
    assert!(home.attributes("a", "href").contains(&format!("{CHAMPIONS}/contracts/{made}/accept")));
    // the issuer loses its right: the pages say so in place of the button
    world.run("UPDATE accounts SET founding = false WHERE id = 'PA-469-206'");
    let page = apollo.get(&format!("{CHAMPIONS}/contracts/{made}/accept")).await;
    page.must_say("cannot currently offer the permissions in this contract").must_not_say("I have read and accepted");
    world.run(&format!("UPDATE contracts SET version = 1 WHERE id = '{SIGNED}'"));
    let page = donnie.get(&format!("{ACREED}/contracts/{SIGNED}/versions/2/sign")).await;
    page.must_say("cannot currently offer the permissions in this contract").must_not_say("I have read and accepted");
    world.run("UPDATE accounts SET founding = true WHERE id = 'PA-469-206'");
    donnie.get(ACREED).await.must_say(&format!("{SIGNED}, version 2 offered"));
}

#[actix_web::test]
async fn what_is_signed_twice_at_once_is_signed_once() {
    let world = World::new().await;
    let (michael, donnie, apollo) = (world.michael().await, world.donnie().await, world.apollo().await);
    offer_end(&michael, SIGNED, "2031-01-31").await.must_be(303);
    let made = offer(&michael, CARRIES).await;
    let end = donnie.get(&format!("{ACREED}/contracts/{SIGNED}/extension")).await;
    let successor = apollo.get(&format!("{CHAMPIONS}/contracts/{made}/accept")).await;
    for (client, page, typed) in [(&donnie, &end, vec![]), (&apollo, &successor, vec![("accept", "yes")])] {
        let copies: Vec<_> = (0..8).map(|_| client.copy()).collect();
        let answers = futures_util::future::join_all(copies.iter().map(|copy| copy.submit(page, &typed))).await;
        let first = answers[0].must_be(303).location();
        assert!(answers.iter().all(|answer| answer.status == 303 && answer.location() == first));
    }
    let stamps = |of: &str| world.number(&format!("SELECT count(*) AS n FROM signatures WHERE contract_id = {of}"));
    assert_eq!((stamps(&format!("'{SIGNED}' AND extension = 1")), stamps(&format!("'{made}'"))), (2, 2));
    assert_eq!((events(&world, "contract.extended"), events(&world, "contract.succeeded")), (1, 1));
    sound(&world);
}

#[actix_web::test]
async fn a_new_expiry_date_and_a_termination_at_once_leave_one_story() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    offer_end(&michael, SIGNED, "2031-01-31").await.must_be(303);
    let accept = donnie.get(&format!("{ACREED}/contracts/{SIGNED}/extension")).await;
    let terminate = michael.get(&format!("{MICKS}/contracts/{SIGNED}/terminate")).await;
    let (ended, accepted) =
        futures_util::future::join(michael.submit(&terminate, &[]), donnie.submit(&accept, &[])).await;
    ended.must_be(303);
    let extension = world.text("SELECT status AS t FROM contract_extensions");
    match accepted.status {
        303 => assert_eq!(extension, "accepted"),
        409 => assert_eq!(extension, "lapsed"),
        other => panic!("{other}: {}", accepted.text()),
    }
    assert_eq!(status(&world, SIGNED), "terminated");
    sound(&world);
}

#[actix_web::test]
async fn contracts_that_expire_with_the_one_above_them_end_once_and_keep_no_other_from_ending() {
    let world = World::new().await;
    let program = program(&world);
    ends(&world, &program, "now() - interval '2 hours'");
    for contract in [CARRIES, SIGNED] {
        ends(&world, contract, "now() - interval '1 hour'");
    }
    world.program.db.write_system("expiry", expiry::terminate_due).await.expect("they end");
    for contract in [&program, CARRIES, SIGNED] {
        assert_eq!(status(&world, contract), "terminated");
    }
    let ended = format!("SELECT count(*) AS n FROM events WHERE object = '{CARRIES}' AND moved_to = 'terminated'");
    assert_eq!(world.number(&ended), 1);
}

#[actix_web::test]
async fn who_ends_a_distribution_contract_waits_for_nobody_above_it() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/contracts/{CARRIES}/terminate")).await;
    // somebody ends the program contract at the same moment: it locks that one first, and then this one
    let mut other = world.sql();
    other
        .batch_execute(&format!("BEGIN; SELECT FROM contracts WHERE id = '{}' FOR NO KEY UPDATE", program(&world)))
        .expect("a lock");
    michael.submit(&page, &[]).await.must_be(303);
    other.batch_execute("ROLLBACK").expect("free again");
    assert_eq!(status(&world, CARRIES), "terminated");
}
