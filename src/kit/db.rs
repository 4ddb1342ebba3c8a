//! The only doors to the database: no actor, no connection.
//!
//! [`Db::read`] and [`Db::write`] take an [`Actor`]; [`Db::write_as_person`] somebody who acts for no company; [`Db::open`] is for
//! what must run before anybody is known (sessions, sign-in, links) and is easy to grep for.

mod pool;
mod tx;

pub use tx::{Personal, System, Tx, Who, only_looking};

use std::{
    cell::Cell,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use actix_web::web;
use chrono::{DateTime, Utc};
use diesel::{IntoSql as _, PgConnection, RunQueryDsl as _, r2d2::ConnectionManager, sql_types::Timestamptz};
use r2d2::{Pool, PooledConnection};
use tokio::sync::Semaphore;

use self::{
    pool::{Manager, Quiet},
    tx::transact,
};
use super::{
    actor::{Actor, Permission},
    connect::Prepare,
    consequence::Consequences,
    done::Done,
    problem::{Problem, Result},
    secret::Key,
    statement::statement,
    vault::Vault,
};

/// A request is answered within 3 s, also while others hold what it needs. It opens the database several times; all of them together
/// may wait so long for a free place…
const WAIT_FOR_PLACE: Duration = Duration::from_millis(1_000);
/// …each so long for a connection, when one has to be made anew…
const WAIT_FOR_CONNECTION: Duration = Duration::from_millis(300);
/// …and one statement so long for a lock: the request then ends. In milliseconds, as PostgreSQL takes it.
pub(super) const WAIT_FOR_LOCK: u32 = 1_500;
/// Longer than any statement may take: PostgreSQL itself does not answer. What it was asked may still come about.
const WAIT_FOR_ANSWER: Duration = Duration::from_secs(8);
/// Bytes of a file from which the connection that carried it is too large to keep; see [`carried`].
const LARGE_FILE: usize = 512 * 1024;
/// A connection idle for longer is asked whether it still lives.
const TRUSTED_IDLE: Duration = Duration::from_secs(1);

thread_local! {
    /// Whether the connection that this thread works with has carried a large file.
    static LADEN: Cell<bool> = const { Cell::new(false) };
}

tokio::task_local! {
    /// How long the request that runs has waited for places so far.
    static WAITED: Cell<Duration>;
}

/// Runs a request so that all its waiting together is bounded.
pub async fn patiently<F: Future>(request: F) -> F::Output {
    WAITED.scope(Cell::new(Duration::ZERO), request).await
}

fn waited() -> Duration {
    WAITED.try_with(Cell::get).unwrap_or_default()
}

/// To be called by whatever writes or reads a file of so many bytes. libpq never gives back the memory of a long message, so a connection
/// that has carried a large one is closed after the work and made anew.
pub fn carried(bytes: usize) {
    if bytes >= LARGE_FILE {
        LADEN.set(true);
    }
}

/// The database, for as many clones as needed.
#[derive(Clone)]
pub struct Db {
    pool: Pool<Manager>,
    places: Arc<Semaphore>,
    statements: Arc<AtomicUsize>,
    /// When a connection was last found dead: no other is trusted that was not used since.
    shaken: Arc<Mutex<Option<Instant>>>,
    given: Given,
}

/// What the program gives to every act besides a connection.
#[derive(Clone, Default)]
struct Given {
    /// What evidence is marked with.
    key: Option<Key>,
    /// What follows from what happens.
    consequences: Option<Arc<Consequences>>,
}

impl Given {
    fn key(&self) -> Result<&Key> {
        self.key.as_ref().ok_or_else(|| Problem::internal("the database was opened without the server's key"))
    }

    fn consequences(&self) -> Result<Arc<Consequences>> {
        self.consequences.clone().ok_or_else(|| Problem::internal("the database was opened without consequences"))
    }
}

/// Reading for one actor: a connection and whose eyes look through it.
pub struct Read<'c, P> {
    pub conn: &'c mut PgConnection,
    pub actor: &'c Actor<P>,
    given: Given,
}

