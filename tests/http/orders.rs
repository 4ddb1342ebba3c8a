//! From an order to its end: the buyer's wizard, the vendor's queue, the customer's form, and everything that changes a
//! subscription afterwards.

use crate::{
    searching::entries_are_true,
    support::{
        Answer, Client, World,
        world::{ACREED, CHAMPIONS, CORNER, MICKS, PULSE},
    },
};

const FRONT: &str = "/vendor/VA-610-774";
pub const GYMS: &str = "PRD-276-377-545-0001";
const HOURS: &str = "PRD-276-377-545-0003";

pub fn account(world: &World, name: &str) -> String {
    world.text(&format!("SELECT id AS t FROM tier_accounts WHERE name = '{}'", name.replace('\'', "''")))
}

/// A parameter of Apollo Pulse, by the id of its field.
pub fn parameter(world: &World, name: &str) -> String {
    world.text(&format!("SELECT id AS t FROM parameters WHERE name = '{name}' AND product_id = '{PULSE}'"))
}

/// The subscription of the cast that is in use.
pub fn in_use(world: &World) -> String {
    world.text("SELECT id AS t FROM subscriptions WHERE customer_name LIKE 'J&M%'")
}

/// The order of the cast that waits.
pub fn waiting(world: &World) -> String {
    world.text("SELECT id AS t FROM fulfillment_requests WHERE customer_name LIKE 'Adrian%'")
}

/// Walks the wizard up to its parameters.
pub async fn up_to_parameters(
    client: &Client,
    base: &str,
    (product, customer, quantity): (&str, &str, &str),
) -> Answer {
    let mut page = client.get(&format!("{base}/subscriptions/new")).await;
    // a vendor tries its own products only in preview, and is not asked
    if base != CHAMPIONS {
        page.must_say("Which environment?");
        page = client.follow(client.submit(&page, &[]).await).await;
    }
    page.must_say("Which product?");
    let page = client.follow(client.submit(&page, &[("product", product)]).await).await;
    page.must_say("Which customer?");
    let page = client.follow(client.submit(&page, &[("customer", customer)]).await).await;
    page.must_say("Quantities");
    let item = format!("{product}-0001");
    let page = client.follow(client.submit(&page, &[(item.as_str(), quantity)]).await).await;
    page.must_say("Order details");
    page
}

/// Orders and answers with the request's id.
pub async fn order(
    world: &World,
    client: &Client,
    base: &str,
    what: (&str, &str, &str),
    typed: &[(&str, &str)],
) -> String {
    let page = up_to_parameters(client, base, what).await;
    let page = client.follow(client.submit(&page, typed).await).await;
    page.must_say("Check and order");
    let page = client.follow(client.submit(&page, &[]).await).await;
    page.must_say("Subscription ordered");
    let subscription = page.path.rsplit('/').next().expect("an id").to_owned();
    world.text(&format!("SELECT id AS t FROM fulfillment_requests WHERE subscription_id = '{subscription}'"))
}

pub fn status(world: &World, id: &str) -> String {
    let table = if id.starts_with("AS-") { "subscriptions" } else { "fulfillment_requests" };
    world.text(&format!("SELECT status AS t FROM {table} WHERE id = '{id}'"))
}

/// Opens the page of an act and sends its form.
pub async fn act(client: &Client, url: &str, verb: &str, typed: &[(&str, &str)]) -> Answer {
    let page = client.get(&format!("{url}/{verb}")).await;
    page.must_be(200);
    client.submit(&page, typed).await
}

pub fn at_vendor(request: &str) -> String {
    format!("{CHAMPIONS}/fulfillment/{request}")
}

/// The request that an act led to.
pub fn made(answer: &Answer) -> String {
    answer.must_be(303).location().rsplit('/').next().expect("an id").to_owned()
}

/// What `tier_account_uses` must hold, told from the subscriptions; nothing more and nothing less.
pub fn uses_are_true(world: &World) {
    entries_are_true(world);
    let truth = "SELECT account, product_id, role, environment, count(*)::int FROM subscriptions s CROSS JOIN LATERAL (VALUES \
        (s.customer_id, 'customer'), (s.tier1_id, 'tier1'), (s.tier2_id, 'tier2')) u (account, role) \
        WHERE account IS NOT NULL AND status NOT IN ('draft', 'terminated') GROUP BY 1, 2, 3, 4";
    let kept = "SELECT tier_account_id, product_id, role, environment, live FROM tier_account_uses WHERE live > 0";
    for (one, other) in [(truth, kept), (kept, truth)] {
        let missing = format!("SELECT count(*) AS n FROM ({one} EXCEPT {other}) missing");
        assert_eq!(world.number(&missing), 0, "{missing}");
    }
}

