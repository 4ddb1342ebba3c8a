//! Referral: from the catalog to a program contract with the product's vendor, through whom it came, and what the distributor may know of it.

use entente::modules::contracts::evidence::verify;

use crate::{
    catalog::carried,
    orders::act,
    support::{
        Answer, Client, World,
        world::{ACREED, CHAMPIONS, MICKS, PULSE, SIGNED, key},
    },
};

/// The id at the end of where an answer leads.
fn last(location: &str) -> String {
    location.rsplit('/').next().unwrap_or_default().to_owned()
}

/// A referral agreement of Mighty Mick's on the agreement that Donnie signed, which carries Apollo Pulse.
async fn referral(world: &World, michael: &Client) -> String {
    carried(world, michael).await;
    let service = world.text(&format!("SELECT agreement_id AS t FROM contracts WHERE id = '{SIGNED}'"));
    let page = michael.get(&format!("{MICKS}/agreements/{service}/referral/new")).await;
    let typed = [
        ("name", "Straight to the source"),
        ("description", "For partners"),
        ("link", "https://terms.example/referral.pdf"),
        ("activate", "yes"),
    ];
    let agreement = last(michael.submit(&page, &typed).await.must_be(303).location());
    assert!(agreement.starts_with("AGR-"));
    agreement
}

/// A program agreement of Donnie's company.
async fn program(donnie: &Client) -> String {
    let page = donnie.get(&format!("{ACREED}/agreements/new")).await;
    let typed = [
        ("type", "program"),
        ("name", "Creed Program"),
        ("description", "For vendors"),
        ("source", "link"),
        ("link", "https://terms.example/creed.pdf"),
        ("activate", "yes"),
    ];
    let agreement = last(donnie.submit(&page, &typed).await.must_be(303).location());
    assert!(agreement.starts_with("AGP-"));
    agreement
}

/// Where Donnie writes to the vendor.
async fn up_to_submit(donnie: &Client) -> Answer {
    let page = donnie.get(&format!("{ACREED}/catalog/{PULSE}/direct")).await;
    let page = donnie.follow(donnie.submit_to(&page, Some("/catalog/direct"), &[]).await).await;
    page.must_say("Which of your agreements do you offer the vendor?");
    donnie.follow(donnie.submit(&page, &[]).await).await
}

const TYPED: [(&str, &str); 2] = [("note", "We sell in Philadelphia"), ("accept", "yes")];

/// The contract that is open.
fn open(world: &World) -> String {
    world.text("SELECT contract_id AS t FROM contract_referrals WHERE open")
}

async fn submitted(world: &World, donnie: &Client) -> String {
    let page = up_to_submit(donnie).await;
    let answer = donnie.submit(&page, &TYPED).await;
    answer.must_be(303);
    donnie.follow(answer).await.must_say("Submitted").must_say("Apollo Pulse").must_say("Pending");
    open(world)
}

/// A contract that Donnie offers Champions.
pub async fn offered(world: &World, michael: &Client, donnie: &Client) -> String {
    referral(world, michael).await;
    program(donnie).await;
    submitted(world, donnie).await
}

fn status(world: &World, contract: &str) -> String {
    world.text(&format!("SELECT status AS t FROM contracts WHERE id = '{contract}'"))
}

fn stamps(world: &World, contract: &str) -> String {
    world.text(&format!(
        "SELECT coalesce(string_agg(party || ' ' || left(agreement_id, 3), ', ' ORDER BY seq), '') AS t FROM signatures \
         WHERE contract_id = '{contract}'"
    ))
}

fn told(world: &World, kind: &str) -> i64 {
    world.number(&format!("SELECT count(*) AS n FROM outbox WHERE kind = '{kind}'"))
}

fn sound(world: &World) {
    let report = verify::run(&mut world.sql(), &key(), &[]).expect("the evidence is read");
    assert_eq!(report.broken, Vec::<String>::new());
}

