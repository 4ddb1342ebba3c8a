//! What the page of a usage file tells of its report, which may be right and should be looked at.

use crate::{
    support::{World, world::MICKS},
    usage::{create, csv, id, records, row, status, submit, upload},
    usage_pitfalls::rated,
    usage_pitfalls_more::{mapped, orders},
};

const SAME: &str = "has the very same report.";

#[actix_web::test]
async fn a_report_that_another_file_has_is_told_with_where_it_is() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let first = create(&apollo, "First").await;
    let report = csv(&[row("S-1", "x")]);
    let first = upload(&world, &apollo, &first, &report).await;
    first.must_not_say(SAME);
    let second = create(&apollo, "Second").await;
    let second = upload(&world, &apollo, &second, &report).await;
    assert_eq!(second.must_say(SAME).link(&id(&first)), first.path);
    // one byte less, and it is another report
    let page = upload(&world, &apollo, &second, &csv(&[row("S-1", "")])).await;
    page.must_not_say(SAME);
}

#[actix_web::test]
async fn whoever_reviews_a_report_is_told_of_another_file_once_it_was_submitted() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let first = rated(&world, &apollo, "First").await;
    let mapping = mapped(&apollo, &[]).await;
    let report = orders(&[("O-1", "1.5"), ("O-2", "2.5")]);
    let first = upload(&world, &apollo, &first, &report).await;
    // with other IDs nothing collides
    let form = apollo.get(&format!("{mapping}/edit")).await;
    apollo.submit(&form, &[("record_id", "{Order}-b")]).await.must_be(303);
    let second = rated(&world, &apollo, "Second").await;
    let second = upload(&world, &apollo, &second, &report).await;
    assert_eq!((status(&world, &id(&second)).as_str(), records(&world, &id(&second))), ("ready", 2));
    assert_eq!(second.must_say(SAME).link(&id(&first)), first.path);
    submit(&apollo, &second).await;
    let seen = |page: &str| format!("{MICKS}/usage-files/{page}");
    michael.get(&seen(&id(&second))).await.must_be(200).must_not_say(SAME);
    submit(&apollo, &first).await;
    let page = michael.get(&seen(&id(&second))).await;
    assert_eq!(page.must_say(SAME).link(&id(&first)), seen(&id(&first)));
}
