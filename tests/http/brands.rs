//! How a distributor's portal looks, who sees it, and under which names it is reached.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
};

use actix_web::http::Method;
use entente::{
    accounts::brands,
    app::Program,
    bootstrap,
    config::Config,
    kit::{
        actor::{Account, Role},
        brand::colour::{Colour, DARK, LIGHT},
        connect::Prepare,
        db::Db,
        id::Id,
    },
    mail::sender::{self, Post},
    modules::branding::hosts,
    portals,
};
use mail_parser::{MessageParser, MimeHeaders as _};

use crate::{
    access::{Drawn, address, portal},
    contracts::invite,
    orders::{account, order, parameter},
    products::png,
    support::{
        Answer, Client, World,
        smtp::{Manner, Server},
        world::{ACREED, CHAMPIONS, MICKS, PULSE, SIGNED, key, serve},
    },
};

const HERE: &str = "http://127.0.0.1:8080";
const ACME: &str = "portal.micks.example";
const UMBRELLA: &str = "portal.umbrella.example";

/// A browser that goes to one host name.
struct Under {
    client: Client,
    host: &'static str,
}

impl Under {
    fn new(world: &World, host: &'static str) -> Self {
        Self { client: world.stranger(), host }
    }

    /// Its own addresses without the name.
    fn path<'a>(&self, address: &'a str) -> &'a str {
        let own = format!("http://{}:8080", self.host);
        address.strip_prefix(&own).unwrap_or(address)
    }

    async fn get(&self, address: &str) -> Answer {
        self.client.get_as(Method::GET, self.path(address), &[("host", self.host)]).await
    }

    async fn follow(&self, mut answer: Answer) -> Answer {
        while answer.status == 303 {
            answer = self.get(answer.location()).await;
        }
        answer
    }

    async fn submit(&self, page: &Answer, typed: &[(&str, &str)]) -> Answer {
        let origin = format!("http://{}:8080", self.host);
        self.client.submit_with(page, typed, &[("host", self.host), ("origin", &origin)]).await
    }

    async fn sign_in(&self, email: &str) -> Answer {
        let page = self.get("/sign-in").await;
        self.submit(&page, &[("email", email), ("password", entente::demo::PASSWORD)]).await
    }
}

fn id(text: &str) -> Id<Account> {
    text.parse().expect("an id")
}

async fn vouch(world: &World, account: &str, host: &'static str) {
    let account = id(account);
    let db = &world.program.db;
    db.write_now("host names", |tx| hosts::actions::vouch(tx, &account, host)).expect("the operator vouches");
    brands::refresh(db, &world.program.house).await.expect("brands are read");
}

/// A second distributor on the same installation, whose first person signs in as everybody does.
fn umbrella(world: &World) -> String {
    let made = bootstrap::run(&world.program.db, &key(), HERE, "Umbrella Ltd", "Alice", "alice@umbrella.example");
    world.run(
        "UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE email = 'michael@mightymicks.example'), \
         password_set_at = now() WHERE email = 'alice@umbrella.example'",
    );
    made.expect("it is made").account.to_string()
}

async fn brand(client: &Client, home: &str, typed: &[(&str, &str)]) -> Answer {
    let page = client.get(&format!("{home}/branding")).await;
    client.submit(&page, typed).await
}

/// Mighty Mick's with a brand, Umbrella with another.
async fn branded() -> (World, String) {
    let world = World::new().await;
    let other = umbrella(&world);
    let typed = [("portal_name", "Mick's Corner"), ("colour", "#1f4f96"), ("footer", "Mick's since 1976")];
    brand(&world.michael().await, MICKS, &typed).await.must_be(303);
    let alice = world.signed_in("alice@umbrella.example").await;
    let typed = [("portal_name", "Umbrella Hub"), ("colour", "#b00020"), ("footer", "Umbrella keeps you dry")];
    brand(&alice, &format!("/distributor/{other}"), &typed).await.must_be(303);
    (world, other)
}

/// Each with a host name, too.
async fn two() -> (World, String) {
    let (world, other) = branded().await;
    vouch(&world, "PA-469-206", ACME).await;
    vouch(&world, &other, UMBRELLA).await;
    (world, other)
}

