//! The search over everything: what one may begin, and what was opened last.

use entente::{
    kit::{actor::Role, choice::Choice as _},
    modules, portals,
};

use crate::support::{
    World,
    world::{ACREED, CHAMPIONS, MICKS, SIGNED},
};

#[actix_web::test]
async fn acts_are_found_by_name_by_those_who_may_do_them() {
    let world = World::new().await;
    let (michael, paulie) = (world.michael().await, world.paulie().await);
    let page = michael.get(&format!("{MICKS}/search?q=contract+create")).await;
    assert_eq!(page.must_be(200).link("Create Contract"), format!("{MICKS}/contracts/new"));
    paulie.get(&format!("{MICKS}/search?q=create+contract")).await.must_not_say("Create Contract");
    // with nothing to look for it says all that one may begin, and what was opened last
    michael.get(&format!("{MICKS}/contracts/{SIGNED}")).await.must_be(200);
    let page = michael.get(&format!("{MICKS}/search")).await;
    page.must_say("Actions")
        .must_say("Create marketplace")
        .must_say("Recently viewed")
        .must_say(&format!("Contract, {SIGNED}"));
    assert!(page.texts("main a").iter().all(|act| act != "Create product"), "only vendors make products");
}

#[actix_web::test]
async fn every_act_of_the_search_opens_for_whom_it_is_offered() {
    let world = World::new().await;
    for (base, client) in
        [(MICKS, world.michael().await), (ACREED, world.donnie().await), (CHAMPIONS, world.apollo().await)]
    {
        let page = client.get(&format!("{base}/search")).await;
        let offered: Vec<String> = page
            .must_be(200)
            .attributes(".waiting a", "href")
            .into_iter()
            .filter(|href| modules::ALL.iter().flat_map(|one| one.starts).any(|one| href.ends_with(one.to)))
            .collect();
        assert!(!offered.is_empty(), "{base}");
        for href in offered {
            client.follow(client.get(&href).await).await.must_be(200);
        }
    }
    // and none of them leads nowhere
    for start in modules::ALL.iter().flat_map(|one| one.starts) {
        let path = format!("/{}", start.to);
        let mounted = Role::ALL.iter().any(|role| portals::screens(*role).iter().any(|mount| mount.path == path));
        assert!(mounted, "{} leads to {path}", start.label);
    }
}

#[actix_web::test]
async fn the_panel_gets_the_same_and_stays_where_it_is() {
    let world = World::new().await;
    let michael = world.michael().await;
    let found = |text: &str| {
        let michael = michael.copy();
        let address = format!("{MICKS}/search?panel=yes&q={text}");
        async move {
            let answer = michael.get(&address).await;
            answer.must_be(200);
            serde_json::from_slice::<serde_json::Value>(&answer.body).expect("JSON")
        }
    };
    let exact = found(SIGNED).await;
    assert_eq!(exact["groups"][0]["items"][0]["href"], format!("{MICKS}/contracts/{SIGNED}"));
    let fish = found("tropical").await;
    assert!(fish["groups"].as_array().is_some_and(|groups| groups.len() > 2), "{fish}");
    assert_eq!(found("nothing-has-this-name").await["said"], "Nothing found");
    // nothing of others
    let apollo = world.apollo().await;
    let answer = apollo.get(&format!("{CHAMPIONS}/search?panel=yes&q={SIGNED}")).await;
    let theirs: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
    assert_eq!(theirs["groups"].as_array().map(Vec::len), Some(0));
    world.stranger().get(&format!("{MICKS}/search?panel=yes&q=a")).await.must_be(303);
}
