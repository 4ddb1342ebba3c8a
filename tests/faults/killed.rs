//! `kill -9` of the program between any two steps of either wizard, and in the middle of their last one.

use std::time::Duration;

use diesel::{Connection as _, PgConnection, RunQueryDsl as _, sql_query};
use entente::{demo, kit::db::Db, start};

use crate::support::{
    Answer, Client,
    cluster::{TestDatabase, fresh_database},
    program::{Over, Program},
    wire::NO_ANSWER,
    world::{MICKS, key},
};

pub fn database() -> TestDatabase {
    fresh_database(|url| {
        start::migrate(url).expect("the migrations run");
        demo::load(&Db::new(url, 1).with_key(key())).expect("the demo loads");
    })
}

pub fn number(url: &str, statement: &str) -> i64 {
    #[derive(diesel::QueryableByName)]
    struct N {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        n: i64,
    }
    let mut conn = PgConnection::establish(url).expect("a connection");
    sql_query(statement).get_result::<N>(&mut conn).expect(statement).n
}

/// Create Contract up to its summary; `before` runs before each request, with its number.
async fn invite(client: &Client, mut before: impl AsyncFnMut(usize)) -> Answer {
    before(0).await;
    let page = client.get(&format!("{MICKS}/contracts/new")).await;
    before(1).await;
    let answer = client.submit(&page, &[("type", "service")]).await;
    before(2).await;
    let page = client.follow(answer).await;
    let agreement = page.value("agreement");
    before(3).await;
    let answer = client.submit(&page, &[("agreement", &agreement)]).await;
    before(4).await;
    let page = client.follow(answer).await;
    before(5).await;
    let answer = client.submit(&page, &[("kind", "production"), ("note", "Through fire")]).await;
    before(6).await;
    let page = client.follow(answer).await;
    page.must_be(200).must_say("Contract created");
    page
}

const REQUESTS_OF_INVITE: usize = 7;
const REQUESTS_OF_ACTIVATION: usize = 11;
const PASSWORD: &str = "Southpaw-Jab-77";

/// From the link to the portal, in the same manner.
async fn activate(guest: &Client, link: &str, mut before: impl AsyncFnMut(usize)) -> Answer {
    before(0).await;
    let answer = guest.get(link).await;
    before(1).await;
    let page = guest.follow(answer).await;
    before(2).await;
    let answer = guest.submit(&page, &[("email", "drago@example.com"), ("accept", "yes")]).await;
    before(3).await;
    let page = guest.follow(answer).await;
    let typed = [("name", "Drago Ivanov"), ("new-password", PASSWORD), ("confirm-password", PASSWORD)];
    before(4).await;
    let answer = guest.submit(&page, &typed).await;
    before(5).await;
    let page = guest.follow(answer).await;
    before(6).await;
    let answer = guest.submit(&page, &[("company", "Drago GmbH")]).await;
    before(7).await;
    let page = guest.follow(answer).await;
    before(8).await;
    let answer = guest.submit(&page, &[]).await;
    before(9).await;
    let page = guest.follow(answer).await;
    page.must_say("Contract activated");
    before(10).await;
    guest.get(&page.link("Proceed")).await
}

async fn never(_: usize) {}

#[actix_web::test]
#[ignore = "make faults"]
async fn the_contract_wizard_survives_a_kill_between_any_two_steps() {
    let database = database();
    let mut program = Program::start(Over::Url(database.url.clone()));
    let michael = program.michael().await;
    for killed_at in 0..REQUESTS_OF_INVITE {
        let made = || number(&database.url, "SELECT count(*) AS n FROM contracts WHERE note = 'Through fire'");
        let before = made();
        invite(&michael, async |step| {
            if step == killed_at {
                program.kill_and_start();
            }
        })
        .await
        .must_say("Activation link");
        assert_eq!(made(), before + 1, "killed before request {killed_at}");
    }
}

#[actix_web::test]
#[ignore = "make faults"]
async fn an_activation_survives_a_kill_between_any_two_steps() {
    let database = database();
    let mut program = Program::start(Over::Url(database.url.clone()));
    let michael = program.michael().await;
    for killed_at in 0..REQUESTS_OF_ACTIVATION {
        let link = invite(&michael, never).await.shown_link();
        let guest = program.stranger();
        // each round is a person of its own
        let mut conn = PgConnection::establish(&database.url).expect("a connection");
        sql_query("UPDATE users SET email = id || '@gone.example', email_key = lower(id) || '@gone.example' WHERE email = 'drago@example.com'")
            .execute(&mut conn)
            .expect("renamed");
        let portal = activate(&guest, &link, async |step| {
            if step == killed_at {
                program.kill_and_start();
            }
        })
        .await;
        portal.must_be(200).must_say("Drago GmbH");
        let accounts = number(&database.url, "SELECT count(*) AS n FROM accounts WHERE name = 'Drago GmbH'");
        assert_eq!(accounts, killed_at as i64 + 1, "one company for each activation, killed before {killed_at}");
    }
    let halves = "SELECT count(*) AS n FROM contracts c WHERE status = 'active' AND \
                  (SELECT count(*) FROM signatures s WHERE s.contract_id = c.id AND s.version = c.version) <> 2 \
                  AND note = 'Through fire'";
    assert_eq!(number(&database.url, halves), 0, "each active contract has both stamps");
}

