//! Large reports: they come in as a stream, are kept in pieces, are read and leave again without a program holding them, and nothing is left of
//! those that came to nothing.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use actix_web::http::Method;
use entente::{
    config::Config,
    demo,
    kit::pieces::{self, PIECE},
};
use rust_xlsxwriter::Workbook;

use crate::{
    api::Program as Caller,
    support::{
        Answer, Client, World,
        program::{Over, Program},
        world::{CHAMPIONS, MICKS},
    },
    usage::{HEAD, create, csv, id, job, ready, records, row, status, submit, upload},
    usage_api::KEYS,
};

const MULTIPART: &str = "multipart/form-data; boundary=x";
const MB: usize = 1024 * 1024;

/// A report of so many rows, each of which has a column of the vendor's own with so many characters.
fn wide(rows: usize, characters: usize) -> Vec<u8> {
    let filler = "x".repeat(characters);
    let mut text = format!("{HEAD},v.filler");
    for number in 0..rows {
        text.push_str(&format!("\r\n{},{filler}", row(&format!("W-{number}"), "1")));
    }
    text.into_bytes()
}

/// How many uploads there are, and how many pieces.
fn kept(world: &World) -> (i64, i64) {
    let count = |table: &str| world.number(&format!("SELECT count(*) AS n FROM {table}"));
    (count("file_uploads"), count("file_pieces"))
}

async fn send(client: &Client, page: &Answer, report: &[u8]) -> Answer {
    let form = client.get(&format!("{}/upload", page.path)).await;
    client.upload_named(&form, &[], "file", "report.csv", report).await
}

#[actix_web::test]
async fn a_report_beyond_ten_megabytes_is_read_and_leaves_as_it_came() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let before = kept(&world);
    let report = wide(2_000, 6_000);
    assert!(report.len() > 11 * MB);
    let page = create(&apollo, "Large").await;
    let page = upload(&world, &apollo, &page, &report).await;
    page.must_say("No errors found.").must_say("2,000 records");
    let count = report.len().div_ceil(PIECE) as i64;
    assert_eq!(kept(&world), (before.0 + 1, before.1 + count));
    let original = apollo.get(&format!("{}/original", page.path)).await;
    assert!(original.must_be(200).body == report, "it leaves as it came");
    // with its mistakes it is made of its pieces too
    let wrong = [report.as_slice(), b"\r\n", row("W-0", "1").as_bytes(), b",x"].concat();
    let page = upload(&world, &apollo, &page, &wrong).await;
    page.must_say("The record ID “W-0” is also in row 2.");
    assert!(apollo.get(&format!("{}/errors.xlsx", page.path)).await.must_be(200).body.starts_with(b"PK"));
    assert_eq!(kept(&world).0, before.0 + 1, "the upload before is gone");
    // and go with their file
    let form = apollo.get(&format!("{}/delete", page.path)).await;
    apollo.submit(&form, &[]).await.must_be(303);
    assert_eq!(kept(&world), before);
}

#[actix_web::test]
async fn a_workbook_with_more_shared_texts_than_are_held_in_memory_is_read() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("records").expect("a name");
    let head = format!("{HEAD},record_note");
    for (line, text) in
        (0u32..).zip(std::iter::once(head).chain(
            (0..1_500).map(|number| format!("{},{number} {}", row(&format!("S-{number}"), "1"), "n".repeat(200))),
        ))
    {
        for (at, cell) in (0u16..).zip(text.split(',')) {
            sheet.write_string(line, at, cell).expect("a cell");
        }
        // texts that nobody reads take room as others do
        if line > 0 {
            sheet.write_string(line, 400, format!("{line} {}", "\u{e9}".repeat(3_000))).expect("a cell");
        }
    }
    let bytes = book.save_to_buffer().expect("the workbook is written");
    let page = create(&apollo, "Texts").await;
    let page = upload(&world, &apollo, &page, &bytes).await;
    // a column without a header is no column, and all others are what they were
    page.must_say("No errors found.").must_say("1,500 records");
    let file = id(&page);
    assert_eq!(
        world
            .text(&format!("SELECT note AS t FROM usage_records WHERE file_id = '{file}' AND key = 'S-1400'"))
            .split(' ')
            .next(),
        Some("1400")
    );
}

