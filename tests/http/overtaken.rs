//! Two people edit one thing: who saves second sees both and chooses, on every page that edits.

use std::collections::BTreeSet;

use actix_web::http::Method;
use entente::{
    kit::{actor::Role, choice::Choice as _},
    portals,
};

use crate::{
    access::{Drawn, address, portal},
    support::World,
};

const TEXTS: &str = "main form input.input[type=text]";

#[actix_web::test]
async fn who_saves_second_sees_what_was_saved_meanwhile_and_chooses() {
    let world = World::new().await;
    let drawn = Drawn::of(&world);
    let mut met = BTreeSet::new();
    for role in Role::ALL {
        let (base, client) = portal(&world, *role).await;
        for mount in portals::screens(*role).into_iter().filter(|mount| mount.method == Method::GET) {
            let url = address(base, &mount.path, *role, &drawn);
            let (first, second) = (client.get(&url).await, client.get(&url).await);
            if first.status != 200 || !first.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
                continue;
            }
            let opened = first.attributes("main form input[name=revision], main form input[name=version]", "value");
            let texts = first.attributes(TEXTS, "name");
            let (Some(_), Some(field)) = (opened.first(), texts.first()) else { continue };
            let saved = client.submit(&first, &[(field, "Saved first 1")]).await;
            if saved.status != 303 {
                // the sample does not stand as its page would leave it
                continue;
            }
            let late = client.submit(&second, &[(field, "Saved second 2")]).await;
            late.must_be(409).must_say("Someone else saved changes while you were editing");
            late.must_say("Saved by someone else: Saved first 1");
            assert_eq!(late.value(field), "Saved second 2", "{url} keeps what was typed");
            client.submit(&late, &[]).await.must_be(303);
            met.insert(format!("{} {}", role.key(), mount.path));
        }
    }
    assert!(met.len() >= 4, "only these could be tried: {met:#?}");
}
