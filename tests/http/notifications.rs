//! What people are told of: in the portal, by mail at once or once an hour, as their company and they themselves chose; the mails that were
//! sent, and how they begin and end.

use std::collections::BTreeSet;

use actix_web::http::Method;
use entente::{
    mail::{
        sender::{self, Post},
        tell,
    },
    modules::{self, contracts::expiry, people::ADMINISTRATORS},
};

use crate::{
    colleagues::invite,
    mail::{Leads, one_of_each},
    support::{
        Answer, Client, World,
        smtp::{Manner, Server},
        world::{ACREED, CHAMPIONS, MICKS, SIGNED},
    },
};

const MICHAEL: &str = "michael@mightymicks.example";

/// The cast's past told everybody much: here nobody was told anything yet.
async fn quiet() -> World {
    let world = World::new().await;
    world.run("DELETE FROM notifications; DELETE FROM outbox");
    world
}

fn request(world: &World) -> String {
    world.text("SELECT min(id) AS t FROM listing_requests WHERE status = 'reviewing'")
}

/// Says something on a listing request, which the other company is told.
async fn say(world: &World, client: &Client, base: &str, text: &str) {
    let url = format!("{base}/listing-requests/{}", request(world));
    let csrf = client.get(&url).await.value("csrf");
    let form = uuid::Uuid::new_v4().to_string();
    client.post(&url, &[("csrf", &csrf), ("text", text), ("form", &form)]).await.must_be(303);
}

/// The number at the bell of the page; nothing when nothing is unread.
fn bell(page: &Answer) -> String {
    page.texts("a.bell .waits-n").concat()
}

fn mails(world: &World, to: &str) -> i64 {
    world.number(&format!("SELECT count(*) AS n FROM outbox WHERE recipient LIKE '{to}%'"))
}

#[actix_web::test]
async fn what_happens_stands_at_the_bell_until_it_is_read() {
    let world = quiet().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    assert_eq!(bell(&michael.get(MICKS).await), "");
    say(&world, &apollo, CHAMPIONS, "Which countries, please?").await;
    let home = michael.get(MICKS).await;
    assert_eq!(bell(&home), "1");
    assert_eq!(home.attribute("a.bell", "aria-label"), "Notifications: 1 unread");
    assert_eq!(bell(&michael.get("/profile").await), "1", "outside of the portal as well");
    assert_eq!(bell(&apollo.get(CHAMPIONS).await), "", "nobody is told of their own acts");
    let list = michael.get(&format!("{MICKS}/notifications")).await;
    list.must_be(200).must_say("Unread on");
    let link = list.attribute(".told a", "href");
    list.must_say(&format!("wrote about {}", request(&world)));
    let opened = michael.get(&link).await;
    assert_eq!(opened.must_be(303).location(), format!("{MICKS}/listing-requests/{}", request(&world)));
    assert_eq!(bell(&michael.get(MICKS).await), "");
    michael.get(&format!("{MICKS}/notifications")).await.must_say("Read on").must_not_say("Unread on");
    // it is michael's alone
    let id = link.rsplit('=').next().expect("an id").to_owned();
    apollo.get(&format!("{CHAMPIONS}/notifications/open?id={id}")).await.must_be(404);
    let csrf = apollo.get(CHAMPIONS).await.value("csrf");
    let url = format!("{CHAMPIONS}/notifications/read");
    apollo.post(&url, &[("csrf", &csrf), ("id", &id)]).await.must_be(404);
}

