//! How a contract's link reaches its partner: for whom it is meant, sent by email, reminded of, and what became of that.

use actix_web::http::Method;
use entente::mail::sender::{self, Post};
use mail_parser::MessageParser;

use crate::support::{
    Answer, Client, World,
    smtp::{Manner, Server},
    world::{ACREED, AGREEMENT, MICKS, PENDING, SIGNED},
};

const IVAN: &str = "ivan@dragoworks.example";
/// What a person's browser says of itself.
const BROWSER: [(&str, &str); 3] =
    [("user-agent", "Mozilla/5.0 (X11; Linux)"), ("accept", "text/html"), ("accept-language", "en")];

/// Walks the wizard to its summary, naming a partner; returns the contract's id and its link's path.
pub async fn invite(client: &Client, company: &str, email: &str) -> (String, String) {
    let page = client.get(&format!("{MICKS}/contracts/new")).await;
    let page = client.follow(client.submit(&page, &[("type", "service")]).await).await;
    let page = client.follow(client.submit(&page, &[("agreement", AGREEMENT)]).await).await;
    let typed =
        [("kind", "production"), ("note", "Welcome"), ("recipient_company", company), ("recipient_email", email)];
    let page = client.follow(client.submit(&page, &typed).await).await;
    let id = page.must_say("Contract created").link("Go to Details").rsplit('/').next().expect("an id").to_owned();
    let link = page.shown_link();
    (id, link.strip_prefix("http://127.0.0.1:8080").expect("our address").to_owned())
}

/// Sends what is due through a server.
pub async fn deliver(world: &World, server: &Server) {
    let post = Post::new(&server.url, "Entente <entente@mightymicks.example>", None).expect("an address");
    while sender::send_one(&world.program.db, post.clone(), world.program.letters()).await.expect("the outbox") {}
}

fn mails(world: &World) -> i64 {
    world.number("SELECT count(*) AS n FROM outbox WHERE kind = 'contract_invited'")
}

async fn send(client: &Client, id: &str, typed: &[(&str, &str)]) -> Answer {
    let page = client.get(&format!("{MICKS}/contracts/{id}/send")).await;
    client.submit(&page, typed).await
}

#[actix_web::test]
async fn a_contract_goes_by_its_partners_name_until_somebody_signs() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite(&michael, "Drago Works", IVAN).await;
    let list = michael.get(&format!("{MICKS}/contracts?contract={id}")).await;
    assert_eq!(list.must_be(200).texts("tbody th .cell-name"), ["Drago Works"]);
    for words in ["drago works", "DRAGOWORKS.example"] {
        michael.get(&format!("{MICKS}/contracts?q={}", words.replace(' ', "+"))).await.must_say(&id);
        michael.get(&format!("{MICKS}/directory?q={}", words.replace(' ', "+"))).await.must_say("Drago Works");
    }
    michael.get(&format!("{MICKS}/contracts/{id}")).await.must_say("Drago Works").must_say(IVAN);
    let csv = michael.get(&format!("{MICKS}/contracts/export.csv?contract={id}")).await.body_text();
    assert!(csv.contains(&format!(",Drago Works,{IVAN},,,Pending")), "{csv}");
    world
        .run(&format!("UPDATE activation_links SET expires_at = now() + interval '2 days' WHERE contract_id = '{id}'"));
    assert!(michael.get(MICKS).await.waiting("Links expiring soon").contains(&"Drago Works".to_owned()));
    // another one names nobody, and its note is no name
    let (bare, _) = crate::contracts::invite(&michael, MICKS, "service", "Only a note").await;
    michael.get(&format!("{MICKS}/contracts?contract={bare}")).await.must_say("No partner yet");
    michael.get(&format!("{MICKS}/directory")).await.must_say("No partner yet").must_not_say("Only a note");
    michael.get(&format!("{MICKS}/directory?q=only+a+note")).await.must_say(&bare);

    // the invitee finds both filled in, and changes both
    let guest = world.stranger();
    let page = guest.follow(guest.get_as(Method::GET, &link, &BROWSER).await).await;
    assert_eq!(page.value("email"), IVAN);
    let page =
        guest.follow(guest.submit(&page, &[("email", "olga@dragoworks.example"), ("accept", "yes")]).await).await;
    let user = [("name", "Olga"), ("new-password", "Tutorial-2026!"), ("confirm-password", "Tutorial-2026!")];
    let page = guest.follow(guest.submit(&page, &user).await).await;
    assert_eq!(page.value("company"), "Drago Works");
    let page = guest.follow(guest.submit(&page, &[("company", "Drago Holding")]).await).await;
    let done = guest.follow(guest.submit(&page, &[]).await).await;
    let home = done.link("Go to the Reseller Portal");
    let list = michael.get(&format!("{MICKS}/contracts?contract={id}")).await;
    list.must_say("Drago Holding").must_not_say("Drago Works");
    michael.get(&format!("{MICKS}/contracts?q=drago+works")).await.must_say("No matches");
    michael
        .get(&format!("{MICKS}/contracts/{id}/delivery"))
        .await
        .must_say("A person opened the link")
        .must_say("Drago Holding activated the contract");
    // what the issuer had written is nobody else's
    for page in ["", "/history", "/versions"] {
        guest.get(&format!("{home}/contracts/{id}{page}")).await.must_be(200).must_not_say(IVAN);
    }
    let csv = guest.get(&format!("{home}/contracts/export.csv")).await.body_text();
    assert!(csv.contains(&id) && !csv.contains(IVAN), "{csv}");
}