fn sheets(page: &Answer) -> Vec<String> {
    let all = page.attributes("link[rel='stylesheet']", "href");
    all.into_iter().filter(|href| href.starts_with("/brand/")).collect()
}

#[actix_web::test]
async fn a_distributors_people_and_partners_see_its_brand_and_nobody_else_does() {
    let (world, other) = branded().await;
    let home = format!("/distributor/{other}");
    for (client, path) in
        [(world.michael().await, MICKS), (world.donnie().await, ACREED), (world.apollo().await, CHAMPIONS)]
    {
        let page = client.get(path).await;
        page.must_be(200).must_say("Mick's Corner").must_say("Mick's since 1976").must_not_say("Umbrella");
        assert!(page.texts("title").concat().ends_with(" - Mick's Corner"), "{:?}", page.texts("title"));
        assert_eq!(sheets(&page).len(), 1, "{path}");
        // also where something is not there
        client.get(&format!("{path}/nothing")).await.must_be(404).must_say("Mick's Corner");
    }
    let alice = world.signed_in("alice@umbrella.example").await;
    let page = alice.get(&home).await;
    page.must_say("Umbrella Hub").must_say("Umbrella keeps you dry").must_not_say("Mick's");
    // before anybody is known the program looks as it is
    let page = world.stranger().get("/sign-in").await;
    page.must_say("Entente").must_not_say("Mick's Corner").must_not_say("Umbrella");
    assert_eq!(sheets(&page), Vec::<String>::new());
}

#[actix_web::test]
async fn a_partner_has_the_brand_of_whose_contract_made_its_company() {
    let (world, other) = branded().await;
    let of = |account: &str| {
        world.text(&format!("SELECT coalesce(branded_by, 'none') AS t FROM accounts WHERE id = '{account}'"))
    };
    assert_eq!(
        [of("PA-196-115"), of("VA-287-142"), of("PA-469-206"), of(&other)],
        ["PA-469-206", "PA-469-206", "none", "none"]
    );
    let (_, link) = invite(&world.michael().await, MICKS, "service", "Welcome").await;
    let guest = world.stranger();
    let page = crate::activation::up_to_activate(&guest, &link, "drago@example.com", "Drago GmbH").await;
    let done = guest.follow(guest.submit(&page, &[]).await).await;
    let home = done.link("Go to the Reseller Portal");
    assert_eq!(of(home.rsplit('/').next().expect("an id")), "PA-469-206");
    guest.get(&home).await.must_say("Mick's Corner");
}

#[actix_web::test]
async fn only_administration_of_a_distributor_says_how_the_portal_looks() {
    let world = World::new().await;
    world.michael().await.get(MICKS).await.must_say("Branding");
    world.paulie().await.get(&format!("{MICKS}/branding")).await.must_be(403);
    world.donnie().await.get(&format!("{ACREED}/branding")).await.must_be(404);
    world.apollo().await.get(&format!("{CHAMPIONS}/branding")).await.must_be(404);
}

#[actix_web::test]
async fn a_look_at_a_brand_saves_nothing_and_says_what_becomes_of_the_colour() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/branding")).await;
    let typed = [("portal_name", "Corner"), ("colour", "#FF8800"), ("preview", "yes")];
    let look = michael.submit(&page, &typed).await;
    look.must_be(200).must_say("Nothing is saved yet").must_say("#ff8800");
    let chosen = Colour::read("#ff8800").expect("a colour");
    look.must_say(&LIGHT.tones(chosen).accent.to_string());
    assert_eq!(look.value("portal_name"), "Corner");
    assert_eq!(look.texts("header .brand"), ["Corner"]);
    assert_eq!(sheets(&look).len(), 1);
    assert_eq!(world.number("SELECT count(*) AS n FROM brands"), 0);
    michael.get(MICKS).await.must_not_say("Corner");
    // from there it is saved as any other
    michael.submit(&look, &[]).await.must_be(303);
    michael.get(MICKS).await.must_say("Corner");
}

