//! The second factor: an authenticator app and its recovery codes, signing in with them, losing them, and companies that demand one.

use std::{
    sync::{Arc, Barrier},
    time::{SystemTime, UNIX_EPOCH},
};

use entente::{access::factors::resets, demo::PASSWORD, kit::db::Db, mail::sender, recover};
use totp_rs::{Builder, Secret};

use crate::support::{
    Answer, Client, World,
    world::{ACREED, CHAMPIONS, MICKS, key, serve},
};

const MICHAEL: &str = "michael@mightymicks.example";
const TONY: &str = "tony@frontstreet.example";

/// The code that an app with this secret shows so many half minutes from now.
pub fn code(secret: &str, steps: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later").as_secs();
    let secret = Secret::try_from_base32(secret.replace(' ', "")).expect("a secret");
    let app = Builder::new().with_secret(secret).build().expect("an app");
    app.generate(now.checked_add_signed(steps * 30).expect("a time")).to_string()
}

/// As if no code had been used lately.
fn forget_steps(world: &World) {
    world.run("UPDATE authenticators SET last_step = 0; DELETE FROM throttles");
}

/// Gives somebody a second factor that no app has, for pages that only ask whether there is one.
pub fn pretend(world: &World, user: &str) {
    world.run(&format!(
        "INSERT INTO authenticators (user_id, secret, last_step, created_at, used_at) VALUES ('{user}', 'none', 0, now(), now())"
    ));
}

/// Sets up an app; gives its secret and the recovery codes.
pub async fn enrol(client: &Client) -> (String, Vec<String>) {
    let page = client.get("/profile/security").await;
    page.must_be(200).must_say("A second factor keeps others out");
    let page = client.follow(client.press_at(&page, "/security/authenticator").await).await;
    page.must_be(200).must_say("Scan this picture");
    let secret = page.attribute("#key", "value");
    let shown = client.submit(&page, &[("code", &code(&secret, 0))]).await;
    shown.must_be(200).must_say("We won't show them again");
    (secret, shown.texts(".codes li"))
}

/// The first of the two pages.
async fn password(world: &World, email: &str) -> (Client, Answer) {
    let client = world.stranger();
    let page = client.get("/sign-in").await;
    let answer = client.submit(&page, &[("email", email), ("password", PASSWORD)]).await;
    (client, answer)
}

async fn sign_in(world: &World, email: &str, code: &str) -> (Client, Answer) {
    let (client, answer) = password(world, email).await;
    let page = client.follow(answer).await;
    page.must_be(200).must_say("Enter your code");
    let answer = client.submit(&page, &[("code", code)]).await;
    (client, answer)
}

fn mails(world: &World) -> String {
    sender::unsent(&mut world.sql(), &world.program.letters()).expect("the outbox reads").join("\n")
}

fn id(world: &World, email: &str) -> String {
    world.text(&format!("SELECT id AS t FROM users WHERE email = '{email}'"))
}

#[actix_web::test]
async fn an_app_is_set_up_and_asked_for_after_the_password() {
    let world = World::new().await;
    let (michael, elsewhere) = (world.michael().await, world.michael().await);
    let (secret, codes) = enrol(&michael).await;
    assert_eq!(codes.len(), 10);
    elsewhere.get(MICKS).await.must_be(303);
    michael.get(MICKS).await.must_be(200);
    let kept =
        world.text("SELECT secret || (SELECT string_agg(mark, ' ') FROM recovery_codes) AS t FROM authenticators");
    assert!(kept.starts_with("vault:1:") && !kept.contains(&secret.replace(' ', "")), "{kept}");
    assert!(codes.iter().all(|code| !kept.contains(&code.replace('-', ""))), "no code rests");
    assert!(mails(&world).contains("You set up a second factor"));
    // half signed in, nothing is there
    let (guest, asked) = password(&world, MICHAEL).await;
    assert_eq!(asked.must_be(303).location(), "/sign-in/code");
    for path in ["/", MICKS, "/profile", "/profile/security", "/prove"] {
        let answer = guest.get(path).await;
        assert!(answer.must_be(303).location().starts_with("/sign-in"), "{path}: {}", answer.location());
    }
    assert_eq!(world.number("SELECT count(*) AS n FROM sessions"), 1);
    let page = guest.get("/sign-in/code").await;
    assert_eq!(guest.submit(&page, &[("code", "")]).await.must_be(422).errors(), ["Enter the code"]);
    assert_eq!(guest.submit(&page, &[("code", "000000")]).await.must_be(422).errors(), ["Wrong code"]);
    // the code that set it up is used up
    assert_eq!(guest.submit(&page, &[("code", &code(&secret, 0))]).await.must_be(422).errors(), ["Wrong code"]);
    guest.submit(&page, &[("code", &code(&secret, 1))]).await.must_be(303);
    guest.get(MICKS).await.must_be(200);
    assert_eq!(world.number("SELECT count(*) AS n FROM half_sign_ins"), 0);
    guest.get("/profile/sessions").await.must_say("Password and authenticator app");
    world.text("SELECT factor AS t FROM sessions WHERE factor = 'authenticator' LIMIT 1");
}

