//! Values of parameters of the type Password: sealed at rest, masked on every page, shown to who asks for them.

use entente::{
    kit::{secret::Key, vault::Vault},
    modules::products::parameters::sealing,
};

use crate::{
    orders::{account, act, at_vendor, order, parameter, status},
    support::{
        Client, World,
        world::{CHAMPIONS, KEY, MICKS, PULSE, key},
    },
    tiers,
};

pub const SECRET: &str = "Yo-Adrian-I-did-it";
const FIELD: &str = "PRM-276-377-545-8001-password";
const PARAMETER: &str = "PRM-276-377-545-8001";

/// Gives Apollo Pulse a secret that the customer chooses, and one of tier 1.
pub fn secretive(world: &World) {
    for (id, scope, unique) in [(PARAMETER, "asset", true), ("PRM-276-377-545-8002", "tier1", false)] {
        world.run(&format!(
            "INSERT INTO parameters (id, product_id, phase, scope, type, name, title, is_unique, min_length, position, created_at, \
             updated_at) VALUES ('{id}', '{PULSE}', 'ordering', '{scope}', 'password', 'secret_{scope}', 'Door code ({scope})', \
             {unique}, 8, 1, now(), now())"
        ));
    }
}

/// Whether the secret stands anywhere in the database: in no table, in no form.
fn kept_in_clear(world: &World, secret: &str) -> Vec<String> {
    let tables = [
        "subscriptions",
        "fulfillment_requests",
        "tier_configs",
        "tier_config_requests",
        "wizards",
        "unique_values",
        "events",
        "outbox",
        "messages",
        "sessions",
    ];
    let found = |table: &&&str| {
        world.number(&format!("SELECT count(*) AS n FROM {table} r WHERE r::text LIKE '%{secret}%'")) > 0
    };
    tables.iter().filter(found).map(|table| (*table).to_owned()).collect()
}

/// Orders with the secret; the request.
pub async fn ordered(world: &World, client: &Client, secret: &str) -> String {
    let restaurant = account(world, "Adrian's Restaurant");
    let (email, size) = (parameter(world, "trainer_email"), parameter(world, "gym_size"));
    let typed = [(email.as_str(), "rocky@adrians.example"), (size.as_str(), "s"), (FIELD, secret)];
    order(world, client, MICKS, (PULSE, &restaurant, "1"), &typed).await
}

pub fn subscription_of(request: &str) -> String {
    request.replace("PR-", "AS-").rsplit_once('-').expect("a number").0.to_owned()
}

