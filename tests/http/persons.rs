//! A person and the platform: leaving it for good, while what was signed stays and still verifies.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read as _},
};

use diesel::connection::SimpleConnection as _;
use entente::{
    demo,
    kit::id::Id,
    modules::{contracts::evidence::verify, person::removal},
};

use crate::{
    binding::at_once,
    colleagues, factors,
    products::png,
    support::{
        Client, World,
        world::{ACREED, MICKS, SIGNED, key},
    },
};

const DONNIE: &str = "donnie@acreedllc.example";

fn id(world: &World, email: &str) -> String {
    world.text(&format!("SELECT id AS t FROM users WHERE email = '{email}'"))
}

const ACREED_ID: &str = "PA-196-115";

/// Makes Bianca an administrator of this company, in addition to the one it has.
fn bianca_administers(world: &World, account: &str) {
    world.run(&format!(
        "INSERT INTO group_members (group_id, account_id, user_id) SELECT g.id, g.account_id, u.id FROM groups g, users u \
         WHERE g.administrators AND g.account_id = '{account}' AND u.email LIKE 'bianca@%'"
    ));
}

async fn leave(client: &Client) -> crate::support::Answer {
    let page = client.get("/profile/delete").await;
    page.must_be(200).must_say("This can't be undone");
    client.submit(&page, &[]).await
}

/// Tables that contain this, in any column.
fn saying(world: &World, words: &str) -> Vec<String> {
    let tables = world.text(
        "SELECT string_agg(c.relname, ' ' ORDER BY c.relname) AS t FROM pg_class c \
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname NOT LIKE '\\_\\_%'",
    );
    let says = |table: &&str| {
        world.number(&format!("SELECT count(*) AS n FROM {table} r WHERE r::text ILIKE '%{words}%'")) > 0
    };
    tables.split(' ').filter(says).map(str::to_owned).collect()
}

#[actix_web::test]
async fn the_only_administrator_of_a_company_reads_what_to_do_first() {
    let world = World::new().await;
    let donnie = world.donnie().await;
    let page = donnie.get("/profile/delete").await;
    page.must_be(200)
        .must_say("A company needs an administrator")
        .must_say("the only administrator who can sign in at ACreed LLC");
    page.must_say("Add another administrator there first").must_not_say("This can't be undone");
    let csrf = donnie.get("/profile").await.value("csrf");
    donnie.post("/profile/delete", &[("csrf", &csrf)]).await.must_be(409).must_say("A company needs an administrator");
    assert_eq!(world.number("SELECT count(*) AS n FROM users WHERE removed_at IS NOT NULL"), 0);
    donnie.get(ACREED).await.must_be(200);
}

