//! What happens around two signatures: who is told, who is reminded, what is put right, and what others do in between.

use actix_web::http::Method;
use entente::{config::Config, mail::sender, portals};
use futures_util::future::join;

use crate::{
    activation::up_to_activate,
    signers::{BOTH, IVAN, LENA, broken, current, invite_both, parameters, signed_by_lena, up_to_sign},
    support::{
        World,
        world::{AGREEMENT, MICKS, key},
    },
};

const MICHAEL: &str = "michael@mightymicks.example";
const LUDMILLA: &str = "ludmilla@dragoworks.example";
const OLGA: &str = "olga@dragoworks.example";
const DIFFERENT: &str = "The two signers need different email addresses";

/// To whom a link is handed over.
fn to(email: &str) -> [(&str, &str); 3] {
    [("giver", "Somebody"), ("colleague", "Olga Petrova"), ("colleague_email", email)]
}

fn passes(world: &World) -> i64 {
    world.number("SELECT count(*) AS n FROM link_passes WHERE NOT signed")
}

fn status(world: &World, id: &str) -> String {
    world.text(&format!("SELECT status AS t FROM contracts WHERE id = '{id}'"))
}

#[actix_web::test]
async fn the_issuer_is_told_who_handed_it_over_and_who_signed_first() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite_both(&michael).await;
    world.run("INSERT INTO notification_rules (account_id, kind, way) VALUES ('PA-469-206', 'first_signed', 'both')");
    let lena = world.stranger();
    lena.follow(lena.get(&link).await).await;
    let page = lena.get(&format!("/activate/{id}/hand-over")).await;
    lena.submit(&page, &to(OLGA)).await.must_be(303);
    signed_by_lena(&world, &michael, (&id, &current(&michael, &id).await)).await;
    michael
        .get(&format!("{MICKS}/notifications"))
        .await
        .must_say(&format!("Somebody handed {id} over to Olga Petrova"))
        .must_say(&format!("Lena Legal signed {id} as the first of two"));
    // by email as well where the company says so
    let mails = |kind: &str| {
        world.number(&format!("SELECT count(*) AS n FROM outbox WHERE recipient = '{MICHAEL}' AND kind = '{kind}'"))
    };
    assert_eq!((mails("contract_handed_over"), mails("first_signed")), (0, 1));
}

#[actix_web::test]
async fn a_reminder_reaches_whoever_has_not_signed_yet() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite_both(&michael).await;
    let token = michael.get(MICKS).await.value("csrf");
    let remind = async || {
        michael.follow(michael.post(&format!("{MICKS}/contracts/remind"), &[("csrf", &token), ("id", &id)]).await).await
    };
    remind().await.must_say("1 reminder sent");
    signed_by_lena(&world, &michael, (&id, &link)).await;
    // the second one has just got the link
    remind().await.must_say("emailed in the last 24 hours");
    world.run(&format!("UPDATE contracts SET emailed_at = now() - interval '2 days' WHERE id = '{id}'"));
    remind().await.must_say("1 reminder sent");
    assert_eq!(
        world.text(&format!(
            "SELECT string_agg(recipient || ' ' || reminder::text, ', ' ORDER BY at) AS t FROM link_mails WHERE contract_id = '{id}'"
        )),
        format!("{LENA} false, {IVAN} true")
    );
}

#[actix_web::test]
async fn the_second_signer_is_put_right_until_the_first_has_signed() {
    let world = World::new().await;
    let (michael, tony) = (world.michael().await, world.tony().await);
    let (id, link) = invite_both(&michael).await;
    let url = format!("{MICKS}/contracts/{id}/second-signer");
    let page = michael.get(&michael.get(&format!("{MICKS}/contracts/{id}")).await.link("Edit second signer")).await;
    let late = tony.get(&url).await;
    let lena = world.stranger();
    let sign = up_to_sign(&lena, &link, LENA).await;
    michael.submit(&page, &[("second_email", "LENA@dragoworks.example")]).await.must_be(422).must_say(DIFFERENT);
    michael.submit(&page, &[("second_signer", "")]).await.must_be(422).must_say("Enter the second signer's name");
    let other = [("second_signer", "Ludmilla Drago"), ("second_email", LUDMILLA)];
    michael.follow(michael.submit(&page, &other).await).await.must_say("Signer saved").must_say(LUDMILLA);
    tony.submit(&late, &[("second_signer", "Ivan the Elder")]).await.must_be(409).must_say("Ludmilla Drago");
    let history = michael.get(&format!("{MICKS}/contracts/{id}/history")).await;
    history.must_say("changed the second signer's name or email").must_say(LUDMILLA);
    // whoever was about to sign had read of somebody else
    lena.press(&sign, &[("name", "Lena Legal")]).await.must_be(409).must_say("The second signer changed");
    assert_eq!(world.number("SELECT count(*) AS n FROM first_signatures"), 0);
    let again = world.stranger();
    let page = again.follow(again.get(&link).await).await;
    page.must_say("Ludmilla Drago").must_not_say(IVAN);
    let page = again.follow(again.submit(&page, &[("email", LENA), ("accept", "yes")]).await).await;
    again.follow(again.submit(&page, &[("name", "Lena Legal")]).await).await.must_say(LUDMILLA);
    // it is the second one's turn
    michael.get(&url).await.must_be(409).must_say("can no longer be changed");
    tony.press(&late, &other).await.must_be(409);
    michael.get(&format!("{MICKS}/contracts/{id}")).await.must_not_say("Edit second signer").must_say(LUDMILLA);
    world.paulie().await.get(&url).await.must_be(403);
}

