//! Checkpoints: how all signatures stood at one moment, signed, and kept where the database cannot reach.
//!
//! Each holds the number of signatures, the last of them, and one hash over all; the hash goes on from that of the checkpoint before,
//! so making one reads only what is new. Daily it goes into a table, the log, a file and a mail, as far as these are set.

use std::{fmt, fs::OpenOptions, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path, str::FromStr};

use chrono::{DateTime, SubsecRound as _, Utc};
use diesel::{Connection as _, prelude::*, sql_types::Bool};

use super::{BEGINNING, store};
use crate::{
    kit::{
        db::{self, Db},
        problem::{Problem, Result},
        secret::{Key, sha256_hex},
        statement::statement,
        time::iso,
    },
    mail,
    modules::contracts::letters::Mail,
    schema::checkpoints,
};

const PURPOSE: &str = "checkpoint";
const WITHDRAWAL: &str = "withdrawn signature";
/// What a checkpoint begins with, wherever it is written.
const WORDS: &str = "entente checkpoint";
const BATCH: i64 = 1_000;

/// How all signatures stood at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = checkpoints)]
pub struct Checkpoint {
    pub number: i64,
    /// To the second.
    pub at: DateTime<Utc>,
    /// How many were ever written, withdrawn ones included.
    pub signatures: i64,
    /// The number of the last one.
    pub last: i64,
    /// [`continued`] over all of them.
    pub digest: String,
    /// The id of the key that the mark was made with.
    pub key: String,
    pub mark: String,
}

impl Checkpoint {
    fn parts(&self) -> [Vec<u8>; 5] {
        [
            self.number.to_be_bytes().into(),
            self.at.timestamp().to_be_bytes().into(),
            self.signatures.to_be_bytes().into(),
            self.last.to_be_bytes().into(),
            self.digest.as_str().into(),
        ]
    }

    fn marked(mut self, key: &Key) -> Self {
        key.id().clone_into(&mut self.key);
        self.mark = key.mark(PURPOSE, &self.parts().each_ref().map(Vec::as_slice));
        self
    }

    /// Whether its mark fits; none when its key is not listed.
    pub(super) fn fits(&self, key: &Key) -> Option<bool> {
        key.marked(&self.key, PURPOSE, &self.parts().each_ref().map(Vec::as_slice), &self.mark)
    }

    /// "checkpoint 3 of 2026-11-25T21:00:00Z".
    pub(super) fn name(&self) -> String {
        format!("checkpoint {} of {}", self.number, iso(self.at))
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, signatures, last, digest, key, mark, .. } = self;
        let at = iso(self.at);
        write!(f, "{WORDS} {number} at {at} signatures {signatures} last {last} digest {digest} key {key} mark {mark}")
    }
}

impl FromStr for Checkpoint {
    type Err = ();

    /// Reads what [`Display`](fmt::Display) writes; what follows is passed over.
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut words = text.strip_prefix(WORDS).ok_or(())?.split_whitespace();
        let mut next = |name: &str| match name {
            "" => words.next(),
            name => words.next().filter(|word| *word == name).and_then(|_| words.next()),
        };
        let mut number = |name: &str| next(name).and_then(|word| word.parse::<i64>().ok()).ok_or(());
        let first = number("")?;
        let at = next("at").and_then(|word| word.parse().ok()).ok_or(())?;
        let mut number = |name: &str| next(name).and_then(|word| word.parse::<i64>().ok()).ok_or(());
        let (signatures, last) = (number("signatures")?, number("last")?);
        let mut hex = |name: &str, digits: usize| {
            let word = next(name).and_then(|word| word.get(..digits)).ok_or(())?;
            if word.bytes().all(|byte| byte.is_ascii_hexdigit()) { Ok(word.to_owned()) } else { Err(()) }
        };
        let (digest, key, mark) = (hex("digest", 64)?, hex("key", 8)?, hex("mark", 64)?);
        Ok(Self { number: first, at, signatures, last, digest, key, mark })
    }
}

