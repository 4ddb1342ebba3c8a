//! The invitee's way in, from the link to the portal.

use std::sync::{Arc, Barrier};

use actix_web::http::Method;

use crate::{
    contracts::invite,
    support::{
        Answer, Client, World,
        world::{ACREED, MICKS, SIGNED, serve},
    },
};

pub const PASSWORD: &str = "Southpaw-Jab-77";
const PHONE: &str =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1";

/// Opens the link and reviews; stands at Create user.
async fn review(guest: &Client, link: &str, email: &str) -> Answer {
    let page = guest.follow(guest.get(link).await).await;
    page.must_be(200).must_say("I have read and accepted the agreement");
    guest.follow(guest.submit(&page, &[("email", email), ("accept", "yes")]).await).await
}

/// Up to the page with the button Activate.
pub async fn up_to_activate(guest: &Client, link: &str, email: &str, company: &str) -> Answer {
    let page = review(guest, link, email).await;
    page.must_say("Create user");
    let typed = [("name", "Drago Ivanov"), ("new-password", PASSWORD), ("confirm-password", PASSWORD)];
    let page = guest.follow(guest.submit(&page, &typed).await).await;
    page.must_say("Create account");
    guest.follow(guest.submit(&page, &[("company", company)]).await).await
}

#[actix_web::test]
pub async fn a_reseller_activates_and_gets_a_user_a_company_and_a_portal() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite(&michael, MICKS, "service", "Welcome").await;
    let guest = world.stranger();
    let page = guest.follow(guest.get(&link).await).await;
    page.must_say("Mighty Mick's LLC invites").must_say("Welcome").must_say("Reseller Portal").must_say("14 days");
    let blank = guest.submit(&page, &[]).await;
    assert_eq!(blank.must_be(422).errors().len(), 2);
    let page = up_to_activate(&guest, &link, "drago@example.com", "Drago GmbH").await;
    page.must_say("Activation").must_say("Drago GmbH").must_say(&id);
    let page = guest.follow(guest.submit(&page, &[]).await).await;
    page.must_say("Contract activated").must_say("Go to the Reseller Portal");
    let portal = guest.get(&page.link("Go to the")).await;
    portal.must_be(200).must_say("Reseller Portal").must_say("Drago GmbH").must_say("Drago Ivanov");
    michael.get(&format!("{MICKS}/contracts/{id}")).await.must_say("Active").must_say("Drago GmbH");
    michael.get(&format!("{MICKS}/contracts/{id}/versions")).await.must_say("Drago Ivanov").must_say("Certificate");
    michael.get(&format!("{MICKS}/directory")).await.must_say("Drago GmbH");
    world.stranger().get(&link).await.must_be(410).must_say("already active");
    assert_eq!(
        world.number("SELECT count(*) AS n FROM outbox WHERE kind IN ('contract_activated', 'contract_signed')"),
        3
    );
}

#[actix_web::test]
async fn a_vendor_gets_the_vendor_portal_without_what_distributors_have() {
    let world = World::new().await;
    let (_, link) = invite(&world.michael().await, MICKS, "program", "Welcome").await;
    let guest = world.stranger();
    let page = up_to_activate(&guest, &link, "drago@example.com", "Drago Works").await;
    let page = guest.follow(guest.submit(&page, &[]).await).await;
    let home = page.link("Go to the Vendor Portal");
    assert!(home.starts_with("/vendor/VA-"));
    guest.get(&home).await.must_say("Vendor Portal").must_not_say("Marketplaces").must_not_say("Hubs");
    for path in ["agreements/new", "marketplaces", "directory", "contracts/new"] {
        guest.get(&format!("{home}/{path}")).await.must_be(404);
    }
}

#[actix_web::test]
async fn a_hundred_machines_spend_nothing() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite(&michael, MICKS, "service", "Welcome").await;
    michael.get(&format!("{MICKS}/contracts/{id}")).await.must_say("Not opened yet");
    let scanner = world.stranger();
    for round in 0..50 {
        let head = scanner.get_as(Method::HEAD, &link, &[("user-agent", "Mozilla/5.0 Scanner")]).await;
        assert_eq!(head.status, 303, "{round}");
        assert_eq!(scanner.get_as(Method::GET, &link, &[("user-agent", "curl/8")]).await.status, 303);
    }
    assert_eq!(world.number("SELECT count(*) AS n FROM activation_attempts"), 0);
    michael.get(&format!("{MICKS}/contracts/{id}")).await.must_say("Opened 100 times").must_say("an automated system");
    let phone = [("user-agent", PHONE), ("accept", "text/html"), ("accept-language", "en")];
    let person = world.stranger();
    let came = person.get_as(Method::GET, &link, &phone).await;
    // it may be a scanner that says it is a telephone, until it comes on
    michael.get(&format!("{MICKS}/contracts/{id}")).await.must_say("Opened 101 times").must_not_say("a person");
    person.follow(came).await.must_say("Contract activation");
    michael.get(&format!("{MICKS}/contracts/{id}")).await.must_say("Opened 101 times").must_say("a person");
}

