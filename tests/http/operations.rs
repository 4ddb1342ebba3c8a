//! What an operator relies on: keys that can be changed, a role that cannot alter, a trail of security, an end without a lost request,
//! commands whose reader leaves.

use std::{
    path::Path,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use actix_web::http::Method;
use diesel::{Connection as _, PgConnection, connection::SimpleConnection as _};
use entente::{
    app::Program as App,
    config::Config,
    demo, jobs,
    kit::{connect::Prepare, db::Db, secret::Key, sql},
    roles, start,
};

use crate::{
    contracts::invite,
    support::{
        World,
        program::{Over, Program},
        world::{ACREED, KEY, MICKS, SIGNED, serve},
    },
};

const FRESH: &str = "another key, in use from today on, long enough";

/// The program over the same database, with these keys.
pub async fn with_keys(world: &World, keys: &[&str]) -> crate::support::world::Serve {
    let key = Key::from_list(keys.iter().copied()).expect("keys");
    let config = Config { pool: 4, ..Config::from_env().expect("the settings read") };
    serve(App::new(config, key, Db::new(&world.serving_url(), 4))).await
}

#[actix_web::test]
async fn changing_the_key_ends_no_session_form_or_link_while_the_old_one_is_listed() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite(&michael, MICKS, "service", "Welcome").await;
    let form = michael.get(&format!("{MICKS}/contracts/{id}/note")).await;
    let guest = world.stranger();
    let forgot = guest.get("/forgot-password").await;
    let both = with_keys(&world, &[FRESH, KEY]).await;

    let changed = michael.at(&both);
    changed.get(MICKS).await.must_be(200).must_say("Michael Goldmill");
    let saved = changed.submit(&form, &[("note", "Sent after the change")]).await;
    changed.follow(saved).await.must_say("Notes saved");
    guest.at(&both).submit(&forgot, &[("email", "michael@mightymicks.example")]).await.must_say("we've sent a link");
    world.stranger().at(&both).get(&link).await.must_be(303);
    let shown = changed.get(&format!("{MICKS}/contracts/{id}")).await.shown_link();
    let shown = shown.strip_prefix("http://127.0.0.1:8080").expect("our address");
    assert_ne!(shown, link, "what is shown now is made under the new key");
    world.stranger().at(&both).get(shown).await.must_be(303);

    // once the old key is listed no more, what was made under it ends
    let fresh = with_keys(&world, &[FRESH]).await;
    world.stranger().at(&fresh).get(shown).await.must_be(303);
    world.stranger().at(&fresh).get(&link).await.must_be(404);
    let gone = michael.at(&fresh).get(MICKS).await;
    assert!(gone.must_be(303).location().starts_with("/sign-in"));
}

#[actix_web::test]
async fn a_code_and_a_reset_link_from_before_the_change_still_work() {
    use entente::mail::sender;
    let world = World::with(|config| Config { verify_email: true, ..config }).await;
    let letters = || {
        sender::unsent(&mut world.sql(), &entente::portals::letters(crate::support::world::key(), String::new(), false))
            .expect("the outbox")
    };
    let (_, link) = invite(&world.michael().await, MICKS, "service", "Welcome").await;
    let guest = world.stranger();
    let page = guest.follow(guest.get(&link).await).await;
    let page = guest.follow(guest.submit(&page, &[("email", "drago@example.com"), ("accept", "yes")]).await).await;
    let forgot = guest.get("/forgot-password").await;
    guest.submit(&forgot, &[("email", "michael@mightymicks.example")]).await;
    entente::jobs::catch_up(&world.program).await.expect("the job");
    let letters = letters();
    let found = |subject: &str| letters.iter().find(|letter| letter.contains(subject)).expect(subject).clone();
    let code = found("is your code").split("Subject: ").nth(1).expect("a subject")[..6].to_owned();
    let reset = found("Set a new password")
        .split("/set-password/")
        .nth(1)
        .expect("a link")
        .split_whitespace()
        .next()
        .expect("it")
        .to_owned();
    // the new key knows the settings of the world but its own
    let key = Key::from_list([FRESH, KEY]).expect("keys");
    let app = App::new(world.program.config.get_ref().clone(), key, Db::new(&world.serving_url(), 4));
    let both = serve(app).await;
    let guest = guest.at(&both);
    guest.follow(guest.submit(&page, &[("code", &code)]).await).await.must_say("Create user");
    guest.get(&format!("/set-password/{reset}")).await.must_be(303);
}

