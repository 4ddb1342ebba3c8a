//! A customer's data changes: one request for each product, accepted or ignored, and never a gate.

use std::collections::HashMap;

use crate::{
    orders::account,
    support::{
        Answer, Client, World,
        world::{ACREED, CHAMPIONS, MICKS, PULSE, RING},
    },
};

const FRONT: &str = "/vendor/VA-610-774";

/// Changes a customer's city; the ids of the requests it made.
pub async fn moves_to(world: &World, client: &Client, customer: &str, city: &str) -> Vec<String> {
    let page = client.get(&format!("{MICKS}/customers/{customer}/edit")).await;
    client.submit(&page, &[("city", city)]).await.must_be(303);
    requests(world, customer)
}

/// The requests about the last version of an account.
pub fn requests(world: &World, customer: &str) -> Vec<String> {
    let all = world.text(&format!(
        "SELECT coalesce(string_agg(id, ' ' ORDER BY id), '') AS t FROM tier_account_requests r WHERE tier_account_id = '{customer}' \
         AND after_version = (SELECT version FROM tier_accounts WHERE id = '{customer}')"
    ));
    all.split_whitespace().map(str::to_owned).collect()
}

pub fn status(world: &World, id: &str) -> String {
    world.text(&format!("SELECT status AS t FROM tier_account_requests WHERE id = '{id}'"))
}

/// A second product that an account is used with.
fn also_used(world: &World, customer: &str, role: &str) {
    world.run(&format!(
        "INSERT INTO tier_account_uses VALUES ('{customer}', '{RING}', '{role}', 'VA-287-142', 10000, 'production')"
    ));
}

async fn decide(client: &Client, id: &str, verb: &str, typed: &[(&str, &str)]) -> Answer {
    let page = client.get(&format!("{CHAMPIONS}/customer-requests/{id}")).await;
    client.submit_to(&page, Some(&format!("/{verb}")), typed).await
}

#[actix_web::test]
pub async fn an_edit_makes_one_request_for_each_product_and_none_without_a_subscription() {
    let world = World::new().await;
    let michael = world.michael().await;
    // the order that waits counts already, and tiers count as customers do
    let (fish, delphi) = (account(&world, "J&M Tropical Fish"), account(&world, "Delphi Gyms"));
    world.run(
        "INSERT INTO tier_accounts (id, owner_id, type, name, external_uid, country, city, postal_code, address_line1, first_name, \
         last_name, email, created_at, updated_at) VALUES ('TA-0000-0000-0009', 'PA-469-206', 'reseller', 'Unused', \
         gen_random_uuid(), 'US', 'c', 'p', 'a', 'f', 'l', 'e@x.example', now(), now()); \
         INSERT INTO tier_account_versions SELECT 'TA-0000-0000-0009', 1, (SELECT data FROM tier_account_versions LIMIT 1), 'a', now()",
    );
    assert!(moves_to(&world, &michael, "TA-0000-0000-0009", "Camden").await.is_empty());
    also_used(&world, &fish, "tier2");
    // Apollo Ring does not take part
    michael.get(&format!("{MICKS}/customers/{fish}/edit")).await.must_say("Saving creates 1 request to 1 vendor.");
    let made = moves_to(&world, &michael, &fish, "Camden").await;
    let digits = fish.trim_start_matches("TA-");
    assert_eq!(made, [format!("TAR-{digits}-002-001"), format!("TAR-{digits}-002-002")]);
    assert_eq!((status(&world, &made[0]), status(&world, &made[1])), ("pending".into(), "unsupported".into()));
    michael.get(&format!("{MICKS}/customer-requests/{}", made[1])).await.must_say("Tier Accounts Sync is off");
    // only a tier 2: still one request for each product, however many subscriptions
    also_used(&world, &delphi, "tier2");
    let made = moves_to(&world, &michael, &delphi, "Boston").await;
    assert_eq!(made.len(), 2);
    let shown = michael.get(&format!("{MICKS}/customer-requests/{}", made[0])).await;
    shown.must_say("Tier 1 and Tier 2").must_say("Los Angeles").must_say("Boston").must_say("What changed");
    // nothing changed: no version, no request
    let page = michael.get(&format!("{MICKS}/customers/{fish}/edit")).await;
    let before = world.number("SELECT count(*) AS n FROM tier_account_requests");
    michael.submit(&page, &[]).await.must_be(303);
    assert_eq!(world.number("SELECT count(*) AS n FROM tier_account_requests"), before);
    // told once for each vendor
    assert_eq!(
        world.number("SELECT count(*) AS n FROM outbox WHERE kind = 'customer_changed' AND recipient LIKE 'apollo%'"),
        2
    );
}

