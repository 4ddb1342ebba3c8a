//! What binds somebody binds it to what its page showed: orders, changes, approvals, and the difference that a vendor accepts.

use crate::{
    changes,
    orders::{account, act, at_vendor, in_use, made, order, parameter, status, up_to_parameters, waiting},
    support::{
        Answer, Client, World, client,
        world::{CHAMPIONS, MICKS, PULSE},
    },
    tiers, usage,
};

const TRAINERS: &str = "PRD-276-377-545-0001";
const HOURS: &str = "PRD-276-377-545-0003";

/// Copies the newest version of Apollo Pulse to the next number, with what `over` makes of its snapshot.
fn published(world: &World, number: i32, public: bool, over: &str) {
    world.run(&format!(
        "INSERT INTO product_versions (product_id, number, public, changes, name, category, icon, snapshot, author_id, created_at) \
         SELECT product_id, {number}, {public}, 'More', name, category, icon, {over}, author_id, now() FROM product_versions \
         WHERE product_id = '{PULSE}' ORDER BY number DESC LIMIT 1; \
         UPDATE products SET version = {number}, public_version = (SELECT max(number) FROM product_versions \
         WHERE product_id = '{PULSE}' AND public) WHERE id = '{PULSE}'"
    ));
}

/// Another item in the snapshot.
const ONE_MORE: &str = "jsonb_set(snapshot, '{items}', snapshot->'items' || (jsonb_build_array((snapshot->'items'->0) \
    || '{\"id\": \"PRD-276-377-545-0009\", \"name\": \"Towels\", \"mpn\": \"T-9\"}')))";

fn towels(world: &World) {
    world.run(&format!(
        "INSERT INTO items (id, product_id, status, type, name, mpn, description, precision, unit, period, commitment, position, \
         created_at, updated_at) SELECT 'PRD-276-377-545-0009', product_id, status, type, 'Towels', 'T-9', description, precision, \
         unit, period, commitment, 90000, now(), now() FROM items WHERE id = '{TRAINERS}'"
    ));
}

/// Commits the cast's main item for so many years, in its newest version.
fn committed(world: &World, years: i32) {
    world.run(&format!(
        "ALTER TABLE product_versions DISABLE TRIGGER USER; \
         UPDATE product_versions SET snapshot = jsonb_set(snapshot, '{{items}}', (SELECT jsonb_agg(CASE line->>'id' \
         WHEN '{TRAINERS}' THEN line || '{{\"commitment\": {years}}}' ELSE line END ORDER BY n) \
         FROM jsonb_array_elements(snapshot->'items') WITH ORDINALITY lines (line, n))) WHERE product_id = '{PULSE}'; \
         ALTER TABLE product_versions ENABLE TRIGGER USER"
    ));
}

fn in_use_of(world: &World, id: &str, item: &str) -> i64 {
    world.number(&format!(
        "SELECT coalesce((SELECT quantity::bigint FROM subscription_items WHERE subscription_id = '{id}' AND item_id = '{item}'), 0) AS n"
    ))
}

/// The wizard's review of an order for Adrian's Restaurant.
async fn review(world: &World, client: &Client) -> Answer {
    let (email, size) = (parameter(world, "trainer_email"), parameter(world, "gym_size"));
    let restaurant = account(world, "Adrian's Restaurant");
    let page = up_to_parameters(client, MICKS, (PULSE, &restaurant, "5")).await;
    let typed = [(email.as_str(), "rocky@adrians.example"), (size.as_str(), "l")];
    let page = client.follow(client.submit(&page, &typed).await).await;
    page.must_say("Check and order");
    page
}