#[actix_web::test]
async fn a_partner_is_led_to_the_vendor_who_signs() {
    let world = World::new().await;
    let (michael, donnie, apollo) = (world.michael().await, world.donnie().await, world.apollo().await);
    let agreement = referral(&world, &michael).await;
    let page = donnie.get(&format!("{ACREED}/catalog/{PULSE}/direct")).await;
    let page = donnie.follow(donnie.submit_to(&page, Some("/catalog/direct"), &[]).await).await;
    page.must_say("Create a program agreement of your own first");
    let own = program(&donnie).await;
    let page = up_to_submit(&donnie).await;
    page.must_say("Champions LLC").must_say("Creed Program").must_say("Straight to the source");
    donnie.submit(&page, &[]).await.must_be(422).must_say("Enter a message to the vendor");
    let before = stamps(&world, SIGNED);
    let contract = submitted(&world, &donnie).await;
    assert!(contract.starts_with("CRP-"));
    assert_eq!(stamps(&world, &contract), "issuer AGP");
    assert_eq!(
        stamps(&world, SIGNED),
        format!("{before}, signee AGR"),
        "what is between the distributor and the partner"
    );
    assert_eq!(
        world.text(&format!("SELECT referral_agreement_id AS t FROM contracts WHERE id = '{contract}'")),
        agreement
    );
    assert!(told(&world, "referral_offered") >= 1);
    donnie.get(&format!("{ACREED}/contracts/{SIGNED}/versions")).await.must_be(200);
    let theirs = format!("{ACREED}/contracts/{contract}");
    donnie.get(&theirs).await.must_say("Referred by").must_say("Mighty Mick's LLC").must_say(&agreement);
    donnie.get(&format!("{theirs}/referral")).await.must_be(404);
    // the vendor's side
    assert!(apollo.get(CHAMPIONS).await.waiting("Contracts to sign").iter().any(|one| one.contains("ACreed LLC")));
    let url = format!("{CHAMPIONS}/contracts/{contract}");
    let page = apollo.get(&url).await;
    page.must_say("Referred by").must_say("Mighty Mick's LLC").must_say("Apollo Pulse").must_say("Review and sign");
    page.must_not_say(&agreement).must_not_say("Activation link");
    let page = apollo.get(&format!("{url}/referral")).await;
    page.must_say("We sell in Philadelphia").must_say("ACreed LLC").must_say("Mighty Mick's LLC");
    page.must_not_say("Straight to the source");
    let refusal = apollo.get(&format!("{url}/referral/reject")).await;
    apollo.submit(&page, &[]).await.must_be(422).must_say("Confirm that you have read and accepted the agreement");
    let answer = apollo.submit(&page, &[("accept", "yes")]).await;
    apollo.follow(answer).await.must_say("Contract signed").must_say("Active");
    // pressed once more, and decided by somebody else at once
    apollo.press(&page, &[("accept", "yes")]).await.must_be(303);
    apollo.press(&refusal, &[("reason", "Too late")]).await.must_be(409);
    assert_eq!(
        (status(&world, &contract), stamps(&world, &contract)),
        ("active".to_owned(), "issuer AGP, signee AGP".to_owned())
    );
    assert!(told(&world, "referral_decided") >= 1 && told(&world, "referral_began") >= 1);
    sound(&world);
    // the distributor sees that it came about, and has no way into it
    let page = michael.get(&format!("{MICKS}/agreements/{agreement}/contracts")).await;
    page.must_say("ACreed LLC").must_say("Champions LLC").must_say("Apollo Pulse").must_say("Active");
    page.must_not_say(&contract).must_not_say("Creed Program");
    michael.get(&format!("{MICKS}/contracts/{contract}")).await.must_be(404);
    donnie.get(&format!("{ACREED}/contracts?referral={agreement}")).await.must_say(&contract).must_not_say(SIGNED);
    // by its ID alone: nobody finds out by the filter what it is called
    let name = world.text(&format!("SELECT name AS t FROM agreements WHERE id = '{agreement}'")).replace(' ', "+");
    donnie.get(&format!("{ACREED}/contracts?referral={name}")).await.must_not_say(&contract);
    donnie.get(&format!("{ACREED}/catalog/{PULSE}/direct")).await.must_say("Your contract").must_say("Active");
    // one only with this vendor on this agreement
    let page = up_to_submit(&donnie).await;
    page.must_be(409).must_say(&contract);
    assert_eq!(world.number(&format!("SELECT count(*) AS n FROM contracts WHERE agreement_id = '{own}'")), 1);
}

#[actix_web::test]
async fn the_contract_outlives_the_one_by_which_it_came_about() {
    let world = World::new().await;
    let (michael, donnie, apollo) = (world.michael().await, world.donnie().await, world.apollo().await);
    let agreement = referral(&world, &michael).await;
    program(&donnie).await;
    let contract = submitted(&world, &donnie).await;
    act(&apollo, &format!("{CHAMPIONS}/contracts/{contract}"), "referral", &[("accept", "yes")]).await.must_be(303);
    act(&michael, &format!("{MICKS}/contracts/{SIGNED}"), "terminate", &[]).await.must_be(303);
    assert_eq!(status(&world, &contract), "active");
    donnie.get(&format!("{ACREED}/contracts/{contract}")).await.must_say("Referred by").must_say(&agreement);
    // what was accepted stays evidence, so neither the version nor the agreement goes
    let page = michael.get(&format!("{MICKS}/agreements/{agreement}/delete")).await;
    let csrf = page.value("csrf");
    michael.post(&format!("{MICKS}/agreements/{agreement}/delete"), &[("csrf", &csrf)]).await.must_be(409);
    sound(&world);
}