#[actix_web::test]
async fn the_secret_leaves_the_address_bar_and_a_wrong_code_looks_like_no_contract() {
    let world = World::new().await;
    let (id, link) = invite(&world.michael().await, MICKS, "service", "Welcome").await;
    let guest = world.stranger();
    let answer = guest.get(&link).await;
    assert_eq!(answer.location(), format!("/activate/{id}"));
    let wrong = format!("/activate/{id}/{}", "A".repeat(43));
    let unknown = format!("/activate/CRS-00000-00000-00000/{}", "A".repeat(43));
    let (wrong, unknown) = (world.stranger().get(&wrong).await, world.stranger().get(&unknown).await);
    assert_eq!((wrong.must_be(404).text(), 404), (unknown.text(), unknown.status));
    world.stranger().get(&format!("/activate/{id}/review")).await.must_be(404);
}

#[actix_web::test]
async fn one_comes_back_in_the_same_browser_and_goes_on_at_the_first_gap() {
    let world = World::new().await;
    let (id, link) = invite(&world.michael().await, MICKS, "service", "Welcome").await;
    let guest = world.stranger();
    review(&guest, &link, "drago@example.com").await;
    guest.get(&format!("/activate/{id}")).await.must_be(303);
    assert!(guest.get(&format!("/activate/{id}")).await.location().ends_with("/user"));
    // a step that is not reached leads back to the gap
    assert!(guest.get(&format!("/activate/{id}/confirm")).await.location().ends_with("/user"));
    // the link again, in the same browser, keeps what was answered
    let page = guest.follow(guest.get(&link).await).await;
    page.must_say("Create user").must_say("drago@example.com");
    // another browser starts at Review
    let other = world.stranger();
    other.follow(other.get(&link).await).await.must_say("Contract activation").must_not_say("drago@example.com");
}

#[actix_web::test]
async fn the_password_policy_is_checked_by_the_server() {
    let world = World::new().await;
    let (_, link) = invite(&world.michael().await, MICKS, "service", "Welcome").await;
    let guest = world.stranger();
    let page = review(&guest, &link, "drago@example.com").await;
    for (password, again, message) in [
        ("short", "short", "8 characters"),
        ("lowercase-77", "lowercase-77", "upper-case and lower-case"),
        ("Southpaw-Jabs", "Southpaw-Jabs", "a number"),
        ("Southpaw7777x", "Southpaw7777x", "special"),
        ("Southpaw-777!", "Southpaw-777!", "twice in a row"),
        (PASSWORD, "Southpaw-Jab-78", "same password"),
        ("", "", "Enter a new password"),
    ] {
        let typed = [("name", "Ivan"), ("new-password", password), ("confirm-password", again)];
        let answer = guest.submit(&page, &typed).await;
        answer.must_be(422).must_say(message);
        assert!(
            password.is_empty() || !String::from_utf8_lossy(&answer.body).contains(&format!("value=\"{password}\""))
        );
    }
    assert_eq!(world.number("SELECT count(*) AS n FROM activation_attempts WHERE password_hash IS NOT NULL"), 0);
}

#[actix_web::test]
async fn a_password_is_forgotten_after_an_hour() {
    let world = World::new().await;
    let (id, link) = invite(&world.michael().await, MICKS, "service", "Welcome").await;
    let guest = world.stranger();
    let page = up_to_activate(&guest, &link, "drago@example.com", "Drago GmbH").await;
    world.run("UPDATE activation_attempts SET password_at = now() - interval '61 minutes'");
    let answer = guest.press(&page, &[]).await;
    assert!(answer.location().ends_with("/user"), "{}", answer.location());
    assert_eq!(
        world.number(&format!("SELECT count(*) AS n FROM contracts WHERE id = '{id}' AND status = 'pending'")),
        1
    );
}

