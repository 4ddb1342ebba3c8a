//! `kill -9` while a report of usage is checked.

use std::time::Instant;

use chrono::{Days, NaiveDate, Utc};
use entente::demo;

use crate::{
    imports::{PATIENCE, until},
    killed::{database, number},
    support::{
        Client,
        program::{Over, Program},
        world::CHAMPIONS,
    },
};

const ROWS: i64 = 100_000;
/// A check that broke off more often is given up.
const KILLS: usize = 3;

fn ago(days: u64) -> NaiveDate {
    Utc::now().date_naive() - Days::new(days)
}

/// A row for each hundredth of an hour.
fn report() -> Vec<u8> {
    let mut text =
        "record_id,item_search_criteria,item_search_value,quantity,start_time_utc,end_time_utc,asset_search_criteria,\
         asset_search_value\r\n"
            .to_owned();
    let (from, to) = (ago(8), ago(5));
    for row in 0..ROWS {
        text += &format!("K-{row},item.mpn,APOLLO-PULSE-HOURS,0.01,{from},{to},asset.external_id,SO-4702\r\n");
    }
    text.into_bytes()
}

/// A vendor, and the address of a new file of its own.
async fn begin(program: &Program) -> (Client, String) {
    let apollo = program.stranger();
    let page = apollo.get("/sign-in").await;
    let typed = [("email", "apollo@champions.example"), ("password", demo::PASSWORD)];
    apollo.submit(&page, &typed).await.must_be(303);
    let page = apollo.get(&format!("{CHAMPIONS}/usage-files/new")).await;
    let (from, to) = (ago(8).to_string(), ago(5).to_string());
    let typed = [("name", "Through fire"), ("from", from.as_str()), ("to", to.as_str()), ("currency", "")];
    let made = apollo.submit(&page, &typed).await;
    let url = made.must_be(303).location().to_owned();
    (apollo, url)
}

#[actix_web::test]
#[ignore = "make faults"]
async fn a_check_killed_in_the_middle_counts_each_row_once() {
    let database = database();
    let count = |statement: &str| number(&database.url, &format!("SELECT count(*) AS n FROM {statement}"));
    let mut program = Program::start(Over::Url(database.url.clone()));
    let (apollo, url) = begin(&program).await;
    let form = apollo.get(&format!("{url}/upload")).await;
    apollo.upload_named(&form, &[], "file", "report.csv", &report()).await.must_be(303);
    for round in 0..KILLS {
        let began = Instant::now();
        let middle = format!("usage_uploads WHERE attempts > {round} AND work BETWEEN 1 AND {ROWS} - 10000");
        while count(&middle) == 0 {
            assert!(began.elapsed() < PATIENCE, "check {round} begins");
            actix_web::rt::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        program.kill_and_start();
        assert_eq!(
            count("usage_files WHERE name = 'Through fire' AND status = 'processing'"),
            1,
            "killed {round} times"
        );
    }
    until(&apollo, &url, "ready").await;
    let ours = "usage_records r JOIN usage_files f ON f.id = r.file_id WHERE f.name = 'Through fire'";
    assert_eq!(count(ours), ROWS);
    assert_eq!(count(&format!("(SELECT DISTINCT r.key FROM {ours}) one")), ROWS);
    let counted = "usage_files f WHERE name = 'Through fire' AND records = 100000 AND \
                   (SELECT sum(t.quantity) = 1000 AND sum(t.records) = 100000 FROM usage_totals t WHERE t.file_id = f.id)";
    assert_eq!(count(counted), 1, "its totals are those of its rows");
}

#[actix_web::test]
#[ignore = "make faults"]
async fn a_dry_run_killed_in_the_middle_tells_of_each_row_and_keeps_none() {
    let database = database();
    let count = |statement: &str| number(&database.url, &format!("SELECT count(*) AS n FROM {statement}"));
    let mut program = Program::start(Over::Url(database.url.clone()));
    let (apollo, url) = begin(&program).await;
    let before = count("usage_records");
    let form = apollo.get(&format!("{url}/dry-run")).await;
    apollo.upload_named(&form, &[], "file", "report.csv", &report()).await.must_be(303);
    let wait = async |trial: &str| {
        let began = Instant::now();
        while count(&format!("usage_trials WHERE {trial}")) == 0 {
            assert!(began.elapsed() < PATIENCE, "{trial}");
            actix_web::rt::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    for round in 0..KILLS {
        wait(&format!("attempts > {round} AND work BETWEEN 1 AND {ROWS} - 10000")).await;
        program.kill_and_start();
        assert_eq!(count("usage_trials WHERE outcome IS NULL"), 1, "killed {round} times");
    }
    wait("outcome IS NOT NULL").await;
    let told =
        format!("usage_trials WHERE (outcome ->> 'rows')::int = {ROWS} AND (outcome ->> 'records')::int = {ROWS}");
    assert_eq!((count(&told), count("usage_records")), (1, before));
}
