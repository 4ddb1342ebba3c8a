//! A report that another file of the vendor has already: whoever uploads it is told before it counts, and chooses.

use actix_web::http::Method;

use crate::{
    api::{Program, value},
    support::{
        Answer, Client, World,
        world::{CHAMPIONS, MICKS},
    },
    usage::{REPEATED, create, csv, id, job, ready, records, row, status, submit, upload},
    usage_api::KEYS,
    usage_pitfalls::rated,
    usage_pitfalls_more::{mapped, orders},
};

const TOLD: &str = "already has this report, and uploaded it anyway.";

/// Sends a report; what is answered.
async fn send(apollo: &Client, page: &Answer, report: &[u8]) -> Answer {
    let form = apollo.get(&format!("{}/upload", page.path)).await;
    apollo.upload_named(&form, &[], "file", "report.csv", report).await
}

/// How often somebody chose to go on.
fn chosen(world: &World) -> (i64, i64) {
    (
        world.number("SELECT count(*) AS n FROM usage_uploads WHERE repeats IS NOT NULL AND repeated_by IS NOT NULL"),
        world.number("SELECT count(*) AS n FROM events WHERE name = 'usage_file.repeated'"),
    )
}

#[actix_web::test]
async fn whoever_uploads_a_report_that_another_file_has_is_told_which_and_by_whom_before_it_counts() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let first = ready(&world, &apollo, "First", &[row("S-1", "1")]).await;
    let second = create(&apollo, "Second").await;
    let asked = send(&apollo, &second, &csv(&[row("S-1", "1")])).await;
    asked.must_be(200).must_say(REPEATED).must_say(&format!("({}) already has this report.", id(&first)));
    asked.must_say("The file is ready.").must_say("uploaded it");
    assert_eq!((status(&world, &id(&second)).as_str(), chosen(&world)), ("draft", (0, 0)));
    // going on reads the report that was sent, and says so for good
    apollo.submit(&asked, &[]).await.must_be(303);
    job(&world).await;
    let page = apollo.get(&second.path).await;
    page.must_say("The record ID “S-1” was already reported").must_say(TOLD);
    assert_eq!(chosen(&world), (1, 1));
    apollo.get(&format!("{}/history", second.path)).await.must_say("uploaded a report that another file has too");
    // what was sent once is not sent again
    apollo.press(&asked, &[]).await.must_be(409).must_say("Nothing was uploaded");
    // another report of the same file is no repetition
    upload(&world, &apollo, &second, &csv(&[row("S-2", "1")])).await.must_say("No errors found.").must_not_say(TOLD);
    assert_eq!(chosen(&world), (0, 1));
}

#[actix_web::test]
async fn files_that_count_for_nothing_are_no_reason_to_ask() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let wrong = csv(&[row("S-1", "x")]);
    let first = create(&apollo, "Wrong").await;
    upload(&world, &apollo, &first, &wrong).await.must_say("is not a number");
    let second = create(&apollo, "Wrong again").await;
    send(&apollo, &second, &wrong).await.must_be(303);
    job(&world).await;
    // and neither is the file itself
    send(&apollo, &second, &wrong).await.must_be(303);
}

#[actix_web::test]
async fn a_page_that_asked_of_one_file_asks_again_once_a_later_one_has_the_report() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let report = csv(&[row("S-1", "1")]);
    ready(&world, &apollo, "First", &[row("S-1", "1")]).await;
    let (second, third) = (create(&apollo, "Second").await, create(&apollo, "Third").await);
    let (asked, also) = (send(&apollo, &second, &report).await, send(&apollo, &third, &report).await);
    apollo.submit(&asked, &[]).await.must_be(303);
    let again = apollo.submit(&also, &[]).await;
    again.must_be(200).must_say(REPEATED).must_say(&format!("({}) already has this report.", id(&second)));
    apollo.submit(&again, &[]).await.must_be(303);
    assert_eq!(chosen(&world), (2, 2));
}

