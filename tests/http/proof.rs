//! Signing and making tokens ask for the password again when it was said long ago, and what was typed stays meanwhile.

use entente::demo::PASSWORD;

use crate::support::{
    World,
    world::{ACREED, AGREEMENT, MICKS, SIGNED},
};

/// So much time goes by since everybody said the password.
fn later(world: &World, minutes: u32) {
    world.run(&format!("UPDATE sessions SET proved_at = now() - interval '{minutes} minutes'"));
}

#[actix_web::test]
async fn signing_asks_for_the_password_when_it_was_said_long_ago() {
    let world = World::new().await;
    let donnie = world.donnie().await;
    let page = donnie.get(&format!("{ACREED}/contracts/{SIGNED}/versions/2/sign")).await;
    page.must_be(200);
    later(&world, 16);
    let asked = donnie.follow(donnie.press(&page, &[("accept", "yes")]).await).await;
    asked.must_be(200).must_say("Confirm your password").must_say("We've kept what you typed.");
    assert_eq!(world.number(&format!("SELECT version::bigint AS n FROM contracts WHERE id = '{SIGNED}'")), 1);
    assert_eq!(donnie.submit(&asked, &[]).await.must_be(422).errors(), ["Enter your password"]);
    assert_eq!(donnie.submit(&asked, &[("password", "wrong")]).await.must_be(422).errors(), ["Wrong password"]);
    let kept = donnie.follow(donnie.submit(&asked, &[("password", PASSWORD)]).await).await;
    kept.must_be(200).must_say("Your password is confirmed").must_say("Accept");
    let signed = donnie.follow(donnie.press(&kept, &[]).await).await;
    signed.must_be(200).must_say("Version 2 signed");
    assert_eq!(world.number(&format!("SELECT version::bigint AS n FROM contracts WHERE id = '{SIGNED}'")), 2);
}

#[actix_web::test]
async fn a_password_counts_for_a_quarter_of_an_hour_or_as_long_as_the_operator_says() {
    for (minutes, since, asks) in [(15, 14, false), (15, 16, true), (60, 59, false), (1, 2, true)] {
        let lives = std::time::Duration::from_secs(minutes * 60);
        let world = World::with(|config| entente::config::Config { proof_lives: lives, ..config }).await;
        let michael = world.michael().await;
        let page = michael.get(&format!("{MICKS}/tokens/new")).await;
        later(&world, since);
        let answer = michael.press(&page, &[("name", "A program"), ("permissions", "contracts.view")]).await;
        let asked = answer.status == 303 && answer.location().starts_with("/prove");
        assert_eq!(asked, asks, "{since} minutes of {minutes}: {}", answer.status);
        let made = world.number("SELECT count(*) AS n FROM api_tokens WHERE name = 'A program'");
        assert!(!asks || made == 0);
    }
}

#[actix_web::test]
async fn what_binds_nobody_asks_for_nothing_and_another_session_proves_nothing() {
    let world = World::new().await;
    let (michael, other) = (world.michael().await, world.michael().await);
    later(&world, 600);
    let page = michael.get(&format!("{MICKS}/contracts/{SIGNED}/note")).await;
    michael.submit(&page, &[("note", "Still here")]).await.must_be(303);
    let page = other.get("/prove").await;
    assert_eq!(other.submit(&page, &[("password", PASSWORD)]).await.must_be(303).location(), "/");
    let page = michael.get(&format!("{MICKS}/tokens/new")).await;
    let answer = michael.press(&page, &[("name", "A program"), ("permissions", "contracts.view")]).await;
    assert!(answer.must_be(303).location().starts_with("/prove"), "{}", answer.location());
    world.stranger().get("/prove").await.must_be(303);
}

#[actix_web::test]
async fn what_binds_the_issuer_without_another_word_of_its_own_asks_too() {
    let world = World::new().await;
    let michael = world.michael().await;
    let waiting =
        world.text("SELECT id AS t FROM contracts WHERE type = 'distribution' AND status = 'pending' LIMIT 1");
    let enrolled = michael.get(&format!("{MICKS}/contracts/{waiting}/approve")).await;
    let version = michael.get(&format!("{MICKS}/agreements/{AGREEMENT}/versions/1/activate")).await;
    later(&world, 16);
    for (page, told) in [(enrolled, "Contract approved"), (version, "Version 1 activated")] {
        let asked = michael.follow(michael.press(&page, &[]).await).await;
        asked.must_be(200).must_say("Confirm your password");
        let kept = michael.follow(michael.submit(&asked, &[("password", PASSWORD)]).await).await;
        michael.follow(michael.press(&kept, &[]).await).await.must_be(200).must_say(told);
        later(&world, 16);
    }
}