#[actix_web::test]
pub async fn a_distributor_orders_and_the_vendor_fulfils() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let restaurant = account(&world, "Adrian's Restaurant");
    let page = michael.get(&format!("{MICKS}/subscriptions/new")).await;
    page.must_say("Step 1 of 6");
    let page = michael.follow(michael.submit(&page, &[("environment", "test")]).await).await;
    page.must_say("Step 2 of 6");
    assert_eq!(michael.submit(&page, &[]).await.must_be(422).errors(), ["Choose a product"]);
    let page = michael.follow(michael.submit(&page, &[("product", PULSE)]).await).await;
    page.must_say("Adrian's Restaurant")
        .must_say("Tier 1: Delphi Gyms")
        .must_say("Tier 1: Southside Sports, tier 2: Delphi Gyms");
    michael.submit(&page, &[]).await.must_be(422).must_say("Choose an active customer");
    let delphi = account(&world, "Delphi Gyms");
    michael.submit(&page, &[("customer", &delphi)]).await.must_be(422);
    michael.get(&format!("{}?q=fish", page.path)).await.must_say("J&M").must_not_say("Adrian's");
    let page = michael.follow(michael.submit(&page, &[("customer", &restaurant)]).await).await;
    assert_eq!(michael.submit(&page, &[(GYMS, "")]).await.must_be(422).errors(), ["Order at least one item"]);
    for wrong in ["-1", "1.5", "many"] {
        michael.submit(&page, &[(GYMS, wrong)]).await.must_be(422);
    }
    let page = michael.follow(michael.submit(&page, &[(GYMS, "5"), (HOURS, "yes")]).await).await;
    assert_eq!(page.value("external_id").len(), 10, "drawn");
    let (email, size) = (parameter(&world, "trainer_email"), parameter(&world, "gym_size"));
    michael.submit(&page, &[(&email, "nobody")]).await.must_be(422).must_say("format name@example.com");
    let page = michael.follow(michael.submit(&page, &[(&email, "rocky@adrians.example"), (&size, "l")]).await).await;
    page.must_say("Check and order")
        .must_say("5 × ")
        .must_say("Unlimited × Screen hours")
        .must_say("More than 10 screens");
    let before = world.number("SELECT count(*) AS n FROM subscriptions");
    let (one, two) = futures_util::future::join(michael.press(&page, &[]), michael.copy().press(&page, &[])).await;
    assert_eq!((one.status, two.status), (303, 303), "pressed twice");
    assert_eq!(world.number("SELECT count(*) AS n FROM subscriptions"), before + 1);
    let page = michael.follow(one).await;
    page.must_say("Subscription ordered").must_say("Processing");
    let subscription = page.path.clone();
    let id = subscription.rsplit('/').next().expect("an id").to_owned();
    let request = world.text(&format!("SELECT id AS t FROM fulfillment_requests WHERE subscription_id = '{id}'"));
    assert_eq!(request, format!("{}-001", id.replace("AS-", "PR-")));
    michael.get(&subscription).await.must_say("Request in progress").must_not_say("Change subscription");
    assert_eq!(
        world.number("SELECT count(*) AS n FROM outbox WHERE kind = 'order_requested' AND recipient LIKE 'apollo%'"),
        1
    );
    // the vendor's side
    apollo
        .get(&format!("{CHAMPIONS}/fulfillment?status=pending&status=revoking&sort=created"))
        .await
        .must_say(&request);
    let page = apollo.get(&at_vendor(&request)).await;
    page.must_say("Adrian's Restaurant").must_say("rocky@adrians.example").must_say("Delphi Gyms");
    page.must_say("APOLLO-PULSE-TRAINER").must_not_say("APOLLO-PULSE-GYM-Y");
    let key = parameter(&world, "license_key");
    let refused = act(&apollo, &at_vendor(&request), "approve", &[(&key, "")]).await;
    assert_eq!(refused.must_be(422).errors(), ["Enter a value for Licence key"]);
    let answer = act(&apollo, &at_vendor(&request), "parameters", &[(&key, "KEY-1")]).await;
    let page = apollo.follow(answer).await;
    page.must_say("Parameters saved");
    assert_eq!(page.value(&key), "KEY-1", "it stands where one approves");
    let answer = act(&apollo, &at_vendor(&request), "approve", &[("effective", "2026-11-20")]).await;
    apollo.follow(answer).await.must_say("Approved").must_say("Apollo Jones").must_say("20 Nov 2026");
    assert_eq!(status(&world, &id), "active");
    // what the customer reads, with its values
    michael.get(&subscription).await.must_say("Active").must_say("KEY-1").must_not_say("{{");
    michael.get(&format!("{subscription}/items")).await.must_say("Unlimited").must_say("5");
    michael.get(&format!("{subscription}/parameters")).await.must_say("KEY-1").must_say("More than 10 screens");
    michael.get(&format!("{subscription}/tiers")).await.must_say("Delphi Gyms");
    michael
        .get(&format!("{subscription}/history"))
        .await
        .must_say("activated the subscription")
        .must_say("Apollo Jones");
    uses_are_true(&world);
    // it is over
    apollo.get(&format!("{}/approve", at_vendor(&request))).await.must_be(409);
    assert!(
        diesel::connection::SimpleConnection::batch_execute(
            &mut world.sql(),
            &format!("UPDATE fulfillment_requests SET status = 'pending' WHERE id = '{request}'")
        )
        .is_err()
    );
}

