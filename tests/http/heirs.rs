//! What somebody worked on who leaves a company goes to a colleague, or to nobody.

use crate::support::{
    World,
    world::{CHAMPIONS, MICKS},
};

fn user(world: &World, name: &str) -> String {
    world.text(&format!("SELECT id AS t FROM users WHERE email LIKE '{name}@%'"))
}

/// Paulie works on every listing request of the distributor, and did on those that are closed; one that is open.
fn at_work(world: &World) -> String {
    world.run(&format!(
        "UPDATE listing_requests SET assignee_id = '{}' WHERE owner_id = 'PA-469-206'",
        user(world, "paulie")
    ));
    world.text(
        "SELECT id AS t FROM listing_requests WHERE status = 'reviewing' AND owner_id = 'PA-469-206' \
         AND vendor_id = 'VA-287-142' LIMIT 1",
    )
}

/// How many open listing requests are assigned to this person; to nobody for an empty name.
fn open(world: &World, person: &str) -> i64 {
    world.number(&format!(
        "SELECT count(*) AS n FROM listing_requests WHERE owner_id = 'PA-469-206' AND coalesce(assignee_id, '') = '{person}' \
         AND status IN ('draft', 'reviewing', 'deploying')"
    ))
}

fn recorded(world: &World, event: &str) -> i64 {
    world.number(&format!("SELECT count(*) AS n FROM events WHERE name = '{event}'"))
}

#[actix_web::test]
async fn a_colleague_gets_what_somebody_who_is_removed_worked_on() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (paulie, heir, request) = (user(&world, "paulie"), user(&world, "michael"), at_work(&world));
    let (held, all) = (open(&world, &paulie), recorded(&world, "listing_request.handed_on"));
    let closed = format!("SELECT count(*) AS n FROM listing_requests WHERE assignee_id = '{paulie}'");
    let done = world.number(&closed) - held;
    let remove = format!("{MICKS}/users/{paulie}/remove");
    let page = michael.get(&remove).await;
    page.must_be(200).must_say("they work on will be unassigned, unless a colleague gets");
    page.must_say("Give open requests to").must_say("Nobody").must_say("Michael Goldmill").must_say("Tony Fields");
    michael.submit(&page, &[("heir", &heir)]).await.must_be(303);
    assert_eq!((open(&world, &heir), open(&world, &paulie)), (held, 0));
    assert_eq!(world.number(&closed), done, "closed ones keep who worked on them");
    assert_eq!(recorded(&world, "listing_request.handed_on") - all, held, "one event for each");
    let page = michael.get(&format!("{MICKS}/listing-requests/{request}")).await;
    page.must_say("handed the request to a colleague").must_say("Unassign");
    let vendor = world.apollo().await.get(&format!("{CHAMPIONS}/listing-requests/{request}")).await;
    vendor.must_be(200).must_not_say("handed the request to a colleague");
}

#[actix_web::test]
async fn without_a_colleague_who_may_do_it_work_waits_for_anybody() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (paulie, tony) = (user(&world, "paulie"), user(&world, "tony"));
    at_work(&world);
    let held = open(&world, &paulie);
    let (before, unassigned) = (open(&world, ""), recorded(&world, "listing_request.unassigned"));
    let remove = format!("{MICKS}/users/{paulie}/remove");
    let page = michael.get(&remove).await;
    // another company's person, and the person who leaves
    for wrong in [user(&world, "donnie"), paulie.clone()] {
        michael.submit(&page, &[("heir", &wrong)]).await.must_be(409).must_say("This colleague can't get the requests");
    }
    assert_eq!(open(&world, &paulie), held, "nothing happened");
    // a colleague whose groups do not allow it
    world.run(&format!("DELETE FROM group_members WHERE account_id = 'PA-469-206' AND user_id = '{tony}'"));
    michael.submit(&page, &[("heir", &tony)]).await.must_be(303);
    assert_eq!((open(&world, ""), open(&world, &paulie), open(&world, &tony)), (before + held, 0, 0));
    assert_eq!(recorded(&world, "listing_request.unassigned") - unassigned, held);
}

#[actix_web::test]
async fn a_vendor_hands_on_orders_and_whoever_has_nothing_to_do_is_asked_nothing() {
    let world = World::new().await;
    let (apollo, bianca) = (world.apollo().await, user(&world, "bianca"));
    let remove = format!("{CHAMPIONS}/users/{bianca}/remove");
    apollo.get(&remove).await.must_be(200).must_not_say("Give open requests to");
    world.run(&format!(
        "UPDATE fulfillment_requests SET assignee_id = '{bianca}' WHERE vendor_id = 'VA-287-142' AND status = 'pending'"
    ));
    let all = format!("SELECT count(*) AS n FROM fulfillment_requests WHERE assignee_id = '{bianca}'");
    let held = world.number(&all);
    assert!(held > 0);
    let page = apollo.get(&remove).await;
    page.must_say("they work on will be unassigned, unless a colleague gets");
    apollo.submit(&page, &[("heir", &user(&world, "apollo"))]).await.must_be(303);
    assert_eq!(recorded(&world, "fulfillment_request.handed_on"), held);
    assert_eq!(world.number(&all), 0);
}

#[actix_web::test]
async fn whoever_leaves_the_platform_leaves_no_work_assigned_to_nobody_who_is_there() {
    let world = World::new().await;
    at_work(&world);
    let paulie = user(&world, "paulie");
    let (held, unassigned) = (open(&world, &paulie), recorded(&world, "listing_request.unassigned"));
    let client = world.paulie().await;
    let page = client.get("/profile/delete").await;
    page.must_be(200).must_say("Open requests assigned to you will be unassigned");
    client.submit(&page, &[]).await.must_be(303);
    assert_eq!(open(&world, &paulie), 0);
    assert_eq!(recorded(&world, "listing_request.unassigned") - unassigned, held);
    assert_eq!(world.number("SELECT count(*) AS n FROM events WHERE actor_name = 'Paulie Pennino'"), 0);
}
