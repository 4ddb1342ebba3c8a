//! Who is let in to a company and from where: sessions that it sees and ends, and addresses that it allows.

use entente::{config::Config, kit::db::Db, recover};

use crate::{
    factors,
    support::{
        Answer, Client, World,
        world::{MICKS, TOKENS, key},
    },
};

const SESSIONS: &str = "/distributor/PA-469-206/sessions";
const ADDRESSES: &str = "/distributor/PA-469-206/allowed-addresses";
const OTHER: &str = "/vendor/VA-610-774";

fn session(world: &World, email: &str) -> String {
    world.text(&format!(
        "SELECT p.session_id::text AS t FROM session_places p JOIN users u ON u.id = p.user_id \
         WHERE u.email LIKE '{email}@%' AND p.account_id = 'PA-469-206' ORDER BY p.came_at DESC LIMIT 1"
    ))
}

async fn press(client: &Client, url: &str) -> Answer {
    let page = client.get(url).await;
    page.must_be(200);
    client.submit(&page, &[]).await
}

#[actix_web::test]
async fn an_administrator_sees_where_everybody_is_signed_in() {
    let world = World::new().await;
    let (michael, paulie) = (world.michael().await, world.paulie().await);
    paulie.get(MICKS).await.must_be(200);
    let page = michael.get(SESSIONS).await;
    page.must_say("Paulie Pennino").must_say("Michael Goldmill").must_say("127.0.0.9").must_say("This session");
    page.must_say("Password");
    paulie.get(SESSIONS).await.must_be(403);
    michael.get(&format!("{SESSIONS}?q=paulie")).await.must_not_say("Michael Goldmill (");
}

#[actix_web::test]
async fn who_works_for_one_company_alone_is_signed_out_at_the_next_request() {
    let world = World::new().await;
    let (michael, paulie) = (world.michael().await, world.paulie().await);
    paulie.get(MICKS).await.must_be(200);
    let url = format!("{SESSIONS}/{}", session(&world, "paulie"));
    michael.get(&url).await.must_say("Paulie Pennino will be signed out of Mighty Mick's LLC");
    press(&michael, &url).await.must_be(303);
    assert!(paulie.get(MICKS).await.must_be(303).location().starts_with("/sign-in"));
    michael.get(&url).await.must_be(404);
    let told = michael.get(&format!("{MICKS}/activity?event=signed+the+user+out")).await;
    told.must_say("Michael Goldmill").must_say("127.0.0.9");
    michael.get(SESSIONS).await.must_not_say("Paulie Pennino");
}

#[actix_web::test]
async fn who_works_for_others_too_keeps_them_and_comes_back_with_the_password_alone() {
    let world = World::new().await;
    let (michael, tony) = (world.michael().await, world.tony().await);
    tony.get(MICKS).await.must_be(200);
    tony.get(OTHER).await.must_be(200);
    let user = world.text("SELECT id AS t FROM users WHERE email LIKE 'tony@%'");
    press(&michael, &format!("{MICKS}/users/{user}/sign-out")).await.must_be(303);
    let out = tony.get(MICKS).await;
    out.must_be(409).must_say("You were signed out of this company").must_not_say("Marketplaces");
    tony.get(&format!("{MICKS}/contracts")).await.must_be(409);
    tony.get(OTHER).await.must_be(200);
    let csrf = tony.get("/profile").await.value("csrf");
    let late = tony.post(&format!("{MICKS}/hubs/new"), &[("csrf", &csrf), ("name", "Typed before")]).await;
    late.must_be(409).must_say("You were signed out of this company");
    let page = tony.get(&out.link("Confirm your password")).await;
    tony.submit(&page, &[("password", "wrong")]).await.must_be(422);
    tony.get(MICKS).await.must_be(409);
    let asked = tony.get(&late.link("Confirm your password")).await;
    asked.must_say("We've kept what you typed.");
    let kept = tony.follow(tony.submit(&asked, &[("password", entente::demo::PASSWORD)]).await).await;
    kept.must_be(200).must_say("Typed before");
    tony.get(MICKS).await.must_be(200);
    michael.get(SESSIONS).await.must_say("Tony");
}

#[actix_web::test]
async fn a_second_factor_that_is_set_up_afterwards_does_not_let_in_again() {
    let world = World::new().await;
    let (michael, tony) = (world.michael().await, world.tony().await);
    tony.get(MICKS).await.must_be(200);
    let user = world.text("SELECT id AS t FROM users WHERE email LIKE 'tony@%'");
    press(&michael, &format!("{MICKS}/users/{user}/sign-out")).await.must_be(303);
    tony.get(MICKS).await.must_be(409);
    factors::enrol(&tony).await;
    tony.get(MICKS).await.must_be(409);
    tony.get(OTHER).await.must_be(200);
}