#[actix_web::test]
async fn quantities_change_only_when_the_vendor_approves() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let id = in_use(&world);
    let url = format!("{MICKS}/subscriptions/{id}");
    let quantity = || {
        world.text(&format!("SELECT quantity::int::text AS t FROM subscription_items WHERE subscription_id = '{id}' AND item_id = '{GYMS}'"))
    };
    assert_eq!(quantity(), "2");
    let same = act(&michael, &url, "change", &[]).await;
    assert_eq!(same.must_be(422).errors(), ["No changes: enter a different quantity"]);
    act(&michael, &url, "change", &[(GYMS, "0"), (HOURS, "")]).await.must_be(422).must_say("Order at least one item");
    let request = made(&act(&michael, &url, "change", &[(GYMS, "8")]).await);
    assert!(request.ends_with("-002"));
    assert_eq!((quantity(), status(&world, &id)), ("2".into(), "active".into()));
    // one at a time
    for verb in ["change", "suspend", "cancel"] {
        michael.get(&format!("{url}/{verb}")).await.must_be(409).must_say(&request);
    }
    michael.get(&format!("{MICKS}/fulfillment/{request}")).await.must_say("Changed").must_say("8");
    act(&apollo, &at_vendor(&request), "approve", &[]).await.must_be(303);
    assert_eq!(quantity(), "8");
}

#[actix_web::test]
async fn a_subscription_is_suspended_resumed_and_not_changed_meanwhile() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let id = in_use(&world);
    let url = format!("{MICKS}/subscriptions/{id}");
    let request = made(&act(&michael, &url, "suspend", &[("note", "Unpaid")]).await);
    assert_eq!(status(&world, &id), "active", "until it is approved");
    act(&apollo, &at_vendor(&request), "approve", &[]).await.must_be(303);
    michael.get(&url).await.must_say("Suspended").must_say("Resume").must_not_say("Suspend subscription");
    michael.get(&format!("{url}/change")).await.must_be(409).must_say("Resume it first");
    let request = made(&act(&michael, &url, "resume", &[]).await);
    act(&apollo, &at_vendor(&request), "approve", &[]).await.must_be(303);
    assert_eq!(status(&world, &id), "active");
    // without Administrative Hold neither is offered
    world.run(&format!("UPDATE products SET administrative_hold = false WHERE id = '{PULSE}'"));
    michael.get(&url).await.must_say("Change").must_not_say("Suspend");
    michael.get(&format!("{url}/suspend")).await.must_be(409).must_say("Administrative Hold");
}

#[actix_web::test]
async fn a_cancellation_that_fails_leaves_everything_as_it_was() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let id = in_use(&world);
    let url = format!("{MICKS}/subscriptions/{id}");
    let request = made(&act(&michael, &url, "cancel", &[]).await);
    assert_eq!(status(&world, &id), "terminating");
    let page = act(&apollo, &at_vendor(&request), "fail", &[("reason", "")]).await;
    assert_eq!(page.must_be(422).errors(), ["Enter a reason"]);
    act(&apollo, &at_vendor(&request), "fail", &[("reason", "The year is not over")]).await.must_be(303);
    assert_eq!(status(&world, &id), "active");
    michael.get(&format!("{MICKS}/fulfillment/{request}")).await.must_say("The year is not over").must_say("Failed");
    // from Suspended it goes back there
    world.run(&format!("UPDATE subscriptions SET status = 'suspended' WHERE id = '{id}'"));
    let request = made(&act(&michael, &url, "cancel", &[]).await);
    act(&apollo, &at_vendor(&request), "fail", &[("reason", "No")]).await.must_be(303);
    assert_eq!(status(&world, &id), "suspended");
    let request = made(&act(&michael, &url, "cancel", &[]).await);
    act(&apollo, &at_vendor(&request), "approve", &[]).await.must_be(303);
    assert_eq!(status(&world, &id), "terminated");
    michael.get(&url).await.must_say("Terminated").must_not_say("Cancel subscription").must_not_say("Change");
    assert_eq!(world.number("SELECT count(*) AS n FROM unique_values"), 0, "its licence key is free again");
    uses_are_true(&world);
    assert_eq!(
        world.number("SELECT sum(live)::bigint AS n FROM tier_account_uses u JOIN tier_accounts t ON t.id = u.tier_account_id WHERE t.name LIKE 'J&M%'"),
        0
    );
}

#[actix_web::test]
async fn a_refused_purchase_ends_the_subscription() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let request = waiting(&world);
    let url = at_vendor(&request);
    let csrf = apollo.get(&url).await.value("csrf");
    apollo.post(&format!("{url}/fail"), &[("csrf", &csrf), ("reason", " ")]).await.must_be(422);
    act(&apollo, &url, "fail", &[("reason", "We do not deliver there")]).await.must_be(303);
    assert_eq!(status(&world, &request), "failed");
    uses_are_true(&world);
    assert_eq!(world.text("SELECT status AS t FROM subscriptions WHERE customer_name LIKE 'Adrian%'"), "terminated");
    assert_eq!(
        world.number("SELECT count(*) AS n FROM outbox WHERE kind = 'order_decided' AND recipient LIKE 'michael%'"),
        1
    );
}

