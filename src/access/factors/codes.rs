//! Recovery codes: ten for each person, each works once in place of the authenticator app. Kept are slow hashes of their marks, which are
//! made under a key of the person's own that the vault seals: a stolen database gives nothing to try, and the server's key with it no more
//! than passwords do. Beside each hash stands the beginning of its mark, eight bits that no two codes of a set share, so that a code that was
//! typed is held against one hash and not against ten. Of a code's fifty bits they leave forty-two to the hash.

use diesel::prelude::*;
use rand::Rng as _;

use crate::{
    access::password::{self, Secret},
    kit::{
        actor::User,
        db::{Db, Personal, Tx},
        id::Id,
        problem::{Problem, Result},
        secret::{self, Key},
        vault::Vault,
    },
    schema::{recovery_codes as codes, recovery_sets as sets},
};

/// Codes of a set.
pub const MANY: usize = 10;
/// Symbols of a code, of five bits each.
const SYMBOLS: usize = 10;
/// No I, L, O and U: what is typed for the first three is known.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const PURPOSE: &str = "recovery code";
const SHEET: &str = "recovery codes shown";
/// Hexadecimal digits of a mark by which a code is found.
const LOOKUP: usize = 2;

fn sealed_for(user: &Id<User>) -> String {
    format!("recovery codes {user}")
}

/// The code that was meant by `typed`, which has no spaces; nothing when it cannot be one.
pub fn meant(typed: &str) -> Option<String> {
    let code: Option<String> = typed
        .chars()
        .map(|c| match c.to_ascii_uppercase() {
            'O' => Some('0'),
            'I' | 'L' => Some('1'),
            c => u8::try_from(c).ok().filter(|byte| ALPHABET.contains(byte)).map(char::from),
        })
        .collect();
    code.filter(|code| code.len() == SYMBOLS)
}

/// As people read it: two halves.
fn shown(code: &str) -> String {
    let (first, second) = code.split_at(SYMBOLS / 2);
    format!("{first}-{second}")
}

fn draw() -> String {
    let mut bytes = [0; SYMBOLS];
    rand::rng().fill_bytes(&mut bytes);
    bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

fn mark(key: &Key, code: &str) -> String {
    key.mark(PURPOSE, &[code.as_bytes()])
}

fn opened(vault: &Vault, user: &Id<User>, sealed: &str) -> Result<Key> {
    let text = vault.open(&sealed_for(user), sealed)?;
    Key::from_text(&text).ok_or_else(|| Problem::internal("a key of recovery codes is long enough"))
}

/// The person's key, when there are codes.
fn key(conn: &mut PgConnection, vault: &Vault, user: &Id<User>) -> Result<Option<Key>> {
    let sealed: Option<String> = sets::table.find(user).select(sets::key).first(conn).optional()?;
    sealed.map(|sealed| opened(vault, user, &sealed)).transpose()
}

/// The part of a mark by which its code is found.
fn lookup(mark: &str) -> &str {
    mark.get(..LOOKUP).unwrap_or(mark)
}

/// Codes as they are shown, once, with the proof that they were.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub codes: Vec<String>,
    pub seal: String,
}

impl Sheet {
    /// All of them, for copying.
    pub fn together(&self) -> String {
        self.codes.join(" ")
    }
}

/// A set that can be kept. It is made beforehand: no transaction lasts as long as ten hashes take.
pub struct Set {
    key: String,
    sheet: Sheet,
    /// The lookup and the hash of each code.
    kept: Vec<(String, String)>,
}

/// Draws a set, whose codes are kept nowhere. Each hash waits for its turn, so that sign-ins come in between.
///
/// # Errors
/// [`Problem::Unavailable`] when too many passwords are being checked.
pub async fn draw_set(vault: &Vault, user: &Id<User>) -> Result<Set> {
    let sealed = vault.seal(&sealed_for(user), &secret::token())?;
    let key = opened(vault, user, &sealed)?;
    let (mut codes, mut kept) = (Vec::with_capacity(MANY), Vec::<(String, String)>::with_capacity(MANY));
    while kept.len() < MANY {
        let code = draw();
        let mark = mark(&key, &code);
        let found_by = lookup(&mark).to_owned();
        if kept.iter().all(|(other, _)| *other != found_by) {
            kept.push((found_by, password::hash(Secret(mark)).await?));
            codes.push(shown(&code));
        }
    }
    let mut sheet = Sheet { codes, seal: String::new() };
    sheet.seal = key.seal(SHEET, &[sheet.together().as_bytes()]);
    Ok(Set { key: sealed, sheet, kept })
}

/// Keeps a set in place of the one before.
pub fn keep(tx: &mut Tx<'_, Personal>, user: &Id<User>, set: Set) -> Result<Sheet> {
    diesel::delete(sets::table.find(user)).execute(tx.conn)?;
    diesel::insert_into(sets::table)
        .values((sets::user_id.eq(user), sets::key.eq(&set.key), sets::created_at.eq(tx.at)))
        .execute(tx.conn)?;
    let rows: Vec<_> = set
        .kept
        .iter()
        .map(|(mark, hash)| (codes::user_id.eq(user), codes::mark.eq(mark), codes::hash.eq(hash)))
        .collect();
    diesel::insert_into(codes::table).values(rows).execute(tx.conn)?;
    Ok(set.sheet)
}