/// The checkpoints in a text, however its lines are broken: a log, a mail as it was read or as it came, a file of them.
pub fn read(text: &str) -> Vec<Checkpoint> {
    // mails break long lines behind "=", and their HTML says where a long word may be broken
    let text = ["=\r\n", "=\n", "<wbr>"].iter().fold(text.to_owned(), |text, mark| text.replace(mark, ""));
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.match_indices(WORDS).filter_map(|(at, _)| text.get(at..)?.parse().ok()).collect()
}

/// The hash over all signatures, gone on by one.
pub(super) fn continued(digest: &str, number: i64, row: &str) -> String {
    sha256_hex(format!("{digest}\n{number} {row}").as_bytes())
}

pub(super) fn withdrawal_mark(key: &Key, number: i64, contract: &str, digest: &str) -> String {
    key.mark(WITHDRAWAL, &[&number.to_be_bytes(), contract.as_bytes(), digest.as_bytes()])
}

/// Whether the note of a withdrawn signature is ours; none when its key is not listed.
pub(super) fn withdrawal_fits(key: &Key, gone: &store::Withdrawn) -> Option<bool> {
    let parts: &[&[u8]] = &[&gone.number.to_be_bytes(), gone.contract.as_bytes(), gone.digest.as_bytes()];
    key.marked(&gone.key, WITHDRAWAL, parts, &gone.mark)
}

/// A row of the evidence in the order of numbers: its number and its hash.
pub(super) type Place = (i64, String);

/// All places behind `after` up to `last`, at most a batch; both what is there and what was withdrawn.
pub(super) fn places(conn: &mut PgConnection, after: i64, last: i64) -> Result<Vec<Place>> {
    let there = store::between(conn, after, last, BATCH)?;
    let gone = store::withdrawn_between(conn, after, last, BATCH)?;
    let mut all: Vec<Place> = there
        .iter()
        .map(|row| (row.number, row.digest()))
        .chain(gone.into_iter().map(|gone| (gone.number, gone.digest)))
        .collect();
    all.sort_unstable();
    // each of the two may have been cut: beyond a batch they do not fit together
    all.truncate(usize::try_from(BATCH).unwrap_or(usize::MAX));
    Ok(all)
}

/// Every place behind `after` up to `last`.
pub(super) fn stretch(conn: &mut PgConnection, mut after: i64, last: i64) -> Result<Vec<Place>> {
    let mut all = Vec::new();
    loop {
        let places = places(conn, after, last)?;
        let Some((end, _)) = places.last() else { return Ok(all) };
        after = *end;
        all.extend(places);
    }
}

pub fn all(conn: &mut PgConnection) -> Result<Vec<Checkpoint>> {
    Ok(checkpoints::table.order(checkpoints::number).select(Checkpoint::as_select()).load(conn)?)
}

pub fn find(conn: &mut PgConnection, number: i64) -> Result<Option<Checkpoint>> {
    Ok(checkpoints::table.find(number).select(Checkpoint::as_select()).first(conn).optional()?)
}

/// The first checkpoint that a signature stands under.
pub(super) fn covering(conn: &mut PgConnection, number: i64) -> Result<Option<Checkpoint>> {
    Ok(checkpoints::table
        .filter(checkpoints::last.ge(number))
        .order(checkpoints::number)
        .select(Checkpoint::as_select())
        .first(conn)
        .optional()?)
}

fn latest(conn: &mut PgConnection) -> Result<Option<Checkpoint>> {
    Ok(checkpoints::table.order(checkpoints::number.desc()).select(Checkpoint::as_select()).first(conn).optional()?)
}

/// Whether the last checkpoint is a day old, or there is none.
fn due(conn: &mut PgConnection) -> Result<bool> {
    let asked = "SELECT NOT EXISTS (SELECT FROM checkpoints WHERE at > now() - interval '1 day') AS due";
    Ok(statement(asked).value::<Bool, bool>(conn)?)
}