#[actix_web::test]
async fn an_order_is_what_was_reviewed() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let page = review(&world, &michael).await;
    let before = world.number("SELECT count(*) AS n FROM subscriptions");
    // a new version is published
    published(&world, 2, true, "jsonb_set(snapshot, '{general,name}', '\"Apollo Pulse II\"')");
    world.run(&format!(
        "ALTER TABLE product_versions DISABLE TRIGGER USER; \
         UPDATE product_versions SET name = 'Apollo Pulse II' WHERE product_id = '{PULSE}' AND number = 2"
    ));
    let again = michael.submit(&page, &[]).await;
    again.must_be(422).must_say("The product changed after you opened this page").must_say("Apollo Pulse II");
    // the customer is moved below another reseller
    let (restaurant, southside) = (account(&world, "Adrian's Restaurant"), account(&world, "Southside Sports"));
    let moving = michael.get(&format!("{MICKS}/customers/{restaurant}/move?parent={southside}")).await;
    michael.submit(&moving, &[]).await.must_be(303);
    let again = michael.submit(&again, &[]).await;
    again.must_be(422).must_say("The customer or its resellers changed").must_say("Tier 1: Southside Sports");
    // the vendor asks something else
    let size = parameter(&world, "gym_size");
    let edit = apollo.get(&format!("{CHAMPIONS}/products/{PULSE}/parameters/{size}")).await;
    apollo.submit(&edit, &[("title", "How large is it?")]).await.must_be(303);
    let again = michael.submit(&again, &[]).await;
    again.must_be(422).must_say("The vendor's questions changed").must_say("How large is it?");
    // answers are changed in another tab
    let items = michael.get(&again.path.replace("/review", "/items")).await;
    michael.submit(&items, &[(TRAINERS, "7")]).await.must_be(303);
    let again = michael.submit(&again, &[]).await;
    again.must_be(422).must_say("The items changed").must_say("7 × ");
    // a form that says nothing of what it showed
    let csrf = again.value("csrf");
    michael.post(&again.path, &[("csrf", &csrf)]).await.must_be(422);
    assert_eq!(world.number("SELECT count(*) AS n FROM subscriptions"), before);
    michael.follow(michael.submit(&again, &[]).await).await.must_say("Subscription ordered");
    assert_eq!(world.number("SELECT count(*) AS n FROM subscriptions"), before + 1);
}

fn lent(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// The page of the last questions shows what was chosen before, so it can be ordered from there.
#[actix_web::test]
async fn an_order_may_be_sent_with_its_last_answers() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (email, size) = (parameter(&world, "trainer_email"), parameter(&world, "gym_size"));
    let restaurant = account(&world, "Adrian's Restaurant");
    let page = up_to_parameters(&michael, MICKS, (PULSE, &restaurant, "5")).await;
    assert_eq!(page.texts(".answers dt"), ["Environment", "Product", "Marketplace", "Customer", "Items"]);
    page.must_say("Adrian's Restaurant").must_say("5 × ");
    michael.get(&page.path.replace("/parameters", "/product")).await.must_say("If you choose another product");
    let to = page.attribute("button[formaction$='/order']", "formaction");
    let long = "x".repeat(129);
    let typed = [(email.as_str(), "rocky@adrians.example"), (size.as_str(), "l"), ("external_id", long.as_str())];
    let before = world.number("SELECT count(*) AS n FROM subscriptions");
    // what is wrong is said where it is asked
    let (_, wrong) = client::form(&page, None, &typed);
    michael.post(&to, &lent(&wrong)).await.must_be(422).must_say("Order details");
    // a form that says nothing of what it showed, or that something else was shown, leads to the review
    for forged in ["nothing", "the product=0;the items=0"] {
        let (_, fields) = client::form(&page, None, &[typed[0], typed[1], ("shown", forged)]);
        let answer = michael.post(&to, &lent(&fields)).await;
        answer.must_be(422).must_say("Check and order").must_say("changed after you opened this page");
    }
    assert_eq!(world.number("SELECT count(*) AS n FROM subscriptions"), before);
    let (_, fields) = client::form(&page, None, &typed[..2]);
    let ordered = michael.follow(michael.post(&to, &lent(&fields)).await).await;
    ordered.must_say("Subscription ordered");
    // pressed twice it leads to what was ordered
    let again = michael.follow(michael.copy().post(&to, &lent(&fields)).await).await;
    assert_eq!((again.path, world.number("SELECT count(*) AS n FROM subscriptions")), (ordered.path, before + 1));
}

#[actix_web::test]
async fn what_is_offered_no_more_says_so_wherever_the_wizard_stands() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = review(&world, &michael).await;
    world.run(&format!("UPDATE listings SET status = 'unlisted' WHERE product_id = '{PULSE}'"));
    for step in ["items", "parameters", "review"] {
        let url = page.path.replace("/review", &format!("/{step}"));
        michael.follow(michael.get(&url).await).await.must_say("no longer offered").must_say("Which product?");
    }
    let csrf = page.value("csrf");
    let sent = michael.post(&page.path, &[("csrf", &csrf)]).await;
    michael.follow(sent).await.must_say("no longer offered");
    // listed again, the rest of the answers is there
    world.run(&format!("UPDATE listings SET status = 'listed' WHERE product_id = '{PULSE}'"));
    let page = michael.get(&page.path.replace("/review", "/product")).await;
    michael.submit(&page, &[("product", PULSE)]).await.must_be(303);
    michael.get(&page.path.replace("/product", "/review")).await.must_say("5 × ");
}

