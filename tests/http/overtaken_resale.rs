//! What changes under a reseller that enrolls or orders, at each step: it is told, and nothing half made is left.

use crate::{
    binding::at_once,
    catalog::offered,
    orders::{acreeds_store, act, parameter},
    support::{
        Answer, Client, World,
        world::{ACREED, MICKS, PULSE, SIGNED},
    },
};

/// The contract by which Apollo Pulse is listed.
const LISTED_BY: &str = "CRD-40293-21272-66678";

/// What the distributor does meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Grouped,
    Paused,
    Unlisted,
    ServiceEnded,
    ContractEnded,
}

impl Change {
    async fn happens(self, world: &World, michael: &Client, group: &str) {
        let (url, verb, typed): (String, &str, Vec<(&str, &str)>) = match self {
            Self::Grouped => (format!("{MICKS}/product-groups/{group}"), "remove", vec![("products", PULSE)]),
            Self::Paused => (format!("{MICKS}/listings/{}", listing(world)), "pause", vec![]),
            Self::Unlisted => (format!("{MICKS}/contracts/{LISTED_BY}"), "terminate", vec![]),
            Self::ServiceEnded => (format!("{MICKS}/contracts/{SIGNED}"), "terminate", vec![]),
            Self::ContractEnded => (format!("{MICKS}/contracts/{}", open(world)), "terminate", vec![]),
        };
        act(michael, &url, verb, &typed).await.must_be(303);
    }
}

fn listing(world: &World) -> String {
    world.text(&format!("SELECT id AS t FROM listings WHERE product_id = '{PULSE}' AND owner_id = 'PA-469-206'"))
}

fn open(world: &World) -> String {
    world.text("SELECT contract_id AS t FROM contract_sources WHERE open")
}

fn of_syndication(world: &World, table: &str) -> i64 {
    let of = format!(
        "SELECT count(*) AS n FROM {table} t JOIN contracts c ON c.id = t.contract_id AND c.type = 'syndication'"
    );
    world.number(&of)
}

/// Nothing of an enrolment is there: no contract, no stamp, no letter.
fn nothing_is_made(world: &World, why: Change) {
    assert_eq!(world.number("SELECT count(*) AS n FROM contracts WHERE type = 'syndication'"), 0, "{why:?}");
    for table in ["contract_sources", "signatures"] {
        assert_eq!(of_syndication(world, table), 0, "{why:?}: {table}");
    }
    let told = "SELECT count(*) AS n FROM outbox WHERE kind = 'contract_enrolled'";
    assert_eq!(world.number(told), 0, "{why:?}");
}

/// The steps of Enroll, as somebody sees them who began in the list: agreement, marketplace, submit.
async fn steps(donnie: &Client, agreement: &str) -> [Answer; 3] {
    let csrf = donnie.get("/profile").await.value("csrf");
    let begun = donnie.post(&format!("{ACREED}/catalog/enroll"), &[("csrf", &csrf), ("id", PULSE)]).await;
    let first = donnie.follow(begun).await;
    first.must_say("Fitness Resale");
    let second = donnie.follow(donnie.submit(&first, &[("agreement", agreement)]).await).await;
    second.must_say("Where will you sell it?");
    let third = donnie.follow(donnie.submit(&second, &[("marketplace", "MP-00001")]).await).await;
    third.must_say("Read and accept the agreement");
    [first, second, third]
}

/// Where Donnie reads and accepts, having begun at the agreement.
async fn up_to_submit(donnie: &Client, agreement: &str) -> Answer {
    let [_, _, last] = steps(donnie, agreement).await;
    last
}

const ACCEPT: [(&str, &str); 1] = [("accept", "yes")];

