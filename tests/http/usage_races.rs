//! Two who want the same file at the same instant, each with a connection of their own: one of them has it, and nothing is done twice.

use std::sync::{Arc, Barrier};

use entente::{
    demo,
    kit::{connect::Prepare, db::Db},
    modules::usage::{job::check_next, rules::job::rule_next},
};
use tokio::join;

use crate::{
    binding::at_once,
    support::{
        Answer, Client, World,
        world::{CHAMPIONS, MICKS, PULSE, serve},
    },
    usage::{create, csv, id, job, ready, records, row, status, submit},
};

const APOLLO: &str = "apollo@champions.example";
const MICHAEL: &str = "michael@mightymicks.example";
const ROUNDS: usize = 4;

/// How often something happened to a file.
fn events(world: &World, file: &str, names: &str) -> i64 {
    world.number(&format!("SELECT count(*) AS n FROM events WHERE object = '{file}' AND name IN ({names})"))
}

fn chunks(world: &World, file: &str) -> i64 {
    world.number(&format!("SELECT count(*) AS n FROM usage_chunks WHERE file_id = '{file}'"))
}

/// A file with one record that waits for the distributor.
async fn pending(world: &World, apollo: &Client, name: &str) -> String {
    let page = ready(world, apollo, name, &[row(name, "1")]).await;
    submit(apollo, &page).await;
    id(&page)
}

#[actix_web::test]
async fn of_accepting_and_rejecting_a_file_at_once_one_happens() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    for round in 0..ROUNDS {
        let file = pending(&world, &apollo, &format!("Both-{round}")).await;
        let here = format!("{MICKS}/usage-files/{file}");
        let answers = at_once(
            &world,
            [
                (MICHAEL, format!("{here}/accept"), vec![("note", "Fine")]),
                (MICHAEL, format!("{here}/reject"), vec![("note", "Wrong")]),
            ],
        );
        let (now, hubs) = (status(&world, &file), chunks(&world, &file));
        match answers.as_slice() {
            [303, 409] => assert_eq!((now.as_str(), hubs), ("accepted", 1), "round {round}"),
            [409, 303] => assert_eq!((now.as_str(), hubs), ("rejected", 0), "round {round}"),
            other => panic!("round {round}: {other:?}"),
        }
        assert_eq!(events(&world, &file, "'usage_file.accepted', 'usage_file.rejected'"), 1);
        assert_eq!(records(&world, &file), 1);
    }
    let told =
        world.number("SELECT count(*) AS n FROM outbox WHERE kind = 'usage_decided' AND recipient LIKE 'apollo%'");
    assert_eq!(told, ROUNDS as i64, "the vendor hears of each once");
}

#[actix_web::test]
async fn of_submitting_and_deleting_a_file_at_once_one_happens() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    for round in 0..ROUNDS {
        let page = ready(&world, &apollo, &format!("Gone-{round}"), &[row(&format!("G-{round}"), "1")]).await;
        let (file, old) = (id(&page), apollo.get(&format!("{}/delete", page.path)).await);
        let answers = at_once(
            &world,
            [(APOLLO, format!("{}/submit", page.path), vec![]), (APOLLO, format!("{}/delete", page.path), vec![])],
        );
        if answers.first() == Some(&303) {
            assert_eq!(answers, [303, 409], "round {round}");
            // and while it is accepted, whoever still has the page of before deletes nothing
            let form = michael.get(&format!("{MICKS}/usage-files/{file}/accept")).await;
            let (accepted, deleted) = join!(michael.press(&form, &[]), apollo.press(&old, &[]));
            assert_eq!((accepted.status, deleted.status), (303, 409));
            assert_eq!((status(&world, &file).as_str(), records(&world, &file)), ("accepted", 1));
        } else {
            assert!([[404, 303], [409, 303]].contains(&[answers[0], answers[1]]), "round {round}: {answers:?}");
            assert_eq!(records(&world, &file), 0);
            assert_eq!(world.number(&format!("SELECT count(*) AS n FROM usage_files WHERE id = '{file}'")), 0);
        }
    }
}

#[actix_web::test]
async fn of_two_who_close_a_file_at_once_one_says_how_it_was_billed() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    for round in 0..ROUNDS {
        let file = pending(&world, &apollo, &format!("Closed-{round}")).await;
        let here = format!("{MICKS}/usage-files/{file}");
        let form = michael.get(&format!("{here}/accept")).await;
        michael.submit(&form, &[]).await.must_be(303);
        let close = format!("{here}/close");
        let answers = at_once(
            &world,
            [
                (MICHAEL, close.clone(), vec![("billing_reference", "INV-1")]),
                (MICHAEL, close, vec![("billing_reference", "INV-2")]),
            ],
        );
        let billed = world.text(&format!("SELECT billing_reference AS t FROM usage_files WHERE id = '{file}'"));
        match answers.as_slice() {
            [303, 409] => assert_eq!(billed, "INV-1", "round {round}"),
            [409, 303] => assert_eq!(billed, "INV-2", "round {round}"),
            other => panic!("round {round}: {other:?}"),
        }
        assert_eq!((status(&world, &file).as_str(), events(&world, &file, "'usage_file.closed'")), ("closed", 1));
    }
}