impl<P> Read<'_, P> {
    /// What opens secrets, so that a form can hold one against what is given.
    ///
    /// # Errors
    /// When the database was opened without the server's key ([`Db::with_key`]).
    pub fn vault(&self) -> Result<Vault> {
        Ok(Vault::of(self.given.key()?))
    }

    /// What follows from what happens, for pages that say so before.
    ///
    /// # Errors
    /// When the database was opened without them ([`Db::with_consequences`]).
    pub fn consequences(&self) -> Result<Arc<Consequences>> {
        self.given.consequences()
    }
}

/// Reading for whoever holds a link: its code is looked at before anything else is.
pub struct Guest<'c> {
    conn: &'c mut PgConnection,
}

/// Whoever may look: a [`Read`], a [`Tx`] that has to know something before it changes it, or a [`Guest`]. What all of them ask is written
/// once.
pub trait Looks {
    fn conn(&mut self) -> &mut PgConnection;
}

impl<P> Looks for Read<'_, P> {
    fn conn(&mut self) -> &mut PgConnection {
        self.conn
    }
}

impl<P> Looks for Tx<'_, P> {
    fn conn(&mut self) -> &mut PgConnection {
        self.conn
    }
}

impl Looks for Guest<'_> {
    fn conn(&mut self) -> &mut PgConnection {
        self.conn
    }
}

impl Db {
    /// A pool of at most `size` connections. Does not connect yet, so the program starts while PostgreSQL is away.
    pub fn new(url: &str, size: u32) -> Self {
        Self::by(url, size, Prepare::On)
    }

    /// [`Db::new`], directly or behind a pooler.
    pub fn by(url: &str, size: u32, prepare: Prepare) -> Self {
        let statements = Arc::new(AtomicUsize::new(0));
        let pool = Pool::builder()
            .max_size(size)
            .min_idle(Some(1))
            .connection_timeout(WAIT_FOR_CONNECTION)
            .test_on_check_out(false)
            .error_handler(Box::new(Quiet))
            .build_unchecked(Manager { inner: ConnectionManager::new(url), prepare, statements: statements.clone() });
        Self {
            pool,
            places: Arc::new(Semaphore::new(size as usize)),
            statements,
            shaken: Arc::default(),
            given: Given::default(),
        }
    }

    /// The same pool with the key that evidence is marked with: without one nothing can be signed.
    pub fn with_key(mut self, key: Key) -> Self {
        self.given.key = Some(key);
        self
    }

    /// The same pool with what follows from what happens: without it nothing can happen that has consequences.
    pub fn with_consequences(mut self, table: Consequences) -> Self {
        self.given.consequences = Some(Arc::new(table));
        self
    }

    /// How many statements ran since the start: tests hold pages to a budget by it.
    pub fn statements(&self) -> usize {
        self.statements.load(Ordering::Relaxed)
    }

    pub async fn read<P: Permission, T: Send + 'static>(
        &self,
        actor: &Actor<P>,
        look: impl FnOnce(&mut Read<'_, P>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (actor, given) = (actor.clone(), self.given.clone());
        self.open(move |conn| look(&mut Read { conn, actor: &actor, given })).await
    }

    pub async fn write<P: Permission, T: Send + 'static>(
        &self,
        actor: &Actor<P>,
        act: impl FnOnce(&mut Tx<'_, P>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let who = actor.who();
        let given = self.given.clone();
        self.open(move |conn| transact(conn, who, given, true, act)).await
    }

    /// As [`Db::write`], for an act that may come to nothing: it says so itself ([`Done`]).
    pub async fn attempt<P: Permission, T: Send + 'static>(
        &self,
        actor: &Actor<P>,
        act: impl FnOnce(&mut Tx<'_, P>) -> Result<Done<T>> + Send + 'static,
    ) -> Result<Done<T>> {
        self.draft(actor, move |tx| tx.proven(act)).await
    }

    /// Unfinished work of one person: answers of wizards, saved views. Needs no event.
    pub async fn draft<P: Permission, T: Send + 'static>(
        &self,
        actor: &Actor<P>,
        act: impl FnOnce(&mut Tx<'_, P>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let who = actor.who();
        let given = self.given.clone();
        self.open(move |conn| transact(conn, who, given, false, act)).await
    }

