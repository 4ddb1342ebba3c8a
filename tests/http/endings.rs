//! What ends early: requests that are withdrawn, what fails with a contract, and what a company without rights can still do.

use entente::{
    kit::effect::Effect,
    modules::orders::ending::{self, Under},
};

use crate::{
    orders::{acreed_sells, act, at_vendor, in_use, made, order, parameter, status, uses_are_true, waiting},
    support::{
        Answer, Client, World,
        world::{ACREED, CHAMPIONS, MICKS, PULSE, SIGNED},
    },
    tiers,
};

/// The cast's distribution contract that carries Apollo Pulse.
const CARRIES: &str = "CRD-40293-21272-66678";
const TRAINERS: &str = "PRD-276-377-545-0001";

fn mails(world: &World, kind: &str, to: &str) -> i64 {
    world.number(&format!("SELECT count(*) AS n FROM outbox WHERE kind = '{kind}' AND recipient LIKE '{to}%'"))
}

fn events(world: &World, name: &str) -> i64 {
    world.number(&format!("SELECT count(*) AS n FROM events WHERE name = '{name}'"))
}

fn reason(world: &World, request: &str) -> String {
    world.text(&format!("SELECT reason AS t FROM fulfillment_requests WHERE id = '{request}'"))
}

fn overdue(world: &World, request: &str) {
    world.run(&format!("UPDATE fulfillment_requests SET due_at = now() - interval '1 hour' WHERE id = '{request}'"));
}

fn at_buyer(request: &str) -> String {
    format!("{MICKS}/fulfillment/{request}")
}

/// What the page of a request offers its reader under this name.
fn offers(page: &Answer, act: &str) -> bool {
    page.must_be(200).texts("a").iter().any(|words| words == act)
}

/// Where the page of a request leads whoever withdraws it.
async fn withdrawal(client: &Client, request: &str) -> String {
    client.get(request).await.link("Withdraw")
}

/// Withdraws a request from its page on.
async fn withdraw(client: &Client, request: &str) -> Answer {
    let page = client.get(&withdrawal(client, request).await).await;
    client.submit(page.must_be(200), &[]).await
}

/// The end of contracts, as whoever ends them does it.
async fn ends(world: &World, contracts: &[&str]) -> Vec<Effect> {
    let contracts: Vec<_> = contracts.iter().map(|id| id.parse().expect("an id")).collect();
    let ended = world.program.db.write_system("test", move |tx| {
        let promised = ending::look(tx.conn, Under::Contracts(&contracts))?.effects(Some(MICKS));
        let found = ending::find(tx, Under::Contracts(&contracts))?;
        assert_eq!(found.effects(Some(MICKS)), promised, "the page says what the deed does");
        found.carry_out(tx, "distribution contract ended", &format!("{} has ended", contracts[0]))?;
        Ok(promised)
    });
    ended.await.expect("what rests on a contract ends with it")
}

/// Holds every promise of a confirm page against the events that its act recorded.
async fn keeps_its_promises(world: &World, client: &Client, url: &str, typed: &[(&str, &str)]) {
    let page = client.get(url).await;
    page.must_be(200);
    let html = page.html();
    let counted = crate::support::client::selector("[data-event]");
    let promised: Vec<(String, i64)> = html
        .select(&counted)
        .map(|line| {
            let value = |name| line.value().attr(name).unwrap_or_default().to_owned();
            (value("data-event"), value("data-count").parse().expect("a number"))
        })
        .collect();
    let before: Vec<i64> = promised.iter().map(|(event, _)| events(world, event)).collect();
    client.submit(&page, typed).await.must_be(303);
    for ((event, count), before) in promised.iter().zip(before) {
        assert_eq!(events(world, event) - before, *count, "{event}");
    }
}

