//! The only doors to the database: no actor, no connection.
//!
//! [`Db::read`] and [`Db::write`] take an [`Actor`]; [`Db::write_as_person`] somebody who acts for no company; [`Db::open`] is for
//! what must run before anybody is known (sessions, sign-in, links) and is easy to grep for.

use std::{
    borrow::Cow,
    cell::Cell,
    marker::PhantomData,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use actix_web::web;
use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, IntoSql as _, PgConnection, RunQueryDsl as _,
    connection::InstrumentationEvent,
    r2d2::ConnectionManager,
    sql_types::{Array, Bool, Nullable, Text, Timestamptz},
};
use r2d2::{ManageConnection, Pool, PooledConnection};
use tokio::sync::Semaphore;

use super::{
    actor::{Account, Actor, Identity, Permission, User},
    caller::{Caller, Credential},
    choice::Choice as _,
    connect::{self, Prepare},
    consequence::Consequences,
    done::Done,
    event::Event,
    id::Id,
    problem::{Problem, Result},
    secret::Key,
    security::{self, Kind},
    statement::statement,
    vault::Vault,
    words::Words,
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
/// Statements that a connection keeps prepared; with more it is closed and made anew. Filters, sorts and columns of all grids make some
/// thousands of shapes, and PostgreSQL keeps each for as long as a connection lives.
const KEPT: usize = 500;
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

/// A pooled connection that remembers when it was last good.
struct Conn {
    pg: PgConnection,
    used: Instant,
    broken: bool,
    /// How many statements it keeps prepared.
    kept: Arc<AtomicUsize>,
}

struct Manager {
    inner: ConnectionManager<PgConnection>,
    prepare: Prepare,
    statements: Arc<AtomicUsize>,
}

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Conn, Self::Error> {
        let mut pg = self.inner.connect()?;
        connect::keep(&mut pg, self.prepare);
        connect::limit(&mut pg, self.prepare).map_err(diesel::r2d2::Error::QueryError)?;
        let (statements, kept) = (self.statements.clone(), Arc::new(AtomicUsize::new(0)));
        let counted = kept.clone();
        pg.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            let count = match event {
                InstrumentationEvent::StartQuery { .. } => &statements,
                InstrumentationEvent::CacheQuery { .. } => &counted,
                _ => return,
            };
            count.fetch_add(1, Ordering::Relaxed);
        });
        Ok(Conn { pg, used: Instant::now(), broken: false, kept })
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), Self::Error> {
        self.inner.is_valid(&mut conn.pg)
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        conn.broken || conn.kept.load(Ordering::Relaxed) > KEPT || self.inner.has_broken(&mut conn.pg)
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

/// Who is behind a write.
#[derive(Clone)]
pub enum Who {
    /// A member, also one in whose name a job acts.
    Member { identity: Arc<Identity>, caller: Arc<Caller> },
    /// Somebody who acts for no company: on the own profile, or as a guest that holds a link.
    Person { name: String, user: Option<Id<User>>, caller: Arc<Caller> },
    /// The program itself; the name of the job.
    System { job: &'static str },
}

impl Who {
    pub fn identity(&self) -> Option<&Identity> {
        match self {
            Self::Member { identity, .. } => Some(identity),
            _ => None,
        }
    }

    /// As [`Who::identity`], for acts of members.
    ///
    /// # Errors
    /// [`Problem::NotFound`] when it is none.
    pub fn member(&self) -> Result<&Identity> {
        self.identity().ok_or(Problem::NotFound)
    }

    /// Where the act came from.
    pub fn caller(&self) -> Cow<'_, Caller> {
        match self {
            Self::Member { caller, .. } | Self::Person { caller, .. } => Cow::Borrowed(caller),
            Self::System { .. } => Cow::Owned(Caller::job()),
        }
    }
}

/// Marks a [`Tx`] of somebody who acts for no company.
pub struct Personal;

/// Marks a [`Tx`] of the program itself.
pub struct System;

/// One act: everything it changes, its event and its mail, or nothing.
pub struct Tx<'c, P> {
    pub conn: &'c mut PgConnection,
    /// The only clock of a write: when the transaction began, by the database.
    pub at: DateTime<Utc>,
    pub who: Who,
    cause: String,
    recorded: bool,
    given: Given,
    permission: PhantomData<P>,
}