#[actix_web::test]
async fn one_is_marked_and_all_but_what_came_meanwhile() {
    let world = quiet().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    for text in ["One", "Two", "Three"] {
        say(&world, &apollo, CHAMPIONS, text).await;
    }
    let url = format!("{MICKS}/notifications");
    let id = world.text("SELECT min(id::text) AS t FROM notifications WHERE user_id = (SELECT id FROM users WHERE email LIKE 'michael@%')");
    let list = michael.get(&url).await;
    let csrf = list.value("csrf");
    michael.post(&format!("{url}/read"), &[("csrf", &csrf), ("id", &id)]).await.must_be(303);
    let list = michael.get(&url).await;
    assert_eq!((bell(&list).as_str(), list.texts(".told .unread").len(), list.texts(".told li").len()), ("2", 2, 3));
    assert_eq!(list.texts("h2").len(), 2, "unread before read");
    // somebody writes after the page was shown
    say(&world, &apollo, CHAMPIONS, "Four").await;
    // what waits only for a mail, or may no longer be seen, was never shown
    world.run(
        "INSERT INTO notifications (id, account_id, user_id, kind, facts, object, seen, at, shown, hourly) \
         SELECT gen_random_uuid(), account_id, user_id, kind, facts, object, seen, at, false, true FROM notifications",
    );
    let until = list.value("before");
    let marked = michael.post(&format!("{url}/read"), &[("csrf", &csrf), ("before", &until)]).await;
    michael.follow(marked).await.must_say("2 notifications marked as read");
    assert_eq!(bell(&michael.get(&url).await), "1");
    // nobody reads what is not there yet
    let later = (chrono::Utc::now() + chrono::TimeDelta::days(1)).timestamp_micros().to_string();
    michael.post(&format!("{url}/read"), &[("csrf", &csrf), ("before", &later)]).await.must_be(303);
    say(&world, &apollo, CHAMPIONS, "Five").await;
    assert_eq!(bell(&michael.get(&url).await), "1");
    for wrong in ["x", "00000000-0000-7000-8000-000000000000"] {
        michael.post(&format!("{url}/read"), &[("csrf", &csrf), ("id", wrong)]).await.must_be(404);
    }
}

#[actix_web::test]
async fn many_are_read_page_by_page_and_counted_up_to_a_limit() {
    let world = quiet().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    say(&world, &apollo, CHAMPIONS, "One").await;
    world.run(
        "INSERT INTO notifications (id, account_id, user_id, kind, facts, object, seen, at, shown, hourly) \
         SELECT gen_random_uuid(), account_id, user_id, kind, facts, object, seen, at - n * interval '1 hour', true, false \
         FROM notifications, generate_series(1, 119) n",
    );
    let mut page = michael.get(&format!("{MICKS}/notifications")).await;
    assert_eq!(bell(&page), "99+");
    let mut seen = page.texts(".told li").len();
    while page.says("Older") && page.texts("a[rel=next]").len() == 1 {
        page = michael.get(&page.attribute("a[rel=next]", "href")).await;
        seen += page.must_be(200).texts(".told li").len();
    }
    assert_eq!(seen, 120);
    for wrong in ["x", "1-2-3", "0--1-x", "9-99999999999999999999-00000000-0000-7000-8000-000000000000"] {
        michael.get(&format!("{MICKS}/notifications?after={wrong}")).await.must_be(200);
    }
}

/// Lets Readers of the distributor work with listings.
fn readers_work_with_listings(world: &World) {
    world.run("UPDATE groups SET permissions = permissions || '{listings.manage}' WHERE name = 'Readers'");
}

