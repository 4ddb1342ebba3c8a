//! A vendor hands in a report: it goes on with its work while the report is checked, or only tries the report out first.

use crate::{
    support::{World, world::CHAMPIONS},
    usage::{create, csv, row, upload},
};

#[actix_web::test]
async fn whoever_uploaded_a_report_is_told_once_it_is_checked() {
    let world = World::new().await;
    world.run("DELETE FROM notifications; DELETE FROM outbox");
    let apollo = world.apollo().await;
    let page = create(&apollo, "The week").await;
    upload(&world, &apollo, &page, &csv(&[row("T-1", "x")])).await.must_say("“x” is not a number.");
    upload(&world, &apollo, &page, &csv(&[row("T-1", "1")])).await.must_say("No errors found.");
    let told = world.text(
        "SELECT string_agg(u.email || ' ' || (n.facts->>'outcome'), ', ' ORDER BY n.at) AS t FROM notifications n \
         JOIN users u ON u.id = n.user_id WHERE n.kind = 'usage_checked'",
    );
    assert_eq!(told, "apollo@champions.example Invalid, apollo@champions.example Ready");
    assert_eq!(world.number("SELECT count(*) AS n FROM outbox WHERE kind = 'usage_checked'"), 0, "the bell is enough");
    let list = apollo.get(&format!("{CHAMPIONS}/notifications")).await;
    list.must_say("The week is checked: invalid").must_say("The week is checked: ready");
    assert_eq!(list.texts("a.bell .waits-n"), ["2"]);
}
