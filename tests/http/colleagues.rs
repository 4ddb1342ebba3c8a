//! People of a company: invited by mail, joined by a link, in groups, removed; and the way back in for operators.

use entente::{kit::db::Db, mail::sender, recover};

use crate::{
    activation::PASSWORD,
    binding::at_once,
    support::{
        Answer, Client, World,
        world::{ACREED, CHAMPIONS, MICKS, key},
    },
};

const READERS: &str = "SELECT id AS t FROM groups WHERE name = 'Readers'";

/// Michael invites into Readers; gives the page that answers.
pub async fn invite(world: &World, michael: &Client, emails: &str) -> Answer {
    let page = michael.get(&format!("{MICKS}/users/new")).await;
    michael.submit(&page, &[("emails", emails), ("groups", &world.text(READERS))]).await
}

/// The link in the newest mail to this address.
pub fn mailed(world: &World, email: &str) -> String {
    let mails = sender::unsent(&mut world.sql(), &world.program.letters()).expect("the outbox reads");
    let mail = mails.iter().rfind(|mail| mail.contains(email)).expect("a mail");
    let link = mail.lines().find_map(|line| line.find("/join/").map(|at| line[at..].trim())).expect("a link");
    link.to_owned()
}

fn invitation(world: &World, email: &str) -> String {
    world.text(&format!("SELECT id AS t FROM invitations WHERE email = '{email}'"))
}

fn user(world: &World, name: &str) -> String {
    world.text(&format!("SELECT id AS t FROM users WHERE email LIKE '{name}@%'"))
}

async fn press(client: &Client, url: &str) -> Answer {
    let page = client.get(url).await;
    page.must_be(200);
    client.submit(&page, &[]).await
}

#[actix_web::test]
async fn somebody_new_is_invited_sets_a_password_and_joins() {
    let world = World::new().await;
    let michael = world.michael().await;
    let sent = invite(&world, &michael, "drago@example.com, ludmilla@example.com").await;
    let list = michael.follow(sent).await;
    list.must_say("2 invitations sent").must_say("drago@example.com").must_say("Invited").must_say("Readers");
    let link = mailed(&world, "drago@example.com");
    assert_eq!(
        world.number("SELECT count(*) AS n FROM outbox WHERE facts::text LIKE '%/join/%'"),
        0,
        "no secret rests"
    );
    let guest = world.stranger();
    // whatever looks into mails opens the link, as often as it likes
    for _ in 0..3 {
        world.stranger().get(&link).await.must_be(303);
    }
    let page = guest.follow(guest.get(&link).await).await;
    page.must_be(200).must_say("Join Mighty Mick's LLC").must_say("Michael Goldmill invited drago@example.com");
    page.must_say("Must contain a number");
    let weak = guest.submit(&page, &[("name", ""), ("new-password", "x"), ("confirm-password", "x")]).await;
    assert_eq!(
        weak.must_be(422).errors(),
        ["Enter your full name", "Password: Must be at least 8 characters long"],
        "the same rules and words as at an activation"
    );
    let typed = [("name", "Drago Ivanov"), ("new-password", PASSWORD), ("confirm-password", PASSWORD)];
    let home = guest.follow(guest.submit(&page, &typed).await).await;
    assert_eq!(home.path, MICKS);
    home.must_be(200).must_say("You joined Mighty Mick's LLC").must_say("Drago Ivanov");
    guest.get(&format!("{MICKS}/contracts")).await.must_be(200);
    guest.get(&format!("{MICKS}/contracts/new")).await.must_be(403);
    let list = michael.get(&format!("{MICKS}/users?q=drago")).await;
    list.must_say("Drago Ivanov").must_say("Joined").must_say("Readers");
    // the link is used up, and the invitation's page leads to the person's
    world.stranger().get(&link).await.must_be(410).must_say("This link no longer works");
    let page =
        michael.follow(michael.get(&format!("{MICKS}/users/{}", invitation(&world, "drago@example.com"))).await).await;
    page.must_say("View contracts").must_say("sent the invitation").must_say("accepted the invitation");
}