#[actix_web::test]
async fn somebody_who_has_a_user_adds_the_contract_to_an_account() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/agreements/new")).await;
    let new = [
        ("type", "service"),
        ("name", "Second terms"),
        ("description", "More"),
        ("source", "link"),
        ("link", "https://terms.example/2"),
        ("activate", "yes"),
    ];
    // the form is multipart, and plain fields are taken as well
    let made = michael.submit(&page, &new).await;
    assert_eq!(made.status, 303, "{}", made.text());
    let (_, link) = invite(&michael, MICKS, "service", "Once more").await;
    let guest = world.stranger();
    let page = review(&guest, &link, "donnie@acreedllc.example").await;
    let typed = [("name", "Adonis"), ("new-password", PASSWORD), ("confirm-password", PASSWORD)];
    guest.submit(&page, &typed).await.must_be(422).must_say("I already have an account");
    let page = guest.get(&page.link("I already have an account")).await;
    guest.submit(&page, &[("password", "wrong")]).await.must_be(422);
    let page = guest.follow(guest.submit(&page, &[("password", entente::demo::PASSWORD)]).await).await;
    page.must_say("Create new account").must_say("ACreed LLC");
    let page = guest.follow(guest.submit(&page, &[("account", "PA-196-115")]).await).await;
    let page = guest.follow(guest.submit(&page, &[]).await).await;
    page.must_say("Contract activated");
    assert_eq!(page.link("Go to the"), ACREED);
    assert_eq!(
        world.number("SELECT count(*) AS n FROM contracts WHERE signee_id = 'PA-196-115' AND status = 'active'"),
        2
    );
    assert_eq!(world.number("SELECT count(*) AS n FROM users WHERE email_key = 'donnie@acreedllc.example'"), 1);
}

#[actix_web::test]
async fn an_account_that_the_agreement_binds_is_not_offered_again() {
    let world = World::new().await;
    let (_, link) = invite(&world.michael().await, MICKS, "service", "Once more").await;
    let guest = world.stranger();
    let page = review(&guest, &link, "donnie@acreedllc.example").await;
    let page = guest.get(&page.link("I already have an account")).await;
    let page = guest.follow(guest.submit(&page, &[("password", entente::demo::PASSWORD)]).await).await;
    page.must_not_say("PA-196-115");
    // nor taken when somebody sends its id all the same
    guest.submit(&page, &[("account", "PA-196-115"), ("company", "")]).await.must_be(422);
}

#[actix_web::test]
async fn a_rejected_contract_tells_the_issuer_why_and_ends_the_link() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite(&michael, MICKS, "service", "Welcome").await;
    let guest = world.stranger();
    let page = guest.follow(guest.get(&link).await).await;
    let page = guest.get(&page.link("Reject this contract")).await;
    guest.submit(&page, &[("reason", &"x".repeat(201))]).await.must_be(422);
    guest.submit(&page, &[("reason", "Too early for us")]).await.must_be(200).must_say("Contract rejected");
    guest.get(&link).await.must_be(410).must_say("rejected");
    michael.get(&format!("{MICKS}/contracts/{id}")).await.must_say("Rejected").must_say("Too early for us");
}

#[actix_web::test]
async fn an_expired_link_says_so_and_can_be_renewed() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite(&michael, MICKS, "service", "Welcome").await;
    world.run("UPDATE activation_links SET expires_at = now() - interval '1 minute'");
    world.stranger().get(&link).await.must_be(410).must_say("expired");
    michael.get(MICKS).await.must_say(&format!("{id}, expired "));
    michael.get(&format!("{MICKS}/contracts/{id}")).await.must_say("This link has expired");
}

#[actix_web::test]
pub async fn of_two_that_activate_at_once_exactly_one_wins() {
    let world = World::new().await;
    let (id, link) = invite(&world.michael().await, MICKS, "service", "Welcome").await;
    let (first, second) = (world.stranger(), world.stranger());
    let one = up_to_activate(&first, &link, "one@example.com", "One GmbH").await;
    let two = up_to_activate(&second, &link, "two@example.com", "Two GmbH").await;
    let (one, two) = futures_util::future::join(first.press(&one, &[]), second.press(&two, &[])).await;
    let mut answers = [one.status, two.status];
    answers.sort_unstable();
    assert_eq!(answers, [303, 410], "{} {}", one.text(), two.text());
    assert_eq!(world.number("SELECT count(*) AS n FROM users WHERE email LIKE '%@example.com'"), 1);
    assert_eq!(world.number("SELECT count(*) AS n FROM accounts WHERE name LIKE '% GmbH'"), 1);
    assert_eq!(
        world.number(&format!("SELECT count(*) AS n FROM signatures WHERE contract_id = '{id}' AND party = 'signee'")),
        1
    );
}