#[actix_web::test]
async fn ones_own_session_is_ended_by_signing_out() {
    let world = World::new().await;
    let michael = world.michael().await;
    michael.get(MICKS).await.must_be(200);
    let url = format!("{SESSIONS}/{}", session(&world, "michael"));
    michael.get(&url).await.must_say("This is your own session");
    let csrf = michael.get("/profile").await.value("csrf");
    michael.post(&url, &[("csrf", &csrf)]).await.must_be(409);
    michael.get(MICKS).await.must_be(200);
}

/// A world behind a proxy, so that people come from many places.
async fn behind_a_proxy() -> World {
    World::with(|config| Config { proxies: 1, ..config }).await
}

async fn from(client: &Client, address: &str, path: &str) -> Answer {
    let headers: &[(&str, &str)] = &[("x-forwarded-for", address)];
    client.get_as(actix_web::http::Method::GET, path, if address.is_empty() { &[] } else { headers }).await
}

/// Michael, at this address, allows these; gives the page that answers when he is sure.
async fn allow(michael: &Client, address: &str, people: &str, tokens: &str) -> Answer {
    let page = from(michael, address, ADDRESSES).await;
    let headers = [("x-forwarded-for", address)];
    let asked = michael.submit_with(&page, &[("people", people), ("tokens", tokens)], &headers).await;
    if asked.status != 200 {
        return asked;
    }
    asked.must_say("Limit addresses");
    michael.submit_with(&asked, &[], &headers).await
}

#[actix_web::test]
async fn people_are_let_in_from_allowed_addresses_alone_and_a_refusal_says_so() {
    let world = behind_a_proxy().await;
    let (michael, tony) = (world.michael().await, world.tony().await);
    from(&tony, "198.51.100.9", MICKS).await.must_be(200);
    let page = from(&michael, "203.0.113.7", ADDRESSES).await;
    page.must_say("You're at 203.0.113.7").must_say("add 203.0.113.7/32");
    let headers = [("x-forwarded-for", "203.0.113.7")];
    let typed = [("people", "203.0.113.0/24 Gym\n2001:db8::1/64 Home"), ("tokens", "")];
    let asked = michael.submit_with(&page, &typed, &headers).await;
    asked
        .must_be(200)
        .must_say("from 2 ranges only")
        .must_say("1 session that was used today comes from another address");
    assert_eq!(world.number("SELECT count(*) AS n FROM address_rules"), 0, "nothing is kept before");
    michael.submit_with(&asked, &[], &headers).await.must_be(303);
    let trail = "SELECT count(*) AS n FROM security_events WHERE name = 'policy.changed' AND about = 'PA-469-206: allowed addresses'";
    assert_eq!(world.number(trail), 1, "the operator's trail has it too");
    for (address, status) in [
        ("203.0.113.200", 200),
        ("203.0.114.1", 403),
        ("::ffff:203.0.113.1", 200),
        ("2001:db8::abcd", 200),
        ("2001:db8:0:1::1", 403),
        // what stands before it was written by whoever called
        ("203.0.113.7, 198.51.100.9", 403),
        // a chain that tells nothing is not the proxy's own address
        ("", 403),
        ("nonsense", 403),
    ] {
        assert_eq!(from(&michael, address, MICKS).await.status, status, "{address:?}");
    }
    let refused = from(&tony, "198.51.100.9", MICKS).await;
    refused.must_be(403).must_say("allows access from certain addresses only, and 198.51.100.9 is not one of them");
    refused.must_not_say("Marketplaces");
    from(&tony, "", MICKS).await.must_say("yours could not be determined");
    from(&tony, "198.51.100.9", OTHER).await.must_be(200);
    // nobody else learns that there are rules
    from(&world.apollo().await, "198.51.100.9", MICKS).await.must_be(404);
    entente::jobs::write_down(&world.program).await.expect("it is written");
    let told =
        from(&michael, "203.0.113.7", &format!("{MICKS}/activity?event=address+is+not+allowed&q=198.51.100.9")).await;
    told.must_say("Tony").must_say("Was refused because the address is not allowed");
    let told = from(&michael, "203.0.113.7", &format!("{MICKS}/activity?kind=company")).await;
    told.must_say("203.0.113.0/24 Gym, 2001:db8::/64 Home");
}