#[actix_web::test]
async fn somebody_known_signs_in_accepts_and_chooses_between_two_companies() {
    let world = World::new().await;
    let michael = world.michael().await;
    let email = "donnie@acreedllc.example";
    invite(&world, &michael, " Donnie@ACreedLLC.example ").await.must_be(303);
    let link = mailed(&world, "Donnie@");
    let guest = world.stranger();
    let page = guest.follow(guest.get(&link).await).await;
    // a second user with that address is not made
    let typed = [("name", "Adonis Creed"), ("new-password", PASSWORD), ("confirm-password", PASSWORD)];
    guest.submit(&page, &typed).await.must_be(422).must_say("Choose I already have an account");
    let sign_in = guest.get(&page.link("I already have an account")).await;
    let signed = guest.submit(&sign_in, &[("email", email), ("password", entente::demo::PASSWORD)]).await;
    let page = guest.follow(signed).await;
    page.must_say("signed in as Adonis Creed").must_say("Accept invitation");
    let list = michael.get(&format!("{MICKS}/users")).await;
    list.must_say("Donnie@").must_not_say("Adonis");
    let home = guest.follow(guest.submit_to(&page, Some(&format!("{}/accept", page.path)), &[]).await).await;
    assert_eq!(home.path, MICKS);
    guest.get("/").await.must_say("ACreed LLC").must_say("Mighty Mick's LLC");
    guest.get(ACREED).await.must_be(200).must_say("Mighty Mick's LLC");
    michael.get(&format!("{MICKS}/users?q=adonis")).await.must_say("Joined");
    assert_eq!(world.number("SELECT count(*) AS n FROM users WHERE email_key = 'donnie@acreedllc.example'"), 1);
}

#[actix_web::test]
async fn somebody_known_finds_the_company_in_the_choice_of_accounts_and_joins_there() {
    let world = World::new().await;
    let (michael, apollo, paulie) = (world.michael().await, world.apollo().await, world.paulie().await);
    let email = "apollo@champions.example";
    assert_eq!(apollo.get("/").await.must_be(303).location(), CHAMPIONS, "one account and no invitation");
    invite(&world, &michael, email).await.must_be(303);
    let id = invitation(&world, email);
    let mine = format!("/invitations/{id}");
    let choice = apollo.get("/").await;
    choice.must_be(200).must_say("Mighty Mick's LLC").must_say("Michael Goldmill invited you");
    // whoever only said an address when they signed a contract has shown nothing
    world.run("UPDATE users SET email_proved_at = NULL WHERE email = 'apollo@champions.example'");
    apollo.get("/").await.must_be(303);
    apollo.get(&mine).await.must_be(404);
    world.run("UPDATE users SET email_proved_at = now() WHERE email = 'apollo@champions.example'");
    apollo.get("/profile").await.must_say("Michael Goldmill invited you");
    // nobody else sees it, or gets anything by its id
    paulie.get("/profile").await.must_not_say("invited you");
    let (one, other) = (paulie.get(&mine).await, paulie.get("/invitations/UI-000-000-000").await);
    assert_eq!(one.must_be(404).text(), other.must_be(404).text());
    world.stranger().get(&mine).await.must_be(303);
    michael.get(&format!("{MICKS}/users/{id}")).await.must_say("Invited").must_not_say("Apollo Jones");
    // looking at it changes nothing, and accepting twice joins once
    let page = apollo.follow(apollo.get(&mine).await).await;
    page.must_say("Join Mighty Mick's LLC").must_say("Accept invitation");
    apollo.get(MICKS).await.must_be(404);
    let accept = format!("{}/accept", page.path);
    let home = apollo.follow(apollo.submit_to(&page, Some(&accept), &[]).await).await;
    assert_eq!(home.path, MICKS);
    apollo.submit_to(&page, Some(&accept), &[]).await.must_be(410);
    assert_eq!(world.number("SELECT count(*) AS n FROM events WHERE name = 'invitation.accepted'"), 1);
    apollo.get("/").await.must_say("Mighty Mick's LLC").must_not_say("invited you");
    apollo.get(&mine).await.must_be(404);
}

#[actix_web::test]
async fn an_invitation_that_ended_leaves_the_choice_of_accounts_at_once() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let email = "apollo@champions.example";
    invite(&world, &michael, email).await.must_be(303);
    let id = invitation(&world, email);
    let mine = format!("/invitations/{id}");
    apollo.get("/").await.must_be(200).must_say("invited you");
    let page = apollo.follow(apollo.get(&mine).await).await;
    press(&michael, &format!("{MICKS}/users/{id}/revoke")).await.must_be(303);
    assert_eq!(apollo.get("/").await.must_be(303).location(), CHAMPIONS);
    apollo.get(&mine).await.must_be(404);
    apollo.submit_to(&page, Some(&format!("{}/accept", page.path)), &[]).await.must_be(410);
    world.run("UPDATE invitations SET status = 'invited', expires_at = now() - interval '1 second'");
    apollo.get("/").await.must_be(303);
    apollo.get(&mine).await.must_be(404);
}

