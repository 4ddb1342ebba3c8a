//! By what somebody acts: a session, a link, a token, or a job in somebody's name.

use std::sync::Arc;

use entente::{
    access::identity,
    kit::{
        actor::Actor,
        caller::{Caller, Credential},
    },
    modules::marketplaces::{
        Manage,
        hubs::{self, data::NewHub},
    },
};

use crate::{
    contracts::invite,
    support::{World, world::MICKS},
};

/// The credential that stands with the latest event of this name.
fn credential(world: &World, name: &str) -> String {
    world.text(&format!("SELECT credential AS t FROM events WHERE name = '{name}' ORDER BY number DESC LIMIT 1"))
}

#[actix_web::test]
async fn every_event_says_by_what_somebody_acted() {
    let world = World::new().await;
    let others = world.number("SELECT count(*) AS n FROM events WHERE credential <> 'job'");
    assert_eq!(others, 0, "a loader plays the cast");
    let michael = world.michael().await;
    let (_, link) = invite(&michael, MICKS, "service", "Welcome").await;
    assert_eq!(credential(&world, "contract.created"), "session");
    // a link is what counts, also for somebody who is signed in besides
    let page = michael.follow(michael.get(&link).await).await;
    let page = michael.get(&page.link("Reject this contract")).await;
    michael.submit(&page, &[("reason", "Too early for us")]).await.must_be(200);
    assert_eq!(credential(&world, "contract.rejected"), "link");
    let page = michael.get("/profile").await;
    michael.submit(&page, &[("name", "Michael Goldmill")]).await.must_be(303);
    assert_eq!(credential(&world, "user.updated"), "session");
}

#[actix_web::test]
async fn a_store_and_a_verb_need_neither_browser_nor_session() {
    let world = World::new().await;
    let michael = world.text("SELECT id AS t FROM users WHERE email = 'michael@mightymicks.example'");
    let identity = world
        .program
        .db
        .open(move |conn| identity::load(conn, &michael.parse().expect("an id"), &"PA-469-206".parse().expect("an id")))
        .await
        .expect("a member");
    let caller = Caller { credential: Credential::Token, request: "r-1".into(), ..Caller::job() };
    let actor = Actor::<Manage>::admit(Arc::new(identity), Arc::new(caller)).expect("an administrator");
    let new = NewHub { name: "By a program".into(), instance: None, description: "d".into() };
    let made = world.program.db.write(&actor, move |tx| hubs::actions::register(tx, &new)).await;
    let id = made.expect("it registers");
    let found = world
        .program
        .db
        .read(&actor, move |read| {
            let sealed = read.vault()?.seal("x", "secret")?;
            assert_eq!(read.vault()?.open("x", &sealed)?, "secret");
            hubs::store::find(read, &id)
        })
        .await;
    assert_eq!(found.expect("it is there").data.name, "By a program");
    assert_eq!(credential(&world, "hub.registered"), "token");
}
