//! What binds people binds to what they saw: every form that binds carries what its page showed, and is refused when that has changed.

use std::sync::{Arc, Barrier};

use diesel::connection::SimpleConnection as _;
use entente::{demo, modules::contracts::evidence::verify};
use futures_util::future::{join, join_all};

use crate::{
    activation::up_to_activate,
    contracts::invite,
    support::{
        Answer, Client, World,
        world::{ACREED, AGREEMENT, MICKS, PENDING, SIGNED, key, serve},
    },
};

/// Adds a version with this link to an agreement and activates it.
async fn replace(michael: &Client, agreement: &str, link: &str) {
    let page = michael.get(&format!("{MICKS}/agreements/{agreement}/versions/new")).await;
    michael.submit(&page, &[("source", "link"), ("link", link), ("activate", "yes")]).await.must_be(303);
}

/// Deletes a version that nothing rests on.
async fn delete(michael: &Client, agreement: &str, version: i32) {
    let page = michael.get(&format!("{MICKS}/agreements/{agreement}/versions/{version}/delete")).await;
    michael.submit(&page, &[]).await.must_be(303);
}

/// The cast's pending contract rests on version 2: away with it, so that the version can be deleted.
async fn free_version_2(michael: &Client) {
    let page = michael.get(&format!("{MICKS}/contracts/{PENDING}/delete")).await;
    michael.submit(&page, &[]).await.must_be(303);
}

fn signatures(world: &World) -> i64 {
    world.number("SELECT count(*) AS n FROM signatures")
}

#[track_caller]
fn refused(answer: &Answer, what: &str) {
    answer.must_be(409).must_say("This page has changed").must_say(what);
}

#[actix_web::test]
async fn a_versions_number_is_used_once_for_ever() {
    let world = World::new().await;
    let michael = world.michael().await;
    replace(&michael, AGREEMENT, "https://terms.example/3").await;
    replace(&michael, AGREEMENT, "https://terms.example/4").await;
    delete(&michael, AGREEMENT, 3).await;
    delete(&michael, AGREEMENT, 4).await;
    replace(&michael, AGREEMENT, "https://terms.example/5").await;
    michael.get(&format!("{MICKS}/agreements/{AGREEMENT}/versions")).await.must_say("terms.example/5");
    assert_eq!(
        world.number(&format!(
            "SELECT max(number)::bigint AS n FROM agreement_versions WHERE agreement_id = '{AGREEMENT}'"
        )),
        5
    );
}

#[actix_web::test]
async fn the_database_itself_refuses_a_number_twice_and_another_document() {
    let world = World::new().await;
    let again = format!(
        "INSERT INTO agreement_versions (agreement_id, number, status, document_type, link, author_id, created_at) \
         SELECT agreement_id, 2, 'inactive', 'external', 'https://other.example', author_id, now() FROM agreement_versions \
         WHERE agreement_id = '{AGREEMENT}' AND number = 1"
    );
    free_version_2(&world.michael().await).await;
    let mut sql = world.sql();
    sql.batch_execute(&format!("DELETE FROM agreement_versions WHERE agreement_id = '{AGREEMENT}' AND number = 2"))
        .unwrap();
    assert!(sql.batch_execute(&again).unwrap_err().to_string().contains("was used before"));
    let changed = sql.batch_execute("UPDATE agreement_versions SET file_name = 'other.md' WHERE number = 1");
    assert!(changed.unwrap_err().to_string().contains("cannot be changed"));
}

/// Adds a version that is not active.
async fn add(michael: &Client, link: &str) {
    let page = michael.get(&format!("{MICKS}/agreements/{AGREEMENT}/versions/new")).await;
    michael.submit(&page, &[("source", "link"), ("link", link)]).await.must_be(303);
}

fn active(world: &World) -> i64 {
    world.number(&format!(
        "SELECT number::bigint AS n FROM agreement_versions WHERE agreement_id = '{AGREEMENT}' AND status = 'active'"
    ))
}

