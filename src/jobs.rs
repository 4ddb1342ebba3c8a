//! What the program does by itself. Each piece of work locks its rows, so two programs never do one twice.

use std::{pin::Pin, time::Duration};

use tokio::{sync::watch, task::JoinHandle};

use crate::{
    accounts::brands,
    app::Program,
    keys,
    kit::{api::key, db::Db, kept, pieces, problem::Result, security, sql, wizard},
    mail::{
        outbox,
        sender::{self, Post},
    },
    manifest::{Ending, Job},
    modules::{self, branding::hosts::checks, contracts::evidence::checkpoint, sso::domains::daily},
    start,
};

/// How long a piece of work may take to end when the program does.
const ENDED_WITHIN: Duration = Duration::from_secs(20);

/// After so long every process goes by brands and host names as they are kept, whichever changed them.
const BRANDS_FRESH: Duration = Duration::from_secs(10);

/// The jobs of all modules.
fn all() -> impl Iterator<Item = &'static Job> {
    modules::ALL.iter().flat_map(|module| module.jobs)
}

type Work = fn(Db, Ending) -> Pin<Box<dyn Future<Output = Result<()>>>>;

/// Those that are done again and again, with the pause between.
fn often() -> impl Iterator<Item = (Duration, Work)> {
    all().filter_map(|job| match job {
        Job::Often(pause, work) => Some((*pause, *work)),
        Job::Sweep(_) | Job::Due(..) => None,
    })
}

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
    for (pause, work) in often() {
        jobs.every(pause, program, async move |program, ending| {
            told(work(program.db.clone(), ending.clone()).await);
        });
    }
    jobs.every(checks::AGAIN, program, async |program, _| {
        told(checks::look_again(&program.db, program.house.public.host()).await);
    });
    jobs.every(daily::AGAIN, program, async |program, _| {
        told(daily::look_again(&program.db, &program.config).await);
    });
    jobs.every(keys::AGAIN, program, async |program, _| {
        told(keys::follow(program).await);
    });
    jobs.every(BRANDS_FRESH, program, async |program, _| {
        told(brands::refresh(&program.db, &program.house).await);
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
    sender::send_one(&program.db, post.clone(), program.letters()).await
}

/// Writes down what waits of the trail of security.
pub async fn write_down(program: &Program) -> Result<()> {
    security::write_down(&program.db, &program.house.trail).await
}

/// Does once what modules do again and again, until nothing is left to do.
pub async fn catch_up(program: &Program) -> Result<()> {
    let ending = watch::Sender::new(false).subscribe();
    for (_, work) in often() {
        work(program.db.clone(), ending.clone()).await?;
    }
    Ok(())
}

/// The daily checkpoint of the evidence.
async fn anchor(program: &Program) -> Result<()> {
    let config = &program.config;
    let (key, operator) = (program.house.key.fixed(), config.operator_email.clone());
    checkpoint::daily(&program.db, key, operator, config.checkpoints.as_deref()).await
}

/// Clears away what nobody needs any more, and does what has become due.
async fn sweep(program: &Program) -> Result<()> {
    let db = &program.db;
    db.open(|conn| {
        for job in all() {
            if let Job::Sweep(sweep) = job {
                sweep(conn)?;
            }
        }
        kept::sweep(conn)?;
        pieces::sweep(conn)?;
        outbox::sweep(conn)?;
        security::sweep(conn)?;
        wizard::sweep(conn)?;
        key::sweep(conn).map(drop)
    })
    .await?;
    for job in all() {
        if let Job::Due(name, work) = job {
            while db.write_system(name, work).await? > 0 {}
        }
    }
    Ok(())
}