#[actix_web::test]
async fn a_password_leads_on_to_where_one_wanted() {
    let world = World::new().await;
    let (secret, _) = enrol(&world.michael().await).await;
    let guest = world.stranger();
    let page = guest.follow(guest.get(&format!("{MICKS}/contracts?status=pending")).await).await;
    let page = guest.follow(guest.submit(&page, &[("email", MICHAEL), ("password", PASSWORD)]).await).await;
    let answer = guest.submit(&page, &[("code", &code(&secret, 1))]).await;
    assert_eq!(answer.must_be(303).location(), format!("{MICKS}/contracts?status=pending"));
    // nowhere else, whatever the address says
    let (other, _) = password(&world, MICHAEL).await;
    let page = other.get("/sign-in/code?next=//evil.example").await;
    assert_eq!(page.value("next"), "/");
}

#[actix_web::test]
async fn a_stranger_learns_nothing_from_a_second_factor() {
    let world = World::new().await;
    enrol(&world.michael().await).await;
    let guest = world.stranger();
    let page = guest.get("/sign-in").await;
    let answers = [MICHAEL, "paulie@mightymicks.example", "nobody@example.com"];
    let mut said = Vec::new();
    for email in answers {
        said.push(guest.submit(&page, &[("email", email), ("password", "x")]).await.must_be(422).errors());
    }
    assert_eq!(said[0], said[1]);
    assert_eq!(said[0], said[2]);
    // without the password there is no second page
    assert!(guest.get("/sign-in/code").await.must_be(303).location().starts_with("/sign-in?"));
}

#[actix_web::test]
async fn a_clock_may_be_half_a_minute_off() {
    let world = World::new().await;
    let (secret, _) = enrol(&world.michael().await).await;
    for (steps, right) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
        forget_steps(&world);
        let (_, answer) = sign_in(&world, MICHAEL, &code(&secret, steps)).await;
        assert_eq!(answer.status == 303, right, "{steps} steps off: {}", answer.status);
    }
}

#[actix_web::test]
async fn a_code_works_once_also_for_two_at_the_same_instant() {
    let world = World::new().await;
    let (secret, codes) = enrol(&world.michael().await).await;
    let typed = code(&secret, 1);
    sign_in(&world, MICHAEL, &typed).await.1.must_be(303);
    sign_in(&world, MICHAEL, &typed).await.1.must_be(422);
    // an older one neither
    sign_in(&world, MICHAEL, &code(&secret, 0)).await.1.must_be(422);
    for (typed, again) in [(code(&secret, 0), true), (codes[0].clone(), false)] {
        if again {
            forget_steps(&world);
        }
        let barrier = Arc::new(Barrier::new(2));
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let (program, barrier, typed) = (world.program.clone(), barrier.clone(), typed.clone());
                std::thread::spawn(move || {
                    actix_web::rt::System::new().block_on(async move {
                        let client = Client::new(serve(program).await);
                        let page = client.get("/sign-in").await;
                        let sent = [("email", MICHAEL), ("password", PASSWORD)];
                        let page = client.follow(client.submit(&page, &sent).await).await;
                        barrier.wait();
                        client.submit(&page, &[("code", &typed)]).await.status
                    })
                })
            })
            .collect();
        let mut answers: Vec<u16> = threads.into_iter().map(|thread| thread.join().expect("no panic")).collect();
        answers.sort_unstable();
        assert_eq!(answers, [303, 422], "{typed}");
    }
}

