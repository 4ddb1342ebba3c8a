//! Two people of a partner sign a contract, one after the other.

use diesel::connection::SimpleConnection as _;
use entente::modules::contracts::evidence::verify;
use futures_util::future::join;

use crate::{
    activation::up_to_activate,
    support::{
        Answer, Client, World,
        world::{AGREEMENT, MICKS, key},
    },
};

pub const LENA: &str = "lena@dragoworks.example";
pub const IVAN: &str = "ivan@dragoworks.example";
/// Whoever owns the database changes it past its triggers.
const BEHIND: &str = "SET session_replication_role = replica;";

/// The parameters of a contract that both sign.
pub const BOTH: [(&str, &str); 7] = [
    ("kind", "production"),
    ("note", "Welcome"),
    ("recipient_company", "Drago Works"),
    ("recipient_email", LENA),
    ("first_signer", "Lena Legal"),
    ("second_signer", "Ivan Drago"),
    ("second_email", IVAN),
];

/// The page that asks for the parameters.
pub async fn parameters(michael: &Client) -> Answer {
    let page = michael.get(&format!("{MICKS}/contracts/new")).await;
    let page = michael.follow(michael.submit(&page, &[("type", "service")]).await).await;
    michael.follow(michael.submit(&page, &[("agreement", AGREEMENT)]).await).await
}

/// The contract's id and the path of its link.
pub async fn invite_both(michael: &Client) -> (String, String) {
    let page = parameters(michael).await;
    let page = michael.follow(michael.submit(&page, &BOTH).await).await;
    let id = page.must_say("Contract created").link("Go to Details").rsplit('/').next().expect("an id").to_owned();
    let link = current(michael, &id).await;
    (id, link)
}

/// The path of the link that the issuer sees.
pub async fn current(michael: &Client, id: &str) -> String {
    let link = michael.get(&format!("{MICKS}/contracts/{id}")).await.shown_link();
    link.strip_prefix("http://127.0.0.1:8080").expect("our address").to_owned()
}

/// Opens the link of the first signer and comes to its last page.
pub async fn up_to_sign(guest: &Client, link: &str, email: &str) -> Answer {
    let page = guest.follow(guest.get(link).await).await;
    page.must_be(200).must_say("Two people sign this contract for your company").must_say(IVAN);
    let page = guest.follow(guest.submit(&page, &[("email", email), ("accept", "yes")]).await).await;
    page.must_be(200).must_say("You're about to sign contract").must_say(email);
    page
}

/// Both signatures but the second; the path of the second signer's link.
pub async fn signed_by_lena(world: &World, michael: &Client, (id, link): (&str, &str)) -> String {
    let lena = world.stranger();
    let page = up_to_sign(&lena, link, LENA).await;
    let done = lena.follow(lena.submit(&page, &[("name", "Lena Legal")]).await).await;
    done.must_be(200).must_say("You have signed").must_say(IVAN);
    current(michael, id).await
}

pub fn broken(world: &World) -> Vec<String> {
    verify::run(&mut world.sql(), &key(), &[]).expect("the check runs").broken
}

#[track_caller]
fn must_tell(world: &World, words: &str) {
    let broken = broken(world);
    assert!(broken.iter().any(|line| line.contains(words)), "nothing says {words:?}: {broken:#?}");
}

