//! Records of an accepted file are closed one by one, each with its own bill; the last one closes the file.

use actix_web::http::Method;
use diesel::connection::SimpleConnection as _;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    api::{Program, value},
    support::{
        Client, World,
        world::{ACREED, CHAMPIONS, MICKS},
    },
    usage::{id, ready, row, status, submit},
    usage_api::KEYS,
};

/// A file of so many records that the distributor has accepted; its page there.
pub async fn accepted(world: &World, name: &str, records: usize) -> String {
    let rows: Vec<String> = (1..=records).map(|n| row(&format!("{name}-{n}"), "1.5")).collect();
    accepted_rows(world, name, &rows).await
}

pub async fn accepted_rows(world: &World, name: &str, rows: &[String]) -> String {
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let page = ready(world, &apollo, name, rows).await;
    submit(&apollo, &page).await;
    let here = format!("{MICKS}/usage-files/{}", id(&page));
    let form = michael.get(&format!("{here}/accept")).await;
    michael.submit(&form, &[]).await.must_be(303);
    here
}

pub fn file_of(here: &str) -> &str {
    here.rsplit('/').next().unwrap_or_default()
}

/// Closes the record in a row of the report with a bill.
pub async fn close(client: &Client, here: &str, row: usize, bill: &str) {
    let form = client.get(&format!("{here}/records/{row}/close")).await;
    client.submit(&form, &[("billing_reference", bill)]).await.must_be(303);
}

pub fn closings(world: &World, here: &str) -> String {
    world.text(&format!(
        "SELECT coalesce(string_agg(number || ' ' || billing_reference, ', ' ORDER BY number), '') AS t FROM usage_closings \
         WHERE file_id = '{}'",
        file_of(here)
    ))
}

fn told(world: &World) -> i64 {
    world.number("SELECT count(*) AS n FROM outbox WHERE kind = 'usage_decided' AND recipient LIKE 'apollo%'")
}

#[actix_web::test]
async fn records_are_closed_one_by_one_and_the_last_one_closes_the_file() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let here = accepted(&world, "Weekly", 3).await;
    let at_vendor = format!("{CHAMPIONS}/usage-files/{}", file_of(&here));
    assert_eq!(michael.get(&here).await.facts("Closed records"), ["0 of 3"]);

    let form = michael.get(&format!("{here}/records/2/close")).await;
    form.must_say("Weekly-1").must_not_say("last open record");
    michael.submit(&form, &[]).await.must_be(422).must_say("Enter the external billing ID");
    let done = michael.submit(&form, &[("billing_reference", "INV-1"), ("billing_note", "First half")]).await;
    michael.follow(done).await.must_say("Record closed").must_say("INV-1");
    assert_eq!(michael.get(&here).await.facts("Closed records"), ["1 of 3"]);
    michael.press(&form, &[("billing_reference", "INV-1")]).await.must_be(409).must_say("already closed");

    // open ones and closed ones are lists of their own, on both sides
    for (client, page) in [(&michael, &here), (&apollo, &at_vendor)] {
        let open = client.get(&format!("{page}/records?billing=open")).await;
        open.must_say("Weekly-2").must_say("Weekly-3").must_not_say("Weekly-1");
        let closed = client.get(&format!("{page}/records?billing=closed")).await;
        closed.must_say("Weekly-1").must_say("INV-1").must_not_say("Weekly-2");
        let sheet = client.get(&format!("{page}/records.csv")).await.body_text();
        let bills: Vec<bool> = sheet.lines().skip(1).map(|line| line.ends_with("INV-1,First half")).collect();
        assert_eq!(bills, [true, false, false], "{sheet}");
    }

    close(&michael, &here, 3, "INV-2").await;
    let form = michael.get(&format!("{here}/records/4/close")).await;
    form.must_say("This is the last open record, so the file will be closed.");
    let before = told(&world);
    michael.submit(&form, &[("billing_reference", "INV-3")]).await.must_be(303);
    assert_eq!((status(&world, file_of(&here)), told(&world)), ("closed".into(), before + 1));
    let page = michael.get(&here).await;
    assert_eq!(page.must_not_say("Edit billing").facts("Status"), ["Closed"]);
    michael.get(&format!("{here}/billing")).await.must_be(409).must_say("This file has no billing of its own");
    apollo.get(&format!("{at_vendor}/history")).await.must_say("closed a record").must_say("closed the file");
    assert_eq!(closings(&world, &here), "2 INV-1, 3 INV-2, 4 INV-3");
}