#[actix_web::test]
async fn who_may_see_it_no_more_is_told_no_more() {
    let world = quiet().await;
    readers_work_with_listings(&world);
    let (paulie, apollo) = (world.paulie().await, world.apollo().await);
    say(&world, &apollo, CHAMPIONS, "One").await;
    assert_eq!(bell(&paulie.get(MICKS).await), "1");
    world.run(
        "UPDATE groups SET permissions = array_remove(array_remove(permissions, 'listings.manage'), 'listings.view')",
    );
    assert_eq!(bell(&paulie.get(MICKS).await), "");
    paulie.get(&format!("{MICKS}/notifications")).await.must_say("No notifications");
    let count = paulie.get(&format!("{MICKS}/notifications/count")).await;
    assert_eq!(count.body_text(), r#"{"shown":"","words":"Notifications"}"#);
    let id = world.text(
        "SELECT id::text AS t FROM notifications WHERE user_id = (SELECT id FROM users WHERE email LIKE 'paulie@%')",
    );
    paulie.get(&format!("{MICKS}/notifications/open?id={id}")).await.must_be(404);
    // and who leaves the company leaves nothing
    world.run("DELETE FROM memberships WHERE user_id = (SELECT id FROM users WHERE email LIKE 'paulie@%')");
    assert_eq!(
        world.number(
            "SELECT count(*) AS n FROM notifications n JOIN users u ON u.id = n.user_id WHERE u.email LIKE 'paulie@%'"
        ),
        0
    );
}

#[actix_web::test]
async fn a_company_says_which_event_tells_whom_and_how() {
    let world = quiet().await;
    readers_work_with_listings(&world);
    let (michael, paulie, apollo) = (world.michael().await, world.paulie().await, world.apollo().await);
    let rules = format!("{MICKS}/notification-rules");
    let list = michael.get(&rules).await;
    list.must_be(200).must_say("A partner writes on a listing request").must_say("By email and in the portal");
    list.must_not_say("An order needs your attention");
    let one = format!("{rules}/request_discussed");
    let readers = world.text("SELECT id AS t FROM groups WHERE name = 'Readers'");
    let set = async |way: &'static str, groups: &str| {
        let page = michael.get(&one).await;
        let (csrf, revision) = (page.value("csrf"), page.value("revision"));
        let typed = [("csrf", csrf.as_str()), ("revision", &revision), ("way", way), ("groups", groups)];
        michael.post(&one, &typed).await
    };
    // as long as nothing is said: by mail and in the portal, to whoever may act on it
    say(&world, &apollo, CHAMPIONS, "One").await;
    assert_eq!((mails(&world, "michael"), mails(&world, "paulie")), (1, 1));
    set("portal", &readers).await.must_be(303);
    michael.get(&rules).await.must_say("In the portal only").must_say("Readers");
    say(&world, &apollo, CHAMPIONS, "Two").await;
    assert_eq!((mails(&world, "michael"), mails(&world, "paulie")), (1, 1));
    assert_eq!((bell(&michael.get(MICKS).await), bell(&paulie.get(MICKS).await)), ("1".into(), "2".into()));
    set("mail", &readers).await.must_be(303);
    say(&world, &apollo, CHAMPIONS, "Three").await;
    assert_eq!((mails(&world, "michael"), mails(&world, "paulie")), (1, 2));
    assert_eq!(bell(&paulie.get(MICKS).await), "2");
    set("none", "").await.must_be(303);
    say(&world, &apollo, CHAMPIONS, "Four").await;
    assert_eq!((mails(&world, "michael"), mails(&world, "paulie")), (1, 2));
    let events = "SELECT count(*) AS n FROM events WHERE name = 'account.notifications_changed'";
    assert_eq!(world.number(events), 3);
    // the same once more changes nothing
    set("none", "").await.must_be(303);
    assert_eq!(world.number(events), 3);
    set("loudly", "").await.must_be(422).must_say("Choose how people are told");
    set("mail", "UG-000-000-000").await.must_be(422).must_say("Choose groups from the list");
    michael.get(&format!("{rules}/order_requested")).await.must_be(404);
    // a group that is gone is not asked any more: everybody who may act on it is told again
    set("mail", &readers).await.must_be(303);
    world.run(&format!(
        "DELETE FROM group_members WHERE group_id = '{readers}'; DELETE FROM groups WHERE id = '{readers}'"
    ));
    say(&world, &apollo, CHAMPIONS, "Five").await;
    assert_eq!(mails(&world, "michael"), 2);
}

#[actix_web::test]
async fn a_chosen_group_is_told_only_what_its_members_may_see() {
    let world = quiet().await;
    world.run("UPDATE groups SET permissions = '{contracts.view}' WHERE name = 'Readers'");
    let (michael, paulie, apollo) = (world.michael().await, world.paulie().await, world.apollo().await);
    let one = format!("{MICKS}/notification-rules/request_discussed");
    let page = michael.get(&one).await;
    let (csrf, revision) = (page.value("csrf"), page.value("revision"));
    let readers = world.text("SELECT id AS t FROM groups WHERE name = 'Readers'");
    let typed = [("csrf", csrf.as_str()), ("revision", &revision), ("way", "both"), ("groups", &readers)];
    michael.post(&one, &typed).await.must_be(303);
    say(&world, &apollo, CHAMPIONS, "One").await;
    assert_eq!((mails(&world, "michael"), mails(&world, "paulie")), (0, 0));
    assert_eq!(bell(&paulie.get(MICKS).await), "");
}

#[actix_web::test]
async fn who_may_sign_but_not_look_is_told_of_nothing_that_they_could_not_open() {
    let world = quiet().await;
    world.run(&format!(
        "UPDATE groups SET permissions = '{{contracts.sign}}' WHERE name = 'Readers'; \
         UPDATE contracts SET expire_at = now() + interval '6 days' WHERE id = '{SIGNED}'"
    ));
    world.program.db.write_system("reminders", expiry::remind).await.expect("the job");
    assert_eq!((mails(&world, "michael"), mails(&world, "paulie")), (1, 0));
}

