//! Evidence of signatures: it holds, and whoever changes it behind the program's back is found, each time by the right line.

use entente::{
    kit::secret::Key,
    modules::contracts::evidence::{
        checkpoint::{self, Checkpoint},
        verify::{self, Report},
    },
};

use crate::{
    contracts::invite,
    support::{
        World,
        world::{ACREED, KEY, MICKS, SIGNED, key},
    },
};

/// What every other test of a world begins with: who changes rows as this does holds the database, but not the key.
const BEHIND: &str = "SET session_replication_role = replica;";

fn check_with(world: &World, key: &Key, kept: &[Checkpoint]) -> Report {
    verify::run(&mut world.sql(), key, kept).expect("the check runs")
}

fn check(world: &World) -> Vec<String> {
    check_with(world, &key(), &[]).broken
}

fn anchor_with(world: &World, key: &Key) -> Checkpoint {
    checkpoint::make(&mut world.sql(), key, None).expect("a checkpoint").expect("nobody else makes one")
}

fn anchor(world: &World) -> Checkpoint {
    anchor_with(world, &key())
}

#[track_caller]
fn must_tell(broken: &[String], words: &str) {
    assert!(broken.iter().any(|line| line.contains(words)), "nothing says {words:?}: {broken:#?}");
}

/// Writes a person's name over another's in every chain, and all hashes anew, as whoever knows the plain rule can.
const REWRITTEN: &str = "DO $$ DECLARE one record; before text; BEGIN \
    UPDATE signatures SET evidence = replace(evidence, 'Adonis Creed', 'Ivan Drago'); \
    FOR one IN SELECT contract_id, seq, evidence FROM signatures ORDER BY contract_id, seq LOOP \
        before := coalesce((SELECT hash FROM signatures s WHERE s.contract_id = one.contract_id AND s.seq = one.seq - 1), repeat('0', 64)); \
        UPDATE signatures SET previous_hash = before, hash = encode(sha256(convert_to(before || chr(10) || one.evidence, 'UTF8')), 'hex') \
            WHERE contract_id = one.contract_id AND seq = one.seq; \
    END LOOP; END $$;";

#[actix_web::test]
async fn the_cast_s_evidence_holds_before_and_after_a_checkpoint() {
    let world = World::new().await;
    for checkpoints in 0..3 {
        let report = check_with(&world, &key(), &[]);
        assert_eq!(report.broken, Vec::<String>::new());
        assert_eq!((report.signatures, report.contracts, report.checkpoints), (12, 7, checkpoints));
        assert_eq!(report.notes, Vec::<String>::new());
        anchor(&world);
    }
}

#[actix_web::test]
async fn each_column_of_a_signature_is_covered() {
    let world = World::new().await;
    let signee = format!("contract_id = '{SIGNED}' AND party = 'signee'");
    for (change, words) in [
        ("user_id = (SELECT id FROM users WHERE name = 'Apollo Jones')", "its user is not the one in its evidence"),
        ("account_id = 'VA-287-142'", "its account is not the one in its evidence"),
        (
            "agreement_id = (SELECT min(id) FROM agreements WHERE type = 'program')",
            "its agreement is not the one in its evidence",
        ),
        ("version = 7", "its version is not the one in its evidence"),
        ("party = 'issuer', version = 7", "its party is not the one in its evidence"),
        ("at = at + interval '1 second'", "its time is not the one in its evidence"),
        ("seq = 3", "signature 2 is missing"),
        ("evidence = replace(evidence, 'Adonis', 'Apollo')", "the evidence was changed after it was signed"),
        ("previous_hash = repeat('1', 64)", "does not follow the signature before it"),
        ("mark = repeat('1', 64)", "its mark does not fit"),
        ("key = '00000000'", "its mark is made with the key 00000000, which is not listed"),
        ("key = NULL, mark = NULL", "it has no mark"),
    ] {
        // what is tried is taken back with the transaction
        let mut conn = world.sql();
        use diesel::{Connection as _, connection::SimpleConnection as _};
        conn.test_transaction::<_, diesel::result::Error, _>(|conn| {
            conn.batch_execute(&format!("{BEHIND} UPDATE signatures SET {change} WHERE {signee}"))?;
            let broken = verify::run(conn, &key(), &[]).expect("the check runs").broken;
            must_tell(&broken, words);
            let marked = broken.iter().any(|line| line.contains("mark"));
            assert!(marked, "the mark covers it too, after {change}: {broken:#?}");
            Ok(())
        });
    }
    assert_eq!(check(&world), Vec::<String>::new(), "nothing of it stays");
}

