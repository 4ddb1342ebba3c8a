use std::io;
use std::path::{Path, PathBuf};

/// Why the private server is not there, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("PostgreSQL is not installed (looked for `initdb` and `postgres`).\n{INSTALL}")]
    NotInstalled,

    #[error("the installed PostgreSQL {found} is too old, 15 or newer is needed.\n{INSTALL}")]
    TooOld { found: u32 },

    #[error(
        "{folder} was made by PostgreSQL {made_by}, but only {installed} is installed here.\n\
         Install PostgreSQL {made_by} beside it (Debian: apt-get install postgresql-{made_by}), \
         or carry the data over with pg_upgrade."
    )]
    OtherVersion { folder: PathBuf, made_by: u32, installed: String },

    #[error(
        "PostgreSQL does not run as root, and the user {user}, who runs it instead, cannot enter {folder}.\n\
         Let ENTENTE_DATA name a folder that everybody may enter, such as /var/lib/entente."
    )]
    Unreachable { folder: PathBuf, user: String },

    #[error(
        "PostgreSQL does not run as root, and there is neither a user `postgres` nor a user `nobody` to run it.\n\
         Make one (Debian: adduser --system postgres), or start this program as an ordinary user."
    )]
    NobodyToRunIt,

    #[error(
        "{folder} belongs to root, as whom PostgreSQL does not run.\n\
         Give it to the user who shall run it: chown -R postgres {folder}"
    )]
    OwnedByRoot { folder: PathBuf },

    #[error(
        "{folder} belongs to another user (uid {uid}).\n\
         Start this program as that user or as root, or let ENTENTE_DATA name another folder."
    )]
    OwnedByAnother { folder: PathBuf, uid: u32 },

    #[error("cannot {act} {path}: {source}")]
    File { act: &'static str, path: PathBuf, source: io::Error },

    #[error("initdb could not make the database cluster:\n{output}")]
    Initdb { output: String },

    #[error("PostgreSQL did not start; the end of {log} says:\n{tail}")]
    Server { log: PathBuf, tail: String },

    #[error("PostgreSQL is still not ready after {seconds} seconds; see {log}")]
    NotReady { log: PathBuf, seconds: u64 },

    #[error("the private PostgreSQL runs, but does not accept this program: {0}")]
    Connection(#[from] diesel::ConnectionError),

    #[error("the private PostgreSQL runs, but the database could not be made: {0}")]
    Database(#[from] diesel::result::Error),
}

const INSTALL: &str = "Install it:\n\
    \x20 Debian, Ubuntu  apt-get install postgresql\n\
    \x20 Fedora          dnf install postgresql-server postgresql-contrib\n\
    \x20 macOS           brew install postgresql@17\n\
    or let DATABASE_URL name a PostgreSQL that runs elsewhere.";

impl StartError {
    /// For `map_err`: names the file, which a bare `io::Error` does not.
    pub(super) fn file(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StartError {
        move |source| StartError::File { act, path: path.to_path_buf(), source }
    }
}
