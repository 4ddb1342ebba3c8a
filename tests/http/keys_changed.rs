//! The key is changed while programs run: nobody notices, and nothing is left under the old one.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use entente::{
    keys::{self, Change, NotChanged},
    kit::{db::Db, secret::Key, vault::Vault},
};

use crate::{
    factors,
    orders::{act, at_vendor, parameter},
    secrets::{SECRET, ordered, secretive, subscription_of},
    support::{
        Client, World,
        program::{Over, Program},
        world::{KEY, MICKS},
    },
};

const PASSED: Duration = Duration::from_secs(5);

/// A key file read by two programs that share a database.
struct File(PathBuf);

impl File {
    fn new(name: &str) -> Self {
        let file = std::env::temp_dir().join(format!("entente-keys-{name}-{}", std::process::id()));
        std::fs::write(&file, format!("{KEY}\n")).expect("a file");
        Self(file)
    }

    fn keys(&self) -> Key {
        Key::from_list(std::fs::read_to_string(&self.0).expect("it reads").lines()).expect("keys")
    }

    fn serve(&self, world: &World) -> Program {
        let path = self.0.to_str().expect("a path");
        Program::start_with(Over::Url(world.url()), &[("ENTENTE_SECRET_KEY", ""), ("ENTENTE_SECRET_KEY_FILE", path)])
    }
}

impl Drop for File {
    fn drop(&mut self) {
        for ending in ["", ".next", ".turn"] {
            let _ = std::fs::remove_file(format!("{}{ending}", self.0.display()));
        }
    }
}

fn changed(world: &World, file: &Path, patience: Duration) -> std::thread::JoinHandle<Result<Key, NotChanged>> {
    let (url, file) = (world.serving_url(), file.to_owned());
    std::thread::spawn(move || {
        let db = Db::new(&url, 2);
        Change { patience, grace: Duration::from_secs(1), ..Change::new(&db) }.make(&file)
    })
}

/// Tables that have something sealed under this key, in any column.
fn under(world: &World, key: &str) -> Vec<String> {
    let mark = Vault::of(&Key::from_text(key).expect("a key")).mark();
    let tables = world.text(
        "SELECT string_agg(c.relname, ' ' ORDER BY c.relname) AS t FROM pg_class c \
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname NOT LIKE '\\_\\_%'",
    );
    let holds =
        |table: &&str| world.number(&format!("SELECT count(*) AS n FROM {table} r WHERE r::text LIKE '%{mark}%'")) > 0;
    tables.split(' ').filter(holds).map(str::to_owned).collect()
}

/// Makes both programs open what the old key sealed, and seal something new.
async fn at_work(programs: [&Client; 2], subscription: &str, round: usize) {
    for client in programs {
        client.get(MICKS).await.must_be(200);
        let page = client.get(&format!("{MICKS}/subscriptions/{subscription}/parameters")).await;
        client.submit_to(&page, Some("/reveal"), &[]).await.must_be(200).must_say(SECRET);
        let page = client.get("/profile").await;
        let named = client.submit(&page, &[("name", &format!("Michael Goldmill {round}"))]).await;
        client.follow(named).await.must_be(200).must_say("Profile saved");
    }
}

/// Michael signs in at this program, with a code from his second factor.
async fn signed_in(program: &Program, code: &str) -> Client {
    let client = program.stranger();
    let page = client.get("/sign-in").await;
    let typed = [("email", "michael@mightymicks.example"), ("password", entente::demo::PASSWORD)];
    let page = client.follow(client.submit(&page, &typed).await).await;
    client.submit(&page, &[("code", code)]).await.must_be(303);
    client
}

#[actix_web::test]
async fn the_key_is_changed_while_two_programs_serve_and_nothing_is_left_under_the_old_one() {
    let (world, file) = (World::new().await, File::new("served"));
    secretive(&world);
    let (one, other) = (file.serve(&world), file.serve(&world));
    let michael = one.michael().await;
    let request = ordered(&world, &michael, SECRET).await;
    let (apollo, license) = (world.apollo().await, parameter(&world, "license_key"));
    act(&apollo, &at_vendor(&request), "approve", &[(&license, "L-1")]).await.must_be(303);
    let subscription = subscription_of(&request);
    let (app, codes) = factors::enrol(&michael).await;
    let elsewhere = signed_in(&other, &codes[0]).await;
    let old = Key::from_text(KEY).expect("a key").id().to_owned();
    assert!(!under(&world, KEY).is_empty());

    let change = changed(&world, &file.0, Duration::from_secs(60));
    let mut round = 0;
    while !change.is_finished() {
        round += 1;
        at_work([&michael, &elsewhere], &subscription, round).await;
    }
    let key = change.join().expect("no panic").expect("it is changed");
    assert_ne!(key.id(), old);
    assert_eq!(file.keys().ids().collect::<Vec<_>>(), [key.id(), &old]);
    assert_eq!(under(&world, KEY), Vec::<String>::new());
    assert_eq!(keys::left(&mut world.sql(), &key).expect("it looks"), 0);
    at_work([&michael, &elsewhere], &subscription, round + 1).await;

    // signing in now uses what was sealed before, and the old key may go
    let later = signed_in(&other, &codes[1]).await;
    world.run("UPDATE authenticators SET last_step = 0");
    let again = signed_in(&one, &factors::code(&app, 0)).await;
    keys::forget(&file.0, std::slice::from_ref(&old)).expect("it is forgotten");
    actix_web::rt::time::sleep(PASSED).await;
    at_work([&later, &again], &subscription, round + 2).await;
    assert!(michael.get(MICKS).await.must_be(303).location().starts_with("/sign-in"), "begun under the old key");
}

#[actix_web::test]
async fn a_change_waits_for_every_program_and_goes_on_when_it_was_cut_short() {
    let (world, file) = (World::new().await, File::new("waiting"));
    let stale = "INSERT INTO serving_programs VALUES (gen_random_uuid(), '{00000000}', now() + interval '1 minute')";
    world.run(stale);
    let refused = changed(&world, &file.0, Duration::from_millis(300)).join().expect("no panic").expect_err("it waits");
    assert!(refused.to_string().contains("does not use"), "{refused}");
    let listed: Vec<String> = file.keys().ids().map(str::to_owned).collect();
    assert_eq!(
        (listed.len(), listed[0].as_str()),
        (2, Key::from_text(KEY).expect("a key").id()),
        "the old one is used"
    );
    // a program that has stopped is no longer waited for
    world.run("UPDATE serving_programs SET seen_at = now() - interval '1 minute'");
    let key = changed(&world, &file.0, Duration::from_secs(5)).join().expect("no panic").expect("it is changed");
    assert_eq!(key.ids().collect::<Vec<_>>(), [listed[1].as_str(), listed[0].as_str()], "the key that was begun with");
}