#[actix_web::test]
async fn whom_a_contract_is_meant_for_is_changed_while_it_is_pending_and_kept_in_its_history() {
    let world = World::new().await;
    let (michael, tony) = (world.michael().await, world.tony().await);
    let (id, _) = invite(&michael, "Drago Works", IVAN).await;
    let url = format!("{MICKS}/contracts/{id}/recipient");
    let (first, second) = (michael.get(&url).await, tony.get(&url).await);
    michael.submit(&first, &[("recipient_email", "ivan at home")]).await.must_be(422).must_say("name@example.com");
    let changed = [("recipient_company", "Drago Gym"), ("recipient_email", "")];
    michael.follow(michael.submit(&first, &changed).await).await.must_say("Partner saved").must_say("Drago Gym");
    tony.submit(&second, &[("recipient_company", "Drago Club")]).await.must_be(409).must_say("Drago Gym");
    michael.get(&format!("{MICKS}/contracts?q=drago+gym")).await.must_say(&id);
    michael
        .get(&format!("{MICKS}/contracts/{id}/history"))
        .await
        .must_say("changed the partner's name or email")
        .must_say("Drago Gym");
    // once it is signed there is nothing to change
    michael.get(&format!("{MICKS}/contracts/{SIGNED}/recipient")).await.must_be(409);
    let paulie = world.paulie().await;
    paulie.get(&url).await.must_be(403);
    paulie.get(&format!("{MICKS}/contracts/{id}/send")).await.must_be(403);
    paulie.get(&format!("{MICKS}/contracts/{id}")).await.must_not_say("Send by email").must_not_say("Edit partner");
}

#[actix_web::test]
async fn a_link_is_sent_once_however_often_it_is_pressed_and_the_mail_says_who_invites_to_what() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite(&michael, "Drago Works", IVAN).await;
    let page = michael.get(&format!("{MICKS}/contracts/{id}")).await;
    let page = michael.get(&page.link("Send by email")).await;
    assert_eq!(page.value("recipient_email"), IVAN);
    let typed = [("message", "See you at the gym.\nIvan should sign.")];
    let second = michael.copy();
    let (once, again) = futures_util::future::join(michael.press(&page, &typed), second.press(&page, &typed)).await;
    assert_eq!((once.status, again.status), (303, 303));
    assert_eq!(mails(&world), 1);
    assert_eq!(world.number("SELECT count(*) AS n FROM link_mails"), 1);
    let log = format!("{MICKS}/contracts/{id}/delivery");
    michael
        .get(&log)
        .await
        .must_say(&format!("Michael Goldmill sent the link to {IVAN}"))
        .must_say("See you at the gym.")
        .must_say("Waiting to be sent");
    let code = link.rsplit('/').next().expect("a code");
    assert_eq!(world.number(&format!("SELECT count(*) AS n FROM outbox WHERE facts::text LIKE '%{code}%'")), 0);

    let server = Server::start(Manner::Plain);
    deliver(&world, &server).await;
    let came = server.next();
    let read = MessageParser::default().parse(&came.bytes).expect("a mail");
    assert_eq!(read.to().and_then(|to| to.first()).and_then(|to| to.address()), Some(IVAN));
    assert!(read.subject().is_some_and(|subject| subject.contains("Mighty Mick's LLC") && subject.contains(&id)));
    for body in [read.body_text(0).expect("a text"), read.body_html(0).expect("a page")] {
        let body = body.replace("&#39;", "'");
        for words in ["Michael Goldmill", "Mighty Mick's LLC", "Tutorial Agreement", "See you at the gym.", &link] {
            assert!(body.contains(words), "{words:?} is not in {body}");
        }
        assert!(body.contains("Reseller Portal") && body.contains("UTC"), "{body}");
    }
    michael.get(&log).await.must_say("Sent ").must_not_say("Waiting to be sent");
    // those after it remind, and there is an end to them
    michael.get(&format!("{MICKS}/contracts/{id}")).await.must_say("Last emailed on").link("Remind by email");
    for _ in 0..2 {
        send(&michael, &id, &[]).await.must_be(303);
    }
    michael.get(&log).await.must_say(&format!("Michael Goldmill sent a reminder to {IVAN}"));
    send(&michael, &id, &[]).await.must_be(409).must_say("3 times in the last 24 hours");
    assert_eq!(mails(&world), 3);
    let history = michael.get(&format!("{MICKS}/contracts/{id}/history")).await;
    history.must_say("emailed the activation link").must_say("emailed a reminder");
}