#[actix_web::test]
async fn a_buyer_withdraws_until_the_vendor_acts() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let request = waiting(&world);
    let url = withdrawal(&michael, &at_buyer(&request)).await;
    apollo.get(&at_vendor(&request)).await.must_not_say("Withdraw");
    keeps_its_promises(&world, &michael, &url, &[("note", "The wrong customer")]).await;
    assert_eq!(status(&world, &request), "revoked");
    assert_eq!(reason(&world, &request), "Withdrawn by Michael Goldmill, Mighty Mick's LLC: The wrong customer");
    assert_eq!(world.text("SELECT status AS t FROM subscriptions WHERE customer_name LIKE 'Adrian%'"), "terminated");
    assert_eq!(mails(&world, "order_withdrawn", "apollo"), 1);
    apollo.get(&at_vendor(&request)).await.must_say("The wrong customer").must_say("Revoked").must_not_say("Approve");
    let subscription = world.text("SELECT id AS t FROM subscriptions WHERE customer_name LIKE 'Adrian%'");
    michael.get(&format!("{MICKS}/subscriptions/{subscription}/history")).await.must_say("terminated the subscription");
    uses_are_true(&world);
    // once is enough
    assert!(!offers(&michael.get(&at_buyer(&request)).await, "Withdraw"));
    michael.get(&url).await.must_be(409);
}

#[actix_web::test]
async fn what_the_vendor_has_taken_up_is_withdrawn_only_when_it_is_overdue() {
    for acts in ["assign", "inquire", "schedule", "parameters"] {
        let world = World::new().await;
        let (michael, apollo) = (world.michael().await, world.apollo().await);
        let request = waiting(&world);
        // opened before the vendor acted
        let withdraw_at = withdrawal(&michael, &at_buyer(&request)).await;
        let stale = michael.get(&withdraw_at).await;
        let csrf = apollo.get(&at_vendor(&request)).await.value("csrf");
        let url = format!("{}/{acts}", at_vendor(&request));
        match acts {
            "inquire" => apollo.post(&url, &[("csrf", &csrf), ("question", "Which hall?")]).await,
            "schedule" => apollo.post(&url, &[("csrf", &csrf), ("at", "2031-03-29T09:30")]).await,
            "parameters" => apollo.post(&url, &[("csrf", &csrf), (&parameter(&world, "license_key"), "KEY-1")]).await,
            _ => apollo.post(&url, &[("csrf", &csrf)]).await,
        }
        .must_be(303);
        michael.submit(&stale, &[]).await.must_be(409);
        if acts == "schedule" {
            // that is revoked, and the vendor confirms; silent, it holds nothing for ever
            act(&michael, &at_buyer(&request), "revoke", &[("reason", "The gym closed")]).await.must_be(303);
        }
        let page = michael.get(&at_buyer(&request)).await;
        page.must_say("It can only be withdrawn once it is overdue");
        assert!(!offers(&page, "Withdraw"), "{acts}: {}", page.text());
        michael.get(&withdraw_at).await.must_be(409).must_say("once it is overdue");
        overdue(&world, &request);
        withdraw(&michael, &at_buyer(&request)).await.must_be(303);
        assert_eq!(status(&world, &request), "revoked", "{acts}");
    }
}

#[actix_web::test]
async fn a_request_that_was_given_back_is_nobodys_again() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let request = waiting(&world);
    let csrf = apollo.get(&at_vendor(&request)).await.value("csrf");
    for verb in ["assign", "unassign"] {
        apollo.post(&format!("{}/{verb}", at_vendor(&request)), &[("csrf", &csrf)]).await.must_be(303);
    }
    withdraw(&michael, &at_buyer(&request)).await.must_be(303);
}

#[actix_web::test]
async fn a_withdrawn_cancellation_goes_back_to_where_it_was() {
    let world = World::new().await;
    let michael = world.michael().await;
    let id = in_use(&world);
    let url = format!("{MICKS}/subscriptions/{id}");
    for before in ["active", "suspended"] {
        world.run(&format!("UPDATE subscriptions SET status = '{before}' WHERE id = '{id}'"));
        let request = made(&act(&michael, &url, "cancel", &[]).await);
        assert_eq!(status(&world, &id), "terminating");
        keeps_its_promises(&world, &michael, &withdrawal(&michael, &at_buyer(&request)).await, &[]).await;
        assert_eq!((status(&world, &request), status(&world, &id)), ("revoked".into(), before.into()));
    }
    // and a change leaves what there is
    world.run(&format!("UPDATE subscriptions SET status = 'active' WHERE id = '{id}'"));
    let request = made(&act(&michael, &url, "change", &[(TRAINERS, "8")]).await);
    withdraw(&michael, &at_buyer(&request)).await.must_be(303);
    assert_eq!(status(&world, &id), "active");
    let quantity = format!(
        "SELECT quantity::bigint AS n FROM subscription_items WHERE subscription_id = '{id}' AND item_id = '{TRAINERS}'"
    );
    assert_eq!(world.number(&quantity), 2);
}

