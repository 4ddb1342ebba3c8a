//! Agreements, contracts and partners, as the pages of these tasks say.

use super::guide::Guide;
use crate::{
    signers::BOTH,
    support::{
        Answer, World,
        world::{AGREEMENT, MICKS},
    },
};

#[actix_web::test]
async fn a_reseller_is_invited() {
    let world = World::new().await;
    let michael = world.michael().await;
    let mut guide = Guide::begin(&michael, MICKS, "invite-a-reseller").await;
    let page = guide.open().await;
    let page = guide.send(&page, &[("type", "service")]).await;
    guide.on(&page);
    let page = guide.send(&page, &[("agreement", AGREEMENT)]).await;
    guide.on(&page);
    let typed = [
        ("recipient_company", "Drago Works"),
        ("recipient_email", "drago@dragoworks.example"),
        ("kind", "production"),
        ("note", "Welcome"),
    ];
    let page = guide.send(&page, &typed).await;
    guide.on(&page);
    page.must_say("Contract created").shown_link();
    guide.open().await;
    guide.done();
}

#[actix_web::test]
async fn a_partner_is_created() {
    let world = World::new().await;
    let michael = world.michael().await;
    let mut guide = Guide::begin(&michael, MICKS, "create-a-partner").await;
    let page = guide.open().await;
    let page = michael.get(&page.link("Create Partner")).await;
    guide.on(&page);
    let page = guide.send(&page, &[("role", "reseller")]).await;
    guide.on(&page);
    let page = guide.send(&page, &[("how", "now")]).await;
    guide.on(&page);
    let page = guide.send(&page, &[("name", "Drago Works")]).await;
    guide.on(&page);
    let page = guide.send(&page, &[("email", "drago@dragoworks.example")]).await;
    guide.on(&page);
    let page = guide.send(&page, &[("agreement", AGREEMENT)]).await;
    guide.on(&page);
    let page = guide.send(&page, &[("kind", "production"), ("note", "Welcome")]).await;
    guide.on(&page);
    page.must_say("Partner created");
    guide.done();
}

#[actix_web::test]
async fn two_people_are_asked_to_sign() {
    let world = World::new().await;
    let michael = world.michael().await;
    let mut guide = Guide::begin(&michael, MICKS, "sign-with-two").await;
    let page = guide.open().await;
    let page = guide.send(&page, &[("type", "service")]).await;
    guide.on(&page);
    let page = guide.send(&page, &[("agreement", AGREEMENT)]).await;
    guide.on(&page);
    let page = guide.send(&page, &BOTH).await;
    guide.on(&page);
    page.must_say("Contract created").must_say("Lena Legal").must_say("Ivan Drago");
    guide.done();
}

#[actix_web::test]
async fn signatures_on_a_new_version_are_collected() {
    let world = World::new().await;
    let michael = world.michael().await;
    let mut guide = Guide::begin(&michael, MICKS, "send-out-a-new-version").await;
    guide.open().await;
    let page = of_agreement(&guide, "").await;
    guide.on(&page);
    let page = of_agreement(&guide, "/versions/new").await;
    guide.on(&page);
    guide.send(&page, &[("source", "link"), ("link", "https://terms.example/3"), ("activate", "yes")]).await;
    let page = of_agreement(&guide, "/signatures").await;
    guide.on(&page);
    let page = of_agreement(&guide, "/signatures/deadline").await;
    guide.on(&page);
    let page = guide.send(&page, &[("due_on", "2099-01-31")]).await;
    guide.on(&page);
    let page = of_agreement(&guide, "/signatures/remind").await;
    guide.send(&page, &[]).await.must_say("1 reminder sent");
    guide.done();
}

/// A page of the agreement that the reseller of the cast has signed.
async fn of_agreement(guide: &Guide<'_>, part: &str) -> Answer {
    guide.at(&format!("agreements/{AGREEMENT}{part}")).await
}