#[actix_web::test]
async fn what_is_missing_is_asked_from_the_customer_by_a_link() {
    let world = World::new().await;
    let (michael, apollo, stranger) = (world.michael().await, world.apollo().await, world.stranger());
    let restaurant = account(&world, "Adrian's Restaurant");
    let (email, size) = (parameter(&world, "trainer_email"), parameter(&world, "gym_size"));
    let request = order(&world, &michael, MICKS, (PULSE, &restaurant, "1"), &[(&email, ""), (&size, "s")]).await;
    assert_eq!(status(&world, &request), "inquiring");
    assert_eq!(
        world.number(
            "SELECT count(*) AS n FROM outbox WHERE kind = 'data_asked' AND recipient = 'rocky@adrians.example'"
        ),
        1
    );
    let page = michael.get(&format!("{MICKS}/fulfillment/{request}")).await;
    let link = page.shown_link();
    let path = &link[link.find("/form/").expect("a form's link")..];
    // without its code there is nothing
    for wrong in
        [format!("/form/{request}"), format!("/form/{request}/{}", "A".repeat(43)), path.replace("PR-", "TCR-")]
    {
        stranger.get(&wrong).await.must_be(404);
    }
    let page = stranger.follow(stranger.get(path).await).await;
    page.must_say("Your order needs more information")
        .must_say("Email of the head trainer")
        .must_not_say("Licence key");
    // who asks stands above, and nothing is wrong yet
    assert!(!page.texts(".letter-from").concat().is_empty());
    assert_eq!(page.errors(), [""; 0]);
    // what was answered with the order is read, not asked
    page.must_say("Your answers so far");
    assert!(page.texts(&format!("[name='{size}']")).is_empty());
    assert_eq!(page.texts(&format!("[name='{email}']")).len(), 1);
    assert!(!page.path.contains(&path[path.len() - 20..]), "the address holds the code no more");
    let wrong = stranger.submit(&page, &[(&email, "nobody")]).await;
    assert_eq!(wrong.must_be(422).errors().len(), 1);
    assert_eq!(
        stranger.submit(&page, &[(&email, "")]).await.must_be(422).errors(),
        ["Enter a value for Email of the head trainer"]
    );
    stranger.submit(&page, &[(&email, "paulie@adrians.example")]).await.must_be(200).must_say("Thank you");
    assert_eq!(status(&world, &request), "pending");
    apollo.get(&at_vendor(&request)).await.must_say("answered").must_say("paulie@adrians.example");
    // used twice, and by whoever comes later
    stranger.submit(&page, &[(&email, "other@adrians.example")]).await.must_be(410).must_say("we have your answers");
    world.stranger().get(path).await.must_be(410).must_say("we have your answers");
    // the vendor finds something wrong with it
    let answer = act(&apollo, &at_vendor(&request), "inquire", &[("question", "")]).await;
    assert_eq!(answer.must_be(422).errors(), ["Enter what you need to know"]);
    act(&apollo, &at_vendor(&request), "inquire", &[("question", "Is it really Paulie?"), (&email, "He bounces")])
        .await
        .must_be(303);
    let page = stranger.follow(stranger.get(path).await).await;
    page.must_say("Is it really Paulie?").must_say("He bounces");
    // the buyer, who may answer as well, has done nothing wrong yet
    let own = michael.get(&format!("{MICKS}/fulfillment/{request}/answer")).await;
    assert_eq!(own.must_be(200).must_say("The vendor says: He bounces").errors(), [""; 0]);
    let typed = [(email.as_str(), "rocky@adrians.example"), ("reply", "No, it is Rocky.")];
    stranger.submit(&page, &typed).await.must_be(200);
    // the question has its answer, where both parties read it
    for (client, base) in [(&apollo, CHAMPIONS), (&michael, MICKS)] {
        client.get(&format!("{base}/fulfillment/{request}")).await.must_say("No, it is Rocky.");
    }
    let key = parameter(&world, "license_key");
    act(&apollo, &at_vendor(&request), "approve", &[(&key, "KEY-9")]).await.must_be(303);
    world.stranger().get(path).await.must_be(410).must_say("This order is complete");
}

#[actix_web::test]
async fn the_buyer_may_answer_for_the_customer() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let request = waiting(&world);
    act(&apollo, &at_vendor(&request), "inquire", &[("question", "Which hall?")]).await.must_be(303);
    let page = michael.get(&format!("{MICKS}/fulfillment/{request}")).await;
    page.must_say("What the vendor asks").must_say("Which hall?").must_say("Answer");
    act(&michael, &format!("{MICKS}/fulfillment/{request}"), "answer", &[("reply", "The small one.")])
        .await
        .must_be(303);
    apollo.get(&at_vendor(&request)).await.must_say("The small one.");
    assert_eq!(status(&world, &request), "pending");
    // while it asks it may fail, but not be approved
    act(&apollo, &at_vendor(&request), "inquire", &[("question", "And now?")]).await.must_be(303);
    apollo.get(&format!("{}/approve", at_vendor(&request))).await.must_be(409);
    act(&apollo, &at_vendor(&request), "fail", &[("reason", "Nobody answers")]).await.must_be(303);
}