#[actix_web::test]
#[ignore = "make faults"]
async fn create_killed_in_the_middle_and_pressed_again_makes_one_contract() {
    let database = database();
    let mut program = Program::start(Over::Url(database.url.clone()));
    let michael = program.michael().await;
    let (mut answered, mut cut) = (0, 0);
    for round in 0..20_u64 {
        let page = michael.get(&format!("{MICKS}/contracts/new")).await;
        let page = michael.follow(michael.submit(&page, &[("type", "service")]).await).await;
        let agreement = page.value("agreement");
        let page = michael.follow(michael.submit(&page, &[("agreement", &agreement)]).await).await;
        let note = format!("Cut {round}");
        let typed = [("kind", "test"), ("note", note.as_str())];
        let killer = actix_web::rt::time::sleep(Duration::from_millis(round));
        let (answer, ()) = futures_util::future::join(michael.press(&page, &typed), async {
            killer.await;
            program.kill_and_start();
        })
        .await;
        if answer.status == NO_ANSWER {
            cut += 1
        } else {
            answered += 1
        }
        let again = michael.press(&page, &typed).await;
        michael.follow(again).await.must_say("Contract created");
        let made = number(&database.url, &format!("SELECT count(*) AS n FROM contracts WHERE note = '{note}'"));
        assert_eq!(made, 1, "{note}: pressed twice, one contract");
    }
    println!("{cut} of 20 were cut off, {answered} were answered");
    assert!(cut > 0, "the kill came in time at least once");
}

/// An account of the cast that ten products use, as the table of uses says.
fn used_widely(url: &str) -> String {
    #[derive(diesel::QueryableByName)]
    struct T {
        #[diesel(sql_type = diesel::sql_types::Text)]
        t: String,
    }
    let mut conn = PgConnection::establish(url).expect("a connection");
    let statement = "SELECT id AS t FROM tier_accounts WHERE name = 'J&M Tropical Fish'";
    let account = sql_query(statement).get_result::<T>(&mut conn).expect(statement).t;
    for number in 0..30 {
        let product = format!("PRD-000-000-0{number:02}");
        sql_query(format!(
            "INSERT INTO products (id, vendor_id, name, tier_accounts_sync, created_at, updated_at) \
             VALUES ('{product}', 'VA-287-142', 'Product {number}', true, now(), now())"
        ))
        .execute(&mut conn)
        .expect("a product");
        sql_query(format!(
            "INSERT INTO tier_account_uses VALUES ('{account}', '{product}', 'tier2', 'VA-287-142', 10000)"
        ))
        .execute(&mut conn)
        .expect("a use");
    }
    account
}

#[actix_web::test]
#[ignore = "make faults"]
async fn an_edit_killed_in_the_middle_tells_every_vendor_or_nobody() {
    let database = database();
    let mut program = Program::start(Over::Url(database.url.clone()));
    let michael = program.michael().await;
    let account = used_widely(&database.url);
    let url = format!("{MICKS}/customers/{account}/edit");
    let (mut answered, mut cut) = (0, 0);
    for round in 0..30_u64 {
        // The first numbers that a program reads take it half a second: the kill would always come in time.
        let unchanged = michael.get(&url).await;
        michael.submit(&unchanged, &[]).await.must_be(303);
        let page = michael.get(&url).await;
        let city = format!("City {round}");
        let typed = [("city", city.as_str())];
        let killer = actix_web::rt::time::sleep(Duration::from_millis(round * 2));
        let (answer, ()) = futures_util::future::join(michael.submit(&page, &typed), async {
            killer.await;
            program.kill_and_start();
        })
        .await;
        if answer.status == NO_ANSWER {
            cut += 1
        } else {
            answered += 1
        }
        let halves = format!(
            "SELECT count(*) AS n FROM tier_account_versions v WHERE v.tier_account_id = '{account}' AND v.number > 2 \
             AND (SELECT count(*) FROM tier_account_requests r WHERE r.tier_account_id = v.tier_account_id \
             AND r.after_version = v.number) <> 31"
        );
        assert_eq!(number(&database.url, &halves), 0, "{city}: a version with all its requests, or neither");
        let loose = "SELECT count(*) AS n FROM tier_account_requests r JOIN tier_accounts t ON t.id = r.tier_account_id \
                     WHERE r.after_version > t.version";
        assert_eq!(number(&database.url, loose), 0);
    }
    println!("{cut} of 30 were cut off, {answered} were answered");
    assert!(cut > 0 && answered > 0, "some kills came in time, some too late");
}
