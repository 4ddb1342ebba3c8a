//! The schema keeps its own rules.

use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query, sql_types::Text};
use diesel_migrations::MigrationHarness as _;
use entente::{
    kit::{connect::Prepare, migrations},
    roles, start,
};

use crate::cluster::{TestDatabase, fresh_database};

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

pub fn words(conn: &mut PgConnection, statement: &str) -> Vec<String> {
    sql_query(statement).load::<Word>(conn).expect(statement).into_iter().map(|row| row.word).collect()
}

pub fn database() -> (TestDatabase, PgConnection) {
    let database = fresh_database(|url| {
        start::migrate(url, Prepare::On).expect("the migrations run");
    });
    let conn = PgConnection::establish(&database.url).expect("a connection");
    (database, conn)
}

/// But for the numbers that other systems and offices give.
#[test]
fn every_id_column_has_a_foreign_key_and_an_index() {
    let (_database, mut conn) = database();
    let bare = words(
        &mut conn,
        "SELECT c.table_name || '.' || c.column_name AS word FROM information_schema.columns c \
         WHERE c.table_schema = 'public' AND c.column_name LIKE '%\\_id' \
         AND c.column_name NOT IN ('external_id', 'tax_id') AND NOT EXISTS ( \
           SELECT FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY(k.conkey) \
           WHERE k.contype = 'f' AND k.conrelid = c.table_name::regclass AND a.attname = c.column_name)",
    );
    assert_eq!(bare, Vec::<String>::new(), "without a foreign key");
    let slow = words(
        &mut conn,
        "SELECT c.table_name || '.' || c.column_name AS word FROM information_schema.columns c \
         WHERE c.table_schema = 'public' AND c.column_name LIKE '%\\_id' AND c.column_name <> 'tax_id' AND NOT EXISTS ( \
           SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] \
           WHERE i.indrelid = c.table_name::regclass AND a.attname = c.column_name)",
    );
    assert_eq!(slow, Vec::<String>::new(), "without an index");
}

#[test]
fn what_triggers_keep_is_not_granted_to_the_role_that_serves() {
    let (_database, mut conn) = database();
    // triggers that refuse whatever stands in the row: of statements, or named so
    let mut kept = |name: &str| {
        words(
            &mut conn,
            &format!(
                "SELECT DISTINCT tgrelid::regclass::text AS word FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE '%\\_{name}' \
                 AND (tgname LIKE '%final' OR tgtype & 1 = 0) ORDER BY word"
            ),
        )
    };
    let (written_once, lasting) = (kept("are_final"), kept("are_kept"));
    let mut granted: Vec<&str> = roles::FINAL.into_iter().chain([roles::AGING, "product_versions"]).collect();
    granted.sort_unstable();
    assert_eq!(written_once, granted, "product versions may be shown and hidden, what is old of security may go");
    let mut granted: Vec<&str> = roles::LASTING.into_iter().filter(|table| *table != "product_versions").collect();
    granted.sort_unstable();
    assert_eq!(lasting, granted);
}

/// But for the names of files, and of who did something, which stand in no order.
#[test]
fn every_name_sorts_as_people_read() {
    let (_database, mut conn) = database();
    let other = words(
        &mut conn,
        "SELECT table_name || '.' || column_name AS word FROM information_schema.columns \
         WHERE table_schema = 'public' AND (column_name = 'name' OR column_name LIKE '%\\_name') \
         AND column_name NOT IN ('file_name', 'actor_name') AND table_name NOT IN ('events', 'security_events') \
         AND table_name NOT LIKE '\\_\\_%' AND collation_name IS DISTINCT FROM 'people' ORDER BY 1",
    );
    assert_eq!(other, ["activation_attempts.name", "tier_accounts.first_name", "tier_accounts.last_name"]);
}

