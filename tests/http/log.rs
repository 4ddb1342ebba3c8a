//! What the log tells, at its most talkative: nothing that people type, hold or are called by.

use std::io::{Read as _, Seek as _};

use actix_web::http::Method;
use entente::{
    demo,
    kit::{
        actor::{Account, Role},
        id::Id,
    },
    portals,
};
use mail_parser::MessageParser;

use crate::{
    access::{Drawn, address},
    activation::{PASSWORD, up_to_activate},
    contracts::invite,
    support::{
        Answer, Client, World,
        client::selector,
        program::{Over, Program},
        smtp::{Manner, Server},
        world::{ACREED, CHAMPIONS, MICKS, PULSE},
    },
};

const TYPED: &str = "Words that only the other side may read";
const EMAILS: &[&str] = &[
    "michael@mightymicks.example",
    "paulie@mightymicks.example",
    "donnie@acreedllc.example",
    "apollo@champions.example",
    "drago@example.com",
    "rocky@",
    "@adrians.example",
];

fn tempfile(name: &str) -> std::fs::File {
    let path = std::env::temp_dir().join(format!("entente-log-{name}-{}", std::process::id()));
    let file = std::fs::File::options().read(true).append(true).create(true).open(&path).expect("a file");
    std::fs::remove_file(path).expect("a file without a name");
    file
}

async fn sign_in(program: &Program, email: &str) -> Client {
    let client = program.stranger();
    let page = client.get("/sign-in").await;
    client.submit(&page, &[("email", email), ("password", demo::PASSWORD)]).await.must_be(303);
    client
}

/// What a page hides that must not be read elsewhere: its token, what it showed, links that it offers.
fn secrets_of(page: &Answer) -> Vec<String> {
    let html = page.html();
    let values = |select: &str| -> Vec<String> {
        html.select(&selector(select)).filter_map(|field| field.value().attr("value").map(str::to_owned)).collect()
    };
    let links = values("input[readonly]");
    let codes = links.iter().filter_map(|link| link.rsplit('/').next().map(str::to_owned));
    values("input[name='csrf']").into_iter().chain(codes).collect()
}

/// Opens every page of every portal; what they hide.
async fn every_page(world: &World, program: &Program) -> Vec<String> {
    let drawn = Drawn::of(world);
    let mut secrets = Vec::new();
    for (role, base, email) in [
        (Role::Distributor, MICKS, EMAILS[0]),
        (Role::Reseller, ACREED, EMAILS[2]),
        (Role::Vendor, CHAMPIONS, EMAILS[3]),
    ] {
        let client = sign_in(program, email).await;
        for mount in portals::screens(role).into_iter().filter(|mount| mount.method == Method::GET) {
            let page = client.get(&address(base, &mount.path, role, &drawn)).await;
            if page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
                secrets.extend(secrets_of(&page));
            }
        }
        secrets.extend(client.cookie_values());
    }
    secrets
}

