//! The rules that every answer sets for browsers, what cookies are bound to, and how messages are told apart.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use actix_web::http::Method;
use entente::{config::Config, demo::PASSWORD, mail::sender};

use crate::support::{
    Answer, Client, World,
    program::{Over, Program},
    world::{AGREEMENT, MICKS, PENDING},
};

/// Sends a form like a browser whose page has the address of the request.
const OURS: [(&str, &str); 1] = [("sec-fetch-site", "same-origin")];

#[actix_web::test]
async fn every_answer_says_how_browsers_must_treat_it() {
    let world = World::new().await;
    let (michael, guest) = (world.michael().await, world.stranger());
    let page = michael.get(MICKS).await;
    let assets = page.attributes("link[rel='stylesheet'], link[rel='icon']", "href");
    let scripts = page.attributes("script[src]", "src");
    let document = format!("{MICKS}/agreements/{AGREEMENT}/versions/1/document");
    let mut answers = vec![page, michael.get(&document).await, michael.get("/nothing/here").await];
    for path in assets.iter().chain(&scripts).map(String::as_str) {
        answers.push(guest.get(path).await);
    }
    for path in ["/", "/sign-in", "/healthz", "/readyz", "/assets/none", "/brand/none.css", "/images/none", "/-/none"] {
        answers.push(guest.get(path).await);
    }
    for path in ["/public/v1", "/public/v1/openapi.json", "/public/v1/accounts"] {
        answers.push(guest.get(path).await);
    }
    answers.push(guest.post("/sign-in", &[("email", "a"), ("password", "b")]).await);
    answers.push(guest.get_as(Method::GET, "/", &[("host", "stranger.example")]).await);
    for answer in &answers {
        let has = |name: &str| answer.header(name).unwrap_or_else(|| panic!("{} has no {name}", answer.path));
        for directive in ["default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"] {
            assert!(has("content-security-policy").contains(directive), "{}: {directive}", answer.path);
        }
        assert!(!has("content-security-policy").contains("unsafe"), "{}", answer.path);
        assert_eq!(has("x-content-type-options"), "nosniff", "{}", answer.path);
        assert_eq!(has("referrer-policy"), "same-origin", "{}", answer.path);
        assert_eq!(has("strict-transport-security"), "max-age=31536000; includeSubDomains", "{}", answer.path);
        assert_eq!(has("cross-origin-opener-policy"), "same-origin", "{}", answer.path);
        assert_eq!(has("cross-origin-resource-policy"), "same-origin", "{}", answer.path);
        assert_eq!(answer.header("access-control-allow-origin"), None, "{}", answer.path);
        assert_eq!(answer.header("server"), None, "{}", answer.path);
        // cached files have an address of their own, and are the same for everybody
        let lasts = ["/assets/", "/brand/", "/images/", "/-/"].iter().any(|folder| answer.path.starts_with(folder));
        assert!(lasts || answer.status == 421 || has("cache-control").contains("no-store"), "{}", answer.path);
    }
}

#[actix_web::test]
async fn text_says_in_which_letters_it_is_written() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(MICKS).await;
    let icons = page.attributes("use", "href");
    let icons = icons.first().and_then(|icon| icon.split('#').next()).expect("a page has icons");
    let document = format!("{MICKS}/agreements/{AGREEMENT}/versions/1/document");
    for path in page
        .attributes("link[rel='stylesheet'], link[rel='icon']", "href")
        .iter()
        .chain(&page.attributes("script[src]", "src"))
        .map(String::as_str)
        .chain([icons, MICKS, document.as_str(), "/healthz", "/readyz", "/nothing"])
    {
        let answer = michael.get(path).await;
        let kind = answer.header("content-type").unwrap_or_else(|| panic!("{path} has no type"));
        let text = kind.starts_with("text/") || kind.contains("xml");
        assert!(!text || kind.ends_with("; charset=utf-8"), "{path} is {kind}");
    }
}

