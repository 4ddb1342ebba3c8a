//! Whoever guesses is slowed down, also with sixty guesses at once; whom strangers aim at is not kept out.

use futures_util::future::join_all;

use entente::demo;

use crate::{
    activation::up_to_activate,
    contracts::invite,
    support::{Answer, Client, World, world::MICKS},
};

const MICHAEL: &str = "michael@mightymicks.example";

/// A world behind a proxy, so that people come from many places.
async fn world_with_networks() -> World {
    World::with(|config| entente::config::Config { proxies: 1, ..config }).await
}

/// A try from an address.
async fn try_from(client: &Client, address: &str, email: &str, password: &str) -> Answer {
    let page = client.get("/sign-in").await;
    let typed = [("email", email), ("password", password)];
    client.submit_with(&page, &typed, &[("x-forwarded-for", address)]).await
}

fn count(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

#[actix_web::test]
async fn of_sixty_guesses_at_once_five_are_looked_at() {
    let world = World::new().await;
    let guest = world.stranger();
    let page = guest.get("/sign-in").await;
    for email in [MICHAEL, "nobody@example.com"] {
        let typed = [("email", email), ("password", "x")];
        let answers = join_all((0..60).map(|_| guest.submit(&page, &typed))).await;
        assert_eq!((count(&answers, 422), count(&answers, 429)), (5, 55), "{email}");
    }
    // the right one among them is not looked at either, until the delay is over
    let right = [("email", MICHAEL), ("password", demo::PASSWORD)];
    let refused = guest.submit(&page, &right).await;
    assert!(refused.must_be(429).header("retry-after").is_some());
    world.run("UPDATE throttles SET last_at = last_at - interval '10 seconds'");
    guest.submit(&page, &right).await.must_be(303);
}

#[actix_web::test]
async fn the_delay_grows_with_every_failure() {
    let world = World::new().await;
    let guest = world.stranger();
    let page = guest.get("/sign-in").await;
    let typed = [("email", MICHAEL), ("password", "x")];
    for _ in 0..5 {
        guest.submit(&page, &typed).await.must_be(422);
    }
    for longest in [5, 10, 20, 40] {
        let answer = guest.submit(&page, &typed).await;
        let wait: i64 = answer.must_be(429).header("retry-after").and_then(|wait| wait.parse().ok()).expect("seconds");
        assert!(wait <= longest && wait > longest - 3, "{wait} of {longest}");
        world.run(&format!("UPDATE throttles SET last_at = last_at - interval '{wait} seconds'"));
        guest.submit(&page, &typed).await.must_be(422);
    }
}

#[actix_web::test]
async fn a_success_of_ones_own_does_not_pay_for_guesses_at_others() {
    let world = World::new().await;
    let guest = world.stranger();
    let page = guest.get("/sign-in").await;
    let spray = async |from: usize, to: usize| {
        let mut last = 0;
        for number in from..to {
            let email = format!("somebody-{number}@example.com");
            last = guest.submit(&page, &[("email", &email), ("password", "Spring-2026!")]).await.status;
        }
        last
    };
    assert_eq!(spray(0, 29).await, 422);
    world.paulie().await.get(MICKS).await.must_be(200);
    assert_eq!(spray(29, 30).await, 422);
    assert_eq!(spray(30, 31).await, 429, "the network has failed thirty times");
    // signing in gave back its own try only
    let left = "SELECT max(failures)::bigint AS n FROM throttles";
    assert_eq!(world.number(left), 30);
}

#[actix_web::test]
async fn no_stranger_keeps_a_person_out() {
    let world = world_with_networks().await;
    let (stranger, colleague) = (world.stranger(), world.stranger());
    let at_work = world.stranger();
    try_from(&at_work, "203.0.113.7", MICHAEL, demo::PASSWORD).await.must_be(303);
    at_work.submit_to(&at_work.get("/profile").await, Some("/sign-out"), &[]).await.must_be(303);
    for network in ["198.51.100.1", "198.51.100.2", "2001:db8:1:2::1"] {
        for _ in 0..5 {
            try_from(&stranger, network, MICHAEL, "x").await.must_be(422);
        }
        try_from(&stranger, network, MICHAEL, "x").await.must_be(429);
    }
    // from any other place one comes in, and in a known browser even where somebody else guesses beside one
    try_from(&world.stranger(), "192.0.2.1", MICHAEL, demo::PASSWORD).await.must_be(303);
    for _ in 0..5 {
        try_from(&colleague, "203.0.113.7", MICHAEL, "x").await.must_be(422);
    }
    try_from(&colleague, "203.0.113.7", MICHAEL, demo::PASSWORD).await.must_be(429);
    try_from(&at_work, "203.0.113.7", MICHAEL, demo::PASSWORD).await.must_be(303);
    // a stolen or forged mark is slowed down like everybody
    let thief = at_work.copy();
    thief.forget("entente");
    for _ in 0..5 {
        try_from(&thief, "192.0.2.66", MICHAEL, "x").await.must_be(422);
    }
    try_from(&thief, "192.0.2.67", MICHAEL, "x").await.must_be(429);
}

#[actix_web::test]
async fn all_addresses_of_one_subscriber_are_one() {
    let world = world_with_networks().await;
    let stranger = world.stranger();
    for last in 1..=5 {
        try_from(&stranger, &format!("2001:db8:1:2:{last}::{last}"), MICHAEL, "x").await.must_be(422);
    }
    try_from(&stranger, "2001:db8:1:2:ffff::1", MICHAEL, "x").await.must_be(429);
    try_from(&stranger, "2001:db8:1:3::1", MICHAEL, "x").await.must_be(422);
}

#[actix_web::test]
async fn whoever_holds_a_link_guesses_no_faster() {
    let world = World::new().await;
    let (id, link) = invite(&world.michael().await, MICKS, "service", "Welcome").await;
    let guest = world.stranger();
    let page = guest.follow(guest.get(&link).await).await;
    guest.submit(&page, &[("email", MICHAEL), ("accept", "yes")]).await.must_be(303);
    let page = guest.get(&format!("/activate/{id}/existing")).await;
    let answers = join_all((0..60).map(|_| guest.submit(&page, &[("password", "x")]))).await;
    assert_eq!((count(&answers, 422), count(&answers, 429)), (5, 55));
    // and it is the same count as at sign-in
    let sign_in = guest.get("/sign-in").await;
    guest.submit(&sign_in, &[("email", MICHAEL), ("password", "x")]).await.must_be(429);
    // whether an e-mail is known is asked five times at most
    let page = guest.get(&format!("/activate/{id}/user")).await;
    let typed = [("name", "M"), ("new-password", "Southpaw-Jab-77"), ("confirm-password", "Southpaw-Jab-77")];
    let answers = join_all((0..20).map(|_| guest.submit(&page, &typed))).await;
    assert_eq!((count(&answers, 422), count(&answers, 429)), (5, 15));
}

#[actix_web::test]
async fn an_unknown_email_makes_a_user_however_often_one_goes_back() {
    let world = World::new().await;
    let (id, link) = invite(&world.michael().await, MICKS, "service", "Welcome").await;
    let guest = world.stranger();
    up_to_activate(&guest, &link, "drago@example.com", "Drago GmbH").await;
    let page = guest.get(&format!("/activate/{id}/user")).await;
    let typed = [("name", "Drago"), ("new-password", "Southpaw-Jab-77"), ("confirm-password", "Southpaw-Jab-77")];
    for _ in 0..8 {
        guest.submit(&page, &typed).await.must_be(303);
    }
}

#[actix_web::test]
async fn codes_by_mail_are_neither_guessed_nor_sent_in_heaps() {
    let world = World::with(|config| entente::config::Config { verify_email: true, ..config }).await;
    let (id, link) = invite(&world.michael().await, MICKS, "service", "Welcome").await;
    let guest = world.stranger();
    let page = guest.follow(guest.get(&link).await).await;
    let page = guest.follow(guest.submit(&page, &[("email", "drago@example.com"), ("accept", "yes")]).await).await;
    let mailed = "SELECT count(*) AS n FROM outbox WHERE kind = 'email_code'";
    assert_eq!(world.number(mailed), 1);
    let guesses: Vec<String> = (0..30).map(|number| format!("{number:06}")).collect();
    let typed: Vec<[(&str, &str); 1]> = guesses.iter().map(|guess| [("code", guess.as_str())]).collect();
    let answers = join_all(typed.iter().map(|typed| guest.submit(&page, typed))).await;
    let looked_at = answers.iter().filter(|answer| answer.says("This isn't the code")).count();
    assert!(looked_at <= 5, "{looked_at}");
    let again = format!("/activate/{id}/code/again");
    let token = page.value("csrf");
    let fields = [("csrf", token.as_str())];
    let answers = join_all((0..20).map(|_| guest.post(&again, &fields))).await;
    assert_eq!((count(&answers, 303), count(&answers, 429)), (4, 16));
    assert_eq!(world.number(mailed), 5);
}

#[actix_web::test]
async fn the_current_password_is_guessed_no_faster_by_who_holds_a_session() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get("/profile/password").await;
    let typed =
        [("current-password", "x"), ("new-password", "Southpaw-Jab-77"), ("confirm-password", "Southpaw-Jab-77")];
    let answers = join_all((0..60).map(|_| michael.submit(&page, &typed))).await;
    assert_eq!((count(&answers, 422), count(&answers, 429)), (5, 55));
    // what happens there keeps nobody from signing in
    world.michael().await.get(MICKS).await.must_be(200);
    let blank = world.michael().await;
    let page = blank.get("/profile/password").await;
    blank.submit(&page, &[]).await.must_be(422).must_say("Enter your current password");
}