#[actix_web::test]
async fn what_breaks_off_or_is_refused_leaves_nothing() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Broken").await;
    let before = kept(&world);
    let form = apollo.get(&format!("{}/upload", page.path)).await;
    let here = format!("{}/upload", page.path);
    let token = format!("--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{}\r\n", form.value("csrf"));
    let part = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"report.csv\"\r\n\r\n";
    let half = [token.as_bytes(), part.as_bytes(), &wide(100, 6_000)].concat();
    apollo.post_raw(&here, MULTIPART, half).await.must_be(400);
    // without the token nothing of it is read
    let bare = [part.as_bytes(), &wide(100, 6_000), b"\r\n--x--\r\n"].concat();
    apollo.post_raw(&here, MULTIPART, bare).await.must_be(403);
    // what is no report, and one that several mappings or none would read
    assert_eq!(send(&apollo, &page, b"%PDF-1.7").await.status, 422);
    assert_eq!(kept(&world), before);
    // the act itself is refused: the pieces were there already
    world.run(
        "CREATE FUNCTION refuse_upload() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'canceling statement due to a test'; END $$; \
         CREATE TRIGGER refuse_upload BEFORE INSERT ON usage_uploads FOR EACH ROW EXECUTE FUNCTION refuse_upload()",
    );
    assert_eq!(send(&apollo, &page, &csv(&[row("A-1", "1")])).await.status, 503);
    assert_eq!(kept(&world), before);
    assert_eq!(status(&world, &id(&page)), "draft");
}

#[actix_web::test]
async fn what_a_killed_program_left_is_cleared_away_and_nothing_else() {
    let world = World::new().await;
    let before = kept(&world);
    world.run(
        "INSERT INTO file_uploads (id, size, sha256, begun_at) SELECT gen_random_uuid(), 3, 'x', now() - n * interval '45 minutes' \
         FROM generate_series(1, 2) n; \
         INSERT INTO file_pieces (upload, number, bytes) SELECT id, 0, 'abc' FROM file_uploads WHERE NOT kept",
    );
    world.program.db.open(pieces::sweep).await.expect("the sweep");
    assert_eq!(kept(&world), (before.0 + 1, before.1 + 1), "one of them may still be coming in");
    world.run("UPDATE file_uploads SET begun_at = now() - interval '1 year'");
    world.program.db.open(pieces::sweep).await.expect("the sweep");
    assert_eq!(kept(&world), before, "what was kept stays, however old it is");
}

#[actix_web::test]
async fn whoever_cannot_send_is_told_before_the_report_is_read() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let page = ready(&world, &apollo, "Sent", &[row("A-1", "1")]).await;
    submit(&apollo, &page).await;
    // not even a token is looked for: the file is what refuses
    let here = format!("{}/upload", page.path);
    apollo.post_raw(&here, MULTIPART, b"nothing of a form".to_vec()).await.must_be(409).must_say("is now pending");
    let dry = format!("{}/dry-run", page.path);
    apollo.post_raw(&dry, MULTIPART, b"nothing".to_vec()).await.must_be(409).must_say("It is pending.");
    let gone = format!("{CHAMPIONS}/usage-files/UF-2026-01-0000-0000/upload");
    apollo.post_raw(&gone, MULTIPART, b"nothing".to_vec()).await.must_be(404);
    michael.post_raw(&format!("{MICKS}/usage-files/{}/upload", id(&page)), MULTIPART, b"x".to_vec()).await.must_be(404);
    // and a page of another site is refused before anything is looked up
    let elsewhere = [("sec-fetch-site", "cross-site")];
    apollo.send_raw(Method::POST, &gone, (MULTIPART, b"nothing".to_vec()), &elsewhere).await.must_be(403);
    let [_, _, champions, _] = world.tokens();
    world.run(KEYS);
    let champions = Caller::of(&world, &champions);
    let to = format!("/usage/files/{}/upload", id(&page));
    let refused = champions.send_raw(Method::POST, &to, (MULTIPART, b"nothing".to_vec()), &[]).await;
    assert_eq!(refused.status, 400, "{}", refused.body_text());
    assert!(refused.body_text().contains("is now pending"), "{}", refused.body_text());
}