#[actix_web::test]
async fn eight_people_in_eight_threads_activate_one_link_and_one_of_them_signs() {
    let world = World::new().await;
    let (id, link) = invite(&world.michael().await, MICKS, "service", "Welcome").await;
    let at_once = Arc::new(Barrier::new(8));
    let people: Vec<_> = (0..8)
        .map(|who| {
            let (program, link, at_once) = (world.program.clone(), link.clone(), at_once.clone());
            std::thread::spawn(move || {
                actix_web::rt::System::new().block_on(async move {
                    let guest = Client::new(serve(program).await);
                    let (email, company) = (format!("{who}@example.com"), format!("Company {who} GmbH"));
                    let page = up_to_activate(&guest, &link, &email, &company).await;
                    at_once.wait();
                    guest.submit(&page, &[]).await.status
                })
            })
        })
        .collect();
    let mut answers: Vec<u16> = people.into_iter().map(|one| one.join().expect("a thread")).collect();
    answers.sort_unstable();
    // whoever waited longer than a lock may wait is told to try again
    assert_eq!(answers[0], 303);
    assert!(answers[1..].iter().all(|status| [410, 503].contains(status)), "{answers:?}");
    for counted in [
        "SELECT count(*) AS n FROM users WHERE email LIKE '%@example.com'".to_owned(),
        "SELECT count(*) AS n FROM accounts WHERE name LIKE 'Company %'".to_owned(),
        format!("SELECT count(*) AS n FROM signatures WHERE contract_id = '{id}' AND party = 'signee'"),
    ] {
        assert_eq!(world.number(&counted), 1, "{counted}");
    }
}

#[actix_web::test]
async fn activate_pressed_twice_leads_to_the_same_end() {
    let world = World::new().await;
    let (_, link) = invite(&world.michael().await, MICKS, "service", "Welcome").await;
    let guest = world.stranger();
    let page = up_to_activate(&guest, &link, "drago@example.com", "Drago GmbH").await;
    let again = guest.copy();
    let (one, two) = futures_util::future::join(guest.press(&page, &[]), again.press(&page, &[])).await;
    assert_eq!((one.status, two.status), (303, 303), "{} {}", one.text(), two.text());
    assert_eq!(one.location(), two.location());
    assert_eq!(world.number("SELECT count(*) AS n FROM accounts WHERE name = 'Drago GmbH'"), 1);
}

#[actix_web::test]
async fn a_newer_version_is_signed_with_both_stamps_and_its_difference_shown() {
    let world = World::new().await;
    let donnie = world.donnie().await;
    donnie.get(ACREED).await.must_say(&format!("{SIGNED}, version 2 offered"));
    let page = donnie.get(&format!("{ACREED}/contracts/{SIGNED}/versions/2/sign")).await;
    page.must_say("[removed: 30]").must_say("[added: 14]");
    donnie.submit(&page, &[]).await.must_be(422).must_say("Confirm that you have read and accepted the agreement");
    let sign = page;
    let page = donnie.follow(donnie.submit(&sign, &[("accept", "yes")]).await).await;
    page.must_say("Version 2 signed").must_not_say("Not signed yet");
    donnie.follow(donnie.press(&sign, &[("accept", "yes")]).await).await.must_say("Version 2 signed");
    let certificate = donnie.get(&format!("{ACREED}/contracts/{SIGNED}/versions/2/certificate")).await;
    certificate.must_be(200).must_say("Adonis Creed").must_say("Michael Goldmill").must_say("SHA-256");
    world.michael().await.get(&format!("{MICKS}/contracts/{SIGNED}/versions/1/certificate")).await.must_be(200);
    donnie.get(ACREED).await.must_say("No contracts to sign");
    donnie.get(&format!("{ACREED}/contracts/{SIGNED}/versions/2/sign")).await.must_be(409);
}

#[actix_web::test]
async fn terminating_beats_a_signature_that_comes_later() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    let sign = donnie.get(&format!("{ACREED}/contracts/{SIGNED}/versions/2/sign")).await;
    let end = michael.get(&format!("{MICKS}/contracts/{SIGNED}/terminate")).await;
    michael.submit(&end, &[]).await.must_be(303);
    donnie.submit(&sign, &[("accept", "yes")]).await.must_be(409).must_say("terminated");
    assert_eq!(world.number(&format!("SELECT count(*) AS n FROM signatures WHERE contract_id = '{SIGNED}'")), 2);
}