#[actix_web::test]
async fn wrong_codes_are_counted_for_the_person_wherever_they_come_from() {
    let world = World::new().await;
    let (secret, _) = enrol(&world.michael().await).await;
    for _ in 0..5 {
        sign_in(&world, MICHAEL, "000000").await.1.must_be(422);
    }
    let (_, refused) = sign_in(&world, MICHAEL, &code(&secret, 1)).await;
    refused.must_be(429);
    assert!(refused.header("retry-after").is_some());
    world.run("UPDATE throttles SET last_at = now() - interval '1 hour'");
    sign_in(&world, MICHAEL, &code(&secret, 1)).await.1.must_be(303);
}

#[actix_web::test]
async fn half_a_sign_in_ends_by_itself_and_with_the_password() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (secret, _) = enrol(&michael).await;
    for ends in [
        "UPDATE half_sign_ins SET created_at = now() - interval '11 minutes'",
        "UPDATE users SET password_set_at = clock_timestamp()",
    ] {
        let (guest, answer) = password(&world, MICHAEL).await;
        let page = guest.follow(answer).await;
        world.run(ends);
        let answer = guest.submit(&page, &[("code", &code(&secret, 1))]).await;
        assert!(answer.must_be(303).location().starts_with("/sign-in?"), "{ends}");
        guest.get(MICKS).await.must_be(303);
    }
}

#[actix_web::test]
async fn a_recovery_code_takes_the_place_of_the_app_once() {
    let world = World::new().await;
    let (_, codes) = enrol(&world.michael().await).await;
    let misread = codes[3].to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
    let (guest, answer) = sign_in(&world, MICHAEL, &misread).await;
    assert_eq!(answer.must_be(303).location(), "/profile/security");
    guest
        .follow(answer)
        .await
        .must_say("You used a recovery code. You have 9 codes left")
        .must_say("Authenticator app");
    sign_in(&world, MICHAEL, &codes[3]).await.1.must_be(422);
    assert!(mails(&world).contains("A recovery code was used"));
    // a new set takes the place of the one before
    let page = guest.get("/profile/security/codes").await;
    page.must_say("9 codes will stop working");
    let shown = guest.submit(&page, &[]).await;
    shown.must_be(200).must_say("We won't show them again");
    let new = shown.texts(".codes li");
    assert!(new.len() == 10 && codes.iter().all(|code| !new.contains(code)));
    let file = guest.press_at(&shown, "/codes/file").await;
    file.must_be(200);
    assert!(new.iter().all(|code| file.body_text().contains(code.as_str())));
    sign_in(&world, MICHAEL, &codes[4]).await.1.must_be(422);
    sign_in(&world, MICHAEL, &new[0]).await.1.must_be(303);
    // what is none of one's own stands in no file
    let paulie = world.paulie().await;
    let csrf = paulie.get("/profile").await.value("csrf");
    let sent = [("csrf", csrf.as_str()), ("codes", new[1].as_str())];
    paulie.post("/profile/security/codes/file", &sent).await.must_be(303);
}

#[actix_web::test]
async fn no_code_is_kept_with_a_form_that_came_too_late() {
    let world = World::new().await;
    let michael = world.michael().await;
    enrol(&michael).await;
    let page = michael.get("/profile/security/codes").await;
    let shown = michael.submit(&page, &[]).await;
    let codes = shown.must_be(200).texts(".codes li");
    let prove = michael.get("/prove").await;
    world.run("DELETE FROM sessions");
    michael.press_at(&shown, "/codes/file").await.must_be(303);
    michael.submit(&prove, &[("password", PASSWORD), ("code", &codes[0])]).await.must_be(303);
    let kept = world.text("SELECT string_agg(k::text, ' ') AS t FROM kept_forms k");
    assert!(codes.len() == 10 && codes.iter().all(|code| !kept.contains(code.as_str())), "{kept}");
}