#[actix_web::test]
async fn of_withdraw_and_approve_at_once_one_happens() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let (request, key) = (waiting(&world), parameter(&world, "license_key"));
    let approve = apollo.get(&format!("{}/approve", at_vendor(&request))).await;
    let withdraw = michael.get(&withdrawal(&michael, &at_buyer(&request)).await).await;
    let (one, two) =
        futures_util::future::join(apollo.submit(&approve, &[(&key, "RACE-1")]), michael.submit(&withdraw, &[])).await;
    let mut answers = [one.status, two.status];
    answers.sort_unstable();
    assert_eq!(answers, [303, 409]);
    let subscription = world.text("SELECT status AS t FROM subscriptions WHERE customer_name LIKE 'Adrian%'");
    match status(&world, &request).as_str() {
        "approved" => assert_eq!(subscription, "active"),
        other => assert_eq!((other, subscription.as_str()), ("revoked", "terminated")),
    }
    // pressed twice
    let other = made(&act(&michael, &format!("{MICKS}/subscriptions/{}", in_use(&world)), "cancel", &[]).await);
    let page = michael.get(&withdrawal(&michael, &at_buyer(&other)).await).await;
    let (one, two) = futures_util::future::join(michael.press(&page, &[]), michael.copy().press(&page, &[])).await;
    let mut answers = [one.status, two.status];
    answers.sort_unstable();
    assert_eq!(answers, [303, 409]);
}

#[actix_web::test]
async fn nobody_else_withdraws() {
    let world = World::new().await;
    let (apollo, donnie, tony, paulie) =
        (world.apollo().await, world.donnie().await, world.tony().await, world.paulie().await);
    let request = waiting(&world);
    overdue(&world, &request);
    for (client, base) in [(&apollo, CHAMPIONS), (&donnie, ACREED), (&tony, "/vendor/VA-610-774")] {
        let csrf = client.get("/profile").await.value("csrf");
        let url = format!("{base}/fulfillment/{request}/withdraw");
        client.get(&url).await.must_be(404);
        client.post(&url, &[("csrf", &csrf)]).await.must_be(404);
    }
    let csrf = paulie.get("/profile").await.value("csrf");
    paulie.post(&format!("{}/withdraw", at_buyer(&request)), &[("csrf", &csrf)]).await.must_be(403);
    assert_eq!(status(&world, &request), "pending");
}

/// A subscription of the cast that the reseller ordered on the distributor's marketplace, as syndication will make them.
fn syndicated(world: &World, request: &str) {
    acreed_sells(world);
    world.run(&format!(
        "UPDATE subscriptions SET buyer_id = 'PA-196-115', customer_id = 'TA-0000-0000-0002', \
         tier1_id = 'TA-0000-0000-0001', tier2_id = NULL WHERE customer_name LIKE 'Adrian%'; \
         UPDATE fulfillment_requests SET buyer_id = 'PA-196-115' WHERE id = '{request}'"
    ));
}

#[actix_web::test]
async fn the_distributor_withdraws_what_is_overdue_on_its_marketplace() {
    let world = World::new().await;
    let michael = world.michael().await;
    let request = waiting(&world);
    syndicated(&world, &request);
    let url = format!("{}/withdraw", at_buyer(&request));
    let csrf = michael.get("/profile").await.value("csrf");
    let page = michael.get(&at_buyer(&request)).await;
    page.must_say("It can only be withdrawn once it is overdue");
    assert!(!offers(&page, "Withdraw"), "{}", page.text());
    michael.post(&url, &[("csrf", &csrf)]).await.must_be(409);
    overdue(&world, &request);
    withdraw(&michael, &at_buyer(&request)).await.must_be(303);
    assert_eq!(status(&world, &request), "revoked");
    assert_eq!((mails(&world, "order_withdrawn", "apollo"), mails(&world, "order_decided", "donnie")), (1, 1));
}

