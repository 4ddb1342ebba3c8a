//! An administrator looks at the portal as a colleague: sees what the colleague sees, changes nothing, and is seen to have looked.

use actix_web::http::Method;
use entente::{kit::actor::Role, modules::people::viewing, portals};

use crate::{
    access::{Drawn, address},
    support::{
        Answer, Client, World,
        world::{ACREED, CHAMPIONS, MICKS},
    },
};

const OTHER: &str = "/vendor/VA-610-774";

fn user(world: &World, name: &str) -> String {
    world.text(&format!("SELECT id AS t FROM users WHERE email LIKE '{name}@%'"))
}

async fn view_as(world: &World, michael: &Client, name: &str) -> Answer {
    michael.get(MICKS).await.must_be(200);
    let page = michael.get(&format!("{MICKS}/users/{}/view-as", user(world, name))).await;
    page.must_be(200).must_say("View as").must_say("You can't change anything until you stop");
    michael.follow(michael.submit(&page, &[]).await).await
}

#[actix_web::test]
async fn the_portal_is_seen_as_the_colleague_sees_it_with_a_banner_and_one_way_out() {
    let world = World::new().await;
    let michael = world.michael().await;
    michael.get(&format!("{MICKS}/hubs/new")).await.must_be(200);
    let home = view_as(&world, &michael, "paulie").await;
    home.must_be(200)
        .must_say("You're viewing this portal as Paulie Pennino for up to 30 more minutes")
        .must_say("Stop viewing");
    michael.get(&format!("{MICKS}/hubs/new")).await.must_be(403).must_say("Stop viewing");
    michael.get(&format!("{MICKS}/users")).await.must_be(403);
    michael.get(&format!("{MICKS}/nothing-here")).await.must_be(404);
    michael.get("/help").await.must_say("Stop viewing");
    // the person's own pages stay the person's
    michael.get("/profile").await.must_say("michael@mightymicks.example").must_say("Stop viewing");
    let user = user(&world, "paulie");
    let back = michael.press_at(&home, &format!("{MICKS}/viewing/end")).await;
    let page = michael.follow(back).await;
    page.must_be(200)
        .must_say("You're back in your own view")
        .must_say("Started viewing the portal as this user".to_lowercase().as_str());
    page.must_not_say("Stop viewing");
    michael.get(&format!("{MICKS}/hubs/new")).await.must_be(200);
    let told = michael.get(&format!("{MICKS}/activity?object={user}")).await;
    told.must_say("Started viewing the portal as this user").must_say("Stopped viewing the portal as this user");
    told.must_say("Michael Goldmill");
}

/// How many rows every table has; refusals are written down, and what a document looks like is kept by whoever reads it first.
fn rows(world: &World) -> Vec<(String, i64)> {
    let tables = world.text(
        "SELECT string_agg(relname, ' ' ORDER BY relname) AS t FROM pg_class WHERE relkind = 'r' \
         AND relnamespace = 'public'::regnamespace AND relname NOT IN ('security_events', 'renderings')",
    );
    let count = |table: &str| (table.to_owned(), world.number(&format!("SELECT count(*) AS n FROM {table}")));
    tables.split(' ').map(count).collect()
}

#[actix_web::test]
async fn nothing_is_written_meanwhile_whatever_is_sent() {
    let world = World::new().await;
    let michael = world.michael().await;
    let drawn = Drawn::of(&world);
    let csrf = view_as(&world, &michael, "paulie").await.value("csrf");
    let before = rows(&world);
    let mut tried = 0;
    for mount in portals::screens(Role::Distributor) {
        let url = address(MICKS, &mount.path, Role::Distributor, &drawn);
        if mount.method == Method::POST && !url.ends_with("/viewing/end") {
            let answer = michael.post(&url, &[("csrf", &csrf), ("name", "x")]).await;
            answer.must_be(409).must_say("You're viewing as someone else");
            tried += 1;
        } else if mount.method == Method::GET {
            michael.get(&url).await;
        }
    }
    assert!(tried > 100, "{tried} were tried");
    // nor at the person's own pages
    michael.post("/profile", &[("csrf", &csrf), ("name", "Clubber")]).await.must_be(409);
    assert_eq!(rows(&world), before);
    assert_eq!(
        world.number("SELECT count(*) AS n FROM memberships m JOIN users u ON u.id = m.user_id WHERE u.email LIKE 'paulie@%' AND m.last_seen_at > now() - interval '1 minute'"),
        0,
        "the colleague was not here"
    );
}

