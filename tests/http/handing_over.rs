//! Whoever got the link of a contract hands it over to a colleague: who is told what, and what stays in the evidence.

use actix_web::http::Method;
use entente::modules::contracts::evidence::verify;
use futures_util::future::join;
use mail_parser::MessageParser;

use crate::{
    activation::up_to_activate,
    delivery::{deliver, invite},
    support::{
        Answer, Client, World,
        smtp::{Manner, Server},
        world::{MICKS, key},
    },
};

const IVAN: &str = "ivan@dragoworks.example";
const OLGA: &str = "olga@dragoworks.example";
const SAID: [(&str, &str); 4] = [
    ("giver", "Ivan Drago"),
    ("colleague", "Olga Petrova"),
    ("colleague_email", OLGA),
    ("message", "Legal has read it."),
];

/// Opens the link and comes to the page that asks to whom it goes.
async fn asked(guest: &Client, link: &str) -> Answer {
    let page = guest.follow(guest.get(link).await).await;
    let page = guest.get(&page.must_be(200).link("Hand it over")).await;
    page.must_be(200).must_say("Your link will stop working");
    page
}

/// The path of the link that the issuer sees.
async fn current(michael: &Client, id: &str) -> String {
    let link = michael.get(&format!("{MICKS}/contracts/{id}")).await.shown_link();
    link.strip_prefix("http://127.0.0.1:8080").expect("our address").to_owned()
}

fn broken(world: &World) -> Vec<String> {
    verify::run(&mut world.sql(), &key(), &[]).expect("the check runs").broken
}

#[actix_web::test]
async fn a_colleague_gets_a_link_and_signs_and_the_first_addressee_stays_in_the_evidence() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite(&michael, "Drago Works", IVAN).await;
    let ivan = world.stranger();
    let page = asked(&ivan, &link).await;
    let blank = ivan.submit(&page, &[("giver", ""), ("colleague_email", "olga at home")]).await;
    assert_eq!(blank.must_be(422).errors().len(), 3);
    let done = ivan.follow(ivan.submit(&page, &SAID).await).await;
    done.must_be(200).must_say("Handed over").must_say("Olga Petrova").must_say(OLGA);
    // nothing is signed, and the contract waits for the colleague
    assert_eq!(world.number("SELECT count(*) AS n FROM activation_attempts"), 0);
    let server = Server::start(Manner::Plain);
    deliver(&world, &server).await;
    let came = server.next();
    let read = MessageParser::default().parse(&came.bytes).expect("a mail");
    assert_eq!(read.to().and_then(|to| to.first()).and_then(|to| to.address()), Some(OLGA));
    let new = current(&michael, &id).await;
    assert_ne!(new, link);
    let body = read.body_text(0).expect("a text");
    for words in ["Ivan Drago", "Legal has read it.", &new] {
        assert!(body.contains(words), "{words:?} is not in {body}");
    }
    assert!(!body.contains(&link));
    // the issuer sees who handed it to whom, and reminds the colleague
    michael.get(&format!("{MICKS}/contracts/{id}")).await.must_say(OLGA).must_not_say(IVAN);
    michael
        .get(&format!("{MICKS}/contracts/{id}/delivery"))
        .await
        .must_say(&format!("Ivan Drago handed the link over to Olga Petrova, {OLGA}"))
        .must_say(&format!("It was meant for {IVAN}"))
        .must_say("Sent ")
        .must_not_say("Legal has read it.");
    michael.get(&format!("{MICKS}/contracts/{id}/history")).await.must_say("handed the contract over to a colleague");
    // the colleague signs
    let olga = world.stranger();
    let page = olga.follow(olga.get(&new).await).await;
    assert_eq!(page.value("email"), OLGA);
    let confirm = up_to_activate(&olga, &new, OLGA, "Drago Works").await;
    let end = olga.follow(olga.submit(&confirm, &[]).await).await;
    let certificate = olga.get(&end.must_say("Contract activated").link("Certificate")).await;
    certificate.must_be(200).must_say("Link first meant for").must_say(IVAN).must_say("By Ivan Drago to Olga Petrova");
    assert_eq!(broken(&world), Vec::<String>::new());
    world.run("UPDATE link_passes SET meant = 'nobody@dragoworks.example'");
    assert!(broken(&world).iter().any(|line| line.contains("its link was not handed over as was signed")));
}

#[actix_web::test]
async fn the_old_link_says_where_it_went_only_to_whoever_handed_it_over() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite(&michael, "Drago Works", IVAN).await;
    let (ivan, other) = (world.stranger(), world.stranger());
    let page = asked(&ivan, &link).await;
    let waiting = other.follow(other.get(&link).await).await;
    ivan.submit(&page, &SAID).await.must_be(303);
    ivan.follow(ivan.get(&link).await).await.must_be(200).must_say(OLGA);
    for url in ["", "/review", "/hand-over", "/document"] {
        let page = ivan.follow(ivan.get(&format!("/activate/{id}{url}")).await).await;
        assert!(page.status == 200 || page.status == 410, "{url} answers {}", page.status);
    }
    for stranger in [&other, &world.stranger()] {
        stranger
            .get(&link)
            .await
            .must_be(410)
            .must_say("This link was handed over")
            .must_not_say(OLGA)
            .must_not_say("Olga Petrova")
            .must_not_say("Ivan Drago");
    }
    // whoever was about to sign with it signs nothing
    other.press(&waiting, &[("email", "x@example.com"), ("accept", "yes")]).await.must_be(410).must_not_say(OLGA);
    other.get(&format!("/activate/{id}/handed-over")).await.must_be(303);
    world.stranger().get(&format!("/activate/{id}/handed-over")).await.must_be(404);
    world.stranger().get(&format!("/activate/{id}/hand-over")).await.must_be(404);
}

