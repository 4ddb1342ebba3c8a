//! The server's keys while programs run. They are in a file, one a line, the current one first. Each program reads it again every few
//! seconds and records in the database which keys it uses.
//!
//! A new key is first added after the current one, so that every program can open what is made under it, and then moved to the front. What
//! is sealed in the database is resealed in batches, until nothing needs the old key. Each step can be interrupted: the next run continues
//! from there.

use std::{
    io,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::LazyLock,
    thread::sleep,
    time::{Duration, Instant},
};

use diesel::{
    Connection as _, PgConnection, QueryableByName, RunQueryDsl as _,
    connection::SimpleConnection as _,
    sql_types::{Array, BigInt, Bool, Text, Uuid as SqlUuid},
};
use uuid::Uuid;

use crate::{
    app::Program,
    config::Config,
    kit::{
        db::Db,
        problem::{Problem, Result},
        secret::{self, Key},
        statement::statement,
        vault::Vault,
    },
    start,
};

/// How often a program reads the file of keys.
pub const AGAIN: Duration = Duration::from_secs(2);
/// A program that has recorded nothing for this many seconds is no longer running.
const GONE: i32 = 20;
/// How long a change of the key waits for all programs.
const PATIENCE: Duration = Duration::from_secs(90);
/// How long acts that began earlier may still make something under the old key once all programs use the new one.
const GRACE: Duration = Duration::from_secs(10);
/// The pause between two checks while waiting.
const LOOK: Duration = Duration::from_millis(250);

/// The file of keys in the data directory.
const KEYS: &str = "key";

/// Names this process among the programs that serve.
static ME: LazyLock<Uuid> = LazyLock::new(Uuid::new_v4);

/// Columns with values sealed by the vault, as text or within JSON. A test checks that there are no others.
const SEALED: [(&str, &str); 9] = [
    ("subscriptions", "parameter_values"),
    ("fulfillment_requests", "parameter_values"),
    ("tier_configs", "parameter_values"),
    ("tier_config_requests", "parameter_values"),
    ("wizards", "answers"),
    ("authenticators", "secret"),
    ("authenticator_setups", "secret"),
    ("recovery_sets", "key"),
    ("sso_providers", "secret"),
];

#[derive(Debug, thiserror::Error)]
pub enum NotChanged {
    #[error("{0}: {1}")]
    File(String, io::Error),
    #[error(
        "a running program does not use {0} yet. Nothing is lost: check that all programs read their keys from the same file, and run this again"
    )]
    Waiting(String),
    #[error("{0} values in the database are still sealed under an old key. Run this again")]
    Left(i64),
    #[error(transparent)]
    Problem(#[from] Problem),
}

