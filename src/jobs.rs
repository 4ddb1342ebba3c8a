//! What the program does by itself: each job wakes at its interval, and two programs never do one piece of work twice.

use std::time::Duration;

use tokio::task::JoinHandle;

use crate::{access::sessions, app::Program, kit::problem::Result};

/// Starts all jobs; abort the handle to stop them between two pieces of work.
pub fn start(program: Program) -> JoinHandle<()> {
    actix_web::rt::spawn(async move {
        let mut minute = tokio::time::interval(Duration::from_secs(60));
        loop {
            minute.tick().await;
            if let Err(problem) = sweep(&program).await {
                tracing::warn!(%problem, "a job failed and will be tried again");
            }
        }
    })
}

async fn sweep(program: &Program) -> Result<()> {
    program.db.open(|conn| sessions::sweep(conn).map(drop)).await
}