#[actix_web::test]
async fn a_version_replaces_the_one_that_its_page_named_and_no_other() {
    let world = World::new().await;
    let (michael, colleague) = (world.michael().await, world.michael().await);
    add(&michael, "https://terms.example/3").await;
    add(&michael, "https://terms.example/4").await;
    let versions = format!("{MICKS}/agreements/{AGREEMENT}/versions");
    let page = michael.get(&format!("{versions}/3/activate")).await;
    page.must_say("Version 2 will become inactive");
    let new = michael.get(&format!("{versions}/new")).await;
    new.must_say("Version 2 will become inactive");
    let other = colleague.get(&format!("{versions}/4/activate")).await;
    colleague.submit(&other, &[]).await.must_be(303);
    refused(&michael.submit(&page, &[]).await, "The active version changed");
    let typed = [("source", "link"), ("link", "https://terms.example/5"), ("activate", "yes")];
    refused(&michael.submit(&new, &typed).await, "No version was added");
    assert_eq!(active(&world), 4);
    // without activating it replaces nothing
    michael.submit(&new, &typed[..2]).await.must_be(303);
    let page = michael.get(&format!("{versions}/3/activate")).await;
    page.must_say("Version 4 will become inactive");
    michael.submit(&page, &[]).await.must_be(303);
    assert_eq!(active(&world), 3);
    // pressed twice by the same person, it leads where the first led
    michael.press(&page, &[]).await.must_be(303);
}

#[actix_web::test]
async fn a_signature_replaces_the_version_that_its_page_compared_with() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    add(&michael, "https://terms.example/3").await;
    replace(&michael, AGREEMENT, "https://terms.example/4").await;
    let sign = donnie.get(&format!("{ACREED}/contracts/{SIGNED}/versions/4/sign")).await;
    let renew = michael.get(&format!("{MICKS}/contracts/{PENDING}/renew-on-newer")).await;
    renew.must_say("instead of version 2");
    world.run(&format!("UPDATE contracts SET version = 3 WHERE id IN ('{SIGNED}', '{PENDING}')"));
    refused(&donnie.submit(&sign, &[("accept", "yes")]).await, "The contract's version changed");
    refused(&michael.submit(&renew, &[]).await, "The contract's version changed");
}

#[actix_web::test]
async fn a_sign_page_signs_nothing_but_the_document_that_it_showed() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    let sign = donnie.get(&format!("{ACREED}/contracts/{SIGNED}/versions/2/sign")).await;
    free_version_2(&michael).await;
    replace(&michael, AGREEMENT, "https://terms.example/worse").await;
    delete(&michael, AGREEMENT, 2).await;
    let before = signatures(&world);
    donnie.submit(&sign, &[("accept", "yes")]).await.must_be(409).must_say("Nothing was signed");
    // even where a number came back behind the program's back
    world.run(&format!(
        "ALTER TABLE agreement_versions DISABLE TRIGGER agreement_versions_are_numbered_once; \
         UPDATE agreement_versions SET status = 'inactive' WHERE agreement_id = '{AGREEMENT}'; \
         INSERT INTO agreement_versions (agreement_id, number, status, document_type, link, author_id, created_at, activator_id, \
         activated_at) SELECT agreement_id, 2, 'active', 'external', 'https://terms.example/forged', author_id, now(), author_id, \
         now() FROM agreement_versions WHERE agreement_id = '{AGREEMENT}' AND number = 3"
    ));
    refused(&donnie.submit(&sign, &[("accept", "yes")]).await, "The document changed");
    assert_eq!(signatures(&world), before);
}

#[actix_web::test]
async fn what_stands_beside_the_document_binds_as_well() {
    let world = World::new().await;
    let donnie = world.donnie().await;
    let sign = donnie.get(&format!("{ACREED}/contracts/{SIGNED}/versions/2/sign")).await;
    for (change, back, what) in [
        ("kind = 'test'", "kind = 'production'", "The kind changed"),
        ("allows_program = false", "allows_program = true", "The permissions changed"),
        ("expire_at = now() + interval '1 year'", "expire_at = NULL", "The expiry date changed"),
    ] {
        world.run(&format!("UPDATE contracts SET {change} WHERE id = '{SIGNED}'"));
        refused(&donnie.submit(&sign, &[("accept", "yes")]).await, what);
        world.run(&format!("UPDATE contracts SET {back} WHERE id = '{SIGNED}'"));
    }
    donnie.submit(&sign, &[("accept", "yes")]).await.must_be(303);
}

