//! What was done for a company is seen by who may: who, what, when, from where, by which credential; narrowed, sent and exported by one
//! address.

use std::time::Instant;

use crate::{
    colleagues::{invite, mailed},
    support::{
        World,
        world::{ACREED, CHAMPIONS, MICKS},
    },
};

fn paulie(world: &World) -> String {
    world.text("SELECT id AS t FROM users WHERE email LIKE 'paulie%'")
}

/// What waits to be written down of security is.
async fn write_down(world: &World) {
    entente::jobs::write_down(&world.program).await.expect("it is written");
}

#[actix_web::test]
async fn what_people_do_is_told_with_who_from_where_and_by_what() {
    let world = World::new().await;
    let michael = world.michael().await;
    michael.get(MICKS).await.must_be(200);
    invite(&world, &michael, "drago@example.com").await.must_be(303);
    let page = michael.get(&format!("{MICKS}/activity")).await;
    page.must_be(200)
        .must_say("Sent the invitation")
        .must_say("Michael Goldmill")
        .must_say("drago@example.com: Readers");
    page.must_say("127.0.0.9").must_say("Session").must_say("Signed in to this company");
    // also by what somebody signed in
    let came = page.texts("tbody tr").into_iter().find(|row| row.contains("Signed in to this company"));
    assert!(came.is_some_and(|row| row.contains("Password")), "how the session was begun");
    let invitation = world.text("SELECT id AS t FROM invitations WHERE email = 'drago@example.com'");
    assert!(page.attributes("tbody .cell-link", "href").contains(&format!("{MICKS}/users/{invitation}")));
    // another company sees nothing of it
    world.donnie().await.get(&format!("{ACREED}/activity")).await.must_be(200).must_not_say("drago@example.com");
    world.paulie().await.get(&format!("{MICKS}/activity")).await.must_be(403).must_say("View the company's activity");
}

#[actix_web::test]
async fn the_browser_of_an_act_is_told_and_a_file_has_it_whole() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/users/{}/remove", paulie(&world))).await;
    let firefox = [("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")];
    michael.submit_with(&page, &[], &firefox).await.must_be(303);
    michael.get(&format!("{MICKS}/activity?event=removed")).await.must_say("Firefox on Linux");
    let file = michael.get(&format!("{MICKS}/activity/export.csv?event=removed")).await;
    assert!(file.body_text().contains("Firefox/140.0"), "{}", file.body_text());
}

#[actix_web::test]
async fn the_address_of_the_page_says_what_is_asked() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (mine, other) = (world.text("SELECT id AS t FROM users WHERE email LIKE 'michael@%'"), paulie(&world));
    world.run(&format!(
        "INSERT INTO events (at, name, object, actor_kind, actor_name, account_id, user_id, note, address, credential) VALUES \
         (now() - interval '400 days', 'hub.updated', 'HB-1111-1111', 'member', 'Michael Goldmill', 'PA-469-206', '{mine}', 'Left hook', '192.0.2.7', 'session'), \
         (now() - interval '400 days', 'group.updated', 'UG-111-111-111', 'token', 'Sparring partner', 'PA-469-206', NULL, 'Uppercut', '2001:db8::1', 'token'), \
         (now() - interval '400 days', 'group.deleted', 'UG-222-222-222', 'member', 'Paulie Pennino', 'PA-469-206', '{other}', 'Meat', '198.51.100.9', 'session'), \
         (now() - interval '400 days', 'group.deleted', 'UG-333-333-333', 'member', 'Donnie Rare', 'PA-196-115', NULL, 'Theirs', '198.51.100.9', 'session')"
    ));
    let there = async |query: &str| michael.get(&format!("{MICKS}/activity?to=2026-01-01&{query}")).await;
    for (query, says) in [
        ("kind=marketplaces", "Left hook"),
        ("person=sparring", "Uppercut"),
        ("object=ug-222-222-222", "Meat"),
        ("address=2001:DB8", "Uppercut"),
        ("credential=token", "Uppercut"),
        ("event=deleted+the+group", "Meat"),
        ("q=left+HOOK", "Left hook"),
        ("q=192.0.2.7", "Left hook"),
    ] {
        let page = there(query).await;
        page.must_be(200).must_say(says);
        assert_eq!(page.texts("tbody tr").len(), 1, "{query}: {:?}", page.texts("tbody tr"));
    }
    assert_eq!(there(&format!("person={other}")).await.texts("tbody tr").len(), 1, "all of this person");
    assert_eq!(there("kind=people&kind=marketplaces").await.texts("tbody tr").len(), 3);
    there("").await.must_not_say("Theirs");
    there("event=nothing+like+it").await.must_say("No matches");
    michael
        .get(&format!("{MICKS}/activity?person=%00&object=%27&address=%25&event=%ff&kind=x&from=x"))
        .await
        .must_be(200);
    // a file has what the page has, row for row
    let query = "to=2026-01-01&kind=people";
    let file = michael.get(&format!("{MICKS}/activity/export.csv?{query}")).await;
    let text = file.body_text();
    assert_eq!(text.lines().count(), 1 + there("kind=people").await.texts("tbody tr").len(), "{text}");
    assert!(text.contains("Deleted the group (UG-222-222-222)") && text.contains("198.51.100.9"), "{text}");
    michael.get(&format!("{MICKS}/activity/export.xlsx?{query}")).await.must_be(200);
}

