//! What a vendor settles with resellers before their first order: tier 2 before tier 1, and the order waits.

use crate::{
    orders::{account, act, order, parameter, status},
    support::{
        Client, World,
        world::{CHAMPIONS, MICKS, PULSE},
    },
};

/// Gives Apollo Pulse parameters of tiers; the ids of their fields.
pub fn tiered(world: &World, level: i32) -> Vec<String> {
    for tier in 1..=level {
        world.run(&format!(
            "INSERT INTO parameters (id, product_id, phase, scope, type, name, title, required, position, created_at, updated_at) \
             VALUES ('PRM-276-377-545-900{tier}', '{PULSE}', 'ordering', 'tier{tier}', 'text', 'branch_{tier}', \
             'Branch of tier {tier}', true, {tier}, now(), now()), \
             ('PRM-276-377-545-910{tier}', '{PULSE}', 'fulfillment', 'tier{tier}', 'text', 'partner_{tier}', \
             'Partner number {tier}', true, {tier}, now(), now())"
        ));
    }
    world.run(&format!("UPDATE products SET reseller_authorization = {level} WHERE id = '{PULSE}'"));
    (1..=level).map(|tier| format!("PRM-276-377-545-900{tier}")).collect()
}

pub fn setup(world: &World, level: i32) -> String {
    world.text(&format!(
        "SELECT r.id AS t FROM tier_config_requests r JOIN tier_configs c ON c.id = r.tier_config_id WHERE c.level = {level} \
         ORDER BY r.created_at DESC LIMIT 1"
    ))
}

pub fn tier_status(world: &World, id: &str) -> String {
    let table = if id.starts_with("TCR-") { "tier_config_requests" } else { "tier_configs" };
    world.text(&format!("SELECT status AS t FROM {table} WHERE id = '{id}'"))
}

pub fn config_of(request: &str) -> String {
    request.replace("TCR-", "TC-").rsplit_once('-').expect("a number").0.to_owned()
}

fn at_vendor(request: &str) -> String {
    format!("{CHAMPIONS}/tier-config-requests/{request}")
}

/// Orders for J&M Tropical Fish, with what else is typed.
pub async fn order_fish(world: &World, client: &Client, more: &[(&str, &str)]) -> String {
    let fish = account(world, "J&M Tropical Fish");
    let (email, size) = (parameter(world, "trainer_email"), parameter(world, "gym_size"));
    let typed: Vec<(&str, &str)> = [(email.as_str(), "gloria@tropicalfish.example"), (size.as_str(), "s")]
        .iter()
        .copied()
        .chain(more.iter().copied())
        .collect();
    order(world, client, MICKS, (PULSE, &fish, "1"), &typed).await
}

#[actix_web::test]
async fn a_first_order_waits_for_its_tier_and_a_second_does_not() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let branch = tiered(&world, 1).remove(0);
    let first = order_fish(&world, &michael, &[(&branch, "South")]).await;
    assert_eq!(status(&world, &first), "tiers_setup");
    apollo.get(&format!("{CHAMPIONS}/fulfillment/{first}")).await.must_say("Tiers Setup").must_not_say("Approve");
    let request = setup(&world, 1);
    assert_eq!(
        (tier_status(&world, &request), tier_status(&world, &config_of(&request))),
        ("pending".into(), "processing".into())
    );
    // another order meanwhile waits with it, without a second set-up
    let second = order_fish(&world, &michael, &[]).await;
    assert_eq!(world.number("SELECT count(*) AS n FROM tier_config_requests"), 1);
    let page = apollo.get(&at_vendor(&request)).await;
    page.must_say("Southside Sports").must_say("South");
    let refused = act(&apollo, &at_vendor(&request), "approve", &[("PRM-276-377-545-9101", "")]).await;
    assert_eq!(refused.must_be(422).errors(), ["Enter a value for Partner number 1"]);
    act(&apollo, &at_vendor(&request), "approve", &[("PRM-276-377-545-9101", "P-77")]).await.must_be(303);
    assert_eq!(tier_status(&world, &config_of(&request)), "active");
    assert_eq!((status(&world, &first), status(&world, &second)), ("pending".into(), "pending".into()));
    let third = order_fish(&world, &michael, &[]).await;
    assert_eq!(status(&world, &third), "pending");
    michael
        .get(&format!("{MICKS}/tier-configs/{}", config_of(&request)))
        .await
        .must_say("P-77")
        .must_say("Active")
        .must_say("Update");
}