#[actix_web::test]
async fn a_brand_that_cannot_be_is_refused_at_its_fields() {
    let world = World::new().await;
    let michael = world.michael().await;
    let long = "x".repeat(41);
    let typed = [("portal_name", long.as_str()), ("colour", "red"), ("privacy_url", "javascript:alert(1)")];
    let answer = brand(&michael, MICKS, &typed).await;
    assert_eq!(answer.must_be(422).errors().len(), 3, "{:?}", answer.errors());
    assert_eq!(answer.value("colour"), "red");
}

#[actix_web::test]
async fn who_saves_second_sees_what_was_saved_meanwhile() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/branding")).await;
    michael.submit(&page, &[("portal_name", "First")]).await.must_be(303);
    let second = michael.submit(&page, &[("portal_name", "Second")]).await;
    second.must_be(409).must_say("Saved by someone else: First");
    michael.submit(&second, &[]).await.must_be(303);
    michael.get(MICKS).await.must_say("Second");
    // also who made a mistake first
    let wrong = michael.submit(&page, &[("portal_name", "Third"), ("colour", "red")]).await;
    let third = michael.submit(wrong.must_be(422), &[("colour", "")]).await;
    third.must_be(409).must_say("Saved by someone else: Second");
    let page = michael.get(&format!("{MICKS}/branding")).await;
    assert!(michael.follow(michael.submit(&page, &[]).await).await.told().contains("No changes"));
}

#[actix_web::test]
async fn a_stylesheet_says_its_colour_and_is_kept_for_good() {
    let (world, _) = branded().await;
    let sheet = sheets(&world.donnie().await.get(ACREED).await).concat();
    let guest = world.stranger();
    let answer = guest.get(&sheet).await;
    let chosen = Colour::read("#1f4f96").expect("a colour");
    let accent = format!("--accent:light-dark({chosen},{});", DARK.tones(chosen).accent);
    assert!(answer.must_be(200).body_text().contains(&accent), "{}", answer.body_text());
    assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(guest.get("/brand/1f4f96.css").await.must_be(200).header("cache-control"), Some("no-store"));
    for wrong in ["/brand/1f4f96-0123456789ab.css", "/brand/red.css", "/brand/1f4f96", "/brand/..%2f.css"] {
        guest.get(wrong).await.must_be(404);
    }
}

/// Sends a file with the form of pictures, as `page` has it.
async fn picture(client: &Client, page: &Answer, file: (&str, &str), bytes: &[u8], more: &[(&str, &str)]) -> Answer {
    let (token, revision) = (page.value("csrf"), page.attribute("form[action$='/images'] [name='revision']", "value"));
    let fields = [&[("csrf", token.as_str()), ("revision", revision.as_str())][..], more].concat();
    client.post_with_file(&format!("{MICKS}/branding/images"), &fields, file, bytes).await
}

#[actix_web::test]
async fn who_sends_pictures_second_sees_those_that_were_sent_meanwhile() {
    let world = World::new().await;
    let michael = world.michael().await;
    let opened = michael.get(&format!("{MICKS}/branding")).await;
    picture(&michael, &opened, ("logo", "a.png"), &png(), &[]).await.must_be(303);
    let late = picture(&michael, &opened, ("icon", "b.png"), &png(), &[]).await;
    late.must_be(409)
        .must_say("Someone else changed the images")
        .must_say("Remove the logo")
        .must_not_say("Remove the icon");
    picture(&michael, &late, ("icon", "b.png"), &png(), &[]).await.must_be(303);
    // what is said of the brand is another form
    michael.submit(&opened, &[("portal_name", "Mick's Corner")]).await.must_be(303);
}

