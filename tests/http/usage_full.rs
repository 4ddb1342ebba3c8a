//! A full disk, the program's or the database's: what does not fit is refused with a clear message, nothing of it is left, the program goes
//! on, and waiting work is done once there is space.

use std::time::Duration;

use actix_web::http::Method;
use entente::{
    demo,
    kit::{api::ROOT, problem::Problem},
    modules::usage::job::check_next,
};
use serde_json::json;

use crate::{
    api::value,
    support::{
        Answer, Client, World,
        program::{Over, Program},
        world::CHAMPIONS,
    },
    usage::{create, csv, id, job, ready, records, row, status},
    usage_api::KEYS,
};

const FULL: &str = "The server's disk is full";

/// A report with this many rows.
fn of(rows: usize) -> Vec<u8> {
    csv(&(0..rows).map(|number| row(&format!("F-{number}"), "1")).collect::<Vec<_>>())
}

async fn send(client: &Client, page: &Answer, report: &[u8]) -> Answer {
    let form = client.get(&format!("{}/upload", page.path)).await;
    client.upload_named(&form, &[], "file", "report.csv", report).await
}

/// Uploads and pieces in the database.
fn kept(world: &World) -> (i64, i64) {
    let count = |table: &str| world.number(&format!("SELECT count(*) AS n FROM {table}"));
    (count("file_uploads"), count("file_pieces"))
}

/// From now on nothing can be written to a table, with PostgreSQL's message for a full disk.
pub fn fill(world: &World, table: &str) {
    world.run(&format!(
        "CREATE FUNCTION is_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         RAISE EXCEPTION 'could not extend file \"base/16384/16385\": No space left on device' \
         USING ERRCODE = 'disk_full', HINT = 'Check free disk space.'; END $$; \
         CREATE TRIGGER is_full BEFORE INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION is_full()"
    ));
}

pub fn make_room(world: &World) {
    world.run("DROP FUNCTION is_full() CASCADE");
}

async fn signed_in(program: &Program) -> Client {
    let apollo = program.stranger();
    let typed = [("email", "apollo@champions.example"), ("password", demo::PASSWORD)];
    apollo.submit(&apollo.get("/sign-in").await, &typed).await.must_be(303);
    apollo
}

#[actix_web::test]
async fn a_database_without_space_refuses_an_upload_and_takes_it_once_there_is_some() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let [_, _, champions, _] = world.tokens();
    world.run(KEYS);
    let page = create(&apollo, "Full").await;
    let before = kept(&world);
    fill(&world, "file_pieces");
    let answer = send(&apollo, &page, &of(3)).await;
    answer.must_be(503).must_say(FULL).must_say("Nothing you sent was saved.");
    assert_eq!(answer.header("retry-after"), Some("60"));
    assert_eq!((kept(&world), status(&world, &id(&page)).as_str()), (before, "draft"));
    // a program is told the same
    let path = format!("{ROOT}/usage/files/{}/upload", id(&page));
    let part = "--x\r\nContent-Disposition: form-data; name=\"usage_file\"; filename=\"report.csv\"\r\n\r\n";
    let form = [part.as_bytes(), &of(3), b"\r\n--x--\r\n"].concat();
    let (kind, key) = ("multipart/form-data; boundary=x", [("authorization", champions.as_str())]);
    let told = world.stranger().send_raw(Method::POST, &path, (kind, form), &key).await;
    assert_eq!((told.status, &value(&told)["error_code"]), (503, &json!("SYS_503")));
    assert!(told.body_text().contains(FULL), "{}", told.body_text());
    assert_eq!(kept(&world), before);
    // everybody else goes on
    apollo.get(CHAMPIONS).await.must_be(200);

    make_room(&world);
    send(&apollo, &page, &of(3)).await.must_be(303);
    job(&world).await;
    apollo.get(&page.path).await.must_say("No errors found.").must_say("3 records");
}

#[actix_web::test]
async fn a_check_that_finds_no_space_is_begun_again_however_often_it_takes() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Later").await;
    send(&apollo, &page, &of(1_500)).await.must_be(303);
    let file = id(&page);
    fill(&world, "usage_records");
    // more often than a report that crashes the program would be tried
    for _ in 0..7 {
        let checked = check_next(&world.program.db).await;
        assert!(matches!(checked, Err(Problem::NoSpace(_))), "{checked:?}");
        assert_eq!((status(&world, &file).as_str(), records(&world, &file)), ("processing", 0));
        // nobody takes it until its pause is over
        assert!(!check_next(&world.program.db).await.expect("nothing waits"));
        world.run("UPDATE usage_uploads SET leased_until = now() - interval '1 second' WHERE leased_until IS NOT NULL");
    }
    assert_eq!(world.number(&format!("SELECT attempts::bigint AS n FROM usage_uploads WHERE file_id = '{file}'")), 0);
    make_room(&world);
    job(&world).await;
    assert_eq!((status(&world, &file).as_str(), records(&world, &file)), ("ready", 1_500));
}

/// A program whose system allows files of at most a megabyte: real writes that fail.
#[actix_web::test]
async fn a_program_without_space_refuses_what_does_not_fit_and_goes_on() {
    let world = World::new().await;
    let here = world.apollo().await;
    let small = ready(&world, &here, "Small", &[row("S-1", "1")]).await;
    let large = create(&here, "Large").await;
    let waits = create(&here, "Waits").await;
    // a report with a mistake, whose workbook of errors is several times its size
    let wrong = [of(6_000), format!("\r\n{}", row("F-0", "1")).into_bytes()].concat();
    assert!(wrong.len() < 900 * 1024, "{} bytes", wrong.len());
    send(&here, &waits, &wrong).await.must_be(303);
    let before = kept(&world);

    // its own job checks waiting files
    let program = Program::start_short_of_space(Over::Url(world.url()), 1024);
    let apollo = signed_in(&program).await;
    let mut over = row("L-1", "1");
    over.push_str(&"x".repeat(2_500_000));
    let answer = send(&apollo, &large, &csv(&[over])).await;
    answer.must_be(503).must_say(FULL);
    assert_eq!((kept(&world), status(&world, &id(&large)).as_str()), (before, "draft"));
    for _ in 0..900 {
        if status(&world, &id(&waits)) == "invalid" {
            break;
        }
        actix_web::rt::time::sleep(Duration::from_millis(100)).await;
    }
    apollo.get(&waits.path).await.must_say("The record ID “F-0” is also in row 2.");
    // a workbook that does not fit is not sent, not even half of it
    let answer = apollo.get(&format!("{}/errors.xlsx", waits.path)).await;
    answer.must_be(503).must_say(FULL);
    assert_eq!(answer.header("content-disposition"), None);
    // what fits still works as before
    assert!(apollo.get(&format!("{}/records.xlsx", small.path)).await.must_be(200).body.starts_with(b"PK"));
    send(&apollo, &large, &of(2)).await.must_be(303);
    assert_eq!(program.stranger().get_as(Method::GET, "/healthz", &[]).await.status, 200);
    // with enough space the same workbook is made
    assert!(here.get(&format!("{}/errors.xlsx", waits.path)).await.must_be(200).body.starts_with(b"PK"));
}
