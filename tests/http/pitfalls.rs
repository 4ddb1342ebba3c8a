//! Mistakes that other products made with people, groups and sign-in, as far as no other file is about them: docs/pitfalls.md has all.

use std::collections::BTreeSet;

use actix_web::http::Method;
use diesel::connection::SimpleConnection as _;
use entente::{
    kit::actor::Role,
    modules::{self, sso::alarm},
    portals,
};

use crate::{
    access::{Drawn, address},
    colleagues::invite,
    sso::PROVIDER,
    support::{
        World,
        world::{ACREED, MICKS},
    },
};

/// The provider is required, and Michael keeps his password.
const REQUIRED: &str = "UPDATE sso_providers SET enforced_at = now(); INSERT INTO sso_exceptions (account_id, user_id) \
    SELECT 'PA-469-206', id FROM users WHERE email = 'michael@mightymicks.example'";

const OUT: &str =
    "DELETE FROM memberships WHERE account_id = 'PA-469-206' AND user_id = (SELECT id FROM users WHERE email = ";

#[actix_web::test]
async fn an_administrator_who_cannot_sign_in_counts_for_none_whatever_the_reason() {
    for reason in [
        "UPDATE users SET password_hash = NULL WHERE email LIKE 'tony@%'".to_owned(),
        format!("{OUT}'tony@frontstreet.example')"),
        // the provider may fail, and Tony's password does not count
        format!("{PROVIDER}; {REQUIRED}"),
    ] {
        let world = World::new().await;
        let michael = world.michael().await;
        world.run(&reason);
        let me = world.text("SELECT id AS t FROM users WHERE email = 'michael@mightymicks.example'");
        let url = format!("{MICKS}/users/{me}/groups");
        let page = michael.get(&url).await;
        let (csrf, before) = (page.value("csrf"), page.value("before"));
        let refused = michael.post(&url, &[("csrf", &csrf), ("before", &before)]).await;
        refused.must_be(409).must_say("A company needs an administrator");
        // nor behind the program's back
        let out = world.sql().batch_execute(&format!("{OUT}'michael@mightymicks.example')"));
        assert!(out.is_err_and(|error| error.to_string().contains("would have no administrator")), "{reason}");
        michael.get("/profile/delete").await.must_say("only administrator who can sign in at Mighty Mick's LLC");
    }
}

#[actix_web::test]
async fn a_page_that_was_open_when_a_right_was_taken_away_changes_nothing() {
    let world = World::new().await;
    world.run("UPDATE groups SET permissions = '{marketplaces.manage}' WHERE name = 'Readers'");
    let paulie = world.paulie().await;
    let page = paulie.get(&format!("{MICKS}/hubs/new")).await;
    assert!(page.must_be(200).header("cache-control").is_some_and(|kept| kept.contains("no-store")));
    world.run("UPDATE groups SET permissions = '{contracts.view}' WHERE name = 'Readers'");
    let typed = [("name", "Late"), ("instance", "late-1"), ("description", "Typed before")];
    let refused = paulie.submit(&page, &typed).await;
    refused.must_be(403).must_say("You don't have access").must_say("Manage marketplaces and hubs");
    assert_eq!(world.number("SELECT count(*) AS n FROM hubs WHERE name = 'Late'"), 0);
}

/// Every route that somebody may use is closed to them at the next request after their groups lost everything, in a session that goes on.
#[actix_web::test]
async fn what_is_taken_away_is_gone_at_every_route_with_the_next_request() {
    /// What every member of a company has.
    const EVERYBODYS: [&str; 5] = ["", "/to-do", "/notifications", "/notifications/count", "/search"];
    let world = World::new().await;
    let drawn = Drawn::of(&world);
    let all: Vec<&str> = modules::ALL.iter().flat_map(|module| module.permissions).map(|grant| grant.key).collect();
    let say = |permissions: &str| {
        world.run(&format!("UPDATE groups SET permissions = '{{{permissions}}}' WHERE name = 'Readers'"));
    };
    say(&all.join(","));
    let paulie = world.paulie().await;
    let csrf = paulie.get("/profile").await.value("csrf");
    let routes: Vec<(Method, String, String)> = portals::screens(Role::Distributor)
        .into_iter()
        .map(|mount| {
            let url = address(MICKS, &mount.path, Role::Distributor, &drawn);
            (mount.method, mount.path, url)
        })
        .collect();
    let mut open = BTreeSet::new();
    for (method, path, url) in &routes {
        if *method == Method::GET && paulie.get(url).await.status == 200 {
            open.insert(path.as_str());
        }
    }
    assert!(open.len() > 100, "{} pages opened", open.len());
    say("");
    for (method, path, url) in &routes {
        if *method == Method::POST {
            let answer = paulie.post(url, &[("csrf", &csrf)]).await;
            let everybodys = ["/notifications/read", "/viewing/end"].contains(&path.as_str());
            assert!(answer.status >= 400 || everybodys, "{path}: {}", answer.status);
        } else if open.contains(path.as_str()) && !EVERYBODYS.contains(&path.as_str()) {
            let answer = paulie.get(url).await;
            assert!([403, 404].contains(&answer.status), "{path}: {}", answer.status);
        }
    }
}

