//! Consumption of reservations: where a product says so, usage files tell how much is used of what was ordered.

use serde_json::json;

use crate::{
    api::{Program, value},
    support::{
        World,
        world::{CHAMPIONS, MICKS, PULSE},
    },
    usage::{create, csv, id, row, submit, upload},
    usage_api::KEYS,
};

/// The cast's item that is ordered in quantities.
const TRAINERS: &str = "PRD-276-377-545-0001";

#[actix_web::test]
async fn what_is_used_of_a_reservation_is_reported_where_the_product_says_so() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let mpn = world.text(&format!("SELECT mpn AS t FROM items WHERE id = '{TRAINERS}'"));
    let ordered = world.number(&format!(
        "SELECT coalesce(max(u.quantity), 0)::bigint AS n FROM subscription_items u JOIN subscriptions s ON s.id = u.subscription_id \
         WHERE s.external_id = 'SO-4702' AND u.item_id = '{TRAINERS}'"
    ));
    assert!(ordered > 0, "the cast has ordered some");
    let of = |quantity: i64| csv(&[row("SEATS", &quantity.to_string()).replace("APOLLO-PULSE-HOURS", &mpn)]);
    let page = create(&apollo, "Seats").await;
    let template = async |page: &crate::support::Answer| apollo.get(&format!("{}/template.csv", page.path)).await;
    let none = template(&page).await;
    assert!(!none.body_text().contains(&mpn), "{}", none.body_text());
    let page = upload(&world, &apollo, &page, &of(ordered)).await;
    page.must_say("Invalid").must_say("is not pay as you go");

    let form = apollo.get(&format!("{CHAMPIONS}/products/{PULSE}/settings/edit")).await;
    apollo.submit(&form, &[("usage_reservations", "on")]).await.must_be(303);
    apollo.get(&format!("{CHAMPIONS}/products/{PULSE}/settings")).await.must_say("Consumption of reservations");
    let with = template(&page).await;
    assert!(with.body_text().contains(&mpn), "{}", with.body_text());
    // more than is ordered may be right, and is pointed out
    let page = upload(&world, &apollo, &page, &of(ordered + 1)).await;
    page.must_say("No errors found.");
    submit(&apollo, &page).await;
    let seen = format!("{MICKS}/usage-files/{}", id(&page));
    michael
        .get(&format!("{seen}/compare"))
        .await
        .must_say("1 reservation item of a subscription has more usage than was ordered.");
    let [micks, ..] = world.tokens();
    world.run(KEYS);
    let rows = value(&Program::of(&world, &micks).get("/usage/aggregates?item.type=reservation").await);
    assert_eq!((&rows[0]["consumed"], &rows[0]["accepted"]), (&json!((ordered + 1).to_string()), &json!(null)));
    // as much as was ordered is not
    let form = michael.get(&format!("{seen}/reject")).await;
    michael.submit(&form, &[("note", "Too many.")]).await.must_be(303);
    let page = upload(&world, &apollo, &page, &of(ordered)).await;
    submit(&apollo, &page).await;
    michael.get(&format!("{seen}/compare")).await.must_not_say("more is used than is ordered");
}
