//! What the program does by itself. Each piece of work locks its rows, so two programs never do one twice.

use std::time::Duration;

use tokio::task::JoinHandle;

use crate::{
    access::{reset, sessions, throttle},
    app::Program,
    kit::{kept, problem::Result, wizard},
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
    let importer = program.clone();
    handles.push(actix_web::rt::spawn(async move {
        let mut pause = tokio::time::interval(Duration::from_secs(2));
        loop {
            pause.tick().await;
            told(import(&importer).await);
        }
    }));
    let resetter = program.clone();
    handles.push(actix_web::rt::spawn(async move {
        let mut pause = tokio::time::interval(Duration::from_secs(2));
        loop {
            pause.tick().await;
            told(answer_resets(&resetter).await);
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

/// Goes on with imports, a piece at a time, until there is nothing left.
pub async fn import(program: &Program) -> Result<()> {
    while program.db.write_system("import", imports::actions::go_on).await? > 0 {}
    Ok(())
}

/// Mails links to those who forgot their password.
pub async fn answer_resets(program: &Program) -> Result<()> {
    while program.db.write_system("password resets", reset::answer).await? > 0 {}
    Ok(())
}

async fn sweep(program: &Program) -> Result<()> {
    let db = &program.db;
    db.open(|conn| {
        sessions::sweep(conn)?;
        throttle::sweep(conn)?;
        activation::store::sweep(conn)?;
        kept::sweep(conn)?;
        wizard::sweep(conn).map(drop)
    })
    .await?;
    while db.write_system("expiry", expiry::terminate_due).await? > 0 {}
    while db.write_system("schedule", fulfillment::actions::take_up_due).await? > 0 {}
    while db.write_system("reminders", expiry::remind).await? > 0 {}
    Ok(())
}
