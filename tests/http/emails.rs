//! One address is one, in whatever form it is typed, wherever it is asked for; so is one password.

use std::collections::BTreeSet;

use actix_web::http::Method;
use entente::{
    access::password,
    accounts,
    kit::{actor::Role, choice::Choice as _},
    portals,
};

use crate::{
    access::{Drawn, address, portal},
    activation::{PASSWORD, up_to_activate},
    contracts::invite,
    support::{Answer, Client, World, world::MICKS},
};

/// One address, as it comes from keyboards and clipboards.
const FORMS: [&str; 7] = [
    "jürgen@bücher.example",
    "Jürgen@BÜCHER.Example",
    "ju\u{308}rgen@bu\u{308}cher.example",
    "jürgen@xn--bcher-kva.example",
    "\u{feff}jür\u{ad}gen\u{200b}@bücher.example\u{2060}",
    "mailto:jürgen@bücher.example",
    "ｊürgen＠bücher。example",
];

async fn sign_in(world: &World, email: &str, password: &str) -> Answer {
    let guest = world.stranger();
    let page = guest.get("/sign-in").await;
    guest.submit(&page, &[("email", email), ("password", password)]).await
}

#[actix_web::test]
async fn who_pasted_an_address_with_signs_that_nobody_sees_can_sign_in() {
    for pasted in [
        "drago\u{200b}@example.com",
        "\u{2060}drago@example.com",
        "dra\u{ad}go@example.com",
        "drago@exam\u{ad}ple.com\u{feff}",
    ] {
        let world = World::new().await;
        let (_, link) = invite(&world.michael().await, MICKS, "service", "Welcome").await;
        let guest = world.stranger();
        let page = up_to_activate(&guest, &link, pasted, "Drago GmbH").await;
        guest.follow(guest.submit(&page, &[]).await).await.must_say("Contract activated");
        assert_eq!(world.text("SELECT email AS t FROM users WHERE name = 'Drago Ivanov'"), "drago@example.com");
        sign_in(&world, "drago@example.com", PASSWORD).await.must_be(303);
        sign_in(&world, pasted, PASSWORD).await.must_be(303);
    }
}

#[actix_web::test]
async fn an_address_is_found_in_every_form_at_every_door() {
    for form in FORMS {
        let world = World::new().await;
        let (_, link) = invite(&world.michael().await, MICKS, "service", "Welcome").await;
        let guest = world.stranger();
        let page = up_to_activate(&guest, &link, form, "Bücher GmbH").await;
        guest.follow(guest.submit(&page, &[]).await).await.must_say("Contract activated");
        for other in FORMS {
            sign_in(&world, other, PASSWORD).await.must_be(303);
        }
        // the password that was forgotten
        for other in FORMS {
            let guest = world.stranger();
            let page = guest.get("/forgot-password").await;
            guest.submit(&page, &[("email", other)]).await;
        }
        entente::jobs::catch_up(&world.program).await.expect("the job");
        let sent = world.number("SELECT count(*) AS n FROM outbox WHERE kind = 'password_reset'");
        assert!(
            sent >= 1
                && world.number("SELECT count(DISTINCT recipient) AS n FROM outbox WHERE kind = 'password_reset'") == 1
        );
        // whose domain is asked for a provider
        for other in FORMS {
            let guest = world.stranger();
            let page = guest.get("/sso").await;
            guest
                .submit(&page, &[("email", other)])
                .await
                .must_be(422)
                .must_say("set up for email addresses at this domain");
        }
        // a second activation knows the user
        let (_, link) = invite(&world.michael().await, MICKS, "service", "Again").await;
        let guest = world.stranger();
        let page = guest.follow(guest.get(&link).await).await;
        let page = guest.follow(guest.submit(&page, &[("email", FORMS[3]), ("accept", "yes")]).await).await;
        let page = guest.get(&page.link("I already have an account")).await;
        guest.follow(guest.submit(&page, &[("password", PASSWORD)]).await).await.must_say("Create account");
        // and the operator makes no second one
        let made =
            entente::bootstrap::run(&world.program.db, &crate::support::world::key(), "http://x", "C", "J", FORMS[1]);
        assert!(made.expect("it runs").link.is_none());
        assert_eq!(world.number("SELECT count(*) AS n FROM users WHERE email_key LIKE 'jürgen%'"), 1);
    }
}