#[actix_web::test]
async fn a_report_that_waits_for_an_answer_is_deleted_after_an_hour() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    ready(&world, &apollo, "First", &[row("S-1", "1")]).await;
    let second = create(&apollo, "Second").await;
    let asked = send(&apollo, &second, &csv(&[row("S-1", "1")])).await;
    world.run("DELETE FROM file_uploads WHERE NOT kept");
    apollo.submit(&asked, &[]).await.must_be(409).must_say("Upload it again.");
    assert_eq!(status(&world, &id(&second)), "draft");
}

#[actix_web::test]
async fn whoever_reviews_a_file_sees_that_its_vendor_uploaded_the_report_anyway() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let first = rated(&world, &apollo, "First").await;
    let mapping = mapped(&apollo, &[]).await;
    let report = orders(&[("O-1", "1.5"), ("O-2", "2.5")]);
    upload(&world, &apollo, &first, &report).await.must_say("2 records, 4.00 USD");
    // with other IDs nothing collides, so that nothing else would be told
    let form = apollo.get(&format!("{mapping}/edit")).await;
    apollo.submit(&form, &[("record_id", "{Order}-b")]).await.must_be(303);
    let second = rated(&world, &apollo, "Second").await;
    let asked = send(&apollo, &second, &report).await;
    asked.must_be(200).must_say(REPEATED);
    apollo.submit(&asked, &[]).await.must_be(303);
    job(&world).await;
    assert_eq!(records(&world, &id(&second)), 2, "the mapping that was found is the one it is read with");
    submit(&apollo, &second).await;
    let seen = |page: &str| format!("{MICKS}/usage-files/{page}");
    let page = michael.get(&seen(&id(&second))).await;
    page.must_say("was told that another file already has this report, and uploaded it anyway.");
    page.must_not_say(&id(&first));
    michael.get(&format!("{MICKS}/usage-files")).await.must_say("Same report as another file");
    submit(&apollo, &first).await;
    michael.get(&seen(&id(&second))).await.must_say(TOLD).must_say(&id(&first));
    apollo.get(&format!("{CHAMPIONS}/usage-files?status=pending")).await.must_say("Same report as another file");
}

#[actix_web::test]
async fn a_program_is_refused_with_a_code_and_names_the_other_file_to_go_on() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let [_, _, champions, _] = world.tokens();
    world.run(KEYS);
    let program = Program::of(&world, &champions);
    let first = ready(&world, &apollo, "First", &[row("S-1", "1")]).await;
    let second = create(&apollo, "Second").await;
    let report = String::from_utf8(csv(&[row("S-1", "1")])).expect("a text");
    let to = format!("/usage/files/{}/upload", id(&second));
    let send = async |known: &str| {
        let part = |name: &str, more: &str, text: &str| {
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{text}\r\n")
        };
        let form =
            [part("repeats", "", known), part("usage_file", "; filename=\"r.csv\"", &report), "--x--\r\n".into()];
        let kind = ("multipart/form-data; boundary=x", form.concat().into_bytes());
        program.send_raw(Method::POST, &to, kind, &[]).await
    };
    for known in ["", "UF-2026-01-0000-0000", "nonsense"] {
        let answer = send(known).await;
        assert_eq!(answer.status, 400, "{known}");
        let wrong = value(&answer)["params"]["repeats"].clone();
        assert!(wrong.is_array(), "{known}: {}", value(&answer));
        assert_eq!(wrong.to_string().contains(&id(&first)), known != "nonsense", "{wrong}");
    }
    assert_eq!(chosen(&world), (0, 0));
    assert_eq!(world.number("SELECT count(*) AS n FROM file_uploads WHERE NOT kept"), 0, "nothing lies about");
    assert_eq!(send(&id(&first)).await.status, 201);
    assert_eq!(chosen(&world), (1, 1));
}