/// Every notice, to people whose groups allow what it is for, that and to look at it, or all of its area.
#[actix_web::test]
async fn whoever_is_told_by_default_can_open_what_the_notice_leads_to() {
    let world = World::new().await;
    let letters = one_of_each(&world).await;
    let bianca = "bianca@acreedllc.example";
    let people = [
        (MICKS, world.michael().await, "paulie@mightymicks.example", world.paulie().await),
        (ACREED, world.donnie().await, bianca, world.signed_in(bianca).await),
        (CHAMPIONS, world.apollo().await, bianca, world.signed_in(bianca).await),
    ];
    let grants: Vec<&str> = modules::ALL.iter().flat_map(|module| module.permissions).map(|grant| grant.key).collect();
    let sorts = world.program.letters().sorts;
    let notices: Vec<_> = sorts.iter().flat_map(|sort| sort.notices).collect();
    let mut told = BTreeSet::new();
    for letter in &letters {
        let Some(Leads { account, page, tell }) = &letter.leads else { continue };
        let notice = notices.iter().find(|notice| notice.key == letter.key).expect("a notice");
        let (base, administrator, email, member) =
            people.iter().find(|(base, ..)| base.ends_with(account.as_str())).expect("a company of the cast");
        let url = format!("{base}/{page}");
        let opens = administrator.get(&url).await.status;
        assert_ne!(opens, 403, "{}: an administrator opens {url}", notice.key);
        let area = notice.seen.split('.').next().expect("an area");
        let whole = grants.iter().copied().filter(|key| key.split('.').next() == Some(area)).collect();
        for may in [vec![notice.told], vec![notice.told, notice.seen], whole] {
            // no group grants what administrators alone have
            let may: Vec<&str> = may.into_iter().filter(|key| grants.contains(key)).collect();
            world.run(&format!(
                "DELETE FROM notifications; DELETE FROM outbox; \
                 UPDATE groups SET permissions = '{{{}}}' WHERE NOT administrators",
                may.join(",")
            ));
            tell(&world);
            let count = world.number(&format!(
                "SELECT (SELECT count(*) FROM outbox WHERE recipient = '{email}') + \
                 (SELECT count(*) FROM notifications n JOIN users u ON u.id = n.user_id WHERE u.email = '{email}') AS n"
            ));
            if count > 0 {
                told.insert(notice.key);
                let answer = member.get(&url).await;
                assert_eq!(answer.status, opens, "{}: who may {may:?} is told, and opens {url}", notice.key);
            }
        }
    }
    let never: Vec<&str> =
        notices.iter().filter(|notice| !told.contains(notice.key)).map(|notice| notice.seen).collect();
    assert!(never.iter().all(|seen| *seen == ADMINISTRATORS) && never.len() == 3, "{never:?}");
}

#[actix_web::test]
async fn who_saves_second_is_shown_what_was_saved_meanwhile() {
    let world = quiet().await;
    let michael = world.michael().await;
    let readers = world.text("SELECT id AS t FROM groups WHERE name = 'Readers'");
    let rule = format!("{MICKS}/notification-rules/request_discussed");
    let set = async |page: &Answer, way: &'static str, groups: &str| {
        let (csrf, revision) = (page.value("csrf"), page.value("revision"));
        let typed = [("csrf", csrf.as_str()), ("revision", &revision), ("way", way), ("groups", groups)];
        michael.post(&rule, &typed).await
    };
    // once without a rule, once with one
    for (first, then, said) in [("mail", "none", "By email only"), ("both", "portal", "By email and in the portal")] {
        let (one, two) = (michael.get(&rule).await, michael.get(&rule).await);
        set(&one, first, &readers).await.must_be(303);
        let late = set(&two, then, "").await;
        late.must_be(409).must_say("Someone else saved changes while you were editing");
        late.must_say(&format!("Saved by someone else: {said}")).must_say("Saved by someone else: Readers");
        assert_eq!(world.text("SELECT way AS t FROM notification_rules"), first, "what was saved first stands");
        set(&late, then, "").await.must_be(303);
        assert_eq!(world.text("SELECT way AS t FROM notification_rules"), then);
    }
    let text = format!("{MICKS}/email-text");
    for (first, then) in [("Hello", "Good day"), ("Dear {recipient},", "Hi")] {
        let (one, two) = (michael.get(&text).await, michael.get(&text).await);
        michael.submit(&one, &[("opening", first)]).await.must_be(303);
        let late = michael.submit(&two, &[("opening", then)]).await;
        late.must_be(409).must_say("Someone else saved changes while you were editing");
        late.must_say(&format!("Saved by someone else: {first}"));
        assert_eq!(world.text("SELECT opening AS t FROM letterheads"), first);
        michael.submit(&late, &[]).await.must_be(303);
        assert_eq!(world.text("SELECT opening AS t FROM letterheads"), then);
    }
}