#[actix_web::test]
async fn codes_of_forms_are_tried_thirty_times_from_one_network() {
    let world = World::new().await;
    let guest = world.stranger();
    let mut seen = Vec::new();
    for number in 0..31 {
        let code = format!("Aa{number:041}");
        seen.push(guest.get(&format!("/form/PR-0000-0000-0000-001/{code}")).await.status);
    }
    assert_eq!(seen.iter().filter(|status| **status == 404).count(), 30);
    assert_eq!(seen.last(), Some(&429));
}

#[actix_web::test]
async fn a_forgotten_password_costs_the_same_for_a_known_and_an_unknown_email() {
    let world = World::new().await;
    let guest = world.stranger();
    let page = guest.get("/forgot-password").await;
    let mut costs = Vec::new();
    for email in [MICHAEL, "nobody@example.com"] {
        let before = world.program.db.statements();
        guest.submit(&page, &[("email", email)]).await.must_be(200).must_say("we've sent a link");
        costs.push(world.program.db.statements() - before);
    }
    assert_eq!(costs[0], costs[1]);
    let mailed = "SELECT count(*) AS n FROM outbox WHERE kind = 'password_reset'";
    assert_eq!(world.number(mailed), 0, "nothing is looked up before the answer");
    entente::jobs::catch_up(&world.program).await.expect("the job");
    assert_eq!(world.number(mailed), 1);
    assert_eq!(world.number("SELECT count(*) AS n FROM password_reset_asks"), 0);
}

