//! The cluster on disk and the server that runs on it. Whoever calls `serve` or `stop` holds the door.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, RunQueryDsl, sql_query};

use super::error::StartError;
use super::find::{self, Programs};
use super::initdb::{self, Settings};
use super::log::Log;
use super::owner::Owner;
use super::postmaster::{self, Postmaster};
use super::{NAME, SERVING, socket};

const POLL: Duration = Duration::from_millis(4);
/// Recovery after a crash reads through what was written last, which may take a while.
const READY_WITHIN: Duration = Duration::from_secs(300);
/// Sessions of a server that was killed end by themselves, but not before they notice.
const MISHAPS_PASS_WITHIN: Duration = Duration::from_secs(15);
const STOPPED_WITHIN: Duration = Duration::from_secs(60);

pub(super) fn folder(data_dir: &Path) -> PathBuf {
    data_dir.join("postgres")
}

pub(super) struct Cluster {
    folder: PathBuf,
    log: Log,
    owner: Owner,
    programs: Programs,
    socket_dir: PathBuf,
    /// The server, when this program has started it and not merely found it.
    child: Option<Child>,
}

impl Cluster {
    /// Finds the cluster of this data directory, or makes it.
    pub fn open(data_dir: &Path, owner: Owner, settings: Settings<'_>) -> Result<Cluster, StartError> {
        let data_dir = fs::canonicalize(data_dir).map_err(StartError::file("find", data_dir))?;
        let folder = folder(&data_dir);
        if owner.is_another() && !owner.reaches(data_dir.as_os_str()) {
            let user = owner.name().to_owned();
            return Err(StartError::Unreachable { folder: data_dir, user });
        }
        let programs = find::programs(&folder)?;
        if !folder.join("PG_VERSION").exists() {
            tracing::info!(folder = %folder.display(), "making a private PostgreSQL cluster");
            initdb::make(&folder, &owner, &programs, settings)?;
        }
        Ok(Cluster {
            socket_dir: socket::folder(&data_dir, &owner),
            log: Log::new(data_dir.join("postgres.log")),
            folder,
            owner,
            programs,
            child: None,
        })
    }

    pub fn socket_dir(&self) -> &Path {
        &self.socket_dir
    }

    /// Adopts the server that runs, or else starts one, and waits until it is ready. The server may
    /// just be coming or going, of its own or by the hand of a program that was killed meanwhile.
    pub fn serve(&mut self) -> Result<(), StartError> {
        let begun = Instant::now();
        while begun.elapsed() < READY_WITHIN {
            match Postmaster::find(&self.folder) {
                Some(server) if server.ready => {
                    self.socket_dir = server.socket_dir;
                    return Ok(());
                }
                Some(_) => {}
                None => self.start_unless_starting(begun)?,
            }
            sleep(POLL);
        }
        Err(StartError::NotReady { log: self.log.path().to_path_buf(), seconds: READY_WITHIN.as_secs() })
    }

    fn start_unless_starting(&mut self, begun: Instant) -> Result<(), StartError> {
        let Some(child) = &mut self.child else {
            self.child = Some(self.spawn()?);
            return Ok(());
        };
        let Ok(Some(end)) = child.try_wait() else {
            return Ok(());
        };
        self.child = None;
        let tail = self.log.tail();
        // killed, or kept out by what a killed one left behind: both pass
        let passes = end.code().is_none() || tail.contains("pre-existing shared memory block");
        if !passes || begun.elapsed() > MISHAPS_PASS_WITHIN {
            let log = self.log.path().to_path_buf();
            return Err(StartError::Server { log, tail });
        }
        sleep(10 * POLL);
        Ok(())
    }

    /// The server gets a process group of its own, so that Ctrl-C reaches this program first, which
    /// then ends its requests before it stops the server.
    fn spawn(&mut self) -> Result<Child, StartError> {
        postmaster::forget_the_dead(&self.folder).map_err(StartError::file("tidy", &self.folder))?;
        let owned = self.owner.private_dir(&self.socket_dir);
        owned.map_err(StartError::file("make", &self.socket_dir))?;
        // a dead server's lock on the socket names a process too, which may be another's by now
        socket::clear(&self.socket_dir).map_err(StartError::file("tidy", &self.socket_dir))?;

        let log = self.log.begin().map_err(StartError::file("write", self.log.path()))?;
        let mut postgres = self.owner.command(&self.programs.postgres);
        postgres.arg("-D").arg(&self.folder);
        postgres.args(["-c", "listen_addresses=", "-c", "unix_socket_permissions=0700", "-c", "port=5432"]);
        postgres.arg("-c").arg(socket::setting(&self.socket_dir));
        postgres.args(["-c", "logging_collector=off", "-c", "log_destination=stderr"]);
        postgres.stdout(log.stdout).stderr(log.stderr).process_group(0);
        postgres.spawn().map_err(StartError::file("run", &self.programs.postgres))
    }

    /// Whether the server still runs. A child that ended is taken note of, so that it can be followed.
    pub fn lives(&mut self) -> bool {
        self.child_lives() || Postmaster::find(&self.folder).is_some()
    }

    fn child_lives(&mut self) -> bool {
        let lives = self.child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)));
        if !lives {
            self.child = None;
        }
        lives
    }

    /// A fast shutdown: ends the sessions, writes everything down, leaves nothing to recover.
    pub fn stop(&mut self) {
        let begun = Instant::now();
        if let Some(server) = Postmaster::find(&self.folder)
            && let Err(error) = server.stop_fast()
        {
            tracing::warn!(%error, "cannot stop the private PostgreSQL");
            return;
        }
        while self.lives() {
            if begun.elapsed() > STOPPED_WITHIN {
                tracing::warn!("the private PostgreSQL is still stopping");
                return;
            }
            sleep(POLL);
        }
    }

    /// Serves, and makes the database unless it is there. A server that was killed a moment ago still
    /// looks alive until it is spoken to.
    pub fn serve_database(&mut self) -> Result<(), StartError> {
        let begun = Instant::now();
        loop {
            self.serve()?;
            match self.ensure_database() {
                Err(StartError::Connection(_)) if begun.elapsed() < MISHAPS_PASS_WITHIN => {
                    sleep(10 * POLL);
                }
                ended => return ended,
            }
        }
    }

    /// Looked for at every start: who drops the database to begin anew gets an empty one.
    fn ensure_database(&self) -> Result<(), StartError> {
        let mut admin = PgConnection::establish(&socket::url(&self.socket_dir, NAME, "postgres"))?;
        let found =
            sql_query("SELECT 1 FROM pg_database WHERE datname = $1").bind::<Text, _>(NAME).execute(&mut admin)?;
        if found == 0 {
            sql_query(format!("CREATE DATABASE {NAME}")).execute(&mut admin)?;
        }
        let found =
            sql_query("SELECT 1 FROM pg_roles WHERE rolname = $1").bind::<Text, _>(SERVING).execute(&mut admin)?;
        if found == 0 {
            sql_query(format!("CREATE ROLE {SERVING} LOGIN")).execute(&mut admin)?;
        }
        Ok(())
    }
}
