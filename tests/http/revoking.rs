//! Revoking an activation link: its contract waits on, and the next link that is sent or renewed takes its place.

use crate::{
    contracts::invite,
    support::{World, world::MICKS},
};

const IVAN: &str = "ivan@gym.example";

#[actix_web::test]
async fn a_revoked_link_opens_nothing_and_sending_makes_another() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite(&michael, MICKS, "service", "Welcome").await;
    let invitee = world.stranger();
    invitee.follow(invitee.get(&link).await).await.must_be(200);
    let here = format!("{MICKS}/contracts/{id}");
    let asked = michael.get(&michael.get(&here).await.link("Revoke link")).await;
    asked.must_say("The activation link stops working immediately.");
    let page = michael.follow(michael.submit(&asked, &[]).await).await;
    page.must_say("Link revoked.").must_say("This link was revoked on").must_not_say("Revoke link");
    assert_eq!(page.facts("Status"), ["Pending"]);
    assert!(page.attributes("input[readonly]", "value").is_empty(), "it is not handed over any more");
    // whoever holds it, also who had opened it before
    for client in [world.stranger(), invitee] {
        client.follow(client.get(&link).await).await.must_be(410).must_say("This link was revoked");
    }
    michael.press(&asked, &[]).await.must_be(409).must_say("Michael Goldmill").must_say("revoked the activation link");
    michael.get(&format!("{here}/history")).await.must_say("revoked the activation link");
    michael.get(&format!("{here}/delivery")).await.must_say("The link was revoked");
    // sent by email, there is another one
    let send = michael.get(&page.link("Send by email")).await;
    send.must_say("It is a new link, since the previous one was revoked.");
    michael.submit(&send, &[("recipient_email", IVAN)]).await.must_be(303);
    let page = michael.get(&here).await;
    let another = page.shown_link();
    assert!(!another.ends_with(&link), "{another}");
    let another = another.strip_prefix("http://127.0.0.1:8080").expect("our address");
    let stranger = world.stranger();
    stranger.follow(stranger.get(another).await).await.must_be(200).must_say("Welcome");
    stranger.follow(stranger.get(&link).await).await.must_be(410).must_say("This link was replaced");
}

#[actix_web::test]
async fn links_of_many_contracts_are_listed_before_they_are_revoked() {
    let world = World::new().await;
    let michael = world.michael().await;
    let mut ids = Vec::new();
    for note in ["First", "Second", "Third"] {
        ids.push(invite(&michael, MICKS, "service", note).await.0);
    }
    let asked = michael.get(&format!("{MICKS}/contracts/{}/revoke", ids[2])).await;
    michael.submit(&asked, &[]).await.must_be(303);
    let list = michael.get(&format!("{MICKS}/contracts")).await;
    let csrf = list.value("csrf");
    let mut ticked: Vec<(&str, &str)> = ids.iter().map(|id| ("id", id.as_str())).collect();
    ticked.push(("csrf", &csrf));
    let address = format!("{MICKS}/contracts/revoke");
    let asked = michael.post(&address, &ticked).await;
    asked.must_be(200).must_say("Revoke links: 3 selected").must_say("2 will change").must_say("1 will not change");
    asked.must_say("Michael Goldmill").must_say("no longer works");
    let revoked = "SELECT count(*) AS n FROM activation_links WHERE revoked_at IS NOT NULL";
    assert_eq!(world.number(revoked), 1, "nothing is done before it is seen");
    // a link that was renewed meanwhile is another one
    let renew = michael.get(&format!("{MICKS}/contracts/{}/renew", ids[0])).await;
    michael.submit(&renew, &[]).await.must_be(303);
    let results = michael.submit_to(&asked, Some("/revoke"), &[]).await;
    results.must_be(200).must_say("1 link revoked").must_say("Nothing was revoked");
    assert_eq!(world.number(revoked), 2);
    // a reminder does not bring a revoked link
    let reminded = michael.post(&format!("{MICKS}/contracts/remind"), &[("csrf", &csrf), ("id", &ids[1])]).await;
    reminded.must_be(200).must_say("no email address is known");
}
