//! Forms that come too late, from the wrong place or from the wrong person: what is kept of them, and how it is sent again.

use entente::demo;

use crate::{
    activation::PASSWORD,
    contracts::invite,
    products::png,
    support::{
        Answer, Client, World,
        client::{form, selector},
        world::{CHAMPIONS, MICKS, PENDING, PULSE, serve},
    },
};

fn note() -> String {
    format!("{MICKS}/contracts/{PENDING}/note")
}

async fn sign_in(client: &Client, page: &Answer, email: &str) -> Answer {
    client.submit(page, &[("email", email), ("password", demo::PASSWORD)]).await
}

const MICHAEL: &str = "michael@mightymicks.example";

fn kept(world: &World) -> i64 {
    world.number("SELECT count(*) AS n FROM kept_forms")
}

#[actix_web::test]
async fn what_was_typed_when_the_session_ended_is_shown_and_sent_after_signing_in_again() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&note()).await;
    world.run("DELETE FROM sessions");
    let answer = michael.submit(&page, &[("note", "Words worth keeping")]).await;
    assert!(answer.must_be(303).location().starts_with("/sign-in?kept="), "a page that Back and Reload can show");
    let again = michael.follow(answer).await;
    again.must_be(200).must_say("We've kept what you typed");
    let wrong = michael.submit(&again, &[("email", MICHAEL), ("password", "x")]).await;
    wrong.must_be(422).must_say("We've kept what you typed");
    let answer = sign_in(&michael, &wrong, MICHAEL).await;
    let offer = michael.follow(answer).await;
    offer.must_be(200).must_say("Words worth keeping").must_say("Note").must_say(&note()).must_say("Michael Goldmill");
    let done = michael.follow(michael.submit(&offer, &[]).await).await;
    done.must_say("Words worth keeping").must_say("Notes saved");
    // Back leads to a page, which says what happened
    michael.get(&offer.path).await.must_be(200).must_say("You've already sent this once");
}

#[actix_web::test]
async fn a_form_of_another_site_is_never_kept_and_never_sent() {
    let world = World::new().await;
    let victim = world.michael().await;
    let page = victim.get(&note()).await;
    // the browser leaves the cookie out, because the form comes from elsewhere
    let typed = [("note", "Written by another site")];
    for headers in [
        &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
        &[("sec-fetch-site", "same-site"), ("origin", "https://other.mightymicks.example")],
        &[("origin", "https://evil.example"), ("x", "")],
        &[("origin", "null"), ("x", "")],
    ] {
        let answer = world.stranger().submit_with(&page, &typed, headers).await;
        answer.must_be(403).must_not_say("Written by another site");
        victim.submit_with(&page, &typed, headers).await.must_be(403);
    }
    // a browser that says nothing: the page is asked for, and nothing is kept
    let silent = world.stranger().submit_with(&page, &typed, &[("origin", "")]).await;
    assert!(silent.must_be(303).location().starts_with("/sign-in?next="));
    assert_eq!(kept(&world), 0);
    // without a token of ours there is nothing to keep either
    let bare = world.stranger().post(&note(), &typed).await;
    assert!(bare.must_be(303).location().starts_with("/sign-in?next="));
    assert_eq!(kept(&world), 0);
}

#[actix_web::test]
async fn the_first_tab_can_send_after_signing_out_and_in_again_in_the_second() {
    let world = World::new().await;
    let first = world.michael().await;
    let page = first.get(&note()).await;
    first.submit_to(&first.get("/profile").await, Some("/sign-out"), &[]).await.must_be(303);
    sign_in(&first, &first.get("/sign-in").await, MICHAEL).await.must_be(303);
    let answer = first.submit(&page, &[("note", "From the first tab")]).await;
    let offer = first.follow(answer).await;
    offer.must_be(200).must_say("From the first tab");
    first.follow(first.submit(&offer, &[]).await).await.must_say("From the first tab").must_say("Notes saved");
    // the old tab signs out without a question
    first.submit_to(&page, Some("/sign-out"), &[]).await.must_be(303);
    first.get(MICKS).await.must_be(303);
}

