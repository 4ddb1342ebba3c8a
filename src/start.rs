//! From settings to a running program: database, migrations, key, server, jobs.

use std::{io, os::unix::fs::OpenOptionsExt as _, path::Path, time::Duration};

use actix_web::HttpServer;
use diesel::{Connection as _, PgConnection, connection::SimpleConnection as _};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};

use crate::{
    app::Program,
    config::Config,
    jobs,
    kit::secret::{self, Key},
    modules::{accounts, mail::sender::Post},
    postgres::Embedded,
};

pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

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
}

/// A database to work on; the embedded one ends with it.
pub struct Database {
    pub url: String,
    embedded: Option<Embedded>,
}

impl Database {
    /// The configured database, or the embedded one, started if need be.
    pub fn open(config: &Config) -> Result<Self, StartError> {
        match &config.database_url {
            Some(url) => Ok(Self { url: url.clone(), embedded: None }),
            None => {
                let embedded = Embedded::start(&config.data)?;
                Ok(Self { url: embedded.url(), embedded: Some(embedded) })
            }
        }
    }

    /// Stops the embedded PostgreSQL, when no other program uses it.
    pub fn close(self) {
        if let Some(embedded) = self.embedded {
            embedded.stop();
        }
    }
}

/// Brings the schema up to date, one program at a time.
pub fn migrate(url: &str) -> Result<usize, StartError> {
    let mut conn = PgConnection::establish(url)?;
    let failed = |error: &dyn std::fmt::Display| StartError::Migrate(error.to_string());
    conn.batch_execute(&format!("SET lock_timeout = '30s'; SELECT pg_advisory_lock({MIGRATION_LOCK})"))
        .map_err(|e| failed(&e))?;
    let done = conn.run_pending_migrations(MIGRATIONS).map_err(|e| failed(&e))?.len();
    // what SQL cannot: names of domains in other scripts
    accounts::store::settle_email_keys(&mut conn).map_err(|e| failed(&e))?;
    conn.batch_execute(&format!("SELECT pg_advisory_unlock({MIGRATION_LOCK})")).map_err(|e| failed(&e))?;
    Ok(done)
}

/// Versions of all migrations of this program.
pub fn versions() -> Vec<String> {
    use diesel::migration::MigrationSource as _;
    let all: Vec<Box<dyn diesel::migration::Migration<diesel::pg::Pg>>> = MIGRATIONS.migrations().unwrap_or_default();
    all.iter().map(|one| one.name().version().to_string()).collect()
}

/// The configured key, or one that the embedded default makes and keeps beside its data, readable by its owner only.
pub fn key(config: &Config) -> Result<Key, StartError> {
    if let Some(key) = &config.key {
        return Ok(key.clone());
    }
    if config.database_url.is_some() {
        return Err(StartError::NoKey);
    }
    kept_key(&config.data).map_err(|error| StartError::Io(config.data.join("key").display().to_string(), error))
}

fn kept_key(folder: &Path) -> io::Result<Key> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join("key");
    // written beside and linked into place: whoever comes second reads the first one's key, whole
    let fresh = folder.join(format!("key.{}", std::process::id()));
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
    io::Write::write_all(&mut file, secret::token().as_bytes())?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&fresh, &path);
    std::fs::remove_file(&fresh)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    Key::from_text(&std::fs::read_to_string(&path)?).ok_or_else(|| io::Error::other("the key is too short"))
}

/// Serves until SIGTERM or Ctrl-C, then finishes what it is doing.
pub async fn serve(program: Program) -> io::Result<()> {
    let config = program.config.clone();
    // as many threads as connections: more would only wait for one
    let threads = (config.pool as usize).div_ceil(config.workers).max(1);
    let post = match &config.smtp_url {
        Some(url) => Some(Post::new(url, &config.mail_from).map_err(io::Error::other)?),
        None => None,
    };
    let jobs = jobs::start(program.clone(), post);
    let server = HttpServer::new(move || crate::app!(program))
        .workers(config.workers)
        .worker_max_blocking_threads(threads)
        .client_request_timeout(Duration::from_secs(5))
        .keep_alive(Duration::from_secs(15))
        .shutdown_timeout(20)
        .bind(config.listen)?
        .run();
    let done = server.await;
    jobs.iter().for_each(tokio::task::JoinHandle::abort);
    done
}