#[actix_web::test]
async fn a_change_never_goes_back_and_loses_nothing() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let id = in_use(&world);
    let url = format!("{MICKS}/subscriptions/{id}");
    towels(&world);
    published(&world, 2, true, ONE_MORE);
    let request = made(&act(&michael, &url, "change", &[("PRD-276-377-545-0009", "7")]).await);
    act(&apollo, &at_vendor(&request), "approve", &[]).await.must_be(303);
    assert_eq!(world.number(&format!("SELECT version::bigint AS n FROM subscriptions WHERE id = '{id}'")), 2);
    // its vendor makes that version private
    world.run(&format!(
        "ALTER TABLE product_versions DISABLE TRIGGER USER; UPDATE product_versions SET public = false WHERE number = 2 \
         AND product_id = '{PULSE}'; UPDATE products SET public_version = 1 WHERE id = '{PULSE}'"
    ));
    michael.get(&format!("{url}/items")).await.must_say("Towels");
    michael.get(&format!("{url}/change")).await.must_say("Towels");
    let request = made(&act(&michael, &url, "change", &[(TRAINERS, "3")]).await);
    let kept = "SELECT version::bigint AS n FROM fulfillment_requests WHERE id = ";
    assert_eq!(world.number(&format!("{kept}'{request}'")), 2);
    michael.get(&format!("{MICKS}/fulfillment/{request}")).await.must_say("Towels").must_not_say("Removed");
    act(&apollo, &at_vendor(&request), "approve", &[]).await.must_be(303);
    assert_eq!((in_use_of(&world, &id, "PRD-276-377-545-0009"), in_use_of(&world, &id, TRAINERS)), (7, 3));
}

#[actix_web::test]
async fn what_a_newer_version_offers_no_more_stays_or_is_reduced() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let id = in_use(&world);
    let url = format!("{MICKS}/subscriptions/{id}");
    let without = format!(
        "jsonb_set(snapshot, '{{items}}', (SELECT jsonb_agg(line) FROM jsonb_array_elements(snapshot->'items') line \
         WHERE line->>'id' <> '{TRAINERS}'))"
    );
    published(&world, 2, true, &without);
    michael.get(&format!("{url}/change")).await.must_say("No longer offered: you can keep or reduce it");
    let more = act(&michael, &url, "change", &[(TRAINERS, "3")]).await;
    more.must_be(422).must_say("is no longer offered: keep 2, or enter less");
    let request = made(&act(&michael, &url, "change", &[(HOURS, "")]).await);
    act(&apollo, &at_vendor(&request), "approve", &[]).await.must_be(303);
    assert_eq!((in_use_of(&world, &id, TRAINERS), in_use_of(&world, &id, HOURS)), (2, 0));
    // it is still there, on every page and in every request
    michael.get(&format!("{url}/items")).await.must_say(TRAINERS);
    let request = made(&act(&michael, &url, "suspend", &[]).await);
    michael.get(&format!("{MICKS}/fulfillment/{request}")).await.must_say(TRAINERS);
}

#[actix_web::test]
async fn a_change_is_made_of_what_its_form_showed() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let id = in_use(&world);
    let url = format!("{MICKS}/subscriptions/{id}");
    world.run(&format!("UPDATE products SET editable_ordering_parameters = true WHERE id = '{PULSE}'"));
    let page = michael.get(&format!("{url}/change")).await;
    // the vendor does not let values change any more: what was typed is not dropped without a word
    world.run(&format!("UPDATE products SET editable_ordering_parameters = false WHERE id = '{PULSE}'"));
    let email = parameter(&world, "trainer_email");
    let again = michael.submit(&page, &[(&email, "new@fish.example"), (TRAINERS, "4")]).await;
    again.must_be(422).must_say("The vendor's questions changed");
    assert_eq!(again.value(TRAINERS), "4", "what was typed is there");
    // another version
    towels(&world);
    published(&world, 2, true, ONE_MORE);
    let again = michael.submit(&again, &[]).await;
    again.must_be(422).must_say("The offer changed").must_say("Towels");
    let request = made(&michael.submit(&again, &[]).await);
    // what was begun under a setting is finished: the vendor approves values that were changed while it let them
    act(&apollo, &at_vendor(&request), "approve", &[]).await.must_be(303);
    assert_eq!(in_use_of(&world, &id, TRAINERS), 4);
}