/// Sends two reports at the same instant, each to one of two files, or both to one, each from a thread with a worker of its own; the answers.
fn sent_at_once(world: &World, sent: [(&str, Vec<u8>); 2]) -> Vec<u16> {
    let ready = Arc::new(Barrier::new(sent.len()));
    let senders = sent.map(|(url, report)| {
        let (program, ready, url) = (world.program.clone(), ready.clone(), url.to_owned());
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let client = Client::new(serve(program).await);
                let page = client.get("/sign-in").await;
                client.submit(&page, &[("email", APOLLO), ("password", demo::PASSWORD)]).await.must_be(303);
                let page = client.get(&url).await;
                page.must_be(200);
                ready.wait();
                client.upload_named(&page, &[], "file", "report.csv", &report).await.status
            })
        })
    });
    senders.into_iter().map(|one| one.join().expect("a thread")).collect()
}

#[actix_web::test]
async fn of_two_reports_for_a_file_at_once_one_is_checked_and_none_is_mixed() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    for round in 0..ROUNDS {
        let page = create(&apollo, &format!("Uploads-{round}")).await;
        let file = id(&page);
        let of = |who: &str, count: usize| {
            csv(&(0..count).map(|n| row(&format!("{who}-{round}-{n}"), "1")).collect::<Vec<_>>())
        };
        let to = format!("{}/upload", page.path);
        let answers = sent_at_once(&world, [(to.as_str(), of("ONE", 3)), (to.as_str(), of("OTHER", 5))]);
        job(&world).await;
        let kept = (status(&world, &file), records(&world, &file));
        match answers.as_slice() {
            [303, 409] => assert_eq!(kept, ("ready".into(), 3), "round {round}"),
            [409, 303] => assert_eq!(kept, ("ready".into(), 5), "round {round}"),
            other => panic!("round {round}: {other:?}"),
        }
        assert_eq!(events(&world, &file, "'usage_file.uploaded'"), 1);
    }
}

#[actix_web::test]
async fn of_one_report_for_two_files_at_once_one_is_asked_about() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    for round in 0..ROUNDS {
        let to = |page: &Answer| format!("{}/upload", page.path);
        let one = to(&create(&apollo, &format!("One-{round}")).await);
        let other = to(&create(&apollo, &format!("Other-{round}")).await);
        let report = csv(&[row(&format!("BOTH-{round}"), "1")]);
        let mut answers = sent_at_once(&world, [(one.as_str(), report.clone()), (other.as_str(), report)]);
        answers.sort_unstable();
        assert_eq!(answers, [200, 303], "round {round}");
        assert_eq!(world.number("SELECT count(*) AS n FROM usage_uploads WHERE repeats IS NOT NULL"), 0);
        job(&world).await;
    }
}

#[actix_web::test]
async fn of_a_rule_and_a_person_who_decide_at_once_one_decides() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let form = michael.get(&format!("{MICKS}/usage-rules/{PULSE}/edit")).await;
    michael.submit(&form, &[("mode", "reject"), ("reason", "Elsewhere")]).await.must_be(303);
    for round in 0..ROUNDS {
        let file = pending(&world, &apollo, &format!("Ruled-{round}")).await;
        let form = michael.get(&format!("{MICKS}/usage-files/{file}/accept")).await;
        let (ruled, person) = join!(rule_next(&world.program.db), michael.press(&form, &[]));
        ruled.expect("the rule is applied");
        job(&world).await;
        let wanted = match person.status {
            303 => ("accepted", 1, 0),
            409 => ("rejected", 0, 1),
            other => panic!("round {round}: {other}"),
        };
        let by_rule = events(&world, &file, "'usage_file.rejected_by_rule'");
        let by_person = events(&world, &file, "'usage_file.accepted'");
        assert_eq!((status(&world, &file).as_str(), by_person, by_rule), wanted, "round {round}");
    }
}

/// Sends so many files whose reports wait to be checked; their ids.
async fn waiting(apollo: &Client, files: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for file in 0..files {
        let page = create(apollo, &format!("Waiting-{file}")).await;
        let rows: Vec<String> = (0..200).map(|n| row(&format!("W-{file}-{n}"), "1")).collect();
        let form = apollo.get(&format!("{CHAMPIONS}/usage-files/{}/upload", id(&page))).await;
        apollo.upload_named(&form, &[], "file", "report.csv", &csv(&rows)).await.must_be(303);
        ids.push(id(&page));
    }
    ids
}

async fn check_until_none_waits(db: &Db) -> usize {
    let mut checked = 0;
    while check_next(db).await.expect("an upload is checked") {
        checked += 1;
    }
    checked
}

#[actix_web::test]
async fn two_programs_on_one_database_never_check_the_same_file() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let files = waiting(&apollo, 8).await;
    let other = Db::by(&world.serving_url(), 2, Prepare::On);
    let (one, two) = join!(check_until_none_waits(&world.program.db), check_until_none_waits(&other));
    assert_eq!(one + two, files.len());
    for file in &files {
        assert_eq!((status(&world, file).as_str(), records(&world, file)), ("ready", 200));
        let begun = events(&world, file, "'usage_file.processing'");
        assert_eq!((begun, events(&world, file, "'usage_file.validated'")), (1, 1), "{file}");
    }
    assert_eq!(world.number("SELECT coalesce(max(attempts), 0)::bigint AS n FROM usage_uploads"), 1);
}