#[actix_web::test]
async fn open_requests_fail_with_their_contract_and_cancellations_go_on() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let (purchase, id) = (waiting(&world), in_use(&world));
    let url = format!("{MICKS}/subscriptions/{id}");
    let change = made(&act(&michael, &url, "change", &[(TRAINERS, "8")]).await);
    let approve = apollo.get(&format!("{}/approve", at_vendor(&purchase))).await;
    let (failed, terminated) =
        (events(&world, "fulfillment_request.failed"), events(&world, "subscription.terminated"));
    let promised = ends(&world, &[CARRIES]).await;
    let words: Vec<String> = promised.iter().map(|one| one.words.to_string()).collect();
    assert_eq!(
        words,
        [
            "2 open requests will fail.",
            "1 ordered subscription will end before being fulfilled.",
            "1 subscription stays in use and can only be cancelled."
        ]
    );
    for request in [&purchase, &change] {
        assert_eq!(
            (status(&world, request), reason(&world, request)),
            ("failed".into(), format!("{CARRIES} has ended"))
        );
    }
    assert_eq!(events(&world, "fulfillment_request.failed") - failed, 2);
    assert_eq!(events(&world, "subscription.terminated") - terminated, 1);
    assert_eq!(status(&world, &id), "active");
    // both sides are told, once
    assert_eq!((mails(&world, "orders_ended", "apollo"), mails(&world, "orders_ended", "michael")), (1, 1));
    // who had the page open is told what happened
    apollo.submit(&approve, &[(&parameter(&world, "license_key"), "LATE")]).await.must_be(409).must_say("failed");
    uses_are_true(&world);
    // the lists that the page links to hold what it counts
    let link = promised[0].href.clone().expect("a link");
    michael.get(&link.replace("status=pending", "status=failed")).await.must_say(&purchase).must_say(&change);
    michael.get(&promised[2].href.clone().expect("a link")).await.must_say(&id);
    michael.get(&format!("{MICKS}/subscriptions?contract=CRD-00000")).await.must_not_say(&id);
    // a cancellation is asked for, goes on, and may be withdrawn
    world.run(&format!("UPDATE contracts SET status = 'terminated', ended_at = now() WHERE id = '{CARRIES}'"));
    let cancel = made(&act(&michael, &url, "cancel", &[]).await);
    let promised = ends(&world, &[CARRIES]).await;
    assert_eq!(promised.len(), 1);
    assert_eq!(promised[0].words, "1 open cancellation request continues.");
    assert_eq!(status(&world, &cancel), "pending");
    withdraw(&michael, &at_buyer(&cancel)).await.must_be(303);
    let cancel = made(&act(&michael, &url, "cancel", &[]).await);
    act(&apollo, &at_vendor(&cancel), "approve", &[]).await.must_be(303);
    assert_eq!(status(&world, &id), "terminated");
}

#[actix_web::test]
async fn nothing_is_approved_under_a_contract_that_has_ended() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let request = waiting(&world);
    // ended before the program failed what was open with it
    world.run(&format!("UPDATE contracts SET status = 'terminated', ended_at = now() WHERE id = '{CARRIES}'"));
    let key = parameter(&world, "license_key");
    act(&apollo, &at_vendor(&request), "approve", &[(&key, "LATE")]).await.must_be(409).must_say("has ended");
    act(&apollo, &at_vendor(&request), "fail", &[("reason", "Too late")]).await.must_be(303);
}