#[actix_web::test]
async fn a_vendor_accepts_or_ignores_and_the_account_stays_as_edited() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let fish = account(&world, "J&M Tropical Fish");
    let first = requests(&world, &fish).remove(0);
    let second = moves_to(&world, &michael, &fish, "Camden").await.remove(0);
    assert_eq!(
        (status(&world, &first), status(&world, &second)),
        ("pending".into(), "pending".into()),
        "both stay open"
    );
    let page = apollo.get(&format!("{CHAMPIONS}/customer-requests?status=pending&sort=created")).await;
    page.must_say(&first).must_say(&second);
    let page = apollo.get(&format!("{CHAMPIONS}/customer-requests/{first}")).await;
    page.must_say("2146 North Front Street")
        .must_say("2148 North Front Street")
        .must_say("Next")
        .must_not_say("Previous");
    // deciding leads on to the next
    let answer = decide(&apollo, &first, "accept", &[]).await;
    let waits = "?status=pending&environment=production&sort=created";
    assert_eq!(answer.must_be(303).location(), format!("{CHAMPIONS}/customer-requests/{second}{waits}"));
    let refused = decide(&apollo, &second, "ignore", &[("reason", "  ")]).await;
    assert_eq!(refused.must_be(422).errors(), ["Enter a reason"]);
    let answer = decide(&apollo, &second, "ignore", &[("reason", "There is no such street in Camden")]).await;
    assert_eq!(answer.must_be(303).location(), format!("{CHAMPIONS}/customer-requests{waits}"));
    world.seconds_later().await;
    michael.get(&format!("{MICKS}/customers/{fish}")).await.must_say("Camden");
    michael.get(&format!("{MICKS}/customers/{fish}/requests")).await.must_say("no such street").must_say("Accepted");
    assert_eq!(
        world.number(
            "SELECT count(*) AS n FROM outbox WHERE kind = 'customer_change_ignored' AND recipient LIKE 'michael%'"
        ),
        1
    );
    // over is over
    let csrf = apollo.get("/profile").await.value("csrf");
    for (id, verb) in [(&first, "accept"), (&first, "ignore"), (&second, "accept")] {
        let typed = [("csrf", csrf.as_str()), ("reason", "x")];
        apollo
            .post(&format!("{CHAMPIONS}/customer-requests/{id}/{verb}"), &typed)
            .await
            .must_be(409)
            .must_say("has already been decided");
    }
    use diesel::connection::SimpleConnection as _;
    assert!(
        world
            .sql()
            .batch_execute(&format!("UPDATE tier_account_requests SET status = 'pending' WHERE id = '{first}'"))
            .is_err()
    );
}

#[actix_web::test]
async fn of_a_hundred_who_decide_at_once_one_decides() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let id = requests(&world, &account(&world, "J&M Tropical Fish")).remove(0);
    let csrf = apollo.get("/profile").await.value("csrf");
    let people: Vec<Client> = (0..100).map(|_| apollo.copy()).collect();
    let shown = apollo.get(&format!("{CHAMPIONS}/customer-requests/{id}")).await.value("shown");
    let typed = [("csrf", csrf.as_str()), ("reason", "Wrong"), ("shown", &shown)];
    let (accept, ignore) =
        (format!("{CHAMPIONS}/customer-requests/{id}/accept"), format!("{CHAMPIONS}/customer-requests/{id}/ignore"));
    let (accept, ignore) = (&accept, &ignore);
    let tries = people.iter().enumerate().map(|(at, one)| async move {
        let mut status = 503;
        // a busy machine sends some away before they are looked at, and asks them to try again
        for _ in 0..10 {
            if status == 503 {
                status = one.post(if at % 2 == 0 { accept } else { ignore }, &typed).await.status;
            }
        }
        status
    });
    let mut answers: HashMap<u16, usize> = HashMap::new();
    for status in futures_util::future::join_all(tries).await {
        *answers.entry(status).or_default() += 1;
    }
    assert_eq!(answers, HashMap::from([(303, 1), (409, 99)]));
    assert_eq!(
        world.number(
            "SELECT count(*) AS n FROM events WHERE name IN ('customer_request.accepted', 'customer_request.ignored')"
        ),
        1
    );
}