#[actix_web::test]
async fn who_leaves_is_named_nowhere_but_in_what_was_signed_and_that_still_holds() {
    let world = World::new().await;
    bianca_administers(&world, ACREED_ID);
    let (donnie, elsewhere) = (world.donnie().await, world.donnie().await);
    elsewhere.get(ACREED).await.must_be(200);
    let user = id(&world, DONNIE);
    // a name that was kept beside what was done
    world.run(&format!(
        "INSERT INTO tier_account_versions (tier_account_id, number, data, author, at, author_id) \
         SELECT tier_account_id, 9, data, 'Adonis Creed', now(), '{user}' FROM tier_account_versions LIMIT 1; \
         UPDATE fulfillment_requests SET reason = 'Withdrawn by Adonis Creed, ACreed LLC' WHERE status = 'pending'; \
         INSERT INTO events (at, name, object, actor_kind, actor_name, user_id, account_id, note, credential) \
         SELECT now(), 'fulfillment_request.withdrawn', id, 'member', 'Adonis Creed', '{user}', '{ACREED_ID}', '', 'session' \
         FROM fulfillment_requests WHERE status = 'pending' \
         UNION ALL SELECT now(), 'fulfillment_request.unassigned', 'PR-0000-0000-0000-001', 'member', 'Adonis Creed', '{user}', \
         '{ACREED_ID}', 'Adonis Creed', 'session'"
    ));
    let hashes =
        "SELECT string_agg(hash || coalesce(mark, '') || evidence, ' ' ORDER BY contract_id, seq) AS t FROM signatures";
    let before = world.text(hashes);
    donnie.get("/profile/data").await.must_say("Delete your user account");
    let page = donnie.get("/profile").await;
    let firefox = [("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")];
    donnie.submit_with(&page, &[("title", "Fighter")], &firefox).await.must_be(303);
    let with_it = format!("SELECT count(*) AS n FROM events WHERE user_id = '{user}' AND agent LIKE '%Firefox%'");
    assert_eq!(world.number(&with_it), 1);
    let page = donnie.get("/profile/delete").await;
    page.must_say("You'll leave ACreed LLC").must_say("stay as evidence").must_say("You'll get an email");
    let answer = donnie.submit(&page, &[]).await;
    let signed_out = donnie.follow(answer).await;
    signed_out.must_be(200).must_say("Your user account was deleted").must_say("Sign in");

    // nothing old lets anybody in: neither another session nor the password
    donnie.get(ACREED).await.must_be(303);
    elsewhere.get(ACREED).await.must_be(303);
    let guest = world.stranger();
    let page = guest.get("/sign-in").await;
    let refused = guest.submit(&page, &[("email", DONNIE), ("password", demo::PASSWORD)]).await;
    refused.must_be(422).must_say("Wrong email or password");

    // the evidence is unchanged, and verifies
    assert_eq!(world.text(hashes), before);
    assert_eq!(verify::run(&mut world.sql(), &key(), &[]).expect("the check runs").broken, Vec::<String>::new());
    let told = "told by letters that others got";
    let kept = |table: &String| !["signatures", "outbox", "notifications"].contains(&table.as_str());
    let named: Vec<String> = saying(&world, "Adonis Creed").into_iter().filter(kept).collect();
    assert_eq!(named, Vec::<String>::new(), "but for what was signed, and {told}");
    let addressed: Vec<String> = saying(&world, DONNIE).into_iter().filter(kept).collect();
    assert_eq!(addressed, Vec::<String>::new(), "but for what was signed, and the last mail");

    let of_a_browser = format!("SELECT count(*) AS n FROM events WHERE user_id = '{user}' AND agent || address <> ''");
    assert_eq!(world.number(&of_a_browser), 0);

    // colleagues and partners see a removed person
    let bianca = world.signed_in("bianca@acreedllc.example").await;
    bianca.get(&format!("{ACREED}/users")).await.must_be(200).must_not_say("Adonis").must_not_say("Removed person");
    bianca.get(&format!("{ACREED}/activity")).await.must_say("Removed person").must_say("Deleted the user account");
    let michael = world.michael().await;
    let history = michael.get(&format!("{MICKS}/contracts/{SIGNED}/history")).await;
    history.must_be(200).must_say("Removed person").must_not_say("Adonis");
    let mails = entente::mail::sender::unsent(&mut world.sql(), &world.program.letters()).expect("the outbox reads");
    assert!(
        mails.iter().any(|mail| mail.contains(DONNIE) && mail.contains("Your user account was deleted")),
        "{mails:?}"
    );
    let trail =
        format!("SELECT count(*) AS n FROM security_events WHERE name = 'person.removed' AND user_id = '{user}'");
    assert_eq!(world.number(&trail), 1);
    // once is enough
    let again = world.program.db.write_now("operator", |tx| removal::remove(tx, &user.parse().expect("an id")));
    assert!(again.is_err());
}

#[actix_web::test]
async fn the_address_is_free_and_who_takes_it_gets_nothing_of_the_person_before() {
    let world = World::new().await;
    let (michael, paulie) = (world.michael().await, world.paulie().await);
    const PAULIE: &str = "paulie@mightymicks.example";
    let before = id(&world, PAULIE);
    leave(&paulie).await.must_be(303);
    let sent = colleagues::invite(&world, &michael, PAULIE).await;
    michael.follow(sent).await.must_say(PAULIE);
    let link = colleagues::mailed(&world, PAULIE);
    let guest = world.stranger();
    let page = guest.follow(guest.get(&link).await).await;
    page.must_be(200).must_say("Your full name");
    let typed =
        [("name", "Pauline Pennino"), ("new-password", "Southpaw-Jab-77"), ("confirm-password", "Southpaw-Jab-77")];
    guest.submit(&page, &typed).await.must_be(303);
    let now = id(&world, PAULIE);
    assert_ne!(now, before);
    for of in ["notifications", "saved_views", "events", "security_events", "signatures"] {
        let inherited = format!(
            "SELECT count(*) AS n FROM {of} WHERE user_id = '{now}' AND {}",
            match of {
                "events" | "security_events" => "at < (SELECT created_at FROM users u WHERE u.id = user_id)",
                _ => "true",
            }
        );
        assert_eq!(world.number(&inherited), 0, "{of}");
    }
    assert_eq!(world.number(&format!("SELECT count(*) AS n FROM memberships WHERE user_id = '{before}'")), 0);
}

