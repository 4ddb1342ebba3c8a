//! What somebody finds who tries the program: the cast, and a year of business around it.

use std::time::{Duration, Instant};

use entente::{consequences, demo, kit::db::Db, modules::contracts::evidence::verify};

use crate::{
    listings, product_groups,
    support::{
        World,
        world::{ACREED, AGREEMENT, MICKS, key},
    },
};

const FAIRMOUNT: &str = "/reseller/PA-204-318";
const ATLAS: &str = "/vendor/VA-318-540";

/// A world with all of the demo, and how long it took to load.
async fn whole() -> (World, Duration) {
    let world = World::empty().await;
    let db = Db::new(&world.url(), 1).with_key(key()).with_consequences(consequences::table());
    let began = Instant::now();
    assert!(demo::load_with_year(&db).expect("the demo loads"));
    let took = began.elapsed();
    assert!(!demo::load_with_year(&db).expect("the database is looked at"), "it is loaded once");
    (world, took)
}

#[actix_web::test]
async fn the_demo_has_a_year_of_business_in_every_state_and_its_evidence_holds() {
    let (world, took) = whole().await;
    assert!(took < Duration::from_secs(10), "{took:?}");
    for (what, least) in [
        ("contracts", 40),
        ("tier_accounts", 60),
        ("products p WHERE EXISTS (SELECT FROM product_media m WHERE m.product_id = p.id) AND p.icon IS NOT NULL", 15),
        ("subscriptions", 80),
        ("usage_files WHERE status = 'closed'", 12),
        ("contracts WHERE type = 'syndication' AND status = 'active'", 10),
        ("contracts WHERE type = 'syndication' AND status = 'pending'", 2),
        ("contracts WHERE referral_agreement_id IS NOT NULL", 1),
        ("partner_notes", 6),
    ] {
        let there = world.number(&format!("SELECT count(*) AS n FROM {what}"));
        assert!(there >= least, "{what}: {there}");
    }
    for (of, states) in [
        ("fulfillment_requests", "approved failed inquiring pending revoked revoking scheduled tiers_setup"),
        ("subscriptions", "active processing suspended terminated terminating"),
    ] {
        let found = format!("SELECT string_agg(DISTINCT status, ' ' ORDER BY status) AS t FROM {of}");
        assert_eq!(world.text(&found), states, "{of}");
    }
    let months = "SELECT count(DISTINCT to_char(period_from, 'YYYY-MM')) AS n FROM usage_files WHERE product_name = 'Atlas Vault'";
    assert_eq!(world.number(months), 12);
    let people = "SELECT count(DISTINCT actor_name) AS n FROM events WHERE actor_kind = 'member'";
    assert!(world.number(people) >= 18);
    let days = "SELECT extract(day FROM max(at) - min(at))::bigint AS n FROM events";
    assert!(world.number(days) >= 365);
    assert_eq!(world.number("SELECT count(*) AS n FROM events WHERE at > now()"), 0, "nothing lies ahead");
    assert_eq!(world.number("SELECT count(*) AS n FROM outbox"), 0, "nobody of it is written to");
    let report = verify::run(&mut world.sql(), &key(), &[]).expect("the check runs");
    assert!(report.broken.is_empty(), "{:#?}", report.broken);
    assert!(report.contracts >= 40, "{}", report.contracts);
    listings::sight_is_true(&world);
    product_groups::sight_is_true(&world);
}

#[actix_web::test]
async fn the_demo_is_the_same_each_time() {
    let content = "SELECT string_agg(line, E'\n' ORDER BY line) AS t FROM ( \
        SELECT concat_ws(' ', 'contracts', c.type, c.status, a.name, count(*)) AS line FROM contracts c \
        JOIN agreements a ON a.id = c.agreement_id GROUP BY c.type, c.status, a.name UNION ALL \
        SELECT concat_ws(' ', 'customer', owner_id, name, external_id) FROM tier_accounts UNION ALL \
        SELECT concat_ws(' ', 'order', external_id, status, product_id, customer_name) FROM subscriptions UNION ALL \
        SELECT concat_ws(' ', 'usage', name, status, records) FROM usage_files UNION ALL \
        SELECT concat_ws(' ', 'done', actor_name, name, count(*)) FROM events GROUP BY actor_name, name) lines";
    let ((one, _), (other, _)) = (whole().await, whole().await);
    assert_eq!(one.text(content), other.text(content));
}

#[actix_web::test]
async fn resale_can_be_shown_at_once() {
    let (world, _) = whole().await;
    let michael = world.michael().await;
    michael.get(&format!("{MICKS}/product-groups")).await.must_say("Security and backup").must_say("Gym technology");
    let syndication = michael.get(&format!("{MICKS}/agreements/{AGREEMENT}/syndication")).await;
    syndication.must_say("Marketplace Resale");
    michael.get(&format!("{MICKS}/agreements/{AGREEMENT}/referral")).await.must_say("Direct Introduction");
    let queue = michael.get(&format!("{MICKS}/contracts?type=syndication&status=pending")).await;
    queue.must_say("Summit Office Supply Inc").must_say("ACreed LLC");
    michael.get(&format!("{MICKS}/directory")).await.must_say("Fairmount IT Services LLC");
    michael.get(&format!("{MICKS}/directory/PA-204-318/notes")).await.must_say("Karen prefers a call");
    let donnie = world.donnie().await;
    donnie.get(&format!("{ACREED}/catalog")).await.must_say("Apollo Pulse").must_say("Harbor Desk");
    donnie.get(&format!("{ACREED}/products")).await.must_say("Northgate Shield");
    let karen = world.signed_in("karen@fairmountit.example").await;
    karen.get(&format!("{FAIRMOUNT}/subscriptions?")).await.must_say("Atlas Vault");
    let marcus = world.signed_in("marcus@atlasstorage.example").await;
    marcus.get(&format!("{ATLAS}/usage-files?")).await.must_say("Closed");
}