/// What the role that serves must never be able to do.
const FORBIDDEN: [&str; 28] = [
    "UPDATE events SET note = ''",
    "DELETE FROM events",
    "TRUNCATE events",
    "ALTER TABLE events DISABLE TRIGGER ALL",
    "DROP TRIGGER events_are_final ON events",
    "UPDATE signatures SET evidence = ''",
    "DELETE FROM signatures",
    "TRUNCATE signatures CASCADE",
    "ALTER TABLE signatures DISABLE TRIGGER signatures_are_final",
    "UPDATE first_signatures SET evidence = ''",
    "DELETE FROM first_signatures",
    "DELETE FROM withdrawn_signatures",
    "UPDATE checkpoints SET signatures = 0",
    "DELETE FROM checkpoints",
    "UPDATE blobs SET bytes = ''",
    "DELETE FROM blobs",
    "UPDATE security_events SET about = ''",
    "DELETE FROM security_events",
    "TRUNCATE security_events",
    "SET session_replication_role = replica",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "CREATE TABLE mine (id int)",
    "ALTER TABLE users ADD COLUMN mine int",
    "DROP TABLE outbox",
    "CREATE INDEX mine ON users (name)",
    "INSERT INTO __diesel_schema_migrations VALUES ('1', now())",
    "SET ROLE entente",
    "ALTER ROLE entente_serve SUPERUSER",
];

#[actix_web::test]
async fn the_role_that_serves_cannot_alter_anything_or_take_back_what_is_final() {
    let world = World::new().await;
    world.run("INSERT INTO security_events (name, at) VALUES ('session.began', now()), ('session.ended', now() - interval '366 days')");
    let mut conn = PgConnection::establish(&world.serving_url()).expect("a connection");
    for statement in FORBIDDEN {
        let refused = conn.batch_execute(statement).expect_err(statement).to_string();
        let by_right =
            ["permission denied", "must be owner", "must be superuser"].iter().any(|words| refused.contains(words));
        assert!(by_right || refused.contains("for a year"), "{statement}: {refused}");
    }
    conn.batch_execute("DELETE FROM security_events WHERE at < now() - interval '365 days'")
        .expect("what is old may go");
    assert!(!roles::may_alter(&mut conn).expect("an answer") && roles::may_serve(&mut conn).expect("an answer"));
    assert!(roles::may_alter(&mut world.sql()).expect("an answer"), "its owner may");
    // what was written for searches it may have sorted in, though the indexes are its owner's
    sql::settle_searches(&mut conn).expect("it may");
    world.run("UPDATE tier_accounts SET name = name || ' (formerly)'");
    assert!(sql::settle_searches(&mut conn).expect("it may") > 0, "what was just written waits");
    assert_eq!(sql::settle_searches(&mut conn).expect("it may"), 0, "nothing waits any more");
    // and it starts on a database that is current, but does not try to migrate one that is not
    assert_eq!(start::migrate(&world.serving_url(), Prepare::On).expect("nothing to do"), 0);
    world.run(
        "DELETE FROM __diesel_schema_migrations WHERE version = (SELECT max(version) FROM __diesel_schema_migrations)",
    );
    assert!(start::migrate(&world.serving_url(), Prepare::On).is_err());
}

#[actix_web::test]
async fn only_a_role_that_can_be_bounded_is_let_in() {
    let world = World::new().await;
    let refused = |role: &str| roles::grant(&world.url(), role).expect_err(role).to_string();
    assert!(refused("nobody_knows").contains("CREATE ROLE \"nobody_knows\" LOGIN"));
    assert!(refused("entente").contains("superuser"));
}