#[actix_web::test]
async fn an_address_that_is_put_right_is_kept_and_is_never_the_other_ones() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite_both(&michael).await;
    let url = format!("{MICKS}/contracts/{id}");
    for form in ["recipient", "send"] {
        let page = michael.get(&format!("{url}/{form}")).await;
        michael.submit(&page, &[("recipient_email", IVAN)]).await.must_be(422).must_say(DIFFERENT);
    }
    signed_by_lena(&world, &michael, (&id, &link)).await;
    let page = michael.get(&format!("{url}/recipient")).await;
    michael.submit(&page, &[("recipient_email", LENA)]).await.must_be(422).must_say(DIFFERENT);
    michael.submit(&page, &[("recipient_email", OLGA)]).await.must_be(303);
    // on a newer version the first one signs again, and the link goes where it was put right
    let versions = michael.get(&format!("{MICKS}/agreements/{AGREEMENT}/versions/new")).await;
    let version = [("source", "link"), ("link", "https://terms.example/3"), ("activate", "yes")];
    michael.submit(&versions, &version).await.must_be(303);
    let renew = michael.get(&format!("{url}/renew-on-newer")).await;
    michael.submit(&renew, &[]).await.must_be(303);
    let reader = world.stranger();
    let page = reader.follow(reader.get(&current(&michael, &id).await).await).await;
    page.must_say("Two people sign this contract for your company").must_say(OLGA).must_not_say(IVAN);
}

#[actix_web::test]
async fn nobody_hands_the_contract_over_to_the_other_signer() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite_both(&michael).await;
    let hand_over = format!("/activate/{id}/hand-over");
    let lena = world.stranger();
    lena.follow(lena.get(&link).await).await;
    lena.submit(&lena.get(&hand_over).await, &to(IVAN)).await.must_be(422).must_say(DIFFERENT);
    let new = signed_by_lena(&world, &michael, (&id, &link)).await;
    let ivan = world.stranger();
    ivan.follow(ivan.get(&new).await).await;
    let page = ivan.get(&hand_over).await;
    ivan.submit(&page, &to(LENA)).await.must_be(422).must_say(DIFFERENT);
    assert_eq!(passes(&world), 0);
    // somebody else is the second signer then, by the name that came with the link
    ivan.submit(&page, &to(OLGA)).await.must_be(303);
    michael
        .get(&format!("{MICKS}/contracts/{id}"))
        .await
        .must_say("Olga Petrova")
        .must_say(OLGA)
        .must_say("Lena Legal");
}

#[actix_web::test]
async fn a_link_that_was_signed_with_does_nothing_any_more() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite_both(&michael).await;
    let (lena, other) = (world.stranger(), world.stranger());
    let sign = up_to_sign(&lena, &link, LENA).await;
    let waiting = up_to_sign(&other, &link, OLGA).await;
    let reject = lena.get(&format!("/activate/{id}/reject")).await;
    let pass = lena.get(&format!("/activate/{id}/hand-over")).await;
    lena.submit(&sign, &[("name", "Lena Legal")]).await.must_be(303);
    lena.press(&reject, &[("reason", "No")]).await;
    lena.press(&pass, &to(OLGA)).await;
    other.press(&waiting, &[("name", "Olga")]).await.must_be(410);
    assert_eq!((status(&world, &id), passes(&world)), ("pending".to_owned(), 0));
    assert_eq!(world.number("SELECT count(*) AS n FROM first_signatures"), 1);
    for page in ["", "/sign", "/hand-over", "/user", "/account", "/confirm"] {
        lena.follow(lena.get(&format!("/activate/{id}{page}")).await).await.must_be(200).must_say("You have signed");
    }
    // nor does the second one's, once it has activated the contract
    let new = current(&michael, &id).await;
    let (ivan, late) = (world.stranger(), world.stranger());
    late.follow(late.get(&new).await).await;
    let pass = late.get(&format!("/activate/{id}/hand-over")).await;
    let confirm = up_to_activate(&ivan, &new, IVAN, "Drago Works").await;
    ivan.submit(&confirm, &[]).await.must_be(303);
    late.press(&pass, &to(OLGA)).await.must_be(410).must_say("already active");
    lena.follow(lena.get(&link).await).await.must_be(410).must_say("already active");
    assert_eq!(passes(&world), 0);
}