#[actix_web::test]
async fn a_question_is_answered_in_words_where_nothing_else_is_asked() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    world.run("UPDATE parameters SET hidden = true WHERE phase = 'ordering'");
    let request = waiting(&world);
    act(&apollo, &at_vendor(&request), "inquire", &[("question", "Which hall?")]).await.must_be(303);
    let link = michael.get(&format!("{MICKS}/fulfillment/{request}")).await.shown_link();
    let stranger = world.stranger();
    let page = stranger.follow(stranger.get(&link[link.find("/form/").expect("a form's link")..]).await).await;
    let empty = stranger.submit(&page, &[]).await;
    assert_eq!(empty.must_be(422).errors(), ["Enter an answer"]);
    stranger.submit(&empty, &[("reply", "The small one.")]).await.must_be(200).must_say("Thank you");
    apollo.get(&at_vendor(&request)).await.must_say("The small one.");
}

#[actix_web::test]
async fn a_request_is_scheduled_revoked_and_confirmed_or_taken_up_again() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let request = waiting(&world);
    let (own, url) = (format!("{MICKS}/fulfillment/{request}"), at_vendor(&request));
    for past in ["2020-01-01T10:00", "soon", ""] {
        act(&apollo, &url, "schedule", &[("at", past)]).await.must_be(422);
    }
    michael.get(&format!("{own}/revoke")).await.must_be(409);
    act(&apollo, &url, "schedule", &[("at", "2031-03-29T09:30")]).await.must_be(303);
    michael.get(&own).await.must_say("Scheduled").must_say("29 Mar 2031").must_say("Revoke");
    // taken up before its time
    act(&apollo, &url, "return", &[]).await.must_be(303);
    assert_eq!(status(&world, &request), "pending");
    act(&apollo, &url, "schedule", &[("at", "2031-03-29T09:30")]).await.must_be(303);
    // by itself when its time has come
    world.run(&format!(
        "UPDATE fulfillment_requests SET planned_at = now() - interval '1 minute' WHERE id = '{request}'"
    ));
    let taken = world.program.db.write_system("schedule", entente::modules::orders::take_up_due).await;
    assert_eq!(taken.expect("the job runs"), 1);
    assert_eq!(status(&world, &request), "pending");
    act(&apollo, &url, "schedule", &[("at", "2031-03-29T09:30")]).await.must_be(303);
    assert_eq!(act(&michael, &own, "revoke", &[("reason", "")]).await.must_be(422).errors(), ["Enter a reason"]);
    act(&michael, &own, "revoke", &[("reason", "The gym closed")]).await.must_be(303);
    apollo.get(&url).await.must_say("Revoking").must_say("The gym closed").must_say("Confirm revocation");
    michael.get(&own).await.must_not_say("Confirm revocation");
    act(&apollo, &url, "confirm", &[]).await.must_be(303);
    assert_eq!(status(&world, &request), "revoked");
    assert_eq!(world.text("SELECT status AS t FROM subscriptions WHERE customer_name LIKE 'Adrian%'"), "terminated");
}

#[actix_web::test]
async fn a_vendor_adjusts_what_is_in_use_and_the_customer_reads_it() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let id = in_use(&world);
    let key = parameter(&world, "license_key");
    let url = format!("{CHAMPIONS}/subscriptions/{id}");
    act(&apollo, &url, "adjust", &[(&key, "")]).await.must_be(422).must_say("Enter a value for Licence key");
    act(&apollo, &url, "adjust", &[(&key, "NEW-KEY-1"), ("at_once", "yes")]).await.must_be(303);
    michael.get(&format!("{MICKS}/subscriptions/{id}")).await.must_say("NEW-KEY-1");
    assert_eq!(world.number(&format!("SELECT count(*) AS n FROM fulfillment_requests WHERE subscription_id = '{id}' AND type = 'adjustment' AND status = 'approved'")), 1);
    michael.get(&format!("{MICKS}/subscriptions/{id}/adjust")).await.must_be(404);
    // no two subscriptions have one key
    let other = waiting(&world);
    let taken = act(&apollo, &at_vendor(&other), "approve", &[(&key, "NEW-KEY-1")]).await;
    assert_eq!(taken.must_be(422).errors(), ["Another subscription already has this value"]);
    act(&apollo, &at_vendor(&other), "approve", &[(&key, "NEW-KEY-2")]).await.must_be(303);
}

