//! What is kept for good says by id what it is of: templates, media and hubs.

use crate::support::{World, world::MICKS};

const HUB: &str = "HB-2468-1357";

#[actix_web::test]
async fn versions_and_chosen_messages_name_what_they_were_made_of() {
    let world = World::new().await;
    for (part, table) in [("templates", "templates"), ("media", "product_media")] {
        let frozen = format!("product_versions v CROSS JOIN jsonb_array_elements(v.snapshot -> '{part}') f");
        let all = world.number(&format!("SELECT count(*) AS n FROM {frozen}"));
        assert!(all > 0, "no version holds {part}");
        let known = world.number(&format!(
            "SELECT count(*) AS n FROM {frozen} JOIN {table} t ON t.id = f ->> 'id' AND t.product_id = v.product_id"
        ));
        assert_eq!(known, all, "{part}");
    }
    for table in ["subscriptions", "fulfillment_requests"] {
        let chosen = format!("SELECT count(*) AS n FROM {table} s WHERE template IS NOT NULL");
        assert!(world.number(&chosen) > 0, "{table}");
        let unknown =
            "NOT EXISTS (SELECT FROM templates t WHERE t.id = s.template ->> 'id' AND t.product_id = s.product_id)";
        assert_eq!(world.number(&format!("{chosen} AND {unknown}")), 0, "{table}");
    }
}

#[actix_web::test]
async fn what_is_ordered_comes_through_the_only_hub_of_its_marketplace_and_keeps_it() {
    let world = World::new().await;
    let michael = world.michael().await;
    let by = |table: &str| {
        world.number(&format!(
            "SELECT count(*) AS n FROM {table} WHERE hub_id = '{HUB}' AND marketplace_id = 'MP-68204'"
        ))
    };
    let all =
        |table: &str| world.number(&format!("SELECT count(*) AS n FROM {table} WHERE marketplace_id = 'MP-68204'"));
    for table in ["subscriptions", "fulfillment_requests"] {
        assert!(all(table) > 0);
        assert_eq!(by(table), all(table), "{table}");
    }
    // nothing reaches it any more, but what was ordered through it names it
    world.run("DELETE FROM marketplace_hubs");
    let here = format!("{MICKS}/hubs/{HUB}/remove");
    let page = michael.get(&here).await;
    page.must_be(200).must_say("This hub cannot be removed").must_say("ordered through it");
    let token = michael.get(&format!("{MICKS}/hubs/{HUB}")).await.value("csrf");
    michael.post(&here, &[("csrf", &token)]).await.must_be(409).must_say("This hub cannot be removed");
    assert_eq!(world.number(&format!("SELECT count(*) AS n FROM hubs WHERE id = '{HUB}'")), 1);
}