#[actix_web::test]
async fn what_happens_to_security_is_in_the_trail() {
    let world = World::new().await;
    let stranger = world.stranger();
    for _ in 0..6 {
        let page = stranger.get("/sign-in").await;
        stranger.submit(&page, &[("email", "michael@mightymicks.example"), ("password", "Wrong-Guess-99")]).await;
    }
    world.run("DELETE FROM throttles");
    let paulie = world.paulie().await;
    paulie.get(&format!("{MICKS}/contracts/new")).await.must_be(403);
    let foreign = [("origin", "https://elsewhere.example")];
    paulie.send_with(Method::POST, "/sign-out", &[], &foreign).await.must_be(403);
    let michael = world.michael().await;
    let page = michael.get("/profile/password").await;
    let typed = [
        ("current-password", demo::PASSWORD),
        ("new-password", "Southpaw-Jab-77"),
        ("confirm-password", "Southpaw-Jab-77"),
    ];
    michael.submit(&page, &typed).await.must_be(303);
    let page = stranger.get("/forgot-password").await;
    stranger.submit(&page, &[("email", "michael@mightymicks.example")]).await;
    jobs::catch_up(&world.program).await.expect("the job");
    let (_, link) = invite(&michael, MICKS, "service", "Welcome").await;
    let guest = world.stranger();
    let page = crate::activation::up_to_activate(&guest, &link, "drago@example.com", "Drago GmbH").await;
    guest.submit(&page, &[]).await.must_be(303);
    let page = michael.get("/profile").await;
    michael.submit_to(&page, Some("/sign-out"), &[]).await.must_be(303);

    jobs::write_down(&world.program).await.expect("it is written");
    let times = |name: &str, more: &str| {
        world.number(&format!(
            "SELECT coalesce(sum(times), 0)::bigint AS n FROM security_events WHERE name = '{name}' {more}"
        ))
    };
    let masked = "AND email = 'm…@mightymicks.example' AND address = '127.0.0.9'";
    assert_eq!(times("password.wrong", masked), 5);
    assert_eq!(times("request.throttled", "AND about = 'POST /sign-in'"), 1);
    assert_eq!(times("session.began", "AND user_id IS NOT NULL"), 3, "Paulie, Michael, and Drago by activation");
    assert_eq!(
        times("request.refused", "AND about = 'GET /distributor/{account}/contracts/new' AND user_id IS NOT NULL"),
        1
    );
    assert_eq!(times("request.untrusted", "AND about = 'POST /sign-out'"), 1);
    assert_eq!(times("password.changed", "AND user_id = (SELECT id FROM users WHERE name = 'Michael Goldmill')"), 1);
    assert_eq!(times("password.reset_asked", masked), 1);
    assert_eq!(times("rights.rose", "AND about LIKE 'Administrators of PA-%' AND address = '127.0.0.9'"), 1);
    assert_eq!(times("session.ended", "AND user_id = (SELECT id FROM users WHERE name = 'Michael Goldmill')"), 1);
    let said = "SELECT count(*) AS n FROM security_events s WHERE s::text LIKE ANY (ARRAY['%Wrong-Guess%', '%Southpaw%', '%michael@%'])";
    assert_eq!(world.number(said), 0, "no secret and no whole address");
    // companies read nothing of it
    michael.get(&format!("{MICKS}/contracts/{SIGNED}/history")).await.must_not_say("wrong");
    jobs::write_down(&world.program).await.expect("nothing waits");
    assert_eq!(times("password.wrong", ""), 5);
}

#[actix_web::test]
async fn a_flood_of_the_same_refusal_is_one_row_that_counts() {
    let world = World::new().await;
    let paulie = world.paulie().await;
    for _ in 0..40 {
        paulie.get(&format!("{MICKS}/contracts/new")).await.must_be(403);
    }
    jobs::write_down(&world.program).await.expect("it is written");
    let rows = "SELECT count(*) AS n FROM security_events WHERE name = 'request.refused' AND times = 40";
    assert_eq!(world.number(rows), 1);
}

#[actix_web::test]
async fn a_change_of_key_is_in_the_trail_once() {
    let world = World::new().await;
    let (first, second) = (Key::from_text(KEY).expect("a key"), Key::from_text(FRESH).expect("a key"));
    for key in [&first, &first, &second, &second, &first] {
        let db =
            Db::new(&world.serving_url(), 1).with_key(key.clone()).with_consequences(entente::consequences::table());
        db.write_now("key", start::note_key).expect("it is noted");
    }
    let noted =
        format!("SELECT count(*) AS n FROM security_events WHERE name = 'key.rotated' AND about = '{}'", second.id());
    assert_eq!(world.number(&noted), 1);
    assert_eq!(world.number("SELECT count(*) AS n FROM server_keys"), 2);
}

