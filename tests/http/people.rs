//! Signing in and out, one person in two companies, the person's own pages.

use actix_web::http::Method;

use crate::{
    home,
    support::{
        World,
        world::{CHAMPIONS, MICKS},
    },
};

#[actix_web::test]
async fn sign_in_gives_the_same_answer_for_a_wrong_password_and_an_unknown_email() {
    let world = World::new().await;
    let guest = world.stranger();
    let page = guest.get("/sign-in").await;
    let wrong = guest.submit(&page, &[("email", "michael@mightymicks.example"), ("password", "x")]).await;
    let unknown = guest.submit(&page, &[("email", "nobody@example.com"), ("password", "x")]).await;
    assert_eq!(wrong.must_be(422).errors(), unknown.must_be(422).errors());
}

#[actix_web::test]
async fn failures_make_a_growing_delay_and_no_lock() {
    let world = World::new().await;
    let guest = world.stranger();
    let page = guest.get("/sign-in").await;
    for _ in 0..5 {
        guest.submit(&page, &[("email", "michael@mightymicks.example"), ("password", "x")]).await.must_be(422);
    }
    let refused = guest.submit(&page, &[("email", "michael@mightymicks.example"), ("password", "x")]).await;
    refused.must_be(429);
    assert!(refused.header("retry-after").is_some());
    world.run("UPDATE throttles SET last_at = now() - interval '1 hour'");
    world.michael().await.get(MICKS).await.must_be(200);
}

#[actix_web::test]
async fn a_page_asks_to_sign_in_and_comes_back() {
    let world = World::new().await;
    let guest = world.stranger();
    let answer = guest.get(&format!("{MICKS}/contracts?status=pending")).await;
    assert!(answer.location().starts_with("/sign-in?next="));
    let page = guest.follow(answer).await;
    let typed = [("email", "michael@mightymicks.example"), ("password", entente::demo::PASSWORD)];
    let answer = guest.submit(&page, &typed).await;
    assert_eq!(answer.location(), format!("{MICKS}/contracts?status=pending"));
}

#[actix_web::test]
async fn signing_out_ends_the_session_on_the_server() {
    let world = World::new().await;
    let michael = world.michael().await;
    let tab = michael.copy();
    let page = michael.get(MICKS).await;
    michael.submit_to(&page, Some("/sign-out"), &[]).await.must_be(303);
    assert_eq!(world.number("SELECT count(*) AS n FROM sessions"), 0);
    tab.get(MICKS).await.must_be(303);
}

#[actix_web::test]
async fn tony_works_for_two_companies_in_two_tabs() {
    let world = World::new().await;
    let tony = world.tony().await;
    let choice = tony.get("/").await;
    choice.must_say("Front Street Inc").must_say("Mighty Mick's LLC");
    let (distributor, vendor) = (tony.get(MICKS).await, tony.get("/vendor/VA-610-774").await);
    distributor.must_say("Distributor Portal").must_say("Front Street Inc");
    vendor.must_say("Vendor Portal").must_say("Mighty Mick's LLC").must_not_say("Marketplaces");
    // one tab does not change what the other is
    tony.get(&format!("{MICKS}/contracts")).await.must_say("All contracts").must_say("Create Contract");
    tony.get(CHAMPIONS).await.must_be(404);
    tony.get("/vendor/PA-469-206").await.must_be(404);
}

#[actix_web::test]
async fn a_profile_keeps_name_and_time_zone() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get("/profile").await;
    michael.submit(&page, &[("zone", "Mars/Olympus")]).await.must_be(422);
    let page =
        michael.follow(michael.submit(&page, &[("name", "Mickey Goldmill"), ("zone", "America/New_York")]).await).await;
    page.must_say("Profile saved");
    michael.get(MICKS).await.must_say("Mickey Goldmill");
}

#[actix_web::test]
pub async fn a_password_is_changed_by_its_owner_and_none_of_the_last_ten_comes_back() {
    let world = World::new().await;
    let (michael, elsewhere) = (world.michael().await, world.michael().await);
    let page = michael.get("/profile/password").await;
    let change = |current: &'static str, new: &'static str| {
        [("current-password", current), ("new-password", new), ("confirm-password", new)]
    };
    michael.submit(&page, &change("wrong", "Southpaw-Jab-77")).await.must_be(422).must_say("Wrong password");
    let same = entente::demo::PASSWORD;
    michael.submit(&page, &change(same, same)).await.must_be(422).must_say("one of your last 10");
    michael.submit(&page, &change(same, "Southpaw-Jab-77")).await.must_be(303);
    michael.get("/profile/password").await.must_be(200);
    elsewhere.get(MICKS).await.must_be(303);
    michael.submit(&page, &change("Southpaw-Jab-77", same)).await.must_be(422).must_say("one of your last 10");
}

