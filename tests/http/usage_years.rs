//! Records lie by the year of their file: the tables are made ahead, ids are claimed across all of them, and an operator may take a year off.

use chrono::{Datelike as _, Utc};
use diesel::{RunQueryDsl as _, connection::SimpleConnection as _, sql_query};
use entente::{kit::db::Db, modules::usage::years};

use crate::{
    api::{Program, value},
    support::{
        Client, World,
        world::{CHAMPIONS, MICKS},
    },
    usage::{create, csv, id, ready, records, row, status, submit, upload},
    usage_api::KEYS,
};

const OLD: &str = "UF-2024-03-0000-0001";

/// A closed file of another year, as the cast's closed one is, with its records and their sums.
fn old(world: &World) {
    world.run(&format!(
        "SELECT make_usage_year(2024); \
         CREATE TEMP TABLE model AS SELECT id AS file FROM usage_files WHERE status = 'closed' LIMIT 1; \
         DO $$ DECLARE columns text; names text; t text; BEGIN \
         FOREACH t IN ARRAY ARRAY['usage_files', 'usage_records', 'usage_totals'] LOOP \
           SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum), string_agg('r.' || quote_ident(attname), ', ' ORDER BY attnum) \
             INTO columns, names FROM pg_attribute WHERE attrelid = t::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''; \
           EXECUTE format('INSERT INTO %1$I (%2$s) SELECT %3$s FROM %1$I o, LATERAL jsonb_populate_record(NULL::%1$I, to_jsonb(o) || %4$L) r \
             WHERE o.%5$I = (SELECT file FROM model)', t, columns, names, CASE t \
             WHEN 'usage_files' THEN '{{\"id\": \"{OLD}\", \"name\": \"Of 2024\", \"status\": \"draft\", \"period_from\": \"2024-03-01\", \"period_to\": \"2024-04-01\"}}' \
             ELSE '{{\"file_id\": \"{OLD}\"}}' END, CASE t WHEN 'usage_files' THEN 'id' ELSE 'file_id' END); \
         END LOOP; END $$; \
         UPDATE usage_files SET status = 'closed' WHERE id = '{OLD}'"
    ));
}

/// Where the records of a file lie.
fn table(world: &World, file: &str) -> String {
    world.text(&format!("SELECT min(tableoid::regclass::text) AS t FROM usage_records WHERE file_id = '{file}'"))
}

async fn totals(client: &Client, path: &str) -> Vec<String> {
    client.get(path).await.must_be(200).texts("td[data-label='Quantity']")
}

#[actix_web::test]
async fn records_lie_by_the_year_of_their_file_and_are_found_there_alone() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    old(&world);
    let page = ready(&world, &apollo, "Now", &[row("A-1", "1")]).await;
    let year = Utc::now().year();
    assert_eq!(table(&world, &id(&page)), format!("usage_records_{year}"));
    assert_eq!((table(&world, OLD).as_str(), records(&world, OLD)), ("usage_records_2024", 2));
    // by the plan that PostgreSQL keeps, whichever file is asked for
    let mut sql = world.sql();
    sql.batch_execute(
        "SET plan_cache_mode = force_generic_plan; \
         PREPARE rows (text, int, int) AS SELECT number FROM usage_records WHERE file_id = $1 AND number > $2 ORDER BY number LIMIT $3",
    )
    .expect("a statement");
    #[derive(diesel::QueryableByName)]
    struct Line {
        #[diesel(sql_type = diesel::sql_types::Text, column_name = "QUERY PLAN")]
        line: String,
    }
    for (file, own) in [(OLD, 2024), (id(&page).as_str(), year)] {
        let plan: Vec<Line> =
            sql_query(format!("EXPLAIN EXECUTE rows ('{file}', 0, 100)")).load(&mut sql).expect("a plan");
        let plan: String = plan.into_iter().map(|line| line.line + "\n").collect();
        assert!(plan.contains("Subplans Removed: 2"), "{plan}");
        assert!(plan.contains(&format!("on usage_records_{own} ")), "{plan}");
    }
    // what the triggers keep, they keep in each
    for statement in [
        format!("UPDATE usage_records SET quantity = 2 WHERE file_id = '{OLD}'"),
        format!("DELETE FROM usage_records WHERE file_id = '{OLD}'"),
        "UPDATE usage_records_2024 SET quantity = 2".to_owned(),
    ] {
        assert!(sql.batch_execute(&statement).is_err(), "{statement}");
    }
}