#[actix_web::test]
async fn an_invitee_is_bound_to_the_note_and_the_terms_of_the_review() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite(&michael, MICKS, "service", "Welcome").await;
    let guest = world.stranger();
    let confirm = up_to_activate(&guest, &link, "drago@example.com", "Drago GmbH").await;
    let page = michael.get(&format!("{MICKS}/contracts/{id}/note")).await;
    michael.submit(&page, &[("note", "Welcome, and you pay for everything")]).await.must_be(303);
    let before = signatures(&world);
    refused(&guest.submit(&confirm, &[]).await, "The note changed");
    assert_eq!(
        (signatures(&world), world.number("SELECT count(*) AS n FROM users WHERE email LIKE 'drago%'")),
        (before, 0)
    );
    // read again, it can be signed
    let page = guest.get(&format!("/activate/{id}/review")).await;
    page.must_say("you pay for everything");
    guest.submit(&page, &[("email", "drago@example.com"), ("accept", "yes")]).await.must_be(303);
    // a stale Review is refused as well
    let stale = guest.get(&format!("/activate/{id}/review")).await;
    let page = michael.get(&format!("{MICKS}/contracts/{id}/note")).await;
    michael.submit(&page, &[("note", "Welcome")]).await.must_be(303);
    refused(&guest.submit(&stale, &[("email", "drago@example.com"), ("accept", "yes")]).await, "Nothing was accepted");
}

#[actix_web::test]
async fn a_vendor_enrolls_in_what_its_page_showed() {
    let world = World::new().await;
    let (michael, tony) = (world.michael().await, world.tony().await);
    world.run("UPDATE contracts SET status = 'terminated', ended_at = now() WHERE type = 'distribution' AND signee_id = 'VA-610-774' AND status = 'active'");
    world.run("UPDATE contracts SET status = 'rejected', ended_at = now() WHERE type = 'distribution' AND signee_id = 'VA-610-774' AND status = 'pending'");
    let page = tony.get("/vendor/VA-610-774/agreements/AGD-284-437-563").await;
    replace(&michael, "AGD-284-437-563", "https://terms.example/distribution").await;
    let before = signatures(&world);
    refused(&tony.submit(&page, &[("accept", "yes")]).await, "The document changed");
    assert_eq!(signatures(&world), before);
    let page = tony.get("/vendor/VA-610-774/agreements/AGD-284-437-563").await;
    tony.submit(&page, &[("accept", "yes")]).await.must_be(303);
}

#[actix_web::test]
async fn a_contract_is_made_on_the_version_that_the_wizard_showed() {
    let world = World::new().await;
    let michael = world.michael().await;
    let start = michael.get(&format!("{MICKS}/contracts/new")).await;
    let page = michael.follow(michael.submit(&start, &[("type", "service")]).await).await;
    let page = michael.follow(michael.submit(&page, &[("agreement", AGREEMENT)]).await).await;
    page.must_say("version 2");
    replace(&michael, AGREEMENT, "https://terms.example/3").await;
    let typed = [("kind", "production"), ("note", "Welcome")];
    let answer = michael.submit(&page, &typed).await;
    refused(&answer, "No contract was created");
    // what was typed is kept, and the new version is shown
    let page = michael.get(&answer.link("Review again")).await;
    page.must_say("version 3").must_say("Welcome");
    let summary = michael.follow(michael.submit(&page, &typed).await).await;
    summary.must_say("version 3").must_say("Production").must_say("Welcome");
}