#[test]
fn whatever_is_searched_is_folded_and_by_one_function() {
    let (_database, mut conn) = database();
    let other = words(
        &mut conn,
        "SELECT table_name || '.' || column_name AS word FROM information_schema.columns c \
         WHERE table_schema = 'public' AND column_name LIKE '%search' AND generation_expression NOT LIKE 'folded(%' IS NOT FALSE \
         AND NOT EXISTS (SELECT FROM information_schema.triggers t WHERE t.event_object_table = c.table_name \
           AND t.action_statement LIKE '%fold_search%')",
    );
    assert_eq!(other, ["sight.search"], "what product versions have is copied there");
}

#[test]
fn what_is_folded_is_folded_already_and_found_by_itself() {
    let (_database, mut conn) = database();
    let signs =
        "SELECT string_agg(chr(c), ' ') AS word FROM generate_series(32, 65533) c WHERE c NOT BETWEEN 55296 AND 57343";
    let twice = format!(
        "SELECT 'again' AS word FROM ({signs}) all_signs WHERE folded(folded(word)) <> folded(word) \
         UNION ALL SELECT 'not found' FROM ({signs}) all_signs WHERE NOT folded(word) LIKE holding(word)"
    );
    assert_eq!(words(&mut conn, &twice), Vec::<String>::new());
}

/// An index is asked for less than what was typed: whatever holds that must be among what it finds.
#[test]
fn what_is_looked_for_roughly_is_never_too_little() {
    let (_database, mut conn) = database();
    let missed = words(
        &mut conn,
        "SELECT part AS word FROM (SELECT whole, substr(whole, start, length) AS part \
         FROM (VALUES ('dunford systems 1 c-2005 ta-1234-5678'), ('50%_off\\now 100%\\%sure\\\\slash_line'), ('δημοσ αθηναιων 株式会社カス')) v(whole), \
         generate_series(1, 40) start, generate_series(1, 40) length) parts \
         WHERE NOT whole LIKE roughly_holding(part) OR (NOT whole LIKE holding(part)) \
         UNION ALL SELECT roughly_holding('Dunford Systems 17')",
    );
    assert_eq!(missed, ["%%dunf%ord% %syst%ems% 17%"], "the only word is a sample");
}

/// Everything that makes up the schema, as text.
/// A key that is misspelled, or was renamed, would be answered by a 500 where a rule is meant.
#[test]
fn every_key_that_a_module_names_is_in_the_schema() {
    let (_database, mut conn) = database();
    let keys = words(
        &mut conn,
        "SELECT conname::text AS word FROM pg_constraint WHERE contype IN ('u', 'f', 'p', 't') UNION \
         SELECT indexrelid::regclass::text FROM pg_index WHERE indisunique",
    );
    let named: Vec<&str> =
        entente::portals::constraints().iter().flat_map(|table| table.iter()).map(|(name, _)| *name).collect();
    let unknown: Vec<_> = named.iter().filter(|name| !keys.iter().any(|key| key == *name)).collect();
    assert_eq!(unknown, Vec::<&&str>::new());
}

fn shape(conn: &mut PgConnection) -> Vec<String> {
    words(
        conn,
        "SELECT word FROM ( \
         SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable AS word \
           FROM information_schema.columns WHERE table_schema = 'public' \
         UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' \
         UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace \
         UNION ALL SELECT tgrelid::regclass || ' ' || tgname FROM pg_trigger WHERE NOT tgisinternal) all_words \
         WHERE word NOT LIKE '%__diesel%' ORDER BY word",
    )
}

#[test]
fn up_and_down_and_up_again_is_the_same_schema() {
    let (_database, mut conn) = database();
    let before = shape(&mut conn);
    conn.revert_all_migrations(migrations::ALL).expect("all migrations revert");
    let left: Vec<String> = shape(&mut conn);
    assert_eq!(left, Vec::<String>::new());
    conn.run_pending_migrations(migrations::ALL).expect("all migrations run again");
    assert_eq!(shape(&mut conn), before);
}

#[test]
fn programs_that_start_at_once_migrate_once() {
    let database = fresh_database(|url| {
        start::migrate(url, Prepare::On).expect("the migrations run");
    });
    PgConnection::establish(&database.url)
        .expect("a connection")
        .revert_all_migrations(migrations::ALL)
        .expect("all migrations revert");
    let done: usize = std::thread::scope(|scope| {
        let programs: Vec<_> =
            (0..6).map(|_| scope.spawn(|| start::migrate(&database.url, Prepare::On).expect("it migrates"))).collect();
        programs.into_iter().map(|program| program.join().expect("no panic")).sum()
    });
    assert_eq!(done, migrations::versions().len());
}