/// The flows that carry secrets: signing in, a forgotten password, an activation, a customer's form, a form that came too late.
async fn every_flow(world: &World, program: &Program, server: &Server) -> Vec<String> {
    let mut secrets = vec![demo::PASSWORD.to_owned(), PASSWORD.to_owned(), "Wrong-Guess-99".to_owned()];
    let guest = program.stranger();
    let page = guest.get("/sign-in").await;
    secrets.extend(secrets_of(&page));
    guest.submit(&page, &[("email", EMAILS[0]), ("password", "Wrong-Guess-99")]).await.must_be(422);
    let michael = program.michael().await;
    let (_, link) = invite(&michael, MICKS, "service", TYPED).await;
    secrets.push(link.rsplit('/').next().expect("a code").to_owned());
    let invitee = program.stranger();
    let page = up_to_activate(&invitee, &link, "drago@example.com", "Drago GmbH").await;
    invitee.follow(invitee.submit(&page, &[]).await).await.must_say("Contract activated");
    let page = guest.get("/forgot-password").await;
    guest.submit(&page, &[("email", EMAILS[0])]).await.must_be(200);
    let letter = loop {
        let letter = server.next();
        let letter = MessageParser::default().parse(&letter.bytes).expect("a mail");
        let words = letter.body_text(0).expect("words").into_owned();
        if words.contains("/set-password/") {
            break words;
        }
    };
    let link = letter.lines().find_map(|line| line.find("/set-password/").map(|at| line[at..].trim())).expect("a link");
    secrets.push(link.rsplit('/').next().expect("a code").to_owned());
    let page = guest.follow(guest.get(link).await).await;
    let typed = [("new-password", PASSWORD), ("confirm-password", PASSWORD)];
    guest.submit(&page, &typed).await.must_be(303);
    // what a template says, with a key for its customer
    let apollo = sign_in(program, EMAILS[3]).await;
    let page = apollo.get(&format!("{CHAMPIONS}/products/{PULSE}/templates/new")).await;
    let body = format!("{TYPED}: key **ABCD-EFGH-1234** for rocky@adrians.example");
    let typed = [("title", "Key"), ("name", "Key"), ("body", body.as_str()), ("preview", "yes")];
    apollo.submit(&page, &typed).await;
    secrets.extend(["ABCD-EFGH-1234".to_owned(), TYPED.to_owned()]);
    // a form that came too late
    let page = apollo.get("/profile").await;
    secrets.extend(secrets_of(&page));
    world.run("DELETE FROM sessions");
    let ended = apollo.follow(apollo.submit(&page, &[("name", TYPED)]).await).await;
    ended.must_say("We've kept what you typed");
    secrets.extend([&guest, &michael, &invitee, &apollo].into_iter().flat_map(Client::cookie_values));
    secrets
}

#[actix_web::test]
async fn nothing_that_people_type_or_hold_is_ever_in_the_log() {
    let world = World::new().await;
    let server = Server::start(Manner::Plain);
    let mut log = tempfile("talking");
    let program = Program::start_talking(Over::Url(world.url()), log.try_clone().expect("a handle"), &server.url);
    let mut secrets = every_page(&world, &program).await;
    secrets.extend(every_flow(&world, &program, &server).await);
    secrets.extend(EMAILS.iter().map(|email| (*email).to_owned()));
    drop(program);
    let mut said = String::new();
    log.rewind().expect("a start");
    log.read_to_string(&mut said).expect("a log");
    assert!(
        said.contains("/sign-in") && said.contains("answered"),
        "the log tells of requests, down to our own details"
    );
    assert!(!said.contains("ERROR"), "nothing failed, and a refusal is no failure");
    // what a person could not be told by, such as a theme in a cookie, is no secret
    // and for which company something happened is said
    secrets.retain(|secret| secret.len() > 5 && secret.parse::<Id<Account>>().is_err());
    secrets.sort();
    secrets.dedup();
    assert!(secrets.len() > 100, "there is something to look for");
    let found: Vec<_> = secrets.iter().filter(|secret| said.contains(secret.as_str())).collect();
    assert!(found.is_empty(), "{found:?} in the log");
}

/// For machines each line is an object by itself, on standard error alone, whatever happens.
#[actix_web::test]
async fn a_log_for_machines_is_one_object_a_line() {
    let world = World::new().await;
    let mut log = tempfile("machines");
    let program = Program::start_told_by_machines(Over::Url(world.url()), log.try_clone().expect("a handle"));
    let michael = sign_in(&program, EMAILS[0]).await;
    michael.get(MICKS).await.must_be(200);
    // a line break that somebody sends begins no line of ours
    michael.get("/nothing%0Ahere").await.must_be(404);
    let guest = program.stranger();
    let page = guest.get("/sign-in").await;
    guest.submit(&page, &[("email", EMAILS[0]), ("password", "Wrong-1\n{}")]).await.must_be(422);
    drop(program);
    let mut said = String::new();
    log.rewind().expect("a start");
    log.read_to_string(&mut said).expect("a log");
    assert!(said.lines().count() > 2, "{said}");
    for line in said.lines() {
        let told: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        for name in ["timestamp", "level", "target"] {
            assert!(told[name].is_string(), "{name}: {line}");
        }
    }
}
