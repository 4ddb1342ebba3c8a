//! Invite many: a sheet of partners becomes one contract and one link each, once, whoever sends it again.

use crate::support::{
    Answer, Client, World,
    world::{ACREED, AGREEMENT, MICKS},
};

const HEAD: &str = "Company,Email,External ID,Note,Language";

fn file(rows: &[&str]) -> Vec<u8> {
    std::iter::once(HEAD).chain(rows.iter().copied()).collect::<Vec<_>>().join("\r\n").into_bytes()
}

/// Sends a sheet for the first program or service agreement that is known; its page.
async fn send(client: &Client, file: &[u8]) -> Answer {
    let page = client.get(&format!("{MICKS}/directory/many/new")).await;
    let typed = [("agreement", AGREEMENT), ("kind", "production"), ("note", "Welcome")];
    let answer = client.upload_named(page.must_be(200), &typed, "file", "partners.csv", file).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    client.follow(answer).await
}

/// Runs a sheet and lets the job do it.
async fn run(world: &World, client: &Client, page: &Answer) -> Answer {
    let answer = client.submit_to(page, Some("/run"), &[]).await;
    answer.must_be(303);
    entente::jobs::catch_up(&world.program).await.expect("the job runs");
    client.get(&page.path).await
}

fn contracts(world: &World, whose: &str) -> i64 {
    world.number(&format!("SELECT count(*) AS n FROM contracts WHERE recipient_company LIKE '{whose}%'"))
}

#[actix_web::test]
async fn a_sheet_shows_what_becomes_of_each_row_and_changes_nothing_until_it_is_run() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page =
        send(&michael, &file(&["Gym One,one@gyms.example,G-1,,", "Gym Two,nowhere,G-2,,xx", "Gym Three,,G-3,Hi,de"]))
            .await;
    page.must_say("Will be invited").must_say("Enter an email address in the format name@example.com");
    page.must_say("B3").must_say("Enter en or de").must_say("Invite 2 partners");
    assert_eq!(contracts(&world, "Gym"), 0);
    let page = run(&world, &michael, &page).await;
    page.must_say("Done").must_say("Invited");
    assert_eq!(contracts(&world, "Gym"), 2);
    assert_eq!(
        world.number("SELECT count(*) AS n FROM contracts WHERE recipient_company = 'Gym Three' AND note = 'Hi'"),
        1
    );
}

#[actix_web::test]
async fn the_same_file_twice_makes_nothing_twice_and_says_so_for_each_row() {
    let world = World::new().await;
    let michael = world.michael().await;
    let sheet = file(&["Gym One,one@gyms.example,,,", "Gym Two,,G-2,,"]);
    let page = send(&michael, &sheet).await;
    run(&world, &michael, &page).await;
    let again = send(&michael, &sheet).await;
    again.must_say("Already invited").must_not_say("Will be invited");
    assert_eq!(contracts(&world, "Gym"), 2);
}

#[actix_web::test]
async fn two_people_with_the_same_file_at_once_make_one_contract_of_each_row() {
    let world = World::new().await;
    let michael = world.michael().await;
    let sheet = file(&["Gym One,one@gyms.example,G-1,,", "Gym Two,two@gyms.example,,,"]);
    let (one, other) = (send(&michael, &sheet).await, send(&michael, &sheet).await);
    michael.submit_to(&one, Some("/run"), &[]).await.must_be(303);
    michael.submit_to(&other, Some("/run"), &[]).await.must_be(303);
    let jobs = (entente::jobs::catch_up(&world.program), entente::jobs::catch_up(&world.program));
    let (first, second) = futures_util::join!(jobs.0, jobs.1);
    first.and(second).expect("the jobs run");
    assert_eq!(contracts(&world, "Gym"), 2);
    michael.get(&other.path).await.must_say("Done");
}

#[actix_web::test]
async fn of_a_thousand_rows_the_good_ones_are_run_and_the_bad_ones_come_back_to_be_mended() {
    let world = World::new().await;
    let michael = world.michael().await;
    let rows: Vec<String> = (1..=1_000)
        .map(|n| if n % 33 == 0 { format!("Gym {n},wrong {n},,,") } else { format!("Gym {n},gym{n}@gyms.example,,,") })
        .collect();
    let page = send(&michael, &file(&rows.iter().map(String::as_str).collect::<Vec<_>>())).await;
    page.must_say("Invite 970 partners");
    let bad = michael.get(&page.link("Download errors")).await;
    let bad = String::from_utf8(bad.body.to_vec()).expect("text");
    assert_eq!(bad.lines().count(), 31, "the header and 30 rows");
    let mended = bad.replace("wrong ", "mended").replace(",,,,Error", "@gyms.example,,,,Error");
    let mended = send(&michael, mended.as_bytes()).await;
    mended.must_say("These columns are ignored: Result, Result Details.");
}

