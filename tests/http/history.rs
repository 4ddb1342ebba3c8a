//! The history of an object is looked through: by event, by person, by a text, page by page. From where something was done is told to the
//! company whose people did it.

use crate::support::{
    World,
    world::{ACREED, MICKS, SIGNED},
};

/// Sixty changes by the issuer, and one act of the signee behind them.
fn fill(world: &World) {
    world.run(&format!(
        "INSERT INTO events (at, name, object, actor_kind, actor_name, account_id, note, address, credential) \
         SELECT now(), 'contract.note_changed', '{SIGNED}', 'member', 'Michael Goldmill', 'PA-469-206', 'Change ' || i || '.', \
         '192.0.2.7', 'session' FROM generate_series(1, 60) i; \
         INSERT INTO events (at, name, object, actor_kind, actor_name, account_id, note, address, credential) \
         VALUES (now(), 'contract.extension_declined', '{SIGNED}', 'member', 'Donnie Rare', 'PA-196-115', 'Too soon', \
         '198.51.100.9', 'token')"
    ));
}

#[actix_web::test]
async fn a_long_history_is_read_page_by_page() {
    let world = World::new().await;
    fill(&world);
    let michael = world.michael().await;
    let newest = michael.get(&format!("{MICKS}/contracts/{SIGNED}/history")).await;
    assert_eq!(newest.texts(".timeline > li").len(), 50);
    newest.must_say("declined the new expiry date").must_say("Change 60.").must_not_say("Change 11.");
    let older = michael.get(&newest.link("Older")).await;
    older.must_be(200).must_say("Change 11.").must_say("Change 1.").must_not_say("Change 12.");
    let again = michael.get(&older.link("Newer")).await;
    assert_eq!(again.texts(".timeline > li"), newest.texts(".timeline > li"));
}

#[actix_web::test]
async fn a_history_is_narrowed_by_event_person_and_text() {
    let world = World::new().await;
    fill(&world);
    let michael = world.michael().await;
    let here = format!("{MICKS}/contracts/{SIGNED}/history");
    let declined = michael.get(&format!("{here}?what=contract.extension_declined")).await;
    assert_eq!(declined.texts(".timeline > li").len(), 1);
    declined.must_say("Donnie Rare").link("Clear all");
    let by_donnie = michael.get(&format!("{here}?who=PA-196-115+Donnie+Rare")).await;
    assert_eq!(by_donnie.texts(".timeline-note"), ["Too soon"]);
    for text in ["too%20SOON", "new+expiry", "donnie+rare"] {
        let found = michael.get(&format!("{here}?q={text}")).await;
        assert_eq!(found.texts(".timeline-note"), ["Too soon"], "{text}");
    }
    let all = michael.get(&format!("{here}?q=change+")).await;
    michael.get(&all.link("Older")).await.must_say("Change 1.").must_not_say("Too soon");
    michael.get(&format!("{here}?q=nothing-like-it")).await.must_say("Nothing in the history matches.");
    michael.get(&format!("{here}?what=%00&who=%27&before=x&after=-9999999999999999999")).await.must_be(200);
}

#[actix_web::test]
async fn a_company_reads_from_where_its_own_people_acted_and_nobody_elses() {
    let world = World::new().await;
    fill(&world);
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    let (ours, theirs) =
        (format!("{MICKS}/contracts/{SIGNED}/history"), format!("{ACREED}/contracts/{SIGNED}/history"));
    michael.get(&ours).await.must_say("From 192.0.2.7, signed in").must_not_say("198.51.100.9");
    donnie.get(&theirs).await.must_say("From 198.51.100.9, with an API token").must_not_say("192.0.2.7");
    // nor is it found by looking for it
    michael.get(&format!("{ours}?q=192.0.2")).await.must_say("Change 60.");
    donnie.get(&format!("{theirs}?q=192.0.2")).await.must_say("Nothing in the history matches.");
}