#[actix_web::test]
async fn a_preview_is_the_vendors_alone() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    world.run(
        "INSERT INTO tier_accounts (id, owner_id, type, parent_id, name, external_uid, country, city, postal_code, address_line1, \
         first_name, last_name, email, created_at, updated_at) SELECT 'TA-0000-0000-000' || n, 'VA-287-142', \
         CASE n WHEN 1 THEN 'reseller' ELSE 'customer' END, CASE n WHEN 2 THEN 'TA-0000-0000-0001' END, 'Mine ' || n, \
         gen_random_uuid(), 'US', 'c', 'p', 'a', 'f', 'l', 'e@x.example', now(), now() FROM generate_series(1, 2) n; \
         INSERT INTO tier_account_versions SELECT id, 1, (SELECT data FROM tier_account_versions LIMIT 1), 'a', now() \
         FROM tier_accounts WHERE owner_id = 'VA-287-142'",
    );
    // there is nothing else for it to choose
    let page = apollo.get(&format!("{CHAMPIONS}/subscriptions/new")).await;
    page.must_say("Which product?").must_say("Step 1 of 5").must_not_say("Production");
    assert_eq!(apollo.submit(&page, &[]).await.must_be(422).errors(), ["Choose a product"]);
    let (email, size) = (parameter(&world, "trainer_email"), parameter(&world, "gym_size"));
    let typed = [(email.as_str(), "me@champions.example"), (size.as_str(), "s")];
    let request = order(&world, &apollo, CHAMPIONS, (PULSE, "TA-0000-0000-0002", "1"), &typed).await;
    let key = parameter(&world, "license_key");
    act(&apollo, &at_vendor(&request), "approve", &[(&key, "PREVIEW")]).await.must_be(303);
    let id = request.replace("PR-", "AS-").rsplit_once('-').expect("a number").0.to_owned();
    apollo
        .get(&format!("{CHAMPIONS}/subscriptions/{id}"))
        .await
        .must_say("Preview")
        .must_say("Change")
        .must_say("Adjust");
    michael.get(&format!("{MICKS}/subscriptions")).await.must_not_say(&id);
    for url in [format!("{MICKS}/subscriptions/{id}"), format!("{MICKS}/fulfillment/{request}")] {
        michael.get(&url).await.must_be(404);
    }
    // a product without a version cannot be tried
    let page = apollo.get(&format!("{CHAMPIONS}/subscriptions/new")).await;
    page.must_not_say("Apollo Corner");
    apollo.submit(&page, &[("product", CORNER)]).await.must_be(422);
}

#[actix_web::test]
async fn where_every_contract_is_a_test_no_environment_is_asked_for() {
    let world = World::new().await;
    let michael = world.michael().await;
    world.run(
        "BEGIN; SET LOCAL session_replication_role = replica; \
         UPDATE contracts SET kind = 'test' WHERE id IN (SELECT contract_id FROM listings); COMMIT",
    );
    let page = michael.get(&format!("{MICKS}/subscriptions/new")).await;
    page.must_say("Which product?");
    let page = michael.follow(michael.submit(&page, &[("product", PULSE)]).await).await;
    page.must_say("Which customer?");
    // it can still be looked at, and changed should there be another one by then
    let environment = michael.get(&page.path.replace("/customer", "/environment")).await;
    environment.must_be(200).must_say("Which environment?").must_not_say("Production");
}

#[actix_web::test]
async fn both_sides_talk_on_a_request() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let request = waiting(&world);
    let page = michael.get(&format!("{MICKS}/fulfillment/{request}")).await;
    let csrf = page.value("csrf");
    let typed = [("csrf", csrf.as_str()), ("form", &page.value("form")), ("text", "When will it be there?")];
    let url = format!("{MICKS}/fulfillment/{request}");
    let (one, two) = futures_util::future::join(michael.post(&url, &typed), michael.copy().post(&url, &typed)).await;
    assert_eq!((one.status, two.status), (303, 303));
    assert_eq!(world.number("SELECT count(*) AS n FROM messages WHERE text LIKE 'When%'"), 1);
    apollo.get(&at_vendor(&request)).await.must_say("When will it be there?");
    assert_eq!(
        world.number("SELECT count(*) AS n FROM outbox WHERE kind = 'order_discussed' AND recipient LIKE 'apollo%'"),
        1
    );
}

#[actix_web::test]
async fn many_requests_are_taken_over_at_once() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let request = waiting(&world);
    let over = world.text("SELECT id AS t FROM fulfillment_requests WHERE status = 'approved'");
    let page = apollo.get(&format!("{CHAMPIONS}/fulfillment")).await;
    let csrf = page.value("csrf");
    let url = format!("{CHAMPIONS}/fulfillment/many");
    let none = apollo.post(&url, &[("csrf", &csrf), ("act", "assign")]).await;
    assert_eq!(none.must_be(422).errors(), ["Select at least one row"]);
    let ids = [("id", request.as_str()), ("id", &over), ("id", "PR-0000-0000-0000-001")];
    let typed: Vec<_> = [("csrf", csrf.as_str()), ("act", "assign")].into_iter().chain(ids).collect();
    apollo
        .post(&url, &typed)
        .await
        .must_be(200)
        .must_say("1 request assigned to you")
        .must_say("2 were not changed")
        .must_say("It doesn't exist.")
        .must_say("Apollo Jones");
    // who works on it is the vendor's own affair
    michael.get(&format!("{MICKS}/fulfillment/{request}")).await.must_not_say("assigned the request to themselves");
}