#[actix_web::test]
async fn a_report_has_the_limit_that_the_operator_sets() {
    let world = World::with(|config| Config { report_mb: 1, ..config }).await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Limited").await;
    apollo.get(&format!("{}/upload", page.path)).await.must_say("up to 1 MB and 1,000,000 rows");
    send(&apollo, &page, &wide(4, 400_000)).await.must_be(413).must_say("a usage report up to what its page says");
    send(&apollo, &page, &wide(4, 100_000)).await.must_be(303);
    // no other page takes more than before, whatever is set
    let [_, _, champions, _] = world.tokens();
    world.run(KEYS);
    job(&world).await;
    let champions = Caller::of(&world, &champions);
    let part = "--x\r\nContent-Disposition: form-data; name=\"usage_file\"; filename=\"june.csv\"\r\n\r\n";
    let large = [part.as_bytes(), &wide(4, 400_000), b"\r\n--x--\r\n"].concat();
    let to = format!("/usage/files/{}/upload", id(&page));
    assert_eq!(champions.send_raw(Method::POST, &to, (MULTIPART, large), &[]).await.status, 413);
    let small = [part.as_bytes(), &wide(4, 100_000), b"\r\n--x--\r\n"].concat();
    assert_eq!(champions.send_raw(Method::POST, &to, (MULTIPART, small), &[]).await.status, 201);
}

#[actix_web::test]
async fn a_report_that_comes_too_late_is_kept_with_its_form_unless_it_is_large() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Late").await;
    for (report, is_kept) in [(csv(&[row("A-1", "1")]), true), (wide(2_000, 6_000), false)] {
        let form = apollo.get(&format!("{}/upload", page.path)).await;
        world.run("DELETE FROM sessions");
        let answer = apollo.upload_named(&form, &[], "file", "late.csv", &report).await;
        let sign_in = apollo.follow(answer).await;
        let typed = [("email", "apollo@champions.example"), ("password", demo::PASSWORD)];
        let offer = apollo.follow(apollo.submit(&sign_in, &typed).await).await;
        if is_kept {
            offer.must_be(200).must_say("late.csv");
            apollo.submit(&offer, &[]).await.must_be(303);
            job(&world).await;
            assert_eq!((status(&world, &id(&page)).as_str(), records(&world, &id(&page))), ("ready", 1));
        } else {
            offer.must_be(200).must_not_say("late.csv");
            assert_eq!(world.number("SELECT count(*) AS n FROM kept_forms WHERE lacks_file"), 1);
        }
    }
}

/// A program of its own, so that its memory is its own too.
#[actix_web::test]
async fn a_program_holds_little_of_a_large_report_and_names_no_file_on_disk() {
    let world = World::new().await;
    let folder = tempfile::tempdir().expect("a folder");
    let program =
        Program::start_with(Over::Url(world.url()), &[("TMPDIR", folder.path().to_str().expect("a folder's name"))]);
    let apollo = program.stranger();
    let typed = [("email", "apollo@champions.example"), ("password", demo::PASSWORD)];
    apollo.submit(&apollo.get("/sign-in").await, &typed).await.must_be(303);
    let page = create(&apollo, "Flat").await;
    let before = program.peak();
    let report = wide(600, 50_000);
    assert!(report.len() > 28 * MB);
    send(&apollo, &page, &report).await.must_be(303);
    for _ in 0..600 {
        if status(&world, &id(&page)) == "ready" {
            break;
        }
        actix_web::rt::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(records(&world, &id(&page)), 600);
    let grown = program.peak() - before;
    assert!(grown < 25, "{grown} MB more");
    // while a report comes in, no file of it has a name: whoever is killed leaves none
    let form = apollo.get(&format!("{}/upload", page.path)).await;
    let mut stream = TcpStream::connect(("127.0.0.1", program.port())).expect("the program listens");
    let token = format!("--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{}\r\n", form.value("csrf"));
    let part = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"report.csv\"\r\n\r\n";
    let head = format!(
        "POST {}/upload HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nSec-Fetch-Site: same-origin\r\nCookie: {}\r\n\
         Content-Type: {MULTIPART}\r\nContent-Length: {}\r\n\r\n{token}{part}",
        page.path,
        apollo.cookie_header(),
        20 * MB
    );
    stream.write_all(head.as_bytes()).expect("the head is sent");
    stream.write_all(&report[..4 * MB]).expect("some of the report is sent");
    actix_web::rt::time::sleep(Duration::from_millis(300)).await;
    let named = std::fs::read_dir(folder.path()).expect("the folder reads").count();
    assert_eq!(named, 0, "files in {}", folder.path().display());
    drop(stream);
    assert_eq!(world.number("SELECT count(*) AS n FROM file_uploads WHERE NOT kept"), 0);
    // and the program goes on
    let mut stream = TcpStream::connect(("127.0.0.1", program.port())).expect("the program listens");
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