#[actix_web::test]
async fn a_group_that_is_deleted_is_named_by_nothing_any_more() {
    let world = World::new().await;
    let michael = world.michael().await;
    let readers = world.text("SELECT id AS t FROM groups WHERE name = 'Readers' AND account_id = 'PA-469-206'");
    invite(&world, &michael, "drago@example.com").await.must_be(303);
    world.run(&format!(
        "{PROVIDER}; INSERT INTO sso_groups (account_id, group_id) VALUES ('PA-469-206', '{readers}'); \
         INSERT INTO sso_claims (account_id, value, group_id, place) VALUES ('PA-469-206', 'readers', '{readers}', 0); \
         INSERT INTO notification_rules (account_id, kind, way) VALUES ('PA-469-206', 'request_discussed', 'mail'); \
         INSERT INTO notification_rule_groups (account_id, kind, group_id) VALUES ('PA-469-206', 'request_discussed', '{readers}')"
    ));
    // whatever names groups: a new table has to say here what becomes of it
    let named = world.text(
        "SELECT string_agg(DISTINCT conrelid::regclass::text, ' ' ORDER BY conrelid::regclass::text) AS t \
         FROM pg_constraint WHERE contype = 'f' AND confrelid = 'groups'::regclass",
    );
    assert_eq!(named, "group_members invitation_groups notification_rule_groups sso_claims sso_groups");
    let count = |table: &str| world.number(&format!("SELECT count(*) AS n FROM {table} WHERE group_id = '{readers}'"));
    for table in named.split(' ') {
        assert!(count(table) > 0, "{table}");
    }
    let page = michael.get(&format!("{MICKS}/groups/{readers}/delete")).await;
    page.must_be(200).must_say("will leave it");
    michael.submit(&page, &[]).await.must_be(303);
    for table in named.split(' ') {
        assert_eq!(count(table), 0, "{table}");
    }
    let invitation = world.text("SELECT id AS t FROM invitations WHERE email = 'drago@example.com'");
    for path in ["users", &format!("users/{invitation}"), "notification-rules/request_discussed", "single-sign-on"] {
        michael.get(&format!("{MICKS}/{path}")).await.must_be(200);
    }
    // its history stays, under its name
    michael.get(&format!("{MICKS}/activity?event=deleted+the+group")).await.must_say("Readers");
}

#[actix_web::test]
async fn an_address_with_a_plus_is_another_one() {
    let world = World::new().await;
    let michael = world.michael().await;
    invite(&world, &michael, "drago@example.com, drago+ring@example.com, DRAGO@Example.com").await.must_be(303);
    let sent = "SELECT count(*) AS n FROM invitations WHERE email_key LIKE 'drago%'";
    assert_eq!(world.number(sent), 2);
}

#[actix_web::test]
async fn who_is_removed_is_out_in_every_tab_and_every_way() {
    let world = World::new().await;
    let (michael, tony) = (world.michael().await, world.tony().await);
    tony.get(MICKS).await.must_be(200);
    let user = world.text("SELECT id AS t FROM users WHERE email LIKE 'tony@%'");
    let bell = tony.get(MICKS).await.attribute("a.bell", "data-bell");
    let page = michael.get(&format!("{MICKS}/users/{user}/remove")).await;
    michael.submit(&page, &[]).await.must_be(303);
    for path in ["", "/contracts", "/contracts/export.csv", "/activity/export.csv", "/notifications"] {
        tony.get(&format!("{MICKS}{path}")).await.must_be(404);
    }
    tony.get_as(actix_web::http::Method::GET, &bell, &[("accept", "text/event-stream")]).await.must_be(404);
    // nothing else of the person ended, and nothing of others opened
    tony.get("/profile").await.must_be(200);
    tony.get(ACREED).await.must_be(404);
}

#[actix_web::test]
async fn who_comes_in_without_the_provider_that_is_required_is_told_of_each_time() {
    let world = World::new().await;
    world.run(&format!("{PROVIDER}; {REQUIRED}"));
    let tell = || world.program.db.write_now("exceptions", alarm::tell).expect("the job runs");
    // who may not is not let in, and of that nobody is told
    world.paulie().await.get(MICKS).await.must_be(409);
    assert_eq!(tell(), 0);
    let michael = world.michael().await;
    michael.get(MICKS).await.must_be(200);
    assert_eq!((tell(), tell()), (1, 0), "once");
    michael.get(&format!("{MICKS}/contracts")).await.must_be(200);
    assert_eq!(tell(), 0, "of each session once");
    let says = "Michael Goldmill came in without single sign-on";
    michael.get(&format!("{MICKS}/notifications")).await.must_say(says);
    michael.get(&format!("{MICKS}/activity")).await.must_say("Without single sign-on, as an exception");
    let mails = "SELECT count(*) AS n FROM outbox WHERE kind = 'came_without_provider'";
    assert!(world.number(mails) > 0, "also by mail");
    world.michael().await.get(MICKS).await.must_be(200);
    assert_eq!(tell(), 1, "each time");
}