#[actix_web::test]
async fn sessions_are_listed_and_revoked() {
    let world = World::new().await;
    let (michael, elsewhere) = (world.michael().await, world.michael().await);
    let page = michael.get("/profile/sessions").await;
    page.must_say("This session").must_say("127.0.0.9");
    let page = michael.get(&page.link("Sign out other sessions")).await;
    page.must_say("1 other session will be signed out immediately");
    michael.submit(&page, &[]).await.must_be(303);
    michael.get("/profile/sessions/others").await.must_say("You're not signed in anywhere else");
    elsewhere.get(MICKS).await.must_be(303);
    michael.get(MICKS).await.must_be(200);
}

#[actix_web::test]
async fn a_forgotten_password_is_set_by_a_link_that_works_once() {
    let world = World::new().await;
    let guest = world.stranger();
    let page = guest.get("/forgot-password").await;
    let unknown = guest.submit(&page, &[("email", "nobody@example.com")]).await;
    let known = guest.submit(&page, &[("email", "michael@mightymicks.example")]).await;
    assert_eq!(
        unknown.text().replace("nobody@example.com", ""),
        known.text().replace("michael@mightymicks.example", "")
    );
    entente::jobs::catch_up(&world.program).await.expect("the job");
    let mails = entente::mail::sender::unsent(&mut world.sql(), &world.program.letters()).expect("the outbox reads");
    assert_eq!(mails.len(), 1);
    let link = mails[0].lines().find(|line| line.starts_with("http")).expect("a link").to_owned();
    assert_eq!(world.number("SELECT count(*) AS n FROM outbox WHERE facts::text LIKE '%set-password%'"), 0);
    let page = guest.follow(guest.get(&link).await).await;
    page.must_say("Set a new password").must_say("michael@mightymicks.example");
    guest
        .submit(&page, &[("new-password", "Southpaw-Jab-77"), ("confirm-password", "Southpaw-Jab-77")])
        .await
        .must_be(303);
    guest.get(MICKS).await.must_be(200);
    world.stranger().get(&link).await.must_be(410);
}

#[actix_web::test]
async fn a_form_from_another_site_changes_nothing() {
    let world = World::new().await;
    let michael = world.michael().await;
    let url = format!("{MICKS}/contracts/CRS-15231-15992-11789/delete");
    let csrf = michael.get(&url).await.value("csrf");
    michael.post(&url, &[]).await.must_be(403);
    michael.post(&url, &[("csrf", "forged")]).await.must_be(403);
    let other = world.tony().await.get(&url).await.value("csrf");
    michael.post(&url, &[("csrf", &other)]).await.must_be(403);
    michael.send_with(Method::POST, &url, &[("csrf", &csrf)], &[("sec-fetch-site", "cross-site")]).await.must_be(403);
    michael.send_with(Method::POST, &url, &[("csrf", &csrf)], &[("origin", "https://evil.example")]).await.must_be(403);
    assert_eq!(world.number("SELECT count(*) AS n FROM contracts WHERE id = 'CRS-15231-15992-11789'"), 1);
}

#[actix_web::test]
async fn absurd_input_is_refused_calmly() {
    let world = World::new().await;
    let michael = world.michael().await;
    let url = format!("{MICKS}/contracts/CRS-15231-15992-11789/note");
    let csrf = michael.get(&url).await.value("csrf");
    let long = "x".repeat(10 * 1024 * 1024);
    michael.post(&url, &[("csrf", &csrf), ("note", &long)]).await.must_be(413);
    for note in ["\0\0", "   ", "\u{202e}", ""] {
        let answer = michael.post(&url, &[("csrf", &csrf), ("note", note), ("revision", "1")]).await;
        assert!([422, 303].contains(&answer.status), "{note:?}: {}", answer.status);
    }
    let revision = michael.get(&url).await.value("revision");
    let wild = "<script>alert(1)</script> \u{1f94a} \u{5e9}\u{5dc}\u{5d5}\u{5dd} a\0b";
    let fields =
        [("csrf", csrf.as_str()), ("note", wild), ("note", "twice"), ("unknown", "x"), ("revision", revision.as_str())];
    michael.post(&url, &fields).await.must_be(303);
    let page = michael.get(&format!("{MICKS}/contracts/CRS-15231-15992-11789")).await;
    page.must_say("<script>alert(1)</script>").must_say("\u{1f94a}");
    assert!(!String::from_utf8_lossy(&page.body).contains("<script>alert"));
    for body in [b"%%%".to_vec(), b"a=%ff%fe".to_vec(), vec![0xff; 100]] {
        let answer = michael.post_raw(&url, "application/x-www-form-urlencoded", body).await;
        assert!([400, 403].contains(&answer.status), "{}", answer.status);
    }
    michael.post_raw(&url, "application/json", b"{}".to_vec()).await.must_be(415);
    for path in [
        "contracts?q=%00&sort=%00&size=-1&after=x~y&columns=%F0%9F%A5%8A",
        "contracts?after=2020~CRS&row=99999999999999",
        "contracts/%00",
    ] {
        let answer = michael.get(&format!("{MICKS}/{path}")).await;
        assert!([200, 400, 404].contains(&answer.status), "{path}: {}", answer.status);
    }
}