#[actix_web::test]
async fn a_code_that_is_sent_twice_at_once_makes_recovery_codes_once() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get("/profile/security").await;
    let page = michael.follow(michael.press_at(&page, "/security/authenticator").await).await;
    let secret = page.attribute("#key", "value");
    let begun = "SELECT count(*) AS n FROM authenticator_setups WHERE confirming_at IS NOT NULL";
    michael.submit(&page, &[("code", "1")]).await.must_be(422);
    michael.submit(&page, &[("code", &code(&secret, 9))]).await.must_be(422);
    assert_eq!(world.number(begun), 0, "a wrong code keeps no right one waiting");
    // as while the first is being worked on
    world.run("UPDATE authenticator_setups SET confirming_at = now()");
    michael.submit(&page, &[("code", &code(&secret, 0))]).await.must_be(409).must_say("The code was already sent");
    assert_eq!(world.number("SELECT count(*) AS n FROM authenticators"), 0);
    // who never came back keeps nobody waiting for long
    world.run("UPDATE authenticator_setups SET confirming_at = now() - interval '16 seconds'");
    let shown = michael.submit(&page, &[("code", &code(&secret, 0))]).await;
    assert_eq!(shown.must_be(200).texts(".codes li").len(), 10);
}

#[actix_web::test]
async fn changing_the_second_factor_needs_a_recent_password() {
    let world = World::new().await;
    let michael = world.michael().await;
    world.run("UPDATE sessions SET proved_at = now() - interval '16 minutes'");
    let page = michael.get("/profile/security").await;
    let asked = michael.follow(michael.press_at(&page, "/security/authenticator").await).await;
    asked.must_be(200).must_say("Confirm your password");
    let kept = michael.follow(michael.submit(&asked, &[("password", PASSWORD)]).await).await;
    michael.follow(michael.press(&kept, &[]).await).await.must_be(200).must_say("Scan this picture");
    world.run("UPDATE sessions SET proved_at = now()");
    // another session sees nothing of it
    world.michael().await.get("/profile/security/authenticator").await.must_be(303);
    let page = michael.get("/profile/security/authenticator").await;
    let secret = page.attribute("#key", "value");
    assert_eq!(michael.submit(&page, &[("code", "1")]).await.must_be(422).errors(), ["Wrong code"]);
    michael.submit(&page, &[("code", &code(&secret, 0))]).await.must_be(200);
    // and from now on the code is asked for as well
    world.run("UPDATE sessions SET proved_at = now() - interval '16 minutes'");
    let page = michael.get("/profile/security/authenticator/remove").await;
    page.must_say("You'll sign in with your password alone").must_say("recovery codes and passkeys will stop working");
    let asked = michael.follow(michael.submit(&page, &[]).await).await;
    let typed = |code: &str| [("password", PASSWORD.to_owned()), ("code", code.to_owned())];
    let send = async |code: &str| {
        let typed = typed(code);
        let typed: Vec<(&str, &str)> = typed.iter().map(|(name, value)| (*name, value.as_str())).collect();
        michael.submit(&asked, &typed).await
    };
    assert_eq!(send("").await.must_be(422).errors(), ["Wrong code"]);
    let kept = michael.follow(send(&code(&secret, 1)).await).await;
    michael.follow(michael.press(&kept, &[]).await).await.must_say("Second factor removed");
    assert!(mails(&world).contains("Your second factor was removed"));
    assert_eq!(world.number("SELECT count(*) AS n FROM authenticators"), 0);
    let (client, answer) = password(&world, MICHAEL).await;
    assert_eq!(answer.must_be(303).location(), "/");
    client.get(MICKS).await.must_be(200);
}