#[actix_web::test]
async fn pictures_are_made_anew_and_stand_in_the_header() {
    let world = World::new().await;
    let michael = world.michael().await;
    let here = format!("{MICKS}/branding");
    let page = michael.get(&here).await;
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>";
    picture(&michael, &page, ("logo", "a.svg"), svg, &[]).await.must_be(422);
    picture(&michael, &page, ("logo", "a.png"), &png(), &[]).await.must_be(303);
    picture(&michael, &michael.get(&here).await, ("icon", "a.png"), &png(), &[]).await.must_be(303);
    let page = world.donnie().await.get(ACREED).await;
    let logo = page.attribute("header .brand img", "src");
    assert_eq!(page.attribute("header .brand img", "alt"), "Entente");
    let icon = page.attribute("link[rel='icon']", "href");
    for picture in [&logo, &icon, &page.attribute("link[rel='apple-touch-icon']", "href")] {
        assert_eq!(michael.get(picture).await.must_be(200).header("content-type"), Some("image/png"));
    }
    let page = michael.get(&here).await;
    page.must_say("Remove the logo");
    picture(&michael, &page, ("logo", ""), b"", &[("no_logo", "yes")]).await.must_be(303);
    let page = world.donnie().await.get(ACREED).await;
    assert_eq!(page.attributes("header .brand img", "src"), Vec::<String>::new());
    assert_eq!(page.attribute("link[rel='icon']", "href"), icon);
}

#[actix_web::test]
async fn a_host_name_selects_the_brand_before_anybody_signs_in() {
    let (world, _) = two().await;
    for (host, name, other) in [(ACME, "Mick's Corner", "Umbrella"), (UMBRELLA, "Umbrella Hub", "Mick's")] {
        let guest = Under::new(&world, host);
        for path in ["/sign-in", "/forgot-password", "/help", "/nothing"] {
            guest.get(path).await.must_say(name).must_not_say(other);
        }
        assert_eq!(sheets(&guest.get("/sign-in").await).len(), 1);
    }
    let typed = [("sign_up_url", "https://micks.example/join")];
    brand(&world.michael().await, MICKS, &typed).await.must_be(303);
    let page = Under::new(&world, ACME).get("/sign-in").await;
    assert_eq!(page.link("No account yet?"), "https://micks.example/join");
}

#[actix_web::test]
async fn a_name_that_is_none_of_ours_is_answered_by_421_and_learns_nothing() {
    let (world, _) = two().await;
    let client = world.stranger();
    let under = async |host: &str, path: &str| client.get_as(Method::GET, path, &[("host", host)]).await;
    for host in ["evil.example", "x.portal.micks.example", "10.0.0.1", "portal.micks.example.evil.example"] {
        for path in ["/sign-in", "/", "/public/v1/accounts", "/assets/x", "/images/x", "/brand/1f4f96.css"] {
            let answer = under(host, path).await;
            answer.must_be(421);
            assert!(!answer.body_text().contains("Mick") && !answer.body_text().contains("Entente"), "{path}");
        }
        under(host, "/healthz").await.must_be(200);
        under(host, "/readyz").await.must_be(200);
    }
    for host in ["127.0.0.1:8080", "127.0.0.1", "localhost:8080", "[::1]:8080", "PORTAL.micks.example:8080"] {
        under(host, "/sign-in").await.must_be(200);
    }
    // what a proxy says beside the name decides nothing
    let headers = [("host", ACME), ("x-forwarded-host", UMBRELLA)];
    client.get_as(Method::GET, "/sign-in", &headers).await.must_say("Mick's Corner");
}

#[actix_web::test]
async fn a_session_is_one_names_own() {
    let (world, other) = two().await;
    let michael = Under::new(&world, ACME);
    michael.sign_in("michael@mightymicks.example").await.must_be(303);
    michael.get(MICKS).await.must_be(200).must_say("Mick's Corner");
    // the same cookie by hand, elsewhere
    for host in [UMBRELLA, "127.0.0.1:8080"] {
        let stolen = Under { client: michael.client.copy(), host };
        stolen.get(MICKS).await.must_be(303);
    }
    // Alice signs in there, and nothing of her company is there
    let alice = Under::new(&world, ACME);
    alice.sign_in("alice@umbrella.example").await.must_be(303);
    alice.get(&format!("/distributor/{other}")).await.must_be(404).must_not_say("Umbrella");
    alice.get("/").await.must_not_say("Umbrella");
    let alice = Under::new(&world, UMBRELLA);
    alice.sign_in("alice@umbrella.example").await.must_be(303);
    alice.get(&format!("/distributor/{other}")).await.must_be(200);
    // what began under a name ends with it, also when the name comes back
    let account = id("PA-469-206");
    let withdrawn = world.program.db.write_now("host names", |tx| hosts::actions::withdraw(tx, &account, ACME));
    withdrawn.expect("the operator takes it away");
    vouch(&world, "PA-469-206", ACME).await;
    michael.get(MICKS).await.must_be(303);
    world.michael().await.get(MICKS).await.must_be(200);
}