#[actix_web::test]
async fn while_a_table_is_locked_every_answer_comes_within_three_seconds() {
    for (table, pages) in
        [("contracts", [MICKS, ACREED]), ("sessions", [MICKS, "/profile"]), ("users", [MICKS, "/profile"])]
    {
        let world = World::new().await;
        let (michael, donnie) = (world.michael().await, world.donnie().await);
        michael.get(MICKS).await.must_be(200);
        let mut holder = world.sql();
        holder.batch_execute(&format!("BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")).expect("the lock");
        let asked = (0..16).map(|n| {
            let (client, page) = (if n % 2 == 0 { &michael } else { &donnie }, pages[n % 2]);
            let client = client.copy();
            async move {
                // some come while others wait
                actix_web::rt::time::sleep(Duration::from_millis(120 * n as u64)).await;
                let began = Instant::now();
                let status = client.get(page).await.status;
                (status, began.elapsed())
            }
        });
        let answers = futures_util::future::join_all(asked).await;
        holder.batch_execute("ROLLBACK").expect("the lock ends");
        let longest = answers.iter().map(|(_, took)| *took).max().unwrap_or_default();
        println!("{table}: the longest of {} answers took {longest:?}", answers.len());
        assert!(answers.iter().all(|(status, _)| *status == 503), "{table}: {answers:?}");
        assert!(longest < Duration::from_secs(3), "{table}: {longest:?}");
        michael.get(MICKS).await.must_be(200);
    }
}

fn told_to_end(program: &Program) {
    program.signal(nix::sys::signal::Signal::SIGTERM);
}

#[actix_web::test]
async fn told_to_end_the_program_first_says_so_and_answers_all_that_still_comes() {
    let world = World::new().await;
    let mut program = Program::start_with(Over::Url(world.url()), &[("ENTENTE_DRAIN_SECONDS", "2")]);
    let michael = program.michael().await;
    program.stranger().get("/readyz").await.must_be(200);
    // like a balancer: each keeps asking until /readyz says that it should not, and a little longer
    let busy = (0..8).map(|_| {
        let (client, stranger) = (michael.copy(), program.stranger());
        async move {
            let (mut answered, mut warned): (usize, Option<Instant>) = (0, None);
            while warned.is_none_or(|since| since.elapsed() < Duration::from_secs(1)) {
                client.get(MICKS).await.must_be(200);
                answered += 1;
                if stranger.get("/readyz").await.status == 503 {
                    warned.get_or_insert_with(Instant::now);
                }
            }
            answered
        }
    });
    let end = async {
        actix_web::rt::time::sleep(Duration::from_millis(500)).await;
        told_to_end(&program);
    };
    let (answered, ()) = futures_util::future::join(futures_util::future::join_all(busy), end).await;
    println!("{} requests, all answered", answered.iter().sum::<usize>());
    assert!(program.ends_within(Duration::from_secs(10)), "it ends");
}

#[actix_web::test]
async fn a_request_that_runs_when_the_door_closes_is_finished() {
    let world = World::new().await;
    let mut program = Program::start_with(Over::Url(world.url()), &[]);
    let michael = program.michael().await;
    let mut holder = world.sql();
    holder.batch_execute("BEGIN; LOCK TABLE contracts IN ACCESS EXCLUSIVE MODE").expect("the lock");
    let page = format!("{MICKS}/contracts");
    let slow = michael.get(&page);
    let end = async {
        actix_web::rt::time::sleep(Duration::from_millis(400)).await;
        told_to_end(&program);
        actix_web::rt::time::sleep(Duration::from_millis(400)).await;
        holder.batch_execute("ROLLBACK").expect("the lock ends");
    };
    let (answer, ()) = futures_util::future::join(slow, end).await;
    answer.must_be(200).must_say(SIGNED);
    assert!(program.ends_within(Duration::from_secs(10)), "it ends");
}

fn entente(url: &str, arguments: &[&str], stdout: Stdio) -> Output {
    Command::new(env!("CARGO_BIN_EXE_entente"))
        .args(arguments)
        .env("DATABASE_URL", url)
        .env("ENTENTE_SECRET_KEY", KEY)
        .env("ENTENTE_DATA", "/nowhere")
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .and_then(std::process::Child::wait_with_output)
        .expect("the command runs")
}