#[actix_web::test]
async fn an_address_that_is_typed_when_sending_is_kept() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, _) = crate::contracts::invite(&michael, MICKS, "service", "Welcome").await;
    send(&michael, &id, &[]).await.must_be(422).must_say("Enter an email address");
    send(&michael, &id, &[("recipient_email", IVAN)]).await.must_be(303);
    michael.get(&format!("{MICKS}/contracts?q={IVAN}")).await.must_say(&id);
}

#[actix_web::test]
async fn nothing_is_sent_of_a_link_that_does_not_open() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, _) = invite(&michael, "Drago Works", IVAN).await;
    send(&michael, &id, &[]).await.must_be(303);
    // replaced before its turn came
    let page = michael.get(&format!("{MICKS}/contracts/{id}/renew")).await;
    michael.submit(&page, &[]).await.must_be(303);
    let server = Server::start(Manner::Plain);
    deliver(&world, &server).await;
    assert!(server.is_idle(), "nobody gets a link that does not open");
    michael.get(&format!("{MICKS}/contracts/{id}/delivery")).await.must_say("no longer needed");
    let page = michael.get(&format!("{MICKS}/contracts/{id}/send")).await;
    world.run("UPDATE activation_links SET expires_at = now() - interval '1 minute'");
    michael.submit(&page, &[]).await.must_be(409).must_say("Renew the link first");
    michael.get(&format!("{MICKS}/contracts/{id}")).await.must_not_say("Remind by email").must_say("expired");
    world.run(
        "UPDATE activation_links SET expires_at = now() + interval '9 days'; \
         UPDATE contracts SET expire_at = now() - interval '1 minute' WHERE status = 'pending'",
    );
    michael.submit(&page, &[]).await.must_be(409).must_say("expiry date has passed");
    assert_eq!(mails(&world), 1);
}

#[actix_web::test]
async fn a_mail_that_nobody_gets_says_why_and_can_be_sent_again() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, _) = invite(&michael, "Drago Works", IVAN).await;
    send(&michael, &id, &[]).await.must_be(303);
    deliver(&world, &Server::start(Manner::Refuses("550 5.1.1 no such mailbox"))).await;
    let log = michael.get(&format!("{MICKS}/contracts/{id}/delivery")).await;
    log.must_say("Not delivered: the recipient's mail server rejected it");
    assert_eq!(log.link("Send again"), format!("{MICKS}/contracts/{id}/send"));
    let home = michael.get(MICKS).await;
    assert_eq!(home.must_say("Undelivered emails").link(&id), format!("{MICKS}/contracts/{id}"));
}

/// Contracts of the last month that wait for partners, all with an address, and one without.
fn last_months(world: &World, many: usize) {
    world.run(&format!(
        "INSERT INTO contracts (id, type, kind, status, agreement_id, version, issuer_id, note, creator_id, created_at, updated_at, \
         search, recipient_company, recipient_email) \
         SELECT 'CRS-00000-00000-' || lpad(i::text, 5, '0'), 'service', 'production', 'pending', '{AGREEMENT}', 2, 'PA-469-206', 'n', \
         (SELECT id FROM users LIMIT 1), now() - interval '25 days', now(), 'x', 'Partner ' || i, \
         CASE WHEN i < {many} THEN 'partner' || i || '@partners.example' ELSE '' END FROM generate_series(1, {many}) i; \
         INSERT INTO activation_links (contract_id, number, nonce, created_at, expires_at) \
         SELECT id, 1, 'x', created_at, now() + interval '5 days' FROM contracts WHERE id LIKE 'CRS-00000-%'"
    ));
}