#[actix_web::test]
async fn who_works_for_partners_of_two_distributors_finds_each_under_its_own_name() {
    let (world, other) = two().await;
    world.run(&format!(
        "INSERT INTO memberships (account_id, user_id, joined_at) SELECT '{other}', id, now() FROM users \
         WHERE email = 'michael@mightymicks.example'"
    ));
    world.michael().await.get("/").await.must_say("Umbrella Ltd").must_say("Mighty Mick's");
    let michael = Under::new(&world, ACME);
    michael.sign_in("michael@mightymicks.example").await;
    let page = michael.follow(michael.get("/").await).await;
    page.must_say("Mighty Mick's").must_not_say("Umbrella");
    michael.get(MICKS).await.must_not_say("Umbrella");
}

#[actix_web::test]
async fn a_form_comes_from_the_name_that_it_is_sent_to() {
    let (world, _) = two().await;
    let guest = Under::new(&world, ACME);
    let page = guest.get("/sign-in").await;
    let typed = [("email", "michael@mightymicks.example"), ("password", entente::demo::PASSWORD)];
    for origin in [HERE, "http://portal.umbrella.example:8080", "https://evil.example", "null"] {
        let headers = [("host", ACME), ("origin", origin)];
        guest.client.copy().submit_with(&page, &typed, &headers).await.must_be(403);
    }
    guest.submit(&page, &typed).await.must_be(303);
}

#[actix_web::test]
async fn a_token_works_under_its_own_distributors_names() {
    let (world, _) = two().await;
    let [token, ..] = world.tokens();
    let client = world.stranger();
    for (host, status) in [("127.0.0.1:8080", 200), (ACME, 200), (UMBRELLA, 401)] {
        let headers = [("host", host), ("authorization", token.as_str())];
        client.get_as(Method::GET, "/public/v1/accounts", &headers).await.must_be(status);
    }
}

#[actix_web::test]
async fn an_invitation_leads_to_the_issuers_name_and_has_its_brand() {
    let (world, _) = two().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/contracts/new")).await;
    let page = michael.follow(michael.submit(&page, &[("type", "service")]).await).await;
    let page = michael.follow(michael.submit(&page, &[("agreement", crate::support::world::AGREEMENT)]).await).await;
    let typed = [
        ("kind", "production"),
        ("note", "Welcome"),
        ("recipient_company", "Drago"),
        ("recipient_email", "i@d.example"),
    ];
    let page = michael.follow(michael.submit(&page, &typed).await).await;
    let link = page.shown_link();
    assert!(link.starts_with("http://portal.micks.example:8080/activate/"), "{link}");
    let guest = Under::new(&world, ACME);
    let page = guest.follow(guest.get(&link).await).await;
    page.must_be(200).must_say("Mick's Corner").must_not_say("Umbrella");
    assert_eq!(sheets(&page).len(), 1);
    // the public name serves it too, in the issuer's brand, and the other distributor's does not
    let path = link.strip_prefix("http://portal.micks.example:8080").expect("our address");
    let public = world.stranger();
    public.follow(public.get(path).await).await.must_be(200).must_say("Mick's Corner");
    Under::new(&world, UMBRELLA).get(path).await.must_be(404).must_not_say("Mick's");
}

/// Sends what is due, and gives the mails as they came.
async fn mails(world: &World, count: usize) -> Vec<String> {
    let server = Server::start(Manner::Plain);
    let post = Post::new(&server.url, "Entente <entente@mightymicks.example>", None).expect("an address");
    while sender::send_one(&world.program.db, post.clone(), world.program.letters()).await.expect("the outbox") {}
    (0..count).map(|_| server.next().text()).collect()
}