#[actix_web::test]
async fn many_are_decided_at_once_and_it_is_said_which_went_through() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let fish = account(&world, "J&M Tropical Fish");
    let first = requests(&world, &fish).remove(0);
    let second = moves_to(&world, &michael, &fish, "Camden").await.remove(0);
    let third = moves_to(&world, &michael, &fish, "Trenton").await.remove(0);
    let csrf = apollo.get(&format!("{CHAMPIONS}/customer-requests")).await.value("csrf");
    let url = format!("{CHAMPIONS}/customer-requests/many");
    let ids = [("csrf", csrf.as_str()), ("id", &first), ("id", &second)];
    let accepted: Vec<_> = ids.iter().copied().chain([("act", "accept")]).collect();
    let results = apollo.post(&url, &accepted).await;
    assert_eq!(results.must_be(200).texts(".results .banner-title"), ["2 requests accepted"]);
    assert_eq!(results.texts(".results details li .id"), [first.as_str(), &second]);
    let mixed =
        [("csrf", csrf.as_str()), ("id", &first), ("id", &third), ("act", "ignore"), ("reason", "Where is that?")];
    let results = apollo.post(&url, &mixed).await;
    assert_eq!(results.must_be(200).texts(".results .banner-title"), ["1 request ignored"]);
    results.must_say("1 was not changed:");
    let [unchanged] = &results.texts(".results p + ul li")[..] else { panic!("one was not changed") };
    assert!(
        unchanged
            .starts_with(&format!("J&M Tropical Fish {first} Apollo Jones, Champions LLC accepted the change on ")),
        "{unchanged}"
    );
    assert!(unchanged.ends_with(&format!("{first} is accepted.")), "{unchanged}");
    assert_eq!(results.texts(".results details li .id"), [third.as_str()]);
    assert_eq!((status(&world, &first), status(&world, &third)), ("accepted".into(), "ignored".into()));
}

#[actix_web::test]
async fn a_move_says_first_what_it_causes() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (fish, delphi) = (account(&world, "J&M Tropical Fish"), account(&world, "Delphi Gyms"));
    also_used(&world, &fish, "customer");
    world.run(&format!("UPDATE products SET tier_accounts_sync = true, vendor_id = vendor_id WHERE id = '{RING}'"));
    let page = michael.get(&format!("{MICKS}/customers/{fish}/move?parent={delphi}")).await;
    page.must_say("This creates 2 requests to 1 vendor");
    michael.submit(&page, &[]).await.must_be(303);
    assert_eq!(requests(&world, &fish).len(), 2);
    // tiers of what is in use stay as they were ordered
    assert_eq!(
        world.text("SELECT t.name AS t FROM subscriptions s JOIN tier_accounts t ON t.id = s.tier1_id WHERE s.customer_name LIKE 'J&M%'"),
        "Southside Sports"
    );
}

#[actix_web::test]
async fn switching_sync_on_later_revives_nothing() {
    let world = World::new().await;
    let michael = world.michael().await;
    let fish = account(&world, "J&M Tropical Fish");
    world.run(&format!("UPDATE products SET tier_accounts_sync = false WHERE id = '{PULSE}'"));
    let unsupported = moves_to(&world, &michael, &fish, "Camden").await.remove(0);
    world.run(&format!("UPDATE products SET tier_accounts_sync = true WHERE id = '{PULSE}'"));
    let pending = moves_to(&world, &michael, &fish, "Trenton").await.remove(0);
    assert_eq!((status(&world, &unsupported), status(&world, &pending)), ("unsupported".into(), "pending".into()));
}

#[actix_web::test]
async fn nobody_else_learns_of_a_change() {
    let world = World::new().await;
    let (donnie, tony, michael) = (world.donnie().await, world.tony().await, world.michael().await);
    let id = requests(&world, &account(&world, "J&M Tropical Fish")).remove(0);
    for (client, base) in [(&donnie, ACREED), (&tony, FRONT)] {
        client.get(&format!("{base}/customer-requests/{id}")).await.must_be(404);
        client.get(&format!("{base}/customer-requests")).await.must_not_say(&id);
    }
    let csrf = tony.get("/profile").await.value("csrf");
    for verb in ["accept", "ignore"] {
        let typed = [("csrf", csrf.as_str()), ("reason", "x")];
        tony.post(&format!("{FRONT}/customer-requests/{id}/{verb}"), &typed).await.must_be(404);
        michael.post(&format!("{MICKS}/customer-requests/{id}/{verb}"), &typed).await.must_be(404);
    }
    assert_eq!(status(&world, &id), "pending");
}