#[actix_web::test]
async fn the_first_signature_makes_nobody_anything_and_the_second_activates_the_contract() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite_both(&michael).await;
    let url = format!("{MICKS}/contracts/{id}");
    michael.get(&url).await.must_say("First signer").must_say("Lena Legal").must_say("Outstanding");
    let there = "SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM accounts) AS n";
    let before = world.number(there);
    let new = signed_by_lena(&world, &michael, (&id, &link)).await;
    assert_ne!(new, link);
    assert_eq!(world.number(there), before);
    assert_eq!(
        world.number(&format!("SELECT count(*) AS n FROM signatures WHERE contract_id = '{id}' AND party = 'signee'")),
        0
    );
    assert_eq!(
        world.number(&format!(
            "SELECT count(*) AS n FROM outbox WHERE kind = 'second_signature' AND recipient = '{IVAN}'"
        )),
        1
    );
    assert_eq!(broken(&world), Vec::<String>::new());
    // the issuer sees who has signed, and reminds who has not
    let page = michael.get(&url).await;
    page.must_say("Pending").must_say(LENA).must_say("Signed ").must_say("Outstanding");
    assert_eq!(michael.get(&format!("{url}/send")).await.value("recipient_email"), IVAN);
    michael.get(&format!("{url}/delivery")).await.must_say("Lena Legal signed as the first of two");
    michael.get(&format!("{url}/history")).await.must_say("gave the first of two signatures");
    // the first one's link is used up, and says nothing to others
    world.stranger().get(&link).await.must_be(410).must_say("The first signature has been given").must_not_say(IVAN);
    // the second signature is the one that makes user and company
    let ivan = world.stranger();
    let read = ivan.follow(ivan.get(&new).await).await;
    read.must_say(&format!("Lena Legal, {LENA}, gave the first signature"));
    let confirm = up_to_activate(&ivan, &new, IVAN, "Drago Works").await;
    let end = ivan.follow(ivan.submit(&confirm, &[]).await).await;
    let certificate = ivan.get(&end.must_say("Contract activated").link("Certificate")).await;
    certificate.must_be(200).must_say("First signer").must_say(LENA).must_say("Hash of the first signature");
    assert_eq!(
        world.text(
            "SELECT string_agg(u.email, ' ') AS t FROM memberships m JOIN users u ON u.id = m.user_id \
             JOIN accounts a ON a.id = m.account_id WHERE a.name = 'Drago Works'"
        ),
        IVAN
    );
    assert_eq!(broken(&world), Vec::<String>::new());
}

#[actix_web::test]
async fn a_first_signature_that_was_changed_or_removed_is_found() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite_both(&michael).await;
    let new = signed_by_lena(&world, &michael, (&id, &link)).await;
    let ivan = world.stranger();
    let confirm = up_to_activate(&ivan, &new, IVAN, "Drago Works").await;
    ivan.submit(&confirm, &[]).await.must_be(303);
    for change in ["UPDATE first_signatures SET signer = 'Nobody'", "DELETE FROM first_signatures"] {
        assert!(world.sql().batch_execute(change).is_err(), "what was signed stays: {change}");
    }
    world.run(&format!("{BEHIND} UPDATE first_signatures SET evidence = replace(evidence, 'Lena', 'Nobody')"));
    must_tell(&world, "first signature of version 2: the evidence was changed after it was signed");
    must_tell(&world, "its mark does not fit");
    world.run(&format!("{BEHIND} DELETE FROM first_signatures"));
    must_tell(&world, "the first signature that it names is missing or was changed");
    must_tell(&world, &format!("{id}: it lacks the first of its two signatures"));
}

#[actix_web::test]
async fn a_first_signature_that_is_changed_before_the_second_is_found_as_well() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite_both(&michael).await;
    signed_by_lena(&world, &michael, (&id, &link)).await;
    world.run(&format!("{BEHIND} UPDATE first_signatures SET signer = 'Somebody else'"));
    must_tell(&world, &format!("{id} first signature of version 2: its mark does not fit"));
}

#[actix_web::test]
async fn two_signers_are_two_people_with_two_addresses() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = parameters(&michael).await;
    let without = |name: &str| BOTH.map(|(field, value)| (field, if field == name { "" } else { value }));
    michael.submit(&page, &without("second_email")).await.must_be(422).must_say("Enter the second signer's email");
    michael.submit(&page, &without("second_signer")).await.must_be(422).must_say("Enter the second signer's name");
    let same = BOTH.map(|(field, value)| (field, if field == "second_email" { LENA } else { value }));
    michael.submit(&page, &same).await.must_be(422).must_say("The two signers need different email addresses");
    let (id, link) = invite_both(&michael).await;
    let lena = world.stranger();
    let page = lena.follow(lena.get(&link).await).await;
    let typed = |email: &'static str| [("email", email), ("accept", "yes")];
    lena.submit(&page, &typed(IVAN)).await.must_be(422).must_say("The two signers need different email addresses");
    let page = up_to_sign(&lena, &link, LENA).await;
    lena.press(&page, &[("name", "")]).await.must_be(422).must_say("Enter your full name");
    let new = signed_by_lena(&world, &michael, (&id, &link)).await;
    let again = world.stranger();
    let page = again.follow(again.get(&new).await).await;
    again.submit(&page, &typed(LENA)).await.must_be(422).must_say("The two signers need different email addresses");
    assert_eq!(world.number("SELECT count(*) AS n FROM accounts WHERE name = 'Drago Works'"), 0);
}