#[actix_web::test]
async fn a_mail_bears_name_logo_and_footer_and_leads_to_the_brands_name() {
    let (world, _) = two().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/branding")).await;
    picture(&michael, &page, ("logo", "a.png"), &png(), &[]).await.must_be(303);
    let typed = [("sender_name", "Mick's Partner Desk"), ("mail_footer", "Mighty Mick's LLC\nPhiladelphia")];
    brand(&michael, MICKS, &typed).await.must_be(303);
    world.run("DELETE FROM outbox");
    let guest = Under::new(&world, ACME);
    let page = guest.get("/forgot-password").await;
    guest.submit(&page, &[("email", "donnie@acreedllc.example")]).await.must_be(200);
    entente::jobs::catch_up(&world.program).await.expect("asks are answered");
    let mail = mails(&world, 1).await.concat();
    let read = MessageParser::default().parse(mail.as_bytes()).expect("a mail");
    let from = read.from().and_then(|from| from.first()).expect("a sender");
    assert_eq!((from.name(), from.address()), (Some("Mick's Partner Desk"), Some("entente@mightymicks.example")));
    let plain = read.body_text(0).expect("a text").into_owned();
    assert!(plain.contains("http://portal.micks.example:8080/set-password/"), "{plain}");
    assert!(plain.contains("Mick's Corner\n") || plain.contains("Mick's Corner\r\n"), "{plain}");
    assert!(plain.contains("Philadelphia") && !plain.contains("Umbrella"), "{plain}");
    let html = read.body_html(0).expect("the same as HTML").into_owned();
    assert!(html.contains("cid:logo") && html.contains("Mick"), "{html}");
    assert!(read.parts.iter().any(|part| part.content_id() == Some("logo")), "{mail}");
}

#[actix_web::test]
async fn a_proxy_on_this_machine_asks_which_names_may_have_certificates() {
    let (world, _) = two().await;
    let client = world.stranger();
    let ask = async |name: &str, more: &[(&str, &str)]| {
        let headers = [&[("host", "127.0.0.1:8080")][..], more].concat();
        client.get_as(Method::GET, &format!("/-/tls-ask?domain={name}"), &headers).await.status
    };
    for (name, status) in [
        (ACME, 200),
        ("PORTAL.umbrella.example", 200),
        ("evil.example", 404),
        ("x.portal.micks.example", 404),
        ("micks.example", 404),
        ("", 404),
    ] {
        assert_eq!(ask(name, &[]).await, status, "{name}");
    }
    let nothing = client.get_as(Method::GET, "/-/tls-ask", &[("host", "127.0.0.1:8080")]).await;
    nothing.must_be(404);
    let stranger = client.get_as(Method::GET, &format!("/-/tls-ask?domain={ACME}"), &[("host", "evil.example")]).await;
    stranger.must_be(421);
    // from elsewhere, or handed on by the proxy, there is no such page
    assert_eq!(ask(ACME, &[("x-forwarded-for", "203.0.113.9")]).await, 404);
    assert_eq!(client.get_as(Method::GET, &format!("/-/tls-ask?domain={ACME}"), &[("host", ACME)]).await.status, 404);
    // a name that leads elsewhere by now gets none
    world.run("UPDATE brand_hosts SET leads_here = false");
    brands::refresh(&world.program.db, &world.program.house).await.expect("brands are read");
    assert_eq!(ask(ACME, &[]).await, 404);
}

/// A web server that has the file, answering so many times.
fn has_file(port: &TcpListener, times: usize, line: String) -> std::thread::JoinHandle<()> {
    let listener = port.try_clone().expect("a second handle");
    std::thread::spawn(move || {
        for _ in 0..times {
            let (mut stream, _) = listener.accept().expect("somebody looks");
            let mut asked = [0; 1024];
            let _ = stream.read(&mut asked).expect("a request");
            let answer = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{line}\n");
            stream.write_all(answer.as_bytes()).expect("an answer");
        }
    })
}