#[actix_web::test]
async fn a_secret_is_sealed_masked_and_shown_on_demand() {
    let world = World::new().await;
    let (michael, apollo, paulie, tony) =
        (world.michael().await, world.apollo().await, world.paulie().await, world.tony().await);
    secretive(&world);
    let request = ordered(&world, &michael, SECRET).await;
    assert_eq!(kept_in_clear(&world, SECRET), Vec::<String>::new());
    let id = subscription_of(&request);
    let license = parameter(&world, "license_key");
    act(&apollo, &at_vendor(&request), "approve", &[(&license, "L-1")]).await.must_be(303);
    assert_eq!(kept_in_clear(&world, SECRET), Vec::<String>::new());
    // no page shows it, to nobody
    for (client, base) in [(&michael, MICKS), (&apollo, CHAMPIONS), (&paulie, MICKS)] {
        for rest in [
            format!("subscriptions/{id}"),
            format!("subscriptions/{id}/parameters"),
            format!("subscriptions/{id}/history"),
            format!("fulfillment/{request}"),
        ] {
            let page = client.get(&format!("{base}/{rest}")).await;
            assert!(!String::from_utf8_lossy(&page.body).contains(SECRET), "{rest}");
        }
    }
    let page = michael.get(&format!("{MICKS}/subscriptions/{id}/parameters")).await;
    page.must_say("••••••••").must_say("Show");
    // who may manage subscriptions asks for it, which is recorded
    michael.submit_to(&page, Some("/reveal"), &[]).await.must_be(200).must_say(SECRET);
    let page = apollo.get(&at_vendor(&request)).await;
    apollo.submit_to(&page, Some("/reveal"), &[]).await.must_be(200).must_say(SECRET);
    michael
        .get(&format!("{MICKS}/subscriptions/{id}/history"))
        .await
        .must_say("viewed a secret value")
        .must_say(&format!("in {request}"));
    assert_eq!(world.number("SELECT count(*) AS n FROM events WHERE name LIKE '%.value_shown'"), 2);
    assert_eq!(kept_in_clear(&world, SECRET), Vec::<String>::new());
    // a reader cannot, nor another company, nor for a value that is no secret
    paulie.get(&format!("{MICKS}/subscriptions/{id}/parameters")).await.must_say("••••••••").must_not_say("Show");
    let csrf = paulie.get("/profile").await.value("csrf");
    let typed = [("csrf", csrf.as_str()), ("parameter", PARAMETER)];
    paulie.post(&format!("{MICKS}/subscriptions/{id}/reveal"), &typed).await.must_be(403);
    let csrf = tony.get("/profile").await.value("csrf");
    let typed = [("csrf", csrf.as_str()), ("parameter", PARAMETER)];
    for url in [format!("subscriptions/{id}"), format!("fulfillment/{request}")] {
        tony.post(&format!("/vendor/VA-610-774/{url}/reveal"), &typed).await.must_be(404);
    }
    let csrf = michael.get("/profile").await.value("csrf");
    for other in [license.as_str(), "PRM-276-377-545-8002", "nonsense", ""] {
        let typed = [("csrf", csrf.as_str()), ("parameter", other)];
        michael.post(&format!("{MICKS}/subscriptions/{id}/reveal"), &typed).await.must_be(404);
    }
    assert_eq!(world.number("SELECT count(*) AS n FROM events WHERE name LIKE '%.value_shown'"), 2);
}

#[actix_web::test]
async fn a_secret_that_was_typed_wrong_or_too_late_is_not_sent_back() {
    let world = World::new().await;
    let michael = world.michael().await;
    secretive(&world);
    let restaurant = account(&world, "Adrian's Restaurant");
    let page = crate::orders::up_to_parameters(&michael, MICKS, (PULSE, &restaurant, "1")).await;
    let short = michael.submit(&page, &[(FIELD, "short")]).await;
    assert!(!String::from_utf8_lossy(&short.must_be(422).body).contains("short\""));
    short.must_say("Enter 8 to 1,000 characters");
    // the session ended meanwhile: the form is kept but for the secret
    let stranger = world.stranger();
    let csrf = page.value("csrf");
    let kept = stranger.post(&page.path, &[("csrf", &csrf), (FIELD, SECRET), ("note", "Kept words")]).await;
    assert!(!String::from_utf8_lossy(&kept.body).contains(SECRET));
}

#[actix_web::test]
async fn two_subscriptions_do_not_have_one_secret_though_nobody_reads_them() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    secretive(&world);
    let license = parameter(&world, "license_key");
    let (first, second) = (ordered(&world, &michael, SECRET).await, ordered(&world, &michael, SECRET).await);
    act(&apollo, &at_vendor(&first), "approve", &[(&license, "L-1")]).await.must_be(303);
    let taken = act(&apollo, &at_vendor(&second), "approve", &[(&license, "L-2")]).await;
    taken.must_be(422).must_say("Another subscription already has a value the customer entered");
    assert_eq!(kept_in_clear(&world, SECRET), Vec::<String>::new());
    assert_eq!(status(&world, &second), "pending");
}