#[actix_web::test]
async fn a_record_is_reported_once_whatever_year_it_was() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    old(&world);
    world.run("UPDATE usage_files SET status = 'draft' WHERE id = 'UF-2024-03-0000-0001'; \
        INSERT INTO usage_records (file_id, number, product_id, key, note, item_id, subscription_id, quantity, start_at, end_at, category) \
        SELECT file_id, 99, product_id, 'OF-2024', note, item_id, subscription_id, 1, start_at, end_at, category FROM usage_records \
        WHERE file_id = 'UF-2024-03-0000-0001' LIMIT 1; UPDATE usage_files SET status = 'closed' WHERE id = 'UF-2024-03-0000-0001'");
    let page = create(&apollo, "Again").await;
    let page = upload(&world, &apollo, &page, &csv(&[row("OF-2024", "1")])).await;
    page.must_say(&format!("The record ID “OF-2024” was already reported in {OLD}."));
    assert_eq!(status(&world, &id(&page)), "invalid");
}

#[actix_web::test]
async fn room_for_a_year_is_made_ahead_once_by_the_role_that_serves() {
    let world = World::new().await;
    let year = Utc::now().year();
    let there = || world.text("SELECT string_agg(year::text, ' ' ORDER BY year) AS t FROM usage_years");
    assert_eq!(there(), format!("{year} {}", year + 1));
    // as a program finds it that was away when the year turned
    world
        .run(&format!("DROP TABLE usage_records_{next}; DELETE FROM usage_years WHERE year = {next}", next = year + 1));
    let serving = Db::new(&world.serving_url(), 4);
    let made = futures_util::future::join_all((0..4).map(|_| serving.open(years::make_ahead))).await;
    assert!(made.iter().all(Result::is_ok), "{made:?}");
    assert_eq!(there(), format!("{year} {}", year + 1));
    let tables = "SELECT count(*) AS n FROM pg_inherits WHERE inhparent = 'usage_records'::regclass";
    assert_eq!(world.number(tables), 2);
    // keys, indexes and triggers came with it
    let like = |table: &str| {
        world.text(&format!(
            "SELECT (SELECT count(*) FROM pg_indexes WHERE tablename = '{table}') || ' ' || \
             (SELECT count(*) FROM pg_constraint WHERE conrelid = '{table}'::regclass) || ' ' || \
             (SELECT count(*) FROM pg_trigger WHERE tgrelid = '{table}'::regclass AND NOT tgisinternal) AS t"
        ))
    };
    assert_eq!(like(&format!("usage_records_{}", year + 1)), like(&format!("usage_records_{year}")));
    // a report of this year makes its own room, should nobody have done so
    let apollo = world.apollo().await;
    world.run(&format!(
        "SET session_replication_role = replica; DELETE FROM usage_totals; DROP TABLE usage_records_{year}; \
         DELETE FROM usage_years WHERE year = {year}"
    ));
    let page = ready(&world, &apollo, "First of the year", &[row("N-1", "1")]).await;
    assert_eq!(table(&world, &id(&page)), format!("usage_records_{year}"));
    // and who serves archives nothing
    let refused = serving.open_now(|conn| Ok(conn.batch_execute("SELECT archive_usage_year(2024)")?));
    assert!(refused.is_err());
}