#[actix_web::test]
async fn the_evidence_names_the_row_and_the_doctor_sees_another_one() {
    let world = World::new().await;
    let donnie = world.donnie().await;
    let sign = donnie.get(&format!("{ACREED}/contracts/{SIGNED}/versions/2/sign")).await;
    donnie.submit(&sign, &[("accept", "yes")]).await.must_be(303);
    let row = world.text(&format!(
        "SELECT id::text AS t FROM agreement_versions WHERE agreement_id = '{AGREEMENT}' AND number = 2"
    ));
    let told =
        world.number(&format!("SELECT count(*) AS n FROM signatures WHERE contract_id = '{SIGNED}' AND evidence LIKE '%\"version_id\":\"{row}\"%'"));
    assert_eq!(told, 2, "both stamps name the row");
    let report =
        entente::modules::contracts::evidence::verify::run(&mut world.sql(), &crate::support::world::key(), &[])
            .unwrap();
    assert_eq!(report.broken, Vec::<String>::new());
    world.run(&format!(
        "ALTER TABLE agreement_versions DISABLE TRIGGER USER; \
         UPDATE agreement_versions SET id = gen_random_uuid() WHERE agreement_id = '{AGREEMENT}' AND number = 2"
    ));
    let report =
        entente::modules::contracts::evidence::verify::run(&mut world.sql(), &crate::support::world::key(), &[])
            .unwrap();
    assert_eq!(report.broken.len(), 3, "two of this contract, one of the pending one: {:?}", report.broken);
    assert!(report.broken.iter().all(|line| line.contains("is not the row that was signed")));
}

/// Somebody's email, the page with the form, and what is typed there.
pub type Act = (&'static str, String, Vec<(&'static str, &'static str)>);

/// What two people do at the same instant, each in a thread with a worker of its own; their answers.
pub fn at_once(world: &World, acts: [Act; 2]) -> Vec<u16> {
    let ready = Arc::new(Barrier::new(acts.len()));
    let people = acts.map(|(email, url, typed)| {
        let (program, ready) = (world.program.clone(), ready.clone());
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let client = Client::new(serve(program).await);
                let page = client.get("/sign-in").await;
                client.submit(&page, &[("email", email), ("password", demo::PASSWORD)]).await.must_be(303);
                let page = client.get(&url).await;
                page.must_be(200);
                ready.wait();
                client.submit(&page, &typed).await.status
            })
        })
    });
    people.into_iter().map(|one| one.join().expect("a thread")).collect()
}

#[actix_web::test]
async fn of_signing_a_version_and_deleting_it_at_once_one_happens() {
    for round in 0..4 {
        let world = World::new().await;
        free_version_2(&world.michael().await).await;
        let before = signatures(&world);
        let answers = at_once(
            &world,
            [
                (
                    "donnie@acreedllc.example",
                    format!("{ACREED}/contracts/{SIGNED}/versions/2/sign"),
                    vec![("accept", "yes")],
                ),
                ("michael@mightymicks.example", format!("{MICKS}/agreements/{AGREEMENT}/versions/2/delete"), vec![]),
            ],
        );
        let there = world.number(&format!(
            "SELECT count(*) AS n FROM agreement_versions WHERE agreement_id = '{AGREEMENT}' AND number = 2"
        ));
        let on = world.number(&format!("SELECT version::bigint AS n FROM contracts WHERE id = '{SIGNED}'"));
        match answers.as_slice() {
            [303, 409] => assert_eq!((there, on, signatures(&world) - before), (1, 2, 2), "round {round}"),
            [409, 303] => assert_eq!((there, on, signatures(&world) - before), (0, 1, 0), "round {round}"),
            other => panic!("round {round}: {other:?}"),
        }
        let report = verify::run(&mut world.sql(), &key(), &[]).unwrap();
        assert_eq!(report.broken, Vec::<String>::new());
    }
}

/// A program agreement of ACreed's, and an invitation to it that stands at its last button.
async fn invited_by_acreed(world: &World, kind: &str) -> (String, Client, Answer) {
    let donnie = world.donnie().await;
    let page = donnie.get(&format!("{ACREED}/agreements/new")).await;
    let link = ("link", "https://terms.example/program");
    let typed =
        [("type", "program"), ("name", "Vendors"), ("description", "x"), ("source", "link"), link, ("activate", "yes")];
    donnie.submit(&page, &typed).await.must_be(303);
    let (id, link) = invite(&donnie, ACREED, "program", "Welcome").await;
    world.run(&format!("UPDATE contracts SET kind = '{kind}' WHERE id = '{id}'"));
    let guest = world.stranger();
    let confirm = up_to_activate(&guest, &link, "drago@example.com", "Drago Works").await;
    (id, guest, confirm)
}

