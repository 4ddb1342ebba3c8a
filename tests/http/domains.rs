//! An email domain is proven by a record in the DNS, which a small server in this test answers for, and its proof is looked for again every
//! day.

use std::{
    net::{SocketAddr, UdpSocket},
    sync::{Arc, Mutex},
};

use entente::{
    config::Config,
    modules::sso::domains::{
        Look,
        Trouble::{self, Missing, NoRecord, Silent, Unanswered},
        actions, daily, dns, store,
    },
};

use crate::{
    sso,
    support::{Answer, Client, World},
};

const HERE: &str = "/distributor/PA-469-206/single-sign-on";
const DOMAIN: &str = "micks.example";
/// The numbers of answers: there is something, the server failed, there is no such name.
const FINE: u8 = 0;
const FAILED: u8 = 2;
const UNKNOWN: u8 = 3;

/// What the server says: the number of its answer, and TXT records, each in its strings; nothing when it keeps silent.
type Says = Option<(u8, Vec<Vec<String>>)>;

struct Dns {
    at: SocketAddr,
    says: Arc<Mutex<Says>>,
}

impl Dns {
    fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let (at, says) = (socket.local_addr().expect("a port"), Arc::new(Mutex::new(Some((UNKNOWN, Vec::new())))));
        let told = says.clone();
        std::thread::spawn(move || {
            let mut asked = [0; 1500];
            while let Ok((read, from)) = socket.recv_from(&mut asked) {
                let says: Says = told.lock().expect("nobody panics").clone();
                if let Some((number, records)) = says {
                    let _ = socket.send_to(&answer(&asked[..read], number, &records), from);
                }
            }
        });
        Self { at, says }
    }

    fn say(&self, number: u8, records: &[&[&str]]) {
        let records = records.iter().map(|strings| strings.iter().map(|&text| text.to_owned()).collect()).collect();
        *self.says.lock().expect("nobody panics") = Some((number, records));
    }

    fn keep_silent(&self) {
        *self.says.lock().expect("nobody panics") = None;
    }
}

/// The answer to a question, which is repeated in it. For any other name than the record's there is nothing.
fn answer(asked: &[u8], number: u8, records: &[Vec<String>]) -> Vec<u8> {
    let (mut at, mut name) = (12, Vec::new());
    while asked[at] != 0 {
        let end = at + 1 + usize::from(asked[at]);
        name.push(String::from_utf8_lossy(&asked[at + 1..end]).to_lowercase());
        at = end;
    }
    let is_ours = name.join(".") == dns::record(DOMAIN);
    let (number, records) = if is_ours { (number, records) } else { (UNKNOWN, &[][..]) };
    let mut said = asked[..2].to_vec();
    said.extend([0x81, 0x80 | number, 0, 1, 0, u8::try_from(records.len()).expect("a few"), 0, 0, 0, 0]);
    // the end of the name, its type and class
    said.extend(&asked[12..at + 5]);
    for strings in records {
        let length = strings.iter().map(|text| 1 + text.len()).sum::<usize>();
        // the name as above, TXT, IN, a minute
        said.extend([0xc0, 0x0c, 0, 16, 0, 1, 0, 0, 0, 60]);
        said.extend(u16::try_from(length).expect("a short record").to_be_bytes());
        for text in strings {
            said.push(u8::try_from(text.len()).expect("a short string"));
            said.extend(text.as_bytes());
        }
    }
    said
}

/// A world that asks a server of its own, where nothing answers for files.
async fn world() -> (World, Dns) {
    let dns = Dns::start();
    let at = dns.at;
    let settings = |config: Config| Config { sso_private: true, sso_port: Some(1), dns: Some(at), ..config };
    (World::with(settings).await, dns)
}

/// Claims the domain; its token.
async fn claim(world: &World, michael: &Client) -> String {
    let page = michael.get(HERE).await;
    let page = michael.follow(michael.submit_to(&page, Some("/domains"), &[("domain", DOMAIN)]).await).await;
    page.must_say("Name of the TXT record").must_say("Not verified");
    assert!(page.body_text().contains("_entente-domain.micks.example"));
    let token = world.text("SELECT token AS t FROM sso_domains");
    assert!(page.body_text().contains(&token));
    token
}

async fn check(michael: &Client) -> Answer {
    let page = michael.get(HERE).await;
    michael.follow(michael.submit_to(&page, Some("/domains/check"), &[]).await).await
}

/// A domain that its record proves.
async fn proven() -> (World, Dns, Client, String) {
    let (world, dns) = world().await;
    let michael = world.michael().await;
    let token = claim(&world, &michael).await;
    dns.say(FINE, &[&[token.as_str()]]);
    check(&michael).await.must_say("Domain verified");
    (world, dns, michael, token)
}