/// The screens that ask for an address. A new one belongs into the tests above, or into those of the form that it shares.
#[actix_web::test]
async fn every_place_that_asks_for_an_address_is_known() {
    let world = World::new().await;
    let drawn = Drawn::of(&world);
    let mut places = BTreeSet::new();
    let mut look = async |client: &Client, url: String, pattern: &str| {
        let page = client.get(&url).await;
        if page.status == 200 && !page.attributes("input[type='email']", "name").is_empty() {
            places.insert(pattern.to_owned());
        }
    };
    for role in Role::ALL {
        let (base, client) = portal(&world, *role).await;
        for mount in portals::screens(*role).into_iter().filter(|mount| mount.method == Method::GET) {
            look(&client, address(base, &mount.path, *role, &drawn), &mount.path).await;
        }
    }
    let guest = world.stranger();
    for mount in portals::public::screens().into_iter().filter(|mount| mount.method == Method::GET) {
        if !mount.path.contains('{') {
            look(&guest, mount.path.clone(), &mount.path).await;
        }
    }
    // besides: the activation letter, and values of parameters in orders, which are asked by the same field
    assert_eq!(
        places.into_iter().collect::<Vec<_>>(),
        [
            "/account/contacts/new",
            "/account/contacts/{place}/edit",
            "/account/edit",
            "/contracts/{id}/recipient",
            "/contracts/{id}/send",
            "/customers/{id}/edit",
            "/forgot-password",
            "/sign-in",
            "/sso",
            "/subscriptions/{id}/adjust",
        ]
    );
}

#[actix_web::test]
async fn users_from_before_are_found_and_nobody_is_locked_out() {
    let world = World::new().await;
    let hash = password::hash_now(PASSWORD).expect("it hashes");
    for (id, email, key) in [
        ("UR-900-000-001", "anna@bücher.example", "anna@bücher.example"),
        ("UR-900-000-002", "ben@example.com", "ben@example.com"),
        // the same address twice, as the old rule saw them
        ("UR-900-000-003", "ben\u{200b}@example.com", "ben\u{200b}@example.com"),
        ("UR-900-000-004", "carla\u{ad}@example.com", "carla\u{ad}@example.com"),
    ] {
        world.run(&format!(
            "INSERT INTO users (id, name, email, email_key, password_hash, password_set_at, created_at) \
             VALUES ('{id}', 'N', '{email}', '{key}', '{hash}', now(), now())"
        ));
    }
    assert_eq!(accounts::store::settle_email_keys(&mut world.sql()).expect("it settles"), 2);
    assert_eq!(accounts::store::settle_email_keys(&mut world.sql()).expect("again"), 0);
    let who = |email: &str| {
        accounts::store::user_by_email(&mut world.sql(), email).expect("it reads").map(|user| user.id.to_string())
    };
    for email in ["anna@bücher.example", "ANNA@xn--bcher-kva.example"] {
        assert_eq!(who(email).as_deref(), Some("UR-900-000-001"), "{email}");
    }
    assert_eq!(who("Ben@example.com").as_deref(), Some("UR-900-000-002"));
    assert_eq!(who("ben\u{200b}@example.com").as_deref(), Some("UR-900-000-003"));
    assert_eq!(who("carla@example.com").as_deref(), Some("UR-900-000-004"));
    // each by a password of their own
    let own = password::hash_now("Another-one-2026!").expect("it hashes");
    world.run(&format!("UPDATE users SET password_hash = '{own}' WHERE id = 'UR-900-000-003'"));
    for email in ["anna@xn--bcher-kva.example", "ben@example.com", "carla@example.com"] {
        sign_in(&world, email, PASSWORD).await.must_be(303);
    }
    sign_in(&world, "ben\u{200b}@example.com", "Another-one-2026!").await.must_be(303);
    sign_in(&world, "ben@example.com", "Another-one-2026!").await.must_be(422);
    // and a link for a new one goes to whoever asked
    let client = world.stranger();
    let page = client.get("/forgot-password").await;
    client.submit(&page, &[("email", "ben\u{200b}@example.com")]).await.must_be(200);
    assert_eq!(world.text("SELECT email AS t FROM password_reset_asks"), "ben\u{200b}@example.com");
}

#[actix_web::test]
async fn a_password_opens_on_another_keyboard_and_an_old_hash_is_renewed() {
    let world = World::new().await;
    let (decomposed, composed) = ("Cafe\u{301}\u{a0}am Eck-26", "Café am Eck-26");
    // as it was hashed before: byte by byte, which only this keyboard makes
    let old = {
        use argon2::password_hash::PasswordHasher as _;
        argon2::Argon2::default().hash_password(decomposed.as_bytes()).expect("it hashes").to_string()
    };
    world.run(&format!("UPDATE users SET password_hash = '{old}' WHERE email = 'donnie@acreedllc.example'"));
    sign_in(&world, "donnie@acreedllc.example", composed).await.must_be(422);
    sign_in(&world, "donnie@acreedllc.example", decomposed).await.must_be(303);
    sign_in(&world, "donnie@acreedllc.example", composed).await.must_be(303);
    sign_in(&world, "donnie@acreedllc.example", decomposed).await.must_be(303);
}