/// The file that this program reads its keys from, if there is one.
pub fn file(config: &Config) -> Option<PathBuf> {
    match (&config.key_file, &config.key) {
        (Some(file), _) => Some(file.clone()),
        (None, Some(_)) => None,
        (None, None) => Some(config.data.join(KEYS)),
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> NotChanged {
    let path = path.display().to_string();
    move |error| NotChanged::File(path, error)
}

/// The keys in the data directory; one is made where there is none.
///
/// # Errors
/// When the folder cannot be read or written, or holds no keys.
pub fn kept(config: &Config) -> io::Result<Key> {
    std::fs::create_dir_all(&config.data)?;
    let path = config.data.join(KEYS);
    // written beside and linked into place: whoever comes second reads the first one's key, whole
    let fresh = beside(&path, &std::process::id().to_string());
    write(&fresh, &secret::token())?;
    let linked = std::fs::hard_link(&fresh, &path);
    std::fs::remove_file(&fresh)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    listed(&std::fs::read_to_string(&path)?)
}

fn listed(text: &str) -> io::Result<Key> {
    Key::from_list(text.lines()).map_err(io::Error::other)
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    io::Write::write_all(&mut file, text.as_bytes())?;
    file.sync_all()
}

/// Replaces the file of keys as a whole; two writers take turns.
fn rewrite(path: &Path, change: impl FnOnce(Vec<String>) -> io::Result<Vec<String>>) -> Result<Key, NotChanged> {
    let rewritten = || {
        let turn = std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(beside(path, "turn"))?;
        turn.lock()?;
        let before = std::fs::read_to_string(path)?;
        let lines = before.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
        let text: String = change(lines)?.iter().map(|line| format!("{line}\n")).collect();
        let key = listed(&text)?;
        if text != before {
            let fresh = beside(path, &std::process::id().to_string());
            write(&fresh, &text)?;
            std::fs::rename(&fresh, path)?;
            if let Some(folder) = path.parent() {
                std::fs::File::open(folder)?.sync_all()?;
            }
        }
        Ok(key)
    };
    rewritten().map_err(at(path))
}

/// Whether this text is the key, known by its id, that a change began with.
fn is(text: &str, id: &str) -> bool {
    Key::from_text(text).is_some_and(|key| key.id() == id)
}

/// Adds a new key after the current one, unless an interrupted change already did. Returns its id.
fn offer(path: &Path) -> Result<String, NotChanged> {
    let next = beside(path, "next");
    let mut offered = String::new();
    rewrite(path, |mut keys| {
        let begun = std::fs::read_to_string(&next).unwrap_or_default();
        if let Some(text) = keys.iter().find(|text| is(text, begun.trim())) {
            offered = listed(text)?.id().to_owned();
            return Ok(keys);
        }
        let fresh = secret::token();
        offered = listed(&fresh)?.id().to_owned();
        // recorded before it is in the list, so that it is never taken for an old key there
        write(&next, &offered)?;
        keys.insert(keys.len().min(1), fresh);
        Ok(keys)
    })?;
    Ok(offered)
}

/// Makes the key of this id the current one.
fn promote(path: &Path, id: &str) -> Result<Key, NotChanged> {
    rewrite(path, |mut keys| {
        if let Some(place) = keys.iter().position(|text| is(text, id)) {
            let key = keys.remove(place);
            keys.insert(0, key);
        }
        Ok(keys)
    })
}

/// Removes old keys from the list by their ids. What only they can open cannot be opened any more.
///
/// # Errors
/// When the file cannot be written.
pub fn forget(path: &Path, forgotten: &[String]) -> Result<Key, NotChanged> {
    rewrite(path, |mut keys| {
        keys.retain(|text| !forgotten.iter().any(|id| is(text, id)));
        Ok(keys)
    })
}

/// Reads the keys of a running program again, and records which of them it uses.
///
/// # Errors
/// When the database is away.
pub async fn follow(program: &Program) -> Result<()> {
    let (key, file) = (program.house.key.clone(), file(&program.config));
    program
        .db
        .open(move |conn| {
            if let Some(file) = file {
                take_up(&key, &file);
            }
            tell(conn, &key)
        })
        .await
}

/// Takes over the keys in the file if they have changed. A list without the key in use is ignored: it is incomplete, or not meant for a
/// running program.
fn take_up(key: &Key, file: &Path) {
    let fresh = match std::fs::read_to_string(file).and_then(|text| listed(&text)) {
        Ok(fresh) => fresh,
        Err(error) => {
            tracing::warn!(%error, "the keys could not be read again: the previous ones stay in use");
            return;
        }
    };
    if !fresh.ids().any(|id| id == key.id()) {
        tracing::warn!("the list of keys lacks the key in use: restart the program to use the new list");
    } else if key.follow(&fresh) {
        tracing::info!(key = key.id(), "the keys were changed");
    }
}

fn tell(conn: &mut PgConnection, key: &Key) -> Result<()> {
    let ids: Vec<String> = key.fixed().ids().map(str::to_owned).collect();
    statement(
        "INSERT INTO serving_programs AS s (id, keys, seen_at) VALUES ($1, $2, now()) ON CONFLICT (id) DO UPDATE \
         SET keys = excluded.keys, seen_at = now() WHERE s.keys <> excluded.keys OR s.seen_at < now() - interval '5 seconds'",
    )
    .bind::<SqlUuid, _>(*ME)
    .bind::<Array<Text>, _>(ids)
    .execute(conn)?;
    Ok(())
}

/// Records that this program has stopped, so that nobody waits for it.
///
/// # Errors
/// When the database is away.
pub async fn leave(db: &Db) -> Result<()> {
    db.open(|conn| {
        statement("DELETE FROM serving_programs WHERE id = $1 OR seen_at < now() - interval '1 day'")
            .bind::<SqlUuid, _>(*ME)
            .execute(conn)?;
        Ok(())
    })
    .await
}

#[derive(QueryableByName)]
struct Serving {
    #[diesel(sql_type = BigInt)]
    all: i64,
    #[diesel(sql_type = Bool)]
    ready: bool,
}

/// Waits until all running programs know the key, or use it as the current one. Returns how many there are.
fn all_ready(db: &Db, id: &str, current: bool, patience: Duration) -> Result<i64, NotChanged> {
    let began = Instant::now();
    loop {
        let found: Serving = db.open_now(|conn| {
            Ok(statement(format!(
                "SELECT count(*) AS \"all\", coalesce(bool_and(CASE WHEN $2 THEN keys[1] = $1 ELSE $1 = ANY(keys) END), true) AS ready \
                 FROM serving_programs WHERE seen_at > now() - interval '{GONE} seconds'"
            ))
            .bind::<Text, _>(id)
            .bind::<Bool, _>(current)
            .get_result(conn)?)
        })?;
        if found.ready {
            return Ok(found.all);
        }
        if began.elapsed() > patience {
            return Err(NotChanged::Waiting(id.to_owned()));
        }
        sleep(LOOK);
    }
}

/// How many rows have something sealed under an old key of the list.
///
/// # Errors
/// When the database is away.
pub fn left(conn: &mut PgConnection, key: &Key) -> Result<i64> {
    let marks: Vec<String> = Vault::of(key).old_marks().map(|mark| format!("%{mark}%")).collect();
    if marks.is_empty() {
        return Ok(0);
    }
    conn.transaction(|conn| {
        // this reads every row
        conn.batch_execute("SET LOCAL statement_timeout = '10min'")?;
        let mut left = 0;
        for (table, column) in SEALED {
            let text = format!("SELECT count(*) AS n FROM {table} WHERE {column}::text LIKE ANY ($1)");
            left += statement(text).bind::<Array<Text>, _>(&marks).value::<BigInt, i64>(conn)?;
        }
        Ok(left)
    })
}

/// Reseals everything under the current key until nothing needs another.
fn seal_all(db: &Db, key: &Key, patience: Duration) -> Result<(), NotChanged> {
    let began = Instant::now();
    loop {
        db.open_now(|conn| start::seal(conn, key).map_err(Problem::internal))?;
        let left = db.open_now(|conn| left(conn, key))?;
        if left == 0 {
            return Ok(());
        }
        if began.elapsed() > patience {
            return Err(NotChanged::Left(left));
        }
        sleep(LOOK);
    }
}

/// A change of the key while programs run.
pub struct Change<'a> {
    pub db: &'a Db,
    pub patience: Duration,
    pub grace: Duration,
}

impl<'a> Change<'a> {
    pub fn new(db: &'a Db) -> Self {
        Self { db, patience: PATIENCE, grace: GRACE }
    }

    /// Makes a new key in the file and takes it over, or continues an interrupted change. Returns the keys after that.
    ///
    /// # Errors
    /// When the file cannot be written, a program does not take over the key, or something remains sealed under an old one. What was done
    /// until then stays valid.
    pub fn make(&self, file: &Path) -> Result<Key, NotChanged> {
        let id = offer(file)?;
        all_ready(self.db, &id, false, self.patience)?;
        let key = promote(file, &id)?;
        self.finish(&key)?;
        let next = beside(file, "next");
        match std::fs::remove_file(&next) {
            // another that made the same change at once was faster
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(&next)(error)),
            _ => Ok(key),
        }
    }

    /// Reseals everything under the current key of a list that programs already use.
    ///
    /// # Errors
    /// As [`Change::make`].
    pub fn finish(&self, key: &Key) -> Result<(), NotChanged> {
        let serving = all_ready(self.db, key.id(), true, self.patience)?;
        seal_all(self.db, key, self.patience)?;
        if serving > 0 {
            // acts that began under the old key end in the meantime
            sleep(self.grace);
            seal_all(self.db, key, self.patience)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_that_is_cut_short_goes_on_with_the_same_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(KEYS);
        let first = "the key that was there before, long enough";
        write(&path, &format!("{first}\n")).unwrap();
        let id = offer(&path).unwrap();
        let ids =
            || listed(&std::fs::read_to_string(&path).unwrap()).unwrap().ids().map(str::to_owned).collect::<Vec<_>>();
        let old = Key::from_text(first).unwrap().id().to_owned();
        assert_eq!(ids(), [old.clone(), id.clone()], "known, and not used yet");
        assert_eq!(offer(&path).unwrap(), id, "no third one");
        promote(&path, &id).unwrap();
        assert_eq!(ids(), [id.clone(), old.clone()]);
        assert_eq!(offer(&path).unwrap(), id, "nor when it is the current one already");
        std::fs::remove_file(beside(&path, "next")).unwrap();
        assert_ne!(offer(&path).unwrap(), id, "another change");
        forget(&path, std::slice::from_ref(&old)).unwrap();
        assert!(!ids().contains(&old));
    }

    #[test]
    fn a_list_without_the_key_in_use_is_not_taken_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(KEYS);
        let (one, other) = ("one key that is long enough to be one", "another key, which is long enough as well");
        let key = Key::from_text(one).unwrap();
        for (text, ids) in [
            (other.to_owned(), 1),
            (format!("{one}\n{other}"), 2),
            ("short".to_owned(), 2),
            (format!("{other}\n{one}\n"), 2),
        ] {
            write(&path, &text).unwrap();
            take_up(&key, &path);
            assert_eq!(key.ids().count(), ids, "{text}");
        }
        assert_eq!(key.id(), Key::from_text(other).unwrap().id());
    }
}