#[actix_web::test]
async fn an_operator_takes_a_year_off_and_what_is_left_is_right() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    old(&world);
    let page = ready(&world, &apollo, "Now", &[row("A-1", "7.25")]).await;
    submit(&apollo, &page).await;
    let (here, there) = (format!("{MICKS}/usage-files/{}", id(&page)), format!("{MICKS}/usage-files/{OLD}"));
    let before = (totals(&michael, &here).await, totals(&michael, &there).await);
    assert!(!before.1.is_empty());
    let mut sql = world.sql();
    let year = Utc::now().year();
    for refused in [year, year + 1, 2023] {
        assert!(sql.batch_execute(&format!("SELECT archive_usage_year({refused})")).is_err(), "{refused}");
    }
    // what is still decided about is not taken off
    world.run(&format!("UPDATE usage_files SET status = 'accepted' WHERE id = '{OLD}'"));
    let open = sql.batch_execute("SELECT archive_usage_year(2024)").unwrap_err().to_string();
    assert!(open.contains("is not closed"), "{open}");
    world.run(&format!("UPDATE usage_files SET status = 'closed' WHERE id = '{OLD}'"));
    assert_eq!(world.text("SELECT archive_usage_year(2024) AS t"), "usage_records_2024");
    assert_eq!(world.number("SELECT count(*) AS n FROM usage_records_2024"), 2, "they are all there");
    assert_eq!(records(&world, OLD), 0);

    assert_eq!((totals(&michael, &here).await, totals(&michael, &there).await), before);
    for (client, base) in [(&michael, MICKS), (&apollo, CHAMPIONS)] {
        for name in ["Of 2024", "Now"] {
            let list = format!("{base}/usage-files?q={}", name.replace(' ', "+"));
            client.get(&list).await.must_be(200).must_say(name);
        }
        client.get(&format!("{base}/usage-files/{OLD}/compare")).await.must_be(200);
        for at in ["records", "records?q=H-1", "records.csv", "records.xlsx"] {
            let answer = client.get(&format!("{base}/usage-files/{OLD}/{at}")).await;
            answer.must_be(409).must_say("The records of files created in 2024 are archived.");
        }
        client.get(&format!("{base}/usage-files/{}/records", id(&page))).await.must_be(200).must_say("A-1");
    }
    // programs are told as much
    let [micks, ..] = world.tokens();
    world.run(KEYS);
    let micks = Program::of(&world, &micks);
    let one = micks.get("/usage/records/UR-2024-03-0000-0001-0000-0002").await;
    assert_eq!(one.status, 400, "{}", one.body_text());
    assert!(one.body_text().contains("are archived"), "{}", one.body_text());
    assert_eq!(value(&micks.get(&format!("/usage/records?usagefile.id={OLD}")).await), serde_json::json!([]));
    assert_eq!(micks.get("/usage/records").await.status, 200);
    // nothing takes their place
    world.run(&format!("UPDATE usage_files SET status = 'rejected' WHERE id = '{OLD}'"));
    let form = apollo.get(&format!("{CHAMPIONS}/usage-files/{OLD}/upload")).await;
    let answer = apollo.upload_named(&form, &[], "file", "report.csv", &csv(&[row("B-1", "1")])).await;
    answer.must_be(409).must_say("Create another file for your report.");
    assert_eq!(world.number("SELECT count(*) AS n FROM file_uploads WHERE NOT kept"), 0);
    world.run(&format!("UPDATE usage_files SET status = 'closed' WHERE id = '{OLD}'"));
    // and they come back
    world.run("SELECT restore_usage_year(2024)");
    assert_eq!(records(&world, OLD), 2);
    michael.get(&format!("{there}/records")).await.must_be(200).must_say("H-1");
    // or go for good: what files came to is still there, and nothing comes back without its table
    assert_eq!(world.text("SELECT archive_usage_year(2024) AS t"), "usage_records_2024");
    world.run("DROP TABLE usage_records_2024");
    assert_eq!((totals(&michael, &here).await, totals(&michael, &there).await), before);
    michael.get(&format!("{there}/records")).await.must_be(409).must_say("are archived.");
    assert!(sql.batch_execute("SELECT restore_usage_year(2024)").is_err());
    assert_eq!(records(&world, &id(&page)), 1);
}