#[actix_web::test]
async fn a_name_is_proven_by_its_file_and_given_up_again() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("a port").port();
    let world = World::with(|config| Config { private_hosts: true, host_port: port, ..config }).await;
    let michael = world.michael().await;
    let here = format!("{MICKS}/branding");
    let page = michael.get(&here).await;
    for (wrong, says) in [("", "Enter a host name"), ("127.0.0.1", "Enter a host name"), ("a b", "Enter a host name")] {
        let answer = michael.submit_to(&page, Some("/hosts"), &[("host", wrong)]).await;
        answer.must_be(422).must_say(says);
    }
    let added = michael.submit_to(&page, Some("/hosts"), &[("host", "https://Portal.localhost/")]).await;
    let page = michael.follow(added).await;
    page.must_say("portal.localhost").must_say("Not verified").must_say("/.well-known/entente-host.txt");
    michael.submit_to(&page, Some("/hosts"), &[("host", "portal.localhost")]).await.must_be(422).must_say("already");
    let under = async || world.stranger().get_as(Method::GET, "/sign-in", &[("host", "portal.localhost")]).await.status;
    assert_eq!(under().await, 421);

    let other = has_file(&listener, 1, "another line".to_owned());
    let page = michael.follow(michael.submit_to(&page, Some("/hosts/check"), &[]).await).await;
    page.must_say("The file doesn't contain the expected line.").must_say("Not verified");
    other.join().expect("it was asked");
    assert_eq!(under().await, 421);

    let token = world.text("SELECT token AS t FROM brand_hosts");
    page.must_say(&token);
    let right = has_file(&listener, 1, token);
    let page = michael.follow(michael.submit_to(&page, Some("/hosts/check"), &[]).await).await;
    right.join().expect("it was asked");
    page.must_say("In use");
    assert_eq!(under().await, 200);

    let asked = michael.get(&page.link("Remove")).await;
    asked.must_be(200).must_say("portal.localhost");
    michael.follow(michael.submit(&asked, &[]).await).await.must_say("Host name removed");
    assert_eq!(under().await, 421);
    let events = "SELECT count(*) AS n FROM events WHERE name LIKE 'brand.host%'";
    assert_eq!(world.number(events), 3);
}

#[actix_web::test]
async fn one_name_is_one_distributors() {
    let (world, other) = two().await;
    let alice = world.signed_in("alice@umbrella.example").await;
    let page = alice.get(&format!("/distributor/{other}/branding")).await;
    // whoever claims it may not know of the other, and cannot prove it
    alice.submit_to(&page, Some("/hosts"), &[("host", ACME)]).await.must_be(303);
    let account = id(&other);
    let taken = world.program.db.write_now("host names", |tx| hosts::actions::vouch(tx, &account, ACME));
    assert!(taken.is_err());
    Under::new(&world, ACME).get("/sign-in").await.must_say("Mick's Corner");
}

#[actix_web::test]
async fn other_processes_follow_what_one_changes() {
    let (world, _) = branded().await;
    let config = world.program.config.get_ref().clone();
    let second = Program::new(config, key(), Db::by(&world.serving_url(), 2, Prepare::On));
    brands::refresh(&second.db, &second.house).await.expect("brands are read");
    let client = world.donnie().await.at(&serve(second.clone()).await);
    client.get(ACREED).await.must_say("Mick's Corner");
    brand(&world.michael().await, MICKS, &[("portal_name", "Mick's Ring")]).await.must_be(303);
    // what its job does every few seconds
    brands::refresh(&second.db, &second.house).await.expect("brands are read");
    client.get(ACREED).await.must_say("Mick's Ring");
}

#[actix_web::test]
async fn whoever_is_invited_by_a_partner_sees_the_brand_of_the_company_that_invites() {
    let (world, _) = two().await;
    crate::colleagues::invite(&world, &world.michael().await, "drago@example.com").await.must_be(303);
    let link = crate::colleagues::mailed(&world, "drago@example.com");
    let mails = sender::unsent(&mut world.sql(), &world.program.letters()).expect("the outbox reads");
    let mail = mails.iter().rfind(|mail| mail.contains("drago@example.com")).expect("a mail");
    assert!(mail.contains("http://portal.micks.example:8080/join/") && mail.contains("Mick's Corner"), "{mail}");
    let guest = Under::new(&world, ACME);
    let page = guest.follow(guest.get(&link).await).await;
    page.must_be(200).must_say("Mick's Corner").must_not_say("Umbrella");
    Under::new(&world, UMBRELLA).get(&link).await.must_be(404);
    // a wrong code does not say whose invitation it is
    let (named, _) = guest.path(&link).rsplit_once('/').expect("a code");
    let wrong = world.stranger();
    let page = wrong.follow(wrong.get(&format!("{named}/{}", "A".repeat(43))).await).await;
    page.must_be(404).must_not_say("Mick's");
}