#[actix_web::test]
async fn a_vendor_rejects_and_who_enrolled_may_ask_again_or_withdraw() {
    let world = World::new().await;
    let (michael, donnie, apollo) = (world.michael().await, world.donnie().await, world.apollo().await);
    referral(&world, &michael).await;
    program(&donnie).await;
    let first = submitted(&world, &donnie).await;
    let rejected =
        act(&apollo, &format!("{CHAMPIONS}/contracts/{first}"), "referral/reject", &[("reason", "Not now")]).await;
    rejected.must_be(303);
    donnie.get(&format!("{ACREED}/contracts/{first}")).await.must_say("Rejected").must_say("Not now");
    assert_eq!(told(&world, "referral_began"), 0);
    let accepted = stamps(&world, SIGNED);
    let second = submitted(&world, &donnie).await;
    assert_ne!(first, second);
    assert_eq!(stamps(&world, SIGNED), accepted, "a version is accepted once");
    let page = donnie.get(&format!("{ACREED}/contracts/{second}/delete")).await;
    page.must_say("can no longer read or sign it").must_not_say("activation link");
    donnie.submit(&page, &[]).await.must_be(303);
    apollo.get(&format!("{CHAMPIONS}/contracts/{second}")).await.must_be(404);
    assert!(apollo.get(CHAMPIONS).await.waiting("Contracts to sign").iter().all(|one| !one.contains("ACreed LLC")));
    submitted(&world, &donnie).await;
    sound(&world);
}

#[actix_web::test]
async fn of_two_wizards_at_once_one_makes_a_contract() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    referral(&world, &michael).await;
    program(&donnie).await;
    let (one, other) = (up_to_submit(&donnie).await, up_to_submit(&donnie).await);
    donnie.submit(&one, &TYPED).await.must_be(303);
    donnie.press(&one, &TYPED).await.must_be(303);
    donnie.press(&other, &TYPED).await.must_be(409).must_say("already has contract");
    assert_eq!(world.number("SELECT count(*) AS n FROM contract_referrals"), 1);
}

#[actix_web::test]
async fn what_changes_while_somebody_enrolls_is_said_and_nothing_is_signed() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    referral(&world, &michael).await;
    program(&donnie).await;
    let page = up_to_submit(&donnie).await;
    let listing =
        world.text(&format!("SELECT id AS t FROM listings WHERE product_id = '{PULSE}' AND status = 'listed'"));
    act(&michael, &format!("{MICKS}/listings/{listing}"), "pause", &[]).await.must_be(303);
    donnie.press(&page, &TYPED).await.must_be(409).must_say("is not offered by this agreement");
    act(&michael, &format!("{MICKS}/listings/{listing}"), "resume", &[]).await.must_be(303);
    act(&michael, &format!("{MICKS}/contracts/{SIGNED}"), "terminate", &[]).await.must_be(303);
    assert_ne!(donnie.press(&page, &TYPED).await.status, 303);
    assert_eq!(world.number("SELECT count(*) AS n FROM contract_referrals"), 0);
}

#[actix_web::test]
async fn without_the_program_right_the_tab_says_so_and_nobody_enrolls() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    let agreement = referral(&world, &michael).await;
    world.run(&format!("UPDATE contracts SET allows_program = false WHERE id = '{SIGNED}'"));
    let page = donnie.get(&format!("{ACREED}/catalog/{PULSE}/direct")).await;
    page.must_say("don't include the Program permission").must_not_say("Enroll");
    let csrf = donnie.get("/profile").await.value("csrf");
    let sent = [("csrf", csrf.as_str()), ("id", PULSE), ("agreement", agreement.as_str())];
    donnie.post(&format!("{ACREED}/catalog/direct"), &sent).await.must_be(404);
}

#[actix_web::test]
async fn while_the_partner_lacks_the_right_the_vendor_cannot_sign() {
    let world = World::new().await;
    let (michael, donnie, apollo) = (world.michael().await, world.donnie().await, world.apollo().await);
    referral(&world, &michael).await;
    program(&donnie).await;
    let contract = submitted(&world, &donnie).await;
    let url = format!("{CHAMPIONS}/contracts/{contract}");
    let page = apollo.get(&format!("{url}/referral")).await;
    world.run(&format!("UPDATE contracts SET allows_program = false WHERE id = '{SIGNED}'"));
    apollo.press(&page, &[("accept", "yes")]).await.must_say("cannot be signed right now");
    apollo.get(&format!("{url}/referral")).await.must_say("cannot currently offer");
    assert_eq!(status(&world, &contract), "pending");
    // it revives with the right
    world.run(&format!("UPDATE contracts SET allows_program = true WHERE id = '{SIGNED}'"));
    act(&apollo, &url, "referral", &[("accept", "yes")]).await.must_be(303);
    assert_eq!(status(&world, &contract), "active");
}

#[actix_web::test]
async fn nobody_else_sees_or_answers_it() {
    let world = World::new().await;
    let (michael, donnie, tony) = (world.michael().await, world.donnie().await, world.tony().await);
    referral(&world, &michael).await;
    program(&donnie).await;
    let contract = submitted(&world, &donnie).await;
    const FRONT: &str = "/vendor/VA-610-774";
    let csrf = tony.get("/profile").await.value("csrf");
    for end in ["", "/referral", "/referral/reject"] {
        tony.get(&format!("{FRONT}/contracts/{contract}{end}")).await.must_be(404);
    }
    for end in ["referral", "referral/reject"] {
        let sent = [("csrf", csrf.as_str()), ("accept", "yes"), ("reason", "x"), ("shown", "")];
        tony.post(&format!("{FRONT}/contracts/{contract}/{end}"), &sent).await.must_be(404);
    }
    assert_eq!(status(&world, &contract), "pending");
}