#[actix_web::test]
async fn the_pages_of_acts_go_stale() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let id = in_use(&world);
    let url = format!("{MICKS}/subscriptions/{id}");
    let key = parameter(&world, "license_key");
    let mut pages = Vec::new();
    for verb in ["suspend", "cancel"] {
        pages.push(michael.get(&format!("{url}/{verb}")).await);
    }
    let adjust = apollo.get(&format!("{CHAMPIONS}/subscriptions/{id}/adjust")).await;
    let typed = [(key.as_str(), "NEW-1"), ("at_once", "yes")];
    act(&apollo, &format!("{CHAMPIONS}/subscriptions/{id}"), "adjust", &typed).await.must_be(303);
    for page in &pages {
        michael.submit(page, &[]).await.must_be(409).must_say("The parameters changed after you opened this page");
    }
    let again = apollo.submit(&adjust, &[(&key, "NEW-2"), ("at_once", "yes")]).await;
    again.must_be(422).must_say("The parameters changed after you opened this page");
    assert_eq!(again.value(&key), "NEW-2", "what was typed is there");
    apollo.submit(&again, &[]).await.must_be(303);
    // an approval
    let request = waiting(&world);
    let page = apollo.get(&format!("{}/approve", at_vendor(&request))).await;
    act(&apollo, &at_vendor(&request), "inquire", &[("question", "Who trains?")]).await.must_be(303);
    let email = parameter(&world, "trainer_email");
    let own = format!("{MICKS}/fulfillment/{request}");
    act(&michael, &own, "answer", &[(&email, "paulie@adrians.example")]).await.must_be(303);
    let again = apollo.submit(&page, &[(&key, "K-9")]).await;
    again.must_be(422).must_say("The parameters changed after you opened this page");
    assert_eq!((status(&world, &request), again.value(&key)), ("pending".into(), "K-9".into()));
    apollo.submit(&again, &[]).await.must_be(303);
    assert_eq!(status(&world, &request), "approved");
}

#[actix_web::test]
async fn a_configuration_is_approved_and_updated_as_it_was_shown() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let branch = tiers::tiered(&world, 1).remove(0);
    tiers::order_fish(&world, &michael, &[(&branch, "South")]).await;
    let request = tiers::setup(&world, 1);
    let url = format!("{CHAMPIONS}/tier-config-requests/{request}");
    let page = apollo.get(&format!("{url}/approve")).await;
    act(&apollo, &url, "inquire", &[("question", "South of what?")]).await.must_be(303);
    act(&michael, &format!("{MICKS}/tier-config-requests/{request}"), "answer", &[(&branch, "North")])
        .await
        .must_be(303);
    let again = apollo.submit(&page, &[("PRM-276-377-545-9101", "P-1")]).await;
    again.must_be(422).must_say("The parameters changed after you opened this page");
    apollo.submit(&again, &[]).await.must_be(303);
    let config = request.replace("TCR-", "TC-").rsplit_once('-').expect("a number").0.to_owned();
    let url = format!("{MICKS}/tier-configs/{config}");
    let page = michael.get(&format!("{url}/update")).await;
    act(&michael, &url, "update", &[(&branch, "East")]).await.must_be(303);
    act(&apollo, &format!("{CHAMPIONS}/tier-config-requests/{}", tiers::setup(&world, 1)), "approve", &[])
        .await
        .must_be(303);
    let again = michael.submit(&page, &[(&branch, "West")]).await;
    again.must_be(422).must_say("The parameters changed after you opened this page");
    assert_eq!(again.value(&branch), "West");
}