#[actix_web::test]
async fn last_months_partners_are_reminded_in_less_than_ten_clicks() {
    let world = World::new().await;
    last_months(&world, 13);
    world.run("UPDATE contracts SET recipient_email = 'partner13@partners.example' WHERE id = 'CRS-00000-00000-00013'");
    let michael = world.michael().await;
    let mut clicks = 0;
    let mut click = |page: &Answer, words: &str| {
        clicks += 1;
        page.link(words)
    };
    let home = michael.get(MICKS).await;
    // the menu's, not one of those that Home's own lines lead to
    let list = michael.get(&home.attribute("nav.rail a[href$='/contracts']", "href")).await;
    let waiting = michael.get(&click(&list, "Waiting for partners")).await;
    waiting.must_be(200).must_say("Never emailed").must_not_say(SIGNED);
    // 20 rows per page
    let more = michael.get(&format!("{MICKS}/contracts{}", click(&waiting, "20 rows per page"))).await;
    // Filters is opened, two days are typed, and Apply is pressed
    let today = chrono::Utc::now().date_naive();
    let (from, to) = (today - chrono::Days::new(40), today - chrono::Days::new(20));
    let narrowed = michael.get(&format!("{}&from={from}&to={to}", more.path)).await;
    let all = michael.get(&click(&narrowed, "Select all on this page")).await;
    let (clicks, typed) = (clicks + 4, all.attributes("input.tick[checked]", "value"));
    assert_eq!(typed.len(), 13, "{}", all.text());
    let token = all.value("csrf");
    let fields: Vec<(&str, &str)> =
        std::iter::once(("csrf", token.as_str())).chain(typed.iter().map(|id| ("id", id.as_str()))).collect();
    let to = all.attribute("form#bulk", "action");
    let page = michael.follow(michael.post(&to, &fields).await).await;
    page.must_say("13 reminders sent").must_say("Emailed in the last 7 days");
    assert!(clicks < 10, "{clicks} clicks");
    assert_eq!(mails(&world), 13);
    assert_eq!(world.number("SELECT count(DISTINCT recipient) AS n FROM outbox WHERE kind = 'contract_invited'"), 13);
    // pressed once more, nobody gets a second mail
    michael.post(&to, &fields).await.must_be(200).must_say("0 reminders sent").must_say("emailed in the last 24 hours");
    assert_eq!(mails(&world), 13);
    michael.get(&format!("{MICKS}/contracts?invitation=recent&from={from}&size=50")).await.must_say("Partner 13");
    michael.get(&format!("{MICKS}/contracts?invitation=never")).await.must_not_say("Partner 13").must_say(PENDING);
}

#[actix_web::test]
async fn of_many_each_says_what_became_of_it() {
    let world = World::new().await;
    last_months(&world, 4);
    world.run(
        "UPDATE contracts SET emailed_at = now() - interval '3 hours' WHERE id = 'CRS-00000-00000-00002'; \
         UPDATE contracts SET emailed_at = now() - interval '3 days' WHERE id = 'CRS-00000-00000-00001'; \
         UPDATE activation_links SET expires_at = now() WHERE contract_id = 'CRS-00000-00000-00003'",
    );
    let michael = world.michael().await;
    let list = michael.get(&format!("{MICKS}/contracts?invitation=never&invitation=earlier&invitation=recent")).await;
    let token = list.value("csrf");
    let to = list.attribute("form#bulk", "action");
    michael.follow(michael.post(&to, &[("csrf", &token)]).await).await.must_say("Select the contracts");
    let ids: Vec<String> = (1..=4).map(|i| format!("CRS-00000-00000-0000{i}")).collect();
    let mut fields: Vec<(&str, &str)> = vec![("csrf", token.as_str()), ("id", SIGNED), ("id", "CRS-99999-99999-99999")];
    fields.extend(ids.iter().map(|id| ("id", id.as_str())));
    let page = michael.post(&to, &fields).await;
    page.must_be(200)
        .must_say("1 reminder sent")
        .must_say("CRS-00000-00000-00001: Reminder sent to partner1@partners.example")
        .must_say("CRS-00000-00000-00002: Not sent: emailed in the last 24 hours.")
        .must_say("CRS-00000-00000-00003: Not sent: its link has expired.")
        .must_say("CRS-00000-00000-00004: Not sent: no email address is known.")
        .must_say(&format!("{SIGNED}: {SIGNED} is active."))
        .must_say("CRS-99999-99999-99999: It doesn't exist.");
    assert_eq!(mails(&world), 1);
    // the partner of a contract reminds nobody
    let donnie = world.donnie().await;
    let token = donnie.get(ACREED).await.value("csrf");
    let page = donnie.post(&format!("{ACREED}/contracts/remind"), &[("csrf", &token), ("id", SIGNED)]).await;
    page.must_say("It doesn't exist.");
    let paulie = world.paulie().await;
    let token = paulie.get(MICKS).await.value("csrf");
    paulie.post(&format!("{MICKS}/contracts/remind"), &[("csrf", &token), ("id", &ids[0])]).await.must_be(403);
    assert_eq!(mails(&world), 1);
}

