//! What the program does by itself. Each piece of work locks its rows, so two programs never do one twice.

use std::time::Duration;

use tokio::{sync::watch, task::JoinHandle};

use crate::{
    access::{reset, sessions, throttle},
    app::Program,
    kit::{api::key, kept, problem::Result, security, sql, wizard},
    modules::{
        contracts::{activation, evidence::checkpoint, expiry},
        customers::imports,
        mail::{
            outbox,
            sender::{self, Post},
        },
        orders,
    },
    start,
};

/// How long a piece of work may take to end when the program does.
const ENDED_WITHIN: Duration = Duration::from_secs(20);

/// All jobs of a program.
pub struct Jobs {
    stop: watch::Sender<bool>,
    handles: Vec<JoinHandle<()>>,
}

/// Starts all jobs.
pub fn start(program: &Program, post: Option<Post>) -> Jobs {
    let mut jobs = Jobs { stop: watch::Sender::new(false), handles: Vec::new() };
    jobs.every(Duration::from_secs(60), program, async |program, _| {
        told(program.db.write_system("key", start::note_key).await);
        told(sweep(program).await);
        told(program.db.open(sql::settle_searches).await);
        told(anchor(program).await);
    });
    // whoever sends a small file need not wait until a large one is applied
    jobs.every(Duration::from_millis(500), program, async |program, stop| {
        told(check_imports(program, stop).await);
    });
    jobs.every(Duration::from_millis(500), program, async |program, stop| {
        told(apply_imports(program, stop).await);
    });
    jobs.every(Duration::from_secs(2), program, async |program, _| {
        told(answer_resets(program).await);
    });
    jobs.every(Duration::from_secs(1), program, async |program, _| {
        told(write_down(program).await);
    });
    if let Some(post) = post {
        jobs.every(Duration::from_secs(5), program, async move |program, stop| {
            while !*stop.borrow() && told(send(program, &post).await) == Some(true) {}
        });
    }
    jobs
}

impl Jobs {
    /// Does `work` again and again, with so long a pause, until the jobs end. It may look whether they do.
    fn every<W>(&mut self, pause: Duration, program: &Program, work: W)
    where
        W: AsyncFn(&Program, &watch::Receiver<bool>) + 'static,
    {
        let (program, mut stop) = (program.clone(), self.stop.subscribe());
        self.handles.push(actix_web::rt::spawn(async move {
            let mut tick = tokio::time::interval(pause);
            loop {
                tokio::select! {
                    _ = stop.changed() => break,
                    _ = tick.tick() => work(&program, &stop).await,
                }
            }
        }));
    }

    /// Lets each job finish the piece of work it is at, and begins no other.
    pub async fn end(self) {
        self.stop.send_replace(true);
        let deadline = tokio::time::Instant::now() + ENDED_WITHIN;
        for mut handle in self.handles {
            if tokio::time::timeout_at(deadline, &mut handle).await.is_err() {
                tracing::warn!("a job did not end in time");
                handle.abort();
            }
        }
    }
}

fn told<T>(outcome: Result<T>) -> Option<T> {
    outcome.inspect_err(|problem| tracing::warn!(%problem, "a job failed and will be tried again")).ok()
}

/// Sends one mail; says whether there was one.
async fn send(program: &Program, post: &Post) -> Result<bool> {
    let house = &program.house;
    sender::send_one(&program.db, post.clone(), house.key.clone(), house.public_url.clone()).await
}

/// Writes down what waits of the trail of security.
pub async fn write_down(program: &Program) -> Result<()> {
    security::write_down(&program.db, &program.house.trail).await
}

/// Checks and applies imports until there is nothing left to do.
pub async fn import(program: &Program) -> Result<()> {
    let stop = watch::Sender::new(false).subscribe();
    check_imports(program, &stop).await?;
    apply_imports(program, &stop).await
}

async fn check_imports(program: &Program, stop: &watch::Receiver<bool>) -> Result<()> {
    while !*stop.borrow() && imports::job::check_next(&program.db).await? {}
    Ok(())
}

async fn apply_imports(program: &Program, stop: &watch::Receiver<bool>) -> Result<()> {
    while !*stop.borrow() && imports::job::apply_next(&program.db).await? {
        program.db.open(sql::settle_searches).await?;
    }
    Ok(())
}

/// Mails links to those who forgot their password.
pub async fn answer_resets(program: &Program) -> Result<()> {
    while program.db.write_system("password resets", reset::answer).await? > 0 {}
    Ok(())
}

/// The daily checkpoint of the evidence.
async fn anchor(program: &Program) -> Result<()> {
    let config = &program.config;
    let (key, operator) = (program.house.key.clone(), config.operator_email.clone());
    checkpoint::daily(&program.db, key, operator, config.checkpoints.as_deref()).await
}

async fn sweep(program: &Program) -> Result<()> {
    let db = &program.db;
    db.open(|conn| {
        sessions::sweep(conn)?;
        throttle::sweep(conn)?;
        activation::store::sweep(conn)?;
        kept::sweep(conn)?;
        outbox::sweep(conn)?;
        security::sweep(conn)?;
        wizard::sweep(conn)?;
        key::sweep(conn)?;
        imports::store::forget_files(conn, imports::FILES_KEPT).map(drop)
    })
    .await?;
    while db.write_system("expiry", expiry::terminate_due).await? > 0 {}
    while db.write_system("schedule", orders::take_up_due).await? > 0 {}
    while db.write_system("reminders", expiry::remind).await? > 0 {}
    Ok(())
}
