//! What is wrong with a report may stand elsewhere: in its mapping, or in what the program knows. Then it is checked again as it was uploaded.

use crate::{
    support::World,
    usage::{create, csv, id, job, records, row, upload},
    usage_pitfalls::rated,
    usage_pitfalls_more::{mapped, orders},
};

#[actix_web::test]
async fn a_report_is_checked_again_once_its_mapping_is_mended() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = rated(&world, &apollo, "Mended").await;
    let mapping = mapped(&apollo, &[]).await;
    let page = upload(&world, &apollo, &page, &orders(&[("O-1", "1.111,11")])).await;
    page.must_say("Invalid").must_say("“1.111,11” is not a number that is written like 1234.56");
    let form = apollo.get(&format!("{mapping}/edit")).await;
    apollo.submit(&form, &[("numbers", "point_comma")]).await.must_be(303);
    let form = apollo.get(&page.link("Check again")).await;
    form.must_be(200).must_say("the newest version of the mapping is used.");
    apollo.submit(&form, &[]).await.must_be(303);
    apollo.get(&page.path).await.must_say("Waiting to be checked.");
    job(&world).await;
    let page = apollo.get(&page.path).await;
    page.must_say("No errors found.").must_say("1 record, 1,111.11 USD").must_say("version 2");
    apollo.get(&format!("{}/history", page.path)).await.must_say("had the report checked again");
    // what is right is not checked again
    page.must_not_say("Check again");
    apollo.get(&format!("{}/check", page.path)).await.must_say("It is ready.");
}

#[actix_web::test]
async fn a_report_is_checked_again_once_its_subscription_is_there() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Too soon").await;
    let report = csv(&[row("A-1", "1").replace("SO-4702", "SO-SOON")]);
    let page = upload(&world, &apollo, &page, &report).await;
    page.must_say("No subscription of this product on this marketplace has “SO-SOON”.");
    let again = async || {
        let form = apollo.get(&format!("{}/check", page.path)).await;
        apollo.submit(&form, &[]).await.must_be(303);
        job(&world).await;
        apollo.get(&page.path).await
    };
    again().await.must_say("has “SO-SOON”.");
    assert_eq!(records(&world, &id(&page)), 0);
    world.run("UPDATE subscriptions SET external_id = 'SO-SOON' WHERE external_id = 'SO-4702'");
    again().await.must_say("No errors found.");
    assert_eq!(records(&world, &id(&page)), 1);
    assert_eq!(apollo.get(&format!("{}/original", page.path)).await.must_be(200).body, report);
}