/// Documents that were laid out by the rule that hid words.
#[test]
fn a_database_from_before_renderings_keeps_its_documents_and_forgets_their_pages() {
    let (_database, mut conn) = database();
    loop {
        let version = conn.revert_last_migration(migrations::ALL).expect("the last migration reverts");
        if version.to_string() == "20261125000301" {
            break;
        }
    }
    sql_query("SET session_replication_role = replica").execute(&mut conn).expect("no foreign keys");
    let hashes = ["a", "b", "c"].map(|digit| digit.repeat(64));
    for (hash, media_type, html) in [
        (&hashes[0], "text/plain", "'<p>x</p>'"),
        (&hashes[1], "text/markdown", "'<p>x</p>'"),
        (&hashes[2], "application/pdf", "NULL"),
    ] {
        sql_query(format!(
            "INSERT INTO blobs (sha256, media_type, bytes, rendered, created_at) VALUES ('{hash}', '{media_type}', 'x', {html}, now())"
        ))
        .execute(&mut conn)
        .expect("a blob");
    }
    for (number, hash, name) in [(1, 0, "terms.txt"), (2, 0, "Terms.MD"), (3, 1, "terms.markdown"), (4, 2, "terms.md")]
    {
        sql_query(format!(
            "INSERT INTO agreement_versions (agreement_id, number, status, document_type, file_name, sha256, author_id, created_at) \
             VALUES ('AGS-000-000-000', {number}, 'inactive', 'uploaded', '{name}', '{}', 'UR-000-000-000', now())",
            hashes[hash]
        ))
        .execute(&mut conn)
        .expect("a version");
    }
    sql_query(
        "INSERT INTO agreement_versions (agreement_id, number, status, document_type, link, author_id, created_at) \
         VALUES ('AGS-000-000-000', 5, 'inactive', 'external', 'https://a.example', 'UR-000-000-000', now())",
    )
    .execute(&mut conn)
    .expect("a version with a link");
    sql_query("SET session_replication_role = DEFAULT").execute(&mut conn).expect("foreign keys");
    conn.run_pending_migrations(migrations::ALL).expect("it migrates");
    assert_eq!(
        words(&mut conn, "SELECT coalesce(format, 'none') AS word FROM agreement_versions ORDER BY number"),
        ["plain", "markdown", "markdown", "pdf", "none"]
    );
    assert_eq!(
        words(&mut conn, "SELECT media_type AS word FROM blobs ORDER BY sha256"),
        ["text/plain", "text/plain", "application/pdf"]
    );
    assert_eq!(words(&mut conn, "SELECT html AS word FROM renderings"), Vec::<String>::new());
}

/// What happened before events said by what.
#[test]
fn a_database_from_before_credentials_learns_by_what_its_people_acted() {
    let (_database, mut conn) = database();
    loop {
        let version = conn.revert_last_migration(migrations::ALL).expect("the last migration reverts");
        if version.to_string() == "20261126000500" {
            break;
        }
    }
    for (kind, name, request) in [
        ("member", "hub.registered", "r"),
        ("member", "customer.created", ""),
        ("person", "user.updated", "r"),
        ("person", "user.reminders_stopped", "r"),
        ("invitee", "contract.rejected", "r"),
        ("system", "contract.expired", ""),
    ] {
        sql_query(format!(
            "INSERT INTO events (at, name, object, actor_kind, actor_name, request) VALUES (now(), '{name}', 'x', '{kind}', 'n', '{request}')"
        ))
        .execute(&mut conn)
        .expect("an event");
    }
    conn.run_pending_migrations(migrations::ALL).expect("it migrates");
    assert_eq!(
        words(&mut conn, "SELECT credential AS word FROM events ORDER BY number"),
        ["session", "job", "session", "link", "link", "job"]
    );
}