#[actix_web::test]
async fn set_ups_that_only_ended_orders_wait_for_end_with_them() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let fields = tiers::tiered(&world, 2);
    let typed = [(fields[0].as_str(), "North"), (fields[1].as_str(), "West")];
    let (first, second) =
        (tiers::order_fish(&world, &michael, &typed).await, tiers::order_fish(&world, &michael, &typed).await);
    let (lower, upper) = (tiers::setup(&world, 1), tiers::setup(&world, 2));
    let setups = || (tiers::tier_status(&world, &lower), tiers::tier_status(&world, &upper));
    assert_eq!(setups(), ("tiers_setup".into(), "pending".into()));
    // another order waits for them still
    keeps_its_promises(&world, &michael, &withdrawal(&michael, &at_buyer(&first)).await, &[]).await;
    assert_eq!(setups(), ("tiers_setup".into(), "pending".into()));
    keeps_its_promises(&world, &michael, &withdrawal(&michael, &at_buyer(&second)).await, &[]).await;
    assert_eq!(setups(), ("failed".into(), "failed".into()));
    assert_eq!(mails(&world, "tier_config_dropped", "apollo"), 1, "of the one that it has seen");
    // the next order asks anew, and fails with the contract together with what it waits for
    let third = tiers::order_fish(&world, &michael, &typed).await;
    let promised = ends(&world, &[CARRIES]).await;
    assert!(promised.iter().any(|one| one.event == Some("tier_config_request.failed") && one.count == 2));
    assert_eq!(status(&world, &third), "failed");
    assert_eq!(tiers::tier_status(&world, &tiers::setup(&world, 2)), "failed");
    apollo.get(&format!("{CHAMPIONS}/tier-config-requests/{}", tiers::setup(&world, 2))).await.must_say("has ended");
}

#[actix_web::test]
async fn a_company_that_lost_its_right_can_still_get_out() {
    let world = World::new().await;
    let (donnie, apollo, michael) = (world.donnie().await, world.apollo().await, world.michael().await);
    act(&michael, &format!("{MICKS}/contracts/CRD-58966-76817-84694"), "approve", &[]).await.must_be(303);
    acreed_sells(&world);
    let (email, size) = (parameter(&world, "trainer_email"), parameter(&world, "gym_size"));
    let typed = [(email.as_str(), "donnie@acreedllc.example"), (size.as_str(), "s")];
    let of = (PULSE, "TA-0000-0000-0002", "3");
    let (first, second) =
        (order(&world, &donnie, ACREED, of, &typed).await, order(&world, &donnie, ACREED, of, &typed).await);
    act(&apollo, &at_vendor(&first), "approve", &[(&parameter(&world, "license_key"), "CREED-1")]).await.must_be(303);
    act(&michael, &format!("{MICKS}/contracts/{SIGNED}"), "terminate", &[]).await.must_be(303);
    donnie.get(&format!("{ACREED}/subscriptions/new")).await.must_be(404);
    let id = first.replace("PR-", "AS-").rsplit_once('-').expect("a number").0.to_owned();
    let url = format!("{ACREED}/subscriptions/{id}");
    donnie
        .get(&url)
        .await
        .must_say("can no longer order, so it can only be cancelled")
        .must_say("Cancel")
        .must_not_say("Suspend");
    for verb in ["change", "suspend"] {
        donnie.get(&format!("{url}/{verb}")).await.must_be(409).must_say("can only be cancelled");
        let csrf = donnie.get("/profile").await.value("csrf");
        donnie.post(&format!("{url}/{verb}"), &[("csrf", &csrf)]).await.must_be(409).must_say("can only be cancelled");
    }
    // what it ordered and nobody had fulfilled failed with its right
    assert_eq!(status(&world, &second), "failed");
    assert!(!offers(&donnie.get(&format!("{ACREED}/fulfillment/{second}")).await, "Withdraw"));
    let request = made(&act(&donnie, &url, "cancel", &[]).await);
    act(&apollo, &at_vendor(&request), "approve", &[]).await.must_be(303);
    assert_eq!(status(&world, &id), "terminated");
}