#[actix_web::test]
async fn another_person_is_not_offered_what_somebody_else_typed() {
    let world = World::new().await;
    let browser = world.michael().await;
    let page = browser.get(&note()).await;
    world.run("DELETE FROM sessions");
    let ended = browser.follow(browser.submit(&page, &[("note", "Michael's words")]).await).await;
    let answer = sign_in(&browser, &ended, "tony@frontstreet.example").await;
    let offer = browser.follow(answer).await;
    offer.must_be(403).must_not_say("Michael's words").must_say("Someone else opened this form");
    // the same with the form itself
    let answer = browser.submit(&page, &[("note", "Michael's words")]).await;
    answer.must_be(403).must_say("Someone else opened this form");
    // and another browser never sees it, whoever sits there
    let elsewhere = world.michael().await;
    elsewhere.get(&offer.path).await.must_be(410).must_say("We no longer have what you typed");
}

#[actix_web::test]
async fn a_file_is_kept_as_well() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = apollo.get(&format!("{CHAMPIONS}/products/{PULSE}/media/new")).await;
    let before = world.number("SELECT count(*) AS n FROM product_media");
    let typed = [("type", "image"), ("alt", "The corner at night")];
    world.run("DELETE FROM sessions");
    let answer = apollo.upload(&page, &typed, "image", &png()).await;
    let offer = apollo.follow(sign_in(&apollo, &apollo.follow(answer).await, "apollo@champions.example").await).await;
    offer.must_say("a.png").must_say("The corner at night");
    apollo.submit(&offer, &[]).await.must_be(303);
    assert_eq!(world.number("SELECT count(*) AS n FROM product_media"), before + 1);
    // sent once more, it is the same form and does nothing more
    apollo.submit(&apollo.get(&offer.path).await, &[]).await.must_be(303);
    assert_eq!(world.number("SELECT count(*) AS n FROM product_media"), before + 1);
    // the first tab, after signing out and in again in the second
    let page = apollo.get(&page.path).await;
    apollo.submit_to(&page, Some("/sign-out"), &[]).await.must_be(303);
    sign_in(&apollo, &apollo.get("/sign-in").await, "apollo@champions.example").await.must_be(303);
    let answer = apollo.upload(&page, &typed, "image", &png()).await;
    let offer = apollo.follow(answer).await;
    apollo.submit(&offer, &[]).await.must_be(303);
    assert_eq!(world.number("SELECT count(*) AS n FROM product_media"), before + 2);
    // a stranger who never had the form sends no file
    let forged = format!("AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA.UR-111-222-333.{}", "A".repeat(43));
    let body = format!("--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{forged}\r\n--x--\r\n");
    let kept_before = kept(&world);
    let answer = world.stranger().post_raw(&page.path, "multipart/form-data; boundary=x", body.into_bytes()).await;
    assert!(answer.must_be(303).location().starts_with("/sign-in?next="));
    assert_eq!(kept(&world), kept_before);
}

#[actix_web::test]
async fn little_is_kept_of_one_person_and_nothing_for_long() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&note()).await;
    world.run("DELETE FROM sessions");
    let mut last = String::new();
    for _ in 0..8 {
        last = michael.submit(&page, &[("note", "Words")]).await.location().to_owned();
    }
    assert_eq!(kept(&world), 5);
    world.run("UPDATE kept_forms SET created_at = now() - interval '31 minutes'");
    michael.get(&last).await.must_be(200).must_not_say("Send what you typed");
    world.program.db.open(entente::kit::kept::sweep).await.expect("the sweep");
    assert_eq!(kept(&world), 0);
}