#[actix_web::test]
async fn what_is_no_longer_offered_is_told_at_every_step_of_enrolling() {
    for change in [Change::Grouped, Change::Paused, Change::Unlisted] {
        let world = World::new().await;
        let (michael, donnie) = (world.michael().await, world.donnie().await);
        let (group, agreement) = offered(&world, &michael).await;
        acreeds_store(&world);
        let [first, second, third] = steps(&donnie, &agreement).await;
        change.happens(&world, &michael, &group).await;
        const NOTHING: &str = "covers what you chose";
        donnie.get(&first.path).await.must_be(200).must_say(NOTHING);
        donnie.submit(&first, &[("agreement", &agreement)]).await.must_be(409).must_say(NOTHING);
        let after = donnie.submit(&second, &[("marketplace", "MP-00001")]).await;
        after.must_be(303);
        donnie.follow(after).await.must_be(409).must_say("not offered by this agreement").must_say("Back to Catalog");
        donnie.press(&third, &ACCEPT).await.must_be(409).must_say("not offered by this agreement");
        nothing_is_made(&world, change);
    }
}

#[actix_web::test]
async fn whose_service_contract_ended_is_told_at_every_step_of_enrolling() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    let (group, agreement) = offered(&world, &michael).await;
    acreeds_store(&world);
    let pages = steps(&donnie, &agreement).await;
    Change::ServiceEnded.happens(&world, &michael, &group).await;
    const WHY: &str = "needs an active service contract";
    for page in &pages {
        donnie.get(&page.path).await.must_be(404).must_say(WHY);
        donnie.press(page, &ACCEPT).await.must_be(404).must_say(WHY);
    }
    nothing_is_made(&world, Change::ServiceEnded);
}

#[actix_web::test]
async fn a_double_click_on_the_last_step_makes_one_contract() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    let (_, agreement) = offered(&world, &michael).await;
    acreeds_store(&world);
    let page = up_to_submit(&donnie, &agreement).await;
    let other = donnie.copy();
    let (one, two) = futures_util::future::join(donnie.press(&page, &ACCEPT), other.press(&page, &ACCEPT)).await;
    assert_eq!(one.must_be(303).location(), two.must_be(303).location());
    donnie.follow(one).await.must_say("Enrolled").must_say("Pending");
    assert_eq!(of_syndication(&world, "contract_sources"), 1);
    assert_eq!(of_syndication(&world, "signatures"), 1);
}

#[actix_web::test]
async fn of_approving_and_rejecting_at_once_one_happens() {
    for round in 0..3 {
        let world = World::new().await;
        let (michael, donnie) = (world.michael().await, world.donnie().await);
        let (_, agreement) = offered(&world, &michael).await;
        acreeds_store(&world);
        let page = up_to_submit(&donnie, &agreement).await;
        donnie.submit(&page, &ACCEPT).await.must_be(303);
        let contract = open(&world);
        let at = |verb: &str| format!("{MICKS}/contracts/{contract}/{verb}");
        let answers = at_once(
            &world,
            [
                ("michael@mightymicks.example", at("approve"), vec![]),
                ("tony@frontstreet.example", at("reject"), vec![("reason", "Not this year")]),
            ],
        );
        let status = world.text(&format!("SELECT status AS t FROM contracts WHERE id = '{contract}'"));
        let decided = format!(
            "SELECT count(*) AS n FROM events WHERE object = '{contract}' \
             AND name IN ('contract.approved', 'contract.rejected')"
        );
        let sells = "SELECT count(*) AS n FROM sight WHERE why = 'syndication'";
        let (stamps, events) = (of_syndication(&world, "signatures"), world.number(&decided));
        match answers.as_slice() {
            [303, 409] => {
                assert_eq!(
                    (status.as_str(), stamps, events, world.number(sells)),
                    ("active", 2, 1, 1),
                    "round {round}"
                );
            }
            [409, 303] => {
                assert_eq!(
                    (status.as_str(), stamps, events, world.number(sells)),
                    ("rejected", 1, 1, 0),
                    "round {round}"
                );
            }
            other => panic!("round {round}: {other:?}"),
        }
    }
}

/// A step of the order, and what is sent there.
type Asked = (Answer, Vec<(String, String)>);