#[actix_web::test]
async fn nobody_locks_themselves_out() {
    let world = behind_a_proxy().await;
    let michael = world.michael().await;
    let refused = allow(&michael, "198.51.100.9", "203.0.113.0/24", "").await;
    assert_eq!(
        refused.must_be(422).errors(),
        ["You would lock yourself out: your address is 198.51.100.9. Add 198.51.100.9/32."]
    );
    // tokens are another list, and no list lets everybody in
    allow(&michael, "198.51.100.9", "", "203.0.113.0/24").await.must_be(303);
    from(&michael, "192.0.2.1", MICKS).await.must_be(200);
    let wrong = allow(&michael, "198.51.100.9", "Gym", "").await;
    assert!(wrong.must_be(422).errors()[0].contains("Gym is not an address or a range"));
    // a form that skips the question is held to the same
    let page = from(&michael, "198.51.100.9", ADDRESSES).await;
    let headers = [("x-forwarded-for", "198.51.100.9")];
    let typed = [("people", "203.0.113.0/24"), ("sure", "yes")];
    let csrf = page.value("csrf");
    let fields: Vec<(&str, &str)> = typed.into_iter().chain([("csrf", csrf.as_str())]).collect();
    michael.send_with(actix_web::http::Method::POST, ADDRESSES, &fields, &headers).await.must_be(422);
    assert_eq!(world.number("SELECT count(*) AS n FROM address_rules WHERE whom = 'people'"), 0);
    world.paulie().await.get(ADDRESSES).await.must_be(403);
}

#[actix_web::test]
async fn whoever_saves_second_is_told() {
    let world = behind_a_proxy().await;
    let michael = world.michael().await;
    let headers = [("x-forwarded-for", "203.0.113.7")];
    let page = from(&michael, "203.0.113.7", ADDRESSES).await;
    allow(&michael, "203.0.113.7", "203.0.113.0/24", "").await.must_be(303);
    let late = michael.submit_with(&page, &[("people", "203.0.113.0/25")], &headers).await;
    late.must_be(409).must_say("Someone else changed these addresses");
}

#[actix_web::test]
async fn tokens_have_a_list_of_their_own() {
    let world = behind_a_proxy().await;
    let tokens = world.tokens();
    let michael = world.michael().await;
    allow(&michael, "198.51.100.9", "", "203.0.113.0/24 Servers").await.must_be(303);
    let program = world.stranger();
    let call = async |address: &str| {
        let headers = [("authorization", tokens[0].as_str()), ("x-forwarded-for", address)];
        program.get_as(actix_web::http::Method::GET, "/public/v1/accounts", &headers).await
    };
    call("203.0.113.9").await.must_be(200);
    let refused = call("198.51.100.9").await;
    assert_eq!(refused.status, 403);
    assert!(refused.body_text().contains("cannot be used from the address 198.51.100.9"), "{}", refused.body_text());
    // who has no secret learns nothing
    let guess = format!("ApiKey {}:wrong", TOKENS[0].0);
    let headers = [("authorization", guess.as_str()), ("x-forwarded-for", "198.51.100.9")];
    let answer = program.get_as(actix_web::http::Method::GET, "/public/v1/accounts", &headers).await;
    assert_eq!(answer.status, 401);
    entente::jobs::write_down(&world.program).await.expect("it is written");
    let told = michael.get(&format!("{MICKS}/activity?credential=token&event=address+is+not+allowed")).await;
    told.must_say("198.51.100.9").must_say("Token");
}

#[actix_web::test]
async fn the_operator_lets_a_company_in_again() {
    let world = behind_a_proxy().await;
    let michael = world.michael().await;
    allow(&michael, "203.0.113.7", "203.0.113.7", "203.0.113.7").await.must_be(303);
    from(&michael, "198.51.100.9", MICKS).await.must_be(403);
    let db = Db::new(&world.url(), 1).with_key(key());
    let named =
        recover::Named { email: "michael@mightymicks.example", name: None, link: false, factor: false, open: true };
    let account = "PA-469-206".parse().expect("an id");
    recover::run(&db, &key(), "http://127.0.0.1:8080", &account, &named)
        .expect("it runs")
        .expect("the company is there");
    from(&michael, "198.51.100.9", MICKS).await.must_be(200);
    let told = michael.get(&format!("{MICKS}/activity?kind=company")).await;
    told.must_say("The operator").must_say("Removed the limits on addresses");
}
