//! A database that is filled migrates, and what was frozen before says as much as can be known.

use diesel::{RunQueryDsl as _, connection::SimpleConnection as _, sql_query};
use diesel_migrations::MigrationHarness as _;
use entente::kit::migrations;

use crate::schema::{database, words};

#[test]
fn what_was_frozen_and_ordered_before_gets_the_ids_that_are_certain() {
    let (_database, mut conn) = database();
    loop {
        let version = conn.revert_last_migration(migrations::ALL).expect("the last migration reverts");
        if version.to_string() == "20261126000600" {
            break;
        }
    }
    conn.batch_execute(include_str!("filled.sql")).expect("the database is filled");
    conn.run_pending_migrations(migrations::ALL).expect("it migrates");
    let frozen = |part: &str| {
        format!(
            "SELECT concat_ws(' ', number, place, coalesce(f ->> 'id', 'none')) AS word \
             FROM product_versions, jsonb_array_elements(snapshot -> '{part}') WITH ORDINALITY AS x (f, place) ORDER BY 1"
        )
    };
    assert_eq!(
        words(&mut conn, &frozen("templates")),
        // by its name, twice the same in their order, the same, and one that is gone
        ["1 1 TL-000-000-001", "1 2 TL-000-000-002", "1 3 TL-000-000-003", "2 1 TL-000-000-001", "2 2 none"]
    );
    assert_eq!(words(&mut conn, &frozen("media")), ["1 1 PRDM-000-000-000-00001", "1 2 none"]);
    let texts = "SELECT concat_ws(' ', f ->> 'name', f ->> 'body') AS word \
                 FROM product_versions, jsonb_array_elements(snapshot -> 'templates') f ORDER BY number, f ->> 'body'";
    assert_eq!(
        words(&mut conn, texts),
        ["Hello As it was", "Twice The same", "Twice The same", "Hello As it is", "Gone x"],
        "nothing else of a version changes"
    );
    for table in ["subscriptions", "fulfillment_requests"] {
        assert_eq!(
            words(&mut conn, &format!("SELECT coalesce(hub_id, 'none') AS word FROM {table} ORDER BY id")),
            ["HB-0000-0001", "none", "none"],
            "{table} where the marketplace has one hub, two, and none"
        );
        assert_eq!(
            words(&mut conn, &format!("SELECT DISTINCT template ->> 'id' AS word FROM {table}")),
            ["TL-000-000-001"],
            "{table}"
        );
    }
    let change = sql_query("UPDATE product_versions SET changes = 'y'").execute(&mut conn);
    assert!(change.is_err(), "versions are final again");
    let change = sql_query("UPDATE fulfillment_requests SET note = 'y'").execute(&mut conn);
    assert!(change.is_err(), "what is over stays as it was");
}