/// Computes the checkpoint that comes next and writes its row; mails it when there is somebody to mail it to. None when another
/// program was quicker.
pub fn make(conn: &mut PgConnection, key: &Key, operator: Option<&str>) -> Result<Option<Checkpoint>> {
    // only this moment is exclusive: whatever has a number up to it is final
    let last = conn.transaction::<_, Problem, _>(|conn| {
        store::sole_turn(conn)?;
        store::last(conn)
    })?;
    let before = latest(conn)?;
    let (number, mut signatures, mut after, mut digest) =
        before.map_or((1, 0, 0, BEGINNING.to_owned()), |one| (one.number + 1, one.signatures, one.last, one.digest));
    loop {
        let places = places(conn, after, last)?;
        let Some((end, _)) = places.last() else { break };
        after = *end;
        for (number, row) in places {
            digest = continued(&digest, number, &row);
            signatures += 1;
        }
    }
    conn.transaction(|conn| {
        let at = db::now(conn)?;
        let (at, mark) = (at.trunc_subsecs(0), String::new());
        let made =
            Checkpoint { number, at, signatures, last: last.max(after), digest, key: String::new(), mark }.marked(key);
        let written = diesel::insert_into(checkpoints::table).values(&made).on_conflict_do_nothing().execute(conn)?;
        if written == 0 {
            return Ok(None);
        }
        if let Some(operator) = operator {
            mail::put(conn, at, operator, &Mail::Checkpoint { number })?;
        }
        Ok(Some(made))
    })
}

/// Hands a checkpoint to the log and appends it to the file, which only its owner may read.
pub fn publish(made: &Checkpoint, file: Option<&Path>) -> std::io::Result<()> {
    tracing::info!(target: "evidence", "{made}");
    let Some(path) = file else { return Ok(()) };
    let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    writeln!(file, "{made}")?;
    file.sync_all()
}

/// The daily work: a checkpoint when the last one is a day old.
pub async fn daily(db: &Db, key: Key, operator: Option<String>, file: Option<&Path>) -> Result<()> {
    if !db.open(due).await? {
        return Ok(());
    }
    if let Some(made) = db.open(move |conn| make(conn, &key, operator.as_deref())).await? {
        publish(&made, file).map_err(|error| Problem::internal(format!("the file of checkpoints: {error}")))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> Checkpoint {
        let at = "2026-11-25T21:00:00Z".parse().unwrap();
        let (key, mark) = (String::new(), String::new());
        Checkpoint { number: 3, at, signatures: 12, last: 14, digest: "ab".repeat(32), key, mark }
            .marked(&Key::from_text("a key that only this test knows, long enough").unwrap())
    }

    #[test]
    fn a_checkpoint_is_found_in_a_log_in_a_mail_and_in_a_file() {
        let one = made();
        let log = format!("2026-11-25T21:00:00Z  INFO evidence: {one}\n2026-11-25T21:00:01Z  INFO entente: x\n");
        let json = format!("{{\"fields\":{{\"message\":\"{one}\"}},\"target\":\"evidence\"}}");
        let wrapped = one.to_string().replace(" last", "\n> last").replace("> ", "").replace(" mark ", "\r\nmark ");
        let long = one.to_string();
        let (head, tail) = long.split_at(120);
        let mail = format!("Content-Transfer-Encoding: quoted-printable\r\n\r\n{head}=\r\n{tail}\r\n");
        let html = format!("<p>{head}<wb=\nr>{tail}</p>");
        for text in [log, json, wrapped, mail, html, one.to_string()] {
            assert_eq!(read(&text).as_slice(), std::slice::from_ref(&one), "{text}");
        }
        assert_eq!(read("entente checkpoint 3 at noon signatures 1"), []);
    }

    #[test]
    fn a_mark_covers_every_figure_of_a_checkpoint() {
        let key = Key::from_text("a key that only this test knows, long enough").unwrap();
        let one = made();
        assert_eq!(one.fits(&key), Some(true));
        for other in [
            Checkpoint { number: 4, ..one.clone() },
            Checkpoint { at: one.at + chrono::TimeDelta::seconds(1), ..one.clone() },
            Checkpoint { signatures: 11, ..one.clone() },
            Checkpoint { last: 13, ..one.clone() },
            Checkpoint { digest: "cd".repeat(32), ..one.clone() },
        ] {
            assert_eq!(other.fits(&key), Some(false), "{other}");
        }
    }
}