#[actix_web::test]
async fn many_requests_fail_at_once_for_one_reason() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let request = waiting(&world);
    let over = world.text("SELECT id AS t FROM fulfillment_requests WHERE status = 'approved'");
    let csrf = apollo.get(&format!("{CHAMPIONS}/fulfillment")).await.value("csrf");
    let url = format!("{CHAMPIONS}/fulfillment/many");
    let typed = [("csrf", csrf.as_str()), ("act", "fail"), ("id", &request), ("id", &over)];
    assert_eq!(apollo.post(&url, &typed).await.must_be(422).errors(), ["Enter a reason"]);
    assert_eq!(status(&world, &request), "pending", "without a reason nothing is done");
    let typed: Vec<_> = typed.into_iter().chain([("reason", "The data centre closes.")]).collect();
    let page = apollo.post(&url, &typed).await;
    page.must_be(200).must_say("1 request failed").must_say("1 was not changed");
    assert_eq!((status(&world, &request), status(&world, &over)), ("failed".into(), "approved".into()));
    apollo.get(&at_vendor(&request)).await.must_say("The data centre closes.");
}

/// As [`acreeds_store`], with Apollo Pulse listed there.
pub fn acreed_sells(world: &World) {
    acreeds_store(world);
    world.run(
        "INSERT INTO listings (id, status, product_id, contract_id, marketplace_id, vendor_id, owner_id, created_at, updated_at) \
         SELECT 'LST-000-000-001', 'listed', product_id, 'CRD-58966-76817-84694', 'MP-00001', vendor_id, 'PA-196-115', now(), now() \
         FROM listings WHERE product_id = 'PRD-276-377-545'",
    );
}

/// A marketplace of the cast's reseller, and a customer of it.
pub fn acreeds_store(world: &World) {
    world.run(
        "INSERT INTO marketplaces (id, owner_id, name, currency, countries, prices, created_at, updated_at) \
         VALUES ('MP-00001', 'PA-196-115', 'Creed Store', 'USD', '{US}', '{price}', now(), now()); \
         INSERT INTO tier_accounts (id, owner_id, type, parent_id, name, external_uid, country, city, postal_code, address_line1, \
         first_name, last_name, email, created_at, updated_at) SELECT 'TA-0000-0000-000' || n, 'PA-196-115', \
         CASE n WHEN 1 THEN 'reseller' ELSE 'customer' END, CASE n WHEN 2 THEN 'TA-0000-0000-0001' END, 'Delphi ' || n, \
         gen_random_uuid(), 'US', 'c', 'p', 'a', 'f', 'l', 'e@x.example', now(), now() FROM generate_series(1, 2) n; \
         INSERT INTO tier_account_versions SELECT id, 1, (SELECT data FROM tier_account_versions LIMIT 1), 'a', now() \
         FROM tier_accounts WHERE owner_id = 'PA-196-115'",
    );
}

#[actix_web::test]
async fn a_reseller_orders_on_a_marketplace_of_its_own() {
    let world = World::new().await;
    let (donnie, apollo, michael) = (world.donnie().await, world.apollo().await, world.michael().await);
    // any active contract carries the listing
    act(&michael, &format!("{MICKS}/contracts/CRD-58966-76817-84694"), "approve", &[]).await.must_be(303);
    acreed_sells(&world);
    let (email, size) = (parameter(&world, "trainer_email"), parameter(&world, "gym_size"));
    let typed = [(email.as_str(), "donnie@acreedllc.example"), (size.as_str(), "s")];
    let request = order(&world, &donnie, ACREED, (PULSE, "TA-0000-0000-0002", "3"), &typed).await;
    donnie.get(&format!("{ACREED}/fulfillment?")).await.must_say(&request).must_say("Apollo Pulse");
    apollo.get(&at_vendor(&request)).await.must_say("ACreed LLC").must_say("Creed Store");
    michael.get(&format!("{MICKS}/fulfillment/{request}")).await.must_be(404);
    act(&apollo, &at_vendor(&request), "approve", &[(&parameter(&world, "license_key"), "CREED-1")]).await.must_be(303);
    let id = request.replace("PR-", "AS-").rsplit_once('-').expect("a number").0.to_owned();
    donnie.get(&format!("{ACREED}/subscriptions/{id}")).await.must_say("CREED-1").must_say("Change");
}