/// What the next day finds.
async fn a_day_passes(world: &World) {
    world.run("UPDATE sso_domains SET checked_at = checked_at - interval '25 hours'");
    daily::look_again(&world.program.db, &world.program.config).await.expect("it looks");
}

/// What the next day finds where the record and the file belong.
fn a_day_finds(world: &World, record: Result<(), Trouble>, file: Result<(), Trouble>) {
    world.run("UPDATE sso_domains SET checked_at = checked_at - interval '25 hours'");
    let look = Look { record, file };
    let recorded = world.program.db.write_now("test", move |tx| {
        for due in store::due(tx)? {
            actions::looked_again(tx, &due, &look)?;
        }
        Ok(())
    });
    recorded.expect("it is recorded");
}

fn told(world: &World, letter: &str) -> i64 {
    world.number(&format!("SELECT count(*) AS n FROM notifications WHERE kind = '{letter}'"))
}

fn stands(world: &World) -> bool {
    world.number("SELECT count(*) AS n FROM sso_domains WHERE verified_at IS NOT NULL") == 1
}

#[actix_web::test]
async fn a_domain_is_proven_by_a_record_in_the_dns() {
    let (world, dns) = world().await;
    let michael = world.michael().await;
    let token = claim(&world, &michael).await;
    check(&michael).await.must_say("Domain not verified. There is no such DNS record. Nothing answered");
    dns.say(FINE, &[]);
    check(&michael).await.must_say("There is no such DNS record.");
    dns.say(FINE, &[&["another company's"], &[&token[1..]]]);
    check(&michael).await.must_say("The DNS record has another value.");
    world.run("DELETE FROM throttles");
    dns.say(FAILED, &[]);
    check(&michael).await.must_say("The DNS did not answer.");
    dns.keep_silent();
    check(&michael).await.must_say("The DNS did not answer.");
    assert!(!stands(&world));
    // one of several, in two strings that belong together
    world.run("DELETE FROM throttles");
    let (begin, end) = token.split_at(7);
    dns.say(FINE, &[&["another company's"], &[begin, end]]);
    let page = check(&michael).await;
    page.must_say("Domain verified").must_not_say("Name of the TXT record");
    assert!(stands(&world));
}

#[actix_web::test]
async fn a_domain_whose_proof_is_gone_for_three_days_proves_nothing_and_its_company_is_told_at_once() {
    let (world, dns, michael, token) = proven().await;
    daily::look_again(&world.program.db, &world.program.config).await.expect("it looks");
    dns.say(UNKNOWN, &[]);
    daily::look_again(&world.program.db, &world.program.config).await.expect("it looks");
    assert_eq!(told(&world, "domain_missing"), 0, "it was looked at today");
    a_day_passes(&world).await;
    let people = told(&world, "domain_missing");
    assert!(people > 0 && stands(&world));
    michael
        .get(HERE)
        .await
        .must_say("found neither the DNS record nor the file")
        .must_say("There is no such DNS record.");
    // a day on which nothing answers does not count
    dns.say(FAILED, &[]);
    a_day_passes(&world).await;
    assert_eq!(world.number("SELECT missed::bigint AS n FROM sso_domains"), 1);
    dns.say(UNKNOWN, &[]);
    a_day_passes(&world).await;
    assert!(stands(&world) && told(&world, "domain_missing") == people, "told once");
    a_day_passes(&world).await;
    assert!(!stands(&world) && told(&world, "domain_lapsed") == people);
    assert_eq!(world.number("SELECT count(*) AS n FROM events WHERE name = 'sso.domain_lapsed'"), 1);
    a_day_passes(&world).await;
    assert_eq!(told(&world, "domain_lapsed"), people);
    // it is proven anew as it was at first
    dns.say(FINE, &[&[token.as_str()]]);
    check(&michael).await.must_say("Domain verified");
    assert!(stands(&world));
}

#[actix_web::test]
async fn days_of_silence_where_the_record_was_take_nothing_away_whatever_the_website_answers() {
    let (world, ..) = proven().await;
    for _ in 0..4 {
        a_day_finds(&world, Err(Unanswered), Err(Missing));
    }
    assert!(stands(&world) && told(&world, "domain_missing") == 0);
    for _ in 0..3 {
        a_day_finds(&world, Err(NoRecord), Err(Silent));
    }
    assert!(!stands(&world), "the record that proved it is gone");
}