#[actix_web::test]
async fn everything_that_a_buyer_ordered_fails_when_it_may_not_order_any_more() {
    let world = World::new().await;
    let request = waiting(&world);
    let ended = world.program.db.write_system("test", |tx| {
        let buyer = "PA-469-206".parse().expect("an id");
        ending::find(tx, Under::Buyer(&buyer))?.carry_out(tx, "right withdrawn", "CRS-1 has ended")?;
        Ok(())
    });
    ended.await.expect("it ends");
    assert_eq!((status(&world, &request), reason(&world, &request)), ("failed".into(), "CRS-1 has ended".into()));
}

#[actix_web::test]
async fn what_is_due_is_taken_up_by_whoever_comes_first_and_nobody_waits() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let request = waiting(&world);
    act(&apollo, &at_vendor(&request), "schedule", &[("at", "2031-03-29T09:30")]).await.must_be(303);
    world.run(&format!(
        "UPDATE fulfillment_requests SET planned_at = now() - interval '1 minute' WHERE id = '{request}'"
    ));
    let take_up = || world.program.db.write_system("schedule", entente::modules::orders::take_up_due);
    // another program works on it
    let mut other = world.sql();
    let hold = format!(
        "BEGIN; SELECT FROM subscriptions WHERE id = '{}' FOR UPDATE",
        request.replace("PR-", "AS-").rsplit_once('-').expect("a number").0
    );
    diesel::connection::SimpleConnection::batch_execute(&mut other, &hold).expect("it is held");
    let began = std::time::Instant::now();
    assert_eq!(take_up().await.expect("the job runs"), 0);
    assert!(began.elapsed() < std::time::Duration::from_secs(1), "it waits for nobody");
    diesel::connection::SimpleConnection::batch_execute(&mut other, "ROLLBACK").expect("it is let go");
    let (one, two) = futures_util::future::join(take_up(), take_up()).await;
    assert_eq!(one.expect("one runs") + two.expect("so does the other"), 1);
    assert_eq!(status(&world, &request), "pending");
}

#[actix_web::test]
async fn a_thousand_requests_end_in_a_few_statements() {
    let world = World::new().await;
    let (id, request) = (in_use(&world), waiting(&world));
    world.run(&format!(
        "INSERT INTO subscriptions (id, status, environment, external_id, external_uid, product_id, version, vendor_id, buyer_id, \
         distributor_id, marketplace_id, contract_id, customer_id, tier1_id, tier2_id, customer_name, number, activated_at, created_at, \
         updated_at) SELECT 'AS-9000-0000-' || lpad(n::text, 4, '0'), 'active', environment, external_id, gen_random_uuid(), product_id, \
         version, vendor_id, buyer_id, distributor_id, marketplace_id, contract_id, customer_id, tier1_id, tier2_id, customer_name, 1, \
         activated_at, created_at, updated_at FROM subscriptions, generate_series(1, 1000) n WHERE id = '{id}'; \
         INSERT INTO fulfillment_requests (id, type, status, subscription_id, environment, product_id, version, vendor_id, buyer_id, \
         distributor_id, marketplace_id, customer_id, tier1_id, tier2_id, customer_name, tiers, creator_id, created_at, updated_at, due_at) \
         SELECT 'PR-9000-0000-' || lpad(n::text, 4, '0') || '-001', 'change', 'pending', 'AS-9000-0000-' || lpad(n::text, 4, '0'), \
         environment, product_id, version, vendor_id, buyer_id, distributor_id, marketplace_id, customer_id, tier1_id, tier2_id, \
         customer_name, tiers, creator_id, created_at, updated_at, due_at FROM fulfillment_requests, generate_series(1, 1000) n \
         WHERE id = '{request}'"
    ));
    let before = world.program.db.statements();
    let promised = ends(&world, &[CARRIES]).await;
    let statements = world.program.db.statements() - before;
    assert_eq!((promised[0].count, promised[0].words.to_string()), (1001, "1,001 open requests will fail.".to_owned()));
    assert_eq!(world.number("SELECT count(*) AS n FROM fulfillment_requests WHERE status = 'failed'"), 1001);
    assert_eq!((mails(&world, "orders_ended", "apollo"), mails(&world, "orders_ended", "michael")), (1, 1));
    assert!(statements < 40, "{statements} statements");
}
