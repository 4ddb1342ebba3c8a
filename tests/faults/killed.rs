//! `kill -9` of the program between any two steps of either wizard, and in the middle of their last one.

use std::time::Duration;

use diesel::{Connection as _, PgConnection, RunQueryDsl as _, sql_query};
use entente::{
    consequences, demo,
    kit::{connect::Prepare, db::Db},
    modules::contracts::evidence::verify,
    start,
};

use crate::support::{
    Answer, Client,
    cluster::{TestDatabase, fresh_database},
    program::{Over, Program},
    wire::NO_ANSWER,
    world::{ACREED, CHAMPIONS, MICKS, SIGNED, key},
};

pub fn database() -> TestDatabase {
    fresh_database(|url| {
        start::migrate(url, Prepare::On).expect("the migrations run");
        demo::load(&Db::new(url, 1).with_key(key()).with_consequences(consequences::table())).expect("the demo loads");
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
    guest.get(&page.link("Go to the")).await
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
            "INSERT INTO tier_account_uses VALUES ('{account}', '{product}', 'tier2', 'VA-287-142', 10000, 'production')"
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

/// The cast's distribution contract under which Apollo Pulse is listed and ordered.
const CARRIES: &str = "CRD-40293-21272-66678";

/// An act that moves several things: who does it, where, and what shows that it happened, each as a condition in SQL.
struct Act {
    name: &'static str,
    by: &'static str,
    url: String,
    typed: Vec<(&'static str, &'static str)>,
    /// All of these hold afterwards, or none.
    done: Vec<String>,
    /// The answer to the same press once it is done: who accepts is led where the first press led.
    again: u16,
}

const MICHAEL: &str = "michael@mightymicks.example";
const DONNIE: &str = "donnie@acreedllc.example";
const APOLLO: &str = "apollo@champions.example";

async fn signed_in(program: &Program, email: &str) -> Client {
    let client = program.stranger();
    let page = client.get("/sign-in").await;
    client.submit(&page, &[("email", email), ("password", demo::PASSWORD)]).await.must_be(303);
    client
}

fn text(url: &str, statement: &str) -> String {
    #[derive(diesel::QueryableByName)]
    struct T {
        #[diesel(sql_type = diesel::sql_types::Text)]
        t: String,
    }
    let mut conn = PgConnection::establish(url).expect("a connection");
    sql_query(statement).get_result::<T>(&mut conn).expect(statement).t
}

fn event(name: &str, object: &str) -> String {
    format!("EXISTS (SELECT FROM events WHERE name = '{name}' AND object = '{object}')")
}

/// Offers a new expiry date of the service contract.
async fn with_an_offer(program: &Program) {
    let michael = program.michael().await;
    let page = michael.get(&format!("{MICKS}/contracts/{SIGNED}/extend")).await;
    michael.submit(&page, &[("ends_on", "2031-01-31")]).await.must_be(303);
}

/// Offers a successor of the distribution contract; its id.
async fn with_a_successor(program: &Program) -> String {
    let michael = program.michael().await;
    let page = michael.get(&format!("{MICKS}/contracts/{CARRIES}/renewal")).await;
    let answer = michael.submit(&page, &[("note", "Another year together")]).await;
    answer.must_be(303).location().rsplit('/').next().expect("an id").to_owned()
}

fn extends() -> Act {
    Act {
        name: "extend",
        again: 409,
        by: MICHAEL,
        url: format!("{MICKS}/contracts/{SIGNED}/extend"),
        typed: vec![("ends_on", "2031-01-31")],
        done: vec![
            "EXISTS (SELECT FROM contract_extensions WHERE status = 'offered')".into(),
            format!("EXISTS (SELECT FROM signatures WHERE contract_id = '{SIGNED}' AND extension = 1)"),
            event("contract.extension_offered", SIGNED),
            "EXISTS (SELECT FROM outbox WHERE kind = 'extension_offered')".into(),
        ],
    }
}

fn accepts_the_end() -> Act {
    Act {
        name: "accept a new expiry date",
        again: 303,
        by: DONNIE,
        url: format!("{ACREED}/contracts/{SIGNED}/extension"),
        typed: vec![],
        done: vec![
            "EXISTS (SELECT FROM contract_extensions WHERE status = 'accepted')".into(),
            format!("EXISTS (SELECT FROM contracts WHERE id = '{SIGNED}' AND expire_at IS NOT NULL)"),
            "2 = (SELECT count(*) FROM signatures WHERE extension = 1)".into(),
            event("contract.extended", SIGNED),
            "EXISTS (SELECT FROM outbox WHERE kind = 'extension_decided')".into(),
        ],
    }
}

fn renews() -> Act {
    let made = format!("SELECT id FROM contracts WHERE predecessor_id = '{CARRIES}'");
    Act {
        name: "renew",
        again: 409,
        by: MICHAEL,
        url: format!("{MICKS}/contracts/{CARRIES}/renewal"),
        typed: vec![("note", "Another year together")],
        done: vec![
            format!("EXISTS ({made})"),
            format!("EXISTS (SELECT FROM signatures WHERE contract_id IN ({made}))"),
            event("contract.renewal_offered", CARRIES),
            "EXISTS (SELECT FROM outbox WHERE kind = 'renewal_offered')".into(),
        ],
    }
}

fn accepts_the_successor(made: &str) -> Act {
    Act {
        name: "accept a successor",
        again: 303,
        by: APOLLO,
        url: format!("{CHAMPIONS}/contracts/{made}/accept"),
        typed: vec![("accept", "yes")],
        done: vec![
            format!("EXISTS (SELECT FROM contracts WHERE id = '{made}' AND status = 'active')"),
            format!("EXISTS (SELECT FROM contracts WHERE id = '{CARRIES}' AND status = 'terminated')"),
            format!("2 = (SELECT count(*) FROM signatures WHERE contract_id = '{made}')"),
            format!("NOT EXISTS (SELECT FROM listings WHERE contract_id = '{CARRIES}')"),
            format!("EXISTS (SELECT FROM listings WHERE contract_id = '{made}' AND status = 'listed')"),
            format!("EXISTS (SELECT FROM subscriptions WHERE contract_id = '{made}')"),
            event("contract.succeeded", CARRIES),
            "EXISTS (SELECT FROM events WHERE name = 'subscription.taken_over')".into(),
            "EXISTS (SELECT FROM outbox WHERE kind = 'renewal_decided')".into(),
        ],
    }
}

fn withdraws(url: &str) -> Act {
    let request = text(
        url,
        "SELECT r.id AS t FROM fulfillment_requests r JOIN subscriptions s ON s.id = r.subscription_id \
         WHERE r.status = 'pending' AND s.customer_name LIKE 'Adrian%'",
    );
    Act {
        name: "withdraw",
        again: 409,
        by: MICHAEL,
        url: format!("{MICKS}/fulfillment/{request}/withdraw"),
        typed: vec![],
        done: vec![
            format!("EXISTS (SELECT FROM fulfillment_requests WHERE id = '{request}' AND status = 'revoked')"),
            "EXISTS (SELECT FROM subscriptions WHERE customer_name LIKE 'Adrian%' AND status = 'terminated')".into(),
            "EXISTS (SELECT FROM outbox WHERE kind = 'order_withdrawn')".into(),
            format!("EXISTS (SELECT FROM events WHERE object = '{request}' AND name LIKE '%withdrawn')"),
        ],
    }
}

fn terminates() -> Act {
    let at = "SELECT FROM fulfillment_requests r JOIN subscriptions s ON s.id = r.subscription_id";
    Act {
        name: "terminate",
        again: 409,
        by: MICHAEL,
        url: format!("{MICKS}/contracts/{CARRIES}/terminate"),
        typed: vec![],
        done: vec![
            format!("EXISTS (SELECT FROM contracts WHERE id = '{CARRIES}' AND status = 'terminated')"),
            format!("NOT EXISTS (SELECT FROM listings WHERE contract_id = '{CARRIES}' AND status = 'listed')"),
            format!("NOT EXISTS ({at} WHERE s.contract_id = '{CARRIES}' AND r.status IN ('pending', 'inquiring'))"),
            "EXISTS (SELECT FROM events WHERE name = 'listing.unlisted')".into(),
            "EXISTS (SELECT FROM outbox WHERE kind = 'contract_terminated')".into(),
            "EXISTS (SELECT FROM outbox WHERE kind = 'orders_ended')".into(),
        ],
    }
}

/// Presses the button and kills the program after so long; whether an answer came.
async fn cut(program: &mut Program, url: &str, act: &Act, after: Duration) -> bool {
    let client = signed_in(program, act.by).await;
    let page = client.get(&act.url).await;
    page.must_be(200);
    let holds = |url: &str| {
        let sum: Vec<String> = act.done.iter().map(|one| format!("(CASE WHEN {one} THEN 1 ELSE 0 END)")).collect();
        number(url, &format!("SELECT ({})::bigint AS n", sum.join(" + ")))
    };
    assert_eq!(holds(url), 0, "{}: nothing has happened yet", act.name);
    let killer = actix_web::rt::time::sleep(after);
    let (answer, ()) = futures_util::future::join(client.press(&page, &act.typed), async {
        killer.await;
        program.kill_and_start();
    })
    .await;
    let all = act.done.len() as i64;
    let now = holds(url);
    assert!(now == 0 || now == all, "{}, killed after {after:?}: {now} of {all} things happened", act.name);
    // pressed again, it is done, once
    let again = client.press(&page, &act.typed).await;
    assert_eq!(again.status, if now == 0 { 303 } else { act.again }, "{}: {}", act.name, again.text());
    assert_eq!(holds(url), all, "{} pressed again", act.name);
    let mut conn = PgConnection::establish(url).expect("a connection");
    let report = verify::run(&mut conn, &key(), &[]).expect("the evidence can be checked");
    assert_eq!(report.broken, Vec::<String>::new(), "{}", act.name);
    answer.status != NO_ANSWER
}

#[actix_web::test]
#[ignore = "make faults"]
async fn an_act_that_moves_many_things_is_done_whole_or_not_at_all_when_it_is_killed() {
    for which in 0..6 {
        let (mut answered, mut cut_off, mut name) = (0, 0, "");
        for after in [0, 2, 4, 6, 8, 10, 13, 16, 20, 25, 30, 1_500].map(Duration::from_millis) {
            let database = database();
            let mut program = Program::start(Over::Url(database.url.clone()));
            let act = match which {
                0 => extends(),
                1 => {
                    with_an_offer(&program).await;
                    accepts_the_end()
                }
                2 => renews(),
                3 => accepts_the_successor(&with_a_successor(&program).await),
                4 => withdraws(&database.url),
                _ => terminates(),
            };
            name = act.name;
            if cut(&mut program, &database.url, &act, after).await { answered += 1 } else { cut_off += 1 }
        }
        println!("{name}: {cut_off} of 12 were cut off, {answered} were answered");
        assert!(cut_off > 0 && answered > 0, "{name}: some kills came in time, some too late");
    }
}