#[actix_web::test]
async fn a_stranger_who_asks_again_and_again_takes_no_link_away() {
    let world = world_with_networks().await;
    let ask = async |address: &str| {
        let guest = world.stranger();
        let page = guest.get("/forgot-password").await;
        let answer = guest.submit_with(&page, &[("email", MICHAEL)], &[("x-forwarded-for", address)]).await;
        entente::jobs::catch_up(&world.program).await.expect("the job");
        answer.status
    };
    assert_eq!(ask("203.0.113.7").await, 200);
    let mails = entente::mail::sender::unsent(&mut world.sql(), &world.program.letters()).expect("the outbox reads");
    let link = mails[0].lines().find(|line| line.starts_with("http")).expect("a link").to_owned();
    for number in 0..40 {
        ask(&format!("198.51.100.{number}")).await;
    }
    assert_eq!(world.number("SELECT count(*) AS n FROM outbox WHERE kind = 'password_reset'"), 5, "no heap of mail");
    let guest = world.stranger();
    let page = guest.follow(guest.get(&link).await).await;
    let typed = [("new-password", "Southpaw-Jab-77"), ("confirm-password", "Southpaw-Jab-77")];
    guest.submit(&page, &typed).await.must_be(303);
    assert_eq!(world.number("SELECT count(*) AS n FROM password_resets WHERE used_at IS NULL"), 0);
}
