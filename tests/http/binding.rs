//! What binds people binds to what they saw: every form that binds carries what its page showed, and is refused when that has changed.

use crate::{
    activation::up_to_activate,
    contracts::invite,
    support::{
        Answer, Client, World,
        world::{ACREED, AGREEMENT, MICKS, PENDING, SIGNED},
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
    answer.must_be(409).must_say("What you were shown has changed").must_say(what);
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
    use diesel::connection::SimpleConnection as _;
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
    let page = michael.get(&answer.link("Look at it again")).await;
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
    let report = entente::modules::contracts::evidence::verify::run(&mut world.sql()).unwrap();
    assert_eq!(report.broken, Vec::<String>::new());
    world.run(&format!(
        "ALTER TABLE agreement_versions DISABLE TRIGGER USER; \
         UPDATE agreement_versions SET id = gen_random_uuid() WHERE agreement_id = '{AGREEMENT}' AND number = 2"
    ));
    let report = entente::modules::contracts::evidence::verify::run(&mut world.sql()).unwrap();
    assert_eq!(report.broken.len(), 3, "two of this contract, one of the pending one: {:?}", report.broken);
    assert!(report.broken.iter().all(|line| line.contains("is not the row that was signed")));
}
