//! The embedded default: a private PostgreSQL that lives in the data directory and serves this
//! machine's entente programs only.
//!
//! Three promises shape this module. Nothing has to be configured, so it finds the installed
//! programs, makes the cluster once and never opens a network port. A `kill -9` of either side costs
//! nothing, so a server that outlived its program is adopted and one that died is started again. And
//! several programs may meet here, so the last one to leave stops the server.

mod cluster;
mod error;
mod find;
mod guard;
mod initdb;
mod log;
mod memory;
mod owner;
mod postmaster;
mod presence;
mod socket;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

pub use error::StartError;
pub use initdb::Settings;

use cluster::Cluster;
use guard::Guard;
use owner::Owner;
use presence::Presence;

/// The role that owns everything and the database bear the same name.
const NAME: &str = "entente";
/// The role that serves, and owns nothing.
pub const SERVING: &str = "entente_serve";

/// Few connections, and everything that keeps data safe left as PostgreSQL has it.
const PRIVATE: Settings<'static> = &[
    ("max_connections", "60"),
    ("jit", "off"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("log_checkpoints", "off"),
];

/// A running private server, and this program's stake in it: leaving ends both, when no other
/// program uses the server.
pub struct Embedded {
    socket_dir: PathBuf,
    guard: Guard,
}

impl Embedded {
    /// Blocks until the server answers and the database exists.
    pub fn start(data_dir: &Path) -> Result<Embedded, StartError> {
        let buffers = memory::buffers();
        let settings: Vec<_> = PRIVATE.iter().copied().chain([("shared_buffers", buffers.as_str())]).collect();
        Embedded::start_with(data_dir, &settings)
    }

    /// As [`Embedded::start`], with settings of one's own should the cluster have to be made.
    pub fn start_with(data_dir: &Path, settings: Settings<'_>) -> Result<Embedded, StartError> {
        // first, since whose cluster it is says best why a file cannot be opened
        let owner = Owner::of(&cluster::folder(data_dir))?;
        let mut presence = Presence::new(data_dir)?;
        let door = presence.door()?;
        let mut cluster = Cluster::open(data_dir, owner, settings)?;
        presence.enter()?;
        let served = cluster.serve_database();
        drop(door);

        let socket_dir = cluster.socket_dir().to_path_buf();
        let guard = Guard::post(cluster, presence);
        let guard = guard.map_err(StartError::file("watch over", data_dir))?;
        // only now, so that on failure too the guard, dropped, stops what was started
        served?;
        Ok(Embedded { socket_dir, guard })
    }

    /// Where libpq finds the database.
    pub fn url(&self) -> String {
        self.url_of(NAME)
    }

    /// The same by the role that serves.
    pub fn serving_url(&self) -> String {
        self.serving_url_of(NAME)
    }

    /// Another database of the same cluster by the role that serves.
    pub fn serving_url_of(&self, database: &str) -> String {
        socket::url(&self.socket_dir, SERVING, database)
    }

    /// Where libpq finds another database of the same cluster.
    pub fn url_of(&self, database: &str) -> String {
        socket::url(&self.socket_dir, NAME, database)
    }

    /// Leaves, as dropping does, and says so where it is called.
    pub fn stop(self) {
        drop(self.guard);
    }
}

/// Where data is kept, as a rule.
pub const DATA: &str = "./var";

/// [`DATA`]; but a server started by root runs as somebody else, who often cannot enter root's folders.
pub fn default_data_dir() -> PathBuf {
    let unreachable = Owner::newcomer().is_ok_and(|owner| !owner.reaches(OsStr::new(".")));
    PathBuf::from(if unreachable { "/var/lib/entente" } else { DATA })
}