#[actix_web::test]
async fn an_invitation_to_the_address_goes_with_the_person_and_others_stay() {
    let world = World::new().await;
    let michael = world.michael().await;
    colleagues::invite(&world, &michael, "apollo@champions.example, apollo@champions.example.org").await.must_be(303);
    bianca_administers(&world, "VA-287-142");
    let apollo = world.apollo().await;
    leave(&apollo).await.must_be(303);
    assert_eq!(
        world.text("SELECT string_agg(email, ' ') AS t FROM invitations WHERE email LIKE 'apollo@%'"),
        "apollo@champions.example.org"
    );
    // the longer address was not mistaken for the shorter one, in records either
    let sent = "SELECT string_agg(note, ' ' ORDER BY number) AS t FROM events WHERE name = 'invitation.sent' AND note LIKE '%apollo%'";
    assert!(world.text(sent).starts_with("apollo@champions.example.org: "), "{}", world.text(sent));
}

#[actix_web::test]
async fn of_two_last_administrators_who_leave_at_once_one_stays() {
    let world = World::new().await;
    bianca_administers(&world, ACREED_ID);
    let answers =
        at_once(&world, [DONNIE, "bianca@acreedllc.example"].map(|email| (email, "/profile/delete".into(), vec![])));
    let left = "SELECT count(*) AS n FROM group_members m JOIN groups g ON g.id = m.group_id \
                WHERE g.account_id = 'PA-196-115' AND g.administrators";
    assert_eq!(world.number(left), 1, "{answers:?}");
    assert!(answers.contains(&303) && answers.contains(&409), "{answers:?}");
}

#[actix_web::test]
async fn the_password_is_asked_for_when_it_was_said_long_ago() {
    let world = World::new().await;
    let paulie = world.paulie().await;
    world.run("UPDATE sessions SET proved_at = now() - interval '1 hour'");
    let answer = leave(&paulie).await;
    assert!(answer.must_be(303).location().starts_with("/prove"), "{}", answer.location());
    assert_eq!(world.number("SELECT count(*) AS n FROM users WHERE removed_at IS NOT NULL"), 0);
}

#[actix_web::test]
async fn an_operator_sees_what_it_comes_to_and_removes_somebody() {
    let world = World::new().await;
    let db = &world.program.db;
    let paulie = "paulie@mightymicks.example";
    let user = db.open_now(|conn| removal::person(conn, paulie)).expect("it looks").expect("a person");
    let found = db.open_now(|conn| removal::foresee(conn, &user)).expect("it looks");
    assert_eq!((found.email.as_str(), found.companies.len(), found.alone.len()), (paulie, 1, 0));
    assert_eq!(db.open_now(|conn| removal::person(conn, "nobody@example.com")).expect("it looks"), None);
    db.write_now("operator", |tx| removal::remove(tx, &user)).expect("it removes");
    assert_eq!(db.open_now(|conn| removal::person(conn, paulie)).expect("it looks"), None);
    let event = format!(
        "SELECT actor_kind || ' ' || actor_name AS t FROM events WHERE name = 'user.removed' AND object = '{user}'"
    );
    assert_eq!(world.text(&event), "system operator");
    let donnie: Id<_> = id(&world, DONNIE).parse().expect("an id");
    assert!(db.write_now("operator", |tx| removal::remove(tx, &donnie)).is_err(), "the company would have nobody");
}

