//! A chain of four companies: what each may pass on, with and without Delegate, and what becomes of it when a link ends.

use crate::{
    activation::up_to_activate,
    orders::act,
    support::{
        Answer, Client, World,
        world::{ACREED, MICKS, SIGNED},
    },
};

/// What a contract permits its signee: Service, and to pass it on.
#[derive(Clone, Copy)]
struct Given {
    service: bool,
    delegate: bool,
}

const NOTHING: Given = Given { service: false, delegate: false };
const SERVICE: Given = Given { service: true, delegate: false };
const DELEGATE: Given = Given { service: true, delegate: true };

/// Mighty Mick's permits this to ACreed.
fn permit(world: &World, given: Given) {
    let Given { service, delegate } = given;
    world.run(&format!(
        "UPDATE contracts SET allows_service = {service}, allows_delegate = {delegate} WHERE id = '{SIGNED}'"
    ));
}

/// A service agreement of who is at `base`.
async fn write(client: &Client, base: &str) {
    let page = client.get(&format!("{base}/agreements/new")).await;
    let typed = [
        ("type", "service"),
        ("name", "For resellers"),
        ("description", "For resellers"),
        ("source", "link"),
        ("link", "https://terms.example/chain.pdf"),
        ("activate", "yes"),
    ];
    client.submit(&page, &typed).await.must_be(303);
}

/// The page where a service contract's parameters are set.
async fn parameters(client: &Client, base: &str) -> Answer {
    let page = client.get(&format!("{base}/contracts/new")).await;
    let page = client.follow(client.submit(&page, &[("type", "service")]).await).await;
    let agreement = page.value("agreement");
    let page = client.follow(client.submit(&page, &[("agreement", &agreement)]).await).await;
    page.must_say("Set parameters");
    page
}

/// Whether the page asks for a permission.
fn asks(page: &Answer, permission: &str) -> bool {
    !page.texts(&format!("label[for='{permission}']")).is_empty()
}

/// Makes a service contract that permits this, and answers with its id and its link.
async fn invite(client: &Client, base: &str, given: Given) -> (String, String) {
    let page = parameters(client, base).await;
    let mut typed = vec![("kind", "production"), ("note", "Welcome")];
    if given.service {
        typed.push(("allows_service", "yes"));
    }
    if given.delegate {
        typed.push(("allows_delegate", "yes"));
    }
    let answer = client.submit(&page, &typed).await;
    let page = client.follow(answer).await;
    page.must_say("Contract created");
    let id = page.link("Go to Details").rsplit('/').next().expect("an id").to_owned();
    (id, page.shown_link().strip_prefix("http://127.0.0.1:8080").expect("our address").to_owned())
}

/// A company that did not exist before signs by a link; answers with its browser and its portal.
async fn join(world: &World, link: &str, email: &str, company: &str) -> (Client, String) {
    let guest = world.stranger();
    let page = up_to_activate(&guest, link, email, company).await;
    let page = guest.follow(guest.submit(&page, &[]).await).await;
    let base = page.must_say("Contract activated").link("Go to the");
    (guest, base)
}