#[actix_web::test]
async fn a_vendor_accepts_the_difference_to_what_it_accepted_before() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let fish = account(&world, "J&M Tropical Fish");
    let first = changes::requests(&world, &fish).remove(0);
    // the vendor did not take part for a while
    world.run(&format!("UPDATE products SET tier_accounts_sync = false WHERE id = '{PULSE}'"));
    changes::moves_to(&world, &michael, &fish, "Camden").await;
    world.run(&format!("UPDATE products SET tier_accounts_sync = true WHERE id = '{PULSE}'"));
    let delphi = account(&world, "Delphi Gyms");
    let moving = michael.get(&format!("{MICKS}/customers/{fish}/move?parent={delphi}")).await;
    michael.submit(&moving, &[]).await.must_be(303);
    let request = changes::requests(&world, &fish).pop().expect("a request");
    let url = format!("{CHAMPIONS}/customer-requests/{request}");
    let page = apollo.get(&url).await;
    page.must_say("Camden").must_say(&format!("Southside Sports ({})", account(&world, "Southside Sports")));
    page.must_say(&format!("Delphi Gyms ({delphi})"));
    michael.get(&format!("{MICKS}/customers/{fish}/versions")).await.must_say(&format!("Delphi Gyms ({delphi})"));
    // an earlier one is accepted in another tab: the difference is another now
    assert_eq!(changes::status(&world, &first), "pending");
    page.must_say("2146 North Front Street");
    let other = apollo.get(&format!("{CHAMPIONS}/customer-requests/{first}")).await;
    other.must_say("The account has changed again since");
    apollo.submit_to(&other, Some("/accept"), &[]).await.must_be(303);
    apollo.submit_to(&page, Some("/accept"), &[]).await.must_be(409).must_say("Nothing was accepted");
    let page = apollo.get(&url).await;
    page.must_say("Camden").must_not_say("2146 North Front Street");
    apollo.submit_to(&page, Some("/accept"), &[]).await.must_be(303);
    // what was decided stays as it was seen
    apollo.get(&url).await.must_say("Camden");
    let next = changes::moves_to(&world, &michael, &fish, "Trenton").await.remove(0);
    apollo.get(&format!("{CHAMPIONS}/customer-requests/{next}")).await.must_say("Trenton").must_not_say("Philadelphia");
}

#[actix_web::test]
async fn a_vendors_directory_lists_what_it_may_open() {
    let world = World::new().await;
    let (apollo, michael, tony) = (world.apollo().await, world.michael().await, world.tony().await);
    let list = apollo.get(&format!("{CHAMPIONS}/customers")).await;
    let seen = || {
        world.number(
            "SELECT count(DISTINCT t.id) AS n FROM tier_account_uses u JOIN tier_accounts t ON t.id = u.tier_account_id \
             WHERE u.vendor_id = 'VA-287-142' AND u.live > 0 AND t.owner_id <> 'VA-287-142'",
        )
    };
    let rows = list.texts("tbody tr").len() as i64;
    assert!(rows > 0, "{}", list.text());
    assert_eq!(rows, seen());
    for link in list.texts("tbody th .cell-id") {
        apollo.get(&format!("{CHAMPIONS}/customers/{link}")).await.must_be(200);
    }
    apollo.get(&format!("{CHAMPIONS}/customers?q=fish")).await.must_say("J&M").must_not_say("Adrian");
    for query in ["?sort=customer", "?sort=-created", "?parent=south", "?country=us", "?type=customer&sort=external"] {
        apollo.get(&format!("{CHAMPIONS}/customers{query}")).await.must_be(200).must_say("J&M");
    }
    tony.get("/vendor/VA-610-774/customers").await.must_not_say("J&M");
    // it closes with the last subscription that uses it
    let id = in_use(&world);
    let request = made(&act(&michael, &format!("{MICKS}/subscriptions/{id}"), "cancel", &[]).await);
    act(&apollo, &at_vendor(&request), "approve", &[]).await.must_be(303);
    apollo.get(&format!("{CHAMPIONS}/customers")).await.must_not_say("J&M");
    assert_eq!(
        world.number("SELECT count(*) AS n FROM tier_account_sight WHERE viewer_id = 'VA-287-142'"),
        seen(),
        "the rows say what the uses say"
    );
}