#[actix_web::test]
async fn no_command_minds_that_its_reader_has_left() {
    let world = World::new().await;
    let guest = world.stranger();
    let page = guest.get("/forgot-password").await;
    guest.submit(&page, &[("email", "michael@mightymicks.example")]).await;
    for (arguments, code) in [
        (&["--help"][..], 0),
        (&["--version"], 0),
        (&["demo"], 0),
        (&["migrate"], 0),
        (&["migrate", "--grant", "entente_serve"], 0),
        (&["bootstrap", "--company", "Evers Ltd", "--name", "Duke Evers", "--email", "duke@evers.example"], 0),
        (&["outbox"], 0),
        (&["outbox", "--retry"], 0),
        (&["doctor"], 0),
        (&["doctor", "--evidence"], 0),
        (&["checkpoint"], 0),
        (&["rotate-key"], 1),
    ] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let ended = entente(&world.url(), arguments, writer.into());
        let errors = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(code), "{arguments:?}: {errors}");
        assert!(!errors.contains("panicked"), "{arguments:?}: {errors}");
    }
}

#[actix_web::test]
async fn the_doctor_tells_what_is_broken_and_is_held_to_what_was_kept_elsewhere() {
    let world = World::new().await;
    let url = world.url();
    let made = entente(&url, &["checkpoint"], Stdio::piped());
    let line = String::from_utf8_lossy(&made.stdout).into_owned();
    assert!(made.status.success() && line.starts_with("entente checkpoint 1 at "), "{line}");
    let file = std::env::temp_dir().join(format!("entente-kept-{}", std::process::id()));
    std::fs::write(&file, format!("From: entente\n\n{line}")).expect("a file");
    let path = file.to_str().expect("a path");
    let doctor = |files: &[&str]| {
        let ended = entente(&url, &[&["doctor", "--evidence"], files].concat(), Stdio::piped());
        (ended.status.success(), String::from_utf8_lossy(&[ended.stdout, ended.stderr].concat()).into_owned())
    };
    let (fine, said) = doctor(&["--checkpoints", path]);
    assert!(
        fine && said.contains("12 signatures of 7 contracts, 5 documents and 1 checkpoint checked, 0 broken"),
        "{said}"
    );
    world.run("SET session_replication_role = replica; DELETE FROM checkpoints; DELETE FROM signatures WHERE contract_id = 'CRS-15231-15992-11789'; DELETE FROM contracts WHERE id = 'CRS-15231-15992-11789'");
    assert!(doctor(&[]).0, "the database alone does not know any more");
    let (fine, said) = doctor(&["--checkpoints", path]);
    assert!(!fine && said.contains("12 signatures were there, 11 are left of them"), "{said}");
    std::fs::write(&file, "nothing of the kind").expect("a file");
    let (fine, said) = doctor(&["--checkpoints", path]);
    assert!(!fine && said.contains("there is no checkpoint in this file"), "{said}");
    std::fs::remove_file(file).expect("gone");
}

/// Runs a command on an embedded database in this folder.
fn embedded(folder: &Path, arguments: &[&str]) -> String {
    let ended = Command::new(env!("CARGO_BIN_EXE_entente"))
        .args(arguments)
        .env("ENTENTE_DATA", folder)
        .env_remove("DATABASE_URL")
        .output()
        .expect("the command runs");
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert!(ended.status.success(), "{arguments:?}: {said}{}", String::from_utf8_lossy(&ended.stderr));
    said
}

#[test]
fn the_key_of_a_data_directory_is_rotated_and_an_old_one_forgotten() {
    let folder = std::env::temp_dir().join(format!("entente-rotated-{}", std::process::id()));
    embedded(&folder, &["demo"]);
    let old = Key::from_text(&std::fs::read_to_string(folder.join("key")).expect("a key")).expect("a key");
    let said = embedded(&folder, &["rotate-key"]);
    assert!(said.contains(&format!("Old keys that are accepted: {}", old.id())), "{said}");
    let keys = std::fs::read_to_string(folder.join("key")).expect("keys");
    assert_eq!(keys.lines().count(), 2);
    assert!(embedded(&folder, &["doctor", "--evidence"]).contains("0 broken"));
    embedded(&folder, &["rotate-key", "--forget", old.id()]);
    let kept = std::fs::read_to_string(folder.join("key")).expect("keys");
    assert_eq!(kept.lines().collect::<Vec<_>>(), [keys.lines().next().expect("the new key")]);
    let said = embedded(&folder, &["doctor", "--evidence"]);
    assert!(said.contains("and 2 checkpoints checked, 0 broken"), "{said}");
    use std::os::unix::fs::PermissionsExt as _;
    for private in ["key", "checkpoints"] {
        let mode = std::fs::metadata(folder.join(private)).expect(private).permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{private}");
    }
    std::fs::remove_dir_all(folder).expect("gone");
}
