//! A private PostgreSQL for this test program, and a database of its own for every test.
//!
//! The server starts with the first test that asks and forgets everything at the end, so it may skip
//! what makes data safe. Rust's test programs have no last word; therefore a small watchdog waits for
//! the end of this process, however it comes about, stops the server and deletes its folder.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use diesel::{Connection, PgConnection, RunQueryDsl, sql_query};
use entente::postgres::{Embedded, Settings};
use nix::sys::statvfs::{Statvfs, statvfs};

const FORGETFUL: Settings = &[
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
    ("autovacuum", "off"),
    ("max_connections", "300"),
    ("shared_buffers", "128MB"),
    ("jit", "off"),
    ("max_wal_size", "512MB"),
    ("checkpoint_timeout", "1h"),
    ("wal_level", "minimal"),
    ("max_wal_senders", "0"),
    ("timezone", "UTC"),
];

const TEMPLATE: &str = "prepared";

/// The postmaster's number stands in its file's first line; the rest waits until it has gone.
const WATCHDOG: &str = r#"
    read -r _
    kill -QUIT "$(head -n 1 "$1/postgres/postmaster.pid")" 2>/dev/null
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        test -e "$1/postgres/postmaster.pid" || break
        sleep 0.1
    done
    rm -rf "$1"
"#;

struct Server {
    embedded: Embedded,
    admin_url: String,
    /// Its end of the pipe closes with this process, which is what the watchdog waits for.
    _watchdog: Child,
}

/// The database `postgres`, from which others are made and dropped.
pub fn admin_url() -> &'static str {
    &server().admin_url
}

pub fn url_of(database: &str) -> String {
    server().embedded.url_of(database)
}

/// A database of one test, dropped with it.
pub struct TestDatabase {
    /// By its owner, who may do everything.
    pub url: String,
    /// By the role that serves.
    #[allow(dead_code, reason = "each of the test programs uses its part")]
    pub serving_url: String,
    name: String,
}

/// A copy of the template, which `prepare_template` fills when the first test of this process asks.
pub fn fresh_database(prepare_template: impl FnOnce(&str)) -> TestDatabase {
    ensure_template(prepare_template);
    // FILE_COPY waits for checkpoints, which cost nothing here; writing all through the log takes longer
    make(&format!(" TEMPLATE {TEMPLATE} STRATEGY FILE_COPY"))
}

/// A database with nothing in it.
#[allow(dead_code, reason = "each of the test programs uses its part")]
pub fn empty_database() -> TestDatabase {
    make("")
}

fn make(how: &str) -> TestDatabase {
    static NUMBER: AtomicU32 = AtomicU32::new(1);
    let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    admin(&format!("CREATE DATABASE {name}{how}"));
    let (url, serving_url) = (url_of(&name), server().embedded.serving_url_of(&name));
    TestDatabase { url, serving_url, name }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        admin(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

/// When preparing fails, every test that asks again tries again, on a template made anew: each shall
/// show the reason and not that another test had met it first.
fn ensure_template(prepare: impl FnOnce(&str)) {
    static PREPARED: Mutex<bool> = Mutex::new(false);
    let mut prepared = PREPARED.lock().unwrap_or_else(PoisonError::into_inner);
    if !*prepared {
        admin(&format!("DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)"));
        admin(&format!("CREATE DATABASE {TEMPLATE}"));
        prepare(&url_of(TEMPLATE));
        *prepared = true;
    }
}

/// By a connection that is kept for the next test: making one takes PostgreSQL as long as making a small database.
fn admin(statement: &str) {
    static IDLE: Mutex<Vec<PgConnection>> = Mutex::new(Vec::new());
    let idle = || IDLE.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = idle().pop();
    let mut connection =
        kept.unwrap_or_else(|| PgConnection::establish(admin_url()).expect("a connection to the test server"));
    let done = sql_query(statement).execute(&mut connection);
    match done {
        Ok(_) => idle().push(connection),
        Err(_) if std::thread::panicking() => {}
        Err(error) => panic!("{statement}: {error}"),
    }
}

/// Where the test server has its socket.
#[allow(dead_code, reason = "each of the test programs uses its part")]
pub fn socket_folder() -> PathBuf {
    let url = admin_url();
    PathBuf::from(url.split_once("host=").expect("a folder").1)
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let folder = folder();
        // before the server, so that it goes away even when it does not come up
        let watchdog = watchdog(&folder);
        let embedded = Embedded::start_with(&folder, FORGETFUL).unwrap_or_else(|error| panic!("{error}"));
        Server { admin_url: embedded.url_of("postgres"), embedded, _watchdog: watchdog }
    })
}

/// In memory where there is room: making a database takes a tenth of the time that a disk needs.
/// Containers often have a small `/dev/shm`, which a few tests would fill.
fn folder() -> PathBuf {
    const ROOM: u128 = 2 << 30;
    let memory = Path::new("/dev/shm");
    let roomy = statvfs(memory).is_ok_and(|fs| room(&fs) > ROOM);
    let parent = if roomy { memory.to_path_buf() } else { std::env::temp_dir() };
    parent.join(format!("entente-test-{}", std::process::id()))
}

/// Systems differ in how wide these numbers are.
fn room(fs: &Statvfs) -> u128 {
    u128::from(fs.blocks_available()) * u128::from(fs.fragment_size())
}

/// In a process group of its own: Ctrl-C shall end the tests and not who cleans up after them.
fn watchdog(folder: &Path) -> Child {
    let mut sh = Command::new("sh");
    sh.args(["-c", WATCHDOG, "watchdog"]).arg(folder).process_group(0);
    sh.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    sh.spawn().expect("sh, to clean up after the tests")
}