#[actix_web::test]
async fn a_recovery_code_is_kept_by_a_slow_hash_and_one_from_before_works_on() {
    use entente::kit::{secret::Key, vault::Vault};
    let world = World::new().await;
    let (_, codes) = enrol(&world.michael().await).await;
    let slow = "SELECT count(*) AS n FROM recovery_codes WHERE length(mark) = 2 AND hash LIKE '$argon2id$v=19$m=19456,t=2,p=1$%'";
    assert_eq!(world.number(slow), 10);
    let purpose = format!("recovery codes {}", id(&world, MICHAEL));
    let sealed = world.text("SELECT key AS t FROM recovery_sets");
    let set = Vault::of(&key()).open(&purpose, &sealed).expect("it opens");
    let set = Key::from_text(&set).expect("it is a key");
    let mark = set.mark("recovery code", &[codes[0].replace('-', "").as_bytes()]);
    world.run(&format!("UPDATE recovery_codes SET mark = '{mark}', hash = NULL WHERE mark = '{}'", &mark[..2]));
    sign_in(&world, MICHAEL, &codes[0]).await.1.must_be(303);
    sign_in(&world, MICHAEL, &codes[0]).await.1.must_be(422);
    sign_in(&world, MICHAEL, &codes[1]).await.1.must_be(303);
    // a code that is found and has another hash is none
    world.run("UPDATE recovery_codes SET hash = (SELECT max(hash) FROM recovery_codes)");
    let answers =
        [sign_in(&world, MICHAEL, &codes[2]).await.1.status, sign_in(&world, MICHAEL, &codes[3]).await.1.status];
    assert!(answers.contains(&422), "{answers:?}");
}

#[actix_web::test]
async fn another_app_takes_the_place_of_the_first_and_the_codes_stay() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (first, codes) = enrol(&michael).await;
    let page = michael.get("/profile/security").await;
    let page = michael.follow(michael.press_at(&page, "/security/authenticator").await).await;
    let second = page.attribute("#key", "value");
    assert_ne!(first, second);
    let told = michael.follow(michael.submit(&page, &[("code", &code(&second, 0))]).await).await;
    told.must_say("Authenticator app replaced");
    forget_steps(&world);
    sign_in(&world, MICHAEL, &code(&first, 0)).await.1.must_be(422);
    sign_in(&world, MICHAEL, &code(&second, 0)).await.1.must_be(303);
    sign_in(&world, MICHAEL, &codes[0]).await.1.must_be(303);
}

#[actix_web::test]
async fn a_new_password_by_mail_leaves_the_second_factor_as_it_is() {
    let world = World::new().await;
    let (secret, _) = enrol(&world.michael().await).await;
    let guest = world.stranger();
    let page = guest.get("/forgot-password").await;
    guest.submit(&page, &[("email", MICHAEL)]).await.must_be(200);
    entente::jobs::catch_up(&world.program).await.expect("the jobs run");
    let mails = mails(&world);
    let link = mails.lines().find_map(|line| line.find("/set-password/").map(|at| line[at..].trim().to_owned()));
    let page = guest.follow(guest.get(&link.expect("a link")).await).await;
    let new = [("new-password", "Southpaw-Jab-77"), ("confirm-password", "Southpaw-Jab-77")];
    let page = guest.follow(guest.submit(&page, &new).await).await;
    page.must_say("Enter your code");
    guest.get(MICKS).await.must_be(303);
    guest.submit(&page, &[("code", &code(&secret, 1))]).await.must_be(303);
    guest.get(MICKS).await.must_be(200);
}

#[actix_web::test]
async fn a_key_that_was_changed_still_opens_what_was_sealed_before() {
    use entente::{
        access::factors::{authenticator, codes},
        kit::{secret::Key, vault::Vault},
    };
    let world = World::new().await;
    enrol(&world.michael().await).await;
    let both =
        Key::from_list(["another key that only tests know, long", crate::support::world::KEY]).expect("two keys");
    let vault = Vault::of(&both);
    let mut conn = world.sql();
    assert_eq!(authenticator::seal_anew(&mut conn, &vault).expect("it is sealed"), (1, 0));
    assert_eq!(codes::seal_anew(&mut conn, &vault).expect("they are sealed"), (1, 0));
    assert_eq!(authenticator::seal_anew(&mut conn, &vault).expect("nothing is left"), (0, 0));
    let sealed = world.text("SELECT secret AS t FROM authenticators");
    assert!(sealed.starts_with(&vault.mark()));
    assert_eq!(authenticator::seal_anew(&mut conn, &Vault::of(&key())).expect("it is told"), (0, 1));
}

/// The same a day later.
fn after_a_day(world: &World) -> i64 {
    world.run("UPDATE factor_resets SET asked_at = asked_at - interval '25 hours'");
    left(world)
}

/// How many have a second factor after the job.
fn left(world: &World) -> i64 {
    let db = Db::new(&world.url(), 1).with_key(key());
    db.write_now("second factor resets", resets::carry_out).expect("the job runs");
    world.number("SELECT count(*) AS n FROM authenticators")
}

