//! PostgreSQL dies during commits, is away, or is frozen.

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use diesel::{Connection as _, PgConnection, RunQueryDsl as _, sql_query};
use entente::{
    consequences, demo,
    kit::{connect::Prepare, db::Db},
    postgres::Embedded,
    start,
};
use nix::sys::signal::Signal;

use super::server::{Folder, server, signal};
use crate::support::{
    Client,
    program::{Over, Program},
    wire::NO_ANSWER,
    world::{KEY, MICKS, key},
};

fn prepare(url: &str) {
    start::migrate(url, Prepare::On).expect("the migrations run");
    demo::load(&Db::new(url, 1).with_key(key()).with_consequences(consequences::table())).expect("the demo loads");
}

/// One agreement in one POST: its id, when the program said that it is made.
async fn create(client: &Client, name: &str) -> Option<String> {
    let page = client.get(&format!("{MICKS}/agreements/new")).await;
    if page.status != 200 {
        return None;
    }
    let typed = [
        ("type", "service"),
        ("name", name),
        ("source", "link"),
        ("link", "https://terms.example/a.pdf"),
        ("description", "Made while PostgreSQL dies"),
    ];
    let answer = client.submit(&page, &typed).await;
    match answer.status {
        303 => answer.location().rsplit('/').next().map(str::to_owned),
        503 | NO_ANSWER => None,
        other => panic!("creating an agreement answers {other}: {:?}", answer.errors()),
    }
}

#[actix_web::test]
#[ignore = "make faults"]
async fn what_was_confirmed_outlives_postgresql_killed_during_commits_and_nothing_is_half_written() {
    let folder = Folder::new("kill");
    let program = Program::start(Over::Folder(folder.0.clone()));
    let mut people = Vec::new();
    for _ in 0..4 {
        people.push(program.michael().await);
    }
    let mut confirmed = Vec::new();
    for round in 0..6 {
        let busy = people.iter().enumerate().map(|(who, client)| async move {
            let mut made = Vec::new();
            let began = Instant::now();
            let mut number = 0;
            while began.elapsed() < Duration::from_millis(2_500) {
                number += 1;
                match create(client, &format!("Round {round} person {who} number {number}")).await {
                    Some(id) => made.push(id),
                    None => actix_web::rt::time::sleep(Duration::from_millis(100)).await,
                }
            }
            made
        });
        let killer = async {
            actix_web::rt::time::sleep(Duration::from_millis(700 + 130 * round)).await;
            let processes = server(&folder.0);
            assert!(processes.len() > 1, "the server runs");
            // by turns the whole server, its postmaster alone, one of its children
            let victims = match round % 3 {
                0 => &processes[..],
                1 => &processes[..1],
                _ => &processes[processes.len() - 1..],
            };
            signal(victims, Signal::SIGKILL);
        };
        let (made, ()) = futures_util::future::join(futures_util::future::join_all(busy), killer).await;
        confirmed.extend(made.into_iter().flatten());
        let took = program.recovers(&people[0], MICKS).await;
        println!("round {round}: {} confirmed so far, back after {took:?}", confirmed.len());
    }
    assert!(confirmed.len() > 20, "only {} were confirmed", confirmed.len());
    let database = Embedded::start(&folder.0).expect("the program's own server");
    let mut conn = PgConnection::establish(&database.url()).expect("a connection");
    #[derive(diesel::QueryableByName)]
    struct Id {
        #[diesel(sql_type = diesel::sql_types::Text)]
        id: String,
    }
    let mut ids = |statement: &str| -> Vec<String> {
        sql_query(statement).load::<Id>(&mut conn).expect(statement).into_iter().map(|row| row.id).collect()
    };
    let there = ids("SELECT id FROM agreements");
    let lost: Vec<_> = confirmed.iter().filter(|id| !there.contains(id)).collect();
    assert!(lost.is_empty(), "confirmed and lost: {lost:?}");
    let halves = "SELECT id FROM agreements a WHERE name LIKE 'Round %' AND \
                  (NOT EXISTS (SELECT FROM agreement_versions v WHERE v.agreement_id = a.id) \
                   OR (SELECT count(*) FROM events e WHERE e.object = a.id AND e.name = 'agreement.created') <> 1)";
    assert_eq!(ids(halves), Vec::<String>::new(), "each agreement has its version and its event");
    doctor(&folder.0);
}

fn doctor(folder: &Path) {
    let outcome = Command::new(env!("CARGO_BIN_EXE_entente"))
        .args(["doctor", "--evidence"])
        .env("ENTENTE_DATA", folder)
        .env("ENTENTE_SECRET_KEY", KEY)
        .env_remove("DATABASE_URL")
        .output()
        .expect("the doctor");
    assert!(outcome.status.success(), "{}", String::from_utf8_lossy(&outcome.stdout));
}

#[actix_web::test]
#[ignore = "make faults"]
async fn while_postgresql_is_away_pages_say_so_within_three_seconds_and_recover_by_themselves() {
    let folder = Folder::new("away");
    let embedded = Embedded::start(&folder.0).expect("a server");
    prepare(&embedded.url());
    let program = Program::start(Over::Url(embedded.url()));
    let michael = program.michael().await;
    michael.get(MICKS).await.must_be(200);
    embedded.stop();
    for path in [MICKS, "/readyz"] {
        let began = Instant::now();
        michael.get(path).await.must_be(503);
        assert!(began.elapsed() < Duration::from_secs(3), "{path} took {:?}", began.elapsed());
    }
    michael.get("/healthz").await.must_be(200);
    let embedded = Embedded::start(&folder.0).expect("the server again");
    let took = program.recovers(&michael, MICKS).await;
    assert!(took < Duration::from_secs(5), "{took:?}");
    drop(program);
    embedded.stop();
}

#[actix_web::test]
#[ignore = "make faults"]
async fn a_postgresql_that_is_frozen_does_not_hold_people_for_ever() {
    let folder = Folder::new("frozen");
    let embedded = Embedded::start(&folder.0).expect("a server");
    prepare(&embedded.url());
    let program = Program::start(Over::Url(embedded.url()));
    let michael = program.michael().await;
    michael.get(MICKS).await.must_be(200);
    signal(&server(&folder.0), Signal::SIGSTOP);
    let began = Instant::now();
    michael.get(MICKS).await.must_be(503);
    let waited = began.elapsed();
    signal(&server(&folder.0), Signal::SIGCONT);
    assert!(waited < Duration::from_secs(10), "{waited:?}");
    program.recovers(&michael, MICKS).await;
    drop(program);
    embedded.stop();
}