#[actix_web::test]
async fn a_commitment_is_shown_and_left_early_only_on_purpose() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    committed(&world, 3);
    let (email, size) = (parameter(&world, "trainer_email"), parameter(&world, "gym_size"));
    let restaurant = account(&world, "Adrian's Restaurant");
    let page = up_to_parameters(&michael, MICKS, (PULSE, &restaurant, "5")).await;
    michael.get(&page.path.replace("/parameters", "/items")).await.must_say("Commitment of 3 years");
    let typed = [(email.as_str(), "rocky@adrians.example"), (size.as_str(), "s")];
    michael.follow(michael.submit(&page, &typed).await).await.must_say("Commitment of 3 years");
    let request = order(&world, &michael, MICKS, (PULSE, &restaurant, "5"), &typed).await;
    let key = parameter(&world, "license_key");
    let day = world.text("SELECT to_char(now() - interval '2 days', 'YYYY-MM-DD') AS t");
    act(&apollo, &at_vendor(&request), "approve", &[(&key, "C-1"), ("effective", &day)]).await.must_be(303);
    let id = request.replace("PR-", "AS-").rsplit_once('-').expect("a number").0.to_owned();
    let until =
        world.text("SELECT to_char((now() - interval '2 days')::date + interval '3 years', 'FMDD Mon YYYY') AS t");
    let url = format!("{MICKS}/subscriptions/{id}");
    for (client, base) in [(&michael, MICKS), (&apollo, CHAMPIONS)] {
        client.get(&format!("{base}/subscriptions/{id}/items")).await.must_say("Committed until").must_say(&until);
    }
    // more is no question, less is asked once more
    let page = michael.get(&format!("{url}/change")).await;
    page.must_say(&format!("Committed until {until}")).must_not_say("before the commitment ends");
    let asked = michael.submit(&page, &[(TRAINERS, "4")]).await;
    asked.must_be(422).must_say("A commitment is not over yet");
    michael.submit(&asked, &[]).await.must_be(422);
    let request = made(&michael.submit(&asked, &[("early", "yes")]).await);
    apollo.get(&at_vendor(&request)).await.must_say("Before the commitment ends").must_say(&until);
    assert_eq!(
        world.number(&format!(
            "SELECT count(*) AS n FROM outbox WHERE kind = 'order_requested' AND facts->>'request' = '{request}' AND facts->>'early' = 'true'"
        )),
        1
    );
    act(&apollo, &at_vendor(&request), "approve", &[]).await.must_be(303);
    // the day stays, whatever the quantity
    michael.get(&format!("{url}/items")).await.must_say(&until);
    let request = made(&act(&michael, &url, "change", &[(TRAINERS, "6")]).await);
    apollo.get(&at_vendor(&request)).await.must_not_say("Before the commitment ends");
    act(&apollo, &at_vendor(&request), "approve", &[]).await.must_be(303);
    // cancelling
    let page = michael.get(&format!("{url}/cancel")).await;
    page.must_say(&format!("is committed until {until}"));
    assert_eq!(page.texts("form.confirm .actions a"), ["Back to subscription"]);
    michael.submit(&page, &[]).await.must_be(422).must_say("A commitment is not over yet");
    let request = made(&michael.submit(&page, &[("early", "yes")]).await);
    apollo.get(&at_vendor(&request)).await.must_say("Before the commitment ends");
    act(&apollo, &at_vendor(&request), "fail", &[("reason", "Three years are three years")]).await.must_be(303);
    // over, it is no question any more
    world.run(&format!(
        "UPDATE subscription_items SET committed_until = now() - interval '1 day' WHERE subscription_id = '{id}'"
    ));
    act(&michael, &url, "cancel", &[]).await.must_be(303);
}

#[actix_web::test]
async fn a_subscription_counts_from_the_effective_day_of_its_purchase() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let request = waiting(&world);
    let id = request.replace("PR-", "AS-").rsplit_once('-').expect("a number").0.to_owned();
    let (key, day) = (parameter(&world, "license_key"), usage::ago(9));
    let chosen = day.to_string();
    let typed = [(key.as_str(), "KEY-9"), ("effective", chosen.as_str())];
    act(&apollo, &at_vendor(&request), "approve", &typed).await.must_be(303);
    let since = day.format("%-d %b %Y").to_string();
    for (client, base) in [(&michael, MICKS), (&apollo, CHAMPIONS)] {
        let page = client.get(&format!("{base}/subscriptions/{id}")).await;
        assert!(
            page.facts("Active since").iter().any(|said| said.starts_with(&since)),
            "{:?}",
            page.facts("Active since")
        );
    }
    // so what was used before somebody approved it can be reported
    let file = usage::create(&apollo, "Before the approval").await;
    let template = apollo.get(&format!("{}/template.csv", file.path)).await.body_text();
    assert!(template.contains(&id), "{template}");
    let row = usage::row("EARLY-1", "2").replace("asset.external_id,SO-4702", &format!("asset.id,{id}"));
    usage::upload(&world, &apollo, &file, &usage::csv(&[row])).await.must_say("No errors found.");
}