async fn ask_to_remove(client: &Client, home: &str, user: &str) -> Answer {
    let page = client.get(&format!("{home}/users/{user}/second-factor")).await;
    page.must_be(200).must_say("will get an email");
    client.submit(&page, &[]).await
}

#[actix_web::test]
async fn an_administrator_helps_a_colleague_who_lost_everything() {
    let world = World::new().await;
    let (michael, paulie) = (world.michael().await, world.paulie().await);
    let user = id(&world, "paulie@mightymicks.example");
    michael.get(&format!("{MICKS}/users/{user}/second-factor")).await.must_be(404);
    let (secret, _) = enrol(&paulie).await;
    michael.get(&format!("{MICKS}/users/{user}")).await.must_say("Remove second factor");
    // nobody but an administrator, and nobody for itself
    paulie.get(&format!("{MICKS}/users/{user}/second-factor")).await.must_be(403);
    let told = michael.follow(ask_to_remove(&michael, MICKS, &user).await).await;
    told.must_say("Second factor removal requested").must_say("Removal requested");
    assert!(mails(&world).contains("Someone asked to remove your second factor"));
    assert_eq!(left(&world), 1, "not before a day has gone by");
    paulie.get("/profile/security").await.must_say("asked for your second factor to be removed");
    // it is taken back, asked for again, and stopped by who still has it
    let page = michael.get(&format!("{MICKS}/users/{user}/second-factor/keep")).await;
    michael.submit(&page, &[]).await.must_be(303);
    assert_eq!(after_a_day(&world), 1);
    ask_to_remove(&michael, MICKS, &user).await.must_be(303);
    sign_in(&world, "paulie@mightymicks.example", &code(&secret, 1)).await.1.must_be(303);
    assert_eq!(after_a_day(&world), 1, "who signs in with it did not lose it");
    ask_to_remove(&michael, MICKS, &user).await.must_be(303);
    assert_eq!(after_a_day(&world), 0);
    paulie.get(MICKS).await.must_be(303);
    let (client, answer) = password(&world, "paulie@mightymicks.example").await;
    assert_eq!(answer.must_be(303).location(), "/");
    client.get(MICKS).await.must_be(200);
}

#[actix_web::test]
async fn one_company_alone_opens_nobodys_other_companies() {
    let world = World::new().await;
    enrol(&world.tony().await).await;
    let (michael, tony) = (world.michael().await, id(&world, TONY));
    ask_to_remove(&michael, MICKS, &tony).await.must_be(303);
    assert_eq!(after_a_day(&world), 1, "Front Street has not asked");
    // an administrator of the other joins in
    world.run(
        "INSERT INTO memberships (account_id, user_id, joined_at) \
         SELECT 'VA-610-774', id, now() FROM users WHERE email = 'apollo@champions.example'; \
         INSERT INTO group_members (group_id, account_id, user_id) SELECT g.id, 'VA-610-774', u.id FROM groups g, users u \
         WHERE g.account_id = 'VA-610-774' AND g.administrators AND u.email = 'apollo@champions.example'"
    );
    let apollo = world.apollo().await;
    ask_to_remove(&apollo, "/vendor/VA-610-774", &tony).await.must_be(303);
    assert_eq!(left(&world), 1, "a day after the last of them");
    assert_eq!(after_a_day(&world), 0);
}

#[actix_web::test]
async fn an_operator_removes_a_second_factor_at_once() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    enrol(&apollo).await;
    let db = Db::new(&world.url(), 1).with_key(key());
    let account = "VA-287-142".parse().expect("an id");
    let named =
        recover::Named { email: "apollo@champions.example", name: None, link: false, factor: true, open: false };
    let run =
        || recover::run(&db, &key(), "http://127.0.0.1:8080", &account, &named).expect("it runs").expect("it is there");
    assert!(run().factor);
    assert!(!run().factor, "there is none any more");
    apollo.get(CHAMPIONS).await.must_be(303);
    world.apollo().await.get(CHAMPIONS).await.must_be(200);
    assert_eq!(
        world.number(
            "SELECT count(*) AS n FROM security_events WHERE name = 'factor.removed' AND about = 'by the operator'"
        ),
        1
    );
    assert!(mails(&world).contains("Your second factor was removed"));
}