#[actix_web::test]
async fn machines_that_fetch_a_link_are_told_from_persons_and_leave_it_unspent() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite(&michael, "Drago Works", IVAN).await;
    let log = format!("{MICKS}/contracts/{id}/delivery");
    michael.get(&log).await.must_say("hasn't been emailed or opened yet");
    let scanner = [("user-agent", "Mozilla/5.0 (compatible; Barracuda Sentinel)"), ("accept", "*/*")];
    for round in 0..60 {
        let stranger = world.stranger();
        let (method, headers) = match round % 3 {
            0 => (Method::HEAD, &BROWSER[..]),
            1 => (Method::GET, &scanner[..]),
            // it says that it is a browser, and comes no further
            _ => (Method::GET, &BROWSER[..]),
        };
        stranger.get_as(method, &link, headers).await.must_be(303);
    }
    michael
        .get(&log)
        .await
        .must_say("An automated system opened the link")
        .must_say("40 times, first on")
        .must_not_say("A person opened");
    assert_eq!(world.number("SELECT count(*) AS n FROM activation_attempts"), 0);
    let person = world.stranger();
    let came = person.get_as(Method::GET, &link, &BROWSER).await;
    let page = person.follow(came).await;
    michael.get(&log).await.must_say("A person opened the link");
    person.submit(&page, &[("accept", "yes")]).await.must_be(303);
    michael.get(&log).await.must_say("Reviewed and accepted");
    // and for all that were there it still opens
    let guest = world.stranger();
    let confirm = crate::activation::up_to_activate(&guest, &link, "olga@dragoworks.example", "Drago Holding").await;
    guest.submit(&confirm, &[]).await.must_be(303);
    michael.get(&log).await.must_say("Drago Holding activated the contract");
}

#[actix_web::test]
async fn who_has_an_expired_link_asks_for_a_new_one() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite(&michael, "Drago Works", IVAN).await;
    let asked = "SELECT count(*) AS n FROM outbox WHERE kind = 'link_asked'";
    world.run("DELETE FROM outbox; UPDATE activation_links SET expires_at = now() - interval '1 hour'");
    let guest = world.stranger();
    let page = guest.get(&link).await;
    page.must_be(410).must_say("This link has expired").must_not_say("Drago Works").must_not_say(IVAN);
    let twice = guest.copy();
    guest.follow(guest.submit(&page, &[]).await).await.must_be(410).must_say("was asked for a new link on");
    twice.follow(twice.submit(&page, &[]).await).await.must_be(410).must_say("was asked for a new link on");
    assert_eq!(world.number(&format!("{asked} AND recipient = 'michael@mightymicks.example'")), 1);
    let home = michael.get(MICKS).await;
    assert!(home.waiting("Links expiring soon").contains(&"Drago Works".to_owned()), "{}", home.text());
    home.must_say("new link requested");
    michael.get(&format!("{MICKS}/contracts/{id}/delivery")).await.must_say("A new link was requested");
    // a wrong code asks nobody
    let stranger = world.stranger();
    stranger.get(&format!("/activate/{id}/expired")).await.must_be(404);
    stranger.post(&format!("/activate/{id}/expired"), &[("csrf", &page.value("csrf"))]).await;
    let before = world.number(asked);
    // the new one opens, and the old one leads to nobody any more
    let renew = michael.get(&format!("{MICKS}/contracts/{id}/renew")).await;
    let new = michael.follow(michael.submit(&renew, &[]).await).await.shown_link();
    world.stranger().get(&new).await.must_be(303);
    guest.get(&link).await.must_be(410).must_say("replaced");
    guest.submit(&page, &[]).await;
    assert_eq!(world.number(asked), before);
    michael.get(MICKS).await.must_not_say("new link requested");
}