/// The files in somebody's copy, as text, by name.
async fn copy(client: &Client) -> BTreeMap<String, String> {
    let page = client.get("/profile/data").await;
    let taken = client.submit_to(&page, Some("/profile/data"), &[]).await;
    taken.must_be(200);
    assert_eq!(taken.header("content-type"), Some("application/zip"));
    assert!(taken.header("content-disposition").expect("a name").contains("your-data_"));
    let mut archive = zip::ZipArchive::new(Cursor::new(&taken.body)).expect("an archive");
    let count = archive.len();
    let text = |place: usize| {
        let (mut file, mut bytes) = (archive.by_index(place).expect("a file"), Vec::new());
        file.read_to_end(&mut bytes).expect("it reads");
        (file.name().expect("a name").to_string(), String::from_utf8_lossy(&bytes).into_owned())
    };
    (0..count).map(text).collect()
}

#[actix_web::test]
async fn everything_that_is_kept_about_a_person_comes_in_one_file_and_no_secret_does() {
    let world = World::new().await;
    let donnie = world.donnie().await;
    donnie.get(ACREED).await.must_be(200);
    let (secret, codes) = factors::enrol(&donnie).await;
    let files = copy(&donnie).await;
    for (file, words) in [
        ("profile.json", "\"email\": \"donnie@acreedllc.example\""),
        ("companies.csv", "PA-196-115,ACreed LLC,"),
        ("companies.csv", "Administrators"),
        ("sessions.csv", "127.0.0.9"),
        ("security.csv", "factor.added"),
        ("activity.csv", "user.data_exported"),
        ("signatures.csv", SIGNED),
        ("signatures.csv", "Adonis Creed,donnie@acreedllc.example"),
        ("emails.csv", "authenticator_set"),
    ] {
        assert!(files[file].contains(words), "{file} lacks {words}: {}", files[file]);
    }
    for file in ["invitations", "messages", "notifications", "saved_views", "columns", "unfinished_forms", "api_tokens"]
    {
        assert!(files.contains_key(&format!("{file}.csv")), "{file}");
    }
    let all = files.values().cloned().collect::<String>();
    let sealed = world.text("SELECT secret AS t FROM authenticators");
    let hash = world.text("SELECT password_hash AS t FROM users WHERE email LIKE 'donnie@%'");
    let hidden = [secret.replace(' ', ""), codes[0].clone(), sealed, hash, "vault:1:".into(), "$argon2".into()];
    for secret in &hidden {
        assert!(!all.contains(secret.as_str()), "{secret} is in the copy");
    }
    for other in ["Bianca", "bianca@", "michael@", "Apollo Jones"] {
        assert!(!all.contains(other), "{other} is somebody else");
    }
    assert_eq!(world.number("SELECT count(*) AS n FROM events WHERE name = 'user.data_exported'"), 1);
    assert_eq!(world.number("SELECT count(*) AS n FROM security_events WHERE name = 'person.exported'"), 1);
}

#[actix_web::test]
async fn a_copy_has_all_rows_and_of_a_company_that_was_left_no_words() {
    let world = World::new().await;
    let paulie = world.paulie().await;
    let user = id(&world, "paulie@mightymicks.example");
    world.run(&format!(
        "INSERT INTO events (at, name, object, actor_kind, actor_name, user_id, account_id, note, credential) \
         SELECT now(), 'hub.updated', 'HB-2468-1357', 'member', 'Paulie', '{user}', CASE WHEN n % 2 = 0 THEN 'PA-469-206' ELSE 'VA-287-142' END, \
         CASE WHEN n % 2 = 0 THEN '=here' ELSE 'elsewhere' END, 'session' FROM generate_series(1, 2400) n"
    ));
    let files = copy(&paulie).await;
    let activity = &files["activity.csv"];
    assert_eq!(activity.matches("hub.updated").count(), 2_400);
    assert_eq!(activity.matches("company_id").count(), 1, "one heading");
    assert_eq!(activity.matches("elsewhere").count(), 0);
    assert_eq!(activity.matches(",'=here,").count(), 1_200, "and no formula");
}

#[actix_web::test]
async fn a_copy_asks_for_a_password_that_was_said_long_ago() {
    let world = World::new().await;
    let paulie = world.paulie().await;
    world.run("UPDATE sessions SET proved_at = now() - interval '1 hour'");
    let page = paulie.get("/profile/data").await;
    let answer = paulie.submit_to(&page, Some("/profile/data"), &[]).await;
    assert!(answer.must_be(303).location().starts_with("/prove"), "{}", answer.location());
}