/// The cookies that an answer sets are bound to https, and to this host unless they belong to some paths only.
#[track_caller]
fn bound(answer: &Answer) -> Vec<String> {
    let set = answer.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value);
    let names = set.map(|cookie| {
        let (name, at_root) = (cookie.split('=').next().unwrap_or_default(), cookie.contains("; Path=/;"));
        let prefix = if at_root || cookie.ends_with("; Path=/") { "__Host-entente" } else { "__Secure-entente" };
        assert!(name.starts_with(prefix), "{}: {cookie}", answer.path);
        for attribute in ["; Secure", "; HttpOnly", "; SameSite=Lax"] {
            assert!(cookie.contains(attribute), "{}: {cookie} lacks {attribute}", answer.path);
        }
        assert!(!cookie.contains("Domain="), "{}: {cookie}", answer.path);
        assert!(cookie.split(';').next().is_some_and(|pair| pair.len() < 4_096), "{}: {cookie}", answer.path);
        name.to_owned()
    });
    names.collect()
}

#[actix_web::test]
async fn under_https_every_cookie_is_bound_to_it() {
    const PUBLIC: &str = "https://portal.example";
    let world = World::with(|config| Config { public_url: PUBLIC.into(), ..config }).await;
    let (client, mut seen) = (world.stranger(), Vec::new());
    let mut see = |answer: Answer| {
        seen.extend(bound(&answer));
        answer
    };
    let page = see(client.get("/sign-in").await);
    let typed = [("email", "michael@mightymicks.example"), ("password", PASSWORD)];
    see(client.submit_with(&page, &typed, &OURS).await).must_be(303);
    see(client.get(MICKS).await).must_be(200);
    let contract = see(client.get(&format!("{MICKS}/contracts/{PENDING}")).await);
    let note = see(client.get(&format!("{MICKS}/contracts/{PENDING}/note")).await);
    let saved = see(client.submit_with(&note, &[("note", "Bound")], &OURS).await);
    see(client.get(saved.must_be(303).location()).await).must_be(200);
    // a link from an invitation, and one that sets a password
    let invitee = world.stranger();
    let link = contract.shown_link();
    let opened = see(invitee.get(link.strip_prefix(PUBLIC).expect("a link of ours")).await);
    see(invitee.get(opened.must_be(303).location()).await);
    let guest = world.stranger();
    let page = see(guest.get("/forgot-password").await);
    see(guest.submit_with(&page, &[("email", "donnie@acreedllc.example")], &OURS).await).must_be(200);
    entente::jobs::catch_up(&world.program).await.expect("the job");
    let mails = sender::unsent(&mut world.sql(), &world.program.letters()).expect("the outbox reads").join("\n");
    let link = mails.lines().find(|line| line.contains("/set-password/")).expect("a link").trim();
    let opened = see(guest.get(link.strip_prefix(PUBLIC).expect("a link of ours")).await);
    see(guest.get(opened.must_be(303).location()).await).must_be(200).must_say("donnie@acreedllc.example");
    for name in [
        "__Host-entente",
        "__Host-entente-browser",
        "__Host-entente-known",
        "__Host-entente-place",
        "__Host-entente-flash",
        "__Secure-entente-recent",
        "__Secure-entente-activation",
        "__Secure-entente-set-password",
    ] {
        assert!(seen.iter().any(|one| one == name), "nothing set {name}: {seen:?}");
    }
}

#[actix_web::test]
async fn a_session_goes_on_under_a_new_key_when_the_password_was_said_again() {
    let world = World::new().await;
    let michael = world.michael().await;
    let form = michael.get(&format!("{MICKS}/contracts/{PENDING}/note")).await;
    let page = michael.get("/prove").await;
    let before = michael.copy();
    assert_eq!(michael.submit(&page, &[("password", "wrong")]).await.must_be(422).errors(), ["Wrong password"]);
    before.get(MICKS).await.must_be(200);
    michael.submit(&page, &[("password", PASSWORD)]).await.must_be(303);
    // it is the same session, whose forms still work, and the old key opens nothing
    assert_eq!(world.number("SELECT count(*) AS n FROM sessions"), 1);
    michael.get(MICKS).await.must_be(200);
    michael.submit(&form, &[("note", "Still the same session")]).await.must_be(303);
    assert!(before.get(MICKS).await.must_be(303).location().starts_with("/sign-in"));
}