#[actix_web::test]
async fn an_effective_day_is_today_or_earlier_and_not_before_what_was_approved_last() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let id = in_use(&world);
    let request = made(&act(&michael, &format!("{MICKS}/subscriptions/{id}"), "change", &[(TRAINERS, "8")]).await);
    let url = at_vendor(&request);
    for (day, words) in [
        ("2199-01-01", "Enter today's date or an earlier one"),
        ("9999-01-01", "Enter a date between the years 2000 and 2199"),
        ("2001-01-01", "Enter a date within the last twelve months"),
        ("soon", "Enter a date such as"),
    ] {
        act(&apollo, &url, "approve", &[("effective", day)]).await.must_be(422).must_say(words);
    }
    let before = world.text(&format!(
        "SELECT to_char(max(effective_at) - interval '3 days', 'YYYY-MM-DD') AS t FROM fulfillment_requests WHERE subscription_id = '{id}'"
    ));
    act(&apollo, &url, "approve", &[("effective", &before)])
        .await
        .must_be(422)
        .must_say("enter that date or a later one");
    act(&apollo, &url, "schedule", &[("at", "9999-01-01T00:00")])
        .await
        .must_be(422)
        .must_say("within the next 10 years")
        .must_not_say("in the future");
    for when in ["soon", "2027-03-29", "29.03.2027 09:30"] {
        act(&apollo, &url, "schedule", &[("at", when)]).await.must_be(422).must_say("Enter a date and time such as");
    }
    act(&apollo, &url, "approve", &[]).await.must_be(303);
}

#[actix_web::test]
async fn only_a_message_that_is_offered_can_be_chosen() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let subscription = format!("{CHAMPIONS}/subscriptions/{}", in_use(&world));
    for strange in ["99", "-1", "Welcome"] {
        let refused = act(&apollo, &subscription, "adjust", &[("message", strange)]).await;
        assert_eq!(refused.must_be(422).errors(), ["Choose one of the messages offered"]);
    }
    act(&apollo, &subscription, "adjust", &[("message", "0")]).await.must_be(303);
}

#[actix_web::test]
async fn a_quantity_is_digits_alone() {
    let world = World::new().await;
    let michael = world.michael().await;
    let restaurant = account(&world, "Adrian's Restaurant");
    let page = up_to_parameters(&michael, MICKS, (PULSE, &restaurant, "5")).await;
    let items = michael.get(&page.path.replace("/parameters", "/items")).await;
    for ambiguous in ["1.000", "1,000", "10.00", "1 000", "1'000", "+5", "5.0"] {
        let answer = michael.submit(&items, &[(TRAINERS, ambiguous)]).await;
        assert_eq!(answer.must_be(422).errors(), ["Enter a whole number using only digits, such as 12 or 1200"]);
        assert_eq!(answer.value(TRAINERS), ambiguous, "what was typed is there");
    }
    michael.submit(&items, &[(TRAINERS, "1000000001")]).await.must_be(422).must_say("from 0 to 1,000,000,000");
    michael.submit(&items, &[(TRAINERS, "1000")]).await.must_be(303);
}

#[actix_web::test]
async fn an_emptied_quantity_of_what_is_in_use_is_asked_for_and_a_0_removes_it() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/subscriptions/{}/change", in_use(&world))).await;
    for slip in ["", "  "] {
        let answer = michael.submit(&page, &[(TRAINERS, slip)]).await;
        assert_eq!(answer.must_be(422).errors(), ["Enter a quantity, or 0 to remove the item"]);
    }
    michael.follow(michael.submit(&page, &[(TRAINERS, "0")]).await).await.must_say("Removed");
}

#[actix_web::test]
async fn what_was_suspended_is_resumed_whatever_the_setting_says() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let id = in_use(&world);
    let url = format!("{MICKS}/subscriptions/{id}");
    let request = made(&act(&michael, &url, "suspend", &[]).await);
    // switched off while it is asked for, and after
    world.run(&format!("UPDATE products SET administrative_hold = false WHERE id = '{PULSE}'"));
    act(&apollo, &at_vendor(&request), "approve", &[]).await.must_be(303);
    michael.get(&url).await.must_say("Resume");
    let request = made(&act(&michael, &url, "resume", &[]).await);
    act(&apollo, &at_vendor(&request), "approve", &[]).await.must_be(303);
    assert_eq!(status(&world, &id), "active");
    michael.get(&format!("{url}/suspend")).await.must_be(409);
}