    /// An act for no company ([`Personal`]).
    pub async fn write_as_person<T: Send + 'static>(
        &self,
        who: Who,
        act: impl FnOnce(&mut Tx<'_, Personal>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let given = self.given.clone();
        self.open(move |conn| transact(conn, who, given, true, act)).await
    }

    /// As [`Db::write_as_person`], for an act that may come to nothing.
    pub async fn attempt_as_person<T: Send + 'static>(
        &self,
        who: Who,
        act: impl FnOnce(&mut Tx<'_, Personal>) -> Result<Done<T>> + Send + 'static,
    ) -> Result<Done<T>> {
        let given = self.given.clone();
        self.open(move |conn| transact(conn, who, given, false, |tx| tx.proven(act))).await
    }

    /// An act of the program itself ([`System`]), which often finds nothing to do.
    pub async fn write_system<T: Send + 'static>(
        &self,
        job: &'static str,
        act: impl FnOnce(&mut Tx<'_, System>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let given = self.given.clone();
        self.open(move |conn| transact(conn, Who::System { job }, given, false, act)).await
    }

    /// For whoever holds a link and is nobody else.
    pub async fn read_by_link<T: Send + 'static>(
        &self,
        look: impl FnOnce(&mut Guest<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.open(move |conn| look(&mut Guest { conn })).await
    }

    /// A connection without an actor: sessions, sign-in, links, jobs and the command line only.
    pub async fn open<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut PgConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (began, left) = (Instant::now(), WAIT_FOR_PLACE.saturating_sub(waited()));
        let place = tokio::time::timeout(left, self.places.clone().acquire_owned())
            .await
            .map_err(|_| Problem::Unavailable("every connection is busy".into()))?
            .map_err(Problem::internal)?;
        // outside a request nothing is counted
        let _ = WAITED.try_with(|waited| waited.set(waited.get() + began.elapsed()));
        let db = self.clone();
        let answer = web::block(move || {
            let _place = place;
            db.with(work)
        });
        tokio::time::timeout(WAIT_FOR_ANSWER, answer)
            .await
            .map_err(|_| Problem::Unavailable("PostgreSQL does not answer".into()))?
            .map_err(|_| Problem::internal("the blocking pool ended"))?
    }

    /// [`Db::open`] for the command line, which has no event loop.
    pub fn open_now<T>(&self, work: impl FnOnce(&mut PgConnection) -> Result<T>) -> Result<T> {
        self.with(work)
    }

    /// Runs `work` on a living connection; one that failed goes back marked, so that the pool drops it.
    fn with<T>(&self, work: impl FnOnce(&mut PgConnection) -> Result<T>) -> Result<T> {
        let mut conn = self.living()?;
        let outcome = work(&mut conn.pg);
        conn.broken = LADEN.take();
        if matches!(outcome, Err(Problem::Unavailable(_))) {
            conn.broken = true;
            *self.shaken.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        } else {
            conn.used = Instant::now();
        }
        outcome
    }

    fn living(&self) -> Result<PooledConnection<Manager>> {
        // at worst every pooled connection died with the server
        for _ in 0..=self.pool.max_size() {
            let mut conn = self.pool.get().map_err(|error| Problem::Unavailable(error.to_string()))?;
            let shaken = *self.shaken.lock().unwrap_or_else(PoisonError::into_inner);
            let trusted = conn.used.elapsed() < TRUSTED_IDLE && shaken.is_none_or(|shaken| conn.used > shaken);
            if trusted || statement("SELECT 1").execute(&mut conn.pg).is_ok() {
                return Ok(conn);
            }
            conn.broken = true;
        }
        Err(Problem::Unavailable("no connection is alive".into()))
    }

    /// An act of the program from the command line.
    pub fn write_now<T>(&self, job: &'static str, act: impl FnOnce(&mut Tx<'_, System>) -> Result<T>) -> Result<T> {
        let given = self.given.clone();
        self.with(|conn| transact(conn, Who::System { job }, given, false, act))
    }
}

/// What time it is. All that expires goes by this clock, in whichever program one asks.
pub fn now(conn: &mut PgConnection) -> Result<DateTime<Utc>> {
    Ok(diesel::select(diesel::dsl::now.into_sql::<Timestamptz>()).get_result(conn)?)
}