#[actix_web::test]
async fn an_invitation_is_for_one_address_whoever_is_signed_in() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    invite(&world, &michael, "drago@example.com").await.must_be(303);
    let page = apollo.follow(apollo.get(&mailed(&world, "drago@example.com")).await).await;
    page.must_say("This invitation is for someone else").must_say("Sign out").must_not_say("Accept invitation");
    let csrf = page.value("csrf");
    apollo.post(&format!("{}/accept", page.path), &[("csrf", &csrf)]).await.must_be(409);
    apollo.get(MICKS).await.must_be(404);
    // a wrong code, and an invitation that is not there, look alike
    let id = invitation(&world, "drago@example.com");
    let wrong = "Aa0".repeat(15)[..43].to_owned();
    let (one, other) =
        (apollo.get(&format!("/join/{id}/{wrong}")).await, apollo.get(&format!("/join/UI-000-000-000/{wrong}")).await);
    assert_eq!(one.must_be(404).text(), other.must_be(404).text());
}

/// What the inviter can see of an invitation, without what differs by itself: address, id and time.
fn seen(page: &Answer, email: &str) -> String {
    let text = page.must_be(200).text().replace(email, "X");
    text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect()
}

#[actix_web::test]
async fn nothing_tells_the_inviter_whether_an_address_is_known() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (known, unknown) = ("apollo@champions.example", "nobody@champions.example");
    let mut told = Vec::new();
    for emails in [[known, "donnie@acreedllc.example"], [unknown, "no.one@acreedllc.example"]] {
        let mut least = usize::MAX;
        for email in emails {
            let before = world.program.db.statements();
            invite(&world, &michael, email).await.must_be(303);
            // a connection that was idle is asked whether it lives
            least = least.min(world.program.db.statements() - before);
        }
        let id = invitation(&world, emails[0]);
        let page = michael.get(&format!("{MICKS}/users/{id}")).await;
        told.push((least, seen(&page, emails[0])));
    }
    assert_eq!(told[0], told[1], "the same words, by as many statements");
    let list = michael.get(&format!("{MICKS}/users?state=invited")).await;
    list.must_say(known).must_say(unknown).must_not_say("Apollo Jones");
    world.apollo().await.get(MICKS).await.must_be(404);
}

#[actix_web::test]
async fn an_invitation_is_resent_revoked_and_removed_and_older_links_end() {
    let world = World::new().await;
    let michael = world.michael().await;
    let email = "drago@example.com";
    invite(&world, &michael, email).await.must_be(303);
    let again = invite(&world, &michael, email).await;
    assert_eq!(
        again.must_be(422).errors(),
        ["drago@example.com has already been invited. You can resend the invitation."]
    );
    let taken = invite(&world, &michael, "paulie@mightymicks.example").await;
    assert_eq!(taken.must_be(422).errors(), ["paulie@mightymicks.example is already a user of this company"]);
    let first = mailed(&world, email);
    let here = format!("{MICKS}/users/{}", invitation(&world, email));
    press(&michael, &format!("{here}/resend")).await.must_be(409).must_say("sent a moment ago");
    world.run("UPDATE invitations SET sent_at = now() - interval '1 hour'");
    press(&michael, &format!("{here}/resend")).await.must_be(303);
    let second = mailed(&world, email);
    assert_ne!(first, second);
    world.stranger().get(&first).await.must_be(410);
    world.stranger().get(&second).await.must_be(303);
    press(&michael, &format!("{here}/revoke")).await.must_be(303);
    michael.get(&here).await.must_say("Expired").must_say("revoked the invitation");
    world.stranger().get(&second).await.must_be(410);
    // an expired one is known by its date
    world.run("UPDATE invitations SET sent_at = now() - interval '1 hour'");
    press(&michael, &format!("{here}/resend")).await.must_be(303);
    let third = mailed(&world, email);
    world.run("UPDATE invitations SET expires_at = now() - interval '1 second'");
    world.stranger().get(&third).await.must_be(410);
    michael.get(&format!("{MICKS}/users?state=expired")).await.must_say(email);
    press(&michael, &format!("{here}/remove")).await.must_be(303);
    michael.get(&here).await.must_be(404);
    world.stranger().get(&third).await.must_be(404);
    invite(&world, &michael, email).await.must_be(303);
}