#[actix_web::test]
async fn a_company_demands_a_second_factor_of_everybody_in_it_and_nowhere_else() {
    let world = World::new().await;
    let (michael, tony) = (world.michael().await, world.tony().await);
    let page = michael.get(&format!("{MICKS}/security")).await;
    page.must_be(200).must_say("API tokens keep working").must_say("0 of ");
    let refused = michael.submit(&page, &[("second_factor", "required")]).await;
    assert_eq!(
        refused.must_be(422).errors(),
        ["Set up a second factor for yourself first, under Security in your profile"]
    );
    enrol(&michael).await;
    let page = michael.get(&format!("{MICKS}/security")).await;
    let saved = michael.follow(michael.submit(&page, &[("second_factor", "required")]).await).await;
    saved.must_say("Security settings saved");
    michael.get(&format!("{MICKS}/contracts")).await.must_be(200);
    // who was signed in before is kept out at the next request, of this company only
    for path in ["", "/contracts", "/users", "/security"] {
        let answer = tony.get(&format!("{MICKS}{path}")).await;
        assert_eq!(answer.must_be(303).location(), "/enrol/PA-469-206", "{path}");
    }
    let csrf = tony.get("/profile").await.value("csrf");
    let sent = [("csrf", csrf.as_str()), ("second_factor", "optional")];
    tony.post(&format!("{MICKS}/security"), &sent).await.must_be(303);
    assert_eq!(world.text("SELECT second_factor AS t FROM accounts WHERE id = 'PA-469-206'"), "required");
    tony.get("/vendor/VA-610-774").await.must_be(200);
    let why = tony.get("/enrol/PA-469-206").await;
    why.must_be(200).must_say("Mighty Mick's LLC requires everyone").must_say("Choose another account");
    tony.get(ACREED).await.must_be(404);
    tony.get("/enrol/PA-196-115").await.must_be(404);
    // a page outside of the portals shows nothing of the company either
    let profile = tony.get("/profile").await;
    profile.must_be(200);
    assert!(!profile.attributes("nav.rail a", "href").iter().any(|href| href.starts_with(MICKS)));
    // programs go on
    let [token, ..] = world.tokens();
    let answer = world
        .stranger()
        .get_as(actix_web::http::Method::GET, "/public/v1/accounts", &[("authorization", token.as_str())])
        .await;
    answer.must_be(200);
    enrol(&tony).await;
    tony.get(&format!("{MICKS}/contracts")).await.must_be(200);
    // it cannot be given up while a company demands it
    tony.get("/profile/security/authenticator/remove").await.must_say("Mighty Mick's LLC requires one");
    let sent = [("csrf", csrf.as_str())];
    tony.post("/profile/security/authenticator/remove", &sent).await.must_be(409);
    let page = michael.get(&format!("{MICKS}/security")).await;
    page.must_say("2 of ");
    michael.submit(&page, &[("second_factor", "optional")]).await.must_be(303);
    tony.post("/profile/security/authenticator/remove", &sent).await.must_be(303);
    tony.get(MICKS).await.must_be(200);
}

#[actix_web::test]
async fn a_company_that_suggests_one_reminds_at_sign_in() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/security")).await;
    michael.submit(&page, &[("second_factor", "suggested")]).await.must_be(303);
    michael.get(MICKS).await.must_be(200);
    let (client, answer) = password(&world, "paulie@mightymicks.example").await;
    let page = client.follow(answer).await;
    page.must_be(200).must_say("Mighty Mick's LLC suggests").must_say("Set up a second factor");
    client.follow(client.get(&page.link("Not now")).await).await.must_be(200).must_say("Mighty Mick's LLC");
}

#[actix_web::test]
async fn only_administrators_say_how_people_sign_in() {
    let world = World::new().await;
    let paulie = world.paulie().await;
    let page = paulie.get(&format!("{MICKS}/security")).await;
    let csrf = paulie.get("/profile").await.value("csrf");
    let sent = [("csrf", csrf.as_str()), ("second_factor", "suggested")];
    paulie.post(&format!("{MICKS}/security"), &sent).await.must_be(403);
    assert!(page.status == 403 || !page.text().contains("Save"));
}