#[actix_web::test]
async fn tier_2_is_set_up_before_tier_1() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let fields = tiered(&world, 2);
    // tier 1 leaves its branch to be asked
    let first = order_fish(&world, &michael, &[(&fields[0], ""), (&fields[1], "West")]).await;
    let (lower, upper) = (setup(&world, 1), setup(&world, 2));
    assert_eq!((tier_status(&world, &lower), tier_status(&world, &upper)), ("tiers_setup".into(), "pending".into()));
    apollo.get(&format!("{}/approve", at_vendor(&lower))).await.must_be(409);
    act(&apollo, &at_vendor(&upper), "approve", &[("PRM-276-377-545-9102", "P-2")]).await.must_be(303);
    assert_eq!((tier_status(&world, &lower), status(&world, &first)), ("inquiring".into(), "tiers_setup".into()));
    // the reseller answers by its link, without signing in
    let link = michael.get(&format!("{MICKS}/tier-config-requests/{lower}")).await.shown_link();
    let path = &link[link.find("/form/").expect("a form's link")..];
    let stranger = world.stranger();
    let page = stranger.follow(stranger.get(path).await).await;
    page.must_say("Branch of tier 1").must_not_say("Partner number");
    let refused = stranger.submit(&page, &[(&fields[0], "")]).await;
    assert_eq!(refused.must_be(422).errors(), ["Enter a value for Branch of tier 1"]);
    stranger.submit(&page, &[(&fields[0], "North")]).await.must_be(200).must_say("Thank you");
    stranger.get(path).await.must_be(410);
    act(&apollo, &at_vendor(&lower), "approve", &[("PRM-276-377-545-9101", "P-1")]).await.must_be(303);
    assert_eq!(status(&world, &first), "pending");
}

#[actix_web::test]
async fn a_tier_that_fails_fails_the_order_and_the_next_one_asks_anew() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let fields = tiered(&world, 2);
    let typed = [(fields[0].as_str(), "North"), (fields[1].as_str(), "West")];
    let first = order_fish(&world, &michael, &typed).await;
    let (lower, upper) = (setup(&world, 1), setup(&world, 2));
    act(&apollo, &at_vendor(&upper), "fail", &[("reason", "We know nothing of them")]).await.must_be(303);
    assert_eq!((tier_status(&world, &lower), status(&world, &first)), ("failed".into(), "failed".into()));
    let subscription = first.replace("PR-", "AS-").rsplit_once('-').expect("a number").0.to_owned();
    assert_eq!(status(&world, &subscription), "terminated");
    michael.get(&format!("{MICKS}/fulfillment/{first}")).await.must_say("We know nothing of them");
    assert_eq!(tier_status(&world, &config_of(&upper)), "processing");
    order_fish(&world, &michael, &typed).await;
    let again = setup(&world, 2);
    assert_ne!(again, upper);
    assert_eq!((config_of(&again), tier_status(&world, &again)), (config_of(&upper), "pending".into()));
}

#[actix_web::test]
async fn an_active_configuration_is_updated_and_stays_when_that_fails() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let branch = tiered(&world, 1).remove(0);
    order_fish(&world, &michael, &[(&branch, "South")]).await;
    let request = setup(&world, 1);
    act(&apollo, &at_vendor(&request), "approve", &[("PRM-276-377-545-9101", "P-77")]).await.must_be(303);
    let config = config_of(&request);
    let url = format!("{MICKS}/tier-configs/{config}");
    let same = act(&michael, &url, "update", &[]).await;
    michael.follow(same).await.must_say("No changes to request");
    act(&michael, &url, "update", &[(&branch, "East")]).await.must_be(303);
    assert_eq!(tier_status(&world, &config), "processing");
    // it was set up once: orders do not wait
    let order = order_fish(&world, &michael, &[]).await;
    assert_eq!(status(&world, &order), "pending");
    let update = setup(&world, 1);
    // the buyer may give up as well
    act(&michael, &format!("{MICKS}/tier-config-requests/{update}"), "fail", &[("reason", "A mistake")])
        .await
        .must_be(303);
    assert_eq!(tier_status(&world, &config), "active");
    michael.get(&url).await.must_say("South").must_not_say("East");
    act(&michael, &url, "update", &[(&branch, "East")]).await.must_be(303);
    act(&apollo, &at_vendor(&setup(&world, 1)), "approve", &[]).await.must_be(303);
    michael.get(&url).await.must_say("East");
    // a vendor adjusts
    let vendors = format!("{CHAMPIONS}/tier-configs/{config}");
    act(&apollo, &vendors, "update", &[("PRM-276-377-545-9101", "P-78")]).await.must_be(303);
    act(&apollo, &at_vendor(&setup(&world, 1)), "approve", &[]).await.must_be(303);
    michael.get(&url).await.must_say("P-78");
}