#[actix_web::test]
async fn a_guest_whose_browser_lost_its_cookie_sends_again_too() {
    let world = World::new().await;
    let (_, link) = invite(&world.michael().await, MICKS, "service", "Welcome").await;
    let guest = world.stranger();
    let page = guest.follow(guest.get(&link).await).await;
    guest.forget("entente-browser");
    let answer = guest.press(&page, &[("email", "drago@example.com"), ("accept", "yes")]).await;
    let offer = guest.follow(answer).await;
    offer.must_be(200).must_say("drago@example.com").must_not_say("Sent by");
    let page = guest.follow(guest.press(&offer, &[]).await).await;
    page.must_say("Create user");
    // what is typed unseen is asked for again, and the rest stays
    guest.forget("entente-browser");
    let typed = [("name", "Drago Ivanov"), ("new-password", PASSWORD), ("confirm-password", PASSWORD)];
    let offer = guest.follow(guest.submit(&page, &typed).await).await;
    offer.must_say("Drago Ivanov").must_say("We never keep passwords").must_not_say(PASSWORD);
    assert_eq!(
        world.number(&format!("SELECT count(*) AS n FROM kept_forms WHERE fields::text LIKE '%{PASSWORD}%'")),
        0
    );
    let page = guest.submit(&offer, &[]).await;
    assert_eq!(page.must_be(422).value("name"), "Drago Ivanov");
    assert_eq!(page.errors(), ["Enter a new password"]);
}

#[actix_web::test]
async fn a_sign_in_page_that_was_open_for_too_long_asks_for_the_password_once_more() {
    let world = World::new().await;
    let guest = world.stranger();
    let page = guest.get(&format!("/sign-in?next={MICKS}/contracts")).await;
    guest.forget("entente-browser");
    let again = guest.follow(sign_in(&guest, &page, MICHAEL).await).await;
    again.must_be(200).must_say("Enter your password again");
    assert_eq!(sign_in(&guest, &again, MICHAEL).await.location(), format!("{MICKS}/contracts"));
}

#[actix_web::test]
async fn a_changed_key_of_the_server_costs_nobody_what_was_typed() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&note()).await;
    let mut program = world.program.clone();
    let other = entente::kit::secret::Key::from_text(&"another key ".repeat(4)).expect("a key");
    program = entente::app::Program::new(program.config.get_ref().clone(), other, program.db.clone());
    let michael = michael.at(&serve(program).await);
    let ended = michael.follow(michael.submit(&page, &[("note", "Before the change")]).await).await;
    ended.must_say("We've kept what you typed");
    let offer = michael.follow(sign_in(&michael, &ended, MICHAEL).await).await;
    offer.must_say("Before the change");
    michael.follow(michael.submit(&offer, &[]).await).await.must_say("Notes saved");
}

#[actix_web::test]
async fn all_that_is_sent_again_is_on_the_page() {
    let world = World::new().await;
    let michael = world.michael().await;
    let url = format!("{MICKS}/marketplaces/MP-68204/edit");
    let page = michael.get(&url).await;
    let (_, sent) = form(&page, None, &[]);
    world.run("DELETE FROM sessions");
    let ended = michael.follow(michael.submit(&page, &[]).await).await;
    let offer = michael.follow(sign_in(&michael, &ended, MICHAEL).await).await;
    let shown = offer.texts("dl.answers dd");
    let unseen = ["csrf", "form", "revision", "shown"];
    for (name, value) in sent.iter().filter(|(name, _)| !unseen.contains(&name.as_str())) {
        let value = if value.is_empty() { "empty" } else { value };
        let folded = value.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(shown.contains(&folded), "{name} = {folded} is not shown: {shown:?}");
    }
    // and nothing else can ride along
    let html = offer.html();
    let names: Vec<_> =
        html.select(&selector("main form input")).filter_map(|field| field.value().attr("name")).collect();
    assert_eq!(names, ["csrf", "kept"]);
}
