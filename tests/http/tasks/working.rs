//! Usage, programs and colleagues, as the pages of these tasks say.

use super::guide::Guide;
use crate::{
    support::{
        World,
        world::{CHAMPIONS, MICKS},
    },
    usage::{csv, id, period, row, upload},
};

#[actix_web::test]
async fn usage_is_reported() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let mut guide = Guide::begin(&apollo, CHAMPIONS, "report-usage").await;
    let page = guide.open().await;
    let (from, to) = period();
    let page = guide.send(&page, &[("name", "The week"), ("from", &from), ("to", &to)]).await;
    guide.on(&page);
    let form = guide.at(&format!("usage-files/{}/upload", id(&page))).await;
    guide.on(&form);
    let page = upload(&world, &apollo, &page, &csv(&[row("a-record-of-the-guide", "5")])).await;
    guide.on(&page);
    let page = guide.at(&format!("usage-files/{}/submit", id(&page))).await;
    guide.on(&page);
    guide.send(&page, &[]).await.must_say("Usage file submitted");
    let all = guide.open().await;
    apollo.get(&all.link("Waiting for the distributor")).await.must_say("The week");
    guide.done();
}

#[actix_web::test]
async fn usage_is_reviewed_and_closed() {
    let world = World::new().await;
    let michael = world.michael().await;
    let file = world.text("SELECT id AS t FROM usage_files WHERE status = 'pending'");
    let mut guide = Guide::begin(&michael, MICKS, "review-usage").await;
    guide.open().await;
    let page = guide.at(&format!("usage-files/{file}")).await;
    guide.on(&page);
    let page = guide.at(&format!("usage-files/{file}/accept")).await;
    guide.on(&page);
    let page = guide.send(&page, &[]).await;
    guide.on(&page);
    let page = guide.at(&format!("usage-files/{file}/close")).await;
    guide.on(&page);
    guide.send(&page, &[("billing_reference", "INV-1")]).await.must_say("Usage file closed");
    guide.done();
}

#[actix_web::test]
async fn a_program_is_connected() {
    let world = World::new().await;
    let michael = world.michael().await;
    let mut guide = Guide::begin(&michael, MICKS, "connect-a-program").await;
    let page = guide.open().await;
    let page = guide.send(&page, &[("name", "ERP"), ("permissions", "customers.view")]).await;
    guide.on(&page);
    guide.open().await.must_say("ERP");
    guide.done();
}

#[actix_web::test]
async fn a_colleague_is_invited() {
    let world = World::new().await;
    let michael = world.michael().await;
    let mut guide = Guide::begin(&michael, MICKS, "invite-a-colleague").await;
    let page = guide.open().await;
    let made = guide.send(&page, &[("name", "Sales"), ("permissions", "customers.view")]).await;
    let group = id(&made);
    let page = guide.open().await;
    guide
        .send(&page, &[("emails", "lena@mightymicks.example"), ("groups", &group)])
        .await
        .must_say("1 invitation sent");
    guide.open().await.must_say("lena@mightymicks.example");
    guide.done();
}