/// Donnie's order of Apollo Pulse up to its last page, step by step: product, customer, quantities, details, check.
async fn ordering(world: &World, donnie: &Client) -> Vec<Asked> {
    let (trainer, size, item) =
        (parameter(world, "trainer_email"), parameter(world, "gym_size"), format!("{PULSE}-0001"));
    let mut page = donnie.get(&format!("{ACREED}/subscriptions/new")).await;
    page = donnie.follow(donnie.submit(&page, &[]).await).await;
    let mut steps = Vec::new();
    for (says, typed) in [
        ("Which product?", owned(&[("product", PULSE)])),
        ("Which customer?", owned(&[("customer", "TA-0000-0000-0002")])),
        ("Quantities", owned(&[(item.as_str(), "3")])),
        ("Order details", owned(&[(trainer.as_str(), "donnie@acreedllc.example"), (size.as_str(), "s")])),
    ] {
        page.must_say(says);
        let next = donnie.follow(donnie.submit(&page, &lent(&typed)).await).await;
        steps.push((page, typed));
        page = next;
    }
    page.must_say("Check and order");
    steps.push((page, Vec::new()));
    steps
}

fn owned(typed: &[(&str, &str)]) -> Vec<(String, String)> {
    typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn lent(typed: &[(String, String)]) -> Vec<(&str, &str)> {
    typed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Apollo Pulse is Donnie's to sell, and he is about to order it. Answers with the group that carries it.
async fn about_to_order(world: &World, michael: &Client, donnie: &Client) -> (String, Vec<Asked>) {
    let (group, agreement) = offered(world, michael).await;
    acreeds_store(world);
    let page = up_to_submit(donnie, &agreement).await;
    donnie.submit(&page, &ACCEPT).await.must_be(303);
    act(michael, &format!("{MICKS}/contracts/{}", open(world)), "approve", &[]).await.must_be(303);
    (group, ordering(world, donnie).await)
}

fn orders(world: &World) -> i64 {
    world.number("SELECT count(*) AS n FROM subscriptions WHERE buyer_id = 'PA-196-115'")
}

#[actix_web::test]
async fn what_can_no_longer_be_ordered_is_told_at_every_step_of_the_order() {
    for change in [Change::Paused, Change::Unlisted, Change::ContractEnded] {
        let world = World::new().await;
        let (michael, donnie) = (world.michael().await, world.donnie().await);
        let (group, steps) = about_to_order(&world, &michael, &donnie).await;
        change.happens(&world, &michael, &group).await;
        for (at, (page, typed)) in steps.iter().enumerate() {
            let answer = donnie.press(page, &lent(typed)).await;
            // whoever stands at the product finds it missing there; every other step leads back to it
            if at == 0 {
                answer.must_be(409).must_not_say("Apollo Pulse");
                continue;
            }
            answer.must_be(303);
            donnie.follow(answer).await.must_be(200).must_say("Your choice is no longer offered");
        }
        assert_eq!(orders(&world), 0, "{change:?}");
    }
}

#[actix_web::test]
async fn whose_service_contract_ended_is_told_at_every_step_of_the_order() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    let (group, steps) = about_to_order(&world, &michael, &donnie).await;
    Change::ServiceEnded.happens(&world, &michael, &group).await;
    for (page, typed) in &steps {
        donnie.get(&page.path).await.must_be(404).must_say("needs an active service contract");
        donnie.press(page, &lent(typed)).await.must_be(404).must_say("needs an active service contract");
    }
    assert_eq!(orders(&world), 0);
}

#[actix_web::test]
async fn a_group_that_changed_and_a_pause_that_is_over_lose_no_order() {
    for change in [Change::Grouped, Change::Paused] {
        let world = World::new().await;
        let (michael, donnie) = (world.michael().await, world.donnie().await);
        let (group, steps) = about_to_order(&world, &michael, &donnie).await;
        let (last, _) = steps.last().expect("a last step");
        change.happens(&world, &michael, &group).await;
        if change == Change::Paused {
            donnie.press(last, &[]).await.must_be(303);
            act(&michael, &format!("{MICKS}/listings/{}", listing(&world)), "resume", &[]).await.must_be(303);
        }
        let page = donnie.get(&last.path).await;
        page.must_say("Check and order");
        donnie.follow(donnie.submit(&page, &[]).await).await.must_say("Subscription ordered");
        assert_eq!(orders(&world), 1, "{change:?}");
    }
}