#[actix_web::test]
async fn of_those_who_close_the_last_records_at_once_one_closes_the_file() {
    let world = World::new().await;
    let michael = world.michael().await;
    let here = accepted(&world, "Raced", 4).await;
    let mut forms = Vec::new();
    for row in 2..6 {
        forms.push(michael.get(&format!("{here}/records/{row}/close")).await);
    }
    let bill = [("billing_reference", "INV-1")];
    let answers = join_all(forms.iter().map(|form| michael.submit(form, &bill))).await;
    assert!(answers.iter().all(|answer| answer.status == 303));
    assert_eq!(status(&world, file_of(&here)), "closed");
    let events =
        format!("SELECT count(*) AS n FROM events WHERE object = '{}' AND name = 'usage_file.closed'", file_of(&here));
    assert_eq!(world.number(&events), 1);
}

#[actix_web::test]
async fn how_a_record_was_billed_can_be_said_otherwise_and_who_closed_it_stays() {
    let world = World::new().await;
    let michael = world.michael().await;
    let here = accepted(&world, "Again", 2).await;
    michael.get(&format!("{here}/records/2/billing")).await.must_be(409);
    close(&michael, &here, 2, "INV-1").await;
    let form = michael.get(&format!("{here}/records/2/billing")).await;
    form.must_say("Closed by Michael Goldmill");
    let late = michael.get(&format!("{here}/records/2/billing")).await;
    let done = michael.submit(&form, &[("billing_reference", "INV-2")]).await;
    michael.follow(done).await.must_say("Billing saved").must_say("INV-2");
    // who saves second sees what was saved
    let second = michael.submit(&late, &[("billing_reference", "INV-3")]).await;
    second.must_be(409).must_say("INV-2");
    // also once the file is closed as a whole: the record keeps its own
    let close = michael.get(&format!("{here}/close")).await;
    close.must_say("1 record that is still open will count as billed.");
    michael.submit(&close, &[("billing_reference", "INV-9")]).await.must_be(303);
    michael.get(&format!("{here}/records")).await.must_say("INV-2").must_say("INV-9");
    let form = michael.get(&format!("{here}/records/2/billing")).await;
    michael.submit(&form, &[("billing_reference", "INV-4")]).await.must_be(303);
    assert_eq!(closings(&world, &here), "2 INV-4");
    // what was closed with its file is billed there
    michael.get(&format!("{here}/records/3/billing")).await.must_be(409);
    michael.get(&format!("{here}/billing")).await.must_be(200);
}

#[actix_web::test]
async fn a_page_that_asks_to_close_a_file_binds_to_what_is_open() {
    let world = World::new().await;
    let michael = world.michael().await;
    let here = accepted(&world, "Bound", 2).await;
    let form = michael.get(&format!("{here}/close")).await;
    close(&michael, &here, 2, "INV-1").await;
    let refused = michael.press(&form, &[("billing_reference", "INV-9")]).await;
    refused.must_be(409).must_say("The closed records changed");
}

#[actix_web::test]
async fn nobody_else_closes_a_record() {
    let world = World::new().await;
    let (apollo, donnie, paulie) = (world.apollo().await, world.donnie().await, world.paulie().await);
    let here = accepted(&world, "Ours", 1).await;
    let file = file_of(&here);
    for (client, base, wanted) in [(&apollo, CHAMPIONS, 404), (&donnie, ACREED, 404), (&paulie, MICKS, 403)] {
        let csrf = client.get("/profile").await.value("csrf");
        let typed = [("csrf", csrf.as_str()), ("billing_reference", "INV-1")];
        for act in ["records/2/close", "records/2/billing", "chunks/1/close", "chunks/1/edit"] {
            let url = format!("{base}/usage-files/{file}/{act}");
            client.get(&url).await.must_be(wanted);
            client.post(&url, &typed).await.must_be(wanted);
        }
    }
    paulie.get(&format!("{here}/records")).await.must_be(200).must_not_say("Close Ours-1");
    assert_eq!(closings(&world, &here), "");
    // nor what is not there, or of a file that waits
    let michael = world.michael().await;
    for row in ["1", "3", "-2147483648", "99999999999"] {
        michael.get(&format!("{here}/records/{row}/close")).await.must_be(404);
    }
    let waiting = world.text("SELECT id AS t FROM usage_files WHERE status = 'pending'");
    michael.get(&format!("{MICKS}/usage-files/{waiting}/records/2/close")).await.must_be(409);
    // the database holds it, too
    let mut sql = world.sql();
    let insert = format!(
        "INSERT INTO usage_closings (file_id, number, billing_reference, closed_at, closer_id) \
         SELECT '{waiting}', 2, 'X', now(), id FROM users LIMIT 1"
    );
    assert!(
        sql.batch_execute(&insert).unwrap_err().to_string().contains("only records of an accepted file are closed")
    );
}