async fn bundle(world: &World) -> usize {
    world.program.db.write_system("digest", tell::bundle).await.expect("the job")
}

fn post(server: &Server) -> Post {
    Post::new(&server.url, "Entente <entente@mightymicks.example>", None).expect("an address")
}

/// Sends what is due.
async fn send_all(world: &World, server: &Server) {
    while sender::send_one(&world.program.db, post(server), world.program.letters()).await.expect("the outbox") {}
}

#[actix_web::test]
async fn a_person_gets_one_mail_an_hour_in_a_window_that_does_not_begin_anew() {
    let world = quiet().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let page = michael.get("/profile/notifications").await;
    page.must_say("Immediately");
    michael.submit(&page, &[("pace", "loud")]).await.must_be(422).must_say("Choose when emails come");
    let saved = michael.follow(michael.submit(&page, &[("pace", "hourly")]).await).await;
    saved.must_say("Notification settings saved");
    say(&world, &apollo, CHAMPIONS, "One").await;
    assert_eq!((mails(&world, "michael"), bundle(&world).await), (0, 0));
    assert_eq!(bell(&michael.get(MICKS).await), "1", "the portal does not wait");
    world.run("UPDATE notifications SET at = now() - interval '59 minutes'");
    say(&world, &apollo, CHAMPIONS, "Two").await;
    assert_eq!(bundle(&world).await, 0);
    world.run("UPDATE notifications SET at = at - interval '2 minutes'");
    assert_eq!(bundle(&world).await, 1, "the first has waited for an hour, and the second goes along");
    assert_eq!((bundle(&world).await, mails(&world, "michael")), (0, 1));
    let server = Server::start(Manner::Plain);
    // colleagues get theirs at once
    world.run("DELETE FROM outbox WHERE kind <> 'hour_told'");
    send_all(&world, &server).await;
    let mail = server.next().text();
    assert!(mail.contains("2 notifications from Mighty Mick") && mail.contains("/listing-requests/"), "{mail}");
    send_all(&world, &server).await;
    assert!(server.is_idle(), "each is told once");
    // what comes later begins another hour
    say(&world, &apollo, CHAMPIONS, "Three").await;
    assert_eq!(bundle(&world).await, 0);
    // only in the portal: no mail
    let page = michael.get("/profile/notifications").await;
    michael.submit(&page, &[("pace", "portal")]).await.must_be(303);
    say(&world, &apollo, CHAMPIONS, "Four").await;
    assert_eq!(mails(&world, "michael"), 1);
    assert_eq!(bell(&michael.get(MICKS).await), "4");
    world.run("UPDATE notifications SET at = at - interval '2 hours'");
    assert_eq!(bundle(&world).await, 1, "what had waited for its hour still goes out");
    assert_eq!(world.number("SELECT count(*) AS n FROM events WHERE name = 'user.mail_pace_changed'"), 2);
}

#[actix_web::test]
async fn who_wants_no_reminders_is_not_reminded_by_the_mail_of_an_hour_either() {
    let world = quiet().await;
    let michael = world.michael().await;
    world.run(&format!(
        "UPDATE users SET mail_pace = 'hourly', reminders = false WHERE email = '{MICHAEL}'; \
         UPDATE contracts SET expire_at = now() + interval '6 days' WHERE id = '{SIGNED}'"
    ));
    world.program.db.write_system("reminders", expiry::remind).await.expect("the job");
    assert_eq!(bell(&michael.get(MICKS).await), "1", "the portal shows it");
    world.run("DELETE FROM outbox; UPDATE notifications SET at = at - interval '2 hours'");
    assert_eq!(bundle(&world).await, 1);
    let server = Server::start(Manner::Plain);
    send_all(&world, &server).await;
    assert!(server.is_idle(), "it was all that happened");
}