#[actix_web::test]
async fn a_secret_of_a_tier_is_kept_the_same_way() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    secretive(&world);
    let branch = tiers::tiered(&world, 1).remove(0);
    let typed = [(branch.as_str(), "South"), ("PRM-276-377-545-8002-password", SECRET)];
    tiers::order_fish(&world, &michael, &typed).await;
    let request = tiers::setup(&world, 1);
    let url = format!("{CHAMPIONS}/tier-config-requests/{request}");
    let page = apollo.get(&url).await;
    page.must_say("••••••••").must_not_say(SECRET);
    apollo.submit_to(&page, Some("/reveal"), &[]).await.must_be(200).must_say(SECRET);
    act(&apollo, &url, "approve", &[("PRM-276-377-545-9101", "P-1")]).await.must_be(303);
    let config = request.replace("TCR-", "TC-").rsplit_once('-').expect("a number").0.to_owned();
    let url = format!("{MICKS}/tier-configs/{config}");
    let page = michael.get(&url).await;
    page.must_say("••••••••").must_not_say(SECRET);
    michael.submit_to(&page, Some("/reveal"), &[]).await.must_be(200).must_say(SECRET);
    // an update that leaves it empty keeps it
    act(&michael, &url, "update", &[(&branch, "East")]).await.must_be(303);
    act(&apollo, &format!("{CHAMPIONS}/tier-config-requests/{}", tiers::setup(&world, 1)), "approve", &[])
        .await
        .must_be(303);
    let page = michael.get(&url).await;
    michael.submit_to(&page, Some("/reveal"), &[]).await.must_be(200).must_say(SECRET);
    assert_eq!(kept_in_clear(&world, SECRET), Vec::<String>::new());
}

#[actix_web::test]
async fn what_an_older_program_kept_in_clear_is_sealed_at_the_next_start() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    secretive(&world);
    let license = parameter(&world, "license_key");
    let request = ordered(&world, &michael, SECRET).await;
    act(&apollo, &at_vendor(&request), "approve", &[(&license, "L-1")]).await.must_be(303);
    let id = subscription_of(&request);
    // as it was kept before, also where the request is over, and in a wizard that nobody finished
    let clear = format!("jsonb_build_object('{PARAMETER}', jsonb_build_object('value', '{SECRET}'))");
    world.run(&format!(
        "SET entente.sealing = 'on'; UPDATE subscriptions SET parameter_values = parameter_values || {clear} WHERE id = '{id}'; \
         UPDATE fulfillment_requests SET parameter_values = parameter_values || {clear} WHERE id = '{request}'; \
         UPDATE wizards SET answers = jsonb_set(answers, '{{values}}', {clear}) WHERE kind = 'subscription'; \
         UPDATE unique_values SET value = '{SECRET}' WHERE parameter_id = '{PARAMETER}'"
    ));
    assert_eq!(kept_in_clear(&world, SECRET), ["subscriptions", "fulfillment_requests", "wizards", "unique_values"]);
    let vault = Vault::of(&key());
    let report = sealing::run(&mut world.sql(), &vault).expect("it seals");
    assert!(report.sealed >= 3 && report.lost == 0, "{report:?}");
    assert_eq!(kept_in_clear(&world, SECRET), Vec::<String>::new());
    assert_eq!(sealing::run(&mut world.sql(), &vault).expect("again"), sealing::Report::default(), "once is enough");
    let page = michael.get(&format!("{MICKS}/subscriptions/{id}/parameters")).await;
    michael.submit_to(&page, Some("/reveal"), &[]).await.must_be(200).must_say(SECRET);
    // what no two may have is still held apart
    let second = ordered(&world, &michael, SECRET).await;
    act(&apollo, &at_vendor(&second), "approve", &[(&license, "L-2")]).await.must_be(422);
    // a request that is over stays as it was but for that
    let words = format!("UPDATE fulfillment_requests SET note = 'x' WHERE id = '{request}'");
    let mut sql = world.sql();
    assert!(
        diesel::connection::SimpleConnection::batch_execute(&mut sql, &format!("SET entente.sealing = 'on'; {words}"))
            .is_err()
    );
    // another key takes over
    let text = "another key that only tests know, long enough";
    let new = Key::from_text(text).expect("a key");
    let lost = sealing::run(&mut world.sql(), &Vault::of(&new)).expect("it runs");
    assert!(lost.sealed == 0 && lost.lost > 0, "what cannot be read is left alone: {lost:?}");
    let both = Vault::of(&Key::from_list([text, KEY]).expect("two keys"));
    assert!(sealing::run(&mut world.sql(), &both).expect("it seals anew").sealed > 0);
    let kept = world
        .text(&format!("SELECT parameter_values->'{PARAMETER}'->>'value' AS t FROM subscriptions WHERE id = '{id}'"));
    assert_eq!(Vault::of(&new).open(PARAMETER, &kept).expect("it opens"), SECRET);
}
