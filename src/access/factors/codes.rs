//! Recovery codes: ten for each person, each works once in place of the authenticator app. Only their marks are kept, under a key of the
//! person's own that the vault seals.

use diesel::prelude::*;
use rand::Rng as _;

use crate::{
    kit::{
        actor::User,
        db::{Personal, Tx},
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

/// Makes a set in place of the one before; the codes are kept nowhere.
pub fn make(tx: &mut Tx<'_, Personal>, user: &Id<User>) -> Result<Vec<String>> {
    let vault = tx.vault()?;
    let sealed = vault.seal(&sealed_for(user), &secret::token())?;
    let key = opened(&vault, user, &sealed)?;
    diesel::delete(sets::table.find(user)).execute(tx.conn)?;
    diesel::insert_into(sets::table)
        .values((sets::user_id.eq(user), sets::key.eq(&sealed), sets::created_at.eq(tx.at)))
        .execute(tx.conn)?;
    let mut made: Vec<String> = Vec::with_capacity(MANY);
    while made.len() < MANY {
        let code = draw();
        if !made.contains(&code) {
            made.push(code);
        }
    }
    let rows: Vec<_> = made.iter().map(|code| (codes::user_id.eq(user), codes::mark.eq(mark(&key, code)))).collect();
    diesel::insert_into(codes::table).values(rows).execute(tx.conn)?;
    Ok(made.iter().map(|code| shown(code)).collect())
}

/// Uses a code up; how many are left then, or nothing when it is none that works. Of two at once one works.
pub fn take(tx: &mut Tx<'_, Personal>, user: &Id<User>, code: &str) -> Result<Option<usize>> {
    let vault = tx.vault()?;
    let Some(key) = key(tx.conn, &vault, user)? else { return Ok(None) };
    let unused = codes::table.find((user, mark(&key, code))).filter(codes::used_at.is_null());
    let taken = diesel::update(unused).set(codes::used_at.eq(tx.at)).execute(tx.conn)?;
    if taken == 1 { left(tx.conn, user).map(Some) } else { Ok(None) }
}

/// Codes that still work.
pub fn left(conn: &mut PgConnection, user: &Id<User>) -> Result<usize> {
    let unused = codes::table.filter(codes::user_id.eq(user)).filter(codes::used_at.is_null());
    let count: i64 = unused.count().get_result(conn)?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// Those of `typed` that are codes of the person and still work, as people read them: for a file of what was just shown.
pub fn own(conn: &mut PgConnection, vault: &Vault, user: &Id<User>, typed: &[String]) -> Result<Vec<String>> {
    let Some(key) = key(conn, vault, user)? else { return Ok(Vec::new()) };
    let unused = codes::table.filter(codes::user_id.eq(user)).filter(codes::used_at.is_null());
    let marks: Vec<String> = unused.select(codes::mark).load(conn)?;
    let meant = typed.iter().take(MANY).filter_map(|code| meant(&code.replace('-', "")));
    Ok(meant.filter(|code| marks.contains(&mark(&key, code))).map(|code| shown(&code)).collect())
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
}