#[actix_web::test]
async fn the_database_itself_refuses_changes_of_evidence() {
    use diesel::connection::SimpleConnection as _;
    let world = World::new().await;
    anchor(&world);
    for statement in [
        "UPDATE signatures SET evidence = 'x'",
        "DELETE FROM signatures",
        "TRUNCATE signatures",
        "DELETE FROM events",
        "UPDATE checkpoints SET signatures = 1",
        "DELETE FROM checkpoints",
        "TRUNCATE withdrawn_signatures",
        "DELETE FROM contracts WHERE status = 'pending'",
    ] {
        assert!(world.sql().batch_execute(statement).is_err(), "{statement}");
    }
}

#[actix_web::test]
async fn a_chain_that_was_rewritten_with_plain_hashes_is_found_by_its_marks() {
    let world = World::new().await;
    world.run(&format!("{BEHIND} {REWRITTEN}"));
    let broken = check(&world);
    must_tell(&broken, "its mark does not fit: the row was changed after it was signed");
    assert!(!broken.iter().any(|line| line.contains("the evidence was changed")), "the hashes fit again: {broken:#?}");
}

#[actix_web::test]
async fn taking_the_marks_away_as_well_is_found_by_the_checkpoint() {
    let world = World::new().await;
    anchor(&world);
    world.run(&format!("{BEHIND} {REWRITTEN} UPDATE signatures SET key = NULL, mark = NULL"));
    must_tell(&check(&world), "checkpoint 1 of");
    must_tell(&check(&world), "the signatures up to it are not those of that day");
}

#[actix_web::test]
async fn a_contract_that_is_gone_with_everything_is_found_by_the_checkpoint() {
    let world = World::new().await;
    anchor(&world);
    let gone = format!(
        "{BEHIND} DELETE FROM signatures WHERE contract_id = '{SIGNED}'; DELETE FROM contracts WHERE id = '{SIGNED}'; \
         DELETE FROM activation_links WHERE contract_id = '{SIGNED}'; DELETE FROM events WHERE object = '{SIGNED}'"
    );
    world.run(&gone);
    must_tell(&check(&world), "12 signatures were there, 10 are left of them");
    // a note that it was withdrawn cannot be forged without the key
    world.run(
        "INSERT INTO withdrawn_signatures SELECT n, 'CRS-58329-11884-23347', now(), repeat('a', 64), (SELECT key FROM checkpoints), \
         repeat('b', 64) FROM generate_series(1, 12) n WHERE n NOT IN (SELECT number FROM signatures)",
    );
    must_tell(&check(&world), "its mark does not fit: it was changed or forged");
    must_tell(&check(&world), "the signatures up to it are not those of that day");
}

#[actix_web::test]
async fn truncated_tables_are_found_by_what_is_kept_outside() {
    let world = World::new().await;
    let kept = [anchor(&world), anchor(&world)];
    let line = format!("2026-11-25T21:00:00Z  INFO evidence: {}\n{}", kept[0], kept[1]);
    assert_eq!(checkpoint::read(&line), kept);
    assert_eq!(check_with(&world, &key(), &kept).broken, Vec::<String>::new());
    world.run(&format!("{BEHIND} DELETE FROM signatures"));
    must_tell(&check(&world), "checkpoint 1 of");
    must_tell(&check(&world), "12 signatures were there, 0 are left of them");
    world.run(&format!("{BEHIND} DELETE FROM checkpoints"));
    let broken = check_with(&world, &key(), &kept).broken;
    must_tell(&broken, "it was kept outside the database and is missing there");
    must_tell(&broken, "12 signatures were there, 0 are left of them");
}

#[actix_web::test]
async fn a_checkpoint_that_was_changed_is_found() {
    let world = World::new().await;
    let kept = anchor(&world);
    world.run(&format!("{BEHIND} UPDATE checkpoints SET signatures = 11, last = 11"));
    let broken = check_with(&world, &key(), &[kept]).broken;
    must_tell(&broken, "its mark does not fit: it was changed or forged");
    must_tell(&broken, "the database and what was kept outside it have different ones of this number");
    world.run(&format!("{BEHIND} UPDATE checkpoints SET number = 2"));
    must_tell(&check(&world), "checkpoint 1 is missing");
}