#[actix_web::test]
async fn who_joins_and_who_is_refused_stands_in_it_and_a_name_stays_when_its_person_has_left() {
    let world = World::new().await;
    let (michael, paulie_there) = (world.michael().await, world.paulie().await);
    paulie_there.get(&format!("{MICKS}/hubs/new")).await.must_be(403);
    invite(&world, &michael, "drago@example.com").await.must_be(303);
    let guest = world.stranger();
    let page = guest.follow(guest.get(&mailed(&world, "drago@example.com")).await).await;
    let password = crate::activation::PASSWORD;
    let typed = [("name", "Drago Ivanov"), ("new-password", password), ("confirm-password", password)];
    guest.submit(&page, &typed).await.must_be(303);
    write_down(&world).await;
    let user = paulie(&world);
    let page = michael.get(&format!("{MICKS}/users/{user}/remove")).await;
    michael.submit(&page, &[]).await.must_be(303);
    let page = michael.get(&format!("{MICKS}/activity?size=100")).await;
    page.must_say("Accepted the invitation").must_say("Was refused because a permission is missing");
    let of_paulie = michael.get(&format!("{MICKS}/activity?person={user}")).await;
    of_paulie.must_say("Paulie Pennino").must_say("Hub (hubs/new)");
    // who joined was not the company's yet, so nobody learns from where
    let joined = michael.get(&format!("{MICKS}/activity?event=accepted+the+invitation")).await;
    joined.must_say("Drago Ivanov").must_not_say("127.0.0.9");
}

#[actix_web::test]
async fn a_company_learns_of_sign_ins_to_it_and_not_to_others() {
    let world = World::new().await;
    let tony = world.tony().await;
    tony.get("/").await.must_be(200);
    let came = "SELECT count(*) AS n FROM security_events WHERE name = 'session.came' AND account_id = 'PA-469-206'";
    assert_eq!(world.number(came), 0, "a person is signed in, and nowhere yet");
    tony.get(MICKS).await.must_be(200);
    tony.get(&format!("{MICKS}/contracts")).await.must_be(200);
    assert_eq!(world.number(came), 1, "once, at the first page");
    assert_eq!(world.number("SELECT count(*) AS n FROM session_places WHERE account_id = 'VA-610-774'"), 0);
    // somebody who asks for a company that is not theirs leaves nothing there
    tony.get(CHAMPIONS).await.must_be(404);
    let left = "SELECT count(*) AS n FROM security_events WHERE account_id = 'VA-287-142' AND name <> 'rights.rose'";
    assert_eq!(world.number(left), 0);
}

/// A company with as many events as some have in years: each page comes from an index.
#[actix_web::test]
async fn a_large_company_waits_for_no_page() {
    let world = World::new().await;
    world.run(
        "BEGIN; SET LOCAL session_replication_role = replica; \
         INSERT INTO events (at, name, object, actor_kind, actor_name, account_id, note, address, credential) \
         SELECT now() - i * interval '1 minute', CASE WHEN i % 5000 = 0 THEN 'hub.registered' ELSE 'usage_file.accepted' END, \
         'UF-' || i, 'member', CASE WHEN i = 99000 THEN 'Clubber Lang' ELSE 'Michael Goldmill' END, 'PA-469-206', 'Round ' || i, \
         '203.0.113.7', 'session' FROM generate_series(1, 100000) i; COMMIT; ANALYZE events; SELECT settle_searches()",
    );
    let michael = world.michael().await;
    let list = format!("{MICKS}/activity");
    michael.get(&list).await.must_be(200);
    for query in [
        "?",
        "?kind=marketplaces",
        "?person=clubber",
        "?object=UF-50000",
        "?q=round+77777",
        "?event=registered+the+hub",
    ] {
        let began = Instant::now();
        let page = michael.get(&format!("{list}{query}")).await;
        let took = began.elapsed();
        assert!(!page.must_be(200).texts("tbody tr").is_empty(), "{query} finds something");
        assert!(took.as_millis() < 1_500, "{query} took {took:?}");
    }
    let second = michael.get(&format!("{list}{}", michael.get(&list).await.link("Next"))).await;
    second.must_be(200).must_say("21–40");
}
