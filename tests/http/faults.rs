//! When the database is busy or away: a page says so in time, and all is well again by itself.

use std::time::{Duration, Instant};

use diesel::{RunQueryDsl as _, sql_query};
use entente::kit::problem::Problem;

use crate::support::{World, world::MICKS};

#[actix_web::test]
async fn when_every_connection_is_busy_a_page_says_so_within_three_seconds() {
    let world = World::new().await;
    let michael = world.michael().await;
    let hogs: Vec<_> = (0..4)
        .map(|_| {
            let db = world.program.db.clone();
            actix_web::rt::spawn(async move {
                db.open(|conn| sql_query("SELECT pg_sleep(4)").execute(conn).map_err(Problem::from)).await
            })
        })
        .collect();
    actix_web::rt::time::sleep(Duration::from_millis(300)).await;
    let began = Instant::now();
    let answer = michael.get(MICKS).await;
    answer.must_be(503).must_say("busy or cannot reach its database");
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    assert!(answer.header("retry-after").is_some());
    michael.get("/healthz").await.must_be(200);
    for hog in hogs {
        let _ = hog.await;
    }
    michael.get(MICKS).await.must_be(200);
}

#[actix_web::test]
async fn connections_that_died_with_the_server_are_replaced() {
    let world = World::new().await;
    let michael = world.michael().await;
    michael.get("/readyz").await.must_be(200);
    world.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
    // at most the request that meets the dead connection is told to try again
    let first = michael.get(MICKS).await.status;
    assert!([200, 503].contains(&first), "{first}");
    michael.get(MICKS).await.must_be(200);
}