/// Uploads a picture from its page.
async fn send_picture(client: &Client, file: &[u8]) -> crate::support::Answer {
    let page = client.get("/profile/picture").await;
    page.must_be(200).must_say("Only you and your colleagues see it");
    client.upload(&page, &[], "picture", file).await
}

#[actix_web::test]
async fn a_title_and_a_picture_stand_beside_the_name_and_colleagues_alone_see_them() {
    let world = World::new().await;
    let (paulie, michael, donnie) = (world.paulie().await, world.michael().await, world.donnie().await);
    let user = id(&world, "paulie@mightymicks.example");
    let page = paulie.get("/profile").await;
    let saved = paulie.submit(&page, &[("title", "Head of Meat")]).await;
    paulie.follow(saved).await.must_be(200).must_say("Profile saved");
    let users = michael.get(&format!("{MICKS}/users")).await;
    assert!(users.texts(".product-icon.person.none").contains(&"PP".to_owned()), "initials until there is a picture");
    michael.get(&format!("{MICKS}/users/{user}")).await.must_say("Head of Meat");

    for wrong in [&b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..], b"%PDF-1.7"] {
        send_picture(&paulie, wrong).await.must_be(422).must_say("The file must be an image");
    }
    let saved = send_picture(&paulie, &png()).await;
    let page = paulie.follow(saved).await;
    page.must_be(200).must_say("Picture saved");
    let url = page.attributes("img.person", "src").first().expect("a picture").clone();
    assert!(url.starts_with(&format!("/people/{user}/picture?v=")), "{url}");
    let (own, colleagues) = (paulie.get(&url).await, michael.get(&url).await);
    assert_eq!(own.must_be(200).header("content-type"), Some("image/jpeg"));
    assert_eq!(own.header("cache-control"), Some("private, max-age=3600"));
    assert_eq!(colleagues.must_be(200).body, own.body);
    let users = michael.get(&format!("{MICKS}/users")).await;
    assert!(users.attributes("tbody img.person", "src").contains(&url));
    // somebody who works elsewhere finds nothing, and neither does a stranger
    donnie.get(&url).await.must_be(404);
    world.stranger().get(&url).await.must_be(404);
    michael.get("/people/nobody/picture").await.must_be(404);
    assert!(copy(&paulie).await.contains_key("profile.json"));

    // the same picture again changes nothing, and it can be removed
    let again = send_picture(&paulie, &png()).await;
    paulie.follow(again).await.must_say("No changes to save");
    let page = paulie.get("/profile/picture").await;
    let gone = paulie.submit(&page, &[("no_picture", "yes")]).await;
    paulie.follow(gone).await.must_say("Picture saved");
    paulie.get(&url).await.must_be(404);
    assert_eq!(world.number("SELECT count(*) AS n FROM events WHERE name = 'user.picture_changed'"), 2);
}

#[actix_web::test]
async fn a_picture_goes_with_its_person_and_with_the_last_company_in_common() {
    let world = World::new().await;
    let (paulie, michael) = (world.paulie().await, world.michael().await);
    let user = id(&world, "paulie@mightymicks.example");
    send_picture(&paulie, &png()).await.must_be(303);
    let url = format!("/people/{user}/picture");
    michael.get(&url).await.must_be(200);
    world.run(&format!(
        "CREATE TABLE kept AS SELECT * FROM memberships WHERE user_id = '{user}'; DELETE FROM memberships WHERE user_id = '{user}'"
    ));
    michael.get(&url).await.must_be(404);
    paulie.get(&url).await.must_be(200);
    world.run("INSERT INTO memberships SELECT * FROM kept");
    michael.get(&url).await.must_be(200);
    leave(&paulie).await.must_be(303);
    michael.get(&url).await.must_be(404);
    let left = "SELECT (SELECT count(*) FROM person_pictures) + (SELECT count(*) FROM users WHERE removed_at IS NOT NULL \
                AND (job_title <> '' OR picture IS NOT NULL)) AS n";
    assert_eq!(world.number(left), 0);
}