/// In the portals of partners too, by every verb, and at every page that stands outside of portals.
#[actix_web::test]
async fn in_no_portal_and_by_no_verb_is_anything_written() {
    let world = World::new().await;
    let drawn = Drawn::of(&world);
    for (role, base, client) in
        [(Role::Reseller, ACREED, world.donnie().await), (Role::Vendor, CHAMPIONS, world.apollo().await)]
    {
        client.get(base).await.must_be(200);
        let page = client.get(&format!("{base}/users/{}/view-as", user(&world, "bianca"))).await;
        let home = client.follow(client.submit(&page, &[]).await).await;
        let csrf = home.must_be(200).must_say("Stop viewing").value("csrf");
        let before = rows(&world);
        let mut tried = 0;
        for mount in portals::screens(role).into_iter().filter(|mount| mount.method == Method::POST) {
            let url = address(base, &mount.path, role, &drawn);
            if !url.ends_with("/viewing/end") {
                client.post(&url, &[("csrf", &csrf), ("name", "x")]).await.must_be(409);
                tried += 1;
            }
        }
        assert!(tried > 60, "{tried} were tried in {base}");
        for verb in [Method::PUT, Method::PATCH, Method::DELETE] {
            for path in [base, "/profile", "/profile/sessions"] {
                let answer = client.get_as(verb.clone(), path, &[]).await;
                assert!([404, 405, 409].contains(&answer.status), "{verb} {path}: {}", answer.status);
            }
        }
        for own in ["/profile", "/profile/password", "/profile/data", "/profile/delete", "/profile/picture"] {
            let answer = client.post(own, &[("csrf", &csrf), ("name", "Clubber")]).await;
            assert!([404, 409].contains(&answer.status), "{own}: {}", answer.status);
        }
        assert_eq!(rows(&world), before, "{base}");
    }
}

#[actix_web::test]
async fn it_ends_by_itself_and_with_the_right_to_it() {
    let world = World::new().await;
    let michael = world.michael().await;
    view_as(&world, &michael, "paulie").await.must_say("Stop viewing");
    world.run("UPDATE session_places SET viewing_until = now() - interval '1 second' WHERE viewing_id IS NOT NULL");
    michael.get(MICKS).await.must_be(200).must_not_say("Stop viewing").must_say("Michael Goldmill");
    assert_eq!(world.program.db.write_now("viewing", viewing::run_out).expect("the job runs"), 1);
    let told = michael.get(&format!("{MICKS}/activity?object={}", user(&world, "paulie"))).await;
    told.must_say("Michael Goldmill").must_say("Stopped viewing the portal as this user because the time was up");
    view_as(&world, &michael, "paulie").await.must_say("Stop viewing");
    // the company requires a second factor, which the administrator does not have
    world.run("UPDATE accounts SET second_factor = 'required' WHERE id = 'PA-469-206'");
    assert_eq!(michael.get(MICKS).await.must_be(303).location(), "/enrol/PA-469-206");
    world.run("UPDATE accounts SET second_factor = 'optional' WHERE id = 'PA-469-206'");
    michael.get(MICKS).await.must_say("Stop viewing");
    // another administrator takes the right away
    world.run(
        "DELETE FROM group_members gm USING groups g, users u WHERE g.id = gm.group_id AND g.administrators AND u.id = gm.user_id \
         AND u.email LIKE 'michael@%' AND gm.account_id = 'PA-469-206'",
    );
    michael.get(MICKS).await.must_be(200).must_not_say("Stop viewing");
    michael.get(&format!("{MICKS}/users/{}/view-as", user(&world, "paulie"))).await.must_be(403);
}

#[actix_web::test]
async fn nobody_but_an_administrator_views_and_only_within_the_company() {
    let world = World::new().await;
    let (michael, paulie) = (world.michael().await, world.paulie().await);
    let tony = user(&world, "tony");
    paulie.get(&format!("{MICKS}/users/{tony}/view-as")).await.must_be(403);
    let csrf = paulie.get("/profile").await.value("csrf");
    paulie.post(&format!("{MICKS}/users/{tony}/view-as"), &[("csrf", &csrf)]).await.must_be(403);
    michael.get(&format!("{MICKS}/users/{}/view-as", user(&world, "donnie"))).await.must_be(404);
    let own = michael.get(&format!("{MICKS}/users/{}/view-as", user(&world, "michael"))).await;
    own.must_say("You already see your own portal");
    // the colleague's other company stays the colleague's
    let home = view_as(&world, &michael, "tony").await;
    home.must_say("You're viewing this portal as");
    assert_eq!(home.texts(".place .menu-item"), Vec::<String>::new());
    michael.get(OTHER).await.must_be(404);
    // and nobody reaches through it what a stranger could not
    let stranger = world.stranger();
    let answer = stranger.post(&format!("{MICKS}/viewing/end"), &[]).await;
    assert!([303, 403].contains(&answer.status), "{}", answer.status);
}