#[actix_web::test]
async fn each_company_of_a_chain_passes_on_no_more_than_it_was_given() {
    // what the first gives the second and the second the third, and whether the third may invite, and pass on Service itself
    let table = [(SERVICE, NOTHING, false, false), (DELEGATE, SERVICE, true, false), (DELEGATE, DELEGATE, true, true)];
    for (first, second, invites, passes_on) in table {
        let world = World::new().await;
        permit(&world, first);
        let donnie = world.donnie().await;
        write(&donnie, ACREED).await;
        let page = parameters(&donnie, ACREED).await;
        assert_eq!((asks(&page, "allows_service"), asks(&page, "allows_delegate")), (first.delegate, first.delegate));
        let (_, link) = invite(&donnie, ACREED, second).await;
        let (third, base) = join(&world, &link, "third@example.com", "Third Gym").await;
        let page = third.get(&format!("{base}/agreements/new")).await;
        if !invites {
            page.must_be(404);
            third.get(&format!("{base}/contracts/new")).await.must_be(404);
            continue;
        }
        write(&third, &base).await;
        let page = parameters(&third, &base).await;
        assert_eq!(asks(&page, "allows_service"), passes_on);
        // what the page does not ask for is not given either
        let (token, shown) = (page.value("csrf"), page.value("shown"));
        let forged = [
            ("csrf", token.as_str()),
            ("shown", shown.as_str()),
            ("kind", "production"),
            ("note", "Welcome"),
            ("allows_program", "yes"),
        ];
        third.post(&page.path, &forged).await.must_be(422);
        let given = if passes_on { SERVICE } else { NOTHING };
        let (contract, link) = invite(&third, &base, given).await;
        let (fourth, base) = join(&world, &link, "fourth@example.com", "Fourth Gym").await;
        let status = if passes_on { 200 } else { 404 };
        fourth.get(&format!("{base}/agreements/new")).await.must_be(status);
        let issuer = format!(
            "SELECT a.name AS t FROM contracts c JOIN accounts a ON a.id = c.issuer_id WHERE c.id = '{contract}'"
        );
        assert_eq!(world.text(&issuer), "Third Gym");
        // nobody but the two sees it
        world.michael().await.get(&format!("{MICKS}/contracts/{contract}")).await.must_be(404);
        donnie.get(&format!("{ACREED}/contracts/{contract}")).await.must_be(404);
    }
}

#[actix_web::test]
async fn without_service_nobody_is_invited() {
    let world = World::new().await;
    permit(&world, NOTHING);
    let donnie = world.donnie().await;
    let page = donnie.get(&format!("{ACREED}/agreements/new")).await;
    let typed =
        [("type", "service"), ("name", "x"), ("description", "x"), ("source", "link"), ("link", "https://x.example")];
    assert_ne!(donnie.press(&page, &typed).await.status, 303);
    assert_eq!(
        world.number("SELECT count(*) AS n FROM agreements WHERE owner_id = 'PA-196-115' AND type = 'service'"),
        0
    );
}

#[actix_web::test]
async fn a_link_that_ends_withdraws_its_right_and_what_was_made_meanwhile_stays() {
    let world = World::new().await;
    permit(&world, DELEGATE);
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    write(&donnie, ACREED).await;
    let (signed, link) = invite(&donnie, ACREED, DELEGATE).await;
    let (third, base) = join(&world, &link, "third@example.com", "Third Gym").await;
    let (pending, link) = invite(&donnie, ACREED, SERVICE).await;
    let page = michael.get(&format!("{MICKS}/contracts/{SIGNED}/terminate")).await;
    page.must_say("can no longer create service agreements").must_say("1 contract it has offered cannot be activated");
    michael.submit(&page, &[]).await.must_be(303);
    // what waits is void, and says so to both
    donnie.get(&format!("{ACREED}/contracts/{pending}")).await.must_say("cannot be activated");
    let guest = world.stranger();
    let page = guest.follow(guest.get(&link).await).await;
    page.must_say("cannot currently");
    donnie.get(&format!("{ACREED}/contracts/new")).await.must_be(404);
    // the third company's contract is between it and ACreed
    assert_eq!(world.text(&format!("SELECT status AS t FROM contracts WHERE id = '{signed}'")), "active");
    third.get(&format!("{base}/agreements/new")).await.must_be(200);
    // it revives with the right
    world.run(&format!("UPDATE contracts SET status = 'active', ended_at = NULL, end_note = '' WHERE id = '{SIGNED}'"));
    donnie.get(&format!("{ACREED}/contracts/{pending}")).await.must_not_say("cannot be activated");
    join(&world, &link, "fifth@example.com", "Fifth Gym").await;
    act(&donnie, &format!("{ACREED}/contracts/{signed}"), "terminate", &[]).await.must_be(303);
    third.get(&format!("{base}/agreements/new")).await.must_be(404);
}