#[actix_web::test]
async fn sixty_activations_while_the_issuer_loses_the_right_bind_nobody() {
    let world = World::new().await;
    let (id, guest, confirm) = invited_by_acreed(&world, "production").await;
    let before = signatures(&world);
    // whoever ends the contract that gives the right has done so and not yet committed when all sixty press
    let mut ends = world.sql();
    ends.batch_execute(&format!(
        "BEGIN; UPDATE contracts SET status = 'terminated', ended_at = now() WHERE id = '{SIGNED}'"
    ))
    .unwrap();
    let copies: Vec<_> = (0..60).map(|_| guest.copy()).collect();
    let commits = async {
        actix_web::rt::time::sleep(std::time::Duration::from_millis(700)).await;
        ends.batch_execute("COMMIT").unwrap();
    };
    let (answers, ()) = join(join_all(copies.iter().map(|copy| copy.press(&confirm, &[]))), commits).await;
    // whoever waited for longer than a lock or a connection may be waited for is told to try again
    assert!(answers.iter().all(|answer| [409, 503].contains(&answer.status)), "{:?}", statuses(&answers));
    assert!(answers.iter().any(|answer| answer.status == 409), "{:?}", statuses(&answers));
    let contract = format!("SELECT status AS t FROM contracts WHERE id = '{id}' AND signee_id IS NULL");
    assert_eq!((world.text(&contract).as_str(), signatures(&world)), ("pending", before));
    assert_eq!(world.number("SELECT count(*) AS n FROM users WHERE email LIKE 'drago%'"), 0);
    assert_eq!(world.number("SELECT count(*) AS n FROM accounts WHERE name = 'Drago Works'"), 0);
}

fn statuses(answers: &[Answer]) -> Vec<u16> {
    answers.iter().map(|answer| answer.status).collect()
}

#[actix_web::test]
async fn nobody_is_bound_in_earnest_by_a_company_that_only_tries_things_out() {
    let world = World::new().await;
    let (id, guest, confirm) = invited_by_acreed(&world, "production").await;
    world.run(&format!("UPDATE contracts SET kind = 'test' WHERE id = '{SIGNED}'"));
    guest.submit(&confirm, &[]).await.must_be(409).must_say("cannot be activated right now");
    let donnie = world.donnie().await;
    donnie.get(&format!("{ACREED}/contracts/{id}")).await.must_say("Your own contract is a test");
    world.run(&format!("UPDATE contracts SET kind = 'production' WHERE id = '{SIGNED}'"));
    let page = guest.get(&format!("/activate/{id}/confirm")).await;
    page.must_say("Production");
    guest.submit(&page, &[]).await.must_be(303);
}

#[actix_web::test]
async fn a_page_that_signs_shows_all_that_it_binds_to() {
    let world = World::new().await;
    world.run(&format!(
        "UPDATE contracts SET kind = 'test', expire_at = '2031-01-31 12:00Z' WHERE id IN ('{SIGNED}', '{PENDING}')"
    ));
    let donnie = world.donnie().await;
    let page = donnie.get(&format!("{ACREED}/contracts/{SIGNED}/versions/2/sign")).await;
    page.must_say("KindTest").must_say("Create and manage program agreements").must_say("Expires31 Jan 2031");
    page.must_say("Recorded with your signature");
    let link = world.michael().await.get(&format!("{MICKS}/contracts/{PENDING}")).await.shown_link();
    let guest = world.stranger();
    let confirm = up_to_activate(&guest, &link, "drago@example.com", "Drago GmbH").await;
    confirm
        .must_say("KindTest: everything under it")
        .must_say("31 January 2031")
        .must_say("Create and manage program agreements");
}

#[actix_web::test]
async fn the_doctor_sees_terms_that_were_changed_after_they_were_signed() {
    for change in ["kind = 'test'", "allows_service = true", "expire_at = now() + interval '9 years'"] {
        let world = World::new().await;
        world.run(&format!("UPDATE contracts SET {change} WHERE id = '{SIGNED}'"));
        let report = verify::run(&mut world.sql(), &key(), &[]).unwrap();
        assert_eq!(report.broken, [format!("{SIGNED}: its terms are not those that were signed")], "{change}");
    }
}
