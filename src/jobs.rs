//! What the program does by itself. Each piece of work locks its rows, so two programs never do one twice.

use std::time::Duration;

use tokio::task::JoinHandle;

use crate::{
    access::{sessions, throttle},
    app::Program,
    kit::{problem::Result, wizard},
    modules::{
        contracts::{activation, expiry},
        customers::imports,
        fulfillment,
        mail::sender::{self, Post},
    },
};

/// Starts all jobs; abort the handles to stop them between two pieces of work.
pub fn start(program: Program, post: Option<Post>) -> Vec<JoinHandle<()>> {
    let sweeper = program.clone();
    let mut handles = vec![actix_web::rt::spawn(async move {
        let mut minute = tokio::time::interval(Duration::from_secs(60));
        loop {
            minute.tick().await;
            told(sweep(&sweeper).await);
        }
    })];
    // whoever sends a small file need not wait until a large one is applied
    let (checker, applier) = (program.clone(), program.clone());
    handles.push(actix_web::rt::spawn(async move {
        let mut pause = tokio::time::interval(Duration::from_millis(500));
        loop {
            pause.tick().await;
            told(check_imports(&checker).await);
        }
    }));
    handles.push(actix_web::rt::spawn(async move {
        let mut pause = tokio::time::interval(Duration::from_millis(500));
        loop {
            pause.tick().await;
            told(apply_imports(&applier).await);
        }
    }));
    if let Some(post) = post {
        handles.push(actix_web::rt::spawn(async move {
            let mut pause = tokio::time::interval(Duration::from_secs(5));
            loop {
                pause.tick().await;
                told(send(&program, &post).await);
            }
        }));
    }
    handles
}

fn told(outcome: Result<()>) {
    if let Err(problem) = outcome {
        tracing::warn!(%problem, "a job failed and will be tried again");
    }
}

async fn send(program: &Program, post: &Post) -> Result<()> {
    let house = &program.house;
    while sender::send_one(&program.db, post.clone(), house.key.clone(), house.public_url.clone()).await? {}
    Ok(())
}

/// Checks and applies imports until there is nothing left to do.
pub async fn import(program: &Program) -> Result<()> {
    check_imports(program).await?;
    apply_imports(program).await
}

async fn check_imports(program: &Program) -> Result<()> {
    while imports::job::check_next(&program.db).await? {}
    Ok(())
}

async fn apply_imports(program: &Program) -> Result<()> {
    while imports::job::apply_next(&program.db).await? {}
    Ok(())
}

async fn sweep(program: &Program) -> Result<()> {
    let db = &program.db;
    db.open(|conn| {
        sessions::sweep(conn)?;
        throttle::sweep(conn)?;
        activation::store::sweep(conn)?;
        wizard::sweep(conn)?;
        imports::store::forget_files(conn, imports::FILES_KEPT).map(drop)
    })
    .await?;
    while db.write_system("expiry", expiry::terminate_due).await? > 0 {}
    while db.write_system("schedule", fulfillment::actions::take_up_due).await? > 0 {}
    while db.write_system("reminders", expiry::remind).await? > 0 {}
    Ok(())
}