#[actix_web::test]
async fn pressed_twice_it_is_handed_over_once_and_of_two_people_one_hands_it_over() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite(&michael, "Drago Works", IVAN).await;
    let ivan = world.stranger();
    let page = asked(&ivan, &link).await;
    let again = ivan.copy();
    let (one, two) = join(ivan.press(&page, &SAID), again.press(&page, &SAID)).await;
    assert_eq!((one.status, two.status), (303, 303), "{} {}", one.text(), two.text());
    let passed = format!("SELECT count(*) AS n FROM link_passes WHERE contract_id = '{id}'");
    assert_eq!(world.number(&passed), 1);
    assert_eq!(world.number("SELECT count(*) AS n FROM outbox WHERE kind = 'link_handed_over'"), 1);
    let new = current(&michael, &id).await;
    let (first, second) = (world.stranger(), world.stranger());
    let (one, two) = (asked(&first, &new).await, asked(&second, &new).await);
    let to = |email| [("giver", "Olga"), ("colleague", "Somebody"), ("colleague_email", email)];
    let (one, two) =
        join(first.press(&one, &to("one@dragoworks.example")), second.press(&two, &to("two@dragoworks.example"))).await;
    let mut answers = [one.status, two.status];
    answers.sort_unstable();
    assert_eq!(answers, [303, 410], "{} {}", one.text(), two.text());
    assert_eq!(world.number(&passed), 2);
}

#[actix_web::test]
async fn it_is_not_handed_over_without_end_nor_to_whom_it_is_meant_for() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, mut link) = invite(&michael, "Drago Works", IVAN).await;
    let guest = world.stranger();
    let page = asked(&guest, &link).await;
    let same = [("giver", "Ivan"), ("colleague", "Ivan"), ("colleague_email", "IVAN@dragoworks.example")];
    guest.press(&page, &same).await.must_be(422).must_say("already has the link");
    for round in 0..3 {
        let person = world.stranger();
        let page = asked(&person, &link).await;
        let email = format!("{round}@dragoworks.example");
        let said = [("giver", "Ivan"), ("colleague", "Next"), ("colleague_email", email.as_str())];
        person.press(&page, &said).await.must_be(303);
        link = current(&michael, &id).await;
    }
    let person = world.stranger();
    let page = asked(&person, &link).await;
    let full = person.press(&page, &SAID).await;
    full.must_be(422).must_say("3 times in the last 24 hours");
    assert!(full.body_text().contains(OLGA), "what was typed stands there still");
    // and the link still opens
    world.stranger().get(&link).await.must_be(303);
    world.run("UPDATE link_passes SET at = at - interval '25 hours'");
    person.press(&page, &SAID).await.must_be(303);
    assert_eq!(world.number("SELECT count(*) AS n FROM link_passes"), 4);
}

#[actix_web::test]
async fn a_link_that_opens_nothing_cannot_be_handed_over_and_machines_hand_nothing_over() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite(&michael, "Drago Works", IVAN).await;
    let guest = world.stranger();
    let page = asked(&guest, &link).await;
    let scanner = world.stranger();
    scanner.follow(scanner.get_as(Method::GET, &link, &[("user-agent", "curl/8")]).await).await;
    scanner.get(&format!("/activate/{id}/hand-over")).await.must_be(200);
    assert_eq!(world.number("SELECT count(*) AS n FROM link_passes"), 0);
    // a form that comes from elsewhere is nobody's word
    scanner.post(&format!("/activate/{id}/hand-over"), &SAID).await;
    assert_eq!(world.number("SELECT count(*) AS n FROM link_passes"), 0);
    let revoke = michael.get(&format!("{MICKS}/contracts/{id}/revoke")).await;
    michael.submit(&revoke, &[]).await.must_be(303);
    guest.press(&page, &SAID).await.must_be(410).must_say("This link was revoked");
    assert_eq!(world.number("SELECT count(*) AS n FROM link_passes"), 0);
    assert_eq!(world.number("SELECT count(*) AS n FROM outbox WHERE kind = 'link_handed_over'"), 0);
}

#[actix_web::test]
async fn an_agreement_that_got_another_name_meanwhile_is_read_before_it_is_handed_over() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (_, link) = invite(&michael, "Drago Works", IVAN).await;
    let guest = world.stranger();
    let page = asked(&guest, &link).await;
    world.run("UPDATE agreements SET name = name || ' II'");
    guest
        .press(&page, &SAID)
        .await
        .must_be(409)
        .must_say("The agreement's name changed")
        .must_say("Nothing was handed over");
    let page = asked(&guest, &link).await;
    guest.submit(&page, &SAID).await.must_be(303);
}