#[actix_web::test]
async fn a_removed_person_loses_the_company_in_every_tab_and_keeps_the_others() {
    let world = World::new().await;
    let (michael, tony) = (world.michael().await, world.tony().await);
    let tab = tony.copy();
    let page = tony.get(&format!("{MICKS}/hubs/new")).await;
    tab.get(&format!("{MICKS}/contracts")).await.must_be(200);
    let remove = format!("{MICKS}/users/{}/remove", user(&world, "tony"));
    michael.get(&remove).await.must_say("Tony Fields will immediately lose access to Mighty Mick's LLC");
    press(&michael, &remove).await.must_be(303);
    tab.get(&format!("{MICKS}/contracts")).await.must_be(404);
    tony.submit(&page, &[("name", "Late"), ("description", "d")]).await.must_be(404);
    assert_eq!(tony.get("/").await.must_be(303).location(), "/vendor/VA-610-774", "one company is left");
    michael.get(&format!("{MICKS}/users?q=tony")).await.must_not_say("Tony Fields");
    let told = world.text("SELECT actor_name || ': ' || note AS t FROM events WHERE name = 'member.removed'");
    assert_eq!(told, "Michael Goldmill: Tony Fields, tony@frontstreet.example");
}

#[actix_web::test]
async fn tokens_of_a_removed_person_go_on_and_the_page_says_so() {
    let world = World::new().await;
    let michael = world.michael().await;
    let keys = world.tokens();
    let tony = user(&world, "tony");
    world.run(&format!("UPDATE api_tokens SET creator_id = '{tony}' WHERE account_id = 'PA-469-206'"));
    let remove = format!("{MICKS}/users/{tony}/remove");
    michael.get(&remove).await.must_say("2 API tokens they created will keep working");
    press(&michael, &remove).await.must_be(303);
    let sent = [("authorization", keys[0].as_str())];
    let path = format!("{}/accounts", entente::kit::api::ROOT);
    world.stranger().get_as(actix_web::http::Method::GET, &path, &sent).await.must_be(200);
}

#[actix_web::test]
async fn another_companys_people_are_not_found() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let donnie = user(&world, "donnie");
    for path in ["", "/groups", "/remove"] {
        michael.get(&format!("{MICKS}/users/{donnie}{path}")).await.must_be(404);
    }
    let csrf = michael.get("/profile").await.value("csrf");
    for path in ["/groups", "/remove"] {
        michael.post(&format!("{MICKS}/users/{donnie}{path}"), &[("csrf", &csrf)]).await.must_be(404);
    }
    // who works for two companies is seen by each with its own groups and history alone
    let bianca = user(&world, "bianca");
    apollo.get(&format!("{CHAMPIONS}/users/{bianca}")).await.must_say("Support").must_not_say("Sales");
    world.tokens();
    michael.get(&format!("{MICKS}/users/SU-000-000-001")).await.must_be(404);
}

#[actix_web::test]
async fn a_company_keeps_an_administrator() {
    let world = World::new().await;
    let (apollo, michael, tony) = (world.apollo().await, world.michael().await, world.tony().await);
    let me = user(&world, "apollo");
    apollo.get(&format!("{CHAMPIONS}/users/{me}/remove")).await.must_say("Ask another administrator");
    press(&apollo, &format!("{CHAMPIONS}/users/{me}/groups")).await.must_be(303);
    let page = apollo.get(&format!("{CHAMPIONS}/users/{me}/groups")).await;
    let csrf = page.value("csrf");
    let before = page.value("before");
    let without = [("csrf", csrf.as_str()), ("before", before.as_str())];
    let refused = apollo.post(&format!("{CHAMPIONS}/users/{me}/groups"), &without).await;
    refused.must_be(409).must_say("A company needs an administrator");
    // an administrator who cannot sign in is none
    world.run("UPDATE users SET password_hash = NULL WHERE email LIKE 'michael%'");
    let last = format!("{MICKS}/users/{}/remove", user(&world, "tony"));
    michael.get(&last).await.must_say("This is the only administrator who can sign in");
    let csrf = michael.get("/profile").await.value("csrf");
    michael.post(&last, &[("csrf", &csrf)]).await.must_be(409);
    tony.get(MICKS).await.must_be(200);
}