impl<P> Tx<'_, P> {
    /// The server's key, for what an act writes that nobody else shall be able to make.
    ///
    /// # Errors
    /// When the database was opened without one ([`Db::with_key`]).
    pub fn key(&self) -> Result<Key> {
        self.given.key().map(Key::fixed)
    }

    /// The company for which somebody acts.
    ///
    /// # Errors
    /// [`Problem::NotFound`] when it is none.
    pub fn account(&self) -> Result<Id<Account>> {
        Ok(self.who.member()?.company.id.clone())
    }

    /// The member who acts.
    ///
    /// # Errors
    /// As [`Tx::account`].
    pub fn person(&self) -> Result<Id<User>> {
        Ok(self.who.member()?.person.id.clone())
    }

    /// Adds to the audit trail. An act that records nothing is rolled back.
    pub fn record(&mut self, event: Event) -> Result<()> {
        self.record_all(std::iter::once(event))
    }

    /// Adds to the trail of security what this act means for it. `user` is whom it concerns, when that is not who acts.
    pub fn secure(&mut self, kind: Kind, user: Option<&Id<User>>, about: &str) -> Result<()> {
        let acting = match &self.who {
            Who::Member { identity, .. } => Some(identity.person.id.to_string()),
            Who::Person { user, .. } => user.as_ref().map(ToString::to_string),
            Who::System { .. } => None,
        };
        let account = self.who.identity().map(|identity| identity.company.id.to_string());
        let user = user.map(ToString::to_string).or(acting);
        security::record(self.conn, &self.who.caller(), kind, (user, account), about)
    }

    /// What seals secrets and opens them.
    ///
    /// # Errors
    /// As [`Tx::key`].
    pub fn vault(&self) -> Result<Vault> {
        Ok(Vault::of(self.given.key()?))
    }

    /// As [`Read::consequences`].
    pub fn consequences(&self) -> Result<Arc<Consequences>> {
        self.given.consequences()
    }

    /// Who is behind an event: the kind, the name, the person and the company.
    fn signed(&self) -> (&'static str, String, Option<Id<User>>, Option<Id<Account>>) {
        match &self.who {
            Who::Member { identity, caller } => (
                if caller.credential == Credential::Token { "token" } else { "member" },
                identity.person.name.clone(),
                Some(identity.person.id.clone()),
                Some(identity.company.id.clone()),
            ),
            Who::Person { name, user: Some(user), .. } => ("person", name.clone(), Some(user.clone()), None),
            Who::Person { name, .. } => ("invitee", name.clone(), None, None),
            Who::System { job } => ("system", (*job).to_owned(), None, None),
        }
    }

    /// Adds many events in one statement, in their order: for acts on whole sets.
    pub fn record_all(&mut self, all: impl IntoIterator<Item = Event>) -> Result<()> {
        let all: Vec<Event> = all.into_iter().collect();
        if all.is_empty() {
            return Ok(());
        }
        let (kind, name, user, account) = self.signed();
        let caller = self.who.caller();
        statement(
            "INSERT INTO events (at, name, object, actor_kind, actor_name, user_id, account_id, private_to_id, \
             moved_from, moved_to, note, cause, address, request, credential, concerns_id) \
             SELECT $1, n.name, n.object, $2, $3, $4, $5, CASE WHEN n.private THEN $5 END, n.moved_from, n.moved_to, \
             n.note, $6, $7, $8, $15, n.concerns FROM unnest($9, $10, $11, $12, $13, $14, $16) WITH ORDINALITY \
             AS n (name, object, private, moved_from, moved_to, note, concerns, place) ORDER BY n.place",
        )
        .bind::<Timestamptz, _>(self.at)
        .bind::<Text, _>(kind)
        .bind::<Text, _>(name)
        .bind::<Nullable<Text>, _>(user)
        .bind::<Nullable<Text>, _>(account)
        .bind::<Text, _>(&self.cause)
        .bind::<Text, _>(&caller.address)
        .bind::<Text, _>(&caller.request)
        .bind::<Array<Text>, _>(all.iter().map(|event| event.name).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(all.iter().map(|event| event.object.as_str()).collect::<Vec<_>>())
        .bind::<Array<Bool>, _>(all.iter().map(|event| event.private).collect::<Vec<_>>())
        .bind::<Array<Nullable<Text>>, _>(all.iter().map(|event| event.moved.map(|(from, _)| from)).collect::<Vec<_>>())
        .bind::<Array<Nullable<Text>>, _>(all.iter().map(|event| event.moved.map(|(_, to)| to)).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(all.iter().map(|event| event.note.as_str()).collect::<Vec<_>>())
        .bind::<Text, _>(caller.credential.key())
        .bind::<Array<Nullable<Text>>, _>(all.iter().map(|event| event.concerns.as_deref()).collect::<Vec<_>>())
        .execute(self.conn)?;
        self.recorded = true;
        Ok(())
    }

    /// Who works on a request from now on: the acting person, unless somebody does already.
    pub fn taker(&self, assignee: Option<&Id<User>>) -> Option<Id<User>> {
        match assignee {
            Some(_) => None,
            None => self.who.identity().map(|identity| identity.person.id.clone()),
        }
    }

    /// Whether `act` would be done now: it is done and undone at once, with its events and its mail.
    ///
    /// # Errors
    /// As `act`.
    pub fn tried(&mut self, act: impl FnOnce(&mut Tx<'_, P>) -> Result<()>) -> Result<()> {
        let (at, who, cause, given) = (self.at, self.who.clone(), self.cause.clone(), self.given.clone());
        let mut refused = None;
        let undone = self.conn.transaction::<(), _, _>(|conn| {
            refused = act(&mut Tx { conn, at, who, cause, recorded: false, given, permission: PhantomData }).err();
            Err(diesel::result::Error::RollbackTransaction)
        });
        match (refused, undone) {
            (Some(problem), _) => Err(problem),
            (None, Ok(()) | Err(diesel::result::Error::RollbackTransaction)) => Ok(()),
            (None, Err(error)) => Err(error.into()),
        }
    }

    fn must_have_recorded(&self) -> Result<()> {
        if self.recorded { Ok(()) } else { Err(Problem::internal("an act recorded nothing and was rolled back")) }
    }

    /// Acts, and holds what says that it changed something to having recorded it.
    fn proven<T>(&mut self, act: impl FnOnce(&mut Self) -> Result<Done<T>>) -> Result<Done<T>> {
        let done = act(self)?;
        if done.changed() {
            self.must_have_recorded()?;
        }
        Ok(done)
    }

    /// Does what follows from what has happened, in the same transaction, in the program's own name.
    ///
    /// # Errors
    /// As what follows; when the database was opened without consequences ([`Db::with_consequences`]).
    pub fn follow<X: 'static>(&mut self, cause: &'static str, happened: &X) -> Result<()> {
        let consequences = self.consequences()?;
        self.as_system(cause, |tx| consequences.carry_out(tx, happened))
    }

    /// A consequence that a rule triggers, in the same transaction, in the program's own name.
    pub fn as_system<T>(
        &mut self,
        cause: &'static str,
        act: impl FnOnce(&mut Tx<'_, System>) -> Result<T>,
    ) -> Result<T> {
        act(&mut Tx {
            conn: self.conn,
            at: self.at,
            who: Who::System { job: "rule" },
            cause: cause.to_owned(),
            recorded: false,
            given: self.given.clone(),
            permission: PhantomData,
        })
    }
}

impl Tx<'_, System> {
    /// An act that a member began and a job carries out, in the member's name. `cause` says what was begun.
    ///
    /// # Errors
    /// [`Problem::Forbidden`] when the person may not do it any more.
    pub fn on_behalf<P: Permission, T>(
        &mut self,
        identity: Identity,
        cause: impl Into<String>,
        act: impl FnOnce(&mut Tx<'_, P>) -> Result<T>,
    ) -> Result<T> {
        if !P::held_by(&identity) {
            return Err(Problem::Forbidden(crate::t!(
                "{person} is no longer allowed to {act}",
                person = identity.person.name,
                act = Words::new(P::WORDS)
            )));
        }
        self.as_member(identity, cause.into(), act)
    }

    /// An act of a member, played by a loader of data. Its right was never checked: nothing that answers a request may do this.
    pub fn played<P: Permission, T>(
        &mut self,
        identity: Identity,
        act: impl FnOnce(&mut Tx<'_, P>) -> Result<T>,
    ) -> Result<T> {
        self.as_member(identity, String::new(), act)
    }

    fn as_member<P: Permission, T>(
        &mut self,
        identity: Identity,
        cause: String,
        act: impl FnOnce(&mut Tx<'_, P>) -> Result<T>,
    ) -> Result<T> {
        let mut played = Tx {
            conn: self.conn,
            at: self.at,
            who: Who::Member { identity: Arc::new(identity), caller: Arc::new(Caller::job()) },
            cause,
            recorded: false,
            given: self.given.clone(),
            permission: PhantomData,
        };
        let done = act(&mut played);
        self.recorded |= played.recorded;
        done
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

/// The refusal of whoever only looks, as a colleague.
pub fn only_looking() -> Problem {
    Problem::refused(
        "You're viewing as someone else",
        "Nothing can be changed while you view the portal as a colleague. Stop viewing to continue as yourself.",
    )
}

fn transact<P, T>(
    conn: &mut PgConnection,
    who: Who,
    given: Given,
    must_record: bool,
    act: impl FnOnce(&mut Tx<'_, P>) -> Result<T>,
) -> Result<T> {
    if who.caller().looks_only {
        return Err(only_looking());
    }
    conn.transaction(|conn| {
        let at = now(conn)?;
        let mut tx = Tx { conn, at, who, cause: String::new(), recorded: false, given, permission: PhantomData };
        let done = act(&mut tx)?;
        if must_record {
            tx.must_have_recorded()?;
        }
        Ok(done)
    })
}

/// r2d2's own handler logs every failed attempt as an error; we say it once, where a request fails.
#[derive(Debug)]
struct Quiet;

impl<E: std::fmt::Display> r2d2::HandleError<E> for Quiet {
    fn handle_error(&self, error: E) {
        tracing::debug!(%error, "no connection yet");
    }
}