/// Columns that still refer to a removed person, by a row that does not say who it was.
const KEPT: &[&str] = &[
    "agreement_versions.activator_id",
    "agreement_versions.author_id",
    "api_tokens.creator_id",
    "contract_extensions.decided_by_id",
    "contract_extensions.offered_by_id",
    "contracts.creator_id",
    "customer_imports.applied_by_id",
    "customer_imports.user_id",
    "events.user_id",
    "factor_resets.asker_id",
    "fulfillment_requests.assignee_id",
    "fulfillment_requests.creator_id",
    "held_decisions.user_id",
    "invitations.inviter_id",
    "link_mails.sender_id",
    "listing_requests.assignee_id",
    "listing_requests.creator_id",
    "messages.user_id",
    "partner_notes.author_id",
    "partner_sheets.run_by_id",
    "partner_sheets.user_id",
    "product_versions.author_id",
    // the ones that colleagues see
    "saved_views.user_id",
    "security_events.user_id",
    "signatures.user_id",
    "tier_account_requests.decided_by_id",
    "tier_account_versions.author_id",
    "tier_config_requests.assignee_id",
    "usage_closings.closer_id",
    "usage_files.creator_id",
    "usage_reconciliations.sender_id",
    "usage_uploads.repeated_by",
];

/// Columns of what belongs to a person, or to a program.
const GONE: &[&str] = &[
    "activation_attempts.user_id",
    "api_tokens.id",
    "authenticator_setups.user_id",
    "authenticators.user_id",
    "grid_choices.user_id",
    "group_members.user_id",
    "half_sign_ins.user_id",
    "idempotency_keys.user_id",
    "invitations.user_id",
    "kept_forms.user_id",
    "memberships.user_id",
    "passkey_ceremonies.user_id",
    "passkeys.user_id",
    "password_resets.user_id",
    "past_passwords.user_id",
    "person_pictures.user_id",
    "recovery_sets.user_id",
    "session_places.user_id",
    "session_places.viewing_id",
    "sessions.user_id",
    "wizards.user_id",
];

#[actix_web::test]
async fn whatever_names_a_person_says_what_becomes_of_it() {
    let world = World::new().await;
    let all = world.text(
        "SELECT string_agg(k.conrelid::regclass || '.' || a.attname, ' ' ORDER BY 1) AS t FROM pg_constraint k \
         JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1] \
         WHERE k.contype = 'f' AND k.confrelid = 'users'::regclass AND cardinality(k.conkey) = 1 AND k.conparentid = 0",
    );
    let mut all: Vec<&str> = all.split(' ').collect();
    all.sort_unstable();
    all.dedup();
    let mut known: Vec<&str> = KEPT.iter().chain(GONE).copied().collect();
    known.sort_unstable();
    assert_eq!(all, known, "a new column has to say whether it goes with its person");
    bianca_administers(&world, ACREED_ID);
    let donnie = world.donnie().await;
    donnie.get(ACREED).await.must_be(200);
    let user = id(&world, DONNIE);
    leave(&donnie).await.must_be(303);
    for column in GONE {
        let (table, column) = column.split_once('.').expect("a column");
        let left = world.number(&format!("SELECT count(*) AS n FROM {table} WHERE {column} = '{user}'"));
        assert_eq!(left, 0, "{table}.{column}");
    }
}

#[actix_web::test]
async fn what_is_final_changes_for_nothing_but_a_removal() {
    let world = World::new().await;
    let refused = |statement: &str| world.sql().batch_execute(statement).expect_err(statement).to_string();
    // also by whoever owns the tables
    for statement in [
        "UPDATE events SET actor_name = 'Removed person'",
        "UPDATE events SET note = ''",
        "SET entente.removed_person = 'UR-000-000-000'; UPDATE events SET note = ''",
        "UPDATE security_events SET actor_name = 'Removed person'",
        "DELETE FROM events",
        "UPDATE tier_account_versions SET author = 'Removed person'",
        "DELETE FROM tier_account_versions",
    ] {
        world.run("INSERT INTO security_events (name) VALUES ('session.began')");
        assert!(refused(statement).contains("is refused"), "{statement}");
    }
    world.tokens();
    for nobody in ["UR-000-000-000", "SU-000-000-001"] {
        assert!(refused(&format!("SELECT forget_person('{nobody}')")).contains("nobody who can be removed"));
    }
}