#[actix_web::test]
async fn a_certificate_is_its_issuers_in_every_portal() {
    let (world, _) = branded().await;
    for (client, portal) in [(world.michael().await, MICKS), (world.donnie().await, ACREED)] {
        let page = client.get(&format!("{portal}/contracts/{SIGNED}/versions")).await;
        let certificate = client.get(&page.link("Certificate")).await;
        assert_eq!(certificate.must_be(200).texts(".certificate .brand"), ["Mick's Corner"]);
    }
}

#[actix_web::test]
async fn a_customers_form_has_the_brand_of_whom_it_ordered_from() {
    let (world, _) = two().await;
    let michael = world.michael().await;
    let restaurant = account(&world, "Adrian's Restaurant");
    let (email, size) = (parameter(&world, "trainer_email"), parameter(&world, "gym_size"));
    let request = order(&world, &michael, MICKS, (PULSE, &restaurant, "1"), &[(&email, ""), (&size, "s")]).await;
    let link = michael.get(&format!("{MICKS}/fulfillment/{request}")).await.shown_link();
    let guest = Under::new(&world, ACME);
    assert_ne!(guest.path(&link), link, "it leads to the brand's own name");
    let form = guest.follow(guest.get(&link).await).await;
    form.must_be(200).must_say("Mick's Corner").must_not_say("Umbrella");
    let other = Under::new(&world, UMBRELLA);
    other.follow(other.get(guest.path(&link)).await).await.must_be(404).must_not_say("Mick's");
    let mails = sender::unsent(&mut world.sql(), &world.program.letters()).expect("the outbox reads");
    let mail = mails.iter().find(|mail| mail.contains("rocky@adrians.example")).expect("a mail");
    assert!(mail.contains(&link) && mail.contains("Mick's Corner"), "{mail}");
    // also when nothing is left to answer, by whatever name one comes
    guest.submit(&form, &[(&email, "paulie@adrians.example")]).await.must_be(200).must_say("Mick's Corner");
    guest.get(&link).await.must_be(410).must_say("Mick's Corner");
    world.stranger().get(guest.path(&link)).await.must_be(410).must_say("Mick's Corner");
}

#[actix_web::test]
async fn no_page_of_a_partners_portal_has_a_byte_of_another_distributors_brand() {
    let (world, other) = two().await;
    let drawn = Drawn::of(&world);
    let foreign = ["Umbrella", UMBRELLA, "#b00020", "/brand/b00020", other.as_str()];
    let mut pages = 0;
    for role in [Role::Reseller, Role::Vendor] {
        let (base, client) = portal(&world, role).await;
        for mount in portals::screens(role).into_iter().filter(|mount| mount.method == Method::GET) {
            let page = client.get(&address(base, &mount.path, role, &drawn)).await;
            let (text, headers) = (page.body_text(), format!("{:?}", page.headers));
            for word in foreign {
                assert!(!text.contains(word) && !headers.contains(word), "{} says {word}", page.path);
            }
            pages += usize::from(page.status == 200);
        }
    }
    assert!(pages > 60, "{pages} pages were seen");
}

#[actix_web::test]
async fn the_name_of_a_sender_writes_no_line_of_its_own() {
    let world = World::new().await;
    let typed = [("sender_name", "Partner Desk\r\nBcc: evil@example.com")];
    let answer = brand(&world.michael().await, MICKS, &typed).await;
    assert!([303, 422].contains(&answer.status), "{}", answer.status);
    let kept = world.text("SELECT coalesce(max(sender_name), '') AS t FROM brands");
    assert!(!kept.contains(['\r', '\n']), "{kept:?}");
}
