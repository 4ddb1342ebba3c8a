//! A real PgBouncer between the program and the test server.

use std::{
    cell::RefCell,
    fs,
    os::unix::{
        fs::{MetadataExt as _, chown},
        net::UnixStream,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use entente::kit::connect::Prepare;
use nix::unistd::{Uid, User};

/// Connections that it opens to PostgreSQL for each database and role: fewer than the programs before it have.
const SERVERS: usize = 2;
const PORT: u16 = 6432;

thread_local! {
    /// What the worlds of this test are behind.
    static BETWEEN: RefCell<Option<(PathBuf, Prepare)>> = const { RefCell::new(None) };
}

pub struct Pooler {
    child: Child,
    folder: PathBuf,
}

impl Drop for Pooler {
    fn drop(&mut self) {
        BETWEEN.set(None);
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Puts a PgBouncer between the worlds that this test makes from now on and their databases, whose server has its socket in `server`.
/// `mode` is what it hands out: `transaction` or `session`.
pub fn between(server: &Path, mode: &str, prepare: Prepare) -> Pooler {
    static NUMBER: AtomicU32 = AtomicU32::new(1);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("entente-pooler-{}-{number}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let (ini, users) = (folder.join("pgbouncer.ini"), folder.join("users.txt"));
    fs::write(&users, "\"entente\" \"\"\n\"entente_serve\" \"\"\n").expect("the users");
    let settings = format!(
        "[databases]\n* = host={}\n[pgbouncer]\nlisten_addr =\nlisten_port = {PORT}\nunix_socket_dir = {folder}\n\
         auth_type = trust\nauth_file = {}\npool_mode = {mode}\ndefault_pool_size = {}\nserver_idle_timeout = 1\n",
        server.display(),
        users.display(),
        if mode == "session" { 20 } else { SERVERS },
        folder = folder.display(),
    );
    fs::write(&ini, settings).expect("the settings");
    let mut command = Command::new(program());
    command.arg("--quiet").stdout(Stdio::null()).stderr(Stdio::null());
    // the server lets in its owner only, and PgBouncer does not run as root
    let owner = Uid::from_raw(fs::metadata(server).expect("the server's folder").uid());
    if owner != Uid::effective() {
        for path in [&folder, &ini, &users] {
            chown(path, Some(owner.as_raw()), None).expect("its folder is its own");
        }
        let user = User::from_uid(owner).ok().flatten().expect("the server's owner");
        command.args(["--user", &user.name]);
    }
    let child = command.arg(&ini).spawn().expect("PgBouncer starts");
    let began = Instant::now();
    while UnixStream::connect(folder.join(format!(".s.PGSQL.{PORT}"))).is_err() {
        assert!(began.elapsed() < Duration::from_secs(10), "PgBouncer answers");
        std::thread::sleep(Duration::from_millis(20));
    }
    BETWEEN.set(Some((folder.clone(), prepare)));
    Pooler { child, folder }
}

fn program() -> &'static str {
    // not on everybody's path
    const DEBIAN: &str = "/usr/sbin/pgbouncer";
    if Path::new(DEBIAN).exists() { DEBIAN } else { "pgbouncer" }
}

/// By which address a world reaches its database, which is at `url`, and whether its statements stay prepared.
pub fn through(url: &str) -> (String, Prepare) {
    BETWEEN.with_borrow(|between| match between {
        None => (url.to_owned(), Prepare::On),
        Some((folder, prepare)) => {
            let base = url.split_once('?').map_or(url, |(base, _)| base);
            (format!("{base}?host={}&port={PORT}", folder.display()), *prepare)
        }
    })
}