#[actix_web::test]
async fn links_come_as_a_sheet_as_letters_and_by_mail() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = send(&michael, &file(&["=1+1,one@gyms.example,,,de", "Gym Two,two@gyms.example,,,"])).await;
    let page = run(&world, &michael, &page).await;
    let links = michael.get(&page.link("Links CSV")).await;
    let links = String::from_utf8(links.body.to_vec()).expect("text");
    assert!(links.contains("/activate/") && links.contains("'=1+1"), "{links}");
    let letters = michael.get(&page.link("Letters")).await;
    letters.must_be(200).must_say("Gym Two").must_say("/activate/");
    let mailed = "SELECT count(*) AS n FROM link_mails WHERE recipient LIKE '%@gyms.example'";
    michael.submit_to(&page, Some("/mail"), &[("act", "ticked"), ("id", "2")]).await.must_be(303);
    entente::jobs::catch_up(&world.program).await.expect("the job runs");
    assert_eq!(world.number(mailed), 1);
    let page = michael.get(&page.path).await;
    michael.submit_to(&page, Some("/mail"), &[("act", "all")]).await.must_be(303);
    entente::jobs::catch_up(&world.program).await.expect("the job runs");
    assert_eq!(world.number(mailed), 2, "nobody is emailed twice");
}

#[actix_web::test]
async fn a_sheet_is_run_on_the_version_that_was_shown_or_not_at_all() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = send(&michael, &file(&["Gym One,one@gyms.example,,,"])).await;
    world.run(&format!("UPDATE agreements SET name = 'Other terms' WHERE id = '{AGREEMENT}'"));
    let answer = michael.submit_to(&page, Some("/run"), &[]).await;
    assert_ne!(answer.status, 303);
    entente::jobs::catch_up(&world.program).await.expect("the job runs");
    assert_eq!(contracts(&world, "Gym"), 0);
}

#[actix_web::test]
async fn a_job_that_broke_off_goes_on_without_doubling() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = send(&michael, &file(&["Gym One,one@gyms.example,,,", "Gym Two,two@gyms.example,,,"])).await;
    let page = run(&world, &michael, &page).await;
    // as a program leaves it that ended behind the first row
    world.run(
        "UPDATE partner_sheets SET state = 'running', leased_by = gen_random_uuid(), leased_until = now() - interval '1 second'; \
         UPDATE partner_sheet_rows SET result = 'invite', contract_id = NULL WHERE number = 3",
    );
    entente::jobs::catch_up(&world.program).await.expect("the job runs");
    michael.get(&page.path).await.must_say("Done");
    assert_eq!(contracts(&world, "Gym"), 2);
}

#[actix_web::test]
async fn who_may_not_create_contracts_sees_no_sheet() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = send(&michael, &file(&["Gym One,one@gyms.example,,,"])).await;
    let paulie = world.paulie().await;
    paulie.get(&format!("{MICKS}/directory/many")).await.must_be(403);
    paulie.get(&page.path).await.must_be(403);
    let donnie = world.donnie().await;
    let theirs = page.path.replace(MICKS, ACREED);
    assert_ne!(donnie.get(&theirs).await.status, 200);
}

#[actix_web::test]
async fn the_template_can_be_sent_back_and_a_file_that_is_none_says_why() {
    let world = World::new().await;
    let michael = world.michael().await;
    let new = michael.get(&format!("{MICKS}/directory/many/new")).await;
    let template = michael.get(&new.link("Template CSV")).await;
    let typed = [("agreement", AGREEMENT), ("kind", "test"), ("note", "n")];
    let blank = michael.upload_named(&new, &typed, "file", "t.csv", &template.body).await;
    assert_eq!(blank.must_be(422).errors(), ["There are no rows under the header"]);
    let none = michael.submit(&new, &typed).await;
    assert_eq!(none.must_be(422).errors(), ["Choose a file"]);
}
