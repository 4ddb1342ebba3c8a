//! From settings to a running program: database, migrations, key, server, jobs.

use std::{io, sync::atomic::Ordering, time::Duration};

use actix_web::HttpServer;
use diesel::{
    Connection as _, ExpressionMethods as _, PgConnection, QueryDsl as _, QueryableByName, RunQueryDsl as _,
    connection::SimpleConnection as _, sql_query, sql_types::Text,
};
use diesel_migrations::MigrationHarness as _;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{
    access::factors::{authenticator, codes},
    accounts::{self, brands},
    app::Program,
    config::Config,
    jobs, keys,
    kit::{
        connect::{self, Prepare},
        db::{System, Tx},
        migrations,
        problem::Problem,
        secret::Key,
        security::Kind,
        vault::Vault,
    },
    mail::sender::Post,
    modules::{products::parameters::sealing, sso::sealing as providers},
    postgres::Embedded,
    roles,
    schema::server_keys,
};

/// Serialises programs that migrate one database; diesel itself takes no lock. The number is ours by choice.
const MIGRATION_LOCK: i64 = 0x0065_6e74_656e_7465;

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Postgres(#[from] crate::postgres::StartError),
    #[error("cannot reach the database: {0}")]
    Connect(#[from] diesel::ConnectionError),
    #[error("cannot bring the database up to date: {0}")]
    Migrate(String),
    #[error("ENTENTE_SECRET_KEY must be set when DATABASE_URL is; make one with: openssl rand -base64 33")]
    NoKey,
    #[error("{0}: {1}")]
    Io(String, io::Error),
    #[error("roles of the database: {0}")]
    Roles(String),
}

/// A database as [`Database::prepare`] left it.
#[derive(Debug, Clone, Copy)]
pub struct Prepared {
    /// How many migrations were applied.
    pub applied: usize,
    /// Whether the role that serves is known to be another than the one that owns the schema.
    pub bounded: bool,
}

/// A database to work on; the embedded one ends with it.
pub struct Database {
    /// By the role that serves.
    pub url: String,
    /// By the role that owns the schema, for migrations.
    pub owner_url: String,
    prepare: Prepare,
    embedded: Option<Embedded>,
}

impl Database {
    /// The configured database, or the embedded one, started if need be.
    pub fn open(config: &Config) -> Result<Self, StartError> {
        match &config.database_url {
            Some(url) => {
                let owner_url = config.migrate_url.as_ref().unwrap_or(url).clone();
                Ok(Self { url: url.clone(), owner_url, prepare: config.prepare, embedded: None })
            }
            None => {
                let embedded = Embedded::start(&config.data)?;
                let (url, owner_url) = (embedded.serving_url(), embedded.url());
                Ok(Self { url, owner_url, prepare: Prepare::On, embedded: Some(embedded) })
            }
        }
    }

    /// Brings the schema up to date, lets the role that serves in, and brings secret values under the current key.
    pub fn prepare(&self, key: &Key) -> Result<Prepared, StartError> {
        // nearly every start finds all done: one connection is enough to see it
        let mut conn = self.connect()?;
        if self.prepare == Prepare::Off {
            connect::limit_role(&mut conn).map_err(|error| StartError::Roles(error.to_string()))?;
        }
        let done = is_current(&mut conn) && roles::may_serve(&mut conn)?;
        let applied = if done { 0 } else { self.bring_up_to_date()? };
        seal(&mut conn, key)?;
        let bounded = self.url != self.owner_url || !roles::may_alter(&mut conn)?;
        Ok(Prepared { applied, bounded })
    }

    /// A connection by the role that serves.
    fn connect(&self) -> Result<PgConnection, StartError> {
        Ok(connect::open(&self.url, self.prepare)?)
    }

    fn bring_up_to_date(&self) -> Result<usize, StartError> {
        let applied = migrate(&self.owner_url, self.prepare)?;
        if self.url != self.owner_url && !roles::may_serve(&mut self.connect()?)? {
            roles::grant(&self.owner_url, &roles::named_in(&self.url)?)?;
        }
        Ok(applied)
    }

    /// Stops the embedded PostgreSQL, when no other program uses it.
    pub fn close(self) {
        if let Some(embedded) = self.embedded {
            embedded.stop();
        }
    }
}

/// Brings the schema up to date, one program at a time.
pub fn migrate(url: &str, prepare: Prepare) -> Result<usize, StartError> {
    let mut conn = connect::open(url, prepare)?;
    if is_current(&mut conn) {
        return Ok(0);
    }
    // a connection of its own holds the lock in one long transaction: behind a pooler a session cannot
    let mut turn = connect::open(url, prepare)?;
    let done = turn
        .transaction(|turn| {
            turn.batch_execute(&format!("{PATIENTLY}; SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))?;
            apply(&mut conn)
        })
        .map_err(|failed: Failed| StartError::Migrate(failed.to_string()))?;
    roles::grant_again(url)?;
    Ok(done)
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// A migration takes as long as it takes, whatever limits the role that serves has.
const PATIENTLY: &str = "SET LOCAL lock_timeout = '30s'; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0";

/// Applies what is missing, each migration in a transaction; how many there were.
fn apply(conn: &mut PgConnection) -> Result<usize, Failed> {
    let pending = conn.pending_migrations(migrations::ALL)?;
    for migration in &pending {
        conn.transaction(|conn| {
            conn.batch_execute(PATIENTLY)?;
            conn.run_migration(migration).map(drop)
        })?;
    }
    // what SQL cannot: names of domains in other scripts
    conn.transaction(|conn| {
        conn.batch_execute(PATIENTLY)?;
        accounts::store::settle_email_keys(conn).map_err(Failed::from)
    })?;
    Ok(pending.len())
}

/// Whether all migrations of this program were applied. Needs no right but to look, so a role that may not migrate can ask.
fn is_current(conn: &mut PgConnection) -> bool {
    #[derive(QueryableByName)]
    struct Applied {
        #[diesel(sql_type = Text)]
        version: String,
    }
    let applied = sql_query("SELECT version::text AS version FROM __diesel_schema_migrations").load::<Applied>(conn);
    applied.is_ok_and(|applied| {
        migrations::versions().iter().all(|wanted| applied.iter().any(|one| one.version == *wanted))
    })
}

/// Brings every secret value under the key, after the migrations: see `parameters::sealing` and `access::factors`.
pub fn seal(conn: &mut PgConnection, key: &Key) -> Result<(), StartError> {
    let vault = Vault::of(key);
    let report = sealing::run(conn, &vault).map_err(|problem| StartError::Migrate(problem.to_string()))?;
    if report.sealed > 0 {
        tracing::info!(values = report.sealed, "secret values were sealed");
    }
    if report.lost > 0 {
        tracing::warn!(values = report.lost, "secret values were sealed under another key and cannot be read");
    }
    let failed = |problem: Problem| StartError::Migrate(problem.to_string());
    for seal in [authenticator::seal_anew, codes::seal_anew] {
        let (sealed, lost) = seal(conn, &vault).map_err(failed)?;
        if sealed > 0 {
            tracing::info!(values = sealed, "second factors were sealed under the new key");
        }
        if lost > 0 {
            tracing::warn!(values = lost, "second factors were sealed under another key: their people cannot sign in");
        }
    }
    let (sealed, lost) = providers::seal_anew(conn, &vault).map_err(failed)?;
    if sealed > 0 {
        tracing::info!(values = sealed, "secrets of identity providers were sealed under the new key");
    }
    if lost > 0 {
        tracing::warn!(
            values = lost,
            "secrets of identity providers were sealed under another key: nobody signs in through them"
        );
    }
    Ok(())
}

/// The configured key, or one that the embedded default makes and keeps beside its data, readable by its owner only.
pub fn key(config: &Config) -> Result<Key, StartError> {
    if let Some(key) = &config.key {
        return Ok(key.clone());
    }
    if config.database_url.is_some() {
        return Err(StartError::NoKey);
    }
    keys::kept(config).map_err(|error| StartError::Io(config.data.display().to_string(), error))
}

/// Serves until SIGTERM or Ctrl-C, then finishes what it is doing.
///
/// On SIGTERM `/readyz` says first that the program is about to end, and the door closes only after a pause, so that whoever sends
/// requests here can send them elsewhere. Ctrl-C, or a second signal, closes it at once; a third ends without waiting for anybody.
pub async fn serve(program: Program) -> io::Result<()> {
    let config = program.config.clone();
    // as many threads as connections: more would only wait for one
    let threads = (config.pool as usize).div_ceil(config.workers).max(1);
    let post = match &config.smtp_url {
        Some(url) => {
            Some(Post::new(url, &config.mail_from, config.mail_reply_to.as_deref()).map_err(io::Error::other)?)
        }
        None => None,
    };
    let house = program.house.clone();
    // without it a brand's own name would be unknown at first; where the database is away, the job goes on trying
    if let Err(problem) = brands::refresh(&program.db, &program.house).await {
        tracing::warn!(%problem, "brands were not read yet");
    }
    let jobs = jobs::start(&program, post);
    let (last_words, workers) = (program.clone(), program);
    let server = HttpServer::new(move || crate::app!(workers))
        .workers(config.workers)
        .worker_max_blocking_threads(threads)
        .client_request_timeout(Duration::from_secs(5))
        .keep_alive(Duration::from_secs(15))
        .shutdown_timeout(20)
        .disable_signals()
        .bind(config.listen)?
        .run();
    let (mut signals, handle, drain) = (Signals::new()?, server.handle(), config.drain);
    actix_web::rt::spawn(async move {
        let first = signals.next().await;
        house.closing.store(true, Ordering::Relaxed);
        if first == SignalKind::terminate() && !drain.is_zero() {
            tracing::info!(seconds = drain.as_secs(), "about to end: serving on until requests go elsewhere");
            let _ = tokio::time::timeout(drain, signals.next()).await;
        }
        let ended = handle.stop(true);
        tokio::select! {
            () = ended => {}
            _ = signals.next() => handle.stop(false).await,
        }
    });
    let done = server.await;
    jobs.end().await;
    if let Err(problem) = keys::leave(&last_words.db).await {
        tracing::debug!(%problem, "whoever changes the key waits until it is noticed that this program serves no more");
    }
    if let Err(problem) = jobs::write_down(&last_words).await {
        tracing::warn!(%problem, "the last of the trail of security was not written down");
    }
    done
}

/// The signals that end the program.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) -> SignalKind {
        tokio::select! {
            _ = self.terminate.recv() => SignalKind::terminate(),
            _ = self.interrupt.recv() => SignalKind::interrupt(),
        }
    }
}

/// Notes which key is in use; a key that was never used before, after another, is a change of key.
pub fn note_key(tx: &mut Tx<'_, System>) -> Result<(), Problem> {
    let key = tx.key()?;
    let known: Vec<String> = server_keys::table.select(server_keys::id).load(tx.conn)?;
    if known.iter().any(|id| id == key.id()) {
        return Ok(());
    }
    let noted = diesel::insert_into(server_keys::table)
        .values(server_keys::id.eq(key.id()))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    if noted == 1 && !known.is_empty() { tx.secure(Kind::KeyRotated, None, key.id()) } else { Ok(()) }
}