/// Michael and Tony remove each other at the same instant, each on a thread of its own.
#[actix_web::test]
async fn two_administrators_who_remove_each_other_at_once_leave_one() {
    let world = World::new().await;
    let removes = |email, other| (email, format!("{MICKS}/users/{}/remove", user(&world, other)), vec![]);
    let acts = [removes("michael@mightymicks.example", "tony"), removes("tony@frontstreet.example", "michael")];
    let answers = at_once(&world, acts);
    let left = "SELECT count(*) AS n FROM group_members m JOIN groups g ON g.id = m.group_id \
                WHERE g.account_id = 'PA-469-206' AND g.administrators";
    assert_eq!(world.number(left), 1, "{answers:?}");
    assert!(answers.contains(&303), "{answers:?}");
}

/// The lock itself, behind the checks of verbs: both orders, with a pause between.
#[actix_web::test]
async fn the_database_keeps_an_administrator_whoever_asks_it() {
    use diesel::connection::SimpleConnection as _;
    let world = World::new().await;
    let out = |email: &str| {
        format!(
            "DELETE FROM memberships WHERE account_id = 'PA-469-206' AND user_id = (SELECT id FROM users WHERE email = '{email}')"
        )
    };
    let (one, other) = (out("michael@mightymicks.example"), out("tony@frontstreet.example"));
    let mut first = world.sql();
    first.batch_execute(&format!("BEGIN; {one}")).expect("the first goes");
    let mut second = world.sql();
    let waits = std::thread::spawn(move || second.batch_execute(&format!("BEGIN; {other}; COMMIT")));
    std::thread::sleep(std::time::Duration::from_millis(300));
    first.batch_execute("COMMIT").expect("the first commits");
    let refused = waits.join().expect("no panic").expect_err("the second is refused");
    assert!(refused.to_string().contains("would have no administrator"), "{refused}");
}

#[actix_web::test]
async fn an_operator_brings_a_lost_company_back() {
    let world = World::new().await;
    let db = Db::new(&world.url(), 1).with_key(key());
    let recover = |email: &str, link: bool| {
        let account = "VA-287-142".parse().expect("an id");
        let named = recover::Named { email, name: Some("Duke Evers"), link, factor: false, open: false };
        recover::run(&db, &key(), "http://127.0.0.1:8080", &account, &named)
            .expect("it runs")
            .expect("the company is there")
    };
    let made = recover("duke@evers.example", false);
    assert_eq!(made.company, "Champions LLC");
    let guest = world.stranger();
    let page = guest.follow(guest.get(&made.link.expect("a link")).await).await;
    guest.submit(&page, &[("new-password", PASSWORD), ("confirm-password", PASSWORD)]).await.must_be(303);
    guest.get(&format!("{CHAMPIONS}/users/new")).await.must_be(200);
    let group = world.text("SELECT id AS t FROM groups WHERE account_id = 'VA-287-142' AND administrators");
    guest
        .get(&format!("{CHAMPIONS}/groups/{group}"))
        .await
        .must_say("at the operator's request")
        .must_say("duke@evers.example");
    assert_eq!(world.number("SELECT count(*) AS n FROM security_events WHERE about LIKE '%by the operator'"), 1);
    // who has a password keeps it, unless a link is wanted
    assert!(recover("apollo@champions.example", false).link.is_none());
    assert!(recover("apollo@champions.example", true).link.is_some());
    let nobody = "VA-000-000".parse().expect("an id");
    let named = recover::Named { email: "x@example.com", name: None, link: false, factor: false, open: false };
    assert!(recover::run(&db, &key(), "", &nobody, &named).expect("it runs").is_none());
}

#[actix_web::test]
async fn an_email_as_a_heading_breaks_at_its_parts() {
    let world = World::new().await;
    let michael = world.michael().await;
    invite(&world, &michael, "drago.ivanovich@example.com").await.must_be(303);
    let invitation = world.text("SELECT id AS t FROM invitations WHERE email LIKE 'drago.%'");
    let page = michael.get(&format!("{MICKS}/users/{invitation}")).await;
    assert_eq!(page.must_be(200).texts("h1"), ["drago.ivanovich@example.com"]);
    let parts = "<h1>drago.<wbr>ivanovich@<wbr>example.<wbr>com</h1>";
    assert!(page.body_text().contains(parts), "{}", page.body_text());
}
