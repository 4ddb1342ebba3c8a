//! Whoever comes second is told who was faster, and when: long after the ten seconds in which a decision can be undone.

use crate::{
    changes::requests,
    orders::account,
    support::{
        World,
        world::{CHAMPIONS, MICKS, SIGNED},
    },
};

#[actix_web::test]
async fn a_request_that_was_decided_names_who_decided_it() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let fish = account(&world, "J&M Tropical Fish");
    let request = requests(&world, &fish).remove(0);
    let page = apollo.get(&format!("{CHAMPIONS}/customer-requests/{request}")).await;
    let list = apollo.get(&format!("{CHAMPIONS}/customer-requests")).await;
    apollo.submit_to(&page, Some("/accept"), &[]).await.must_be(303);
    world.seconds_later().await;
    let late = apollo.press_with(&page, "/ignore", &[("reason", "No such street")]).await;
    late.must_be(409).must_say("Apollo Jones, Champions").must_say("accepted").must_say("is accepted.");
    // of many each says it for itself
    let results = apollo.submit_many(&list, "accept", &[("id", &request)]).await;
    assert!(results.texts(".results li").concat().contains("Apollo Jones, Champions"), "{}", results.text());
}

#[actix_web::test]
async fn a_contract_that_has_ended_names_who_ended_it() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/contracts/{SIGNED}/terminate")).await;
    michael.submit(&page, &[("reason", "Enough")]).await.must_be(303);
    let late = michael.press(&page, &[("reason", "Enough")]).await;
    late.must_be(409)
        .must_say("Michael Goldmill, Mighty Mick")
        .must_say("terminated the contract on")
        .must_say("is terminated.");
}