#[actix_web::test]
async fn an_open_page_hears_of_it_and_no_person_listens_with_too_many() {
    let world = quiet().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let count = michael.get(MICKS).await.attribute("a.bell", "data-bell");
    assert_eq!(michael.get(&count).await.body_text(), r#"{"shown":"","words":"Notifications"}"#);
    let hear = michael.get_as(Method::GET, &count, &[("accept", "text/event-stream")]);
    let happen = async {
        actix_web::rt::time::sleep(std::time::Duration::from_millis(200)).await;
        say(&world, &apollo, CHAMPIONS, "One").await;
        actix_web::rt::time::sleep(std::time::Duration::from_secs(6)).await;
        // no more is told once nobody is signed in
        world.run("DELETE FROM sessions WHERE user_id = (SELECT id FROM users WHERE email LIKE 'michael@%')");
    };
    let (events, ()) = tokio::join!(hear, happen);
    assert_eq!(events.header("content-type"), Some("text/event-stream; charset=utf-8"));
    assert_eq!(events.header("x-accel-buffering"), Some("no"));
    let told = events.body_text();
    let words: Vec<&str> = told.split("\n\n").filter(|event| event.starts_with("data:")).collect();
    assert_eq!(words.len(), 2, "{told}");
    assert!(words[1].contains(r#""shown":"1""#) && words[1].contains("Notifications: 1 unread"), "{told}");
    let michael = world.michael().await;
    let person = world.text("SELECT id AS t FROM users WHERE email LIKE 'michael@%'");
    let places: Vec<_> = (0..4).map(|_| world.program.house.bells.place(&person).expect("a place")).collect();
    michael.get_as(Method::GET, &count, &[("accept", "text/event-stream")]).await.must_be(204);
    drop(places);
}

#[actix_web::test]
async fn asking_for_the_number_is_no_sign_of_life() {
    let world = quiet().await;
    let michael = world.michael().await;
    world.run("UPDATE sessions SET seen_at = now() - interval '2 hours'");
    michael.get(&format!("{MICKS}/notifications/count")).await.must_be(200);
    assert_eq!(world.number("SELECT count(*) AS n FROM sessions WHERE seen_at < now() - interval '1 hour'"), 1);
    michael.get(MICKS).await.must_be(200);
    assert_eq!(world.number("SELECT count(*) AS n FROM sessions WHERE seen_at < now() - interval '1 hour'"), 0);
}

#[actix_web::test]
async fn what_a_mail_server_refuses_is_shown_where_somebody_can_act_and_sent_again() {
    let world = quiet().await;
    let michael = world.michael().await;
    invite(&world, &michael, "drago@example.com").await.must_be(303);
    let outbox = format!("{MICKS}/outbox");
    michael.get(&outbox).await.must_say("drago@example.com").must_say("Invitation to your company").must_say("Waiting");
    let away = Server::start(Manner::Away("421 not now"));
    send_all(&world, &away).await;
    michael.get(&outbox).await.must_say("Waiting, after 1 failed attempt").must_say("Next try");
    world.run("UPDATE outbox SET due_at = now()");
    let refuses = Server::start(Manner::Refuses("550 5.1.1 nobody here"));
    send_all(&world, &refuses).await;
    let list = michael.get(&outbox).await;
    list.must_say("Not delivered").must_say("nobody here");
    michael.get(&format!("{outbox}?state=failed&q=DRAGO")).await.must_say("drago@example.com");
    michael.get(&format!("{outbox}?state=sent")).await.must_say("No matches");
    let invitation = world.text("SELECT id AS t FROM invitations WHERE email = 'drago@example.com'");
    michael.get(&format!("{MICKS}/users?state=invited")).await.must_say("Email not delivered");
    let page = michael.get(&format!("{MICKS}/users/{invitation}")).await;
    page.must_say("Not delivered");
    // no secret is shown, whatever the mail holds
    list.must_not_say("/join/");
    assert!(!list.body_text().contains("/join/"));
    michael
        .follow(michael.submit_to(&list, Some("/outbox/resend"), &[]).await)
        .await
        .must_say("Email will be sent again");
    michael.get(&format!("{MICKS}/users/{invitation}")).await.must_say("sent an email again").must_say("Waiting");
    let plain = Server::start(Manner::Plain);
    send_all(&world, &plain).await;
    assert!(plain.next().text().contains("/join/"));
    michael.get(&outbox).await.must_say("Sent");
    // a moment after it was sent nobody sends it again, later a copy goes
    let list = michael.get(&outbox).await;
    michael.submit_to(&list, Some("/outbox/resend"), &[]).await.must_be(409);
    world.run("UPDATE outbox SET sent_at = now() - interval '11 minutes'");
    michael.submit_to(&list, Some("/outbox/resend"), &[]).await.must_be(303);
    // the same form again sends no second copy
    michael.submit_to(&list, Some("/outbox/resend"), &[]).await.must_be(409).must_say("sent a moment ago");
    assert_eq!(world.number("SELECT count(*) AS n FROM outbox WHERE recipient = 'drago@example.com'"), 2);
    send_all(&world, &plain).await;
    assert!(plain.next().text().contains("/join/"));
}

#[actix_web::test]
async fn addresses_of_other_companies_people_are_nobodys_business() {
    let world = quiet().await;
    let (michael, apollo, donnie) = (world.michael().await, world.apollo().await, world.donnie().await);
    say(&world, &apollo, CHAMPIONS, "One").await;
    let theirs = apollo.get(&format!("{CHAMPIONS}/outbox")).await;
    theirs.must_say("Someone at Mighty Mick's LLC").must_not_say(MICHAEL);
    apollo.get(&format!("{CHAMPIONS}/outbox?q=michael")).await.must_say("No matches");
    let own = michael.get(&format!("{MICKS}/outbox")).await;
    own.must_say(MICHAEL).must_say("A partner writes on a listing request");
    donnie.get(&format!("{ACREED}/outbox")).await.must_say("No emails yet");
    // nor does a refusal name them
    let refuses = Server::start(Manner::Refuses("550 5.1.1 michael@mightymicks.example is unknown"));
    send_all(&world, &refuses).await;
    apollo.get(&format!("{CHAMPIONS}/outbox")).await.must_say("Not delivered").must_not_say(MICHAEL);
    michael.get(&format!("{MICKS}/outbox")).await.must_say("is unknown");
    // a mail of others is not there
    let id = world.text("SELECT id::text AS t FROM outbox LIMIT 1");
    let csrf = donnie.get(ACREED).await.value("csrf");
    donnie.post(&format!("{ACREED}/outbox/resend"), &[("csrf", &csrf), ("id", &id)]).await.must_be(404);
    // nobody is sent anything about a company that they have left
    let theirs = michael.get(&format!("{MICKS}/outbox")).await;
    let left = world.text(&format!("SELECT id::text AS t FROM outbox WHERE recipient = '{MICHAEL}'"));
    world.run(&format!("UPDATE outbox SET recipient = 'drago@example.com' WHERE id = '{left}'"));
    let csrf = theirs.value("csrf");
    let sent = michael.post(&format!("{MICKS}/outbox/resend"), &[("csrf", &csrf), ("id", &left)]).await;
    sent.must_be(409).must_say("no longer works for the company");
    // who only looks cannot send
    let paulie = world.paulie().await;
    paulie.get(&format!("{MICKS}/outbox")).await.must_be(403);
    world.run("UPDATE groups SET permissions = permissions || '{administration.view}' WHERE name = 'Readers'");
    let list = paulie.get(&format!("{MICKS}/outbox")).await;
    list.must_be(200).must_not_say("Resend");
    let csrf = list.value("csrf");
    paulie.post(&format!("{MICKS}/outbox/resend"), &[("csrf", &csrf), ("id", &id)]).await.must_be(403);
}

#[actix_web::test]
async fn a_companys_mails_begin_and_end_as_it_says() {
    let world = quiet().await;
    let michael = world.michael().await;
    let url = format!("{MICKS}/email-text");
    let page = michael.get(&url).await;
    page.must_say("This is how the emails of Mighty Mick's LLC look");
    let (opening, closing) = ("Dear {recipient},", "Mighty Mick's <b>Gym</b>\nPhiladelphia");
    let typed = [("opening", opening), ("closing", closing)];
    let shown = michael.submit(&page, &[typed[0], typed[1], ("preview", "yes")]).await;
    shown.must_be(200).must_say("Dear Mighty Mick's LLC,").must_say("<b>Gym</b>");
    assert_eq!(world.number("SELECT count(*) AS n FROM letterheads"), 0, "a preview keeps nothing");
    michael.submit(&page, &[("opening", &"x".repeat(301)), ("closing", "")]).await.must_be(422);
    michael.follow(michael.submit(&page, &typed).await).await.must_say("Email text saved");
    assert_eq!(world.number("SELECT count(*) AS n FROM events WHERE name = 'account.email_text_changed'"), 1);
    // to oneself
    let page = michael.get(&url).await;
    michael.follow(michael.submit_to(&page, Some("/test"), &[]).await).await.must_say(MICHAEL);
    michael.submit_to(&page, Some("/test"), &[]).await.must_be(409).must_say("A test email was sent a moment ago");
    // to somebody outside, whose address cannot break anything
    invite(&world, &michael, "drago@example.com").await.must_be(303);
    let mails = sender::unsent(&mut world.sql(), &world.program.letters()).expect("the outbox reads");
    let of = |whom: &str| mails.iter().find(|mail| mail.contains(whom)).expect("a mail");
    assert!(of("To: michael").contains("Dear Mighty Mick's LLC,"), "{mails:?}");
    let invited = of("To: drago");
    assert!(invited.contains("Dear drago@example.com,") && invited.contains("Mighty Mick's <b>Gym</b>\nPhiladelphia"));
    // a name is not read as a place again
    world.run("UPDATE accounts SET name = '{recipient} & Co' WHERE id = 'VA-287-142'; DELETE FROM outbox");
    say(&world, &michael, MICKS, "Hello").await;
    let mails = sender::unsent(&mut world.sql(), &world.program.letters()).expect("the outbox reads");
    assert!(mails.concat().contains("Dear {recipient} & Co,"), "{mails:?}");
    // codes and passwords speak for nobody
    let guest = world.stranger();
    let page = guest.get("/forgot-password").await;
    guest.submit(&page, &[("email", MICHAEL)]).await;
    entente::jobs::catch_up(&world.program).await.expect("the job");
    let mails = sender::unsent(&mut world.sql(), &world.program.letters()).expect("the outbox reads");
    let reset = mails.iter().find(|mail| mail.contains("Set a new password")).expect("a mail");
    assert!(!reset.contains("Dear"), "{reset}");
}

#[actix_web::test]
async fn whoever_may_invite_is_told_of_who_came() {
    let world = quiet().await;
    let michael = world.michael().await;
    invite(&world, &michael, "drago@example.com").await.must_be(303);
    let link = crate::colleagues::mailed(&world, "drago@example.com");
    let guest = world.stranger();
    let page = guest.follow(guest.get(&link).await).await;
    let password = crate::activation::PASSWORD;
    let typed = [("name", "Drago Ivanov"), ("new-password", password), ("confirm-password", password)];
    guest.submit(&page, &typed).await.must_be(303);
    assert_eq!(bell(&michael.get(MICKS).await), "1");
    michael.get(&format!("{MICKS}/notifications")).await.must_say("Drago Ivanov accepted your company's invitation");
    assert_eq!(mails(&world, "michael"), 0, "in the portal only, as long as the company says nothing else");
}

#[actix_web::test]
async fn a_mail_that_cannot_be_written_does_not_stand_in_the_way() {
    let world = quiet().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    say(&world, &apollo, CHAMPIONS, "One").await;
    world.run(
        "INSERT INTO outbox (id, recipient, kind, facts, account_id, known, created_at, due_at) VALUES (gen_random_uuid(), \
         'drago@example.com', 'unheard_of', '{\"about\": \"unheard_of\"}', 'PA-469-206', true, now(), now() - interval '1 day')",
    );
    let server = Server::start(Manner::Plain);
    send_all(&world, &server).await;
    assert!(server.next().text().contains("wrote about"));
    let list = michael.get(&format!("{MICKS}/outbox")).await;
    list.must_say("unheard_of").must_say("Waiting, after 1 failed attempt");
}