#[actix_web::test]
async fn pressed_twice_it_is_signed_once_and_of_two_browsers_one_signs_first() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (_, link) = invite_both(&michael).await;
    let (first, second) = (world.stranger(), world.stranger());
    let (one, two) = (up_to_sign(&first, &link, LENA).await, up_to_sign(&second, &link, LENA).await);
    let name = [("name", "Lena Legal")];
    let (left, right) = join(first.press(&one, &name), second.press(&two, &name)).await;
    let mut answers = [left.status, right.status];
    answers.sort_unstable();
    assert_eq!(answers, [303, 410], "{} {}", left.text(), right.text());
    let (winner, page) = if left.status == 303 { (&first, &one) } else { (&second, &two) };
    winner.follow(winner.press(page, &name).await).await.must_be(200).must_say("You have signed");
    assert_eq!(world.number("SELECT count(*) AS n FROM first_signatures"), 1);
    assert_eq!(world.number("SELECT count(*) AS n FROM outbox WHERE kind = 'second_signature'"), 1);
}

#[actix_web::test]
async fn either_of_two_signers_rejects_the_contract() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite_both(&michael).await;
    let new = signed_by_lena(&world, &michael, (&id, &link)).await;
    let ivan = world.stranger();
    let page = ivan.follow(ivan.get(&new).await).await;
    let page = ivan.get(&page.link("Reject this contract")).await;
    ivan.submit(&page, &[("reason", "Not like this")]).await.must_be(200).must_say("Contract rejected");
    michael.get(&format!("{MICKS}/contracts/{id}")).await.must_say("Rejected").must_say("Not like this");
    let (_, link) = invite_both(&michael).await;
    let lena = world.stranger();
    let page = lena.follow(lena.get(&link).await).await;
    let page = lena.get(&page.link("Reject this contract")).await;
    lena.submit(&page, &[]).await.must_be(200).must_say("Contract rejected");
}

#[actix_web::test]
async fn what_the_first_has_signed_is_what_the_second_signs() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite_both(&michael).await;
    let new = signed_by_lena(&world, &michael, (&id, &link)).await;
    // the note stands above what was signed
    let note = michael.get(&format!("{MICKS}/contracts/{id}/note")).await;
    michael.submit(&note, &[("note", "Other words")]).await.must_be(409).must_say("can no longer be changed");
    michael.submit(&note, &[("internal_note", "Ours")]).await.must_be(303);
    // on another version both sign anew, from the first on
    let versions = michael.get(&format!("{MICKS}/agreements/{AGREEMENT}/versions/new")).await;
    let version = [("source", "link"), ("link", "https://terms.example/3"), ("activate", "yes")];
    michael.submit(&versions, &version).await.must_be(303);
    let renew = michael.get(&format!("{MICKS}/contracts/{id}/renew-on-newer")).await;
    michael.submit(&renew, &[]).await.must_be(303);
    world.stranger().get(&new).await.must_be(410).must_say("replaced");
    world.stranger().get(&link).await.must_be(410).must_say("replaced");
    let page = michael.get(&format!("{MICKS}/contracts/{id}")).await;
    page.must_say(LENA).must_say("Outstanding").must_not_say("Signed ");
    let again = current(&michael, &id).await;
    let last = signed_by_lena(&world, &michael, (&id, &again)).await;
    let ivan = world.stranger();
    let confirm = up_to_activate(&ivan, &last, IVAN, "Drago Works").await;
    ivan.submit(&confirm, &[]).await.must_be(303);
    assert_eq!(world.number("SELECT count(*) AS n FROM first_signatures"), 2);
    assert_eq!(broken(&world), Vec::<String>::new());
}

#[actix_web::test]
async fn a_new_link_is_for_whoever_has_not_signed_yet_and_either_hands_it_over() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite_both(&michael).await;
    let lena = world.stranger();
    lena.follow(lena.get(&link).await).await;
    let page = lena.get(&format!("/activate/{id}/hand-over")).await;
    let olga = [("giver", "Lena"), ("colleague", "Olga"), ("colleague_email", "olga@dragoworks.example")];
    lena.submit(&page, &olga).await.must_be(303);
    let new = signed_by_lena(&world, &michael, (&id, &current(&michael, &id).await)).await;
    let renew = michael.get(&format!("{MICKS}/contracts/{id}/renew")).await;
    michael.submit(&renew, &[]).await.must_be(303);
    world.stranger().get(&new).await.must_be(410);
    let last = current(&michael, &id).await;
    let ivan = world.stranger();
    ivan.follow(ivan.get(&last).await).await.must_say("gave the first signature");
    let confirm = up_to_activate(&ivan, &last, IVAN, "Drago Works").await;
    ivan.submit(&confirm, &[]).await.must_be(303);
    assert_eq!(broken(&world), Vec::<String>::new());
}