#[actix_web::test]
async fn a_document_and_the_page_that_showed_it_are_both_covered() {
    let world = World::new().await;
    let donnie = world.donnie().await;
    let page = donnie.get(&format!("{ACREED}/contracts/{SIGNED}/versions/2/sign")).await;
    donnie.submit(&page, &[("accept", "yes")]).await.must_be(303);
    let signed = format!("SELECT count(*) AS n FROM signatures WHERE contract_id = '{SIGNED}' AND version = 2 AND ");
    assert_eq!(world.number(&format!("{signed} evidence::jsonb->>'page' ~ '^[0-9a-f]{{64}}$'")), 2);
    assert_eq!(check(&world), Vec::<String>::new());
    // a newer renderer shows another page: the one that was read is still there
    world
        .run("INSERT INTO renderings SELECT sha256, format, renderer + 1, '<p>laid out anew</p>', 'x' FROM renderings");
    assert_eq!(check(&world), Vec::<String>::new());
    world.run("UPDATE renderings SET html = replace(html, 'reseller', 'buyer')");
    must_tell(&check(&world), "signature 4: the page of the document is not the one that was read");
    let document = "(SELECT sha256 FROM agreement_versions WHERE agreement_id = 'AGS-573-089-627' AND number = 1)";
    world.run(&format!("{BEHIND} UPDATE blobs SET bytes = bytes || 'x' WHERE sha256 = {document}"));
    must_tell(&check(&world), "is missing or was changed");
}

#[actix_web::test]
async fn deleting_a_pending_contract_leaves_a_note_and_the_evidence_holds() {
    let world = World::new().await;
    let michael = world.michael().await;
    anchor(&world);
    let (id, _) = invite(&michael, MICKS, "service", "Welcome").await;
    let (later, _) = invite(&michael, MICKS, "service", "Welcome again").await;
    anchor(&world);
    for id in [id, later] {
        let page = michael.get(&format!("{MICKS}/contracts/{id}/delete")).await;
        michael.submit(&page, &[]).await.must_be(303);
        assert_eq!(check(&world), Vec::<String>::new());
        assert_eq!(anchor(&world).signatures, 14);
        assert_eq!(check(&world), Vec::<String>::new());
    }
    assert_eq!(world.number("SELECT count(*) AS n FROM withdrawn_signatures"), 2);
}

#[actix_web::test]
pub async fn a_checkpoint_goes_on_from_the_one_before() {
    let world = World::new().await;
    let michael = world.michael().await;
    let first = anchor(&world);
    invite(&michael, MICKS, "service", "Welcome").await;
    let second = anchor(&world);
    assert_eq!((first.number, first.signatures, second.number, second.signatures), (1, 12, 2, 13));
    assert_ne!(first.digest, second.digest);
    // two programs at once: one of them makes it
    world.run(&format!("{BEHIND} DELETE FROM checkpoints WHERE number = 2"));
    assert_eq!(anchor(&world).digest, second.digest);
}

#[actix_web::test]
async fn signatures_from_before_marks_were_made_hold_and_are_anchored_by_the_first_checkpoint() {
    let world = World::new().await;
    world.run(&format!("{BEHIND} UPDATE signatures SET key = NULL, mark = NULL"));
    let report = check_with(&world, &key(), &[]);
    assert_eq!(report.broken, Vec::<String>::new());
    assert!(report.notes[0].contains("12 signatures are from before marks were made"), "{:?}", report.notes);
    anchor(&world);
    let report = check_with(&world, &key(), &[]);
    assert_eq!((report.broken, report.notes), (Vec::new(), Vec::new()));
    // later ones have marks, and none can be slipped in without
    invite(&world.michael().await, MICKS, "service", "Welcome").await;
    assert_eq!(check(&world), Vec::<String>::new());
    world.run(&format!(
        "{BEHIND} UPDATE signatures SET key = NULL, mark = NULL WHERE number = (SELECT max(number) FROM signatures)"
    ));
    must_tell(&check(&world), "it has no mark");
    world.run(&format!("{BEHIND} {REWRITTEN}"));
    must_tell(&check(&world), "the signatures up to it are not those of that day");
}

#[actix_web::test]
async fn after_a_change_of_key_all_holds_and_a_checkpoint_lets_the_old_key_go() {
    let world = World::new().await;
    let (fresh, both) = ("another key, from today on, long enough", Key::from_list);
    let (both, fresh) = (both([fresh, KEY]).expect("two keys"), Key::from_text(fresh).expect("a key"));
    assert_eq!(check_with(&world, &both, &[]).broken, Vec::<String>::new());
    must_tell(&check_with(&world, &fresh, &[]).broken, "which is not listed");
    anchor_with(&world, &both);
    assert_eq!(check_with(&world, &fresh, &[]).broken, Vec::<String>::new(), "anchored under the new key");
    world.run(&format!(
        "{BEHIND} UPDATE signatures SET user_id = (SELECT id FROM users WHERE name = 'Apollo Jones') WHERE number = 1"
    ));
    must_tell(&check_with(&world, &fresh, &[]).broken, "the signatures up to it are not those of that day");
}