#[actix_web::test]
async fn nobody_else_learns_of_an_order() {
    let world = World::new().await;
    let (donnie, tony, paulie) = (world.donnie().await, world.tony().await, world.paulie().await);
    let (id, request) = (in_use(&world), waiting(&world));
    for (client, base) in [(&donnie, ACREED), (&tony, FRONT)] {
        let csrf = client.get("/profile").await.value("csrf");
        for rest in ["", "/items", "/parameters", "/tiers", "/requests", "/history", "/change", "/suspend", "/cancel"] {
            client.get(&format!("{base}/subscriptions/{id}{rest}")).await.must_be(404);
        }
        for verb in ["change", "suspend", "resume", "cancel"] {
            client.post(&format!("{base}/subscriptions/{id}/{verb}"), &[("csrf", &csrf)]).await.must_be(404);
        }
        client.get(&format!("{base}/fulfillment/{request}")).await.must_be(404);
        client.post(&format!("{base}/fulfillment/{request}"), &[("csrf", &csrf), ("text", "x")]).await.must_be(404);
        for verb in ["answer", "revoke"] {
            client.get(&format!("{base}/fulfillment/{request}/{verb}")).await.must_be(404);
            let typed = [("csrf", csrf.as_str()), ("reason", "x")];
            client.post(&format!("{base}/fulfillment/{request}/{verb}"), &typed).await.must_be(404);
        }
    }
    let csrf = tony.get("/profile").await.value("csrf");
    for verb in ["assign", "parameters", "approve", "inquire", "schedule", "fail", "return", "confirm"] {
        let typed = [("csrf", csrf.as_str()), ("reason", "x"), ("question", "x"), ("at", "2031-01-01T10:00")];
        tony.post(&format!("{FRONT}/fulfillment/{request}/{verb}"), &typed).await.must_be(404);
    }
    assert_eq!(status(&world, &request), "pending");
    // a reader looks and does not touch
    paulie.get(&format!("{MICKS}/subscriptions/{id}")).await.must_say("J&M").must_not_say("Cancel");
    paulie.get(&format!("{MICKS}/subscriptions/{id}/change")).await.must_be(403);
    paulie.get(&format!("{MICKS}/subscriptions/new")).await.must_be(403);
}

#[actix_web::test]
async fn an_order_keeps_its_tiers_as_they_were() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let request = waiting(&world);
    let restaurant = account(&world, "Adrian's Restaurant");
    let page = michael.get(&format!("{MICKS}/customers/{restaurant}/edit")).await;
    michael.submit(&page, &[("name", "Adrian's Pizza"), ("city", "Camden")]).await.must_be(303);
    let page = apollo.get(&at_vendor(&request)).await;
    page.must_say("Adrian's Restaurant").must_say("4201 Victoria Street").must_not_say("Camden");
    // and the contract's end leaves it only to be cancelled
    act(&michael, &format!("{MICKS}/contracts/CRD-40293-21272-66678"), "terminate", &[]).await.must_be(303);
    let url = format!("{MICKS}/subscriptions/{}", in_use(&world));
    michael.get(&url).await.must_say("Cancel").must_not_say("Change").must_say("ended");
    michael.get(&format!("{url}/change")).await.must_be(409).must_say("can only be cancelled");
    act(&michael, &url, "cancel", &[]).await.must_be(303);
}

#[actix_web::test]
pub async fn of_two_who_decide_at_once_one_is_told_what_happened() {
    let world = World::new().await;
    let (apollo, key) = (world.apollo().await, parameter(&world, "license_key"));
    let url = at_vendor(&waiting(&world));
    let (approve, fail) = (apollo.get(&format!("{url}/approve")).await, apollo.get(&format!("{url}/fail")).await);
    let other = apollo.copy();
    let (one, two) = futures_util::future::join(
        apollo.submit(&approve, &[(&key, "RACE-1")]),
        other.submit(&fail, &[("reason", "Too slow")]),
    )
    .await;
    let mut answers = [one.status, two.status];
    answers.sort_unstable();
    assert_eq!(answers, [303, 409]);
    assert_eq!(
        world.number("SELECT count(*) AS n FROM events WHERE name IN ('fulfillment_request.approved', 'fulfillment_request.failed') AND object LIKE 'PR-%'"),
        2,
        "the cast's own and one more"
    );
}

#[actix_web::test]
async fn what_orders_rest_on_stays() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let email = parameter(&world, "trainer_email");
    let page = apollo.get(&format!("{CHAMPIONS}/products/{PULSE}/parameters/{email}/delete")).await;
    page.must_say("This parameter cannot be deleted");
    let csrf = page.value("csrf");
    let url = format!("{CHAMPIONS}/products/{PULSE}/parameters/{email}/delete");
    apollo.post(&url, &[("csrf", &csrf)]).await.must_be(409);
    let page = michael.get(&format!("{MICKS}/marketplaces/MP-68204/delete")).await;
    page.must_say("This marketplace cannot be deleted");
    // a question may name the form's address, where data is asked for
    world.run(&format!(
        "INSERT INTO templates (id, product_id, scope, type, name, body, created_at, updated_at) VALUES \
         ('TL-000-000-001', '{PULSE}', 'asset', 'inquire', 'Asking', 'x', now(), now()), \
         ('TL-000-000-002', '{PULSE}', 'asset', 'pending', 'Waiting', 'x', now(), now())"
    ));
    let body = "Please fill in [the form]({{ activation_form_url }}).";
    let of = |template: &str| format!("{CHAMPIONS}/products/{PULSE}/templates/{template}");
    let page = apollo.get(&of("TL-000-000-001")).await;
    apollo.submit(&page, &[("body", body)]).await.must_be(303);
    let page = apollo.get(&of("TL-000-000-002")).await;
    apollo.submit(&page, &[("body", body)]).await.must_be(422);
}