/// Whoever adds an act that binds in orders adds it here, and a test above that its page goes stale.
#[test]
fn these_acts_bind() {
    use entente::{
        kit::{actor::Role, choice::Choice as _},
        portals,
    };
    let ours = ["/subscriptions", "/fulfillment", "/tier-config", "/customer-requests"];
    let mut binding: Vec<String> = (Role::ALL.iter().flat_map(|role| portals::screens(*role)))
        .filter(|mount| mount.binds && ours.iter().any(|start| mount.path.starts_with(start)))
        .map(|mount| mount.path)
        .collect();
    binding.sort_unstable();
    binding.dedup();
    assert_eq!(
        binding,
        [
            "/customer-requests/{id}/accept",
            "/fulfillment/{id}/approve",
            "/fulfillment/{id}/confirm",
            "/subscriptions/new/{wizard}/order",
            "/subscriptions/new/{wizard}/review",
            "/subscriptions/{id}/adjust",
            "/subscriptions/{id}/cancel",
            "/subscriptions/{id}/change",
            "/subscriptions/{id}/resume",
            "/subscriptions/{id}/suspend",
            "/tier-config-requests/{id}/approve",
            "/tier-configs/{id}/update",
        ]
    );
}

#[actix_web::test]
async fn a_form_that_does_not_say_what_it_showed_binds_nobody() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let id = in_use(&world);
    let (request, url) = (waiting(&world), format!("{MICKS}/subscriptions/{id}"));
    let (csrf, vendors) = (michael.get("/profile").await.value("csrf"), apollo.get("/profile").await.value("csrf"));
    for verb in ["suspend", "cancel"] {
        michael.post(&format!("{url}/{verb}"), &[("csrf", &csrf)]).await.must_be(409).must_say("Nothing was requested");
    }
    michael.post(&format!("{url}/change"), &[("csrf", &csrf), (TRAINERS, "9")]).await.must_be(422);
    let key = parameter(&world, "license_key");
    let typed = [("csrf", vendors.as_str()), (key.as_str(), "K-1")];
    apollo.post(&format!("{}/approve", at_vendor(&request)), &typed).await.must_be(422);
    apollo.post(&format!("{CHAMPIONS}/subscriptions/{id}/adjust"), &typed).await.must_be(422);
    act(&apollo, &at_vendor(&request), "schedule", &[("at", "2031-03-29T09:30")]).await.must_be(303);
    act(&michael, &format!("{MICKS}/fulfillment/{request}"), "revoke", &[("reason", "Closed")]).await.must_be(303);
    apollo
        .post(&format!("{}/confirm", at_vendor(&request)), &[("csrf", &vendors)])
        .await
        .must_be(409)
        .must_say("Nothing was confirmed");
    world.run(&format!("UPDATE subscriptions SET status = 'suspended' WHERE id = '{id}'"));
    michael.post(&format!("{url}/resume"), &[("csrf", &csrf)]).await.must_be(409).must_say("Nothing was requested");
    assert_eq!((status(&world, &id), status(&world, &request)), ("suspended".into(), "revoking".into()));
}

#[actix_web::test]
async fn set_ups_that_were_begun_are_finished_whatever_the_setting_says() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let branch = tiers::tiered(&world, 1).remove(0);
    let order = tiers::order_fish(&world, &michael, &[(&branch, "South")]).await;
    world.run(&format!("UPDATE products SET reseller_authorization = 0 WHERE id = '{PULSE}'"));
    let url = format!("{CHAMPIONS}/tier-config-requests/{}", tiers::setup(&world, 1));
    act(&apollo, &url, "approve", &[("PRM-276-377-545-9101", "P-1")]).await.must_be(303);
    assert_eq!(status(&world, &order), "pending");
    // the next one waits for nobody
    let next = tiers::order_fish(&world, &michael, &[]).await;
    assert_eq!(status(&world, &next), "pending");
}

#[actix_web::test]
async fn what_was_asked_while_a_vendor_took_part_is_decided_also_afterwards() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let request = changes::requests(&world, &account(&world, "J&M Tropical Fish")).remove(0);
    world.run(&format!("UPDATE products SET tier_accounts_sync = false WHERE id = '{PULSE}'"));
    let page = apollo.get(&format!("{CHAMPIONS}/customer-requests/{request}")).await;
    apollo.submit_to(&page, Some("/accept"), &[]).await.must_be(303);
}