#[actix_web::test]
async fn a_program_closes_records_each_once() {
    let world = World::new().await;
    let here = accepted(&world, "Program", 4).await;
    let [micks, _, champions, acreed] = world.tokens();
    world.run(KEYS);
    let [micks, champions, acreed] = [micks, champions, acreed].map(|key| Program::of(&world, &key));
    let record = |row: usize| format!("{}-0000-{row:04}", file_of(&here).replacen("UF", "UR", 1));
    let path = |row: usize| format!("/usage/records/{}/close", record(row));
    let bill = json!({ "external_billing_id": "INV-1", "external_billing_note": "June" });
    for (program, wanted) in [(&champions, 404), (&acreed, 404)] {
        assert_eq!(program.send(Method::POST, &path(2), &bill, &[]).await.status, wanted);
    }
    let refused = value(&micks.send(Method::POST, &path(2), &json!({}), &[]).await);
    assert!(refused["params"]["external_billing_id"].is_array(), "{refused}");
    for _ in 0..2 {
        let closed = micks.send(Method::POST, &path(2), &bill, &[("idempotency-key", "one")]).await;
        let closed_record = value(&closed);
        assert_eq!(
            (closed.status, &closed_record["status"], &closed_record["external_billing_id"]),
            (200, &json!("closed"), &json!("INV-1"))
        );
    }
    assert_eq!(micks.send(Method::POST, &path(2), &bill, &[]).await.status, 400, "it is closed once");

    // several at once: each has its result
    let of = |row: usize, bill: &str| json!({ "id": record(row), "external_billing_id": bill });
    let many = json!([of(2, "INV-1"), of(3, "INV-2"), of(4, ""), of(9, "INV-2"), { "id": "UR-1" }]);
    let answer = micks.send(Method::POST, "/usage/records/close-records", &many, &[]).await;
    let Value::Array(results) = value(&answer) else { panic!("a list") };
    let codes: Vec<_> = results.iter().map(|one| one["error_codes"].as_str().unwrap_or("done")).collect();
    assert_eq!(codes, ["REQ_409", "done", "VAL_001", "REQ_404", "REQ_404"], "{results:?}");
    // what has another shape is refused as a whole
    for wrong in [
        json!([of(5, "INV-2"), { "external_billing_id": "INV-2" }]),
        json!([{ "id": record(5), "external_billing_id": 7 }]),
    ] {
        assert_eq!(micks.send(Method::POST, "/usage/records/close-records", &wrong, &[]).await.status, 400, "{wrong}");
    }
    let twice = json!([of(4, "INV-2"), of(4, "INV-3")]);
    assert_eq!(micks.send(Method::POST, "/usage/records/close-records", &twice, &[]).await.status, 400);
    let file = value(&micks.get(&format!("/usage/files/{}", file_of(&here))).await);
    assert_eq!((&file["status"], &file["records"]["closed"]), (&json!("accepted"), &json!(2)));
    let query = format!("/usage/records?usagefile.id={}", file_of(&here));
    for (narrower, wanted) in [("status=closed", 2), ("status=approved", 2), ("external_billing_id=INV-2", 1)] {
        let found = value(&champions.get(&format!("{query}&{narrower}")).await);
        assert_eq!(found.as_array().map(Vec::len), Some(wanted), "{narrower}: {found}");
    }
    let rest = json!([of(4, "INV-2"), of(5, "INV-2")]);
    micks.send(Method::POST, "/usage/records/close-records", &rest, &[]).await;
    assert_eq!(status(&world, file_of(&here)), "closed");
}