#[actix_web::test]
async fn bootstrap_makes_a_distributor_that_can_begin() {
    let world = World::new().await;
    let db = entente::kit::db::Db::new(&world.url(), 1);
    let key = crate::support::world::key();
    let run = |company: &str, email: &str| {
        entente::bootstrap::run(&db, &key, "http://127.0.0.1:8080", company, "Duke Evers", email)
            .expect("bootstrap runs")
    };
    let made = run("Evers Ltd", "duke@evers.example");
    let guest = world.stranger();
    let page = guest.follow(guest.get(&made.link.expect("a link")).await).await;
    let answer =
        guest.submit(&page, &[("new-password", "Southpaw-Jab-77"), ("confirm-password", "Southpaw-Jab-77")]).await;
    let home = guest.follow(answer).await;
    assert_eq!(home.path, format!("/distributor/{}", made.account));
    home.must_say("Create an agreement").must_say("Get started");
    guest.get(&format!("{}/contracts", home.path)).await.must_say("No contracts yet").must_say("Create Contract");
    assert!(run("Second Ltd", "duke@evers.example").link.is_none(), "a known person signs in as before");
}

#[actix_web::test]
async fn home_tells_what_waits_what_is_new_and_what_was_opened() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let home = apollo.get(CHAMPIONS).await;
    home.must_say("Orders to fulfil").must_say("Adrian's Restaurant").must_say("Customer changes").must_say("J&M");
    home.must_not_say("Since your last visit").must_not_say("Recently viewed");
    let request = world.text("SELECT id AS t FROM fulfillment_requests WHERE status = 'pending'");
    let url = format!("{CHAMPIONS}/fulfillment/{request}");
    apollo.get(&url).await.must_be(200);
    let home = apollo.get(CHAMPIONS).await;
    home.must_say("Recently viewed").must_say(&format!("Order request, {request}"));
    // a person who comes back after a while is told what the other side did
    michael.get(MICKS).await.must_not_say("Since your last visit");
    home::two_hours_later(&world);
    let page = apollo.get(&format!("{url}/inquire")).await;
    apollo.submit(&page, &[("question", "Which hall?")]).await.must_be(303);
    let home = michael.get(MICKS).await;
    home.must_say("Since your last visit").must_say("asked for data").must_say("Orders on hold");
    // the same while the visit lasts, and nothing of what one did oneself
    michael.get(MICKS).await.must_say("asked for data");
    apollo.get(CHAMPIONS).await.must_say("Nothing new from your partners");
    // another person at the same browser begins anew, and another company's objects are not named
    world.run("UPDATE fulfillment_requests SET vendor_id = 'VA-610-774' WHERE status = 'inquiring'");
    apollo.get(CHAMPIONS).await.must_not_say(&request);
}

#[actix_web::test]
async fn a_company_says_how_fast_it_answers() {
    let world = World::new().await;
    let (apollo, paulie) = (world.apollo().await, world.paulie().await);
    paulie.get(&format!("{MICKS}/service-level")).await.must_be(403);
    let page = apollo.get(&format!("{CHAMPIONS}/service-level")).await;
    for wrong in ["0", "61"] {
        apollo.submit(&page, &[("days", wrong)]).await.must_be(422).must_say("Enter a number from 1 to 60");
    }
    apollo.submit(&page, &[("days", "")]).await.must_be(422).must_say("Enter a number of working days");
    for wrong in ["soon", "1.0", "+5", "1,0"] {
        apollo.submit(&page, &[("days", wrong)]).await.must_be(422).must_say("using only digits");
    }
    apollo.submit(&page, &[("days", "10")]).await.must_be(303);
    let michael = world.michael().await;
    let fish = world.text("SELECT id AS t FROM tier_accounts WHERE name LIKE 'J&M%'");
    let page = michael.get(&format!("{MICKS}/customers/{fish}/edit")).await;
    michael.submit(&page, &[("city", "Camden")]).await.must_be(303);
    let days = "SELECT max(due_at::date - created_at::date)::bigint AS n FROM tier_account_requests";
    assert!(world.number(days) >= 13, "ten working days are two weeks");
}

#[actix_web::test]
async fn the_page_of_components_comes_with_the_demo_only() {
    let world = World::new().await;
    world.stranger().get("/design").await.must_be(404);
    let demo = World::with(|config| entente::config::Config { demo: true, ..config }).await;
    demo.stranger().get("/design").await.must_be(200).must_say("Every component of the pages, in every state");
}