/// A code of a person that was typed right and may be used up.
#[derive(Debug, Clone)]
pub struct Known {
    mark: String,
    /// None of a code that is kept by its mark alone.
    hash: Option<String>,
}

/// Looks whether `code` is one of the person's that still work. It takes one hash, and as long where there is none to compare.
///
/// # Errors
/// [`Problem::Unavailable`] when too many passwords are being checked.
pub async fn known(db: &Db, vault: Vault, user: &Id<User>, code: &str) -> Result<Option<Known>> {
    let (user, code) = (user.clone(), code.to_owned());
    let (mark, found) = db
        .open(move |conn| {
            let Some(key) = key(conn, &vault, &user)? else { return Ok((code, None)) };
            let mark = mark(&key, &code);
            let found: Option<(String, Option<String>)> = codes::table
                .filter(codes::user_id.eq(&user))
                .filter(codes::used_at.is_null())
                .filter(codes::mark.eq(&mark).or(codes::mark.eq(lookup(&mark))))
                .select((codes::mark, codes::hash))
                .first(conn)
                .optional()?;
            Ok((mark, found.map(|(mark, hash)| Known { mark, hash })))
        })
        .await?;
    if found.as_ref().is_some_and(|known| known.hash.is_none()) {
        return Ok(found);
    }
    let hash = found.as_ref().and_then(|known| known.hash.clone());
    Ok(if password::matches(Secret(mark), hash).await? { found } else { None })
}

/// Uses a code up; how many are left then, or nothing when it works no longer. Of two at once one works.
pub fn take(tx: &mut Tx<'_, Personal>, user: &Id<User>, known: &Known) -> Result<Option<usize>> {
    let unused = codes::table.find((user, &known.mark)).filter(codes::used_at.is_null());
    // a set made meanwhile may have another code by the same lookup
    let same = unused.filter(codes::hash.is_not_distinct_from(known.hash.as_deref()));
    let taken = diesel::update(same).set(codes::used_at.eq(tx.at)).execute(tx.conn)?;
    if taken == 1 { left(tx.conn, user).map(Some) } else { Ok(None) }
}

/// Codes that still work.
pub fn left(conn: &mut PgConnection, user: &Id<User>) -> Result<usize> {
    let unused = codes::table.filter(codes::user_id.eq(user)).filter(codes::used_at.is_null());
    let count: i64 = unused.count().get_result(conn)?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// Those of the codes on a sheet, `together`, that still work, if `seal` says that they were shown: for a file of them. No hash is needed
/// for that, and nobody learns here whether a code is right.
pub fn on_sheet(
    conn: &mut PgConnection,
    vault: &Vault,
    user: &Id<User>,
    (together, seal): (&str, &str),
) -> Result<Vec<String>> {
    let Some(key) = key(conn, vault, user)? else { return Ok(Vec::new()) };
    if !key.opens(SHEET, &[together.as_bytes()], seal) {
        return Ok(Vec::new());
    }
    let unused = codes::table.filter(codes::user_id.eq(user)).filter(codes::used_at.is_null());
    let lookups: Vec<String> = unused.select(codes::mark).load(conn)?;
    let works = |code: &&str| lookups.iter().any(|one| one == lookup(&mark(&key, &code.replace('-', ""))));
    Ok(together.split(' ').filter(works).map(str::to_owned).collect())
}

/// Brings the keys of all people under the vault's newest key; how many were sealed anew, and how many cannot be read.
pub fn seal_anew(conn: &mut PgConnection, vault: &Vault) -> Result<(usize, usize)> {
    let rows = sets::table.select((sets::user_id, sets::key)).load(conn)?;
    super::seal_all(vault, rows, sealed_for, |user, old, new| {
        let same = sets::table.find(user).filter(sets::key.eq(old));
        Ok(diesel::update(same).set(sets::key.eq(new)).execute(conn)?)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_code_reads_as_it_is_shown_and_as_people_misread_it() {
        for _ in 0..1_000 {
            let code = draw();
            assert_eq!(code.len(), SYMBOLS);
            assert_eq!(meant(&shown(&code).to_lowercase().replace('-', "")), Some(code.clone()));
            assert_eq!(meant(&code.replace('0', "o").replace('1', "l")), Some(code));
        }
    }

    #[test]
    fn codes_are_drawn_from_all_there_are() {
        let drawn: HashSet<String> = (0..1_000).map(|_| draw()).collect();
        assert_eq!(drawn.len(), 1_000, "none comes twice");
        let symbols: HashSet<char> = drawn.iter().flat_map(|code| code.chars()).collect();
        assert_eq!(symbols.len(), ALPHABET.len(), "each symbol is drawn");
    }
}
