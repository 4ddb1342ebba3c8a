//! `kill -9` while a file is checked and while it is applied, and two programs that want the same import.

use std::time::{Duration, Instant};

use crate::{
    killed::{database, number},
    support::{
        Client,
        program::{Over, Program},
        world::MICKS,
    },
};

const ROWS: usize = 12_000;
/// Longer than a lease, and the work besides.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// Resellers, each below the next row of the file, in trees of four.
fn file() -> Vec<u8> {
    let mut text = "ID,External ID,External UID,Action,Hub ID,Parent Search Criteria,Parent Search Value,Type,Tax ID,Company Name,\
         Address Line 1,Address Line 2,City,State,Zip,Country,Technical Contact First Name,Technical Contact Last Name,\
         Technical Contact Email,Technical Contact Phone\r\n"
        .to_owned();
    for row in 0..ROWS {
        let parent = if row % 4 == 3 { ",".to_owned() } else { format!("external_id,K-{}", row + 1) };
        text += &format!(",K-{row},,create,,{parent},reseller,,Gym {row},1 S,,C,,1,US,A,B,a@b.example,\r\n");
    }
    text.into_bytes()
}

pub async fn until(client: &Client, url: &str, state: &str) {
    let began = Instant::now();
    let wanted = format!("\"state\":\"{state}\"");
    while !String::from_utf8_lossy(&client.get(&format!("{url}/progress")).await.body).contains(&wanted) {
        assert!(began.elapsed() < PATIENCE, "{url} becomes {state}");
        actix_web::rt::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until there are more rows than `seen`; how many there are then.
async fn more_than(seen: i64, count: impl Fn() -> i64) -> i64 {
    let began = Instant::now();
    loop {
        let now = count();
        if now > seen {
            return now;
        }
        assert!(began.elapsed() < PATIENCE, "more than {seen} rows are applied");
        actix_web::rt::time::sleep(Duration::from_millis(20)).await;
    }
}

#[actix_web::test]
#[ignore = "make faults"]
async fn an_import_killed_again_and_again_applies_each_row_once() {
    let database = database();
    let rows = |condition: &str| {
        number(&database.url, &format!("SELECT count(*) AS n FROM customer_import_rows WHERE {condition}"))
    };
    // two programs that share the database: each takes over what the other held when it was killed
    let mut programs = [(); 2].map(|()| Program::start(Over::Url(database.url.clone())));
    let michael = programs[1].michael().await;
    let page = michael.get(&format!("{MICKS}/customers/imports/new")).await;
    let url = michael.upload(&page, &[], "file", &file()).await.location().to_owned();
    for _ in 0..3 {
        actix_web::rt::time::sleep(Duration::from_millis(300)).await;
        programs[0].kill_and_start();
    }
    until(&michael, &url, "checked").await;
    assert_eq!((rows("true"), rows("result = 'create'")), (ROWS as i64, ROWS as i64));
    let page = michael.get(&url).await;
    michael.submit_to(&page, Some("/apply"), &[]).await.must_be(303);
    let mut seen = 0;
    for round in 0..4 {
        seen = more_than(seen, || rows("result = 'created'")).await;
        assert!(seen < ROWS as i64, "{seen} rows were applied before kill {round}");
        programs[round % 2].kill_and_start();
    }
    until(&michael, &url, "done").await;
    assert_eq!(rows("result = 'created'"), ROWS as i64);
    let made = "SELECT count(*) AS n FROM tier_accounts WHERE external_id LIKE 'K-%'";
    let named = "SELECT count(DISTINCT external_id) AS n FROM tier_accounts WHERE external_id LIKE 'K-%'";
    let told =
        "SELECT count(*) AS n FROM events e JOIN tier_accounts t ON t.id = e.object WHERE t.external_id LIKE 'K-%'";
    let kept = "SELECT count(*) AS n FROM tier_account_versions v JOIN tier_accounts t ON t.id = v.tier_account_id \
                WHERE t.external_id LIKE 'K-%'";
    for what in [made, named, told, kept] {
        assert_eq!(number(&database.url, what), ROWS as i64, "{what}");
    }
}