#[actix_web::test]
async fn days_of_silence_where_the_file_was_take_nothing_away_whatever_the_dns_answers() {
    let (world, ..) = proven().await;
    // from here on the file proves it
    a_day_finds(&world, Err(NoRecord), Ok(()));
    for _ in 0..4 {
        a_day_finds(&world, Err(NoRecord), Err(Silent));
    }
    assert!(stands(&world) && told(&world, "domain_missing") == 0);
    for _ in 0..3 {
        a_day_finds(&world, Err(Unanswered), Err(Missing));
    }
    assert!(!stands(&world), "the file that proved it is gone");
}

#[actix_web::test]
async fn two_weeks_of_silence_where_the_proof_was_take_it_away_and_the_company_is_told_after_one() {
    let (world, _, michael, _) = proven().await;
    // from here on the file proves it
    a_day_finds(&world, Err(NoRecord), Ok(()));
    let silence = |days: usize| {
        for _ in 0..days {
            a_day_finds(&world, Err(NoRecord), Err(Silent));
        }
    };
    silence(6);
    assert_eq!(told(&world, "domain_missing"), 0);
    michael.get(HERE).await.must_not_say("nothing has answered");
    // one answer, and it is counted from the beginning
    a_day_finds(&world, Err(NoRecord), Ok(()));
    silence(6);
    assert_eq!(told(&world, "domain_missing"), 0);
    silence(1);
    let people = told(&world, "domain_missing");
    assert!(people > 0 && stands(&world));
    michael
        .get(HERE)
        .await
        .must_say("For a week or longer nothing has answered")
        .must_say("Nothing answered at this address.");
    silence(6);
    assert!(stands(&world) && told(&world, "domain_missing") == people, "told once");
    silence(1);
    assert!(!stands(&world) && told(&world, "domain_lapsed") == people);
    let said = world.text("SELECT DISTINCT facts ->> 'silent' AS t FROM notifications WHERE kind LIKE 'domain_%'");
    assert_eq!(said, "true", "its letters say why");
}

#[actix_web::test]
async fn a_silent_web_server_takes_nothing_from_a_domain_that_its_record_proves() {
    let (world, ..) = proven().await;
    for _ in 0..20 {
        a_day_finds(&world, Ok(()), Err(Silent));
    }
    assert!(stands(&world) && told(&world, "domain_missing") == 0);
    assert_eq!(world.number("SELECT (missed + silent)::bigint AS n FROM sso_domains"), 0);
}

#[actix_web::test]
async fn a_domain_that_cannot_be_looked_at_keeps_no_other_waiting() {
    let (world, dns, ..) = proven().await;
    world.run(
        "INSERT INTO sso_domains (account_id, domain, token, created_at, verified_at, checked_at) \
         SELECT account_id, 'broken.example', 'a token', created_at, verified_at, checked_at - interval '1 hour' FROM sso_domains",
    );
    world.run(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''broken''; END'; \
         CREATE TRIGGER refuse BEFORE UPDATE OF missed ON sso_domains FOR EACH ROW WHEN (OLD.domain = 'broken.example') \
         EXECUTE FUNCTION refuse()",
    );
    dns.say(UNKNOWN, &[]);
    a_day_passes(&world).await;
    assert!(told(&world, "domain_missing") > 0, "the other one was looked at");
}

#[actix_web::test]
async fn a_proof_that_is_put_back_counts_at_once_and_the_operators_word_needs_none() {
    let (world, dns, michael, token) = proven().await;
    dns.say(UNKNOWN, &[]);
    a_day_passes(&world).await;
    a_day_passes(&world).await;
    check(&michael).await.must_say("The proof is still missing. There is no such DNS record.");
    dns.say(FINE, &[&[token.as_str()]]);
    check(&michael).await.must_say("Domain verified").must_not_say("found neither the DNS record nor the file");
    assert_eq!(world.number("SELECT missed::bigint AS n FROM sso_domains"), 0);
    dns.say(UNKNOWN, &[]);
    world.run("UPDATE sso_domains SET vouched = true");
    for _ in 0..4 {
        a_day_passes(&world).await;
    }
    assert!(stands(&world));
}

#[actix_web::test]
async fn the_last_proven_domain_stays_while_single_sign_on_is_required() {
    let (world, dns, ..) = proven().await;
    world.run(sso::PROVIDER);
    world.run("UPDATE sso_providers SET enforced_at = now()");
    dns.say(UNKNOWN, &[]);
    for _ in 0..5 {
        a_day_passes(&world).await;
    }
    assert!(stands(&world), "people could no longer sign in");
    assert_eq!(told(&world, "domain_lapsed"), 0);
    world.run("UPDATE sso_providers SET enforced_at = NULL");
    a_day_passes(&world).await;
    assert!(!stands(&world));
}