#[actix_web::test]
async fn sessions_are_ended_by_whoever_said_the_password_lately() {
    let world = World::new().await;
    let (michael, elsewhere) = (world.michael().await, world.michael().await);
    let page = michael.get("/profile/sessions/others").await;
    world.run("UPDATE sessions SET proved_at = now() - interval '16 minutes'");
    let asked = michael.follow(michael.submit(&page, &[]).await).await;
    asked.must_be(200).must_say("Confirm your password");
    elsewhere.get(MICKS).await.must_be(200);
    let kept = michael.follow(michael.submit(&asked, &[("password", PASSWORD)]).await).await;
    michael.follow(michael.press(&kept, &[]).await).await.must_be(200).must_say("All other sessions signed out");
    elsewhere.get(MICKS).await.must_be(303);
    michael.get(MICKS).await.must_be(200);
}

/// The link that sets a password, from the last mail.
async fn mailed_link(world: &World, guest: &Client, email: &str) -> String {
    let page = guest.get("/forgot-password").await;
    guest.submit(&page, &[("email", email)]).await.must_be(200);
    entente::jobs::catch_up(&world.program).await.expect("the job");
    let mails = sender::unsent(&mut world.sql(), &world.program.letters()).expect("the outbox reads").join("\n");
    mails.lines().rfind(|line| line.contains("/set-password/")).expect("a link").trim().to_owned()
}

#[actix_web::test]
async fn a_password_set_by_a_link_has_no_name_of_the_persons_companies_in_it() {
    let world = World::new().await;
    let guest = world.stranger();
    let link = mailed_link(&world, &guest, "donnie@acreedllc.example").await;
    world.run("UPDATE accounts SET name = 'Balboa Bros' WHERE id = 'PA-196-115'");
    let page = guest.follow(guest.get(&link).await).await;
    let refused = [("new-password", "xQ7-Balboa-29"), ("confirm-password", "xQ7-Balboa-29")];
    guest
        .submit(&page, &refused)
        .await
        .must_be(422)
        .must_say("Password must not contain your name, email or company name");
    let ours = [("new-password", "xQ7-Entente-29"), ("confirm-password", "xQ7-Entente-29")];
    guest.submit(&page, &ours).await.must_be(422).must_say("Choose a password that is harder to guess");
    let typed = [("new-password", "Southpaw-Jab-77"), ("confirm-password", "Southpaw-Jab-77")];
    guest.submit(&page, &typed).await.must_be(303);
}

#[actix_web::test]
async fn methods_that_no_page_has_are_refused_and_nothing_is_echoed() {
    let world = World::new().await;
    let michael = world.michael().await;
    for method in [Method::TRACE, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let answer = michael.get_as(method.clone(), MICKS, &[("x-told", "an echo")]).await;
        assert!([403, 404, 405].contains(&answer.status), "{method}: {}", answer.status);
        assert!(!answer.body_text().contains("an echo"), "{method}");
    }
}

/// The program's answer to these bytes, until it closes the connection or stops sending.
fn answered(port: u16, bytes: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the program listens");
    stream.set_read_timeout(Some(Duration::from_secs(2))).expect("a timeout");
    stream.write_all(bytes.as_bytes()).expect("sent");
    let (mut answer, mut piece) = (Vec::new(), [0; 4096]);
    while let Ok(read @ 1..) = stream.read(&mut piece) {
        answer.extend_from_slice(&piece[..read]);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[actix_web::test]
async fn a_message_ends_where_its_framing_says() {
    let world = World::new().await;
    let program = Program::start(Over::Url(world.serving_url()));
    let head = "POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    let refused = |rest: &str| {
        let answer = answered(program.port(), &format!("{head}{rest}"));
        assert!(answer.starts_with("HTTP/1.1 400 "), "{rest:?}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{rest:?}: {answer}");
    };
    refused("Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde");
    refused("Content-Length: +4\r\n\r\nabcd");
    refused("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    refused("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n");
    refused("Host: other.example\r\nContent-Length: 0\r\n\r\n");
    // nor is one accepted that gives it in two ways
    refused("Content-Length: 300\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n");
}

#[actix_web::test]
async fn a_session_ends_when_it_is_not_used_and_when_it_is_old() {
    let world = World::new().await;
    for (changed, lives) in [
        ("seen_at = now() - interval '11 hours 59 minutes'", true),
        ("seen_at = now() - interval '12 hours'", false),
        ("created_at = now() - interval '13 days 23 hours'", true),
        ("created_at = now() - interval '14 days'", false),
    ] {
        let michael = world.michael().await;
        world.run(&format!("UPDATE sessions SET {changed}"));
        assert_eq!(michael.get(MICKS).await.status, if lives { 200 } else { 303 }, "{changed}");
    }
}