#[actix_web::test]
async fn an_expired_link_neither_signs_nor_is_handed_over() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite_both(&michael).await;
    let lena = world.stranger();
    let sign = up_to_sign(&lena, &link, LENA).await;
    let pass = lena.get(&format!("/activate/{id}/hand-over")).await;
    world.run("UPDATE activation_links SET expires_at = now() - interval '1 minute'");
    lena.press(&sign, &[("name", "Lena Legal")]).await.must_be(410).must_say("This link has expired");
    lena.press(&pass, &to(OLGA)).await.must_be(410).must_say("This link has expired");
    assert_eq!((world.number("SELECT count(*) AS n FROM first_signatures"), passes(&world)), (0, 0));
}

#[actix_web::test]
async fn of_signing_and_handing_over_at_once_one_happens() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite_both(&michael).await;
    let (lena, other) = (world.stranger(), world.stranger());
    let sign = up_to_sign(&lena, &link, LENA).await;
    other.follow(other.get(&link).await).await;
    let pass = other.get(&format!("/activate/{id}/hand-over")).await;
    let (one, two) = join(lena.press(&sign, &[("name", "Lena Legal")]), other.press(&pass, &to(OLGA))).await;
    let mut answers = [one.status, two.status];
    answers.sort_unstable();
    assert_eq!(answers, [303, 410], "{} {}", one.text(), two.text());
    assert_eq!(world.number("SELECT count(*) AS n FROM first_signatures") + passes(&world), 1);
    assert_eq!(
        world.number("SELECT count(*) AS n FROM activation_links WHERE replaced_at IS NULL AND turn <> 'only'"),
        1
    );
}

#[actix_web::test]
async fn scanners_that_open_every_page_sign_nothing_and_hand_nothing_over() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite_both(&michael).await;
    let scanner = world.stranger();
    let curl = [("user-agent", "curl/8")];
    for _ in 0..2 {
        for method in [Method::HEAD, Method::GET] {
            scanner.get_as(method.clone(), &link, &curl).await;
            for page in ["review", "sign", "hand-over", "handed-over", "reject", "confirm"] {
                scanner.get_as(method.clone(), &format!("/activate/{id}/{page}"), &curl).await;
            }
        }
    }
    assert_eq!((world.number("SELECT count(*) AS n FROM first_signatures"), passes(&world)), (0, 0));
    assert_eq!(world.number("SELECT count(*) AS n FROM activation_attempts"), 0);
    assert_eq!((status(&world, &id), current(&michael, &id).await), ("pending".to_owned(), link));
}

#[actix_web::test]
async fn a_contract_that_is_deleted_between_two_signatures_leaves_neither_link_nor_evidence() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite_both(&michael).await;
    let new = signed_by_lena(&world, &michael, (&id, &link)).await;
    let ivan = world.stranger();
    let confirm = up_to_activate(&ivan, &new, IVAN, "Drago Works").await;
    let delete = michael.get(&format!("{MICKS}/contracts/{id}/delete")).await;
    michael.submit(&delete, &[]).await.must_be(303);
    ivan.press(&confirm, &[]).await.must_be(410).must_say("withdrawn");
    for link in [&link, &new] {
        world.stranger().get(link).await.must_be(410).must_say("withdrawn");
    }
    assert_eq!(world.number("SELECT count(*) AS n FROM first_signatures"), 0);
    assert_eq!(world.number("SELECT count(*) AS n FROM accounts WHERE name = 'Drago Works'"), 0);
    assert_eq!(broken(&world), Vec::<String>::new());
}

#[actix_web::test]
async fn the_wizards_summary_names_both_signers() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = parameters(&michael).await;
    let page = michael.follow(michael.submit(&page, &BOTH).await).await;
    page.must_say("Contract created").must_say("First signer").must_say("Lena Legal").must_say("Second signer");
    page.must_say("Ivan Drago").must_say(IVAN);
}

#[actix_web::test]
async fn where_emails_are_confirmed_the_first_signer_confirms_theirs_before_signing() {
    let world = World::with(|config| Config { verify_email: true, ..config }).await;
    let michael = world.michael().await;
    let (id, link) = invite_both(&michael).await;
    let lena = world.stranger();
    let page = lena.follow(lena.get(&link).await).await;
    page.must_say("Three short steps");
    let page = lena.follow(lena.submit(&page, &[("email", LENA), ("accept", "yes")]).await).await;
    let early = lena.follow(lena.get(&format!("/activate/{id}/sign")).await).await;
    early.must_be(200).must_not_say("You're about to sign");
    let letters = sender::unsent(&mut world.sql(), &portals::letters(key(), String::new(), false)).expect("the outbox");
    let letter = letters.iter().find(|letter| letter.contains("is your code")).expect("a code");
    let code = &letter.split("Subject: ").nth(1).expect("a subject")[..6];
    let page = lena.follow(lena.submit(&page, &[("code", code)]).await).await;
    page.must_say("You're about to sign contract").must_say(LENA);
    lena.follow(lena.submit(&page, &[("name", "Lena Legal")]).await).await.must_say("You have signed");
    let evidence = world.text("SELECT evidence AS t FROM first_signatures");
    assert!(evidence.contains("\"email_proved\":\"20"), "{evidence}");
    assert_eq!(broken(&world), Vec::<String>::new());
}
